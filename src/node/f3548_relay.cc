#include "node/f3548_relay.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <utility>

#include "base/logging.h"
#include "node/f3548_json.h"
#include "node/pull_format.h"

namespace tansiq::node {
namespace {

void refuse(const std::shared_ptr<net::Exchange>& exchange, int status, std::string_view message) {
  net::Response response = net::json_response(status, f3548_error_json(message));
  net::add_retry_after(response);
  exchange->respond(std::move(response));
}

/// A message under way through the face: its answers, until all are there.
class Gathering : public std::enable_shared_from_this<Gathering> {
 public:
  /// `may_change`: of each request.
  Gathering(std::shared_ptr<net::Exchange> exchange, std::vector<bool> may_change, std::shared_ptr<RelayJoiner> joiner)
      : exchange_(std::move(exchange)),
        joiner_(std::move(joiner)),
        may_change_(std::move(may_change)),
        answers_(may_change_.size()),
        left_(may_change_.size()) {}
  /// Any thread; once for each i.
  void answer(std::size_t i, net::Response response) {
    // What will not go is not kept until all others are there. Small ones always go.
    const std::size_t bytes = response.body_view().size();
    if (bytes > kRelaySmallBytesMax &&
        held_.fetch_add(bytes, std::memory_order_relaxed) + bytes > kRelayAnswerBytesMax) {
      held_.fetch_sub(bytes, std::memory_order_relaxed);
      response = instead_of(response, may_change_[i]);
    }
    answers_[i] = std::move(response);
    if (left_.fetch_sub(1, std::memory_order_acq_rel) > 1) return;
    joiner_->run([self = shared_from_this()] { self->join(); });
  }

 private:
  void join() {
    // Freed here too.
    const std::vector<net::Response> answers = std::move(answers_);
    net::Response whole;
    whole.headers.add("Content-Type", kPullMediaType);
    whole.body = relay_answer(answers, may_change_);
    exchange_->respond(std::move(whole));
  }

  const std::shared_ptr<net::Exchange> exchange_;
  const std::shared_ptr<RelayJoiner> joiner_;
  const std::vector<bool> may_change_;
  std::vector<net::Response> answers_;
  std::atomic<std::size_t> left_;
  std::atomic<std::size_t> held_{0};  ///< Bytes of the large ones.
};

}  // namespace

F3548Relay::F3548Relay(Config config) : config_(std::move(config)) {
  for (const Ask& ask : config_.lines) threads_.emplace_back([this, &ask] { run(ask); });
}

F3548Relay::~F3548Relay() { stop(); }

void F3548Relay::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
  }
  config_.interrupt();
  for (std::thread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
  for (const Waiting& waiting : std::exchange(queue_, {})) refuse(waiting.exchange, 503, "the node is stopping");
}

void F3548Relay::take(const std::shared_ptr<net::Exchange>& exchange) {
  Waiting waiting{exchange, RelayedRequest::of(exchange->request()),
                  std::chrono::steady_clock::now() + std::chrono::milliseconds(config_.wait_ms)};
  {
    const std::lock_guard lock(mutex_);
    if (!stopping_ && queue_.size() < config_.waiting_max &&
        queued_bytes_ + waiting.request.bytes() <= kRelayWaitingBytesMax) {
      queued_bytes_ += waiting.request.bytes();
      queue_.push_back(std::move(waiting));
      changed_.notify_one();
      return;
    }
  }
  refuse(exchange, 503, "too much waits for the node that keeps the registry");
}

void F3548Relay::run(const Ask& ask) {
  while (true) {
    std::vector<Waiting> late;
    std::vector<Waiting> batch = next_batch(late);
    for (const Waiting& waiting : late) refuse(waiting.exchange, 503, "the node that keeps the registry is too slow");
    if (!batch.empty()) {
      send(ask, batch);
    } else if (late.empty()) {
      return;
    }
  }
}

/// Empty, and nobody late, when stopping.
std::vector<F3548Relay::Waiting> F3548Relay::next_batch(std::vector<Waiting>& late) {
  std::vector<Waiting> out;
  std::unique_lock lock(mutex_);
  // Again, when all who asked have gone.
  while (out.empty() && late.empty()) {
    changed_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    if (stopping_) return out;
    const SteadyTime now = std::chrono::steady_clock::now() + std::chrono::milliseconds(kRelayLineMs);
    std::size_t bytes = 0;
    while (!queue_.empty() && out.size() < kRelayRequestsMax) {
      Waiting& next = queue_.front();
      bytes += next.request.bytes();
      if (!out.empty() && bytes > kRelayQuestionBytesMax) break;
      queued_bytes_ -= next.request.bytes();
      if (next.until <= now) {
        late.push_back(std::move(next));
      } else if (!next.exchange->abandoned()) {
        out.push_back(std::move(next));
      }
      queue_.pop_front();
    }
  }
  return out;
}

void F3548Relay::send(const Ask& ask, std::vector<Waiting>& batch) {
  std::vector<RelayedRequest> requests;
  requests.reserve(batch.size());
  SteadyTime until = batch.front().until;
  for (Waiting& waiting : batch) {
    requests.push_back(std::move(waiting.request));
    until = std::min(until, waiting.until);
  }
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
  const auto attempt = [&]() -> Result<std::vector<net::Response>> {
    const std::string answer = TRY(ask(
        relay_question(requests, static_cast<std::uint32_t>(std::max<std::int64_t>(0, left.count() - kRelayLineMs)))));
    auto responses = TRY(read_relay_answer(answer));
    if (responses.size() != batch.size()) {
      return fail(ErrorCode::kMalformed, "the answer has another number of parts than the question");
    }
    return responses;
  };
  auto responses = attempt();
  if (responses) {
    net::ReplyBatch replies;
    for (std::size_t i = 0; i < batch.size(); ++i) replies.add(batch[i].exchange, std::move((*responses)[i]));
    return;
  }
  const std::string cause = fmt::format("{} keeps the registry, and its node cannot be asked: {}", config_.to.str(),
                                        responses.error().text());
  log_warning("f3548.relay", {{"to", config_.to.str()}, {"requests", batch.size()}, {"message", cause}});
  for (const Waiting& waiting : batch) {
    refuse(waiting.exchange, 503, cause + "; whether a change was made is seen by reading the entity again");
  }
  // What waits behind them would not fare better, and its clients had rather know at once.
  std::deque<Waiting> rest;
  {
    const std::lock_guard lock(mutex_);
    rest.swap(queue_);
    queued_bytes_ = 0;
  }
  for (const Waiting& waiting : rest) refuse(waiting.exchange, 503, cause);
}

RelayJoiner::RelayJoiner() {
  thread_ = std::thread([this] { work(); });
}

RelayJoiner::~RelayJoiner() { stop(); }

void RelayJoiner::run(Job job) {
  {
    const std::lock_guard lock(mutex_);
    if (!stopping_) {
      queue_.push_back(std::move(job));
      changed_.notify_one();
      return;
    }
  }
  job();
}

void RelayJoiner::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    changed_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
}

void RelayJoiner::work() {
  while (true) {
    Job job;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
      if (queue_.empty()) return;
      job = std::move(queue_.front());
      queue_.pop_front();
    }
    job();
  }
}

void serve_relayed(const std::shared_ptr<net::Exchange>& exchange,
                   const std::function<void(const std::shared_ptr<net::Exchange>&)>& handle,
                   std::shared_ptr<RelayJoiner> joiner) {
  auto question = read_relay_question(exchange->request().body);
  if (!question) {
    exchange->respond(std::move(question.error()));
    return;
  }
  const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(question->left_ms);
  std::vector<bool> changing;
  for (const net::Request& request : question->requests) changing.push_back(may_change(request));
  const auto gathering = std::make_shared<Gathering>(exchange, std::move(changing), std::move(joiner));
  // Nothing is begun for which nobody waits any more: a write must not succeed when its client has given it up.
  const auto gone = [exchange, until] { return exchange->abandoned() || std::chrono::steady_clock::now() >= until; };
  for (std::size_t i = 0; i < question->requests.size(); ++i) {
    net::Request& request = question->requests[i];
    request.connection = exchange->request().connection;
    auto answer = [gathering, i](net::Response response) { gathering->answer(i, std::move(response)); };
    handle(std::make_shared<net::Exchange>(std::move(request), std::move(answer), gone));
  }
}

RelayDesk::RelayDesk(Handle handle) : handle_(std::move(handle)), joiner_(std::make_shared<RelayJoiner>()) {
  thread_ = std::thread([this] { run(); });
}

RelayDesk::~RelayDesk() { stop(); }

void RelayDesk::take(const std::shared_ptr<net::Exchange>& exchange) {
  {
    const std::lock_guard lock(mutex_);
    if (!stopping_ && queue_.size() < kRelayMessagesMax) {
      queue_.push_back(exchange);
      changed_.notify_one();
      return;
    }
  }
  exchange->respond({ErrorCode::kOverloaded, "too many members hand requests on; try again", {}});
}

void RelayDesk::stop() {
  std::deque<std::shared_ptr<net::Exchange>> rest;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    rest.swap(queue_);
    changed_.notify_all();
  }
  for (const auto& exchange : rest) exchange->respond({ErrorCode::kUnavailable, "the node is stopping", {}});
  if (thread_.joinable()) thread_.join();
  joiner_->stop();
}

void RelayDesk::run() {
  while (true) {
    std::shared_ptr<net::Exchange> exchange;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
      if (stopping_) return;
      exchange = std::move(queue_.front());
      queue_.pop_front();
    }
    if (!exchange->abandoned()) serve_relayed(exchange, handle_, joiner_);
  }
}

}  // namespace tansiq::node
