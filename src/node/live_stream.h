// The live picture as a stream: every listener sees the newest of each track, and every change of every alert.
//
//   stream.set_alert(id, line, over);          // goes out at once, to everybody
//   stream.set_track(id, json);                // goes out with the next round
//   stream.round();                            // several times a second
//
// Events: `reset` (forget everything: what follows is whole), `alert` ({"alert":{…},"event":…}), and `tracks`
// ({"gone":[id…],"tracks":[{…}…]}). Tracks are no record: whoever comes back begins with a `reset`, there is no id to
// resume from. A listener is a position in the order of changes. Whoever reads slowly gets fewer states of each track,
// never an older picture after a newer one, and never fewer alerts; what it costs others is nothing, and what it costs
// us is bounded by its queue (net/sse.h).
//
// A round formats what has changed once, and all who have kept up share it. One thread.
#pragma once

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
  std::size_t behind_bytes_max = 256U << 10;  ///< Who has more waiting to be written gets no tracks until it has less.
  std::size_t gone_max = 100'000;             ///< Ends of tracks that are remembered for who is behind.
};

/// The queue of one listener: holds every alert that there can be (picture/alert_book.h) at once, because nobody who
/// joins may miss one. The bytes are shared by all listeners; a queue holds references.
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
  /// Sends the alerts in sight; tracks follow round by round.
  void join(std::string subject, net::StreamHandle stream);

  void set_track(picture::TrackId track, std::string json);
  void drop_track(picture::TrackId track);
  /// `line` as picture::alert_line gives it. `over`: it is not in sight any more.
  void set_alert(picture::AlertId alert, std::string_view line, bool over);
  /// Moves every listener on, and forgets those that have gone.
  void round();
  /// Ends all streams.
  void close();

  [[nodiscard]] std::size_t listeners() const { return listeners_.size(); }

 private:
  struct Listener {
    std::string subject;
    net::StreamHandle stream;
    std::uint64_t position = 0;  ///< All changes up to here were sent.
  };
  struct Shown {
    std::uint64_t change = 0;
    std::string json;  ///< Empty: gone.
  };

  /// Appends the changes from after `position` to an event's data, as many as fit; returns up to where.
  std::uint64_t frame(std::uint64_t position, std::string& data) const;
  bool begin(net::StreamHandle& stream) const;
  bool advance(Listener& listener);
  void forget_gone();

  LiveStreamOptions options_;
  std::vector<Listener> listeners_;
  std::map<std::string, std::size_t, std::less<>> of_subject_;
  std::map<picture::TrackId, Shown> tracks_;
  std::map<std::uint64_t, picture::TrackId> order_;    ///< By change.
  std::map<picture::AlertId, net::WireEvent> alerts_;  ///< As they were sent last.
  std::size_t gone_ = 0;
  std::uint64_t forgotten_ = 0;  ///< Ends of tracks up to this change are not known any more.
  std::uint64_t change_ = 0;

  // Of the round under way: from the position of those who had kept up, in events, each with the position behind it.
  std::uint64_t shared_from_ = 0;
  std::vector<std::pair<std::uint64_t, net::WireEvent>> shared_;
};

}  // namespace tansiq::node
