#include "formats/fir.h"

#include <gtest/gtest.h>

#include "formats/ring.h"
#include "formats/shared_testlib.h"

namespace tansiq::formats {
namespace {

using Ring = std::vector<geo::LatLng>;

Ring ring(std::initializer_list<std::pair<int, int>> degrees) {
  Ring out;
  for (const auto& [lat, lng] : degrees) out.push_back({lat * 10'000'000, lng * 10'000'000});
  return out;
}

TEST(RingRepair, RemovesOnlyWhatHasNoArea) {
  const Ring square = ring({{0, 0}, {0, 1}, {1, 1}, {1, 0}});
  const auto repaired = [](Ring r, std::string_view text) {
    const auto repair = repair_ring(r);
    EXPECT_EQ(repair.text(), text);
    return r;
  };
  EXPECT_EQ(repaired(square, "nothing removed"), square);
  EXPECT_EQ(repaired(ring({{0, 0}, {0, 1}, {1, 1}, {1, 0}, {0, 0}}), "nothing removed"), square);  // closing copy
  EXPECT_EQ(repaired(ring({{0, 0}, {0, 0}, {0, 1}, {1, 1}, {1, 1}, {1, 1}, {1, 0}, {0, 0}, {0, 0}}),
                     "4 repeated vertices removed"),
            square);
  EXPECT_EQ(repaired(ring({{0, 0}, {0, 1}, {0, 9}, {0, 1}, {1, 1}, {1, 0}}), "1 spike removed"), square);
  // A spike of two edges, one at the seam with its tip last, and one with its tip first.
  EXPECT_EQ(repaired(ring({{0, 0}, {0, 1}, {0, 8}, {0, 9}, {0, 8}, {0, 1}, {1, 1}, {1, 0}}), "2 spikes removed"),
            square);
  EXPECT_EQ(repaired(ring({{0, 0}, {0, 1}, {1, 1}, {1, 0}, {0, 0}, {5, 5}}), "1 spike removed"), square);
  EXPECT_EQ(repaired(ring({{5, 5}, {0, 0}, {0, 1}, {1, 1}, {1, 0}, {0, 0}}), "1 spike removed").size(), 4U);
  // At a pole every longitude is the same place; so is -180 and 180.
  EXPECT_EQ(repaired(ring({{90, 0}, {90, 90}, {80, 90}, {80, 0}}), "1 repeated vertex removed").size(), 3U);
  EXPECT_EQ(repaired(ring({{0, 180}, {0, -180}, {1, -179}, {2, 180}}), "1 repeated vertex removed").size(), 3U);
}

TEST(RingRepair, LeavesNothingOfALine) {
  Ring line = ring({{0, 0}, {0, 1}, {0, 2}, {0, 1}, {0, 0}});
  (void)repair_ring(line);
  EXPECT_LT(line.size(), 3U);
  RingRepair repair;
  EXPECT_FALSE(polygon_of_ring(ring({{0, 0}, {0, 1}, {0, 2}, {0, 1}, {0, 0}}), repair));
}

TEST(Fir, ReadsARegion) {
  const auto file = read_fir("00:00:00.00>POLYALT EGTT,195,999,50,-5,50,1.5,55,1.5,55,-5,50,-5\r\n\n# comment\n");
  ASSERT_EQ(file.zones.size(), 1U);
  const ZoneInput& zone = file.zones[0];
  EXPECT_EQ(zone.id, "EGTT");
  EXPECT_EQ(zone.band, (geo::LevelBand{594'360, geo::kHeightUnboundedHigh, geo::VerticalReference::kFlightLevel}));
  ASSERT_EQ(zone.parts.size(), 1U);
  EXPECT_EQ(std::get<geo::Polygon>(zone.parts[0]).vertices, (Ring{{500'000'000, -50'000'000},
                                                                  {500'000'000, 15'000'000},
                                                                  {550'000'000, 15'000'000},
                                                                  {550'000'000, -50'000'000}}));
  EXPECT_TRUE(file.findings.list().empty());
}

TEST(Fir, ListsWhatItCannotUse) {
  const auto file = read_fir(
      "00:00:00.00>POLYALT CROSS,0,245,0,0,1,1,0,1,1,0,0,0\n"
      "POLYALT NOPROMPT,0,245,0,0,1,1,0,1\n"
      "00:00:00.00>POLYALT ODD,0,245,0,0,1,1,0\n"
      "00:00:00.00>POLYALT LOW,300,245,0,0,1,1,0,1\n"
      "00:00:00.00>POLYALT FAR,0,245,0,0,1,181,0,1\n"
      "00:00:00.00>POLYALT LEVEL,0,2x5,0,0,1,1,0,1\n"
      "00:00:00.00>HOLD\n"
      "00:00:00.00>POLYALT GOOD,0,245,0,0,1,1,0,1\n"
      "00:00:00.00>POLYALT GOOD,0,245,0,0,1,1,0,1\n"
      "00:00:00.00>POLYALT BARE,0,245\n");
  ASSERT_EQ(file.zones.size(), 1U);
  const auto& list = file.findings.list();
  ASSERT_EQ(list.size(), 9U);
  EXPECT_EQ(list[0].where, "line 1 CROSS");
  EXPECT_EQ(list[0].severity, Severity::kRefused);
  EXPECT_EQ(list[1].detail, "there is no 'HH:MM:SS.hh>' before the command");
  EXPECT_EQ(list[2].detail, "a latitude has no longitude");
  EXPECT_EQ(list[3].detail, "bottom FL300 is not below top FL245");
  EXPECT_EQ(list[4].detail, "longitude 181 is not from -180 to 180");
  EXPECT_EQ(list[5].detail, "'2x5' is not a flight level from 0 to 999");
  EXPECT_EQ(list[6].severity, Severity::kNote);
  EXPECT_EQ(list[7].detail, "the name GOOD has been used before");
  EXPECT_EQ(list[8].detail, "POLYALT needs at least three points, each a latitude and a longitude");
}

TEST(Fir, CutsALineIntoRings) {
  const auto file = read_fir("00:00:00.00>POLYALT TWO,0,245,0,0,0,1,1,1,0,0,5,5,5,6,6,6,5,5,0,0,0,1,1,1,0,0\n");
  ASSERT_EQ(file.zones.size(), 1U);
  EXPECT_EQ(file.zones[0].parts.size(), 2U);
  EXPECT_EQ(file.findings.count_of(Severity::kRepaired, "a ring that repeats an earlier one was dropped"), 1U);
}

TEST(Fir, ReadsTheWorld) {
  const auto text = shared_file("data/airspace/fir-world-2018-03.scn");
  if (!text) GTEST_SKIP() << "data/airspace is not there; set TANSIQ_SHARED";
  const auto file = read_fir(*text);
  EXPECT_EQ(file.findings.count_of(Severity::kMalformed), 0U);
  // What looks like self-crossing outlines are lines of several closed rings: cut apart, all of them are simple.
  EXPECT_EQ(file.zones.size(), 170U);
  EXPECT_EQ(file.findings.count_of(Severity::kRefused), 0U);
  EXPECT_EQ(file.findings.count_of(Severity::kNote, "several rings on one line are parts of one region"), 10U);
  EXPECT_EQ(file.findings.count_of(Severity::kRepaired, "a ring that repeats an earlier one was dropped"), 2U);
  EXPECT_EQ(file.findings.count_of(Severity::kRepaired), 2U);
  std::size_t parts = 0;
  for (const auto& zone : file.zones) parts += zone.parts.size();
  EXPECT_EQ(parts, 183U);
}

}  // namespace
}  // namespace tansiq::formats
