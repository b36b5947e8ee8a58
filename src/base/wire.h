// Binary forms, piece by piece: big-endian numbers and runs of bytes, written to a string and read with bounds.
//
//   std::string out;
//   append_number(out, std::uint32_t{7});
//   append_run<std::uint16_t>(out, "text");          // u16 length ‖ bytes
//
//   WireCursor cursor(bytes, "answer");              // "the answer ends within its entries"
//   const auto count = TRY(cursor.number<std::uint32_t>("number of entries"));
//   const std::string_view text = TRY(cursor.run<std::uint16_t>("text"));
#pragma once

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>

#include "base/invariant.h"
#include "base/result.h"

namespace tansiq {

/// Writes over what stands at `at`.
template <class T>
void put_number(std::string& out, std::size_t at, T value) {
  static_assert(std::is_unsigned_v<T>);
  for (std::size_t i = 0; i < sizeof(T); ++i) {
    out[at + i] = static_cast<char>(static_cast<std::uint64_t>(value) >> (8 * (sizeof(T) - 1 - i)));
  }
}

template <class T>
void append_number(std::string& out, T value) {
  out.append(sizeof(T), '\0');
  put_number(out, out.size() - sizeof(T), value);
}

/// A length in a `Length`, then the bytes. One that is too long is a broken invariant.
template <class Length>
void append_run(std::string& out, std::string_view bytes) {
  EXPECT_INVARIANT(bytes.size() <= std::numeric_limits<Length>::max());
  append_number(out, static_cast<Length>(bytes.size()));
  out.append(bytes);
}

/// Takes pieces off the front; what is not there is `kMalformed`. Gives views into the bytes, and reserves nothing.
class WireCursor {
 public:
  /// `what` says in errors what is being read; it outlives the cursor.
  WireCursor(std::string_view bytes, std::string_view what) : bytes_(bytes), what_(what) {}

  [[nodiscard]] Result<std::string_view> take(std::size_t count, std::string_view part) {
    if (bytes_.size() < count) {
      return fail(ErrorCode::kMalformed, fmt::format("the {} ends within its {}", what_, part));
    }
    const std::string_view out = bytes_.substr(0, count);
    bytes_.remove_prefix(count);
    return out;
  }
  template <class T>
  [[nodiscard]] Result<T> number(std::string_view part) {
    static_assert(std::is_unsigned_v<T>);
    std::uint64_t value = 0;
    for (const char c : TRY(take(sizeof(T), part))) value = value << 8 | static_cast<std::uint8_t>(c);
    return static_cast<T>(value);
  }
  template <class Length>
  [[nodiscard]] Result<std::string_view> run(std::string_view part) {
    const auto length = TRY(number<Length>(part));
    return take(length, part);
  }
  [[nodiscard]] std::size_t left() const { return bytes_.size(); }

 private:
  std::string_view bytes_;
  std::string_view what_;
};

}  // namespace tansiq
