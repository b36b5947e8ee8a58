// How parts of `tansiq bench` write their figures.
#pragma once

#include <filesystem>
#include <string>
#include <utility>

#include "cli/bench.h"
#include "cli/context.h"

namespace tansiq::cli {

inline Figure plain(std::string name, double value, std::string unit) {
  Figure figure;
  figure.name = std::move(name);
  figure.value = value;
  figure.unit = std::move(unit);
  return figure;
}
inline Figure at_most(std::string name, double value, std::string unit, double target) {
  Figure figure = plain(std::move(name), value, std::move(unit));
  figure.wanted = Figure::Wanted::kAtMost;
  figure.target = target;
  return figure;
}
inline Figure at_least(std::string name, double value, std::string unit, double target) {
  Figure figure = plain(std::move(name), value, std::move(unit));
  figure.wanted = Figure::Wanted::kAtLeast;
  figure.target = target;
  return figure;
}
inline Figure skipped(std::string name, std::string why) {
  Figure figure;
  figure.name = std::move(name);
  figure.skipped = std::move(why);
  return figure;
}
inline Figure beside(Figure figure, double baseline, double ratio) {
  figure.baseline = baseline;
  figure.ratio = ratio;
  return figure;
}

/// Where recordings are: TANSIQ_SHARED, else beside the checkout.
inline std::filesystem::path shared_folder() {
  const std::string named = environment("TANSIQ_SHARED");
  return named.empty() ? std::filesystem::path("../shared") : std::filesystem::path(named);
}

/// The group `live`, in the order in which its parts run.
[[nodiscard]] std::vector<BenchPart> live_bench_parts();
/// The group `talks`, likewise.
[[nodiscard]] std::vector<BenchPart> talk_bench_parts();

}  // namespace tansiq::cli
