#include "base/huge_pages.h"

#include <sys/mman.h>

namespace tansiq::huge_pages_detail {

void* allocate(std::size_t bytes) {
  if (bytes < kHugePageBytes) return ::operator new(bytes);
  void* memory = ::operator new(bytes, std::align_val_t{kHugePageBytes});
  // Advice only: a kernel that grants no huge pages costs time, nothing else.
  static_cast<void>(::madvise(memory, bytes, MADV_HUGEPAGE));
  return memory;
}

void release(void* memory, std::size_t bytes) noexcept {
  if (bytes < kHugePageBytes) {
    ::operator delete(memory);
  } else {
    ::operator delete(memory, std::align_val_t{kHugePageBytes});
  }
}

}  // namespace tansiq::huge_pages_detail
