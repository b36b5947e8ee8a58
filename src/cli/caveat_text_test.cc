#include "cli/caveat_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tansiq::cli {
namespace {

using namespace coordination;
using ::testing::HasSubstr;
using ::testing::Not;

CaveatRows rows() {
  CaveatRows out;
  CaveatStanding standing;
  standing.caveat = CaveatId::trusted("red-line");
  standing.deposits = {{.deposit = {}, .set = {}, .to = AuthorityId::trusted("us")}};
  standing.rule = {.domain = core::Domain::kAir,
                   .horizontal_m = 18'520,
                   .of = core::Subject::trusted("sy"),
                   .time_ms = 900'000,
                   .vertical_cm = {}};
  out.caveats = {standing};
  CaveatMeeting meeting;
  meeting.body = {.caveat = standing.caveat,
                  .flight = FlightId::trusted("COTAM1"),
                  .home = AuthorityId::trusted("fr"),
                  .intent = {},
                  .meets = {{.leg = 0,
                             .manager = core::Subject::trusted("sy:ops"),
                             .name = "SYR101",
                             .ours = {},
                             .told_by = AuthorityId::trusted("us"),
                             .version = 1,
                             .window = {UtcMs{0}, UtcMs{600'000}}}}};
  out.meetings = {meeting};
  return out;
}

TEST(CaveatText, SaysWhatIsMetAndWhatToDo) {
  const std::string text = caveats_text(Terminal(), rows());
  EXPECT_THAT(text, HasSubstr("red-line  never within 10 NM and 15 min of sy (air), deposited with us"));
  EXPECT_THAT(text, HasSubstr("flight COTAM1 of fr meets red-line"));
  EXPECT_THAT(text, HasSubstr("told by us"));
  EXPECT_THAT(text, HasSubstr("tansiq caveat override --flight COTAM1"));
}

TEST(CaveatText, SaysWhyItGoesAllTheSame) {
  CaveatRows overridden = rows();
  overridden.meetings[0].accepted = overridden.meetings[0].body.meets;
  overridden.meetings[0].text = "agreed by voice";
  const std::string text = caveats_text(Terminal(), overridden);
  EXPECT_THAT(text, HasSubstr("because: agreed by voice"));
  EXPECT_THAT(text, Not(HasSubstr("caveat override")));
  EXPECT_THAT(caveats_text(Terminal(), {}), HasSubstr("no caveat is set"));
}

TEST(CaveatText, ReadsTheDocument) {
  EXPECT_TRUE(read_caveats(R"({"caveats":[],"meetings":[],"unanswered":[],"watched":[]})").has_value());
  EXPECT_FALSE(read_caveats(R"({"caveats":[],"meetings":[]})").has_value());
}

}  // namespace
}  // namespace tansiq::cli
