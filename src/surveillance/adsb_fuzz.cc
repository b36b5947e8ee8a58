// Feeds arbitrary bytes to the ADS-B decoder: as a Beast stream; as messages whose parity is made good, so that their
// fields are reached.
#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "surveillance/adsb_decoder.h"
#include "surveillance/adsb_encode.h"
#include "surveillance/fuzz_sink.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tansiq::surveillance;
  if (size > 1U << 13) return 0;
  static AdsbDecoder decoder({.source = SourceId{1}, .receiver = tansiq::geo::LatLng{500'000'000, 80'000'000}});
  CheckingSink sink;
  decoder.feed({data, size}, kFuzzNow, sink);
  decoder.reset();
  for (std::size_t at = 0; at + 14 <= size; at += 14) {
    Squitter message;
    std::copy_n(data + at, 14, message.begin());
    put_mode_s_parity(message);
    decoder.feed_message(message, kFuzzNow, sink);
  }
  if (decoder.counters().reports > decoder.counters().units) std::abort();
  return 0;
}
