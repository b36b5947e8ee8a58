#include "node/officer_sessions.h"

#include <sodium.h>

#include <algorithm>
#include <utility>

#include "base/random.h"
#include "net/steady.h"

namespace tansiq::node {
namespace {

constexpr std::size_t kIdCharacters = 43;
constexpr std::string_view kCsrfPurpose = "tansiq-csrf-1:";

std::array<std::uint8_t, 32> sha256(std::string_view text) {
  std::array<std::uint8_t, 32> out{};
  const ByteView bytes = as_bytes(text);
  crypto_hash_sha256(out.data(), bytes.data(), bytes.size());
  return out;
}

}  // namespace

OfficerSessions::OfficerSessions(const OfficerBook& book, const SessionLimits& limits,
                                 std::function<std::int64_t()> steady_ms)
    : book_(book), limits_(limits), steady_ms_(steady_ms ? std::move(steady_ms) : net::steady_ms) {}

bool OfficerSessions::over(const Session& session, std::int64_t now_ms) const {
  return now_ms - session.begun_ms >= limits_.absolute_ms || now_ms - session.used_ms >= limits_.idle_ms;
}

std::string OfficerSessions::open(const OfficerAccount& account, OfficerKey key) {
  std::array<std::uint8_t, 32> octets{};
  fill_secure_random(octets);
  std::string id = to_base64url(octets);
  sodium_memzero(octets.data(), octets.size());
  const std::int64_t now = steady_ms_();
  Session session{account.name, account.epoch, now, now, std::make_shared<const OfficerKey>(std::move(key))};
  const std::lock_guard lock(mutex_);
  std::erase_if(sessions_, [&](const auto& entry) { return over(entry.second, now); });
  const auto his = [&](const auto& entry) { return entry.second.name == account.name; };
  if (static_cast<std::size_t>(std::ranges::count_if(sessions_, his)) >= limits_.per_account_max) {
    auto oldest = sessions_.end();
    for (auto at = sessions_.begin(); at != sessions_.end(); ++at) {
      if (his(*at) && (oldest == sessions_.end() || at->second.used_ms < oldest->second.used_ms)) oldest = at;
    }
    sessions_.erase(oldest);
  }
  sessions_.insert_or_assign(sha256(id), std::move(session));
  return id;
}

std::optional<SignedIn> OfficerSessions::find(std::string_view id) {
  if (id.size() != kIdCharacters) return std::nullopt;
  const Digest digest = sha256(id);
  const std::int64_t now = steady_ms_();
  const std::lock_guard lock(mutex_);
  const auto found = sessions_.find(digest);
  if (found == sessions_.end()) return std::nullopt;
  Session& session = found->second;
  const auto account = book_.find(session.name);
  if (over(session, now) || !account || account->disabled || account->epoch != session.epoch) {
    sessions_.erase(found);
    return std::nullopt;
  }
  session.used_ms = now;
  return SignedIn{.name = session.name,
                  .role = account->role,
                  .provisional = account->provisional,
                  .session = to_hex(ByteView(digest).first(8)),
                  .remaining_ms = limits_.absolute_ms - (now - session.begun_ms),
                  .key = session.key};
}

void OfficerSessions::end(std::string_view id) {
  const std::lock_guard lock(mutex_);
  sessions_.erase(sha256(id));
}

void OfficerSessions::sweep() {
  const std::int64_t now = steady_ms_();
  const std::lock_guard lock(mutex_);
  std::erase_if(sessions_, [&](const auto& entry) {
    const Session& session = entry.second;
    const auto account = book_.find(session.name);
    return over(session, now) || !account || account->disabled || account->epoch != session.epoch;
  });
}

std::size_t OfficerSessions::size() const {
  const std::lock_guard lock(mutex_);
  return sessions_.size();
}

std::string OfficerSessions::csrf_token(std::string_view id) {
  return to_base64url(sha256(std::string(kCsrfPurpose) + std::string(id)));
}

}  // namespace tansiq::node
