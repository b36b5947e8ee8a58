#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/post.hpp>
#include <chrono>
#include <csignal>
#include <ctime>

#include "base/invariant.h"
#include "net/server_detail.h"

namespace tansiq::net::detail {
namespace {

constexpr std::size_t kScratchBytes = 64U << 10;

thread_local const IoThread* current_thread = nullptr;

}  // namespace

bool Mailbox::own_thread() const { return current_thread != nullptr && current_thread->mailbox.get() == this; }

void Mailbox::wake() {
  count(thread_->counters.wakeups);
  asio::post(thread_->context, [thread = thread_] { thread->drain_mailbox(); });
}

bool Mailbox::push(Message& message) {
  const std::scoped_lock lock(mutex_);
  if (thread_ == nullptr) return false;
  messages_.push_back(std::move(message));
  if (messages_.size() == 1) wake();
  return true;
}

bool Mailbox::push_all(std::vector<Message>& messages) {
  if (messages.empty()) return true;
  const std::scoped_lock lock(mutex_);
  if (thread_ == nullptr) return false;
  const bool was_empty = messages_.empty();
  if (was_empty) {
    messages_.swap(messages);
  } else {
    std::move(messages.begin(), messages.end(), std::back_inserter(messages_));
  }
  messages.clear();
  if (was_empty) wake();
  return true;
}

void Mailbox::take(std::vector<Message>& out) {
  const std::scoped_lock lock(mutex_);
  out.swap(messages_);
}

void Mailbox::close(std::vector<Message>& rest) {
  const std::scoped_lock lock(mutex_);
  thread_ = nullptr;
  rest.swap(messages_);
}

IoThread::IoThread(std::shared_ptr<Shared> all, std::int64_t tick_ms)
    : mailbox(std::make_shared<Mailbox>(*this)), shared(std::move(all)), scratch(kScratchBytes), tick_ms_(tick_ms) {}

IoThread::~IoThread() { join(); }

void IoThread::start() {
  // Signals are for the thread that the program chose; new threads inherit the mask.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  thread_ = std::thread([this] { run(); });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void IoThread::run() {
  current_thread = this;
  arm_tick();
  context.run();
  stop_all(true);
  // Waits that were cut short still hold their connections: let them run out.
  context.restart();
  context.poll();
  std::vector<Message> rest;
  mailbox->close(rest);
  for (Message& message : rest) handle(message);
  rest.clear();
  current_thread = nullptr;
  const std::scoped_lock lock(ended_mutex_);
  ended_ = true;
  ended_changed_.notify_all();
}

bool IoThread::wait_ended(DurationMs wait_ms) {
  std::unique_lock lock(ended_mutex_);
  return ended_changed_.wait_for(lock, std::chrono::milliseconds(wait_ms), [this] { return ended_; });
}

void IoThread::join() {
  if (thread_.joinable()) thread_.join();
}

std::int64_t IoThread::now_ms() const {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC_COARSE, &now);  // a few milliseconds of error are nothing to a time-out
  return static_cast<std::int64_t>(now.tv_sec) * 1'000 + now.tv_nsec / 1'000'000 + 1;
}

const std::string& IoThread::date_line() {
  const std::int64_t second = shared->now().ms / 1'000;
  if (second == date_second_) return date_line_;
  date_second_ = second;
  const std::time_t time = second;
  std::tm utc{};
  gmtime_r(&time, &utc);
  constexpr std::array<std::string_view, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  date_line_ =
      fmt::format("Date: {}, {:02} {} {:04} {:02}:{:02}:{:02} GMT\r\n", kDays.at(static_cast<std::size_t>(utc.tm_wday)),
                  utc.tm_mday, kMonths.at(static_cast<std::size_t>(utc.tm_mon)), utc.tm_year + 1900, utc.tm_hour,
                  utc.tm_min, utc.tm_sec);
  return date_line_;
}

void IoThread::report(const Problem& problem, const ConnectionInfo& info) const {
  if (!shared->options.on_problem) return;
  const bool v6 = info.address.find(':') != std::string::npos;
  shared->options.on_problem(
      {problem, v6 ? fmt::format("[{}]:{}", info.address, info.port) : fmt::format("{}:{}", info.address, info.port)});
}

void IoThread::arm_tick() {
  tick_.expires_after(std::chrono::milliseconds(tick_ms_));
  tick_.async_wait([this](const boost::system::error_code& ec) {
    if (ec) return;
    const std::int64_t now = now_ms();
    // From the end: a connection that is closed is replaced by the last one, which has had its turn.
    for (std::size_t i = list_.size(); i-- > 0;) {
      if (i >= list_.size()) continue;
      const std::shared_ptr<Connection> connection = list_[i];
      connection->check_time(now);
    }
    arm_tick();
  });
}

void IoThread::adopt(int socket, ConnectionInfo info) {
  count(shared->connections_accepted);
  std::unique_ptr<ByteStream> stream;
  if (info.tls) {
    std::shared_ptr<TlsServerContext> tls;
    {
      const std::scoped_lock lock(shared->tls_mutex);
      tls = shared->tls;
    }
    if (auto made = tls->accept(socket)) stream = std::move(*made);
  } else {
    stream = make_tcp_stream(socket);
  }
  if (stopping || !stream) {
    ::close(socket);
    connections.fetch_sub(1, std::memory_order_relaxed);
    shared->connections_open.fetch_sub(1, std::memory_order_relaxed);
    return;
  }
  const int one = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  auto connection = std::make_shared<Connection>(*this, socket, std::move(stream), std::move(info));
  connection->index = list_.size();
  list_.push_back(connection);
  connection->start();
}

void IoThread::adopt_in_place_of_another(int socket, ConnectionInfo info) {
  if (stopping || make_room()) return adopt(socket, std::move(info));
  count(shared->connections_refused);
  turn_away(socket, info.tls, shared->every_answer, scratch);
  connections.fetch_sub(1, std::memory_order_relaxed);
  shared->connections_open.fetch_sub(1, std::memory_order_relaxed);
}

void IoThread::remove(Connection& connection) {
  const std::size_t index = connection.index;
  EXPECT_INVARIANT(index < list_.size() && list_[index].get() == &connection);
  std::swap(list_[index], list_.back());
  list_[index]->index = index;
  list_.pop_back();
  connections.fetch_sub(1, std::memory_order_relaxed);
  shared->connections_open.fetch_sub(1, std::memory_order_relaxed);
  if (stopping && list_.empty()) context.stop();
}

void IoThread::drain_mailbox() {
  mailbox->take(inbox_);
  for (Message& message : inbox_) handle(message);
  inbox_.clear();
}

void IoThread::handle(Message& message) {
  if (auto* reply = std::get_if<ReplyMessage>(&message)) {
    if (const auto connection = reply->connection.lock()) {
      connection->deliver(reply->sequence, std::move(reply->response));
    } else {
      count(counters.responses_dropped);
    }
  } else if (auto* opened = std::get_if<StreamOpenMessage>(&message)) {
    if (const auto connection = opened->connection.lock()) {
      connection->deliver_stream(opened->sequence, std::move(opened->headers), std::move(opened->stream));
    } else {
      opened->stream->finish(StreamEnd::kClientGone);
    }
  } else if (auto* woken = std::get_if<StreamWakeMessage>(&message)) {
    if (const auto connection = woken->connection.lock()) connection->stream_ready();
  } else if (auto* socket = std::get_if<SocketMessage>(&message)) {
    if (socket->in_place_of_another) {
      adopt_in_place_of_another(socket->socket, std::move(socket->info));
    } else {
      adopt(socket->socket, std::move(socket->info));
    }
  } else if (const auto* stop = std::get_if<StopMessage>(&message)) {
    stop_all(stop->now);
  }
}

void IoThread::stop_all(bool now) {
  stopping = true;
  if (on_stop) std::exchange(on_stop, nullptr)();
  const std::vector<std::shared_ptr<Connection>> all = list_;
  for (const auto& connection : all) {
    if (now) {
      connection->close(StreamEnd::kServerStop);
    } else {
      connection->begin_stop();
    }
  }
  if (list_.empty()) context.stop();
}

}  // namespace tansiq::net::detail
