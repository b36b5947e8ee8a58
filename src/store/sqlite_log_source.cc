#include "store/sqlite_log_source.h"

namespace tansiq::store {

Result<std::unique_ptr<SqliteLogSource>> SqliteLogSource::open(const std::string& folder, LogId log, Files& files) {
  auto reader = TRY(SqliteReader::open(folder, files));
  Head head = TRY(reader->head(log));
  if (head.size == 0) return fail(ErrorCode::kNotFound, "the log has no entry yet, so no checkpoint", folder);
  return std::unique_ptr<SqliteLogSource>(
      new SqliteLogSource(std::move(reader), log, std::move(head), database_path(folder)));
}

Result<std::string> SqliteLogSource::checkpoint() { return head_.checkpoint; }

Result<Bytes> SqliteLogSource::tile(unsigned level, std::uint64_t number, unsigned width) {
  return reader_->tile(log_, level, number, width);
}

Result<Bytes> SqliteLogSource::entries(std::uint64_t number, unsigned width) {
  return reader_->bundle(log_, number, width);
}

}  // namespace tansiq::store
