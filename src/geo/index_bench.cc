// The index by itself. The figures of record come from index_figures.cc; here is what helps to tune it.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "base/invariant.h"
#include "base/limits.h"
#include "base/random.h"
#include "geo/index.h"
#include "geo/index_figures.h"

namespace tansiq::geo {
namespace {

/// Arguments: volumes, workload, with R-tree, seed.
void workload(benchmark::State& state) {
  for (auto _ : state) {
    const IndexFigures f =
        measure_index(static_cast<std::size_t>(state.range(0)), static_cast<IndexWorkload>(state.range(1)),
                      state.range(2) != 0, static_cast<std::uint64_t>(state.range(3)));
    state.counters["query_mean_us"] = f.query.mean_us;
    state.counters["query_p50_us"] = f.query.p50_us;
    state.counters["query_p99_us"] = f.query.p99_us;
    state.counters["search_us"] = f.search_mean_us;
    state.counters["insert_us"] = f.insert_mean_us;
    state.counters["remove_us"] = f.remove_mean_us;
    state.counters["index_bytes"] = f.index_bytes_per_volume;
    state.counters["shape_bytes"] = f.shape_bytes_per_volume;
    state.counters["hits"] = f.hits_mean;
    state.counters["candidates"] = f.candidates_mean;
    state.counters["growth"] = f.growth;
    state.counters["rtree_query_mean_us"] = f.rtree_query.mean_us;
    state.counters["rtree_query_p99_us"] = f.rtree_query.p99_us;
    state.counters["rtree_search_us"] = f.rtree_search_mean_us;
    state.counters["rtree_insert_us"] = f.rtree_insert_mean_us;
    state.counters["ratio_query"] = f.query_ratio;
    state.counters["ratio_search"] = f.search_ratio;
    state.counters["ratio_insert"] = f.insert_ratio;
  }
}
BENCHMARK(workload)
    ->ArgsProduct({{100'000, 1'000'000}, {0, 1}, {0, 1}, {1, 2}})
    ->Iterations(1)
    ->Unit(benchmark::kSecond);

/// One square kilometre, volumes stacked in height and one after the other in time.
void busy_cell(benchmark::State& state) {
  SeededRandom random(1);
  const auto draw = [&](std::int64_t i) {
    const std::int64_t layer = i % 25;
    const std::int64_t turn = i / 25;
    const auto lat = static_cast<std::int32_t>(470'000'000 + random.between(0, 50'000));
    const auto lng = static_cast<std::int32_t>(110'000'000 + random.between(0, 60'000));
    Volume4d v{Circle{{lat, lng}, 200'00},
               {layer * 40'00, layer * 40'00 + 40'00, VerticalReference::kAmsl},
               {{1'790'000'000'000 + turn * 600'000}, {1'790'000'000'000 + (turn + 1) * 600'000}}};
    return *prepare(v);
  };
  VolumeIndex index;
  for (std::int64_t i = 0; i < state.range(0); ++i) index.insert(draw(i), 0);
  std::vector<VolumeIndex::Hit> hits;
  std::int64_t next = 0;
  for (auto _ : state) {
    const PreparedVolume query = draw(next++ % state.range(0));
    hits.clear();
    EXPECT_INVARIANT(index.find_conflicts(query, {0, 0, 0}, kCandidatesMax, hits).has_value());
    benchmark::DoNotOptimize(hits.data());
  }
}
BENCHMARK(busy_cell)->Arg(500)->Arg(5'000)->Arg(50'000);

}  // namespace
}  // namespace tansiq::geo

BENCHMARK_MAIN();
