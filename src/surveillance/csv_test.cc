// CSV through a declared mapping: real recordings where they are present, rows of every fault.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <set>

#include "base/units.h"
#include "surveillance/csv_decoder.h"
#include "surveillance/surveillance_testlib.h"

namespace tansiq::surveillance {
namespace {

using testing::kNoon;
using testing::Remembering;
using testing::Said;

struct Heard {
  Said said;
  DecodeCounters counters;
};

Heard hear(std::string_view text, CsvOptions options) {
  Remembering sink;
  CsvDecoder decoder(std::move(options));
  decoder.feed(as_bytes(text), kNoon, sink);
  return {sink, decoder.counters()};
}

CsvOptions mapped(std::string_view mapping, IdKind id = IdKind::kIcao) {
  CsvOptions options;
  options.mapping = formats::parse_columns(mapping).value();
  options.id = id;
  return options;
}

TEST(CsvRecording, ACourseIsOneBelowAFullCircle) {
  const Heard heard = hear(
      "t,i,a,o,c\n1,3c,1,1,0\n2,3c,1,1,359.999\n3,3c,1,1,360\n4,3c,1,1,511\n5,3c,1,1,\n6,3c,1,1,-1\n7,3c,1,1,north\n",
      mapped("time=t,id=i,latitude=a,longitude=o,course=c"));
  ASSERT_EQ(heard.said.reports.size(), 5U);
  EXPECT_EQ(heard.said.reports[0].course_mdeg, 0);
  EXPECT_EQ(heard.said.reports[1].course_mdeg, 359'999);
  EXPECT_FALSE(heard.said.reports[2].course_mdeg) << "AIS says so that there is none";
  EXPECT_FALSE(heard.said.reports[3].course_mdeg);
  EXPECT_FALSE(heard.said.reports[4].course_mdeg);
  EXPECT_EQ(heard.counters.rejected.at(static_cast<std::size_t>(Reject::kOutOfRange)), 2U);
}

TEST(CsvRecording, OfTheSkyIsReadRowByRow) {
  const auto file = testing::shared_file("data/adsb/opensky-uk-2021-07-12.csv");
  if (!file) GTEST_SKIP() << "the recording (shared data, adsb) is not here";
  CsvOptions options;
  options.id = IdKind::kIcao;
  const Heard heard = hear(*file, options);
  EXPECT_EQ(heard.counters.units, 6'053U);
  EXPECT_EQ(heard.said.reports.size() + heard.counters.rejected_sum(), 6'052U);
  EXPECT_EQ(heard.counters.rejected_sum(), 0U);
  std::set<std::uint32_t> craft;
  for (const Report& r : heard.said.reports) craft.insert(r.id.number);
  EXPECT_EQ(craft.size(), 84U);
  const Report& first = heard.said.reports.at(0);
  EXPECT_EQ(first.id.number, 0x3C4591U);
  EXPECT_EQ(first.course_mdeg, 99'653);
  EXPECT_EQ(first.position, (geo::LatLng{514'689'455, -4'407'501}));
  EXPECT_EQ(first.pressure_cm, 1'066'800);
  EXPECT_EQ(first.geometric_cm, 1'084'326);
  EXPECT_EQ(first.speed_cm_s, 25'465);
  EXPECT_EQ(first.call_sign.view(), "BOX413");
  EXPECT_EQ(first.time, UtcMs{1'626'098'398'996});
}

TEST(CsvRecording, OfTheSeaIsReadRowByRow) {
  const auto file = testing::shared_file("data/ais/solent-2016-01-12.csv");
  if (!file) GTEST_SKIP() << "the recording (shared data, ais) is not here";
  CsvOptions options = mapped(
      "time=Time:utc,id=MMSI,latitude=Latitude_degrees,longitude=Longitude_degrees,speed=SOG_knots:kt", IdKind::kMmsi);
  options.domain = Domain::kSea;
  const Heard heard = hear(*file, options);
  EXPECT_EQ(heard.said.reports.size(), 18'623U);
  EXPECT_EQ(heard.said.reports.at(0).id, (CraftId{IdKind::kMmsi, 235'070'762}));
  EXPECT_EQ(heard.said.reports.at(0).speed_cm_s, cm_s_from_tenth_knots(59));
  EXPECT_EQ(format_utc(heard.said.reports.at(0).time), "2016-01-12T13:02:11.218Z");
}

constexpr std::string_view kMapping = "time=t,id=i,latitude=a,longitude=o,baro_altitude=b:ft,on_ground=g";

TEST(Csv, ColumnsAreFoundByName) {
  const Heard heard = hear("x,o,a,i,t,b,g\n,2.5,\"1.5\",4840d6,1767355200.5,100,True\r\n", mapped(kMapping));
  const Report& r = heard.said.reports.at(0);
  EXPECT_EQ(r.id, (CraftId{IdKind::kIcao, 0x4840D6}));
  EXPECT_EQ(r.position, (geo::LatLng{15'000'000, 25'000'000}));
  EXPECT_EQ(r.pressure_cm, cm_from_feet(100));
  EXPECT_EQ(r.time, kNoon + 500);
  EXPECT_TRUE(r.has(Flag::kOnGround));
}

TEST(Csv, AHeadingWithoutADeclaredColumnIsNone) {
  const Heard heard = hear("t,i,a\n1,4840d6,1\n", mapped(kMapping));
  EXPECT_EQ(heard.counters.of(Reject::kMissingItem), 2U);
}

struct Fault {
  const char* name;
  const char* row;
  Reject why;
};
/// Names of tests do not depend on addresses.
void PrintTo(const Fault& fault, std::ostream* out) { *out << fault.name; }
class CsvFault : public ::testing::TestWithParam<Fault> {};

TEST_P(CsvFault, IsCountedAndWhatFollowsIsRead) {
  const Heard heard = hear(fmt::format("t,i,a,o,b,g\n{}\n1,4840d6,1,2,,\n", GetParam().row), mapped(kMapping));
  EXPECT_EQ(heard.counters.of(GetParam().why), 1U);
  EXPECT_EQ(heard.counters.rejected_sum(), 1U);
  EXPECT_EQ(heard.said.reports.size(), 1U);
}

INSTANTIATE_TEST_SUITE_P(Csv, CsvFault,
                         ::testing::Values(Fault{"TooFewFields", "1,4840d6,1,2", Reject::kTruncated},
                                           Fault{"NoTime", ",4840d6,1,2,,", Reject::kMissingItem},
                                           Fault{"NoId", "1,,1,2,,", Reject::kMissingItem},
                                           Fault{"TimeThatIsNone", "x,4840d6,1,2,,", Reject::kBadSyntax},
                                           Fault{"IdThatIsNoAddress", "1,zz,1,2,,", Reject::kBadSyntax},
                                           Fault{"IdTooLarge", "1,14840d6,1,2,,", Reject::kOutOfRange},
                                           Fault{"LatitudeBeyond90", "1,4840d6,91,2,,", Reject::kOutOfRange},
                                           Fault{"LongitudeAlone", "1,4840d6,,2,,", Reject::kOutOfRange},
                                           Fault{"HeightOfNoCraft", "1,4840d6,1,2,1e9,", Reject::kOutOfRange},
                                           Fault{"FlagThatIsNone", "1,4840d6,1,2,,maybe", Reject::kBadSyntax},
                                           Fault{"QuoteNotClosed", "\"1,4840d6,1,2,,", Reject::kBadSyntax}),
                         [](const auto& each) { return std::string(each.param.name); });

}  // namespace
}  // namespace tansiq::surveillance
