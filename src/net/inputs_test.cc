// Inputs over real sockets of loopback: every kind, what breaks, and who floods.
#include "net/inputs.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <cstring>
#include <fstream>
#include <map>
#include <mutex>
#include <optional>

#include "net/net_testlib.h"

namespace tansiq::net {
namespace {

using ::testing::HasSubstr;

/// Keeps what it is told, by input and connection.
class Keeping final : public InputHandler {
 public:
  bool take(std::uint32_t input, std::uint16_t connection, InputEvent event, ByteView bytes) override {
    const std::scoped_lock lock(mutex_);
    if (event == InputEvent::kStream && full_) return false;
    std::string& text = said_[{input, connection}];
    switch (event) {
      case InputEvent::kDatagram:
        text += "[" + std::string(as_text(bytes)) + "]";
        break;
      case InputEvent::kStream:
        text += as_text(bytes);
        break;
      case InputEvent::kUp:
        text += "<up>";
        break;
      case InputEvent::kDown:
        text += "<down>";
    }
    return true;
  }
  [[nodiscard]] std::string said(std::uint32_t input = 0, std::uint16_t connection = 0) const {
    const std::scoped_lock lock(mutex_);
    const auto found = said_.find({input, connection});
    return found == said_.end() ? "" : found->second;
  }
  void set_full(bool full) {
    const std::scoped_lock lock(mutex_);
    full_ = full;
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::pair<std::uint32_t, std::uint16_t>, std::string> said_;
  bool full_ = false;
};

Endpoint loopback(EndpointKind kind, std::uint16_t port = 0) {
  return {.kind = kind, .host = "127.0.0.1", .port = port};
}

InputLimits quick() {
  InputLimits out;
  out.retry_ms_min = 2;
  out.retry_ms_max = 20;
  out.seed = 1;
  return out;
}

class Socket {
 public:
  explicit Socket(int type) : handle_(::socket(AF_INET, type | SOCK_CLOEXEC, 0)) {}
  ~Socket() {
    if (handle_ >= 0) ::close(handle_);
  }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  [[nodiscard]] int handle() const { return handle_; }

 private:
  int handle_;
};

sockaddr_in address_of(std::uint16_t port, const char* host = "127.0.0.1") {
  sockaddr_in out{};
  out.sin_family = AF_INET;
  out.sin_port = htons(port);
  inet_pton(AF_INET, host, &out.sin_addr);
  return out;
}

bool send_datagram(const Socket& socket, std::string_view text, const sockaddr_in& to) {
  return ::sendto(socket.handle(), text.data(), text.size(), 0, reinterpret_cast<const sockaddr*>(&to), sizeof(to)) ==
         static_cast<ssize_t>(text.size());
}

/// A port that nobody listens on, and a listener that can be put there and taken away.
class Host {
 public:
  Host() { listen(0); }
  ~Host() { hang_up(); }
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;

  void listen(std::uint16_t port) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int yes = 1;
    ::setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
    sockaddr_in at = address_of(port);
    ASSERT_EQ(::bind(listener_, reinterpret_cast<sockaddr*>(&at), sizeof(at)), 0);
    ASSERT_EQ(::listen(listener_, 8), 0);
    socklen_t size = sizeof(at);
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&at), &size);
    port_ = ntohs(at.sin_port);
  }
  void accept() {
    guest_ = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    ASSERT_GE(guest_, 0);
  }
  void send(std::string_view text) const {
    ASSERT_EQ(::send(guest_, text.data(), text.size(), MSG_NOSIGNAL), static_cast<ssize_t>(text.size()));
  }
  void cut() {
    if (guest_ >= 0) ::close(std::exchange(guest_, -1));
  }
  void hang_up() {
    cut();
    if (listener_ >= 0) ::close(std::exchange(listener_, -1));
  }
  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  int listener_ = -1;
  int guest_ = -1;
  std::uint16_t port_ = 0;
};

TEST(Inputs, DatagramsComeOneByOne) {
  Keeping keeping;
  Inputs inputs({loopback(EndpointKind::kUdp)}, keeping);
  ASSERT_TRUE(inputs.start());
  const Socket socket(SOCK_DGRAM);
  const sockaddr_in to = address_of(inputs.port(0));
  ASSERT_TRUE(send_datagram(socket, "one", to));
  ASSERT_TRUE(send_datagram(socket, "", to));
  ASSERT_TRUE(send_datagram(socket, "two", to));
  EXPECT_TRUE(eventually([&] { return keeping.said() == "<up>[one][][two]"; })) << keeping.said();
  const InputStatus status = inputs.status(0);
  EXPECT_EQ(status.state, InputState::kUp);
  EXPECT_EQ(status.pieces, 3U);
  EXPECT_EQ(status.bytes, 6U);
  inputs.stop();
  EXPECT_EQ(keeping.said(), "<up>[one][][two]<down>");
  EXPECT_EQ(inputs.status(0).state, InputState::kStopped);
}

TEST(Inputs, TheLongestDatagramIsWhole) {
  Keeping keeping;
  Inputs inputs({loopback(EndpointKind::kUdp)}, keeping);
  ASSERT_TRUE(inputs.start());
  const Socket socket(SOCK_DGRAM);
  const std::string longest(65'507, 'x');
  ASSERT_TRUE(send_datagram(socket, longest, address_of(inputs.port(0))));
  EXPECT_TRUE(eventually([&] { return keeping.said() == "<up>[" + longest + "]"; })) << keeping.said().size();
}

TEST(Inputs, AGroupIsJoined) {
  Keeping keeping;
  // A port that is free for a moment; groups have no port chosen for them.
  std::uint16_t port = 0;
  {
    Inputs probe({loopback(EndpointKind::kUdp)}, keeping);
    ASSERT_TRUE(probe.start());
    port = probe.port(0);
  }
  Keeping heard;
  Inputs inputs({{.kind = EndpointKind::kUdp, .host = "239.255.77.1", .port = port, .interface = "lo"}}, heard);
  const Status started = inputs.start();
  if (!started) GTEST_SKIP() << "no multicast on lo here: " << started.error().text();
  const Socket socket(SOCK_DGRAM);
  ip_mreqn on{};
  on.imr_ifindex = static_cast<int>(if_nametoindex("lo"));
  ASSERT_EQ(::setsockopt(socket.handle(), IPPROTO_IP, IP_MULTICAST_IF, &on, sizeof(on)), 0);
  if (!send_datagram(socket, "group", address_of(port, "239.255.77.1"))) {
    GTEST_SKIP() << "the system sends no multicast on lo: " << std::strerror(errno);  // NOLINT(concurrency-mt-unsafe)
  }
  EXPECT_TRUE(eventually([&] { return heard.said() == "<up>[group]"; })) << heard.said();
  // Two listeners of one group both hear.
  Keeping second;
  Inputs beside({{.kind = EndpointKind::kUdp, .host = "239.255.77.1", .port = port, .interface = "lo"}}, second);
  ASSERT_TRUE(beside.start());
  ASSERT_TRUE(send_datagram(socket, "both", address_of(port, "239.255.77.1")));
  EXPECT_TRUE(eventually([&] { return second.said() == "<up>[both]" && heard.said() == "<up>[group][both]"; }));
}

TEST(Inputs, AConnectionIsMadeAgainAfterACut) {
  Host host;
  Keeping keeping;
  Inputs inputs({loopback(EndpointKind::kTcp, host.port())}, keeping, quick());
  ASSERT_TRUE(inputs.start());
  host.accept();
  host.send("first");
  ASSERT_TRUE(eventually([&] { return keeping.said() == "<up>first"; }));
  host.cut();
  host.accept();
  host.send("second");
  ASSERT_TRUE(eventually([&] { return keeping.said() == "<up>first<down><up>second"; })) << keeping.said();
  // Nobody listens for a while.
  host.hang_up();
  ASSERT_TRUE(eventually([&] { return inputs.status(0).failures >= 3; }));
  EXPECT_EQ(inputs.status(0).state, InputState::kConnecting);
  EXPECT_THAT(inputs.status(0).error, HasSubstr("refused"));
  host.listen(host.port());
  host.accept();
  host.send("third");
  EXPECT_TRUE(eventually([&] { return keeping.said() == "<up>first<down><up>second<down><up>third"; }));
  EXPECT_EQ(inputs.status(0).ups, 3U);
  EXPECT_EQ(inputs.status(0).downs, 2U);
  EXPECT_EQ(inputs.status(0).connections, 1U);
}

TEST(Inputs, ANameThatIsNotKnownIsTriedAgain) {
  Keeping keeping;
  Inputs inputs({{.kind = EndpointKind::kTcp, .host = "receiver.invalid", .port = 1}}, keeping, quick());
  ASSERT_TRUE(inputs.start());
  EXPECT_TRUE(eventually([&] { return inputs.status(0).failures >= 2; }));
  EXPECT_FALSE(inputs.status(0).error.empty());
  inputs.stop();
  EXPECT_EQ(keeping.said(), "") << "what was never up is never down";
}

TEST(Inputs, ListensForSeveralUpToItsBound) {
  Keeping keeping;
  InputLimits limits;
  limits.connections_max = 2;
  Inputs inputs({loopback(EndpointKind::kTcpListen)}, keeping, limits);
  ASSERT_TRUE(inputs.start());
  std::optional<test::RawClient> first(inputs.port(0));
  ASSERT_TRUE(first->send("one"));
  ASSERT_TRUE(eventually([&] { return keeping.said(0, 0) == "<up>one"; }));
  test::RawClient second(inputs.port(0));
  ASSERT_TRUE(second.send("two"));
  ASSERT_TRUE(eventually([&] { return keeping.said(0, 1) == "<up>two"; }));
  test::RawClient third(inputs.port(0));
  EXPECT_EQ(third.read_all(), "") << "closed at once";
  EXPECT_TRUE(eventually([&] { return inputs.status(0).refused == 1; }));
  EXPECT_EQ(inputs.status(0).connections, 2U);
  // A place that is free is given to the next.
  first.reset();
  ASSERT_TRUE(eventually([&] { return keeping.said(0, 0) == "<up>one<down>"; }));
  test::RawClient fourth(inputs.port(0));
  ASSERT_TRUE(fourth.send("four"));
  EXPECT_TRUE(eventually([&] { return keeping.said(0, 0) == "<up>one<down><up>four"; }));
  EXPECT_EQ(keeping.said(0, 1), "<up>two");
}

TEST(Inputs, AFileIsReadToItsEnd) {
  const TemporaryFolder folder;
  const std::string path = folder.file("bytes");
  std::string text;
  for (int i = 0; i < 30'000; ++i) text += std::to_string(i) + "\n";
  std::ofstream(path, std::ios::binary) << text;
  Keeping keeping;
  keeping.set_full(true);
  Inputs inputs({{.kind = EndpointKind::kFile, .path = path}}, keeping);
  ASSERT_TRUE(inputs.start());
  ASSERT_TRUE(eventually([&] { return keeping.said() == "<up>"; }));
  keeping.set_full(false);
  EXPECT_TRUE(eventually([&] { return keeping.said() == "<up>" + text + "<down>"; })) << "nothing is lost by waiting";
  EXPECT_EQ(inputs.status(0).state, InputState::kEnded);
  EXPECT_EQ(inputs.status(0).bytes, text.size());
}

TEST(Inputs, WhatNothingWillMendIsAnErrorAtTheStart) {
  const TemporaryFolder folder;
  Keeping keeping;
  const auto refused = [&](Endpoint endpoint) {
    Inputs inputs({loopback(EndpointKind::kUdp), std::move(endpoint)}, keeping);
    const Status started = inputs.start();
    return started ? std::string("(started)") : started.error().text();
  };
  EXPECT_THAT(refused({.kind = EndpointKind::kFile, .path = folder.file("absent")}), HasSubstr("No such file"));
  EXPECT_THAT(refused({.kind = EndpointKind::kFile, .path = folder.path().string()}), HasSubstr("is no regular file"));
  EXPECT_THAT(refused({.kind = EndpointKind::kUdp, .host = "203.0.113.7", .port = 1}),
              HasSubstr("udp 203.0.113.7:1: cannot listen"));
  EXPECT_THAT(refused({.kind = EndpointKind::kUdp, .host = "239.1.1.1", .port = 9, .interface = "nosuch0"}),
              HasSubstr("cannot join the group"));
  Inputs one({loopback(EndpointKind::kTcpListen)}, keeping);
  ASSERT_TRUE(one.start());
  EXPECT_THAT(refused(loopback(EndpointKind::kTcpListen, one.port(0))), HasSubstr("cannot listen: Address already"));
  Inputs datagrams({loopback(EndpointKind::kUdp)}, keeping);
  ASSERT_TRUE(datagrams.start());
  EXPECT_THAT(refused(loopback(EndpointKind::kUdp, datagrams.port(0))), HasSubstr("cannot listen: Address already"))
      << "datagrams for one are not taken by another";
}

/// A handler that is slow for one input: the others' bytes come all the same.
TEST(Inputs, AFloodDoesNotKeepOthersFromBeingRead) {
  Keeping keeping;
  Inputs inputs({loopback(EndpointKind::kUdp), loopback(EndpointKind::kTcpListen), loopback(EndpointKind::kTcpListen)},
                keeping);
  ASSERT_TRUE(inputs.start());
  std::atomic<bool> enough{false};
  std::thread flood([&] {
    const Socket socket(SOCK_DGRAM);
    const std::string noise(1'400, 'n');
    while (!enough) (void)send_datagram(socket, noise, address_of(inputs.port(0)));
  });
  std::thread stream([&] {
    test::RawClient client(inputs.port(1));
    const std::string noise(1U << 16, 'n');
    while (!enough && client.send(noise)) {
    }
  });
  ASSERT_TRUE(eventually([&] { return inputs.status(0).pieces > 1'000 && inputs.status(1).pieces > 10; }));
  test::RawClient quiet(inputs.port(2));
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(quiet.send("x"));
    ASSERT_TRUE(eventually([&] { return keeping.said(2, 0).size() == 4U + static_cast<std::size_t>(i) + 1; }));
  }
  enough = true;
  flood.join();
  inputs.stop();  // Before the client gives up, it may wait for us to read.
  stream.join();
}

/// A handler that stands still: what the system drops meanwhile is counted, and nothing else is lost.
TEST(Inputs, DatagramsThatTheSystemDropsAreCounted) {
  class Standing final : public InputHandler {
   public:
    bool take(std::uint32_t, std::uint16_t, InputEvent event, ByteView) override {
      if (event == InputEvent::kDatagram) {
        std::unique_lock lock(mutex_);
        standing_ = true;
        changed_.notify_all();
        changed_.wait(lock, [&] { return go_; });
      }
      return true;
    }
    void wait_until_it_stands() {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return standing_; });
    }
    void go() {
      const std::scoped_lock lock(mutex_);
      go_ = true;
      changed_.notify_all();
    }

   private:
    std::mutex mutex_;
    std::condition_variable changed_;
    bool standing_ = false;
    bool go_ = false;
  };
  Standing handler;
  InputLimits limits;
  limits.socket_buffer_bytes = 8'192;
  Inputs inputs({loopback(EndpointKind::kUdp)}, handler, limits);
  ASSERT_TRUE(inputs.start());
  const Socket socket(SOCK_DGRAM);
  const sockaddr_in to = address_of(inputs.port(0));
  std::uint64_t sent = 0;
  const std::string text(1'000, 'x');
  for (; sent < 1; ++sent) ASSERT_TRUE(send_datagram(socket, text, to));
  handler.wait_until_it_stands();
  for (; sent < 200; ++sent) ASSERT_TRUE(send_datagram(socket, text, to));
  handler.go();
  // The system tells with a datagram how many were dropped before it.
  ASSERT_TRUE(eventually([&] {
    if (!send_datagram(socket, text, to)) return false;
    ++sent;
    return inputs.status(0).kernel_dropped > 0;
  }));
  EXPECT_TRUE(eventually([&] { return inputs.status(0).pieces + inputs.status(0).kernel_dropped == sent; }))
      << inputs.status(0).pieces << " + " << inputs.status(0).kernel_dropped << " of " << sent;
}

TEST(Inputs, StopsWhileItConnects) {
  // A host that takes no connections: its queue is full, and what comes is dropped.
  Keeping keeping;
  InputLimits limits = quick();
  limits.connect_ms_max = 60'000;
  Inputs inputs({{.kind = EndpointKind::kTcp, .host = "203.0.113.7", .port = 9}}, keeping, limits);
  ASSERT_TRUE(inputs.start());
  inputs.stop();
  inputs.stop();
  EXPECT_EQ(inputs.status(0).state, InputState::kStopped);
}

}  // namespace
}  // namespace tansiq::net
