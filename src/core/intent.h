// An operational intent: the volumes somebody means to use, and where it stands in its life.
//
// Who may do what: only the manager changes its intent, and every change quotes the current version. What an officer of
// the authority has filed belongs to their office: any of them changes it, in person (`in_office`). The life cycle:
//
//   from \ act        update       activate     report_nonconforming  report_contingent  end
//   accepted          decided (1)  decided (2)  nonconforming         contingent         ended
//   activated         decided (1)  –            nonconforming         contingent         ended
//   nonconforming     –            activated    nonconforming (3)     contingent         ended
//   contingent        –            –            –                     contingent (3)     ended
//   ended, expired    –            –            nonconforming (4)     contingent (4)     –
//   ended otherwise   –            –            –                     –                  –
//
//   (1) decided again like a new one, against everything but itself; the state stays
//   (2) refused only by a measure that refuses; space once granted is not taken back
//   (3) replaces the off-nominal volumes
//   (4) time never blocks an off-nominal declaration: an intent that has run out can still be declared
//   –   `kWrongState`
//
// Accepted and activated intents end by themselves when all their windows, and the time minima of their zones, are
// past (`intent.expired`, written by `Machine::tick`); off-nominal ones stay until they are ended.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/ids.h"
#include "core/craft.h"
#include "core/names.h"
#include "core/zone.h"
#include "geo/volume.h"

namespace tansiq::core {

struct Intent {
  IntentId id;
  Subject manager;
  std::string flight;  ///< Call sign; may be empty.
  Domain domain = Domain::kAir;
  IntentState state = IntentState::kAccepted;
  bool expired = false;      ///< Ended by time, not by its manager.
  std::int64_t version = 1;  ///< Rises by one with every change.
  UtcMs created;             ///< Log times.
  UtcMs changed;
  std::uint64_t created_seq = 0;  ///< Sequence numbers of the entries that created and last changed it.
  std::uint64_t changed_seq = 0;
  std::vector<geo::Volume4d> volumes;
  std::vector<geo::Volume4d> off_nominal;      ///< Only while nonconforming or contingent.
  std::vector<std::vector<ZoneNumber>> zones;  ///< Per volume, `volumes` first; ascending.
  std::vector<Craft> craft = {};               ///< Who flies it, as far as it was said.

  [[nodiscard]] bool live() const { return state != IntentState::kEnded; }
};

/// What may be done to an intent, as columns of the table above.
enum class Act : std::uint8_t { kUpdate, kActivate, kReportNonconforming, kReportContingent, kEnd };
[[nodiscard]] std::string_view to_text(Act act);

/// The state that follows, or nothing where the table has a dash.
[[nodiscard]] std::optional<IntentState> next_state(IntentState from, bool expired, Act act);

/// A restricted volume that the owner of a zone has declared: new intents that meet it are refused or warned. Sea
/// measures have no levels; the domain is the zone's.
struct Measure {
  MeasureId id;
  ZoneId zone;
  ZoneNumber zone_number = 0;
  Effect effect = Effect::kWarn;
  std::string text;  ///< For people: why, until when, whom to call.
  Subject by;
  bool ended = false;
  bool expired = false;
  std::int64_t version = 1;
  UtcMs created;
  UtcMs changed;
  std::uint64_t created_seq = 0;
  std::uint64_t changed_seq = 0;
  std::vector<geo::Volume4d> volumes;
};

}  // namespace tansiq::core
