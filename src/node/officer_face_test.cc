// Officers over HTTP, against whole nodes: sign-in, cookies, roles, the watch, and acts that take two.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json_in.h"
#include "node/coalition_figures.h"
#include "node/node_testlib.h"
#include "node/officer_evidence.h"
#include "node/officer_testlib.h"
#include "node_api/operations.h"

namespace tansiq::node {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// Before a node opens for the first time: `chief`, a supervisor, `duty` and `night`, officers, `guest`, an observer.
void with_officers(NodeConfig& config) {
  config.password_cost = kTestCost;
  std::filesystem::create_directories(config.data_dir);
  auto book = OfficerBook::open(config.data_dir);
  ASSERT_TRUE(book.has_value()) << book.error().text();
  const OfficerSecret secret = test_secret();
  for (const auto& [name, role] : std::map<std::string, OfficerRole>{{"chief", OfficerRole::kSupervisor},
                                                                     {"duty", OfficerRole::kOfficer},
                                                                     {"guest", OfficerRole::kObserver},
                                                                     {"night", OfficerRole::kOfficer}}) {
    ASSERT_TRUE((*book)->add(name, role, secret, Provisional::kNo).has_value());
  }
}

std::string sign_in_json(std::string_view name, std::string_view password = kTestPassword, bool bearer = true) {
  return fmt::format(R"({{"bearer":{},"name":"{}","password":"{}"}})", bearer, name, password);
}

std::string member(const net::ClientResponse& r, std::string_view name) {
  auto document = JsonDocument::parse(r.body);
  EXPECT_TRUE(document.has_value()) << r.body;
  if (!document) return {};
  const auto value = document->root().find(name);
  return value ? std::string(value->string().value_or("")) : std::string();
}

class OfficerFace : public ::testing::Test {
 protected:
  /// A program's session.
  std::string sign_in(std::string_view name, std::string_view password = kTestPassword) {
    const auto r = node.post("/v1/session", sign_in_json(name, password), {});
    EXPECT_EQ(r.status, 200) << r.body;
    return member(r, "token");
  }
  net::ClientResponse post(std::string_view target, std::string_view body, const std::string& token) {
    const auto r = node.client(token)->send(
        net::Method::kPost, target, body.empty() ? net::Headers{} : net::Headers{{"Content-Type", "application/json"}},
        body);
    EXPECT_TRUE(r.has_value()) << r.error().text();
    return r.value_or(net::ClientResponse{});
  }

  TestNode node{with_officers};
};

TEST_F(OfficerFace, ASessionSaysWhoseItIsUntilItIsEnded) {
  const auto opened = node.post("/v1/session", sign_in_json("duty"), {});
  ASSERT_EQ(opened.status, 200) << opened.body;
  EXPECT_EQ(opened.headers.find("Cache-Control"), "no-store");
  EXPECT_FALSE(opened.headers.find("Set-Cookie").has_value()) << "a program has no cookies";
  const std::string token = member(opened, "token");
  const auto seen = node.get("/v1/session", token);
  ASSERT_EQ(seen.status, 200) << seen.body;
  auto document = JsonDocument::parse(seen.body);
  ASSERT_TRUE(document.has_value());
  const auto state = api::read_session_state(document->root());
  ASSERT_TRUE(state.has_value()) << state.error().text();
  EXPECT_THAT(state->subject, ::testing::StartsWith("duty@"));
  EXPECT_FALSE(state->token.has_value());
  EXPECT_EQ(node.get("/v1/zones", token).status, 200);
  EXPECT_EQ(node.send(net::Method::kDelete, "/v1/session", "", token).status, 200);
  EXPECT_EQ(node.get("/v1/zones", token).status, 401);
}

TEST_F(OfficerFace, WrongAndUnknownLookTheSame) {
  auto said = [&](std::string_view name, std::string_view password) {
    const auto r = node.post("/v1/session", sign_in_json(name, password), {});
    EXPECT_EQ(r.status, 401);
    EXPECT_THAT(r.body, Not(HasSubstr(std::string(password))));
    return member(r, "detail");
  };
  EXPECT_EQ(said("duty", "not the password"), said("nobody", "not the password"));
  EXPECT_EQ(node.post("/v1/session", R"({"name":"duty","password":"x","admin":true})", {}).status, 400);
}

TEST_F(OfficerFace, WhoGuessesWaitsAndASupervisorLiftsIt) {
  const std::string chief = sign_in("chief");
  net::ClientResponse last;
  for (int i = 0; i < 10 && last.status != 429; ++i) {
    last = node.post("/v1/session", sign_in_json("duty", "not the password"), {});
  }
  ASSERT_EQ(last.status, 429);
  EXPECT_TRUE(last.headers.find("Retry-After").has_value());
  EXPECT_EQ(node.send(net::Method::kPatch, "/v1/officers/duty", R"({"unlock":true})", chief).status, 200);
  (void)sign_in("duty");
}

TEST_F(OfficerFace, ABrowserWritesWithItsCookieAndTheTokenOfItsSession) {
  const std::string origin = node.node().address();
  const auto client = node.client();
  const auto opened =
      *client->send(net::Method::kPost, "/v1/session", {{"Content-Type", "application/json"}, {"Origin", origin}},
                    sign_in_json("duty", kTestPassword, false));
  ASSERT_EQ(opened.status, 200) << opened.body;
  EXPECT_EQ(member(opened, "token"), "") << "scripts never see the id";
  const std::string set(opened.headers.find("Set-Cookie").value_or(""));
  EXPECT_THAT(set, HasSubstr("HttpOnly; SameSite=Strict"));
  EXPECT_THAT(set, Not(HasSubstr("__Host-"))) << "in clear text browsers would refuse it";
  const std::string cookie = set.substr(0, set.find(';'));
  const std::string csrf = member(opened, "csrf");
  EXPECT_EQ(client->send(net::Method::kGet, "/v1/watch", {{"Cookie", cookie}})->status, 200);
  const auto write = [&](const net::Headers& headers) {
    return client->send(net::Method::kPost, "/v1/watch/take", headers)->status;
  };
  EXPECT_EQ(write({{"Cookie", cookie}, {"Origin", origin}}), 403);
  EXPECT_EQ(write({{"Cookie", cookie}, {"Tansiq-CSRF", csrf}}), 403);
  EXPECT_EQ(write({{"Cookie", cookie}, {"Origin", "https://evil.example"}, {"Tansiq-CSRF", csrf}}), 403);
  EXPECT_EQ(write({{"Cookie", cookie}, {"Origin", origin}, {"Tansiq-CSRF", std::string(43, 'A')}}), 403);
  EXPECT_EQ(write({{"Cookie", cookie}, {"Origin", origin}, {"Tansiq-CSRF", csrf}}), 200);
  const auto foreign = *client->send(net::Method::kPost, "/v1/session",
                                     {{"Content-Type", "application/json"}, {"Origin", "https://evil.example"}},
                                     sign_in_json("night", kTestPassword, false));
  EXPECT_EQ(foreign.status, 403) << "another site signs nobody in";
  // Signing in again: another id, and the one that the browser had is void, whoever else may know it.
  const auto again = *client->send(net::Method::kPost, "/v1/session",
                                   {{"Content-Type", "application/json"}, {"Origin", origin}, {"Cookie", cookie}},
                                   sign_in_json("duty", kTestPassword, false));
  const std::string fresh(again.headers.find("Set-Cookie").value_or(""));
  EXPECT_NE(fresh.substr(0, fresh.find(';')), cookie);
  EXPECT_EQ(client->send(net::Method::kGet, "/v1/watch", {{"Cookie", cookie}})->status, 401);
  // An id that somebody has planted does not become a session by signing in.
  const std::string planted = "tansiq-session=" + std::string(43, 'A');
  (void)client->send(net::Method::kPost, "/v1/session",
                     {{"Content-Type", "application/json"}, {"Origin", origin}, {"Cookie", planted}},
                     sign_in_json("duty", kTestPassword, false));
  EXPECT_EQ(client->send(net::Method::kGet, "/v1/watch", {{"Cookie", planted}})->status, 401);
}

TEST_F(OfficerFace, TheReliefGoesOnWithWhatTheEarlierWatchHasFiledAndNobodyElseDoes) {
  const std::string duty = sign_in("duty");
  const std::string night = sign_in("night");
  const std::string guest = sign_in("guest");
  const std::string program = node.token("fr-ops");
  const std::string admin = node.token("us:admin", {"admin"});
  ASSERT_EQ(node.put("/v1/intents/i1", create_json("c1", volume_json(10, 15)), duty).status, 201);
  ASSERT_EQ(node.put("/v1/intents/i2", create_json("c2", volume_json(10, 15, 250, 260)), program).status, 201);
  const auto change = [&](std::string_view intent, std::string_view act, std::string_view command, int version,
                          const std::string& who) {
    return node
        .post(fmt::format("/v1/intents/{}/{}", intent, act),
              fmt::format(R"({{"command_id":"{}","version":{}}})", command, version), who)
        .status;
  };
  // Programs keep to their own, and officers to those of officers.
  EXPECT_EQ(change("i1", "activate", "c3", 1, program), 403);
  EXPECT_EQ(change("i1", "activate", "c4", 1, admin), 403);
  EXPECT_EQ(change("i1", "activate", "c5", 1, guest), 403);
  EXPECT_EQ(change("i2", "activate", "c6", 1, night), 403);
  EXPECT_THAT(node.get("/v1/intents/i1", night).body, HasSubstr(R"("disclosure":"full")"));
  EXPECT_THAT(node.get("/v1/intents/i1", guest).body, HasSubstr(R"("disclosure":"coarse")"));
  // Lists, and questions, show each what it may see by itself.
  EXPECT_THAT(node.get("/v1/intents", night).body, HasSubstr(R"("disclosure":"full")"));
  EXPECT_THAT(node.get("/v1/intents", guest).body, Not(HasSubstr(R"("disclosure":"full")")));
  EXPECT_THAT(post("/v1/intents/query", "{}", night).body, HasSubstr(R"("disclosure":"full")"));
  // The first one's session is over; his account may go, and its intent stays the office's.
  EXPECT_EQ(node.send(net::Method::kDelete, "/v1/session", "", duty).status, 200);
  EXPECT_EQ(change("i1", "activate", "c7", 1, night), 200);
  EXPECT_EQ(node.send(net::Method::kDelete, "/v1/officers/duty", "", sign_in("chief")).status, 200);
  EXPECT_EQ(change("i1", "end", "c8", 2, night), 200);
  EXPECT_EQ(change("i2", "activate", "c9", 1, program), 200);
}

TEST_F(OfficerFace, EachRoleDoesWhatItMayAndNoMore) {
  const std::string guest = sign_in("guest");
  const std::string duty = sign_in("duty");
  const std::string chief = sign_in("chief");
  const std::string admin = node.token("us:admin", {"admin"});
  EXPECT_EQ(node.get("/v1/zones", guest).status, 200);
  EXPECT_EQ(node.put("/v1/intents/i1", create_json("c1", volume_json(10, 15)), guest).status, 403);
  EXPECT_EQ(node.put("/v1/intents/i1", create_json("c1", volume_json(10, 15)), duty).status, 201);
  EXPECT_EQ(post("/v1/watch/take", "", guest).status, 403);
  for (const std::string& who : {guest, duty, admin}) {
    EXPECT_EQ(node.get("/v1/officers", who).status, 403);
    EXPECT_EQ(node.send(net::Method::kPatch, "/v1/officers/duty", R"({"role":"supervisor"})", who).status, 403);
    EXPECT_EQ(node.send(net::Method::kDelete, "/v1/officers/night", "", who).status, 403);
    EXPECT_EQ(
        post("/v1/officers", R"({"name":"me","password":"correct horse battery","role":"supervisor"})", who).status,
        403);
  }
  for (const char* target : {"/v1/watch/take", "/v1/watch/leave", "/v1/acts/pending/x/confirm"}) {
    EXPECT_EQ(post(target, "", admin).status, 403) << "a token is nobody who could be on watch";
  }
  const auto list = node.get("/v1/officers", chief);
  ASSERT_EQ(list.status, 200);
  auto document = JsonDocument::parse(list.body);
  const auto officers = api::read_officer_list(document->root());
  ASSERT_TRUE(officers.has_value()) << officers.error().text();
  EXPECT_EQ(officers->officers.size(), 4U);
  EXPECT_THAT(list.body, Not(HasSubstr("argon2")));
}

TEST_F(OfficerFace, AChangedAccountIsSignedOutAtOnce) {
  const std::string chief = sign_in("chief");
  const std::string duty = sign_in("duty");
  const std::string night = sign_in("night");
  EXPECT_EQ(node.send(net::Method::kPatch, "/v1/officers/duty", R"({"role":"supervisor"})", chief).status, 200);
  EXPECT_EQ(node.get("/v1/session", duty).status, 401) << "with more rights there is a new session";
  EXPECT_EQ(node.send(net::Method::kPatch, "/v1/officers/night", R"({"disabled":true})", chief).status, 200);
  EXPECT_EQ(node.get("/v1/zones", night).status, 401);
  EXPECT_EQ(node.post("/v1/session", sign_in_json("night"), {}).status, 401);
  const std::string again = sign_in("duty");
  EXPECT_EQ(node.send(net::Method::kDelete, "/v1/officers/night", "", again).status, 200);
  EXPECT_EQ(node.send(net::Method::kPatch, "/v1/officers/night", R"({"disabled":false})", again).status, 404);
  EXPECT_EQ(node.send(net::Method::kPatch, "/v1/officers/duty", "{}", again).status, 400);
}

TEST_F(OfficerFace, AFreshAccountChoosesItsPasswordFirst) {
  const std::string chief = sign_in("chief");
  EXPECT_EQ(post("/v1/officers", R"({"name":"fresh","password":"too short","role":"officer"})", chief).status, 400);
  const auto made = post("/v1/officers", R"({"name":"fresh","password":"given by the chief","role":"officer"})", chief);
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_THAT(made.body, HasSubstr(R"("provisional":true)"));
  const std::string first = sign_in("fresh", "given by the chief");
  EXPECT_EQ(node.get("/v1/zones", first).status, 403);
  EXPECT_EQ(post("/v1/watch/take", "", first).status, 403);
  const auto changed =
      post("/v1/session/password", R"({"new_password":"chosen by myself","old_password":"given by the chief"})", first);
  ASSERT_EQ(changed.status, 200) << changed.body;
  EXPECT_EQ(node.get("/v1/session", first).status, 401);
  EXPECT_EQ(node.get("/v1/zones", member(changed, "token")).status, 200);
}

TEST_F(OfficerFace, TheWatchOutlivesTheNodeAndSessionsDoNot) {
  EXPECT_THAT(node.get("/readyz").body, HasSubstr("ready, but nobody is on watch"));
  const std::string duty = sign_in("duty");
  const auto taken = post("/v1/watch/take", "", duty);
  ASSERT_EQ(taken.status, 200) << taken.body;
  EXPECT_EQ(node.get("/readyz").body, "ready\n");
  node.restart();
  EXPECT_EQ(node.get("/v1/session", duty).status, 401);
  const std::string night = sign_in("night");
  const auto watch = node.get("/v1/watch", night);
  auto document = JsonDocument::parse(watch.body);
  const auto state = api::read_watch_state(document->root());
  ASSERT_TRUE(state.has_value()) << state.error().text();
  EXPECT_TRUE(state->attended);
  EXPECT_EQ(state->keepers.at(0).name, "duty");
  // Whom it may be handed over to: who acts for the authority.
  const std::string officers = node.get("/v1/watch/officers", night).body;
  EXPECT_THAT(officers, HasSubstr(R"({"name":"duty","on_watch":true,"role":"officer"})"));
  EXPECT_THAT(officers, HasSubstr(R"({"name":"night","on_watch":false,"role":"officer"})"));
  EXPECT_THAT(officers, Not(HasSubstr("guest")));
  EXPECT_EQ(node.get("/v1/watch/officers", sign_in("guest")).status, 403);
  EXPECT_EQ(post("/v1/watch/leave", "", night).status, 409) << "nobody takes another off the watch";
  EXPECT_EQ(post("/v1/watch/hand-over", R"({"to":"night"})", sign_in("duty")).status, 200);
  EXPECT_THAT(post("/v1/watch/take", "", night).body, Not(HasSubstr("duty")));
  EXPECT_THAT(post("/v1/watch/leave", "", night).body, HasSubstr(R"("attended":false)"));
  EXPECT_THAT(node.get("/metrics").body, HasSubstr("tansiq_watch_attended 0\n"));
}

// Streams, signed acts, links
// ---------------------------------------------------------------------------------------------------------------------

/// True once the server has ended it.
bool ends(net::EventStream& stream) {
  while (true) {
    const auto event = stream.next(30'000);
    if (!event) return event.error().code != ErrorCode::kTimeout;
    if (!*event) return true;
  }
}

TEST_F(OfficerFace, AStreamEndsWithItsSession) {
  const std::string chief = sign_in("chief");
  const std::vector<std::pair<const char*, std::function<void(const std::string&)>>> ways{
      {"signed out", [&](const std::string& mine) { (void)node.send(net::Method::kDelete, "/v1/session", "", mine); }},
      {"another password",
       [&](const std::string& mine) {
         EXPECT_EQ(
             post("/v1/session/password",
                  fmt::format(R"({{"new_password":"chosen by myself","old_password":"{}"}})", kTestPassword), mine)
                 .status,
             200);
       }},
      {"another role",
       [&](const std::string&) {
         (void)node.send(net::Method::kPatch, "/v1/officers/duty", R"({"role":"observer"})", chief);
       }},
      {"disabled",
       [&](const std::string&) {
         (void)node.send(net::Method::kPatch, "/v1/officers/duty", R"({"disabled":true})", chief);
       }},
      {"removed", [&](const std::string&) { (void)node.send(net::Method::kDelete, "/v1/officers/duty", "", chief); }}};
  std::string password = kTestPassword;
  auto others = node.client(chief)->events("/v1/events");
  ASSERT_TRUE(others.has_value()) << others.error().text();
  for (const auto& [name, way] : ways) {
    const std::string mine = sign_in("duty", password);
    for (const char* target : {"/v1/events", "/v1/stream", "/v1/talks/events"}) {
      auto stream = node.client(mine)->events(target);
      ASSERT_TRUE(stream.has_value()) << name << ": " << stream.error().text();
      if (target == std::string_view("/v1/talks/events")) {
        way(mine);
        EXPECT_TRUE(ends(**stream)) << name;
      }
    }
    if (name == std::string_view("another password")) password = "chosen by myself";
    if (name == std::string_view("disabled")) {
      EXPECT_EQ(node.send(net::Method::kPatch, "/v1/officers/duty", R"({"disabled":false})", chief).status, 200);
    }
  }
  const auto still = (*others)->next(1);
  EXPECT_FALSE(still.has_value()) << "another's goes on";
  EXPECT_EQ(still.error().code, ErrorCode::kTimeout);
}

/// What stands in the chain once nothing is on its way.
std::vector<OfficerActLine> signed_in(const std::filesystem::path& folder) {
  std::vector<OfficerActLine> out;
  const auto read = read_officer_acts(folder, [&](const OfficerActLine& line) -> Status {
    out.push_back(line);
    return {};
  });
  EXPECT_TRUE(read.has_value()) << read.error().text();
  return out;
}

TEST_F(OfficerFace, WhatAPersonDoesIsSignedAndTiedToItsEntry) {
  const std::string duty = sign_in("duty");
  const auto filed = node.put("/v1/intents/i1", create_json("c1", volume_json(10, 15)), duty);
  ASSERT_EQ(filed.status, 201) << filed.body;
  ASSERT_EQ(node.put("/v1/intents/i2", create_json("c2", volume_json(10, 15, 250, 260)), node.token("fr-ops")).status,
            201)
      << "a program signs nothing";
  ASSERT_EQ(post("/v1/watch/take", "", duty).status, 200);
  EXPECT_EQ(node.put("/v1/intents/i3", "{}", duty).status, 400) << "nothing that was asked for";
  ASSERT_TRUE(node.stop().has_value());  // So that what is tied afterwards is there.
  const auto lines = signed_in(node.folder() / "data");
  std::vector<std::string> kinds;
  for (const OfficerActLine& line : lines) {
    EXPECT_THAT(line.by, ::testing::StartsWith("duty@"));
    kinds.push_back(line.act ? "entry" : line.kind);
  }
  EXPECT_THAT(kinds, ::testing::UnorderedElementsAre("api.createIntent", "entry", "api.takeWatch"));
  const auto entry = std::ranges::find_if(lines, [](const OfficerActLine& line) { return line.act.has_value(); });
  ASSERT_NE(entry, lines.end());
  EXPECT_THAT(filed.body, HasSubstr(fmt::format(R"("seq":{})", entry->seq)));
  EXPECT_EQ(lines.front().cmd, "c1");
}

TEST_F(OfficerFace, ALinkSignsABrowserInOnce) {
  const std::string origin = node.node().address();
  const std::string duty = sign_in("duty");
  EXPECT_EQ(post("/v1/session/link", "{}", node.token("us:admin", {"admin"})).status, 403) << "no token makes one";
  const auto made = post("/v1/session/link", R"({"minutes":1,"role":"observer"})", duty);
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(made.headers.find("Cache-Control"), "no-store");
  EXPECT_EQ(member(made, "name"), "duty");
  const std::string body = fmt::format(R"({{"secret":"{}"}})", member(made, "secret"));
  const auto client = node.client();
  const auto use = [&](std::string_view from) {
    return *client->send(net::Method::kPost, "/v1/session/link/redeem",
                         {{"Content-Type", "application/json"}, {"Origin", std::string(from)}}, body);
  };
  EXPECT_EQ(use("https://evil.example").status, 403) << "another site signs nobody in";
  const auto opened = use(origin);
  ASSERT_EQ(opened.status, 200) << opened.body;
  EXPECT_EQ(member(opened, "role"), "observer");
  const std::string set(opened.headers.find("Set-Cookie").value_or(""));
  EXPECT_THAT(set, HasSubstr("HttpOnly; SameSite=Strict"));
  const std::string cookie = set.substr(0, set.find(';'));
  EXPECT_EQ(client->send(net::Method::kGet, "/v1/watch", {{"Cookie", cookie}})->status, 200);
  EXPECT_EQ(client
                ->send(net::Method::kPost, "/v1/watch/take",
                       {{"Cookie", cookie}, {"Origin", origin}, {"Tansiq-CSRF", member(opened, "csrf")}})
                ->status,
            403)
      << "it was made to see";
  EXPECT_EQ(use(origin).status, 401) << "once";
  EXPECT_EQ(node.get("/v1/session", duty).status, 200);
}

TEST_F(OfficerFace, ARecoveryThatIsNoneIsNotAccepted) {
  const auto asked = post("/v1/recovery/accept", R"({"command_id":"c1"})", sign_in("duty"));
  EXPECT_EQ(asked.status, 409) << asked.body;
  EXPECT_EQ(post("/v1/recovery/accept", R"({"command_id":"c1"})", sign_in("guest")).status, 403);
}

TEST_F(OfficerFace, WhatASignedInOfficerReleasesWaitsForASecond) {
  const std::string target = "/v1/f3548/intents/5f0b1c6e-5d0b-4a55-9a57-5a53a1f6c001/release";
  const std::string body = R"({"reason":"it has landed","zone":"K1"})";
  const auto asked = post(target, body, sign_in("duty"));
  ASSERT_EQ(asked.status, 202) << asked.body;
  EXPECT_THAT(asked.body, HasSubstr(R"("kind":"f3548.release")"));
  const std::string confirm = "/v1/acts/pending/" + member(asked, "id") + "/confirm";
  const auto done = post(confirm, "", sign_in("night"));
  EXPECT_EQ(done.status, 404) << "the registry has no such intent: " << done.body;
  EXPECT_EQ(post(confirm, "", sign_in("chief")).status, 409) << "it was tried, once";
}

// Two officers
// ---------------------------------------------------------------------------------------------------------------------

/// Two authorities in earnest; the first has officers.
class TwoOfficersNode : public ::testing::Test {
 protected:
  TwoOfficersNode() {
    auto started = LoopbackCoalition::start(
        folder.path(), 2,
        {.charter = [](core::Charter& charter) { charter.data_mode = core::DataMode::kExercise; },
         .config = with_officers});
    EXPECT_TRUE(started.has_value()) << started.error().text();
    if (started) coalition = std::move(*started);
  }
  void SetUp() override { ASSERT_NE(coalition, nullptr); }
  net::ClientResponse send(net::Method method, std::string_view target, std::string_view body,
                           const std::string& token) {
    net::HttpClientOptions options;
    options.base_url = coalition->node(0).address();
    options.bearer_token = token;
    const auto client = net::HttpClient::create(std::move(options));
    EXPECT_TRUE(client.has_value());
    const auto r = (*client)->send(
        method, target, body.empty() ? net::Headers{} : net::Headers{{"Content-Type", "application/json"}}, body);
    EXPECT_TRUE(r.has_value()) << r.error().text();
    return r.value_or(net::ClientResponse{});
  }
  net::ClientResponse post(std::string_view target, std::string_view body, const std::string& token) {
    return send(net::Method::kPost, target, body, token);
  }
  std::string sign_in(std::string_view name) { return member(post("/v1/session", sign_in_json(name), {}), "token"); }
  std::string token() {
    return coalition->node(0).mint_token("a:watch", {"coordination.read", "coordination.act"}, 3'600'000).value_or("");
  }
  static std::string text_of(std::string_view cmd, coordination::Act act, std::string_view second = {}) {
    std::string out;
    log::JcsWriter writer(out);
    coordination::write_act(writer, {CommandId::trusted(cmd), {}, core::Subject::trusted(second), std::move(act)});
    return out;
  }
  static core::Edge edge(core::Capability capability) {
    return {capability, core::RelationDomain::kAir, LoopbackCoalition::authority(0), LoopbackCoalition::authority(1)};
  }
  static std::string proposal(std::string_view cmd, std::string_view second = {}) {
    return text_of(cmd,
                   coordination::ProposeRelation{
                       "", {{edge(core::Capability::kDisclosure), 3}}, LoopbackCoalition::authority(1), "test"},
                   second);
  }

  TemporaryFolder folder;
  std::unique_ptr<LoopbackCoalition> coalition;
};

TEST_F(TwoOfficersNode, WhatWidensIsAskedByOneAndConfirmedByAnother) {
  const std::string duty = sign_in("duty");
  const std::string night = sign_in("night");
  const std::string guest = sign_in("guest");
  const auto asked = post("/v1/coordination/acts", proposal("c1"), duty);
  ASSERT_EQ(asked.status, 202) << asked.body;
  const std::string id = member(asked, "id");
  EXPECT_EQ(member(post("/v1/coordination/acts", proposal("c1"), duty), "id"), id) << "asked again";
  EXPECT_THAT(send(net::Method::kGet, "/v1/coordination/relations", "", guest).body, HasSubstr(R"("proposals":[])"))
      << "nothing is said yet";
  const auto shown = send(net::Method::kGet, "/v1/acts/pending/" + id, "", night);
  EXPECT_THAT(shown.body, HasSubstr(R"("kind":"relation.propose")"));
  EXPECT_EQ(member(shown, "by"), "duty@a");
  const std::string confirm = "/v1/acts/pending/" + id + "/confirm";
  EXPECT_EQ(post(confirm, "", duty).status, 403) << "nobody is his own second";
  EXPECT_EQ(post(confirm, "", guest).status, 403);
  EXPECT_EQ(post(confirm, "", token()).status, 403);
  EXPECT_EQ(post("/v1/acts/pending/0123456789abcdef0123456789abcdef/confirm", "", night).status, 404);
  const auto done = post(confirm, "", night);
  ASSERT_EQ(done.status, 200) << done.body;
  EXPECT_THAT(done.body, HasSubstr(R"("hash":)"));
  EXPECT_EQ(post(confirm, "", sign_in("chief")).status, 409) << "once";
  EXPECT_THAT(send(net::Method::kGet, "/v1/coordination/relations", "", guest).body,
              Not(HasSubstr(R"("proposals":[])")));
  const auto ended = send(net::Method::kGet, "/v1/acts/pending/" + id, "", duty);
  EXPECT_EQ(member(ended, "state"), "done");
  EXPECT_EQ(member(ended, "second"), "night@a");
}

// Peers read who is on watch as the accounts have it, and nobody has to say it to them.
TEST_F(TwoOfficersNode, TheWatchIsToldToPeers) {
  const auto await_there = [&](std::string_view state) {
    const std::string wanted = fmt::format(R"("state":"{}")", state);
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    std::string seen;
    while (seen.find(wanted) == std::string::npos && std::chrono::steady_clock::now() < until) {
      seen = coalition->get(1, "/v1/lines").value_or(std::string());
      std::this_thread::yield();
    }
    return seen;
  };
  const std::string duty = sign_in("duty");
  ASSERT_EQ(post("/v1/watch/take", "", duty).status, 200);
  EXPECT_THAT(await_there("attended"), HasSubstr(R"("peer":"a","waiting":false,"watch":{"state":"attended")"));
  ASSERT_EQ(post("/v1/watch/leave", "", duty).status, 200);
  EXPECT_THAT(await_there("unattended"), HasSubstr(R"("watch":{"state":"unattended")"));
}

TEST_F(TwoOfficersNode, NobodyNamesASecondAndNoTokenIsOne) {
  const std::string duty = sign_in("duty");
  EXPECT_EQ(post("/v1/coordination/acts", proposal("c1", "night@a"), duty).status, 403);
  EXPECT_EQ(post("/v1/coordination/acts", proposal("c2", "night@a"), token()).status, 403);
  EXPECT_EQ(post("/v1/coordination/acts", proposal("c3"), token()).status, 403);
  const std::string freeze = text_of(
      "c4",
      coordination::FreezeRelation{{{edge(core::Capability::kRequest), 0}}, LoopbackCoalition::authority(1), "test"});
  const auto frozen = post("/v1/coordination/acts", freeze, token());
  EXPECT_EQ(frozen.status, 200) << "what takes one officer goes as before: " << frozen.body;
  const std::string watch = R"({"act":{"attended":true,"text":""},"cmd":"c5","kind":"watch.set"})";
  EXPECT_EQ(post("/v1/coordination/acts", watch, duty).status, 403) << "whoever is on watch is on watch";
}

TEST_F(TwoOfficersNode, ARefusedActAndThatOfARemovedOfficerAreNotDone) {
  const std::string duty = sign_in("duty");
  const std::string night = sign_in("night");
  const std::string first = member(post("/v1/coordination/acts", proposal("c1"), duty), "id");
  const auto refused = post("/v1/acts/pending/" + first + "/refuse", R"({"text":"not today"})", night);
  EXPECT_EQ(refused.status, 200) << refused.body;
  EXPECT_EQ(member(refused, "state"), "refused");
  EXPECT_EQ(post("/v1/acts/pending/" + first + "/confirm", "", night).status, 409);
  const std::string second = member(post("/v1/coordination/acts", proposal("c2"), duty), "id");
  EXPECT_EQ(send(net::Method::kDelete, "/v1/officers/duty", "", sign_in("chief")).status, 200);
  EXPECT_EQ(post("/v1/acts/pending/" + second + "/confirm", "", night).status, 409);
  EXPECT_THAT(send(net::Method::kGet, "/v1/coordination/relations", "", night).body, HasSubstr(R"("proposals":[])"));
}

}  // namespace
}  // namespace tansiq::node
