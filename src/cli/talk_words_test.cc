#include "cli/talk_words.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "talks/catalogue.h"

namespace tansiq::cli {
namespace {

using ::testing::HasSubstr;

const UtcMs kNow = parse_utc("2026-11-22T10:00:30Z").value_or(UtcMs{});
/// `now` of people is the beginning of the minute.
const UtcMs kMinute = parse_utc("2026-11-22T10:00:00Z").value_or(UtcMs{});

TEST(TalkWords, PositionsWithAndWithoutNameLevelAndTime) {
  const auto whole = position_from("fishing boat 35.331 40.140 FL095 now-2m", kNow);
  ASSERT_TRUE(whole) << whole.error().text();
  EXPECT_EQ(whole->name, "fishing boat");
  EXPECT_EQ(whole->lat_e7, 353'310'000);
  EXPECT_EQ(whole->lng_e7, 401'400'000);
  ASSERT_TRUE(whole->band);
  EXPECT_EQ(level_text(*whole->band), "FL095");
  EXPECT_EQ(whole->at, kMinute - 120'000);

  const auto bare = position_from("-33.5138,36.2765", kNow);
  ASSERT_TRUE(bare) << bare.error().text();
  EXPECT_EQ(bare->name, "");
  EXPECT_EQ(bare->lat_e7, -335'138'000);
  EXPECT_FALSE(bare->band);
  EXPECT_FALSE(bare->at);

  const auto numbered = position_from("P 1 33.5 36.25", kNow);
  ASSERT_FALSE(numbered) << "a name that ends in a number leaves a number too many: it must not shift the place";
  EXPECT_TRUE(position_from("P1 33.5 36.25", kNow));
  EXPECT_TRUE(position_from("P 1 33.5,36.25", kNow)) << "with a comma the place is told apart";
}

TEST(TalkWords, APositionThatIsNoneSaysWhatIsRight) {
  for (const std::string_view wrong : {"", "wreck", "wreck 35.331", "wreck 95.0 40.0", "wreck 35 40 FL95 FL96"}) {
    EXPECT_FALSE(position_from(wrong, kNow)) << wrong;
  }
  EXPECT_THAT(position_from("wreck", kNow).error().message, HasSubstr("\"NAME LAT LON [LEVEL] [TIME]\""));
  EXPECT_THAT(position_from("wreck 35 40 high", kNow).error().message, HasSubstr("FL095, 2500ft"));
}

TEST(TalkWords, ALevelIsABandWithoutThickness) {
  const auto text = [](std::string_view words) {
    const auto level = read_level(words);
    return level ? level_text(*level) : level.error().message;
  };
  EXPECT_EQ(text("FL200"), "FL200");
  EXPECT_EQ(text("FL180-FL240"), "FL180–FL240");
  EXPECT_EQ(text("2500ft"), "2,500 ft AMSL");
  EXPECT_EQ(read_level("900m@agl")->reference, geo::VerticalReference::kAgl);
  EXPECT_THAT(text("unl"), HasSubstr("'unl' is no level"));
  EXPECT_THAT(text("FL"), HasSubstr("is no level"));
}

TEST(TalkWords, TimesAreMomentsOrWindows) {
  const auto moment = time_from("air strike 2026-11-22T10:20:00Z", kNow);
  ASSERT_TRUE(moment) << moment.error().text();
  EXPECT_EQ(moment->name, "air strike");
  EXPECT_EQ(moment->at, kMinute + 20 * 60'000);
  EXPECT_FALSE(moment->until);
  const auto window = time_from("now+20m/+10m", kNow);
  ASSERT_TRUE(window) << window.error().text();
  EXPECT_EQ(window->name, "");
  EXPECT_EQ(window->until, kMinute + 30 * 60'000);
  EXPECT_FALSE(time_from("", kNow));
  EXPECT_FALSE(time_from("strike soon", kNow));
  EXPECT_FALSE(time_from("now+20m/now+10m", kNow)) << "it ends before it begins";
}

TEST(TalkWords, AQuerySaysWhereAndWhen) {
  const auto query = query_from("35.331 40.140 now-2m FL200 track 77", kNow);
  ASSERT_TRUE(query) << query.error().text();
  EXPECT_EQ(query->lat_e7, 353'310'000);
  EXPECT_EQ(query->at, kMinute - 120'000);
  EXPECT_EQ(query->track, "77");
  ASSERT_TRUE(query->band);
  EXPECT_EQ(level_text(*query->band), "FL200");
  EXPECT_THAT(query_from("35.331 40.140", kNow).error().message, HasSubstr("no time is given"));
  EXPECT_THAT(query_from("now", kNow).error().message, HasSubstr("no place is given"));
  EXPECT_FALSE(query_from("35.331 40.140 now track", kNow));
  EXPECT_FALSE(query_from("35.331 40.140 now FL200 FL210", kNow));
}

TEST(TalkWords, Threads) {
  const auto ours = thread_from("whose-1");
  ASSERT_TRUE(ours);
  EXPECT_FALSE(ours->opener);
  EXPECT_EQ(ours->thread.str(), "whose-1");
  const auto theirs = thread_from("ru/whose-1");
  ASSERT_TRUE(theirs);
  EXPECT_EQ(theirs->opener, AuthorityId::trusted("ru"));
  EXPECT_FALSE(thread_from("ru/"));
  EXPECT_FALSE(thread_from("a/b/c"));
  EXPECT_EQ(fresh_thread(kNow, "cli-00112233aabb5d41"), "20261122-1000-5d41");
  EXPECT_TRUE(thread_from(fresh_thread(kNow, "x")));
}

TEST(TalkWords, ADueTimeIsExact) {
  EXPECT_EQ(due_from("90s", kNow).value_or(UtcMs{}), kNow + 90'000) << "not from the beginning of the minute";
  EXPECT_EQ(due_from("2026-11-22T10:10:00Z", kNow).value_or(UtcMs{}), kMinute + 600'000);
  EXPECT_EQ(due_from("soon", kNow).error().where, "--due");
}

TEST(TalkWords, ATemplateIsFilledAsPeopleWrite) {
  const auto part = template_from(
      "101.1", {"zone=K1", "flight=M1", "level=FL200", "position=33.5,36.25", "time=now+10m"}, "en", kNow);
  ASSERT_TRUE(part) << part.error().text();
  EXPECT_EQ(part->id, "101");
  EXPECT_EQ(part->version, 1);
  std::string all;
  for (const coordination::TemplateValue& value : part->values) all += value.name + "=" + value.value + " ";
  EXPECT_EQ(all,
            "flight=\"M1\" level={\"cm\":609600,\"ref\":\"fl\"} position=[335000000,362500000] time=1795342200000 "
            "zone=\"K1\" ");
}

TEST(TalkWords, EveryTypeOfEveryTemplateCanBeWritten) {
  const auto setting = [](const talks::ParameterSpec& spec) -> std::string {
    using enum talks::ParameterType;
    switch (spec.type) {
      case kPosition:
        return "33.5138,36.2765";
      case kLevel:
        return "900m@agl";
      case kTime:
        return "now+10m";
      case kWindow:
        return "now/+30m";
      case kArea:
        return "33.5,36.2 5nm";
      case kFlight:
      case kTrack:
      case kAuthority:
      case kZone:
      case kIncident:
        return "x1";
      case kCount:
        return "3";
      case kDistanceM:
        return "5nm";
      case kBearingDeg:
        return "090";
      case kSpeed:
        return "250kt";
      case kDurationS:
        return "90s";
      case kText:
        return "words = and more";
    }
    return {};
  };
  for (const talks::Template& of : talks::Catalogue::built_in().templates()) {
    std::vector<std::string> settings;
    for (const talks::ParameterSpec& spec : of.parameters) settings.push_back(spec.name + "=" + setting(spec));
    const auto part = template_from(fmt::format("{}.{}", of.number, of.version), settings, "en", kNow);
    EXPECT_TRUE(part) << of.number << ": " << part.error().text();
  }
}

TEST(TalkWords, ATemplateSaysWhatIsMissingAndWhatIsTooMuch) {
  const auto error = [](const std::vector<std::string>& settings) {
    const auto part = template_from("102", settings, "en", kNow);
    return part ? std::string("none") : part.error().message;
  };
  EXPECT_THAT(error({"flight=M1"}), HasSubstr("time is not set; message 102 has flight (MIRAGE1); time (now+10m"));
  EXPECT_THAT(error({"flight=M1", "tiem=now"}), HasSubstr("'tiem=now' sets nothing that there is"));
  EXPECT_THAT(error({"flight"}), HasSubstr("'flight' sets nothing that there is"));
  EXPECT_THAT(error({"flight=M1", "flight=M2"}), HasSubstr("set twice"));
  EXPECT_THAT(error({"flight=M1", "time=soon", "zone=K1"}), HasSubstr("right is now+10m"));
  EXPECT_THAT(template_from("999", {}, "en", kNow).error().message, HasSubstr("there is no template '999'"));
  EXPECT_THAT(template_from("4\x1b", {}, "en", kNow).error().message, HasSubstr("'4\\u{1b}'"));
}

TEST(TalkWords, MediaTypes) {
  EXPECT_EQ(media_type_of("map.png"), "image/png");
  EXPECT_EQ(media_type_of("watch.tsr"), "application/octet-stream");
}

}  // namespace
}  // namespace tansiq::cli
