// Feeds arbitrary bytes to the CSV decoder behind a good heading, whole and in two pieces: the same must come out.
#include <cstdint>
#include <cstdlib>

#include "surveillance/csv_decoder.h"
#include "surveillance/fuzz_sink.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tansiq::surveillance;
  if (size > 1U << 13) return 0;
  const tansiq::ByteView bytes(data, size);
  CsvOptions options;
  options.mapping = tansiq::formats::parse_columns(
                        "time=t,id=i,label=l,latitude=a,longitude=o,baro_altitude=b:ft,speed=s:kt,on_ground=g")
                        .value();
  const tansiq::ByteView heading = tansiq::as_bytes("t,i,l,a,o,b,s,g\n");
  CheckingSink whole;
  CsvDecoder once(options);
  once.feed(heading, kFuzzNow, whole);
  once.feed(bytes, kFuzzNow, whole);
  CheckingSink pieces;
  CsvDecoder twice(options);
  twice.feed(heading, kFuzzNow, pieces);
  twice.feed(bytes.first(size / 2), kFuzzNow, pieces);
  twice.feed(bytes.subspan(size / 2), kFuzzNow, pieces);
  if (whole.seen != pieces.seen || once.counters().rejected != twice.counters().rejected) std::abort();
  return 0;
}
