#include "picture/group.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include "base/limits.h"
#include "geo/shape.h"
#include "surveillance/polar.h"

namespace tansiq::picture {
namespace {

bool is_id(const std::string& id) {
  return !id.empty() && id.size() <= kGroupIdBytesMax && std::ranges::all_of(id, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
  });
}

geo::LatLng e7(const Motion& motion) {
  return {static_cast<std::int32_t>(std::lround(motion.lat_deg * 1e7)),
          static_cast<std::int32_t>(std::lround(motion.lng_deg * 1e7))};
}

/// The box from `since_s` to `till_s` seconds after the guide's report, each reach `factor` times as far and wider by
/// `growth_m`.
geo::Outline swept(const GroupShape& shape, const Motion& guide, double since_s, double till_s, double factor,
                   double growth_m, const GroupOptions& options) {
  const surveillance::PolarFrame frame({.position = e7(guide)});
  const auto reach = [&](std::int64_t metres) { return (static_cast<double>(metres) * factor) + growth_m; };
  double ahead = reach(shape.ahead_m);
  double astern = reach(shape.astern_m);
  double port = reach(shape.port_m);
  double starboard = reach(shape.starboard_m);
  const double speed = std::hypot(guide.east_m_s, guide.north_m_s);
  double east = 0;
  double north = 1;
  if (speed < options.turning_m_s) {
    ahead = astern = port = starboard =
        std::hypot(std::max(ahead, astern), std::max(port, starboard)) + (speed * std::abs(till_s));
    since_s = till_s = 0;
  } else {
    east = guide.east_m_s / speed;
    north = guide.north_m_s / speed;
  }
  const auto along = [&](double metres) {
    return frame.plane(std::llround(east * metres * 100), std::llround(north * metres * 100));
  };
  // Half a metre of rounding at each end; corridors are square there.
  geo::Corridor corridor;
  corridor.line = {along((speed * since_s) - astern - 0.5), along((speed * till_s) + ahead + 0.5)};
  // A track may be very uncertain; what geo takes has a bound.
  corridor.left_cm = std::min<std::int64_t>(std::llround(port * 100), kCorridorWidthCmMax);
  corridor.right_cm = std::min<std::int64_t>(std::llround(starboard * 100), kCorridorWidthCmMax);
  return corridor;
}

/// Calls `use(from, to)` for each part of the time in which the shape is wanted, up to `to`.
template <class Use>
void in_windows(const GroupShape& shape, UtcMs from, UtcMs to, Use&& use) {
  if (shape.windows.empty()) {
    use(from, to);
    return;
  }
  for (const geo::TimeWindow& window : shape.windows) {
    const UtcMs start = std::max(from, window.start);
    const UtcMs end = std::min(to, window.end);
    if (start < end) use(start, end);
  }
}

double seconds(UtcMs from, UtcMs to) { return static_cast<double>(to.ms - from.ms) / 1'000.0; }

}  // namespace

Status check(const Group& group) {
  if (!is_id(group.id)) {
    return fail(ErrorCode::kInvalid,
                fmt::format("the id of a group is 1 to {} letters, digits or hyphens", kGroupIdBytesMax), "id");
  }
  TRY_VOID(core::check_label(group.name, core::kNameBytesMax, "the name of a group"));
  const auto numbered = [](const surveillance::CraftId& id) {
    return id.kind == surveillance::IdKind::kMmsi || id.kind == surveillance::IdKind::kIcao;
  };
  if (!numbered(group.guide)) {
    return fail(ErrorCode::kInvalid, "a group follows its guide by MMSI or 24-bit address", "guide");
  }
  if (group.members.size() > kGroupMembersMax || !std::ranges::all_of(group.members, numbered)) {
    return fail(ErrorCode::kInvalid,
                fmt::format("at most {} members, each by MMSI or 24-bit address", kGroupMembersMax), "members");
  }
  if (group.shapes.empty() || group.shapes.size() > kGroupShapesMax) {
    return fail(ErrorCode::kInvalid,
                fmt::format("a group has 1 to {} shapes, not {}", kGroupShapesMax, group.shapes.size()), "shapes");
  }
  for (std::size_t i = 0; i < group.shapes.size(); ++i) {
    const GroupShape& shape = group.shapes[i];
    const auto here = [i](std::string_view member) { return fmt::format("shapes[{}].{}", i, member); };
    for (const auto& [member, reach] :
         {std::pair{"ahead_m", shape.ahead_m}, std::pair{"astern_m", shape.astern_m}, std::pair{"port_m", shape.port_m},
          std::pair{"starboard_m", shape.starboard_m}}) {
      if (reach < 1 || reach > kGroupReachMMax) {
        return fail(ErrorCode::kInvalid, fmt::format("it reaches 1 to {} m, not {}", kGroupReachMMax, reach),
                    here(member));
      }
    }
    if (shape.domain == core::Domain::kSea && shape.band != geo::LevelBand{}) {
      return fail(ErrorCode::kInvalid, "a shape at sea has no levels", here("band"));
    }
    if (shape.band.lower_cm >= shape.band.upper_cm) {
      return fail(ErrorCode::kInvalid, "the lower level is not below the upper one", here("band"));
    }
    if (shape.windows.size() > kGroupWindowsMax) {
      return fail(ErrorCode::kInvalid, fmt::format("at most {} windows", kGroupWindowsMax), here("windows"));
    }
    for (std::size_t w = 0; w < shape.windows.size(); ++w) {
      if (shape.windows[w].start >= shape.windows[w].end) {
        return fail(ErrorCode::kInvalid, "the window ends before it begins", here(fmt::format("windows[{}]", w)));
      }
    }
  }
  return {};
}

std::vector<geo::Volume4d> predicted(const GroupShape& shape, const Motion& guide, UtcMs from,
                                     const GroupOptions& options) {
  std::vector<geo::Volume4d> out;
  in_windows(shape, from, from + options.horizon_ms, [&](UtcMs start, UtcMs end) {
    for (UtcMs at = start; at < end; at = at + options.slice_ms) {
      const UtcMs till = std::min(at + options.slice_ms, end);
      const double growth = (options.growth_m_s * std::max(0.0, seconds(from, till))) + (3 * guide.position_sigma_m);
      out.push_back(
          {swept(shape, guide, seconds(guide.time, at), seconds(guide.time, till), 1 + options.slack, growth, options),
           shape.band,
           {at, till}});
    }
  });
  return out;
}

geo::Outline outline_now(const GroupShape& shape, const Motion& guide, const GroupOptions& options) {
  return swept(shape, guide, 0, 0, 1, 0, options);
}

GroupPlan::GroupPlan(const Group& group, core::Domain domain, const GroupOptions& options) : options_(options) {
  std::ranges::copy_if(group.shapes, std::back_inserter(shapes_),
                       [domain](const GroupShape& shape) { return shape.domain == domain; });
}

std::vector<geo::Volume4d> GroupPlan::volumes(const Motion& guide, UtcMs now) const {
  std::vector<geo::Volume4d> out;
  for (const GroupShape& shape : shapes_) {
    std::vector<geo::Volume4d> more = predicted(shape, guide, now, options_);
    std::ranges::move(more, std::back_inserter(out));
  }
  return out;
}

bool GroupPlan::held(const Motion& guide, UtcMs at) const {
  // The shape without any growth must lie in one filed slice of its band: slices of one shape follow each other.
  return std::ranges::all_of(shapes_, [&](const GroupShape& shape) {
    bool wanted = false;
    in_windows(shape, at, at + 1, [&](UtcMs, UtcMs) { wanted = true; });
    if (!wanted) return true;
    const double t = seconds(guide.time, at);
    const auto now = geo::Shape::make(swept(shape, guide, t, t, 1, 0, options_));
    if (!now) return false;
    return std::ranges::any_of(standing_, [&](const geo::Volume4d& volume) {
      if (volume.window.start > at || volume.window.end <= at || volume.band != shape.band) return false;
      const auto filed = geo::Shape::make(volume.outline);
      return filed && geo::covers(*filed, *now);
    });
  });
}

bool GroupPlan::due(const Motion& guide, UtcMs now) const {
  if (!held(guide, now) || !held(guide, now + options_.near_ms)) return true;
  // Does it reach far enough ahead, and no further than is wanted?
  UtcMs wanted = now;
  for (const GroupShape& shape : shapes_) {
    in_windows(shape, now, now + options_.renew_ms, [&](UtcMs, UtcMs end) { wanted = std::max(wanted, end); });
  }
  UtcMs reached = now;
  for (const geo::Volume4d& volume : standing_) reached = std::max(reached, volume.window.end);
  if (reached < wanted) return true;
  return std::ranges::any_of(standing_, [&](const geo::Volume4d& volume) {
    if (volume.window.end <= now) return false;
    return std::ranges::none_of(shapes_, [&](const GroupShape& shape) {
      bool wanted_then = false;
      in_windows(shape, volume.window.start, volume.window.end, [&](UtcMs, UtcMs) { wanted_then = true; });
      return wanted_then && shape.band == volume.band;
    });
  });
}

void GroupPlan::filed(const std::vector<geo::Volume4d>& volumes) { standing_ = volumes; }

}  // namespace tansiq::picture
