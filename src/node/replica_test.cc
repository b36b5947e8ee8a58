#include "node/replica.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/random.h"
#include "log/cosignature.h"
#include "log/verify_report.h"
#include "node/head_note.h"
#include "node/replication_testlib.h"

namespace tansiq::node {
namespace {

using ::testing::HasSubstr;
using namespace test;

constexpr UtcMs kNow{1'700'000'000'000};

/// What a store would give back after `replica` has stored all this.
Replica::Held held_by(const Replica& replica, const std::vector<std::string>& lines, std::string head_note) {
  Replica::Held held;
  for (const std::string& line : lines) held.edge.append(log::leaf_hash(line));
  held.head_note = std::move(head_note);
  if (!lines.empty()) held.last = *read_envelope(lines.back());
  EXPECT_EQ(held.edge.root(), replica.root());
  return held;
}

TEST(Replica, HoldsWhatTheAuthorSaid) {
  Author author;
  Replica replica = fresh_replica(author);
  EXPECT_EQ(feed(replica, author.answer(replica.question())).verdict, Verdict::kNothingNew);  // no log yet
  author.grow(5);
  std::vector<std::string> stored;
  const Judgement first = feed(replica, author.answer(replica.question()), &stored);
  ASSERT_EQ(first.verdict, Verdict::kExtends) << first.reason;
  EXPECT_EQ(first.size, 5U);
  EXPECT_EQ(first.root, author.root());
  EXPECT_EQ(first.head_note, author.note());
  EXPECT_EQ(feed(replica, author.answer(replica.question())).verdict, Verdict::kNothingNew);
  author.grow(300);
  catch_up(replica, author, kPullEntriesMax, &stored);
  EXPECT_EQ(stored, author.lines());
  EXPECT_TRUE(replica.caught_up());
}

TEST(Replica, CatchesUpUnderOneCheckpointInProvenPieces) {
  Author author;
  author.grow(1'000);
  Replica replica = fresh_replica(author);
  std::vector<std::string> stored;
  const Judgement first = feed(replica, author.answer(replica.question(), 100), &stored);
  ASSERT_EQ(first.verdict, Verdict::kExtends) << first.reason;
  EXPECT_EQ(replica.size(), 100U);
  EXPECT_EQ(replica.known_size(), 1'000U);
  EXPECT_EQ(replica.question().under, 1'000U);
  EXPECT_FALSE(
      *replica.receipt(*log::SignerKey::generate("fr.example/cosigner", log::KeyType::kEd25519Cosignature), kNow));
  author.grow(50);  // seen only when the thousand are held
  catch_up(replica, author, 100, &stored);
  EXPECT_EQ(stored, author.lines());
}

RC_GTEST_PROP(Replica, AnyCuttingIntoPiecesGivesTheSameLog, (std::uint64_t seed)) {
  SeededRandom random(seed);
  Author author;
  Replica replica = fresh_replica(author);
  std::vector<std::string> stored;
  std::string head_note;
  for (int round = 0; round < 30; ++round) {
    author.grow(static_cast<std::uint64_t>(random.between(0, 70)));
    const std::string answer = author.answer(replica.question(), static_cast<std::uint64_t>(random.between(1, 40)));
    const Judgement judged = feed(replica, answer, &stored);
    RC_ASSERT(judged.verdict == Verdict::kExtends || judged.verdict == Verdict::kNothingNew);
    if (judged.verdict == Verdict::kExtends) head_note = judged.head_note;
    // A restart at any moment goes on where it was.
    if (random.one_in(4) && !stored.empty()) {
      auto again = Replica::open({kAuthorOrigin, author.keys()}, held_by(replica, stored, head_note));
      RC_ASSERT(again.has_value());
      RC_ASSERT(again->question() == replica.question());
      replica = std::move(*again);
    }
  }
  catch_up(replica, author, 64, &stored);
  RC_ASSERT(stored == author.lines());
}

RC_GTEST_PROP(Replica, NoChangedAnswerAddsAnythingToTheLog, (std::uint64_t seed)) {
  SeededRandom random(seed);
  Author author;
  author.grow(40);
  Replica replica = fresh_replica(author);
  std::vector<std::string> stored;
  feed(replica, author.answer(replica.question(), static_cast<std::uint64_t>(random.between(1, 40))), &stored);
  author.grow(10);
  std::string answer = author.answer(replica.question(), 5);
  const auto at = static_cast<std::size_t>(random.between(0, static_cast<std::int64_t>(answer.size()) - 1));
  answer[at] = static_cast<char>(answer[at] ^ (1 << random.between(0, 7)));
  const auto read = read_pull_answer(answer);
  if (!read) return;
  const Judgement judged = replica.judge(*read);
  RC_ASSERT(judged.verdict == Verdict::kRefused);
  RC_ASSERT(!judged.reason.empty());
}

TEST(Replica, RefusesWrongKeysAndOtherLogs) {
  Author author(1);
  author.grow(3);
  Author stranger(2);
  stranger.grow(3);
  Replica replica = fresh_replica(author);
  const Judgement wrong_key = feed(replica, stranger.answer(replica.question()));
  EXPECT_EQ(wrong_key.verdict, Verdict::kRefused);
  EXPECT_THAT(wrong_key.reason, HasSubstr("checkpoint"));
  Author other_log(1, "us.example/with/fr");
  other_log.grow(3);
  EXPECT_EQ(feed(replica, other_log.answer(replica.question())).verdict, Verdict::kRefused);
  EXPECT_EQ(replica.size(), 0U);
  EXPECT_FALSE(Replica::open({kAuthorOrigin, other_log.keys()}, {}));
}

TEST(Replica, RefusesAnswersToOtherQuestions) {
  Author author;
  author.grow(20);
  Replica replica = fresh_replica(author);
  PullQuestion other = replica.question();
  other.from = 1;
  EXPECT_EQ(feed(replica, author.answer(other)).verdict, Verdict::kRefused);
  feed(replica, author.answer(replica.question(), 5));
  PullQuestion without_under = replica.question();
  without_under.under.reset();
  EXPECT_THAT(feed(replica, author.answer(without_under)).reason, HasSubstr("under"));
  PullQuestion nothing = replica.question();
  EXPECT_THAT(feed(replica, author.answer(nothing, 0)).reason, HasSubstr("no entry"));
  EXPECT_EQ(replica.size(), 5U);
}

TEST(Replica, AnOldCheckpointIsMerelyOld) {
  Author author;
  author.grow(4);
  const std::string old_note = author.note();
  author.grow(6);
  Replica replica = fresh_replica(author);
  catch_up(replica, author);
  const auto nodes = author.nodes();
  const Judgement judged = feed(replica, PullAnswerWriter(10, old_note).finish({}), nullptr, &nodes);
  EXPECT_EQ(judged.verdict, Verdict::kOld);
  EXPECT_THAT(judged.reason, HasSubstr("4 entries"));
  EXPECT_EQ(feed(replica, PullAnswerWriter(10, "").finish({})).verdict, Verdict::kOld);
  author.grow(1);
  catch_up(replica, author);  // nothing was lost by it
  EXPECT_EQ(replica.size(), 11U);
}

struct Forked {
  Author honest;
  Author liar;
  Forked(std::uint64_t common, std::uint64_t here, std::uint64_t there) {
    honest.grow(common);
    liar.grow(common);
    honest.grow(here, "yes");
    liar.grow(there, "no");
  }
};

/// The evidence convinces somebody who has the keys and nothing else, and the log stays shut.
void expect_pinned(Replica& replica, const Judgement& judged, Author& honest) {
  ASSERT_EQ(judged.verdict, Verdict::kForked) << judged.reason;
  ASSERT_TRUE(judged.evidence);
  EXPECT_TRUE(log::check_evidence(*judged.evidence, honest.keys()));
  EXPECT_TRUE(replica.pinned());
  const std::uint64_t size = replica.size();
  honest.grow(3, "yes");
  EXPECT_EQ(feed(replica, honest.answer(replica.question())).verdict, Verdict::kRefused);
  EXPECT_EQ(replica.size(), size);
  const auto cosigner = *log::SignerKey::generate("fr.example/cosigner", log::KeyType::kEd25519Cosignature);
  EXPECT_FALSE(*replica.receipt(cosigner, kNow));
}

TEST(Replica, TwoRootsOfOneSizeAreEvidence) {
  Forked f(5, 5, 5);
  Replica replica = fresh_replica(f.honest);
  catch_up(replica, f.honest);
  expect_pinned(replica, feed(replica, f.liar.answer(replica.question())), f.honest);
}

TEST(Replica, ALargerTreeWithAnotherPrefixIsEvidence) {
  for (const std::uint64_t size : {7U, 8U, 12U, 300U}) {  // powers of two have proofs of another shape
    Forked f(size - 2, 2, 2 + size);
    Replica replica = fresh_replica(f.honest);
    catch_up(replica, f.honest);
    const Judgement first = feed(replica, f.liar.answer(replica.question()));
    EXPECT_EQ(first.verdict, Verdict::kRefused);  // could be wrong entries, which prove nothing
    EXPECT_FALSE(replica.pinned());
    EXPECT_TRUE(replica.question().prove);
    expect_pinned(replica, feed(replica, f.liar.answer(replica.question())), f.honest);
  }
}

TEST(Replica, ASmallerTreeWithAnotherRootIsEvidence) {
  Forked f(5, 9, 2);
  Replica replica = fresh_replica(f.honest);
  catch_up(replica, f.honest);
  const auto nodes = f.honest.nodes();
  PullAnswerWriter writer(14, f.liar.note());
  expect_pinned(replica, feed(replica, writer.finish({}), nullptr, &nodes), f.honest);
}

TEST(Replica, AForkDuringCatchUpIsFoundOut) {
  Forked f(50, 50, 200);
  Replica replica = fresh_replica(f.honest);
  feed(replica, f.honest.answer(replica.question(), 60));
  ASSERT_EQ(replica.size(), 60U);
  ASSERT_FALSE(replica.caught_up());
  // The other tree has no such checkpoint: a node says so, and the replica asks for the proof.
  replica.doubt();
  EXPECT_EQ(replica.question().from, 100U);
  expect_pinned(replica, feed(replica, f.liar.answer(replica.question())), f.honest);
}

TEST(Replica, WrongEntriesUnderARightCheckpointProveNothing) {
  Author author;
  author.grow(10);
  Replica replica = fresh_replica(author);
  catch_up(replica, author);
  author.grow(2);
  PullAnswerWriter writer(10, author.note());
  ASSERT_TRUE(writer.add(as_bytes(envelope_entry(500, 2'000'000))));
  ASSERT_TRUE(writer.add(as_bytes(envelope_entry(501, 2'000'000))));
  EXPECT_EQ(feed(replica, writer.finish({})).verdict, Verdict::kRefused);
  const Judgement proof = feed(replica, author.answer(replica.question()));
  EXPECT_EQ(proof.verdict, Verdict::kRefused);
  EXPECT_THAT(proof.reason, HasSubstr("agree"));
  catch_up(replica, author);
  EXPECT_EQ(replica.size(), 12U);
}

TEST(Replica, ABadProofIsNoEvidence) {
  Forked f(10, 2, 5);
  Replica replica = fresh_replica(f.honest);
  catch_up(replica, f.honest);
  replica.doubt();
  PullAnswerWriter writer(12, f.liar.note());
  const Judgement judged = feed(replica, writer.finish(PrefixProof{log::sha256(std::string_view("x")), {}}));
  EXPECT_EQ(judged.verdict, Verdict::kRefused);
  EXPECT_THAT(judged.reason, HasSubstr("proof: "));  // refused here, not only by the check of what would accuse
  EXPECT_FALSE(replica.pinned());
}

TEST(Replica, StaysPinnedAfterARestart) {
  Forked f(5, 5, 5);
  Replica replica = fresh_replica(f.honest);
  std::vector<std::string> stored;
  catch_up(replica, f.honest, kPullEntriesMax, &stored);
  Replica::Held held = held_by(replica, stored, f.honest.note());
  const Judgement judged = feed(replica, f.liar.answer(replica.question()));
  held.evidence = judged.evidence;
  const auto again = Replica::open({kAuthorOrigin, f.honest.keys()}, std::move(held));
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->pinned());
}

TEST(Replica, SignedNonsenseIsUnfit) {
  const auto verdict_of = [](const std::vector<std::string>& lines) {
    Author author;
    for (const std::string& line : lines) author.append(line);
    Replica replica = fresh_replica(author);
    const Judgement judged = feed(replica, author.answer(replica.question()));
    EXPECT_EQ(judged.verdict == Verdict::kUnfit, !judged.reason.empty());
    return judged.verdict;
  };
  EXPECT_EQ(verdict_of({envelope_entry(1, 5), envelope_entry(2, 5)}), Verdict::kExtends);
  EXPECT_EQ(verdict_of({envelope_entry(1, 5), envelope_entry(1, 5)}), Verdict::kUnfit);  // seq
  EXPECT_EQ(verdict_of({envelope_entry(1, 5), envelope_entry(2, 4)}), Verdict::kUnfit);  // time
  EXPECT_EQ(verdict_of({"{\"seq\":1,\"time_ms\":5}"}), Verdict::kUnfit);                 // no line feed
  EXPECT_EQ(verdict_of({"{\"time_ms\":5}\n"}), Verdict::kUnfit);
  EXPECT_EQ(verdict_of({"{\"seq\":1}\n"}), Verdict::kUnfit);
  EXPECT_EQ(verdict_of({"{\"seq\":1, \"time_ms\":5}\n"}), Verdict::kUnfit);  // not canonical
  EXPECT_EQ(verdict_of({"nonsense\n"}), Verdict::kUnfit);
}

TEST(Replica, OrderIsKeptFromAnswerToAnswer) {
  Author author;
  author.append(envelope_entry(10, 50));
  Replica replica = fresh_replica(author);
  catch_up(replica, author);
  author.append(envelope_entry(9, 60));
  EXPECT_EQ(feed(replica, author.answer(replica.question())).verdict, Verdict::kUnfit);
  EXPECT_EQ(replica.size(), 1U);
}

// Notes are quoted in JSON, as evidence and in bundles, which knows no noncharacters; strangers' names may hold them.
TEST(Replica, RefusesACheckpointThatJsonCannotQuote) {
  Author author;
  author.grow(3);
  const std::string odd = "\u2014 x\uFDD0y AAAAAAA=\n";
  const auto replace_note = [&](const Author& of, const std::string& note) {
    PullAnswerWriter writer(0, note);
    for (const std::string& line : of.lines()) EXPECT_TRUE(writer.add(as_bytes(line)));
    return writer.finish({});
  };
  Replica replica = fresh_replica(author);
  const Judgement refused = feed(replica, replace_note(author, author.note() + odd));
  EXPECT_EQ(refused.verdict, Verdict::kRefused);
  EXPECT_THAT(refused.reason, HasSubstr("noncharacter"));
  const Judgement taken = feed(replica, replace_note(author, author.note()));
  EXPECT_EQ(taken.verdict, Verdict::kExtends);
  // One that was taken in before is shown without them.
  Replica::Held held{.edge = log::RightEdge(), .head_note = taken.head_note + odd, .last = EnvelopeMark{7, 1'000'000}};
  for (const std::string& line : author.lines()) held.edge.append(log::leaf_hash(as_bytes(line)));
  const auto again = Replica::open({.origin = author.key().name(), .keys = author.keys()}, std::move(held));
  ASSERT_TRUE(again) << again.error().text();
  EXPECT_EQ(again->newest_note(), author.note());
}

TEST(Replica, TheReceiptIsACosignatureOnTheWholeOfIt) {
  Author author;
  author.grow(12);
  Replica replica = fresh_replica(author);
  const auto cosigner = *log::SignerKey::generate("fr.example/cosigner", log::KeyType::kEd25519Cosignature);
  EXPECT_FALSE(*replica.receipt(cosigner, kNow));
  catch_up(replica, author);
  const auto receipt = replica.receipt(cosigner, kNow);
  ASSERT_TRUE(receipt && *receipt);
  const std::vector<log::VerifierKey> keys{author.key().verifier(), cosigner.verifier()};
  const auto opened = log::open_checkpoint(**receipt, keys);
  ASSERT_TRUE(opened) << opened.error().text();
  EXPECT_TRUE(opened->opened.signed_by(cosigner.verifier()));
  EXPECT_EQ(opened->checkpoint.size, 12U);
  EXPECT_EQ(log::cosignature_time(opened->opened.note.signatures.back())->seconds, 1'700'000'000U);
}

TEST(HeadNote, OfAMirrorThatLiesBehindIsVerifiedWhenOpened) {
  Author author;
  author.grow(300);
  Replica replica = fresh_replica(author);
  const Judgement judged = feed(replica, author.answer(replica.question(), 100));
  ASSERT_TRUE(judged.head_note.starts_with(
      fmt::format("{}\n100\n{}\n\n", kAuthorOrigin, replica.root().base64())));  // as the store demands
  const auto head = open_head_note(judged.head_note, author.keys());
  ASSERT_TRUE(head) << head.error().text();
  EXPECT_EQ(head->tree.size, 100U);
  EXPECT_EQ(head->signed_tree.size, 300U);
  EXPECT_EQ(head->note, author.note());
  EXPECT_FALSE(open_head_note(judged.head_note, Author(2).keys()));
  for (std::size_t i = 0; i < judged.head_note.size(); i += 3) {
    std::string changed = judged.head_note;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    const auto opened = open_head_note(changed, author.keys());
    EXPECT_FALSE(opened && opened->tree.root == replica.root() && opened->tree.size == 100) << i;
  }
}

TEST(HeadNotes, GiveTheStoreNoNoteButTheExpectedOne) {
  Author author;
  author.grow(3);
  HeadNotes notes;
  notes.add_own(*author.key().renamed("fr.example/members"));
  const auto own = notes.sign("fr.example/members", 1, author.root());
  ASSERT_TRUE(own);
  EXPECT_THAT(*own, HasSubstr("fr.example/members\n1\n"));
  EXPECT_EQ(notes.sign(kAuthorOrigin, 3, author.root()).error().code, ErrorCode::kCorrupt);
  notes.expect(kAuthorOrigin, author.note());
  EXPECT_FALSE(notes.sign(kAuthorOrigin, 4, author.root()));
  EXPECT_FALSE(notes.sign(kAuthorOrigin, 3, log::sha256(std::string_view("another"))));
  EXPECT_EQ(notes.sign(kAuthorOrigin, 3, author.root()), author.note());
  EXPECT_FALSE(notes.sign(kAuthorOrigin, 3, author.root()));  // each is for one head
}

}  // namespace
}  // namespace tansiq::node
