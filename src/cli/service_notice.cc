#include "cli/service_notice.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <system_error>

#include "base/logging.h"
#include "cli/context.h"

namespace tansiq::cli {

ServiceNotice ServiceNotice::from_environment() {
  constexpr const char* kVariable = "NOTIFY_SOCKET";
  ServiceNotice notice(environment(kVariable));
  ::unsetenv(kVariable);
  return notice;
}

void ServiceNotice::ready(std::string_view status) const {
  std::string line(status);
  for (char& c : line) {
    if (c == '\n') c = ' ';  // The next line would be another statement.
  }
  send(fmt::format("READY=1\nSTATUS={}\n", line));
}

void ServiceNotice::stopping() const { send("STOPPING=1\nSTATUS=stopping: a snapshot is being written\n"); }

void ServiceNotice::send(const std::string& message) const {
  if (address_.empty()) return;
  if (const Status sent = try_to_send(message); !sent) {
    log_warning("service.not_told", {{"message", sent.error().message}, {"where", sent.error().where}});
  }
}

Status ServiceNotice::try_to_send(std::string_view message) const {
  sockaddr_un to{};
  to.sun_family = AF_UNIX;
  if ((address_.front() != '/' && address_.front() != '@') || address_.size() >= sizeof to.sun_path) {
    return fail(ErrorCode::kInvalid, fmt::format("'{}' is no address of a local socket", address_), "NOTIFY_SOCKET");
  }
  std::memcpy(to.sun_path, address_.data(), address_.size());
  if (address_.front() == '@') to.sun_path[0] = '\0';
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address_.size());
  const int socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  ssize_t sent = -1;
  if (socket >= 0) {
    do {
      sent =
          ::sendto(socket, message.data(), message.size(), MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&to), size);
    } while (sent < 0 && errno == EINTR);
  }
  const int code = errno;
  if (socket >= 0) ::close(socket);
  if (sent == static_cast<ssize_t>(message.size())) return {};
  return fail(ErrorCode::kIo, std::generic_category().message(code), address_);
}

}  // namespace tansiq::cli
