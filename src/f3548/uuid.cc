#include "f3548/uuid.h"

#include <fmt/format.h>

#include "base/foreign_text.h"

namespace tansiq::f3548 {
namespace {

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool hyphen_at(std::size_t i) { return i == 8 || i == 13 || i == 18 || i == 23; }

}  // namespace

Result<Uuid> Uuid::parse(std::string_view text) {
  const auto no = [&] {
    return fail(ErrorCode::kInvalid, fmt::format("\"{}\" is no UUID", foreign_text(text, kQuotedBytesMax)));
  };
  const bool hyphens = text.size() == 36;
  if (!hyphens && text.size() != 32) return no();
  Uuid out;
  for (std::size_t i = 0, n = 0; i < text.size(); ++i) {
    if (hyphens && hyphen_at(i)) {
      if (text[i] != '-') return no();
      continue;
    }
    const int value = digit(text[i]);
    if (value < 0) return no();
    std::uint64_t& half = n++ < 16 ? out.high : out.low;
    half = half << 4 | static_cast<std::uint64_t>(value);
  }
  return out;
}

std::string Uuid::str() const {
  return fmt::format("{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", high >> 32, high >> 16 & 0xFFFF, high & 0xFFFF, low >> 48,
                     low & 0xFFFF'FFFF'FFFF);
}

Uuid Uuid::version_4(std::uint64_t high, std::uint64_t low) {
  return {(high & ~std::uint64_t{0xF000}) | 0x4000, (low & ~(std::uint64_t{3} << 62)) | std::uint64_t{2} << 62};
}

}  // namespace tansiq::f3548
