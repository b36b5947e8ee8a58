// The hash type of the store: SHA-256, 32 bytes.
#pragma once

#include <array>
#include <cstdint>

namespace tansiq::store {

using Hash = std::array<std::uint8_t, 32>;

}  // namespace tansiq::store
