#include "picture/track_grid.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "base/random.h"

namespace tansiq::picture {
namespace {

Normal random_place(SeededRandom& random) {
  // Crowded where a seam could be: the poles, the 180° meridian, the equator.
  switch (random.between(0, 3)) {
    case 0:
      return normal_of((random.one_in(2) ? 1 : -1) * (90 - random.unit() * 0.3), random.unit() * 360 - 180);
    case 1:
      return normal_of(random.unit() * 0.6 - 0.3, 180 + random.unit() * 0.6 - 0.3);
    case 2:
      return normal_of(45 + random.unit() * 0.3, 0.15 - random.unit() * 0.3);
    default:
      return normal_of(random.unit() * 180 - 90, random.unit() * 360 - 180);
  }
}

TEST(TrackGrid, MissesNoneInReachAfterAnyHistory) {
  SeededRandom random(1);
  TrackGrid grid;
  std::map<std::uint32_t, Normal> list;
  int found = 0;
  for (int i = 0; i < 20'000; ++i) {
    const auto slot = static_cast<std::uint32_t>(random.between(0, 400));
    if (random.one_in(4)) {
      grid.remove(slot);
      list.erase(slot);
    } else {
      list[slot] = random_place(random);
      grid.file(slot, list[slot]);
    }
    if (i % 20 != 0) continue;
    const Normal where = random_place(random);
    std::multiset<std::uint32_t> visited;
    grid.near(where, [&](std::uint32_t s) {
      visited.insert(s);
      return true;
    });
    for (const std::uint32_t s : visited) EXPECT_EQ(visited.count(s), 1U);
    for (const auto& [s, place] : list) {
      if (distance_m(where, place) > kGridReachM) continue;
      EXPECT_TRUE(visited.contains(s));
      ++found;
    }
    for (const std::uint32_t s : visited) EXPECT_TRUE(list.contains(s) && distance_m(where, list[s]) < 13'000);
  }
  EXPECT_GT(found, 1'000);
}

}  // namespace
}  // namespace tansiq::picture
