#include "net/issuer_keys.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/file.h"
#include "base/logging.h"

namespace tansiq::net {
namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

std::vector<std::string> watched(const IssuerConfig& config) {
  std::vector<std::string> out = config.key_files;
  if (!config.jwks_file.empty()) out.push_back(config.jwks_file);
  return out;
}

void warn_of_left_out(const std::string& issuer, const std::string& where, const KeySet& set) {
  for (const std::string& why : set.left_out) {
    log_warning("issuer.key_left_out", {{"issuer", issuer}, {"where", where}, {"message", why}});
  }
}

std::string names_of(const std::vector<JwtKey>& keys) {
  std::string out;
  for (const JwtKey& key : keys) {
    out +=
        fmt::format("{}{} {}", out.empty() ? "" : ", ", to_text(key.algorithm()), key.key_id().value_or("(unnamed)"));
  }
  return out;
}

bool same_keys(const std::vector<JwtKey>& a, const std::vector<JwtKey>& b) {
  return std::ranges::equal(a, b, [](const JwtKey& x, const JwtKey& y) {
    return x.key_id() == y.key_id() && x.thumbprint() == y.thumbprint();
  });
}

}  // namespace

std::optional<DurationMs> cache_max_age(const Headers& headers) {
  std::optional<DurationMs> out;
  for (std::size_t i = 0; i < headers.size(); ++i) {
    if (!equal_ignoring_case(headers.name(i), "cache-control")) continue;
    std::string_view rest = headers.value(i);
    while (!rest.empty()) {
      const std::size_t end = std::min(rest.find(','), rest.size());
      const std::string_view word = trimmed(rest.substr(0, end));
      rest.remove_prefix(std::min(end + 1, rest.size()));
      if (equal_ignoring_case(word, "no-store") || equal_ignoring_case(word, "no-cache")) return 0;
      constexpr std::string_view kMaxAge = "max-age=";
      if (!equal_ignoring_case(word.substr(0, kMaxAge.size()), kMaxAge)) continue;
      const std::string_view digits = word.substr(kMaxAge.size());
      std::int64_t seconds = 0;
      const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), seconds);
      if (error == std::errc{} && stop == digits.data() + digits.size() && seconds >= 0) {
        out = std::min<std::int64_t>(seconds, kKeyRefreshMsMax / 1'000) * 1'000;
      }
    }
  }
  return out;
}

void RefreshPlan::succeeded(std::int64_t now_ms, std::optional<DurationMs> max_age) {
  retry_ms_ = kKeyRetryMs;
  const DurationMs wanted =
      max_age && *max_age > 0 ? std::clamp(*max_age, kKeyRefreshMsMin, kKeyRefreshMsMax) : refresh_ms_;
  due_ms_ = now_ms + std::min(wanted, longest_ms_);
}

void RefreshPlan::failed(std::int64_t now_ms) {
  due_ms_ = now_ms + std::min(retry_ms_, refresh_ms_);
  retry_ms_ = std::min(retry_ms_ * 2, kKeyRefreshMsMax);
}

bool RefreshPlan::missed(std::int64_t now_ms) {
  const std::int64_t earliest = tried_ms_ ? std::max(now_ms, *tried_ms_ + unknown_ms_) : now_ms;
  if (earliest >= due_ms_) return false;
  due_ms_ = earliest;
  return true;
}

IssuerKeys::IssuerKeys(const IssuerConfig& config, Fetch fetch)
    : config_(config),
      fetch_(std::move(fetch)),
      watch_(watched(config_)),
      plan_(config_.refresh_ms, config_.unknown_key_ms, config_.age_ms_max) {}

Result<std::unique_ptr<IssuerKeys>> IssuerKeys::open(const IssuerConfig& config, Fetch fetch) {
  auto keys = std::unique_ptr<IssuerKeys>(new IssuerKeys(config, std::move(fetch)));
  std::vector<JwtKey> read = TRY(keys->read_files());
  const std::lock_guard lock(keys->mutex_);
  keys->from_files_ = std::move(read);
  keys->publish();
  return keys;
}

std::vector<JwtKey> IssuerKeys::allowed(std::vector<JwtKey> keys) const {
  if (config_.algorithms.empty()) return keys;
  std::erase_if(keys, [&](const JwtKey& key) {
    return std::ranges::find(config_.algorithms, key.algorithm()) == config_.algorithms.end();
  });
  return keys;
}

Result<std::vector<JwtKey>> IssuerKeys::read_files() {
  std::vector<JwtKey> out;
  const auto take = [&](std::vector<JwtKey> keys, const std::string& where) -> Status {
    keys = allowed(std::move(keys));
    if (keys.empty()) return fail(ErrorCode::kInvalid, "no key for an algorithm that this issuer may use", where);
    std::ranges::move(keys, std::back_inserter(out));
    return {};
  };
  for (const std::string& file : config_.key_files) {
    const std::string text = TRY(read_file(file, kKeyDocumentBytesMax));
    std::vector<JwtKey> keys = TRY(read_pem_keys(text, file));
    TRY_VOID(take(std::move(keys), file));
  }
  if (!config_.key_text.empty()) {
    std::vector<JwtKey> keys = TRY(read_pem_keys(config_.key_text, config_.name));
    TRY_VOID(take(std::move(keys), config_.name));
  }
  if (!config_.jwks_file.empty()) {
    const std::string text = TRY(read_file(config_.jwks_file, kKeyDocumentBytesMax));
    auto set = read_jwks(text);
    if (!set) return std::unexpected(inside(set.error(), config_.jwks_file));
    warn_of_left_out(config_.name, config_.jwks_file, *set);
    TRY_VOID(take(std::move(set->keys), config_.jwks_file));
  }
  return out;
}

std::shared_ptr<const std::vector<JwtKey>> IssuerKeys::known() const {
  const std::lock_guard lock(mutex_);
  return known_;
}

bool IssuerKeys::missed(std::int64_t now_ms) {
  if (!fetch_) return false;
  const std::lock_guard lock(mutex_);
  return plan_.missed(now_ms);
}

void IssuerKeys::reload() {
  const std::lock_guard lock(mutex_);
  reload_ = true;
}

std::int64_t IssuerKeys::due_ms() const {
  const std::lock_guard lock(mutex_);
  if (reload_) return 0;
  return fetch_ ? plan_.due_ms() : std::numeric_limits<std::int64_t>::max();
}

void IssuerKeys::round(std::int64_t now_ms) {
  bool forced = false;
  bool due = false;
  {
    const std::lock_guard lock(mutex_);
    forced = std::exchange(reload_, false);
    due = fetch_ && (forced || now_ms >= plan_.due_ms());
  }
  look_at_files(forced);
  if (due) fetch(now_ms);
  give_up_old(now_ms);
}

void IssuerKeys::look_at_files(bool forced) {
  if (!watch_.changed() && !forced) return;
  auto read = read_files();
  const std::lock_guard lock(mutex_);
  if (!read) {
    file_trouble_ = "its key files cannot be used any more, those of before are kept";
    log_error("issuer.key_file_refused", {{"issuer", config_.name}, {"message", read.error().text()}});
    return;
  }
  file_trouble_.clear();
  if (!same_keys(*read, from_files_)) {
    log_info("issuer.keys_read", {{"issuer", config_.name}, {"keys", names_of(*read)}});
  }
  from_files_ = std::move(*read);
  publish();
}

Result<std::vector<JwtKey>> IssuerKeys::read_answer(const Result<ClientResponse>& answer) {
  if (!answer) return std::unexpected(answer.error());
  if (answer->status != 200) return fail(ErrorCode::kUnavailable, fmt::format("answered {}", answer->status));
  KeySet set = TRY(read_jwks(answer->body));
  warn_of_left_out(config_.name, config_.jwks_url, set);
  std::vector<JwtKey> keys = allowed(std::move(set.keys));
  if (keys.empty()) return fail(ErrorCode::kInvalid, "no key for an algorithm that this issuer may use");
  return keys;
}

void IssuerKeys::fetch(std::int64_t now_ms) {
  {
    const std::lock_guard lock(mutex_);
    plan_.tried(now_ms);
  }
  const Result<ClientResponse> answer = fetch_();
  auto keys = read_answer(answer);
  const std::lock_guard lock(mutex_);
  if (!keys) {
    ++fetches_failed_;
    plan_.failed(now_ms);
    fetch_trouble_ = "its keys cannot be fetched";
    log_warning("issuer.fetch_failed", {{"issuer", config_.name},
                                        {"url", config_.jwks_url},
                                        {"message", keys.error().text()},
                                        {"keys_kept", fetched_.size()}});
    return;
  }
  plan_.succeeded(now_ms, cache_max_age(answer->headers));
  fetch_trouble_.clear();
  fetched_ms_ = now_ms;
  if (!same_keys(*keys, fetched_)) {
    log_info("issuer.keys_fetched", {{"issuer", config_.name}, {"url", config_.jwks_url}, {"keys", names_of(*keys)}});
  }
  fetched_ = std::move(*keys);
  publish();
}

void IssuerKeys::give_up_old(std::int64_t now_ms) {
  const std::lock_guard lock(mutex_);
  if (fetched_.empty() || now_ms - *fetched_ms_ < config_.age_ms_max) return;
  log_error("issuer.keys_given_up", {{"issuer", config_.name},
                                     {"url", config_.jwks_url},
                                     {"message", "no fetch has succeeded for too long; its tokens are refused"},
                                     {"age_ms", now_ms - *fetched_ms_}});
  fetched_.clear();
  publish();
}

void IssuerKeys::publish() {
  auto all = std::make_shared<std::vector<JwtKey>>(from_files_);
  all->insert(all->end(), fetched_.begin(), fetched_.end());
  known_ = std::move(all);
}

IssuerStanding IssuerKeys::standing(std::int64_t now_ms) const {
  const std::lock_guard lock(mutex_);
  IssuerStanding out{.name = config_.name, .keys = known_->size(), .fetches = fetch_ != nullptr};
  if (fetched_ms_) out.age_ms = now_ms - *fetched_ms_;
  out.fetches_failed = fetches_failed_;
  out.trouble = !file_trouble_.empty() ? file_trouble_ : fetch_trouble_;
  if (out.trouble.empty() && known_->empty()) out.trouble = "its keys have not been fetched yet";
  return out;
}

}  // namespace tansiq::net
