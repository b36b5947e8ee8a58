#include "node/peer_face.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/limits.h"
#include "log/checkpoint.h"
#include "log/cosignature.h"
#include "log/jcs.h"
#include "node/head_note.h"
#include "node/stored_log.h"

namespace tansiq::node {
namespace {

constexpr std::size_t kBodyBytesMax = kPullNoteBytesMax + 1'024;  // a note and one more line

Result<std::string> note_of(const PeerFace::ServedLog& served, const store::Head& head) {
  if (!served.signer || served.keys.size() < 2 || head.size == 0) return head.checkpoint;
  const log::VerifierKey keys[] = {served.signer->verifier()};
  if (log::open_checkpoint(head.checkpoint, keys)) return head.checkpoint;
  return log::sign_checkpoint({.origin = served.origin, .size = head.size, .root = head.root, .extensions = {}},
                              *served.signer);
}

/// The end of the piece that is sent: whole bundles where more follow, which are cheaper to read and to prove.
std::uint64_t piece_end(std::uint64_t from, std::uint64_t signed_size) {
  if (signed_size - from <= kPullEntriesMax) return signed_size;
  return (from + kPullEntriesMax) / log::kTileWidth * log::kTileWidth;
}

/// Adds entries [from, end) as far as they fit.
Status add_entries(store::LogReader& reader, store::LogId log, std::uint64_t from, std::uint64_t end,
                   PullAnswerWriter& writer) {
  bool full = false;
  while (from < end && !full) {
    const std::uint64_t slice_end = std::min(end, (from / log::kTileWidth + 1) * log::kTileWidth);
    TRY_VOID(reader.entries(log, from, slice_end - from, [&](const store::StoredEntry& entry) -> Status {
      full = full || !writer.add(entry.bytes);
      return {};
    }));
    from = slice_end;
  }
  return {};
}

}  // namespace

PeerFace::PeerFace(Config config, std::unique_ptr<store::LogReader> reader, ProblemLog& problems)
    : config_(std::move(config)), reader_(std::move(reader)), problems_(problems), thread_([this] { run(); }) {}

PeerFace::~PeerFace() { stop(); }

void PeerFace::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    changed_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
}

void PeerFace::grown() {
  const std::lock_guard lock(mutex_);
  grown_ = true;
  changed_.notify_one();
}

void PeerFace::handle(const std::shared_ptr<net::Exchange>& exchange) {
  {
    const std::lock_guard lock(mutex_);
    if (!stopping_ && arrived_.size() < kPullWaitersMax) {
      arrived_.push_back(exchange);
      changed_.notify_one();
      return;
    }
    if (stopping_) return farewell(exchange);
  }
  refuse(exchange, {ErrorCode::kOverloaded, "too many peers are asking; try again", {}});
}

/// In order, so nothing for the log.
void PeerFace::farewell(const std::shared_ptr<net::Exchange>& exchange) {
  exchange->respond({ErrorCode::kUnavailable, "the node is stopping", {}});
}

void PeerFace::refuse(const std::shared_ptr<net::Exchange>& exchange, Error error) {
  const net::Problem problem = exchange->respond(std::move(error));
  problems_.add(problem, net::method_name(exchange->request().method), exchange->request().path(),
                exchange->request().connection->address);
}

void PeerFace::run() {
  std::vector<std::shared_ptr<net::Exchange>> arrived;
  while (true) {
    {
      std::unique_lock lock(mutex_);
      const auto something = [&] { return stopping_ || grown_ || !arrived_.empty(); };
      if (waiting_.empty()) {
        changed_.wait(lock, something);
      } else {
        const auto first = std::ranges::min_element(waiting_, {}, &Asked::until)->until;
        changed_.wait_until(lock, first, something);
      }
      if (stopping_) break;
      grown_ = false;
      arrived.swap(arrived_);
    }
    look_at_waiting();
    for (const auto& exchange : arrived) {
      if (exchange->abandoned()) continue;
      auto asked = read_question(exchange);
      if (asked) {
        consider(std::move(*asked));
      } else {
        refuse(exchange, std::move(asked.error()));
      }
    }
    arrived.clear();
  }
  for (const Asked& asked : waiting_) arrived.push_back(asked.exchange);
  waiting_.clear();
  {
    const std::lock_guard lock(mutex_);
    arrived.insert(arrived.end(), arrived_.begin(), arrived_.end());
    arrived_.clear();
  }
  for (const auto& exchange : arrived) farewell(exchange);
}

Result<PeerFace::Asked> PeerFace::read_question(const std::shared_ptr<net::Exchange>& exchange) const {
  const net::Request& request = exchange->request();
  if (request.method != net::Method::kPost) return fail(ErrorCode::kMethodNotAllowed, "a pull is a POST");
  std::optional<AuthorityId> who;
  if (config_.identify) {
    who = config_.identify(request);
  } else if (request.connection->peer) {
    const log::Hash shown{request.connection->peer->key_sha256};
    const auto known = std::ranges::find_if(
        config_.peers, [&](const KnownPeer& p) { return std::ranges::find(p.tls_keys, shown) != p.tls_keys.end(); });
    if (known == config_.peers.end()) {
      return fail(ErrorCode::kForbidden, fmt::format("the charter names no peer with the key {}", shown.hex()));
    }
    who = known->id;
  }
  if (!who) return fail(ErrorCode::kUnauthenticated, "show the certificate that the charter names");
  const auto peer = std::ranges::find(config_.peers, *who, &KnownPeer::id);
  if (peer == config_.peers.end()) return fail(ErrorCode::kForbidden, "the charter names no such peer");

  Asked asked{.exchange = exchange, .question = TRY(PullQuestion::parse(request)), .until = {}};
  const auto log = std::ranges::find(config_.logs, asked.question.log, &ServedLog::origin);
  if (log == config_.logs.end() || (log->reader && *log->reader != peer->id)) {
    return fail(ErrorCode::kNotFound, "there is no such log for you here", "log");
  }
  if (request.body.size() > kBodyBytesMax) {
    return fail(ErrorCode::kTooLarge, fmt::format("a checkpoint has at most {} bytes", kBodyBytesMax));
  }
  asked.log = &*log;
  asked.peer = &*peer;
  asked.until = std::chrono::steady_clock::now() + std::chrono::milliseconds(asked.question.wait_ms);
  return asked;
}

void PeerFace::consider(Asked asked) {
  // A second question about a log means that the asker has given up the first.
  const auto same = std::ranges::find_if(
      waiting_, [&](const Asked& other) { return other.log == asked.log && other.peer == asked.peer; });
  if (same != waiting_.end()) {
    refuse(same->exchange, {ErrorCode::kConflict, "a later question of the same peer takes the place of this one", {}});
    waiting_.erase(same);
  }
  const auto head = reader_->head(asked.log->id);
  if (!head) return refuse(asked.exchange, head.error());
  if (auto body = examine_body(asked, *head); !body) return refuse(asked.exchange, std::move(body.error()));
  const PullQuestion& question = asked.question;
  const bool wait = question.from == head->size && !question.prove && !question.under && question.wait_ms > 0;
  if (wait) {
    waiting_.push_back(std::move(asked));
  } else {
    respond(asked, *head);
  }
}

void PeerFace::look_at_waiting() {
  const auto now = std::chrono::steady_clock::now();
  std::erase_if(waiting_, [&](const Asked& asked) {
    if (asked.exchange->abandoned()) return true;
    const auto head = reader_->head(asked.log->id);
    if (!head) {
      refuse(asked.exchange, head.error());
      return true;
    }
    if (head->size == asked.question.from && asked.until > now) return false;
    respond(asked, *head);
    return true;
  });
}

/// The checkpoint in the body, if it is one that we have signed; remembers it, so that a repeated one costs nothing.
Result<PeerFace::Seen*> PeerFace::examine_body(const Asked& asked, const store::Head& head) {
  Seen& seen = seen_[{asked.log->origin, asked.peer->id}];
  const std::string& body = asked.exchange->request().body;
  if (body.empty()) {
    if (asked.question.under) return fail(ErrorCode::kInvalid, "send the checkpoint that is meant", "under");
    seen.checkpoint.reset();
    seen.body.clear();
  }
  const bool fresh = body != seen.body;
  if (fresh) {
    // It is kept as a receipt, and quoted in JSON.
    TRY_VOID(log::check_jcs_text(body));
    std::vector<log::VerifierKey> keys = asked.log->keys;
    keys.push_back(asked.peer->cosigner);
    seen.checkpoint = TRY(log::open_checkpoint(body, keys)).checkpoint;
    seen.body = body;
  }
  TRY_VOID(judge_checkpoint(asked, head, seen, fresh));
  if (asked.question.from > head.size && !asked.log->mirror)
    report_behind(asked, seen, asked.question.from, std::nullopt);
  return &seen;
}

Status PeerFace::judge_checkpoint(const Asked& asked, const store::Head& head, Seen& seen, bool fresh) {
  if (!seen.checkpoint) return {};
  const log::Checkpoint& known = *seen.checkpoint;
  if (asked.question.under && *asked.question.under != known.size) {
    return fail(ErrorCode::kInvalid, fmt::format("the checkpoint sent is of {} entries", known.size), "under");
  }
  // What was compared once stays compared: the log only grows.
  const bool larger = known.size > head.size;
  if (!fresh && !larger && seen.reported < known.size) return {};
  const bool ours = !larger && TRY(reader_->root_at(asked.log->id, known.size)) == known.root;
  if (!ours) {
    if (!asked.log->mirror) report_behind(asked, seen, known.size, known.root);
    if (asked.question.under) {
      return fail(ErrorCode::kConflict, "this log does not contain that checkpoint; ask for a proof", "under");
    }
    return {};
  }
  if (asked.log->mirror) return {};  // nobody receipts his own log
  const auto note = TRY(log::parse_note(seen.body));
  for (const log::NoteSignature& line : note.signatures) {
    if (!log::verify_cosignature(note.text, line, asked.peer->cosigner) || known.size <= seen.acknowledged) continue;
    seen.acknowledged = known.size;
    const auto time = TRY(log::cosignature_time(line));
    if (config_.on_receipt) {
      config_.on_receipt({asked.peer->id, asked.log->origin, known.size, time.seconds, seen.body});
    }
    break;
  }
  return {};
}

/// Once for each size: a peer asks again and again.
void PeerFace::report_behind(const Asked& asked, Seen& seen, std::uint64_t size, std::optional<log::Hash> root) {
  if (seen.reported >= size) return;
  seen.reported = size;
  if (!config_.on_behind) return;
  Behind behind{
      .peer = asked.peer->id, .log = asked.log->id, .origin = asked.log->origin, .size = size, .note = {}, .floor = {}};
  if (root) {
    behind.note = seen.body;
    behind.floor = {size, *root};
  }
  config_.on_behind(behind);
}

Result<std::string> PeerFace::answer(const Asked& asked, const store::Head& head) {
  const PullQuestion& question = asked.question;
  const store::LogId log = asked.log->id;
  const std::uint64_t signed_size = question.under.value_or(head.size);
  if (question.under && (signed_size > head.size || question.from >= signed_size)) {
    return fail(ErrorCode::kInvalid, "nothing follows below that checkpoint", "under");
  }
  if (asked.log->mirror && head.size > 0) {
    // While it lies behind, only its own end can be proved to be a part of what was signed.
    const HeadNote held = TRY(open_head_note(head.checkpoint, asked.log->keys));
    if (!held.caught_up()) return fail(ErrorCode::kUnavailable, "this mirror is not whole itself; try again", "log");
  }
  std::string note;
  if (!question.under) note = TRY(note_of(*asked.log, head));
  PullAnswerWriter writer(question.from, note);
  if (!question.prove && question.from < signed_size) {
    TRY_VOID(add_entries(*reader_, log, question.from, piece_end(question.from, signed_size), writer));
  }
  const std::uint64_t end = question.from + writer.entries();
  std::optional<PrefixProof> prefix;
  if (end != 0 && end < signed_size) {
    const log::SubtreeReader nodes = stored_subtrees(*reader_, log);
    prefix.emplace();
    prefix->root = TRY(log::prefix_root(end, nodes));
    prefix->proof = TRY(log::consistency_proof(end, signed_size, nodes));
  }
  return writer.finish(prefix);
}

void PeerFace::respond(const Asked& asked, const store::Head& head) {
  auto bytes = answer(asked, head);
  if (!bytes) return refuse(asked.exchange, std::move(bytes.error()));
  // Looked at last: what was read after the suspension may be for other eyes.
  if (suspended_.load()) {
    return refuse(asked.exchange, {ErrorCode::kUnavailable, "the charter is changing; ask again", {}});
  }
  net::Response response;
  response.headers.add("Content-Type", kPullMediaType);
  response.headers.add("Cache-Control", "no-store");
  response.body = std::move(*bytes);
  asked.exchange->respond(std::move(response));
}

}  // namespace tansiq::node
