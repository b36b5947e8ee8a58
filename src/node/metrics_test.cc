// What /metrics says: entries counted against a slow oracle, the registry and the peers against what was done to them,
// and the list in docs/operations.md against what there is.
#include "node/metrics.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>

#include "base/eventually.h"
#include "base/json_in.h"
#include "node/coalition_figures.h"
#include "node/live_config.h"
#include "node/node_testlib.h"

namespace tansiq::node {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string file_text(const std::string& name) {
  std::ifstream file(TANSIQ_SOURCE_DIR "/" + name);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

/// The lines of the golden records, of all four folds.
std::vector<std::string> golden_lines() {
  std::vector<std::string> out;
  for (const char* name : {"log.jsonl", "coordination/record", "f3548/log.jsonl", "uss/log.jsonl"}) {
    std::istringstream lines(file_text(std::string("tests/golden/v1/") + name));
    for (std::string line; std::getline(lines, line);) out.push_back(line.substr(line.find('{')) + "\n");
  }
  return out;
}

/// The value of a series; nothing when it is not there.
std::optional<double> value_of(const std::string& metrics, const std::string& series) {
  const std::size_t at = metrics.find("\n" + series + " ");
  if (at == std::string::npos) return std::nullopt;
  return std::stod(metrics.substr(at + series.size() + 2));
}

std::uint64_t counted(const EntryCounters& counters, std::string_view type) {
  const auto& types = EntryCounters::types();
  const auto at = std::ranges::find(types, type);
  EXPECT_NE(at, types.end()) << type;
  return at == types.end() ? 0 : counters.of_type(static_cast<std::size_t>(at - types.begin()));
}

// Entries
// ----------------------------------------------------------------------------------------------------------------

TEST(EntryCounters, CountsTheGoldenRecordsAsAParserDoes) {
  std::map<std::string, std::uint64_t> expected;
  std::map<std::string, std::uint64_t> expected_refusals;
  EntryCounters counters;
  for (const std::string& line : golden_lines()) {
    counters.add(line);
    const auto document = JsonDocument::parse(line);
    ASSERT_TRUE(document) << line;
    const std::string type(*document->root().find("type")->string());
    ++expected[type];
    if (type == "leg.refused")
      ++expected_refusals[std::string(*document->root().find("body")->find("reason")->string())];
  }
  EXPECT_GT(expected.size(), 30U) << "the golden records have something of everything";
  for (std::size_t i = 0; i < EntryCounters::kTypes; ++i) {
    const std::string_view type = EntryCounters::types().at(i);
    EXPECT_EQ(counters.of_type(i), expected[std::string(type)]) << type;
  }
  constexpr auto kReasons = coordination::enum_names(coordination::LegRefusal{});
  for (std::size_t i = 0; i < kReasons.size(); ++i) {
    EXPECT_EQ(counters.of_leg_refusal(i), expected_refusals[std::string(kReasons.at(i))]) << kReasons.at(i);
  }
  EXPECT_FALSE(expected_refusals.empty());
  EXPECT_EQ(counters.unknown(), 0U);
}

TEST(EntryCounters, TypesAreSortedAndUnlike) {
  const auto& types = EntryCounters::types();
  EXPECT_TRUE(std::ranges::is_sorted(types));
  EXPECT_EQ(std::ranges::adjacent_find(types), types.end());
  EXPECT_EQ(std::ranges::find(types, ""), types.end());
}

TEST(EntryCounters, TextCannotPassForAType) {
  EntryCounters counters;
  counters.add(
      R"({"body":{"reason":"conflict","text":"\",\"type\":\"alarm","type":"alarm"},"seq":1,"type":"leg.refused","v":1})"
      "\n");
  EXPECT_EQ(counted(counters, "leg.refused"), 1U);
  EXPECT_EQ(counted(counters, "alarm"), 0U);
  counters.add(R"({"seq":2,"type":"nonsense","v":1})");
  counters.add("");
  EXPECT_EQ(counters.unknown(), 2U);
}

TEST(Metrics, CountWhatWasDecidedAndWhy) {
  TestNode t;
  const std::string token = t.token("fr-ops");
  EXPECT_EQ(t.put("/v1/intents/i1", create_json("c1", volume_json(10, 15)), token).status, 201);
  EXPECT_EQ(t.put("/v1/intents/i2", create_json("c2", volume_json(12, 15)), token).status, 409);
  const std::string m = t.get("/metrics").body;
  EXPECT_EQ(value_of(m, R"(tansiq_entries_total{type="intent.accepted"})"), 1);
  EXPECT_EQ(value_of(m, R"(tansiq_entries_total{type="intent.refused"})"), 1);
  EXPECT_EQ(value_of(m, R"(tansiq_refusals_total{reason="conflict"})"), 1);
  EXPECT_EQ(value_of(m, R"(tansiq_refusals_total{reason="measure"})"), 0);
}

TEST(Metrics, CountWhatTimeHasEnded) {
  TestNode t;
  EXPECT_EQ(t.put("/v1/intents/i1", create_json("c1", volume_json(10, 15)), t.token("fr-ops")).status, 201);
  t.clock().advance(3'600'000);
  t.node().tick();
  (void)t.node().state_mark();  // The tick is durable.
  const std::string m = t.get("/metrics").body;
  EXPECT_EQ(value_of(m, R"(tansiq_entries_total{type="intent.expired"})"), 1);
  EXPECT_EQ(value_of(m, "tansiq_live_intents"), 0);
}

// The registry of F3548
// ---------------------------------------------------------------------------------------------------------

class RegistryMetrics : public ::testing::Test {
 protected:
  static constexpr std::string_view kVolume =
      R"({"volume":{"outline_circle":{"center":{"lat":46.5,"lng":6.6},"radius":{"value":300,"units":"M"}},)"
      R"("altitude_lower":{"value":400,"reference":"W84","units":"M"},)"
      R"("altitude_upper":{"value":520,"reference":"W84","units":"M"}},)"
      R"("time_start":{"value":"2026-11-22T10:00:00Z","format":"RFC3339"},)"
      R"("time_end":{"value":"2026-11-22T11:00:00Z","format":"RFC3339"}})";
  static std::string path(std::string_view kind, int n) {
    return fmt::format("/dss/v1/{}/00000000-0000-4000-8000-{:012d}", kind, n);
  }
  net::ClientResponse put(std::string_view kind, int n, std::string_view more, std::string_view scope) {
    const bool one = kind == "subscriptions";
    const std::string body = one ? fmt::format(R"({{"extents":{},{}}})", kVolume, more)
                                 : fmt::format(R"({{"extents":[{}],{}}})", kVolume, more);
    return t.put(path(kind, n), body, t.token("alpha", {std::string(scope)}));
  }
  double metric(const std::string& series) { return value_of(t.get("/metrics").body, series).value_or(-1); }
  double requests(const std::string& operation, int of) {
    return metric(fmt::format(R"(tansiq_f3548_requests_total{{operation="{}",status="{}xx"}})", operation, of));
  }

  static constexpr std::string_view kSc = "utm.strategic_coordination";
  static constexpr std::string_view kIntent =
      R"("state":"Accepted","uss_base_url":"https://a.example","new_subscription":{"uss_base_url":"https://a.example"})";
  TestNode t;
};

TEST_F(RegistryMetrics, SizesFollowTheRegistry) {
  for (const char* name : {"intents", "constraints", "subscriptions", "uss_down"}) {
    EXPECT_EQ(metric(fmt::format("tansiq_f3548_{}", name)), 0) << name;
  }
  ASSERT_EQ(put("operational_intent_references", 1, kIntent, kSc).status, 201);
  ASSERT_EQ(
      put("constraint_references", 2, R"("uss_base_url":"https://c.example")", "utm.constraint_management").status,
      201);
  const auto sub = R"("uss_base_url":"https://b.example","notify_for_operational_intents":true)";
  ASSERT_EQ(put("subscriptions", 3, sub, kSc).status, 200);
  ASSERT_EQ(t.put("/dss/v1/uss_availability/zulu", R"({"availability":"Down","old_version":""})",
                  t.token("watch", {"utm.availability_arbitration"}))
                .status,
            200);
  const auto check = [&] {
    EXPECT_EQ(metric("tansiq_f3548_intents"), 1);
    EXPECT_EQ(metric("tansiq_f3548_constraints"), 1);
    EXPECT_EQ(metric("tansiq_f3548_subscriptions"), 2) << "the intent's own is one, too";
    EXPECT_EQ(metric("tansiq_f3548_uss_down"), 1);
  };
  check();
  EXPECT_EQ(metric(R"(tansiq_entries_total{type="f3548.intent_put"})"), 1);
  t.restart();
  check();
}

TEST_F(RegistryMetrics, RequestsAreCountedByOperationAndStatus) {
  ASSERT_EQ(put("operational_intent_references", 1, kIntent, kSc).status, 201);
  ASSERT_EQ(put("operational_intent_references", 2, kIntent, kSc).status, 409) << "without the key of the first";
  ASSERT_EQ(t.get(path("operational_intent_references", 1), t.token("alpha", {std::string(kSc)})).status, 200);
  ASSERT_EQ(t.get(path("operational_intent_references", 9), t.token("alpha", {std::string(kSc)})).status, 404);
  ASSERT_EQ(t.get(path("operational_intent_references", 1)).status, 401);
  ASSERT_EQ(t.get(path("operational_intent_references", 1), t.token("alpha", {"intents.read"})).status, 403);
  ASSERT_EQ(t.put(path("operational_intent_references", 3), "{", t.token("alpha", {std::string(kSc)})).status, 400);
  ASSERT_EQ(t.get("/dss/v1/nowhere").status, 404);
  ASSERT_EQ(t.get("/healthy").status, 200);
  EXPECT_EQ(requests("createIntent", 2), 1);
  EXPECT_EQ(requests("createIntent", 4), 2);
  EXPECT_EQ(requests("createIntent", 5), 0);
  EXPECT_EQ(requests("getIntent", 2), 1);
  EXPECT_EQ(requests("getIntent", 4), 3);
  EXPECT_EQ(requests("getHealthy", 2), 1);
  EXPECT_EQ(requests("none", 4), 1);
  EXPECT_EQ(requests("none", 2), -1) << "absent";
  const std::map<int, int> refusals{{400, 1}, {401, 1}, {403, 1}, {404, 2}, {409, 1}, {412, 0}, {429, 0}};
  for (const auto& [status, count] : refusals) {
    EXPECT_EQ(metric(fmt::format(R"(tansiq_f3548_refusals_total{{status="{}"}})", status)), count) << status;
  }
}

TEST(F3548Counters, TakesEveryStatus) {
  F3548Counters counters;
  for (const int status : {100, 200, 399, 400, 599, 600, 99, 0, -1})
    counters.add(f3548_api::Operation::kGetIntent, status);
  const auto row = static_cast<std::size_t>(f3548_api::Operation::kGetIntent);
  EXPECT_EQ(counters.answers(row, 1), 1U);
  EXPECT_EQ(counters.answers(row, 2), 1U);
  EXPECT_EQ(counters.answers(row, 3), 1U);
  EXPECT_EQ(counters.answers(row, 4), 1U);
  EXPECT_EQ(counters.answers(row, 5), 1U);
  EXPECT_EQ(counters.refused(400), 1U);
  EXPECT_EQ(counters.refused(599), 1U);
}

// Peers, queues, the disk
// -------------------------------------------------------------------------------------------------------

/// Something of everything that can be absent.
struct Full {
  CoreFigures core;
  F3548Counters f3548;
  TemporaryFolder folder;
  MetricsSource source;

  Full() {
    source.core = &core;
    source.f3548 = &f3548;
    source.queue_depth = 7;
    source.queue_max = 4'096;
    source.log_queue_depth = 3;
    source.clock = {.bound = 40, .fit = true, .limit = 2'000, .synchronised = true, .text = {}};
    source.now = kTestStart;
    source.issuers = {{.name = "lab", .keys = 2, .fetches = true, .age_ms = 5'000}};
    source.certificate.valid_until = kTestStart;
    source.data_dir = folder.path();
    source.peers.push_back({.id = AuthorityId::trusted("fr"), .url = {}, .link = {.held = 40, .known = 42}});
    source.peers.back().link.last_answer = kTestStart - 1'500;
    source.peers.back().acknowledged = 9;
  }
  [[nodiscard]] std::string text() const { return metrics_text(source); }
};

TEST(Metrics, SayHowEachPeerStands) {
  Full full;
  const auto of = [&](const std::string& name) {
    return value_of(full.text(), "tansiq_peer_" + name + R"({peer="fr"})");
  };
  EXPECT_EQ(of("connected"), 1);
  EXPECT_EQ(of("silent_seconds"), 1.5);
  EXPECT_EQ(of("lag_entries"), 2);
  EXPECT_EQ(of("held_entries"), 40);
  EXPECT_EQ(of("receipted_entries"), 9);
  EXPECT_EQ(of("forked"), 0);
  Puller::LinkState& link = full.source.peers.back().link;
  link.known = 30;
  EXPECT_EQ(of("lag_entries"), 0) << "never below nothing";
  link.trouble = "connection refused";
  EXPECT_EQ(of("connected"), 0);
  link.trouble.clear();
  link.pinned = true;
  EXPECT_EQ(of("connected"), 0);
  EXPECT_EQ(of("forked"), 1);
  link.pinned = false;
  link.last_answer.reset();
  EXPECT_EQ(of("connected"), 0) << "not heard yet";
  EXPECT_EQ(of("silent_seconds"), std::nullopt);
}

TEST(Metrics, SayHowLongQueuesAndClocksAre) {
  Full full;
  EXPECT_EQ(value_of(full.text(), "tansiq_queue_depth"), 7);
  EXPECT_EQ(value_of(full.text(), "tansiq_queue_limit"), 4'096);
  EXPECT_EQ(value_of(full.text(), "tansiq_log_queue_depth"), 3);
  EXPECT_EQ(value_of(full.text(), "tansiq_clock_error_bound_seconds"), 0.04);
  EXPECT_EQ(value_of(full.text(), "tansiq_clock_error_limit_seconds"), 2);
  EXPECT_EQ(value_of(full.text(), "tansiq_catalogue_agrees"), 1);
  full.source.catalogue_agrees = false;
  EXPECT_EQ(value_of(full.text(), "tansiq_catalogue_agrees"), 0);
  full.source.clock.bound.reset();
  EXPECT_EQ(value_of(full.text(), "tansiq_clock_error_bound_seconds"), std::nullopt);
}

TEST(Metrics, TellTheRecordFromWhatComesAndGoes) {
  Full full;
  const auto file = [&](const char* name, std::size_t bytes) {
    std::ofstream(full.folder.file(name)) << std::string(bytes, 'x');
  };
  file("log.db", 1'000);
  file("log.db-wal", 200);
  file("snapshot-7", 5'000);
  EXPECT_EQ(value_of(full.text(), "tansiq_store_bytes"), 1'200);
  EXPECT_EQ(value_of(full.text(), "tansiq_data_bytes"), 6'200);
  EXPECT_GT(value_of(full.text(), "tansiq_disk_size_bytes"), value_of(full.text(), "tansiq_disk_free_bytes"));
  full.source.data_dir = full.folder.path() / "gone";
  EXPECT_EQ(value_of(full.text(), "tansiq_disk_free_bytes"), std::nullopt);
}

TEST(Metrics, SeeWhatAPeerHasSaid) {
  const TemporaryFolder folder;
  auto coalition = LoopbackCoalition::start(folder.path(), 2);
  ASSERT_TRUE(coalition.has_value()) << coalition.error().text();
  EXPECT_THAT(*(*coalition)->get(0, "/metrics"), HasSubstr("tansiq_peer_held_entries{peer=\"b\"} 0\n"));
  const auto events = *(*coalition)->events(0);
  const auto filed = (*coalition)->act(0, (*coalition)->flight(0, 1, {1}));
  ASSERT_TRUE(filed.has_value()) << filed.error().text();
  const auto confirmed = next_of_type(*events, "leg.confirmed", 30'000);
  ASSERT_TRUE(confirmed.has_value()) << confirmed.error().text();
  const std::string a = *(*coalition)->get(0, "/metrics");
  const std::string b = *(*coalition)->get(1, "/metrics");
  EXPECT_GE(value_of(a, R"(tansiq_peer_held_entries{peer="b"})"), 2) << "the hold and the confirmation";
  EXPECT_EQ(value_of(a, R"(tansiq_peer_held_entries{peer="a"})"), std::nullopt) << "nobody is a peer of its own";
  EXPECT_EQ(value_of(a, R"(tansiq_entries_total{type="flight.commit"})"), 1);
  EXPECT_EQ(value_of(b, R"(tansiq_entries_total{type="leg.hold"})"), 1);
  EXPECT_EQ(value_of(a, R"(tansiq_entries_total{type="leg.hold"})"), 0) << "the peer's entries are the peer's";
}

// The list in docs/operations.md
// -------------------------------------------------------------------------------------------------

/// What a node with one input and a recording has beside all others.
std::string of_live_picture() {
  const TemporaryFolder folder;
  const TestNode node([&](NodeConfig& config) {
    LiveConfig live;
    live.sources.emplace_back();
    live.sources.front().name = "ships";
    live.sources.front().format = surveillance::Speaks::kAivdm;
    live.sources.front().transport =
        *surveillance::parse_transport(fmt::format("udp://127.0.0.1:{}", *free_loopback_port()));
    live.record_dir = folder.path() / "recordings";
    config.live = std::make_shared<const LiveConfig>(std::move(live));
  });
  std::string text;
  EXPECT_TRUE(eventually([&] {
    text = node.get("/metrics").body;
    return text.find("tansiq_live_listeners 0") != std::string::npos;
  }));
  return text;
}

TEST(Metrics, TheDocumentListsThemAll) {
  const std::string document = file_text("docs/operations.md");
  std::set<std::string> listed;
  const std::regex in_code("`(tansiq_[a-z0-9_]+)[`{]");
  for (auto at = std::sregex_iterator(document.begin(), document.end(), in_code); at != std::sregex_iterator(); ++at) {
    listed.insert((*at)[1]);
  }
  std::set<std::string> there;
  const Full full;
  const std::string text = full.text() + of_live_picture();
  const std::regex type("# TYPE (tansiq_[a-z0-9_]+) ");
  for (auto at = std::sregex_iterator(text.begin(), text.end(), type); at != std::sregex_iterator(); ++at) {
    there.insert((*at)[1]);
  }
  EXPECT_GT(there.size(), 50U);
  EXPECT_EQ(listed, there);
}

TEST(Metrics, EveryFamilyIsThereOnce) {
  const std::string text = Full().text();
  std::set<std::string> seen;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("# TYPE ")) continue;
    EXPECT_TRUE(seen.insert(line).second) << line;
  }
  EXPECT_THAT(text, Not(HasSubstr("nan")));
}

}  // namespace
}  // namespace tansiq::node
