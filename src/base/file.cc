#include "base/file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace tansiq {
namespace {

class OpenFile {
 public:
  /// Does not wait for whoever would write to a pipe.
  explicit OpenFile(const std::filesystem::path& path) : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {}
  ~OpenFile() {
    if (fd_ >= 0) ::close(fd_);
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  [[nodiscard]] int fd() const { return fd_; }

 private:
  int fd_;
};

std::unexpected<Error> io_failure(const char* what, const std::filesystem::path& path) {
  const bool missing = errno == ENOENT || errno == ENOTDIR;
  return fail(missing ? ErrorCode::kNotFound : ErrorCode::kIo, fmt::format("{}: {}", what, std::strerror(errno)),
              path.string());
}

}  // namespace

Result<std::string> read_file(const std::filesystem::path& path, std::size_t bytes_max) {
  const OpenFile file(path);
  if (file.fd() < 0) return io_failure("cannot open", path);
  struct stat status{};
  if (::fstat(file.fd(), &status) != 0) return io_failure("cannot examine", path);
  if (!S_ISREG(status.st_mode)) return fail(ErrorCode::kNotFound, "not a file", path.string());
  const auto size = static_cast<std::size_t>(status.st_size);
  if (size > bytes_max) {
    return fail(ErrorCode::kTooLarge, fmt::format("file has {} bytes; at most {} belong there", size, bytes_max),
                path.string());
  }
  std::string bytes(size, '\0');
  for (std::size_t done = 0; done < size;) {
    const auto count = ::read(file.fd(), bytes.data() + done, size - done);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return io_failure("cannot read", path);
    if (count == 0) {
      bytes.resize(done);
      break;
    }
    done += static_cast<std::size_t>(count);
  }
  return bytes;
}

}  // namespace tansiq
