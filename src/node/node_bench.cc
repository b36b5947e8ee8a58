// The node's figures by hand: tansiq_node_bench prints them once. `tansiq bench core` prints them with targets.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>

#include "base/logging.h"
#include "base/temporary_folder.h"
#include "node/node_figures.h"

namespace {

void report(benchmark::State& state, const tansiq::Result<tansiq::node::DurableFigures>& figures) {
  if (!figures) return state.SkipWithError(figures.error().text().c_str());
  state.counters["per_second"] = figures->per_second;
  state.counters["p50_ms"] = figures->p50_ms;
  state.counters["p99_ms"] = figures->p99_ms;
  state.counters["errors"] = static_cast<double>(figures->errors);
}

void durable_in_process(benchmark::State& state) {
  const tansiq::TemporaryFolder folder("bench");
  for ([[maybe_unused]] auto _ : state)
    report(state, tansiq::node::measure_durable_in_process({.folder = folder.path()}));
}
BENCHMARK(durable_in_process)->Iterations(1)->Unit(benchmark::kSecond);

void durable_http(benchmark::State& state) {
  const tansiq::TemporaryFolder folder("bench");
  for ([[maybe_unused]] auto _ : state) report(state, tansiq::node::measure_durable_http({.folder = folder.path()}));
}
BENCHMARK(durable_http)->Iterations(1)->Unit(benchmark::kSecond);

void start(benchmark::State& state) {
  const tansiq::TemporaryFolder folder("bench");
  for ([[maybe_unused]] auto _ : state) {
    const auto figures = tansiq::node::measure_start(folder.path());
    if (!figures) {
      state.SkipWithError(figures.error().text().c_str());
      continue;
    }
    state.counters["entries"] = static_cast<double>(figures->entries);
    state.counters["fill_s"] = figures->fill_seconds;
    state.counters["snapshot_s"] = figures->snapshot_seconds;
    state.counters["full_snapshot_s"] = figures->full_snapshot_seconds;
    state.counters["replay_s"] = figures->replay_seconds;
    state.counters["pause_ms"] = figures->pause_ms;
    state.counters["same_state"] = figures->same_state ? 1 : 0;
  }
}
BENCHMARK(start)->Iterations(1)->Unit(benchmark::kSecond);

}  // namespace

int main(int argc, char** argv) {
  tansiq::set_log_level(tansiq::LogLevel::kError);
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
