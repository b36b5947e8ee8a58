// The live stream: every durable entry, in local order, to every listener, without gap or repeat.
//
// A listener is a position, not a queue: one thread moves each of them from its position towards the last durable
// entry, reading from a ring of recent events or, further back, from the store. Resuming, catching up and following
// live are therefore one thing. A listener whose socket is full waits at its position at no cost to anyone; the bound
// of its own queue (net/sse.h) cuts off one that reads nothing for too long.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/result.h"
#include "net/sse.h"
#include "store/log_store.h"

namespace tansiq::node {

class EventHub {
 public:
  /// What a listener is shown: every entry as it stands, or what `Digest` makes of it.
  enum class View : std::uint8_t { kRecord, kTalks };
  /// An entry as those who listen to talks hear it; null: it is nothing to them. Called on the hub's thread.
  using Digest = std::function<net::WireEvent(std::uint64_t seq, std::string_view line)>;

  /// `reader` belongs to the hub's thread from here on. `next_seq`: one more than the last durable entry's. Without a
  /// digest nobody may listen to talks.
  EventHub(std::unique_ptr<store::LogReader> reader, std::uint64_t next_seq, std::size_t streams_max,
           Digest digest = {});
  ~EventHub();
  EventHub(const EventHub&) = delete;
  EventHub& operator=(const EventHub&) = delete;

  /// Whether `subject` may listen from there. Fails with `kInvalid` when `from` lies beyond what is durable,
  /// `kOverloaded` at the bound of listeners, or of one subject's: a quarter of all, so that nobody who leaves his
  /// streams unread can take every place.
  [[nodiscard]] Status check(std::string_view subject, std::optional<std::uint64_t> from) const;
  /// Adds a listener that gets every entry with `seq >= from`; without `from`, those that become durable from now on.
  void subscribe(std::string subject, net::StreamHandle stream, std::optional<std::uint64_t> from,
                 View view = View::kRecord);

  /// Entries up to and without `next_seq` are durable. `lines` are those from `first_seq` on, without gap; they may be
  /// left out when nobody listens. Core thread; costs one lock a batch.
  void durable(std::uint64_t first_seq, std::uint64_t next_seq, std::vector<std::string> lines);
  /// Whether `durable` should bring lines.
  [[nodiscard]] bool wants_lines() const { return listeners_.load(std::memory_order_relaxed) > 0; }

  [[nodiscard]] std::size_t listeners() const { return listeners_.load(std::memory_order_relaxed); }
  /// Ends all streams and the thread. Idempotent.
  void stop();

 private:
  struct Listener {
    std::string subject;
    net::StreamHandle stream;
    std::uint64_t next = 0;
    View view = View::kRecord;
  };
  /// One entry in every view.
  struct Event {
    net::WireEvent record;
    net::WireEvent talks;  ///< Null: nothing.
  };
  struct Fresh {
    std::uint64_t first_seq;
    std::vector<std::string> lines;
  };

  [[nodiscard]] static std::size_t bytes_of(const Event& event) {
    return event.record->size() + (event.talks ? event.talks->size() : 0);
  }
  void run();
  void take_fresh(std::vector<Fresh>& fresh);
  /// The streams of these subjects are over, one each.
  void forget(const std::vector<std::string>& ended);
  /// Sends as much as the listener's queue may hold now. False when the stream is over.
  bool advance(Listener& listener, std::uint64_t end);
  bool send_recent(Listener& listener, std::uint64_t end);
  bool send_stored(Listener& listener, std::uint64_t end);

  std::unique_ptr<store::LogReader> reader_;
  const std::size_t streams_max_;
  const Digest digest_;
  std::atomic<std::size_t> listeners_{0};

  mutable std::mutex mutex_;  // Guards what follows, up to the blank line.
  std::condition_variable changed_;
  std::map<std::string, std::size_t, std::less<>> of_subject_;  ///< Listeners; none of those who have none.
  std::vector<Listener> joining_;
  std::vector<Fresh> fresh_;
  std::uint64_t durable_seq_;
  bool stopping_ = false;

  // The thread's own.
  std::vector<Listener> active_;
  std::deque<Event> ring_;  // Events ring_first_ … ring_first_ + ring_.size() - 1.
  std::uint64_t ring_first_ = 0;
  std::size_t ring_bytes_ = 0;
  std::thread thread_;
};

/// One entry as an event: id = seq, event = the entry's kind, data = its line without the line feed.
[[nodiscard]] net::WireEvent entry_event(std::uint64_t seq, std::string_view line);

}  // namespace tansiq::node
