#include "base/foreign_text.h"

#include <cstdint>

namespace tansiq {
namespace {

/// One character, and what it stands for. `bytes` is 1 where the bytes are no UTF-8.
struct Character {
  std::size_t bytes = 1;
  bool fit = false;
  std::uint32_t code = 0;
};

/// The character at the beginning of a text that is not empty. By the shape of its first byte, then by its value: what
/// is overlong, a surrogate or beyond the last plane has the shape and not the value.
Character first_of(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(text[i])); };
  const std::uint32_t lead = byte(0);
  if (lead < 0x80) return {1, true, lead};
  std::size_t length = 0;
  std::uint32_t least = 0;
  if ((lead & 0xE0) == 0xC0) {
    length = 2;
    least = 0x80;
  } else if ((lead & 0xF0) == 0xE0) {
    length = 3;
    least = 0x800;
  } else if ((lead & 0xF8) == 0xF0) {
    length = 4;
    least = 0x1'0000;
  }
  if (length == 0 || text.size() < length) return {};
  std::uint32_t code = lead & (0x7FU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {};
    code = code << 6 | (byte(i) & 0x3F);
  }
  const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
  if (code < least || code > 0x10'FFFF || surrogate) return {};
  const bool noncharacter = (code & 0xFFFE) == 0xFFFE || (code >= 0xFDD0 && code <= 0xFDEF);
  return {length, !noncharacter, code};
}

}  // namespace

std::string foreign_text(std::string_view text, std::size_t bytes_max) {
  std::string out;
  for (std::string_view rest = text; !rest.empty();) {
    const Character next = first_of(rest);
    const bool control = next.fit && (next.code < 0x20 || (next.code >= 0x7F && next.code < 0xA0));
    const std::string_view as = control ? " " : next.fit ? rest.substr(0, next.bytes) : "?";
    if (out.size() + as.size() > bytes_max) return out + "...";
    out += as;
    rest.remove_prefix(next.bytes);
  }
  return out;
}

}  // namespace tansiq
