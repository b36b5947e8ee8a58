#include "surveillance/adsb_encode.h"

#include <algorithm>
#include <cmath>

#include "surveillance/beast.h"
#include "surveillance/bits.h"
#include "surveillance/cpr.h"
#include "surveillance/moment.h"
#include "surveillance/velocity.h"

namespace tansiq::surveillance {
namespace {

constexpr std::size_t kMe = 32;  ///< Where the message field begins.

Result<Squitter> begin(const Report& report, unsigned type) {
  if (report.id.kind != IdKind::kIcao || report.id.number > 0xFFFFFF) {
    return fail(ErrorCode::kInvalid, "a squitter needs a 24-bit address", "id");
  }
  Squitter out{};
  put_bits(out.data(), 0, 5, 17);
  put_bits(out.data(), 5, 3, 5);
  put_bits(out.data(), 8, 24, report.id.number);
  put_bits(out.data(), kMe, 5, type);
  return out;
}

void put_me(Squitter& out, std::size_t offset, unsigned width, std::int64_t value) {
  put_bits(out.data(), kMe + offset, width, static_cast<std::uint64_t>(value));
}

void put_place(Squitter& out, geo::LatLng position, bool odd, CprKind kind) {
  const CprPlace place = cpr_encode(position, odd, kind);
  put_me(out, 21, 1, odd ? 1 : 0);
  put_me(out, 22, 17, place.lat);
  put_me(out, 39, 17, place.lng);
}

std::int32_t feet_of(std::int32_t cm) { return static_cast<std::int32_t>(scaled(cm, 100, 3'048)); }

}  // namespace

Result<Squitter> encode_airborne_position(const Report& report, bool odd) {
  Squitter out = TRY(begin(report, 11));
  if (!report.position) return fail(ErrorCode::kInvalid, "a position squitter needs a position", "position");
  put_me(out, 5, 2, report.emergency != Emergency::kNone ? 1 : report.has(Flag::kSpi) ? 3 : 0);
  if (report.pressure_cm) put_me(out, 8, 12, altitude_12_code(feet_of(*report.pressure_cm)).value_or(0));
  put_place(out, *report.position, odd, CprKind::kAirborne);
  put_mode_s_parity(out);
  return out;
}

Result<Squitter> encode_surface_position(const Report& report, bool odd) {
  Squitter out = TRY(begin(report, 7));
  if (!report.position) return fail(ErrorCode::kInvalid, "a position squitter needs a position", "position");
  if (report.speed_cm_s) put_me(out, 5, 7, movement_code(scaled(*report.speed_cm_s, 8 * 3'600, 185'200)));
  if (report.course_mdeg) {
    put_me(out, 12, 1, 1);
    put_me(out, 13, 7, scaled(*report.course_mdeg, 128, 360'000) % 128);
  }
  put_place(out, *report.position, odd, CprKind::kSurface);
  put_mode_s_parity(out);
  return out;
}

Result<Squitter> encode_velocity(const Report& report) {
  Squitter out = TRY(begin(report, 19));
  unsigned subtype = 1;
  if (report.speed_cm_s && report.course_mdeg) {
    const auto [east, north] = components_of(*report.speed_cm_s / kCmSPerKnot, *report.course_mdeg);
    const double most = std::max(std::fabs(east), std::fabs(north));
    if (most > 4 * 1'022.0) return fail(ErrorCode::kInvalid, "a squitter's velocity ends at 4,088 knots", "speed");
    if (std::lround(most) > 1'022) subtype = 2;
    const double step = subtype == 2 ? 4 : 1;
    const auto put_component = [&](std::size_t offset, double knots) {
      const std::int64_t count = std::lround(std::fabs(knots) / step);
      put_me(out, offset, 1, knots < 0 && count != 0 ? 1 : 0);
      put_me(out, offset + 1, 10, count + 1);
    };
    put_component(13, east);
    put_component(24, north);
  }
  put_me(out, 5, 3, subtype);
  if (report.quality.nac_v >= 0) put_me(out, 10, 3, std::min<int>(report.quality.nac_v, 7));
  if (report.climb_cm_s) {
    const std::int64_t count = std::min<std::int64_t>(scaled(std::abs(*report.climb_cm_s), 6'000, 3'048 * 64), 510);
    put_me(out, 36, 1, *report.climb_cm_s < 0 && count != 0 ? 1 : 0);
    put_me(out, 37, 9, count + 1);
  }
  put_mode_s_parity(out);
  return out;
}

Result<Squitter> encode_identification(const Report& report) {
  // Category by its CAT 021 number: set (type code) and value.
  unsigned type = 4;
  unsigned category = 0;
  constexpr std::array<std::array<std::uint8_t, 2>, 25> kCategories{
      {{4, 0}, {4, 1}, {4, 2}, {4, 3}, {4, 4}, {4, 5}, {4, 6}, {4, 0}, {4, 0}, {4, 0}, {4, 7}, {3, 1}, {3, 2},
       {3, 6}, {3, 7}, {3, 4}, {3, 3}, {4, 0}, {4, 0}, {4, 0}, {2, 1}, {2, 2}, {2, 3}, {2, 4}, {2, 5}}};
  if (report.emitter && *report.emitter < kCategories.size()) {
    type = kCategories[*report.emitter][0];
    category = kCategories[*report.emitter][1];
  }
  Squitter out = TRY(begin(report, type));
  put_me(out, 5, 3, category);
  put_mode_s_text(out.data(), kMe + 8, report.call_sign.view());
  put_mode_s_parity(out);
  return out;
}

Result<Squitter> encode_emergency(const Report& report) {
  Squitter out = TRY(begin(report, 28));
  put_me(out, 5, 3, 1);
  const auto state = static_cast<unsigned>(report.emergency);
  put_me(out, 8, 3, state <= static_cast<unsigned>(Emergency::kDowned) ? state : 1);
  if (report.mode_3a) put_me(out, 11, 13, identity_13_code(*report.mode_3a));
  put_mode_s_parity(out);
  return out;
}

void put_beast_squitter(std::string& out, const Squitter& squitter, UtcMs time) {
  const std::int64_t into = ((time.ms % kDayMs) + kDayMs) % kDayMs;
  put_beast_frame(out, squitter, static_cast<std::uint64_t>(into) * 12'000, 0x80);
}

}  // namespace tansiq::surveillance
