#include "node/officer_links.h"

#include <sodium.h>

#include <algorithm>
#include <utility>

#include "base/bytes.h"
#include "base/random.h"
#include "log/sha256.h"

namespace tansiq::node {

void SignInLinks::forget(std::int64_t now_ms) {
  std::erase_if(links_, [&](const auto& entry) { return entry.second.until_ms <= now_ms; });
}

Result<std::string> SignInLinks::make(SignInLink link, std::int64_t now_ms) {
  std::array<std::uint8_t, 32> octets{};
  fill_secure_random(octets);
  std::string secret = to_base64url(octets);
  sodium_memzero(octets.data(), octets.size());
  const std::lock_guard lock(mutex_);
  forget(now_ms);
  const auto his = std::ranges::count_if(links_, [&](const auto& entry) { return entry.second.maker == link.maker; });
  if (links_.size() >= kSignInLinksMax || static_cast<std::size_t>(his) >= kSignInLinksOfOneMax) {
    return fail(ErrorCode::kOverloaded, "too many sign-in links wait to be used; use one, or wait until they are over");
  }
  link.until_ms = std::min(link.until_ms, now_ms + kSignInLinkMsMax);
  links_.insert_or_assign(log::sha256(secret).bytes, std::move(link));
  return secret;
}

Result<SignInLink> SignInLinks::take(std::string_view secret, std::int64_t now_ms) {
  const std::lock_guard lock(mutex_);
  forget(now_ms);
  const auto found = links_.find(log::sha256(secret).bytes);
  if (found == links_.end()) {
    return fail(ErrorCode::kUnauthenticated, "the link was used, is over, or is none; have another one made");
  }
  SignInLink out = std::move(found->second);
  links_.erase(found);
  return out;
}

void SignInLinks::sweep(std::int64_t now_ms) {
  const std::lock_guard lock(mutex_);
  forget(now_ms);
}

std::size_t SignInLinks::waiting(std::int64_t now_ms) const {
  const std::lock_guard lock(mutex_);
  return static_cast<std::size_t>(
      std::ranges::count_if(links_, [&](const auto& entry) { return entry.second.until_ms > now_ms; }));
}

}  // namespace tansiq::node
