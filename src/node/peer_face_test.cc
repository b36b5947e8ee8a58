#include "node/peer_face.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

#include "node/peer_testlib.h"
#include "node/replication_testlib.h"

namespace tansiq::node {
namespace {

using ::testing::HasSubstr;
using namespace test;

constexpr const char* kMembers = "us.example/members";
constexpr const char* kWithFr = "us.example/with/fr";
constexpr const char* kWithUk = "us.example/with/uk";
constexpr UtcMs kNow{1'700'000'000'000};

/// A node `us` that serves its peers `fr` and `uk` over a real socket. Who asks says so in a header.
class FaceTest : public ::testing::Test {
 protected:
  FaceTest()
      : cosigner_(*log::SignerKey::generate("fr.example/cosigner", log::KeyType::kEd25519Cosignature)), us_("us") {
    const auto served = [&](const char* origin, std::optional<AuthorityId> reader) {
      return PeerFace::ServedLog{origin, us_.own_log(origin), {us_.key(origin)}, std::move(reader), nullptr};
    };
    PeerFace::Config config;
    config.logs = {served(kMembers, {}), served(kWithFr, AuthorityId::trusted("fr")),
                   served(kWithUk, AuthorityId::trusted("uk"))};
    config.peers = {{AuthorityId::trusted("fr"), {}, cosigner_.verifier()},
                    {AuthorityId::trusted("uk"), {}, cosigner_.verifier()}};
    config.on_receipt = [this](const PeerFace::Receipt& r) {
      const std::lock_guard lock(mutex_);
      receipts_.push_back(r);
    };
    config.on_behind = [this](const PeerFace::Behind& b) {
      const std::lock_guard lock(mutex_);
      behind_.push_back(b);
    };
    config.identify = [](const net::Request& request) -> std::optional<AuthorityId> {
      const auto name = request.header("X-Peer");
      if (!name) return std::nullopt;
      return AuthorityId::trusted(*name);
    };
    face_ = std::make_unique<PeerFace>(std::move(config), us_.reader(), problems_);
    server_ = std::move(*net::HttpServer::start({}, [this](const auto& exchange) { face_->handle(exchange); }));
  }
  ~FaceTest() override {
    face_->stop();
    server_->stop(0);
  }

  Result<net::ClientResponse> ask(const PullQuestion& question, const std::string& body = {},
                                  const std::string& peer = "fr") {
    auto client = *net::HttpClient::create({.base_url = server_->url()});
    net::Headers headers;
    if (!peer.empty()) headers.add("X-Peer", peer);
    return client->send(net::Method::kPost, question.target(), headers, body);
  }
  Replica replica(const char* origin = kMembers) { return *Replica::open({origin, {us_.key(origin)}}, {}); }
  /// Asks until nothing is new.
  void catch_up(Replica& mirror) {
    while (true) {
      const auto answer = ask(mirror.question(), std::string(mirror.newest_note()));
      ASSERT_TRUE(answer && answer->status == 200) << (answer ? answer->body : answer.error().text());
      const Judgement judged = feed(mirror, answer->body, &stored_);
      if (judged.verdict == Verdict::kNothingNew) return;
      ASSERT_EQ(judged.verdict, Verdict::kExtends) << judged.reason;
    }
  }
  std::vector<PeerFace::Receipt> receipts() {
    const std::lock_guard lock(mutex_);
    return receipts_;
  }
  std::vector<PeerFace::Behind> behind() {
    const std::lock_guard lock(mutex_);
    return behind_;
  }

  log::SignerKey cosigner_;
  PeerStore us_;
  ProblemLog problems_;
  std::mutex mutex_;
  std::vector<PeerFace::Receipt> receipts_;
  std::vector<PeerFace::Behind> behind_;
  std::vector<std::string> stored_;
  std::unique_ptr<PeerFace> face_;
  std::unique_ptr<net::HttpServer> server_;
};

TEST_F(FaceTest, GivesTheWholeLogInProvenPieces) {
  Replica mirror = replica();
  catch_up(mirror);  // empty
  us_.grow(kMembers, 9'001);
  catch_up(mirror);
  EXPECT_EQ(mirror.size(), 9'001U);
  us_.grow(kMembers, 3);
  catch_up(mirror);
  EXPECT_EQ(stored_, us_.lines(kMembers));
}

TEST_F(FaceTest, ServesAPeerItsOwnPairAndMembersOnly) {
  us_.grow(kWithFr, 2);
  EXPECT_EQ(ask({.log = kWithFr, .under = {}})->status, 200);
  EXPECT_EQ(ask({.log = kMembers, .under = {}})->status, 200);
  EXPECT_EQ(ask({.log = kWithUk, .under = {}})->status, 404);
  EXPECT_EQ(ask({.log = kWithFr, .under = {}}, {}, "uk")->status, 404);
  EXPECT_EQ(ask({.log = "us.example/main", .under = {}})->status, 404);
  EXPECT_EQ(ask({.log = kMembers, .under = {}}, {}, "")->status, 401);
  EXPECT_EQ(ask({.log = kMembers, .under = {}}, {}, "de")->status, 403);
  auto client = *net::HttpClient::create({.base_url = server_->url()});
  EXPECT_EQ(client->get("/peer/v1/pull?log=a&from=0")->status, 405);
}

TEST_F(FaceTest, WaitsForWhatIsNew) {
  us_.grow(kMembers, 5);
  auto waiting =
      std::async(std::launch::async, [&] { return ask({.log = kMembers, .from = 5, .under = {}, .wait_ms = 30'000}); });
  // Whether it came before or after what follows, it must see it.
  us_.grow(kMembers, 1);
  face_->grown();
  const auto answer = waiting.get();
  ASSERT_TRUE(answer);
  const auto read = read_pull_answer(answer->body);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->end(), 6U);
}

TEST_F(FaceTest, AWaitEnds) {
  us_.grow(kMembers, 5);
  const auto answer = ask({.log = kMembers, .from = 5, .under = {}, .wait_ms = 20});
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 200);
  const auto read = read_pull_answer(answer->body);
  ASSERT_TRUE(read);
  EXPECT_TRUE(read->entries.empty());
  EXPECT_THAT(std::string(read->note), HasSubstr("us.example/members\n5\n"));
}

TEST_F(FaceTest, ALaterQuestionEndsTheOneBefore) {
  us_.grow(kMembers, 5);
  const PullQuestion question{.log = kMembers, .from = 5, .under = {}, .wait_ms = 30'000};
  auto first = std::async(std::launch::async, [&] { return ask(question); });
  auto second = std::async(std::launch::async, [&] { return ask(question); });
  // One of the two is told of the other; the remaining one is answered by the growth.
  const auto both = [&] {
    const bool early = first.wait_for(std::chrono::milliseconds(1)) == std::future_status::ready;
    return early || second.wait_for(std::chrono::milliseconds(1)) == std::future_status::ready;
  };
  while (!both()) {
  }
  us_.grow(kMembers, 1);
  face_->grown();
  EXPECT_EQ(first.get()->status + second.get()->status, 200 + 409);
}

TEST_F(FaceTest, StoppingAnswersWhatWaits) {
  auto waiting =
      std::async(std::launch::async, [&] { return ask({.log = kMembers, .from = 0, .under = {}, .wait_ms = 30'000}); });
  while (server_->counters().requests == 0) std::this_thread::yield();
  face_->stop();
  EXPECT_EQ(waiting.get()->status, 503);
}

TEST_F(FaceTest, KeepsWhatAPeerAcknowledges) {
  us_.grow(kMembers, 10);
  Replica mirror = replica();
  catch_up(mirror);
  EXPECT_TRUE(receipts().empty());  // a checkpoint without the cosignature acknowledges nothing
  const std::string receipt = **mirror.receipt(cosigner_, kNow);
  ASSERT_EQ(ask(mirror.question(), receipt)->status, 200);
  ASSERT_EQ(ask(mirror.question(), receipt)->status, 200);
  ASSERT_EQ(receipts().size(), 1U);
  EXPECT_EQ(receipts()[0].peer.str(), "fr");
  EXPECT_EQ(receipts()[0].origin, kMembers);
  EXPECT_EQ(receipts()[0].size, 10U);
  EXPECT_EQ(receipts()[0].seconds, 1'700'000'000U);
  EXPECT_EQ(receipts()[0].note, receipt);
  // Another second, another line; it acknowledges nothing more. Each would be a task of the core thread.
  const std::string later = **mirror.receipt(cosigner_, kNow + 1'000);
  ASSERT_NE(later, receipt);
  ASSERT_EQ(ask(mirror.question(), later)->status, 200);
  EXPECT_EQ(receipts().size(), 1U);
  EXPECT_TRUE(behind().empty());
}

TEST_F(FaceTest, RefusesWhatItHasNotSigned) {
  us_.grow(kMembers, 10);
  Author stranger(9);
  stranger.grow(12);
  EXPECT_EQ(ask({.log = kMembers, .from = 10, .under = {}}, stranger.note())->status, 401);
  EXPECT_EQ(ask({.log = kMembers, .from = 10, .under = {}}, "nonsense")->status, 400);
  Replica mirror = replica();
  catch_up(mirror);
  const std::string odd = std::string(mirror.newest_note()) + "\u2014 x\uFDD0y AAAAAAA=\n";
  EXPECT_EQ(ask({.log = kMembers, .from = 10, .under = {}}, odd)->status, 400) << "JSON cannot quote it";
  EXPECT_EQ(ask({.log = kMembers, .from = 10, .under = {}}, std::string(20'000, 'x'))->status, 413);
  EXPECT_TRUE(receipts().empty());
  EXPECT_TRUE(behind().empty());
}

/// The same node before it lost its last entries: same keys, more entries.
TEST_F(FaceTest, APeerThatHasSeenMoreProvesThatTheNodeIsBehind) {
  us_.grow(kMembers, 10);
  const auto key = us_.main_key().renamed(kMembers);
  const log::Hash root = log::sha256(std::string_view("a tree that was lost"));
  const auto note = *log::sign_checkpoint({kMembers, 12, root, {}}, *key);
  const auto answer = ask({.log = kMembers, .from = 12, .under = {}, .wait_ms = 1'000}, note);
  EXPECT_EQ(answer->status, 200);  // at once: the peer shall see how far the node has come
  ASSERT_EQ(behind().size(), 1U);
  EXPECT_EQ(behind()[0].size, 12U);
  EXPECT_EQ(behind()[0].floor, (store::Floor{12, root}));
  EXPECT_EQ(behind()[0].note, note);
  EXPECT_TRUE(us_.store().raise_floor(behind()[0].log, behind()[0].floor));
  EXPECT_TRUE(us_.store().recovering());
  (void)ask({.log = kMembers, .from = 12, .under = {}}, note);
  EXPECT_EQ(behind().size(), 1U);  // told once
}

TEST_F(FaceTest, ACheckpointOfAnotherTreeIsReportedAndLeadsToTheProof) {
  us_.grow(kMembers, 10);
  const auto key = us_.main_key().renamed(kMembers);
  const auto note = *log::sign_checkpoint({kMembers, 8, log::sha256(std::string_view("fork")), {}}, *key);
  EXPECT_EQ(ask({.log = kMembers, .from = 4, .under = 8}, note)->status, 409);
  ASSERT_EQ(behind().size(), 1U);
  const auto answer = ask({.log = kMembers, .from = 8, .under = {}, .prove = true}, note);
  ASSERT_EQ(answer->status, 200);
  const auto read = read_pull_answer(answer->body);
  ASSERT_TRUE(read && read->prefix && read->entries.empty());
  EXPECT_EQ(read->prefix->root, *us_.reader()->root_at(us_.log(kMembers), 8));
}

TEST_F(FaceTest, AMereClaimProvesNothing) {
  us_.grow(kMembers, 3);
  EXPECT_EQ(ask({.log = kMembers, .from = 1'000, .under = {}})->status, 200);
  ASSERT_EQ(behind().size(), 1U);
  EXPECT_TRUE(behind()[0].note.empty());
}

}  // namespace
}  // namespace tansiq::node
