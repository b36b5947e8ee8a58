#include "node/body_links.h"

#include <fmt/format.h>

#include <algorithm>
#include <future>

#include "base/logging.h"
#include "node/attachment_store.h"
#include "node/puller.h"

namespace tansiq::node {
namespace {

/// Asked for in one round.
constexpr std::size_t kRoundMax = 256;

/// What `peer` has for us. All that is wanted is walked through, so that what others do not give hides nothing.
std::vector<coordination::WantedBody> wanted_of(const coordination::Coalition& coalition, const AuthorityId& peer) {
  std::vector<coordination::WantedBody> out;
  log::Hash after{};
  for (bool more = true; more && out.size() < kRoundMax;) {
    const auto page = coalition.wanted_bodies(kRoundMax, after);
    more = page.size() == kRoundMax;
    if (more) after = page.back().body;
    for (const coordination::WantedBody& body : page) {
      if (body.peer == peer && out.size() < kRoundMax) out.push_back(body);
    }
  }
  return out;
}

/// Waits on the fetcher's thread for what the core thread makes durable.
template <class Task>
Status kept(CoreThread& core, Task task) {
  auto promise = std::make_shared<std::promise<Status>>();
  auto future = promise->get_future();
  task.done = [promise](const Status& done) { promise->set_value(done); };
  TRY_VOID(core.submit_urgent(std::move(task)));
  return future.get();
}

Status keep_share(CoreThread& core, const coordination::WantedBody& /*one*/, std::string bytes) {
  return kept(core, BodyTask{.bytes = std::move(bytes), .done = {}});
}

}  // namespace

std::string body_target(const log::Hash& hash) { return fmt::format("{}?hash={}", kBodyPath, hash.hex()); }

std::shared_ptr<void> BodyQuestions::open(const AuthorityId& peer) {
  const std::lock_guard lock(counts_->mutex);
  std::size_t& count = counts_->open[peer];
  if (count == kBodyQuestionsMax) return nullptr;
  ++count;
  const auto close = [counts = counts_, peer](void*) {
    const std::lock_guard closing(counts->mutex);
    const auto at = counts->open.find(peer);
    if (--at->second == 0) counts->open.erase(at);
  };
  return {counts_.get(), close};
}

void serve_body(const std::shared_ptr<net::Exchange>& exchange, const AuthorityId& peer, CoreThread& core,
                const std::shared_ptr<store::LogReader>& reader, BodyQuestions& questions) {
  const net::Request& request = exchange->request();
  const auto hash_text = request.query_once("hash");
  if (!hash_text) return static_cast<void>(exchange->respond(hash_text.error()));
  const auto hash = log::Hash::from_hex(hash_text->value_or(""));
  if (request.method != net::Method::kPost || !hash) {
    exchange->respond({ErrorCode::kInvalid, "ask by POST, for a hash of 64 hexadecimal digits", "hash"});
    return;
  }
  const std::shared_ptr<void> open = questions.open(peer);
  if (!open) {
    exchange->respond({ErrorCode::kOverloaded, "too many of your questions for bodies are open; ask again", {}});
    return;
  }
  const auto none = [exchange] { exchange->respond({ErrorCode::kNotFound, "there is no such body for you here", {}}); };
  ReadTask task;
  task.read = [exchange, peer, hash = *hash, reader, none, open](const State& state) -> Departure {
    if (exchange->abandoned()) return {};
    // Asked while it was a member, perhaps.
    const coordination::Coalition& coalition = state.coalition();
    if (!coalition.is_member(peer) || !coalition.may_serve_body(hash, peer)) {
      none();
      return {};
    }
    Result<std::optional<std::string>> bytes = std::nullopt;
    if (coalition.talks().may_serve(hash, peer)) {
      bytes = read_attachment(*reader, hash);
    } else if (auto body = reader->body(hash); !body) {
      bytes = std::unexpected(std::move(body.error()));
    } else if (*body) {
      bytes = std::string(as_text(**body));
    }
    if (!bytes) {
      exchange->respond(std::move(bytes.error()));
      return {};
    }
    if (!*bytes) {
      none();
      return {};
    }
    net::Response response;
    response.headers.add("Content-Type", "application/octet-stream");
    response.body = std::move(**bytes);
    // It leaves with the batch: not before what it stands on is durable.
    return {exchange, std::move(response), {}};
  };
  task.refused = [exchange](Error error) { exchange->respond(std::move(error)); };
  if (const Status taken = core.submit(std::move(task)); !taken) exchange->respond(taken.error());
}

BodyFetcher::BodyFetcher(Config config) : config_(std::move(config)), random_(config_.seed) {
  thread_ = std::thread([this] { run(); });
}

BodyFetcher::~BodyFetcher() { stop(); }

void BodyFetcher::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
  }
  config_.interrupt();
  if (thread_.joinable()) thread_.join();
}

void BodyFetcher::poke() {
  const std::lock_guard lock(mutex_);
  poked_ = true;
  changed_.notify_all();
}

void BodyFetcher::run() {
  while (true) {
    {
      std::unique_lock lock(mutex_);
      changed_.wait_for(lock, std::chrono::milliseconds(config_.look_every_ms), [this] { return poked_ || stopping_; });
      if (stopping_) return;
      poked_ = false;
    }
    const auto bodies = wanted();
    if (!bodies) continue;
    // What is not wanted any more need not be remembered.
    std::erase_if(failed_, [&](const auto& failed) {
      return std::ranges::find(*bodies, failed.first, &coordination::WantedBody::body) == bodies->end();
    });
    for (const coordination::WantedBody& body : *bodies) {
      {
        const std::lock_guard lock(mutex_);
        if (stopping_) return;
      }
      const auto failed = failed_.find(body.body);
      if (failed != failed_.end() && std::chrono::steady_clock::now() < failed->second.not_before) continue;
      fetch(body);
    }
  }
}

Result<BodyFetcher::Wanted> BodyFetcher::wanted() {
  auto promise = std::make_shared<std::promise<Result<Wanted>>>();
  auto future = promise->get_future();
  ReadTask task;
  task.read = [promise, peer = config_.peer, find = config_.wanted](const State& state) -> Departure {
    auto bodies = std::make_shared<Wanted>(find ? find(state.coalition(), peer) : wanted_of(state.coalition(), peer));
    return {nullptr, {}, [promise, bodies](const Status& durable) {
              if (durable) {
                promise->set_value(std::move(*bodies));
              } else {
                promise->set_value(std::unexpected(durable.error()));
              }
            }};
  };
  task.refused = [promise](Error error) { promise->set_value(std::unexpected(std::move(error))); };
  TRY_VOID(config_.core->submit_urgent(std::move(task)));
  return future.get();
}

void BodyFetcher::fetch(const coordination::WantedBody& body) {
  const auto attempt = [&]() -> Status {
    std::string bytes = TRY(config_.ask(body));
    if ((body.bytes != coordination::kBytesNotSaid && bytes.size() != body.bytes) || log::sha256(bytes) != body.body) {
      return fail(ErrorCode::kCorrupt, "what the peer sent is not the body that was asked for");
    }
    return config_.keep ? config_.keep(*config_.core, body, std::move(bytes))
                        : keep_share(*config_.core, body, std::move(bytes));
  };
  const Status done = attempt();
  if (done) {
    failed_.erase(body.body);
    return;
  }
  Failed& failed = failed_[body.body];
  ++failed.failures;
  failed.not_before =
      std::chrono::steady_clock::now() +
      std::chrono::milliseconds(backoff_ms(failed.failures, config_.backoff_first_ms, config_.backoff_max_ms, random_));
  failed.alike = failed.code == done.error().code ? failed.alike + 1 : 1;
  failed.code = done.error().code;
  if (config_.failed) config_.failed(*config_.core, body, done.error(), failed.alike);
  if (failed.failures == 1) {
    log_info("peer.body", {{"peer", body.peer.str()}, {"body", body.body.hex()}, {"message", done.error().text()}});
  }
}

void poke_of(std::span<const std::unique_ptr<BodyFetcher>> fetchers, const AuthorityId& peer) {
  for (const auto& fetcher : fetchers) {
    if (fetcher->peer() == peer) fetcher->poke();
  }
}

BodyFetcher::Config attachment_fetcher(BodyFetcher::Config config) {
  config.wanted = [](const coordination::Coalition& coalition, const AuthorityId& peer) {
    return coalition.talks().attachments().wanted(peer, kRoundMax);
  };
  config.keep = [](CoreThread& core, const coordination::WantedBody& one, std::string bytes) {
    return kept(core, AttachmentTask{.sha256 = one.body, .bytes = std::move(bytes), .from = one.peer, .done = {}});
  };
  config.failed = [](CoreThread& core, const coordination::WantedBody& one, const Error& error, unsigned alike) {
    using coordination::AttachmentState;
    AttachmentState state = AttachmentState::kWanted;
    if (error.code == ErrorCode::kCorrupt && alike >= kAttachmentWrongMax) state = AttachmentState::kRefused;
    if (error.code == ErrorCode::kTooLarge) state = AttachmentState::kRefused;
    if (error.code == ErrorCode::kNotFound && alike >= kAttachmentGoneMax) state = AttachmentState::kGone;
    (void)core.submit_urgent(AttachmentFailedTask{one.body, one.peer, {.state = state, .trouble = error.message}});
  };
  return config;
}

}  // namespace tansiq::node
