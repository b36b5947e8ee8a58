// What the tests of ASTERIX share.
#pragma once

#include <utility>

#include "surveillance/asterix_decoder.h"
#include "surveillance/surveillance_testlib.h"

namespace tansiq::surveillance::testing {

struct Heard {
  Said said;
  DecodeCounters counters;
};

inline Heard hear(ByteView datagram, AsterixOptions options = {}, UtcMs received = kNoon) {
  Remembering sink;
  AsterixDecoder decoder(std::move(options));
  decoder.feed_datagram(datagram, received, sink);
  return {sink, decoder.counters()};
}

}  // namespace tansiq::surveillance::testing
