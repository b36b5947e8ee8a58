#include "base/crc32c.h"

#include <array>
#include <cstddef>

namespace tansiq {
namespace {

constexpr std::uint32_t kPolynomial = 0x82F63B78;  // 0x1EDC6F41, its bits reversed.

/// [0] advances by one octet; [k] by one octet and k zeros behind it, so that eight octets take eight look-ups that do
/// not wait for each other.
constexpr auto kTables = [] {
  std::array<std::array<std::uint32_t, 256>, 8> tables{};
  for (std::uint32_t octet = 0; octet < 256; ++octet) {
    std::uint32_t crc = octet;
    for (int bit = 0; bit < 8; ++bit) crc = (crc & 1U) != 0 ? crc >> 1 ^ kPolynomial : crc >> 1;
    tables[0][octet] = crc;
  }
  for (std::size_t k = 1; k < 8; ++k) {
    for (std::size_t octet = 0; octet < 256; ++octet) {
      const std::uint32_t before = tables[k - 1][octet];
      tables[k][octet] = before >> 8 ^ tables[0][before & 0xFFU];
    }
  }
  return tables;
}();

}  // namespace

std::uint32_t crc32c(ByteView bytes, std::uint32_t before) {
  std::uint32_t crc = ~before;
  while (bytes.size() >= 8) {
    crc ^= static_cast<std::uint32_t>(bytes[0]) | static_cast<std::uint32_t>(bytes[1]) << 8 |
           static_cast<std::uint32_t>(bytes[2]) << 16 | static_cast<std::uint32_t>(bytes[3]) << 24;
    crc = kTables[7][crc & 0xFFU] ^ kTables[6][crc >> 8 & 0xFFU] ^ kTables[5][crc >> 16 & 0xFFU] ^
          kTables[4][crc >> 24] ^ kTables[3][bytes[4]] ^ kTables[2][bytes[5]] ^ kTables[1][bytes[6]] ^
          kTables[0][bytes[7]];
    bytes = bytes.subspan(8);
  }
  for (const std::uint8_t octet : bytes) crc = crc >> 8 ^ kTables[0][(crc ^ octet) & 0xFFU];
  return ~crc;
}

}  // namespace tansiq
