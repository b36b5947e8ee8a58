// Signs of spoofing and of broken sources: what is suspicious about a report, by itself and against what was known.
//
// A sign is flagged and kept, with since when, until when and how often. It never makes a report or a track disappear:
// a place that cannot be reached becomes a competing track under the same address, visible beside the first.
//
//   sign             situation                          seen when
//   impossible_jump  doubtful_source, of the track      the place could not have been reached from the last one
//   double_address   double_identity, of the pair       both tracks of one address go on being heard
//                    double_identity, of the track      one is torn for ten reports and more between two places so
//                                                       near each other that either could be reached, or one source
//                                                       gives places to two sides of one way (two_places.h)
//   beyond_range     doubtful_source, of the track      beyond the configured range of the source that says it
//   clock_off        doubtful_source, of the source     its time is ahead of the reception, or so far behind that its
//                                                       source does not stand by it any more; or most of what it says
//                                                       is dropped for that before it comes here (Tracker::misdated)
//
// Two tracks under one address with one of them silent is a jump, not a double: only when each has been heard since the
// other began are there two.
#pragma once

#include <vector>

#include "picture/held.h"
#include "picture/track.h"

namespace tansiq::picture {

/// Where a source stands and how far it can hear at most.
struct SourcePlace {
  surveillance::SourceId source;
  geo::LatLng place;
  std::int64_t range_m = 450'000;
};

struct SignOptions {
  std::vector<SourcePlace> places{};
  DurationMs clock_ahead_ms = 3'000;    ///< A time of the future is wrong, whatever the delay.
  DurationMs clock_behind_ms = 60'000;  ///< More than any usual delay; but who stands by it still tells it on purpose.
  DurationMs hold_ms = 120'000;         ///< A situation lasts this long after its sign was seen last.
};

/// How far a craft was from where it was said to be, and how far it could have come.
struct Step {
  double metres = 0;
  double possible_m = 0;
  [[nodiscard]] bool possible() const { return metres <= possible_m; }
};
/// Errs towards possible: time stamps may be a second off, three sigma are allowed for each place, and the craft may
/// have sped up as much as its kind can. Needs a position in `m`.
[[nodiscard]] Step step_to(const Track& track, const Measurement& m, const Dynamics& dynamics);

void mark(Track& track, SignKind kind, UtcMs t, surveillance::SourceId source, std::int64_t metres);

/// The situations of one track that hold at `now`, appended. A double address is told by the lower id of the pair.
void held_signs(const Track& track, UtcMs now, const SignOptions& options, std::vector<Held>& out);

/// How far beyond its configured range the source says this, in metres from it; 0 within, or where none is configured.
[[nodiscard]] std::int64_t beyond_range_m(const surveillance::Report& report, const SignOptions& options);
/// By how much the report's own time is wrong: ahead positive, behind negative, 0 where plausible, not its own, or of a
/// report that its source still stands by when it comes: that is late because it was kept back.
[[nodiscard]] DurationMs clock_off_ms(const surveillance::Report& report, const SignOptions& options);

}  // namespace tansiq::picture
