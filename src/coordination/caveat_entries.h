// Caveats: *never within D and T of X* (docs/coordination.md, section 12). What their holder writes for itself, and
// what it and a sequencer with whom it has deposited one say to each other. Nobody else reads any of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "coordination/leg_entries.h"
#include "coordination/names.h"
#include "core/entry.h"
#include "core/record.h"

namespace tansiq::coordination {

inline constexpr std::int64_t kCaveatMetresMax = 500'000;
inline constexpr DurationMs kCaveatTimeMax = 24LL * 3'600'000;
inline constexpr std::int64_t kCaveatVerticalCmMax = 3'000'000;

/// The distance to keep, and from whom.
struct CaveatRule {
  core::Domain domain = core::Domain::kAir;
  std::int64_t horizontal_m = 0;
  core::Subject of;  ///< An authority, or a manager of intents: `sy` is also `sy:ops` and `duty@sy`.
  DurationMs time_ms = 0;
  std::optional<std::int64_t> vertical_cm;  ///< Absent: at whatever level.
  static constexpr auto fields() {
    return field_list(field("domain", &CaveatRule::domain), field("horizontal_m", &CaveatRule::horizontal_m),
                      field("of", &CaveatRule::of), field("time_ms", &CaveatRule::time_ms),
                      field("vertical_cm", &CaveatRule::vertical_cm));
  }
  [[nodiscard]] Status check() const;
  [[nodiscard]] geo::Minima minima() const;
  friend bool operator==(const CaveatRule&, const CaveatRule&) = default;
};

/// One thing that comes too near. Two rows are the same meeting when all members are equal: whatever moves on either
/// side makes another one.
struct CaveatMeet {
  std::int64_t leg = 0;                ///< Of our flight; 0 for an intent.
  core::Subject manager;               ///< Whose.
  std::string name;                    ///< As it is known: the hash of a request, the id of an intent.
  EntryHash ours;                      ///< What of ours it meets: a hash of its volumes, or of its request.
  std::optional<AuthorityId> told_by;  ///< By which sequencer; absent: found by the holder's own node.
  std::int64_t version = 1;
  geo::TimeWindow window;  ///< Of theirs.
  static constexpr auto fields() {
    return field_list(field("leg", &CaveatMeet::leg), field("manager", &CaveatMeet::manager),
                      field("name", &CaveatMeet::name), field("ours", &CaveatMeet::ours),
                      field("told_by", &CaveatMeet::told_by), field("version", &CaveatMeet::version),
                      field("window", &CaveatMeet::window));
  }
  friend bool operator==(const CaveatMeet&, const CaveatMeet&) = default;
};

// The holder's own
// -----------------------------------------------------------------------------------------------------

/// An officer sets a caveat, or sets one anew.
struct CaveatSet {
  static constexpr std::string_view kType = "caveat.set";
  static constexpr Audience kAudience = Audience::kOwn;
  CaveatId caveat;
  CaveatRule rule;
  std::string text;  ///< Why. Goes nowhere, also when the caveat is deposited.
  static constexpr auto fields() {
    return field_list(field("caveat", &CaveatSet::caveat), field("rule", &CaveatSet::rule),
                      field("text", &CaveatSet::text));
  }
  friend bool operator==(const CaveatSet&, const CaveatSet&) = default;
};
struct CaveatCleared {
  static constexpr std::string_view kType = "caveat.cleared";
  static constexpr Audience kAudience = Audience::kOwn;
  CaveatId caveat;
  std::string text;
  static constexpr auto fields() {
    return field_list(field("caveat", &CaveatCleared::caveat), field("text", &CaveatCleared::text));
  }
  friend bool operator==(const CaveatCleared&, const CaveatCleared&) = default;
};
/// The node: what comes too near to this flight or intent now. Without `meets`: nothing any more.
struct CaveatMet {
  static constexpr std::string_view kType = "caveat.met";
  static constexpr Audience kAudience = Audience::kOwn;
  CaveatId caveat;
  std::optional<FlightId> flight;
  AuthorityId home;  ///< Where the flight is filed, or the intent: elsewhere only when a sequencer has told of it.
  std::optional<IntentId> intent;
  std::vector<CaveatMeet> meets;
  static constexpr auto fields() {
    return field_list(field("caveat", &CaveatMet::caveat), field("flight", &CaveatMet::flight),
                      field("home", &CaveatMet::home), field("intent", &CaveatMet::intent),
                      field("meets", &CaveatMet::meets));
  }
  friend bool operator==(const CaveatMet&, const CaveatMet&) = default;
};
/// An officer lets the flight or intent go all the same, knowing what the quoted entries list, and says why.
struct CaveatOverridden {
  static constexpr std::string_view kType = "caveat.overridden";
  static constexpr Audience kAudience = Audience::kOwn;
  std::optional<FlightId> flight;
  AuthorityId home;
  std::optional<IntentId> intent;
  std::vector<EntryHash> met;  ///< Hashes of CaveatMet entries.
  std::string text;
  static constexpr auto fields() {
    return field_list(field("flight", &CaveatOverridden::flight), field("home", &CaveatOverridden::home),
                      field("intent", &CaveatOverridden::intent), field("met", &CaveatOverridden::met),
                      field("text", &CaveatOverridden::text));
  }
  friend bool operator==(const CaveatOverridden&, const CaveatOverridden&) = default;
};

// Between the holder and a sequencer
// -----------------------------------------------------------------------------------

/// The holder asks a sequencer to watch in its zones too. A later one of the same name replaces it.
struct CaveatDeposited {
  static constexpr std::string_view kType = "caveat.deposited";
  CaveatId caveat;
  CaveatRule rule;
  AuthorityId to;
  static constexpr auto fields() {
    return field_list(field("caveat", &CaveatDeposited::caveat), field("rule", &CaveatDeposited::rule),
                      field("to", &CaveatDeposited::to));
  }
  friend bool operator==(const CaveatDeposited&, const CaveatDeposited&) = default;
};
struct CaveatWithdrawn {
  static constexpr std::string_view kType = "caveat.withdrawn";
  CaveatId caveat;
  AuthorityId to;
  static constexpr auto fields() {
    return field_list(field("caveat", &CaveatWithdrawn::caveat), field("to", &CaveatWithdrawn::to));
  }
  friend bool operator==(const CaveatWithdrawn&, const CaveatWithdrawn&) = default;
};
/// The sequencer, to the holder alone: what comes too near to this leg or intent of the holder's in its zones now.
/// Without `meets`: nothing any more.
struct CaveatReport {
  static constexpr std::string_view kType = "caveat.report";
  CaveatId caveat;
  EntryHash deposit;  ///< The CaveatDeposited that it answers.
  std::optional<FlightId> flight;
  AuthorityId home;  ///< Of the flight; of an intent, the sequencer.
  std::optional<IntentId> intent;
  std::vector<CaveatMeet> meets;
  std::optional<EntryHash> request;  ///< The version of the flight's leg.
  AuthorityId to;
  static constexpr auto fields() {
    return field_list(field("caveat", &CaveatReport::caveat), field("deposit", &CaveatReport::deposit),
                      field("flight", &CaveatReport::flight), field("home", &CaveatReport::home),
                      field("intent", &CaveatReport::intent), field("meets", &CaveatReport::meets),
                      field("request", &CaveatReport::request), field("to", &CaveatReport::to));
  }
  friend bool operator==(const CaveatReport&, const CaveatReport&) = default;
};

}  // namespace tansiq::coordination
