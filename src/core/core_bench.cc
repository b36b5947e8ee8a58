// Prints the figures of core_figures.h through Google Benchmark's runner, for work on the core itself; `tansiq bench
// core` prints them with their targets.
#include <benchmark/benchmark.h>

#include "core/core_figures.h"

namespace tansiq::core {
namespace {

void decisions(benchmark::State& state) {
  for ([[maybe_unused]] const auto _ : state) {
    const DecisionFigures f = measure_decisions(static_cast<std::size_t>(state.range(0)), 50'000, 1);
    state.counters["decisions/s"] = f.decisions_per_s;
    state.counters["refused"] = f.refused_share;
  }
}
BENCHMARK(decisions)->Arg(10'000)->Arg(100'000)->Arg(1'000'000)->Iterations(1)->Unit(benchmark::kMillisecond);

void busy_cell(benchmark::State& state) {
  for ([[maybe_unused]] const auto _ : state) {
    state.counters["decisions/s"] = measure_busy_cell(500, 20'000, 1).decisions_per_s;
  }
}
BENCHMARK(busy_cell)->Iterations(1)->Unit(benchmark::kMillisecond);

void replay(benchmark::State& state) {
  for ([[maybe_unused]] const auto _ : state) {
    const ReplayFigures f = measure_replay(static_cast<std::size_t>(state.range(0)), 100'000, 1);
    state.counters["replay_s"] = f.replay_s;
    state.counters["snapshot_load_s"] = f.snapshot_load_s;
    state.counters["snapshot_write_s"] = f.snapshot_write_s;
    state.counters["live"] = static_cast<double>(f.live_volumes);
    state.counters["entry_bytes"] = static_cast<double>(f.bytes) / static_cast<double>(f.entries);
  }
}
BENCHMARK(replay)->Arg(1'000'000)->Iterations(1)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace tansiq::core

BENCHMARK_MAIN();
