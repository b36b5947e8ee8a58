#include "net/name_lookup.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <unistd.h>

#include <condition_variable>
#include <mutex>
#include <thread>

#include "base/eventually.h"
#include "net/http_client.h"
#include "net/net_testlib.h"

namespace tansiq::net {
namespace {

using ::testing::HasSubstr;

constexpr DurationMs kLongMs = 60'000;

/// A name server that says nothing until it is let: held by the threads that wait for it too, so that none outlives it.
class SilentServer {
 public:
  [[nodiscard]] NameLookup::Function function() {
    return [state = state_](const std::string& /*host*/, std::uint16_t port) -> Result<SocketAddresses> {
      std::unique_lock lock(state->mutex);
      ++state->asked;
      state->changed.notify_all();
      state->changed.wait(lock, [&] { return state->speaks; });
      return read_address("127.0.0.1", port);
    };
  }
  void wait_until_asked(int times) {
    std::unique_lock lock(state_->mutex);
    state_->changed.wait(lock, [&] { return state_->asked >= times; });
  }
  void speak() {
    const std::lock_guard lock(state_->mutex);
    state_->speaks = true;
    state_->changed.notify_all();
  }

 private:
  struct State {
    std::mutex mutex;
    std::condition_variable changed;
    int asked = 0;
    bool speaks = false;
  };
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

TEST(NameLookup, GivesWhatTheServerSays) {
  SilentServer server;
  server.speak();
  const NameLookup names(server.function());
  const auto found = names.find("uss.test", 443, kLongMs, nullptr);
  ASSERT_TRUE(found) << found.error().text();
  ASSERT_EQ(found->size(), 1U);
  EXPECT_EQ(found->front().family(), AF_INET);
  EXPECT_EQ(ntohs(reinterpret_cast<const sockaddr_in&>(found->front().storage).sin_port), 443);
}

TEST(NameLookup, AnAddressAsksNobody) {
  const NameLookup names([](const std::string&, std::uint16_t) -> Result<SocketAddresses> {
    ADD_FAILURE() << "asked";
    return fail(ErrorCode::kUnavailable, "");
  });
  EXPECT_EQ(names.find("127.0.0.1", 80, kLongMs, nullptr)->front().family(), AF_INET);
  EXPECT_EQ(names.find("::1", 80, kLongMs, nullptr)->front().family(), AF_INET6);
}

TEST(NameLookup, AnInterruptLeavesASilentServerBehind) {
  SilentServer server;
  const NameLookup names(server.function());
  const auto interrupt = *Interrupt::create();
  std::thread stopper([&] {
    server.wait_until_asked(1);
    interrupt->trigger();
  });
  const auto found = names.find("uss.test", 443, kLongMs, interrupt.get());
  stopper.join();
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, ErrorCode::kUnavailable);
  EXPECT_THAT(found.error().message, HasSubstr("interrupted"));
  EXPECT_EQ(names.under_way(), 1U) << "nobody waits for it";
  EXPECT_FALSE(names.find("uss.test", 443, kLongMs, interrupt.get())) << "and every later one";
  EXPECT_EQ(names.under_way(), 1U);
  server.speak();
  EXPECT_TRUE(eventually([&] { return names.under_way() == 0; }));
}

TEST(NameLookup, ThoseThatNobodyWaitsForAreBounded) {
  SilentServer server;
  const NameLookup names(server.function(), 2);
  EXPECT_EQ(names.find("a.test", 443, 0, nullptr).error().code, ErrorCode::kTimeout);
  EXPECT_EQ(names.find("b.test", 443, 0, nullptr).error().code, ErrorCode::kTimeout);
  const auto third = names.find("c.test", 443, kLongMs, nullptr);
  ASSERT_FALSE(third);
  EXPECT_EQ(third.error().code, ErrorCode::kUnavailable);
  EXPECT_THAT(third.error().message, HasSubstr("2 names"));
  server.speak();
  ASSERT_TRUE(eventually([&] { return names.under_way() == 0; }));
  EXPECT_TRUE(names.find("c.test", 443, kLongMs, nullptr)) << "room again";
}

TEST(NameLookup, ANameWithoutAddressIsNone) {
  const NameLookup names(
      [](const std::string&, std::uint16_t) -> Result<SocketAddresses> { return SocketAddresses{}; });
  EXPECT_THAT(names.find("uss.test", 443, kLongMs, nullptr).error().message, HasSubstr("no address"));
}

TEST(NameLookup, AThreadMayOutliveWhoeverAsked) {
  SilentServer server;
  {
    const NameLookup names(server.function());
    EXPECT_FALSE(names.find("uss.test", 443, 0, nullptr));
  }
  server.speak();
}

TEST(HttpClient, AnInterruptEndsALookup) {
  SilentServer server;
  const auto interrupt = *Interrupt::create();
  const auto client = *HttpClient::create({.base_url = "http://uss.test:1",
                                           .interrupt = interrupt,
                                           .names = std::make_shared<NameLookup>(server.function())});
  std::thread stopper([&] {
    server.wait_until_asked(1);
    interrupt->trigger();
  });
  const auto answer = client->get("/x");
  stopper.join();
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::kUnavailable);
  server.speak();
}

TEST(HttpClient, ConnectsToWhatANameStandsFor) {
  SilentServer names;
  names.speak();
  const auto server = test::start_server(test::echo);
  const auto client = *HttpClient::create({.base_url = "http://uss.test:" + std::to_string(server->port()),
                                           .names = std::make_shared<NameLookup>(names.function())});
  EXPECT_EQ(client->get("/a")->body, "GET /a ");
  const auto careful = *HttpClient::create({.base_url = "http://uss.test:" + std::to_string(server->port()),
                                            .public_only = true,
                                            .names = std::make_shared<NameLookup>(names.function())});
  EXPECT_EQ(careful->get("/a").error().code, ErrorCode::kForbidden) << "whatever the name resolves to";
}

/// A port of 127.0.0.2 that answers no one: its queue of those who wish to connect is full.
class Swallowing {
 public:
  explicit Swallowing(std::uint16_t port) : listening_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const auto here = *read_address("127.0.0.2", port);
    const auto& to = here.front();
    ready_ = ::bind(listening_, &to.get(), to.bytes) == 0 && ::listen(listening_, 0) == 0;
    // A socket that has not been let in within a tenth of a second shows that the queue is full.
    for (bool let_in = true; ready_ && let_in && guests_.size() < 64;) {
      guests_.push_back(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
      (void)::connect(guests_.back(), &to.get(), to.bytes);
      pollfd waiting{.fd = guests_.back(), .events = POLLOUT, .revents = 0};
      let_in = ::poll(&waiting, 1, 100) == 1;
    }
  }
  ~Swallowing() {
    for (const int guest : guests_) ::close(guest);
    ::close(listening_);
  }
  Swallowing(const Swallowing&) = delete;
  Swallowing& operator=(const Swallowing&) = delete;
  [[nodiscard]] bool ready() const { return ready_; }

 private:
  int listening_;
  bool ready_ = false;
  std::vector<int> guests_;
};

TEST(NameLookup, AWayThatIsSwallowedLeavesTimeForTheNext) {
  const auto server = test::start_server(test::echo);
  const Swallowing swallowing(server->port());
  ASSERT_TRUE(swallowing.ready());
  const auto both = [](const std::string& /*host*/, std::uint16_t port) -> Result<SocketAddresses> {
    SocketAddresses out = *read_address("127.0.0.2", port);
    out.push_back(read_address("127.0.0.1", port)->front());
    return out;
  };
  const auto client = *HttpClient::create({.base_url = "http://both.test:" + std::to_string(server->port()),
                                           .connect_ms = 2'000,
                                           .names = std::make_shared<NameLookup>(both)});
  const auto answer = client->get("/a");
  ASSERT_TRUE(answer) << answer.error().text();
  EXPECT_EQ(answer->body, "GET /a ");
}

}  // namespace
}  // namespace tansiq::net
