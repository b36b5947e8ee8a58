#include "net/issuers.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "base/invariant.h"
#include "net/steady.h"

namespace tansiq::net {
namespace {

constexpr DurationMs kFetchConnectMs = 5'000;
constexpr DurationMs kFetchAnswerMs = 10'000;
constexpr DurationMs kLifetimeMsMin = 60'000;
constexpr std::size_t kFetchHeadBytesMax = 16U << 10;

bool is_loopback_name(const std::string& host) {
  in_addr v4{};
  in6_addr v6{};
  if (::inet_pton(AF_INET, host.c_str(), &v4) == 1) return ntohl(v4.s_addr) >> 24 == 127;
  if (::inet_pton(AF_INET6, host.c_str(), &v6) == 1) return IN6_IS_ADDR_LOOPBACK(&v6) != 0;
  return host == "localhost";
}

struct KeyAddress {
  std::string base;
  std::string target;
};

/// `https://host[:port]/path`.
Result<KeyAddress> parse_address(const std::string& url, bool loopback_http) {
  const std::size_t scheme = url.find("://");
  const std::size_t slash = scheme == std::string::npos ? scheme : url.find('/', scheme + 3);
  KeyAddress out{url.substr(0, slash), slash == std::string::npos ? "/" : url.substr(slash)};
  const BaseUrl base = TRY(BaseUrl::parse(out.base));
  TRY(Target::parse(out.target));
  if (!base.tls && !(loopback_http && is_loopback_name(base.host))) {
    return fail(ErrorCode::kInvalid,
                "keys are fetched by https alone: whoever can change them on the way can make tokens (http from this "
                "machine is taken in test mode)");
  }
  return out;
}

Status check_issuer(const IssuerConfig& issuer) {
  const auto wrong = [](std::string what) { return fail(ErrorCode::kInvalid, std::move(what)); };
  if (issuer.name.empty() || issuer.name.size() > kSubjectBytesMax) {
    return wrong(fmt::format("the name, which tokens have as iss, has 1 to {} bytes", kSubjectBytesMax));
  }
  if (issuer.key_files.empty() && issuer.key_text.empty() && issuer.jwks_file.empty() && issuer.jwks_url.empty()) {
    return wrong("has no keys: name PEM files, a JWKS file or the address of one");
  }
  if (issuer.scopes.empty()) return wrong("may grant no scope: then its tokens allow nothing");
  const auto within = [](DurationMs value, DurationMs low, DurationMs high) { return value >= low && value <= high; };
  if (!within(issuer.refresh_ms, kKeyRefreshMsMin, kKeyRefreshMsMax)) {
    return wrong("keys are fetched every minute to every 24 hours");
  }
  if (!within(issuer.unknown_key_ms, 1'000, kKeyRefreshMsMax)) {
    return wrong("for unknown keys the issuer is asked every second to every 24 hours");
  }
  if (!within(issuer.age_ms_max, issuer.refresh_ms, 30 * kKeyRefreshMsMax)) {
    return wrong("keys may be kept for the interval of fetching at least, and for 30 days at most");
  }
  return {};
}

Status check(const IssuersConfig& config) {
  if (config.issuers.size() > kIssuersMax) {
    return fail(ErrorCode::kTooLarge, fmt::format("more than {} issuers", kIssuersMax), "auth");
  }
  if (config.lifetime_ms_max < kLifetimeMsMin || config.lifetime_ms_max > kJwtLifetimeMsMax) {
    return fail(ErrorCode::kInvalid, "tokens may be valid for one minute to one hour", "auth");
  }
  if (!config.issuers.empty() && config.audiences.empty()) {
    return fail(ErrorCode::kInvalid, "name the audiences: by which names clients know this node, as dss.example",
                "auth");
  }
  if (std::ranges::any_of(config.audiences, [](const std::string& name) { return name.empty(); })) {
    return fail(ErrorCode::kInvalid, "an audience has a name", "auth");
  }
  std::set<std::string_view> names;
  for (const IssuerConfig& issuer : config.issuers) {
    if (const Status good = check_issuer(issuer); !good) {
      return std::unexpected(inside(good.error(), fmt::format("issuer \"{}\"", issuer.name)));
    }
    if (!names.insert(issuer.name).second) {
      return fail(ErrorCode::kInvalid, "stands twice; give it all its keys in one place",
                  fmt::format("issuer \"{}\"", issuer.name));
    }
  }
  return {};
}

IssuerKeys::Fetch make_fetch(const IssuerConfig& issuer, const KeyAddress& address,
                             const std::shared_ptr<Interrupt>& interrupt) {
  HttpClientOptions options;
  options.base_url = address.base;
  options.trust.ca_file = issuer.ca_file;
  options.connect_ms = kFetchConnectMs;
  options.response_ms = kFetchAnswerMs;
  options.head_bytes_max = kFetchHeadBytesMax;
  options.body_bytes_max = kKeyDocumentBytesMax;
  options.interrupt = interrupt;
  return [options, target = address.target]() -> Result<ClientResponse> {
    const auto client = TRY(HttpClient::create(options));
    const Headers headers{{"Accept", "application/jwk-set+json, application/json"}};
    return client->send(Method::kGet, target, headers);
  };
}

}  // namespace

Issuers::Issuers(IssuersConfig config, const Clock& clock) : config_(std::move(config)), clock_(clock) {}

Result<std::unique_ptr<Issuers>> Issuers::open(IssuersConfig config, const Clock& clock) {
  TRY_VOID(check(config));
  auto out = std::unique_ptr<Issuers>(new Issuers(std::move(config), clock));
  out->interrupt_ = TRY(Interrupt::create());
  for (const IssuerConfig& issuer : out->config_.issuers) {
    const std::string where = fmt::format("issuer \"{}\"", issuer.name);
    IssuerKeys::Fetch fetch;
    if (!issuer.jwks_url.empty()) {
      const auto address = parse_address(issuer.jwks_url, out->config_.loopback_http);
      if (!address) return std::unexpected(inside(address.error(), where));
      // A start is the time to learn that a file is not there.
      if (!issuer.ca_file.empty()) TRY(TlsClientContext::create({.ca_file = issuer.ca_file}));
      fetch = make_fetch(issuer, *address, out->interrupt_);
    }
    auto keys = IssuerKeys::open(issuer, std::move(fetch));
    if (!keys) return std::unexpected(keys.error());
    out->issuers_.push_back({issuer, std::move(*keys)});
  }
  return out;
}

Issuers::~Issuers() { stop(); }

void Issuers::start() {
  EXPECT_INVARIANT(!thread_.joinable());
  if (!issuers_.empty()) thread_ = std::thread([this] { run(); });
}

void Issuers::stop() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  interrupt_->trigger();
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Issuers::reload() {
  for (const Issuer& issuer : issuers_) issuer.keys->reload();
  const std::lock_guard lock(mutex_);
  wake_ = true;
  changed_.notify_all();
}

void Issuers::run() {
  for (;;) {
    std::int64_t next = steady_ms() + kFileLookMs;
    for (const Issuer& issuer : issuers_) {
      issuer.keys->round(steady_ms());
      next = std::min(next, issuer.keys->due_ms());
    }
    std::unique_lock lock(mutex_);
    const auto wait = std::chrono::milliseconds(std::max<std::int64_t>(0, next - steady_ms()));
    changed_.wait_for(lock, wait, [this] { return stop_ || wake_; });
    if (stop_) return;
    wake_ = false;
  }
}

const Issuers::Issuer* Issuers::find(std::string_view name) const {
  const auto found =
      std::ranges::find(issuers_, name, [](const Issuer& i) -> std::string_view { return i.config.name; });
  return found == issuers_.end() ? nullptr : &*found;
}

TokenResult<Principal> Issuers::judge(JwtClaims claims, const Issuer& issuer) const {
  const JwtRules rules{.audiences = config_.audiences, .lifetime_ms_max = config_.lifetime_ms_max};
  if (auto fit = check_claims(claims, rules, clock_.now()); !fit) return std::unexpected(std::move(fit.error()));
  std::erase_if(claims.scopes, [&](const std::string& scope) { return !issuer.config.scopes.contains(scope); });
  return Principal{std::move(claims.subject), std::move(claims.scopes), claims.expires, std::move(claims.token_id)};
}

TokenResult<Principal> Issuers::verify(std::string_view token) const {
  const bool cached = token.size() <= kCachedTokenBytesMax;
  const TokenCache::Digest digest = cached ? TokenCache::digest(token) : TokenCache::Digest{};
  if (const auto known = cached ? cache_.find(digest) : nullptr) {
    const Issuer& issuer = issuers_[known->issuer];
    if (known->under(issuer.keys->known())) {
      auto principal = judge(known->claims, issuer);
      if (!principal) cache_.forget(digest);
      return principal;
    }
    cache_.forget(digest);
  }
  auto jwt = parse_jwt(token);
  if (!jwt) return std::unexpected(std::move(jwt.error()));
  JwtClaims& claims = jwt->claims;
  const Issuer* issuer = find(claims.issuer);
  if (issuer == nullptr) {
    return std::unexpected(TokenRefusal{TokenFault::kIssuer, fmt::format("iss \"{}\" is no issuer of the configuration",
                                                                         claims.issuer.substr(0, 256))});
  }
  const auto keys = issuer->keys->known();
  signatures_checked_.fetch_add(1, std::memory_order_relaxed);
  auto good = check_signature(*jwt, *keys);
  if (!good) {
    // An issuer may also have given a new key the name of an old one.
    if (issuer->keys->missed(steady_ms())) {
      const std::lock_guard lock(mutex_);
      wake_ = true;
      changed_.notify_all();
    }
    if (keys->empty()) {
      return std::unexpected(TokenRefusal{TokenFault::kKeysAbsent, fmt::format("no keys of {}", claims.issuer)});
    }
    return std::unexpected(std::move(good.error()));
  }
  auto principal = judge(claims, *issuer);
  if (principal && cached) {
    cache_.put(digest, {std::move(claims), static_cast<std::size_t>(issuer - issuers_.data()), keys});
  }
  return principal;
}

std::vector<IssuerStanding> Issuers::standing() const {
  std::vector<IssuerStanding> out;
  for (const Issuer& issuer : issuers_) out.push_back(issuer.keys->standing(steady_ms()));
  return out;
}

}  // namespace tansiq::net
