// The counter-proposal: the nearest alternative in time, and the nearest in level. Internal to core.
//
// The intent moves as a whole, rigidly. For one pair of volumes the shifts that conflict form an interval, because both
// have one window and one band. So, going later from a shift that conflicts with some volumes, every shift up to the
// latest of their edges conflicts too, and that edge is the next to try: the sweep finds exactly the nearest free
// shift in its direction, in as many steps as there are layers of traffic in the way. A proposal is what the
// predicate of the decision itself found free.
#pragma once

#include <optional>
#include <vector>

#include "core/decide.h"

namespace tansiq::core {

/// Steps of one sweep, and queries of the index in one search: beyond them there is no proposal.
inline constexpr std::size_t kCounterStepsMax = 48;
inline constexpr std::size_t kCounterQueriesMax = 1'024;
/// Levels are proposed on a grid: 500 ft for flight levels, 10 m for the other references.
inline constexpr std::int64_t kCounterGridFlightLevelCm = 15'240;
inline constexpr std::int64_t kCounterGridCm = 1'000;

class CounterSearch {
 public:
  CounterSearch(const Decider& decider, const Decider::Ask& ask) : decider_(decider), ask_(ask) {}

  /// `conflicts` and `refusing` are what stands in the way of the ask as it is.
  [[nodiscard]] Counter run(const std::vector<Met>& conflicts, const std::vector<Met>& refusing);

 private:
  enum class Direction : std::uint8_t { kUp, kDown };  // later and earlier, higher and lower
  enum class Axis : std::uint8_t { kTime, kLevel };

  /// One volume in the way: which of ours, its band and window, the minima that count.
  struct Blocker {
    std::uint32_t volume;
    geo::LevelBand band;
    geo::TimeWindow window;
    geo::Minima minima;
  };

  [[nodiscard]] std::vector<Blocker> blockers(const Decider::Ask& ask, const std::vector<Met>& conflicts,
                                              const std::vector<Met>& refusing) const;
  /// Nothing when the work limit is reached.
  [[nodiscard]] std::optional<std::vector<Blocker>> blockers_at(Axis axis, std::int64_t shift);
  [[nodiscard]] std::int64_t edge(Axis axis, Direction direction, const Blocker& blocker) const;
  [[nodiscard]] std::int64_t on_grid(std::int64_t shift, Direction direction) const;
  /// The shift that makes the first window begin now: nothing is proposed for the past.
  [[nodiscard]] std::int64_t earliest_shift() const;
  [[nodiscard]] bool time_allowed(std::int64_t shift) const;
  [[nodiscard]] bool level_allowed(std::int64_t shift) const;
  [[nodiscard]] bool levels_movable() const;
  [[nodiscard]] bool same_zones(const Decider::Ask& moved) const;
  [[nodiscard]] Decider::Ask moved(Axis axis, std::int64_t shift) const;
  std::optional<std::int64_t> sweep(Axis axis, Direction direction, const std::vector<Blocker>& first);
  std::optional<std::int64_t> nearest(Axis axis, const std::vector<Blocker>& first);

  const Decider& decider_;
  const Decider::Ask& ask_;
  std::size_t queries_ = 0;
};

}  // namespace tansiq::core
