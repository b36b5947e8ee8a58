// Outlines made and compared.
#include <benchmark/benchmark.h>

#include "geo/index_figures.h"

namespace tansiq::geo {
namespace {

void shapes(benchmark::State& state) {
  for (auto _ : state) {
    const ShapeFigures f = measure_shapes(1);
    state.counters["make_polygon_us"] = f.make_polygon_us;
    state.counters["make_circle_us"] = f.make_circle_us;
    state.counters["make_corridor_us"] = f.make_corridor_us;
    state.counters["polygons_apart_us"] = f.polygons_apart_us;
    state.counters["polygons_touching_us"] = f.polygons_touching_us;
    state.counters["polygons_overlapping_us"] = f.polygons_overlapping_us;
  }
}
BENCHMARK(shapes)->Iterations(1);

}  // namespace
}  // namespace tansiq::geo
