#include "node/uss_http.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <fstream>
#include <future>
#include <mutex>
#include <thread>

#include "base/bytes.h"
#include "base/temporary_folder.h"
#include "net/http_server.h"

namespace tansiq::node {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// An authorisation server and a supplier at one address, which note what they are asked.
class Other {
 public:
  Other() {
    net::HttpServerOptions options;
    options.port = 0;
    auto started = net::HttpServer::start(std::move(options), [this](const std::shared_ptr<net::Exchange>& exchange) {
      const net::Request& request = exchange->request();
      const std::lock_guard lock(mutex_);
      if (request.segments().front() == "token") {
        ++tokens;
        asked =
            fmt::format("{} {} {} {}", request.query("grant_type").value_or(""), request.query("scope").value_or(""),
                        request.query("intended_audience").value_or(""), request.query("sub").value_or(""));
        if (token_status != 200) {
          exchange->respond(net::json_response(token_status, "{}"));
          return;
        }
        exchange->respond(
            net::json_response(200, fmt::format(R"({{"access_token":"{}","expires_in":{}}})",
                                                token.value_or(fmt::format("token-{}", tokens.load())), expires_in)));
        return;
      }
      seen.push_back(fmt::format("{} {} {} {}", net::method_name(request.method), request.path(),
                                 request.header("Authorization").value_or(""), request.body));
      exchange->respond(net::json_response(status, body));
    });
    EXPECT_TRUE(started) << started.error().text();
    server_ = std::move(*started);
  }
  ~Other() { (void)server_->stop(1'000); }
  [[nodiscard]] std::string url() const { return server_->url(); }

  std::atomic<int> tokens{0};
  int status = 200;
  std::string body = "{}";
  int token_status = 200;
  int expires_in = 3'600;
  std::optional<std::string> token;  ///< As in JSON; else numbered.
  std::string asked;
  std::vector<std::string> seen;

 private:
  std::mutex mutex_;
  std::unique_ptr<net::HttpServer> server_;
};

/// Of these claims; nobody here verifies it.
std::string jwt(std::string_view claims) { return "e30." + to_base64url(as_bytes(claims)) + ".c2ln"; }

struct Fixture {
  Other other;
  ManualClock clock{UtcMs{1'795'341'600'000}};
  std::unique_ptr<HttpUssWire> wire =
      HttpUssWire::create({.manager = "alpha & co", .url = other.url() + "/token", .file = {}, .trust = {}}, clock)
          .value();
  Result<net::ClientResponse> ask(std::string scopes = std::string(kScopeSc), std::string prefix = "") {
    return wire->call({.method = net::Method::kPost,
                       .base_url = other.url() + prefix,
                       .path = "/uss/v1/operational_intents",
                       .scopes = std::move(scopes),
                       .body = R"({"a":1})"});
  }
};

TEST(UssHttp, SendsWhatIsAskedWithATokenForTheHost) {
  Fixture f;
  const auto answer = f.ask(std::string(kScopeScCmsa));
  ASSERT_TRUE(answer) << answer.error().text();
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(f.other.asked,
            "client_credentials utm.strategic_coordination utm.conformance_monitoring_sa 127.0.0.1 alpha & co");
  EXPECT_THAT(f.other.seen, ElementsAre(R"(POST /uss/v1/operational_intents Bearer token-1 {"a":1})"));
}

TEST(UssHttp, ABaseUrlMayHaveAPathOfItsOwn) {
  Fixture f;
  ASSERT_TRUE(f.ask(std::string(kScopeSc), "/f3548/"));
  EXPECT_THAT(f.other.seen.at(0), HasSubstr("/f3548/uss/v1/operational_intents"));
}

TEST(UssHttp, ATokenIsUsedUntilShortlyBeforeItExpires) {
  Fixture f;
  ASSERT_TRUE(f.ask());
  ASSERT_TRUE(f.ask());
  EXPECT_EQ(f.other.tokens, 1);
  f.clock.advance(3'540'000 - 1);
  ASSERT_TRUE(f.ask());
  EXPECT_EQ(f.other.tokens, 1);
  f.clock.advance(1);
  ASSERT_TRUE(f.ask());
  EXPECT_EQ(f.other.tokens, 2);
  ASSERT_TRUE(f.ask(std::string(kScopeScCmsa)));
  EXPECT_EQ(f.other.tokens, 3) << "other scopes, another token";
}

TEST(UssHttp, AShortTokenIsUsedForHalfItsLife) {
  Fixture f;
  f.other.expires_in = 30;
  ASSERT_TRUE(f.ask());
  f.clock.advance(14'999);
  ASSERT_TRUE(f.ask());
  EXPECT_EQ(f.other.tokens, 1);
  f.clock.advance(1);
  ASSERT_TRUE(f.ask());
  EXPECT_EQ(f.other.tokens, 2);
}

TEST(UssHttp, ATokenThatIsRefusedIsNotUsedAgain) {
  Fixture f;
  f.other.status = 401;
  const auto answer = f.ask();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 401);
  f.other.status = 200;
  ASSERT_TRUE(f.ask());
  EXPECT_EQ(f.other.tokens, 2);
}

TEST(UssHttp, WithoutATokenNothingIsSent) {
  Fixture f;
  f.other.token_status = 503;
  const auto answer = f.ask();
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::kUnauthenticated);
  EXPECT_THAT(answer.error().message, HasSubstr("503"));
  EXPECT_TRUE(f.other.seen.empty());
}

TEST(UssHttp, OthersAreNotReachedAtPrivateAddressesUnlessItIsAllowed) {
  Fixture f;
  f.wire = HttpUssWire::create({.manager = "alpha", .url = f.other.url() + "/token", .file = {}, .trust = {}}, f.clock,
                               {.dss_url = f.other.url() + "/dss", .private_addresses = false})
               .value();
  const auto refused = f.ask();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kForbidden);
  EXPECT_THAT(f.other.seen, ElementsAre()) << "nothing was sent";
  EXPECT_TRUE(f.ask(std::string(kScopeSc), "/dss")) << "the registry is named by whoever runs the node";
  const auto again = f.ask();
  EXPECT_FALSE(again) << "by the connection that is kept to the registry neither";
  EXPECT_EQ(f.other.seen.size(), 1U);
  const UssCall before{.method = net::Method::kGet,
                       .base_url = f.other.url() + "/dss-before",
                       .path = "/x",
                       .scopes = std::string(kScopeSc),
                       .body = {},
                       .configured = true};
  EXPECT_TRUE(f.wire->call(before)) << "and so was the one before it";
}

TEST(UssHttp, ATokenMayStandInAFile) {
  Other other;
  const SystemClock clock;
  const TemporaryFolder folder;
  const auto file = folder.path() / "token";
  const auto wire = HttpUssWire::create({.manager = "alpha", .url = {}, .file = file, .trust = {}}, clock).value();
  const UssCall call{
      .method = net::Method::kGet, .base_url = other.url(), .path = "/x", .scopes = std::string(kScopeSc), .body = {}};
  EXPECT_FALSE(wire->call(call));
  const std::string first = jwt(R"({"aud":"127.0.0.1","jti":"1"})");
  const std::string second = jwt(R"({"aud":["dss.example","127.0.0.1"]})");
  std::ofstream(file) << first << "\n";
  ASSERT_TRUE(wire->call(call));
  EXPECT_THAT(other.seen.at(0), HasSubstr("Bearer " + first));
  std::ofstream(file) << second << "\n";
  ASSERT_TRUE(wire->call(call));
  EXPECT_THAT(other.seen.at(1), HasSubstr("Bearer " + second));
}

TEST(UssHttp, ATokenInAFileIsForTheHostsThatItNames) {
  Other other;
  const SystemClock clock;
  const TemporaryFolder folder;
  const auto file = folder.path() / "token";
  const auto wire = HttpUssWire::create({.manager = "alpha", .url = {}, .file = file, .trust = {}}, clock).value();
  const UssCall call{
      .method = net::Method::kGet, .base_url = other.url(), .path = "/x", .scopes = std::string(kScopeSc), .body = {}};
  for (const auto& [token, why] : std::vector<std::pair<std::string, std::string>>{
           {jwt(R"({"aud":"dss.example"})"), "not for 127.0.0.1; its aud names dss.example"},
           {jwt(R"({"aud":["a.example","127.0.0.1.example"]})"), "its aud names a.example, 127.0.0.1.example"},
           {jwt(R"({"sub":"alpha"})"), "names nobody"},
           {jwt(R"({"aud":7})"), "aud"},
           {"e30.e30", "no JSON Web Token"},
           {"tsq1.!.x", "cannot be told whom it is for"},
           {"", "empty"}}) {
    std::ofstream(file) << token << "\n";
    const auto answer = wire->call(call);
    ASSERT_FALSE(answer) << token;
    EXPECT_EQ(answer.error().code, ErrorCode::kUnauthenticated);
    EXPECT_THAT(answer.error().message, HasSubstr(why));
  }
  EXPECT_TRUE(other.seen.empty());
}

TEST(UssHttp, ATokenThatNoHeaderHoldsIsNone) {
  Fixture f;
  for (const auto* token : {"", "two words", "a line\\nanother", "\\u0001", "é"}) {
    f.other.token = token;
    const auto answer = f.ask();
    ASSERT_FALSE(answer) << token;
    EXPECT_EQ(answer.error().code, ErrorCode::kUnauthenticated);
  }
  EXPECT_TRUE(f.other.seen.empty());
}

TEST(UssHttp, TheRegistryMayAnswerAtLengthAndOthersNot) {
  Fixture f;
  f.other.body = std::string(9U << 20, ' ');
  EXPECT_FALSE(f.ask());
  const auto ask = [&](bool configured) {
    return f.wire->call({.method = net::Method::kGet,
                         .base_url = f.other.url(),
                         .path = "/dss/v1/x",
                         .scopes = std::string(kScopeSc),
                         .body = {},
                         .configured = configured});
  };
  const auto answer = ask(true);
  ASSERT_TRUE(answer) << answer.error().text();
  EXPECT_EQ(answer->body.size(), f.other.body.size());
  EXPECT_FALSE(ask(false)) << "the connection that is kept is the registry's";
}

TEST(UssHttp, AnInterruptEndsIt) {
  Fixture f;
  f.wire->interrupt();
  EXPECT_FALSE(f.ask());
}

TEST(UssHttp, AnInterruptEndsTheLookupOfASuppliersName) {
  struct Server {  // Silent until the end; held by the thread that waits for it too.
    std::promise<void> asked, speaks;
    std::shared_future<void> spoken = speaks.get_future().share();
  };
  const auto server = std::make_shared<Server>();
  Fixture f;
  const auto silent = [server](const std::string&, std::uint16_t) -> Result<net::SocketAddresses> {
    server->asked.set_value();
    server->spoken.wait();
    return fail(ErrorCode::kUnavailable, "no such name");
  };
  f.wire = HttpUssWire::create({.manager = "alpha",
                                .url = f.other.url() + "/token",
                                .file = {},
                                .trust = {},
                                .names = std::make_shared<net::NameLookup>(silent)},
                               f.clock)
               .value();
  std::thread stopper([&] {
    server->asked.get_future().wait();
    f.wire->interrupt();
  });
  const auto answer = f.wire->call({.method = net::Method::kPost,
                                    .base_url = "http://uss.test",
                                    .path = "/uss/v1/operational_intents",
                                    .scopes = std::string(kScopeSc),
                                    .body = "{}"});
  stopper.join();
  ASSERT_FALSE(answer);
  EXPECT_THAT(answer.error().message, HasSubstr("interrupted"));
  server->speaks.set_value();
}

TEST(UssHttp, UrlsAreTakenApart) {
  const auto split = split_url("https://a.example:8443/uss/");
  ASSERT_TRUE(split);
  EXPECT_EQ(split->origin, "https://a.example:8443");
  EXPECT_EQ(split->prefix, "/uss");
  EXPECT_EQ(split->host, "a.example");
  EXPECT_EQ(split_url("https://a.example/token?x=1/")->prefix, "/token?x=1/");
  EXPECT_FALSE(split_url("a.example"));
}

}  // namespace
}  // namespace tansiq::node
