// Generated traffic: the same seed gives the same commands everywhere. For benchmarks, the demo and load tests.
//
//   Workload workload({.seed = 1, .volumes = 100'000, .start = clock.now()});
//   Machine machine = TRY(Machine::make({.self = workload.authority(), .charter = workload.charter()}));
//   append(machine.found(now).entry);
//   for (int i = 0; i < 100'000; ++i) machine.execute(workload.next_create(), now);
//
// The sky: one authority, a square cut into 4 × 4 exclusive zones that touch; its area grows with the number of volumes
// (one square kilometre for each), so that the density stays the same. The traffic: six in ten a circle of 100 … 800 m,
// three in ten a quadrangle of 1 … 4 km, one in ten a corridor of some 10 km; 60 m to 120 m high below 3 km, 10 to 30
// minutes long, over one day. About one in a hundred conflicts with what was accepted before.
#pragma once

#include <cstdint>
#include <string>

#include "base/random.h"
#include "core/charter.h"
#include "core/command.h"

namespace tansiq::core {

struct WorkloadOptions {
  std::uint64_t seed = 1;
  std::size_t volumes = 100'000;  ///< How many are to be live: sets the area.
  UtcMs start;                    ///< Windows begin within a day after this.
  std::string subject = "load";   ///< Manager of all intents.
};

class Workload {
 public:
  explicit Workload(WorkloadOptions options);

  [[nodiscard]] const Charter& charter() const { return charter_; }
  [[nodiscard]] const AuthorityId& authority() const { return charter_.authorities.front().id; }

  /// A new intent of one volume, anywhere in the sky. Ids count up: `i0`, `i1`, …
  [[nodiscard]] Command next_create();
  /// One that conflicts with none of the others of its kind: the n-th is alone in its layer and minute, all in one
  /// square kilometre. Layers repeat after kBusyCellSlots: end the old ones first.
  [[nodiscard]] Command next_busy_cell();
  /// Ends the intent that the n-th create of this workload made, which must be at version 1.
  [[nodiscard]] Command end_of(std::uint64_t n);

  static constexpr std::uint64_t kBusyCellLayers = 50;
  static constexpr std::uint64_t kBusyCellTimes = 40;
  static constexpr std::uint64_t kBusyCellSlots = kBusyCellLayers * kBusyCellTimes;

 private:
  [[nodiscard]] geo::Outline outline();
  [[nodiscard]] geo::LatLng point();
  [[nodiscard]] Command command(Action action);

  WorkloadOptions options_;
  SeededRandom random_;
  Charter charter_;
  std::int64_t half_side_e7_ = 0;
  std::uint64_t intents_ = 0;
  std::uint64_t commands_ = 0;
};

}  // namespace tansiq::core
