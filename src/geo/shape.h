// A checked outline, prepared for geometry. Immutable, shared, thread-safe.
//
//   auto shape = TRY(geo::Shape::make(volume.outline));      // refuses what is degenerate, with the reason
//   if (geo::outlines_conflict(*shape, *other, 5 * 1852)) …
//
// S2 stays behind this header.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "base/result.h"
#include "geo/volume.h"

namespace tansiq::geo {

class ShapeImpl;

/// Cheap to copy (one shared pointer). Never empty: only `make` creates one.
class Shape {
 public:
  /// Checks and prepares. Fails with `kInvalid` (too few or repeated vertices, edges that cross or touch, zero area,
  /// radius or width out of limits, a longitude that does not exist) or `kTooLarge` (vertex limits of limits.h);
  /// `where` names the vertex or edge. Work is bounded: O(n log n) for n vertices, up to the limit.
  [[nodiscard]] static Result<Shape> make(const Outline& outline);

  /// Heap bytes held, for accounting.
  [[nodiscard]] std::size_t bytes() const;

  /// Bounding rectangle, grown outward to whole 1e-7 degrees. `lng_low > lng_high` when it spans the 180° meridian.
  struct Bounds {
    std::int32_t lat_low, lat_high, lng_low, lng_high;
  };
  [[nodiscard]] Bounds bounds() const;

  [[nodiscard]] const ShapeImpl& impl() const { return *impl_; }

 private:
  explicit Shape(std::shared_ptr<const ShapeImpl> impl) : impl_(std::move(impl)) {}
  std::shared_ptr<const ShapeImpl> impl_;
};

/// Horizontal part of the conflict predicate: does less than `horizontal_m` lie between the two outlines, or, for
/// `horizontal_m` = 0, have their interiors a common area? Exact for two polygons without minimum; with circles,
/// corridors or a minimum it errs towards `true` by at most `kDistanceSlackM` (conflict.h). Symmetric.
[[nodiscard]] bool outlines_conflict(const Shape& a, const Shape& b, std::int64_t horizontal_m);

/// Is `inner` certainly inside `outer`, borders may touch? Errs towards `false` by at most `kDistanceSlackM`;
/// exact for two polygons.
[[nodiscard]] bool covers(const Shape& outer, const Shape& inner);

/// The same for one outer outline and many inner ones: what of it has to be prepared is prepared once.
class Cover {
 public:
  explicit Cover(Shape outer);
  [[nodiscard]] bool covers(const Shape& inner) const;
  [[nodiscard]] const Shape& outer() const { return outer_; }

 private:
  Shape outer_;
  std::shared_ptr<const ShapeImpl> narrower_;  ///< Of a corridor; null where it would have no width.
};

/// Do the two outlines share a cell of about 1 km² (S2 level 13) in their coverings? Closed: F3548's coarse test.
/// Never false when the outlines touch.
[[nodiscard]] bool share_cell(const Shape& a, const Shape& b);

}  // namespace tansiq::geo
