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

std::vector<geo::Outline> outlines_of(const Coalition& coalition, const std::string& area) {
  std::vector<geo::Outline> out;
  const bool own = area == picture::kOwnZones;
  for (const core::Zone& zone : coalition.machine().charter().zones) {
    if (!zone.outline) continue;
    const bool meant = own ? coalition.control().sequencer(zone.id) == coalition.self() : zone.id.str() == area;
    if (meant) out.push_back(*zone.outline);
  }
  return out;
}

}  // namespace

RecordedPermit release_permit(const Coalition& coalition, const AuthorityId& to,
                              std::span<const picture::ReleaseRule> rules) {
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
    if (!known) out.areas.emplace_back(rule.area, outlines_of(coalition, rule.area));
  }
  return out;
}

Status check_release(std::span<const picture::ReleaseRule> rules, const AuthorityId& self,
                     std::span<const core::Charter> versions) {
  if (rules.size() > picture::kReleaseRulesMax) {
    return fail(ErrorCode::kInvalid, fmt::format("more than {} rules", picture::kReleaseRulesMax), "release");
  }
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const picture::ReleaseRule& rule = rules[i];
    const std::string where = fmt::format("release[{}]", i);
    if (const Status good = picture::check(rule); !good) return std::unexpected(inside(good.error(), where));
    // Who was a member once may still have a rule: a node must start after somebody has left.
    const bool named = std::ranges::any_of(versions, [&](const core::Charter& version) {
      return version.find_authority(AuthorityId::trusted(rule.to)) != nullptr;
    });
    if (!named || rule.to == self.str()) {
      return fail(ErrorCode::kInvalid, fmt::format("'{}' is no other authority of the charter", rule.to),
                  where + ".to");
    }
    if (rule.area.empty() || rule.area == picture::kOwnZones) continue;
    const core::Zone* zone = versions.empty() ? nullptr : versions.back().find_zone(ZoneId::trusted(rule.area));
    if (zone == nullptr || !zone->outline) {
      return fail(ErrorCode::kInvalid,
                  fmt::format("'{}' is no zone of the charter that has an outline; write one, or own-zones", rule.area),
                  where + ".area");
    }
  }
  return {};
}

}  // namespace tansiq::node
