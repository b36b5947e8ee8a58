// Threads: the list by last change, and which number a message of ours gets.
#include "coordination/talk_threads.h"

#include <algorithm>
#include <tuple>

#include "coordination/talk_desk.h"

namespace tansiq::coordination {
namespace {

/// What the list says of a row; kUtcMin: officers do not see it.
UtcMs activity_of(const TalkSent& row) {
  UtcMs out = row.time;
  for (const TalkReceipt& receipt : row.receipts) out = std::max(out, receipt.time);
  return out;
}
UtcMs activity_of(const TalkHeard& row) {
  return row.shown() ? std::max(row.time, row.received.value_or(row.time)) : kUtcMin;
}

}  // namespace

void ThreadSummary::note(const TalkMessage& message, const AuthorityId& from, UtcMs time, bool waits) {
  ++messages;
  changed = std::max(changed, time);
  precedence = std::max(precedence, message.precedence);
  parties.insert(from);
  parties.insert(message.recipients.begin(), message.recipients.end());
  if (!waits) return;
  ++waiting;
  waiting_precedence = std::max(waiting_precedence, message.precedence);
}

std::string_view ThreadSummary::state() const {
  if (alarms > 0) return "overdue";
  if (unread > 0) return "unread";
  return waiting > 0 ? "waiting" : "settled";
}

// The list ------------------------------------------------------------------------------------------------------------

void TalkDesk::move_to(const ThreadKey& key, Thread& thread, UtcMs active) {
  thread.summary.reset();
  if (active == thread.active) return;
  if (thread.active != kUtcMin) by_activity_.erase({thread.active, key});
  thread.active = active;
  if (active != kUtcMin) by_activity_.insert({active, key});
}

template <class Row>
void TalkDesk::note_change(const Row& row) {
  const ThreadKey key = thread_of(row.message);
  Thread& thread = threads_.at(key);
  move_to(key, thread, std::max(thread.active, activity_of(row)));
}
template void TalkDesk::note_change(const TalkSent&);
template void TalkDesk::note_change(const TalkHeard&);

/// After a row of it has gone.
void TalkDesk::note_drop(const ThreadKey& key, Thread& thread) {
  UtcMs active = kUtcMin;
  for (const EntryHash& one : thread.sent) active = std::max(active, activity_of(sent_.at(one)));
  for (const auto& [place, one] : thread.heard) active = std::max(active, activity_of(heard_.at(one)));
  move_to(key, thread, active);
}

ThreadSummary TalkDesk::summarise(const Thread& thread) const {
  ThreadSummary out;
  std::set<std::pair<std::int64_t, UtcMs>> counted;  // a message to several is one
  for (const EntryHash& hash : thread.sent) {
    const TalkSent& row = sent_.at(hash);
    out.note(row.message, self_, activity_of(row), !row.settled);
    if (!counted.emplace(row.message.number, row.time).second) --out.messages;
    if (row.alarm()) ++out.alarms;
  }
  for (const auto& [place, hash] : thread.heard) {
    const TalkHeard& row = heard_.at(hash);
    if (!row.shown()) continue;
    out.note(row.message, row.from, activity_of(row), !row.settled);
    if (row.state == Receipt::kReceived) ++out.unread;
  }
  return out;
}

std::vector<std::pair<ThreadPlace, const ThreadSummary*>> TalkDesk::threads(const std::optional<ThreadPlace>& after,
                                                                            std::size_t most) const {
  std::vector<std::pair<ThreadPlace, const ThreadSummary*>> out;
  for (auto at = after ? by_activity_.upper_bound(*after) : by_activity_.begin();
       at != by_activity_.end() && out.size() < most; ++at) {
    const Thread& thread = threads_.at(at->thread);
    if (!thread.summary) thread.summary = summarise(thread);
    out.emplace_back(*at, &*thread.summary);
  }
  return out;
}

ThreadRows TalkDesk::rows_of(const ThreadKey& key) const {
  ThreadRows out;
  const auto thread = threads_.find(key);
  if (thread == threads_.end()) return out;
  for (const EntryHash& hash : thread->second.sent) out.sent.push_back(&sent_.at(hash));
  for (const auto& [place, hash] : thread->second.heard) {
    const TalkHeard& row = heard_.at(hash);
    if (row.shown()) out.heard.push_back(&row);
  }
  return out;
}

// Numbers -------------------------------------------------------------------------------------------------------------

/// A message of ours leaves the state: its number is not given again. Of threads that are forgotten even here the
/// highest number is a floor under all that are not remembered.
void TalkDesk::remember_number(const ThreadKey& key, std::int64_t number) {
  const auto [at, fresh] = numbers_.try_emplace(key);
  if (!fresh) numbers_by_age_.erase({at->second.time, key});
  at->second.last = std::max(at->second.last, number);
  at->second.time = clock_;
  numbers_by_age_.insert({clock_, key});
  while (numbers_.size() > kTalkNumbersMax) {
    const auto oldest = numbers_.find(numbers_by_age_.begin()->second);
    number_floor_ = std::max(number_floor_, oldest->second.last);
    numbers_by_age_.erase(numbers_by_age_.begin());
    numbers_.erase(oldest);
  }
}

std::int64_t TalkDesk::next_number(const ThreadKey& key) const {
  const auto remembered = numbers_.find(key);
  std::int64_t last = remembered == numbers_.end() ? number_floor_ : remembered->second.last;
  if (const auto thread = threads_.find(key); thread != threads_.end()) {
    for (const EntryHash& hash : thread->second.sent) last = std::max(last, sent_.at(hash).message.number);
  }
  return last + 1;
}

}  // namespace tansiq::coordination
