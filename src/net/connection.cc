// Reading side of a connection, and its life.
#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/post.hpp>

#include "base/invariant.h"
#include "net/server_detail.h"

namespace tansiq::net::detail {
namespace {

// Reads of one connection before others get their turn.
constexpr int kReadsPerTurn = 4;
// A connection that is being closed reads on for a while, so that the client sees the answer and not a reset.
constexpr std::int64_t kLingerMs = 2'000;
constexpr std::size_t kLingerBytesMax = 8U << 20;

std::int64_t at_rate(std::uint64_t bytes, std::size_t per_second) {
  return static_cast<std::int64_t>(bytes * 1'000 / std::max<std::size_t>(per_second, 1));
}

}  // namespace

bool BodyCharge::raise(std::size_t bytes) {
  if (bytes <= bytes_) return true;
  const std::size_t more = bytes - std::exchange(bytes_, bytes);
  shared_->body_bytes.fetch_add(more, std::memory_order_relaxed);
  return fits();
}

bool BodyCharge::fits() const {
  return shared_->body_bytes.load(std::memory_order_relaxed) <= shared_->options.limits.bodies_total_bytes_max;
}

Connection::Connection(IoThread& thread, int socket, std::unique_ptr<ByteStream> stream, ConnectionInfo info)
    : thread_(thread),
      descriptor_(thread.context, socket),
      stream_(std::move(stream)),
      reader_({thread.shared->options.limits.head_bytes_max, thread.shared->options.limits.body_bytes_max}),
      info_(std::make_shared<ConnectionInfo>(std::move(info))),
      active_ms_(thread.now_ms()),
      phase_ms_(active_ms_),
      useful_ms_(active_ms_) {}

Connection::~Connection() = default;

void Connection::start() { settle(); }

void Connection::arm_read() {
  if (read_armed_ || closed_) return;
  read_armed_ = true;
  const auto go_on = [self = shared_from_this()](const boost::system::error_code& ec) {
    self->read_armed_ = false;
    if (!ec && !self->closed_) self->on_readable();
  };
  if (std::exchange(more_input_, false)) {
    // Bytes that TLS holds already do not make the socket readable again.
    asio::post(thread_.context, [go_on] { go_on({}); });
  } else {
    descriptor_.async_wait(asio::posix::stream_descriptor::wait_read, go_on);
  }
}

bool Connection::room() const {
  const HttpLimits& limits = thread_.shared->options.limits;
  return held_.empty() && slots_.size() < limits.pipeline_max && out_.bytes() <= limits.output_bytes_max;
}

void Connection::on_readable() {
  working_ = true;
  const bool was_ready = stream_->ready();
  more_input_ = true;
  for (int turn = 0; turn < kReadsPerTurn && more_input_ && !closed_ && !end_of_input_; ++turn) {
    if (!room() && !lingering_ && !live_) break;
    const IoResult got = stream_->read_some(thread_.scratch);
    switch (got.state) {
      case IoState::kOk:
        count(thread_.counters.bytes_in, got.bytes);
        active_ms_ = thread_.now_ms();
        consume(std::string_view(thread_.scratch.data(), got.bytes));
        more_input_ = got.bytes == thread_.scratch.size() || !stream_->short_read_drains();
        break;
      case IoState::kWantRead:
        more_input_ = false;
        break;
      case IoState::kWantWrite:
        more_input_ = false;
        arm_write();
        break;
      case IoState::kEof:
        on_end_of_input();
        break;
      case IoState::kFailed:
        if (!stream_->ready()) count(thread_.counters.tls_failures);
        close(StreamEnd::kClientGone);
        break;
    }
  }
  working_ = false;
  if (closed_) return;
  if (!was_ready && stream_->ready()) active_ms_ = thread_.now_ms();
  advance();
}

void Connection::on_end_of_input() {
  end_of_input_ = true;
  last_request_ = true;
  if (live_ || lingering_) {
    close(StreamEnd::kClientGone);
  }
  // Otherwise answers in flight still go out: the client may have closed its sending side only.
}

void Connection::consume(std::string_view bytes) {
  if (lingering_) {
    discarded_ += bytes.size();
    if (discarded_ > kLingerBytesMax) close(StreamEnd::kClosedHere);
    return;
  }
  while (!bytes.empty() && !closed_ && !last_request_ && !live_) {
    if (!room()) {
      held_.append(bytes);
      return;
    }
    if (!feed(bytes)) return;
  }
}

/// Who is at the other end: known once there are bytes to read.
void Connection::meet() {
  met_ = true;
  if (info_->tls) {
    if (auto peer = stream_->peer()) {
      ConnectionInfo known = *info_;
      known.peer = std::move(peer);
      info_ = std::make_shared<ConnectionInfo>(std::move(known));
    }
  }
  const HttpServerOptions& options = thread_.shared->options;
  if (options.body_bytes_max) reader_.limit_body(options.body_bytes_max(*info_));
}

/// Gives the reader its bytes and acts on what it found; false when this was the last of the input.
bool Connection::feed(std::string_view& bytes) {
  if (!met_) meet();
  const auto before = reader_.state();
  const std::size_t taken = reader_.feed(bytes);
  bytes.remove_prefix(taken);
  const auto after = reader_.state();
  if (before != after && after != RequestReader::State::kDone) phase_ms_ = thread_.now_ms();
  if (after == RequestReader::State::kFailed) {
    refuse(reader_.failure().status, reader_.failure().error);
    return false;
  }
  if (reader_.body_bytes() > 0) {
    if (!charge_) charge_.emplace(thread_.shared);
    if (!charge_->raise(reader_.body_bytes())) thread_.relieve_bodies(*this);
    if (closed_) return false;  // Whoever gave way gave an answer, and this one was in the way of that.
    if (!charge_->fits()) {
      refuse(503, {ErrorCode::kOverloaded, "too many bodies are being received at once", "body"});
      return false;
    }
  }
  if (after == RequestReader::State::kBody && before != after && reader_.expects_continue() && bytes.empty()) {
    continue_due_ = true;  // a client that sends its body at once does not wait for it
  }
  if (after == RequestReader::State::kDone) dispatch();
  return true;
}

void Connection::dispatch() {
  Slot slot;
  slot.sequence = next_sequence_++;
  slot.keep_alive = reader_.keep_alive();
  slot.http_1_0 = reader_.http_1_0();
  slot.head_only = reader_.method() == Method::kHead;
  if (!slot.keep_alive || stopping_) last_request_ = true;
  continue_due_ = false;
  Request request = reader_.take();
  request.connection = info_;
  BodyCharge charge = charge_ ? std::move(*charge_) : BodyCharge(thread_.shared);
  charge_.reset();
  auto link = std::make_unique<ExchangeLink>(thread_.mailbox, weak_from_this(), slot.sequence, std::move(charge));
  slots_.push_back(std::move(slot));
  count(thread_.counters.requests);
  thread_.shared->handler(std::make_shared<Exchange>(std::move(request), std::move(link)));
}

/// The connection cannot go on after this answer, which comes after those of earlier requests.
void Connection::refuse(int status, Error error) {
  count(thread_.counters.bad_requests);
  const Problem problem = make_problem(std::move(error), status);
  thread_.report(problem, *info_);
  Slot slot;
  slot.sequence = next_sequence_++;
  slot.keep_alive = false;
  slot.ready = true;
  const auto& shaped = thread_.shared->options.refusal;
  slot.response = shaped ? shaped(problem, reader_.path()) : problem_response(problem);
  slots_.push_back(std::move(slot));
  last_request_ = true;
  charge_.reset();
  held_ = {};
}

Connection::Slot* Connection::find_slot(std::uint64_t sequence) {
  for (Slot& slot : slots_) {
    if (slot.sequence == sequence) return &slot;
  }
  return nullptr;
}

void Connection::deliver(std::uint64_t sequence, Response response) {
  Slot* slot = closed_ ? nullptr : find_slot(sequence);
  if (slot == nullptr) {
    count(thread_.counters.responses_dropped);
    return;
  }
  slot->response = std::move(response);
  slot->ready = true;
  advance();
}

void Connection::deliver_stream(std::uint64_t sequence, Headers headers, std::shared_ptr<StreamState> stream) {
  Slot* slot = closed_ ? nullptr : find_slot(sequence);
  if (slot == nullptr) {
    stream->finish(StreamEnd::kClientGone);
    return;
  }
  slot->response.headers = std::move(headers);
  slot->stream = std::move(stream);
  slot->ready = true;
  last_request_ = true;  // nothing can follow a stream
  advance();
}

void Connection::stream_ready() {
  if (!closed_) advance();
}

/// Does all that can be done without waiting.
void Connection::advance() {
  if (working_ || closed_) return;
  const auto self = shared_from_this();
  working_ = true;
  do {
    emit_answers();
    if (!closed_) flush();
    // An answer that had no room before: now that all is sent, no event would bring us back to it.
  } while (!closed_ && ((out_.empty() && next_is_ready()) || resume_input()));
  working_ = false;
  account();
  thread_.relieve_output();
  if (!closed_) settle();
}

bool Connection::next_is_ready() const {
  return !slots_.empty() && slots_.front().ready && !live_ && !source_ && !close_after_;
}

/// Reads on where input had been held for want of room; false when nothing changed.
bool Connection::resume_input() {
  if (held_.empty()) return false;
  const std::string bytes = std::exchange(held_, {});
  if (!room()) {
    held_ = bytes;
    return false;
  }
  phase_ms_ = thread_.now_ms();  // it was this end that did not read
  consume(bytes);
  return true;
}

/// Decides what to wait for next.
void Connection::settle() {
  const bool nothing_owed = slots_.empty() && out_.empty() && !live_ && !source_;
  if (nothing_owed &&
      (close_after_ || end_of_input_ || (stopping_ && reader_.state() == RequestReader::State::kIdle))) {
    linger();
    if (closed_) return;
  }
  if (end_of_input_ || (!room() && !lingering_ && !live_)) return;
  arm_read();
}

void Connection::linger() {
  if (lingering_) return;
  lingering_ = true;
  stream_->finish();
  phase_ms_ = thread_.now_ms();
  if (end_of_input_ || stopping_) close(StreamEnd::kClosedHere);
}

void Connection::begin_stop() {
  stopping_ = true;
  if (live_) {
    const auto live = std::exchange(live_, nullptr);
    if (live_chunked_) out_.append("0\r\n\r\n");
    close_after_ = true;
    thread_.counters.streams_open.fetch_sub(1, std::memory_order_relaxed);
    live->finish(StreamEnd::kServerStop);
  }
  advance();
}

void Connection::check_time(std::int64_t now_ms) {
  const HttpLimits& limits = thread_.shared->options.limits;
  if (lingering_) {
    if (now_ms - phase_ms_ > kLingerMs) close(StreamEnd::kClosedHere);
    return;
  }
  if (!stream_->ready()) {
    if (now_ms - phase_ms_ <= limits.head_ms) return;
    count(thread_.counters.timeouts);
    close(StreamEnd::kClientGone);
    return;
  }
  if (!out_.empty()) {
    if (!check_writing_time(now_ms)) return;
  } else if (live_ && now_ms - active_ms_ > live_->options().keep_alive_ms) {
    static const WireEvent comment = std::make_shared<const std::string>(":\n\n");
    emit_chunk(comment);
    advance();
    return;
  }
  if (!live_ && !last_request_) check_reading_time(now_ms);
}

/// False when the client was too slow to take its answers and the connection is closed.
bool Connection::check_writing_time(std::int64_t now_ms) {
  const HttpLimits& limits = thread_.shared->options.limits;
  const bool stalled = live_ && now_ms - write_moved_ms_ > live_->options().stall_ms;
  const bool slow =
      !live_ && now_ms - write_start_ms_ > limits.write_grace_ms + at_rate(written_, limits.bytes_per_second_min);
  if (!stalled && !slow) return true;
  count(stalled ? thread_.counters.slow_consumers : thread_.counters.timeouts);
  give_up_output(
      stalled ? fmt::format("nothing of an event stream was taken for {}", format_duration(live_->options().stall_ms))
              : fmt::format("an answer is taken slower than {} bytes/s", limits.bytes_per_second_min));
  return false;
}

void Connection::check_reading_time(std::int64_t now_ms) {
  const HttpLimits& limits = thread_.shared->options.limits;
  if (!room()) return;  // it is this end that does not read
  const auto state = reader_.state();
  if (state == RequestReader::State::kIdle) {
    if (!slots_.empty() || !out_.empty() || now_ms - active_ms_ <= limits.idle_ms) return;
    count(thread_.counters.idle_closed);
    close_after_ = true;
    settle();
    return;
  }
  const bool in_head = state == RequestReader::State::kHead;
  const std::int64_t allowed =
      in_head ? limits.head_ms
              : limits.body_grace_ms + at_rate(reader_.body_bytes_on_wire(), limits.bytes_per_second_min);
  if (now_ms - phase_ms_ <= allowed) return;
  count(thread_.counters.timeouts);
  refuse(408, {ErrorCode::kTimeout,
               in_head ? fmt::format("the head was not complete after {}", format_duration(limits.head_ms))
                       : fmt::format("the body came slower than {} bytes/s", limits.bytes_per_second_min),
               in_head ? "head" : "body"});
  advance();
}

void Connection::close(StreamEnd why) {
  if (closed_) return;
  closed_ = true;
  const auto self = shared_from_this();
  boost::system::error_code ignored;
  descriptor_.close(ignored);
  if (live_) {
    thread_.counters.streams_open.fetch_sub(1, std::memory_order_relaxed);
    std::exchange(live_, nullptr)->finish(why);
  }
  for (Slot& slot : slots_) {
    if (slot.stream) slot.stream->finish(why);
    if (slot.ready && !slot.stream) count(thread_.counters.responses_dropped);
  }
  slots_.clear();
  source_.reset();
  charge_.reset();
  account();
  thread_.remove(*this);
}

}  // namespace tansiq::net::detail
