// What the parts of coordination see of each other: small questions with one answer, so that each part can be read,
// tested and replaced alone. `Coalition` (coalition.h) wires the real ones together.
#pragma once

#include <cstdint>
#include <optional>
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
    AuthorityId home;  ///< What it may be told depends on it.
    const std::vector<geo::Volume4d>* volumes = nullptr;
    std::vector<EntryHash> exempt;    ///< Versions of the same flight: no conflict.
    std::optional<UtcMs> not_before;  ///< A counter-proposal begins no earlier…
    std::optional<UtcMs> not_after;   ///< …and ends no later.
  };
  struct Answer {
    bool free = false;
    bool only_holds = false;             ///< Not free, and only bookings that are not confirmed stand in the way.
    std::vector<EntryHash> holds;        ///< Those bookings, when `only_holds`. For the owner's own eyes.
    std::vector<LegConflict> conflicts;  ///< As far as `home` may know.
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

/// What a module has to say about an entry that does not fit. It is logged as an ANOMALY and changes nothing.
struct Oddity {
  std::string text;
  bool alarm = false;
};

}  // namespace tansiq::coordination
