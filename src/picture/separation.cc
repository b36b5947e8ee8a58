#include "picture/separation.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include "base/ids.h"
#include "picture/plan.h"

namespace tansiq::picture {
namespace {

/// Zones at one place; they do not overlap, but a place on a border may meet several.
constexpr std::size_t kZonesAtOnceMax = 1'024;

PairMinima wider(const PairMinima& a, const PairMinima& b) {
  PairMinima out = a;
  out.horizontal_m = std::max(a.horizontal_m, b.horizontal_m);
  if (b.vertical_m) out.vertical_m = std::max(a.vertical_m.value_or(0), *b.vertical_m);
  out.lookahead_s = std::max(a.lookahead_s, b.lookahead_s);
  return out;
}

std::pair<std::string, std::string> in_order(const std::string& a, const std::string& b) {
  return a < b ? std::pair(a, b) : std::pair(b, a);
}

}  // namespace

Status check(const std::vector<AgreedMinima>& agreed) {
  if (agreed.size() > kAgreedMinimaMax) {
    return fail(ErrorCode::kTooLarge, fmt::format("{} pairs, the limit is {}", agreed.size(), kAgreedMinimaMax));
  }
  std::set<std::tuple<std::string, std::string, core::Domain>> known;
  for (const AgreedMinima& one : agreed) {
    for (const std::string& name : {one.first, one.second}) {
      if (const Status named = check_id(name, "authority id"); !named) {
        return fail(ErrorCode::kInvalid, named.error().message, "between");
      }
    }
    if (one.first == one.second) {
      return fail(ErrorCode::kInvalid, fmt::format("'{}' stands here twice: these are two authorities", one.first),
                  "between");
    }
    if (one.horizontal_m <= 0) {
      return fail(ErrorCode::kInvalid, fmt::format("{} and {} need a distance", one.first, one.second), "horizontal_m");
    }
    if (one.vertical_m && one.domain == core::Domain::kSea) {
      return fail(ErrorCode::kInvalid, "there is no vertical distance at sea", "vertical_cm");
    }
    const auto [first, second] = in_order(one.first, one.second);
    if (!known.insert({first, second, one.domain}).second) {
      return fail(ErrorCode::kInvalid,
                  fmt::format("{} and {} are here twice in the domain {}", first, second, core::to_text(one.domain)),
                  "between");
    }
  }
  return {};
}

Separation::Separation(SeparationOptions options) : options_(std::move(options)) {
  for (const AgreedMinima& agreed : options_.agreed) {
    auto& table = agreed.domain == core::Domain::kAir ? air_ : sea_;
    table.insert_or_assign(in_order(agreed.first, agreed.second), &agreed);
  }
}

Status Separation::set_zones(std::vector<ZoneSpace> zones) {
  geo::VolumeIndex index;
  for (std::size_t i = 0; i < zones.size(); ++i) {
    if (!zones[i].volume) continue;
    const geo::PreparedVolume prepared = TRY(geo::prepare(*zones[i].volume));
    index.insert(prepared, i);
  }
  zones_ = std::move(zones);
  index_ = std::move(index);
  return {};
}

std::uint32_t Separation::zone_of(core::Domain domain, const Motion& motion) const {
  const auto spot = spot_of(motion);
  if (!spot) return kNoZone;
  std::vector<geo::VolumeIndex::Hit> hits;
  if (!index_.find_conflicts(*spot, {}, kZonesAtOnceMax, hits)) return kNoZone;
  for (const geo::VolumeIndex::Hit& hit : hits) {
    if (zones_[hit.tag].domain == domain) return static_cast<std::uint32_t>(hit.tag);
  }
  for (std::uint32_t i = 0; i < zones_.size(); ++i) {
    if (!zones_[i].volume && zones_[i].domain == domain) return i;
  }
  return kNoZone;
}

PairMinima Separation::of_kind(const Standing& a, const Standing& b) const {
  if (a.domain == core::Domain::kSea) return options_.sea;
  return a.unmanned && b.unmanned ? options_.drones : options_.air;
}

PairMinima Separation::between(const Standing& a, const Standing& b) const {
  PairMinima out = of_kind(a, b);
  if (!a.authority.empty() && !b.authority.empty()) {
    const auto& table = a.domain == core::Domain::kAir ? air_ : sea_;
    if (const auto agreed = table.find(in_order(a.authority, b.authority)); agreed != table.end()) {
      out.horizontal_m = agreed->second->horizontal_m;
      if (out.vertical_m) out.vertical_m = agreed->second->vertical_m.value_or(*out.vertical_m);
      return out;
    }
  }
  const ZoneSpace* both = a.zone == b.zone ? zone(a.zone) : nullptr;
  if (both != nullptr && both->minima.horizontal_m > 0) {
    out.horizontal_m = static_cast<double>(both->minima.horizontal_m);
    if (out.vertical_m && both->minima.vertical_cm > 0) {
      out.vertical_m = static_cast<double>(both->minima.vertical_cm) / 100;
    }
  }
  return out;
}

PairMinima Separation::widest(core::Domain domain) const {
  PairMinima out = domain == core::Domain::kSea ? options_.sea : wider(options_.air, options_.drones);
  for (const AgreedMinima& agreed : options_.agreed) {
    if (agreed.domain == domain) out = wider(out, {agreed.horizontal_m, agreed.vertical_m, 0});
  }
  for (const ZoneSpace& zone : zones_) {
    if (zone.domain != domain) continue;
    PairMinima minima{static_cast<double>(zone.minima.horizontal_m), std::nullopt, 0};
    if (out.vertical_m) minima.vertical_m = static_cast<double>(zone.minima.vertical_cm) / 100;
    out = wider(out, minima);
  }
  return out;
}

}  // namespace tansiq::picture
