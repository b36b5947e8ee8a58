#include "geo/index.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "base/huge_pages.h"
#include "base/invariant.h"
#include "geo/index_grid.h"
#include "geo/outline_filter.h"
#include "geo/shape_impl.h"

namespace tansiq::geo {
namespace {

constexpr int kSlotBits = 24;
constexpr std::uint64_t kSlotMask = (std::uint64_t{1} << kSlotBits) - 1;
constexpr std::size_t kReferences = 4;

std::uint32_t slot_of(VolumeIndex::Handle handle) { return static_cast<std::uint32_t>(handle & kSlotMask); }

}  // namespace

class VolumeIndex::Impl {
 public:
  Handle insert(const PreparedVolume& volume, std::uint64_t tag) {
    const std::uint32_t slot = take_slot();
    const Handle handle = ++inserted_ << kSlotBits | slot;
    EXPECT_INVARIANT(inserted_ < std::uint64_t{1} << (64 - kSlotBits));
    const IndexBox box = box_of(volume);
    IndexGrid* const grid = grid_for(volume, box, true);
    grid->prefetch(box);
    at(slot) = Stored{handle, tag, volume, OutlineHead(volume.shape.impl())};
    grid->insert(box, slot);
    ends_.push_back({volume.window.end.ms, handle});
    std::ranges::push_heap(ends_, std::greater{});
    ++size_;
    return handle;
  }

  bool remove(Handle handle) {
    if (!has(handle)) return false;
    drop(handle);
    // Ends of removed volumes stay in the heap until they come up; when most are stale it is built anew.
    if (ends_.size() > 2 * size_ + kStaleEnds) {
      std::erase_if(ends_, [this](const End& end) { return !has(end.handle); });
      std::ranges::make_heap(ends_, std::greater{});
    }
    return true;
  }

  void expire(UtcMs t, const std::function<void(Handle, std::uint64_t)>& removed) {
    while (!ends_.empty() && ends_.front().end_ms <= t.ms) {
      const Handle handle = ends_.front().handle;
      std::ranges::pop_heap(ends_, std::greater{});
      ends_.pop_back();
      if (!has(handle)) continue;
      const std::uint64_t tag = at(slot_of(handle)).tag;
      drop(handle);
      removed(handle, tag);
    }
  }

  [[nodiscard]] std::size_t size() const { return size_; }

  [[nodiscard]] std::size_t bytes() const {
    std::size_t total = sizeof(*this) + stored_.bytes() + free_.capacity() * sizeof(std::uint32_t) +
                        ends_.capacity() * sizeof(End) + grids_.capacity() * sizeof(grids_[0]);
    for (const Grid& grid : grids_) total += grid.cells->bytes();
    return total;
  }

  Status find(const PreparedVolume& query, const Minima& minima, std::size_t candidates_max, bool exact,
              std::vector<Hit>& out) const {
    thread_local Scratch scratch;
    scratch.clear();
    const bool all = search(query, minima, candidates_max, exact, scratch);
    if (all && exact) scratch.keep_conflicts(query, minima);
    if (all) {
      std::ranges::sort(scratch.found, {}, &Stored::handle);
      const auto repeated = std::ranges::unique(scratch.found);
      scratch.found.erase(repeated.begin(), repeated.end());
      for (const Stored* stored : scratch.found) out.push_back({stored->handle, stored->tag});
    }
    scratch.release_beyond(kScratchMax);
    if (all) return {};
    return fail(ErrorCode::kTooMuchWork,
                fmt::format("more than {} live volumes lie near this one: ask for a smaller volume or a shorter time",
                            candidates_max));
  }

  [[nodiscard]] const PreparedVolume& volume(Handle handle) const {
    EXPECT_INVARIANT(has(handle));
    return *at(slot_of(handle)).volume;
  }

 private:
  struct Stored {
    Handle handle = 0;  ///< 0 while the place is free.
    std::uint64_t tag = 0;
    std::optional<PreparedVolume> volume;
    OutlineHead head;

    void prefetch() const {
      const auto* bytes = reinterpret_cast<const char*>(this);
      for (const std::size_t at : {std::size_t{0}, std::size_t{64}, sizeof(Stored) - 1}) __builtin_prefetch(bytes + at);
    }
  };
  struct End {
    std::int64_t end_ms;
    Handle handle;
    friend auto operator<=>(const End&, const End&) = default;
  };
  /// Kept in ascending order of (reference, size class, duration class).
  struct Grid {
    VerticalReference reference;
    int size_class;
    int duration_class;
    std::unique_ptr<IndexGrid> cells;
  };
  /// What one search works in. Kept from one to the next, so that a query allocates nothing.
  struct Scratch {
    struct PageVisit {
      const IndexPage* page;
      std::uint32_t lanes;
    };
    std::vector<Lanes> lanes;
    std::vector<IndexGrid::Visit> visits;
    std::vector<PageVisit> pages;
    std::vector<const Stored*> found;
    static constexpr std::size_t kBlock = 16;

    void clear() {
      lanes.clear();
      visits.clear();
      pages.clear();
      found.clear();
    }
    /// So that one large query does not keep its memory for ever.
    void release_beyond(std::size_t most) {
      if (visits.capacity() > most) visits = {};
      if (pages.capacity() > most) pages = {};
      if (found.capacity() > most) found = {};
    }
    /// Drops what only its box meets. Outlines are spread over the heap, and waiting for them is most of the cost. So a
    /// block's outlines are asked for while the block before is compared: its own members first, then its points.
    void keep_conflicts(const PreparedVolume& query, const Minima& minima) {
      if (const OutlineFilter filter(query.shape, minima.horizontal_m); filter.speaks()) {
        std::erase_if(found, [&](const Stored* stored) { return filter.certainly_apart(stored->head); });
      }
      const auto shape_of = [this](std::size_t i) -> const ShapeImpl& { return found[i]->volume->shape.impl(); };
      const auto each = [this](std::size_t first, auto&& visit) {
        for (std::size_t i = first; i < std::min(found.size(), first + kBlock); ++i) visit(i);
      };
      std::size_t kept = 0;
      each(0, [&](std::size_t i) { shape_of(i).prefetch_head(); });
      for (std::size_t first = 0; first < found.size(); first += kBlock) {
        each(first, [&](std::size_t i) { shape_of(i).prefetch_parts(); });
        each(first + kBlock, [&](std::size_t i) { shape_of(i).prefetch_head(); });
        each(first, [&](std::size_t i) {
          if (outlines_conflict(found[i]->volume->shape, query.shape, minima.horizontal_m)) found[kept++] = found[i];
        });
      }
      found.resize(kept);
    }
  };
  static constexpr std::size_t kStaleEnds = 64;
  static constexpr std::size_t kScratchMax = 1 << 14;

  [[nodiscard]] Stored& at(std::uint32_t slot) { return stored_[slot]; }
  [[nodiscard]] const Stored& at(std::uint32_t slot) const { return stored_[slot]; }
  [[nodiscard]] bool has(Handle handle) const {
    const std::uint32_t slot = slot_of(handle);
    return handle != 0 && slot < stored_.size() && at(slot).handle == handle;
  }

  /// Fills `scratch.found` with every volume whose box meets the query's (and, when `exact`, whose window and
  /// levels do), in no order; one that goes round the earth together with the query may stand there twice. False when
  /// there are more than `candidates_max`. In rounds, each of which asks for the memory of the next: see IndexGrid.
  bool search(const PreparedVolume& query, const Minima& minima, std::size_t candidates_max, bool exact,
              Scratch& scratch) const {
    const IndexBox box = query_box(query, minima);
    for (const Grid& grid : grids_) {
      const std::int64_t vertical_cm = std::clamp<std::int64_t>(minima.vertical_cm, 0, std::int64_t{1} << 40) +
                                       reference_margin_cm(query.band.reference, grid.reference);
      grid.cells->plan(box, vertical_cm, scratch.lanes, scratch.visits);
    }
    for (IndexGrid::Visit& visit : scratch.visits) IndexGrid::look_up(visit);
    for (const IndexGrid::Visit& visit : scratch.visits) {
      if (visit.cell == nullptr) continue;
      visit.cell->pages(scratch.lanes[visit.lanes], visit.low, visit.high, [&](const IndexPage& page) {
        page.prefetch();
        scratch.pages.push_back({&page, visit.lanes});
      });
    }
    std::size_t judged = 0;
    for (const auto& visit : scratch.pages) {
      const Lanes& lanes = scratch.lanes[visit.lanes];
      const IndexEntry* const end = visit.page->entries.get() + visit.page->count;
      for (const IndexEntry* entry = visit.page->entries.get(); entry != end; ++entry) {
        if (!lanes_meet(entry->lanes, lanes)) continue;
        const Stored& stored = at(entry->slot);
        stored.prefetch();
        scratch.found.push_back(&stored);
      }
      if (scratch.found.size() <= candidates_max) continue;
      if (exact) judged = keep_exact(query, minima, judged, scratch.found);
      if (scratch.found.size() > candidates_max) return false;
    }
    if (exact) keep_exact(query, minima, judged, scratch.found);
    return true;
  }

  /// Drops, from place `first` on, what the box's coarse time alone brought, or the widest margin between two
  /// references of height. Returns how many are left.
  static std::size_t keep_exact(const PreparedVolume& query, const Minima& minima, std::size_t first,
                                std::vector<const Stored*>& found) {
    const auto gone =
        std::remove_if(found.begin() + static_cast<std::ptrdiff_t>(first), found.end(), [&](const Stored* stored) {
          const PreparedVolume& volume = *stored->volume;
          if (!times_conflict(volume.window, query.window, minima.time_ms)) return true;
          return volume.band.reference != query.band.reference &&
                 !levels_conflict(volume.band, query.band, minima.vertical_cm);
        });
    found.erase(gone, found.end());
    return found.size();
  }

  std::uint32_t take_slot() {
    if (free_.empty()) {
      EXPECT_INVARIANT(stored_.size() <= kSlotMask);
      stored_.emplace_back();
      return static_cast<std::uint32_t>(stored_.size() - 1);
    }
    const std::uint32_t slot = free_.back();
    free_.pop_back();
    return slot;
  }

  void drop(Handle handle) {
    const std::uint32_t slot = slot_of(handle);
    Stored& stored = at(slot);
    const IndexBox box = box_of(*stored.volume);
    IndexGrid* grid = grid_for(*stored.volume, box, false);
    EXPECT_INVARIANT(grid != nullptr);
    grid->remove(box, slot);
    stored = Stored{};
    free_.push_back(slot);
    --size_;
  }

  IndexGrid* grid_for(const PreparedVolume& volume, const IndexBox& box, bool create) {
    const int size_class = IndexGrid::size_class_of(box);
    const int duration_class = IndexGrid::duration_class_of(box);
    IndexGrid*& known = by_class_[static_cast<std::size_t>(volume.band.reference)][static_cast<std::size_t>(size_class)]
                                 [static_cast<std::size_t>(duration_class)];
    if (known == nullptr && create) {
      grids_.push_back(
          {volume.band.reference, size_class, duration_class, std::make_unique<IndexGrid>(size_class, duration_class)});
      known = grids_.back().cells.get();
    }
    return known;
  }

  StableArray<Stored> stored_;  ///< By slot.
  std::vector<std::uint32_t> free_;
  std::vector<End> ends_;  ///< A heap, earliest end first; may name volumes that are gone.
  std::vector<Grid> grids_;
  std::array<std::array<std::array<IndexGrid*, IndexGrid::kDurationClasses>, IndexGrid::kSizeClasses>, kReferences>
      by_class_{};
  std::uint64_t inserted_ = 0;
  std::size_t size_ = 0;
};

VolumeIndex::VolumeIndex() : impl_(std::make_unique<Impl>()) {}
VolumeIndex::~VolumeIndex() = default;
VolumeIndex::VolumeIndex(VolumeIndex&&) noexcept = default;
VolumeIndex& VolumeIndex::operator=(VolumeIndex&&) noexcept = default;

VolumeIndex::Handle VolumeIndex::insert(const PreparedVolume& volume, std::uint64_t tag) {
  return impl_->insert(volume, tag);
}
bool VolumeIndex::remove(Handle handle) { return impl_->remove(handle); }
void VolumeIndex::expire(UtcMs t, const std::function<void(Handle, std::uint64_t)>& removed) {
  impl_->expire(t, removed);
}
std::size_t VolumeIndex::size() const { return impl_->size(); }
std::size_t VolumeIndex::bytes() const { return impl_->bytes(); }

Status VolumeIndex::find_conflicts(const PreparedVolume& query, const Minima& minima, std::size_t candidates_max,
                                   std::vector<Hit>& out) const {
  return impl_->find(query, minima, candidates_max, true, out);
}
Status VolumeIndex::find_candidates(const PreparedVolume& query, const Minima& minima, std::size_t candidates_max,
                                    std::vector<Hit>& out) const {
  return impl_->find(query, minima, candidates_max, false, out);
}
const PreparedVolume& VolumeIndex::volume(Handle handle) const { return impl_->volume(handle); }

}  // namespace tansiq::geo
