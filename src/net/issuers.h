// The outside issuers whose tokens are taken, and the thread that keeps their keys.
//
//   auto issuers = TRY(Issuers::open(config, clock));
//   issuers->start();
//   const auto principal = issuers->verify(token);     // any thread; never blocks
//
// Each issuer is known by its exact name (`iss`), has its own keys, and may grant no more than is stated for it. So
// whoever runs an issuer for drone operators cannot make itself an officer of this authority by writing `admin` into a
// token.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "net/http_types.h"
#include "net/issuer_keys.h"
#include "net/jwt.h"
#include "net/token_cache.h"

namespace tansiq::net {

inline constexpr std::size_t kIssuersMax = 64;

struct IssuersConfig {
  std::vector<IssuerConfig> issuers{};
  std::vector<std::string> audiences{};            ///< Names of this node, of which `aud` must have one.
  DurationMs lifetime_ms_max = kJwtLifetimeMsMax;  ///< Can only be lowered.
  bool loopback_http = false;                      ///< JWKS by `http` from this machine; for tests.
};

class Issuers {
 public:
  /// Reads key files; fetches nothing yet. `clock` outlives this. Fails with `kInvalid` (what is configured makes no
  /// sense; `where` says which issuer) or what a key file says.
  [[nodiscard]] static Result<std::unique_ptr<Issuers>> open(IssuersConfig config, const Clock& clock);
  ~Issuers();  ///< stop()
  Issuers(const Issuers&) = delete;
  Issuers& operator=(const Issuers&) = delete;

  /// Begins to fetch and to look at files.
  void start();
  /// Ends a fetch under way. Idempotent.
  void stop();
  /// Reads all files and addresses again, soon. Any thread.
  void reload();

  /// Who the token stands for, with the scopes that its issuer may grant. Any thread; never blocks. A token that comes
  /// again costs a hash, as long as the issuer's keys are those that verified it (token_cache.h).
  [[nodiscard]] TokenResult<Principal> verify(std::string_view token) const;
  /// How often a signature was looked at.
  [[nodiscard]] std::uint64_t signatures_checked() const { return signatures_checked_.load(); }
  [[nodiscard]] std::vector<IssuerStanding> standing() const;

 private:
  struct Issuer {
    IssuerConfig config;
    std::unique_ptr<IssuerKeys> keys;
  };
  Issuers(IssuersConfig config, const Clock& clock);
  [[nodiscard]] const Issuer* find(std::string_view name) const;
  /// What is judged with every request, of claims whose signature is good.
  [[nodiscard]] TokenResult<Principal> judge(JwtClaims claims, const Issuer& issuer) const;
  void run();

  const IssuersConfig config_;
  const Clock& clock_;
  std::shared_ptr<Interrupt> interrupt_;
  std::vector<Issuer> issuers_;
  mutable TokenCache cache_;
  mutable std::atomic<std::uint64_t> signatures_checked_{0};

  mutable std::mutex mutex_;  // Guards what follows.
  mutable std::condition_variable changed_;
  mutable bool wake_ = false;
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace tansiq::net
