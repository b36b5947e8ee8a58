// What the parts of coordination see of each other: small questions with one answer, so that each part can be read,
// tested and replaced alone. `Coalition` (coalition.h) wires the real ones together.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "coordination/entry.h"
#include "core/entry.h"

namespace tansiq::coordination {

/// The relations as this node has to judge them now (relation.h).
class RelationView {
 public:
  RelationView() = default;
  RelationView(const RelationView&) = delete;
  RelationView& operator=(const RelationView&) = delete;
  virtual ~RelationView() = default;
  /// The level in force here: what is served, and what may be sent. 0 refuses all.
  [[nodiscard]] virtual std::int64_t level(const Edge& edge) const = 0;
  /// Changes whenever any level may have changed.
  [[nodiscard]] virtual std::uint64_t revision() const = 0;
};

/// Who decides in which zone (zone_control.h).
class ControlView {
 public:
  ControlView() = default;
  ControlView(const ControlView&) = delete;
  ControlView& operator=(const ControlView&) = delete;
  virtual ~ControlView() = default;

  /// Whether this node may grant in the zone at `now`: it is its sequencer, no lease of its own has run out (T5), the
  /// zone is not halted and the node's clock is fit.
  [[nodiscard]] virtual bool may_grant(const ZoneId& zone, UtcMs now) const = 0;
  /// Whether this node keeps the zone's windows now: it writes entries of the zone's epoch. True also when it may grant
  /// nothing.
  [[nodiscard]] virtual bool keeps(const ZoneId& zone) const = 0;
  [[nodiscard]] virtual std::int64_t epoch(const ZoneId& zone) const = 0;
  /// For the next entry of the zone in this epoch, from 0.
  [[nodiscard]] virtual std::int64_t next_number(const ZoneId& zone) const = 0;
  /// Whom to ask, as far as is known here; nobody in disputed and halted zones, and for a zone that no one owns.
  [[nodiscard]] virtual std::optional<AuthorityId> sequencer(const ZoneId& zone) const = 0;
  /// Whose adoption of a version of the charter is waited for before anything is granted in the zone (ADR 36).
  [[nodiscard]] virtual std::set<AuthorityId> awaited(const ZoneId& /*zone*/) const { return {}; }
  /// T5: this node's windows end at or before this, its holds `clock_error_ms` earlier.
  [[nodiscard]] virtual std::optional<UtcMs> grants_end(const ZoneId& zone) const = 0;
  /// T6: no window that starts before this.
  [[nodiscard]] virtual std::optional<UtcMs> grants_begin(const ZoneId& zone) const = 0;
  /// Whether the chain of closing entries makes `author` the sequencer of that epoch.
  [[nodiscard]] virtual bool was_sequencer(const ZoneId& zone, std::int64_t epoch, const AuthorityId& author) const = 0;
  /// Changes whenever an answer may have changed by other than the passing of time; `next_number` apart, which every
  /// entry of a zone moves on.
  [[nodiscard]] virtual std::uint64_t revision() const = 0;
};

/// A version of a leg that holds space in a zone of this node.
struct Booking {
  EntryHash request;
  AuthorityId home;
  FlightId flight;
  ZoneId zone;
  core::Domain domain = core::Domain::kAir;
  bool confirmed = false;
  std::vector<geo::Volume4d> volumes;
  friend bool operator==(const Booking&, const Booking&) = default;
};

/// The zone machine as the owner's desk uses it: legs and the authority's own intents share one index.
class Airspace {
 public:
  Airspace() = default;
  Airspace(const Airspace&) = delete;
  Airspace& operator=(const Airspace&) = delete;
  virtual ~Airspace() = default;

  struct Ask {
    ZoneId zone;
    core::Domain domain = core::Domain::kAir;
    AuthorityId home;       ///< What it may be told depends on it.
    bool own_eyes = false;  ///< The answer is for this authority's officers: they are told everything.
    const std::vector<geo::Volume4d>* volumes = nullptr;
    std::vector<EntryHash> exempt;    ///< Versions of the same flight: no conflict.
    std::optional<UtcMs> not_before;  ///< A counter-proposal begins no earlier…
    std::optional<UtcMs> not_after;   ///< …and ends no later.
  };
  struct Answer {
    bool free = false;
    bool only_holds = false;             ///< Not free, and only bookings that are not confirmed stand in the way.
    std::vector<EntryHash> holds;        ///< Those bookings, when `only_holds`. For the owner's own eyes.
    std::vector<LegConflict> conflicts;  ///< As far as who is told may know.
    core::Counter counter;               ///< Empty when nothing near is free.
  };
  /// Fails with `kInvalid` when a volume is none, or lies outside the zone; `kTooMuchWork`.
  [[nodiscard]] virtual Result<Answer> judge(const Ask& ask, UtcMs now) const = 0;

  /// The fold: called while entries are applied, live and in replay. A booking that is there already is replaced.
  virtual void book(const Booking& booking) = 0;
  virtual void confirm(const EntryHash& request) = 0;
  /// Frees the space. No effect when there is none.
  virtual void release(const EntryHash& request) = 0;
};

/// Whose use of the sky, or of the sea, something is: a flight of a home, or an intent filed with a node.
struct UseParty {
  AuthorityId home;  ///< Of an intent: the authority of the node that keeps it.
  std::optional<FlightId> flight;
  std::optional<IntentId> intent;
  std::optional<EntryHash> request;  ///< The version, where an owner speaks of a leg in its zones.
  friend auto operator<=>(const UseParty&, const UseParty&) = default;
};

/// What one party means to use.
struct PlannedUse {
  struct Part {
    std::int64_t leg = 0;
    std::optional<EntryHash> ours;  ///< By which it is named; absent: by its volumes.
    const std::vector<geo::Volume4d>* volumes = nullptr;
  };
  UseParty party;
  core::Domain domain = core::Domain::kAir;
  core::Subject manager;
  std::optional<AuthorityId> principal;
  std::vector<Part> parts;  ///< Valid until the next entry is applied.
};

/// What this node knows to be planned on behalf of an authority: for itself its flights and the intents of its own
/// people, for another the legs and intents in this node's zones.
class PlannedTraffic {
 public:
  PlannedTraffic() = default;
  PlannedTraffic(const PlannedTraffic&) = delete;
  PlannedTraffic& operator=(const PlannedTraffic&) = delete;
  virtual ~PlannedTraffic() = default;
  /// Nothing when the party is none of that authority's, or is over.
  [[nodiscard]] virtual std::optional<PlannedUse> find(const AuthorityId& of, const UseParty& party) const = 0;
  /// Ascending. O(live).
  [[nodiscard]] virtual std::vector<UseParty> all(const AuthorityId& of) const = 0;
};

/// One use of somebody's that this node knows of.
struct KnownUse {
  core::Subject manager;
  std::string name;  ///< Unique: the hash of a request, the id of an intent.
  UseParty party;
  std::int64_t version = 1;
  geo::TimeWindow window;
};

/// Where others will be, from whatever source: intents filed here, legs in our zones, what was shared with us.
class KnownTraffic {
 public:
  KnownTraffic() = default;
  KnownTraffic(const KnownTraffic&) = delete;
  KnownTraffic& operator=(const KnownTraffic&) = delete;
  virtual ~KnownTraffic() = default;
  /// From what is known of another's traffic.
  enum class From : std::uint8_t { kEverywhere, kOwnZones };
  /// What is known of `whom` (caveat.h: `belongs_to`) and comes nearer to the volume than `minima`, by name;
  /// `kOwnZones`: only what this node decides about. Fails with `kInvalid` (the volume is none), `kTooMuchWork`.
  [[nodiscard]] virtual Result<std::vector<KnownUse>> near(const core::Subject& whom, core::Domain domain,
                                                           const geo::Volume4d& volume, const geo::Minima& minima,
                                                           From from) const = 0;
};

/// Something that is planned has come, changed or gone.
struct TrafficChange {
  UseParty party;
  core::Domain domain = core::Domain::kAir;
  core::Subject manager;
  std::optional<AuthorityId> principal;
  std::vector<geo::Volume4d> volumes;  ///< As they are now; none when it is over.
  /// Every name (`KnownUse::name`) under which it was known until now and may not be known any more. Absent: not
  /// known, it may have been any.
  std::optional<std::vector<std::string>> gone = {};
};

/// What a module has to say about an entry that does not fit. It is logged as an ANOMALY and changes nothing.
struct Oddity {
  std::string text;
  bool alarm = false;
};

}  // namespace tansiq::coordination
