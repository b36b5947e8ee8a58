// The one thread that decides. It takes a batch of tasks, executes each on the machine, makes all entries of the batch
// durable in one transaction, and only then lets any answer out, reads included: nothing undurable is ever shown.
//
// The machine and the store's writer side belong to this thread; nothing here takes a lock while deciding.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "base/time.h"
#include "coordination/weave.h"
#include "core/machine.h"
#include "f3548/turns.h"
#include "net/http_server.h"
#include "node/bounded_queue.h"
#include "node/event_hub.h"
#include "node/figures.h"
#include "node/head_note.h"
#include "node/log_book.h"
#include "node/node.h"
#include "node/registry_home.h"
#include "node/state.h"
#include "node/uss_host.h"
#include "store/log_store.h"

namespace tansiq::node {

/// What leaves once the batch is durable: an answer over HTTP, or a call on the core thread (keep it short).
struct Departure {
  std::shared_ptr<net::Exchange> exchange;
  net::Response response;
  std::function<void(const Status& durable)> call;  ///< Fails when the store did.
};

/// Turns what a command led to into its departure; runs before the batch is durable, so that the machine shows the
/// state right after the command.
using Completion = std::function<Departure(Result<Recorded>, const core::Machine&)>;
/// Looks at the state as it is at this place in the queue.
using Reading = std::function<Departure(const State&)>;
/// Turns what an officer's act led to into its departure; as `Completion`.
using ActCompletion = std::function<Departure(Result<coordination::ActOutcome>, const coordination::Coalition&)>;

/// Calls back with what was decided once that is durable, or with why it is not. On the core thread.
template <class T, class Of>
[[nodiscard]] auto once_durable(std::shared_ptr<std::function<void(Result<T>)>> callback) {
  return [callback = std::move(callback)](Result<T> value, const Of& /*of*/) {
    auto tell = [callback, value = std::move(value)](const Status& durable) mutable {
      (*callback)(durable ? std::move(value) : Result<T>(std::unexpected(durable.error())));
    };
    return Departure{nullptr, {}, std::move(tell)};
  };
}

struct CommandTask {
  core::Command command;
  Completion done;
};
struct ReadTask {
  Reading read;
  /// Called instead when the node stops first.
  std::function<void(Error)> refused;
};
struct TickTask {};
struct ActTask {
  coordination::ActCommand command;
  ActCompletion done;
};
/// Verified entries of a peer's log, without gap behind what was handed over before. Taken apart by whoever fetched
/// them: where all is decided only what they say is looked at.
struct PeerTask {
  coordination::LogName log;
  std::vector<coordination::HeardLine> lines;
  std::uint64_t size = 0;  ///< Of the mirror with them.
  store::Hash root;
  std::string note;  ///< The peer's checkpoint that covers them.
  /// On the core thread, once they are durable; or with why they are not.
  std::function<void(const Status& durable)> done;
};
/// A peer has shown a good checkpoint that says nothing new.
struct HeardTask {
  AuthorityId peer;
};
/// Whether an officer is on watch here, as the accounts say.
struct WatchTask {
  bool attended = false;
};
/// A small value to be kept outside the record.
struct MetaTask {
  std::string key;
  std::string value;
};
/// Proof that a peer's log was forked: to be kept, and said to all members.
struct EvidenceTask {
  AuthorityId peer;
  std::string origin;
  std::string text;  ///< log/evidence.h
  /// On the core thread, once it is durable; or with why it is not.
  std::function<void(const Status& durable)> done;
};
/// What a request of F3548 led to.
struct RegistryAnswer {
  net::Response response;
  std::string entry = {};  ///< For the place that was given; empty when nothing changed.
  std::string body = {};   ///< Kept by its hash.
  /// The key lacks something that was written just now. Where the request may wait, nothing else is filled in.
  bool lacks_new = false;
  ReadyShares ready = {};  ///< What the entry asks of exclusive zones, prepared.
};
struct RegistryTask {
  std::shared_ptr<net::Exchange> exchange;
  /// `may_wait`: nothing is to be rendered or counted where `lacks_new`; it will be called again.
  std::function<RegistryAnswer(State&, f3548::Place, bool may_wait)> decide;
  /// Called instead when the node stops first, or does not decide.
  std::function<net::Response(Error)> refused;
  /// Set where a key decides: such requests take turns (f3548/turns.h).
  f3548::Turns::Put put = {};
  std::string manager = {};  ///< Of `put`.
};
/// What the supplier (uss_*.h) does to the record. What it has said is durable when its departure leaves.
struct UssTask {
  std::function<Departure(UssDesk&)> work;
  /// Called instead when the node stops first, or does not decide.
  std::function<void(Error)> refused;
};
/// The body of a share, fetched from a peer and verified by its hash.
struct BodyTask {
  std::string bytes;
  /// On the core thread, once it is durable; or with why it is not, or is not wanted.
  std::function<void(const Status& kept)> done;
};
/// A file that messages carry (coordination/talk_attachments.h): uploaded here, or fetched of a peer.
struct AttachmentTask {
  log::Hash sha256;  ///< Of `bytes`; checked by whoever submits it.
  std::string bytes;
  std::optional<AuthorityId> from;  ///< The peer.
  /// On the core thread, once it is durable; or with why it is not kept.
  std::function<void(const Status& kept)> done;
};
/// One that could not be had of a peer.
struct AttachmentFailedTask {
  log::Hash sha256;
  AuthorityId from;
  coordination::AttachmentStanding how;
};
/// Bodies of our own keeping that nobody needs any more (uss_bodies.h).
struct DestroyTask {
  /// On the core thread, over a state that is durable: which. Few: each costs a sync.
  std::function<std::vector<log::Hash>(const State&)> choose;
  /// On the core thread, once they are gone; or with why they are not.
  std::function<void(const Status& done)> done;
};
/// A peer has shown that it has seen a larger tree of one of our logs, which we had signed.
struct FloorTask {
  store::LogId log;
  store::Floor floor;
};
/// What is observed of this node's clock.
struct ClockTask {
  bool fit = false;
  std::string text;
};
/// What came back of a lost record (recovery.h): ends the recovery.
struct RecoverTask {
  std::vector<coordination::Woven> entries;
  std::vector<std::pair<std::string, std::string>> notes;  ///< By origin: the checkpoints that cover them.
  std::vector<store::LogId> given_up;
  coordination::NodeRecovered what;
  core::Subject by, second;
  std::function<void(const Status& done)> done;  ///< On the core thread.
};
using CoreTask = std::variant<CommandTask, ReadTask, TickTask, ActTask, PeerTask, HeardTask, WatchTask, MetaTask,
                              EvidenceTask, BodyTask, FloorTask, ClockTask, RecoverTask, RegistryTask, UssTask,
                              DestroyTask, AttachmentTask, AttachmentFailedTask>;

/// How much a state holds, into the figures.
void note_sizes(const State& state, CoreFigures& figures);

class CoreThread {
 public:
  struct Config {
    const Clock* clock = nullptr;
    /// By which turns end; absent: the steady clock, because somebody waits.
    const Clock* turns_clock = nullptr;
    std::size_t queue_max = kCommandQueueMax;
    std::size_t batch_max = kBatchCommandsMax;
    /// Called once, on the core thread, when the store fails: the node must stop.
    std::function<void(Error)> on_failure;
    /// Called after a batch is durable, on the core thread, when logs that peers read have grown.
    std::function<void()> on_shared{};
    /// The same, when `main` has.
    std::function<void()> on_main{};
    /// The same, with what has become durable, in order; the lines are given away after it.
    std::function<void(const coordination::Coalition&, std::span<const coordination::Written>)> on_entries{};
    /// The same, when any log has: of this node, or of a peer as far as it is kept here.
    std::function<void()> on_record{};
    /// Whether this node could go on under a version that an officer wants to adopt.
    std::function<Status(const core::Charter&)> may_adopt{};
    /// On the core thread: a version has come into force with entries that are not durable yet; logs and keys follow.
    std::function<Status(const coordination::Coalition&)> on_version{};
    /// On the core thread, once these are durable; and after anything else that was said about charters.
    std::function<void(const coordination::Coalition&)> on_charter{};
    /// Who keeps the registry of F3548 from now on: on the core thread, once the charter that says so is durable; and
    /// by whoever constructs the thread.
    std::function<void(const RegistryHome&)> on_registry_home{};
    /// Versions of the charter before the one that the state was founded under.
    std::vector<core::Charter> former{};
    /// The store is recovering: reads are answered, nothing is decided and nothing said until a RecoverTask.
    bool silent = false;
  };

  /// `state` has `store`'s entries applied and is settled. The rest outlives this.
  CoreThread(Config config, State state, const LogBook& logs, HeadNotes& notes, store::LogStore& store,
             std::unique_ptr<store::LogReader> reader, EventHub& hub, CoreFigures& figures);
  ~CoreThread();  ///< stop()
  CoreThread(const CoreThread&) = delete;
  CoreThread& operator=(const CoreThread&) = delete;

  void start();

  /// Any thread. On failure the task comes back with `kOverloaded` or `kUnavailable`; its completion is not called.
  [[nodiscard]] Status submit(CoreTask&& task);
  /// For the node's own few tasks: gets through although the queue is full.
  [[nodiscard]] Status submit_urgent(CoreTask&& task);
  [[nodiscard]] std::size_t queue_depth() const { return queue_.size(); }
  /// The node's time.
  [[nodiscard]] UtcMs now() const { return config_.clock->now(); }
  /// Of the record, for a thread of its own. Any thread.
  [[nodiscard]] Result<std::unique_ptr<store::LogReader>> open_reader() { return store_.open_reader(); }

  /// Takes nothing new, works off what is queued, ends the thread. Idempotent. Any thread but this one.
  void stop();

  /// Only before `start` or after `stop`.
  [[nodiscard]] const State& state() const { return state_; }
  /// Whether the store failed. The state is then ahead of the record and good for nothing.
  [[nodiscard]] bool failed() const { return failed_.load(); }

 private:
  void run();
  [[nodiscard]] bool settle();
  void execute(CoreTask& task, UtcMs now);
  void execute(CommandTask& task, UtcMs now);
  void execute(ActTask& task, UtcMs now);
  void execute(PeerTask& task, UtcMs now);
  void execute(const WatchTask& task, UtcMs now);
  void execute(EvidenceTask& task, UtcMs now);
  void execute(RegistryTask& task, UtcMs now);
  /// What it led to, on its way; false where it is to wait, and has not been decided.
  [[nodiscard]] bool decide(RegistryTask& task, UtcMs now, bool may_wait, bool* lacks_new);
  /// Decides those whose turn has come. False when the store failed.
  [[nodiscard]] bool take_turns(UtcMs now);
  [[nodiscard]] UtcMs turns_now() const;
  /// Until whose turn comes though nothing else happens.
  [[nodiscard]] std::optional<std::chrono::milliseconds> patience() const;
  void find_registry();
  void follow_charters();
  void execute(UssTask& task, UtcMs now);
  [[nodiscard]] Result<coordination::ActOutcome> perform(const coordination::ActCommand& command, UtcMs now);
  void execute(BodyTask& task);
  void execute(AttachmentTask& task, UtcMs now);
  /// Files of messages that nobody needs any more. False when the store failed.
  [[nodiscard]] bool destroy_attachments(UtcMs now);
  /// Destroys what has to be, durably, and writes the receipts. False when the store failed.
  [[nodiscard]] bool destroy_doomed(UtcMs now);
  /// The same for what was asked for in this batch, which is durable.
  [[nodiscard]] bool destroy_unneeded();
  [[nodiscard]] Status write_bodies();
  void execute(FloorTask& task);
  void execute(RecoverTask& task, UtcMs now);
  [[nodiscard]] Status recover(RecoverTask& task, UtcMs now);
  [[nodiscard]] Result<Recorded> recorded(Result<core::Outcome> outcome);
  [[nodiscard]] Result<Recorded> first_outcome(std::uint64_t seq);
  [[nodiscard]] Status commit();
  void depart();
  /// Tells those who leave that what they were to be told of is not durable.
  void depart_refused(const Error& error);
  void abandon(const Error& error);
  void count(const Result<Recorded>& recorded);
  [[nodiscard]] Status admit(BoundedQueue<CoreTask>::Push pushed);

  Config config_;
  State state_;
  const LogBook& logs_;
  HeadNotes& notes_;
  store::LogStore& store_;
  std::unique_ptr<store::LogReader> reader_;
  EventHub& hub_;
  CoreFigures& figures_;
  BoundedQueue<CoreTask> queue_;
  std::atomic<bool> failed_{false};
  bool silent_ = false;
  f3548::Turns turns_;
  std::map<f3548::Turns::Ticket, RegistryTask> held_;  ///< Those that wait for theirs. As many as turns_ has.
  std::thread thread_;

  // The batch under way.
  std::vector<CoreTask> tasks_;
  std::size_t next_task_ = 0;        ///< From here on they have not been executed.
  RegistryHome registry_home_;       ///< With what is not durable yet.
  std::size_t looked_through_ = 0;   ///< Of the batch: for what is said about charters.
  std::size_t versions_ = 1;         ///< Of the charter, that logs and keys have followed.
  std::uint64_t durable_seq_ = 0;    ///< One more than the last durable entry's seq.
  std::uint64_t durable_index_ = 0;  ///< Size of `main`, durable.
  coordination::Batch batch_;        ///< Entries not yet durable, from durable_seq_ on.
  std::vector<MetaTask> meta_;       ///< To be written with them,
  std::vector<std::string> bodies_;  ///< and these.
  std::vector<DestroyTask> unneeded_;
  std::vector<store::NewEntry> new_entries_;
  std::vector<Departure> departures_;
  net::ReplyBatch replies_;
};

}  // namespace tansiq::node
