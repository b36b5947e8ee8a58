#include "coordination/caveat_desk.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/limits.h"
#include "coordination/lists.h"
#include "coordination/plant.h"

namespace tansiq::coordination {
namespace {

std::string who_and_when(const CaveatMeet& meet) {
  std::string out =
      fmt::format("{} from {} to {}", meet.manager.str(), format_utc(meet.window.start), format_utc(meet.window.end));
  if (meet.told_by) out += fmt::format(", as {} has told", meet.told_by->str());
  return out;
}

}  // namespace

CaveatDesk::CaveatDesk(AuthorityId self, const core::Charter& charter, const RelationView& relations,
                       const PlannedTraffic& planned, const KnownTraffic& known)
    : self_(std::move(self)), charter_(charter), relations_(relations), planned_(planned), known_(known) {}

// The fold ------------------------------------------------------------------------------------------------------------

std::optional<Oddity> CaveatDesk::apply(const Said& said) {
  return std::visit([&](const auto& body) { return hear(said, body); }, said.body);
}

void CaveatDesk::forget(const CaveatId& id) {
  std::erase_if(meetings_, [&](const auto& row) { return row.first.first == id; });
  std::erase_if(told_, [&](const auto& row) { return std::get<1>(row.first) == id; });
}

CaveatDesk::Maybe CaveatDesk::hear(const Said& said, const CaveatSet& body) {
  if (said.author != self_) return {};
  CaveatStanding& standing = caveats_[body.caveat];
  if (standing.set == said.hash) return {};
  // What was accepted was accepted under another rule.
  forget(body.caveat);
  standing.caveat = body.caveat;
  standing.rule = body.rule;
  standing.set = said.hash;
  standing.text = body.text;
  all_dirty_ = deposits_due_ = true;
  return {};
}

CaveatDesk::Maybe CaveatDesk::hear(const Said& said, const CaveatCleared& body) {
  const auto at = caveats_.find(body.caveat);
  if (said.author != self_ || at == caveats_.end()) return {};
  for (const CaveatDeposit& deposit : at->second.deposits) withdrawals_.insert({body.caveat, deposit.to});
  caveats_.erase(at);
  forget(body.caveat);
  deposits_due_ = true;
  return {};
}

CaveatDesk::Maybe CaveatDesk::hear(const Said& said, const CaveatMet& body) {
  if (said.author != self_ || !caveats_.contains(body.caveat)) return {};
  const Key key{body.caveat, party_of(body)};
  if (body.meets.empty()) {
    meetings_.erase(key);
    return {};
  }
  CaveatMeeting& meeting = meetings_[key];
  meeting.body = body;
  meeting.met = said.hash;
  std::erase_if(meeting.accepted, [&](const CaveatMeet& row) { return !contains(body.meets, row); });
  return {};
}

CaveatDesk::Maybe CaveatDesk::hear(const Said& said, const CaveatOverridden& body) {
  if (said.author != self_) return {};
  for (auto& [key, meeting] : meetings_) {
    if (!contains(body.met, meeting.met)) continue;
    meeting.accepted = meeting.body.meets;
    meeting.text = body.text;
  }
  return {};
}

CaveatDesk::Maybe CaveatDesk::hear(const Said& said, const CaveatDeposited& body) {
  const auto at = caveats_.find(body.caveat);
  if (said.author != self_ || at == caveats_.end()) return {};
  std::vector<CaveatDeposit>& deposits = at->second.deposits;
  auto one = std::ranges::find(deposits, body.to, &CaveatDeposit::to);
  if (one == deposits.end())
    one = deposits.insert(deposits.end(), CaveatDeposit{.deposit = {}, .set = {}, .to = body.to});
  one->deposit = said.hash;
  one->set = at->second.set;
  // A sequencer reports anew on a new deposit.
  std::erase_if(told_,
                [&](const auto& row) { return row.second.by == body.to && row.second.body.caveat == body.caveat; });
  all_dirty_ = true;
  return {};
}

CaveatDesk::Maybe CaveatDesk::hear(const Said& said, const CaveatWithdrawn& body) {
  if (said.author != self_) return {};
  withdrawals_.erase({body.caveat, body.to});
  const auto at = caveats_.find(body.caveat);
  if (at == caveats_.end()) return {};
  std::erase_if(at->second.deposits, [&](const CaveatDeposit& deposit) { return deposit.to == body.to; });
  std::erase_if(told_,
                [&](const auto& row) { return row.second.by == body.to && row.second.body.caveat == body.caveat; });
  all_dirty_ = true;
  return {};
}

/// What a report answers must stand: one that crossed a withdrawal or a newer deposit says nothing any more.
CaveatDesk::Maybe CaveatDesk::hear(const Said& said, const CaveatReport& body) {
  if (said.author == self_ || body.to != self_) return {};
  // Its rows come to stand in an entry of ours.
  const auto fits = [](const CaveatMeet& row) {
    return row.name.size() <= kIdBytesMax && row.name.find_first_of("\"\\") == std::string::npos;
  };
  if (body.meets.size() > kCaveatMeetsMax || !std::ranges::all_of(body.meets, fits) ||
      body.flight.has_value() == body.intent.has_value()) {
    return Oddity{
        "a report of a caveat names one flight or intent, and at most 64 names of 64 bytes without quotation marks",
        true};
  }
  const auto at = caveats_.find(body.caveat);
  if (at == caveats_.end()) return {};
  const bool answers = std::ranges::any_of(at->second.deposits, [&](const CaveatDeposit& deposit) {
    return deposit.to == said.author && deposit.deposit == body.deposit;
  });
  if (!answers) return {};
  const ToldKey key{said.author, body.caveat, party_of(body)};
  if (body.meets.empty()) {
    told_.erase(key);
  } else {
    const auto from = std::ranges::count_if(told_, [&](const auto& row) { return row.second.by == said.author; });
    if (!told_.contains(key) && from >= static_cast<std::ptrdiff_t>(kCaveatReportsMax)) {
      return Oddity{fmt::format("more than {} reports of caveats stand", kCaveatReportsMax), true};
    }
    told_[key] = {.body = body, .by = said.author};
  }
  dirty_.insert({body.caveat, whole(party_of(body))});
  return {};
}

// Live ----------------------------------------------------------------------------------------------------------------

std::optional<Body> CaveatDesk::next(UtcMs now) {
  if (caveats_.empty() && withdrawals_.empty()) {
    changes_.clear();
    dirty_.clear();
    touched_.clear();
    all_dirty_ = true;
    return {};
  }
  if (deposits_due_) {
    if (auto body = keep_deposits()) return body;
    deposits_due_ = false;
  }
  sort_out(now);
  while (!dirty_.empty()) {
    const auto first = dirty_.extract(dirty_.begin());
    if (auto body = news(first.value())) return body;
  }
  return {};
}

std::optional<UtcMs> CaveatDesk::next_timer() const {
  if (caveats_.empty() && withdrawals_.empty()) return {};
  if (all_dirty_ || deposits_due_ || !changes_.empty() || !dirty_.empty() || !touched_.empty()) return kUtcMin;
  return {};
}

std::optional<Body> CaveatDesk::keep_deposits() {
  if (!withdrawals_.empty()) {
    return CaveatWithdrawn{.caveat = withdrawals_.begin()->first, .to = withdrawals_.begin()->second};
  }
  for (const auto& [id, standing] : caveats_) {
    for (const CaveatDeposit& deposit : standing.deposits) {
      if (deposit.set == standing.set) continue;
      return CaveatDeposited{.caveat = id, .rule = standing.rule, .to = deposit.to};
    }
  }
  return {};
}

void CaveatDesk::changed(const TrafficChange& change) {
  if (caveats_.empty() || all_dirty_) return;
  const bool ours = change.party.home == self_;
  const bool theirs = std::ranges::any_of(caveats_, [&](const auto& row) {
    return row.second.rule.domain == change.domain && belongs_to(change.manager, change.principal, row.second.rule.of);
  });
  if (ours) touched_.insert(whole(change.party));
  if (!theirs) return;
  changes_.push_back(change);
  if (changes_.size() < kTrafficChangesMax) return;
  changes_.clear();
  all_dirty_ = true;
}

void CaveatDesk::mark_all(const UseParty& party) {
  for (const auto& [id, standing] : caveats_) dirty_.insert({id, party});
}

/// Puts one of ours where it is now in `ours_`, or takes it out.
void CaveatDesk::place(const UseParty& party, const std::optional<PlannedUse>& use) {
  const auto known = placed_.find(party);
  if (known != placed_.end()) {
    for (const geo::VolumeIndex::Handle handle : known->second.volumes) ours_.remove(handle);
    parties_.erase(known->second.tag);
    placed_.erase(known);
  }
  if (!use) return;
  Placed placed{.name = name_of(*use), .volumes = {}, .tag = next_tag_++};
  for (const PlannedUse::Part& part : use->parts) {
    for (const geo::Volume4d& volume : *part.volumes) {
      if (const auto one = geo::prepare(volume)) placed.volumes.push_back(ours_.insert(*one, placed.tag));
    }
  }
  parties_[placed.tag] = party;
  placed_[party] = std::move(placed);
}

/// Much happens to a flight that leaves its volumes what they were.
void CaveatDesk::sort_out_ours() {
  for (const UseParty& party : std::exchange(touched_, {})) {
    const auto use = planned_.find(self_, party);
    const auto known = placed_.find(party);
    if (use ? known != placed_.end() && known->second.name == name_of(*use) : known == placed_.end()) continue;
    place(party, use);
    mark_all(party);
  }
}

void CaveatDesk::sort_out_all() {
  ours_ = geo::VolumeIndex();
  placed_.clear();
  parties_.clear();
  touched_.clear();
  changes_.clear();
  for (const UseParty& party : planned_.all(self_)) {
    place(party, planned_.find(self_, party));
    mark_all(party);
  }
  for (const auto& [key, told] : told_) dirty_.insert({std::get<1>(key), whole(party_of(told.body))});
  for (const auto& [key, meeting] : meetings_) dirty_.insert(key);
  all_dirty_ = false;
}

/// Which of ours a caveat keeps away from these, by the predicate by which they are compared.
void CaveatDesk::look_near(const CaveatStanding& standing, const std::vector<geo::PreparedVolume>& theirs) {
  std::vector<geo::VolumeIndex::Hit> hits;
  for (geo::PreparedVolume volume : theirs) {
    if (!standing.rule.vertical_cm) volume.band = {};
    if (!ours_.find_conflicts(volume, standing.rule.minima(), kCandidatesMax, hits)) {
      for (const auto& [party, placed] : placed_) dirty_.insert({standing.caveat, party});
      return;
    }
  }
  for (const geo::VolumeIndex::Hit& hit : hits) dirty_.insert({standing.caveat, parties_.at(hit.tag)});
}

/// What has gone is found where it was met. What met it then lists it by its name, since nothing is met unsaid; but for
/// rows that stand for several. What has gone with time alone, as a notice does, is found by its window.
void CaveatDesk::look_where_met(const CaveatId& id, const TrafficChange& change, UtcMs now) {
  const auto may_be_gone = [&](const CaveatMeet& row) {
    return row.window.end <= now || contains(*change.gone, row.name);
  };
  for (auto met = meetings_.lower_bound({id, UseParty()}); met != meetings_.end() && met->first.first == id; ++met) {
    const std::vector<CaveatMeet>& rows = met->second.body.meets;
    const bool several =
        rows.size() >= kCaveatMeetsMax || std::ranges::find(rows, kCaveatTooMany, &CaveatMeet::name) != rows.end();
    if (!change.gone || several || std::ranges::any_of(rows, may_be_gone)) dirty_.insert(met->first);
  }
}

/// Finds which of ours each change may concern.
void CaveatDesk::sort_out(UtcMs now) {
  if (all_dirty_) return sort_out_all();
  sort_out_ours();
  for (const TrafficChange& change : std::exchange(changes_, {})) {
    std::vector<geo::PreparedVolume> theirs;
    for (const geo::Volume4d& volume : change.volumes) {
      if (auto one = geo::prepare(volume)) theirs.push_back(std::move(*one));
    }
    // Space that is newly booked takes nothing away.
    const bool more_only = change.party.request && !change.volumes.empty();
    for (const auto& [id, standing] : caveats_) {
      if (standing.rule.domain != change.domain || !belongs_to(change.manager, change.principal, standing.rule.of)) {
        continue;
      }
      look_near(standing, theirs);
      if (!more_only) look_where_met(id, change, now);
    }
  }
}

std::optional<Body> CaveatDesk::news(const Key& key) const {
  const auto& [id, party] = key;
  const auto standing = caveats_.find(id);
  if (standing == caveats_.end()) return {};
  const auto use = party.home == self_ ? planned_.find(self_, party) : std::nullopt;
  CaveatMet body{.caveat = id, .flight = party.flight, .home = party.home, .intent = party.intent, .meets = {}};
  body.meets = meets_now(standing->second, party, use);
  const auto logged = meetings_.find(key);
  const std::vector<CaveatMeet> none;
  const std::vector<CaveatMeet>& told = logged == meetings_.end() ? none : logged->second.body.meets;
  // What has gone while something is left is no news: it leaves with the next entry.
  const bool more = std::ranges::any_of(body.meets, [&](const CaveatMeet& row) { return !contains(told, row); });
  if (more || (body.meets.empty() && !told.empty())) return body;
  return {};
}

std::vector<CaveatMeet> CaveatDesk::meets_now(const CaveatStanding& caveat, const UseParty& party,
                                              const std::optional<PlannedUse>& use) const {
  std::vector<CaveatMeet> out;
  if (use) {
    out = meets_of(caveat.rule, *use, known_, false);
  } else if (party.home == self_) {
    return out;  // Over.
  }
  for (const auto& [key, told] : told_) {
    if (told.body.caveat != caveat.caveat || whole(party_of(told.body)) != party) continue;
    for (CaveatMeet row : told.body.meets) {
      row.told_by = told.by;
      out.push_back(std::move(row));
    }
  }
  // Whatever is left out would be flown past without an officer's word.
  cut_meets(out, 2 * kCaveatMeetsMax);
  return out;
}

// Acts ----------------------------------------------------------------------------------------------------------------

Result<const CaveatStanding*> CaveatDesk::known(const CaveatId& id) const {
  const auto at = caveats_.find(id);
  if (at == caveats_.end()) return fail(ErrorCode::kNotFound, fmt::format("there is no caveat {} here", id.str()));
  return &at->second;
}

Result<Body> CaveatDesk::set(const CaveatId& id, const CaveatRule& rule, std::string text) const {
  if (id.empty()) return fail(ErrorCode::kInvalid, "a caveat has an id", "caveat");
  if (Status ok = rule.check(); !ok) return std::unexpected(inside(std::move(ok).error(), "rule"));
  if (belongs_to(rule.of, core::Subject::trusted(self_.str()))) {
    return fail(ErrorCode::kInvalid, fmt::format("{} is ourselves: a caveat keeps us away from others", rule.of.str()),
                "rule.of");
  }
  if (!caveats_.contains(id) && caveats_.size() >= kCaveatsMax) {
    return fail(ErrorCode::kTooLarge, fmt::format("there are {} caveats already: clear one first", kCaveatsMax));
  }
  return CaveatSet{.caveat = id, .rule = rule, .text = std::move(text)};
}

Result<Body> CaveatDesk::clear(const CaveatId& id, std::string text) const {
  TRY_VOID(known(id));
  return CaveatCleared{.caveat = id, .text = std::move(text)};
}

bool CaveatDesk::answers(const AuthorityId& sequencer, core::Domain domain) const {
  const RelationDomain of = domain == core::Domain::kAir ? RelationDomain::kAir : RelationDomain::kSea;
  return relations_.level({Capability::kDisclosure, of, sequencer, self_}) >= kCaveatDisclosure;
}

Result<Body> CaveatDesk::deposit(const CaveatId& id, const AuthorityId& with) const {
  const CaveatStanding& standing = *TRY(known(id));
  if (with == self_ || charter_.find_authority(with) == nullptr) {
    return fail(ErrorCode::kInvalid, fmt::format("\"{}\" is no other authority of the charter", with.str()), "with");
  }
  if (!answers(with, standing.rule.domain)) {
    return fail(ErrorCode::kForbidden,
                fmt::format("{} does not show us whose traffic is in its zones, so it could not report: the relation "
                            "`disclosure` from it to us must be at least {} (coarse)",
                            with.str(), kCaveatDisclosure),
                "with");
  }
  return CaveatDeposited{.caveat = id, .rule = standing.rule, .to = with};
}

Result<Body> CaveatDesk::withdraw(const CaveatId& id, const AuthorityId& from) const {
  const CaveatStanding& standing = *TRY(known(id));
  if (std::ranges::find(standing.deposits, from, &CaveatDeposit::to) == standing.deposits.end()) {
    return fail(ErrorCode::kNotFound, fmt::format("caveat {} is not deposited with {}", id.str(), from.str()), "with");
  }
  return CaveatWithdrawn{.caveat = id, .to = from};
}

Result<Body> CaveatDesk::accept(const UseParty& party, std::string text) const {
  if (text.empty()) return fail(ErrorCode::kInvalid, "say why it goes all the same: the reason is recorded", "text");
  CaveatOverridden out{
      .flight = party.flight, .home = party.home, .intent = party.intent, .met = {}, .text = std::move(text)};
  for (const auto& [key, meeting] : meetings_) {
    if (key.second == party && meeting.open()) out.met.push_back(meeting.met);
  }
  if (out.met.empty()) {
    return fail(ErrorCode::kWrongState,
                fmt::format("{} meets no caveat that is not accepted already", party_words(party, self_)));
  }
  return out;
}

// The gate ------------------------------------------------------------------------------------------------------------

Status CaveatDesk::may_go(const UseParty& party) const {
  if (caveats_.empty() || planted(Plant::kDeafToCaveats)) return {};
  const auto use = planned_.find(self_, party);
  if (!use) return {};
  for (const auto& [id, standing] : caveats_) {
    const auto logged = meetings_.find({id, party});
    for (const CaveatMeet& meet : meets_now(standing, party, use)) {
      if (logged != meetings_.end() && contains(logged->second.accepted, meet)) continue;
      return fail(
          ErrorCode::kWrongState,
          fmt::format("{} comes too near to {}; caveat {}: {}. An officer has to accept that first, and say why",
                      party_words(party, self_), who_and_when(meet), id.str(), caveat_words(standing.rule)));
    }
  }
  return {};
}

}  // namespace tansiq::coordination
