// What the tests of core share: a small charter, volumes in few words, a machine that keeps its log.
#pragma once

#include <string>
#include <vector>

#include "core/machine.h"

namespace tansiq::core::testing {

/// 2026-11-22T12:00:00Z.
inline constexpr UtcMs kNoon{1'795'348'800'000};

[[nodiscard]] constexpr UtcMs minutes(std::int64_t after_noon) { return kNoon + after_noon * 60'000; }

/// A box in whole 1/100 degrees, flight levels, minutes after noon.
struct Box {
  int south, west, north, east;
  int level_low, level_high;
  int from_minute, to_minute;
};
[[nodiscard]] geo::Volume4d volume(const Box& box);
/// The same without levels, for the sea.
[[nodiscard]] geo::Volume4d sea_volume(const Box& box);

/// Authorities `us` and `ru`. Zones, each one degree square, levels FL100 to FL400 in the air:
///   K1  us  exclusive  30N 40E  1,000 m, 1,000 ft, 60 s   coarse
///   K2  us  exclusive  30N 41E  none                       full     (touches K1)
///   A1  us  aware      30N 42E  none                       busy
///   D1  us  disputed   30N 43E  none                       none
///   R1  ru  exclusive  30N 44E  none                       coarse
///   S1  us  exclusive  30N 40E  none, sea                  coarse
[[nodiscard]] Charter test_charter();
[[nodiscard]] Zone square_zone(std::string_view id, std::string_view owner, int south, int west, Rule rule);

/// A machine of `us`, founded at noon, whose entries are kept.
class Desk {
 public:
  explicit Desk(Charter charter = test_charter(), MachineLimits limits = {});

  /// Executes under a fresh command id. `who` ends in `!` when the caller speaks for the authority: `us!`.
  Result<Outcome> tell(std::string_view who, Action action, UtcMs now);
  Result<Outcome> tell(std::string_view who, Action action) { return tell(who, std::move(action), now); }
  Result<Outcome> tell_as(std::string_view who, std::string_view command_id, Action action);
  /// Runs `tick` until it has nothing more to say; how many entries it wrote.
  std::size_t tick();
  /// A second machine, led through the same log.
  [[nodiscard]] Result<Machine> replayed() const;
  [[nodiscard]] const Intent& intent(std::string_view id) const;
  [[nodiscard]] MachineConfig config() const;

  Charter charter;
  MachineLimits limits;
  std::vector<std::string> log;  // before the machine, whose founding writes into it
  Machine machine;
  UtcMs now = kNoon;

 private:
  int next_command_ = 1;
};

[[nodiscard]] Command command(std::string_view who, std::string_view command_id, Action action);
[[nodiscard]] CreateIntent create(std::string_view id, std::vector<geo::Volume4d> volumes,
                                  std::vector<std::string> keys = {}, Domain domain = Domain::kAir);
[[nodiscard]] CreateMeasure measure(std::string_view id, std::string_view zone, Effect effect,
                                    std::vector<geo::Volume4d> volumes);
[[nodiscard]] IntentId intent_id(std::string_view id);
[[nodiscard]] MeasureId measure_id(std::string_view id);

}  // namespace tansiq::core::testing
