#include "node/core_thread.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <span>
#include <utility>

#include "base/invariant.h"
#include "base/logging.h"
#include "log/sha256.h"
#include "node/attachment_store.h"
#include "node/replication_keys.h"
#include "node/restore.h"
#include "node/talk_words.h"
#include "node/uss_desk.h"

namespace tansiq::node {
namespace {

using coordination::LogName;

/// What a task may add to a batch is bounded below half of what the store takes at once.
constexpr std::size_t kBatchFull = store::kBatchEntriesMax / 2;
constexpr std::size_t kMetaFull = 256;
/// Attachments destroyed in one turn: each costs a sync.
constexpr std::size_t kAttachmentsAtOnce = 16;
constexpr std::size_t kBodiesWithEntries = 8U << 20;
/// A longer request is answered at once: those that wait for their turn are kept whole.
constexpr std::size_t kWaitingBodyMax = 256U << 10;
/// Whose word it is that somebody is on watch: the accounts', of which no officer and no token has this name.
constexpr std::string_view kWatchKeeper = "tansiq:watch";
static_assert(kPullEntriesMax + 3 * coordination::kSaidPerCallMax < kBatchFull);

void note_turns(const f3548::Turns::Counts& counts, CoreFigures& figures) {
  figures.turns_waited.store(counts.waited, std::memory_order_relaxed);
  figures.turns_waited_too_long.store(counts.waited_too_long, std::memory_order_relaxed);
  figures.turns_unused.store(counts.unused, std::memory_order_relaxed);
  figures.turns_no_room.store(counts.no_room, std::memory_order_relaxed);
}

void refuse(CoreTask& task, const Error& error, const coordination::Coalition& coalition, std::vector<Departure>& out) {
  if (auto* command = std::get_if<CommandTask>(&task)) {
    out.push_back(command->done(std::unexpected(error), coalition.machine()));
  } else if (auto* read = std::get_if<ReadTask>(&task)) {
    if (read->refused) read->refused(error);
  } else if (auto* act = std::get_if<ActTask>(&task)) {
    out.push_back(act->done(std::unexpected(error), coalition));
  } else if (auto* peer = std::get_if<PeerTask>(&task)) {
    peer->done(std::unexpected(error));
  } else if (auto* evidence = std::get_if<EvidenceTask>(&task)) {
    evidence->done(std::unexpected(error));
  } else if (auto* registry = std::get_if<RegistryTask>(&task)) {
    out.push_back({registry->exchange, registry->refused(error), {}});
  } else if (auto* supplier = std::get_if<UssTask>(&task)) {
    supplier->refused(error);
  } else if (auto* body = std::get_if<BodyTask>(&task)) {
    body->done(std::unexpected(error));
  } else if (auto* attachment = std::get_if<AttachmentTask>(&task)) {
    attachment->done(std::unexpected(error));
  } else if (auto* destroy = std::get_if<DestroyTask>(&task)) {
    destroy->done(std::unexpected(error));
  } else if (auto* recover = std::get_if<RecoverTask>(&task)) {
    recover->done(std::unexpected(error));
  }
}

Error silence() {
  return {ErrorCode::kUnavailable,
          "this node has lost a part of its record and decides nothing until it is back; tansiq peer list says what is "
          "missing",
          {}};
}

std::uint64_t main_entries(std::span<const coordination::Written> batch) {
  return static_cast<std::uint64_t>(
      std::ranges::count_if(batch, [](const auto& written) { return written.log.kind == LogName::Kind::kMain; }));
}

}  // namespace

void note_sizes(const State& state, CoreFigures& figures) {
  const auto set = [](std::atomic<std::uint64_t>& figure, std::size_t size) {
    figure.store(size, std::memory_order_relaxed);
  };
  const core::Machine& machine = state.coalition().machine();
  set(figures.live_intents, machine.live_intents());
  set(figures.live_volumes, machine.live_volumes());
  set(figures.live_measures, machine.live_measures());
  const f3548::Registry& registry = state.registry();
  set(figures.registry_intents, registry.intents());
  set(figures.registry_constraints, registry.constraints());
  set(figures.registry_subscriptions, registry.subscriptions());
  set(figures.uss_down, registry.uss_down());
}

CoreThread::CoreThread(Config config, State state, const LogBook& logs, HeadNotes& notes, store::LogStore& store,
                       std::unique_ptr<store::LogReader> reader, EventHub& hub, CoreFigures& figures)
    : config_(std::move(config)),
      state_(std::move(state)),
      logs_(logs),
      notes_(notes),
      store_(store),
      reader_(std::move(reader)),
      hub_(hub),
      figures_(figures),
      queue_(config_.queue_max),
      silent_(config_.silent),
      versions_(state_.coalition().machine().versions().size()),
      durable_seq_(state_.next_seq()) {
  const auto head = reader_->head(store::kMainLog);
  EXPECT_INVARIANT(head.has_value());
  durable_index_ = head->size;
  find_registry();
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
  for (bool open = true; open;) {
    open = queue_.take(tasks_, config_.batch_max, patience());
    const UtcMs now = config_.clock->now();
    for (next_task_ = 0; next_task_ < tasks_.size();) {
      CoreTask& task = tasks_[next_task_++];
      execute(task, now);
      // A file and what is kept of it become durable together, which larger bodies do not.
      const bool at_once = std::holds_alternative<AttachmentTask>(task);
      if ((at_once || batch_.size() >= kBatchFull || meta_.size() >= kMetaFull) && !settle()) return;
    }
    // Behind everything that came meanwhile, which those that waited are then told of.
    if (!open) turns_.close();
    if (!take_turns(now)) return;
    if (!tasks_.empty()) figures_.batch_commands.add(static_cast<double>(tasks_.size()));
    if (!batch_.empty()) state_.coalition().speak(now, batch_);
    if (!settle() || !destroy_doomed(now) || !destroy_attachments(now) || !destroy_unneeded()) return;
    tasks_.clear();
  }
}

void CoreThread::execute(RegistryTask& task, UtcMs now) {
  using Standing = f3548::Turns::Standing;
  const UtcMs moment = turns_now();
  const Standing standing = task.put ? turns_.standing(task.manager, *task.put, moment) : Standing::kFree;
  const bool may_wait = standing == Standing::kBehind && task.exchange->request().body.size() <= kWaitingBodyMax;
  bool lacks_new = false;
  if (!decide(task, now, may_wait, &lacks_new)) {
    const auto ticket = turns_.wait(task.manager, task.put, moment);
    held_.emplace(ticket, std::move(task));
  } else if (task.put && lacks_new) {
    turns_.told(task.manager, task.put, moment);
  } else if (standing == Standing::kTurn) {
    turns_.over(task.manager, task.put->id);
  }
}

bool CoreThread::decide(RegistryTask& task, UtcMs now, bool may_wait, bool* lacks_new) {
  // Nobody waits: nothing is to happen that nobody has seen.
  if (task.exchange->abandoned()) return true;
  follow_charters();
  if (!registry_home_.here) {
    // It has moved since the face looked.
    net::Response refused = task.refused({ErrorCode::kUnavailable, registry_home_.trouble, {}});
    departures_.push_back({std::move(task.exchange), std::move(refused), {}});
    return true;
  }
  const f3548::Place place = state_.next_place(now);
  RegistryAnswer answer = task.decide(state_, place, may_wait);
  *lacks_new = answer.lacks_new;
  if (may_wait && answer.lacks_new) return false;
  if (!answer.entry.empty()) state_.add(place, std::move(answer.entry), batch_, &answer.ready);
  if (!answer.body.empty()) bodies_.push_back(std::move(answer.body));
  departures_.push_back({std::move(task.exchange), std::move(answer.response), {}});
  return true;
}

bool CoreThread::take_turns(UtcMs now) {
  const UtcMs moment = turns_now();
  while (const auto ticket = turns_.next(moment)) {
    auto held = held_.extract(*ticket);
    EXPECT_INVARIANT(!held.empty());
    bool lacks_new = false;
    const bool answered = decide(held.mapped(), now, /*may_wait=*/false, &lacks_new);
    EXPECT_INVARIANT(answered);
    if (lacks_new) {
      turns_.told(*ticket, moment);
    } else {
      turns_.over(*ticket);
    }
    if (batch_.size() >= kBatchFull && !settle()) return false;
  }
  note_turns(turns_.counts(), figures_);
  return true;
}

std::optional<std::chrono::milliseconds> CoreThread::patience() const {
  const auto due = turns_.due();
  if (!due) return std::nullopt;
  // A clock of a test that stands still is looked at again.
  return std::chrono::milliseconds(std::clamp<DurationMs>(*due - turns_now(), 0, f3548::kTurnMs));
}

UtcMs CoreThread::turns_now() const {
  if (config_.turns_clock != nullptr) return config_.turns_clock->now();
  const auto since = std::chrono::steady_clock::now().time_since_epoch();
  return UtcMs{std::chrono::duration_cast<std::chrono::milliseconds>(since).count()};
}

/// What was said about charters in this batch counts for what comes behind it.
void CoreThread::follow_charters() {
  bool said = false;
  for (; looked_through_ < batch_.size(); ++looked_through_) {
    said = said || batch_[looked_through_].line.find("\"type\":\"charter.") != std::string::npos;
  }
  if (said) registry_home_ = registry_home(state_.coalition(), config_.former);
}

/// What was said about charters may have moved it.
void CoreThread::find_registry() {
  registry_home_ = registry_home(state_.coalition(), config_.former);
  if (config_.on_registry_home) config_.on_registry_home(registry_home_);
}

void CoreThread::execute(UssTask& task, UtcMs now) {
  RecordDesk desk(state_, now, batch_, bodies_, *reader_);
  departures_.push_back(task.work(desk));
}

void CoreThread::execute(EvidenceTask& task, UtcMs now) {
  state_.coalition().accuse(task.peer, task.origin, log::sha256(task.text), now, batch_);
  meta_.push_back({fork_meta_key(task.origin), task.text});
  bodies_.push_back(std::move(task.text));
  departures_.push_back({nullptr, {}, std::move(task.done)});
}

void CoreThread::execute(BodyTask& task) {
  const Status learned = state_.coalition().learn_body(task.bytes);
  if (!learned && learned.error().code == ErrorCode::kNotFound) {
    departures_.push_back({nullptr, {}, [done = std::move(task.done), learned](const Status&) { done(learned); }});
    return;
  }
  // What is no good, too: it is not asked for again, and destroyed where it was not for us.
  if (!learned) log_error("peer.share", {{"message", learned.error().text()}});
  bodies_.push_back(std::move(task.bytes));
  departures_.push_back({nullptr, {}, std::move(task.done)});
}

void CoreThread::execute(AttachmentTask& task, UtcMs now) {
  coordination::TalkAttachments& all = state_.coalition().attachments();
  const Status may = all.may_keep(task.sha256, static_cast<std::int64_t>(task.bytes.size()), task.from);
  if (!may) {
    departures_.push_back({nullptr, {}, [done = std::move(task.done), may](const Status&) { done(may); }});
    return;
  }
  if (!all.here().contains(task.sha256)) {
    std::string body = attachment_body(task.bytes);
    all.keep(task.sha256, {.bytes = static_cast<std::int64_t>(task.bytes.size()),
                           .from = std::move(task.from),
                           .kept = log::sha256(body),
                           .since = now});
    bodies_.push_back(std::move(body));
  } else {
    coordination::AttachmentHere again = all.here().at(task.sha256);
    again.since = now;
    if (!task.from) again.from.reset();
    all.keep(task.sha256, std::move(again));
  }
  meta_.push_back({attachment_key(task.sha256), attachment_row(all.here().at(task.sha256))});
  departures_.push_back({nullptr, {}, std::move(task.done)});
}

/// First the bytes, then what is kept of them: after a crash between the two the rest goes when the node starts.
bool CoreThread::destroy_attachments(UtcMs now) {
  if (silent_) return true;
  coordination::TalkAttachments& all = state_.coalition().attachments();
  const std::vector<log::Hash> unneeded = all.unneeded(now, kAttachmentsAtOnce);
  if (unneeded.empty()) return true;
  for (const log::Hash& file : unneeded) {
    if (const Status gone = store_.destroy_body(all.here().at(file).kept); !gone) {
      abandon(gone.error());
      return false;
    }
    all.forget(file);
    meta_.push_back({attachment_key(file), {}});
  }
  log_info("talks.attachments_destroyed", {{"attachments", unneeded.size()}});
  return settle();
}

/// First gone, then said to be gone. The entry that demands it is durable already.
bool CoreThread::destroy_doomed(UtcMs now) {
  const std::vector<log::Hash> doomed = state_.coalition().take_doomed_bodies();
  if (doomed.empty()) return true;
  for (const log::Hash& body : doomed) {
    const auto kept = reader_->body(body);
    // Damaged bytes are nobody's content any more: they go as well, and do not stop the node at each start.
    const bool damaged = !kept && kept.error().code == ErrorCode::kCorrupt;
    if (!kept && !damaged) {  // To say that it is gone would be untrue.
      abandon(kept.error());
      return false;
    }
    const bool may = damaged || (*kept && state_.coalition().may_destroy_body(body, as_text(**kept)));
    if (const Status gone = may ? store_.destroy_body(body) : Status(); !gone) {
      abandon(gone.error());
      return false;
    }
    state_.coalition().body_destroyed(body, now, batch_);
    if (batch_.size() >= kBatchFull && !settle()) return false;
  }
  return settle();
}

bool CoreThread::destroy_unneeded() {
  // All that was kept and said before is durable: what is chosen now nothing refers to after a crash either.
  while (!unneeded_.empty()) {
    const DestroyTask task = std::move(unneeded_.front());
    unneeded_.erase(unneeded_.begin());
    Status done;
    for (const log::Hash& body : task.choose(state_)) {
      if (done) done = store_.destroy_body(body);
    }
    task.done(done);
    if (done) continue;
    abandon(done.error());
    return false;
  }
  return true;
}

/// Makes durable what has been decided, then lets the answers out. False when the store failed: it is over.
bool CoreThread::settle() {
  if (const Status committed = commit(); !committed) {
    abandon(committed.error());
    return false;
  }
  depart();
  return true;
}

void CoreThread::execute(FloorTask& task) {
  if (const Status raised = store_.raise_floor(task.log, task.floor); !raised)
    return config_.on_failure(raised.error());
  const auto recovery = store_.recovering();
  if (silent_ || !recovery) return;
  config_.on_failure(
      {ErrorCode::kCorrupt, recovery->reason + "; start it again: it then fetches them from its peers", {}});
}

void CoreThread::execute(RecoverTask& task, UtcMs now) {
  Status done = recover(task, now);
  departures_.push_back(
      {nullptr, {}, [tell = std::move(task.done), done](const Status& durable) { tell(durable ? done : durable); }});
}

Status CoreThread::recover(RecoverTask& task, UtcMs now) {
  if (!silent_) return fail(ErrorCode::kWrongState, "this node is not recovering");
  for (auto& [origin, note] : task.notes) notes_.expect(origin, std::move(note));
  std::vector<store::RecoveredEntry> entries;
  entries.reserve(task.entries.size());
  for (const coordination::Woven& entry : task.entries) {
    entries.push_back({logs_.id(entry.log), entry.seq, as_bytes(entry.line)});
  }
  TRY_VOID(store_.recover(entries, task.given_up));
  for (const coordination::Woven& entry : task.entries) {
    state_.coalition().skip_to(entry.seq);
    TRY_VOID(state_.coalition().apply(entry.log, entry.line));
  }
  TRY_VOID(state_.coalition().settle());
  TRY_VOID(note_heads(*reader_, logs_, state_.coalition()));
  durable_seq_ = state_.coalition().next_seq();
  hub_.durable(durable_seq_, durable_seq_, {});
  silent_ = false;
  state_.coalition().recovered(std::move(task.what), task.by, task.second, now, batch_);
  state_.coalition().tick(now, batch_);
  return {};
}

void CoreThread::execute(CoreTask& task, UtcMs now) {
  if (auto* recover = std::get_if<RecoverTask>(&task)) return execute(*recover, now);
  if (auto* floor = std::get_if<FloorTask>(&task)) return execute(*floor);
  if (silent_ && !std::holds_alternative<ReadTask>(task))
    return refuse(task, silence(), state_.coalition(), departures_);
  if (auto* command = std::get_if<CommandTask>(&task)) return execute(*command, now);
  if (auto* read = std::get_if<ReadTask>(&task)) {
    figures_.reads.fetch_add(1, std::memory_order_relaxed);
    departures_.push_back(read->read(state_));
    return;
  }
  if (auto* act = std::get_if<ActTask>(&task)) return execute(*act, now);
  if (auto* peer = std::get_if<PeerTask>(&task)) return execute(*peer, now);
  if (auto* evidence = std::get_if<EvidenceTask>(&task)) return execute(*evidence, now);
  if (auto* body = std::get_if<BodyTask>(&task)) return execute(*body);
  if (auto* attachment = std::get_if<AttachmentTask>(&task)) return execute(*attachment, now);
  if (auto* failed = std::get_if<AttachmentFailedTask>(&task)) {
    return state_.coalition().attachments().failed(failed->sha256, failed->from, std::move(failed->how));
  }
  if (auto* destroy = std::get_if<DestroyTask>(&task)) {
    unneeded_.push_back(std::move(*destroy));
    return;
  }
  if (auto* clock = std::get_if<ClockTask>(&task)) {
    return state_.coalition().judge_clock(clock->fit, std::move(clock->text), now, batch_);
  }
  if (const auto* heard = std::get_if<HeardTask>(&task)) return state_.coalition().heard_from(heard->peer, now);
  if (const auto* watch = std::get_if<WatchTask>(&task)) return execute(*watch, now);
  if (auto* meta = std::get_if<MetaTask>(&task)) {
    meta_.push_back(std::move(*meta));
    return;
  }
  if (auto* registry = std::get_if<RegistryTask>(&task)) return execute(*registry, now);
  if (auto* supplier = std::get_if<UssTask>(&task)) return execute(*supplier, now);
  state_.tick(now, batch_);
}

void CoreThread::execute(CommandTask& task, UtcMs now) {
  Result<Recorded> result = recorded(state_.coalition().execute(std::move(task.command), now, batch_));
  count(result);
  departures_.push_back(task.done(std::move(result), state_.coalition().machine()));
}

void CoreThread::execute(ActTask& task, UtcMs now) {
  auto result = perform(task.command, now);
  if (!result) figures_.errors[static_cast<std::size_t>(result.error().code)].fetch_add(1, std::memory_order_relaxed);
  departures_.push_back(task.done(std::move(result), state_.coalition()));
}

Result<coordination::ActOutcome> CoreThread::perform(const coordination::ActCommand& command, UtcMs now) {
  const auto* adopt = std::get_if<coordination::AdoptCharter>(&command.act);
  if (adopt != nullptr && config_.may_adopt) {
    const core::SignedCharter opened = TRY(core::open_charter(adopt->note.note));
    TRY_VOID(config_.may_adopt(opened.charter));
    TRY_VOID(check_registry_ends(state_.registry(), state_.coalition().self(), opened.charter, now));
  }
  TRY_VOID(check_templates(command.act));
  coordination::ActOutcome outcome = TRY(state_.coalition().act(command, now, batch_));
  for (std::string& body : outcome.bodies) bodies_.push_back(std::move(body));
  return outcome;
}

/// What others read of the watch is what the accounts say, once that is another: no officer says it.
void CoreThread::execute(const WatchTask& task, UtcMs now) {
  const auto& watches = state_.coalition().talks().watches();
  const auto said = watches.find(state_.coalition().self());
  if (said != watches.end() ? said->second.attended == task.attended : !task.attended) return;
  const std::string cmd = fmt::format("watch-{}", state_.coalition().next_seq());
  const auto done = state_.coalition().act({.cmd = CommandId::trusted(cmd),
                                            .by = core::Subject::trusted(kWatchKeeper),
                                            .second = {},
                                            .act = coordination::SetWatch{.attended = task.attended, .text = {}}},
                                           now, batch_);
  if (!done) log_error("watch.not_said", {{"message", done.error().text()}});
}

void CoreThread::execute(PeerTask& task, UtcMs now) {
  if (!state_.coalition().begin_reading(task.log.author, now, batch_)) {
    const Error gone{ErrorCode::kForbidden, fmt::format("{} is no member any more", task.log.author.str()), {}};
    departures_.push_back(
        {nullptr, {}, [done = std::move(task.done), gone](const Status&) { done(std::unexpected(gone)); }});
    return;
  }
  notes_.expect(logs_.origin(task.log), std::move(task.note));
  state_.coalition().heard_from(task.log.author, now);
  state_.coalition().read(task.log, std::move(task.lines), task.size, task.root, now, batch_);
  departures_.push_back({nullptr, {}, std::move(task.done)});
}

Result<Recorded> CoreThread::recorded(Result<core::Outcome> outcome) {
  if (!outcome) return std::unexpected(std::move(outcome.error()));
  if (outcome->repeated) return first_outcome(outcome->seq);
  Recorded out{.repeated = false,
               .seq = outcome->seq,
               .index = durable_index_ + main_entries(batch_) - 1,
               .type = outcome->type,
               .decision = core::disclosed(std::move(outcome->decision))};
  return out;
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
    EXPECT_INVARIANT(i < batch_.size());
    const auto before = std::span(batch_).first(i);
    TRY_VOID(take(batch_[i].line, durable_index_ + main_entries(before)));
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
  if (!recorded->decision.accepted()) one(figures_.refusals, recorded->decision.refusal);
}

/// Large bodies go before the entries that quote them, in transactions of their own; few and small ones with them.
Status CoreThread::write_bodies() {
  for (coordination::SealedShare& share : state_.coalition().take_bodies()) bodies_.push_back(std::move(share.bytes));
  std::size_t bytes = 0;
  for (const std::string& body : bodies_) bytes += body.size();
  if (bytes <= kBodiesWithEntries) return {};
  for (const std::string& body : bodies_) {
    const store::NewBody one{log::sha256(body), as_bytes(body)};
    TRY_VOID(store_.append({.bodies = {&one, 1}}));
  }
  bodies_.clear();
  return {};
}

Status CoreThread::commit() {
  TRY_VOID(write_bodies());
  if (batch_.empty() && meta_.empty() && bodies_.empty()) return {};
  const auto begin = std::chrono::steady_clock::now();
  const std::size_t versions = state_.coalition().machine().versions().size();
  if (std::exchange(versions_, versions) != versions && config_.on_version) {
    TRY_VOID(config_.on_version(state_.coalition()));
  }
  new_entries_.clear();
  bool shared = false;
  bool charter = false;
  for (const coordination::Written& written : batch_) {
    new_entries_.push_back({logs_.id(written.log), as_bytes(written.line)});
    charter = charter || written.line.find("\"type\":\"charter.") != std::string::npos ||
              written.line.find(coordination::kCharterBehind) != std::string::npos;
    shared = shared || (written.log.author == state_.coalition().self() && written.log.kind != LogName::Kind::kMain);
  }
  std::vector<store::NewMeta> meta;
  for (const MetaTask& one : meta_) meta.push_back({one.key, as_bytes(one.value)});
  std::vector<store::NewBody> bodies;
  for (const std::string& body : bodies_) bodies.push_back({log::sha256(body), as_bytes(body)});
  const store::Appended done = TRY(store_.append({.entries = new_entries_, .bodies = bodies, .meta = meta}));
  meta_.clear();
  bodies_.clear();
  EXPECT_INVARIANT(done.first_seq == durable_seq_ && done.next_seq == state_.coalition().next_seq());
  const auto took = std::chrono::steady_clock::now() - begin;

  durable_seq_ = done.next_seq;
  const bool written = !batch_.empty();
  const std::uint64_t in_main = main_entries(batch_);
  durable_index_ += in_main;
  for (const coordination::Written& entry : batch_) {
    if (entry.log.author == state_.coalition().self()) figures_.entries.add(entry.line);
  }
  if (config_.on_entries) config_.on_entries(state_.coalition(), batch_);
  std::vector<EventHub::Line> lines;
  if (hub_.wants_lines()) {
    lines.reserve(batch_.size());
    for (coordination::Written& entry : batch_) lines.push_back({logs_.id(entry.log), std::move(entry.line)});
  }
  hub_.durable(done.first_seq, done.next_seq, std::move(lines));
  batch_.clear();
  looked_through_ = 0;
  if (shared && config_.on_shared) config_.on_shared();
  if (in_main > 0 && config_.on_main) config_.on_main();
  if (written && config_.on_record) config_.on_record();
  if (charter && config_.on_charter) config_.on_charter(state_.coalition());
  if (charter) find_registry();

  figures_.commit_seconds.add(std::chrono::duration<double>(took).count());
  figures_.log_entries.store(durable_seq_, std::memory_order_relaxed);
  note_sizes(state_, figures_);
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

void CoreThread::depart_refused(const Error& error) {
  for (Departure& d : departures_) {
    if (d.exchange) d.exchange->respond(error);
    if (d.call) d.call(std::unexpected(error));
  }
  departures_.clear();
}

/// The store failed: nobody learns of this batch's decisions, whoever waits learns that it is unknown.
void CoreThread::abandon(const Error& error) {
  failed_.store(true);
  log_error("store.failed", {{"where", error.where}, {"message", error.message}});
  queue_.close();
  const Error unknown{
      ErrorCode::kUnavailable, "the node stopped before this was durable; ask again under the same command id", {}};
  depart_refused(unknown);
  config_.on_failure(error);
  for (auto& [ticket, task] : held_) task.exchange->respond(unknown);
  held_.clear();
  for (const DestroyTask& task : std::exchange(unneeded_, {})) task.done(std::unexpected(unknown));
  // Somebody waits for each of those that were taken off the queue already, too.
  while (next_task_ < tasks_.size()) refuse(tasks_[next_task_++], unknown, state_.coalition(), departures_);
  depart_refused(unknown);
  std::vector<CoreTask> rest;
  while (queue_.take(rest, config_.batch_max)) {
    for (CoreTask& task : rest) refuse(task, unknown, state_.coalition(), departures_);
    depart_refused(unknown);
    rest.clear();
  }
  tasks_.clear();
}

}  // namespace tansiq::node
