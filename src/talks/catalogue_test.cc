#include "talks/catalogue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "talks/harmless.h"
#include "talks/pattern.h"
#include "talks/talks_testlib.h"

namespace tansiq::talks {
namespace {

using ::testing::HasSubstr;

/// A catalogue of one template, to break in one place.
struct Small {
  std::string templates = R"({"templates":[{"number":101,"version":1,"floor":false,)"
                          R"("parameters":{"aircraft":"count","zone":"zone"}}]})";
  std::array<std::string, 4> languages;

  Small() {
    for (const Language language : kLanguages) {
      std::string plural;
      for (const std::string& category : plural_categories(language)) plural += category + " {#} ";
      std::string phrases;
      // The phrases of the program's own catalogue: this one is about texts.
      for (const std::string_view name :
           {"area.circle",   "area.corridor", "area.polygon", "bearing",  "date",        "distance.far",
            "distance.near", "foreign",       "group.1",      "group.2",  "group.3",     "group.4",
            "group.5",       "group.6",       "group.7",      "group.8",  "group.9",     "hours",
            "join",          "level.agl",     "level.amsl",   "level.fl", "level.wgs84", "minutes",
            "moment",        "own",           "seconds",      "speed",    "window",      "window.day"}) {
        phrases += fmt::format("{}\"{}\":\"{}\"", phrases.empty() ? "" : ",", name,
                               Catalogue::built_in().phrase(name, language));
      }
      languages[index_of(language)] = fmt::format(
          R"({{"phrases":{{{}}},"texts":{{"101.1":{{"title":"T","text":"{{zone}}: {{aircraft, plural, {}}}"}}}}}})",
          phrases, plural);
    }
  }

  [[nodiscard]] Result<Catalogue> load() const {
    CatalogueFiles files{.templates = templates, .languages = {}};
    for (std::size_t i = 0; i < languages.size(); ++i) files.languages[i] = languages[i];
    return Catalogue::load(files);
  }

  /// Replaces the first `what`, which must be there.
  static void replace(std::string& in, std::string_view what, std::string_view with) {
    const auto at = in.find(what);
    ASSERT_NE(at, std::string::npos) << what;
    in.replace(at, what.size(), with);
  }
};

TEST(Catalogue, TheOneInTheProgramLoads) {
  const auto loaded = Catalogue::load(catalogue_text());
  ASSERT_TRUE(loaded) << loaded.error().text();
  EXPECT_GE(loaded->templates().size(), 100U);
  std::set<std::int64_t> groups;
  for (const Template& of : loaded->templates()) groups.insert(of.group());
  EXPECT_EQ(groups, (std::set<std::int64_t>{1, 2, 3, 4, 5, 6, 7, 8, 9}));
}

TEST(Catalogue, HashIsTheOneThatIsKnown) {
  // Whoever changes a text changes what officers read: it is to be seen here.
  EXPECT_EQ(Catalogue::built_in().hash().hex(), "7d40812e7556b40dc963e69ce7bc8a6a0f71fa32949ce568ec6cc5d69d6ebdd4");
}

TEST(Catalogue, HashIgnoresLayoutAndSeesEverythingElse) {
  const Small small;
  const auto before = small.load();
  ASSERT_TRUE(before) << before.error().text();
  Small spaced;
  Small::replace(spaced.templates, "\"number\":101,\"version\":1", " \"version\" : 1,\n\"number\": 101");
  EXPECT_EQ(spaced.load()->hash(), before->hash());
  for (const Language language : kLanguages) {
    Small changed;
    Small::replace(changed.languages[index_of(language)], "\"T\"", "\"U\"");
    EXPECT_NE(changed.load()->hash(), before->hash()) << to_text(language);
  }
  Small floor;
  Small::replace(floor.templates, "false", "true");
  EXPECT_NE(floor.load()->hash(), before->hash());
}

TEST(Catalogue, FindsByNumberAndVersion) {
  Small small;
  Small::replace(small.templates, "]}",
                 R"(,{"number":101,"version":2,"floor":true,"parameters":{}},)"
                 R"({"number":102,"version":1,"floor":true,"parameters":{}}]})");
  for (std::string& language : small.languages) {
    Small::replace(language,
                   "\"101.1\":", R"("101.2":{"title":"B","text":"b"},"102.1":{"title":"C","text":"c"},"101.1":)");
  }
  const auto catalogue = small.load();
  ASSERT_TRUE(catalogue) << catalogue.error().text();
  EXPECT_EQ(catalogue->find(101, 1)->parameters.size(), 2U);
  EXPECT_TRUE(catalogue->find(101, 2)->floor);
  EXPECT_EQ(catalogue->newest(101), catalogue->find(101, 2));
  EXPECT_EQ(catalogue->newest(102), catalogue->find(102, 1));
  EXPECT_EQ(catalogue->text(*catalogue->find(101, 2), Language::kFrench).title, "B");
  EXPECT_EQ(catalogue->find(101, 3), nullptr);
  EXPECT_EQ(catalogue->newest(100), nullptr);
  EXPECT_EQ(catalogue->newest(103), nullptr);

  const auto nothing = log::JcsDocument::parse("{}");
  EXPECT_TRUE(catalogue->check(102, 1, nothing->root()));
  EXPECT_EQ(catalogue->check(101, 7, nothing->root()).error().message,
            "the catalogue has no version 7 of template 101; the newest is 2");
  EXPECT_EQ(catalogue->check(500, 1, nothing->root()).error().message, "the catalogue has no template 500");
}

TEST(Catalogue, ReadsParametersThatComeOneByOne) {
  const auto check = [](std::string_view id, const std::vector<NamedValue>& values) {
    return Catalogue::built_in().check(id, 1, values);
  };
  const auto error = [&](std::string_view id, const std::vector<NamedValue>& values) {
    const auto read = check(id, values);
    return read ? Error{} : read.error();
  };
  const std::vector<NamedValue> right{{"flight", "\"M1\""}, {"time", "0"}, {"zone", "\"K4\""}};
  const auto filled = check("103", right);
  ASSERT_TRUE(filled) << filled.error().text();
  EXPECT_EQ(filled->of, Catalogue::built_in().newest(103));
  EXPECT_EQ(filled->parameters.size(), 3U);
  EXPECT_TRUE(check("611", {}));

  EXPECT_EQ(error("0103", right).message, "a template's id is its number, as 401, not \"0103\"");
  EXPECT_EQ(error("103x", right).message, "a template's id is its number, as 401, not \"103x\"");
  EXPECT_EQ(error("", right).code, ErrorCode::kNotFound);
  // Two parameters in the value of one.
  EXPECT_EQ(error("103", {{"flight", "\"M1\",\"time\":0"}, {"zone", "\"K4\""}}).where, "flight");
  EXPECT_EQ(error("103", {right[1], right[0], right[2]}).message,
            "parameters stand in the order of their names, each once");
  EXPECT_EQ(error("103", {right[0], right[0], right[2]}).where, "flight");
  EXPECT_EQ(error("103", {right[0], {"time", "1.0"}, right[2]}).where, "time");
  EXPECT_EQ(error("103", {{"fl\xFF", "0"}}).code, ErrorCode::kInvalid);
  EXPECT_EQ(error("103", {{"flight", ""}}).where, "flight");
}

TEST(Catalogue, RefusesWhatATranslatorCanGetWrong) {
  struct Case {
    Language language;
    std::string what;
    std::string with;
    std::string message;
  };
  const std::vector<Case> cases{
      {Language::kFrench, "{zone}: ", "", "the text leaves out {zone}"},
      {Language::kFrench, "{zone}", "{zones}", "there is no argument {zones}"},
      {Language::kArabic, "few {#} ", "",
       "the plural of {aircraft} has the categories many, one, other, two, zero; the "
       "language has few, many, one, other, two, zero"},
      {Language::kRussian, "{aircraft, plural, few {#} many {#} one {#} other {#} }", "{aircraft}",
       "{aircraft} is a number: write {aircraft, plural, few, many, one, other}"},
      {Language::kEnglish, "one {#}", "=1 {#}", "choices by value (=1) and offsets are not used in the catalogue"},
      {Language::kEnglish, "one {#}", "one {# {zones}}", "there is no argument {zones}"},
      {Language::kEnglish, "{zone}", "{zone, number}", "{zone} stands alone, without a format"},
      {Language::kFrench, "{zone}: ", "l'{zone}: ", "a straight apostrophe quotes in this format: write ’ (U+2019)"},
      {Language::kFrench, "{zone}: ", "# {zone}: ", "# stands for the number of a plural, and nowhere else"},
      {Language::kArabic,
       "{zone}: ", "\u202E{zone}: ", "the text has a character that is not shown; isolates are put in by rendering"},
      {Language::kArabic, "{zone}: ", "\u2068{zone}\u2069: ",
       "the text has a character that is not shown; isolates are put in by rendering"},
      {Language::kEnglish, "\"T\"", "\"T {zone}\"", "there is no argument {zone}"},
  };
  for (const Case& broken : cases) {
    Small small;
    Small::replace(small.languages[index_of(broken.language)], broken.what, broken.with);
    const auto loaded = small.load();
    ASSERT_FALSE(loaded) << broken.with;
    EXPECT_EQ(loaded.error().message, broken.message);
    EXPECT_THAT(loaded.error().where, HasSubstr(fmt::format("{}.json: texts.101.1.t", to_text(broken.language))));
  }
}

TEST(Catalogue, RefusesSetsThatDoNotFit) {
  struct Case {
    std::string what;
    std::string with;
    std::string where;
  };
  for (const Case& broken : std::vector<Case>{
           {R"("101.1":)", R"("101.2":{"title":"B","text":"b"},"101.1":)", "fr.json: texts.101.2"},
           {R"("101.1":)", R"("102.1":)", "fr.json: texts"},
           {R"("own":)", R"("owned":)", "fr.json: phrases"},
           {R"("own":)", R"("more":"m","own":)", "fr.json: phrases.more"},
           {R"({"phrases")", R"({"notes":1,"phrases")", "fr.json"},
           {R"({"phrases")", R"(["phrases")", "fr.json: line 1"},
       }) {
    Small small;
    Small::replace(small.languages[index_of(Language::kFrench)], broken.what, broken.with);
    const auto loaded = small.load();
    ASSERT_FALSE(loaded) << broken.with;
    EXPECT_THAT(loaded.error().where, HasSubstr(broken.where));
  }
  for (const Case& broken : std::vector<Case>{
           {"\"zone\":\"zone\"", "\"zone\":\"zones\"", "parameters.zone"},
           {"\"zone\":\"zone\"", "\"Zone\":\"zone\"", "parameters"},
           {"101", "99", "number"},
           {"\"version\":1", "\"version\":0", "version"},
           {"\"floor\":false,", "", "templates[0]"},
           {"]}", R"(,{"number":101,"version":1,"floor":true,"parameters":{}}]})", "templates[1]"},
       }) {
    Small small;
    Small::replace(small.templates, broken.what, broken.with);
    const auto loaded = small.load();
    ASSERT_FALSE(loaded) << broken.with;
    EXPECT_THAT(loaded.error().where, testing::AllOf(HasSubstr("templates.json"), HasSubstr(broken.where)));
  }
}

TEST(Catalogue, TextsOfALanguageAreInItsScript) {
  // A text that was copied and not translated would show here. Codes (FL, MAYDAY, INCERFA) are Latin everywhere.
  for (const Template& of : Catalogue::built_in().templates()) {
    const std::string& arabic = Catalogue::built_in().text(of, Language::kArabic).text;
    const std::string& russian = Catalogue::built_in().text(of, Language::kRussian).text;
    const std::string& english = Catalogue::built_in().text(of, Language::kEnglish).text;
    const std::string& french = Catalogue::built_in().text(of, Language::kFrench).text;
    EXPECT_TRUE(std::ranges::any_of(arabic, [](char c) { return c >= '\xD8' && c <= '\xD9'; })) << of.number;
    EXPECT_TRUE(std::ranges::any_of(russian, [](char c) { return c == '\xD0' || c == '\xD1'; })) << of.number;
    EXPECT_FALSE(std::ranges::any_of(english, [](char c) { return c >= '\xD0' && c <= '\xDF'; })) << of.number;
    EXPECT_NE(english, french) << of.number;
  }
}

TEST(Catalogue, TitlesAreDifferentWithinALanguage) {
  for (const Language language : kLanguages) {
    std::set<std::string> titles;
    for (const Template& of : Catalogue::built_in().templates()) {
      EXPECT_TRUE(titles.insert(Catalogue::built_in().text(of, language).title).second)
          << to_text(language) << " " << of.number;
    }
  }
}

TEST(Catalogue, WhatNoFreezeRemovesMayBeSaidInAFreeze) {
  const auto floor = [](std::int64_t number) { return Catalogue::built_in().newest(number)->floor; };
  for (const Template& of : Catalogue::built_in().templates()) {
    if (of.group() == 4 || of.group() == 5 || of.group() == 6) {
      EXPECT_TRUE(of.floor) << of.number;
    }
    if (of.group() == 2 || of.group() == 9) {
      EXPECT_EQ(of.floor, of.number == 206) << of.number;
    }
  }
  EXPECT_TRUE(floor(116));   // STOP
  EXPECT_TRUE(floor(105));   // collision
  EXPECT_FALSE(floor(706));  // thaw
}

}  // namespace
}  // namespace tansiq::talks
