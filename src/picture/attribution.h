// Whose track is it: which track flies or sails which plan.
//
//   Attribution attribution;
//   attribution.run(tracker, plans, now);             // about once a second, or when something changed
//   if (const Correlation* c = attribution.of_track(id)) …
//
// One to one: a track has at most one plan, a plan at most one track for each craft that it names (for the one that it
// does not name, where it names none). Evidence, with the confidence that it gives:
//
//   address     100   the 24-bit address of a craft of the plan is the track's
//   mmsi        100   the same of ships
//   call_sign    85   letter for letter, blanks and case apart
//   code         70   a discrete mode 3/A code, within the time for which it is lent to a craft of the plan
//   place        40   in a leg of the plan, at its level and time, for `place_ms`; and both are the only ones: no other
//                     plan for the track, no other unattributed track for the plan
//
// Each further kind of evidence adds 5; being in a leg at its time adds 5; a plan whose time is not now loses up to 30,
// by the hour, so that of two flights under one call sign the present one is meant. What contradicts (the plan names
// another address or MMSI for that craft, or another call sign) excludes a match by code or by place, and halves one by
// call sign: it is then shown, with its contradiction. An address outweighs all else.
//
// Of two tracks that bear the name of one plan the one that is heard is preferred to one that coasts or is stale.
//
// Sticky: a match with a plan of now stays until another is better by `better_by`, and any match through `hold_ms`
// without any evidence (a craft that leaves its plan must not lose it, since that is when it matters). It does not
// survive a contradicting address.
//
// A track that turns out to be one with another takes its match along (`renamed`), unless the other has a better one.
//
// A track without evidence is unknown, and stays so. Nothing follows from a report that did not come.
//
// What is reported: two tracks that claim one plan by name, two plans of now that claim one craft by name, and matches
// that something contradicts.
//
// Cost: for each track some look-ups, and for those without a plan one query of the index of legs; sorting of the
// claims. 10,000 tracks and 10,000 plans take some tens of milliseconds. Memory: some 200 bytes a correlation.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "picture/held.h"
#include "picture/plan.h"
#include "picture/tracker.h"

namespace tansiq::picture {

enum class Reason : std::uint8_t { kAddress, kMmsi, kCallSign, kCode, kPlace };
[[nodiscard]] std::string_view name_of(Reason reason);

struct Correlation {
  TrackId track;
  std::string intent;
  std::size_t seat = 0;  ///< Which of the plan's craft it is, from 0; 0 where the plan names none.
  Reason reason = Reason::kPlace;
  int confidence = 0;  ///< 0 to 100.
  UtcMs since;
  UtcMs supported;          ///< When there was evidence last.
  std::string contradicts;  ///< What speaks against it, for people; empty where nothing does.
};

struct AttributionOptions {
  DurationMs place_ms = 30'000;
  DurationMs hold_ms = 600'000;
  int better_by = 10;
  int least = 30;             ///< Less confidence is no correlation.
  geo::Minima place_slack{};  ///< By how much a leg is grown for a match by place.
};

struct AttributionCounters {
  std::uint64_t runs = 0;
  std::uint64_t namesakes_cut = 0;  ///< Tracks for which a name belonged to more plans than are compared.
  std::uint64_t near_cut = 0;       ///< Tracks in more legs than are compared; they stay unknown.
};

class Attribution {
 public:
  explicit Attribution(AttributionOptions options = {}) : options_(options) {}

  /// `now` never goes back.
  void run(const Tracker& tracker, const PlanBook& plans, UtcMs now);

  /// The track `from` is no more: it is one craft with `to`, to be told when a merge is. What was known of `from` is
  /// known of `to`, at once and with its age; where both have a plan, the one of more confidence stays, of equals that
  /// of `to`. Nothing where `from` is unknown.
  void renamed(TrackId from, TrackId to);

  /// Null: unknown. Valid until the next run or renaming.
  [[nodiscard]] const Correlation* of_track(TrackId track) const;
  /// Whether the last run has looked at the track: of one that was confirmed since, that it is nobody's says nothing.
  [[nodiscard]] bool has_looked_at(TrackId track) const;
  /// Of several craft the first in the plan's list that is heard of: it stands for the plan.
  [[nodiscard]] const Correlation* of_intent(std::string_view intent) const;
  /// In order of track.
  [[nodiscard]] const std::map<TrackId, Correlation>& all() const { return by_track_; }
  /// Of the last run, ordered by situation, appended.
  void findings(std::vector<Held>& out) const;
  [[nodiscard]] const AttributionCounters& counters() const { return counters_; }

 private:
  struct Claim {
    TrackId track;
    const PreparedPlan* plan = nullptr;
    std::size_t seat = 0;
    Reason reason = Reason::kPlace;
    int confidence = 0;
    bool stands = false;  ///< It was so in the run before, and its plan is of now.
    int weight =
        0;  ///< Confidence, with what a standing correlation has over a new one, and a heard track over a silent.
    std::string contradicts;
  };
  struct Waiting {
    std::string intent;
    UtcMs since;
  };

  /// Who is in that seat; null while nobody is.
  [[nodiscard]] const TrackId* holder(std::string_view intent, std::size_t seat) const;
  void leave(const Correlation& correlation);
  void claims_of(const Track& track, const PlanBook& plans, UtcMs now, std::vector<Claim>& out);
  void settle(std::vector<Claim>& claims, UtcMs now);
  void keep_unsupported(const Tracker& tracker, const PlanBook& plans, UtcMs now);
  void claim_by_place(const Tracker& tracker, const PlanBook& plans, UtcMs now);
  void correlate(const Claim& claim, UtcMs now);
  void report_doubles(const Tracker& tracker, const std::vector<Claim>& claims, UtcMs now);

  AttributionOptions options_;
  std::map<TrackId, Correlation> by_track_;
  std::map<std::string, std::map<std::size_t, TrackId>, std::less<>> by_intent_;  // And seat.
  std::map<TrackId, Correlation> before_;                                         // Of the run before.
  std::map<TrackId, Waiting> waiting_;                                            // In a leg, but not for long enough.
  std::vector<TrackId> looked_at_;                                                // By the last run, ascending.
  std::vector<Held> findings_;
  AttributionCounters counters_;
};

}  // namespace tansiq::picture
