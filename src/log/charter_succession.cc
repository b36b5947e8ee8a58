#include "log/charter_succession.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "log/bundle_keys.h"
#include "log/jcs.h"
#include "log/note.h"

namespace tansiq::log {
namespace {

using bundle_detail::CharterAuthority;
using bundle_detail::CharterKeys;
using Names = std::set<std::string>;

/// Changes of these concern everybody.
constexpr std::array<std::string_view, 6> kOfAll{"catalogue", "conformance", "disclosure",
                                                 "name",      "timing",      "valid_until_ms"};
/// Changes of these concern the owner of a zone, before and after.
constexpr std::array<std::string_view, 4> kOfOwners{"disclosure", "minima", "name", "rule"};
constexpr std::array<std::string_view, 3> kOfAuthorities{"keys", "name", "peer"};

void write(JcsWriter& out, const JcsValue& value) {
  switch (value.kind()) {
    case JcsValue::Kind::kObject:
      out.begin_object();
      for (std::size_t i = 0; i < value.size(); ++i) {
        out.key(value.name(i));
        write(out, value[i]);
      }
      out.end_object();
      return;
    case JcsValue::Kind::kArray:
      out.begin_array();
      for (std::size_t i = 0; i < value.size(); ++i) write(out, value[i]);
      out.end_array();
      return;
    case JcsValue::Kind::kString:
      out.string(*value.string());
      return;
    case JcsValue::Kind::kInteger:
      out.integer(*value.integer());
      return;
    case JcsValue::Kind::kBoolean:
      out.boolean(*value.boolean());
      return;
  }
}

/// A member as canonical text; empty where there is none.
std::string text_of(const JcsValue& object, std::string_view name) {
  const auto member = object.find(name);
  if (!member) return {};
  std::string out;
  JcsWriter writer(out);
  write(writer, *member);
  return out;
}

Result<std::string> name_at(const JcsValue& object, std::string_view name) {
  const JcsValue value = TRY(object.at(name));
  return std::string(TRY(value.string()));
}

Result<std::optional<std::int64_t>> integer_in(const JcsValue& object, std::string_view name) {
  const auto value = object.find(name);
  if (!value) return std::optional<std::int64_t>();
  return std::optional(TRY(value->integer()));
}

/// Each element of an array that may be missing.
template <class Take>
Status each(const JcsValue& object, std::string_view name, Take&& take) {
  const auto list = object.find(name);
  if (!list) return {};
  TRY_VOID(list->expect(JcsValue::Kind::kArray));
  for (std::size_t i = 0; i < list->size(); ++i) {
    const JcsValue one = (*list)[i];
    TRY_VOID(take(one));
  }
  return {};
}

struct ZoneText {
  std::string owner;
  std::string domain;
  std::string extent;
  bool background = false;
  Names tenants;
  std::array<std::string, kOfOwners.size()> others;
};

struct RelationText {
  std::string level;
  Names sides;
};

/// A charter as far as changes of it are told apart.
struct CharterText {
  CharterKeys keys;
  std::string note;
  std::string data_mode;
  std::optional<std::int64_t> from, until;
  std::array<std::string, kOfAll.size()> whole;
  std::map<std::string, std::array<std::string, kOfAuthorities.size()>> authorities;
  std::map<std::string, RelationText> relations;  ///< By the text of what they grant.
  std::map<std::string, ZoneText> zones;

  [[nodiscard]] const CharterAuthority* find(std::string_view id) const {
    const auto at = std::ranges::find(keys.authorities, id, &CharterAuthority::id);
    return at == keys.authorities.end() ? nullptr : &*at;
  }
};

Result<ZoneText> read_zone(const JcsValue& value) {
  ZoneText out;
  out.owner = TRY(name_at(value, "owner"));
  out.domain = TRY(name_at(value, "domain"));
  const std::string outline = text_of(value, "outline");
  out.extent = outline.empty() ? std::string("background") : text_of(value, "band") + outline;
  out.background = text_of(value, "background") == "true";
  TRY_VOID(each(value, "tenants", [&](const JcsValue& tenant) -> Status {
    out.tenants.emplace(TRY(tenant.string()));
    return {};
  }));
  for (std::size_t i = 0; i < kOfOwners.size(); ++i) out.others[i] = text_of(value, kOfOwners[i]);
  return out;
}

Result<CharterText> read(std::string_view note) {
  CharterText out;
  out.keys = TRY(bundle_detail::read_charter_keys(note));
  out.note = note;
  const Note parsed = TRY(parse_note(note));
  std::string_view text = parsed.text;
  text.remove_suffix(1);
  const JcsDocument document = TRY(JcsDocument::parse(text));
  const JcsValue root = document.root();
  out.data_mode = text_of(root, "data_mode");
  out.from = TRY(integer_in(root, "valid_from_ms"));
  out.until = TRY(integer_in(root, "valid_until_ms"));
  for (std::size_t i = 0; i < kOfAll.size(); ++i) out.whole[i] = text_of(root, kOfAll[i]);
  TRY_VOID(each(root, "authorities", [&](const JcsValue& authority) -> Status {
    auto& texts = out.authorities[TRY(name_at(authority, "id"))];
    for (std::size_t i = 0; i < kOfAuthorities.size(); ++i) texts[i] = text_of(authority, kOfAuthorities[i]);
    return {};
  }));
  TRY_VOID(each(root, "relations", [&](const JcsValue& relation) -> Status {
    const JcsValue edge = TRY(relation.at("edge"));
    RelationText text{.level = text_of(relation, "level"), .sides = {}};
    text.sides.insert(TRY(name_at(edge, "from")));
    text.sides.insert(TRY(name_at(edge, "to")));
    out.relations.insert_or_assign(text_of(relation, "edge"), std::move(text));
    return {};
  }));
  TRY_VOID(each(root, "zones", [&](const JcsValue& zone) -> Status {
    std::string id = TRY(name_at(zone, "id"));
    ZoneText read = TRY(read_zone(zone));
    out.zones.insert_or_assign(std::move(id), std::move(read));
    return {};
  }));
  return out;
}

class Comparison {
 public:
  Comparison(const CharterText& old, const CharterText& next) : old_(old), next_(next) {
    for (const auto& [id, texts] : next.authorities) members_.insert(id);
    for (const auto& [id, zone] : next.zones) owners_.insert(zone.owner);
  }

  [[nodiscard]] const Names& owners() const { return owners_; }

  /// Whom the change concerns, of those who are to remain.
  Names run() {
    if (old_.whole != next_.whole) concern(members_);
    each(old_.authorities, next_.authorities, [this](const std::string& id, const auto* old, const auto* next) {
      if (next == nullptr) return concern(owners_);
      if (old == nullptr || *old != *next) concern({id});
    });
    each(old_.relations, next_.relations, [this](const std::string&, const auto* old, const auto* next) {
      if (old == nullptr || next == nullptr || old->level != next->level) concern((old ? old : next)->sides);
    });
    each(old_.zones, next_.zones,
         [this](const std::string&, const ZoneText* old, const ZoneText* next) { compare(old, next); });
    std::erase_if(out_, [this](const std::string& id) { return !members_.contains(id); });
    return std::move(out_);
  }

 private:
  template <class Map, class Compare>
  static void each(const Map& before, const Map& after, Compare&& compare) {
    for (const auto& [key, old] : before) {
      const auto next = after.find(key);
      compare(key, &old, next == after.end() ? nullptr : &next->second);
    }
    for (const auto& [key, next] : after) {
      if (!before.contains(key)) compare(key, static_cast<const typename Map::mapped_type*>(nullptr), &next);
    }
  }

  void concern(const Names& whom) { out_.insert(whom.begin(), whom.end()); }

  /// What a zone gains or loses, the background around it loses or gains.
  void concern_around(const ZoneText& zone) {
    for (const CharterText* charter : {&old_, &next_}) {
      for (const auto& [id, of] : charter->zones) {
        if (of.background && of.domain == zone.domain) out_.insert(of.owner);
      }
    }
  }

  void compare(const ZoneText* old, const ZoneText* next) {
    if (old == nullptr || next == nullptr) {
      const ZoneText& only = old != nullptr ? *old : *next;
      out_.insert(only.owner);
      concern(only.tenants);
      return concern_around(only);
    }
    const bool moved = old->domain != next->domain || old->extent != next->extent;
    const bool changed =
        moved || old->owner != next->owner || old->others != next->others || old->tenants != next->tenants;
    if (changed) concern({old->owner, next->owner});
    if (moved) {
      concern_around(*old);
      concern_around(*next);
    }
    std::ranges::set_symmetric_difference(old->tenants, next->tenants, std::inserter(out_, out_.end()));
  }

  const CharterText& old_;
  const CharterText& next_;
  Names members_;
  Names owners_;
  Names out_;
};

/// By a key that the version before names; who joins, by one of his own.
Names counted_signers(const CharterText& old, const CharterText& next) {
  Names out;
  for (const std::string& signer : next.keys.signers) {
    if (old.find(signer) == nullptr) out.insert(signer);
  }
  std::vector<VerifierKey> keys;
  for (const CharterAuthority& authority : old.keys.authorities) {
    std::ranges::copy_if(authority.keys, std::back_inserter(keys),
                         [](const VerifierKey& key) { return key.type() == KeyType::kEd25519; });
  }
  const auto opened = open_note(next.note, keys);
  if (!opened) return out;  // Nobody of the version before has signed, or what he signed is another text.
  for (const CharterAuthority& authority : old.keys.authorities) {
    const bool has_signed = std::ranges::any_of(authority.keys, [&](const VerifierKey& key) {
      return key.type() == KeyType::kEd25519 && opened->signed_by(key);
    });
    if (has_signed) out.insert(authority.id);
  }
  return out;
}

/// What no signature helps against.
std::string fault_of(const CharterText& old, const CharterText& next) {
  if (old.keys.id != next.keys.id) return "it is another charter";
  if (next.keys.version != old.keys.version + 1) return "the numbers of the versions do not follow each other";
  if (old.data_mode != next.data_mode) return "it is about another kind of data";
  if (!old.from || !next.from) return "they do not say from when they hold";
  if (*next.from <= *old.from) return "it begins no later than the version before it";
  if (old.until && *next.from > *old.until) return "it begins after the version before it has ended";
  for (const CharterAuthority& authority : next.keys.authorities) {
    const CharterAuthority* before = old.find(authority.id);
    if (before == nullptr || before->keys.empty() || authority.keys.empty()) continue;
    if (before->keys.front().name() != authority.keys.front().name()) {
      return fmt::format("the logs of {} would change their names", authority.id);
    }
  }
  for (const auto& [id, zone] : next.zones) {
    const auto before = old.zones.find(id);
    if (before != old.zones.end() && before->second.domain != zone.domain) {
      return fmt::format("zone {} would change from air to sea, or from sea to air", id);
    }
  }
  return {};
}

}  // namespace

Result<CharterSuccession> charter_succession(std::string_view old_note, std::string_view next_note) {
  const CharterText old = TRY(read(old_note));
  const CharterText next = TRY(read(next_note));
  CharterSuccession out;
  out.fault = fault_of(old, next);
  Comparison comparison(old, next);
  const Names concerned = comparison.run();
  const Names counted = counted_signers(old, next);
  const Names signers(next.keys.signers.begin(), next.keys.signers.end());
  Names missing;
  std::ranges::set_difference(concerned, counted, std::inserter(missing, missing.end()));
  // Whoever owns a zone has signed the version that says so, changed or not.
  std::ranges::set_difference(comparison.owners(), signers, std::inserter(missing, missing.end()));
  out.concerned.assign(concerned.begin(), concerned.end());
  out.missing.assign(missing.begin(), missing.end());
  return out;
}

}  // namespace tansiq::log
