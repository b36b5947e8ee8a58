// What a node notes about the logs of its peers, and about its own fitness to decide.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "coordination/leg_entries.h"
#include "coordination/names.h"

namespace tansiq::coordination {

/// How far one log of a peer had been read and verified.
struct SeenLog {
  std::string origin;
  EntryHash root;
  std::uint64_t size = 0;
  static constexpr auto fields() {
    return field_list(field("origin", &SeenLog::origin), field("root", &SeenLog::root), field("size", &SeenLog::size));
  }
  friend bool operator==(const SeenLog&, const SeenLog&) = default;
};
/// What follows was said with the knowledge of these logs up to these sizes: those that members may know of. It can be
/// proved to whoever reads the log. The node's own record needs none: there the local order says it.
struct MembersAnchor {
  static constexpr std::string_view kType = "anchor.members";
  static constexpr Audience kAudience = Audience::kMembers;
  std::vector<SeenLog> seen;
  static constexpr auto fields() { return field_list(field("seen", &MembersAnchor::seen)); }
  friend bool operator==(const MembersAnchor&, const MembersAnchor&) = default;
};
/// The same, in the log of a pair.
struct PairAnchor {
  static constexpr std::string_view kType = "anchor.pair";
  std::vector<SeenLog> seen;
  AuthorityId to;
  static constexpr auto fields() { return field_list(field("seen", &PairAnchor::seen), field("to", &PairAnchor::to)); }
  friend bool operator==(const PairAnchor&, const PairAnchor&) = default;
};

/// Something a peer said does not fit what went before; it was ignored. `entry` is what it said.
struct Anomaly {
  static constexpr std::string_view kType = "anomaly";
  static constexpr Audience kAudience = Audience::kOwn;
  bool alarm = false;
  EntryHash entry;
  AuthorityId peer;
  std::string text;
  static constexpr auto fields() {
    return field_list(field("alarm", &Anomaly::alarm), field("entry", &Anomaly::entry), field("peer", &Anomaly::peer),
                      field("text", &Anomaly::text));
  }
  friend bool operator==(const Anomaly&, const Anomaly&) = default;
};

/// Evidence that a log was forked: its text is kept as a body under `evidence` (SHA-256). The peer is pinned at its
/// last good state.
struct Equivocation {
  static constexpr std::string_view kType = "equivocation";
  static constexpr Audience kAudience = Audience::kMembers;
  log::Hash evidence;
  std::string origin;
  AuthorityId peer;
  static constexpr auto fields() {
    return field_list(field("evidence", &Equivocation::evidence), field("origin", &Equivocation::origin),
                      field("peer", &Equivocation::peer));
  }
  friend bool operator==(const Equivocation&, const Equivocation&) = default;
};

/// CLOCK-FAULT (T8): the node cannot bound its clock's error by ε, grants nothing and clears nobody. `fault` false: it
/// can again.
struct ClockFault {
  static constexpr std::string_view kType = "clock.fault";
  static constexpr Audience kAudience = Audience::kMembers;
  bool fault = true;
  std::string text;
  static constexpr auto fields() {
    return field_list(field("fault", &ClockFault::fault), field("text", &ClockFault::text));
  }
  friend bool operator==(const ClockFault&, const ClockFault&) = default;
};

/// This node had lost a part of its record and goes on. `came_back`: own entries that peers gave back, under the
/// numbers they had. `given_up`: origins of logs that may have had more than is held; what stood there is lost for
/// good, and the officers in `by` and `second` have answered for that. `main_published`: entries of `main` that had
/// been published, as far as is known; signed again from `main_held` on.
struct NodeRecovered {
  static constexpr std::string_view kType = "node.recovered";
  static constexpr Audience kAudience = Audience::kMembers;
  std::uint64_t came_back = 0;
  std::vector<std::string> given_up;
  std::uint64_t main_held = 0;
  std::uint64_t main_published = 0;
  std::string text;
  static constexpr auto fields() {
    return field_list(field("came_back", &NodeRecovered::came_back), field("given_up", &NodeRecovered::given_up),
                      field("main_held", &NodeRecovered::main_held),
                      field("main_published", &NodeRecovered::main_published), field("text", &NodeRecovered::text));
  }
  friend bool operator==(const NodeRecovered&, const NodeRecovered&) = default;
};

/// An alarm for an officer that no other entry bears: OVERDUE-IN-ZONE, an emergency revoke read, a skewed peer.
struct Alarm {
  static constexpr std::string_view kType = "alarm";
  static constexpr Audience kAudience = Audience::kOwn;
  EntryHash about;
  std::string kind;
  std::string text;
  static constexpr auto fields() {
    return field_list(field("about", &Alarm::about), field("kind", &Alarm::kind), field("text", &Alarm::text));
  }
  friend bool operator==(const Alarm&, const Alarm&) = default;
};

}  // namespace tansiq::coordination
