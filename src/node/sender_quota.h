// How much one supplier may leave here in a day: every notice and every report is kept as it came, so whoever may send
// some could otherwise fill the disk.
//
//   if (const auto wait = quota.take(sender, body.size(), now)) return too_many(*wait);
//
// A day begins with a sender's first message and lasts 24 hours. What has been taken is counted in the record too
// (uss::Ledger::senders), and a new process goes on from there; what left nothing there, because it was known or
// refused, counts in this one alone.
// Senders beyond `senders_max` in one day share one allowance, so that names cost nobody anything. Any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace tansiq::node {

inline constexpr std::uint64_t kSenderMessagesMax = 50'000;
inline constexpr std::uint64_t kSenderBytesMax = 512ULL << 20;

class SenderQuota {
 public:
  struct Limits {
    std::uint64_t messages_max = kSenderMessagesMax;
    std::uint64_t bytes_max = kSenderBytesMax;
    DurationMs day_ms = 86'400'000;
    std::size_t senders_max = 10'000;
  };
  explicit SenderQuota(Limits limits) : limits_(limits) {}

  /// What a sender has left here before this process began. Its day is that one, unless it is over.
  void begin_with(std::string_view sender, UtcMs begun, std::uint64_t messages, std::uint64_t bytes);
  /// Counts a message; or, where it would be one too many, counts nothing and says how long the sender's day lasts.
  [[nodiscard]] std::optional<DurationMs> take(std::string_view sender, std::size_t bytes, UtcMs now);

 private:
  struct Row {
    UtcMs begun;
    std::uint64_t messages = 0;
    std::uint64_t bytes = 0;
  };
  // Need the mutex.
  [[nodiscard]] Row& row(std::string_view sender, UtcMs now);
  [[nodiscard]] bool over(const Row& row, UtcMs now) const { return now - row.begun >= limits_.day_ms; }

  const Limits limits_;
  std::mutex mutex_;  // Guards what follows.
  std::map<std::string, Row, std::less<>> rows_;
  std::optional<UtcMs> swept_;
};

}  // namespace tansiq::node
