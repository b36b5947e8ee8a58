// By how much this node's clock may be wrong (docs/adr/0016-clock-bound.md).
//
//   ClockBound bound(limit_ms, system_time_source());
//   every moment:  const ClockStanding now = bound.observe();   if (now.fit != before.fit) core.submit(ClockTask{now});
//
// The kernel states a bound of its own error while a time daemon disciplines it (`adjtimex`: maxerror). When it does
// not, the last bound stands and grows with the monotonic clock, by kDriftPpm. Without any bound, and with one above
// the limit, the clock is not fit: the node logs CLOCK-FAULT (T8), and takes it back when the bound is within again.
//
// Where data are not for real, the operator may state the bound instead.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "core/record.h"

namespace tansiq::node {

/// Of an oscillator that nobody disciplines: 180 ms an hour.
inline constexpr std::int64_t kDriftPpm = 50;

/// Where bounds come from. A test has its own.
class TimeSource {
 public:
  TimeSource() = default;
  TimeSource(const TimeSource&) = delete;
  TimeSource& operator=(const TimeSource&) = delete;
  virtual ~TimeSource() = default;
  struct Reading {
    bool synchronised = false;
    std::int64_t error_us_max = 0;  ///< Only where synchronised.
  };
  [[nodiscard]] virtual Reading read() = 0;
  /// Time that passes, whatever is done to the clock, and also while the machine sleeps.
  [[nodiscard]] virtual std::int64_t monotonic_ms() = 0;
};
/// The kernel's: adjtimex and CLOCK_BOOTTIME.
[[nodiscard]] std::unique_ptr<TimeSource> system_time_source();

struct ClockStanding {
  std::optional<DurationMs> bound;  ///< Nothing: it cannot be bounded.
  bool fit = false;
  DurationMs limit = 0;
  bool synchronised = false;
  std::string text;  ///< For people, in one line.
  static constexpr auto fields() {
    return field_list(core::field("bound_ms", &ClockStanding::bound), core::field("fit", &ClockStanding::fit),
                      core::field("limit_ms", &ClockStanding::limit),
                      core::field("synchronised", &ClockStanding::synchronised),
                      core::field("text", &ClockStanding::text));
  }
};

[[nodiscard]] std::string clock_json(const ClockStanding& standing);

class ClockBound {
 public:
  /// `stated`: the operator's word, instead of the source's. Without either the clock is never fit.
  ClockBound(DurationMs limit_ms, std::unique_ptr<TimeSource> source, std::optional<DurationMs> stated = {});
  /// Another version of the charter is in force, with another bound: judged by it from the next look on. Any thread.
  void follow(DurationMs limit_ms) { limit_ms_.store(limit_ms); }
  /// Looks at the source. One thread.
  ClockStanding observe();
  /// What was last observed. Any thread.
  [[nodiscard]] ClockStanding standing() const;

 private:
  [[nodiscard]] ClockStanding look();

  std::atomic<DurationMs> limit_ms_;
  const std::unique_ptr<TimeSource> source_;
  const std::optional<DurationMs> stated_;
  std::optional<std::int64_t> bound_us_;  ///< When the source last stated one.
  std::int64_t at_ms_ = 0;                ///< By the monotonic clock.
  mutable std::mutex mutex_;
  ClockStanding last_;
};

}  // namespace tansiq::node
