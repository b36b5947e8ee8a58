#include "node/peer_testlib.h"

#include <gtest/gtest.h>

#include "base/invariant.h"
#include "node/replication_testlib.h"

namespace tansiq::node::test {

PeerStore::PeerStore(const std::string& name)
    : name_(name), main_key_(*log::SignerKey::generate(name + ".example/main", log::KeyType::kEd25519)) {
  open();
}

void PeerStore::open() {
  notes_.add_own(*main_key_.renamed(main_key_.name()));
  store::SqliteStoreOptions options;
  options.folder = (folder_.path() / "data").string();
  options.origin = main_key_.name();
  options.background_checkpoints = false;
  options.sign = [this](store::LogId, std::string_view origin, std::uint64_t size, const log::Hash& root) {
    return notes_.sign(origin, size, root);
  };
  auto opened = store::SqliteStore::open(std::move(options));
  if (!opened) ADD_FAILURE() << opened.error().text();
  EXPECT_INVARIANT(opened.has_value());
  store_ = std::move(*opened);
}

void PeerStore::reopen() {
  store_.reset();
  open();
}

std::unique_ptr<store::LogReader> PeerStore::reader() {
  auto reader = store_->open_reader();
  EXPECT_INVARIANT(reader.has_value());
  return std::move(*reader);
}

store::LogId PeerStore::log(const std::string& origin) { return *store_->add_log(origin); }

store::LogId PeerStore::own_log(const std::string& origin) {
  notes_.add_own(*main_key_.renamed(origin));
  return log(origin);
}

log::VerifierKey PeerStore::key(const std::string& origin) const {
  return *log::VerifierKey::make(origin, log::KeyType::kEd25519, main_key_.verifier().public_key());
}

void PeerStore::grow(const std::string& origin, std::uint64_t count, std::string_view text) {
  const store::LogId id = own_log(origin);
  std::uint64_t seq = *reader()->next_seq();
  while (count > 0) {
    std::vector<std::string> lines;
    for (; lines.size() < store::kBatchEntriesMax && count > 0; --count, ++seq) {
      lines.push_back(envelope_entry(seq, static_cast<std::int64_t>(1'000'000 + seq), text));
    }
    std::vector<store::NewEntry> entries;
    for (const std::string& line : lines) entries.push_back({id, as_bytes(line)});
    const auto done = store_->append({.entries = entries});
    ASSERT_TRUE(done) << done.error().text();
  }
}

Status PeerStore::keep(const std::string& origin, const Judgement& judged) {
  const store::LogId id = log(origin);
  notes_.expect(origin, judged.head_note);
  std::vector<store::NewEntry> entries;
  for (const ByteView entry : judged.entries) entries.push_back({id, entry});
  const auto done = TRY(store_->append({.entries = entries}));
  EXPECT_EQ(done.heads.front().root, judged.root);
  return {};
}

std::vector<std::string> PeerStore::lines(const std::string& origin) {
  std::vector<std::string> out;
  const auto from = reader();
  const Status read = from->entries(log(origin), 0, size(origin), [&](const store::StoredEntry& entry) -> Status {
    out.emplace_back(as_text(entry.bytes));
    return {};
  });
  EXPECT_TRUE(read) << read.error().text();
  return out;
}

std::uint64_t PeerStore::size(const std::string& origin) { return reader()->head(log(origin))->size; }

}  // namespace tansiq::node::test
