// The fold of talks, and what it keeps. What a message means to its sender is in talk_sender.cc, to its receiver in
// talk_receiver.cc; watch and line in talk_line.cc.
#include "coordination/talk_desk.h"

#include <algorithm>

#include "base/invariant.h"
#include "coordination/plant.h"

namespace tansiq::coordination {

TalkDesk::TalkDesk(AuthorityId self, const core::Charter& charter, const Relations& relations, TalkOptions options)
    : self_(std::move(self)), charter_(charter), relations_(relations), options_(options) {}

std::optional<Oddity> TalkDesk::apply(const Said& said) {
  if (said.author == self_) {
    clock_ = std::max(clock_, said.time);
    sweep();
  }
  return std::visit([&](const auto& body) { return hear(said, body); }, said.body);
}

bool TalkDesk::empty() const {
  return sent_.empty() && heard_.empty() && turned_.empty() && last_index_.empty() && indexes_.empty() &&
         watches_.empty() && lines_.empty();
}

// Live ----------------------------------------------------------------------------------------------------------------

std::optional<Body> TalkDesk::next(UtcMs now) {
  if (!started_) started_ = now;
  if (!owed_.empty()) {
    const TalkHeard& row = heard_.at(heard_at_.at(*owed_.begin()));
    return receipt_of(row, now);
  }
  if (!turned_.empty()) {
    const TalkTurned& row = turned_.begin()->second;
    return TalkRefused{.index = row.index, .message = row.hash, .reason = row.reason, .text = {}, .to = row.from};
  }
  if (auto body = next_overdue(now)) return body;
  return next_line(now);
}

std::optional<UtcMs> TalkDesk::next_timer() const {
  if (!owed_.empty() || !turned_.empty()) return kUtcMin;
  std::optional<UtcMs> first;
  if (!timers_.empty()) first = timers_.begin()->first;
  const auto line = line_timer();
  if (line && (!first || *line < *first)) first = line;
  return first;
}

void TalkDesk::heard_from(const AuthorityId& peer, UtcMs now) {
  if (!started_) started_ = now;
  UtcMs& last = last_heard_.try_emplace(peer, now).first->second;
  last = std::max(last, now);
}

std::optional<UtcMs> TalkDesk::last_heard(const AuthorityId& peer) const {
  const auto at = last_heard_.find(peer);
  if (at == last_heard_.end()) return {};
  return at->second;
}

// What is kept --------------------------------------------------------------------------------------------------------

namespace {

template <class Described>
std::size_t bytes_of(const Described& value) {
  std::string text;
  log::JcsWriter out(text);
  core::write_fields(out, value);
  return text.size();
}

/// In the time of this node's own log: it says when a thread may go.
UtcMs changed_of(const TalkSent& row) { return std::max(row.time, row.settled.value_or(kUtcMin)); }
UtcMs changed_of(const TalkHeard& row) {
  return std::max(row.received.value_or(kUtcMin), row.settled.value_or(kUtcMin));
}

}  // namespace

void TalkDesk::count_waiting(Side& side, Total& total, const TalkMessage& message, std::size_t bytes, bool more) {
  const bool floor = message.on_floor();
  Load& load = floor ? side.waiting_floor : side.waiting;
  std::size_t& all = floor ? total.waiting_floor : total.waiting;
  if (more) {
    ++load.rows;
    load.bytes += bytes;
    all += bytes;
  } else {
    --load.rows;
    load.bytes -= bytes;
    all -= bytes;
  }
}

/// Of what officers see.
void TalkDesk::name_attachments(const TalkHeard& row) {
  if (!row.shown()) return;
  for (const TalkAttachment& one : row.message.attachments) attachments_.name_heard(one, row.hash, row.from);
}

template <class Row>
void TalkDesk::add(std::map<EntryHash, Row>& rows, Row row) {
  row.bytes = bytes_of(row.message);
  const ThreadKey key = thread_of(row.message);
  Thread& thread = threads_[key];
  Side& side = side_of(row);
  row.kept = 0;
  if (row.settled) {
    side.settled.insert({*row.settled, row.hash});
    reweigh(row);
  } else {
    count_waiting(side, total_of(row), row.message, row.bytes, true);
    ++thread.waiting;
  }
  const EntryHash hash = row.hash;
  const Row& placed = rows.insert_or_assign(hash, std::move(row)).first->second;
  if constexpr (std::is_same_v<Row, TalkSent>) {
    thread.sent.insert(hash);
    for (const TalkAttachment& one : placed.message.attachments) {
      attachments_.name_sent(one.sha256, hash, placed.peer());
    }
    retime(placed);
  } else {
    const std::pair at{placed.from, placed.message.index};
    thread.heard[at] = hash;
    heard_at_[at] = hash;
    if (placed.state == Receipt::kNone) owed_.insert(at);
    name_attachments(placed);
  }
  touch(key, thread, changed_of(placed));
  note_change(placed);
}

template <class Row>
void TalkDesk::reweigh(Row& row) {
  if (!row.settled) return;
  Side& side = side_of(row);
  Total& total = total_of(row);
  side.settled_bytes -= row.kept;
  total.settled -= row.kept;
  row.kept = bytes_of(row);
  side.settled_bytes += row.kept;
  total.settled += row.kept;
}

/// What is settled goes, the oldest first: of this peer beyond its part, and of whomever beyond the pool. What has just
/// been settled stays.
template <class Row>
void TalkDesk::make_room(std::map<EntryHash, Row>& rows, const EntryHash& latest, Side& side) {
  const std::size_t part = limits().settled_bytes;
  while (side.settled_bytes > part && side.settled.begin()->second != latest) {
    drop(rows, EntryHash(side.settled.begin()->second));
  }
  const Row& row = rows.at(latest);
  const Total& total = total_of(row);
  while (total.settled > talk_pool(kTalkSettledBytesMax)) {
    const std::pair<UtcMs, EntryHash>* oldest = nullptr;
    for (const auto& [peer, one] : sides_of(row)) {
      if (one.settled.empty()) continue;
      if (oldest == nullptr || *one.settled.begin() < *oldest) oldest = &*one.settled.begin();
    }
    if (oldest == nullptr || oldest->second == latest) return;
    drop(rows, EntryHash(oldest->second));
  }
}

/// Nobody waits for anything of it any more.
template <class Row>
void TalkDesk::settle(std::map<EntryHash, Row>& rows, Row& row, UtcMs time) {
  if (row.settled) return;
  row.settled = time;
  Side& side = side_of(row);
  count_waiting(side, total_of(row), row.message, row.bytes, false);
  side.settled.insert({time, row.hash});
  reweigh(row);
  const ThreadKey key = thread_of(row.message);
  Thread& thread = threads_.at(key);
  --thread.waiting;
  touch(key, thread, changed_of(row));
  if constexpr (std::is_same_v<Row, TalkSent>) retime(row);
  note_change(row);
  make_room(rows, EntryHash(row.hash), side);
}

template <class Row>
void TalkDesk::drop(std::map<EntryHash, Row>& rows, const EntryHash& hash) {
  const auto at = rows.find(hash);
  EXPECT_INVARIANT(at != rows.end());
  const Row row = std::move(at->second);
  rows.erase(at);
  const ThreadKey key = thread_of(row.message);
  Thread& thread = threads_.at(key);
  Side& side = side_of(row);
  if (row.settled) {
    side.settled.erase({*row.settled, row.hash});
    side.settled_bytes -= row.kept;
    total_of(row).settled -= row.kept;
  } else {
    count_waiting(side, total_of(row), row.message, row.bytes, false);
    --thread.waiting;
  }
  for (const TalkAttachment& one : row.message.attachments) attachments_.unname(one.sha256, row.hash);
  if constexpr (std::is_same_v<Row, TalkSent>) {
    thread.sent.erase(row.hash);
    remember_number(key, row.message.number);
    if (const auto timer = timer_of_.extract(row.hash)) timers_.erase({timer.mapped(), row.hash});
  } else {
    const std::pair place{row.from, row.message.index};
    thread.heard.erase(place);
    heard_at_.erase(place);
    owed_.erase(place);
  }
  quiet_.erase({thread.changed, key});
  note_drop(key, thread);
  if (thread.sent.empty() && thread.heard.empty()) {
    threads_.erase(key);
    return;
  }
  // What is left says how old the thread is, as it does when the state is read.
  thread.changed = kUtcMin;
  for (const EntryHash& one : thread.sent) thread.changed = std::max(thread.changed, changed_of(sent_.at(one)));
  for (const auto& [place, one] : thread.heard) thread.changed = std::max(thread.changed, changed_of(heard_.at(one)));
  touch(key, thread, thread.changed);
}

template void TalkDesk::add(std::map<EntryHash, TalkSent>&, TalkSent);
template void TalkDesk::add(std::map<EntryHash, TalkHeard>&, TalkHeard);
template void TalkDesk::settle(std::map<EntryHash, TalkSent>&, TalkSent&, UtcMs);
template void TalkDesk::settle(std::map<EntryHash, TalkHeard>&, TalkHeard&, UtcMs);
template void TalkDesk::reweigh(TalkSent&);
template void TalkDesk::reweigh(TalkHeard&);
template void TalkDesk::drop(std::map<EntryHash, TalkSent>&, const EntryHash&);
template void TalkDesk::drop(std::map<EntryHash, TalkHeard>&, const EntryHash&);

void TalkDesk::touch(const ThreadKey& key, Thread& thread, UtcMs time) {
  quiet_.erase({thread.changed, key});
  thread.changed = std::max(thread.changed, time);
  if (thread.waiting == 0) quiet_.insert({thread.changed, key});
}

/// Threads in which nothing waits any more go when they are old.
void TalkDesk::sweep() {
  while (!quiet_.empty() && quiet_.begin()->first < clock_ - kTalkKeepMs) {
    // A copy of what it lists: the thread goes with the last of it.
    const Thread thread = threads_.at(quiet_.begin()->second);
    for (const EntryHash& hash : thread.sent) drop(sent_, hash);
    for (const auto& [at, hash] : thread.heard) drop(heard_, hash);
  }
}

/// Finds anew all that follows from the state.
void TalkDesk::index_all() {
  threads_.clear();
  quiet_.clear();
  by_activity_.clear();
  numbers_by_age_.clear();
  attachments_.unname_all();
  sent_total_ = {};
  heard_total_ = {};
  sent_sides_.clear();
  heard_sides_.clear();
  timers_.clear();
  timer_of_.clear();
  owed_.clear();
  heard_at_.clear();
  std::map<EntryHash, TalkSent> sent;
  std::map<EntryHash, TalkHeard> heard;
  sent.swap(sent_);
  heard.swap(heard_);
  for (const auto& [key, number] : numbers_) numbers_by_age_.insert({number.time, key});
  for (auto& [hash, row] : sent) add(sent_, std::move(row));
  for (auto& [hash, row] : heard) add(heard_, std::move(row));
  if (planted(Plant::kLoseTimers)) timers_.clear();
  line_changed();
}

}  // namespace tansiq::coordination
