#include "surveillance/report.h"

namespace tansiq::surveillance {
namespace {

template <class Enum, std::size_t N>
std::string_view name_in(const std::array<std::string_view, N>& names, Enum value) {
  const auto at = static_cast<std::size_t>(value);
  return at < N ? names[at] : std::string_view("unknown");
}

constexpr std::array<std::string_view, 6> kFormats{"asterix", "adsb", "sbs", "ais", "cot", "csv"};
constexpr std::array<std::string_view, 4> kDomains{"unknown", "air", "sea", "ground"};
constexpr std::array<std::string_view, 5> kIdKinds{"none", "icao", "non_icao", "mmsi", "uid"};
constexpr std::array<std::string_view, 4> kBases{"received", "full", "time_of_day", "second_of_minute"};
constexpr std::array<std::string_view, 10> kEmergencies{
    "none", "general", "medical", "fuel", "no_radio", "unlawful", "downed", "lost_link", "man_overboard", "reserved"};
constexpr std::array<std::string_view, 10> kStatusKinds{
    "north_marker", "sector_crossing", "geographical_filter", "jamming_strobe", "solar_storm",
    "service",      "end_of_batch",    "service_report",      "base_station",   "other"};

}  // namespace

std::string_view name_of(Format format) { return name_in(kFormats, format); }
std::string_view name_of(Domain domain) { return name_in(kDomains, domain); }
std::string_view name_of(IdKind kind) { return name_in(kIdKinds, kind); }
std::string_view name_of(TimeBasis basis) { return name_in(kBases, basis); }
std::string_view name_of(Emergency emergency) { return name_in(kEmergencies, emergency); }
std::string_view name_of(StatusKind kind) { return name_in(kStatusKinds, kind); }

}  // namespace tansiq::surveillance
