#include "picture/alert_book.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>
#include <vector>

#include "picture/alert_json.h"

namespace tansiq::picture {
namespace {

constexpr AlertOptions kOptions{.escalate_ms = 60'000,
                                .repeat_ms = 30'000,
                                .settle_ms = 60'000,
                                .rectified_ms = 3'600'000,
                                .update_ms = 1'000,
                                .alerts_max = 4};

Situation pair(std::uint32_t first, std::uint32_t second) { return {AlertKind::kConflict, {first}, {second}, ""}; }
Finding finding(Priority priority, std::int64_t closest_m = 1'000) {
  Finding out;
  out.priority = priority;
  out.closest_m = closest_m;
  return out;
}

struct AlertBookTest : testing::Test {
  struct Said {
    AlertEvent event;
    Alert alert;
  };
  std::vector<Said> said;
  AlertBook book{kOptions, [this](const AlertChange& change) { said.push_back({change.event, change.alert}); }};

  [[nodiscard]] std::string story() const {
    std::string out;
    for (const Said& one : said) out += fmt::format("{}{} ", name_of(one.event), one.alert.id);
    return out;
  }
  static UtcMs at(std::int64_t s) { return {s * 1'000}; }
};

TEST_F(AlertBookTest, OneAlertForOneSituation) {
  const AlertId id = book.holds(pair(1, 2), finding(Priority::kWarning), at(0));
  EXPECT_EQ(book.holds(pair(1, 2), finding(Priority::kWarning), at(1)), id);
  EXPECT_NE(book.holds(pair(1, 3), finding(Priority::kWarning), at(1)), id);
  EXPECT_EQ(story(), "raised1 raised2 ");
  EXPECT_EQ(book.find(id)->attention, 1U);
}

TEST_F(AlertBookTest, FiguresArePassedOnOnceASecondAndPressingOnesAtOnce) {
  book.holds(pair(1, 2), finding(Priority::kWarning, 900), at(0));
  book.holds(pair(1, 2), finding(Priority::kWarning, 800), {400});
  EXPECT_EQ(story(), "raised1 ");
  EXPECT_EQ(book.find(1)->finding.closest_m, 800);
  book.holds(pair(1, 2), finding(Priority::kWarning, 700), at(1));
  EXPECT_EQ(story(), "raised1 updated1 ");
  Finding now = finding(Priority::kAlarm, 600);
  now.now = true;
  book.holds(pair(1, 2), now, {1'100});
  EXPECT_EQ(story(), "raised1 updated1 updated1 ");
  EXPECT_EQ(book.find(1)->warned_ms(), 1'100);
}

TEST_F(AlertBookTest, AWarningThatNobodyAcknowledgesBecomesAnAlarmThatSoundsAgain) {
  book.holds(pair(1, 2), finding(Priority::kWarning), at(0));
  book.tick(at(59));
  EXPECT_EQ(book.find(1)->priority, Priority::kWarning);
  book.tick(at(60));
  EXPECT_EQ(book.find(1)->priority, Priority::kAlarm);
  EXPECT_TRUE(book.find(1)->escalated);
  book.holds(pair(1, 2), finding(Priority::kWarning), at(61));
  EXPECT_EQ(book.find(1)->priority, Priority::kAlarm) << "what is found again does not undo it";
  book.tick(at(90));
  book.tick(at(119));
  book.tick(at(120));
  EXPECT_EQ(story(), "raised1 escalated1 sounded1 sounded1 ");
  EXPECT_EQ(book.find(1)->attention, 4U);
  ASSERT_TRUE(book.acknowledge(1, "watch", at(121)));
  EXPECT_EQ(book.find(1)->priority, Priority::kWarning);
  book.tick(at(1'000));
  EXPECT_EQ(story(), "raised1 escalated1 sounded1 sounded1 acknowledged1 ");
}

TEST_F(AlertBookTest, WhatIsAcknowledgedNeverSoundsAgain) {
  book.holds(pair(1, 2), finding(Priority::kWarning), at(0));
  ASSERT_TRUE(book.acknowledge(1, "watch", at(5)));
  book.holds(pair(1, 2), finding(Priority::kAlarm), at(6));
  book.tick(at(500));
  EXPECT_EQ(book.find(1)->state, AlertState::kAcknowledged);
  EXPECT_EQ(book.find(1)->attention, 1U);
  EXPECT_EQ(story(), "raised1 acknowledged1 updated1 ");
  ASSERT_TRUE(book.acknowledge(1, "another", at(501))) << "once more is no error";
  EXPECT_EQ(book.find(1)->acknowledged_by, "watch");
}

TEST_F(AlertBookTest, ACautionNeedsNobodyUntilItIsMore) {
  book.holds(pair(1, 2), finding(Priority::kCaution), at(0));
  EXPECT_EQ(book.find(1)->attention, 0U);
  book.tick(at(500));
  ASSERT_TRUE(book.acknowledge(1, "watch", at(501)));
  book.holds(pair(1, 2), finding(Priority::kWarning), at(502));
  EXPECT_EQ(book.find(1)->state, AlertState::kUnacknowledged);
  EXPECT_EQ(book.find(1)->attention, 1U);
  EXPECT_EQ(story(), "raised1 acknowledged1 updated1 ");
}

TEST_F(AlertBookTest, WhatIsOverUnseenStaysInSight) {
  book.holds(pair(1, 2), finding(Priority::kWarning), at(0));
  book.over(pair(1, 2), at(10));
  book.over(pair(1, 2), at(11));
  book.tick(at(600));
  EXPECT_EQ(book.find(1)->state, AlertState::kRectified);
  EXPECT_EQ(book.find(1)->over, at(10));
  ASSERT_TRUE(book.acknowledge(1, "watch", at(601)));
  book.tick(at(660));
  EXPECT_NE(book.find(1), nullptr);
  book.tick(at(661));
  EXPECT_EQ(book.find(1), nullptr);
  EXPECT_EQ(story(), "raised1 rectified1 acknowledged1 cleared1 ");
  EXPECT_EQ(said.back().alert.state, AlertState::kCleared);
}

TEST_F(AlertBookTest, NotForEver) {
  book.holds(pair(1, 2), finding(Priority::kWarning), at(0));
  book.over(pair(1, 2), at(10));
  book.tick(at(3'609));
  EXPECT_NE(book.find(1), nullptr);
  book.tick(at(3'610));
  EXPECT_EQ(book.find(1), nullptr);
}

TEST_F(AlertBookTest, WhatFlickersStaysOneAlert) {
  book.holds(pair(1, 2), finding(Priority::kWarning), at(0));
  ASSERT_TRUE(book.acknowledge(1, "watch", at(5)));
  book.over(pair(1, 2), at(10));
  book.tick(at(69));
  EXPECT_EQ(book.holds(pair(1, 2), finding(Priority::kWarning), at(69)), 1U);
  EXPECT_EQ(book.find(1)->state, AlertState::kAcknowledged);
  EXPECT_EQ(book.find(1)->raised, at(0));
  EXPECT_EQ(book.find(1)->over, std::nullopt);
  book.over(pair(1, 2), at(80));
  book.tick(at(140));
  EXPECT_EQ(book.holds(pair(1, 2), finding(Priority::kWarning), at(141)), 2U) << "later it is another";
  EXPECT_EQ(story(), "raised1 acknowledged1 rectified1 back1 rectified1 cleared1 raised2 ");
}

TEST_F(AlertBookTest, WhatCameBackUnseenIsUnseen) {
  book.holds(pair(1, 2), finding(Priority::kAlarm), at(0));
  book.over(pair(1, 2), at(10));
  book.holds(pair(1, 2), finding(Priority::kAlarm), at(12));
  EXPECT_EQ(book.find(1)->state, AlertState::kUnacknowledged);
  EXPECT_EQ(story(), "raised1 rectified1 back1 ");
}

TEST_F(AlertBookTest, WhatFlickersIsEscalatedAllTheSame) {
  for (int s = 0; s < 60; s += 10) {
    book.holds(pair(1, 2), finding(Priority::kWarning), at(s));
    book.over(pair(1, 2), at(s + 5));
  }
  book.holds(pair(1, 2), finding(Priority::kWarning), at(60));
  book.tick(at(60));
  EXPECT_EQ(book.find(1)->priority, Priority::kAlarm);
}

TEST_F(AlertBookTest, WhatComesBackAfterLongIsNews) {
  Finding now = finding(Priority::kAlarm);
  now.now = true;
  book.holds(pair(1, 2), now, at(0));
  book.over(pair(1, 2), at(10));
  book.holds(pair(1, 2), finding(Priority::kWarning), at(1'000));
  EXPECT_EQ(book.find(1)->attention, 2U);
  EXPECT_EQ(book.find(1)->warned_ms(), std::nullopt);
  book.holds(pair(1, 2), now, at(1'020));
  EXPECT_EQ(book.find(1)->warned_ms(), 20'000);
}

TEST_F(AlertBookTest, WhatIsOverUnseenMakesRoomForWhatIsNot) {
  for (std::uint32_t i = 2; i < 6; ++i) book.holds(pair(1, i), finding(Priority::kAlarm), at(0));
  book.over(pair(1, 4), at(1));
  EXPECT_EQ(book.holds(pair(1, 9), finding(Priority::kEmergency), at(2)), 5U);
  EXPECT_EQ(book.find(3), nullptr);
}

TEST_F(AlertBookTest, TwoTracksThatAreOneCraftKeepTheirAlert) {
  book.holds(pair(3, 7), finding(Priority::kWarning), at(0));
  ASSERT_TRUE(book.acknowledge(1, "watch", at(1)));
  book.rename({7}, {2}, at(5));
  EXPECT_EQ(book.find(1)->state, AlertState::kSettling);
  EXPECT_EQ(book.holds(pair(2, 3), finding(Priority::kWarning), at(8)), 1U);
  EXPECT_EQ(book.find(1)->state, AlertState::kAcknowledged);
  EXPECT_EQ(book.holds(pair(3, 7), finding(Priority::kWarning), at(8)), 2U) << "that name is free again";
}

TEST_F(AlertBookTest, TheOldestCautionMakesRoomAndTheRestIsCounted) {
  book.holds(pair(1, 2), finding(Priority::kWarning), at(0));
  book.holds(pair(1, 3), finding(Priority::kCaution), at(0));
  book.holds(pair(1, 4), finding(Priority::kCaution), at(0));
  book.holds(pair(1, 5), finding(Priority::kWarning), at(0));
  EXPECT_EQ(book.holds(pair(1, 6), finding(Priority::kCaution), at(1)), 0U);
  EXPECT_EQ(book.holds(pair(1, 7), finding(Priority::kAlarm), at(1)), 5U);
  EXPECT_EQ(book.find(2), nullptr);
  EXPECT_EQ(book.holds(pair(1, 8), finding(Priority::kWarning), at(1)), 6U);
  EXPECT_EQ(book.holds(pair(1, 9), finding(Priority::kEmergency), at(1)), 0U) << "no unseen alarm is dropped";
  EXPECT_EQ(book.dropped(), 2U);
}

TEST_F(AlertBookTest, WhoAcknowledgesAndWhatIsSaid) {
  EXPECT_EQ(book.acknowledge(7, "watch", at(0)).error().code, ErrorCode::kNotFound);
  book.holds(pair(1, 2), finding(Priority::kWarning), at(0));
  EXPECT_EQ(book.acknowledge(1, "", at(0)).error().code, ErrorCode::kInvalid);
}

TEST_F(AlertBookTest, AsJson) {
  Finding found = finding(Priority::kWarning, 4'630);
  found.to_violation_ms = 65'000;
  found.where = geo::LatLng{350'000'000, -10};
  found.detail = "5 NM lost in 65 s";
  std::string lines;
  AlertBook told(kOptions, [&](const AlertChange& change) { lines += alert_line(change) + "\n"; });
  told.holds(pair(3, 7), found, at(1));
  ASSERT_TRUE(told.acknowledge(1, "watch-1", at(2)));
  EXPECT_EQ(
      lines,
      R"({"alert":{"attention":1,"changed_ms":1000,"finding":{"at_ms":1000,"closest_m":4630,)"
      R"("detail":"5 NM lost in 65 s","now":false,"to_violation_ms":65000,"where":[350000000,-10]},"id":1,"kind":"conflict","priority":"warning",)"
      R"("raised_ms":1000,"state":"unacknowledged","tracks":[3,7]},"event":"raised"})"
      "\n"
      R"({"alert":{"acknowledged":{"at_ms":2000,"by":"watch-1"},"attention":1,"changed_ms":2000,)"
      R"("finding":{"at_ms":1000,"closest_m":4630,"detail":"5 NM lost in 65 s","now":false,)"
      R"("to_violation_ms":65000,)"
      R"("where":[350000000,-10]},"id":1,"kind":"conflict","priority":"warning","raised_ms":1000,)"
      R"("state":"acknowledged","tracks":[3,7]},"event":"acknowledged"})"
      "\n");
}

// Whatever is said in whatever order: one alert a situation, ids in order, none acknowledged twice, and an alert that
// was acknowledged sounds no more, unless nobody had to look at it when it was.
RC_GTEST_PROP(AlertBookModel, KeepsItsWord, ()) {
  std::set<AlertId> acknowledged;
  std::set<AlertId> ended;
  std::map<AlertId, std::uint32_t> attention;
  AlertId newest = 0;
  AlertBook book(kOptions, [&](const AlertChange& change) {
    const Alert& alert = change.alert;
    RC_ASSERT(!ended.contains(alert.id));
    if (change.event == AlertEvent::kRaised) {
      RC_ASSERT(alert.id == newest + 1);
      newest = alert.id;
    }
    if (change.event == AlertEvent::kSounded || change.event == AlertEvent::kEscalated) {
      RC_ASSERT(!acknowledged.contains(alert.id));
      RC_ASSERT(alert.attention > attention[alert.id]);
    }
    if (change.event == AlertEvent::kAcknowledged && alert.priority != Priority::kCaution)
      acknowledged.insert(alert.id);
    if (change.event == AlertEvent::kCleared) {
      ended.insert(alert.id);
      RC_ASSERT(alert.state == AlertState::kCleared);
    }
    attention[alert.id] = alert.attention;
  });
  std::int64_t now = 0;
  const int steps = *rc::gen::inRange(1, 120);
  for (int i = 0; i < steps; ++i) {
    now += *rc::gen::element<std::int64_t>(0, 300, 1'000, 20'000, 61'000);
    const Situation situation = pair(1, *rc::gen::inRange<std::uint32_t>(2, 8));
    switch (*rc::gen::inRange(0, 5)) {
      case 0:
      case 1: {
        Finding found =
            finding(*rc::gen::element(Priority::kEmergency, Priority::kAlarm, Priority::kWarning, Priority::kCaution),
                    *rc::gen::inRange(0, 3));
        found.now = *rc::gen::arbitrary<bool>();
        book.holds(situation, found, {now});
        break;
      }
      case 2:
        book.over(situation, {now});
        break;
      case 3:
        if (newest > 0) (void)book.acknowledge(*rc::gen::inRange<AlertId>(1, newest + 1), "watch", {now});
        break;
      default:
        book.tick({now});
    }
    RC_ASSERT(book.alerts().size() <= kOptions.alerts_max);
    std::set<Situation> seen;
    for (const auto& [id, alert] : book.alerts()) {
      RC_ASSERT(seen.insert(alert.situation).second);
      RC_ASSERT(alert.id == id);
      RC_ASSERT(alert.over.has_value() ==
                (alert.state == AlertState::kRectified || alert.state == AlertState::kSettling));
    }
  }
}

}  // namespace
}  // namespace tansiq::picture
