// The live picture of one authority: what its sources say, joined with what its record says, and what is to be warned
// of.
//
//   Picture picture(options, listener);
//   TRY_VOID(picture.put_plan(plan));               // plans, zones, measures: as the record says
//   decoding.take(chunk);                           // the picture is its sink
//   picture.advance(now);                           // once a second, at whole seconds
//   TRY_VOID(picture.acknowledge(alert, "watch-1", now));
//
// Reports move tracks (Tracker); each move asks at once whom the craft may come too close to (ConflictWatch) and what
// it is about to enter (VolumeWatch). Once a second follows what needs no more: whose a track is (Attribution), whether
// it keeps to its plan (Conformance), distress, signs of doubt, sources that are silent, groups. All of them only say
// which situations hold; the book of alerts (AlertBook) makes alerts of them.
//
// Everything is a function of the calls and their times: a recording of what was taken, taken again, gives the same
// tracks and alerts, byte for byte. Nothing is assumed from absence: a track that is nobody's stays unknown, and a plan
// that nobody is seen to fly raises nothing.
//
// Whose place is vague, to a quarter of the minimum that would be kept, is in no watch: two that are told as the middle
// of one cell of a grid are not at one place, and who is told as in a volume may be outside.
//
// Who may be in a zone or a measure. A craft whose plan has a confirmed leg there for now is no business of
// VolumeWatch: whether it keeps to that leg is Conformance's. Everybody else who is in one of our exclusive zones, or
// will be, raises `foreign_zone`; who is in a measure `volume_entry`; who comes into a group's space and is no member
// `group_entry`.
//
// One thread. Cost: some microseconds a report, milliseconds a second for ten thousand tracks.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "picture/alert_book.h"
#include "picture/attribution.h"
#include "picture/conflict_watch.h"
#include "picture/conformance.h"
#include "picture/group.h"
#include "picture/separation.h"
#include "picture/tracker.h"
#include "picture/volume_watch.h"
#include "surveillance/report.h"

namespace tansiq::picture {

/// A plan, and the authority whose it is.
struct KnownPlan {
  Plan plan;
  std::string authority;
};

/// A volume that is not everybody's: a zone that we decide in, or a measure.
struct KnownArea {
  AlertKind kind = AlertKind::kVolumeEntry;  ///< kVolumeEntry for measures, kForeignZone for zones.
  std::string id;
  core::Domain domain = core::Domain::kAir;
  std::vector<geo::Volume4d> volumes;
};

struct PictureOptions {
  TrackerOptions tracker = {};
  SeparationOptions separation = {};
  ConflictOptions air = air_conflict_options();  ///< `widest` follows from `separation` and the zones.
  ConflictOptions sea = sea_conflict_options();
  VolumeOptions volumes = {};
  /// Ships speak seldom and are slow: they are looked at further ahead, and are not forgotten for three minutes.
  VolumeOptions sea_volumes = {.lookahead_s = 600,
                               .alarm_s = 120,
                               .calm_s = 150,
                               .cycle_s = 10,
                               .leave_m = 200,
                               .turning_s = 120,
                               .age_max_s = 190};
  AttributionOptions attribution = {};
  ConformanceOptions conformance = {};
  GroupOptions groups = {};
  AlertOptions alerts = {};
};

/// Told of every change, in order. Must not call back.
class PictureListener {
 public:
  PictureListener() = default;
  PictureListener(const PictureListener&) = delete;
  PictureListener& operator=(const PictureListener&) = delete;
  virtual ~PictureListener() = default;
  virtual void track_changed(const TrackChange& change, const Track& track) = 0;
  virtual void alert_changed(const AlertChange& change) = 0;
  /// A report was taken for this track, before `track_changed` says so: as it was used, a time that was ahead of its
  /// reception put right.
  virtual void report_taken(const surveillance::Report& /*report*/, const Track& /*track*/) {}
};

class Picture final : public surveillance::Sink, private TrackListener {
 public:
  explicit Picture(PictureOptions options, PictureListener* listener = nullptr);
  ~Picture() override;

  // What sources say. Times must not go back from call to call (whoever feeds it sees to that).
  void report(const surveillance::Report& report) override;
  void status(const surveillance::SensorStatus& status) override;
  void identity(const surveillance::Identity& identity) override;
  void text(const surveillance::Text& text) override;
  /// A source that should speak has not since a moment; nothing: it speaks again. Counts from the next `advance`.
  void source_silent(std::string_view source, std::optional<UtcMs> since);
  /// Most of what a source has said of late was dropped before it came here, for its time was so far off its reception:
  /// ahead positive, behind negative. Counts from the next `advance`.
  void source_misdated(surveillance::SourceId source, DurationMs off_ms, UtcMs now);

  // What the record and people say.
  /// New, or in place of what had that id. Fail as PlanBook::put and VolumeWatch::put; then nothing has changed.
  [[nodiscard]] Status put_plan(KnownPlan plan);
  void drop_plan(std::string_view intent);
  [[nodiscard]] Status put_area(const KnownArea& area);
  void drop_area(AlertKind kind, std::string_view id, UtcMs now);
  /// All of them. Fails with `kInvalid` when an outline is none; then nothing has changed.
  [[nodiscard]] Status set_zones(std::vector<ZoneSpace> zones);
  /// The tolerances of the charter in force, or that it states none.
  void set_tolerances(const std::optional<core::ConformanceTerms>& terms) { conformance_.go_by(terms); }
  /// Declares a group, or changes it. Fails as `check`, and with `kTooLarge` beyond kGroupsMax.
  [[nodiscard]] Status put_group(const Group& group);
  void drop_group(std::string_view id, UtcMs now);
  /// Fails as AlertBook::acknowledge.
  [[nodiscard]] Status acknowledge(AlertId alert, std::string_view by, UtcMs now);
  /// No conflict is raised between the two until then: an agreed join-up. Fails as ConflictWatch::inhibit.
  [[nodiscard]] Status inhibit(TrackId a, TrackId b, UtcMs until);

  /// What time brings: ages, attribution, conformance, groups, alerts. `now` never goes back.
  void advance(UtcMs now);

  [[nodiscard]] const Tracker& tracker() const { return tracker_; }
  [[nodiscard]] const Attribution& attribution() const { return attribution_; }
  [[nodiscard]] const Conformance& conformance() const { return conformance_; }
  [[nodiscard]] const AlertBook& alerts() const { return alerts_; }
  [[nodiscard]] const Separation& separation() const { return separation_; }
  [[nodiscard]] const PlanBook& plans() const { return plans_; }
  /// Whose plan it is; empty where there is none of that id.
  [[nodiscard]] std::string_view authority_of(std::string_view intent) const;
  [[nodiscard]] const std::map<std::string, Group, std::less<>>& groups() const { return groups_; }
  /// The track of a group's guide; null while it is not heard.
  [[nodiscard]] const Track* guide_of(const Group& group) const;
  [[nodiscard]] const ConflictCounters& air_counters() const { return air_->counters(); }
  [[nodiscard]] const ConflictCounters& sea_counters() const { return sea_->counters(); }
  [[nodiscard]] const VolumeCounters& volume_counters() const { return volumes_.counters(); }
  [[nodiscard]] const VolumeCounters& sea_volume_counters() const { return sea_volumes_.counters(); }

 private:
  /// What a craft is compared by.
  struct Craft {
    Separation::Standing standing;
    std::uint32_t formation = 0;
    std::vector<std::string> groups;  ///< That it belongs to.
    bool known = false;               ///< It has been compared with plans.
  };

  void changed(const TrackChange& change, const Track& track) override;
  void moved(const Track& track);
  [[nodiscard]] bool vague(const Track& track) const;
  void forget(TrackId track);
  void merged(TrackId gone, TrackId kept);
  void apply(std::vector<SituationChange>& changes);
  /// Watches and the detectors of `settle` may hold one situation: it is over when the last of them lets go.
  enum Holder : std::uint8_t { kWatch = 1, kSettled = 2 };
  void hold(const Situation& situation, const Finding& finding, Holder holder);
  void let_go(const Situation& situation, Holder holder);
  /// Detectors that say once a second what holds: raises what is new, ends what is missing.
  void settle(std::vector<Held> held);
  void find_distress(std::vector<Held>& out) const;
  void find_silence(std::vector<Held>& out) const;
  void know(Craft& craft, const Track& track) const;
  [[nodiscard]] static bool belongs(const Track& track, const Group& group);
  void know_craft();
  void move_groups(UtcMs now);
  void move_group(const Group& group, core::Domain domain, UtcMs now);
  void make_watches();
  [[nodiscard]] const Craft& craft(TrackId track) const;
  [[nodiscard]] bool concerns(TrackId track, AlertKind kind, std::string_view object) const;
  ConflictWatch& watch_of(core::Domain domain) { return domain == core::Domain::kAir ? *air_ : *sea_; }
  VolumeWatch& volumes_of(core::Domain domain) { return domain == core::Domain::kAir ? volumes_ : sea_volumes_; }

  PictureOptions options_;
  PictureListener* listener_;
  AlertBook alerts_;
  Separation separation_;
  Tracker tracker_;
  PlanBook plans_;
  std::map<std::string, std::string, std::less<>> authority_of_;  ///< Of each plan, by intent.
  Attribution attribution_;
  Conformance conformance_;
  std::unique_ptr<ConflictWatch> air_;
  std::unique_ptr<ConflictWatch> sea_;
  VolumeWatch volumes_;
  VolumeWatch sea_volumes_;
  std::map<std::pair<AlertKind, std::string>, core::Domain> areas_;
  std::map<std::string, Group, std::less<>> groups_;
  std::map<std::string, std::uint32_t, std::less<>> formations_;  ///< Of groups: numbers that stay.
  std::map<std::pair<TrackId, TrackId>, UtcMs> join_ups_;
  std::map<std::string, UtcMs, std::less<>> silent_;
  std::map<std::uint32_t, Craft> craft_;       ///< By track.
  std::map<Situation, Finding> standing_;      ///< Of the detectors behind `settle`.
  std::map<Situation, std::uint8_t> holders_;  ///< Of every situation that holds.
  std::map<Situation, Finding> waiting_;       ///< Found no room in the book; tried again once a second.
  UtcMs now_;
};

inline constexpr std::size_t kGroupsMax = 64;
inline constexpr std::size_t kWaitingMax = 10'000;

}  // namespace tansiq::picture
