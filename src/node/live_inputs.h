// The configured sources, live: sockets and files of net/inputs.h, their chunks in one bounded queue, and how it stands
// with each.
//
//   auto inputs = TRY(LiveInputs::start(configs, clock));
//   std::vector<InputChunk> batch;
//   while (inputs->take(batch, 256, 100)) {          // the picture's thread: 100 ms at most, then its own ticks
//     for (const InputChunk& chunk : batch) {
//       recorder.take(chunk.view());                  // before anything is made of it
//       watch.heard(chunk.view());
//       decodings[chunk.source]->take(chunk.view());
//     }
//     batch.clear();
//   }
//
// Chunks come in the order of their reception, over all sources, and their times never go back, whatever the system's
// clock does, until whoever takes them follows it (`follow_clock`): so a recording in the order of `take` is a
// recording of what the picture knew, and when.
//
// Sources that are peers have no socket here: whoever asks the peer (track_links.h) hands in what it told. They stand
// behind all others, and more of them may be added while it runs. Sources are never taken away: that nothing is awaited
// of one is `forget`. A chunk of a source comes out of `take` after `count` counts that source.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "net/inputs.h"
#include "node/input_queue.h"
#include "surveillance/source.h"

namespace tansiq::node {

struct LiveInputsOptions {
  InputQueueLimits queue = {};
  net::InputLimits sockets = {};
};

/// One source, for metrics and people. A plain value.
struct LiveInputState {
  std::string name;
  net::InputStatus socket;
  InputQueueCounters queue;
  UtcMs last_received;  ///< When bytes came last; when it was started, if none have.
  bool heard = false;   ///< Bytes have come at all.
  std::optional<UtcMs> silent_since;
};

class LiveInputs {
 public:
  /// Fails as `check_sources`, when a peer stands before another source, or with the source's name when an address
  /// cannot be listened on or a file not be read. `clock` outlives it.
  [[nodiscard]] static Result<std::unique_ptr<LiveInputs>> start(std::vector<surveillance::SourceConfig> configs,
                                                                 const Clock& clock,
                                                                 const LiveInputsOptions& options = {});
  ~LiveInputs();
  LiveInputs(const LiveInputs&) = delete;
  LiveInputs& operator=(const LiveInputs&) = delete;

  /// See InputQueue::take. False after `stop`, when everything has been taken.
  [[nodiscard]] bool take(std::vector<InputChunk>& out, std::size_t count_max, DurationMs wait_ms_max);
  /// Closes the inputs; what they brought, and the ends of their connections, can still be taken.
  void stop();

  /// A further peer; its number. Fails as `check_sources` with those that are there. Any thread, one at a time.
  [[nodiscard]] Result<std::size_t> add_peer(surveillance::SourceConfig config);
  /// The times of what comes from now on begin with the clock's, though it has been set back, and what waits is taken
  /// as having come by then: gives that moment. Sources count as silent from then on.
  UtcMs follow_clock();

  /// What a peer has told; `source` is of kind kPeer, `kind` kUp, kStream or kDown. What finds no room is dropped and
  /// counted as of every source. Any thread.
  void hear(std::size_t source, surveillance::ChunkKind kind, ByteView bytes);
  /// It is a peer no more: that nothing comes of it is no silence. After its kDown, where there was a kUp.
  void forget(std::size_t source) { hear(source, surveillance::ChunkKind::kDown, {}); }
  /// It could not be asked; for people.
  void hear_failed(std::size_t source, const std::string& why);

  /// Any thread.
  [[nodiscard]] std::vector<LiveInputState> states() const;
  [[nodiscard]] std::size_t count() const;
  [[nodiscard]] const surveillance::SourceConfig& config(std::size_t source) const;
  /// The port of a listening source (the configuration may have said 0).
  [[nodiscard]] std::uint16_t port(std::size_t source) const;

 private:
  class Impl;
  explicit LiveInputs(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// The same place for the sockets.
[[nodiscard]] net::Endpoint endpoint_of(const surveillance::Transport& transport);

}  // namespace tansiq::node
