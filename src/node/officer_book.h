// The officers of this authority as this node knows them: accounts, and who is on watch.
//
//   auto book = TRY(OfficerBook::open(data_dir));                                    // officers.json, or nothing yet
//   TRY_VOID(book->add("duty", OfficerRole::kOfficer, TRY(make_secret(password, {})), Provisional::kNo));
//   TRY_VOID(book->take_watch("duty", clock.now()));
//
// Kept in `officers.json` of the data folder (0600), replaced whole and synced before any of these functions returns;
// when the disk refuses, everything is as it was. A file that others may read, or that this program did not write, is
// refused. An account is a person or a function; the acts of both are attributed to `<name>@<authority>`.
//
// Whatever changes what an account may do (password, role, disabled) gives it a new `epoch`; what was signed in under
// an older one is signed in no more. Epochs are never given twice, so neither is an account that was removed and made
// anew.
//
// The watch: nobody is put on it by another. Who hands over stays until the other has taken it. On watch are enabled
// accounts only; who is disabled, demoted to observer or removed has left it.
//
// Any thread. Changes wait for the disk, so not on I/O threads; reading never waits for it.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "node/officer_secret.h"

namespace tansiq::node {

inline constexpr std::size_t kOfficersMax = 200;
inline constexpr std::size_t kOfficerNameBytesMax = 32;
/// Nobody keeps watch longer than that without taking it anew: who has gone home without a word is not on watch.
inline constexpr DurationMs kWatchMsMax = 14LL * 3'600'000;

enum class OfficerRole : std::uint8_t {
  kObserver,    ///< Sees.
  kOfficer,     ///< Acts for the authority, and keeps watch.
  kSupervisor,  ///< And keeps the accounts.
};
[[nodiscard]] std::string_view to_text(OfficerRole role);
/// Fails with `kInvalid`.
[[nodiscard]] Result<OfficerRole> parse_officer_role(std::string_view text);

/// Small letters, digits, `.`, `_`, `-`, at most 32, beginning with a letter or digit. Fails with `kInvalid`.
[[nodiscard]] Status check_officer_name(std::string_view name);

/// Whether somebody else than the officer has chosen the password: then it is good for choosing another, and no more.
enum class Provisional : bool { kNo, kYes };

struct OfficerAccount {
  std::string name;
  OfficerRole role = OfficerRole::kObserver;
  bool disabled = false;
  bool provisional = false;
  std::uint64_t epoch = 0;
  OfficerSecret secret;
  [[nodiscard]] bool acts() const { return !disabled && !provisional && role != OfficerRole::kObserver; }
  friend bool operator==(const OfficerAccount&, const OfficerAccount&) = default;
};

/// Somebody on watch.
struct WatchKeeper {
  std::string name;
  UtcMs since;
  std::string offered;  ///< To whom it is being handed over; empty: to nobody.
  friend bool operator==(const WatchKeeper&, const WatchKeeper&) = default;
};

/// How the last one left.
enum class WatchEnd : std::uint8_t { kNobodyLeft, kOthersRemain };

class OfficerBook {
 public:
  /// Fails with `kForbidden` (others may read the file), `kCorrupt`, `kIo`.
  [[nodiscard]] static Result<std::unique_ptr<OfficerBook>> open(const std::filesystem::path& data_dir);

  [[nodiscard]] std::optional<OfficerAccount> find(std::string_view name) const;
  [[nodiscard]] std::vector<OfficerAccount> accounts() const;  ///< By name.
  [[nodiscard]] bool empty() const;
  [[nodiscard]] std::vector<WatchKeeper> watch() const;  ///< By name.
  [[nodiscard]] bool attended() const;

  // Changes. All fail with `kNotFound` for a name that is none, and `kIo`.

  /// Fails with `kConflict` when the name is taken, `kInvalid`, `kTooLarge` beyond kOfficersMax.
  [[nodiscard]] Status add(std::string_view name, OfficerRole role, const OfficerSecret& secret,
                           Provisional provisional);
  /// Fails with `kVersionMismatch` when the account has changed since `epoch` (hashing takes a while).
  [[nodiscard]] Status set_secret(std::string_view name, std::uint64_t epoch, const OfficerSecret& secret,
                                  Provisional provisional);
  /// Nothing for what stays. Fails with `kWrongState` when no enabled supervisor would be left.
  [[nodiscard]] Status change(std::string_view name, std::optional<OfficerRole> role, std::optional<bool> disabled);
  /// The same.
  [[nodiscard]] Status remove(std::string_view name);

  /// On watch from now on, and again for kWatchMsMax; everybody who hands over to `name` has left. Fails with
  /// `kForbidden` for who may not act.
  [[nodiscard]] Status take_watch(std::string_view name, UtcMs now);
  /// Fails with `kWrongState` when `name` is not on watch, `kNotFound` when `to` is nobody, `kForbidden` when `to` may
  /// not act, `kInvalid` for oneself.
  [[nodiscard]] Status offer_watch(std::string_view name, std::string_view to);
  /// Fails with `kWrongState` when `name` is not on watch.
  [[nodiscard]] Result<WatchEnd> leave_watch(std::string_view name);
  /// Takes those off who have been on it for longer than kWatchMsMax; their names.
  [[nodiscard]] Result<std::vector<std::string>> end_long_watches(UtcMs now);

 private:
  struct Content {
    std::map<std::string, OfficerAccount, std::less<>> accounts;
    std::map<std::string, WatchKeeper, std::less<>> watch;
    std::uint64_t revision = 0;  ///< The epoch that was given last.
  };

  explicit OfficerBook(std::filesystem::path path) : path_(std::move(path)) {}
  [[nodiscard]] Status read();
  [[nodiscard]] static std::string written(const Content& content);
  [[nodiscard]] static Result<Content> parsed(std::string_view text);
  /// Makes `next` durable, then current. Needs `changing_`.
  [[nodiscard]] Status become(Content next);
  [[nodiscard]] Content copy() const;
  static void settle_watch(Content& content);

  const std::filesystem::path path_;
  std::mutex changing_;       ///< One change at a time, held while the disk works.
  mutable std::mutex mutex_;  ///< Guards `content_`, held for moments.
  Content content_;
};

}  // namespace tansiq::node
