// Threads: their list by last change, page by page; numbers that are never given again; room that sums up over peers.
#include "coordination/talk_threads.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "base/random.h"
#include "coordination/talk_testlib.h"

namespace tansiq::coordination {
namespace {

using namespace talk_testing;
using ::testing::HasSubstr;

// The list ------------------------------------------------------------------------------------------------------------

/// Made of all rows, as the list was made before there was an index.
std::map<ThreadKey, ThreadSummary> oracle(const TalkDesk& desk, const AuthorityId& self) {
  std::map<ThreadKey, ThreadSummary> out;
  std::set<std::tuple<ThreadKey, std::int64_t, UtcMs>> counted;
  for (const auto& [hash, row] : desk.sent()) {
    const ThreadKey key{row.message.opener, row.message.thread};
    UtcMs changed = row.time;
    for (const TalkReceipt& receipt : row.receipts) changed = std::max(changed, receipt.time);
    out[key].note(row.message, self, changed, !row.settled);
    if (!counted.emplace(key, row.message.number, row.time).second) --out[key].messages;
    if (row.alarm()) ++out[key].alarms;
  }
  for (const auto& [hash, row] : desk.heard()) {
    if (!row.shown()) continue;
    ThreadSummary& thread = out[{row.message.opener, row.message.thread}];
    thread.note(row.message, row.from, std::max(row.time, row.received.value_or(row.time)), !row.settled);
    if (row.state == Receipt::kReceived) ++thread.unread;
  }
  return out;
}

void expect_list(const Party& party) {
  const auto expected = oracle(*party.desk, party.self);
  std::vector<ThreadPlace> order;
  for (const auto& [key, summary] : expected) order.push_back({summary.changed, key});
  std::ranges::sort(order, [](const ThreadPlace& a, const ThreadPlace& b) { return a < b; });
  // In pages of two.
  std::vector<ThreadPlace> read;
  std::optional<ThreadPlace> after;
  for (auto page = party.desk->threads(after, 2); !page.empty(); page = party.desk->threads(after, 2)) {
    for (const auto& [place, summary] : page) {
      read.push_back(place);
      ASSERT_EQ(*summary, expected.at(place.thread)) << place.thread.second.str();
    }
    after = page.back().first;
  }
  ASSERT_EQ(read.size(), order.size());
  for (std::size_t i = 0; i < read.size(); ++i) {
    EXPECT_EQ(read[i].thread, order[i].thread);
    EXPECT_EQ(read[i].changed, order[i].changed);
  }
}

TEST(TalkThreads, TheListIsAsAnOracleSaysThatLooksAtAllRows) {
  SeededRandom random(7);
  Party us("us");
  Party fr("fr");
  Party ru("ru");
  const std::vector<Party*> all{&us, &fr, &ru};
  const auto pick = [&](std::uint64_t n) { return random.next() % n; };
  for (int step = 0; step < 250; ++step) {
    Party& one = *all[pick(3)];
    for (Party* party : all) party->now = party->now + static_cast<DurationMs>(pick(90)) * kSecond;
    const std::string thread = fmt::format("T{}", pick(5));
    std::vector<std::string_view> to;
    for (const std::string_view peer : {"fr", "ru", "us"}) {
      if (who(peer) != one.self && pick(3) > 0) to.push_back(peer);
    }
    if (!to.empty()) {
      const Needs needs = pick(2) == 0 ? Needs::kRead : Needs::kReceived;
      one.act(one.desk->send(letter(to, needs, one.now + 5 * kMinute, thread), one.now));
    }
    if (pick(2) == 0) settle(all);
    std::vector<EntryHash> unread;
    for (const auto& [hash, row] : one.desk->heard()) {
      if (row.state == Receipt::kReceived) unread.push_back(hash);
    }
    if (!unread.empty()) one.act(one.desk->read(unread[pick(unread.size())]));
    if (pick(40) == 0) {
      for (Party* party : all) party->now = party->now + kTalkKeepMs;
      one.say(WatchSet{.attended = pick(2) == 0, .text = fmt::format("{}", step)});
    }
    if (pick(10) == 0) one.restart();
    if (pick(10) == 0) one.restore();
    for (Party* party : all) {
      expect_list(*party);
      if (::testing::Test::HasFatalFailure()) return;
    }
  }
  for (Party* party : all) party->check_ways_back();
}

TEST(TalkThreads, RowsOfOneThreadAreItsOwn) {
  Party us("us");
  Party fr("fr");
  const Line one = us.act(us.desk->send(letter({"fr", "ru"}, Needs::kReceived, {}, "T1"), us.now))[0];
  us.act(us.desk->send(letter({"fr"}, Needs::kReceived, {}, "T2"), us.now));
  EXPECT_EQ(us.desk->rows_of({who("us"), ThreadId::trusted("T1")}).sent.size(), 2U);
  EXPECT_EQ(us.desk->rows_of({who("fr"), ThreadId::trusted("T1")}).sent.size(), 0U) << "another's thread of that name";
  fr.read(one);
  EXPECT_TRUE(fr.desk->rows_of({who("us"), ThreadId::trusted("T1")}).heard.empty()) << "officers do not see it yet";
  EXPECT_TRUE(fr.desk->threads({}, 9).empty());
  fr.run();
  EXPECT_EQ(fr.desk->rows_of({who("us"), ThreadId::trusted("T1")}).heard.size(), 1U);
}

// Numbers -------------------------------------------------------------------------------------------------------------

class TalkNumbers : public ::testing::Test {
 protected:
  ~TalkNumbers() override { us.check_ways_back(); }
  /// The number of a further message in a thread, which is received at once.
  std::int64_t say(const std::string& thread) {
    const Line line = us.act(us.desk->send(letter({"fr"}, Needs::kReceived, {}, thread), us.now))[0];
    deliver(fr, us);
    fr.run();
    deliver(us, fr);
    return body_of<TalkMessage>(line).number;
  }
  void forget_all() {
    us.now = us.now + kTalkKeepMs + 1;
    us.say(WatchSet{.attended = !std::exchange(attended_, !attended_), .text = ""});
    EXPECT_TRUE(us.desk->sent().empty());
  }
  Party us{"us"};
  Party fr{"fr"};

 private:
  bool attended_ = false;
};

TEST_F(TalkNumbers, GoOnInAThreadThatWasForgotten) {
  EXPECT_EQ(say("T1"), 1);
  EXPECT_EQ(say("T1"), 2);
  EXPECT_EQ(say("T2"), 1);
  forget_all();
  EXPECT_EQ(say("T1"), 3);
  EXPECT_EQ(say("T3"), 1) << "a new one";
  forget_all();
  us.restore();
  EXPECT_EQ(say("T1"), 4) << "out of the state as it is written";
  EXPECT_EQ(say("T2"), 2);
}

/// Beyond what is remembered one by one, the highest is a floor for all others: no number is given twice.
TEST_F(TalkNumbers, AreNotGivenAgainHoweverManyThreadsThereWere) {
  for (int i = 0; i < 3; ++i) say("first");
  forget_all();
  std::map<std::string, std::set<std::int64_t>> given;
  given["first"] = {1, 2, 3};
  const std::size_t threads = kTalkNumbersMax + 8;
  std::vector<Line> unread;
  for (std::size_t i = 0; i < threads; ++i) {
    const std::string thread = fmt::format("t{}", i);
    unread.push_back(us.act(us.desk->send(letter({"fr"}, Needs::kReceived, {}, thread), us.now))[0]);
    given[thread].insert(1);
    if (i % 128 != 127 && i + 1 != threads) continue;
    deliver(fr, us);
    fr.run();
    for (const Line& line : std::exchange(unread, {})) fr.act(fr.desk->read(line.hash));
    deliver(us, fr);
    forget_all();
  }
  for (const std::string thread : {"first", "t0", "t1", "t4000", "new"}) {
    EXPECT_TRUE(given[thread].insert(say(thread)).second) << thread;
  }
  EXPECT_EQ(say("first"), 5) << "after 4, which is one above the floor";
}

// Room ----------------------------------------------------------------------------------------------------------------

TEST(TalkLimits, SumUpToThePoolHoweverManyPeersThereAre) {
  EXPECT_EQ(talk_limits(2).open, (TalkRoom{kTalkOpenMax, kTalkOpenBytesMax}));
  EXPECT_EQ(talk_limits(kTalkFullPeers).waiting, (TalkRoom{kTalkWaitingMax, kTalkWaitingBytesMax}));
  for (std::size_t peers = 1; peers < core::kCharterAuthoritiesMax; ++peers) {
    const TalkLimits of = talk_limits(peers);
    EXPECT_LE(peers * of.open.bytes, talk_pool(kTalkOpenBytesMax));
    EXPECT_LE(peers * of.open_floor.bytes, talk_pool(kTalkOpenFloorBytesMax));
    EXPECT_LE(peers * of.waiting.bytes, talk_pool(kTalkWaitingBytesMax));
    EXPECT_LE(peers * of.waiting_floor.bytes, talk_pool(kTalkWaitingFloorBytesMax));
    EXPECT_LE(peers * of.settled_bytes, talk_pool(kTalkSettledBytesMax));
    EXPECT_GE(of.waiting.bytes, of.open.bytes) << "an honest peer meets its own limit first";
    EXPECT_GE(of.waiting.rows, of.open.rows);
    EXPECT_LT(talk_state_bytes(peers), log::kJcsDocumentBytesMax * 3 / 4);
  }
}

/// `us` with so many peers more.
core::Charter charter_of(std::size_t more) {
  core::Charter out = talk_charter();
  for (std::size_t i = 0; i < more; ++i) {
    const AuthorityId id = who(fmt::format("x{:02}", i));
    out.authorities.push_back({.id = id, .name = id.str(), .keys = {}, .peer = core::Peer{}});
    for (const auto& [from, to] : {std::pair(who("us"), id), std::pair(id, who("us"))}) {
      out.relations.push_back({{Capability::kCentres, RelationDomain::kTalks, from, to}, 1});
    }
  }
  return out;
}

TEST(TalkLimits, AMemberOfALargeCharterHasItsPart) {
  const std::size_t more = 14;  // sixteen peers: a quarter of the whole
  Party us("us", {}, charter_of(more));
  const std::size_t part = talk_limits(more + 2).open.rows;
  EXPECT_EQ(part, kTalkOpenMax / 4);
  for (std::size_t i = 0; i < part; ++i) us.act(us.desk->send(letter({"fr"}), us.now));
  EXPECT_THAT(answer(us.desk->send(letter({"fr"}), us.now)), HasSubstr(fmt::format("at most {} of", part)));
  EXPECT_EQ(answer(us.desk->send(letter({"x00"}), us.now)), "done") << "another's part";
  us.check_ways_back();
}

/// What is settled goes at its bound with all that is known of it, answers too; the newest stays.
TEST(TalkLimits, WhatIsSettledCountsWithItsAnswers) {
  Party us("us", {}, charter_of(14));
  Party fr("fr", {}, charter_of(14));
  const std::size_t bound = talk_limits(16).settled_bytes;
  const std::string long_text(7'900, 'x');
  EntryHash last;
  for (int i = 0; i < 40; ++i) {
    last =
        us.act(us.desk->send(letter({"fr"}, Needs::kAnswer, us.now + kMinute, fmt::format("T{}", i)), us.now))[0].hash;
    deliver(fr, us);
    fr.run();
    fr.act(fr.desk->read(last));
    Reply reply;
    for (int p = 0; p < 7; ++p) reply.parts.push_back(words(long_text));
    fr.act(fr.desk->answer(last, reply));
    deliver(us, fr);
  }
  EXPECT_TRUE(us.desk->sent().contains(last));
  EXPECT_LT(us.desk->sent().size(), 40U) << "some have gone";
  EXPECT_LT(us.state().size(), bound + (std::size_t{256} << 10));
  us.check_ways_back();
  fr.check_ways_back();
}

}  // namespace
}  // namespace tansiq::coordination
