#include "cli/service_notice.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstdlib>
#include <cstring>

#include "base/logging.h"
#include "base/temporary_folder.h"

namespace tansiq::cli {
namespace {

using ::testing::HasSubstr;

/// A service manager: takes datagrams at an address.
class Manager {
 public:
  explicit Manager(const std::string& address) : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0)) {
    sockaddr_un at{};
    at.sun_family = AF_UNIX;
    std::memcpy(at.sun_path, address.data(), address.size());
    if (at.sun_path[0] == '@') at.sun_path[0] = '\0';
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address.size());
    EXPECT_EQ(::bind(socket_, reinterpret_cast<const sockaddr*>(&at), size), 0) << std::strerror(errno);
  }
  ~Manager() { ::close(socket_); }
  Manager(const Manager&) = delete;
  Manager& operator=(const Manager&) = delete;

  /// What has come; empty when nothing has. A local datagram is there when its sender returns.
  std::string take() {
    std::array<char, 1'024> bytes{};
    const ssize_t n = ::recv(socket_, bytes.data(), bytes.size(), 0);
    return n <= 0 ? std::string() : std::string(bytes.data(), static_cast<std::size_t>(n));
  }

 private:
  int socket_;
};

std::string logged;  // NOLINT: a log sink has no state of its own
void keep_line(std::string_view line) { logged += line; }

TEST(ServiceNotice, SaysReadyAndStopping) {
  const TemporaryFolder folder;
  const std::string address = folder.file("notify");
  Manager manager(address);
  const ServiceNotice notice(address);
  notice.ready("us at http://127.0.0.1:7463");
  EXPECT_EQ(manager.take(), "READY=1\nSTATUS=us at http://127.0.0.1:7463\n");
  notice.stopping();
  EXPECT_THAT(manager.take(), HasSubstr("STOPPING=1\n"));
}

TEST(ServiceNotice, KnowsTheAbstractSpace) {
  const TemporaryFolder folder;  // For a name that nobody else has.
  const std::string address = "@" + folder.file("notify");
  Manager manager(address);
  ServiceNotice(address).stopping();
  EXPECT_THAT(manager.take(), HasSubstr("STOPPING=1\n"));
}

TEST(ServiceNotice, AStatusIsOneLine) {
  const TemporaryFolder folder;
  Manager manager(folder.file("notify"));
  ServiceNotice(folder.file("notify")).ready("a\nMAINPID=1");
  EXPECT_EQ(manager.take(), "READY=1\nSTATUS=a MAINPID=1\n");
}

TEST(ServiceNotice, TheEnvironmentSaysWhomToTellAndForgetsIt) {
  const TemporaryFolder folder;
  Manager manager(folder.file("notify"));
  ::setenv("NOTIFY_SOCKET", folder.file("notify").c_str(), 1);
  const ServiceNotice notice = ServiceNotice::from_environment();
  EXPECT_EQ(std::getenv("NOTIFY_SOCKET"), nullptr);
  notice.ready("");
  EXPECT_THAT(manager.take(), HasSubstr("READY=1\n"));
  ServiceNotice::from_environment().ready("");
  EXPECT_EQ(manager.take(), "");
}

TEST(ServiceNotice, AManagerThatIsGoneIsALineInTheLog) {
  const TemporaryFolder folder;
  set_log_sink(keep_line);
  logged.clear();
  ServiceNotice(folder.file("nobody")).ready("");
  EXPECT_THAT(logged, HasSubstr("\"event\":\"service.not_told\""));
  logged.clear();
  ServiceNotice("relative/path").ready("");
  EXPECT_THAT(logged, HasSubstr("is no address of a local socket"));
  logged.clear();
  ServiceNotice("").ready("");
  EXPECT_EQ(logged, "");
  set_log_sink(nullptr);
}

}  // namespace
}  // namespace tansiq::cli
