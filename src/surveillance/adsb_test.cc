// ADS-B: published example messages with their stated decode ("The 1090 Megahertz Riddle"; values checked with pyModeS
// 3.6.1), replies whose parity hides the address, faults, and the Beast stream.
#include <gtest/gtest.h>

#include "base/random.h"
#include "base/units.h"
#include "surveillance/adsb_decoder.h"
#include "surveillance/adsb_encode.h"
#include "surveillance/bits.h"
#include "surveillance/mode_s.h"
#include "surveillance/surveillance_testlib.h"

namespace tansiq::surveillance {
namespace {

using testing::kNoon;
using testing::Remembering;

Bytes hex(std::string_view text) { return from_hex(text).value(); }

struct Receiver {
  explicit Receiver(std::optional<geo::LatLng> place = std::nullopt)
      : decoder({.source = SourceId{3}, .receiver = place}) {}
  void hear(std::string_view message, UtcMs at = kNoon) { decoder.feed_message(hex(message), at, said); }
  [[nodiscard]] std::uint64_t rejected(Reject why) const { return decoder.counters().of(why); }

  AdsbDecoder decoder;
  Remembering said;
};

constexpr std::string_view kEven = "8D40621D58C382D690C8AC2863A7";
constexpr std::string_view kOdd = "8D40621D58C386435CC412692AD6";

TEST(AdsbVector, IdentificationHasTheCallSign) {
  Receiver r;
  r.hear("8D4840D6202CC371C32CE0576098");
  ASSERT_EQ(r.said.reports.size(), 1U);
  EXPECT_EQ(r.said.reports[0].id, (CraftId{IdKind::kIcao, 0x4840D6}));
  EXPECT_EQ(r.said.reports[0].call_sign.view(), "KLM1023");
  EXPECT_FALSE(r.said.reports[0].emitter);
  EXPECT_EQ(r.said.reports[0].domain, Domain::kAir);
}

TEST(AdsbVector, APairGivesThePlace) {
  Receiver r;
  r.hear(kOdd, kNoon);
  ASSERT_EQ(r.said.reports.size(), 1U) << "half a position still has the altitude";
  EXPECT_FALSE(r.said.reports[0].position);
  EXPECT_EQ(r.said.reports[0].pressure_cm, cm_from_feet(38'000));
  r.hear(kEven, kNoon + 2'000);
  ASSERT_EQ(r.said.reports.size(), 2U);
  ASSERT_TRUE(r.said.reports[1].position);
  EXPECT_NEAR(r.said.reports[1].position->lat_e7 * 1e-7, 52.2572021484375, 1e-7);
  EXPECT_NEAR(r.said.reports[1].position->lng_e7 * 1e-7, 3.91937255859375, 1e-7);
}

TEST(AdsbVector, TheOddHalfLastGivesItsPlace) {
  Receiver r;
  r.hear(kEven, kNoon);
  r.hear(kOdd, kNoon + 2'000);
  ASSERT_TRUE(r.said.reports.back().position);
  EXPECT_NEAR(r.said.reports.back().position->lat_e7 * 1e-7, 52.26578017412606, 1e-7);
  EXPECT_NEAR(r.said.reports.back().position->lng_e7 * 1e-7, 3.938912527901786, 1e-7);
}

TEST(AdsbVector, APairTooFarApartIsNone) {
  Receiver r;
  r.hear(kOdd, kNoon);
  r.hear(kEven, kNoon + 10'001);
  EXPECT_FALSE(r.said.reports.back().position);
  r.hear(kOdd, kNoon + 20'001);
  EXPECT_TRUE(r.said.reports.back().position);
}

TEST(AdsbVector, GroundVelocity) {
  Receiver r;
  r.hear("8D485020994409940838175B284F");
  ASSERT_EQ(r.said.reports.size(), 1U);
  const Report& report = r.said.reports[0];
  EXPECT_NEAR(*report.speed_cm_s, 159.2 * 51.4444, 3);  // 159.20 kt
  EXPECT_EQ(report.course_mdeg, 182'880);
  EXPECT_EQ(report.climb_cm_s, -423);  // -832 ft/min
  EXPECT_FALSE(report.has(Flag::kAirspeed));
}

TEST(AdsbVector, AirVelocityIsHeadingAndAirspeed) {
  Receiver r;
  r.hear("8DA05F219B06B6AF189400CBC33F");
  const Report& report = r.said.reports.at(0);
  EXPECT_EQ(report.heading_mdeg, 243'984);
  EXPECT_FALSE(report.course_mdeg);
  EXPECT_TRUE(report.has(Flag::kAirspeed));
  EXPECT_EQ(report.speed_cm_s, cm_s_from_tenth_knots(3'750));
  EXPECT_EQ(report.climb_cm_s, cm_s_from_feet_per_minute(-2'304));
}

TEST(AdsbVector, SurfacePositionsNeedAPlaceNearby) {
  Receiver blind;
  blind.hear("8C4841753AAB238733C8CD4020B1", kNoon);
  blind.hear("8C4841753A8A35323FAEBDAC702D", kNoon + 1'000);
  EXPECT_FALSE(blind.said.reports.back().position);
  Receiver r(geo::LatLng{519'900'000, 43'750'000});
  r.hear("8C4841753AAB238733C8CD4020B1", kNoon);
  r.hear("8C4841753A8A35323FAEBDAC702D", kNoon + 1'000);
  const Report& report = r.said.reports.back();
  ASSERT_TRUE(report.position);
  EXPECT_NEAR(report.position->lat_e7 * 1e-7, 52.320607072, 1e-7);
  EXPECT_NEAR(report.position->lng_e7 * 1e-7, 4.734734671, 1e-7);
  EXPECT_EQ(report.speed_cm_s, cm_s_from_tenth_knots(160));
  EXPECT_EQ(report.course_mdeg, 98'438);
  EXPECT_TRUE(report.has(Flag::kOnGround));
}

TEST(AdsbVector, EmergencyHasTheCode) {
  Receiver r;
  r.hear("8DA2C1B6E112B600000000760759");
  EXPECT_EQ(r.said.reports.at(0).mode_3a, 06513);
  EXPECT_EQ(r.said.reports.at(0).emergency, Emergency::kNone);
}

TEST(AdsbVector, TargetStateHasItsQuality) {
  Receiver r;
  r.hear("8DA05629EA21485CBF3F8CADAEEB");
  EXPECT_EQ(r.said.reports.at(0).quality.nac_p, 9);
  EXPECT_EQ(r.said.reports.at(0).quality.sil, 3);
}

/// A squitter of `type` with fields (offset, width, value) in its message field.
std::string squitter(std::uint32_t address, std::initializer_list<std::array<std::int64_t, 3>> fields, unsigned df = 17,
                     unsigned low = 5) {
  Squitter out{};
  out[0] = static_cast<std::uint8_t>(df << 3 | low);
  put_bits(out.data(), 8, 24, address);
  for (const auto& [offset, width, value] : fields) {
    put_bits(out.data(), 32 + static_cast<std::size_t>(offset), static_cast<unsigned>(width),
             static_cast<std::uint64_t>(value));
  }
  put_mode_s_parity(out);
  return to_hex(out);
}

TEST(AdsbType, OperationalStatusTellsWhatLaterPositionsMean) {
  Receiver r;
  r.hear(squitter(0x40621D, {{0, 5, 31}, {40, 3, 2}, {43, 1, 1}, {44, 4, 10}, {50, 2, 3}}));
  EXPECT_EQ(r.said.reports.at(0).quality, (Quality{-1, 10, -1, 3, 2}));
  r.hear(kEven);
  EXPECT_EQ(r.said.reports.at(1).quality.nic, 8) << "type 11 without supplement B";
  r.hear(squitter(0x40621D, {{0, 5, 11}, {7, 1, 1}}));
  EXPECT_EQ(r.said.reports.at(2).quality.nic, 9);
  EXPECT_EQ(r.said.reports.at(1).quality.nac_p, 10) << "of a place, though it stands in another message";
  r.hear(squitter(0x40621D, {{0, 5, 29}, {5, 2, 1}, {39, 4, 0}}), kNoon + 1'000);
  r.hear(kOdd, kNoon + 31'000);
  ASSERT_TRUE(r.said.reports.at(4).pressure_cm);
  EXPECT_EQ(r.said.reports.at(4).quality.nac_p, 0);
  r.hear(kEven, kNoon + 31'001);
  EXPECT_EQ(r.said.reports.at(5).quality.nac_p, -1) << "not said for long";
  Receiver old;
  old.hear(kEven);
  EXPECT_EQ(old.said.reports.at(0).quality.nic, 7) << "version 0: NUCp";
}

TEST(AdsbType, TwentyToTwentyTwoHaveGeometricHeight) {
  Receiver r;
  r.hear(squitter(0x40621D, {{0, 5, 20}, {8, 12, *altitude_12_code(12'000)}}));
  EXPECT_EQ(r.said.reports.at(0).geometric_cm, cm_from_feet(12'000));
  EXPECT_FALSE(r.said.reports.at(0).pressure_cm);
}

TEST(AdsbType, TheDifferenceOfHeightsIsAddedWhileItIsFresh) {
  Receiver r;
  r.hear("8D485020994409940838175B284F", kNoon);  // Geometric is 550 ft above pressure.
  const std::string position = squitter(0x485020, {{0, 5, 11}, {8, 12, *altitude_12_code(10'000)}});
  r.hear(position, kNoon + 30'000);
  EXPECT_EQ(r.said.reports.at(1).geometric_cm, cm_from_feet(10'550));
  r.hear(position, kNoon + 30'001);
  EXPECT_FALSE(r.said.reports.at(2).geometric_cm);
}

TEST(AdsbType, EmergenciesAndSpiAreSaid) {
  Receiver r;
  r.hear(squitter(1, {{0, 5, 28}, {5, 3, 1}, {8, 3, 5}, {11, 13, identity_13_code(07500)}}));
  EXPECT_EQ(r.said.reports.at(0).emergency, Emergency::kUnlawful);
  EXPECT_EQ(r.said.reports.at(0).mode_3a, 07500);
  r.hear(squitter(1, {{0, 5, 11}, {5, 2, 3}}));
  EXPECT_TRUE(r.said.reports.at(1).has(Flag::kSpi));
}

TEST(AdsbType, OtherTransmittersAreNotTakenForIcaoAddresses) {
  Receiver r;
  r.hear(squitter(0x123456, {{0, 5, 4}}, 18, 0));
  r.hear(squitter(0x123456, {{0, 5, 4}}, 18, 1));
  r.hear(squitter(0x123456, {{0, 5, 11}, {7, 1, 1}}, 18, 2));
  r.hear(squitter(0x123456, {{0, 5, 4}}, 18, 5));
  r.hear(squitter(0x123456, {{0, 5, 4}}, 18, 4));
  ASSERT_EQ(r.said.reports.size(), 4U);
  EXPECT_EQ(r.said.reports[0].id.kind, IdKind::kIcao);
  EXPECT_EQ(r.said.reports[1].id.kind, IdKind::kNonIcao);
  EXPECT_EQ(r.said.reports[2].id.kind, IdKind::kNonIcao);
  EXPECT_EQ(r.said.reports[3].id.kind, IdKind::kNonIcao);
  EXPECT_EQ(r.rejected(Reject::kNotForUs), 1U);
}

TEST(AdsbReply, IsBelievedOnlyFromACraftHeardBefore) {
  Receiver r;
  r.hear("20001718029FCD");  // DF 4, 36,000 ft, address 4891A6 by its parity.
  EXPECT_EQ(r.rejected(Reject::kUnknownAddress), 1U);
  r.hear(squitter(0x4891A6, {{0, 5, 4}}));
  r.hear("20001718029FCD");
  ASSERT_EQ(r.said.reports.size(), 2U);
  EXPECT_EQ(r.said.reports[1].id, (CraftId{IdKind::kIcao, 0x4891A6}));
  EXPECT_EQ(r.said.reports[1].pressure_cm, cm_from_feet(36'000));
  r.hear("20001718029FCD", kNoon + kAdsbForgetMs + 1);
  EXPECT_EQ(r.rejected(Reject::kUnknownAddress), 2U);
}

TEST(AdsbReply, IdentityRepliesHaveTheCode) {
  Receiver r;
  r.hear(squitter(0x510AF9, {{0, 5, 4}}));
  r.hear("2A00516D492B80");  // DF 5, code 0356.
  EXPECT_EQ(r.said.reports.at(1).mode_3a, 0356);
  r.hear(squitter(0xD9938E, {{0, 5, 4}}));
  r.hear("A800292DFFBBA9383FFCEB903D01");  // DF 21, code 1346.
  EXPECT_EQ(r.said.reports.at(3).mode_3a, 01346);
  r.hear(squitter(0x3C6DD0, {{0, 5, 4}}));
  r.hear("A0001838CA380031440000F24177");  // DF 20, 38,000 ft.
  EXPECT_EQ(r.said.reports.at(5).pressure_cm, cm_from_feet(38'000));
}

TEST(AdsbReply, AllCallsTellPresence) {
  Receiver r;
  r.hear("5D484FDEA248F5");  // Asked by interrogator SI 6, whose code lies over the parity.
  EXPECT_EQ(r.rejected(Reject::kUnknownAddress), 1U);
  Bytes acquisition = hex("5D484FDEA248F5");
  put_mode_s_parity(acquisition);
  r.decoder.feed_message(acquisition, kNoon, r.said);
  ASSERT_EQ(r.said.reports.size(), 1U);
  EXPECT_EQ(r.said.reports[0].id.number, 0x484FDEU);
  r.hear("5D484FDEA248F5");
  EXPECT_EQ(r.said.reports.size(), 2U);
  put_mode_s_parity(acquisition, 0x80);  // No interrogator has such a code.
  r.decoder.feed_message(acquisition, kNoon, r.said);
  EXPECT_EQ(r.rejected(Reject::kBadChecksum), 1U);
}

TEST(AdsbFault, EveryFlippedBitOfASquitterIsNoticed) {
  Receiver r;
  const Bytes good = hex(kEven);
  for (std::size_t bit = 5; bit < 112; ++bit) {  // The first five say which format it is.
    Bytes bad = good;
    bad[bit / 8] ^= static_cast<std::uint8_t>(0x80U >> bit % 8);
    r.decoder.feed_message(bad, kNoon, r.said);
  }
  EXPECT_TRUE(r.said.reports.empty());
  EXPECT_EQ(r.rejected(Reject::kBadChecksum), 107U);
}

TEST(AdsbFault, WrongLengthsAreRefused) {
  Receiver r;
  r.hear("8D40621D58C382");
  r.hear("5D484FDEA248F55D484FDEA248F5");
  r.hear("8D");
  r.hear("");
  EXPECT_EQ(r.rejected(Reject::kWrongLength), 4U);
  r.hear("02E197B00179C3");
  EXPECT_EQ(r.rejected(Reject::kNotForUs), 1U);
}

std::string position_of(geo::LatLng place, bool odd) {
  Report report;
  report.id = {IdKind::kIcao, 0xABCDEF};
  report.position = place;
  return to_hex(encode_airborne_position(report, odd).value());
}

TEST(AdsbReason, AJumpIsRefusedAndBelievedOnlyWhenItStays) {
  Receiver r;
  const geo::LatLng here{500'000'000, 80'000'000};
  const geo::LatLng far{510'000'000, 80'000'000};  // 111 km, within the reach of local decoding.
  r.hear(position_of(here, false), kNoon);
  r.hear(position_of(here, true), kNoon + 500);
  ASSERT_TRUE(r.said.reports.back().position);
  for (int i = 0; i < 3; ++i) {
    r.hear(position_of(far, i % 2 == 0), kNoon + 1'000 + i * 500);
    EXPECT_EQ(r.rejected(Reject::kInconsistent), static_cast<std::uint64_t>(i) + 1);
  }
  r.hear(position_of(far, true), kNoon + 3'000);
  r.hear(position_of(far, false), kNoon + 3'500);
  ASSERT_TRUE(r.said.reports.back().position);
  EXPECT_NEAR(r.said.reports.back().position->lat_e7, far.lat_e7, 1'000);
}

TEST(AdsbReason, BeyondTheReceiversRangeIsRefused) {
  Receiver r(geo::LatLng{0, 0});
  r.hear(kOdd, kNoon);
  r.hear(kEven, kNoon + 1'000);
  EXPECT_EQ(r.rejected(Reject::kInconsistent), 1U);
}

TEST(AdsbBeast, AStreamIsTheSameInWhateverPiecesItComes) {
  std::string stream = "noise";
  for (const std::string_view message : {kEven, kOdd, std::string_view("8D485020994409940838175B284F"),
                                         std::string_view("8D485020994409940838175B284F")}) {
    put_beast_frame(stream, hex(message), 0x1A1A1A1A1A1A, 0x1A);
  }
  stream += "\x1A\x39junk";                      // A type that is none.
  stream += std::string("\x1A\x33\x01\x02", 4);  // A frame cut off by the next.
  put_beast_frame(stream, hex("8D4840D6202CC371C32CE0576098"), 1, 2);
  stream += std::string("\x1A\x31\0\0\0\0\0\0\x20\x10\x20", 11);  // Mode A/C.
  AdsbDecoder once({.source = SourceId{3}});
  Remembering whole;
  once.feed(as_bytes(stream), kNoon, whole);
  EXPECT_EQ(whole.reports.size(), 5U);
  EXPECT_EQ(once.counters().of(Reject::kNoise), 1U);
  EXPECT_EQ(once.counters().of(Reject::kBadSyntax), 1U);
  EXPECT_EQ(once.counters().of(Reject::kTruncated), 1U);
  EXPECT_EQ(once.counters().of(Reject::kNotForUs), 1U);
  SeededRandom random(5);
  for (int round = 0; round < 200; ++round) {
    AdsbDecoder decoder({.source = SourceId{3}});
    Remembering said;
    for (std::size_t at = 0; at < stream.size();) {
      const auto size = static_cast<std::size_t>(random.between(1, 20));
      decoder.feed(as_bytes(std::string_view(stream).substr(at, size)), kNoon, said);
      at += size;
    }
    ASSERT_EQ(said.reports.size(), whole.reports.size());
    for (std::size_t i = 0; i < said.reports.size(); ++i) {
      ASSERT_TRUE(testing::same_statement(said.reports[i], whole.reports[i]));
    }
    ASSERT_EQ(decoder.counters().rejected, once.counters().rejected);
  }
}

TEST(AdsbTable, TakesPlacesOfTheSilentOnly) {
  AdsbCraftTable table;
  std::size_t added = 0;
  for (std::uint32_t i = 0; i < 2 * kAdsbCraftMax; ++i) {
    if (table.find_or_add({IdKind::kIcao, i * 7 & 0xFFFFFF}, kNoon) != nullptr) ++added;
  }
  EXPECT_GT(added, kAdsbCraftMax * 9 / 10);
  EXPECT_LE(added, kAdsbCraftMax);
  EXPECT_NE(table.find_or_add({IdKind::kIcao, 0x999999}, kNoon + kAdsbForgetMs + 1), nullptr);
}

}  // namespace
}  // namespace tansiq::surveillance
