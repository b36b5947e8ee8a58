#include "store/backup.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "log/jcs.h"
#include "store/files.h"
#include "store/schema.h"
#include "store/sqlite_reader.h"

namespace tansiq::store {
namespace {

constexpr const char* kManifestName = "manifest";
constexpr const char* kRestoredName = "restored";
constexpr std::int64_t kManifestFormat = 1;

std::unexpected<Error> io_error(std::string_view doing, const std::string& path) {
  return fail(ErrorCode::kIo, fmt::format("{}: {}", doing, std::strerror(errno)), path);
}

/// Reads a file to its end, in pieces; `use` gets each. Returns name-less size and hash.
template <class Use>
Result<BackupFile> read_in_pieces(const std::string& path, const Use& use) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return io_error("opening", path);
  BackupFile file;
  log::Sha256 hash;
  std::vector<std::uint8_t> piece(1U << 20);
  Status done;
  while (done) {
    const ssize_t got = ::read(fd, piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) done = io_error("reading", path);
    if (got <= 0) break;
    const ByteView bytes(piece.data(), static_cast<std::size_t>(got));
    hash.update(bytes);
    file.bytes += bytes.size();
    done = use(bytes);
  }
  ::close(fd);
  if (!done) return std::unexpected(done.error());
  file.sha256 = hash.finish();
  return file;
}

/// Copies and syncs; the target must not exist.
Result<BackupFile> copy_file(const std::string& from, const std::string& to) {
  const int fd = ::open(to.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) return io_error("creating", to);
  auto file = read_in_pieces(from, [&](ByteView bytes) -> Status {
    while (!bytes.empty()) {
      const ssize_t written = ::write(fd, bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return io_error("writing", to);
      bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
    return {};
  });
  const bool synced = ::fsync(fd) == 0;
  ::close(fd);
  if (file && !synced) return io_error("syncing", to);
  return file;
}

Status copy_database(Connection& source, const std::string& to) {
  auto target = TRY(Connection::open(to, OpenMode::kCreate));
  TRY_VOID(target.exec("PRAGMA synchronous = FULL"));
  sqlite3_backup* copy = sqlite3_backup_init(target.handle(), "main", source.handle(), "main");
  if (copy == nullptr) {
    return std::unexpected(
        sqlite_error(sqlite3_errcode(target.handle()), "copying", sqlite3_errmsg(target.handle()), to));
  }
  // All pages in one read transaction: in steps, every commit between two of them would start the copy anew.
  (void)sqlite3_backup_step(copy, -1);
  const int code = sqlite3_backup_finish(copy);
  if (code != SQLITE_OK) {
    return std::unexpected(sqlite_error(code, "copying", sqlite3_errmsg(target.handle()), to));
  }
  return {};
}

Result<std::vector<BackupLog>> heads_of(const std::string& database) {
  auto db = TRY(Connection::open(database, OpenMode::kImmutable));
  auto reader = TRY(SqliteReader::over(std::move(db)));
  std::vector<BackupLog> heads;
  for (const LogInfo& log : TRY(reader->logs())) {
    const Head head = TRY(reader->head(log.id));
    TRY(reader->growing_tree(log.id));  // Checks the edge, the last tiles and the last entries.
    heads.push_back({log.origin, {head.size, head.root}});
  }
  return heads;
}

/// A member of a manifest's object, of the type that is asked for.
Result<std::string_view> text_of(const log::JcsValue& object, std::string_view name) {
  const log::JcsValue value = TRY(object.at(name));
  return value.string();
}
Result<std::uint64_t> count_of(const log::JcsValue& object, std::string_view name, std::int64_t min = 0,
                               std::int64_t max = log::kJcsIntegerMax) {
  const log::JcsValue value = TRY(object.at(name));
  return static_cast<std::uint64_t>(TRY(value.integer(min, max)));
}

Result<BackupFile> parse_file(const log::JcsValue& value) {
  TRY_VOID(value.only({"bytes", "name", "sha256"}));
  BackupFile file;
  file.name = TRY(text_of(value, "name"));
  file.bytes = TRY(count_of(value, "bytes"));
  const std::string_view hash = TRY(text_of(value, "sha256"));
  file.sha256 = TRY(Hash::from_hex(hash));
  return file;
}

Result<BackupLog> parse_log(const log::JcsValue& value) {
  TRY_VOID(value.only({"origin", "root", "size"}));
  BackupLog log;
  log.origin = TRY(text_of(value, "origin"));
  const std::string_view root = TRY(text_of(value, "root"));
  log.head.root = TRY(Hash::from_base64(root));
  log.head.size = TRY(count_of(value, "size"));
  return log;
}

Result<BackupManifest> parse_checked(std::string_view text) {
  const log::JcsDocument document = TRY(log::JcsDocument::parse(text));
  const log::JcsValue root = document.root();
  TRY_VOID(root.only({"files", "format", "logs"}));
  TRY(count_of(root, "format", kManifestFormat, kManifestFormat));
  BackupManifest manifest;
  const log::JcsValue files = TRY(root.at("files"));
  TRY_VOID(files.expect(log::JcsValue::Kind::kArray));
  for (std::size_t i = 0; i < files.size(); ++i) manifest.files.push_back(TRY(parse_file(files[i])));
  const log::JcsValue logs = TRY(root.at("logs"));
  TRY_VOID(logs.expect(log::JcsValue::Kind::kArray));
  for (std::size_t i = 0; i < logs.size(); ++i) manifest.logs.push_back(TRY(parse_log(logs[i])));
  return manifest;
}

}  // namespace

std::string format_manifest(const BackupManifest& manifest) {
  std::string text;
  log::JcsWriter writer(text);
  writer.begin_object().key("files").begin_array();
  for (const BackupFile& file : manifest.files) {
    writer.begin_object().key("bytes").integer(static_cast<std::int64_t>(file.bytes));
    writer.key("name").string(file.name).key("sha256").string(file.sha256.hex()).end_object();
  }
  writer.end_array().key("format").integer(kManifestFormat).key("logs").begin_array();
  for (const BackupLog& log : manifest.logs) {
    writer.begin_object().key("origin").string(log.origin).key("root").string(log.head.root.base64());
    writer.key("size").integer(static_cast<std::int64_t>(log.head.size)).end_object();
  }
  writer.end_array().end_object();
  return text + "\n";
}

Result<BackupManifest> parse_manifest(std::string_view text) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  auto manifest = parse_checked(text);
  if (!manifest) {
    return fail(ErrorCode::kCorrupt, "not a manifest of format 1: " + manifest.error().message, manifest.error().where);
  }
  return manifest;
}

Result<BackupManifest> backup(const std::string& folder, const std::string& target) {
  Files& files = system_files();
  if (TRY(files.exists(target))) {
    return fail(ErrorCode::kConflict, "this exists already; backups are never overwritten, choose a new name", target);
  }
  auto source = TRY(open_for_reading(folder, files));
  const std::string partial = target + ".partial";
  std::error_code removed;  // Of an attempt that was interrupted.
  std::filesystem::remove_all(partial, removed);
  TRY_VOID(files.make_folder(partial));
  const std::string database = database_path(partial);
  TRY_VOID(copy_database(source, database));

  BackupManifest manifest;
  manifest.logs = TRY(heads_of(database));
  BackupFile file = TRY(read_in_pieces(database, [](ByteView) { return Status{}; }));
  file.name = kDatabaseName;
  manifest.files.push_back(std::move(file));
  const std::string text = format_manifest(manifest);
  const ByteView parts[] = {as_bytes(text)};
  TRY_VOID(files.replace(partial + "/" + kManifestName, parts));

  if (::rename(partial.c_str(), target.c_str()) != 0) return io_error("renaming into place", target);
  const std::filesystem::path parent = std::filesystem::path(target).parent_path();
  TRY_VOID(files.sync_folder(parent.empty() ? "." : parent.string()));
  return manifest;
}

Result<BackupManifest> restore(const std::string& target, const std::string& folder) {
  Files& files = system_files();
  const std::string manifest_path = target + "/" + kManifestName;
  const auto text = TRY(files.read(manifest_path));
  if (!text) return fail(ErrorCode::kNotFound, "this is not a backup: it has no manifest", manifest_path);
  auto manifest = parse_manifest(as_text(*text));
  if (!manifest) return std::unexpected(inside(manifest.error(), manifest_path));
  if (manifest->files.size() != 1 || manifest->files[0].name != kDatabaseName) {
    return fail(ErrorCode::kCorrupt, fmt::format("it must name one file, {}", kDatabaseName), manifest_path);
  }

  TRY_VOID(files.make_folder(folder));
  const std::string database = database_path(folder);
  for (const char* suffix : {"", "-wal", "-shm"}) {
    if (TRY(files.exists(database + suffix))) {
      return fail(ErrorCode::kConflict,
                  "a store is here already, and restoring never overwrites; move its log.db files away, and leave "
                  "last-checkpoint where it is",
                  database + suffix);
    }
  }
  const std::string partial = database + ".partial";
  TRY_VOID(files.remove(partial));
  const BackupFile copied = TRY(copy_file(database_path(target), partial));
  const BackupFile& promised = manifest->files[0];
  if (copied.bytes != promised.bytes || copied.sha256 != promised.sha256) {
    TRY_VOID(files.remove(partial));
    return fail(
        ErrorCode::kCorrupt,
        fmt::format("the manifest promises {} bytes with SHA-256 {}, the file has {} with {}; use another backup",
                    promised.bytes, promised.sha256.hex(), copied.bytes, copied.sha256.hex()),
        database_path(target));
  }
  TRY(heads_of(partial));
  const ByteView parts[] = {*text};
  TRY_VOID(files.replace(folder + "/" + kRestoredName, parts));
  if (::rename(partial.c_str(), database.c_str()) != 0) return io_error("renaming into place", database);
  TRY_VOID(files.sync_folder(folder));
  return manifest;
}

}  // namespace tansiq::store
