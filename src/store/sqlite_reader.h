// Reading a store's database, checking everything on the way. See `LogReader` for the contract.
#pragma once

#include <memory>
#include <string>

#include "store/schema.h"

namespace tansiq::store {

/// What is checked, and when:
///   - a head: its checkpoint note says the origin, the size and the root of the right edge (each read);
///   - a tile or the leaf hashes of a bundle: their root is the hash in the tile above, that tile's in the one above
///   it,
///     and so on up to the right edge (each read; full upper tiles are remembered, one per level);
///   - an entry: its leaf hash (each read); bodies and meta: their own hash (each read).
/// So an answer is either part of the tree whose root was signed, or an error that names the place.
class SqliteReader final : public LogReader {
 public:
  [[nodiscard]] static Result<std::unique_ptr<SqliteReader>> open(const std::string& folder, Files& files);
  /// Over a connection that is open already.
  [[nodiscard]] static Result<std::unique_ptr<SqliteReader>> over(Connection db);

  Result<std::vector<LogInfo>> logs() override;
  Result<Head> head(LogId log) override;
  Result<std::uint64_t> next_seq() override;
  Status entries(LogId log, std::uint64_t first, std::uint64_t count, const EntryVisitor& visit) override;
  Status sequence(std::uint64_t first_seq, std::uint64_t end_seq, const EntryVisitor& visit) override;
  Result<Bytes> tile(LogId log, unsigned level, std::uint64_t number, unsigned width) override;
  Result<Bytes> bundle(LogId log, std::uint64_t number, unsigned width) override;
  Result<Hash> root_at(LogId log, std::uint64_t size) override;
  Result<std::optional<Bytes>> body(const Hash& sha256) override;
  Result<std::optional<std::uint64_t>> body_size(const Hash& sha256) override;
  Result<std::optional<Bytes>> meta(std::string_view key) override;
  Result<std::vector<std::string>> meta_keys(std::string_view prefix, std::string_view after,
                                             std::size_t most) override;

  /// The stored tree of a log for its writer to go on with, checked: edge, unfinished tiles, last bundle.
  [[nodiscard]] Result<GrowingTree> growing_tree(LogId log);
  /// Runs SQLite's own check of every page, and checks that the sizes of all logs and the runs agree. Reads everything.
  [[nodiscard]] Status check_pages();

 private:
  struct CheckedHead {
    LogId log;
    std::string origin{};
    std::uint64_t size = 0;
    std::vector<Hash> edge{};
    Hash root{};
    std::string checkpoint{};
  };
  /// The segments of one bundle, joined.
  struct Bundle {
    std::vector<Hash> hashes;
    Bytes entries;
    std::vector<std::uint64_t> seqs;  ///< Of each entry.
  };
  struct RememberedTile {
    LogId log;
    TileId id;
    std::vector<Hash> hashes;
  };

  explicit SqliteReader(Connection db) : db_(std::move(db)) {}
  [[nodiscard]] Status prepare();
  [[nodiscard]] std::string place(LogId log, std::string_view what) const;

  // All of these need an open read transaction.
  [[nodiscard]] Result<CheckedHead> checked_head(LogId log);
  [[nodiscard]] Result<std::uint64_t> end_of_runs();
  [[nodiscard]] Result<Bundle> load_bundle(const CheckedHead& head, std::uint64_t number, bool with_entries);
  [[nodiscard]] Result<std::vector<Hash>> checked_tile(const CheckedHead& head, TileId id);
  [[nodiscard]] Status check_tile(const CheckedHead& head, TileId id, std::span<const Hash> hashes);
  [[nodiscard]] Status visit_bundle(const CheckedHead& head, std::uint64_t first, std::uint64_t end,
                                    const EntryVisitor& visit);
  [[nodiscard]] Status entries_inside(LogId log, std::uint64_t first, std::uint64_t count, const EntryVisitor& visit);

  Connection db_;
  Statement log_by_id_, logs_, segments_, tile_by_id_, run_at_, next_run_, last_run_, body_, body_size_, meta_,
      meta_keys_;
  std::vector<std::optional<RememberedTile>> remembered_;  // [level]
};

}  // namespace tansiq::store
