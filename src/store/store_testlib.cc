#include "store/store_testlib.h"

#include <fmt/format.h>

#include <filesystem>

#include "base/random.h"

namespace tansiq::store {

SignCheckpoint fake_signer() {
  return [](LogId, std::string_view origin, std::uint64_t size, const Hash& root) -> Result<std::string> {
    return fmt::format("{}\n{}\n{}\n\n\u2014 {} AAAAAA==\n", origin, size, root.base64(), origin);
  };
}

std::string test_entry(std::uint64_t i) {
  SeededRandom random(i);
  std::string entry = fmt::format(R"({{"n":{},"text":")", i);
  const std::int64_t length = random.one_in(50) ? random.between(0, 3000) : random.between(0, 600);
  for (std::int64_t k = 0; k < length; ++k) entry += static_cast<char>('a' + random.between(0, 25));
  return entry + "\"}\n";
}

SqliteStoreOptions test_options(const std::string& folder) {
  SqliteStoreOptions options;
  options.folder = folder;
  options.origin = "north.example/log";
  options.sign = fake_signer();
  options.background_checkpoints = false;
  return options;
}

Result<Appended> append_entries(LogStore& store, std::uint64_t first, std::uint64_t count, LogId log) {
  std::vector<std::string> texts;
  for (std::uint64_t i = 0; i < count; ++i) texts.push_back(test_entry(first + i));
  std::vector<NewEntry> entries;
  for (const std::string& text : texts) entries.push_back({log, as_bytes(text)});
  return store.append({.entries = entries});
}

std::vector<std::string> read_all(LogStore& store, LogId log) {
  const auto reader = must(store.open_reader());
  const Head head = must(reader->head(log));
  std::vector<std::string> all;
  const Status done = reader->entries(log, 0, head.size, [&](const StoredEntry& entry) -> Status {
    all.emplace_back(as_text(entry.bytes));
    return {};
  });
  if (!done) throw std::runtime_error(done.error().text());
  return all;
}

}  // namespace tansiq::store
