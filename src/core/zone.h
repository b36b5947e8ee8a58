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

/// A zone's place in the order in which a charter first named it. It stays the zone's through every later version.
using ZoneNumber = std::uint16_t;

/// Whether two bounding rectangles have a point in common, across the 180° meridian too.
[[nodiscard]] bool bounds_meet(const geo::Shape::Bounds& a, const geo::Shape::Bounds& b);

class ZoneTable {
 public:
  /// Prepares all outlines. Fails as `geo::Shape::make`, with `where` = `zones[3].outline…`.
  [[nodiscard]] static Result<ZoneTable> make(const Charter& charter);
  /// The zones of a later version of the charter. A zone that is there already keeps its number, whatever else changes;
  /// new ones come behind; one that the version does not have is retired: nothing belongs to it any more, but what was
  /// recorded of it stays readable under its number. Fails as `make`, with `kInvalid` when a zone would change between
  /// air and sea, `kTooLarge` when there would be more than numbers; then nothing has changed.
  [[nodiscard]] Status adopt(const Charter& charter);

  [[nodiscard]] std::size_t size() const { return zones_.size(); }
  [[nodiscard]] const Zone& operator[](ZoneNumber number) const { return zones_[number].zone; }
  /// Also a retired one.
  [[nodiscard]] std::optional<ZoneNumber> find(const ZoneId& id) const;
  [[nodiscard]] bool retired(ZoneNumber number) const { return zones_[number].retired; }

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
    bool retired = false;
  };
  [[nodiscard]] static Result<Prepared> prepare(const Zone& zone, std::size_t place);

  std::vector<Prepared> zones_;
  std::optional<ZoneNumber> background_;
  std::unordered_map<ZoneId, ZoneNumber> by_id_;  // looked up, never iterated
};

}  // namespace tansiq::core
