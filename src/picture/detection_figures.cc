#include "picture/detection_figures.h"

#include <immintrin.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <ctime>
#include <functional>
#include <vector>

#include "base/invariant.h"
#include "base/random.h"
#include "picture/detection_testlib.h"
#include "picture/pair_index.h"
#include "picture/pair_sweep.h"

namespace tansiq::picture {
namespace {

constexpr UtcMs kNow{1'700'000'000'000};
constexpr int kRounds = 5;

double cpu_ms() {
  timespec now{};
  EXPECT_INVARIANT(clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now) == 0);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) * 1e-6;
}
double wall_ms() {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now().time_since_epoch()).count();
}
double best_of(double (*clock)(), const std::function<void()>& work) {
  double best = 1e300;
  for (int i = 0; i < kRounds; ++i) {
    const double before = clock();
    work();
    best = std::min(best, clock() - before);
  }
  return best;
}

PairMinima minima_for(Traffic traffic, double lookahead_s) {
  switch (traffic) {
    case Traffic::kAircraft:
      return {.horizontal_m = 9'260, .vertical_m = 304.8, .lookahead_s = lookahead_s};
    case Traffic::kDrones:
      return {.horizontal_m = 250, .vertical_m = 30, .lookahead_s = lookahead_s};
    default:
      return {.horizontal_m = 926, .vertical_m = std::nullopt, .lookahead_s = lookahead_s};
  }
}

Motion draw(Traffic traffic, SeededRandom& random) {
  using testing::between;
  const double side = traffic == Traffic::kDrones ? 1 : 10;
  const double lat = between(random, 45, 45 + side);
  const double lng = between(random, 5, 5 + side);
  const double course = between(random, 0, 360);
  switch (traffic) {
    case Traffic::kAircraft: {
      const double level = std::round(between(random, 0, 400)) * 30.48;
      const double up = random.one_in(3) ? between(random, -10, 10) : 0;
      return testing::moving(lat, lng, course, between(random, 130, 260), level, up, kNow);
    }
    case Traffic::kDrones: {
      const double up = random.one_in(3) ? between(random, -3, 3) : 0;
      return testing::moving(lat, lng, course, between(random, 0, 25), between(random, 0, 120), up, kNow);
    }
    default:
      return testing::moving(lat, lng, course, between(random, 0, 12), std::nullopt, 0, kNow);
  }
}

std::vector<Mover> draw_movers(Traffic traffic, std::size_t count, std::uint64_t seed) {
  SeededRandom random(seed);
  std::vector<Mover> movers;
  movers.reserve(count);
  for (std::size_t i = 0; i < count; ++i) movers.push_back(make_mover(draw(traffic, random)).value());
  return movers;
}

/// All pairs of boxes, a lane of eight boxes at a time.
class AllPairs {
 public:
  explicit AllPairs(const PairMinima& minima) : minima_(minima) {}

  std::vector<SweepConflict> run(const std::vector<Mover>& movers, bool wide) {
    movers_ = &movers;
    conflicts_.clear();
    boxes_.resize(movers.size());
    const std::size_t padded = (movers.size() + 15) / 8 * 8;
    for (auto& lane : lanes_) lane.assign(padded, 1e38F);  // Padding meets nothing.
    for (std::size_t i = 0; i < movers.size(); ++i) {
      boxes_[i] = path_box(movers[i], minima_, {}, 0, minima_.lookahead_s);
      for (std::size_t k = 0; k < 8; ++k) lanes_[k][i] = boxes_[i].lanes[k];
    }
    wide ? scan_wide() : scan();
    return std::move(conflicts_);
  }

 private:
  void consider(std::size_t i, std::size_t j) {
    const std::vector<Mover>& movers = *movers_;
    if (certainly_apart(movers[i], movers[j], minima_, kNow)) return;
    const Approach approach = closest_approach(movers[i], movers[j], minima_, kNow);
    if (!approach.conflict) return;
    conflicts_.push_back({static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(j), approach});
  }

  void scan() {
    for (std::size_t i = 0; i < boxes_.size(); ++i) {
      const PathBox query = boxes_[i].as_query();
      for (std::size_t j = i + 1; j < boxes_.size(); ++j) {
        if (boxes_meet(boxes_[j], query)) consider(i, j);
      }
    }
  }

  __attribute__((target("avx2"))) void scan_wide() {
    for (std::size_t i = 0; i < boxes_.size(); ++i) {
      const PathBox query = boxes_[i].as_query();
      for (std::size_t j = (i + 1) / 8 * 8; j < boxes_.size(); j += 8) {
        // Height first: it tells most of them off.
        __m256 meets = _mm256_castsi256_ps(_mm256_set1_epi32(-1));
        for (const std::size_t k : {3U, 7U}) {
          meets = _mm256_and_ps(
              meets, _mm256_cmp_ps(_mm256_loadu_ps(&lanes_[k][j]), _mm256_set1_ps(query.lanes[k]), _CMP_LE_OQ));
        }
        if (_mm256_movemask_ps(meets) == 0) continue;
        for (const std::size_t k : {0U, 4U, 1U, 5U, 2U, 6U}) {
          meets = _mm256_and_ps(
              meets, _mm256_cmp_ps(_mm256_loadu_ps(&lanes_[k][j]), _mm256_set1_ps(query.lanes[k]), _CMP_LE_OQ));
        }
        auto bits = static_cast<unsigned>(_mm256_movemask_ps(meets));
        for (; bits != 0; bits &= bits - 1) {
          const std::size_t other = j + static_cast<std::size_t>(__builtin_ctz(bits));
          if (other > i) consider(i, other);
        }
      }
    }
  }

  PairMinima minima_;
  const std::vector<Mover>* movers_ = nullptr;
  std::vector<PathBox> boxes_;
  std::array<std::vector<float>, 8> lanes_;
  std::vector<SweepConflict> conflicts_;
};

bool same(const std::vector<SweepConflict>& a, const std::vector<SweepConflict>& b) {
  return std::ranges::equal(a, b, [](const SweepConflict& x, const SweepConflict& y) {
    return x.first == y.first && x.second == y.second && x.approach.in_s == y.approach.in_s;
  });
}

double quantile(std::vector<double>& values, double part) {
  if (values.empty()) return 0;
  const auto at = static_cast<std::ptrdiff_t>(part * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), values.begin() + at, values.end());
  return values[static_cast<std::size_t>(at)];
}

}  // namespace

SweepFigures measure_sweep(Traffic traffic, std::size_t tracks, double lookahead_s, bool with_all_pairs,
                           std::uint64_t seed) {
  const std::vector<Mover> movers = draw_movers(traffic, tracks, seed);
  const PairMinima minima = minima_for(traffic, lookahead_s);
  SweepFigures figures{.tracks = tracks, .lookahead_s = lookahead_s};
  PairSweep sweep;
  SweepResult one;
  SweepResult two;
  figures.one_thread_ms = best_of(cpu_ms, [&] { one = sweep.run(movers, kNow, {.minima = minima}); });
  figures.two_threads_ms = best_of(wall_ms, [&] { two = sweep.run(movers, kNow, {.minima = minima, .threads = 2}); });
  figures.candidates_per_track =
      static_cast<double>(one.candidates) / static_cast<double>(std::max<std::size_t>(tracks, 1));
  figures.conflicts = one.conflicts.size();
  figures.same_conflicts = same(one.conflicts, two.conflicts);
  if (with_all_pairs) {
    figures.all_pairs_wide = __builtin_cpu_supports("avx2") != 0;
    AllPairs all(minima);
    std::vector<SweepConflict> found;
    figures.all_pairs_ms = best_of(cpu_ms, [&] { found = all.run(movers, figures.all_pairs_wide); });
    figures.all_pairs_ratio = figures.all_pairs_ms / figures.one_thread_ms;
    figures.same_conflicts = figures.same_conflicts && same(one.conflicts, found);
  }
  return figures;
}

namespace {

/// Aircraft that report in turn, each once a second, spread over the second.
class Reports {
 public:
  Reports(std::size_t tracks, std::uint64_t seed) {
    SeededRandom random(seed);
    for (std::size_t i = 0; i < tracks; ++i) motions_.push_back(draw(Traffic::kAircraft, random));
  }
  [[nodiscard]] const std::vector<Motion>& motions() const { return motions_; }
  /// The n-th report: whose it is, and where it is then.
  const Motion& next(std::size_t n) {
    Motion& motion = motions_[n % motions_.size()];
    const UtcMs now = kNow + static_cast<DurationMs>(1'000 * n / motions_.size());
    const Mover before = make_mover(motion).value();
    const Geodetic at = geodetic_of(reckon(before, before.age_s(now)).place);
    motion.lat_deg = at.lat_deg;
    motion.lng_deg = at.lng_deg;
    motion.time = now;
    return motion;
  }

 private:
  std::vector<Motion> motions_;
};

}  // namespace

EventFigures measure_events(std::size_t tracks, std::size_t updates, std::uint64_t seed) {
  EXPECT_INVARIANT(tracks > 0 && updates > 0);
  EventFigures figures{.tracks = tracks};
  // Making the reports is no part of the update: it is measured alone, and taken off.
  double alone_ms = 0;
  {
    Reports reports(tracks, seed);
    const double before = cpu_ms();
    double sink = 0;
    for (std::size_t n = 0; n < updates; ++n) sink += reports.next(n).lat_deg;
    alone_ms = cpu_ms() - before;
    EXPECT_INVARIANT(std::isfinite(sink));
  }
  std::vector<double> times_us;
  times_us.reserve(updates);
  // Once for the rate, by the thread's own time; once with a clock around each, for the spread.
  for (const bool each : {false, true}) {
    Reports reports(tracks, seed);
    PairIndex index({.widest = minima_for(Traffic::kAircraft, 120), .tracks_max = tracks});
    PairIndex::Changes changes;
    for (std::uint32_t i = 0; i < tracks; ++i) index.update(i, make_mover(reports.motions()[i]).value(), kNow, changes);
    const std::uint64_t tested = index.tested();
    const double before = cpu_ms();
    for (std::size_t n = 0; n < updates; ++n) {
      const Motion& motion = reports.next(n);
      const double start = each ? wall_ms() : 0;
      index.update(static_cast<std::uint32_t>(n % tracks), make_mover(motion).value(), motion.time, changes);
      if (each) times_us.push_back((wall_ms() - start) * 1e3);
    }
    if (each) continue;
    figures.updates_per_s = static_cast<double>(updates) / ((cpu_ms() - before - alone_ms) * 1e-3);
    figures.candidates_per_update = static_cast<double>(index.tested() - tested) / static_cast<double>(updates);
    figures.bytes_per_track = static_cast<double>(index.bytes()) / static_cast<double>(tracks);
  }
  figures.p50_us = quantile(times_us, 0.5);
  figures.p99_us = quantile(times_us, 0.99);
  return figures;
}

AccuracyFigures measure_accuracy(std::size_t pairs, std::uint64_t seed) {
  SeededRandom random(seed);
  const PairMinima minima = minima_for(Traffic::kAircraft, 300);
  AccuracyFigures figures{.pairs = pairs};
  std::vector<double> errors_s;
  for (std::size_t i = 0; i < pairs; ++i) {
    const testing::Meeting meeting = testing::draw_meeting(random, {.miss_max_m = 15'000, .height_spread_m = 600});
    const testing::Truth truth(meeting.a, meeting.b, UtcMs{});
    const Approach found =
        closest_approach(make_mover(meeting.a).value(), make_mover(meeting.b).value(), minima, UtcMs{});
    const auto strict = truth.conflict(minima.horizontal_m - 1, minima.vertical_m, minima.lookahead_s - 0.1);
    const auto wide = truth.conflict(minima.horizontal_m + 1, minima.vertical_m, minima.lookahead_s);
    const double closest_m = truth.distance_m(truth.closest_s(minima.lookahead_s));
    figures.closest_error_max_m = std::max(figures.closest_error_max_m, std::abs(found.closest_m - closest_m));
    if (wide.empty && found.conflict) ++figures.false_alarms;
    if (strict.empty || strict.to - strict.from < 0.2) continue;
    ++figures.conflicts;
    if (!found.conflict) {
      ++figures.missed;
      continue;
    }
    const auto exact = truth.conflict(minima.horizontal_m, minima.vertical_m, minima.lookahead_s);
    errors_s.push_back(std::abs(found.in_s - exact.from));
  }
  figures.entry_error_p99_s = quantile(errors_s, 0.99);
  figures.entry_error_max_s = errors_s.empty() ? 0 : *std::ranges::max_element(errors_s);
  return figures;
}

}  // namespace tansiq::picture
