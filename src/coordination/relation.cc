#include "coordination/relation.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/invariant.h"
#include "coordination/plant.h"

namespace tansiq::coordination {
namespace {

/// Whether the proposals are for the same agreements and quote the same freezes: all that may then differ is the level.
bool same_name(const std::vector<ProposedEdge>& a, const std::vector<ProposedEdge>& b) {
  if (a.size() != b.size()) return false;
  return std::ranges::all_of(a, [&](const ProposedEdge& of_a) {
    return std::ranges::any_of(b, [&](const ProposedEdge& of_b) {
      return of_a.edge == of_b.edge && of_a.number == of_b.number && of_a.freezes_from == of_b.freezes_from &&
             of_a.freezes_to == of_b.freezes_to;
    });
  });
}

std::vector<EdgeLevel> levels_of(const std::vector<FrozenEdge>& edges) {
  std::vector<EdgeLevel> out;
  for (const FrozenEdge& of : edges) out.push_back({.edge = of.edge, .level = of.cap});
  return out;
}
std::vector<EdgeLevel> levels_of(const std::vector<ProposedEdge>& edges) {
  std::vector<EdgeLevel> out;
  for (const ProposedEdge& of : edges) out.push_back({.edge = of.edge, .level = of.level});
  return out;
}

bool among(const std::vector<EntryHash>& list, const EntryHash& hash) {
  return std::ranges::find(list, hash) != list.end();
}

Oddity odd(std::string text, bool alarm = false) { return {.text = std::move(text), .alarm = alarm}; }

/// Appends to a list that forgets its oldest beyond `most`; what was forgotten, if anything.
std::optional<EntryHash> remember(std::vector<EntryHash>& list, const EntryHash& hash, std::size_t most) {
  list.push_back(hash);
  if (list.size() <= most) return {};
  const EntryHash oldest = list.front();
  list.erase(list.begin());
  return oldest;
}

}  // namespace

// Freezes of one side
// ------------------------------------------------------------------------------------------------------------

Freezes::Noted Freezes::note(const FreezeMark& mark) {
  const auto at = std::ranges::lower_bound(marks_, mark.counter, {}, &FreezeMark::counter);
  if (at != marks_.end() && at->counter == mark.counter) {
    return at->cap == mark.cap ? Noted::kKnown : Noted::kContradiction;
  }
  // Caps ascend, so the next later mark has the lowest cap of all later ones.
  if (at != marks_.end() && at->cap <= mark.cap) return Noted::kKnown;
  auto first = at;
  while (first != marks_.begin() && std::prev(first)->cap >= mark.cap) --first;
  marks_.insert(marks_.erase(first, at), mark);
  return Noted::kNew;
}

std::int64_t Freezes::cap_above(std::int64_t quoted, std::int64_t level) const {
  const auto first = std::ranges::upper_bound(marks_, quoted, {}, &FreezeMark::counter);
  return first == marks_.end() ? level : std::min(level, first->cap);
}

std::int64_t EdgeStanding::level() const {
  return freezes_to.cap_above(quoted_to, freezes_from.cap_above(quoted_from, agreed));
}

// Questions
// ------------------------------------------------------------------------------------------------------------

Relations::Relations(AuthorityId self, const core::Charter& charter) : self_(std::move(self)) {
  for (const core::Authority& authority : charter.authorities) authorities_.insert(authority.id);
  for (const core::InitialRelation& relation : charter.relations) edges_[relation.edge].agreed = relation.level;
}

void Relations::note_members(const core::Charter& charter) {
  for (const core::Authority& authority : charter.authorities) {
    Membership& of = memberships_.try_emplace(authority.id, Membership{.first = charter.version}).first->second;
    if (of.until < charter.version - 1) of.since = charter.version;
    of.until = charter.version;
  }
}

bool Relations::of_former_days(const AuthorityId& author, const AuthorityId& peer, std::int64_t version) const {
  const auto one = memberships_.find(author);
  const auto other = memberships_.find(peer);
  if (one == memberships_.end() || other == memberships_.end()) return false;
  return std::max(version, one->second.first) < std::max(one->second.since, other->second.since);
}

void Relations::adopt(const core::Charter& charter) {
  note_members(charter);
  authorities_.clear();
  for (const core::Authority& authority : charter.authorities) authorities_.insert(authority.id);
  const auto gone = [&](const AuthorityId& a, const AuthorityId& b) {
    return !authorities_.contains(a) || !authorities_.contains(b);
  };
  std::erase_if(edges_, [&](const auto& of) { return gone(of.first.from, of.first.to); });
  std::erase_if(papers_, [&](const auto& of) { return gone(of.first.author, of.first.peer); });
  std::erase_if(way_of_, [&](const auto& of) { return gone(of.second.author, of.second.peer); });
  for (auto& [edge, standing] : edges_) {
    if (standing.number == 0) standing.agreed = 0;
  }
  for (const core::InitialRelation& relation : charter.relations) {
    EdgeStanding& standing = edges_[relation.edge];
    if (standing.number == 0) standing.agreed = relation.level;
  }
  ++revision_;
}

std::int64_t Relations::level(const Edge& edge) const {
  const auto found = edges_.find(edge);
  return found == edges_.end() ? 0 : found->second.level();
}

EdgeStanding Relations::standing(const Edge& edge) const {
  const auto found = edges_.find(edge);
  return found == edges_.end() ? EdgeStanding{} : found->second;
}

std::vector<const OpenProposal*> Relations::proposals() const {
  std::vector<const OpenProposal*> out;
  for (const auto& [way, papers] : papers_) {
    for (const OpenProposal& proposal : papers.open) out.push_back(&proposal);
  }
  return out;
}

const OpenProposal* Relations::proposal(const EntryHash& hash) const {
  const auto way = way_of_.find(hash);
  if (way == way_of_.end()) return nullptr;
  const std::vector<OpenProposal>& open = papers_.at(way->second).open;
  const auto found = std::ranges::find(open, hash, &OpenProposal::hash);
  EXPECT_INVARIANT(found != open.end());
  return &*found;
}

const Relations::Papers* Relations::papers(const Way& way) const {
  const auto found = papers_.find(way);
  return found == papers_.end() ? nullptr : &found->second;
}

// The fold
// ------------------------------------------------------------------------------------------------------------

std::optional<Oddity> Relations::apply(const Said& said, std::int64_t version) {
  const auto former = [&](const AuthorityId& peer) { return of_former_days(said.author, peer, version); };
  if (const auto* freeze = std::get_if<RelationFreeze>(&said.body)) {
    return former(freeze->peer) ? std::nullopt : apply_freeze(said, *freeze);
  }
  if (const auto* propose = std::get_if<RelationPropose>(&said.body)) {
    return former(propose->peer) ? std::nullopt : apply_propose(said, *propose);
  }
  if (const auto* accept = std::get_if<RelationAccept>(&said.body)) {
    return former(accept->peer) ? std::nullopt : apply_accept(said, *accept);
  }
  return {};
}

std::string Relations::misfit_pair(const AuthorityId& author, const AuthorityId& peer) const {
  for (const AuthorityId* side : {&author, &peer}) {
    if (!authorities_.contains(*side)) return fmt::format("\"{}\" is not an authority of this charter", side->str());
  }
  if (author == peer) return "an authority has no relation with itself: it needs no grant";
  return {};
}

std::string Relations::misfit(const AuthorityId& author, const AuthorityId& peer, const Edge& edge) const {
  if (core::level_max(edge.domain, edge.capability) == 0) {
    return fmt::format("domain {} has no capability \"{}\"", to_text(edge.domain), to_text(edge.capability));
  }
  const bool fits = (edge.from == author && edge.to == peer) || (edge.from == peer && edge.to == author);
  if (!fits) return fmt::format("{}: not between {} and {}", describe(edge), author.str(), peer.str());
  return {};
}

std::string Relations::misfit(const AuthorityId& author, const AuthorityId& peer,
                              std::span<const EdgeLevel> items) const {
  if (std::string why = misfit_pair(author, peer); !why.empty()) return why;
  if (items.empty()) return "it names no relation";
  std::set<Edge> seen;
  for (const EdgeLevel& item : items) {
    if (std::string why = misfit(author, peer, item.edge); !why.empty()) return why;
    if (!seen.insert(item.edge).second) return fmt::format("{} stands in it twice", describe(item.edge));
    const std::int64_t most = core::level_max(item.edge.domain, item.edge.capability);
    if (item.level < 0 || item.level > most) {
      return fmt::format("{}: level {}, but 0 to {} exist", describe(item.edge), item.level, most);
    }
  }
  return {};
}

std::optional<Oddity> Relations::apply_freeze(const Said& said, const RelationFreeze& freeze) {
  if (std::string why = misfit(said.author, freeze.peer, levels_of(freeze.edges)); !why.empty()) {
    return odd("FREEZE: " + why);
  }
  // All or none: look at every edge before any is changed.
  std::vector<std::pair<const Edge*, EdgeStanding>> changed;
  for (const FrozenEdge& item : freeze.edges) {
    if (item.counter < 1) return odd(fmt::format("FREEZE of {}: freezes are counted from 1", describe(item.edge)));
    EdgeStanding after = standing(item.edge);
    Freezes& mine = item.edge.from == said.author ? after.freezes_from : after.freezes_to;
    if (mine.note({.cap = item.cap, .counter = item.counter}) == Freezes::Noted::kContradiction) {
      return odd(fmt::format("FREEZE {} of {} was said before with another cap", item.counter, describe(item.edge)),
                 true);
    }
    changed.emplace_back(&item.edge, std::move(after));
  }
  bool moved = false;
  for (auto& [edge, after] : changed) {
    EdgeStanding& here = edges_[*edge];
    moved = moved || here.level() != after.level();
    here = std::move(after);
  }
  if (moved) ++revision_;
  return {};
}

bool Relations::dead(const std::vector<ProposedEdge>& edges) const {
  return std::ranges::any_of(edges, [&](const ProposedEdge& of) { return of.number <= standing(of.edge).number; });
}

std::optional<Oddity> Relations::apply_propose(const Said& said, const RelationPropose& propose) {
  if (std::string why = misfit(said.author, propose.peer, levels_of(propose.edges)); !why.empty()) {
    return odd("PROPOSE: " + why);
  }
  if (way_of_.contains(said.hash)) return {};
  for (const ProposedEdge& of : propose.edges) {
    if (of.number < 1 || of.freezes_from < 0 || of.freezes_to < 0) {
      return odd(fmt::format("PROPOSE for {}: agreements and freezes are counted from 1", describe(of.edge)));
    }
    if (!involves_self(of.edge)) continue;
    // A side knows its own freezes exactly, and the other cannot be further than one agreement ahead.
    const EdgeStanding here = standing(of.edge);
    const std::int64_t quoted = of.edge.from == self_ ? of.freezes_from : of.freezes_to;
    const std::int64_t made = of.edge.from == self_ ? here.newest_from() : here.newest_to();
    if (quoted > made) {
      return odd(fmt::format("PROPOSE for {} quotes freeze {} of {}, which has made {}", describe(of.edge), quoted,
                             self_.str(), made));
    }
    if (of.number > here.number + 2) {
      return odd(fmt::format("PROPOSE for {} is for agreement {}, but {} is the newest here", describe(of.edge),
                             of.number, here.number));
    }
  }
  const Way way{.author = said.author, .peer = propose.peer};
  if (dead(propose.edges)) {
    // Settled before it was read, or read again: no oddity, and nothing more can come of it.
    if (const auto found = papers_.find(way); found != papers_.end()) std::erase(found->second.waiting, said.hash);
    return {};
  }
  Papers& papers = papers_[way];
  for (const OpenProposal& earlier : papers.open) {
    if (same_name(earlier.edges, propose.edges)) {
      return odd(
          "PROPOSE: a proposal for the same agreement, quoting the same freezes, stands already; it cannot be "
          "replaced",
          true);
    }
  }
  if (papers.open.size() >= kOpenProposalsMax) {
    return odd(fmt::format("PROPOSE: {} proposals of {} to {} are open, and more are not kept", kOpenProposalsMax,
                           said.author.str(), propose.peer.str()));
  }
  papers.open.push_back({.author = said.author,
                         .bundle = propose.bundle,
                         .edges = propose.edges,
                         .hash = said.hash,
                         .peer = propose.peer,
                         .text = propose.text,
                         .time = said.time});
  way_of_.emplace(said.hash, way);
  if (!papers.waiting.empty()) settle(way.author, way.peer);
  return {};
}

std::optional<Oddity> Relations::apply_accept(const Said& said, const RelationAccept& accept) {
  if (planted(Plant::kDeafToAccept) && accept.peer == self_) return {};
  if (std::string why = misfit_pair(said.author, accept.peer); !why.empty()) return odd("ACCEPT: " + why);
  const Way way{.author = accept.peer, .peer = said.author};
  const auto known = way_of_.find(accept.proposal);
  if (known != way_of_.end() && known->second != way) {
    return odd(fmt::format("ACCEPT: that proposal is of {} to {}, not of {} to {}", known->second.author.str(),
                           known->second.peer.str(), way.author.str(), way.peer.str()));
  }
  const Papers* before = papers(way);
  if (before != nullptr) {
    if (among(before->adopted, accept.proposal) || among(before->waiting, accept.proposal)) return {};
  }
  if (known == way_of_.end() && accept.peer == self_) {
    return odd(
        fmt::format("ACCEPT: no proposal of {} that is open has the hash {}", self_.str(), accept.proposal.hex()));
  }
  std::optional<Oddity> forgotten;
  if (const auto oldest = remember(papers_[way].waiting, accept.proposal, kWaitingAcceptsMax)) {
    forgotten =
        odd(fmt::format("ACCEPT: {} acceptances by {} wait for proposals of {} that were not read; that of {} "
                        "is given up",
                        kWaitingAcceptsMax, way.peer.str(), way.author.str(), oldest->hex()));
  }
  if (known != way_of_.end()) settle(way.author, way.peer);
  return forgotten;
}

void Relations::settle(const AuthorityId& a, const AuthorityId& b) {
  const Way ways[]{{.author = a, .peer = b}, {.author = b, .peer = a}};
  // Each round adopts one of at most 2 × kWaitingAcceptsMax.
  while (adopt_one(ways[0]) || adopt_one(ways[1])) {
    for (const Way& way : ways) bury_dead(way);
  }
}

/// Adopts the first acceptance of which everything before is known.
bool Relations::adopt_one(const Way& way) {
  const auto found = papers_.find(way);
  if (found == papers_.end()) return false;
  Papers& papers = found->second;
  for (auto waiting = papers.waiting.begin(); waiting != papers.waiting.end(); ++waiting) {
    const auto proposal = std::ranges::find(papers.open, *waiting, &OpenProposal::hash);
    if (proposal == papers.open.end()) continue;
    const bool next = std::ranges::all_of(
        proposal->edges, [&](const ProposedEdge& of) { return of.number == standing(of.edge).number + 1; });
    if (!next) continue;
    bool moved = false;
    for (const ProposedEdge& of : proposal->edges) {
      EdgeStanding& here = edges_[of.edge];
      const std::int64_t level = here.level();
      here.agreed = of.level;
      here.number = of.number;
      here.quoted_from = of.freezes_from;
      here.quoted_to = of.freezes_to;
      moved = moved || here.level() != level;
    }
    if (moved) ++revision_;
    remember(papers.adopted, *waiting, kAdoptedKeptMax);
    papers.waiting.erase(waiting);
    return true;
  }
  return false;
}

void Relations::bury_dead(const Way& way) {
  const auto found = papers_.find(way);
  if (found == papers_.end()) return;
  Papers& papers = found->second;
  std::erase_if(papers.open, [&](const OpenProposal& proposal) {
    if (!dead(proposal.edges)) return false;
    way_of_.erase(proposal.hash);
    std::erase(papers.waiting, proposal.hash);
    return true;
  });
}

}  // namespace tansiq::coordination
