// What an owner checks before it grants: the rights, the times, the space; standing by, counter-proposals, MODIFY.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "coordination/leg_testlib.h"

namespace tansiq::coordination {
namespace {

using leg_testing::Box;
using leg_testing::Case;
using leg_testing::kSecond;
using leg_testing::kStart;
using leg_testing::Office;
using leg_testing::who;
using leg_testing::zone;

// Checks, in their order
// --------------------------------------------------------------------------------------------------

TEST(LegDeskChecks, StandInOrder) {
  // A request that fails every check, mended one after another.
  Office office({.holds_open_max = 1});
  office.confirmed("uk", "U1");
  office.ask("fr", "F0", {.cell = 1});
  office.relations.set("fr", 1);
  office.airspace.offers_level = office.airspace.offers_time = false;
  LegRequest body = office.request("F1", {.start_s = 10, .end_s = 11});
  body.expires = kStart;
  int n = 0;
  const auto reason = [&] {
    body.flight = FlightId::trusted(fmt::format("F{}", ++n));
    office.ask("fr", body);
    return office.last;
  };
  const auto freeze = [&](std::int64_t level) {
    office.relations.set("fr", level);
    office.react();
  };
  office.control.set("K1").grants = false;
  EXPECT_EQ(reason(), "refused(not_sequencer)");
  office.control.set("K1").grants = true;
  freeze(0);  // F0's hold lapses
  EXPECT_EQ(reason(), "refused(late)");
  body.expires = kStart + 3'600 * kSecond;
  EXPECT_EQ(reason(), "refused(frozen)");
  freeze(1);
  const EntryHash hog = office.ask("fr", "F0", {.cell = 2});
  EXPECT_EQ(reason(), "refused(quota)");
  office.say("fr", FlightCancel{{hog}});
  EXPECT_EQ(reason(), "closed(cancelled) refused(late)");
  EXPECT_NE(office.newest<LegRefused>().text.find("the window begins at"), std::string::npos);
  body.volumes = {leg_testing::volume({.start_s = 600, .end_s = 604})};
  EXPECT_EQ(reason(), "refused(other)") << "no longer than twice epsilon";
  body.volumes = {leg_testing::volume({.start_s = 600, .end_s = 605})};
  EXPECT_EQ(reason(), "refused(conflict)");
  EXPECT_EQ(office.newest<LegRefused>().conflicts.size(), 1U);
  body.volumes = {leg_testing::volume({.cell = 3})};
  EXPECT_EQ(reason(), "hold");
}

TEST(LegDeskChecks, RefusesVolumesThatCouldNotGoOverWithTheZone) {
  Office office;
  LegRequest body = office.request("F1", {.cell = 1});
  const geo::Volume4d one = body.volumes.front();
  while (volumes_bytes(body.volumes) <= kLegVolumesBytesMax) body.volumes.push_back(one);
  office.ask("fr", body);
  EXPECT_EQ(office.last, "refused(other)");
  EXPECT_EQ(office.newest<LegRefused>().text,
            "the volumes take more than 61439 bytes, with which their window could not go over with the zone: simplify "
            "the outlines");
  body.volumes.pop_back();
  body.flight = FlightId::trusted("F2");
  office.ask("fr", body);
  EXPECT_EQ(office.last, "hold");
}

TEST(LegDeskChecks, RefusesWhatIsNotItsZone) {
  Office office;
  office.ask("uk", office.request("U1", {}, "K3"));
  EXPECT_EQ(office.last, "refused(not_sequencer)");
  EXPECT_EQ(office.newest<LegRefused>().sequencer, who("fr"));
  office.ask("uk", office.request("U1", {}, "Z9"));
  EXPECT_EQ(office.last, "refused(not_sequencer)");
  EXPECT_EQ(office.newest<LegRefused>().text, "the charter has no zone Z9");
  office.ask("uk", office.request("U1", {}, "D1"));
  EXPECT_EQ(office.last, "refused(disputed)");
  office.ask("uk", office.request("U1", {}, "S1"));
  EXPECT_EQ(office.last, "refused(other)") << "a sea zone";
  office.ask("uk", "U1", {.cell = 10});
  EXPECT_EQ(office.last, "refused(other)");
  EXPECT_EQ(office.newest<LegRefused>().text, "volumes[0]: the volume lies outside the zone");
  // A node's own request to another owner is not for its desk.
  LegRequest elsewhere = office.request("O1");
  elsewhere.to = who("fr");
  office.ask("us", elsewhere);
  EXPECT_EQ(office.last, "-");
}

TEST(LegDeskChecks, LeadTime) {
  // T2: now + 49 s + 44 s.
  Office office;
  office.ask("fr", "F1", {.start_s = 92, .end_s = 200});
  EXPECT_EQ(office.last, "refused(late)");
  office.ask("fr", "F1", {.start_s = 93, .end_s = 200});
  EXPECT_EQ(office.last, "hold");
}

TEST(LegDeskChecks, LeaseBounds) {
  Office office;
  office.control.set("K1").end = kStart + 900 * kSecond;  // T
  office.ask("fr", "F1", {.end_s = 901});
  EXPECT_EQ(office.last, "refused(other)") << "T5: windows end at or before T";
  office.ask("fr", "F1", {.end_s = 900});
  EXPECT_EQ(office.last, "hold");
  office.control.set("K1").end.reset();
  office.control.set("K1").begin = kStart + 700 * kSecond;
  office.ask("fr", "F2", {.cell = 1, .start_s = 699});
  EXPECT_EQ(office.last, "refused(conflict)") << "T6: all before T counts as booked";
  office.ask("fr", "F2", {.cell = 1, .start_s = 700});
  EXPECT_EQ(office.last, "hold");
  // Holds end epsilon before T.
  office.control.set("K2").end = kStart + 50 * kSecond;
  office.ask("fr", office.request("F3", {.start_s = 100, .end_s = 120}, "K2"));
  EXPECT_EQ(office.last, "refused(other)");
}

TEST(LegDeskChecks, ExemptsVersionsOfTheSameFlight) {
  Office office;
  office.airspace.offers_level = office.airspace.offers_time = false;
  const EntryHash first = office.confirmed("fr", "F1");
  office.ask("fr", "F1");
  EXPECT_EQ(office.last, "hold") << "same flight of the same home";
  office.ask("uk", "F1");
  EXPECT_EQ(office.last, "refused(conflict)") << "another home's flight of that name";
  EXPECT_EQ(office.airspace.bookings.at(first).home, who("fr"));
}

TEST(LegDeskChecks, GatewayIsJudgedUnderItsOwnRelation) {
  Office office;
  office.relations.set("uk", 0);
  LegRequest body = office.request("F1");
  body.principal = who("uk");
  office.ask("fr", body);
  EXPECT_EQ(office.last, "hold");
  EXPECT_EQ(office.desk->find(office.newest<LegHold>().request)->principal, who("uk"));
}

TEST(LegDeskChecks, Quota) {
  Office office({.holds_open_max = 2, .abandoned_max = 2, .abandoned_window_ms = 600 * kSecond});
  const EntryHash a = office.ask("fr", "F1", {.cell = 1});
  const EntryHash b = office.ask("fr", "F2", {.cell = 2});
  office.ask("fr", "F3", {.cell = 3});
  EXPECT_EQ(office.last, "refused(quota)");
  office.ask("uk", "U3", {.cell = 3});
  EXPECT_EQ(office.last, "hold") << "each home has its own";
  office.commit("fr", a);
  const EntryHash c = office.ask("fr", "F3", {.cell = 4});
  EXPECT_EQ(office.last, "hold") << "what is confirmed is no open hold";
  // Held and let go, twice: once by CANCEL, once by time.
  office.say("fr", FlightCancel{{b}});
  office.react();
  office.pass(49);
  office.react();
  EXPECT_EQ(office.state(c), "lapsed");
  office.ask("fr", "F5", {.cell = 5});
  EXPECT_EQ(office.last, "refused(quota)");
  EXPECT_EQ(office.newest<LegRefused>().text, "fr has let 2 holds come to nothing within 10 min 00 s");
  office.pass(552);  // 601 s after the first
  office.ask("fr", "F5", {.cell = 5, .start_s = 1'000, .end_s = 1'200});
  EXPECT_EQ(office.last, "hold");
}

TEST(LegDeskChecks, FrozenHoldsAreNotTheirHomesFault) {
  Office office({.abandoned_max = 1});
  office.ask("fr", "F1");
  office.relations.set("fr", 0);
  EXPECT_EQ(office.react(), "lapsed(frozen)");
  office.relations.set("fr", 1);
  office.ask("fr", "F2");
  EXPECT_EQ(office.last, "hold");
}

TEST(LegDeskChecks, ClockFaultGrantsNothing) {
  Case c("held");
  c.office.control.set("K1").grants = false;  // T8
  EXPECT_EQ(c.after([](Case& of) { of.office.say("fr", FlightCommit{{of.office.hold_of(of.request)}}); }), "- > held");
  // A restart does not confirm it either.
  EXPECT_EQ(c.office.replayed()->desk->next(c.office.now), std::nullopt);
  EXPECT_EQ(c.after([](Case& of) { of.office.control.set("K1").grants = true; }), "confirmed > confirmed");
  Case lost("held");
  lost.office.control.set("K1").grants = false;
  lost.office.commit("fr", lost.request);
  EXPECT_EQ(lost.after([](Case& of) { of.office.pass(49); }), "lapsed(time) free > lapsed") << "its time runs on";
}

// Standby and counter
// -----------------------------------------------------------------------------------------------------

TEST(LegDeskStandby, OnceThenDecidesWhenTheHoldEnds) {
  const auto waiting = [](Office& office) {
    office.airspace.offers_level = office.airspace.offers_time = false;
    const EntryHash first = office.ask("fr", "F1");
    const EntryHash second = office.ask("uk", "U1");
    EXPECT_EQ(office.last, "standby");
    EXPECT_EQ(office.newest<LegStandby>().until, office.desk->find(first)->until);
    EXPECT_EQ(office.state(second), "asked");
    EXPECT_EQ(office.react(), "-");
    return first;
  };
  Office by_time;
  waiting(by_time);
  by_time.pass(49);
  EXPECT_EQ(by_time.react(), "lapsed(time) hold");

  Office cancelled;
  const EntryHash first = waiting(cancelled);
  cancelled.say("fr", FlightCancel{{first}});
  EXPECT_EQ(cancelled.react(), "closed(cancelled) hold");

  Office taken;
  const EntryHash second = waiting(taken);
  taken.say("fr", FlightCommit{{taken.hold_of(second)}});
  EXPECT_EQ(taken.react(), "confirmed refused(conflict)");
}

TEST(LegDeskStandby, IsNotSaidTwice) {
  Office office;
  office.airspace.offers_level = office.airspace.offers_time = false;
  office.ask("fr", "F1", {.start_s = 600, .end_s = 700});
  office.pass(10);
  office.ask("fr", "F2", {.start_s = 700, .end_s = 800});
  office.ask("uk", "U1", {.start_s = 600, .end_s = 800});
  EXPECT_EQ(office.last, "standby");
  office.pass(39);
  EXPECT_EQ(office.react(), "lapsed(time) refused(conflict)") << "the second hold is still in the way";
}

TEST(LegDeskStandby, OnlyWhereWaitingCanHelp) {
  Office office;
  office.airspace.offers_level = office.airspace.offers_time = false;
  office.ask("fr", "F1", {.start_s = 100, .end_s = 900});
  office.ask("uk", "U1", {.start_s = 100, .end_s = 900});
  EXPECT_EQ(office.last, "refused(conflict)") << "it would be late when the hold ends";
  LegRequest body = office.request("U2", {.start_s = 600});
  body.expires = kStart + 49 * kSecond;
  office.ask("uk", body);
  EXPECT_EQ(office.last, "refused(conflict)") << "it would have expired when the hold ends";
}

TEST(LegDeskCounter, PrefersTheLevel) {
  Office office;
  office.confirmed("fr", "F1");
  const EntryHash request = office.ask("uk", "U1");
  EXPECT_EQ(office.last, "counter");
  const auto& hold = office.newest<LegHold>();
  EXPECT_EQ(hold.level_shift_cm, 100'000);
  EXPECT_EQ(hold.time_shift_ms, std::nullopt);
  EXPECT_EQ(office.airspace.bookings.at(request).volumes[0], leg_testing::volume({.low = 20, .high = 30}));
  office.commit("uk", request);
  EXPECT_EQ(office.last, "confirmed") << "to commit is to accept";
}

TEST(LegDeskCounter, OtherwiseTheTime) {
  Office office;
  office.airspace.offers_level = false;
  office.confirmed("fr", "F1");
  const EntryHash request = office.ask("uk", "U1");
  EXPECT_EQ(office.last, "counter");
  EXPECT_EQ(office.newest<LegHold>().time_shift_ms, 300 * kSecond);
  EXPECT_EQ(office.desk->find(request)->window, (geo::TimeWindow{kStart + 900 * kSecond, kStart + 1'200 * kSecond}));
  office.commit("uk", request);
  office.pass(902);
  EXPECT_EQ(office.react(), "closed(expired)") << "of fr alone: the window moved";
  EXPECT_EQ(office.state(request), "confirmed");
}

TEST(LegDeskCounter, KeepsTheTimingRules) {
  Office office;
  office.airspace.offers_level = false;
  office.confirmed("fr", "F1");
  office.control.set("K1").end = kStart + 1'100 * kSecond;
  office.ask("uk", "U1");
  EXPECT_EQ(office.last, "refused(conflict)") << "T5 holds for the moved window too";
}

// MODIFY (section 5)
// ------------------------------------------------------------------------------------------------------

TEST(LegDeskModify, MakesBeforeItBreaks) {
  Office office;
  const EntryHash v1 = office.confirmed("fr", "F1");
  LegRequest body = office.request("F1", {.start_s = 700, .end_s = 1'000});
  body.replaces = v1;
  const EntryHash v2 = office.ask("fr", body);
  EXPECT_EQ(office.last, "hold");
  office.commit("fr", v2);
  EXPECT_EQ(office.state(v1), "confirmed") << "v1 stays";
  EXPECT_EQ(office.airspace.bookings.size(), 2U) << "both in full";
  office.say("fr", LegRelease{v1, v2, who("us")});
  EXPECT_EQ(office.react(), "closed(released)");
  EXPECT_EQ(office.state(v2), "confirmed");
  EXPECT_EQ(office.airspace.bookings.at(v2).volumes, body.volumes);
}

TEST(LegDeskModify, OneOpenAtATime) {
  Office office;
  const EntryHash v1 = office.confirmed("fr", "F1");
  LegRequest body = office.request("F1", {.start_s = 700});
  body.replaces = v1;
  const EntryHash v2 = office.ask("fr", body);
  body.volumes = {leg_testing::volume({.start_s = 710})};
  office.ask("fr", body);
  EXPECT_EQ(office.last, "refused(other)");
  office.commit("fr", v2);
  body.replaces = v2;
  office.ask("fr", body);
  EXPECT_EQ(office.last, "hold");
}

TEST(LegDeskModify, ReplacesWhatIsConfirmed) {
  Office office;
  const EntryHash other = office.confirmed("uk", "F1");
  LegRequest body = office.request("F1", {.cell = 1});
  body.replaces = other;
  office.ask("fr", body);
  EXPECT_EQ(office.last, "refused(other)");
  body.replaces = log::sha256("unknown");
  office.ask("fr", body);
  EXPECT_EQ(office.last, "refused(other)");
}

TEST(LegDeskModify, UnderAFreezeOnlyShrinks) {
  Office office;
  const EntryHash v1 = office.confirmed("fr", "F1");
  office.relations.set("fr", 0);
  LegRequest body = office.request("F1", {.low = 10, .high = 15, .start_s = 650, .end_s = 850});
  body.replaces = v1;
  const EntryHash v2 = office.ask("fr", body);
  EXPECT_EQ(office.last, "hold");
  office.relations.set("fr", 0);  // looked at again
  EXPECT_EQ(office.react(), "-");
  office.commit("fr", v2);
  EXPECT_EQ(office.last, "confirmed");
  body.replaces = v2;
  for (const Box& wider : {Box{.low = 10, .high = 15, .start_s = 649, .end_s = 850},
                           Box{.low = 10, .high = 16, .start_s = 650, .end_s = 850},
                           Box{.cell = 1, .low = 10, .high = 15, .start_s = 650, .end_s = 850}}) {
    body.volumes = {leg_testing::volume(wider)};
    office.ask("fr", body);
    EXPECT_EQ(office.last, "refused(frozen)");
  }
  // A smaller outline.
  geo::Volume4d inner = leg_testing::volume({.low = 10, .high = 15, .start_s = 650, .end_s = 850});
  inner.outline = geo::Circle{{500'000, 500'000}, 100'000};
  body.volumes = {inner};
  const EntryHash v3 = office.ask("fr", body);
  EXPECT_EQ(office.last, "hold");
  // When the version that it shrinks goes first, it asks for something new.
  office.say("fr", LegEnd{v2, who("us")});
  EXPECT_EQ(office.react(), "closed(ended) lapsed(frozen)");
  EXPECT_EQ(office.state(v3), "lapsed");
}

TEST(LegDeskModify, UnderAFreezeNothingIsCountered) {
  Office office;
  const EntryHash v1 = office.confirmed("fr", "F1");
  // Something that is no leg: a measure, or the authority's own intent.
  office.airspace.book({.request = log::sha256("own use"),
                        .home = who("us"),
                        .flight = {},
                        .zone = zone("K1"),
                        .confirmed = true,
                        .volumes = {leg_testing::volume({})}});
  LegRequest body = office.request("F1", {.end_s = 800});
  body.replaces = v1;
  office.ask("fr", body);
  EXPECT_EQ(office.last, "counter");
  office.relations.set("fr", 0);
  EXPECT_EQ(office.react(), "lapsed(frozen)") << "a moved window is another one";
  office.ask("fr", body);
  EXPECT_EQ(office.last, "refused(conflict)");
}

}  // namespace
}  // namespace tansiq::coordination
