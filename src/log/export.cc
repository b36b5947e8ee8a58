#include "log/export.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <set>
#include <system_error>

#include "log/checkpoint.h"

namespace tansiq::log {
namespace {

namespace fs = std::filesystem;

std::unexpected<Error> io_failure(const char* what, const fs::path& path) {
  return fail(ErrorCode::kIo, fmt::format("{}: {}", what, std::strerror(errno)), path.string());
}

Status sync_folder(const fs::path& folder) {
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return io_failure("cannot open folder", folder);
  const bool synced = ::fsync(fd) == 0;
  ::close(fd);
  if (!synced) return io_failure("cannot sync folder", folder);
  return {};
}

Status write_and_sync(int fd, ByteView bytes, const fs::path& path) {
  for (std::size_t done = 0; done < bytes.size();) {
    const auto count = ::write(fd, bytes.data() + done, bytes.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return io_failure("cannot write", path);
    done += static_cast<std::size_t>(count);
  }
  if (::fsync(fd) != 0) return io_failure("cannot sync", path);
  return {};
}

// Write, sync, rename; the folder is left to be synced.
Status replace_file(const fs::path& path, ByteView bytes) {
  const fs::path temporary = path.string() + ".new";
  const int fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd < 0) return io_failure("cannot create", temporary);
  const Status written = write_and_sync(fd, bytes, temporary);
  ::close(fd);
  if (!written) {
    ::unlink(temporary.c_str());
    return written;
  }
  if (::rename(temporary.c_str(), path.c_str()) != 0) return io_failure("cannot rename", temporary);
  return {};
}

Status make_folders(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) return fail(ErrorCode::kIo, fmt::format("cannot make folder: {}", error.message()), folder.string());
  return {};
}

// The checkpoint that stands in the folder may only be replaced by a later one of the same log.
Status check_replaceable(const fs::path& folder, const Checkpoint& next) {
  DirectorySource there(folder);
  const auto raw = there.checkpoint();
  if (!raw) return raw.error().code == ErrorCode::kNotFound ? Status{} : std::unexpected(raw.error());
  const Note note = TRY(parse_note(*raw));
  const Checkpoint before = TRY(Checkpoint::parse(note.text));
  if (before.origin != next.origin) {
    return fail(ErrorCode::kConflict, fmt::format("folder holds the log `{}`, not `{}`", before.origin, next.origin),
                folder.string());
  }
  if (before.size > next.size) {
    return fail(ErrorCode::kConflict,
                fmt::format("folder holds {} entries; it is not taken back to {}", before.size, next.size),
                folder.string());
  }
  return {};
}

std::uint64_t files_of(std::uint64_t size) {
  std::uint64_t files = tiles_of_level(size, 0).count();
  for (unsigned level = 0; level < kTileLevelsMax; ++level) files += tiles_of_level(size, level).count();
  return files;
}

}  // namespace

Status write_file_atomically(const fs::path& path, ByteView bytes) {
  const fs::path folder = path.has_parent_path() ? path.parent_path() : ".";
  TRY_VOID(make_folders(folder));
  TRY_VOID(replace_file(path, bytes));
  return sync_folder(folder);
}

Result<ExportResult> export_log(LogSource& source, const fs::path& folder, const ExportOptions& options) {
  const std::string raw = TRY(source.checkpoint());
  const Note note = TRY(parse_note(raw));
  const Checkpoint checkpoint = TRY(Checkpoint::parse(note.text));
  TRY_VOID(make_folders(folder));
  TRY_VOID(check_replaceable(folder, checkpoint));
  ExportResult result{checkpoint.size, 0, 0};
  const std::uint64_t total = files_of(checkpoint.size);
  std::set<fs::path> changed;  // one folder for each thousand tiles
  const auto copy_file = [&](const TileId& id) -> Status {
    const fs::path path = folder / id.path();
    std::error_code ignored;
    if (id.full() && fs::is_regular_file(path, ignored)) {
      ++result.kept;
    } else {
      const FetchedTile tile = TRY(fetch(source, id));
      TRY_VOID(make_folders(path.parent_path()));
      TRY_VOID(replace_file(path, tile.bytes));
      changed.insert(path.parent_path());
      ++result.written;
    }
    if (options.progress && (result.written + result.kept) % 64 == 0) {
      options.progress(result.written + result.kept, total);
    }
    return {};
  };
  TRY_VOID(for_each_tile(checkpoint.size, copy_file));
  // A new folder's own name must be durable too: sync every folder up to the export's root.
  std::set<fs::path> folders;
  for (fs::path path : changed) {
    for (; path != folder && path.has_relative_path(); path = path.parent_path()) folders.insert(path);
  }
  folders.insert(folder);
  for (const fs::path& path : folders) TRY_VOID(sync_folder(path));
  TRY_VOID(write_file_atomically(folder / "checkpoint", as_bytes(raw)));
  if (options.progress) options.progress(total, total);
  return result;
}

}  // namespace tansiq::log
