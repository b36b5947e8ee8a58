// An extended squitter under way through the decoder. Inside of adsb_decoder.cc and adsb_squitter.cc.
#pragma once

#include "surveillance/adsb_decoder.h"
#include "surveillance/bits.h"

namespace tansiq::surveillance {

/// An extended squitter whose parity is good. `me` is its message field, 56 bits.
struct AdsbDecoder::Squitter {
  AdsbCraft& craft;
  const std::uint8_t* me;
  UtcMs received;
  unsigned type;
  unsigned subtype;

  [[nodiscard]] std::uint32_t number(std::size_t offset, unsigned width) const {
    return static_cast<std::uint32_t>(get_bits(me, offset, width));
  }
  [[nodiscard]] bool flag(std::size_t offset) const { return number(offset, 1) != 0; }
};

}  // namespace tansiq::surveillance
