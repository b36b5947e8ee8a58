// ASTERIX blocks to reports: a public sample with its published decode, records from known values by category, faults
// and streams.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>

#include "base/random.h"
#include "base/units.h"
#include "surveillance/asterix_fields.h"
#include "surveillance/asterix_testlib.h"
#include "surveillance/moment.h"
#include "surveillance/velocity.h"

namespace tansiq::surveillance {
namespace {

using testing::kNoon;
using testing::Remembering;

using testing::hear;
using testing::Heard;

Bytes hex(std::string_view text) { return from_hex(text).value(); }

/// A block of one record: field references with their octets in hexadecimal.
Bytes block_of(std::uint8_t category, std::initializer_list<std::pair<std::uint8_t, std::string_view>> items) {
  std::map<std::uint8_t, std::string_view> sorted;
  for (const auto& item : items) sorted.insert(item);
  Bytes record;
  const std::size_t last = sorted.rbegin()->first;
  for (std::size_t first = 1; first <= last; first += 7) {
    std::uint8_t octet = first + 7 <= last ? 1 : 0;
    for (std::size_t i = 0; i < 7; ++i) {
      if (sorted.contains(static_cast<std::uint8_t>(first + i))) octet = static_cast<std::uint8_t>(octet | 0x80U >> i);
    }
    record.push_back(octet);
  }
  for (const auto& [frn, text] : sorted) {
    const Bytes octets = hex(text);
    record.insert(record.end(), octets.begin(), octets.end());
  }
  Bytes out{category, static_cast<std::uint8_t>((record.size() + 3) >> 8),
            static_cast<std::uint8_t>(record.size() + 3)};
  out.insert(out.end(), record.begin(), record.end());
  return out;
}

// The sample `cat048.raw` that CroatiaControl publishes with its decoder; values as that decoder (0.7.11) prints them.
constexpr std::string_view kSample048 =
    "300030FDF70219C9356D4DA0C5AFF1E0020005283C660C10C236D4182001C0780031BC0000400DEB07B9582E410020F5";

TEST(Asterix048, ThePublicSample) {
  const Heard heard = hear(hex(kSample048), {.source = SourceId{4}}, UtcMs{kNoon.ms - 4 * 3'600'000});
  ASSERT_EQ(heard.said.reports.size(), 1U);
  const Report& r = heard.said.reports[0];
  EXPECT_EQ(r.source, SourceId{4});
  EXPECT_EQ(r.system, 25 << 8 | 201);
  EXPECT_EQ(format_utc(r.time), "2026-01-02T07:35:54.602Z");  // 27354.6015625 s
  EXPECT_EQ(r.basis, TimeBasis::kTimeOfDay);
  EXPECT_EQ(r.polar, (Polar{36'611'002, 340'137}));  // 197.68359375 NM, 340.13671875 degrees
  EXPECT_EQ(r.mode_3a, 01000);
  EXPECT_EQ(r.pressure_cm, cm_from_flight_level(330));
  EXPECT_EQ(r.id, (CraftId{IdKind::kIcao, 0x3C660C}));
  EXPECT_EQ(r.call_sign.view(), "DLH65A");
  EXPECT_EQ(r.track, (TrackNumber{25 << 8 | 201, 3563}));
  EXPECT_NEAR(*r.speed_cm_s, 434.3994140625 * kCmSPerKnot, 1);
  EXPECT_EQ(r.course_mdeg, 124'003);  // 124.002685546875
  EXPECT_FALSE(r.has(Flag::kTentative) || r.has(Flag::kEnd) || r.has(Flag::kOnGround) || r.has(Flag::kSimulated));
  EXPECT_FALSE(r.position) << "nobody said where the radar stands";
}

TEST(Asterix048, APlotBecomesAPlaceWhereTheRadarIsKnown) {
  const RadarPlace radar{25 << 8 | 201, {458'000'000, 160'000'000}, 30'000};
  const Heard heard = hear(hex(kSample048), {.radars = {radar}});
  const Report& r = heard.said.reports.at(0);
  ASSERT_TRUE(r.position);
  const Polar again = polar_of_place(radar, *r.position, *r.pressure_cm);
  EXPECT_NEAR(again.slant_cm, r.polar->slant_cm, 100);
  EXPECT_NEAR(again.azimuth_mdeg, r.polar->azimuth_mdeg, 1);
  EXPECT_GT(*r.accuracy_cm, 0);
}

TEST(Asterix048, HeightsBelowZeroAreRead) {
  const Heard heard = hear(block_of(48, {{1, "1902"}, {6, "3FF0"}}));  // -16 quarters of a flight level.
  EXPECT_EQ(heard.said.reports.at(0).pressure_cm, cm_from_feet(-400));
}

TEST(Asterix048, TheExtendedRangeStandsInTheExpansionField) {
  // 020: second octet with ERR; 040: range at its end; RE: place 5 (ERR), 300 NM.
  const Heard heard = hear(block_of(48, {{1, "1902"}, {3, "A140"}, {4, "FFFF4000"}, {28, "0508012C00"}}));
  ASSERT_EQ(heard.said.reports.size(), 1U);
  EXPECT_EQ(heard.counters.rejected_sum(), 0U);
  EXPECT_EQ(heard.said.reports[0].polar, (Polar{300 * 185'200, 90'000}));
}

TEST(Asterix034, ThePublicSampleIsASectorCrossing) {
  // From the same collection (edition 1.27, whose items here are those of 1.29).
  const Heard heard = hear(hex("220014f6000202416dec40944060440094000010"));
  ASSERT_EQ(heard.said.statuses.size(), 1U);
  const SensorStatus& s = heard.said.statuses[0];
  EXPECT_EQ(s.system, 2);
  EXPECT_EQ(s.kind, StatusKind::kSectorCrossing);
  EXPECT_EQ(format_utc(s.time), "2026-01-02T09:18:19.844Z");  // 33499.84375 s
  EXPECT_EQ(s.azimuth_mdeg, 90'000);
  EXPECT_EQ(s.operational, true);
  EXPECT_EQ(s.overloaded, false);
  EXPECT_EQ(s.time_source_valid, true);
}

TEST(Asterix034, ItsPlaceAndRotationAreReported) {
  const Heard heard = hear(block_of(34, {{1, "1902"},
                                         {2, "01"},
                                         {5, "0280"},
                                         {11,
                                          "FFF6"
                                          "20B60B"
                                          "0B60B6"}}));
  const SensorStatus& s = heard.said.statuses.at(0);
  EXPECT_EQ(s.kind, StatusKind::kNorthMarker);
  EXPECT_EQ(s.rotation_ms, 5'000);
  EXPECT_EQ(s.height_cm, -1'000);
  EXPECT_NEAR(s.position->lat_e7, 459'999'948, 200);  // 0x20B60B × 180/2^23
  EXPECT_NEAR(s.position->lng_e7, 159'999'967, 200);
}

TEST(Asterix062, APublicSampleTrack) {
  // From the same collection; values as its decoder prints them with edition 1.18.
  const std::string_view sample = "3e0029975da40102378dc0f6ce1e04b5a70172fcbc00d72101106efc07e7024601010158f005c80000";
  const Heard heard = hear(hex(sample));
  ASSERT_EQ(heard.said.reports.size(), 1U);
  const Report& r = heard.said.reports[0];
  EXPECT_EQ(format_utc(r.time), "2026-01-02T07:54:03.500Z");  // 28443.5 s
  EXPECT_EQ(r.track, (TrackNumber{0x0102, 582}));
  EXPECT_EQ(r.mode_3a, 0327);
  EXPECT_EQ(r.pressure_cm, cm_from_feet(37'000));
  EXPECT_EQ(r.climb_cm_s, 0);
  EXPECT_EQ(r.heading_mdeg, 156'072);
  EXPECT_TRUE(r.has(Flag::kMagnetic));
  EXPECT_EQ(r.speed_cm_s, speed_of(9'250, -20'900));
  EXPECT_EQ(r.course_mdeg, course_of(92.5, -209.0));
  EXPECT_FALSE(r.position) << "the record has only the tracker's plane";
  const geo::LatLng origin{450'000'000, 160'000'000};
  const Heard placed = hear(hex(sample), {.radars = {{0x0102, origin, 0}}});
  ASSERT_TRUE(placed.said.reports.at(0).position);
  // X -301297 m, Y 154323.5 m.
  const Polar there = polar_of_place({0, origin, 0}, *placed.said.reports[0].position, 0);
  EXPECT_NEAR(there.slant_cm * 0.01, std::hypot(301'297, 154'323.5), 60);
}

Bytes track_with(std::initializer_list<std::pair<std::uint8_t, std::string_view>> items) {
  std::vector<std::pair<std::uint8_t, std::string_view>> all{{asterix::c062::kSource, "1902"},
                                                             {asterix::c062::kTimeOfDay, "545E80"},
                                                             {asterix::c062::kTrack, "0007"},
                                                             {asterix::c062::kStatus, "00"}};
  for (const auto& item : items) {
    std::erase_if(all, [&](const auto& other) { return other.first == item.first; });
    all.push_back(item);
  }
  Bytes out{62, 0, 0};
  std::map<std::uint8_t, std::string_view> sorted(all.begin(), all.end());
  const std::size_t last = sorted.rbegin()->first;
  for (std::size_t first = 1; first <= last; first += 7) {
    std::uint8_t octet = first + 7 <= last ? 1 : 0;
    for (std::size_t i = 0; i < 7; ++i) {
      if (sorted.contains(static_cast<std::uint8_t>(first + i))) octet = static_cast<std::uint8_t>(octet | 0x80U >> i);
    }
    out.push_back(octet);
  }
  for (const auto& [frn, text] : sorted) {
    const Bytes octets = hex(text);
    out.insert(out.end(), octets.begin(), octets.end());
  }
  out[2] = static_cast<std::uint8_t>(out.size());
  return out;
}

TEST(Asterix062, StatusAndEmergenciesAreRead) {
  // 080: SPI, CNF; SIM, TSE; nothing; CST; EMS 5; SFC.
  const Heard heard = hear(track_with({{asterix::c062::kStatus,
                                        "43"
                                        "C1"
                                        "01"
                                        "81"
                                        "29"
                                        "10"}}));
  const Report& r = heard.said.reports.at(0);
  for (const Flag flag :
       {Flag::kSpi, Flag::kTentative, Flag::kSimulated, Flag::kEnd, Flag::kCoasting, Flag::kOnGround}) {
    EXPECT_TRUE(r.has(flag));
  }
  EXPECT_EQ(r.emergency, Emergency::kUnlawful);
}

TEST(Asterix062, AircraftDataNamesTheCraft) {
  // 380: ADR, ID and EMC (13, unmanned); 390: call sign; 500: APC 50 m, 100 m.
  const Heard heard = hear(track_with({{asterix::c062::kAircraft,
                                        "C1"
                                        "01"
                                        "02"
                                        "3C660C"
                                        "10C236D41820"
                                        "0D"},
                                       {asterix::c062::kAccuracy,
                                        "80"
                                        "0064"
                                        "00C8"}}));
  const Report& r = heard.said.reports.at(0);
  EXPECT_EQ(r.id, (CraftId{IdKind::kIcao, 0x3C660C}));
  EXPECT_EQ(r.call_sign.view(), "DLH65A");
  EXPECT_EQ(r.emitter, 13);
  EXPECT_EQ(r.accuracy_cm, 10'000);
  const Heard plan = hear(track_with({{asterix::c062::kPlan,
                                       "40"
                                       "41465231323320"}}));
  EXPECT_EQ(plan.said.reports.at(0).call_sign.view(), "AFR123");
}

TEST(Asterix062, LevelsWithQnhAreNoPressureAltitudes) {
  EXPECT_FALSE(hear(track_with({{asterix::c062::kCalculatedLevel, "8190"}})).said.reports.at(0).pressure_cm);
  EXPECT_EQ(hear(track_with({{asterix::c062::kCalculatedLevel, "0190"}})).said.reports.at(0).pressure_cm,
            cm_from_flight_level(100));
  EXPECT_EQ(hear(track_with({{asterix::c062::kCalculatedLevel, "0190"}, {asterix::c062::kMeasuredLevel, "0194"}}))
                .said.reports.at(0)
                .pressure_cm,
            cm_from_flight_level(101));
}

TEST(Asterix062, TheExpansionFieldIsReadByItsOwnLayout) {
  // RE: place 5 (V3), in it place 1 (PS3): populated, 2.
  EXPECT_EQ(hear(track_with({{asterix::c062::kExpansion,
                              "04"
                              "08"
                              "80"
                              "A0"}}))
                .said.reports.at(0)
                .emergency,
            Emergency::kLostLink);
  // Another edition's: passed over by its length, counted, and the record stands.
  const Heard other = hear(track_with({{asterix::c062::kExpansion,
                                        "04"
                                        "01"
                                        "80"
                                        "A0"}}));
  EXPECT_EQ(other.said.reports.size(), 1U);
  EXPECT_EQ(other.counters.of(Reject::kUnknownItem), 1U);
}

TEST(Asterix021, ARecordOfKnownValues) {
  using namespace asterix;
  const Heard heard = hear(block_of(21, {{c021::kSource, "1903"},
                                         {c021::kDescriptor,
                                          "01"
                                          "62"},  // GBS, SIM, CL 1.
                                         {c021::kTrack, "0123"},
                                         {c021::kTimePosition, "545E80"},  // 43197 s
                                         {c021::kPositionHigh,
                                          "10000000"
                                          "F8000000"},
                                         {c021::kAddress, "4840D6"},
                                         {c021::kGeometric, "1900"},  // 6400 × 6.25 ft
                                         {c021::kQuality,
                                          "31"
                                          "72"},                   // NACv 1, NIC 8; SIL 3, NACp 9.
                                         {c021::kMops, "10"},      // version 2
                                         {c021::kMode3A, "0E00"},  // 7000
                                         {c021::kLevel, "0604"},   // 385
                                         {c021::kMagnetic, "4000"},
                                         {c021::kStatus, "17"},           // PS 5, SS 3
                                         {c021::kClimbPressure, "7FEC"},  // -20 × 6.25 ft/min
                                         {c021::kVector,
                                          "0800"
                                          "8000"},  // 1/8 NM/s, 180 degrees
                                         {c021::kIdent, "10C236D41820"},
                                         {c021::kEmitter, "05"}}));
  ASSERT_EQ(heard.counters.rejected_sum(), 0U);
  const Report& r = heard.said.reports.at(0);
  EXPECT_TRUE(r.has(Flag::kOnGround) && r.has(Flag::kSimulated) && r.has(Flag::kSuspect) && r.has(Flag::kSpi));
  EXPECT_EQ(r.track, (TrackNumber{0x1903, 0x123}));
  EXPECT_EQ(r.time, kNoon - 3'000);
  EXPECT_EQ(r.position, (geo::LatLng{450'000'000, -225'000'000}));
  EXPECT_EQ(r.id, (CraftId{IdKind::kIcao, 0x4840D6}));
  EXPECT_EQ(r.geometric_cm, cm_from_feet(40'000));
  EXPECT_EQ(r.quality, (Quality{8, 9, 1, 3, 2}));
  EXPECT_EQ(r.mode_3a, 07000);
  EXPECT_EQ(r.pressure_cm, cm_from_flight_level(385));
  EXPECT_EQ(r.heading_mdeg, 90'000);
  EXPECT_EQ(r.emergency, Emergency::kUnlawful);
  EXPECT_EQ(r.climb_cm_s, -64);
  EXPECT_EQ(r.speed_cm_s, 23'150);
  EXPECT_EQ(r.course_mdeg, 180'000);
  EXPECT_EQ(r.call_sign.view(), "DLH65A");
  EXPECT_EQ(r.emitter, 5);
}

TEST(Asterix021, TheExpansionFieldHasTheSurfaceVector) {
  using namespace asterix;
  // RE: places 5 (SGV) and 7 (TNH): HTS, HTT; 20.5 kt; 45 degrees; true heading 90.
  const Heard heard = hear(block_of(21, {{c021::kSource, "1903"},
                                         {c021::kDescriptor, "00"},
                                         {c021::kAddress, "4840D6"},
                                         {c021::kExpansion,
                                          "07"
                                          "0A"
                                          "6149"
                                          "20"
                                          "4000"}}));
  ASSERT_EQ(heard.counters.rejected_sum(), 0U);
  const Report& r = heard.said.reports.at(0);
  EXPECT_EQ(r.speed_cm_s, cm_s_from_tenth_knots(205));
  EXPECT_EQ(r.course_mdeg, 45'000);
  EXPECT_EQ(r.heading_mdeg, 90'000);
  EXPECT_FALSE(r.has(Flag::kMagnetic));
}

TEST(Asterix065, StatusOfATracker) {
  using namespace asterix;
  const Heard heard = hear(block_of(65, {{c065::kSource, "1904"},
                                         {c065::kMessage, "01"},
                                         {c065::kTimeOfDay, "545E80"},
                                         {c065::kBatch, "2A"},
                                         {c065::kState, "B0"},
                                         {c065::kServiceStatus, "05"}}));
  const SensorStatus& s = heard.said.statuses.at(0);
  EXPECT_EQ(s.kind, StatusKind::kServiceStatus);
  EXPECT_EQ(s.operational, false);
  EXPECT_EQ(s.overloaded, true);
  EXPECT_EQ(s.time_source_valid, false);
  EXPECT_EQ(s.batch, 42);
  EXPECT_EQ(s.service_status, 5);
  EXPECT_EQ(s.time, kNoon - 3'000);
}

// --- Time over midnight, editions, faults ----------------------------------------------------------------------------

TEST(AsterixTime, GoesWithTheNearestMidnight) {
  const UtcMs midnight{kNoon.ms + kDayMs / 2};
  const auto said_at = [](std::string_view ticks, UtcMs received) {
    return hear(track_with({{asterix::c062::kTimeOfDay, ticks}}), {}, received).said.reports.at(0).time;
  };
  EXPECT_EQ(said_at("A8BF80", midnight + 500), midnight - 1'000);  // 86399 s, received after midnight: yesterday.
  EXPECT_EQ(said_at("000080", midnight - 500), midnight + 1'000);  // 1 s, received before it: a clock that is ahead.
  EXPECT_EQ(said_at("000000", midnight), midnight);
}

TEST(AsterixTime, BeyondTheDayIsRefused) {
  EXPECT_EQ(hear(track_with({{asterix::c062::kTimeOfDay, "A8C000"}})).counters.of(Reject::kOutOfRange), 1U);
  EXPECT_EQ(hear(track_with({{asterix::c062::kTimeOfDay, "A8BFFF"}})).said.reports.size(), 1U);
}

TEST(AsterixOptions, EditionsAreChosenByName) {
  AsterixOptions options;
  EXPECT_EQ(options.editions[3]->edition, "1.20");
  ASSERT_TRUE(options.choose(62, "1.19"));
  EXPECT_EQ(options.editions[3]->edition, "1.19");
  EXPECT_EQ(options.choose(62, "1.2").error().message, "category 062 is read in edition 1.20, 1.19");
  EXPECT_FALSE(options.choose(1, "1.0"));
  EXPECT_EQ(hear(track_with({}), options).said.reports.size(), 1U);
}

struct Fault {
  const char* name;
  Bytes bytes;
  Reject why;
};
/// Names of tests do not depend on addresses.
void PrintTo(const Fault& fault, std::ostream* out) { *out << fault.name; }
class AsterixFault : public ::testing::TestWithParam<Fault> {};

TEST_P(AsterixFault, IsCounted) {
  const Heard heard = hear(GetParam().bytes);
  EXPECT_EQ(heard.counters.of(GetParam().why), 1U);
  EXPECT_EQ(heard.counters.rejected_sum(), 1U);
  EXPECT_TRUE(heard.said.reports.empty());
}

INSTANTIATE_TEST_SUITE_P(
    Asterix, AsterixFault,
    ::testing::Values(Fault{"AnotherCategory", hex("01000481"), Reject::kNotForUs},
                      Fault{"NoRecord", hex("3E0003"), Reject::kTruncated},
                      Fault{"LengthBelowItsHeader", hex("3E0002AA"), Reject::kWrongLength},
                      Fault{"LengthBeyondTheDatagram", hex("3E00FF80"), Reject::kTruncated},
                      Fault{"TwoOctets", hex("3E00"), Reject::kTruncated},
                      Fault{"ReferenceWithoutAnItem",
                            hex("3E000640"
                                "0000"),
                            Reject::kUnknownItem},
                      Fault{"EndlessFieldSpecification", hex("3E000EFFFFFFFFFFFFFFFFFFFFFF"), Reject::kUnknownItem},
                      Fault{"CompoundWithoutAnEnd", block_of(62, {{1, "1902"}, {11, "0101"}}), Reject::kTruncated},
                      Fault{"PartWithoutALayout", block_of(34, {{1, "1902"}, {2, "01"}, {6, "40"}}),
                            Reject::kTruncated},
                      Fault{"RepetitionBeyondTheEnd", block_of(48, {{1, "1902"}, {10, "FF00"}}), Reject::kTruncated},
                      Fault{"ExplicitOfLengthZero", block_of(48, {{1, "1902"}, {28, "00"}}), Reject::kTruncated},
                      Fault{"WithoutASource", block_of(48, {{2, "000000"}}), Reject::kMissingItem},
                      Fault{"TrackWithoutANumber", block_of(62, {{1, "1902"}, {4, "000000"}}), Reject::kMissingItem},
                      Fault{"LatitudeBeyond90",
                            track_with({{asterix::c062::kPosition,
                                         "01000001"
                                         "00000000"}}),
                            Reject::kOutOfRange},
                      Fault{"LongitudeBelow180",
                            track_with({{asterix::c062::kPosition,
                                         "00000000"
                                         "FDFFFFFF"}}),
                            Reject::kOutOfRange}),
    [](const auto& each) { return std::string(each.param.name); });

TEST(AsterixBlock, IsAllOrNothing) {
  Bytes two = track_with({});
  const Bytes one = two;
  two.insert(two.end(), one.begin() + 3, one.end() - 1);  // A second record, one octet short.
  two[2] = static_cast<std::uint8_t>(two.size());
  const Heard heard = hear(two);
  EXPECT_TRUE(heard.said.reports.empty());
  EXPECT_EQ(heard.counters.of(Reject::kTruncated), 1U);
  two.push_back(one.back());
  two[2] = static_cast<std::uint8_t>(two.size());
  EXPECT_EQ(hear(two).said.reports.size(), 2U);
}

TEST(AsterixBlock, EveryCutIsNoticed) {
  const Bytes whole = hex(kSample048);
  for (std::size_t size = 1; size < whole.size(); ++size) {
    Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_EQ(hear(cut).counters.rejected_sum(), 1U) << size;
    if (size <= 3) continue;
    cut[2] = static_cast<std::uint8_t>(size);  // The length made to fit.
    const Heard heard = hear(cut);
    EXPECT_EQ(heard.said.reports.size() + heard.counters.rejected_sum(), 1U) << size;
  }
}

TEST(AsterixStream, IsTheSameInWhateverPiecesItComes) {
  std::string stream;
  for (int i = 0; i < 5; ++i) {
    for (const Bytes& block : {hex(kSample048), track_with({}), hex("01000481")}) stream += as_text(block);
  }
  Remembering whole;
  AsterixDecoder once({});
  once.feed(as_bytes(stream), kNoon, whole);
  EXPECT_EQ(whole.reports.size(), 10U);
  SeededRandom random(3);
  for (int round = 0; round < 200; ++round) {
    Remembering said;
    AsterixDecoder decoder({});
    for (std::size_t at = 0; at < stream.size();) {
      const auto size = static_cast<std::size_t>(random.between(1, 60));
      decoder.feed(as_bytes(std::string_view(stream).substr(at, size)), kNoon, said);
      at += size;
    }
    ASSERT_EQ(said.reports.size(), whole.reports.size());
    ASSERT_EQ(decoder.counters().rejected, once.counters().rejected);
  }
}

TEST(AsterixStream, IsFoundAgainAfterDamage) {
  SeededRandom random(4);
  int at_once = 0;
  for (int round = 0; round < 200; ++round) {
    std::string stream;
    for (int i = 0; i < 400; ++i) stream += as_text(hex(kSample048));
    const auto at = static_cast<std::size_t>(random.between(0, 47));
    stream.erase(at, static_cast<std::size_t>(random.between(1, 30)));  // Octets are lost in the first blocks.
    Remembering said;
    AsterixDecoder decoder({});
    decoder.feed(as_bytes(stream), kNoon, said);
    // The worst: a length that is none, but could be, holds back as much as the longest block.
    ASSERT_GE(said.reports.size(), 400U - kAsterixBlockBytesMax / 48 - 3) << "lost at " << at;
    if (said.reports.size() >= 398) ++at_once;
  }
  EXPECT_GE(at_once, 150);
}

TEST(AsterixStream, GarbageOfAnyLengthEnds) {
  SeededRandom random(6);
  std::string garbage;
  for (int i = 0; i < 1 << 20; ++i) garbage.push_back(static_cast<char>(random.next()));
  // And the worst: beginnings of blocks only.
  for (int i = 0; i < 1 << 16; ++i) garbage += std::string("\x3E\x1F\xFF\x01", 4);
  Remembering said;
  AsterixDecoder decoder({});
  decoder.feed(as_bytes(garbage), kNoon, said);
  EXPECT_GE(decoder.counters().rejected_sum(), 1U);
}

}  // namespace
}  // namespace tansiq::surveillance
