#include "node/release_permit.h"

#include <fmt/format.h>

#include <algorithm>

namespace tansiq::node {
namespace {

using coordination::Coalition;
using coordination::ShareLevel;

/// As record_notes.cc names the plan of what disclosure calls `flight M1` or `intent i7`.
std::string plan_of(const std::string& source) {
  constexpr std::string_view kIntent = "intent ";
  constexpr std::string_view kFlight = "flight ";
  if (source.starts_with(kFlight)) return "flight:" + source.substr(kFlight.size());
  return source.starts_with(kIntent) ? source.substr(kIntent.size()) : source;
}

}  // namespace

RecordedOutlines RecordedAreas::of(const Coalition& coalition, const std::string& area) {
  const core::Charter& charter = coalition.machine().charter();
  if (charter.version != version_) areas_.clear();
  version_ = charter.version;
  const bool own = area == picture::kOwnZones;
  std::vector<ZoneId> meant;
  for (const core::Zone& zone : charter.zones) {
    if (!zone.outline) continue;
    if (own ? coalition.control().sequencer(zone.id) == coalition.self() : zone.id.str() == area) {
      meant.push_back(zone.id);
    }
  }
  if (!own && meant.empty()) return nullptr;
  const auto at = areas_.find(area);
  if (at != areas_.end() && at->second.zones == meant) return at->second.outlines;
  std::vector<geo::Outline> outlines;
  outlines.reserve(meant.size());
  for (const ZoneId& zone : meant) outlines.push_back(*charter.find_zone(zone)->outline);
  auto made = std::make_shared<const std::vector<geo::Outline>>(std::move(outlines));
  areas_.insert_or_assign(area, Area{std::move(meant), made});
  return made;
}

RecordedPermit release_permit(const Coalition& coalition, const AuthorityId& to,
                              std::span<const picture::ReleaseRule> rules, RecordedAreas& areas) {
  RecordedPermit out;
  out.member = coalition.is_member(to);
  if (!out.member) return out;
  const auto live = [&](core::RelationDomain domain) {
    const core::Edge edge{core::Capability::kDisclosure, domain, coalition.self(), to};
    return coalition.relations().level(edge) >= static_cast<std::int64_t>(ShareLevel::kLive);
  };
  out.air = live(core::RelationDomain::kAir);
  out.sea = live(core::RelationDomain::kSea);
  if (!out.air && !out.sea) return out;
  for (const std::string& source : coalition.shown().withheld_from(to)) out.withheld.insert(plan_of(source));
  for (const picture::ReleaseRule& rule : rules) {
    if (rule.to != to.str() || rule.area.empty()) continue;
    const bool known = std::ranges::any_of(out.areas, [&](const auto& area) { return area.first == rule.area; });
    if (known) continue;
    if (RecordedOutlines outlines = areas.of(coalition, rule.area)) {
      out.areas.emplace_back(rule.area, std::move(outlines));
    }
  }
  return out;
}

HeardPermit heard_permit(const Coalition& coalition) {
  HeardPermit out;
  for (const core::Authority& authority : coalition.machine().charter().authorities) {
    if (authority.id == coalition.self() || !coalition.is_member(authority.id)) continue;
    const auto live = [&](core::RelationDomain domain) {
      const core::Edge edge{core::Capability::kDisclosure, domain, authority.id, coalition.self()};
      return coalition.relations().level(edge) >= static_cast<std::int64_t>(ShareLevel::kLive);
    };
    if (live(core::RelationDomain::kAir)) out.air.insert(authority.id);
    if (live(core::RelationDomain::kSea)) out.sea.insert(authority.id);
  }
  return out;
}

Status check_release(std::span<const picture::ReleaseRule> rules, const AuthorityId& self) {
  if (rules.size() > picture::kReleaseRulesMax) {
    return fail(ErrorCode::kInvalid, fmt::format("more than {} rules", picture::kReleaseRulesMax), "release");
  }
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const std::string where = fmt::format("release[{}]", i);
    if (const Status good = picture::check(rules[i]); !good) return std::unexpected(inside(good.error(), where));
    if (rules[i].to == self.str()) {
      return fail(ErrorCode::kInvalid, fmt::format("'{}' is this authority itself", rules[i].to), where + ".to");
    }
  }
  return {};
}

std::vector<std::string> release_remarks(std::span<const picture::ReleaseRule> rules,
                                         std::span<const core::Charter> versions) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const picture::ReleaseRule& rule = rules[i];
    // Who was a member once may still have a rule, and who is to be one has it before.
    const bool named = std::ranges::any_of(versions, [&](const core::Charter& version) {
      return version.find_authority(AuthorityId::trusted(rule.to)) != nullptr;
    });
    if (!named) out.push_back(fmt::format("release[{}].to: '{}' is no authority of the charter yet", i, rule.to));
    if (rule.area.empty() || rule.area == picture::kOwnZones) continue;
    const core::Zone* zone = versions.empty() ? nullptr : versions.back().find_zone(ZoneId::trusted(rule.area));
    if (zone == nullptr || !zone->outline) {
      out.push_back(
          fmt::format("release[{}].area: '{}' is no zone of the charter that has an outline: this rule and those "
                      "for {} behind it tell nothing",
                      i, rule.area, rule.to));
    }
  }
  return out;
}

}  // namespace tansiq::node
