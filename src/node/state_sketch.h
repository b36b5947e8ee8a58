// A state in a few numbers: what two folds of one record must agree in, and how large a snapshot will be about.
//
// Taken between two batches, so it costs nothing: no walk through the state. Equal sketches do not prove equal states
// (the state hash does, and costs as much as a snapshot); different ones prove that a fold went wrong.
#pragma once

#include <cstdint>
#include <string>

#include "node/state.h"

namespace tansiq::node {

struct StateSketch {
  std::uint64_t next_seq = 0;
  std::uint64_t last_time_ms = 0;
  std::uint64_t versions = 0;  ///< Of the charter.
  std::uint64_t live_intents = 0, live_measures = 0;
  std::uint64_t peer_entries = 0;
  std::uint64_t registry_intents = 0, registry_constraints = 0, registry_subscriptions = 0, uss_down = 0;
  friend bool operator==(const StateSketch&, const StateSketch&) = default;
};

[[nodiscard]] StateSketch sketch_of(const State& state);

/// For people: `live intents: 4 and 5`; empty where they are equal.
[[nodiscard]] std::string difference(const StateSketch& one, const StateSketch& other);

/// Of a snapshot of such a state, at the least.
[[nodiscard]] std::uint64_t snapshot_bytes_min(const StateSketch& sketch);

}  // namespace tansiq::node
