#include "net/public_address.h"

#include <gtest/gtest.h>
#include <netdb.h>

#include <memory>
#include <string>
#include <vector>

#include "net/http_client.h"
#include "net/net_testlib.h"

namespace tansiq::net {
namespace {

bool is_public(const std::string& text) {
  addrinfo hints{};
  hints.ai_flags = AI_NUMERICHOST;
  addrinfo* found = nullptr;
  EXPECT_EQ(::getaddrinfo(text.c_str(), "443", &hints, &found), 0) << text;
  if (found == nullptr) return false;
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owned(found, ::freeaddrinfo);
  return net::is_public(*found->ai_addr);
}

TEST(PublicAddress, OfEveryBlockTheFirstTheLastAndTheNeighbours) {
  for (const char* text :
       {"0.0.0.0",      "0.255.255.255",    "10.0.0.0",        "10.255.255.255",  "100.64.0.0",      "100.127.255.255",
        "127.0.0.1",    "127.255.255.255",  "169.254.169.254", "172.16.0.0",      "172.31.255.255",  "192.0.0.1",
        "192.0.2.1",    "192.88.99.1",      "192.168.0.0",     "192.168.255.255", "198.18.0.0",      "198.19.255.255",
        "198.51.100.1", "203.0.113.1",      "224.0.0.1",       "240.0.0.1",       "255.255.255.255", "::",
        "::1",          "::ffff:127.0.0.1", "::ffff:10.1.2.3", "64:ff9b::a00:1",  "2002:7f00:1::",   "2002:c0a8:101::1",
        "fe80::1",      "fc00::1",          "fdff::1",         "ff02::1",         "2001:db8::1",     "3fff:fff::1",
        "2001::1",      "2001:1ff::1",      "4000::1"}) {
    EXPECT_FALSE(is_public(text)) << text;
  }
  for (const char* text :
       {"1.0.0.0",         "9.255.255.255",   "11.0.0.0",         "100.63.255.255",  "100.128.0.0", "126.255.255.255",
        "128.0.0.0",       "169.253.255.255", "169.255.0.0",      "172.15.255.255",  "172.32.0.0",  "192.167.255.255",
        "192.169.0.0",     "198.17.255.255",  "198.20.0.0",       "223.255.255.255", "8.8.8.8",     "2001:200::1",
        "2606:4700::1111", "::ffff:8.8.8.8",  "64:ff9b::808:808", "2002:808:808::1", "3ffe::1"}) {
    EXPECT_TRUE(is_public(text)) << text;
  }
  sockaddr other{};
  other.sa_family = AF_UNIX;
  EXPECT_FALSE(net::is_public(other));
}

TEST(PublicAddress, AClientThatIsForThePublicConnectsToNothingElse) {
  std::vector<std::string> urls = {"http://127.0.0.1:9", "http://[::1]:9"};
  if (test::knows_localhost()) urls.emplace_back("http://localhost:9");
  for (const std::string& url : urls) {
    auto client = HttpClient::create({.base_url = url, .public_only = true});
    ASSERT_TRUE(client.has_value()) << url;
    const auto answer = (*client)->get("/");
    ASSERT_FALSE(answer.has_value());
    EXPECT_EQ(answer.error().code, ErrorCode::kForbidden) << answer.error().text();
    EXPECT_NE(answer.error().text().find("no public address"), std::string::npos) << answer.error().text();
  }
}

}  // namespace
}  // namespace tansiq::net
