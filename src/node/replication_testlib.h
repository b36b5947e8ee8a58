// For the tests of replication: an author whose log is held in memory and answers pulls like an honest node, with the
// means to be a dishonest one.
#pragma once

#include <string>
#include <vector>

#include "log/checkpoint.h"
#include "log/memory_log.h"
#include "node/pull_format.h"
#include "node/replica.h"

namespace tansiq::node::test {

inline constexpr const char* kAuthorOrigin = "us.example/members";

/// An entry with the envelope that every entry has.
[[nodiscard]] std::string envelope_entry(std::uint64_t seq, std::int64_t time_ms, std::string_view text = "");

class Author {
 public:
  explicit Author(std::uint8_t seed = 1, const std::string& origin = kAuthorOrigin);
  explicit Author(log::SignerKey key) : key_(std::move(key)) {}

  /// Appends `count` entries; `text` tells apart what two forks say at the same place.
  void grow(std::uint64_t count, std::string_view text = "");
  void append(std::string_view line) { log_.append(line); }
  [[nodiscard]] std::uint64_t size() const { return log_.size(); }
  [[nodiscard]] log::Hash root() const { return log_.root(); }
  /// The signed checkpoint of the whole log.
  [[nodiscard]] std::string note();
  /// What an honest node answers, with at most `entries_max` entries.
  [[nodiscard]] std::string answer(const PullQuestion& question, std::uint64_t entries_max = kPullEntriesMax);
  [[nodiscard]] log::SubtreeReader nodes();
  [[nodiscard]] const log::SignerKey& key() const { return key_; }
  [[nodiscard]] std::vector<log::VerifierKey> keys() const { return {key_.verifier()}; }
  [[nodiscard]] std::vector<std::string> lines() const;

 private:
  log::SignerKey key_;
  log::MemoryLog log_;
};

/// A replica of that author's log that holds nothing yet.
[[nodiscard]] Replica fresh_replica(const Author& author);

/// Reads, judges, settles; fails the test when the answer cannot be read. What was stored is added to `stored`.
Judgement feed(Replica& replica, const std::string& answer, std::vector<std::string>* stored = nullptr,
               const log::SubtreeReader* held_nodes = nullptr);
/// Asks until nothing is new.
void catch_up(Replica& replica, Author& author, std::uint64_t entries_max = kPullEntriesMax,
              std::vector<std::string>* stored = nullptr);

}  // namespace tansiq::node::test
