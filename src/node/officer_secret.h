// What only one officer knows, and what it opens: his password, kept as an Argon2id hash, and his personal signing key
// (Ed25519), whose seed is encrypted under a second key that Argon2id makes of the same password with its own salt.
// Whoever has the file has neither.
//
// Each of these functions but `check_password_rule` takes as long, and as much memory, as `PasswordCost` says: never on
// an I/O thread, never on the core thread, and never many at once.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

namespace tansiq::node {

inline constexpr std::size_t kPasswordCharactersMin = 12;
inline constexpr std::size_t kPasswordBytesMax = 256;

/// What one guess costs. The default is libsodium's MODERATE: 256 MiB, about 0.7 s.
struct PasswordCost {
  std::uint64_t passes = 3;
  std::uint64_t memory_kib = 262'144;
  friend bool operator==(const PasswordCost&, const PasswordCost&) = default;
};
/// Beyond that a file is not what this program writes.
inline constexpr PasswordCost kPasswordCostMax{16, 1'048'576};

/// As it stands in the file.
struct OfficerSecret {
  std::string password_hash;                    ///< `$argon2id$v=19$m=…`, with its own salt and cost.
  std::array<std::uint8_t, 32> public_key{};    ///< Of the personal key.
  std::array<std::uint8_t, 16> key_salt{};      ///< For the key that encrypts the seed.
  PasswordCost key_cost;                        ///< The same.
  std::array<std::uint8_t, 24 + 48> key_box{};  ///< Nonce, then secretbox of the seed.
  friend bool operator==(const OfficerSecret&, const OfficerSecret&) = default;
};

/// A personal key, opened: signs until it is destroyed, which wipes it. It stands in pages of its own that are locked
/// (no swap, as far as the system's limit goes) and left out of core dumps, between pages that nobody may touch. Any
/// thread.
class OfficerKey {
 public:
  explicit OfficerKey(const std::array<std::uint8_t, 32>& seed);
  OfficerKey(const OfficerKey&) = delete;
  OfficerKey& operator=(const OfficerKey&) = delete;
  OfficerKey(OfficerKey&& other) noexcept = default;
  OfficerKey& operator=(OfficerKey&&) = delete;
  ~OfficerKey() = default;

  [[nodiscard]] std::array<std::uint8_t, 64> sign(std::string_view message) const;
  [[nodiscard]] const std::array<std::uint8_t, 32>& public_key() const { return public_; }

 private:
  struct Free {
    void operator()(std::uint8_t* bytes) const noexcept;
  };
  std::unique_ptr<std::uint8_t, Free> secret_;  ///< 64 bytes; null once it was moved.
  std::array<std::uint8_t, 32> public_{};
};

/// Whether a signature is that of the key.
[[nodiscard]] bool officer_signature_fits(const std::array<std::uint8_t, 32>& public_key, std::string_view message,
                                          const std::array<std::uint8_t, 64>& signature);

/// 12 characters at least, 256 bytes at most, UTF-8, and not the account's name over and over. Fails with `kInvalid`.
[[nodiscard]] Status check_password_rule(std::string_view password, std::string_view name);

/// A hash and a new personal key. Fails with `kUnavailable` when there is no memory for it.
[[nodiscard]] Result<OfficerSecret> make_secret(std::string_view password, const PasswordCost& cost);
/// The same personal key under another password. Fails with `kUnauthenticated` when `old_password` does not open it.
[[nodiscard]] Result<OfficerSecret> change_secret(const OfficerSecret& secret, std::string_view old_password,
                                                  std::string_view new_password, const PasswordCost& cost);
/// A hash of no known password, at that cost: what is worked on for a name that nobody has.
[[nodiscard]] std::string stand_in_hash(const PasswordCost& cost);
/// Whether it is the password. Without a secret (nobody has that name) it takes the same time, and it is not.
[[nodiscard]] bool password_fits(const OfficerSecret* secret, std::string_view password, const PasswordCost& cost);
/// Opens the personal key. Fails with `kUnauthenticated`, `kCorrupt` when it is another than its public half says.
[[nodiscard]] Result<OfficerKey> open_key(const OfficerSecret& secret, std::string_view password);

}  // namespace tansiq::node
