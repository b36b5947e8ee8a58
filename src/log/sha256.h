// SHA-256, and the hash that names everything in a log.
//
// Uses OpenSSL's block function directly, which picks the processor's SHA instructions: the generic digest interface
// costs more than hashing a whole tree node (measured in `verify_bench.cc`).
#pragma once

#include <array>
#include <bit>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

namespace tansiq::log {

/// 32 bytes of SHA-256. Ordered bytewise. A default `Hash` is all zeros, which is nobody's hash.
struct Hash {
  static constexpr std::size_t kBytes = 32;
  std::array<std::uint8_t, kBytes> bytes{};

  [[nodiscard]] ByteView view() const { return bytes; }
  [[nodiscard]] std::string hex() const { return to_hex(bytes); }
  [[nodiscard]] std::string base64() const { return to_base64(bytes); }
  friend bool operator==(const Hash&, const Hash&) = default;
  /// As the bytes, first byte first; the first eight, which nearly always tell, as one number.
  friend std::strong_ordering operator<=>(const Hash& a, const Hash& b) {
    const auto first = [](const Hash& h) {
      std::uint64_t number = 0;
      std::memcpy(&number, h.bytes.data(), sizeof(number));
      if constexpr (std::endian::native == std::endian::little) number = __builtin_bswap64(number);
      return number;
    };
    if (const auto order = first(a) <=> first(b); order != 0) return order;
    return std::memcmp(a.bytes.data(), b.bytes.data(), kBytes) <=> 0;
  }

  /// Exactly 32 bytes; anything else fails with `kMalformed`.
  [[nodiscard]] static Result<Hash> from_bytes(ByteView bytes);
  /// Canonical base64 of 32 bytes (44 characters), as in checkpoints and proofs.
  [[nodiscard]] static Result<Hash> from_base64(std::string_view text);
  [[nodiscard]] static Result<Hash> from_hex(std::string_view text);
};

/// SHA-256 of `bytes`. About 0.1 µs, and 0.5 ns a byte with SHA instructions.
[[nodiscard]] Hash sha256(ByteView bytes);
[[nodiscard]] inline Hash sha256(std::string_view text) { return sha256(as_bytes(text)); }

/// SHA-256 of what is given piece by piece.
class Sha256 {
 public:
  Sha256();
  Sha256& update(ByteView bytes);
  Sha256& update(std::string_view text) { return update(as_bytes(text)); }
  /// The hash; afterwards the object starts anew.
  [[nodiscard]] Hash finish();

 private:
  alignas(8) std::array<std::byte, 112> state_;  // OpenSSL's context; its size is checked in sha256.cc
};

}  // namespace tansiq::log

template <>
struct std::hash<tansiq::log::Hash> {
  std::size_t operator()(const tansiq::log::Hash& of) const noexcept {
    std::size_t value = 0;
    std::memcpy(&value, of.bytes.data(), sizeof value);
    return value;
  }
};
