#include "net/token_cache.h"

#include <openssl/evp.h>

#include <utility>

#include "base/invariant.h"

namespace tansiq::net {

TokenCache::Digest TokenCache::digest(std::string_view token) {
  Digest out{};
  EXPECT_INVARIANT(EVP_Digest(token.data(), token.size(), out.data(), nullptr, EVP_sha256(), nullptr) == 1);
  return out;
}

std::shared_ptr<const TokenCache::Verified> TokenCache::find(const Digest& digest) const {
  const std::lock_guard lock(mutex_);
  const auto at = rows_.find(digest);
  return at == rows_.end() ? nullptr : at->second.verified;
}

void TokenCache::put(const Digest& digest, Verified verified) {
  auto kept = std::make_shared<const Verified>(std::move(verified));
  const std::lock_guard lock(mutex_);
  Row& row = rows_[digest];
  if (row.verified) order_.erase(row.number);
  row = {std::move(kept), next_++};
  order_.emplace(row.number, digest);
  if (rows_.size() <= tokens_max_) return;
  rows_.erase(order_.begin()->second);
  order_.erase(order_.begin());
}

void TokenCache::forget(const Digest& digest) {
  const std::lock_guard lock(mutex_);
  const auto at = rows_.find(digest);
  if (at == rows_.end()) return;
  order_.erase(at->second.number);
  rows_.erase(at);
}

std::size_t TokenCache::size() const {
  const std::lock_guard lock(mutex_);
  return rows_.size();
}

}  // namespace tansiq::net
