// Over a real server on loopback: what must happen is waited for.
#include "net/issuers.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <fstream>

#include "net/doorkeeper.h"
#include "net/jwt_sign.h"
#include "net/net_testlib.h"

namespace tansiq::net {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr UtcMs kNow{1'795'341'600'000};

/// Serves the keys of some signers, over HTTP on loopback.
class KeyServer {
 public:
  KeyServer()
      : server_(test::start_server([this](const std::shared_ptr<Exchange>& exchange) {
          const std::lock_guard lock(mutex_);
          exchange->respond(json_response(200, body_));
        })) {}
  void serve(std::initializer_list<const JwtSigner*> signers) {
    std::string keys;
    for (const JwtSigner* s : signers) keys += (keys.empty() ? "" : ",") + s->key().jwk_json();
    const std::lock_guard lock(mutex_);
    body_ = R"({"keys":[)" + keys + "]}";
  }
  [[nodiscard]] std::string url() const { return server_->url() + "/jwks.json"; }
  [[nodiscard]] std::uint64_t asked() const { return server_->counters().requests; }
  void stop() { server_->stop(0); }

 private:
  std::mutex mutex_;
  std::string body_ = "{}";
  std::unique_ptr<HttpServer> server_;
};

std::string claims(std::string_view issuer, std::string_view scope = "a b", std::string_view subject = "alpha") {
  return fmt::format(R"({{"iss":"{}","sub":"{}","aud":"dss","exp":{},"scope":"{}"}})", issuer, subject,
                     kNow.ms / 1'000 + 60, scope);
}

class IssuersTest : public ::testing::Test {
 protected:
  IssuersConfig config() {
    return {.issuers = {{.name = "lab", .jwks_url = server.url(), .scopes = {"a", "c"}, .unknown_key_ms = 1'000}},
            .audiences = {"dss"},
            .loopback_http = true};
  }
  std::unique_ptr<Issuers> open(const IssuersConfig& c) {
    auto opened = Issuers::open(c, clock);
    EXPECT_TRUE(opened) << opened.error().text();
    return opened ? std::move(*opened) : nullptr;
  }
  std::string refusal(const std::function<void(IssuersConfig&)>& change) {
    IssuersConfig c = config();
    change(c);
    const auto opened = Issuers::open(c, clock);
    return opened ? "(opened)" : opened.error().text();
  }
  static std::string fault(const Issuers& issuers, std::string_view token) {
    const auto principal = issuers.verify(token);
    return principal ? "(taken)" : std::string(to_text(principal.error().fault));
  }

  KeyServer server;
  ManualClock clock{kNow};
  const JwtSigner signer = *JwtSigner::generate(JwtAlgorithm::kEs256);
};

TEST_F(IssuersTest, FetchesInTheBackground) {
  server.serve({&signer});
  const auto issuers = open(config());
  EXPECT_EQ(fault(*issuers, signer.sign(claims("lab"))), "keys_absent") << "nothing has been fetched yet";
  issuers->start();
  ASSERT_TRUE(eventually([&] { return issuers->standing()[0].keys == 1; }));
  const auto principal = issuers->verify(signer.sign(claims("lab", "a b c")));
  ASSERT_TRUE(principal) << principal.error().detail;
  EXPECT_EQ(principal->subject, "alpha");
  EXPECT_THAT(principal->scopes, ElementsAre("a", "c")) << "b is not this issuer's to grant";
  EXPECT_EQ(principal->expires, kNow + 60'000);
}

TEST_F(IssuersTest, ANewKeyIsFetchedWhenItTurnsUp) {
  server.serve({&signer});
  const auto issuers = open(config());
  issuers->start();
  ASSERT_TRUE(eventually([&] { return issuers->standing()[0].keys == 1; }));
  const JwtSigner next = *JwtSigner::generate(JwtAlgorithm::kEdDsa);
  server.serve({&signer, &next});
  const std::string token = next.sign(claims("lab"));
  EXPECT_EQ(fault(*issuers, token), "key") << "nobody waits";
  EXPECT_TRUE(eventually([&] { return fault(*issuers, token) == "(taken)"; }));
  EXPECT_LE(server.asked(), 3U);
}

TEST_F(IssuersTest, AReloadAsksAtOnce) {
  server.serve({&signer});
  IssuersConfig c = config();
  c.issuers[0].unknown_key_ms = 3'600'000;
  const auto issuers = open(c);
  issuers->start();
  ASSERT_TRUE(eventually([&] { return server.asked() == 1; }));
  issuers->reload();
  EXPECT_TRUE(eventually([&] { return server.asked() == 2; }));
}

TEST_F(IssuersTest, AStopEndsAFetchUnderWay) {
  test::Inbox silent;  // never answers
  const auto slow = test::start_server(silent.handler());
  IssuersConfig c = config();
  c.issuers[0].jwks_url = slow->url() + "/keys";
  const auto issuers = open(c);
  issuers->start();
  const auto asked = silent.next();
  ASSERT_TRUE(asked);
  issuers->stop();  // returns, long before the time-out of ten seconds
  EXPECT_EQ(issuers->standing()[0].fetches_failed, 1U);
}

TEST_F(IssuersTest, EachIssuerHasItsOwnKeys) {
  const JwtSigner other = *JwtSigner::generate(JwtAlgorithm::kEs256);
  KeyServer second;
  server.serve({&signer});
  second.serve({&other});
  IssuersConfig c = config();
  c.issuers.push_back({.name = "other", .jwks_url = second.url(), .scopes = {"b"}});
  const auto issuers = open(c);
  issuers->start();
  ASSERT_TRUE(eventually([&] { return issuers->standing()[0].keys + issuers->standing()[1].keys == 2; }));
  EXPECT_EQ(fault(*issuers, other.sign(claims("other"))), "(taken)");
  EXPECT_EQ(fault(*issuers, signer.sign(claims("other"))), "key");
  EXPECT_EQ(fault(*issuers, other.sign(claims("lab"))), "key");
  EXPECT_EQ(fault(*issuers, signer.sign(claims("lab/"))), "issuer");
  EXPECT_EQ(fault(*issuers, "x"), "form");
}

/// With keys in a file, which `reload` and the keeper's next round read again.
class KnownTokensTest : public IssuersTest {
 protected:
  KnownTokensTest() {
    write({&signer});
    IssuersConfig c = config();
    c.issuers[0].jwks_url.clear();
    c.issuers[0].jwks_file = file;
    issuers = open(c);
  }
  void write(std::initializer_list<const JwtSigner*> signers) const {
    std::string keys;
    for (const JwtSigner* s : signers) keys += (keys.empty() ? "" : ",") + s->key().jwk_json();
    std::ofstream(file, std::ios::trunc) << R"({"keys":[)" << keys << "]}";
  }

  const TemporaryFolder folder;
  const std::string file = folder.file("keys.json");
  std::unique_ptr<Issuers> issuers;
};

TEST_F(KnownTokensTest, ATokenThatComesAgainIsNotVerifiedAgain) {
  const std::string token = signer.sign(claims("lab"));
  for (int n = 0; n < 5; ++n) {
    const auto principal = issuers->verify(token);
    ASSERT_TRUE(principal) << principal.error().detail;
    EXPECT_EQ(principal->subject, "alpha");
    EXPECT_THAT(principal->scopes, ElementsAre("a")) << "what it may grant is judged each time";
  }
  EXPECT_EQ(issuers->signatures_checked(), 1U);
  // Another token of the same, and the same with another last byte.
  EXPECT_EQ(fault(*issuers, signer.sign(claims("lab", "a", "bravo"))), "(taken)");
  std::string forged = token;
  forged[forged.size() - 10] = forged[forged.size() - 10] == 'A' ? 'B' : 'A';
  EXPECT_EQ(fault(*issuers, forged), "signature");
  EXPECT_EQ(fault(*issuers, forged), "signature");
  EXPECT_EQ(issuers->signatures_checked(), 4U) << "refusals are not remembered";
}

TEST_F(KnownTokensTest, AKnownTokenExpiresAtItsMoment) {
  const std::string token = signer.sign(claims("lab"));
  EXPECT_EQ(fault(*issuers, token), "(taken)");
  clock.advance(59'999);
  EXPECT_EQ(fault(*issuers, token), "(taken)");
  EXPECT_EQ(issuers->signatures_checked(), 1U);
  clock.advance(1);
  EXPECT_EQ(fault(*issuers, token), "expired");
  EXPECT_EQ(fault(*issuers, token), "expired");
}

TEST_F(KnownTokensTest, AKnownTokenFallsWithItsKey) {
  const JwtSigner next = *JwtSigner::generate(JwtAlgorithm::kEs256);
  const std::string old_token = signer.sign(claims("lab"));
  const std::string new_token = next.sign(claims("lab"));
  issuers->start();
  EXPECT_EQ(fault(*issuers, old_token), "(taken)");
  write({&next});
  issuers->reload();
  // The first time that the new key counts, the old one does not.
  ASSERT_TRUE(eventually([&] { return fault(*issuers, new_token) == "(taken)"; }));
  EXPECT_EQ(fault(*issuers, old_token), "key");
  EXPECT_EQ(fault(*issuers, new_token), "(taken)");
}

TEST_F(IssuersTest, RefusesConfigurationsThatMakeNoSense) {
  EXPECT_EQ(refusal([](IssuersConfig&) {}), "(opened)");
  EXPECT_THAT(refusal([](IssuersConfig& c) { c.audiences.clear(); }), HasSubstr("name the audiences"));
  EXPECT_THAT(refusal([](IssuersConfig& c) { c.audiences = {""}; }), HasSubstr("audience"));
  EXPECT_THAT(refusal([](IssuersConfig& c) { c.lifetime_ms_max = kJwtLifetimeMsMax + 1; }), HasSubstr("one hour"));
  EXPECT_THAT(refusal([](IssuersConfig& c) { c.lifetime_ms_max = 59'999; }), HasSubstr("one minute"));
  EXPECT_THAT(refusal([](IssuersConfig& c) { c.issuers.push_back(c.issuers[0]); }), HasSubstr("stands twice"));
  EXPECT_THAT(refusal([](IssuersConfig& c) { c.issuers[0].name = ""; }), HasSubstr("name"));
  EXPECT_THAT(refusal([](IssuersConfig& c) { c.issuers[0].jwks_url = ""; }), HasSubstr("has no keys"));
  EXPECT_THAT(refusal([](IssuersConfig& c) { c.issuers[0].scopes.clear(); }), HasSubstr("may grant no scope"));
  EXPECT_THAT(refusal([](IssuersConfig& c) { c.issuers[0].refresh_ms = 1; }), HasSubstr("every minute"));
  EXPECT_THAT(refusal([](IssuersConfig& c) { c.issuers[0].unknown_key_ms = 1; }), HasSubstr("every second"));
  EXPECT_THAT(refusal([](IssuersConfig& c) { c.issuers[0].age_ms_max = 1; }), HasSubstr("may be kept"));
  EXPECT_THAT(refusal([](IssuersConfig& c) { c.issuers[0].ca_file = "/nowhere.pem"; }), HasSubstr("/nowhere.pem"));
  EXPECT_THAT(refusal([](IssuersConfig& c) { c.issuers.resize(kIssuersMax + 1, c.issuers[0]); }),
              HasSubstr("more than 64"));
}

TEST_F(IssuersTest, KeysComeByHttpsAlone) {
  EXPECT_THAT(refusal([](IssuersConfig& c) { c.loopback_http = false; }), HasSubstr("by https alone"));
  for (const char* url : {"http://lab.example/keys", "http://127.evil.example/keys", "http://10.0.0.1/keys"}) {
    EXPECT_THAT(refusal([&](IssuersConfig& c) { c.issuers[0].jwks_url = url; }), HasSubstr("by https alone")) << url;
  }
  for (const char* url :
       {"ftp://lab.example/keys", "lab.example", "https://user@lab.example/", "https://h:0/", "https:///x"}) {
    EXPECT_NE(refusal([&](IssuersConfig& c) { c.issuers[0].jwks_url = url; }), "(opened)") << url;
  }
  for (const char* url : {"https://lab.example/keys?x=1", "https://lab.example", "http://[::1]:8085/keys"}) {
    EXPECT_EQ(refusal([&](IssuersConfig& c) { c.issuers[0].jwks_url = url; }), "(opened)") << url;
  }
}

// --- the doorkeeper --------------------------------------------------------------------------------------------------

class DoorkeeperTest : public IssuersTest {
 protected:
  DoorkeeperTest() {
    server.serve({&signer});
    auto issuers = open(config());
    issuers->start();
    EXPECT_TRUE(eventually([&] { return issuers->standing()[0].keys == 1; }));
    DoorkeeperOptions options;
    options.subjects = {.per_second = 5};
    options.addresses = {.per_second = 3};
    options.on_refused = [this](const TokenRefusal& why, std::string_view address) {
      told.push_back(fmt::format("{} from {}: {}", to_text(why.fault), address, why.detail));
    };
    options.steady_ms = [this] { return steady_ms.load(); };
    door = std::make_unique<Doorkeeper>(key, clock, std::move(issuers), std::move(options));
  }
  static Request request(std::string_view token, std::string_view address = "192.0.2.1") {
    Request out = make_request(Method::kGet, "/");
    if (!token.empty()) out.headers.add("Authorization", fmt::format("Bearer {}", token));
    out.connection = std::make_shared<ConnectionInfo>(ConnectionInfo{std::string(address), 1, false, std::nullopt});
    return out;
  }
  [[nodiscard]] int status(std::string_view token, std::string_view address = "192.0.2.1") const {
    const auto principal = door->authenticate(request(token, address));
    return principal ? 200 : error_info(principal.error().code).http_status;
  }
  std::string local(std::string_view subject = "ops") {
    return *mint_token(
        key, {.subject = std::string(subject), .scopes = {"admin"}, .issued = kNow, .expires = kNow + 60'000});
  }

  const TokenKey key = TokenKey::generate();
  std::atomic<std::int64_t> steady_ms{0};
  std::vector<std::string> told;
  std::unique_ptr<Doorkeeper> door;
};

TEST_F(DoorkeeperTest, TakesBothKindsOfTokens) {
  EXPECT_EQ(door->authenticate(request(local()))->subject, "ops");
  EXPECT_EQ(door->authenticate(request(signer.sign(claims("lab"))))->subject, "alpha");
  EXPECT_EQ(door->figures().local, 1U);
  EXPECT_EQ(door->figures().outside, 1U);
  EXPECT_TRUE(told.empty());
}

TEST_F(DoorkeeperTest, TellsTheLogMoreThanTheClient) {
  const auto refused = door->authenticate(request(signer.sign(claims("elsewhere"))));
  EXPECT_EQ(refused.error().code, ErrorCode::kUnauthenticated);
  EXPECT_EQ(refused.error().message, "the token is not valid here");
  EXPECT_THAT(told, ElementsAre(R"(issuer from 192.0.2.1: iss "elsewhere" is no issuer of the configuration)"));
  EXPECT_EQ(door->figures().refused.at(static_cast<std::size_t>(TokenFault::kIssuer)), 1U);
}

TEST_F(DoorkeeperTest, AnExpiredLocalTokenIsNotAskedOfIssuers) {
  const std::string token = local();
  clock.advance(60'000);
  EXPECT_THAT(door->authenticate(request(token)).error().message, HasSubstr("expired at"));
  EXPECT_TRUE(told.empty());
}

TEST_F(DoorkeeperTest, SubjectsAreLimited) {
  for (int i = 0; i < 5; ++i) EXPECT_EQ(status(local(), fmt::format("192.0.2.{}", i)), 200);
  EXPECT_EQ(status(local()), 429) << "from whatever address";
  EXPECT_EQ(status(local("other")), 200);
  steady_ms = 1'000;
  EXPECT_EQ(status(local()), 200);
  EXPECT_EQ(door->figures().limited_subjects, 1U);
}

TEST_F(DoorkeeperTest, AddressesWithoutAValidTokenAreLimited) {
  for (int i = 0; i < 3; ++i) EXPECT_EQ(status(i == 0 ? "" : "junk"), 401);
  EXPECT_EQ(status(""), 429);
  EXPECT_EQ(status("junk"), 429);
  EXPECT_EQ(status(local()), 200) << "others behind the address are not shut out";
  EXPECT_EQ(status("", "192.0.2.2"), 401);
  steady_ms = 1'000;
  EXPECT_EQ(status(""), 401);
  EXPECT_EQ(door->figures().limited_addresses, 2U);
}

TEST_F(DoorkeeperTest, AbsentKeysAreOurTrouble) {
  IssuersConfig c = config();
  c.issuers[0].jwks_url = "https://127.0.0.1:1/keys";
  const Doorkeeper closed(key, clock, open(c));
  const auto refused = closed.authenticate(request(signer.sign(claims("lab"))));
  EXPECT_EQ(refused.error().code, ErrorCode::kUnavailable);
  Problem problem = make_problem(refused.error());
  Response response = problem_response(problem);
  add_challenge(response, request("x"));
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(response.headers.find("Retry-After"), "5");
  EXPECT_EQ(response.headers.find("WWW-Authenticate"), std::nullopt);
}

TEST_F(DoorkeeperTest, NamingAnIssuerWithoutKeysIsLimitedToo) {
  IssuersConfig c = config();
  c.issuers[0].jwks_url = "https://127.0.0.1:1/keys";
  DoorkeeperOptions options;
  options.addresses = {.per_second = 1, .burst = 2};
  options.steady_ms = [] { return 0; };
  const Doorkeeper closed(key, clock, open(c), options);
  const std::string token = signer.sign(claims("lab"));
  EXPECT_EQ(closed.authenticate(request(token)).error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(closed.authenticate(request(token)).error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(closed.authenticate(request(token)).error().code, ErrorCode::kRateLimited);
}

TEST_F(DoorkeeperTest, WithoutIssuersOnlyLocalTokensCount) {
  const Doorkeeper plain(key, clock, nullptr);
  EXPECT_TRUE(plain.authenticate(request(local())));
  EXPECT_EQ(plain.authenticate(request(signer.sign(claims("lab")))).error().code, ErrorCode::kUnauthenticated);
}

}  // namespace
}  // namespace tansiq::net
