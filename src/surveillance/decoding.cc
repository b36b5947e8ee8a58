#include "surveillance/decoding.h"

#include <algorithm>
#include <utility>

#include "base/invariant.h"
#include "surveillance/adsb_decoder.h"
#include "surveillance/ais_decoder.h"
#include "surveillance/asterix_decoder.h"
#include "surveillance/cot_decoder.h"
#include "surveillance/csv_decoder.h"
#include "surveillance/sbs_decoder.h"

namespace tansiq::surveillance {
namespace {

/// As far back as a file may say something: longer than there have been recordings.
constexpr DurationMs kAnyAgeMs = 200LL * 366 * 86'400'000;

IntakeOptions intake_options(const SourceConfig& config) {
  IntakeOptions out;
  out.future_ms = config.future_ms;
  if (config.old_ms) {
    out.old_ms = *config.old_ms;
  } else if (config.transport.kind == TransportKind::kFile) {
    out.old_ms = kAnyAgeMs;
  }
  if (config.transport.kind == TransportKind::kPeer) out.disorder_ms = kPeerDisorderMs;
  return out;
}

void add(DecodeCounters& sum, const DecodeCounters& one) {
  sum.bytes += one.bytes;
  sum.units += one.units;
  sum.identities += one.identities;
  sum.texts += one.texts;
  sum.unused += one.unused;
  for (std::size_t i = 0; i < sum.rejected.size(); ++i) sum.rejected.at(i) += one.rejected.at(i);
}

}  // namespace

class Decoding::Reader {
 public:
  Reader() = default;
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;
  virtual ~Reader() = default;
  virtual void datagram(ByteView bytes, UtcMs received, Sink& sink) = 0;
  virtual void stream(ByteView bytes, UtcMs received, Sink& sink) = 0;
  virtual void reset() = 0;
  virtual void gap() = 0;
  /// A file has come to its end.
  virtual void finish(UtcMs received, Sink& sink) = 0;
  [[nodiscard]] virtual const DecodeCounters& counters() const = 0;
};

namespace {

template <class Decoder>
class ReaderOf final : public Decoding::Reader {
 public:
  template <class... Arguments>
  explicit ReaderOf(Arguments&&... arguments) : decoder_(std::forward<Arguments>(arguments)...) {}

  void datagram(ByteView bytes, UtcMs received, Sink& sink) override { decoder_.feed_datagram(bytes, received, sink); }
  void stream(ByteView bytes, UtcMs received, Sink& sink) override { decoder_.feed(bytes, received, sink); }
  void reset() override { decoder_.reset(); }
  void gap() override {
    // A format of lines, or of blocks without marks, must know that what comes next is no beginning. The others have
    // marks and checks that the rest of a broken frame does not pass.
    if constexpr (requires { decoder_.gap(); }) {
      decoder_.gap();
    } else {
      decoder_.reset();
    }
  }
  void finish(UtcMs received, Sink& sink) override {
    if constexpr (requires { decoder_.finish(received, sink); }) decoder_.finish(received, sink);
    decoder_.reset();
  }
  [[nodiscard]] const DecodeCounters& counters() const override { return decoder_.counters(); }

 private:
  Decoder decoder_;
};

std::unique_ptr<Decoding::Reader> asterix_reader(const SourceConfig& config, SourceId source) {
  AsterixOptions options{.source = source, .radars = config.radars};
  for (const EditionChoice& choice : config.editions) {
    EXPECT_INVARIANT(options.choose(choice.category, choice.edition));
  }
  return std::make_unique<ReaderOf<AsterixDecoder>>(std::move(options));
}

std::unique_ptr<Decoding::Reader> csv_reader(const SourceConfig& config, SourceId source) {
  auto mapping = config.columns.empty() ? formats::parse_columns_toml(config.columns_toml, "columns")
                                        : formats::parse_columns(config.columns);
  EXPECT_INVARIANT(mapping);
  return std::make_unique<ReaderOf<CsvDecoder>>(
      CsvOptions{.source = source, .mapping = std::move(*mapping), .id = config.csv_id, .domain = config.csv_domain});
}

std::unique_ptr<Decoding::Reader> make_reader(const SourceConfig& config, SourceId source) {
  switch (config.format) {
    case Speaks::kAsterix:
      return asterix_reader(config, source);
    case Speaks::kBeast:
      return std::make_unique<ReaderOf<AdsbDecoder>>(
          AdsbOptions{.source = source, .receiver = config.place, .range_m = static_cast<double>(config.range_m)});
    case Speaks::kSbs:
      return std::make_unique<ReaderOf<SbsDecoder>>(
          SbsOptions{.source = source, .use_time = config.use_time, .ahead_of_utc_ms = config.ahead_of_utc_ms});
    case Speaks::kAivdm:
      return std::make_unique<ReaderOf<AisDecoder>>(source);
    case Speaks::kCot:
      return std::make_unique<ReaderOf<CotDecoder>>(CotOptions{.source = source});
    case Speaks::kCsv:
      return csv_reader(config, source);
  }
  EXPECT_INVARIANT(false);
  return nullptr;
}

}  // namespace

/// Lets through what lies within reach of the sensor. Beast does it by itself, where it also tells good halves of a
/// position from bad ones; here it would come too late.
class Decoding::Gate final : public Sink {
 public:
  Gate(Sink& next, std::optional<geo::LatLng> place, std::int64_t range_m)
      : next_(next), place_(place), range_m_(static_cast<double>(range_m)) {}

  void report(const Report& report) override {
    if (place_ && report.position && rough_distance_m(*place_, *report.position) > range_m_) {
      ++far_;
      return;
    }
    next_.report(report);
  }
  void status(const SensorStatus& status) override { next_.status(status); }
  void identity(const Identity& identity) override { next_.identity(identity); }
  void text(const Text& text) override { next_.text(text); }

  [[nodiscard]] std::uint64_t far() const { return far_; }

 private:
  Sink& next_;
  std::optional<geo::LatLng> place_;
  double range_m_;
  std::uint64_t far_ = 0;
};

Decoding::Decoding(const SourceConfig& config, SourceId source, Sink& sink)
    : config_(config),
      source_(source),
      intake_(sink, intake_options(config)),
      gate_(std::make_unique<Gate>(intake_, config.format == Speaks::kBeast ? std::nullopt : config.place,
                                   config.range_m)) {}
Decoding::~Decoding() = default;

Result<std::unique_ptr<Decoding>> Decoding::make(const SourceConfig& config, SourceId source, Sink& sink) {
  TRY_VOID(check_source(config));
  return std::unique_ptr<Decoding>(new Decoding(config, source, sink));
}

void Decoding::take(const Chunk& chunk) {
  if (chunk.connection >= kConnectionsPerSourceMax) {
    ++no_room_;
    return;
  }
  std::unique_ptr<Reader>& reader = readers_.at(chunk.connection);
  const bool speaks = chunk.kind == ChunkKind::kDatagram || chunk.kind == ChunkKind::kStream;
  const bool begins = speaks || chunk.kind == ChunkKind::kUp || chunk.kind == ChunkKind::kUnderWay;
  if (!reader && !begins) return;  // Nothing was begun that could end.
  const bool known = reader != nullptr;
  if (!known) reader = make_reader(config_, source_);
  switch (chunk.kind) {
    case ChunkKind::kDatagram:
      reader->datagram(chunk.bytes, chunk.received, *gate_);
      return;
    case ChunkKind::kStream:
      reader->stream(chunk.bytes, chunk.received, *gate_);
      return;
    case ChunkKind::kDown:
      if (config_.transport.kind == TransportKind::kFile) reader->finish(chunk.received, *gate_);
      reader->reset();
      return;
    case ChunkKind::kUp:
      reader->reset();
      return;
    case ChunkKind::kGap:
      reader->gap();
      return;
    case ChunkKind::kUnderWay:
      if (!known) reader->gap();
      return;
    case ChunkKind::kNote:
      return;
  }
}

DecodeCounters Decoding::counters() const {
  DecodeCounters out = intake_.counters();
  out.units = 0;  // Of the formats: a report is no unit of its own.
  for (const auto& reader : readers_) {
    if (reader) add(out, reader->counters());
  }
  out.rejected.at(static_cast<std::size_t>(Reject::kInconsistent)) += gate_->far();
  out.rejected.at(static_cast<std::size_t>(Reject::kNoRoom)) += no_room_;
  out.units += no_room_;
  return out;
}

std::string_view name_of(ChunkKind kind) {
  switch (kind) {
    case ChunkKind::kDatagram:
      return "datagram";
    case ChunkKind::kStream:
      return "stream";
    case ChunkKind::kUp:
      return "up";
    case ChunkKind::kDown:
      return "down";
    case ChunkKind::kGap:
      return "gap";
    case ChunkKind::kUnderWay:
      return "under_way";
    case ChunkKind::kNote:
      return "note";
  }
  return "unknown";
}

// Silence -------------------------------------------------------------------------------------------------------------

SilenceWatch::SilenceWatch(std::span<const SourceConfig> configs, UtcMs start) {
  rows_.reserve(configs.size());
  for (const SourceConfig& config : configs) add(config, start);
}

void SilenceWatch::add(const SourceConfig& config, UtcMs start) {
  const TransportKind kind = config.transport.kind;
  const bool peer = kind == TransportKind::kPeer;
  rows_.push_back({start, config.silent_after_ms, false, kind == TransportKind::kFile, !peer, peer});
}

void SilenceWatch::heard(const Chunk& chunk) {
  if (chunk.source >= rows_.size()) return;
  Row& row = rows_[chunk.source];
  if (chunk.kind == ChunkKind::kDown && row.file) row.ended = true;
  if (chunk.kind == ChunkKind::kUp || chunk.kind == ChunkKind::kUnderWay || !chunk.bytes.empty()) row.up = true;
  if (chunk.kind == ChunkKind::kDown) {
    if (row.peer && !row.up) row.awaited = false;
    row.up = false;
  }
  if (chunk.bytes.empty()) return;
  row.awaited = true;
  row.last = std::max(row.last, chunk.received);
}

std::optional<UtcMs> SilenceWatch::silent_since(std::uint32_t source, UtcMs now) const {
  if (source >= rows_.size()) return std::nullopt;
  const Row& row = rows_[source];
  if (row.after_ms == 0 || row.ended || !row.awaited || now - row.last < row.after_ms) return std::nullopt;
  return row.last;
}

std::optional<UtcMs> SilenceWatch::next_silence(UtcMs now) const {
  std::optional<UtcMs> out;
  for (const Row& row : rows_) {
    if (row.after_ms == 0 || row.ended || !row.awaited) continue;
    const UtcMs due = row.last + row.after_ms;
    if (due > now && (!out || due < *out)) out = due;
  }
  return out;
}

}  // namespace tansiq::surveillance
