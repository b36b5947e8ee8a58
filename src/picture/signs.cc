#include "picture/signs.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

namespace tansiq::picture {

using surveillance::Report;
using surveillance::SourceId;
using surveillance::TimeBasis;

Step step_to(const Track& track, const Measurement& m, const Dynamics& dynamics) {
  constexpr double kTimeSlackS = 1.0;
  constexpr double kSlackM = 200;
  const double seconds = static_cast<double>(std::abs(m.time - track.last_fix)) * 1e-3;
  const Filter::Estimate known = track.filter.estimate();
  const double speed = known.speed_m_s + 3 * known.velocity_sigma_m_s;
  // What the speed may have grown to: no more than the manoeuvring noise, three sigma.
  const double gained = 3 * std::sqrt(dynamics.turning_noise * (seconds + kTimeSlackS));
  const double fastest = std::min(speed + gained, dynamics.speed_max_m_s);
  // What a cell of many kilometres is told of goes from the middle of one to that of the next.
  const double sigma = std::max(std::min(known.position_sigma_m, 1'000.0), track.fix_sigma_m) + m.position_sigma_m;
  return {distance_m(track.fix_normal, m.position->normal), fastest * (seconds + kTimeSlackS) + 3 * sigma + kSlackM};
}

void mark(Track& track, SignKind kind, UtcMs t, SourceId source, std::int64_t metres) {
  Sign& sign = track.signs.at(static_cast<std::size_t>(kind));
  if (sign.count == 0) sign.since = t;
  ++sign.count;
  sign.last = std::max(sign.last, t);
  sign.source = source;
  sign.metres = metres;
}

std::int64_t beyond_range_m(const Report& report, const SignOptions& options) {
  if (!report.position) return 0;
  for (const SourcePlace& place : options.places) {
    if (place.source != report.source) continue;
    const auto metres = std::llround(distance_m(normal_of(place.place), normal_of(*report.position)));
    return metres > place.range_m ? metres : 0;
  }
  return 0;
}

DurationMs clock_off_ms(const Report& report, const SignOptions& options) {
  if (report.basis != TimeBasis::kFull && report.basis != TimeBasis::kTimeOfDay) return 0;
  const DurationMs ahead = report.time - report.received;
  if (ahead > options.clock_ahead_ms) return ahead;
  const bool stands = report.stale && report.received <= *report.stale;
  return -ahead > options.clock_behind_ms && !stands ? ahead : 0;
}

void held_signs(const Track& track, UtcMs now, const SignOptions& options, std::vector<Held>& out) {
  const auto held = [&](SignKind kind) {
    const Sign& sign = track.sign(kind);
    return sign.count > 0 && now - sign.last <= options.hold_ms;
  };
  const auto add = [&](AlertKind kind, TrackId second, std::string object, Priority priority, std::string detail) {
    Held& one = out.emplace_back();
    one.situation = {kind, track.id, second, std::move(object)};
    one.finding.priority = priority;
    one.finding.now = true;
    one.finding.where = track.fix;
    one.finding.detail = std::move(detail);
  };
  if (held(SignKind::kImpossibleJump)) {
    const Sign& sign = track.sign(SignKind::kImpossibleJump);
    add(AlertKind::kDoubtfulSource, {}, "impossible_jump", Priority::kWarning,
        fmt::format("{}: said to be {:.1f} km away, where it could not have come to ({} times)", track.label(),
                    static_cast<double>(sign.metres) * 1e-3, sign.count));
  }
  // Of a pair the lower id tells; a track that is torn between two places near each other is alone.
  if (held(SignKind::kDoubleAddress) && (track.double_of.value == 0 || track.id < track.double_of)) {
    add(AlertKind::kDoubleIdentity, track.double_of, track.label(), Priority::kWarning,
        fmt::format("{} is heard at two places, {:.1f} km apart", track.label(),
                    static_cast<double>(track.sign(SignKind::kDoubleAddress).metres) * 1e-3));
  }
  if (held(SignKind::kBeyondRange)) {
    const Sign& sign = track.sign(SignKind::kBeyondRange);
    add(AlertKind::kDoubtfulSource, {}, "beyond_range", Priority::kCaution,
        fmt::format("{}: {:.0f} km from source {}, which cannot hear so far", track.label(),
                    static_cast<double>(sign.metres) * 1e-3, sign.source.value));
  }
}

}  // namespace tansiq::picture
