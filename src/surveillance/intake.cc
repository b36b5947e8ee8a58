#include "surveillance/intake.h"

#include <algorithm>

namespace tansiq::surveillance {
namespace {

/// Mixes a value into a hash. Two sayings with one hash are a chance of 2^-64 each, and cost a report.
constexpr std::uint64_t mix(std::uint64_t hash, std::uint64_t value) {
  hash ^= value + 0x9E3779B97F4A7C15ULL + (hash << 6) + (hash >> 2);
  hash = (hash ^ (hash >> 30)) * 0xBF58476D1CE4E5B9ULL;
  return hash ^ (hash >> 27);
}

constexpr std::uint64_t mix(std::uint64_t hash, std::string_view text) {
  for (const char c : text) hash = mix(hash, static_cast<std::uint8_t>(c));
  return mix(hash, text.size());
}

template <class T>
constexpr std::uint64_t mix_optional(std::uint64_t hash, const std::optional<T>& value) {
  return mix(hash, value ? static_cast<std::uint64_t>(static_cast<std::int64_t>(*value)) + 1 : 0);
}

std::uint64_t craft_of(const Report& r) {
  std::uint64_t hash = mix(r.source.value, static_cast<std::uint64_t>(r.id.kind) << 32 | r.id.number);
  if (r.id.kind == IdKind::kUid) hash = mix(hash, r.uid.view());
  if (r.track) hash = mix(hash, static_cast<std::uint64_t>(r.track->system) << 16 | r.track->number);
  return hash | 1;
}

std::uint64_t saying_of(const Report& r) {
  std::uint64_t hash = mix(0, static_cast<std::uint64_t>(r.time.ms));
  if (r.position) {
    hash = mix(hash, static_cast<std::uint64_t>(static_cast<std::uint32_t>(r.position->lat_e7)) << 32 |
                         static_cast<std::uint32_t>(r.position->lng_e7));
  }
  if (r.polar) {
    hash = mix(hash, static_cast<std::uint64_t>(static_cast<std::uint32_t>(r.polar->slant_cm)) << 32 |
                         static_cast<std::uint32_t>(r.polar->azimuth_mdeg));
  }
  hash = mix_optional(hash, r.pressure_cm);
  hash = mix_optional(hash, r.geometric_cm);
  hash = mix_optional(hash, r.speed_cm_s);
  hash = mix_optional(hash, r.course_mdeg);
  hash = mix_optional(hash, r.heading_mdeg);
  hash = mix_optional(hash, r.climb_cm_s);
  hash = mix_optional(hash, r.mode_3a);
  hash = mix_optional(hash, r.nav_status);
  hash = mix(hash, static_cast<std::uint64_t>(r.emergency) << 32 | r.flags);
  return mix(hash, r.call_sign.view());
}

}  // namespace

Intake::Intake(Sink& next, const IntakeOptions& options) : next_(next), options_(options), memory_(kIntakeCraftMax) {}

void Intake::report(const Report& r) {
  ++counters_.units;
  const DurationMs off_ms = r.time - r.received;
  if (off_ms > options_.future_ms || -off_ms > options_.old_ms) {
    counters_.reject(off_ms > 0 ? Reject::kFutureDated : Reject::kTooOld);
    misdated_ = {misdated_.count + 1, off_ms};
    return;
  }
  // Who cannot be told apart has no last statement; and where the source gives no time, the reception is in order.
  if (r.basis != TimeBasis::kReceived && (r.id.kind != IdKind::kNone || r.track)) {
    const std::uint64_t craft = craft_of(r);
    const std::uint64_t saying = saying_of(r);
    Memory& memory = memory_[craft >> 1 & (kIntakeCraftMax - 1)];
    if (memory.craft == craft) {
      if (memory.saying == saying) {
        counters_.reject(Reject::kDuplicate);
        return;
      }
      if (r.time < memory.time && memory.time - r.time < std::min(options_.old_ms, options_.disorder_ms)) {
        counters_.reject(Reject::kOutOfOrder);
        return;
      }
    }
    memory = {craft, saying, r.time};
  }
  ++counters_.reports;
  next_.report(r);
}

void Intake::status(const SensorStatus& s) {
  ++counters_.units;
  if (s.time - s.received > options_.future_ms) {
    counters_.reject(Reject::kFutureDated);
    return;
  }
  ++counters_.statuses;
  next_.status(s);
}

}  // namespace tansiq::surveillance
