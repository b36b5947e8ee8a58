// Where tracks were: past places, as what was heard then, for who looks back. Bounded in time and memory; a thing of
// this picture, gone with it.
//
//   TrackHistory history({.keep_ms = 86'400'000, .bytes_max = 64U << 20});
//   history.heard(report, track, peer);            // every report that was taken; `peer`: the source, where it is one
//   history.gone(track);                           // as the tracker says
//   history.advance(now);                          // once a second
//   history.retain([&](std::uint32_t peer, core::Domain domain) { return still_allowed(peer, domain); });
//   const PastTracks past = history.find({.from = a, .to = b, .after = 0, .limit = 100, .within = {}});
//
// Kept are places as sources said them and not the filter's, which mixes what own sources and peers say: so what a peer
// told can be told apart, and goes when the relation ends that let it tell (`retain`). For the same reason one craft is
// two rows where both tell of it, each with the names that its own side gave. A peer's place is kept only where no own
// source has just given one.
//
// A place of a craft every kPastSpacingMs at most; of more than kPastFineMs ago the first of each minute. In the order
// of time for each row: what comes late behind a newer place is left out. Beyond `bytes_max` the oldest minutes go, of
// all craft alike.
//
// Memory: 24 octets a place, some 300 a row. A craft that is heard all day long takes 42 KiB, a thousand of them as
// many MiB; the track itself (TRK-11) takes no more for it. Cost: O(log rows) a report; a question looks at every place
// of its minutes, twice. One thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "core/intent.h"
#include "geo/volume.h"
#include "log/jcs.h"
#include "picture/track.h"
#include "surveillance/report.h"

namespace tansiq::picture {

inline constexpr DurationMs kPastSpacingMs = 10'000;
inline constexpr DurationMs kPastFineMs = 3'600'000;
inline constexpr DurationMs kPastWindowMsMax = 900'000;
/// Of an answer.
inline constexpr std::size_t kPastPlacesMax = 20'000;
inline constexpr std::size_t kPastTracksMax = 1'000;

struct TrackHistoryOptions {
  DurationMs keep_ms = 24LL * 3'600'000;  ///< 0: nothing is kept.
  std::size_t bytes_max = 64U << 20;
};

/// One place of one craft by one side's word.
struct HeardPlace {
  TrackId track;
  std::optional<std::uint32_t> peer;  ///< The source, where a peer speaks; else an own one.
  surveillance::Domain domain = surveillance::Domain::kUnknown;
  UtcMs time;
  geo::LatLng place;
  std::optional<std::int32_t> geometric_cm{};
  std::optional<std::int32_t> pressure_cm{};
  std::optional<std::int32_t> speed_cm_s{};
  std::optional<std::int32_t> course_mdeg{};
  bool on_ground = false;
  // What it is called by whoever speaks; empty where not said.
  surveillance::CraftId id{};
  surveillance::FixedText<20> call_sign{};
  surveillance::FixedText<48> uid{};
  surveillance::FixedText<40> name{};
};

/// A rectangle; `west` beyond `east` where it spans 180°.
struct PlaceWindow {
  std::int64_t south = 0;
  std::int64_t west = 0;
  std::int64_t north = 0;
  std::int64_t east = 0;
  [[nodiscard]] bool holds(geo::LatLng at) const {
    if (at.lat_e7 < south || at.lat_e7 > north) return false;
    return west <= east ? at.lng_e7 >= west && at.lng_e7 <= east : at.lng_e7 >= west || at.lng_e7 <= east;
  }
};

struct PastQuestion {
  UtcMs from;
  UtcMs to;                 ///< Not included.
  std::uint64_t after = 0;  ///< The last row of the page before.
  std::size_t limit = 100;
  std::optional<PlaceWindow> within{};
};
/// Fails with `kInvalid`: not a stretch of time, or longer than kPastWindowMsMax.
[[nodiscard]] Status check(const PastQuestion& question);

struct PastPlace {
  UtcMs time;
  geo::LatLng place;
  std::optional<std::int32_t> geometric_cm{};
  std::optional<std::int32_t> pressure_cm{};  ///< Where no geometric height was said.
  std::optional<std::int32_t> speed_cm_s{};   ///< In whole decimetres.
  std::optional<std::int32_t> course_mdeg{};  ///< In whole hundredths of a degree.
  bool on_ground = false;
  friend bool operator==(const PastPlace&, const PastPlace&) = default;
};

struct PastTrack {
  TrackId track;
  std::optional<std::uint32_t> peer{};
  surveillance::Domain domain = surveillance::Domain::kUnknown;
  surveillance::CraftId id{};
  surveillance::FixedText<20> call_sign{};
  surveillance::FixedText<48> uid{};
  surveillance::FixedText<40> name{};
  std::vector<PastPlace> places;
};

struct PastTracks {
  std::vector<PastTrack> tracks;      ///< In the order in which their rows began.
  std::optional<std::uint64_t> next;  ///< `after` of the next page; nothing on the last.
  UtcMs kept_from;                    ///< Of before nothing is kept.
};

class TrackHistory {
 public:
  explicit TrackHistory(const TrackHistoryOptions& options) : options_(options) {}

  /// A report that the tracker has taken. Without a place that it believed nothing is kept, nor of a track that is not
  /// confirmed yet.
  void heard(const surveillance::Report& report, const Track& track, std::optional<std::uint32_t> peer);
  void put(const HeardPlace& heard);
  /// Its number will mean nothing any more; its places stay.
  void gone(TrackId track);
  /// Another picture, which numbers its tracks anew.
  void clear();
  void advance(UtcMs now);
  /// What a peer told in a domain goes where `may` says no.
  void retain(const std::function<bool(std::uint32_t peer, core::Domain domain)>& may);

  /// `question` has passed `check`.
  [[nodiscard]] PastTracks find(const PastQuestion& question) const;

  [[nodiscard]] std::size_t places() const { return places_; }
  [[nodiscard]] std::size_t bytes() const;

 private:
  /// Fields as small as what is drawn needs them.
  struct Place {
    std::uint32_t row;
    std::int32_t lat_e7;
    std::int32_t lng_e7;
    std::int32_t height_cm;
    std::uint16_t offset_ms;  ///< In its minute.
    std::uint16_t speed_dm_s;
    std::uint16_t course_cdeg;
    std::uint16_t flags;
  };
  static_assert(sizeof(Place) == 24);
  /// By what a row is found while its track lives: the track, and the peer (0: own sources).
  using Key = std::pair<std::uint32_t, std::uint32_t>;
  struct Row {
    Key key;
    std::uint64_t serial = 0;
    surveillance::Domain domain = surveillance::Domain::kUnknown;
    surveillance::CraftId id;
    surveillance::FixedText<20> call_sign;
    surveillance::FixedText<48> uid;
    surveillance::FixedText<40> name;
    UtcMs last = kUtcMin;
    std::int64_t minute = INT64_MIN;  ///< Of the last place.
    std::uint32_t places = 0;
  };
  struct Minute {
    std::vector<Place> places;
  };
  using Minutes = std::map<std::int64_t, Minute>;

  [[nodiscard]] static Key key_of(TrackId track, std::optional<std::uint32_t> peer) {
    return {track.value, peer ? *peer + 1 : 0};
  }
  [[nodiscard]] const Row* row_of(const Key& key) const;
  static void learn(Row& row, surveillance::CraftId id, const surveillance::FixedText<20>& call_sign,
                    const surveillance::FixedText<48>& uid);
  std::uint32_t begin_row(const Key& key);
  void let_go(std::uint32_t row);
  /// Removes the places of a minute that `drop` names.
  void remove(Minute& minute, const std::function<bool(const Place&)>& drop);
  void drop_first();
  [[nodiscard]] static PastPlace shown(const Place& place, std::int64_t minute);
  template <class F>
  void each(const PastQuestion& question, F&& f) const;

  const TrackHistoryOptions options_;
  Minutes minutes_;
  std::int64_t fine_from_ = INT64_MIN;  ///< Minutes before it have one place of each row.
  std::vector<std::unique_ptr<Row>> rows_;
  std::vector<std::uint32_t> free_;  ///< Numbers of rows that are no more.
  std::map<Key, std::uint32_t> live_;
  std::size_t places_ = 0;
  std::uint64_t serials_ = 0;
  UtcMs now_{0};
};

/// `peers`: what the sources that are peers are called, by number.
void write_past_tracks(log::JcsWriter& out, const PastTracks& past,
                       const std::function<std::string(std::uint32_t)>& peers);

}  // namespace tansiq::picture
