#include "coordination/entry.h"

#include <gtest/gtest.h>

namespace tansiq::coordination {
namespace {

Entry sample() {
  return {.seq = 41,
          .time = UtcMs{1'700'000'000'000},
          .by = {},
          .second = {},
          .cmd = {},
          .body = LegHold{.epoch = 2,
                          .number = 7,
                          .level_shift_cm = 60'960,
                          .request = log::sha256("request"),
                          .time_shift_ms = {},
                          .to = AuthorityId::trusted("fr"),
                          .until = UtcMs{1'700'000'060'000},
                          .zone = ZoneId::trusted("K4")}};
}

TEST(CoordinationEntry, HasOneSpelling) {
  const auto line = write_entry(sample());
  ASSERT_TRUE(line.has_value());
  EXPECT_EQ(*line,
            "{\"body\":{\"epoch\":2,\"level_shift_cm\":60960,\"number\":7,\"request\":\"" +
                log::sha256("request").hex() +
                "\",\"to\":\"fr\",\"until_ms\":1700000060000,\"zone\":\"K4\"},\"seq\":41,\"time_ms\":1700000000000,"
                "\"type\":\"leg.hold\",\"v\":1}\n");
  const auto again = read_entry(*line);
  ASSERT_TRUE(again.has_value()) << again.error().text();
  EXPECT_EQ(*again, sample());
}

TEST(CoordinationEntry, RefusesWhatItDoesNotKnow) {
  const auto message = [](std::string line, std::string_view from, std::string_view to) {
    line.replace(line.find(from), from.size(), to);
    const auto entry = read_entry(line);
    return entry ? std::string("accepted") : entry.error().text();
  };
  const std::string line = *write_entry(sample());
  EXPECT_EQ(message(line, "\"zone\"", "\"zonf\""), "body: \"zone\" is missing");
  EXPECT_EQ(message(line, "\"number\":7,", "\"number\":7,\"pilot\":1,"), "body: there is no member \"pilot\" here");
  EXPECT_EQ(message(line, "leg.hold", "leg.keep"), "type: entry type \"leg.keep\" is not known here");
  EXPECT_EQ(message(line, "\"v\":1", "\"v\":2"), "v: an entry with these members is of format 1");
  EXPECT_EQ(message(line, "\"v\":1", "\"v\":3"), "v: format 3 was written by a newer program");
  EXPECT_EQ(message(line, "\"epoch\":2", "\"epoch\":2.5").substr(0, 7), "byte 17");
}

TEST(CoordinationEntry, KnowsWhereItBelongs) {
  EXPECT_EQ(addressee_of(sample().body).to, AuthorityId::trusted("fr"));
  EXPECT_EQ(addressee_of(Body(FlightCommit{})).audience, Audience::kMembers);
  EXPECT_EQ(addressee_of(Body(FlightFiled{})), (Addressee{.audience = Audience::kOwn, .to = {}}));
}

}  // namespace
}  // namespace tansiq::coordination
