#include "cli/units_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <limits>
#include <optional>

#include "base/limits.h"
#include "base/units.h"
#include "cli/terminal.h"

namespace tansiq::cli {
namespace {

constexpr std::int64_t kCmPerNauticalMile = 185'200;

struct Unit {
  std::string_view suffix;
  std::int64_t numerator;  ///< Hundredths of a centimetre a unit.
};
// Longer suffixes first: `nm` before `m`.
constexpr std::array kLengthUnits{Unit{"nm", 18'520'000}, Unit{"NM", 18'520'000}, Unit{"km", 10'000'000},
                                  Unit{"ft", 3'048}, Unit{"m", 10'000}};

bool is_zero(std::string_view text) { return text == "0"; }

// Splits at the first `separator` that is not at the very front.
std::optional<std::pair<std::string_view, std::string_view>> split(std::string_view text, char separator) {
  const auto at = text.find(separator, 1);
  if (text.empty() || at == std::string_view::npos) return std::nullopt;
  return std::pair{text.substr(0, at), text.substr(at + 1)};
}

}  // namespace

Result<std::int64_t> read_fixed(std::string_view text, int digits) {
  const std::string shown(text);
  const auto malformed = [&] {
    return fail(ErrorCode::kMalformed, fmt::format("'{}' is not a decimal number", shown));
  };
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  constexpr std::size_t kDigitsMax = 15;
  std::int64_t value = 0;
  std::size_t seen = 0;
  int after_point = -1;
  bool round_up = false;
  for (const char c : text) {
    if (c == '.' && after_point < 0) {
      after_point = 0;
      continue;
    }
    if (c < '0' || c > '9') return malformed();
    if (after_point >= digits) {
      if (after_point == digits) round_up = c >= '5';
      ++after_point;
      continue;
    }
    if (++seen > kDigitsMax) return malformed();
    value = value * 10 + (c - '0');
    if (after_point >= 0) ++after_point;
  }
  if (seen == 0) return malformed();
  for (int i = std::max(after_point, 0); i < digits; ++i) {
    if (value > std::numeric_limits<std::int64_t>::max() / 10) return malformed();
    value *= 10;
  }
  if (round_up) ++value;
  return negative ? -value : value;
}

Result<std::int64_t> read_length_cm(std::string_view text) {
  if (is_zero(text)) return 0;
  for (const Unit& unit : kLengthUnits) {
    if (!text.ends_with(unit.suffix)) continue;
    constexpr int kDigits = 3;
    const auto thousandths = read_fixed(text.substr(0, text.size() - unit.suffix.size()), kDigits);
    constexpr std::int64_t kLargest = 100'000'000;  // a hundred thousand units: the product below stays in range
    if (!thousandths || *thousandths < 0 || *thousandths > kLargest) break;
    const std::int64_t scaled = *thousandths * unit.numerator;
    return (scaled + 50'000) / 100'000;
  }
  return fail(ErrorCode::kMalformed, fmt::format("'{}' is not a length such as 5nm, 9.26km, 500m or 1000ft", text));
}

Result<geo::Minima> read_minima(std::string_view text) {
  const auto first = split(text, '/');
  const auto second = first ? split(first->second, '/') : std::nullopt;
  if (!second || second->second.find('/') != std::string_view::npos) {
    return fail(ErrorCode::kMalformed,
                fmt::format("'{}' is not of the form HORIZONTAL/VERTICAL/TIME, for example 5nm/1000ft/0s", text));
  }
  const std::int64_t horizontal_cm = TRY(read_length_cm(first->first));
  geo::Minima minima;
  minima.horizontal_m = (horizontal_cm + 99) / 100;
  minima.vertical_cm = TRY(read_length_cm(second->first));
  minima.time_ms = is_zero(second->second) ? 0 : TRY(parse_duration(second->second));
  return minima;
}

namespace {

struct Height {
  std::optional<std::int64_t> cm;  ///< Nothing: no limit.
  bool flight_level = false;
};

enum class End : std::uint8_t { kLower, kUpper };

Result<Height> read_height(std::string_view text, End end) {
  const bool ground = text == "gnd" || text == "sfc";
  if (ground || text == "unl") {
    if (ground == (end == End::kLower)) return Height{};
    return fail(ErrorCode::kMalformed,
                fmt::format("{} cannot be {} limit", text, end == End::kLower ? "a lower" : "an upper"));
  }
  if (text.starts_with("FL") || text.starts_with("fl")) {
    const std::int64_t level = TRY(read_fixed(text.substr(2), 0));
    return Height{cm_from_flight_level(level), true};
  }
  const bool below = text.starts_with('-');
  const std::int64_t cm = TRY(read_length_cm(below ? text.substr(1) : text));
  return Height{below ? -cm : cm, false};
}

}  // namespace

Result<geo::LevelBand> read_band(std::string_view text) {
  const std::string shown(text);
  const auto malformed = [&](std::string_view why) {
    return fail(
        ErrorCode::kMalformed,
        fmt::format("'{}' is not a level band: {}; right are FL180-FL240, 500ft-2500ft, 0m-1200m@agl, gnd-FL100", shown,
                    why));
  };
  geo::LevelBand band;
  band.reference = geo::VerticalReference::kAmsl;
  const auto at = text.find('@');
  if (at != std::string_view::npos) {
    const std::string_view reference = text.substr(at + 1);
    text = text.substr(0, at);
    if (reference == "wgs84") {
      band.reference = geo::VerticalReference::kWgs84;
    } else if (reference == "agl") {
      band.reference = geo::VerticalReference::kAgl;
    } else if (reference != "amsl") {
      return malformed(fmt::format("'{}' is not one of amsl, wgs84, agl", reference));
    }
  }
  const auto ends = split(text, '-');
  if (!ends) return malformed("it has no '-' between the lower and the upper limit");
  const auto lower = read_height(ends->first, End::kLower);
  const auto upper = read_height(ends->second, End::kUpper);
  if (!lower || !upper) return malformed(lower ? upper.error().message : lower.error().message);
  if (lower->cm && upper->cm && lower->flight_level != upper->flight_level) {
    return malformed("one limit is a flight level and the other a height; their distance depends on the weather");
  }
  if (lower->flight_level || upper->flight_level) {
    if (at != std::string_view::npos) return malformed("flight levels are of the standard atmosphere, and take no '@'");
    band.reference = geo::VerticalReference::kFlightLevel;
  }
  band.lower_cm = lower->cm.value_or(geo::kHeightUnboundedLow);
  band.upper_cm = upper->cm.value_or(geo::kHeightUnboundedHigh);
  if (band.lower_cm >= band.upper_cm) return malformed("the lower limit is not below the upper one");
  return band;
}

Result<geo::LatLng> read_point(std::string_view text) {
  const auto parts = split(text, ',');
  const auto malformed = [&] {
    return fail(
        ErrorCode::kMalformed,
        fmt::format("'{}' is not a point 'latitude,longitude' in decimal degrees, for example 33.5138,36.2765", text));
  };
  if (!parts) return malformed();
  const auto lat = read_fixed(parts->first, 7);
  const auto lng = read_fixed(parts->second, 7);
  if (!lat || !lng || std::abs(*lat) > 900'000'000 || std::abs(*lng) > 1'800'000'000) return malformed();
  return geo::LatLng{static_cast<std::int32_t>(*lat), static_cast<std::int32_t>(*lng)};
}

std::vector<std::string_view> split_words(std::string_view text) {
  std::vector<std::string_view> words;
  while (true) {
    const std::size_t begin = text.find_first_not_of(" \t\n");
    if (begin == std::string_view::npos) return words;
    text.remove_prefix(begin);
    const std::size_t end = std::min(text.find_first_of(" \t\n"), text.size());
    words.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
}

Result<std::vector<geo::LatLng>> read_points(std::string_view text) {
  std::vector<geo::LatLng> points;
  while (!text.empty()) {
    const auto end = text.find_first_of(" ;");
    const std::string_view word = text.substr(0, end);
    if (!word.empty()) points.push_back(TRY(read_point(word)));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return points;
}

Result<UtcMs> read_time(std::string_view text, UtcMs now) {
  constexpr std::int64_t kMinuteMs = 60'000;
  now.ms -= now.ms % kMinuteMs;
  if (text == "now") return now;
  if (text.starts_with("now+")) return now + TRY(parse_duration(text.substr(4)));
  if (text.starts_with("now-")) return now - TRY(parse_duration(text.substr(4)));
  return parse_utc(text);
}

Result<geo::TimeWindow> read_window(std::string_view text, UtcMs now) {
  const auto ends = split(text, '/');
  if (!ends) {
    return fail(ErrorCode::kMalformed,
                fmt::format("'{}' is not START/END or START/+DURATION, for example now/+30m", text));
  }
  geo::TimeWindow window;
  window.start = TRY(read_time(ends->first, now));
  window.end = ends->second.starts_with('+') ? window.start + TRY(parse_duration(ends->second.substr(1)))
                                             : TRY(read_time(ends->second, now));
  if (window.end <= window.start) return fail(ErrorCode::kInvalid, fmt::format("'{}' ends before it starts", text));
  return window;
}

namespace {

std::string_view reference_text(geo::VerticalReference reference) {
  switch (reference) {
    case geo::VerticalReference::kWgs84:
      return "WGS-84";
    case geo::VerticalReference::kAmsl:
      return "AMSL";
    case geo::VerticalReference::kFlightLevel:
      return "FL";
    case geo::VerticalReference::kAgl:
      return "AGL";
  }
  return "?";
}

bool no_limit(std::int64_t cm) { return cm == geo::kHeightUnboundedLow || cm == geo::kHeightUnboundedHigh; }

std::string trimmed(std::string text) {
  if (text.find('.') == std::string::npos) return text;
  while (text.ends_with('0')) text.pop_back();
  if (text.ends_with('.')) text.pop_back();
  return text;
}

std::string feet_text(std::int64_t cm) {
  const std::int64_t scaled = cm * 100;
  const std::int64_t feet = (scaled + (scaled < 0 ? -1'524 : 1'524)) / 3'048;
  return (feet < 0 ? "-" : "") + group_digits(static_cast<std::uint64_t>(std::abs(feet)));
}

}  // namespace

std::string height_text(std::int64_t height_cm, geo::VerticalReference reference) {
  if (no_limit(height_cm)) return "no limit";
  if (reference == geo::VerticalReference::kFlightLevel) {
    // Flown volumes lie between levels: FL123.4 is what a quarter of a hundred feet looks like.
    const auto tenths = std::llround(static_cast<double>(height_cm) / 304.8);
    if (tenths % 10 == 0) return fmt::format("FL{:03}", tenths / 10);
    return fmt::format("FL{:05.1f}", static_cast<double>(tenths) / 10);
  }
  return fmt::format("{} ft {}", feet_text(height_cm), reference_text(reference));
}

std::string band_text(const geo::LevelBand& band) {
  const bool no_low = no_limit(band.lower_cm);
  const bool no_high = no_limit(band.upper_cm);
  if (no_low && no_high) return "all levels";
  if (no_low) return "below " + height_text(band.upper_cm, band.reference);
  if (no_high) return "above " + height_text(band.lower_cm, band.reference);
  if (band.reference == geo::VerticalReference::kFlightLevel) {
    return height_text(band.lower_cm, band.reference) + "–" + height_text(band.upper_cm, band.reference);
  }
  return feet_text(band.lower_cm) + "–" + height_text(band.upper_cm, band.reference);
}

std::string length_text(std::int64_t length_cm) {
  if (length_cm >= kCmPerNauticalMile / 2) {
    return trimmed(fmt::format("{:.2f}", static_cast<double>(length_cm) / static_cast<double>(kCmPerNauticalMile))) +
           " NM";
  }
  return trimmed(fmt::format("{:.2f}", static_cast<double>(length_cm) / 100)) + " m";
}

std::string point_text(const geo::LatLng& point) {
  return fmt::format("{:08.5f}{} {:09.5f}{}", std::abs(static_cast<double>(point.lat_e7)) / 1e7,
                     point.lat_e7 < 0 ? 'S' : 'N', std::abs(static_cast<double>(point.lng_e7)) / 1e7,
                     point.lng_e7 < 0 ? 'W' : 'E');
}

std::string clock_text(UtcMs t) { return format_utc(t).substr(11, 8); }

std::string window_text(const geo::TimeWindow& window) {
  const std::string start = format_utc(window.start);
  const std::string end = format_utc(window.end);
  const auto clock = [](const std::string& t) { return t.substr(17, 2) == "00" ? t.substr(11, 5) : t.substr(11, 8); };
  const std::string day = start.substr(0, 10);
  if (day == end.substr(0, 10)) return fmt::format("{} {}–{} UTC", day, clock(start), clock(end));
  return fmt::format("{} {} – {} {} UTC", day, clock(start), end.substr(0, 10), clock(end));
}

std::string minima_text(const geo::Minima& minima) {
  return fmt::format("{}, {} ft, {}", length_text(minima.horizontal_m * 100), feet_text(minima.vertical_cm),
                     minima.time_ms == 0 ? std::string("0 s") : span_text(minima.time_ms));
}

std::string outline_text(const geo::Outline& outline) {
  if (const auto* polygon = std::get_if<geo::Polygon>(&outline)) {
    return fmt::format("polygon of {} vertices", polygon->vertices.size());
  }
  if (const auto* circle = std::get_if<geo::Circle>(&outline)) {
    return fmt::format("circle of {} around {}", length_text(circle->radius_cm), point_text(circle->centre));
  }
  const auto& corridor = std::get<geo::Corridor>(outline);
  return fmt::format("corridor {} wide, {} → {}", length_text(corridor.left_cm + corridor.right_cm),
                     point_text(corridor.line.front()), point_text(corridor.line.back()));
}

std::string shift_text(DurationMs shift) { return (shift < 0 ? "-" : "+") + span_text(shift < 0 ? -shift : shift); }

std::string span_text(DurationMs span) {
  if (span < 1'000) return format_duration(span);
  const std::int64_t seconds = (span + 500) / 1'000;
  std::vector<std::string> parts;
  if (seconds >= 3'600) parts.push_back(fmt::format("{} h", seconds / 3'600));
  if (seconds / 60 % 60 != 0) parts.push_back(fmt::format("{} min", seconds / 60 % 60));
  if (seconds % 60 != 0) parts.push_back(fmt::format("{} s", seconds % 60));
  return fmt::format("{}", fmt::join(parts, " "));
}

}  // namespace tansiq::cli
