// Feeds arbitrary bytes to a source of each format, through the one entry that live inputs and replays have. The first
// octet chooses the format, the second how the rest is cut: into datagrams or pieces of a stream of two connections,
// with gaps and broken connections between them. Two sources that are fed alike must say the same.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <memory>

#include "surveillance/decoding.h"
#include "surveillance/fuzz_sink.h"

namespace {

using namespace tansiq::surveillance;

struct Source {
  explicit Source(Speaks format) {
    SourceConfig config;
    config.name = "fuzzed";
    config.format = format;
    config.transport = parse_transport("file:x").value();
    config.place = tansiq::geo::LatLng{500'000'000, 80'000'000};
    if (format == Speaks::kAsterix) config.radars.push_back({0x0102, *config.place, 10'000});
    if (format == Speaks::kCsv) config.columns = "time=t,id=i,latitude=a,longitude=o";
    decoding = Decoding::make(config, SourceId{1}, sink).value();
  }
  CheckingSink sink;
  std::unique_ptr<Decoding> decoding;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2 || size > 1U << 13) return 0;
  const auto format = static_cast<Speaks>(data[0] % 6);
  const unsigned cuts = data[1];
  Source one(format);
  Source two(format);
  tansiq::ByteView rest(data + 2, size - 2);
  if (format == Speaks::kCsv) {
    const Chunk heading{kFuzzNow, 0, 0, ChunkKind::kStream, tansiq::as_bytes("t,i,a,o\n")};
    one.decoding->take(heading);
    two.decoding->take(heading);
  }
  for (unsigned turn = 0; !rest.empty(); ++turn) {
    const std::size_t piece = std::min<std::size_t>(rest.size(), 1 + (cuts & 63U) * 8);
    Chunk chunk{kFuzzNow, 0, static_cast<std::uint16_t>((cuts & 64U) != 0 ? turn % 2 : 0),
                (cuts & 128U) != 0 ? ChunkKind::kDatagram : ChunkKind::kStream, rest.first(piece)};
    for (Source* source : {&one, &two}) source->decoding->take(chunk);
    rest = rest.subspan(piece);
    constexpr std::array kMarks{ChunkKind::kGap, ChunkKind::kDown, ChunkKind::kUp};
    if (turn % 5 == 4) {
      chunk.kind = kMarks[turn / 5 % kMarks.size()];
      chunk.bytes = {};
      for (Source* source : {&one, &two}) source->decoding->take(chunk);
    }
  }
  const DecodeCounters counters = one.decoding->counters();
  if (counters.rejected != two.decoding->counters().rejected || one.sink.seen != two.sink.seen) std::abort();
  if (counters.bytes > size + 8) std::abort();
  return 0;
}
