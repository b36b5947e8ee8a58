#include "base/bytes.h"

#include <fmt/format.h>

namespace tansiq {
namespace {

constexpr std::string_view kHex = "0123456789abcdef";
constexpr std::string_view kBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kBase64Url = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

constexpr std::array<std::int8_t, 256> reverse_alphabet(std::string_view alphabet) {
  std::array<std::int8_t, 256> reverse{};
  reverse.fill(-1);
  for (std::size_t i = 0; i < alphabet.size(); ++i) {
    reverse[static_cast<unsigned char>(alphabet[i])] = static_cast<std::int8_t>(i);
  }
  return reverse;
}

constexpr std::array<std::int8_t, 256> reverse_hex() {
  std::array<std::int8_t, 256> reverse = reverse_alphabet(kHex);
  for (std::size_t i = 0; i < 6; ++i) reverse[static_cast<unsigned char>('A' + i)] = static_cast<std::int8_t>(10 + i);
  return reverse;
}
constexpr auto kReverseHex = reverse_hex();

std::string encode(ByteView bytes, std::string_view alphabet, bool pad) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t left = bytes.size() - i;
    const std::uint32_t group = std::uint32_t{bytes[i]} << 16 | (left > 1 ? std::uint32_t{bytes[i + 1]} << 8 : 0) |
                                (left > 2 ? std::uint32_t{bytes[i + 2]} : 0);
    out += alphabet[group >> 18];
    out += alphabet[group >> 12 & 63];
    if (left > 1) out += alphabet[group >> 6 & 63];
    if (left > 2) out += alphabet[group & 63];
    if (pad && left < 3) out.append(3 - left, '=');
  }
  return out;
}

Result<Bytes> decode(std::string_view text, const std::array<std::int8_t, 256>& reverse, bool padded) {
  if (padded) {
    if (text.size() % 4 != 0)
      return fail(ErrorCode::kMalformed, "base64 text has a length that is not a multiple of 4");
    if (text.ends_with("==")) {
      text.remove_suffix(2);
    } else if (text.ends_with('=')) {
      text.remove_suffix(1);
    }
  }
  if (text.size() % 4 == 1) return fail(ErrorCode::kMalformed, "base64 text is cut off");
  Bytes out;
  out.reserve(text.size() * 3 / 4);
  std::uint32_t group = 0;
  int bits = 0;
  for (const char c : text) {
    const int value = reverse[static_cast<unsigned char>(c)];
    if (value < 0) return fail(ErrorCode::kMalformed, "base64 text has a character outside its alphabet");
    group = group << 6 | static_cast<std::uint32_t>(value);
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      out.push_back(static_cast<std::uint8_t>(group >> bits));
      group &= (1U << bits) - 1;
    }
  }
  // Two spellings of the same bytes would let a signature be respelt: unused bits must be zero.
  if (group != 0) return fail(ErrorCode::kMalformed, "base64 text is not canonical: unused bits are set");
  return out;
}

constexpr auto kReverse = reverse_alphabet(kBase64);
constexpr auto kReverseUrl = reverse_alphabet(kBase64Url);

}  // namespace

std::string to_hex(ByteView bytes) {
  std::string out;
  // The size that libstdc++ 12 tells here may be more than was asked for.
  out.resize_and_overwrite(bytes.size() * 2, [&](char* text, std::size_t) {
    for (const std::uint8_t b : bytes) {
      *text++ = kHex[b >> 4];
      *text++ = kHex[b & 15];
    }
    return bytes.size() * 2;
  });
  return out;
}

Status from_hex(std::string_view text, std::span<std::uint8_t> out) {
  if (text.size() != out.size() * 2) {
    return fail(ErrorCode::kMalformed,
                fmt::format("expected {} hexadecimal digits, found {} characters", out.size() * 2, text.size()));
  }
  for (std::size_t i = 0; i < out.size(); ++i) {
    const int high = kReverseHex[static_cast<unsigned char>(text[2 * i])];
    const int low = kReverseHex[static_cast<unsigned char>(text[2 * i + 1])];
    if (high < 0 || low < 0) {
      return fail(ErrorCode::kMalformed,
                  fmt::format("character {} is not a hexadecimal digit", high < 0 ? 2 * i : 2 * i + 1));
    }
    out[i] = static_cast<std::uint8_t>(high << 4 | low);
  }
  return {};
}

Result<Bytes> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) return fail(ErrorCode::kMalformed, "hexadecimal text has an odd length");
  Bytes out(text.size() / 2);
  TRY_VOID(from_hex(text, out));
  return out;
}

std::string to_base64(ByteView bytes) { return encode(bytes, kBase64, true); }
Result<Bytes> from_base64(std::string_view text) { return decode(text, kReverse, true); }
std::string to_base64url(ByteView bytes) { return encode(bytes, kBase64Url, false); }
Result<Bytes> from_base64url(std::string_view text) { return decode(text, kReverseUrl, false); }

bool equal_constant_time(ByteView a, ByteView b) {
  if (a.size() != b.size()) return false;
  unsigned difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) difference |= static_cast<unsigned>(a[i] ^ b[i]);
  return difference == 0;
}

}  // namespace tansiq
