// The WGS-84 ellipsoid in numbers.
#pragma once

namespace tansiq::geo {

inline constexpr double kEarthA = 6'378'137.0;  ///< Semi-major axis, metres.
inline constexpr double kEarthF = 1.0 / 298.257223563;
inline constexpr double kEarthB = kEarthA * (1.0 - kEarthF);
inline constexpr double kEarthE2 = kEarthF * (2.0 - kEarthF);

}  // namespace tansiq::geo
