// One of our intents as F3548 says it: its id, and details that nothing of it lies outside of.
//
// F3548 has polygons and circles, heights above the ellipsoid, and closed times. What it cannot say is said larger:
//
//   corridor        for each leg a four-sided polygon that holds the leg and the round filling of its bends; with more
//                   legs than a registry takes volumes, one rectangle around all
//   AMSL, FL, AGL   the band grown by the stated margin between that reference and the ellipsoid (geo/conflict.h)
//   no limit        the lowest or highest altitude that there is
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/intent.h"
#include "uss/wire.h"

namespace tansiq::uss {

/// Extents that a registry takes of one intent.
inline constexpr std::size_t kExtentsMax = 256;

/// The native id where it is a UUID of version 4 in its one spelling, else one that follows from both names.
[[nodiscard]] Uuid uuid_of(const AuthorityId& authority, const IntentId& intent);

/// An intent, ready to be registered.
struct Form {
  IntentState state = IntentState::kAccepted;
  std::string details;  ///< Canonical.
  log::Hash hash;
  std::string extents;                ///< A JSON array: all its volumes.
  std::vector<geo::Volume4d> native;  ///< All its volumes as they are: what is compared with others'.
  Moment start, end;
};

/// Fails with `kInvalid` for an intent that has ended, or whose outlines are none.
[[nodiscard]] Result<Form> form_of(const core::Intent& intent);

/// An intent off its plan that is not ended at its end is where it was said to be for so long more at a time, begun so
/// long before; as often as it takes until kOverdueMaxMs after its own end.
inline constexpr DurationMs kOverdueStepMs = 600'000;
inline constexpr DurationMs kOverdueLeadMs = 120'000;
inline constexpr DurationMs kOverdueMaxMs = 6LL * 3'600'000;
/// Until when an intent is to be registered beyond its own end; nothing where that will do. `before` is what this said
/// last of the same version, or nothing.
[[nodiscard]] std::optional<UtcMs> overdue_until(const core::Intent& intent, std::optional<UtcMs> before, UtcMs now);
/// The intent, off nominal until then in all volumes in which it is.
[[nodiscard]] core::Intent prolonged(core::Intent intent, UtcMs until);

/// One outline in polygons and circles that hold it together. Fails as `geo::Shape::make`.
[[nodiscard]] Result<std::vector<geo::Outline>> spell_outline(const geo::Outline& outline);

}  // namespace tansiq::uss
