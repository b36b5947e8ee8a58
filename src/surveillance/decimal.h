// Decimal numbers of text formats, straight to integers of the project's units.
#pragma once

#include <charconv>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string_view>

namespace tansiq::surveillance {

/// `text` times `scale`, rounded to the nearest integer, if it is a finite number alone and lies in [least, most].
/// Exponents are read, since some writers use them (`1.0E-4`). Right for decimals of up to 15 digits.
[[nodiscard]] inline std::optional<std::int64_t> parse_scaled(std::string_view text, double scale, std::int64_t least,
                                                              std::int64_t most) {
  if (text.starts_with('+')) text.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  const double product = std::round(value * scale);
  if (!(product >= static_cast<double>(least) && product <= static_cast<double>(most))) return std::nullopt;
  return static_cast<std::int64_t>(product);
}

/// `digits` as a number in base 10 (or another), nothing else in them.
[[nodiscard]] inline std::optional<std::uint32_t> parse_digits(std::string_view digits, int base = 10) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
  if (error != std::errc() || end != digits.data() + digits.size() || digits.empty()) return std::nullopt;
  return value;
}

/// Printable ASCII throughout? What formats of seven bits hold; anything else in them is damage.
[[nodiscard]] constexpr bool is_plain_text(std::string_view text) {
  for (const char c : text) {
    if (c < ' ' || c > '~') return false;
  }
  return true;
}

}  // namespace tansiq::surveillance
