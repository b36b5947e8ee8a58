// A log of a data directory as files of C2SP tlog-tiles: for `tansiq log verify DATADIR` and export.
//
// Opened read-only; works while a node runs. The checkpoint is the newest durable one at opening and stays the same, so
// that what a verifier asks for afterwards belongs to it. Nothing in the folder is written (SQLite may make its shared
// memory file).
#pragma once

#include <memory>
#include <string>

#include "log/source.h"
#include "store/files.h"
#include "store/sqlite_reader.h"

namespace tansiq::store {

class SqliteLogSource final : public log::LogSource {
 public:
  /// `files` must outlive it.
  [[nodiscard]] static Result<std::unique_ptr<SqliteLogSource>> open(const std::string& folder, LogId log = kMainLog,
                                                                     Files& files = system_files());

  Result<std::string> checkpoint() override;
  Result<Bytes> tile(unsigned level, std::uint64_t number, unsigned width) override;
  Result<Bytes> entries(std::uint64_t number, unsigned width) override;
  std::string name() const override { return name_; }

 private:
  SqliteLogSource(std::unique_ptr<SqliteReader> reader, LogId log, Head head, std::string name)
      : reader_(std::move(reader)), log_(log), head_(std::move(head)), name_(std::move(name)) {}

  std::unique_ptr<SqliteReader> reader_;
  LogId log_;
  Head head_;
  std::string name_;
};

}  // namespace tansiq::store
