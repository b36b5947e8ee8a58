// A DSS to be tested over HTTP: one node, or two that serve as one; and what tests of its face send and look at.
#pragma once

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/temporary_folder.h"
#include "net/jwt_sign.h"
#include "node/coalition_figures.h"
#include "node/node_testlib.h"

namespace tansiq::node {

/// Who is asked.
enum class Served : std::uint8_t {
  kAlone,        ///< One node, that decides.
  kFromAnother,  ///< A node that hands everything on to the one that decides.
  kByTurns,      ///< Now one, now the other.
};

class TestDss {
 public:
  /// `adjust` changes the configuration of the one node (kAlone).
  explicit TestDss(Served served, const std::function<void(NodeConfig&)>& adjust = {});
  ~TestDss();

  [[nodiscard]] std::string token(std::string_view subject, const std::vector<std::string>& scopes) const;
  /// A client of the node whose turn it is.
  [[nodiscard]] std::unique_ptr<net::HttpClient> client(const std::string& token);
  /// One request on a connection of its own.
  net::ClientResponse send(net::Method method, std::string_view target, std::string_view body,
                           const std::string& token);
  [[nodiscard]] TestClock& clock() { return alone_ ? alone_->clock() : clock_; }
  /// The node that decides.
  [[nodiscard]] Node& keeper() { return alone_ ? alone_->node() : pair_->node(0); }
  /// Need kAlone, and need it not.
  [[nodiscard]] TestNode& alone() { return *alone_; }
  [[nodiscard]] LoopbackCoalition& pair() { return *pair_; }
  /// A charter for two, whose background belongs to `keeper`.
  static void make_region(core::Charter& charter, unsigned keeper);

 private:
  const Served served_;
  const net::JwtSigner signer_;
  std::unique_ptr<TestNode> alone_;
  TemporaryFolder folder_;
  TestClock clock_;
  std::unique_ptr<LoopbackCoalition> pair_;
  std::atomic<unsigned> turn_{0};
};

inline constexpr std::string_view kSc = "utm.strategic_coordination";
inline constexpr std::string_view kCmsa = "utm.conformance_monitoring_sa";
inline constexpr std::string_view kCp = "utm.constraint_processing";
inline constexpr std::string_view kCm = "utm.constraint_management";
inline constexpr std::string_view kAa = "utm.availability_arbitration";

/// Any number as a UUIDv4.
inline std::string uuid(int n) { return fmt::format("00000000-0000-4000-8000-{:012d}", n); }

/// The volume of the examples; `lng` moves it, `minutes` lengthens it.
inline std::string volume(double lng = 6.6, int minutes = 60) {
  const UtcMs end = kTestStart + minutes * 60'000;
  return fmt::format(
      R"({{"volume":{{"outline_circle":{{"center":{{"lat":46.5,"lng":{}}},"radius":{{"value":300,"units":"M"}}}},)"
      R"("altitude_lower":{{"value":400,"reference":"W84","units":"M"}},)"
      R"("altitude_upper":{{"value":520,"reference":"W84","units":"M"}}}},)"
      R"("time_start":{{"value":"2026-11-22T10:00:00Z","format":"RFC3339"}},)"
      R"("time_end":{{"value":"{}","format":"RFC3339"}}}})",
      lng, format_utc(end));
}
inline std::string query(const std::string& v = volume()) { return fmt::format(R"({{"area_of_interest":{}}})", v); }

/// A member of a reply, `a.b[0].c`, as text; empty where there is none.
[[nodiscard]] std::string at(const net::ClientResponse& reply, std::string_view path);

/// What a test of the face has at hand: a DSS, four suppliers, and bodies to send.
class F3548Suite {
 protected:
  explicit F3548Suite(Served served, const std::function<void(NodeConfig&)>& adjust = {}) : dss(served, adjust) {}

  static constexpr std::string_view kIntents = "/dss/v1/operational_intent_references/";
  static constexpr std::string_view kConstraints = "/dss/v1/constraint_references/";
  static constexpr std::string_view kSubscriptions = "/dss/v1/subscriptions/";

  std::string token(std::string_view who, std::initializer_list<std::string_view> scopes) {
    return dss.token(who, std::vector<std::string>(scopes.begin(), scopes.end()));
  }
  net::ClientResponse call(net::Method method, std::string_view path, std::string_view body, const std::string& as) {
    auto reply = dss.send(method, path, body, as);
    if (reply.status >= 400) {
      EXPECT_EQ(reply.headers.find("Content-Type"), "application/json") << reply.body;
      EXPECT_NE(at(reply, "message"), "") << reply.body;
    }
    return reply;
  }
  net::ClientResponse get(std::string_view path, const std::string& as) {
    return call(net::Method::kGet, path, "", as);
  }
  net::ClientResponse put(std::string_view path, std::string_view body, const std::string& as) {
    return call(net::Method::kPut, path, body, as);
  }
  net::ClientResponse post(std::string_view path, std::string_view body, const std::string& as) {
    return call(net::Method::kPost, path, body, as);
  }
  net::ClientResponse erase(std::string_view path, const std::string& as, std::string_view body = "") {
    return call(net::Method::kDelete, path, body, as);
  }

  static std::string intent_body(const std::string& more = "", const std::string& state = "Accepted",
                                 const std::string& v = volume()) {
    return fmt::format(R"({{"extents":[{}],"state":"{}","uss_base_url":"https://a.example"{}}})", v, state, more);
  }
  static std::string intent(int n) { return std::string(kIntents) + uuid(n); }
  static std::string constraint(int n) { return std::string(kConstraints) + uuid(n); }
  static std::string subscription(int n) { return std::string(kSubscriptions) + uuid(n); }
  static std::string new_subscription(std::string_view url = "https://a.example") {
    return fmt::format(R"(,"new_subscription":{{"uss_base_url":"{}"}})", url);
  }
  static std::string subscription_body(const std::string& url = "https://b.example",
                                       const std::string& flags = R"("notify_for_operational_intents":true)",
                                       const std::string& v = volume()) {
    return fmt::format(R"({{"extents":{},"uss_base_url":"{}",{}}})", v, url, flags);
  }

  TestDss dss;
  const std::string alpha = token("alpha", {kSc});
  const std::string bravo = token("bravo", {kSc});
  const std::string charlie = token("charlie", {kCm});
  const std::string arbiter = token("arbiter", {kAa});
};

}  // namespace tansiq::node
