// Space that a leg of some authority's flight holds in a zone of this node: an intent in all but its life cycle, which
// the coordination between authorities keeps (coordination/leg_desk.h).
//
// Bookings share the index with intents, so whatever is decided in a zone sees both. They are not entries of the zone
// machine: whoever folds coordination entries calls `book`, `confirm` and `release`, live and in replay alike.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "base/huge_pages.h"
#include "core/entry.h"
#include "core/intent.h"
#include "core/table.h"
#include "geo/conflict.h"

namespace tansiq::core {

/// No bound in time.
inline constexpr geo::TimeWindow kAlways{kUtcMin, kUtcMax};

/// What a leg asks for.
struct BookingRequest {
  IntentId id;      ///< Unique: the request's hash in hexadecimal.
  Subject manager;  ///< The home authority.
  std::string flight;
  Domain domain = Domain::kAir;
  ZoneNumber zone = 0;
  std::vector<geo::Volume4d> volumes;
  /// The volumes, ready, where whoever books has them so; else empty, and `Machine::settle` prepares them.
  std::vector<geo::PreparedVolume> prepared = {};
};

/// A question about a leg, without booking it.
struct LegQuestion {
  ZoneNumber zone = 0;
  Domain domain = Domain::kAir;
  Subject asker;  ///< What it is told follows the zone's disclosure.
  const std::vector<geo::Volume4d>* volumes = nullptr;
  std::vector<IntentId> exempt;     ///< Bookings that are no conflict: other versions of the same flight.
  std::optional<UtcMs> not_before;  ///< A counter-proposal begins no earlier,
  std::optional<UtcMs> not_after;   ///< and ends no later.
  /// The volumes, ready, one by one, where the asker has them so: preparing is most of the work.
  const std::vector<geo::PreparedVolume>* prepared = nullptr;
};
struct LegAnswer {
  bool free = false;
  bool only_holds = false;      ///< Not free, and nothing but unconfirmed bookings stands in the way…
  std::vector<IntentId> holds;  ///< …these.
  Decision decision;            ///< Conflicts, refusing measures and counter-proposal. Not yet `disclosed`.
};

/// Slots of bookings have this bit, so that a tag of the index tells them from intents.
inline constexpr Slot kBookingBit = Slot{1} << 31;

/// The table of bookings, inside of `State`. Slots begin with kBookingBit.
class BookingTable {
 public:
  struct Row {
    Intent intent;  ///< State kAccepted; `zones` is the one zone for each volume.
    bool confirmed = false;
    bool used = false;
    std::vector<geo::VolumeIndex::Handle> handles;
  };

  [[nodiscard]] std::size_t size() const { return by_id_.size(); }
  [[nodiscard]] std::optional<Slot> slot_of(const IntentId& id) const {
    const auto at = by_id_.find(id);
    if (at == by_id_.end()) return std::nullopt;
    return at->second;
  }
  [[nodiscard]] Row& row(Slot slot) { return rows_[slot & ~kBookingBit]; }
  [[nodiscard]] const Row& row(Slot slot) const { return rows_[slot & ~kBookingBit]; }

  /// In order of their ids.
  template <class F>
  void for_each(F&& f) const {
    for (const auto& [id, slot] : by_id_) f(row(slot).intent);
  }

  /// Needs an id that is not there.
  Slot insert(Intent intent) {
    Slot slot = 0;
    if (free_.empty()) {
      slot = static_cast<Slot>(rows_.size()) | kBookingBit;
      rows_.emplace_back();
    } else {
      slot = free_.back();
      free_.pop_back();
    }
    by_id_.emplace(intent.id, slot);
    Row& made = row(slot);
    made.intent = std::move(intent);
    made.used = true;
    return slot;
  }
  /// Needs its handles to be gone.
  void erase(Slot slot) {
    by_id_.erase(row(slot).intent.id);
    row(slot) = Row();
    free_.push_back(slot);
  }

 private:
  StableArray<Row> rows_;
  std::vector<Slot> free_;
  std::map<IntentId, Slot> by_id_;
};

}  // namespace tansiq::core
