// The golden record of the supplier: written by version 1, replayed by every later one to the same state.
//
// tests/golden/v1/uss/ holds the ledger's entries and the SHA-256 of the state they lead to. A directory is written
// once (TANSIQ_WRITE_GOLDEN=1 on a program of that version) and never again.
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>

#include "core/golden_testlib.h"
#include "uss/uss_testlib.h"

namespace tansiq::uss {
namespace {

using namespace test;

const core::testing::GoldenFolder kGolden("v1/uss");

std::string state_hash(const Ledger& ledger) {
  std::string state;
  ledger.write_state(state);
  return log::sha256(state).hex() + "\n";
}

/// Something of each type, and what follows from it.
std::vector<std::string> written() {
  Ledger ledger;
  std::vector<std::string> lines;
  Place place{1, kNow};
  const auto say = [&](Body body) {
    auto line = ledger.say(std::move(body), place);
    EXPECT_TRUE(line) << line.error().text();
    lines.push_back(line.value_or(""));
    return place.seq++;
  };
  Registered attached = registered(1, 1);
  attached.subscription = id(100);
  say(attached);
  const auto first = say(to_tell(1, "https://a.example", 10, 1));
  say(Delivered{first});
  say(registered(1, 2, 2));
  say(to_tell(1, "https://a.example", 10, 2));
  const auto second = say(to_tell(1, "https://a.example", 11, 1));
  say(GivenUp{second, "they answer 410"});
  say(Requeued{core::Subject::trusted("officer"), second, kNow + 20 * kMinute});
  Learned told = learned(7, 1);
  told.how = How::kNotice;
  told.notice = hash("a notice");
  say(told);
  Learned closed = learned(8, 1);
  closed.kind = Kind::kConstraint;
  closed.state.reset();
  say(closed);
  say(Gone{id(8), Kind::kConstraint, "alpha", hash("a notice of the end")});
  say(Gone{id(9), Kind::kIntent, "alpha", hash("another")});
  say(DriftFound{id(7), "alpha", hash("served"), "https://alpha.example", 1, "details: they differ"});
  say(DriftSettled{core::Subject::trusted("officer"), id(7), "corrected", 1});
  say(Reported{"r-1", "alpha", hash("report")});
  say(registered(2, 1));
  say(Ended{intent(2)});
  say(Delivered{second});
  place.time = place.time + 2 * kOverKeptMs;
  while (auto line = ledger.tick(place)) {
    lines.push_back(*line);
    ++place.seq;
  }
  return lines;
}

/// What came to be written later: what is about to be asked for, with each way in which that can come out.
std::vector<std::string> written_with_tries() {
  Ledger ledger;
  std::vector<std::string> lines;
  Place place{1, kNow};
  const auto say = [&](Body body) {
    auto line = ledger.say(std::move(body), place);
    EXPECT_TRUE(line) << line.error().text();
    lines.push_back(line.value_or(""));
    ++place.seq;
  };
  say(trying(1, 1));
  say(registered(1, 1));
  say(trying(1, 2));
  say(trying(2, 1));
  say(Ended{intent(2)});
  say(trying(3, 1));
  say(registered(3, 1));
  Trying deleted = trying(3, 0);
  deleted.details.reset();
  say(deleted);
  return lines;
}

/// What came after that: which registry counts, and how much senders have left here.
std::vector<std::string> written_with_registries() {
  Ledger ledger;
  std::vector<std::string> lines;
  Place place{1, kNow};
  const auto say = [&](Body body) {
    auto line = ledger.say(std::move(body), place);
    EXPECT_TRUE(line) << line.error().text();
    lines.push_back(line.value_or(""));
    ++place.seq;
  };
  const std::string before = "https://dss.example";
  say(RegistryNamed{before});
  say(registered(1, 1));
  say(registered(2, 1));
  say(trying(3, 1));
  say(RegistryNamed{"https://another.example"});
  say(registered(1, 1));
  int n = 0;
  for (const Clearance how : {Clearance::kDeleted, Clearance::kAbsent}) {
    ++n;
    say(Cleared{.how = how, .id = id(static_cast<std::uint64_t>(n)), .intent = intent(n), .registry = before});
  }
  Learned told = learned(7, 1);
  told.how = How::kNotice;
  told.notice = hash("a notice");
  told.bytes = 700;
  say(told);
  say(Gone{.id = id(7), .kind = Kind::kIntent, .manager = "alpha", .notice = hash("the end"), .bytes = 70});
  say(Reported{.id = "r-1", .manager = "bravo", .report = hash("report"), .bytes = 7});
  return lines;
}

struct Record {
  std::string_view log, state;
  std::vector<std::string> (*written)();
  [[nodiscard]] std::vector<std::string> kept() const { return kGolden.lines(log); }
};
constexpr std::array kRecords{Record{"log.jsonl", "state_hash", written},
                              Record{"tries.jsonl", "tries_state_hash", written_with_tries},
                              Record{"registries.jsonl", "registries_state_hash", written_with_registries}};

TEST(LedgerGolden, Writes) {
  if (std::getenv("TANSIQ_WRITE_GOLDEN") == nullptr) GTEST_SKIP() << "only once for each version";
  for (const Record& record : kRecords) {
    if (std::filesystem::exists(kGolden.file(record.log))) continue;
    ASSERT_TRUE(kGolden.to_be_written(record.log));
    std::ofstream log(kGolden.file(record.log), std::ios::binary);
    Ledger ledger;
    for (const std::string& line : record.written()) {
      log << line;
      ASSERT_TRUE(ledger.apply(line));
    }
    std::ofstream(kGolden.file(record.state), std::ios::binary) << state_hash(ledger);
  }
}

TEST(LedgerGolden, HasEveryType) {
  std::set<std::string> types;
  for (const Record& record : kRecords) {
    for (const std::string& line : record.kept()) types.insert(std::string(type_name(read_entry(line).value().body)));
  }
  EXPECT_EQ(types, core::testing::all_types<Body>());
}

TEST(LedgerGolden, LeadsToTheSameState) {
  for (const Record& record : kRecords) {
    Ledger ledger;
    for (const std::string& line : record.kept()) {
      ASSERT_TRUE(ledger.apply(line)) << line;
      EXPECT_EQ(write_entry(read_entry(line).value()), line);
    }
    EXPECT_EQ(state_hash(ledger), kGolden.text(record.state));
  }
}

TEST(LedgerGolden, IsWhatThisProgramWrites) {
  for (const Record& record : kRecords) EXPECT_EQ(record.written(), record.kept());
}

}  // namespace
}  // namespace tansiq::uss
