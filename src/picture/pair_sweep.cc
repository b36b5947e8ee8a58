#include "picture/pair_sweep.h"

#include <algorithm>
#include <atomic>
#include <bit>
#include <thread>

#include "base/invariant.h"
#include "picture/path_box.h"

namespace tansiq::picture {
namespace {

constexpr std::size_t kStripes = 16;
constexpr unsigned kThreadsMax = 16;
constexpr std::size_t kLayers = 2'048;         // Steps of height by which boxes are ordered.
constexpr std::uint64_t kCellsPerBoxMax = 64;  // On average; beyond, cells grow.
constexpr double kCellPerSide = 0.5;           // Of the mean box.

struct Entry {
  std::uint32_t box;
  std::uint32_t key;  ///< Of the cell: a bucket may hold several.
};

/// Which steps of height a box reaches from and to.
struct Layers {
  std::uint16_t low;
  std::uint16_t high;
};

std::uint32_t scattered(std::uint32_t key) {
  std::uint64_t z = key * 0x9E3779B97F4A7C15ULL;
  return static_cast<std::uint32_t>((z ^ (z >> 29)) >> 24);
}

/// What one stripe yields.
struct Yield {
  std::vector<SweepConflict> conflicts;
  std::uint64_t compared = 0;
  std::uint64_t candidates = 0;
  std::uint64_t dropped = 0;
};

}  // namespace

class PairSweep::Impl {
 public:
  SweepResult run(std::span<const Mover> movers, UtcMs now, const SweepOptions& options) {
    EXPECT_INVARIANT(movers.size() < (std::size_t{1} << 31));
    movers_ = movers;
    now_ = now;
    options_ = options;
    options_.minima.lookahead_s = std::clamp(options.minima.lookahead_s, 0.0, kLookaheadMaxS);
    const unsigned threads = std::clamp(options.threads, 1U, kThreadsMax);
    boxes_.resize(movers.size());
    in_parallel(threads, [this](std::size_t stripe) { make_boxes(stripe); });
    order_by_height();
    fill_buckets();
    in_parallel(threads, [this](std::size_t stripe) { scan(stripe); });
    return collected();
  }

 private:
  template <class Work>
  static void in_parallel(unsigned threads, const Work& work) {
    std::atomic<std::size_t> next{0};
    const auto take = [&] {
      for (std::size_t stripe = next++; stripe < kStripes; stripe = next++) work(stripe);
    };
    std::vector<std::thread> others;
    for (unsigned i = 1; i < threads; ++i) others.emplace_back(take);
    take();
    for (std::thread& thread : others) thread.join();
  }

  [[nodiscard]] static std::pair<std::size_t, std::size_t> part(std::size_t count, std::size_t stripe) {
    return {count * stripe / kStripes, count * (stripe + 1) / kStripes};
  }

  void make_boxes(std::size_t stripe) {
    const auto [begin, end] = part(movers_.size(), stripe);
    for (std::size_t i = begin; i < end; ++i) {
      const double age = movers_[i].age_s(now_);
      Mover straight = movers_[i];
      straight.turn_rad_s = 0;
      boxes_[i] = path_box(straight, options_.minima, {}, age, age + options_.minima.lookahead_s);
    }
  }

  void order_by_height() {
    const std::size_t count = boxes_.size();
    float low = kAnyHeight;
    float high = -kAnyHeight;
    for (const PathBox& box : boxes_) {
      if (box.low(kHeightAxis) == -kAnyHeight) continue;
      low = std::min(low, box.low(kHeightAxis));
      high = std::max(high, box.high(kHeightAxis));
    }
    const float per_m = high > low ? static_cast<float>(kLayers - 1) / (high - low) : 0;
    const auto layer = [&](float height) {
      return static_cast<std::uint16_t>(std::clamp((height - low) * per_m, 0.0F, static_cast<float>(kLayers - 1)));
    };
    layers_.resize(count);
    std::vector<std::uint32_t> begin(kLayers + 1);
    for (std::size_t i = 0; i < count; ++i) {
      layers_[i] = {layer(boxes_[i].low(kHeightAxis)), layer(boxes_[i].high(kHeightAxis))};
      ++begin[std::size_t{layers_[i].low} + 1];
    }
    for (std::size_t i = 1; i <= kLayers; ++i) begin[i] += begin[i - 1];
    order_.resize(count);
    for (std::uint32_t i = 0; i < count; ++i) order_[begin[layers_[i].low]++] = i;
  }

  /// The cells' size: so that boxes lie in a handful of them, and no crowd of long paths in a great many.
  void choose_grid() {
    double sides = 0;
    for (const PathBox& box : boxes_) sides += double{box.side()};
    const double mean = boxes_.empty() ? 0 : sides / static_cast<double>(boxes_.size());
    for (auto cell = static_cast<float>(kCellPerSide * mean);; cell *= 2) {
      grid_ = CellGrid(cell);
      std::uint64_t cells = 0;
      for (const PathBox& box : boxes_) {
        grid_.visit_faces(box, 0, [&](const CellRange& range) { cells += range.count(); });
      }
      if (cells <= kCellsPerBoxMax * (boxes_.size() + 1'024) || cell > 1e7F) {
        entries_.resize(cells);
        return;
      }
    }
  }

  template <class Visit>
  void visit_cells(const PathBox& box, const Visit& visit) const {
    grid_.visit_faces(box, 0, [&](const CellRange& range) {
      for (std::uint32_t i = range.i_low; i <= range.i_high; ++i) {
        for (std::uint32_t j = range.j_low; j <= range.j_high; ++j) visit(cell_key(range.face, i, j));
      }
    });
  }

  void fill_buckets() {
    choose_grid();
    const std::size_t buckets = std::bit_ceil(std::max<std::size_t>(entries_.size() / 8, 16));
    mask_ = static_cast<std::uint32_t>(buckets - 1);
    begin_.assign(buckets + 1, 0);
    for (const PathBox& box : boxes_) {
      visit_cells(box, [&](std::uint32_t key) { ++begin_[(scattered(key) & mask_) + 1]; });
    }
    for (std::size_t i = 1; i <= buckets; ++i) begin_[i] += begin_[i - 1];
    end_.assign(begin_.begin(), begin_.end() - 1);
    for (const std::uint32_t i : order_) {
      visit_cells(boxes_[i], [&](std::uint32_t key) { entries_[end_[scattered(key) & mask_]++] = {i, key}; });
    }
  }

  /// One bucket's boxes side by side.
  struct Scratch {
    std::vector<PathBox> boxes;
    std::vector<Layers> layers;
  };

  void scan(std::size_t stripe) {
    Yield& yield = yields_[stripe];
    yield = {};
    Scratch scratch;
    const auto [begin, end] = part(end_.size(), stripe);
    for (std::size_t bucket = begin; bucket < end; ++bucket) {
      const auto from = static_cast<std::ptrdiff_t>(begin_[bucket]);
      const auto to = static_cast<std::ptrdiff_t>(begin_[bucket + 1]);
      if (to - from > 1) scan_bucket({entries_.begin() + from, entries_.begin() + to}, scratch, yield);
    }
  }

  void scan_bucket(std::span<const Entry> entries, Scratch& scratch, Yield& yield) const {
    const std::size_t count = entries.size();
    scratch.boxes.resize(count);
    scratch.layers.resize(count);
    for (std::size_t i = 0; i < count; ++i) {
      scratch.boxes[i] = boxes_[entries[i].box];
      scratch.layers[i] = layers_[entries[i].box];
    }
    const PathBox* const boxes = scratch.boxes.data();
    const Layers* const layers = scratch.layers.data();
    for (std::size_t i = 0; i + 1 < count; ++i) {
      const PathBox query = boxes[i].as_query();
      const std::uint16_t top = layers[i].high;
      std::size_t j = i + 1;
      for (; j < count && layers[j].low <= top; ++j) {
        if (boxes_meet(boxes[j], query) && taken_here(entries[i], boxes[i], entries[j], boxes[j])) {
          consider(entries[i].box, entries[j].box, yield);
        }
      }
      yield.compared += j - i - 1;
    }
  }

  [[nodiscard]] bool taken_here(Entry a, const PathBox& box_a, Entry b, const PathBox& box_b) const {
    if (a.key != b.key) return false;
    const CellGrid::Cell cell =
        grid_.cell_of(std::max(box_a.low(0), box_b.low(0)), std::max(box_a.low(1), box_b.low(1)),
                      std::max(box_a.low(2), box_b.low(2)));
    return cell_key(cell.face, cell.i, cell.j) == a.key;
  }

  void consider(std::uint32_t a, std::uint32_t b, Yield& yield) const {
    ++yield.candidates;
    const std::uint32_t first = std::min(a, b);
    const std::uint32_t second = std::max(a, b);
    if (certainly_apart(movers_[first], movers_[second], options_.minima, now_)) return;
    const Approach approach = closest_approach(movers_[first], movers_[second], options_.minima, now_);
    if (!approach.conflict) return;
    if (yield.conflicts.size() >= options_.conflicts_max) {
      ++yield.dropped;
      return;
    }
    yield.conflicts.push_back({first, second, approach});
  }

  SweepResult collected() {
    SweepResult result;
    for (Yield& yield : yields_) {
      result.conflicts.insert(result.conflicts.end(), yield.conflicts.begin(), yield.conflicts.end());
      result.compared += yield.compared;
      result.candidates += yield.candidates;
      result.dropped += yield.dropped;
      yield = {};
    }
    std::ranges::sort(result.conflicts, [](const SweepConflict& a, const SweepConflict& b) {
      return a.first != b.first ? a.first < b.first : a.second < b.second;
    });
    if (result.conflicts.size() > options_.conflicts_max) {
      result.dropped += result.conflicts.size() - options_.conflicts_max;
      result.conflicts.resize(options_.conflicts_max);
    }
    return result;
  }

  std::span<const Mover> movers_;
  UtcMs now_;
  SweepOptions options_;
  CellGrid grid_{0};
  std::vector<PathBox> boxes_;
  std::vector<Layers> layers_;
  std::vector<std::uint32_t> order_;  ///< Boxes by their lower layer.
  std::vector<Entry> entries_;        ///< By bucket, in a bucket by lower layer.
  std::vector<std::uint32_t> begin_;  ///< Of each bucket, and the end of the last.
  std::vector<std::uint32_t> end_;
  std::uint32_t mask_ = 0;
  std::array<Yield, kStripes> yields_;
};

PairSweep::PairSweep() : impl_(std::make_unique<Impl>()) {}
PairSweep::~PairSweep() = default;
PairSweep::PairSweep(PairSweep&&) noexcept = default;
PairSweep& PairSweep::operator=(PairSweep&&) noexcept = default;

SweepResult PairSweep::run(std::span<const Mover> movers, UtcMs now, const SweepOptions& options) {
  return impl_->run(movers, now, options);
}

}  // namespace tansiq::picture
