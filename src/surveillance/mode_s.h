// What all Mode S replies have in common: parity, codes of altitude and identity, characters (ICAO Annex 10 volume IV).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/bytes.h"
#include "surveillance/fixed_text.h"

namespace tansiq::surveillance {

inline constexpr std::size_t kModeSShortBytes = 7;
inline constexpr std::size_t kModeSLongBytes = 14;

/// Parity of the message without its last three octets, XOR those three: zero for a squitter without fault; the
/// interrogator's code for an all-call reply; the craft's address for every other reply.
[[nodiscard]] std::uint32_t mode_s_remainder(ByteView message);

/// Writes the parity into the last three octets, so that the remainder becomes `overlay`.
void put_mode_s_parity(std::span<std::uint8_t> message, std::uint32_t overlay = 0);

/// Height in feet of a 12-bit altitude field (extended squitter); steps of 25 feet, or of 100 in Gray code below
/// 50,175. Nothing for zero ("not available") and for codes that no encoder can send.
[[nodiscard]] std::optional<std::int32_t> altitude_12(std::uint32_t code);
/// The same for the 13-bit field of replies, which may be in metres.
[[nodiscard]] std::optional<std::int32_t> altitude_13(std::uint32_t code);
/// 25-foot steps; nothing below -1,000 or above 50,175 feet.
[[nodiscard]] std::optional<std::uint32_t> altitude_12_code(std::int32_t feet);

/// Four octal digits of a 13-bit identity field, as a number.
[[nodiscard]] std::uint16_t identity_13(std::uint32_t code);
[[nodiscard]] std::uint32_t identity_13_code(std::uint16_t mode_3a);

/// Speed of a movement code on the surface, in eighths of a knot: the lower end of steps that grow with the speed.
/// Nothing for "not available" and what is reserved.
[[nodiscard]] std::optional<std::int32_t> movement_eighth_knots(std::uint32_t code);
/// The code whose step holds the speed.
[[nodiscard]] std::uint32_t movement_code(std::int64_t eighth_knots);

/// Eight six-bit characters from bit `offset` on; an unassigned code is a `#`. Spaces at the end are dropped.
[[nodiscard]] FixedText<8> mode_s_text(const std::uint8_t* data, std::size_t offset);
/// Upper case; what has no code becomes a space.
void put_mode_s_text(std::uint8_t* data, std::size_t offset, std::string_view text);

}  // namespace tansiq::surveillance
