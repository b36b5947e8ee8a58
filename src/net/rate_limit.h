// How often one client may ask: a token bucket for each, in a fixed piece of memory, whoever comes.
//
//   RateLimiter limiter({.per_second = 50, .burst = 200});
//   if (!limiter.take("alpha", now)) … 429, Retry-After: 1 …
//
// A bucket holds `burst` requests and is filled at `per_second`. Clients stand in a table of sets of eight, hashed
// under a key that nobody outside knows, so that nobody can choose whom to share a set with. When a set is full, a
// newcomer takes the place of the bucket that is fullest, and with it its level: so a crowd gets no more than its
// places allow, and a client that has used up its requests does not get new ones by being forgotten.
#pragma once

#include <array>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace tansiq::net {

inline constexpr std::uint32_t kPerSecondMax = 1'000'000;
inline constexpr std::uint32_t kBurstMax = 10'000'000;

struct RateLimit {
  std::uint32_t per_second = 0;  ///< 0: no limit.
  std::uint32_t burst = 0;       ///< At least one second's worth is taken.
  std::size_t clients_max = 8'192;
};

/// Any thread. Memory: 32 bytes a client of `clients_max`.
class RateLimiter {
 public:
  explicit RateLimiter(const RateLimit& limit);

  /// Takes one request from the client's bucket; false when it is empty. `now_ms` only goes forward.
  [[nodiscard]] bool take(std::string_view client, std::int64_t now_ms);
  [[nodiscard]] std::uint64_t refused() const;

 private:
  static constexpr std::size_t kWays = 8;
  struct Bucket {
    std::array<std::uint64_t, 2> client{};  ///< Hash; zero: nobody.
    std::int64_t level = 0;                 ///< Thousandths of a request.
    std::int64_t at_ms = 0;
  };
  [[nodiscard]] std::int64_t level_at(const Bucket& bucket, std::int64_t now_ms) const;

  const std::int64_t per_second_, full_;
  std::array<std::uint8_t, 16> key_{};
  mutable std::mutex mutex_;
  std::vector<Bucket> buckets_;
  std::uint64_t refused_ = 0;
};

/// What stands for a client without a valid token: its IPv4 address, or the /64 of its IPv6 address, of which one
/// client has as many as it likes. Other text stays as it is.
[[nodiscard]] std::string client_network(std::string_view address);

}  // namespace tansiq::net
