#include "sim/check_nodes.h"

#include <fmt/format.h>

#include "sim/check_legs.h"
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
    bool known = false;
    for (const auto& [other, reader] : world_.nodes()) {
      const auto held = reader->mirrors().find({id, LogName::Kind::kMembers, {}});
      known = known || (held != reader->mirrors().end() && held->second.pinned());
    }
    if (!known) found(fmt::format("{} has shown two logs, and nobody has noticed", id.str()));
  }
}

void Canary::on_record(const AuthorityId& at, const Record& record) {
  constexpr std::size_t kLength = kCanary.size() + 5;
  for (std::size_t i = record.line.find(kCanary); i != std::string::npos; i = record.line.find(kCanary, i + 1)) {
    const std::string call_sign = record.line.substr(i, kLength);
    if (world_.may_know(call_sign).contains(at)) continue;
    // Its home told this one: then it is home's to tell.
    const bool told = record.log.kind == LogName::Kind::kPair && record.log.reader == at &&
                      world_.may_know(call_sign).contains(record.log.author) &&
                      (record.line.find("\"type\":\"leg.request\"") != std::string::npos ||
                       record.line.find("\"type\":\"leg.notice\"") != std::string::npos);
    if (told) {
      world_.may_know(call_sign).insert(at);
      continue;
    }
    found(fmt::format("{} reads of {} in a record of {}: {}", at.str(), call_sign, record.log.author.str(),
                      record.line.substr(0, 400)));
    return;
  }
}

void Convergence::at_end() {
  for (const auto& [id, node] : world_.nodes()) {
    if (world_.liars().contains(id)) continue;
    flights_and_legs(*node);
    for (const auto& [other_id, other] : world_.nodes()) {
      if (other_id == id || world_.liars().contains(other_id)) continue;
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
    if (!leg.live() || world_.liars().contains(leg.home)) continue;
    return found(fmt::format("at {}, flight {} of {} in {} is still {}", node.self().str(), leg.flight.str(),
                             leg.home.str(), leg.zone.str(), to_text(leg.state)));
  }
}

void Convergence::relations(Node& node, Node& other) {
  for (const auto& [edge, standing] : node.coalition().relations().edges()) {
    if (world_.liars().contains(edge.from) || world_.liars().contains(edge.to)) continue;
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
  out.push_back(std::make_unique<Canary>(world, findings));
  out.push_back(std::make_unique<Convergence>(world, findings));
  // Where one is on trial, the others do not speak first.
  const std::string& expect = world.options().expect;
  if (!expect.empty()) std::erase_if(out, [&](const auto& checker) { return checker->name() != expect; });
  return out;
}

}  // namespace tansiq::sim
