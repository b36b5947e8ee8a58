// What `tansiq bench` measures, and what was promised. Each folder measures itself; here its figures get their targets.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <thread>

#include "base/temporary_folder.h"
#include "cli/bench_figure.h"
#include "core/core_figures.h"
#include "formats/check.h"
#include "formats/columns.h"
#include "formats/fir.h"
#include "formats/flown.h"
#include "formats/recording.h"
#include "geo/index_figures.h"
#include "log/verify_figures.h"
#include "node/coalition_figures.h"
#include "node/f3548_figures.h"
#include "node/node_figures.h"
#include "sim/options.h"
#include "sim/world.h"
#include "store/group_commit_figures.h"

namespace tansiq::cli {
namespace {

namespace fs = std::filesystem;
constexpr std::uint64_t kSeed = 1;

void add_index_figures(std::vector<Figure>& figures, const std::string& suffix, geo::IndexWorkload workload,
                       std::uint64_t seed) {
  const geo::IndexFigures f = geo::measure_index(1'000'000, workload, /*with_rtree_peer=*/true, seed);
  const auto named = [&](const char* name) { return name + suffix; };
  figures.push_back(at_most(named("query_p99"), f.query.p99_us, "µs", 50));
  figures.push_back(beside(plain(named("query_mean"), f.query.mean_us, "µs"), f.rtree_query.mean_us, f.query_ratio));
  figures.push_back(at_least(named("query_ratio_to_rtree"), f.query_ratio, "times", 2));
  figures.push_back(
      beside(plain(named("box_search_mean"), f.search_mean_us, "µs"), f.rtree_search_mean_us, f.search_ratio));
  figures.push_back(plain(named("boxes_met"), f.candidates_mean, "volumes"));
  figures.push_back(
      beside(at_most(named("insert_mean"), f.insert_mean_us, "µs", 3), f.rtree_insert_mean_us, f.insert_ratio));
  figures.push_back(at_least(named("insert_ratio_to_rtree"), f.insert_ratio, "times", 2));
  figures.push_back(plain(named("remove_mean"), f.remove_mean_us, "µs"));
  figures.push_back(at_most(named("bytes_per_volume"), f.index_bytes_per_volume, "bytes", 400));
  figures.push_back(plain(named("shape_bytes_per_volume"), f.shape_bytes_per_volume, "bytes"));
  figures.push_back(plain(named("growth_10k_to_1m"), f.growth, "times"));
}

// Two workloads, each on two seeds, so that none is the one the index was tuned on.
Result<std::vector<Figure>> index_part() {
  constexpr std::uint64_t kSecondSeed = 2;
  std::vector<Figure> figures;
  add_index_figures(figures, "", geo::IndexWorkload::kUsual, kSeed);
  add_index_figures(figures, "_seed_2", geo::IndexWorkload::kUsual, kSecondSeed);
  add_index_figures(figures, "_dense", geo::IndexWorkload::kDense, kSeed);
  add_index_figures(figures, "_dense_seed_2", geo::IndexWorkload::kDense, kSecondSeed);
  return figures;
}

Result<std::vector<Figure>> verify_part() {
  const log::VerifyFigures f = TRY(log::measure_verify(1'000'000, kSeed));
  return std::vector{
      at_least("log_entries", f.entries_per_second, "entries/s", 500'000),
      plain("log_entries_one_thread", f.entries_per_second_single, "entries/s"),
      plain("canonical_form", f.check_megabytes_per_second, "MB/s"),
  };
}

Result<std::vector<Figure>> store_part() {
  const TemporaryFolder folder = TRY(TemporaryFolder::make("bench"));
  const store::GroupCommitFigures f = TRY(store::measure_group_commit(folder.path()));
  return std::vector{
      beside(plain("group_commit_of_64", f.store_per_second, "entries/s"), f.raw_per_second, f.ratio),
      plain("commit_p50", f.store_p50_us, "µs"),
      plain("commit_p99", f.store_p99_us, "µs"),
      plain("publish_p50", f.publish_p50_us, "µs"),
  };
}

Result<std::vector<Figure>> decide_part() {
  constexpr std::size_t kDecisions = 100'000;
  const core::DecisionFigures small = core::measure_decisions(10'000, kDecisions, kSeed);
  const core::DecisionFigures middle = core::measure_decisions(100'000, kDecisions, kSeed);
  const core::DecisionFigures large = core::measure_decisions(1'000'000, kDecisions, kSeed);
  const core::DecisionFigures cell = core::measure_busy_cell(500, kDecisions, kSeed);
  return std::vector{
      at_least("with_100k_live", middle.decisions_per_s, "decisions/s", 100'000),
      plain("with_10k_live", small.decisions_per_s, "decisions/s"),
      plain("with_1m_live", large.decisions_per_s, "decisions/s"),
      at_most("cost_growth_10k_to_1m", small.decisions_per_s / large.decisions_per_s, "times", 2),
      at_least("one_busy_cell", cell.decisions_per_s, "decisions/s", 20'000),
  };
}

Result<std::vector<Figure>> replay_part() {
  const core::ReplayFigures f = core::measure_replay(1'000'000, 100'000, kSeed);
  return std::vector{
      at_most("replay_1m_entries", f.replay_s, "s", 10),
      at_most("snapshot_100k_live", f.snapshot_load_s, "s", 1),
      plain("snapshot_write", f.snapshot_write_s, "s"),
      plain("snapshot_bytes", static_cast<double>(f.snapshot_bytes), "bytes"),
  };
}

// Durable decisions, in process and over HTTP, each in a fresh folder; beside SQLite alone with the same bytes.
Result<std::vector<Figure>> node_part() {
  const TemporaryFolder raw = TRY(TemporaryFolder::make("bench"));
  const TemporaryFolder in_process = TRY(TemporaryFolder::make("bench"));
  const TemporaryFolder over_http = TRY(TemporaryFolder::make("bench"));
  const TemporaryFolder start = TRY(TemporaryFolder::make("bench"));
  const node::DurableFigures process = TRY(node::measure_durable_in_process({.folder = in_process.path()}));
  const store::GroupCommitFigures store = TRY(store::measure_group_commit(raw.path()));
  const node::DurableFigures http = TRY(node::measure_durable_http({.folder = over_http.path()}));
  const node::StartFigures s = TRY(node::measure_start(start.path()));
  if (process.errors + http.errors > 0) return fail(ErrorCode::kInternal, "decisions that were not \"accepted\"");
  if (!s.same_state) return fail(ErrorCode::kCorrupt, "a start gave another state than the node had when it stopped");
  return std::vector{
      beside(at_least("durable_in_process", process.per_second, "decisions/s", 40'000), store.raw_per_second,
             process.per_second / store.raw_per_second),
      plain("durable_in_process_p99", process.p99_ms, "ms"),
      at_least("durable_over_http", http.per_second, "decisions/s", 8'000),
      at_most("durable_over_http_p99", http.p99_ms, "ms", 25),
      at_most("start_by_replay_of_1m", s.replay_seconds, "s", 10),
      at_most("start_from_snapshot", s.snapshot_seconds, "s", 1),
      plain("snapshot_pause", s.pause_ms, "ms"),
  };
}

// How long a decision waits while a snapshot of a million live intents is made.
Result<std::vector<Figure>> snapshot_part() {
  const TemporaryFolder folder = TRY(TemporaryFolder::make("bench"));
  const node::SnapshotFigures f = TRY(node::measure_snapshot(folder.path()));
  return std::vector{
      at_most("snapshot_of_1m_longest_wait", f.background_wait_ms, "ms", 50),
      plain("snapshot_of_1m_longest_wait_in_line", f.in_line_wait_ms, "ms"),
      plain("without_a_snapshot_longest_wait", f.idle_wait_ms, "ms"),
      plain("snapshot_of_1m_takes", f.background_seconds, "s"),
      plain("snapshot_of_1m_bytes", static_cast<double>(f.bytes), "bytes"),
  };
}

// What `tansiq check` does on the recording, from reading the files to the finished table.
Result<std::vector<Figure>> check_part() {
  const fs::path traffic_file = shared_folder() / "data/adsb/opensky-uk-2021-07-12.csv";
  const fs::path zone_file = shared_folder() / "data/airspace/fir-world-2018-03.scn";
  std::error_code ignored;
  if (!fs::exists(traffic_file, ignored) || !fs::exists(zone_file, ignored)) {
    return std::vector{skipped("uk_recording", fmt::format("{} is not here", traffic_file.string()))};
  }
  const auto begun = std::chrono::steady_clock::now();
  const std::string rows = TRY(read_text(traffic_file.string(), 1U << 30));
  const std::string regions = TRY(read_text(zone_file.string(), 1U << 30));
  const formats::ZoneFile zones = formats::read_fir(regions);
  auto recording = TRY(formats::read_recording(rows, formats::opensky_columns()));
  const formats::TrafficInput traffic = formats::flown_traffic(std::move(recording));
  const formats::CheckReport report = TRY(formats::run_check({.zones = &zones, .traffic = &traffic}));
  const std::string table = formats::render_table(report);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  return std::vector{at_most("uk_recording", seconds, "s", 1),
                     plain("uk_recording_conflicts", static_cast<double>(report.conflicts.size()), "conflicts")};
}

// Three whole nodes on loopback, each step durable.
Result<std::vector<Figure>> coordination_part() {
  const TemporaryFolder folder = TRY(TemporaryFolder::make("bench"));
  const node::CoordinationFigures f = TRY(node::measure_coordination(folder.path()));
  return std::vector{
      at_most("two_zone_flight_p50", f.p50_ms, "ms", 20),
      at_most("two_zone_flight_p99", f.p99_ms, "ms", 80),
      at_least("two_zone_flights", f.per_second, "flights/s", 300),
      at_least("catch_up", f.catch_up_per_second, "entries/s", 100'000),
      plain("own_zone_linked", f.own_linked_per_second, "flights/s"),
      // No slower, to what two rounds of the same differ by.
      beside(at_least("own_zone_cut", f.own_cut_per_second, "flights/s", 0.9 * f.own_linked_per_second),
             f.own_linked_per_second, f.own_cut_per_second / f.own_linked_per_second),
  };
}

struct Simulated {
  double simulated_s = 0;
  std::uint64_t entries = 0;
};

Result<Simulated> simulate(std::uint64_t first, std::uint64_t step, std::uint64_t last) {
  Simulated out;
  for (std::uint64_t seed = first; seed <= last; seed += step) {
    sim::Options options;
    options.seed = seed;
    options.authorities_given = true;
    options.charters = false;
    const sim::Report report = sim::World(options).run();
    if (!report.findings.empty()) {
      return fail(ErrorCode::kInternal, fmt::format("seed {}: {}", seed, report.findings.front().text));
    }
    out.simulated_s += static_cast<double>(report.simulated_ms) / 1'000;
    out.entries += report.counts.entries;
  }
  return out;
}

// Whole coalitions of three on simulated clocks, links and disks, full faults, all checkers on. Seeds know nothing of
// each other, and a long run has one on each core: so many are measured at once.
Result<std::vector<Figure>> simulator_part() {
  constexpr std::uint64_t kSeeds = 20;
  const std::uint64_t cores = std::clamp<std::uint64_t>(std::thread::hardware_concurrency(), 1, kSeeds);
  const auto begun = std::chrono::steady_clock::now();
  std::vector<std::future<Result<Simulated>>> running;
  for (std::uint64_t core = 0; core < cores; ++core) {
    running.push_back(std::async(std::launch::async, simulate, 1 + core, cores, kSeeds));
  }
  Simulated all;
  for (auto& one : running) {
    const Simulated part = TRY(one.get());
    all.simulated_s += part.simulated_s;
    all.entries += part.entries;
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  return std::vector{at_least("speed", all.simulated_s / seconds, fmt::format("times on {} cores", cores), 1'000),
                     plain("speed_of_a_core", all.simulated_s / seconds / static_cast<double>(cores), "times"),
                     plain("entries", static_cast<double>(all.entries) / seconds, "entries/s")};
}

// A DSS: a node of our own, or whatever answers at `url`.
Result<std::vector<Figure>> f3548_part(const BenchTarget& target) {
  const TemporaryFolder folder = TRY(TemporaryFolder::make("bench"));
  node::F3548Run run;
  run.folder = folder.path();
  run.url = target.url;
  run.token = target.token;
  const node::F3548Figures f = TRY(node::measure_f3548(run));
  std::vector<Figure> out{
      at_least("busy_cell", f.busy.per_second, "PUT/s", 2'000),
      plain("busy_cell_p50", f.busy.p50_ms, "ms"),
      at_most("busy_cell_p99", f.busy.p99_ms, "ms", 50),
      plain("busy_cell_max", f.busy.max_ms, "ms"),
      at_least("contended", f.contended.per_second, "PUT/s", 500),
      plain("contended_retries", f.contended_refused_per_second, "409/s"),
      at_least("contended_least_client", f.contended_least, "of the mean", 0.2),
      plain("contended_p99", f.contended.p99_ms, "ms"),
      at_least("spread", f.spread.per_second, "PUT/s", 5'000),
      plain("spread_p50", f.spread.p50_ms, "ms"),
      plain("spread_p99", f.spread.p99_ms, "ms"),
      plain("spread_max", f.spread.max_ms, "ms"),
      plain("query_10km2_p50", f.query.p50_ms, "ms"),
      at_most("query_10km2_p99", f.query.p99_ms, "ms", 5),
      plain("query_among", static_cast<double>(f.query_among), "intents"),
      at_most("subscriber", f.subscriber_us, "µs", 1),
  };
  if (f.second) {
    Figure second = at_least("through_second", f.second_ratio, "of the first", 0.4);
    out.push_back(std::move(second));
    out.push_back(plain("through_second_puts", f.second->per_second, "PUT/s"));
    out.push_back(plain("through_second_p99", f.second->p99_ms, "ms"));
  }
  return out;
}

}  // namespace

std::vector<std::string> bench_groups() { return {"core", "coordination", "f3548", "live", "talks"}; }

std::vector<BenchPart> bench_parts(const std::string& group, const BenchTarget& target) {
  std::vector<BenchPart> parts{
      {"core", "index", "the 4D index with a million volumes, beside an R-tree", index_part},
      {"core", "verify", "the verification of a million entries", verify_part},
      {"core", "store", "group commits, beside SQLite alone", store_part},
      {"core", "decide", "decisions in memory", decide_part},
      {"core", "replay", "replay and snapshots in memory", replay_part},
      {"core", "node", "durable decisions and starts of a whole node", node_part},
      {"core", "snapshot", "decisions beside a snapshot of a million intents", snapshot_part},
      {"core", "check", "the check of a recording", check_part},
      {"coordination", "coordination", "flights across zones of three nodes on loopback", coordination_part},
      {"coordination", "simulator", "simulated time for each second, three authorities and every fault",
       simulator_part},
      {"f3548", "f3548", "a discovery and synchronization service", [target] { return f3548_part(target); }},
  };
  for (BenchPart& part : live_bench_parts()) parts.push_back(std::move(part));
  for (BenchPart& part : talk_bench_parts()) parts.push_back(std::move(part));
  if (!group.empty()) std::erase_if(parts, [&](const BenchPart& part) { return part.group != group; });
  return parts;
}

}  // namespace tansiq::cli
