// `tansiq record`: what one input brings, kept as it comes.
#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/context.h"
#include "cli/source_options.h"
#include "cli/stop_signal.h"
#include "net/steady.h"
#include "node/live_inputs.h"
#include "surveillance/recording.h"

namespace tansiq::cli {
namespace {

using surveillance::Chunk;
using surveillance::DecodeCounters;

constexpr std::size_t kBatch = 256;
constexpr DurationMs kWaitMs = 200;
constexpr std::int64_t kSyncEveryMs = 1'000;

struct RecordArguments {
  SourceOptions source;
  std::string from;
  std::string out;
  std::optional<std::string> how_long;
};

class Nobody final : public surveillance::Sink {
 public:
  void report(const surveillance::Report&) override {}
  void status(const surveillance::SensorStatus&) override {}
  void identity(const surveillance::Identity&) override {}
  void text(const surveillance::Text&) override {}
};

struct Outcome {
  std::uint64_t chunks = 0;
  std::uint64_t bytes = 0;
  DecodeCounters decoded;
  node::LiveInputState input;
};

std::string rejected_text(const DecodeCounters& counters) {
  std::string out;
  for (std::size_t i = 0; i < counters.rejected.size(); ++i) {
    if (counters.rejected.at(i) == 0) continue;
    out += fmt::format("{}{} {}", out.empty() ? "" : ", ", group_digits(counters.rejected.at(i)),
                       surveillance::name_of(static_cast<surveillance::Reject>(i)));
  }
  return out;
}

void show(const Context& context, const RecordArguments& a, const Outcome& o) {
  if (context.json) {
    JsonOut json;
    json.open_object().member("out", a.out).member("chunks", o.chunks).member("bytes", o.bytes);
    json.member("units", o.decoded.units)
        .member("reports", o.decoded.reports)
        .member("overload", o.input.queue.overload_chunks);
    json.member("system_dropped", o.input.socket.kernel_dropped).key("rejected").open_object();
    for (std::size_t i = 0; i < o.decoded.rejected.size(); ++i) {
      if (o.decoded.rejected.at(i) == 0) continue;
      json.member(surveillance::name_of(static_cast<surveillance::Reject>(i)), o.decoded.rejected.at(i));
    }
    put(json.close().close().line());
    return;
  }
  put(fmt::format("recorded  {}, {} bytes\nsays      {} in {}\n", count_text(o.chunks, "chunk", "chunks"),
                  group_digits(o.bytes), count_text(o.decoded.reports, "report", "reports"),
                  count_text(o.decoded.units, "unit", "units")));
  if (o.decoded.rejected_sum() != 0) put(fmt::format("refused   {}\n", rejected_text(o.decoded)));
  if (o.input.queue.overload_chunks != 0) {
    put(fmt::format("lost      {} came faster than they were written\n",
                    count_text(o.input.queue.overload_chunks, "chunk", "chunks")));
  }
  if (o.input.socket.kernel_dropped != 0) {
    put(fmt::format("lost      {} found the system's buffer full\n",
                    count_text(o.input.socket.kernel_dropped, "datagram", "datagrams")));
  }
}

Result<int> record(Context& context, const RecordArguments& a) {
  const surveillance::SourceConfig config = TRY(source_of(a.source, a.from));
  const DurationMs how_long = a.how_long ? TRY(parse_duration(*a.how_long)) : 0;
  StopSignal stop;
  const SystemClock clock;
  auto inputs = TRY(node::LiveInputs::start({config}, clock));
  auto writer = TRY(surveillance::RecordingWriter::create(
      a.out, {.made = clock.now(), .salt = 0, .sources = {config}, .program = TANSIQ_VERSION}));
  Nobody nobody;
  const auto decoding = TRY(surveillance::Decoding::make(config, surveillance::SourceId{0}, nobody));
  if (!context.json)
    put_error(fmt::format("recording {} into {}; Ctrl-C ends it", config.transport.text(), printable(a.out)));
  Outcome outcome;
  Progress progress(context.terminal, "recording", "chunks");
  std::vector<node::InputChunk> batch;
  const std::int64_t begun = net::steady_ms();
  std::int64_t synced = begun;
  bool stopping = false;
  while (inputs->take(batch, kBatch, kWaitMs)) {
    for (const node::InputChunk& chunk : batch) {
      TRY_VOID(writer.append(chunk.view()));
      decoding->take(chunk.view());
      outcome.chunks += chunk.bytes.empty() ? 0U : 1U;
      outcome.bytes += chunk.bytes.size();
    }
    const bool ended = inputs->states()[0].socket.state == net::InputState::kEnded && batch.empty();
    batch.clear();
    progress.update(outcome.chunks, 0);
    const std::int64_t now = net::steady_ms();
    if (now - synced >= kSyncEveryMs) {
      TRY_VOID(writer.sync());
      synced = now;
    }
    if (!stopping && (ended || stop.asked() || (how_long != 0 && now - begun >= how_long))) {
      stopping = true;
      inputs->stop();
    }
  }
  TRY_VOID(writer.sync());
  progress.finish();
  outcome.decoded = decoding->counters();
  outcome.input = inputs->states()[0];
  show(context, a, outcome);
  return outcome.chunks == 0 ? 1 : 0;
}

}  // namespace

void add_record(Command& root) {
  auto a = std::make_shared<RecordArguments>();
  Command& command = root.sub("record", "keep what an input brings, as it comes");
  command
      .about(
          "Reads one input and writes every byte with the time at which it came. tansiq feed sends a recording again, "
          "at the same pace or another. The file says which source it was and in which format it spoke, so that it can "
          "be read without anything else; it is never written over.")
      .about(
          "What the bytes say is decoded on the side and counted, so that one sees at once whether the format is "
          "right. "
          "Listening is on 127.0.0.1 unless an address is given: udp://0.0.0.0:10110 listens on every interface.")
      .option(a->from, "--source", "URL",
              "udp://HOST:PORT[?interface=NAME], tcp://HOST:PORT, tcp-listen://HOST:PORT or file:PATH")
      .required()
      .option(a->source.format, "--as", "FORMAT", "what it speaks")
      .required()
      .choices({"asterix", "beast", "sbs", "aivdm", "cot", "csv"})
      .option(a->out, "--out", "FILE", "a new file")
      .required()
      .completes(Completes::kFile)
      .option(a->how_long, "--for", "DURATION", "as 90s or 2h; else until Ctrl-C, or the end of a file");
  add_sensor_options(command, a->source);
  add_csv_options(command, a->source);
  command.example("tansiq record --source tcp://127.0.0.1:30005 --as beast --out today.tsr", "an ADS-B receiver")
      .example(
          "tansiq record --source udp://239.1.1.1:8600?interface=eth1 --as asterix --radar \"25/2 50.0333 8.5706 310\" "
          "--out radar.tsr --for 2h",
          "a radar's multicast, two hours of it")
      .exits(1, "nothing came")
      .run([a](Context& context) { return record(context, *a); });
}

}  // namespace tansiq::cli
