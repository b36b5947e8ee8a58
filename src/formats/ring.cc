#include "formats/ring.h"

#include <fmt/format.h>

#include "geo/shape.h"

namespace tansiq::formats {
namespace {

constexpr std::int32_t kPole = 900'000'000;
constexpr std::int32_t kHalfTurn = 1'800'000'000;

}  // namespace

bool same_place(const geo::LatLng& a, const geo::LatLng& b) {
  if (a.lat_e7 != b.lat_e7) return false;
  if (a.lng_e7 == b.lng_e7 || a.lat_e7 == kPole || a.lat_e7 == -kPole) return true;
  return (a.lng_e7 == kHalfTurn && b.lng_e7 == -kHalfTurn) || (a.lng_e7 == -kHalfTurn && b.lng_e7 == kHalfTurn);
}

std::string RingRepair::text() const {
  const auto counted = [](std::size_t n, std::string_view one, std::string_view many) {
    return fmt::format("{} {}", n, n == 1 ? one : many);
  };
  std::string out;
  if (repeated > 0) out = counted(repeated, "repeated vertex", "repeated vertices");
  if (spikes > 0) out += (out.empty() ? "" : " and ") + counted(spikes, "spike", "spikes");
  return out.empty() ? "nothing removed" : out + " removed";
}

RingRepair repair_ring(std::vector<geo::LatLng>& ring) {
  RingRepair repair;
  if (ring.size() > 1 && same_place(ring.front(), ring.back())) {
    ring.pop_back();
    repair.closing_copy = true;
  }
  std::vector<geo::LatLng> kept;
  kept.reserve(ring.size());
  for (const auto& vertex : ring) {
    if (!kept.empty() && same_place(kept.back(), vertex)) {
      ++repair.repeated;
    } else if (kept.size() >= 2 && same_place(kept[kept.size() - 2], vertex)) {
      kept.pop_back();  // A-B-A: the second A is the first one
      ++repair.spikes;
    } else {
      kept.push_back(vertex);
    }
  }
  // The same across the seam between the last vertex and the first.
  std::size_t first = 0;
  while (kept.size() - first >= 3) {
    const auto& last = kept.back();
    if (same_place(kept[first], last)) {
      ++repair.repeated;
      kept.pop_back();
    } else if (same_place(kept[kept.size() - 2], kept[first])) {  // …A-B | A…: B is the tip
      ++repair.spikes;
      kept.pop_back();
      kept.pop_back();
    } else if (same_place(last, kept[first + 1])) {  // …A | B-A…: B is the tip
      ++repair.spikes;
      kept.pop_back();
      ++first;
    } else {
      break;
    }
  }
  ring.assign(kept.begin() + static_cast<std::ptrdiff_t>(first), kept.end());
  return repair;
}

Result<geo::Polygon> polygon_of_ring(std::vector<geo::LatLng> ring, RingRepair& repair) {
  repair = repair_ring(ring);
  geo::Polygon polygon{std::move(ring)};
  TRY(geo::Shape::make(polygon));
  return polygon;
}

}  // namespace tansiq::formats
