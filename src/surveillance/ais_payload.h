// The bits of one AIS message: out of six-bit characters and back (ITU-R M.1371, IEC 61162-1).
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "surveillance/bits.h"

namespace tansiq::surveillance {

/// A message is at most five slots of 256 bits, less their overhead.
inline constexpr std::size_t kAisBitsMax = 1'064;

/// The bits of a message, in the order of the standard. Reading beyond the end is the caller's fault; lengths are
/// checked once, against the message's kind.
class AisPayload {
 public:
  /// Appends the bits of armoured characters; they must be valid. False when they do not fit.
  [[nodiscard]] bool append(std::string_view armoured);
  /// Takes `bits` off the end: those that only filled up the last character.
  void drop(unsigned bits) { size_ -= bits < size_ ? bits : static_cast<unsigned>(size_); }
  void clear() {
    size_ = 0;
    bytes_ = {};
  }

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::uint32_t number(std::size_t offset, unsigned width) const {
    return static_cast<std::uint32_t>(get_bits(bytes_.data(), offset, width));
  }
  [[nodiscard]] std::int32_t signed_number(std::size_t offset, unsigned width) const {
    return static_cast<std::int32_t>(get_signed_bits(bytes_.data(), offset, width));
  }
  [[nodiscard]] bool flag(std::size_t offset) const { return number(offset, 1) != 0; }

  /// Six-bit text of `chars` characters, up to the first `@`, without spaces at its end. `Out` is a FixedText.
  template <class Out>
  void text(std::size_t offset, std::size_t chars, Out& out) const {
    out.clear();
    for (std::size_t i = 0; i < chars; ++i) {
      const std::uint32_t six = number(offset + 6 * i, 6);
      if (six == 0) break;
      out.push_back(static_cast<char>(six < 32 ? six + 64 : six));
    }
    out.trim_right();
  }

  // Writing.
  void put(unsigned width, std::int64_t value);
  /// Upper case; what has no six-bit form becomes a space; filled up with `@`.
  void put_text(std::size_t chars, std::string_view text);
  /// Armoured characters of all bits; `fill` gets how many were added.
  [[nodiscard]] std::string armoured(unsigned& fill) const;

 private:
  std::size_t size_ = 0;
  std::array<std::uint8_t, kAisBitsMax / 8 + 8> bytes_{};
};

}  // namespace tansiq::surveillance
