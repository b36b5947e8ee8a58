// What all logs together say about legs, as an auditor would note it who may read everything: from durable entries
// alone, in the order of true time, and with nothing of the desks' own code. Checkers judge by this.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "coordination/entry.h"
#include "coordination/log_name.h"
#include "core/charter.h"
#include "geo/conflict.h"

namespace tansiq::sim {

using coordination::Entry;
using coordination::EntryHash;
using coordination::FlightId;

struct LedgerLeg {
  enum class State : std::uint8_t { kAsked, kHeld, kConfirmed, kOver };
  EntryHash request;
  AuthorityId home;
  FlightId flight;
  std::optional<AuthorityId> principal;
  ZoneId zone;
  std::vector<geo::Volume4d> volumes;         ///< As booked, once held.
  std::vector<geo::PreparedVolume> prepared;  ///< From the hold on.
  geo::TimeWindow window;
  State state = State::kAsked;
  AuthorityId holder;      ///< Who has held or confirmed it last.
  UtcMs until;             ///< Th.
  UtcMs held_at;           ///< True time.
  bool confirmed = false;  ///< Ever.
  bool given_up = false;   ///< The crew has handed it back, as its home has recorded; its owner may not know it yet.
};

/// One own entry of a node, at the moment at which it became durable.
struct Durable {
  UtcMs now;  ///< True time.
  const AuthorityId& author;
  const coordination::LogName& log;
  const EntryHash& hash;
  const Entry& entry;
  LedgerLeg* leg = nullptr;                  ///< That the entry is about, if there is one; as it is after the entry.
  std::optional<LedgerLeg::State> was = {};  ///< What it was before.
};

class Ledger {
 public:
  explicit Ledger(const core::Charter& charter) : charter_(charter) {}
  /// Notes an entry and fills in `leg` and `was`.
  void note(Durable& durable);
  [[nodiscard]] const LedgerLeg* find(const EntryHash& request) const;
  /// Held or confirmed legs of a zone whose windows have not long passed.
  [[nodiscard]] const std::set<EntryHash>& booked(const ZoneId& zone) { return booked_[zone]; }
  /// Of all zones that there have been, the same.
  [[nodiscard]] const std::map<ZoneId, std::set<EntryHash>>& booked() const { return booked_; }
  /// Two legs that the zone's minima keep apart, of different flights.
  [[nodiscard]] bool conflict(const LedgerLeg& a, const LedgerLeg& b) const;
  /// Two legs of different flights that are in one place at one time, whatever zones they were granted in.
  [[nodiscard]] static bool meet(const LedgerLeg& a, const LedgerLeg& b);

 private:
  LedgerLeg* leg_of(const EntryHash& request);
  void end(LedgerLeg& leg);

  const core::Charter& charter_;
  std::map<EntryHash, LedgerLeg> legs_;
  std::map<ZoneId, std::set<EntryHash>> booked_;
};

}  // namespace tansiq::sim
