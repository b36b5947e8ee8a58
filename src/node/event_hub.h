// The live stream: every durable entry, in local order, to every listener, without gap or repeat.
//
// A listener is a position, not a queue: one thread moves each of them from its position towards the last durable
// entry, reading from a ring of recent events or, further back, from the store. Resuming, catching up and following
// live are therefore one thing. A listener whose socket is full waits at its position at no cost to anyone; the bound
// of its own queue (net/sse.h) cuts off one that reads nothing for too long.
#pragma once

#include <array>
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
#include "node/stream_cursor.h"
#include "store/log_store.h"

namespace tansiq::node {

/// An entry as those who listen to talks hear it: the name and the data of an event.
struct TalkTold {
  std::string event;
  std::string data;
};

class EventHub {
 public:
  /// What a listener is shown: every entry as it stands, or what `Digest` makes of it.
  enum class View : std::uint8_t { kRecord, kTalks };
  /// Nothing: it is nothing to them. Called on the hub's thread.
  using Digest = std::function<std::optional<TalkTold>(std::string_view line)>;
  /// Of which logs a listener is shown entries: the node's own record, also what all members read, also what two say
  /// to each other.
  enum class Reach : std::uint8_t { kMain, kMembers, kPairs };
  /// A durable entry, and the log that it stands in.
  struct Line {
    store::LogId log;
    std::string text;
  };
  /// What whoever listens to everything at once may have of this.
  struct Parts {
    bool record = false;
    bool talks = false;
    Reach reach = Reach::kMain;  ///< Of the record.
    [[nodiscard]] bool any() const { return record || talks; }
  };

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
  /// Adds a listener that gets every entry within its reach with `seq >= from`; without `from`, those that become
  /// durable from now on. Ids of its events are sequence numbers.
  void subscribe(std::string subject, net::StreamHandle stream, std::optional<std::uint64_t> from, View view,
                 Reach reach = Reach::kMain);
  /// Adds a listener of a stream that others write to as well: its events are named by where they come from
  /// (`record/…`, `talks/…`), their ids are cursors.
  void subscribe(std::string subject, net::StreamHandle stream, StreamCursor from, Parts parts);
  /// One more than the last durable entry's.
  [[nodiscard]] std::uint64_t next_seq() const;

  /// Entries up to and without `next_seq` are durable. `lines` are those from `first_seq` on, without gap; they may be
  /// left out when nobody listens. Core thread; costs one lock a batch.
  void durable(std::uint64_t first_seq, std::uint64_t next_seq, std::vector<Line> lines);
  /// Whether `durable` should bring lines.
  [[nodiscard]] bool wants_lines() const { return listeners_.load(std::memory_order_relaxed) > 0; }

  [[nodiscard]] std::size_t listeners() const { return listeners_.load(std::memory_order_relaxed); }
  /// Ends all streams and the thread. Idempotent.
  void stop();

 private:
  /// In which of its forms an entry is sent.
  enum class Form : std::uint8_t { kRecord, kTalks, kRecordNamed, kTalksNamed };
  struct Listener {
    std::string subject;
    net::StreamHandle stream;
    std::uint64_t next = 0;
    std::optional<std::uint64_t> record{};  ///< Shown are entries from there on; nothing: none.
    std::optional<std::uint64_t> talks{};
    bool named = false;
    Reach reach = Reach::kMain;
  };
  /// One entry, and what was made of it for those who have asked so far.
  struct Event {
    std::string line;
    store::LogId log;
    std::array<std::optional<net::WireEvent>, 4> made{};
  };
  struct Fresh {
    std::uint64_t first_seq;
    std::vector<Line> lines;
  };

  void join(Listener listener);
  void run();
  void take_fresh(std::vector<Fresh>& fresh);
  void trim();
  /// The streams of these subjects are over, one each.
  void forget(const std::vector<std::string>& ended);
  /// Null: it is nothing to whoever wants it so.
  [[nodiscard]] net::WireEvent make(Form form, std::uint64_t seq, std::string_view line) const;
  [[nodiscard]] const net::WireEvent& recent(Form form, std::uint64_t seq);
  /// Sends one entry in the forms that the listener wants; `of` gives them. False when the stream is over.
  template <class Of>
  bool show(Listener& listener, std::uint64_t seq, store::LogId log, Of&& of);
  /// What it takes to be shown entries of this log.
  [[nodiscard]] Reach needed(store::LogId log);
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
  std::map<std::uint16_t, Reach> needed_;  ///< By the number of a log.
  std::vector<Listener> active_;
  std::deque<Event> ring_;  // Events ring_first_ … ring_first_ + ring_.size() - 1.
  std::uint64_t ring_first_ = 0;
  std::size_t ring_bytes_ = 0;
  std::thread thread_;
};

}  // namespace tansiq::node
