#include "picture/past_alerts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "picture/picture_testlib.h"

namespace tansiq::picture {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::kNoon;

Alert alert(AlertId id) {
  Alert out;
  out.id = id;
  out.raised = kNoon;
  return out;
}

std::vector<AlertId> ids(const PastAlerts::Page& page) {
  std::vector<AlertId> out;
  for (const PastAlert* past : page.alerts) out.push_back(past->alert.id);
  return out;
}

TEST(PastAlerts, TheLastThatEndedComesFirstPageByPage) {
  PastAlerts past;
  EXPECT_TRUE(past.page({}, 3).alerts.empty());
  for (AlertId id = 1; id <= 7; ++id) past.add(alert(id), kNoon + static_cast<DurationMs>(id));
  auto page = past.page({}, 3);
  EXPECT_THAT(ids(page), ElementsAre(7, 6, 5));
  past.add(alert(8), kNoon + 8);  // What ends in between is no part of the pages that follow.
  ASSERT_TRUE(page.next.has_value());
  page = past.page(page.next, 3);
  EXPECT_THAT(ids(page), ElementsAre(4, 3, 2));
  page = past.page(page.next, 3);
  EXPECT_THAT(ids(page), ElementsAre(1));
  EXPECT_FALSE(page.next.has_value());
}

TEST(PastAlerts, AreBoundedInTimeAndNumber) {
  PastAlerts past;
  past.add(alert(1), kNoon);
  past.add(alert(2), kNoon + 1'000);
  past.advance(kNoon + kPastAlertsKeptMs);
  EXPECT_EQ(past.size(), 2U);
  past.advance(kNoon + kPastAlertsKeptMs + 1);
  EXPECT_THAT(ids(past.page({}, 10)), ElementsAre(2));
  for (AlertId id = 3; id < 3 + kPastAlertsMax; ++id) past.add(alert(id), kNoon + 2'000);
  EXPECT_EQ(past.size(), kPastAlertsMax);
  EXPECT_THAT(ids(past.page(4, 10)), ElementsAre(3)) << "by the number of ending, which goes on";
}

TEST(PastAlerts, SayWhoSawThemAndWhenTheyEnded) {
  PastAlerts past;
  AlertBook book({}, [&](const AlertChange& change) {
    if (change.event == AlertEvent::kCleared) past.add(change.alert, change.alert.changed);
  });
  const Situation situation{.kind = AlertKind::kConflict, .first = {1}, .second = {2}, .object = {}};
  Finding finding;
  finding.priority = Priority::kAlarm;
  finding.detail = "head on";
  const AlertId id = book.holds(situation, finding, kNoon);
  ASSERT_TRUE(book.acknowledge(id, "duty", kNoon + 5'000));
  book.holds(situation, finding, kNoon + 9'000);
  book.over(situation, kNoon + 10'000);
  book.tick(kNoon + 90'000);
  std::string text;
  log::JcsWriter out(text);
  write_past_alerts(out, past.page({}, 10));
  EXPECT_THAT(text, HasSubstr(R"("acknowledged":{"at_ms":1767355205000,"by":"duty"})"));
  EXPECT_THAT(text, HasSubstr(R"("ended_ms":1767355290000)"));
  EXPECT_THAT(text, HasSubstr(R"("finding":{"at_ms":1767355209000,)")) << "when it was found last";
  EXPECT_THAT(text, HasSubstr(R"("over_ms":1767355210000)"));
  EXPECT_THAT(text, HasSubstr(R"("state":"cleared")"));
  EXPECT_TRUE(log::JcsDocument::check(text));
}

}  // namespace
}  // namespace tansiq::picture
