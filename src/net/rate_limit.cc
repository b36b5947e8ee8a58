#include "net/rate_limit.h"

#include <arpa/inet.h>
#include <sodium.h>

#include <algorithm>
#include <cstring>

#include "base/invariant.h"
#include "base/random.h"

namespace tansiq::net {
namespace {

constexpr std::int64_t kRequest = 1'000;

}  // namespace

RateLimiter::RateLimiter(const RateLimit& limit)
    : per_second_(limit.per_second), full_(std::max<std::int64_t>({limit.burst, limit.per_second, 1}) * kRequest) {
  // So that no product below can overflow.
  EXPECT_INVARIANT(limit.per_second <= kPerSecondMax && limit.burst <= kBurstMax);
  static_assert(crypto_shorthash_siphashx24_KEYBYTES == 16 && crypto_shorthash_siphashx24_BYTES == 16);
  fill_secure_random(key_);
  if (per_second_ > 0) buckets_.resize(std::max<std::size_t>(1, limit.clients_max / kWays) * kWays);
}

/// One millisecond brings as many thousandths as a second brings requests: no rounding anywhere.
std::int64_t RateLimiter::level_at(const Bucket& bucket, std::int64_t now_ms) const {
  if (bucket.client == std::array<std::uint64_t, 2>{}) return full_;
  const std::int64_t passed = std::clamp<std::int64_t>(now_ms - bucket.at_ms, 0, full_);
  return std::min(full_, bucket.level + passed * per_second_);
}

bool RateLimiter::take(std::string_view client, std::int64_t now_ms) {
  if (per_second_ == 0) return true;
  std::array<std::uint64_t, 2> hash{};
  crypto_shorthash_siphashx24(reinterpret_cast<unsigned char*>(hash.data()),
                              reinterpret_cast<const unsigned char*>(client.data()), client.size(), key_.data());
  if (hash == std::array<std::uint64_t, 2>{}) hash[1] = 1;
  const std::lock_guard lock(mutex_);
  const auto set = buckets_.begin() + static_cast<std::ptrdiff_t>(hash[0] % (buckets_.size() / kWays) * kWays);
  const auto end = set + kWays;
  auto bucket = std::find_if(set, end, [&](const Bucket& b) { return b.client == hash; });
  if (bucket == end) {
    bucket = std::max_element(
        set, end, [&](const Bucket& a, const Bucket& b) { return level_at(a, now_ms) < level_at(b, now_ms); });
  }
  bucket->level = level_at(*bucket, now_ms);
  bucket->at_ms = std::max(bucket->at_ms, now_ms);
  bucket->client = hash;
  if (bucket->level < kRequest) {
    ++refused_;
    return false;
  }
  bucket->level -= kRequest;
  return true;
}

std::uint64_t RateLimiter::refused() const {
  const std::lock_guard lock(mutex_);
  return refused_;
}

std::string client_network(std::string_view address) {
  in6_addr v6{};
  const std::string text(address);
  if (::inet_pton(AF_INET6, text.c_str(), &v6) != 1) return text;
  std::array<char, INET6_ADDRSTRLEN> out{};
  if (IN6_IS_ADDR_V4MAPPED(&v6) != 0) {
    in_addr v4{};
    std::memcpy(&v4, &v6.s6_addr[12], sizeof v4);
    return ::inet_ntop(AF_INET, &v4, out.data(), out.size());
  }
  std::memset(&v6.s6_addr[8], 0, 8);
  return std::string(::inet_ntop(AF_INET6, &v6, out.data(), out.size())) + "/64";
}

}  // namespace tansiq::net
