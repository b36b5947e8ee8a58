// What watch officers are warned of: one alert for each situation, from its beginning to its end.
//
// Detectors (conflict, conformance, attribution, sources) say which situations hold now and how pressing they are; the
// `AlertBook` (alert_book.h) makes alerts of them: raised once, kept up to date, acknowledged by a person, cleared when
// the situation is over, raised in priority when nobody acknowledges. Priorities and states follow the practice of
// bridge alert management at sea (IMO MSC.302(87), IEC 62923): emergency, alarm, warning, caution.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "geo/volume.h"

namespace tansiq::picture {

/// Names a track within one picture. Given in order, never used again while the picture lives; 0 names none.
struct TrackId {
  std::uint32_t value = 0;
  friend constexpr auto operator<=>(TrackId, TrackId) = default;
};

/// The most pressing first.
enum class Priority : std::uint8_t {
  kEmergency,  ///< Immediate danger to life or craft.
  kAlarm,      ///< Immediate attention and action by the officer of the watch.
  kWarning,    ///< Attention: becomes dangerous if nothing is done. Unacknowledged, it becomes an alarm.
  kCaution,    ///< Awareness; needs no acknowledgement.
};
[[nodiscard]] std::string_view name_of(Priority priority);

/// What kind of situation. The order is part of the sort order of alerts and of nothing else.
enum class AlertKind : std::uint8_t {
  kDistress,        ///< A craft says so (7700, 7600, 7500, emergency state, AIS-SART).
  kConflict,        ///< Two craft lose their separation, or will within the look-ahead.
  kVolumeEntry,     ///< A craft is in, or will enter, a restricted volume (a measure).
  kForeignZone,     ///< A craft is in, or will enter, a zone without the confirmation of its owner.
  kGroupEntry,      ///< A craft is in, or will enter, the moving volume of a group.
  kOffPlan,         ///< A correlated craft does not keep to its confirmed legs: aside, above, below, early, late.
  kOverrun,         ///< Its time is over and it is still there.
  kDoubleIdentity,  ///< Two craft claim one identity, or two intents one craft.
  kDoubtfulSource,  ///< Signs of spoofing: impossible jumps, places far from any range.
  kSourceSilent,    ///< An input that should speak does not.
};
[[nodiscard]] std::string_view name_of(AlertKind kind);

/// Which situation: two findings with equal keys are the same situation, whatever their figures.
struct Situation {
  AlertKind kind = AlertKind::kConflict;
  TrackId first;       ///< The lower id of a pair; 0 where no track is concerned.
  TrackId second;      ///< 0 unless a pair.
  std::string object;  ///< Id of the measure, zone, intent, group or source concerned; empty for a pair of tracks.
  friend auto operator<=>(const Situation&, const Situation&) = default;
};

/// How it stands with a situation at one moment. Absent where it has no meaning for the kind.
struct Finding {
  Priority priority = Priority::kWarning;
  bool now = false;                              ///< It is so already, not only predicted.
  std::optional<DurationMs> to_violation_ms;     ///< 0 when `now`.
  std::optional<DurationMs> to_closest_ms;       ///< Till the closest point of approach.
  std::optional<std::int64_t> closest_m;         ///< Horizontal distance there.
  std::optional<std::int64_t> closest_height_m;  ///< Vertical distance there.
  std::optional<geo::LatLng> where;              ///< Of the closest approach, the entry or the deviation.
  std::string detail;  ///< For people: a short phrase in English, such as `620 m right of leg 2`.
  friend bool operator==(const Finding&, const Finding&) = default;
};

}  // namespace tansiq::picture
