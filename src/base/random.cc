#include "base/random.h"

#include <sys/random.h>

#include <cerrno>

#include "base/invariant.h"

namespace tansiq {

void fill_secure_random(std::span<std::uint8_t> out) {
  std::size_t done = 0;
  while (done < out.size()) {
    const ssize_t got = getrandom(out.data() + done, out.size() - done, 0);
    if (got < 0 && errno == EINTR) continue;
    EXPECT_INVARIANT(got > 0);
    done += static_cast<std::size_t>(got);
  }
}

}  // namespace tansiq
