// Bodies that do not stand in memory, over real sockets.
#include "net/body_file.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "net/http_client.h"
#include "net/net_testlib.h"

namespace tansiq::net {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using namespace test;

/// Larger than what one connection may hold of unsent answers.
constexpr std::size_t kBodyBytes = (6U << 20) + 17;

std::string pattern(std::size_t bytes) {
  std::string out(bytes, '\0');
  for (std::size_t i = 0; i < bytes; ++i) out[i] = static_cast<char>('a' + i * i % 23);
  return out;
}

/// Says that it is `size` long and has `text`; tells when it goes.
class Told final : public BodySource {
 public:
  Told(std::uint64_t size, std::string text, std::atomic<int>& gone)
      : size_(size), text_(std::move(text)), gone_(gone) {}
  ~Told() override { ++gone_; }
  [[nodiscard]] std::uint64_t size() const override { return size_; }
  [[nodiscard]] std::size_t read(std::span<char> into) override {
    const std::size_t bytes = std::min(into.size(), text_.size() - at_);
    std::copy_n(text_.begin() + static_cast<std::ptrdiff_t>(at_), bytes, into.begin());
    at_ += bytes;
    return bytes;
  }

 private:
  const std::uint64_t size_;
  const std::string text_;
  std::atomic<int>& gone_;
  std::size_t at_ = 0;
};

Response answer_of(std::shared_ptr<BodySource> source) {
  Response response;
  response.source = std::move(source);
  return response;
}

class Bodies : public ::testing::Test {
 protected:
  /// `/body` has `told` bytes, and brings `brings`; everything else is echoed.
  void serve(std::uint64_t told, std::string brings) {
    server = start_server([this, told, brings = std::move(brings)](const std::shared_ptr<Exchange>& exchange) {
      if (exchange->request().path() != "/body") return echo(exchange);
      exchange->respond(answer_of(std::make_shared<Told>(told, brings, gone)));
    });
  }
  std::unique_ptr<HttpClient> client() {
    return std::move(*HttpClient::create({.base_url = server->url(), .body_bytes_max = 1U << 20}));
  }
  Result<ClientResponse> take(HttpClient& from, std::string& into) {
    return from.download(Method::kGet, "/body", {}, {}, 10'000, [&into](std::string_view piece) -> Status {
      into += piece;
      return {};
    });
  }

  std::atomic<int> gone{0};
  std::unique_ptr<HttpServer> server;
};

TEST_F(Bodies, GoOutWholeWithTheirLength) {
  serve(kBodyBytes, pattern(kBodyBytes));
  const auto asks = client();
  for (int i = 1; i <= 2; ++i) {  // the connection is kept
    std::string came;
    const auto answer = take(*asks, came);
    ASSERT_TRUE(answer.has_value()) << answer.error().text();
    EXPECT_EQ(answer->headers.find("Content-Length"), fmt::format("{}", kBodyBytes));
    EXPECT_TRUE(came == pattern(kBodyBytes)) << came.size();
    EXPECT_TRUE(eventually([&] { return gone.load() == i; }));
  }
  EXPECT_EQ(server->counters().connections_accepted, 1U);
  EXPECT_LT(server->counters().unsent_bytes, kBodyBytes);
}

TEST_F(Bodies, AnswersBehindThemWait) {
  serve(kBodyBytes, pattern(kBodyBytes));
  RawClient raw(server->port());
  raw.send("GET /body HTTP/1.1\r\nHost: h\r\n\r\nGET /next HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  EXPECT_TRUE(raw.read_response().ends_with(pattern(kBodyBytes)));
  EXPECT_THAT(raw.read_all(), EndsWith("GET /next "));
}

TEST_F(Bodies, HeadHasTheLengthAlone) {
  serve(kBodyBytes, "");
  RawClient raw(server->port());
  raw.send("HEAD /body HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(raw.read_response(true), HasSubstr(fmt::format("Content-Length: {}\r\n", kBodyBytes)));
  raw.send("GET /a HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(raw.read_response(), EndsWith("GET /a "));
}

// Whoever reads must not take the beginning for the whole.
TEST_F(Bodies, OneThatEndsEarlyCutsTheConnection) {
  serve(kBodyBytes, pattern(1'000));
  std::string came;
  const auto answer = take(*client(), came);
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().code, ErrorCode::kUnavailable);
}

TEST_F(Bodies, GoWithTheClient) {
  serve(kBodyBytes, pattern(kBodyBytes));
  {
    RawClient raw(server->port(), 4'096);
    raw.send("GET /body HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_THAT(raw.read_until("\r\n\r\n"), HasSubstr("200 OK"));
    EXPECT_EQ(gone.load(), 0);
  }
  EXPECT_TRUE(eventually([&] { return gone.load() == 1; }));
}

TEST_F(Bodies, ADownloadThatNobodyTakesFails) {
  serve(kBodyBytes, pattern(kBodyBytes));
  const auto answer = client()->download(Method::kGet, "/body", {}, {}, 10'000, [](std::string_view) -> Status {
    return fail(ErrorCode::kIo, "the disk is full");
  });
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().message, "the disk is full");
}

TEST_F(Bodies, OfOtherAnswersTheDownloadKeepsTheText) {
  serve(1, "x");
  std::string came;
  const auto asks = client();
  const auto answer = asks->download(Method::kGet, "/none", {}, {}, 10'000, [&came](std::string_view piece) -> Status {
    came += piece;
    return {};
  });
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(came, "GET /none ") << "an answer 200, whatever it is";
  EXPECT_TRUE(answer->body.empty());
}

TEST(BodyFile, IsReadAndLeavesNothingBehind) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "body";
  std::ofstream(path) << "what it holds";
  const auto body = take_body_file(path);
  ASSERT_TRUE(body.has_value()) << body.error().text();
  EXPECT_FALSE(std::filesystem::exists(path));
  EXPECT_EQ((*body)->size(), 13U);
  std::string read(20, '-');
  EXPECT_EQ((*body)->read(read), 13U);
  EXPECT_EQ(read.substr(0, 13), "what it holds");
  EXPECT_EQ((*body)->read(read), 0U);
  EXPECT_EQ(take_body_file(path).error().code, ErrorCode::kNotFound);
}

}  // namespace
}  // namespace tansiq::net
