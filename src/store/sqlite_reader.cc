#include "store/sqlite_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>

#include "base/invariant.h"

namespace tansiq::store {
namespace {

/// Entries visited within one read transaction: long ones would keep the write-ahead log from starting over.
constexpr std::uint64_t kEntriesPerTransaction = 65'536;

constexpr std::string_view kRestore = "the database is damaged; restore a backup and keep this file for inspection";

std::unexpected<Error> corrupt(std::string_view what, std::string where) {
  return fail(ErrorCode::kCorrupt, fmt::format("{}: {}", what, kRestore), std::move(where));
}

/// Rows of a call see one moment; ends with the scope, whatever happened.
Result<Transaction> moment(Connection& db) { return Transaction::begin(db, Transaction::Kind::kRead); }

/// Calls `visit(i, bytes)` for each entry of a bundle. False when the bytes are not exactly `count` entries.
template <class Visit>
Result<bool> for_each_entry(ByteView bundle, std::size_t count, const Visit& visit) {
  for (std::size_t i = 0; i < count; ++i) {
    if (bundle.size() < 2) return false;
    const std::size_t length = std::size_t{bundle[0]} << 8 | bundle[1];
    if (bundle.size() < 2 + length) return false;
    TRY_VOID(visit(i, bundle.subspan(2, length)));
    bundle = bundle.subspan(2 + length);
  }
  return bundle.empty();
}

}  // namespace

Result<std::unique_ptr<SqliteReader>> SqliteReader::open(const std::string& folder, Files& files) {
  return over(TRY(open_for_reading(folder, files)));
}

Result<std::unique_ptr<SqliteReader>> SqliteReader::over(Connection db) {
  std::unique_ptr<SqliteReader> reader(new SqliteReader(std::move(db)));
  TRY_VOID(reader->prepare());
  return reader;
}

Status SqliteReader::prepare() {
  log_by_id_ = TRY(db_.prepare("SELECT origin, size, edge, checkpoint FROM log WHERE id = ?1"));
  logs_ = TRY(db_.prepare("SELECT id, origin FROM log ORDER BY id"));
  segments_ =
      TRY(db_.prepare("SELECT id, first_seq, hashes, entries FROM segment WHERE id >= ?1 AND id < ?2 ORDER BY id"));
  tile_by_id_ = TRY(db_.prepare("SELECT hashes FROM tile WHERE id = ?1"));
  run_at_ = TRY(
      db_.prepare("SELECT first_seq, log, first_index FROM run WHERE first_seq <= ?1 ORDER BY first_seq DESC LIMIT 1"));
  last_run_ = TRY(db_.prepare("SELECT first_seq, log, first_index FROM run ORDER BY first_seq DESC LIMIT 1"));
  next_run_ = TRY(db_.prepare("SELECT first_seq FROM run WHERE first_seq > ?1 ORDER BY first_seq LIMIT 1"));
  body_ = TRY(db_.prepare("SELECT bytes FROM body WHERE sha256 = ?1"));
  body_size_ = TRY(db_.prepare("SELECT length(bytes) FROM body WHERE sha256 = ?1"));
  meta_ = TRY(db_.prepare("SELECT value, sum FROM meta WHERE key = ?1"));
  meta_keys_ = TRY(db_.prepare("SELECT key FROM meta WHERE key > ?1 ORDER BY key"));
  return {};
}

std::string SqliteReader::place(LogId log, std::string_view what) const {
  return fmt::format("{}: log {}, {}", db_.path(), log.number, what);
}

Result<std::vector<LogInfo>> SqliteReader::logs() {
  const ResetAtEnd reset(logs_);
  std::vector<LogInfo> found;
  while (TRY(logs_.step())) {
    const std::int64_t id = logs_.integer(0);
    if (id != static_cast<std::int64_t>(found.size()) || logs_.text(1).empty()) {
      return corrupt("the numbers of the logs have a gap, or one has no origin", db_.path());
    }
    found.push_back({LogId{static_cast<std::uint16_t>(id)}, std::string(logs_.text(1))});
  }
  if (found.empty()) return corrupt("there is no log", db_.path());
  return found;
}

Result<SqliteReader::CheckedHead> SqliteReader::checked_head(LogId log) {
  const ResetAtEnd reset(log_by_id_);
  log_by_id_.bind(1, std::int64_t{log.number});
  if (!TRY(log_by_id_.step())) {
    return fail(ErrorCode::kNotFound, fmt::format("there is no log {} in this store", log.number), db_.path());
  }
  CheckedHead head{.log = log, .origin = std::string(log_by_id_.text(0))};
  head.size = static_cast<std::uint64_t>(log_by_id_.integer(1));
  // A page that was read as zeros shows as a row of nulls; it must not pass for an empty log.
  if (head.origin.empty()) return corrupt("the log has no origin", place(log, "head"));
  if (head.size > kIndexMax) return corrupt("the size is out of range", place(log, "head"));
  head.edge = TRY(
      hashes_from(log_by_id_.blob(2), static_cast<std::size_t>(std::popcount(head.size)), place(log, "right edge")));
  head.root = TRY(log::RightEdge::restore(head.size, head.edge)).root();
  head.checkpoint = log_by_id_.text(3);
  const std::string says = fmt::format("{}\n{}\n{}\n\n", head.origin, head.size, head.root.base64());
  if (head.size == 0 ? !head.checkpoint.empty() : !head.checkpoint.starts_with(says)) {
    return corrupt("the signed checkpoint does not state this origin, size and root", place(log, "checkpoint"));
  }
  return head;
}

Result<Head> SqliteReader::head(LogId log) {
  CheckedHead head = TRY(checked_head(log));
  return Head{log, head.size, head.root, std::move(head.checkpoint)};
}

/// The last run is never a gap: what follows a gap is written with it.
Result<std::uint64_t> SqliteReader::end_of_runs() {
  const ResetAtEnd reset(last_run_);
  if (!TRY(last_run_.step())) return 0;
  const auto first_seq = static_cast<std::uint64_t>(last_run_.integer(0));
  const LogId log{static_cast<std::uint16_t>(last_run_.integer(1))};
  const auto first_index = static_cast<std::uint64_t>(last_run_.integer(2));
  const CheckedHead head = TRY(checked_head(log));
  if (first_index >= head.size) return corrupt("the order of the entries ends beyond the log", place(log, "order"));
  return first_seq + (head.size - first_index);
}

Result<std::uint64_t> SqliteReader::next_seq() {
  const Transaction now = TRY(moment(db_));
  return end_of_runs();
}

Status SqliteReader::check_tile(const CheckedHead& head, TileId id, std::span<const Hash> hashes) {
  const unsigned width = tile_width(head.size, id);
  EXPECT_INVARIANT(width == hashes.size() && width != 0);
  if (width < kTileWidth) {
    const EdgePart part = edge_part(head.size, id.level);
    std::vector<Hash> roots;
    append_subtree_roots(hashes, roots);
    if (!std::ranges::equal(roots, std::span(head.edge).subspan(part.first, part.count))) {
      return corrupt("the tile does not hash to the right edge",
                     place(head.log, fmt::format("tile {}/{}", id.level, id.number)));
    }
    return {};
  }
  const std::vector<Hash> above = TRY(checked_tile(head, {id.level + 1, id.number >> kTileBits}));
  if (log::subtree_root(hashes) != above[id.number & (kTileWidth - 1)]) {
    return corrupt("the tile does not hash to the one above it",
                   place(head.log, fmt::format("tile {}/{}", id.level, id.number)));
  }
  return {};
}

Result<std::vector<Hash>> SqliteReader::checked_tile(const CheckedHead& head, TileId id) {
  const unsigned width = tile_width(head.size, id);
  EXPECT_INVARIANT(width != 0);
  if (id.level == 0) return TRY(load_bundle(head, id.number, false)).hashes;
  if (remembered_.size() <= id.level) remembered_.resize(id.level + 1);
  if (const auto& known = remembered_[id.level]; known && known->log == head.log && known->id == id) {
    return known->hashes;
  }
  std::vector<Hash> hashes;
  {
    const ResetAtEnd reset(tile_by_id_);
    tile_by_id_.bind(1, tile_row_id(head.log, id));
    const std::string where = place(head.log, fmt::format("tile {}/{}", id.level, id.number));
    if (!TRY(tile_by_id_.step())) return corrupt("the tile is missing", where);
    hashes = TRY(hashes_from(tile_by_id_.blob(0), width, where));
  }
  TRY_VOID(check_tile(head, id, hashes));
  // Only a full tile never changes.
  if (width == kTileWidth) remembered_[id.level] = RememberedTile{head.log, id, hashes};
  return hashes;
}

Result<SqliteReader::Bundle> SqliteReader::load_bundle(const CheckedHead& head, std::uint64_t number,
                                                       bool with_entries) {
  const std::uint64_t first = number << kTileBits;
  const unsigned width = tile_width(head.size, {0, number});
  const std::string where = place(head.log, fmt::format("entries {} to {}", first, first + width - 1));
  Bundle bundle;
  bundle.hashes.reserve(width);
  {
    const ResetAtEnd reset(segments_);
    segments_.bind(1, segment_id(head.log, first));
    segments_.bind(2, segment_id(head.log, first + width));
    while (TRY(segments_.step())) {
      const ByteView hashes = segments_.blob(2);
      const std::size_t count = hashes.size() / sizeof(Hash);
      if (segment_index(segments_.integer(0)) != first + bundle.hashes.size() || count == 0 ||
          hashes.size() % sizeof(Hash) != 0 || bundle.hashes.size() + count > width) {
        return corrupt("segments are missing or overlap", where);
      }
      const std::size_t before = bundle.hashes.size();
      bundle.hashes.resize(before + count);
      std::memcpy(&bundle.hashes[before], hashes.data(), hashes.size());
      if (!with_entries) continue;
      const ByteView entries = segments_.blob(3);
      bundle.entries.insert(bundle.entries.end(), entries.begin(), entries.end());
      for (std::size_t i = 0; i < count; ++i) {
        bundle.seqs.push_back(static_cast<std::uint64_t>(segments_.integer(1)) + i);
      }
    }
  }
  if (bundle.hashes.size() != width) return corrupt("segments are missing", where);
  TRY_VOID(check_tile(head, {0, number}, bundle.hashes));
  return bundle;
}

Status SqliteReader::visit_bundle(const CheckedHead& head, std::uint64_t first, std::uint64_t end,
                                  const EntryVisitor& visit) {
  const std::uint64_t number = first >> kTileBits;
  const std::uint64_t base = number << kTileBits;
  const Bundle bundle = TRY(load_bundle(head, number, true));
  const bool whole =
      TRY(for_each_entry(bundle.entries, bundle.hashes.size(), [&](std::size_t i, ByteView bytes) -> Status {
        const std::uint64_t index = base + i;
        if (index < first || index >= end) return {};
        if (log::leaf_hash(bytes) != bundle.hashes[i]) {
          return corrupt("the entry does not match its leaf hash", place(head.log, fmt::format("entry {}", index)));
        }
        return visit({bundle.seqs[i], head.log, index, bytes});
      }));
  if (!whole) {
    return corrupt("the lengths of the entries do not add up",
                   place(head.log, fmt::format("entries {} to {}", base, base + bundle.hashes.size() - 1)));
  }
  return {};
}

Status SqliteReader::entries_inside(LogId log, std::uint64_t first, std::uint64_t count, const EntryVisitor& visit) {
  const CheckedHead head = TRY(checked_head(log));
  if (count > head.size || first > head.size - count) {
    return fail(ErrorCode::kNotFound,
                fmt::format("entries {} to {} were asked for, the log has {}", first, first + count - 1, head.size),
                place(log, "entries"));
  }
  const std::uint64_t end = first + count;
  while (first < end) {
    const std::uint64_t bundle_end = std::min(end, ((first >> kTileBits) + 1) << kTileBits);
    TRY_VOID(visit_bundle(head, first, bundle_end, visit));
    first = bundle_end;
  }
  return {};
}

Status SqliteReader::entries(LogId log, std::uint64_t first, std::uint64_t count, const EntryVisitor& visit) {
  while (count != 0) {
    const std::uint64_t slice = std::min(count, kEntriesPerTransaction - first % kEntriesPerTransaction);
    const Transaction now = TRY(moment(db_));
    TRY_VOID(entries_inside(log, first, slice, visit));
    first += slice;
    count -= slice;
  }
  return {};
}

Status SqliteReader::sequence(std::uint64_t first_seq, std::uint64_t end_seq, const EntryVisitor& visit) {
  while (first_seq < end_seq) {
    const Transaction now = TRY(moment(db_));
    const std::uint64_t total = TRY(end_of_runs());
    if (end_seq > total) {
      return fail(ErrorCode::kNotFound, fmt::format("seq {} was asked for, the store has {}", end_seq - 1, total),
                  db_.path());
    }
    const ResetAtEnd reset_run(run_at_);
    const ResetAtEnd reset_next(next_run_);
    run_at_.bind(1, static_cast<std::int64_t>(first_seq));
    if (!TRY(run_at_.step())) return corrupt("the order of the entries is missing", db_.path());
    const auto run_first = static_cast<std::uint64_t>(run_at_.integer(0));
    const LogId log{static_cast<std::uint16_t>(run_at_.integer(1))};
    const auto run_index = static_cast<std::uint64_t>(run_at_.integer(2));
    next_run_.bind(1, static_cast<std::int64_t>(first_seq));
    const std::uint64_t run_end = TRY(next_run_.step()) ? static_cast<std::uint64_t>(next_run_.integer(0)) : total;
    if (log.number == kGap) {
      first_seq = run_end;
      continue;
    }
    const std::uint64_t count = std::min({end_seq, run_end, first_seq + kEntriesPerTransaction}) - first_seq;
    std::uint64_t expected = first_seq;
    TRY_VOID(entries_inside(log, run_index + (first_seq - run_first), count, [&](const StoredEntry& entry) -> Status {
      if (entry.seq != expected++) {
        return corrupt(fmt::format("seq {} leads to an entry of seq {}", expected - 1, entry.seq),
                       place(log, fmt::format("entry {}", entry.index)));
      }
      return visit(entry);
    }));
    first_seq += count;
  }
  return {};
}

Result<Bytes> SqliteReader::tile(LogId log, unsigned level, std::uint64_t number, unsigned width) {
  const Transaction now = TRY(moment(db_));
  const CheckedHead head = TRY(checked_head(log));
  const std::string where = place(log, fmt::format("tile {}/{}", level, number));
  const unsigned have = number > kIndexMax ? 0 : tile_width(head.size, {level, number});
  if (width == 0 || width > have) {
    return fail(ErrorCode::kNotFound, fmt::format("{} hashes were asked for, the tile has {}", width, have), where);
  }
  const std::vector<Hash> hashes = TRY(checked_tile(head, {level, number}));
  const ByteView bytes = hash_bytes(std::span(hashes).first(width));
  return Bytes(bytes.begin(), bytes.end());
}

Result<Bytes> SqliteReader::bundle(LogId log, std::uint64_t number, unsigned width) {
  const Transaction now = TRY(moment(db_));
  const CheckedHead head = TRY(checked_head(log));
  const unsigned have = number > kIndexMax ? 0 : tile_width(head.size, {0, number});
  if (width == 0 || width > have) {
    return fail(ErrorCode::kNotFound, fmt::format("{} entries were asked for, the bundle has {}", width, have),
                place(log, fmt::format("bundle {}", number)));
  }
  Bytes bytes;
  const std::uint64_t first = number << kTileBits;
  TRY_VOID(visit_bundle(head, first, first + width, [&](const StoredEntry& entry) -> Status {
    bytes.push_back(static_cast<std::uint8_t>(entry.bytes.size() >> 8));
    bytes.push_back(static_cast<std::uint8_t>(entry.bytes.size() & 0xFF));
    bytes.insert(bytes.end(), entry.bytes.begin(), entry.bytes.end());
    return {};
  }));
  return bytes;
}

Result<Hash> SqliteReader::root_at(LogId log, std::uint64_t size) {
  const Transaction now = TRY(moment(db_));
  const CheckedHead head = TRY(checked_head(log));
  if (size > head.size) {
    return fail(ErrorCode::kNotFound,
                fmt::format("the root of {} entries was asked for, the log has {}", size, head.size),
                place(log, "root"));
  }
  if (size == head.size) return head.root;
  // The edge of the smaller tree, from the highest level down: each level adds the start of one tile.
  std::vector<Hash> edge;
  for (unsigned level = 8; level-- > 0;) {
    const std::uint64_t hashes = hashes_at_level(size, level);
    const std::size_t width = hashes & (kTileWidth - 1);
    if (width == 0) continue;
    const std::vector<Hash> tile = TRY(checked_tile(head, {level, hashes >> kTileBits}));
    append_subtree_roots(std::span(tile).first(width), edge);
  }
  return TRY(log::RightEdge::restore(size, edge)).root();
}

Result<std::optional<Bytes>> SqliteReader::body(const Hash& wanted) {
  const ResetAtEnd reset(body_);
  body_.bind(1, wanted.view());
  if (!TRY(body_.step())) return std::nullopt;
  const ByteView bytes = body_.blob(0);
  if (log::sha256(bytes) != wanted) {
    return corrupt("the body does not match its hash", fmt::format("{}: body {}", db_.path(), wanted.hex()));
  }
  return Bytes(bytes.begin(), bytes.end());
}

Result<std::optional<std::uint64_t>> SqliteReader::body_size(const Hash& wanted) {
  const ResetAtEnd reset(body_size_);
  body_size_.bind(1, wanted.view());
  if (!TRY(body_size_.step())) return std::nullopt;
  return static_cast<std::uint64_t>(body_size_.integer(0));
}

Result<std::vector<std::string>> SqliteReader::meta_keys(std::string_view prefix, std::string_view after,
                                                         std::size_t most) {
  const ResetAtEnd reset(meta_keys_);
  std::vector<std::string> keys;
  // A key that is the prefix itself names nothing below it.
  meta_keys_.bind(1, std::max(prefix, after));
  while (keys.size() < most && TRY(meta_keys_.step())) {
    const std::string_view key = meta_keys_.text(0);
    if (!key.starts_with(prefix)) break;
    keys.emplace_back(key);
  }
  return keys;
}

Result<std::optional<Bytes>> SqliteReader::meta(std::string_view key) {
  const ResetAtEnd reset(meta_);
  meta_.bind(1, key);
  if (!TRY(meta_.step())) return std::nullopt;
  const ByteView value = meta_.blob(0);
  const Hash sum = log::sha256(value);
  if (!std::ranges::equal(meta_.blob(1), sum.bytes)) {
    return corrupt("the value does not match its checksum", fmt::format("{}: meta {}", db_.path(), key));
  }
  return Bytes(value.begin(), value.end());
}

Result<GrowingTree> SqliteReader::growing_tree(LogId log) {
  const Transaction now = TRY(moment(db_));
  CheckedHead head = TRY(checked_head(log));
  std::vector<std::vector<Hash>> open_tiles;
  for (unsigned level = 1; hashes_at_level(head.size, level) != 0; ++level) {
    const std::uint64_t hashes = hashes_at_level(head.size, level);
    const TileId id{level, hashes >> kTileBits};
    open_tiles.push_back(tile_width(head.size, id) == 0 ? std::vector<Hash>{} : TRY(checked_tile(head, id)));
  }
  if (head.size != 0) {
    const std::uint64_t last = head.size - 1;
    TRY_VOID(
        visit_bundle(head, last >> kTileBits << kTileBits, head.size, [](const StoredEntry&) { return Status{}; }));
  }
  return GrowingTree(TRY(log::RightEdge::restore(head.size, head.edge)), std::move(open_tiles));
}

Status SqliteReader::check_pages() {
  const std::string verdict = TRY(db_.text("PRAGMA integrity_check(1)"));
  if (verdict != "ok") return corrupt(verdict, db_.path());
  return {};
}

}  // namespace tansiq::store
