// What passes between decoders and tracks, and what does not.
#include "surveillance/intake.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>

#include "surveillance/surveillance_testlib.h"

namespace tansiq::surveillance {
namespace {

using testing::kNoon;
using testing::Remembering;

Report said(std::uint32_t craft, DurationMs after_noon, DurationMs received_after = 0) {
  Report r;
  r.source = SourceId{1};
  r.id = {IdKind::kIcao, craft};
  r.basis = TimeBasis::kTimeOfDay;
  r.time = kNoon + after_noon;
  r.received = kNoon + received_after;
  return r;
}

TEST(Intake, TimesThatCannotBeAreDropped) {
  Remembering sink;
  Intake intake(sink, {.future_ms = 5'000, .old_ms = 60'000});
  intake.report(said(1, 5'001));
  EXPECT_EQ(intake.counters().of(Reject::kFutureDated), 1U);
  intake.report(said(2, -60'001));
  EXPECT_EQ(intake.counters().of(Reject::kTooOld), 1U);
  EXPECT_TRUE(sink.reports.empty());
  EXPECT_EQ(intake.misdated().count, 2U);
  EXPECT_EQ(intake.misdated().off_ms, -60'001);
  intake.report(said(1, 5'000));
  intake.report(said(2, -60'000));
  EXPECT_EQ(sink.reports.size(), 2U);
  SensorStatus status;
  status.received = kNoon;
  status.time = kNoon + 5'001;
  intake.status(status);
  EXPECT_TRUE(sink.statuses.empty());
}

TEST(Intake, RepetitionsAndLateOnesAreDropped) {
  Remembering sink;
  Intake intake(sink);
  intake.report(said(1, 0));
  intake.report(said(1, 0));
  EXPECT_EQ(intake.counters().of(Reject::kDuplicate), 1U);
  intake.report(said(1, -1));
  EXPECT_EQ(intake.counters().of(Reject::kOutOfOrder), 1U);
  Report more = said(1, 0);
  more.mode_3a = 07700;  // The same time, another statement.
  intake.report(more);
  EXPECT_EQ(sink.reports.size(), 2U);
}

// Who may tell hours late would else be heard hours later when its clock was set back by minutes.
TEST(Intake, WhatGoesBackFartherThanDisorderIsNews) {
  Remembering sink;
  Intake intake(sink, {.future_ms = 5'000, .old_ms = 6LL * 3'600'000, .disorder_ms = 300'000});
  intake.report(said(1, 0));
  intake.report(said(1, -299'999));
  EXPECT_EQ(intake.counters().of(Reject::kOutOfOrder), 1U);
  intake.report(said(1, -300'000));
  intake.report(said(1, -299'000));
  EXPECT_EQ(intake.counters().of(Reject::kOutOfOrder), 1U);
  EXPECT_EQ(sink.reports.size(), 3U);
}

TEST(Intake, OtherCraftSourcesAndUnnamedOnesAreTheirOwn) {
  Remembering sink;
  Intake intake(sink);
  intake.report(said(1, 0));
  intake.report(said(2, 0));
  Report other = said(1, 0);
  other.source = SourceId{2};
  intake.report(other);
  Report plot = said(0, 0);
  plot.id = {};
  intake.report(plot);
  intake.report(plot);
  Report undated = said(1, 0);
  undated.basis = TimeBasis::kReceived;
  intake.report(undated);
  intake.report(undated);
  EXPECT_EQ(sink.reports.size(), 7U);
}

// A slow oracle: a map without an end. The table may let more through where two craft share a place, never less.
RC_GTEST_PROP(Intake, DropsNothingThatTheSlowWayKeeps, ()) {
  Remembering sink;
  Intake intake(sink);
  std::map<std::uint32_t, UtcMs> newest;
  std::size_t kept = 0;
  const auto steps = *rc::gen::container<std::vector<std::pair<int, int>>>(
      rc::gen::pair(rc::gen::inRange(1, 4), rc::gen::inRange(0, 50)));
  for (const auto& [craft, when] : steps) {
    const Report r = said(static_cast<std::uint32_t>(craft), when);
    const auto at = newest.find(r.id.number);
    if (at == newest.end() || r.time > at->second) {
      newest[r.id.number] = r.time;
      ++kept;
    }
    intake.report(r);
  }
  RC_ASSERT(sink.reports.size() == kept);
  RC_ASSERT(intake.counters().rejected_sum() == steps.size() - kept);
}

TEST(Reasons, EachHasAName) {
  for (std::size_t i = 0; i < static_cast<std::size_t>(Reject::kCount); ++i) {
    EXPECT_FALSE(name_of(static_cast<Reject>(i)).empty());
    for (std::size_t k = 0; k < i; ++k) EXPECT_NE(name_of(static_cast<Reject>(i)), name_of(static_cast<Reject>(k)));
  }
  EXPECT_EQ(name_of(Reject::kOutOfOrder), "out_of_order");
  EXPECT_EQ(name_of(Reject::kNoise), "noise");
  EXPECT_EQ(name_of(StatusKind::kOther), "other");
  EXPECT_EQ(name_of(Emergency::kReserved), "reserved");
  EXPECT_EQ(name_of(Format::kCsv), "csv");
}

TEST(FixedTextCut, NeverGoesThroughACharacter) {
  const FixedText<5> text("abcd\xC3\xA9");
  EXPECT_EQ(text.view(), "abcd");
  EXPECT_EQ(FixedText<6>("abcd\xC3\xA9").view(), "abcd\xC3\xA9");
}

}  // namespace
}  // namespace tansiq::surveillance
