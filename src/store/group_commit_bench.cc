// Group commit by hand: tansiq_store_bench [FOLDER]; without a folder, below the system's temporary one.
#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>

#include "base/temporary_folder.h"
#include "store/group_commit_figures.h"

int main(int argc, char** argv) {
  const auto below = tansiq::TemporaryFolder::make("bench", argc > 1 ? argv[1] : "");
  if (!below) {
    fmt::print(stderr, "{}\n", below.error().text());
    return 1;
  }
  const std::string folder = below->file("store");
  for (const std::uint64_t batch : {std::uint64_t{64}, std::uint64_t{1}}) {
    const auto figures = tansiq::store::measure_group_commit(
        folder, {.batch_entries = batch, .entry_bytes = 350, .batches = batch == 1 ? 2'000U : 4'000U});
    if (!figures) {
      fmt::print(stderr, "{}\n", figures.error().text());
      return 1;
    }
    fmt::print(
        "batches of {:2}: store {:8.0f}/s (p50 {:.0f} us, p99 {:.0f}, max {:.0f})  raw {:8.0f}/s (p50 {:.0f} us, p99 "
        "{:.0f}, "
        "max {:.0f})  ratio {:.2f}  publish {:.0f} us\n",
        batch, figures->store_per_second, figures->store_p50_us, figures->store_p99_us, figures->store_max_us,
        figures->raw_per_second, figures->raw_p50_us, figures->raw_p99_us, figures->raw_max_us, figures->ratio,
        figures->publish_p50_us);
    std::filesystem::remove_all(folder);
  }
  return 0;
}
