#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>

#include "formats/geojson_in.h"
#include "formats/geojson_out.h"
#include "geo/shape.h"

namespace tansiq::formats {
namespace {

std::string collection(std::string_view features) {
  return fmt::format(R"({{"type":"FeatureCollection","features":[{}]}})", features);
}

std::string feature(std::string_view geometry, std::string_view properties) {
  return fmt::format(R"({{"type":"Feature","geometry":{},"properties":{}}})", geometry, properties);
}

constexpr std::string_view kSquare = R"({"type":"Polygon","coordinates":[[[0,50],[1,50],[1,51],[0,51],[0,50]]]})";

ZoneFile zones_of(std::string_view features) {
  auto file = read_geojson_zones(collection(features));
  EXPECT_TRUE(file) << file.error().text();
  return std::move(*file);
}

/// Why one feature was refused.
std::string refusal(std::string_view geometry, std::string_view properties = R"({"id":"Z"})") {
  const auto file = zones_of(feature(geometry, properties));
  return file.zones.empty() && file.findings.list().size() == 1 ? file.findings.list()[0].detail : "used";
}

TEST(GeoJsonIn, APropertyThatLooksMisspeltIsAFinding) {
  const auto file = zones_of(feature(kSquare, R"({"id":"A","uper":"FL100","Lower":"FL050","fill":"#f00"})") + "," +
                             feature(kSquare, R"({"id":"B","ownr":"us","stroke":"#00f","fill":"#0f0"})"));
  ASSERT_EQ(file.zones.size(), 2U);
  EXPECT_EQ(file.zones[0].band.upper_cm, geo::kHeightUnboundedHigh);
  EXPECT_EQ(file.findings.count_of(Severity::kNote, kMisspeltProperty), 3U);
  const auto& list = file.findings.list();
  ASSERT_EQ(list.size(), 4U);
  std::vector<std::string> details;
  for (const Finding& finding : list) details.push_back(finding.where + ": " + finding.detail);
  EXPECT_NE(std::ranges::find(details, "features[0]: 'uper'; did you mean 'upper'?"), details.end());
  EXPECT_NE(std::ranges::find(details, "features[0]: 'Lower'; did you mean 'lower'?"), details.end());
  EXPECT_NE(std::ranges::find(details, "features[1]: 'ownr'; did you mean 'owner'?"), details.end());
  // The others once for the file, however often they occur.
  EXPECT_EQ(details.back(), "features: fill, stroke");
}

TEST(GeoJsonIn, WhatLooksLikeNoKnownPropertyIsNamedOnce) {
  std::string properties = R"({"id":"A","a":1,"date":2,"xy":3)";
  for (int i = 0; i < 30; ++i) properties += fmt::format(R"(,"attribute-{}":0)", i);
  const auto file = zones_of(feature(kSquare, properties + "}"));
  ASSERT_EQ(file.findings.list().size(), 1U);
  EXPECT_EQ(file.findings.list()[0].severity, Severity::kNote);
  EXPECT_TRUE(file.findings.list()[0].detail.ends_with(" and others")) << file.findings.list()[0].detail;
  EXPECT_EQ(std::ranges::count(file.findings.list()[0].detail, ','), 19);
}

TEST(GeoJsonIn, ReadsEveryOutline) {
  const auto file = zones_of(
      feature(
          kSquare,
          R"({"id":"K1","name":"Corridor 1","owner":"us","rule":"exclusive","minima":"5nm/1000ft/0s","lower":"FL180","upper":"FL240"})") +
      "," +
      feature(R"({"type":"Point","coordinates":[-0.4619,51.4706]})",
              R"({"id":"C","radius_m":9260.5,"upper":"2500 ft AMSL"})") +
      "," +
      feature(R"({"type":"LineString","coordinates":[[1,50],[2,51],[3,51]]})",
              R"({"id":"L","left_m":1852,"right_m":926})") +
      "," +
      feature(
          R"({"type":"MultiPolygon","coordinates":[[[[179,0],[180,0],[180,1],[179,0]]],[[[-180,0],[-179,0],[-180,1],[-180,0]]]]})",
          R"({"id":"M","domain":"sea","lower":"FL100"})"));
  ASSERT_EQ(file.zones.size(), 4U) << (file.findings.list().empty() ? "" : file.findings.list()[0].detail);
  EXPECT_TRUE(file.findings.list().empty());
  EXPECT_EQ(file.zones[0].name, "Corridor 1");
  EXPECT_EQ(file.zones[0].owner, "us");
  EXPECT_EQ(file.zones[0].rule, core::Rule::kExclusive);
  EXPECT_EQ(file.zones[0].minima, (geo::Minima{9'260, 30'480, 0}));
  EXPECT_EQ(file.zones[0].band, (geo::LevelBand{548'640, 731'520, geo::VerticalReference::kFlightLevel}));
  EXPECT_EQ(file.zones[0].parts[0],
            geo::Outline(geo::Polygon{
                {{500'000'000, 0}, {500'000'000, 10'000'000}, {510'000'000, 10'000'000}, {510'000'000, 0}}}));
  EXPECT_EQ(file.zones[1].parts[0], geo::Outline(geo::Circle{{514'706'000, -4'619'000}, 926'050}));
  EXPECT_EQ(file.zones[1].band, (geo::LevelBand{geo::kHeightUnboundedLow, 76'200, geo::VerticalReference::kAmsl}));
  EXPECT_EQ(file.zones[2].parts[0],
            geo::Outline(geo::Corridor{
                {{500'000'000, 10'000'000}, {510'000'000, 20'000'000}, {510'000'000, 30'000'000}}, 185'200, 92'600}));
  EXPECT_EQ(file.zones[3].parts.size(), 2U);
  EXPECT_EQ(file.zones[3].band, geo::LevelBand{});  // sea: no levels
}

TEST(GeoJsonIn, SaysWhyAFeatureIsRefused) {
  EXPECT_EQ(refusal(R"({"type":"Polygon","coordinates":[[[0,0],[9,0],[9,9],[0,0]],[[1,1],[2,1],[2,2],[1,1]]]})"),
            "geometry.coordinates[1]: the polygon has a hole; split it into polygons without one");
  EXPECT_EQ(refusal(R"({"type":"Polygon","coordinates":[[[51,0.5],[50,91],[51,1],[51,0.5]]]})"),
            "geometry.coordinates[0][1][1]: latitude is not from -90 to 90; a position is [longitude, latitude]");
  EXPECT_EQ(refusal(R"({"type":"Point","coordinates":[0,0]})"), "properties: the member \"radius_m\" is missing");
  EXPECT_EQ(refusal(R"({"type":"MultiPoint","coordinates":[]})"),
            "geometry: 'MultiPoint' is not read; use Polygon, MultiPolygon, Point with radius_m, or LineString with "
            "left_m and right_m");
  EXPECT_EQ(refusal(kSquare, R"({"id":"Z","lower":"FL200","upper":"FL100"})"),
            "properties: lower limit FL200 is not below upper limit FL100");
  EXPECT_EQ(refusal(kSquare, R"({"id":"Z","lower":200})"), "properties.lower: must be a string, not 200");
  EXPECT_EQ(refusal(kSquare, R"({"id":"Z","domain":"space"})").substr(0, 18), "properties.domain:");
  EXPECT_EQ(refusal("null"), "geometry: must be an object, not null");
  EXPECT_NE(refusal(R"({"type":"Polygon","coordinates":[[[0,0],[1,1],[1,0],[0,1],[0,0]]]})"),
            "used");  // crosses itself
  EXPECT_EQ(refusal(kSquare), "used");
}

TEST(GeoJsonIn, RefusesWhatIsNoCollection) {
  EXPECT_EQ(read_geojson_zones("{}").error().text(), "the member \"type\" is missing");
  EXPECT_EQ(read_geojson_zones(R"({"type":"Feature"})").error().text(), "not a GeoJSON FeatureCollection");
  EXPECT_EQ(read_geojson_zones(R"({"type":"FeatureCollection","features":{}})").error().text(),
            "features: must be an array, not an object");
  EXPECT_EQ(read_geojson_zones("[1,2").error().code, ErrorCode::kMalformed);
  EXPECT_TRUE(read_geojson_zones("\xEF\xBB\xBF" + collection("")));
}

TEST(GeoJsonIn, RepairsByTheStatedRules) {
  const auto file =
      zones_of(feature(R"({"type":"Polygon","coordinates":[[[190,0],[191,0],[191,1],[191,1]]]})", R"({"id":"Z"})"));
  ASSERT_EQ(file.zones.size(), 1U);
  EXPECT_EQ(std::get<geo::Polygon>(file.zones[0].parts[0]).vertices.front(), (geo::LatLng{0, -1'700'000'000}));
  EXPECT_EQ(file.findings.count_of(Severity::kRepaired, "longitudes beyond 180 were brought back"), 1U);
  EXPECT_EQ(file.findings.count_of(Severity::kRepaired, "a ring was not closed"), 1U);
  EXPECT_EQ(file.findings.count_of(Severity::kRepaired, "vertices were removed"), 1U);
}

TEST(GeoJsonIn, ReadsIntents) {
  const auto traffic = read_geojson_intents(collection(
      feature(
          kSquare,
          R"({"id":"i1","flight":"MIRAGE1","start":"2026-11-22T10:00:00Z","end":"2026-11-22T10:10:00.0001Z","lower":"FL180","upper":"FL200"})") +
      "," + feature(kSquare, R"({"id":"i1","zone":"K4","start":"2026-11-22T10:10:00Z","end":"2026-11-22T10:20:00Z"})") +
      "," + feature(kSquare, R"({"id":"i2","start":"2026-11-22T10:10:00Z"})") + "," +
      feature(kSquare, R"({"start":"2026-11-22T10:10:00Z"})")));
  ASSERT_TRUE(traffic) << traffic.error().text();
  ASSERT_EQ(traffic->flights.size(), 1U);
  EXPECT_EQ(traffic->flights[0].label, "MIRAGE1");
  ASSERT_EQ(traffic->flights[0].volumes.size(), 2U);
  EXPECT_EQ(traffic->flights[0].volumes[0].zone, "");
  EXPECT_EQ(traffic->flights[0].volumes[1].zone, "K4");
  const auto window = traffic->flights[0].volumes[0].volume.window;
  EXPECT_EQ(window.end - window.start, 600'001);  // the end is rounded up
  ASSERT_EQ(traffic->findings.list().size(), 2U);
  EXPECT_EQ(traffic->findings.list()[0].detail, "properties: the member \"end\" is missing");
  EXPECT_EQ(traffic->findings.list()[1].detail, "an intent needs an id or a flight");
}

TEST(GeoJsonOut, ReadsBackToTheSame) {
  const auto file = zones_of(
      feature(
          kSquare,
          R"({"id":"K1","name":"A \"quoted\" name","owner":"us","rule":"aware","minima":"500m/150m/0s","lower":"FL180","upper":"FL240"})") +
      "," +
      feature(R"({"type":"Point","coordinates":[-0.4619001,51.4706]})",
              R"({"id":"C","radius_m":9260.05,"upper":"2500 ft AMSL"})") +
      "," +
      feature(R"({"type":"LineString","coordinates":[[179.5,50],[-179.5,51]]})",
              R"({"id":"L","left_m":1852,"right_m":0.5,"domain":"sea"})"));
  ASSERT_EQ(file.zones.size(), 3U);
  const auto again = read_geojson_zones(write_geojson_zones(file.zones));
  ASSERT_TRUE(again) << again.error().text();
  ASSERT_EQ(again->zones.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(again->zones[i].name, file.zones[i].name);
    EXPECT_EQ(again->zones[i].parts, file.zones[i].parts);
    EXPECT_EQ(again->zones[i].band, file.zones[i].band);
    EXPECT_EQ(again->zones[i].minima, file.zones[i].minima);
    EXPECT_EQ(again->zones[i].rule, file.zones[i].rule);
  }
}

using Vertices = std::vector<geo::LatLng>;
Vertices degrees(std::initializer_list<std::pair<int, int>> points) {
  Vertices out;
  for (const auto& [lng, lat] : points) out.push_back({lat * 10'000'000, lng * 10'000'000});
  return out;
}

TEST(GeoJsonOut, SplitsAtThe180thMeridian) {
  const auto rings = map_rings(degrees({{170, 40}, {-170, 40}, {-170, 50}, {170, 50}}));
  ASSERT_EQ(rings.size(), 2U);
  for (const auto& ring : rings) {
    std::int64_t south = 900'000'000;  // where the great circle crosses: north of 40
    for (const auto& point : ring) {
      if (std::abs(point.lng_e7) == 1'800'000'000) south = std::min(south, point.lat_e7);
    }
    EXPECT_NEAR(static_cast<double>(south),
                std::atan(std::tan(40 * M_PI / 180) / std::cos(10 * M_PI / 180)) * 180e7 / M_PI, 1);
  }
  for (const auto& ring : rings) {
    EXPECT_EQ(ring.size(), 4U);
    for (const auto& point : ring) EXPECT_LE(std::abs(point.lng_e7), 1'800'000'000);
  }
}

TEST(GeoJsonOut, SplitsAFinger) {
  // A comb whose teeth reach over the meridian: three pieces beyond, one on this side.
  const auto rings =
      map_rings(degrees({{170, 0}, {175, 0}, {-175, 1}, {175, 2}, {-175, 3}, {175, 4}, {-175, 5}, {175, 6}, {170, 6}}));
  EXPECT_EQ(rings.size(), 4U);
}

TEST(GeoJsonOut, ClosesOverAPole) {
  const auto rings = map_rings(degrees({{0, 80}, {120, 80}, {-120, 80}}));
  bool pole = false;
  for (const auto& ring : rings) {
    for (const auto& point : ring) pole = pole || point.lat_e7 == 900'000'000;
  }
  EXPECT_TRUE(pole);
  const auto south = map_rings(degrees({{0, -80}, {120, -80}, {-120, -80}}));
  for (const auto& ring : south) {
    for (const auto& point : ring) EXPECT_LT(point.lat_e7, 0);
  }
}

double map_area(const std::vector<MapRing>& rings) {
  double sum = 0;
  for (const MapRing& ring : rings) {
    for (std::size_t i = 0; i < ring.size(); ++i) {
      const MapPoint& a = ring[i];
      const MapPoint& b = ring[(i + 1) % ring.size()];
      sum += static_cast<double>(a.lng_e7) * 1e-7 * static_cast<double>(b.lat_e7) * 1e-7 -
             static_cast<double>(b.lng_e7) * 1e-7 * static_cast<double>(a.lat_e7) * 1e-7;
    }
  }
  return sum / 2;
}

TEST(GeoJsonOut, AnEdgeOverAPoleIsNoneAlongTheParallel) {
  // The western half of the cap: the first edge goes from 0° to 180° over the pole.
  EXPECT_NEAR(map_area(map_rings(degrees({{0, 80}, {180, 80}, {-90, 80}}))), 180 * 10, 1);
}

TEST(GeoJsonOut, WhatGoesBackCountsAgainstTheSideOfThePole) {
  const auto rings = map_rings(degrees({{0, 5},
                                        {60, 5},
                                        {60, -25},
                                        {160, -25},
                                        {160, -20},
                                        {80, -20},
                                        {80, 5},
                                        {140, 5},
                                        {-160, 5},
                                        {-100, 5},
                                        {-40, 5}}));
  ASSERT_FALSE(rings.empty());
  for (const auto& ring : rings) {
    for (const auto& point : ring) EXPECT_GT(point.lat_e7, -400'000'000) << "its inside is the north";
  }
}

TEST(GeoJsonOut, DrawsCirclesAndCorridors) {
  EXPECT_EQ(drawn(geo::Circle{{510'000'000, 0}, 926'000}).size(), 72U);
  const auto border = drawn(geo::Corridor{{{0, 0}, {0, 10'000'000}}, 100'000, 200'000});
  ASSERT_EQ(border.size(), 4U);
  EXPECT_LT(border[0].lat_e7, 0);  // right of an eastbound line is south, twice as far as left
  EXPECT_NEAR(static_cast<double>(border[0].lat_e7) / border[3].lat_e7, -2, 1e-3);
}

RC_GTEST_PROP(GeoJsonOut, PiecesHaveTheAreaOfTheWhole, ()) {
  // A star around a centre anywhere between the polar circles, small enough for the map's area to add up.
  const auto lng = *rc::gen::inRange<std::int64_t>(-1'800'000'000, 1'800'000'001);
  const auto lat = *rc::gen::inRange<std::int64_t>(-600'000'000, 600'000'001);
  const auto radii = *rc::gen::container<std::vector<int>>(9, rc::gen::inRange(1'000'000, 50'000'000));
  Vertices vertices;
  double area = 0;
  std::vector<MapPoint> flat;
  for (std::size_t i = 0; i < radii.size(); ++i) {
    const double angle = 2 * M_PI * static_cast<double>(i) / static_cast<double>(radii.size());
    const MapPoint point{lng + std::llround(radii[i] * std::cos(angle)),
                         lat + std::llround(radii[i] * std::sin(angle))};
    flat.push_back(point);
    const std::int64_t wrapped = point.lng_e7 > 1'800'000'000    ? point.lng_e7 - 3'600'000'000
                                 : point.lng_e7 < -1'800'000'000 ? point.lng_e7 + 3'600'000'000
                                                                 : point.lng_e7;
    vertices.push_back({static_cast<std::int32_t>(point.lat_e7), static_cast<std::int32_t>(wrapped)});
  }
  const auto area_of = [](const std::vector<MapPoint>& ring) { return map_area({ring}); };
  for (const auto& ring : map_rings(vertices)) {
    RC_ASSERT(area_of(ring) > 0);  // counter-clockwise
    area += area_of(ring);
  }
  // Great circles bend a little between the parallels where they are cut.
  RC_ASSERT(std::fabs(area - area_of(flat)) <= 0.02 * area_of(flat) + 1e-6);
}

}  // namespace
}  // namespace tansiq::formats
