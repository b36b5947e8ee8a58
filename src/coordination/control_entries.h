// Who decides in a zone, and how that right moves (docs/coordination.md, section 6). The closing entry of an epoch is
// for every member; what the next sequencer must know of the windows stands in the pair's own log, and the closing
// entry quotes its hash.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "coordination/leg_entries.h"
#include "coordination/names.h"

namespace tansiq::coordination {

/// A window that the next sequencer adopts unchanged.
struct AdoptedWindow {
  core::Domain domain = core::Domain::kAir;
  bool entered = false;
  FlightId flight;
  AuthorityId home;
  EntryHash request;
  bool revoking = false;
  std::vector<geo::Volume4d> volumes;
  static constexpr auto fields() {
    return field_list(field("domain", &AdoptedWindow::domain), field("entered", &AdoptedWindow::entered),
                      field("flight", &AdoptedWindow::flight), field("home", &AdoptedWindow::home),
                      field("request", &AdoptedWindow::request), field("revoking", &AdoptedWindow::revoking),
                      field("volumes", &AdoptedWindow::volumes));
  }
  friend bool operator==(const AdoptedWindow&, const AdoptedWindow&) = default;
};
/// Part `part` of `parts` of what goes over with a zone. Written before the closing entry, which quotes all parts.
struct ZoneSnapshot {
  static constexpr std::string_view kType = "zone.snapshot";
  std::int64_t epoch = 0;  ///< That this ends.
  std::int64_t part = 0;
  std::int64_t parts = 1;
  AuthorityId to;
  std::vector<AdoptedWindow> windows;
  ZoneId zone;
  static constexpr auto fields() {
    return field_list(field("epoch", &ZoneSnapshot::epoch), field("part", &ZoneSnapshot::part),
                      field("parts", &ZoneSnapshot::parts), field("to", &ZoneSnapshot::to),
                      field("windows", &ZoneSnapshot::windows), field("zone", &ZoneSnapshot::zone));
  }
  friend bool operator==(const ZoneSnapshot&, const ZoneSnapshot&) = default;
};

/// LEASE (`until` given) or HANDOVER (without): the last entry of epoch `epoch - 1`.
struct ZoneLease {
  static constexpr std::string_view kType = "zone.lease";
  static constexpr Audience kAudience = Audience::kMembers;
  std::int64_t epoch = 0;           ///< Of the tenant.
  std::vector<EntryHash> snapshot;  ///< All parts, in order; none when there was no window.
  AuthorityId tenant;
  std::optional<UtcMs> until;  ///< T.
  ZoneId zone;
  static constexpr auto fields() {
    return field_list(field("epoch", &ZoneLease::epoch), field("snapshot", &ZoneLease::snapshot),
                      field("tenant", &ZoneLease::tenant), field("until_ms", &ZoneLease::until),
                      field("zone", &ZoneLease::zone));
  }
  friend bool operator==(const ZoneLease&, const ZoneLease&) = default;
};
/// ACCEPT: the tenant begins its epoch.
struct ZoneAccept {
  static constexpr std::string_view kType = "zone.accept";
  static constexpr Audience kAudience = Audience::kMembers;
  std::int64_t epoch = 0;
  EntryHash lease;
  ZoneId zone;
  static constexpr auto fields() {
    return field_list(field("epoch", &ZoneAccept::epoch), field("lease", &ZoneAccept::lease),
                      field("zone", &ZoneAccept::zone));
  }
  friend bool operator==(const ZoneAccept&, const ZoneAccept&) = default;
};
/// RETURN: the last entry of the tenant's epoch, or its refusal to begin it (`accepted` false; snapshot unchanged).
struct ZoneReturn {
  static constexpr std::string_view kType = "zone.return";
  static constexpr Audience kAudience = Audience::kMembers;
  bool accepted = true;
  std::int64_t epoch = 0;
  std::vector<EntryHash> snapshot;
  ZoneId zone;
  static constexpr auto fields() {
    return field_list(field("accepted", &ZoneReturn::accepted), field("epoch", &ZoneReturn::epoch),
                      field("snapshot", &ZoneReturn::snapshot), field("zone", &ZoneReturn::zone));
  }
  friend bool operator==(const ZoneReturn&, const ZoneReturn&) = default;
};
/// RESUME: the owner decides again, in epoch `epoch`. `returned` quotes the RETURN, absent when time gave it back.
struct ZoneResume {
  static constexpr std::string_view kType = "zone.resume";
  static constexpr Audience kAudience = Audience::kMembers;
  std::int64_t epoch = 0;
  std::optional<EntryHash> returned;
  ZoneId zone;
  static constexpr auto fields() {
    return field_list(field("epoch", &ZoneResume::epoch), field("returned", &ZoneResume::returned),
                      field("zone", &ZoneResume::zone));
  }
  friend bool operator==(const ZoneResume&, const ZoneResume&) = default;
};
/// RECALL: the owner asks for the zone back. A request; no power before T.
struct ZoneRecall {
  static constexpr std::string_view kType = "zone.recall";
  static constexpr Audience kAudience = Audience::kMembers;
  std::int64_t epoch = 0;
  std::string text;
  ZoneId zone;
  static constexpr auto fields() {
    return field_list(field("epoch", &ZoneRecall::epoch), field("text", &ZoneRecall::text),
                      field("zone", &ZoneRecall::zone));
  }
  friend bool operator==(const ZoneRecall&, const ZoneRecall&) = default;
};
/// EXPIRED-LEASE: the tenant's clock has passed T − ε; it grants nothing more.
struct ZoneLeaseExpired {
  static constexpr std::string_view kType = "zone.lease_expired";
  static constexpr Audience kAudience = Audience::kMembers;
  std::int64_t epoch = 0;
  ZoneId zone;
  static constexpr auto fields() {
    return field_list(field("epoch", &ZoneLeaseExpired::epoch), field("zone", &ZoneLeaseExpired::zone));
  }
  friend bool operator==(const ZoneLeaseExpired&, const ZoneLeaseExpired&) = default;
};
/// An officer, with a second one, says which of several closing entries of epoch `epoch` stands. The zone goes on when
/// every party concerned has said the same in the same round; a round that is split is followed by another.
struct ZoneResolved {
  static constexpr std::string_view kType = "zone.resolved";
  static constexpr Audience kAudience = Audience::kMembers;
  std::int64_t epoch = 0;  ///< The one that was closed more than once.
  std::int64_t round = 0;
  EntryHash stands;
  ZoneId zone;
  static constexpr auto fields() {
    return field_list(field("epoch", &ZoneResolved::epoch), field("round", &ZoneResolved::round),
                      field("stands", &ZoneResolved::stands), field("zone", &ZoneResolved::zone));
  }
  friend bool operator==(const ZoneResolved&, const ZoneResolved&) = default;
};
/// A version of the charter by its text and its note, which are kept as bodies under these hashes.
struct CharterStep {
  log::Hash charter_sha256;
  log::Hash note_sha256;
  static constexpr auto fields() {
    return field_list(field("charter_sha256", &CharterStep::charter_sha256),
                      field("note_sha256", &CharterStep::note_sha256));
  }
  friend bool operator==(const CharterStep&, const CharterStep&) = default;
};
/// A version of the charter, checked and agreed to by the author, to be in force from `effective` on, at every member.
struct CharterAdopted {
  static constexpr std::string_view kType = "charter.adopted";
  static constexpr Audience kAudience = Audience::kMembers;
  log::Hash charter_sha256;  ///< Over its text, which is kept as a body under this hash…
  UtcMs effective;
  log::Hash note_sha256;  ///< …and so is the note, with the signatures that the author saw, under this.
  /// The versions between the one in force at the author and this one, oldest first: it had no place in them, and comes
  /// back.
  std::vector<CharterStep> through = {};
  std::int64_t version = 1;
  static constexpr auto fields() {
    return field_list(field("charter_sha256", &CharterAdopted::charter_sha256),
                      field("effective_ms", &CharterAdopted::effective),
                      field("note_sha256", &CharterAdopted::note_sha256), field("through", &CharterAdopted::through),
                      field("version", &CharterAdopted::version));
  }
  friend bool operator==(const CharterAdopted&, const CharterAdopted&) = default;
};
/// The version that was adopted has come into force here: what follows in this log was decided under it.
struct CharterInForce {
  static constexpr std::string_view kType = "charter.in_force";
  static constexpr Audience kAudience = Audience::kMembers;
  log::Hash charter_sha256;
  std::int64_t version = 1;
  static constexpr auto fields() {
    return field_list(field("charter_sha256", &CharterInForce::charter_sha256),
                      field("version", &CharterInForce::version));
  }
  friend bool operator==(const CharterInForce&, const CharterInForce&) = default;
};

}  // namespace tansiq::coordination
