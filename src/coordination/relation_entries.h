// What authorities say about their relations (docs/coordination.md, section 7): freeze by one key, thaw or widen by
// two. Relations are for every member to see; what flows under them is not.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "coordination/leg_entries.h"
#include "coordination/names.h"

namespace tansiq::coordination {

using core::Capability;
using core::Edge;
using core::RelationDomain;

struct FrozenEdge {
  std::int64_t cap = 0;      ///< The level above which nothing is served while this freeze stands.
  std::int64_t counter = 0;  ///< Of this author's freezes of this edge, from 1.
  Edge edge;
  static constexpr auto fields() {
    return field_list(field("cap", &FrozenEdge::cap), field("counter", &FrozenEdge::counter),
                      field("edge", &FrozenEdge::edge));
  }
  friend bool operator==(const FrozenEdge&, const FrozenEdge&) = default;
};
/// FREEZE: at once in force at its author; at the other side when read.
struct RelationFreeze {
  static constexpr std::string_view kType = "relation.freeze";
  static constexpr Audience kAudience = Audience::kMembers;
  std::vector<FrozenEdge> edges;
  AuthorityId peer;
  std::string text;
  static constexpr auto fields() {
    return field_list(field("edges", &RelationFreeze::edges), field("peer", &RelationFreeze::peer),
                      field("text", &RelationFreeze::text));
  }
  friend bool operator==(const RelationFreeze&, const RelationFreeze&) = default;
};

struct ProposedEdge {
  Edge edge;
  std::int64_t freezes_from = 0;  ///< Newest freeze of `edge.from` that the proposer had seen.
  std::int64_t freezes_to = 0;    ///< The same of `edge.to`.
  std::int64_t level = 0;
  std::int64_t number = 0;  ///< k+1: of the agreement that this is to become.
  static constexpr auto fields() {
    return field_list(field("edge", &ProposedEdge::edge), field("freezes_from", &ProposedEdge::freezes_from),
                      field("freezes_to", &ProposedEdge::freezes_to), field("level", &ProposedEdge::level),
                      field("number", &ProposedEdge::number));
  }
  friend bool operator==(const ProposedEdge&, const ProposedEdge&) = default;
};
/// PROPOSE: the first key. No effect yet. `bundle` names the preset it began from, for people.
struct RelationPropose {
  static constexpr std::string_view kType = "relation.propose";
  static constexpr Audience kAudience = Audience::kMembers;
  std::string bundle;
  std::vector<ProposedEdge> edges;
  AuthorityId peer;
  std::string text;
  static constexpr auto fields() {
    return field_list(field("bundle", &RelationPropose::bundle), field("edges", &RelationPropose::edges),
                      field("peer", &RelationPropose::peer), field("text", &RelationPropose::text));
  }
  friend bool operator==(const RelationPropose&, const RelationPropose&) = default;
};
/// ACCEPT: the second key, to exactly the quoted proposal.
struct RelationAccept {
  static constexpr std::string_view kType = "relation.accept";
  static constexpr Audience kAudience = Audience::kMembers;
  AuthorityId peer;
  EntryHash proposal;
  static constexpr auto fields() {
    return field_list(field("peer", &RelationAccept::peer), field("proposal", &RelationAccept::proposal));
  }
  friend bool operator==(const RelationAccept&, const RelationAccept&) = default;
};

}  // namespace tansiq::coordination
