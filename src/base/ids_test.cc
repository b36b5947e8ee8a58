#include "base/ids.h"

#include <gtest/gtest.h>

namespace tansiq {
namespace {

TEST(Ids, AcceptNamesAndUuids) {
  EXPECT_TRUE(ZoneId::parse("K1"));
  EXPECT_TRUE(IntentId::parse("01a202b2-c500-79f7-9059-5bc8bde5c099"));
  EXPECT_TRUE(AuthorityId::parse(std::string(kIdBytesMax, 'a')));
}

TEST(Ids, RefuseWithTheKindAndTheReason) {
  EXPECT_EQ(ZoneId::parse("").error().message, "zone id is empty");
  EXPECT_EQ(IntentId::parse(std::string(65, 'a')).error().message,
            "intent id has 65 characters; at most 64 are allowed");
  using namespace std::literals;
  for (const auto bad : {"a b"sv, "a/b"sv, "a\n"sv, "\xc3\xa9"sv, "a\""sv, "a\0b"sv}) {
    EXPECT_EQ(CommandId::parse(bad).error().message,
              "command id has a character that is not a letter, a digit, '-', '_' or '.'");
  }
}

TEST(Ids, SayWhereAnErrorIs) {
  const Error inner{ErrorCode::kInvalid, "wrong", "band"};
  EXPECT_EQ(inside(inner, "volumes[3]").text(), "volumes[3].band: wrong");
  EXPECT_EQ(inside(Error{ErrorCode::kInvalid, "wrong", "[3]"}, "volumes").text(), "volumes[3]: wrong");
  EXPECT_EQ(inside(Error{ErrorCode::kInvalid, "wrong", ""}, "volumes").text(), "volumes: wrong");
}

}  // namespace
}  // namespace tansiq
