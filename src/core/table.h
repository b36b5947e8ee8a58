// Storage of live intents and measures: dense slots, found by id, walked in order of creation.
//
// A slot is reused after its record was forgotten; its generation then tells stale references apart. Ended records stay
// readable until the table forgets them, the first ended first. Nothing here ever iterates in hash order.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <queue>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/huge_pages.h"
#include "base/invariant.h"
#include "base/time.h"
#include "core/hash_index.h"
#include "geo/index.h"

namespace tansiq::core {

using Slot = std::uint32_t;

/// What a table keeps beside the record itself.
template <class Record>
struct Row {
  Record record;
  std::vector<geo::VolumeIndex::Handle> handles;  ///< One per volume while indexed; empty otherwise.
  std::uint32_t generation = 0;
  bool used = false;
};

template <class Record, class RecordId>
class Table {
 public:
  /// `hash` spreads the ids.
  explicit Table(TextHash hash) : hash_(hash) {}

  [[nodiscard]] const Row<Record>* find(const RecordId& id) const {
    const auto slot = slot_of(id);
    return slot ? &rows_[*slot] : nullptr;
  }
  [[nodiscard]] std::optional<Slot> slot_of(const RecordId& id) const {
    return by_id_.find(hash_(id.str()), [&](Slot slot) { return rows_[slot].record.id == id; });
  }
  [[nodiscard]] Row<Record>& row(Slot slot) { return rows_[slot]; }
  [[nodiscard]] const Row<Record>& row(Slot slot) const { return rows_[slot]; }

  /// Records in order of creation: `created_seq` → slot.
  [[nodiscard]] const std::map<std::uint64_t, Slot>& by_creation() const { return by_creation_; }

  /// Needs an id that is not there and a `created_seq` above all others.
  Slot insert(const RecordId& id, std::uint64_t created_seq, Record record) {
    Slot slot = 0;
    if (free_.empty()) {
      slot = static_cast<Slot>(rows_.size());
      rows_.emplace_back();
    } else {
      slot = free_.back();
      free_.pop_back();
    }
    Row<Record>& row = rows_[slot];
    row.record = std::move(record);
    row.used = true;
    by_creation_.emplace_hint(by_creation_.end(), created_seq, slot);
    by_id_.insert(hash_(id.str()), slot);
    return slot;
  }

  /// Notes that a record has ended (its `changed_seq` names the entry), so that it is forgotten some day.
  void note_ended(Slot slot, UtcMs time) {
    const Row<Record>& row = rows_[slot];
    ended_.push_back({time, row.record.changed_seq, slot, row.generation});
    ++ended_count_;
  }
  /// Takes that back: the record lives again.
  void note_revived() { --ended_count_; }

  /// Forgets what ended before `before`, and the first ended as long as there are more than `ended_max`.
  void forget(UtcMs before, std::size_t ended_max) {
    while (!ended_.empty()) {
      const Ended& first = ended_.front();
      Row<Record>& row = rows_[first.slot];
      const bool current = row.used && row.generation == first.generation && row.record.changed_seq == first.seq;
      if (current) {
        if (first.time >= before && ended_count_ <= ended_max) return;
        erase(first.slot);
        --ended_count_;
      }
      ended_.pop_front();
    }
  }

  /// Records, the ended among them included.
  [[nodiscard]] std::size_t size() const { return by_creation_.size(); }
  [[nodiscard]] std::size_t live() const { return by_creation_.size() - ended_count_; }

  /// The slots that a reference from outside may still mean.
  [[nodiscard]] bool current(Slot slot, std::uint32_t generation) const {
    return rows_[slot].used && rows_[slot].generation == generation;
  }

 private:
  struct Ended {
    UtcMs time;
    std::uint64_t seq;
    Slot slot;
    std::uint32_t generation;
  };

  void erase(Slot slot) {
    Row<Record>& row = rows_[slot];
    EXPECT_INVARIANT(row.handles.empty());
    by_id_.erase(hash_(row.record.id.str()), slot);
    by_creation_.erase(row.record.created_seq);
    row.record = Record();
    row.used = false;
    ++row.generation;
    free_.push_back(slot);
  }

  StableArray<Row<Record>> rows_;
  std::vector<Slot> free_;
  TextHash hash_;
  HashIndex by_id_;
  std::map<std::uint64_t, Slot> by_creation_;
  std::deque<Ended> ended_;
  std::size_t ended_count_ = 0;
};

/// When which slots run out: buckets of a minute, found by hash and ordered by a heap, each in any order; whoever
/// collects sorts. Entries that no longer hold are dropped when their time comes.
class ExpiryQueue {
 public:
  struct Due {
    Slot slot;
    std::uint32_t generation;
  };
  static constexpr DurationMs kBucketMs = 60'000;

  void add(UtcMs when, Slot slot, std::uint32_t generation) {
    std::vector<Due>& due = buckets_[bucket(when)];
    if (due.empty()) order_.push(bucket(when));
    due.push_back({slot, generation});
  }
  [[nodiscard]] std::optional<UtcMs> first() const {
    if (order_.empty()) return std::nullopt;
    return UtcMs{order_.top() * kBucketMs};
  }
  /// Keeps, in every bucket that begins at or before `now`, only what `keep(due, begin of bucket)` says, and drops
  /// emptied buckets.
  template <class Keep>
  void visit_until(UtcMs now, Keep&& keep) {
    std::vector<std::int64_t> kept;
    while (!order_.empty() && order_.top() * kBucketMs <= now.ms) {
      const std::int64_t number = order_.top();
      order_.pop();
      const auto at = buckets_.find(number);
      std::erase_if(at->second, [&](const Due& due) { return !keep(due, UtcMs{number * kBucketMs}); });
      if (at->second.empty()) {
        buckets_.erase(at);
      } else {
        kept.push_back(number);
      }
    }
    for (const std::int64_t number : kept) order_.push(number);
  }

 private:
  static std::int64_t bucket(UtcMs t) { return t.ms >= 0 ? t.ms / kBucketMs : -((-t.ms + kBucketMs - 1) / kBucketMs); }
  std::unordered_map<std::int64_t, std::vector<Due>> buckets_;  // none is empty; looked up, never iterated
  std::priority_queue<std::int64_t, std::vector<std::int64_t>, std::greater<>> order_;  // the numbers of all buckets
};

}  // namespace tansiq::core
