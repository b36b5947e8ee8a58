#include "core/volume_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "core/command.h"
#include "core/entry.h"

namespace tansiq::core {
namespace {

using ::testing::HasSubstr;

std::string written(const geo::Volume4d& volume) {
  std::string out;
  log::JcsWriter w(out);
  write_volume(w, volume);
  return out;
}

Result<geo::Volume4d> read(std::string_view text) {
  const log::JcsDocument document = TRY(log::JcsDocument::parse(text));
  return read_volume(document.root());
}

// The exact spelling of each shape: these bytes stand in signed records.
TEST(VolumeJsonTest, ExactForms) {
  const geo::TimeWindow window{{1'000}, {2'000}};
  const geo::LevelBand band{548'640, 731'520, geo::VerticalReference::kFlightLevel};
  const std::vector<std::pair<geo::Volume4d, std::string>> vectors{
      {{geo::Polygon{{{1, 2}, {3, 4}, {-5, -6}}}, band, window},
       R"({"band":{"lower_cm":548640,"ref":"fl","upper_cm":731520},"outline":{"polygon":[[1,2],[3,4],[-5,-6]]},"window":{"end_ms":2000,"start_ms":1000}})"},
      {{geo::Circle{{900'000'000, -1'800'000'000}, 500}, {}, window},
       R"({"outline":{"circle":{"centre":[900000000,-1800000000],"radius_cm":500}},"window":{"end_ms":2000,"start_ms":1000}})"},
      {{geo::Corridor{{{1, 2}, {3, 4}}, 7, 0}, {geo::kHeightUnboundedLow, 5, geo::VerticalReference::kAgl}, window},
       R"({"band":{"ref":"agl","upper_cm":5},"outline":{"corridor":{"left_cm":7,"line":[[1,2],[3,4]],"right_cm":0}},)"
       R"("window":{"end_ms":2000,"start_ms":1000}})"},
      {{geo::Circle{{0, 0}, 1}, {-100, geo::kHeightUnboundedHigh, geo::VerticalReference::kAmsl}, window},
       R"({"band":{"lower_cm":-100,"ref":"amsl"},"outline":{"circle":{"centre":[0,0],"radius_cm":1}},"window":{"end_ms":2000,"start_ms":1000}})"},
  };
  for (const auto& [volume, text] : vectors) {
    EXPECT_EQ(written(volume), text);
    const auto again = read(text);
    ASSERT_TRUE(again) << again.error().text();
    EXPECT_EQ(*again, volume);
  }
}

TEST(VolumeJsonTest, SaysWhereItIsWrong) {
  const auto error = [](std::string_view outline, std::string_view rest = R"("window":{"end_ms":2,"start_ms":1})") {
    const auto volume = read("{\"outline\":" + std::string(outline) + "," + std::string(rest) + "}");
    return volume ? std::string("accepted") : volume.error().text();
  };
  EXPECT_THAT(error(R"({"polygon":[[1,2],[3]]})"), HasSubstr("outline.polygon[1]"));
  EXPECT_THAT(error(R"({"polygon":[[900000001,2]]})"), HasSubstr("outline.polygon[0][0]"));
  EXPECT_THAT(error(R"({"polygon":[[0,1800000001]]})"), HasSubstr("outline.polygon[0][1]"));
  EXPECT_THAT(error(R"({"circle":{"centre":[0,0]}})"), HasSubstr("radius_cm"));
  EXPECT_THAT(error(R"({"circle":{"centre":[0,0],"radius_cm":99999999999}})"), HasSubstr("radius_cm"));
  EXPECT_THAT(error(R"({"square":[]})"), HasSubstr("polygon, a circle or a corridor"));
  EXPECT_THAT(error(R"({"circle":{"centre":[0,0],"radius_cm":1}})", R"("window":{"start_ms":1})"), HasSubstr("end_ms"));
  EXPECT_THAT(read(R"({"band":{"ref":"fl"},"outline":{},"window":{}})").error().text(), HasSubstr("left out"));
  EXPECT_THAT(read(R"({"band":{"lower_cm":1,"ref":"qnh"},"outline":{},"window":{}})").error().text(),
              HasSubstr("band.ref"));
}

TEST(RequestTest, EveryKindHasOneSpelling) {
  const std::string v = R"([{"outline":{"circle":{"centre":[0,0],"radius_cm":1}},"window":{"end_ms":2,"start_ms":1}}])";
  const std::vector<std::string> requests{
      R"({"do":"create_intent","domain":"air","flight":"F1","intent":"i1","volumes":)" + v + "}",
      R"({"do":"create_intent","domain":"sea","intent":"i1","volumes":)" + v + "}",
      R"({"do":"update_intent","flight":"F1","intent":"i1","version":3,"volumes":)" + v + "}",
      R"({"do":"activate_intent","intent":"i1","version":3})",
      R"({"do":"report_nonconforming","intent":"i1","off_nominal":)" + v + R"(,"version":3})",
      R"({"do":"report_contingent","intent":"i1","version":3})",
      R"({"do":"end_intent","intent":"i1","version":3})",
      R"({"do":"create_measure","effect":"warn","measure":"m1","text":"é","volumes":)" + v + R"(,"zone":"K1"})",
      R"({"do":"update_measure","effect":"refuse","measure":"m1","text":"","version":3,"volumes":)" + v + "}",
      R"({"do":"end_measure","measure":"m1","version":3})"};
  std::set<std::size_t> kinds;
  for (const std::string& text : requests) {
    const auto document = log::JcsDocument::parse(text);
    ASSERT_TRUE(document) << text;
    const auto action = read_request(document->root());
    ASSERT_TRUE(action) << action.error().text();
    std::string again;
    log::JcsWriter w(again);
    write_request(w, *action);
    EXPECT_EQ(again, text);
    kinds.insert(action->index());
  }
  EXPECT_EQ(kinds.size(), std::variant_size_v<Action>);
}

// The longest decision still fits beside the longest request.
TEST(EntryTest, LongListsAreCutWithTheirTotals) {
  Entry entry;
  entry.type = EntryType::kIntentRefused;
  entry.seq = 9'007'199'254'740'991;
  entry.time = kUtcMax;
  entry.by = Subject::trusted(std::string(kSubjectBytesMax, 's'));
  entry.cmd = CommandId::trusted(std::string(kIdBytesMax, 'c'));
  CreateIntent request{
      .intent = IntentId::trusted("i1"), .flight = {}, .domain = Domain::kAir, .volumes = {}, .keys = {}};
  geo::Polygon ring;
  ring.vertices.assign(1'900, {-900'000'000, -1'800'000'000});
  request.volumes = {{ring, {}, {{1}, {2}}}};
  entry.request = request;
  entry.decision.refusal = Refusal::kConflict;
  for (int i = 0; i < 110; ++i) entry.decision.zones.push_back({ZoneId::trusted(std::string(60, i % 2 ? 'z' : 'y'))});
  const Conflict row{.zone = ZoneId::trusted(std::string(64, 'z')),
                     .intent = IntentId::trusted(std::string(64, 'i')),
                     .version = 9'007'199'254'740'991,
                     .manager = Subject::trusted(std::string(128, 'm')),
                     .volume = 255,
                     .band = {-100'000, 10'000'000, geo::VerticalReference::kWgs84},
                     .window = {kUtcMin, kUtcMax},
                     .told = Disclosure::kCoarse};
  entry.decision.conflicts.assign(64, row);
  entry.decision.conflicts_total = 5'000;
  entry.decision.missing.assign(9'999, {row.intent, row.version, row.manager});
  entry.decision.missing_total = 9'999;
  std::string line;
  write_entry(line, entry);
  EXPECT_LE(line.size(), kEntryBytesMax);
  EXPECT_GT(line.size(), kEntryBytesMax - 2'000);
  const auto again = read_entry(line);
  ASSERT_TRUE(again) << again.error().text();
  EXPECT_EQ(again->decision.conflicts_total, 5'000U);
  EXPECT_EQ(again->decision.missing_total, 9'999U);
  EXPECT_LT(again->decision.conflicts.size(), 64U);
  EXPECT_EQ(again->decision.zones, entry.decision.zones);
}

TEST(NamesTest, LabelsAndSubjects) {
  EXPECT_TRUE(check_label("MIRAGE 1 é", 64, "label"));
  EXPECT_FALSE(check_label("a\nb", 64, "label"));
  EXPECT_FALSE(check_label("a\x7f", 64, "label"));
  EXPECT_FALSE(check_label("a\xc2\x85", 64, "label"));
  EXPECT_FALSE(check_label("\xff", 64, "label"));
  EXPECT_FALSE(check_label("abc", 2, "label"));
  EXPECT_TRUE(Subject::parse("https://uss1.example/ops"));
  EXPECT_FALSE(Subject::parse(""));
  EXPECT_FALSE(Subject::parse("a b"));
  EXPECT_FALSE(Subject::parse("a\"b"));
  EXPECT_FALSE(Subject::parse(std::string(129, 'a')));
}

}  // namespace
}  // namespace tansiq::core
