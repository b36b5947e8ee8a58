// Operational intents, row by row: the order of checks, states, keys, subscriptions, versions, notices.
#include <fmt/format.h>

#include "f3548/registry_testlib.h"

namespace tansiq::f3548 {
namespace {

using namespace test;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::vector<Uuid> ids(const std::vector<const Intent*>& intents) {
  std::vector<Uuid> out;
  for (const Intent* intent : intents) out.push_back(intent->id);
  return out;
}
/// "url:n=index …" of notices, n as in `id(n)`.
std::vector<std::string> told(const std::vector<Notice>& notices) {
  std::vector<std::string> out;
  for (const Notice& notice : notices) {
    std::string line = notice.url;
    for (const auto& s : notice.subscriptions) line += fmt::format(" {}={}", s.id.low & 0xFFFF, s.index);
    out.push_back(line);
  }
  return out;
}

// The order of checks
// ----------------------------------------------------------------------------------------------------

TEST(IntentOrder, BadValuesComeBeforeEverythingElse) {
  Desk desk;
  desk.plan(1, "alpha");
  const auto refused = [&](PutIntent request, std::string_view says) {
    const std::string before = desk.state();
    // By a stranger without CMSA who would be refused for more than one other reason.
    expect_refused(desk.put(request, planner("bravo")), 400, says);
    EXPECT_EQ(desk.state(), before);
  };
  PutIntent request = create(1);
  request.state = IntentState::kContingent;
  refused(request, "a new operational intent is Accepted");
  request = create(1);
  request.id = Uuid::parse("01a202b2-c500-79f7-9059-5bc8bde5c099").value();
  refused(request, "version 4");
  request = create(1);
  request.url = "http://a.example";
  refused(request, "https");
  request.url = "https://";
  refused(request, "no host");
  request = create(1);
  request.ovn = "";
  refused(request, "lacks the OVN");
  request = create(1);
  request.subscription = id(9);
  request.new_subscription = NewSubscription{"https://a.example", false};
  refused(request, "not both");
  request.subscription.reset();
  request.new_subscription->url = "ftp://a.example";
  refused(request, "https");
  request = create(1, {.from_min = -60, .to_min = -1});
  refused(request, "is past");
  request = create(1, {.from_min = 5, .to_min = 5});
  refused(request, "is not before");
  request = create(1);
  request.suffix = id(3);
  refused(request, "version 7");
  request.suffix = suffix_at(kTen + kSuffixSkewMs + 1);
  refused(request, "more than 5 min");
  request.suffix = suffix_at(kTen - kSuffixSkewMs - 1);
  refused(request, "more than 5 min");
  request = create(1);
  request.ovn = "x";
  request.state = IntentState::kActivated;
  refused(request, "needs subscription_id or new_subscription");
}

TEST(IntentOrder, ScopeThenManagerThenOvnThenUnknownThenDown) {
  Desk desk;
  const Intent& a = desk.plan(1, "alpha");
  (void)desk.set("alpha", "Down", "");
  (void)desk.set("bravo", "Down", "");
  PutIntent request = update_of(desk, a);
  request.state = IntentState::kNonconforming;
  request.subscription = id(77);  // Unknown, which is judged last.
  expect_refused(desk.put(request, planner("bravo")), 403, "utm.conformance_monitoring_sa");
  request.ovn = "wrong";
  expect_refused(desk.put(request, caller("bravo")), 403, "not the manager");
  expect_refused(desk.put(request, caller("alpha")), 409, "OVN is not current");
  request.state = IntentState::kActivated;
  request.ovn = desk.registry.ovn(a);
  expect_refused(desk.put(request, caller("alpha")), 412, "Down");
  expect_refused(desk.put(create(1), caller("bravo")), 403, "not the manager");
  expect_refused(desk.put(create(1), caller("alpha")), 409, "exists");
  PutIntent unknown = create(5);
  unknown.ovn = "x";
  expect_refused(desk.put(unknown, caller("bravo")), 400, "to update");
  expect_refused(desk.put(create(5), caller("bravo")), 412, "Down");
}

TEST(IntentOrder, SubscriptionComesBeforeKey) {
  Desk desk;
  desk.plan(1, "alpha");
  desk.subscribe(10, "charlie");
  desk.subscribe(11, "bravo", {.radius_m = 200, .to_min = 30});
  desk.subscribe(12, "bravo", {.east = 2});
  desk.subscribe(13, "bravo", {}, "https://sub.example", false, true);
  PutIntent request = create(2);
  request.subscription = kNoSubscription;
  expect_refused(desk.put(request, caller("bravo")), 400, "there is no subscription");
  request.subscription = id(99);
  expect_refused(desk.put(request, caller("bravo")), 400, "there is no subscription");
  request.subscription = id(10);
  expect_refused(desk.put(request, caller("bravo")), 403, "another client's");
  request.subscription = id(11);
  expect_refused(desk.put(request, caller("bravo")), 400, "does not cover");
  request.subscription = id(12);
  expect_refused(desk.put(request, caller("bravo")), 400, "area does not cover");
  request.subscription = id(13);
  expect_refused(desk.put(request, caller("bravo")), 400, "does not ask for notices");
  request.subscription.reset();
  const std::string before = desk.state();
  request.new_subscription = NewSubscription{"https://b.example", false};
  expect_refused(desk.put(request, caller("bravo")), 409, "key lacks 1 operational intent");
  EXPECT_EQ(desk.state(), before);  // No subscription, no raised index.
}

TEST(IntentOrder, Delete) {
  Desk desk;
  const Intent& a = desk.plan(1, "alpha");
  const std::string ovn = desk.registry.ovn(a);
  (void)desk.set("alpha", "Down", "");
  expect_refused(desk.end(kNoSubscription, "", caller("alpha")), 400, "lacks the OVN");
  expect_refused(desk.end(id(2), "x", caller("alpha")), 404, "no operational intent");
  expect_refused(desk.end(id(1), "x", caller("bravo")), 403, "not the manager");
  expect_refused(desk.end(id(1), "x", caller("alpha")), 409, "OVN is not current");
  expect_refused(desk.end(id(1), ovn, caller("alpha")), 412, "Down");
  (void)desk.set("alpha", "Normal", desk.registry.get_availability("alpha")->version);
  EXPECT_EQ(status(desk.end(id(1), ovn, caller("alpha"))), 200);
  expect_refused(desk.end(id(1), ovn, caller("alpha")), 404, "no operational intent");
}

TEST(IntentOrder, TheSwitchLetsAManagerThatIsDownGoOn) {
  Desk desk({.refuse_down = false});
  (void)desk.set("alpha", "Down", "");
  const Intent& a = desk.plan(1, "alpha");
  EXPECT_EQ(status(desk.end(id(1), desk.registry.ovn(a), caller("alpha"))), 200);
}

TEST(IntentOrder, TheSwitchDemandsScopesForNotices) {
  PutIntent request = create(1);
  request.new_subscription = NewSubscription{"https://a.example", true};
  Desk strict({.notices_need_scopes = true});
  expect_refused(strict.put(request, planner("alpha")), 403, "utm.constraint_processing");
  Desk lenient;
  EXPECT_EQ(status(lenient.put(request, planner("alpha"))), 200);
}

// States
// -----------------------------------------------------------------------------------------------------------------

TEST(IntentState, EveryRowOfTheTable) {
  struct Row {
    IntentState state;
    bool may_create, needs_cmsa, key, needs_subscription;
  };
  for (const Row& row :
       {Row{IntentState::kAccepted, true, false, true, false}, Row{IntentState::kActivated, false, false, true, true},
        Row{IntentState::kNonconforming, false, true, false, true},
        Row{IntentState::kContingent, false, true, false, true}}) {
    SCOPED_TRACE(core::to_text(row.state));
    Desk desk;
    PutIntent request = create(1);
    request.state = row.state;
    request.new_subscription = NewSubscription{"https://a.example", false};
    EXPECT_EQ(status(desk.put(request, caller("alpha"))), row.may_create ? 200 : 400);
    const Intent& a = desk.plan(2, "alpha");
    desk.plan(3, "bravo");
    request = update_of(desk, a);
    request.state = row.state;
    EXPECT_EQ(status(desk.put(request, caller("alpha"))), row.needs_subscription ? 400 : 200);
    request.ovn = desk.registry.ovn(**desk.registry.get_intent(id(2)));
    request.new_subscription = NewSubscription{"https://a.example", false};
    EXPECT_EQ(status(desk.put(request, planner("alpha"))), row.needs_cmsa ? 403 : 200);
    request.ovn = desk.registry.ovn(**desk.registry.get_intent(id(2)));
    request.key = {};
    EXPECT_EQ(status(desk.put(request, caller("alpha"))), row.key ? 409 : 200);
  }
}

TEST(IntentState, APastFlightGoesNonconformingOnlyWithALaterEnd) {
  Desk desk;
  const Intent& a = desk.plan(1, "alpha");
  desk.now = kTen + 61 * kMinute;
  PutIntent request = update_of(desk, a);
  request.state = IntentState::kNonconforming;
  request.new_subscription = NewSubscription{"https://a.example", false};
  expect_refused(desk.put(request, caller("alpha")), 400, "ends later");
  request.extent = extent({.to_min = 90});
  EXPECT_EQ(status(desk.put(request, caller("alpha"))), 200);
}

// The key
// ----------------------------------------------------------------------------------------------------------------

TEST(Key, EveryOverlappingIntentIsDemandedOwnOnesToo) {
  Desk desk;
  desk.plan(1, "alpha");
  desk.plan(2, "bravo");
  desk.plan(3, "alpha", {.east = 3});
  auto answer = desk.put(create(9), caller("bravo"));
  expect_refused(answer, 409, "key lacks 2 operational intents");
  EXPECT_THAT(ids(answer.error().missing_intents), ElementsAre(id(1), id(2)));
  PutIntent request = create(9);
  request.key = KeyRing({"nonsense", "", desk.registry.ovn(**desk.registry.get_intent(id(1)))});
  answer = desk.put(request, caller("bravo"));
  EXPECT_THAT(ids(answer.error().missing_intents), ElementsAre(id(2)));
  request.key = desk.all_keys();
  EXPECT_EQ(status(desk.put(request, caller("bravo"))), 200);
}

TEST(Key, TouchingTimesAndHeightsCountAndCellsDecideTheGround) {
  Desk desk;
  desk.plan(1, "alpha");
  EXPECT_EQ(status(desk.put(create(2, {.from_min = 60, .to_min = 70}), caller("bravo"))), 409);
  EXPECT_EQ(status(desk.put(create(2, {.lower = 520, .upper = 600}), caller("bravo"))), 409);
  // 650 m away: disjoint circles, but in one cell or the next, which both circles meet.
  EXPECT_EQ(status(desk.put(create(2, {.east = 0.065}), caller("bravo"))), 409);
  EXPECT_EQ(status(desk.put(create(2, {.east = 1}), caller("bravo"))), 200);
  EXPECT_EQ(status(desk.put(create(3, {.lower = 520.01, .upper = 600}), caller("bravo"))), 200);
  Where later{.from_min = 61, .to_min = 70};
  EXPECT_EQ(status(desk.put(create(4, later), caller("bravo"))), 200);
}

TEST(Key, EndedIntentsCountByTheirTimes) {
  Desk desk;
  desk.plan(1, "alpha");
  desk.now = kTen + 120 * kMinute;
  EXPECT_EQ(status(desk.put(create(2, {.from_min = 30, .to_min = 180}), caller("bravo"))), 409);
  EXPECT_EQ(status(desk.put(create(2, {.from_min = 61, .to_min = 180}), caller("bravo"))), 200);
}

TEST(Key, TheAcceptedIntentsOfAManagerThatIsDownAreNotDemanded) {
  Desk desk;
  const Intent& a = desk.plan(1, "alpha");
  PutIntent activate = update_of(desk, a);
  activate.state = IntentState::kActivated;
  activate.new_subscription = NewSubscription{"https://a.example", false};
  (void)desk.set("alpha", "dOWN", "");
  EXPECT_EQ(status(desk.put(create(2), caller("bravo"))), 200);
  (void)desk.end(id(2), desk.registry.ovn(**desk.registry.get_intent(id(2))), caller("bravo"));
  (void)desk.set("alpha", "Normal", desk.registry.get_availability("alpha")->version);
  EXPECT_EQ(status(desk.put(activate, caller("alpha"))), 200);
  (void)desk.set("alpha", "Down", desk.registry.get_availability("alpha")->version);
  EXPECT_EQ(status(desk.put(create(2), caller("bravo"))), 409);
}

TEST(Key, ConstraintsAreDemandedWhereTheSubscriptionAsksForThem) {
  Desk desk;
  ASSERT_EQ(status(desk.put(constraint(50, {.lower = 5'000, .upper = 6'000}), caller("charlie"))), 200);
  EXPECT_EQ(status(desk.put(create(1), caller("alpha"))), 200);
  PutIntent request = create(2, {.from_min = 10, .to_min = 20});
  request.key = KeyRing({desk.registry.ovn(**desk.registry.get_intent(id(1)))});
  request.new_subscription = NewSubscription{"https://b.example", false};
  EXPECT_EQ(status(desk.put(request, caller("bravo"))), 200);
  request.id = id(3);
  request.new_subscription->notify_constraints = true;
  const auto answer = desk.put(request, caller("bravo"));
  expect_refused(answer, 409, "key lacks 1 operational intent and 1 constraint");
  EXPECT_THAT(answer.error().missing_constraints, SizeIs(1));
  request.key = desk.all_keys();
  EXPECT_EQ(status(desk.put(request, caller("bravo"))), 200);
}

TEST(Key, ListsAreNeverCut) {
  Desk desk({}, {.results_max = 10});
  std::vector<std::string> keys;
  for (std::uint64_t n = 1; n <= 40; ++n) {
    PutIntent request = create(n);
    request.key = KeyRing(keys);
    const auto done = desk.put(request, caller("alpha"));
    ASSERT_TRUE(done.has_value());
    keys.push_back(desk.registry.ovn(*done->intent));
  }
  EXPECT_THAT(desk.put(create(99), caller("bravo")).error().missing_intents, SizeIs(40));
  EXPECT_EQ(status(desk.registry.find_intents(extent({}))), 413);
}

// Which subscription is attached
// -----------------------------------------------------------------------------------------

TEST(Attached, ToAnExplicitOneThatCoversIt) {
  Desk desk;
  desk.subscribe(10, "alpha");
  PutIntent request = create(1);
  request.subscription = id(10);
  ASSERT_EQ(status(desk.put(request, caller("alpha"))), 200);  // Equal outlines always pass.
  EXPECT_THAT((*desk.registry.get_subscription(id(10), caller("alpha")))->dependents, ElementsAre(id(1)));
  (void)desk.end(id(1), desk.registry.ovn(**desk.registry.get_intent(id(1))), caller("alpha"));
  EXPECT_THAT((*desk.registry.get_subscription(id(10), caller("alpha")))->dependents, IsEmpty());
}

TEST(Attached, ANewOneHasTheIntentsTimesAndAreaAndReplacesTheOldOne) {
  Desk desk;
  PutIntent request = create(1, {.from_min = -30, .to_min = 30 * 60});  // Past start, more than 24 h.
  request.new_subscription = NewSubscription{"https://a.example", false};
  ASSERT_EQ(status(desk.put(request, caller("alpha"))), 200);
  const Intent& a = **desk.registry.get_intent(id(1));
  const Uuid first = a.subscription.value();
  const Subscription& sub = **desk.registry.get_subscription(first, caller("alpha"));
  EXPECT_TRUE(sub.implicit && sub.notify_intents && !sub.notify_constraints);
  EXPECT_EQ(sub.cells, a.cells);
  EXPECT_EQ(sub.window.start.text(), a.window.start.text());
  EXPECT_EQ(sub.window.end.text(), a.window.end.text());
  request.ovn = desk.registry.ovn(a);
  auto done = desk.put(request, caller("alpha"));
  ASSERT_EQ(status(done), 200);
  EXPECT_NE(done->intent->subscription, first);
  EXPECT_EQ(status(desk.registry.get_subscription(first, caller("alpha"))), 404);
  ASSERT_THAT(done->notices, SizeIs(1));  // The new one is told, the replaced one is not.
  ASSERT_THAT(done->notices[0].subscriptions, SizeIs(1));
  EXPECT_EQ(done->notices[0].subscriptions[0].id, done->intent->subscription);
  EXPECT_EQ(done->notices[0].subscriptions[0].index, 1);
}

TEST(Attached, AnOwnImplicitOneIsStretched) {
  Desk desk;
  PutIntent request = create(1);
  request.new_subscription = NewSubscription{"https://a.example", false};
  ASSERT_EQ(status(desk.put(request, caller("alpha"))), 200);
  const Uuid sub = (*desk.registry.get_intent(id(1)))->subscription.value();
  const std::string version = desk.registry.version(**desk.registry.get_subscription(sub, caller("alpha")));
  PutIntent second = create(2, {.east = 1, .from_min = 30, .to_min = 90});
  second.subscription = sub;
  expect_refused(desk.put(second, caller("bravo")), 403, "another client's");
  ASSERT_EQ(status(desk.put(second, caller("alpha"))), 200);
  const Subscription& stretched = **desk.registry.get_subscription(sub, caller("alpha"));
  EXPECT_NE(desk.registry.version(stretched), version);
  EXPECT_TRUE(stretched.cells.covers((*desk.registry.get_intent(id(2)))->cells));
  EXPECT_EQ(stretched.window.end.text(), "2026-11-22T11:30:00Z");
  EXPECT_THAT(stretched.dependents, ElementsAre(id(1), id(2)));
  (void)desk.end(id(1), desk.registry.ovn(**desk.registry.get_intent(id(1))), caller("alpha"));
  EXPECT_EQ(status(desk.registry.get_subscription(sub, caller("alpha"))), 200);
  const auto last = desk.end(id(2), desk.registry.ovn(**desk.registry.get_intent(id(2))), caller("alpha"));
  EXPECT_THAT(last->notices, SizeIs(1));  // The one about to vanish is still told.
  EXPECT_EQ(status(desk.registry.get_subscription(sub, caller("alpha"))), 404);
}

TEST(Attached, NoneDetaches) {
  Desk desk;
  PutIntent request = create(1);
  request.new_subscription = NewSubscription{"https://a.example", false};
  ASSERT_EQ(status(desk.put(request, caller("alpha"))), 200);
  ASSERT_EQ(status(desk.put(update_of(desk, **desk.registry.get_intent(id(1))), caller("alpha"))), 200);
  EXPECT_FALSE((*desk.registry.get_intent(id(1)))->subscription.has_value());
  EXPECT_EQ(desk.registry.subscriptions(), 0U);
}

TEST(Attached, AnImplicitOneThatItsOwnerUpdatesIsExplicitAndSurvives) {
  Desk desk;
  PutIntent request = create(1);
  request.new_subscription = NewSubscription{"https://a.example", false};
  ASSERT_EQ(status(desk.put(request, caller("alpha"))), 200);
  const Uuid sub = (*desk.registry.get_intent(id(1)))->subscription.value();
  PutSubscription own = subscription(0);
  own.id = sub;
  own.version = desk.registry.version(**desk.registry.get_subscription(sub, caller("alpha")));
  ASSERT_EQ(status(desk.put(own, caller("alpha"))), 200);
  EXPECT_FALSE((*desk.registry.get_subscription(sub, caller("alpha")))->implicit);
  (void)desk.end(id(1), desk.registry.ovn(**desk.registry.get_intent(id(1))), caller("alpha"));
  EXPECT_EQ(status(desk.registry.get_subscription(sub, caller("alpha"))), 200);
}

// Versions and OVNs
// ------------------------------------------------------------------------------------------------------

TEST(Version, RisesByOneAndTheOvnIsFreshEvenWhenNothingChanges) {
  Desk desk;
  std::vector<std::string> seen;
  const Intent* a = &desk.plan(1, "alpha");
  for (std::int64_t version = 1; version <= 5; ++version) {
    EXPECT_EQ(a->version, version);
    const std::string ovn = desk.registry.ovn(*a);
    EXPECT_GE(ovn.size(), 16U);
    EXPECT_EQ(std::ranges::count(seen, ovn), 0);
    seen.push_back(ovn);
    ASSERT_EQ(status(desk.put(update_of(desk, *a), caller("alpha"))), 200);
    a = *desk.registry.get_intent(id(1));
  }
  const auto gone = desk.end(id(1), desk.registry.ovn(*a), caller("alpha"));
  EXPECT_EQ(gone->intent->version, 6);
  // The same id again: no OVN comes back.
  EXPECT_EQ(std::ranges::count(seen, desk.registry.ovn(desk.plan(1, "alpha"))), 0);
}

TEST(Version, ARequestedSuffixMakesTheOvnAndNeverTwice) {
  Desk desk;
  PutIntent request = create(1);
  request.suffix = suffix_at(kTen);
  ASSERT_EQ(status(desk.put(request, caller("alpha"))), 200);
  const Intent& a = **desk.registry.get_intent(id(1));
  EXPECT_EQ(desk.registry.ovn(a), id(1).str() + "_" + request.suffix->str());
  // A repetition of the whole request is told what it would have been told without the suffix.
  expect_refused(desk.put(request, caller("alpha")), 409, "exists");
  request.ovn = desk.registry.ovn(a);
  expect_refused(desk.put(request, caller("alpha")), 400, "used before");
  (void)desk.end(id(1), *request.ovn, caller("alpha"));
  request.ovn.reset();
  expect_refused(desk.put(request, caller("alpha")), 400, "used before");  // Remembered although it is erased.
  desk.now = kTen + 5 * kMinute;
  expect_refused(desk.put(request, caller("alpha")), 400, "used before");
  desk.now = kTen + 6 * kMinute;
  expect_refused(desk.put(request, caller("alpha")), 400, "more than 5 min");
  PutIntent other = create(2);
  other.suffix = suffix_at(kTen + 10 * kMinute);
  desk.now = kTen + 12 * kMinute;
  ASSERT_EQ(status(desk.put(other, caller("alpha"))), 200);
  EXPECT_THAT(desk.state(), ::testing::Not(::testing::HasSubstr(request.suffix->str())));  // Forgotten by now.
}

// Notices
// ----------------------------------------------------------------------------------------------------------------

TEST(Notices, GoToEverySubscriptionThatWantsThemAndOverlapsWhateverItsHeight) {
  Desk desk;
  desk.subscribe(10, "alpha", {.lower = 9'000, .upper = 9'100}, "https://one.example");
  desk.subscribe(11, "bravo", {}, "https://two.example");
  desk.subscribe(12, "bravo", {}, "https://one.example");
  desk.subscribe(13, "bravo", {.east = 2}, "https://one.example");
  desk.subscribe(14, "bravo", {}, "https://one.example", false, true);
  desk.subscribe(15, "bravo", {.from_min = 61, .to_min = 70}, "https://one.example");
  desk.subscribe(16, "bravo", {.from_min = 60, .to_min = 70}, "https://touch.example");
  auto done = desk.put(create(1), caller("alpha"));
  ASSERT_EQ(status(done), 200);
  EXPECT_THAT(told(done->notices),
              ElementsAre("https://one.example 10=1 12=1", "https://touch.example 16=1", "https://two.example 11=1"));
}

TEST(Notices, FollowTheUnionOfOldAndNew) {
  Desk desk;
  desk.subscribe(10, "alpha", {}, "https://old.example");
  desk.subscribe(11, "alpha", {.east = 2, .from_min = 120, .to_min = 180}, "https://new.example");
  const Intent& a = desk.plan(1, "alpha");
  auto moved = desk.put(update_of(desk, a, {.east = 2, .from_min = 120, .to_min = 130}), caller("alpha"));
  ASSERT_EQ(status(moved), 200);
  EXPECT_THAT(told(moved->notices), ElementsAre("https://new.example 11=1", "https://old.example 10=2"));
  auto gone = desk.end(id(1), desk.registry.ovn(**desk.registry.get_intent(id(1))), caller("alpha"));
  EXPECT_THAT(told(gone->notices), ElementsAre("https://new.example 11=2"));
}

TEST(Notices, AnUpdateOfTheSubscriptionKeepsTheIndex) {
  Desk desk;
  desk.subscribe(10, "alpha");
  desk.plan(1, "alpha");
  PutSubscription own = subscription(10);
  own.version = desk.registry.version(**desk.registry.get_subscription(id(10), caller("alpha")));
  auto done = desk.put(own, caller("alpha"));
  ASSERT_EQ(status(done), 200);
  EXPECT_EQ(done->subscription->index, 1);
  EXPECT_NE(desk.registry.version(*done->subscription), *own.version);
}

TEST(Notices, RaisingTheIndexDoesNotAlterTheVersion) {
  Desk desk;
  const Subscription& sub = desk.subscribe(10, "alpha");
  const std::string version = desk.registry.version(sub);
  desk.plan(1, "bravo");
  EXPECT_EQ(desk.registry.version(sub), version);
  EXPECT_EQ(sub.index, 1);
}

// Bounds
// -----------------------------------------------------------------------------------------------------------------

TEST(Registry, IsBounded) {
  Desk desk({}, {.intents_max = 1, .constraints_max = 1, .subscriptions_max = 1, .uss_max = 1});
  desk.plan(1, "alpha");
  expect_refused(desk.put(create(2, {.east = 1}), caller("alpha")), 429, "already");
  ASSERT_EQ(status(desk.put(constraint(1), caller("alpha"))), 200);
  expect_refused(desk.put(constraint(2), caller("alpha")), 429, "already");
  ASSERT_EQ(status(desk.put(subscription(1), caller("alpha"))), 200);
  expect_refused(desk.put(subscription(2), caller("alpha")), 429, "already");
  PutIntent own = update_of(desk, **desk.registry.get_intent(id(1)));
  own.new_subscription = NewSubscription{"https://a.example", false};
  expect_refused(desk.put(own, caller("alpha")), 429, "already");
  ASSERT_EQ(status(desk.set("alpha", "Normal", "")), 200);
  expect_refused(desk.set("bravo", "Normal", ""), 429, "already");
}

}  // namespace
}  // namespace tansiq::f3548
