// A source as canonical JSON: the head of a recording.
#include <fmt/format.h>

#include "base/foreign_text.h"
#include "surveillance/source.h"

namespace tansiq::surveillance {
namespace {

// Members of an id or a domain are written by name: numbers of enumerations may change, recordings do not.
constexpr std::array<IdKind, 3> kCsvIds{IdKind::kIcao, IdKind::kMmsi, IdKind::kUid};
constexpr std::array<Domain, 4> kDomains{Domain::kUnknown, Domain::kAir, Domain::kSea, Domain::kGround};

void write_place(log::JcsWriter& out, geo::LatLng place) {
  out.begin_array().integer(place.lat_e7).integer(place.lng_e7).end_array();
}

Result<geo::LatLng> read_place(const log::JcsValue& value) {
  TRY_VOID(value.expect(log::JcsValue::Kind::kArray));
  if (value.size() != 2) return value.fail_here("is not latitude and longitude, in 1e-7 degree");
  const auto lat = TRY(value[0].integer(-900'000'000, 900'000'000));
  const auto lng = TRY(value[1].integer(-1'800'000'000, 1'800'000'000));
  return geo::LatLng{static_cast<std::int32_t>(lat), static_cast<std::int32_t>(lng)};
}

template <class Known>
Result<typename Known::value_type> read_name(const log::JcsValue& value, const Known& known) {
  const std::string_view text = TRY(value.string());
  for (const auto each : known) {
    if (name_of(each) == text) return each;
  }
  return value.fail_here(fmt::format("'{}' is not known here", foreign_text(text, kQuotedBytesMax)));
}

Result<log::JcsValue> member(const log::JcsValue& value, std::string_view name, log::JcsValue::Kind kind) {
  auto out = TRY(value.at(name));
  TRY_VOID(out.expect(kind));
  return out;
}

Status read_asterix(const log::JcsValue& value, SourceConfig& out) {
  using Kind = log::JcsValue::Kind;
  const log::JcsValue editions = TRY(member(value, "editions", Kind::kArray));
  for (std::size_t i = 0; i < editions.size(); ++i) {
    const std::string_view text = TRY(editions[i].string());
    auto choice = parse_edition(text);
    if (!choice) return editions[i].fail_here(choice.error().message);
    out.editions.push_back(std::move(*choice));
  }
  const log::JcsValue radars = TRY(member(value, "radars", Kind::kArray));
  for (std::size_t i = 0; i < radars.size() && i < kRadarsPerSourceMax; ++i) {
    TRY_VOID(radars[i].only({"height_cm", "place", "system"}));
    RadarPlace radar;
    const log::JcsValue height = TRY(radars[i].at("height_cm"));
    const log::JcsValue place = TRY(radars[i].at("place"));
    const log::JcsValue system = TRY(radars[i].at("system"));
    radar.height_cm = static_cast<std::int32_t>(TRY(height.integer(INT32_MIN, INT32_MAX)));
    radar.position = TRY(read_place(place));
    radar.system = static_cast<std::uint16_t>(TRY(system.integer(0, 0xFFFF)));
    out.radars.push_back(radar);
  }
  return {};
}

Status read_text(const log::JcsValue& value, std::string_view name, std::string& out) {
  const log::JcsValue found = TRY(value.at(name));
  out = TRY(found.string());
  return {};
}

Status read_integer(const log::JcsValue& value, std::string_view name, std::int64_t& out) {
  const log::JcsValue found = TRY(value.at(name));
  out = TRY(found.integer());
  return {};
}

Status read_words(const log::JcsValue& value, SourceConfig& out) {
  const log::JcsValue format = TRY(value.at("format"));
  const std::string_view word = TRY(format.string());
  const auto speaks = parse_speaks(word);
  if (!speaks) return format.fail_here(speaks.error().message);
  out.format = *speaks;
  const log::JcsValue transport = TRY(value.at("transport"));
  const std::string_view url = TRY(transport.string());
  auto from = parse_recorded_transport(url);
  if (!from) return transport.fail_here(from.error().message);
  out.transport = std::move(*from);
  const log::JcsValue domain = TRY(value.at("csv_domain"));
  out.csv_domain = TRY(read_name(domain, kDomains));
  const log::JcsValue id = TRY(value.at("csv_id"));
  out.csv_id = TRY(read_name(id, kCsvIds));
  return {};
}

}  // namespace

void append_source_json(log::JcsWriter& out, const SourceConfig& config) {
  out.begin_object();
  out.key("ahead_of_utc_ms").integer(config.ahead_of_utc_ms);
  out.key("columns").string(config.columns);
  out.key("columns_toml").string(config.columns_toml);
  out.key("csv_domain").string(name_of(config.csv_domain));
  out.key("csv_id").string(name_of(config.csv_id));
  out.key("editions").begin_array();
  for (const EditionChoice& choice : config.editions) out.string(edition_text(choice));
  out.end_array();
  out.key("format").string(name_of(config.format));
  out.key("future_ms").integer(config.future_ms);
  out.key("name").string(config.name);
  if (config.old_ms) out.key("old_ms").integer(*config.old_ms);
  if (config.place) {
    out.key("place");
    write_place(out, *config.place);
  }
  out.key("radars").begin_array();
  for (const RadarPlace& radar : config.radars) {
    out.begin_object().key("height_cm").integer(radar.height_cm).key("place");
    write_place(out, radar.position);
    out.key("system").integer(radar.system).end_object();
  }
  out.end_array();
  out.key("range_m").integer(config.range_m);
  out.key("silent_after_ms").integer(config.silent_after_ms);
  out.key("transport").string(config.transport.text());
  out.key("use_time").boolean(config.use_time);
  out.end_object();
}

Result<SourceConfig> read_source_json(const log::JcsValue& value) {
  TRY_VOID(value.only({"ahead_of_utc_ms", "columns", "columns_toml", "csv_domain", "csv_id", "editions", "format",
                       "future_ms", "name", "old_ms", "place", "radars", "range_m", "silent_after_ms", "transport",
                       "use_time"}));
  SourceConfig out;
  TRY_VOID(read_text(value, "name", out.name));
  TRY_VOID(read_text(value, "columns", out.columns));
  TRY_VOID(read_text(value, "columns_toml", out.columns_toml));
  TRY_VOID(read_words(value, out));
  TRY_VOID(read_asterix(value, out));
  TRY_VOID(read_integer(value, "ahead_of_utc_ms", out.ahead_of_utc_ms));
  TRY_VOID(read_integer(value, "future_ms", out.future_ms));
  TRY_VOID(read_integer(value, "range_m", out.range_m));
  TRY_VOID(read_integer(value, "silent_after_ms", out.silent_after_ms));
  const log::JcsValue use_time = TRY(value.at("use_time"));
  out.use_time = TRY(use_time.boolean());
  if (const auto old = value.find("old_ms")) out.old_ms = TRY(old->integer());
  if (const auto place = value.find("place")) out.place = TRY(read_place(*place));
  if (const Status good = check_source(out); !good) {
    return std::unexpected(inside(good.error(), value.path()));
  }
  return out;
}

}  // namespace tansiq::surveillance
