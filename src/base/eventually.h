// Waiting, in tests, for what another thread does and does not tell.
#pragma once

#include <chrono>
#include <functional>
#include <thread>

namespace tansiq {

/// Looks at `condition` every millisecond until it holds; false after so long. For counters of another thread, or
/// what it does with a file, which offer nothing to wait on. A test that fails may take long; one that passes does not.
inline bool eventually(const std::function<bool()>& condition, std::chrono::seconds most = std::chrono::seconds(10)) {
  const auto end = std::chrono::steady_clock::now() + most;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

}  // namespace tansiq
