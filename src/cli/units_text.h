// Units where people read and write: flight levels, feet, nautical miles, decimal degrees, UTC. Inside everything is
// integer centimetres, 1e-7 degrees and milliseconds (base/units.h); reading is exact, rounding is half away from zero.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "geo/volume.h"

namespace tansiq::cli {

/// What stands between spaces, tabs and ends of lines. Views into `text`.
[[nodiscard]] std::vector<std::string_view> split_words(std::string_view text);

/// A decimal number times 10^`digits`, as an integer: `read_fixed("33.5", 7)` is 335000000. Fails with `kMalformed`.
[[nodiscard]] Result<std::int64_t> read_fixed(std::string_view text, int digits);

/// `5nm`, `9.26km`, `500m`, `1000ft` as centimetres. Not negative. Fails with `kMalformed`.
[[nodiscard]] Result<std::int64_t> read_length_cm(std::string_view text);

/// `5nm/1000ft/0s`: horizontal, vertical, time. The horizontal part is rounded up to whole metres. A part may be `0`.
[[nodiscard]] Result<geo::Minima> read_minima(std::string_view text);

/// `FL180-FL240`, `500ft-2500ft`, `0m-1200m@wgs84`, `FL240-unl`, `gnd-FL100`. Feet and metres are above mean sea level
/// unless `@wgs84` or `@agl` follows; both ends share one reference.
[[nodiscard]] Result<geo::LevelBand> read_band(std::string_view text);

/// `33.5138,36.2765`: latitude, longitude in decimal degrees.
[[nodiscard]] Result<geo::LatLng> read_point(std::string_view text);
/// Points separated by spaces or semicolons.
[[nodiscard]] Result<std::vector<geo::LatLng>> read_points(std::string_view text);

/// RFC 3339, or `now`, or `now+10m`, `now-1h`; `now` is the beginning of the current minute.
[[nodiscard]] Result<UtcMs> read_time(std::string_view text, UtcMs now);
/// `START/END` or `START/+DURATION`, each START as `read_time`.
[[nodiscard]] Result<geo::TimeWindow> read_window(std::string_view text, UtcMs now);

/// `FL180`, `2,500 ft AMSL`, `no limit`.
[[nodiscard]] std::string height_text(std::int64_t height_cm, geo::VerticalReference reference);
/// `FL180–FL240`, `all levels`.
[[nodiscard]] std::string band_text(const geo::LevelBand& band);
/// `5.0 NM`, `120 m`.
[[nodiscard]] std::string length_text(std::int64_t length_cm);
/// `33.51380N 036.27650E`.
[[nodiscard]] std::string point_text(const geo::LatLng& point);
/// `2026-11-22 12:10–12:25 UTC`; seconds only where they are not zero.
[[nodiscard]] std::string window_text(const geo::TimeWindow& window);
/// `12:10:05`.
[[nodiscard]] std::string clock_text(UtcMs t);
/// `5 NM, 1000 ft, 0 s`.
[[nodiscard]] std::string minima_text(const geo::Minima& minima);
/// `polygon of 4 vertices`, `circle, 5.0 NM around …`, `corridor, 10.0 NM wide, … → …`.
[[nodiscard]] std::string outline_text(const geo::Outline& outline);
/// `+20 min`, `-1 h 05 min`.
[[nodiscard]] std::string shift_text(DurationMs shift);
/// A duration in the fewest words: `17 min`, `7 min 30 s`, `2 h`. Not negative.
[[nodiscard]] std::string span_text(DurationMs span);

}  // namespace tansiq::cli
