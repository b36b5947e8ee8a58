#include "geo/index_figures.h"

#include <algorithm>
#include <boost/geometry.hpp>
#include <boost/geometry/index/rtree.hpp>
#include <boost/iterator/function_output_iterator.hpp>
#include <cmath>
#include <cstddef>
#include <ctime>
#include <memory>
#include <numbers>
#include <vector>

#include "base/invariant.h"
#include "base/limits.h"
#include "base/random.h"
#include "geo/index.h"
#include "geo/index_box.h"

namespace tansiq::geo {
namespace {

namespace bg = boost::geometry;
namespace bgi = boost::geometry::index;

constexpr Minima kMinima{50, 30'00, 0};
constexpr std::size_t kQueries = 20'000;
constexpr std::size_t kWarmBytesPerVolume = 300;  ///< More than either structure takes.
constexpr double kMetresPerDegree = 111'000;

/// What tells the workloads apart.
struct Mix {
  double side_m;  ///< Of the area, for a million volumes.
  double corridor_min_m;
  double corridor_max_m;
  std::int64_t corridor_side_max_m;  ///< Width to each side.
  double zone_m;
};
constexpr Mix kUsualMix{2'000'000, 10'000, 60'000, 2'000, 100'000};
constexpr Mix kDenseMix{1'100'000, 20'000, 150'000, 5'000, 300'000};

/// Time that this thread has worked: other load on the machine does not count.
double thread_seconds() {
  timespec now{};
  EXPECT_INVARIANT(clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now) == 0);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

/// Draws volumes of the workload.
class Workload {
 public:
  Workload(std::size_t volumes, IndexWorkload workload, std::uint64_t seed)
      : random_(seed),
        mix_(workload == IndexWorkload::kUsual ? kUsualMix : kDenseMix),
        side_m_(mix_.side_m * std::sqrt(static_cast<double>(volumes) / 1e6)) {}

  PreparedVolume draw() {
    Volume4d volume;
    volume.window = {{kStart + random_.between(0, 86'400'000)}, {}};
    const std::int64_t kind = random_.between(0, 999);
    std::int64_t minutes;
    if (kind < 700) {
      volume.outline = small_outline(between(100, 1'000));
      minutes = random_.between(3, 40);
    } else if (kind < 950) {
      volume.outline = small_outline(between(2'000, 20'000));
      minutes = random_.between(10, 90);
    } else if (kind < 999) {
      volume.outline = corridor(between(mix_.corridor_min_m, mix_.corridor_max_m));
      minutes = random_.between(20, 120);
    } else {
      volume.outline = regular(mix_.zone_m, 6);
      minutes = random_.between(600, 6'000);
    }
    volume.window.end = volume.window.start + minutes * 60'000;
    volume.band.reference = VerticalReference::kAmsl;
    volume.band.lower_cm = random_.between(0, 2'700) * 100;
    volume.band.upper_cm = volume.band.lower_cm + random_.between(30, 300) * 100;
    auto prepared = prepare(volume);
    EXPECT_INVARIANT(prepared.has_value());
    return std::move(*prepared);
  }

 private:
  static constexpr std::int64_t kStart = 1'790'000'000'000;
  static constexpr double kLat = 47;
  static constexpr double kLng = 11;

  double between(double low, double high) { return low + (high - low) * random_.unit(); }

  static LatLng point(double north_m, double east_m) {
    const double lat = kLat + north_m / kMetresPerDegree;
    const double lng = kLng + east_m / (kMetresPerDegree * std::cos(kLat * std::numbers::pi / 180));
    return {static_cast<std::int32_t>(lat * 1e7), static_cast<std::int32_t>(lng * 1e7)};
  }
  struct Place {
    double north_m;
    double east_m;
  };
  Place place() { return {between(-side_m_ / 2, side_m_ / 2), between(-side_m_ / 2, side_m_ / 2)}; }

  Outline small_outline(double size_m) {
    if (random_.one_in(2)) return regular(size_m, random_.between(4, 6));
    const Place p = place();
    return Circle{point(p.north_m, p.east_m), static_cast<std::int64_t>(size_m * 50)};
  }
  Outline regular(double size_m, std::int64_t corners) {
    const Place p = place();
    const double first = between(0, 6.28);
    Polygon polygon;
    for (std::int64_t i = 0; i < corners; ++i) {
      const double angle = first + 2 * std::numbers::pi * static_cast<double>(i) / static_cast<double>(corners);
      polygon.vertices.push_back(
          point(p.north_m + size_m / 2 * std::sin(angle), p.east_m + size_m / 2 * std::cos(angle)));
    }
    return polygon;
  }
  Outline corridor(double length_m) {
    Place p = place();
    double angle = between(0, 6.28);
    const auto width_cm = [&] { return random_.between(500, mix_.corridor_side_max_m) * 100; };
    Corridor c{{point(p.north_m, p.east_m)}, width_cm(), width_cm()};
    for (int leg = 0; leg < 3; ++leg) {
      p.north_m += length_m / 3 * std::sin(angle);
      p.east_m += length_m / 3 * std::cos(angle);
      c.line.push_back(point(p.north_m, p.east_m));
      angle += between(-0.6, 0.6);
    }
    return c;
  }

  SeededRandom random_;
  Mix mix_;
  double side_m_;
};

std::vector<PreparedVolume> draw_many(Workload& workload, std::size_t count) {
  std::vector<PreparedVolume> volumes;
  volumes.reserve(count);
  for (std::size_t i = 0; i < count; ++i) volumes.push_back(workload.draw());
  return volumes;
}

/// Memory that has been written once and given back, so that what is measured first does not pay for fresh pages that
/// what comes after finds ready. Holds the last block, or the allocator would return the rest to the kernel at once.
class WarmHeap {
 public:
  explicit WarmHeap(std::size_t bytes) {
    std::vector<std::unique_ptr<std::byte[]>> blocks(bytes / kBlock + 1);
    for (auto& block : blocks) block = std::make_unique<std::byte[]>(kBlock);  // writes zeros
    lid_ = std::move(blocks.back());
  }

 private:
  static constexpr std::size_t kBlock = 1'024;
  std::unique_ptr<std::byte[]> lid_;
};

template <class Query>
double mean_query_us(const std::vector<PreparedVolume>& queries, Query&& query) {
  const double start = thread_seconds();
  for (const PreparedVolume& volume : queries) query(volume);
  return (thread_seconds() - start) * 1e6 / static_cast<double>(queries.size());
}

/// Fills a fresh structure some times, keeps the last, and returns the mean of the fastest time: what else the machine
/// does in the caches meets one round, seldom all. `fill` makes it anew.
template <class Fill>
double least_insert_us(std::size_t count, Fill&& fill) {
  constexpr int kRounds = 3;
  double least = 0;
  for (int round = 0; round < kRounds; ++round) {
    const double seconds = fill();
    if (round == 0 || seconds < least) least = seconds;
  }
  return least * 1e6 / static_cast<double>(count);
}

/// The mean from one uninterrupted run; the percentiles from a second one, in which reading the clock adds some 0.3 µs
/// to each query.
template <class Query>
OperationFigures time_queries(const std::vector<PreparedVolume>& queries, Query&& query) {
  OperationFigures figures;
  figures.mean_us = mean_query_us(queries, query);
  std::vector<double> seconds;
  seconds.reserve(queries.size());
  for (const PreparedVolume& volume : queries) {
    const double start = thread_seconds();
    query(volume);
    seconds.push_back(thread_seconds() - start);
  }
  std::ranges::sort(seconds);
  figures.p50_us = seconds[seconds.size() / 2] * 1e6;
  figures.p99_us = seconds[seconds.size() * 99 / 100] * 1e6;
  return figures;
}

using RtreePoint = bg::model::point<std::int32_t, 4, bg::cs::cartesian>;
using RtreeBox = bg::model::box<RtreePoint>;
using RtreeValue = std::pair<RtreeBox, std::uint32_t>;

/// The same box as the index compares, from lanes of lower bounds and negated upper bounds.
RtreeBox rtree_box(const Lanes& low, const Lanes& high, int sign) {
  const auto make = [](std::int32_t a, std::int32_t b, std::int32_t c, std::int32_t d) {
    RtreePoint p;
    bg::set<0>(p, a);
    bg::set<1>(p, b);
    bg::set<2>(p, c);
    bg::set<3>(p, d);
    return p;
  };
  return {make(sign * low[0], sign * low[1], sign * low[2], sign * low[3]),
          make(sign * high[0], sign * high[1], sign * high[2], sign * high[3])};
}

RtreeBox rtree_entry(const PreparedVolume& volume) {
  const Lanes lanes = entry_lanes(box_of(volume));
  const Lanes upper{-lanes[4], -lanes[5], -lanes[6], -lanes[7]};
  return rtree_box(lanes, upper, 1);
}

RtreeBox rtree_query(const PreparedVolume& volume) {
  const Lanes lanes = query_lanes(query_box(volume, kMinima), kMinima.vertical_cm, 0);
  const Lanes lower{-lanes[4], -lanes[5], -lanes[6], -lanes[7]};
  return rtree_box(lower, lanes, 1);
}

struct PeerFigures {
  OperationFigures query;
  double search_mean_us = 0;
  double insert_mean_us = 0;
  std::size_t hits = 0;
  std::size_t candidates = 0;
};

/// Does the same job with an R-tree: box query, exact comparison, ascending order.
template <class Split>
PeerFigures measure_rtree(const std::vector<PreparedVolume>& volumes, const std::vector<PreparedVolume>& queries) {
  bgi::rtree<RtreeValue, Split> tree;
  PeerFigures figures;
  figures.insert_mean_us = least_insert_us(volumes.size(), [&] {
    tree.clear();
    const double start = thread_seconds();
    for (std::uint32_t i = 0; i < volumes.size(); ++i) tree.insert({rtree_entry(volumes[i]), i});
    return thread_seconds() - start;
  });
  std::vector<std::uint32_t> hits;
  const auto search = [&](const PreparedVolume& query, auto&& wanted) {
    hits.clear();
    const auto collect = [&](const RtreeValue& value) {
      if (wanted(value.second)) hits.push_back(value.second);
    };
    tree.query(bgi::intersects(rtree_query(query)), boost::make_function_output_iterator(collect));
    std::ranges::sort(hits);
  };
  figures.query = time_queries(queries, [&](const PreparedVolume& query) {
    search(query, [&](std::uint32_t which) { return conflict(volumes[which], query, kMinima); });
    figures.hits += hits.size();
  });
  figures.search_mean_us = mean_query_us(queries, [&](const PreparedVolume& query) {
    search(query, [](std::uint32_t) { return true; });
    figures.candidates += hits.size();
  });
  return figures;
}

IndexFigures measure_own(const std::vector<PreparedVolume>& volumes, const std::vector<PreparedVolume>& queries) {
  IndexFigures figures;
  const auto count = static_cast<double>(volumes.size());
  figures.volumes = volumes.size();
  VolumeIndex index;
  std::vector<VolumeIndex::Handle> handles;
  handles.reserve(volumes.size());
  figures.insert_mean_us = least_insert_us(volumes.size(), [&] {
    index = VolumeIndex();
    handles.clear();
    const double start = thread_seconds();
    for (std::size_t i = 0; i < volumes.size(); ++i) handles.push_back(index.insert(volumes[i], i));
    return thread_seconds() - start;
  });
  figures.index_bytes_per_volume = static_cast<double>(index.bytes()) / count;
  for (const PreparedVolume& volume : volumes) {
    figures.shape_bytes_per_volume += static_cast<double>(volume.shape.bytes()) / count;
  }
  std::vector<VolumeIndex::Hit> hits;
  std::size_t found = 0;
  figures.query = time_queries(queries, [&](const PreparedVolume& query) {
    hits.clear();
    EXPECT_INVARIANT(index.find_conflicts(query, kMinima, kCandidatesMax, hits).has_value());
    found += hits.size();
  });
  std::size_t candidates = 0;
  figures.search_mean_us = mean_query_us(queries, [&](const PreparedVolume& query) {
    hits.clear();
    EXPECT_INVARIANT(index.find_candidates(query, kMinima, kCandidatesMax, hits).has_value());
    candidates += hits.size();
  });
  figures.hits_mean = static_cast<double>(found) / static_cast<double>(2 * queries.size());
  figures.candidates_mean = static_cast<double>(candidates) / static_cast<double>(queries.size());
  const double start = thread_seconds();
  for (const VolumeIndex::Handle handle : handles) EXPECT_INVARIANT(index.remove(handle));
  figures.remove_mean_us = (thread_seconds() - start) * 1e6 / count;
  return figures;
}

void set_beside(IndexFigures& figures, const std::vector<PreparedVolume>& stored,
                const std::vector<PreparedVolume>& queries) {
  const PeerFigures rstar = measure_rtree<bgi::rstar<16>>(stored, queries);
  const PeerFigures quadratic = measure_rtree<bgi::quadratic<16>>(stored, queries);
  const PeerFigures& faster = rstar.query.mean_us < quadratic.query.mean_us ? rstar : quadratic;
  // Both answered the same.
  EXPECT_INVARIANT(faster.hits == 2 * static_cast<std::size_t>(std::llround(figures.hits_mean * kQueries)));
  EXPECT_INVARIANT(faster.candidates == static_cast<std::size_t>(std::llround(figures.candidates_mean * kQueries)));
  figures.rtree_query = faster.query;
  figures.rtree_search_mean_us = std::min(rstar.search_mean_us, quadratic.search_mean_us);
  figures.rtree_insert_mean_us = std::min(rstar.insert_mean_us, quadratic.insert_mean_us);
  figures.query_ratio = figures.rtree_query.mean_us / figures.query.mean_us;
  figures.search_ratio = figures.rtree_search_mean_us / figures.search_mean_us;
  figures.insert_ratio = figures.rtree_insert_mean_us / figures.insert_mean_us;
}

/// Mean time of `run` over enough rounds to last a tenth of a second.
template <class Run>
double mean_us(Run&& run) {
  std::size_t rounds = 0;
  const double start = thread_seconds();
  do {
    for (int i = 0; i < 1000; ++i) run(rounds++);
  } while ((thread_seconds() - start) < 0.1);
  return (thread_seconds() - start) * 1e6 / static_cast<double>(rounds);
}

}  // namespace

IndexFigures measure_index(std::size_t volumes, IndexWorkload workload, bool with_rtree_peer, std::uint64_t seed) {
  constexpr std::size_t kSmall = 10'000;
  const auto run = [&](std::size_t count, bool peer) {
    Workload drawn(count, workload, seed);
    const std::vector<PreparedVolume> stored = draw_many(drawn, count);
    const std::vector<PreparedVolume> queries = draw_many(drawn, kQueries);
    const WarmHeap warm(count * kWarmBytesPerVolume);
    IndexFigures figures = measure_own(stored, queries);
    if (peer) set_beside(figures, stored, queries);
    return figures;
  };
  const IndexFigures small = run(kSmall, false);
  IndexFigures figures = run(volumes, with_rtree_peer);
  figures.growth = figures.query.mean_us / small.query.mean_us;
  return figures;
}

ShapeFigures measure_shapes(std::uint64_t seed) {
  SeededRandom random(seed);
  ShapeFigures figures;
  const std::int32_t lat = 470'000'000 + static_cast<std::int32_t>(random.between(0, 1'000'000));
  const std::int32_t lng = 110'000'000 + static_cast<std::int32_t>(random.between(0, 1'000'000));
  const auto block = [&](std::int32_t east) {
    return Polygon{{{lat, lng + east},
                    {lat, lng + east + 100'000},
                    {lat + 50'000, lng + east + 120'000},
                    {lat + 100'000, lng + east + 100'000},
                    {lat + 100'000, lng + east},
                    {lat + 50'000, lng + east + 20'000}}};
  };
  const Outline polygon = block(0);
  const Outline circle = Circle{{lat, lng}, 500'00};
  const Outline corridor =
      Corridor{{{lat, lng}, {lat + 300'000, lng}, {lat + 500'000, lng + 200'000}, {lat + 500'000, lng + 600'000}},
               1'000'00,
               1'000'00};
  const auto make = [](const Outline& outline) {
    return mean_us([&](std::size_t) { EXPECT_INVARIANT(Shape::make(outline).has_value()); });
  };
  figures.make_polygon_us = make(polygon);
  figures.make_circle_us = make(circle);
  figures.make_corridor_us = make(corridor);
  const Shape first = *Shape::make(polygon);
  const auto compare = [&](std::int32_t east, bool expected) {
    const Shape second = *Shape::make(block(east));
    return mean_us([&](std::size_t) { EXPECT_INVARIANT(outlines_conflict(first, second, 0) == expected); });
  };
  figures.polygons_apart_us = compare(110'000, false);
  figures.polygons_touching_us = compare(100'000, false);
  figures.polygons_overlapping_us = compare(90'000, true);
  return figures;
}

}  // namespace tansiq::geo
