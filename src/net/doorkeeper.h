// Who is asking, for all faces of a node: its own tokens (bearer.h), tokens of outside issuers (issuers.h), and how
// often anybody may ask.
//
//   Doorkeeper door(token_key, clock, std::move(issuers), {.subjects = …, .addresses = …});
//   auto principal = TRY(door.authenticate(request));
//
// Both kinds of tokens give the same: a subject, and scopes. Limits are by subject for whoever has a valid token; by
// address for whoever has none, and then only requests that needed one count. A token is looked at before the limit of
// its address, so that one client behind an address cannot shut out the others: what that costs is bounded by the size
// of a token and the number of an issuer's keys.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "net/bearer.h"
#include "net/issuers.h"
#include "net/rate_limit.h"

namespace tansiq::net {

struct DoorkeeperOptions {
  RateLimit subjects{};
  RateLimit addresses{};
  /// Told why a token of an outside issuer was refused, with the client's address. Any I/O thread; must not block.
  std::function<void(const TokenRefusal&, std::string_view)> on_refused{};
  /// Milliseconds of a clock that only goes forward; the system's when empty.
  std::function<std::int64_t()> steady_ms{};
};

/// Running totals.
struct DoorFigures {
  std::uint64_t local = 0;                            ///< Requests with a valid token of our own.
  std::uint64_t outside = 0;                          ///< With a valid token of an issuer.
  std::array<std::uint64_t, kTokenFaults> refused{};  ///< By fault.
  std::uint64_t limited_subjects = 0, limited_addresses = 0;
};

class Doorkeeper final : public Authenticator {
 public:
  /// `clock` outlives this; `issuers` may be null.
  Doorkeeper(TokenKey key, const Clock& clock, std::unique_ptr<Issuers> issuers, DoorkeeperOptions options = {});

  /// Fails with `kUnauthenticated`, `kRateLimited`, or `kUnavailable` when the keys of the token's issuer are not here.
  [[nodiscard]] Result<Principal> authenticate(const Request& request) const override;

  /// Null when there are none.
  [[nodiscard]] Issuers* issuers() const { return issuers_.get(); }
  [[nodiscard]] DoorFigures figures() const;

 private:
  [[nodiscard]] Result<Principal> look_at(const Request& request) const;
  [[nodiscard]] std::unexpected<Error> refuse(TokenFault fault, Error error) const;

  const TokenKey key_;
  const Clock& clock_;
  const std::unique_ptr<Issuers> issuers_;
  const DoorkeeperOptions options_;
  mutable RateLimiter subjects_, addresses_;
  mutable std::atomic<std::uint64_t> local_{0}, outside_{0};
  mutable std::array<std::atomic<std::uint64_t>, kTokenFaults> refused_{};
};

}  // namespace tansiq::net
