// tansiq-sim: whole coalitions from seeds. See README.md of this folder.
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <vector>

#include "coordination/plant.h"
#include "sim/options.h"
#include "sim/world.h"

namespace {

using namespace tansiq;
using namespace tansiq::sim;

constexpr int kUsage = 64;

void print_counts(const Report& report) {
  const Counts& c = report.counts;
  fmt::print(
      "  {} s simulated; {} entries, {} filed, {} legs confirmed, {} entries into zones, {} counters taken, {} "
      "modified, "
      "{} revoked, {} leases, {} freezes, {} thaws\n"
      "  {} crashes, {} torn tails, {} damaged disks, {} rollbacks ({} times noticed), {} forks ({} times found), "
      "{} cuts, {} messages lost, {} senseless acts refused, {} replays\n"
      "  {} caveats set, {} deposited, {} times met or over, {} overridden\n"
      "  {} versions of the charter, {} times adopted, {} times refused, {} times in force\n"
      "  {} letters, {} files fetched, {} answers, {} alarms acknowledged, {} incidents, {} of 12 points cut, {} "
      "indexes used again\n"
      "  {} times said who answers in a zone, {} requests answered by officers\n",
      report.simulated_ms / 1'000, c.entries, c.filed, c.confirmed_legs, c.entered, c.counters_taken, c.modified,
      c.revoked, c.leases, c.freezes, c.thaws, c.crashes, c.torn_tails, c.damaged_disks, c.rollbacks,
      c.rollbacks_noticed, c.forks, c.forks_found, c.cuts, c.lost_messages, c.nonsense_refused, c.replays,
      c.caveats_set, c.caveats_deposited, c.caveats_met, c.caveats_overridden, c.versions, c.adoptions,
      c.adoptions_refused, c.in_force, c.talks, c.talk_files, c.talks_answered, c.talks_overdue, c.incidents,
      c.talk_cut_points, c.reused, c.answer_rules, c.hand_answers);
}

enum class Outcome : int { kPassed = 0, kFailed = 1, kExpected = 2 };

Outcome run_one(const Options& options) {
  const auto began = std::chrono::steady_clock::now();
  World world(options);
  const Report report = world.run();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  if (report.findings.empty()) {
    if (!options.quiet) {
      fmt::print("seed {}: passed in {:.2f} s, trace {}\n", options.seed, took.count(),
                 report.trace_hash.substr(0, 16));
      if (options.seeds == 1) print_counts(report);
    }
    return Outcome::kPassed;
  }
  const Finding& first = report.findings.front();
  if (first.checker == options.expect) {
    fmt::print("seed {}: {}, as expected: {}\n", options.seed, first.checker, first.text);
    return Outcome::kExpected;
  }
  fmt::print("{}\n  {}: {}\n", options.replay_line(), first.checker, first.text);
  print_counts(report);
  for (const LastEvent& event : report.last_events) {
    fmt::print("    {} {} -> {} {}", format_utc(event.time), event.author.str(),
               event.log.kind == LogName::Kind::kPair ? event.log.reader.str()
                                                      : (event.log.kind == LogName::Kind::kMembers ? "all" : "itself"),
               event.line.substr(0, 600));
    if (!event.line.substr(0, 600).ends_with('\n')) fmt::print("…\n");
  }
  return Outcome::kFailed;
}

/// Every `jobs`-th seed, from the first that is this job's, up to the first that does not pass.
int run_job(const Options& options, std::int64_t job) {
  for (std::uint64_t i = static_cast<std::uint64_t>(job); i < options.seeds;
       i += static_cast<std::uint64_t>(options.jobs)) {
    Options one = options;
    one.seed = options.seed + i;
    const Outcome outcome = run_one(one);
    std::fflush(stdout);
    if (outcome != Outcome::kPassed) return static_cast<int>(outcome);
  }
  return 0;
}

int run_jobs(const Options& options) {
  if (options.jobs == 1) return run_job(options, 0);
  std::vector<pid_t> children;
  for (std::int64_t job = 0; job < options.jobs; ++job) {
    std::fflush(stdout);
    const pid_t child = fork();
    if (child == 0) _exit(run_job(options, job));
    children.push_back(child);
  }
  bool failed = false;
  bool expected = false;
  for (const pid_t child : children) {
    int status = 0;
    if (child < 0 || waitpid(child, &status, 0) != child || !WIFEXITED(status)) {
      fmt::print("a job has died\n");
      failed = true;
      continue;
    }
    failed = failed || WEXITSTATUS(status) == static_cast<int>(Outcome::kFailed);
    expected = expected || WEXITSTATUS(status) == static_cast<int>(Outcome::kExpected);
  }
  return static_cast<int>(failed ? Outcome::kFailed : expected ? Outcome::kExpected : Outcome::kPassed);
}

}  // namespace

int main(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    if (std::string_view(argv[i]) == "--help") {
      fmt::print("{}", usage());
      return 0;
    }
  }
  const auto options = parse_options(std::span(argv + 1, static_cast<std::size_t>(argc - 1)));
  if (!options) {
    fmt::print(stderr, "tansiq-sim: {}\n", options.error().text());
    return kUsage;
  }
  if (!options->plant.empty() && options->plant != "trust-forks" && !coordination::set_plant(options->plant)) {
    fmt::print(stderr, "tansiq-sim: there is no planted bug \"{}\" in this build\n", options->plant);
    return kUsage;
  }
  const auto began = std::chrono::steady_clock::now();
  const int found = run_jobs(*options);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  if (options->seeds > 1 && found == 0 && options->expect.empty()) {
    fmt::print("{} seeds passed in {:.1f} s\n", options->seeds, took.count());
  }
  if (options->expect.empty()) return found;
  if (found == static_cast<int>(Outcome::kPassed)) {
    fmt::print("{} seeds, and {} has found nothing\n", options->seeds, options->expect);
  }
  return found == static_cast<int>(Outcome::kExpected) ? 0 : 1;
}
