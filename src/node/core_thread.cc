#include "node/core_thread.h"

#include <fmt/format.h>

#include <chrono>
#include <utility>

#include "base/invariant.h"
#include "base/logging.h"

namespace tansiq::node {
namespace {

/// Entries that one tick may write; the next tick goes on.
constexpr int kTickEntriesMax = 64;

void refuse(CoreTask& task, const Error& error, const core::Machine& machine, std::vector<Departure>& out) {
  if (auto* command = std::get_if<CommandTask>(&task)) {
    out.push_back(command->done(std::unexpected(error), machine));
  } else if (auto* read = std::get_if<ReadTask>(&task)) {
    if (read->refused) read->refused(error);
  }
}

}  // namespace

CoreThread::CoreThread(Config config, core::Machine machine, store::LogStore& store,
                       std::unique_ptr<store::LogReader> reader, EventHub& hub, CoreFigures& figures)
    : config_(std::move(config)),
      machine_(std::move(machine)),
      store_(store),
      reader_(std::move(reader)),
      hub_(hub),
      figures_(figures),
      queue_(config_.queue_max),
      durable_seq_(machine_.next_seq()) {
  const auto head = reader_->head(store::kMainLog);
  EXPECT_INVARIANT(head.has_value());
  durable_index_ = head->size;
}

CoreThread::~CoreThread() { stop(); }

void CoreThread::start() {
  thread_ = std::thread([this] { run(); });
}

Status CoreThread::admit(BoundedQueue<CoreTask>::Push pushed) {
  switch (pushed) {
    case BoundedQueue<CoreTask>::Push::kTaken:
      return {};
    case BoundedQueue<CoreTask>::Push::kFull:
      figures_.overloaded.fetch_add(1, std::memory_order_relaxed);
      return fail(ErrorCode::kOverloaded, fmt::format("{} commands are waiting already; try again", config_.queue_max));
    case BoundedQueue<CoreTask>::Push::kClosed:
      break;
  }
  return fail(ErrorCode::kUnavailable, "the node is stopping");
}

Status CoreThread::submit(CoreTask&& task) { return admit(queue_.push(std::move(task))); }
Status CoreThread::submit_urgent(CoreTask&& task) { return admit(queue_.push_urgent(std::move(task))); }

void CoreThread::stop() {
  queue_.close();
  if (thread_.joinable()) thread_.join();
}

void CoreThread::run() {
  std::vector<CoreTask> batch;
  while (queue_.take(batch, config_.batch_max)) {
    const UtcMs now = config_.clock->now();
    for (CoreTask& task : batch) execute(task, now);
    figures_.batch_commands.add(static_cast<double>(batch.size()));
    if (const Status committed = commit(); !committed) {
      abandon(committed.error());
      return;
    }
    depart();
    batch.clear();
  }
}

void CoreThread::execute(CoreTask& task, UtcMs now) {
  if (auto* command = std::get_if<CommandTask>(&task)) return execute(*command, now);
  if (auto* read = std::get_if<ReadTask>(&task)) {
    figures_.reads.fetch_add(1, std::memory_order_relaxed);
    departures_.push_back(read->read(machine_));
    return;
  }
  tick(now);
}

void CoreThread::execute(CommandTask& task, UtcMs now) {
  Result<Recorded> result = recorded(machine_.execute(std::move(task.command), now));
  count(result);
  departures_.push_back(task.done(std::move(result), machine_));
}

void CoreThread::tick(UtcMs now) {
  for (int i = 0; i < kTickEntriesMax; ++i) {
    std::optional<core::Outcome> outcome = machine_.tick(now);
    if (!outcome) return;
    figures_.entries[static_cast<std::size_t>(outcome->type)].fetch_add(1, std::memory_order_relaxed);
    keep(*outcome);
  }
}

Result<Recorded> CoreThread::recorded(Result<core::Outcome> outcome) {
  if (!outcome) return std::unexpected(std::move(outcome.error()));
  if (outcome->repeated) return first_outcome(outcome->seq);
  Recorded out{.repeated = false,
               .seq = outcome->seq,
               .index = durable_index_ + (outcome->seq - durable_seq_),
               .type = outcome->type,
               .decision = core::disclosed(std::move(outcome->decision))};
  keep(*outcome);
  return out;
}

void CoreThread::keep(core::Outcome& outcome) {
  // The store counts in the same order as the machine, from the same start: what `apply` would accept after this.
  EXPECT_INVARIANT(outcome.seq == durable_seq_ + lines_.size());
  lines_.push_back(std::move(outcome.entry));
}

/// The entry may still be on its way to the disk: then this answer leaves together with it.
Result<Recorded> CoreThread::first_outcome(std::uint64_t seq) {
  Recorded out;
  out.repeated = true;
  out.seq = seq;
  const auto take = [&out](std::string_view line, std::uint64_t index) -> Status {
    core::Entry entry = TRY(core::read_entry(line));
    out.index = index;
    out.type = entry.type;
    out.decision = core::disclosed(std::move(entry.decision));
    return {};
  };
  if (seq >= durable_seq_) {
    const std::uint64_t i = seq - durable_seq_;
    EXPECT_INVARIANT(i < lines_.size());
    TRY_VOID(take(lines_[i], durable_index_ + i));
  } else {
    TRY_VOID(reader_->sequence(
        seq, seq + 1, [&](const store::StoredEntry& entry) { return take(as_text(entry.bytes), entry.index); }));
  }
  return out;
}

void CoreThread::count(const Result<Recorded>& recorded) {
  const auto one = [](auto& counters, auto which) {
    counters[static_cast<std::size_t>(which)].fetch_add(1, std::memory_order_relaxed);
  };
  if (!recorded) return one(figures_.errors, recorded.error().code);
  if (recorded->repeated) {
    figures_.repeated.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  one(figures_.entries, recorded->type);
  if (!recorded->decision.accepted()) one(figures_.refusals, recorded->decision.refusal);
}

Status CoreThread::commit() {
  if (lines_.empty()) return {};
  const auto begin = std::chrono::steady_clock::now();
  new_entries_.clear();
  for (const std::string& line : lines_) new_entries_.push_back({store::kMainLog, as_bytes(line)});
  const store::Appended done = TRY(store_.append({.entries = new_entries_}));
  EXPECT_INVARIANT(done.first_seq == durable_seq_);
  const auto took = std::chrono::steady_clock::now() - begin;

  durable_seq_ = done.next_seq;
  durable_index_ += lines_.size();
  hub_.durable(done.first_seq, done.next_seq, hub_.wants_lines() ? std::move(lines_) : std::vector<std::string>{});
  lines_.clear();

  figures_.commit_seconds.add(std::chrono::duration<double>(took).count());
  figures_.log_entries.store(durable_index_, std::memory_order_relaxed);
  figures_.live_intents.store(machine_.live_intents(), std::memory_order_relaxed);
  figures_.live_volumes.store(machine_.live_volumes(), std::memory_order_relaxed);
  figures_.live_measures.store(machine_.live_measures(), std::memory_order_relaxed);
  figures_.last_commit_ms.store(SystemClock().now().ms, std::memory_order_relaxed);
  return {};
}

void CoreThread::depart() {
  for (Departure& d : departures_) {
    if (d.exchange) replies_.add(d.exchange, std::move(d.response));
    if (d.call) d.call({});
  }
  departures_.clear();
  replies_.flush();
}

/// The store failed: nobody learns of this batch's decisions, whoever waits learns that it is unknown.
void CoreThread::abandon(const Error& error) {
  failed_.store(true);
  log_error("store.failed", {{"where", error.where}, {"message", error.message}});
  queue_.close();
  const Error unknown{
      ErrorCode::kUnavailable, "the node stopped before this was durable; ask again under the same command id", {}};
  for (Departure& d : departures_) {
    if (d.exchange) d.exchange->respond(unknown);
    if (d.call) d.call(std::unexpected(unknown));
  }
  departures_.clear();
  config_.on_failure(error);
  std::vector<CoreTask> rest;
  while (queue_.take(rest, config_.batch_max)) {
    for (CoreTask& task : rest) refuse(task, unknown, machine_, departures_);
    for (Departure& d : departures_) {
      if (d.exchange) d.exchange->respond(unknown);
      if (d.call) d.call(std::unexpected(unknown));
    }
    departures_.clear();
    rest.clear();
  }
}

}  // namespace tansiq::node
