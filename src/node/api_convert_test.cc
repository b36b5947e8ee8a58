// What the API takes, as core decides it.
#include "node/api_convert.h"

#include <gtest/gtest.h>

#include "geo/volume.h"

namespace tansiq::node {
namespace {

// A band without limits is left out of the record: what is kept must be what a replay reads there, which knows nothing
// of a reference.
TEST(ApiConvert, ABandWithoutLimitsHasNoReferenceOfItsOwn) {
  api::Volume volume;
  volume.band.emplace();
  volume.band->ref = api::VerticalReference::kFl;
  EXPECT_EQ(to_core(volume).band, geo::LevelBand{});
  volume.band->upper_cm = 304'800;
  EXPECT_EQ(to_core(volume).band,
            (geo::LevelBand{geo::kHeightUnboundedLow, 304'800, geo::VerticalReference::kFlightLevel}));
}

}  // namespace
}  // namespace tansiq::node
