// Encounters of two craft, drawn from a seed: what truly happened, and what sensors would have said of it.
//
// They stand in for recorded traffic. Each kind is a way in which two craft come near each other, or seem to; whether
// separation is truly lost is measured on the flown paths, not assumed from the kind.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "picture/conflict_watch.h"

namespace tansiq::picture::testing {

enum class EncounterKind : std::uint8_t {
  kCrossing,
  kCrossingClear,
  kHeadOn,
  kOvertaking,
  kLevels,         ///< Crossing at neighbouring levels.
  kClimbThrough,   ///< One climbs through the other's level.
  kLevelOff,       ///< One climbs towards the other's level and levels off 1,000 ft below.
  kLevelOffKnown,  ///< The same, and the level is known.
  kTurnAway,       ///< A conflict that a turn resolves in time.
  kTurnInto,       ///< Apart until one turns.
  kTurnAcross,     ///< One turns, pointing at the other for some seconds.
  kParallel,       ///< Side by side, a little beyond the minimum.
  kFormation,      ///< Close together, and known to be.
  kShipsCrossing,
  kShipsMeeting,  ///< Passing at a safe distance.
  kShipsOvertaking,
};
inline constexpr int kEncounterKinds = 16;
[[nodiscard]] std::string_view name_of(EncounterKind kind);
[[nodiscard]] bool at_sea(EncounterKind kind);

struct Encounter {
  EncounterKind kind = EncounterKind::kCrossing;
  std::int64_t step_ms = 1'000;
  std::vector<WatchedCraft> one;  ///< As sensors report it, each step.
  std::vector<WatchedCraft> two;
  bool lost = false;        ///< The craft were truly nearer than the minima, by more than the noise.
  bool clear = false;       ///< They truly never came nearer than the minima.
  std::size_t lost_at = 0;  ///< Step.
};

/// Any place on earth up to 89°, seams more often than their share.
[[nodiscard]] Encounter draw_encounter(EncounterKind kind, std::uint64_t seed);

/// How a method did on one encounter.
struct Heard {
  bool alerted = false;
  std::size_t first = 0;  ///< Step of the first alert.
};
/// The watch, with its filters.
[[nodiscard]] Heard heard_from_watch(const Encounter& encounter);
/// The baseline: an alert as soon as a straight line predicts a loss.
[[nodiscard]] Heard heard_from_straight_lines(const Encounter& encounter);

}  // namespace tansiq::picture::testing
