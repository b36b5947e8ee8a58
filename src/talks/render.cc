#include "talks/render.h"

#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <utility>

#include "base/invariant.h"
#include "base/units.h"
#include "talks/harmless.h"
#include "talks/pattern.h"

namespace tansiq::talks {
namespace {

/// Room for the dots of a text that grew by what was made visible in it.
constexpr std::size_t kShownTextBytesMax = 2 * kTextBytesMax;
constexpr std::int64_t kMetresPerMile = 1'852;

/// `numerator / denominator`, to the nearest integer, half away from zero; the denominator is positive.
std::int64_t rounded(std::int64_t numerator, std::int64_t denominator) {
  const std::int64_t half = denominator / 2;
  return (numerator + (numerator < 0 ? -half : half)) / denominator;
}

/// 33°30.50′N: degrees with as many digits as the largest has, so that nobody takes latitude for longitude.
std::string coordinate(std::int64_t e7, int degree_digits, char positive, char negative) {
  // Hundredths of a minute: e7 × 6000 / 1e7.
  const std::int64_t hundredths = rounded((e7 < 0 ? -e7 : e7) * 3, 5'000);
  return fmt::format("{:0{}}°{:02}.{:02}′{}", hundredths / 6'000, degree_digits, hundredths % 6'000 / 100,
                     hundredths % 100, e7 < 0 ? negative : positive);
}

std::string position_text(const Position& at) {
  return coordinate(at.lat_e7, 2, 'N', 'S') + " " + coordinate(at.lng_e7, 3, 'E', 'W');
}

/// 10:05Z; seconds and their fraction where there are any.
std::string clock_text(UtcMs t) {
  const std::int64_t ms_of_day = ((t.ms % 86'400'000) + 86'400'000) % 86'400'000;
  const std::int64_t seconds = ms_of_day / 1'000;
  std::string out = fmt::format("{:02}:{:02}", seconds / 3'600, seconds / 60 % 60);
  if (ms_of_day % 60'000 != 0) out += fmt::format(":{:02}", seconds % 60);
  if (ms_of_day % 1'000 != 0) out += fmt::format(".{:03}", ms_of_day % 1'000);
  return out + "Z";
}

/// Says values in one language.
class Speaker {
 public:
  Speaker(const Catalogue& catalogue, Language language) : catalogue_(catalogue), language_(language) {}

  [[nodiscard]] std::string phrase(std::string_view name, const std::vector<Argument>& arguments) const {
    return format_pattern(catalogue_.phrase(name, language_), language_, arguments);
  }

  [[nodiscard]] std::string date(UtcMs t) const {
    const std::chrono::sys_days day = std::chrono::floor<std::chrono::days>(
        std::chrono::sys_time<std::chrono::milliseconds>(std::chrono::milliseconds(t.ms)));
    const std::chrono::year_month_day ymd(day);
    const auto number = static_cast<unsigned>(ymd.day());
    return phrase("date", {{"day", Choice{fmt::format("d{}", number)}},
                           {"month", Choice{fmt::format("m{}", static_cast<unsigned>(ymd.month()))}},
                           {"number", Word{fmt::format("{}", number)}},
                           {"year", Word{fmt::format("{:04}", static_cast<int>(ymd.year()))}}});
  }

  [[nodiscard]] std::string operator()(const Position& at) const { return position_text(at); }

  [[nodiscard]] std::string operator()(const Level& level) const {
    const auto heights = [&](std::string_view name) {
      const auto feet = static_cast<double>(rounded(level.cm * 100, 3'048));
      const auto metres = static_cast<double>(rounded(level.cm, 100));
      return phrase(name, {{"feet", feet}, {"metres", metres}});
    };
    switch (level.reference) {
      case LevelReference::kFlightLevel:
        return phrase("level.fl", {{"value", Word{fmt::format("{:03}", level.cm / cm_from_flight_level(1))}}});
      case LevelReference::kAmsl:
        return heights("level.amsl");
      case LevelReference::kWgs84:
        return heights("level.wgs84");
      case LevelReference::kAgl:
        return heights("level.agl");
    }
    EXPECT_INVARIANT(false);
    return {};
  }

  [[nodiscard]] std::string operator()(UtcMs t) const {
    return phrase("moment", {{"clock", Word{clock_text(t)}}, {"date", Word{date(t)}}});
  }

  [[nodiscard]] std::string operator()(const Window& window) const {
    const std::string day = date(window.start);
    if (day == date(window.end)) {
      return phrase(
          "window.day",
          {{"date", Word{day}}, {"from", Word{clock_text(window.start)}}, {"to", Word{clock_text(window.end)}}});
    }
    return phrase("window", {{"from", Word{(*this)(window.start)}}, {"to", Word{(*this)(window.end)}}});
  }

  [[nodiscard]] std::string operator()(const Area& area) const {
    if (const auto* circle = std::get_if<CircleArea>(&area)) {
      return phrase("area.circle", {{"centre", Word{position_text(circle->centre)}},
                                    {"radius", Word{distance_cm(circle->radius_cm)}}});
    }
    if (const auto* polygon = std::get_if<PolygonArea>(&area)) {
      return phrase("area.polygon", {{"points", Word{points(polygon->vertices)}}});
    }
    const auto& corridor = std::get<CorridorArea>(area);
    return phrase("area.corridor", {{"left", Word{distance_cm(corridor.left_cm)}},
                                    {"points", Word{points(corridor.line)}},
                                    {"right", Word{distance_cm(corridor.right_cm)}}});
  }

  [[nodiscard]] std::string operator()(const std::string& id) const { return id; }

  [[nodiscard]] std::string operator()(const Text& text) const {
    const Word words{harmless(text.text, kShownTextBytesMax)};
    if (text.language == language_) return phrase("own", {{"text", words}});
    return phrase("foreign", {{"language", Choice{std::string(to_text(text.language))}}, {"text", words}});
  }

  [[nodiscard]] std::string number(ParameterType type, std::int64_t value) const {
    switch (type) {
      case ParameterType::kDistanceM:
        return distance_cm(value * 100);
      case ParameterType::kBearingDeg:
        return phrase("bearing", {{"degrees", Word{fmt::format("{:03}", value)}}});
      case ParameterType::kSpeed:
        return speed(value);
      case ParameterType::kDurationS:
        return duration(value);
      default:
        break;
    }
    EXPECT_INVARIANT(false);  // a count is a word of its sentence
    return {};
  }

 private:
  /// In tenths of a mile and a kilometre; below a mile in whole metres.
  [[nodiscard]] std::string distance_cm(std::int64_t cm) const {
    if (cm < kMetresPerMile * 100) return phrase("distance.near", {{"metres", static_cast<double>(rounded(cm, 100))}});
    const std::int64_t miles_10 = rounded(cm, kMetresPerMile * 10);
    const std::int64_t kilometres_10 = rounded(cm, 10'000);
    return phrase("distance.far", {{"kilometres", static_cast<double>(kilometres_10) / 10},
                                   {"miles", static_cast<double>(miles_10) / 10}});
  }

  /// Whole knots; below ten, tenths.
  [[nodiscard]] std::string speed(std::int64_t cm_s) const {
    // A knot is 1852 m an hour: tenths are cm/s × 36000 / 185200.
    const std::int64_t tenths = rounded(cm_s * 90, 463);
    const double knots = tenths < 100 ? static_cast<double>(tenths) / 10 : static_cast<double>(rounded(cm_s * 9, 463));
    return phrase("speed", {{"knots", knots}});
  }

  [[nodiscard]] std::string duration(std::int64_t seconds) const {
    std::string out;
    const auto add = [&](std::string_view name, std::int64_t n) {
      if (n == 0) return;
      const std::string part = phrase(name, {{"n", static_cast<double>(n)}});
      out = out.empty() ? part : phrase("join", {{"a", Word{out}}, {"b", Word{part}}});
    };
    add("hours", seconds / 3'600);
    add("minutes", seconds / 60 % 60);
    add("seconds", seconds % 60);
    return out.empty() ? phrase("seconds", {{"n", 0.0}}) : out;
  }

  /// Side by side, without nesting: a polygon of 32 points would nest isolates 32 deep.
  [[nodiscard]] std::string points(const std::vector<Position>& list) const {
    std::string out;
    for (const Position& at : list) {
      if (!out.empty()) out += " – ";
      out += isolated(position_text(at));
    }
    return out;
  }

  const Catalogue& catalogue_;
  Language language_;
};

}  // namespace

std::string render_value(const Catalogue& catalogue, const Parameter& parameter, Language language) {
  const Speaker speaker(catalogue, language);
  if (const auto* number = std::get_if<std::int64_t>(&parameter.value)) return speaker.number(parameter.type, *number);
  return std::visit(
      [&]<class T>(const T& value) -> std::string {
        if constexpr (std::is_same_v<T, std::int64_t>) {
          return {};  // above
        } else {
          return speaker(value);
        }
      },
      parameter.value);
}

std::string render(const Catalogue& catalogue, const Template& of, const std::vector<Parameter>& parameters,
                   Language language) {
  EXPECT_INVARIANT(parameters.size() == of.parameters.size());
  std::vector<Argument> arguments;
  for (const Parameter& parameter : parameters) {
    if (parameter.type == ParameterType::kCount) {
      arguments.push_back({parameter.name, static_cast<double>(std::get<std::int64_t>(parameter.value))});
    } else {
      arguments.push_back({parameter.name, Word{render_value(catalogue, parameter, language)}});
    }
  }
  return format_pattern(catalogue.text(of, language).text, language, arguments);
}

}  // namespace tansiq::talks
