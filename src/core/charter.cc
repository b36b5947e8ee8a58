#include "core/charter.h"

#include <fmt/core.h>

#include "base/invariant.h"
#include "core/jcs_read.h"
#include "core/volume_json.h"
#include "log/note.h"
#include "log/sha256.h"

namespace tansiq::core {
namespace {

using log::JcsValue;
using log::JcsWriter;

Result<std::string> label_at(const JcsValue& value, std::string_view name) {
  const std::string_view text = TRY(string_at(value, name));
  if (auto ok = check_label(text, kNameBytesMax, name); !ok) {
    return value.fail_here(std::move(ok).error().message);
  }
  return std::string(text);
}

Result<std::vector<std::string>> read_keys(const JcsValue& value) {
  TRY_VOID(value.expect(JcsValue::Kind::kArray));
  if (value.size() > kAuthorityKeysMax) {
    return value.fail_here(fmt::format("{} keys, but at most {} are allowed", value.size(), kAuthorityKeysMax));
  }
  std::vector<std::string> keys;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const std::string_view key = TRY(value[i].string());
    keys.emplace_back(key);
  }
  return keys;
}

Result<Authority> read_authority(const JcsValue& value) {
  TRY_VOID(value.only({"id", "keys", "name", "peer"}));
  Authority authority;
  authority.id = TRY(parsed_at(value, "id", AuthorityId::parse));
  authority.keys = TRY(read_at(value, "keys", read_keys));
  authority.name = TRY(label_at(value, "name"));
  if (const auto peer = value.find("peer")) authority.peer = TRY(read_fields<Peer>(*peer));
  return authority;
}

Result<geo::Minima> read_minima(const JcsValue& value) {
  TRY_VOID(value.only({"horizontal_m", "time_ms", "vertical_cm"}));
  geo::Minima minima;
  minima.horizontal_m = TRY(integer_at(value, "horizontal_m", 0, kMinimaHorizontalMMax));
  minima.time_ms = TRY(integer_at(value, "time_ms", 0, kMinimaTimeMsMax));
  minima.vertical_cm = TRY(integer_at(value, "vertical_cm", 0, kMinimaVerticalCmMax));
  return minima;
}

/// What depends on `background` and `domain`: outline and band.
Status read_extent(const JcsValue& value, Zone& zone) {
  if (const auto outline = value.find("outline")) {
    if (zone.background) return outline->fail_here("the background zone has no outline: it is what others leave");
    zone.outline = TRY(read_outline(*outline));
  } else if (!zone.background) {
    return value.fail_here("a zone needs an outline, unless it is the background zone");
  }
  if (const auto band = value.find("band")) {
    if (zone.domain == Domain::kSea) return band->fail_here("a zone at sea has no levels");
    if (zone.background) return band->fail_here("the background zone has no levels");
    zone.band = TRY(read_band(*band));
    if (zone.band.lower_cm >= zone.band.upper_cm) {
      return band->fail_here(
          fmt::format("lower limit {} cm is not below upper limit {} cm", zone.band.lower_cm, zone.band.upper_cm));
    }
  }
  return {};
}

Result<Zone> read_zone(const JcsValue& value) {
  TRY_VOID(value.only(
      {"background", "band", "disclosure", "domain", "id", "minima", "name", "outline", "owner", "rule", "tenants"}));
  Zone zone;
  if (const auto background = value.find("background")) {
    zone.background = TRY(background->boolean());
    if (!zone.background) return background->fail_here("`background` is either true or left out");
  }
  zone.disclosure = TRY(parsed_at(value, "disclosure", parse_disclosure));
  zone.domain = TRY(parsed_at(value, "domain", parse_domain));
  zone.id = TRY(parsed_at(value, "id", ZoneId::parse));
  zone.minima = TRY(read_at(value, "minima", read_minima));
  zone.name = TRY(label_at(value, "name"));
  zone.owner = TRY(parsed_at(value, "owner", AuthorityId::parse));
  zone.rule = TRY(parsed_at(value, "rule", parse_rule));
  if (const auto tenants = value.find("tenants")) zone.tenants = TRY(Codec<std::vector<AuthorityId>>::read(*tenants));
  TRY_VOID(read_extent(value, zone));
  return zone;
}

Status read_authorities(const JcsValue& value, Charter& charter) {
  TRY_VOID(value.expect(JcsValue::Kind::kArray));
  if (value.size() > kCharterAuthoritiesMax) {
    return value.fail_here(
        fmt::format("{} authorities, but at most {} are allowed", value.size(), kCharterAuthoritiesMax));
  }
  std::set<AuthorityId> seen;
  for (std::size_t i = 0; i < value.size(); ++i) {
    Authority authority = TRY(read_authority(value[i]));
    if (!seen.insert(authority.id).second) {
      return value[i].fail_here(fmt::format("authority \"{}\" stands here twice", authority.id.str()));
    }
    charter.authorities.push_back(std::move(authority));
  }
  return {};
}

Status read_zones(const JcsValue& value, Charter& charter) {
  TRY_VOID(value.expect(JcsValue::Kind::kArray));
  if (value.size() > kCharterZonesMax) {
    return value.fail_here(fmt::format("{} zones, but at most {} are allowed", value.size(), kCharterZonesMax));
  }
  std::set<AuthorityId> authorities;
  for (const Authority& authority : charter.authorities) authorities.insert(authority.id);
  std::set<ZoneId> seen;
  bool background = false;
  for (std::size_t i = 0; i < value.size(); ++i) {
    Zone zone = TRY(read_zone(value[i]));
    if (!seen.insert(zone.id).second) {
      return value[i].fail_here(fmt::format("zone \"{}\" stands here twice", zone.id.str()));
    }
    if (!authorities.contains(zone.owner)) {
      return fail(ErrorCode::kInvalid,
                  fmt::format("owner \"{}\" is not an authority of this charter", zone.owner.str()),
                  fmt::format("zones[{}].owner", i));
    }
    for (const AuthorityId& tenant : zone.tenants) {
      if (authorities.contains(tenant) && tenant != zone.owner) continue;
      return fail(ErrorCode::kInvalid,
                  fmt::format("tenant \"{}\" is not another authority of this charter", tenant.str()),
                  fmt::format("zones[{}].tenants", i));
    }
    if (zone.background && std::exchange(background, true)) {
      return value[i].fail_here("a second background zone: there is at most one");
    }
    charter.zones.push_back(std::move(zone));
  }
  return {};
}

Status read_relations(const JcsValue& value, Charter& charter) {
  TRY_VOID(value.expect(JcsValue::Kind::kArray));
  if (value.size() == 0 || value.size() > kCharterRelationsMax) {
    return value.fail_here(
        fmt::format("{} relations; 1 to {} are allowed, or leave the member out", value.size(), kCharterRelationsMax));
  }
  std::set<Edge> seen;
  for (std::size_t i = 0; i < value.size(); ++i) {
    InitialRelation relation = TRY(read_fields<InitialRelation>(value[i]));
    const Edge& edge = relation.edge;
    for (const AuthorityId* side : {&edge.from, &edge.to}) {
      if (charter.find_authority(*side) == nullptr) {
        return value[i].fail_here(fmt::format("\"{}\" is not an authority of this charter", side->str()));
      }
    }
    if (edge.from == edge.to) return value[i].fail_here("an authority grants itself nothing: it needs no grant");
    const std::int64_t most = level_max(edge.domain, edge.capability);
    if (most == 0) {
      return value[i].fail_here(
          fmt::format("domain {} has no capability \"{}\"", to_text(edge.domain), to_text(edge.capability)));
    }
    if (relation.level < 0 || relation.level > most) {
      return value[i].fail_here(
          fmt::format("level {} of {}: 0 to {} exist", relation.level, to_text(edge.capability), most));
    }
    if (!seen.insert(edge).second) return value[i].fail_here("this relation stands here twice");
    charter.relations.push_back(std::move(relation));
  }
  return {};
}

void write_authority(JcsWriter& w, const Authority& authority) {
  w.begin_object().key("id").string(authority.id.str()).key("keys").begin_array();
  for (const std::string& key : authority.keys) w.string(key);
  w.end_array().key("name").string(authority.name);
  if (authority.peer) {
    w.key("peer");
    write_fields(w, *authority.peer);
  }
  w.end_object();
}

void write_zone(JcsWriter& w, const Zone& zone) {
  w.begin_object();
  if (zone.background) w.key("background").boolean(true);
  if (!unbounded(zone.band)) {
    w.key("band");
    write_band(w, zone.band);
  }
  w.key("disclosure").string(to_text(zone.disclosure)).key("domain").string(to_text(zone.domain));
  w.key("id").string(zone.id.str()).key("minima").begin_object();
  w.key("horizontal_m").integer(zone.minima.horizontal_m).key("time_ms").integer(zone.minima.time_ms);
  w.key("vertical_cm").integer(zone.minima.vertical_cm).end_object().key("name").string(zone.name);
  if (zone.outline) {
    w.key("outline");
    write_outline(w, *zone.outline);
  }
  w.key("owner").string(zone.owner.str()).key("rule").string(to_text(zone.rule));
  if (!zone.tenants.empty()) {
    w.key("tenants");
    Codec<std::vector<AuthorityId>>::write(w, zone.tenants);
  }
  w.end_object();
}

}  // namespace

const Authority* Charter::find_authority(const AuthorityId& authority) const {
  for (const Authority& a : authorities) {
    if (a.id == authority) return &a;
  }
  return nullptr;
}

const Zone* Charter::find_zone(const ZoneId& zone) const {
  for (const Zone& z : zones) {
    if (z.id == zone) return &z;
  }
  return nullptr;
}

Result<Charter> parse_charter(std::string_view text) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  const log::JcsDocument document = TRY(log::JcsDocument::parse(text, kCharterBytesMax));
  const JcsValue root = document.root();
  TRY_VOID(root.only({"authorities", "catalogue", "conformance", "data_mode", "disclosure", "id", "name", "relations",
                      "timing", "valid_from_ms", "valid_until_ms", "version", "zones"}));
  Charter charter;
  const std::string_view id = TRY(string_at(root, "id"));
  TRY_VOID(check_id(id, "charter id"));
  charter.id = id;
  charter.name = TRY(label_at(root, "name"));
  charter.version = TRY(integer_at(root, "version", 1, log::kJcsIntegerMax));
  charter.data_mode = TRY(parsed_at(root, "data_mode", parse_data_mode));
  charter.valid_from.ms = TRY(integer_at(root, "valid_from_ms", kUtcMin.ms, kUtcMax.ms));
  if (const auto terms = root.find("catalogue")) charter.catalogue = TRY(read_fields<CatalogueTerms>(*terms));
  if (const auto terms = root.find("conformance")) charter.conformance = TRY(read_fields<ConformanceTerms>(*terms));
  if (const auto terms = root.find("disclosure")) charter.disclosure = TRY(read_fields<DisclosureTerms>(*terms));
  if (const auto until = root.find("valid_until_ms")) {
    charter.valid_until = UtcMs{TRY(until->integer(kUtcMin.ms, kUtcMax.ms))};
    if (*charter.valid_until <= charter.valid_from) return until->fail_here("ends before it begins");
  }
  TRY_VOID(read_at(root, "authorities", [&](const JcsValue& v) { return read_authorities(v, charter); }));
  if (const auto relations = root.find("relations")) TRY_VOID(read_relations(*relations, charter));
  if (const auto timing = root.find("timing")) charter.timing = TRY(read_fields<Timing>(*timing));
  TRY_VOID(read_at(root, "zones", [&](const JcsValue& v) { return read_zones(v, charter); }));
  return charter;
}

std::string charter_text(const Charter& charter) {
  std::string text;
  JcsWriter w(text);
  w.begin_object().key("authorities").begin_array();
  for (const Authority& authority : charter.authorities) write_authority(w, authority);
  w.end_array();
  if (charter.catalogue) {
    w.key("catalogue");
    write_fields(w, *charter.catalogue);
  }
  if (charter.conformance) {
    w.key("conformance");
    write_fields(w, *charter.conformance);
  }
  w.key("data_mode").string(to_text(charter.data_mode));
  if (charter.disclosure != DisclosureTerms{}) {
    w.key("disclosure");
    write_fields(w, charter.disclosure);
  }
  w.key("id").string(charter.id);
  w.key("name").string(charter.name);
  if (!charter.relations.empty()) {
    w.key("relations").begin_array();
    for (const InitialRelation& relation : charter.relations) write_fields(w, relation);
    w.end_array();
  }
  if (charter.timing != Timing{}) {
    w.key("timing");
    write_fields(w, charter.timing);
  }
  w.key("valid_from_ms").integer(charter.valid_from.ms);
  if (charter.valid_until) w.key("valid_until_ms").integer(charter.valid_until->ms);
  w.key("version").integer(charter.version).key("zones").begin_array();
  for (const Zone& zone : charter.zones) write_zone(w, zone);
  w.end_array().end_object();
  text += '\n';
  return text;
}

std::string charter_hash(std::string_view text) { return log::sha256(text).hex(); }

Result<SignedCharter> open_charter(std::string_view note) {
  const log::Note unverified = TRY(log::parse_note(note));
  SignedCharter opened{.charter = TRY(parse_charter(unverified.text)), .text = unverified.text, .signers = {}};
  std::vector<log::VerifierKey> keys;
  for (std::size_t i = 0; i < opened.charter.authorities.size(); ++i) {
    for (const std::string& text : opened.charter.authorities[i].keys) {
      auto key = log::VerifierKey::parse(text);
      if (!key) return std::unexpected(inside(std::move(key).error(), fmt::format("authorities[{}].keys", i)));
      keys.push_back(std::move(*key));
    }
  }
  const log::OpenedNote verified = TRY(log::open_note(note, keys));
  for (const Authority& authority : opened.charter.authorities) {
    for (const std::string& text : authority.keys) {
      const auto key = log::VerifierKey::parse(text);
      if (key && key->type() == log::KeyType::kEd25519 && verified.signed_by(*key)) opened.signers.insert(authority.id);
    }
  }
  return opened;
}

}  // namespace tansiq::core
