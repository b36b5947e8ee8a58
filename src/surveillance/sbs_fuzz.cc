// Feeds arbitrary bytes to the SBS-1 decoder, whole and in two pieces: the same must come out.
#include <cstdint>
#include <cstdlib>

#include "surveillance/fuzz_sink.h"
#include "surveillance/sbs_decoder.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tansiq::surveillance;
  if (size > 1U << 13) return 0;
  const tansiq::ByteView bytes(data, size);
  CheckingSink whole;
  SbsDecoder once({});
  once.feed(bytes, kFuzzNow, whole);
  CheckingSink pieces;
  SbsDecoder twice({});
  twice.feed(bytes.first(size / 2), kFuzzNow, pieces);
  twice.feed(bytes.subspan(size / 2), kFuzzNow, pieces);
  if (whole.seen != pieces.seen || once.counters().rejected != twice.counters().rejected) std::abort();
  return 0;
}
