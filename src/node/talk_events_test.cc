#include "node/talk_events.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tansiq::node {
namespace {

using namespace coordination;
using ::testing::AllOf;
using ::testing::HasSubstr;

const AuthorityId kUs = AuthorityId::trusted("us");
const AuthorityId kFr = AuthorityId::trusted("fr");

std::string line_of(Body body) {
  const auto line =
      write_entry({.seq = 7, .time = {1'000}, .by = {}, .second = {}, .cmd = {}, .body = std::move(body)});
  EXPECT_TRUE(line.has_value()) << line.error().text();
  return line.value_or(std::string());
}

TalkMessage message_to(const AuthorityId& to, Precedence precedence) {
  TalkMessage out;
  out.due = UtcMs{60'000};
  out.echelon = precedence == Precedence::kStop ? Echelon::kFloor : Echelon::kCentres;
  out.needs = Needs::kRead;
  out.opener = kFr;
  out.parts = {TextPart{.language = "en", .text = {R"(never mind "type":"share.shown")"}, .translates = {}}};
  out.precedence = precedence;
  out.recipients = {to};
  out.thread = ThreadId::trusted("T1");
  out.to = to;
  return out;
}

std::string event_of(const Body& body) {
  const auto told = talk_event(kUs, line_of(body));
  return told ? "event: " + told->event + "\n" + told->data : std::string();
}

TEST(TalkEvent, AStopToUsSoundsAndOneOfOursDoesNot) {
  const std::string line = line_of(message_to(kUs, Precedence::kStop));
  const auto told = talk_event(kUs, line);
  ASSERT_TRUE(told.has_value());
  EXPECT_EQ(told->event, "talk");
  EXPECT_THAT(told->data, AllOf(HasSubstr("\"sound\":true"), HasSubstr(hash_of(line).hex())));
  EXPECT_THAT(event_of(message_to(kFr, Precedence::kStop)), HasSubstr("\"sound\":false"));
  EXPECT_THAT(event_of(message_to(kUs, Precedence::kImmediate)), HasSubstr("\"sound\":false"));
  TalkMessage warning = message_to(kUs, Precedence::kPriority);
  warning.echelon = Echelon::kFloor;
  warning.parts.emplace_back(DangerPart{Danger::kCollision, "turn"});
  EXPECT_THAT(event_of(warning), HasSubstr("\"sound\":true"));
}

TEST(TalkEvent, AlarmsSound) {
  EXPECT_THAT(event_of(TalkOverdue{.cause = {}, .have = {}, .heard = {}, .message = {}, .peer = kFr, .round = 1}),
              HasSubstr("\"sound\":true"));
  EXPECT_THAT(event_of(LineMissed{.check = {}, .fault = LineFault::kLink, .heard = {}, .peer = kFr}),
              AllOf(HasSubstr("event: line"), HasSubstr("\"sound\":true")));
  EXPECT_THAT(event_of(TalkRefused{.index = 1, .message = {}, .reason = TalkRefusal::kQuota, .text = {}, .to = kUs}),
              HasSubstr("\"sound\":true"));
  EXPECT_THAT(event_of(TalkRefused{.index = 1, .message = {}, .reason = TalkRefusal::kOfficer, .text = {}, .to = kUs}),
              HasSubstr("\"sound\":false"));
}

TEST(TalkEvent, WhatIsNoTalkIsLeftOut) {
  EXPECT_FALSE(talk_event(kUs, line_of(ClockFault{.fault = true, .text = R"("type":"talk.message")"})));
  EXPECT_FALSE(talk_event(kUs, "{\"type\":\"genesis\"}\n"));
  EXPECT_THAT(event_of(WatchSet{true, ""}), HasSubstr("event: line"));
  EXPECT_THAT(event_of(ReportEnded{ReportEnd::kRevoked, ReportId::trusted("R1"), ""}), HasSubstr("event: report"));
  EXPECT_THAT(event_of(ReportHeld{.body = {}, .from = kFr, .report = ReportId::trusted("R1"), .tlp = {}, .via = {}}),
              AllOf(HasSubstr("event: report"), HasSubstr("report.held"), HasSubstr("\"sound\":false")));
  EXPECT_THAT(event_of(ReportGone{.body = {}, .from = kFr, .report = ReportId::trusted("R1")}),
              AllOf(HasSubstr("event: report"), HasSubstr("report.gone")));
}

}  // namespace
}  // namespace tansiq::node
