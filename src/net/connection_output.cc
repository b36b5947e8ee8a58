// Writing side of a connection: answers in order, streams, and the waiting for a client to take them.
#include <fmt/format.h>

#include <algorithm>

#include "base/invariant.h"
#include "net/server_detail.h"

namespace tansiq::net::detail {
namespace {

// Bodies from this size on are not copied behind their heads.
constexpr std::size_t kLargeBytes = 16U << 10;
// Events taken from a stream's queue at a time.
constexpr std::size_t kEventsBytes = 64U << 10;
// Read at a time of a body that does not stand in memory.
constexpr std::uint64_t kSourceBytes = 256U << 10;
// Writes of one connection before others get their turn.
constexpr int kWritesPerTurn = 64;

bool may_have_body(int status) { return status >= 200 && status != 204 && status != 304; }

}  // namespace

std::string_view Output::front() const { return pieces_[at_].view().substr(offset_); }

std::string& Output::tail() {
  if (at_ == pieces_.size() || pieces_.back().shared || pieces_.back().own.size() > kLargeBytes) pieces_.emplace_back();
  return pieces_.back().own;
}

void Output::append(std::string_view text) {
  tail().append(text);
  bytes_ += text.size();
}

void Output::append_large(std::string text) {
  if (text.size() < kLargeBytes) return append(text);
  bytes_ += text.size();
  pieces_.push_back({std::move(text), nullptr});
}

void Output::append_shared(std::shared_ptr<const std::string> text) {
  if (text->size() < kLargeBytes) return append(*text);
  bytes_ += text->size();
  pieces_.push_back({{}, std::move(text)});
}

void Output::consume(std::size_t bytes) {
  bytes_ -= bytes;
  offset_ += bytes;
  while (at_ < pieces_.size() && offset_ >= pieces_[at_].view().size()) {
    offset_ -= pieces_[at_].view().size();
    pieces_[at_] = Piece{};
    ++at_;
  }
  if (at_ == pieces_.size()) {  // everything is written: idle connections hold no memory
    pieces_.clear();
    at_ = offset_ = 0;
  }
}

void Connection::arm_write() {
  if (write_armed_ || closed_) return;
  write_armed_ = true;
  descriptor_.async_wait(asio::posix::stream_descriptor::wait_write,
                         [self = shared_from_this()](const boost::system::error_code& ec) {
                           self->write_armed_ = false;
                           if (ec || self->closed_) return;
                           if (!self->stream_->ready()) return self->on_readable();  // a handshake goes on
                           self->advance();
                         });
}

/// Moves finished answers to the output, in the order of their requests.
void Connection::emit_answers() {
  std::size_t done = 0;
  const std::size_t room_bytes = thread_.shared->options.limits.output_bytes_max;
  const auto free = [this] { return !live_ && !source_ && !close_after_; };
  while (done < slots_.size() && slots_[done].ready && free() && out_.bytes() <= room_bytes) {
    emit(slots_[done], done + 1 == slots_.size());
    ++done;
  }
  slots_.erase(slots_.begin(), slots_.begin() + static_cast<std::ptrdiff_t>(done));
  if (continue_due_ && slots_.empty() && free()) {
    out_.append("HTTP/1.1 100 Continue\r\n\r\n");
    continue_due_ = false;
  }
  if (live_) emit_stream_events();
}

void Connection::emit(Slot& slot, bool last) {
  if (slot.stream) return emit_stream_head(slot);
  Response& response = slot.response;
  const bool closing = last && (!slot.keep_alive || stopping_ || end_of_input_);
  const bool has_body = may_have_body(response.status);
  const std::uint64_t body_bytes = response.source ? response.source->size() : response.body_view().size();
  std::string& out = out_.tail();
  const std::size_t before = out.size();
  auto to = std::back_inserter(out);
  fmt::format_to(to, "HTTP/1.1 {} {}\r\n", response.status, status_phrase(response.status));
  out.append(thread_.date_line()).append(thread_.shared->every_answer);
  for (std::size_t i = 0; i < response.headers.size(); ++i) {
    out.append(response.headers.name(i)).append(": ").append(response.headers.value(i)).append("\r\n");
  }
  if (has_body) fmt::format_to(to, "Content-Length: {}\r\n", body_bytes);
  if (slot.http_1_0 && !closing) out.append("Connection: keep-alive\r\n");
  if (closing) out.append("Connection: close\r\n");
  out.append("\r\n");
  out_.appended(out.size() - before);
  if (has_body && !slot.head_only && body_bytes > 0) {
    if (response.source) {
      source_ = std::move(response.source);
      source_left_ = body_bytes;
    } else if (response.shared_body) {
      out_.append_shared(std::move(response.shared_body));
    } else {
      out_.append_large(std::move(response.body));
    }
  }
  count(thread_.counters.responses);
  active_ms_ = useful_ms_ = thread_.now_ms();
  if (closing) close_after_ = true;
}

void Connection::emit_stream_head(Slot& slot) {
  const auto stream = std::move(slot.stream);
  std::string head = "HTTP/1.1 200 OK\r\n";
  head.append(thread_.date_line()).append(thread_.shared->every_answer);
  head.append("Content-Type: ").append(stream->options().content_type).append("\r\nCache-Control: no-store\r\n");
  const Headers& more = slot.response.headers;
  for (std::size_t i = 0; i < more.size(); ++i) {
    head.append(more.name(i)).append(": ").append(more.value(i)).append("\r\n");
  }
  live_chunked_ = !slot.http_1_0;
  head.append(live_chunked_ ? "Transfer-Encoding: chunked\r\n" : "").append("Connection: close\r\n\r\n");
  out_.append(head);
  count(thread_.counters.responses);
  active_ms_ = thread_.now_ms();
  if (slot.head_only || stopping_) {
    if (!slot.head_only && live_chunked_) out_.append("0\r\n\r\n");
    close_after_ = true;
    stream->finish(stopping_ ? StreamEnd::kServerStop : StreamEnd::kClosedHere);
    return;
  }
  live_ = stream;
  count(thread_.counters.streams_open);
}

/// One event is one chunk.
void Connection::emit_chunk(const WireEvent& event) {
  if (event->empty()) return;  // an empty chunk would end the body
  if (live_chunked_) out_.append(fmt::format("{:x}\r\n", event->size()));
  out_.append_shared(event);
  if (live_chunked_) out_.append("\r\n");
  active_ms_ = thread_.now_ms();
}

void Connection::emit_stream_events() {
  if (!out_.empty()) {  // they wait in their own queue, which is bounded; an overflow there ends the stream all the
                        // same
    if (live_->open()) return;
  }
  std::vector<WireEvent> events;
  const StreamState::Taken taken = live_->take(events, out_.empty() ? kEventsBytes : 0);
  if (taken.overflowed) {
    count(thread_.counters.slow_consumers);
    give_up_output("an event stream's queue is full: it is read too slowly");
    return;
  }
  for (const WireEvent& event : events) emit_chunk(event);
  if (!taken.closing) return;
  if (live_chunked_) out_.append("0\r\n\r\n");
  close_after_ = true;
  thread_.counters.streams_open.fetch_sub(1, std::memory_order_relaxed);
  std::exchange(live_, nullptr)->finish(StreamEnd::kClosedHere);
}

/// The next piece of a body that does not stand in memory, once the one before is written. Where it ends too early the
/// client must not take what came for the whole: the connection is cut.
void Connection::refill() {
  std::string piece(static_cast<std::size_t>(std::min(kSourceBytes, source_left_)), '\0');
  const std::size_t got = source_->read(piece);
  if (got == 0) return close(StreamEnd::kClosedHere);
  piece.resize(got);
  source_left_ -= got;
  if (source_left_ == 0) source_.reset();
  out_.append_large(std::move(piece));
  active_ms_ = useful_ms_ = thread_.now_ms();
  write_start_ms_ = 0;  // Each piece has its own time: who took much may not stand still for long.
}

/// Writes until everything is written or the client must take something first.
void Connection::flush() {
  for (int turn = 0; !out_.empty(); ++turn) {
    if (write_start_ms_ == 0) {
      write_start_ms_ = write_moved_ms_ = thread_.now_ms();
      written_ = 0;
    }
    if (turn == kWritesPerTurn) return arm_write();
    const IoResult put = stream_->write_some(out_.front());
    switch (put.state) {
      case IoState::kOk:
        count(thread_.counters.bytes_out, put.bytes);
        out_.consume(put.bytes);
        written_ += put.bytes;
        write_moved_ms_ = thread_.now_ms();
        break;
      case IoState::kWantWrite:
        return arm_write();
      case IoState::kWantRead:
        return;  // the read side is armed and comes by here
      case IoState::kEof:
      case IoState::kFailed:
        return close(StreamEnd::kClientGone);
    }
    if (out_.empty() && source_ && !closed_) refill();
    if (out_.empty() && live_ && !closed_) emit_stream_events();
    if (closed_) return;
  }
  write_start_ms_ = 0;
}

}  // namespace tansiq::net::detail
