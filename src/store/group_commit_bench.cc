// Group commit by hand: tansiq_store_bench [FOLDER]; without a folder, below the system's temporary one.
#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>

#include "store/group_commit_figures.h"

int main(int argc, char** argv) {
  std::string folder =
      ((argc > 1 ? std::filesystem::path(argv[1]) : std::filesystem::temp_directory_path()) / "tansiq-bench-XXXXXX")
          .string();
  if (::mkdtemp(folder.data()) == nullptr) return 1;
  for (const std::uint64_t batch : {std::uint64_t{64}, std::uint64_t{1}}) {
    const auto figures = tansiq::store::measure_group_commit(
        fmt::format("{}", folder),
        {.batch_entries = batch, .entry_bytes = 350, .batches = batch == 1 ? 2'000U : 4'000U});
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
    std::filesystem::create_directory(folder);
  }
  std::filesystem::remove_all(folder);
  return 0;
}
