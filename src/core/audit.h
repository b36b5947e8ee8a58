// Audit: deciding again what was decided, and reporting where the record differs.
//
// Replay believes the record; an audit does not. For each recorded command it asks the machine, in the state that the
// record led to just before, what it would decide at the recorded time, with the knowledge that the filer had proven
// then, and compares the whole entry byte for byte. Then it applies the recorded entry and goes on, so that one
// difference is reported once.
//
//   Auditor auditor = TRY(Auditor::make(config));
//   for (line : log) {
//     if (const auto difference = TRY(auditor.check(line))) report(*difference);
//   }
//
// Entries that time caused are checked too: nothing may have run out before its time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/machine.h"

namespace tansiq::core {

/// An entry that this program would not have written.
struct AuditDifference {
  std::uint64_t seq = 0;
  std::string message;   ///< For people.
  std::string recorded;  ///< The line as it stands in the log.
  std::string decided;   ///< The line as it is decided now; empty when deciding again fails.
};

/// Decides again, in the state just before it, what `line` records; `entry` is what `read_entry` makes of it. For
/// whoever leads a machine through its record himself. Needs a settled machine; changes nothing.
[[nodiscard]] std::optional<AuditDifference> audit_entry(const Machine& before, const Entry& entry,
                                                         std::string_view line);

class Auditor {
 public:
  /// The `ovn_secret` of the config plays no part: any will do.
  [[nodiscard]] static Result<Auditor> make(MachineConfig config);

  /// Checks the next entry. Fails, as `Machine::apply`, when the log cannot be followed any further.
  /// Cost: a decision and a replay.
  [[nodiscard]] Result<std::optional<AuditDifference>> check(std::string_view line);

  /// Entries of other parts of the node stand between: the next one here is `next_seq`, at `time` or later.
  void skip_to(std::uint64_t next_seq, UtcMs time) { machine_.skip_to(next_seq, time); }

  /// Space that other parts of the node took in the zones, as it was booked where the record was written (booking.h):
  /// whatever is decided again later sees it.
  void book(BookingRequest request);
  void release_booking(const IntentId& id) { machine_.release_booking(id); }

  [[nodiscard]] const Machine& machine() const { return machine_; }

 private:
  explicit Auditor(Machine machine) : machine_(std::move(machine)) {}
  Machine machine_;
};

}  // namespace tansiq::core
