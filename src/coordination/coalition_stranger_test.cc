// Whatever a peer writes, and whatever an officer says at length: a node goes on, and starts again.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coordination/coalition_testlib.h"

namespace tansiq::coordination {
namespace {

using namespace testing;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;

constexpr DurationMs kDay = 24LL * 3'600'000;

class StrangerTest : public ::testing::Test {
 protected:
  [[nodiscard]] static LogName members(std::string_view author) {
    return {AuthorityId::trusted(author), LogName::Kind::kMembers, {}};
  }
  [[nodiscard]] std::string line(const Body& body) const {
    return *write_entry({.seq = 1, .time = world.now, .by = {}, .second = {}, .cmd = {}, .body = body});
  }
  /// What `authority` has noted in entries of this type, oldest first.
  [[nodiscard]] std::vector<std::string> noted(std::string_view authority, std::string_view type) const {
    std::vector<std::string> out;
    for (const Written& written : world.record(authority)) {
      const bool own = written.log.author.str() == authority;
      if (own && written.line.find(fmt::format("\"type\":\"{}\"", type)) != std::string::npos)
        out.push_back(written.line);
    }
    return out;
  }
  void comes_back(std::string_view authority) { EXPECT_NE(world.expect_comes_back(authority), nullptr); }
  World world;
};

TEST_F(StrangerTest, NamesOfUnknownMembersAreQuotedAsText) {
  std::string wide;
  for (int i = 0; i < 300; ++i) wide += "\u00e9";  // Two bytes each: a cut at an odd byte halves one.
  const auto entry = [](std::string_view name) {
    return fmt::format(R"({{"body":{{"requests":[]}},"seq":1,"time_ms":1,"type":"flight.cancel","v":1,"{}":1}})"
                       "\n",
                       name);
  };
  world.give("ru", members("fr"), {entry(R"(z\n)"), entry("z" + wide), entry("zz" + wide)});
  EXPECT_EQ(noted("ru", "anomaly").size(), 3U);
  EXPECT_THAT(noted("ru", "anomaly")[0], HasSubstr("unknown member `z `"));
  comes_back("ru");
}

TEST_F(StrangerTest, ManyOddQuotesAreCounted) {
  const EntryHash request = world.file("fr", "M1", {leg("K4", 200, minutes(20))}).versions[0].request;
  world.give("ru", members("fr"), {line(FlightCommit{.holds = std::vector<EntryHash>(900, request)})});
  EXPECT_THAT(noted("ru", "anomaly"), Contains(HasSubstr("(a request, not a hold), and 892 more")));
  world.give("ru", members("us"), {line(FlightCancel{.requests = std::vector<EntryHash>(900, request)})});
  EXPECT_THAT(noted("ru", "anomaly"), Contains(HasSubstr("(of fr), and 892 more")));
  comes_back("ru");
}

TEST_F(StrangerTest, AnEmergencySaidAtLengthIsCutForTheCrew) {
  const EntryHash request = world.file("fr", "M1", {leg("K4", 200, minutes(20))}).versions[0].request;
  std::string text;
  while (text.size() + 2 <= core::kTextBytesMax) text += "\u00e9";
  ASSERT_TRUE(world.act("ru", RevokeLeg{.emergency = true, .request = request, .text = text}, "chief").has_value());
  world.settle();
  EXPECT_THAT(noted("fr", "alarm"), Contains(AllOf(HasSubstr("for an emergency: tell the crew"), HasSubstr("..."))));
  comes_back("fr");
}

TEST_F(StrangerTest, AWrongClockDoesNotHoldBackWhatOthersAreShown) {
  ASSERT_TRUE(world.act("fr", FileFlight{{.alternate = {},
                                          .call_sign = {},
                                          .domain = core::Domain::kAir,
                                          .flight = FlightId::trusted("M1"),
                                          .gate_leg = {},
                                          .legs = {leg("K4", 200, minutes(20))},
                                          .principal = {}}}));
  const EntryHash request = world.flight("fr", "M1").versions[0].request;
  const UtcMs filed = world.now;
  world.now = filed + kDay;
  LegRefused no;
  no.reason = LegRefusal::kConflict;
  no.request = request;
  no.to = AuthorityId::trusted("fr");
  no.zone = ZoneId::trusted("K4");
  const std::string refused = line(no);
  world.now = filed;
  world.give("fr", {AuthorityId::trusted("ru"), LogName::Kind::kPair, AuthorityId::trusted("fr")}, {refused});
  EXPECT_EQ(world.flight("fr", "M1").versions[0].state, HomeState::kRefused);
  EXPECT_LE(world.flight("fr", "M1").change_time, filed + kHeardAheadMaxMs);
  comes_back("fr");
}

}  // namespace
}  // namespace tansiq::coordination
