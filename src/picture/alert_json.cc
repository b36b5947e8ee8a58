#include "picture/alert_json.h"

namespace tansiq::picture {
namespace {

using log::JcsWriter;

void write_optional(JcsWriter& out, std::string_view key, const std::optional<std::int64_t>& value) {
  if (value) out.key(key).integer(*value);
}

void write_moment(JcsWriter& out, std::string_view key, const std::optional<UtcMs>& at) {
  if (at) out.key(key).integer(at->ms);
}

void write_finding(JcsWriter& out, const Finding& finding, UtcMs found) {
  out.begin_object().key("at_ms").integer(found.ms);
  write_optional(out, "closest_height_m", finding.closest_height_m);
  write_optional(out, "closest_m", finding.closest_m);
  out.key("detail").string(finding.detail).key("now").boolean(finding.now);
  write_optional(out, "to_closest_ms", finding.to_closest_ms);
  write_optional(out, "to_violation_ms", finding.to_violation_ms);
  if (finding.where) {
    out.key("where").begin_array().integer(finding.where->lat_e7).integer(finding.where->lng_e7).end_array();
  }
  out.end_object();
}

}  // namespace

void write_alert(JcsWriter& out, const Alert& alert, std::optional<UtcMs> ended) {
  out.begin_object();
  if (alert.acknowledged) {
    out.key("acknowledged").begin_object();
    out.key("at_ms").integer(alert.acknowledged->ms).key("by").string(alert.acknowledged_by).end_object();
  }
  out.key("attention").integer(alert.attention).key("changed_ms").integer(alert.changed.ms);
  write_moment(out, "ended_ms", ended);
  if (alert.escalated) out.key("escalated").boolean(true);
  out.key("finding");
  write_finding(out, alert.finding, alert.found);
  out.key("id").integer(static_cast<std::int64_t>(alert.id)).key("kind").string(name_of(alert.situation.kind));
  if (!alert.situation.object.empty()) out.key("object").string(alert.situation.object);
  write_moment(out, "over_ms", alert.over);
  out.key("priority").string(name_of(alert.priority)).key("raised_ms").integer(alert.raised.ms);
  out.key("state").string(name_of(alert.state)).key("tracks").begin_array();
  for (const TrackId track : {alert.situation.first, alert.situation.second}) {
    if (track.value != 0) out.integer(track.value);
  }
  out.end_array();
  write_moment(out, "violated_ms", alert.violated);
  write_optional(out, "warned_ms", alert.warned_ms());
  out.end_object();
}

std::string alert_line(const AlertChange& change) {
  std::string line;
  JcsWriter out(line);
  out.begin_object().key("alert");
  write_alert(out, change.alert);
  out.key("event").string(name_of(change.event)).end_object();
  return line;
}

}  // namespace tansiq::picture
