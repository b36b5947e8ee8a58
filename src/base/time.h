// Time: UTC milliseconds since 1970, without leap seconds, as a strong type; RFC 3339 text; clocks.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include "base/result.h"

namespace tansiq {

/// A duration in milliseconds. Plain integer on purpose: it is signed into records.
using DurationMs = std::int64_t;

/// A moment, in milliseconds of UTC since 1970-01-01T00:00:00Z. Integers only in anything signed or decided.
struct UtcMs {
  std::int64_t ms = 0;

  friend constexpr auto operator<=>(UtcMs, UtcMs) = default;
  friend constexpr UtcMs operator+(UtcMs t, DurationMs d) { return {t.ms + d}; }
  friend constexpr UtcMs operator-(UtcMs t, DurationMs d) { return {t.ms - d}; }
  friend constexpr DurationMs operator-(UtcMs a, UtcMs b) { return a.ms - b.ms; }
};

/// The moments that can be written with four-digit years: 0000-01-01 and 9999-12-31T23:59:59.999Z. Everything from
/// outside lies between them, so that sums with any allowed duration cannot overflow.
inline constexpr UtcMs kUtcMin{-62'167'219'200'000};
inline constexpr UtcMs kUtcMax{253'402'300'799'999};

/// RFC 3339 in UTC with milliseconds, `2026-11-22T10:00:00.000Z`; without the fraction where it is zero.
[[nodiscard]] std::string format_utc(UtcMs t);

/// How to bring digits finer than a millisecond to the grid.
enum class TimeRounding : std::uint8_t { kDown, kUp };

/// Parses RFC 3339 with any offset and 0 to 9 fraction digits. Leap seconds (`:60`) are read as the next second.
/// Fails with `kMalformed`, naming what is wrong.
[[nodiscard]] Result<UtcMs> parse_utc(std::string_view text, TimeRounding rounding = TimeRounding::kDown);

/// Reads a duration such as `90s`, `5m`, `2h`, `500ms`, `1d`; no sign, no space. Fails with `kMalformed`.
[[nodiscard]] Result<DurationMs> parse_duration(std::string_view text);

/// A duration for people: `450 ms`, `12.5 s`, `3 min 20 s`, `2 h 05 min`.
[[nodiscard]] std::string format_duration(DurationMs d);

/// Where a process gets the time from. Deciding code never calls it: time comes in with each command.
class Clock {
 public:
  Clock() = default;
  Clock(const Clock&) = delete;
  Clock& operator=(const Clock&) = delete;
  virtual ~Clock() = default;
  /// Wall time. May step; the node makes log time monotonic (`max(clock, last entry)`).
  [[nodiscard]] virtual UtcMs now() const = 0;
};

/// The operating system's clock.
class SystemClock final : public Clock {
 public:
  [[nodiscard]] UtcMs now() const override;
};

/// The system clock moved by a fixed offset: a node that replays a recording or runs an exercise at another date.
class OffsetClock final : public Clock {
 public:
  explicit OffsetClock(DurationMs offset) : offset_(offset) {}
  [[nodiscard]] UtcMs now() const override;

 private:
  DurationMs offset_;
};

/// A clock that stands still until it is set. For tests, replays and simulation.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(UtcMs start = {}) : now_(start) {}
  [[nodiscard]] UtcMs now() const override { return now_; }
  void set(UtcMs t) { now_ = t; }
  void advance(DurationMs d) { now_ = now_ + d; }

 private:
  UtcMs now_;
};

}  // namespace tansiq
