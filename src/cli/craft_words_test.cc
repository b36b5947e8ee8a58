#include "cli/craft_words.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tansiq::cli {
namespace {

using ::testing::HasSubstr;

const UtcMs kNow = parse_utc("2026-11-22T10:00:00Z").value_or(UtcMs{});

std::string why_not(const std::vector<std::string>& words) {
  const auto craft = craft_from(words, kNow);
  return craft ? std::string("(read)") : craft.error().text();
}

TEST(CraftWords, EachIsOneCraftByWhatIsKnownOfIt) {
  const auto craft = craft_from({"icao=4ca1fa code=4321 valid=now/+2h", "  mmsi=002211234 "}, kNow);
  ASSERT_TRUE(craft) << craft.error().text();
  ASSERT_EQ(craft->size(), 2U);
  EXPECT_EQ(craft->at(0).icao->str(), "4CA1FA");
  EXPECT_EQ(craft->at(0).mode_3a->value, 04321);
  EXPECT_EQ(craft->at(0).from, kNow);
  EXPECT_EQ(craft->at(0).to, kNow + 7'200'000);
  EXPECT_EQ(craft->at(1).mmsi->value, 2'211'234U);
  EXPECT_EQ(craft_text(*craft),
            "4CA1FA code 4321 from 2026-11-22T10:00:00Z until 2026-11-22T12:00:00Z; MMSI 002211234");
  const std::string json = craft_json(*craft);
  const auto document = JsonDocument::parse(json);
  ASSERT_TRUE(document) << json;
  EXPECT_EQ(craft_list_from(document->root()).value(), *craft);
}

TEST(CraftWords, TheMostLikelyMistakesAreNamed) {
  EXPECT_THAT(why_not({"4CA1FA"}), HasSubstr("a craft is \"icao=4CA1FA\""));
  EXPECT_THAT(why_not({""}), HasSubstr("a craft is"));
  EXPECT_THAT(why_not({"icao=4CA1F"}), HasSubstr("six hexadecimal digits"));
  EXPECT_THAT(why_not({"code=4329"}), HasSubstr("0 to 7"));
  EXPECT_THAT(why_not({"icao=4CA1FA valid=now/+2h"}), HasSubstr("there is no code"));
  EXPECT_THAT(why_not({"icao=4CA1FA icao=4CA1FB"}), HasSubstr("icao stands twice"));
  EXPECT_THAT(why_not({"icao=4CA1FA", "icao=4ca1fa"}), HasSubstr("craft[1].icao"));
  EXPECT_THAT(why_not({"mmsi=1", "x"}), HasSubstr("--craft 0"));
}

}  // namespace
}  // namespace tansiq::cli
