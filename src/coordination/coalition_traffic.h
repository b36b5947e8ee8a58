// What is planned and known here, as caveats compare it: the flights of this node's home desk, the legs in its zones,
// the intents and bookings of its zone machine.
#pragma once

#include "coordination/flight_desk.h"
#include "coordination/leg_desk.h"
#include "coordination/views.h"
#include "core/machine.h"

namespace tansiq::coordination {

class CoalitionTraffic final : public PlannedTraffic, public KnownTraffic {
 public:
  /// All must outlive this.
  CoalitionTraffic(const core::Machine& machine, const LegDesk& legs, const FlightDesk& flights)
      : machine_(machine), legs_(legs), flights_(flights) {}

  [[nodiscard]] std::optional<PlannedUse> find(const AuthorityId& of, const UseParty& party) const override;
  [[nodiscard]] std::vector<UseParty> all(const AuthorityId& of) const override;
  [[nodiscard]] Result<std::vector<KnownUse>> near(const core::Subject& whom, core::Domain domain,
                                                   const geo::Volume4d& volume,
                                                   const geo::Minima& minima) const override;

  /// As they are now; nothing when this node knows of none.
  [[nodiscard]] std::optional<TrafficChange> of_leg(const EntryHash& request) const;
  [[nodiscard]] std::optional<TrafficChange> of_intent(const IntentId& intent) const;
  [[nodiscard]] std::optional<TrafficChange> of_flight(const FlightId& flight) const;

 private:
  [[nodiscard]] std::optional<PlannedUse> own_flight(const UseParty& party) const;
  [[nodiscard]] std::optional<PlannedUse> leg(const AuthorityId& of, const UseParty& party) const;
  [[nodiscard]] std::optional<PlannedUse> intent(const AuthorityId& of, const UseParty& party) const;

  const core::Machine& machine_;
  const LegDesk& legs_;
  const FlightDesk& flights_;
};

}  // namespace tansiq::coordination
