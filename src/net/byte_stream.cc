#include "net/byte_stream.h"

#include <sys/socket.h>

#include <cerrno>
#include <system_error>

namespace tansiq::net {
namespace {

class TcpStream final : public ByteStream {
 public:
  explicit TcpStream(int socket) : socket_(socket) {}

  IoResult read_some(std::span<char> into) override {
    for (;;) {
      const ssize_t got = ::recv(socket_, into.data(), into.size(), 0);
      if (got > 0) return {IoState::kOk, static_cast<std::size_t>(got)};
      if (got == 0) return {IoState::kEof, 0};
      if (errno == EINTR) continue;
      return stopped(IoState::kWantRead);
    }
  }

  IoResult write_some(std::string_view bytes) override {
    for (;;) {
      const ssize_t put = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (put >= 0) return {IoState::kOk, static_cast<std::size_t>(put)};
      if (errno == EINTR) continue;
      return stopped(IoState::kWantWrite);
    }
  }

  void finish() override { ::shutdown(socket_, SHUT_WR); }
  bool short_read_drains() const override { return true; }
  std::string failure() const override { return error_ == 0 ? "" : std::generic_category().message(error_); }

 private:
  IoResult stopped(IoState want) {
    if (errno == EAGAIN || errno == EWOULDBLOCK) return {want, 0};
    error_ = errno;
    return {IoState::kFailed, 0};
  }

  int socket_;
  int error_ = 0;
};

}  // namespace

std::unique_ptr<ByteStream> make_tcp_stream(int socket) { return std::make_unique<TcpStream>(socket); }

}  // namespace tansiq::net
