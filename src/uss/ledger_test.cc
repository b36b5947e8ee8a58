#include "uss/ledger.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>

#include "uss/uss_testlib.h"

namespace tansiq::uss {
namespace {

using namespace test;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// A ledger, the entries that it has written, and time.
struct Desk {
  Ledger ledger;
  std::vector<std::string> log;
  Place place{1, kNow};

  explicit Desk(LedgerLimits limits = {}) : ledger(limits) {}

  Result<std::uint64_t> say(Body body) {
    const std::uint64_t seq = place.seq;
    log.push_back(TRY(ledger.say(std::move(body), place)));
    ++place.seq;
    return seq;
  }
  std::uint64_t must(Body body) {
    const auto said = say(std::move(body));
    EXPECT_TRUE(said) << said.error().text();
    return said.value_or(0);
  }
  void later(DurationMs by) {
    place.time = place.time + by;
    while (auto entry = ledger.tick(place)) {
      log.push_back(std::move(*entry));
      ++place.seq;
    }
  }
  [[nodiscard]] const Delivery& delivery(std::uint64_t n) const { return ledger.deliveries().at(n); }
};

std::string state_of(const Ledger& ledger) {
  std::string out;
  ledger.write_state(out);
  return out;
}

/// Replay and snapshot lead to where saying it led.
void expect_comes_back(const Desk& desk) {
  Ledger replayed;
  for (const std::string& line : desk.log) {
    const Status applied = replayed.apply(line);
    ASSERT_TRUE(applied) << applied.error().text() << "\n" << line;
  }
  EXPECT_EQ(state_of(replayed), state_of(desk.ledger));
  Ledger read;
  const Status good = read.read_state(state_of(desk.ledger));
  ASSERT_TRUE(good) << good.error().text();
  EXPECT_EQ(state_of(read), state_of(desk.ledger));
  EXPECT_EQ(read.queued(), desk.ledger.queued());
}

TEST(Ledger, WhatWasFetchedReplacesWhatASquatterTold) {
  Desk desk;
  Learned squatted = learned(7, 3, "squatted", "mallory");
  squatted.how = How::kNotice;
  desk.must(squatted);
  Learned told = learned(7, 1);
  told.how = How::kNotice;
  EXPECT_FALSE(desk.say(told)) << "one word against another";
  desk.must(learned(7, 1));
  EXPECT_EQ(desk.ledger.other(Kind::kIntent, id(7))->last.manager, "alpha");
  EXPECT_FALSE(desk.say(squatted));
  expect_comes_back(desk);
}

TEST(Ledger, AnIncidentIsOfAManagerAndAContent) {
  Desk desk;
  const auto found = [](std::string_view manager, std::string_view served) {
    return DriftFound{id(7), std::string(manager), hash(served), "https://alpha.example", 1, "they differ"};
  };
  const auto settle = [&] { desk.must(DriftSettled{core::Subject::trusted("officer"), id(7), "seen", 1}); };
  desk.must(learned(7, 1));
  desk.must(found("mallory", "one"));
  settle();
  EXPECT_EQ(desk.ledger.other(Kind::kIntent, id(7))->last.details, hash("same")) << "not what mallory served";
  desk.must(found("alpha", "one"));
  EXPECT_NE(desk.ledger.open_drift(id(7), 1), nullptr);
  EXPECT_FALSE(desk.say(found("alpha", "one")));
  EXPECT_FALSE(desk.say(found("alpha", "two"))) << "it is open";
  settle();
  EXPECT_EQ(desk.ledger.other(Kind::kIntent, id(7))->last.details, hash("one")) << "what was served is known";
  EXPECT_FALSE(desk.say(found("alpha", "one")));
  desk.must(found("alpha", "two"));
  EXPECT_NE(desk.ledger.open_drift(id(7), 1), nullptr);
  expect_comes_back(desk);
}

TEST(Ledger, WhatCouldNotBeReadAgainIsNotSaid) {
  Desk desk;
  desk.must(registered(1, 1));
  const auto delivery = desk.must(to_tell(1, "https://a.example", 10, 1));
  const std::string before = state_of(desk.ledger);
  const auto said = desk.say(GivenUp{delivery, std::string(2'001, 'x')});
  ASSERT_FALSE(said);
  EXPECT_EQ(said.error().code, ErrorCode::kInvalid);
  EXPECT_FALSE(desk.say(GivenUp{delivery, "two\nlines"}));
  EXPECT_EQ(state_of(desk.ledger), before) << "and nothing has changed";
  desk.must(GivenUp{delivery, std::string(2'000, 'x')});
  expect_comes_back(desk);
}

TEST(Ledger, ARegistrationIsFoundByBothNames) {
  Desk desk;
  desk.must(registered(1, 1));
  desk.must(registered(1, 2, 2));
  ASSERT_NE(desk.ledger.registration(intent(1)), nullptr);
  EXPECT_EQ(desk.ledger.registration(intent(1))->last.version, 2);
  EXPECT_EQ(desk.ledger.registration(id(1)), desk.ledger.registration(intent(1)));
  EXPECT_EQ(desk.ledger.registration(id(2)), nullptr);
  desk.must(Ended{intent(1)});
  EXPECT_TRUE(desk.ledger.registration(id(1))->ended);
  EXPECT_FALSE(desk.say(Ended{intent(1)})) << "it has ended already";
  Registered other = registered(2, 1);
  other.id = id(1);
  EXPECT_FALSE(desk.say(other)) << "the id is another's";
  expect_comes_back(desk);
}

TEST(Ledger, WhatIsTriedStandsUntilItIsKnownHowItCameOut) {
  Desk desk;
  desk.must(trying(1, 1));
  EXPECT_EQ(desk.ledger.tries().at(intent(1)), trying(1, 1));
  EXPECT_EQ(desk.ledger.registration(intent(1)), nullptr) << "it may be there, and may not";
  expect_comes_back(desk);
  desk.must(registered(1, 1));
  EXPECT_TRUE(desk.ledger.tries().empty());
  desk.must(trying(1, 2));
  desk.must(Ended{intent(1)});
  EXPECT_TRUE(desk.ledger.tries().empty());
  EXPECT_TRUE(desk.ledger.registration(intent(1))->ended);
  desk.must(trying(1, 3));
  desk.must(Ended{intent(1)});
  desk.must(trying(2, 1));
  desk.must(Ended{intent(2)});
  EXPECT_EQ(desk.ledger.registration(intent(2)), nullptr) << "it never came to be";
  EXPECT_FALSE(desk.say(Ended{intent(2)}));
  expect_comes_back(desk);
}

TEST(Ledger, DeliveredAndGivenUpAreOver) {
  Desk desk;
  desk.must(registered(1, 1));
  const auto first = desk.must(to_tell(1, "https://a.example", 10, 1));
  const auto second = desk.must(to_tell(1, "https://b.example", 11, 1));
  EXPECT_EQ(desk.ledger.queued(), 2U);
  desk.must(Delivered{first});
  desk.must(GivenUp{second, "nobody answers"});
  EXPECT_EQ(desk.ledger.queued(), 0U);
  EXPECT_EQ(desk.delivery(first).state, DeliveryState::kDelivered);
  EXPECT_EQ(desk.delivery(second).state, DeliveryState::kGivenUp);
  EXPECT_EQ(desk.delivery(second).why, "nobody answers");
  EXPECT_FALSE(desk.say(Delivered{first}));
  EXPECT_FALSE(desk.say(Delivered{second}));
  EXPECT_FALSE(desk.say(Delivered{99}));
  expect_comes_back(desk);
}

TEST(Ledger, ANewerNoticeTakesOverWhatIsOwed) {
  Desk desk;
  desk.must(registered(1, 1));
  const auto first = desk.must(to_tell(1, "https://a.example", 10, 1));
  ToTell more = to_tell(1, "https://a.example", 11, 4);
  more.subscribers.push_back({2, id(10)});
  const auto second = desk.must(more);
  EXPECT_EQ(desk.delivery(first).state, DeliveryState::kSuperseded);
  EXPECT_EQ(desk.ledger.queued(), 1U);
  EXPECT_THAT(desk.delivery(second).subscribers, ElementsAre(Subscriber{4, id(11)}, Subscriber{2, id(10)}));
  // One who is owed word stays owed it, although the newest change did not concern it.
  const auto third = desk.must(to_tell(1, "https://a.example", 12, 1));
  EXPECT_THAT(desk.delivery(third).subscribers,
              ElementsAre(Subscriber{1, id(12)}, Subscriber{4, id(11)}, Subscriber{2, id(10)}));
  EXPECT_FALSE(desk.say(Delivered{first})) << "what was under way when it was overtaken";
  desk.must(to_tell(1, "https://b.example", 12, 1));
  EXPECT_EQ(desk.ledger.queued(), 2U) << "another address is another way";
  expect_comes_back(desk);
}

TEST(Ledger, WhatWasGivenUpCanBeTriedAgain) {
  Desk desk;
  desk.must(registered(1, 1));
  const auto one = desk.must(to_tell(1, "https://a.example", 10, 1));
  const Requeued again{.by = core::Subject::trusted("officer"), .delivery = one, .expires = kNow + 20 * kMinute};
  EXPECT_FALSE(desk.say(again)) << "it is queued";
  desk.must(GivenUp{one, "410"});
  desk.must(again);
  EXPECT_EQ(desk.delivery(one).state, DeliveryState::kQueued);
  EXPECT_EQ(desk.delivery(one).why, "");
  desk.must(GivenUp{one, "410"});
  desk.must(to_tell(1, "https://a.example", 10, 2));
  EXPECT_FALSE(desk.say(again)) << "a newer one goes the same way";
  const auto nowhere = desk.say(Requeued{.by = core::Subject::trusted("officer"), .delivery = 77, .expires = kNow});
  ASSERT_FALSE(nowhere);
  EXPECT_EQ(nowhere.error().code, ErrorCode::kNotFound);
  expect_comes_back(desk);
}

TEST(Ledger, NewsIsJudgedByVersionAndContent) {
  Desk desk;
  EXPECT_EQ(desk.ledger.judge(learned(1, 3)), News::kNew);
  desk.must(learned(1, 3));
  EXPECT_EQ(desk.ledger.judge(learned(1, 3)), News::kKnown);
  EXPECT_EQ(desk.ledger.judge(learned(1, 4)), News::kNew);
  EXPECT_EQ(desk.ledger.judge(learned(1, 2)), News::kOlder);
  EXPECT_EQ(desk.ledger.judge(learned(1, 3, "other")), News::kDifferent);
  EXPECT_EQ(desk.ledger.judge(learned(1, 4, "same", "mallory")), News::kForeign);
  Learned moved = learned(1, 3);
  moved.end = minutes(61);
  EXPECT_EQ(desk.ledger.judge(moved), News::kDifferent);
  EXPECT_FALSE(desk.say(learned(1, 2)));
  EXPECT_FALSE(desk.say(learned(1, 3, "other")));
  desk.must(learned(1, 3));
  expect_comes_back(desk);
}

TEST(Ledger, TheSameVersionUnderAnotherOvnIsAnotherRegistration) {
  const auto anew = [](std::int64_t version, How how) {
    Learned out = learned(1, version, "other");
    out.ovn = "of-a-registration-made-anew";
    out.how = how;
    out.notice = how == How::kNotice ? hash("n") : log::Hash{};
    return out;
  };
  Desk desk;
  desk.must(learned(1, 2));
  EXPECT_EQ(desk.ledger.judge(anew(2, How::kFetch)), News::kNew);
  EXPECT_EQ(desk.ledger.judge(anew(1, How::kFetch)), News::kNew);
  EXPECT_EQ(desk.ledger.judge(anew(2, How::kNotice)), News::kOlder) << "nobody is accused by hearsay";
  EXPECT_EQ(desk.ledger.judge(anew(1, How::kNotice)), News::kOlder) << "it may have been long under way";
  desk.must(learned(2, 1));
  Learned first = anew(1, How::kNotice);
  first.id = id(2);
  EXPECT_EQ(desk.ledger.judge(first), News::kNew);
  first.ovn = learned(2, 1).ovn;
  EXPECT_EQ(desk.ledger.judge(first), News::kDifferent);
  expect_comes_back(desk);
}

TEST(Ledger, AfterTheEndOnlyAnotherOvnIsNews) {
  Desk desk;
  desk.must(learned(1, 3));
  EXPECT_FALSE(desk.say(Gone{id(1), Kind::kIntent, "mallory", hash("n")}));
  desk.must(Gone{id(1), Kind::kIntent, "alpha", hash("n")});
  EXPECT_TRUE(desk.ledger.other(Kind::kIntent, id(1))->gone);
  EXPECT_EQ(desk.ledger.judge(learned(1, 3)), News::kOlder) << "a notice that was long under way";
  EXPECT_EQ(desk.ledger.judge(learned(1, 2)), News::kOlder);
  EXPECT_EQ(desk.ledger.judge(learned(1, 1)), News::kNew) << "the id is used again";
  desk.must(Gone{id(2), Kind::kConstraint, "alpha", hash("n")});
  EXPECT_NE(desk.ledger.other(Kind::kConstraint, id(2)), nullptr) << "of one that was never heard of";
  expect_comes_back(desk);
}

TEST(Ledger, AnIncidentIsOpenUntilItIsSettled) {
  Desk desk;
  desk.must(learned(1, 1));
  desk.must(DriftFound{id(1), "alpha", hash("served"), "https://alpha.example", 1, "details: they differ"});
  ASSERT_NE(desk.ledger.open_drift(id(1), 1), nullptr);
  EXPECT_EQ(desk.ledger.open_drift(id(1), 2), nullptr) << "of that version alone";
  EXPECT_EQ(desk.ledger.open_drifts(), 1U);
  EXPECT_FALSE(desk.say(DriftFound{id(1), "alpha", hash("x"), "https://alpha.example", 1, "again"}));
  EXPECT_FALSE(desk.say(learned(1, 1, "served"))) << "it is not passed over";
  desk.must(DriftSettled{core::Subject::trusted("officer"), id(1), "they have corrected a typing error", 1});
  EXPECT_EQ(desk.ledger.open_drift(id(1), 1), nullptr);
  desk.must(learned(1, 1, "served"));
  EXPECT_FALSE(desk.say(DriftSettled{core::Subject::trusted("officer"), id(1), "", 1}));
  expect_comes_back(desk);
}

Reported reported(std::string_view manager, std::uint64_t bytes) {
  return {.id = "r-1", .manager = std::string(manager), .report = hash("report"), .bytes = bytes};
}

TEST(Ledger, CountsWhatEachSenderLeftInItsDay) {
  Desk desk({.senders_max = 2});
  Learned notice = learned(1, 1);
  notice.how = How::kNotice;
  notice.notice = hash("n");
  notice.bytes = 100;
  desk.must(notice);
  desk.must(Gone{.id = id(1), .kind = Kind::kIntent, .manager = "alpha", .notice = hash("m"), .bytes = 30});
  desk.must(learned(2, 1));  // Asked for.
  desk.must(Reported{.id = "r-1", .manager = "alpha", .report = hash("of an earlier program")});
  const auto& senders = desk.ledger.senders();
  ASSERT_EQ(senders.size(), 1U);
  EXPECT_EQ(senders.at("alpha").begun, kNow);
  EXPECT_EQ(senders.at("alpha").messages, 2U);
  EXPECT_EQ(senders.at("alpha").bytes, 130U);
  // Those for whom there is no row share one.
  desk.must(reported("bravo", 1));
  desk.must(reported("charlie", 2));
  desk.must(reported("delta", 3));
  EXPECT_EQ(senders.at("bravo").messages, 1U);
  EXPECT_EQ(senders.at("").messages, 2U);
  EXPECT_EQ(senders.at("").bytes, 5U);
  desk.later(kSenderDayMs);
  desk.must(reported("alpha", 7));
  EXPECT_EQ(senders.at("alpha").messages, 1U) << "a day later it begins anew";
  EXPECT_EQ(senders.at("alpha").bytes, 7U);
  desk.must(reported("delta", 3));
  EXPECT_EQ(senders.at("delta").messages, 1U) << "rows of yesterday make room";
  Ledger read(LedgerLimits{.senders_max = 2});
  ASSERT_TRUE(read.read_state(state_of(desk.ledger)));
  EXPECT_EQ(state_of(read), state_of(desk.ledger));
}

TEST(Ledger, WhatStandsAtARegistryBeforeIsLeftThere) {
  const std::string one = "https://one.example", two = "https://two.example";
  Desk desk;
  desk.must(registered(1, 1));
  desk.must(RegistryNamed{one});
  EXPECT_TRUE(desk.ledger.left().empty()) << "the first to be named is the one that counted";
  EXPECT_FALSE(desk.say(RegistryNamed{one}));
  desk.must(registered(2, 1));
  desk.must(registered(3, 1));
  desk.must(Ended{intent(3)});
  desk.must(trying(4, 1));
  desk.must(RegistryNamed{two});
  EXPECT_EQ(desk.ledger.registry(), two);
  EXPECT_EQ(desk.ledger.left().size(), 3U) << "what has ended was deleted there";
  EXPECT_EQ(desk.ledger.left().at({one, id(1)}).until, minutes(60).ceil());
  EXPECT_TRUE(desk.ledger.left().contains({one, id(4)})) << "nobody knows how that came out";
  EXPECT_TRUE(desk.ledger.tries().empty());
  EXPECT_TRUE(desk.ledger.registration(intent(1))->moved);
  EXPECT_FALSE(desk.ledger.registration(intent(3))->moved);
  expect_comes_back(desk);
  desk.must(registered(1, 1, 2));
  EXPECT_FALSE(desk.ledger.registration(intent(1))->moved);
  desk.must(Cleared{.how = Clearance::kDeleted, .id = id(1), .intent = intent(1), .registry = one});
  EXPECT_FALSE(desk.say(Cleared{.how = Clearance::kDeleted, .id = id(1), .intent = intent(1), .registry = one}));
  EXPECT_FALSE(desk.say(Cleared{.how = Clearance::kDeleted, .id = id(2), .intent = intent(2), .registry = two}));
  expect_comes_back(desk);
  // On to a third, and what is over by itself is minded no more.
  desk.later(61 * kMinute);
  desk.must(RegistryNamed{"https://three.example"});
  EXPECT_EQ(desk.ledger.left().size(), 2U);
  EXPECT_TRUE(desk.ledger.left().contains({two, id(1)}));
  EXPECT_FALSE(desk.ledger.left().contains({one, id(2)}));
  expect_comes_back(desk);
}

TEST(Ledger, WhatEndsWithTheLastMillisecondCanBeReadAgain) {
  Desk desk;
  desk.must(RegistryNamed{"https://one.example"});
  Registered last = registered(1, 1);
  last.end = *Moment::parse("9999-12-31T23:59:59.999999999Z");
  desk.must(last);
  desk.must(RegistryNamed{"https://two.example"});
  expect_comes_back(desk);
}

TEST(Ledger, WhatIsLongOverIsForgotten) {
  Desk desk;
  desk.must(registered(1, 1));
  const auto owed = desk.must(to_tell(1, "https://a.example", 10, 1));
  desk.must(Ended{intent(1)});
  desk.must(learned(1, 1));
  desk.must(learned(2, 1));
  desk.must(Gone{id(2), Kind::kIntent, "alpha", hash("n")});
  desk.later(kOverKeptMs / 2);
  EXPECT_EQ(desk.ledger.registrations().size(), 1U);
  EXPECT_EQ(desk.ledger.others().size(), 2U);
  desk.later(kOverKeptMs / 2 + kMinute);
  EXPECT_EQ(desk.ledger.registrations().size(), 1U) << "word of its end is still owed";
  EXPECT_EQ(desk.ledger.others().size(), 1U) << "the other ends an hour later";
  desk.must(GivenUp{owed, "it is too late"});
  desk.later(61 * kMinute);
  EXPECT_TRUE(desk.ledger.others().empty());
  desk.later(kOverKeptMs + kMinute);
  EXPECT_TRUE(desk.ledger.registrations().empty());
  EXPECT_TRUE(desk.ledger.deliveries().empty());
  expect_comes_back(desk);
}

TEST(Ledger, EverythingIsBounded) {
  Desk desk({.registrations_max = 1, .deliveries_max = 1, .others_max = 1, .drifts_max = 1});
  const auto full = [&](Body body) {
    const auto said = desk.say(std::move(body));
    return !said && said.error().code == ErrorCode::kOverloaded;
  };
  desk.must(registered(1, 1));
  desk.must(registered(1, 2));
  EXPECT_TRUE(full(registered(2, 1)));
  desk.must(to_tell(1, "https://a.example", 10, 1));
  EXPECT_TRUE(full(to_tell(1, "https://b.example", 10, 1)));
  desk.must(learned(1, 1));
  desk.must(learned(1, 2));
  EXPECT_TRUE(full(learned(2, 1)));
  EXPECT_TRUE(full(Gone{id(2), Kind::kIntent, "alpha", hash("n")}));
  desk.must(DriftFound{id(1), "alpha", hash("x"), "https://a.example", 1, "it differs"});
  EXPECT_TRUE(full(DriftFound{id(1), "alpha", hash("x"), "https://a.example", 2, "it differs"}));
  ToTell many = to_tell(1, "https://c.example", 10, 1);
  many.subscribers.resize(kSubscribersMax + 1, {1, id(1)});
  EXPECT_FALSE(desk.say(many));
  EXPECT_EQ(desk.log.size(), 6U) << "nothing of what was refused is said";
}

TEST(Ledger, OneSupplierLeavesRoomForTheOthers) {
  Desk desk({.others_max = 10, .others_of_one_max = 2});
  const auto told = [](std::uint64_t n, std::string_view manager) {
    Learned of = learned(n, 1, "same", manager);
    of.how = How::kNotice;
    return of;
  };
  desk.must(told(1, "alpha"));
  desk.must(Gone{id(2), Kind::kIntent, "alpha", hash("n")});
  for (const Body& body : {Body(told(3, "alpha")), Body(Gone{id(3), Kind::kIntent, "alpha", hash("n")})}) {
    const auto refused = desk.say(body);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::kOverloaded);
    EXPECT_THAT(refused.error().message, HasSubstr("2 things of one supplier"));
  }
  // What stands there goes on, what is fetched is in a registry, and others have their own share.
  Learned next = told(1, "alpha");
  next.version = 2;
  next.ovn = "another";
  desk.must(next);
  desk.must(learned(4, 1));
  desk.must(told(5, "bravo"));
  // A row that turns out to be another's counts as that one's.
  desk.must(learned(5, 1));
  EXPECT_EQ(desk.ledger.other(Kind::kIntent, id(5))->last.manager, "alpha");
  desk.must(told(6, "bravo"));
  desk.must(told(7, "bravo"));
  EXPECT_FALSE(desk.say(told(8, "bravo")));
  expect_comes_back(desk);
  // A replay and a state decide nothing, whatever they hold, and count on from there.
  Ledger small({.others_max = 10, .others_of_one_max = 1});
  ASSERT_TRUE(small.read_state(state_of(desk.ledger)));
  const auto refused = small.say(told(9, "bravo"), desk.place);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("1 things of one supplier"));
  EXPECT_TRUE(small.say(told(9, "charlie"), desk.place));
  // What is forgotten makes room.
  desk.later(kOverKeptMs + 62 * kMinute);
  EXPECT_TRUE(desk.ledger.others().empty());
  desk.must(told(10, "alpha"));
}

TEST(Ledger, WhatWasToldIsForgottenWhateverEndItWasGiven) {
  Desk desk;
  Learned told = learned(1, 1);
  told.how = How::kNotice;
  told.end = Moment::at(kUtcMax);
  desk.must(told);
  Learned fetched = learned(2, 1);
  fetched.end = told.end;
  desk.must(fetched);
  desk.later(kToldKeptMs);
  EXPECT_EQ(desk.ledger.others().size(), 2U);
  desk.later(kOverKeptMs + kMinute);
  EXPECT_EQ(desk.ledger.other(Kind::kIntent, id(1)), nullptr);
  EXPECT_NE(desk.ledger.other(Kind::kIntent, id(2)), nullptr) << "it stands in a registry";
  expect_comes_back(desk);
}

TEST(Ledger, DeliveriesThatAreDoneMakeRoomForThoseThatAreNot) {
  Desk desk({.deliveries_max = 2, .done_max = 4});
  desk.must(registered(1, 1));
  const auto tell = [&](int n) { return to_tell(1, fmt::format("https://{}.example", n), 10, 1); };
  std::uint64_t last = 0;
  for (int n = 0; n < 3; ++n) {
    last = desk.must(tell(n));
    desk.must(Delivered{last});
  }
  EXPECT_EQ(desk.ledger.queued(), 0U);
  desk.must(tell(10));
  desk.must(tell(11));
  const auto refused = desk.say(tell(12));
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("deliveries that are queued"));
  desk.must(tell(11));  // In the place of the one that waits.
  EXPECT_EQ(desk.ledger.queued(), 2U);
  // Four are done, which is more than half of what is kept: the oldest go, well before their day is over.
  EXPECT_EQ(desk.ledger.deliveries().size(), 6U);
  desk.later(kForgetEveryMs + kMinute);
  EXPECT_EQ(desk.ledger.deliveries().size(), 4U);
  EXPECT_EQ(desk.ledger.queued(), 2U) << "what is owed stays";
  EXPECT_TRUE(desk.ledger.deliveries().contains(last));
  desk.later(kForgetEveryMs + kMinute);
  EXPECT_EQ(desk.ledger.deliveries().size(), 4U);
  expect_comes_back(desk);
}

TEST(Ledger, MergedSubscribersCanAlwaysBeReadAgain) {
  Desk desk;
  desk.must(registered(1, 1));
  for (std::uint64_t n = 0; n < 4; ++n) {
    ToTell many = to_tell(1, "https://a.example", 10, 1);
    many.subscribers.clear();
    for (std::uint64_t i = 0; i < kSubscribersMax; ++i) many.subscribers.push_back({1, id(n * kSubscribersMax + i)});
    desk.must(many);
  }
  EXPECT_EQ(desk.ledger.queued(), 1U);
  expect_comes_back(desk);
}

TEST(Ledger, ACorruptStateIsNoticed) {
  Desk desk;
  desk.must(registered(1, 1));
  desk.must(to_tell(1, "https://a.example", 10, 1));
  const std::string good = state_of(desk.ledger);
  Ledger twice;
  EXPECT_FALSE(twice.read_state(good + good));
  Ledger cut;
  EXPECT_FALSE(cut.read_state(good.substr(0, good.size() - 1)));
  Ledger orphan;
  EXPECT_FALSE(orphan.read_state(good.substr(good.find("{\"uss.delivery\""))));
  Ledger unknown;
  EXPECT_FALSE(unknown.read_state("{\"uss.weather\":{}}\n"));
}

TEST(Ledger, ALogThatCannotFollowIsCorrupt) {
  Ledger ledger;
  const auto line = write_entry({{1, kNow}, Delivered{5}});
  const Status applied = ledger.apply(line);
  ASSERT_FALSE(applied);
  EXPECT_EQ(applied.error().code, ErrorCode::kCorrupt);
  EXPECT_THAT(applied.error().message, HasSubstr("delivery 5"));
  EXPECT_FALSE(ledger.apply("{\"f3548_uss\":{},\"seq\":1,\"time_ms\":1,\"type\":\"uss.weather\",\"v\":1}\n"));
  EXPECT_FALSE(
      ledger.apply("{\"f3548_uss\":{\"delivery\":5},\"seq\":1,\"time_ms\":1,\"type\":\"uss.delivered\",\"v\":2}\n"));
}

/// Anything in any order; a plain list of who is owed what beside it.
RC_GTEST_PROP(LedgerModel, WhatIsOwedIsWhatWasNeverToldOrGivenUp, ()) {
  Desk desk;
  using Way = std::pair<int, int>;
  std::map<Way, std::map<std::uint64_t, std::int64_t>> owed;
  std::map<Way, std::uint64_t> newest;
  const int steps = *rc::gen::inRange(1, 60);
  for (int n = 0; n < steps; ++n) {
    const int i = *rc::gen::inRange(0, 3);
    const int url = *rc::gen::inRange(0, 2);
    const std::string address = fmt::format("https://{}.example", url);
    const Way way{i, url};
    switch (*rc::gen::inRange(0, 10)) {
      case 0:
        (void)desk.say(registered(i, n + 1, n + 1));
        break;
      case 8:
        (void)desk.say(RegistryNamed{address});
        break;
      case 9:
        (void)desk.say(reported(address, 10));
        if (!desk.ledger.left().empty()) {
          const auto& [key, left] = *desk.ledger.left().begin();
          desk.must(Cleared{.how = Clearance::kOver, .id = key.second, .intent = left.intent, .registry = key.first});
        }
        break;
      case 1:
        (void)desk.say(Ended{intent(i)});
        break;
      case 2:
      case 3: {
        const auto subscription = static_cast<std::uint64_t>(*rc::gen::inRange(0, 3));
        if (const auto said = desk.say(to_tell(i, address, subscription, n))) {
          std::int64_t& index = owed[way].try_emplace(subscription, n).first->second;
          index = std::max<std::int64_t>(index, n);
          newest[way] = *said;
        }
        break;
      }
      case 4:
        if (newest.contains(way) && desk.say(Delivered{newest[way]})) owed.erase(way);
        break;
      case 5:
        if (newest.contains(way) && desk.say(GivenUp{newest[way], "no"})) owed.erase(way);
        break;
      case 6:
        (void)desk.say(learned(static_cast<std::uint64_t>(i), *rc::gen::inRange(1, 4), url == 0 ? "a" : "b"));
        break;
      default:
        desk.later(*rc::gen::inRange<DurationMs>(0, kOverKeptMs));
        break;
    }
    std::map<Way, std::map<std::uint64_t, std::int64_t>> found;
    for (const auto& [id, delivery] : desk.ledger.deliveries()) {
      if (delivery.state != DeliveryState::kQueued) continue;
      const Way on{delivery.intent.str()[1] - '0', delivery.url[8] - '0'};
      RC_ASSERT(!found.contains(on));
      for (const Subscriber& s : delivery.subscribers) found[on][s.subscription.low & 0xFFFF] = s.index;
    }
    RC_ASSERT(found == owed);
    RC_ASSERT(desk.ledger.queued() == owed.size());
  }
  Ledger replayed;
  for (const std::string& line : desk.log) RC_ASSERT(replayed.apply(line).has_value());
  RC_ASSERT(state_of(replayed) == state_of(desk.ledger));
  if (!desk.log.empty()) {
    Ledger read;
    RC_ASSERT(read.read_state(state_of(desk.ledger)).has_value());
    RC_ASSERT(state_of(read) == state_of(desk.ledger));
  }
}

}  // namespace
}  // namespace tansiq::uss
