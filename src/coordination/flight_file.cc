// Filing: an INTENT, or a MODIFY of a live flight, is checked before anything of it is written.
#include <fmt/format.h>

#include <algorithm>

#include "coordination/flight_desk.h"
#include "coordination/lists.h"
#include "geo/conflict.h"

namespace tansiq::coordination {
namespace {

/// Changes of one attempt: its record stays readable.
constexpr std::size_t kVersionsMax = 4'096;

std::string leg_path(std::size_t leg) { return fmt::format("legs[{}]", leg); }

}  // namespace

Result<Body> FlightDesk::file(const FlightFiled& filed, UtcMs now) const {
  TRY_VOID(check_plan(filed));
  const Flight* was = find(filed.flight);
  if (was != nullptr && !was->ended) return modify(*was, filed, now);
  std::vector<std::int64_t> legs;
  for (std::size_t i = 0; i < filed.legs.size(); ++i) legs.push_back(static_cast<std::int64_t>(i));
  TRY_VOID(check_asked(filed, legs, nullptr, now));
  return filed;
}

/// What a plan must be by itself.
Status FlightDesk::check_plan(const FlightFiled& filed) const {
  if (filed.flight.empty()) return fail(ErrorCode::kInvalid, "a flight has an id", "flight");
  TRY_VOID(filed.check());
  if (filed.principal) {
    if (*filed.principal == self_ || charter_.find_authority(*filed.principal) == nullptr) {
      return fail(ErrorCode::kInvalid,
                  fmt::format("\"{}\" is no other authority of the charter", filed.principal->str()), "principal");
    }
  }
  for (std::size_t i = 0; i < filed.legs.size(); ++i) {
    const PlannedLeg& leg = filed.legs[i];
    const auto zone = zones_.find(leg.zone);
    if (zone == zones_.end()) {
      return fail(ErrorCode::kInvalid, fmt::format("there is no zone {} in the charter", leg.zone.str()), leg_path(i));
    }
    if (zone->second->domain != filed.domain) {
      return fail(ErrorCode::kInvalid,
                  fmt::format("zone {} is {}, the flight is {}", leg.zone.str(), core::to_text(zone->second->domain),
                              core::to_text(filed.domain)),
                  leg_path(i));
    }
    for (std::size_t j = 0; j < leg.volumes.size(); ++j) {
      const auto prepared = geo::prepare(leg.volumes[j]);
      if (!prepared) return std::unexpected(inside(prepared.error(), fmt::format("{}.volumes[{}]", leg_path(i), j)));
    }
    // Craft stand beside the volumes in what an owner is asked.
    if (volumes_bytes(leg.volumes) + core::kCraftBytesMax * filed.craft.size() > kLegVolumesBytesMax) {
      return fail(ErrorCode::kTooLarge,
                  fmt::format("the volumes{} take more than {} bytes: simplify the outlines",
                              filed.craft.empty() ? "" : " and craft", kLegVolumesBytesMax),
                  leg_path(i));
    }
    const geo::TimeWindow window = span_of(leg.volumes);
    if (window.end - window.start <= 2 * timing_.clock_error_ms) {
      return fail(ErrorCode::kInvalid,
                  fmt::format("the window lasts {}; it must be longer than {}, twice the clock error",
                              format_duration(window.end - window.start), format_duration(2 * timing_.clock_error_ms)),
                  leg_path(i));
    }
  }
  return {};
}

/// Whether these legs may be asked for now. `was`: the flight that they change.
Status FlightDesk::check_asked(const FlightFiled& filed, const std::vector<std::int64_t>& legs, const Flight* was,
                               UtcMs now) const {
  const RelationDomain domain = filed.domain == core::Domain::kAir ? RelationDomain::kAir : RelationDomain::kSea;
  std::int64_t asked = 0;
  std::size_t first = 0;
  bool shrinks = was != nullptr;
  for (const std::int64_t leg : legs) {
    const auto i = static_cast<std::size_t>(leg);
    if (disputed(filed.legs[i].zone)) continue;
    if (asked++ == 0 || span_of(filed.legs[i].volumes).start < span_of(filed.legs[first].volumes).start) first = i;
    shrinks = shrinks && only_shrinks(was->plan.legs[i].volumes, filed.legs[i].volumes);
  }
  if (filed.principal && !shrinks &&
      relations_.level({.capability = Capability::kGateway, .domain = domain, .from = self_, .to = *filed.principal}) <
          1) {
    return fail(
        ErrorCode::kForbidden,
        fmt::format("{} may not file through {}: the relation `gateway` towards it is at level 0, and must be 1",
                    filed.principal->str(), self_.str()),
        "principal");
  }
  for (const std::int64_t leg : legs) {
    const auto i = static_cast<std::size_t>(leg);
    const ZoneId& zone = filed.legs[i].zone;
    if (disputed(zone)) continue;
    const auto owner = control_.sequencer(zone);
    if (!owner) {
      return fail(ErrorCode::kUnavailable, fmt::format("nobody is known to decide in zone {} now", zone.str()),
                  leg_path(i));
    }
    if (*owner == self_) continue;
    const std::int64_t level =
        relations_.level({.capability = Capability::kRequest, .domain = domain, .from = *owner, .to = self_});
    const bool less = was != nullptr && only_shrinks(was->plan.legs[i].volumes, filed.legs[i].volumes);
    if (level < 1 && !less) {
      return fail(
          ErrorCode::kForbidden,
          fmt::format("the relation `request` from {} to {} is at level {}, and must be 1{}", owner->str(), self_.str(),
                      level, was != nullptr ? "; under a freeze a flight may only be changed to claim less" : ""),
          leg_path(i));
    }
  }
  if (asked == 0) return {};
  const UtcMs start = span_of(filed.legs[first].volumes).start;
  const DurationMs lead = timing_.lead_ms(asked);
  if (start < now + lead) {
    return fail(ErrorCode::kInvalid,
                fmt::format("the window begins at {}; {} legs must be asked for {} ahead, so not before {}",
                            format_utc(start), asked, format_duration(lead), format_utc(now + lead)),
                leg_path(first));
  }
  return {};
}

/// Section 5. A change keeps the way through the zones and moves volumes; another way is another flight.
Result<Body> FlightDesk::modify(const Flight& flight, const FlightFiled& filed, UtcMs now) const {
  const std::string& id = filed.flight.str();
  if (flight.failed || flight.dropped || flight.landed) {
    return fail(ErrorCode::kWrongState, fmt::format("flight {} is being given up: file it again afterwards", id));
  }
  if (flight.change) {
    return fail(ErrorCode::kWrongState, fmt::format("flight {} is being changed already: one change at a time", id));
  }
  if (!flight.airborne && !round_confirmed(flight, VersionRole::kPlan)) {
    return fail(ErrorCode::kWrongState,
                fmt::format("the legs of flight {} are still being asked for: wait, or cancel it", id));
  }
  if (filed.domain != flight.plan.domain || filed.principal != flight.plan.principal) {
    return fail(ErrorCode::kInvalid, "a change keeps the domain and the principal of a flight");
  }
  if (filed.legs.size() != flight.plan.legs.size()) {
    return fail(ErrorCode::kInvalid,
                fmt::format("flight {} has {} legs; a change keeps them, another way is another flight", id,
                            flight.plan.legs.size()),
                "legs");
  }
  if (flight.versions.size() + filed.legs.size() > kVersionsMax) {
    return fail(ErrorCode::kTooMuchWork, fmt::format("flight {} has been changed too often: file another one", id));
  }
  std::vector<std::int64_t> changed;
  const Slots have = slots(flight, VersionRole::kPlan);
  for (std::size_t i = 0; i < filed.legs.size(); ++i) {
    const auto leg = static_cast<std::int64_t>(i);
    if (filed.legs[i].zone != flight.plan.legs[i].zone) {
      return fail(ErrorCode::kInvalid,
                  fmt::format("leg {} is in zone {}; a change keeps that, another way is another flight", i,
                              flight.plan.legs[i].zone.str()),
                  leg_path(i));
    }
    const bool differs = filed.legs[i].volumes != flight.plan.legs[i].volumes;
    if (contains(flight.left, leg)) {
      if (differs) return fail(ErrorCode::kWrongState, fmt::format("leg {} has been flown", i), leg_path(i));
      continue;
    }
    if (differs || (have[i] != nullptr && !live(have[i]->state))) changed.push_back(leg);
  }
  TRY_VOID(check_asked(filed, changed, &flight, now));
  return filed;
}

}  // namespace tansiq::coordination
