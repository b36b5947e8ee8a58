// SBS-1 lines: an example by the published description of the fields, faults, and streams.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/units.h"
#include "surveillance/sbs_decoder.h"
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

Heard hear(std::string_view text, const SbsOptions& options = {}) {
  Remembering sink;
  SbsDecoder decoder(options);
  decoder.feed(as_bytes(text), kNoon, sink);
  return {sink, decoder.counters()};
}

constexpr std::string_view kPosition =
    "MSG,3,1,1,4840D6,1,2026/01/02,11:59:58.250,2026/01/02,11:59:58.300,,38000,,,52.25720,3.91937,,,0,0,0,0\r\n";

TEST(Sbs, APosition) {
  const Heard heard = hear(kPosition, {.source = SourceId{9}});
  const Report& r = heard.said.reports.at(0);
  EXPECT_EQ(r.source, SourceId{9});
  EXPECT_EQ(r.id, (CraftId{IdKind::kIcao, 0x4840D6}));
  EXPECT_EQ(r.position, (geo::LatLng{522'572'000, 39'193'700}));
  EXPECT_EQ(r.pressure_cm, cm_from_feet(38'000));
  EXPECT_EQ(r.time, kNoon - 1'750);
  EXPECT_EQ(r.basis, TimeBasis::kFull);
  EXPECT_FALSE(r.speed_cm_s || r.course_mdeg || r.climb_cm_s || r.mode_3a);
}

TEST(Sbs, AVelocityACallSignACode) {
  const Heard heard = hear(
      "MSG,4,1,1,4840D6,1,,,,,,,420.5,182.9,,,-832,,0,0,0,0\n"
      "MSG,1,1,1,4840D6,1,,,,,KLM1023 ,,,,,,,,0,0,0,0\n"
      "MSG,6,1,1,4840D6,1,,,,,,,,,,,,7500,-1,-1,-1,-1\n");
  ASSERT_EQ(heard.said.reports.size(), 3U);
  EXPECT_EQ(heard.said.reports[0].speed_cm_s, cm_s_from_tenth_knots(4'205));
  EXPECT_EQ(heard.said.reports[0].course_mdeg, 182'900);
  EXPECT_EQ(heard.said.reports[0].climb_cm_s, -423);
  EXPECT_EQ(heard.said.reports[0].basis, TimeBasis::kReceived);
  EXPECT_EQ(heard.said.reports[1].call_sign.view(), "KLM1023");
  EXPECT_EQ(heard.said.reports[2].mode_3a, 07500);
  EXPECT_EQ(heard.said.reports[2].emergency, Emergency::kUnlawful);
  EXPECT_TRUE(heard.said.reports[2].has(Flag::kSpi));
  EXPECT_TRUE(heard.said.reports[2].has(Flag::kOnGround));
}

TEST(Sbs, LocalTimeIsTakenAsTold) {
  EXPECT_EQ(hear(kPosition, {.ahead_of_utc_ms = 3'600'000}).said.reports.at(0).time, kNoon - 1'750 - 3'600'000);
  EXPECT_EQ(hear(kPosition, {.use_time = false}).said.reports.at(0).time, kNoon);
}

struct Fault {
  const char* name;
  const char* line;
  Reject why;
};
/// Names of tests do not depend on addresses.
void PrintTo(const Fault& fault, std::ostream* out) { *out << fault.name; }
class SbsFault : public ::testing::TestWithParam<Fault> {};

TEST_P(SbsFault, IsCountedAndWhatFollowsIsRead) {
  const Heard heard = hear(fmt::format("{}\n{}", GetParam().line, kPosition));
  EXPECT_EQ(heard.counters.of(GetParam().why), 1U);
  EXPECT_EQ(heard.counters.rejected_sum(), 1U);
  EXPECT_EQ(heard.said.reports.size(), 1U);
}

const std::string kEndless(10'000, 'x');

INSTANTIATE_TEST_SUITE_P(
    Sbs, SbsFault,
    ::testing::Values(
        Fault{"AnotherKind", "XYZ,1", Reject::kNotForUs},
        Fault{"TooFewFields", "MSG,3,1,1,4840D6,1,,,,,,38000,,,52.25720,3.91937,,,0,0,0", Reject::kBadSyntax},
        Fault{"TooManyFields", "MSG,3,1,1,4840D6,1,,,,,,38000,,,52.25720,3.91937,,,0,0,0,0,", Reject::kBadSyntax},
        Fault{"TypeNine", "MSG,9,1,1,4840D6,1,,,,,,,,,,,,,0,0,0,0", Reject::kBadSyntax},
        Fault{"AddressOfNoDigits", "MSG,3,1,1,XYZ,1,,,,,,,,,,,,,0,0,0,0", Reject::kBadSyntax},
        Fault{"AddressTooLong", "MSG,3,1,1,4840D6F,1,,,,,,,,,,,,,0,0,0,0", Reject::kBadSyntax},
        Fault{"LatitudeAlone", "MSG,3,1,1,4840D6,1,,,,,,,,,52.2,,,,0,0,0,0", Reject::kBadSyntax},
        Fault{"LatitudeBeyond90", "MSG,3,1,1,4840D6,1,,,,,,,,,90.1,1,,,0,0,0,0", Reject::kOutOfRange},
        Fault{"NotANumber", "MSG,3,1,1,4840D6,1,,,,,,nan,,,,,,,0,0,0,0", Reject::kOutOfRange},
        Fault{"CodeWithAnEight", "MSG,6,1,1,4840D6,1,,,,,,,,,,,,7800,0,0,0,0", Reject::kOutOfRange},
        Fault{"CallSignOfNoCharacters", "MSG,1,1,1,4840D6,1,,,,,\xFFKL,,,,,,,,0,0,0,0", Reject::kBadSyntax},
        Fault{"NoSuchDay", "MSG,3,1,1,4840D6,1,2026/02/30,11:59:58.250,,,,,,,,,,,0,0,0,0", Reject::kBadSyntax},
        Fault{"Endless", kEndless.c_str(), Reject::kTooLong}),
    [](const auto& each) { return std::string(each.param.name); });

}  // namespace
}  // namespace tansiq::surveillance
