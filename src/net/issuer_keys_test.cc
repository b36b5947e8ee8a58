#include "net/issuer_keys.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "net/jwt_sign.h"
#include "net/net_testlib.h"

namespace tansiq::net {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr DurationMs kSecond = 1'000;
constexpr DurationMs kMinute = 60 * kSecond;
constexpr DurationMs kHour = 60 * kMinute;

JwtSigner make(JwtAlgorithm algorithm = JwtAlgorithm::kEdDsa) { return *JwtSigner::generate(algorithm); }

std::string jwks(std::initializer_list<const JwtSigner*> signers) {
  std::string out;
  for (const JwtSigner* s : signers) out += (out.empty() ? "" : ",") + s->key().jwk_json();
  return R"({"keys":[)" + out + "]}";
}

/// An issuer that answers what the test says, and counts.
struct FakeIssuer {
  Result<ClientResponse> answer = fail(ErrorCode::kUnavailable, "nobody there");
  int asked = 0;
  IssuerKeys::Fetch fetch() {
    return [this] {
      ++asked;
      return answer;
    };
  }
  void serve(const std::string& body, std::string_view cache = {}) {
    ClientResponse response{.status = 200, .headers = {}, .body = body};
    if (!cache.empty()) response.headers.add("Cache-Control", cache);
    answer = response;
  }
};

IssuerConfig by_url() { return {.name = "lab", .jwks_url = "https://lab.example/jwks.json", .scopes = {"a"}}; }

std::vector<std::string> ids(const IssuerKeys& keys) {
  std::vector<std::string> out;
  for (const JwtKey& key : *keys.known()) out.push_back(key.key_id().value_or("-"));
  return out;
}

TEST(CacheMaxAge, IsReadStrictly) {
  const auto of = [](std::string_view value) { return cache_max_age(Headers{{"cache-control", value}}); };
  EXPECT_EQ(of("max-age=300"), 300 * kSecond);
  EXPECT_EQ(of("public , Max-Age=5, must-revalidate"), 5 * kSecond);
  EXPECT_EQ(of("max-age=300, no-store"), 0);
  EXPECT_EQ(of("no-cache"), 0);
  EXPECT_EQ(of("max-age=999999999999"), 24 * kHour);
  for (const char* none : {"", "public", "max-age=", "max-age=-1", "max-age=x", "max-age=1x",
                           "max-age=99999999999999999999", "s-maxage=3"}) {
    EXPECT_EQ(of(none), std::nullopt) << none;
  }
  EXPECT_EQ(cache_max_age(Headers{}), std::nullopt);
}

TEST(RefreshPlan, FetchesAtTheIntervalOrAsTheAnswerSays) {
  RefreshPlan plan(15 * kMinute, 30 * kSecond);
  EXPECT_LE(plan.due_ms(), 0);
  plan.tried(0);
  plan.succeeded(0, std::nullopt);
  EXPECT_EQ(plan.due_ms(), 15 * kMinute);
  plan.succeeded(0, 5 * kMinute);
  EXPECT_EQ(plan.due_ms(), 5 * kMinute);
  plan.succeeded(0, kSecond);
  EXPECT_EQ(plan.due_ms(), kKeyRefreshMsMin) << "however short, not more than once a minute";
  plan.succeeded(0, 48 * kHour);
  EXPECT_EQ(plan.due_ms(), 12 * kHour) << "twice within the day for which keys are kept";
  plan.succeeded(0, 0);
  EXPECT_EQ(plan.due_ms(), 15 * kMinute);
}

TEST(RefreshPlan, TriesAgainAfterAFailureLessAndLessOften) {
  RefreshPlan plan(kMinute, 30 * kSecond);
  std::int64_t now = 0;
  for (const std::int64_t seconds : {1, 2, 4, 8, 16, 32, 60, 60}) {
    plan.tried(now);
    plan.failed(now);
    EXPECT_EQ(plan.due_ms() - now, seconds * kSecond);
    now = plan.due_ms();
  }
  plan.succeeded(now, std::nullopt);
  plan.failed(now);
  EXPECT_EQ(plan.due_ms() - now, kSecond) << "a success begins anew";
}

TEST(RefreshPlan, AnUnknownKeyCausesOneFetchInItsInterval) {
  RefreshPlan plan(15 * kMinute, 30 * kSecond);
  plan.tried(0);
  plan.succeeded(0, std::nullopt);
  EXPECT_TRUE(plan.missed(10 * kSecond));
  EXPECT_EQ(plan.due_ms(), 30 * kSecond) << "not before the interval since the last fetch is over";
  EXPECT_FALSE(plan.missed(11 * kSecond)) << "a second one changes nothing";
  plan.tried(30 * kSecond);
  plan.succeeded(30 * kSecond, std::nullopt);
  EXPECT_TRUE(plan.missed(10 * kMinute));
  EXPECT_EQ(plan.due_ms(), 10 * kMinute) << "at once, when it has been quiet";
}

TEST(IssuerKeys, FetchesAndKeepsWhenTheIssuerIsAway) {
  FakeIssuer issuer;
  const JwtSigner one = make();
  const auto keys = *IssuerKeys::open(by_url(), issuer.fetch());
  EXPECT_EQ(issuer.asked, 0) << "opening does not fetch";
  EXPECT_THAT(ids(*keys), IsEmpty());
  EXPECT_EQ(keys->standing(0).trouble, "its keys have not been fetched yet");
  keys->round(0);
  EXPECT_EQ(keys->standing(0).fetches_failed, 1U);
  EXPECT_EQ(keys->standing(0).trouble, "its keys cannot be fetched") << "why is for the log";
  issuer.serve(jwks({&one}));
  keys->round(kSecond - 1);
  EXPECT_EQ(issuer.asked, 1) << "not due yet";
  keys->round(kSecond);
  EXPECT_THAT(ids(*keys), ElementsAre(one.key_id()));
  EXPECT_EQ(keys->standing(2 * kSecond).trouble, "");
  EXPECT_EQ(keys->standing(2 * kSecond).age_ms, kSecond);
  issuer.answer = fail(ErrorCode::kUnavailable, "gone");
  keys->round(keys->due_ms());
  EXPECT_THAT(ids(*keys), ElementsAre(one.key_id())) << "kept";
  EXPECT_EQ(keys->standing(keys->due_ms()).trouble, "its keys cannot be fetched");
}

TEST(IssuerKeys, GivesUpKeysThatAreTooOld) {
  FakeIssuer issuer;
  const JwtSigner one = make();
  issuer.serve(jwks({&one}));
  const auto keys = *IssuerKeys::open(by_url(), issuer.fetch());
  keys->round(0);
  issuer.answer = fail(ErrorCode::kUnavailable, "gone");
  keys->round(24 * kHour - 1);
  EXPECT_THAT(ids(*keys), ElementsAre(one.key_id()));
  keys->round(24 * kHour);
  EXPECT_THAT(ids(*keys), IsEmpty());
  issuer.serve(jwks({&one}));
  keys->round(keys->due_ms());
  EXPECT_THAT(ids(*keys), ElementsAre(one.key_id()));
}

TEST(IssuerKeys, AreFetchedBeforeTheyAreGivenUpWhateverTheAnswerAllows) {
  FakeIssuer issuer;
  const JwtSigner one = make();
  issuer.serve(jwks({&one}), "max-age=86400");
  IssuerConfig config = by_url();
  config.age_ms_max = kHour;
  const auto keys = *IssuerKeys::open(config, issuer.fetch());
  for (std::int64_t now = 0; now <= 24 * kHour; now += kMinute) {
    keys->round(now);
    ASSERT_THAT(ids(*keys), ElementsAre(one.key_id())) << now / kMinute << " min";
  }
  EXPECT_LE(issuer.asked, 49) << "and not more often than that needs";
}

TEST(IssuerKeys, AnIssuerThatSaysNothingIsAskedAtTheInterval) {
  FakeIssuer issuer;
  const JwtSigner one = make();
  issuer.serve(jwks({&one}));
  const auto keys = *IssuerKeys::open(by_url(), issuer.fetch());
  keys->round(0);
  EXPECT_EQ(keys->due_ms(), kKeyRefreshMs);
}

TEST(IssuerKeys, FollowsARotation) {
  FakeIssuer issuer;
  const JwtSigner one = make();
  const JwtSigner two = make();
  issuer.serve(jwks({&one}));
  const auto keys = *IssuerKeys::open(by_url(), issuer.fetch());
  keys->round(0);
  issuer.serve(jwks({&one, &two}));
  EXPECT_TRUE(keys->missed(40 * kSecond));
  keys->round(40 * kSecond);
  EXPECT_EQ(ids(*keys).size(), 2U);
  issuer.serve(jwks({&two}));
  keys->round(keys->due_ms());
  EXPECT_THAT(ids(*keys), ElementsAre(two.key_id())) << "what is not published any more is void";
}

TEST(IssuerKeys, AFloodOfUnknownKeysIsAFewFetches) {
  FakeIssuer issuer;
  const JwtSigner one = make();
  issuer.serve(jwks({&one}));
  const auto keys = *IssuerKeys::open(by_url(), issuer.fetch());
  for (std::int64_t now = 0; now < 60 * kSecond; now += 10) {
    (void)keys->missed(now);
    keys->round(now);
  }
  EXPECT_EQ(issuer.asked, 2);
}

TEST(IssuerKeys, RefusesAnswersThatAreNoKeys) {
  FakeIssuer issuer;
  const JwtSigner one = make();
  const JwtSigner rsa = make(JwtAlgorithm::kRs256);
  issuer.serve(jwks({&one}));
  IssuerConfig config = by_url();
  config.algorithms = {JwtAlgorithm::kEdDsa};
  const auto keys = *IssuerKeys::open(config, issuer.fetch());
  keys->round(0);
  const auto still = [&] { return ids(*keys) == std::vector<std::string>{std::string(one.key_id())}; };
  for (const std::string& body :
       {std::string("<html>"), std::string("{}"), std::string(R"({"keys":[]})"), jwks({&rsa})}) {
    issuer.serve(body);
    keys->round(keys->due_ms());
    EXPECT_TRUE(still()) << body;
  }
  const JwtSigner other = make();
  issuer.answer = ClientResponse{.status = 301, .headers = {}, .body = jwks({&other})};
  keys->round(keys->due_ms());
  EXPECT_TRUE(still()) << "redirects are not followed";
  EXPECT_EQ(keys->standing(0).fetches_failed, 5U);
}

TEST(IssuerKeys, OtherAlgorithmsAreLeftOut) {
  FakeIssuer issuer;
  const JwtSigner one = make();
  const JwtSigner rsa = make(JwtAlgorithm::kRs256);
  issuer.serve(jwks({&one, &rsa}));
  IssuerConfig config = by_url();
  config.algorithms = {JwtAlgorithm::kRs256};
  const auto keys = *IssuerKeys::open(config, issuer.fetch());
  keys->round(0);
  EXPECT_THAT(ids(*keys), ElementsAre(rsa.key_id()));
}

TEST(IssuerKeys, ReadsFilesAgainWhenTheyChange) {
  const TemporaryFolder directory;
  const std::string file = directory.file("jwks.json");
  const JwtSigner one = make();
  const JwtSigner two = make();
  std::ofstream(file) << jwks({&one});
  IssuerConfig config{.name = "lab", .jwks_file = file, .scopes = {"a"}};
  const auto keys = *IssuerKeys::open(config, {});
  EXPECT_THAT(ids(*keys), ElementsAre(one.key_id())) << "at once";
  EXPECT_FALSE(keys->missed(0)) << "nobody to ask";
  std::ofstream(file) << "half a fi";
  keys->round(0);
  EXPECT_THAT(ids(*keys), ElementsAre(one.key_id())) << "a broken file changes nothing";
  EXPECT_THAT(keys->standing(0).trouble, HasSubstr("cannot be used"));
  std::ofstream(file) << jwks({&one, &two});
  keys->round(0);
  EXPECT_EQ(ids(*keys).size(), 2U);
  EXPECT_EQ(keys->standing(0).trouble, "");
}

TEST(IssuerKeys, AReloadFetchesAtOnce) {
  FakeIssuer issuer;
  const JwtSigner one = make();
  issuer.serve(jwks({&one}));
  const auto keys = *IssuerKeys::open(by_url(), issuer.fetch());
  keys->round(0);
  keys->round(1);
  EXPECT_EQ(issuer.asked, 1);
  keys->reload();
  EXPECT_EQ(keys->due_ms(), 0);
  keys->round(2);
  EXPECT_EQ(issuer.asked, 2);
}

TEST(IssuerKeys, AFileThatCannotBeUsedEndsTheStart) {
  const TemporaryFolder directory;
  IssuerConfig config{.name = "lab", .key_files = {directory.file("none.pem")}, .scopes = {"a"}};
  EXPECT_THAT(IssuerKeys::open(config, {}).error().text(), HasSubstr("none.pem"));
  std::ofstream(directory.file("none.pem")) << make().pem();
  EXPECT_THAT(IssuerKeys::open(config, {}).error().text(), HasSubstr("private key"));
}

}  // namespace
}  // namespace tansiq::net
