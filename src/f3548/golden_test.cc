// The golden record of the registry: written by version 1, replayed by every later one to the same state.
//
// tests/golden/v1/f3548/ holds the registry's entries and the SHA-256 of the state they lead to. A directory is written
// once (TANSIQ_WRITE_GOLDEN=1 on a program of that version) and never again.
#include <fstream>
#include <set>

#include "core/golden_testlib.h"
#include "f3548/registry_testlib.h"

namespace tansiq::f3548 {
namespace {

using namespace test;

const core::testing::GoldenFolder kGolden("v1/f3548");
/// Of that version. What came later has tests of its own for how it is written (release_test.cc).
const std::set<std::string> kAllTypes = [] {
  std::set<std::string> types = core::testing::all_types<Body>();
  types.erase(std::string(ShareReleased::kType));
  return types;
}();

std::vector<std::string> kept() { return kGolden.lines("log.jsonl"); }

std::set<std::string> types_of(const std::vector<std::string>& lines) {
  std::set<std::string> types;
  for (const std::string& line : lines) {
    const auto entry = read_entry(line);
    EXPECT_TRUE(entry) << line;
    if (entry) types.insert(std::string(type_name(entry->body)));
  }
  return types;
}

/// A morning at the DSS: plans with and without subscriptions of their own, every state, what is changed, deleted,
/// forgotten, and what stays.
void tell(Desk& desk) {
  const auto good = [](const auto& answer) { ASSERT_TRUE(answer.has_value()) << answer.error().message; };
  desk.subscribe(100, "watch", {.radius_m = 3'000});
  desk.subscribe(101, "watch", {.east = 2}, "https://east.example", false, true);
  desk.plan(1, "alpha");
  desk.plan(2, "bravo", {.east = 1, .lower = {}, .upper = 900});
  PutIntent own = create(3, {.east = 2, .upper = {}});
  own.key = desk.all_keys();
  own.new_subscription = NewSubscription{.url = "https://alpha.example", .notify_constraints = true};
  own.suffix = suffix_at(desk.now);
  good(desk.put(own, caller("alpha")));
  PutIntent attached = create(4, {.east = 2, .lower = 600, .upper = 700});
  attached.key = desk.all_keys();
  desk.subscribe(102, "bravo", {.east = 2, .lower = {}, .upper = {}});
  attached.subscription = id(102);
  good(desk.put(attached, caller("bravo")));
  good(desk.put(constraint(50, {.east = 1, .radius_m = 1'000}), caller("authority")));
  good(desk.put(constraint(51, {.east = 2}), caller("authority")));
  desk.now = desk.now + kMinute;
  desk.subscribe(104, "alpha", {.radius_m = 3'000, .lower = {}, .upper = {}});
  for (const IntentState state : {IntentState::kActivated, IntentState::kNonconforming, IntentState::kContingent}) {
    PutIntent change = update_of(desk, *desk.registry.get_intent(id(1)).value(), {.radius_m = 400});
    change.state = state;
    change.subscription = id(104);
    good(desk.put(change, caller("alpha")));
  }
  PutConstraint moved = constraint(50, {.east = 1, .radius_m = 2'000, .lower = {}});
  moved.ovn = desk.registry.ovn(*desk.registry.get_constraint(id(50)).value());
  good(desk.put(moved, caller("authority")));
  good(desk.end_constraint(id(51), desk.registry.ovn(*desk.registry.get_constraint(id(51)).value()),
                           caller("authority")));
  good(desk.end(id(2), desk.registry.ovn(*desk.registry.get_intent(id(2)).value()), caller("bravo")));
  good(desk.set("bravo", "Down", ""));
  good(desk.set("charlie", "Normal", ""));
  desk.append(desk.registry.report(log::sha256("{}"), caller("alpha"), desk.place())->entry);
  desk.append(desk.registry.report(log::sha256("{1}"), caller("bravo"), desk.place())->entry);
  const Subscription& east = *desk.registry.get_subscription(id(101), caller("watch")).value();
  good(desk.end_subscription(id(101), desk.registry.version(east), caller("watch")));
  desk.now = desk.now + kEndedKeptMs + 2 * 3'600'000;
  while (desk.tick() > 0) {
  }
  // Some that are not over when the record ends.
  const auto days = (desk.now - kTen) / kMinute;
  desk.plan(5, "alpha", {.from_min = days, .to_min = days + 60});
  desk.subscribe(103, "watch", {.from_min = days, .to_min = days + 60});
  PutIntent last = create(6, {.east = 1, .from_min = days, .to_min = days + 30});
  last.key = desk.all_keys();
  last.new_subscription = NewSubscription{.url = "https://b.example", .notify_constraints = false};
  last.suffix = suffix_at(desk.now, 9);
  good(desk.put(last, caller("charlie")));
  good(desk.put(constraint(52, {.from_min = days, .to_min = days + 60}), caller("authority")));
}

std::string state_hash(const Registry& registry) {
  std::string state;
  registry.write_state(state);
  return log::sha256(state).hex() + "\n";
}

TEST(RegistryGolden, WritesItOnce) {
  if (!kGolden.to_be_written("log.jsonl")) GTEST_SKIP() << "only with TANSIQ_WRITE_GOLDEN set";
  Desk desk;
  tell(desk);
  ASSERT_EQ(types_of(desk.log), kAllTypes);
  ASSERT_FALSE(HasFailure());
  std::ofstream log(kGolden.file("log.jsonl"), std::ios::binary);
  for (const std::string& line : desk.log) log << line;
  std::ofstream(kGolden.file("state_hash"), std::ios::binary) << state_hash(desk.registry);
}

TEST(RegistryGolden, Version1HoldsEveryType) { EXPECT_EQ(types_of(kept()), kAllTypes); }

TEST(RegistryGolden, Version1Replays) {
  Registry registry(Desk::kSecret);
  for (const std::string& line : kept()) {
    const Status applied = registry.apply(line);
    ASSERT_TRUE(applied) << applied.error().text() << line;
  }
  EXPECT_EQ(state_hash(registry), kGolden.text("state_hash"));
  EXPECT_GE(registry.intents(), 2U);
  EXPECT_GE(registry.constraints(), 1U);
  EXPECT_GE(registry.subscriptions(), 2U);
}

TEST(RegistryGolden, Version1IsWrittenAlikeAgain) {
  for (const std::string& line : kept()) {
    const auto entry = read_entry(line);
    ASSERT_TRUE(entry) << line;
    EXPECT_EQ(write_entry(*entry), line);
  }
}

}  // namespace
}  // namespace tansiq::f3548
