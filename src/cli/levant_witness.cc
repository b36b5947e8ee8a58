#include "cli/levant_witness.h"

#include <pthread.h>

#include <algorithm>
#include <chrono>
#include <csignal>

#include "base/json_in.h"
#include "cli/wire.h"

namespace tansiq::cli {

std::vector<std::string> alert_lines_until(const std::vector<std::string>& lines, UtcMs moment) {
  std::vector<std::string> out;
  for (const std::string& line : lines) {
    const auto document = JsonDocument::parse(line);
    const auto alert = document ? document->root().find("alert") : std::nullopt;
    if (alert && number_of(*alert, "changed_ms") <= moment.ms) out.push_back(line);
  }
  return out;
}

std::size_t count_of_event(const std::vector<std::string>& lines, std::string_view event) {
  return static_cast<std::size_t>(std::ranges::count_if(lines, [&](const std::string& line) {
    const auto document = JsonDocument::parse(line);
    return document && text_of(document->root(), "event") == event;
  }));
}

Result<std::unique_ptr<LevantWitness>> LevantWitness::start(NodeClient client) {
  std::unique_ptr<LevantWitness> witness(new LevantWitness(std::move(client)));
  witness->stream_ = TRY(witness->client_.http().events("/v1/live"));
  witness->thread_ = std::jthread([raw = witness.get()](const std::stop_token& stop) { raw->run(stop); });
  return witness;
}

std::vector<std::string> LevantWitness::lines() const {
  const std::lock_guard lock(mutex_);
  return lines_;
}

std::optional<std::string> LevantWitness::await(const std::function<bool(const JsonValue& alert)>& good,
                                                DurationMs most_ms) const {
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(most_ms);
  std::unique_lock lock(mutex_);
  for (std::size_t next = 0;;) {
    if (!more_.wait_until(lock, end, [&] { return next < lines_.size(); })) return {};
    const std::string line = lines_[next++];
    lock.unlock();
    const auto document = JsonDocument::parse(line);
    const auto alert = document ? document->root().find("alert") : std::nullopt;
    if (alert && good(*alert)) return line;
    lock.lock();
  }
}

void LevantWitness::run(const std::stop_token& stop) {
  // Signals are for whoever waits for them, never for this thread.
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
  constexpr DurationMs kLookMs = 100;
  while (!stop.stop_requested()) {
    auto event = stream_->next(kLookMs);
    if (!event && event.error().code == ErrorCode::kTimeout) continue;
    if (!event || !*event) return;  // The node has ended it, or is gone: nothing more is to be heard.
    if ((*event)->event != "alert") continue;
    const std::lock_guard lock(mutex_);
    if (lines_.size() < kWitnessLinesMax) {
      lines_.push_back(std::move((*event)->data));
      more_.notify_all();
    } else {
      ++dropped_;
    }
  }
}

}  // namespace tansiq::cli
