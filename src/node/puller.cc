#include "node/puller.h"

#include <algorithm>
#include <chrono>

#include "base/foreign_text.h"
#include "base/invariant.h"
#include "base/logging.h"
#include "node/stored_log.h"

namespace tansiq::node {
namespace {

constexpr unsigned kDoublingsMax = 20;
/// On top of the long poll, for the answer to travel.
constexpr DurationMs kAnswerMs = 30'000;

}  // namespace

Result<std::unique_ptr<PullTransport>> HttpPullTransport::create(net::HttpClientOptions options) {
  auto interrupt = TRY(net::Interrupt::create());
  options.interrupt = interrupt;
  options.response_ms = kPullWaitMsMax + kAnswerMs;
  options.body_bytes_max = kPullAnswerBytesMax;
  auto client = TRY(net::HttpClient::create(std::move(options)));
  return std::unique_ptr<PullTransport>(new HttpPullTransport(std::move(interrupt), std::move(client)));
}

Result<std::string> HttpPullTransport::ask(const PullQuestion& question, std::string_view note) {
  // A pull changes nothing that matters at the peer: it may be repeated on a fresh connection.
  net::ClientResponse answer = TRY(client_->send(net::Method::kPost, question.target(),
                                                 {{"Content-Type", "text/plain; charset=utf-8"}}, note, true));
  if (answer.status != 200) return std::unexpected(net::error_from_response(answer, "the peer answers"));
  return std::move(answer.body);
}

DurationMs backoff_ms(unsigned failures, DurationMs first_ms, DurationMs max_ms, SeededRandom& random) {
  const unsigned doublings = std::min(failures == 0 ? 0 : failures - 1, kDoublingsMax);
  const DurationMs whole = std::min(max_ms, first_ms << doublings);
  return random.between(whole - whole / 2, whole);
}

Puller::Puller(Config config, Replica replica, std::unique_ptr<PullTransport> transport,
               std::unique_ptr<store::LogReader> reader, store::LogId log)
    : config_(std::move(config)),
      origin_(replica.origin()),
      replica_(std::move(replica)),
      transport_(std::move(transport)),
      reader_(std::move(reader)),
      log_(log),
      random_(config_.seed) {
  EXPECT_INVARIANT(config_.clock != nullptr && config_.store);
  state_.held = replica_.size();
  state_.known = replica_.known_size();
  state_.pinned = replica_.pinned();
  thread_ = std::thread([this] { run(); });
}

Puller::~Puller() { stop(); }

void Puller::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
  }
  transport_->interrupt();
  if (thread_.joinable()) thread_.join();
}

Puller::LinkState Puller::state() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

void Puller::run() {
  while (!replica_.pinned() || evidence_) {
    const auto begin = std::chrono::steady_clock::now();
    const bool more = evidence_ ? accuse() : ask_once();
    if (!more || !pause(std::chrono::steady_clock::now() - begin)) return;
  }
}

Result<std::string> Puller::question_body() {
  if (config_.cosigner == nullptr || !replica_.caught_up() || replica_.size() == 0)
    return std::string(replica_.newest_note());
  if (receipt_size_ != replica_.size()) {
    auto receipt = TRY(replica_.receipt(*config_.cosigner, config_.clock->now()));
    receipt_ = std::move(receipt).value_or(std::string(replica_.newest_note()));
    receipt_size_ = replica_.size();
  }
  return receipt_;
}

bool Puller::ask_once() {
  PullQuestion question = replica_.question();
  question.wait_ms = config_.wait_ms;
  const auto body = question_body();
  if (!body) {
    note_failure(Verdict::kRefused, body.error().text());
    return true;
  }
  const auto bytes = transport_->ask(question, *body);
  if (!bytes) {
    // It had signed that checkpoint: let it show what it has instead.
    if (bytes.error().code == ErrorCode::kConflict && question.under) replica_.doubt();
    note_failure(Verdict::kRefused, bytes.error().text());
    return true;
  }
  const auto answer = read_pull_answer(*bytes);
  if (!answer) {
    note_failure(Verdict::kRefused, answer.error().text());
    return true;
  }
  std::optional<log::SubtreeReader> nodes;
  if (reader_) nodes = stored_subtrees(*reader_, log_);
  Judgement judged = replica_.judge(*answer, nodes ? &*nodes : nullptr);
  if (judged.verdict == Verdict::kExtends) {
    if (const Status stored = config_.store({config_.peer, origin_, judged}); !stored) {
      note_failure(Verdict::kRefused, "not stored here: " + stored.error().text());
      return true;
    }
  }
  replica_.settle(judged);
  if (judged.verdict == Verdict::kExtends || judged.verdict == Verdict::kNothingNew) {
    note_success(judged.verdict);
    if (judged.verdict == Verdict::kNothingNew && config_.heard) config_.heard(config_.peer);
  } else {
    note_failure(judged.verdict, judged.reason);
  }
  if (judged.verdict == Verdict::kForked && config_.accuse) {
    // The peer need not show it again: what is in hand is kept until it is durable.
    evidence_ = std::move(judged.evidence);
    forked_ = judged.reason;
    return accuse();
  }
  return !replica_.pinned();
}

bool Puller::accuse() {
  const Status kept = config_.accuse(config_.peer, origin_, *evidence_);
  if (!kept) {
    note_failure(Verdict::kForked, forked_ + "; the evidence is not kept yet: " + kept.error().text());
    return true;
  }
  note_failure(Verdict::kForked, forked_);
  evidence_.reset();
  return false;
}

void Puller::note_failure(Verdict verdict, std::string trouble) {
  // Some of it is what the peer has said, names in its checkpoints among it; it goes to pages and to the log.
  trouble = foreign_text(trouble, kReasonBytesMax);
  const std::lock_guard lock(mutex_);
  if (stopping_) return;
  // A line that is down says the same every time; once is enough for the log.
  if (trouble != state_.trouble) {
    log_warning("peer.trouble",
                {{"peer", config_.peer.str()}, {"log", origin_}, {"verdict", to_text(verdict)}, {"message", trouble}});
  }
  ++state_.failures;
  state_.verdict = verdict;
  state_.trouble = std::move(trouble);
  state_.pinned = replica_.pinned();
}

void Puller::note_success(Verdict verdict) {
  const UtcMs now = config_.clock->now();
  const std::lock_guard lock(mutex_);
  if (state_.failures != 0) log_info("peer.well_again", {{"peer", config_.peer.str()}, {"log", origin_}});
  state_.failures = 0;
  state_.verdict = verdict;
  state_.trouble.clear();
  state_.last_answer = now;
  if (verdict == Verdict::kExtends) state_.last_progress = now;
  state_.held = replica_.size();
  state_.known = replica_.known_size();
}

bool Puller::pause(std::chrono::steady_clock::duration took) {
  const std::chrono::milliseconds first(config_.backoff_first_ms);
  std::unique_lock lock(mutex_);
  if (state_.failures != 0 || (state_.verdict == Verdict::kNothingNew && took < first)) {
    const DurationMs wait = backoff_ms(state_.failures, config_.backoff_first_ms, config_.backoff_max_ms, random_);
    changed_.wait_for(lock, std::chrono::milliseconds(wait), [this] { return stopping_; });
  }
  return !stopping_;
}

}  // namespace tansiq::node
