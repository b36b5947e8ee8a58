// What an officer may do to relations, and what to tell him when he may not.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "coordination/relation.h"

namespace tansiq::coordination {
namespace {

constexpr std::array<std::string_view, 5> kDisclosureNames{"none", "busy", "coarse", "full", "live"};

}  // namespace

std::string describe(const Edge& edge) {
  return fmt::format("{} {} from {} to {}", to_text(edge.domain), to_text(edge.capability), edge.from.str(),
                     edge.to.str());
}

std::string level_text(Capability capability, std::int64_t level) {
  if (capability == Capability::kDisclosure && level >= 0 && level < std::int64_t{kDisclosureNames.size()}) {
    return fmt::format("{} at {} ({})", to_text(capability), kDisclosureNames[static_cast<std::size_t>(level)], level);
  }
  return fmt::format("{} at {}", to_text(capability), level);
}

Status Relations::may_use(const Edge& edge, std::int64_t wanted) const {
  const EdgeStanding here = standing(edge);
  const std::int64_t in_force = here.level();
  if (wanted <= in_force && wanted > 0) return {};
  if (!authorities_.contains(edge.from) || !authorities_.contains(edge.to) || edge.from == edge.to ||
      core::level_max(edge.domain, edge.capability) == 0) {
    return fail(ErrorCode::kForbidden,
                fmt::format("there is no relation {}: what is unknown is refused", describe(edge)));
  }
  const std::int64_t most = core::level_max(edge.domain, edge.capability);
  if (wanted < 1 || wanted > most) {
    return fail(ErrorCode::kForbidden,
                fmt::format("{}: nothing is used at level {}, only at 1 to {}", describe(edge), wanted, most));
  }
  std::string why;
  if (in_force == here.agreed) {
    why = here.number == 0 ? "the charter grants no more" : fmt::format("agreement {} grants no more", here.number);
  } else {
    const bool by_from = here.freezes_from.cap_above(here.quoted_from, here.agreed) == in_force;
    why = fmt::format("{} has frozen it; agreed is {}", by_from ? edge.from.str() : edge.to.str(), here.agreed);
  }
  return fail(ErrorCode::kForbidden, fmt::format("{} is needed, but {} is in force: {} ({})",
                                                 level_text(edge.capability, wanted), in_force, why, describe(edge)));
}

Status Relations::check_items(const AuthorityId& peer, std::span<const EdgeLevel> items, std::string_view text) const {
  if (!authorities_.contains(peer)) {
    return fail(ErrorCode::kNotFound, fmt::format("\"{}\" is not an authority of this charter", peer.str()), "peer");
  }
  if (std::string why = misfit(self_, peer, items); !why.empty()) return fail(ErrorCode::kInvalid, std::move(why));
  return core::check_label(text, core::kTextBytesMax, "text");
}

Result<Body> Relations::freeze(const AuthorityId& peer, std::span<const EdgeLevel> items, std::string_view text) const {
  TRY_VOID(check_items(peer, items, text));
  RelationFreeze out{.edges = {}, .peer = peer, .text = std::string(text)};
  for (const EdgeLevel& item : items) {
    const EdgeStanding here = standing(item.edge);
    const std::int64_t in_force = here.level();
    if (item.level >= in_force) {
      return fail(ErrorCode::kWrongState,
                  in_force == 0 ? fmt::format("{} is at 0 already: there is nothing to freeze", describe(item.edge))
                                : fmt::format("{} is at {}: a freeze lowers it, to {} or less; to widen, propose",
                                              describe(item.edge), in_force, in_force - 1));
    }
    const std::int64_t newest = item.edge.from == self_ ? here.newest_from() : here.newest_to();
    out.edges.push_back({.cap = item.level, .counter = newest + 1, .edge = item.edge});
  }
  return Body(std::move(out));
}

bool Relations::counter_moved(const OpenProposal& proposal) const {
  return std::ranges::any_of(proposal.edges, [&](const ProposedEdge& of) {
    const EdgeStanding here = standing(of.edge);
    return of.freezes_from != here.newest_from() || of.freezes_to != here.newest_to();
  });
}

/// The guards of one edge, against what we have proposed before and what can still be accepted.
Status Relations::may_propose(const Papers& own, const EdgeLevel& item) const {
  const EdgeStanding here = standing(item.edge);
  const bool grants = item.edge.from == self_;
  for (const OpenProposal& earlier : own.open) {
    const auto same = std::ranges::find(earlier.edges, item.edge, &ProposedEdge::edge);
    if (same == earlier.edges.end()) continue;
    if (!counter_moved(earlier)) {
      return fail(
          ErrorCode::kConflict,
          fmt::format("{}: our proposal of level {} for agreement {} is unanswered, and nobody has frozen since; "
                      "{} may still accept it (to withdraw it, freeze)",
                      describe(item.edge), same->level, same->number, earlier.peer.str()));
    }
    const bool frozen_since = grants ? same->freezes_from != here.newest_from() : same->freezes_to != here.newest_to();
    if (!frozen_since && item.level < same->level) {
      return fail(
          ErrorCode::kConflict,
          fmt::format("{}: level {} is below the {} that we proposed for agreement {}, and {} may still accept "
                      "that; propose {} or more, or freeze first",
                      describe(item.edge), item.level, same->level, same->number, earlier.peer.str(), same->level));
    }
  }
  return {};
}

Result<Body> Relations::propose(const AuthorityId& peer, std::span<const EdgeLevel> items, std::string_view bundle,
                                std::string_view text) const {
  TRY_VOID(check_items(peer, items, text));
  TRY_VOID(core::check_label(bundle, core::kNameBytesMax, "bundle"));
  static const Papers kNone;
  const Papers* own = papers({.author = self_, .peer = peer});
  if (own == nullptr) own = &kNone;
  if (own->open.size() >= kOpenProposalsMax) {
    return fail(ErrorCode::kTooMuchWork,
                fmt::format("{} proposals to {} are open: wait for an answer", kOpenProposalsMax, peer.str()));
  }
  RelationPropose out{.bundle = std::string(bundle), .edges = {}, .peer = peer, .text = std::string(text)};
  for (const EdgeLevel& item : items) {
    const EdgeStanding here = standing(item.edge);
    if (item.level <= here.level()) {
      return fail(ErrorCode::kWrongState,
                  fmt::format("{} is at {} already: a proposal widens; to narrow, freeze (no agreement is needed)",
                              describe(item.edge), here.level()));
    }
    TRY_VOID(may_propose(*own, item));
    out.edges.push_back({.edge = item.edge,
                         .freezes_from = here.newest_from(),
                         .freezes_to = here.newest_to(),
                         .level = item.level,
                         .number = here.number + 1});
  }
  return Body(std::move(out));
}

Status Relations::may_accept(const OpenProposal& proposal, const ProposedEdge& of) const {
  const EdgeStanding here = standing(of.edge);
  const bool grants = of.edge.from == self_;
  const std::string name = describe(of.edge);
  const std::string& peer = proposal.author.str();
  if (of.number != here.number + 1) {
    return fail(ErrorCode::kWrongState, fmt::format("{}: it follows agreement {}, but {} is the newest read here: wait",
                                                    name, of.number - 1, here.number));
  }
  const std::int64_t own_quoted = grants ? of.freezes_from : of.freezes_to;
  const std::int64_t own_newest = grants ? here.newest_from() : here.newest_to();
  if (own_quoted != own_newest) {
    return fail(ErrorCode::kVersionMismatch,
                fmt::format("{}: {} made it before it had read our freeze {}; it has to be proposed again", name, peer,
                            own_newest));
  }
  const std::int64_t peer_quoted = grants ? of.freezes_to : of.freezes_from;
  const std::int64_t peer_newest = grants ? here.newest_to() : here.newest_from();
  if (peer_quoted < peer_newest) {
    return fail(ErrorCode::kVersionMismatch,
                fmt::format("{}: {} has frozen since ({} is its newest freeze); it has to be proposed again", name,
                            peer, peer_newest));
  }
  if (peer_quoted > peer_newest) {
    return fail(
        ErrorCode::kWrongState,
        fmt::format("{}: it covers freeze {} of {}, which has not been read here yet: wait", name, peer_quoted, peer));
  }
  // Of two crossing proposals the one of the lower id stands.
  if (self_ > proposal.author) return {};
  const Papers* own = papers({.author = self_, .peer = proposal.author});
  if (own == nullptr) return {};
  for (const OpenProposal& ours : own->open) {
    if (std::ranges::find(ours.edges, of.edge, &ProposedEdge::edge) == ours.edges.end()) continue;
    return fail(ErrorCode::kConflict,
                fmt::format("{}: we have proposed agreement {} too, and of two crossing proposals that of {} stands; "
                            "{} accepts ours, or we propose again once a freeze has been read",
                            name, of.number, self_.str(), peer));
  }
  return {};
}

Result<Body> Relations::accept(const EntryHash& hash) const {
  const OpenProposal* found = proposal(hash);
  if (found == nullptr) {
    return fail(ErrorCode::kNotFound,
                "no open proposal has this hash: it has not been read here yet, or another agreement took its place");
  }
  if (found->author == self_) {
    return fail(ErrorCode::kWrongState,
                fmt::format("this proposal is our own: it needs the key of {}", found->peer.str()));
  }
  if (found->peer != self_) {
    return fail(ErrorCode::kWrongState,
                fmt::format("this proposal is to {}, which alone may accept it", found->peer.str()));
  }
  for (const ProposedEdge& of : found->edges) TRY_VOID(may_accept(*found, of));
  return Body(RelationAccept{.peer = found->author, .proposal = hash});
}

}  // namespace tansiq::coordination
