// Feeds arbitrary bytes to the decoder of Cursor on Target: as a datagram, as a mesh message, as a stream in two
// pieces. What came out as a report can be written and reads back.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "surveillance/cot_decoder.h"
#include "surveillance/cot_encode.h"
#include "surveillance/fuzz_sink.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tansiq::surveillance;
  if (size > 1U << 13) return 0;
  const tansiq::ByteView bytes(data, size);
  CheckingSink sink;
  CotDecoder decoder({});
  decoder.feed_datagram(bytes, kFuzzNow, sink);
  decoder.feed_datagram(tansiq::as_bytes("\xBF\x01\xBF" + std::string(tansiq::as_text(bytes))), kFuzzNow, sink);
  CheckingSink pieces;
  CotDecoder stream({});
  stream.feed(bytes.first(size / 2), kFuzzNow, pieces);
  stream.feed(bytes.subspan(size / 2), kFuzzNow, pieces);
  std::string text;
  if (sink.seen != 0 && append_cot_event(sink.last_report, text)) {
    CheckingSink again;
    decoder.feed_datagram(tansiq::as_bytes(text), kFuzzNow, again);
    if (again.seen > 1) std::abort();
  }
  return 0;
}
