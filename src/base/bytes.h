// Bytes and their text forms: hexadecimal, canonical base64, constant-time comparison.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace tansiq {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

/// Views text as bytes. Valid as long as `text` is.
[[nodiscard]] inline ByteView as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

/// Views bytes as text. Valid as long as `bytes` is.
[[nodiscard]] inline std::string_view as_text(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Lower-case hexadecimal.
[[nodiscard]] std::string to_hex(ByteView bytes);
/// Fails with `kMalformed` on an odd length or a character that is not a hexadecimal digit. Either case.
[[nodiscard]] Result<Bytes> from_hex(std::string_view text);
/// The same, into exactly as many bytes as `out` has; after a failure `out` may hold a part.
[[nodiscard]] Status from_hex(std::string_view text, std::span<std::uint8_t> out);

/// Standard base64 with padding.
[[nodiscard]] std::string to_base64(ByteView bytes);
/// Accepts only what `to_base64` writes: padded, no white space, unused bits zero. Fails with `kMalformed`.
[[nodiscard]] Result<Bytes> from_base64(std::string_view text);

/// base64url without padding, as in tokens.
[[nodiscard]] std::string to_base64url(ByteView bytes);
/// Accepts only what `to_base64url` writes. Fails with `kMalformed`.
[[nodiscard]] Result<Bytes> from_base64url(std::string_view text);

/// Compares without revealing by its duration where the first difference is. Lengths are not secret.
[[nodiscard]] bool equal_constant_time(ByteView a, ByteView b);

}  // namespace tansiq
