// The zone machine: one authority's live intents and measures, and the decisions about them.
//
// Pure: no threads, no clock, no I/O, no locale, no unordered iteration. Time comes in with each call; what happened
// goes out as entries. State is a fold over entries: `execute` decides, writes the entry and applies it by the same
// function that `apply` uses in replay, so a replayed machine cannot differ from the one that decided.
//
//   Machine machine = TRY(Machine::make({.self = us, .charter = charter, .charter_text = text, .ovn_secret = secret}));
//   append(machine.found(clock.now()).entry);                       // an empty log begins with its genesis
//   for (line : log) TRY_VOID(machine.apply(line));                 // or replay
//   TRY_VOID(machine.settle());
//
//   const Outcome outcome = TRY(machine.execute(command, clock.now()));
//   if (!outcome.repeated) append(outcome.entry);                   // durable first, then reply
//
// Errors of `execute` (malformed, forbidden, version mismatch, wrong state…) change nothing and are not recorded.
// Refusals are decisions: recorded, remembered under their command id, answered with reason and counter-proposal.
//
// Alternatives considered: deciding on a copy of the state in parallel (no gain below a million decisions a second, and
// no longer a plain fold); one index per zone (twice the memory where zones of one owner overlap).
//
// Cost: a decision is O(log n + candidates) per volume and zone; about 400 bytes of memory per live volume beside the
// index. One thread. Not copyable.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/limits.h"
#include "core/booking.h"
#include "core/charter.h"
#include "core/command.h"
#include "core/entry.h"
#include "core/hash_index.h"
#include "core/intent.h"
#include "core/zone.h"

namespace tansiq::core {

/// SHA-256.
using StateHash = std::array<std::uint8_t, 32>;

/// Bounds of what a machine remembers. Part of what the log means: change them only with a new entry format.
struct MachineLimits {
  std::size_t commands_max = kCommandMemoryMax;     ///< Remembered commands; the oldest go first.
  DurationMs command_memory_ms = kCommandMemoryMs;  ///< By log time.
  std::size_t ended_max = 100'000;                  ///< Ended intents and measures that can still be read; oldest go.
};

/// The text of a version of the charter, by its hash in hexadecimal (`charter_hash`). Whoever asks checks the hash.
using CharterTexts = std::function<Result<std::string>(const std::string& sha256)>;

struct MachineConfig {
  AuthorityId self;               ///< Must be an authority of the charter.
  Charter charter;                ///< That the log was begun under.
  std::string charter_text = {};  ///< As signed; its hash stands in the genesis entry. Empty: `charter_text(charter)`.
  std::array<std::uint8_t, 32> ovn_secret{};  ///< Never logged; a new one invalidates OVNs in clients' hands.
  MachineLimits limits = {};
  /// Where a snapshot finds the later versions of the charter that it names. May be empty where there are none.
  CharterTexts texts = {};
};

struct Outcome {
  bool repeated = false;  ///< The command was executed before: `seq` names its entry, the rest is empty. Read that
                          ///< entry (it may still be on its way to the disk) and answer from it.
  std::uint64_t seq = 0;
  std::string entry;  ///< The line to append, with its line feed.
  EntryType type = EntryType::kGenesis;
  Decision decision;  ///< Not yet `disclosed`.
};

/// Which intents a query is about; absent members do not restrict.
struct IntentFilter {
  std::optional<geo::Volume4d> volume = {};  ///< Meets this (no minima). Domain must be given with it.
  std::optional<Domain> domain = {};
  std::optional<ZoneNumber> zone = {};
  std::optional<Subject> manager = {};
  std::optional<IntentState> state = {};
  bool ended = false;           ///< Also ended ones that are still remembered (not with `volume`).
  std::uint64_t after_seq = 0;  ///< Page on: only intents created after this `created_seq`.
  std::size_t limit = 100;      ///< At most kQueryResultsMax.
  /// Also those that time has ended, where a window ended later than this (not with `volume`): somebody may be there.
  std::optional<UtcMs> run_out_after = {};
};

class Machine {
 public:
  /// Fails with `kInvalid` when the charter's geometry is refused or `self` is not in it. Does not look at signatures.
  [[nodiscard]] static Result<Machine> make(MachineConfig config);
  Machine(Machine&&) noexcept;
  Machine& operator=(Machine&&) noexcept;
  ~Machine();

  /// Writes the genesis entry. Only on a machine that has no entry yet.
  [[nodiscard]] Outcome found(UtcMs now);

  /// Decides. Log time is max(now, time of the last entry). Fails with `kInvalid`, `kTooLarge`, `kForbidden`,
  /// `kNotFound`, `kConflict` (id taken; command id used for another request), `kVersionMismatch`, `kWrongState`,
  /// `kTooMuchWork`; then nothing has changed.
  [[nodiscard]] Result<Outcome> execute(Command command, UtcMs now);

  /// What `execute` would decide now, without deciding it. Lists are complete up to kConflictsReportedMax.
  [[nodiscard]] Result<Decision> preview(const Command& command, UtcMs now) const;

  /// The next entry that the passing of time calls for, if any: at most kExpiredPerEntryMax intents or measures that
  /// have run out. Call until it returns nothing, or again later.
  [[nodiscard]] std::optional<Outcome> tick(UtcMs now);
  /// The moment from which `tick` has something to do, to within a minute (never late); nothing when there is nothing.
  [[nodiscard]] std::optional<UtcMs> next_tick() const;

  /// Replay: applies what the entry records, deciding nothing. Fails with `kCorrupt` when the entry cannot follow what
  /// came before (sequence, unknown intent, version), `kUnsupported` for formats and types of a newer program,
  /// `kMalformed` and `kInvalid`; then nothing has changed. Geometry is prepared later, by `settle`, for what is still
  /// live.
  [[nodiscard]] Status apply(std::string_view line);
  /// The same for a line that has been decoded already: `entry` is what `read_entry(line)` gave. Decoding is most of
  /// the work and needs no machine, so another thread may do it.
  [[nodiscard]] Status apply(Entry entry, std::string_view line);
  /// Prepares and indexes what replay left live. `execute`, `preview` and queries by volume need it; they call it
  /// themselves where it was forgotten and abort if it fails. Fails with `kCorrupt` when a recorded outline is none.
  [[nodiscard]] Status settle();

  /// Whether a leg of some authority's flight would be free in a zone, and what stands in its way. Fails with
  /// `kInvalid` (a volume is none, lies outside the zone, is past), `kTooLarge`, `kTooMuchWork`.
  [[nodiscard]] Result<LegAnswer> judge_leg(const LegQuestion& question, UtcMs now) const;
  /// Part of the fold of coordination entries: see booking.h. Volumes that are none abort in `settle`; whoever books
  /// has judged them.
  void book(BookingRequest request);
  void confirm_booking(const IntentId& id);
  void release_booking(const IntentId& id);
  /// What is booked in a zone. O(bookings).
  [[nodiscard]] std::vector<const Intent*> bookings(ZoneNumber zone) const;
  /// Entries of other parts of the node take numbers of the same local order: the next entry here is `next_seq`, at
  /// `time` or later.
  void skip_to(std::uint64_t next_seq, UtcMs time);
  /// Who decides in a zone from now on, and for which times: a tenant gives no window away beyond its lease, nor the
  /// lessor one from within it. Part of the fold of coordination entries.
  void set_sequencer(ZoneNumber zone, const AuthorityId& authority, geo::TimeWindow grants = kAlways);

  /// A later version of the charter is in force from here on: its zones, owners, rules and minima. Live intents stay,
  /// and what each of their volumes is compared with follows the new map. Numbers of zones stay. Part of the fold of
  /// coordination entries, which say when. O(live volumes). Fails as `make`, or with `kCorrupt`.
  [[nodiscard]] Status adopt(Charter charter, std::string_view text);

  [[nodiscard]] const ZoneTable& zones() const;
  /// The founding version and all later ones, the one in force last.
  [[nodiscard]] const std::vector<Charter>& versions() const;
  /// In force. The same object through all versions.
  [[nodiscard]] const Charter& charter() const;
  [[nodiscard]] const AuthorityId& self() const;
  /// Under a key that nobody outside knows: for tables of what others may name as they like.
  [[nodiscard]] TextHash text_hash() const;
  /// Null when unknown or forgotten. Valid until the next change.
  [[nodiscard]] const Intent* find_intent(const IntentId& id) const;
  [[nodiscard]] const Measure* find_measure(const MeasureId& id) const;
  /// Intents that pass the filter, in order of creation. With `volume`: O(log n + hits); without: O(scanned).
  /// Fails with `kInvalid` (filter) or `kTooMuchWork`.
  [[nodiscard]] Result<std::vector<const Intent*>> intents(const IntentFilter& filter) const;
  /// Live intents and bookings that come nearer to a volume than `minima`, the oldest volume first. O(log n + hits).
  /// Fails with `kInvalid` (the volume is none), `kTooMuchWork`.
  struct Near {
    const Intent* intent = nullptr;
    bool booking = false;  ///< Its id is the hash of a request, its manager the home authority.
  };
  [[nodiscard]] Result<std::vector<Near>> near(const geo::Volume4d& volume, const geo::Minima& minima,
                                               Domain domain) const;
  [[nodiscard]] Result<std::vector<Near>> near(const geo::PreparedVolume& volume, const geo::Minima& minima,
                                               Domain domain) const;
  /// Live measures (ended ones too if asked), in order of creation.
  [[nodiscard]] std::vector<const Measure*> measures(bool ended = false) const;
  /// When it runs out by itself; nothing for what does not.
  [[nodiscard]] std::optional<UtcMs> runs_out(const Intent& intent) const;
  [[nodiscard]] std::optional<UtcMs> runs_out(const Measure& measure) const;
  /// How much of an intent `asker` may see: everything of its own, else the most that one of its zones discloses.
  [[nodiscard]] Disclosure disclosure(const Intent& intent, const Subject& asker) const;
  /// The same; an officer sees everything of what the officers of this authority have filed.
  [[nodiscard]] Disclosure disclosure(const Intent& intent, const Caller& asker) const;
  /// Whether the caller may change it: its manager, or an officer of this authority what another of them has filed.
  [[nodiscard]] bool may_change(const Intent& intent, const Caller& by) const;
  /// The opaque version number that proves knowledge of this intent at this version: 24 characters of base64url.
  [[nodiscard]] std::string ovn(const Intent& intent) const;

  [[nodiscard]] std::uint64_t next_seq() const;
  [[nodiscard]] UtcMs last_time() const;
  [[nodiscard]] std::size_t live_intents() const;
  [[nodiscard]] std::size_t live_volumes() const;
  [[nodiscard]] std::size_t live_measures() const;

  /// SHA-256 over the canonical encoding of the state (docs/core.md): the same for the same entries, under every
  /// compiler, replayed or not. O(state).
  [[nodiscard]] StateHash state_hash() const;
  /// The canonical encoding itself, with a header: a snapshot after `next_seq()` entries. O(state).
  [[nodiscard]] Bytes write_snapshot() const;
  /// A machine in the state of a snapshot, settled. Fails with `kCorrupt`, or `kInvalid` when it belongs to another
  /// charter or authority.
  [[nodiscard]] static Result<Machine> read_snapshot(MachineConfig config, ByteView snapshot);

 private:
  class Impl;
  explicit Machine(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace tansiq::core
