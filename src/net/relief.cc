// Who gives way when a server has all that it may have: of connections, of bodies being received, of answers not taken.
//
// Turning newcomers away would hand the server to whoever holds most and does least: some thousands of clients that
// never read would shut out everybody else for as long as the time-outs let them. So the slowest of those who hold
// something gives way, by the bytes it has moved a second since it began; one that moves along is never the slowest
// while somebody stands still. The second that is added to each age keeps who has just begun from counting as
// infinitely slow or fast.
#include <fmt/format.h>

#include <algorithm>

#include "net/server_detail.h"

namespace tansiq::net::detail {
namespace {

/// Connections looked at for one newcomer: an attack that fills the server must not make each accept a walk through all
/// of it. The window moves on, so none is out of reach.
constexpr std::size_t kLookedAtMax = 64;

}  // namespace

std::uint64_t moved_a_second(std::uint64_t bytes, std::int64_t age_ms) {
  return bytes * 1'000 / static_cast<std::uint64_t>(std::max<std::int64_t>(age_ms, 0) + 1'000);
}

/// Makes room for one connection; false when all that were looked at are in the middle of something.
bool IoThread::make_room() {
  std::shared_ptr<Connection> found;
  for (std::size_t i = 0; i < std::min(list_.size(), kLookedAtMax); ++i) {
    const std::shared_ptr<Connection>& at = list_[look_at_++ % list_.size()];
    if (at->replaceable() && (!found || at->worth() < found->worth())) found = at;
  }
  if (!found) return false;
  count(counters.connections_replaced);
  found->close(StreamEnd::kClosedHere);
  return true;
}

void IoThread::note_unsent(std::size_t before, std::size_t now) {
  unsent_ += now - before;  // modulo 2^64, exact in the end
  counters.unsent_bytes.store(unsent_, std::memory_order_relaxed);
}

void IoThread::relieve_output() {
  const std::size_t most = shared->options.limits.outputs_total_bytes_max / shared->threads;
  while (unsent_ > most) {
    const std::int64_t now = now_ms();
    std::shared_ptr<Connection> slowest;
    for (const auto& connection : list_) {
      if (!connection->owes()) continue;
      if (!slowest || connection->slowness(now) < slowest->slowness(now)) slowest = connection;
    }
    if (!slowest) return;
    count(counters.outputs_dropped);
    slowest->give_up_output(
        fmt::format("more than {} bytes of answers wait to be taken; this client is the slowest", most));
  }
}

void IoThread::relieve_bodies(const Connection& except) {
  while (shared->body_bytes.load(std::memory_order_relaxed) > shared->options.limits.bodies_total_bytes_max) {
    const std::int64_t now = now_ms();
    std::shared_ptr<Connection> slowest;
    for (const auto& connection : list_) {
      if (connection.get() == &except || !connection->receives_body()) continue;
      if (!slowest || connection->body_rate(now) < slowest->body_rate(now)) slowest = connection;
    }
    if (!slowest || slowest->body_rate(now) > except.body_rate(now)) return;
    count(counters.timeouts);
    slowest->give_up_body();
  }
}

bool Connection::replaceable() const {
  return !closed_ && slots_.empty() && out_.empty() && !live_ && !source_ &&
         reader_.state() != RequestReader::State::kBody;
}

std::pair<bool, std::int64_t> Connection::worth() const { return {next_sequence_ > 0, useful_ms_}; }

bool Connection::owes() const { return !closed_ && unsent_ > 0; }

std::pair<bool, std::uint64_t> Connection::slowness(std::int64_t now_ms) const {
  // What is ready and stands behind an answer that we owe is not for the client to take yet.
  if (out_.empty()) return {true, 0};
  return {false, moved_a_second(written_, now_ms - write_start_ms_)};
}

bool Connection::receives_body() const { return !closed_ && charge_ && reader_.state() == RequestReader::State::kBody; }

std::uint64_t Connection::body_rate(std::int64_t now_ms) const {
  return moved_a_second(reader_.body_bytes_on_wire(), now_ms - phase_ms_);
}

/// Accounts for what this connection holds of answers that the client has not taken.
void Connection::account() {
  std::size_t now = 0;
  if (!closed_) {
    now = out_.bytes();
    for (const Slot& slot : slots_) now += slot.response.body_view().size();
  }
  if (now == unsent_) return;
  thread_.note_unsent(unsent_, now);
  unsent_ = now;
}

/// Tells the log and closes: there is no telling the client, who does not listen.
void Connection::give_up_output(std::string why) {
  thread_.report(make_problem({ErrorCode::kTimeout, std::move(why), "answer"}), *info_);
  close(StreamEnd::kSlowConsumer);
}

void Connection::give_up_body() {
  refuse(408, {ErrorCode::kTimeout, "too many bodies are being received at once, and this is the slowest", "body"});
  advance();
}

}  // namespace tansiq::net::detail
