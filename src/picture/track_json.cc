#include "picture/track_json.h"

#include <fmt/format.h>

#include <cmath>
#include <numbers>

#include "surveillance/velocity.h"

namespace tansiq::picture {
namespace {

using log::JcsWriter;

std::int64_t rounded(double value) { return std::llround(value); }

void write_signs(JcsWriter& out, const Track& track) {
  out.key("signs").begin_array();
  for (std::size_t i = 0; i < kSignKinds; ++i) {
    const Sign& sign = track.signs.at(i);
    if (sign.count == 0) continue;
    out.begin_object().key("count").integer(sign.count).key("kind").string(name_of(static_cast<SignKind>(i)));
    out.key("last_ms").integer(sign.last.ms).key("metres").integer(sign.metres);
    out.key("since_ms").integer(sign.since.ms).end_object();
  }
  out.end_array();
}

void write_sources(JcsWriter& out, const Track& track, const std::vector<std::string>& names) {
  out.key("sources").begin_array();
  for (const HeardFrom& from : track.sources()) {
    out.begin_object();
    if (!from.kind.empty()) out.key("kind").string(from.kind.view());
    out.key("last_ms").integer(from.last.ms).key("reports").integer(from.reports).key("source");
    out.string(from.source.value < names.size() ? std::string_view(names[from.source.value]) : "unknown");
    if (!from.uid.empty()) out.key("uid").string(from.uid.view());
    out.end_object();
  }
  out.end_array();
}

void write_plan(JcsWriter& out, const Correlation& correlation, const Kept* kept) {
  out.key("plan").begin_object();
  if (kept != nullptr) out.key("aside_m").integer(rounded(kept->aside_m));
  out.key("confidence").integer(correlation.confidence);
  if (!correlation.contradicts.empty()) out.key("contradicts").string(correlation.contradicts);
  if (kept != nullptr) out.key("inside").boolean(kept->inside);
  out.key("intent").string(correlation.intent);
  if (kept != nullptr) out.key("late_ms").integer(kept->time_ms).key("level_m").integer(rounded(kept->level_m));
  if (kept != nullptr && kept->proposed) out.key("proposed").string(core::to_text(*kept->proposed));
  out.key("reason").string(name_of(correlation.reason)).end_object();
}

}  // namespace

void write_track(JcsWriter& out, const Picture& picture, const Track& track, const std::vector<std::string>& names) {
  const bool placed = track.fixes > 0;
  const Motion motion = placed ? track.motion(track.last_fix) : Motion{};
  const double speed = std::hypot(motion.east_m_s, motion.north_m_s);
  const bool moves = placed && track.fixes > 1;
  out.begin_object().key("begun_ms").integer(track.begun.ms);
  if (!track.call_sign.empty()) out.key("call_sign").string(track.call_sign.view());
  if (moves) {
    out.key("climb_cm_s").integer(rounded(motion.up_m_s * 100));
    out.key("course_mdeg").integer(surveillance::course_of(motion.east_m_s, motion.north_m_s));
  }
  out.key("domain").string(name_of(track.domain));
  if (track.emergency != surveillance::Emergency::kNone) out.key("emergency").string(name_of(track.emergency));
  if (motion.geometric_m) out.key("geometric_cm").integer(rounded(*motion.geometric_m * 100));
  if (track.icao) out.key("icao").string(fmt::format("{:06X}", *track.icao));
  out.key("id").integer(track.id.value).key("label").string(track.label()).key("last_ms").integer(track.last.ms);
  if (track.mmsi) out.key("mmsi").integer(*track.mmsi);
  if (track.mode_3a) out.key("mode_3a").string(fmt::format("{:04o}", *track.mode_3a));
  if (!track.name.empty()) out.key("name").string(track.name.view());
  out.key("on_ground").boolean(track.on_ground);
  if (const Correlation* correlation = picture.attribution().of_track(track.id)) {
    write_plan(out, *correlation, picture.conformance().of(*correlation));
  }
  if (placed) {
    out.key("position").begin_array().integer(rounded(motion.lat_deg * 1e7)).integer(rounded(motion.lng_deg * 1e7));
    out.end_array();
  }
  if (motion.pressure_m) out.key("pressure_cm").integer(rounded(*motion.pressure_m * 100));
  out.key("quality").integer(track.quality(track.last));
  write_signs(out, track);
  write_sources(out, track, names);
  if (moves) out.key("speed_cm_s").integer(rounded(speed * 100));
  out.key("state").string(name_of(track.state)).key("time_ms").integer(placed ? track.last_fix.ms : track.last.ms);
  if (moves) out.key("turn_mdeg_s").integer(rounded(motion.turn_deg_s * 1'000));
  if (placed) out.key("uncertainty_m").integer(rounded(motion.position_sigma_m));
  out.end_object();
}

}  // namespace tansiq::picture
