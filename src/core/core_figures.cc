#include "core/core_figures.h"

#include <time.h>

#include <deque>
#include <string>
#include <vector>

#include "base/invariant.h"
#include "core/machine.h"
#include "core/workload.h"

namespace tansiq::core {
namespace {

constexpr UtcMs kStart{1'795'348'800'000};

double cpu_seconds() {
  timespec t{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
}

MachineConfig config_of(const Workload& workload) {
  MachineConfig config;
  config.self = workload.authority();
  config.charter = workload.charter();
  return config;
}

Machine founded(const Workload& workload) {
  auto machine = Machine::make(config_of(workload));
  EXPECT_INVARIANT(machine.has_value());
  static_cast<void>(machine->found(kStart));
  return std::move(*machine);
}

Outcome execute(Machine& machine, Command command) {
  auto outcome = machine.execute(std::move(command), kStart);
  EXPECT_INVARIANT(outcome.has_value());
  return std::move(*outcome);
}

}  // namespace

namespace {

/// Decides `decisions` new intents, as `next` gives them, with a constant number of them live: after each round the
/// oldest are ended, which is not timed. In rounds, so that reading the clock does not count.
template <class Next>
DecisionFigures measure_rounds(Machine& machine, Workload& workload, std::deque<std::uint64_t> live,
                               std::uint64_t created, std::size_t decisions, Next&& next) {
  constexpr std::size_t kRound = 100;
  DecisionFigures figures{.live_volumes = machine.live_volumes(), .decisions = decisions};
  std::size_t refused = 0;
  double seconds = 0;
  for (std::size_t done = 0; done < decisions; done += kRound) {
    std::vector<Command> commands;
    for (std::size_t i = 0; i < kRound; ++i) commands.push_back(next());
    std::vector<bool> accepted;
    accepted.reserve(kRound);
    const double begin = cpu_seconds();
    for (Command& command : commands) accepted.push_back(execute(machine, std::move(command)).decision.accepted());
    seconds += cpu_seconds() - begin;
    for (const bool yes : accepted) {
      refused += yes ? 0 : 1;
      if (yes) live.push_back(created);
      ++created;
    }
    while (machine.live_volumes() > figures.live_volumes) {
      static_cast<void>(execute(machine, workload.end_of(live.front())));
      live.pop_front();
    }
  }
  figures.decisions_per_s = static_cast<double>(decisions) / seconds;
  figures.refused_share = static_cast<double>(refused) / static_cast<double>(decisions);
  return figures;
}

}  // namespace

DecisionFigures measure_decisions(std::size_t live, std::size_t decisions, std::uint64_t seed) {
  Workload workload({.seed = seed, .volumes = live, .start = kStart});
  Machine machine = founded(workload);
  std::deque<std::uint64_t> accepted;
  std::uint64_t created = 0;
  for (; machine.live_volumes() < live; ++created) {
    if (execute(machine, workload.next_create()).decision.accepted()) accepted.push_back(created);
  }
  return measure_rounds(machine, workload, std::move(accepted), created, decisions,
                        [&] { return workload.next_create(); });
}

DecisionFigures measure_busy_cell(std::size_t live, std::size_t decisions, std::uint64_t seed) {
  EXPECT_INVARIANT(live < Workload::kBusyCellSlots);
  Workload workload({.seed = seed, .volumes = 10'000, .start = kStart});
  Machine machine = founded(workload);
  std::deque<std::uint64_t> accepted;
  for (std::size_t i = 0; i < live; ++i) {
    EXPECT_INVARIANT(execute(machine, workload.next_busy_cell()).decision.accepted());
    accepted.push_back(i);
  }
  DecisionFigures figures = measure_rounds(machine, workload, std::move(accepted), live, decisions,
                                           [&] { return workload.next_busy_cell(); });
  EXPECT_INVARIANT(figures.refused_share == 0);
  return figures;
}

ReplayFigures measure_replay(std::size_t entries, std::size_t live, std::uint64_t seed) {
  Workload workload({.seed = seed, .volumes = live, .start = kStart});
  std::vector<std::string> log;
  log.reserve(entries);
  ReplayFigures figures{.entries = entries};
  {
    auto machine = Machine::make(config_of(workload));
    EXPECT_INVARIANT(machine.has_value());
    log.push_back(machine->found(kStart).entry);
    std::deque<std::uint64_t> accepted;
    std::uint64_t created = 0;
    while (log.size() < entries) {
      if (accepted.size() > live) {
        log.push_back(execute(*machine, workload.end_of(accepted.front())).entry);
        accepted.pop_front();
        continue;
      }
      Outcome outcome = execute(*machine, workload.next_create());
      if (outcome.decision.accepted()) accepted.push_back(created);
      ++created;
      log.push_back(std::move(outcome.entry));
    }
  }
  for (const std::string& line : log) figures.bytes += line.size();

  auto machine = Machine::make(config_of(workload));
  EXPECT_INVARIANT(machine.has_value());
  double begin = cpu_seconds();
  for (const std::string& line : log) EXPECT_INVARIANT(machine->apply(line).has_value());
  EXPECT_INVARIANT(machine->settle().has_value());
  figures.replay_s = cpu_seconds() - begin;
  figures.live_volumes = machine->live_volumes();

  begin = cpu_seconds();
  const Bytes snapshot = machine->write_snapshot();
  figures.snapshot_write_s = cpu_seconds() - begin;
  figures.snapshot_bytes = snapshot.size();
  begin = cpu_seconds();
  const auto loaded = Machine::read_snapshot(config_of(workload), snapshot);
  EXPECT_INVARIANT(loaded.has_value());
  figures.snapshot_load_s = cpu_seconds() - begin;
  return figures;
}

}  // namespace tansiq::core
