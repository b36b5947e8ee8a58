#include "coordination/incident_desk.h"

#include <fmt/format.h>

#include <algorithm>

#include "coordination/lists.h"
#include "coordination/plant.h"
#include "core/jcs_read.h"

namespace tansiq::coordination {
namespace {

template <class T>
EntryHash content_hash(const AuthorityId& from, const T& of) {
  std::string json;
  log::JcsWriter out(json);
  out.begin_object();
  bool named = false;
  const auto write = [&](const auto& f) {
    // In canonical order.
    if (!std::exchange(named, named || f.name > "from") && named) out.key("from").string(from.str());
    if (f.name != "to") core::detail::write_member(out, f.name, f.of(of));
  };
  T::fields().apply([&](const auto&... f) { (write(f), ...); });
  out.end_object();
  return log::sha256(json);
}

/// What we were told under a name of IncidentKnew; null: not yet.
const EntryHash* told(const Incident& incident, const AuthorityId& author, std::int64_t statement) {
  if (statement == 0) return author == incident.opener && incident.content ? &*incident.content : nullptr;
  const IncidentSide* side = incident.side(author);
  if (side == nullptr || std::cmp_greater(statement, side->statements.size())) return nullptr;
  return &side->statements[static_cast<std::size_t>(statement) - 1].content;
}

std::optional<Oddity> contradiction(const Incident& incident, const IncidentSide& side, const IncidentKnew& knew) {
  const EntryHash* here = told(incident, knew.author, knew.statement);
  if (here == nullptr || *here == knew.content) return {};
  const std::string what = knew.statement == 0 ? "opening" : fmt::format("statement {}", knew.statement);
  return Oddity{fmt::format("incident {}: {} quotes another {} of {} than is known here: compare the two entries",
                            incident.incident.str(), side.party.str(), what, knew.author.str()),
                true};
}

/// Whether what other sides were told of this agrees with what has just been read.
std::optional<Oddity> quoted_otherwise(const Incident& incident, const AuthorityId& author, std::int64_t statement) {
  for (const IncidentSide& side : incident.sides) {
    if (!side.statement) continue;
    for (const IncidentKnew& knew : side.statement->knew) {
      if (knew.author != author || knew.statement != statement) continue;
      if (auto odd = contradiction(incident, side, knew)) return odd;
    }
  }
  return {};
}

}  // namespace

EntryHash content_of(const AuthorityId& from, const IncidentOpened& of) { return content_hash(from, of); }
EntryHash content_of(const AuthorityId& from, const IncidentStated& of) { return content_hash(from, of); }

Status IncidentOpened::check() const {
  if (title.empty()) return fail(ErrorCode::kInvalid, "an incident has a title");
  if (alert && message) return fail(ErrorCode::kInvalid, "an incident is about an alert or a message, not both");
  if (parties.size() < 2 || parties.size() > kIncidentPartiesMax) {
    return fail(ErrorCode::kInvalid, fmt::format("an incident has 2 to {} parties", kIncidentPartiesMax));
  }
  if (std::ranges::adjacent_find(parties, std::greater_equal()) != parties.end()) {
    return fail(ErrorCode::kInvalid, "parties are named once each, in ascending order");
  }
  return {};
}

Status IncidentStated::check() const {
  if (version < 1) return fail(ErrorCode::kInvalid, "versions of a statement are counted from 1");
  if (parts.empty() || parts.size() > kTalkPartsMax) {
    return fail(ErrorCode::kInvalid, fmt::format("a statement has 1 to {} parts", kTalkPartsMax));
  }
  if (held.size() > kIncidentHeldMax) {
    return fail(ErrorCode::kInvalid, fmt::format("a statement names at most {} things held", kIncidentHeldMax));
  }
  return {};
}

const IncidentSide* Incident::side(const AuthorityId& party) const {
  const auto at = std::ranges::find(sides, party, &IncidentSide::party);
  return at == sides.end() ? nullptr : &*at;
}
IncidentSide* Incident::side(const AuthorityId& party) {
  const auto at = std::ranges::find(sides, party, &IncidentSide::party);
  return at == sides.end() ? nullptr : &*at;
}

bool Incident::over() const {
  return opened && std::ranges::all_of(sides, [](const IncidentSide& s) { return s.state == IncidentState::kClosed; });
}

// The fold
// ------------------------------------------------------------------------------------------------------------------

std::optional<Oddity> IncidentDesk::apply(const Said& said) {
  return std::visit([&](const auto& of) { return hear(said, of); }, said.body);
}

IncidentDesk::Maybe IncidentDesk::hear(const Said& said, const IncidentOpened& of) {
  if (!contains(of.parties, said.author) || !contains(of.parties, self_)) {
    return Oddity{
        fmt::format("{} opens incident {} of which it, or we, are no party", said.author.str(), of.incident.str())};
  }
  const IncidentKey key{said.author, of.incident};
  const EntryHash content = content_of(said.author, of);
  if (const Incident* before = find(key); before != nullptr && before->opened) {
    if (before->content == content) return {};
    return Oddity{fmt::format("{} opens incident {} again, as another", said.author.str(), of.incident.str()), true};
  }
  if (auto odd = room_for(said, key)) return odd;
  Incident& row = rows_[key];
  row.content = content;
  row.incident = of.incident;
  row.opened = of;
  row.opener = said.author;
  row.time = said.time;
  Maybe odd;
  for (const IncidentSide& side : row.sides) {
    if (contains(of.parties, side.party)) continue;
    odd = Oddity{fmt::format("{} speaks of incident {}, of which it is no party", side.party.str(), of.incident.str())};
  }
  std::erase_if(row.sides, [&](const IncidentSide& side) { return !contains(of.parties, side.party); });
  for (const AuthorityId& party : of.parties) {
    if (row.side(party) != nullptr) continue;
    IncidentSide side;
    side.party = party;
    row.sides.push_back(std::move(side));
  }
  std::ranges::sort(row.sides, {}, &IncidentSide::party);
  if (auto other = quoted_otherwise(row, said.author, 0)) return other;
  return odd;
}

IncidentDesk::Maybe IncidentDesk::room_for(const Said& said, const IncidentKey& key) {
  if (rows_.contains(key)) return {};
  if (said.author != key.opener) {
    const auto unopened = std::ranges::count_if(
        rows_, [&](const auto& row) { return !row.second.opened && row.second.side(said.author) != nullptr; });
    if (std::cmp_greater_equal(unopened, kUnopenedMax)) {
      return Oddity{
          fmt::format("{} speaks of more than {} incidents that nobody has opened", said.author.str(), kUnopenedMax)};
    }
  }
  if (count(key.opener) >= kIncidentsMax) {
    const IncidentKey* oldest = oldest_over(key.opener);
    if (oldest == nullptr) {
      return Oddity{fmt::format("{} incidents of {} are open: {} is not taken", kIncidentsMax, key.opener.str(),
                                key.incident.str())};
    }
    rows_.erase(IncidentKey(*oldest));
  }
  return {};
}

IncidentDesk::Maybe IncidentDesk::side_of(const Said& said, const IncidentKey& key, IncidentSide*& side) {
  side = nullptr;
  const auto at = rows_.find(key);
  if (at == rows_.end() && said.author == key.opener) {
    // Its own log would have the opening before. Any other opener may have joined by a version that this one has still
    // to go over to.
    return Oddity{fmt::format("{} speaks of incident {} of {}, which was not opened", said.author.str(),
                              key.incident.str(), key.opener.str())};
  }
  if (at != rows_.end() && at->second.opened) {
    side = at->second.side(said.author);
    if (side != nullptr) return {};
    return Oddity{
        fmt::format("{} speaks of incident {}, of which it is no party", said.author.str(), key.incident.str())};
  }
  if (auto odd = room_for(said, key)) return odd;
  Incident& row = rows_[key];
  if (row.sides.empty()) {
    row.incident = key.incident;
    row.opener = key.opener;
    row.time = said.time;
  }
  if (row.side(said.author) == nullptr) {
    if (row.sides.size() >= kIncidentPartiesMax) return Oddity{"an incident has too many parties"};
    IncidentSide fresh;
    fresh.party = said.author;
    row.sides.push_back(std::move(fresh));
    std::ranges::sort(row.sides, {}, &IncidentSide::party);
  }
  side = row.side(said.author);
  return {};
}

IncidentDesk::Maybe IncidentDesk::hear(const Said& said, const IncidentStated& of) {
  const IncidentKey key{of.opener, of.incident};
  IncidentSide* side = nullptr;
  if (auto odd = side_of(said, key, side)) return odd;
  const EntryHash content = content_of(said.author, of);
  const std::size_t known = side->statements.size();
  // Our own, to another party.
  if (std::cmp_equal(of.version, known) && known > 0 && side->statements.back().content == content) return {};
  if (std::cmp_not_equal(of.version, known + 1)) {
    return Oddity{fmt::format("incident {}: {} makes statement {}, but {} is the next", of.incident.str(),
                              said.author.str(), of.version, known + 1),
                  true};
  }
  if (known >= kStatementsMax) return Oddity{"an incident has too many statements of one side"};
  side->statements.push_back({.content = content, .entry = said.hash, .time = said.time});
  side->statement = of;
  const Incident& row = rows_.at(key);
  for (const IncidentKnew& knew : of.knew) {
    if (auto odd = contradiction(row, *side, knew)) return odd;
  }
  return quoted_otherwise(row, said.author, of.version);
}

IncidentDesk::Maybe IncidentDesk::hear(const Said& said, const IncidentMoved& of) {
  IncidentSide* side = nullptr;
  if (auto odd = side_of(said, {of.opener, of.incident}, side)) return odd;
  // Our own is said once to each party, at one time.
  if (said.author == self_ && side->state == of.state && side->since) return {};
  side->since = said.time;
  side->state = of.state;
  side->text = of.text;
  return {};
}

const IncidentKey* IncidentDesk::oldest_over(const AuthorityId& opener) const {
  const std::pair<const IncidentKey, Incident>* oldest = nullptr;
  for (auto at = rows_.lower_bound({opener, {}}); at != rows_.end() && at->first.opener == opener; ++at) {
    if (at->second.over() && (oldest == nullptr || at->second.time < oldest->second.time)) oldest = &*at;
  }
  return oldest == nullptr ? nullptr : &oldest->first;
}

std::size_t IncidentDesk::count(const AuthorityId& opener) const {
  std::size_t out = 0;
  for (auto at = rows_.lower_bound({opener, {}}); at != rows_.end() && at->first.opener == opener; ++at) ++out;
  return out;
}

// Acts
// --------------------------------------------------------------------------------------------------------------------

std::vector<AuthorityId> IncidentDesk::others(const std::vector<AuthorityId>& parties) const {
  std::vector<AuthorityId> out;
  for (const AuthorityId& party : parties) {
    const core::Authority* who = charter_.find_authority(party);
    if (party != self_ && who != nullptr && who->peer) out.push_back(party);
  }
  // All the others have left: what is said stands in the own record.
  if (out.empty()) out.push_back(self_);
  return out;
}

std::vector<Body> IncidentDesk::for_all(const Incident& incident, const auto& body) const {
  std::vector<Body> out;
  auto one = body;
  for (const AuthorityId& to : others(incident.opened->parties)) {
    one.to = to;
    out.emplace_back(one);
    if (planted(Plant::kTellOneParty)) break;
  }
  return out;
}

Result<std::vector<Body>> IncidentDesk::open(IncidentOpened opened) const {
  std::ranges::sort(opened.parties);
  insert_sorted(opened.parties, self_);
  TRY_VOID(opened.check());
  for (const AuthorityId& party : opened.parties) {
    const core::Authority* who = charter_.find_authority(party);
    if (who != nullptr && (who->peer || party == self_)) continue;
    return fail(ErrorCode::kNotFound, fmt::format("\"{}\" is no other authority of the charter", party.str()),
                "parties");
  }
  if (opened.incident.empty()) return fail(ErrorCode::kInvalid, "an incident needs an id", "incident");
  if (find({self_, opened.incident}) != nullptr) {
    return fail(ErrorCode::kWrongState, fmt::format("there is an incident \"{}\" already", opened.incident.str()),
                "incident");
  }
  if (count(self_) >= kIncidentsMax && oldest_over(self_) == nullptr) {
    return fail(ErrorCode::kTooLarge, fmt::format("{} incidents are open: close some", kIncidentsMax));
  }
  Incident fresh;
  fresh.opened = opened;
  return for_all(fresh, opened);
}

Result<const Incident*> IncidentDesk::ours(const IncidentKey& key) const {
  const Incident* incident = find(key);
  if (incident != nullptr && incident->opened) return incident;
  return fail(ErrorCode::kNotFound,
              fmt::format("there is no incident \"{}\" that {} has opened", key.incident.str(), key.opener.str()),
              "incident");
}

Result<std::vector<Body>> IncidentDesk::state(const IncidentKey& key, std::vector<TalkPart> parts,
                                              std::vector<IncidentHeld> held) const {
  const Incident& incident = *TRY(ours(key));
  const IncidentSide& side = *incident.side(self_);
  if (side.state == IncidentState::kClosed) {
    return fail(ErrorCode::kWrongState, "our side has closed it: open it again first");
  }
  if (side.statements.size() >= kStatementsMax) {
    return fail(ErrorCode::kTooLarge, fmt::format("at most {} statements a side", kStatementsMax));
  }
  IncidentStated out{.held = std::move(held),
                     .incident = key.incident,
                     .knew = {},
                     .opener = key.opener,
                     .parts = std::move(parts),
                     .to = {},
                     .version = static_cast<std::int64_t>(side.statements.size()) + 1};
  if (key.opener != self_) out.knew.push_back({.author = key.opener, .content = *incident.content, .statement = 0});
  for (const IncidentSide& other : incident.sides) {
    if (other.party == self_ || other.statements.empty()) continue;
    out.knew.push_back({.author = other.party,
                        .content = other.statements.back().content,
                        .statement = static_cast<std::int64_t>(other.statements.size())});
  }
  TRY_VOID(out.check());
  return for_all(incident, out);
}

Result<std::vector<Body>> IncidentDesk::move(const IncidentKey& key, IncidentState to, std::string text) const {
  const Incident& incident = *TRY(ours(key));
  const IncidentSide& side = *incident.side(self_);
  if (side.state == to) {
    return fail(ErrorCode::kWrongState, fmt::format("it is {} on our side already", core::to_text(to)), "state");
  }
  if (to != IncidentState::kOpen && side.statements.empty()) {
    return fail(ErrorCode::kWrongState, "our side has not said anything yet: state first what we hold", "state");
  }
  return for_all(
      incident,
      IncidentMoved{.incident = key.incident, .opener = key.opener, .state = to, .text = std::move(text), .to = {}});
}

const Incident* IncidentDesk::find(const IncidentKey& key) const {
  const auto at = rows_.find(key);
  return at == rows_.end() ? nullptr : &at->second;
}

// The state
// -----------------------------------------------------------------------------------------------------------------

void IncidentDesk::write_state(log::JcsWriter& out) const {
  out.begin_array();
  for (const auto& [key, row] : rows_) core::write_fields(out, row);
  out.end_array();
}

Status IncidentDesk::read_state(const log::JcsValue& value) {
  TRY_VOID(value.expect(log::JcsValue::Kind::kArray));
  rows_.clear();
  for (std::size_t i = 0; i < value.size(); ++i) {
    auto row = TRY(core::read_fields<Incident>(value[i]));
    const IncidentKey key{row.opener, row.incident};
    rows_.insert_or_assign(key, std::move(row));
  }
  return {};
}

}  // namespace tansiq::coordination
