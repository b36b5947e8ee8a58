// Ctrl-C as a wish: a command that has something to say at its end waits for it instead of being ended by it.
#pragma once

#include <chrono>

namespace tansiq::cli {

/// From its making on SIGINT and SIGTERM no longer end the program; threads started later inherit that.
class StopSignal {
 public:
  StopSignal();
  /// Waits until then, or until somebody asks to stop; true when somebody has, now or before.
  [[nodiscard]] bool wait_until(std::chrono::steady_clock::time_point moment);
  /// The same without waiting.
  [[nodiscard]] bool asked() { return wait_until(std::chrono::steady_clock::time_point::min()); }

 private:
  bool asked_ = false;
};

}  // namespace tansiq::cli
