// One record on its way to a report. Inside of asterix_decoder.cc and the files of the categories.
#pragma once

#include "surveillance/asterix_decoder.h"
#include "surveillance/mode_s.h"
#include "surveillance/moment.h"

namespace tansiq::surveillance {

struct AsterixDecoder::Turn {
  const asterix::Edition& edition;
  const asterix::Record& record;
  UtcMs received;
  Sink& sink;
};

namespace asterix {

[[nodiscard]] inline std::uint16_t system_at(const std::uint8_t* item) {
  return static_cast<std::uint16_t>(item[0] << 8 | item[1]);
}

/// Seconds since midnight in 1/128 s, resolved; nothing for a time beyond the day.
[[nodiscard]] inline std::optional<UtcMs> time_at(const std::uint8_t* item, UtcMs received) {
  const auto ticks = static_cast<std::uint32_t>(get_bits(item, 0, 24));
  if (ticks >= 86'400U * 128U) return std::nullopt;
  return from_time_of_day(received, ticks);
}

/// A course or heading as 0 to 359,999: a step below a whole turn may round up to one.
[[nodiscard]] inline std::int32_t angle_at(const std::uint8_t* item, const FieldRef& field) {
  return static_cast<std::int32_t>(in_unit(item, field, kDegreeMdeg) % 360'000);
}

/// Latitude and longitude; nothing beyond 90 and 180 degrees.
[[nodiscard]] inline std::optional<geo::LatLng> position_at(const std::uint8_t* item, const FieldRef& lat,
                                                            const FieldRef& lng) {
  const std::int64_t lat_e7 = in_unit(item, lat, kDegreeE7);
  const std::int64_t lng_e7 = in_unit(item, lng, kDegreeE7);
  if (lat_e7 < -900'000'000 || lat_e7 > 900'000'000 || lng_e7 < -1'800'000'000 || lng_e7 > 1'800'000'000) {
    return std::nullopt;
  }
  return geo::LatLng{static_cast<std::int32_t>(lat_e7), static_cast<std::int32_t>(lng_e7)};
}

[[nodiscard]] inline Emergency emergency_of(std::int64_t code) {
  constexpr std::array<Emergency, 8> kCodes{Emergency::kNone,   Emergency::kGeneral, Emergency::kMedical,
                                            Emergency::kFuel,   Emergency::kNoRadio, Emergency::kUnlawful,
                                            Emergency::kDowned, Emergency::kReserved};
  return kCodes[static_cast<std::size_t>(code & 7)];
}

/// The same by version 3 of ADS-B, which numbers otherwise.
[[nodiscard]] inline Emergency emergency_of_version_3(std::int64_t code) {
  constexpr std::array<Emergency, 8> kCodes{Emergency::kNone,    Emergency::kGeneral, Emergency::kLostLink,
                                            Emergency::kFuel,    Emergency::kNoRadio, Emergency::kUnlawful,
                                            Emergency::kGeneral, Emergency::kGeneral};
  return kCodes[static_cast<std::size_t>(code & 7)];
}

}  // namespace asterix
}  // namespace tansiq::surveillance
