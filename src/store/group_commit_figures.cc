#include "store/group_commit_figures.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <vector>

#include "base/random.h"
#include "log/checkpoint.h"
#include "store/sqlite_store.h"

namespace tansiq::store {
namespace {

using Micros = std::chrono::duration<double, std::micro>;

/// Batches of one side before the other side's turn.
constexpr std::uint64_t kTurnBatches = 250;

std::vector<std::string> make_entries(const GroupCommitRun& run) {
  SeededRandom random(1);
  std::vector<std::string> entries(run.batch_entries);
  for (std::string& entry : entries) {
    while (entry.size() < run.entry_bytes) entry += static_cast<char>('a' + random.between(0, 25));
  }
  return entries;
}

/// SQLite alone: the least that stores the same bytes as durably.
class RawCommits {
 public:
  static Result<std::unique_ptr<RawCommits>> open(const std::string& path) {
    auto db = TRY(Connection::open(path, OpenMode::kCreate));
    TRY_VOID(
        db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -16384;"
                "CREATE TABLE entry(id INTEGER PRIMARY KEY, data BLOB NOT NULL)"));
    std::unique_ptr<RawCommits> raw(new RawCommits(std::move(db)));
    raw->begin_ = TRY(raw->db_.prepare("BEGIN IMMEDIATE"));
    raw->insert_ = TRY(raw->db_.prepare("INSERT INTO entry(data) VALUES(?1)"));
    raw->commit_ = TRY(raw->db_.prepare("COMMIT"));
    return raw;
  }
  Status append(const std::vector<std::string>& entries) {
    TRY_VOID(begin_.run());
    for (const std::string& entry : entries) {
      insert_.bind(1, as_bytes(entry));
      TRY_VOID(insert_.run());
    }
    return commit_.run();
  }

 private:
  explicit RawCommits(Connection db) : db_(std::move(db)) {}
  Connection db_;
  Statement begin_, insert_, commit_;
};

template <class Append>
Status time_batches(std::uint64_t count, std::vector<double>& times_us, const Append& append) {
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto start = std::chrono::steady_clock::now();
    TRY_VOID(append());
    times_us.push_back(Micros(std::chrono::steady_clock::now() - start).count());
  }
  return {};
}

struct Summary {
  double per_second = 0, p50 = 0, p99 = 0, max = 0;
};

Summary summarise(std::vector<double> times_us, double entries) {
  std::ranges::sort(times_us);
  double sum = 0;
  for (const double time : times_us) sum += time;
  return {static_cast<double>(times_us.size()) * entries / sum * 1e6, times_us[times_us.size() / 2],
          times_us[times_us.size() * 99 / 100], times_us.back()};
}

Result<std::unique_ptr<SqliteStore>> open_store(const std::string& folder, std::shared_ptr<const log::SignerKey> key) {
  SqliteStoreOptions options;
  options.folder = folder;
  options.origin = key->name();
  options.sign = [key](LogId, std::string_view origin, std::uint64_t size, const Hash& root) {
    return log::sign_checkpoint({.origin = std::string(origin), .size = size, .root = root, .extensions = {}}, *key);
  };
  return SqliteStore::open(std::move(options));
}

}  // namespace

Result<GroupCommitFigures> measure_group_commit(const std::string& folder, const GroupCommitRun& run) {
  auto key = TRY(log::SignerKey::generate("bench.example/log", log::KeyType::kEd25519));
  auto store = TRY(open_store(folder + "/store", std::make_shared<const log::SignerKey>(std::move(key))));
  auto raw = TRY(RawCommits::open(folder + "/raw.db"));
  const std::vector<std::string> texts = make_entries(run);
  std::vector<NewEntry> entries;
  for (const std::string& text : texts) entries.push_back({kMainLog, as_bytes(text)});

  std::vector<double> store_times;
  std::vector<double> raw_times;
  std::vector<double> publish_times;
  for (std::uint64_t done = 0; done < run.batches; done += kTurnBatches) {
    const std::uint64_t turn = std::min(kTurnBatches, run.batches - done);
    TRY_VOID(time_batches(turn, store_times, [&]() -> Status {
      TRY(store->append({.entries = entries}));
      return {};
    }));
    TRY_VOID(time_batches(1, publish_times, [&] { return store->publish(); }));
    TRY_VOID(time_batches(turn, raw_times, [&] { return raw->append(texts); }));
  }
  const Summary ours = summarise(std::move(store_times), static_cast<double>(run.batch_entries));
  const Summary theirs = summarise(std::move(raw_times), static_cast<double>(run.batch_entries));
  const Summary publishing = summarise(std::move(publish_times), 1);
  return GroupCommitFigures{.store_per_second = ours.per_second,
                            .raw_per_second = theirs.per_second,
                            .ratio = ours.per_second / theirs.per_second,
                            .store_p50_us = ours.p50,
                            .store_p99_us = ours.p99,
                            .store_max_us = ours.max,
                            .raw_p50_us = theirs.p50,
                            .raw_p99_us = theirs.p99,
                            .raw_max_us = theirs.max,
                            .publish_p50_us = publishing.p50};
}

}  // namespace tansiq::store
