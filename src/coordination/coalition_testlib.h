// Several authorities in one process, for tests: each a Coalition with its own record, links that deliver when told to.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "coordination/coalition.h"

namespace tansiq::coordination::testing {

/// 2026-11-25T12:00:00Z.
inline constexpr UtcMs kNoon{1'795'608'000'000};
[[nodiscard]] constexpr UtcMs minutes(std::int64_t after_noon) { return kNoon + after_noon * 60'000; }

/// Authorities us, ru, fr. Zones side by side, each one degree square from 30N, levels FL100 to FL400, minima 5 NM,
/// 1,000 ft and no time: K1 (us, 40E), K4 (ru, 41E), F1 (fr, 42E); D1 (disputed, us, 44E). Everybody may ask everybody
/// for legs and is shown `coarse`; ru may file through us, and us may lease K1 to fr.
[[nodiscard]] core::Charter charter_of_three();
/// A member of it, or one that joins: its keys follow from its id, and so does its signature.
[[nodiscard]] core::Authority member(std::string_view id);
[[nodiscard]] core::Zone zone(std::string_view id, std::string_view owner, int west);
[[nodiscard]] log::SignerKey member_key(std::string_view id);
[[nodiscard]] std::string signed_by(const core::Charter& charter, const std::vector<std::string>& members);

/// A box in 1/100 degree and flight levels.
struct Box {
  int south, west, north, east, level_low, level_high;
};
[[nodiscard]] geo::Volume4d volume(const Box& box, UtcMs from, UtcMs to);
/// Through a zone of the charter along 30.5N at a level, five minutes wide: `from` is when it enters.
[[nodiscard]] PlannedLeg leg(std::string_view zone, int level, UtcMs from);

class World {
 public:
  explicit World(core::Charter charter = charter_of_three());

  [[nodiscard]] Coalition& at(std::string_view authority) { return *nodes_.at(authority_id(authority)).coalition; }
  /// An officer's act, under a fresh command id; what it led to is delivered only by `pull`.
  Result<ActOutcome> act(std::string_view authority, Act act, std::string_view second = {});
  Result<core::Outcome> command(std::string_view authority, core::Action action, std::string_view by = "pilot");
  /// A newcomer begins its record under `joined`, having been given the versions before it.
  void join(std::string_view authority, const core::Charter& joined, std::vector<core::Charter> former);
  /// `reader` is given lines that nobody here would write, as a peer may send them.
  void give(std::string_view reader, const LogName& log, const std::vector<std::string>& lines);
  /// `reader` reads what `author` has written for it and it has not read.
  void pull(std::string_view reader, std::string_view author);
  /// Everybody reads everybody, until nobody has anything new to say. Pairs in `cut` do not.
  void settle();
  void cut(std::string_view a, std::string_view b) { cut_.insert({authority_id(a), authority_id(b)}); }
  void heal() { cut_.clear(); }
  /// What is observed of an authority's clock.
  void observe_clock(std::string_view authority, bool fit);
  /// Time passes for all; everybody says what time calls for.
  void advance(DurationMs d);
  /// One fetches what another has written for it. Whether there was anything that it read.
  bool pull_all(const AuthorityId& reader, const AuthorityId& author);
  /// Files a flight and lets everybody talk. The flight's record at its home.
  const Flight& file(std::string_view authority, std::string_view flight, std::vector<PlannedLeg> legs);
  [[nodiscard]] const Flight& flight(std::string_view authority, std::string_view flight);
  /// A new Coalition, led through the record of `authority`.
  [[nodiscard]] std::unique_ptr<Coalition> replayed(std::string_view authority);
  /// Its record replays to the same state, and so does its snapshot, which is returned; null where it cannot be read.
  [[nodiscard]] std::unique_ptr<Coalition> expect_comes_back(std::string_view authority);
  /// Puts a replayed one in its place, as a restart does.
  void restart(std::string_view authority) { nodes_.at(authority_id(authority)).coalition = replayed(authority); }
  /// Everything in the record of `authority`, in local order.
  [[nodiscard]] const Batch& record(std::string_view authority) const {
    return nodes_.at(authority_id(authority)).record;
  }
  /// Types of what `authority` itself has said, in order.
  [[nodiscard]] std::vector<std::string> said(std::string_view authority) const;
  /// Bodies that a node keeps, and all that have ever reached it from others.
  [[nodiscard]] const std::map<EntryHash, std::string>& bodies(std::string_view authority) const {
    return nodes_.at(authority_id(authority)).bodies;
  }
  [[nodiscard]] const std::vector<std::string>& received(std::string_view authority) const {
    return nodes_.at(authority_id(authority)).received;
  }
  [[nodiscard]] static AuthorityId authority_id(std::string_view id) { return AuthorityId::trusted(id); }

  /// The same, to be lost.
  [[nodiscard]] std::map<EntryHash, std::string>& disk(std::string_view authority) {
    return nodes_.at(authority_id(authority)).bodies;
  }
  [[nodiscard]] CoalitionConfig config(std::string_view authority);

  core::Charter charter;
  UtcMs now = kNoon;

 private:
  struct Node {
    std::unique_ptr<Coalition> coalition;
    Batch record;
    std::map<EntryHash, std::string> bodies;
    std::vector<std::string> received;
    core::Charter founding;
    std::vector<core::Charter> former;
  };
  bool pull_log(const AuthorityId& reader, const LogName& log);
  bool pull_bodies(const AuthorityId& reader, const AuthorityId& author);
  /// What a node does after each call: keeps bodies, destroys them and says so.
  void keep(Node& node);

  std::map<AuthorityId, Node> nodes_;
  std::set<std::pair<AuthorityId, AuthorityId>> cut_;
  int next_command_ = 1;
};

}  // namespace tansiq::coordination::testing
