// The keys of one token issuer as they change: read from files, fetched from its JWKS address, kept while it cannot be
// reached, given up when they are too old.
//
//   auto keys = TRY(IssuerKeys::open(config, fetch));   // files are read now, nothing is fetched
//   keys->round(now);                                    // keeper's thread: whatever is due
//   const auto known = keys->known();                    // any thread, never waits: a pointer is copied
//   if (nothing fits) keys->missed(now);                 // perhaps the issuer has a new key
//
// Nobody who asks for a token to be checked waits for a fetch. A token under a key that is not known yet is refused,
// and the fetch that it causes is there for the next try; one issuer is asked at most once in `unknown_key_ms`, however
// many such tokens come.
//
// Times are milliseconds of a clock that only goes forward (`std::chrono::steady_clock`).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "net/file_watch.h"
#include "net/http_client.h"
#include "net/jwt_key.h"

namespace tansiq::net {

inline constexpr DurationMs kKeyRefreshMs = 15 * 60'000;
/// What `Cache-Control` may make of it.
inline constexpr DurationMs kKeyRefreshMsMin = 60'000;
inline constexpr DurationMs kKeyRefreshMsMax = 24 * 3'600'000;
inline constexpr DurationMs kKeyUnknownMs = 30'000;
/// After a failed fetch; doubled with each further one, up to the refresh interval.
inline constexpr DurationMs kKeyRetryMs = 1'000;
inline constexpr DurationMs kKeyAgeMsMax = 24 * 3'600'000;

/// Whose tokens are taken. The caller checks nothing: `Issuers::open` does.
struct IssuerConfig {
  std::string name{};                    ///< What `iss` must be, byte by byte.
  std::vector<std::string> key_files{};  ///< PEM: public keys or certificates.
  std::string key_text{};                ///< The same as text.
  std::string jwks_file{};
  std::string jwks_url{};
  std::string ca_file{};                        ///< For the URL; empty: the system's authorities.
  std::vector<JwtAlgorithm> algorithms{};       ///< Empty: all three.
  std::set<std::string, std::less<>> scopes{};  ///< What its tokens may grant here; others of theirs are dropped.
  DurationMs refresh_ms = kKeyRefreshMs;
  DurationMs unknown_key_ms = kKeyUnknownMs;
  DurationMs age_ms_max = kKeyAgeMsMax;  ///< Fetched keys are given up when no fetch has succeeded for so long.
};

/// `max-age` of Cache-Control; 0 for `no-store` and `no-cache`; nothing where it says neither.
[[nodiscard]] std::optional<DurationMs> cache_max_age(const Headers& headers);

/// When to fetch. Pure; the first fetch is due at once.
class RefreshPlan {
 public:
  /// Keys are fetched at least twice within `age_ms_max`, for which they are kept, whatever an answer allows: what may
  /// be cached for longer must not be given up here while its issuer can be reached.
  RefreshPlan(DurationMs refresh_ms, DurationMs unknown_key_ms, DurationMs age_ms_max = kKeyAgeMsMax)
      : refresh_ms_(refresh_ms), unknown_ms_(unknown_key_ms), longest_ms_(age_ms_max / 2) {}

  [[nodiscard]] std::int64_t due_ms() const { return due_ms_; }
  void tried(std::int64_t now_ms) { tried_ms_ = now_ms; }
  /// `max_age`: what the answer allows, brought between kKeyRefreshMsMin and kKeyRefreshMsMax; else the interval.
  void succeeded(std::int64_t now_ms, std::optional<DurationMs> max_age);
  void failed(std::int64_t now_ms);
  /// An unknown key turned up. Returns whether the next fetch has become earlier.
  bool missed(std::int64_t now_ms);

 private:
  DurationMs refresh_ms_, unknown_ms_, longest_ms_;
  std::int64_t due_ms_ = 0;
  std::optional<std::int64_t> tried_ms_;
  DurationMs retry_ms_ = kKeyRetryMs;
};

/// For metrics, /readyz and whoever asks.
struct IssuerStanding {
  std::string name;
  std::size_t keys = 0;
  bool fetches = false;                ///< Has a URL.
  std::optional<DurationMs> age_ms{};  ///< Since the last fetch that succeeded.
  std::uint64_t fetches_failed = 0;    ///< Since the start.
  std::string trouble{};               ///< What is wrong now; empty when nothing is.
};

class IssuerKeys {
 public:
  using Fetch = std::function<Result<ClientResponse>()>;

  /// Reads the files. Fails, naming the file, when one cannot be used: a start is the time to learn that.
  [[nodiscard]] static Result<std::unique_ptr<IssuerKeys>> open(const IssuerConfig& config, Fetch fetch);

  /// All keys; empty when there are none (not fetched yet, given up). Any thread.
  [[nodiscard]] std::shared_ptr<const std::vector<JwtKey>> known() const;
  /// A token came that no key fits. Returns whether the keeper has to be woken. Any thread.
  bool missed(std::int64_t now_ms);
  /// Reads changed files and fetches, where due. One thread; blocks as long as a fetch takes.
  void round(std::int64_t now_ms);
  /// Files and address are read again at the next round, changed or not. Any thread.
  void reload();
  /// The next moment at which `round` has something to do, files apart.
  [[nodiscard]] std::int64_t due_ms() const;
  [[nodiscard]] IssuerStanding standing(std::int64_t now_ms) const;

 private:
  IssuerKeys(const IssuerConfig& config, Fetch fetch);
  [[nodiscard]] Result<std::vector<JwtKey>> read_files();
  [[nodiscard]] Result<std::vector<JwtKey>> read_answer(const Result<ClientResponse>& answer);
  void look_at_files(bool forced);
  void fetch(std::int64_t now_ms);
  void give_up_old(std::int64_t now_ms);
  /// Puts both kinds together for `known`. Needs `mutex_`.
  void publish();
  [[nodiscard]] std::vector<JwtKey> allowed(std::vector<JwtKey> keys) const;

  const IssuerConfig config_;
  const Fetch fetch_;
  FileWatch watch_;

  mutable std::mutex mutex_;  // Guards what follows.
  RefreshPlan plan_;
  std::vector<JwtKey> from_files_, fetched_;
  std::shared_ptr<const std::vector<JwtKey>> known_ = std::make_shared<const std::vector<JwtKey>>();
  std::optional<std::int64_t> fetched_ms_;
  std::uint64_t fetches_failed_ = 0;
  std::string file_trouble_, fetch_trouble_;
  bool reload_ = false;
};

}  // namespace tansiq::net
