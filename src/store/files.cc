#include "store/files.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace tansiq::store {
namespace {

/// Bytes written between two syncs of one large file.
constexpr std::size_t kSyncEveryBytes = 1U << 20;

const char* remedy(int code) {
  switch (code) {
    case ENOSPC:
    case EDQUOT:
      return "free space on this file system";
    case EROFS:
      return "the file system is read-only: make it writable";
    case EACCES:
    case EPERM:
      return "check the owner and permissions";
    case ENOENT:
      return "check that the folder exists";
    default:
      return "check the disk and the system's log";
  }
}

std::unexpected<Error> io_error(std::string_view doing, const std::string& path) {
  const int code = errno;
  return fail(ErrorCode::kIo, fmt::format("{}: {}; {}", doing, std::strerror(code), remedy(code)), path);
}

/// A file descriptor that closes itself.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  [[nodiscard]] int get() const { return fd_; }
  [[nodiscard]] bool ok() const { return fd_ >= 0; }

 private:
  int fd_;
};

Status write_all(int fd, ByteView bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      return io_error("writing", path);
    }
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return {};
}

std::string parent_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

class FlockedFile final : public FileLock {
 public:
  explicit FlockedFile(Descriptor file) : file_(std::move(file)) {}

 private:
  Descriptor file_;
};

class SystemFiles final : public Files {
 public:
  Result<std::optional<Bytes>> read(const std::string& path) override {
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file.ok()) {
      if (errno == ENOENT) return std::nullopt;
      return io_error("opening", path);
    }
    struct stat info{};
    if (::fstat(file.get(), &info) != 0) return io_error("reading the size", path);
    Bytes bytes(static_cast<std::size_t>(info.st_size));
    std::size_t done = 0;
    while (done < bytes.size()) {
      const ssize_t got = ::read(file.get(), bytes.data() + done, bytes.size() - done);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return io_error("reading", path);
      if (got == 0) return fail(ErrorCode::kIo, "the file became shorter while it was read", path);
      done += static_cast<std::size_t>(got);
    }
    return bytes;
  }

  Result<bool> exists(const std::string& path) override {
    struct stat info{};
    if (::stat(path.c_str(), &info) == 0) return true;
    if (errno == ENOENT) return false;
    return io_error("looking for", path);
  }

  Status replace(const std::string& path, std::span<const ByteView> parts) override {
    const std::string temporary = path + ".tmp";
    {
      const Descriptor file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
      if (!file.ok()) return io_error("creating", temporary);
      for (ByteView part : parts) {
        while (part.size() > kSyncEveryBytes) {
          TRY_VOID(write_all(file.get(), part.first(kSyncEveryBytes), temporary));
          if (::fdatasync(file.get()) != 0) return io_error("syncing", temporary);
          part = part.subspan(kSyncEveryBytes);
        }
        TRY_VOID(write_all(file.get(), part, temporary));
      }
      if (::fsync(file.get()) != 0) return io_error("syncing", temporary);
    }
    if (::rename(temporary.c_str(), path.c_str()) != 0) return io_error("renaming into place", path);
    return sync_folder(parent_of(path));
  }

  Status remove(const std::string& path) override {
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) return io_error("removing", path);
    return {};
  }

  Result<std::vector<std::string>> list(const std::string& folder) override {
    DIR* open = ::opendir(folder.c_str());
    if (open == nullptr) return io_error("listing", folder);
    std::vector<std::string> names;
    while (const dirent* entry = ::readdir(open)) {
      const std::string_view name = entry->d_name;
      if (name != "." && name != "..") names.emplace_back(name);
    }
    ::closedir(open);
    std::ranges::sort(names);
    return names;
  }

  Status make_folder(const std::string& folder) override {
    if (::mkdir(folder.c_str(), 0700) == 0) return sync_folder(parent_of(folder));
    if (errno == EEXIST) return {};
    return io_error("creating the folder", folder);
  }

  Status sync_folder(const std::string& folder) override {
    const Descriptor open(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!open.ok()) return io_error("opening the folder", folder);
    if (::fsync(open.get()) != 0) return io_error("syncing the folder", folder);
    return {};
  }

  Result<std::unique_ptr<FileLock>> lock(const std::string& path) override {
    Descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (!file.ok()) return io_error("opening the lock file", path);
    if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
      if (errno != EWOULDBLOCK) return io_error("locking", path);
      char holder[32] = {};
      const ssize_t got = ::pread(file.get(), holder, sizeof holder - 1, 0);
      const std::string_view pid(holder, got > 0 ? static_cast<std::size_t>(got) : 0);
      return fail(ErrorCode::kUnavailable,
                  fmt::format("process {} has this store open for writing; stop it first",
                              pid.empty() ? std::string_view("(unknown)") : pid.substr(0, pid.find('\n'))),
                  path);
    }
    // The process id is for people only, the lock is what counts: a failure to write it is no failure to lock.
    const std::string pid = fmt::format("{}\n", ::getpid());
    if (::ftruncate(file.get(), 0) == 0) {
      [[maybe_unused]] const ssize_t written = ::pwrite(file.get(), pid.data(), pid.size(), 0);
    }
    return std::make_unique<FlockedFile>(std::move(file));
  }

  const std::string& vfs() const override { return vfs_; }

 private:
  std::string vfs_;
};

}  // namespace

Files& system_files() {
  static SystemFiles files;
  return files;
}

}  // namespace tansiq::store
