#include "node/talk_words.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tansiq::node {
namespace {

using namespace coordination;
using talks::Language;
using ::testing::HasSubstr;

SendTalk sent(std::vector<TalkPart> parts, Precedence precedence = Precedence::kRoutine) {
  SendTalk out;
  out.letter.parts = std::move(parts);
  out.letter.precedence = precedence;
  return out;
}
TemplatePart corridor(std::int64_t version = 1) {
  return {
      .id = "102", .values = {{"flight", "\"M1\""}, {"time", "1795608000000"}, {"zone", "\"K1\""}}, .version = version};
}

TEST(TalkWords, TemplatesThatNobodyKnowsAreRefused) {
  EXPECT_TRUE(check_templates(sent({corridor()})).has_value());
  const Status later = check_templates(sent({corridor(), corridor(2)}));
  ASSERT_FALSE(later.has_value());
  EXPECT_EQ(later.error().code, ErrorCode::kInvalid);
  EXPECT_EQ(later.error().where, "act.letter.parts[1].template");
  TemplatePart short_one = corridor();
  short_one.values.pop_back();
  EXPECT_FALSE(check_templates(sent({short_one})).has_value());
  AnswerTalk answer;
  answer.reply.parts = {corridor(2)};
  EXPECT_EQ(check_templates(answer).error().where, "act.reply.parts[0].template");
  StateIncident state;
  state.parts = {corridor(2)};
  EXPECT_EQ(check_templates(state).error().where, "act.parts[0].template");
  EXPECT_TRUE(check_templates(DeclareClock{true, ""}).has_value());
}

TEST(TalkWords, WhatIsFrozenDoesNotPassOverTheFloor) {
  EXPECT_THAT(check_templates(sent({corridor()}, Precedence::kStop)).error().message, HasSubstr("safety floor"));
  EXPECT_FALSE(check_templates(sent({corridor(), DangerPart{Danger::kDistress, ""}})).has_value());
  EXPECT_FALSE(check_templates(sent({corridor(), QueryPart{}})).has_value());
  EXPECT_TRUE(check_templates(sent({corridor()}, Precedence::kImmediate)).has_value());
}

// The rule of the record, which this must not differ from.
TEST(TalkWords, TheFloorIsThatOfTheMessage) {
  const std::vector<std::vector<TalkPart>> bodies{{}, {DangerPart{}}, {QueryPart{}}, {PositionPart{}}};
  for (const auto& parts : bodies) {
    for (const Precedence precedence : {Precedence::kImmediate, Precedence::kStop}) {
      TalkMessage message;
      message.parts = parts;
      message.precedence = precedence;
      EXPECT_EQ(goes_over_floor(precedence, parts), message.on_floor());
    }
  }
}

TEST(TalkWords, ATemplateIsShownInEachLanguageAndTroubleIsSaid) {
  const ShownPart english = shown_part(corridor(), Language::kEnglish);
  const ShownPart arabic = shown_part(corridor(), Language::kArabic);
  EXPECT_THAT(english.text, HasSubstr("M1"));
  EXPECT_THAT(arabic.text, HasSubstr("M1"));
  EXPECT_NE(english.text, arabic.text);
  EXPECT_NE(english.title, arabic.title);
  const ShownPart unknown = shown_part(corridor(9), Language::kEnglish);
  EXPECT_EQ(unknown.text, "") << "not the text of another version";
  EXPECT_EQ(unknown.title, "");
  EXPECT_EQ(unknown.trouble, "unknown template 102.9: the catalogue has no version 9 of template 102; the newest is 1");
}

TEST(TalkWords, StrangersWordsAreHarmless) {
  const TextPart text{.language = "en",
                      .text = {"go\xE2\x80\xAE"
                               "og\nthere"},
                      .translates = {}};
  EXPECT_EQ(shown_part(text, Language::kEnglish).text, "go[U+202E]og\nthere");
  PositionPart place;
  place.lat_e7 = 335'083'333;
  place.lng_e7 = 362'533'333;
  place.name =
      "P\xE2\x80\xAE"
      "1";
  EXPECT_EQ(shown_part(place, Language::kRussian).text, "P[U+202E]1\n33°30.50′N 036°15.20′E");
  EXPECT_EQ(read_language("de").error().where, "language");
}

}  // namespace
}  // namespace tansiq::node
