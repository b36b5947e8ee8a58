#include "log/verify_figures.h"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "base/random.h"
#include "base/temporary_folder.h"
#include "log/jcs.h"
#include "log/memory_log.h"
#include "log/verify.h"

namespace tansiq::log {
namespace {

// A record in the style of the core's: nested, mostly ASCII, 300 to 400 bytes.
std::string record(std::uint64_t seq, SeededRandom& random) {
  std::string line;
  JcsWriter w(line);
  const auto coordinate = [&random] { return random.between(-1'800'000'000, 1'800'000'000); };
  w.begin_object().key("by").string(fmt::format("operator-{}", random.between(1, 200)));
  w.key("cmd").string(fmt::format("{:016x}{:016x}", random.next(), random.next()));
  w.key("decision").begin_object().key("state").string("accepted").key("version").integer(1).end_object();
  w.key("request").begin_object().key("intent").string(fmt::format("{:016x}", random.next()));
  w.key("volumes").begin_array();
  w.begin_object().key("band").begin_object().key("lower_cm").integer(random.between(0, 100'000));
  w.key("upper_cm").integer(random.between(100'001, 200'000)).end_object();
  w.key("outline").begin_array();
  for (int i = 0; i < 4; ++i) w.begin_array().integer(coordinate() / 2).integer(coordinate()).end_array();
  w.end_array().end_object().end_array().end_object();
  w.key("seq").integer(static_cast<std::int64_t>(seq)).key("time_ms");
  w.integer(1'700'000'000'000 + static_cast<std::int64_t>(seq)).key("type").string("intent.accepted").end_object();
  return line + "\n";
}

Status write_file(const std::filesystem::path& path, std::string_view bytes) {
  std::error_code error;
  std::filesystem::create_directories(path.parent_path(), error);
  std::ofstream out(path, std::ios::binary);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (!out.flush()) return fail(ErrorCode::kIo, "cannot write", path.string());
  return {};
}

Status write_log(MemoryLog& log, const std::filesystem::path& folder) {
  TRY_VOID(for_each_tile(log.size(), [&](const TileId& id) -> Status {
    const FetchedTile tile = TRY(fetch(log, id));
    return write_file(folder / id.path(), as_text(tile.bytes));
  }));
  const std::string checkpoint = TRY(log.checkpoint());
  return write_file(folder / "checkpoint", checkpoint);
}

template <class Work>
double seconds_of(Work&& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

Result<double> verify_rate(const std::filesystem::path& folder, const VerifierKey& key, unsigned threads) {
  DirectorySource source(folder);
  Result<VerifyReport> report = fail(ErrorCode::kInternal, "not run");
  const double seconds = seconds_of([&] { report = verify_log(source, {.keys = {key}, .threads = threads}); });
  if (!report) return std::unexpected(report.error());
  if (!report->good()) return fail(ErrorCode::kCorrupt, "the log just written does not verify", folder.string());
  return static_cast<double>(report->entries) / seconds;
}

// Pieces of the work, over a part of the entries.
void measure_pieces(const MemoryLog& log, VerifyFigures& figures) {
  const std::uint64_t count = std::min<std::uint64_t>(log.size(), 200'000);
  std::uint64_t bytes = 0;
  std::uint64_t bad = 0;
  const double checked = seconds_of([&] {
    for (std::uint64_t i = 0; i < count; ++i) {
      std::string_view line = as_text(log.entry(i));
      line.remove_suffix(1);
      bytes += line.size();
      bad += JcsDocument::check(line) ? 0U : 1U;
    }
  });
  EXPECT_INVARIANT(bad == 0);
  Hash hash;
  const double hashed = seconds_of([&] {
    for (std::uint64_t i = 0; i < count; ++i) hash.bytes[0] ^= leaf_hash(log.entry(i)).bytes[0];
  });
  const double noded = seconds_of([&] {
    for (std::uint64_t i = 0; i < count; ++i) hash = node_hash(hash, hash);
  });
  EXPECT_INVARIANT(hash != Hash{});
  figures.check_megabytes_per_second = static_cast<double>(bytes) / checked / 1e6;
  figures.leaf_hash_ns = hashed / static_cast<double>(count) * 1e9;
  figures.node_hash_ns = noded / static_cast<double>(count) * 1e9;
}

}  // namespace

Result<VerifyFigures> measure_verify(std::size_t entries, std::uint64_t seed) {
  SeededRandom random(seed);
  const SignerKey key = TRY(SignerKey::generate("figures.example/log", KeyType::kEd25519));
  const TemporaryFolder folder = TRY(TemporaryFolder::make("figures"));
  VerifyFigures figures;
  figures.entries = entries;
  {
    MemoryLog log;
    std::uint64_t bytes = 0;
    while (log.size() < entries) {
      const std::string line = record(log.size(), random);
      bytes += line.size();
      log.append(line);
    }
    figures.entry_bytes_mean = static_cast<double>(bytes) / static_cast<double>(entries);
    TRY_VOID(log.sign(key));
    TRY_VOID(write_log(log, folder.path()));
    measure_pieces(log, figures);
  }
  figures.entries_per_second_single = TRY(verify_rate(folder.path(), key.verifier(), 1));
  figures.entries_per_second = TRY(verify_rate(folder.path(), key.verifier(), 2));
  return figures;
}

}  // namespace tansiq::log
