#include "base/random.h"

#include <gtest/gtest.h>

#include <array>

namespace tansiq {
namespace {

// The first outputs of SplitMix64 for seed 1234567, as its author publishes them.
TEST(SeededRandom, IsTheSameStreamEverywhere) {
  SeededRandom random(1234567);
  for (const std::uint64_t expected : {6457827717110365317ULL, 3203168211198807973ULL, 9817491932198370423ULL,
                                       4593380528125082431ULL, 16408922859458223821ULL}) {
    EXPECT_EQ(random.next(), expected);
  }
}

TEST(SeededRandom, StaysInItsRange) {
  SeededRandom random(3);
  bool low = false;
  bool high = false;
  for (int i = 0; i < 1000; ++i) {
    const auto value = random.between(-2, 2);
    EXPECT_GE(value, -2);
    EXPECT_LE(value, 2);
    low |= value == -2;
    high |= value == 2;
    EXPECT_LT(random.unit(), 1.0);
  }
  EXPECT_TRUE(low && high);
}

TEST(SecureRandom, FillsAllOfIt) {
  std::array<std::uint8_t, 64> a{};
  std::array<std::uint8_t, 64> b{};
  fill_secure_random(a);
  fill_secure_random(b);
  EXPECT_NE(a, b);
}

}  // namespace
}  // namespace tansiq
