#include "node/pull_format.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/random.h"

namespace tansiq::node {
namespace {

using ::testing::HasSubstr;

log::Hash hash(std::uint64_t n) { return log::sha256(std::to_string(n)); }

std::string sample(std::size_t entries = 3, std::size_t proof = 2) {
  PullAnswerWriter writer(41, "note\n");
  for (std::size_t i = 0; i < entries; ++i) EXPECT_TRUE(writer.add(as_bytes("entry " + std::to_string(i) + "\n")));
  PrefixProof prefix{hash(0), {}};
  for (std::size_t i = 0; i < proof; ++i) prefix.proof.push_back(hash(i + 1));
  return writer.finish(prefix);
}

TEST(PullFormat, ReadsWhatWasWritten) {
  const std::string bytes = sample();
  const auto answer = read_pull_answer(bytes);
  ASSERT_TRUE(answer) << answer.error().text();
  EXPECT_EQ(answer->first, 41U);
  EXPECT_EQ(answer->end(), 44U);
  EXPECT_EQ(answer->note, "note\n");
  ASSERT_EQ(answer->entries.size(), 3U);
  EXPECT_EQ(as_text(answer->entries[2]), "entry 2\n");
  ASSERT_TRUE(answer->prefix);
  EXPECT_EQ(answer->prefix->root, hash(0));
  EXPECT_EQ(answer->prefix->proof, (log::Proof{hash(1), hash(2)}));
}

TEST(PullFormat, TheBytesAreAsDescribed) {
  PullAnswerWriter writer(258, "n");
  ASSERT_TRUE(writer.add(as_bytes("ab")));
  EXPECT_EQ(to_hex(as_bytes(writer.finish({}))),
            "747371"
            "70756c6c31"
            "0000000000000102"
            "00000001"
            "6e"
            "00000001"
            "00026162"
            "00");
}

TEST(PullFormat, EveryCutAndEveryTailIsRefused) {
  const std::string bytes = sample();
  for (std::size_t cut = 0; cut < bytes.size(); ++cut) EXPECT_FALSE(read_pull_answer(bytes.substr(0, cut))) << cut;
  EXPECT_FALSE(read_pull_answer(bytes + '\0'));
}

TEST(PullFormat, EveryChangedByteGivesAnotherAnswerOrNone) {
  const std::string bytes = sample(2, 1);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    std::string changed = bytes;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    const auto answer = read_pull_answer(changed);
    if (!answer) continue;
    PullAnswerWriter writer(answer->first, answer->note);
    for (const ByteView entry : answer->entries) ASSERT_TRUE(writer.add(entry));
    EXPECT_EQ(writer.finish(answer->prefix), changed);
  }
}

TEST(PullFormat, BoundsAreNamed) {
  const std::string bytes = sample();
  const auto patched = [&](std::size_t at, const std::string& with) {
    std::string out = bytes;
    out.replace(at, with.size(), with);
    const auto answer = read_pull_answer(out);
    return answer ? Error{} : answer.error();
  };
  EXPECT_EQ(patched(16, std::string("\0\0\xff\0", 4)).code, ErrorCode::kTooLarge);    // note
  EXPECT_EQ(patched(25, std::string("\0\0\x04\x01", 4)).code, ErrorCode::kTooLarge);  // 1,025 entries
  EXPECT_THAT(patched(25, std::string("\0\0\x04\x01", 4)).message, HasSubstr("1024"));
  EXPECT_EQ(patched(25, std::string("\0\0\x04\0", 4)).code, ErrorCode::kMalformed);  // more than can be there
  EXPECT_EQ(patched(29, std::string("\0\0", 2)).code, ErrorCode::kMalformed);        // an empty entry
  EXPECT_EQ(patched(8, "\xff").code, ErrorCode::kMalformed);                         // index 2^63 and more
  EXPECT_EQ(read_pull_answer(std::string(kPullAnswerBytesMax + 1, 'x')).error().code, ErrorCode::kTooLarge);
  std::string long_proof = sample(0, log::kProofHashesMax);
  EXPECT_TRUE(read_pull_answer(long_proof));
  long_proof[29] = static_cast<char>(0x80);
  EXPECT_FALSE(read_pull_answer(long_proof));
}

TEST(PullFormat, TheWriterStopsAtTheBounds) {
  PullAnswerWriter many(0, "");
  while (many.add(as_bytes("x"))) {
  }
  EXPECT_EQ(many.entries(), kPullEntriesMax);
  PullAnswerWriter large(0, std::string(kPullNoteBytesMax, 'n'));
  const Bytes entry(kEntryBytesMax, 'x');
  while (large.add(entry)) {
  }
  EXPECT_EQ(large.entries(), kPullEntryBytesMax / (kEntryBytesMax + 2));
  const std::string bytes = large.finish(PrefixProof{hash(0), log::Proof(log::kProofHashesMax, hash(1))});
  EXPECT_LE(bytes.size(), kPullAnswerBytesMax);
  EXPECT_TRUE(read_pull_answer(bytes));
}

RC_GTEST_PROP(PullFormat, NoiseIsReadOrRefused, (const std::string& noise)) {
  (void)read_pull_answer(noise);
  (void)read_pull_answer("tsqpull1" + noise);
}

TEST(PullQuestion, ItsTargetIsReadBack) {
  for (const PullQuestion& q : {PullQuestion{.log = "us.example/with/fr", .from = 7, .under = {}, .wait_ms = 20'000},
                                PullQuestion{.log = "a", .from = 0, .under = 9},
                                PullQuestion{.log = "a", .from = 4, .under = {}, .prove = true}}) {
    const auto read = PullQuestion::parse(net::make_request(net::Method::kPost, q.target()));
    ASSERT_TRUE(read) << read.error().text();
    EXPECT_EQ(*read, q);
  }
}

TEST(PullQuestion, RefusesWhatItDoesNotKnow) {
  const auto refused = [](const std::string& query) {
    const auto read = PullQuestion::parse(net::make_request(net::Method::kPost, "/peer/v1/pull?" + query));
    return read ? "" : read.error().where;
  };
  EXPECT_EQ(refused("from=1"), "log");
  EXPECT_EQ(refused("log=a"), "from");
  EXPECT_EQ(refused("log=a&from=-1"), "from");
  EXPECT_EQ(refused("log=a&from=01"), "from");
  EXPECT_EQ(refused("log=a&from=9223372036854775808"), "from");
  EXPECT_EQ(refused("log=a&from=1&from=2"), "query");
  EXPECT_EQ(refused("log=a&from=1&prove=2"), "prove");
  EXPECT_EQ(refused("log=a&from=1&prove=1&under=3"), "under");
  EXPECT_EQ(refused("log=a&from=1&limit=3"), "limit");
  const auto bounded =
      PullQuestion::parse(net::make_request(net::Method::kPost, "/peer/v1/pull?log=a&from=1&wait_ms=99999999"));
  EXPECT_EQ(bounded->wait_ms, kPullWaitMsMax);
}

}  // namespace
}  // namespace tansiq::node
