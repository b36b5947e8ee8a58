#include "node/clock_bound.h"

#include <fmt/format.h>
#include <sys/timex.h>

#include <algorithm>
#include <ctime>

#include "log/jcs.h"

namespace tansiq::node {
namespace {

class KernelTime final : public TimeSource {
 public:
  Reading read() override {
    timex state{};
    state.modes = 0;
    const int said = ::adjtimex(&state);
    // TIME_ERROR, or the status bit: the kernel does not vouch for its clock.
    if (said < 0 || said == TIME_ERROR || (state.status & STA_UNSYNC) != 0) return {};
    return {.synchronised = true, .error_us_max = std::max<std::int64_t>(0, state.maxerror)};
  }
  std::int64_t monotonic_ms() override {
    timespec now{};
    ::clock_gettime(CLOCK_BOOTTIME, &now);
    return std::int64_t{now.tv_sec} * 1'000 + now.tv_nsec / 1'000'000;
  }
};

}  // namespace

std::unique_ptr<TimeSource> system_time_source() { return std::make_unique<KernelTime>(); }

std::string clock_json(const ClockStanding& standing) {
  std::string text;
  log::JcsWriter out(text);
  core::write_fields(out, standing);
  return text;
}

ClockBound::ClockBound(DurationMs limit_ms, std::unique_ptr<TimeSource> source, std::optional<DurationMs> stated)
    : limit_ms_(limit_ms), source_(std::move(source)), stated_(stated) {}

ClockStanding ClockBound::look() {
  const DurationMs limit_ms = limit_ms_.load();
  ClockStanding out{.bound = {}, .fit = false, .limit = limit_ms, .synchronised = false, .text = {}};
  if (stated_) {
    out.bound = *stated_;
    out.fit = *stated_ <= limit_ms;
    out.text = fmt::format("the operator states that it is right to within {}", format_duration(*stated_));
    return out;
  }
  const TimeSource::Reading reading = source_->read();
  const std::int64_t now_ms = source_->monotonic_ms();
  out.synchronised = reading.synchronised;
  if (reading.synchronised) {
    bound_us_ = reading.error_us_max;
    at_ms_ = now_ms;
  }
  if (!bound_us_) {
    out.text = "the kernel's clock is not synchronised, and was not since this node started: start a time daemon";
    return out;
  }
  // ppm of milliseconds are nanoseconds. Both steps round up.
  const std::int64_t grown_us = (std::max<std::int64_t>(0, now_ms - at_ms_) * kDriftPpm + 999) / 1'000;
  out.bound = (*bound_us_ + grown_us + 999) / 1'000;
  out.fit = *out.bound <= limit_ms;
  out.text = reading.synchronised ? fmt::format("the kernel bounds its error by {}", format_duration(*out.bound))
                                  : fmt::format("not synchronised for {}; its error has grown to at most {}",
                                                format_duration(now_ms - at_ms_), format_duration(*out.bound));
  if (!out.fit) out.text += fmt::format(", beyond the {} of the charter", format_duration(limit_ms));
  return out;
}

ClockStanding ClockBound::observe() {
  ClockStanding seen = look();
  const std::lock_guard lock(mutex_);
  last_ = seen;
  return seen;
}

ClockStanding ClockBound::standing() const {
  const std::lock_guard lock(mutex_);
  return last_;
}

}  // namespace tansiq::node
