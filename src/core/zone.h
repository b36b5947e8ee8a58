// The zones of a charter, prepared: to which zones does a volume belong, and who decides there?
//
// A volume belongs to every zone of its domain that it meets (positive common measure, no minima), and to the
// background zone unless one single other zone covers it. Two volumes are compared in zone Z when both belong to Z,
// with Z's minima, even where the volumes meet outside Z: this errs towards conflict, and keeps the answer independent
// of how a charter cuts its map.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/charter.h"
#include "geo/conflict.h"

namespace tansiq::core {

/// Position of a zone in its charter.
using ZoneNumber = std::uint16_t;

/// Whether two bounding rectangles have a point in common, across the 180° meridian too.
[[nodiscard]] bool bounds_meet(const geo::Shape::Bounds& a, const geo::Shape::Bounds& b);

class ZoneTable {
 public:
  /// Prepares all outlines. Fails as `geo::Shape::make`, with `where` = `zones[3].outline…`.
  [[nodiscard]] static Result<ZoneTable> make(const Charter& charter);

  [[nodiscard]] std::size_t size() const { return zones_.size(); }
  [[nodiscard]] const Zone& operator[](ZoneNumber number) const { return zones_[number].zone; }
  [[nodiscard]] std::optional<ZoneNumber> find(const ZoneId& id) const;

  /// Replaces `out` by the numbers of the zones to which a volume belongs, ascending. Its time window plays no part.
  /// Cost: a comparison of bounding boxes per zone, the exact predicate where they meet.
  void zones_of(Domain domain, const geo::PreparedVolume& volume, std::vector<ZoneNumber>& out) const;

  /// Whether a volume meets the zone grown by the zone's own minima: what happens there can come too close to what the
  /// zone holds. Always for the background zone. Domain and time window play no part.
  [[nodiscard]] bool near(ZoneNumber zone, const geo::PreparedVolume& volume) const;

 private:
  struct Prepared {
    Zone zone;
    std::optional<geo::Shape> shape;  // absent: background
    geo::Shape::Bounds bounds{};
  };
  std::vector<Prepared> zones_;
  std::optional<ZoneNumber> background_;
  std::unordered_map<ZoneId, ZoneNumber> by_id_;  // looked up, never iterated
};

}  // namespace tansiq::core
