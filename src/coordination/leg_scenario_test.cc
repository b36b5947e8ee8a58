// Zones that change hands, whole stories, and the mutations of the model that concern the owner.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "coordination/leg_testlib.h"

namespace tansiq::coordination {
namespace {

using leg_testing::Case;
using leg_testing::kSecond;
using leg_testing::kStart;
using leg_testing::Office;
using leg_testing::who;
using leg_testing::zone;

// Zones that change hands
// -------------------------------------------------------------------------------------------------

TEST(LegDeskControl, LessorLogsWhatEndsItsWindows) {
  for (const std::string_view how : {"cancelled", "ended", "released", "revoked"}) {
    Office office;
    const EntryHash request = office.confirmed("fr", "F1");
    office.say("us", *office.desk->revoke(request, false, ""));
    office.control.lease("K1", "uk");
    if (how == "cancelled") office.say("fr", FlightCancel{{request}});
    if (how == "ended") office.say("fr", LegEnd{request, who("us")});
    if (how == "released") office.say("fr", LegRelease{request, log::sha256("of uk"), who("us")});
    if (how == "revoked") office.say("fr", LegRevokeAck{request, who("us")});
    EXPECT_EQ(office.react(), fmt::format("closed({})", how));
    EXPECT_EQ(office.newest<LegClosed>().number, kUnnumbered) << "no entry of the tenant's epoch";
    EXPECT_TRUE(office.airspace.bookings.empty());
  }
}

TEST(LegDeskControl, LessorKeepsItsWindowsUntilTheyPass) {
  Office office;
  const EntryHash out = office.confirmed("fr", "F1");
  const EntryHash inside = office.confirmed("fr", "F2", {.cell = 1});
  office.say("fr", LegEntered{inside, who("us")});
  office.control.lease("K1", "uk");
  office.pass(902);
  EXPECT_EQ(office.react(), "closed(expired)");
  EXPECT_EQ(office.state(out), "expired");
  EXPECT_EQ(office.state(inside), "confirmed") << "the tenant knows whether it has left";
  EXPECT_EQ(office.desk->next_timer(), std::nullopt);
  office.control.resume("K1");
  EXPECT_EQ(office.react(), "alarm(overdue-in-zone)");
  EXPECT_EQ(office.desk->revoke(out, false, "").error().code, ErrorCode::kWrongState);
}

TEST(LegDeskControl, OfficersActOnlyWhereTheNodeDecides) {
  Case c("confirmed");
  c.office.control.lease("K1", "uk");
  const auto refused = c.office.desk->revoke(c.request, false, "");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kNotSequencer);
  EXPECT_EQ(refused.error().text(), "request: uk decides in K1 now: ask it");
  EXPECT_FALSE(c.office.desk->withdraw(c.request));
  EXPECT_FALSE(c.office.desk->free_overdue(c.request));
}

TEST(LegDeskControl, WithdrawsAHold) {
  Case held("held");
  EXPECT_EQ(held.after([](Case& c) { c.office.say("us", *c.office.desk->withdraw(c.request)); }), "- free > lapsed");
  EXPECT_EQ(held.office.desk->withdraw(held.request).error().code, ErrorCode::kWrongState);
  Case confirmed("confirmed");
  EXPECT_FALSE(confirmed.office.desk->withdraw(confirmed.request));
  EXPECT_FALSE(confirmed.office.desk->free_overdue(confirmed.request));
}

TEST(LegDeskControl, AdoptsASnapshot) {
  Office lessor;
  const EntryHash plain = lessor.confirmed("fr", "F1");
  const EntryHash busy = lessor.confirmed("uk", "U1", {.cell = 1});
  lessor.say("uk", LegEntered{busy, who("us")});
  lessor.say("us", *lessor.desk->revoke(busy, false, ""));
  lessor.ask("fr", "F2", {.cell = 2});
  const auto windows = lessor.desk->windows(zone("K1"));
  ASSERT_EQ(windows.size(), 2U) << "confirmed ones only";

  Office tenant;
  for (const AdoptedWindow& window : windows) tenant.desk->adopt(zone("K1"), window);
  EXPECT_EQ(tenant.desk->windows(zone("K1")), windows);
  EXPECT_TRUE(tenant.airspace.bookings.at(plain).confirmed);
  EXPECT_EQ(tenant.react(), "-");
  for (const AdoptedWindow& window : windows) tenant.desk->adopt(zone("K1"), window);  // read again
  EXPECT_EQ(tenant.desk->windows(zone("K1")), windows);
  for (AdoptedWindow window : windows) {
    window.entered = true;
    window.volumes = {leg_testing::volume({.cell = 9})};
    tenant.desk->adopt(zone("K2"), window);
  }
  EXPECT_EQ(tenant.desk->windows(zone("K1")), windows) << "another zone's snapshot says nothing of them";
  // It answers for them as for its own.
  tenant.say("uk", LegRevokeAck{busy, who("us")});
  EXPECT_EQ(tenant.react(), "closed(revoked)");
  tenant.say("fr", LegEnd{plain, who("us")});
  EXPECT_EQ(tenant.react(), "closed(ended)");
  for (const AdoptedWindow& window : windows) tenant.desk->adopt(zone("K1"), window);
  EXPECT_TRUE(tenant.airspace.bookings.empty()) << "what has finished stays finished";
}

TEST(LegDeskControl, HandsOverEveryHold) {
  Office office;
  for (int i = 0; i < 3; ++i) office.ask("fr", fmt::format("F{}", i), {.cell = i});
  office.ask("fr", office.request("G1", {}, "K2"));
  const auto bodies = office.desk->lapse_all(zone("K1"), Lapse::kHandover);
  EXPECT_EQ(bodies.size(), 3U);
  for (const Body& body : bodies) office.say("us", body);  // numbers follow each other, which `say` checks
  EXPECT_EQ(office.airspace.bookings.size(), 1U);
}

// Scenarios
// ---------------------------------------------------------------------------------------------------------------

TEST(LegDeskScenario, BackToBack) {
  // Half-open windows: one ends when the other begins.
  Office office;
  const EntryHash first = office.confirmed("fr", "F1", {.start_s = 600, .end_s = 900});
  const EntryHash second = office.confirmed("uk", "U1", {.start_s = 900, .end_s = 1'200});
  EXPECT_EQ(office.state(first), "confirmed");
  EXPECT_EQ(office.state(second), "confirmed");
}

TEST(LegDeskScenario, TimeoutCommit) {
  Office office;
  const EntryHash request = office.ask("fr", "F1");
  const EntryHash hold = office.hold_of(request);
  office.pass(49);
  office.say("fr", FlightCommit{{hold}});
  EXPECT_EQ(office.react(), "lapsed(time)");
  EXPECT_EQ(office.newest<LegLapsed>().request, request);
  const std::string state = Office::state_text(*office.desk);
  const auto lines = office.lines;
  for (const leg_testing::Line& line : lines) EXPECT_FALSE(office.desk->apply(line.said()));
  EXPECT_EQ(office.react(), "-");
  EXPECT_EQ(Office::state_text(*office.desk), state) << "entries read again change nothing";
}

TEST(LegDeskScenario, OwnFlightInOwnZone) {
  Office office;
  const EntryHash request = office.confirmed("us", "O1");
  office.ask("fr", "F1");
  EXPECT_EQ(office.last, "counter");
  office.say("us", LegEntered{request, who("us")});
  office.say("us", LegEnd{request, who("us")});
  EXPECT_EQ(office.react(), "closed(ended)");
}

TEST(LegDeskScenario, DisputedLegsAreKeptForDisplay) {
  Office office;
  LegNotice notice{.call_sign = "F1",
                   .flight = FlightId::trusted("F1"),
                   .to = who("us"),
                   .volumes = {leg_testing::volume({})},
                   .zone = zone("D1")};
  office.say("fr", notice);
  notice.volumes = {leg_testing::volume({.cell = 1})};
  office.say("fr", notice);
  ASSERT_EQ(office.desk->notices().size(), 1U) << "a leg told again";
  EXPECT_EQ(office.desk->notices()[0].notice, notice);
  EXPECT_EQ(office.reread()->desk->notices(), office.desk->notices());
  notice.volumes.clear();
  office.say("fr", notice);
  EXPECT_EQ(office.react(), "anomaly");
  office.pass(902);
  office.ask("fr", "F9", {.start_s = 2'000, .end_s = 2'100});
  EXPECT_TRUE(office.desk->notices().empty());
  for (std::size_t i = 0; i < 2 * kNoticesMax; ++i) {
    notice.volumes = {leg_testing::volume({.end_s = 9'000})};
    notice.flight = FlightId::trusted(fmt::format("N{}", i));
    office.say("fr", notice);
  }
  EXPECT_EQ(office.desk->notices().size(), kNoticesMax);
}

TEST(LegDeskScenario, ContingencyIsRecorded) {
  Case c("confirmed");
  EXPECT_EQ(c.after([](Case& of) {
    of.office.say("fr", FlightContingency{FlightId::trusted("F1"), {of.request}, "lost communication", who("us")});
  }),
            "- > confirmed");
  EXPECT_TRUE(c.office.desk->find(c.request)->contingency);
}

// Mutations of the model that concern the owner: the rule that each breaks stands
// -----------------------------------------------------------------------------------

TEST(LegDeskMutation, M1SpaceIsReusedOnlyAfterLapsed) {
  Office office;
  office.airspace.offers_level = office.airspace.offers_time = false;
  office.ask("fr", "F1");
  office.pass(49);
  office.say("uk", office.request("U1"));
  EXPECT_EQ(office.react(), "lapsed(time) hold");
}

TEST(LegDeskMutation, M2RevokeFreesOnTheAcknowledgement) {
  Office office;
  office.airspace.offers_level = office.airspace.offers_time = false;
  const EntryHash request = office.confirmed("fr", "F1");
  office.say("us", *office.desk->revoke(request, false, ""));
  office.ask("uk", "U1");
  EXPECT_EQ(office.last, "refused(conflict)");
  office.say("fr", LegRevokeAck{request, who("us")});
  office.ask("uk", "U2");
  EXPECT_EQ(office.last, "closed(revoked) hold");
}

TEST(LegDeskMutation, M6FinishedStaysFinished) {
  Office office({.records_max = 2});
  std::vector<EntryHash> requests;
  for (int i = 0; i < 4; ++i) {
    LegRequest body = office.request(fmt::format("F{}", i), {.cell = i});
    body.expires = kStart + (100 + i) * kSecond;
    requests.push_back(office.ask("fr", body));
    office.say("fr", FlightCancel{{requests.back()}});
    office.react();
  }
  EXPECT_EQ(office.state(requests[1]), "none") << "two records a home, the first to expire goes first";
  EXPECT_EQ(office.state(requests[3]), "cancelled");
  const auto lines = office.lines;
  for (const auto& line : lines) {
    if (std::holds_alternative<LegRequest>(line.body)) office.desk->apply(line.said());
  }
  EXPECT_EQ(office.react(), "refused(late) refused(late)") << "what was forgotten is not granted again";
  // Past its expiry, too.
  office.pass(200);
  office.ask("uk", "U1", {.cell = 5});
  EXPECT_EQ(office.state(requests[3]), "none");
  for (const auto& line : lines) {
    if (line.hash == requests[3]) office.desk->apply(line.said());
  }
  EXPECT_EQ(office.react(), "refused(late)");
}

TEST(LegDeskMutation, M7NothingIsBookedBeforeTheEntryIs) {
  Office office;
  office.say("fr", office.request("F1"));
  EXPECT_TRUE(std::holds_alternative<LegHold>(*office.desk->next(office.now)));
  EXPECT_TRUE(office.airspace.bookings.empty());
  EXPECT_EQ(office.replayed()->desk->next(office.now), office.desk->next(office.now))
      << "a crash before it was written";
}

TEST(LegDeskMutation, M9FreezeLeavesConfirmedLegs) {
  Case c("confirmed");
  EXPECT_EQ(c.after([](Case& of) { of.office.relations.set("fr", 0); }), "- > confirmed");
  // The safety floor: reports and endings pass.
  c.office.say("fr", LegEntered{c.request, who("us")});
  c.office.say("fr", LegEnd{c.request, who("us")});
  EXPECT_EQ(c.office.react(), "closed(ended)");
}

TEST(LegDeskMutation, M10ExpiryHasItsMargin) {
  Office office;
  office.airspace.offers_level = office.airspace.offers_time = false;
  office.confirmed("fr", "F1", {.start_s = 600, .end_s = 900});
  office.now = kStart + 902 * kSecond - 1;
  EXPECT_EQ(office.react(), "-");
}

TEST(LegDeskMutation, M11EmergencyRevokeFreesNothing) {
  Case c("confirmed");
  EXPECT_EQ(c.after([](Case& of) { of.office.say("us", *of.office.desk->revoke(of.request, true, "")); }),
            "- > confirmed");
  EXPECT_TRUE(c.office.airspace.bookings.contains(c.request));
}

TEST(LegDeskMutation, M12LateCommitIsAnswered) {
  Case c("held");
  c.office.say("fr", FlightCommit{{c.office.hold_of(c.request)}});
  c.office.pass(49);
  EXPECT_EQ(c.office.react(), "lapsed(time)");
}

TEST(LegDeskMutation, M13NothingIsConfirmedUnderAFreeze) {
  Case c("held");
  c.office.say("fr", FlightCommit{{c.office.hold_of(c.request)}});
  c.office.relations.set("fr", 0);
  EXPECT_EQ(c.office.react(), "lapsed(frozen)");
}

}  // namespace
}  // namespace tansiq::coordination
