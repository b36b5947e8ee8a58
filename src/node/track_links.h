// Tracks between nodes: `POST /peer/v1/tracks?after=MS&wait_ms=MS`, and who asks.
//
//   server handler:   if (path == kTracksPath) tracks.tell(exchange, peer, TRY(TrackQuestion::parse(request)));
//   TrackFetcher fetcher({.peer = us, .ask = …, .hear = …, .failed = …});
//
// The answer is a row of Cursor on Target events, one behind the other as on a stream, and in the header `Tansiq-Next`
// the `after` of the next question: a moment of the clock of the side that answers, which means nothing here. Who has
// nothing to tell answers after `wait_ms`: with an event of another kind (`t-x-c-t`, which nobody makes a track of)
// when the relation allows tracks, so that a line that is well can be told from one that is not, and with nothing when
// it does not.
//
// Nothing of this is written to any log: what is told is the present, and is told again by the next report. What comes
// is not checked here either. It goes, as bytes, where the bytes of every source go: bounded queue, recording, decoder,
// each of which counts what it drops. A peer that answers without end is cut off at `kTracksAnswerBytesMax`, one that
// answers at once each time is asked at most every `pause_ms`, one that fails ever more seldom. One thread for each
// peer: who never answers holds up his own tracks alone.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <thread>

#include "base/bytes.h"
#include "base/ids.h"
#include "base/random.h"
#include "base/result.h"
#include "base/time.h"
#include "net/http_client.h"
#include "net/http_server.h"
#include "surveillance/decoding.h"

namespace tansiq::node {

inline constexpr std::string_view kTracksPath = "/peer/v1/tracks";
inline constexpr std::string_view kTracksNextHeader = "Tansiq-Next";
inline constexpr DurationMs kTracksWaitMsMax = 20'000;
/// Events of one answer, and bytes of it: no event is longer than the quotient.
inline constexpr std::size_t kTracksPerAnswerMax = 4'096;
inline constexpr std::size_t kTracksAnswerBytesMax = 4U << 20;

struct TrackQuestion {
  UtcMs after{0};
  DurationMs wait_ms = 0;  ///< At most kTracksWaitMsMax.
  [[nodiscard]] std::string target() const;
  /// Fails with `kInvalid`, `kMethodNotAllowed`; `where` is the parameter.
  [[nodiscard]] static Result<TrackQuestion> parse(const net::Request& request);
};

struct TrackAnswer {
  std::string events;
  UtcMs next;
};

/// The next question to the peer behind `client`, as a question of the wire. Fails as `client` does, with what the peer
/// says, and with `kMalformed`.
[[nodiscard]] Result<TrackAnswer> ask_tracks(net::HttpClient& client, const TrackQuestion& question);

/// Whoever has a live picture, as the lines to peers see it. Any thread.
class TrackExchange {
 public:
  TrackExchange() = default;
  TrackExchange(const TrackExchange&) = delete;
  TrackExchange& operator=(const TrackExchange&) = delete;
  virtual ~TrackExchange() = default;
  /// Answers, now or later. `peer` is who has asked, by its key.
  virtual void tell(const std::shared_ptr<net::Exchange>& exchange, const AuthorityId& peer,
                    TrackQuestion question) = 0;
  /// Questions that wait are answered with `kUnavailable`: the charter is changing, and with it perhaps who has asked.
  virtual void drop_questions() = 0;
  /// Whether there is a source for what the peer tells.
  [[nodiscard]] virtual bool hears(const AuthorityId& peer) const = 0;
  /// These are the peers from now on. Of others nothing is awaited: that they tell nothing is no alert.
  virtual void keep_peers(const std::set<AuthorityId>& peers) = 0;
  /// As LiveInputs::hear.
  virtual void hear(const AuthorityId& peer, surveillance::ChunkKind kind, ByteView bytes) = 0;
  virtual void hear_failed(const AuthorityId& peer, const Error& why) = 0;
};

class TrackFetcher {
 public:
  struct Config {
    AuthorityId peer;
    TrackExchange* to = nullptr;  ///< Outlives this.
    std::uint64_t seed = 0;       ///< Of the jitter.
    /// Called on the fetcher's thread.
    std::function<Result<TrackAnswer>(const TrackQuestion&)> ask;
    /// Ends `ask`. Any thread.
    std::function<void()> interrupt;
    DurationMs pause_ms = 200;
    DurationMs backoff_first_ms = 500;
    DurationMs backoff_max_ms = 60'000;
  };
  /// Starts.
  explicit TrackFetcher(Config config);
  ~TrackFetcher();  ///< stop()
  TrackFetcher(const TrackFetcher&) = delete;
  TrackFetcher& operator=(const TrackFetcher&) = delete;
  void stop();

 private:
  void run();
  void take(const TrackAnswer& answer);
  void fail_with(const Error& error);

  const Config config_;
  SeededRandom random_;
  bool up_ = false;  ///< The fetcher's thread alone.
  unsigned failures_ = 0;

  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace tansiq::node
