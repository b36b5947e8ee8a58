// Tokens of outside issuers whose signature has been found good, so that a client that sends its token with every
// request does not cost a verification (some 50 µs) each time.
//
//   const auto digest = TokenCache::digest(token);
//   const auto known = cache.find(digest);
//   if (known && known->under(keys_of_its_issuer_now)) …              // and check the claims: time has passed
//
// Kept is what a signature makes true, and nothing else: the claims, under the SHA-256 of the whole token. What changes
// with time (expiry, audiences, scopes that an issuer may grant) is judged with every request. An entry counts only
// under the very set of keys that verified it: with the next set, a rotation or not, the token is verified anew, so a
// key that was withdrawn verifies nothing from the moment at which it is. Refusals are not kept: whoever sends garbage
// fills nothing.
//
// At most `tokens_max` tokens, of at most kCachedTokenBytesMax bytes each; the longest known one goes first. Any
// thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

#include "net/jwt.h"

namespace tansiq::net {

inline constexpr std::size_t kCachedTokensMax = 4'096;
/// Longer ones are verified each time.
inline constexpr std::size_t kCachedTokenBytesMax = 4'096;

class TokenCache {
 public:
  explicit TokenCache(std::size_t tokens_max = kCachedTokensMax) : tokens_max_(tokens_max) {}

  using Digest = std::array<std::uint8_t, 32>;
  using Keys = std::shared_ptr<const std::vector<JwtKey>>;
  [[nodiscard]] static Digest digest(std::string_view token);

  struct Verified {
    JwtClaims claims;
    std::size_t issuer = 0;                         ///< Its place in the configuration.
    std::weak_ptr<const std::vector<JwtKey>> keys;  ///< Those that verified it.

    /// Whether these are the same set of keys, not only equal ones.
    [[nodiscard]] bool under(const Keys& now) const { return now != nullptr && keys.lock() == now; }
  };
  /// Null where it is not known. The caller asks `under`.
  [[nodiscard]] std::shared_ptr<const Verified> find(const Digest& digest) const;
  void put(const Digest& digest, Verified verified);
  void forget(const Digest& digest);
  [[nodiscard]] std::size_t size() const;

 private:
  struct Row {
    std::shared_ptr<const Verified> verified;
    std::uint64_t number = 0;
  };
  const std::size_t tokens_max_;
  mutable std::mutex mutex_;  // Guards what follows.
  std::map<Digest, Row> rows_;
  std::map<std::uint64_t, Digest> order_;  ///< By number: which came first.
  std::uint64_t next_ = 0;
};

}  // namespace tansiq::net
