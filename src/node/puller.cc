#include "node/puller.h"

#include <algorithm>
#include <chrono>
#include <utility>

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
  EXPECT_INVARIANT(config_.clock != nullptr && config_.take);
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
    if (!more || !pause(std::chrono::steady_clock::now() - begin)) break;
  }
  if (ahead_) (void)await_stored();
}

Result<std::string> Puller::question_body(const Replica& last) {
  if (config_.cosigner == nullptr || !last.caught_up() || last.size() == 0) return std::string(last.newest_note());
  if (receipt_size_ != last.size()) {
    auto receipt = TRY(last.receipt(*config_.cosigner, config_.clock->now()));
    receipt_ = std::move(receipt).value_or(std::string(last.newest_note()));
    receipt_size_ = last.size();
  }
  return receipt_;
}

Result<std::string> Puller::ask(const PullQuestion& question, const Replica& last) {
  return transport_->ask(question, TRY(question_body(last)));
}

bool Puller::ask_once() {
  const Replica& last = ahead_ ? *ahead_ : replica_;
  PullQuestion question = last.question();
  question.wait_ms = config_.wait_ms;
  const auto bytes = ask(question, last);
  const auto answer = bytes ? read_pull_answer(*bytes) : std::unexpected(bytes.error());
  std::optional<log::SubtreeReader> nodes;
  if (reader_) nodes = stored_subtrees(*reader_, log_);
  Judgement judged;
  if (answer) judged = last.judge(*answer, nodes ? &*nodes : nullptr);
  const Piece piece{config_.peer, origin_, judged};
  Storing storing;
  if (judged.verdict == Verdict::kExtends) storing = config_.take(piece);
  // What came is worth nothing unless what it follows is there.
  if (ahead_ && !await_stored()) return true;
  if (!answer) {
    // It had signed that checkpoint: let it show what it has instead.
    if (answer.error().code == ErrorCode::kConflict && question.under) replica_.doubt();
    note_failure(Verdict::kRefused, answer.error().text());
    return true;
  }
  if (judged.verdict == Verdict::kExtends) {
    store(judged, storing);
    // Whoever has all of it says so in the next question, and that is true only then.
    if (ahead_->caught_up()) (void)await_stored();
    return true;
  }
  replica_.settle(judged);
  if (judged.verdict == Verdict::kNothingNew) {
    note_success(judged.verdict, replica_.size(), replica_.known_size());
    if (config_.heard) config_.heard(config_.peer);
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

void Puller::store(const Judgement& judged, const Storing& storing) {
  ahead_ = replica_;
  ahead_->settle(judged);
  storing([this, held = ahead_->size(), known = ahead_->known_size()](Status durable) {
    // What is durable is shown at once, however long the peer takes over the next question.
    if (durable) note_success(Verdict::kExtends, held, known);
    const std::lock_guard lock(mutex_);
    stored_ = std::move(durable);
    changed_.notify_all();
  });
}

bool Puller::await_stored() {
  Status durable;
  {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return stored_.has_value(); });
    durable = *std::exchange(stored_, std::nullopt);
  }
  Replica ahead = *std::exchange(ahead_, std::nullopt);
  if (durable) {
    replica_ = std::move(ahead);
  } else {
    note_failure(Verdict::kRefused, "not stored here: " + durable.error().text());
  }
  return durable.has_value();
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

void Puller::note_success(Verdict verdict, std::uint64_t held, std::uint64_t known) {
  const UtcMs now = config_.clock->now();
  const std::lock_guard lock(mutex_);
  if (state_.failures != 0) log_info("peer.well_again", {{"peer", config_.peer.str()}, {"log", origin_}});
  state_.failures = 0;
  state_.verdict = verdict;
  state_.trouble.clear();
  state_.last_answer = now;
  if (verdict == Verdict::kExtends) state_.last_progress = now;
  state_.held = held;
  state_.known = known;
}

bool Puller::pause(std::chrono::steady_clock::duration took) {
  const std::chrono::milliseconds first(config_.backoff_first_ms);
  std::unique_lock lock(mutex_);
  if (ahead_) return !stopping_;
  if (state_.failures != 0 || (state_.verdict == Verdict::kNothingNew && took < first)) {
    const DurationMs wait = backoff_ms(state_.failures, config_.backoff_first_ms, config_.backoff_max_ms, random_);
    changed_.wait_for(lock, std::chrono::milliseconds(wait), [this] { return stopping_; });
  }
  return !stopping_;
}

}  // namespace tansiq::node
