#include "node/live_desk.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "base/invariant.h"
#include "base/logging.h"
#include "node/live_metrics.h"
#include "node/live_record.h"
#include "picture/alert_json.h"
#include "picture/options_json.h"
#include "picture/track_json.h"
#include "store/files.h"

namespace tansiq::node {
namespace {

constexpr std::size_t kWorkMax = 1'024;
/// Fifty times a second: 25,600 tracks.
constexpr std::size_t kTracksShown = 512;
constexpr std::size_t kChunksPerTake = 512;
/// How long work for the picture may have to wait while nothing comes in.
constexpr DurationMs kTakeWaitMs = 10;
/// Real time between showing tracks, rounds of the stream, and looks at the record.
constexpr auto kShowEvery = std::chrono::milliseconds(20);
constexpr auto kRoundEvery = std::chrono::milliseconds(200);
constexpr auto kLookEvery = std::chrono::milliseconds(1'000);
/// A clock that is slewed or corrected by less holds up nothing that anybody sees.
constexpr DurationMs kClockBackMs = 2'000;
/// Of real time: a clock that goes to and fro begins no more pictures, and files of recordings, than this.
constexpr auto kBeginAnewEvery = std::chrono::seconds(10);
/// So long it stands in /readyz that the picture was begun anew, by the clock that it goes by.
constexpr DurationMs kBegunAnewSaidMs = 600'000;

using Steady = std::chrono::steady_clock;

/// Under what a note stands in the files of a recording: zones before groups, areas and plans. Acknowledgements and
/// join-ups are of their moment and stand under nothing.
struct Standing {
  std::string key;
  bool gone = false;
};

std::string area_key(picture::AlertKind kind, std::string_view id) {
  return fmt::format("2 area {} {}", name_of(kind), id);
}

Standing standing_of(const picture::Note& note) {
  struct Of {
    Standing operator()(const picture::Zones&) const { return {"0 zones"}; }
    Standing operator()(const picture::Tolerances& n) const { return {"0 tolerances", !n.terms.has_value()}; }
    Standing operator()(const picture::Group& n) const { return {"1 group " + n.id}; }
    Standing operator()(const picture::GroupGone& n) const { return {"1 group " + n.id, true}; }
    Standing operator()(const picture::KnownArea& n) const { return {area_key(n.kind, n.id)}; }
    Standing operator()(const picture::AreaGone& n) const { return {area_key(n.kind, n.id), true}; }
    Standing operator()(const picture::KnownPlan& n) const { return {"3 plan " + n.plan.intent}; }
    Standing operator()(const picture::PlanGone& n) const { return {"3 plan " + n.intent, true}; }
    Standing operator()(const picture::Acknowledge&) const { return {}; }
    Standing operator()(const picture::Inhibit&) const { return {}; }
  };
  return std::visit(Of{}, note);
}

}  // namespace

class LiveDesk::Impl final : private picture::PictureListener, private Inside {
 public:
  Impl(LiveDesk& desk, LiveConfig config, Services services)
      : desk_(desk),
        config_(std::move(config)),
        services_(std::move(services)),
        work_(kWorkMax),
        history_(config_.history),
        tells_({.self = services_.self,
                .rules = config_.release,
                .started = services_.clock.now(),
                .permit = [this](const ReleaseDesk::Token& token) { return ask_permit(token); }}),
        record_({.core = services_.core,
                 .clock = services_.clock,
                 .post = [this](std::function<void()> work) { post([work = std::move(work)](Inside&) { work(); }); },
                 .tell = [this](const picture::Note& note) { return tell(note); },
                 .filed = [this] { return groups_->intents(); }}) {
    for (const surveillance::SourceConfig& source : config_.sources) names_.push_back(source.name);
  }

  [[nodiscard]] Status open() {
    session_ = TRY(picture::Session::make(config_.sources, config_.picture, this));
    if (!config_.record_dir.empty()) {
      TRY_VOID(store::system_files().make_folder(config_.record_dir.string()));
      recorder_ = TRY(RecordKeeper::make({.folder = config_.record_dir.string(),
                                          .bytes_max = config_.record_bytes_max,
                                          .files_max = config_.record_files_max,
                                          .picture = picture::options_json(config_.picture),
                                          .program = TANSIQ_VERSION},
                                         config_.sources));
    }
    record_session();
    const auto file = [this](core::Command command, std::function<void(Result<Recorded>)> done) {
      record_.file(std::move(command), std::move(done));
    };
    const auto find = [this](const IntentId& intent,
                             std::function<void(Result<std::optional<GroupKeeper::Standing>>)> done) {
      record_.find(intent, std::move(done));
    };
    groups_ = TRY(GroupKeeper::open(services_.data_dir, file, find, config_.picture.groups));
    const auto look_up = [this](const IntentId& intent, std::function<void(Result<std::optional<core::Intent>>)> done) {
      record_.look_up(intent, std::move(done));
    };
    const auto heard_here = [this](surveillance::SourceId source) {
      return session_->sources()[source.value].transport.kind != surveillance::TransportKind::kPeer;
    };
    declares_ = std::make_unique<ConformKeeper>(services_.self, config_.declare,
                                                ConformKeeper::Services{file, look_up, heard_here});
    return {};
  }

  void start() {
    if (recorder_) recorder_->start();
    thread_ = std::thread([this] { run(); });
  }

  void stop() {
    stopping_.store(true);
    work_.close();
    if (thread_.joinable()) thread_.join();
    if (recorder_) recorder_->stop();
  }
  [[nodiscard]] std::string trouble() const;
  void grown() {
    permit_old_.store(true);
    record_.grown();
  }

  [[nodiscard]] Status submit(Work work) {
    switch (work_.push(std::move(work))) {
      case BoundedQueue<Work>::Push::kTaken:
        return {};
      case BoundedQueue<Work>::Push::kFull:
        return fail(ErrorCode::kOverloaded, "the live picture has too much to do; try again");
      case BoundedQueue<Work>::Push::kClosed:
        break;
    }
    return fail(ErrorCode::kUnavailable, "the node is stopping");
  }

  void tell(const std::shared_ptr<net::Exchange>& exchange, const AuthorityId& peer, const TrackQuestion& question) {
    if (!questions_.put({exchange, peer, question})) return;
    const Status taken = submit([this](Inside&) {
      for (PeerQuestion& one : questions_.take()) {
        // Since that answer the clock was set back: all is told again, at once.
        if (one.question.after > now()) one.question.after = UtcMs{0};
        tells_.ask(std::move(one));
      }
    });
    if (!taken) refuse_questions(taken.error());
  }
  void drop_questions() {
    const Error why{ErrorCode::kUnavailable, "the charter is changing; ask again", {}};
    refuse_questions(why);
    post([this, why](Inside&) { tells_.drop(why); });
  }

  /// On the core thread.
  [[nodiscard]] RecordedPermit permit(const coordination::Coalition& all, const AuthorityId& peer) const {
    return release_permit(all, peer, config_.release, *areas_);
  }
  [[nodiscard]] const LiveConfig& config() const { return config_; }

  [[nodiscard]] std::string figures() const {
    const std::lock_guard lock(figures_mutex_);
    return figures_;
  }

 private:
  // Inside
  [[nodiscard]] const picture::Session& session() const override { return *session_; }
  [[nodiscard]] LiveStream& stream() override { return stream_; }
  /// As the picture goes by it: never back.
  [[nodiscard]] UtcMs now() const override { return session_->at(services_.clock.now()); }
  [[nodiscard]] const std::vector<std::string>& source_names() const override { return names_; }
  [[nodiscard]] GroupKeeper& groups() override { return *groups_; }
  [[nodiscard]] picture::ReleaseAnswer told(const AuthorityId& peer, const RecordedPermit& permit,
                                            std::size_t most) override {
    return tells_.preview(session_->picture(), now(), peer, permit, most);
  }
  [[nodiscard]] const picture::PastAlerts& past_alerts() const override { return past_alerts_; }
  [[nodiscard]] picture::PastTracks past_tracks(const HeardPermit& permit,
                                                const picture::PastQuestion& question) override {
    keep_heard(permit);
    return history_.find(question);
  }
  [[nodiscard]] std::string peer_of(std::uint32_t source) const override {
    return session_->sources()[source].transport.host;
  }
  Status tell(const picture::Note& note) override {
    const UtcMs at = session_->at(now());
    TRY_VOID(session_->note(note, at));
    if (!recorder_) return {};
    const Standing standing = standing_of(note);
    if (standing.key.empty()) return {};
    std::string line = picture::recorded_line(note);
    if (standing.gone) {
      recorder_->fall(standing.key, std::move(line));
    } else {
      recorder_->stand(standing.key, std::move(line));
    }
    return {};
  }

  // PictureListener
  void track_changed(const picture::TrackChange& change, const picture::Track& track) override {
    const bool gone =
        change.kind == picture::TrackChange::Kind::kEnded || change.kind == picture::TrackChange::Kind::kMerged;
    if (gone) {
      if (change.kind == picture::TrackChange::Kind::kMerged) {
        tells_.release().merged(track.id, change.other);
      } else {
        tells_.release().gone(track.id);
      }
      moved_.erase(track.id);
      history_.gone(track.id);
      stream_.drop_track(track.id);
    } else {
      moved_.insert(track.id);
    }
  }
  void report_taken(const surveillance::Report& report, const picture::Track& track) override {
    if (session_->sources()[report.source.value].transport.kind == surveillance::TransportKind::kPeer) {
      // What came from a peer is its own to pass on; and it is kept while the record allows it.
      const bool sea = track.domain == surveillance::Domain::kSea;
      if (allowed_.allows(AuthorityId::trusted(peer_of(report.source.value)),
                          sea ? core::Domain::kSea : core::Domain::kAir)) {
        history_.heard(report, track, report.source.value);
      }
      return;
    }
    history_.heard(report, track, std::nullopt);
    tells_.release().heard(report, track);
  }
  void alert_changed(const picture::AlertChange& change) override {
    const bool over = change.alert.state == picture::AlertState::kCleared;
    if (over) past_alerts_.add(change.alert, change.alert.changed);
    const bool at_once = change.event != picture::AlertEvent::kUpdated && change.event != picture::AlertEvent::kBack &&
                         change.event != picture::AlertEvent::kRectified;
    stream_.set_alert(change.alert.id, picture::alert_line(change), over, at_once);
    if (change.event != picture::AlertEvent::kUpdated) {
      log_info("alert", {{"change", name_of(change.event)},
                         {"id", change.alert.id},
                         {"kind", name_of(change.alert.situation.kind)},
                         {"priority", name_of(change.alert.priority)}});
    }
  }

  [[nodiscard]] bool ask_permit(const ReleaseDesk::Token& token);
  void ask_heard();
  void keep_heard(const HeardPermit& permit);
  void refuse_questions(const Error& why) {
    for (const PeerQuestion& one : questions_.take()) one.exchange->respond(why);
  }
  void run();
  void show_tracks();
  void note_figures();
  void look_at_clock();
  void begin_picture();
  void begin_anew(DurationMs back);
  void follow_sources(UtcMs at);
  void record_session() {
    if (recorder_) session_->record_to([this](const surveillance::Chunk& chunk) { recorder_->take(chunk); });
  }
  /// Back on this thread, also when it is busy.
  void post(Work work) { (void)work_.push_urgent(std::move(work)); }

  LiveDesk& desk_;
  const LiveConfig config_;
  const Services services_;
  std::vector<std::string> names_;
  BoundedQueue<Work> work_;
  std::thread thread_;
  std::atomic<bool> stopping_{false};
  std::atomic<DurationMs> behind_ms_{0};     ///< The clock, behind the picture: beyond what holds up nobody.
  std::atomic<DurationMs> set_back_ms_{0};   ///< By so much it was, when the picture was last begun anew …
  std::atomic<bool> permit_old_{true};       ///< The record may say otherwise what may be kept of peers.
  std::atomic<std::int64_t> begun_anew_{0};  ///< … at this moment; both 0: never.

  // The thread's own.
  std::unique_ptr<picture::Session> session_;
  std::unique_ptr<RecordKeeper> recorder_;  ///< Null: nothing is recorded.
  std::unique_ptr<GroupKeeper> groups_;
  std::unique_ptr<ConformKeeper> declares_;
  LiveStream stream_;
  picture::TrackHistory history_;
  HeardPermit allowed_;  ///< Nothing of peers is kept before the record was asked.
  picture::PastAlerts past_alerts_;
  QuestionBox questions_;
  ReleaseDesk tells_;
  LiveRecord record_;
  /// For the core thread alone.
  std::shared_ptr<RecordedAreas> areas_ = std::make_shared<RecordedAreas>();
  std::set<picture::TrackId> moved_;  ///< And not shown since.
  picture::TrackId shown_last_;
  Steady::time_point next_show_{};
  Steady::time_point next_round_{};
  Steady::time_point next_look_{};
  Steady::time_point next_anew_{};
  std::uint64_t set_back_ = 0;  ///< How often it was begun anew.

  mutable std::mutex figures_mutex_;
  std::string figures_;
};

void LiveDesk::Impl::run() {
  begin_picture();
  std::vector<InputChunk> batch;
  std::vector<Work> work;
  while (!stopping_.load()) {
    const bool open = desk_.inputs_->take(batch, kChunksPerTake, kTakeWaitMs);
    follow_sources(batch.empty() ? now() : batch.front().received);
    for (const InputChunk& chunk : batch) session_->take(chunk.view());
    batch.clear();
    session_->run_to(now());
    if (work_.size() > 0 && work_.take(work, kWorkMax)) {
      for (const Work& one : work) one(*this);
      work.clear();
    }
    const auto real = Steady::now();
    if (real >= next_show_) {
      next_show_ = real + kShowEvery;
      show_tracks();
    }
    if (real >= next_round_) {
      next_round_ = real + kRoundEvery;
      stream_.round();
      tells_.round();
    }
    if (real >= next_look_) {
      next_look_ = real + kLookEvery;
      look_at_clock();
      groups_->look(session_->picture(), now());
      // While the picture stands still it judges nobody.
      if (behind_ms_.load() == 0) declares_->look(session_->picture(), now());
      record_.look(now());
      history_.advance(now());
      past_alerts_.advance(now());
      if (permit_old_.exchange(false)) ask_heard();
      note_figures();
    }
    if (!open) break;
  }
  // Whatever was asked is answered.
  while (work_.take(work, kWorkMax)) {
    for (const Work& one : work) one(*this);
    work.clear();
  }
  groups_->save();
  stream_.close();
  const Error stopping{ErrorCode::kUnavailable, "the node is stopping", {}};
  refuse_questions(stopping);
  tells_.drop(stopping);
}

/// The picture begins with a note that says nothing, so that its recording begins at the same moment: since then a
/// source is silent that never spoke.
void LiveDesk::Impl::begin_picture() {
  (void)tell(picture::Zones{});
  for (const picture::Group& group : groups_->groups()) (void)tell(group);
}

/// Peers that are heard since the last look. Before any chunk of theirs, which is taken no earlier than they are
/// counted.
void LiveDesk::Impl::follow_sources(UtcMs at) {
  for (std::size_t i = session_->sources().size(); i < desk_.inputs_->count(); ++i) {
    const surveillance::SourceConfig& source = desk_.inputs_->config(i);
    if (recorder_) recorder_->add_source(source);
    // The inputs have checked it with the others.
    EXPECT_INVARIANT(session_->add_source(source, at).has_value());
    names_.push_back(source.name);
    log_info("live.source", {{"name", source.name}, {"message", "is heard from now on"}});
  }
}

/// Nothing in a picture goes back: behind a clock that has been set back it would stand still until that has caught up.
/// So another one begins, and nobody has to guess what it is that he sees.
void LiveDesk::Impl::look_at_clock() {
  const DurationMs behind = session_->now() - services_.clock.now();
  if (behind > kClockBackMs && Steady::now() >= next_anew_) {
    next_anew_ = Steady::now() + kBeginAnewEvery;
    begin_anew(behind);
    behind_ms_.store(0);
    return;
  }
  behind_ms_.store(behind > kClockBackMs ? behind : 0);
}

/// As after a new start of the node, and without one: connections go on, groups are declared, the record is told again;
/// tracks and alerts are numbered anew.
void LiveDesk::Impl::begin_anew(DurationMs back) {
  ++set_back_;
  log_error("live.clock_back", {{"behind_ms", back}, {"message", "the live picture is begun anew"}});
  const UtcMs now = desk_.inputs_->follow_clock();
  if (recorder_) recorder_->begin_run();
  auto next = picture::Session::make(session_->sources(), config_.picture, this);
  EXPECT_INVARIANT(next.has_value());  // It was made of these before.
  const std::unique_ptr<picture::Session> before = std::exchange(session_, std::move(*next));
  record_session();
  moved_.clear();
  shown_last_ = {};
  // Times of before and after would mix, and numbers mean others.
  history_.clear();
  for (const auto& [id, alert] : before->picture().alerts().alerts()) past_alerts_.add(alert, now);
  stream_.forget_all();
  tells_.begin_anew(now);
  record_.begin_anew();
  begin_picture();
  session_->begin_as(*before, now);
  set_back_ms_.store(back);
  begun_anew_.store(now.ms);
}

std::string LiveDesk::Impl::trouble() const {
  if (const DurationMs behind = behind_ms_.load(); behind > 0) {
    return fmt::format("the clock has been set back again: the live picture stands still for {} at most",
                       format_duration(std::chrono::milliseconds(kBeginAnewEvery).count()));
  }
  const std::string why = recorder_ ? recorder_->state().trouble : std::string();
  if (!why.empty()) return "nothing of the live picture is recorded: " + why;
  const DurationMs back = set_back_ms_.load();
  const UtcMs begun{begun_anew_.load()};
  if (back == 0 || services_.clock.now() - begun >= kBegunAnewSaidMs) return {};
  return fmt::format(
      "the clock was set back by {}: the live picture was begun anew at {}, tracks and alerts are numbered anew and "
      "acknowledgements are gone",
      format_duration(back), format_utc(begun));
}

/// It is judged by what is durable: a relation that has been widened counts when nothing can take that back any more.
bool LiveDesk::Impl::ask_permit(const ReleaseDesk::Token& token) {
  ReadTask task;
  task.read = [this, token, areas = areas_](const State& state) {
    auto permit =
        std::make_shared<RecordedPermit>(release_permit(state.coalition(), token.peer, config_.release, *areas));
    return Departure{nullptr, {}, [this, token, permit](const Status& durable) {
                       post([this, token, permit, durable](Inside&) {
                         if (!durable) return tells_.refused(token, durable.error());
                         tells_.permitted(session_->picture(), session_->at(now()), token, *permit);
                       });
                     }};
  };
  task.refused = [this, token](const Error& error) {
    post([this, token, error](Inside&) { tells_.refused(token, error); });
  };
  return services_.core.submit_urgent(std::move(task)).has_value();
}

/// What peers told is kept under what the record allows, looked at when that has grown.
void LiveDesk::Impl::ask_heard() {
  ReadTask task;
  task.read = [this](const State& state) {
    auto permit = std::make_shared<const HeardPermit>(heard_permit(state.coalition()));
    return Departure{nullptr, {}, [this, permit](const Status& durable) {
                       if (durable) post([this, permit](Inside&) { keep_heard(*permit); });
                     }};
  };
  task.refused = [](const Error&) {};
  if (!services_.core.submit_urgent(std::move(task))) permit_old_.store(true);
}

void LiveDesk::Impl::keep_heard(const HeardPermit& permit) {
  allowed_ = permit;
  history_.retain([&](std::uint32_t source, core::Domain domain) {
    return permit.allows(AuthorityId::trusted(peer_of(source)), domain);
  });
}

/// Shows some of the tracks that have moved, the lowest numbers behind those shown last: alerts must not wait until
/// thousands of tracks have been written out.
void LiveDesk::Impl::show_tracks() {
  auto at = moved_.upper_bound(shown_last_);
  for (std::size_t left = std::min(kTracksShown, moved_.size()); left > 0; --left) {
    if (at == moved_.end()) at = moved_.begin();
    shown_last_ = *at;
    at = moved_.erase(at);
    const picture::Track* track = session_->picture().tracker().find(shown_last_);
    if (track == nullptr || track->state == picture::TrackState::kTentative) continue;
    std::string json;
    log::JcsWriter out(json);
    picture::write_track(out, session_->picture(), *track, names_);
    stream_.set_track(shown_last_, std::move(json));
  }
}

void LiveDesk::Impl::note_figures() {
  std::string out = live_metrics({.session = *session_,
                                  .names = names_,
                                  .release = tells_.release().counters(),
                                  .notes_refused = record_.refused(),
                                  .set_back = set_back_,
                                  .listeners = stream_.listeners(),
                                  .past_places = history_.places(),
                                  .past_bytes = history_.bytes(),
                                  .past_alerts = past_alerts_.size(),
                                  .recording = recorder_ ? std::optional(recorder_->state()) : std::nullopt});
  declares_->write_figures(out);
  const std::lock_guard lock(figures_mutex_);
  figures_ = std::move(out);
}

// --- LiveDesk
// ---------------------------------------------------------------------------------------------------------

namespace {

/// Names that no version of the charter has: who was a member once may still stand in a configuration.
Status check_agreed(std::span<const picture::AgreedMinima> agreed, std::span<const core::Charter> versions) {
  for (std::size_t i = 0; i < agreed.size(); ++i) {
    for (const std::string& name : {agreed[i].first, agreed[i].second}) {
      const bool named = std::ranges::any_of(versions, [&](const core::Charter& version) {
        return version.find_authority(AuthorityId::trusted(name)) != nullptr;
      });
      if (!named) {
        return fail(ErrorCode::kInvalid, fmt::format("'{}' is no authority of the charter", name),
                    fmt::format("minima[{}].between", i));
      }
    }
  }
  return {};
}

}  // namespace

LiveDesk::LiveDesk() = default;
LiveDesk::~LiveDesk() { stop(); }

Result<std::unique_ptr<LiveDesk>> LiveDesk::create(LiveConfig config, Services services) {
  std::unique_ptr<LiveDesk> desk(new LiveDesk());
  const Clock& clock = services.clock;
  TRY_VOID(picture::check(config.picture.separation.agreed));
  TRY_VOID(check_agreed(config.picture.separation.agreed, services.versions));
  TRY_VOID(check_release(config.release, services.self));
  for (const std::string& remark : release_remarks(config.release, services.versions)) {
    log_warning("live.release", {{"message", remark}});
  }
  if (!services.versions.empty()) {
    for (const core::Authority& authority : services.versions.back().authorities) {
      if (authority.id == services.self || !authority.peer) continue;
      desk->source_of_[authority.id] = config.sources.size();
      config.sources.push_back(surveillance::peer_source(authority.id));
    }
  }
  std::vector<surveillance::SourceConfig> sources = config.sources;
  desk->impl_ = std::make_unique<Impl>(*desk, std::move(config), std::move(services));
  TRY_VOID(desk->impl_->open());
  desk->inputs_ = TRY(LiveInputs::start(std::move(sources), clock));
  return desk;
}

void LiveDesk::start() { impl_->start(); }

void LiveDesk::stop() {
  if (inputs_) inputs_->stop();
  if (impl_) impl_->stop();
}

std::string LiveDesk::trouble() const { return impl_->trouble(); }

void LiveDesk::tell(const std::shared_ptr<net::Exchange>& exchange, const AuthorityId& peer, TrackQuestion question) {
  impl_->tell(exchange, peer, question);
}

void LiveDesk::drop_questions() { impl_->drop_questions(); }

void LiveDesk::poke() { impl_->grown(); }

std::optional<std::size_t> LiveDesk::source_of(const AuthorityId& peer) const {
  const std::lock_guard lock(peers_mutex_);
  const auto at = source_of_.find(peer);
  return at == source_of_.end() ? std::nullopt : std::optional(at->second);
}

void LiveDesk::keep_peers(const std::set<AuthorityId>& peers) {
  const std::lock_guard lock(peers_mutex_);
  for (const auto& [peer, source] : source_of_) {
    if (!peers.contains(peer)) inputs_->forget(source);
  }
  for (const AuthorityId& peer : peers) {
    if (source_of_.contains(peer)) continue;
    if (const auto added = inputs_->add_peer(surveillance::peer_source(peer)); added) {
      source_of_.emplace(peer, *added);
    } else {
      log_error("live.source", {{"peer", peer.str()}, {"message", added.error().text()}});
    }
  }
}

void LiveDesk::hear(const AuthorityId& peer, surveillance::ChunkKind kind, ByteView bytes) {
  if (const auto source = source_of(peer)) inputs_->hear(*source, kind, bytes);
}

void LiveDesk::hear_failed(const AuthorityId& peer, const Error& why) {
  if (const auto source = source_of(peer)) inputs_->hear_failed(*source, why.text());
}

Status LiveDesk::submit(Work work) { return impl_->submit(std::move(work)); }

RecordedPermit LiveDesk::permit(const coordination::Coalition& all, const AuthorityId& peer) const {
  return impl_->permit(all, peer);
}
const LiveConfig& LiveDesk::config() const { return impl_->config(); }

std::string LiveDesk::metrics() const { return impl_->figures() + input_metrics(inputs_->states()); }

}  // namespace tansiq::node
