// A member with valid keys that does not keep to the rules, over real sockets: what it shows is refused with a reason,
// what it asks costs little, and the honest members go on with each other meanwhile.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <mutex>
#include <thread>

#include "base/eventually.h"
#include "coordination/entry.h"
#include "log/note_key.h"
#include "net/http_server.h"
#include "net/tls_identity.h"
#include "node/body_links.h"
#include "node/coalition_figures.h"
#include "node/node_testlib.h"
#include "node/pull_format.h"
#include "node/replication_testlib.h"

namespace tansiq::node {
namespace {

using test::Author;
using ::testing::HasSubstr;
using ::testing::Not;
namespace fs = std::filesystem;

constexpr const char* kMembers = "c.tansiq.test/members";
constexpr const char* kWithA = "c.tansiq.test/with/a";

/// a and b are honest nodes; c is this test.
class Adversary : public ::testing::Test {
 protected:
  using Answer = std::function<net::Response(const PullQuestion&)>;

  void SetUp() override {
    auto started = LoopbackCoalition::start(folder_.path() / "coalition", 3);
    ASSERT_TRUE(started.has_value()) << started.error().text();
    coalition_ = std::move(*started);
    ASSERT_TRUE(coalition_->stop(2).has_value());
    const auto key = log::read_key_file(home() / "node.key");
    ASSERT_TRUE(key.has_value());
    log_ = std::make_unique<Author>(*key->renamed(kMembers));
    other_log_ = std::make_unique<Author>(*key->renamed(kWithA));
    other_log_->grow(3);
  }
  [[nodiscard]] fs::path home() { return coalition_->config(2).data_dir; }

  static net::Response bytes(std::string body) {
    net::Response out;
    out.headers.add("Content-Type", kPullMediaType);
    out.body = std::move(body);
    return out;
  }
  [[nodiscard]] std::uint16_t port_of_c() {
    const std::string url = coalition_->node(0).charter().find_authority(LoopbackCoalition::authority(2))->peer->url;
    return net::BaseUrl::parse(url)->port;
  }
  void serve(const fs::path& certificate, const fs::path& key) {
    net::HttpServerOptions options;
    options.port = port_of_c();
    options.tls = net::TlsConfig{.certificate_file = certificate.string(), .key_file = key.string()};
    options.tls->client_certificate_required = true;
    options.tls->any_client_key = true;
    auto server = net::HttpServer::start(options, [this](const auto& exchange) {
      const auto question = PullQuestion::parse(exchange->request());
      const std::lock_guard lock(mutex_);
      if (exchange->request().path() == kBodyPath) {
        asked_bodies_.push_back(exchange);  // and never answered
      } else if (question && question->log == kWithA && pair_log_) {
        exchange->respond(bytes(pair_log_->answer(*question)));
      } else if (!question || question->log != kMembers || !answer_) {
        exchange->respond({ErrorCode::kUnavailable, "not now", {}});
      } else {
        exchange->respond(answer_(*question));
      }
    });
    ASSERT_TRUE(server.has_value()) << server.error().text();
    server_ = std::move(*server);
  }
  void serve_as_c() { serve(home() / "peer.crt", home() / "peer.key"); }
  void show(Answer answer) {
    const std::lock_guard lock(mutex_);
    answer_ = std::move(answer);
  }
  [[nodiscard]] std::string honest(const PullQuestion& question) { return log_->answer(question); }

  /// The page of peers at `a` says so.
  void await(const std::string& words) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    std::string page;
    while (std::chrono::steady_clock::now() < until) {
      page = coalition_->get(0, "/v1/coordination/peers").value_or("");
      if (page.find(words) != std::string::npos) return;
      std::this_thread::yield();
    }
    FAIL() << "no \"" << words << "\" in " << page;
  }
  /// a and b still confirm each other's flights.
  void others_go_on() {
    const auto events = *coalition_->events(0);
    const auto filed = coalition_->act(0, coalition_->flight(0, ++flights_, {1}));
    ASSERT_TRUE(filed.has_value()) << filed.error().text();
    const auto confirmed = next_of_type(*events, "leg.confirmed", 20'000);
    ASSERT_TRUE(confirmed.has_value()) << confirmed.error().text();
  }

  TemporaryFolder folder_;
  std::unique_ptr<LoopbackCoalition> coalition_;
  std::unique_ptr<Author> log_, other_log_;
  std::mutex mutex_;
  Answer answer_;
  std::unique_ptr<Author> pair_log_;  ///< What a may read of it, once it is there.
  std::vector<std::shared_ptr<net::Exchange>> asked_bodies_;
  std::unique_ptr<net::HttpServer> server_;
  std::uint64_t flights_ = 0;
};

TEST_F(Adversary, WhatItShowsIsRefusedWithAReason) {
  serve_as_c();
  log_->grow(300);
  Author stranger(9, kMembers);
  stranger.grow(300);
  struct Attack {
    const char* name;
    Answer answer;
    const char* reason;
  };
  const std::vector<Attack> attacks{
      {"garbage", [](const PullQuestion&) { return bytes(std::string(64, 'x')); }, "this is no answer to a pull"},
      {"more than an answer may have", [](const PullQuestion&) { return bytes(std::string(8U << 20, 'x')); }, "bytes"},
      {"the wrong key", [&](const PullQuestion& q) { return bytes(stranger.answer(q)); }, "checkpoint: "},
      {"another log of its own", [&](const PullQuestion& q) { return bytes(other_log_->answer(q)); }, "checkpoint: "},
      {"a cut answer",
       [&](const PullQuestion& q) {
         std::string text = honest(q);
         text.resize(text.size() / 2);
         return bytes(std::move(text));
       },
       "ends"},
      {"entries of another history under its own checkpoint",
       [&](const PullQuestion& q) {
         PullAnswerWriter writer(q.from, log_->note());
         for (const std::string& line : stranger.lines()) (void)writer.add(as_bytes(line));
         (void)writer.add(as_bytes(std::string("{\"seq\":1}\n")));
         return bytes(writer.finish({}));
       },
       "more entries than the checkpoint covers"},
      {"a wrong proof",
       [&](const PullQuestion& q) {
         std::string text = log_->answer(q, 100);
         text.back() = static_cast<char>(text.back() ^ 1);
         return bytes(std::move(text));
       },
       "proof: "},
      {"other entries than were asked for",
       [&](const PullQuestion& q) {
         PullQuestion later = q;
         later.from = 10;
         return bytes(honest(later));
       },
       "asked for entries from 0 on, got 10"},
      {"nothing, under a checkpoint of much", [&](const PullQuestion& q) { return bytes(log_->answer(q, 0)); },
       "no entry, although 300 are signed"},
  };
  for (const Attack& attack : attacks) {
    SCOPED_TRACE(attack.name);
    show(attack.answer);
    await(attack.reason);
    others_go_on();
  }
  // It comes to its senses: nothing of all that has stayed.
  show([&](const PullQuestion& q) { return bytes(honest(q)); });
  await("\"held\":300");
  // An old checkpoint is merely old; entries out of order are its own fault for good; two histories are the end.
  Author younger(log_->key().renamed(kMembers).value());
  younger.grow(200);
  show([&](const PullQuestion& q) {
    PullAnswerWriter writer(q.from, younger.note());
    return bytes(writer.finish({}));
  });
  await("a checkpoint of 200 entries; 300 had been signed");
  others_go_on();
  log_->append(test::envelope_entry(5, 9'000'000));
  show([&](const PullQuestion& q) { return bytes(honest(q)); });
  await("stands behind seq");
  Author forked(log_->key().renamed(kMembers).value());
  forked.grow(300, "otherwise");
  show([&](const PullQuestion& q) {
    PullAnswerWriter writer(q.from, forked.note());
    return bytes(writer.finish({}));
  });
  await("\"pinned\":true");
  others_go_on();
  show({});  // what the answers stand on ends here
}

TEST_F(Adversary, ANodeWithAnotherTlsKeyIsNotSpokenTo) {
  const fs::path certificate = folder_.path() / "other.crt";
  const fs::path key = folder_.path() / "other.key";
  ASSERT_TRUE(net::make_identity({.name = "c", .certificate_file = certificate.string(), .key_file = key.string()}));
  bool asked = false;
  show([&](const PullQuestion& q) {
    asked = true;
    return bytes(honest(q));
  });
  serve(certificate, key);
  others_go_on();
  await("key");
  show({});
  EXPECT_FALSE(asked);
}

/// Takes connections, as the kernel does for one who listens, and never says a word.
class Deaf {
 public:
  explicit Deaf(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const int one = 1;
    ::setsockopt(socket_, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_port = htons(port);
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    good_ = ::bind(socket_, reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0 && ::listen(socket_, 64) == 0;
  }
  ~Deaf() { ::close(socket_); }
  Deaf(const Deaf&) = delete;
  Deaf& operator=(const Deaf&) = delete;
  [[nodiscard]] bool good() const { return good_; }

 private:
  int socket_;
  bool good_ = false;
};

TEST_F(Adversary, OneThatTakesTheCallAndSaysNothingHoldsUpNobody) {
  const Deaf deaf(port_of_c());
  ASSERT_TRUE(deaf.good());
  for (int i = 0; i < 3; ++i) others_go_on();
  // Nor the stopping of a node that waits for it.
  ASSERT_TRUE(coalition_->restart(0).has_value());
  others_go_on();
}

/// c shows a more bodies than are asked for in one round, and gives none; b's comes all the same.
TEST_F(Adversary, BodiesThatItDoesNotGiveHoldUpNobodyElses) {
  const AuthorityId a = LoopbackCoalition::authority(0);
  const AuthorityId b = LoopbackCoalition::authority(1);
  auto shown = std::make_unique<Author>(other_log_->key().renamed(kWithA).value());
  for (std::uint64_t i = 1; i <= 600; ++i) {
    coordination::ShareShown share;
    share.as_of = kTestStart;
    share.body = log::sha256("body " + std::to_string(i));
    share.bytes = 1'000;
    share.share = coordination::ShareId::trusted("s" + std::to_string(i));
    share.to = a;
    const auto line =
        coordination::write_entry({.seq = i, .time = kTestStart, .by = {}, .second = {}, .cmd = {}, .body = share});
    ASSERT_TRUE(line.has_value()) << line.error().text();
    shown->append(*line);
  }
  pair_log_ = std::move(shown);
  const auto at_a = *coalition_->events(0);
  const auto at_b = *coalition_->events(1);
  serve_as_c();
  const auto soon = [](const std::function<bool()>& condition) {
    return eventually(condition, std::chrono::seconds(60));
  };
  ASSERT_TRUE(soon([&] {
    const std::lock_guard lock(mutex_);
    return !asked_bodies_.empty();
  }));
  // b shows a all that it flies.
  const core::Edge edge{core::Capability::kDisclosure, core::RelationDomain::kAir, b, a};
  const auto as_chief = [](std::string_view cmd, coordination::Act act) {
    coordination::ActCommand out;
    out.cmd = CommandId::trusted(cmd);
    out.by = core::Subject::trusted("chief");
    out.act = std::move(act);
    return out;
  };
  const auto proposed = coalition_->act(1, as_chief("p", coordination::ProposeRelation{"", {{edge, 3}}, a, ""}));
  ASSERT_TRUE(proposed.has_value()) << proposed.error().text();
  ASSERT_TRUE(next_of_type(*at_a, "relation.propose", 30'000).has_value());
  ASSERT_TRUE(coalition_->act(0, as_chief("a", coordination::AcceptRelation{proposed->hash})).has_value());
  ASSERT_TRUE(next_of_type(*at_b, "relation.accept", 30'000).has_value());
  ASSERT_TRUE(coalition_->act(1, coalition_->flight(1, 900, {1})).has_value());
  EXPECT_TRUE(soon([&] {
    const auto document = coalition_->get(0, "/v1/coordination/disclosure");
    return document && document->find("\"level\":\"full\"") != std::string::npos;
  })) << coalition_->get(0, "/v1/coordination/disclosure").value_or("").substr(0, 2'000);
  const std::lock_guard lock(mutex_);
  EXPECT_EQ(asked_bodies_.size(), 1U) << "one question at a time, which is still open";
}

/// As a client: what is not for it is not there, and a flood of questions keeps nobody else from being answered.
TEST_F(Adversary, WhatItAsksCostsLittle) {
  const auto connect = [&] {
    net::HttpClientOptions options{.base_url = coalition_->node(0).peer_address()};
    options.trust.keys_sha256 = {*net::certificate_key_sha256((coalition_->config(0).data_dir / "peer.crt").string())};
    options.trust.certificate_file = (home() / "peer.crt").string();
    options.trust.key_file = (home() / "peer.key").string();
    return *net::HttpClient::create(options);
  };
  const auto client = connect();
  const auto ask = [](net::HttpClient& with, std::string_view target, std::string_view body) {
    const auto answer = with.send(net::Method::kPost, target, {{"Content-Type", "text/plain"}}, body, false);
    return answer ? answer->status : 0;
  };
  others_go_on();
  EXPECT_EQ(ask(*client, "/peer/v1/pull?log=a.tansiq.test/with/b&from=0", ""), 404);
  EXPECT_EQ(ask(*client, "/peer/v1/pull?log=a.tansiq.test/main&from=0", ""), 404);
  EXPECT_EQ(ask(*client, "/peer/v1/pull?log=b.tansiq.test/members&from=0", ""), 404) << "a's mirror of b is b's alone";
  EXPECT_EQ(ask(*client, "/peer/v1/pull?log=a.tansiq.test/members&from=-1", ""), 400);
  EXPECT_EQ(ask(*client, "/v1/coordination/flights", ""), 404) << "peers pull logs here, and nothing else";
  EXPECT_EQ(ask(*client, "/peer/v1/pull?log=a.tansiq.test/members&from=0", std::string(100'000, 'x')), 413);
  EXPECT_EQ(ask(*connect(), "/peer/v1/pull?log=a.tansiq.test/members&from=0", std::string(64U << 20, 'x')) / 100 % 4, 0)
      << "413, or the connection ends before all of it is sent";
  EXPECT_EQ(ask(*client, "/peer/v1/pull?log=a.tansiq.test/members&from=0", "no checkpoint"), 400);

  std::atomic<bool> flooding{true};
  std::atomic<std::uint64_t> questions{0};
  std::vector<std::jthread> flood;
  for (int i = 0; i < 4; ++i) {
    flood.emplace_back([&] {
      const auto mine = connect();
      while (flooding.load()) {
        (void)ask(*mine, "/peer/v1/pull?log=a.tansiq.test/members&from=0&wait_ms=30000", "");
        (void)ask(*mine, "/peer/v1/pull?log=a.tansiq.test/with/c&from=0", "");
        questions.fetch_add(2);
      }
    });
  }
  while (questions.load() < 200) std::this_thread::yield();
  for (int i = 0; i < 3; ++i) others_go_on();
  while (questions.load() < 1'000) std::this_thread::yield();
  flooding.store(false);
  flood.clear();
  EXPECT_THAT(*coalition_->get(0, "/v1/coordination/peers"), Not(HasSubstr("\"pinned\":true")));
}

}  // namespace
}  // namespace tansiq::node
