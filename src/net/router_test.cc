#include "net/router.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tansiq::net {
namespace {

Router<std::string> make_router() {
  Router<std::string> router;
  EXPECT_TRUE(router.add(Method::kGet, "/v1/zones", "list"));
  EXPECT_TRUE(router.add(Method::kPost, "/v1/zones", "create"));
  EXPECT_TRUE(router.add(Method::kGet, "/v1/zones/{id}", "one"));
  EXPECT_TRUE(router.add(Method::kGet, "/v1/zones/background", "background"));
  EXPECT_TRUE(router.add(Method::kPut, "/v1/zones/{zone}/intents/{intent}", "put"));
  EXPECT_TRUE(router.add(Method::kGet, "/", "root"));
  return router;
}

std::string find(const Router<std::string>& router, Method method, std::string_view target) {
  const Request request = make_request(method, target);
  const auto match = router.find(request);
  if (!match) return std::string(error_info(match.error().code).slug);
  std::string out = *match->value;
  for (const auto& [name, value] : match->parameters) out += " " + std::string(name) + "=" + std::string(value);
  return out;
}

TEST(Router, FindsLiteralsAndParameters) {
  const auto router = make_router();
  EXPECT_EQ(find(router, Method::kGet, "/v1/zones?x=1"), "list");
  EXPECT_EQ(find(router, Method::kGet, "/v1/zones/K%201"), "one id=K 1");
  EXPECT_EQ(find(router, Method::kGet, "/v1/zones/background"), "background");
  EXPECT_EQ(find(router, Method::kPut, "/v1/zones/K1/intents/M2"), "put zone=K1 intent=M2");
  EXPECT_EQ(find(router, Method::kPut, "/v1/zones/background/intents/M2"), "put zone=background intent=M2");
  EXPECT_EQ(find(router, Method::kGet, "/"), "root");
  EXPECT_EQ(find(router, Method::kHead, "/v1/zones"), "list");
}

TEST(Router, DoesNotNormalise) {
  const auto router = make_router();
  EXPECT_EQ(find(router, Method::kGet, "/v1/zones/"), "not-found");
  EXPECT_EQ(find(router, Method::kGet, "//v1/zones"), "not-found");
  EXPECT_EQ(find(router, Method::kGet, "/V1/zones"), "not-found");
  EXPECT_EQ(find(router, Method::kGet, "/v1"), "not-found");
  EXPECT_EQ(find(router, Method::kGet, "/v1/zones/a/b"), "not-found");
  EXPECT_EQ(find(router, Method::kGet, "/v1%2Fzones"), "not-found");
}

TEST(Router, TellsWhichMethodsAreServed) {
  const auto router = make_router();
  EXPECT_EQ(find(router, Method::kDelete, "/v1/zones"), "method-not-allowed");
  EXPECT_EQ(router.allowed(make_request(Method::kDelete, "/v1/zones")), "GET, HEAD, POST");
  EXPECT_EQ(router.allowed(make_request(Method::kGet, "/nowhere")), "");
}

TEST(Router, RefusesAmbiguousTables) {
  auto router = make_router();
  EXPECT_EQ(router.add(Method::kGet, "/v1/zones/{other}", "x").error().code, ErrorCode::kConflict);
  for (const char* text : {"", "v1", "/{", "/{}", "/a{b}", "/{a}b", "/{a}/{a}", "/{{a}}", "/}"}) {
    EXPECT_EQ(router.add(Method::kGet, text, "x").error().code, ErrorCode::kInvalid) << text;
  }
}

}  // namespace
}  // namespace tansiq::net
