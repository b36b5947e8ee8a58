// Keeps the mirror of one log of a peer up to date: asks, verifies, hands on, asks again.
//
//   auto http = TRY(HttpPullTransport::create({.base_url = peer.url, .trust = pinned_keys_and_own_certificate}));
//   Puller puller({.peer = id, .cosigner = &key, .clock = &clock, .seed = random,
//                  .take = [&](const Piece& piece) { return core.making_durable(decoded(piece)); },
//                  .accuse = [&](const log::ForkEvidence& evidence) { return core.keep(evidence); }},  // blocks
//                 std::move(replica), std::move(http), store->open_reader(), log_id);
//
// One thread for each mirrored log, so that a peer's news in one is never held up by the silence in another. It asks
// with a long poll: no interval, an entry is here as soon as the peer has it durable and the line carries it. After a
// failure it waits, twice as long each time up to a bound, with a random part, so that many nodes do not ask in step;
// it also waits a little when a peer says at once that nothing is new, instead of holding the question.
//
// What leaves here through `take` has been verified and comes in order, and is stored when the piece before it is. The
// replica moves on only then, so a piece that could not be stored is asked for again. While it is being made durable
// the next one is fetched, verified and taken apart, if there is more: of a peer that is far ahead at most two pieces
// are in memory, one being stored and one that has come. Receipts say what is durable, so none leaves before that.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "base/ids.h"
#include "base/random.h"
#include "net/http_client.h"
#include "node/replica.h"
#include "store/log_store.h"

namespace tansiq::node {

/// How a question reaches the peer. Used by one thread, but for `interrupt`.
class PullTransport {
 public:
  PullTransport() = default;
  PullTransport(const PullTransport&) = delete;
  PullTransport& operator=(const PullTransport&) = delete;
  virtual ~PullTransport() = default;
  /// The answer's bytes. Fails with `kConflict` when the peer does not have the checkpoint that was named, otherwise
  /// with what is wrong with the line or the question.
  [[nodiscard]] virtual Result<std::string> ask(const PullQuestion& question, std::string_view note) = 0;
  /// Ends the call under way and all later ones. Any thread.
  virtual void interrupt() = 0;
};

class HttpPullTransport final : public PullTransport {
 public:
  /// `options.trust` has the peer's pinned keys and our own certificate. Sizes, times and the interrupt are set here.
  [[nodiscard]] static Result<std::unique_ptr<PullTransport>> create(net::HttpClientOptions options);
  Result<std::string> ask(const PullQuestion& question, std::string_view note) override;
  void interrupt() override { interrupt_->trigger(); }

 private:
  HttpPullTransport(std::shared_ptr<net::Interrupt> interrupt, std::unique_ptr<net::HttpClient> client)
      : interrupt_(std::move(interrupt)), client_(std::move(client)) {}
  std::shared_ptr<net::Interrupt> interrupt_;
  std::unique_ptr<net::HttpClient> client_;
};

/// Verified entries of a mirrored log, to be made durable together with the note. Views.
struct Piece {
  const AuthorityId& peer;
  const std::string& origin;
  const Judgement& judged;
};

/// How long to wait after `failures` in a row: between half and all of `first_ms` doubled so often, at most `max_ms`.
[[nodiscard]] DurationMs backoff_ms(unsigned failures, DurationMs first_ms, DurationMs max_ms, SeededRandom& random);

class Puller {
 public:
  /// Tells that a piece is durable, or why it is not. To be called once, on any thread.
  using Stored = std::function<void(Status durable)>;
  /// Makes a piece durable, entries and head note, and then calls `done`.
  using Storing = std::function<void(Stored done)>;

  struct Config {
    AuthorityId peer;
    const log::SignerKey* cosigner = nullptr;  ///< Type 04. Outlives the puller. Null: no receipts.
    const Clock* clock = nullptr;              ///< Outlives the puller.
    std::uint64_t seed = 0;                    ///< Of the jitter.
    DurationMs wait_ms = 20'000;               ///< Of the long poll.
    DurationMs backoff_first_ms = 200;
    DurationMs backoff_max_ms = 30'000;
    /// Takes what it needs of a piece, perhaps while the one before is still being stored, and returns what stores this
    /// one: that is called once all before is durable, or dropped. Both on the puller's thread; the piece is there as
    /// long. What could not be stored comes again later.
    std::function<Storing(const Piece&)> take{};
    /// The peer has shown a good checkpoint that says nothing new; what `take` is given tells the rest. Called on the
    /// puller's thread.
    std::function<void(const AuthorityId& peer)> heard{};
    /// The peer has signed two logs. Returns when the evidence is durable, and public with it. Called on the puller's
    /// thread; a failure is tried again later, and nothing else is done meanwhile.
    std::function<Status(const AuthorityId& peer, const std::string& origin, const log::ForkEvidence&)> accuse{};
  };

  /// How the line and the mirror stand. Times are of the node's clock.
  struct LinkState {
    std::uint64_t held = 0;   ///< Entries that are durable here.
    std::uint64_t known = 0;  ///< Entries that the peer is known to have signed; `known - held` are still to come.
    std::optional<UtcMs> last_answer{};    ///< When the peer last showed a checkpoint that was good and not old.
    std::optional<UtcMs> last_progress{};  ///< When entries last came.
    unsigned failures = 0;                 ///< In a row; 0 while all is well.
    Verdict verdict = Verdict::kNothingNew;
    std::string trouble{};  ///< What is wrong, as foreign_text; empty while all is well.
    bool pinned = false;
  };

  /// Starts. `reader` reads the mirror, to judge old checkpoints; may be null.
  Puller(Config config, Replica replica, std::unique_ptr<PullTransport> transport,
         std::unique_ptr<store::LogReader> reader, store::LogId log);
  ~Puller();  ///< stop()
  Puller(const Puller&) = delete;
  Puller& operator=(const Puller&) = delete;

  [[nodiscard]] LinkState state() const;
  [[nodiscard]] const std::string& origin() const { return origin_; }
  /// Ends the call under way and the thread, once what is being stored is. A last piece may be taken and stored before
  /// it returns. Idempotent.
  void stop();

 private:
  void run();
  /// One question. False when there is nothing to be asked any more (pinned).
  [[nodiscard]] bool ask_once();
  /// Hands over the evidence that is held. False when there is nothing more to be done.
  [[nodiscard]] bool accuse();
  [[nodiscard]] Result<std::string> ask(const PullQuestion& question, const Replica& last);
  [[nodiscard]] Result<std::string> question_body(const Replica& last);
  void store(const Judgement& judged, const Storing& storing);
  /// Waits until what is being stored is, and moves on to it. False when it could not be.
  [[nodiscard]] bool await_stored();
  void note_failure(Verdict verdict, std::string trouble);
  /// Any thread. `held` and `known` as in `LinkState`.
  void note_success(Verdict verdict, std::uint64_t held, std::uint64_t known);
  /// Waits where that is due. False when stopping.
  [[nodiscard]] bool pause(std::chrono::steady_clock::duration took);

  const Config config_;
  const std::string origin_;
  Replica replica_;
  std::optional<Replica> ahead_;  ///< As it will be when what is being stored is durable; empty when nothing is.
  std::unique_ptr<PullTransport> transport_;
  std::unique_ptr<store::LogReader> reader_;
  const store::LogId log_;
  SeededRandom random_;
  std::string receipt_;  ///< Kept, so that one checkpoint is cosigned once.
  std::uint64_t receipt_size_ = 0;
  std::optional<log::ForkEvidence> evidence_;  ///< Of a fork, not durable yet.
  std::string forked_;                         ///< What it shows.

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  LinkState state_;
  std::optional<Status> stored_;  ///< What became of what was being stored.
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace tansiq::node
