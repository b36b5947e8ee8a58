#include "sim/options.h"

#include <fmt/format.h>

#include <charconv>

namespace tansiq::sim {
namespace {

Result<std::int64_t> number(std::string_view name, std::string_view text, std::int64_t low, std::int64_t high) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < low || value > high) {
    return fail(ErrorCode::kInvalid, fmt::format("\"{}\" is no number from {} to {}", text, low, high),
                std::string(name));
  }
  return value;
}

}  // namespace

std::string Options::replay_line() const {
  std::string line = fmt::format("{} --seed {} --minutes {} --filings-per-minute {} --faults {}",
                                 plant.empty() ? "tansiq-sim" : "tansiq-sim-planted", seed, minutes, filings_per_minute,
                                 faults ? "full" : "none");
  if (!charters) line += " --charters keep";
  if (!answers) line += " --answers nodes";
  if (authorities_given) line += fmt::format(" --authorities {}", authorities);
  if (!plant.empty()) line += fmt::format(" --plant {}", plant);
  return line;
}

Result<Options> parse_options(std::span<char* const> arguments) {
  constexpr std::int64_t kMany = 1'000'000'000;
  Options out;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string_view name = arguments[i];
    if (name == "--trace") {
      out.trace = true;
      continue;
    }
    if (name == "--quiet") {
      out.quiet = true;
      continue;
    }
    if (i + 1 == arguments.size())
      return fail(ErrorCode::kInvalid, "unknown, or its value is missing", std::string(name));
    const std::string_view value = arguments[++i];
    if (name == "--seed") {
      out.seed = static_cast<std::uint64_t>(TRY(number(name, value, 0, kMany)));
    } else if (name == "--seeds") {
      out.seeds = static_cast<std::uint64_t>(TRY(number(name, value, 1, kMany)));
    } else if (name == "--authorities") {
      out.authorities = TRY(number(name, value, 2, 6));
      out.authorities_given = true;
    } else if (name == "--minutes") {
      out.minutes = TRY(number(name, value, 1, 10'000));
    } else if (name == "--filings-per-minute") {
      out.filings_per_minute = TRY(number(name, value, 1, 6'000));
    } else if (name == "--jobs") {
      out.jobs = TRY(number(name, value, 1, 256));
    } else if (name == "--plant") {
      out.plant = value;
    } else if (name == "--expect") {
      out.expect = value;
    } else if (name == "--faults" && (value == "full" || value == "none")) {
      out.faults = value == "full";
    } else if (name == "--charters" && (value == "change" || value == "keep")) {
      out.charters = value == "change";
    } else if (name == "--answers" && (value == "some" || value == "nodes")) {
      out.answers = value == "some";
    } else {
      return fail(ErrorCode::kInvalid, fmt::format("cannot be \"{}\"; see --help", value), std::string(name));
    }
  }
  return out;
}

std::string_view usage() {
  return R"(tansiq-sim: a whole coalition in one process, from a seed

  --seed N                  the first seed (1)
  --seeds K                 how many, one after another (1)
  --authorities 2..6        how many authorities; without it each seed draws 2 to 6
  --minutes M               of traffic (10); then faults end, and everything has to come to rest
  --filings-per-minute F    in the whole coalition (60)
  --faults full|none        links, clocks, disks, liars (full)
  --charters change|keep    whether versions of the charter come into force while it runs (change)
  --answers some|nodes      whether officers answer requests in one run of four (some)
  --plant NAME              switch a planted bug on (only tansiq-sim-planted)
  --expect CHECKER          succeed when that checker, and no other, finds something within the seeds
  --jobs J                  seeds in J processes (1)
  --trace                   print every entry as it becomes durable, versions of the charter, and who cannot adopt
  --quiet                   print nothing about seeds that pass

Exit status: 0 nothing found, 1 something found, 64 an option is wrong.
)";
}

}  // namespace tansiq::sim
