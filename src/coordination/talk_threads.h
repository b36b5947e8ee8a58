// What a list shows of a thread. Part of TalkDesk, which keeps threads in the order of their last change.
#pragma once

#include <cstdint>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "coordination/talk_record.h"

namespace tansiq::coordination {

/// A thread by who opened it and its id there.
using ThreadKey = std::pair<AuthorityId, ThreadId>;

struct ThreadSummary {
  std::int64_t alarms = 0;  ///< Messages of ours that are overdue, and nobody has acknowledged it.
  UtcMs changed = kUtcMin;  ///< The last message or receipt, by the clock of whoever wrote it.
  std::int64_t messages = 0;
  std::set<AuthorityId> parties;
  Precedence precedence = Precedence::kRoutine;          ///< The highest of all.
  Precedence waiting_precedence = Precedence::kRoutine;  ///< Of what waits.
  std::int64_t unread = 0;
  std::int64_t waiting = 0;  ///< Messages, in either direction, for which somebody waits.

  void note(const TalkMessage& message, const AuthorityId& from, UtcMs time, bool waits);
  /// `overdue`, `unread`, `waiting` or `settled`.
  [[nodiscard]] std::string_view state() const;
  friend bool operator==(const ThreadSummary&, const ThreadSummary&) = default;
};

/// Where a thread stands in the list: newest first, then by opener and id.
struct ThreadPlace {
  UtcMs changed;
  ThreadKey thread;
  [[nodiscard]] bool operator<(const ThreadPlace& other) const {
    if (changed != other.changed) return changed > other.changed;
    return thread < other.thread;
  }
};

/// The rows of one thread: ours one a recipient, and those of others that officers see.
struct ThreadRows {
  std::vector<const TalkSent*> sent;
  std::vector<const TalkHeard*> heard;
};

}  // namespace tansiq::coordination
