// Watches over craft that enter what they should not: restricted volumes, foreign zones, the room around a group.
//
//   VolumeWatch watch({}, [&](TrackId track, AlertKind kind, std::string_view object) { return concerns(…); });
//   TRY_VOID(watch.put({AlertKind::kVolumeEntry, "R-12", volumes}));
//   TRY_VOID(watch.update(track, motion, now, changes));      // for every report
//
// An object (a measure, a zone, a group) has one or several 4D volumes; a craft is in it when it is in one of them.
// Whom an object concerns is the caller's to say: a zone's owner may have confirmed this flight, a group has its own
// members.
//
// When it is said. "Inside" at once. A predicted entry when `confirm_hits` of the last `confirm_of` cycles foresaw it;
// a craft in a turn sweeps its straight line over half the country, so then only entries within `turning_s` count. It
// is over when for `clear_cycles` cycles the craft was neither inside, nor within `leave_m` of where it was inside, nor
// about to enter.
//
// Who might enter what is asked of geo's index, with the way of the next `lookahead_s` as a thin corridor at any
// height; the rest is volume_entry.h. Objects that move as a whole (`drift`) are few and in no index: each is compared
// with the craft's way relative to it. Put them again when they have moved on or turned.
//
// The same calls give the same changes, ascending by situation in one call. Bounds: see `VolumeOptions`; what finds no
// room is refused with an error or counted. One thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "geo/index.h"
#include "picture/situation_change.h"
#include "picture/volume_entry.h"

namespace tansiq::picture {

struct VolumeOptions {
  double lookahead_s = 120;
  double alarm_s = 30;  ///< Inside, or sooner inside than this: an alarm; else a warning.
  double calm_s = 40;   ///< An alarm stays one until the entry is further ahead than this.
  double cycle_s = 1;
  int confirm_hits = 2;
  int confirm_of = 3;  ///< At most 32.
  int clear_cycles = 4;
  std::int64_t leave_m = 100;
  double turn_min_deg_s = 0.7;
  double turning_s = 30;
  double age_max_s = 15;
  std::size_t objects_max = 20'000;
  std::size_t volumes_max = 100'000;
  std::size_t drifting_max = 256;
  std::size_t candidates_max = 20'000;  ///< Volumes that one craft may have to be compared with.
  std::size_t tracks_max = 100'000;
  std::size_t pairs_max = 65'536;
};

/// What is not to be entered.
struct WatchedObject {
  AlertKind kind = AlertKind::kVolumeEntry;  ///< kVolumeEntry, kForeignZone or kGroupEntry.
  std::string id;
  std::vector<geo::Volume4d> volumes;
  std::optional<Drift> drift = {};
};

struct VolumeCounters {
  std::uint64_t refused = 0;        ///< Updates refused: a motion that is none, or a limit.
  std::uint64_t dropped_pairs = 0;  ///< Beyond `pairs_max`.
  std::uint64_t too_much_work = 0;  ///< Updates with more than `candidates_max` volumes near.
  std::uint64_t compared = 0;       ///< Volumes compared exactly.
  std::uint64_t aged = 0;
};

class VolumeWatch {
 public:
  using Concerns = std::function<bool(TrackId track, AlertKind kind, std::string_view object)>;

  /// Without `concerns`, everything concerns everybody.
  explicit VolumeWatch(const VolumeOptions& options, Concerns concerns = {});
  ~VolumeWatch();
  VolumeWatch(VolumeWatch&&) noexcept;
  VolumeWatch& operator=(VolumeWatch&&) noexcept;

  /// New, or in the place of what had this kind and id: its situations go on, judged by the new volumes from each
  /// craft's next report on. Fails with `kInvalid` for a wrong volume, kind or drift (`where` names it) and with
  /// `kTooLarge` beyond a limit; then nothing has changed.
  Status put(const WatchedObject& object);
  /// Its situations are over.
  void drop(AlertKind kind, std::string_view id, UtcMs now, std::vector<SituationChange>& changes);

  /// A track is new or has moved. Changes are appended. Fails with `kInvalid` on a motion that is none, with
  /// `kOverloaded` beyond `tracks_max`, with `kTooMuchWork` where too many volumes are near; its situations then stay
  /// as they were. `age_max_s`: so long this motion stands, where that is longer than the options have it.
  Status update(TrackId track, const Motion& motion, UtcMs now, std::vector<SituationChange>& changes,
                double age_max_s = 0);
  void remove(TrackId track, UtcMs now, std::vector<SituationChange>& changes);
  /// Ends what is said of tracks that nothing was heard of for `age_max_s`, or as long as their last motion
  /// stands. O(tracks).
  void tick(UtcMs now, std::vector<SituationChange>& changes);

  [[nodiscard]] std::size_t objects() const;
  [[nodiscard]] std::size_t volumes() const;
  [[nodiscard]] std::size_t tracks() const;
  [[nodiscard]] const VolumeCounters& counters() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tansiq::picture
