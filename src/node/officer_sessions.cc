#include "node/officer_sessions.h"

#include <sodium.h>

#include <algorithm>
#include <iterator>
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

bool OfficerSessions::void_now(const Session& session, std::int64_t now_ms) const {
  const auto account = book_.find(session.name);
  return over(session, now_ms) || !account || account->disabled || account->epoch != session.epoch;
}

OfficerSessions::Table::iterator OfficerSessions::drop(Table::iterator session) {
  for (net::StreamHandle& stream : session->second.streams) stream.close();
  return sessions_.erase(session);
}

std::string OfficerSessions::open(const OfficerAccount& account, OfficerKey key) {
  return open(account, std::make_shared<const OfficerKey>(std::move(key)), {});
}

std::string OfficerSessions::open(const OfficerAccount& account, std::shared_ptr<const OfficerKey> key,
                                  const SessionBounds& bounds) {
  std::array<std::uint8_t, 32> octets{};
  fill_secure_random(octets);
  std::string id = to_base64url(octets);
  sodium_memzero(octets.data(), octets.size());
  const std::int64_t now = steady_ms_();
  Session session{account.name, account.epoch, bounds.begun_ms.value_or(now), now, std::move(key), bounds.role_max, {}};
  const std::lock_guard lock(mutex_);
  auto oldest = sessions_.end();
  std::size_t his = 0;
  for (auto at = sessions_.begin(); at != sessions_.end();) {
    if (over(at->second, now)) {
      at = drop(at);
      continue;
    }
    if (at->second.name == account.name) {
      ++his;
      if (oldest == sessions_.end() || at->second.used_ms < oldest->second.used_ms) oldest = at;
    }
    ++at;
  }
  if (his >= limits_.per_account_max) drop(oldest);
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
    drop(found);
    return std::nullopt;
  }
  session.used_ms = now;
  return SignedIn{.name = session.name,
                  .role = std::min(account->role, session.role_max.value_or(account->role)),
                  .provisional = account->provisional,
                  .session = to_hex(ByteView(digest).first(8)),
                  .remaining_ms = limits_.absolute_ms - (now - session.begun_ms),
                  .key = session.key,
                  .begun_ms = session.begun_ms};
}

void OfficerSessions::end(std::string_view id) {
  const std::lock_guard lock(mutex_);
  if (const auto found = sessions_.find(sha256(id)); found != sessions_.end()) drop(found);
}

void OfficerSessions::attach(std::string_view id, net::StreamHandle stream) {
  const std::int64_t now = steady_ms_();
  const std::lock_guard lock(mutex_);
  const auto found = sessions_.find(sha256(id));
  if (found == sessions_.end() || void_now(found->second, now)) return stream.close();
  std::vector<net::StreamHandle>& streams = found->second.streams;
  std::erase_if(streams, [](const net::StreamHandle& one) { return !one.open(); });
  streams.push_back(std::move(stream));
}

void OfficerSessions::sweep() {
  const std::int64_t now = steady_ms_();
  const std::lock_guard lock(mutex_);
  for (auto at = sessions_.begin(); at != sessions_.end();) {
    at = void_now(at->second, now) ? drop(at) : std::next(at);
  }
}

std::size_t OfficerSessions::size() const {
  const std::lock_guard lock(mutex_);
  return sessions_.size();
}

std::string OfficerSessions::csrf_token(std::string_view id) {
  return to_base64url(sha256(std::string(kCsrfPurpose) + std::string(id)));
}

}  // namespace tansiq::node
