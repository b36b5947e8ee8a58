// How the charter of a run changes: versions that follow the first, what is in them, who adopts them and when.
//
//   Charters charters(world, rng);
//   charters.plan();                  // draws whether, when and what
//   charters.duty(node);              // an officer at `node` looks: adopts what he has decided to adopt by now
//
// A version is made of a few changes (a zone struck out, added, cut in two or joined again, given to another owner,
// disputed or no longer so; an authority that joins, leaves, comes back, or signs with a new key), signed by everybody.
// Each member draws when its officers adopt it: mostly before its moment, rarely behind it. Nobody forces them, and
// what a node refuses is tried again with the next look, as people do. A text that nobody has adopted while there was
// time for the others is put forward anew, with a later moment. Once everything has been healed nothing new comes, and
// whoever has not adopted yet does.
#pragma once

#include <deque>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "geo/conflict.h"
#include "sim/airspace.h"
#include "sim/disk.h"

namespace tansiq::sim {

class World;
class Node;

/// One version, as everybody has it before him.
struct CharterVersion {
  Airspace airspace;
  std::string text;
  std::string note;
  std::map<AuthorityId, UtcMs> adopt_at;     ///< True time.
  std::set<AuthorityId> adopted;             ///< Durably.
  std::map<AuthorityId, int> keys;           ///< How often each has rolled its key over.
  std::optional<AuthorityId> joins = {};     ///< For the first time: its record begins under this version.
  std::vector<AuthorityId> comes_back = {};  ///< Were members once.
};

class Charters {
 public:
  Charters(World& world, Rng rng);

  void plan();
  /// True when an officer has acted.
  bool duty(Node& node);
  /// An own entry about charters has become durable.
  void note(const AuthorityId& author, const Record& record);

  /// From 1.
  [[nodiscard]] const CharterVersion& at(std::int64_t version) const {
    return versions_[static_cast<std::size_t>(version) - 1];
  }
  [[nodiscard]] std::int64_t newest() const { return static_cast<std::int64_t>(versions_.size()); }
  /// Which one should be in force by true time.
  [[nodiscard]] std::int64_t current() const { return current_; }
  /// By the hash of its text.
  [[nodiscard]] Result<std::string> text(const std::string& sha256) const;
  /// Zones and relations that any version has had: of a zone the first, of a relation the highest. Minima never change.
  [[nodiscard]] const core::Charter& ever() const { return ever_; }
  /// Whether the newest version has no place for it: nobody hears of it any more, and what it knows is old.
  [[nodiscard]] bool outside(const AuthorityId& authority) const;
  /// Whether a version has struck it out, for good or for a while.
  [[nodiscard]] bool ever_left(const AuthorityId& authority) const;
  /// No member by true time, or named again and not back yet: it grants by a map of its own, as it did before it was
  /// struck out, and at the risk of those who have given its space away (ADR 36).
  [[nodiscard]] bool astray(const AuthorityId& authority) const;
  /// Whether a use has space in common with the zone, as any version has it. Near a boundary a neighbour is asked as
  /// well (ADR 17); what he grants is the right to be near his zone, and no space in it.
  [[nodiscard]] bool in_zone(const ZoneId& zone, const std::vector<geo::PreparedVolume>& use,
                             const geo::TimeWindow& window) const;
  /// Whether a use has space in common with a zone that has stood there in every version up to now.
  [[nodiscard]] bool guarded(const std::vector<geo::PreparedVolume>& use, const geo::TimeWindow& window) const;
  /// Every member is under the newest version, or under the one before the first that is `of_liars`.
  [[nodiscard]] bool at_rest() const;
  /// Whether nobody has adopted a version but who lies, or comes in by it. Whoever has pinned a liar cannot read that,
  /// and adopts no text of which nobody else is known to have done so once its moment is near: the others go on as they
  /// were, and would put another text forward.
  [[nodiscard]] bool of_liars(std::int64_t version) const;
  /// Whether it cannot adopt the version after its own: a zone comes back to it that this redraws, and there a liar
  /// decides, of whom, once pinned, no word comes any more, or one who is held up in turn. People have to speak first.
  [[nodiscard]] bool held_up_by_liar(const AuthorityId& who) const;
  /// Whether it has come in, for the first time or again, by a version behind one that is `of_liars`: nobody else knows
  /// of it.
  [[nodiscard]] bool let_in_by_liars(const AuthorityId& authority) const {
    return let_in_by_liars(authority, newest());
  }

 private:
  [[nodiscard]] bool waits_for_any(Node& node, const std::set<AuthorityId>& mute) const;
  /// The same as of version `by`.
  [[nodiscard]] bool let_in_by_liars(const AuthorityId& authority, std::int64_t by) const;
  /// Whether this version names it and the one before does not.
  [[nodiscard]] bool comes_in(const AuthorityId& authority, std::int64_t version) const;
  void propose();
  void publish(CharterVersion version, UtcMs moment);
  /// Puts a text forward anew that nobody has adopted.
  bool withdrawn(std::int64_t version);
  void comes(std::int64_t version);
  void found_newcomer(std::int64_t version);
  [[nodiscard]] UtcMs draw_moment();
  bool hand_over(Node& node);
  void make_room(Node& node, const core::Charter& next);

  bool change_something(CharterVersion& next);
  bool strike_zone(Airspace& next);
  bool add_zone(Airspace& next);
  bool cut_or_join(Airspace& next);
  bool move_owner(Airspace& next);
  bool change_rule(Airspace& next);
  bool add_authority(CharterVersion& next);
  bool remove_authority(CharterVersion& next);
  bool bring_back(CharterVersion& next);
  bool roll_key(CharterVersion& next);
  void follow_spots(Airspace& next);

  World& world_;
  Rng rng_;
  std::deque<CharterVersion> versions_;  // References stay valid.
  core::Charter ever_;
  std::int64_t current_ = 1;
  int zones_named_ = 0;
  std::map<AuthorityId, std::pair<core::Authority, std::vector<core::Zone>>> gone_;  ///< Struck out, with what it had.
  std::map<ZoneId, ZoneSpot> spots_ever_;
};

}  // namespace tansiq::sim
