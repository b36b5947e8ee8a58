// `tansiq feed`: traffic of a file as a real stream.
#include "surveillance/feed.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <fstream>

#include "cli/commands.h"
#include "cli/context.h"
#include "cli/source_options.h"
#include "cli/stop_signal.h"
#include "cli/units_text.h"
#include "net/outlet.h"
#include "node/live_inputs.h"
#include "surveillance/ais_decoder.h"
#include "surveillance/csv_decoder.h"
#include "surveillance/replay.h"

namespace tansiq::cli {
namespace {

using namespace surveillance;  // NOLINT(google-build-using-namespace): this file is about nothing else

constexpr std::size_t kPieceBytes = 64U << 10;

struct FeedArguments {
  SourceOptions csv;
  std::string file;
  std::optional<std::string> as;
  std::string to;
  std::string speed = "1";
  std::optional<std::string> source;
  std::optional<std::string> from;
  std::string system = "0/1";
  std::optional<std::string> radar;
  bool loop = false;
  bool keep_times = false;
};

/// Says when something is due, and waits for it. Time goes on over several rounds of one file.
class Pace {
 public:
  explicit Pace(std::int64_t speed_milli) : speed_milli_(speed_milli) {}

  /// `moment` of the file, as milliseconds since the beginning.
  std::int64_t due(UtcMs moment) {
    if (!first_) first_ = moment;
    const DurationMs after = moment - *first_;
    if (after > 0 && speed_milli_ != 0) {
      due_ms_ =
          std::max(due_ms_, base_ms_ + after / speed_milli_ * 1'000 + after % speed_milli_ * 1'000 / speed_milli_);
    }
    return due_ms_;
  }
  std::int64_t due_after(std::int64_t ms) {
    due_ms_ = std::max(due_ms_, base_ms_ + ms);
    return due_ms_;
  }
  void wait(std::int64_t due_ms) { stopped_ = stop_.wait_until(begun_ + std::chrono::milliseconds(due_ms)); }
  /// Somebody asked to stop.
  [[nodiscard]] bool stopped() { return stopped_ || (stopped_ = stop_.asked()); }
  void next_round() {
    first_.reset();
    base_ms_ = due_ms_;
  }
  /// The wall's time at the beginning.
  [[nodiscard]] UtcMs wall() const { return wall_; }

 private:
  std::int64_t speed_milli_;
  std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
  UtcMs wall_ = SystemClock().now();
  std::optional<UtcMs> first_;
  std::int64_t base_ms_ = 0;
  std::int64_t due_ms_ = 0;
  StopSignal stop_;
  bool stopped_ = false;
};

/// Where units go; remembers the first failure.
class Line {
 public:
  Line(net::Outlet& outlet, bool datagrams) : outlet_(outlet), datagrams_(datagrams) {}

  void send(std::string_view unit) {
    if (!good_ || unit.empty()) return;
    // What was read from a stream in one piece may be more than a datagram holds.
    constexpr std::size_t kDatagramBytesMax = 65'507;
    do {
      const std::string_view piece = datagrams_ ? unit.substr(0, kDatagramBytesMax) : unit;
      good_ = outlet_.send(as_bytes(piece));
      unit.remove_prefix(piece.size());
    } while (good_ && !unit.empty());
  }
  [[nodiscard]] const Status& state() const { return good_; }

 private:
  net::Outlet& outlet_;
  bool datagrams_;
  Status good_;
};

/// Takes what a decoder says, waits until it is due, and sends it in another format.
class Feeder final : public Sink {
 public:
  Feeder(FeedEncoder encoder, Line& line, Pace& pace, bool keep_times)
      : encoder_(std::move(encoder)), line_(line), pace_(pace), keep_times_(keep_times) {}

  /// Of a recording: when it was received decides, not when it was so.
  void due_at(std::int64_t due_ms) { stated_due_ = due_ms; }

  void report(const Report& given) override {
    if (!line_.state() || ended_) return;
    Report report = given;
    const std::int64_t due = stated_due_ ? *stated_due_ : pace_.due(given.time);
    turn_to(due);
    if (ended_) return;
    if (!keep_times_) {
      // As it would be said now: of a recording as long after it was so as then.
      const DurationMs ago = stated_due_ ? given.received - given.time : 0;
      report.received = pace_.wall() + due;
      report.time = report.received - ago;
      if (given.stale) report.stale = report.time + (*given.stale - given.time);
    }
    encoder_.add(report, units_);
    send_units();
  }
  void status(const SensorStatus&) override { encoder_.add_other(); }
  void identity(const Identity& identity) override {
    if (!line_.state()) return;
    if (stated_due_) turn_to(*stated_due_);
    encoder_.add(identity, units_);
    send_units();
  }
  void text(const Text&) override { encoder_.add_other(); }

  /// What is due at one moment is sent together, before the next is waited for.
  void turn_to(std::int64_t due) {
    if (due <= now_ms_) return;
    flush();
    pace_.wait(due);
    ended_ = pace_.stopped();
    now_ms_ = due;
  }
  void flush() {
    encoder_.flush(units_);
    send_units();
  }
  [[nodiscard]] const FeedAccount& account() const { return encoder_.account(); }

 private:
  void send_units() {
    for (const std::string& unit : units_) line_.send(unit);
    units_.clear();
  }

  FeedEncoder encoder_;
  Line& line_;
  Pace& pace_;
  bool keep_times_;
  std::optional<std::int64_t> stated_due_;
  std::int64_t now_ms_ = 0;
  bool ended_ = false;  ///< By somebody who asked to stop: nothing more is said.
  std::vector<std::string> units_;
};

enum class FileKind : std::uint8_t { kRecording, kAivdm, kCsv };

Result<FileKind> kind_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::array<char, 17> head{};
  in.read(head.data(), head.size());
  const std::string_view text(head.data(), static_cast<std::size_t>(in.gcount()));
  if (!in && text.empty()) return fail(ErrorCode::kNotFound, "is no file with anything in it", path);
  if (text.starts_with("tansiq-recording")) return FileKind::kRecording;
  return text.front() == '!' || text.front() == '\\' ? FileKind::kAivdm : FileKind::kCsv;
}

/// Everything that a run needs, whatever the file is.
struct Run {
  Context& context;
  const FeedArguments& arguments;
  Pace& pace;
  Line& line;
  Feeder* feeder;  ///< None when bytes are sent as they are.
  DecodeCounters decoded = {};
  std::uint64_t chunks = 0;
  RecordingFaults faults = {};
};

/// Reads a whole file of one stream through a decoder.
template <class Decoder>
Status feed_stream(Run& run, Decoder& decoder) {
  std::ifstream in(run.arguments.file, std::ios::binary | std::ios::ate);
  if (!in) return fail(ErrorCode::kIo, "cannot be read", run.arguments.file);
  const auto total = static_cast<std::uint64_t>(in.tellg());
  in.seekg(0);
  Progress progress(run.context.terminal, "sending", "bytes read");
  std::vector<char> piece(kPieceBytes);
  std::uint64_t done = 0;
  const UtcMs now = SystemClock().now();
  while (in && run.line.state() && !run.pace.stopped()) {
    in.read(piece.data(), static_cast<std::streamsize>(piece.size()));
    const auto size = static_cast<std::size_t>(in.gcount());
    decoder.feed(as_bytes(std::string_view(piece.data(), size)), now, *run.feeder);
    done += size;
    progress.update(done, total);
  }
  decoder.finish(now, *run.feeder);
  run.feeder->flush();
  const DecodeCounters& counters = decoder.counters();
  run.decoded.units += counters.units;
  for (std::size_t i = 0; i < counters.rejected.size(); ++i) run.decoded.rejected.at(i) += counters.rejected.at(i);
  return run.line.state();
}

/// Which of a recording's sources are meant; -1: all.
Result<int> chosen_source(const Run& run, const std::vector<SourceConfig>& sources) {
  if (!run.arguments.source) {
    if (sources.size() == 1 || run.feeder != nullptr) return sources.size() == 1 ? 0 : -1;
    std::vector<std::string_view> names;
    for (const SourceConfig& source : sources) names.push_back(source.name);
    return fail(ErrorCode::kUnsupported,
                fmt::format("holds {} sources: choose one by --only ({})", sources.size(), fmt::join(names, ", ")),
                run.arguments.file);
  }
  for (std::size_t i = 0; i < sources.size(); ++i) {
    if (sources[i].name == *run.arguments.source) return static_cast<int>(i);
  }
  return fail(ErrorCode::kNotFound, fmt::format("holds no source '{}'", printable(*run.arguments.source)),
              run.arguments.file);
}

Status feed_recording(Run& run, std::int64_t speed_milli) {
  ReplayOptions options{.speed_milli = speed_milli};
  if (run.arguments.from) options.from = TRY(parse_utc(*run.arguments.from));
  auto replay = TRY(Replay::open({run.arguments.file}, options));
  const int only = TRY(chosen_source(run, replay.sources()));
  std::vector<std::unique_ptr<Decoding>> decodings;
  if (run.feeder != nullptr) {
    for (std::uint32_t i = 0; i < replay.sources().size(); ++i) {
      decodings.push_back(TRY(Decoding::make(replay.sources()[i], SourceId{i}, *run.feeder)));
    }
  }
  Progress progress(run.context.terminal, "sending", "records");
  while (run.line.state() && !run.pace.stopped()) {
    const std::optional<ReplayStep> step = TRY(replay.next());
    if (!step) break;
    progress.update(++run.chunks, 0);
    // A node's recording holds what it knew as well: that is no traffic.
    if (step->chunk.kind == ChunkKind::kNote) continue;
    // What lies before the moment is not sent: a stream has no past.
    if (step->before || (only >= 0 && step->chunk.source != static_cast<std::uint32_t>(only))) continue;
    const std::int64_t due = run.pace.due_after(step->due_ms);
    if (run.feeder != nullptr) {
      run.feeder->turn_to(due);
      run.feeder->due_at(due);
      decodings[step->chunk.source]->take(step->chunk);
    } else {
      run.pace.wait(due);
      if (run.pace.stopped()) break;
      run.line.send(as_text(step->chunk.bytes));
    }
  }
  if (run.feeder != nullptr) run.feeder->flush();
  for (const auto& decoding : decodings) {
    const DecodeCounters counters = decoding->counters();
    run.decoded.units += counters.units;
    for (std::size_t i = 0; i < counters.rejected.size(); ++i) run.decoded.rejected.at(i) += counters.rejected.at(i);
  }
  run.faults = replay.faults();
  return run.line.state();
}

Status feed_once(Run& run, FileKind kind, std::int64_t speed_milli) {
  if (kind == FileKind::kRecording) return feed_recording(run, speed_milli);
  if (kind == FileKind::kAivdm) {
    AisDecoder decoder(SourceId{0});
    return feed_stream(run, decoder);
  }
  SourceConfig config;
  TRY_VOID(take_csv_options(run.arguments.csv, config));
  auto mapping = config.columns.empty() ? formats::parse_columns_toml(config.columns_toml, run.arguments.csv.columns)
                                        : formats::parse_columns(config.columns);
  if (!mapping) return std::unexpected(inside(mapping.error(), "--columns"));
  CsvDecoder decoder(
      {.source = SourceId{0}, .mapping = std::move(*mapping), .id = config.csv_id, .domain = config.csv_domain});
  return feed_stream(run, decoder);
}

/// `name: count` of all that are not zero.
template <class Name, class Counts>
std::string counts_text(const Counts& counts) {
  std::string out;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts.at(i) == 0) continue;
    out += fmt::format("{}{} {}", out.empty() ? "" : ", ", group_digits(counts.at(i)), name_of(static_cast<Name>(i)));
  }
  return out;
}

template <class Name, class Counts>
void put_counts(JsonOut& json, std::string_view key, const Counts& counts) {
  json.key(key).open_object();
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts.at(i) != 0) json.member(name_of(static_cast<Name>(i)), counts.at(i));
  }
  json.close();
}

void show(const Run& run, const net::OutletCounters& sent) {
  const FeedAccount account = run.feeder != nullptr ? run.feeder->account() : FeedAccount();
  if (run.context.json) {
    JsonOut json;
    json.open_object().member("to", run.arguments.to).member("as", run.arguments.as.value_or("recorded"));
    json.member("pieces", sent.pieces).member("bytes", sent.bytes).member("readers_dropped", sent.dropped);
    if (run.feeder != nullptr) {
      json.member("reports", account.reports).member("said", account.said).member("identities", account.identities);
      put_counts<Unsaid>(json, "unsaid", account.unsaid);
      put_counts<LostField>(json, "lost", account.lost);
      put_counts<Reject>(json, "unread", run.decoded.rejected);
      json.member("track_numbers_again", account.track_numbers_again);
    } else {
      json.member("records", run.chunks);
    }
    json.member("faults", run.faults.text());
    put(json.close().line());
    return;
  }
  put(fmt::format("sent      {}, {} bytes\n", count_text(sent.pieces, "piece", "pieces"), group_digits(sent.bytes)));
  if (run.feeder != nullptr) {
    put(fmt::format("said      {} of {}\n", group_digits(account.said),
                    count_text(account.reports, "report", "reports")));
    if (const auto text = counts_text<Unsaid>(account.unsaid); !text.empty()) put(fmt::format("not said  {}\n", text));
    if (const auto text = counts_text<LostField>(account.lost); !text.empty()) {
      put(fmt::format("lost      {}: {} cannot say it\n", text, *run.arguments.as));
    }
    if (const auto text = counts_text<Reject>(run.decoded.rejected); !text.empty()) {
      put(fmt::format("unread    {}\n", text));
    }
  }
  if (sent.dropped != 0) put(fmt::format("dropped   {} did not read\n", count_text(sent.dropped, "reader", "readers")));
  if (const std::string text = run.faults.text(); !text.empty()) put(fmt::format("damaged   {}\n", text));
}

Result<std::uint16_t> read_system(const std::string& text) {
  const auto radar = parse_radar(text + " 0 0 0");
  if (!radar)
    return fail(ErrorCode::kInvalid, fmt::format("'{}' is not SAC/SIC, as 25/2", printable(text)), "--system");
  return radar->system;
}

Result<std::optional<FeedEncoder>> encoder_of(const FeedArguments& a, FileKind kind) {
  if (!a.as) {
    if (kind == FileKind::kRecording) return std::optional<FeedEncoder>();
    return fail(ErrorCode::kUnsupported, "say by --as what to send: only a recording can be sent as it is", a.file);
  }
  FeedOptions options;
  options.as = TRY(parse_feed_format(*a.as));
  options.system = TRY(read_system(a.system));
  if (a.radar) options.radar = TRY(parse_radar(*a.radar));
  return std::optional<FeedEncoder>(TRY(FeedEncoder::make(options)));
}

Result<int> feed(Context& context, const FeedArguments& a) {
  const std::int64_t speed_milli = TRY(read_fixed(a.speed, 3));
  if (speed_milli < 0 || speed_milli > kReplaySpeedMilliMax) {
    return fail(ErrorCode::kInvalid, "is from 0 (as fast as possible) to 1000", "--speed");
  }
  const FileKind kind = TRY(kind_of(a.file));
  if (kind != FileKind::kRecording && (a.source || a.from)) {
    return fail(ErrorCode::kUnsupported, "--only and --at are for recordings", a.file);
  }
  const Transport to = TRY(parse_transport(a.to));
  std::optional<FeedEncoder> encoder = TRY(encoder_of(a, kind));
  const auto outlet = TRY(net::Outlet::open(node::endpoint_of(to)));
  if (to.kind == TransportKind::kTcpListen) {
    if (!context.json) put_error(fmt::format("waiting for a reader on port {}", outlet->port()));
    StopSignal stop;
    while (!outlet->wait_for_reader(200)) {
      if (stop.asked()) return 1;
    }
  }
  Pace pace(speed_milli);
  Line line(*outlet, to.kind == TransportKind::kUdp);
  std::optional<Feeder> feeder;
  // A file is for later, whoever reads it: its times are those of the traffic.
  if (encoder) feeder.emplace(std::move(*encoder), line, pace, a.keep_times || to.kind == TransportKind::kFile);
  Run run{context, a, pace, line, feeder ? &*feeder : nullptr};
  std::uint64_t sent = 0;
  do {
    TRY_VOID(feed_once(run, kind, speed_milli));
    pace.next_round();
    if (outlet->counters().pieces == sent) break;  // A file that gives nothing gives nothing the next time either.
    sent = outlet->counters().pieces;
  } while (a.loop && !pace.stopped());
  show(run, outlet->counters());
  return outlet->counters().pieces == 0 ? 1 : 0;
}

}  // namespace

void add_feed(Command& root) {
  auto a = std::make_shared<FeedArguments>();
  Command& command = root.sub("feed", "send the traffic of a file as a real stream");
  command
      .about(
          "Reads a CSV recording of positions (columns declared as for tansiq check), AIS sentences, or a recording of "
          "tansiq record, told apart by content; encodes it in a format that radars, receivers and ships speak; and "
          "sends it at the pace of its times. A recording without --as is sent byte for byte as it was received.")
      .about(
          "Times are shifted so that the traffic happens now; --keep-times, and a file as target, leave them. Other "
          "speeds than 1 show craft that move faster than they say. AIS sentences without a time in a tag block (c:) "
          "cannot be paced by more than their second of the minute.")
      .about(
          "At the end it says how many reports are in the stream, which are not and why, and which values the format "
          "could not say: each unit is read back and compared. Datagrams at --speed 0 are lost where the reader is "
          "slower.")
      .argument(a->file, "FILE", "CSV, AIS sentences or a recording")
      .completes(Completes::kFile)
      .option(a->as, "--as", "FORMAT", "what to send")
      .choices({"cat021", "cat048", "cat062", "beast", "aivdm", "cot", "sbs"})
      .option(a->to, "--to", "URL",
              "udp://HOST:PORT[?interface=NAME], tcp://HOST:PORT, tcp-listen://HOST:PORT or file:PATH (a new file)")
      .required()
      .option(a->speed, "--speed", "FACTOR", "1 is as it was, 10 ten times faster, 0 as fast as possible");
  add_csv_options(command, a->csv);
  command.option(a->system, "--system", "SAC/SIC", "of ASTERIX: who says so, where the traffic does not tell")
      .option(a->radar, "--radar", "\"SAC/SIC LAT LNG HEIGHT\"", "of cat048: where the radar stands")
      .option(a->source, "--only", "NAME", "of a recording: this source only")
      .option(a->from, "--at", "TIME", "of a recording: from this moment on, as 2026-11-22T10:00:00Z")
      .flag(a->loop, "--loop", "begin again at the end, until Ctrl-C")
      .flag(a->keep_times, "--keep-times", "leave the times as they are in the file");
  command
      .example("tansiq feed opensky.csv --as cat062 --to udp://239.1.1.1:8600?interface=lo --speed 10",
               "state vectors as a tracker's system tracks")
      .example("tansiq feed ships.csv --columns columns-ais.toml --ids mmsi --as aivdm --to udp://127.0.0.1:10110",
               "ships as an AIS receiver would send them")
      .example("tansiq feed today.tsr --to tcp-listen://127.0.0.1:30005", "a recording, byte for byte, to who connects")
      .exits(1, "nothing was sent")
      .run([a](Context& context) { return feed(context, *a); });
}

}  // namespace tansiq::cli
