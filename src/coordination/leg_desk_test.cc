// The table of docs/coordination.md, section 3, row by row, and what it needs around it.
#include "coordination/leg_desk.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <functional>

#include "coordination/leg_testlib.h"

namespace tansiq::coordination {
namespace {

using leg_testing::Case;
using leg_testing::kSecond;
using leg_testing::kStart;
using leg_testing::Office;
using leg_testing::who;
using leg_testing::zone;

constexpr std::array<std::string_view, 6> kEnds{"refused", "lapsed", "cancelled", "revoked", "ended", "expired"};

struct Row {
  std::string_view none;
  std::string_view held;
  std::string_view confirmed;
  std::string_view any_end;  ///< The state stays.
};

void check_row(const Row& row, const std::function<void(Case&)>& act) {
  const auto in = [&](std::string_view state, std::string_view expected) {
    if (expected.empty()) return;  // a cell that cannot arise
    EXPECT_EQ(Case(state).after(act), expected) << "in state " << state;
  };
  in("none", row.none);
  in("held", row.held);
  in("confirmed", row.confirmed);
  for (const std::string_view end : kEnds) in(end, fmt::format("{} > {}", row.any_end, end));
}

// The table
// ---------------------------------------------------------------------------------------------------------------

TEST(LegDeskTable, RequestPassesChecks) {
  Office office;
  const EntryHash request = office.ask("fr", "F1");
  EXPECT_EQ(office.last, "hold");
  const auto& hold = office.newest<LegHold>();
  EXPECT_EQ(hold.request, request);
  EXPECT_EQ(hold.to, who("fr"));
  EXPECT_EQ(hold.until, kStart + (25 + 20 + 4) * kSecond) << "T1 for one leg";
  EXPECT_FALSE(hold.counter());
  EXPECT_EQ(office.airspace.bookings.at(request).confirmed, false);
  EXPECT_EQ(office.desk->next_timer(), hold.until);
  // Three legs to ask for: a longer hold.
  LegRequest three = office.request("F3", {.cell = 1});
  three.legs = 3;
  three.remaining = 3;
  office.ask("fr", three);
  EXPECT_EQ(office.newest<LegHold>().until, kStart + (3 * 25 + 20 + 4) * kSecond);
}

TEST(LegDeskTable, RequestReadAgain) {
  // "=" in every column but NONE: already answered.
  for (const std::string_view state :
       {"held", "confirmed", "refused", "lapsed", "cancelled", "revoked", "ended", "expired"}) {
    Case c(state);
    const auto line = *std::ranges::find_if(c.office.lines, [&](const auto& l) { return l.hash == c.request; });
    EXPECT_EQ(c.after([&](Case& of) { of.office.desk->apply(line.said()); }), fmt::format("- > {}", state));
  }
}

TEST(LegDeskTable, CommitQuotingOurHold) {
  Office office;
  const EntryHash request = office.ask("fr", "F1");
  const EntryHash commit = office.commit("fr", request);
  EXPECT_EQ(office.last, "confirmed");
  EXPECT_EQ(office.newest<LegConfirmed>().commit, commit);
  EXPECT_TRUE(office.airspace.bookings.at(request).confirmed);
  EXPECT_EQ(office.desk->next_timer(), kStart + 902 * kSecond) << "we + epsilon";
  // "=" in CONFIRMED and in every end.
  for (const std::string_view state : {"confirmed", "lapsed", "cancelled", "revoked", "ended", "expired"}) {
    Case c(state);
    const EntryHash hold = c.office.hold_of(c.request);
    EXPECT_EQ(c.after([&](Case& of) { of.office.say("fr", FlightCommit{{hold}}); }), fmt::format("- > {}", state));
  }
}

TEST(LegDeskTable, CommitLate) {
  Case c("held");
  c.office.pass(49);
  EXPECT_EQ(c.after([](Case& of) { of.office.say("fr", FlightCommit{{of.office.hold_of(of.request)}}); }),
            "lapsed(time) free > lapsed");
  Case in_time("held");
  in_time.office.now = in_time.office.now + 49 * kSecond - 1;
  EXPECT_EQ(in_time.after([](Case& of) { of.office.say("fr", FlightCommit{{of.office.hold_of(of.request)}}); }),
            "confirmed > confirmed");
}

TEST(LegDeskTable, CommitWhenFrozen) {
  Case c("held");
  // Frozen and committed between two looks of the desk.
  EXPECT_EQ(c.after([](Case& of) {
    of.office.relations.set("fr", 0);
    of.office.say("fr", FlightCommit{{of.office.hold_of(of.request)}});
  }),
            "lapsed(frozen) free > lapsed");
}

TEST(LegDeskTable, CommitWithAnotherQuote) {
  check_row({.none = "- > none", .held = "anomaly > held", .confirmed = "anomaly > confirmed", .any_end = "anomaly"},
            [](Case& c) { c.office.say("fr", FlightCommit{{c.request}}); });  // a request is no hold
  // The hold of another home, beside one of its own: the one that fits is taken.
  Office office;
  const EntryHash theirs = office.ask("fr", "F1");
  const EntryHash own = office.ask("uk", "U1", {.cell = 1});
  office.say("uk", FlightCommit{{office.hold_of(theirs), office.hold_of(own)}});
  EXPECT_EQ(office.react(), "anomaly confirmed");
  EXPECT_EQ(office.state(theirs), "held");
  EXPECT_EQ(office.state(own), "confirmed");
  // Holds of other owners on the way are none of our business.
  office.say("uk", FlightCommit{{log::sha256("a hold of ru")}});
  EXPECT_EQ(office.react(), "-");
}

TEST(LegDeskTable, Cancel) {
  check_row({.none = "- > none",
             .held = "closed(cancelled) free > cancelled",
             .confirmed = "closed(cancelled) free > cancelled",
             .any_end = "-"},
            [](Case& c) { c.office.say("fr", FlightCancel{{c.request}}); });
  check_row({.none = "- > none", .held = "anomaly > held", .confirmed = "anomaly > confirmed", .any_end = "anomaly"},
            [](Case& c) { c.office.say("uk", FlightCancel{{c.request}}); });
}

TEST(LegDeskTable, CancelBeforeItsRequest) {
  Office office;
  LegRequest body = office.request("F1");
  // Written first, read second.
  Entry entry;
  entry.time = office.now;
  entry.body = body;
  const EntryHash request = hash_of(*write_entry(entry));
  office.say("uk", FlightCancel{{request}});  // somebody else's word does not count
  office.say("fr", FlightCancel{{request}});
  EXPECT_EQ(office.react(), "-");
  const leg_testing::Line line{who("fr"), request, office.now, Body(body)};
  office.desk->apply(line.said());
  EXPECT_EQ(office.react(), "closed(cancelled)");
  EXPECT_EQ(office.state(request), "cancelled");
  EXPECT_TRUE(office.airspace.bookings.empty());
  office.desk->apply(line.said());
  EXPECT_EQ(office.react(), "-");
}

TEST(LegDeskTable, EarlyCancelsAreBounded) {
  Office office;
  for (int i = 0; i < 1'000; ++i) office.say("fr", FlightCancel{{log::sha256(fmt::format("{}", i))}});
  EXPECT_LT(Office::state_text(*office.desk).size(), kEarlyCancelsMax * 70);
}

TEST(LegDeskTable, Release) {
  const auto act = [](Case& c) {
    c.office.say("fr", LegRelease{c.request, log::sha256("granted by another sequencer"), who("us")});
  };
  check_row({.none = "anomaly > none",
             .held = "anomaly > held",
             .confirmed = "closed(released) free > ended",
             .any_end = "-"},
            act);
  // For a version that was never confirmed.
  Case c("confirmed");
  const EntryHash held = c.office.ask("fr", "F1", {.cell = 1});
  EXPECT_EQ(c.after([&](Case& of) { of.office.say("fr", LegRelease{of.request, held, who("us")}); }),
            "anomaly! > confirmed");
  EXPECT_EQ(c.after([&](Case& of) { of.office.say("fr", LegRelease{of.request, of.request, who("us")}); }),
            "anomaly! > confirmed");
}

TEST(LegDeskTable, EntryReport) {
  check_row({.none = "anomaly > none", .held = "anomaly! > held", .confirmed = "- > confirmed", .any_end = "anomaly!"},
            [](Case& c) { c.office.say("fr", LegEntered{c.request, who("us")}); });
  Case c("confirmed");
  const EntryHash entered = c.office.say("fr", LegEntered{c.request, who("us")});
  EXPECT_TRUE(c.office.desk->find(c.request)->entered);
  c.office.say("fr", LegEnd{c.request, who("us")});
  EXPECT_EQ(c.office.react(), "closed(ended)");
  const auto line = *std::ranges::find_if(c.office.lines, [&](const auto& l) { return l.hash == entered; });
  EXPECT_FALSE(c.office.desk->apply(line.said())) << "the report read again is no second entry";
}

TEST(LegDeskTable, EndReport) {
  check_row(
      {.none = "anomaly > none", .held = "anomaly > held", .confirmed = "closed(ended) free > ended", .any_end = "-"},
      [](Case& c) { c.office.say("fr", LegEnd{c.request, who("us")}); });
  Case c("confirmed");
  EXPECT_EQ(c.after([](Case& of) { of.office.say("uk", LegEnd{of.request, who("us")}); }), "anomaly > confirmed")
      << "it is not uk's flight";
}

TEST(LegDeskTable, TimerTh) {
  check_row({.none = "- > none", .held = "lapsed(time) free > lapsed", .confirmed = "- > confirmed", .any_end = "-"},
            [](Case& c) { c.office.pass(49); });
  Case c("held");
  EXPECT_EQ(c.after([](Case& of) { of.office.now = of.office.now + 49 * kSecond - 1; }), "- > held");
}

TEST(LegDeskTable, ClockPastTheWindow) {
  Case c("confirmed");
  EXPECT_EQ(c.after([](Case& of) { of.office.now = kStart + 902 * kSecond - 1; }), "- > confirmed");
  EXPECT_EQ(c.after([](Case& of) { of.office.pass(1); }), "closed(expired) free > expired");

  Case entered("confirmed");
  entered.office.say("fr", LegEntered{entered.request, who("us")});
  EXPECT_EQ(entered.after([](Case& of) { of.office.pass(902); }), "alarm(overdue-in-zone) > confirmed");
  EXPECT_EQ(entered.after([](Case& of) { of.office.pass(3'600); }), "- > confirmed") << "one alarm, the space is kept";
  EXPECT_EQ(entered.office.desk->next_timer(), std::nullopt);
  EXPECT_EQ(entered.after([](Case& of) { of.office.say("us", *of.office.desk->free_overdue(of.request)); }),
            "- free > expired");

  Case late("confirmed");
  late.office.say("fr", LegEntered{late.request, who("us")});
  late.office.pass(902);
  late.office.react();
  EXPECT_EQ(late.after([](Case& of) { of.office.say("fr", LegEnd{of.request, who("us")}); }),
            "closed(ended) free > ended");
}

TEST(LegDeskTable, Freeze) {
  // Own and the peer's alike: the relation's level falls.
  check_row({.none = "- > none", .held = "lapsed(frozen) free > lapsed", .confirmed = "- > confirmed", .any_end = "-"},
            [](Case& c) { c.office.relations.set("fr", 0); });
  Office office;
  office.relations.set("fr", 0);
  office.ask("fr", "F1");
  EXPECT_EQ(office.last, "refused(frozen)");
  office.ask("uk", "U1");
  EXPECT_EQ(office.last, "hold") << "a freeze of fr is none of uk";
  office.relations.set("us", 0);
  office.ask("us", "O1", {.cell = 1});
  EXPECT_EQ(office.last, "hold") << "an authority needs no relation with itself";
}

TEST(LegDeskTable, OfficerRevokes) {
  for (const bool emergency : {false, true}) {
    Case held("held");
    EXPECT_EQ(held.after([&](Case& c) { c.office.say("us", *c.office.desk->revoke(c.request, emergency, "")); }),
              "- free > lapsed");
    EXPECT_EQ(held.office.newest<LegLapsed>().reason, Lapse::kWithdrawn);
    Case c("confirmed");
    EXPECT_EQ(c.after([&](Case& of) { of.office.say("us", *of.office.desk->revoke(of.request, emergency, "storm")); }),
              "- > confirmed")
        << "the space stays booked";
    EXPECT_EQ(c.office.desk->find(c.request)->revoking, !emergency);
    EXPECT_EQ(c.office.desk->find(c.request)->emergency, emergency);
    EXPECT_EQ(c.office.newest<LegRevoke>().text, "storm");
    EXPECT_EQ(c.office.desk->revoke(c.request, emergency, "").error().code, ErrorCode::kWrongState);
    EXPECT_TRUE(c.office.desk->revoke(c.request, !emergency, ""));
    for (const std::string_view end : kEnds) {
      Case ended(end);
      EXPECT_EQ(ended.office.desk->revoke(ended.request, emergency, "").error().code, ErrorCode::kWrongState);
    }
    EXPECT_EQ(c.office.desk->revoke(log::sha256("no"), emergency, "").error().code, ErrorCode::kNotFound);
  }
}

TEST(LegDeskTable, RevokeAck) {
  const auto act = [](Case& c) { c.office.say("fr", LegRevokeAck{c.request, who("us")}); };
  check_row({.none = "anomaly > none", .held = "anomaly > held", .confirmed = "anomaly > confirmed", .any_end = "-"},
            act);
  Case c("confirmed");
  c.office.say("us", *c.office.desk->revoke(c.request, false, ""));
  EXPECT_EQ(c.after(act), "closed(revoked) free > revoked");
  Case emergency("confirmed");
  emergency.office.say("us", *emergency.office.desk->revoke(emergency.request, true, ""));
  EXPECT_EQ(emergency.after(act), "anomaly > confirmed") << "an emergency revoke asks for no acknowledgement";
}

TEST(LegDeskTable, Unable) {
  const auto act = [](Case& c) { c.office.say("fr", LegUnable{c.request, "airborne", who("us")}); };
  check_row({.none = "- > none", .held = "- > held", .confirmed = "- > confirmed", .any_end = "-"}, act);
  Case c("confirmed");
  c.office.say("us", *c.office.desk->revoke(c.request, false, ""));
  c.after(act);
  const LegVersion& version = *c.office.desk->find(c.request);
  EXPECT_TRUE(version.revoking);
  EXPECT_TRUE(version.unable);
  EXPECT_EQ(version.text, "airborne");
}

TEST(LegDeskTable, LeaseReturnOrHandover) {
  const auto lease = [](Case& c) {
    for (const Body& body : c.office.desk->lapse_all(zone("K1"), Lapse::kHandover)) c.office.say("us", body);
    c.office.say("us", ZoneLease{.epoch = 2, .snapshot = {}, .tenant = who("fr"), .until = {}, .zone = zone("K1")});
    c.office.control.lease("K1", "fr");
  };
  check_row({.none = "- > none", .held = "- free > lapsed", .confirmed = "- > confirmed", .any_end = "-"}, lease);
  Case held("held");
  held.after(lease);
  EXPECT_EQ(held.office.newest<LegLapsed>().reason, Lapse::kHandover);
  held.office.ask("uk", "U1");
  EXPECT_EQ(held.office.last, "refused(not_sequencer)");
  const auto& refused = held.office.newest<LegRefused>();
  EXPECT_EQ(refused.sequencer, who("fr"));
  EXPECT_EQ(refused.epoch, 2);
  EXPECT_EQ(refused.number, kUnnumbered);

  // Should the caller forget the entries, the closing entry itself ends the holds.
  for (const Body& closing :
       {Body(ZoneLease{.epoch = 2, .snapshot = {}, .tenant = who("fr"), .until = {}, .zone = zone("K1")}),
        Body(ZoneReturn{.accepted = true, .epoch = 1, .snapshot = {}, .zone = zone("K1")}),
        Body(ZoneLeaseExpired{.epoch = 1, .zone = zone("K1")})}) {
    Case forgotten("held");
    EXPECT_EQ(forgotten.after([&](Case& c) { c.office.say("fr", closing); }), "- > held") << "not ours";
    EXPECT_EQ(forgotten.after([&](Case& c) { c.office.say("us", closing); }), "- free > lapsed");
  }
}

TEST(LegDeskTable, Restart) {
  // Timers that are past fire before anything that was read is answered.
  Office office;
  const EntryHash first = office.ask("fr", "F1");
  const EntryHash second = office.ask("uk", "U1");
  EXPECT_EQ(office.last, "standby");
  office.say("fr", FlightCommit{{office.hold_of(first)}});
  office.pass(49);
  for (const auto& copy : {office.replayed(), office.reread()}) {
    EXPECT_EQ(Office::state_text(*copy->desk), Office::state_text(*office.desk));
    EXPECT_EQ(copy->airspace.bookings, office.airspace.bookings);
    EXPECT_EQ(copy->desk->next_timer(), office.desk->next_timer());
    EXPECT_EQ(copy->desk->next(office.now), office.desk->next(office.now));
  }
  EXPECT_EQ(office.react(), "lapsed(time) hold");
  EXPECT_EQ(office.state(second), "held");
}

}  // namespace
}  // namespace tansiq::coordination
