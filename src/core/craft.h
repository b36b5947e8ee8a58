// Who flies or sails an intent, as sensors tell craft apart: by the address of a transponder, by MMSI, by a code that
// is lent for a while. Parsed once, at the border, into values that cannot be wrong.
//
//   const auto address = TRY(IcaoAddress::parse("4ca1fa"));   // either case; str() is "4CA1FA"
//   TRY_VOID(check_craft(craft));                             // a whole list: bounds, and nothing named twice
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace tansiq::core {

/// Craft of one intent: a formation, a convoy, a swarm that is heard one by one.
inline constexpr std::size_t kCraftMax = 16;

/// The 24-bit address of a transponder. Neither all zeros nor all ones, which are nobody's.
struct IcaoAddress {
  std::uint32_t value = 1;
  /// Six hexadecimal digits in either case. Fails with `kInvalid`.
  [[nodiscard]] static Result<IcaoAddress> parse(std::string_view text);
  /// Upper case, as records have it.
  [[nodiscard]] std::string str() const;
  friend auto operator<=>(const IcaoAddress&, const IcaoAddress&) = default;
};

/// Maritime Mobile Service Identity; not 000000000.
struct Mmsi {
  std::uint32_t value = 1;
  /// Nine digits. Fails with `kInvalid`.
  [[nodiscard]] static Result<Mmsi> parse(std::string_view text);
  [[nodiscard]] std::string str() const;
  friend auto operator<=>(const Mmsi&, const Mmsi&) = default;
};

/// A mode 3/A code. Which codes are lent to one craft alone is for the reader to know.
struct Mode3a {
  std::uint16_t value = 0;
  /// Four octal digits. Fails with `kInvalid`.
  [[nodiscard]] static Result<Mode3a> parse(std::string_view text);
  [[nodiscard]] std::string str() const;
  friend auto operator<=>(const Mode3a&, const Mode3a&) = default;
};

/// One craft by what is known of it. `from` and `to` bound the time for which the code is lent; absent, that is the
/// time of the intent's own windows.
struct Craft {
  std::optional<UtcMs> from = {};
  std::optional<IcaoAddress> icao = {};
  std::optional<Mmsi> mmsi = {};
  std::optional<Mode3a> mode_3a = {};
  std::optional<UtcMs> to = {};
  friend bool operator==(const Craft&, const Craft&) = default;
};

/// Fails with `kInvalid`: more than kCraftMax, one without any identity, times without a code or in the wrong order, an
/// address or MMSI that stands twice, one code for two at the same time. `where` is as `craft[3].icao`.
[[nodiscard]] Status check_craft(const std::vector<Craft>& craft);

}  // namespace tansiq::core
