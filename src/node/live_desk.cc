#include "node/live_desk.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "base/logging.h"
#include "picture/alert_json.h"
#include "picture/options_json.h"
#include "picture/track_json.h"
#include "store/files.h"

namespace tansiq::node {
namespace {

constexpr std::size_t kWorkMax = 1'024;
constexpr std::size_t kRefusedMax = 10'000;
/// Fifty times a second: 25,600 tracks.
constexpr std::size_t kTracksShown = 512;
constexpr std::size_t kChunksPerTake = 512;
/// How long work for the picture may have to wait while nothing comes in.
constexpr DurationMs kTakeWaitMs = 10;
/// Real time between showing tracks, rounds of the stream, and looks at the record.
constexpr auto kShowEvery = std::chrono::milliseconds(20);
constexpr auto kRoundEvery = std::chrono::milliseconds(200);
constexpr auto kLookEvery = std::chrono::milliseconds(1'000);
/// A record that does not grow is looked at all the same: what was filed for later comes into sight with time.
constexpr DurationMs kLookAgainMs = 30'000;
/// A clock that is slewed or corrected by less holds up nothing that anybody sees.
constexpr DurationMs kClockBackMs = 2'000;

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
        tells_({.self = services_.self,
                .rules = config_.release,
                .started = services_.clock.now(),
                .permit = [this](const ReleaseDesk::Token& token) { return ask_permit(token); }}) {
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
      session_->record_to([this](const surveillance::Chunk& chunk) { recorder_->take(chunk); });
    }
    const auto file = [this](core::Command command, std::function<void(Result<Recorded>)> done) {
      file_command(std::move(command), std::move(done));
    };
    const auto find = [this](const IntentId& intent,
                             std::function<void(Result<std::optional<GroupKeeper::Standing>>)> done) {
      find_intent(intent, std::move(done));
    };
    groups_ = TRY(GroupKeeper::open(services_.data_dir, file, find, config_.picture.groups));
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
  [[nodiscard]] std::string trouble() const {
    if (const DurationMs behind = behind_ms_.load(); behind > 0) {
      return fmt::format(
          "the clock has been set back: the live picture stands still for another {}; a new start of the "
          "node begins it anew",
          format_duration(behind));
    }
    const std::string why = recorder_ ? recorder_->state().trouble : std::string();
    return why.empty() ? why : "nothing of the live picture is recorded: " + why;
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
      for (PeerQuestion& one : questions_.take()) tells_.ask(std::move(one));
    });
    if (!taken) refuse_questions(taken.error());
  }
  void drop_questions() {
    const Error why{ErrorCode::kUnavailable, "the charter is changing; ask again", {}};
    refuse_questions(why);
    post([this, why](Inside&) { tells_.drop(why); });
  }

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
  void refuse_questions(const Error& why) {
    for (const PeerQuestion& one : questions_.take()) one.exchange->respond(why);
  }
  void run();
  void show_tracks();
  void look_at_record();
  void next_page(std::uint64_t after);
  [[nodiscard]] Departure told_when_durable(std::function<void()> tell);
  void settle_notes(std::vector<std::pair<std::string, picture::Note>> notes);
  void end_look();
  void look_failed();
  void file_command(core::Command command, std::function<void(Result<Recorded>)> done);
  void find_intent(const IntentId& intent, std::function<void(Result<std::optional<GroupKeeper::Standing>>)> done);
  void note_figures();
  void look_at_clock();
  /// Back on this thread, also when it is busy.
  void post(Work work) { (void)work_.push_urgent(std::move(work)); }

  LiveDesk& desk_;
  const LiveConfig config_;
  const Services services_;
  std::vector<std::string> names_;
  BoundedQueue<Work> work_;
  std::thread thread_;
  std::atomic<bool> stopping_{false};
  std::atomic<DurationMs> behind_ms_{0};  ///< The clock, behind the picture: beyond what holds up nobody.

  // The thread's own.
  std::unique_ptr<picture::Session> session_;
  std::unique_ptr<RecordKeeper> recorder_;  ///< Null: nothing is recorded.
  std::unique_ptr<GroupKeeper> groups_;
  LiveStream stream_;
  QuestionBox questions_;
  ReleaseDesk tells_;
  /// For the core thread alone.
  std::shared_ptr<RecordedAreas> areas_ = std::make_shared<RecordedAreas>();
  std::set<picture::TrackId> moved_;  ///< And not shown since.
  picture::TrackId shown_last_;
  Steady::time_point next_show_{};
  Steady::time_point next_round_{};
  Steady::time_point next_look_{};
  bool looking_ = false;
  UtcMs looked_ = kUtcMin;
  std::map<std::string, std::string> told_;  ///< By what it is about: the line that was told last.
  std::set<std::string> seen_;               ///< In the look under way.
  std::set<std::string> refused_;            ///< What the picture did not take, as far as it was logged.
  std::uint64_t notes_refused_ = 0;

  mutable std::mutex figures_mutex_;
  std::string figures_;
};

void LiveDesk::Impl::run() {
  // The picture begins with a note that says nothing, so that its recording begins at the same moment: since then a
  // source is silent that never spoke.
  (void)tell(picture::Zones{});
  for (const picture::Group& group : groups_->groups()) (void)tell(group);
  std::vector<InputChunk> batch;
  std::vector<Work> work;
  while (!stopping_.load()) {
    const bool open = desk_.inputs_->take(batch, kChunksPerTake, kTakeWaitMs);
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
    if (real >= next_look_ && !looking_) {
      next_look_ = real + kLookEvery;
      look_at_clock();
      groups_->look(session_->picture(), now());
      if (desk_.grown_.exchange(false) || now() >= looked_ + kLookAgainMs) look_at_record();
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

/// Nothing here goes back, so a clock that is set back stops the picture until it has caught up. Nobody must have to
/// guess that.
void LiveDesk::Impl::look_at_clock() {
  const DurationMs behind = session_->now() - services_.clock.now();
  const DurationMs before = behind_ms_.exchange(behind > kClockBackMs ? behind : 0);
  if (behind > kClockBackMs && before == 0) log_error("live.clock_back", {{"behind_ms", behind}});
  if (behind <= kClockBackMs && before != 0) log_info("live.clock_back", {{"behind_ms", DurationMs{0}}});
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

// What the record says
// -------------------------------------------------------------------------------------------------------

void LiveDesk::Impl::look_at_record() {
  looking_ = true;
  looked_ = now();
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
    return told_when_durable([this, notes = std::move(notes)]() mutable {
      settle_notes(std::move(notes));
      next_page(0);
    });
  };
  task.refused = [this](const Error&) { post([this](Inside&) { look_failed(); }); };
  if (!services_.core.submit_urgent(std::move(task))) look_failed();
}

/// Nothing is told of what could still be lost.
Departure LiveDesk::Impl::told_when_durable(std::function<void()> tell) {
  return {nullptr, {}, [this, tell = std::move(tell)](const Status& durable) {
            post([this, tell, good = durable.has_value()](Inside&) { good ? tell() : look_failed(); });
          }};
}

/// What has not been looked at to its end is looked at again.
void LiveDesk::Impl::look_failed() {
  looking_ = false;
  desk_.grown_.store(true);
}

void LiveDesk::Impl::next_page(std::uint64_t after) {
  ReadTask task;
  task.read = [this, after](const State& state) {
    IntentPage page = intent_plans(state.coalition().machine(), after, services_.clock.now());
    return told_when_durable([this, page = std::move(page)]() mutable {
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
  };
  task.refused = [this](const Error&) { post([this](Inside&) { look_failed(); }); };
  if (!services_.core.submit_urgent(std::move(task))) look_failed();
}

void LiveDesk::Impl::settle_notes(std::vector<std::pair<std::string, picture::Note>> notes) {
  // Whose space the keeper files flies no plan: it is the guide's, and moves with it.
  const auto filed = groups_->intents();
  for (auto& [key, note] : notes) {
    if (const auto* plan = std::get_if<picture::KnownPlan>(&note);
        plan != nullptr && filed.contains(plan->plan.intent)) {
      continue;
    }
    std::string line = picture::note_line(note);
    seen_.insert(key);
    const auto before = told_.find(key);
    if (before != told_.end() && before->second == line) continue;
    if (const Status told = tell(note); !told) {
      // It is tried again with the next look, and said once.
      ++notes_refused_;
      if (refused_.size() < kRefusedMax && refused_.insert(key).second) {
        log_error("live.note", {{"about", key}, {"message", told.error().text()}});
      }
      continue;
    }
    refused_.erase(key);
    told_.insert_or_assign(key, std::move(line));
  }
}

/// What was told before and is no more.
void LiveDesk::Impl::end_look() {
  looking_ = false;
  std::erase_if(refused_, [this](const std::string& key) { return !seen_.contains(key); });
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

void LiveDesk::Impl::find_intent(const IntentId& intent,
                                 std::function<void(Result<std::optional<GroupKeeper::Standing>>)> done) {
  using Found = std::optional<GroupKeeper::Standing>;
  auto back = std::make_shared<std::function<void(Result<Found>)>>([this, done = std::move(done)](Result<Found> found) {
    post([done, found = std::move(found)](Inside&) { done(found); });
  });
  ReadTask task;
  task.read = [intent, back](const State& state) {
    Found found;
    if (const core::Intent* one = state.coalition().machine().find_intent(intent)) {
      found = GroupKeeper::Standing{one->manager, one->state, one->version};
    }
    return Departure{nullptr, {}, [back, found](const Status& durable) {
                       (*back)(durable ? Result<Found>(found) : std::unexpected(durable.error()));
                     }};
  };
  task.refused = [back](const Error& error) { (*back)(std::unexpected(error)); };
  const Status taken = services_.core.submit_urgent(std::move(task));
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
  out +=
      "# HELP tansiq_live_notes_refused_total Plans, zones and measures of the record that the picture did not take.\n";
  out += "# TYPE tansiq_live_notes_refused_total counter\n";
  line("tansiq_live_notes_refused_total", "", notes_refused_);
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
    const RecordKeeper::State state = recorder_->state();
    out += "# HELP tansiq_recording_chunks_total Pieces that are on the disk.\n";
    out += "# TYPE tansiq_recording_chunks_total counter\n";
    line("tansiq_recording_chunks_total", "", state.chunks);
    out += "# HELP tansiq_recording_failed_total Pieces that could not be recorded.\n";
    out += "# TYPE tansiq_recording_failed_total counter\n";
    line("tansiq_recording_failed_total", "", state.failed);
    out += "# HELP tansiq_recording_dropped_total Pieces that the disk was too slow for.\n";
    out += "# TYPE tansiq_recording_dropped_total counter\n";
    line("tansiq_recording_dropped_total", "", state.dropped);
    out += "# HELP tansiq_recording_ok Whether the recording is being written.\n# TYPE tansiq_recording_ok gauge\n";
    line("tansiq_recording_ok", "", state.trouble.empty() ? 1 : 0);
  }
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

void LiveDesk::keep_peers(const std::set<AuthorityId>& peers) {
  for (const auto& [peer, source] : source_of_) {
    if (!peers.contains(peer)) inputs_->forget(source);
  }
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
  const std::vector<LiveInputState> inputs = inputs_->states();
  const auto family = [&](std::string_view name, std::string_view help, auto&& value) {
    fmt::format_to(std::back_inserter(out), "# HELP {0} {1}\n# TYPE {0} counter\n", name, help);
    for (const LiveInputState& input : inputs) {
      fmt::format_to(std::back_inserter(out), "{}{{source=\"{}\"}} {}\n", name, input.name, value(input));
    }
  };
  family("tansiq_source_overload_total", "Pieces of a source that were dropped because the picture did not keep up.",
         [](const LiveInputState& input) { return input.queue.overload_chunks; });
  family("tansiq_source_system_dropped_total",
         "Datagrams of a source that the operating system dropped before they were read.",
         [](const LiveInputState& input) { return input.socket.kernel_dropped; });
  family("tansiq_source_refused_total", "Connections to a source beyond those that it may have at once.",
         [](const LiveInputState& input) { return input.socket.refused; });
  family("tansiq_source_failures_total", "Tries to connect to a source that failed.",
         [](const LiveInputState& input) { return input.socket.failures; });
  return out;
}

}  // namespace tansiq::node
