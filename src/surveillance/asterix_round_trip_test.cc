// ASTERIX: what is written reads back to the same statement, and to the same octets when it is written again.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "surveillance/asterix_encode.h"
#include "surveillance/asterix_testlib.h"
#include "surveillance/moment.h"
#include "surveillance/velocity.h"

namespace tansiq::surveillance {
namespace {

using testing::hear;
using testing::Heard;
using testing::kNoon;

std::optional<std::int32_t> maybe(std::int64_t low, std::int64_t high, std::int64_t numerator,
                                  std::int64_t denominator) {
  if (*rc::gen::arbitrary<bool>()) return std::nullopt;
  return static_cast<std::int32_t>(scaled(*rc::gen::inRange<std::int64_t>(low, high), numerator, denominator));
}

Report arbitrary_target(Domain domain) {
  Report r;
  r.domain = domain;
  r.system = *rc::gen::inRange<std::uint16_t>(0, 0xFFFF);
  r.basis = TimeBasis::kTimeOfDay;
  const auto ticks = *rc::gen::inRange<std::uint32_t>(0, 86'400 * 128);
  r.time = from_time_of_day(kNoon, ticks);
  r.pressure_cm = maybe(-60, 6'000, 762, 1);
  if (*rc::gen::arbitrary<bool>()) r.mode_3a = *rc::gen::inRange<std::uint16_t>(0, 010000);
  if (*rc::gen::arbitrary<bool>()) {
    const auto text = *rc::gen::container<std::string>(rc::gen::elementOf(std::string("ABCXYZ0189")));
    r.call_sign.assign(text.substr(0, 8));
  }
  for (const Flag flag : {Flag::kSpi, Flag::kSimulated}) r.set(flag, *rc::gen::arbitrary<bool>());
  return r;
}

/// Reads and writes again: the same statement, the same octets.
void expect_round_trip(std::uint8_t category, const Report& wanted) {
  AsterixEncoder encoder(category);
  RC_ASSERT(encoder.add(wanted).has_value());
  const Bytes block = encoder.take();
  const Heard heard = hear(block);
  RC_ASSERT(heard.counters.rejected_sum() == 0U);
  RC_ASSERT(heard.said.reports.size() == 1U);
  AsterixEncoder again(category);
  RC_ASSERT(again.add(heard.said.reports[0]).has_value());
  RC_ASSERT(to_hex(again.take()) == to_hex(block));
  Report read = heard.said.reports[0];
  // A velocity in whole steps of its components is compared by its octets above.
  if (category == 62) {
    RC_ASSERT(read.speed_cm_s.has_value() == wanted.speed_cm_s.has_value());
    read.speed_cm_s = wanted.speed_cm_s;
    read.course_mdeg = wanted.course_mdeg;
  }
  RC_ASSERT(testing::same_statement(read, wanted));
}

void add_speed(Report& r) {
  if (*rc::gen::arbitrary<bool>()) return;
  r.speed_cm_s = static_cast<std::int32_t>(scaled(*rc::gen::inRange(0, 1 << 15), 185'200, 1 << 14));
  r.course_mdeg = static_cast<std::int32_t>(scaled(*rc::gen::inRange(0, 1 << 16), 360'000, 1 << 16) % 360'000);
}

RC_GTEST_PROP(AsterixRoundTrip, Category021, ()) {
  Report r = arbitrary_target(Domain::kAir);
  r.id = {*rc::gen::element(IdKind::kIcao, IdKind::kNonIcao), *rc::gen::inRange<std::uint32_t>(0, 1 << 24)};
  if (*rc::gen::arbitrary<bool>()) r.track = TrackNumber{*r.system, *rc::gen::inRange<std::uint16_t>(0, 1 << 12)};
  if (*rc::gen::arbitrary<bool>()) {
    r.position = geo::LatLng{static_cast<std::int32_t>(scaled(
                                 *rc::gen::inRange<std::int64_t>(-(1 << 29), (1 << 29) + 1), 1'800'000'000, 1 << 30)),
                             static_cast<std::int32_t>(
                                 scaled(*rc::gen::inRange<std::int64_t>(-(1 << 30), 1 << 30), 1'800'000'000, 1 << 30))};
  }
  r.geometric_cm = maybe(-240, 24'000, 3'048 * 25, 400);
  r.climb_cm_s = maybe(-1'000, 1'000, 3'048 * 25, 4 * 6'000);
  add_speed(r);
  if (*rc::gen::arbitrary<bool>()) {
    r.heading_mdeg = static_cast<std::int32_t>(scaled(*rc::gen::inRange(0, 1 << 16), 360'000, 1 << 16) % 360'000);
    r.set(Flag::kMagnetic);
  }
  if (*rc::gen::arbitrary<bool>()) {
    r.quality = {*rc::gen::inRange<std::int8_t>(0, 12), *rc::gen::inRange<std::int8_t>(0, 12),
                 *rc::gen::inRange<std::int8_t>(0, 5), *rc::gen::inRange<std::int8_t>(0, 4),
                 *rc::gen::inRange<std::int8_t>(0, 4)};
  }
  r.emergency = *rc::gen::element(Emergency::kNone, Emergency::kGeneral, Emergency::kFuel, Emergency::kUnlawful);
  if (*rc::gen::arbitrary<bool>()) r.emitter = *rc::gen::inRange<std::uint8_t>(1, 17);
  for (const Flag flag : {Flag::kOnGround, Flag::kTest, Flag::kSuspect}) r.set(flag, *rc::gen::arbitrary<bool>());
  expect_round_trip(21, r);
}

RC_GTEST_PROP(AsterixRoundTrip, Category048, ()) {
  Report r = arbitrary_target(Domain::kAir);
  if (*rc::gen::arbitrary<bool>()) r.id = {IdKind::kIcao, *rc::gen::inRange<std::uint32_t>(0, 1 << 24)};
  if (*rc::gen::arbitrary<bool>()) {
    r.polar = Polar{static_cast<std::int32_t>(scaled(*rc::gen::inRange(0, 1 << 16), 185'200, 256)),
                    static_cast<std::int32_t>(scaled(*rc::gen::inRange(0, 1 << 16), 360'000, 1 << 16) % 360'000)};
  }
  if (*rc::gen::arbitrary<bool>()) {
    r.track = TrackNumber{*r.system, *rc::gen::inRange<std::uint16_t>(0, 1 << 12)};
    for (const Flag flag : {Flag::kTentative, Flag::kEnd, Flag::kSuspect}) r.set(flag, *rc::gen::arbitrary<bool>());
  }
  r.geometric_cm = maybe(-40, 4'000, 762, 1);
  add_speed(r);
  r.emergency = *rc::gen::element(Emergency::kNone, Emergency::kGeneral);
  for (const Flag flag : {Flag::kOnGround, Flag::kTest, Flag::kCoasting}) r.set(flag, *rc::gen::arbitrary<bool>());
  if (r.mode_3a) r.set(Flag::kInvalidCode, *rc::gen::arbitrary<bool>());
  if (r.pressure_cm) r.set(Flag::kInvalidLevel, *rc::gen::arbitrary<bool>());
  expect_round_trip(48, r);
}

RC_GTEST_PROP(AsterixRoundTrip, Category062, ()) {
  Report r = arbitrary_target(Domain::kAir);
  r.track = TrackNumber{*r.system, *rc::gen::arbitrary<std::uint16_t>()};
  if (*rc::gen::arbitrary<bool>()) r.id = {IdKind::kIcao, *rc::gen::inRange<std::uint32_t>(0, 1 << 24)};
  if (*rc::gen::arbitrary<bool>()) {
    r.position = geo::LatLng{static_cast<std::int32_t>(scaled(
                                 *rc::gen::inRange<std::int64_t>(-(1 << 24), (1 << 24) + 1), 1'800'000'000, 1 << 25)),
                             static_cast<std::int32_t>(
                                 scaled(*rc::gen::inRange<std::int64_t>(-(1 << 25), 1 << 25), 1'800'000'000, 1 << 25))};
  }
  if (*rc::gen::arbitrary<bool>()) {
    const double vx = *rc::gen::inRange(-(1 << 15), 1 << 15) * 25.0;
    const double vy = *rc::gen::inRange(-(1 << 15), 1 << 15) * 25.0;
    r.speed_cm_s = speed_of(vx, vy);
    r.course_mdeg = course_of(vx, vy);
  }
  r.geometric_cm = maybe(-240, 24'000, 3'048 * 25, 400);
  r.climb_cm_s = maybe(-1'000, 1'000, 3'048 * 25, 4 * 6'000);
  r.accuracy_cm = maybe(0, 1 << 16, 50, 1);
  r.emergency = *rc::gen::element(Emergency::kNone, Emergency::kGeneral, Emergency::kNoRadio, Emergency::kUnlawful);
  if (*rc::gen::arbitrary<bool>()) r.emitter = *rc::gen::inRange<std::uint8_t>(1, 17);
  for (const Flag flag : {Flag::kOnGround, Flag::kTentative, Flag::kEnd, Flag::kCoasting}) {
    r.set(flag, *rc::gen::arbitrary<bool>());
  }
  if (r.mode_3a) r.set(Flag::kInvalidCode, *rc::gen::arbitrary<bool>());
  expect_round_trip(62, r);
}

TEST(AsterixEncode, ABlockEndsAtADatagram) {
  AsterixEncoder encoder(62);
  Report r;
  r.system = 0x1902;
  EXPECT_EQ(encoder.add(r).error().code, ErrorCode::kInvalid);
  r.track = TrackNumber{0x1902, 1};
  std::size_t added = 0;
  while (encoder.add(r)) ++added;
  EXPECT_EQ(hear(encoder.take()).said.reports.size(), added);
  EXPECT_TRUE(encoder.add(r));
}

}  // namespace
}  // namespace tansiq::surveillance
