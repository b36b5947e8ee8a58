// What one run is made of. Two runs with equal options are equal in every event.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace tansiq::sim {

struct Options {
  std::uint64_t seed = 1;
  std::uint64_t seeds = 1;  ///< This many, from `seed` on.
  std::int64_t authorities = 3;
  bool authorities_given = false;  ///< Else each seed draws their number.
  std::int64_t minutes = 10;
  std::int64_t filings_per_minute = 60;
  bool faults = true;
  bool charters = true;   ///< New versions of the charter come into force while it runs.
  bool answers = true;    ///< In some runs officers answer requests; else nodes always do.
  std::string plant;      ///< A planted bug by name; empty: none.
  std::string expect;     ///< The checker that must find something; empty: none may.
  bool trace = false;     ///< Print every entry as it becomes durable, versions of the charter, and who cannot adopt.
  std::int64_t jobs = 1;  ///< Processes.
  bool quiet = false;     ///< No line for a seed that passes.

  /// The command line that repeats this run alone.
  [[nodiscard]] std::string replay_line() const;
};

/// Fails with `kInvalid`, naming the option.
[[nodiscard]] Result<Options> parse_options(std::span<char* const> arguments);
[[nodiscard]] std::string_view usage();

}  // namespace tansiq::sim
