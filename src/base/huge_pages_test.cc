#include "base/huge_pages.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <vector>

namespace tansiq {
namespace {

TEST(HugePages, LargeArraysStandOnHugePageBoundaries) {
  std::vector<std::uint64_t, HugePageAllocator<std::uint64_t>> small(10, 7);
  std::vector<std::uint64_t, HugePageAllocator<std::uint64_t>> large(kHugePageBytes / 8 + 1, 7);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(large.data()) % kHugePageBytes, 0U);
  large.resize(3 * large.size(), 9);
  EXPECT_EQ(large[kHugePageBytes / 8], 7U);
  EXPECT_EQ(large.back(), 9U);
  EXPECT_EQ(small.back(), 7U);
}

TEST(StableArray, ElementsNeverMove) {
  StableArray<std::uint64_t> array;
  std::vector<const std::uint64_t*> places;
  for (std::uint64_t i = 0; i < 300'000; ++i) places.push_back(&array.emplace_back(i * 3));
  ASSERT_EQ(array.size(), 300'000U);
  for (std::uint64_t i = 0; i < array.size(); ++i) {
    ASSERT_EQ(&array[i], places[i]);
    ASSERT_EQ(array[i], i * 3);
  }
  EXPECT_LT(array.bytes(), 3 * array.size() * sizeof(std::uint64_t));
}

TEST(StableArray, DestroysEveryElementOnce) {
  const auto counted = std::make_shared<int>(0);
  {
    StableArray<std::shared_ptr<int>> array;
    for (int i = 0; i < 100; ++i) array.emplace_back(counted);
    EXPECT_EQ(counted.use_count(), 101);
    StableArray<std::shared_ptr<int>> moved = std::move(array);
    EXPECT_EQ(counted.use_count(), 101);
    EXPECT_EQ(moved.size(), 100U);
    moved = StableArray<std::shared_ptr<int>>();
    EXPECT_EQ(counted.use_count(), 1);
  }
  EXPECT_EQ(counted.use_count(), 1);
}

TEST(StableArrayDeathTest, RefusesWhatIsNotThere) {
  StableArray<int> array;
  array.emplace_back(1);
  EXPECT_DEATH(static_cast<void>(array[1]), "");
}

}  // namespace
}  // namespace tansiq
