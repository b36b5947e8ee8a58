// Between the thread that reads the inputs and the one that makes the picture: what came, in the order in which it
// came, bounded for each source, so that one that floods loses its own bytes and nobody else's.
//
//   // inputs' thread                                   // picture's thread
//   queue.push({now, source, 0, kind, bytes});          while (queue.take(batch, 256, 100)) {
//                                                         for (const InputChunk& chunk : batch) …
//                                                         batch.clear();
//                                                       }
//
// Beyond its bound a source's newest chunk is dropped and counted (`overload`): what is on its way is older and will be
// out of date first, but a stream from which a piece is missing in the middle needs telling, and that is easier at its
// end. The next chunk of that connection comes with a kGap before it. Beginnings and ends of connections are taken
// beyond the bound, up to another: past that they are replaced by an end and a beginning before the next chunk.
#pragma once

#include <array>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <vector>

#include "base/bytes.h"
#include "base/time.h"
#include "surveillance/decoding.h"

namespace tansiq::node {

/// A chunk with bytes of its own.
struct InputChunk {
  UtcMs received;
  std::uint32_t source = 0;
  std::uint16_t connection = 0;
  surveillance::ChunkKind kind = surveillance::ChunkKind::kDatagram;
  Bytes bytes;
  /// Lives as long as this and its bytes.
  [[nodiscard]] surveillance::Chunk view() const { return {received, source, connection, kind, bytes}; }
};

struct InputQueueLimits {
  std::size_t chunks_max = 4'096;    ///< Of one source, waiting.
  std::size_t bytes_max = 4U << 20;  ///< Likewise.
  std::size_t marks_max = 64;        ///< Beginnings and ends of its connections, beyond `chunks_max`.
};

/// What one source has had dropped, and has waiting.
struct InputQueueCounters {
  std::uint64_t taken = 0;  ///< Chunks with bytes.
  std::uint64_t overload_chunks = 0;
  std::uint64_t overload_bytes = 0;
  std::uint64_t waiting_chunks = 0;
  std::uint64_t waiting_bytes = 0;
};

class InputQueue {
 public:
  InputQueue(std::size_t sources, const InputQueueLimits& limits);

  /// False: dropped. Never waits. Any thread, in the order of `received`; chunks of unknown sources are dropped.
  bool push(const surveillance::Chunk& chunk);
  /// The same for who will try again: what finds no room is not counted, and leaves no gap.
  bool offer(const surveillance::Chunk& chunk);

  /// Waits at most so long for something, then moves up to `count_max` chunks to the end of `out`. True also when
  /// nothing came in that time; false: closed and empty. One thread.
  [[nodiscard]] bool take(std::vector<InputChunk>& out, std::size_t count_max, DurationMs wait_ms_max);

  /// One more, behind those that are there. Any thread.
  void add_source();
  /// The clock has been set back: what waits counts as having come by `now`. Whoever pushes sees to it that nothing is
  /// pushed meanwhile.
  void set_back(UtcMs now);
  /// Nothing more comes in; what is in can still be taken.
  void close();

  [[nodiscard]] InputQueueCounters counters(std::uint32_t source) const;

 private:
  enum class Missing : std::uint8_t { kNothing, kGap, kRestart };
  struct Source {
    InputQueueCounters counters;
    std::size_t marks = 0;
    std::array<Missing, surveillance::kConnectionsPerSourceMax> missing{};
  };

  bool push_locked(const surveillance::Chunk& chunk, bool again);
  void add(const surveillance::Chunk& chunk);

  const InputQueueLimits limits_;
  mutable std::mutex mutex_;
  std::condition_variable ready_;
  std::deque<InputChunk> chunks_;
  std::vector<Source> sources_;
  bool sleeping_ = false;
  bool closed_ = false;
};

}  // namespace tansiq::node
