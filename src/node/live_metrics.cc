#include "node/live_metrics.h"

#include <fmt/format.h>

#include <iterator>
#include <map>
#include <string_view>
#include <utility>

namespace tansiq::node {

std::string live_metrics(const LiveFigures& figures) {
  const picture::Picture& of = figures.session.picture();
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
  line("tansiq_live_notes_refused_total", "", figures.notes_refused);
  out += "# HELP tansiq_live_set_back_total Times that the clock was set back, and the picture begun anew.\n";
  out += "# TYPE tansiq_live_set_back_total counter\n";
  line("tansiq_live_set_back_total", "", figures.set_back);
  out += "# HELP tansiq_live_listeners Open streams of the live picture.\n# TYPE tansiq_live_listeners gauge\n";
  line("tansiq_live_listeners", "", figures.listeners);
  out += "# HELP tansiq_live_past_places Past places of tracks that are kept.\n# TYPE tansiq_live_past_places gauge\n";
  line("tansiq_live_past_places", "", figures.past_places);
  out += "# HELP tansiq_live_past_bytes Memory of past places.\n# TYPE tansiq_live_past_bytes gauge\n";
  line("tansiq_live_past_bytes", "", figures.past_bytes);
  out += "# HELP tansiq_live_past_alerts Alerts out of sight that are kept.\n# TYPE tansiq_live_past_alerts gauge\n";
  line("tansiq_live_past_alerts", "", figures.past_alerts);
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
  for (std::size_t i = 0; i < figures.names.size(); ++i) {
    line("tansiq_source_reports_total", fmt::format("{{source=\"{}\"}}", figures.names[i]),
         figures.session.counters(i).reports);
  }
  out += "# HELP tansiq_source_rejected_total What was not used of a source, by reason.\n";
  out += "# TYPE tansiq_source_rejected_total counter\n";
  for (std::size_t i = 0; i < figures.names.size(); ++i) {
    const surveillance::DecodeCounters counters = figures.session.counters(i);
    for (std::size_t r = 0; r < counters.rejected.size(); ++r) {
      if (counters.rejected.at(r) == 0) continue;
      line("tansiq_source_rejected_total",
           fmt::format("{{source=\"{}\",reason=\"{}\"}}", figures.names[i],
                       name_of(static_cast<surveillance::Reject>(r))),
           counters.rejected.at(r));
    }
  }
  const picture::ReleaseCounters& told = figures.release;
  out += "# HELP tansiq_release_told_total Places that peers were told.\n# TYPE tansiq_release_told_total counter\n";
  line("tansiq_release_told_total", "", told.told);
  out +=
      "# HELP tansiq_release_lost_total Places that peers were not told for want of room, by where it was missing.\n";
  out += "# TYPE tansiq_release_lost_total counter\n";
  line("tansiq_release_lost_total", "{where=\"store\"}", told.not_kept);
  line("tansiq_release_lost_total", "{where=\"answer\"}", told.cut);
  if (figures.recording) {
    const RecordKeeper::State& state = *figures.recording;
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
  return out;
}

std::string input_metrics(std::span<const LiveInputState> inputs) {
  std::string out;
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
