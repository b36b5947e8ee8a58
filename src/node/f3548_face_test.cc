// The F3548 face over HTTP, row by row of the standard's tables, and a day of three suppliers as an example: of one
// node, and of two that serve as one.
#include "node/f3548_face.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "node/f3548_figures.h"
#include "node/f3548_json.h"
#include "node/f3548_testlib.h"

namespace tansiq::node {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class F3548 : public F3548Suite, public ::testing::TestWithParam<Served> {
 protected:
  F3548() : F3548Suite(GetParam()) {}
};

std::string by(const ::testing::TestParamInfo<Served>& of) {
  switch (of.param) {
    case Served::kAlone:
      return "OneNode";
    case Served::kFromAnother:
      return "AnotherNode";
    case Served::kByTurns:
      break;
  }
  return "NodesByTurns";
}

INSTANTIATE_TEST_SUITE_P(By, F3548, ::testing::Values(Served::kAlone, Served::kFromAnother, Served::kByTurns), by);

class F3548Alone : public F3548Suite, public ::testing::Test {
 protected:
  F3548Alone() : F3548Suite(Served::kAlone) {}
  TestNode& node = dss.alone();
};

// The examples of the sheet, in order
// --------------------------------------------------------------------------------------

TEST_P(F3548, TheExamplesInOrder) {
  const std::string a = intent(1);
  const std::string b = intent(2);
  // 1
  auto r = put(a, intent_body(new_subscription()), alpha);
  ASSERT_EQ(r.status, 201) << r.body;
  EXPECT_EQ(at(r, "operational_intent_reference.id"), uuid(1));
  EXPECT_EQ(at(r, "operational_intent_reference.manager"), "alpha");
  EXPECT_EQ(at(r, "operational_intent_reference.uss_availability"), "Unknown");
  EXPECT_EQ(at(r, "operational_intent_reference.version"), "1");
  EXPECT_EQ(at(r, "operational_intent_reference.state"), "Accepted");
  EXPECT_EQ(at(r, "operational_intent_reference.time_start.value"), "2026-11-22T10:00:00Z");
  EXPECT_EQ(at(r, "operational_intent_reference.time_start.format"), "RFC3339");
  EXPECT_EQ(at(r, "operational_intent_reference.uss_base_url"), "https://a.example");
  const std::string s1 = at(r, "operational_intent_reference.subscription_id");
  const std::string ovn_a = at(r, "operational_intent_reference.ovn");
  EXPECT_GE(ovn_a.size(), 16U);
  EXPECT_EQ(at(r, "subscribers[0].uss_base_url"), "https://a.example");
  EXPECT_EQ(at(r, "subscribers[0].subscriptions[0].subscription_id"), s1);
  EXPECT_EQ(at(r, "subscribers[0].subscriptions[0].notification_index"), "1");
  // 2
  r = put(b, intent_body(R"(,"key":[])"), bravo);
  ASSERT_EQ(r.status, 409);
  EXPECT_EQ(at(r, "message"), "key lacks 1 operational intent");
  EXPECT_EQ(at(r, "missing_operational_intents[0].id"), uuid(1));
  EXPECT_EQ(at(r, "missing_operational_intents[0].ovn"), "Available from USS");
  EXPECT_THAT(r.body, Not(HasSubstr(ovn_a)));
  // 4
  r = put(b, intent_body(fmt::format(R"(,"key":["{}"])", ovn_a)), bravo);
  ASSERT_EQ(r.status, 201) << r.body;
  EXPECT_EQ(at(r, "operational_intent_reference.subscription_id"), "00000000-0000-4000-8000-000000000000");
  EXPECT_EQ(at(r, "subscribers[0].subscriptions[0].notification_index"), "2");
  const std::string ovn_b = at(r, "operational_intent_reference.ovn");
  // 6, 7, 8
  const std::string activate =
      intent_body(fmt::format(R"(,"key":["{}"],"subscription_id":"{}")", ovn_b, s1), "Activated");
  r = put(a + "/" + ovn_a, activate, alpha);
  ASSERT_EQ(r.status, 200) << r.body;
  EXPECT_EQ(at(r, "operational_intent_reference.version"), "2");
  const std::string ovn_a2 = at(r, "operational_intent_reference.ovn");
  EXPECT_NE(ovn_a2, ovn_a);
  r = put(a + "/" + ovn_a, activate, alpha);
  EXPECT_EQ(r.status, 409);
  EXPECT_EQ(at(r, "message"), "OVN is not current");
  EXPECT_EQ(at(r, "missing_operational_intents"), "");
  r = put(a + "/" + ovn_a2, activate, bravo);
  EXPECT_EQ(r.status, 403);
  EXPECT_EQ(at(r, "message"), "not the manager");
  // 9, 10
  const std::string off = intent_body(fmt::format(R"(,"subscription_id":"{}")", s1), "Nonconforming");
  EXPECT_EQ(put(a + "/" + ovn_a2, off, alpha).status, 403);
  r = put(a + "/" + ovn_a2, off, token("alpha", {kSc, kCmsa}));
  ASSERT_EQ(r.status, 200);
  const std::string ovn_a3 = at(r, "operational_intent_reference.ovn");
  EXPECT_EQ(put(a + "/" + ovn_a3, intent_body("", "Activated"), alpha).status, 400);
  // 11
  const std::string suffix = "01a202b2-c500-79f7-9059-5bc8bde5c099";
  const std::string suffixed =
      fmt::format(R"(,"requested_ovn_suffix":"{}","key":["{}"],"subscription_id":"{}")", suffix, ovn_b, s1);
  r = put(a + "/" + ovn_a3, intent_body(suffixed, "Activated"), alpha);
  ASSERT_EQ(r.status, 200) << r.body;
  const std::string ovn_a4 = at(r, "operational_intent_reference.ovn");
  EXPECT_EQ(ovn_a4, uuid(1) + "_" + suffix);
  dss.clock().advance(6 * 60'000);
  EXPECT_EQ(put(a + "/" + ovn_a4, intent_body(suffixed, "Activated"), alpha).status, 400);
  // 12
  r = erase(a + "/" + ovn_a4, alpha, R"({"bodies":"are sent with DELETE, too"})");
  ASSERT_EQ(r.status, 200);
  EXPECT_EQ(at(r, "operational_intent_reference.version"), "4");
  EXPECT_EQ(at(r, "operational_intent_reference.ovn"), ovn_a4);
  EXPECT_EQ(at(r, "subscribers[0].subscriptions[0].subscription_id"), s1);
  EXPECT_EQ(get(std::string(kSubscriptions) + s1, alpha).status, 404);
  EXPECT_EQ(get(a, alpha).status, 404);
  // 13
  const std::string s2 = subscription(22);
  std::string later = subscription_body("https://b.example", R"("notify_for_operational_intents":true)", volume());
  later = subscription_body("https://b.example", R"("notify_for_operational_intents":true)",
                            R"({"volume":{"outline_circle":{"center":{"lat":46.5,"lng":6.6},)"
                            R"("radius":{"value":300,"units":"M"}}}})");
  r = put(s2, later, bravo);
  ASSERT_EQ(r.status, 200) << r.body;
  EXPECT_EQ(at(r, "subscription.notification_index"), "0");
  EXPECT_EQ(at(r, "subscription.implicit_subscription"), "false");
  EXPECT_EQ(at(r, "subscription.dependent_operational_intents"), "[0]");
  EXPECT_EQ(at(r, "operational_intent_references"), "[1]");
  EXPECT_EQ(at(r, "constraint_references"), "");
  const std::string version = at(r, "subscription.version");
  // 14
  EXPECT_EQ(erase(s2 + "/", bravo).status, 400);
  EXPECT_EQ(get(s2, alpha).status, 403);
  EXPECT_EQ(erase(s2 + "/" + version, bravo).status, 200);
  // 15
  const std::string delta = token("delta", {kCp});
  for (const int n : {3, 4}) {
    EXPECT_EQ(put(subscription(n),
                  subscription_body("https://d.example", R"("notify_for_constraints":true)",
                                    R"({"volume":{"outline_circle":{"center":{"lat":46.5,"lng":6.6},)"
                                    R"("radius":{"value":300,"units":"M"}}}})"),
                  delta)
                  .status,
              200);
  }
  r = put(constraint(5), fmt::format(R"({{"extents":[{}],"uss_base_url":"https://c.example"}})", volume()), charlie);
  ASSERT_EQ(r.status, 201) << r.body;
  EXPECT_EQ(at(r, "constraint_reference.version"), "1");
  EXPECT_EQ(at(r, "subscribers"), "[1]");
  EXPECT_EQ(at(r, "subscribers[0].uss_base_url"), "https://d.example");
  EXPECT_EQ(at(r, "subscribers[0].subscriptions"), "[2]");
  EXPECT_EQ(at(r, "subscribers[0].subscriptions[1].notification_index"), "1");
  // 16
  const std::string of_bravo = "/dss/v1/uss_availability/bravo";
  r = get(of_bravo, arbiter);
  EXPECT_EQ(r.status, 200);
  EXPECT_EQ(r.body, R"({"status":{"availability":"Unknown","uss":"bravo"},"version":""})");
  r = put(of_bravo, R"({"old_version":"","availability":"Down"})", arbiter);
  ASSERT_EQ(r.status, 200);
  EXPECT_EQ(at(r, "status.availability"), "Down");
  EXPECT_EQ(put(of_bravo, R"({"old_version":"","availability":"Down"})", arbiter).status, 409);
  EXPECT_EQ(erase(b + "/" + ovn_b, bravo).status, 412);
  EXPECT_EQ(put(intent(9), intent_body(), alpha).status, 201);  // Without bravo's OVN.
  // 17
  r = post(
      "/dss/v1/reports",
      R"({"exchange":{"url":"https://x.example/uss","method":"GET","recorder_role":"Client",)"
      R"("request_time":{"value":"2026-11-22T10:00:00Z","format":"RFC3339"},"response_code":500,"else":[1.5,null]}})",
      alpha);
  ASSERT_EQ(r.status, 201) << r.body;
  EXPECT_NE(at(r, "report_id"), "");
  EXPECT_EQ(at(r, "exchange.response_code"), "500");
  EXPECT_THAT(r.body, HasSubstr(R"("else":[1.5,null])"));
  // 18
  EXPECT_EQ(get(std::string(kIntents) + "not-a-uuid", "").status, 401);
  EXPECT_EQ(get(std::string(kIntents) + "not-a-uuid", alpha).status, 400);
  EXPECT_EQ(get(std::string(kIntents) + "not-a-uuid", delta).status, 403);
}

// Scopes
// -------------------------------------------------------------------------------------------------------------------

TEST_P(F3548, EveryEndpointTakesItsScopesAloneAndNoOthers) {
  const std::vector<std::string_view> all{kSc, kCmsa, kCp, kCm, kAa, "interuss.versioning.read_system_versions"};
  for (const f3548_api::OperationInfo& info : f3548_api::operations()) {
    if (info.scope == "open") continue;
    std::string path(info.path);
    for (const std::string_view name :
         {"{entityid}", "{subscriptionid}", "{ovn}", "{version}", "{uss_id}", "{system_identity}"}) {
      if (const auto where = path.find(name); where != std::string::npos) path.replace(where, name.size(), "x");
    }
    const auto method = net::parse_method(info.method).value();
    EXPECT_EQ(call(method, path, "{", "").status, 401) << info.id;
    EXPECT_EQ(call(method, path, "{", "nonsense").status, 401) << info.id;
    for (const std::string_view scope : all) {
      const bool suffices =
          info.scope == "any" || ("/" + std::string(info.scope) + "/").contains(fmt::format("/{}/", scope));
      const auto reply = dss.send(method, path, "{", token("alpha", {scope}));
      EXPECT_EQ(reply.status == 403, !suffices) << info.id << " " << scope << " " << reply.status;
    }
  }
  // A local administrator is not a supplier.
  EXPECT_EQ(get(intent(1), token("root", {"admin"})).status, 403);
  EXPECT_EQ(get("/aux/v1/validate_oauth", token("root", {"admin"})).status, 200);
}

// Paths and bodies
// ---------------------------------------------------------------------------------------------------------

TEST_P(F3548, UnknownPathsAndMethodsAre404) {
  for (const auto& [method, path] : std::vector<std::pair<net::Method, std::string>>{
           {net::Method::kGet, "/dss/v1/nothing"},
           {net::Method::kGet, "/dss"},
           {net::Method::kPatch, intent(1)},
           {net::Method::kDelete, intent(1)},
           {net::Method::kGet, "/dss/v1/operational_intent_references/query"},
           {net::Method::kPost, "/dss/v1/operational_intent_references/query/"}}) {
    const auto reply = call(method, path, "", alpha);
    EXPECT_TRUE(reply.status == 404 || (path.ends_with("query") && reply.status == 400)) << path << reply.status;
  }
}

TEST_P(F3548, AnEmptyVersionIsAnUpdateThatIsWrong) {
  EXPECT_EQ(put(intent(1) + "/", intent_body(), alpha).status, 400);
  EXPECT_EQ(get(intent(1), alpha).status, 404);
  EXPECT_EQ(erase(intent(1) + "/", alpha).status, 400);
  EXPECT_EQ(put(constraint(1) + "/", fmt::format(R"({{"extents":[{}],"uss_base_url":"https://c.example"}})", volume()),
                charlie)
                .status,
            400);
  EXPECT_EQ(erase(constraint(1) + "/", charlie).status, 400);
  EXPECT_EQ(put(subscription(1) + "/", subscription_body(), alpha).status, 400);
  EXPECT_EQ(erase(subscription(1) + "/", alpha).status, 400);
}

TEST_P(F3548, BadBodiesAre400) {
  const std::string volumes = fmt::format("[{}]", volume());
  const std::vector<std::string> bodies{
      "",
      "{",
      "[]",
      "{}",
      R"({"extents":{},"state":"Accepted","uss_base_url":"https://a.example"})",
      R"({"extents":[],"state":"Accepted","uss_base_url":"https://a.example"})",
      fmt::format(R"({{"extents":{},"uss_base_url":"https://a.example"}})", volumes),
      fmt::format(R"({{"extents":{},"state":null,"uss_base_url":"https://a.example"}})", volumes),
      fmt::format(R"({{"extents":{},"state":"Ended","uss_base_url":"https://a.example"}})", volumes),
      fmt::format(R"({{"extents":{},"state":"accepted","uss_base_url":"https://a.example"}})", volumes),
      fmt::format(R"({{"extents":{},"state":"Accepted"}})", volumes),
      fmt::format(R"({{"extents":{},"state":"Accepted","uss_base_url":"http://a.example"}})", volumes),
      intent_body(R"(,"key":{})"),
      intent_body(R"(,"key":[1])"),
      intent_body(R"(,"requested_ovn_suffix":"")"),
      intent_body(R"(,"subscription_id":"x")"),
      intent_body(R"(,"new_subscription":{})"),
      intent_body("", "Activated"),
      intent_body(new_subscription(), "Activated"),
  };
  for (const std::string& body : bodies) EXPECT_EQ(put(intent(1), body, alpha).status, 400) << body;
  EXPECT_EQ(post(std::string(kIntents) + "query", "{}", alpha).status, 400);
  EXPECT_EQ(put("/dss/v1/uss_availability/bravo", R"({"old_version":""})", arbiter).status, 400);
  EXPECT_EQ(post("/dss/v1/reports", R"({"exchange":{}})", alpha).status, 400);
}

TEST_P(F3548, UndeclaredMembersAreIgnoredAndNullIsAbsent) {
  auto r = put(intent(1),
               intent_body(R"(,"key":null,"subscription_id":null,"new_subscription":null,"priority":{"a":1},"x":[])"),
               alpha);
  ASSERT_EQ(r.status, 201) << r.body;
  EXPECT_EQ(r.headers.find("Content-Type"), "application/json");
  EXPECT_EQ(get(intent(1) + "?extra=1", alpha).status, 200);
  // A request without Content-Type.
  auto bare = dss.client(alpha)->send(net::Method::kPost, "/dss/v1/subscriptions/query", {}, query());
  ASSERT_TRUE(bare.has_value());
  EXPECT_EQ(bare->status, 200);
}

TEST_P(F3548, IdsAreReadLenientlyAndEchoedInOneSpelling) {
  const std::string spelled = "ABCDEF00-0000-4000-8000-00000000000A";
  auto r = put(std::string(kIntents) + spelled, intent_body(), alpha);
  ASSERT_EQ(r.status, 201);
  EXPECT_EQ(at(r, "operational_intent_reference.id"), "abcdef00-0000-4000-8000-00000000000a");
  EXPECT_EQ(get(std::string(kIntents) + "abcdef000000400080000000000000"
                                        "0a",
                alpha)
                .status,
            200);
  EXPECT_EQ(get(std::string(kIntents) + "abcdef00-0000-1000-8000-00000000000a", alpha).status, 400);
}

TEST_P(F3548, TheFormOfAnOvnIsNeverJudged) {
  ASSERT_EQ(put(intent(1), intent_body(), alpha).status, 201);
  EXPECT_EQ(put(intent(1) + "/x", intent_body(), alpha).status, 409);
  EXPECT_EQ(put(intent(1) + "/%20%C3%A9", intent_body(), alpha).status, 409);
  EXPECT_EQ(erase(intent(1) + "/" + std::string(3'000, 'x'), alpha).status, 409);
  EXPECT_EQ(put(intent(2), intent_body(R"(,"key":["","é",")" + std::string(10'000, 'k') + R"("])"), alpha).status, 409);
}

TEST_P(F3548, TimesAreEchoedExactlyAndUrlsVerbatim) {
  std::string v = volume();
  v.replace(v.find("10:00:00Z"), 9, "10:00:00.123456Z");
  const std::string body =
      fmt::format(R"({{"extents":[{}],"state":"Accepted","uss_base_url":"https://a.example/x/?q=1&r=%20/"}})", v);
  auto r = put(intent(1), body, alpha);
  ASSERT_EQ(r.status, 201) << r.body;
  EXPECT_EQ(at(r, "operational_intent_reference.time_start.value"), "2026-11-22T10:00:00.123456Z");
  EXPECT_EQ(at(r, "operational_intent_reference.uss_base_url"), "https://a.example/x/?q=1&r=%20/");
}

TEST_P(F3548, AreasBeyondTheLimit) {
  const std::string huge =
      R"({"volume":{"outline_circle":{"center":{"lat":46.5,"lng":6.6},"radius":{"value":30000,"units":"M"}},)"
      R"("altitude_lower":{"value":400,"reference":"W84","units":"M"},)"
      R"("altitude_upper":{"value":520,"reference":"W84","units":"M"}},)"
      R"("time_start":{"value":"2026-11-22T10:00:00Z","format":"RFC3339"},)"
      R"("time_end":{"value":"2026-11-22T11:00:00Z","format":"RFC3339"}})";
  EXPECT_EQ(put(intent(1), intent_body("", "Accepted", huge), alpha).status, 400);
  EXPECT_EQ(post(std::string(kIntents) + "query", query(huge), alpha).status, 400);
  EXPECT_EQ(post(std::string(kSubscriptions) + "query", query(huge), alpha).status, 413);
  EXPECT_EQ(post(std::string(kConstraints) + "query", query(huge), charlie).status, 413);
  EXPECT_EQ(
      put(subscription(1), subscription_body("https://b.example", R"("notify_for_constraints":true)", huge), alpha)
          .status,
      400);
  EXPECT_EQ(
      put(constraint(1), fmt::format(R"({{"extents":[{}],"uss_base_url":"https://c.example"}})", huge), charlie).status,
      400);
}

TEST_P(F3548, AnOutlineIsNeededEverywhere) {
  const std::string none = R"({"volume":{}})";
  const std::string no_centre = R"({"volume":{"outline_circle":{"radius":{"value":3,"units":"M"}}}})";
  const std::string feet =
      R"({"volume":{"outline_circle":{"center":{"lat":46.5,"lng":6.6},"radius":{"value":3,"units":"FT"}}}})";
  for (const std::string& v : {none, no_centre, feet}) {
    EXPECT_EQ(put(subscription(1), subscription_body("https://b.example", R"("notify_for_constraints":true)", v), alpha)
                  .status,
              400);
    for (const std::string_view kind : {kIntents, kConstraints, kSubscriptions}) {
      EXPECT_EQ(post(std::string(kind) + "query", query(v), token("x", {kSc, kCm})).status, 400) << v;
    }
  }
  // Every extent, not only the union.
  EXPECT_EQ(put(intent(1), intent_body("", "Accepted", volume() + "," + none), alpha).status, 400);
}

// Visibility
// ---------------------------------------------------------------------------------------------------------------

TEST_P(F3548, OvnsAreTheManagersAlone) {
  auto r = put(intent(1), intent_body(new_subscription()), alpha);
  const std::string ovn = at(r, "operational_intent_reference.ovn");
  EXPECT_EQ(at(get(intent(1), alpha), "operational_intent_reference.ovn"), ovn);
  EXPECT_EQ(at(get(intent(1), bravo), "operational_intent_reference.ovn"), kHiddenOvn);
  const auto found = post(std::string(kIntents) + "query", query(), bravo);
  EXPECT_EQ(at(found, "operational_intent_references"), "[1]");
  EXPECT_EQ(at(found, "operational_intent_references[0].ovn"), kHiddenOvn);
  const auto listed = put(subscription(1), subscription_body(), bravo);
  EXPECT_EQ(at(listed, "operational_intent_references[0].ovn"), kHiddenOvn);
  for (const auto& reply : {found, listed}) EXPECT_THAT(reply.body, Not(HasSubstr(ovn)));
  EXPECT_EQ(at(post(std::string(kSubscriptions) + "query", query(), alpha), "subscriptions"), "[1]");
  EXPECT_EQ(at(post(std::string(kSubscriptions) + "query", query(), token("Alpha", {kSc})), "subscriptions"), "[0]");
}

TEST_P(F3548, AvailabilityIsReadLive) {
  ASSERT_EQ(put(intent(1), intent_body(), alpha).status, 201);
  (void)put("/dss/v1/uss_availability/alpha", R"({"availability":"normal"})", arbiter);
  EXPECT_EQ(at(get(intent(1), bravo), "operational_intent_reference.uss_availability"), "Normal");
}

// Constraints and subscriptions
// --------------------------------------------------------------------------------------------

TEST_P(F3548, ConstraintsFromBirthToEnd) {
  const std::string body = fmt::format(R"({{"extents":[{}],"uss_base_url":"https://c.example"}})", volume());
  auto r = put(constraint(1), body, charlie);
  ASSERT_EQ(r.status, 201);
  EXPECT_EQ(at(r, "subscribers"), "[0]");
  const std::string ovn = at(r, "constraint_reference.ovn");
  EXPECT_EQ(at(get(constraint(1), token("delta", {kCp})), "constraint_reference.ovn"), kHiddenOvn);
  r = put(constraint(1) + "/" + ovn, body, charlie);
  ASSERT_EQ(r.status, 200);
  EXPECT_EQ(at(r, "constraint_reference.version"), "2");
  EXPECT_EQ(at(post(std::string(kConstraints) + "query", query(), charlie), "constraint_references"), "[1]");
  const std::string ovn_2 = at(r, "constraint_reference.ovn");
  EXPECT_EQ(erase(constraint(1) + "/" + ovn_2, token("delta", {kCm})).status, 403);
  r = erase(constraint(1) + "/" + ovn_2, charlie);
  EXPECT_EQ(r.status, 200);
  EXPECT_EQ(at(r, "constraint_reference.ovn"), ovn_2);
  EXPECT_EQ(get(constraint(1), charlie).status, 404);
}

TEST_P(F3548, SubscriptionsFromBirthToEnd) {
  auto r = put(subscription(1), subscription_body(), alpha);
  ASSERT_EQ(r.status, 200);  // Never 201.
  const std::string version = at(r, "subscription.version");
  EXPECT_EQ(put(subscription(1), subscription_body(), alpha).status, 409);
  r = put(
      subscription(1) + "/" + version,
      subscription_body("https://n.example", R"("notify_for_operational_intents":true,"notify_for_constraints":true)"),
      alpha);
  ASSERT_EQ(r.status, 200) << r.body;
  EXPECT_NE(at(r, "subscription.version"), version);
  EXPECT_EQ(at(r, "operational_intent_references"), "[0]");
  EXPECT_EQ(at(r, "constraint_references"), "[0]");
  EXPECT_EQ(get(subscription(1), alpha).status, 200);
  r = erase(subscription(1) + "/" + at(r, "subscription.version"), alpha);
  EXPECT_EQ(r.status, 200);
  EXPECT_EQ(at(r, "subscription.uss_base_url"), "https://n.example");
}

// Small endpoints
// ----------------------------------------------------------------------------------------------------------

TEST_P(F3548, SmallEndpointsBesideTheStandard) {
  EXPECT_EQ(get("/healthy", "").body, "ok");
  const auto version = get("/aux/v1/version", "");
  EXPECT_EQ(version.status, 200);
  EXPECT_NE(at(version, "version"), "");
  EXPECT_EQ(get("/aux/v1/validate_oauth", "").status, 401);
  EXPECT_EQ(get("/aux/v1/validate_oauth", alpha).body, "{}");
  EXPECT_EQ(get("/aux/v1/validate_oauth?owner=alpha", alpha).status, 200);
  EXPECT_EQ(get("/aux/v1/validate_oauth?owner=bravo", alpha).status, 403);
  const std::string reader = token("test", {"interuss.versioning.read_system_versions"});
  EXPECT_EQ(at(get("/versions/astm.f3548.v21", reader), "system_identity"), kF3548SystemIdentity);
  EXPECT_EQ(get("/versions/something.else", reader).status, 404);
  EXPECT_EQ(get("/versions/astm.f3548.v21", alpha).status, 403);
}

TEST(F3548Bench, MeasuresEveryFigureOnASmallScale) {
  const TemporaryFolder folder;
  const auto figures = measure_f3548({.folder = folder.path(),
                                      .cell_clients = 4,
                                      .spread_clients = 4,
                                      .busy_intents = 10,
                                      .spread_intents = 200,
                                      .subscriptions = 50,
                                      .second_intents = 50,
                                      .run_ms = 100});
  ASSERT_TRUE(figures.has_value()) << figures.error().text();
  EXPECT_GT(figures->busy.per_second, 0);
  EXPECT_GT(figures->contended.per_second, 0);
  EXPECT_GT(figures->spread.per_second, 0);
  EXPECT_GT(figures->query.p99_ms, 0);
  ASSERT_TRUE(figures->second.has_value());
  EXPECT_GT(figures->second_ratio, 0);
}

// Concurrency, the record
// --------------------------------------------------------------------------------------------------

TEST_P(F3548, TwentyParallelCreatesInSeparateVolumesAllSucceed) {
  std::vector<std::thread> threads;
  std::vector<int> statuses(20);
  for (int i = 0; i < 20; ++i) {
    threads.emplace_back([&, i] {
      statuses[static_cast<std::size_t>(i)] =
          put(intent(i), intent_body(new_subscription(), "Accepted", volume(6.6 + i * 0.1)), alpha).status;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(statuses, ::testing::Each(201));
}

TEST_P(F3548, OfParallelCreatesInOnePlaceExactlyOneSucceeds) {
  std::vector<std::thread> threads;
  std::vector<int> statuses(12);
  for (int i = 0; i < 12; ++i) {
    threads.emplace_back([&, i] {
      statuses[static_cast<std::size_t>(i)] = put(intent(i), intent_body(), i % 2 == 0 ? alpha : bravo).status;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(std::ranges::count(statuses, 201), 1);
  EXPECT_EQ(std::ranges::count(statuses, 409), 11);
}

TEST_F(F3548Alone, TheRecordBringsEverythingBack) {
  auto r = put(intent(1), intent_body(new_subscription()), alpha);
  const std::string ovn = at(r, "operational_intent_reference.ovn");
  (void)put(constraint(2), fmt::format(R"({{"extents":[{}],"uss_base_url":"https://c.example"}})", volume()), charlie);
  (void)put("/dss/v1/uss_availability/alpha", R"({"availability":"Normal"})", arbiter);
  (void)node.put("/v1/intents/i1", create_json("c1", volume_json(10, 15)), node.token("fr-ops"));
  (void)put(subscription(3), subscription_body(), bravo);
  const std::string before = get(intent(1), alpha).body;
  const auto mark = node.node().state_mark();
  node.restart();  // From the snapshot that a stop leaves.
  EXPECT_EQ(node.node().state_mark(), mark);
  EXPECT_GT(node.node().open_report().from_snapshot, 0U);
  EXPECT_EQ(get(intent(1), alpha).body, before);
  r = erase(intent(1) + "/" + ovn, alpha);
  ASSERT_EQ(r.status, 200);
  EXPECT_EQ(at(r, "subscribers[0].subscriptions[0].notification_index"), "2");
}

TEST_F(F3548Alone, WhoHasReportedTooMuchIsToldWhenThereIsMore) {
  const auto report = [&](std::string_view as, std::size_t bytes) {
    return post(
        "/dss/v1/reports",
        fmt::format(R"({{"exchange":{{"url":"https://a.example","method":"GET","recorder_role":"Client",)"
                    R"("request_time":{{"value":"2026-11-22T10:00:00Z","format":"RFC3339"}},"problem":"{}"}}}})",
                    std::string(bytes, 'x')),
        token(as, {kSc}));
  };
  constexpr std::size_t kLarge = 4'000'000;
  for (std::size_t n = 0; n < kF3548ReportBytesMax / kLarge; ++n) ASSERT_EQ(report("delta", kLarge).status, 201) << n;
  dss.clock().advance(1'000);
  const auto refused = report("delta", kLarge);
  EXPECT_EQ(refused.status, 429) << refused.body;
  EXPECT_THAT(refused.body, HasSubstr("in a day"));
  EXPECT_EQ(refused.headers.find("Retry-After"), "86399");
  EXPECT_EQ(report("echo", 10).status, 201) << "everybody has a day of its own";
  dss.clock().advance(86'399'000);
  EXPECT_EQ(report("delta", kLarge).status, 201);
}

TEST_F(F3548Alone, AReplayComesToTheSameState) {
  (void)put(intent(1), intent_body(new_subscription()), alpha);
  (void)node.put("/v1/intents/i1", create_json("c1", volume_json(10, 15)), node.token("fr-ops"));
  (void)put(subscription(3), subscription_body(), bravo);
  (void)post("/dss/v1/reports",
             R"({"exchange":{"url":"u","method":"GET","recorder_role":"Server",)"
             R"("request_time":{"value":"2026-11-22T10:00:00Z","format":"RFC3339"}}})",
             alpha);
  const auto mark = node.node().state_mark();
  ASSERT_TRUE(node.stop().has_value());
  for (const auto& file : std::filesystem::recursive_directory_iterator(node.folder())) {
    if (file.path().string().contains("snapshot") && file.is_regular_file()) std::filesystem::remove(file.path());
  }
  node.restart();
  EXPECT_EQ(node.node().open_report().from_snapshot, 0U);
  EXPECT_EQ(node.node().state_mark(), mark);
}

TEST_P(F3548, WhatHasLongRunOutIsForgottenByATick) {
  (void)put(intent(1), intent_body(), alpha);
  dss.clock().advance(60LL * 86'400'000);
  EXPECT_EQ(get(intent(1), alpha).status, 200);
  dss.keeper().tick();
  EXPECT_EQ(get(intent(1), alpha).status, 404);
}

}  // namespace
}  // namespace tansiq::node
