// One flight in the simulated world: the officer at its home who files and looks after it, its crew, and where the
// aircraft is. The crew knows what it was told and its own clock; it believes nothing that its home has not made
// durable, and flies on when its home is down.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "coordination/act.h"
#include "coordination/flight.h"
#include "sim/checker.h"
#include "sim/rng.h"

namespace tansiq::sim {

class World;
class Node;

class Trip {
 public:
  /// What this trip will try, drawn when it is filed.
  struct Plan {
    coordination::FlightFiled filed;
    bool accepts_counters = true;
    bool modifies = false;
    bool cancels = false;
    bool overstays = false;
    bool contingency = false;
    bool own_zones = false;  ///< Every leg is in a zone of its home.
  };
  Trip(World& world, Node& home, Plan plan, Rng rng);

  /// Files, and from then on looks after itself.
  void begin();
  [[nodiscard]] const Plan& plan() const { return plan_; }
  [[nodiscard]] Node& home() const { return home_; }
  [[nodiscard]] UtcMs filed_at() const { return filed_at_; }
  [[nodiscard]] bool filed() const { return filed_; }
  /// The home's record says that it has ended, and the aircraft is in no zone.
  [[nodiscard]] bool over() const { return over_; }

 private:
  /// What the crew holds for a leg.
  struct Clearance {
    EntryHash request;
    geo::TimeWindow window;
    bool ready = false;  ///< Home has noted the read-back.
  };

  void poll();
  void look_after(const coordination::Flight& flight);
  void crew_talks(const coordination::Flight& flight);
  void officer_acts(const coordination::Flight& flight);
  void modify(const coordination::Flight& flight);
  void accept_caveats();
  void fly();
  [[nodiscard]] bool all_in_hand() const;
  [[nodiscard]] bool beside_in_hand(std::int64_t first, std::int64_t last) const;
  void enter(std::int64_t leg, const Clearance* clearance);
  void leave();
  void report(const coordination::Flight& flight);
  void step(coordination::FlightStep step, std::string text = {});
  [[nodiscard]] UtcMs crew_clock() const;
  [[nodiscard]] bool disputed(std::int64_t leg) const;

  World& world_;
  Node& home_;
  Plan plan_;
  Rng rng_;
  DurationMs crew_offset_ms_ = 0;
  UtcMs filed_at_;
  bool filed_ = false;
  bool over_ = false;
  std::map<std::int64_t, Clearance> held_;
  std::map<std::int64_t, std::int64_t> beside_;  ///< Legs at neighbours, and with which leg each is flown.
  std::optional<Aircraft> inside_;
  UtcMs leave_at_;  ///< True time.
  std::int64_t next_leg_ = 0;
  bool departed_ = false;
  bool accepts_caveats_ = true;
  bool landed_ = false;
  std::vector<std::pair<bool, std::int64_t>> reports_;  ///< entered or left, and the leg; oldest first.
  std::optional<UtcMs> counter_seen_;
};

}  // namespace tansiq::sim
