#include "formats/fir.h"

#include <gtest/gtest.h>

namespace tansiq::formats {
namespace {

TEST(Fir, Reads) { EXPECT_EQ(read_fir("").zones.size(), 0U); }

}  // namespace
}  // namespace tansiq::formats
