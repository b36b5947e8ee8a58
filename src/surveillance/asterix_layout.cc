#include "surveillance/asterix_layout.h"

namespace tansiq::surveillance::asterix {
namespace {

/// Octets of parts that go on as long as the last bit of each is set: the first of `first` octets, others of `more`.
std::size_t chain_octets(ByteView bytes, std::size_t first, std::size_t more) {
  std::size_t size = first;
  while (size <= bytes.size()) {
    if ((bytes[size - 1] & 1) == 0) return size;
    size += more;
  }
  return 0;
}

/// Walks the parts that the indicator names, calling `part(place, index, pointer)`; octets of the whole, 0 when
/// malformed.
template <class Part>
std::size_t walk_parts(const Layout& layout, const Item& compound, ByteView bytes, Part&& part) {
  const bool octet = compound.shape == Shape::kCompoundOctet;
  const std::size_t indicator = octet ? 1 : chain_octets(bytes, 1, 1);
  if (indicator == 0 || bytes.empty()) return 0;
  std::size_t at = indicator;
  std::uint16_t index = compound.first_part;
  std::size_t place = 0;
  for (std::size_t i = 0; i < indicator; ++i) {
    for (unsigned bit = 0; bit < (octet ? 8U : 7U); ++bit, ++place) {
      const bool there = (bytes[i] & (0x80U >> bit)) != 0;
      if (there) {
        // A part whose layout is not known: what follows could only be guessed.
        if (index == kNone || layout.item(index).shape == Shape::kUnused) return 0;
        const std::size_t size = item_octets(layout, index, bytes.subspan(at));
        if (size == 0) return 0;
        part(place, bytes.data() + at);
        at += size;
      }
      if (index != kNone) index = layout.item(index).next;
    }
  }
  return at;
}

}  // namespace

std::size_t item_octets(const Layout& layout, std::uint16_t index, ByteView bytes) {
  const Item& item = layout.item(index);
  switch (item.shape) {
    case Shape::kFixed:
      return item.octets <= bytes.size() ? item.octets : 0;
    case Shape::kExtended:
      return chain_octets(bytes, item.octets, 1);
    case Shape::kChained:
      return chain_octets(bytes, item.octets, item.octets);
    case Shape::kCounted: {
      if (bytes.empty()) return 0;
      const std::size_t size = 1 + static_cast<std::size_t>(bytes[0]) * item.octets;
      return size <= bytes.size() ? size : 0;
    }
    case Shape::kExplicit:
      return !bytes.empty() && bytes[0] >= 1 && bytes[0] <= bytes.size() ? bytes[0] : 0;
    case Shape::kCompound:
    case Shape::kCompoundOctet:
      return walk_parts(layout, item, bytes, [](std::size_t, const std::uint8_t*) {});
    case Shape::kUnused:
      break;
  }
  return 0;
}

Parts parts_of(const Layout& layout, std::uint16_t index, ByteView bytes) {
  Parts out;
  out.octets = walk_parts(layout, layout.item(index), bytes, [&out](std::size_t place, const std::uint8_t* at) {
    if (place < Parts::kMax) out.at[place] = at;
  });
  return out;
}

}  // namespace tansiq::surveillance::asterix
