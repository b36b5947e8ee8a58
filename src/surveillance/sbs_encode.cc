#include "surveillance/sbs_encode.h"

#include <fmt/format.h>

#include <array>
#include <iterator>

#include "base/units.h"
#include "surveillance/velocity.h"

namespace tansiq::surveillance {
namespace {

/// What stands behind the times, in its places.
struct Line {
  int kind = 3;
  std::string call_sign = {};
  std::string altitude = {};
  std::string speed = {};
  std::string track = {};
  std::string latitude = {};
  std::string longitude = {};
  std::string rate = {};
  std::string code = {};
};

std::string decimal(double value, int digits) { return fmt::format("{:.{}f}", value, digits); }

void append(const Report& report, const Line& line, std::string& out) {
  // 2026-01-02T12:00:00.000Z, with the fraction also where it is zero.
  std::string time = format_utc(report.time);
  if (time.find('.') == std::string::npos) time.insert(time.size() - 1, ".000");
  const std::string made =
      fmt::format("{}/{}/{},{}", time.substr(0, 4), time.substr(5, 2), time.substr(8, 2), time.substr(11, 12));
  fmt::format_to(std::back_inserter(out), "MSG,{},1,1,{:06X},1,{},{},{},{},{},{},{},{},{},{},0,{},{},{}\r\n", line.kind,
                 report.id.number, made, made, line.call_sign, line.altitude, line.speed, line.track, line.latitude,
                 line.longitude, line.rate, line.code, report.emergency != Emergency::kNone ? 1 : 0,
                 report.has(Flag::kSpi) ? 1 : 0, report.has(Flag::kOnGround) ? 1 : 0);
}

/// A comma in a call sign would shift what follows; the format has no way to quote it.
std::string in_field(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c == ',' || c < ' ' || c > '~') c = ' ';
  }
  return out;
}

}  // namespace

Status append_sbs_lines(const Report& report, std::string& out) {
  if (report.id.kind != IdKind::kIcao || report.id.number > 0xFFFFFF) {
    return fail(ErrorCode::kInvalid, "an SBS-1 line needs a 24-bit address", "id");
  }
  const std::size_t before = out.size();
  if (!report.call_sign.empty()) {
    Line line{.kind = 1};
    line.call_sign = in_field(report.call_sign.view());
    append(report, line, out);
  }
  if (report.position || report.pressure_cm) {
    Line line{.kind = report.has(Flag::kOnGround) ? 2 : 3};
    if (report.pressure_cm) line.altitude = decimal(*report.pressure_cm / (kMetresPerFoot * 100), 0);
    if (report.position) {
      line.latitude = decimal(report.position->lat_e7 / 1e7, 7);
      line.longitude = decimal(report.position->lng_e7 / 1e7, 7);
    }
    append(report, line, out);
  }
  if (report.speed_cm_s || report.course_mdeg || report.climb_cm_s) {
    Line line{.kind = 4};
    if (report.speed_cm_s) line.speed = decimal(*report.speed_cm_s / kCmSPerKnot, 1);
    if (report.course_mdeg) line.track = decimal(*report.course_mdeg / 1e3, 3);
    if (report.climb_cm_s) line.rate = decimal(*report.climb_cm_s * 60 / (kMetresPerFoot * 100), 0);
    append(report, line, out);
  }
  if (report.mode_3a) {
    Line line{.kind = 6};
    line.code = fmt::format("{:04o}", *report.mode_3a);
    append(report, line, out);
  }
  if (out.size() == before) return fail(ErrorCode::kInvalid, "an SBS-1 line needs something to say", "position");
  return {};
}

}  // namespace tansiq::surveillance
