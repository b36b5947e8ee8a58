// How much of the registry one manager may take, and all of them together: in entities, in cells, in suffixes.
#include "f3548/registry_testlib.h"

namespace tansiq::f3548 {
namespace {

using namespace test;

std::size_t cells_of(const Where& where) { return extent(where).cells.size(); }
constexpr Where kLarge{.radius_m = 3'000};

PutIntent with_subscription(PutIntent request) {
  request.new_subscription = NewSubscription{"https://a.example", false};
  return request;
}

TEST(Room, NoManagerHasMoreThanItsShareOfTheEntities) {
  Desk desk({}, {.entities_of_one_max = 3});
  desk.plan(1, "alpha");
  desk.subscribe(2, "alpha");
  expect_refused(desk.put(with_subscription(create(3, {.east = 1})), caller("alpha")), 429, "you have 2 entities");
  ASSERT_EQ(status(desk.put(constraint(4, {.east = 2}), caller("alpha"))), 200);
  expect_refused(desk.put(create(3, {.east = 1}), caller("alpha")), 429, "you have 3 entities");
  expect_refused(desk.put(constraint(3), caller("alpha")), 429, "you have 3 entities");
  expect_refused(desk.put(subscription(3), caller("alpha")), 429, "you have 3 entities");
  const std::string before = desk.state();
  expect_refused(desk.put(with_subscription(update_of(desk, **desk.registry.get_intent(id(1)))), caller("alpha")), 429,
                 "you have 3 entities");
  EXPECT_EQ(desk.state(), before) << "what is refused has not been done";
  EXPECT_EQ(status(desk.put(update_of(desk, **desk.registry.get_intent(id(1))), caller("alpha"))), 200)
      << "what stands there goes on";
  desk.plan(5, "bravo", {.east = 1});
  // What ends makes room, whatever kind it is of.
  const std::string ovn = desk.registry.ovn(**desk.registry.get_constraint(id(4)));
  ASSERT_EQ(status(desk.end_constraint(id(4), ovn, caller("alpha"))), 200);
  desk.plan(6, "alpha", {.east = 3});
  expect_refused(desk.put(subscription(7), caller("alpha")), 429, "you have 3 entities");
  desk.now = kTen + 60 * kMinute + kEndedKeptMs + 1;
  EXPECT_GT(desk.tick(), 0U);
  for (std::uint64_t n = 8; n < 11; ++n) desk.subscribe(n, "alpha", {.from_min = {}, .to_min = {}});
}

TEST(Room, NorOfTheCells) {
  const std::size_t cells = cells_of({});
  ASSERT_GT(cells_of(kLarge), 3 * cells);
  const RegistryLimits limits{.cells_of_one_max = 3 * cells};
  Desk desk({}, limits);
  desk.plan(1, "alpha");
  desk.subscribe(2, "alpha");
  expect_refused(desk.put(constraint(3, kLarge), caller("alpha")), 429, "would cover more than");
  expect_refused(desk.put(subscription(3, kLarge), caller("alpha")), 429, "would cover more than");
  PutIntent larger = update_of(desk, **desk.registry.get_intent(id(1)), kLarge);
  expect_refused(desk.put(larger, caller("alpha")), 429, "would cover more than");
  EXPECT_EQ(status(desk.put(update_of(desk, **desk.registry.get_intent(id(1))), caller("alpha"))), 200);
  desk.plan(4, "bravo", {.east = 1});
  // A replay and a state count on from where it was.
  Registry replayed(Desk::kSecret, {}, limits);
  for (const std::string& line : desk.log) ASSERT_TRUE(replayed.apply(line));
  Registry read(Desk::kSecret, {}, limits);
  ASSERT_TRUE(read.read_state(desk.state()));
  for (Registry* registry : {&replayed, &read}) {
    expect_refused(registry->put_constraint(constraint(3, kLarge), caller("alpha"), desk.place()), 429, "cover more");
    EXPECT_EQ(status(registry->put_constraint(constraint(3), caller("alpha"), desk.place())), 200);
    expect_refused(registry->put_constraint(constraint(5), caller("alpha"), desk.place()), 429, "cover more");
  }
  // Where it is, and what is off its plan says, is known in any case.
  PutIntent strayed = with_subscription(update_of(desk, **desk.registry.get_intent(id(1)), kLarge));
  strayed.state = IntentState::kNonconforming;
  EXPECT_EQ(status(desk.put(strayed, caller("alpha"))), 200);
  EXPECT_EQ(status(desk.put(update_of(desk, **desk.registry.get_intent(id(4)), {.east = 1}), caller("bravo"))), 200);
}

TEST(Room, AnImplicitSubscriptionCountsByWhatItGrows) {
  Desk desk({}, {.cells_of_one_max = 2 * (cells_of({}) + cells_of({.east = 1}))});
  ASSERT_EQ(status(desk.put(with_subscription(create(1)), caller("alpha"))), 200);
  const auto& intent = **desk.registry.get_intent(id(1));
  PutIntent second = create(2, {.east = 1});
  second.subscription = intent.subscription;
  ASSERT_EQ(status(desk.put(second, caller("alpha"))), 200) << "two intents, and their subscription over both";
  PutIntent again = update_of(desk, **desk.registry.get_intent(id(2)), {.east = 1});
  again.subscription = intent.subscription;
  EXPECT_EQ(status(desk.put(again, caller("alpha"))), 200);
  expect_refused(desk.put(create(3, {.east = 2}), caller("alpha")), 429, "would cover more than");
  // It goes with its intents.
  for (std::uint64_t n = 1; n < 3; ++n) {
    const std::string ovn = desk.registry.ovn(**desk.registry.get_intent(id(n)));
    ASSERT_EQ(status(desk.end(id(n), ovn, caller("alpha"))), 200);
  }
  ASSERT_EQ(status(desk.put(with_subscription(create(3, {.east = 2})), caller("alpha"))), 200);
}

TEST(Room, AllTogetherHaveABound) {
  const Where larger{.east = 1, .radius_m = 1'000};
  const Where largest{.east = 2, .radius_m = 3'000};
  ASSERT_GT(cells_of(larger) + cells_of(largest), 3 * cells_of({}));
  Desk desk({}, {.cells_max = cells_of({}) + cells_of(larger) + cells_of(largest)});
  desk.plan(1, "alpha");
  desk.plan(2, "bravo", larger);
  desk.plan(3, "charlie", largest);
  expect_refused(desk.put(create(5, {.east = 3}), caller("echo")), 429, "the registry covers");
  expect_refused(desk.put(subscription(5), caller("echo")), 429, "the registry covers");
  expect_refused(desk.put(constraint(5), caller("echo")), 429, "the registry covers");
  PutIntent strayed = with_subscription(update_of(desk, **desk.registry.get_intent(id(1))));
  strayed.state = IntentState::kNonconforming;
  EXPECT_EQ(status(desk.put(strayed, caller("alpha"))), 200) << "off its plan";
  strayed = with_subscription(update_of(desk, **desk.registry.get_intent(id(3)), largest));
  strayed.state = IntentState::kNonconforming;
  expect_refused(desk.put(strayed, caller("charlie")), 429, "the registry covers");
}

TEST(Room, SuffixesAreRememberedUpToABound) {
  Desk desk({}, {.suffixes_max = 1});
  PutIntent first = create(1);
  first.suffix = suffix_at(kTen);
  ASSERT_EQ(status(desk.put(first, caller("alpha"))), 200);
  PutIntent second = create(2, {.east = 1});
  second.suffix = suffix_at(kTen, 1);
  expect_refused(desk.put(second, caller("alpha")), 429, "requested_ovn_suffix");
  desk.now = kTen + 2 * kSuffixSkewMs + 1;
  second.suffix = suffix_at(desk.now, 1);
  EXPECT_EQ(status(desk.put(second, caller("alpha"))), 200) << "the first is forgotten";
}

}  // namespace
}  // namespace tansiq::f3548
