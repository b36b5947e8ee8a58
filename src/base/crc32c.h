// CRC-32C (Castagnoli, as in RFC 3720): finds damage in what is stored or sent. It proves nothing against somebody who
// wants to deceive; hashes and signatures do (log/).
#pragma once

#include <cstdint>

#include "base/bytes.h"

namespace tansiq {

/// The checksum of `bytes`, going on from that of what stands before them: `crc32c(b, crc32c(a))` is that of a ‖ b.
/// Eight octets a step, without instructions that a processor may lack.
[[nodiscard]] std::uint32_t crc32c(ByteView bytes, std::uint32_t before = 0);

}  // namespace tansiq
