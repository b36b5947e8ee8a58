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
constexpr double kCellPerSide = 2;             // Of the mean box: found by measuring.

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
    given_ = movers;
    now_ = now;
    options_ = options;
    options_.minima.lookahead_s = std::clamp(options.minima.lookahead_s, 0.0, kLookaheadMaxS);
    const unsigned threads = std::clamp(options.threads, 1U, kThreadsMax);
    given_boxes_.resize(movers.size());
    in_parallel(threads, [this](std::size_t stripe) { make_boxes(stripe); });
    choose_grid();
    bring_together();
    in_parallel(threads, [this](std::size_t stripe) { copy_near_each_other(stripe); });
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
    const auto [begin, end] = part(given_.size(), stripe);
    for (std::size_t i = begin; i < end; ++i) {
      const double age = given_[i].age_s(now_);
      Mover straight = given_[i];
      straight.turn_rad_s = 0;
      given_boxes_[i] = path_box(straight, options_.minima, {}, age, age + options_.minima.lookahead_s);
    }
  }

  /// Puts craft of one cell side by side: with many craft nearly every comparison would wait for memory otherwise.
  void bring_together() {
    const std::size_t count = given_.size();
    const std::size_t places = std::bit_ceil(std::max<std::size_t>(count / 4, 16));
    cells_.resize(count);
    std::vector<std::uint32_t> begin(places + 1);
    for (std::size_t i = 0; i < count; ++i) {
      const PathBox& box = given_boxes_[i];
      const auto middle = [&](std::size_t axis) { return (box.low(axis) + box.high(axis)) / 2; };
      const CellGrid::Cell cell = grid_.cell_of(middle(0), middle(1), middle(2));
      cells_[i] = scattered(cell_key(cell.face, cell.i, cell.j)) & static_cast<std::uint32_t>(places - 1);
      ++begin[cells_[i] + 1];
    }
    for (std::size_t i = 1; i <= places; ++i) begin[i] += begin[i - 1];
    given_as_.resize(count);
    for (std::uint32_t i = 0; i < count; ++i) given_as_[begin[cells_[i]]++] = i;
    movers_.resize(count);
    boxes_.resize(count);
  }
  void copy_near_each_other(std::size_t stripe) {
    const auto [begin, end] = part(given_.size(), stripe);
    for (std::size_t i = begin; i < end; ++i) {
      movers_[i] = given_[given_as_[i]];
      boxes_[i] = given_boxes_[given_as_[i]];
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
    for (const PathBox& box : given_boxes_) sides += double{box.side()};
    const double mean = given_boxes_.empty() ? 0 : sides / static_cast<double>(given_boxes_.size());
    for (auto cell = static_cast<float>(kCellPerSide * mean);; cell *= 2) {
      grid_ = CellGrid(cell);
      std::uint64_t cells = 0;
      for (const PathBox& box : given_boxes_) {
        grid_.visit_faces(box, 0, [&](const CellRange& range) { cells += range.count(); });
      }
      if (cells <= kCellsPerBoxMax * (given_boxes_.size() + 1'024) || cell > 1e7F) {
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
    if (given_as_[a] > given_as_[b]) std::swap(a, b);
    if (certainly_apart(movers_[a], movers_[b], options_.minima, now_)) return;
    const Approach approach = closest_approach(movers_[a], movers_[b], options_.minima, now_);
    if (!approach.conflict) return;
    if (yield.conflicts.size() >= options_.conflicts_max) {
      ++yield.dropped;
      return;
    }
    yield.conflicts.push_back({given_as_[a], given_as_[b], approach});
  }

  /// By (first, second): counted into place by the first, then each craft's few by the second.
  SweepResult collected() {
    SweepResult result;
    std::vector<std::size_t> begin(given_.size() + 1);
    for (const Yield& yield : yields_) {
      for (const SweepConflict& conflict : yield.conflicts) ++begin[conflict.first + 1];
    }
    for (std::size_t i = 1; i < begin.size(); ++i) begin[i] += begin[i - 1];
    result.conflicts.resize(begin.back());
    std::vector<std::size_t> next(begin.begin(), begin.end() - 1);
    for (Yield& yield : yields_) {
      for (const SweepConflict& conflict : yield.conflicts) result.conflicts[next[conflict.first]++] = conflict;
      result.compared += yield.compared;
      result.candidates += yield.candidates;
      result.dropped += yield.dropped;
      yield = {};
    }
    for (std::size_t i = 0; i + 1 < begin.size(); ++i) {
      const auto from = result.conflicts.begin() + static_cast<std::ptrdiff_t>(begin[i]);
      const auto to = result.conflicts.begin() + static_cast<std::ptrdiff_t>(begin[i + 1]);
      std::ranges::sort(from, to, {}, &SweepConflict::second);
    }
    if (result.conflicts.size() > options_.conflicts_max) {
      result.dropped += result.conflicts.size() - options_.conflicts_max;
      result.conflicts.resize(options_.conflicts_max);
    }
    return result;
  }

  std::span<const Mover> given_;
  UtcMs now_;
  SweepOptions options_;
  CellGrid grid_{0};
  std::vector<PathBox> given_boxes_;
  std::vector<std::uint32_t> cells_;
  std::vector<std::uint32_t> given_as_;  ///< Where each of the following stood in the list.
  std::vector<Mover> movers_;
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
