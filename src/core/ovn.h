// Opaque version numbers: who can quote one has been told of that version of that intent.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/intent.h"
#include "log/sha256.h"

namespace tansiq::core {

inline constexpr std::size_t kOvnCharacters = 24;

/// OVN = base64url of the first 18 bytes of HMAC-SHA256(secret, id ‖ 00 ‖ version ‖ 00 ‖ seq), numbers in decimal;
/// `seq` is that of the entry which made the version, so that an id used again never repeats one. Computed when
/// needed, never stored, never logged.
class OvnMaker {
 public:
  using Secret = std::array<std::uint8_t, 32>;
  explicit OvnMaker(const Secret& secret);
  [[nodiscard]] std::string operator()(const Intent& intent) const;
  /// HMAC-SHA256(secret, message): for other things that must be fresh, opaque, and the same after replay. A message
  /// with a letter in its first two parts is no intent's.
  [[nodiscard]] log::Hash mac(std::string_view message) const;

 private:
  std::array<std::uint8_t, 64> inner_{};
  std::array<std::uint8_t, 64> outer_{};
};

}  // namespace tansiq::core
