// The index against a plain list.
#include "geo/index.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "base/limits.h"
#include "geo/geo_testlib.h"

namespace tansiq::geo {
namespace {

using test::at;

struct Listed {
  PreparedVolume volume;
  std::uint64_t tag;
};
using List = std::map<VolumeIndex::Handle, Listed>;

/// Volumes of all sizes, many at poles and over the 180° meridian, in little time and height so that they meet.
PreparedVolume draw(SeededRandom& random) {
  const double size = std::pow(10, random.unit() * 4.5) * 10;  // 10 m … 300 km
  const LatLng centre = random.one_in(4)   ? at(89.9 + random.unit() * 0.1, random.unit() * 360 - 180)
                        : random.one_in(4) ? at(-89.99, random.unit() * 360 - 180)
                        : random.one_in(2) ? at(10 + random.unit(), random.one_in(2) ? 179.9 : -179.9)
                                           : at(47 + random.unit(), 11 + random.unit());
  Outline outline = Circle{centre, std::llround(size * 100)};
  if (random.one_in(3)) {
    const double step = size / 111'000;
    const double lat = centre.lat_e7 / 1e7 > 89 ? 89.0 : centre.lat_e7 / 1e7;
    const double lng = centre.lng_e7 / 1e7;
    const auto wrap = [](double x) { return x > 180 ? x - 360 : x; };
    outline = Polygon{{at(lat, lng), at(lat, wrap(lng + step + 0.0001)), at(lat + step * 0.3 + 0.0001, lng)}};
  }
  // Low down a level may be at any height nearby; higher up it may not.
  const std::int64_t lowest = random.one_in(2) ? 0 : random.between(0, 12) * 1'000'00;
  LevelBand band{lowest + random.between(0, 50) * 1'000, 0, static_cast<VerticalReference>(random.between(0, 3))};
  band.upper_cm = band.lower_cm + random.between(1, 20) * 1'000;
  if (random.one_in(20)) band.lower_cm = kHeightUnboundedLow;
  if (random.one_in(20)) band.upper_cm = kHeightUnboundedHigh;
  const std::int64_t start = random.one_in(30) ? kUtcMin.ms : 1'790'000'000'000 + random.between(0, 10'000'000);
  const std::int64_t end = random.one_in(30) ? kUtcMax.ms
                                             : std::max(start, std::int64_t{1'790'000'000'000}) +
                                                   random.between(1, std::int64_t{1} << random.between(1, 40));
  auto prepared = prepare({outline, band, {{start}, {end}}});
  EXPECT_TRUE(prepared.has_value()) << prepared.error().text();
  return *prepared;
}

Minima draw_minima(SeededRandom& random) {
  if (random.one_in(2)) return {};
  return {random.between(0, 50'000), random.between(0, 3'000), random.between(0, 1'000'000)};
}

void expect_same(const VolumeIndex& index, const List& list, const PreparedVolume& query, const Minima& minima) {
  std::vector<VolumeIndex::Hit> expected;
  for (const auto& [handle, listed] : list) {
    if (conflict(listed.volume, query, minima)) expected.push_back({handle, listed.tag});
  }
  std::vector<VolumeIndex::Hit> found;
  ASSERT_TRUE(index.find_conflicts(query, minima, list.size() + 1, found).has_value());
  ASSERT_EQ(found, expected);
  std::vector<VolumeIndex::Hit> candidates;
  ASSERT_TRUE(index.find_candidates(query, minima, list.size() + 1, candidates).has_value());
  ASSERT_TRUE(std::ranges::includes(candidates, expected, {}, &VolumeIndex::Hit::handle, &VolumeIndex::Hit::handle));
}

TEST(IndexProperty, AgreesWithAListThroughInsertRemoveAndExpiry) {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    SeededRandom random(seed);
    VolumeIndex index;
    List list;
    std::size_t hits = 0;
    for (int step = 0; step < 4'000; ++step) {
      const std::int64_t what = random.between(0, 99);
      if (what < 60) {
        const PreparedVolume volume = draw(random);
        const auto tag = random.next();
        const auto handle = index.insert(volume, tag);
        ASSERT_TRUE(list.empty() || handle > list.rbegin()->first) << "handles ascend";
        list.emplace(handle, Listed{volume, tag});
      } else if (what < 80 && !list.empty()) {
        auto it = list.begin();
        std::advance(it, random.between(0, static_cast<std::int64_t>(list.size()) - 1));
        ASSERT_TRUE(index.remove(it->first));
        ASSERT_FALSE(index.remove(it->first));
        list.erase(it);
      } else if (what < 81) {
        const UtcMs t{1'790'000'000'000 + random.between(0, 3'000'000)};
        std::vector<std::pair<std::int64_t, VolumeIndex::Handle>> expected;
        for (const auto& [handle, listed] : list) {
          if (listed.volume.window.end <= t) expected.emplace_back(listed.volume.window.end.ms, handle);
        }
        std::ranges::sort(expected);
        std::vector<std::pair<std::int64_t, VolumeIndex::Handle>> removed;
        index.expire(t, [&](VolumeIndex::Handle handle, std::uint64_t tag) {
          removed.emplace_back(list.at(handle).volume.window.end.ms, handle);
          EXPECT_EQ(tag, list.at(handle).tag);
        });
        ASSERT_EQ(removed, expected);
        for (const auto& [end, handle] : expected) list.erase(handle);
      } else {
        const PreparedVolume query = draw(random);
        expect_same(index, list, query, draw_minima(random));
        if (testing::Test::HasFatalFailure()) FAIL() << "seed " << seed << " step " << step;
        hits += list.size();
      }
      ASSERT_EQ(index.size(), list.size());
    }
    EXPECT_GT(hits, 0U);
  }
}

TEST(Index, ADroneLowDownIsClearOfALevel) {
  VolumeIndex index;
  index.insert(
      test::volume(test::circle(at(47, 11), 100), 180 * 3'048, 240 * 3'048, 0, 1'000, VerticalReference::kFlightLevel),
      0);
  std::vector<VolumeIndex::Hit> hits;
  const auto ask = [&](std::int64_t low, std::int64_t high) {
    hits.clear();
    const auto drone = test::volume(test::circle(at(47, 11), 50), low, high, 0, 1'000, VerticalReference::kWgs84);
    EXPECT_TRUE(index.find_conflicts(drone, {}, 10, hits).has_value());
    return hits.size();
  };
  EXPECT_EQ(ask(400'00, 520'00), 0U);
  EXPECT_EQ(ask(400'00, 3'400'00), 1U);
}

TEST(Index, HundredsInOneCellStayInOrder) {
  VolumeIndex index;
  List list;
  SeededRandom random(2);
  for (int i = 0; i < 1'000; ++i) {
    const auto low = random.between(0, 40) * 1'000;
    // Few different starts, so that pages are full of equal keys.
    const auto start = random.between(0, 3) * 600'000;
    const auto v = test::volume(test::circle(at(47, 11), 100), low, low + 1'000, start, start + 600'000);
    const auto handle = index.insert(v, 0);
    list.emplace(handle, Listed{v, 0});
  }
  for (int i = 0; i < 300; ++i) {
    auto it = list.begin();
    std::advance(it, random.between(0, static_cast<std::int64_t>(list.size()) - 1));
    ASSERT_TRUE(index.remove(it->first));
    list.erase(it);
    expect_same(index, list, test::volume(test::circle(at(47, 11), 50), 5'000, 6'000, 500'000, 700'000), {});
  }
}

TEST(Index, TooMuchWorkLeavesTheResultAlone) {
  VolumeIndex index;
  const auto v = test::volume(test::circle(at(47, 11), 100), 0, 1'000, 0, 1'000);
  for (int i = 0; i < 11; ++i) index.insert(v, 0);
  std::vector<VolumeIndex::Hit> hits{{1, 2}};
  const auto status = index.find_conflicts(v, {}, 10, hits);
  ASSERT_FALSE(status.has_value());
  EXPECT_EQ(status.error().code, ErrorCode::kTooMuchWork);
  EXPECT_EQ(hits.size(), 1U);
  EXPECT_TRUE(index.find_conflicts(v, {}, 11, hits).has_value());
  EXPECT_EQ(hits.size(), 12U);
}

TEST(Index, StaleHandlesNeverName_AnotherVolume) {
  VolumeIndex index;
  const auto v = test::volume(test::circle(at(47, 11), 100), 0, 1'000, 0, 1'000);
  const auto first = index.insert(v, 1);
  ASSERT_TRUE(index.remove(first));
  const auto second = index.insert(v, 2);
  EXPECT_NE(first, second);
  EXPECT_FALSE(index.remove(first));
  EXPECT_EQ(index.size(), 1U);
  EXPECT_FALSE(index.remove(0));
  EXPECT_FALSE(index.remove(~std::uint64_t{0}));
}

}  // namespace
}  // namespace tansiq::geo
