// The live picture as a stream: every listener sees the newest of each track, and every change of every alert.
//
//   stream.set_alert(id, line, over);          // goes out at once, to everybody
//   stream.set_track(id, json);                // goes out with the next round
//   stream.round();                            // several times a second
//
// Events: `reset` (forget everything: what follows is whole), `alert` ({"alert":{…},"event":…}), and `tracks`
// ({"gone":[id…],"tracks":[{…}…]}). Neither is a record: whoever comes back begins with a `reset`, there is no id to
// resume from. In a stream that others write to as well they are `live/reset` and so on. A listener is a position in
// the order of changes of alerts, and one in that of tracks. Who keeps up gets every change of an alert, in order;
// whoever reads slowly gets fewer states of each alert and of each track, never an older one after a newer one, and of
// every alert and track the state in which it ends up; what it costs others is nothing, and what it costs us is
// bounded: nothing is sent to whom more than `behind_bytes_max` waits for, so however many alerts stand, nobody is cut
// off for joining.
//
// What people must hear of at once (a new alert, one that sounds again) goes out at once, behind what waited before;
// all else goes with the next round, or before it is replaced. Alerts go before tracks. What is formatted for one
// listener is shared by all others at the same position, up to `shared_bytes_max` a round. One thread.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "net/sse.h"
#include "picture/alert_book.h"

namespace tansiq::node {

struct LiveStreamOptions {
  std::size_t listeners_max = 1'000;
  std::size_t frame_bytes_max = 64U << 10;    ///< About as long is one `tracks` event.
  std::size_t behind_bytes_max = 256U << 10;  ///< Who has more waiting to be written gets nothing until it has less.
  std::size_t gone_max = 100'000;             ///< Ends of tracks, and of alerts, that are remembered for who is behind.
  std::size_t shared_bytes_max = 16U << 20;   ///< Of what is kept for others during a round.
};

/// The queue of one listener: room for what may wait (`behind_bytes_max`), and for every alert that there can be
/// (picture/alert_book.h) to sound at once. The bytes are shared by all listeners; a queue holds references.
[[nodiscard]] inline net::StreamOptions live_stream_queue() {
  net::StreamOptions out;
  out.queue_bytes_max = 16U << 20;
  out.queue_events_max = 16'384;
  return out;
}

class LiveStream {
 public:
  explicit LiveStream(const LiveStreamOptions& options = {}) : options_(options) {}

  /// Whether `subject` may listen: fails with `kOverloaded` at the bound of all, or of one subject's, a quarter.
  [[nodiscard]] Status check(std::string_view subject) const;
  /// Sends the alerts in sight, as many as may wait; the others, and tracks, follow round by round. `named`: others
  /// write to this stream as well.
  void join(std::string subject, net::StreamHandle stream, bool named = false);

  void set_track(picture::TrackId track, std::string json);
  void drop_track(picture::TrackId track);
  /// `line` as picture::alert_line gives it. `over`: it is not in sight any more. `at_once`: nobody waits for the
  /// round.
  void set_alert(picture::AlertId alert, std::string line, bool over, bool at_once = true);
  /// Another picture follows, whose tracks and alerts are numbered anew: everybody begins with a `reset`.
  void forget_all();
  /// Moves every listener on, and forgets those that have gone.
  void round();
  /// Ends all streams.
  void close();

  [[nodiscard]] std::size_t listeners() const { return listeners_.size(); }

 private:
  /// The last state of each thing, in the order of changes. Numbers of changes begin with 1.
  template <class Id>
  struct Changes {
    struct Shown {
      std::uint64_t change = 0;
      std::string text;  ///< JSON of a track (empty: gone), or the line of an alert.
      bool gone = false;
    };
    std::map<Id, Shown> shown;
    std::map<std::uint64_t, Id> order;
    std::uint64_t last = 0;
    std::size_t gone = 0;
    std::uint64_t forgotten = 0;  ///< Ends up to this change are not known any more.

    void set(Id id, std::string text, bool is_gone, std::size_t gone_max);
    void forget_gone();
  };
  struct Listener {
    std::string subject;
    net::StreamHandle stream;
    bool named = false;        ///< Its events say where they come from.
    std::uint64_t alerts = 0;  ///< All changes up to here were sent.
    std::uint64_t tracks = 0;
    /// What was forgotten when it began: it was never told of what had ended before.
    std::uint64_t alerts_begun = 0;
    std::uint64_t tracks_begun = 0;
  };
  struct Frame {
    std::uint64_t behind = 0;  ///< The position of whom it was sent to.
    net::WireEvent event;      ///< Null: there is nothing to say up to there.
  };

  /// Which frame: by what it is of, how it is named, and where it begins.
  struct FrameKey {
    bool alert;
    bool named;
    std::uint64_t position;
    friend auto operator<=>(const FrameKey&, const FrameKey&) = default;
  };
  [[nodiscard]] Frame alert_frame(const FrameKey& key) const;
  [[nodiscard]] Frame tracks_frame(const FrameKey& key) const;
  /// What is to be sent from a position on: formatted now, or for another before.
  [[nodiscard]] Frame frame(const FrameKey& key);
  [[nodiscard]] static bool send_reset(Listener& listener);
  [[nodiscard]] bool may_take(const Listener& listener) const {
    return listener.stream.queued_bytes() <= options_.behind_bytes_max;
  }
  void send_alerts(std::uint64_t change);
  /// It holds until something changes.
  void forget_shared();
  /// Whether ends that it has not been told of are forgotten.
  void begin(Listener& listener) const;
  [[nodiscard]] bool begins_anew(const Listener& listener) const;
  /// False when the stream is over.
  bool advance_alerts(Listener& listener);
  bool advance(Listener& listener);

  LiveStreamOptions options_;
  std::vector<Listener> listeners_;
  std::map<std::string, std::size_t, std::less<>> of_subject_;
  Changes<picture::TrackId> tracks_;
  Changes<picture::AlertId> alerts_;
  std::map<FrameKey, Frame> shared_;  ///< Until something changes.
  std::size_t shared_bytes_ = 0;
};

}  // namespace tansiq::node
