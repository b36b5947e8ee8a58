#include "node/stored_log.h"

#include <gtest/gtest.h>

#include "node/peer_testlib.h"
#include "node/replication_testlib.h"

namespace tansiq::node {
namespace {

using namespace test;

TEST(Mirror, StandsInTheStoreAmongTheNodesOwnEntries) {
  PeerStore fr("fr");
  Author us;
  us.grow(700);
  Replica replica = fresh_replica(us);
  const auto pull = [&](std::uint64_t entries_max) {
    const std::string bytes = us.answer(replica.question(), entries_max);
    const Judgement judged = replica.judge(*read_pull_answer(bytes));
    ASSERT_EQ(judged.verdict, Verdict::kExtends) << judged.reason;
    const Status kept = fr.keep(kAuthorOrigin, judged);
    ASSERT_TRUE(kept) << kept.error().text();
    replica.settle(judged);
  };
  fr.grow("fr.example/main", 2);
  pull(300);
  fr.grow("fr.example/main", 1);
  ASSERT_TRUE(fr.store().publish());

  // Behind its author, and across a restart: the store opens, and the replica goes on where it was.
  const PullQuestion question = replica.question();
  fr.reopen();
  auto held = read_held(*fr.reader(), fr.log(kAuthorOrigin));
  ASSERT_TRUE(held) << held.error().text();
  auto again = Replica::open({kAuthorOrigin, us.keys()}, std::move(*held));
  ASSERT_TRUE(again) << again.error().text();
  replica = std::move(*again);
  EXPECT_EQ(replica.question(), question);
  EXPECT_EQ(replica.known_size(), 700U);
  pull(10);
  pull(4'096);
  EXPECT_TRUE(replica.caught_up());
  EXPECT_EQ(fr.lines(kAuthorOrigin), us.lines());
  EXPECT_EQ(fr.reader()->head(fr.log(kAuthorOrigin))->checkpoint, us.note());

  // The local order is that in which things became durable here.
  std::vector<std::uint16_t> order;
  ASSERT_TRUE(fr.reader()->sequence(0, 703, [&](const store::StoredEntry& entry) -> Status {
    if (order.empty() || order.back() != entry.log.number) order.push_back(entry.log.number);
    return {};
  }));
  const std::uint16_t mirror = fr.log(kAuthorOrigin).number;
  EXPECT_EQ(order, (std::vector<std::uint16_t>{0, mirror, 0, mirror}));
}

TEST(Mirror, ANoteThatIsNotTheAuthorsIsFoundOutAtTheNextStart) {
  PeerStore fr("fr");
  Author us;
  us.grow(20);
  Replica replica = fresh_replica(us);
  const std::string bytes = us.answer(replica.question());
  ASSERT_TRUE(fr.keep(kAuthorOrigin, replica.judge(*read_pull_answer(bytes))));
  EXPECT_TRUE(Replica::open({kAuthorOrigin, us.keys()}, *read_held(*fr.reader(), fr.log(kAuthorOrigin))));
  EXPECT_FALSE(Replica::open({kAuthorOrigin, Author(2).keys()}, *read_held(*fr.reader(), fr.log(kAuthorOrigin))));
}

TEST(StoredSubtrees, ProveAnyPrefix) {
  PeerStore us("us");
  us.grow("us.example/main", 1'300);
  const auto reader = us.reader();
  const log::SubtreeReader nodes = stored_subtrees(*reader, store::kMainLog);
  const auto head = *reader->head(store::kMainLog);
  for (const std::uint64_t size : {1U, 2U, 255U, 256U, 257U, 511U, 1'024U, 1'299U, 1'300U}) {
    const auto root = log::prefix_root(size, nodes);
    ASSERT_TRUE(root) << root.error().text();
    EXPECT_EQ(*root, *reader->root_at(store::kMainLog, size));
    const auto proof = log::consistency_proof(size, head.size, nodes);
    ASSERT_TRUE(proof);
    EXPECT_TRUE(log::verify_consistency(size, head.size, *proof, *root, head.root)) << size;
  }
}

}  // namespace
}  // namespace tansiq::node
