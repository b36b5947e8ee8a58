// Entries: what the core writes into the record, and what replay reads. Formats in docs/entries.md.
//
// An entry is one line of canonical JSON and its line feed; these bytes are the leaf of the Merkle tree. A reply to a
// caller says nothing that the entry does not say (but for OVNs, which follow from id, version and seq): so a repeated
// command is answered from the entry of its first outcome.
//
//   const Entry entry = TRY(read_entry(line));
//   if (entry.type == EntryType::kIntentRefused) show(disclosed(entry.decision));
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/limits.h"
#include "base/result.h"
#include "base/time.h"
#include "core/command.h"
#include "core/names.h"

namespace tansiq::core {

/// Versions of the entry formats that this program writes. It reads every version that was ever released. The second is
/// that of entries which name craft, or an officer who acts for another (ADRs 52, 53); all others are of the first, so
/// that what needs neither stays readable to programs that know neither.
inline constexpr std::int64_t kEntryFormat = 1;
inline constexpr std::int64_t kEntryFormatCraft = 2;

enum class EntryType : std::uint8_t {
  kGenesis,
  kIntentAccepted,
  kIntentUpdated,
  kIntentActivated,
  kIntentNonconforming,
  kIntentContingent,
  kIntentEnded,
  kIntentExpired,
  kIntentRefused,
  kMeasureCreated,
  kMeasureUpdated,
  kMeasureEnded,
  kMeasureExpired,
};
/// `intent.accepted`, … as in `type`.
[[nodiscard]] std::string_view to_text(EntryType type);

/// Why an intent, or a change of one, was refused.
enum class Refusal : std::uint8_t {
  kNone,
  kConflict,      ///< It conflicts with intents in a zone with rule `exclusive`.
  kMeasure,       ///< It meets a measure that refuses.
  kMissingKeys,   ///< In an `aware` zone the filer did not prove to know all relevant intents.
  kNotSequencer,  ///< It reaches into a zone where another authority decides.
  kOutsideZones,  ///< A volume lies in no zone.
};
/// `conflict`, `measure`, `missing_keys`, `not_sequencer`, `outside_zones`; empty for kNone.
[[nodiscard]] std::string_view to_text(Refusal refusal);

/// Another intent that matters to the one asked about. One row for each pair of zone and other intent: the first
/// volumes of both that meet.
struct Conflict {
  ZoneId zone;
  IntentId intent;
  std::int64_t version = 0;
  Subject manager;
  std::uint32_t volume = 0;  ///< Which of the asked volumes, from 0.
  geo::LevelBand band;       ///< Of the other's volume.
  geo::TimeWindow window;
  Disclosure told = Disclosure::kNone;  ///< How much of this row the asker was told.
  friend bool operator==(const Conflict&, const Conflict&) = default;
};

/// A measure that an intent meets. Measures are never hidden.
struct MeasureMet {
  MeasureId measure;
  std::int64_t version = 0;
  ZoneId zone;
  std::uint32_t volume = 0;
  friend bool operator==(const MeasureMet&, const MeasureMet&) = default;
};

/// An intent at a version: what a filer has proven to know, or still has to learn of.
struct IntentReference {
  IntentId intent;
  std::int64_t version = 0;
  Subject manager;  ///< Only among `missing`.
  friend bool operator==(const IntentReference&, const IntentReference&) = default;
};

/// A zone in which another authority decides.
struct ForeignZone {
  ZoneId zone;
  AuthorityId owner;
  friend bool operator==(const ForeignZone&, const ForeignZone&) = default;
};

/// The nearest alternatives that are free in all exclusive zones concerned and meet no refusing measure: the whole
/// intent moved in time, or in level. Either may be absent. Accept one by filing `shifted(volumes, …)`.
struct Counter {
  std::optional<DurationMs> time_shift_ms;
  std::optional<std::int64_t> level_shift_cm;
  [[nodiscard]] bool empty() const { return !time_shift_ms && !level_shift_cm; }
  friend bool operator==(const Counter&, const Counter&) = default;
};
[[nodiscard]] std::vector<geo::Volume4d> shifted(std::vector<geo::Volume4d> volumes, DurationMs time_ms,
                                                 std::int64_t level_cm);

/// What the core decided. Lists are in the order of creation of what they name. They hold at most
/// kConflictsReportedMax rows (fewer where an entry would become too long); the `…_total` counts all.
struct Decision {
  Refusal refusal = Refusal::kNone;
  std::optional<IntentState> state;        ///< Of the intent, afterwards; absent for measures and refusals.
  std::int64_t version = 0;                ///< Of the intent or measure, afterwards; 0 when refused.
  std::vector<std::vector<ZoneId>> zones;  ///< Per volume asked for: where it belongs; one list if all are alike.
  std::vector<Conflict> conflicts;         ///< Refused: what stands in the way.
  std::uint64_t conflicts_total = 0;
  std::vector<Conflict> overlaps;  ///< Accepted: what it overlaps in disputed zones, bookings in aware ones.
  std::uint64_t overlaps_total = 0;
  std::vector<Conflict> affected;  ///< Off-nominal declarations and measures: whom they touch.
  std::uint64_t affected_total = 0;
  std::vector<MeasureMet> measures;  ///< Refusing ones when refused by a measure, warning ones otherwise.
  std::uint64_t measures_total = 0;
  std::vector<IntentReference> known;  ///< `aware`: proven.
  std::uint64_t known_total = 0;
  std::vector<IntentReference>
      missing;  ///< `aware`: not proven; complete in the reply, in the entry as far as it fits.
  std::uint64_t missing_total = 0;
  std::vector<ForeignZone> foreign;
  Counter counter;
  bool overrun = false;  ///< An off-nominal declaration after the end of all windows.

  [[nodiscard]] bool accepted() const { return refusal == Refusal::kNone; }
  friend bool operator==(const Decision&, const Decision&) = default;
};

/// The decision as the asker may see it: each row reduced to what its `told` allows. Reduced members are empty (ids),
/// zero (version) or unbounded (band, window of zeros).
[[nodiscard]] Decision disclosed(Decision decision);
[[nodiscard]] Conflict disclosed(Conflict conflict);

/// The type of the entry that records `decision` about `action`.
[[nodiscard]] EntryType type_of(const Action& action, const Decision& decision);

/// One intent or measure that ran out, at its new version.
struct Expired {
  std::string id;
  std::int64_t version = 0;
  friend bool operator==(const Expired&, const Expired&) = default;
};

/// First entry of a log.
struct Genesis {
  AuthorityId authority;
  std::string charter_id;
  std::int64_t charter_version = 0;
  std::string charter_sha256;  ///< Hexadecimal; the body stands in the store.
  DataMode data_mode = DataMode::kTest;
  friend bool operator==(const Genesis&, const Genesis&) = default;
};

/// A decoded entry. Which members count depends on `type`.
struct Entry {
  EntryType type = EntryType::kGenesis;
  std::uint64_t seq = 0;
  UtcMs time;
  Genesis genesis;               ///< kGenesis.
  std::vector<Expired> expired;  ///< kIntentExpired, kMeasureExpired: 1 to kExpiredPerEntryMax.
  Subject by;                    ///< The rest.
  CommandId cmd;
  Subject acts_for = {};          ///< The manager, where another officer of the authority has acted; else empty.
  std::optional<Action> request;  ///< Without `keys`.
  Decision decision;
};
inline constexpr std::size_t kExpiredPerEntryMax = 256;

/// Appends the line, with its line feed. `request` is the canonical request if the caller has it already.
/// The line has at most kEntryBytesMax bytes: lists in the decision are written as far as they fit.
void write_entry(std::string& out, const Entry& entry, std::string_view request = {});

/// Reads a line with its line feed. Fails with `kMalformed` (not canonical), `kUnsupported` (a later format or an
/// unknown type: a newer program wrote this), `kInvalid`.
[[nodiscard]] Result<Entry> read_entry(std::string_view line);

/// The bytes of the request inside a line that `read_entry` has accepted; empty for entries without one.
[[nodiscard]] std::string_view request_bytes(std::string_view line);

}  // namespace tansiq::core
