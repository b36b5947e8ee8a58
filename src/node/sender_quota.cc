#include "node/sender_quota.h"

#include <algorithm>

namespace tansiq::node {
namespace {

/// Of all senders for whom there is no row of their own: no token has an empty subject.
constexpr std::string_view kShared;
/// How often those whose day is over are looked for when there is no room.
constexpr DurationMs kSweepMs = 1'000;

}  // namespace

SenderQuota::Row& SenderQuota::row(std::string_view sender, UtcMs now) {
  if (const auto at = rows_.find(sender); at != rows_.end()) return at->second;
  if (rows_.size() >= limits_.senders_max && (!swept_ || now - *swept_ >= kSweepMs)) {
    std::erase_if(rows_, [&](const auto& one) { return over(one.second, now); });
    swept_ = now;
  }
  const std::string_view key = rows_.size() >= limits_.senders_max ? kShared : sender;
  return rows_.try_emplace(std::string(key), Row{.begun = now}).first->second;
}

void SenderQuota::begin_with(std::string_view sender, UtcMs begun, std::uint64_t messages, std::uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  rows_.insert_or_assign(std::string(sender), Row{.begun = begun, .messages = messages, .bytes = bytes});
}

std::optional<DurationMs> SenderQuota::take(std::string_view sender, std::size_t bytes, UtcMs now) {
  const std::lock_guard lock(mutex_);
  Row& of = row(sender, now);
  if (over(of, now)) of = {.begun = now};
  of.begun = std::min(of.begun, now);  // A clock that was set back ends a day no later.
  if (of.messages >= limits_.messages_max || bytes > limits_.bytes_max || of.bytes > limits_.bytes_max - bytes) {
    return of.begun + limits_.day_ms - now;
  }
  ++of.messages;
  of.bytes += bytes;
  return std::nullopt;
}

}  // namespace tansiq::node
