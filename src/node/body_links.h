// Bodies of shares between nodes: `POST /peer/v1/body?hash=HEX`, and who fetches them.
//
//   server handler:   if (path == kBodyPath) serve_body(exchange, peer, core, reader, questions);
//   BodyFetcher fetcher({.core = &core, .ask = …});  fetcher.poke();        // after new entries of a peer
//
// A body is given to those for whom an entry that they may read quotes it, and only as long as it stands
// (Coalition::may_serve_body): the question is judged and answered on the core thread, so a revocation that has been
// read there is never overtaken by an answer. To everybody else, and for what is not here, the answer is the same: 404.
//
// What comes is verified by its hash, made durable, and only then counts. What could not be had is asked for again,
// later each time. One thread for each peer, with a bound on size and time: who never answers, or drips, holds up his
// own bodies alone, however many of them there are.
//
// Files that messages carry go the same way, on a thread of their own for each peer, so that what a relation demands at
// once never waits for a picture: attachment_fetcher(…) makes such a fetcher of the same parts.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <thread>

#include "base/random.h"
#include "node/core_thread.h"
#include "node/problem_log.h"

namespace tansiq::node {

inline constexpr std::string_view kBodyPath = "/peer/v1/body";

/// Wrong bytes in so many answers: they are not asked for again in this life of the node.
inline constexpr unsigned kAttachmentWrongMax = 3;
/// That it is not there, so often in a row: it is gone.
inline constexpr unsigned kAttachmentGoneMax = 8;

/// Questions that a peer may have open at once: a body is megabytes, read where everything is decided. Its fetchers
/// ask one after the other, each of the two at most one while the answer to the one before is on its way.
inline constexpr std::size_t kBodyQuestionsMax = 4;

/// How many questions each peer has open. Any thread.
class BodyQuestions {
 public:
  /// Open until the last copy goes, which may outlive this. Null when the peer has as many as it may.
  [[nodiscard]] std::shared_ptr<void> open(const AuthorityId& peer);

 private:
  struct Counts {
    std::mutex mutex;
    std::map<AuthorityId, std::size_t> open;  ///< Peers that have any.
  };
  std::shared_ptr<Counts> counts_ = std::make_shared<Counts>();
};

/// Answers on the core thread, where alone `reader` is used; at once with `kOverloaded` beyond kBodyQuestionsMax.
void serve_body(const std::shared_ptr<net::Exchange>& exchange, const AuthorityId& peer, CoreThread& core,
                const std::shared_ptr<store::LogReader>& reader, BodyQuestions& questions);

/// `/peer/v1/body?hash=…`.
[[nodiscard]] std::string body_target(const log::Hash& hash);

class BodyFetcher {
 public:
  using Wanted = std::vector<coordination::WantedBody>;
  struct Config {
    CoreThread* core = nullptr;  ///< Outlives this.
    AuthorityId peer;            ///< From whom; what others have is not looked at.
    std::uint64_t seed = 0;      ///< Of the jitter.
    /// The body's bytes, not yet verified. Called on the fetcher's thread.
    std::function<Result<std::string>(const coordination::WantedBody&)> ask;
    /// Ends `ask`. Any thread.
    std::function<void()> interrupt;
    /// What the peer has for us; on the core thread. Absent: its shares.
    std::function<Wanted(const coordination::Coalition&, const AuthorityId& peer)> wanted{};
    /// Makes it durable, and waits until it is. Absent: as a share.
    std::function<Status(CoreThread&, const coordination::WantedBody&, std::string bytes)> keep{};
    /// It could not be had, for the `alike`th time in a row for this reason. Wrong bytes are `kCorrupt`, that it is not
    /// there is `kNotFound`.
    std::function<void(CoreThread&, const coordination::WantedBody&, const Error&, unsigned alike)> failed{};
    DurationMs look_every_ms = 2'000;
    DurationMs backoff_first_ms = 500;
    DurationMs backoff_max_ms = 60'000;
  };
  /// Starts.
  explicit BodyFetcher(Config config);
  ~BodyFetcher();  ///< stop()
  BodyFetcher(const BodyFetcher&) = delete;
  BodyFetcher& operator=(const BodyFetcher&) = delete;

  [[nodiscard]] const AuthorityId& peer() const { return config_.peer; }
  /// There may be something new to fetch. Any thread.
  void poke();
  void stop();

 private:
  using SteadyTime = std::chrono::steady_clock::time_point;
  /// What could not be had, and when to ask again.
  struct Failed {
    unsigned failures = 0;
    ErrorCode code = ErrorCode::kInternal;  ///< Of the last,
    unsigned alike = 0;                     ///< and how many in a row had it.
    SteadyTime not_before;
  };
  void run();
  [[nodiscard]] Result<Wanted> wanted();
  void fetch(const coordination::WantedBody& body);

  const Config config_;
  SeededRandom random_;
  std::map<log::Hash, Failed> failed_;  ///< The fetcher's thread alone.

  std::mutex mutex_;
  std::condition_variable changed_;
  bool poked_ = true;
  bool stopping_ = false;
  std::thread thread_;
};

/// Pokes those that fetch from `peer`; the others' walks would be for nothing.
void poke_of(std::span<const std::unique_ptr<BodyFetcher>> fetchers, const AuthorityId& peer);

/// The same for files that messages carry: what is verified goes to the desk of attachments, and so does what cannot be
/// had.
[[nodiscard]] BodyFetcher::Config attachment_fetcher(BodyFetcher::Config config);

}  // namespace tansiq::node
