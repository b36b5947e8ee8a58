// The state of the machine, and the one function that changes it: `State::apply`.
//
// Whatever decides only reads it; whatever happened is an entry. So deciding and replaying lead to the same state by
// construction. Internal to core.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/booking.h"
#include "core/command_memory.h"
#include "core/entry.h"
#include "core/intent.h"
#include "core/machine.h"
#include "core/table.h"
#include "core/zone.h"
#include "geo/index.h"

namespace tansiq::core {

/// Names a volume in the index: which record, which of its volumes.
struct VolumeTag {
  Slot slot = 0;
  std::uint32_t ordinal = 0;  ///< Nominal volumes first, then off-nominal ones.

  static constexpr unsigned kOrdinalBits = 10;
  [[nodiscard]] std::uint64_t packed() const { return (std::uint64_t{slot} << kOrdinalBits) | ordinal; }
  [[nodiscard]] static VolumeTag unpack(std::uint64_t tag) {
    return {static_cast<Slot>(tag >> kOrdinalBits),
            static_cast<std::uint32_t>(tag & ((std::uint64_t{1} << kOrdinalBits) - 1))};
  }
};
static_assert(2 * kVolumesPerIntentMax <= 1U << VolumeTag::kOrdinalBits);

using IntentTable = Table<Intent, IntentId>;
using MeasureTable = Table<Measure, MeasureId>;

/// A later version of the charter that the machine has adopted.
struct AdoptedVersion {
  std::int64_t version = 0;
  std::string sha256;  ///< Of its text, in hexadecimal.
  friend bool operator==(const AdoptedVersion&, const AdoptedVersion&) = default;
};

class State {
 public:
  using Prepared = std::vector<geo::PreparedVolume>;

  /// `zones` must outlive the state.
  /// `text_hash` spreads ids in memory; it leaves no trace in the state.
  State(const ZoneTable& zones, MachineLimits limits, TextHash text_hash)
      : zones_(&zones), limits_(limits), intents_(text_hash), measures_(text_hash) {}

  /// Applies one entry. `request` is its canonical request (empty where it has none). `prepared` are the new volumes of
  /// the request, if the caller has prepared them (it just decided about them): then they are indexed at once;
  /// otherwise `settle` does it. Fails with `kCorrupt` when the entry cannot follow; then nothing has changed.
  /// Takes the volumes out of `entry.request`.
  [[nodiscard]] Status apply(Entry& entry, std::string_view request, std::vector<geo::PreparedVolume>* prepared);

  /// Prepares and indexes whatever is live and not indexed yet. Fails with `kCorrupt` on an outline that is none.
  [[nodiscard]] Status settle();
  [[nodiscard]] bool settled() const {
    return unsettled_intents_.empty() && unsettled_measures_.empty() && unsettled_bookings_.empty();
  }

  /// Takes space for a leg, or changes what it takes. `prepared` as in `apply`. See booking.h.
  void book(BookingRequest request, Prepared* prepared);
  /// No effect when there is no such booking.
  void confirm_booking(const IntentId& id);
  void release_booking(const IntentId& id);
  [[nodiscard]] const BookingTable& bookings() const { return bookings_; }
  /// The intent, or the booking, that stands under a slot in the index.
  [[nodiscard]] const Intent& use(Slot slot) const {
    return (slot & kBookingBit) != 0 ? bookings_.row(slot).intent : intents_.row(slot).record;
  }

  /// Entries that other parts of the node have written take their numbers in the same local order.
  void skip_to(std::uint64_t next_seq, UtcMs time);
  /// Who decides in a zone now; its owner until told otherwise.
  [[nodiscard]] const AuthorityId& sequencer(ZoneNumber zone) const;
  /// For which times it may give windows away.
  [[nodiscard]] geo::TimeWindow grants(ZoneNumber zone) const;
  void set_sequencer(ZoneNumber zone, const AuthorityId& authority, geo::TimeWindow grants);

  /// The zone table has become that of a later version: finds out anew to which zones each live volume belongs, and
  /// when each intent runs out. Fails with `kCorrupt` on an outline that is none; the state is then good for nothing.
  [[nodiscard]] Status adopt(AdoptedVersion version);
  /// In order, without the founding one.
  [[nodiscard]] const std::vector<AdoptedVersion>& versions() const { return versions_; }

  [[nodiscard]] const ZoneTable& zones() const { return *zones_; }
  [[nodiscard]] const IntentTable& intents() const { return intents_; }
  [[nodiscard]] const MeasureTable& measures() const { return measures_; }
  [[nodiscard]] const CommandMemory& commands() const { return commands_; }
  [[nodiscard]] const geo::VolumeIndex& intent_index(Domain d) const { return intent_index_[index_of(d)]; }
  [[nodiscard]] const geo::VolumeIndex& measure_index(Domain d) const { return measure_index_[index_of(d)]; }
  [[nodiscard]] std::uint64_t next_seq() const { return next_seq_; }
  [[nodiscard]] UtcMs last_time() const { return last_time_; }
  [[nodiscard]] const Genesis& genesis() const { return genesis_; }
  /// The manager of the intent that the action changes, where that is somebody else than `by`; empty for all else.
  [[nodiscard]] Subject acts_for(const Action& action, const Subject& by) const;
  [[nodiscard]] std::size_t live_volumes() const { return live_volumes_; }

  /// When an intent runs out; nothing while off-nominal or ended.
  [[nodiscard]] std::optional<UtcMs> runs_out(const Intent& intent) const;
  [[nodiscard]] std::optional<UtcMs> runs_out(const Measure& measure) const;
  /// What has run out at `now`, in order of creation, at most kExpiredPerEntryMax of those that ran out first.
  [[nodiscard]] std::vector<Expired> due_intents(UtcMs now);
  [[nodiscard]] std::vector<Expired> due_measures(UtcMs now);
  [[nodiscard]] std::optional<UtcMs> next_expiry() const;

 private:
  friend class StateCodec;  // snapshot.cc

  static std::size_t index_of(Domain d) { return static_cast<std::size_t>(d); }
  Status apply_body(Entry& entry, Prepared* prepared);
  Status apply_found(const Entry& entry);
  Status apply_create(Entry& entry, Prepared* prepared);
  Status apply_update(Entry& entry, Prepared* prepared);
  Status apply_activate(Entry& entry);
  template <class Report>
  Status apply_report(Entry& entry, IntentState to, Prepared* prepared);
  Status apply_end(Entry& entry);
  Status apply_expired_intents(const Entry& entry);
  Status apply_expired_measures(const Entry& entry);
  Status apply_create_measure(Entry& entry, Prepared* prepared);
  Status apply_update_measure(Entry& entry, Prepared* prepared);
  Status apply_end_measure(Entry& entry);
  [[nodiscard]] Status check_command(const Entry& entry, std::string_view request, const ShortHash& key) const;

  /// The slot that a change is about, if the change fits: known, the act allowed, the version the next one.
  [[nodiscard]] Result<Slot> target(const Entry& entry, const IntentId& id, std::int64_t version, Act act) const;
  [[nodiscard]] Result<Slot> measure_target(const Entry& entry, const MeasureId& id, std::int64_t version) const;
  [[nodiscard]] Result<std::vector<std::vector<ZoneNumber>>> zone_numbers(const Entry& entry,
                                                                          std::size_t volumes) const;
  void touch(Intent& intent, const Entry& entry);
  void touch(Measure& measure, const Entry& entry);
  void end_intent(Slot slot, const Entry& entry, bool expired);
  void end_measure(Slot slot, const Entry& entry, bool expired);
  void schedule(Slot slot);
  void schedule_measure(Slot slot);

  /// Indexes the volumes of a record that are not indexed yet: with `prepared` (exactly those), now; without, at the
  /// next `settle`.
  void index_intent(Slot slot, Prepared* prepared);
  /// Takes volumes [from, …) out of the index.
  void unindex_intent(Slot slot, std::size_t from);
  [[nodiscard]] Status rezone(Slot slot);
  [[nodiscard]] Status settle_bookings();
  void index_booking(Slot slot, const Prepared& prepared);
  void unindex_booking(Slot slot);
  void index_measure(Slot slot, Prepared* prepared);
  void unindex_measure(Slot slot);

  const ZoneTable* zones_;
  MachineLimits limits_;
  std::uint64_t next_seq_ = 0;
  UtcMs last_time_ = kUtcMin;
  Genesis genesis_;
  IntentTable intents_;
  MeasureTable measures_;
  CommandMemory commands_;
  std::array<geo::VolumeIndex, 2> intent_index_;
  std::array<geo::VolumeIndex, 2> measure_index_;
  ExpiryQueue intent_expiry_;
  ExpiryQueue measure_expiry_;
  std::size_t live_volumes_ = 0;
  struct Unsettled {
    Slot slot;
    std::uint32_t generation;
  };
  std::vector<Unsettled> unsettled_intents_;
  std::vector<Unsettled> unsettled_measures_;
  BookingTable bookings_;
  std::vector<IntentId> unsettled_bookings_;
  struct Sequencer {
    AuthorityId authority;
    geo::TimeWindow grants;
  };
  std::map<ZoneNumber, Sequencer> sequencers_;  // where it is not the owner, or not for all times
  std::vector<AdoptedVersion> versions_;
};

}  // namespace tansiq::core
