// How a charter changes. A new version is a complete charter, version + 1, signed by everybody whom the change
// concerns; it comes into force everywhere at one moment, its own `valid_from`, which lies far enough ahead for every
// member to read and adopt it. Adopting is an entry, `charter.adopted`, that an officer makes; nobody's node follows
// another's.
//
//   for (const CharterDifference& d : differences(old, next)) print(d.where, d.before, d.after);   // for the officer
//   const CharterAdopted adopted = TRY(adoptions.adopt(old, note, now));                            // checked
//
// Who must sign: an authority whose zones, tenancies, keys, address or relations change; old and new owner of a zone
// that changes; the owner of the background, from which zones are cut; a joining authority; all owners that remain
// where somebody is removed, who himself need not agree; and everybody where the whole changes (timing, validity,
// name). A signature counts by a key that the *old* version names, so that nobody replaces another's keys by signing
// with those he has just put in; only a joining authority signs with a key of the new one.
//
// At that moment each node that has adopted writes `charter.in_force`, and folds the version in; what its log says
// before was decided under the old one, what follows under the new. A node that has not adopted goes on under the old
// version and raises an alarm: to the others it is who it was, and it knows nothing of those who joined.
//
// The moment does not move zones: an old owner decides on until he hands over (zone_control.h), because a clock must
// not make two sequencers. Where a version takes space away from a zone, or strikes it out, nothing granted there may
// outlive the moment: windows end before it from the adoption on, and who has confirmed a longer one cannot adopt.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "coordination/act.h"
#include "coordination/views.h"
#include "core/charter.h"

namespace tansiq::coordination {

/// One change. `before` is empty for what is new, `after` for what is struck out.
struct CharterDifference {
  std::string where;               ///< `zone K1: owner`
  std::string before;              ///< `us`
  std::string after;               ///< `fr`
  std::set<AuthorityId> concerns;  ///< Who must sign for it, of those who are to remain.
  friend bool operator==(const CharterDifference&, const CharterDifference&) = default;
};

/// In the order: the whole, authorities, relations, zones; each by id. Order within the texts makes no difference.
[[nodiscard]] std::vector<CharterDifference> differences(const core::Charter& old, const core::Charter& next);

[[nodiscard]] std::set<AuthorityId> required_signers(const core::Charter& old, const core::Charter& next);

/// Whether anybody decides in the zone: not where it is disputed, and in the background only as far as nothing else is.
[[nodiscard]] bool has_sequencer(const core::Zone& zone);

/// Whether a zone is in both versions, with a sequencer, and lies where it lay. Null: a version has no such zone.
[[nodiscard]] bool keeps_its_space(const core::Zone* before, const core::Zone* after);

/// Whether `next` takes space away from that zone of `old`: strikes it out, redraws it, or leaves it without a
/// sequencer.
[[nodiscard]] bool takes_away(const core::Charter& old, const core::Charter& next, const ZoneId& zone);

/// Authorities that signed `note`, a charter to follow `old`, by a key that counts. Fails as `core::open_charter`.
[[nodiscard]] Result<std::set<AuthorityId>> counted_signers(const core::Charter& old, std::string_view note);

/// How long before it comes into force a version is first adopted, at least: that all others can read it, and decide.
[[nodiscard]] DurationMs charter_lead_ms(const core::Timing& timing);

/// Checks that `note` may follow `old`: same charter, next version, the same kind of data, no gap between the two, fit
/// (`core::lint`), and signed by all whose signature is required. Fails with `kInvalid`, `kVersionMismatch` or
/// `kForbidden` (signatures), naming all that is missing.
[[nodiscard]] Result<core::SignedCharter> check_successor(const core::Charter& old, std::string_view note);

/// `Alarm::kind`: a version has come into force at others, and is not adopted here. `about` is the hash of its text.
inline constexpr std::string_view kCharterBehind = "charter-behind";

/// How far a member has come, as its entries say.
struct MemberVersion {
  std::optional<CharterAdopted> adopted;
  std::int64_t in_force = 0;  ///< 0: it has not said; that which it was founded under.
  friend bool operator==(const MemberVersion&, const MemberVersion&) = default;
};

/// Which version each member has adopted last, and has in force: the fold.
class CharterAdoptions {
 public:
  /// `founding` is the charter that the node began with.
  CharterAdoptions(AuthorityId self, const core::Charter& founding);

  std::optional<Oddity> apply(const Said& said);

  /// What is due: `charter.in_force` from its moment on; once for each version, an alarm that others have gone on.
  [[nodiscard]] std::optional<Body> next(UtcMs now) const;
  [[nodiscard]] std::optional<UtcMs> next_timer() const;

  /// An officer adopts `note`. Checks it as a successor of `old`, the charter in force; that there is time; and that no
  /// other text is known under its version. Who is the first to adopt must be early (`charter_lead_ms`); once another
  /// member has, it will come into force there, and being late is no reason to stay behind.
  ///
  /// Whoever was struck out comes back through the versions that have no place for it, oldest first, each a successor
  /// of the one before; it reads nothing of the others meanwhile, so it is never the first and never late. Fails as
  /// `check_successor`, and with `kWrongState`, `kConflict`, `kForbidden` (the version has no place for this
  /// authority), `kInvalid` (a version in between has).
  [[nodiscard]] Result<CharterAdopted> adopt(const core::Charter& old, std::string_view note, UtcMs now,
                                             std::span<const NoteText> through = {}) const;

  /// The version in force here.
  [[nodiscard]] std::int64_t in_force() const { return in_force_; }
  /// What this node has adopted and is not in force yet, or came into force last.
  [[nodiscard]] const std::optional<CharterAdopted>& own() const { return own_; }
  /// What it has adopted and is not in force yet.
  [[nodiscard]] const CharterAdopted* pending() const { return own_ && own_->version > in_force_ ? &*own_ : nullptr; }
  /// A version that another member has adopted and this node has not; the lowest such, by whoever said so first in the
  /// order of ids.
  [[nodiscard]] const CharterAdopted* missed() const;
  /// Under which version an authority writes, as far as its entries say; 0: it has not said.
  [[nodiscard]] std::int64_t version_of(const AuthorityId& authority) const;
  /// The newest version that it has adopted; 0: it has not said.
  [[nodiscard]] std::int64_t adopted_by(const AuthorityId& authority) const;
  /// Who else has adopted this text.
  [[nodiscard]] std::set<AuthorityId> others(const log::Hash& charter) const;
  [[nodiscard]] const std::map<AuthorityId, MemberVersion>& members() const { return members_; }

  void write_state(log::JcsWriter& out) const;
  [[nodiscard]] Status read_state(const log::JcsValue& value);
  friend bool operator==(const CharterAdoptions&, const CharterAdoptions&) = default;

 private:
  /// Who has adopted another text under the same version, this node included.
  [[nodiscard]] const AuthorityId* at_odds(const CharterAdopted& adopted) const;
  std::optional<Oddity> apply_adopted(const Said& said, const CharterAdopted& adopted);

  AuthorityId self_;
  std::int64_t founding_version_;
  std::int64_t in_force_;
  std::optional<CharterAdopted> own_;
  std::map<AuthorityId, MemberVersion> members_;
  std::optional<log::Hash> alarmed_;  ///< The text that the last alarm was about.
};

}  // namespace tansiq::coordination
