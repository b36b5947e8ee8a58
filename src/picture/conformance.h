// Does a craft keep to its plan? Each correlated track against the legs of its plan: aside, level, time.
//
//   Conformance conformance;
//   conformance.run(tracker, attribution, plans, now);
//   for (const auto& [intent, kept] : conformance.all()) … kept.proposed …
//
// Which leg. The one that the craft is least beyond, with distance, height and time each measured in its tolerance. A
// craft inside a leg at its time is in that leg, whatever else.
//
// When it counts. A plan that was only accepted binds from when the craft is first inside a leg: before, it may stand
// at its gate. An activated one binds at once. A craft on the ground is not above, below or over its time. A track that
// is not live is not judged: nothing follows from not being heard, and its state stays as it was. Silence is no part of
// a deviation either: what had begun begins again with the first judgement after it, and what had lasted has lasted no
// longer. What was measured against legs that have since been replaced is not told; the next judgement measures anew.
//
// Deviations. `aside`, `level` and `time` each begin when the craft has been beyond the tolerance for `persist_ms`
// without a break, and end when it has been within `clear_share` of it for `clear_ms`: a craft on the edge does not
// flicker. Two sigmas of the track's own uncertainty are granted it. Beyond time means early in a leg whose window has
// not begun, or late in one whose window is over; when all windows are over it is an *overrun*, which begins at once:
// of an aircraft as long as it flies, of a ship as long as it is in a leg.
//
// States. What is proposed follows the life cycle of intents (core/intent.h) and never leaves it:
//
//   accepted, activated   -> nonconforming   when a deviation begins
//   accepted              -> activated       when the craft is inside a leg, on time
//   nonconforming         -> activated       when every deviation has ended and it is inside
//   nonconforming         -> contingent      after `contingent_ms` of deviation without a break
//   accepted, activated   -> contingent      the same, of a flight leg by leg: nobody can declare it nonconforming
//   any but contingent    -> contingent      at once when the craft says that its link is lost or that it goes down
//
// Nothing leads out of contingent but its manager. An overrun makes nonconforming like any other deviation; it never
// keeps anybody from declaring: time does not block an off-nominal declaration. This only proposes: the manager of the
// intent decides, or the node where its authority has said so (node/conform_keeper.h).
//
// By whose tolerances. By those of the charter in force, of each kind of craft, where it states any
// (core/charter_terms.h); else by the options. When they change, what stands goes on and is judged by the new ones from
// the next run.
//
// Found (one situation each): `off_plan` of the track and the intent; `overrun`; `foreign_zone` of the track and the
// zone (or the intent, where the leg names no zone) for a leg that is not confirmed: when the craft is in it, and
// before, when it will be by its present course within `lookahead_ms`. The way is followed without gaps
// (volume_entry.h), so the narrowest leg is found. A confirmed leg at the same place is leave for its own time alone,
// with the tolerance of time on both sides; whether it still is leave is looked at once a second of the way.
//
// Several craft of one plan. Each is judged by itself, and what is found names it; what is proposed for the intent
// follows from the first of them (Attribution::of_intent), which stands for the plan.
//
// Who may be where: `may_be_in` says whether a plan is leave to be in a zone now. It asks nothing of the craft, so that
// whoever watches zones takes everybody else for foreign there: a plan that was not confirmed, or is not of now, is
// leave for nothing.
//
// Cost: for each correlation about one exact comparison of an outline for each of at most `kLegsLookedAtMax` legs,
// those nearest in time; some forty more for a craft outside. Where legs are not confirmed a prediction for each, at
// most `kLegsLookedAtMax`; where such a leg lies within confirmed ones, up to one comparison for each of those and each
// second of the look-ahead. Memory: some 300 bytes a correlation.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/charter_terms.h"
#include "picture/attribution.h"
#include "picture/held.h"

namespace tansiq::picture {

inline constexpr std::size_t kLegsLookedAtMax = 8;

struct ConformanceLimits {
  double aside_m = 200;
  double level_m = 60;
  DurationMs time_ms = 60'000;
  DurationMs persist_ms = 10'000;
  DurationMs clear_ms = 20'000;
  DurationMs contingent_ms = 120'000;
  double clear_share = 0.8;
};

struct ConformanceOptions {
  ConformanceLimits air{};
  ConformanceLimits uas{};  ///< Of aircraft whose sources say that they are unmanned.
  ConformanceLimits sea{.aside_m = 300,
                        .level_m = 0,
                        .time_ms = 300'000,
                        .persist_ms = 60'000,
                        .clear_ms = 120'000,
                        .contingent_ms = 1'800'000};
  DurationMs lookahead_ms = 120'000;
};

/// Kinds of deviation, and places in `Kept::deviations`.
enum class DeviationKind : std::uint8_t { kAside, kLevel, kTime, kOverrun };
inline constexpr std::size_t kDeviationKinds = 4;

struct Deviation {
  bool on = false;
  std::optional<UtcMs> beyond_since;  ///< Beyond its tolerance without a break, silence being one; on or not yet.
  std::optional<UtcMs> within_since;  ///< Well within it, while still on.
  UtcMs since;                        ///< When it came on.
};

/// How one correlated craft keeps to its plan.
struct Kept {
  TrackId track;
  bool bound = false;         ///< The plan binds it.
  bool measured = false;      ///< What follows, up to `overrun_ms`, is of the legs that the plan has now.
  std::size_t leg = 0;        ///< The one that it is least beyond.
  bool inside = false;        ///< In that leg, at its level and time.
  double aside_m = 0;         ///< From that leg.
  double level_m = 0;         ///< Above positive; 0 also where it cannot be told.
  bool level_known = true;    ///< False where its height would be judged, and nobody says it any more.
  DurationMs time_ms = 0;     ///< Late positive.
  DurationMs overrun_ms = 0;  ///< Since the end of the last leg.
  std::array<Deviation, kDeviationKinds> deviations;
  std::optional<UtcMs> off_since;  ///< Some deviation without a break; later by each silence in between.
  /// What the intent's state should become; absent where it is as it should be.
  std::optional<core::IntentState> proposed;
  UtcMs judged_at;            ///< When it was judged last.
  bool silent = false;        ///< Not judged since, for want of reports.
  std::uint64_t edition = 0;  ///< Of the legs that it was judged by.
  core::IntentState state{};  ///< Of the plan when it was judged last.

  [[nodiscard]] bool on(DeviationKind kind) const { return deviations.at(static_cast<std::size_t>(kind)).on; }
  [[nodiscard]] bool off_plan() const {
    return on(DeviationKind::kAside) || on(DeviationKind::kLevel) || on(DeviationKind::kTime);
  }
};

struct ConformanceCounters {
  std::uint64_t not_predicted =
      0;  ///< Judgements of craft so fast or high that their entry into a leg is not foreseen.
};

class Conformance {
 public:
  explicit Conformance(ConformanceOptions options = {}) : options_(options), own_(options) {}

  /// From now on by these; without any by the options.
  void go_by(const std::optional<core::ConformanceTerms>& terms);

  /// `now` never goes back. What is no longer correlated is forgotten.
  void run(const Tracker& tracker, const Attribution& attribution, const PlanBook& plans, UtcMs now);

  /// By intent.
  [[nodiscard]] const std::map<std::string, Kept, std::less<>>& all() const { return kept_; }
  [[nodiscard]] const Kept* of_intent(std::string_view intent) const;
  /// How that craft keeps to its plan, whether it stands for it or is another of it.
  [[nodiscard]] const Kept* of(const Correlation& correlation) const;
  /// Is the plan leave to be in the zone at `now`: has it a confirmed leg there whose window, with the tolerance of
  /// time of its kind on both sides, holds then? Looks at every leg, at most `kVolumesPerIntentMax`.
  [[nodiscard]] bool may_be_in(const PreparedPlan& plan, bool unmanned, std::string_view zone, UtcMs now) const;
  /// Of the last run, ordered by situation, appended.
  void findings(std::vector<Held>& out) const;
  [[nodiscard]] const ConformanceCounters& counters() const { return counters_; }

 private:
  [[nodiscard]] const ConformanceLimits& limits_of(const Plan& plan, bool unmanned) const;
  static void end_silence(Kept& kept, UtcMs now);
  static void wait(const PreparedPlan& plan, Kept& kept);
  void judge(const Track& track, const PreparedPlan& plan, UtcMs now, Kept& kept);
  static void place_in_legs(const PreparedPlan& plan, const Motion& motion, const ConformanceLimits& limits,
                            Kept& kept);
  void step(Deviation& deviation, bool beyond, bool within, DurationMs persist_ms, DurationMs clear_ms,
            UtcMs now) const;
  [[nodiscard]] static std::optional<core::IntentState> proposal(const Track& track, const Plan& plan, const Kept& kept,
                                                                 const ConformanceLimits& limits, UtcMs now);
  void find_off_plan(const Track& track, const Plan& plan, const Kept& kept);
  void find_foreign(const Track& track, const PreparedPlan& plan, UtcMs now);

  ConformanceOptions options_;  ///< As they hold now.
  ConformanceOptions own_;      ///< As they were given.
  std::map<std::string, Kept, std::less<>> kept_;
  std::map<TrackId, Kept> others_;  ///< Of craft that do not stand for their plan.
  std::vector<Held> findings_;
  ConformanceCounters counters_;
};

}  // namespace tansiq::picture
