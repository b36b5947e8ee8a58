#include "picture/group.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <GeographicLib/Geodesic.hpp>
#include <cmath>
#include <numbers>

#include "geo/shape.h"
#include "picture/group_json.h"

namespace tansiq::picture {
namespace {

constexpr GroupOptions kOptions;
constexpr UtcMs kNoon{1'447'848'000'000};

Motion guide_at(double lat, double lng, double course_deg, double speed) {
  Motion motion;
  motion.time = kNoon;
  motion.lat_deg = lat;
  motion.lng_deg = lng;
  motion.east_m_s = speed * std::sin(course_deg * std::numbers::pi / 180);
  motion.north_m_s = speed * std::cos(course_deg * std::numbers::pi / 180);
  motion.position_sigma_m = 10;
  return motion;
}

Group carrier() {
  Group group;
  group.id = "tf-473";
  group.name = "Carrier group";
  group.guide = {surveillance::IdKind::kMmsi, 227'022'600};
  group.members = {{surveillance::IdKind::kIcao, 0x39C4A1}};
  group.shapes = {
      {.domain = core::Domain::kSea, .ahead_m = 12'000, .astern_m = 6'000, .port_m = 8'000, .starboard_m = 8'000},
      {.domain = core::Domain::kAir,
       .ahead_m = 18'000,
       .astern_m = 18'000,
       .port_m = 18'000,
       .starboard_m = 18'000,
       .band = {0, 6'000'00, geo::VerticalReference::kFlightLevel},
       .windows = {{kNoon + 600'000, kNoon + 1'800'000}}}};
  return group;
}

geo::Shape shape_of(const geo::Outline& outline) {
  auto made = geo::Shape::make(outline);
  EXPECT_TRUE(made.has_value()) << (made ? "" : made.error().text());
  return *made;
}

bool holds(const geo::Volume4d& volume, double lat, double lng) {
  const geo::Circle point{
      {static_cast<std::int32_t>(std::lround(lat * 1e7)), static_cast<std::int32_t>(std::lround(lng * 1e7))}, 1};
  return geo::covers(shape_of(volume.outline), shape_of(point));
}

/// Where a guide of this motion really is after `seconds`, along a geodesic.
Motion moved(const Motion& motion, double seconds) {
  const double course = std::atan2(motion.east_m_s, motion.north_m_s) * 180 / std::numbers::pi;
  const double speed = std::hypot(motion.east_m_s, motion.north_m_s);
  double lat = 0;
  double lng = 0;
  double azimuth = 0;
  GeographicLib::Geodesic::WGS84().Direct(motion.lat_deg, motion.lng_deg, course, speed * seconds, lat, lng, azimuth);
  Motion out = guide_at(lat, lng, azimuth, speed);
  out.time = motion.time + static_cast<DurationMs>(seconds * 1'000);
  return out;
}

// Wherever a group on a steady course is by geodesic truth, its whole box is inside the slice of that moment.
RC_GTEST_PROP(GroupModel, SlicesHoldTheBoxWhereverItIs, ()) {
  const double lat = *rc::gen::inRange(-800, 801) / 10.0;
  const double lng = *rc::gen::inRange(-1'800, 1'800) / 10.0;
  const double course = *rc::gen::inRange(0, 360);
  const double speed = *rc::gen::inRange(0, 180) / 10.0;
  const Motion guide = guide_at(lat, lng, course, speed);
  GroupShape shape;
  shape.ahead_m = *rc::gen::inRange(100, 20'000);
  shape.astern_m = *rc::gen::inRange(100, 20'000);
  shape.port_m = *rc::gen::inRange(100, 20'000);
  shape.starboard_m = *rc::gen::inRange(100, 20'000);
  const std::vector<geo::Volume4d> slices = predicted(shape, guide, kNoon, kOptions);
  RC_ASSERT(slices.size() == 12U);
  RC_ASSERT(slices.front().window.start == kNoon);
  RC_ASSERT(slices.back().window.end == kNoon + kOptions.horizon_ms);

  // The ends of slices and the sides of the box are where it would show.
  const int slice_no = *rc::gen::inRange(0, 12);
  const int second = (slice_no * 300) + *rc::gen::oneOf(rc::gen::element(0, 299), rc::gen::inRange(0, 300));
  const geo::Volume4d& slice = slices[static_cast<std::size_t>(second) / 300];
  RC_ASSERT(slice.window.start <= kNoon + second * 1'000LL && kNoon + second * 1'000LL < slice.window.end);
  const Motion then = moved(guide, second);
  const double azimuth = std::atan2(then.east_m_s, then.north_m_s) * 180 / std::numbers::pi;
  const auto between = [](std::int64_t low, std::int64_t high) {
    return static_cast<double>(*rc::gen::oneOf(rc::gen::element(low, high), rc::gen::inRange(low, high + 1)));
  };
  const double along = between(-shape.astern_m, shape.ahead_m);
  const double aside = between(-shape.port_m, shape.starboard_m);
  const double bearing = azimuth + (std::atan2(aside, along) * 180 / std::numbers::pi);
  double at_lat = 0;
  double at_lng = 0;
  GeographicLib::Geodesic::WGS84().Direct(then.lat_deg, then.lng_deg, bearing, std::hypot(along, aside), at_lat,
                                          at_lng);
  RC_ASSERT(holds(slice, at_lat, at_lng));
}

TEST(Group, SlicesAreNotMuchLargerThanTheBox) {
  GroupShape shape{.ahead_m = 10'000, .astern_m = 10'000, .port_m = 5'000, .starboard_m = 5'000};
  const auto slices = predicted(shape, guide_at(35, 34, 90, 8), kNoon, kOptions);
  double lat = 0;
  double lng = 0;
  GeographicLib::Geodesic::WGS84().Direct(35, 34, 0, 5'600, lat, lng);
  EXPECT_FALSE(holds(slices.front(), lat, lng)) << "aside";
  GeographicLib::Geodesic::WGS84().Direct(35, 34, 90, (8 * 300) + 11'000, lat, lng);
  EXPECT_FALSE(holds(slices.front(), lat, lng)) << "ahead";
}

TEST(Group, AirOnlyWithinItsWindows) {
  const Group group = carrier();
  const auto volumes = predicted(group.shapes[1], guide_at(34, 34, 45, 8), kNoon, kOptions);
  ASSERT_EQ(volumes.size(), 4U);
  EXPECT_EQ(volumes.front().window.start, kNoon + 600'000);
  EXPECT_EQ(volumes.back().window.end, kNoon + 1'800'000);
  for (std::size_t i = 1; i < volumes.size(); ++i) EXPECT_EQ(volumes[i].window.start, volumes[i - 1].window.end);
  EXPECT_EQ(volumes.front().band, group.shapes[1].band);
}

TEST(Group, ASteadyGroupFilesSeldomAndATurnFilesAtOnce) {
  GroupPlan plan(carrier(), core::Domain::kSea, kOptions);
  const Motion start = guide_at(34, 34, 45, 8);
  ASSERT_TRUE(plan.due(start, kNoon));
  plan.filed(plan.volumes(start, kNoon));
  int filings = 0;
  int first_s = 0;
  for (int s = 10; s < 3'600; s += 10) {
    const Motion now = moved(start, s);
    if (!plan.due(now, now.time)) continue;
    if (filings++ == 0) first_s = s;
    plan.filed(plan.volumes(now, now.time));
  }
  EXPECT_EQ(filings, 1);
  EXPECT_EQ(first_s, 1'810) << "renewed when it reaches less than half an hour ahead";

  Motion turned = guide_at(34, 34, 45, 8);
  plan.filed(plan.volumes(turned, kNoon));
  turned = guide_at(34, 34, 47, 8);
  EXPECT_FALSE(plan.due(turned, kNoon)) << "a little";
  turned = guide_at(34, 34, 65, 8);
  EXPECT_TRUE(plan.due(turned, kNoon));
}

TEST(Group, AWindowThatIsTakenBackIsFiledAnew) {
  Group group = carrier();
  GroupPlan plan(group, core::Domain::kAir, kOptions);
  const Motion guide = guide_at(34, 34, 45, 8);
  const auto filed = plan.volumes(guide, kNoon);
  plan.filed(filed);
  EXPECT_FALSE(plan.due(guide, kNoon));
  group.shapes[1].windows = {{kNoon + 86'400'000, kNoon + 90'000'000}};
  GroupPlan changed(group, core::Domain::kAir, kOptions);
  changed.filed(filed);
  EXPECT_TRUE(changed.due(guide, kNoon));
  EXPECT_TRUE(changed.volumes(guide, kNoon).empty());
}

TEST(Group, AGuideThatLiesStillHasNoCourse) {
  GroupPlan plan(carrier(), core::Domain::kSea, kOptions);
  plan.filed(plan.volumes(guide_at(34, 34, 10, 0.3), kNoon));
  EXPECT_FALSE(plan.due(guide_at(34, 34, 200, 0.3), kNoon));
}

TEST(Group, TheLargestGroupMayLieStillAndBeUncertain) {
  Group group = carrier();
  for (GroupShape& shape : group.shapes) {
    shape.ahead_m = shape.astern_m = shape.port_m = shape.starboard_m = kGroupReachMMax;
    shape.windows.clear();
  }
  ASSERT_TRUE(check(group));
  for (const core::Domain domain : {core::Domain::kSea, core::Domain::kAir}) {
    for (const double speed : {0.0, 0.5, 15.0}) {
      for (const double sigma : {10.0, 5'000.0}) {
        GroupPlan plan(group, domain, kOptions);
        Motion guide = guide_at(34, 34, 45, speed);
        guide.position_sigma_m = sigma;
        EXPECT_TRUE(plan.due(guide, kNoon));
        const auto volumes = plan.volumes(guide, kNoon);
        ASSERT_FALSE(volumes.empty());
        for (const geo::Volume4d& volume : volumes) shape_of(volume.outline);
        plan.filed(volumes);
        EXPECT_FALSE(plan.due(guide, kNoon));
        shape_of(outline_now(group.shapes[0], guide, kOptions));
      }
    }
  }
}

TEST(Group, RefusesWhatIsNone) {
  EXPECT_TRUE(check(carrier()));
  const auto where = [](auto change) {
    Group group = carrier();
    change(group);
    const Status status = check(group);
    return status ? std::string("accepted") : status.error().where;
  };
  EXPECT_EQ(where([](Group& g) { g.id = "a b"; }), "id");
  EXPECT_EQ(where([](Group& g) { g.guide.kind = surveillance::IdKind::kNone; }), "guide");
  EXPECT_EQ(where([](Group& g) { g.shapes.clear(); }), "shapes");
  EXPECT_EQ(where([](Group& g) { g.shapes[1].port_m = 0; }), "shapes[1].port_m");
  EXPECT_EQ(where([](Group& g) { g.shapes[0].ahead_m = 60'001; }), "shapes[0].ahead_m");
  EXPECT_EQ(where([](Group& g) { g.shapes[0].band = {0, 100, geo::VerticalReference::kAmsl}; }), "shapes[0].band");
  EXPECT_EQ(where([](Group& g) { g.shapes[1].windows = {{kNoon, kNoon}}; }), "shapes[1].windows[0]");
}

Result<Group> read(std::string_view text) {
  const auto document = log::JcsDocument::parse(text);
  EXPECT_TRUE(document.has_value()) << text;
  return read_group("tf-473", document->root());
}

TEST(GroupJson, ReadsBackAsItWas) {
  std::string text;
  log::JcsWriter out(text);
  write_group(out, carrier());
  EXPECT_EQ(text,
            R"({"guide":{"mmsi":227022600},"members":[{"icao":"39C4A1"}],"name":"Carrier group","shapes":[)"
            R"({"ahead_m":12000,"astern_m":6000,"domain":"sea","port_m":8000,"starboard_m":8000},)"
            R"({"ahead_m":18000,"astern_m":18000,"band":{"lower_cm":0,"ref":"fl","upper_cm":600000},"domain":"air",)"
            R"("port_m":18000,"starboard_m":18000,"windows":[{"end_ms":1447849800000,"start_ms":1447848600000}]}]})");
  const auto again = read(text);
  ASSERT_TRUE(again.has_value()) << again.error().text();
  EXPECT_EQ(*again, carrier());
}

TEST(GroupJson, SaysWhatWouldBeRight) {
  const auto why = [](std::string_view text) {
    const auto group = read(text);
    return group ? std::string("accepted") : group.error().text();
  };
  EXPECT_EQ(why(R"({"guide":{"icao":"39C4A"},"name":"x","shapes":[]})"),
            "guide.icao: an address is six hexadecimal digits");
  EXPECT_EQ(why(R"({"guide":{},"name":"x","shapes":[]})"), R"(guide: a craft is {"mmsi":…} or {"icao":"…"})");
  EXPECT_EQ(why(R"({"guide":{"mmsi":1},"name":"x","shapes":[]})"), "shapes: a group has 1 to 8 shapes, not 0");
  EXPECT_NE(why(R"({"guide":{"mmsi":1},"hull":1,"name":"x","shapes":[]})"), "accepted");
}

}  // namespace
}  // namespace tansiq::picture
