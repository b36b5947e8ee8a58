#include "node/puller.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <thread>

#include "base/foreign_text.h"
#include "log/cosignature.h"
#include "log/jcs.h"
#include "net/tls_identity.h"
#include "node/peer_face.h"
#include "node/peer_testlib.h"
#include "node/replication_testlib.h"

namespace tansiq::node {
namespace {

using ::testing::HasSubstr;
using namespace test;

TEST(Backoff, DoublesUpToItsBoundWithJitter) {
  SeededRandom random(1);
  for (int i = 0; i < 100; ++i) {
    const auto within = [&](unsigned failures, DurationMs low, DurationMs high) {
      const DurationMs wait = backoff_ms(failures, 200, 30'000, random);
      return wait >= low && wait <= high;
    };
    EXPECT_TRUE(within(1, 100, 200));
    EXPECT_TRUE(within(2, 200, 400));
    EXPECT_TRUE(within(5, 1'600, 3'200));
    EXPECT_TRUE(within(9, 15'000, 30'000));
    EXPECT_TRUE(within(4'000'000, 15'000, 30'000));
  }
}

/// A line that the test answers by hand.
class ScriptedTransport : public PullTransport {
 public:
  using Script = std::function<Result<std::string>(const PullQuestion&, std::string_view note)>;
  explicit ScriptedTransport(Script script) : script_(std::move(script)) {}
  Result<std::string> ask(const PullQuestion& question, std::string_view note) override {
    {
      std::unique_lock lock(mutex_);
      if (interrupted_) return fail(ErrorCode::kUnavailable, "interrupted");
    }
    auto answer = script_(question, note);
    if (answer || answer.error().code != ErrorCode::kTimeout) return answer;
    // What a long poll does while nothing is new: it waits.
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return interrupted_; });
    return answer;
  }
  void interrupt() override {
    const std::lock_guard lock(mutex_);
    interrupted_ = true;
    changed_.notify_all();
  }

 private:
  Script script_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool interrupted_ = false;
};

const std::unexpected<Error> kWait = fail(ErrorCode::kTimeout, "nothing new");

class PullerTest : public ::testing::Test {
 protected:
  PullerTest() : cosigner_(*log::SignerKey::generate("fr.example/cosigner", log::KeyType::kEd25519Cosignature)) {}

  Puller::Config config() {
    return {
        .peer = AuthorityId::trusted("us"),
        .cosigner = &cosigner_,
        .clock = &clock_,
        .seed = 1,
        .backoff_first_ms = 1,
        .backoff_max_ms = 2,
        .take =
            [this](const Piece& piece) { return [this, &piece](const Puller::Stored& done) { done(keep(piece)); }; },
        .accuse = [this](const AuthorityId&, const std::string&, const log::ForkEvidence& e) -> Status {
          const std::lock_guard lock(mutex_);
          if (accuse_failures_ > 0) {
            --accuse_failures_;
            return fail(ErrorCode::kOverloaded, "full");
          }
          accused_.set_value(e);
          return {};
        }};
  }
  Status keep(const Piece& piece) {
    const std::lock_guard lock(mutex_);
    if (store_failures_ > 0) {
      --store_failures_;
      return fail(ErrorCode::kOverloaded, "full");
    }
    for (const ByteView entry : piece.judged.entries) stored_.emplace_back(as_text(entry));
    return {};
  }
  std::unique_ptr<Puller> start(ScriptedTransport::Script script) {
    return std::make_unique<Puller>(config(), fresh_replica(us_),
                                    std::make_unique<ScriptedTransport>(std::move(script)), nullptr, store::kMainLog);
  }
  std::vector<std::string> stored() {
    const std::lock_guard lock(mutex_);
    return stored_;
  }

  log::SignerKey cosigner_;
  TestClock clock_;
  Author us_;
  std::mutex mutex_;
  std::vector<std::string> stored_;
  int store_failures_ = 0;
  int accuse_failures_ = 0;
  std::promise<log::ForkEvidence> accused_;
};

TEST_F(PullerTest, CatchesUpAndAcknowledges) {
  us_.grow(500);
  std::promise<std::string> receipt;
  const auto puller = start([&](const PullQuestion& question, std::string_view note) -> Result<std::string> {
    if (question.from < us_.size()) return us_.answer(question, 64);
    receipt.set_value(std::string(note));
    return kWait;
  });
  const std::string note = receipt.get_future().get();
  const std::vector<log::VerifierKey> keys{us_.key().verifier(), cosigner_.verifier()};
  const auto opened = log::open_checkpoint(note, keys);
  ASSERT_TRUE(opened) << opened.error().text();
  EXPECT_TRUE(opened->opened.signed_by(cosigner_.verifier()));
  EXPECT_EQ(stored(), us_.lines());
  const Puller::LinkState state = puller->state();
  EXPECT_EQ(state.held, 500U);
  EXPECT_EQ(state.known, 500U);
  EXPECT_EQ(state.failures, 0U);
  EXPECT_EQ(state.last_progress, kTestStart);
}

// A peer that is far ahead is read as fast as the slower of the line and the disk is, not as slowly as both together.
TEST_F(PullerTest, FetchesTheNextPieceWhileTheLastIsMadeDurable) {
  us_.grow(90);
  Puller::Config with = config();
  std::unique_ptr<Puller> puller;
  std::promise<void> made;
  Puller::Stored first;  // This and what follows: the puller's thread alone.
  std::vector<std::uint64_t> asked;
  std::vector<std::uint64_t> held;
  with.take = [&](const Piece& piece) {
    if (piece.judged.size == 60) {
      held.push_back(puller->state().held);
      first({});
      held.push_back(puller->state().held);
    }
    return [&](const Puller::Stored& done) {
      const Status kept = keep(piece);
      if (piece.judged.size > 30) return done(kept);
      first = done;
    };
  };
  std::promise<void> done;
  const auto script = [&, is_made = made.get_future().share()](const PullQuestion& question,
                                                               std::string_view) -> Result<std::string> {
    is_made.wait();
    asked.push_back(question.from);
    if (question.from < us_.size()) return us_.answer(question, 30);
    done.set_value();
    return kWait;
  };
  puller = std::make_unique<Puller>(std::move(with), fresh_replica(us_), std::make_unique<ScriptedTransport>(script),
                                    nullptr, store::kMainLog);
  made.set_value();
  done.get_future().get();
  puller->stop();
  EXPECT_EQ(held, (std::vector<std::uint64_t>{0, 30}));
  EXPECT_EQ(asked, (std::vector<std::uint64_t>{0, 30, 60, 90}));
  EXPECT_EQ(stored(), us_.lines());
}

TEST_F(PullerTest, WhatFollowsAPieceThatCouldNotBeStoredIsAskedForAgain) {
  us_.grow(90);
  Puller::Config with = config();
  Puller::Stored first;
  with.take = [&](const Piece& piece) {
    return [&](const Puller::Stored& done) {
      if (piece.judged.size == 30 && !first) {
        first = done;
      } else {
        done(keep(piece));
      }
    };
  };
  std::vector<std::uint64_t> asked;
  std::promise<void> done;
  const auto script = [&](const PullQuestion& question, std::string_view) -> Result<std::string> {
    asked.push_back(question.from);
    if (asked.size() == 2) first(fail(ErrorCode::kOverloaded, "full"));
    if (question.from < us_.size()) return us_.answer(question, 30);
    done.set_value();
    return kWait;
  };
  Puller puller(std::move(with), fresh_replica(us_), std::make_unique<ScriptedTransport>(script), nullptr,
                store::kMainLog);
  done.get_future().get();
  puller.stop();
  EXPECT_EQ(asked, (std::vector<std::uint64_t>{0, 30, 0, 30, 60, 90}));
  EXPECT_EQ(stored(), us_.lines());
}

// A receipt says that all of it is durable.
TEST_F(PullerTest, NoReceiptLeavesBeforeAllIsDurable) {
  us_.grow(60);
  Puller::Config with = config();
  std::promise<Puller::Stored> last;
  with.take = [&](const Piece& piece) {
    return [&](const Puller::Stored& done) {
      const Status kept = keep(piece);
      if (piece.judged.size < us_.size()) return done(kept);
      last.set_value(done);
    };
  };
  std::atomic<bool> durable = false;
  std::promise<bool> receipted;
  const auto script = [&](const PullQuestion& question, std::string_view) -> Result<std::string> {
    if (question.from < us_.size()) return us_.answer(question, 30);
    receipted.set_value(durable);
    return kWait;
  };
  Puller puller(std::move(with), fresh_replica(us_), std::make_unique<ScriptedTransport>(script), nullptr,
                store::kMainLog);
  const Puller::Stored done = last.get_future().get();
  Author().grow(10'000);  // Time enough for a receipt that does not wait.
  durable = true;
  done({});
  EXPECT_TRUE(receipted.get_future().get());
  puller.stop();
}

/// Tells when it is interrupted.
class TellingTransport final : public ScriptedTransport {
 public:
  TellingTransport(Script script, std::promise<void>& interrupted)
      : ScriptedTransport(std::move(script)), interrupted_(interrupted) {}
  void interrupt() override {
    ScriptedTransport::interrupt();
    if (!std::exchange(told_, true)) interrupted_.set_value();
  }

 private:
  std::promise<void>& interrupted_;
  bool told_ = false;
};

// Whoever stores a piece calls back into the puller.
TEST_F(PullerTest, StoppingWaitsForWhatIsBeingStored) {
  us_.grow(90);
  std::promise<void> interrupted;
  std::promise<Puller::Stored> first;
  Puller::Config with = config();
  with.take = [&](const Piece&) {
    return [&](const Puller::Stored& done) {
      first.set_value(done);
      interrupted.get_future().wait();
    };
  };
  const auto script = [&](const PullQuestion& question, std::string_view) { return us_.answer(question, 30); };
  Puller puller(std::move(with), fresh_replica(us_), std::make_unique<TellingTransport>(script, interrupted), nullptr,
                store::kMainLog);
  const Puller::Stored done = first.get_future().get();
  std::atomic<bool> durable = false;
  bool was_durable = false;
  std::thread stopping([&] {
    puller.stop();
    was_durable = durable;
  });
  Author().grow(10'000);  // Time enough to stop without waiting.
  durable = true;
  done({});
  stopping.join();
  EXPECT_TRUE(was_durable);
  EXPECT_EQ(puller.state().held, 30U);
}

TEST_F(PullerTest, GoesOnAfterFailuresOfLineAndStore) {
  us_.grow(100);
  store_failures_ = 2;
  int asked = 0;
  std::promise<void> done;
  const auto puller = start([&](const PullQuestion& question, std::string_view) -> Result<std::string> {
    ++asked;
    if (asked == 1) return fail(ErrorCode::kUnavailable, "no line");
    if (asked == 2) return std::string("nonsense");
    if (question.from < us_.size()) return us_.answer(question, 30);
    done.set_value();
    return kWait;
  });
  done.get_future().get();
  EXPECT_EQ(stored(), us_.lines());  // each once, although some were asked for again
  EXPECT_EQ(puller->state().failures, 0U);
  EXPECT_TRUE(puller->state().trouble.empty());
}

// A peer that has nothing new to say is there all the same: that is what tells a dead line from a silent peer.
TEST_F(PullerTest, TellsThatAPeerWasHeardWhichHadNothingNew) {
  us_.grow(10);
  std::promise<AuthorityId> heard;
  Puller::Config with = config();
  with.heard = [&](const AuthorityId& peer) { heard.set_value(peer); };
  int asked = 0;
  const auto script = [&](const PullQuestion& question, std::string_view) -> Result<std::string> {
    if (++asked <= 2) return us_.answer(question, 64);
    return kWait;
  };
  Puller puller(std::move(with), fresh_replica(us_), std::make_unique<ScriptedTransport>(script), nullptr,
                store::kMainLog);
  EXPECT_EQ(heard.get_future().get(), AuthorityId::trusted("us"));
  puller.stop();
  EXPECT_EQ(stored().size(), 10U);
  EXPECT_EQ(puller.state().verdict, Verdict::kNothingNew);
}

TEST_F(PullerTest, SaysWhatIsWrong) {
  std::promise<void> asked_twice;
  int asked = 0;
  const auto puller = start([&](const PullQuestion&, std::string_view) -> Result<std::string> {
    if (++asked == 2) asked_twice.set_value();
    return asked < 3 ? fail(ErrorCode::kUnavailable, "no line") : kWait;
  });
  asked_twice.get_future().get();
  EXPECT_GE(puller->state().failures, 1U);
  EXPECT_THAT(puller->state().trouble, HasSubstr("no line"));
}

TEST_F(PullerTest, AForkEndsThePullingWithEvidence) {
  us_.grow(10);
  Author liar;
  liar.grow(8);
  liar.grow(7, "no");
  const auto puller = start([&](const PullQuestion& question, std::string_view) -> Result<std::string> {
    return question.from < 10 ? us_.answer(question) : liar.answer(question);
  });
  const log::ForkEvidence evidence = accused_.get_future().get();
  EXPECT_TRUE(log::check_evidence(evidence, us_.keys()));
  puller->stop();
  EXPECT_TRUE(puller->state().pinned);
  EXPECT_EQ(puller->state().verdict, Verdict::kForked);
  EXPECT_EQ(stored().size(), 10U);
}

// The proof is in one answer, which the peer need not give again: it is kept until somebody takes it.
TEST_F(PullerTest, EvidenceThatCannotBeKeptIsHandedOverAgain) {
  us_.grow(10);
  Author liar;
  liar.grow(8);
  liar.grow(7, "no");
  accuse_failures_ = 3;
  bool shown = false;
  const auto puller = start([&](const PullQuestion& question, std::string_view) -> Result<std::string> {
    if (question.from < 10) return us_.answer(question);
    if (shown) return fail(ErrorCode::kUnavailable, "no line");
    shown = question.prove;
    return liar.answer(question);
  });
  EXPECT_TRUE(log::check_evidence(accused_.get_future().get(), us_.keys()));
  puller->stop();
  EXPECT_TRUE(puller->state().pinned);
  EXPECT_EQ(puller->state().verdict, Verdict::kForked);
}

// Names of strangers in a checkpoint may hold what JSON may not; what is wrong with it stands on the peers' page.
TEST_F(PullerTest, WhatAPeerHasSaidIsCleanedBeforeItIsShown) {
  us_.grow(10);
  const std::string odd = us_.note() + "\u2014 x\uFDD0y AAAA\n";
  std::promise<void> asked_twice;
  int asked = 0;
  const auto puller = start([&](const PullQuestion&, std::string_view) -> Result<std::string> {
    if (++asked == 2) asked_twice.set_value();
    if (asked >= 2) return kWait;
    return fail(ErrorCode::kMalformed, odd + std::string(5'000, 'x'), "\x01\uFDD0\xff");
  });
  asked_twice.get_future().get();
  const std::string trouble = puller->state().trouble;
  EXPECT_TRUE(log::check_jcs_text(trouble)) << trouble;
  EXPECT_THAT(trouble, HasSubstr("x?y"));
  EXPECT_LE(trouble.size(), kReasonBytesMax + 3);
}

TEST_F(PullerTest, APeerThatLostItsCheckpointIsAskedForProof) {
  us_.grow(100);
  Author liar;
  liar.grow(60);
  liar.grow(90, "no");
  bool restored = false;
  const auto puller = start([&](const PullQuestion& question, std::string_view) -> Result<std::string> {
    if (!restored) {
      restored = true;
      return us_.answer(question, 30);
    }
    if (question.under) return fail(ErrorCode::kConflict, "no such checkpoint");
    return liar.answer(question);
  });
  EXPECT_TRUE(log::check_evidence(accused_.get_future().get(), us_.keys()));
  puller->stop();
  EXPECT_EQ(stored().size(), 30U);
}

TEST_F(PullerTest, StoppingEndsALongPoll) {
  std::promise<void> asked;
  const auto puller = start([&](const PullQuestion&, std::string_view) -> Result<std::string> {
    asked.set_value();
    return kWait;
  });
  asked.get_future().get();
  puller->stop();
  SUCCEED();
}

/// Two nodes with their stores, over mutual TLS with pinned keys.
TEST(Replication, FromStoreToStoreOverMutualTls) {
  constexpr const char* kWithFr = "us.example/with/fr";
  PeerStore us("us");
  PeerStore fr("fr");
  const auto cosigner = *log::SignerKey::generate("fr.example/cosigner", log::KeyType::kEd25519Cosignature);
  const TemporaryFolder folder;
  const auto identity = [&](const std::string& name) {
    const net::NewIdentity made{name, folder.path() / (name + ".pem"), folder.path() / (name + ".key")};
    EXPECT_TRUE(net::make_identity(made));
    return made;
  };
  const auto us_tls = identity("us");
  const auto fr_tls = identity("fr");
  const auto stranger_tls = identity("stranger");

  us.grow(kWithFr, 10'000);
  ProblemLog problems;
  std::promise<PeerFace::Receipt> receipt;
  PeerFace::Config served;
  served.logs = {{kWithFr, us.log(kWithFr), {us.key(kWithFr)}, AuthorityId::trusted("fr"), nullptr}};
  served.peers = {{AuthorityId::trusted("fr"),
                   {log::Hash{*net::certificate_key_sha256(fr_tls.certificate_file)}},
                   cosigner.verifier()}};
  served.on_receipt = [&](const PeerFace::Receipt& r) {
    if (r.size == 10'003) receipt.set_value(r);
  };
  PeerFace face(std::move(served), us.reader(), problems);
  net::HttpServerOptions options;
  options.tls =
      net::TlsConfig{.certificate_file = us_tls.certificate_file, .key_file = us_tls.key_file, .any_client_key = true};
  const auto server = *net::HttpServer::start(options, [&](const auto& exchange) { face.handle(exchange); });

  const auto client_options = [&](const net::NewIdentity& own) {
    net::HttpClientOptions out{.base_url = server->url()};
    out.trust.keys_sha256 = {*net::certificate_key_sha256(us_tls.certificate_file)};
    out.trust.certificate_file = own.certificate_file;
    out.trust.key_file = own.key_file;
    return out;
  };
  auto stranger = *HttpPullTransport::create(client_options(stranger_tls));
  EXPECT_EQ(stranger->ask({.log = kWithFr, .under = {}}, "").error().code, ErrorCode::kForbidden);

  const store::LogId mirror = fr.log(kWithFr);
  TestClock clock;
  std::promise<void> first_part;
  Puller puller({.peer = AuthorityId::trusted("us"),
                 .cosigner = &cosigner,
                 .clock = &clock,
                 .take =
                     [&](const Piece& piece) {
                       return [&](const Puller::Stored& done) {
                         done(fr.keep(piece.origin, piece.judged));
                         if (piece.judged.size == 10'000) first_part.set_value();
                       };
                     }},
                *Replica::open({kWithFr, {us.key(kWithFr)}}, {}), *HttpPullTransport::create(client_options(fr_tls)),
                fr.reader(), mirror);
  first_part.get_future().get();
  us.grow(kWithFr, 3);
  face.grown();
  const PeerFace::Receipt proof = receipt.get_future().get();
  EXPECT_EQ(proof.peer.str(), "fr");
  EXPECT_EQ(puller.state().held, 10'003U);
  puller.stop();
  face.stop();
  server->stop(0);
  EXPECT_EQ(fr.lines(kWithFr), us.lines(kWithFr));
  EXPECT_EQ(fr.reader()->head(mirror)->checkpoint, us.reader()->head(us.log(kWithFr))->checkpoint);
}

}  // namespace
}  // namespace tansiq::node
