// A thin layer over SQLite: connections, cached statements and transactions that close themselves, and errors that a
// person can act on. Knows nothing about logs.
//
//   auto db = TRY(Connection::open(path, OpenMode::kCreate));
//   auto insert = TRY(db.prepare("INSERT INTO t(id, data) VALUES(?1, ?2)"));
//   auto transaction = TRY(Transaction::begin(db));
//   insert.bind(1, id);
//   insert.bind(2, bytes);
//   TRY_VOID(insert.run());
//   TRY_VOID(transaction.commit());        // without it, the destructor rolls back
//
// A connection and its statements belong to one thread at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace tansiq::store {

/// The error for SQLite result `code` about the database file `path`. `doing` says what was attempted.
/// Full or read-only disks and I/O errors are `kIo`; damaged pages and files that are no database are `kCorrupt`;
/// a lock held by another is `kUnavailable`. Each message says what to do.
[[nodiscard]] Error sqlite_error(int code, std::string_view doing, std::string_view detail, const std::string& path);

/// A prepared statement. Parameters and columns are numbered as in SQLite: from 1 and from 0.
class Statement {
 public:
  Statement() = default;

  void bind(int parameter, std::int64_t value);
  /// Binds a view: it must stay valid until `run`, `reset` or the end of the rows.
  void bind(int parameter, ByteView bytes);
  void bind(int parameter, std::string_view text);

  /// True when there is a row, false at the end.
  [[nodiscard]] Result<bool> step();
  /// Runs to the end and resets. For statements that return no rows.
  [[nodiscard]] Status run();
  /// Ends the reading; without it a read transaction stays open.
  void reset();

  [[nodiscard]] std::int64_t integer(int column) const;
  /// Valid until the next step or reset.
  [[nodiscard]] ByteView blob(int column) const;
  [[nodiscard]] std::string_view text(int column) const;

 private:
  friend class Connection;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  Statement(sqlite3_stmt* statement, const std::string* path) : statement_(statement), path_(path) {}
  [[nodiscard]] Error error(int code) const;

  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
  const std::string* path_ = nullptr;
};

/// Resets a statement at the end of a scope, so that every way out closes the read transaction.
class ResetAtEnd {
 public:
  explicit ResetAtEnd(Statement& statement) : statement_(statement) {}
  ResetAtEnd(const ResetAtEnd&) = delete;
  ResetAtEnd& operator=(const ResetAtEnd&) = delete;
  ~ResetAtEnd() { statement_.reset(); }

 private:
  Statement& statement_;
};

enum class OpenMode : std::uint8_t {
  kReadOnly,
  kReadWrite,
  kCreate,     ///< Read and write; made when absent.
  kImmutable,  ///< Read only, and nobody else has it open: for media that cannot be written.
};

/// A connection to one database file.
class Connection {
 public:
  /// `vfs` names a registered SQLite VFS; empty is the operating system's.
  [[nodiscard]] static Result<Connection> open(const std::string& path, OpenMode mode, const std::string& vfs = {});

  Connection(Connection&&) noexcept = default;
  Connection& operator=(Connection&&) noexcept = default;

  /// Runs one or more statements; rows are dropped.
  [[nodiscard]] Status exec(const char* sql);
  /// Prepares a statement that is kept and run many times. Must not outlive the connection.
  [[nodiscard]] Result<Statement> prepare(std::string_view sql);
  /// The first column of the first row of a statement that must have one.
  [[nodiscard]] Result<std::int64_t> integer(std::string_view sql);
  [[nodiscard]] Result<std::string> text(std::string_view sql);

  /// Rows changed by the last statement.
  [[nodiscard]] std::int64_t changes() const;
  [[nodiscard]] const std::string& path() const { return *path_; }
  [[nodiscard]] sqlite3* handle() const { return handle_.get(); }
  /// Leaves the write-ahead log alone when this connection closes: after a failure nothing more is written.
  void leave_wal_at_close();

 private:
  struct Close {
    void operator()(sqlite3* handle) const;
  };
  Connection(sqlite3* handle, const std::string& path) : path_(std::make_unique<std::string>(path)), handle_(handle) {}

  std::unique_ptr<std::string> path_;  // At a fixed address: statements point to it.
  std::unique_ptr<sqlite3, Close> handle_;
};

/// A transaction that rolls back unless committed.
class Transaction {
 public:
  /// `kWrite` takes the write lock at once; `kRead` fixes the moment that the following reads see.
  enum class Kind : std::uint8_t { kRead, kWrite };
  [[nodiscard]] static Result<Transaction> begin(Connection& db, Kind kind = Kind::kWrite);

  Transaction(Transaction&& other) noexcept : db_(std::exchange(other.db_, nullptr)) {}
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();

  /// Durable when this returns, as far as the connection's `synchronous` says. After an error the transaction is over.
  [[nodiscard]] Status commit();

 private:
  explicit Transaction(Connection* db) : db_(db) {}
  Connection* db_;
};

}  // namespace tansiq::store
