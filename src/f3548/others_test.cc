// Constraints, subscriptions, availability, reports, housekeeping, replay and state, row by row.
#include <fmt/format.h>

#include "f3548/registry_testlib.h"

namespace tansiq::f3548 {
namespace {

using namespace test;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const Constraint& the_constraint(Desk& desk, std::uint64_t n) { return **desk.registry.get_constraint(id(n)); }

TEST(ConstraintOrder, Put) {
  Desk desk;
  ASSERT_EQ(status(desk.put(constraint(1), caller("alpha"))), 200);
  PutConstraint request = constraint(1, {.from_min = -60, .to_min = -1});
  expect_refused(desk.put(request, caller("bravo")), 400, "is past");
  request = constraint(1, {.from_min = 5, .to_min = 5});
  expect_refused(desk.put(request, caller("bravo")), 400, "is not before");
  request = constraint(1);
  request.url = "c.example";
  expect_refused(desk.put(request, caller("bravo")), 400, "https");
  request = constraint(1);
  request.ovn = "";
  expect_refused(desk.put(request, caller("bravo")), 400, "lacks the OVN");
  request = constraint(2);
  request.ovn = "x";
  expect_refused(desk.put(request, caller("alpha")), 409, "to update");
  request = constraint(1);
  expect_refused(desk.put(request, caller("bravo")), 403, "not the manager");
  expect_refused(desk.put(request, caller("alpha")), 409, "exists");
  request.ovn = "x";
  expect_refused(desk.put(request, caller("bravo")), 403, "not the manager");
  expect_refused(desk.put(request, caller("alpha")), 409, "OVN is not current");
  request.ovn = desk.registry.ovn(the_constraint(desk, 1));
  ASSERT_EQ(status(desk.put(request, caller("alpha"))), 200);
  EXPECT_EQ(the_constraint(desk, 1).version, 2);
  EXPECT_NE(desk.registry.ovn(the_constraint(desk, 1)), *request.ovn);
}

TEST(ConstraintOrder, Delete) {
  Desk desk;
  ASSERT_EQ(status(desk.put(constraint(1), caller("alpha"))), 200);
  const std::string ovn = desk.registry.ovn(the_constraint(desk, 1));
  expect_refused(desk.end_constraint(id(2), "", caller("alpha")), 400, "lacks the OVN");
  expect_refused(desk.end_constraint(id(2), "x", caller("alpha")), 404, "no constraint");
  expect_refused(desk.end_constraint(id(1), "x", caller("bravo")), 403, "not the manager");
  expect_refused(desk.end_constraint(id(1), "x", caller("alpha")), 409, "OVN is not current");
  const auto gone = desk.end_constraint(id(1), ovn, caller("alpha"));
  ASSERT_EQ(status(gone), 200);
  EXPECT_EQ(gone->constraint->version, 1);
  EXPECT_EQ(desk.registry.ovn(*gone->constraint), ovn);
}

TEST(ConstraintNotices, GoToThoseWhoAskForConstraintsGroupedByUrl) {
  Desk desk;
  desk.subscribe(3, "delta", {}, "https://d.example", false, true);
  desk.subscribe(4, "delta", {}, "https://d.example");
  desk.subscribe(5, "delta", {}, "https://e.example", true, false);
  const auto done = desk.put(constraint(1), caller("charlie"));
  ASSERT_THAT(done->notices, SizeIs(1));
  EXPECT_EQ(done->notices[0].url, "https://d.example");
  ASSERT_THAT(done->notices[0].subscriptions, SizeIs(2));
  EXPECT_EQ(done->notices[0].subscriptions[0].index, 1);
}

TEST(ConstraintQuery, IgnoresHeights) {
  Desk desk;
  ASSERT_EQ(status(desk.put(constraint(1, {.lower = 5'000, .upper = 6'000}), caller("alpha"))), 200);
  EXPECT_THAT(*desk.registry.find_constraints(extent({})), SizeIs(1));
  desk.plan(2, "alpha", {.lower = 5'000, .upper = 6'000});
  EXPECT_THAT(*desk.registry.find_intents(extent({})), IsEmpty());
}

TEST(IntentQuery, TakesAnyWindowAndEndedOnesStay) {
  Desk desk;
  desk.plan(1, "alpha");
  desk.now = kTen + 600 * kMinute;
  const auto hits = [&](const Where& where) { return desk.registry.find_intents(extent(where))->size(); };
  EXPECT_EQ(hits({}), 1U);
  EXPECT_EQ(hits({.from_min = 60, .to_min = 60}), 1U);
  EXPECT_EQ(hits({.from_min = -600, .to_min = -500}), 0U);
  EXPECT_EQ(hits({.from_min = {}, .to_min = {}}), 1U);
  EXPECT_EQ(hits({.from_min = 61, .to_min = {}}), 0U);
  EXPECT_EQ(hits({.lower = {}, .upper = 400}), 1U);
  EXPECT_EQ(hits({.lower = {}, .upper = 399.99}), 0U);
  EXPECT_EQ(hits({.east = 1}), 0U);
}

// Subscriptions
// ----------------------------------------------------------------------------------------------------------

TEST(SubscriptionOrder, Put) {
  Desk desk;
  const Subscription& own = desk.subscribe(1, "alpha");
  const std::string version = desk.registry.version(own);
  PutSubscription request = subscription(1);
  request.notify_intents = false;
  expect_refused(desk.put(request, caller("bravo")), 400, "must be true");
  request = subscription(1);
  request.version = "";
  expect_refused(desk.put(request, caller("bravo")), 400, "lacks the version");
  request = subscription(1);
  request.id = kNoSubscription;
  expect_refused(desk.put(request, caller("bravo")), 400, "no subscription");
  request = subscription(2, {.from_min = -6});
  request.version = "x";  // Unknown, too: times come first, and both are 400.
  expect_refused(desk.put(request, caller("bravo")), 400, "5 min past");
  request.extent = extent({});
  expect_refused(desk.put(request, caller("bravo")), 400, "to update");
  request = subscription(1);
  expect_refused(desk.put(request, caller("bravo")), 409, "exists");
  request.version = "x";
  expect_refused(desk.put(request, caller("bravo")), 409, "version is not current");
  request.version = version;
  expect_refused(desk.put(request, caller("bravo")), 403, "another client's");
  desk.plan(7, "alpha", {}, id(1));
  request.extent = extent({.east = 1});
  expect_refused(desk.put(request, caller("alpha")), 400, "would not be covered");
}

TEST(SubscriptionOrder, GetAndDelete) {
  Desk desk;
  const std::string version = desk.registry.version(desk.subscribe(1, "alpha"));
  expect_refused(desk.registry.get_subscription(id(2), caller("alpha")), 404, "no subscription");
  expect_refused(desk.registry.get_subscription(kNoSubscription, caller("alpha")), 404, "no subscription");
  expect_refused(desk.registry.get_subscription(id(1), caller("bravo")), 403, "another client's");
  expect_refused(desk.end_subscription(id(1), "", caller("bravo")), 400, "lacks the version");
  expect_refused(desk.end_subscription(id(2), "x", caller("bravo")), 404, "no subscription");
  expect_refused(desk.end_subscription(id(1), "x", caller("bravo")), 403, "another client's");
  expect_refused(desk.end_subscription(id(1), "x", caller("alpha")), 409, "version is not current");
  desk.plan(7, "alpha", {}, id(1));
  expect_refused(desk.end_subscription(id(1), version, caller("alpha")), 400, "1 operational intents depend on it");
  (void)desk.end(id(7), desk.registry.ovn(**desk.registry.get_intent(id(7))), caller("alpha"));
  const auto gone = desk.end_subscription(id(1), version, caller("alpha"));
  ASSERT_EQ(status(gone), 200);
  EXPECT_EQ(gone->subscription->id, id(1));
  expect_refused(desk.end_subscription(id(1), version, caller("alpha")), 404, "no subscription");
}

TEST(SubscriptionTimes, DefaultsAndLimits) {
  Desk desk;
  const auto put = [&](const Where& where, std::optional<std::string> version = {}) {
    PutSubscription request = subscription(1, where);
    request.version = std::move(version);
    return desk.put(request, caller("alpha"));
  };
  const auto current = [&] { return desk.registry.version(**desk.registry.get_subscription(id(1), caller("alpha"))); };
  expect_refused(put({.from_min = 0, .to_min = 24 * 60 + 1}), 400, "more than 24 h");
  expect_refused(put({.from_min = 10, .to_min = 10}), 400, "is not after");
  expect_refused(put({.from_min = -6, .to_min = 10}), 400, "5 min past");
  expect_refused(put({.from_min = {}, .to_min = -1}), 400, "is not after");
  expect_refused(put({.from_min = -4, .to_min = -1}), 400, "is past");
  auto done = put({.from_min = {}, .to_min = {}});
  ASSERT_EQ(status(done), 200);
  EXPECT_EQ(done->subscription->window.start.text(), "2026-11-22T10:00:00Z");
  EXPECT_EQ(done->subscription->window.end.text(), "2026-11-23T10:00:00Z");
  desk.now = desk.now + 30 * kMinute;
  // Left out: the old values. Sent again: past.
  done = put({.from_min = {}, .to_min = 300}, current());
  ASSERT_EQ(status(done), 200);
  EXPECT_EQ(done->subscription->window.start.text(), "2026-11-22T10:00:00Z");
  EXPECT_EQ(done->subscription->window.end.text(), "2026-11-22T15:00:00Z");
  done = put({.from_min = {}, .to_min = {}}, current());
  EXPECT_EQ(done->subscription->window.end.text(), "2026-11-22T15:00:00Z");
  expect_refused(put({.from_min = 0, .to_min = 300}, current()), 400, "leave it out");
  EXPECT_EQ(status(put({.from_min = 30, .to_min = 30 + 24 * 60}, current())), 200);  // Exactly 24 h.
}

TEST(SubscriptionTimes, WhatEndsBehindTheLastDateIsRefusedAndWhatIsTakenReadsBack) {
  Desk desk;
  const auto put = [&](std::uint64_t n, std::string_view start, std::string_view end) {
    PutSubscription request = subscription(n, {.from_min = {}, .to_min = {}});
    request.extent.start = *Moment::parse(start);
    if (!end.empty()) request.extent.end = *Moment::parse(end);
    return desk.put(request, caller("alpha"));
  };
  expect_refused(put(1, "9999-12-31T12:00:00Z", ""), 400, "the year 9999 is over");
  expect_refused(put(1, "9999-12-31T00:00:00Z", ""), 400, "the year 9999 is over");
  EXPECT_EQ(desk.registry.subscriptions(), 0U) << "what is refused has not been done";
  EXPECT_EQ(status(put(1, "9999-12-30T23:59:59.999Z", "")), 200);
  EXPECT_EQ(status(put(2, "9999-12-31T12:00:00Z", "9999-12-31T23:59:59.999999999Z")), 200);
  EXPECT_EQ(status(put(3, "9999-12-31T23:59:59.9999Z", "9999-12-31T23:59:59.99999Z")), 200);
  Registry replayed(Desk::kSecret);
  for (const std::string& line : desk.log) {
    const auto applied = replayed.apply(line);
    ASSERT_TRUE(applied) << applied.error().text() << "\n" << line;
  }
  Registry read(Desk::kSecret);
  const auto good = read.read_state(desk.state());
  ASSERT_TRUE(good) << good.error().text();
}

TEST(SubscriptionDependents, MustStayCoveredInAreaBandAndEndAndMayStartFiveMinutesLater) {
  Desk desk;
  const auto refit = [&](const Where& where, bool intents = true) {
    PutSubscription request = subscription(1, where);
    request.version = desk.registry.version(**desk.registry.get_subscription(id(1), caller("alpha")));
    request.notify_intents = intents;
    request.notify_constraints = true;
    return desk.put(request, caller("alpha"));
  };
  desk.subscribe(1, "alpha", {.lower = {}, .upper = {}});
  desk.plan(2, "alpha", {}, id(1));
  EXPECT_EQ(status(refit({.from_min = 5})), 200);
  expect_refused(refit({.from_min = 6}), 400, "would not be covered");
  expect_refused(refit({.from_min = 0, .to_min = 59}), 400, "would not be covered");
  expect_refused(refit({.lower = 401, .from_min = 0}), 400, "would not be covered");
  expect_refused(refit({.upper = 519, .from_min = 0}), 400, "would not be covered");
  expect_refused(refit({.from_min = 0}, false), 400, "must stay true");
  EXPECT_EQ(status(refit({.lower = {}, .upper = {}, .from_min = 0})), 200);
}

TEST(SubscriptionReply, ListsWhatOverlapsNowWhateverItsHeight) {
  Desk desk;
  desk.plan(1, "alpha");
  desk.plan(2, "bravo", {.lower = 9'000, .upper = 9'100});
  desk.plan(3, "bravo", {.east = 2});
  ASSERT_EQ(status(desk.put(constraint(4), caller("charlie"))), 200);
  PutSubscription request = subscription(9);
  auto done = desk.put(request, caller("delta"));
  EXPECT_THAT(done->intents, SizeIs(2));
  EXPECT_THAT(done->constraints, IsEmpty());
  request.version = desk.registry.version(*done->subscription);
  request.notify_constraints = true;
  done = desk.put(request, caller("delta"));
  EXPECT_THAT(done->intents, SizeIs(2));
  EXPECT_THAT(done->constraints, SizeIs(1));
}

TEST(SubscriptionQuery, ShowsTheCallersOwnThatHaveNotExpired) {
  Desk desk;
  desk.subscribe(1, "alpha");
  desk.subscribe(2, "bravo");
  desk.subscribe(3, "Alpha");
  const auto all = [&] { return desk.registry.find_subscriptions(extent({}), caller("alpha"), desk.now)->size(); };
  EXPECT_EQ(all(), 1U);
  desk.now = kTen + 60 * kMinute + 1;
  EXPECT_EQ(all(), 0U);
  EXPECT_EQ(status(desk.registry.get_subscription(id(1), caller("alpha"))), 200);
}

TEST(SubscriptionSwitch, NoticesNeedTheirScopes) {
  Desk desk({.notices_need_scopes = true});
  PutSubscription request = subscription(1);
  request.notify_constraints = true;
  expect_refused(desk.put(request, planner("alpha")), 403, "utm.constraint_processing");
  expect_refused(desk.put(request, Caller{"alpha", false, false, true}), 403, "utm.strategic_coordination");
  EXPECT_EQ(status(desk.put(request, caller("alpha"))), 200);
}

// Availability and reports
// -----------------------------------------------------------------------------------------------

TEST(AvailabilityOf, AUssWithoutRecordIsUnknownAndNever404) {
  Desk desk;
  const auto answer = desk.registry.get_availability("bravo");
  ASSERT_EQ(status(answer), 200);
  EXPECT_EQ(answer->availability, Availability::kUnknown);
  EXPECT_EQ(answer->version, "");
}

TEST(AvailabilityOf, EachChangeNamesTheVersionBefore) {
  Desk desk;
  expect_refused(desk.set("bravo", "Sideways", "wrong"), 400, "expected one of");  // The value before the version.
  expect_refused(desk.set("bravo", "", ""), 400, "expected one of");
  expect_refused(desk.set("bravo", "Down", "wrong"), 409, "old_version");
  auto first = desk.set("bravo", "dOwN", "");
  ASSERT_EQ(status(first), 200);
  EXPECT_EQ(first->availability, Availability::kDown);
  expect_refused(desk.set("bravo", "Down", ""), 409, "old_version");
  auto second = desk.set("bravo", "Unknown", first->version);
  ASSERT_EQ(status(second), 200);
  EXPECT_NE(second->version, first->version);
  EXPECT_NE(second->version, "");  // Unknown keeps a record.
  EXPECT_EQ(desk.registry.get_availability("bravo")->version, second->version);
}

TEST(Reports, HaveAnIdAndStandInTheRecordByHash) {
  Desk desk;
  const Reported one = *desk.registry.report(log::sha256("{}"), caller("alpha"), desk.place());
  desk.append(one.entry);
  const Reported two = *desk.registry.report(log::sha256("{}"), caller("alpha"), desk.place());
  EXPECT_NE(one.id, two.id);
  EXPECT_FALSE(one.id.empty());
  EXPECT_THAT(one.entry, ::testing::HasSubstr(log::sha256("{}").hex()));
  // What the record could not say is not taken.
  expect_refused(desk.registry.report(log::sha256("{}"), caller("al\npha"), desk.place()), 400, "control character");
  expect_refused(desk.registry.report(log::sha256("{}"), caller(""), desk.place()), 400, "sub is empty");
}

// Housekeeping
// -----------------------------------------------------------------------------------------------------------

TEST(Housekeeping, ForgetsWhatHasLongRunOutButNoSubscriptionWithDependents) {
  Desk desk;
  desk.subscribe(1, "alpha");
  desk.subscribe(2, "alpha");
  desk.plan(3, "alpha", {}, id(1));
  PutIntent implicit = create(4, {.east = 1});
  implicit.new_subscription = NewSubscription{"https://a.example", false};
  ASSERT_EQ(status(desk.put(implicit, caller("alpha"))), 200);
  ASSERT_EQ(status(desk.put(constraint(5), caller("alpha"))), 200);
  const UtcMs end = kTen + 60 * kMinute;
  EXPECT_EQ(desk.registry.next_tick(), end + kExpiredSubscriptionKeptMs + 1);
  desk.now = end + kExpiredSubscriptionKeptMs;
  EXPECT_EQ(desk.tick(), 0U);
  desk.now = desk.now + 1;
  EXPECT_EQ(desk.tick(), 1U);
  EXPECT_EQ(status(desk.registry.get_subscription(id(2), caller("alpha"))), 404);
  EXPECT_EQ(status(desk.registry.get_subscription(id(1), caller("alpha"))), 200);
  EXPECT_EQ(desk.registry.next_tick(), end + kEndedKeptMs + 1);
  desk.now = end + kEndedKeptMs + 1;
  EXPECT_EQ(desk.tick(), 2U);  // The intents first; then the subscription that they had kept.
  EXPECT_EQ(desk.registry.intents() + desk.registry.constraints() + desk.registry.subscriptions(), 0U);
  EXPECT_EQ(desk.registry.next_tick(), std::nullopt);
}

TEST(Housekeeping, WritesBoundedEntries) {
  Desk desk;
  for (std::uint64_t n = 1; n <= kPurgedPerEntryMax + 1; ++n) desk.subscribe(n, "alpha");
  desk.now = desk.now + 24 * 60 * kMinute;
  EXPECT_EQ(desk.tick(), 2U);
  EXPECT_EQ(desk.registry.subscriptions(), 0U);
}

// Replay and state
// -------------------------------------------------------------------------------------------------------

TEST(Registry, AnEntryThatCannotFollowIsCorrupt) {
  Desk desk;
  desk.subscribe(1, "alpha");
  desk.plan(2, "alpha", {}, id(1));
  const auto code = [&](std::vector<std::size_t> which) {
    Registry registry(Desk::kSecret);
    for (const std::size_t i : which) {
      if (const Status applied = registry.apply(desk.log[i]); !applied) return applied.error().code;
    }
    return ErrorCode::kInternal;
  };
  EXPECT_EQ(code({0, 1}), ErrorCode::kInternal);    // Fits.
  EXPECT_EQ(code({1}), ErrorCode::kCorrupt);        // Its subscription is not there.
  EXPECT_EQ(code({0, 1, 1}), ErrorCode::kCorrupt);  // Version 1 twice.
  Registry registry(Desk::kSecret);
  ASSERT_TRUE(registry.apply(desk.log[0]).has_value());
  std::string told_nobody = desk.log[1];
  told_nobody.replace(told_nobody.find("\"notified\":1"), 12, "\"notified\":0");
  EXPECT_EQ(registry.apply(told_nobody).error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(registry.apply("{\"f3548\":{}}\n").error().code, ErrorCode::kInvalid);
}

TEST(Registry, EntriesHaveOneForm) {
  Desk desk;
  PutIntent request = create(1);
  request.new_subscription = NewSubscription{"https://a.example", true};
  const auto done = desk.put(request, caller("alpha"));
  EXPECT_TRUE(is_registry_line(done->entry));
  EXPECT_EQ(done->entry,
            fmt::format(R"({{"f3548":{{"cells":"{}","end":"2026-11-22T11:00:00Z","id":"{}","implicit":{{"id":"{}",)"
                        R"("notify_constraints":true,"url":"https://a.example"}},"lower_cm":40000,"manager":"alpha",)"
                        R"("notified":1,"start":"2026-11-22T10:00:00Z","state":"Accepted","subscription":"{}",)"
                        R"("upper_cm":52000,"url":"https://uss.example","version":1}},"seq":1,)"
                        R"("time_ms":1795341600000,"type":"f3548.intent_put","v":1}})"
                        "\n",
                        request.extent.cells.text(), id(1).str(), done->intent->subscription->str(),
                        done->intent->subscription->str()));
  const auto read = read_entry(done->entry);
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(write_entry(*read), done->entry);
  // OVNs are not in the record.
  EXPECT_THAT(done->entry, ::testing::Not(::testing::HasSubstr(desk.registry.ovn(*done->intent))));
}

TEST(Registry, StateComesBackEqual) {
  Desk desk;
  desk.subscribe(1, "alpha");
  desk.plan(2, "alpha", {}, id(1));
  PutIntent request = create(3, {.east = 1});
  request.new_subscription = NewSubscription{"https://a.example", true};
  request.suffix = suffix_at(kTen);
  ASSERT_EQ(status(desk.put(request, caller("alpha"))), 200);
  ASSERT_EQ(status(desk.put(constraint(5, {.lower = {}, .upper = {}}), caller("alpha"))), 200);
  (void)desk.set("bravo", "Down", "");
  desk.append(desk.registry.report(log::sha256("{}"), caller("alpha"), desk.place())->entry);
  Registry read(Desk::kSecret);
  ASSERT_TRUE(read.read_state(desk.state()).has_value());
  std::string again;
  read.write_state(again);
  EXPECT_EQ(again, desk.state());
  EXPECT_EQ(read.next_tick(), desk.registry.next_tick());
  EXPECT_EQ(read.ovn(**read.get_intent(id(3))), desk.registry.ovn(**desk.registry.get_intent(id(3))));
  EXPECT_EQ(read.ovn(**read.get_intent(id(2))), desk.registry.ovn(**desk.registry.get_intent(id(2))));
  EXPECT_EQ((*read.get_subscription(id(1), caller("alpha")))->dependents.size(), 1U);
  for (const std::string_view wrong : {"x", "{}\n", "{\"intent\":{}}\n", "{\"count\":{\"reports\":0}}"}) {
    Registry other(Desk::kSecret);
    EXPECT_FALSE(other.read_state(wrong).has_value()) << wrong;
  }
}

}  // namespace
}  // namespace tansiq::f3548
