// What outlives the process of who guesses passwords: who has to wait, and which devices officers have signed in on.
//
// A device is known by a cookie that it was given at a sign-in: `<nonce>.<mac>`, both base64url, the MAC (HMAC-SHA-256)
// over the purpose, the name of the account and the nonce, under a key of this node. It opens nothing: it says by which
// count a wrong password goes (officer_guard.h). It is bound to one account, whose failures elsewhere are nothing to
// it.
//
// Kept in `officer-guard.json` of the data folder (0600), replaced whole and synced with each failure, which has cost
// its guesser most of a second before: a restart is no way to more guesses. Times in it are UTC. Names of accounts are
// written there and no others, for what was typed into the field of a name may be a password. Networks stand in it as
// the guard has them.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "node/officer_guard.h"

namespace tansiq::node {

inline constexpr std::string_view kOfficerGuardName = "officer-guard.json";
/// Of each kind, those with the most failures.
inline constexpr std::size_t kGuardRowsKeptMax = 512;
inline constexpr DurationMs kDeviceCookieMs = 180LL * 24 * 3'600'000;

class DeviceKey {
 public:
  explicit DeviceKey(const std::array<std::uint8_t, 32>& bytes) : bytes_(bytes) {}
  /// A cookie for a device on which `name` has just signed in.
  [[nodiscard]] std::string issue(std::string_view name) const;
  /// The device behind a cookie that was issued for this name; nothing for any other.
  [[nodiscard]] std::optional<std::string> known(std::string_view name, std::string_view cookie) const;
  [[nodiscard]] const std::array<std::uint8_t, 32>& bytes() const { return bytes_; }

 private:
  [[nodiscard]] std::string mac(std::string_view name, std::string_view nonce) const;
  std::array<std::uint8_t, 32> bytes_;
};

/// One thread at a time.
class GuardFile {
 public:
  /// With a fresh key where there is no file yet; it is written with the first `save`. Fails with `kCorrupt`, `kIo`.
  [[nodiscard]] static Result<GuardFile> open(const std::filesystem::path& data_dir);
  [[nodiscard]] const DeviceKey& key() const { return key_; }
  /// Whether the key is on the disk: a device is told of no other.
  [[nodiscard]] bool saved() const { return saved_; }
  /// What stood in the file when it was opened, in `now_ms` of a clock that shows `now`.
  [[nodiscard]] std::vector<GuessGuard::Row> rows(UtcMs now, std::int64_t now_ms) const;
  /// `named`: whether a name is that of an account. Fails with `kIo`.
  [[nodiscard]] Status save(std::vector<GuessGuard::Row> rows, UtcMs now, std::int64_t now_ms,
                            const std::function<bool(const std::string& name)>& named);

 private:
  GuardFile(std::filesystem::path path, const DeviceKey& key) : path_(std::move(path)), key_(key) {}
  [[nodiscard]] Status read(std::string_view text);

  std::filesystem::path path_;
  DeviceKey key_;
  bool saved_ = false;
  std::vector<GuessGuard::Row> rows_;  ///< Their times are UTC.
};

}  // namespace tansiq::node
