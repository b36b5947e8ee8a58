// The node as a supplier over real sockets and the real store: the faces between suppliers, and two nodes that are
// suppliers beside each other, with the first one's own registry.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "base/eventually.h"
#include "base/json_in.h"
#include "base/units.h"
#include "log/sha256.h"
#include "net/jwt_sign.h"
#include "node/coalition_figures.h"
#include "node/f3548_json.h"
#include "node/node_testlib.h"
#include "node/uss_bodies.h"
#include "store/sqlite_reader.h"

namespace tansiq::node {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kSc = "utm.strategic_coordination";
constexpr std::string_view kCmsa = "utm.conformance_monitoring_sa";
constexpr std::string_view kCp = "utm.constraint_processing";
constexpr std::string_view kCm = "utm.constraint_management";
constexpr std::string_view kIntents = "/uss/v1/operational_intents";
constexpr std::string_view kReferences = "/dss/v1/operational_intent_references/";

/// A circle in the aware block of the default charter; `east_m` metres east of its middle.
std::string training(int east_m, int radius_m, std::string_view command) {
  return fmt::format(
      R"({{"command_id":"{}","domain":"air","flight":"TRAINER","volumes":[{{"band":{{"lower_cm":{},"ref":"fl","upper_cm":{}}},)"
      R"("outline":{{"circle":{{"centre":[343000000,{}],"radius_cm":{}}}}},"window":{{"end_ms":{},"start_ms":{}}}}}]}})",
      command, cm_from_flight_level(60), cm_from_flight_level(70), 338'000'000 + east_m * 108, radius_m * 100,
      kTestStart.ms + 3'600'000, kTestStart.ms);
}

/// The issuer whose tokens suppliers have. It lives as long as the program, so that its key is made once.
const net::JwtSigner& issuer() {
  static const net::JwtSigner signer = *net::JwtSigner::generate(net::JwtAlgorithm::kEs256);
  return signer;
}
/// A token for every node of this machine.
std::string issued(std::string_view subject, std::string_view scopes) {
  return issuer().sign(fmt::format(R"({{"iss":"lab","sub":"{}","aud":"127.0.0.1","exp":{},"scope":"{}"}})", subject,
                                   SystemClock().now().ms / 1'000 + 3'600, scopes));
}

/// A node that is a supplier. Its token stands in a file, and is of an issuer that all nodes trust.
class SupplierNode {
 public:
  SupplierNode(std::string name, const SupplierNode* registry, const std::function<void(UssConfig&)>& adjust = {})
      : name_(std::move(name)), port_(free_loopback_port().value()), token_file_(files_.path() / "token") {
    const auto keys = files_.path() / "keys.json";
    std::ofstream(keys) << R"({"keys":[)" << issuer().key().jwk_json() << "]}";
    node = std::make_unique<TestNode>([&](NodeConfig& config) {
      config.develop_region = true;  // No exclusive zone above: pressure may be far from heights.
      config.auth.audiences = {"127.0.0.1"};
      config.auth.issuers = {{.name = "lab", .jwks_file = keys.string()}};
      config.listen_port = port_;
      config.f3548.allow_http = true;
      config.uss = UssConfig{.manager = name_, .base_url = url(), .dss_url = registry ? registry->url() : url()};
      config.uss->token_file = token_file_;
      if (adjust) adjust(*config.uss);
    });
    std::ofstream(token_file_) << issued(name_, fmt::format("{} {}", kSc, kCmsa)) << "\n";
    officer = node->token("officer", {"intents.read", "intents.file", "coordination.read", "coordination.act"});
  }
  [[nodiscard]] std::string url() const { return fmt::format("http://127.0.0.1:{}", port_); }
  [[nodiscard]] std::string document(std::string_view name) const {
    return node->get(fmt::format("/v1/uss/{}", name), officer).body;
  }
  [[nodiscard]] bool shows(std::string_view name, std::string_view part) const {
    return document(name).find(part) != std::string::npos;
  }
  void file(std::string_view id, int east_m, int radius_m = 1'000) const {
    const auto reply =
        node->put(fmt::format("/v1/intents/{}", id), training(east_m, radius_m, fmt::format("file-{}", id)), officer);
    EXPECT_EQ(reply.status, 201) << reply.body;
  }
  void change(std::string_view id, std::string_view act, int version) const {
    const auto reply = node->post(fmt::format("/v1/intents/{}/{}", id, act),
                                  fmt::format(R"({{"command_id":"{}-{}","version":{}}})", act, id, version), officer);
    EXPECT_EQ(reply.status, 200) << reply.body;
  }

  std::unique_ptr<TestNode> node;
  std::string officer;

 private:
  const std::string name_;
  const std::uint16_t port_;
  TemporaryFolder files_;
  const std::filesystem::path token_file_;
};

/// The member `id` of the first element of a document.
std::string first_id(const std::string& document, std::string_view list) {
  const auto json = JsonDocument::parse(document);
  if (!json) return {};
  const auto rows = json->root().at(list);
  if (!rows || rows->size() == 0) return {};
  const auto id = (*rows)[0].find("id");
  return id ? std::string(*id->string()) : "";
}

TEST(UssNodes, TwoSuppliersKeepEachOtherInformed) {
  SupplierNode a("alpha", nullptr);
  SupplierNode b("bravo", &a);
  a.file("A1", 0);
  ASSERT_TRUE(eventually([&] { return a.shows("intents", R"("stage":"registered")"); })) << a.document("intents");
  const std::string id_a = first_id(a.document("intents"), "intents");
  const std::string as_bravo = a.node->token("bravo", {std::string(kSc)});
  EXPECT_EQ(a.node->get(std::string(kReferences) + id_a, as_bravo).status, 200);

  // Fifty metres between them: another place, a cell in common. b learns of a by the registry, asks it, and tells it.
  b.file("B1", 2'050);
  ASSERT_TRUE(eventually([&] { return b.shows("intents", R"("stage":"registered")"); })) << b.document("intents");
  EXPECT_TRUE(b.shows("others", fmt::format(R"("id":"{}")", id_a)));
  EXPECT_TRUE(b.shows("others", R"("how":"fetch")"));
  EXPECT_TRUE(eventually([&] { return a.shows("others", R"("manager":"bravo")"); })) << a.document("others");
  EXPECT_TRUE(a.shows("others", R"("how":"notice")"));
  EXPECT_TRUE(eventually([&] { return b.shows("deliveries", R"("state":"delivered")"); })) << b.document("deliveries");

  // Where they meet nothing is registered, and people see why.
  b.file("B2", -950, 100);
  ASSERT_TRUE(eventually([&] { return b.shows("intents", R"("stage":"refused")"); })) << b.document("intents");
  EXPECT_TRUE(b.shows("intents", "it meets " + id_a));

  // a activates, and ends: b is told, and what had been refused is looked at again by itself.
  a.change("A1", "activate", 1);
  EXPECT_TRUE(eventually([&] { return b.shows("others", R"("state":"Activated")"); })) << b.document("others");
  a.change("A1", "end", 2);
  EXPECT_TRUE(eventually([&] { return b.shows("others", R"("gone":true)"); })) << b.document("others");
  b.node->clock().advance(1'000);
  EXPECT_TRUE(eventually([&] { return !b.shows("intents", R"("stage":"refused")"); })) << b.document("intents");
  EXPECT_THAT(b.node->get("/metrics").body, HasSubstr("tansiq_uss_intents{stage=\"registered\"} 2\n"));
  EXPECT_EQ(a.node->get(std::string(kReferences) + id_a, as_bravo).status, 404);

  // All of that stands in the record.
  const auto before = b.node->node().state_mark();
  const std::string others = b.document("others");
  b.node->restart();
  EXPECT_EQ(b.node->node().state_mark().state_hash, before.state_hash);
  EXPECT_EQ(b.document("others"), others);
  EXPECT_TRUE(eventually([&] { return b.shows("intents", R"("stage":"registered")"); }));
}

TEST(UssNodes, WhoIsDownIsToldLater) {
  SupplierNode a("alpha", nullptr);
  {
    SupplierNode b("bravo", &a);
    b.file("B1", 2'050);
    ASSERT_TRUE(eventually([&] { return b.shows("intents", R"("stage":"registered")"); })) << b.document("intents");
  }
  a.file("A1", 0);
  // bravo is gone: its details are not to be had, and nothing is registered without them.
  ASSERT_TRUE(eventually([&] { return a.shows("intents", R"("stage":"retrying")"); })) << a.document("intents");
  EXPECT_TRUE(a.shows("intents", "details of "));
}

// One supplier's faces
// ---------------------------------------------------------------------------------------------------------------------

class UssFaceTest : public ::testing::Test {
 protected:
  UssFaceTest() {
    a.file("A1", 0);
    EXPECT_TRUE(eventually([&] { return a.shows("intents", R"("stage":"registered")"); })) << a.document("intents");
    id = first_id(a.document("intents"), "intents");
  }
  [[nodiscard]] std::string token(std::string_view who, std::initializer_list<std::string_view> scopes) const {
    return a.node->token(who, std::vector<std::string>(scopes.begin(), scopes.end()));
  }
  [[nodiscard]] net::ClientResponse call(net::Method method, std::string_view path, std::string_view body,
                                         const std::string& as) const {
    auto reply = a.node->send(method, path, body, as);
    if (reply.status >= 400) {
      EXPECT_EQ(reply.headers.find("Content-Type"), "application/json") << reply.body;
    }
    return reply;
  }
  [[nodiscard]] std::string of(std::string_view entity) const { return fmt::format("{}/{}", kIntents, entity); }
  static std::string uuid(int n) { return fmt::format("00000000-0000-4000-8000-{:012d}", n); }
  static std::string time(std::string_view t) { return fmt::format(R"({{"value":"{}","format":"RFC3339"}})", t); }
  static std::string notice(int n, int version, std::string_view manager = "bravo", int radius = 300,
                            std::string_view kind = "operational_intent") {
    const bool intent = kind == "operational_intent";
    return fmt::format(
        R"({{"{}_id":"{}","subscriptions":[{{"subscription_id":"{}","notification_index":1}}],"{}":{{"reference":{{"id":"{}",)"
        R"("manager":"{}","uss_availability":"Unknown","version":{}{},"time_start":{},"time_end":{},)"
        R"("uss_base_url":"https://b.example","ovn":"an-ovn-of-bravos-{}"}},"details":{{"volumes":[{{"volume":)"
        R"({{"outline_circle":{{"center":{{"lat":46.5,"lng":6.6}},"radius":{{"value":{},"units":"M"}}}},)"
        R"("altitude_lower":{{"value":400,"reference":"W84","units":"M"}},)"
        R"("altitude_upper":{{"value":520,"reference":"W84","units":"M"}}}},"time_start":{},"time_end":{}}}]}}}}}})",
        kind, uuid(n), uuid(900), kind, uuid(n), manager, version,
        intent ? fmt::format(R"(,"state":"Accepted","subscription_id":"{}")", uuid(901)) : "",
        time("2026-11-22T10:00:00Z"), time("2026-11-22T11:00:00Z"), version, radius, time("2026-11-22T10:00:00Z"),
        time("2026-11-22T11:00:00Z"));
  }
  static std::string over(int n) {
    return fmt::format(
        R"({{"operational_intent_id":"{}","subscriptions":[{{"subscription_id":"{}","notification_index":2}}]}})",
        uuid(n), uuid(900));
  }

  SupplierNode a{"alpha", nullptr};
  std::string id;
  const std::string bravo = token("bravo", {kSc});
};

TEST_F(UssFaceTest, EveryEndpointTakesItsScopesAlone) {
  struct Row {
    net::Method method;
    std::string path, body;
    std::string_view scope;
    int status;
  };
  const std::string report = fmt::format(
      R"({{"exchange":{{"url":"https://a.example","method":"GET","recorder_role":"Client","request_time":{}}}}})",
      time("2026-11-22T10:00:00Z"));
  const Row rows[] = {
      {net::Method::kGet, of(id), "", kSc, 200},
      {net::Method::kGet, of(id) + "/telemetry", "", kCmsa, 409},
      {net::Method::kPost, std::string(kIntents), notice(1, 1), kSc, 204},
      {net::Method::kGet, "/uss/v1/constraints/" + uuid(1), "", kCp, 404},
      {net::Method::kPost, "/uss/v1/constraints", notice(2, 1, "bravo", 300, "constraint"), kCm, 204},
      {net::Method::kPost, "/uss/v1/reports", report, kCp, 201},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(call(row.method, row.path, row.body, "").status, 401) << row.path;
    EXPECT_EQ(call(row.method, row.path, "{}", token("bravo", {"admin"})).status, 403)
        << row.path << ": before the body";
    EXPECT_EQ(call(row.method, row.path, row.body, token("bravo", {row.scope})).status, row.status) << row.path;
  }
  EXPECT_EQ(call(net::Method::kDelete, of(id), "", bravo).status, 404);
  EXPECT_EQ(call(net::Method::kGet, "/uss/v1/log_sets/" + uuid(1), "", bravo).status, 404);
}

TEST_F(UssFaceTest, DetailsAreThoseThatTheRegistryConfirmed) {
  const auto served = call(net::Method::kGet, of(id), "", bravo);
  ASSERT_EQ(served.status, 200) << served.body;
  const auto reference = a.node->get(std::string(kReferences) + id, token("alpha", {kSc}));
  ASSERT_EQ(reference.status, 200);
  const auto json = JsonDocument::parse(reference.body);
  const JsonValue recorded = *json->root().at("operational_intent_reference");
  for (const std::string_view member : {"ovn", "details_sha256", "uss_base_url", "subscription_id", "state"}) {
    EXPECT_THAT(served.body, HasSubstr(fmt::format(R"("{}":"{}")", member, *recorded.at(member)->string())));
  }
  EXPECT_THAT(served.body, HasSubstr(R"("version":1)"));
  EXPECT_EQ(call(net::Method::kGet, of(uuid(7)), "", bravo).status, 404);
  EXPECT_EQ(call(net::Method::kGet, of("not-a-uuid"), "", bravo).status, 400);
  EXPECT_EQ(call(net::Method::kGet, of("00000000-0000-1000-8000-000000000001"), "", bravo).status, 400);
}

TEST_F(UssFaceTest, NoticesAreJudgedRowByRow) {
  const auto post = [&](const std::string& body) { return call(net::Method::kPost, kIntents, body, bravo).status; };
  EXPECT_EQ(post(notice(1, 2)), 204);
  EXPECT_EQ(post(notice(1, 2)), 204) << "the same again";
  EXPECT_EQ(post(notice(1, 1)), 409) << "a lower version";
  EXPECT_EQ(post(notice(1, 2, "bravo", 301)), 409) << "the same version with other content";
  EXPECT_TRUE(a.shows("drifts", "a notice of this version differs")) << "which is an incident";
  EXPECT_EQ(post(notice(1, 3)), 204);
  EXPECT_EQ(post(notice(2, 1, "alpha")), 403) << "the sender is not the manager";
  EXPECT_EQ(call(net::Method::kPost, kIntents, over(1), token("mallory", {kSc})).status, 403);
  EXPECT_EQ(post(over(1)), 204);
  EXPECT_EQ(post(over(1)), 204);
  EXPECT_EQ(post(notice(1, 3)), 409) << "it is over";
  for (const auto* bad : {"", "{", "[]", "{}", R"({"operational_intent_id":null})"}) {
    const auto reply = call(net::Method::kPost, kIntents, bad, bravo);
    EXPECT_EQ(reply.status, 400) << bad;
    EXPECT_THAT(reply.body, HasSubstr("\"message\":"));
  }
  EXPECT_TRUE(a.shows("others", R"("gone":true)"));
}

TEST_F(UssFaceTest, ReportsAreArchived) {
  const std::string report = fmt::format(
      R"({{"exchange":{{"url":"https://a.example","method":"GET","recorder_role":"Client","request_time":{}}}}})",
      time("2026-11-22T10:00:00Z"));
  const auto reply = call(net::Method::kPost, "/uss/v1/reports", report, bravo);
  EXPECT_EQ(reply.status, 201);
  EXPECT_THAT(reply.body, HasSubstr(R"("report_id":"r-1-)"));
  EXPECT_EQ(call(net::Method::kPost, "/uss/v1/reports", "{}", bravo).status, 400);
}

TEST_F(UssFaceTest, WhatOthersSentIsDestroyedWhenItIsOldAndNobodyNeedsIt) {
  const auto reader = store::SqliteReader::open(a.node->folder() / "data", store::system_files());
  ASSERT_TRUE(reader.has_value()) << reader.error().text();
  const auto there = [&](std::string_view body) {
    const auto kept = (*reader)->body(log::sha256(body));
    EXPECT_TRUE(kept.has_value()) << kept.error().text();
    return kept && kept->has_value();
  };
  const auto report = [](int n) {
    return fmt::format(
        R"({{"exchange":{{"url":"https://a.example/{}","method":"GET","recorder_role":"Client","request_time":{}}}}})",
        n, time("2026-11-22T10:00:00Z"));
  };
  const auto send = [&](std::string_view path, const std::string& body) {
    const auto reply = call(net::Method::kPost, path, body, bravo);
    EXPECT_EQ(reply.status, 201) << reply.body;
    const auto document = JsonDocument::parse(reply.body);
    return std::string(*document->root().at("report_id")->string());
  };
  ASSERT_EQ(call(net::Method::kPost, kIntents, notice(1, 1), bravo).status, 204);
  const std::string first = kept_report("uss.reported", send("/uss/v1/reports", report(1)), report(1));
  // The same bytes for the registry are another body, which is nobody's to destroy.
  const std::string number = std::to_string(std::stoul(send("/dss/v1/reports", report(1)).substr(2)));
  const std::string archived = kept_report("f3548.report", number, report(1));
  EXPECT_TRUE(there(notice(1, 1)));
  EXPECT_TRUE(there(first));
  EXPECT_TRUE(there(archived));
  // Two days later the intent is over and forgotten; what was sent of it is not old enough.
  constexpr DurationMs kDay = 86'400'000;
  a.node->clock().advance(2 * kDay);
  ASSERT_TRUE(eventually([&] {
    a.node->node().tick();
    return !a.shows("others", uuid(1));
  })) << a.document("others");
  EXPECT_TRUE(there(notice(1, 1)));
  const std::string second = kept_report("uss.reported", send("/uss/v1/reports", report(1)), report(1));
  a.node->clock().advance(kForeignBodyKeptMs - 2 * kDay + 1);
  EXPECT_TRUE(eventually([&] { return !there(notice(1, 1)) && !there(first); }));
  EXPECT_TRUE(there(second)) << "the same again, two days younger";
  // The record can be replayed without them, and a new process goes on.
  a.node->restart();
  a.node->clock().advance(2 * kDay);
  EXPECT_TRUE(eventually([&] { return !there(second); }));
  EXPECT_TRUE(there(archived));
}

TEST(UssQuota, WhoHasSentTooMuchIsToldWhenThereIsMore) {
  SupplierNode a("alpha", nullptr, [](UssConfig& config) { config.sender.messages_max = 2; });
  const auto report = [&](std::string_view as) {
    return a.node->post("/uss/v1/reports",
                        R"({"exchange":{"url":"https://a.example","method":"GET","recorder_role":"Client",)"
                        R"("request_time":{"value":"2026-11-22T10:00:00Z","format":"RFC3339"}}})",
                        a.node->token(as, {std::string(kSc)}));
  };
  EXPECT_EQ(a.node->post("/uss/v1/reports", "{}", a.node->token("bravo", {std::string(kSc)})).status, 400);
  EXPECT_EQ(report("bravo").status, 201);
  EXPECT_EQ(report("bravo").status, 201);
  a.node->clock().advance(1'000);
  const auto refused = report("bravo");
  EXPECT_EQ(refused.status, 429) << refused.body;
  EXPECT_THAT(refused.body, HasSubstr("in a day"));
  EXPECT_EQ(refused.headers.find("Retry-After"), "86399");
  EXPECT_EQ(report("charlie").status, 201);
  // The day goes on in a new process.
  a.node->restart();
  EXPECT_EQ(report("bravo").status, 429);
  EXPECT_EQ(report("charlie").status, 201);
  EXPECT_EQ(report("charlie").status, 429);
  a.node->clock().advance(86'399'000);
  EXPECT_EQ(report("bravo").status, 201);
}

TEST_F(UssFaceTest, PositionsAreToldOfFlightsOffTheirPlan) {
  const std::string cmsa = token("bravo", {kCmsa});
  const std::string path = of(id) + "/telemetry";
  const auto position = [&](std::string_view at, double lat) {
    return fmt::format(
        R"({{"telemetry":{{"time_measured":{},"position":{{"longitude":33.8,"latitude":{},"altitude":{{"value":2000,)"
        R"("reference":"W84","units":"M"}}}}}}}})",
        time(at), lat);
  };
  const auto tell = [&](const std::string& body, const std::string& as) {
    return a.node->post("/v1/uss/intents/A1/telemetry", body, as).status;
  };
  EXPECT_EQ(call(net::Method::kGet, of(uuid(7)) + "/telemetry", "", cmsa).status, 404);
  EXPECT_EQ(call(net::Method::kGet, path, "", cmsa).status, 409) << "Accepted";
  a.change("A1", "activate", 1);
  const auto off = a.node->post("/v1/intents/A1/off-nominal",
                                R"({"command_id":"off","state":"nonconforming","version":2})", a.officer);
  ASSERT_EQ(off.status, 200) << off.body;
  EXPECT_TRUE(eventually([&] { return call(net::Method::kGet, path, "", cmsa).status == 412; }));
  EXPECT_EQ(tell(position("2026-11-22T10:05:00Z", 34.3), a.node->token("pilot", {"intents.file"})), 403);
  EXPECT_EQ(tell(position("2026-11-22T10:05:00Z", 134.3), a.officer), 400);
  EXPECT_EQ(tell(position("2026-11-22T10:05:00Z", 34.31), a.officer), 200);
  EXPECT_EQ(tell(position("2026-11-22T10:04:00Z", 34.30), a.officer), 409) << "the newest wins";
  const auto reply = call(net::Method::kGet, path, "", cmsa);
  EXPECT_EQ(reply.status, 200);
  EXPECT_THAT(reply.body, HasSubstr("34.31"));
  EXPECT_THAT(reply.body, HasSubstr(id));
}

TEST_F(UssFaceTest, OfficersActOnWhatTheySee) {
  const auto retry = [&](std::string_view delivery) {
    return a.node->post(fmt::format("/v1/uss/deliveries/{}/retry", delivery), "", a.officer).status;
  };
  EXPECT_EQ(retry("999"), 404);
  const std::string reader = a.node->token("reader", {"coordination.read"});
  EXPECT_EQ(a.node->post("/v1/uss/deliveries/1/retry", "", reader).status, 403);
  const auto post = [&](const std::string& body) { return call(net::Method::kPost, kIntents, body, bravo).status; };
  EXPECT_EQ(post(notice(1, 2)), 204);
  EXPECT_EQ(post(notice(1, 2, "bravo", 301)), 409);
  const std::string settle = fmt::format("/v1/uss/drifts/{}/settle", uuid(1));
  EXPECT_EQ(a.node->post(settle, R"({"text":"called them","version":1})", a.officer).status, 404);
  EXPECT_EQ(a.node->post(settle, R"({"version":2})", a.officer).status, 400);
  EXPECT_EQ(a.node->post(settle, R"({"text":"called them","version":2})", a.officer).status, 200);
  EXPECT_TRUE(a.shows("drifts", R"("by":"officer")"));
}

// The registry keeps the hash of details where it was given one.
TEST(DetailsHash, IsKeptAndShownWhereItWasGiven) {
  TestNode node;
  const std::string token = node.token("alpha", {std::string(kSc)});
  const auto body = [](std::string_view more) {
    return fmt::format(
        R"({{"extents":[{{"volume":{{"outline_circle":{{"center":{{"lat":46.5,"lng":6.6}},"radius":{{"value":300,"units":"M"}}}},)"
        R"("altitude_lower":{{"value":400,"reference":"W84","units":"M"}},)"
        R"("altitude_upper":{{"value":520,"reference":"W84","units":"M"}}}},)"
        R"("time_start":{{"value":"2026-11-22T10:00:00Z","format":"RFC3339"}},)"
        R"("time_end":{{"value":"2026-11-22T11:00:00Z","format":"RFC3339"}}}}],"state":"Accepted",)"
        R"("uss_base_url":"https://a.example"{}}})",
        more);
  };
  const std::string path = std::string(kReferences) + "00000000-0000-4000-8000-000000000001";
  const std::string hash(64, 'a');
  for (const std::string& bad : {std::string(63, 'a'), std::string(64, 'x')}) {
    EXPECT_EQ(node.put(path, body(fmt::format(R"(,"details_sha256":"{}")", bad)), token).status, 400);
  }
  const auto created = node.put(path, body(fmt::format(R"(,"details_sha256":"{}")", hash)), token);
  ASSERT_EQ(created.status, 201) << created.body;
  EXPECT_THAT(created.body, HasSubstr(hash));
  EXPECT_THAT(node.get(path, node.token("bravo", {std::string(kSc)})).body, HasSubstr(hash));
  node.restart();
  const auto read = node.get(path, token);
  EXPECT_THAT(read.body, HasSubstr(hash));
  const auto document = JsonDocument::parse(read.body);
  const JsonValue reference = *document->root().at("operational_intent_reference");
  const auto changed = node.put(fmt::format("{}/{}", path, *reference.at("ovn")->string()), body(""), token);
  ASSERT_EQ(changed.status, 200) << changed.body;
  EXPECT_THAT(changed.body, Not(HasSubstr("details_sha256"))) << "that was of the version before";
}

TEST(UssOff, ANodeThatIsNoSupplierSaysSo) {
  TestNode node;
  const std::string token = node.token("alpha", {std::string(kSc), "coordination.read"});
  EXPECT_EQ(node.get("/uss/v1/operational_intents/00000000-0000-4000-8000-000000000001", token).status, 404);
  const auto reply = node.get("/v1/uss/intents", token);
  EXPECT_EQ(reply.status, 404);
  EXPECT_THAT(reply.body, HasSubstr("[uss]"));
}

TEST(UssOff, AWrongConfigurationDoesNotOpen) {
  const auto open = [](const UssConfig& uss) {
    const TemporaryFolder folder;
    NodeConfig config;
    config.data_dir = folder.path() / "data";
    config.listen_port = 0;
    config.uss = uss;
    const auto node = Node::open(config);
    return node ? std::string() : node.error().text();
  };
  const UssConfig good{.manager = "alpha",
                       .base_url = "https://a.example",
                       .dss_url = "https://dss.example",
                       .token_url = "https://auth.example/token"};
  EXPECT_EQ(open(good), "");
  UssConfig bad = good;
  bad.manager.clear();
  EXPECT_THAT(open(bad), HasSubstr("uss.manager"));
  bad = good;
  bad.base_url = "http://a.example";
  EXPECT_THAT(open(bad), HasSubstr("uss.base_url"));
  bad = good;
  bad.dss_url = "dss.example";
  EXPECT_THAT(open(bad), HasSubstr("uss.dss_url"));
  bad = good;
  bad.token_url.clear();
  EXPECT_THAT(open(bad), HasSubstr("token_url"));
}

}  // namespace
}  // namespace tansiq::node
