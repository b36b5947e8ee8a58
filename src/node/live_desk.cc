#include "node/live_desk.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/logging.h"
#include "picture/alert_json.h"
#include "picture/track_json.h"
#include "store/files.h"

namespace tansiq::node {
namespace {

constexpr std::size_t kWorkMax = 1'024;
constexpr std::size_t kChunksPerTake = 512;
/// How long work for the picture may have to wait while nothing comes in.
constexpr DurationMs kTakeWaitMs = 10;
/// Real time between rounds of the stream, looks at the record, and figures for others.
constexpr auto kRoundEvery = std::chrono::milliseconds(200);
constexpr auto kLookEvery = std::chrono::milliseconds(1'000);

using Steady = std::chrono::steady_clock;

}  // namespace

class LiveDesk::Impl final : private picture::PictureListener, private Inside {
 public:
  Impl(LiveDesk& desk, LiveConfig config, Services services)
      : desk_(desk),
        config_(std::move(config)),
        services_(std::move(services)),
        work_(kWorkMax),
        tells_(
            {services_.self, config_.release, [this](const ReleaseDesk::Token& token) { return ask_permit(token); }}) {
    for (const surveillance::SourceConfig& source : config_.sources) names_.push_back(source.name);
  }

  [[nodiscard]] Status open() {
    session_ = TRY(picture::Session::make(config_.sources, config_.picture, this));
    if (!config_.record_dir.empty()) {
      TRY_VOID(store::system_files().make_folder(config_.record_dir.string()));
      recorder_.emplace(TRY(surveillance::Recorder::make({.folder = config_.record_dir.string(),
                                                          .bytes_max = config_.record_bytes_max,
                                                          .files_max = config_.record_files_max},
                                                         config_.sources)));
    }
    const auto file = [this](core::Command command, std::function<void(Result<Recorded>)> done) {
      file_command(std::move(command), std::move(done));
    };
    groups_ = TRY(GroupKeeper::open(services_.data_dir, file, config_.picture.groups));
    return {};
  }

  void start() {
    thread_ = std::thread([this] { run(); });
  }

  void stop() {
    stopping_.store(true);
    work_.close();
    if (thread_.joinable()) thread_.join();
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
    const Status taken = submit([this, exchange, peer, question](Inside&) { tells_.ask(exchange, peer, question); });
    if (!taken) exchange->respond(taken.error());
  }

  [[nodiscard]] std::string figures() const {
    const std::lock_guard lock(figures_mutex_);
    return figures_;
  }

 private:
  // Inside
  [[nodiscard]] const picture::Session& session() const override { return *session_; }
  [[nodiscard]] LiveStream& stream() override { return stream_; }
  [[nodiscard]] UtcMs now() const override { return services_.clock.now(); }
  [[nodiscard]] const std::vector<std::string>& source_names() const override { return names_; }
  [[nodiscard]] GroupKeeper& groups() override { return *groups_; }
  Status tell(const picture::Note& note) override {
    const std::string line = picture::note_line(note) + "\n";
    const UtcMs at = session_->at(now());
    for (const surveillance::Chunk& chunk : picture::note_chunks(line, at)) record(chunk);
    return session_->note(note, at);
  }

  // PictureListener
  void track_changed(const picture::TrackChange& change, const picture::Track& track) override {
    const bool gone =
        change.kind == picture::TrackChange::Kind::kEnded || change.kind == picture::TrackChange::Kind::kMerged;
    if (gone) {
      tells_.release().gone(track.id);
      moved_.erase(track.id);
      stream_.drop_track(track.id);
    } else {
      moved_.insert(track.id);
    }
  }
  void report_taken(const surveillance::Report& report, const picture::Track& track) override {
    // What came from a peer is its own to pass on.
    if (config_.sources[report.source.value].transport.kind == surveillance::TransportKind::kPeer) return;
    tells_.release().heard(report, track);
  }
  void alert_changed(const picture::AlertChange& change) override {
    const bool over = change.alert.state == picture::AlertState::kCleared;
    stream_.set_alert(change.alert.id, picture::alert_line(change), over);
    if (change.event != picture::AlertEvent::kUpdated) {
      log_info("alert", {{"change", name_of(change.event)},
                         {"id", change.alert.id},
                         {"kind", name_of(change.alert.situation.kind)},
                         {"priority", name_of(change.alert.priority)}});
    }
  }

  [[nodiscard]] bool ask_permit(const ReleaseDesk::Token& token);
  void run();
  void round();
  void look_at_record();
  void next_page(std::uint64_t after);
  void settle_notes(std::vector<std::pair<std::string, picture::Note>> notes);
  void end_look();
  void record(const surveillance::Chunk& chunk);
  void file_command(core::Command command, std::function<void(Result<Recorded>)> done);
  void note_figures();
  /// Back on this thread, also when it is busy.
  void post(Work work) { (void)work_.push_urgent(std::move(work)); }

  LiveDesk& desk_;
  const LiveConfig config_;
  const Services services_;
  std::vector<std::string> names_;
  BoundedQueue<Work> work_;
  std::thread thread_;
  std::atomic<bool> stopping_{false};

  // The thread's own.
  std::unique_ptr<picture::Session> session_;
  std::optional<surveillance::Recorder> recorder_;
  std::unique_ptr<GroupKeeper> groups_;
  LiveStream stream_;
  ReleaseDesk tells_;
  std::set<picture::TrackId> moved_;
  Steady::time_point next_round_{};
  Steady::time_point next_look_{};
  bool looking_ = false;
  std::map<std::string, std::string> told_;  ///< By what it is about: the line that was told last.
  std::set<std::string> seen_;               ///< In the look under way.
  std::uint64_t notes_refused_ = 0;
  std::uint64_t record_failed_ = 0;

  mutable std::mutex figures_mutex_;
  std::string figures_;
};

void LiveDesk::Impl::run() {
  session_->run_to(now());
  for (const picture::Group& group : groups_->groups()) (void)tell(group);
  std::vector<InputChunk> batch;
  std::vector<Work> work;
  while (!stopping_.load()) {
    const bool open = desk_.inputs_->take(batch, kChunksPerTake, kTakeWaitMs);
    for (const InputChunk& chunk : batch) {
      surveillance::Chunk taken = chunk.view();
      taken.received = session_->at(taken.received);
      record(taken);
      session_->take(taken);
    }
    batch.clear();
    session_->run_to(now());
    if (work_.size() > 0 && work_.take(work, kWorkMax)) {
      for (const Work& one : work) one(*this);
      work.clear();
    }
    const auto real = Steady::now();
    if (real >= next_round_) {
      next_round_ = real + kRoundEvery;
      round();
    }
    if (real >= next_look_ && !looking_) {
      next_look_ = real + kLookEvery;
      groups_->look(session_->picture(), now());
      if (desk_.grown_.exchange(false)) look_at_record();
      note_figures();
    }
    if (!open) break;
  }
  // Whatever was asked is answered.
  while (work_.take(work, kWorkMax)) {
    for (const Work& one : work) one(*this);
    work.clear();
  }
  stream_.close();
  tells_.close();
  if (recorder_) (void)recorder_->sync();
}

/// It is judged by what is durable: a relation that has been widened counts when nothing can take that back any more.
bool LiveDesk::Impl::ask_permit(const ReleaseDesk::Token& token) {
  ReadTask task;
  task.read = [this, token](const State& state) {
    auto permit = std::make_shared<RecordedPermit>(release_permit(state.coalition(), token.peer, config_.release));
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

void LiveDesk::Impl::record(const surveillance::Chunk& chunk) {
  if (!recorder_) return;
  const Status written = recorder_->take(chunk);
  if (written) return;
  if (record_failed_++ == 0) log_error("live.recording", {{"message", written.error().text()}});
}

void LiveDesk::Impl::round() {
  for (const picture::TrackId id : moved_) {
    const picture::Track* track = session_->picture().tracker().find(id);
    if (track == nullptr || track->state == picture::TrackState::kTentative) continue;
    std::string json;
    log::JcsWriter out(json);
    picture::write_track(out, session_->picture(), *track, names_);
    stream_.set_track(id, std::move(json));
  }
  moved_.clear();
  stream_.round();
  tells_.round();
  if (recorder_) (void)recorder_->sync();
}

// What the record says
// -------------------------------------------------------------------------------------------------------

void LiveDesk::Impl::look_at_record() {
  looking_ = true;
  seen_.clear();
  ReadTask task;
  task.read = [this](const State& state) {
    const coordination::Coalition& all = state.coalition();
    std::vector<std::pair<std::string, picture::Note>> notes;
    notes.emplace_back("zones", known_zones(all.machine().charter()));
    for (picture::KnownArea& area : known_areas(all)) {
      std::string key = fmt::format("area {} {}", name_of(area.kind), area.id);
      notes.emplace_back(std::move(key), std::move(area));
    }
    for (picture::KnownPlan& plan : flight_plans(all, services_.clock.now())) {
      std::string key = "plan " + plan.plan.intent;
      notes.emplace_back(std::move(key), std::move(plan));
    }
    post([this, notes = std::move(notes)](Inside&) mutable {
      settle_notes(std::move(notes));
      next_page(0);
    });
    return Departure{};
  };
  task.refused = [this](const Error&) { post([this](Inside&) { looking_ = false; }); };
  if (!services_.core.submit_urgent(std::move(task))) looking_ = false;
}

void LiveDesk::Impl::next_page(std::uint64_t after) {
  ReadTask task;
  task.read = [this, after](const State& state) {
    IntentPage page = intent_plans(state.coalition().machine(), after, services_.clock.now());
    post([this, page = std::move(page)](Inside&) mutable {
      std::vector<std::pair<std::string, picture::Note>> notes;
      for (picture::KnownPlan& plan : page.plans) {
        std::string key = "plan " + plan.plan.intent;
        notes.emplace_back(std::move(key), std::move(plan));
      }
      settle_notes(std::move(notes));
      if (page.next) {
        next_page(*page.next);
      } else {
        end_look();
      }
    });
    return Departure{};
  };
  task.refused = [this](const Error&) { post([this](Inside&) { looking_ = false; }); };
  if (!services_.core.submit_urgent(std::move(task))) looking_ = false;
}

void LiveDesk::Impl::settle_notes(std::vector<std::pair<std::string, picture::Note>> notes) {
  for (auto& [key, note] : notes) {
    std::string line = picture::note_line(note);
    seen_.insert(key);
    std::string& before = told_[key];
    if (before == line) continue;
    if (!tell(note)) ++notes_refused_;
    before = std::move(line);
  }
}

/// What was told before and is no more.
void LiveDesk::Impl::end_look() {
  looking_ = false;
  for (auto at = told_.begin(); at != told_.end();) {
    if (seen_.contains(at->first)) {
      ++at;
      continue;
    }
    const std::string& key = at->first;
    if (key.starts_with("plan ")) {
      (void)tell(picture::PlanGone{key.substr(5)});
    } else if (const auto area = picture::read_note(at->second); area) {
      if (const auto* of = std::get_if<picture::KnownArea>(&*area)) (void)tell(picture::AreaGone{of->kind, of->id});
    }
    at = told_.erase(at);
  }
}

void LiveDesk::Impl::file_command(core::Command command, std::function<void(Result<Recorded>)> done) {
  auto back = std::make_shared<std::function<void(Result<Recorded>)>>(
      [this, done = std::move(done)](Result<Recorded> recorded) {
        post([done, recorded = std::move(recorded)](Inside&) { done(recorded); });
      });
  const Status taken =
      services_.core.submit(CommandTask{std::move(command), once_durable<Recorded, core::Machine>(back)});
  if (!taken) (*back)(std::unexpected(taken.error()));
}

void LiveDesk::Impl::note_figures() {
  const picture::Picture& of = session_->picture();
  const picture::TrackerCounters& tracker = of.tracker().counters();
  std::map<std::string_view, std::size_t> states;
  of.tracker().each([&](const picture::Track& track) { ++states[name_of(track.state)]; });
  std::map<std::string_view, std::size_t> alerts;
  for (const auto& [id, alert] : of.alerts().alerts()) {
    if (!alert.over) ++alerts[name_of(alert.priority)];
  }
  std::string out;
  const auto line = [&out](std::string_view name, std::string_view labels, auto value) {
    fmt::format_to(std::back_inserter(out), "{}{} {}\n", name, labels, value);
  };
  out += "# HELP tansiq_tracks Tracks of the live picture.\n# TYPE tansiq_tracks gauge\n";
  for (const auto& [state, count] : states) line("tansiq_tracks", fmt::format("{{state=\"{}\"}}", state), count);
  out += "# HELP tansiq_alerts Alerts that hold now.\n# TYPE tansiq_alerts gauge\n";
  for (const auto& [priority, count] : alerts) {
    line("tansiq_alerts", fmt::format("{{priority=\"{}\"}}", priority), count);
  }
  out +=
      "# HELP tansiq_alerts_dropped_total Situations that found no room.\n# TYPE tansiq_alerts_dropped_total counter\n";
  line("tansiq_alerts_dropped_total", "", of.alerts().dropped());
  out += "# HELP tansiq_live_listeners Open streams of the live picture.\n# TYPE tansiq_live_listeners gauge\n";
  line("tansiq_live_listeners", "", stream_.listeners());
  out +=
      "# HELP tansiq_track_reports_total Reports by what became of them.\n# TYPE tansiq_track_reports_total counter\n";
  for (const auto& [what, count] :
       {std::pair{"begun", tracker.begun}, std::pair{"by_name", tracker.by_name},
        std::pair{"by_number", tracker.by_number}, std::pair{"by_place", tracker.by_place},
        std::pair{"not_a_craft", tracker.not_a_craft}, std::pair{"simulated", tracker.simulated},
        std::pair{"placeless", tracker.placeless}, std::pair{"no_room", tracker.no_room}}) {
    line("tansiq_track_reports_total", fmt::format("{{what=\"{}\"}}", what), count);
  }
  out += "# HELP tansiq_source_reports_total Reports of a source that were read.\n";
  out += "# TYPE tansiq_source_reports_total counter\n";
  for (std::size_t i = 0; i < names_.size(); ++i) {
    line("tansiq_source_reports_total", fmt::format("{{source=\"{}\"}}", names_[i]), session_->counters(i).reports);
  }
  out += "# HELP tansiq_source_rejected_total What was not used of a source, by reason.\n";
  out += "# TYPE tansiq_source_rejected_total counter\n";
  for (std::size_t i = 0; i < names_.size(); ++i) {
    const surveillance::DecodeCounters counters = session_->counters(i);
    for (std::size_t r = 0; r < counters.rejected.size(); ++r) {
      if (counters.rejected.at(r) == 0) continue;
      line("tansiq_source_rejected_total",
           fmt::format("{{source=\"{}\",reason=\"{}\"}}", names_[i], name_of(static_cast<surveillance::Reject>(r))),
           counters.rejected.at(r));
    }
  }
  const picture::ReleaseCounters& told = tells_.release().counters();
  out += "# HELP tansiq_release_told_total Places that peers were told.\n# TYPE tansiq_release_told_total counter\n";
  line("tansiq_release_told_total", "", told.told);
  out +=
      "# HELP tansiq_release_lost_total Places that peers were not told for want of room, by where it was missing.\n";
  out += "# TYPE tansiq_release_lost_total counter\n";
  line("tansiq_release_lost_total", "{where=\"store\"}", told.not_kept);
  line("tansiq_release_lost_total", "{where=\"answer\"}", told.cut);
  if (recorder_) {
    out += "# HELP tansiq_recording_chunks_total Pieces recorded.\n# TYPE tansiq_recording_chunks_total counter\n";
    line("tansiq_recording_chunks_total", "", recorder_->chunks());
    out += "# HELP tansiq_recording_failed_total Pieces that could not be recorded.\n";
    out += "# TYPE tansiq_recording_failed_total counter\n";
    line("tansiq_recording_failed_total", "", recorder_->failed());
  }
  const std::lock_guard lock(figures_mutex_);
  figures_ = std::move(out);
}

// --- LiveDesk
// ---------------------------------------------------------------------------------------------------------

LiveDesk::LiveDesk() = default;
LiveDesk::~LiveDesk() { stop(); }

Result<std::unique_ptr<LiveDesk>> LiveDesk::create(LiveConfig config, Services services) {
  std::unique_ptr<LiveDesk> desk(new LiveDesk());
  const Clock& clock = services.clock;
  TRY_VOID(check_release(config.release, services.self, services.versions));
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

void LiveDesk::tell(const std::shared_ptr<net::Exchange>& exchange, const AuthorityId& peer, TrackQuestion question) {
  impl_->tell(exchange, peer, question);
}

void LiveDesk::hear(const AuthorityId& peer, surveillance::ChunkKind kind, ByteView bytes) {
  if (const auto at = source_of_.find(peer); at != source_of_.end()) inputs_->hear(at->second, kind, bytes);
}

void LiveDesk::hear_failed(const AuthorityId& peer, const Error& why) {
  if (const auto at = source_of_.find(peer); at != source_of_.end()) inputs_->hear_failed(at->second, why.text());
}

Status LiveDesk::submit(Work work) { return impl_->submit(std::move(work)); }

std::string LiveDesk::metrics() const {
  std::string out = impl_->figures();
  out +=
      "# HELP tansiq_source_overload_total Pieces of a source that were dropped because the picture did not keep up.\n";
  out += "# TYPE tansiq_source_overload_total counter\n";
  for (const LiveInputState& input : inputs_->states()) {
    out += fmt::format("tansiq_source_overload_total{{source=\"{}\"}} {}\n", input.name, input.queue.overload_chunks);
  }
  return out;
}

}  // namespace tansiq::node
