#include "formats/recording.h"

#include <gtest/gtest.h>

#include "formats/shared_testlib.h"

namespace tansiq::formats {
namespace {

constexpr std::string_view kHeading = "t,p,id,name,lat,lon,alt,gnd\n";

ColumnMapping mapping() {
  return *parse_columns(
      "time=t,position_time=p,id=id,label=name,latitude=lat,longitude=lon,baro_altitude=alt:ft,on_ground=gnd");
}

Recording recorded(const std::string& rows) {
  auto recording = read_recording(std::string(kHeading) + rows, mapping());
  EXPECT_TRUE(recording) << recording.error().text();
  return std::move(*recording);
}

TEST(Recording, ReadsReports) {
  const auto recording = recorded("100,99.5,a,AB1 ,51.5,-0.25,10000,False\n110,109.5,a,,51.6,-0.25,10100,0\n");
  ASSERT_EQ(recording.tracks.size(), 1U);
  const Track& track = recording.tracks[0];
  EXPECT_EQ(track.label, "AB1");
  ASSERT_EQ(track.reports.size(), 2U);
  EXPECT_EQ(track.reports[0].time, UtcMs{99'500});
  EXPECT_EQ(track.reports[0].position, (geo::LatLng{515'000'000, -2'500'000}));
  EXPECT_EQ(track.reports[0].baro_cm, 304'800);
  EXPECT_EQ(track.reports[1].line, 3U);
  EXPECT_EQ(recording.findings.totals().size(), 0U);
}

TEST(Recording, CountsEachBadRowUnderItsReason) {
  const auto recording = recorded(
      "100,100,a,A,51,0,1000,False\n"  // good, line 2
      "100,100,b,B,91,0,1000,False\n"  // latitude
      "100,100,b,B,51,181,1000,False\n"
      "x,100,b,B,51,0,1000,False\n"
      "100,100,,B,51,0,1000,False\n"
      "100,100,b,B,51,0,high,False\n"
      "100,100,b,B,51,0,1000,perhaps\n"
      "100,100,b\n"
      "100,100,b,\"B,51,0,1000,False\n"
      "100,nan,b,B,51,0,1000,False\n");
  EXPECT_EQ(recording.rows, 10U);
  EXPECT_EQ(recording.reports, 1U);
  EXPECT_EQ(recording.findings.count_of(Severity::kMalformed), 9U);
  ASSERT_EQ(recording.findings.list().size(), 9U);
  EXPECT_EQ(recording.findings.list()[0].where, "line 3");
  EXPECT_EQ(recording.findings.list()[0].reason, "latitude is not a number from -90 to 90");
  EXPECT_EQ(recording.findings.list()[0].detail, "91");
  EXPECT_EQ(recording.findings.list()[6].detail, "3 instead of 8");
  EXPECT_EQ(recording.findings.list()[7].reason, "a quote is not closed");
  EXPECT_EQ(recording.findings.list()[8].reason, "position_time cannot be read");
}

TEST(Recording, SkipsByTheStatedRules) {
  const auto recording = recorded(
      "100,100,a,A,51,0,1000,False\n"
      "110,100,a,A,51,0,1000,False\n"    // repeats
      "111,100,a,A,51.1,0,1000,False\n"  // same time, elsewhere
      "112,90,a,A,51.2,0,1000,False\n"   // backwards
      "200,120,a,A,51.3,0,1000,False\n"  // too old
      "121,121,a,A,51.4,0,,False\n"      // no altitude
      "122,122,a,A,51.5,0,1000,True\n"   // ground
      "123,123,a,A,51.6,0,1000,False\n");
  EXPECT_EQ(recording.reports, 2U);
  for (const char* reason : {"repeats the last position", "a second position for the same time", "time goes backwards",
                             "the position is too old", "no altitude", "on the ground"}) {
    EXPECT_EQ(recording.findings.count_of(Severity::kSkipped, reason), 1U) << reason;
  }
}

TEST(Recording, BoundsItsListButNotItsCounts) {
  std::string rows;
  for (int i = 0; i < 1'000; ++i) rows += "bad\n";
  const auto recording = recorded(rows);
  EXPECT_EQ(recording.findings.list().size(), kFindingsPerReasonMax);
  EXPECT_EQ(recording.findings.count_of(Severity::kMalformed), 1'000U);
}

TEST(Recording, NeedsItsColumns) {
  EXPECT_EQ(read_recording("a,b\n", mapping()).error().text(),
            "line 1: the heading has no column 't', which the mapping 'declared' takes as time");
  EXPECT_EQ(read_recording("", mapping()).error().text(), "the file is empty: its first line must name the columns");
}

TEST(Columns, SayWhatIsWrong) {
  const auto problem = [](std::string_view text) { return parse_columns(text).error().text(); };
  EXPECT_EQ(
      problem("time=t,id=i,latitude=a,longitude=o,colour=c"),
      "there is no column role 'colour'; roles are time, position_time, id, label, latitude, longitude, baro_altitude, "
      "geo_altitude, speed, vertical_rate, on_ground, course");
  EXPECT_EQ(problem("time=t:h,id=i"), "'h' is not a unit of time; write one of s, ms, rfc3339, utc");
  EXPECT_EQ(problem("time=t,id=i:ft"), "id has no unit");
  EXPECT_EQ(problem("time=t,time=u"), "time is declared twice");
  EXPECT_EQ(problem("time=t,id=i,latitude=a"), "no column is declared for longitude");
  EXPECT_EQ(problem("id=i,latitude=a,longitude=o"), "no column is declared for time or position_time");
  EXPECT_EQ(problem("time"),
            "'time' is not role=column[:unit]; an example is time=t,id=hex,latitude=lat,longitude=lon");
}

TEST(Columns, ReadToml) {
  const auto mapping = parse_columns_toml(
      "separator = "
      "';'\n[columns]\ntime='T'\nid='M'\nlatitude='A'\nlongitude='O'\nspeed='S'\n[units]\ntime='utc'\nspeed='kt'\n",
      "x");
  ASSERT_TRUE(mapping) << mapping.error().text();
  EXPECT_EQ(mapping->separator, ';');
  EXPECT_EQ(mapping->column(Role::kTime)->unit, Unit::kUtcText);
  EXPECT_EQ(mapping->column(Role::kSpeed)->unit, Unit::kKnots);
  EXPECT_FALSE(mapping->has_altitude());
  EXPECT_EQ(parse_columns_toml("[columns]\ntime=1\n", "x").error().text(), "columns.time: must be a string");
  EXPECT_EQ(parse_columns_toml("[colums]\n", "x").error().text(),
            "unknown name 'colums'; known are separator, [columns], [units]");
  EXPECT_EQ(parse_columns_toml("[columns]\ntime='t'\nid='i'\nlatitude='a'\nlongitude='o'\n[units]\nspeed='kt'\n", "x")
                .error()
                .text(),
            "units.speed belongs to no column");
  EXPECT_EQ(parse_columns_toml("[columns\n", "x").error().code, ErrorCode::kMalformed);
}

TEST(Recording, ReadsTheUkRecording) {
  const auto text = shared_file("data/adsb/opensky-uk-2021-07-12.csv");
  if (!text) GTEST_SKIP() << "data/adsb is not there; set TANSIQ_SHARED";
  const auto recording = read_recording(*text, opensky_columns());
  ASSERT_TRUE(recording) << recording.error().text();
  EXPECT_EQ(recording->rows, 6'052U);
  EXPECT_EQ(recording->tracks.size(), 84U);
  EXPECT_EQ(recording->findings.count_of(Severity::kMalformed), 0U);
  EXPECT_EQ(recording->reports + recording->findings.count_of(Severity::kSkipped), recording->rows);
}

}  // namespace
}  // namespace tansiq::formats
