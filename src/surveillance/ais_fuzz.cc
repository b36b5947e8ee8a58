// Feeds arbitrary bytes to the AIS decoder, as one datagram and as a stream in two pieces. Positions that come out
// exist; what was encoded again reads back.
#include <cstdint>
#include <cstdlib>

#include "surveillance/ais_decoder.h"
#include "surveillance/ais_encode.h"
#include "surveillance/fuzz_sink.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tansiq::surveillance;
  if (size > 1U << 14) return 0;
  const tansiq::ByteView bytes(data, size);
  CheckingSink whole;
  AisDecoder datagram(SourceId{1});
  datagram.feed_datagram(bytes, kFuzzNow, whole);
  CheckingSink pieces;
  AisDecoder stream(SourceId{1});
  stream.feed(bytes.first(size / 2), kFuzzNow, pieces);
  stream.feed(bytes.subspan(size / 2), kFuzzNow, pieces);
  // A stream waits for the end of its last line; a datagram does not.
  if (pieces.seen > whole.seen) std::abort();
  if (whole.last_report.id.kind == IdKind::kMmsi) {
    std::string text;
    if (!AisEncoder().class_a(whole.last_report, text)) std::abort();
    CheckingSink again;
    AisDecoder(SourceId{1}).feed_datagram(tansiq::as_bytes(text), kFuzzNow, again);
    if (again.seen != 1) std::abort();
  }
  return 0;
}
