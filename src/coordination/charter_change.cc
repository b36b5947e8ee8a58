#include "coordination/charter_change.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "coordination/log_origins.h"
#include "coordination/plant.h"
#include "core/jcs_read.h"
#include "core/volume_json.h"
#include "log/note.h"

namespace tansiq::coordination {
namespace {

std::string joined(const auto& items, auto&& text) {
  std::string out;
  for (const auto& item : items) {
    if (!out.empty()) out += ", ";
    out += text(item);
  }
  return out;
}
std::string joined(const std::set<AuthorityId>& items) {
  return joined(items, [](const AuthorityId& id) { return id.str(); });
}

std::string json(auto&& write) {
  std::string text;
  log::JcsWriter out(text);
  write(out);
  return text;
}

std::string extent(const core::Zone& zone) {
  if (!zone.outline) return "background";
  return json([&](log::JcsWriter& out) {
    out.begin_object().key("band");
    core::write_band(out, zone.band);
    out.key("outline");
    core::write_outline(out, *zone.outline);
    out.end_object();
  });
}

/// Whom a zone names.
std::set<AuthorityId> named(const core::Zone& zone) {
  std::set<AuthorityId> out{zone.tenants.begin(), zone.tenants.end()};
  out.insert(zone.owner);
  return out;
}

template <class T, class Key>
auto by_key(const std::vector<T>& items, Key&& key) {
  std::map<std::decay_t<decltype(key(items.front()))>, const T*> out;
  for (const T& item : items) out.emplace(key(item), &item);
  return out;
}

class Comparison {
 public:
  Comparison(const core::Charter& old, const core::Charter& next) : old_(old), next_(next) {
    for (const core::Authority& authority : next.authorities) members_.insert(authority.id);
    for (const core::Zone& zone : next.zones) owners_.insert(zone.owner);
  }

  std::vector<CharterDifference> run() {
    whole();
    each(by_key(old_.authorities, &Comparison::authority_key), by_key(next_.authorities, &Comparison::authority_key));
    each(by_key(old_.relations, &Comparison::relation_key), by_key(next_.relations, &Comparison::relation_key));
    each(by_key(old_.zones, &Comparison::zone_key), by_key(next_.zones, &Comparison::zone_key));
    return std::move(out_);
  }

 private:
  static AuthorityId authority_key(const core::Authority& of) { return of.id; }
  static core::Edge relation_key(const core::InitialRelation& of) { return of.edge; }
  static ZoneId zone_key(const core::Zone& of) { return of.id; }

  void add(std::string where, std::string before, std::string after, std::set<AuthorityId> concerns) {
    if (before == after) return;
    // Whoever is removed need not agree to it.
    std::erase_if(concerns, [&](const AuthorityId& id) { return !members_.contains(id); });
    out_.push_back({std::move(where), std::move(before), std::move(after), std::move(concerns)});
  }

  template <class Map>
  void each(const Map& before, const Map& after) {
    Map all = before;
    all.insert(after.begin(), after.end());
    for (const auto& [key, any] : all) {
      const auto old = before.find(key);
      const auto next = after.find(key);
      compare(old == before.end() ? nullptr : old->second, next == after.end() ? nullptr : next->second);
    }
  }

  void whole() {
    const auto until = [](const core::Charter& of) { return of.valid_until ? format_utc(*of.valid_until) : "no end"; };
    const auto timing = [](const core::Charter& of) {
      return json([&](log::JcsWriter& out) { core::write_fields(out, of.timing); });
    };
    add("name", old_.name, next_.name, members_);
    add("timing", timing(old_), timing(next_), members_);
    const auto disclosure = [](const core::Charter& of) {
      return json([&](log::JcsWriter& out) { core::write_fields(out, of.disclosure); });
    };
    add("disclosure", disclosure(old_), disclosure(next_), members_);
    const auto optional = [](const auto& terms) {
      return terms ? json([&](log::JcsWriter& out) { core::write_fields(out, *terms); }) : std::string("not stated");
    };
    add("catalogue", optional(old_.catalogue), optional(next_.catalogue), members_);
    add("conformance", optional(old_.conformance), optional(next_.conformance), members_);
    add("valid until", until(old_), until(next_), members_);
  }

  void compare(const core::Authority* old, const core::Authority* next) {
    const std::string where = fmt::format("authority {}", (old ? old : next)->id.str());
    if (old == nullptr) return add(where, "", next->name, {next->id});
    if (next == nullptr) return add(where, old->name, "", owners_);
    const auto keys = [](const core::Authority& of) {
      return joined(of.keys, [](const std::string& key) { return key; });
    };
    const auto peer = [](const core::Authority& of) {
      return of.peer ? json([&](log::JcsWriter& out) { core::write_fields(out, *of.peer); }) : std::string();
    };
    add(where + ": name", old->name, next->name, {next->id});
    add(where + ": keys", keys(*old), keys(*next), {next->id});
    add(where + ": node", peer(*old), peer(*next), {next->id});
  }

  void compare(const core::InitialRelation* old, const core::InitialRelation* next) {
    const core::Edge& edge = (old ? old : next)->edge;
    const auto level = [](const core::InitialRelation* of) { return of ? fmt::format("level {}", of->level) : ""; };
    add(fmt::format("relation {} grants {}: {} {}", edge.from.str(), edge.to.str(), to_text(edge.domain),
                    to_text(edge.capability)),
        level(old), level(next), {edge.from, edge.to});
  }

  void compare(const core::Zone* old, const core::Zone* next) {
    const std::string where = fmt::format("zone {}", (old ? old : next)->id.str());
    if (old == nullptr || next == nullptr) {
      const core::Zone& only = old ? *old : *next;
      std::set<AuthorityId> concerns = named(only);
      concerns.merge(background_owners(only));
      const std::string text = fmt::format("{} of {}", to_text(only.rule), only.owner.str());
      return add(where, old ? text : "", next ? text : "", std::move(concerns));
    }
    const auto changed = [&](std::string_view what, std::string before, std::string after,
                             std::set<AuthorityId> more = {}) {
      more.insert(old->owner);
      more.insert(next->owner);
      add(fmt::format("{}: {}", where, what), std::move(before), std::move(after), std::move(more));
    };
    const auto minima = [](const core::Zone& of) {
      return fmt::format("{} m, {} cm, {} ms", of.minima.horizontal_m, of.minima.vertical_cm, of.minima.time_ms);
    };
    const auto tenants = [](const core::Zone& of) {
      return std::set<AuthorityId>{of.tenants.begin(), of.tenants.end()};
    };
    std::set<AuthorityId> moved;
    std::ranges::set_symmetric_difference(tenants(*old), tenants(*next), std::inserter(moved, moved.end()));
    std::set<AuthorityId> around = background_owners(*old);
    around.merge(background_owners(*next));
    changed("name", old->name, next->name);
    changed("owner", old->owner.str(), next->owner.str());
    changed("domain", std::string(to_text(old->domain)), std::string(to_text(next->domain)), around);
    changed("rule", std::string(to_text(old->rule)), std::string(to_text(next->rule)));
    changed("disclosure", std::string(to_text(old->disclosure)), std::string(to_text(next->disclosure)));
    changed("minima", minima(*old), minima(*next));
    changed("extent", extent(*old), extent(*next), around);
    changed("tenants", joined(tenants(*old)), joined(tenants(*next)), moved);
  }

  /// What a zone gains or loses, the background around it loses or gains.
  std::set<AuthorityId> background_owners(const core::Zone& zone) const {
    std::set<AuthorityId> out;
    for (const core::Charter* charter : {&old_, &next_}) {
      for (const core::Zone& of : charter->zones) {
        if (of.background && of.domain == zone.domain) out.insert(of.owner);
      }
    }
    return out;
  }

  const core::Charter& old_;
  const core::Charter& next_;
  std::set<AuthorityId> members_;
  std::set<AuthorityId> owners_;
  std::vector<CharterDifference> out_;
};

}  // namespace

std::vector<CharterDifference> differences(const core::Charter& old, const core::Charter& next) {
  return Comparison(old, next).run();
}

std::set<AuthorityId> required_signers(const core::Charter& old, const core::Charter& next) {
  std::set<AuthorityId> out;
  for (CharterDifference& difference : differences(old, next)) out.merge(difference.concerns);
  return out;
}

bool has_sequencer(const core::Zone& zone) { return zone.rule != core::Rule::kDisputed && !zone.background; }

bool keeps_its_space(const core::Zone* before, const core::Zone* after) {
  return before != nullptr && after != nullptr && has_sequencer(*before) && has_sequencer(*after) &&
         before->outline == after->outline && before->band == after->band;
}

bool takes_away(const core::Charter& old, const core::Charter& next, const ZoneId& zone) {
  const core::Zone* before = old.find_zone(zone);
  return before != nullptr && has_sequencer(*before) && !keeps_its_space(before, next.find_zone(zone));
}

Result<std::set<AuthorityId>> counted_signers(const core::Charter& old, std::string_view note) {
  const core::SignedCharter opened = TRY(core::open_charter(note));
  std::vector<std::pair<AuthorityId, log::VerifierKey>> known;
  std::vector<log::VerifierKey> keys;
  for (const core::Authority& authority : old.authorities) {
    for (const std::string& text : authority.keys) {
      const auto key = log::VerifierKey::parse(text);
      if (!key || key->type() != log::KeyType::kEd25519) continue;
      known.emplace_back(authority.id, *key);
      keys.push_back(*key);
    }
  }
  std::set<AuthorityId> out;
  for (const AuthorityId& signer : opened.signers) {
    if (old.find_authority(signer) == nullptr) out.insert(signer);
  }
  // No signature by any known key at all: nobody of the old charter has signed.
  const auto verified = log::open_note(note, keys);
  if (!verified) return out;
  for (const auto& [authority, key] : known) {
    if (verified->signed_by(key)) out.insert(authority);
  }
  return out;
}

namespace {

/// What a version must leave as it is: the name of a member's logs, and whether a zone is in the air or at sea.
Status check_continuity(const core::Charter& old, const core::Charter& next) {
  Origins origins = TRY(Origins::make(old));
  TRY_VOID(origins.adopt(next));
  for (std::size_t i = 0; i < next.zones.size(); ++i) {
    const core::Zone* before = old.find_zone(next.zones[i].id);
    if (before == nullptr || before->domain == next.zones[i].domain) continue;
    return fail(ErrorCode::kInvalid,
                fmt::format("zone {} is of domain {}: another domain needs another id", before->id.str(),
                            core::to_text(before->domain)),
                fmt::format("zones[{}].domain", i));
  }
  return {};
}

}  // namespace

DurationMs charter_lead_ms(const core::Timing& timing) { return timing.lead_ms(1); }

Result<core::SignedCharter> check_successor(const core::Charter& old, std::string_view note) {
  core::SignedCharter opened = TRY(core::open_charter(note));
  const core::Charter& next = opened.charter;
  if (next.id != old.id) {
    return fail(ErrorCode::kInvalid,
                fmt::format("this is charter \"{}\"; a version of \"{}\" is needed", next.id, old.id), "id");
  }
  if (next.version != old.version + 1) {
    return fail(ErrorCode::kVersionMismatch,
                fmt::format("version {} cannot follow version {}; {} can", next.version, old.version, old.version + 1),
                "version");
  }
  if (next.data_mode != old.data_mode) {
    return fail(ErrorCode::kInvalid,
                fmt::format("the kind of data stays {}: another needs a charter of its own", to_text(old.data_mode)),
                "data_mode");
  }
  TRY_VOID(check_continuity(old, next));
  if (next.valid_from <= old.valid_from || (old.valid_until && next.valid_from > *old.valid_until)) {
    return fail(ErrorCode::kInvalid,
                fmt::format("it begins at {}, but must begin while the version before it is valid: after {}{}",
                            format_utc(next.valid_from), format_utc(old.valid_from),
                            old.valid_until ? ", and not after " + format_utc(*old.valid_until) : ""),
                "valid_from_ms");
  }
  const std::vector<core::Finding> findings = core::lint(next, opened.signers);
  if (!findings.empty()) return fail(ErrorCode::kInvalid, findings[0].message, findings[0].where);
  std::set<AuthorityId> missing = required_signers(old, next);
  for (const AuthorityId& signer : TRY(counted_signers(old, note))) missing.erase(signer);
  if (!missing.empty()) {
    return fail(ErrorCode::kForbidden,
                fmt::format("the change concerns {}, by whom there is no signature with a key of version {}",
                            joined(missing), old.version),
                "signatures");
  }
  return opened;
}

namespace {

bool same_text(const CharterAdopted& a, const CharterAdopted& b) {
  return a.version == b.version && a.charter_sha256 == b.charter_sha256 && a.effective == b.effective;
}

/// A member in the state.
struct MemberRow {
  std::optional<CharterAdopted> adopted;
  AuthorityId by;
  std::int64_t in_force = 0;
  static constexpr auto fields() {
    return field_list(field("adopted", &MemberRow::adopted), field("by", &MemberRow::by),
                      field("in_force", &MemberRow::in_force));
  }
};

}  // namespace

CharterAdoptions::CharterAdoptions(AuthorityId self, const core::Charter& founding)
    : self_(std::move(self)), founding_version_(founding.version), in_force_(founding.version) {}

const AuthorityId* CharterAdoptions::at_odds(const CharterAdopted& adopted) const {
  const auto differs = [&](const std::optional<CharterAdopted>& other) {
    return other && other->version == adopted.version && !same_text(*other, adopted);
  };
  if (differs(own_)) return &self_;
  for (const auto& [authority, member] : members_) {
    if (differs(member.adopted)) return &authority;
  }
  return nullptr;
}

Result<CharterAdopted> CharterAdoptions::adopt(const core::Charter& old, std::string_view note, UtcMs now,
                                               std::span<const NoteText> through) const {
  core::Charter before = old;
  std::vector<CharterStep> steps;
  for (const NoteText& one : through) {
    core::SignedCharter step = TRY(check_successor(before, one.note));
    if (step.charter.find_authority(self_) != nullptr) {
      return fail(ErrorCode::kInvalid,
                  fmt::format("version {} names {}: it is to be adopted by itself, and nothing goes through it",
                              step.charter.version, self_.str()),
                  "through");
    }
    steps.push_back({.charter_sha256 = log::sha256(step.text), .note_sha256 = log::sha256(one.note)});
    before = std::move(step.charter);
  }
  const core::SignedCharter next = TRY(check_successor(before, note));
  const CharterAdopted adopted{.charter_sha256 = log::sha256(next.text),
                               .effective = next.charter.valid_from,
                               .note_sha256 = log::sha256(note),
                               .through = std::move(steps),
                               .version = next.charter.version};
  if (next.charter.find_authority(self_) == nullptr) {
    return fail(ErrorCode::kForbidden,
                fmt::format("version {} strikes {} out: it is for those who remain to adopt it. Keep its note: whoever "
                            "comes back under a later version adopts that one, and gives this with it",
                            adopted.version, self_.str()),
                "authorities");
  }
  if (own_ && same_text(*own_, adopted)) {
    return fail(ErrorCode::kWrongState, fmt::format("version {} is adopted already", adopted.version));
  }
  if (const AuthorityId* other = at_odds(adopted)) {
    return fail(ErrorCode::kConflict,
                fmt::format("{} has adopted another text as version {}: members must agree on one first", other->str(),
                            adopted.version),
                "version");
  }
  // Who has gone on from this version to the next has adopted this one too.
  const bool first = std::ranges::none_of(members_, [&](const auto& member) {
    return member.second.adopted && member.second.adopted->version >= adopted.version;
  });
  const DurationMs lead = charter_lead_ms(old.timing);
  if (through.empty() && first && adopted.effective - now < lead) {
    return fail(ErrorCode::kInvalid,
                fmt::format("it comes into force at {}, but the others need {} to read and adopt it",
                            format_utc(adopted.effective), format_duration(lead)),
                "valid_from_ms");
  }
  return adopted;
}

std::optional<Oddity> CharterAdoptions::apply(const Said& said) {
  if (const auto* adopted = std::get_if<CharterAdopted>(&said.body)) return apply_adopted(said, *adopted);
  if (const auto* force = std::get_if<CharterInForce>(&said.body)) {
    if (said.author == self_) {
      in_force_ = std::max(in_force_, force->version);
    } else {
      MemberVersion& member = members_[said.author];
      member.in_force = std::max(member.in_force, force->version);
    }
  } else if (const auto* alarm = std::get_if<Alarm>(&said.body)) {
    if (said.author == self_ && alarm->kind == kCharterBehind) alarmed_ = alarm->about;
  }
  return {};
}

std::optional<Oddity> CharterAdoptions::apply_adopted(const Said& said, const CharterAdopted& adopted) {
  if (adopted.version <= founding_version_) return {};
  const bool own = said.author == self_;
  const auto known = members_.find(said.author);
  const std::optional<CharterAdopted>* before = own                       ? &own_
                                                : known == members_.end() ? nullptr
                                                                          : &known->second.adopted;
  if (before != nullptr && *before && adopted.version < (*before)->version) return {};  // Of former days, read again.
  if (const AuthorityId* other = at_odds(adopted)) {
    return Oddity{.text = fmt::format("{} by {}: {} has adopted another text as version {}", CharterAdopted::kType,
                                      said.author.str(), other->str(), adopted.version),
                  .alarm = true};
  }
  if (own) {
    own_ = adopted;
  } else {
    members_[said.author].adopted = adopted;
  }
  return {};
}

const CharterAdopted* CharterAdoptions::missed() const {
  const CharterAdopted* first = nullptr;
  for (const auto& [authority, member] : members_) {
    if (!member.adopted || member.adopted->version <= (own_ ? own_->version : in_force_)) continue;
    if (first == nullptr || member.adopted->version < first->version) first = &*member.adopted;
  }
  return first;
}

std::optional<Body> CharterAdoptions::next(UtcMs now) const {
  const CharterAdopted* own = pending();
  constexpr DurationMs kMomentMs = 5'000;
  const bool missed = planted(Plant::kMissTheMoment) && own != nullptr && now > own->effective + kMomentMs;
  if (own != nullptr && own->effective <= now && !missed) {
    return CharterInForce{.charter_sha256 = own->charter_sha256, .version = own->version};
  }
  const CharterAdopted* other = this->missed();
  if (other == nullptr || other->effective > now || alarmed_ == other->charter_sha256) return {};
  return Alarm{.about = other->charter_sha256,
               .kind = std::string(kCharterBehind),
               .text = fmt::format("version {} of the charter is in force at others since {}, and not adopted here: "
                                   "version {} stands, and who has joined is a stranger to this node",
                                   other->version, format_utc(other->effective), in_force_)};
}

std::optional<UtcMs> CharterAdoptions::next_timer() const {
  std::optional<UtcMs> first;
  if (const CharterAdopted* own = pending()) first = own->effective;
  const CharterAdopted* other = missed();
  if (other != nullptr && alarmed_ != other->charter_sha256)
    first = std::min(first.value_or(kUtcMax), other->effective);
  return first;
}

std::int64_t CharterAdoptions::version_of(const AuthorityId& authority) const {
  if (authority == self_) return in_force_;
  const auto member = members_.find(authority);
  return member == members_.end() ? 0 : member->second.in_force;
}

std::int64_t CharterAdoptions::adopted_by(const AuthorityId& authority) const {
  const auto member = members_.find(authority);
  const std::optional<CharterAdopted>* said = authority == self_         ? &own_
                                              : member == members_.end() ? nullptr
                                                                         : &member->second.adopted;
  // Who has a version in force has adopted it, or begun with it.
  return std::max(version_of(authority), said != nullptr && *said ? (*said)->version : 0);
}

std::set<AuthorityId> CharterAdoptions::others(const log::Hash& charter) const {
  std::set<AuthorityId> out;
  for (const auto& [authority, member] : members_) {
    if (member.adopted && member.adopted->charter_sha256 == charter) out.insert(authority);
  }
  return out;
}

void CharterAdoptions::write_state(log::JcsWriter& out) const {
  out.begin_object();
  if (alarmed_) out.key("alarmed").string(alarmed_->hex());
  out.key("in_force").integer(in_force_).key("members").begin_array();
  for (const auto& [authority, member] : members_) {
    core::write_fields(out, MemberRow{.adopted = member.adopted, .by = authority, .in_force = member.in_force});
  }
  out.end_array();
  if (own_) {
    out.key("own");
    core::write_fields(out, *own_);
  }
  out.end_object();
}

Status CharterAdoptions::read_state(const log::JcsValue& value) {
  TRY_VOID(value.only({"alarmed", "in_force", "members", "own"}));
  own_.reset();
  members_.clear();
  alarmed_.reset();
  if (value.find("alarmed")) alarmed_ = TRY(core::parsed_at(value, "alarmed", log::Hash::from_hex));
  in_force_ = TRY(core::integer_at(value, "in_force", 1, log::kJcsIntegerMax));
  const log::JcsValue members = TRY(value.at("members"));
  TRY_VOID(members.expect(log::JcsValue::Kind::kArray));
  for (std::size_t i = 0; i < members.size(); ++i) {
    MemberRow row = TRY(core::read_fields<MemberRow>(members[i]));
    members_.emplace(std::move(row.by), MemberVersion{.adopted = row.adopted, .in_force = row.in_force});
  }
  if (const auto own = value.find("own")) own_ = TRY(core::read_fields<CharterAdopted>(*own));
  return {};
}

}  // namespace tansiq::coordination
