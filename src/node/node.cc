#include "node/node.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

#include "base/logging.h"
#include "log/checkpoint.h"
#include "node/catalogue_standing.h"
#include "node/charter_notes.h"
#include "node/clock_bound.h"
#include "node/core_thread.h"
#include "node/credentials.h"
#include "node/data_dir.h"
#include "node/event_hub.h"
#include "node/f3548_access.h"
#include "node/f3548_face.h"
#include "node/live_desk.h"
#include "node/log_face.h"
#include "node/metrics.h"
#include "node/native_face.h"
#include "node/node_keys.h"
#include "node/node_parts.h"
#include "node/peer_links.h"
#include "node/plan_watch.h"
#include "node/recovery_keeper.h"
#include "node/restore.h"
#include "node/snapshot_keeper.h"
#include "node/talk_alarm.h"
#include "node/talk_events.h"
#include "node/uss_face.h"
#include "node/uss_service.h"
#include "store/sqlite_store.h"

namespace tansiq::node {
namespace {

/// Requests in flight get so long to finish when the node stops.
constexpr DurationMs kStopDeadlineMs = 5'000;
constexpr DurationMs kTickMsMin = 10;

}  // namespace

class Node::Impl {
 public:
  Impl(NodeConfig config, std::unique_ptr<Clock> own_clock, DataDir dir)
      : config_(std::move(config)),
        own_clock_(std::move(own_clock)),
        clock_(config_.clock != nullptr ? *config_.clock : *own_clock_),
        dir_(std::move(dir)),
        vkey_(dir_.key.verifier().text()),
        certificate_(config_.tls) {}

  ~Impl() {
    stop();
    (void)wait();
  }

  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  [[nodiscard]] Status open();
  [[nodiscard]] Status start();
  void stop();
  void reload();
  [[nodiscard]] Status wait();
  void submit(core::Command command, SubmitCallback callback);
  void tick() { (void)core_->submit_urgent(TickTask{}); }
  [[nodiscard]] StateMark state_mark();

  [[nodiscard]] std::string address() const { return server_ ? server_->url() : std::string(); }
  [[nodiscard]] std::string peer_address() const {
    const auto links = linked();
    return links != nullptr ? links->address() : std::string();
  }
  void act(coordination::ActCommand command, std::function<void(Result<coordination::ActOutcome>)> callback);
  [[nodiscard]] core::Charter charter() const {
    const std::lock_guard lock(charter_mutex_);
    return versions_.back();
  }
  [[nodiscard]] const DataDir& dir() const { return dir_; }
  [[nodiscard]] const std::string& vkey() const { return vkey_; }
  [[nodiscard]] const OpenReport& report() const { return report_; }
  [[nodiscard]] UtcMs system_now() const { return system_clock_.now(); }

 private:
  [[nodiscard]] Status open_store();
  void recovery_round();
  void judge_clock();
  void tell_watch();
  [[nodiscard]] Status make_threads(State state);
  void fail_with(const Error& error);
  void shut_down();

  void keep_house();
  void one_round(std::chrono::steady_clock::time_point& next_tick);
  [[nodiscard]] std::string metrics() const;
  [[nodiscard]] Status link_peers();
  void relink();
  [[nodiscard]] bool has_mirrors() const {
    const std::lock_guard lock(charter_mutex_);
    return links_logs_ && !links_logs_->mirrors().empty();
  }
  [[nodiscard]] std::shared_ptr<PeerLinks> linked() const {
    const std::lock_guard lock(charter_mutex_);
    return links_;
  }
  [[nodiscard]] std::vector<PeerStanding> standing() const;
  [[nodiscard]] std::string peers(const coordination::Coalition& coalition) const;
  [[nodiscard]] Status follow_version(const coordination::Coalition& coalition);
  void note_charter(const coordination::Coalition& coalition);

  const NodeConfig config_;
  const SystemClock system_clock_;  // Credentials live in real time, whatever time the node decides in.
  const std::unique_ptr<Clock> own_clock_;
  const Clock& clock_;
  DataDir dir_;
  const std::string vkey_;
  OpenReport report_;
  CoreFigures figures_;
  ProblemLog problems_;
  std::unique_ptr<net::Doorkeeper> door_;
  Officers officers_;
  CertificateKeeper certificate_;
  std::unique_ptr<SnapshotKeeper> snapshots_;  // Outlives the core thread, which it asks.

  HeadNotes notes_;
  std::unique_ptr<store::SqliteStore> store_;
  std::optional<LogBook> logs_;
  std::unique_ptr<EventHub> hub_;
  std::unique_ptr<LogFace> log_face_;
  std::unique_ptr<CoreThread> core_;
  std::unique_ptr<UssService> supplier_;  // Null where this node is none.
  std::unique_ptr<UssFace> uss_face_;
  std::unique_ptr<LiveDesk> live_;    // Null where it has no live picture.
  std::unique_ptr<TalkAlarm> alarm_;  // Null where an alarm calls nobody.
  std::unique_ptr<EvidenceDesk> evidence_;
  std::unique_ptr<PlanWatch> plan_watch_;  // Null where no plans are waited for.
  ConsoleParts console_;
  std::unique_ptr<NativeFace> face_;
  std::unique_ptr<F3548Face> f3548_face_;
  std::optional<core::Charter> recovery_charter_;  // Under which the recovery asks; outlives it.
  RecoveryKeeper recovery_{config_.data_dir, clock_};
  std::unique_ptr<ClockBound> bound_;

  RegistryHomeBoard registry_home_;
  CharterNotes charter_notes_;

  mutable std::mutex charter_mutex_;  // Guards what follows, up to the blank line.
  std::shared_ptr<PeerLinks> links_;
  std::vector<core::Charter> versions_;                // Former ones included; the one in force last.
  std::optional<LogBook> links_logs_;                  // As they stand under that version.
  std::string charter_note_;                           // Of the version in force.
  std::map<std::int64_t, std::string> notes_to_keep_;  // By version: whose files are still to be written.
  std::uint64_t followed_ = 0;                         // Versions that the core thread has begun to follow.
  bool relink_ = false;                                // A version has come into force since the links were started.

  std::unique_ptr<net::HttpServer> server_;
  std::atomic<const net::HttpServer*> listening_{
      nullptr};  // The same, for I/O threads: requests come before `start` returns.

  std::mutex mutex_;  // Guards what follows.
  std::condition_variable changed_;
  bool started_ = false;
  bool stop_asked_ = false;
  bool stopped_ = false;
  std::optional<Error> failure_;

  std::mutex waiting_;  // One thread at a time shuts the node down.
  std::thread housekeeper_;
};

// --- opening ---------------------------------------------------------------------------------------------------------

Status Node::Impl::open() {
  const auto begin = std::chrono::steady_clock::now();
  TRY_VOID(config_.talks.plans.check());
  door_ = TRY(make_doorkeeper(config_, dir_.token_key, dir_.charter.charter.data_mode, system_clock_, problems_));
  officers_ = TRY(make_officers(config_, dir_.self, system_clock_, *door_, [this](bool) { tell_watch(); }));
  TRY_VOID(open_store());
  logs_.emplace(TRY(LogBook::open(*store_, dir_.charter.charter, dir_.self)));
  bound_ = make_clock_bound(config_, dir_.charter.charter);
  bound_->observe();
  const f3548::Switches switches = switches_of(config_);
  snapshots_ = std::make_unique<SnapshotKeeper>(snapshot_config(config_, dir_, switches), *store_, figures_);
  Restored restored = TRY(restore_state(*store_, *logs_, coalition_config(config_, dir_), clock_.now(), switches));
  report_.created = dir_.created;
  report_.develop_charter = dir_.develop_charter;
  report_.entries = restored.entries;
  report_.from_snapshot = restored.from_snapshot;
  figures_.snapshot_entries.store(restored.from_snapshot);
  figures_.snapshot_bytes.store(restored.snapshot_bytes);
  figures_.log_entries.store(restored.entries);
  const coordination::Coalition& all = restored.state.coalition();
  note_sizes(restored.state, figures_);
  charter_note_ = dir_.charter_note;
  if (all.machine().versions().size() > 1) TRY_VOID(follow_version(all));
  note_charter(all);
  if (!recovery_.needed()) TRY_VOID(store_->publish());
  TRY_VOID(make_threads(std::move(restored.state)));
  report_.took_ms = milliseconds_since(begin);
  log_opened(report_, dir_, config_);
  return {};
}

Status Node::Impl::open_store() {
  store::SqliteStoreOptions options;
  options.folder = config_.data_dir.string();
  options.origin = dir_.key.name();
  TRY_VOID(add_own_logs(notes_, dir_.key, dir_.charter.charter, dir_.self));
  options.sign = [this](store::LogId, std::string_view origin, std::uint64_t size, const store::Hash& root) {
    return notes_.sign(origin, size, root);
  };
  const core::Charter& charter = dir_.charter.charter;
  const bool has_peers = charter.authorities.size() > 1 && charter.find_authority(dir_.self)->peer.has_value();
  options.accept_missing_last_checkpoint =
      TRY(recovery_.before_open(has_peers, config_.accept_missing_last_checkpoint));
  options.files = config_.files;
  store_ = TRY(store::SqliteStore::open(std::move(options)));
  return recovery_.after_open(*store_);
}

Status Node::Impl::make_threads(State state) {
  hub_ = std::make_unique<EventHub>(TRY(store_->open_reader()), state.next_seq(), config_.limits.streams_max,
                                    [self = dir_.self](std::string_view line) { return talk_event(self, line); });
  log_face_ =
      std::make_unique<LogFace>(*store_, TRY(store_->open_reader()), dir_.key.name(), config_.public_log, problems_);
  CoreThread::Config core_config;
  core_config.clock = &clock_;
  core_config.turns_clock = config_.turns_clock;
  core_config.queue_max = config_.limits.command_queue_max;
  core_config.batch_max = config_.limits.batch_commands_max;
  core_config.silent = recovery_.needed();
  core_config.on_failure = [this](const Error& error) { fail_with(error); };
  core_config.on_shared = [this] {
    if (const auto links = linked()) links->grown();
  };
  core_config.on_main = [this] {
    if (supplier_) supplier_->poke();
  };
  if (config_.talks.plans.wanted()) plan_watch_ = std::make_unique<PlanWatch>(config_.talks.plans);
  if (TalkAlarm::wanted(config_.talks)) {
    alarm_ = std::make_unique<TalkAlarm>(config_.talks);
    core_config.on_entries = [this](const auto& all, auto entries) { alarm_->look(all, entries); };
  }
  tell_catalogue(charter(), dir_.self, clock_.now(), alarm_.get());
  core_config.on_record = [this] {
    if (live_) live_->poke();
  };
  core_config.may_adopt = [this](const core::Charter& charter) { return check_adoptable(dir_, charter); };
  core_config.on_version = [this](const coordination::Coalition& all) { return follow_version(all); };
  core_config.on_charter = [this](const coordination::Coalition& all) { note_charter(all); };
  core_config.former = dir_.former;
  core_config.on_registry_home = [this](const RegistryHome& home) { registry_home_.set(home); };
  core_ = std::make_unique<CoreThread>(std::move(core_config), std::move(state), *logs_, notes_, *store_,
                                       TRY(store_->open_reader()), *hub_, figures_);
  if (config_.uss) {
    supplier_ = TRY(make_supplier(config_, dir_.self, *core_, system_clock_));
    uss_face_ = std::make_unique<UssFace>(UssFace::Services{*core_, *supplier_, problems_, *door_});
  }
  if (config_.live) {
    live_ = TRY(LiveDesk::create(*config_.live, {*core_, clock_, dir_.self, config_.data_dir, versions_}));
  }
  evidence_ = make_evidence_desk(config_, clock_);
  console_ = TRY(make_console(config_, dir_, snapshot_config(config_, dir_, switches_of(config_)), clock_, *store_,
                              problems_, TANSIQ_VERSION));
  std::shared_ptr<store::LogReader> files = TRY(store_->open_reader());
  face_ = std::make_unique<NativeFace>(NativeFace::Services{
      .core = *core_,
      .events = *hub_,
      .log = *log_face_,
      .problems = problems_,
      .authenticator = *officers_.door,
      .metrics = [this] { return metrics(); },
      .ready = [this] { return readiness(*store_, *core_, recovery_); },
      .remarks =
          [this] {
            return node_remarks(config_.test_mode, *door_, certificate_, live_.get(), *officers_.desk, *snapshots_);
          },
      .peers = [this](const coordination::Coalition& all) { return peers(all); },
      .clock = [this] { return clock_json(bound_->standing()); },
      .charter_note =
          [this] {
            const std::lock_guard lock(charter_mutex_);
            return charter_note_;
          },
      .about = about(dir_, dir_.key),
      .supplier = supplier_.get(),
      .live = live_.get(),
      .officers = officers_.desk.get(),
      .accept_recovery = [this](const Acceptance* acceptance) { return recovery_.accept(acceptance); },
      .files = std::move(files),
      .evidence = evidence_.get(),
      .plans = &config_.talks.plans,
      .charter_notes = &charter_notes_,
      .history = console_.history.get(),
      .map = console_.map,
      .story = config_.console.story,
      .self = console_.self,
      .data_mode = dir_.charter.charter.data_mode,
      .public_log = config_.public_log,
      .public_metrics = config_.public_metrics});
  f3548_face_ = std::make_unique<F3548Face>(
      F3548Face::Services{.core = *core_,
                          .problems = problems_,
                          .authenticator = *door_,
                          .program_version = TANSIQ_VERSION,
                          .home = [this] { return registry_home_.get(); },
                          .relay =
                              [this](const AuthorityId& keeper, const std::shared_ptr<net::Exchange>& exchange) {
                                const auto links = linked();
                                return links != nullptr && links->relay(keeper, exchange);
                              }});
  return {};
}

Status Node::Impl::start() {
  net::HttpServerOptions options = server_options(config_);
  options.on_problem = [this](const net::ServerProblem& seen) { problems_.add(seen.problem, "", "", seen.address); };
  options.refusal = [](const net::Problem& problem, std::string_view path) {
    return F3548Face::serves(path) || path.starts_with("/uss/") ? f3548_refusal(problem)
                                                                : net::problem_response(problem);
  };
  door_->issuers()->start();
  core_->start();
  snapshots_->start();
  officers_.desk->start();
  server_ = TRY(net::HttpServer::start(std::move(options), [this](const std::shared_ptr<net::Exchange>& exchange) {
    if (F3548Face::serves(exchange->request().path())) return f3548_face_->handle(exchange);
    if (uss_face_ && UssFace::serves(exchange->request())) return uss_face_->handle(exchange);
    if (console_.answer(exchange)) return;
    face_->handle(exchange);
  }));
  listening_.store(server_.get());
  if (supplier_) supplier_->start();
  if (live_) live_->start();
  TRY_VOID(link_peers());
  if (recovery_.needed()) {
    const auto connect = [this](const core::Authority& peer) { return linked()->connect(peer); };
    recovery_charter_ = charter();
    TRY_VOID(recovery_.start(*recovery_charter_, dir_.self, config_.recovery_wait_ms, *store_, *logs_, connect));
  }
  {
    const std::lock_guard lock(mutex_);
    started_ = true;
  }
  housekeeper_ = std::thread([this] { keep_house(); });
  log_info("node.listening", {{"address", server_->url()}});
  return {};
}

Status Node::Impl::link_peers() {
  PeerLinks::Config config = peer_addresses(config_);
  std::optional<LogBook> logs;
  std::string address;
  std::uint64_t followed = 0;
  {
    const std::lock_guard lock(charter_mutex_);
    followed = followed_;
    config.versions = versions_;
    logs = links_logs_;
    if (links_) address = links_->address();
    relink_ = false;
  }
  const core::Authority& self = *config.versions.back().find_authority(dir_.self);
  if (live_ && (!self.peer || logs->mirrors().empty())) live_->keep_peers({});
  if (!self.peer || logs->mirrors().empty()) return {};
  if (!dir_.cosigner) {
    return fail(ErrorCode::kNotFound, "the charter gives this node peers, but it has no cosigner.key", "peer");
  }
  config.self = dir_.self;
  config.key = TRY(signing_key(dir_, config.versions.back()));
  config.cosigner = TRY(cosigning_key(dir_, config.versions.back()));
  config.clock = &clock_;
  config.recovering = recovery_.needed();
  config.relayed = [this](const std::shared_ptr<net::Exchange>& exchange) { f3548_face_->handle_relayed(exchange); };
  config.suspended = true;
  config.charter_notes = &charter_notes_;
  config.tracks = live_.get();
  config.incomplete = [this] { return recovery_.needed(); };
  config.listen_port = TRY(peer_listen_port(config_, self, address));
  std::shared_ptr<PeerLinks> links =
      TRY(PeerLinks::start(std::move(config), *store_, *core_, std::move(*logs), problems_));
  log_info("node.peers", {{"address", links->address()}, {"mirrors", links->mirrors()}});
  const std::lock_guard lock(charter_mutex_);
  links_ = std::move(links);
  // Else the version by which they know their peers is over already, and they are about to be begun anew.
  if (followed == followed_) links_->resume();
  return {};
}

/// A version of the charter has come into force: every line is cut and begun anew under its keys. Whoever is no member
/// any more is refused from now on.
void Node::Impl::relink() {
  std::shared_ptr<PeerLinks> before;
  std::map<std::int64_t, std::string> notes;
  bool due = false;
  {
    const std::lock_guard lock(charter_mutex_);
    notes.swap(notes_to_keep_);
    due = relink_;
    before = links_;
  }
  for (const auto& [version, note] : notes) keep_version(config_.data_dir, version, note);
  if (!due) return;
  if (before) before->stop();
  if (const Status linked = link_peers(); !linked) {
    log_error("node.relink_failed", {{"message", linked.error().text()}});
    const std::lock_guard lock(charter_mutex_);
    relink_ = true;  // Again in the next round: the address may still be taken.
  }
}

/// On the core thread, or before it runs: what is said from here on stands in the logs, and under the keys, of the
/// version that has just come into force.
Status Node::Impl::follow_version(const coordination::Coalition& coalition) {
  const core::Charter& charter = coalition.machine().charter();
  // Before anything of it is durable: whoever is removed must not get its first words.
  {
    const std::lock_guard lock(charter_mutex_);
    ++followed_;
    if (links_) links_->suspend();
  }
  TRY_VOID(logs_->adopt(*store_, charter));
  return add_own_logs(notes_, *TRY(signing_key(dir_, charter)), charter, dir_.self);
}

/// What is durable of the charter, for all other threads.
void Node::Impl::note_charter(const coordination::Coalition& coalition) {
  const auto& versions = coalition.machine().versions();
  const auto& own = coalition.adoptions().own();
  std::map<std::int64_t, std::string> notes;
  if (own && own->version == coalition.adoptions().in_force()) {
    if (auto reader = store_->open_reader()) notes = notes_of(*own, **reader);
  }
  const std::string trouble = charter_trouble(coalition, clock_.now());
  if (!trouble.empty()) log_error("charter.behind", {{"message", trouble}});
  bound_->follow(versions.back().timing.clock_error_ms);
  const std::lock_guard lock(charter_mutex_);
  if (versions_.size() == dir_.former.size() + versions.size()) return;
  const bool later = !versions_.empty();
  versions_ = dir_.former;
  versions_.insert(versions_.end(), versions.begin(), versions.end());
  links_logs_ = logs_;
  if (!notes.empty()) {
    charter_note_ = notes.rbegin()->second;
    notes_to_keep_ = std::move(notes);
  }
  relink_ = later;
  if (later) {
    log_info("charter.in_force", {{"version", versions_.back().version}});
    tell_catalogue(versions_.back(), dir_.self, clock_.now(), alarm_.get());
  }
}

std::vector<PeerStanding> Node::Impl::standing() const {
  const auto links = linked();
  if (!links) return {};
  return recovery_.active() ? links->standing(recovery_.lines()) : links->standing();
}

std::string Node::Impl::peers(const coordination::Coalition& coalition) const {
  const std::string recovery = recovery_.active() ? recovery_json(recovery_.standing()) : std::string();
  return peers_json(coalition, standing(), clock_.now(), recovery);
}

void Node::Impl::recovery_round() {
  const auto ended = recovery_.round(*core_);
  if (!ended) {
    log_error("node.recovery_failed", {{"message", ended.error().message}, {"where", ended.error().where}});
    return fail_with(ended.error());
  }
  if (!*ended) return;
  snapshots_->forget();
  console_.history->forget();
  const auto links = linked();
  if (!links) return;
  if (const Status pulling = links->go_on(*store_); !pulling) fail_with(pulling.error());
}

// --- stopping --------------------------------------------------------------------------------------------------------

void Node::Impl::stop() {
  const std::lock_guard lock(mutex_);
  stop_asked_ = true;
  changed_.notify_all();
}

void Node::Impl::reload() {
  door_->issuers()->reload();
  certificate_.reload();  // Within one round of house keeping.
}

void Node::Impl::fail_with(const Error& error) {
  const std::lock_guard lock(mutex_);
  if (!failure_) failure_ = error;
  changed_.notify_all();
}

Status Node::Impl::wait() {
  {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return stop_asked_ || failure_.has_value() || !core_; });
  }
  const std::lock_guard once(waiting_);
  if (!stopped_) shut_down();
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  if (failure_) return std::unexpected(*failure_);
  return {};
}

/// In the order of the data flow, so that whatever was taken in is answered: sockets, core, record, streams.
void Node::Impl::shut_down() {
  if (!core_) return problems_.drain();  // It has not even opened.
  log_info("node.stopping");
  const auto failed = [this] {
    const std::lock_guard lock(mutex_);
    return failure_.has_value();
  };
  // First, so that nobody begins new lines to peers.
  changed_.notify_all();
  if (housekeeper_.joinable()) housekeeper_.join();
  snapshots_->give_up();
  if (hub_) hub_->stop();
  if (live_) live_->stop();
  if (evidence_) evidence_->stop();
  if (server_) (void)server_->stop(failed() ? 1'000 : kStopDeadlineMs);
  door_->issuers()->stop();
  officers_.desk->stop();
  if (const auto links = linked()) links->stop();
  if (supplier_) supplier_->stop();
  if (core_) core_->stop();
  if (alarm_) alarm_->stop();
  console_.stop();
  if (log_face_) log_face_->stop();
  changed_.notify_all();
  recovery_.stop();
  snapshots_->stop();
  if (core_ && !core_->failed() && server_ && !failed() && !store_->recovering()) {
    snapshots_->write_last(core_->state());
    if (const Status published = store_->publish(); !published) fail_with(published.error());
  }
  problems_.drain();
  log_info("node.stopped", {{"entries", figures_.log_entries.load()}});
}

// --- house keeping: publishing, ticks, snapshots, the log of problems ------------------------------------------------

void Node::Impl::keep_house() {
  auto next_tick = std::chrono::steady_clock::now();
  while (true) {
    {
      std::unique_lock lock(mutex_);
      changed_.wait_for(lock, std::chrono::milliseconds(store::kPublishIntervalMs),
                        [&] { return stop_asked_ || failure_; });
      if (stop_asked_ || failure_) return;
    }
    certificate_.look(*server_, std::chrono::steady_clock::now());
    if (recovery_.active()) {
      recovery_round();
      problems_.drain();
      continue;
    }
    one_round(next_tick);
  }
}

void Node::Impl::one_round(std::chrono::steady_clock::time_point& next_tick) {
  if (const Status published = store_->publish(); !published) {
    log_error("store.publish_failed", {{"message", published.error().message}});
    return fail_with(published.error());
  }
  problems_.drain();
  relink();
  const auto now = std::chrono::steady_clock::now();
  if (config_.tick_every_ms > 0 && now >= next_tick) {
    // Where time runs faster, what it calls for is due more often.
    next_tick = now + std::chrono::milliseconds(std::max<DurationMs>(
                          kTickMsMin, config_.tick_every_ms / std::max<std::int64_t>(1, config_.simulated.scale)));
    judge_clock();
    tell_watch();
    tick();
    if (plan_watch_) plan_watch_->round(*core_, clock_, alarm_.get());
  }
  snapshots_->look(*core_);
}

/// Where others rely on it. Whether there is something to say is for the core thread, which knows what was said.
void Node::Impl::judge_clock() {
  ClockStanding seen = bound_->observe();
  if (has_mirrors()) (void)core_->submit_urgent(ClockTask{seen.fit, std::move(seen.text)});
}

/// What peers read of the watch. Whether there is something to say is for the core thread. Where there are no accounts
/// whoever holds a token says it.
void Node::Impl::tell_watch() {
  const OfficerBook& book = officers_.desk->book();
  if (core_ && has_mirrors() && !book.empty()) (void)core_->submit_urgent(WatchTask{book.attended()});
}

// --- what others ask -------------------------------------------------------------------------------------------------

std::string Node::Impl::metrics() const {
  const net::HttpServer* const listening = listening_.load();
  std::string out = metrics_text({.core = &figures_,
                                  .f3548 = &f3548_face_->counters(),
                                  .http = listening != nullptr ? listening->counters() : net::HttpCounters{},
                                  .queue_depth = core_->queue_depth(),
                                  .queue_max = config_.limits.command_queue_max,
                                  .log_queue_depth = log_face_->queue_depth(),
                                  .peers = standing(),
                                  .now = clock_.now(),
                                  .listeners = hub_->listeners(),
                                  .clock = bound_->standing(),
                                  .catalogue_agrees = catalogue_standing(charter()).agrees,
                                  .recovering = recovery_.active(),
                                  .recovery_missing = recovery_.active() ? recovery_.standing().missing() : 0,
                                  .door = door_->figures(),
                                  .issuers = door_->issuers()->standing(),
                                  .test_mode = config_.test_mode,
                                  .certificate = certificate_.standing(),
                                  .published_entries = store_->published(store::kMainLog).size,
                                  .data_dir = config_.data_dir});
  if (supplier_) out += supplier_->metrics();
  if (live_) out += live_->metrics();
  return out + officers_.desk->metrics();
}

void Node::Impl::submit(core::Command command, SubmitCallback callback) {
  auto shared = std::make_shared<SubmitCallback>(std::move(callback));
  const Status taken = core_->submit(CommandTask{std::move(command), once_durable<Recorded, core::Machine>(shared)});
  if (!taken) (*shared)(std::unexpected(taken.error()));
}

void Node::Impl::act(coordination::ActCommand command, std::function<void(Result<coordination::ActOutcome>)> callback) {
  auto shared = std::make_shared<decltype(callback)>(std::move(callback));
  const Status taken = core_->submit(
      ActTask{std::move(command), once_durable<coordination::ActOutcome, coordination::Coalition>(shared)});
  if (!taken) (*shared)(std::unexpected(taken.error()));
}

Node::StateMark Node::Impl::state_mark() {
  bool running = false;
  {
    const std::lock_guard lock(mutex_);
    running = started_ && !stopped_;
  }
  return running ? mark_of(*core_) : mark_of(core_->state());
}

// --- Node ------------------------------------------------------------------------------------------------------------

Node::Node(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Node::~Node() = default;

Result<std::unique_ptr<Node>> Node::open(const NodeConfig& config) {
  auto clock = make_clock(config);
  const UtcMs now = config.clock != nullptr ? config.clock->now() : clock->now();
  DataDir dir = TRY(open_data_dir(config, now));
  auto impl = std::make_unique<Impl>(config, std::move(clock), std::move(dir));
  TRY_VOID(impl->open());
  return std::unique_ptr<Node>(new Node(std::move(impl)));
}

Status Node::start() { return impl_->start(); }
std::string Node::address() const { return impl_->address(); }
std::string Node::peer_address() const { return impl_->peer_address(); }
void Node::act(coordination::ActCommand command, std::function<void(Result<coordination::ActOutcome>)> callback) {
  impl_->act(std::move(command), std::move(callback));
}
void Node::stop() { impl_->stop(); }
void Node::reload() { impl_->reload(); }
Status Node::wait() { return impl_->wait(); }
void Node::submit(core::Command command, SubmitCallback callback) {
  impl_->submit(std::move(command), std::move(callback));
}
void Node::tick() { impl_->tick(); }
Node::StateMark Node::state_mark() { return impl_->state_mark(); }
const Node::OpenReport& Node::open_report() const { return impl_->report(); }
core::Charter Node::charter() const { return impl_->charter(); }
const AuthorityId& Node::authority() const { return impl_->dir().self; }
const std::string& Node::log_origin() const { return impl_->dir().key.name(); }
const std::string& Node::log_vkey() const { return impl_->vkey(); }

Result<std::string> Node::mint_token(std::string_view subject, const std::vector<std::string>& scopes,
                                     DurationMs ttl_ms) const {
  return mint_scoped_token(impl_->dir().token_key, subject, scopes, impl_->system_now(), ttl_ms);
}

}  // namespace tansiq::node
