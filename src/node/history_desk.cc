#include "node/history_desk.h"

#include <fmt/format.h>

#include <chrono>
#include <utility>

#include "node/background.h"
#include "node/record_moment.h"
#include "node/restore.h"

namespace tansiq::node {

HistoryDesk::HistoryDesk(Config config, store::LogStore& store, ProblemLog& problems)
    : config_(std::move(config)), store_(store), problems_(problems), thread_([this] { run(); }) {}

HistoryDesk::~HistoryDesk() { stop(); }

void HistoryDesk::stop() {
  given_up_.store(true);
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void HistoryDesk::forget() {
  const std::lock_guard lock(mutex_);
  forgotten_ = true;
}

void HistoryDesk::refuse(const std::shared_ptr<net::Exchange>& exchange, Error error) {
  const net::Problem problem = exchange->respond(std::move(error));
  const net::Request& request = exchange->request();
  problems_.add(problem, net::method_name(request.method), request.path(), request.connection->address);
}

void HistoryDesk::ask(const std::shared_ptr<net::Exchange>& exchange, UtcMs at, Render render) {
  if (at > config_.clock->now()) {
    return refuse(exchange,
                  {ErrorCode::kInvalid, "this moment has not come; what is planned for it stands now", "at_ms"});
  }
  {
    const std::lock_guard lock(mutex_);
    if (!busy_ && !stopping_) {
      busy_ = true;
      job_ = Job{exchange, at, std::move(render)};
      changed_.notify_all();
      return;
    }
  }
  if (given_up_.load()) return refuse(exchange, {ErrorCode::kUnavailable, "the node is stopping", {}});
  refuse(exchange, {ErrorCode::kOverloaded, "another moment of the past is being put together; try again", {}});
}

void HistoryDesk::run() {
  step_back();
  while (true) {
    std::optional<Job> job;
    {
      std::unique_lock lock(mutex_);
      const auto something = [this] { return stopping_ || job_.has_value(); };
      if (kept_) {
        if (!changed_.wait_for(lock, std::chrono::milliseconds(config_.kept_ms), something)) kept_.reset();
      } else {
        changed_.wait(lock, something);
      }
      job = std::exchange(job_, std::nullopt);
      if (std::exchange(forgotten_, false)) kept_.reset();
      if (!job && stopping_) return;
    }
    if (!job) continue;
    Result<net::Response> response = answer(*job);
    {
      // Before the answer: whoever has it may ask again at once.
      const std::lock_guard lock(mutex_);
      busy_ = false;
    }
    if (response) {
      job->exchange->respond(std::move(*response));
    } else {
      refuse(job->exchange, std::move(response.error()));
    }
  }
}

Result<net::Response> HistoryDesk::answer(const Job& job) {
  if (given_up_.load()) return fail(ErrorCode::kUnavailable, "the node is stopping");
  const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(config_.fold_ms_max);
  const auto late = [&] { return std::chrono::steady_clock::now() > until; };
  const std::unique_ptr<store::LogReader> reader = TRY(store_.open_reader());
  const RecordMoment moment = TRY(record_moment(*reader, config_.main_origin, job.at, config_.clock->now()));
  if (!kept_ || kept_->next_seq() != moment.end_seq) {
    auto state = fold_past(
        store_, config_.coalition, moment.end_seq, config_.switches,
        [&] { return given_up_.load() || job.exchange->abandoned() || late(); }, std::exchange(kept_, std::nullopt));
    if (!state) {
      if (late() && !given_up_.load()) {
        return fail(ErrorCode::kTooMuchWork,
                    fmt::format("so much lies between this moment and the snapshot before it that {} s do not do",
                                config_.fold_ms_max / 1'000),
                    "at_ms");
      }
      return std::unexpected(std::move(state.error()));
    }
    kept_.emplace(std::move(*state));
  }
  return job.render({*kept_, job.at, moment.last});
}

}  // namespace tansiq::node
