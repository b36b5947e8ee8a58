// What is planned and known here, as caveats compare it: the flights of this node's home desk, the legs in its zones,
// the intents and bookings of its zone machine, what others show.
#pragma once

#include <cstring>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "coordination/disclosure_held.h"
#include "coordination/flight_desk.h"
#include "coordination/leg_desk.h"
#include "coordination/views.h"
#include "core/machine.h"

namespace tansiq::coordination {

class CoalitionTraffic final : public PlannedTraffic, public KnownTraffic {
 public:
  /// All must outlive this; `look_again` is to follow when they come out of a snapshot.
  CoalitionTraffic(const core::Machine& machine, const LegDesk& legs, const FlightDesk& flights, const HoldDesk& held)
      : machine_(machine), legs_(legs), flights_(flights), held_(held) {}

  /// A flight of the home desk has come, changed or gone. Returns the name by which it was known until now, if it is
  /// flown for another.
  std::optional<std::string> touch(const FlightId& flight);
  void look_again();

  [[nodiscard]] std::optional<PlannedUse> find(const AuthorityId& of, const UseParty& party) const override;
  [[nodiscard]] std::vector<UseParty> all(const AuthorityId& of) const override;
  [[nodiscard]] Result<std::vector<KnownUse>> near(const core::Subject& whom, core::Domain domain,
                                                   const geo::Volume4d& volume, const geo::Minima& minima,
                                                   From from) const override;

  /// As they are now; nothing when this node knows of none.
  [[nodiscard]] std::optional<TrafficChange> of_leg(const EntryHash& request) const;
  [[nodiscard]] std::optional<TrafficChange> of_intent(const IntentId& intent) const;
  [[nodiscard]] std::optional<TrafficChange> of_flight(const FlightId& flight, std::optional<std::string> was) const;
  /// Of something that is shown.
  [[nodiscard]] std::string name_of_share(const HoldDesk::Known& known) const;

 private:
  [[nodiscard]] std::optional<PlannedUse> own_flight(const UseParty& party) const;
  [[nodiscard]] std::optional<PlannedUse> leg(const AuthorityId& of, const UseParty& party) const;
  [[nodiscard]] std::optional<PlannedUse> intent(const AuthorityId& of, const UseParty& party) const;

  /// A flight for another: the name by which it is known, and its volumes as they were compared last.
  struct ForOther {
    struct Part {
      std::vector<geo::Volume4d> volumes;
      std::vector<geo::PreparedVolume> prepared;
    };
    EntryHash filing;
    std::vector<Part> parts;
  };
  /// One that is asked about, valid until the next entry is applied.
  struct Filed {
    const Flight* flight = nullptr;
    ForOther* kept = nullptr;
  };

  [[nodiscard]] const std::vector<geo::PreparedVolume>& prepared(const EntryHash& name,
                                                                 const std::vector<geo::Volume4d>& volumes) const;
  [[nodiscard]] static const std::vector<geo::PreparedVolume>& prepared(ForOther& of,
                                                                        const std::vector<geo::Volume4d>& volumes);

  void find_here(const core::Subject& whom, const std::vector<core::Machine::Near>& near,
                 const std::vector<Filed>& filed, std::vector<KnownUse>& out, std::vector<FlightId>& booked) const;

  [[nodiscard]] Status find_elsewhere(const core::Subject& whom, core::Domain domain, const geo::PreparedVolume& asked,
                                      const geo::Minima& minima, const std::vector<Filed>& filed,
                                      const std::vector<FlightId>& booked, std::vector<KnownUse>& out) const;

  static constexpr std::size_t kPreparedMax = 4'096;
  const core::Machine& machine_;
  const LegDesk& legs_;
  const FlightDesk& flights_;
  const HoldDesk& held_;
  mutable std::map<FlightId, ForOther> for_others_;  ///< Live ones with a principal.
  struct ByFirstBytes {
    std::size_t operator()(const EntryHash& name) const {
      std::size_t out = 0;
      std::memcpy(&out, name.bytes.data(), sizeof(out));
      return out;
    }
  };
  /// Volumes by a name that never changes. Looked up, never iterated.
  mutable std::unordered_map<EntryHash, std::vector<geo::PreparedVolume>, ByFirstBytes> prepared_;
  /// Names of what is shown, by its body. Looked up, never iterated.
  mutable std::unordered_map<EntryHash, std::string, ByFirstBytes> share_names_;
};

}  // namespace tansiq::coordination
