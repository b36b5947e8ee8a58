// The 4D index: which live volumes could a new one meet?
//
// (Design essay, alternatives and cost belong here: written with the implementation.)
//
//   VolumeIndex index;
//   const auto handle = index.insert(prepared, /*tag=*/intent_slot);
//   index.for_each_conflict(query, minima, scratch, [&](VolumeIndex::Handle h, std::uint64_t tag) { …; return true; });
//   index.remove(handle);
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "geo/conflict.h"

namespace tansiq::geo {

class VolumeIndex {
 public:
  /// Names a stored volume; stays valid until it is removed. Never reused for another volume while any copy may exist
  /// (slot plus generation).
  using Handle = std::uint64_t;

  VolumeIndex();
  ~VolumeIndex();
  VolumeIndex(VolumeIndex&&) noexcept;
  VolumeIndex& operator=(VolumeIndex&&) noexcept;

  /// Stores a volume under a caller's `tag` (not unique). Amortised O(log n) or better.
  Handle insert(const PreparedVolume& volume, std::uint64_t tag);
  /// True when it was there.
  bool remove(Handle handle);
  /// Removes every volume whose window ends at or before `t`; calls `removed(handle, tag)` for each in ascending
  /// order of (end, handle).
  void expire(UtcMs t, const std::function<void(Handle, std::uint64_t)>& removed);

  [[nodiscard]] std::size_t size() const;
  /// Heap bytes of the index, shapes excluded.
  [[nodiscard]] std::size_t bytes() const;

  struct Hit {
    Handle handle;
    std::uint64_t tag;
  };

  /// Appends to `out` every stored volume that conflicts with `query` under `minima`, in ascending order of handle
  /// (so that results do not depend on the structure's history).
  /// Fails with `kTooMuchWork` when more than `candidates_max` volumes had to be compared exactly; `out` is then
  /// unchanged. Minima may differ per call.
  Status find_conflicts(const PreparedVolume& query, const Minima& minima, std::size_t candidates_max,
                        std::vector<Hit>& out) const;

  /// The volume stored under a handle. Aborts on a handle that is not there.
  [[nodiscard]] const PreparedVolume& volume(Handle handle) const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tansiq::geo
