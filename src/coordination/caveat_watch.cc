#include "coordination/caveat_watch.h"

#include <fmt/format.h>

#include <algorithm>

#include "coordination/plant.h"

namespace tansiq::coordination {
namespace {

core::Subject subject_of(const AuthorityId& authority) { return core::Subject::trusted(authority.str()); }

}  // namespace

CaveatWatch::CaveatWatch(AuthorityId self, const RelationView& relations, const PlannedTraffic& planned,
                         const KnownTraffic& known)
    : self_(std::move(self)), relations_(relations), planned_(planned), known_(known) {}

// The fold ------------------------------------------------------------------------------------------------------------

std::optional<Oddity> CaveatWatch::apply(const Said& said) {
  return std::visit([&](const auto& body) { return hear(said, body); }, said.body);
}

void CaveatWatch::forget(const AuthorityId& holder, const CaveatId& caveat) {
  std::erase_if(reports_,
                [&](const auto& row) { return std::get<0>(row.first) == holder && std::get<1>(row.first) == caveat; });
}

CaveatWatch::Maybe CaveatWatch::hear(const Said& said, const CaveatDeposited& body) {
  if (said.author == self_ || body.to != self_) return {};
  const std::pair key{said.author, body.caveat};
  const auto of_holder =
      std::ranges::count_if(deposits_, [&](const auto& row) { return row.first.first == said.author; });
  if (!deposits_.contains(key) && of_holder >= static_cast<std::ptrdiff_t>(kCaveatsMax)) {
    return Oddity{fmt::format("{} has {} caveats deposited here already", said.author.str(), kCaveatsMax), false};
  }
  CaveatWatched& deposit = deposits_[key];
  if (deposit.deposit == said.hash) return {};
  deposit = {.caveat = body.caveat, .deposit = said.hash, .holder = said.author, .rule = body.rule};
  forget(said.author, body.caveat);
  all_dirty_ = true;
  return {};
}

CaveatWatch::Maybe CaveatWatch::hear(const Said& said, const CaveatWithdrawn& body) {
  if (said.author == self_ || body.to != self_) return {};
  deposits_.erase({said.author, body.caveat});
  forget(said.author, body.caveat);
  return {};
}

CaveatWatch::Maybe CaveatWatch::hear(const Said& said, const CaveatReport& body) {
  if (said.author != self_) return {};
  const auto deposit = deposits_.find({body.to, body.caveat});
  if (deposit == deposits_.end() || deposit->second.deposit != body.deposit) return {};
  const ReportKey key{body.to, body.caveat, party_of(body)};
  if (body.meets.empty()) {
    reports_.erase(key);
  } else {
    reports_[key] = {.body = body, .by = self_};
  }
  return {};
}

// Live ----------------------------------------------------------------------------------------------------------------

std::optional<Body> CaveatWatch::next(UtcMs /*now*/) {
  if (deposits_.empty()) {
    changes_.clear();
    dirty_.clear();
    return {};
  }
  // Whom this node may tell is a matter of relations.
  if (relations_seen_ != relations_.revision()) {
    relations_seen_ = relations_.revision();
    all_dirty_ = true;
  }
  sort_out();
  while (!dirty_.empty()) {
    const auto first = dirty_.extract(dirty_.begin());
    if (auto body = news(first.value())) return body;
  }
  return {};
}

std::optional<UtcMs> CaveatWatch::next_timer() const {
  if (deposits_.empty()) return {};
  if (all_dirty_ || !changes_.empty() || !dirty_.empty() || relations_seen_ != relations_.revision()) return kUtcMin;
  return {};
}

void CaveatWatch::changed(const TrafficChange& change) {
  if (deposits_.empty() || all_dirty_) return;
  const bool concerns = std::ranges::any_of(deposits_, [&](const auto& row) {
    const CaveatWatched& deposit = row.second;
    return deposit.rule.domain == change.domain &&
           (belongs_to(change.manager, change.principal, deposit.rule.of) ||
            belongs_to(change.manager, change.principal, subject_of(deposit.holder)));
  });
  if (!concerns) return;
  changes_.push_back(change);
  if (changes_.size() < kTrafficChangesMax) return;
  changes_.clear();
  all_dirty_ = true;
}

/// Finds which uses of holders each change may concern.
void CaveatWatch::sort_out() {
  if (all_dirty_) {
    for (const auto& [key, deposit] : deposits_) {
      for (UseParty& party : planned_.all(deposit.holder)) {
        dirty_.emplace(deposit.holder, deposit.caveat, std::move(party));
      }
    }
    for (const auto& [key, report] : reports_) dirty_.insert(key);
    all_dirty_ = false;
    changes_.clear();
    return;
  }
  for (const TrafficChange& change : changes_) {
    for (const auto& [key, deposit] : deposits_) {
      if (deposit.rule.domain != change.domain) continue;
      if (belongs_to(change.manager, change.principal, subject_of(deposit.holder))) {
        dirty_.emplace(deposit.holder, deposit.caveat, change.party);
      }
      if (belongs_to(change.manager, change.principal, deposit.rule.of)) look_near(deposit, change);
    }
  }
  changes_.clear();
}

/// X has come, moved or gone: uses of the holder's near where it is, and those that have met it.
void CaveatWatch::look_near(const CaveatWatched& deposit, const TrafficChange& change) {
  const ReportKey first{deposit.holder, deposit.caveat, UseParty()};
  for (auto at = reports_.lower_bound(first); at != reports_.end(); ++at) {
    if (std::get<0>(at->first) != deposit.holder || std::get<1>(at->first) != deposit.caveat) break;
    dirty_.insert(at->first);
  }
  for (geo::Volume4d volume : change.volumes) {
    if (!deposit.rule.vertical_cm) volume.band = {};
    const auto found = known_.near(subject_of(deposit.holder), deposit.rule.domain, volume, deposit.rule.minima(),
                                   KnownTraffic::From::kOwnZones);
    if (!found) {
      all_dirty_ = true;
      return;
    }
    for (const KnownUse& use : *found) dirty_.emplace(deposit.holder, deposit.caveat, use.party);
  }
}

bool CaveatWatch::may_tell(const AuthorityId& holder, core::Domain domain) const {
  const RelationDomain of = domain == core::Domain::kAir ? RelationDomain::kAir : RelationDomain::kSea;
  return relations_.level({Capability::kDisclosure, of, self_, holder}) >= kCaveatDisclosure;
}

std::optional<Body> CaveatWatch::news(const ReportKey& key) const {
  const auto& [holder, caveat, party] = key;
  const auto at = deposits_.find({holder, caveat});
  if (at == deposits_.end() || !may_tell(holder, at->second.rule.domain)) return {};
  const CaveatWatched& deposit = at->second;
  CaveatReport body{.caveat = deposit.caveat,
                    .deposit = deposit.deposit,
                    .flight = party.flight,
                    .home = party.home,
                    .intent = party.intent,
                    .meets = {},
                    .request = party.request,
                    .to = holder};
  if (const auto use = planned_.find(holder, party)) body.meets = meets_of(deposit.rule, *use, known_, true);
  const bool other = deposit.rule.of.str() != self_.str();
  if (planted(Plant::kTellCaveat) && other && !body.meets.empty())
    body.to = AuthorityId::trusted(deposit.rule.of.str());
  const auto told = reports_.find(key);
  if (told == reports_.end() ? body.meets.empty() : told->second.body.meets == body.meets) return {};
  return body;
}

}  // namespace tansiq::coordination
