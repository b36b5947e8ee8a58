#include "geo/box_tree.h"

#include <algorithm>

namespace tansiq::geo {
namespace {
/// More than a float's rounding of a number up to 1 (6e-8).
constexpr double kFloatMargin = 1.5e-7;
}  // namespace

void Box::add(Vec3 v, double margin) {
  const std::array<double, 3> at{v.x, v.y, v.z};
  for (std::size_t i = 0; i < 3; ++i) {
    low[i] = std::min(low[i], static_cast<float>(at[i] - margin - kFloatMargin));
    high[i] = std::max(high[i], static_cast<float>(at[i] + margin + kFloatMargin));
  }
}

void Box::add(const Box& other) {
  for (std::size_t i = 0; i < 3; ++i) {
    low[i] = std::min(low[i], other.low[i]);
    high[i] = std::max(high[i], other.high[i]);
  }
}

Box edge_box(Vec3 u, Vec3 w) {
  // An arc with chord c leaves its chord by 1 - sqrt(1 - c²/4), which is at most c²/4 (c ≤ 2).
  const double bulge = norm2(w - u) / 4;
  Box box;
  box.add(u, bulge);
  box.add(w, bulge);
  return box;
}

Box point_box(Vec3 v) {
  Box box;
  box.add(v, 0);
  return box;
}

BoxTree::BoxTree(std::span<const Box> parts, Leaves leaves)
    : parts_(static_cast<std::uint32_t>(parts.size())), leaves_(leaves) {
  for (const Box& box : parts) root_.add(box);
  std::span<const Box> below = parts;
  std::vector<Box> level;
  if (leaves == Leaves::kParts && parts.size() > 1) {
    sizes_[depth_++] = parts_;
    boxes_.assign(parts.begin(), parts.end());
  }
  while (below.size() > kFan) {
    level.assign((below.size() + kFan - 1) / kFan, Box{});
    for (std::size_t i = 0; i < below.size(); ++i) level[i / kFan].add(below[i]);
    offsets_[depth_] = static_cast<std::uint32_t>(boxes_.size());
    sizes_[depth_] = static_cast<std::uint32_t>(level.size());
    boxes_.insert(boxes_.end(), level.begin(), level.end());
    below = std::span(boxes_).subspan(offsets_[depth_], level.size());
    ++depth_;
  }
  boxes_.shrink_to_fit();
}

}  // namespace tansiq::geo
