#include "talks/render.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>

#include "talks/harmless.h"
#include "talks/pattern.h"
#include "talks/talks_testlib.h"

namespace tansiq::talks {
namespace {

using ::testing::HasSubstr;

const Catalogue& catalogue() { return Catalogue::built_in(); }

/// Without isolates, for comparing with what one reads.
std::string plain(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const std::string_view three = text.substr(i, 3);
    if (three == "\u2068" || three == "\u2069") {
      i += 3;
    } else {
      out += text[i++];
    }
  }
  return out;
}

std::string said(Language language, ParameterType type, const std::string& json) {
  const Template of{.number = 101, .version = 1, .floor = false, .parameters = {{.name = "x", .type = type}}};
  const auto read = parse_parameters(of, "{\"x\":" + json + "}");
  EXPECT_TRUE(read) << json << ": " << read.error().text();
  return read ? plain(render_value(catalogue(), read->front(), language)) : "";
}

std::string say(std::int64_t number, const std::string& json, Language language) {
  const Template& of = *catalogue().newest(number);
  const auto read = parse_parameters(of, json);
  EXPECT_TRUE(read) << number << ": " << read.error().text();
  return read ? render(catalogue(), of, *read, language) : "";
}

TEST(Render, EveryTemplateInEveryLanguageWithEveryCount) {
  for (const Language language : kLanguages) {
    const std::vector<std::string> categories = plural_categories(language);
    for (const Template& of : catalogue().templates()) {
      std::set<std::string> different;
      for (const std::int64_t count : kCountsOfEveryCategory) {
        const auto parameters = parse_parameters(of, sample_parameters(of, count));
        ASSERT_TRUE(parameters) << of.number << ": " << parameters.error().text();
        const std::string text = render(catalogue(), of, *parameters, language);
        different.insert(text);
        // Nothing of the format is left, nothing works unseen, isolates are balanced.
        EXPECT_EQ(text.find_first_of("{}#'|"), std::string::npos) << text;
        EXPECT_EQ(text.find("  "), std::string::npos) << text;
        const auto count_of = [&](std::string_view what) {
          std::size_t n = 0;
          for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++n;
          return n;
        };
        EXPECT_EQ(count_of("\u2068"), count_of("\u2069")) << text;
        EXPECT_EQ(harmless(plain(text), text.size() + kHarmlessBytesMin), plain(text));
        for (const Parameter& parameter : *parameters) {
          if (parameter.type == ParameterType::kCount) continue;
          EXPECT_THAT(text, HasSubstr(isolated(render_value(catalogue(), parameter, language))))
              << of.number << " " << parameter.name;
        }
      }
      // A number of things is said: no two of these counts read alike.
      const bool counts =
          std::ranges::any_of(of.parameters, [](const auto& p) { return p.type == ParameterType::kCount; });
      EXPECT_EQ(different.size(), counts ? std::size(kCountsOfEveryCategory) : 1U) << to_text(language) << of.number;
    }
  }
}

TEST(Render, CountsOfTheTestsReachEveryCategory) {
  // Each category is told by a text of its own; the fractions that `other` of Russian is for are no counts.
  const std::map<Language, std::string> texts{
      {Language::kArabic, "{n, plural, zero {z} one {o} two {t} few {f} many {m} other {r}}"},
      {Language::kEnglish, "{n, plural, one {o} other {r}}"},
      {Language::kFrench, "{n, plural, one {o} many {m} other {r}}"},
      {Language::kRussian, "{n, plural, one {o} few {f} many {m} other {r}}"},
  };
  const std::map<Language, std::string> expected{
      // 0, 1, 2, 3, 5, 10, 11, 21, 22, 25, 99, 100, 101, 102, 1000, 100000
      {Language::kArabic, "zotfffmmmmmrrrrr"},
      {Language::kEnglish, "rorrrrrrrrrrrrrr"},
      {Language::kFrench, "oorrrrrrrrrrrrrr"},
      {Language::kRussian, "moffmmmofmmmofmm"},
  };
  for (const Language language : kLanguages) {
    std::string got;
    for (const std::int64_t count : kCountsOfEveryCategory) {
      got += format_pattern(texts.at(language), language, std::vector<Argument>{{"n", static_cast<double>(count)}});
    }
    EXPECT_EQ(got, expected.at(language)) << to_text(language);
  }
  EXPECT_EQ(format_pattern(texts.at(Language::kFrench), Language::kFrench, std::vector<Argument>{{"n", 1e6}}), "m");
  EXPECT_EQ(format_pattern(texts.at(Language::kRussian), Language::kRussian, std::vector<Argument>{{"n", 2.5}}), "r");
}

TEST(Render, ArabicPlurals) {
  const auto aircraft = [](std::int64_t count) {
    return plain(
        say(210, fmt::format(R"({{"aircraft":{},"corridor":"K4","time":1795341900000}})", count), Language::kArabic));
  };
  const std::string rest = " في الممر K4 في الساعة 10:05Z يوم 22 تشرين الثاني/نوفمبر 2026.";
  EXPECT_EQ(aircraft(0), "لا توجد أي طائرة" + rest);
  EXPECT_EQ(aircraft(1), "توجد طائرة واحدة" + rest);
  EXPECT_EQ(aircraft(2), "توجد طائرتان" + rest);
  EXPECT_EQ(aircraft(3), "توجد 3 طائرات" + rest);
  EXPECT_EQ(aircraft(10), "توجد 10 طائرات" + rest);
  EXPECT_EQ(aircraft(11), "توجد 11 طائرةً" + rest);
  EXPECT_EQ(aircraft(99), "توجد 99 طائرةً" + rest);
  EXPECT_EQ(aircraft(100), "توجد 100 طائرة" + rest);
  EXPECT_EQ(aircraft(103), "توجد 103 طائرات" + rest);
  EXPECT_EQ(aircraft(1'000), "توجد 1,000 طائرة" + rest);
  // The number within the plural is isolated like every value.
  EXPECT_THAT(say(210, R"({"aircraft":1000,"corridor":"K4","time":0})", Language::kArabic),
              HasSubstr("توجد " + isolated("1,000") + " طائرة"));
}

TEST(Render, RussianPlurals) {
  const auto aircraft = [](std::int64_t count) {
    return plain(
        say(210, fmt::format(R"({{"aircraft":{},"corridor":"K4","time":1795341900000}})", count), Language::kRussian));
  };
  const std::string begin = "В 10:05Z 22 ноября 2026 года в коридоре K4 ";
  EXPECT_EQ(aircraft(0), begin + "находится 0 воздушных судов.");
  EXPECT_EQ(aircraft(1), begin + "находится 1 воздушное судно.");
  EXPECT_EQ(aircraft(2), begin + "находятся 2 воздушных судна.");
  EXPECT_EQ(aircraft(5), begin + "находится 5 воздушных судов.");
  EXPECT_EQ(aircraft(11), begin + "находится 11 воздушных судов.");
  EXPECT_EQ(aircraft(21), begin + "находится 21 воздушное судно.");
  EXPECT_EQ(aircraft(22), begin + "находятся 22 воздушных судна.");
  EXPECT_EQ(aircraft(111), begin + "находится 111 воздушных судов.");
  EXPECT_EQ(aircraft(1'000), begin + "находится 1\u00A0000 воздушных судов.");
}

TEST(Render, Positions) {
  // The same in every language: it is read out over the telephone and typed into equipment.
  for (const Language language : kLanguages) {
    EXPECT_EQ(said(language, ParameterType::kPosition, "[335083333,-362533333]"), "33°30.50′N 036°15.20′W");
    EXPECT_EQ(said(language, ParameterType::kPosition, "[0,0]"), "00°00.00′N 000°00.00′E");
    EXPECT_EQ(said(language, ParameterType::kPosition, "[-900000000,1800000000]"), "90°00.00′S 180°00.00′E");
    // Rounding carries into the minutes and the degrees.
    EXPECT_EQ(said(language, ParameterType::kPosition, "[339999999,9999166]"), "34°00.00′N 000°59.99′E");
  }
}

TEST(Render, Levels) {
  EXPECT_EQ(said(Language::kRussian, ParameterType::kLevel, R"({"cm":609600,"ref":"fl"})"), "FL200");
  EXPECT_EQ(said(Language::kArabic, ParameterType::kLevel, R"({"cm":152400,"ref":"fl"})"), "FL050");
  const std::string amsl = R"({"cm":198120,"ref":"amsl"})";
  EXPECT_EQ(said(Language::kEnglish, ParameterType::kLevel, amsl), "6,500 ft (1,981 m) above mean sea level");
  EXPECT_EQ(said(Language::kFrench, ParameterType::kLevel, amsl),
            "6\u202F500 ft (1\u202F981 m) au-dessus du niveau moyen de la mer");
  EXPECT_EQ(said(Language::kRussian, ParameterType::kLevel, amsl),
            "1\u00A0981 м (6\u00A0500 фт) над средним уровнем моря");
  EXPECT_EQ(said(Language::kArabic, ParameterType::kLevel, amsl), "6,500 قدم (1,981 م) فوق متوسط مستوى سطح البحر");
  EXPECT_EQ(said(Language::kEnglish, ParameterType::kLevel, R"({"cm":-3048,"ref":"wgs84"})"),
            "-100 ft (-30 m) above the WGS-84 ellipsoid");
}

TEST(Render, TimesAreExactAndInUtc) {
  EXPECT_EQ(said(Language::kEnglish, ParameterType::kTime, "1795341900000"), "10:05Z on 22 November 2026");
  EXPECT_EQ(said(Language::kEnglish, ParameterType::kTime, "1795341930250"), "10:05:30.250Z on 22 November 2026");
  EXPECT_EQ(said(Language::kEnglish, ParameterType::kTime, "1795341900007"), "10:05:00.007Z on 22 November 2026");
  EXPECT_EQ(said(Language::kFrench, ParameterType::kTime, "1793491200000"), "00:00Z le 1er novembre 2026");
  EXPECT_EQ(said(Language::kRussian, ParameterType::kTime, "1793491200000"), "00:00Z 1 ноября 2026 года");
  EXPECT_EQ(said(Language::kArabic, ParameterType::kTime, "1793491200000"),
            "الساعة 00:00Z يوم 1 تشرين الثاني/نوفمبر 2026");
  EXPECT_EQ(said(Language::kEnglish, ParameterType::kTime, "-1"), "23:59:59.999Z on 31 December 1969");
  EXPECT_EQ(said(Language::kEnglish, ParameterType::kWindow, R"({"end_ms":1795343100000,"start_ms":1795341600000})"),
            "from 10:00Z to 10:25Z on 22 November 2026");
  EXPECT_EQ(said(Language::kFrench, ParameterType::kWindow, R"({"end_ms":1795428000000,"start_ms":1795341600000})"),
            "de 10:00Z le 22 novembre 2026 à 10:00Z le 23 novembre 2026");
}

TEST(Render, EveryMonthHasItsName) {
  for (const Language language : kLanguages) {
    std::set<std::string> names;
    for (int month = 1; month <= 12; ++month) {
      const auto t = parse_utc(fmt::format("2026-{:02}-15T00:00:00Z", month));
      const std::string text = said(language, ParameterType::kTime, fmt::format("{}", t->ms));
      EXPECT_EQ(text.find('?'), std::string::npos) << text;
      names.insert(text);
    }
    EXPECT_EQ(names.size(), 12U);
  }
}

TEST(Render, DistancesSpeedsBearingsDurations) {
  EXPECT_EQ(said(Language::kEnglish, ParameterType::kDistanceM, "1851"), "1,851 metres");
  EXPECT_EQ(said(Language::kEnglish, ParameterType::kDistanceM, "1852"), "1 NM (1.9 km)");
  EXPECT_EQ(said(Language::kFrench, ParameterType::kDistanceM, "4630"), "2,5 NM (4,6 km)");
  EXPECT_EQ(said(Language::kRussian, ParameterType::kDistanceM, "3704"), "2 морские мили (3,7 км)");
  EXPECT_EQ(said(Language::kRussian, ParameterType::kDistanceM, "4630"), "2,5 морской мили (4,6 км)");
  EXPECT_EQ(said(Language::kArabic, ParameterType::kDistanceM, "3704"), "ميلان بحريان (3.7 كم)");
  EXPECT_EQ(said(Language::kArabic, ParameterType::kDistanceM, "5"), "5 أمتار");
  EXPECT_EQ(said(Language::kEnglish, ParameterType::kSpeed, "51"), "1 knot");
  EXPECT_EQ(said(Language::kFrench, ParameterType::kSpeed, "77"), "1,5 nœud");
  EXPECT_EQ(said(Language::kRussian, ParameterType::kSpeed, "1080"), "21 узел");
  EXPECT_EQ(said(Language::kArabic, ParameterType::kSpeed, "617"), "12 عقدةً");
  EXPECT_EQ(said(Language::kEnglish, ParameterType::kSpeed, "0"), "0 knots");
  EXPECT_EQ(said(Language::kEnglish, ParameterType::kBearingDeg, "0"), "000°");
  EXPECT_EQ(said(Language::kArabic, ParameterType::kBearingDeg, "45"), "045°");
  EXPECT_EQ(said(Language::kEnglish, ParameterType::kDurationS, "3661"), "1 hour 1 minute 1 second");
  EXPECT_EQ(said(Language::kFrench, ParameterType::kDurationS, "7200"), "2 heures");
  EXPECT_EQ(said(Language::kRussian, ParameterType::kDurationS, "0"), "0 секунд");
  EXPECT_EQ(said(Language::kArabic, ParameterType::kDurationS, "7510"), "ساعتان و5 دقائق و10 ثوانٍ");
}

TEST(Render, Areas) {
  EXPECT_EQ(said(Language::kEnglish, ParameterType::kArea, R"({"polygon":[[0,0],[0,10000000],[10000000,0]]})"),
            "polygon 00°00.00′N 000°00.00′E – 00°00.00′N 001°00.00′E – 01°00.00′N 000°00.00′E");
  EXPECT_EQ(said(Language::kFrench, ParameterType::kArea,
                 R"({"corridor":{"left_cm":92600,"line":[[0,0],[0,10000000]],"right_cm":0}})"),
            "bande le long de 00°00.00′N 000°00.00′E – 00°00.00′N 001°00.00′E, à gauche 926 mètres, à droite 0 mètre");
}

TEST(Render, WordsOfTheAuthorAreMarkedWithTheirLanguage) {
  const std::string json = R"({"reason":{"language":"ru","text":"Погода"}})";
  EXPECT_EQ(plain(say(702, json, Language::kRussian)), "Причина заморозки: «Погода»");
  EXPECT_EQ(plain(say(702, json, Language::kEnglish)), "Reason for the freeze: “Погода” (original: Russian)");
  EXPECT_EQ(plain(say(702, json, Language::kArabic)), "سبب التجميد: «Погода» (لغة الأصل: الروسية)");
}

TEST(Render, HostileWordsStayInTheirPlace) {
  const auto reason = [](const std::string& text) {
    std::string json = R"({"reason":)";
    log::JcsWriter(json).begin_object().key("language").string("en").key("text").string(text).end_object();
    return say(702, json + "}", Language::kEnglish);
  };
  // Isolates that would close ours, and an override over all that follows.
  EXPECT_THAT(reason("a\u2069\u202Eb\u2068"), HasSubstr(isolated("a[U+2069][U+202E]b[U+2068]")));
  // The message format is not read again in what is put in.
  EXPECT_THAT(reason("{reason} '{' # {0, number}"), HasSubstr(isolated("{reason} '{' # {0, number}")));
  EXPECT_THAT(reason("<b onmouseover=x>"), HasSubstr("<b onmouseover=x>"));
  EXPECT_THAT(reason("\x1B]0;title\x07\n2nd line"), HasSubstr("[U+001B]]0;title[U+0007][U+000A]2nd line"));
  // A text that grows by what is made visible in it is bounded.
  const std::string flood(kTextBytesMax, '\x01');
  EXPECT_LT(reason(flood).size(), 3 * kTextBytesMax);
  EXPECT_THAT(reason(flood), HasSubstr("…"));
}

TEST(Render, ArabicBeginsWithArabic) {
  // A viewer that takes the direction of the first strong letter is right too.
  for (const Template& of : catalogue().templates()) {
    for (const std::int64_t count : kCountsOfEveryCategory) {
      const auto parameters = parse_parameters(of, sample_parameters(of, count));
      const std::string text = render(catalogue(), of, *parameters, Language::kArabic);
      int depth = 0;
      for (std::size_t i = 0; i < text.size(); ++i) {
        if (text.compare(i, 3, "\u2068") == 0) ++depth;
        if (text.compare(i, 3, "\u2069") == 0) --depth;
        if (depth > 0) continue;
        if (text[i] == '\xD8' || text[i] == '\xD9') break;
        ASSERT_FALSE((text[i] >= 'A' && text[i] <= 'Z') || (text[i] >= 'a' && text[i] <= 'z')) << text;
      }
    }
  }
}

}  // namespace
}  // namespace tansiq::talks
