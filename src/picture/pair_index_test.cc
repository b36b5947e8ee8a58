// The event-driven index beside a list that compares everything, through random histories.
#include "picture/pair_index.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "picture/detection_testlib.h"

namespace tansiq::picture {
namespace {

using testing::between;
using testing::Crowd;
using testing::draw_in_crowd;

constexpr PairMinima kAir{.horizontal_m = 9'260, .vertical_m = 304.8, .lookahead_s = 120};
Mover mover(const Motion& motion) { return make_mover(motion).value(); }

/// Does what the index says it does: a map, every pair, and the set of those that are held.
class Oracle {
 public:
  explicit Oracle(const PairIndexOptions& options) : options_(options) {}

  PairIndex::Changes update(std::uint32_t slot, const Mover& m, UtcMs now) {
    movers_[slot] = m;
    PairIndex::Changes changes;
    for (const auto& [other, theirs] : movers_) {
      if (other == slot) continue;
      const bool conflict =
          current(m, now) && current(theirs, now) && closest_approach(m, theirs, options_.widest, now).conflict;
      const auto pair = std::minmax(slot, other);
      if (conflict) {
        changes.held.push_back(other);
        held_.insert(pair);
      } else if (held_.erase(pair) > 0) {
        changes.ended.push_back(other);
      }
    }
    return changes;
  }
  PairIndex::Changes remove(std::uint32_t slot) {
    PairIndex::Changes changes;
    for (const auto& [other, theirs] : movers_) {
      if (other != slot && held_.erase(std::minmax(slot, other)) > 0) changes.ended.push_back(other);
    }
    movers_.erase(slot);
    return changes;
  }
  [[nodiscard]] std::size_t size() const { return movers_.size(); }
  [[nodiscard]] std::vector<std::uint32_t> partners(std::uint32_t slot) const {
    std::vector<std::uint32_t> out;
    for (const auto& [other, theirs] : movers_) {
      if (other != slot && held_.contains(std::minmax(slot, other))) out.push_back(other);
    }
    return out;
  }

 private:
  [[nodiscard]] bool current(const Mover& m, UtcMs now) const {
    return m.age_s(now) <= options_.age_max_s && m.age_s(now) >= -2;
  }
  PairIndexOptions options_;
  std::map<std::uint32_t, Mover> movers_;
  std::set<std::pair<std::uint32_t, std::uint32_t>> held_;
};

void compare_history(const Crowd& crowd, const PairMinima& minima, std::uint64_t seed, int steps) {
  const PairIndexOptions options{.widest = minima, .age_max_s = 10, .tracks_max = 128, .partners_max = 128};
  PairIndex index(options);
  Oracle oracle(options);
  SeededRandom random(seed);
  UtcMs now{5'000'000};
  PairIndex::Changes found;
  std::size_t held = 0;
  std::size_t ended = 0;
  for (int i = 0; i < steps; ++i) {
    const auto slot = static_cast<std::uint32_t>(random.between(0, 99));
    now = now + random.between(0, 100);
    PairIndex::Changes wanted;
    if (random.one_in(10)) {
      wanted = oracle.remove(slot);
      index.remove(slot, found);
    } else {
      Motion motion = draw_in_crowd(random, crowd, now);
      if (random.one_in(30)) motion.time = now + random.between(-2'500, 2'500);
      if (random.one_in(200)) motion.east_m_s *= 8;
      wanted = oracle.update(slot, mover(motion), now);
      index.update(slot, mover(motion), now, found);
      const auto partners = index.partners(slot);
      ASSERT_EQ(oracle.partners(slot), std::vector<std::uint32_t>(partners.begin(), partners.end()));
    }
    ASSERT_EQ(wanted.held, found.held) << "step " << i;
    ASSERT_EQ(wanted.ended, found.ended) << "step " << i;
    ASSERT_EQ(oracle.size(), index.size());
    held += found.held.size();
    ended += found.ended.size();
  }
  EXPECT_GT(held, 200U);
  EXPECT_GT(ended, 100U);
  EXPECT_EQ(index.dropped(), 0U);
}

void compare_everywhere(Crowd crowd, const PairMinima& minima) {
  std::uint64_t seed = 1;
  for (const auto& [lat, lng] : testing::kSeams) {
    SCOPED_TRACE(::testing::Message() << lat << ", " << lng);
    crowd.lat_deg = lat;
    crowd.lng_deg = lng;
    compare_history(crowd, minima, seed++, 1'500);
    if (::testing::Test::HasFailure()) return;
  }
}

TEST(PairIndex, AgreesWithAListAircraft) { compare_everywhere({.age_max_s = 12}, kAir); }

TEST(PairIndex, AgreesWithAListShips) {
  compare_everywhere({.radius_m = 20'000, .speed_max_m_s = 15},
                     {.horizontal_m = 926, .vertical_m = std::nullopt, .lookahead_s = 1'200});
}

TEST(PairIndex, AgreesWithAListDrones) {
  compare_everywhere({.radius_m = 3'000, .speed_max_m_s = 25, .height_spread_m = 120},
                     {.horizontal_m = 250, .vertical_m = 30, .lookahead_s = 60});
}

TEST(PairIndex, HandsTheTestEveryoneWhoseBoxMeetsOnceAndInOrder) {
  const PairIndexOptions options{.widest = kAir, .tracks_max = 1'000};
  PairIndex index(options);
  SeededRandom random(4);
  const UtcMs now{1'000'000};
  std::vector<PathBox> boxes;
  PairIndex::Changes changes;
  for (std::uint32_t slot = 0; slot < 1'000; ++slot) {
    const Mover m = mover(draw_in_crowd(random, {.lat_deg = 45, .lng_deg = 45, .radius_m = 300'000}, now));
    boxes.push_back(path_box(m, kAir, options.turn, -2, options.age_max_s + 120));
    std::vector<std::uint32_t> seen;
    index.update(
        slot, m, now,
        [&](const Mover&, const Mover&, std::uint32_t other) {
          seen.push_back(other);
          return false;
        },
        changes);
    std::vector<std::uint32_t> wanted;
    for (std::uint32_t other = 0; other < slot; ++other) {
      if (boxes_meet(boxes[other], boxes[slot].as_query())) wanted.push_back(other);
    }
    ASSERT_EQ(wanted, seen);
  }
}

TEST(PairIndex, PairsBeyondTheBoundAreCountedAndNotHeld) {
  PairIndex index({.widest = kAir, .tracks_max = 64, .partners_max = 5});
  PairIndex::Changes changes;
  // All in one place.
  for (std::uint32_t slot = 0; slot < 20; ++slot) {
    index.update(slot, mover(testing::moving(10, 10, 0, 100, 1'000)), UtcMs{}, changes);
    ASSERT_LE(index.partners(slot).size(), 5U);
  }
  EXPECT_GT(index.dropped(), 0U);
  std::size_t held = 0;
  for (std::uint32_t slot = 0; slot < 20; ++slot) held += index.partners(slot).size();
  EXPECT_EQ(held / 2 + index.dropped(), 20U * 19 / 2);
  // Room that others leave is used again.
  for (std::uint32_t slot = 0; slot < 18; ++slot) index.remove(slot, changes);
  index.update(18, mover(testing::moving(10, 10, 0, 100, 1'000)), UtcMs{}, changes);
  EXPECT_EQ(changes.held, std::vector<std::uint32_t>{19});
}

TEST(PairIndex, StaysBelowAKibibyteATrack) {
  constexpr std::uint32_t kTracks = 5'000;
  PairIndex index({.widest = kAir, .tracks_max = kTracks});
  SeededRandom random(6);
  PairIndex::Changes changes;
  for (int round = 0; round < 3; ++round) {
    for (std::uint32_t slot = 0; slot < kTracks; ++slot) {
      const Crowd crowd{.lat_deg = 45, .lng_deg = 10, .radius_m = 400'000, .height_spread_m = 9'000};
      index.update(slot, mover(draw_in_crowd(random, crowd, UtcMs{})), UtcMs{}, changes);
    }
  }
  EXPECT_LT(index.bytes(), std::size_t{kTracks} * 1'024);
  // Each alone in its part of the world: as many blocks as tracks.
  PairIndex sparse({.widest = kAir, .tracks_max = kTracks});
  for (std::uint32_t slot = 0; slot < kTracks; ++slot) {
    sparse.update(slot, mover(testing::moving(between(random, -90, 90), between(random, -180, 180), 0, 200, 1'000)),
                  UtcMs{}, changes);
  }
  EXPECT_LT(sparse.bytes(), std::size_t{kTracks} * 1'024);
}

}  // namespace
}  // namespace tansiq::picture
