// After every change only those flights are compared again that it may concern, found by place and by the names under
// which they were met. The oracle is a restart, after which everything is compared: it must find nothing to say.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "coordination/coalition_testlib.h"

namespace tansiq::coordination {
namespace {

using namespace testing;

constexpr DurationMs kMinute = 60'000;
constexpr DurationMs kCoarseDelay = 10 * kMinute;

CaveatRule keep_from(std::string_view of) {
  return {.domain = core::Domain::kAir,
          .horizontal_m = 30 * 1'852,
          .of = core::Subject::trusted(of),
          .time_ms = 15 * kMinute,
          .vertical_cm = {}};
}

class CaveatChanges : public ::testing::Test {
 protected:
  void set(std::string_view holder, std::string_view id, std::string_view of) {
    ASSERT_TRUE(world.act(holder, SetCaveat{CaveatId::trusted(id), keep_from(of), "by order"}));
    world.settle();
  }
  std::size_t mets(std::string_view authority) {
    return static_cast<std::size_t>(std::ranges::count(world.said(authority), "caveat.met"));
  }
  std::vector<std::string> met(std::string_view authority) {
    std::vector<std::string> out;
    for (const auto& [key, meeting] : world.at(authority).caveats().meetings()) {
      for (const CaveatMeet& row : meeting.body.meets) out.push_back(row.name);
    }
    return out;
  }
  /// Restarts an authority, with the bodies that it keeps, and looks whether it finds anything new to say of caveats.
  void expect_nothing_overlooked(std::string_view authority) {
    const std::size_t said = mets(authority);
    world.restart(authority);
    for (const auto& [hash, bytes] : world.bodies(authority)) {
      static_cast<void>(world.at(authority).learn_body(bytes));
    }
    world.advance(0);
    EXPECT_EQ(mets(authority), said) << authority;
  }
  World world;
};

TEST_F(CaveatChanges, ALegThatIsForgottenAsItEndsIsMetNoMore) {
  set("us", "red", "fr");
  world.file("us", "M1", {leg("K1", 200, minutes(104))});
  // Asked for in two zones, of which the second does not answer: in the first it is held, and never confirmed.
  world.cut("ru", "fr");
  world.file("fr", "F1", {leg("K1", 240, minutes(90)), leg("K4", 240, minutes(95))});
  ASSERT_EQ(met("us").size(), 1U);
  world.cut("us", "fr");
  world.advance(92 * kMinute);  // in one step: the hold ends when its request has expired
  EXPECT_EQ(std::ranges::count(world.said("us"), "leg.lapsed"), 1);
  EXPECT_THAT(met("us"), ::testing::IsEmpty());
  expect_nothing_overlooked("us");
}

/// Somebody does something, sensible or not.
class Somebody {
 public:
  Somebody(World& world, unsigned seed) : world_(world), random_(seed) {}

  void act() {
    switch (below(9)) {
      case 0:
      case 1:
        return file("ru", {place("K4")});
      case 2:
        return file("fr", {place("K4")});
      case 3:
        return file("fr", {place("K1")});
      case 4:
        return file("us", {place("K1")}, AuthorityId::trusted("ru"));
      case 5:
        return file("us", {place("K1")});
      case 6:
        return below(2) == 0 ? intend() : end_intent();
      case 7:
        return cancel();
      default:
        world_.advance(kCoarseDelay);
    }
  }

 private:
  struct Filed {
    std::string by;
    FlightId flight;
  };
  int below(int n) { return std::uniform_int_distribution<int>(0, n - 1)(random_); }
  PlannedLeg place(std::string_view zone) {
    return leg(zone, 110 + 10 * below(25), world_.now + (20 + below(60)) * kMinute);
  }
  void file(std::string_view by, std::vector<PlannedLeg> legs, std::optional<AuthorityId> principal = {}) {
    FlightFiled plan{.alternate = {},
                     .call_sign = {},
                     .domain = core::Domain::kAir,
                     .flight = FlightId::trusted(fmt::format("{}{}", by, filed_.size())),
                     .gate_leg = {},
                     .legs = std::move(legs),
                     .principal = std::move(principal)};
    // Now and then another place for one that is filed.
    const bool again = !filed_.empty() && below(3) == 0;
    if (again) {
      const Filed& one = filed_[static_cast<std::size_t>(below(static_cast<int>(filed_.size())))];
      if (one.by == by) plan.flight = one.flight;
    }
    filed_.push_back({std::string(by), plan.flight});
    static_cast<void>(world_.act(by, FileFlight{std::move(plan)}));
  }
  void cancel() {
    if (filed_.empty()) return;
    const Filed& one = filed_[static_cast<std::size_t>(below(static_cast<int>(filed_.size())))];
    static_cast<void>(world_.act(one.by, StepFlight{one.flight, FlightStep::kCancel, {}}));
  }
  void intend() {
    core::CreateIntent create;
    create.intent = IntentId::trusted(fmt::format("i{}", intents_++));
    create.volumes = place("K4").volumes;
    static_cast<void>(world_.command("ru", create, "fr:ops"));
  }
  void end_intent() {
    if (intents_ == 0) return;
    const IntentId id = IntentId::trusted(fmt::format("i{}", below(intents_)));
    static_cast<void>(world_.command("ru", core::EndIntent{.intent = id, .version = 1}, "fr:ops"));
  }

  World& world_;
  std::mt19937 random_;
  std::vector<Filed> filed_;
  int intents_ = 0;
};

TEST_F(CaveatChanges, NothingIsOverlookedThatARestartWouldFind) {
  constexpr int kSteps = 60;
  for (unsigned seed = 1; seed <= 4; ++seed) {
    world = World();
    set("ru", "red", "fr");
    set("ru", "blue", "us");
    set("us", "white", "ru");
    Somebody somebody(world, seed);
    for (int step = 0; step < kSteps; ++step) {
      somebody.act();
      world.settle();
      world.advance(0);
      world.settle();
      expect_nothing_overlooked("ru");
      expect_nothing_overlooked("us");
      ASSERT_FALSE(HasFailure()) << "seed " << seed << ", step " << step;
    }
    EXPECT_GT(mets("ru"), 20U);
    EXPECT_GT(mets("us"), 5U);
  }
}

}  // namespace
}  // namespace tansiq::coordination
