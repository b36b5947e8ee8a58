#include "log/bundle_verify.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "log/bundle_report.h"
#include "log/bundle_testlib.h"
#include "log/note.h"

namespace tansiq::log {
namespace {

using testing::bundle_bytes;
using testing::BundleWorld;
using testing::verify_bytes;

const BundleLog& log_of(const BundleReport& report, std::string_view origin) {
  return *std::ranges::find(report.logs, origin, &BundleLog::origin);
}

std::string faults(const BundleReport& report) {
  std::string out;
  for (const BundleFinding& finding : report.findings) {
    out += fmt::format("{} in {}", to_text(finding.fault), finding.section);
    if (finding.entry) out += fmt::format(", entry {}", *finding.entry);
    out += "; ";
  }
  return out;
}

TEST(VerifyBundle, SaysWhatIsProved) {
  const BundleWorld world;
  const BundleReport report = verify_bytes(bundle_bytes(world.parts));
  EXPECT_TRUE(report.good()) << faults(report);
  EXPECT_FALSE(report.trust_given);
  ASSERT_EQ(report.charters.size(), 1U);
  EXPECT_EQ(report.charters[0].signers, (std::vector<std::string>{"fr", "us"}));
  ASSERT_EQ(report.logs.size(), 2U);

  const BundleLog& us = log_of(report, "us.example/members");
  EXPECT_EQ(us.authority, "us");
  EXPECT_EQ(us.size, 4U);
  ASSERT_EQ(us.entries.size(), 3U);
  EXPECT_THAT(us.runs, ::testing::ElementsAre(std::pair(1U, 3U)));
  // What us said at 10:00:10 had been read by fr at 10:00:12, which its anchor says; the cosignature came later.
  const BundledEntry& message = us.entries[0];
  EXPECT_EQ(message.type, "talk.message");
  EXPECT_EQ(message.hash, leaf_hash(world.us.lines[1]));
  ASSERT_EQ(message.witnesses.size(), 1U);
  EXPECT_EQ(message.witnesses[0].authority, "fr");
  EXPECT_EQ(message.witnesses[0].time_ms, 1'795'341'612'000);
  EXPECT_EQ(message.witnesses[0].anchor, "fr.example/members");
  EXPECT_EQ(message.witnesses[0].anchor_index, 1U);
  EXPECT_TRUE(message.known.empty());
  // What us answered is covered by the cosignature alone, and came after it had read two entries of fr.
  const BundledEntry& answer = us.entries[2];
  ASSERT_EQ(answer.witnesses.size(), 1U);
  EXPECT_EQ(answer.witnesses[0].time_ms, 1'795'341'633'000);
  EXPECT_THAT(answer.witnesses[0].key, ::testing::StartsWith("fr.example/cosigner+"));
  ASSERT_EQ(answer.known.size(), 1U);
  EXPECT_EQ(answer.known[0].origin, "fr.example/members");
  EXPECT_EQ(answer.known[0].size, 2U);
  EXPECT_TRUE(answer.known[0].checked);

  const BundleLog& fr = log_of(report, "fr.example/members");
  EXPECT_TRUE(fr.entries[2].witnesses.empty()) << "the newest checkpoint is not cosigned";
  ASSERT_EQ(report.attachments.size(), 1U);
  EXPECT_TRUE(report.attachments[0].whole);
  EXPECT_THAT(report.attachments[0].quoted_by,
              ::testing::ElementsAre(std::pair(std::string("fr.example/members"), 2U)));
}

// Every byte: found, and the section in which it stands is named, with a range that holds it.
TEST(VerifyBundle, EveryChangedByteIsFoundAndNamed) {
  const BundleWorld world;
  const std::string good = bundle_bytes(world.parts);
  auto reader = BundleFileReader::open(testing::reading(good));
  ASSERT_TRUE(reader);
  std::vector<std::pair<std::uint64_t, std::string>> places{{0, "head"}, {kBundleFirstLineBytes, "manifest"}};
  while (*reader->begin()) places.emplace_back(reader->section_offset(), reader->section().title());
  std::size_t place = 0;
  std::string bytes = good;
  constexpr std::array<unsigned, 3> masks{0x01, 0x20, 0x80};
  for (std::size_t at = 0; at < good.size(); ++at) {
    while (place + 1 < places.size() && places[place + 1].first <= at) ++place;
    const unsigned mask = masks[at % masks.size()];
    bytes[at] = static_cast<char>(static_cast<unsigned char>(good[at]) ^ mask);
    const BundleReport report = verify_bytes(bytes);
    const bool named = std::ranges::any_of(report.findings, [&](const BundleFinding& finding) {
      return finding.section == places[place].second &&
             (!finding.bytes || (finding.bytes->begin <= at && at < finding.bytes->end));
    });
    ASSERT_TRUE(named) << "byte " << at << " of " << places[place].second << ", mask " << mask << ": "
                       << faults(report);
    bytes[at] = good[at];
  }
}

TEST(VerifyBundle, EveryShorterFileIsFound) {
  const BundleWorld world;
  const std::string good = bundle_bytes(world.parts);
  for (std::size_t size = 0; size < good.size(); ++size) {
    EXPECT_FALSE(verify_bytes(std::string_view(good).substr(0, size)).good()) << size;
  }
  const BundleReport longer = verify_bytes(good + "x");
  EXPECT_EQ(faults(longer), "extra in end; ");
}

// Whoever forges computes all hashes of the file anew; the tree and the signatures remain.
TEST(VerifyBundle, AForgedEntryIsNamed) {
  BundleWorld world;
  std::string& entries = world.part(BundleKind::kEntries, world.us.origin).content;
  entries.replace(entries.find("Who is this"), 11, "All is well");
  const BundleReport report = verify_bytes(bundle_bytes(world.parts));
  EXPECT_THAT(faults(report), ::testing::StartsWith("inclusion in entries us.example/members, entry 1; "));
  EXPECT_FALSE(log_of(report, world.us.origin).entries[0].proved);
  EXPECT_THAT(bundle_text(report, {}), ::testing::HasSubstr("entries us.example/members, entry 1 (bytes "));
}

TEST(VerifyBundle, AForgedLogUnderTheForgersKeyIsNotItsAuthors) {
  BundleWorld world;
  testing::BundleLogMaker forged("us", 9);
  forged.add("talk.agreed", 1'795'341'600'000);
  world.part(BundleKind::kCheckpoints, world.us.origin).content =
      forged.checkpoint_line(forged.note(1), 1, std::nullopt);
  world.part(BundleKind::kTrees, world.us.origin).content = "";
  world.part(BundleKind::kEntries, world.us.origin).content = forged.entry_line(0, 1);
  const BundleReport report = verify_bytes(bundle_bytes(world.parts));
  EXPECT_THAT(faults(report), ::testing::StartsWith("checkpoint in checkpoints us.example/members; "));
  EXPECT_FALSE(log_of(report, world.us.origin).entries[0].proved);
}

// With a charter of his own making a forger's bundle fits together. Only who has the charter from elsewhere can tell.
TEST(VerifyBundle, AForgedCharterIsFoundByThatWhichIsGiven) {
  const BundleWorld world;
  const VerifyBundleOptions trusting{.keys = {}, .charters = {world.charter}};
  const BundleReport real = verify_bytes(bundle_bytes(world.parts), trusting);
  EXPECT_TRUE(real.good()) << faults(real);
  EXPECT_TRUE(real.trust_given);
  EXPECT_TRUE(real.charters[0].given);

  BundleWorld forged;
  std::string& charter = forged.part(BundleKind::kCharter, "1").content;
  const std::string text = charter.substr(0, charter.find("\n\n") + 1);
  std::string changed = text;
  changed.replace(changed.find("Levant"), 6, "Fabled");
  const SignerKey* const keys[] = {&forged.fr.main, &forged.us.main};
  charter = *sign_note(changed, keys);
  EXPECT_TRUE(verify_bytes(bundle_bytes(forged.parts)).good());
  EXPECT_THAT(faults(verify_bytes(bundle_bytes(forged.parts), trusting)),
              ::testing::HasSubstr("charter_differs in charter"));
}

TEST(VerifyBundle, WithKeysGivenAllMustBeSignedByThose) {
  const BundleWorld world;
  const std::string bytes = bundle_bytes(world.parts);
  const VerifyBundleOptions both{.keys = {world.fr.main.verifier(), world.us.main.verifier()}, .charters = {}};
  const BundleReport good = verify_bytes(bytes, both);
  EXPECT_TRUE(good.good()) << faults(good);
  const VerifyBundleOptions one{.keys = {world.us.main.verifier()}, .charters = {}};
  const BundleReport report = verify_bytes(bytes, one);
  EXPECT_EQ(faults(report), "not_vouched in checkpoints fr.example/members; ");
  EXPECT_TRUE(log_of(report, world.us.origin).vouched);
  EXPECT_TRUE(log_of(report, world.us.origin).entries[0].witnesses.empty()) << "nobody vouches for who saw it";
  const VerifyBundleOptions other{.keys = {testing::BundleLogMaker("us", 7).main.verifier()}, .charters = {}};
  EXPECT_FALSE(verify_bytes(bytes, other).good());
  EXPECT_FALSE(verify_bytes(bundle_bytes({}), both).good()) << "a bundle that holds nothing proves nothing";
}

// Without a charter in the bundle the keys that are given do.
TEST(VerifyBundle, NeedsNoCharter) {
  BundleWorld world;
  std::erase_if(world.parts, [](const BundlePart& part) { return part.kind == BundleKind::kCharter; });
  const std::string bytes = bundle_bytes(world.parts);
  EXPECT_FALSE(verify_bytes(bytes).good());
  const BundleReport report = verify_bytes(
      bytes,
      {.keys = {world.fr.main.verifier(), world.us.main.verifier(), world.us.cosigner.verifier()}, .charters = {}});
  EXPECT_TRUE(report.good()) << faults(report);
  EXPECT_EQ(log_of(report, world.us.origin).authority, "us.example/main");
  const BundledEntry& statement = log_of(report, world.fr.origin).entries[1];
  ASSERT_EQ(statement.witnesses.size(), 1U);
  EXPECT_EQ(statement.witnesses[0].authority, "us.example/cosigner");
}

TEST(VerifyBundle, WithoutACosignatureNothingSaysWhen) {
  BundleWorld world;
  world.part(BundleKind::kCheckpoints, world.us.origin).content =
      world.us.checkpoint_line(world.us.note(4), 4, std::nullopt);
  const BundleReport report = verify_bytes(bundle_bytes(world.parts));
  EXPECT_TRUE(report.good()) << faults(report);
  EXPECT_TRUE(log_of(report, world.us.origin).entries[2].witnesses.empty());
  EXPECT_FALSE(log_of(report, world.us.origin).entries[0].witnesses.empty()) << "the anchor remains";
  EXPECT_THAT(bundle_text(report, {}), ::testing::HasSubstr("no other authority shows here that it saw them: 2"));
}

// An authority's own cosignature says nothing that its signature does not.
TEST(VerifyBundle, NobodyIsHisOwnWitness) {
  BundleWorld world;
  world.part(BundleKind::kCheckpoints, world.us.origin).content =
      world.us.checkpoint_line(world.us.note(4, {&world.us.cosigner}, 1'700'000'000), 4, std::nullopt);
  const BundleReport report = verify_bytes(bundle_bytes(world.parts));
  EXPECT_TRUE(report.good()) << faults(report);
  EXPECT_TRUE(log_of(report, world.us.origin).entries[2].witnesses.empty());
}

TEST(VerifyBundle, AFalseCosignatureSpoilsItsCheckpoint) {
  BundleWorld world;
  const std::string other = world.us.note(3, {&world.fr.cosigner}, 1'700'000'000);
  std::string note = world.us.note(4);
  note += other.substr(other.rfind("\u2014 "));
  world.part(BundleKind::kCheckpoints, world.us.origin).content = world.us.checkpoint_line(note, 4, std::nullopt);
  EXPECT_THAT(faults(verify_bytes(bundle_bytes(world.parts))),
              ::testing::StartsWith("checkpoint in checkpoints us.example/members; "));
}

TEST(VerifyBundle, MissingProofsAreNamed) {
  BundleWorld world;
  const std::string note = world.fr.note(4);
  world.part(BundleKind::kCheckpoints, world.fr.origin).content =
      world.fr.checkpoint_line(world.fr.note(3), 3, std::nullopt) + world.fr.checkpoint_line(note, 4, std::nullopt);
  EXPECT_THAT(faults(verify_bytes(bundle_bytes(world.parts))),
              ::testing::StartsWith("consistency in checkpoints fr.example/members; "));

  BundleWorld trees;
  std::erase_if(trees.parts, [](const BundlePart& part) { return part.kind == BundleKind::kTrees; });
  // The first entry of us was proved in such a tree; and what the anchors name cannot be compared any more.
  const BundleReport report = verify_bytes(bundle_bytes(trees.parts));
  EXPECT_EQ(faults(report), "inclusion in entries us.example/members, entry 1; ");
  EXPECT_FALSE(log_of(report, trees.us.origin).entries[2].known[0].checked);

  BundleWorld entry;
  std::string line;
  ASSERT_TRUE(append_line(line, EntryLine{.index = 2, .line = entry.fr.lines[2], .size = 3, .proof = {}}));
  entry.part(BundleKind::kEntries, entry.fr.origin).content = line;
  EXPECT_THAT(faults(verify_bytes(bundle_bytes(entry.parts))),
              ::testing::HasSubstr("inclusion in entries fr.example/members, entry 2; "));
}

// The author of an anchor had seen another history of us than the one shown here: one of the two lies.
TEST(VerifyBundle, AnAnchorThatContradictsIsNamed) {
  BundleWorld world;
  testing::BundleLogMaker other("us", 2);
  other.add("watch.set", 1);
  other.add("talk.message", 2);
  other.add("talk.message", 3);
  world.part(BundleKind::kCheckpoints, world.us.origin).content = other.checkpoint_line(other.note(3), 3, std::nullopt);
  world.part(BundleKind::kTrees, world.us.origin).content = other.tree_line(2, 3);
  world.part(BundleKind::kEntries, world.us.origin).content = other.entry_line(1, 2);
  const BundleReport report = verify_bytes(bundle_bytes(world.parts));
  EXPECT_EQ(faults(report), "fork in entries fr.example/members, entry 1; ");
}

TEST(VerifyBundle, TwoSignedTreesOfOneSizeAreAFork) {
  BundleWorld world;
  testing::BundleLogMaker other("us", 2);
  for (int i = 0; i < 4; ++i) other.add("other", i);
  std::string& lines = world.part(BundleKind::kCheckpoints, world.us.origin).content;
  lines += world.us.checkpoint_line(other.note(4), 4, 4);
  EXPECT_THAT(faults(verify_bytes(bundle_bytes(world.parts))),
              ::testing::StartsWith("fork in checkpoints us.example/members; "));
}

TEST(VerifyBundle, WhatNoEntryNamesIsToldFromWhatOneDoes) {
  BundleWorld world;
  world.parts.push_back({.kind = BundleKind::kAttachment, .name = "other.tsr", .content = "something else"});
  const BundleReport report = verify_bytes(bundle_bytes(world.parts));
  EXPECT_TRUE(report.good()) << faults(report);
  EXPECT_TRUE(report.attachments[1].quoted_by.empty());
  EXPECT_THAT(bundle_text(report, {}), ::testing::HasSubstr("Attachment other.tsr: no proved entry here names it"));
}

TEST(VerifyBundle, ContentThatIsNoEntryIsNamed) {
  BundleWorld world;
  testing::BundleLogMaker& us = world.us;
  us.lines[3] = "{ \"not\":\"canonical\"}\n";
  world.part(BundleKind::kCheckpoints, us.origin).content = us.checkpoint_line(us.note(4), 4, std::nullopt);
  world.part(BundleKind::kTrees, us.origin).content = us.tree_line(2, 4);
  world.part(BundleKind::kEntries, us.origin).content = us.entry_line(3, 4);
  EXPECT_EQ(faults(verify_bytes(bundle_bytes(world.parts))), "content in entries us.example/members, entry 3; ");
}

TEST(VerifyBundle, FailsOnlyWhereItCannotRead) {
  const auto broken = [](std::span<std::uint8_t>) -> Result<std::size_t> { return fail(ErrorCode::kIo, "no disk"); };
  EXPECT_EQ(verify_bundle(broken, {}).error().code, ErrorCode::kIo);
  EXPECT_EQ(verify_bundle_file("/nowhere/bundle", {}).error().code, ErrorCode::kNotFound);
  EXPECT_FALSE(check_charter_note("{}\n"));
  EXPECT_TRUE(check_charter_note(BundleWorld().charter));
}

TEST(VerifyBundle, EveryFindingIsCounted) {
  BundleWorld world;
  std::string& lines = world.part(BundleKind::kEntries, world.us.origin).content;
  lines.clear();
  for (int i = 0; i < 100; ++i) lines += "{}\n";
  const BundleReport report = verify_bytes(bundle_bytes(world.parts));
  EXPECT_EQ(report.findings_total, 100U);
  EXPECT_EQ(report.findings.size(), 32U);
  EXPECT_THAT(bundle_text(report, {}), ::testing::HasSubstr("and more, in number: 68"));
}

}  // namespace
}  // namespace tansiq::log
