// Bundles of evidence over HTTP: two nodes, an incident between them, and what an outsider makes of the file.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <iterator>
#include <set>
#include <thread>
#include <tuple>

#include "coordination/act.h"
#include "log/bundle_verify.h"
#include "node/coalition_figures.h"
#include "node/evidence_maker.h"
#include "node/node_testlib.h"

namespace tansiq::node {
namespace {

using namespace coordination;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

class EvidenceNodes : public ::testing::Test {
 protected:
  void SetUp() override {
    auto started = LoopbackCoalition::start(
        folder.path(), 2, {.charter = [](core::Charter& charter) {
          for (unsigned i = 0; i < 2; ++i) {
            charter.relations.push_back(
                {{core::Capability::kCentres, core::RelationDomain::kTalks, who(i), who(1 - i)}, 1});
          }
        }});
    ASSERT_TRUE(started.has_value()) << started.error().text();
    all = std::move(*started);
    charter = text_of(all->config(0).data_dir / "charter.note");
    tell();
  }

  static AuthorityId who(unsigned i) { return LoopbackCoalition::authority(i); }
  static std::string text_of(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  EntryHash act(unsigned i, Act what) {
    ActCommand command;
    command.cmd = CommandId::trusted(fmt::format("c{}", ++commands_));
    command.by = core::Subject::trusted("duty");
    command.act = std::move(what);
    const auto done = all->act(i, std::move(command));
    EXPECT_TRUE(done.has_value()) << done.error().text();
    return done ? done->hash : EntryHash();
  }
  void await(unsigned i, std::string_view target, std::string_view needle) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (std::chrono::steady_clock::now() < until) {
      const auto seen = all->get(i, target);
      if (seen && seen->find(needle) != std::string::npos) return;
      std::this_thread::yield();
    }
    ADD_FAILURE() << target << " has no " << needle;
  }
  static TalkPart words(std::string_view text) {
    return TextPart{.language = "en", .text = {std::string(text)}, .translates = {}};
  }
  EntryHash say(std::string_view thread, std::vector<TalkPart> parts) {
    Letter letter;
    letter.parts = std::move(parts);
    letter.recipients = {who(1)};
    letter.thread = ThreadId::trusted(thread);
    const EntryHash sent = act(0, SendTalk{letter});
    await(0, fmt::format("/v1/talks/a/{}", thread), "\"receipt\":\"received\"");
    return sent;
  }
  /// A thread, an incident about which both have said something, and something else.
  void tell() {
    say("T1", {words("who is over the dam?"), IncidentPart{.incident = "I1", .opener = who(0)}});
    say("T2", {words("good morning")});
    OpenIncident open;
    open.incident = IncidentId::trusted("I1");
    open.parties = {who(0), who(1)};
    open.title = "over the dam";
    const UtcMs now = SystemClock().now();
    open.window = {now - 60'000, now};
    act(0, open);
    await(1, "/v1/incidents", "\"incident\":\"I1\"");
    const auto statement = [&](std::string_view text) {
      return StateIncident{.held = {}, .incident = IncidentId::trusted("I1"), .opener = who(0), .parts = {words(text)}};
    };
    act(0, statement("not ours"));
    act(1, statement("nor ours"));
    await(0, "/v1/incidents/a/I1", "nor ours");
  }

  std::unique_ptr<net::HttpClient> client(const std::vector<std::string>& scopes,
                                          std::string_view subject = "console") {
    const auto token = all->node(0).mint_token(subject, scopes, 600'000);
    EXPECT_TRUE(token.has_value());
    return std::move(
        *net::HttpClient::create({.base_url = all->node(0).address(), .bearer_token = token.value_or("")}));
  }
  static std::vector<std::string> may() { return {"coordination.act", "coordination.read", "log.read", "talks.read"}; }
  static constexpr std::string_view kIncident = "/v1/incidents/a/I1/bundle";

  Result<log::BundleReport> verify(std::string_view bytes) {
    const auto path = folder.path() / fmt::format("{}.bundle", ++files_);
    std::ofstream(path, std::ios::binary) << bytes;
    return log::verify_bundle_file(path, {.keys = {}, .charters = {charter}});
  }
  using Proved = std::set<std::tuple<std::string, std::uint64_t, log::Hash, std::string>>;
  static Proved proved(const log::BundleReport& report) {
    Proved out;
    for (const log::BundleLog& log : report.logs) {
      for (const log::BundledEntry& entry : log.entries) {
        if (entry.proved) out.emplace(log.origin, entry.index, entry.hash, entry.type);
      }
    }
    return out;
  }
  static std::multiset<std::string> types(const log::BundleReport& report) {
    std::multiset<std::string> out;
    for (const auto& [origin, index, hash, type] : proved(report)) {
      if (!type.starts_with("anchor.")) out.insert(type);
    }
    return out;
  }

  TemporaryFolder folder;
  std::unique_ptr<LoopbackCoalition> all;
  std::string charter;

 private:
  int commands_ = 0;
  int files_ = 0;
};

TEST_F(EvidenceNodes, ABundleOverHttpProvesWhatOneFromTheFolderDoes) {
  const auto asks = client(may());
  const auto answer = asks->get(kIncident);
  ASSERT_TRUE(answer.has_value()) << answer.error().text();
  ASSERT_EQ(answer->status, 200) << answer->body;
  EXPECT_EQ(answer->headers.find("Content-Length"), fmt::format("{}", answer->body.size()));
  EXPECT_EQ(answer->headers.find("Content-Disposition"), "attachment; filename=\"incident-a-I1.bundle\"");
  const auto over_http = verify(answer->body);
  ASSERT_TRUE(over_http.has_value() && over_http->good()) << over_http->findings.front().detail;
  // The opening, a statement a side, and the message that speaks of it with its receipt; nothing of the other thread.
  EXPECT_THAT(types(*over_http), UnorderedElementsAre("incident.opened", "incident.stated", "incident.stated",
                                                      "talk.message", "talk.received"));

  EvidenceRequest request;
  request.subject = EvidenceSubject{EvidenceSubject::Kind::kIncident, who(0), "I1"};
  request.made = SystemClock().now();
  const auto path = folder.path() / "folder.bundle";
  ASSERT_TRUE(make_evidence(all->config(0).data_dir, request, path).has_value());
  const auto from_folder = verify(text_of(path));
  ASSERT_TRUE(from_folder.has_value() && from_folder->good());
  EXPECT_EQ(types(*over_http), types(*from_folder));
  const Proved folder_proves = proved(*from_folder);
  for (const auto& entry : proved(*over_http)) {
    if (!std::get<3>(entry).starts_with("anchor.")) EXPECT_TRUE(folder_proves.contains(entry)) << std::get<3>(entry);
  }

  // One flipped byte, anywhere.
  const std::size_t step = std::max<std::size_t>(1, answer->body.size() / 50);
  for (std::size_t at = 0; at < answer->body.size(); at += step) {
    std::string changed = answer->body;
    changed[at] = static_cast<char>(static_cast<unsigned char>(changed[at]) ^ 1U);
    const auto found = verify(changed);
    ASSERT_TRUE(found.has_value());
    EXPECT_FALSE(found->good()) << "byte " << at;
  }
}

TEST_F(EvidenceNodes, AnOrderNamesAThreadATimeOrEntries) {
  const auto asks = client(may());
  const auto order = [&](const std::string& body) {
    auto answer = asks->post_json("/v1/evidence", body);
    EXPECT_TRUE(answer.has_value());
    return answer.value_or(net::ClientResponse());
  };
  const net::ClientResponse thread = order(R"({"thread":{"opener":"a","id":"T2"}})");
  ASSERT_EQ(thread.status, 200) << thread.body;
  const auto report = verify(thread.body);
  ASSERT_TRUE(report.has_value() && report->good());
  EXPECT_THAT(types(*report), UnorderedElementsAre("talk.message", "talk.received"));

  const UtcMs now = SystemClock().now();
  const net::ClientResponse time =
      order(fmt::format(R"({{"from_ms":{},"to_ms":{},"recordings":false}})", now.ms - 600'000, now.ms + 600'000));
  ASSERT_EQ(time.status, 200) << time.body;
  EXPECT_GE(types(*verify(time.body)).count("incident.stated"), 2U);

  const auto refused = [&](const std::string& body, int status, std::string_view needle) {
    const net::ClientResponse answer = order(body);
    EXPECT_EQ(answer.status, status) << body;
    EXPECT_THAT(answer.body, HasSubstr(std::string(needle)));
  };
  refused("{}", 400, "says nothing of what is asked for");
  refused(R"({"from_ms":1})", 400, "both ends");
  refused(R"({"thread":{"opener":"a","id":"T1"},"incident":{"opener":"a","id":"I1"}})", 400, "not both");
  refused(R"({"thread":{"opener":"a","id":"T9"}})", 404, "thread a/T9");
  refused(R"({"logs":["no.example/log"],"from_ms":1,"to_ms":2})", 404, "no.example/log");
  refused(fmt::format(R"({{"entries":["{}"]}})", log::sha256("nobody said that").hex()), 404, "no entry here");
  EXPECT_EQ(asks->get("/v1/incidents/a/I9/bundle")->status, 404);
}

TEST_F(EvidenceNodes, IsForWhoMayActAndReadTheRecord) {
  const auto status = [&](const std::vector<std::string>& scopes) {
    const auto answer = client(scopes)->get(kIncident);
    return answer ? answer->status : 0;
  };
  EXPECT_EQ(status({"talks.read", "coordination.read", "log.read"}), 403) << "an observer";
  for (const char* without : {"coordination.act", "coordination.read", "log.read", "talks.read"}) {
    std::vector<std::string> scopes = may();
    std::erase(scopes, without);
    EXPECT_EQ(status(scopes), 403) << without;
  }
  EXPECT_EQ(status({"talks.write", "log.read"}), 403);
  EXPECT_EQ(status({"admin"}), 200);
}

// Whoever breaks off in the middle keeps no place: more than there are, one after the other.
TEST_F(EvidenceNodes, WhoGoesAwayInTheMiddleLeavesNothing) {
  for (int i = 0; i < 10; ++i) {
    const auto answer =
        client(may())->download(net::Method::kGet, kIncident, {}, {}, 30'000,
                                [](std::string_view) -> Status { return fail(ErrorCode::kIo, "enough"); });
    ASSERT_FALSE(answer.has_value());
  }
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  int status = 0;
  while (status != 200 && std::chrono::steady_clock::now() < until) {
    const auto answer = client(may())->get(kIncident);
    ASSERT_TRUE(answer.has_value());
    status = answer->status;
  }
  EXPECT_EQ(status, 200);
}

}  // namespace
}  // namespace tansiq::node
