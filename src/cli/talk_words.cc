#include "cli/talk_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

#include "base/units.h"
#include "cli/leg_words.h"
#include "cli/terminal.h"
#include "cli/units_text.h"
#include "core/volume_json.h"
#include "talks/catalogue.h"

namespace tansiq::cli {
namespace {

using coordination::PositionPart;
using coordination::QueryPart;
using coordination::TemplatePart;
using coordination::TimePart;
using talks::ParameterType;

constexpr std::int64_t kCmPerKm = 100'000;
constexpr std::int64_t kSecondsPerHour = 3'600;
constexpr std::int64_t kCmPerNm = 185'200;

bool is_number(std::string_view word) {
  // A level such as -100ft begins like a number and is none.
  return !word.empty() && word.find_first_not_of("+-.0123456789") == std::string_view::npos &&
         word.find_first_of("0123456789") != std::string_view::npos;
}

/// A place at the front of `words`, which is then gone: `33.5,36.2`, or `33.5 36.2`.
Result<geo::LatLng> take_point(std::vector<std::string_view>& words, std::string_view form) {
  if (!words.empty() && words.front().contains(',')) {
    const geo::LatLng point = TRY(read_point(words.front()));
    words.erase(words.begin());
    return point;
  }
  if (words.size() < 2 || !is_number(words[0]) || !is_number(words[1])) {
    return fail(ErrorCode::kUnsupported, fmt::format("no place is given; right is {}", form));
  }
  const geo::LatLng point = TRY(read_point(fmt::format("{},{}", words[0], words[1])));
  words.erase(words.begin(), words.begin() + 2);
  return point;
}

bool begins_a_point(const std::vector<std::string_view>& words, std::size_t at) {
  if (words[at].contains(',')) return true;
  return at + 1 < words.size() && is_number(words[at]) && is_number(words[at + 1]);
}

std::string joined_words(const std::vector<std::string_view>& words, std::size_t count) {
  return fmt::format("{}", fmt::join(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(count), " "));
}

/// `now`, `now-2m`, or a date with its time.
bool is_time(std::string_view word) { return word.starts_with("now") || (word.size() > 10 && word[4] == '-'); }

}  // namespace

Result<geo::LevelBand> read_level(std::string_view text) {
  if (text.find('-', 1) != std::string_view::npos) return read_band(text);
  // The lower limit of a band without an upper one is the level alone.
  const auto at = std::min(text.find('@'), text.size());
  const auto band = read_band(fmt::format("{}-unl{}", text.substr(0, at), text.substr(at)));
  if (!band || text.starts_with("unl") || text.starts_with("gnd") || text.starts_with("sfc")) {
    return fail(ErrorCode::kMalformed,
                fmt::format("'{}' is no level; right are FL095, 2500ft, 900m@agl, FL180-FL240", printable(text)));
  }
  geo::LevelBand level = *band;
  level.upper_cm = level.lower_cm;
  return level;
}

std::string level_text(const geo::LevelBand& band) {
  return band.lower_cm == band.upper_cm ? height_text(band.lower_cm, band.reference) : band_text(band);
}

Result<PositionPart> position_from(std::string_view text, UtcMs now) {
  constexpr std::string_view kForm = R"("NAME LAT LON [LEVEL] [TIME]", as "wreck 35.331 40.140 FL095")";
  std::vector<std::string_view> words = split_words(text);
  std::size_t place = 0;
  while (place < words.size() && !begins_a_point(words, place)) ++place;
  PositionPart part;
  part.name = joined_words(words, place);
  words.erase(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(place));
  const geo::LatLng point = TRY(take_point(words, kForm));
  part.lat_e7 = point.lat_e7;
  part.lng_e7 = point.lng_e7;
  for (const std::string_view word : words) {
    if (is_time(word) && !part.at) {
      part.at = TRY(read_time(word, now));
    } else if (!part.band) {
      part.band = TRY(read_level(word));
    } else {
      return fail(ErrorCode::kUnsupported, fmt::format("'{}' is too much; right is {}", printable(word), kForm));
    }
  }
  return part;
}

Result<TimePart> time_from(std::string_view text, UtcMs now) {
  const std::vector<std::string_view> words = split_words(text);
  if (words.empty()) {
    return fail(ErrorCode::kUnsupported, R"(no time is given; right is "NAME TIME" or "NAME START/END")");
  }
  TimePart part;
  part.name = joined_words(words, words.size() - 1);
  if (words.back().contains('/')) {
    const geo::TimeWindow window = TRY(read_window(words.back(), now));
    part.at = window.start;
    part.until = window.end;
  } else {
    part.at = TRY(read_time(words.back(), now));
  }
  TRY_VOID(part.check());
  return part;
}

Result<QueryPart> query_from(std::string_view text, UtcMs now) {
  constexpr std::string_view kForm = R"("LAT LON TIME [LEVEL] [track NAME]", as "35.331 40.140 now-2m FL200 track 77")";
  std::vector<std::string_view> words = split_words(text);
  QueryPart part;
  const geo::LatLng point = TRY(take_point(words, kForm));
  part.lat_e7 = point.lat_e7;
  part.lng_e7 = point.lng_e7;
  bool timed = false;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == "track" && i + 2 == words.size() && !part.track) {
      part.track = std::string(words[++i]);
    } else if (is_time(words[i]) && !timed) {
      part.at = TRY(read_time(words[i], now));
      timed = true;
    } else if (!part.band) {
      part.band = TRY(read_level(words[i]));
    } else {
      return fail(ErrorCode::kUnsupported, fmt::format("'{}' is too much; right is {}", printable(words[i]), kForm));
    }
  }
  // Whoever is asked looks it up by the moment: a default would let him look in the wrong place.
  if (!timed) return fail(ErrorCode::kUnsupported, fmt::format("no time is given; right is {}", kForm));
  return part;
}

Result<ThreadName> thread_from(std::string_view words) {
  ThreadName name;
  if (const std::size_t at = words.find('/'); at != std::string_view::npos) {
    name.opener = TRY(AuthorityId::parse(words.substr(0, at)));
    words.remove_prefix(at + 1);
  }
  name.thread = TRY(coordination::ThreadId::parse(words));
  return name;
}

std::string fresh_thread(UtcMs now, std::string_view command_id) {
  const std::string time = format_utc(now);
  const std::string_view t = time;
  return fmt::format("{}{}{}-{}{}-{}", t.substr(0, 4), t.substr(5, 2), t.substr(8, 2), t.substr(11, 2), t.substr(14, 2),
                     command_id.substr(command_id.size() - std::min<std::size_t>(4, command_id.size())));
}

Result<UtcMs> due_from(std::string_view text, UtcMs now) {
  if (const auto span = parse_duration(text)) return now + *span;
  if (const auto moment = parse_utc(text)) return *moment;
  return fail(
      ErrorCode::kMalformed,
      fmt::format("'{}' says no time; right are 90s, 10m, 2h from now, or 2026-11-22T10:00:00Z", printable(text)),
      "--due");
}

// --- templates
// ---------------------------------------------------------------------------------------------------------

namespace {

struct TypeExample {
  ParameterType type;
  std::string_view example;
};
constexpr std::array<TypeExample, 16> kExamples{{
    {ParameterType::kPosition, "33.5138,36.2765"},
    {ParameterType::kLevel, "FL095, 2500ft, 900m@agl"},
    {ParameterType::kTime, "now+10m, 2026-11-22T10:00:00Z"},
    {ParameterType::kWindow, "now/+30m"},
    {ParameterType::kArea, "'33.5,36.2 5nm', '33.0,38.0 34.5,40.0 4nm', 'polygon 33,36 34,36 34,37'"},
    {ParameterType::kFlight, "MIRAGE1"},
    {ParameterType::kTrack, "77"},
    {ParameterType::kAuthority, "fr"},
    {ParameterType::kZone, "K1"},
    {ParameterType::kIncident, "i7"},
    {ParameterType::kCount, "3"},
    {ParameterType::kDistanceM, "5nm, 800m"},
    {ParameterType::kBearingDeg, "090"},
    {ParameterType::kSpeed, "250kt, 120m/s, 460km/h"},
    {ParameterType::kDurationS, "90s, 10m"},
    {ParameterType::kText, "words"},
}};

std::string_view example_of(ParameterType type) {
  const auto* const row = std::ranges::find(kExamples, type, &TypeExample::type);
  return row == kExamples.end() ? std::string_view() : row->example;
}

Result<std::int64_t> speed_cm_s(std::string_view text) {
  const auto scaled = [&](std::string_view unit, std::int64_t cm, std::int64_t seconds) -> Result<std::int64_t> {
    const std::int64_t thousandths = TRY(read_fixed(text.substr(0, text.size() - unit.size()), 3));
    if (thousandths < 0 || thousandths > 10'000'000) return fail(ErrorCode::kMalformed, "not a speed");
    return (thousandths * cm / seconds + 500) / 1'000;
  };
  if (text.ends_with("kt")) return scaled("kt", kCmPerNm, kSecondsPerHour);
  if (text.ends_with("km/h")) return scaled("km/h", kCmPerKm, kSecondsPerHour);
  if (text.ends_with("m/s")) return scaled("m/s", 100, 1);
  return fail(ErrorCode::kMalformed, "a speed has its unit");
}

Result<std::int64_t> whole(std::string_view text) {
  if (text.empty() || text.find_first_not_of("0123456789") != std::string_view::npos) {
    return fail(ErrorCode::kMalformed, "not a whole number");
  }
  return read_fixed(text, 0);
}

/// An outline in words, as of a leg of a flight.
Result<geo::Outline> outline_of(std::string_view text, UtcMs now) {
  // A leg has a zone and a window beside it, an area here has neither.
  const coordination::PlannedLeg leg = TRY(leg_from(fmt::format("area now/+1h {}", text), now));
  return leg.volumes.front().outline;
}

Status write_level(log::JcsWriter& out, std::string_view text) {
  const geo::LevelBand level = TRY(read_level(text));
  if (level.lower_cm != level.upper_cm) return fail(ErrorCode::kMalformed, "one level, not a band");
  out.begin_object().key("cm").integer(level.lower_cm).key("ref").string(core::to_text(level.reference)).end_object();
  return {};
}

/// The canonical JSON of one parameter.
Status write_value(log::JcsWriter& out, ParameterType type, std::string_view text, std::string_view language,
                   UtcMs now) {
  switch (type) {
    case ParameterType::kPosition: {
      const geo::LatLng point = TRY(read_point(text));
      out.begin_array().integer(point.lat_e7).integer(point.lng_e7).end_array();
      return {};
    }
    case ParameterType::kLevel:
      return write_level(out, text);
    case ParameterType::kTime: {
      const UtcMs time = TRY(read_time(text, now));
      out.integer(time.ms);
      return {};
    }
    case ParameterType::kWindow: {
      const geo::TimeWindow window = TRY(read_window(text, now));
      core::write_window(out, window);
      return {};
    }
    case ParameterType::kArea: {
      const geo::Outline outline = TRY(outline_of(text, now));
      core::write_outline(out, outline);
      return {};
    }
    case ParameterType::kCount:
    case ParameterType::kBearingDeg: {
      const std::int64_t number = TRY(whole(text));
      out.integer(number);
      return {};
    }
    case ParameterType::kDistanceM: {
      const std::int64_t cm = TRY(read_length_cm(text));
      out.integer((cm + 50) / 100);
      return {};
    }
    case ParameterType::kSpeed: {
      const std::int64_t speed = TRY(speed_cm_s(text));
      out.integer(speed);
      return {};
    }
    case ParameterType::kDurationS: {
      const DurationMs span = TRY(parse_duration(text));
      out.integer(span / 1'000);
      return {};
    }
    case ParameterType::kText:
      out.begin_object().key("language").string(language).key("text").string(text).end_object();
      return {};
    case ParameterType::kFlight:
    case ParameterType::kTrack:
    case ParameterType::kAuthority:
    case ParameterType::kZone:
    case ParameterType::kIncident:
      out.string(text);
      return {};
  }
  return fail(ErrorCode::kInternal, "a type of parameter that is none");
}

std::string wanted(const talks::Template& of) {
  std::vector<std::string> all;
  for (const talks::ParameterSpec& spec : of.parameters) {
    all.push_back(fmt::format("{} ({})", spec.name, example_of(spec.type)));
  }
  if (all.empty()) return fmt::format("message {} has no parameters", of.number);
  return fmt::format("message {} has {}", of.number, fmt::join(all, "; "));
}

Result<const talks::Template*> find_template(std::string_view text) {
  const std::size_t dot = text.find('.');
  const auto number = whole(text.substr(0, dot));
  const auto version = dot == std::string_view::npos ? Result<std::int64_t>(0) : whole(text.substr(dot + 1));
  const talks::Catalogue& catalogue = talks::Catalogue::built_in();
  const talks::Template* found = !number || !version             ? nullptr
                                 : dot == std::string_view::npos ? catalogue.newest(*number)
                                                                 : catalogue.find(*number, *version);
  if (found != nullptr) return found;
  return fail(ErrorCode::kNotFound,
              fmt::format("there is no template '{}'; see tansiq message template list", printable(text)),
              "--template");
}

}  // namespace

Result<TemplatePart> template_from(std::string_view number, const std::vector<std::string>& settings,
                                   std::string_view language, UtcMs now) {
  const talks::Template* of = TRY(find_template(number));
  TemplatePart part;
  part.id = std::to_string(of->number);
  part.version = of->version;
  for (const std::string& setting : settings) {
    const std::size_t equals = setting.find('=');
    const std::string name = setting.substr(0, equals);
    const auto spec = std::ranges::find(of->parameters, name, &talks::ParameterSpec::name);
    if (equals == std::string::npos || spec == of->parameters.end()) {
      return fail(ErrorCode::kUnsupported,
                  fmt::format("'{}' sets nothing that there is: {}", printable(setting), wanted(*of)), "--set");
    }
    if (std::ranges::find(part.values, name, &coordination::TemplateValue::name) != part.values.end()) {
      return fail(ErrorCode::kUnsupported, fmt::format("{} is set twice", name), "--set");
    }
    std::string json;
    log::JcsWriter out(json);
    const Status written = write_value(out, spec->type, setting.substr(equals + 1), language, now);
    if (!written) {
      return fail(written.error().code,
                  fmt::format("{}: {}; right is {}", name, written.error().message, example_of(spec->type)), "--set");
    }
    part.values.push_back({name, json});
  }
  for (const talks::ParameterSpec& spec : of->parameters) {
    if (std::ranges::find(part.values, spec.name, &coordination::TemplateValue::name) != part.values.end()) continue;
    return fail(ErrorCode::kUnsupported, fmt::format("{} is not set; {}", spec.name, wanted(*of)), "--set");
  }
  std::ranges::sort(part.values, {}, &coordination::TemplateValue::name);
  std::vector<talks::NamedValue> named;
  for (const coordination::TemplateValue& value : part.values) named.push_back({value.name, value.value});
  const auto checked = talks::Catalogue::built_in().check(part.id, part.version, named);
  if (!checked) return std::unexpected(inside(checked.error(), "--set"));
  return part;
}

std::string_view media_type_of(std::string_view name) {
  struct Row {
    std::string_view end, type;
  };
  constexpr std::array<Row, 9> kRows{{{".txt", "text/plain"},
                                      {".csv", "text/csv"},
                                      {".json", "application/json"},
                                      {".geojson", "application/geo+json"},
                                      {".pdf", "application/pdf"},
                                      {".png", "image/png"},
                                      {".jpg", "image/jpeg"},
                                      {".jpeg", "image/jpeg"},
                                      {".wav", "audio/wav"}}};
  for (const Row& row : kRows) {
    if (name.ends_with(row.end)) return row.type;
  }
  return "application/octet-stream";
}

}  // namespace tansiq::cli
