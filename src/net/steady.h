// Time that only goes on, for limits and waits.
#pragma once

#include <chrono>
#include <cstdint>

namespace tansiq::net {

/// Milliseconds since some moment before the program began.
[[nodiscard]] inline std::int64_t steady_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

}  // namespace tansiq::net
