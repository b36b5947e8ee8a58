#include "surveillance/mode_s.h"

#include <algorithm>

#include "surveillance/bits.h"

namespace tansiq::surveillance {
namespace {

constexpr std::uint32_t kPolynomial = 0xFFF409;  // Without its leading term.

constexpr std::array<std::uint32_t, 256> make_parity_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t value = i << 16;
    for (int bit = 0; bit < 8; ++bit) {
      value = (value & 0x800000) != 0 ? (value << 1 ^ kPolynomial) & 0xFFFFFF : value << 1;
    }
    table[i] = value;
  }
  return table;
}
constexpr std::array<std::uint32_t, 256> kParity = make_parity_table();

std::uint32_t parity_of(ByteView data) {
  std::uint32_t parity = 0;
  for (const std::uint8_t byte : data) parity = (parity << 8 & 0xFFFFFF) ^ kParity[parity >> 16 ^ byte];
  return parity;
}

/// Bits of a 13-bit field by their names. From the most significant: C1 A1 C2 A2 C4 A4 M B1 Q B2 D2 B4 D4.
struct Pulses {
  std::uint32_t code;
  [[nodiscard]] constexpr std::uint32_t at(int place) const { return code >> (12 - place) & 1; }
  [[nodiscard]] constexpr std::uint32_t a() const { return at(5) << 2 | at(3) << 1 | at(1); }
  [[nodiscard]] constexpr std::uint32_t b() const { return at(11) << 2 | at(9) << 1 | at(7); }
  [[nodiscard]] constexpr std::uint32_t c() const { return at(4) << 2 | at(2) << 1 | at(0); }
  [[nodiscard]] constexpr std::uint32_t d() const { return at(12) << 2 | at(10) << 1 | at(8); }
};

constexpr std::uint32_t from_gray(std::uint32_t gray) {
  std::uint32_t value = gray;
  for (std::uint32_t shift = gray >> 1; shift != 0; shift >>= 1) value ^= shift;
  return value;
}

/// Mode C (Gillham): D2 D4 A1 A2 A4 B1 B2 B4 count 500 feet in Gray code, C1 C2 C4 the five hundreds of each.
std::optional<std::int32_t> gillham_feet(Pulses p) {
  if (p.at(8) != 0) return std::nullopt;  // D1 is never used for heights.
  const std::uint32_t five_hundreds = from_gray(p.at(10) << 7 | p.at(12) << 6 | p.at(1) << 5 | p.at(3) << 4 |
                                                p.at(5) << 3 | p.at(7) << 2 | p.at(9) << 1 | p.at(11));
  std::uint32_t hundreds = from_gray(p.at(0) << 2 | p.at(2) << 1 | p.at(4));
  if (hundreds == 0 || hundreds == 5 || hundreds == 6) return std::nullopt;
  if (hundreds == 7) hundreds = 5;
  if (five_hundreds % 2 != 0) hundreds = 6 - hundreds;
  return static_cast<std::int32_t>(five_hundreds * 500 + hundreds * 100) - 1'300;
}

/// Movement codes from `first` on count steps of `step` eighths of a knot from `from`.
struct MovementBand {
  std::int32_t first;
  std::int32_t from;
  std::int32_t step;
};
constexpr std::array<MovementBand, 7> kMovement{
    {{1, 0, 1}, {2, 1, 1}, {9, 8, 2}, {13, 16, 4}, {39, 120, 8}, {94, 560, 16}, {109, 800, 40}}};
constexpr std::int32_t kMovementLast = 124;

constexpr std::string_view kCharacters = "#ABCDEFGHIJKLMNOPQRSTUVWXYZ##### ###############0123456789######";
static_assert(kCharacters.size() == 64);

}  // namespace

std::uint32_t mode_s_remainder(ByteView message) {
  if (message.size() < 4) return 0xFFFFFF;
  const std::uint8_t* tail = message.data() + message.size() - 3;
  const std::uint32_t sent =
      static_cast<std::uint32_t>(tail[0]) << 16 | static_cast<std::uint32_t>(tail[1]) << 8 | tail[2];
  return parity_of(message.first(message.size() - 3)) ^ sent;
}

void put_mode_s_parity(std::span<std::uint8_t> message, std::uint32_t overlay) {
  const std::uint32_t parity = parity_of(message.first(message.size() - 3)) ^ overlay;
  std::uint8_t* tail = message.data() + message.size() - 3;
  tail[0] = static_cast<std::uint8_t>(parity >> 16);
  tail[1] = static_cast<std::uint8_t>(parity >> 8);
  tail[2] = static_cast<std::uint8_t>(parity);
}

std::optional<std::int32_t> altitude_13(std::uint32_t code) {
  if (code == 0) return std::nullopt;
  const bool metric = (code & 0x40) != 0;
  if (metric) {
    const std::uint32_t metres = (code & 0x1F80) >> 1 | (code & 0x3F);
    return static_cast<std::int32_t>((metres * 10'000 + 1'524) / 3'048);
  }
  if ((code & 0x10) != 0) {
    const std::uint32_t n = (code & 0x1F80) >> 2 | (code & 0x20) >> 1 | (code & 0x0F);
    return static_cast<std::int32_t>(n * 25) - 1'000;
  }
  return gillham_feet({code});
}

std::optional<std::int32_t> altitude_12(std::uint32_t code) {
  // The squitter's field leaves the M bit out.
  return altitude_13((code & 0xFC0) << 1 | (code & 0x3F));
}

std::optional<std::uint32_t> altitude_12_code(std::int32_t feet) {
  const std::int32_t n = (feet + 1'000 + 12) / 25;
  if (feet < -1'000 || n > 2'047) return std::nullopt;
  const auto bits = static_cast<std::uint32_t>(n);
  return (bits & 0x7F0) << 1 | 0x10 | (bits & 0x0F);
}

std::uint16_t identity_13(std::uint32_t code) {
  const Pulses p{code};
  return static_cast<std::uint16_t>(p.a() << 9 | p.b() << 6 | p.c() << 3 | p.d());
}

std::uint32_t identity_13_code(std::uint16_t mode_3a) {
  constexpr std::array<int, 12> kPlaces{5, 3, 1, 11, 9, 7, 4, 2, 0, 12, 10, 8};  // A4 A2 A1 B4 B2 B1 C4 … D1
  std::uint32_t code = 0;
  for (std::size_t i = 0; i < kPlaces.size(); ++i) {
    if ((mode_3a >> (11 - i) & 1) != 0) code |= 1U << (12 - kPlaces[i]);
  }
  return code;
}

std::optional<std::int32_t> movement_eighth_knots(std::uint32_t code) {
  const auto value = static_cast<std::int32_t>(code);
  if (value < 1 || value > kMovementLast) return std::nullopt;
  std::size_t band = kMovement.size() - 1;
  while (kMovement[band].first > value) --band;
  return kMovement[band].from + (value - kMovement[band].first) * kMovement[band].step;
}

std::uint32_t movement_code(std::int64_t eighth_knots) {
  if (eighth_knots <= 0) return 1;
  std::size_t band = kMovement.size() - 1;
  while (kMovement[band].from > eighth_knots) --band;
  const std::int64_t code = kMovement[band].first + (eighth_knots - kMovement[band].from) / kMovement[band].step;
  return static_cast<std::uint32_t>(std::min<std::int64_t>(code, kMovementLast));
}

FixedText<8> mode_s_text(const std::uint8_t* data, std::size_t offset) {
  FixedText<8> out;
  for (std::size_t i = 0; i < 8; ++i) out.push_back(kCharacters[get_bits(data, offset + 6 * i, 6)]);
  out.trim_right();
  return out;
}

void put_mode_s_text(std::uint8_t* data, std::size_t offset, std::string_view text) {
  for (std::size_t i = 0; i < 8; ++i) {
    char c = i < text.size() ? text[i] : ' ';
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    const std::size_t code = c == '#' ? std::string_view::npos : kCharacters.find(c);
    put_bits(data, offset + 6 * i, 6, code == std::string_view::npos ? 32 : code);
  }
}

}  // namespace tansiq::surveillance
