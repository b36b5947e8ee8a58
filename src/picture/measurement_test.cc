// How far a place may be wrong, by what is said of it.
#include "picture/measurement.h"

#include <gtest/gtest.h>

namespace tansiq::picture {
namespace {

using surveillance::Report;

/// Of a place that does not move, by ADS-B.
double sigma_of(std::int8_t version, std::int8_t nac_p, std::int8_t nic) {
  Report r;
  r.format = surveillance::Format::kAdsb;
  r.position = geo::LatLng{500'000'000, 50'000'000};
  r.quality.version = version;
  r.quality.nac_p = nac_p;
  r.quality.nic = nic;
  return measurement_of(r).position_sigma_m;
}

TEST(Measurement, APlaceIsAsExactAsItsCraftStates) {
  EXPECT_NEAR(sigma_of(2, 9, 8), 30 / 2.4477, 1e-6);
  EXPECT_NEAR(sigma_of(2, 6, 8), 555.6 / 2.4477, 1e-6) << "whatever its integrity";
  EXPECT_EQ(sigma_of(2, -1, -1), 25) << "as usual";
  EXPECT_EQ(sigma_of(2, -1, 9), 25) << "integrity makes nothing more exact";
  EXPECT_NEAR(sigma_of(2, -1, 6), 1'111.2 / 5.68, 1e-6) << "but less";
  EXPECT_NEAR(sigma_of(1, 0, 6), 1'111.2 / 5.68, 1e-6);
  EXPECT_GT(sigma_of(1, 0, 0), 18'000) << "it does not know where it is";
  EXPECT_GT(sigma_of(2, 0, -1), 18'000);
  EXPECT_EQ(sigma_of(0, 0, 0), 25) << "in version 0 they are other numbers";
  EXPECT_EQ(sigma_of(-1, 0, 0), 25);
}

}  // namespace
}  // namespace tansiq::picture
