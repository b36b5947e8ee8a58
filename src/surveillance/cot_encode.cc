#include "surveillance/cot_encode.h"

#include <fmt/format.h>

#include <iterator>

namespace tansiq::surveillance {
namespace {

/// Text of an attribute. What XML cannot hold becomes a question mark.
void append_escaped(std::string& out, std::string_view text) {
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out.push_back(static_cast<unsigned char>(c) < ' ' ? '?' : c);
    }
  }
}

/// Number `value` / 10^digits as a decimal.
void append_fixed(std::string& out, std::int64_t value, int digits) {
  std::int64_t power = 1;
  for (int i = 0; i < digits; ++i) power *= 10;
  const std::int64_t size = value < 0 ? -value : value;
  fmt::format_to(std::back_inserter(out), "{}{}.{:0{}}", value < 0 ? "-" : "", size / power, size % power, digits);
}

std::string uid_of(const Report& report) {
  switch (report.id.kind) {
    case IdKind::kUid:
      return std::string(report.uid.view());
    case IdKind::kIcao:
      return fmt::format("ICAO-{:06X}", report.id.number);
    case IdKind::kNonIcao:
      return fmt::format("ADDRESS-{:06X}", report.id.number);
    case IdKind::kMmsi:
      return fmt::format("MMSI-{:09}", report.id.number);
    case IdKind::kNone:
      break;
  }
  if (!report.track) return {};
  return fmt::format("TRACK-{}-{}", report.track->system, report.track->number);
}

std::string_view type_of(const Report& report) {
  if (!report.kind.empty()) return report.kind.view();
  switch (report.domain) {
    case Domain::kAir:
      return "a-u-A";
    case Domain::kSea:
      return "a-u-S";
    default:
      return "a-u-G";
  }
}

constexpr std::string_view kUnknown = "9999999.0";

}  // namespace

Status append_cot_event(const Report& report, std::string& out, DurationMs stale_ms) {
  const std::string uid = uid_of(report);
  if (uid.empty()) return fail(ErrorCode::kInvalid, "an event needs an address, a track number or a uid", "id");
  if (!report.position) return fail(ErrorCode::kInvalid, "an event needs a position", "position");
  const std::string time = format_utc(report.time);
  out += R"(<event version="2.0" uid=")";
  append_escaped(out, uid);
  out += R"(" type=")";
  append_escaped(out, type_of(report));
  fmt::format_to(std::back_inserter(out), R"(" how="m-p" time="{}" start="{}" stale="{}"><point lat=")", time, time,
                 format_utc(report.stale.value_or(report.time + stale_ms)));
  append_fixed(out, report.position->lat_e7, 7);
  out += R"(" lon=")";
  append_fixed(out, report.position->lng_e7, 7);
  out += R"(" hae=")";
  if (report.geometric_cm)
    append_fixed(out, *report.geometric_cm, 2);
  else
    out += kUnknown;
  out += R"(" ce=")";
  if (report.accuracy_cm)
    append_fixed(out, *report.accuracy_cm, 2);
  else
    out += kUnknown;
  out += R"(" le="9999999.0"/><detail>)";
  if (!report.call_sign.empty()) {
    out += R"(<contact callsign=")";
    append_escaped(out, report.call_sign.view());
    out += R"("/>)";
  }
  if (report.course_mdeg || report.speed_cm_s) {
    out += "<track";
    if (report.course_mdeg) {
      out += R"( course=")";
      append_fixed(out, *report.course_mdeg, 3);
      out += '"';
    }
    if (report.speed_cm_s) {
      out += R"( speed=")";
      append_fixed(out, *report.speed_cm_s, 2);
      out += '"';
    }
    out += "/>";
  }
  out += "</detail></event>";
  return {};
}

}  // namespace tansiq::surveillance
