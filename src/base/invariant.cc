#include "base/invariant.h"

#include <cstdio>
#include <cstdlib>

namespace tansiq {

void invariant_failed(const char* condition, const char* file, int line) noexcept {
  std::fprintf(stderr, "tansiq: broken invariant: %s (%s:%d)\n", condition, file, line);
  std::fflush(stderr);
  std::abort();
}

}  // namespace tansiq
