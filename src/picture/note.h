// What the picture is told besides what sources say: by the record, and by people. As values, and as lines of canonical
// JSON, so that a recording can hold them among the bytes of the sources, and a replay knows what was known.
//
//   {"acknowledge":{"alert":7,"by":"watch-1"}}
//   {"area":{"domain":"air","id":"R-12","kind":"volume_entry","volumes":[…]}}       {"area_gone":{"id","kind"}}
//   {"group":{"group":{…},"id":"tf-473"}}                                          {"group_gone":"tf-473"}
//   {"inhibit":{"tracks":[3,7],"until_ms":…}}
//   {"plan":{"authority","call_sign","craft"?:[{"from_ms"?,"icao"?,"mmsi"?,"mode_3a"?,"to_ms"?}…],"domain","intent",
//            "legs":[{"confirmed","volume","zone"}…],"manager","state"}}                {"plan_gone":"…"}
//   {"tolerances":{"aircraft":{…},"ship":{…},"uas":{…}}}   of the charter in force; {"tolerances":{}}: it states none
//   {"zones":[{"domain","id","minima":{"horizontal_m","time_ms","vertical_cm"},"volume"?}…]}
//
// Of a plan's craft older recordings have one, as "code"?:{"mode_3a","window"}, "icao"? and "mmsi"?, all numbers: they
// are read, and written no more.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>

#include "base/result.h"
#include "picture/picture.h"

namespace tansiq::picture {

/// The longest line, without its line feed.
inline constexpr std::size_t kNoteBytesMax = 8U << 20;

struct Acknowledge {
  AlertId alert = 0;
  std::string by;
};
struct AreaGone {
  AlertKind kind = AlertKind::kVolumeEntry;
  std::string id;
};
struct GroupGone {
  std::string id;
};
struct Inhibit {
  TrackId first;
  TrackId second;
  UtcMs until;
};
struct PlanGone {
  std::string intent;
};
/// Of the charter in force.
struct Tolerances {
  std::optional<core::ConformanceTerms> terms;
};
struct Zones {
  std::vector<ZoneSpace> zones;
};

using Note =
    std::variant<Acknowledge, KnownArea, AreaGone, Group, GroupGone, Inhibit, KnownPlan, PlanGone, Tolerances, Zones>;

/// One line without its line feed.
[[nodiscard]] std::string note_line(const Note& note);
/// Fails with `kMalformed` or `kInvalid`, and `kTooLarge` beyond `kNoteBytesMax`; `where` is a path.
[[nodiscard]] Result<Note> read_note(std::string_view line);
/// Whether it speaks of alerts or tracks by their numbers: it means something only to a picture that has numbered them
/// as that one did which it was said to.
[[nodiscard]] bool names_by_number(const Note& note);
/// Tells the picture. Fails as the member function concerned; a picture that was not told is as it was.
[[nodiscard]] Status tell(Picture& picture, const Note& note, UtcMs now);

}  // namespace tansiq::picture
