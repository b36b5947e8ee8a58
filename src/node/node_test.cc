// The node as its users see it: real sockets, real store, real tokens, in a temporary folder.
#include "node/node.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <future>

#include "base/json_in.h"
#include "log/checkpoint.h"
#include "log/note_key.h"
#include "node/node_testlib.h"
#include "node/openapi_text.h"
#include "node_api/schemas.h"

namespace tansiq::node {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

/// Reads a response back with the reader generated from the contract: what is not in it fails the test.
template <class T, class Reader>
T as(const net::ClientResponse& response, int status, Reader reader) {
  EXPECT_EQ(response.status, status) << response.body;
  auto document = JsonDocument::parse(response.body);
  EXPECT_TRUE(document.has_value()) << response.body;
  if (!document) return {};
  auto value = reader(document->root());
  EXPECT_TRUE(value.has_value()) << value.error().text() << "\n" << response.body;
  return value ? std::move(*value) : T{};
}
api::Decision decision(const net::ClientResponse& r, int status) {
  return as<api::Decision>(r, status, api::read_decision);
}
api::Problem problem(const net::ClientResponse& r, int status) {
  EXPECT_EQ(r.headers.find("Content-Type"), "application/problem+json");
  return as<api::Problem>(r, status, api::read_problem);
}
api::Refusal refusal(const net::ClientResponse& r, int status) {
  EXPECT_EQ(r.headers.find("Content-Type"), "application/problem+json");
  return as<api::Refusal>(r, status, api::read_refusal);
}

TEST(Node, FileAnIntentAndReadItBack) {
  TestNode t;
  const std::string fr = t.token("fr-ops");
  const api::Decision d = decision(t.put("/v1/intents/i1", create_json("c1", volume_json(10, 15)), fr), 201);
  EXPECT_EQ(d.id, "i1");
  EXPECT_EQ(d.type, "intent.accepted");
  EXPECT_EQ(d.seq, 1);
  EXPECT_EQ(d.index, 1);
  EXPECT_EQ(d.version, 1);
  EXPECT_FALSE(d.repeated);
  EXPECT_EQ(d.data_mode, api::DataMode::kTEST);
  ASSERT_EQ(d.findings.zones.size(), 1U);
  EXPECT_THAT(d.findings.zones[0], ::testing::ElementsAre(ZoneId::trusted("K1")));

  const auto intent = as<api::Intent>(t.get("/v1/intents/i1", fr), 200, api::read_intent);
  EXPECT_EQ(intent.disclosure, api::Disclosure::kFull);
  EXPECT_EQ(intent.flight, "MIRAGE1");
  EXPECT_EQ(intent.state, api::IntentState::kAccepted);
  EXPECT_EQ(intent.ovn, d.ovn);
  ASSERT_EQ(intent.volumes.size(), 1U);
  EXPECT_EQ(intent.volumes[0].outline.circle->radius_cm, 100'000);
}

TEST(Node, AConflictIsRefusedWithACounterProposalThatCanBeTaken) {
  TestNode t;
  const std::string fr = t.token("fr-ops");
  const std::string us = t.token("us-ops");
  (void)decision(t.put("/v1/intents/i1", create_json("c1", volume_json(10, 15)), fr), 201);
  const api::Refusal r = refusal(t.put("/v1/intents/i2", create_json("c1", volume_json(12, 15)), us), 409);
  EXPECT_EQ(r.reason, api::Reason::kConflict);
  EXPECT_EQ(r.type, "/problems/conflict");
  EXPECT_EQ(r.seq, 2);
  EXPECT_THAT(r.detail, StartsWith("conflicts with 1 intent in K1; free "));
  ASSERT_EQ(r.findings.conflicts.size(), 1U);
  EXPECT_EQ(r.findings.conflicts[0].intent, IntentId::trusted("i1"));
  EXPECT_EQ(r.findings.conflicts[0].told, api::Disclosure::kCoarse);
  ASSERT_TRUE(r.findings.counter && r.findings.counter->level_shift_cm) << "no counter-proposal";

  const std::int64_t shift = *r.findings.counter->level_shift_cm;
  ASSERT_EQ(shift % 3'048, 0);
  const auto taken = decision(
      t.put("/v1/intents/i2", create_json("c2", volume_json(12, 15, 200 + shift / 3'048, 210 + shift / 3'048)), us),
      201);
  EXPECT_EQ(taken.version, 1);
}

TEST(Node, PreviewAsksWithoutFiling) {
  TestNode t;
  const std::string fr = t.token("fr-ops");
  const std::string ask = fmt::format(R"({{"volumes":[{}]}})", volume_json(10, 15));
  auto p = as<api::Preview>(t.post("/v1/preview", ask, fr), 200, api::read_preview);
  EXPECT_TRUE(p.accepted);
  (void)decision(t.put("/v1/intents/i1", create_json("c1", volume_json(10, 15)), t.token("us-ops")), 201);
  p = as<api::Preview>(t.post("/v1/preview", ask, fr), 200, api::read_preview);
  EXPECT_FALSE(p.accepted);
  EXPECT_EQ(p.reason, api::Reason::kConflict);
  EXPECT_EQ(t.node().state_mark().entries, 2U) << "a preview left an entry";
}

TEST(Node, TheLifeOfAnIntent) {
  TestNode t;
  const std::string fr = t.token("fr-ops");
  (void)decision(t.put("/v1/intents/i1", create_json("c1", volume_json(10, 15)), fr), 201);
  const auto changed = [&](std::string_view what, std::string_view body) {
    return t.post(fmt::format("/v1/intents/i1/{}", what), body, fr);
  };
  auto d = decision(
      changed("volumes", fmt::format(R"({{"command_id":"c2","version":1,"volumes":[{}]}})", volume_json(11, 15))), 200);
  EXPECT_EQ(d.type, "intent.updated");
  EXPECT_EQ(d.version, 2);
  EXPECT_EQ(problem(changed("activate", R"({"command_id":"c3","version":1})"), 409).type, "/problems/version-mismatch");
  d = decision(changed("activate", R"({"command_id":"c4","version":2})"), 200);
  EXPECT_EQ(d.state, api::IntentState::kActivated);
  d = decision(
      changed("off-nominal", fmt::format(R"({{"command_id":"c5","state":"nonconforming","version":3,"volumes":[{}]}})",
                                         volume_json(11, 15, 190, 215))),
      200);
  EXPECT_EQ(d.state, api::IntentState::kNonconforming);
  d = decision(changed("off-nominal", R"({"command_id":"c6","state":"contingent","version":4})"), 200);
  EXPECT_EQ(d.state, api::IntentState::kContingent);
  d = decision(changed("end", R"({"command_id":"c7","version":5})"), 200);
  EXPECT_EQ(d.state, api::IntentState::kEnded);
  EXPECT_EQ(problem(changed("end", R"({"command_id":"c8","version":6})"), 409).type, "/problems/wrong-state");
}

TEST(Node, MeasuresNeedTheirScopeAndRefuseIntents) {
  TestNode t;
  const std::string chief = t.token("chief", {"measures.manage", "intents.read"});
  const std::string fr = t.token("fr-ops");
  const std::string body =
      fmt::format(R"({{"command_id":"m1","effect":"refuse","text":"firefighting","volumes":[{}],"zone":"K1"}})",
                  volume_json(0, 120, 180, 240));
  EXPECT_EQ(problem(t.put("/v1/measures/fire", body, fr), 403).type, "/problems/forbidden");
  EXPECT_EQ(decision(t.put("/v1/measures/fire", body, chief), 201).type, "measure.created");
  const auto r = refusal(t.put("/v1/intents/i1", create_json("c1", volume_json(10, 15)), fr), 409);
  EXPECT_EQ(r.reason, api::Reason::kMeasure);
  ASSERT_EQ(r.findings.measures.size(), 1U);
  const auto m = as<api::Measure>(t.get("/v1/measures/fire", fr), 200, api::read_measure);
  EXPECT_EQ(m.text, "firefighting");
  EXPECT_EQ(as<api::MeasureList>(t.get("/v1/measures", fr), 200, api::read_measure_list).measures.size(), 1U);
  const std::string warn =
      fmt::format(R"({{"command_id":"m2","effect":"warn","version":1,"volumes":[{}]}})", volume_json(0, 120, 180, 240));
  EXPECT_EQ(decision(t.post("/v1/measures/fire/volumes", warn, chief), 200).version, 2);
  const auto warned = decision(t.put("/v1/intents/i1", create_json("c2", volume_json(10, 15)), fr), 201);
  EXPECT_EQ(warned.findings.measures.size(), 1U);
  EXPECT_EQ(decision(t.post("/v1/measures/fire/withdraw", R"({"command_id":"m3","version":2})", chief), 200).type,
            "measure.ended");
}

TEST(Node, RepeatingACommandReturnsItsFirstOutcomeAlsoAfterARestart) {
  TestNode t;
  const std::string fr = t.token("fr-ops");
  const std::string body = create_json("c1", volume_json(10, 15));
  const auto first = decision(t.put("/v1/intents/i1", body, fr), 201);
  auto again = decision(t.put("/v1/intents/i1", body, fr), 201);
  EXPECT_TRUE(again.repeated);
  EXPECT_EQ(again.seq, first.seq);
  EXPECT_EQ(again.index, first.index);
  const std::string other = create_json("c9", volume_json(10, 15));
  const auto refused = refusal(t.put("/v1/intents/i2", other, fr), 409);
  t.restart();
  again = decision(t.put("/v1/intents/i1", body, fr), 201);
  EXPECT_TRUE(again.repeated);
  EXPECT_EQ(again.seq, first.seq);
  const auto refused_again = refusal(t.put("/v1/intents/i2", other, fr), 409);
  EXPECT_TRUE(refused_again.repeated);
  EXPECT_EQ(refused_again.seq, refused.seq);
  EXPECT_EQ(refused_again.findings.conflicts.size(), 1U);
  EXPECT_EQ(problem(t.put("/v1/intents/i3", body, fr), 409).type, "/problems/conflict")
      << "the command id of another request";
}

TEST(Node, ReplayGivesTheSameState) {
  TestNode t([](NodeConfig& config) { config.snapshot_every_entries = 0; });
  const std::string fr = t.token("fr-ops");
  for (int i = 0; i < 20; ++i) {
    const auto r =
        t.put(fmt::format("/v1/intents/i{}", i), create_json(fmt::format("c{}", i), volume_json(10 + 7 * i, 15)), fr);
    EXPECT_TRUE(r.status == 201 || r.status == 409) << r.body;
  }
  t.clock().advance(3'600'000);
  t.node().tick();
  const Node::StateMark before = t.node().state_mark();
  EXPECT_GT(before.entries, 21U) << "nothing has expired";
  t.restart();
  EXPECT_EQ(t.node().state_mark(), before);
  EXPECT_EQ(t.node().open_report().from_snapshot, before.entries) << "the snapshot of the stop was not used";
  (void)t.stop();
  for (const auto& file : std::filesystem::directory_iterator(t.folder() / "data")) {
    if (file.path().filename().string().starts_with("snapshot-")) std::filesystem::remove(file.path());
  }
  t.restart();
  EXPECT_EQ(t.node().open_report().from_snapshot, 0U);
  EXPECT_EQ(t.node().state_mark(), before) << "replay of the whole log";
}

TEST(Node, ADamagedSnapshotIsLeftAside) {
  TestNode t;
  const std::string fr = t.token("fr-ops");
  (void)decision(t.put("/v1/intents/i1", create_json("c1", volume_json(10, 15)), fr), 201);
  const Node::StateMark before = t.node().state_mark();
  (void)t.stop();
  for (const auto& file : std::filesystem::directory_iterator(t.folder() / "data")) {
    if (!file.path().filename().string().starts_with("snapshot-")) continue;
    std::filesystem::resize_file(file.path(), std::filesystem::file_size(file.path()) - 1);
  }
  t.restart();
  EXPECT_EQ(t.node().open_report().from_snapshot, 0U);
  EXPECT_EQ(t.node().state_mark(), before);
}

TEST(Node, SubmitInProcess) {
  TestNode t;
  std::promise<Result<Recorded>> promise;
  core::CreateIntent create;
  create.intent = IntentId::trusted("i1");
  create.volumes.push_back({geo::Circle{{350'000'000, 342'000'000}, 100'000},
                            {609'600, 640'080, geo::VerticalReference::kFlightLevel},
                            {kTestStart + 600'000, kTestStart + 1'200'000}});
  t.node().submit({CommandId::trusted("c1"), {core::Subject::trusted("fr-ops"), false}, std::move(create)},
                  [&](Result<Recorded> r) { promise.set_value(std::move(r)); });
  const Result<Recorded> recorded = promise.get_future().get();
  ASSERT_TRUE(recorded.has_value()) << recorded.error().text();
  EXPECT_EQ(recorded->type, core::EntryType::kIntentAccepted);
  EXPECT_TRUE(recorded->decision.accepted());
}

TEST(Node, ASecondNodeOnTheSameFolderIsRefused) {
  TestNode t;
  NodeConfig config;
  config.data_dir = t.folder() / "data";
  const auto second = Node::open(config);
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().code, ErrorCode::kUnavailable) << second.error().text();
}

TEST(Node, WithoutDevelopAMissingCharterIsAnError) {
  TemporaryFolder folder;
  NodeConfig config;
  config.data_dir = folder.path() / "data";
  config.develop = false;
  const auto node = Node::open(config);
  ASSERT_FALSE(node.has_value());
  EXPECT_EQ(node.error().code, ErrorCode::kNotFound);
  EXPECT_THAT(node.error().message, ::testing::HasSubstr("tansiq init " + config.data_dir.string()));
  EXPECT_TRUE(std::filesystem::is_empty(config.data_dir)) << "no key was made";
}

TEST(Node, ADraftThatNobodySignedIsNamed) {
  TemporaryFolder folder;
  NodeConfig config;
  config.data_dir = folder.path();
  config.develop = false;
  const auto key = log::SignerKey::generate("us.example/main", log::KeyType::kEd25519);
  ASSERT_TRUE(key && log::write_key_file(folder.path() / "node.key", *key));
  std::ofstream(folder.path() / "charter.json") << "{}";
  const auto node = Node::open(config);
  ASSERT_FALSE(node.has_value());
  EXPECT_EQ(node.error().code, ErrorCode::kNotFound);
  EXPECT_THAT(node.error().message, ::testing::HasSubstr("tansiq charter sign " + folder.file("charter.json")));
}

TEST(Node, SecretsAreForTheOwnerOnly) {
  TestNode t;
  for (const char* name : {"node.key", "token.key", "ovn.key"}) {
    const auto permissions = std::filesystem::status(t.folder() / "data" / name).permissions();
    EXPECT_EQ(permissions & (std::filesystem::perms::group_all | std::filesystem::perms::others_all),
              std::filesystem::perms::none)
        << name;
  }
  (void)t.stop();
  std::filesystem::permissions(t.folder() / "data" / "ovn.key", std::filesystem::perms::others_read,
                               std::filesystem::perm_options::add);
  NodeConfig config;
  config.data_dir = t.folder() / "data";
  const auto node = Node::open(config);
  ASSERT_FALSE(node.has_value());
}

}  // namespace
}  // namespace tansiq::node
