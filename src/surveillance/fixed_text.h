// Short texts inside a value: no allocation, a bound in the type.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

namespace tansiq::surveillance {

/// At most `N` bytes of text. What is longer is cut at `N`, so a type is chosen wide enough for its format; reports
/// carry their texts so, because a decoder must not allocate a record.
template <std::size_t N>
class FixedText {
  static_assert(N < 256);

 public:
  constexpr FixedText() = default;
  constexpr FixedText(std::string_view text) { assign(text); }  // NOLINT: a text is a text

  /// A shorter one fits as it is.
  template <std::size_t M>
    requires(M < N)
  constexpr FixedText(const FixedText<M>& other) {  // NOLINT: loses nothing
    assign(other.view());
  }

  constexpr void assign(std::string_view text) {
    std::size_t size = std::min(text.size(), N);
    // A cut never goes through a character of UTF-8.
    if (size < text.size()) {
      while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80) --size;
    }
    size_ = static_cast<std::uint8_t>(size);
    std::copy_n(text.begin(), size_, bytes_.begin());
  }
  constexpr void push_back(char c) {
    if (size_ < N) bytes_[size_++] = c;
  }
  constexpr void clear() { size_ = 0; }
  constexpr void trim_right(char c = ' ') {
    while (size_ > 0 && bytes_[size_ - 1U] == c) --size_;
  }
  [[nodiscard]] constexpr std::string_view view() const { return {bytes_.data(), size_}; }
  [[nodiscard]] constexpr bool empty() const { return size_ == 0; }
  [[nodiscard]] static constexpr std::size_t capacity() { return N; }

  friend constexpr bool operator==(const FixedText& a, const FixedText& b) { return a.view() == b.view(); }

 private:
  std::array<char, N> bytes_;
  std::uint8_t size_ = 0;
};

}  // namespace tansiq::surveillance
