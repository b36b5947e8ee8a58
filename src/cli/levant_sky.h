// The traffic of `tansiq demo`: craft that fly and sail along legs, and the streams in which receivers tell of them.
//
//   auto sky = TRY(LevantSky::start({{SkyEar::kRadar, 8600}, {SkyEar::kAdsb, 30005}}, [&] { return story.now(); }));
//   TRY_VOID(sky->put({.name = "MIRAGE3", .ear = SkyEar::kRadar, …, .way = {{36.9, 42.8}, {36.3, 40.4}}}));
//   if (const auto state = sky->where("MIRAGE3")) …           // the truth, which no node is told
//
// Nothing is handed to a node by any other way than a receiver's: CAT 062 blocks in datagrams, Beast frames over a
// connection, AIVDM sentences in datagrams, made by the encoders that `tansiq feed` uses and read by the node's own
// decoders.
//
// A story's clock runs sixty times as fast as the real one, and everything that a node judges by (ten seconds beside a
// corridor, two minutes ahead) is time of the story. So craft are told of every `kSkyTickMs` of real time, three
// seconds of the story: about what a radar takes for a turn. What a busy machine adds to the way from here to the node
// is multiplied, too: 50 ms late is three seconds late. CAT 062 carries the time of each place and does not suffer;
// Beast does not, and its places may lie a few hundred metres behind, against minima of nine kilometres.
//
// Of a craft that nobody can name a radar gives a number and a place, and that is all that is said here.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "geo/volume.h"
#include "net/outlet.h"
#include "surveillance/feed.h"
#include "surveillance/report.h"

namespace tansiq::cli {

/// Real time between two statements of a receiver about one craft. Ships are told of half as often.
inline constexpr DurationMs kSkyTickMs = 50;
/// Craft in one sky.
inline constexpr std::size_t kSkyCraftMax = 64;
/// Turning points of one way.
inline constexpr std::size_t kSkyPointsMax = 64;

/// Which kind of receiver hears a craft; one kind each, so that no craft is heard under two times.
enum class SkyEar : std::uint8_t { kRadar, kAdsb, kAis };

/// A turning point, in degrees.
struct SkyPoint {
  double lat = 0;
  double lng = 0;
};

struct SkyCraft {
  std::string name;  ///< Names it here; what it calls itself, unless `id` names nothing.
  SkyEar ear = SkyEar::kRadar;
  surveillance::CraftId id = {};  ///< Nothing: a radar that knows no more than a number of its own,
  std::uint16_t number = 0;       ///< which is this.
  double speed_m_s = 0;           ///< Over ground.
  std::int64_t level = 0;         ///< As a flight level. Ships: 0.
  UtcMs begins = {};              ///< When it is at its first point; before, and behind its last, it is not there.
  std::vector<SkyPoint> way;
  bool round = false;  ///< From the last point it goes on to the first, for ever.
};

/// How a craft moves at one moment.
struct SkyState {
  geo::LatLng position;
  std::int32_t course_mdeg = 0;
};

/// Where a craft is; nothing before it begins and after it has ended. Along each leg as a walker goes who looks at its
/// end. `craft` has passed `check_sky_craft`.
[[nodiscard]] std::optional<SkyState> state_at(const SkyCraft& craft, UtcMs moment);

/// Refuses what cannot move: less than two points or too many, no speed, a turning point twice in a row, a ship that a
/// radar tells of or an aircraft that AIS does. Fails with `kInvalid`; `where` is the craft.
[[nodiscard]] Status check_sky_craft(const SkyCraft& craft);

/// What one receiver says. Deterministic.
class SkyVoice {
 public:
  [[nodiscard]] static Result<SkyVoice> make(SkyEar ear);

  /// Appends what it says of those that it hears; each unit is a datagram, all in a row are a stream.
  void say(const std::vector<SkyCraft>& craft, UtcMs now, std::vector<std::string>& units);
  [[nodiscard]] const surveillance::FeedAccount& account() const { return encoder_.account(); }

 private:
  SkyVoice(SkyEar ear, surveillance::FeedEncoder encoder) : ear_(ear), encoder_(std::move(encoder)) {}
  SkyEar ear_;
  surveillance::FeedEncoder encoder_;
  std::map<std::uint32_t, UtcMs> named_;  ///< Ships: when each last said its name.
};

/// A receiver and the port of this machine to which its stream goes: datagrams, or for Beast a connection.
struct SkyLine {
  SkyEar ear = SkyEar::kRadar;
  std::uint16_t port = 0;
};

struct SkyFigures {
  std::uint64_t ticks = 0;
  std::uint64_t units = 0;   ///< Sent.
  std::uint64_t unsent = 0;  ///< For which there was no connection, or which it did not take.
};

class LevantSky {
 public:
  /// From now on everything is sent on every line that hears it. A line that is not taken yet, or not any more, is
  /// tried again with every tick. `now` is called from a thread of the sky's own.
  [[nodiscard]] static Result<std::unique_ptr<LevantSky>> start(const std::vector<SkyLine>& lines,
                                                                std::function<UtcMs()> now);
  ~LevantSky();
  LevantSky(const LevantSky&) = delete;
  LevantSky& operator=(const LevantSky&) = delete;

  /// New, or on another way than before. Fails as `check_sky_craft`, and with `kTooLarge` beyond `kSkyCraftMax`.
  [[nodiscard]] Status put(SkyCraft craft);
  /// Of a craft that is there at this moment.
  [[nodiscard]] std::optional<SkyState> where(std::string_view name) const;
  [[nodiscard]] SkyFigures figures() const;

 private:
  struct Line {
    SkyLine line;
    SkyVoice voice;
    std::unique_ptr<net::Outlet> outlet;
  };
  LevantSky(std::vector<Line> lines, std::function<UtcMs()> now);
  void run(const std::stop_token& stop);
  void tick(std::uint64_t number);
  void send(Line& line, const std::vector<std::string>& units);

  const std::function<UtcMs()> now_;
  std::vector<Line> lines_;  ///< The thread's own.
  mutable std::mutex mutex_;
  std::condition_variable_any turn_;
  std::vector<SkyCraft> craft_;
  SkyFigures figures_;
  std::jthread thread_;
};

}  // namespace tansiq::cli
