// The versions of legs that an owner knows, with the few orders in which it has to look at them.
//
// Every index is a function of the versions alone: `change` takes a version out of all of them, lets the caller alter
// it, and files it again. So no caller can forget an index, and what a restart reads back is indexed as before.
//
// Bounded: live versions by what the quota and the space itself allow, finished ones by `LegQuota::records_max` a home,
// early cancels by `kEarlyCancelsMax` a home. What is walked is ordered: two nodes that read the same log walk it
// alike.
//
// Cost: O(log n) a call where nothing else is said, O(1) to find one: most commits of others quote what is not ours,
// and a node that catches up reads a hundred thousand a second. Owned by the desk, on its thread.
#pragma once

#include <compare>
#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "coordination/leg_version.h"
#include "core/hash_index.h"

namespace tansiq::coordination {

/// CANCELs kept a home whose REQUEST has not been read, and reports about windows that are not adopted yet, of each
/// kind. The oldest goes first: forgetting one wastes a hold, or calls an officer for nothing, no more.
inline constexpr std::size_t kEarlyCancelsMax = 256;
/// How long after its window a granted version that has ended is still known, at the least.
inline constexpr DurationMs kLateReportsMs = 3'600'000;

/// What is remembered of a home beside its versions.
struct LegHome {
  std::vector<UtcMs> abandoned;          ///< Log times at which a hold came to nothing by home's doing; oldest first.
  std::vector<EntryHash> early_cancels;  ///< CANCELs and ENDs of what is not known here yet; oldest first.
  std::vector<EntryHash> early_entries;  ///< ENTRYs of the same; oldest first.
  std::optional<UtcMs> forgotten;        ///< Records that expire up to here may have been forgotten early.
  AuthorityId home;
  static constexpr auto fields() {
    return field_list(field("abandoned", &LegHome::abandoned), field("early_cancels", &LegHome::early_cancels),
                      field("early_entries", &LegHome::early_entries), field("forgotten_ms", &LegHome::forgotten),
                      field("home", &LegHome::home));
  }
  friend bool operator==(const LegHome&, const LegHome&) = default;
};

class LegTable {
 public:
  using Versions = std::map<EntryHash, LegVersion>;
  using Due = std::pair<UtcMs, EntryHash>;
  /// In which order reactions are due: what frees space, then what turns a hold into a right, then what asks for more.
  enum class Rank : std::uint8_t { kClosing, kCommit, kRequest };
  using Task = std::tuple<Rank, std::uint64_t, EntryHash>;

  /// `names` is keyed: a home chooses its entries, and so, by trying, where their hashes would meet.
  LegTable(DurationMs clock_error_ms, LegQuota quota, core::TextHash names);
  LegTable(const LegTable&) = delete;
  LegTable& operator=(const LegTable&) = delete;
  LegTable(LegTable&&) = default;
  LegTable& operator=(LegTable&&) = default;
  ~LegTable() = default;
  /// Sets all timers anew. O(versions).
  void set_clock_error(DurationMs clock_error_ms);

  [[nodiscard]] const Versions& versions() const { return versions_; }
  [[nodiscard]] const LegVersion* find(const EntryHash& request) const;
  [[nodiscard]] const LegVersion* find_by_hold(const EntryHash& hold) const;

  /// Files a version under its request, which must be new here.
  void add(LegVersion version);
  /// Alters a version that is there. It may be gone afterwards, when it has ended and its home has too many records.
  template <class Alter>
  void change(const EntryHash& request, Alter&& alter) {
    LegVersion& version = *by_request_.at(request);
    unlink(version);
    std::forward<Alter>(alter)(version);
    link(version);
    trim(version.home);
  }
  /// Forgets finished versions whose REQUEST expired at or before `now` (log time of this node), granted ones
  /// `kLateReportsMs` after their window.
  void forget(UtcMs now);

  /// Reactions due, first first.
  [[nodiscard]] const std::set<Task>& tasks() const { return tasks_; }
  /// Ends of holds, and of confirmed windows with their margin (T4).
  [[nodiscard]] const std::set<Due>& timers() const { return timers_; }
  /// Until when requests stand by.
  [[nodiscard]] const std::set<Due>& waits() const { return waits_; }
  /// Sets the task of a version aside, or its timer when it has no task, until it changes or `unpark`.
  void park(const EntryHash& request);
  void unpark();

  /// Live versions of a zone, of a flight, of all. By hash.
  [[nodiscard]] const std::set<EntryHash>& in_zone(const ZoneId& zone) const;
  [[nodiscard]] const std::set<EntryHash>& of_flight(const AuthorityId& home, const FlightId& flight) const;
  /// For whom live versions are filed that others have filed for them; how many.
  [[nodiscard]] const std::map<AuthorityId, std::size_t>& principals() const { return principals_; }
  /// All holds. O(live).
  [[nodiscard]] std::set<EntryHash> holds() const;

  /// How many of a home are held or stand by.
  [[nodiscard]] std::size_t open(const AuthorityId& home) const;
  [[nodiscard]] const std::map<AuthorityId, LegHome>& homes() const { return homes_; }
  void note_abandoned(const AuthorityId& home, UtcMs now);
  /// Whether too many holds came to nothing within the quota's time before `now`.
  [[nodiscard]] bool abandons(const AuthorityId& home, UtcMs now) const;
  void note_early_cancel(const AuthorityId& home, const EntryHash& request);
  /// Whether a CANCEL came first; takes it out.
  [[nodiscard]] bool take_early_cancel(const AuthorityId& home, const EntryHash& request);
  void note_early_entry(const AuthorityId& home, const EntryHash& request);
  /// Whether an ENTRY came first; takes it out.
  [[nodiscard]] bool take_early_entry(const AuthorityId& home, const EntryHash& request);
  /// Whether the record of a request that expires then may have been forgotten.
  [[nodiscard]] bool may_be_forgotten(const AuthorityId& home, UtcMs expires) const;
  void restore(LegHome home);

 private:
  struct Count {
    std::size_t open = 0;
    std::set<Due> finished;
  };
  struct ByName {
    core::TextHash hash;
    std::size_t operator()(const EntryHash& entry) const { return hash(as_text(entry.view())); }
  };
  /// Looked up, never iterated.
  using Index = std::unordered_map<EntryHash, LegVersion*, ByName>;

  [[nodiscard]] static std::optional<Rank> task_of(const LegVersion& version);
  [[nodiscard]] std::optional<UtcMs> timer_of(const LegVersion& version) const;
  void schedule(const LegVersion& version);
  void unschedule(const LegVersion& version);
  void link(LegVersion& version);
  void unlink(const LegVersion& version);
  void erase(const EntryHash& request);
  void trim(AuthorityId home);
  LegHome& home(const AuthorityId& id);

  DurationMs clock_error_ms_;
  LegQuota quota_;
  Versions versions_;
  std::map<AuthorityId, LegHome> homes_;

  // Indices.
  Index by_request_;
  Index by_hold_;
  std::map<ZoneId, std::set<EntryHash>> by_zone_;
  std::map<std::pair<AuthorityId, FlightId>, std::set<EntryHash>> by_flight_;
  std::map<AuthorityId, Count> counts_;
  std::map<AuthorityId, std::size_t> principals_;
  std::set<Due> finished_;
  std::set<Task> tasks_;
  std::set<Due> timers_;
  std::set<Due> waits_;
  std::set<EntryHash> parked_;
};

}  // namespace tansiq::coordination
