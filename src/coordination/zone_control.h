// Who decides in each zone, and how that right moves (docs/coordination.md, section 6).
//
// Of every zone there is a chain of epochs (zone_chain.h), the same at every member. This class looks at the chains as
// one authority, `self`: it says where `self` may grant, writes what `self` owes (accept a lease, resume, let a lease
// expire), and checks what its officers ask for.
//
//   state      in the zone, `self` …
//   SEQUENCER  decides, without end
//   TENANT     decides until T − ε, or until it gives the zone back (no T after a HANDOVER)
//   LESSOR     has leased it: waits for RETURN, or resumes at T + ε
//   NONE       has no part in it now
//   HALTED     trusts nobody: two entries closed one epoch; officers act (`resolve`)
//
// Zones with rule `disputed`, and the background, have no sequencer: NONE everywhere, and no entry fits them.
//
// Use. Entries go through `apply`, one's own and others', live and in replay. After each, `take_adoptions` says which
// windows came over, and the leg desk adopts them before anything else happens; it leaves out what it knows to be
// finished (ground rule G3). `next` is called live, after the leg desk's own `next`, so that the holds of a lease that
// runs out (Th ≤ T − ε) have lapsed before EXPIRED-LEASE ends the epoch.
//
//   // An officer leases K1 to fr until 18:00. The desk has lapsed its holds, and lists its windows.
//   const ClosingPlan plan = TRY(control.lease(zone, fr, until, desk.windows(zone), now));
//   for (const ZoneSnapshot& part : plan.parts) hashes.push_back(write(part));   // what goes over, in the pair's log
//   write(TRY(control.close(plan, hashes)));                                     // quotes it, and ends the epoch
//
// Nothing else of the zone may be written between plan and closing entry. A crash there leaves parts that nobody
// quotes: no effect.
//
// Limits of the machine's own acts: it never leases, returns a lease it has begun, recalls or resolves; it takes up a
// lease whose charter names it, because naming it is the consent (a tenant that is unwilling says so by `decline`, or
// has its name struck from the charter). With a faulty clock (T8) it begins nothing, and only ends.
//
// Cost: `apply` O(log zones); `next` O(1) with nothing to do. Core thread.
//
// Where a version of the charter gives a zone space that another had, the other's owner must have said that it has
// adopted that version, before this node grants: from its adoption on nothing is granted there that reaches beyond the
// moment, and it could not adopt before its tenants had. That holds whoever owns the one zone or the other, and for
// space that was nobody's in between. Of an authority that is no member no such word can come, and none is waited for
// until it comes back; but for that of the members who may decide in its zone under a version from before.
#pragma once

#include <functional>
#include <limits>
#include <map>
#include <set>
#include <utility>

#include "coordination/zone_chain.h"
#include "core/charter.h"

namespace tansiq::coordination {

/// Parts of one snapshot; and parts from others that are kept of one zone.
inline constexpr std::size_t kSnapshotPartsMax = 256;
/// T7: a lease is at least this many times as long as the gap at its end and a hold together.
inline constexpr std::int64_t kLeaseOverGapMin = 4;

enum class ControlState : std::uint8_t { kSequencer, kLessor, kTenant, kNone, kHalted };
constexpr std::array<std::string_view, 5> enum_names(ControlState) {
  return {"sequencer", "lessor", "tenant", "none", "halted"};
}

/// A zone's control for screens.
struct ZoneStatus {
  ControlState state = ControlState::kNone;
  std::int64_t epoch = 0;
  std::optional<AuthorityId> sequencer;
  std::optional<AuthorityId> lessor;  ///< To whom it goes back.
  std::optional<UtcMs> until;         ///< T.
  bool begun = true;                  ///< False: the sequencer has not taken it up yet, as far as is known here.
  std::optional<std::string> recall;
  std::vector<ClosingEntry> rivals;     ///< Halted: between which entries officers choose…
  std::vector<Resolution> resolutions;  ///< …what was said…
  std::set<AuthorityId> concerned;      ///< …and whose word is needed.
  std::set<AuthorityId> awaited;        ///< Who has to adopt a version before anything is granted here.
};

/// The first step of giving a zone away: the parts, to be written in order, and what the closing entry will say.
struct ClosingPlan {
  std::vector<ZoneSnapshot> parts;
  std::variant<ZoneLease, ZoneReturn> closing;  ///< Without `snapshot`, which quotes the parts.
};

/// Windows that came over to this node with an epoch that it has just begun.
struct Adoption {
  ZoneId zone;
  std::int64_t epoch = 0;
  std::vector<AdoptedWindow> windows;
  friend bool operator==(const Adoption&, const Adoption&) = default;
};

class ZoneControl final : public ControlView {
 public:
  ZoneControl(AuthorityId self, const core::Charter& charter, const core::Timing& timing);

  /// A new version of the charter is in force, or will be (charter_change.h): its zones and tenants count from now on.
  /// Chains stay. An owner who changes gets the zone from the old one by HANDOVER.
  void adopt(const core::Charter& charter);
  /// How to learn which version an authority has adopted last (CharterAdoptions::adopted_by). Without it nobody is
  /// waited for.
  void ask_adoptions(std::function<std::int64_t(const AuthorityId&)> adopted) { adopted_ = std::move(adopted); }
  /// A version that was adopted comes into force at its `valid_from`: as with a lease (T5), no window that is granted
  /// from now on in a zone that it strikes out or redraws ends later. Nobody else will know of it then.
  void announce(const core::Charter& charter);

  // The fold.
  std::optional<Oddity> apply(const Said& said);
  /// Windows to adopt, since the last call. To be asked after each `apply`; not state.
  [[nodiscard]] std::vector<Adoption> take_adoptions() { return std::exchange(adoptions_, {}); }

  // What this node must write, at a log time that is not before `now`: RESUME counts by it.
  [[nodiscard]] std::optional<Body> next(UtcMs now) const;
  [[nodiscard]] std::optional<UtcMs> next_timer() const;

  // Officers' acts. Each fails with `kNotFound` (no such zone), `kWrongState` or `kNotSequencer` (not ours to do now),
  // `kInvalid` (what was asked for makes no sense), `kTooLarge` (a window fits no entry).
  [[nodiscard]] Result<ClosingPlan> lease(const ZoneId& zone, const AuthorityId& tenant, UtcMs until,
                                          std::vector<AdoptedWindow> windows, UtcMs now) const;
  /// To another authority for good: the owner under a new charter, or a tenant that the charter names.
  [[nodiscard]] Result<ClosingPlan> hand_over(const ZoneId& zone, const AuthorityId& to,
                                              std::vector<AdoptedWindow> windows) const;
  [[nodiscard]] Result<ClosingPlan> give_back(const ZoneId& zone, std::vector<AdoptedWindow> windows, UtcMs now) const;
  /// The second step: `parts` are the hashes of the written parts, in order.
  [[nodiscard]] Result<Body> close(const ClosingPlan& plan, std::vector<EntryHash> parts) const;
  /// Refuses a lease that has not begun.
  [[nodiscard]] Result<Body> decline(const ZoneId& zone) const;
  [[nodiscard]] Result<Body> recall(const ZoneId& zone, std::string text) const;
  /// Says which of the entries that halted the zone stands. The caller demands two officers.
  [[nodiscard]] Result<Body> resolve(const ZoneId& zone, const EntryHash& stands) const;

  [[nodiscard]] Result<ZoneStatus> status(const ZoneId& zone) const;
  [[nodiscard]] bool clock_fault() const { return clock_fault_; }

  // ControlView.
  [[nodiscard]] bool may_grant(const ZoneId& zone, UtcMs now) const override;
  [[nodiscard]] bool keeps(const ZoneId& zone) const override;
  [[nodiscard]] std::int64_t epoch(const ZoneId& zone) const override;
  [[nodiscard]] std::int64_t next_number(const ZoneId& zone) const override;
  [[nodiscard]] std::optional<AuthorityId> sequencer(const ZoneId& zone) const override;
  [[nodiscard]] std::set<AuthorityId> awaited(const ZoneId& zone) const override;
  [[nodiscard]] std::optional<UtcMs> grants_end(const ZoneId& zone) const override;
  [[nodiscard]] std::optional<UtcMs> grants_begin(const ZoneId& zone) const override;
  [[nodiscard]] bool was_sequencer(const ZoneId& zone, std::int64_t epoch, const AuthorityId& author) const override;
  [[nodiscard]] std::uint64_t revision() const override { return revision_; }

  // State. The charter is not part of it: it is an argument, here as there. `write_state` needs all adoptions taken.
  void write_state(log::JcsWriter& out) const;
  [[nodiscard]] Status read_state(const log::JcsValue& value);

 private:
  struct Part {
    AuthorityId author;
    ZoneSnapshot snapshot;
    bool sound = false;  ///< From `snapshot`, not state: its windows can be booked.
  };
  struct ZoneEntry {
    explicit ZoneEntry(const AuthorityId& of) : chain(of), owner(of) {}
    ZoneChain chain;
    std::map<EntryHash, Part> parts;  ///< Addressed to us, or ours; of epochs that can still matter.
    std::optional<UtcMs> due;         ///< As in `due_`.
    // From the charter in force, not state.
    AuthorityId owner;
    std::set<AuthorityId> tenants;
    bool chartered = false;                ///< The charter has it, with a sequencer.
    std::optional<UtcMs> redrawn = {};     ///< When an announced version takes it away or changes its extent.
    std::vector<std::size_t> gained = {};  ///< In `lost_`: of which it has space.
  };
  /// A zone as it was before a version took space from it. Not state, follows from the charters.
  struct Lost {
    core::Zone was;
    std::set<AuthorityId> entitled;   ///< Who may have decided there.
    std::set<AuthorityId> strangers;  ///< Of these, who was no member then: the owner's word is not theirs.
    std::int64_t version = 0;         ///< That took it.
  };
  enum class PartsInHand : std::uint8_t { kAll, kMissing, kUnfit };

  [[nodiscard]] const ZoneEntry* find(const ZoneId& zone) const;
  [[nodiscard]] Result<const ZoneEntry*> get(const ZoneId& zone) const;
  [[nodiscard]] ControlState state(const ZoneEntry& zone) const;
  /// Whether this node is in its epoch, halted or not.
  [[nodiscard]] bool in_epoch(const ZoneEntry& zone) const;
  [[nodiscard]] static std::optional<UtcMs> end_of_grants(const ZoneEntry& zone);
  void note_losses(const std::vector<core::Zone>& before, const std::set<AuthorityId>& members_before,
                   const core::Charter& charter);
  /// Whether the parts of the snapshot behind which the last epoch began are all here, and fit.
  [[nodiscard]] PartsInHand parts_in_hand(const ZoneId& id, const ZoneEntry& zone) const;
  [[nodiscard]] bool sound(const ZoneSnapshot& part) const;
  /// What the zone's state asks of this node from when on. Two entries where being late changes what it must say.
  struct Owed {
    UtcMs at;
    std::optional<Body> body = {};
    UtcMs late_at = {};
    std::optional<Body> late_body = {};
  };
  [[nodiscard]] Owed owed(const ZoneId& id, const ZoneEntry& zone) const;
  [[nodiscard]] Owed owed_as_tenant(const ZoneId& id, const ZoneEntry& zone) const;
  [[nodiscard]] Owed owed_as_lessor(const ZoneId& id, const ZoneEntry& zone) const;

  std::optional<Oddity> apply_control(const Said& said, ControlBody body);
  std::optional<Oddity> apply_part(const Said& said, const ZoneSnapshot& part);
  void count(const ZoneId& zone, std::int64_t epoch, std::int64_t number);
  void collect_adoption(const ZoneId& id, const ZoneEntry& zone);
  void forget_parts(ZoneEntry& zone);
  void changed(const ZoneId& id, ZoneEntry& zone);
  void all_changed();
  [[nodiscard]] Result<const ZoneEntry*> ours(const ZoneId& zone) const;
  [[nodiscard]] Result<ClosingPlan> plan(const ZoneId& zone, const AuthorityId& to, std::vector<AdoptedWindow> windows,
                                         std::variant<ZoneLease, ZoneReturn> closing) const;
  [[nodiscard]] static ZoneChain fresh(const ZoneEntry& zone);
  [[nodiscard]] Status read_zone(const log::JcsValue& value);

  AuthorityId self_;
  core::Timing timing_;
  /// Of all versions of the charter: who resumed by time did so by the bound that held for him.
  DurationMs least_error_ms_ = std::numeric_limits<DurationMs>::max();
  std::function<std::int64_t(const AuthorityId&)> adopted_;
  std::vector<core::Zone> charter_zones_;  ///< Of the charter in force.
  std::set<AuthorityId> members_;          ///< Of it, too.
  std::vector<Lost> lost_;                 ///< By all versions so far.
  UtcMs valid_from_ = kUtcMin;  ///< Of a version that follows another: a member that joins grants nothing before.
  std::map<ZoneId, ZoneEntry> zones_;
  std::set<std::pair<UtcMs, ZoneId>> due_;
  std::vector<Adoption> adoptions_;
  bool clock_fault_ = false;
  std::uint64_t revision_ = 0;
};

/// Splits windows into parts that each fit in an entry, numbered, in order. Fails with `kTooLarge`.
[[nodiscard]] Result<std::vector<ZoneSnapshot>> split_snapshot(const ZoneId& zone, std::int64_t epoch,
                                                               const AuthorityId& to,
                                                               std::vector<AdoptedWindow> windows);

}  // namespace tansiq::coordination
