// Feeds arbitrary bytes to the ASTERIX decoder, as a datagram and as a stream in two pieces; what was read from a
// record can be written, and reads back.
#include <cstdint>
#include <cstdlib>
#include <initializer_list>

#include "surveillance/asterix_decoder.h"
#include "surveillance/asterix_encode.h"
#include "surveillance/fuzz_sink.h"

namespace {

tansiq::surveillance::AsterixOptions options() {
  tansiq::surveillance::AsterixOptions out;
  for (std::uint16_t sic = 0; sic < 16; ++sic) out.radars.push_back({sic, {500'000'000, 80'000'000}, 10'000});
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tansiq::surveillance;
  if (size > 1U << 13) return 0;
  const tansiq::ByteView bytes(data, size);
  CheckingSink whole;
  AsterixDecoder datagram(options());
  datagram.feed_datagram(bytes, kFuzzNow, whole);
  CheckingSink pieces;
  AsterixDecoder stream(options());
  stream.feed(bytes.first(size / 3), kFuzzNow, pieces);
  stream.feed(bytes.subspan(size / 3), kFuzzNow, pieces);
  if (!whole.last_report.system) return 0;
  for (const std::uint8_t category : std::initializer_list<std::uint8_t>{21, 48, 62}) {
    AsterixEncoder encoder(category);
    if (!encoder.add(whole.last_report)) continue;
    CheckingSink again;
    AsterixDecoder decoder(options());
    decoder.feed_datagram(encoder.take(), kFuzzNow, again);
    if (again.seen != 1) std::abort();
  }
  return 0;
}
