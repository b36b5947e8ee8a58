#include "sim/check_nodes.h"

#include <fmt/format.h>

#include "sim/check_caveats.h"
#include "sim/check_charters.h"
#include "sim/check_legs.h"
#include "sim/check_own_use.h"
#include "sim/check_talks.h"
#include "sim/world.h"

namespace tansiq::sim {

using namespace coordination;

void Replay::on_replayed(const AuthorityId& node, std::string_view how, const core::StateHash& live,
                         const core::StateHash& replayed) {
  if (live == replayed) return;
  found(
      fmt::format("the record of {}, replayed {}, leads to another state than the one that wrote it", node.str(), how));
}

void EquivocationFound::at_end() {
  for (const auto& [id, node] : world_.nodes()) {
    if (!node->fork_shown() || world_.charter().authorities.size() < 3) continue;
    // Of who is struck out nobody tells what he has seen, and he tells nobody; afterwards little more may be said.
    if (world_.charters().ever_left(id) || world_.charters().ever_left(node->fork_victim())) continue;
    bool known = false;
    for (const auto& [other, reader] : world_.nodes()) {
      const auto held = reader->mirrors().find({id, LogName::Kind::kMembers, {}});
      known = known || (held != reader->mirrors().end() && held->second.pinned());
    }
    if (!known) found(fmt::format("{} has shown two logs, and nobody has noticed", id.str()));
  }
}

/// What identifies a craft reaches, in requests and notices of legs, those alone to whom home shows its flights whole.
void Canary::look_for_craft(const AuthorityId& at, const Record& record) {
  constexpr std::int64_t kFull = 3;
  constexpr std::size_t kDigits = 9;
  constexpr std::size_t kBefore = kCraftCanary.size() - 3;
  for (std::size_t i = record.line.find(kCraftCanary); i != std::string::npos;
       i = record.line.find(kCraftCanary, i + 1)) {
    const std::set<AuthorityId>& homes = world_.may_know(record.line.substr(i + kBefore, kDigits));
    if (homes.contains(at)) continue;
    const bool told = record.log.kind == LogName::Kind::kPair && record.log.reader == at &&
                      homes.contains(record.log.author) && most_ever(record.log.author, at) >= kFull;
    if (told) continue;
    found(fmt::format("{} reads of craft in a record of {}: {}", at.str(), record.log.author.str(),
                      record.line.substr(0, 400)));
    return;
  }
}

void Canary::on_record(const AuthorityId& at, const Record& record) {
  const std::string_view type = type_of(record.line);
  if (type == "share.revoked") {
    const auto entry = coordination::read_entry(record.line);
    if (const auto* of = entry ? std::get_if<coordination::ShareRevoked>(&entry->body) : nullptr) {
      revoked_[at].insert(of->bodies.begin(), of->bodies.end());
    }
  }
  if (type == "share.rule" || type == "relation.propose") {
    const auto entry = seen_.insert(record.leaf).second ? coordination::read_entry(record.line)
                                                        : Result<coordination::Entry>(fail(ErrorCode::kNotFound, ""));
    if (const auto* of = entry ? std::get_if<coordination::ShareRule>(&entry->body) : nullptr) {
      named_[{record.log.author, of->recipient}].insert(of->onward.begin(), of->onward.end());
    }
    if (const auto* of = entry ? std::get_if<coordination::RelationPropose>(&entry->body) : nullptr) {
      for (const coordination::ProposedEdge& edge : of->edges) {
        if (edge.edge.capability != core::Capability::kDisclosure) continue;
        std::int64_t& most = proposed_[{edge.edge.from, edge.edge.to}];
        most = std::max(most, edge.level);
      }
    }
  }
  look_for_craft(at, record);
  constexpr std::size_t kLength = kCanary.size() + 5;
  for (std::size_t i = record.line.find(kCanary); i != std::string::npos; i = record.line.find(kCanary, i + 1)) {
    const std::string call_sign = record.line.substr(i, kLength);
    if (world_.may_know(call_sign).contains(at)) continue;
    // Its home told this one: then it is home's to tell.
    const bool told = record.log.kind == LogName::Kind::kPair && record.log.reader == at &&
                      world_.may_know(call_sign).contains(record.log.author) &&
                      (type == "leg.request" || type == "leg.notice");
    if (told) {
      world_.may_know(call_sign).insert(at);
      continue;
    }
    found(fmt::format("{} reads of {} in a record of {}: {}", at.str(), call_sign, record.log.author.str(),
                      record.line.substr(0, 400)));
    return;
  }
}

std::int64_t Canary::most_ever(const AuthorityId& from, const AuthorityId& to) const {
  std::int64_t most = 0;
  const coordination::Edge edge{core::Capability::kDisclosure, core::RelationDomain::kAir, from, to};
  for (const core::InitialRelation& relation : world_.charters().ever().relations) {
    if (relation.edge == edge) most = relation.level;
  }
  const auto proposed = proposed_.find({from, to});
  return proposed == proposed_.end() ? most : std::max(most, proposed->second);
}

/// The text of a flight reaches those alone to whom its home shows everything, or whom home named to one of those; and
/// nobody passes on what he has read to be revoked.
void Canary::on_served(const AuthorityId& from, const AuthorityId& to, const log::Hash& hash,
                       const std::string& bytes) {
  constexpr std::int64_t kFull = 3;
  if (revoked_[from].contains(hash))
    found(fmt::format("{} gives {} what it has read to be revoked", from.str(), to.str()));
  const auto content = coordination::open_share(hash, bytes);
  if (!content) return found(fmt::format("{} serves what cannot be opened: {}", from.str(), content.error().text()));
  const bool secret = bytes.find(kCanary) != std::string::npos || bytes.find(kCraftCanary) != std::string::npos;
  const auto named = named_.find({content->from, content->to});
  const bool through = content->to != to;
  if (through && (named == named_.end() || !named->second.contains(to))) {
    found(fmt::format("{} reads of a flight of {} through {}, and was never named", to.str(), content->from.str(),
                      from.str()));
  }
  if (secret && most_ever(content->from, to) < kFull) {
    found(fmt::format("{} reads a call sign or craft of {} that was never shown everything", to.str(),
                      content->from.str()));
  }
}

void Destroyed::at_end() {
  for (const auto& [id, node] : world_.nodes()) {
    if (world_.excused(id)) continue;
    for (const Record& record : node->disk().records()) {
      if (type_of(record.line) != "share.revoked") continue;
      if (world_.excused(record.log.author)) continue;
      const auto entry = coordination::read_entry(record.line);
      const auto* revoked = entry ? std::get_if<coordination::ShareRevoked>(&entry->body) : nullptr;
      if (revoked == nullptr) continue;
      for (const log::Hash& body : revoked->bodies) {
        if (record.log.author != id && node->disk().bodies().contains(body)) {
          found(fmt::format("{} still holds what {} has revoked", id.str(), record.log.author.str()));
        }
      }
    }
  }
}

void Convergence::at_end() {
  for (const auto& [id, node] : world_.nodes()) {
    if (world_.excused(id)) continue;
    flights_and_legs(*node);
    if (world_.behind(id)) continue;
    for (const auto& [other_id, other] : world_.nodes()) {
      if (other_id == id || world_.behind(other_id)) continue;
      relations(*node, *other);
      mirrors(*node, *other);
    }
  }
}

void Convergence::flights_and_legs(Node& node) {
  for (const auto& [id, flight] : node.coalition().flights().flights()) {
    if (flight.ended) continue;
    std::string legs;
    for (const HomeVersion& v : flight.versions) {
      legs += fmt::format(" {}:{}:{}:{}", v.leg, v.zone.str(), to_text(v.state), to_text(v.crew));
    }
    return found(fmt::format("flight {} of {} has not ended:{}{}{}{}{}{}", id.str(), node.self().str(), legs,
                             flight.dropped ? ", dropped" : "", flight.failed ? ", failed" : "",
                             flight.airborne ? ", airborne" : "", flight.landed ? ", landed" : "",
                             flight.change ? ", changing" : ""));
  }
  for (const auto& [request, leg] : node.coalition().legs().versions()) {
    if (!leg.live() || !world_.told_of(node, leg.home, leg.zone)) continue;
    return found(fmt::format("at {}, flight {} of {} in {} is still {}", node.self().str(), leg.flight.str(),
                             leg.home.str(), leg.zone.str(), to_text(leg.state)));
  }
}

void Convergence::relations(Node& node, Node& other) {
  for (const auto& [edge, standing] : node.coalition().relations().edges()) {
    if (world_.behind(edge.from) || world_.behind(edge.to)) continue;
    const EdgeStanding there = other.coalition().relations().standing(edge);
    if (standing.level() == there.level() && standing.number == there.number) continue;
    return found(fmt::format("{}: level {} by agreement {} at {}, level {} by agreement {} at {}", describe(edge),
                             standing.level(), standing.number, node.self().str(), there.level(), there.number,
                             other.self().str()));
  }
}

void Convergence::mirrors(Node& reader, Node& author) {
  for (const LogName& name : {LogName{author.self(), LogName::Kind::kMembers, {}},
                              LogName{author.self(), LogName::Kind::kPair, reader.self()}}) {
    const DurableLog& own = author.disk().log(name);
    const DurableLog& held = reader.disk().log(name);
    if (own.edge.size() == held.edge.size() && own.edge.root() == held.edge.root()) continue;
    return found(fmt::format("{} holds {} of the {} entries of {}", reader.self().str(), held.edge.size(),
                             own.edge.size(), world_.origins().origin(name)));
  }
}

std::vector<std::unique_ptr<Checker>> make_checkers(World& world) {
  std::vector<Finding>& findings = world.findings();
  std::vector<std::unique_ptr<Checker>> out;
  out.push_back(std::make_unique<DoubleConfirmation>(world, findings));
  out.push_back(std::make_unique<UnconfirmedEntry>(world, findings));
  out.push_back(std::make_unique<OneSequencer>(findings));
  out.push_back(std::make_unique<Replay>(findings));
  out.push_back(std::make_unique<EquivocationFound>(world, findings));
  out.push_back(std::make_unique<OwnZones>(world, findings));
  out.push_back(std::make_unique<Holds>(world, findings));
  out.push_back(std::make_unique<Boundary>(world, findings));
  out.push_back(std::make_unique<OwnUse>(world, findings));
  out.push_back(std::make_unique<Canary>(world, findings));
  out.push_back(std::make_unique<Destroyed>(world, findings));
  out.push_back(std::make_unique<CaveatSecret>(world, findings));
  out.push_back(std::make_unique<CaveatGate>(world, findings));
  out.push_back(std::make_unique<OneVersion>(world, findings));
  out.push_back(std::make_unique<Strangers>(world, findings));
  out.push_back(std::make_unique<Removed>(world, findings));
  out.push_back(std::make_unique<Outlived>(world, findings));
  out.push_back(std::make_unique<Convergence>(world, findings));
  out.push_back(std::make_unique<TalkDelivered>(world, findings));
  out.push_back(std::make_unique<TalkEffect>(world, findings));
  out.push_back(std::make_unique<TalkAlarm>(world, findings));
  out.push_back(std::make_unique<TalkQuote>(world, findings));
  out.push_back(std::make_unique<TalkAgree>(world, findings));
  out.push_back(std::make_unique<TalkReused>(world, findings));
  out.push_back(std::make_unique<TalkSecret>(world, findings));
  out.push_back(std::make_unique<TalkIncidents>(world, findings));
  out.push_back(std::make_unique<AnswersByHand>(world, findings));
  // Where one is on trial, the others do not speak first.
  const std::string& expect = world.options().expect;
  if (!expect.empty()) std::erase_if(out, [&](const auto& checker) { return checker->name() != expect; });
  return out;
}

}  // namespace tansiq::sim
