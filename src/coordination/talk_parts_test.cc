// Parts of messages: their bytes, what they refuse, and what a machine can tell about their places and times.
#include "coordination/talk_parts.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coordination/entry.h"
#include "coordination/talk_place.h"

namespace tansiq::coordination {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string text_of(const TalkPart& part) {
  std::string out;
  log::JcsWriter writer(out);
  core::Codec<TalkPart>::write(writer, part);
  return out;
}
Result<TalkPart> read(std::string_view text) {
  const auto document = TRY(log::JcsDocument::parse(text, 1 << 20));
  return core::Codec<TalkPart>::read(document.root());
}
std::string refused(std::string_view text) {
  const auto part = read(text);
  return part ? "read" : part.error().text();
}

geo::Volume4d box(std::int32_t west_e7, UtcMs from = UtcMs{1'000}, UtcMs to = UtcMs{2'000}) {
  return {.outline = geo::Polygon{{{350'000'000, west_e7},
                                   {350'000'000, west_e7 + 1'000'000},
                                   {351'000'000, west_e7 + 1'000'000},
                                   {351'000'000, west_e7}}},
          .band = {},
          .window = {from, to}};
}

const std::vector<TalkPart>& one_of_each() {
  static const std::vector<TalkPart> kAll{
      TextPart{.language = "zh-Hans", .text = {"一\n二"}, .translates = log::sha256("x")},
      TemplatePart{.id = "warning.strike", .values = {{.name = "where", .value = "north"}}, .version = 2},
      DangerPart{.kind = Danger::kCollision, .text = "two"},
      PositionPart{.at = UtcMs{5},
                   .band = geo::LevelBand{100, 200, geo::VerticalReference::kAmsl},
                   .lat_e7 = -1,
                   .lng_e7 = 1'800'000'000,
                   .name = "P"},
      AreaPart{.name = "A", .volume = box(400'000'000)},
      TimePart{.at = UtcMs{7}, .name = "", .until = UtcMs{8}},
      FlightPart{.call_sign = "MIRAGE1", .flight = FlightId::trusted("M1"), .home = AuthorityId::trusted("fr")},
      TrackPart{.name = "4711", .of = AuthorityId::trusted("ru")},
      IncidentPart{.incident = "i1", .opener = AuthorityId::trusted("ru")},
      QueryPart{.asks = AuthorityId::trusted("ru"),
                .at = UtcMs{1},
                .band = {},
                .lat_e7 = 1,
                .lng_e7 = 2,
                .text = "t",
                .track = "9"},
      AssessmentPart{.area = box(400'000'000),
                     .period = {UtcMs{1}, UtcMs{2}},
                     .sections = {{.releasable = {AuthorityId::trusted("fr")}, .text = {"a"}, .title = "b"}}},
      CallPart{.agreed = {"to wait"}, .begin = UtcMs{1}, .end = UtcMs{2}, .functions = {"duty officer"}},
      PlanPart{.answer_by = UtcMs{3},
               .day = {UtcMs{10}, UtcMs{20}},
               .flights = {{.call_sign = "M1", .change = "later", .window = {UtcMs{11}, UtcMs{12}}}},
               .submit_by = UtcMs{2},
               .version = 1}};
  return kAll;
}

TEST(TalkParts, EachIsReadAsItWasWritten) {
  ASSERT_EQ(one_of_each().size(), std::variant_size_v<TalkPart>);
  for (std::size_t i = 0; i < one_of_each().size(); ++i) {
    const TalkPart& part = one_of_each()[i];
    EXPECT_EQ(part.index(), i) << "one of each kind";
    const auto again = read(text_of(part));
    ASSERT_TRUE(again.has_value()) << again.error().text() << text_of(part);
    EXPECT_EQ(*again, part);
  }
}

TEST(TalkParts, HaveTheFormOfTheDocument) {
  EXPECT_EQ(text_of(TextPart{.language = "ar", .text = {"a"}, .translates = {}}),
            R"({"text":{"language":"ar","text":"a"}})");
  EXPECT_EQ(text_of(PositionPart{.at = {}, .band = {}, .lat_e7 = 353'312'000, .lng_e7 = 401'406'000, .name = "P1"}),
            R"({"position":{"lat_e7":353312000,"lng_e7":401406000,"name":"P1"}})");
}

TEST(TalkParts, RefuseWhatIsNone) {
  EXPECT_THAT(refused(R"({"song":{}})"), HasSubstr("there is no part \"song\"; known are text, template"));
  EXPECT_THAT(refused(R"({})"), HasSubstr("one member"));
  EXPECT_THAT(refused(R"({"text":{"language":"ar","text":"a"},"time":{"at_ms":1,"name":""}})"),
              HasSubstr("one member"));
  EXPECT_THAT(refused(R"({"text":{"language":"ar","text":""}})"), HasSubstr("a text is not empty"));
  EXPECT_THAT(refused(R"({"text":{"language":"","text":"a"}})"), HasSubstr("names its language"));
  EXPECT_THAT(refused(R"({"text":{"language":"ar","text":"a\u0007"}})"), HasSubstr("control character"));
  EXPECT_EQ(refused(R"({"text":{"language":"ar","text":"a\nb"}})"), "read") << "lines are text";
  EXPECT_THAT(refused(fmt::format(R"({{"text":{{"language":"ar","text":"{}"}}}})", std::string(8'001, 'a'))),
              HasSubstr("at most 8000 bytes"));
  EXPECT_EQ(refused(fmt::format(R"({{"text":{{"language":"ar","text":"{}"}}}})", std::string(8'000, 'a'))), "read");
  EXPECT_THAT(refused(R"({"position":{"lat_e7":900000001,"lng_e7":0,"name":""}})"), HasSubstr("no place on the earth"));
  EXPECT_THAT(refused(R"({"position":{"lat_e7":0.5,"lng_e7":0,"name":""}})"), HasSubstr("")) << "integers only";
  EXPECT_THAT(refused(R"({"time":{"at_ms":2,"name":"","until_ms":2}})"), HasSubstr("ends after it begins"));
  EXPECT_THAT(refused(R"({"call":{"begin_ms":1,"end_ms":2}})"), HasSubstr("names the functions"));
}

TEST(TalkPlace, MeasuresAsAGeodesicDoes) {
  // 0.1 degree of latitude and of longitude at 35 N; lengths of the meridian and of the parallel.
  EXPECT_NEAR(static_cast<double>(metres_between({350'000'000, 400'000'000}, {351'000'000, 400'000'000})), 11'094, 2);
  EXPECT_NEAR(static_cast<double>(metres_between({350'000'000, 400'000'000}, {350'000'000, 401'000'000})), 9'129, 2);
  EXPECT_EQ(metres_between({0, 1'800'000'000}, {0, -1'800'000'000}), 0) << "one meridian";
  EXPECT_EQ(metres_between({1, 2}, {1, 2}), 0);
}

TEST(TalkPlace, ComparesAreasByTheirMiddle) {
  const EntryHash self = log::sha256("self");
  const EntryHash before = log::sha256("before");
  const std::vector<TalkPart> earlier{AreaPart{.name = "box", .volume = box(400'000'000)}};
  const std::vector<TalkPart> now{AreaPart{.name = "box", .volume = box(402'000'000)},
                                  PositionPart{.at = {}, .band = {}, .lat_e7 = 0, .lng_e7 = 0, .name = "box"},
                                  AreaPart{.name = "", .volume = box(402'000'000)}};
  const auto moved = moved_since(now, self, {{.hash = before, .parts = &earlier}});
  ASSERT_EQ(moved.size(), 1U) << "of the same kind and name; without a name nothing is compared";
  EXPECT_EQ(moved[0].earlier, before);
  EXPECT_NEAR(static_cast<double>(moved[0].metres), 18'247, 5);
  const geo::LatLng middle = middle_of(box(1'795'000'000 - 1'000'000).outline);
  EXPECT_NEAR(middle.lng_e7, 1'794'500'000, 10);
}

TEST(TalkPlace, ComparesWithTheNewestOfThatName) {
  const auto at = [](std::int64_t lat) {
    return std::vector<TalkPart>{PositionPart{.at = {}, .band = {}, .lat_e7 = lat, .lng_e7 = 0, .name = "P"}};
  };
  const std::vector<TalkPart> first = at(0);
  const std::vector<TalkPart> second = at(1'000'000);
  const auto moved =
      moved_since(at(1'000'000), log::sha256("3"),
                  {{.hash = log::sha256("1"), .parts = &first}, {.hash = log::sha256("2"), .parts = &second}});
  EXPECT_THAT(moved, ElementsAre(TalkMoved{.earlier = log::sha256("2"), .metres = 0, .name = "P"}));
  EXPECT_THAT(moved_since(at(0), log::sha256("3"), {}), IsEmpty());
  std::vector<TalkPart> twice = at(0);
  twice.push_back(at(1'000'000)[0]);
  const auto within = moved_since(twice, log::sha256("3"), {});
  ASSERT_EQ(within.size(), 1U) << "two places of one name in one message";
  EXPECT_EQ(within[0].earlier, log::sha256("3"));
}

/// A receipt is owed for whatever a peer has sent: it has to fit in an entry.
TEST(TalkPlace, LongNamesLeaveTheReceiptSmall) {
  const std::vector<TalkPart> named(
      kTalkPartsMax,
      PositionPart{.at = {}, .band = {}, .lat_e7 = 0, .lng_e7 = 0, .name = std::string(core::kTextBytesMax, '"')});
  const std::vector<TalkPart> first{named[0]};
  const auto moved = moved_since(named, log::sha256("2"), {{.hash = log::sha256("1"), .parts = &first}});
  EXPECT_EQ(moved.size(), kTalkMovedNamesBytesMax / core::kTextBytesMax);
  const Entry receipt{.seq = 1,
                      .time = {},
                      .by = {},
                      .second = {},
                      .cmd = {},
                      .body = TalkReceived{.index = 1,
                                           .message = log::sha256("2"),
                                           .moved = moved,
                                           .to = AuthorityId::trusted(std::string(kIdBytesMax, 'a')),
                                           .usable = {}}};
  EXPECT_TRUE(write_entry(receipt).has_value());
}

TEST(TalkPlace, TakesTheFirstMomentForTheWarning) {
  const std::vector<TalkPart> parts{TimePart{.at = UtcMs{9'000}, .name = "", .until = {}},
                                    AreaPart{.name = "", .volume = box(400'000'000, UtcMs{4'000}, UtcMs{5'000})}};
  EXPECT_EQ(usable_warning(parts, UtcMs{1'000}), 3'000);
  EXPECT_EQ(usable_warning(parts, UtcMs{4'500}), 0);
  EXPECT_EQ(usable_warning({}, UtcMs{0}), std::nullopt);
}

}  // namespace
}  // namespace tansiq::coordination
