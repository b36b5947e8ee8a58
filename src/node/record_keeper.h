// The recorder of the live picture on a thread of its own: a disk that is slow holds up no alert.
//
//   auto keeper = TRY(RecordKeeper::make(options, sources));
//   keeper->start();
//   keeper->take(chunk);             // never waits: beyond the bounds of the queue it is dropped, and counted
//   keeper->stand("plan I1", line);  // said again at the beginning of every later file, until `fall`
//   keeper->stop();                  // what was taken is on the disk, or counted as failed
//
// What was dropped is missing from the numbers of the recording too, so a replay knows that something was there. The
// disk is synced several times a second. Trouble is logged when it begins and when it ends, never per chunk.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/result.h"
#include "surveillance/recording.h"

namespace tansiq::node {

struct RecordQueueLimits {
  std::size_t chunks_max = 65'536;
  std::size_t bytes_max = 32U << 20;
};

class RecordKeeper {
 public:
  /// `options.standing` is its own. Fails as Recorder::make.
  [[nodiscard]] static Result<std::unique_ptr<RecordKeeper>> make(surveillance::RecorderOptions options,
                                                                  std::vector<surveillance::SourceConfig> sources,
                                                                  const RecordQueueLimits& limits = {});
  ~RecordKeeper();  ///< stop()
  RecordKeeper(const RecordKeeper&) = delete;
  RecordKeeper& operator=(const RecordKeeper&) = delete;

  void start();
  /// Takes nothing new, writes what was taken, ends the thread. Idempotent.
  void stop();

  /// In order. Any thread.
  void take(const surveillance::Chunk& chunk);
  /// A note that holds from now on, with its line feeds, in place of what stood under the key; in the order of keys.
  void stand(std::string key, std::string line);
  void fall(std::string_view key);

  struct State {
    std::uint64_t chunks = 0;   ///< On the disk.
    std::uint64_t failed = 0;   ///< Not, for whatever reason.
    std::uint64_t dropped = 0;  ///< Of these: the queue was full.
    std::uint64_t files = 0;
    std::string trouble;  ///< Why nothing is recorded now; empty when it is.
  };
  [[nodiscard]] State state() const;

 private:
  struct Item {
    std::uint64_t dropped_before = 0;
    surveillance::Chunk chunk;  ///< Without bytes.
    std::string bytes;
  };

  explicit RecordKeeper(const RecordQueueLimits& limits) : limits_(limits) {}
  void run();
  void write(const std::deque<Item>& items, std::uint64_t dropped_behind);
  void settle(const Status& synced);

  const RecordQueueLimits limits_;
  std::optional<surveillance::Recorder> recorder_;  ///< The thread's own.
  std::thread thread_;

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::deque<Item> queue_;
  std::size_t queued_bytes_ = 0;
  std::uint64_t dropped_ = 0;  ///< Since the last item of the queue.
  std::uint64_t dropped_in_all_ = 0;
  std::map<std::string, std::string, std::less<>> standing_;
  State state_;
};

}  // namespace tansiq::node
