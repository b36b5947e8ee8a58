// Bit fields in big-endian octets, as every format here counts them: bit 0 is the most significant of the first octet.
#pragma once

#include <cstddef>
#include <cstdint>

namespace tansiq::surveillance {

/// `width` (1 to 57) bits from bit `offset` on. Reads only the octets that hold them.
[[nodiscard]] constexpr std::uint64_t get_bits(const std::uint8_t* data, std::size_t offset, unsigned width) {
  const std::size_t first = offset / 8;
  const std::size_t last = (offset + width - 1) / 8;
  std::uint64_t value = 0;
  for (std::size_t i = first; i <= last; ++i) value = value << 8 | data[i];
  value >>= 7 - (offset + width - 1) % 8;
  return value & ((std::uint64_t{1} << width) - 1);
}

/// The same as a number in two's complement.
[[nodiscard]] constexpr std::int64_t get_signed_bits(const std::uint8_t* data, std::size_t offset, unsigned width) {
  const std::uint64_t raw = get_bits(data, offset, width);
  const std::uint64_t sign = std::uint64_t{1} << (width - 1);
  return static_cast<std::int64_t>(raw ^ sign) - static_cast<std::int64_t>(sign);
}

/// Writes the low `width` (1 to 64) bits of `value` there; what was there is replaced.
constexpr void put_bits(std::uint8_t* data, std::size_t offset, unsigned width, std::uint64_t value) {
  for (unsigned i = 0; i < width; ++i) {
    const std::size_t at = offset + width - 1 - i;
    const auto mask = static_cast<std::uint8_t>(0x80U >> (at % 8));
    if ((value >> i & 1) != 0) {
      data[at / 8] |= mask;
    } else {
      data[at / 8] &= static_cast<std::uint8_t>(~mask);
    }
  }
}

/// `value * numerator / denominator`, rounded half away from zero: how every scale here is applied, both ways, so that
/// a value that was read is written as it was. `denominator` > 0; the product must fit.
[[nodiscard]] constexpr std::int64_t scaled(std::int64_t value, std::int64_t numerator, std::int64_t denominator) {
  const std::int64_t product = value * numerator;
  const std::int64_t half = denominator / 2;
  return (product + (product < 0 ? -half : half)) / denominator;
}

}  // namespace tansiq::surveillance
