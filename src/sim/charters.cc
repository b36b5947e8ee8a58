#include "sim/charters.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/invariant.h"
#include "coordination/charter_change.h"
#include "log/note.h"
#include "log/sha256.h"
#include "sim/world.h"

namespace tansiq::sim {

using namespace coordination;

namespace {

std::string text_of(const core::Charter& charter) { return core::charter_text(charter); }

/// Signed with every key that any of its members has, or had in the version before.
std::string signed_note(const CharterVersion& version) {
  std::vector<log::SignerKey> keys;
  for (const core::Authority& member : version.airspace.charter.authorities) {
    for (int generation = 0; generation <= version.keys.at(member.id); ++generation) {
      keys.push_back(key_of(member.id.str(), generation));
    }
  }
  std::vector<const log::SignerKey*> signers;
  for (const log::SignerKey& key : keys) signers.push_back(&key);
  auto note = log::sign_note(version.text, signers);
  EXPECT_INVARIANT(note.has_value());
  return std::move(*note);
}

}  // namespace

Charters::Charters(World& world, Rng rng) : world_(world), rng_(rng) {
  CharterVersion& first = versions_.emplace_back();
  first.airspace = world_.airspace();
  first.text = text_of(first.airspace.charter);
  for (const core::Authority& a : first.airspace.charter.authorities) {
    first.keys[a.id] = 0;
    first.adopted.insert(a.id);
  }
  for (const ZoneSpot& spot : first.airspace.zones) spots_ever_.emplace(spot.id, spot);
  ever_ = first.airspace.charter;
}

Result<std::string> Charters::text(const std::string& sha256) const {
  for (const CharterVersion& version : versions_) {
    if (core::charter_hash(version.text) == sha256) return version.text;
  }
  return fail(ErrorCode::kNotFound, "no version has this hash");
}

bool Charters::outside(const AuthorityId& authority) const {
  return versions_.back().airspace.charter.find_authority(authority) == nullptr;
}

bool Charters::ever_left(const AuthorityId& authority) const {
  bool named = false;
  for (const CharterVersion& version : versions_) {
    const bool now = version.airspace.charter.find_authority(authority) != nullptr;
    if (named && !now) return true;
    named = now;
  }
  return false;
}

bool Charters::astray(const AuthorityId& authority) const {
  for (std::int64_t version = current_; version > 0; --version) {
    const CharterVersion& of = at(version);
    if (of.airspace.charter.find_authority(authority) == nullptr) return true;
    if (of.adopted.contains(authority) || of.joins == authority) return false;
  }
  return false;
}

bool Charters::in_zone(const ZoneId& zone, const std::vector<geo::PreparedVolume>& use,
                       const geo::TimeWindow& window) const {
  for (const CharterVersion& version : versions_) {
    const core::Zone* of = version.airspace.charter.find_zone(zone);
    if (of == nullptr) continue;
    const auto extent = geo::prepare({.outline = *of->outline, .band = of->band, .window = window});
    EXPECT_INVARIANT(extent.has_value());
    if (std::ranges::any_of(use, [&](const auto& part) { return geo::conflict(*extent, part, {}); })) return true;
  }
  return false;
}

bool Charters::guarded(const std::vector<geo::PreparedVolume>& use, const geo::TimeWindow& window) const {
  return std::ranges::any_of(versions_.front().airspace.charter.zones, [&](const core::Zone& zone) {
    for (std::int64_t version = 1; version <= current_; ++version) {
      const core::Zone* of = at(version).airspace.charter.find_zone(zone.id);
      if (of == nullptr || !of->outline) return false;
      const auto extent = geo::prepare({.outline = *of->outline, .band = of->band, .window = window});
      EXPECT_INVARIANT(extent.has_value());
      if (std::ranges::none_of(use, [&](const auto& part) { return geo::conflict(*extent, part, {}); })) return false;
    }
    return true;
  });
}

bool Charters::at_rest() const {
  if (current_ != newest()) return false;
  for (const core::Authority& member : versions_.back().airspace.charter.authorities) {
    if (world_.liars().contains(member.id)) continue;
    Node& node = world_.node(member.id);
    if (!node.up()) return false;  // also a newcomer that begins a moment later
    const std::int64_t version = node.coalition().machine().charter().version;
    const bool late = version != newest() && !of_liars(version + 1) && !held_up_by_liar(member.id);
    if (!node.settled() || late) return false;
  }
  return true;
}

bool Charters::held_up_by_liar(const AuthorityId& who) const {
  if (world_.liars().empty()) return false;
  // Whoever waits for one that is held up is held up as well.
  std::set<AuthorityId> mute = world_.liars();
  for (bool grown = true; grown;) {
    grown = false;
    for (const auto& [id, node] : world_.nodes()) {
      if (!mute.contains(id) && waits_for_any(*node, mute)) grown = mute.insert(id).second;
    }
  }
  return mute.contains(who) && !world_.liars().contains(who);
}

bool Charters::waits_for_any(Node& node, const std::set<AuthorityId>& mute) const {
  if (!node.up()) return false;
  const Coalition& c = node.coalition();
  const core::Charter& here = c.machine().charter();
  if (here.version >= newest() || c.adoptions().pending() != nullptr) return false;
  const core::Charter& next = at(here.version + 1).airspace.charter;
  return std::ranges::any_of(here.zones, [&](const core::Zone& zone) {
    const auto decides = c.control().sequencer(zone.id);
    if (!decides || !mute.contains(*decides) || !takes_away(here, next, zone.id)) return false;
    const auto status = c.control().status(zone.id);
    if (!status || c.adoptions().adopted_by(*decides) >= next.version) return false;
    const bool comes_back =
        zone.owner == node.self() || (status->lessor == node.self() && (status->until || !status->begun));
    const bool ends = status->until && *status->until <= next.valid_from;
    const bool never_ends = !status->until && (here.find_authority(*decides) == nullptr ||  // it is not waited for
                                               next.find_authority(*decides) == nullptr);
    return comes_back && !ends && !never_ends;
  });
}

bool Charters::of_liars(std::int64_t version) const {
  const std::set<AuthorityId>& adopted = at(version).adopted;
  // Who joins by it, or comes back, adopts whatever it is given.
  return !adopted.empty() && std::ranges::all_of(adopted, [&](const AuthorityId& id) {
    return world_.liars().contains(id) || comes_in(id, version) || let_in_by_liars(id, version);
  });
}

bool Charters::comes_in(const AuthorityId& authority, std::int64_t version) const {
  return at(version).airspace.charter.find_authority(authority) != nullptr &&
         at(version - 1).airspace.charter.find_authority(authority) == nullptr;
}

bool Charters::let_in_by_liars(const AuthorityId& authority, std::int64_t by) const {
  std::int64_t joined = by;
  while (joined > 1 && !comes_in(authority, joined)) --joined;
  for (std::int64_t version = 2; version <= joined; ++version) {
    if (of_liars(version)) return true;
  }
  return false;
}

// When ----------------------------------------------------------------------------------------------------------------

/// The charters of half of all runs change.
void Charters::plan() {
  if (!world_.options().charters || !rng_.chance(500)) return;
  world_.timeline().in(rng_.between(20'000, 150'000), [this] { propose(); });
}

/// Time for the first to adopt, and behind that what every other needs.
UtcMs Charters::draw_moment() {
  const DurationMs more = rng_.chance(500) ? rng_.between(15, 90) : rng_.between(90, 300);
  return world_.now() + charter_lead_ms(world_.charter().timing) + more * 1'000;
}

void Charters::propose() {
  if (world_.healed()) return;
  CharterVersion next;
  next.airspace = versions_.back().airspace;
  next.keys = versions_.back().keys;
  next.airspace.charter.version = newest() + 1;
  bool changed = false;
  for (auto left = rng_.between(1, 3); left > 0; --left) changed = change_something(next) || changed;
  if (!changed) next.airspace.charter.timing.decision_ms += 1'000;
  follow_spots(next.airspace);
  publish(std::move(next), draw_moment());
}

void Charters::publish(CharterVersion version, UtcMs moment) {
  core::Charter& charter = version.airspace.charter;
  charter.valid_from = moment;
  version.text = text_of(charter);
  version.note = signed_note(version);
  const auto fit = check_successor(versions_.back().airspace.charter, version.note);
  if (!fit) fmt::print(stderr, "version {} is not fit: {}\n", charter.version, fit.error().text());
  EXPECT_INVARIANT(fit.has_value());
  // Somebody has put it forward, and adopts it at once; the others in their time.
  const AuthorityId first = rng_.pick(charter.authorities).id;
  for (const core::Authority& member : charter.authorities) {
    const DurationMs ahead = moment - world_.now();
    const bool late = rng_.chance(150);
    version.adopt_at[member.id] =
        member.id == first ? world_.now() : world_.now() + (late ? ahead : 0) + rng_.between(0, late ? 150'000 : ahead);
  }
  world_.know(charter);
  for (const core::Zone& zone : charter.zones) {
    if (ever_.find_zone(zone.id) == nullptr) ever_.zones.push_back(zone);
  }
  for (const core::InitialRelation& relation : charter.relations) {
    const auto known = std::ranges::find(ever_.relations, relation.edge, &core::InitialRelation::edge);
    if (known == ever_.relations.end()) {
      ever_.relations.push_back(relation);
    } else {
      known->level = std::max(known->level, relation.level);
    }
  }
  const std::int64_t number = charter.version;
  if (world_.options().trace) fmt::print("version {}, from {}: {}", number, format_utc(moment), version.text);
  ++world_.counts().versions;
  if (version.joins) world_.expect_newcomer(*version.joins, number);
  versions_.push_back(std::move(version));
  // Just before it is too late to be the first.
  world_.timeline().at(moment - charter_lead_ms(world_.charter().timing), [this, number] { withdrawn(number); });
  world_.timeline().at(moment, [this, number, moment] {
    if (at(number).airspace.charter.valid_from == moment) comes(number);
  });
  if (!at(number).joins) return;
  const DurationMs begins = (moment - world_.now()) * rng_.between(10, 120) / 100;
  world_.timeline().in(begins, [this, number] { found_newcomer(number); });
}

bool Charters::withdrawn(std::int64_t version) {
  CharterVersion& of = versions_[static_cast<std::size_t>(version) - 1];
  const bool adopted = !of.adopted.empty() || std::ranges::any_of(world_.nodes(), [&](const auto& of_world) {
    return of_world.second->has_adopted(version);
  });
  if (adopted) return false;
  CharterVersion again = std::move(of);
  versions_.pop_back();
  EXPECT_INVARIANT(newest() == version - 1);
  publish(std::move(again), draw_moment());
  return true;
}

/// A newcomer begins its record when somebody has agreed that it joins: mostly before the moment.
void Charters::found_newcomer(std::int64_t version) {
  const auto& joins = at(version).joins;
  if (!joins) return;
  if (at(version).adopted.empty()) {
    world_.timeline().in(5'000, [this, version] { found_newcomer(version); });
    return;
  }
  world_.node(*joins).start();
}

void Charters::comes(std::int64_t version) {
  if (withdrawn(version)) return;
  current_ = version;
  world_.go_over(at(version).airspace);
  if (!world_.healed()) world_.timeline().in(rng_.between(10'000, 120'000), [this] { propose(); });
}

// Who adopts ----------------------------------------------------------------------------------------------------------

bool Charters::duty(Node& node) {
  const CharterAdoptions& adoptions = node.coalition().adoptions();
  if (adoptions.pending() != nullptr || adoptions.in_force() >= newest()) return hand_over(node);
  AdoptCharter act;
  std::int64_t version = adoptions.in_force() + 1;
  // Whoever was struck out and has come back goes through the versions that had no place for it.
  for (; version <= newest() && !at(version).adopt_at.contains(node.self()); ++version) {
    act.through.push_back(NoteText{at(version).note});
  }
  if (version > newest()) return hand_over(node);  // It is struck out, and those who still hear it wait for this.
  const CharterVersion& next = at(version);
  if (next.adopt_at.at(node.self()) > world_.now() && !world_.healed()) return false;
  // Who comes back hears from those who stayed that they have adopted it: alone it could not bring it into force.
  if (!act.through.empty() && next.adopted.empty()) return false;
  act.note = NoteText{next.note};
  if (node.act(std::move(act))) return true;
  ++world_.counts().adoptions_refused;
  if (world_.options().trace) {
    fmt::print("{} {} does not adopt version {}: {}\n", format_utc(world_.now()), node.self().str(), version,
               node.refusal());
  }
  make_room(node, next.airspace.charter);
  return false;  // What else is to be done, may be what is in the way.
}

/// A zone that the charter gives to another, and that this one still decides in without a lease.
bool Charters::hand_over(Node& node) {
  const Coalition& c = node.coalition();
  for (const core::Zone& zone : c.machine().charter().zones) {
    if (zone.owner == node.self() || c.control().sequencer(zone.id) != node.self()) continue;
    const auto status = c.control().status(zone.id);
    if (!status || status->until || status->lessor || !rng_.chance(300)) continue;
    return node.act(LeaseZone{zone.owner, {}, zone.id});
  }
  return false;
}

/// Has one thing given back, or ends it, that is to last longer than the space that it is in.
void Charters::make_room(Node& node, const core::Charter& next) {
  const Coalition& c = node.coalition();
  const core::Charter& old = c.machine().charter();
  for (const auto& [request, leg] : c.legs().versions()) {
    if (leg.state != LegState::kConfirmed || leg.revoking || leg.window.end <= next.valid_from) continue;
    if (!c.control().keeps(leg.zone) || !takes_away(old, next, leg.zone)) continue;
    node.act(RevokeLeg{false, EntryHash(request), "the zone is redrawn"});
    return;
  }
  for (const core::Zone& zone : old.zones) {
    const auto number = c.machine().zones().find(zone.id);
    if (!number || !takes_away(old, next, zone.id)) continue;
    const auto own = c.machine().intents({.zone = number});
    if (!own) continue;
    for (const core::Intent* intent : *own) {
      if (intent->volumes.front().window.end <= next.valid_from) continue;
      node.command(core::EndIntent{.intent = intent->id, .version = intent->version});
      return;
    }
  }
}

void Charters::note(const AuthorityId& author, const Record& record) {
  if (record.log.author != author) return;
  const std::string_view type = type_of(record.line);
  if (type == "charter.in_force") ++world_.counts().in_force;
  if (type != "charter.adopted") return;
  const auto entry = coordination::read_entry(record.line);
  const auto* adopted = entry ? std::get_if<CharterAdopted>(&entry->body) : nullptr;
  if (adopted == nullptr) return;
  EXPECT_INVARIANT(adopted->version <= newest());
  versions_[static_cast<std::size_t>(adopted->version) - 1].adopted.insert(author);
  ++world_.counts().adoptions;
}

}  // namespace tansiq::sim
