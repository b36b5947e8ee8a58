#include "formats/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "base/invariant.h"
#include "base/limits.h"
#include "base/units.h"
#include "formats/findings.h"
#include "geo/conflict.h"

namespace tansiq::formats {
namespace {

constexpr std::int64_t kFlightLevelMax = 999;
constexpr double kExactIntegerMax = 9'007'199'254'740'992.0;  // 2^53

using geo::VerticalReference;

struct ReferenceName {
  std::string_view name;
  VerticalReference reference;
};
constexpr std::array kReferences{
    ReferenceName{"AMSL", VerticalReference::kAmsl},       ReferenceName{"MSL", VerticalReference::kAmsl},
    ReferenceName{"AGL", VerticalReference::kAgl},         ReferenceName{"WGS84", VerticalReference::kWgs84},
    ReferenceName{"STD", VerticalReference::kFlightLevel},
};

/// Upper case, without white space.
std::string squeezed(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == ' ' || c == '\t') continue;
    out += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return out;
}

/// Splits the leading number off; what follows is the unit.
std::pair<std::string_view, std::string_view> number_and_unit(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size() && (text[at] == '-' || text[at] == '.' || (text[at] >= '0' && text[at] <= '9'))) ++at;
  return {text.substr(0, at), text.substr(at)};
}

Result<double> length_m(std::string_view text) {
  const std::string squeezed_text = squeezed(text);
  const auto [number, unit] = number_and_unit(squeezed_text);
  const auto value = parse_number(number);
  const double factor = unit == "NM"   ? kMetresPerNauticalMile
                        : unit == "M"  ? 1
                        : unit == "KM" ? 1000
                        : unit == "FT" ? kMetresPerFoot
                                       : 0;
  if (!value || factor == 0 || *value < 0) {
    return fail(ErrorCode::kMalformed,
                fmt::format("'{}' is not a length; write it like 5nm, 9260m, 2.5km or 1000ft", printable(text)));
  }
  return *value * factor;
}

/// Rounds up, but forgives the last bits of a product such as 0.3048 × 1000.
std::int64_t ceil_forgiving(double value) { return static_cast<std::int64_t>(std::ceil(value - 1e-6)); }

std::string format_cm(std::int64_t cm, std::string_view unit) {
  const std::int64_t size = cm < 0 ? -cm : cm;
  std::string out = fmt::format("{}{}", cm < 0 ? "-" : "", size / 100);
  if (size % 100 != 0) out += size % 10 == 0 ? fmt::format(".{}", size / 10 % 10) : fmt::format(".{:02}", size % 100);
  return out + std::string(unit);
}

std::string format_level(std::int64_t cm, VerticalReference reference) {
  switch (reference) {
    case VerticalReference::kFlightLevel:
      // A flight level has three digits; what is higher is said in metres of the same reference.
      if (cm >= 0 && cm % 3'048 == 0 && cm <= kFlightLevelMax * 3'048) return fmt::format("FL{:03}", cm / 3'048);
      return format_cm(cm, " m STD");
    case VerticalReference::kAmsl:
      return format_cm(cm, " m AMSL");
    case VerticalReference::kAgl:
      return format_cm(cm, " m AGL");
    case VerticalReference::kWgs84:
      return format_cm(cm, " m WGS84");
  }
  return {};
}

}  // namespace

Result<double> parse_number(std::string_view text) {
  double value = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  if (text.empty() || error != std::errc{} || rest != end || !std::isfinite(value)) {
    return fail(ErrorCode::kMalformed, fmt::format("'{}' is not a number", printable(text)));
  }
  return value;
}

Result<std::int64_t> parse_fixed(std::string_view text, int digits) {
  static constexpr std::array<double, 10> kPowers{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9};
  EXPECT_INVARIANT(digits >= 0 && digits < 10);
  const double scaled = TRY(parse_number(text)) * kPowers.at(static_cast<std::size_t>(digits));
  if (!(std::fabs(scaled) <= kExactIntegerMax)) {
    return fail(ErrorCode::kInvalid, fmt::format("'{}' is too large", printable(text)));
  }
  return std::llround(scaled);
}

void append_degrees(std::string& out, std::int32_t degrees_e7) {
  std::int64_t size = degrees_e7;
  if (size < 0) {
    out += '-';
    size = -size;
  }
  fmt::format_to(std::back_inserter(out), "{}", size / 10'000'000);
  std::int64_t fraction = size % 10'000'000;
  if (fraction == 0) return;
  int width = 7;
  for (; fraction % 10 == 0; fraction /= 10) --width;
  fmt::format_to(std::back_inserter(out), ".{:0{}}", fraction, width);
}

Result<std::int64_t> parse_length_cm(std::string_view text) {
  const double cm = TRY(length_m(text)) * 100;
  if (cm > kExactIntegerMax) return fail(ErrorCode::kMalformed, fmt::format("'{}' is too long", printable(text)));
  return ceil_forgiving(cm);
}

Result<Level> parse_level(std::string_view text) {
  const std::string level = squeezed(text);
  if (level == "GND" || level == "SFC") return Level{geo::kHeightUnboundedLow, false, VerticalReference::kWgs84};
  if (level == "UNL" || level == "UNLTD" || level == "UNLIM")
    return Level{geo::kHeightUnboundedHigh, false, VerticalReference::kWgs84};
  const auto bad = [&](std::string_view why) {
    return fail(ErrorCode::kMalformed,
                fmt::format("'{}' is not a level: {}; write it like FL100, 2500 ft AMSL, 300 m AGL, "
                            "1200 m WGS84, GND or UNL",
                            printable(text), why));
  };
  if (level.starts_with("FL")) {
    const auto number = parse_fixed(level.substr(2), 0);
    if (!number || level.size() > 5 || level.find_first_not_of("0123456789", 2) != std::string::npos) {
      return bad("a flight level has one to three digits");
    }
    return Level{cm_from_flight_level(*number), true, VerticalReference::kFlightLevel};
  }
  const auto [number, unit_and_reference] = number_and_unit(level);
  const auto value = parse_number(number);
  if (!value) return bad("it does not begin with a number");
  const bool feet = unit_and_reference.starts_with("FT");
  if (!feet && !unit_and_reference.starts_with("M")) return bad("its unit is neither ft nor m");
  // "2500 MSL" has no unit: the M belongs to the reference.
  if (unit_and_reference == "MSL") return bad("it has no unit");
  const std::string_view reference = unit_and_reference.substr(feet ? 2 : 1);
  if (reference.empty()) return bad("it does not say what the height is measured from");
  for (const auto& known : kReferences) {
    if (reference != known.name) continue;
    const double cm = *value * (feet ? kMetresPerFoot : 1) * 100;
    if (cm < static_cast<double>(kHeightCmMin) || cm > static_cast<double>(kHeightCmMax)) {
      return bad("it is beyond -1 km to 100 km");
    }
    return Level{std::llround(cm), true, known.reference};
  }
  return bad("its reference is none of AMSL, AGL, WGS84, STD");
}

Result<geo::LevelBand> make_band(const Level& lower, const Level& upper, bool* widened) {
  geo::LevelBand band{lower.cm, upper.cm, upper.has_reference ? upper.reference : lower.reference};
  if (!lower.has_reference && !upper.has_reference) band.reference = VerticalReference::kWgs84;
  if (lower.has_reference && upper.has_reference && lower.reference != upper.reference) {
    const std::int64_t margin = geo::reference_margin_cm(lower.reference, upper.reference);
    band.lower_cm = lower.cm - margin < kHeightCmMin ? geo::kHeightUnboundedLow : lower.cm - margin;
    if (widened != nullptr) *widened = true;
  }
  if (lower.cm == geo::kHeightUnboundedHigh) return fail(ErrorCode::kInvalid, "UNL cannot be a lower limit");
  if (upper.cm == geo::kHeightUnboundedLow) return fail(ErrorCode::kInvalid, "GND cannot be an upper limit");
  if (band.lower_cm >= band.upper_cm) {
    return fail(ErrorCode::kInvalid,
                fmt::format("lower limit {} is not below upper limit {}", format_lower(band), format_upper(band)));
  }
  return band;
}

std::string format_lower(const geo::LevelBand& band) {
  return band.lower_cm == geo::kHeightUnboundedLow ? "GND" : format_level(band.lower_cm, band.reference);
}

std::string format_upper(const geo::LevelBand& band) {
  return band.upper_cm == geo::kHeightUnboundedHigh ? "UNL" : format_level(band.upper_cm, band.reference);
}

Result<geo::Minima> parse_minima(std::string_view text) {
  const std::size_t first = text.find('/');
  if (first == std::string_view::npos) {
    return fail(ErrorCode::kMalformed,
                fmt::format("'{}' are not minima; write horizontal/vertical/time like 5nm/1000ft/0s", printable(text)));
  }
  const std::size_t second = text.find('/', first + 1);
  const double horizontal_m = TRY(length_m(text.substr(0, first)));
  const double vertical_m =
      TRY(length_m(text.substr(first + 1, second == std::string_view::npos ? second : second - first - 1)));
  const DurationMs time_ms = second == std::string_view::npos ? 0 : TRY(parse_duration(text.substr(second + 1)));
  if (horizontal_m > 500'000) return fail(ErrorCode::kInvalid, "the horizontal minimum is above 500 km");
  if (vertical_m > 100'000) return fail(ErrorCode::kInvalid, "the vertical minimum is above 100 km");
  if (time_ms > 86'400'000) return fail(ErrorCode::kInvalid, "the minimum in time is above one day");
  return geo::Minima{ceil_forgiving(horizontal_m), ceil_forgiving(vertical_m * 100), time_ms};
}

std::string format_minima(const geo::Minima& minima) {
  const std::string horizontal = minima.horizontal_m > 0 && minima.horizontal_m % 1852 == 0
                                     ? fmt::format("{}nm", minima.horizontal_m / 1852)
                                     : fmt::format("{}m", minima.horizontal_m);
  const std::string vertical = minima.vertical_cm > 0 && minima.vertical_cm % 3'048 == 0
                                   ? fmt::format("{}ft", minima.vertical_cm / 3'048 * 100)
                                   : format_cm(minima.vertical_cm, "m");
  const std::string time =
      minima.time_ms % 1000 == 0 ? fmt::format("{}s", minima.time_ms / 1000) : fmt::format("{}ms", minima.time_ms);
  return horizontal + "/" + vertical + "/" + time;
}

}  // namespace tansiq::formats
