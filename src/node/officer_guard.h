// Who guesses passwords waits: twice as long with each failure beyond the first few, an account for itself and a
// network for itself, and never for good.
//
//   TRY_VOID(guard.may_try(name, network, now));      // before anything is hashed
//   … guard.failed(name, network, now) / guard.succeeded(name)
//
// Names that nobody has are counted like all others, so that waiting tells nothing. A success forgives the account, not
// the network: whoever has an account does not buy guesses at others' with it. The memory is bounded; when it is full,
// the entry with the fewest failures goes, of those the oldest. Entries are forgotten a day after their last failure.
//
// Times are milliseconds of a clock that only goes forward. Any thread.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"

namespace tansiq::node {

struct GuardLimits {
  unsigned account_free = 5;   ///< Failures before an account waits.
  unsigned network_free = 20;  ///< Behind one address there may be a whole centre.
  DurationMs wait_ms = 1'000;  ///< The first wait.
  DurationMs wait_ms_max = 15LL * 60'000;
  DurationMs forget_ms = 24LL * 3'600'000;
  std::size_t entries_max = 4'096;  ///< Of accounts, and again of networks.
};

class GuessGuard {
 public:
  explicit GuessGuard(const GuardLimits& limits = {}) : limits_(limits) {}

  /// Fails with `kRateLimited`; the message says how long.
  [[nodiscard]] Status may_try(std::string_view name, std::string_view network, std::int64_t now_ms) const;
  /// True when the account waits from now on and did not before.
  bool failed(std::string_view name, std::string_view network, std::int64_t now_ms);
  void succeeded(std::string_view name);
  /// Forgets the failures of an account, and all networks': an officer who is locked out may be behind any.
  void lift(std::string_view name);
  /// How long the account still waits; 0: not.
  [[nodiscard]] DurationMs wait(std::string_view name, std::int64_t now_ms) const;
  [[nodiscard]] std::size_t entries() const;

 private:
  struct Failures {
    unsigned count = 0;
    std::int64_t last_ms = 0;
    std::int64_t until_ms = 0;
  };
  using Table = std::map<std::string, Failures, std::less<>>;
  [[nodiscard]] static DurationMs wait_in(const Table& table, std::string_view key, std::int64_t now_ms);
  bool count(Table& table, std::string_view key, unsigned free, std::int64_t now_ms);

  const GuardLimits limits_;
  mutable std::mutex mutex_;
  Table accounts_, networks_;
};

}  // namespace tansiq::node
