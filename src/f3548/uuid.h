// UUIDs as F3548 uses them: names of entities and subscriptions (version 4), requested parts of OVNs (version 7).
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"

namespace tansiq::f3548 {

struct Uuid {
  std::uint64_t high = 0;
  std::uint64_t low = 0;

  /// Any version. Upper case and 32 bare digits are read too, as clients send them. Fails with `kInvalid`.
  [[nodiscard]] static Result<Uuid> parse(std::string_view text);
  /// Lower case, with hyphens: 36 characters.
  [[nodiscard]] std::string str() const;
  [[nodiscard]] int version() const { return static_cast<int>(high >> 12 & 0xF); }
  /// Whether this is of that version, in RFC 9562's variant.
  [[nodiscard]] bool is(int version_wanted) const { return version() == version_wanted && low >> 62 == 2; }
  /// The moment in a version 7.
  [[nodiscard]] UtcMs time() const { return {static_cast<std::int64_t>(high >> 16)}; }
  /// Version 4 from 128 bits that are random enough.
  [[nodiscard]] static Uuid version_4(std::uint64_t high, std::uint64_t low);

  friend auto operator<=>(const Uuid&, const Uuid&) = default;
};

/// What stands in `subscription_id` where there is none. Never a subscription's name.
inline constexpr Uuid kNoSubscription{0x0000'0000'0000'4000, 0x8000'0000'0000'0000};

}  // namespace tansiq::f3548
