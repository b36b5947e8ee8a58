#include "picture/distress.h"

#include <algorithm>

namespace tansiq::picture {

using surveillance::Emergency;
using surveillance::IdKind;

namespace {

/// The uid of a track that has no other name; empty where it has none.
surveillance::FixedText<48> uid_of(const Track& track) {
  for (const HeardFrom& from : track.sources()) {
    if (!from.uid.view().empty()) return from.uid;
  }
  return {};
}

bool is_named_so(const Track& track, const LostDistress& lost) {
  switch (lost.id.kind) {
    case IdKind::kIcao:
      return track.icao == lost.id.number;
    case IdKind::kMmsi:
      return track.mmsi == lost.id.number;
    case IdKind::kNonIcao:
      return track.non_icao == lost.id.number;
    case IdKind::kUid:
      return std::ranges::any_of(track.sources(),
                                 [&](const HeardFrom& from) { return from.uid.view() == lost.uid.view(); });
    case IdKind::kNone:
      break;
  }
  return false;
}

}  // namespace

bool DistressKeeper::ended(const Track& track, UtcMs now) {
  if (track.emergency == Emergency::kNone || track.emergency == Emergency::kReserved) return true;
  const bool full = lost_.size() >= kLostDistressMax;
  if (full) lost_.erase(lost_.begin());
  lost_.push_back({.track = track.id,
                   .id = track.identity(),
                   .uid = uid_of(track),
                   .label = track.label(),
                   .emergency = track.emergency,
                   .said = track.emergency_at,
                   .from = track.emergency_from,
                   .word = track.emergency_word,
                   .where = track.fix,
                   .heard = track.heard,
                   .ended = now,
                   .heir = {}});
  return !full;
}

/// What the track says itself stays. Else it counts as said when it was heard again: its source has been away, and is
/// given its time to repeat it.
void DistressKeeper::hand_over(LostDistress& lost, Track& track, UtcMs at) {
  lost.heir = track.id;
  if (track.emergency != Emergency::kNone || !track.hears(Told::kDistress, lost.said)) return;
  track.emergency = lost.emergency;
  track.emergency_at = std::max(lost.said, at);
  track.emergency_from = lost.from;
  track.emergency_word = lost.word;
}

void DistressKeeper::begun(Track& track) {
  for (LostDistress& lost : lost_) {
    if (is_named_so(track, lost)) hand_over(lost, track, track.last);
  }
}

void DistressKeeper::merged(TrackId gone, TrackId kept) {
  for (LostDistress& lost : lost_) {
    if (lost.heir == gone) lost.heir = kept;
  }
}

void DistressKeeper::forget(UtcMs now) {
  std::erase_if(lost_, [&](const LostDistress& lost) { return now - lost.ended >= kLostDistressMs; });
}

std::vector<std::pair<TrackId, TrackId>> DistressKeeper::settle(const std::function<Track*(const LostDistress&)>& heard,
                                                                UtcMs now) {
  std::vector<std::pair<TrackId, TrackId>> out;
  std::erase_if(lost_, [&](LostDistress& lost) {
    Track* track = heard(lost);
    if (track == nullptr) {
      lost.heir = {};
      return false;
    }
    if (track->id != lost.heir) hand_over(lost, *track, now);
    if (track->emergency == Emergency::kNone) return true;
    if (track->state == TrackState::kTentative) return false;
    out.emplace_back(lost.track, track->id);
    return true;
  });
  return out;
}

}  // namespace tansiq::picture
