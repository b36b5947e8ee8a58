// A node's store with the disk it stands on. What was written and not synced is lost in a crash; a batch is on the disk
// whole or not at all; what is torn or has changed on the disk is found when it is opened again.
//
// Every log that the store holds, the node's own and its mirrors of others', has its Merkle tree here, so a checkpoint
// is always over what is durable and over nothing else (G1). Real hashes, real roots.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "coordination/coalition.h"
#include "log/merkle.h"
#include "sim/rng.h"

namespace tansiq::sim {

using coordination::Batch;
using coordination::LogName;

struct Record {
  LogName log;
  std::uint64_t seq = 0;
  std::string line;
  log::Hash leaf;
};

/// `leg.hold`, …: a line ends in its type and format, so this is found from the end.
[[nodiscard]] std::string_view type_of(std::string_view line);

/// One log, as far as it is durable here.
struct DurableLog {
  std::vector<std::size_t> records;  ///< Which of the disk's.
  log::RightEdge edge;
  std::vector<log::Hash> roots;  ///< Of the first i entries.
};

class Disk {
 public:
  /// Written, not durable.
  void write(Batch batch);
  [[nodiscard]] bool unsynced() const { return !pending_.empty(); }
  /// Makes what was written durable. Returns the first of the records that became so.
  std::size_t sync();

  /// The machine stops. Some of what was not synced may have reached the disk all the same: whole batches in order, and
  /// perhaps a piece of the next.
  void crash(Rng& rng);
  /// One bit of one stored line changes.
  void flip_bit(Rng& rng);
  /// Undoes it: the copy under another roof is intact.
  void restore_flipped();
  /// What an old backup holds: only the first `commits` batches. Keeps the rest aside.
  void restore_backup(std::size_t commits);
  /// What the backup does not hold.
  [[nodiscard]] std::vector<Record> take_lost();
  /// Makes it durable again, in the order and under the numbers that it has now.
  void bring_back(Batch batch) { commit(std::move(batch)); }
  /// Opens the store after a crash: cuts a torn tail off. Fails with `kCorrupt` when a stored line is not what was
  /// written.
  [[nodiscard]] Status open();

  [[nodiscard]] const std::vector<Record>& records() const { return records_; }
  [[nodiscard]] std::size_t commits() const { return commits_.size(); }
  [[nodiscard]] std::size_t torn_tails() const { return torn_tails_; }
  /// Empty for a log of which nothing is held.
  [[nodiscard]] const DurableLog& log(const LogName& name) const;
  [[nodiscard]] const std::map<LogName, DurableLog>& logs() const { return logs_; }
  /// Bodies beside the record; durable when this returns.
  void put_body(const log::Hash& hash, std::string bytes) { bodies_[hash] = std::move(bytes); }
  void destroy_body(const log::Hash& hash) { bodies_.erase(hash); }
  [[nodiscard]] const std::map<log::Hash, std::string>& bodies() const { return bodies_; }

 private:
  struct Commit {
    std::size_t end = 0;  ///< Records up to here.
    log::Hash chain;      ///< Over everything up to here.
  };
  void commit(Batch batch);
  void file(std::size_t index);
  [[nodiscard]] log::Hash chain_from(std::size_t first, const log::Hash& before) const;
  void refile();

  std::vector<Record> records_;
  std::vector<Commit> commits_;
  std::map<LogName, DurableLog> logs_;
  std::vector<Batch> pending_;
  std::map<log::Hash, std::string> bodies_;
  std::optional<std::pair<std::size_t, std::string>> flipped_;
  std::vector<Record> aside_records_;
  std::size_t torn_tails_ = 0;
};

}  // namespace tansiq::sim
