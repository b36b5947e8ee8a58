#include "cli/incident_text.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/record.h"

namespace tansiq::cli {
namespace {

using namespace coordination;
using ::testing::HasSubstr;

const UtcMs kTen = parse_utc("2026-11-22T10:00:00Z").value_or(UtcMs{});
const UtcMs kNow = kTen + 600'000;
const Reader kReader{.now = kNow};
const AuthorityId kUs = AuthorityId::trusted("us");
const AuthorityId kRu = AuthorityId::trusted("ru");

core::EntryHash hash(char digit) {
  return core::EntryHash::from_hex(std::string(64, digit)).value_or(core::EntryHash{});
}

Incident incident() {
  Incident out;
  out.opener = kRu;
  out.incident = IncidentId::trusted("dam-1");
  out.content = hash('c');
  out.time = kTen;
  IncidentOpened opened;
  opened.incident = out.incident;
  opened.message = hash('a');
  opened.parties = {kRu, kUs};
  opened.title = "Drone over the dam";
  opened.to = kUs;
  opened.window = {kTen - 1'200'000, kTen};
  out.opened = opened;
  IncidentStated stated;
  stated.incident = out.incident;
  stated.opener = kRu;
  stated.to = kUs;
  stated.version = 2;
  stated.parts = {TextPart{.language = "en", .text = {"Not ours."}, .translates = {}}};
  stated.held = {{HeldKind::kRecording, hash('b'), "radar of the dam"}};
  stated.knew = {{kRu, hash('c'), 0}, {kRu, hash('d'), 1}};
  IncidentSide us;
  us.party = kUs;
  us.state = IncidentState::kDisputed;
  us.since = kTen + 300'000;
  us.text = "not where we saw it";
  us.statement = stated;
  us.statements = {{hash('e'), hash('f'), kTen + 60'000}, {hash('e'), hash('f'), kTen + 240'000}};
  IncidentSide ru;
  ru.party = kRu;
  ru.state = IncidentState::kClosed;
  ru.since = kTen + 540'000;
  out.sides = {ru, us};
  return out;
}

/// As the node writes it.
std::string document(const Incident& of) {
  std::string text;
  log::JcsWriter out(text);
  out.begin_object().key("content").string(of.content->hex()).key("incident").string(of.incident.str()).key("opened");
  core::write_fields(out, *of.opened);
  out.key("opener").string(of.opener.str()).key("over").boolean(of.over()).key("shown").string("…").key("sides");
  out.begin_array();
  for (const IncidentSide& side : of.sides) {
    out.begin_object().key("party").string(side.party.str()).key("shown").string("…");
    out.key("since_ms").integer(side.since->ms).key("state").string(core::to_text(side.state));
    if (side.statement) {
      out.key("statement");
      core::write_fields(out, *side.statement);
    }
    out.key("statements").begin_array();
    for (const StatementMark& mark : side.statements) core::write_fields(out, mark);
    out.end_array().key("text").string(side.text).key("words").begin_array().end_array().end_object();
  }
  out.end_array().key("time_ms").integer(of.time.ms).end_object();
  return text;
}

TEST(IncidentText, ReadsWhatTheNodeWrites) {
  const Incident of = incident();
  const auto json = JsonDocument::parse(document(of));
  ASSERT_TRUE(json) << json.error().text();
  const auto read = read_incident(json->root());
  ASSERT_TRUE(read) << read.error().text();
  EXPECT_EQ(*read, of);
}

TEST(IncidentText, AllSidesStandBesideEachOther) {
  EXPECT_EQ(incident_text(Terminal(), incident(), kReader),
            "incident ru/dam-1: Drone over the dam\n"
            "    opened by ru 10:00:00 (10 min ago), reaches over 2026-11-22 09:40–10:00 UTC\n"
            "    about the message aaaaaaaaaaaa\n"
            "    content cccccccccccc\n"
            "\n"
            "ru: closed since 10:09:00 (1 min ago); has stated nothing\n"
            "\n"
            "us: DISPUTED since 10:05:00 (5 min ago): not where we saw it\n"
            "    statement 2 of 10:04:00 (6 min ago)\n"
            "        Not ours.\n"
            "        holds recording bbbbbbbbbbbb: radar of the dam\n"
            "        had been told: the opening by ru (cccccccccccc), statement 1 of ru (dddddddddddd)\n"
            "\n"
            "not over: us has not closed it\n");
}

TEST(IncidentText, OverMeansThatAllHaveClosedIt) {
  Incident of = incident();
  of.sides[1].state = IncidentState::kClosed;
  EXPECT_THAT(incident_text(Terminal(), of, kReader), HasSubstr("\nover: all sides have closed it\n"));
  of.opened.reset();
  EXPECT_THAT(incident_text(Terminal(), of, kReader), HasSubstr("its opening by ru has NOT BEEN READ here"));
}

TEST(IncidentText, TheListLeavesOutWhatIsOver) {
  std::vector<IncidentRow> rows(2);
  rows[0] = {.opener = kRu,
             .incident = IncidentId::trusted("dam-1"),
             .title = "Drone",
             .over = false,
             .time = kTen,
             .sides = {{kRu, IncidentState::kClosed}, {kUs, IncidentState::kOpen}}};
  rows[1] = rows[0];
  rows[1].incident = IncidentId::trusted("dam-0");
  rows[1].over = true;
  EXPECT_EQ(incidents_text(Terminal(), rows, kNow, false),
            "incident  title  opened                 sides\n"
            "ru/dam-1  Drone  10:00:00 (10 min ago)  ru closed, us open\n");
  EXPECT_THAT(incidents_text(Terminal(), rows, kNow, true), HasSubstr("ru closed, us open: over"));
}

InfoReport report() {
  InfoReport out;
  out.report = ReportId::trusted("dam");
  out.title = "The dam";
  out.tlp = Tlp::kAmber;
  out.releasable_to = {kRu};
  out.sections = {{"Spillway", "en", {"It is open."}}};
  out.version = 2;
  return out;
}

TEST(ReportText, OfOursItSaysWhoStillOwesAReceipt) {
  OwnReportRow row;
  row.own.report = report();
  row.own.since = kTen;
  row.own.ended = kTen + 300'000;
  row.own.how = ReportEnd::kRevoked;
  row.shares = {{.to = kRu, .revoked = kTen + 300'000, .holders = {kRu}, .destroyed = {}, .outstanding = {kRu}}};
  EXPECT_EQ(own_report_text(Terminal(), row, kReader),
            "report dam: The dam\n"
            "    version 2 of 10:00:00 (10 min ago), TLP:AMBER; revoked 10:05:00 (5 min ago)\n"
            "    for ru; may be passed on to nobody\n"
            "    Spillway\n"
            "        It is open.\n"
            "    ru: held by ru; taken back 10:05:00 (5 min ago), destroyed by nobody; OUTSTANDING: ru\n");
  const ReportList list{.own = {row}, .held = {}};
  EXPECT_EQ(reports_text(Terminal(), list, kNow, false),
            "report  version  title    marking    for  stands                        outstanding\n"
            "dam     2        The dam  TLP:AMBER  ru   revoked 10:05:00 (5 min ago)  ru\n"
            "outstanding: it was taken back from them, and they have not said that it is destroyed\n"
            "\n"
            "we hold no report of another\n");
}

TEST(ReportText, WhatStandsOwesNoReceipt) {
  OwnReportRow row;
  row.own.report = report();
  row.own.since = kTen;
  row.shares = {{.to = kRu, .revoked = {}, .holders = {}, .destroyed = {}, .outstanding = {kRu}}};
  EXPECT_THAT(reports_text(Terminal(), {.own = {row}, .held = {}}, kNow, false),
              HasSubstr("dam     2        The dam  TLP:AMBER  ru   stands  -\n"));
  // One that was taken off the list does, while the report goes on.
  row.shares.front().revoked = kTen;
  EXPECT_THAT(reports_text(Terminal(), {.own = {row}, .held = {}}, kNow, false),
              HasSubstr("dam     2        The dam  TLP:AMBER  ru   stands  ru\n"));
}

TEST(ReportText, OfAnothersItSaysToWhomItMayGo) {
  HeldReportRow row;
  row.content.from = kRu;
  row.content.onward = {AuthorityId::trusted("fr")};
  row.content.report = report();
  row.held.body = hash('b');
  row.held.from = kRu;
  row.held.since = kTen;
  EXPECT_EQ(held_report_text(Terminal(), row, kReader),
            "report ru/dam: The dam\n"
            "    version 2, here since 10:00:00 (10 min ago), TLP:AMBER\n"
            "    may be passed on to fr: tansiq disclosure pass bbbbbbbbbbbb TO\n"
            "    Spillway\n"
            "        It is open.\n");
}

}  // namespace
}  // namespace tansiq::cli
