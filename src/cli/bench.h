// Figures of `tansiq bench`: what was measured, what was promised, what it is compared with.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace tansiq::cli {

/// One measured number.
struct Figure {
  enum class Wanted : std::uint8_t { kNothing, kAtMost, kAtLeast };

  std::string name;  ///< "index.query_p99"; what stands before the dot is the part that measured it.
  double value = 0;
  std::string unit;
  Wanted wanted = Wanted::kNothing;
  double target = 0;
  std::optional<double> baseline;  ///< The same work done another way, in the same run.
  std::optional<double> ratio;     ///< How many times better than the baseline.
  std::string skipped;             ///< Why it was not measured; empty when it was.

  [[nodiscard]] bool ok() const;
};

/// A part of the benchmark: a folder's figures.
struct BenchPart {
  std::string group;
  std::string name;
  std::string what;  ///< For the progress line.
  std::function<Result<std::vector<Figure>>()> run;
};
/// What is measured, where it is not a node of our own: group f3548 alone can do that.
struct BenchTarget {
  std::string url;    ///< `http://127.0.0.1:8082`; empty: a node of our own.
  std::string token;  ///< With the scopes of strategic coordination and constraint processing.
};
/// The groups, in order.
[[nodiscard]] std::vector<std::string> bench_groups();
/// All parts of a group, in the order in which they run; of all groups when it is empty.
[[nodiscard]] std::vector<BenchPart> bench_parts(const std::string& group = {}, const BenchTarget& target = {});

/// One line of JSON: name, value, unit, target, ok, baseline, ratio.
[[nodiscard]] std::string figure_json(const Figure& figure);
/// Reads lines that `figure_json` wrote. Fails with `kMalformed`.
[[nodiscard]] Result<std::vector<Figure>> read_figures(const std::string& text);

}  // namespace tansiq::cli
