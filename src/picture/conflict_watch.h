// Watches over many craft for loss of separation: reports in, situations that begin, change and end out.
//
//   ConflictWatch air(air_conflict_options(), [&](TrackId a, TrackId b) { return minima_of(a, b); });
//   std::vector<SituationChange> changes;
//   TRY_VOID(air.update({.track = id, .motion = motion, …}, now, changes));    // for every report
//   air.remove(id, now, changes);                                              // when a track ends
//   air.tick(now, changes);                                                    // once a second
//
// One watch is for one domain: aircraft (or drones) with each other, or ships with each other, by its options. Ships
// have no vertical minimum, and look twenty minutes ahead for their closest point of approach.
//
// Which minima hold for a pair is the caller's to say, by the authorities of the two and the volumes that they are in.
// They may not be wider than `options.widest`, by which the neighbourhood is searched; wider ones are cut and counted.
//
// Inhibited are pairs of one formation, pairs agreed to join up (`inhibit`, until a moment), and craft at rest: on the
// ground, or for ships both moored. A pair that becomes inhibited while a warning stands is over.
//
// How a prediction becomes a warning is said in conflict_judge.h, who is compared with whom in pair_index.h. A warning
// also ends, at once, when one of the two is removed, has not been heard of for `age_max_s`, or when the two are so far
// apart that nothing could be predicted.
//
// The same calls give the same changes in the same order: those of one call ascend by situation. Everything is bounded
// (`tracks_max`, `partners_max`, `pairs_max`, `inhibitions_max`), what finds no room is counted. One thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <unordered_map>
#include <vector>

#include "picture/conflict_judge.h"
#include "picture/pair_index.h"
#include "picture/situation_change.h"

namespace tansiq::picture {

struct ConflictOptions {
  PairMinima widest = {};
  JudgeOptions judge = {};
  double age_max_s = 15;
  bool one_at_rest_inhibits = true;  ///< Else only both.
  std::size_t tracks_max = 100'000;
  std::size_t partners_max = 48;
  std::size_t pairs_max = 65'536;
  std::size_t inhibitions_max = 10'000;
};
/// 5 NM, 1,000 ft, two minutes.
[[nodiscard]] ConflictOptions air_conflict_options();
/// 250 m, 30 m, one minute.
[[nodiscard]] ConflictOptions drone_conflict_options();
/// 0.5 NM, twenty minutes; alarms from six minutes on; reports may be three minutes old.
[[nodiscard]] ConflictOptions sea_conflict_options();

/// What a watch is told of a track.
struct WatchedCraft {
  TrackId track;
  Motion motion;
  bool at_rest = false;                           ///< On the ground; moored.
  std::uint32_t formation = 0;                    ///< Craft of one formation keep their own distance; 0 is none.
  std::optional<double> cleared_pressure_m = {};  ///< Where it is to level off, where that is known.
  /// So long what is said of it stands, where that is longer than the options have it: of who reports more seldom.
  double age_max_s = 0;
};

struct ConflictCounters {
  std::uint64_t refused = 0;        ///< Updates with a motion that is none, or beyond `tracks_max`.
  std::uint64_t dropped_pairs = 0;  ///< Predictions that found no room in `partners_max` or `pairs_max`.
  std::uint64_t cut_minima = 0;     ///< Minima wider than the widest.
  std::uint64_t compared = 0;       ///< Pairs whose boxes met.
  std::uint64_t aged = 0;           ///< Tracks put aside because nothing was heard of them.
};

class ConflictWatch {
 public:
  using MinimaOf = std::function<PairMinima(TrackId lower, TrackId higher)>;

  /// Without `minima_of`, `options.widest` holds for all.
  explicit ConflictWatch(const ConflictOptions& options, MinimaOf minima_of = {});

  /// A track is new or has moved. Changes are appended. Fails with `kInvalid` on a motion that is none (the track then
  /// stays as it was) and with `kOverloaded` beyond `tracks_max`; both are counted.
  Status update(const WatchedCraft& craft, UtcMs now, std::vector<SituationChange>& changes);
  void remove(TrackId track, UtcMs now, std::vector<SituationChange>& changes);
  /// Puts aside whom nothing was heard of; forgets inhibitions that are over. O(tracks).
  void tick(UtcMs now, std::vector<SituationChange>& changes);

  /// No warnings for this pair until `until`, from its next update on. Again: replaces the moment. Fails with
  /// `kTooLarge` beyond `inhibitions_max`, with `kInvalid` for a track and itself.
  Status inhibit(TrackId a, TrackId b, UtcMs until);
  void allow(TrackId a, TrackId b);

  [[nodiscard]] std::size_t tracks() const { return index_.size(); }
  [[nodiscard]] std::size_t pairs() const { return pairs_.size(); }
  [[nodiscard]] const ConflictCounters& counters() const { return counters_; }

 private:
  using Slot = PairIndex::Slot;
  struct Craft {
    TrackId track;
    bool at_rest = false;
    std::uint32_t formation = 0;
  };
  struct PairKey {
    TrackId lower;
    TrackId higher;
    friend auto operator<=>(const PairKey&, const PairKey&) = default;
  };
  [[nodiscard]] static PairKey key_of(TrackId a, TrackId b) { return a < b ? PairKey{a, b} : PairKey{b, a}; }

  [[nodiscard]] Result<Slot> slot_for(TrackId track);
  void release(Slot slot);
  [[nodiscard]] bool inhibited(const Craft& a, const Craft& b, UtcMs now) const;
  [[nodiscard]] PairMinima minima_of(PairKey key);
  struct Side {
    Slot slot;
    const Mover& mover;
  };
  /// Is there room for one more pair, when `fresh` were added in this update?
  [[nodiscard]] bool has_room(Slot mine, Slot theirs, std::size_t fresh) const;
  [[nodiscard]] bool consider(Side mine, Side theirs, std::size_t& fresh, UtcMs now,
                              std::vector<SituationChange>& changes);
  void report(Outcome outcome, PairKey key, const PairMemory& memory, UtcMs now,
              std::vector<SituationChange>& changes) const;
  void end_pair(PairKey key, UtcMs now, std::vector<SituationChange>& changes);
  void take_out(Slot slot, UtcMs now, std::vector<SituationChange>& changes);

  ConflictOptions options_;
  MinimaOf minima_of_;
  PairIndex index_;
  std::vector<Craft> craft_;  ///< By slot.
  std::vector<Slot> free_;
  std::unordered_map<std::uint32_t, Slot> slots_;  ///< Never iterated.
  std::map<PairKey, PairMemory> pairs_;            ///< Those that the index holds.
  std::map<PairKey, UtcMs> inhibitions_;
  ConflictCounters counters_;
  PairIndex::Changes found_;
};

}  // namespace tansiq::picture
