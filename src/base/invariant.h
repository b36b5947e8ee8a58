// Broken invariants: conditions that no input can reach. They stay on in release builds and abort.
//
// A node that has lost track of its own state must stop: a wrong answer about airspace is worse than none.
#pragma once

namespace tansiq {

/// Prints `condition`, `file:line` and aborts. Never returns.
[[noreturn]] void invariant_failed(const char* condition, const char* file, int line) noexcept;

}  // namespace tansiq

/// Aborts the process when `condition` is false. For programming errors only; expected failures are `Result`s.
#define EXPECT_INVARIANT(condition)                               \
  do {                                                            \
    if (!(condition)) [[unlikely]] {                              \
      ::tansiq::invariant_failed(#condition, __FILE__, __LINE__); \
    }                                                             \
  } while (false)
