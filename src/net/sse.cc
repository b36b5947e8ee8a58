#include "net/sse.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/invariant.h"
#include "net/server_detail.h"
#include "net/stream_state.h"

namespace tansiq::net {
namespace {

// Of an id or an event's name.
constexpr std::size_t kNameBytesMax = 1'024;

}  // namespace

std::string_view stream_end_name(StreamEnd end) {
  switch (end) {
    case StreamEnd::kClosedHere:
      return "closed here";
    case StreamEnd::kClientGone:
      return "client gone";
    case StreamEnd::kSlowConsumer:
      return "slow consumer";
    case StreamEnd::kServerStop:
      return "server stop";
  }
  return "unknown";
}

namespace {

constexpr std::string_view kForbidden("\r\n\0", 3);

}  // namespace

WireEvent format_position(std::string_view id) {
  EXPECT_INVARIANT(!id.empty() && id.find_first_of(kForbidden) == std::string_view::npos);
  return std::make_shared<const std::string>(fmt::format("id: {}\n\n", id));
}

WireEvent format_event(std::string_view id, std::string_view event, std::string_view data) {
  EXPECT_INVARIANT(id.find_first_of(kForbidden) == std::string_view::npos);
  EXPECT_INVARIANT(event.find_first_of(kForbidden) == std::string_view::npos);
  auto out = std::make_shared<std::string>();
  out->reserve(id.size() + event.size() + data.size() + 32);
  if (!id.empty()) out->append("id: ").append(id).append("\n");
  if (!event.empty()) out->append("event: ").append(event).append("\n");
  for (;;) {
    const std::size_t end = std::min(data.find_first_of("\r\n"), data.size());
    out->append("data: ").append(data.substr(0, end)).append("\n");
    if (end == data.size()) break;
    const bool pair = data[end] == '\r' && end + 1 < data.size() && data[end + 1] == '\n';
    data.remove_prefix(end + (pair ? 2 : 1));
  }
  out->append("\n");
  return out;
}

Status StreamHandle::send(std::string_view id, std::string_view event, std::string_view data) {
  return send(format_event(id, event, data));
}

Status StreamHandle::send(WireEvent event) {
  if (!state_) return fail(ErrorCode::kUnavailable, "this handle has no stream");
  return state_->push(std::move(event));
}

void StreamHandle::close() {
  if (state_) state_->request_close();
}

bool StreamHandle::open() const { return state_ && state_->open(); }

std::size_t StreamHandle::queued_bytes() const { return state_ ? state_->queued_bytes() : 0; }

void StreamHandle::on_close(std::function<void(StreamEnd)> callback) {
  EXPECT_INVARIANT(state_ != nullptr);
  state_->on_close(std::move(callback));
}

Result<std::optional<std::int64_t>> last_event_id(const Request& request) {
  const auto text = request.header("last-event-id");
  if (!text) return std::optional<std::int64_t>{};
  const bool digits =
      !text->empty() && text->size() <= 18 && std::ranges::all_of(*text, [](char c) { return c >= '0' && c <= '9'; });
  if (!digits || (text->size() > 1 && text->front() == '0')) {
    return fail(ErrorCode::kInvalid, "not a sequence number: decimal digits without leading zeros", "Last-Event-ID");
  }
  std::int64_t value = 0;
  for (const char c : *text) value = value * 10 + (c - '0');
  return std::optional<std::int64_t>{value};
}

// Lines end in CR LF, LF or CR; a CR at the end of one piece may have its LF in the next.
Status SseParser::feed(std::string_view bytes) {
  while (!bytes.empty()) {
    if (after_cr_ && bytes.front() == '\n') bytes.remove_prefix(1);
    after_cr_ = false;
    const std::size_t end = bytes.find_first_of("\r\n");
    const bool complete = end != std::string_view::npos;
    const std::string_view part = bytes.substr(0, end);
    if (line_.size() + part.size() + data_.size() > event_bytes_max_) {
      return fail(ErrorCode::kTooLarge, fmt::format("an event exceeds {} bytes", event_bytes_max_));
    }
    line_.append(part);
    if (!complete) return {};
    after_cr_ = bytes[end] == '\r';
    bytes.remove_prefix(end + 1);
    TRY_VOID(take_line(line_));
    line_.clear();
  }
  return {};
}

Status SseParser::take_line(std::string_view line) {
  if (first_line_ && line.starts_with("\xEF\xBB\xBF")) line.remove_prefix(3);
  first_line_ = false;
  if (line.empty()) {
    last_id_ = id_;
    if (has_data_) {
      data_.pop_back();  // the line feed after the last line
      ready_.push_back({id_, event_.empty() ? "message" : event_, std::move(data_)});
    }
    data_.clear();
    event_.clear();
    has_data_ = false;
    return {};
  }
  const std::size_t colon = std::min(line.find(':'), line.size());
  const std::string_view name = line.substr(0, colon);
  std::string_view value = line.substr(std::min(colon + 1, line.size()));
  if (value.starts_with(' ')) value.remove_prefix(1);
  if (name != "data" && !name.empty() && value.size() > kNameBytesMax) {
    return fail(ErrorCode::kTooLarge, fmt::format("a field of an event exceeds {} bytes", kNameBytesMax));
  }
  if (name == "data") {
    data_.append(value).push_back('\n');
    has_data_ = true;
  } else if (name == "event") {
    event_ = value;
  } else if (name == "id" && value.find('\0') == std::string_view::npos) {
    id_ = value;
  }
  return {};
}

std::optional<SseEvent> SseParser::next() {
  if (ready_at_ == ready_.size()) {
    ready_.clear();
    ready_at_ = 0;
    return std::nullopt;
  }
  return std::move(ready_[ready_at_++]);
}

namespace detail {

void StreamState::wake(bool wanted) {
  if (!wanted || mailbox_ == nullptr) return;
  Message message = StreamWakeMessage{connection_};
  if (!mailbox_->push(message)) finish(StreamEnd::kServerStop);
}

Status StreamState::push(WireEvent event) {
  bool must_wake = false;
  bool overflow = false;
  {
    const std::scoped_lock lock(mutex_);
    if (end_ || close_requested_) return fail(ErrorCode::kUnavailable, "the stream has ended");
    const bool full =
        bytes_ + event->size() > options_.queue_bytes_max || queue_.size() - taken_ + 1 > options_.queue_events_max;
    if (full) {
      overflow = true;
      end_ = StreamEnd::kSlowConsumer;
      queue_.clear();
      taken_ = bytes_ = 0;
    } else {
      bytes_ += event->size();
      queue_.push_back(std::move(event));
    }
    must_wake = !std::exchange(wake_pending_, true);
  }
  wake(must_wake);
  if (overflow) return fail(ErrorCode::kOverloaded, "the consumer is too slow: its queue is full");
  return {};
}

void StreamState::request_close() {
  bool must_wake = false;
  {
    const std::scoped_lock lock(mutex_);
    if (end_ || close_requested_) return;
    close_requested_ = true;
    must_wake = !std::exchange(wake_pending_, true);
  }
  wake(must_wake);
}

bool StreamState::open() const {
  const std::scoped_lock lock(mutex_);
  return !end_ && !close_requested_;
}

std::size_t StreamState::queued_bytes() const {
  const std::scoped_lock lock(mutex_);
  return bytes_;
}

void StreamState::on_close(std::function<void(StreamEnd)> callback) {
  {
    const std::scoped_lock lock(mutex_);
    if (!finished_) {
      callback_ = std::move(callback);
      return;
    }
  }
  callback(*end_);  // final once finished
}

StreamState::Taken StreamState::take(std::vector<WireEvent>& out, std::size_t bytes_max) {
  const std::scoped_lock lock(mutex_);
  wake_pending_ = false;
  if (end_) return {true, false};
  std::size_t moved = 0;
  while (taken_ < queue_.size() && moved < bytes_max) {
    moved += queue_[taken_]->size();
    out.push_back(std::move(queue_[taken_++]));
  }
  bytes_ -= moved;
  if (taken_ == queue_.size()) {
    queue_.clear();
    taken_ = 0;
  } else if (taken_ >= options_.queue_events_max) {
    queue_.erase(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(taken_));
    taken_ = 0;
  }
  return {false, close_requested_ && queue_.empty()};
}

void StreamState::finish(StreamEnd end) {
  std::function<void(StreamEnd)> callback;
  {
    const std::scoped_lock lock(mutex_);
    if (finished_) return;
    finished_ = true;
    if (!end_) end_ = end;
    queue_.clear();
    taken_ = bytes_ = 0;
    callback = std::move(callback_);
  }
  if (callback) callback(*end_);
}

}  // namespace detail
}  // namespace tansiq::net
