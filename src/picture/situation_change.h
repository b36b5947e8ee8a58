// What a watch reports: a situation that began, changed or is over. Nothing is said while nothing changes.
#pragma once

#include <cstdint>
#include <string_view>

#include "picture/alert.h"

namespace tansiq::picture {

enum class ChangeKind : std::uint8_t {
  kBegun,
  kChanged,  ///< Priority, whether it is so now, or the figures by more than a little.
  kOver,
};
[[nodiscard]] constexpr std::string_view name_of(ChangeKind kind) {
  return kind == ChangeKind::kBegun ? "begun" : kind == ChangeKind::kChanged ? "changed" : "over";
}

struct SituationChange {
  ChangeKind what = ChangeKind::kBegun;
  Situation situation;
  Finding finding;           ///< For kOver: the last one.
  bool happened = false;     ///< For kOver: it was so at some time, not only predicted.
  DurationMs warned_ms = 0;  ///< For kOver: from its beginning until it was so, or until now where it never was.
  friend bool operator==(const SituationChange&, const SituationChange&) = default;
};

}  // namespace tansiq::picture
