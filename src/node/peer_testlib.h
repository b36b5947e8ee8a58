// For the tests of replication between nodes: a store whose logs are signed as a node's are.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "node/head_note.h"
#include "node/node_testlib.h"
#include "node/replica.h"
#include "store/sqlite_store.h"

namespace tansiq::node::test {

/// A node's store with its own logs `<name>.example/main`, `/members` and pair logs, and any number of mirrors.
class PeerStore {
 public:
  explicit PeerStore(const std::string& name);
  void reopen();

  [[nodiscard]] store::LogStore& store() { return *store_; }
  [[nodiscard]] std::unique_ptr<store::LogReader> reader();
  /// The log of this origin, made if need be; own ones get a key.
  store::LogId log(const std::string& origin);
  store::LogId own_log(const std::string& origin);
  [[nodiscard]] log::VerifierKey key(const std::string& origin) const;
  [[nodiscard]] const log::SignerKey& main_key() const { return main_key_; }
  /// Appends entries with envelopes to a log of one's own.
  void grow(const std::string& origin, std::uint64_t count, std::string_view text = "");
  /// Makes an accepted piece of a mirrored log durable.
  Status keep(const std::string& origin, const Judgement& judged);
  [[nodiscard]] std::vector<std::string> lines(const std::string& origin);
  [[nodiscard]] std::uint64_t size(const std::string& origin);
  [[nodiscard]] const std::filesystem::path& folder() const { return folder_.path(); }

 private:
  void open();
  const std::string name_;
  log::SignerKey main_key_;
  TemporaryFolder folder_;
  HeadNotes notes_;
  std::unique_ptr<store::SqliteStore> store_;
};

}  // namespace tansiq::node::test
