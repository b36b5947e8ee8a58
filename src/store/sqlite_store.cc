#include "store/sqlite_store.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/invariant.h"
#include "base/limits.h"
#include "store/high_water.h"
#include "store/snapshots.h"
#include "store/wal_keeper.h"

namespace tansiq::store {
namespace {

constexpr std::size_t kMetaKeyBytesMax = 128;
constexpr std::size_t kMetaBytesMax = 4U << 20;
constexpr std::size_t kOriginBytesMax = 255;

Status check_origin(std::string_view origin) {
  if (!origin.empty() && origin.size() <= kOriginBytesMax && origin.find('\n') == std::string_view::npos) return {};
  return fail(ErrorCode::kInvalid, fmt::format("an origin has 1 to {} bytes and no line end", kOriginBytesMax),
              "origin");
}

}  // namespace

SqliteStore::SqliteStore(SqliteStoreOptions options, Files& files, std::unique_ptr<FileLock> lock, Connection db)
    : options_(std::move(options)), files_(files), lock_(std::move(lock)), db_(std::move(db)) {}

SqliteStore::~SqliteStore() {
  wal_keeper_.reset();
  // After a failure nothing more is written: the next opening recovers from the write-ahead log.
  if (poisoned_) db_.leave_wal_at_close();
}

Result<std::unique_ptr<SqliteStore>> SqliteStore::open(SqliteStoreOptions options) {
  TRY_VOID(check_origin(options.origin));
  EXPECT_INVARIANT(options.sign != nullptr);
  Files& files = options.files == nullptr ? system_files() : *options.files;
  const std::string& folder = options.folder;
  if (options.create) TRY_VOID(files.make_folder(folder));
  auto lock = TRY(files.lock(folder + "/" + kLockName));
  auto db = TRY(open_for_writing(folder, files, options.create));
  std::unique_ptr<SqliteStore> store(new SqliteStore(std::move(options), files, std::move(lock), std::move(db)));
  TRY_VOID(store->prepare());
  TRY_VOID(store->load());
  return store;
}

Status SqliteStore::prepare() {
  begin_ = TRY(db_.prepare("BEGIN IMMEDIATE"));
  commit_ = TRY(db_.prepare("COMMIT"));
  insert_segment_ = TRY(db_.prepare("INSERT INTO segment(id, first_seq, hashes, entries) VALUES(?1, ?2, ?3, ?4)"));
  update_log_ = TRY(db_.prepare("UPDATE log SET size = ?2, edge = ?3, checkpoint = ?4 WHERE id = ?1 AND size < ?2"));
  insert_log_ = TRY(db_.prepare("INSERT INTO log(id, origin, size, edge, checkpoint) VALUES(?1, ?2, 0, x'', '')"));
  insert_run_ = TRY(db_.prepare("INSERT INTO run(first_seq, log, first_index) VALUES(?1, ?2, ?3)"));
  replace_tile_ =
      TRY(db_.prepare("INSERT INTO tile(id, hashes) VALUES(?1, ?2) ON CONFLICT(id) DO UPDATE SET hashes = ?2"));
  insert_body_ = TRY(db_.prepare("INSERT INTO body(sha256, bytes) VALUES(?1, ?2) ON CONFLICT(sha256) DO NOTHING"));
  delete_body_ = TRY(db_.prepare("DELETE FROM body WHERE sha256 = ?1"));
  replace_meta_ = TRY(db_.prepare(
      "INSERT INTO meta(key, value, sum) VALUES(?1, ?2, ?3) ON CONFLICT(key) DO UPDATE SET value = ?2, sum = ?3"));
  delete_meta_ = TRY(db_.prepare("DELETE FROM meta WHERE key = ?1"));
  return {};
}

Status SqliteStore::load() {
  if (TRY(db_.integer("SELECT count(*) FROM log")) == 0) {
    insert_log_.bind(1, std::int64_t{0});
    insert_log_.bind(2, std::string_view(options_.origin));
    TRY_VOID(insert_log_.run());
  }
  auto reader = TRY(SqliteReader::open(options_.folder, files_));
  const std::vector<LogInfo> logs = TRY(reader->logs());
  if (logs[0].origin != options_.origin) {
    return fail(ErrorCode::kConflict,
                fmt::format("this store's log is \"{}\", not \"{}\"; check the data directory and the configuration",
                            logs[0].origin, options_.origin),
                database_path(options_.folder));
  }
  for (const LogInfo& log : logs) {
    logs_.push_back({log.origin, TRY(reader->growing_tree(log.id))});
    committed_.push_back(TRY(reader->head(log.id)));
    origins_.push_back(log.origin);
    published_.push_back(Head{.log = log.id, .root = log::empty_root()});
  }
  next_seq_ = TRY(reader->next_seq());
  touched_.resize(logs.size());
  committed_seq_ = next_seq_;
  if (next_seq_ != 0) {
    TRY_VOID(reader->sequence(next_seq_ - 1, next_seq_, [&](const StoredEntry& entry) -> Status {
      last_log_ = entry.log;
      return {};
    }));
  }
  TRY_VOID(judge_floors(*reader));
  std::optional<Connection> second;
  if (options_.background_checkpoints) second = TRY(open_for_writing(options_.folder, files_, false));
  wal_keeper_ = std::make_unique<WalKeeper>(db_, std::move(second), options_.wal_pages_soft, options_.wal_pages_max,
                                            [this](const Error& error) { poison(error); });
  if (recovering_) return {};
  return publish();
}

Status SqliteStore::judge_floors(SqliteReader& reader) {
  const std::string path = options_.folder + "/" + kHighWaterName;
  const std::optional<Bytes> file = TRY(files_.read(path));
  TRY_VOID(judge_presence(next_seq_ != 0, file.has_value(), options_.accept_missing_last_checkpoint, path));
  floors_.assign(logs_.size(), Floor{0, log::empty_root()});
  // Before the first entry there must be a file, or a crash before the first `publish` would look like a lost one.
  if (!file) return write_high_water(committed_);
  const auto marks = parse_high_water(as_text(*file));
  if (!marks) return std::unexpected(inside(marks.error(), path));
  // Every such file names the log of its node.
  if (!marks->empty() && std::ranges::find(*marks, options_.origin, &HighWater::origin) == marks->end()) {
    return fail(ErrorCode::kWrongState,
                fmt::format("it is of another node: it names the log \"{}\" and not \"{}\"; bring back the file that "
                            "belongs to this database",
                            marks->front().origin, options_.origin),
                path);
  }
  for (const HighWater& mark : *marks) {
    if (mark.floor.size == 0 && std::ranges::find(origins_, mark.origin) == origins_.end()) continue;
    // A log that was begun after this copy was made is behind its mark like any other, with no entry at all.
    const LogId log = TRY(add_log(mark.origin));
    const std::size_t number = log.number;
    floors_[number] = mark.floor;
    const std::uint64_t size = committed_[number].size;
    std::optional<Hash> root;
    if (mark.floor.size <= size) root = TRY(reader.root_at(log, mark.floor.size));
    if (auto reason = why_not_sign(mark.floor, size, root); reason && !recovering_) {
      recovering_ = Recovery{log, mark.floor, size, std::move(*reason)};
    }
  }
  return {};
}

Status SqliteStore::ready_to_write() const {
  const std::lock_guard guard(mutex_);
  if (poisoned_) {
    return fail(poisoned_->code, "the store stopped after an earlier error: " + poisoned_->message, poisoned_->where);
  }
  if (recovering_) return fail(ErrorCode::kUnavailable, recovering_->reason, database_path(options_.folder));
  return {};
}

void SqliteStore::poison(const Error& error) {
  const std::lock_guard guard(mutex_);
  if (!poisoned_) poisoned_ = error;
}

Status SqliteStore::check_batch(const Batch& batch) const {
  if (batch.entries.size() > kBatchEntriesMax) {
    return fail(ErrorCode::kTooLarge,
                fmt::format("{} entries in one batch, at most {} are allowed", batch.entries.size(), kBatchEntriesMax),
                "entries");
  }
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < batch.entries.size(); ++i) {
    const NewEntry& entry = batch.entries[i];
    bytes += entry.bytes.size();
    if (entry.log.number >= logs_.size()) {
      return fail(ErrorCode::kNotFound, fmt::format("there is no log {}", entry.log.number),
                  fmt::format("entries[{}]", i));
    }
    if (entry.bytes.empty() || entry.bytes.size() > kEntryBytesMax) {
      return fail(entry.bytes.empty() ? ErrorCode::kInvalid : ErrorCode::kTooLarge,
                  fmt::format("the entry has {} bytes, 1 to {} are allowed", entry.bytes.size(), kEntryBytesMax),
                  fmt::format("entries[{}]", i));
    }
  }
  for (std::size_t i = 0; i < batch.bodies.size(); ++i) {
    const NewBody& body = batch.bodies[i];
    bytes += body.bytes.size();
    if (body.bytes.size() > kBodyBytesMax) {
      return fail(ErrorCode::kTooLarge,
                  fmt::format("the body has {} bytes, at most {} are allowed", body.bytes.size(), kBodyBytesMax),
                  fmt::format("bodies[{}]", i));
    }
    if (log::sha256(body.bytes) != body.sha256) {
      return fail(ErrorCode::kInvalid, "the hash is not that of the bytes", fmt::format("bodies[{}]", i));
    }
  }
  for (std::size_t i = 0; i < batch.meta.size(); ++i) {
    const NewMeta& meta = batch.meta[i];
    bytes += meta.value.size();
    if (meta.key.empty() || meta.key.size() > kMetaKeyBytesMax || meta.value.size() > kMetaBytesMax) {
      return fail(ErrorCode::kTooLarge,
                  fmt::format("a key has 1 to {} bytes and a value at most {}", kMetaKeyBytesMax, kMetaBytesMax),
                  fmt::format("meta[{}]", i));
    }
  }
  if (bytes > kBatchBytesMax) {
    return fail(ErrorCode::kTooLarge,
                fmt::format("the batch has {} bytes, at most {} are allowed", bytes, kBatchBytesMax));
  }
  return {};
}

Result<Appended> SqliteStore::append(const Batch& batch) {
  TRY_VOID(ready_to_write());
  TRY_VOID(check_batch(batch));
  Appended done{.first_seq = next_seq_, .next_seq = next_seq_ + batch.entries.size(), .heads = {}};
  if (const Status written = write_batch(batch, done); !written) {
    poison(written.error());
    return std::unexpected(written.error());
  }
  next_seq_ = done.next_seq;
  {
    const std::lock_guard guard(mutex_);
    for (const Head& head : done.heads) committed_[head.log.number] = head;
    committed_seq_ = next_seq_;
  }
  wal_keeper_->after_commit();
  return done;
}

Status SqliteStore::write_batch(const Batch& batch, Appended& done) {
  // No `Transaction`: after an error the store is poisoned, and closing the connection rolls back.
  TRY_VOID(begin_.run());
  TRY_VOID(write_entries(batch.entries, done));
  TRY_VOID(write_bodies_and_meta(batch));
  return commit_.run();
}

Status SqliteStore::write_entries(std::span<const NewEntry> entries, Appended& done) {
  touched_.assign(logs_.size(), false);
  std::uint64_t seq = next_seq_;
  for (const NewEntry& entry : entries) TRY_VOID(write_entry(entry.log, seq++, entry.bytes));
  return end_entries(done);
}

Status SqliteStore::write_entry(LogId log, std::uint64_t seq, ByteView bytes) {
  GrowingTree& tree = logs_[log.number].tree;
  if (segment_.hashes.empty() || segment_.log != log || tree.size() % kTileWidth == 0) {
    TRY_VOID(flush_segment());
    TRY_VOID(begin_segment(log, seq));
  }
  const Hash leaf = log::leaf_hash(bytes);
  changed_tiles_.clear();
  tree.append(leaf, changed_tiles_);
  for (const ChangedTile& tile : changed_tiles_) {
    replace_tile_.bind(1, tile_row_id(log, tile.id));
    replace_tile_.bind(2, hash_bytes(tile.hashes));
    TRY_VOID(replace_tile_.run());
  }
  segment_.hashes.push_back(leaf);
  segment_.entries.push_back(static_cast<std::uint8_t>(bytes.size() >> 8));
  segment_.entries.push_back(static_cast<std::uint8_t>(bytes.size() & 0xFF));
  segment_.entries.insert(segment_.entries.end(), bytes.begin(), bytes.end());
  touched_[log.number] = true;
  last_log_ = log;
  return {};
}

Status SqliteStore::end_entries(Appended& done) {
  TRY_VOID(flush_segment());
  for (std::size_t number = 0; number < logs_.size(); ++number) {
    if (touched_[number]) TRY_VOID(write_log(LogId{static_cast<std::uint16_t>(number)}, done));
  }
  return {};
}

Status SqliteStore::insert_run(std::uint64_t first_seq, std::uint16_t log, std::uint64_t first_index) {
  insert_run_.bind(1, static_cast<std::int64_t>(first_seq));
  insert_run_.bind(2, std::int64_t{log});
  insert_run_.bind(3, static_cast<std::int64_t>(first_index));
  return insert_run_.run();
}

Status SqliteStore::begin_segment(LogId log, std::uint64_t seq) {
  const std::uint64_t index = logs_[log.number].tree.size();
  segment_.log = log;
  segment_.first_index = index;
  segment_.first_seq = seq;
  if (seq != 0 && last_log_ == log) return {};
  return insert_run(seq, log.number, index);
}

Status SqliteStore::flush_segment() {
  if (segment_.hashes.empty()) return {};
  insert_segment_.bind(1, segment_id(segment_.log, segment_.first_index));
  insert_segment_.bind(2, static_cast<std::int64_t>(segment_.first_seq));
  insert_segment_.bind(3, hash_bytes(segment_.hashes));
  insert_segment_.bind(4, ByteView(segment_.entries));
  TRY_VOID(insert_segment_.run());
  segment_.hashes.clear();
  segment_.entries.clear();
  return {};
}

Status SqliteStore::write_log(LogId log, Appended& done) {
  OpenLog& open = logs_[log.number];
  changed_tiles_.clear();
  open.tree.take_open_changes(changed_tiles_);
  for (const ChangedTile& tile : changed_tiles_) {
    replace_tile_.bind(1, tile_row_id(log, tile.id));
    replace_tile_.bind(2, hash_bytes(tile.hashes));
    TRY_VOID(replace_tile_.run());
  }
  Head head{.log = log, .size = open.tree.size(), .root = open.tree.root()};
  head.checkpoint = TRY(options_.sign(log, open.origin, head.size, head.root));
  update_log_.bind(1, std::int64_t{log.number});
  update_log_.bind(2, static_cast<std::int64_t>(head.size));
  update_log_.bind(3, hash_bytes(open.tree.edge()));
  update_log_.bind(4, std::string_view(head.checkpoint));
  TRY_VOID(update_log_.run());
  if (db_.changes() != 1) {
    return fail(ErrorCode::kCorrupt, "the log's row is missing or ahead of this process; restore a backup",
                fmt::format("{}: log {}", db_.path(), log.number));
  }
  done.heads.push_back(std::move(head));
  return {};
}

Status SqliteStore::write_bodies_and_meta(const Batch& batch) {
  for (const NewBody& body : batch.bodies) {
    insert_body_.bind(1, body.sha256.view());
    insert_body_.bind(2, body.bytes);
    TRY_VOID(insert_body_.run());
  }
  for (const NewMeta& meta : batch.meta) {
    if (meta.value.empty()) {
      delete_meta_.bind(1, meta.key);
      TRY_VOID(delete_meta_.run());
      continue;
    }
    const Hash sum = log::sha256(meta.value);
    replace_meta_.bind(1, meta.key);
    replace_meta_.bind(2, meta.value);
    replace_meta_.bind(3, sum.view());
    TRY_VOID(replace_meta_.run());
  }
  return {};
}

Result<LogId> SqliteStore::add_log(std::string_view origin) {
  TRY_VOID(check_origin(origin));
  for (std::size_t i = 0; i < logs_.size(); ++i) {
    if (logs_[i].origin == origin) return LogId{static_cast<std::uint16_t>(i)};
  }
  // An empty log says nothing: it may be begun during a recovery.
  if (const auto poisoned = this->poisoned()) return std::unexpected(*poisoned);
  if (logs_.size() == kLogsMax) {
    return fail(ErrorCode::kTooLarge, fmt::format("a store has at most {} logs", kLogsMax), "origin");
  }
  const LogId log{static_cast<std::uint16_t>(logs_.size())};
  insert_log_.bind(1, std::int64_t{log.number});
  insert_log_.bind(2, origin);
  if (const Status written = insert_log_.run(); !written) {
    poison(written.error());
    return std::unexpected(written.error());
  }
  logs_.push_back({std::string(origin), GrowingTree()});
  const std::lock_guard guard(mutex_);
  origins_.emplace_back(origin);
  committed_.push_back(Head{.log = log, .root = log::empty_root()});
  published_.push_back(Head{.log = log, .root = log::empty_root()});
  floors_.push_back(Floor{0, log::empty_root()});
  return log;
}

Status SqliteStore::destroy_body(const Hash& sha256) {
  TRY_VOID(ready_to_write());
  delete_body_.bind(1, sha256.view());
  const Status done = delete_body_.run();
  if (!done) poison(done.error());
  return done;
}

Status SqliteStore::write_high_water(const std::vector<Head>& heads) {
  std::vector<HighWater> marks;
  {
    const std::lock_guard guard(mutex_);
    for (const Head& head : heads) marks.push_back({origins_[head.log.number], {head.size, head.root}});
  }
  const std::string text = format_high_water(marks);
  const ByteView parts[] = {tansiq::as_bytes(text)};
  return files_.replace(options_.folder + "/" + kHighWaterName, parts);
}

Status SqliteStore::publish() {
  const std::lock_guard one(publishing_);
  TRY_VOID(ready_to_write());
  std::vector<Head> heads;
  {
    const std::lock_guard guard(mutex_);
    const bool same = std::ranges::equal(committed_, published_, {}, &Head::size, &Head::size);
    if (same) return {};
    heads = committed_;
  }
  if (const Status written = write_high_water(heads); !written) {
    poison(written.error());
    return written;
  }
  const std::lock_guard guard(mutex_);
  for (std::size_t i = 0; i < heads.size(); ++i) {
    floors_[i] = {heads[i].size, heads[i].root};
    published_[i] = std::move(heads[i]);
  }
  return {};
}

Head SqliteStore::published(LogId log) const {
  const std::lock_guard guard(mutex_);
  EXPECT_INVARIANT(log.number < published_.size());
  return published_[log.number];
}

Result<std::unique_ptr<LogReader>> SqliteStore::open_reader() {
  return TRY(SqliteReader::open(options_.folder, files_));
}

Status SqliteStore::put_snapshot(std::uint64_t next_seq, const Hash& state_hash, ByteView bytes) {
  {
    const std::lock_guard guard(mutex_);
    if (next_seq > committed_seq_) {
      return fail(ErrorCode::kInvalid,
                  fmt::format("a snapshot of {} entries, but only {} are durable", next_seq, committed_seq_),
                  "next_seq");
    }
  }
  const std::lock_guard one(snapshotting_);
  return write_snapshot(files_, options_.folder, next_seq, state_hash, bytes);
}

Result<std::optional<Snapshot>> SqliteStore::latest_snapshot() {
  std::uint64_t seq = 0;
  {
    const std::lock_guard guard(mutex_);
    seq = committed_seq_;
  }
  const std::lock_guard one(snapshotting_);
  return read_latest_snapshot(files_, options_.folder, seq);
}

Result<std::optional<Snapshot>> SqliteStore::snapshot_up_to(std::uint64_t end_seq) {
  const std::lock_guard one(snapshotting_);
  return read_latest_snapshot(files_, options_.folder, end_seq);
}

std::optional<Error> SqliteStore::poisoned() const {
  const std::lock_guard guard(mutex_);
  return poisoned_;
}

std::optional<Recovery> SqliteStore::recovering() const {
  const std::lock_guard guard(mutex_);
  return recovering_;
}

Status SqliteStore::raise_floor(LogId log, const Floor& floor) {
  const std::lock_guard one(publishing_);
  std::vector<HighWater> marks;
  std::uint64_t size = 0;
  {
    const std::lock_guard guard(mutex_);
    if (log.number >= floors_.size()) return fail(ErrorCode::kNotFound, fmt::format("there is no log {}", log.number));
    size = committed_[log.number].size;
    for (std::size_t i = 0; i < floors_.size(); ++i) marks.push_back({origins_[i], floors_[i]});
  }
  std::optional<Hash> root;
  if (floor.size <= size) {
    const auto reader = TRY(SqliteReader::open(options_.folder, files_));
    root = TRY(reader->root_at(log, floor.size));
  }
  auto reason = why_not_sign(floor, size, root);
  if (!reason) return {};  // What a peer holds is a prefix of this log.
  // Writing stops before anything else can happen; the file makes it so after a restart too.
  {
    const std::lock_guard guard(mutex_);
    if (!recovering_) recovering_ = Recovery{log, floor, size, std::move(*reason)};
    // A larger mark that this database does not reach begins the next recovery as well. One that it fulfils does not,
    // and hides that something else had been signed below it.
    const Floor& known = floors_[log.number];
    if (floor.size < known.size && known.size > size) return {};
    floors_[log.number] = floor;
  }
  marks[log.number].floor = floor;
  const std::string text = format_high_water(marks);
  const ByteView parts[] = {tansiq::as_bytes(text)};
  return files_.replace(options_.folder + "/" + kHighWaterName, parts);
}

void SqliteStore::begin_recovery(std::string reason) {
  const std::lock_guard guard(mutex_);
  if (!recovering_) recovering_ = Recovery{kMainLog, {0, log::empty_root()}, committed_[0].size, std::move(reason)};
}

Floor SqliteStore::floor(LogId log) const {
  const std::lock_guard guard(mutex_);
  EXPECT_INVARIANT(log.number < floors_.size());
  return floors_[log.number];
}

Status SqliteStore::check_recovered(std::span<const RecoveredEntry> entries, std::span<const LogId> given_up) const {
  if (entries.size() > kRecoveredEntriesMax) {
    return fail(ErrorCode::kTooLarge, fmt::format("{} entries came back, at most {} can; restore a newer backup",
                                                  entries.size(), kRecoveredEntriesMax));
  }
  std::vector<std::uint64_t> sizes;
  for (const OpenLog& log : logs_) sizes.push_back(log.tree.size());
  std::uint64_t next = next_seq_;
  std::size_t bytes = 0;
  for (const RecoveredEntry& entry : entries) {
    bytes += entry.bytes.size();
    if (entry.log.number >= sizes.size() || entry.bytes.empty() || entry.bytes.size() > kEntryBytesMax ||
        entry.seq < next || entry.seq > kIndexMax) {
      return fail(ErrorCode::kInvalid, "an entry that came back has no log, no size or no number",
                  fmt::format("seq {}", entry.seq));
    }
    next = entry.seq + 1;
    ++sizes[entry.log.number];
  }
  if (bytes > kRecoveredBytesMax) {
    return fail(ErrorCode::kTooLarge,
                fmt::format("{} bytes came back, at most {} can; restore a newer backup", bytes, kRecoveredBytesMax));
  }
  const std::lock_guard guard(mutex_);
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    const LogId log{static_cast<std::uint16_t>(i)};
    if (sizes[i] >= floors_[i].size || std::ranges::find(given_up, log) != given_up.end()) continue;
    return fail(ErrorCode::kWrongState,
                fmt::format("{} entries had been published, {} would be held", floors_[i].size, sizes[i]), origins_[i]);
  }
  return {};
}

Status SqliteStore::write_recovered(std::span<const RecoveredEntry> entries, Appended& done) {
  // No `Transaction`, as in `write_batch`.
  TRY_VOID(begin_.run());
  touched_.assign(logs_.size(), false);
  std::uint64_t next = next_seq_;
  for (const RecoveredEntry& entry : entries) {
    if (entry.seq != next) {
      TRY_VOID(flush_segment());
      TRY_VOID(insert_run(next, kGap, 0));
      last_log_ = LogId{kGap};
    }
    TRY_VOID(write_entry(entry.log, entry.seq, entry.bytes));
    next = entry.seq + 1;
  }
  TRY_VOID(end_entries(done));
  return commit_.run();
}

Status SqliteStore::recover(std::span<const RecoveredEntry> entries, std::span<const LogId> given_up) {
  const std::lock_guard one(publishing_);
  if (const auto poisoned = this->poisoned()) return std::unexpected(*poisoned);
  if (!recovering())
    return fail(ErrorCode::kWrongState, "this store is not recovering", database_path(options_.folder));
  TRY_VOID(check_recovered(entries, given_up));
  {
    // One of the lost history could pass for one of this.
    const std::lock_guard snapshots(snapshotting_);
    TRY_VOID(remove_snapshots(files_, options_.folder));
  }
  Appended done{.first_seq = next_seq_, .next_seq = entries.empty() ? next_seq_ : entries.back().seq + 1, .heads = {}};
  if (!entries.empty()) {
    if (const Status written = write_recovered(entries, done); !written) {
      poison(written.error());
      return written;
    }
  }
  next_seq_ = done.next_seq;
  const auto reader = TRY(SqliteReader::open(options_.folder, files_));
  std::vector<Floor> floors;
  {
    const std::lock_guard guard(mutex_);
    for (const Head& head : done.heads) committed_[head.log.number] = head;
    committed_seq_ = next_seq_;
    for (const LogId log : given_up) {
      floors_[log.number] = {committed_[log.number].size, committed_[log.number].root};
    }
    floors = floors_;
  }
  for (std::size_t i = 0; i < floors.size(); ++i) {
    const LogId log{static_cast<std::uint16_t>(i)};
    const Hash root = TRY(reader->root_at(log, floors[i].size));
    if (root == floors[i].root) continue;
    return fail(ErrorCode::kWrongState, *why_not_sign(floors[i], floors[i].size, root), logs_[i].origin);
  }
  // Marks that have come down must be so on the disk before anybody forgets that this was a recovery: found again they
  // would begin another one, and nobody would be left who has answered for what is given up.
  if (const Status written = write_high_water(committed_); !written) {
    poison(written.error());
    return written;
  }
  const std::lock_guard guard(mutex_);
  for (std::size_t i = 0; i < floors_.size(); ++i) floors_[i] = {committed_[i].size, committed_[i].root};
  recovering_.reset();
  return {};
}

}  // namespace tansiq::store
