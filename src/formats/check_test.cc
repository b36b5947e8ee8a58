#include "formats/check.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/json_in.h"
#include "formats/fir.h"
#include "formats/flown.h"
#include "formats/geojson_in.h"
#include "formats/shared_testlib.h"
#include "geo/conflict.h"

namespace tansiq::formats {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

#define SHARED_OR_SKIP(name, path)     \
  const auto name = shared_file(path); \
  if (!name) GTEST_SKIP() << path << " is not there; set TANSIQ_SHARED to the folder that holds it"

constexpr std::string_view kRecording = "data/adsb/opensky-uk-2021-07-12.csv";
constexpr std::string_view kRegions = "data/airspace/fir-world-2018-03.scn";

/// Per pair of flights, how many pairs of their volumes conflict.
using Counts = std::map<std::pair<std::string, std::string>, std::uint64_t>;

Counts counts_of(const CheckReport& report) {
  Counts counts;
  for (const auto& episode : report.conflicts) {
    counts[{report.flights[episode.first].id, report.flights[episode.second].id}] += episode.volume_pairs;
  }
  return counts;
}

/// Every pair of volumes of different flights, compared by the predicate alone.
Counts counts_by_force(const TrafficInput& traffic, const geo::Minima& minima) {
  std::vector<std::vector<geo::PreparedVolume>> prepared;
  for (const auto& flight : traffic.flights) {
    auto& volumes = prepared.emplace_back();
    for (const auto& volume : flight.volumes) volumes.push_back(*geo::prepare(volume.volume));
  }
  Counts counts;
  for (std::size_t a = 0; a < prepared.size(); ++a) {
    for (std::size_t b = a + 1; b < prepared.size(); ++b) {
      if (traffic.flights[a].domain != traffic.flights[b].domain) continue;
      std::uint64_t met = 0;
      for (const auto& x : prepared[a]) {
        for (const auto& y : prepared[b]) met += geo::conflict(x, y, minima) ? 1U : 0U;
      }
      if (met > 0) counts[{traffic.flights[a].id, traffic.flights[b].id}] = met;
    }
  }
  return counts;
}

CheckReport checked(const TrafficInput& traffic, const ZoneFile* zones = nullptr, const CheckOptions& options = {}) {
  auto report = run_check({zones, &traffic}, options);
  EXPECT_TRUE(report) << report.error().text();
  return report ? std::move(*report) : CheckReport{};
}

/// Two craft on the equator that meet head on at 0°, at 60 s, 300 m apart in height; a third far away.
TrafficInput head_on() {
  std::string text = "t,id,lat,lon,alt\n";
  for (int t = 0; t <= 120; t += 10) {
    const double lng = (t - 60) * 0.002;
    text += std::to_string(t) + ",east,0," + std::to_string(lng) + ",10000\n";
    text += std::to_string(t) + ",west,0," + std::to_string(-lng) + ",10300\n";
    text += std::to_string(t) + ",far,40," + std::to_string(lng) + ",10000\n";
  }
  return flown_traffic(
      *read_recording(text, *parse_columns("time=t,id=id,latitude=lat,longitude=lon,baro_altitude=alt")));
}

ZoneFile zones_of(std::string_view features) {
  auto file = read_geojson_zones(R"({"type":"FeatureCollection","features":[)" + std::string(features) + "]}");
  EXPECT_TRUE(file && file->findings.list().empty());
  return std::move(*file);
}

TEST(Check, FindsAPairAndItsClosestApproach) {
  const auto report = checked(head_on());
  EXPECT_EQ(report.pairs(), (Pairs{{"east", "west"}}));
  ASSERT_EQ(report.conflicts.size(), 1U);
  const auto& conflict = report.conflicts[0];
  ASSERT_TRUE(conflict.closest);
  EXPECT_EQ(conflict.closest->horizontal_m, 0);
  EXPECT_EQ(conflict.closest->vertical_cm, 30'000);
  EXPECT_EQ(conflict.closest->time, UtcMs{60'000});
  EXPECT_EQ(conflict.closest->place, (geo::LatLng{0, 0}));
  // 5 NM between volumes that approach at 445 m/s: about 21 s before and after, a report earlier, a second of growth.
  EXPECT_GE(conflict.window.start, UtcMs{25'000});
  EXPECT_LE(conflict.window.start, UtcMs{39'000});
}

TEST(Check, HeedsMinima) {
  const auto traffic = head_on();
  const auto pairs = [&](const geo::Minima& minima) {
    return checked(traffic, nullptr, {.minima = minima}).pairs().size();
  };
  // 300 m apart, 2 x 30.48 m of growth: 239.04 m lie between the volumes.
  EXPECT_EQ(pairs({0, 239'04, 0}), 0U);
  EXPECT_EQ(pairs({0, 239'05, 0}), 1U);
  EXPECT_EQ(pairs({}), 0U);
}

TEST(Check, FindsEntryAndExit) {
  const auto zones = zones_of(
      R"({"type":"Feature","geometry":{"type":"Polygon","coordinates":[[[-0.05,-1],[0.07,-1],[0.07,1],[-0.05,1],[-0.05,-1]]]},)"
      R"("properties":{"id":"box","lower":"FL300","upper":"FL335"}})");
  const auto traffic = head_on();
  const auto report = checked(traffic, &zones);
  // West flies at 10,300 m, above FL335 (10,210.8 m) even with its growth.
  ASSERT_EQ(report.entries.size(), 1U);
  const auto& entry = report.entries[0];
  EXPECT_EQ(report.flights[entry.flight].id, "east");
  EXPECT_FALSE(entry.grazes || entry.starts_inside || entry.ends_inside);
  EXPECT_NEAR(static_cast<double>(entry.window.start.ms), 35'000, 600);  // -0.05° at 0.002°/s
  EXPECT_NEAR(static_cast<double>(entry.window.end.ms), 95'000, 600);
  EXPECT_NEAR(entry.place.lng_e7, -500'000, 15'000);
  EXPECT_EQ(entry.level_cm, 1'000'000);
}

// Two reports 40 s and 10 km apart, and a zone 3 km wide between them.
TEST(Check, FindsAPassageBetweenTwoReports) {
  const auto flown = [](std::string_view heights) {
    const std::string first(heights.substr(0, heights.find(',')));
    const std::string second(heights.substr(heights.find(',') + 1));
    return flown_traffic(
        *read_recording("t,id,lat,lon,alt\n0,fast,0,-0.05," + first + "\n40,fast,0,0.05," + second + "\n",
                        *parse_columns("time=t,id=id,latitude=lat,longitude=lon,baro_altitude=alt")));
  };
  const auto zones = zones_of(
      R"({"type":"Feature","geometry":{"type":"Polygon","coordinates":[[[-0.01,-1],[0.02,-1],[0.02,1],[-0.01,1],[-0.01,-1]]]},)"
      R"("properties":{"id":"box","lower":"FL300","upper":"FL335"}})");
  const auto report = checked(flown("10000,10000"), &zones);
  ASSERT_EQ(report.entries.size(), 1U);
  const auto& entry = report.entries[0];
  EXPECT_FALSE(entry.grazes || entry.starts_inside || entry.ends_inside);
  EXPECT_NEAR(static_cast<double>(entry.window.start.ms), 16'000, 600);  // -0.01° at 0.0025°/s
  EXPECT_NEAR(static_cast<double>(entry.window.end.ms), 28'000, 600);
  // A climb that comes to the zone's levels when it has passed it.
  const auto climb = checked(flown("3000,10000"), &zones);
  ASSERT_EQ(climb.entries.size(), 1U);
  EXPECT_TRUE(climb.entries[0].grazes);
}

// A drone at one place comes through the zone from below.
TEST(Check, FindsAPassageOnTheSpot) {
  const auto zones = zones_of(R"({"type":"Feature","geometry":{"type":"Point","coordinates":[0,0]},)"
                              R"("properties":{"id":"c","radius_m":500,"lower":"FL300","upper":"FL335"}})");
  const auto traffic =
      flown_traffic(*read_recording("t,id,lat,lon,alt\n0,up,0,0,8000\n40,up,0,0,12000\n",
                                    *parse_columns("time=t,id=id,latitude=lat,longitude=lon,baro_altitude=alt")));
  const auto report = checked(traffic, &zones);
  ASSERT_EQ(report.entries.size(), 1U);
  EXPECT_FALSE(report.entries[0].grazes);
  EXPECT_NEAR(static_cast<double>(report.entries[0].window.start.ms), 11'440, 600);  // FL300 at 100 m/s
  EXPECT_NEAR(static_cast<double>(report.entries[0].window.end.ms), 22'108, 600);
}

// Under the first half of the zone, through its levels in the gap, over the second half.
TEST(Check, AZoneThatIsMetByItsBordersOrItsLevelsAloneIsNotPassed) {
  const auto zones = zones_of(
      R"({"type":"Feature","geometry":{"type":"Polygon","coordinates":[[[-0.04,-1],[0.04,-1],[0.04,1],[0.02,1],[0.02,-0.9],)"
      R"([-0.02,-0.9],[-0.02,1],[-0.04,1],[-0.04,-1]]]},"properties":{"id":"u","lower":"FL320","upper":"FL335"}})");
  const auto traffic =
      flown_traffic(*read_recording("t,id,lat,lon,alt\n0,over,0,-0.05,5000\n40,over,0,0.05,15000\n",
                                    *parse_columns("time=t,id=id,latitude=lat,longitude=lon,baro_altitude=alt")));
  const auto report = checked(traffic, &zones);
  ASSERT_EQ(report.entries.size(), 1U);
  EXPECT_TRUE(report.entries[0].grazes);
}

TEST(Check, NamesTheZonesWithoutTrafficToo) {
  const auto zones = zones_of(
      R"({"type":"Feature","geometry":{"type":"Point","coordinates":[0,0]},"properties":{"id":"c","radius_m":5000}})");
  const auto report = checked(TrafficInput{}, &zones);
  ASSERT_EQ(report.zones.size(), 1U);
  EXPECT_TRUE(report.entries.empty());
}

TEST(Check, KeepsAirAndSeaApart) {
  const auto traffic = head_on();
  const auto sea = zones_of(
      R"({"type":"Feature","geometry":{"type":"Point","coordinates":[0,0]},"properties":{"id":"s","domain":"sea","radius_m":20000}})");
  EXPECT_TRUE(checked(traffic, &sea).entries.empty());
  auto mixed = traffic;
  mixed.flights[0].domain = Domain::kSea;
  EXPECT_EQ(checked(mixed, &sea).entries.size(), 1U);
  EXPECT_TRUE(checked(mixed).pairs().empty());
}

TEST(Check, IsDeterministic) {
  const auto traffic = head_on();
  auto shuffled = traffic;
  std::reverse(shuffled.flights[0].volumes.begin(), shuffled.flights[0].volumes.end());
  EXPECT_EQ(render_json(checked(traffic)), render_json(checked(traffic)));
  EXPECT_EQ(checked(shuffled).pairs(), checked(traffic).pairs());
}

TEST(Check, RendersWhatOthersCanRead) {
  const auto traffic = head_on();
  const auto zones = zones_of(
      R"({"type":"Feature","geometry":{"type":"Point","coordinates":[0,0]},"properties":{"id":"c","name":"a \"b\"","radius_m":5000}})");
  const auto report = checked(traffic, &zones);
  const auto json = JsonDocument::parse(render_json(report));
  ASSERT_TRUE(json) << json.error().text();
  EXPECT_EQ(json.value().root().at("conflicts")->size(), 1U);
  EXPECT_EQ(*json.value().root().at("pairs").value()[0][1].string(), "west");
  const auto map = JsonDocument::parse(render_geojson(report, {&zones, &traffic}));
  ASSERT_TRUE(map) << map.error().text();
  EXPECT_EQ(map.value().root().at("features")->size(), 1U + 24U + 2U + 1U);
  const std::string table = render_table(report);
  EXPECT_NE(table.find("1 conflict between 1 pair of flights, closer than 5nm/1000ft/0s"), std::string::npos) << table;
  EXPECT_NE(table.find("0.00 NM"), std::string::npos) << table;
}

TEST(CheckOnRecording, AgreesWithBruteForce) {
  SHARED_OR_SKIP(text, kRecording);
  const auto traffic = flown_traffic(*read_recording(*text, opensky_columns()));
  for (const geo::Minima& minima :
       {geo::Minima{9'260, 304'80, 0}, geo::Minima{30'000, 1'000'00, 30'000}, geo::Minima{}}) {
    const auto report = checked(traffic, nullptr, {.minima = minima});
    const auto expected = counts_by_force(traffic, minima);
    EXPECT_EQ(counts_of(report), expected) << minima.horizontal_m;
    EXPECT_EQ(report.pairs().size(), expected.size());
  }
}

TEST(CheckOnRecording, FindsEntriesAsTheZonesSay) {
  SHARED_OR_SKIP(text, kRecording);
  SHARED_OR_SKIP(regions, kRegions);
  const auto traffic = flown_traffic(*read_recording(*text, opensky_columns()));
  const auto zones = read_fir(*regions);
  const auto report = checked(traffic, &zones);

  std::set<std::pair<std::string, std::string>> entered;
  for (const auto& entry : report.entries)
    entered.emplace(report.flights[entry.flight].id, report.zones[entry.zone].id);
  const geo::TimeWindow always{kUtcMin, kUtcMax};
  std::vector<std::pair<std::string, geo::PreparedVolume>> parts;
  for (const auto& zone : zones.zones) {
    for (const auto& part : zone.parts) parts.emplace_back(zone.id, *geo::prepare({part, zone.band, always}));
  }
  std::set<std::pair<std::string, std::string>> expected;
  for (const auto& flight : traffic.flights) {
    for (const auto& volume : flight.volumes) {
      const auto prepared = *geo::prepare(volume.volume);
      for (const auto& [id, part] : parts) {
        if (geo::conflict(prepared, part, {})) expected.emplace(flight.id, id);
      }
    }
  }
  EXPECT_EQ(entered, expected);
}

}  // namespace
}  // namespace tansiq::formats
