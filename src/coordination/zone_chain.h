// The chain of epochs of one zone: who decided when, as the entries say that are known here.
//
// Epoch 0 belongs to the owner. Each epoch has one sequencer and is closed once: by LEASE (with an end T) or HANDOVER
// (without), which name the next sequencer; by RETURN, which gives the zone back to whoever closed the epoch before;
// or, after T + ε, by that lessor's RESUME. The chain is a fold over entries that any member may read, and knows
// nothing of who `we` are: every node that has read the same entries has the same chain, in whatever order it read
// them. An entry whose turn has not come waits, up to `kWaitingMax` a zone.
//
//   epoch   0 (owner A)      1 (tenant B, until T)        2 (A again)
//   A       … LEASE(1,B,T)                                RESUME(2) …
//   B                        ACCEPT(1) … RETURN(1)
//
// Two different entries by which one author closed one epoch halt the zone (EQUIVOCATION): the chain stands still
// behind that epoch until everybody concerned (the author, and each sequencer that one of the entries would make) has
// said by ZoneResolved which one stands. Concession by all is what makes going on safe: a node grants only on an
// agreement that its own word is part of, a party says one thing a round, and a new round begins only when the last is
// known to be split, so that no two nodes go on with different entries.
//
// Cost: O(log n) an entry in n epochs. Memory: about 300 bytes an epoch.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "coordination/control_entries.h"
#include "coordination/views.h"

namespace tansiq::coordination {

/// Entries that wait for others to make sense, at most, a zone.
inline constexpr std::size_t kWaitingMax = 64;
/// Different entries that closed one epoch, at most; further ones are alarmed and not kept.
inline constexpr std::size_t kRivalsMax = 16;
/// The last round of word against word about a halted zone.
inline constexpr std::int64_t kRoundMax = 1'000'000;

enum class ClosingKind : std::uint8_t { kLease, kReturn, kTime };
constexpr std::array<std::string_view, 3> enum_names(ClosingKind) { return {"lease", "return", "time"}; }

/// What ended an epoch, and who decides then.
struct ClosingEntry {
  bool accepted = true;  ///< RETURN: false when the tenant never began.
  AuthorityId author;
  EntryHash entry;
  AuthorityId heir;
  ClosingKind kind = ClosingKind::kLease;
  std::vector<EntryHash> snapshot;
  std::optional<UtcMs> until;  ///< LEASE: T.
  static constexpr auto fields() {
    return field_list(field("accepted", &ClosingEntry::accepted), field("author", &ClosingEntry::author),
                      field("entry", &ClosingEntry::entry), field("heir", &ClosingEntry::heir),
                      field("kind", &ClosingEntry::kind), field("snapshot", &ClosingEntry::snapshot),
                      field("until_ms", &ClosingEntry::until));
  }
  friend bool operator==(const ClosingEntry&, const ClosingEntry&) = default;
};

/// What a party has said about a halted zone, last.
struct Resolution {
  AuthorityId by;
  std::int64_t round = 0;
  EntryHash stands;
  static constexpr auto fields() {
    return field_list(field("by", &Resolution::by), field("round", &Resolution::round),
                      field("stands", &Resolution::stands));
  }
  friend bool operator==(const Resolution&, const Resolution&) = default;
};

struct Epoch {
  std::optional<EntryHash> begun;       ///< ACCEPT or RESUME; absent in epoch 0, which needs none.
  std::optional<ClosingEntry> closing;  ///< Absent in the last epoch of the chain, and only there.
  bool expired = false;                 ///< EXPIRED-LEASE read.
  std::optional<UtcMs> grants_begin;    ///< T6, and every later sequencer inherits it.
  std::optional<AuthorityId> lessor;    ///< Who closed the epoch before by LEASE or HANDOVER, and gets the zone back.
  std::int64_t next_number = 0;         ///< Of this node's entries, where it is the sequencer.
  std::optional<std::string> recall;    ///< What the lessor's RECALL said.
  AuthorityId sequencer;
  std::vector<ClosingEntry> rivals;     ///< All entries that closed it, while more than one does. Then it halts.
  std::vector<Resolution> resolutions;  ///< What was said about that, by authority.
  std::vector<EntryHash> overruled;     ///< Closing entries that were resolved not to stand.
  std::optional<UtcMs> until;           ///< T, of a lease.
  static constexpr auto fields() {
    return field_list(field("begun", &Epoch::begun), field("closing", &Epoch::closing),
                      field("expired", &Epoch::expired), field("grants_begin_ms", &Epoch::grants_begin),
                      field("lessor", &Epoch::lessor), field("next_number", &Epoch::next_number),
                      field("overruled", &Epoch::overruled), field("recall", &Epoch::recall),
                      field("resolutions", &Epoch::resolutions), field("rivals", &Epoch::rivals),
                      field("sequencer", &Epoch::sequencer), field("until_ms", &Epoch::until));
  }
  friend bool operator==(const Epoch&, const Epoch&) = default;
};

/// The entries that a chain is made of.
using ControlBody =
    std::variant<ZoneLease, ZoneAccept, ZoneReturn, ZoneResume, ZoneRecall, ZoneLeaseExpired, ZoneResolved>;

struct ControlEntry {
  AuthorityId author;
  EntryHash hash;
  UtcMs time;
  ControlBody body;
  friend bool operator==(const ControlEntry&, const ControlEntry&) = default;
};

class ZoneChain {
 public:
  explicit ZoneChain(const AuthorityId& owner);

  /// The fold. `clock_error_ms` is ε. What is odd about an entry that had waited, and now had its turn, goes to `late`.
  std::optional<Oddity> apply(ControlEntry entry, DurationMs clock_error_ms, std::optional<Oddity>& late);

  /// Who may ever be a sequencer here: owner and tenants of every version of the charter so far. It only grows, because
  /// an entry of an old charter may be read under a new one.
  void entitle(const AuthorityId& authority) { entitled_.insert(authority); }

  [[nodiscard]] bool entitled(const AuthorityId& authority) const { return entitled_.contains(authority); }
  [[nodiscard]] const std::set<AuthorityId>& entitled() const { return entitled_; }

  [[nodiscard]] std::int64_t last() const { return static_cast<std::int64_t>(epochs_.size()) - 1; }
  [[nodiscard]] const Epoch& head() const { return epochs_.back(); }
  [[nodiscard]] Epoch& head() { return epochs_.back(); }
  /// Null beyond the chain.
  [[nodiscard]] const Epoch* epoch(std::int64_t number) const;
  /// The closing entry behind which the last epoch began. Null in epoch 0.
  [[nodiscard]] const ClosingEntry* origin() const;
  [[nodiscard]] bool begun() const { return last() == 0 || head().begun.has_value(); }

  /// The first epoch that was closed more than once.
  [[nodiscard]] const std::optional<std::int64_t>& halted() const { return halted_; }
  /// Whose word is needed before the zone goes on.
  [[nodiscard]] std::set<AuthorityId> concerned() const;

  void write(log::JcsWriter& out) const;
  [[nodiscard]] static Result<ZoneChain> read(const log::JcsValue& value);
  friend bool operator==(const ZoneChain&, const ZoneChain&) = default;

 private:
  ZoneChain() = default;
  /// What an entry led to.
  struct Verdict {
    bool wait = false;  ///< Its turn has not come.
    std::optional<Oddity> oddity = {};
  };
  Verdict take(const ControlEntry& entry, DurationMs clock_error_ms);
  Verdict take(const ControlEntry& entry, const ZoneLease& lease);
  Verdict take(const ControlEntry& entry, const ZoneReturn& returned);
  Verdict take(const ControlEntry& entry, const ZoneAccept& accept);
  Verdict take(const ControlEntry& entry, const ZoneResume& resume, DurationMs clock_error_ms);
  Verdict take(const ControlEntry& entry, const ZoneRecall& recall);
  Verdict take(const ControlEntry& entry, const ZoneLeaseExpired& expired);
  Verdict take(const ControlEntry& entry, const ZoneResolved& resolved);
  /// Whether entries of this epoch cannot be judged yet.
  [[nodiscard]] bool out_of_reach(std::int64_t epoch) const;
  Verdict close(std::int64_t epoch, ClosingEntry closing);
  static Verdict begin(Epoch& epoch, const ControlEntry& entry);
  void append(const ClosingEntry& closing);
  void resolve_if_agreed(std::int64_t epoch);
  void no_grants_before(std::int64_t epoch, UtcMs begin);
  [[nodiscard]] Epoch& at(std::int64_t epoch) { return epochs_[static_cast<std::size_t>(epoch)]; }

  std::vector<Epoch> epochs_;
  std::set<AuthorityId> entitled_;
  std::optional<std::int64_t> halted_;
  std::vector<ControlEntry> waiting_;
};

}  // namespace tansiq::coordination
