// Turns in a contended place: who waits for whom, how long at most, and what thirty clients in one place come to.
#include "f3548/turns.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <deque>
#include <map>
#include <set>

#include "f3548/registry_testlib.h"

namespace tansiq::f3548 {
namespace {

using namespace test;
using Standing = Turns::Standing;

Turns::Put request(std::uint64_t n, const Where& where = {}) {
  return std::make_shared<const PutIntent>(create(n, where));
}

TEST(Turns, TheFirstIsToldAndOthersWaitInTheOrderOfTheirComing) {
  Turns turns;
  ASSERT_EQ(turns.standing("a", *request(1), kTen), Standing::kFree);
  turns.told("a", request(1), kTen);
  ASSERT_EQ(turns.standing("b", *request(2), kTen), Standing::kBehind);
  const auto second = turns.wait("b", request(2), kTen);
  ASSERT_EQ(turns.standing("c", *request(3), kTen), Standing::kBehind);
  const auto third = turns.wait("c", request(3), kTen);
  EXPECT_EQ(turns.next(kTen), std::nullopt) << "the turn is another's";
  EXPECT_EQ(turns.standing("a", *request(1), kTen), Standing::kTurn);
  turns.over("a", request(1)->id);
  ASSERT_EQ(turns.next(kTen), second);
  turns.told(second, kTen);
  EXPECT_EQ(turns.next(kTen), std::nullopt);
  turns.over("b", request(2)->id);
  ASSERT_EQ(turns.next(kTen), third);
  turns.over(third);
  EXPECT_EQ(turns.waiting(), 0U);
  EXPECT_EQ(turns.standing("d", *request(4), kTen), Standing::kFree) << "nothing stays behind";
}

TEST(Turns, WhoSucceedsInItsTurnPassesItOnAtOnce) {
  Turns turns;
  turns.told("a", request(1), kTen);
  const auto second = turns.wait("b", request(2), kTen);
  const auto third = turns.wait("c", request(3), kTen);
  turns.over("a", request(1)->id);
  ASSERT_EQ(turns.next(kTen), second);
  turns.over(second);
  EXPECT_EQ(turns.next(kTen), third);
}

TEST(Turns, PlacesApartAreNoneOfEachOthersBusiness) {
  Turns turns;
  turns.told("a", request(1), kTen);
  EXPECT_EQ(turns.standing("b", *request(2, {.east = 2}), kTen), Standing::kFree);
  EXPECT_EQ(turns.standing("b", *request(2, {.lower = 521, .upper = 600}), kTen), Standing::kFree);
  EXPECT_EQ(turns.standing("b", *request(2, {.from_min = 61, .to_min = 90}), kTen), Standing::kFree);
  EXPECT_EQ(turns.standing("b", *request(2, {.lower = 520, .upper = 600}), kTen), Standing::kBehind) << "touching";
  turns.told("b", request(2, {.east = 2}), kTen);
  const auto third = turns.wait("c", request(3), kTen);
  turns.over("a", request(1)->id);
  EXPECT_EQ(turns.next(kTen), third) << "b is elsewhere";
}

TEST(Turns, ATurnThatNobodyUsesEnds) {
  Turns turns;
  turns.told("a", request(1), kTen);
  const auto second = turns.wait("b", request(2), kTen + 30);
  EXPECT_EQ(turns.due(), kTen + kTurnMs);
  EXPECT_EQ(turns.next(kTen + kTurnMs - 1), std::nullopt);
  EXPECT_EQ(turns.next(kTen + kTurnMs), second);
  EXPECT_EQ(turns.counts().unused, 1U);
  turns.told(second, kTen + kTurnMs);
  EXPECT_EQ(turns.standing("a", *request(1), kTen + kTurnMs), Standing::kBehind) << "who comes late stands behind";
}

TEST(Turns, ARetryThatFailsDoesNotMakeTheTurnLonger) {
  Turns turns;
  turns.told("a", request(1), kTen);
  turns.told("a", request(1), kTen + 90);
  const auto second = turns.wait("b", request(2), kTen + 90);
  EXPECT_EQ(turns.next(kTen + kTurnMs), second);
}

TEST(Turns, BehindManyWhoDoNotComeBackTheWaitIsBounded) {
  Turns turns;
  turns.told("m0", request(1), kTen);
  std::map<Turns::Ticket, UtcMs> waits;
  for (std::uint64_t i = 1; i < 60; ++i) waits[turns.wait("m" + std::to_string(i), request(1 + i), kTen)] = kTen;
  std::size_t in_turn = 0;
  while (!waits.empty()) {
    const auto due = turns.due();
    ASSERT_TRUE(due.has_value());
    ASSERT_LE(*due, kTen + kWaitMaxMs);
    const auto ticket = turns.next(*due);
    ASSERT_TRUE(ticket.has_value()) << "due, but nothing to do";
    ASSERT_EQ(*ticket, waits.begin()->first) << "in order";
    waits.erase(*ticket);
    turns.told(*ticket, *due);
    if (*due < kTen + kWaitMaxMs) ++in_turn;
  }
  EXPECT_EQ(in_turn, static_cast<std::size_t>(kWaitMaxMs / kTurnMs) - 1);
  EXPECT_EQ(turns.counts().waited_too_long, 59U - 1 - in_turn) << "the last turn ends with the longest wait";
  EXPECT_EQ(turns.due(), std::nullopt);
  // The tenth had its turn; whoever was answered out of turn has none, else they would be in each other's way next.
  const UtcMs end = kTen + kWaitMaxMs;
  EXPECT_EQ(turns.standing("new", *request(99), end), Standing::kBehind);
  turns.over("m10", request(11)->id);
  EXPECT_EQ(turns.standing("new", *request(99), end), Standing::kFree);
}

TEST(Turns, BeyondABoundARequestIsAnsweredAtOnce) {
  Turns turns;
  turns.told("x", request(1), kTen);
  std::uint64_t n = 1;
  for (std::size_t i = 0; i < kWaitingOfOneMax; ++i) {
    ASSERT_EQ(turns.standing("greedy", *request(++n), kTen), Standing::kBehind);
    static_cast<void>(turns.wait("greedy", request(n), kTen));
  }
  EXPECT_EQ(turns.standing("greedy", *request(++n), kTen), Standing::kFree);
  for (std::size_t i = kWaitingOfOneMax; i < kWaitingMax; ++i) {
    const std::string manager = "m" + std::to_string(i);
    ASSERT_EQ(turns.standing(manager, *request(++n), kTen), Standing::kBehind);
    static_cast<void>(turns.wait(manager, request(n), kTen));
  }
  EXPECT_EQ(turns.standing("late", *request(++n), kTen), Standing::kFree);
  EXPECT_EQ(turns.counts().no_room, 2U);
  turns.told("late", request(n), kTen);
  turns.over("x", request(1)->id);
  const auto next = turns.next(kTen);
  ASSERT_TRUE(next.has_value()) << "who was told for want of room has no turn";
  turns.told(*next, kTen);
  EXPECT_EQ(turns.waiting(), kWaitingMax - 1);
}

TEST(Turns, LargeAreasDoNotWait) {
  Turns turns;
  turns.told("a", request(1), kTen);
  const auto large = request(2, {.radius_m = 9'000});
  ASSERT_GT(large->extent.cells.size(), kWaitCellsMax);
  EXPECT_EQ(turns.standing("b", *large, kTen), Standing::kFree);
  turns.over("a", request(1)->id);
  turns.told("b", large, kTen);
  EXPECT_EQ(turns.standing("c", *request(3), kTen), Standing::kFree) << "nor does anybody wait for them";
}

TEST(Turns, AClockThatIsSetBackMakesNobodyWaitLonger) {
  Turns turns;
  turns.told("a", request(1), kTen);
  const auto second = turns.wait("b", request(2), kTen);
  const UtcMs before = kTen - 3'600'000;
  EXPECT_EQ(turns.next(before), second);
}

TEST(Turns, ClosingDecidesAll) {
  Turns turns;
  turns.told("a", request(1), kTen);
  std::set<Turns::Ticket> waits;
  for (std::uint64_t i = 2; i < 9; ++i) waits.insert(turns.wait("b", request(i), kTen));
  turns.close();
  while (const auto ticket = turns.next(kTen)) {
    EXPECT_EQ(waits.erase(*ticket), 1U);
    turns.told(*ticket, kTen);
  }
  EXPECT_TRUE(waits.empty());
  EXPECT_EQ(turns.standing("c", *request(9), kTen), Standing::kFree);
}

TEST(Turns, OnlyWhatIsNewIsWorthWaitingFor) {
  Desk desk;
  desk.plan(1, "alpha");
  desk.now = kTen + kMomentMs;
  const auto lacks = [&](std::uint64_t n) {
    const auto answer = desk.put(create(n), planner("bravo"));
    EXPECT_EQ(status(answer), 409);
    return lacks_new(answer.error(), desk.now);
  };
  EXPECT_TRUE(lacks(2));
  desk.now = desk.now + 1;
  EXPECT_FALSE(lacks(2)) << "everybody who looks knows of it by now";
  desk.now = kTen - kMomentMs - 1;
  EXPECT_FALSE(lacks(2)) << "a clock that was set back is no reason to wait";
  PutIntent wrong = create(1);
  desk.now = kTen;
  const auto exists = desk.put(wrong, planner("alpha"));
  EXPECT_EQ(status(exists), 409);
  EXPECT_FALSE(lacks_new(exists.error(), desk.now)) << "no key helps";

  // What comes from a state was not written just now.
  Registry later(Desk::kSecret);
  ASSERT_TRUE(later.read_state(desk.state()).has_value());
  const auto answer = later.put_intent(create(2), planner("bravo"), desk.place());
  EXPECT_EQ(status(answer), 409);
  EXPECT_FALSE(lacks_new(answer.error(), desk.now));
}

// Any order of events: told in order, never two turns in one place, nobody beyond the longest wait, all bounds kept.
RC_GTEST_PROP(TurnsProperty, OrderAndBounds, ()) {
  Turns turns;
  UtcMs now = kTen;
  struct Waits {
    std::string manager;
    Turns::Put put;
    UtcMs since;
  };
  struct Told {
    std::string manager;
    Turns::Put put;
    UtcMs since;
  };
  std::map<Turns::Ticket, Waits> waits;
  std::vector<Told> told;
  // Overlaps by height alone: slow and obvious.
  const auto meet = [](const PutIntent& a, const PutIntent& b) {
    return *a.extent.band.lower <= *b.extent.band.upper && *b.extent.band.lower <= *a.extent.band.upper;
  };
  std::vector<Turns::Put> puts;
  for (std::uint64_t n = 0; n < 40; ++n) {
    const double lower = *rc::gen::inRange(0, 5) * 100.0;
    puts.push_back(request(n, {.lower = lower, .upper = lower + *rc::gen::inRange(50, 250)}));
  }
  const auto forget_turns = [&] { std::erase_if(told, [&](const Told& one) { return now - one.since >= kTurnMs; }); };
  const auto drain = [&] {
    while (const auto ticket = turns.next(now)) {
      forget_turns();
      RC_ASSERT(waits.contains(*ticket));
      const Waits row = waits.at(*ticket);
      waits.erase(*ticket);
      bool blocked = false;
      for (const auto& [other, one] : waits) blocked |= other < *ticket && meet(*one.put, *row.put);
      for (const Told& one : told) blocked |= meet(*one.put, *row.put);
      if (blocked) RC_ASSERT(now - row.since >= kWaitMaxMs);
      if (*rc::gen::inRange(0, 2) == 0) {
        turns.over(*ticket);
      } else {
        turns.told(*ticket, now);
        if (!blocked) told.push_back({row.manager, row.put, now});
      }
    }
    for (const auto& [ticket, one] : waits) {
      RC_ASSERT(now - one.since < kWaitMaxMs);
      RC_ASSERT(turns.due().has_value() && *turns.due() > now);
    }
    RC_ASSERT(turns.waiting() == waits.size());
    RC_ASSERT(waits.size() <= kWaitingMax);
  };
  for (int step = 0; step < 120; ++step) {
    now = now + *rc::gen::element<DurationMs>(0, 0, 0, 1, 30, 60, 200);
    forget_turns();
    const auto which = static_cast<std::size_t>(*rc::gen::inRange(0, 40));
    const Turns::Put& put = puts[which];
    const std::string manager = which % 3 == 0 ? "a" : "b";
    const auto own = [&](const auto& one) { return one.put == put; };
    switch (turns.standing(manager, *put, now)) {
      case Standing::kTurn:
        RC_ASSERT(std::ranges::any_of(told, own));
        if (*rc::gen::inRange(0, 2) == 0) {
          turns.over(manager, put->id);
          std::erase_if(told, own);
        } else {
          turns.told(manager, put, now);
        }
        break;
      case Standing::kBehind: {
        bool behind = false;
        for (const auto& [ticket, one] : waits) behind |= meet(*one.put, *put);
        for (const Told& one : told) behind |= meet(*one.put, *put);
        RC_ASSERT(behind);
        RC_ASSERT(std::ranges::none_of(waits, [&](const auto& one) { return one.second.put == put; }));
        if (*rc::gen::inRange(0, 3) > 0) waits[turns.wait(manager, put, now)] = {manager, put, now};
        break;
      }
      case Standing::kFree: {
        RC_ASSERT(std::ranges::none_of(told, own));
        const bool waits_already = std::ranges::any_of(waits, [&](const auto& one) { return one.second.put == put; });
        for (const Told& one : told) RC_ASSERT(waits_already || !meet(*one.put, *put));
        for (const auto& [ticket, one] : waits) RC_ASSERT(waits_already || !meet(*one.put, *put));
        if (*rc::gen::inRange(0, 2) == 0) {
          turns.told(manager, put, now);
          if (!waits_already) told.push_back({manager, put, now});
        }
        break;
      }
    }
    drain();
  }
}

RC_GTEST_PROP(KeyRingProperty, HasWhatItWasGivenAndNothingElse, ()) {
  // Few letters, NULs and high bytes among them, so that beginnings are equal and texts end within them.
  const auto text = rc::gen::container<std::string>(rc::gen::element('\0', 'a', 'b', '\x7f', '\xff'));
  const auto short_or_long = rc::gen::oneOf(
      rc::gen::resize(3, text), rc::gen::map(rc::gen::resize(4, text), [](auto end) { return "aaaaaaa" + end; }));
  const auto given = *rc::gen::container<std::vector<std::string>>(short_or_long);
  const std::set<std::string> all(given.begin(), given.end());
  const KeyRing ring(given);
  for (const std::string& ovn : given) RC_ASSERT(ring.has(ovn));
  for (const std::string& ovn : *rc::gen::container<std::vector<std::string>>(short_or_long)) {
    RC_ASSERT(ring.has(ovn) == all.contains(ovn));
  }
}

// Thirty clients in one place, in step, with the registry itself: each round is a commit, and what a client sends
// arrives with the next. Returns how many requests with a key were decided, until each client had succeeded `wanted`
// times.
struct Contest {
  std::uint64_t decided = 0;
  std::uint64_t rounds = 0;
  std::uint64_t answers_to_worst = 0;  ///< Refusals that one client was told between two successes, at most.
};
Contest contest(bool with_turns, std::size_t clients, std::uint64_t wanted) {
  struct Client {
    std::uint64_t id = 0;
    std::uint64_t successes = 0;
    std::uint64_t refusals = 0;  ///< Since the last success.
    std::vector<std::string> key;
    std::string ovn;  ///< Not empty: it stands, and is deleted next.
    Turns::Put put;
  };
  Desk desk;
  Turns turns;
  Contest out;
  std::uint64_t ids = 0;
  std::vector<Client> all(clients);
  std::deque<std::size_t> arrive;
  for (std::size_t i = 0; i < clients; ++i) arrive.push_back(i);
  std::map<Turns::Ticket, std::size_t> held;
  const auto name = [](std::size_t i) { return "uss" + std::to_string(i); };

  std::vector<std::size_t> answered;
  // False: refused for something new, and nobody has been told.
  const auto decide = [&](std::size_t i, bool may_wait, bool* lacks) {
    Client& client = all[i];
    ++out.decided;
    const auto answer = desk.put(*client.put, planner(name(i)));
    *lacks = !answer && lacks_new(answer.error(), desk.now);
    if (*lacks && may_wait) return false;
    answered.push_back(i);
    if (answer) {
      client.ovn = desk.registry.ovn(*answer->intent);
      ++client.successes;
      client.refusals = 0;
      return true;
    }
    ++client.refusals;
    out.answers_to_worst = std::max(out.answers_to_worst, client.refusals);
    for (const Intent* missing : answer.error().missing_intents) client.key.push_back(desk.registry.ovn(*missing));
    return true;
  };
  const auto done = [&] {
    return std::ranges::all_of(all, [&](const Client& client) { return client.successes >= wanted; });
  };
  for (; !done() && out.rounds < 100'000; ++out.rounds) {
    desk.now = desk.now + 2;
    answered.clear();
    const std::deque<std::size_t> batch = std::exchange(arrive, {});
    for (const std::size_t i : batch) {
      Client& client = all[i];
      if (!client.ovn.empty()) {
        EXPECT_TRUE(desk.end(id(client.id), client.ovn, planner(name(i))).has_value());
        client.ovn.clear();
        answered.push_back(i);
        continue;
      }
      if (client.refusals == 0) client.id = ++ids;
      auto put = create(client.id);
      put.key = KeyRing(client.key);
      client.put = std::make_shared<const PutIntent>(std::move(put));
      const Standing standing = with_turns ? turns.standing(name(i), *client.put, desk.now) : Standing::kFree;
      bool lacks = false;
      if (!decide(i, standing == Standing::kBehind, &lacks)) {
        held[turns.wait(name(i), client.put, desk.now)] = i;
      } else if (lacks && with_turns) {
        turns.told(name(i), client.put, desk.now);
      } else if (standing == Standing::kTurn) {
        turns.over(name(i), client.put->id);
      }
    }
    while (const auto ticket = turns.next(desk.now)) {
      bool lacks = false;
      EXPECT_TRUE(decide(held.at(*ticket), false, &lacks));
      held.erase(*ticket);
      if (lacks) {
        turns.told(*ticket, desk.now);
      } else {
        turns.over(*ticket);
      }
    }
    arrive.insert(arrive.end(), answered.begin(), answered.end());
  }
  EXPECT_TRUE(done());
  EXPECT_EQ(turns.counts().unused, 0U);
  EXPECT_EQ(turns.counts().waited_too_long, 0U);
  return out;
}

TEST(TurnsOfThirty, EachSucceedsAtItsFirstRetryAndNobodyIsPassedOver) {
  constexpr std::uint64_t kClients = 30;
  constexpr std::uint64_t kEach = 20;
  const Contest without = contest(false, kClients, kEach);
  const Contest with = contest(true, kClients, kEach);
  // Without turns every success is paid with a refusal of nearly everybody else.
  EXPECT_GT(without.decided, kClients * kEach * 10);
  // With them: a request waits, is decided in its turn, and its retry succeeds.
  EXPECT_LE(with.decided, kClients * (kEach + 1) * 3);
  EXPECT_LE(with.answers_to_worst, 2U);
  EXPECT_LE(with.rounds, kClients * (kEach + 2)) << "one success a commit, at least";
}

}  // namespace
}  // namespace tansiq::f3548
