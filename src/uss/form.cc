#include "uss/form.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include "base/bytes.h"
#include "base/invariant.h"
#include "geo/conflict.h"
#include "geo/vertical.h"
#include "uss/canonical.h"

namespace tansiq::uss {
namespace {

using geo::LatLng;

constexpr double kDegree = std::numbers::pi / 180;
/// Smallest length of a degree's worth of angle: what is divided by it errs outward.
constexpr double kCurvatureMinM = 6'335'439.0;
constexpr std::int64_t kLowestCm = -8'000'00;
constexpr std::int64_t kHighestCm = 100'000'00;

struct Vector {
  double x = 0, y = 0, z = 0;
};
Vector operator+(Vector a, Vector b) { return {a.x + b.x, a.y + b.y, a.z + b.z}; }
Vector operator*(Vector a, double s) { return {a.x * s, a.y * s, a.z * s}; }
Vector cross(Vector a, Vector b) { return {a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x}; }
Vector unit(Vector a) { return a * (1 / std::sqrt(a.x * a.x + a.y * a.y + a.z * a.z)); }

Vector vector_of(LatLng p) {
  const double lat = p.lat_e7 * 1e-7 * kDegree;
  const double lng = p.lng_e7 * 1e-7 * kDegree;
  return {std::cos(lat) * std::cos(lng), std::cos(lat) * std::sin(lng), std::sin(lat)};
}

LatLng point_of(Vector v) {
  const double lat = std::atan2(v.z, std::hypot(v.x, v.y)) / kDegree;
  const double lng = std::atan2(v.y, v.x) / kDegree;
  return {static_cast<std::int32_t>(std::llround(lat * 1e7)), static_cast<std::int32_t>(std::llround(lng * 1e7))};
}

/// `metres` from a unit vector along a unit tangent.
Vector moved(Vector from, Vector tangent, double metres) {
  const double angle = metres / kCurvatureMinM;
  return from * std::cos(angle) + tangent * std::sin(angle);
}

/// A polygon around a leg of a corridor, `before` and `behind` metres longer than it.
geo::Polygon around_leg(LatLng from, LatLng to, double left_m, double right_m, double before, double behind) {
  const Vector a = vector_of(from);
  const Vector b = vector_of(to);
  const Vector left = unit(cross(a, b));  // The same along the whole great circle, to its left.
  const auto corners = [&](Vector end, Vector outward, double longer) {
    const Vector tip = moved(end, outward, longer);
    return std::pair(point_of(unit(moved(tip, left, left_m))), point_of(unit(moved(tip, left * -1, right_m))));
  };
  const auto [back_left, back_right] = corners(a, unit(cross(a, left)), before);
  const auto [front_left, front_right] = corners(b, unit(cross(left, b)), behind);
  return {{back_right, front_right, front_left, back_left}};
}

geo::Polygon rectangle(const geo::Shape::Bounds& b) {
  return {{{b.lat_low, b.lng_low}, {b.lat_low, b.lng_high}, {b.lat_high, b.lng_high}, {b.lat_high, b.lng_low}}};
}

/// The first of ever wider polygons that certainly holds the leg.
Result<geo::Polygon> enclose_leg(const geo::Corridor& corridor, std::size_t i) {
  const geo::Corridor leg{{corridor.line[i], corridor.line[i + 1]}, corridor.left_cm, corridor.right_cm};
  const geo::Shape inner = TRY(geo::Shape::make(leg));
  const double left = static_cast<double>(leg.left_cm) / 100;
  const double right = static_cast<double>(leg.right_cm) / 100;
  const double bend = std::max(left, right);
  double slack = 0.002 * (left + right) + 2;
  constexpr int kTries = 12;
  for (int n = 0; n < kTries; ++n, slack *= 2) {
    // Bends are filled up to the corridor's width: the legs on both sides reach so far beyond it.
    const double before = slack + (i > 0 ? bend : 0);
    const double behind = slack + (i + 2 < corridor.line.size() ? bend : 0);
    geo::Polygon outer = around_leg(leg.line[0], leg.line[1], left + slack, right + slack, before, behind);
    const auto shape = geo::Shape::make(outer);
    if (shape && geo::covers(*shape, inner)) return outer;
  }
  return fail(ErrorCode::kInvalid, "no polygon of F3548 holds this leg of the corridor");
}

std::string degrees(std::int32_t e7) { return ecmascript_number(static_cast<double>(e7) / 1e7); }
std::string metres(std::int64_t cm) { return ecmascript_number(static_cast<double>(cm) / 100); }

void append_outline(std::string& out, const geo::Outline& outline) {
  auto to = std::back_inserter(out);
  if (const auto* circle = std::get_if<geo::Circle>(&outline)) {
    fmt::format_to(to, R"("outline_circle":{{"center":{{"lat":{},"lng":{}}},"radius":{{"units":"M","value":{}}}}})",
                   degrees(circle->centre.lat_e7), degrees(circle->centre.lng_e7), metres(circle->radius_cm));
    return;
  }
  const auto& polygon = std::get<geo::Polygon>(outline);
  out += R"("outline_polygon":{"vertices":[)";
  for (std::size_t i = 0; i < polygon.vertices.size(); ++i) {
    fmt::format_to(to, R"({}{{"lat":{},"lng":{}}})", i > 0 ? "," : "", degrees(polygon.vertices[i].lat_e7),
                   degrees(polygon.vertices[i].lng_e7));
  }
  out += "]}";
}

void append_volume(std::string& out, const geo::Outline& outline, const geo::LevelBand& band,
                   const geo::TimeWindow& window) {
  constexpr auto kTo = geo::VerticalReference::kWgs84;
  const std::int64_t lower = std::max(kLowestCm, geo::lowest_cm(band.lower_cm, band.reference, kTo));
  const std::int64_t upper = std::min(kHighestCm, geo::highest_cm(band.upper_cm, band.reference, kTo));
  fmt::format_to(std::back_inserter(out),
                 R"({{"time_end":{{"format":"RFC3339","value":"{}"}},"time_start":{{"format":"RFC3339","value":"{}"}},)"
                 R"("volume":{{"altitude_lower":{{"reference":"W84","units":"M","value":{}}},)"
                 R"("altitude_upper":{{"reference":"W84","units":"M","value":{}}},)",
                 format_utc(window.end), format_utc(window.start), metres(lower), metres(upper));
  append_outline(out, outline);
  out += "}}";
}

/// The elements of a JSON array.
Result<std::string> spell(const std::vector<geo::Volume4d>& volumes, std::size_t& count) {
  std::string out;
  for (const geo::Volume4d& volume : volumes) {
    const std::vector<geo::Outline> spelled = TRY(spell_outline(volume.outline));
    for (const geo::Outline& outline : spelled) {
      if (!out.empty()) out += ',';
      append_volume(out, outline, volume.band, volume.window);
      ++count;
    }
  }
  return out;
}

/// What an intent with too many parts says instead: for each volume the rectangle around it.
Result<std::vector<geo::Volume4d>> coarser(const std::vector<geo::Volume4d>& volumes) {
  std::vector<geo::Volume4d> out;
  for (const geo::Volume4d& volume : volumes) {
    geo::Volume4d coarse = volume;
    if (std::holds_alternative<geo::Corridor>(volume.outline)) {
      const geo::Shape shape = TRY(geo::Shape::make(volume.outline));
      const geo::Polygon around = rectangle(shape.bounds());
      const auto held = geo::Shape::make(around);
      // The edge of a rectangle is a great circle, not a parallel: whether it holds what it should is looked at.
      if (!held || !geo::covers(*held, shape)) {
        return fail(ErrorCode::kTooLarge,
                    fmt::format("it has more parts than the {} that a registry takes", kExtentsMax));
      }
      coarse.outline = around;
    }
    out.push_back(std::move(coarse));
  }
  return out;
}

}  // namespace

Uuid uuid_of(const AuthorityId& authority, const IntentId& intent) {
  if (const auto own = Uuid::parse(intent.str()); own && own->is(4) && own->str() == intent.str()) return *own;
  const log::Hash hash = log::sha256(fmt::format("tansiq-uss\n{}\n{}", authority.str(), intent.str()));
  const auto half = [&](std::size_t at) {
    std::uint64_t out = 0;
    for (std::size_t i = 0; i < 8; ++i) out = out << 8 | hash.bytes[at + i];
    return out;
  };
  return Uuid::version_4(half(0), half(8));
}

Result<std::vector<geo::Outline>> spell_outline(const geo::Outline& outline) {
  const auto* corridor = std::get_if<geo::Corridor>(&outline);
  if (corridor == nullptr) return std::vector<geo::Outline>{outline};
  std::vector<geo::Outline> out;
  for (std::size_t i = 0; i + 1 < corridor->line.size(); ++i) out.emplace_back(TRY(enclose_leg(*corridor, i)));
  return out;
}

std::optional<UtcMs> overdue_until(const core::Intent& intent, std::optional<UtcMs> before, UtcMs now) {
  if (intent.state != core::IntentState::kNonconforming && intent.state != core::IntentState::kContingent) {
    return std::nullopt;
  }
  constexpr DurationMs kMinuteMs = 60'000;
  UtcMs end = kUtcMin;
  for (const auto* volumes : {&intent.volumes, &intent.off_nominal}) {
    for (const geo::Volume4d& volume : *volumes) end = std::max(end, volume.window.end);
  }
  if (before && *before <= end) before.reset();
  if (now > end + kOverdueMaxMs || now < before.value_or(end) - kOverdueLeadMs) return before;
  // To the minute: every change of a reference has its neighbours prove that they know of it.
  const UtcMs until = now + kOverdueStepMs;
  return UtcMs{(until.ms + kMinuteMs - 1) / kMinuteMs * kMinuteMs};
}

core::Intent prolonged(core::Intent intent, UtcMs until) {
  if (intent.off_nominal.empty()) intent.off_nominal = intent.volumes;
  for (geo::Volume4d& volume : intent.off_nominal) volume.window.end = std::max(volume.window.end, until);
  return intent;
}

Result<Form> form_of(const core::Intent& intent) {
  Form out;
  switch (intent.state) {
    case core::IntentState::kAccepted:
      out.state = IntentState::kAccepted;
      break;
    case core::IntentState::kActivated:
      out.state = IntentState::kActivated;
      break;
    case core::IntentState::kNonconforming:
      out.state = IntentState::kNonconforming;
      break;
    case core::IntentState::kContingent:
      out.state = IntentState::kContingent;
      break;
    case core::IntentState::kEnded:
      return fail(ErrorCode::kInvalid, "it has ended");
  }
  const bool strays = out.state == IntentState::kNonconforming || out.state == IntentState::kContingent;
  std::vector<geo::Volume4d> nominal = intent.volumes;
  std::vector<geo::Volume4d> off_nominal;
  if (strays) off_nominal = intent.off_nominal.empty() ? intent.volumes : intent.off_nominal;
  // Contingent: only where it may come to be.
  if (out.state == IntentState::kContingent) nominal.clear();
  out.native = nominal;
  out.native.insert(out.native.end(), off_nominal.begin(), off_nominal.end());
  EXPECT_INVARIANT(!out.native.empty());
  UtcMs start = kUtcMax;
  UtcMs end = kUtcMin;
  for (const geo::Volume4d& volume : out.native) {
    start = std::min(start, volume.window.start);
    end = std::max(end, volume.window.end);
  }
  out.start = Moment::at(start);
  out.end = Moment::at(end);
  std::size_t count = 0;
  std::string planned = TRY(spell(nominal, count));
  std::string strayed = TRY(spell(off_nominal, count));
  if (count > kExtentsMax) {
    count = 0;
    const auto nominal_coarse = TRY(coarser(nominal));
    const auto off_nominal_coarse = TRY(coarser(off_nominal));
    planned = TRY(spell(nominal_coarse, count));
    strayed = TRY(spell(off_nominal_coarse, count));
  }
  if (count > kExtentsMax) {
    return fail(ErrorCode::kTooLarge, fmt::format("{} volumes; a registry takes {}", count, kExtentsMax));
  }
  const std::string details =
      fmt::format(R"({{"off_nominal_volumes":[{}],"priority":0,"volumes":[{}]}})", strayed, planned);
  const auto message = Message::parse(details);
  EXPECT_INVARIANT(message.has_value());
  out.details = message->text();
  out.hash = log::sha256(out.details);
  out.extents = fmt::format("[{}{}{}]", planned, planned.empty() || strayed.empty() ? "" : ",", strayed);
  return out;
}

}  // namespace tansiq::uss
