// The registry of ASTM F3548-21: who plans to be where, as far as the standard lets a Discovery and Synchronization
// Service know, and who wants to be told.
//
// Pure, and a fold over entries like everything that decides here. A change is decided in the standard's order of
// checks, applied by the same function that replay uses, and handed back as the line that must become durable before
// the answer leaves:
//
//   Registry registry(secret);
//   for (line : log) TRY_VOID(registry.apply(line));                               // replay decides nothing
//
//   auto done = registry.put_intent(request, caller, {.seq = next, .time = now});  // decides
//   if (!done) return error(done.error().status, done.error().message);            // nothing has changed
//   append(done->entry);                                                           // then render and answer
//
// What it compares is coarse on purpose: cells of about 1 km², closed bands of heights, closed windows of time
// (area.h). Whoever files in a cell proves by OVNs that it knows of everybody relevant there; who has priority is the
// parties' own business. So two filers who do not know of each other never both succeed, and no shape is disclosed.
//
// OVNs and versions of subscriptions are a keyed hash of the node's secret, the name, the version and the entry that
// made it: never repeated, not to be guessed, the same after replay and from a snapshot, and not in the record. An OVN
// with a suffix that the client asked for is the exception: its suffix stands in the entry, in `main`, which nobody
// but the own authority reads.
//
// Which subscriptions a change notifies is not listed in its entry (10,000 would not fit), but follows from the state
// by the rule of the entry's format; the entry has their number, and replay compares.
//
// Everything is bounded by `RegistryLimits`; what would go beyond is refused with 429. One thread. Not copyable, not
// movable: the indices point into it.
//
// Cost: a write is O(cells × (log n + entities there)), 10,000 notified subscriptions take 5 ms; about 1 kB an intent.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "core/ovn.h"
#include "f3548/cell_index.h"
#include "f3548/entry.h"
#include "f3548/requests.h"
#include "log/sha256.h"

namespace tansiq::f3548 {

/// Where the contract and what is deployed differ, or a test needs more.
struct Switches {
  /// 412 to a manager that is `Down` and wants to plan, activate or delete. The contract demands it, the deployment
  /// never does it.
  bool refuse_down = true;
  /// Notices of intents need the scope of strategic coordination, those of constraints that of constraint processing.
  /// The contract demands it, clients do not keep to it.
  bool notices_need_scopes = false;
  /// `http` URLs, for tests.
  bool allow_http = false;
};

struct RegistryLimits {
  std::size_t intents_max = 2'000'000;
  std::size_t constraints_max = 200'000;
  std::size_t subscriptions_max = 2'000'000;
  std::size_t uss_max = 100'000;
  /// Of intents, constraints and subscriptions together: cells that they cover, each counted by itself. An entity costs
  /// some thirty bytes for each. What is off its plan says where it is, and is refused beyond a quarter more alone.
  std::size_t cells_max = 100'000'000;
  /// Of one manager, so that none of them leaves the others no room.
  std::size_t entities_of_one_max = 500'000;
  std::size_t cells_of_one_max = 25'000'000;
  /// Requested suffixes that are remembered.
  std::size_t suffixes_max = 1'000'000;
  /// Of one query or one list of a reply. Never of a check of keys.
  std::size_t results_max = 100'000;
};

/// Intents and constraints are forgotten so long after their end: as far behind as a horizon reaches ahead.
inline constexpr DurationMs kEndedKeptMs = 56LL * 86'400'000;
/// Subscriptions without dependents so long after theirs.
inline constexpr DurationMs kExpiredSubscriptionKeptMs = 3'600'000;
/// A requested suffix may be so far from now, and is remembered for twice that: afterwards it is refused for its age.
inline constexpr DurationMs kSuffixSkewMs = 300'000;
inline constexpr DurationMs kSubscriptionSpanMaxMs = 86'400'000;
/// A subscription may begin so long ago, and so long after the intents that depend on it.
inline constexpr DurationMs kSubscriptionStartSlackMs = 300'000;
/// Names that one `purged` entry holds, of all kinds.
inline constexpr std::size_t kPurgedPerEntryMax = 256;

class Registry {
 public:
  using Secret = core::OvnMaker::Secret;
  explicit Registry(const Secret& secret, Switches switches = {}, RegistryLimits limits = {});
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;

  // Writing
  // ------------------------------------------------------------------------------------------------------------

  /// Asks, once everything but the key is in order, what of the intent lies in exclusive zones, and whether it may.
  using AskZones = std::function<Answer<std::vector<ZoneShare>>()>;
  [[nodiscard]] Answer<IntentChanged> put_intent(const PutIntent& request, const Caller& caller, Place place,
                                                 const AskZones& ask_zones = {});
  [[nodiscard]] Answer<IntentChanged> delete_intent(const Uuid& id, std::string_view ovn, const Caller& caller,
                                                    Place place);
  /// For the node's own officers, not for clients of the standard: what an off-nominal intent takes of an exclusive
  /// zone from `from` on is free. Its manager may be gone, and its extents reach months ahead. The entry to be made
  /// durable. Refuses with 404 where there is nothing to release, with 409 while the intent is as planned: that was
  /// granted, and to take it back is another act.
  [[nodiscard]] Answer<std::string> release_share(const ReleaseShare& request, Place place);
  [[nodiscard]] Answer<ConstraintChanged> put_constraint(const PutConstraint& request, const Caller& caller,
                                                         Place place);
  [[nodiscard]] Answer<ConstraintChanged> delete_constraint(const Uuid& id, std::string_view ovn, const Caller& caller,
                                                            Place place);
  [[nodiscard]] Answer<SubscriptionChanged> put_subscription(const PutSubscription& request, const Caller& caller,
                                                             Place place);
  [[nodiscard]] Answer<SubscriptionChanged> delete_subscription(const Uuid& id, std::string_view version,
                                                                const Caller& caller, Place place);
  /// `availability` in any letter case.
  [[nodiscard]] Answer<AvailabilityAnswer> set_availability(std::string_view uss, std::string_view availability,
                                                            std::string_view old_version, const Caller& caller,
                                                            Place place);
  /// `exchange` is archived as a body under this hash, by whoever stores the entry.
  [[nodiscard]] Answer<Reported> report(const log::Hash& exchange, const Caller& caller, Place place);

  /// The next entry that the passing of time calls for, if any. Call until it returns nothing, or again later.
  [[nodiscard]] std::optional<std::string> tick(Place place);
  /// When `tick` has something to do, never late; nothing when nothing waits.
  [[nodiscard]] std::optional<UtcMs> next_tick() const;

  // Reading
  // ------------------------------------------------------------------------------------------------------------

  [[nodiscard]] Answer<const Intent*> get_intent(const Uuid& id) const;
  [[nodiscard]] Answer<const Constraint*> get_constraint(const Uuid& id) const;
  /// Visible to its owner alone.
  [[nodiscard]] Answer<const Subscription*> get_subscription(const Uuid& id, const Caller& caller) const;
  [[nodiscard]] Answer<AvailabilityAnswer> get_availability(std::string_view uss) const;
  /// In order of their ids. Fail with 413 beyond `results_max`.
  [[nodiscard]] Answer<std::vector<const Intent*>> find_intents(const Extent& area) const;
  [[nodiscard]] Answer<std::vector<const Constraint*>> find_constraints(const Extent& area) const;
  [[nodiscard]] Answer<std::vector<const Subscription*>> find_subscriptions(const Extent& area, const Caller& caller,
                                                                            UtcMs now) const;

  [[nodiscard]] const std::string& ovn(const Intent& intent) const;
  [[nodiscard]] const std::string& ovn(const Constraint& constraint) const;
  [[nodiscard]] std::string version(const Subscription& subscription) const;
  [[nodiscard]] Availability availability(std::string_view uss) const;

  [[nodiscard]] std::size_t intents() const { return intents_.size(); }
  [[nodiscard]] std::size_t constraints() const { return constraints_.size(); }
  [[nodiscard]] std::size_t subscriptions() const { return subscriptions_.size(); }
  /// When the last intent or constraint ends; nothing where there is none.
  [[nodiscard]] std::optional<UtcMs> last_end() const;
  /// Suppliers that are marked Down.
  [[nodiscard]] std::size_t uss_down() const { return down_; }

  /// Intents that use, or did use, exclusive zones, and have changed since the last call: what they use there is booked
  /// by whoever keeps both. After `read_state` these are all that do.
  [[nodiscard]] std::vector<Uuid> take_exclusive_changes() { return std::exchange(exclusive_changes_, {}); }
  [[nodiscard]] bool has_exclusive_changes() const { return !exclusive_changes_.empty(); }
  /// Of those, all that stand. In order.
  [[nodiscard]] const std::set<Uuid>& exclusive() const { return exclusive_; }

  // Replay and state
  // ---------------------------------------------------------------------------------------------------

  /// Applies what an entry records. The caller has seen that its place follows. Fails with `kCorrupt` when it cannot
  /// follow what came before, and as `read_entry`; the registry is then good for nothing.
  [[nodiscard]] Status apply(std::string_view line);
  [[nodiscard]] Status apply(const Entry& entry);

  /// Whether anything was ever recorded.
  [[nodiscard]] bool used() const { return used_; }
  /// The whole state as lines of canonical JSON, one an entity, appended to `out`. Equal histories give equal bytes.
  void write_state(std::string& out) const;
  /// Into an empty registry. Fails with `kCorrupt`.
  [[nodiscard]] Status read_state(std::string_view text);

 private:
  using Notices = std::vector<Notice>;

  // Deciding (decide_*.cc).
  struct Attachment {
    const Subscription* existing = nullptr;
    bool notify_constraints = false;
    std::size_t cells = 0;  ///< That it grows by.
  };
  /// What a manager's entities are together.
  struct Held {
    std::size_t entities = 0;
    std::size_t cells = 0;
  };
  [[nodiscard]] Answer<void> check_intent(const PutIntent& request, const Caller& caller, UtcMs now) const;
  [[nodiscard]] Answer<void> check_intent_standing(const PutIntent& request, const Intent* old,
                                                   const Caller& caller) const;
  [[nodiscard]] Answer<Attachment> attachment(const PutIntent& request, const Caller& caller) const;
  [[nodiscard]] Answer<void> check_key(const PutIntent& request, bool constraints) const;
  [[nodiscard]] Answer<void> check_subscription(const PutSubscription& request, const Window& window,
                                                const Caller& caller, UtcMs now) const;
  [[nodiscard]] static Answer<void> check_dependents(const PutSubscription& request, const Window& window,
                                                     const Subscription& subscription,
                                                     const std::map<Uuid, Intent>& intents);
  /// By what a manager's entities grow when `cells` take the place of `old`, which may be none.
  template <class Entity>
  [[nodiscard]] static Held growth(const Entity* old, const Cells& cells) {
    if (old == nullptr) return {.entities = 1, .cells = cells.size()};
    return {.entities = 0, .cells = cells.size() - std::min(cells.size(), old->cells.size())};
  }
  /// Whether there is room for so much more of a manager's. What adds nothing always has it.
  [[nodiscard]] Answer<void> check_room(std::string_view manager, Held more) const;
  [[nodiscard]] Answer<void> check_url(std::string_view url) const;
  [[nodiscard]] bool down(std::string_view uss) const;

  // The fold (fold.cc): what an entry changes, and whom that notifies. `consistent` says whether it can follow.
  [[nodiscard]] Status consistent(const Body& body) const;
  Notices fold(const IntentPut& body, Place place);
  Notices fold(const IntentDeleted& body, Place place);
  Notices fold(const ConstraintPut& body, Place place);
  Notices fold(const ConstraintDeleted& body, Place place);
  Notices fold(const SubscriptionPut& body, Place place);
  Notices fold(const SubscriptionDeleted& body, Place place);
  Notices fold(const AvailabilitySet& body, Place place);
  Notices fold(const Report& body, Place place);
  Notices fold(const Purged& body, Place place);
  Notices fold(const ShareReleased& body, Place place);
  /// Folds a body that was decided here, and writes its entry. Refuses with 400, and changes nothing, where the entry
  /// could not be read again.
  template <class T>
  [[nodiscard]] Answer<std::string> say(T body, Place place, Notices* notices = nullptr);

  [[nodiscard]] Notices notify(bool Subscription::* wanted, const Cells& cells, const Window& window);
  /// An entity comes to stand where others find it, or goes: `held_` follows. Neither its cells, nor its window or
  /// manager change in between.
  template <class Entity>
  void enter(CellIndex<Entity>& index, Entity& entity);
  template <class Entity>
  void leave(CellIndex<Entity>& index, const Entity& entity);
  void add(Intent intent);
  void forget(const Intent& intent);
  void remove(std::map<Uuid, Intent>::iterator at);
  void add(Subscription subscription);
  void remove_subscription(std::map<Uuid, Subscription>::iterator at);
  void attach(const Uuid& subscription, const Uuid& intent);
  /// Lets go; an implicit one that loses its last intent goes.
  void detach(const Uuid& subscription, const Uuid& intent);
  void stretch(Subscription& subscription, const IntentPut& body, Place place);
  void remember_suffix(const Uuid& id, const Uuid& suffix, UtcMs time);
  void forget_suffixes(UtcMs now);

  template <class... Parts>
  [[nodiscard]] std::string opaque(std::string_view kind, const Parts&... parts) const;
  [[nodiscard]] Uuid new_subscription_id(const Uuid& intent, Place place) const;

  const core::OvnMaker maker_;
  const Switches switches_;
  const RegistryLimits limits_;

  std::map<Uuid, Intent> intents_;
  std::map<Uuid, Constraint> constraints_;
  std::map<Uuid, Subscription> subscriptions_;
  std::map<std::string, UssStanding, std::less<>> uss_;
  std::map<std::pair<Uuid, Uuid>, UtcMs> suffixes_;  ///< (intent, suffix) → when it was asked for.
  std::uint64_t reports_ = 0;
  bool used_ = false;

  // Follow from the above.
  CellIndex<Intent> intent_index_;
  CellIndex<Constraint> constraint_index_;
  CellIndex<Subscription> subscription_index_;
  std::set<std::pair<UtcMs, Uuid>> intent_ends_;
  std::set<std::pair<UtcMs, Uuid>> constraint_ends_;
  std::set<std::pair<UtcMs, Uuid>> subscription_ends_;  ///< Of those without dependents.
  std::set<std::pair<UtcMs, std::pair<Uuid, Uuid>>> suffix_times_;
  std::set<Uuid> exclusive_;  ///< Intents with a share of an exclusive zone.
  std::vector<Uuid> exclusive_changes_;
  std::size_t down_ = 0;
  std::map<std::string, Held, std::less<>> held_;  ///< By manager.
  std::size_t cells_ = 0;                          ///< Of all.

  // What the last answer still points to.
  std::optional<Intent> deleted_intent_;
  std::optional<Constraint> deleted_constraint_;
  std::optional<Subscription> deleted_subscription_;
};

}  // namespace tansiq::f3548
