// Sign-in links: a secret of 256 random bits that opens one session of one officer, once, within minutes. For a second
// screen, and for whoever shows a node to somebody.
//
//   const std::string secret = TRY(links.make({.name = "duty", …}, now));   // goes into http://…/#/link/<secret>
//   const SignInLink link = TRY(links.take(secret, now));                   // and is gone
//
// Kept is the secret's SHA-256, in memory: a restart voids all links. What a session of it may is at most what whoever
// made it may. A link to one's own account takes the personal key along, which is open while its maker's session is;
// one to another's has none, so that nobody acts, or signs, in the name of another. Its session ends no later than that
// of its maker would have: a chain of links is no way round the password.
//
// Times are milliseconds of a clock that only goes forward. Any thread.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "base/time.h"
#include "node/officer_book.h"

namespace tansiq::node {

inline constexpr DurationMs kSignInLinkMsMax = 10LL * 60'000;
inline constexpr std::size_t kSignInLinksMax = 64;
inline constexpr std::size_t kSignInLinksOfOneMax = 4;

struct SignInLink {
  std::string name;  ///< Whose session it opens.
  std::uint64_t epoch = 0;
  std::string maker;
  std::uint64_t maker_epoch = 0;
  OfficerRole role_max = OfficerRole::kObserver;
  std::shared_ptr<const OfficerKey> key;  ///< Null for another's account.
  std::int64_t begun_ms = 0;              ///< Of its maker's sign-in.
  std::int64_t until_ms = 0;
};

class SignInLinks {
 public:
  /// The secret: 43 characters of base64url. Fails with `kOverloaded` at the bounds.
  [[nodiscard]] Result<std::string> make(SignInLink link, std::int64_t now_ms);
  /// Once. Fails with `kUnauthenticated`, in the same words for a secret that was used, is over, or never was.
  [[nodiscard]] Result<SignInLink> take(std::string_view secret, std::int64_t now_ms);
  [[nodiscard]] std::size_t waiting(std::int64_t now_ms) const;
  /// Those that are over, with the keys that they held open.
  void sweep(std::int64_t now_ms);

 private:
  void forget(std::int64_t now_ms);

  mutable std::mutex mutex_;
  std::map<std::array<std::uint8_t, 32>, SignInLink> links_;
};

}  // namespace tansiq::node
