#include "net/body_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace tansiq::net {
namespace {

class BodyFile final : public BodySource {
 public:
  BodyFile(int fd, std::uint64_t size) : fd_(fd), size_(size) {}
  ~BodyFile() override { ::close(fd_); }

  [[nodiscard]] std::uint64_t size() const override { return size_; }
  [[nodiscard]] std::size_t read(std::span<char> into) override {
    while (true) {
      const ::ssize_t got = ::read(fd_, into.data(), into.size());
      if (got >= 0) return static_cast<std::size_t>(got);
      if (errno != EINTR) return 0;
    }
  }

 private:
  const int fd_;
  const std::uint64_t size_;
};

std::unexpected<Error> failed(std::string_view what, const std::filesystem::path& path) {
  const int error = errno;
  return fail(error == ENOENT ? ErrorCode::kNotFound : ErrorCode::kIo,
              fmt::format("cannot {}: {}", what, std::strerror(error)), path.string());
}

}  // namespace

Result<std::shared_ptr<BodySource>> take_body_file(const std::filesystem::path& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return failed("open", path);
  struct stat status{};
  const bool known = ::fstat(fd, &status) == 0;
  auto body = std::make_shared<BodyFile>(fd, known ? static_cast<std::uint64_t>(status.st_size) : 0);
  if (!known) return failed("examine", path);
  if (::unlink(path.c_str()) != 0) return failed("remove", path);
  return body;
}

}  // namespace tansiq::net
