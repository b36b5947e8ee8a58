// What the native face refuses and how it says so; the log face; the event stream; operations.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/eventually.h"
#include "base/json_in.h"
#include "log/checkpoint.h"
#include "log/merkle.h"
#include "node/gated_store_testlib.h"
#include "node/log_face.h"
#include "node/node_testlib.h"
#include "node/openapi_text.h"
#include "node_api/operations.h"

namespace tansiq::node {
namespace {

using ::testing::HasSubstr;

api::Problem problem(const net::ClientResponse& r, int status) {
  EXPECT_EQ(r.status, status) << r.body;
  EXPECT_EQ(r.headers.find("Content-Type"), "application/problem+json");
  auto document = JsonDocument::parse(r.body);
  EXPECT_TRUE(document.has_value()) << r.body;
  auto value = api::read_problem(document->root());
  EXPECT_TRUE(value.has_value()) << value.error().text() << "\n" << r.body;
  return value ? std::move(*value) : api::Problem{};
}

TEST(Face, EveryOperationWithAScopeNeedsAToken) {
  TestNode t;
  for (const api::OperationInfo& info : api::operations()) {
    if (info.scope == "open" || info.operation == api::Operation::kGetMetrics) continue;
    std::string path(info.path);
    for (auto at = path.find('{'); at != std::string::npos; at = path.find('{')) {
      path.replace(at, path.find('}') + 1 - at, "x1");
    }
    const auto method = net::parse_method(info.method);
    ASSERT_TRUE(method);
    const auto r = t.send(*method, path, *method == net::Method::kGet ? "" : "{}");
    EXPECT_EQ(problem(r, 401).type, "/problems/unauthenticated") << info.id;
    EXPECT_THAT(std::string(r.headers.find("WWW-Authenticate").value_or("")), HasSubstr("Bearer")) << info.id;
    if (info.scope == "any") continue;
    const auto f = t.send(*method, path, *method == net::Method::kGet ? "" : "{}", t.token("x", {"metrics.read"}));
    EXPECT_EQ(problem(f, 403).type, "/problems/forbidden") << info.id;
  }
}

TEST(Face, OpenPagesNeedNone) {
  TestNode t;
  EXPECT_THAT(t.get("/").body, HasSubstr("/openapi.yaml"));
  EXPECT_EQ(t.get("/openapi.yaml").body, openapi_text());
  EXPECT_EQ(t.get("/healthz").body, "ok\n");
  EXPECT_EQ(t.get("/readyz").body, "ready\n");
  EXPECT_THAT(t.get("/problems/conflict").body, HasSubstr("409"));
  EXPECT_EQ(problem(t.get("/problems/nonsense"), 404).type, "/problems/not-found");
}

TEST(Face, MetricsAreOpenOnLoopback) {
  TestNode t;
  (void)t.put("/v1/intents/i1", create_json("c1", volume_json(10, 15)), t.token("fr-ops"));
  const auto r = t.get("/metrics");
  EXPECT_EQ(r.status, 200);
  EXPECT_THAT(r.body, HasSubstr("tansiq_entries_total{type=\"intent.accepted\"} 1\n"));
  EXPECT_THAT(r.body, HasSubstr("tansiq_live_intents 1\n"));
  EXPECT_THAT(r.body, HasSubstr("tansiq_log_entries 2\n"));
  EXPECT_THAT(r.body, HasSubstr("tansiq_commit_seconds_count"));
}

TEST(Face, BadBodiesSayWhatAndWhere) {
  TestNode t;
  const std::string fr = t.token("fr-ops");
  const std::string v = volume_json(10, 15);
  const std::vector<std::pair<std::string, std::pair<std::string, std::string>>> cases = {
      {"{", {"/problems/malformed", "line 1"}},
      {R"({"command_id":"c1","command_id":"c2","volumes":[]})", {"/problems/malformed", "line 1"}},
      {fmt::format(R"({{"volumes":[{}]}})", v), {"/problems/invalid", ""}},
      {fmt::format(R"({{"command_id":"c 1","volumes":[{}]}})", v), {"/problems/invalid", "command_id"}},
      {fmt::format(R"({{"command_id":"c1","volumes":[{}],"purpose":"strike"}})", v), {"/problems/invalid", ""}},
      {R"({"command_id":"c1","volumes":[]})", {"/problems/invalid", "volumes"}},
      {R"({"command_id":"c1","volumes":[{"outline":{},"window":{"start_ms":1,"end_ms":2}}]})",
       {"/problems/invalid", "volumes[0].outline"}},
      {R"({"command_id":"c1","volumes":[{"outline":{"polygon":[[1,2],[3,4],[900000001,5]]},"window":{"start_ms":1,"end_ms":2}}]})",
       {"/problems/invalid", "volumes[0].outline.polygon[2][0]"}},
      {R"({"command_id":"c1","volumes":[{"outline":{"circle":{"centre":[1.5,2],"radius_cm":5}},"window":{"start_ms":1,"end_ms":2}}]})",
       {"/problems/invalid", "volumes[0].outline.circle.centre[0]"}},
  };
  for (const auto& [body, expected] : cases) {
    const api::Problem p = problem(t.put("/v1/intents/i1", body, fr), 400);
    EXPECT_EQ(p.type, expected.first) << body;
    EXPECT_THAT(p.where.value_or(""), ::testing::StartsWith(expected.second)) << body;
    EXPECT_EQ(p.id.size(), 16U);
  }
}

TEST(Face, WhatGeometryRefusesNamesTheVolume) {
  TestNode t;
  const std::string crossed =
      R"({"command_id":"c1","volumes":[{"outline":{"polygon":[[350000000,340000000],[351000000,341000000],)"
      R"([351000000,340000000],[350000000,341000000]]},"window":{"start_ms":1795342200000,"end_ms":1795342800000}}]})";
  const api::Problem p = problem(t.put("/v1/intents/i1", crossed, t.token("fr-ops")), 400);
  EXPECT_EQ(p.type, "/problems/invalid");
  EXPECT_THAT(p.where.value_or(""), HasSubstr("volumes[0]"));
}

TEST(Face, APolygonWithAHundredThousandVerticesIsRefusedInBoundedWork) {
  TestNode t;
  std::string body = R"({"command_id":"c1","volumes":[{"outline":{"polygon":[)";
  for (int i = 0; i < 100'000; ++i) body += fmt::format("{}[{},{}]", i == 0 ? "" : ",", i, i % 1'000);
  body += R"(]},"window":{"start_ms":1795342200000,"end_ms":1795342800000}}]})";
  const api::Problem p = problem(t.put("/v1/intents/i1", body, t.token("fr-ops")), 413);
  EXPECT_EQ(p.where, "volumes[0].outline.polygon");
}

TEST(Face, MethodsMediaTypesPathsAndQueriesAreStrict) {
  TestNode t;
  const std::string fr = t.token("fr-ops");
  const auto wrong_method = t.send(net::Method::kDelete, "/v1/intents/i1", "", fr);
  EXPECT_EQ(problem(wrong_method, 405).type, "/problems/method-not-allowed");
  EXPECT_EQ(wrong_method.headers.find("Allow"), "GET, HEAD, PUT");
  auto r = t.client(fr)->send(net::Method::kPut, "/v1/intents/i1", {{"Content-Type", "text/plain"}}, "{}");
  ASSERT_TRUE(r.has_value());
  EXPECT_EQ(problem(*r, 415).type, "/problems/unsupported");
  EXPECT_EQ(problem(t.get("/v1/nothing", fr), 404).type, "/problems/not-found");
  EXPECT_EQ(problem(t.get("/v1/intents/", fr), 404).type, "/problems/not-found") << "an empty segment is no id";
  EXPECT_EQ(problem(t.get("/v1/intents/a%20b", fr), 400).where, "id");
  EXPECT_EQ(problem(t.get("/v1/intents?limit=0", fr), 400).where, "limit");
  EXPECT_EQ(problem(t.get("/v1/intents?limit=5&limit=6", fr), 400).where, "query");
  EXPECT_EQ(problem(t.get("/v1/intents?colour=red", fr), 400).where, "colour");
  EXPECT_EQ(problem(t.get("/v1/zones/K9", fr), 404).where, "id");
}

TEST(Face, AWrongOrOldTokenIsRefused) {
  TestNode t;
  std::string token = t.token("fr-ops");
  token.back() = token.back() == 'A' ? 'B' : 'A';
  EXPECT_EQ(problem(t.get("/v1/zones", token), 401).type, "/problems/unauthenticated");
  EXPECT_FALSE(t.node().mint_token("fr-ops", {"everything"}, 1'000).has_value()) << "an unknown scope";
}

TEST(Face, OthersSeeAnIntentAsFarAsItsZoneDiscloses) {
  TestNode t;
  (void)t.put("/v1/intents/i1", create_json("c1", volume_json(10, 15)), t.token("fr-ops"));
  const auto r = t.get("/v1/intents/i1", t.token("us-ops"));
  auto document = JsonDocument::parse(r.body);
  ASSERT_TRUE(document.has_value());
  const auto intent = api::read_intent(document->root());
  ASSERT_TRUE(intent.has_value()) << intent.error().text();
  EXPECT_EQ(intent->disclosure, api::Disclosure::kCoarse);
  EXPECT_TRUE(intent->volumes.empty());
  EXPECT_FALSE(intent->flight.has_value());
  EXPECT_FALSE(intent->ovn.has_value());
  EXPECT_EQ(intent->extents.size(), 1U);
  EXPECT_THAT(r.body, ::testing::Not(HasSubstr("centre")));
}

std::string with_craft(std::string body, std::string_view craft) {
  return body.replace(0, 1, fmt::format("{{\"craft\":{},", craft));
}

TEST(Face, CraftAreShownToWhoMayKnowTheIntentInFullAndToNobodyElse) {
  TestNode t;
  const auto ops = t.token("fr-ops");
  const std::string body = with_craft(create_json("c1", volume_json(10, 15)),
                                      R"([{"icao":"4ca1fa","mode_3a":"4321"},{"mmsi":"002211234"}])");
  ASSERT_EQ(t.put("/v1/intents/i1", body, ops).status, 201);
  const auto own = t.get("/v1/intents/i1", ops);
  auto document = JsonDocument::parse(own.body);
  ASSERT_TRUE(document.has_value());
  const auto intent = api::read_intent(document->root());
  ASSERT_TRUE(intent.has_value()) << intent.error().text() << own.body;
  ASSERT_EQ(intent->craft.size(), 2U);
  EXPECT_EQ(intent->craft[0].icao, "4CA1FA") << "one form, whatever came";
  EXPECT_EQ(intent->craft[0].mode_3a, "4321");
  EXPECT_EQ(intent->craft[1].mmsi, "002211234");
  for (const char* target : {"/v1/intents/i1", "/v1/intents"}) {
    const auto other = t.get(target, t.token("us-ops"));
    EXPECT_EQ(other.status, 200);
    EXPECT_THAT(other.body, HasSubstr("coarse"));
    for (const char* secret : {"craft", "4CA1FA", "4321", "002211234"}) {
      EXPECT_THAT(other.body, ::testing::Not(HasSubstr(secret))) << target;
    }
  }
  // An update says anew who flies it.
  const std::string update = fmt::format(R"({{"command_id":"c2","version":1,"volumes":[{}]}})", volume_json(10, 20));
  ASSERT_EQ(t.post("/v1/intents/i1/volumes", update, ops).status, 200);
  EXPECT_THAT(t.get("/v1/intents/i1", ops).body, ::testing::Not(HasSubstr("craft")));
}

TEST(Face, CraftThatCannotBeAreRefusedWithTheirPlace) {
  TestNode t;
  const auto ops = t.token("fr-ops");
  const auto where = [&](std::string_view craft, int status) {
    return problem(t.put("/v1/intents/i1", with_craft(create_json("c1", volume_json(10, 15)), craft), ops), status)
        .where;
  };
  EXPECT_EQ(where(R"([{"icao":"4CA1"}])", 400), "craft[0].icao");
  EXPECT_EQ(where(R"([{"mmsi":211234560}])", 400), "craft[0].mmsi");
  EXPECT_EQ(where(R"([{"mode_3a":"4329"}])", 400), "craft[0].mode_3a");
  EXPECT_EQ(where(R"([{"icao":"4CA1FA"},{"icao":"000000"}])", 400), "craft[1].icao");
  EXPECT_EQ(where(R"([{"icao":"4CA1FA"},{"icao":"4ca1fa"}])", 400), "craft[1].icao");
  EXPECT_EQ(where(R"([{"from_ms":5}])", 400), "craft[0]");
  EXPECT_EQ(t.get("/v1/intents/i1", ops).status, 404);
}

TEST(Face, ListsComeInPages) {
  TestNode t;
  const std::string fr = t.token("fr-ops");
  for (int i = 0; i < 5; ++i) {
    const auto r =
        t.put(fmt::format("/v1/intents/i{}", i), create_json(fmt::format("c{}", i), volume_json(10 + 60 * i, 15)), fr);
    ASSERT_EQ(r.status, 201) << r.body;
  }
  std::vector<std::string> seen;
  std::int64_t after = 0;
  for (int pages = 0; pages < 5; ++pages) {
    const auto r = t.get(fmt::format("/v1/intents?limit=2&after={}", after), fr);
    auto document = JsonDocument::parse(r.body);
    ASSERT_TRUE(document.has_value());
    const auto page = api::read_intent_list(document->root());
    ASSERT_TRUE(page.has_value()) << page.error().text();
    for (const auto& intent : page->intents) seen.push_back(intent.id->str());
    if (!page->next) break;
    after = *page->next;
  }
  EXPECT_THAT(seen, ::testing::ElementsAre("i0", "i1", "i2", "i3", "i4"));
}

TEST(Face, QueryByVolume) {
  TestNode t;
  const std::string fr = t.token("fr-ops");
  (void)t.put("/v1/intents/i1", create_json("c1", volume_json(10, 15)), fr);
  (void)t.put("/v1/intents/i2", create_json("c2", volume_json(100, 15)), fr);
  const auto ids = [&](const std::string& body) {
    const auto r = t.post("/v1/intents/query", body, fr);
    EXPECT_EQ(r.status, 200) << r.body;
    std::vector<std::string> out;
    auto document = JsonDocument::parse(r.body);
    const auto page = api::read_intent_list(document->root());
    EXPECT_TRUE(page.has_value()) << r.body;
    for (const auto& intent : page->intents) out.push_back(intent.id->str());
    return out;
  };
  EXPECT_THAT(ids(fmt::format(R"({{"domain":"air","volume":{}}})", volume_json(5, 60))), ::testing::ElementsAre("i1"));
  EXPECT_THAT(ids(R"({"zone":"K1"})"), ::testing::ElementsAre("i1", "i2"));
  EXPECT_THAT(ids(R"({"manager":"us-ops"})"), ::testing::IsEmpty());
  EXPECT_EQ(problem(t.post("/v1/intents/query", R"({"zone":"K9"})", fr), 404).where, "zone");
}

// --- the log face ----------------------------------------------------------------------------------------------------

TEST(LogFace, ServesWhatTheCheckpointCovers) {
  TestNode t;
  const std::string fr = t.token("fr-ops");
  for (int i = 0; i < 3; ++i) {
    ASSERT_EQ(
        t.put(fmt::format("/v1/intents/i{}", i), create_json(fmt::format("c{}", i), volume_json(10 + 60 * i, 15)), fr)
            .status,
        201);
  }
  t.restart();  // A stop publishes.
  const std::string prefix = "/log/" + t.node().log_origin();
  const auto checkpoint = t.get(prefix + "/checkpoint", fr);
  ASSERT_EQ(checkpoint.status, 200) << checkpoint.body;
  EXPECT_EQ(checkpoint.headers.find("Content-Type"), "text/plain; charset=utf-8");
  const auto key = log::VerifierKey::parse(t.node().log_vkey());
  ASSERT_TRUE(key.has_value());
  const auto opened = log::open_checkpoint(checkpoint.body, std::span(&*key, 1));
  ASSERT_TRUE(opened.has_value()) << opened.error().text();
  EXPECT_EQ(opened->checkpoint.size, 4U);

  const auto tile = t.get(prefix + "/tile/0/000.p/4", fr);
  ASSERT_EQ(tile.status, 200) << tile.body;
  EXPECT_EQ(tile.body.size(), 4U * 32);
  EXPECT_EQ(tile.headers.find("Content-Type"), "application/octet-stream");
  EXPECT_THAT(std::string(tile.headers.find("Cache-Control").value_or("")), HasSubstr("private"));
  const auto bundle = t.get(prefix + "/tile/entries/000.p/4", fr);
  ASSERT_EQ(bundle.status, 200) << bundle.body;
  EXPECT_THAT(bundle.body, HasSubstr(R"("type":"intent.accepted")"));

  for (const char* path : {"/tile/0/000", "/tile/0/000.p/5", "/tile/0/001.p/1", "/tile/1/000.p/1", "/tile/0/0",
                           "/tile/entries/000", "/nothing"}) {
    EXPECT_EQ(t.get(prefix + path, fr).status, 404) << path;
  }
  EXPECT_EQ(t.get("/log/other.example/checkpoint", fr).status, 404);
}

TEST(LogFace, NeedsItsScopeUnlessPublic) {
  TestNode closed;
  const std::string prefix = "/log/" + closed.node().log_origin();
  EXPECT_EQ(closed.get(prefix + "/checkpoint").status, 401);
  EXPECT_EQ(closed.get(prefix + "/checkpoint", closed.token("x", {"intents.read"})).status, 403);
  TestNode open([](NodeConfig& config) { config.public_log = true; });
  EXPECT_EQ(open.get("/log/" + open.node().log_origin() + "/checkpoint").status, 200);
}

TEST(LogFace, ShowsNothingBeyondThePublishedCheckpoint) {
  GatedStore store;
  store::Head head;
  head.size = 300;
  head.checkpoint = "the note";
  store.set_published(head);
  ProblemLog problems;
  LogFace face(store, *store.open_reader(), "o", true, problems);
  auto server =
      net::HttpServer::start({}, [&](const std::shared_ptr<net::Exchange>& exchange) { face.handle(exchange); });
  ASSERT_TRUE(server.has_value()) << server.error().text();
  auto client = net::HttpClient::create({.base_url = (*server)->url(), .bearer_token = {}, .trust = {}});
  ASSERT_TRUE(client.has_value());
  const auto status = [&](std::string_view path) {
    const auto r = (*client)->get(fmt::format("/log/o/{}", path));
    return r ? r->status : 0;
  };
  EXPECT_EQ(status("checkpoint"), 200);
  EXPECT_EQ(status("tile/0/000"), 200);
  EXPECT_EQ(status("tile/0/001.p/44"), 200);
  EXPECT_EQ(status("tile/0/001.p/45"), 404) << "durable, perhaps, but not published";
  EXPECT_EQ(status("tile/0/001"), 404);
  EXPECT_EQ(status("tile/1/000.p/1"), 200);
  EXPECT_EQ(status("tile/1/000.p/2"), 404);
  EXPECT_EQ(status("tile/entries/001.p/45"), 404);
}

TEST(LogFace, WhatIsSaidBetweenTwoNeedsMoreThanTheLog) {
  TestNode t([](NodeConfig& config) { config.public_log = true; });
  const std::string base = t.node().log_origin().substr(0, t.node().log_origin().rfind('/'));
  const std::string pair = "/log/" + base + "/with/fr/checkpoint";
  EXPECT_EQ(t.get(pair).status, 401) << "public is its own record alone";
  EXPECT_EQ(t.get("/log/" + base + "/members/checkpoint").status, 401);
  EXPECT_EQ(t.get(pair, t.token("x", {"log.read"})).status, 403);
  EXPECT_EQ(t.get(pair, t.token("x", {"log.read", "coordination.read"})).status, 403);
  EXPECT_EQ(t.get(pair, t.token("x", {"log.read", "coordination.read", "talks.read"})).status, 404)
      << "it speaks with nobody";
  EXPECT_EQ(t.get("/v1/events", "nonsense").status, 401) << "whoever shows a token is looked at";
}

// --- the event stream ------------------------------------------------------------------------------------------------

std::vector<std::string> next_ids(net::EventStream& stream, std::size_t count) {
  std::vector<std::string> ids;
  while (ids.size() < count) {
    auto event = stream.next(10'000);
    if (!event || !*event) {
      ADD_FAILURE() << "the stream ended after " << ids.size() << " of " << count << " events";
      break;
    }
    EXPECT_THAT((*event)->data, HasSubstr(fmt::format(R"("seq":{},)", (*event)->id))) << "another entry under this id";
    ids.push_back((*event)->id);
  }
  return ids;
}

std::vector<std::string> range(int from, int end) {
  std::vector<std::string> out;
  for (int i = from; i < end; ++i) out.push_back(fmt::to_string(i));
  return out;
}

void file_some(TestNode& t, int from, int end) {
  const std::string fr = t.token("fr-ops");
  const auto client = t.client(fr);
  for (int i = from; i < end; ++i) {
    const auto r =
        client->send(net::Method::kPut, fmt::format("/v1/intents/i{}", i), {{"Content-Type", "application/json"}},
                     create_json(fmt::format("c{}", i), volume_json(10 + 20 * i, 10)));
    ASSERT_TRUE(r.has_value()) << r.error().text();
    ASSERT_EQ(r->status, 201) << r->body;
  }
}

TEST(Events, FollowLiveAndResumeWithoutGapOrRepeat) {
  TestNode t;
  const std::string token = t.token("watcher");
  file_some(t, 0, 5);  // seq 1…5
  auto stream = t.client(token)->events("/v1/events", "2");
  ASSERT_TRUE(stream.has_value()) << stream.error().text();
  EXPECT_EQ(next_ids(**stream, 3), range(3, 6)) << "catching up from the store";
  file_some(t, 5, 10);
  auto event = (*stream)->next(10'000);
  ASSERT_TRUE(event.has_value() && event->has_value());
  EXPECT_EQ((*event)->id, "6");
  EXPECT_EQ((*event)->event, "intent.accepted");
  EXPECT_THAT((*event)->data, HasSubstr(R"("intent":"i5")"));
  const std::string last = (*stream)->last_id();
  stream->reset();
  file_some(t, 10, 15);
  t.restart();
  file_some(t, 15, 20);
  auto resumed = t.client(t.token("watcher"))->events("/v1/events", last);
  ASSERT_TRUE(resumed.has_value()) << resumed.error().text();
  EXPECT_EQ(next_ids(**resumed, 14), range(7, 21));
}

// Else whoever loses the line before the first event would miss what is written until he is back.
TEST(Events, SayAtOnceWhereTheyBegin) {
  TestNode t;
  const std::string token = t.token("watcher");
  file_some(t, 0, 5);
  auto stream = t.client(token)->events("/v1/events");
  ASSERT_TRUE(stream.has_value()) << stream.error().text();
  for (int i = 0; (*stream)->last_id().empty(); ++i) {
    ASSERT_LT(i, 1'000);
    ASSERT_EQ((*stream)->next(10).error().code, ErrorCode::kTimeout);
  }
  const std::string last = (*stream)->last_id();
  EXPECT_EQ(last, "5");
  stream->reset();
  file_some(t, 5, 8);
  auto resumed = t.client(token)->events("/v1/events", last);
  ASSERT_TRUE(resumed.has_value()) << resumed.error().text();
  EXPECT_EQ(next_ids(**resumed, 3), range(6, 9));
}

TEST(Events, SeveralListenersGetTheSameWhileTheRecordGrows) {
  TestNode t;
  const std::string token = t.token("watcher");
  std::vector<std::unique_ptr<net::EventStream>> streams;
  for (int round = 0; round < 4; ++round) {
    auto stream = t.client(token)->events("/v1/events?after=0");
    ASSERT_TRUE(stream.has_value()) << stream.error().text();
    streams.push_back(std::move(*stream));
    file_some(t, round * 25, round * 25 + 25);
  }
  for (auto& stream : streams) EXPECT_EQ(next_ids(*stream, 100), range(1, 101));
}

TEST(Events, EntriesOfATimeWithoutListenersAreNotMissing) {
  TestNode t;
  const std::string token = t.token("watcher");
  auto first = t.client(token)->events("/v1/events");
  ASSERT_TRUE(first.has_value());
  file_some(t, 0, 3);
  EXPECT_EQ(next_ids(**first, 3), range(1, 4));
  first->reset();
  for (int i = 0; t.get("/metrics").body.find("tansiq_event_listeners 0\n") == std::string::npos; ++i) {
    ASSERT_LT(i, 100'000) << "the end of the stream goes unnoticed";
  }
  file_some(t, 3, 6);  // Nobody listens: these never pass through the ring.
  auto second = t.client(token)->events("/v1/events?after=1");
  ASSERT_TRUE(second.has_value());
  file_some(t, 6, 9);
  EXPECT_EQ(next_ids(**second, 8), range(2, 10));
  auto third = t.client(token)->events("/v1/events?after=1");
  ASSERT_TRUE(third.has_value());
  EXPECT_EQ(next_ids(**third, 8), range(2, 10)) << "from a ring that had been interrupted";
}

TEST(Events, BadPositionsAreRefused) {
  TestNode t;
  const std::string token = t.token("watcher");
  EXPECT_EQ(problem(t.get("/v1/events?after=7", token), 400).where, "after");
  EXPECT_EQ(t.get("/v1/events?after=-1", token).status, 400);
  const auto r = t.client(token)->send(net::Method::kGet, "/v1/events", {{"Last-Event-ID", "x"}});
  ASSERT_TRUE(r.has_value());
  EXPECT_EQ(r->status, 400);
}

TEST(Events, OneSubjectCannotTakeEveryPlace) {
  TestNode t([](NodeConfig& config) { config.limits.streams_max = 8; });
  const std::string greedy = t.token("greedy");
  std::vector<std::unique_ptr<net::EventStream>> held;
  for (int i = 0; i < 2; ++i) held.push_back(std::move(*t.client(greedy)->events("/v1/events")));
  const auto refused = problem(t.get("/v1/events", greedy), 503);
  EXPECT_EQ(refused.type, "/problems/overloaded");
  EXPECT_NE(refused.detail.find("of greedy"), std::string::npos) << refused.detail;
  EXPECT_TRUE(t.client(t.token("modest"))->events("/v1/events").has_value());
  held.clear();  // its places are free again
  EXPECT_TRUE(eventually([&] { return t.client(greedy)->events("/v1/events").has_value(); }));
}

TEST(Events, TheNumberOfListenersIsBounded) {
  TestNode t([](NodeConfig& config) { config.limits.streams_max = 1; });
  const std::string token = t.token("watcher");
  auto first = t.client(token)->events("/v1/events");
  ASSERT_TRUE(first.has_value());
  EXPECT_EQ(problem(t.get("/v1/events", token), 503).type, "/problems/overloaded");
}

}  // namespace
}  // namespace tansiq::node
