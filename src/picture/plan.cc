#include "picture/plan.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "base/limits.h"
#include "picture/local_frame.h"

namespace tansiq::picture {

using surveillance::Domain;

std::string plain_call_sign(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == ' ' || c == '-' || c == '.') continue;
    out += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return out;
}

std::optional<geo::PreparedVolume> spot_of(const Motion& motion) {
  constexpr std::int64_t kSpotCm = 1;
  auto shape = geo::Shape::make(geo::Circle{lat_lng_of(normal_of(motion.lat_deg, motion.lng_deg)), kSpotCm});
  if (!shape) return std::nullopt;
  geo::LevelBand band;
  const auto at = [&](double height_m, geo::VerticalReference reference) {
    const auto cm = static_cast<std::int64_t>(std::llround(height_m * 100));
    band = {cm, cm + 1, reference};
  };
  if (motion.pressure_m) {
    at(*motion.pressure_m, geo::VerticalReference::kFlightLevel);
  } else if (motion.geometric_m) {
    at(*motion.geometric_m, geo::VerticalReference::kWgs84);
  }
  return geo::PreparedVolume{*std::move(shape), band, {motion.time, motion.time + 1}};
}

Status PlanBook::put(Plan plan) {
  if (plan.intent.empty()) return fail(ErrorCode::kInvalid, "a plan needs the id of its intent", "intent");
  if (plan.legs.empty()) return fail(ErrorCode::kInvalid, "a plan needs at least one leg", "legs");
  if (plan.legs.size() > kVolumesPerIntentMax) {
    return fail(ErrorCode::kTooLarge,
                fmt::format("a plan has {} legs; at most {} are possible", plan.legs.size(), kVolumesPerIntentMax),
                "legs");
  }
  TRY_VOID(core::check_craft(plan.craft));
  Stored stored;
  for (std::size_t i = 0; i < plan.legs.size(); ++i) {
    auto leg = geo::prepare(plan.legs[i].volume);
    if (!leg) return std::unexpected(inside(std::move(leg).error(), fmt::format("legs[{}].volume", i)));
    stored.prepared.first = i == 0 ? leg->window.start : std::min(stored.prepared.first, leg->window.start);
    stored.prepared.last = std::max(stored.prepared.last, leg->window.end);
    stored.prepared.legs.push_back(*std::move(leg));
  }
  const auto former = plans_.find(plan.intent);
  const bool known = former != plans_.end();
  if (!known && plans_.size() >= kPlansMax) {
    return fail(ErrorCode::kOverloaded, fmt::format("there are {} plans already, which is the limit", kPlansMax));
  }
  const bool same_legs = known && former->second.prepared.plan.legs == plan.legs;
  stored.prepared.edition = same_legs ? former->second.prepared.edition : ++last_edition_;
  if (known) erase(plan.intent);
  stored.number = ++last_number_;
  stored.prepared.plan = std::move(plan);
  const auto at = plans_.emplace(stored.prepared.plan.intent, std::move(stored)).first;
  Stored& kept = at->second;
  const Plan& p = kept.prepared.plan;
  by_number_[kept.number] = &kept.prepared;
  for (const geo::PreparedVolume& leg : kept.prepared.legs) kept.handles.push_back(legs_.insert(leg, kept.number));
  for (const core::Craft& craft : p.craft) {
    if (craft.icao) add(by_icao_, craft.icao->value, kept.number);
    if (craft.mmsi) add(by_mmsi_, craft.mmsi->value, kept.number);
    if (craft.mode_3a) add(by_code_, craft.mode_3a->value, kept.number);
  }
  if (const std::string sign = plain_call_sign(p.call_sign); !sign.empty()) {
    by_call_sign_[sign].push_back(kept.number);
  }
  return {};
}

/// A code may be lent to two craft of one plan, one after the other: it stands once.
void PlanBook::add(Lists& lists, std::uint32_t key, Number number) {
  std::vector<Number>& list = lists[key];
  if (list.empty() || list.back() != number) list.push_back(number);
}

void PlanBook::remove(Lists& lists, std::uint32_t key, Number number) {
  const auto at = lists.find(key);
  if (at == lists.end()) return;
  std::erase(at->second, number);
  if (at->second.empty()) lists.erase(at);
}

bool PlanBook::erase(std::string_view intent) {
  const auto at = plans_.find(intent);
  if (at == plans_.end()) return false;
  const Stored& stored = at->second;
  const Plan& p = stored.prepared.plan;
  for (const auto handle : stored.handles) legs_.remove(handle);
  for (const core::Craft& craft : p.craft) {
    if (craft.icao) remove(by_icao_, craft.icao->value, stored.number);
    if (craft.mmsi) remove(by_mmsi_, craft.mmsi->value, stored.number);
    if (craft.mode_3a) remove(by_code_, craft.mode_3a->value, stored.number);
  }
  if (const std::string sign = plain_call_sign(p.call_sign); !sign.empty()) {
    const auto list = by_call_sign_.find(sign);
    std::erase(list->second, stored.number);
    if (list->second.empty()) by_call_sign_.erase(list);
  }
  by_number_.erase(stored.number);
  plans_.erase(at);
  return true;
}

const PreparedPlan* PlanBook::find(std::string_view intent) const {
  const auto at = plans_.find(intent);
  return at == plans_.end() ? nullptr : &at->second.prepared;
}

namespace {

void in_order(std::vector<const PreparedPlan*>& plans) {
  std::sort(plans.begin(), plans.end(),
            [](const PreparedPlan* a, const PreparedPlan* b) { return a->plan.intent < b->plan.intent; });
  plans.erase(std::unique(plans.begin(), plans.end()), plans.end());
}

}  // namespace

void PlanBook::named(const Names& names, std::vector<const PreparedPlan*>& out, std::uint64_t& cut) const {
  out.clear();
  const auto add = [&](const std::vector<Number>& numbers) {
    if (numbers.size() > kNamesakesMax) ++cut;
    for (std::size_t i = 0; i < std::min(numbers.size(), kNamesakesMax); ++i) out.push_back(by_number_.at(numbers[i]));
  };
  const auto look = [&](const Lists& lists, std::optional<std::uint32_t> key) {
    if (!key) return;
    if (const auto at = lists.find(*key); at != lists.end()) add(at->second);
  };
  look(by_icao_, names.icao);
  look(by_mmsi_, names.mmsi);
  look(by_code_, names.mode_3a);
  if (const std::string sign = plain_call_sign(names.call_sign); !sign.empty()) {
    if (const auto at = by_call_sign_.find(sign); at != by_call_sign_.end()) add(at->second);
  }
  in_order(out);
}

void PlanBook::near(const geo::PreparedVolume& spot, UtcMs t, const geo::Minima& minima,
                    std::vector<const PreparedPlan*>& out, std::uint64_t& cut) const {
  out.clear();
  geo::PreparedVolume at = spot;
  at.window = {t, t + 1};
  std::vector<geo::VolumeIndex::Hit> hits;
  if (!legs_.find_conflicts(at, minima, kPlansNearMax, hits)) {
    ++cut;
    return;
  }
  for (const auto& hit : hits) out.push_back(by_number_.at(static_cast<Number>(hit.tag)));
  in_order(out);
}

}  // namespace tansiq::picture
