#include "coordination/weave.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "coordination/leg_testlib.h"

namespace tansiq::coordination {
namespace {

const AuthorityId kUs = AuthorityId::trusted("us");

LogName main_log() { return {kUs, LogName::Kind::kMain, {}}; }
LogName members_of(const AuthorityId& a) { return {a, LogName::Kind::kMembers, {}}; }
LogName pair_of(const AuthorityId& a, const AuthorityId& to) { return {a, LogName::Kind::kPair, to}; }

core::Charter charter() {
  core::Charter charter;
  for (const char* id : {"us", "fr", "ru"}) {
    const auto key = *log::SignerKey::generate(fmt::format("{}.example/main", id), log::KeyType::kEd25519);
    charter.authorities.push_back({AuthorityId::trusted(id), id, {key.verifier().text()}, core::Peer{}});
  }
  return charter;
}

/// All three are members where the copy ends.
Result<std::vector<Woven>> weave(std::vector<LogTail> own, std::vector<LogTail> peers, std::uint64_t next_seq,
                                 const Origins& origins) {
  const core::Charter all = charter();
  return coordination::weave(std::move(own), std::move(peers), next_seq, origins, all);
}

struct Event {
  LogName log;
  std::string line;
  std::vector<std::size_t> quotes;  ///< Earlier events.
};

/// A history as it was: the place of each event is its number here.
std::vector<Event> random_history(std::size_t length) {
  const AuthorityId fr = AuthorityId::trusted("fr");
  const AuthorityId ru = AuthorityId::trusted("ru");
  const std::vector<LogName> logs{main_log(),     members_of(kUs),  pair_of(kUs, fr), pair_of(kUs, ru),
                                  members_of(fr), pair_of(fr, kUs), members_of(ru),   pair_of(ru, kUs)};
  std::vector<Event> out;
  for (std::size_t i = 0; i < length; ++i) {
    Event event{.log = logs[*rc::gen::inRange<std::size_t>(0, logs.size())], .line = {}, .quotes = {}};
    std::string quoted;
    for (int k = *rc::gen::inRange(0, 3); k > 0 && i > 0; --k) {
      const auto at = *rc::gen::inRange<std::size_t>(0, i);
      if (out[at].log.kind == LogName::Kind::kMain) continue;  // nobody quotes what stays at home
      event.quotes.push_back(at);
      quoted += fmt::format("{}\"{}\"", quoted.empty() ? "" : ",", hash_of(out[at].line).hex());
    }
    event.line = fmt::format("{{\"body\":{{\"q\":[{}]}},\"seq\":{},\"time_ms\":{}}}\n", quoted, i, i);
    out.push_back(std::move(event));
  }
  return out;
}

struct Tails {
  std::vector<LogTail> own, peers;
};
/// What a node gets back that has the first `held` events: everything but its main log.
Tails tails_of(const std::vector<Event>& history, std::size_t held) {
  std::map<LogName, LogTail> logs;
  for (std::size_t i = 0; i < history.size(); ++i) {
    LogTail& tail = logs[history[i].log];
    tail.log = history[i].log;
    if (i < held) {
      ++tail.first;
    } else {
      tail.lines.push_back(history[i].line);
    }
  }
  Tails out;
  for (auto& [name, tail] : logs) {
    if (name.kind == LogName::Kind::kMain || tail.lines.empty()) continue;
    (name.author == kUs ? out.own : out.peers).push_back(std::move(tail));
  }
  return out;
}

RC_GTEST_PROP(Weave, FindsAnOrderInWhichEverythingStandsBehindWhatItQuotes, ()) {
  const std::vector<Event> history = random_history(*rc::gen::inRange<std::size_t>(1, 80));
  const std::size_t held = *rc::gen::inRange<std::size_t>(0, history.size());
  const Tails tails = tails_of(history, held);
  const auto origins = *Origins::make(charter());
  const auto woven = weave(tails.own, tails.peers, held, origins);
  RC_ASSERT(woven.has_value());
  std::map<std::string, std::uint64_t> number;
  std::map<LogName, std::vector<std::string>> by_log;
  std::uint64_t next = held;
  for (const Woven& one : *woven) {
    RC_ASSERT(one.seq >= next);
    next = one.seq + 1;
    number[one.line] = one.seq;
    by_log[one.log].push_back(one.line);
  }
  for (const auto* side : {&tails.own, &tails.peers}) {
    for (const LogTail& tail : *side) RC_ASSERT(by_log[tail.log] == tail.lines);
  }
  for (std::size_t i = held; i < history.size(); ++i) {
    const Event& event = history[i];
    if (event.log.kind == LogName::Kind::kMain) continue;
    if (event.log.author == kUs) RC_ASSERT(number.at(event.line) == i);
    for (const std::size_t quoted : event.quotes) {
      // Peers' entries that nothing of ours stands on come last, in the order of the logs.
      const bool both_peers = event.log.author != kUs && history[quoted].log.author != kUs;
      if (quoted >= held && !both_peers) RC_ASSERT(number.at(history[quoted].line) < number.at(event.line));
    }
  }
}

TEST(Weave, AnAnchorIsAQuoteOfEverythingUpToItsSize) {
  const AuthorityId fr = AuthorityId::trusted("fr");
  const auto origins = *Origins::make(charter());
  const auto line = [](std::uint64_t seq, Body body) {
    return *write_entry(
        {.seq = seq, .time = UtcMs{1'000'000}, .by = {}, .second = {}, .cmd = {}, .body = std::move(body)});
  };
  const std::vector<LogTail> peers{
      {members_of(fr),
       0,
       {line(0, ClockFault{true, "a"}), line(1, ClockFault{false, "b"}), line(2, ClockFault{true, "c"})}}};
  const std::vector<LogTail> own{
      {members_of(kUs),
       0,
       {line(7, MembersAnchor{.seen = {{.origin = origins.origin(members_of(fr)), .root = {}, .size = 2}}}),
        line(8, ClockFault{true, "d"})}}};
  const auto woven = weave(own, peers, 5, origins);
  ASSERT_TRUE(woven.has_value()) << woven.error().text();
  std::vector<std::uint64_t> numbers;
  for (const Woven& one : *woven) numbers.push_back(one.seq);
  EXPECT_EQ(numbers, (std::vector<std::uint64_t>{5, 6, 7, 8, 9}));
  EXPECT_EQ((*woven)[1].log, members_of(fr));
  EXPECT_EQ((*woven)[4].log, members_of(fr));
}

TEST(Weave, ANumberThatIsTakenIsTwoHistories) {
  const auto origins = *Origins::make(charter());
  const std::vector<LogTail> own{{members_of(kUs), 3, {"{\"seq\":4,\"time_ms\":1}\n"}}};
  const auto woven = weave(own, {}, 5, origins);
  ASSERT_FALSE(woven.has_value());
  EXPECT_EQ(woven.error().code, ErrorCode::kConflict);
  EXPECT_FALSE(weave({{members_of(kUs), 3, {"{\"time_ms\":1}\n"}}}, {}, 0, origins).has_value());
}

/// What cannot have been: its entries come late, and nothing fails.
TEST(Weave, APeerThatGivesBackAnotherLogIsReadLate) {
  const AuthorityId fr = AuthorityId::trusted("fr");
  const auto origins = *Origins::make(charter());
  const std::string theirs = "{\"seq\":1,\"time_ms\":1}\n";
  const std::string ours = fmt::format("{{\"q\":\"{}\",\"seq\":5,\"time_ms\":1}}\n", hash_of(theirs).hex());
  const auto woven = weave({{members_of(kUs), 0, {ours}}}, {{members_of(fr), 0, {theirs}}}, 5, origins);
  ASSERT_TRUE(woven.has_value());
  ASSERT_EQ(woven->size(), 2U);
  EXPECT_EQ((*woven)[0].line, ours);
  EXPECT_EQ((*woven)[1].seq, 6U);
}

// The tenant's ACCEPT quotes the LEASE alone, and the windows that it took over stand in another log.
TEST(Weave, WindowsOfAZoneComeBeforeItIsTakenOver) {
  const AuthorityId fr = AuthorityId::trusted("fr");
  const ZoneId zone = ZoneId::trusted("F1");
  const auto line = [](std::uint64_t seq, const Body& body) {
    return *write_entry({.seq = seq, .time = UtcMs{1'000}, .by = {}, .second = {}, .cmd = {}, .body = body});
  };
  const std::string windows =
      line(40, ZoneSnapshot{.epoch = 0, .part = 0, .parts = 1, .to = kUs, .windows = {}, .zone = zone});
  const std::string later =
      line(60, ZoneSnapshot{.epoch = 2, .part = 0, .parts = 1, .to = kUs, .windows = {}, .zone = zone});
  const std::string lease = line(
      41, ZoneLease{.epoch = 1, .snapshot = {hash_of(windows)}, .tenant = kUs, .until = UtcMs{90'000}, .zone = zone});
  const std::string accept = line(7, ZoneAccept{.epoch = 1, .lease = hash_of(lease), .zone = zone});
  const auto number_of = [&](std::vector<LogTail> peers, const std::string& wanted) {
    const auto woven = weave({{members_of(kUs), 0, {accept}}}, std::move(peers), 2, *Origins::make(charter()));
    EXPECT_TRUE(woven.has_value());
    return std::ranges::find(*woven, wanted, &Woven::line)->seq;
  };
  const LogTail pair{pair_of(fr, kUs), 3, {windows, later}};
  EXPECT_LT(number_of({{members_of(fr), 5, {lease}}, pair}, windows), 7U);
  EXPECT_LT(number_of({pair}, windows), 7U) << "the lease had been read before the record was lost";
  EXPECT_GT(number_of({pair}, later), 7U) << "of the next epoch";
}

// Else a replay would take the clearance for one of nothing, and end the flight while it flies (seed 14245 of the
// simulator).
TEST(Weave, AConfirmationComesBeforeTheCrewIsClearedForIt) {
  const AuthorityId fr = AuthorityId::trusted("fr");
  const auto line = [](std::uint64_t seq, const Body& body) {
    return *write_entry({.seq = seq, .time = UtcMs{1'000}, .by = {}, .second = {}, .cmd = {}, .body = body});
  };
  const EntryHash request = hash_of("a request\n");
  const std::string confirmed = line(40, LegConfirmed{.commit = hash_of("a commit\n"),
                                                      .epoch = 0,
                                                      .number = 1,
                                                      .request = request,
                                                      .to = kUs,
                                                      .zone = ZoneId::trusted("F1")});
  const std::string cleared =
      line(7, CrewReport{.flight = FlightId::trusted("U1"), .requests = {request}, .step = CrewStep::kCleared});
  // Whoever else says the same of it hides nothing.
  const LogTail another{pair_of(AuthorityId::trusted("ru"), kUs), 0, {confirmed}};
  const LogTail owners{pair_of(fr, kUs), 3, {confirmed}};
  for (const auto& peers : {std::vector{owners}, std::vector{another, owners}, std::vector{owners, another}}) {
    const auto woven = weave({{main_log(), 0, {cleared}}}, peers, 2, *Origins::make(charter()));
    ASSERT_TRUE(woven.has_value()) << woven.error().text();
    ASSERT_EQ(woven->size(), peers.size() + 1);
    EXPECT_EQ(woven->back().seq, 7U);
    EXPECT_EQ(woven->back().line, cleared);
  }
}

// fr comes in with version 2, or with version 3 again (seed 17174): before, nobody read of it.
TEST(Weave, WhatIsReadOfANewcomerStandsBehindItsVersion) {
  const AuthorityId fr = AuthorityId::trusted("fr");
  const core::Charter all = charter();
  core::Charter without = all;
  std::erase_if(without.authorities, [&](const core::Authority& a) { return a.id == fr; });
  const auto line = [](std::uint64_t seq, Body body) {
    return *write_entry({.seq = seq, .time = UtcMs{1'000}, .by = {}, .second = {}, .cmd = {}, .body = std::move(body)});
  };
  const auto in_force = [&](std::uint64_t seq) { return line(seq, CharterInForce{.charter_sha256 = {}}); };
  const std::string first = line(1, LineCheck{.number = 1, .to = kUs});
  const std::string again = line(90, LineCheck{.number = 2, .to = kUs});
  const auto answer = [&](std::uint64_t seq, const std::string& check) {
    return line(seq, LineAnswered{.attended = true, .check = hash_of(check), .to = fr});
  };
  const auto numbers = [&](const core::Charter& at_first, const LogTail& pair, const LogTail& theirs) {
    const std::vector<LogTail> own{{members_of(kUs), 0, {in_force(20), in_force(40), in_force(60)}}, pair};
    const auto woven = coordination::weave(own, {theirs}, 10, *Origins::make(all), at_first);
    std::vector<std::uint64_t> out;
    for (const Woven& one : *woven) {
      if (one.log == theirs.log) out.push_back(one.seq);
    }
    return out;
  };
  using Numbers = std::vector<std::uint64_t>;
  const LogTail theirs{pair_of(fr, kUs), 0, {first, again}};
  const LogTail answers{pair_of(kUs, fr), 0, {answer(30, first), answer(70, again)}};
  EXPECT_EQ(numbers(all, answers, theirs), (Numbers{10, 61})) << "nothing shows that it was one after version 3";
  EXPECT_EQ(numbers(without, answers, theirs), (Numbers{21, 61}));
  const LogTail always{pair_of(kUs, fr), 0, {answer(30, first), answer(50, first), answer(70, again)}};
  EXPECT_EQ(numbers(all, always, theirs), (Numbers{10, 11}));
  EXPECT_EQ(numbers(without, always, theirs), (Numbers{21, 22}));
}

}  // namespace
}  // namespace tansiq::coordination
