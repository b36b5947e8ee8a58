// Is a polygon simple? All pairs for a few edges; a sweep over longitude for many.
//
// Between the poles every edge is monotone in longitude, so the plane's sweep (Shamos and Hoey) carries over: the sweep
// line is a meridian, its order is from south to north, and both the order and the tests are exact (`orient`). Edges
// over the 180° meridian are swept twice, once at either end; edges along a meridian are vertical; an edge over a pole
// is two vertical ones.
#include <algorithm>
#include <array>
#include <numeric>
#include <optional>
#include <set>
#include <vector>

#include "geo/shape_impl.h"

namespace tansiq::geo {
namespace {

bool share_point(const Vertex& a0, const Vertex& a1, const Vertex& b0, const Vertex& b1) {
  const int b0_side = orient(a0, a1, b0);
  const int b1_side = orient(a0, a1, b1);
  if (b0_side != 0 && b0_side == b1_side) return false;
  const int a0_side = orient(b0, b1, a0);
  const int a1_side = orient(b0, b1, a1);
  if (a0_side != 0 && a0_side == a1_side) return false;
  if (b0_side != 0 && b1_side != 0 && a0_side != 0 && a1_side != 0) return b0_side == -a0_side;
  if (a0.p == b0.p || a0.p == b1.p || a1.p == b0.p || a1.p == b1.p) return true;
  return (b0_side == 0 && on_open_edge(a0, a1, b0)) || (b1_side == 0 && on_open_edge(a0, a1, b1)) ||
         (a0_side == 0 && on_open_edge(b0, b1, a0)) || (a1_side == 0 && on_open_edge(b0, b1, a1));
}

/// Do edges i and j of the polygon share a point that they should not?
bool edges_touch(std::span<const Vertex> polygon, std::size_t i, std::size_t j) {
  const std::size_t n = polygon.size();
  if (i == j) return false;
  const auto at = [&](std::size_t k) -> const Vertex& { return polygon[k % n]; };
  for (const auto& [first, second] : {std::array{i, j}, std::array{j, i}}) {
    if ((first + 1) % n != second) continue;
    // Neighbours: they may only fold back on each other.
    const Vertex& apex = at(second);
    const Vertex& before = at(first);
    const Vertex& after = at(second + 1);
    return orient(apex, before, after) == 0 && same_direction(apex, before, after);
  }
  return share_point(at(i), at(i + 1), at(j), at(j + 1));
}

std::optional<EdgePair> touching_by_pairs(std::span<const Vertex> polygon) {
  for (std::size_t i = 0; i < polygon.size(); ++i) {
    for (std::size_t j = i + 1; j < polygon.size(); ++j) {
      if (edges_touch(polygon, i, j)) return EdgePair{i, j};
    }
  }
  return std::nullopt;
}

/// An edge as the sweep sees it: from its western (or southern) end to the other, longitudes unwrapped.
struct Strand {
  const Vertex* west;
  const Vertex* east;
  std::int64_t west_lng;
  std::int64_t east_lng;
  std::size_t edge;
};

struct Place {
  std::int64_t lng;
  std::int32_t lat;
  friend auto operator<=>(const Place&, const Place&) = default;
};

Place west_place(const Strand& s) { return {s.west_lng, s.west->p.lat_e7}; }
Place east_place(const Strand& s) { return {s.east_lng, s.east->p.lat_e7}; }

/// South to north, for two strands that a meridian of the sweep meets.
struct SouthToNorth {
  bool operator()(const Strand* a, const Strand* b) const {
    if (west_place(*b) < west_place(*a)) return north_of(*b, *a) < 0;
    return north_of(*a, *b) > 0;
  }
  /// On which side of `base` does `other`, which begins later, lie? +1 north.
  static int north_of(const Strand& base, const Strand& other) {
    if (const int side = orient(*base.west, *base.east, *other.west); side != 0) return side;
    return orient(*base.west, *base.east, *other.east);
  }
};

class Sweep {
 public:
  explicit Sweep(std::span<const Vertex> polygon) : polygon_(polygon) {}

  std::optional<EdgePair> run() {
    if (auto pair = repeated_vertex()) return pair;
    for (std::size_t i = 0; i < polygon_.size(); ++i) add_edge(i);
    if (pole_twice_) return pole_twice_;
    return sweep();
  }

 private:
  std::optional<EdgePair> repeated_vertex() const {
    std::vector<std::size_t> order(polygon_.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::sort(order, {}, [this](std::size_t i) { return polygon_[i].p; });
    const auto same = std::ranges::adjacent_find(
        order, [this](std::size_t i, std::size_t j) { return polygon_[i].p == polygon_[j].p; });
    if (same == order.end()) return std::nullopt;
    return EdgePair{std::min(*same, *(same + 1)), std::max(*same, *(same + 1))};
  }

  void add_edge(std::size_t i) {
    const Vertex& u = polygon_[i];
    const Vertex& w = polygon_[i + 1 == polygon_.size() ? 0 : i + 1];
    if (is_pole(u)) return note_pole(u.p.lat_e7 > 0, i), add_vertical(w, u, w.p.lng_e7, i);
    if (is_pole(w)) return add_vertical(u, w, u.p.lng_e7, i);
    const std::int64_t run = lng_difference(w.p.lng_e7, u.p.lng_e7);
    if (run == 0) return add_vertical(u, w, u.p.lng_e7, i);
    if (run == -kHalfTurnE7) {
      const bool north = std::int64_t{u.p.lat_e7} + w.p.lat_e7 > 0;
      note_pole(north, i);
      add_vertical(u, kPoles[north ? 1 : 0], u.p.lng_e7, i);
      add_vertical(w, kPoles[north ? 1 : 0], w.p.lng_e7, i);
      return;
    }
    const Vertex& west = run > 0 ? u : w;
    const Vertex& east = run > 0 ? w : u;
    const std::int64_t west_lng = west.p.lng_e7;
    const std::int64_t east_lng = west_lng + (run > 0 ? run : -run);
    strands_.push_back({&west, &east, west_lng, east_lng, i});
    if (east_lng >= kHalfTurnE7) strands_.push_back({&west, &east, west_lng - kFullTurnE7, east_lng - kFullTurnE7, i});
  }

  void add_vertical(const Vertex& a, const Vertex& b, std::int32_t lng, std::size_t i) {
    const bool a_south = a.p.lat_e7 < b.p.lat_e7;
    strands_.push_back({a_south ? &a : &b, a_south ? &b : &a, lng, lng, i});
    // The far side of the cut, for edges that are swept there.
    if (lng == -kHalfTurnE7) strands_.push_back({a_south ? &a : &b, a_south ? &b : &a, kHalfTurnE7, kHalfTurnE7, i});
  }

  void note_pole(bool north, std::size_t edge) {
    std::optional<std::size_t>& seen = pole_edge_[north ? 1 : 0];
    if (seen) pole_twice_ = EdgePair{*seen, edge};
    seen = edge;
  }

  std::optional<EdgePair> sweep() {
    struct Event {
      Place place;
      bool begins;  // ends come first: neighbours share a vertex and need not meet in the order
      std::size_t strand;
    };
    std::vector<Event> events;
    events.reserve(2 * strands_.size());
    for (std::size_t k = 0; k < strands_.size(); ++k) {
      events.push_back({west_place(strands_[k]), true, k});
      events.push_back({east_place(strands_[k]), false, k});
    }
    std::ranges::sort(events, [](const Event& a, const Event& b) {
      return std::tie(a.place, a.begins, a.strand) < std::tie(b.place, b.begins, b.strand);
    });
    using Order = std::set<const Strand*, SouthToNorth>;
    Order order;
    std::vector<Order::iterator> position(strands_.size());
    const auto touch = [this](const Strand* a, const Strand* b) { return edges_touch(polygon_, a->edge, b->edge); };
    for (const Event& event : events) {
      const Strand* strand = &strands_[event.strand];
      if (event.begins) {
        const auto [it, inserted] = order.insert(strand);
        // Equal in the order means lying on one another.
        if (!inserted) return EdgePair{(*it)->edge, strand->edge};
        position[event.strand] = it;
        if (it != order.begin() && touch(*std::prev(it), strand)) return EdgePair{(*std::prev(it))->edge, strand->edge};
        if (std::next(it) != order.end() && touch(*std::next(it), strand)) {
          return EdgePair{(*std::next(it))->edge, strand->edge};
        }
      } else {
        const auto it = position[event.strand];
        if (it != order.begin() && std::next(it) != order.end() && touch(*std::prev(it), *std::next(it))) {
          return EdgePair{(*std::prev(it))->edge, (*std::next(it))->edge};
        }
        order.erase(it);
      }
    }
    return std::nullopt;
  }

  inline static const std::array<Vertex, 2> kPoles{make_vertex({-kQuarterTurnE7, 0}), make_vertex({kQuarterTurnE7, 0})};
  std::span<const Vertex> polygon_;
  std::vector<Strand> strands_;
  std::array<std::optional<std::size_t>, 2> pole_edge_;
  std::optional<EdgePair> pole_twice_;
};

}  // namespace

std::optional<EdgePair> find_touching_edges(std::span<const Vertex> polygon) {
  constexpr std::size_t kFew = 16;
  if (polygon.size() <= kFew) return touching_by_pairs(polygon);
  return Sweep(polygon).run();
}

}  // namespace tansiq::geo
