#include "node/event_hub.h"

#include <fmt/format.h>

#include <chrono>

#include "base/invariant.h"
#include "base/logging.h"
#include "log/jcs.h"

namespace tansiq::node {
namespace {

constexpr std::size_t kRingEventsMax = 8'192;
constexpr std::size_t kRingBytesMax = 8U << 20;
/// A listener is given more only while less than this waits in its queue (net cuts it off at 1 MiB or 4,096 events).
/// The same as of the live picture, which may go out by that queue (LiveStreamOptions::behind_bytes_max): so neither
/// waits for the other for longer than its reader needs.
constexpr std::size_t kQueueBytesLow = 256U << 10;
/// Entries moved for one listener at a time, so that many listeners progress together.
constexpr std::uint64_t kSliceEntriesMax = 256;
/// How often listeners whose queues were full are looked at again.
constexpr std::chrono::milliseconds kRetry{20};

/// The `type` of an entry; empty for what is none (which the record does not hold).
std::string entry_type(std::string_view line) {
  const auto document = log::JcsDocument::parse(line, kEntryBytesMax);
  if (!document) return {};
  const auto type = document->root().find("type");
  if (!type) return {};
  const auto text = type->string();
  return text ? std::string(*text) : std::string();
}

}  // namespace

EventHub::EventHub(std::unique_ptr<store::LogReader> reader, std::uint64_t next_seq, std::size_t streams_max,
                   Digest digest)
    : reader_(std::move(reader)),
      streams_max_(streams_max),
      digest_(std::move(digest)),
      durable_seq_(next_seq),
      ring_first_(next_seq),
      thread_([this] { run(); }) {}

EventHub::~EventHub() { stop(); }

Status EventHub::check(std::string_view subject, std::optional<std::uint64_t> from) const {
  const std::lock_guard lock(mutex_);
  if (stopping_) return fail(ErrorCode::kUnavailable, "the node is stopping");
  if (from && *from > durable_seq_) {
    return fail(ErrorCode::kInvalid,
                fmt::format("the record ends before entry {}; the next one is {}", *from, durable_seq_), "after");
  }
  if (listeners_.load() >= streams_max_) {
    return fail(ErrorCode::kOverloaded, fmt::format("{} event streams are open, the most there may be", streams_max_));
  }
  const std::size_t most = std::max<std::size_t>(1, streams_max_ / 4);
  if (const auto own = of_subject_.find(subject); own != of_subject_.end() && own->second >= most) {
    return fail(ErrorCode::kOverloaded,
                fmt::format("{} event streams of {} are open, the most that one subject may have; "
                            "close some",
                            own->second, subject));
  }
  return {};
}

void EventHub::subscribe(std::string subject, net::StreamHandle stream, std::optional<std::uint64_t> from, View view,
                         Reach reach) {
  const std::uint64_t next = from ? *from : next_seq();
  // Whoever takes what comes from now on is told where that is, so that a line that breaks before the first event can
  // be taken up there, too. A stream that has ended is noticed later.
  if (!from && next > 0) (void)stream.send(net::format_position(fmt::to_string(next - 1)));
  Listener listener{.subject = std::move(subject), .stream = std::move(stream), .next = next, .reach = reach};
  (view == View::kTalks ? listener.talks : listener.record) = next;
  join(std::move(listener));
}

void EventHub::subscribe(std::string subject, net::StreamHandle stream, StreamCursor from, Parts parts) {
  EXPECT_INVARIANT(parts.any());
  Listener listener{.subject = std::move(subject), .stream = std::move(stream), .named = true, .reach = parts.reach};
  if (parts.record) listener.record = from.record;
  if (parts.talks) listener.talks = from.talks;
  listener.next = !parts.talks ? from.record : !parts.record ? from.talks : from.first();
  join(std::move(listener));
}

void EventHub::join(Listener listener) {
  EXPECT_INVARIANT(!listener.talks || digest_);
  const std::lock_guard lock(mutex_);
  if (stopping_) {
    listener.stream.close();
    return;
  }
  listeners_.fetch_add(1);
  ++of_subject_[listener.subject];
  joining_.push_back(std::move(listener));
  changed_.notify_one();
}

std::uint64_t EventHub::next_seq() const {
  const std::lock_guard lock(mutex_);
  return durable_seq_;
}

void EventHub::durable(std::uint64_t first_seq, std::uint64_t next_seq, std::vector<Line> lines) {
  const std::lock_guard lock(mutex_);
  durable_seq_ = next_seq;
  if (!lines.empty()) fresh_.push_back({first_seq, std::move(lines)});
  if (listeners_.load() > 0) changed_.notify_one();
}

void EventHub::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    changed_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
}

void EventHub::run() {
  std::uint64_t end = 0;
  bool waiting_for_sockets = false;
  std::vector<Fresh> fresh;
  while (true) {
    {
      std::unique_lock lock(mutex_);
      const auto something = [&] { return stopping_ || !joining_.empty() || !fresh_.empty() || durable_seq_ != end; };
      if (waiting_for_sockets) {
        changed_.wait_for(lock, kRetry, something);
      } else {
        // Ends of streams are noticed at the latest after this, so that their slots are free again.
        changed_.wait_for(lock, std::chrono::seconds(1), something);
      }
      if (stopping_) break;
      for (Listener& l : joining_) active_.push_back(std::move(l));
      joining_.clear();
      fresh.swap(fresh_);
      end = durable_seq_;
    }
    take_fresh(fresh);
    waiting_for_sockets = false;
    std::vector<std::string> ended;
    std::erase_if(active_, [&](Listener& l) {
      if (advance(l, end)) return false;
      ended.push_back(std::move(l.subject));
      return true;
    });
    forget(ended);
    for (const Listener& l : active_) waiting_for_sockets = waiting_for_sockets || l.next < end;
  }
  const std::lock_guard lock(mutex_);
  for (Listener& l : active_) l.stream.close();
  for (Listener& l : joining_) l.stream.close();
  active_.clear();
  joining_.clear();
  of_subject_.clear();
  listeners_.store(0);
}

void EventHub::forget(const std::vector<std::string>& ended) {
  if (ended.empty()) return;
  const std::lock_guard lock(mutex_);
  for (const std::string& subject : ended) {
    const auto own = of_subject_.find(subject);
    if (--own->second == 0) of_subject_.erase(own);
  }
  listeners_.fetch_sub(ended.size());
}

void EventHub::take_fresh(std::vector<Fresh>& fresh) {
  for (Fresh& batch : fresh) {
    if (batch.first_seq != ring_first_ + ring_.size()) {  // Nobody listened in between: start the ring anew.
      ring_.clear();
      ring_bytes_ = 0;
      ring_first_ = batch.first_seq;
    }
    for (Line& line : batch.lines) {
      ring_bytes_ += line.text.size();
      ring_.push_back({.line = std::move(line.text), .log = line.log});
    }
    trim();
  }
  fresh.clear();
}

/// What is made of events counts with them.
void EventHub::trim() {
  while (ring_.size() > kRingEventsMax || ring_bytes_ > kRingBytesMax) {
    ring_bytes_ -= ring_.front().line.size();
    for (const auto& made : ring_.front().made) {
      if (made && *made) ring_bytes_ -= (*made)->size();
    }
    ring_.pop_front();
    ++ring_first_;
  }
}

net::WireEvent EventHub::make(Form form, std::uint64_t seq, std::string_view line) const {
  if (form == Form::kTalks || form == Form::kTalksNamed) {
    const auto told = digest_(line);
    if (!told) return nullptr;
    if (form == Form::kTalks) return net::format_event(fmt::to_string(seq), told->event, told->data);
    return net::format_event(StreamCursor::at(seq + 1).text(), "talks/" + told->event, told->data);
  }
  if (line.ends_with('\n')) line.remove_suffix(1);
  if (form == Form::kRecord) return net::format_event(fmt::to_string(seq), entry_type(line), line);
  // What is heard of the same entry comes behind it, and is not had yet.
  return net::format_event(StreamCursor{seq + 1, seq}.text(), "record/" + entry_type(line), line);
}

const net::WireEvent& EventHub::recent(Form form, std::uint64_t seq) {
  Event& event = ring_[seq - ring_first_];
  auto& made = event.made.at(static_cast<std::size_t>(form));
  if (!made) {
    made = make(form, seq, event.line);
    if (*made) ring_bytes_ += (*made)->size();
  }
  return *made;
}

/// By the end of its origin (coordination/log_name.h). A log of which nothing is known is for those who may read all.
EventHub::Reach EventHub::needed(store::LogId log) {
  if (log == store::kMainLog) return Reach::kMain;
  if (const auto known = needed_.find(log.number); known != needed_.end()) return known->second;
  if (const auto logs = reader_->logs()) {
    for (const store::LogInfo& info : *logs) {
      needed_[info.id.number] = info.origin.ends_with("/members") ? Reach::kMembers : Reach::kPairs;
    }
  }
  const auto known = needed_.find(log.number);
  return known == needed_.end() ? Reach::kPairs : known->second;
}

template <class Of>
bool EventHub::show(Listener& listener, std::uint64_t seq, store::LogId log, Of&& of) {
  if (listener.record && seq >= *listener.record && needed(log) <= listener.reach) {
    if (!listener.stream.send(of(listener.named ? Form::kRecordNamed : Form::kRecord))) return false;
  }
  if (!listener.talks || seq < *listener.talks) return true;
  const net::WireEvent event = of(listener.named ? Form::kTalksNamed : Form::kTalks);
  return !event || listener.stream.send(event).has_value();
}

bool EventHub::advance(Listener& listener, std::uint64_t end) {
  if (!listener.stream.open()) return false;
  for (int slices = 0; slices < 16 && listener.next < end; ++slices) {
    if (listener.stream.queued_bytes() > kQueueBytesLow) return true;
    const bool recent = listener.next >= ring_first_ && listener.next < ring_first_ + ring_.size();
    if (!(recent ? send_recent(listener, end) : send_stored(listener, end))) return false;
  }
  return true;
}

bool EventHub::send_recent(Listener& listener, std::uint64_t end) {
  const std::uint64_t stop_at = std::min({end, ring_first_ + ring_.size(), listener.next + kSliceEntriesMax});
  bool open = true;
  while (open && listener.next < stop_at && listener.stream.queued_bytes() <= kQueueBytesLow) {
    const store::LogId log = ring_[listener.next - ring_first_].log;
    open = show(listener, listener.next, log, [&](Form form) { return recent(form, listener.next); });
    ++listener.next;
  }
  trim();
  return open;
}

bool EventHub::send_stored(Listener& listener, std::uint64_t end) {
  const std::uint64_t stop_at = std::min(end, listener.next + kSliceEntriesMax);
  bool ended = false;
  bool full = false;
  const Status read = reader_->sequence(listener.next, stop_at, [&](const store::StoredEntry& entry) -> Status {
    if (full) return {};
    const std::string_view line = as_text(entry.bytes);
    if (!show(listener, entry.seq, entry.log, [&](Form form) { return make(form, entry.seq, line); })) {
      ended = true;
      return fail(ErrorCode::kUnavailable, "the stream has ended");
    }
    listener.next = entry.seq + 1;
    full = listener.stream.queued_bytes() > kQueueBytesLow;
    return {};
  });
  if (!read && !ended) {
    log_error("events.read_failed", {{"where", read.error().where}, {"message", read.error().message}});
    listener.stream.close();
    return false;
  }
  // Numbers without an entry behind the last one (a gap) are done with, too.
  if (!ended && !full) listener.next = stop_at;
  return !ended;
}

}  // namespace tansiq::node
