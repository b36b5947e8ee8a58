// Files that messages carry, over real sockets and the real store: uploaded here, fetched there, given to nobody else,
// gone with their message.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cctype>
#include <chrono>
#include <thread>

#include "log/jcs.h"
#include "log/sha256.h"
#include "node/attachment_store.h"
#include "node/body_links.h"
#include "node/coalition_figures.h"
#include "node/node_testlib.h"

namespace tansiq::node {
namespace {

using namespace coordination;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class LaterClock final : public Clock {
 public:
  [[nodiscard]] UtcMs now() const override { return SystemClock().now() + later_.load(); }
  void advance(DurationMs d) { later_.fetch_add(d); }

 private:
  std::atomic<std::int64_t> later_{0};
};

/// Authorities a, b and c; centres may talk.
class AttachmentNodes : public ::testing::Test {
 protected:
  void SetUp() override {
    auto started = LoopbackCoalition::start(
        folder.path(), 3,
        {.charter =
             [](core::Charter& charter) {
               for (unsigned from = 0; from < 3; ++from) {
                 for (unsigned to = 0; to < 3; ++to) {
                   if (from == to) continue;
                   charter.relations.push_back(
                       {{core::Capability::kCentres, core::RelationDomain::kTalks, who(from), who(to)}, 1});
                 }
               }
             },
         .config = [this](NodeConfig& config) { config.clock = &clock; }});
    ASSERT_TRUE(started.has_value()) << started.error().text();
    all = std::move(*started);
  }

  static AuthorityId who(unsigned i) { return LoopbackCoalition::authority(i); }
  static std::string target(std::string_view bytes) { return "/v1/attachments/" + log::sha256(bytes).hex(); }
  std::unique_ptr<net::HttpClient> client(unsigned i, const std::vector<std::string>& scopes) {
    const auto token = all->node(i).mint_token("console", scopes, 600'000);
    EXPECT_TRUE(token.has_value());
    auto made =
        net::HttpClient::create({.base_url = all->node(i).address(), .bearer_token = token.value_or(std::string())});
    EXPECT_TRUE(made.has_value());
    return std::move(*made);
  }
  net::ClientResponse put(unsigned i, std::string_view to, std::string_view bytes,
                          std::string_view type = "application/octet-stream") {
    net::Headers headers;
    headers.add("Content-Type", std::string(type));
    auto answer = client(i, {"talks.write"})->send(net::Method::kPut, to, headers, bytes);
    EXPECT_TRUE(answer.has_value()) << answer.error().text();
    return answer.value_or(net::ClientResponse());
  }
  net::ClientResponse fetch(unsigned i, std::string_view bytes, net::Method method = net::Method::kGet) {
    auto answer = client(i, {"talks.read"})->send(method, target(bytes));
    EXPECT_TRUE(answer.has_value()) << answer.error().text();
    return answer.value_or(net::ClientResponse());
  }
  static Letter letter(std::string_view bytes, unsigned to) {
    Letter out;
    out.attachments = {{.bytes = static_cast<std::int64_t>(bytes.size()),
                        .media_type = "image/png",
                        .name = "map.png",
                        .sha256 = log::sha256(bytes)}};
    out.parts = {TextPart{.language = "en", .text = {"see there"}, .translates = {}}};
    out.recipients = {who(to)};
    out.thread = ThreadId::trusted("T1");
    return out;
  }
  Result<ActOutcome> act(unsigned i, Act what) {
    ActCommand command;
    command.cmd = CommandId::trusted(fmt::format("c{}", ++commands_));
    command.by = core::Subject::trusted("duty");
    command.act = std::move(what);
    return all->act(i, std::move(command));
  }
  /// Whether something comes true within half a minute.
  static bool comes(const std::function<bool()>& what) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (std::chrono::steady_clock::now() < until) {
      if (what()) return true;
      std::this_thread::yield();
    }
    return what();
  }
  bool shows(unsigned i, std::string_view needle) {
    return comes([&] {
      const auto document = all->get(i, "/v1/talks/a/T1");
      return document && document->find(needle) != std::string::npos;
    });
  }
  /// What node `asker` is told when it asks node `asked` for these bytes, with its own certificate.
  int peer_answer(unsigned asker, unsigned asked, std::string_view bytes) {
    const core::Charter charter = all->node(asker).charter();
    const core::Authority& peer = *charter.find_authority(who(asked));
    net::HttpClientOptions http;
    http.base_url = peer.peer->url;
    for (const log::Hash& key : peer.peer->tls_keys) http.trust.keys_sha256.push_back(key.bytes);
    http.trust.certificate_file = (all->config(asker).data_dir / "peer.crt").string();
    http.trust.key_file = (all->config(asker).data_dir / "peer.key").string();
    const auto line = net::HttpClient::create(std::move(http));
    EXPECT_TRUE(line.has_value()) << line.error().text();
    const auto answer = (*line)->send(net::Method::kPost, body_target(log::sha256(bytes)));
    EXPECT_TRUE(answer.has_value()) << answer.error().text();
    return answer ? answer->status : 0;
  }

  LaterClock clock;
  TemporaryFolder folder;
  std::unique_ptr<LoopbackCoalition> all;
  const std::string map = std::string("\x89PNG\0\r\n", 7) + std::string(100'000, 'm');

 private:
  int commands_ = 0;
};

TEST_F(AttachmentNodes, IsUploadedNamedFetchedAndGivenToNobodyElse) {
  ASSERT_EQ(put(0, target(map), map).status, 204);
  const auto sent = act(0, SendTalk{letter(map, 1)});
  ASSERT_TRUE(sent.has_value()) << sent.error().text();
  ASSERT_TRUE(shows(1, R"("state":"here")"));
  ASSERT_TRUE(shows(0, R"("state":"here")"));
  const net::ClientResponse there = fetch(1, map);
  EXPECT_EQ(there.status, 200);
  EXPECT_EQ(there.body, map);
  EXPECT_EQ(there.headers.find("Content-Type"), "application/octet-stream");
  EXPECT_EQ(there.headers.find("X-Content-Type-Options"), "nosniff");
  EXPECT_THAT(std::string(there.headers.find("Content-Disposition").value_or("")), HasSubstr("attachment"));
  const net::ClientResponse head = fetch(1, map, net::Method::kHead);
  EXPECT_EQ(head.status, 200);
  EXPECT_TRUE(head.body.empty());
  // An outsider knows the hash, is a member, and gets nothing: of the author, nor of who has it.
  EXPECT_EQ(peer_answer(1, 0, map), 200);
  EXPECT_EQ(peer_answer(2, 0, map), 404);
  EXPECT_EQ(peer_answer(2, 1, map), 404);
  EXPECT_EQ(peer_answer(0, 1, map), 404) << "not even its author: it was sent nothing by b";
  EXPECT_EQ(fetch(2, map).status, 404);
}

TEST_F(AttachmentNodes, ALetterThatNamesWhatIsNotHereIsRefused) {
  const auto refused = act(0, SendTalk{letter(map, 1)});
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::kMismatch);
  EXPECT_THAT(refused.error().message, HasSubstr(log::sha256(map).hex()));
  Letter lies = letter(map, 1);
  lies.attachments[0].bytes = 7;
  ASSERT_EQ(put(0, target(map), map).status, 204);
  EXPECT_EQ(act(0, SendTalk{lies}).error().code, ErrorCode::kMismatch);
  // Another node's file is not ours.
  EXPECT_EQ(act(1, SendTalk{letter(map, 0)}).error().code, ErrorCode::kMismatch);
}

TEST_F(AttachmentNodes, UploadsAreCheckedAndNeedTheScopeOfSpeaking) {
  const net::ClientResponse other = put(0, target(map), "other bytes");
  EXPECT_EQ(other.status, 422);
  EXPECT_THAT(other.body, AllOf(HasSubstr("/problems/mismatch"), HasSubstr(log::sha256(map).hex()),
                                HasSubstr(log::sha256("other bytes").hex())));
  EXPECT_EQ(fetch(0, map).status, 404) << "nothing was kept";
  EXPECT_EQ(put(0, target(map), map, "application/json").status, 415);
  EXPECT_EQ(put(0, "/v1/attachments/abc", map).status, 400);
  std::string shouted = log::sha256(map).hex();
  std::ranges::transform(shouted, shouted.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  EXPECT_EQ(put(0, "/v1/attachments/" + shouted, map).status, 400) << "one spelling";
  EXPECT_EQ(put(0, target("x"), std::string(kAttachmentBytesMax + 1, 'x')).status, 413);
  EXPECT_EQ(client(0, {"talks.read"})->send(net::Method::kPut, target(map), {}, map)->status, 403);
  EXPECT_EQ(client(0, {"talks.write"})->get(target(map))->status, 403) << "speaking is not reading";
  ASSERT_EQ(put(0, target(map), map).status, 204);
  EXPECT_EQ(put(0, target(map), map).status, 204) << "again";
  EXPECT_EQ(fetch(0, map).body, map);
}

// What is durable is there after a restart, at both sides; what was not fetched before is fetched then.
TEST_F(AttachmentNodes, ARestartLosesNothing) {
  ASSERT_TRUE(all->stop(1).has_value());
  ASSERT_EQ(put(0, target(map), map).status, 204);
  ASSERT_TRUE(act(0, SendTalk{letter(map, 1)}).has_value());
  ASSERT_TRUE(all->restart(0).has_value());
  EXPECT_EQ(fetch(0, map).body, map);
  ASSERT_TRUE(all->restart(1).has_value());
  ASSERT_TRUE(shows(1, R"("state":"here")"));
  // The author is gone; b has its own.
  ASSERT_TRUE(all->stop(0).has_value());
  ASSERT_TRUE(all->restart(1).has_value());
  EXPECT_EQ(fetch(1, map).body, map);
}

// An upload that nothing names goes after a day; one that a message names stays as long as the message is kept.
TEST_F(AttachmentNodes, WhatNothingNamesIsDestroyed) {
  const std::string loose = "never sent";
  ASSERT_EQ(put(0, target(loose), loose).status, 204);
  ASSERT_EQ(put(0, target(map), map).status, 204);
  const auto sent = act(0, SendTalk{letter(map, 1)});
  ASSERT_TRUE(sent.has_value()) << sent.error().text();
  ASSERT_TRUE(shows(1, R"("state":"here")"));
  ASSERT_TRUE(act(1, ReadTalk{sent->hash}).has_value());
  ASSERT_TRUE(shows(0, R"("read")")) << "settled with its author too: from now on its days are counted";
  clock.advance(kAttachmentLooseMs + 60'000);
  EXPECT_TRUE(comes([&] {
    // Anything that is done lets the node look.
    (void)act(0, SetWatch{true, ""});
    return fetch(0, loose).status == 404;
  }));
  EXPECT_EQ(fetch(0, map).status, 200);
  clock.advance(kTalkKeepMs + 60'000);
  for (const unsigned i : {0U, 1U}) {
    bool attended = false;
    EXPECT_TRUE(comes([&] {
      (void)act(i, SetWatch{attended = !attended, ""});
      return fetch(i, map).status == 404;
    })) << i;
  }
}

// The bytes of a charter, or of anything else that the node keeps, are no attachment, and are not destroyed as one.
TEST_F(AttachmentNodes, StandsApartFromOtherBodies) {
  const std::string text = core::charter_text(all->node(0).charter());
  EXPECT_EQ(fetch(0, text).status, 404) << "the node keeps it, as something else";
  EXPECT_NE(log::sha256(attachment_body(text)), log::sha256(text));
  ASSERT_EQ(put(0, target(text), text).status, 204);
  clock.advance(kAttachmentLooseMs + 60'000);
  EXPECT_TRUE(comes([&] {
    (void)act(0, SetWatch{true, ""});
    return fetch(0, text).status == 404;
  }));
  ASSERT_TRUE(all->restart(0).has_value()) << "it starts without it";
}

}  // namespace
}  // namespace tansiq::node
