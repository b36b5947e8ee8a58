// A group of ships, and the space that moves with it.
//
// A carrier and its escorts ask for room that is theirs wherever they are: a box of sea about the guide, and, while the
// deck is working, a block of air over it. The group is declared once, as shapes relative to its guide; where they will
// be follows from the guide's track. What is predicted becomes the volumes of an ordinary operational intent, so that
// everybody's intents are compared with it, and it is disclosed, as with any other; tracks are compared with the same
// volumes (VolumeWatch).
//
//   GroupPlan plan(group, options);
//   if (plan.due(guide, now)) file(plan.volumes(guide, now));
//   plan.filed(volumes)                                       // once the intent stands
//
// Prediction is dead reckoning along the guide's course, in slices; a slice covers every place of the shape from its
// beginning to its end, and is wider by `slack`, and by `growth_m_s` for each second that it lies ahead. `due` says
// when the shape as it is now, or as it will be `near_ms` from now, is no longer inside what was filed, or the filing
// runs out. So a group that keeps its course files once in a while, and one that turns files again at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "base/time.h"
#include "core/names.h"
#include "geo/volume.h"
#include "picture/motion.h"
#include "surveillance/report.h"

namespace tansiq::picture {

/// Half of what an intent's id may have: intents are named after their group, with more behind.
inline constexpr std::size_t kGroupIdBytesMax = kIdBytesMax / 2;
inline constexpr std::size_t kGroupShapesMax = 8;
inline constexpr std::size_t kGroupWindowsMax = 32;
inline constexpr std::size_t kGroupMembersMax = 64;
/// So that the square of a group that lies still, with all that is added, is an outline that geo takes.
inline constexpr std::int64_t kGroupReachMMax = 60'000;

/// A box about the guide, turned with its course: how far it reaches ahead, astern, to port and to starboard. A guide
/// slower than `GroupOptions::turning_m_s` has no course to speak of: then it is the square in which the box lies
/// however it is turned.
struct GroupShape {
  core::Domain domain = core::Domain::kSea;
  std::int64_t ahead_m = 0;
  std::int64_t astern_m = 0;
  std::int64_t port_m = 0;
  std::int64_t starboard_m = 0;
  geo::LevelBand band = {};                   ///< Air only.
  std::vector<geo::TimeWindow> windows = {};  ///< Flight operations: only then. Empty: always.
  friend bool operator==(const GroupShape&, const GroupShape&) = default;
};

struct Group {
  std::string id;    ///< Names it here: letters, digits, `-`, at most kGroupIdBytesMax bytes.
  std::string name;  ///< For people.
  surveillance::CraftId guide;
  std::vector<surveillance::CraftId> members = {};  ///< Beside the guide: they keep their own distance.
  std::vector<GroupShape> shapes;
  friend bool operator==(const Group&, const Group&) = default;
};

/// Refuses what is no group: no shapes or too many, reaches outside 1 m to 60 km, a sea shape with levels, windows
/// that end before they begin. Fails with `kInvalid`; `where` is a path such as `shapes[1].ahead_m`.
[[nodiscard]] Status check(const Group& group);

struct GroupOptions {
  DurationMs slice_ms = 300'000;
  DurationMs horizon_ms = 3'600'000;
  DurationMs near_ms = 120'000;     ///< The filing must still hold the shape so long from now.
  DurationMs renew_ms = 1'800'000;  ///< A filing that reaches less far ahead is renewed.
  double growth_m_s = 0.5;          ///< About one knot: what a group on a steady course strays.
  double slack = 0.05;              ///< Part of each reach that is filed on top: three degrees of course.
  double turning_m_s = 1.0;         ///< Below this speed a course means nothing.
};

/// The space of one shape from `from` on, as slices that follow each other without a gap: within its windows, up to the
/// horizon. The guide's motion is taken on from its own time.
[[nodiscard]] std::vector<geo::Volume4d> predicted(const GroupShape& shape, const Motion& guide, UtcMs from,
                                                   const GroupOptions& options);

/// The shape where the guide is now, with nothing added: what craft are watched against (VolumeWatch, as a volume that
/// drifts with the guide).
[[nodiscard]] geo::Outline outline_now(const GroupShape& shape, const Motion& guide, const GroupOptions& options);

/// When to file a group's space, in one domain.
class GroupPlan {
 public:
  GroupPlan(const Group& group, core::Domain domain, const GroupOptions& options);

  /// What is to be filed now; empty when no shape of the domain has a window within the horizon.
  [[nodiscard]] std::vector<geo::Volume4d> volumes(const Motion& guide, UtcMs now) const;
  /// Is what was filed no longer enough? Also when it is more than enough: a window that was taken back.
  [[nodiscard]] bool due(const Motion& guide, UtcMs now) const;
  /// These stand now.
  void filed(const std::vector<geo::Volume4d>& volumes);

 private:
  [[nodiscard]] bool held(const Motion& guide, UtcMs at) const;

  std::vector<GroupShape> shapes_;
  GroupOptions options_;
  std::vector<geo::Volume4d> standing_;
};

}  // namespace tansiq::picture
