#include "node/main_audit.h"

#include <fmt/format.h>

#include <utility>

#include "coordination/entry.h"
#include "node/state.h"

namespace tansiq::node {

MainAudit::MainAudit(core::Auditor auditor)
    : auditor_(std::move(auditor)),
      registry_(std::make_unique<f3548::Registry>(f3548::Registry::Secret{})),
      ledger_(std::make_unique<uss::Ledger>()) {}

Result<MainAudit> MainAudit::make(core::MachineConfig config) {
  return MainAudit(TRY(core::Auditor::make(std::move(config))));
}

template <class Entry, class Follower>
Status MainAudit::follow(const Entry& entry, std::string_view whose, Follower& follower) {
  if (entry.place.seq != auditor_.machine().next_seq() || entry.place.time < auditor_.machine().last_time()) {
    return fail(ErrorCode::kCorrupt, fmt::format("the {}'s entry does not follow", whose));
  }
  auditor_.skip_to(entry.place.seq + 1, entry.place.time);
  return follower.apply(entry);
}

Result<std::optional<core::AuditDifference>> MainAudit::check(std::string_view line) {
  if (f3548::is_registry_line(line)) {
    const f3548::Entry entry = TRY(f3548::read_entry(line));
    TRY_VOID(follow(entry, "registry", *registry_));
    TRY_VOID(bookings_.follow(
        *registry_, auditor_.machine().zones(),
        [&](core::BookingRequest request) { auditor_.book(std::move(request)); },
        [&](const IntentId& booking) { auditor_.release_booking(booking); }));
    return std::nullopt;
  }
  if (uss::is_uss_line(line)) {
    const uss::Entry entry = TRY(uss::read_entry(line));
    TRY_VOID(follow(entry, "supplier", *ledger_));
    return std::nullopt;
  }
  if (coordination::is_coordination_line(line)) {
    return fail(ErrorCode::kUnsupported,
                "this record speaks with others, and what they have said is not here: give the node's data folder");
  }
  return auditor_.check(line);
}

core::StateHash MainAudit::state_hash() const {
  return joined_hash(auditor_.machine().state_hash(), *registry_, *ledger_);
}

}  // namespace tansiq::node
