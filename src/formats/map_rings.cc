// Polygons on the sphere as rings of the map: unrolled along the longitude, then cut at the 180° meridian.
#include <algorithm>
#include <cmath>
#include <numbers>
#include <tuple>

#include "formats/geojson_out.h"

namespace tansiq::formats {
namespace {

constexpr std::int64_t kTurn = 3'600'000'000;
constexpr std::int64_t kHalfTurn = kTurn / 2;
constexpr std::int64_t kPole = 900'000'000;
constexpr double kRadPerE7 = std::numbers::pi / 180.0 * 1e-7;

/// Latitude at which the great circle from `a` to `b` crosses the meridian `lng` between them.
std::int64_t crossing_lat(const MapPoint& a, const MapPoint& b, std::int64_t lng) {
  const double to_b = static_cast<double>(b.lng_e7 - lng) * kRadPerE7;
  const double from_a = static_cast<double>(lng - a.lng_e7) * kRadPerE7;
  const double whole = std::sin(from_a + to_b);
  if (std::abs(a.lat_e7) == kPole || std::abs(b.lat_e7) == kPole || std::fabs(whole) < 1e-12) {
    return a.lat_e7 + b.lat_e7 >= 0 ? kPole : -kPole;  // over the pole
  }
  const double tangent = (std::tan(static_cast<double>(a.lat_e7) * kRadPerE7) * std::sin(to_b) +
                          std::tan(static_cast<double>(b.lat_e7) * kRadPerE7) * std::sin(from_a)) /
                         whole;
  return std::llround(std::atan(tangent) / kRadPerE7);
}

/// Follows the ring with longitudes that do not jump; `turns` says whether it ends a whole turn further on.
MapRing unrolled(std::span<const geo::LatLng> vertices, std::int64_t& turn) {
  MapRing ring;
  const std::size_t n = vertices.size();
  // A pole has no longitude of its own: it gets the neighbours'.
  const auto at_pole = [&](std::size_t i) {
    return std::abs(static_cast<std::int64_t>(vertices[i % n].lat_e7)) == kPole;
  };
  std::size_t start = 0;
  while (start < n && at_pole(start)) ++start;
  if (start == n) return {};
  std::int64_t lng = vertices[start].lng_e7;
  for (std::size_t i = 0; i <= n; ++i) {
    const auto& vertex = vertices[(start + i) % n];
    if (at_pole(start + i)) {
      ring.push_back({lng, vertex.lat_e7});
      continue;
    }
    std::int64_t step = (vertex.lng_e7 - lng) % kTurn;
    if (step > kHalfTurn) step -= kTurn;
    if (step <= -kHalfTurn) step += kTurn;
    lng += step;
    if (i > 0 && at_pole(start + i - 1)) {
      ring.push_back({lng, ring.back().lat_e7});
    } else if (step == kHalfTurn) {  // the edge goes over a pole
      const std::int64_t pole = ring.back().lat_e7 + vertex.lat_e7 > 0 ? kPole : -kPole;
      ring.push_back({lng - step, pole});
      ring.push_back({lng, pole});
    }
    ring.push_back({lng, vertex.lat_e7});
  }
  turn = ring.back().lng_e7 - ring.front().lng_e7;
  if (turn == 0) ring.pop_back();
  return ring;
}

/// A ring that goes round a pole gets its seam: up to that pole, back along it.
void close_over_pole(MapRing& ring) {
  double sum = 0;  // of sin φ dλ: its sign says on which side the smaller area lies
  for (std::size_t i = 1; i < ring.size(); ++i) {
    const double mean = (std::sin(static_cast<double>(ring[i - 1].lat_e7) * kRadPerE7) +
                         std::sin(static_cast<double>(ring[i].lat_e7) * kRadPerE7)) /
                        2;
    sum += mean * static_cast<double>(ring[i].lng_e7 - ring[i - 1].lng_e7);  // what goes back counts against it
  }
  const std::int64_t first = ring.front().lng_e7;
  const std::int64_t pole = (sum >= 0) == (ring.back().lng_e7 > first) ? kPole : -kPole;
  ring.push_back({ring.back().lng_e7, pole});
  ring.push_back({first, pole});
}

/// The part of a ring on one side of a meridian, as rings. Pieces that leave over the meridian are joined along it in
/// the order of latitude, which keeps them simple.
std::vector<MapRing> cut(const MapRing& ring, std::int64_t meridian, bool keep_east) {
  const auto kept = [&](const MapPoint& p) { return keep_east ? p.lng_e7 >= meridian : p.lng_e7 <= meridian; };
  if (std::all_of(ring.begin(), ring.end(), kept)) return {ring};
  const std::size_t n = ring.size();
  std::size_t start = 0;
  while (kept(ring[start])) ++start;
  std::vector<MapRing> chains;
  for (std::size_t i = 0; i < n; ++i) {
    const MapPoint& a = ring[(start + i) % n];
    const MapPoint& b = ring[(start + i + 1) % n];
    if (kept(a) == kept(b)) {
      if (kept(b)) chains.back().push_back(b);
      continue;
    }
    const MapPoint border{meridian, crossing_lat(a, b, meridian)};
    if (kept(b))
      chains.push_back({border, b});
    else
      chains.back().push_back(border);
  }
  struct End {
    std::int64_t lat;
    std::size_t chain;
    bool last;
  };
  std::vector<End> ends;
  for (std::size_t i = 0; i < chains.size(); ++i) {
    ends.push_back({chains[i].front().lat_e7, i, false});
    ends.push_back({chains[i].back().lat_e7, i, true});
  }
  std::sort(ends.begin(), ends.end(), [](const End& a, const End& b) {
    return std::tie(a.lat, a.chain, a.last) < std::tie(b.lat, b.chain, b.last);
  });
  std::vector<std::size_t> partner(2 * chains.size());  // of end 2 i (+ 1 for the last)
  const auto number = [](const End& end) { return 2 * end.chain + (end.last ? 1 : 0); };
  for (std::size_t i = 0; i + 1 < ends.size(); i += 2) {
    partner[number(ends[i])] = number(ends[i + 1]);
    partner[number(ends[i + 1])] = number(ends[i]);
  }
  std::vector<MapRing> rings;
  std::vector<bool> used(chains.size(), false);
  for (std::size_t i = 0; i < chains.size(); ++i) {
    if (used[i]) continue;
    MapRing joined;
    for (std::size_t chain = i; !used[chain];) {
      used[chain] = true;
      joined.insert(joined.end(), chains[chain].begin(), chains[chain].end());
      chain = partner[2 * chain + 1] / 2;
    }
    rings.push_back(std::move(joined));
  }
  return rings;
}

double doubled_area(const MapRing& ring) {
  double area = 0;
  for (std::size_t i = 0; i < ring.size(); ++i) {
    const MapPoint& a = ring[i];
    const MapPoint& b = ring[(i + 1) % ring.size()];
    area += static_cast<double>(a.lng_e7 - ring[0].lng_e7) * static_cast<double>(b.lat_e7) -
            static_cast<double>(b.lng_e7 - ring[0].lng_e7) * static_cast<double>(a.lat_e7);
  }
  return area;
}

/// Without repetitions, counter-clockwise; empty when nothing is left.
void tidy(MapRing& ring) {
  ring.erase(std::unique(ring.begin(), ring.end()), ring.end());
  while (ring.size() > 1 && ring.front() == ring.back()) ring.pop_back();
  const double area = doubled_area(ring);
  if (ring.size() < 3 || area == 0) ring.clear();
  if (area < 0) std::reverse(ring.begin(), ring.end());
}

}  // namespace

std::vector<MapRing> map_rings(std::span<const geo::LatLng> vertices) {
  std::int64_t turn = 0;
  MapRing whole = unrolled(vertices, turn);
  if (whole.size() < 3) return {};
  if (turn != 0) close_over_pole(whole);
  const auto [low, high] = std::minmax_element(
      whole.begin(), whole.end(), [](const MapPoint& a, const MapPoint& b) { return a.lng_e7 < b.lng_e7; });
  const auto strip_of = [](std::int64_t lng) {
    return static_cast<std::int64_t>(std::floor(static_cast<double>(lng + kHalfTurn) / static_cast<double>(kTurn)));
  };
  std::vector<MapRing> rings;
  const std::int64_t last = strip_of(high->lng_e7);
  for (std::int64_t strip = strip_of(low->lng_e7); strip <= last; ++strip) {
    for (const MapRing& east : cut(whole, strip * kTurn - kHalfTurn, true)) {
      for (MapRing& ring : cut(east, strip * kTurn + kHalfTurn, false)) {
        for (MapPoint& point : ring) point.lng_e7 -= strip * kTurn;
        tidy(ring);
        if (!ring.empty()) rings.push_back(std::move(ring));
      }
    }
  }
  return rings;
}

}  // namespace tansiq::formats
