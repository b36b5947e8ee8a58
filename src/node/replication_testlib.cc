#include "node/replication_testlib.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace tansiq::node::test {
namespace {

log::SignerKey key_from(std::uint8_t seed, const std::string& origin) {
  const Bytes bytes(log::SignerKey::kSeedBytes, seed);
  return *log::SignerKey::from_seed(origin, log::KeyType::kEd25519, bytes);
}

}  // namespace

std::string envelope_entry(std::uint64_t seq, std::int64_t time_ms, std::string_view text) {
  return fmt::format("{{\"body\":{{\"text\":\"{}\"}},\"seq\":{},\"time_ms\":{},\"type\":\"test\",\"v\":1}}\n", text,
                     seq, time_ms);
}

Author::Author(std::uint8_t seed, const std::string& origin) : key_(key_from(seed, origin)) {}

void Author::grow(std::uint64_t count, std::string_view text) {
  // Numbers have gaps: the author's other logs take some.
  for (std::uint64_t i = 0; i < count; ++i) {
    log_.append(envelope_entry(3 * size() + 1, static_cast<std::int64_t>(1'000'000 + size() / 4), text));
  }
}

std::string Author::note() {
  EXPECT_TRUE(log_.sign(key_));
  return *log_.checkpoint();
}

log::SubtreeReader Author::nodes() { return log::subtree_reader_of(log::tile_hash_reader(log_, size())); }

std::string Author::answer(const PullQuestion& question, std::uint64_t entries_max) {
  const std::uint64_t signed_size = question.under.value_or(size());
  PullAnswerWriter writer(question.from, question.under || size() == 0 ? std::string() : note());
  std::uint64_t end = question.from;
  const std::uint64_t wanted = question.prove ? end : std::min(signed_size, end + entries_max);
  while (end < wanted && writer.add(log_.entry(end))) ++end;
  std::optional<PrefixProof> prefix;
  if (end != 0 && end < signed_size) {
    prefix = PrefixProof{*log::prefix_root(end, nodes()), *log::consistency_proof(end, signed_size, nodes())};
  }
  return writer.finish(prefix);
}

std::vector<std::string> Author::lines() const {
  std::vector<std::string> out;
  for (std::uint64_t i = 0; i < size(); ++i) out.emplace_back(as_text(log_.entry(i)));
  return out;
}

Replica fresh_replica(const Author& author) {
  return *Replica::open({.origin = author.key().name(), .keys = author.keys()}, {});
}

Judgement feed(Replica& replica, const std::string& answer, std::vector<std::string>* stored,
               const log::SubtreeReader* held_nodes) {
  const auto read = read_pull_answer(answer);
  EXPECT_TRUE(read) << read.error().text();
  if (!read) return {};
  Judgement judged = replica.judge(*read, held_nodes);
  if (stored != nullptr) {
    for (const ByteView entry : judged.entries) stored->emplace_back(as_text(entry));
  }
  replica.settle(judged);
  judged.entries.clear();  // Views into the answer, which may be gone.
  return judged;
}

void catch_up(Replica& replica, Author& author, std::uint64_t entries_max, std::vector<std::string>* stored) {
  for (std::uint64_t i = 0; i <= author.size() + 1; ++i) {
    const Judgement judged = feed(replica, author.answer(replica.question(), entries_max), stored);
    if (judged.verdict == Verdict::kNothingNew) return;
    ASSERT_EQ(judged.verdict, Verdict::kExtends) << judged.reason;
  }
  FAIL() << "never caught up";
}

}  // namespace tansiq::node::test
