#include "base/crc32c.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>

namespace tansiq {
namespace {

/// The definition, bit by bit.
std::uint32_t bit_by_bit(ByteView bytes) {
  std::uint32_t crc = 0xFFFFFFFF;
  for (const std::uint8_t octet : bytes) {
    crc ^= octet;
    for (int bit = 0; bit < 8; ++bit) crc = (crc & 1U) != 0 ? crc >> 1 ^ 0x82F63B78U : crc >> 1;
  }
  return ~crc;
}

TEST(Crc32c, AgreesWithPublishedVectors) {
  EXPECT_EQ(crc32c(as_bytes("123456789")), 0xE3069283U);
  // RFC 3720, B.4.
  EXPECT_EQ(crc32c(Bytes(32, 0x00)), 0x8A9136AAU);
  EXPECT_EQ(crc32c(Bytes(32, 0xFF)), 0x62A8AB43U);
  EXPECT_EQ(crc32c({}), 0U);
}

RC_GTEST_PROP(Crc32c, AgreesWithItsDefinitionAndGoesOn, (const std::string& a, const std::string& b)) {
  RC_ASSERT(crc32c(as_bytes(a + b)) == bit_by_bit(as_bytes(a + b)));
  RC_ASSERT(crc32c(as_bytes(b), crc32c(as_bytes(a))) == bit_by_bit(as_bytes(a + b)));
}

}  // namespace
}  // namespace tansiq
