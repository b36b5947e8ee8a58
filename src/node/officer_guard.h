// Who guesses passwords waits: twice as long with each failure beyond the first few, an account for itself and a
// network for itself, and never for good.
//
//   TRY_VOID(guard.may_try(name, network, now));      // before anything is hashed
//   … guard.failed(name, network, now) / guard.succeeded(name)
//
// A device on which an officer has signed in before (officer_device.h) is counted for itself alone: whoever guesses
// from elsewhere does not make its owner wait there, and whoever has the device has no more guesses than anybody. Names
// that nobody has are counted like all others, so that waiting tells nothing. A success forgives the account, not the
// network: whoever has an account does not buy guesses at others' with it. The memory is bounded; when it is full, the
// entry with the fewest failures goes, of those the oldest. Entries are forgotten a day after their last failure.
//
// Times are milliseconds of a clock that only goes forward. Any thread.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace tansiq::node {

struct GuardLimits {
  unsigned account_free = 5;   ///< Failures before an account waits.
  unsigned network_free = 20;  ///< Behind one address there may be a whole centre.
  DurationMs wait_ms = 1'000;  ///< The first wait.
  DurationMs wait_ms_max = 15LL * 60'000;
  DurationMs forget_ms = 24LL * 3'600'000;
  std::size_t entries_max = 4'096;  ///< Of accounts, and again of devices, and of networks.
};

class GuessGuard {
 public:
  explicit GuessGuard(const GuardLimits& limits = {}) : limits_(limits) {}

  // `device`: one of this name's, verified; empty: none.

  /// Fails with `kRateLimited`; the message says how long.
  [[nodiscard]] Status may_try(std::string_view name, std::string_view network, std::int64_t now_ms,
                               std::string_view device = {}) const;
  /// True when the account, or the device, waits from now on and did not before.
  bool failed(std::string_view name, std::string_view network, std::int64_t now_ms, std::string_view device = {});
  /// Forgives the way by which it came, and no other: he who guesses learns nothing, and gains nothing, from it.
  void succeeded(std::string_view name, std::string_view device = {});
  /// Forgets the failures of an account and its devices, and all networks': an officer who is locked out may be behind
  /// any.
  void lift(std::string_view name);
  /// How long the account still waits where no device is known; 0: not.
  [[nodiscard]] DurationMs wait(std::string_view name, std::int64_t now_ms) const;
  [[nodiscard]] std::size_t entries() const;

  /// What is counted, for a file that outlives the process. Times of the same clock.
  enum class Kind : std::uint8_t { kAccount, kDevice, kNetwork };
  struct Row {
    Kind kind = Kind::kAccount;
    std::string name;    ///< Of the account, or the network.
    std::string device;  ///< Of `kDevice`.
    unsigned count = 0;
    std::int64_t last_ms = 0;
    std::int64_t until_ms = 0;
    friend bool operator==(const Row&, const Row&) = default;
  };
  [[nodiscard]] std::vector<Row> rows() const;
  /// Into a fresh one. A wait is never longer than the longest there is, whatever the clocks say.
  void restore(const std::vector<Row>& rows, std::int64_t now_ms);

 private:
  struct Failures {
    unsigned count = 0;
    std::int64_t last_ms = 0;
    std::int64_t until_ms = 0;
  };
  using Table = std::map<std::string, Failures, std::less<>>;
  [[nodiscard]] static DurationMs wait_in(const Table& table, std::string_view key, std::int64_t now_ms);
  bool count(Table& table, std::string_view key, unsigned free, std::int64_t now_ms);

  [[nodiscard]] static std::string device_key(std::string_view name, std::string_view device);

  const GuardLimits limits_;
  mutable std::mutex mutex_;
  Table accounts_, devices_, networks_;
};

}  // namespace tansiq::node
