// What an outlet sends, an input hears.
#include "net/outlet.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "net/net_testlib.h"

namespace tansiq::net {
namespace {

using ::testing::HasSubstr;

class Hearing final : public InputHandler {
 public:
  bool take(std::uint32_t /*input*/, std::uint16_t /*connection*/, InputEvent /*event*/, ByteView bytes) override {
    const std::scoped_lock lock(mutex_);
    text_ += as_text(bytes);
    return true;
  }
  [[nodiscard]] std::string text() const {
    const std::scoped_lock lock(mutex_);
    return text_;
  }

 private:
  mutable std::mutex mutex_;
  std::string text_;
};

Endpoint loopback(EndpointKind kind, std::uint16_t port = 0) {
  return {.kind = kind, .host = "127.0.0.1", .port = port};
}

TEST(Outlet, IsHeardByAnInput) {
  using Pair = std::pair<EndpointKind, EndpointKind>;
  for (const auto& [in, out] :
       {Pair{EndpointKind::kUdp, EndpointKind::kUdp}, Pair{EndpointKind::kTcpListen, EndpointKind::kTcp}}) {
    Hearing hearing;
    Inputs inputs({loopback(in)}, hearing);
    ASSERT_TRUE(inputs.start());
    const auto outlet = Outlet::open(loopback(out, inputs.port(0))).value();
    ASSERT_TRUE(outlet->wait_for_reader(0));
    ASSERT_TRUE(outlet->send(as_bytes("one ")));
    ASSERT_TRUE(outlet->send(as_bytes("two")));
    EXPECT_TRUE(eventually([&] { return hearing.text() == "one two"; })) << hearing.text();
    EXPECT_EQ(outlet->counters().pieces, 2U);
    EXPECT_EQ(outlet->counters().bytes, 7U);
  }
}

TEST(Outlet, WhoConnectsHearsFromThenOn) {
  const auto outlet = Outlet::open(loopback(EndpointKind::kTcpListen)).value();
  ASSERT_TRUE(outlet->send(as_bytes("to nobody")));
  EXPECT_FALSE(outlet->wait_for_reader(0));
  Hearing hearing;
  Inputs inputs({loopback(EndpointKind::kTcp, outlet->port())}, hearing);
  ASSERT_TRUE(inputs.start());
  ASSERT_TRUE(outlet->wait_for_reader(10'000));
  ASSERT_TRUE(outlet->send(as_bytes("hello")));
  EXPECT_TRUE(eventually([&] { return hearing.text() == "hello"; }));
}

TEST(Outlet, WhoDoesNotReadIsDroppedAndTheOthersHear) {
  OutletLimits limits;
  limits.wait_ms_max = 0;
  const auto outlet = Outlet::open(loopback(EndpointKind::kTcpListen), limits).value();
  test::RawClient deaf(outlet->port(), 1'024);
  ASSERT_TRUE(outlet->wait_for_reader(10'000));
  const std::string piece(64U << 10, 'x');
  for (int i = 0; i < 1'000 && outlet->counters().dropped == 0; ++i) ASSERT_TRUE(outlet->send(as_bytes(piece)));
  EXPECT_EQ(outlet->counters().dropped, 1U);
  test::RawClient reader(outlet->port());
  ASSERT_TRUE(outlet->wait_for_reader(10'000));
  ASSERT_TRUE(outlet->send(as_bytes("still here\n")));
  EXPECT_EQ(reader.read_until("\n"), "still here\n");
}

TEST(Outlet, WritesANewFile) {
  const TemporaryFolder folder;
  const Endpoint file{.kind = EndpointKind::kFile, .path = folder.file("out")};
  ASSERT_TRUE(Outlet::open(file).value()->send(as_bytes("bytes")));
  std::ostringstream text;
  text << std::ifstream(file.path).rdbuf();
  EXPECT_EQ(text.str(), "bytes");
  EXPECT_EQ(Outlet::open(file).error().code, ErrorCode::kConflict) << "nothing is written over";
}

TEST(Outlet, SaysWhatIsWrong) {
  const auto error = [](const Endpoint& endpoint) {
    const auto opened = Outlet::open(endpoint);
    return opened ? std::string("(opened)") : opened.error().text();
  };
  std::uint16_t nobody = 0;
  {
    Hearing hearing;
    Inputs inputs({loopback(EndpointKind::kTcpListen)}, hearing);
    ASSERT_TRUE(inputs.start());
    nobody = inputs.port(0);
  }
  EXPECT_THAT(error(loopback(EndpointKind::kTcp, nobody)), HasSubstr("cannot connect: Connection refused"));
  EXPECT_THAT(error({.kind = EndpointKind::kTcp, .host = "nowhere.invalid", .port = 1}),
              HasSubstr("cannot find the host"));
  EXPECT_THAT(error({.kind = EndpointKind::kUdp, .host = "239.1.1.1", .port = 1, .interface = "nosuch0"}),
              HasSubstr("cannot send on that interface"));
  const auto datagrams = Outlet::open(loopback(EndpointKind::kUdp, 9)).value();
  EXPECT_EQ(datagrams->send(Bytes(65'508)).error().code, ErrorCode::kTooLarge);
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(datagrams->send(as_bytes("x"))) << "nobody listening is no error";
}

}  // namespace
}  // namespace tansiq::net
