// Numbers, levels, lengths and minima as people write them: `FL100`, `2500 ft AMSL`, `5 nm`, `5nm/1000ft/0s`.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "geo/volume.h"

namespace tansiq::formats {

/// A finite decimal number, nothing before or after it. Fails with `kMalformed`: "'12x' is not a number".
[[nodiscard]] Result<double> parse_number(std::string_view text);

/// The number times 10^`digits`, rounded half away from zero; exact for decimals of at most 15 significant digits.
/// Fails with `kMalformed`, or with `kInvalid` beyond 2^53.
[[nodiscard]] Result<std::int64_t> parse_fixed(std::string_view text, int digits);

/// Degrees in 1e-7 as the shortest exact decimal: 514689454 is "51.4689454", -5000000 is "-0.5".
void append_degrees(std::string& out, std::int32_t degrees_e7);

/// A length with its unit, in whole centimetres: `5nm`, `9260 m`, `2.5 km`, `1000ft`. Rounded up, so that a minimum
/// never shrinks. Not negative. Fails with `kMalformed`.
[[nodiscard]] Result<std::int64_t> parse_length_cm(std::string_view text);

/// One limit of a level band.
struct Level {
  std::int64_t cm = 0;         ///< Or one of the sentinels of geo/volume.h.
  bool has_reference = false;  ///< False for `GND`, `SFC` and `UNL`, which bound nothing.
  geo::VerticalReference reference = geo::VerticalReference::kWgs84;
};

/// `FL100`, `2500 ft AMSL`, `300 m AGL`, `1200 m WGS84`, `GND` / `SFC` (no lower limit), `UNL` (no upper limit). Letter
/// case and spaces do not matter. A height without a reference is refused: nobody can tell what it was measured from.
/// Fails with `kMalformed`.
[[nodiscard]] Result<Level> parse_level(std::string_view text);

/// A band from two limits. A band has one reference: where the two differ, the lower limit is restated in the upper
/// one's reference, lowered by the margin of geo::reference_margin_cm, and `widened` (when given) is set.
/// Fails with `kInvalid` when nothing lies between the limits.
[[nodiscard]] Result<geo::LevelBand> make_band(const Level& lower, const Level& upper, bool* widened = nullptr);

/// `FL195`, `762 m AMSL`, `GND`, `UNL`; reads back to the same value.
[[nodiscard]] std::string format_lower(const geo::LevelBand& band);
[[nodiscard]] std::string format_upper(const geo::LevelBand& band);

/// `5nm/1000ft/0s`: horizontal / vertical / time; the last may be left out (0). Horizontal is rounded up to whole
/// metres. Fails with `kMalformed`, or `kInvalid` beyond 500 km, 100 km, 1 day.
[[nodiscard]] Result<geo::Minima> parse_minima(std::string_view text);

/// In the units that state it exactly: `5nm/1000ft/0s`, else `9000m/300m/30s`.
[[nodiscard]] std::string format_minima(const geo::Minima& minima);

}  // namespace tansiq::formats
