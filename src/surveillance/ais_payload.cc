#include "surveillance/ais_payload.h"

#include "base/invariant.h"

namespace tansiq::surveillance {
namespace {

constexpr std::uint8_t unarmour(char c) {
  const auto value = static_cast<std::uint8_t>(static_cast<std::uint8_t>(c) - 48);
  return static_cast<std::uint8_t>(value > 40 ? value - 8 : value);
}

}  // namespace

bool AisPayload::append(std::string_view armoured) {
  if (size_ + armoured.size() * 6 > kAisBitsMax) return false;
  // Whole groups of four characters are three octets; a message that begins at an octet is the ordinary case.
  std::size_t i = 0;
  if (size_ % 8 == 0) {
    for (; i + 4 <= armoured.size(); i += 4) {
      const std::uint32_t group = static_cast<std::uint32_t>(unarmour(armoured[i])) << 18 |
                                  static_cast<std::uint32_t>(unarmour(armoured[i + 1])) << 12 |
                                  static_cast<std::uint32_t>(unarmour(armoured[i + 2])) << 6 |
                                  unarmour(armoured[i + 3]);
      const std::size_t at = size_ / 8;
      bytes_[at] = static_cast<std::uint8_t>(group >> 16);
      bytes_[at + 1] = static_cast<std::uint8_t>(group >> 8);
      bytes_[at + 2] = static_cast<std::uint8_t>(group);
      size_ += 24;
    }
  }
  for (; i < armoured.size(); ++i) {
    put_bits(bytes_.data(), size_, 6, unarmour(armoured[i]));
    size_ += 6;
  }
  return true;
}

void AisPayload::put(unsigned width, std::int64_t value) {
  EXPECT_INVARIANT(size_ + width <= kAisBitsMax);
  put_bits(bytes_.data(), size_, width, static_cast<std::uint64_t>(value));
  size_ += width;
}

void AisPayload::put_text(std::size_t chars, std::string_view text) {
  for (std::size_t i = 0; i < chars; ++i) {
    if (i >= text.size()) {
      put(6, 0);
      continue;
    }
    char c = text[i];
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    if (c < ' ' || c > '_' || c == '@') c = ' ';
    put(6, c >= '@' ? c - '@' : c);
  }
}

std::string AisPayload::armoured(unsigned& fill) const {
  std::string out;
  fill = static_cast<unsigned>((6 - size_ % 6) % 6);
  for (std::size_t at = 0; at < size_; at += 6) {
    const auto six = static_cast<std::uint8_t>(get_bits(bytes_.data(), at, 6));  // The bits beyond the end are zero.
    out.push_back(static_cast<char>(six < 40 ? six + 48 : six + 56));
  }
  return out;
}

}  // namespace tansiq::surveillance
