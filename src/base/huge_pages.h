// Memory for large arrays that are read at random: on huge pages where the kernel grants them.
//
//   std::vector<Cell, HugePageAllocator<Cell>> cells;      // moves when it grows
//   StableArray<Row> rows; rows.emplace_back();            // never moves
//
// With a million live volumes nearly every look-up misses the processor's address cache as well as its data cache;
// pages of 2 MiB save the first miss. Small arrays come from the ordinary heap, so that a small program stays small.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <utility>

#include "base/invariant.h"

namespace tansiq {

inline constexpr std::size_t kHugePageBytes = std::size_t{2} << 20;

namespace huge_pages_detail {
/// Throws std::bad_alloc.
[[nodiscard]] void* allocate(std::size_t bytes);
void release(void* memory, std::size_t bytes) noexcept;
}  // namespace huge_pages_detail

/// An allocator for standard containers: from kHugePageBytes up it asks for huge pages.
template <class T>
class HugePageAllocator {
 public:
  using value_type = T;
  HugePageAllocator() = default;
  template <class U>
  // NOLINTNEXTLINE: the standard asks for a conversion that is not explicit
  HugePageAllocator(const HugePageAllocator<U>&) noexcept {}
  [[nodiscard]] T* allocate(std::size_t count) {
    static_assert(alignof(T) <= alignof(std::max_align_t));
    if (count > std::size_t(-1) / sizeof(T)) throw std::bad_array_new_length();
    return static_cast<T*>(huge_pages_detail::allocate(count * sizeof(T)));
  }
  void deallocate(T* memory, std::size_t count) noexcept { huge_pages_detail::release(memory, count * sizeof(T)); }
  friend bool operator==(const HugePageAllocator&, const HugePageAllocator&) { return true; }
};

/// An array that only grows, and whose elements never move: segments of 16, 32, 64, … elements. Finding an element is
/// one shift and one indirection.
template <class T>
class StableArray {
 public:
  StableArray() = default;
  StableArray(StableArray&& other) noexcept { swap(other); }
  StableArray& operator=(StableArray&& other) noexcept {
    StableArray(std::move(other)).swap(*this);
    return *this;
  }
  ~StableArray() {
    for (std::size_t i = 0; i < size_; ++i) std::destroy_at(&(*this)[i]);
    for (std::size_t s = 0; s < segments_.size(); ++s) {
      if (segments_[s]) HugePageAllocator<T>().deallocate(segments_[s], capacity(s));
    }
  }

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] T& operator[](std::size_t at) { return *place(at); }
  [[nodiscard]] const T& operator[](std::size_t at) const { return *place(at); }

  template <class... Args>
  T& emplace_back(Args&&... args) {
    const std::size_t s = segment(size_);
    EXPECT_INVARIANT(s < kSegments);
    if (!segments_[s]) segments_[s] = HugePageAllocator<T>().allocate(capacity(s));
    T* made = std::construct_at(segments_[s] + (size_ - first(s)), std::forward<Args>(args)...);
    ++size_;
    return *made;
  }
  /// Heap bytes of the segments.
  [[nodiscard]] std::size_t bytes() const {
    std::size_t total = 0;
    for (std::size_t s = 0; s < segments_.size(); ++s) total += segments_[s] ? capacity(s) * sizeof(T) : 0;
    return total;
  }

 private:
  static constexpr std::size_t kFirst = 16;
  static constexpr std::size_t kSegments = 32;  // 2^36 elements

  static std::size_t segment(std::size_t at) {
    return static_cast<std::size_t>(std::bit_width(at + kFirst)) - std::size_t{std::bit_width(kFirst)};
  }
  static std::size_t capacity(std::size_t segment) { return kFirst << segment; }
  static std::size_t first(std::size_t segment) { return capacity(segment) - kFirst; }
  [[nodiscard]] T* place(std::size_t at) const {
    EXPECT_INVARIANT(at < size_);
    const std::size_t s = segment(at);
    return segments_[s] + (at - first(s));
  }
  void swap(StableArray& other) noexcept {
    segments_.swap(other.segments_);
    std::swap(size_, other.size_);
  }

  std::array<T*, kSegments> segments_{};
  std::size_t size_ = 0;
};

}  // namespace tansiq
