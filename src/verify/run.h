// The work of `tansiq-verify`, apart from `main`, so that it can be tested.
#pragma once

#include <functional>
#include <string_view>

#include "verify/options.h"

namespace tansiq::verify {

/// Where the program writes.
struct Output {
  std::function<void(std::string_view)> out;  ///< Standard output.
  std::function<void(std::string_view)> err;  ///< Standard error.
  bool progress = false;                      ///< Standard error is a terminal.
};

/// Verifies, reports, returns the exit code.
[[nodiscard]] int run(const Options& options, const Output& output);

}  // namespace tansiq::verify
