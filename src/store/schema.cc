#include "store/schema.h"

#include <fmt/format.h>

#include <cstring>

namespace tansiq::store {
namespace {

constexpr const char* kTables = R"sql(
  CREATE TABLE log(id INTEGER PRIMARY KEY, origin TEXT NOT NULL UNIQUE, size INTEGER NOT NULL, edge BLOB NOT NULL,
                   checkpoint TEXT NOT NULL) STRICT;
  CREATE TABLE segment(id INTEGER PRIMARY KEY, first_seq INTEGER NOT NULL, hashes BLOB NOT NULL,
                       entries BLOB NOT NULL) STRICT;
  CREATE TABLE tile(id INTEGER PRIMARY KEY, hashes BLOB NOT NULL) STRICT;
  CREATE TABLE run(first_seq INTEGER PRIMARY KEY, log INTEGER NOT NULL, first_index INTEGER NOT NULL) STRICT;
  CREATE TABLE body(id INTEGER PRIMARY KEY, sha256 BLOB NOT NULL UNIQUE, bytes BLOB NOT NULL) STRICT;
  CREATE TABLE meta(key TEXT PRIMARY KEY, value BLOB NOT NULL, sum BLOB NOT NULL) STRICT, WITHOUT ROWID;
)sql";

/// SQLite checks cells before it uses them, so that a damaged page is an error and not a wrong answer. Foreign code in
/// the schema (views, triggers) is not trusted. Nothing spills to temporary files.
constexpr const char* kEveryConnection = R"sql(
  PRAGMA cell_size_check = ON;
  PRAGMA trusted_schema = OFF;
  PRAGMA temp_store = MEMORY;
  PRAGMA secure_delete = ON;
)sql";

/// Each commit is synced (FULL; fullfsync matters where the system call does not reach the platter). The write-ahead
/// log is moved into the database by the store, not inside somebody's commit.
constexpr const char* kWriterConnection = R"sql(
  PRAGMA synchronous = FULL;
  PRAGMA fullfsync = ON;
  PRAGMA checkpoint_fullfsync = ON;
  PRAGMA wal_autocheckpoint = 0;
  PRAGMA cache_size = -16384;
)sql";

Status check_identity(Connection& db) {
  if (TRY(db.integer("PRAGMA application_id")) != kApplicationId) {
    return fail(ErrorCode::kCorrupt, "this SQLite database is not a log of this program; check the path", db.path());
  }
  const std::int64_t version = TRY(db.integer("PRAGMA user_version"));
  if (version != kSchemaVersion) {
    return fail(ErrorCode::kUnsupported,
                fmt::format("the database has format {}, this program knows {}; use the program version that wrote it",
                            version, kSchemaVersion),
                db.path());
  }
  return {};
}

Status create_tables(Connection& db, Files& files, const std::string& folder) {
  TRY_VOID(db.exec("PRAGMA auto_vacuum = NONE"));
  TRY_VOID(db.exec("PRAGMA journal_mode = WAL"));
  auto transaction = TRY(Transaction::begin(db));
  TRY_VOID(db.exec(kTables));
  TRY_VOID(db.exec(
      fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {}", kApplicationId, kSchemaVersion).c_str()));
  TRY_VOID(transaction.commit());
  // SQLite syncs the folder for its journals, not for a new database.
  return files.sync_folder(folder);
}

}  // namespace

Result<std::vector<Hash>> hashes_from(ByteView bytes, std::size_t count, const std::string& where) {
  if (bytes.size() != count * sizeof(Hash)) {
    return fail(
        ErrorCode::kCorrupt,
        fmt::format("{} hashes need {} bytes, found {}; restore a backup", count, count * sizeof(Hash), bytes.size()),
        where);
  }
  std::vector<Hash> hashes(count);
  if (count != 0) std::memcpy(hashes.data(), bytes.data(), bytes.size());
  return hashes;
}

std::string database_path(const std::string& folder) { return folder + "/" + kDatabaseName; }

Result<Connection> open_for_writing(const std::string& folder, Files& files, bool create) {
  const std::string path = database_path(folder);
  const bool exists = TRY(files.exists(path));
  if (!exists && !create) return fail(ErrorCode::kNotFound, "there is no store here; `tansiq init` makes one", path);
  auto db = TRY(Connection::open(path, exists ? OpenMode::kReadWrite : OpenMode::kCreate, files.vfs()));
  TRY_VOID(db.exec(kEveryConnection));
  TRY_VOID(db.exec(kWriterConnection));
  // A crash during creation leaves an empty database, which is created again.
  if (create && TRY(db.integer("SELECT count(*) FROM sqlite_schema")) == 0) {
    TRY_VOID(create_tables(db, files, folder));
  }
  TRY_VOID(check_identity(db));
  const std::string mode = TRY(db.text("PRAGMA journal_mode"));
  if (mode != "wal") {
    return fail(ErrorCode::kIo, fmt::format("journal mode is {}, not wal: this file system cannot share memory", mode),
                path);
  }
  return db;
}

Result<Connection> open_for_reading(const std::string& folder, Files& files) {
  const std::string path = database_path(folder);
  if (!TRY(files.exists(path))) return fail(ErrorCode::kNotFound, "there is no store here", path);
  auto open = [&](OpenMode mode) -> Result<Connection> {
    auto db = TRY(Connection::open(path, mode, files.vfs()));
    TRY_VOID(db.exec(kEveryConnection));
    TRY_VOID(check_identity(db));
    return db;
  };
  auto db = open(OpenMode::kReadOnly);
  if (db || db.error().code != ErrorCode::kIo) return db;
  // On media that cannot be written SQLite cannot make its shared memory file. Without a write-ahead log there is
  // nothing to share.
  if (TRY(files.exists(path + "-wal"))) return db;
  auto immutable = open(OpenMode::kImmutable);
  return immutable ? std::move(immutable) : std::move(db);
}

}  // namespace tansiq::store
