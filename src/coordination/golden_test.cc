// The golden records of coordination: written by version 1, replayed by every later one to the same state.
//
// A folder of tests/golden/v1/ holds a charter, the record of its member us (a line each: the log's name, a blank, the
// entry), the bodies that entries quote, and the state hash. It is written once (TANSIQ_WRITE_GOLDEN=1 on a program of
// that version) and never again: types of entry that came later have a folder of their own.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <set>

#include "base/bytes.h"
#include "coordination/golden_testlib.h"
#include "core/golden_testlib.h"
#include "log/memory_log.h"
#include "log/verify.h"
#include "log/verify_report.h"

namespace tansiq::coordination {
namespace {

using testing::Golden;

/// One folder: which types of entry it has to hold, each by how its name begins, and the story that it is written by.
struct Kept {
  std::string_view folder;
  std::vector<std::string_view> types;  ///< Empty: all that no other folder holds.
  Golden (*tell)();
  std::size_t lines;  ///< More than this many.
  friend void PrintTo(const Kept& kept, std::ostream* out) { *out << kept.folder; }
};
const std::vector<Kept>& all_kept() {
  static const std::vector<Kept> kAll{
      {"v1/coordination", {}, testing::tell_golden_story, 200},
      {"v1/information", {"report.filed", "report.ended", "incident."}, testing::tell_golden_story_of_information, 40},
      {"v1/held_reports", {"report.held", "report.gone"}, testing::tell_golden_story_of_held_reports, 10},
      {"v1/talks", {"talk.", "watch.", "line."}, testing::tell_golden_story_of_talks, 40},
      {"v1/answers", {"answer."}, testing::tell_golden_story_of_answers, 20},
  };
  return kAll;
}

std::set<std::string> types_for(const Kept& kept) {
  const auto begins = [](const Kept& of, const std::string& type) {
    return std::ranges::any_of(of.types, [&](std::string_view begin) { return type.starts_with(begin); });
  };
  std::set<std::string> out;
  for (const std::string& type : core::testing::all_types<Body::Variant>()) {
    const bool elsewhere = std::ranges::any_of(all_kept(), [&](const Kept& other) { return begins(other, type); });
    if (kept.types.empty() ? !elsewhere : begins(kept, type)) out.insert(type);
  }
  return out;
}

/// `us/main`, `ru/members`, `fr/with/us`.
std::string text_of(const LogName& log) {
  if (log.kind == LogName::Kind::kMain) return log.author.str() + "/main";
  if (log.kind == LogName::Kind::kMembers) return log.author.str() + "/members";
  return log.author.str() + "/with/" + log.reader.str();
}
LogName log_of_text(std::string_view text) {
  const std::size_t slash = text.find('/');
  const AuthorityId author = AuthorityId::trusted(text.substr(0, slash));
  const std::string_view kind = text.substr(slash + 1);
  if (kind == "main") return {author, LogName::Kind::kMain, {}};
  if (kind == "members") return {author, LogName::Kind::kMembers, {}};
  return {author, LogName::Kind::kPair, AuthorityId::trusted(kind.substr(5))};
}

Golden read_kept(const Kept& kept) {
  const core::testing::GoldenFolder folder(kept.folder);
  Golden out{.charter = {}, .record = {}, .bodies = {}, .state_hash = {}};
  auto charter = core::parse_charter(folder.text("charter.json"));
  EXPECT_TRUE(charter.has_value());
  if (charter) out.charter = std::move(*charter);
  for (const std::string& line : folder.lines("record")) {
    const std::size_t blank = line.find(' ');
    out.record.push_back({log_of_text(line.substr(0, blank)), out.record.size(), line.substr(blank + 1)});
  }
  for (const std::string& line : folder.lines("bodies")) {
    const auto bytes = from_hex(line.substr(0, line.size() - 1));
    EXPECT_TRUE(bytes.has_value());
    if (bytes) out.bodies.emplace_back(as_text(*bytes));
  }
  return out;
}

std::set<std::string> types_of(const Golden& golden) {
  std::set<std::string> types;
  for (const Written& written : golden.record) {
    if (const auto entry = read_entry(written.line)) types.insert(std::string(type_name(entry->body)));
  }
  return types;
}

std::vector<std::string> missing(const Kept& kept, const Golden& golden) {
  const std::set<std::string> there = types_of(golden);
  const std::set<std::string> wanted = types_for(kept);
  std::vector<std::string> out;
  std::ranges::set_difference(wanted, there, std::back_inserter(out));
  return out;
}

class CoordinationGolden : public ::testing::TestWithParam<Kept> {};
INSTANTIATE_TEST_SUITE_P(, CoordinationGolden, ::testing::ValuesIn(all_kept()));

TEST_P(CoordinationGolden, WritesItOnce) {
  const core::testing::GoldenFolder folder(GetParam().folder);
  if (!folder.to_be_written("record")) GTEST_SKIP() << "only with TANSIQ_WRITE_GOLDEN set";
  const Golden golden = GetParam().tell();
  ASSERT_THAT(missing(GetParam(), golden), ::testing::IsEmpty());
  std::ofstream(folder.file("charter.json"), std::ios::binary) << core::charter_text(golden.charter);
  std::ofstream record(folder.file("record"), std::ios::binary);
  for (const Written& written : golden.record) record << text_of(written.log) << ' ' << written.line;
  std::ofstream bodies(folder.file("bodies"), std::ios::binary);
  for (const std::string& body : golden.bodies) bodies << to_hex(as_bytes(body)) << '\n';
  std::ofstream(folder.file("state_hash"), std::ios::binary) << to_hex(golden.state_hash) << '\n';
}

TEST_P(CoordinationGolden, Version1HoldsEveryType) {
  EXPECT_THAT(missing(GetParam(), read_kept(GetParam())), ::testing::IsEmpty());
}

TEST_P(CoordinationGolden, Version1Replays) {
  const auto node = testing::replay(read_kept(GetParam()));
  ASSERT_NE(node, nullptr);
  EXPECT_EQ(to_hex(node->state_hash()) + "\n", core::testing::GoldenFolder(GetParam().folder).text("state_hash"));
}

/// What is read and written again is the same line, and of each type a snapshot keeps all that it led to.
TEST_P(CoordinationGolden, Version1IsWrittenAlikeAgain) {
  const Golden golden = read_kept(GetParam());
  std::size_t compared = 0;
  for (const Written& written : golden.record) {
    if (!is_coordination_line(written.line)) continue;
    const auto entry = read_entry(written.line);
    if (!entry) continue;  // what a peer said in no format is in the record too
    const auto again = write_entry(*entry);
    ASSERT_TRUE(again.has_value()) << again.error().text();
    EXPECT_EQ(*again, written.line);
    ++compared;
  }
  EXPECT_GT(compared, GetParam().lines);
}

/// Each log of it, signed, is one that an auditor takes.
TEST_P(CoordinationGolden, Version1Verifies) {
  const Golden golden = read_kept(GetParam());
  std::map<LogName, std::vector<std::string>> own;
  for (const Written& written : golden.record) {
    if (written.log.author.str() == "us") own[written.log].push_back(written.line);
  }
  EXPECT_EQ(own.size(), 4U) << "main, members, and one for each of two peers";
  for (const auto& [name, lines] : own) {
    const std::string origin = "us.example/" + text_of(name).substr(3);
    const auto key = testing::member_key("us").renamed(origin);
    ASSERT_TRUE(key.has_value());
    log::MemoryLog log;
    for (const std::string& line : lines) log.append(line);
    ASSERT_TRUE(log.sign(*key));
    const auto report = log::verify_log(log, {.keys = {key->verifier()}});
    ASSERT_TRUE(report.has_value()) << report.error().text();
    EXPECT_TRUE(report->good()) << log::to_text(*report);
    EXPECT_EQ(report->authorship, log::Authorship::kVerified);
    EXPECT_EQ(report->entries, lines.size());
  }
}

}  // namespace
}  // namespace tansiq::coordination
