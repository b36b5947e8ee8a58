// How evidence of a fork is written down; that it is made and judged rightly is tested in verify_test.cc.
#include "log/evidence.h"

#include <gtest/gtest.h>

#include "log/memory_log.h"

namespace tansiq::log {
namespace {

SignerKey signer() {
  const Bytes seed(SignerKey::kSeedBytes, 7);
  return *SignerKey::from_seed("north.example/log1", KeyType::kEd25519, seed);
}

std::string note_of(std::string_view last, const SignerKey& key) {
  MemoryLog log;
  log.append("first");
  log.append(last);
  EXPECT_TRUE(log.sign(key));
  return *log.checkpoint();
}

TEST(ForkEvidence, is_read_as_it_was_written) {
  const SignerKey key = signer();
  const ForkEvidence evidence{note_of("this", key), note_of("that", key), Hash{}, {Hash{}}};
  const auto text = evidence_text(evidence);
  ASSERT_TRUE(text) << text.error().text();
  const auto read = read_evidence(*text);
  ASSERT_TRUE(read) << read.error().text();
  EXPECT_EQ(read->older_note, evidence.older_note);
  EXPECT_EQ(read->newer_note, evidence.newer_note);
  EXPECT_EQ(read->prefix_root, evidence.prefix_root);
  EXPECT_EQ(read->proof, evidence.proof);
}

// Whoever has forked his log may add lines of strangers to its checkpoints; they do not save him.
TEST(ForkEvidence, convinces_whatever_strangers_have_signed) {
  const SignerKey key = signer();
  const std::string odd = "\u2014 x\uFDD0y AAAAAAA=\n";
  const ForkEvidence evidence{note_of("this", key) + odd, note_of("that", key) + odd, std::nullopt, {}};
  const auto text = evidence_text(evidence);
  ASSERT_TRUE(text) << text.error().text();
  const auto read = read_evidence(*text);
  ASSERT_TRUE(read) << read.error().text();
  const std::vector<VerifierKey> keys{key.verifier()};
  EXPECT_TRUE(check_evidence(*read, keys));
  EXPECT_EQ(evidence_text({"\uFDD0", "\uFDD0", std::nullopt, {}}).error().code, ErrorCode::kMalformed);
}

}  // namespace
}  // namespace tansiq::log
