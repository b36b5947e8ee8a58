// The group `live` of `tansiq bench`: from bytes to alerts, each step alone and all of them in a node.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/temporary_folder.h"
#include "cli/bench_figure.h"
#include "node/live_figures.h"
#include "picture/detection_figures.h"
#include "picture/encounter_figures.h"
#include "picture/recorded_figures.h"
#include "picture/tracking_figures.h"
#include "surveillance/csv_decoder.h"
#include "surveillance/surveillance_figures.h"

namespace tansiq::cli {
namespace {

namespace fs = std::filesystem;
constexpr std::uint64_t kSeed = 1;

// A sky of aircraft on one thread, beside every pair of boxes compared, eight at a time; more craft on two threads.
Result<std::vector<Figure>> sweep_part() {
  using picture::measure_sweep;
  using picture::SweepFigures;
  using picture::Traffic;
  const SweepFigures near = measure_sweep(Traffic::kAircraft, 10'000, 120, /*with_all_pairs=*/true, kSeed);
  const SweepFigures far = measure_sweep(Traffic::kAircraft, 10'000, 300, /*with_all_pairs=*/true, kSeed);
  const SweepFigures drones = measure_sweep(Traffic::kDrones, 100'000, 60, /*with_all_pairs=*/false, kSeed);
  const SweepFigures ships = measure_sweep(Traffic::kShips, 200'000, 1'200, /*with_all_pairs=*/false, kSeed);
  for (const SweepFigures* figures : {&near, &far, &drones, &ships}) {
    if (!figures->same_conflicts) return fail(ErrorCode::kInternal, "another way found other conflicts");
  }
  const auto judged = [](const char* name, const SweepFigures& of, double target_ms) {
    return beside(at_most(name, of.one_thread_ms, "ms", target_ms), of.all_pairs_ms, of.all_pairs_ratio);
  };
  std::vector<Figure> out{judged("aircraft_10k_120s", near, 6), judged("aircraft_10k_300s", far, 12)};
  for (const auto& [name, of] : {std::pair{"ratio_to_all_pairs_120s", &near}, {"ratio_to_all_pairs_300s", &far}}) {
    out.push_back(of->all_pairs_wide ? at_least(name, of->all_pairs_ratio, "times", 2.5)
                                     : skipped(name, "this processor has no AVX2"));
  }
  out.push_back(at_most("drones_100k_two_threads", drones.two_threads_ms, "ms", 150));
  out.push_back(at_most("ships_200k_two_threads", ships.two_threads_ms, "ms", 250));
  out.push_back(plain("aircraft_120s_candidates", near.candidates_per_track, "a track"));
  out.push_back(plain("aircraft_120s_conflicts", static_cast<double>(near.conflicts), "pairs"));
  return out;
}

// Aircraft that report in turn: what a report costs until it is known whom it concerns.
Result<std::vector<Figure>> event_part() {
  const picture::EventFigures f = picture::measure_events(10'000, 500'000, kSeed);
  return std::vector{
      at_least("updates", f.updates_per_s, "updates/s", 250'000),
      plain("update_p50", f.p50_us, "µs"),
      at_most("update_p99", f.p99_us, "µs", 10),
      plain("candidates", f.candidates_per_update, "an update"),
      plain("bytes_per_track", f.bytes_per_track, "bytes"),
  };
}

// Beside geodesics by root refinement.
Result<std::vector<Figure>> accuracy_part() {
  const picture::AccuracyFigures f = picture::measure_accuracy(20'000, kSeed);
  return std::vector{
      plain("conflicts", static_cast<double>(f.conflicts), "pairs"),
      at_most("missed", static_cast<double>(f.missed), "pairs", 0),
      at_most("false", static_cast<double>(f.false_alarms), "pairs", 0),
      at_most("entry_error_p99", f.entry_error_p99_s, "s", 0.2),
      plain("entry_error_max", f.entry_error_max_s, "s"),
      plain("closest_error_max", f.closest_error_max_m, "m"),
  };
}

// True and needless warnings, beside a straight line without filters.
Result<std::vector<Figure>> encounter_part() {
  const picture::EncounterFigures f = picture::measure_encounters(100);
  const auto count = [](std::size_t n) { return static_cast<double>(n); };
  const double less = count(f.lines.needless) / std::max(1.0, count(f.watch.needless));
  return std::vector{
      plain("lost", count(f.lost), "encounters"),
      plain("clear", count(f.clear), "encounters"),
      beside(plain("warned", count(f.watch.warned), "of those lost"), count(f.lines.warned),
             count(f.watch.warned) / std::max(1.0, count(f.lines.warned))),
      at_most("missed", count(f.watch.missed), "of those lost", 0),
      beside(plain("needless", count(f.watch.needless), "of those clear"), count(f.lines.needless), less),
      plain("warned_before_median", f.watch.median_s, "s"),
  };
}

Result<std::vector<Figure>> decoder_part() {
  const surveillance::DecodeFigures f = TRY(surveillance::measure_decoders(200'000, kSeed));
  return std::vector{
      at_least("asterix_048", f.asterix_048, "records/s", 1e6),
      at_least("asterix_062", f.asterix_062, "records/s", 1e6),
      at_least("asterix_021", f.asterix_021, "records/s", 1e6),
      at_least("ais", f.ais_sentences, "sentences/s", 1.5e6),
      at_least("beast", f.beast_messages, "messages/s", 3e6),
      at_least("cot", f.cot_events, "events/s", 200'000),
      plain("sbs", f.sbs_lines, "lines/s"),
  };
}

Result<std::vector<Figure>> tracking_part() {
  const picture::TrackingFigures f = TRY(picture::measure_tracking(10'000, 20, kSeed));
  return std::vector{
      plain("named", f.named_per_s, "reports/s"),
      plain("plots", f.plots_per_s, "reports/s"),
      at_most("bytes_per_track", f.bytes_per_track, "bytes", 4'096),
      plain("advance", f.advance_ms, "ms"),
      plain("attribution", f.attribution_ms, "ms"),
      plain("conformance", f.conformance_ms, "ms"),
  };
}

/// Keeps the reports of a recording, as if each had been received when it was so.
class Kept final : public surveillance::Sink {
 public:
  void report(const surveillance::Report& report) override {
    reports.push_back(report);
    reports.back().received = report.time;
  }
  void status(const surveillance::SensorStatus& /*status*/) override {}
  void identity(const surveillance::Identity& /*identity*/) override {}
  void text(const surveillance::Text& /*text*/) override {}
  std::vector<surveillance::Report> reports;
};

struct Recording {
  std::string_view name;
  std::string_view file;
  std::string_view columns;
  surveillance::IdKind id;
  surveillance::Domain domain;
};

// How well real traffic is followed, and warned of.
Result<std::vector<Figure>> recording_part() {
  constexpr std::array kRecordings{
      Recording{"britain", "data/adsb/opensky-uk-2021-07-12.csv", "opensky", surveillance::IdKind::kIcao,
                surveillance::Domain::kAir},
      Recording{"solent", "data/ais/solent-2016-01-12.csv",
                "time=Time:utc,id=MMSI,latitude=Latitude_degrees,longitude=Longitude_degrees,"
                "course=COG_degrees,speed=SOG_knots:kt",
                surveillance::IdKind::kMmsi, surveillance::Domain::kSea}};
  std::vector<Figure> out;
  for (const Recording& recording : kRecordings) {
    const auto named = [&](const char* name) { return fmt::format("{}_{}", recording.name, name); };
    const fs::path file = shared_folder() / recording.file;
    std::error_code ignored;
    if (!fs::exists(file, ignored)) {
      out.push_back(skipped(named("associated"), fmt::format("{} is not here", file.string())));
      continue;
    }
    const std::string text = TRY(read_text(file.string(), 1U << 30));
    Kept kept;
    surveillance::CsvDecoder csv(
        {.mapping = TRY(formats::parse_columns(recording.columns)), .id = recording.id, .domain = recording.domain});
    csv.feed(as_bytes(text), {}, kept);
    csv.finish({}, kept);
    const picture::RecordingFigures f = TRY(picture::measure_recording(kept.reports));
    out.push_back(plain(named("associated"), 100 * f.associated, "% of reports"));
    out.push_back(plain(named("tracks_begun"), static_cast<double>(f.begun), "tracks"));
    out.push_back(plain(named("innovation_median"), f.innovation_median_m, "m"));
    out.push_back(plain(named("jumps"), static_cast<double>(f.jumps), "jumps"));
    const picture::RecordedFigures w = TRY(picture::measure_warnings(kept.reports));
    const auto against = [&](const char* name, std::size_t ours, std::size_t lines, const char* unit) {
      Figure figure = at_most(named(name), static_cast<double>(ours), unit, static_cast<double>(lines));
      figure.baseline = static_cast<double>(lines);
      out.push_back(std::move(figure));
    };
    out.push_back(plain(named("losses"), static_cast<double>(w.lost), fmt::format("of {} pairs", w.pairs)));
    against("missed", w.picture.missed, w.lines.missed, "losses");
    against("needless", w.picture.needless, w.lines.needless, "alerts");
    out.push_back(plain(named("warning_median"), w.picture.median_s, "s"));
  }
  return out;
}

// From the socket to the stream.
Result<std::vector<Figure>> whole_part() {
  const TemporaryFolder folder = TRY(TemporaryFolder::make("bench"));
  node::LiveRun run;
  run.folder = folder.path();
  const node::LiveFigures f = TRY(node::measure_live(run));
  return std::vector{
      plain("tracks", static_cast<double>(f.tracks), "tracks"),
      plain("reports", static_cast<double>(f.taken), "reports"),
      at_most("lost_reports", static_cast<double>(f.sent - std::min(f.sent, f.taken)), "reports", 0),
      at_most("dropped_pieces", static_cast<double>(f.dropped), "pieces", 0),
      at_most("unheard_conflicts", static_cast<double>(f.unheard), fmt::format("of {}", f.probes), 0),
      plain("datagram_to_alert_p50", f.p50_ms, "ms"),
      at_most("datagram_to_alert_p99", f.p99_ms, "ms", 5),
      plain("datagram_to_alert_max", f.max_ms, "ms"),
  };
}

}  // namespace

std::vector<BenchPart> live_bench_parts() {
  return {
      {"live", "sweep", "conflicts of a whole sky, beside all pairs", sweep_part},
      {"live", "event", "conflicts report by report", event_part},
      {"live", "accuracy", "conflicts beside the truth on the ellipsoid", accuracy_part},
      {"live", "encounter", "true and needless warnings, beside straight lines", encounter_part},
      {"live", "decoder", "bytes to reports", decoder_part},
      {"live", "tracking", "reports to tracks", tracking_part},
      {"live", "recording", "how well recordings are followed, and how often warned of in vain", recording_part},
      {"live", "picture", "a whole node under ten thousand tracks, from datagram to alert", whole_part},
  };
}

}  // namespace tansiq::cli
