#include "core/hash_index.h"

#include <gtest/gtest.h>

#include <set>

#include "base/random.h"

namespace tansiq::core {
namespace {

// Few different hashes, so that runs, wraps and holes all happen; beside a plain map.
TEST(HashIndexTest, AgreesWithAMap) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    SeededRandom random(seed);
    HashIndex index;
    std::set<std::pair<std::uint64_t, std::uint32_t>> model;
    for (int i = 0; i < 2'000; ++i) {
      const auto hash = static_cast<std::uint64_t>(random.between(0, 40)) * (random.one_in(2) ? 1 : 1'000'003);
      const auto number = static_cast<std::uint32_t>(random.between(0, 5));
      const bool there = model.contains({hash, number});
      EXPECT_EQ(index.find(hash, [&](std::uint32_t n) { return n == number; }).has_value(), there);
      if (there) {
        index.erase(hash, number);
        model.erase({hash, number});
      } else if (random.one_in(2)) {
        index.insert(hash, number);
        model.insert({hash, number});
      }
    }
  }
}

// Only spreading matters here, and that the key counts: no format rests on the value.
TEST(TextHashTest, DependsOnKeyAndText) {
  TextHash::Key key{};
  for (std::size_t i = 0; i < key.size(); ++i) key[i] = static_cast<std::uint8_t>(i);
  const TextHash a(key);
  const TextHash b;
  std::set<std::uint64_t> seen;
  std::string text;
  for (char c = 0; c < 64; ++c) {
    EXPECT_TRUE(seen.insert(a(text)).second);
    EXPECT_TRUE(seen.insert(b(text)).second);
    EXPECT_EQ(a(text), a(text));
    text += c;
  }
}

}  // namespace
}  // namespace tansiq::core
