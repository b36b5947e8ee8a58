#include "coordination/relation_bundles.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "base/ids.h"
#include "base/json_in.h"

namespace tansiq::coordination {
namespace {

constexpr RelationDomain kAllDomains[]{RelationDomain::kAir, RelationDomain::kSea, RelationDomain::kTalks,
                                       RelationDomain::kInformation};

std::string kind_text(const RelationKind& kind) {
  return fmt::format("{} {}", to_text(kind.domain), to_text(kind.capability));
}

template <class E>
Result<E> read_name(const JsonValue& object, std::string_view member) {
  const JsonValue value = TRY(object.at(member));
  const std::string_view text = TRY(value.string());
  auto parsed = parse_enum<E>(text);
  if (!parsed) return value.error(ErrorCode::kInvalid, std::move(parsed).error().message);
  return parsed;
}

Result<BundleGrant> read_grant(const JsonValue& value) {
  TRY_VOID(value.expect(JsonValue::Kind::kObject));
  TRY_VOID(value.only({"domain", "capability", "level"}));
  BundleGrant out;
  out.kind.domain = TRY(read_name<RelationDomain>(value, "domain"));
  out.kind.capability = TRY(read_name<Capability>(value, "capability"));
  const std::int64_t most = core::level_max(out.kind.domain, out.kind.capability);
  if (most == 0) {
    return value.error(ErrorCode::kInvalid, fmt::format("domain {} has no capability \"{}\"", to_text(out.kind.domain),
                                                        to_text(out.kind.capability)));
  }
  const JsonValue level = TRY(value.at("level"));
  out.level = TRY(level.integer(0, most));
  return out;
}

Result<Bundle> read_bundle(const JsonValue& value) {
  TRY_VOID(value.expect(JsonValue::Kind::kObject));
  TRY_VOID(value.only({"name", "grants"}));
  Bundle out;
  const JsonValue name = TRY(value.at("name"));
  out.name = TRY(name.string());
  if (Status ok = check_id(out.name, "bundle name"); !ok) {
    return name.error(ErrorCode::kInvalid, std::move(ok).error().message);
  }
  const JsonValue grants = TRY(value.at("grants"));
  TRY_VOID(grants.expect(JsonValue::Kind::kArray));
  std::set<RelationKind> seen;
  for (std::size_t i = 0; i < grants.size(); ++i) {
    BundleGrant grant = TRY(read_grant(grants[i]));
    if (!seen.insert(grant.kind).second) {
      return grants[i].error(ErrorCode::kInvalid, fmt::format("{} stands here twice", kind_text(grant.kind)));
    }
    out.grants.push_back(grant);
  }
  return out;
}

}  // namespace

std::vector<RelationKind> all_kinds(std::optional<RelationDomain> domain) {
  std::vector<RelationKind> out;
  for (const RelationDomain each : kAllDomains) {
    if (domain && each != *domain) continue;
    for (std::size_t i = 0; i < enum_names(Capability{}).size(); ++i) {
      const auto capability = static_cast<Capability>(i);
      if (core::level_max(each, capability) > 0) out.push_back({.domain = each, .capability = capability});
    }
  }
  return out;
}

std::int64_t Bundle::level(const RelationKind& kind) const {
  const auto found = std::ranges::find(grants, kind, &BundleGrant::kind);
  return found == grants.end() ? 0 : found->level;
}

const Bundle* Bundles::find(std::string_view name) const {
  const auto found = std::ranges::find(all, name, &Bundle::name);
  return found == all.end() ? nullptr : &*found;
}

Bundles standard_bundles() {
  Bundle frozen{.name = "frozen", .grants = {}};
  Bundle deconflict{.name = "deconflict", .grants = {}};
  Bundle cooperate{.name = "cooperate", .grants = {}};
  Bundle ally{.name = "ally", .grants = {}};
  for (const RelationKind& kind : all_kinds()) {
    const std::int64_t most = core::level_max(kind.domain, kind.capability);
    ally.grants.push_back({.kind = kind, .level = most});
    switch (kind.capability) {
      // Enough to keep apart: ask for a leg, learn when and where something is in the way, and talk about it.
      case Capability::kRequest:
      case Capability::kCentres:
      case Capability::kChiefs:
        deconflict.grants.push_back({.kind = kind, .level = 1});
        cooperate.grants.push_back({.kind = kind, .level = 1});
        break;
      case Capability::kDisclosure:
        deconflict.grants.push_back({.kind = kind, .level = 1});
        cooperate.grants.push_back({.kind = kind, .level = 3});
        break;
      case Capability::kTracks:
      case Capability::kMinistries:
      case Capability::kReports:
        cooperate.grants.push_back({.kind = kind, .level = 1});
        break;
      case Capability::kGateway:
        break;
    }
  }
  return {.all = {std::move(frozen), std::move(deconflict), std::move(cooperate), std::move(ally)}};
}

Result<Bundles> parse_bundles(std::string_view text) {
  const JsonDocument document = TRY(JsonDocument::parse(text, {.bytes_max = kBundlesBytesMax}));
  const JsonValue root = document.root();
  TRY_VOID(root.expect(JsonValue::Kind::kObject));
  TRY_VOID(root.only({"bundles"}));
  const JsonValue list = TRY(root.at("bundles"));
  TRY_VOID(list.expect(JsonValue::Kind::kArray));
  if (list.size() > kBundlesMax) {
    return list.error(ErrorCode::kTooLarge, fmt::format("{} bundles; at most {} are kept", list.size(), kBundlesMax));
  }
  Bundles out;
  for (std::size_t i = 0; i < list.size(); ++i) {
    Bundle bundle = TRY(read_bundle(list[i]));
    if (out.find(bundle.name) != nullptr) {
      return list[i].error(ErrorCode::kInvalid, fmt::format("bundle \"{}\" stands here twice", bundle.name));
    }
    out.all.push_back(std::move(bundle));
  }
  return out;
}

std::string bundles_text(const Bundles& bundles) {
  std::string out = "{\"bundles\": [";
  for (std::size_t i = 0; i < bundles.all.size(); ++i) {
    const Bundle& bundle = bundles.all[i];
    // Names are ids: none needs escaping.
    out += fmt::format("{}\n  {{\"name\": \"{}\", \"grants\": [", i == 0 ? "" : ",", bundle.name);
    for (std::size_t j = 0; j < bundle.grants.size(); ++j) {
      const BundleGrant& grant = bundle.grants[j];
      out += fmt::format("{}\n    {{\"domain\": \"{}\", \"capability\": \"{}\", \"level\": {}}}", j == 0 ? "" : ",",
                         to_text(grant.kind.domain), to_text(grant.kind.capability), grant.level);
    }
    out += "]}";
  }
  out += "\n]}\n";
  return out;
}

Result<std::vector<EdgeLevel>> expand(const Bundle& bundle, const AuthorityId& self, const AuthorityId& peer,
                                      const BundleScope& scope) {
  const std::vector<RelationKind> kinds = all_kinds(scope.domain);
  for (const RelationKind& kind : scope.withheld) {
    if (std::ranges::find(kinds, kind) != kinds.end()) continue;
    return fail(ErrorCode::kInvalid,
                core::level_max(kind.domain, kind.capability) == 0
                    ? fmt::format("domain {} has no capability \"{}\": it cannot be withheld", to_text(kind.domain),
                                  to_text(kind.capability))
                    : fmt::format("{} is to be withheld, but only domain {} is asked for", kind_text(kind),
                                  to_text(*scope.domain)),
                "withheld");
  }
  std::vector<EdgeLevel> out;
  const auto add = [&](const AuthorityId& from, const AuthorityId& to) {
    for (const RelationKind& kind : kinds) {
      const bool withheld = std::ranges::find(scope.withheld, kind) != scope.withheld.end();
      out.push_back({.edge = {.capability = kind.capability, .domain = kind.domain, .from = from, .to = to},
                     .level = withheld ? 0 : bundle.level(kind)});
    }
  };
  if (scope.direction != Direction::kTheyGrant) add(self, peer);
  if (scope.direction != Direction::kWeGrant) add(peer, self);
  return out;
}

BundlePlan plan_for(const RelationView& relations, const std::vector<EdgeLevel>& items) {
  BundlePlan out;
  for (const EdgeLevel& item : items) {
    const std::int64_t now = relations.level(item.edge);
    if (item.level < now) out.freeze.push_back(item);
    if (item.level > now) out.propose.push_back(item);
  }
  return out;
}

}  // namespace tansiq::coordination
