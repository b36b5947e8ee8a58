// Codes of Mode S beside slow oracles: the published table of Gray coded heights by its rule, the zone formula, parity
// by long division; and round trips of squitters.
#include "surveillance/mode_s.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <numbers>

#include "base/random.h"
#include "base/units.h"
#include "surveillance/adsb_decoder.h"
#include "surveillance/adsb_encode.h"
#include "surveillance/bits.h"
#include "surveillance/cpr.h"
#include "surveillance/surveillance_testlib.h"
#include "surveillance/velocity.h"

namespace tansiq::surveillance {
namespace {

using testing::kNoon;
using testing::Remembering;

TEST(ModeSParity, IsThatOfLongDivision) {
  SeededRandom random(2);
  for (int round = 0; round < 500; ++round) {
    Bytes message(round % 2 == 0 ? 7 : 14);
    for (auto& byte : message) byte = static_cast<std::uint8_t>(random.next());
    // All bits as a polynomial, divided by x^24 + … = 0x1FFF409, bit by bit.
    std::vector<int> bits;
    for (const std::uint8_t byte : message) {
      for (int b = 7; b >= 0; --b) bits.push_back(byte >> b & 1);
    }
    for (std::size_t i = 0; i + 24 < bits.size(); ++i) {
      if (bits[i] == 0) continue;
      for (std::size_t k = 0; k < 25; ++k) bits[i + k] ^= 0x1FFF409 >> (24 - k) & 1;
    }
    std::uint32_t rest = 0;
    for (std::size_t i = bits.size() - 24; i < bits.size(); ++i) rest = rest << 1 | static_cast<std::uint32_t>(bits[i]);
    ASSERT_EQ(mode_s_remainder(message), rest);
    put_mode_s_parity(message, 0x123456);
    ASSERT_EQ(mode_s_remainder(message), 0x123456U);
  }
}

/// Pulses of a Mode C height as ICAO Annex 10 has them: D2 D4 A1 A2 A4 B1 B2 B4 are the reflected code of the 500-foot
/// step; C1 C2 C4 run 001 011 010 110 100 in even steps and backwards in odd ones.
std::uint32_t gillham_code(std::int32_t feet) {
  const std::int32_t hundreds = (feet + 1'200) / 100;
  const auto step = static_cast<std::uint32_t>((hundreds + 0) / 5);
  const auto within = static_cast<std::uint32_t>(hundreds % 5);
  const std::uint32_t gray = step ^ step >> 1;
  constexpr std::array<std::uint32_t, 5> kC{0b001, 0b011, 0b010, 0b110, 0b100};
  const std::uint32_t c = kC[step % 2 == 0 ? within : 4 - within];
  std::uint32_t code = 0;
  const auto set = [&code](int place, std::uint32_t bit) { code |= bit << (12 - place); };
  constexpr std::array<int, 8> kPlaces{10, 12, 1, 3, 5, 7, 9, 11};  // D2 D4 A1 A2 A4 B1 B2 B4
  for (std::size_t i = 0; i < 8; ++i) set(kPlaces[i], gray >> (7 - i) & 1);
  set(0, c >> 2 & 1);
  set(2, c >> 1 & 1);
  set(4, c & 1);
  return code;
}

TEST(ModeSAltitude, GrayCodesAreTheirHeights) {
  for (std::int32_t feet = -1'200; feet <= 50'000; feet += 100) {
    ASSERT_EQ(altitude_13(gillham_code(feet)), feet) << feet;
  }
}

TEST(ModeSAltitude, TwentyFiveFootStepsReadBack) {
  for (std::int32_t feet = -1'000; feet <= 50'175; feet += 25) {
    const auto code = altitude_12_code(feet);
    ASSERT_TRUE(code);
    ASSERT_EQ(altitude_12(*code), feet);
  }
  EXPECT_FALSE(altitude_12_code(-1'001));
  EXPECT_FALSE(altitude_12_code(50'200));
  EXPECT_FALSE(altitude_12(0));
  EXPECT_EQ(altitude_13(0x1838), 38'000);
}

TEST(ModeSAltitude, MetresAreRead) { EXPECT_EQ(altitude_13((3'000U & 0xFC0) << 1 | 0x40 | (3'000U & 0x3F)), 9'843); }

TEST(ModeSIdentity, EveryCodeReadsBack) {
  for (unsigned code = 0; code <= 07777; ++code) {
    ASSERT_EQ(identity_13(identity_13_code(static_cast<std::uint16_t>(code))), code);
  }
}

TEST(Cpr, ZonesAreThoseOfTheFormula) {
  SeededRandom random(9);
  const auto formula = [](double lat) {
    if (std::fabs(lat) == 0) return 59;
    if (std::fabs(lat) == 87) return 2;
    if (std::fabs(lat) > 87) return 1;
    const double a = 1 - std::cos(std::numbers::pi / 30);
    const double b = std::cos(std::numbers::pi / 180 * lat);
    return static_cast<int>(std::floor(2 * std::numbers::pi / std::acos(1 - a / (b * b))));
  };
  for (int i = 0; i < 100'000; ++i) {
    const double lat = (random.unit() - 0.5) * 180;
    ASSERT_EQ(cpr_zones(lat), formula(lat)) << lat;
  }
  EXPECT_EQ(cpr_zones(0), 59);
  EXPECT_EQ(cpr_zones(87), 2);
  EXPECT_EQ(cpr_zones(-90), 1);
}

TEST(Cpr, HalvesFromEitherSideOfAChangeOfZonesGiveNoPlace) {
  // 59 zones below 10.47047 degrees, 58 above.
  const geo::LatLng below{104'700'000, 80'000'000};
  const geo::LatLng above{104'710'000, 80'000'000};
  for (const bool newest_odd : {false, true}) {
    EXPECT_FALSE(cpr_global(cpr_encode(below, false, CprKind::kAirborne), cpr_encode(above, true, CprKind::kAirborne),
                            newest_odd, CprKind::kAirborne));
    EXPECT_TRUE(cpr_global(cpr_encode(below, false, CprKind::kAirborne), cpr_encode(below, true, CprKind::kAirborne),
                           newest_odd, CprKind::kAirborne));
  }
}

geo::LatLng arbitrary_place() {
  return {*rc::gen::inRange<std::int32_t>(-899'999'999, 899'999'999),
          *rc::gen::inRange<std::int32_t>(-1'800'000'000, 1'800'000'000)};
}

/// Half a bin of latitude and of longitude, in metres, with rounding. The widest bin of longitude is where two zones
/// begin (86.5 degrees): 360 degrees in 2^17 parts, half of it 9.2 m.
bool within_a_bin(geo::LatLng a, geo::LatLng b, double metres) { return rough_distance_m(a, b) <= metres; }

RC_GTEST_PROP(Cpr, APairLeadsBackToThePlace, ()) {
  const geo::LatLng place = arbitrary_place();
  const CprPlace even = cpr_encode(place, false, CprKind::kAirborne);
  const CprPlace odd = cpr_encode(place, true, CprKind::kAirborne);
  for (const bool newest_odd : {false, true}) {
    const auto found = cpr_global(even, odd, newest_odd, CprKind::kAirborne);
    // Within 300 m of a line where the number of zones changes the halves may disagree, and then none is given.
    if (!found) {
      const double lat = place.lat_e7 * 1e-7;
      RC_ASSERT(cpr_zones(lat - 0.003) != cpr_zones(lat + 0.003));
      continue;
    }
    RC_ASSERT(within_a_bin(*found, place, 10));
  }
}

RC_GTEST_PROP(Cpr, OneHalfAndAPlaceNearbyLeadBack, ()) {
  const geo::LatLng place = arbitrary_place();
  const bool odd = *rc::gen::arbitrary<bool>();
  const bool surface = *rc::gen::arbitrary<bool>();
  const CprKind kind = surface ? CprKind::kSurface : CprKind::kAirborne;
  RC_PRE(std::abs(place.lat_e7) < 880'000'000);
  const std::int32_t most = surface ? 3'000'000 : 20'000'000;  // Degrees of latitude; longitude is wider.
  geo::LatLng near = place;
  near.lat_e7 += *rc::gen::inRange(-most, most);
  near.lng_e7 = static_cast<std::int32_t>(
      std::clamp<std::int64_t>(near.lng_e7 + *rc::gen::inRange(-most, most), -1'800'000'000, 1'800'000'000));
  const auto found = cpr_local(cpr_encode(place, odd, kind), kind, near);
  RC_ASSERT(found.has_value());
  RC_ASSERT(within_a_bin(*found, place, surface ? 3 : 10));
}

RC_GTEST_PROP(AdsbRoundTrip, PositionsReadBackAndEncodeToTheSameBits, ()) {
  Report report;
  report.id = {IdKind::kIcao, *rc::gen::inRange<std::uint32_t>(1, 0x1000000)};
  report.position = geo::LatLng{*rc::gen::inRange<std::int32_t>(-850'000'000, 850'000'000),
                                *rc::gen::inRange<std::int32_t>(-1'800'000'000, 1'800'000'000)};
  report.pressure_cm = static_cast<std::int32_t>(cm_from_feet(*rc::gen::inRange(-40, 2'007) * 25));
  std::string stream;
  const Squitter even = encode_airborne_position(report, false).value();
  const Squitter odd = encode_airborne_position(report, true).value();
  put_beast_squitter(stream, even, kNoon);
  put_beast_squitter(stream, odd, kNoon);
  AdsbDecoder decoder({});
  Remembering said;
  decoder.feed(as_bytes(stream), kNoon, said);
  RC_PRE(decoder.counters().of(Reject::kInconsistent) == 0U);  // Halves on either side of a change of zones.
  RC_ASSERT(said.reports.size() == 2U);
  RC_ASSERT(said.reports[1].pressure_cm == report.pressure_cm);
  RC_ASSERT(within_a_bin(*said.reports[1].position, *report.position, 9));
  RC_ASSERT(encode_airborne_position(said.reports[1], true).value() == odd);
}

RC_GTEST_PROP(AdsbRoundTrip, VelocitiesEncodeToTheSameBits, ()) {
  // From any bits of a canonical type 19: what is read is written as it was.
  const bool fast = *rc::gen::arbitrary<bool>();
  Squitter bits{};
  bits[0] = 17 << 3 | 5;
  bits[3] = 1;
  const auto put = [&bits](std::size_t offset, unsigned width, std::int64_t value) {
    put_bits(bits.data(), 32 + offset, width, static_cast<std::uint64_t>(value));
  };
  put(0, 5, 19);
  put(5, 3, fast ? 2 : 1);
  put(10, 3, *rc::gen::inRange(0, 8));
  const std::int64_t east = *rc::gen::inRange(fast ? 258 : 2, 1'024);  // From 1,028 knots on in steps of four.
  const std::int64_t north = *rc::gen::inRange(2, 1'024);
  put(13, 1, *rc::gen::inRange(0, 2));
  put(14, 10, east);
  put(24, 1, *rc::gen::inRange(0, 2));
  put(25, 10, north);
  put(36, 1, *rc::gen::inRange(0, 2));
  put(37, 9, *rc::gen::inRange(2, 512));
  put_mode_s_parity(bits);
  AdsbDecoder decoder({});
  Remembering said;
  decoder.feed_message(bits, kNoon, said);
  RC_ASSERT(said.reports.size() == 1U);
  RC_ASSERT(encode_velocity(said.reports[0]).value() == bits);
}

RC_GTEST_PROP(AdsbRoundTrip, IdentificationsReadBack, ()) {
  Report report;
  report.id = {IdKind::kIcao, 1};
  const auto text = *rc::gen::container<std::string>(rc::gen::elementOf(std::string("ABCXYZ0189")));
  report.call_sign.assign(text.substr(0, 8));
  const auto emitter = *rc::gen::elementOf(
      std::vector<std::uint8_t>{0, 1, 2, 3, 4, 5, 6, 10, 11, 12, 13, 14, 15, 16, 20, 21, 22, 23, 24});
  if (emitter != 0) report.emitter = emitter;
  const Squitter bits = encode_identification(report).value();
  AdsbDecoder decoder({});
  Remembering said;
  decoder.feed_message(bits, kNoon, said);
  RC_ASSERT(said.reports.at(0).call_sign == report.call_sign);
  RC_ASSERT(said.reports.at(0).emitter == report.emitter);
  RC_ASSERT(encode_identification(said.reports[0]).value() == bits);
}

TEST(AdsbRoundTrip, MovementCodesReadBack) {
  for (std::int64_t tenths = 0; tenths <= 1'750; ++tenths) {
    Report report;
    report.id = {IdKind::kIcao, 1};
    report.position = geo::LatLng{520'000'000, 40'000'000};
    report.speed_cm_s = cm_s_from_tenth_knots(tenths);
    report.course_mdeg = 90'000;
    AdsbDecoder decoder({.source = {}, .receiver = geo::LatLng{521'000'000, 40'000'000}});
    Remembering said;
    decoder.feed_message(encode_surface_position(report, false).value(), kNoon, said);
    decoder.feed_message(encode_surface_position(report, true).value(), kNoon, said);
    ASSERT_EQ(said.reports.size(), 2U);
    // Steps of an eighth, a quarter, a half, one, two and five knots.
    const double step = tenths < 10      ? 12.5
                        : tenths < 20    ? 25
                        : tenths < 150   ? 50
                        : tenths < 700   ? 100
                        : tenths < 1'000 ? 200
                                         : 500;
    const double below = static_cast<double>(tenths) * 10 - *said.reports[1].speed_cm_s / kCmSPerKnot * 100;
    ASSERT_GE(below, -6.3) << tenths;  // The encoder rounds to an eighth.
    ASSERT_LT(below, step + 1) << tenths;
    ASSERT_EQ(encode_surface_position(said.reports[1], true).value(), encode_surface_position(report, true).value())
        << tenths;
  }
}

TEST(AdsbRoundTrip, EmergenciesReadBack) {
  for (const Emergency state : {Emergency::kNone, Emergency::kGeneral, Emergency::kMedical, Emergency::kFuel,
                                Emergency::kNoRadio, Emergency::kUnlawful, Emergency::kDowned}) {
    Report report;
    report.id = {IdKind::kIcao, 1};
    report.emergency = state;
    report.mode_3a = 07700;
    AdsbDecoder decoder({});
    Remembering said;
    decoder.feed_message(encode_emergency(report).value(), kNoon, said);
    EXPECT_EQ(said.reports.at(0).emergency, state);
    EXPECT_EQ(said.reports.at(0).mode_3a, 07700);
  }
}

}  // namespace
}  // namespace tansiq::surveillance
