// An audit of an exported log, `main` alone: what the zone machine decided is decided again, entry by entry, and what
// stands beside it (the registry of F3548, the supplier) is followed.
//
//   auto audit = TRY(MainAudit::make(std::move(config)));
//   for (line : log) if (auto difference = TRY(audit.check(line))) …
//
// What F3548 uses of exclusive zones was in the way of native intents where the record was written; so it is booked
// here too, and a refusal because of it is no difference.
//
// A record that speaks with others cannot be audited so: what they have said takes places in between and is not here.
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "core/audit.h"
#include "f3548/registry.h"
#include "node/exclusive_bookings.h"
#include "uss/ledger.h"

namespace tansiq::node {

class MainAudit {
 public:
  /// Fails as `core::Auditor::make`. Secrets play no part.
  [[nodiscard]] static Result<MainAudit> make(core::MachineConfig config);

  /// The next entry. Fails with `kCorrupt` when the log cannot be followed any further, with `kUnsupported` for an
  /// entry of coordination.
  [[nodiscard]] Result<std::optional<core::AuditDifference>> check(std::string_view line);

  /// Of everything that was followed; as the node that wrote the record says it.
  [[nodiscard]] core::StateHash state_hash() const;

 private:
  explicit MainAudit(core::Auditor auditor);
  template <class Entry, class Follower>
  [[nodiscard]] Status follow(const Entry& entry, std::string_view whose, Follower& follower);

  core::Auditor auditor_;
  std::unique_ptr<f3548::Registry> registry_;
  std::unique_ptr<uss::Ledger> ledger_;
  ExclusiveBookings bookings_;
};

}  // namespace tansiq::node
