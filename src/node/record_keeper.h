// The recorder of the live picture on a thread of its own: a disk that is slow holds up no alert.
//
//   auto keeper = TRY(RecordKeeper::make(options, sources));
//   keeper->start();
//   keeper->take(chunk);             // never waits: beyond the bounds of the queue it is dropped, and counted
//   keeper->stand("plan I1", line);  // said again at the beginning of every later file, until `fall`
//   keeper->fall("plan I1", gone);   // and that it is no more, where it may have been lost that this was said
//   keeper->add_source(config);      // of which chunks follow
//   keeper->begin_run();             // what follows is another run: nothing stands yet
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
  /// What fell and may have to be said again. Beyond, a replay of what a disk lost may go on showing what fell.
  std::size_t fallen_max = 65'536;
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
  /// It holds no more, as this line says, which has been taken before. It is said behind a loss, until so much has been
  /// written without one that it must be on the disk.
  void fall(std::string_view key, std::string line);
  /// A source behind those that are there, for what is taken from now on; see Recorder::add_source. It has passed
  /// `check_sources` with the others. Never dropped: there are no more of them than kSourcesMax.
  void add_source(surveillance::SourceConfig source);
  /// See Recorder::begin_run. Whoever calls it says anew what stands.
  void begin_run();

  struct State {
    std::uint64_t chunks = 0;   ///< On the disk.
    std::uint64_t failed = 0;   ///< Not, for whatever reason.
    std::uint64_t dropped = 0;  ///< Of these: the queue was full.
    std::uint64_t files = 0;
    std::string trouble;  ///< Why nothing is recorded now; empty when it is.
  };
  [[nodiscard]] State state() const;

 private:
  struct Standing {
    std::string line;
    bool fallen = false;
    std::uint64_t offered = 0;  ///< So many chunks had come when it fell.
  };
  using Standings = std::map<std::string, Standing, std::less<>>;
  struct Item {
    std::uint64_t dropped_before = 0;
    surveillance::Chunk chunk;  ///< Without bytes.
    std::string bytes;
    std::optional<surveillance::SourceConfig> source = std::nullopt;  ///< Instead of a chunk: it is added.
    bool new_run = false;                                             ///< Instead of a chunk: another run begins.
  };

  explicit RecordKeeper(const RecordQueueLimits& limits) : limits_(limits) {}
  void run();
  void put(Item item);
  void write(const std::deque<Item>& items, std::uint64_t dropped_behind);
  void begin_next_run();
  void forget_fallen(std::uint64_t offered);
  void settle(const Status& synced);

  const RecordQueueLimits limits_;
  std::optional<surveillance::Recorder> recorder_;  ///< The thread's own.
  std::thread thread_;
  std::uint64_t failed_then_ = 0;  ///< The thread's own: as of the sync before.

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::deque<Item> queue_;
  std::size_t queued_bytes_ = 0;
  std::uint64_t dropped_ = 0;  ///< Since the last item of the queue.
  std::uint64_t dropped_in_all_ = 0;
  std::uint64_t offered_ = 0;  ///< Chunks that came, dropped ones too.
  std::size_t fallen_ = 0;     ///< Of those that stand.
  Standings standing_;
  std::deque<Standings> standing_before_;  ///< Of runs whose chunks the thread still has to write, the eldest first.
  State state_;
};

}  // namespace tansiq::node
