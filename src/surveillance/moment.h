// Times that formats give in part: the second of a minute, the seconds of a day. The rest follows from when the bytes
// were received, which is why every decoder is told.
#pragma once

#include <cstdint>

#include "base/time.h"

namespace tansiq::surveillance {

inline constexpr std::int64_t kDayMs = 86'400'000;
inline constexpr std::int64_t kMinuteMs = 60'000;

/// The moment that is `part_ms` into some period of `period_ms` and lies nearest to `near`; the earlier of two equally
/// near, since what is said lies in the past. A time of day just before midnight that is received just after it
/// belongs to yesterday, and one just after midnight from a clock that runs ahead to tomorrow.
[[nodiscard]] constexpr UtcMs nearest(UtcMs near, std::int64_t part_ms, std::int64_t period_ms) {
  const std::int64_t into = ((near.ms % period_ms) + period_ms) % period_ms;
  std::int64_t shift = part_ms - into;  // Within ±period.
  if (shift >= period_ms - period_ms / 2) shift -= period_ms;
  if (shift < -(period_ms / 2)) shift += period_ms;
  return near + shift;
}

/// ASTERIX: 1/128 s since midnight. Values of a day and above are for the caller to refuse.
[[nodiscard]] constexpr UtcMs from_time_of_day(UtcMs near, std::uint32_t ticks_128) {
  return nearest(near, (static_cast<std::int64_t>(ticks_128) * 1'000 + 64) / 128, kDayMs);
}

/// The inverse, rounded: 1/128 s since midnight, below a day.
[[nodiscard]] constexpr std::uint32_t to_time_of_day(UtcMs t) {
  const std::int64_t into = ((t.ms % kDayMs) + kDayMs) % kDayMs;
  return static_cast<std::uint32_t>((into * 128 + 500) / 1'000 % (86'400 * 128));
}

/// UTC of a civil date and time. Each part must be in its range; days are checked against the month.
struct CivilTime {
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
  [[nodiscard]] constexpr bool valid() const {
    constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1) return false;
    const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    if (day > kDays[month - 1] + (month == 2 && leap ? 1 : 0)) return false;
    return hour >= 0 && hour < 24 && minute >= 0 && minute < 60 && second >= 0 && second < 60;
  }
  [[nodiscard]] constexpr UtcMs utc() const {
    using namespace std::chrono;
    const sys_days date = std::chrono::year{year} / std::chrono::month{static_cast<unsigned>(month)} /
                          std::chrono::day{static_cast<unsigned>(day)};
    return {static_cast<std::int64_t>(date.time_since_epoch().count()) * kDayMs +
            ((hour * 60LL + minute) * 60LL + second) * 1'000LL};
  }
};

}  // namespace tansiq::surveillance
