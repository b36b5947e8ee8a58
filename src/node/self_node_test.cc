// What nodes say of themselves, what a peer sees of them, and their other logs: whole nodes on loopback.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "base/eventually.h"
#include "base/json_in.h"
#include "log/checkpoint.h"
#include "node/coalition_figures.h"
#include "node/node_testlib.h"
#include "node/officer_testlib.h"

namespace tansiq::node {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

void with_duty(NodeConfig& config) {
  config.password_cost = kTestCost;
  std::filesystem::create_directories(config.data_dir);
  auto book = OfficerBook::open(config.data_dir);
  ASSERT_TRUE(book.has_value()) << book.error().text();
  ASSERT_TRUE((*book)->add("duty", OfficerRole::kOfficer, test_secret(), Provisional::kNo).has_value());
}

std::string text_at(const JsonValue& object, std::string_view name) {
  const auto value = object.find(name);
  return value ? std::string(value->string().value_or("")) : std::string();
}

TEST(Self, SaysWhoItIsToWhoeverIsLetIn) {
  TestNode t;
  EXPECT_EQ(t.get("/v1/self").status, 401);
  const auto few = t.get("/v1/self", t.token("x", {"metrics.read"}));
  ASSERT_EQ(few.status, 200) << few.body;
  EXPECT_EQ(few.headers.find("Cache-Control"), "no-store");
  EXPECT_THAT(few.body, HasSubstr("\"logs\":[]")) << "it may read none";
  EXPECT_THAT(few.body, HasSubstr("\"session\":{\"scopes\":[\"metrics.read\"],\"subject\":\"x\"}"));
  const auto more = t.get("/v1/self", t.token("x"));
  EXPECT_THAT(more.body, HasSubstr("\"origin\":\"" + t.node().log_origin() + "\""));
  EXPECT_THAT(more.body, HasSubstr(t.node().log_vkey()));
  EXPECT_THAT(more.body, HasSubstr("\"data_mode\":\"TEST\""));
  EXPECT_THAT(more.body, HasSubstr("\"languages\":[\"ar\",\"en\",\"fr\",\"ru\"]"));
  EXPECT_THAT(more.body, HasSubstr("\"id\":\"K1\"")) << "a zone of its own";
}

/// Three nodes, the first with an officer. It shows `b` its flights whole, and `c` nothing.
class SelfNode : public ::testing::Test {
 protected:
  SelfNode() {
    LoopbackCoalition::Setup setup;
    setup.charter = [](core::Charter& charter) {
      charter.relations.push_back({{core::Capability::kDisclosure, core::RelationDomain::kAir,
                                    LoopbackCoalition::authority(0), LoopbackCoalition::authority(1)},
                                   3});
    };
    setup.config = with_duty;
    auto started = LoopbackCoalition::start(folder_.path(), 3, setup);
    EXPECT_TRUE(started.has_value()) << started.error().text();
    if (started) coalition_ = std::move(*started);
  }
  void SetUp() override { ASSERT_NE(coalition_, nullptr); }

  net::ClientResponse send(net::Method method, std::string_view target, std::string_view body,
                           const std::string& token) {
    const auto client = *net::HttpClient::create({.base_url = coalition_->node(0).address(), .bearer_token = token});
    const auto r = client->send(
        method, target, body.empty() ? net::Headers{} : net::Headers{{"Content-Type", "application/json"}}, body);
    EXPECT_TRUE(r.has_value()) << r.error().text();
    return r.value_or(net::ClientResponse{});
  }
  net::ClientResponse get(std::string_view target, const std::string& token) {
    return send(net::Method::kGet, target, {}, token);
  }
  std::string sign_in() {
    const auto r = send(net::Method::kPost, "/v1/session",
                        fmt::format(R"({{"bearer":true,"name":"duty","password":"{}"}})", kTestPassword), {});
    const auto document = JsonDocument::parse(r.body);
    EXPECT_TRUE(document) << r.body;
    return document ? text_at(document->root(), "token") : std::string();
  }
  std::string token(const std::vector<std::string>& scopes) {
    return coalition_->node(0).mint_token("x", scopes, 3'600'000).value_or("");
  }

  TemporaryFolder folder_;
  std::unique_ptr<LoopbackCoalition> coalition_;
};

TEST_F(SelfNode, EyesShowWhatThePeerWasGiven) {
  const std::string duty = sign_in();
  ASSERT_TRUE(coalition_->act(0, coalition_->flight(0, 1, {0})).has_value());
  ASSERT_TRUE(coalition_->act(0, coalition_->flight(0, 2, {2})).has_value());
  const auto seen = [&](std::string_view peer) { return get(fmt::format("/v1/eyes/{}", peer), duty).body; };
  ASSERT_TRUE(eventually([&] { return seen("b").find("\"content\":{") != std::string::npos; })) << seen("b");
  ASSERT_TRUE(eventually([&] { return seen("c").find("\"legs\":[{") != std::string::npos; })) << seen("c");

  // What `b` holds is, word for word, what is shown here.
  const auto content = [](const std::string& text) {
    const std::size_t begin = text.find("\"content\":{");
    const std::size_t end = text.find(",\"source\":", text.find("\"volumes\":", begin));
    return text.substr(begin, end - begin);
  };
  const std::string here = content(seen("b"));
  ASSERT_TRUE(eventually([&] {
    const auto held = coalition_->get(1, "/v1/coordination/disclosure");
    return held && held->find(here) != std::string::npos;
  })) << here;
  EXPECT_THAT(seen("c"), HasSubstr("\"shares\":[]")) << "nothing is shown to it; of the leg it knows as its owner";

  EXPECT_EQ(get("/v1/eyes/a", duty).status, 404) << "that is itself";
  EXPECT_EQ(get("/v1/eyes/zz", duty).status, 404);
  EXPECT_EQ(get("/v1/eyes/b?cursor=x", duty).status, 400);
  EXPECT_EQ(get("/v1/eyes/b", token({"admin", "coordination.read"})).status, 403) << "for people who have signed in";
}

TEST_F(SelfNode, EyesSeeNothingBehindAFreeze) {
  const std::string duty = sign_in();
  ASSERT_TRUE(coalition_->act(0, coalition_->flight(0, 1, {0})).has_value());
  const auto shares = [&] { return get("/v1/eyes/b", duty).body; };
  ASSERT_TRUE(eventually([&] { return shares().find("\"content\":{") != std::string::npos; })) << shares();
  coordination::ActCommand freeze;
  freeze.cmd = CommandId::trusted("freeze");
  freeze.by = core::Subject::trusted("chief");
  const core::Edge edge{core::Capability::kDisclosure, core::RelationDomain::kAir, LoopbackCoalition::authority(0),
                        LoopbackCoalition::authority(1)};
  freeze.act = coordination::FreezeRelation{{{edge, 0}}, LoopbackCoalition::authority(1), ""};
  ASSERT_TRUE(coalition_->act(0, freeze).has_value());
  EXPECT_TRUE(eventually([&] { return shares().find("\"shares\":[]") != std::string::npos; })) << shares();
}

TEST_F(SelfNode, EveryLogThatIsListedIsServedAndSigned) {
  ASSERT_TRUE(coalition_->act(0, coalition_->flight(0, 1, {1, 2})).has_value());
  const std::string duty = sign_in();
  const auto self = get("/v1/self", duty);
  const auto document = JsonDocument::parse(self.body);
  ASSERT_TRUE(document) << self.body;
  const auto logs = document->root().find("logs");
  ASSERT_TRUE(logs);
  std::set<std::string> kinds;
  for (std::size_t i = 0; i < logs->size(); ++i) {
    const JsonValue log = (*logs)[i];
    const std::string origin = text_at(log, "origin");
    const bool mirror = log.find("mirror")->boolean().value_or(false);
    const std::string kind = text_at(log, "kind");
    kinds.insert(fmt::format("{} {}", kind, mirror));
    const auto key = log::VerifierKey::parse((*log.find("keys"))[0].string().value_or(""));
    ASSERT_TRUE(key) << origin;
    std::string why;
    EXPECT_TRUE(eventually([&] {
      const auto note = get(fmt::format("/log/{}/checkpoint", origin), duty);
      why = note.body;
      // To all members the others need not have said anything.
      if (kind == "members" && mirror && note.body.find("has 0 entries") != std::string::npos) return true;
      if (note.status != 200) return false;
      const auto opened = log::open_checkpoint(note.body, std::span(&*key, 1));
      return opened.has_value() && opened->checkpoint.origin == origin;
    })) << origin
        << ": " << why;
  }
  EXPECT_EQ(kinds, (std::set<std::string>{"main false", "members false", "members true", "pair false", "pair true"}));
  const std::string pair = fmt::format("/log/{}", text_at((*logs)[3], "origin"));
  EXPECT_EQ(get(pair + "/checkpoint", duty).headers.find("Cache-Control"), "no-store");
  EXPECT_THAT(get("/v1/self", token({"log.read"})).body, Not(HasSubstr("\"kind\":\"pair\"")));
}

// A console that would have to find it out took links for broken meanwhile.
TEST(Self, SaysHowFastItsClockRuns) {
  const auto lines_at = [](std::int64_t scale) {
    const TemporaryFolder folder;
    LoopbackCoalition::Setup setup;
    setup.charter = [](core::Charter& charter) { charter.data_mode = core::DataMode::kSimulated; };
    setup.config = [scale](NodeConfig& config) {
      config.simulated = {.start = SystemClock().now(), .real = SystemClock().now(), .scale = scale};
    };
    const auto coalition = LoopbackCoalition::start(folder.path(), 1, setup);
    EXPECT_TRUE(coalition.has_value()) << coalition.error().text();
    return coalition ? (*coalition)->get(0, "/v1/lines").value_or("nothing") : "nothing";
  };
  EXPECT_THAT(lines_at(60), HasSubstr("\"clock_rate\":60,"));
  EXPECT_THAT(lines_at(0), Not(HasSubstr("clock_rate")));
}

}  // namespace
}  // namespace tansiq::node
