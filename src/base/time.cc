#include "base/time.h"

#include <fmt/format.h>

#include <array>
#include <charconv>

#include "base/foreign_text.h"

namespace tansiq {
namespace {

using std::chrono::day;
using std::chrono::days;
using std::chrono::milliseconds;
using std::chrono::month;
using std::chrono::sys_days;
using std::chrono::sys_time;
using std::chrono::year;
using std::chrono::year_month_day;

/// Reads exactly `count` digits at `at`; -1 when they are not there.
int digits(std::string_view text, std::size_t at, std::size_t count) {
  if (at + count > text.size()) return -1;
  int value = 0;
  for (std::size_t i = at; i < at + count; ++i) {
    if (text[i] < '0' || text[i] > '9') return -1;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

bool is_at(std::string_view text, std::size_t at, char expected) { return at < text.size() && text[at] == expected; }

std::unexpected<Error> bad_time(std::string_view text, std::string_view why) {
  return fail(ErrorCode::kMalformed, fmt::format("'{}' is not an RFC 3339 time: {}; write it like 2026-11-22T10:00:00Z",
                                                 foreign_text(text, kQuotedBytesMax), why));
}

}  // namespace

std::string format_utc(UtcMs t) {
  const sys_time<milliseconds> moment{milliseconds{t.ms}};
  const auto midnight = std::chrono::floor<days>(moment);
  const year_month_day date{midnight};
  const std::int64_t in_day_ms = (moment - midnight).count();
  const auto text = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", static_cast<int>(date.year()),
                                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                                in_day_ms / 3'600'000, in_day_ms / 60'000 % 60, in_day_ms / 1'000 % 60);
  const auto fraction = in_day_ms % 1'000;
  return fraction == 0 ? text + "Z" : text + fmt::format(".{:03}Z", fraction);
}

Result<UtcMs> parse_utc(std::string_view text, TimeRounding rounding) {
  const int y = digits(text, 0, 4);
  const int mo = digits(text, 5, 2);
  const int d = digits(text, 8, 2);
  if (y < 0 || mo < 0 || d < 0 || !is_at(text, 4, '-') || !is_at(text, 7, '-')) {
    return bad_time(text, "the date is not YYYY-MM-DD");
  }
  const year_month_day date{year{y}, month{static_cast<unsigned>(mo)}, day{static_cast<unsigned>(d)}};
  if (!date.ok()) return bad_time(text, "there is no such date");
  if (!is_at(text, 10, 'T') && !is_at(text, 10, 't') && !is_at(text, 10, ' ')) {
    return bad_time(text, "there is no 'T' after the date");
  }
  const int h = digits(text, 11, 2);
  const int mi = digits(text, 14, 2);
  const int s = digits(text, 17, 2);
  if (h < 0 || mi < 0 || s < 0 || !is_at(text, 13, ':') || !is_at(text, 16, ':')) {
    return bad_time(text, "the time is not hh:mm:ss");
  }
  if (h > 23 || mi > 59 || s > 60) return bad_time(text, "there is no such time of day");

  std::size_t at = 19;
  std::int64_t fraction_ns = 0;
  if (is_at(text, at, '.')) {
    const std::size_t first = ++at;
    while (at < text.size() && text[at] >= '0' && text[at] <= '9' && at - first < 9) {
      fraction_ns = fraction_ns * 10 + (text[at++] - '0');
    }
    if (at == first) return bad_time(text, "no digit follows the decimal point");
    if (at < text.size() && text[at] >= '0' && text[at] <= '9') {
      return bad_time(text, "a second has at most nine digits behind the point");
    }
    for (std::size_t i = at - first; i < 9; ++i) fraction_ns *= 10;
  }
  std::int64_t offset_ms = 0;
  if (is_at(text, at, 'Z') || is_at(text, at, 'z')) {
    ++at;
  } else if (is_at(text, at, '+') || is_at(text, at, '-')) {
    const int sign = text[at] == '+' ? 1 : -1;
    const int oh = digits(text, at + 1, 2);
    const int om = digits(text, at + 4, 2);
    if (oh < 0 || om < 0 || oh > 23 || om > 59 || !is_at(text, at + 3, ':')) {
      return bad_time(text, "the offset is not +hh:mm");
    }
    offset_ms = sign * (oh * 60LL + om) * 60'000;
    at += 6;
  } else {
    return bad_time(text, "there is no 'Z' or offset at the end");
  }
  if (at != text.size()) return bad_time(text, "something follows the time");

  std::int64_t ms = std::chrono::duration_cast<milliseconds>(sys_days{date}.time_since_epoch()).count();
  ms += (h * 3600LL + mi * 60LL + s) * 1000 - offset_ms + fraction_ns / 1'000'000;
  if (rounding == TimeRounding::kUp && fraction_ns % 1'000'000 != 0) ++ms;
  const UtcMs t{ms};
  if (t < kUtcMin || t > kUtcMax) return bad_time(text, "the year leaves 0000 to 9999");
  return t;
}

Result<DurationMs> parse_duration(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  struct Unit {
    std::string_view name;
    std::int64_t ms;
  };
  static constexpr std::array kUnits{Unit{"ms", 1}, Unit{"s", 1'000}, Unit{"m", 60'000}, Unit{"h", 3'600'000},
                                     Unit{"d", 86'400'000}};
  for (const auto& [name, factor] : kUnits) {
    if (error == std::errc{} && value >= 0 && unit == name && value <= 3'650LL * 86'400'000 / factor) {
      return value * factor;
    }
  }
  return fail(ErrorCode::kMalformed,
              fmt::format("'{}' is not a duration of at most ten years; write it like 500ms, 90s, 5m, 2h or 1d",
                          foreign_text(text, kQuotedBytesMax)));
}

std::string format_duration(DurationMs d) {
  if (d < 0) return "-" + format_duration(-d);
  if (d < 1'000) return fmt::format("{} ms", d);
  if (d < 60'000)
    return d % 1'000 == 0 ? fmt::format("{} s", d / 1'000) : fmt::format("{:.1f} s", static_cast<double>(d) / 1e3);
  if (d < 3'600'000) return fmt::format("{} min {:02} s", d / 60'000, d / 1'000 % 60);
  return fmt::format("{} h {:02} min", d / 3'600'000, d / 60'000 % 60);
}

UtcMs SystemClock::now() const {
  return {std::chrono::duration_cast<milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count()};
}

UtcMs OffsetClock::now() const { return SystemClock{}.now() + offset_; }

}  // namespace tansiq
