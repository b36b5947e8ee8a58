#include "store/sqlite.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <cstring>

#include "base/invariant.h"

namespace tansiq::store {
namespace {

/// How long a connection waits for another's lock. The writer is alone by its lock file, so only the short moments of
/// opening, recovery and closing are waited for.
constexpr int kBusyTimeoutMs = 5'000;

struct Advice {
  ErrorCode code;
  const char* what;
  const char* remedy;
};

Advice advice(int code) {
  switch (code & 0xFF) {
    case SQLITE_FULL:
      return {ErrorCode::kIo, "the disk is full", "free space on this file system, then start again"};
    case SQLITE_READONLY:
      return {ErrorCode::kIo, "the file or disk is read-only", "make the data directory writable, then start again"};
    case SQLITE_IOERR:
      return {ErrorCode::kIo, "the operating system reported an input/output error",
              "check the disk and the system's log, then start again"};
    case SQLITE_CANTOPEN:
      return {ErrorCode::kIo, "the file cannot be opened", "check that it exists and that its permissions allow it"};
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return {ErrorCode::kIo, "permission denied", "check the owner and permissions of the data directory"};
    case SQLITE_CORRUPT:
      return {ErrorCode::kCorrupt, "the database is damaged", "restore a backup; keep the damaged file for inspection"};
    case SQLITE_NOTADB:
      return {ErrorCode::kCorrupt, "the file is not a database of this program",
              "check the path; if the file was damaged, restore a backup"};
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {ErrorCode::kUnavailable, "another process holds the database", "stop the other process, then try again"};
    case SQLITE_NOMEM:
      return {ErrorCode::kOverloaded, "out of memory", "give the process more memory"};
    default:
      return {ErrorCode::kInternal, "SQLite refused", "this is a defect in the program"};
  }
}

/// In one line: statements stand on several in the source.
std::string one_line(std::string_view doing) {
  std::string out;
  for (const char c : doing) {
    const bool space = c == ' ' || c == '\n';
    if (!space) out += c;
    if (space && !out.empty() && out.back() != ' ') out += ' ';
  }
  while (out.ends_with(' ')) out.pop_back();
  return out;
}

}  // namespace

Error sqlite_error(int code, std::string_view doing, std::string_view detail, const std::string& path) {
  const Advice known = advice(code);
  return Error{known.code,
               fmt::format("{}; {} (SQLite {}: {}, at: {})", known.what, known.remedy, code, detail, one_line(doing)),
               path};
}

void Statement::Finalize::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }

Error Statement::error(int code) const {
  return sqlite_error(code, sqlite3_sql(statement_.get()), sqlite3_errmsg(sqlite3_db_handle(statement_.get())), *path_);
}

// Binding fails only for a wrong parameter number or during a running statement: programming errors.
void Statement::bind(int parameter, std::int64_t value) {
  EXPECT_INVARIANT(sqlite3_bind_int64(statement_.get(), parameter, value) == SQLITE_OK);
}

void Statement::bind(int parameter, ByteView bytes) {
  // An empty view may hold a null pointer, which SQLite would take for NULL.
  static constexpr char kEmpty = 0;
  const void* data = bytes.empty() ? static_cast<const void*>(&kEmpty) : bytes.data();
  EXPECT_INVARIANT(sqlite3_bind_blob64(statement_.get(), parameter, data, bytes.size(), nullptr) == SQLITE_OK);
}

void Statement::bind(int parameter, std::string_view text) {
  const char* data = text.empty() ? "" : text.data();
  EXPECT_INVARIANT(sqlite3_bind_text64(statement_.get(), parameter, data, text.size(), nullptr, SQLITE_UTF8) ==
                   SQLITE_OK);
}

Result<bool> Statement::step() {
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  Error failure = error(sqlite3_extended_errcode(sqlite3_db_handle(statement_.get())));
  sqlite3_reset(statement_.get());
  return std::unexpected(std::move(failure));
}

Status Statement::run() {
  const Result<bool> row = step();
  reset();
  if (!row) return std::unexpected(row.error());
  return {};
}

void Statement::reset() { sqlite3_reset(statement_.get()); }

std::int64_t Statement::integer(int column) const { return sqlite3_column_int64(statement_.get(), column); }

ByteView Statement::blob(int column) const {
  const auto* data = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_.get(), column));
  const int size = sqlite3_column_bytes(statement_.get(), column);
  return data == nullptr ? ByteView{} : ByteView{data, static_cast<std::size_t>(size)};
}

std::string_view Statement::text(int column) const { return as_text(blob(column)); }

void Connection::Close::operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }

Result<Connection> Connection::open(const std::string& path, OpenMode mode, const std::string& vfs) {
  int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  std::string name = path;
  switch (mode) {
    case OpenMode::kReadOnly:
      flags |= SQLITE_OPEN_READONLY;
      break;
    case OpenMode::kReadWrite:
      flags |= SQLITE_OPEN_READWRITE;
      break;
    case OpenMode::kCreate:
      flags |= SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
      break;
    case OpenMode::kImmutable: {
      flags |= SQLITE_OPEN_READONLY | SQLITE_OPEN_URI;
      std::string escaped;
      for (const char c : path) {
        if (c == '?' || c == '#' || c == '%') {
          escaped += fmt::format("%{:02X}", static_cast<unsigned>(c));
        } else {
          escaped += c;
        }
      }
      name = "file:" + escaped + "?immutable=1";
      break;
    }
  }
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(name.c_str(), &handle, flags, vfs.empty() ? nullptr : vfs.c_str());
  Connection connection(handle, path);
  if (code != SQLITE_OK) {
    return std::unexpected(
        sqlite_error(code, "opening the database", handle ? sqlite3_errmsg(handle) : sqlite3_errstr(code), path));
  }
  sqlite3_busy_timeout(handle, kBusyTimeoutMs);
  return connection;
}

Status Connection::exec(const char* sql) {
  const int code = sqlite3_exec(handle(), sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return std::unexpected(sqlite_error(code, sql, sqlite3_errmsg(handle()), path()));
  return {};
}

Result<Statement> Connection::prepare(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(handle(), sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT,
                                      &statement, nullptr);
  if (code != SQLITE_OK) return std::unexpected(sqlite_error(code, sql, sqlite3_errmsg(handle()), path()));
  return Statement(statement, path_.get());
}

Result<std::int64_t> Connection::integer(std::string_view sql) {
  Statement statement = TRY(prepare(sql));
  if (!TRY(statement.step())) return fail(ErrorCode::kCorrupt, fmt::format("no row for {}", sql), path());
  return statement.integer(0);
}

Result<std::string> Connection::text(std::string_view sql) {
  Statement statement = TRY(prepare(sql));
  if (!TRY(statement.step())) return fail(ErrorCode::kCorrupt, fmt::format("no row for {}", sql), path());
  return std::string(statement.text(0));
}

std::int64_t Connection::changes() const { return sqlite3_changes64(handle()); }

void Connection::leave_wal_at_close() { sqlite3_db_config(handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr); }

Result<Transaction> Transaction::begin(Connection& db, Kind kind) {
  TRY_VOID(db.exec(kind == Kind::kWrite ? "BEGIN IMMEDIATE" : "BEGIN"));
  return Transaction(&db);
}

Transaction::~Transaction() {
  // Rolling back fails only when the transaction is over already, after an error that its owner has seen.
  if (db_ != nullptr && sqlite3_get_autocommit(db_->handle()) == 0) (void)db_->exec("ROLLBACK");
}

Status Transaction::commit() {
  Status done = db_->exec("COMMIT");
  if (done) db_ = nullptr;
  return done;
}

}  // namespace tansiq::store
