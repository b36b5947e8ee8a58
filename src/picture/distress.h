// Distress of craft that are not heard any more: silence takes nothing back.
//
//   keeper.ended(track, now);                      // of a track that was confirmed
//   keeper.begun(track);                           // of a new one, before its first report tells of distress
//   for (auto [from, to] : keeper.settle(…)) …     // once a second: what goes on under another track
//
// When a track ends that is in distress, what it said stays, with its last place. A track that begins under the same
// address, MMSI or uid takes it over, as if it said so itself: so it ends there by the words by which a distress ends
// (tracker.h), and its source has from then on the time that it always has to say it again. Until that track is
// confirmed, the distress of the one before stands; what an unconfirmed one takes back, it takes back.
//
// What nobody takes up is forgotten after `kLostDistressMs`: nobody can put it away by hand. Of more than
// `kLostDistressMax` the one that ended first goes, and is counted.
//
// Cost: nothing while nobody is lost; else a pass over the list for each track that begins, and once a second.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "picture/track.h"

namespace tansiq::picture {

inline constexpr DurationMs kLostDistressMs = 86'400'000;
inline constexpr std::size_t kLostDistressMax = 1'024;

struct LostDistress {
  TrackId track;             ///< That has ended.
  surveillance::CraftId id;  ///< Under which it may be heard again; kNone: under none.
  surveillance::FixedText<48> uid;
  std::string label;
  surveillance::Emergency emergency = surveillance::Emergency::kNone;
  UtcMs said;
  surveillance::SourceId from;
  DistressWord word = DistressWord::kOther;
  geo::LatLng where;  ///< Its last place.
  UtcMs heard;        ///< When a report of it came last.
  UtcMs ended;
  TrackId heir;  ///< The track that has taken it over, not confirmed yet.
};

class DistressKeeper {
 public:
  /// Nothing where it is in none. False where another had to go for it.
  bool ended(const Track& track, UtcMs now);
  void begun(Track& track);
  void merged(TrackId gone, TrackId kept);
  /// What has waited for too long.
  void forget(UtcMs now);
  /// `heard` gives the track that one is heard under now, the heir where it is still there; null: none. Returns from
  /// which ended track to which confirmed one a distress goes on; it is not kept any more.
  [[nodiscard]] std::vector<std::pair<TrackId, TrackId>> settle(const std::function<Track*(const LostDistress&)>& heard,
                                                                UtcMs now);

  [[nodiscard]] const std::vector<LostDistress>& lost() const { return lost_; }

 private:
  static void hand_over(LostDistress& lost, Track& track, UtcMs at);

  std::vector<LostDistress> lost_;  // In the order in which they ended.
};

}  // namespace tansiq::picture
