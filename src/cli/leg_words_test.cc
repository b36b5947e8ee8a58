#include "cli/leg_words.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "cli/context.h"

namespace tansiq::cli {
namespace {

using coordination::PlannedLeg;
using ::testing::HasSubstr;

const UtcMs kNow = parse_utc("2026-11-22T10:00:00Z").value_or(UtcMs{});

std::string why_not(std::string_view words) {
  const auto leg = leg_from(words, kNow);
  return leg ? std::string("(read)") : leg.error().text();
}

TEST(LegWords, ReadsCorridorsCirclesAndPolygons) {
  const auto corridor = leg_from("K1 33.0,38.0 34.5,40.0 4nm FL190-FL210 now+10m/+25m", kNow);
  ASSERT_TRUE(corridor) << corridor.error().text();
  EXPECT_EQ(corridor->zone.str(), "K1");
  const geo::Volume4d& volume = corridor->volumes.at(0);
  const auto* line = std::get_if<geo::Corridor>(&volume.outline);
  ASSERT_NE(line, nullptr);
  EXPECT_EQ(line->line.size(), 2U);
  EXPECT_EQ(line->left_cm + line->right_cm, 740'800);
  EXPECT_EQ(volume.band.reference, geo::VerticalReference::kFlightLevel);
  EXPECT_EQ(volume.window.start, kNow + 10 * 60'000);
  EXPECT_EQ(volume.window.end, kNow + 35 * 60'000);

  const auto circle = leg_from("S1 now/+2h 34.9,35.8 3nm", kNow);
  ASSERT_TRUE(circle) << circle.error().text();
  ASSERT_TRUE(std::holds_alternative<geo::Circle>(circle->volumes.at(0).outline)) << "the order is free";
  EXPECT_EQ(std::get<geo::Circle>(circle->volumes.at(0).outline).radius_cm, 555'600);

  const auto polygon = leg_from("K1 polygon 33,38 34,38 34,39 gnd-FL100 now/+1h", kNow);
  ASSERT_TRUE(polygon) << polygon.error().text();
  EXPECT_TRUE(std::holds_alternative<geo::Polygon>(polygon->volumes.at(0).outline));
}

TEST(LegWords, TakesNegativeCoordinatesAndHeights) {
  const auto leg = leg_from("K1 -33.5,-70.0 -34.5,-71.0 -30m-100m@wgs84 now/+1h", kNow);
  ASSERT_TRUE(leg) << leg.error().text();
  EXPECT_EQ(leg->volumes.at(0).band.lower_cm, -3'000);
  EXPECT_EQ(std::get<geo::Corridor>(leg->volumes.at(0).outline).line.at(0).lat_e7, -335'000'000);
}

TEST(LegWords, SaysWhatWouldBeRight) {
  EXPECT_THAT(why_not("K1"), HasSubstr("is too short: a leg is \"ZONE POINT"));
  EXPECT_THAT(why_not("K1 4nm FL190-FL210 now/+1h"), HasSubstr("no point is given"));
  EXPECT_THAT(why_not("K1 33,38 34,39 FL190-FL210"), HasSubstr("no window is given"));
  EXPECT_THAT(why_not("K1 33,38 FL190-FL210 now/+1h"), HasSubstr("a circle needs its radius"));
  EXPECT_THAT(why_not("K1 33,38 3nm 4nm now/+1h"), HasSubstr("\"3nm\" and \"4nm\" are two lengths"));
  EXPECT_THAT(why_not("K1 33,38 34,39 now/+1h now/+2h"), HasSubstr("two windows"));
  EXPECT_THAT(why_not("K1 polygon 33,38 34,39 now/+1h"), HasSubstr("at least three points"));
  EXPECT_THAT(why_not("K1 circle 33,38 34,39 3nm now/+1h"), HasSubstr("a circle has one point"));
  EXPECT_THAT(why_not("K1 33,38 34,39 FL19O-FL210 now/+1h"), HasSubstr("FL19O"));
  EXPECT_THAT(why_not("K!1 33,38 34,39 now/+1h"), HasSubstr("zone id"));
}

PlannedLeg in(std::string_view zone, DurationMs after) {
  geo::Volume4d volume;
  volume.outline = geo::Circle{{330'000'000, 380'000'000}, 100'000};
  volume.window = {kNow + after, kNow + after + 60'000};
  return {.volumes = {volume}, .zone = ZoneId::trusted(zone)};
}

TEST(LegWords, VolumesInOneZoneAreOneLegUntilTheZoneChanges) {
  const auto legs = joined({in("K1", 0), in("K1", 1), in("K4", 2), in("K1", 3)});
  ASSERT_EQ(legs.size(), 3U);
  EXPECT_EQ(legs[0].volumes.size(), 2U);
  EXPECT_EQ(legs[1].zone.str(), "K4");
  EXPECT_EQ(legs[2].zone.str(), "K1") << "a second passage is another leg";
}

/// A file that is gone when the test is over.
class ScratchFile {
 public:
  explicit ScratchFile(std::string_view text)
      : path_(::testing::TempDir() + "tansiq-flight-" +
              ::testing::UnitTest::GetInstance()->current_test_info()->name() + ".json") {
    EXPECT_TRUE(write_text(path_, text, 0600, /*replace=*/true));
  }
  ~ScratchFile() { std::filesystem::remove(path_); }
  ScratchFile(const ScratchFile&) = delete;
  ScratchFile& operator=(const ScratchFile&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

std::string geojson(std::string_view properties_of_second) {
  return R"({"type":"FeatureCollection","features":[
    {"type":"Feature","properties":{"id":"M1","flight":"MIRAGE1","zone":"K1","lower":"FL190","upper":"FL210",
     "start":"2026-11-22T10:10:00Z","end":"2026-11-22T10:35:00Z","left_m":4000,"right_m":4000},
     "geometry":{"type":"LineString","coordinates":[[38,33],[40,34.5]]}},
    {"type":"Feature","properties":{"id":"M1","flight":"MIRAGE1","lower":"FL190","upper":"FL210",)" +
         std::string(properties_of_second) + R"(
     "start":"2026-11-22T10:35:00Z","end":"2026-11-22T11:00:00Z","left_m":4000,"right_m":4000},
     "geometry":{"type":"LineString","coordinates":[[40,34.5],[41,35.5]]}}]})";
}

TEST(FlightFile, GeoJsonHasOneFeatureALeg) {
  const ScratchFile file(geojson(R"("zone":"K4",)"));
  const auto flight = read_flight(file.path());
  ASSERT_TRUE(flight) << flight.error().text();
  EXPECT_EQ(flight->flight.str(), "M1");
  EXPECT_EQ(flight->call_sign, "MIRAGE1");
  ASSERT_EQ(flight->legs.size(), 2U);
  EXPECT_EQ(flight->legs[0].zone.str(), "K1");
  EXPECT_EQ(flight->legs[1].zone.str(), "K4");
}

TEST(FlightFile, APropertyThatLooksMisspeltIsNotFiledAsNoLimit) {
  const ScratchFile file(geojson(R"("zone":"K4","uper":"FL200",)"));
  const auto flight = read_flight(file.path());
  ASSERT_FALSE(flight);
  EXPECT_THAT(flight.error().text(), HasSubstr("did you mean 'upper'?"));
}

TEST(FlightFile, AFeatureWithoutItsZoneIsAnError) {
  const ScratchFile file(geojson(""));
  const auto flight = read_flight(file.path());
  ASSERT_FALSE(flight);
  EXPECT_THAT(flight.error().text(), HasSubstr("needs the property \"zone\""));
  EXPECT_THAT(flight.error().text(), HasSubstr(file.path()));
}

constexpr std::string_view kVolume =
    R"({"band":{"lower_cm":579120,"ref":"fl","upper_cm":640080},"outline":{"circle":{"centre":[330000000,380000000],)"
    R"("radius_cm":100000}},"window":{"end_ms":1795342500000,"start_ms":1795342200000}})";

TEST(FlightFile, TheRecordsOwnFormNeedsOnlyLegs) {
  const ScratchFile file(R"({ "legs": [ {"zone": "K1", "volumes": [)" + std::string(kVolume) + "]} ] }");
  const auto flight = read_flight(file.path());
  ASSERT_TRUE(flight) << flight.error().text();
  EXPECT_TRUE(flight->flight.empty());
  EXPECT_EQ(flight->domain, core::Domain::kAir);
  EXPECT_EQ(flight->legs.at(0).volumes.size(), 1U);
}

TEST(FlightFile, UnknownMembersAreErrors) {
  const ScratchFile file(R"({"legs":[{"zone":"K1","volumes":[)" + std::string(kVolume) + R"(]}],"purpose":"none"})");
  const auto flight = read_flight(file.path());
  ASSERT_FALSE(flight);
  EXPECT_THAT(flight.error().text(), HasSubstr("there is no member \"purpose\""));
}

}  // namespace
}  // namespace tansiq::cli
