#include "coordination/coalition_traffic.h"

#include <algorithm>

#include "base/limits.h"
#include "coordination/caveat.h"
#include "coordination/own_use.h"
#include "geo/conflict.h"

namespace tansiq::coordination {
namespace {

core::Subject subject_of(const AuthorityId& authority) { return core::Subject::trusted(authority.str()); }

UseParty leg_party(const LegVersion& version) {
  return {.home = version.home, .flight = version.flight, .intent = {}, .request = version.request};
}

/// The legs of a flight that are still ahead, as it stands and as its MODIFY wants them: both count. Boundary legs ask
/// a neighbour for what is flown with another leg.
std::vector<PlannedUse::Part> parts_of(const Flight& flight) {
  std::vector<PlannedUse::Part> out;
  const auto ahead = [&](std::int64_t leg) { return std::ranges::find(flight.left, leg) == flight.left.end(); };
  const auto add = [&](const FlightFiled& filed, std::size_t leg) {
    const auto number = static_cast<std::int64_t>(leg);
    if (ahead(number) && !filed.legs[leg].beside)
      out.push_back({.leg = number, .ours = {}, .volumes = &filed.legs[leg].volumes});
  };
  for (std::size_t leg = 0; leg < flight.plan.legs.size(); ++leg) {
    add(flight.plan, leg);
    const bool moved = flight.change && !flight.change_failed && leg < flight.change->legs.size() &&
                       flight.change->legs[leg].volumes != flight.plan.legs[leg].volumes;
    if (moved) add(*flight.change, leg);
  }
  return out;
}

std::vector<geo::PreparedVolume> prepare_all(const std::vector<geo::Volume4d>& volumes) {
  std::vector<geo::PreparedVolume> out;
  for (const geo::Volume4d& volume : volumes) {
    if (auto one = geo::prepare(volume)) out.push_back(std::move(*one));
  }
  return out;
}

/// What is shown, named so that it is known again when it is shown anew and lies where it did.
EntryHash share_name(const ShareContent& shown) {
  std::string text;
  log::JcsWriter out(text);
  out.begin_array().string(shown.from.str()).string(shown.share.str());
  core::write_volumes(out, shown.volumes);
  out.end_array();
  return log::sha256(text);
}

/// Whether what is shown may be a use that is known better. By name from `full` on; below, nobody can tell more than
/// that it holds the other.
bool may_be(const ShareContent& shown, const KnownUse& use) {
  if (use.party.home != shown.from || !use.party.flight) return false;
  if (shown.source) return source_of(*use.party.flight) == *shown.source;
  const geo::TimeWindow around = window_of(shown.volumes);
  return around.start <= use.window.start && use.window.end <= around.end;
}

}  // namespace

// Planned -------------------------------------------------------------------------------------------------------------

std::optional<PlannedUse> CoalitionTraffic::own_flight(const UseParty& party) const {
  const Flight* flight = flights_.find(*party.flight);
  if (flight == nullptr || flight->ended || flight->landed) return {};
  return PlannedUse{.party = party,
                    .domain = flight->plan.domain,
                    .manager = subject_of(machine_.self()),
                    .principal = flight->plan.principal,
                    .parts = parts_of(*flight)};
}

std::optional<PlannedUse> CoalitionTraffic::leg(const AuthorityId& of, const UseParty& party) const {
  const LegVersion* version = legs_.find(*party.request);
  if (version == nullptr || !version->booked() ||
      !belongs_to(subject_of(version->home), version->principal, subject_of(of))) {
    return {};
  }
  return PlannedUse{.party = party,
                    .domain = version->domain,
                    .manager = subject_of(version->home),
                    .principal = version->principal,
                    .parts = {{.leg = version->leg, .ours = version->request, .volumes = &version->volumes}}};
}

std::optional<PlannedUse> CoalitionTraffic::intent(const AuthorityId& of, const UseParty& party) const {
  const core::Intent* intent = machine_.find_intent(*party.intent);
  if (intent == nullptr || !intent->live() || !belongs_to(intent->manager, subject_of(of))) return {};
  PlannedUse out{.party = party, .domain = intent->domain, .manager = intent->manager, .principal = {}, .parts = {}};
  out.parts.push_back({.leg = 0, .ours = {}, .volumes = &intent->volumes});
  if (!intent->off_nominal.empty()) out.parts.push_back({.leg = 0, .ours = {}, .volumes = &intent->off_nominal});
  return out;
}

std::optional<PlannedUse> CoalitionTraffic::find(const AuthorityId& of, const UseParty& party) const {
  if (party.intent) return party.home == machine_.self() ? intent(of, party) : std::nullopt;
  if (party.request) return leg(of, party);
  if (party.flight && of == machine_.self() && party.home == of) return own_flight(party);
  return {};
}

std::vector<UseParty> CoalitionTraffic::all(const AuthorityId& of) const {
  std::vector<UseParty> out;
  if (of == machine_.self()) {
    for (const auto& [id, flight] : flights_.flights()) {
      if (!flight.ended) out.push_back({.home = of, .flight = id, .intent = {}, .request = {}});
    }
  } else {
    for (const auto& [request, version] : legs_.versions()) {
      if (version.booked() && belongs_to(subject_of(version.home), version.principal, subject_of(of))) {
        out.push_back(leg_party(version));
      }
    }
  }
  core::IntentFilter filter;
  filter.limit = kQueryResultsMax;
  while (true) {
    const auto page = machine_.intents(filter);
    if (!page || page->empty()) break;
    for (const core::Intent* one : *page) {
      filter.after_seq = one->created_seq;
      if (belongs_to(one->manager, subject_of(of))) {
        out.push_back({.home = machine_.self(), .flight = {}, .intent = one->id, .request = {}});
      }
    }
  }
  std::ranges::sort(out);
  return out;
}

/// Preparing takes longer than comparing, and the same ones are compared again and again.
const std::vector<geo::PreparedVolume>& CoalitionTraffic::prepared(const EntryHash& name,
                                                                   const std::vector<geo::Volume4d>& volumes) const {
  const auto at = prepared_.find(name);
  if (at != prepared_.end()) return at->second;
  if (prepared_.size() >= kPreparedMax) prepared_.clear();
  return prepared_[name] = prepare_all(volumes);
}

const std::vector<geo::PreparedVolume>& CoalitionTraffic::prepared(ForOther& of,
                                                                   const std::vector<geo::Volume4d>& volumes) {
  const auto at = std::ranges::find(of.parts, volumes, &ForOther::Part::volumes);
  if (at != of.parts.end()) return at->prepared;
  return of.parts.emplace_back(volumes, prepare_all(volumes)).prepared;
}

std::string CoalitionTraffic::name_of_share(const HoldDesk::Known& known) const {
  const auto at = share_names_.find(known.body);
  if (at != share_names_.end()) return at->second;
  if (share_names_.size() >= kPreparedMax) share_names_.clear();
  return share_names_[known.body] = share_name(*known.content).hex();
}

// Known ---------------------------------------------------------------------------------------------------------------

std::optional<std::string> CoalitionTraffic::touch(const FlightId& id) {
  const Flight* flight = flights_.find(id);
  const auto known = for_others_.find(id);
  std::optional<std::string> was;
  if (known != for_others_.end()) was = known->second.filing.hex();
  if (flight == nullptr || flight->ended || !flight->plan.principal) {
    if (was) for_others_.erase(known);
    return was;
  }
  ForOther& kept = for_others_[id];
  kept.filing = flight->filing;
  const std::vector<PlannedUse::Part> parts = parts_of(*flight);
  std::erase_if(kept.parts, [&](const ForOther::Part& part) {
    return std::ranges::none_of(parts, [&](const PlannedUse::Part& now) { return *now.volumes == part.volumes; });
  });
  return was;
}

void CoalitionTraffic::look_again() {
  for_others_.clear();
  for (const auto& [id, flight] : flights_.flights()) static_cast<void>(touch(id));
}

/// Of what comes near in this node's zones, what is a use of `whom`. Notes which of the flights that this node has
/// `filed` for it are among them.
void CoalitionTraffic::find_here(const core::Subject& whom, const std::vector<core::Machine::Near>& near,
                                 const std::vector<Filed>& filed, std::vector<KnownUse>& out,
                                 std::vector<FlightId>& booked) const {
  const bool by_others =
      std::ranges::any_of(legs_.principals(), [&](const auto& row) { return belongs_to(row.first, whom); });
  for (const core::Machine::Near& one : near) {
    const core::Subject& manager = one.intent->manager;
    const bool itself = belongs_to(manager, whom);
    UseParty party{.home = machine_.self(), .flight = {}, .intent = {}, .request = {}};
    if (one.booking) {
      // For whom it is filed stands in the version.
      const bool ours = !filed.empty() && manager.str() == machine_.self().str();
      if (!itself && !by_others && !ours) continue;
      const auto request = EntryHash::from_hex(one.intent->id.str());
      const LegVersion* version = request ? legs_.find(*request) : nullptr;
      if (version == nullptr) continue;
      if (version->home == machine_.self()) booked.push_back(version->flight);
      if (!belongs_to(manager, version->principal, whom)) continue;
      party = leg_party(*version);
    } else {
      if (!itself) continue;
      party.intent = one.intent->id;
    }
    out.push_back({.manager = manager,
                   .name = one.intent->id.str(),
                   .party = std::move(party),
                   .version = one.intent->version,
                   .window = window_of(one.intent->volumes)});
  }
}

Result<std::vector<KnownUse>> CoalitionTraffic::near(const core::Subject& whom, core::Domain domain,
                                                     const geo::Volume4d& volume, const geo::Minima& minima,
                                                     From from) const {
  // What we file for others, wherever it flies.
  std::vector<Filed> filed;
  for (auto& [id, kept] : for_others_) {
    const Flight* flight = flights_.find(id);
    if (flight->plan.domain == domain && belongs_to(*flight->plan.principal, whom)) filed.push_back({flight, &kept});
  }
  std::vector<KnownUse> out;
  std::vector<FlightId> booked;
  const geo::PreparedVolume asked = TRY(geo::prepare(volume));
  find_here(whom, TRY(machine_.near(asked, minima, domain)), filed, out, booked);
  if (from == From::kEverywhere) TRY_VOID(find_elsewhere(whom, domain, asked, minima, filed, booked, out));
  std::ranges::sort(out, {}, &KnownUse::name);
  const auto repeated = std::ranges::unique(out, {}, &KnownUse::name);
  out.erase(repeated.begin(), repeated.end());
  return out;
}

/// What is only told, what we file for others, what is shown: added to what is known from our own zones.
Status CoalitionTraffic::find_elsewhere(const core::Subject& whom, core::Domain domain,
                                        const geo::PreparedVolume& asked, const geo::Minima& minima,
                                        const std::vector<Filed>& filed, const std::vector<FlightId>& booked,
                                        std::vector<KnownUse>& out) const {
  const auto then = [&](const geo::Volume4d& v) { return geo::times_conflict(asked.window, v.window, minima.time_ms); };
  const auto meets = [&](const std::vector<geo::PreparedVolume>& volumes) {
    return std::ranges::any_of(volumes,
                               [&](const geo::PreparedVolume& other) { return geo::conflict(asked, other, minima); });
  };
  // What is only told: legs in disputed space.
  for (const NotedLeg& noted : legs_.notices()) {
    if (noted.notice.domain != domain || !belongs_to(noted.home, whom) ||
        !std::ranges::any_of(noted.notice.volumes, then) || !meets(prepared(noted.entry, noted.notice.volumes))) {
      continue;
    }
    out.push_back({.manager = subject_of(noted.home),
                   .name = noted.entry.hex(),
                   .party = {.home = noted.home, .flight = noted.notice.flight, .intent = {}, .request = {}},
                   .version = 1,
                   .window = window_of(noted.notice.volumes)});
  }
  for (const auto& [flight, kept] : filed) {
    if (std::ranges::find(booked, flight->plan.flight) != booked.end()) continue;
    for (const PlannedUse::Part& part : parts_of(*flight)) {
      if (!std::ranges::any_of(*part.volumes, then) || !meets(prepared(*kept, *part.volumes))) continue;
      out.push_back({.manager = subject_of(*flight->plan.principal),
                     .name = flight->filing.hex(),
                     .party = {.home = machine_.self(), .flight = flight->plan.flight, .intent = {}, .request = {}},
                     .version = 1,
                     .window = window_of(*part.volumes)});
      break;
    }
  }
  // What is shown. As many as may be uses that are known better are taken to be those: nobody is to accept one meeting
  // twice. What is more than those is somebody else.
  std::vector<char> taken(out.size(), 0);
  for (const HoldDesk::Known& known : TRY(held_.near(AuthorityId::trusted(whom.str()), domain, asked, minima))) {
    const ShareContent* shown = known.content;
    std::size_t same = 0;
    while (same < taken.size() && (taken[same] != 0 || !may_be(*shown, out[same]))) ++same;
    if (same < taken.size()) {
      taken[same] = 1;
      continue;
    }
    out.push_back({.manager = subject_of(shown->from),
                   .name = name_of_share(known),
                   .party = {.home = shown->from, .flight = {}, .intent = {}, .request = {}},
                   .version = 1,
                   .window = window_of(shown->volumes)});
  }
  return {};
}

// Changes -------------------------------------------------------------------------------------------------------------

std::optional<TrafficChange> CoalitionTraffic::of_leg(const EntryHash& request) const {
  const LegVersion* version = legs_.find(request);
  if (version == nullptr) return {};
  TrafficChange out{.party = leg_party(*version),
                    .domain = version->domain,
                    .manager = subject_of(version->home),
                    .principal = version->principal,
                    .volumes = {},
                    .gone = std::vector{request.hex()}};
  if (version->booked()) out.volumes = version->volumes;
  return out;
}

std::optional<TrafficChange> CoalitionTraffic::of_intent(const IntentId& id) const {
  const core::Intent* intent = machine_.find_intent(id);
  if (intent == nullptr) return {};
  TrafficChange out{.party = {.home = machine_.self(), .flight = {}, .intent = id, .request = {}},
                    .domain = intent->domain,
                    .manager = intent->manager,
                    .principal = {},
                    .volumes = {},
                    .gone = std::vector{id.str()}};
  if (!intent->live()) return out;
  out.volumes = intent->volumes;
  out.volumes.insert(out.volumes.end(), intent->off_nominal.begin(), intent->off_nominal.end());
  return out;
}

std::optional<TrafficChange> CoalitionTraffic::of_flight(const FlightId& id, std::optional<std::string> was) const {
  const Flight* flight = flights_.find(id);
  if (flight == nullptr) return {};
  TrafficChange out{.party = {.home = machine_.self(), .flight = id, .intent = {}, .request = {}},
                    .domain = flight->plan.domain,
                    .manager = subject_of(machine_.self()),
                    .principal = flight->plan.principal,
                    .volumes = {},
                    .gone = std::vector<std::string>()};
  if (was) out.gone->push_back(std::move(*was));
  if (flight->ended || !flight->plan.principal) return out;
  for (const PlannedUse::Part& part : parts_of(*flight)) {
    out.volumes.insert(out.volumes.end(), part.volumes->begin(), part.volumes->end());
  }
  return out;
}

}  // namespace tansiq::coordination
