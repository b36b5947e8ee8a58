// Inside of the canonical JSON reader and writer: strings and their order. Not for other folders.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace tansiq::log::jcs_detail {

[[nodiscard]] inline std::uint64_t load_word(const char* p) {
  std::uint64_t word = 0;
  std::memcpy(&word, p, sizeof word);
  return word;
}

/// Whether one of eight bytes is a control character, a quote, a backslash or above 7F.
[[nodiscard]] inline bool any_special(std::uint64_t word) {
  constexpr std::uint64_t kOnes = 0x0101'0101'0101'0101;
  constexpr std::uint64_t kTops = 0x80 * kOnes;
  // With all tops clear, a borrow or a zero shows in the byte's own top bit.
  const auto zero = [](std::uint64_t w) { return (w - kOnes) & ~w; };
  return ((word | (word - 0x20 * kOnes) | zero(word ^ ('"' * kOnes)) | zero(word ^ ('\\' * kOnes))) & kTops) != 0;
}

/// The first byte in [p, end) that does not stand for itself in a string: a control character, `"`, `\`, or a byte of
/// a longer UTF-8 sequence; `end` if there is none. Sixteen bytes a step where the processor can.
[[nodiscard]] inline const char* find_special(const char* p, const char* end) {
#if defined(__SSE2__)
  const __m128i space = _mm_set1_epi8(0x20);
  const __m128i quote = _mm_set1_epi8('"');
  const __m128i backslash = _mm_set1_epi8('\\');
  while (end - p >= 16) {
    __m128i v;
    std::memcpy(&v, p, 16);
    // Signed comparison: bytes from 80 on are negative, so one test finds them and the control characters.
    const __m128i hit =
        _mm_or_si128(_mm_cmplt_epi8(v, space), _mm_or_si128(_mm_cmpeq_epi8(v, quote), _mm_cmpeq_epi8(v, backslash)));
    const auto mask = static_cast<unsigned>(_mm_movemask_epi8(hit));
    if (mask != 0) return p + __builtin_ctz(mask);
    p += 16;
  }
#endif
  // Of what is left, most is plain and from eight bytes up: two words that may overlap tell.
  const std::ptrdiff_t left = end - p;
  if (left >= 8 && left <= 16 && !any_special(load_word(p)) && !any_special(load_word(end - 8))) return end;
  while (p < end && static_cast<signed char>(*p) >= 0x20 && *p != '"' && *p != '\\') ++p;
  return p;
}

enum class Noncharacters : bool { kRefused, kAllowed };

/// Length of the valid UTF-8 sequence of two to four bytes at `p`, or 0: overlong, surrogate, above U+10FFFF, cut off,
/// or a noncharacter (RFC 7493 section 2.1 refuses the last; notes allow them).
template <Noncharacters kNoncharacters = Noncharacters::kRefused>
[[nodiscard]] inline int utf8_sequence(const char* p, const char* end) {
  const auto byte = [p](int i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(p[i])); };
  const auto tail = [&byte](int i) { return (byte(i) & 0xC0U) == 0x80U; };
  const std::uint32_t first = byte(0);
  if (first >= 0xC2 && first <= 0xDF) return end - p >= 2 && tail(1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    if (end - p < 3 || !tail(1) || !tail(2)) return 0;
    const std::uint32_t c = (first & 0x0FU) << 12 | (byte(1) & 0x3FU) << 6 | (byte(2) & 0x3FU);
    const bool surrogate = c >= 0xD800 && c <= 0xDFFF;
    const bool noncharacter = (c >= 0xFDD0 && c <= 0xFDEF) || c >= 0xFFFE;
    const bool fit = kNoncharacters == Noncharacters::kAllowed || !noncharacter;
    return c >= 0x800 && !surrogate && fit ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    if (end - p < 4 || !tail(1) || !tail(2) || !tail(3)) return 0;
    const std::uint32_t c =
        (first & 0x07U) << 18 | (byte(1) & 0x3FU) << 12 | (byte(2) & 0x3FU) << 6 | (byte(3) & 0x3FU);
    const bool fit = kNoncharacters == Noncharacters::kAllowed || (c & 0xFFFEU) != 0xFFFEU;
    return c >= 0x10000 && c <= 0x10FFFF && fit ? 4 : 0;
  }
  return 0;
}

[[nodiscard]] inline int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

/// Length of the canonical escape at `p` (which points at the backslash), or 0; its one byte goes to `out`.
[[nodiscard]] inline int read_escape(const char* p, const char* end, char& out) {
  if (end - p < 2) return 0;
  switch (p[1]) {
    case '"':
      out = '"';
      return 2;
    case '\\':
      out = '\\';
      return 2;
    case 'b':
      out = '\b';
      return 2;
    case 't':
      out = '\t';
      return 2;
    case 'n':
      out = '\n';
      return 2;
    case 'f':
      out = '\f';
      return 2;
    case 'r':
      out = '\r';
      return 2;
    case 'u':
      break;
    default:
      return 0;
  }
  if (end - p < 6 || p[2] != '0' || p[3] != '0') return 0;
  const int high = hex_value(p[4]);
  const int low = hex_value(p[5]);
  if ((high != 0 && high != 1) || low < 0) return 0;
  out = static_cast<char>(high * 16 + low);
  // These five have a short form, and only that is canonical.
  if (out == '\b' || out == '\t' || out == '\n' || out == '\f' || out == '\r') return 0;
  return 6;
}

/// Walks the bytes of a name as they are after unescaping.
class NameBytes {
 public:
  explicit NameBytes(std::string_view canonical) : p_(canonical.data()), end_(p_ + canonical.size()) {}
  /// The next byte, or -1 at the end.
  [[nodiscard]] int next() {
    if (p_ == end_) return -1;
    if (*p_ != '\\') return static_cast<unsigned char>(*p_++);
    char out = 0;
    p_ += read_escape(p_, end_, out);
    return static_cast<unsigned char>(out);
  }

 private:
  const char* p_;
  const char* end_;
};

/// Order of two names, given as they stand escaped between their quotes: by UTF-16 code units after unescaping. On
/// UTF-8 that is byte order, except that supplementary characters (F0 and above; surrogates D800–DFFF in UTF-16) come
/// before U+E000–U+FFFF, whose lead bytes are EE and EF (the format sheet, section 9).
[[nodiscard]] inline std::strong_ordering compare_first_difference(int x, int y) {
  if (x >= 0xEE && y >= 0xEE && (x >= 0xF0) != (y >= 0xF0)) {
    return x >= 0xF0 ? std::strong_ordering::less : std::strong_ordering::greater;
  }
  return x <=> y;
}

[[nodiscard]] inline std::strong_ordering compare_escaped_names(std::string_view a, std::string_view b) {
  NameBytes left(a);
  NameBytes right(b);
  while (true) {
    const int x = left.next();
    const int y = right.next();
    if (x != y) return compare_first_difference(x, y);
    if (x < 0) return std::strong_ordering::equal;
  }
}

/// The same for names without escapes.
[[nodiscard]] inline std::strong_ordering compare_plain_names(std::string_view a, std::string_view b) {
  const std::size_t both = a.size() < b.size() ? a.size() : b.size();
  for (std::size_t i = 0; i < both; ++i) {
    const int x = static_cast<unsigned char>(a[i]);
    const int y = static_cast<unsigned char>(b[i]);
    if (x != y) return compare_first_difference(x, y);
  }
  return a.size() <=> b.size();
}

}  // namespace tansiq::log::jcs_detail
