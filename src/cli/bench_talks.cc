// The group `talks` of `tansiq bench`: from a message to its receipt, from a STOP to every console, and what an
// outsider gets of it.
#include "base/temporary_folder.h"
#include "cli/bench_figure.h"
#include "node/evidence_figures.h"
#include "node/talk_figures.h"

namespace tansiq::cli {
namespace {

// Two whole nodes on loopback, each step durable; one of them with a thousand officers at their consoles.
Result<std::vector<Figure>> talks_part() {
  const TemporaryFolder folder = TRY(TemporaryFolder::make("bench"));
  node::TalkRun run;
  run.folder = folder.path();
  const node::TalkFigures f = TRY(node::measure_talks(run));
  std::vector<Figure> out{
      plain("message_to_receipt_p50", f.receipt_p50_ms, "ms"),
      at_most("message_to_receipt_p99", f.receipt_p99_ms, "ms", 50),
      plain("stop_to_console_p50", f.stop_p50_ms, "ms"),
      at_most("stop_to_console_p99", f.stop_p99_ms, "ms", 200),
  };
  if (!f.no_streams.empty()) {
    out.push_back(skipped("to_1000_streams_max", f.no_streams));
    out.push_back(skipped("bytes_per_stream", f.no_streams));
    return out;
  }
  out.push_back(plain("to_1000_streams_p50", f.all_p50_ms, "ms"));
  out.push_back(at_most("to_1000_streams_max", f.all_max_ms, "ms", 500));
  out.push_back(at_most("bytes_per_stream", f.bytes_per_stream, "bytes", 64 * 1'024));
  return out;
}

// An hour of the record and of ten thousand recorded tracks.
Result<std::vector<Figure>> evidence_part() {
  const TemporaryFolder folder = TRY(TemporaryFolder::make("bench"));
  node::EvidenceRun run;
  run.folder = folder.path();
  const node::EvidenceFigures f = TRY(node::measure_evidence(run));
  return std::vector{
      at_most("make_hour_of_10k_tracks", f.make_seconds, "s", 10),
      at_most("verify_hour_of_10k_tracks", f.verify_seconds, "s", 10),
      plain("bundle_bytes", static_cast<double>(f.bundle_bytes), "bytes"),
      plain("recording_bytes", static_cast<double>(f.recording_bytes), "bytes"),
      plain("entries", static_cast<double>(f.entries), "entries"),
  };
}

}  // namespace

std::vector<BenchPart> talk_bench_parts() {
  return {
      {"talks", "talks", "messages, receipts and alarms between two nodes, and a thousand consoles at one", talks_part},
      {"talks", "evidence", "a bundle of an hour, made and verified", evidence_part},
  };
}

}  // namespace tansiq::cli
