// Extended squitters (DF 17) from reports, and their Beast frames: recorded and generated traffic as a real stream.
#pragma once

#include <array>
#include <string>

#include "base/result.h"
#include "surveillance/mode_s.h"
#include "surveillance/report.h"

namespace tansiq::surveillance {

using Squitter = std::array<std::uint8_t, kModeSLongBytes>;

/// Type 11, an even or odd half of the position with the pressure altitude. A receiver needs one of each.
/// Fails with `kInvalid` without a 24-bit address or a position.
[[nodiscard]] Result<Squitter> encode_airborne_position(const Report& report, bool odd);
/// Type 7, on the surface, with speed and course.
[[nodiscard]] Result<Squitter> encode_surface_position(const Report& report, bool odd);
/// Type 19, subtype 1 (2 above 1,022 knots): ground speed, course, rate of climb.
[[nodiscard]] Result<Squitter> encode_velocity(const Report& report);
/// Type 4 (or as the emitter category has it): call sign.
[[nodiscard]] Result<Squitter> encode_identification(const Report& report);
/// Type 28: emergency state and mode 3/A code.
[[nodiscard]] Result<Squitter> encode_emergency(const Report& report);

/// The frame of a squitter at the report's time: 12 MHz ticks of the day.
void put_beast_squitter(std::string& out, const Squitter& squitter, UtcMs time);

}  // namespace tansiq::surveillance
