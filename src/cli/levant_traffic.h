// Who flies and sails in levant-2015, and when: the sky of the story as data.
//
// Places follow from the corridors of demo_world.cc: whoever keeps to a leg here flies along its centre line, and
// whoever leaves it leaves it by miles. A craft that is moved here for one step must not run into another; the story
// says so when it does.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "cli/levant_sky.h"
#include "core/charter.h"
#include "geo/volume.h"

namespace tansiq::cli {

/// The guide of the carrier group and her escort; off Cyprus at the beginning, and sailing east.
inline constexpr std::uint32_t kCarrierMmsi = 227'000'473;
inline constexpr std::uint32_t kEscortMmsi = 227'000'474;
/// The levels of step 6 and where its craft are filed: lower edges, as flight levels.
inline constexpr std::int64_t kStrayingLevel = 230;
inline constexpr std::int64_t kLateLevel = 190;

/// There from beginning to end, so that no receiver is ever silent: the two ships; one aircraft that radars hear and
/// one that says itself where it is, on rounds of their own above all corridors.
[[nodiscard]] std::vector<SkyCraft> standing_traffic(UtcMs begins);

/// A ship on another course (in degrees) from where she is.
[[nodiscard]] SkyCraft on_course(const std::string& name, std::uint32_t mmsi, const SkyState& from, UtcMs now,
                                 double course_deg);

/// MIRAGE3: enters K2 at its eastern end, and 100 s later turns out of it to the north, around weather.
[[nodiscard]] SkyCraft straying_flight(UtcMs enters);
/// REACH7: enters K2 there, and is slow: half an hour to the other end.
[[nodiscard]] SkyCraft late_flight(UtcMs enters);
/// A plot with a number and nothing else, which crosses K3 at FL290 from the west.
[[nodiscard]] SkyCraft unknown_craft(UtcMs enters);
/// REACH9 and RFF9, at one level outside of all corridors: one mile apart at about this moment, and there nine minutes
/// before. Radars hear them, whose tracks carry their times: a machine that is late moves nobody's place.
[[nodiscard]] std::array<SkyCraft, 2> converging_flights(UtcMs closest);

// --- after the story

/// A ship that goes round from where she is, for ever.
[[nodiscard]] SkyCraft on_rounds(const std::string& name, std::uint32_t mmsi, const SkyState& from, UtcMs now);

/// Time between two laps of what flies on after the story.
inline constexpr DurationMs kLapMs = 45LL * 60'000;

/// One flight along a corridor of its owner, as it is filed and as it flies.
struct LapFlight {
  std::string owner;      ///< Of the corridor, and of the flight.
  std::string call_sign;  ///< Of one lap in three.
  std::string intent;     ///< Of this lap alone.
  geo::Volume4d volume;
  SkyCraft craft;
  UtcMs leaves;  ///< When it is at the corridor's end.
};
/// A flight through each corridor; those of two laps have different levels, so that none is in another's way.
[[nodiscard]] std::vector<LapFlight> lap_flights(const core::Charter& charter, std::uint64_t lap, UtcMs begins);

}  // namespace tansiq::cli
