#include "surveillance/asterix_record.h"

namespace tansiq::surveillance::asterix {

std::expected<std::size_t, Reject> scan_record(const Layout& layout, ByteView bytes, Record& out) {
  out.layout = &layout;
  out.at.fill(nullptr);
  // The field specification: seven items an octet, as long as the last bit is set.
  std::size_t at = 0;
  do {
    if (at == bytes.size()) return std::unexpected(Reject::kTruncated);
    if (at * 7 >= Layout::kFrnMax) return std::unexpected(Reject::kUnknownItem);
  } while ((bytes[at++] & 1) != 0);
  const std::size_t indicator = at;
  for (std::size_t i = 0; i < indicator; ++i) {
    for (unsigned bit = 0; bit < 7; ++bit) {
      if ((bytes[i] & (0x80U >> bit)) == 0) continue;
      const std::size_t frn = i * 7 + bit + 1;
      const std::uint16_t item = layout.by_frn(frn);
      if (item == kNone) return std::unexpected(Reject::kUnknownItem);
      const std::size_t size = item_octets(layout, item, bytes.subspan(at));
      if (size == 0) return std::unexpected(Reject::kTruncated);
      out.at[frn] = bytes.data() + at;
      at += size;
    }
  }
  out.end = bytes.data() + at;
  return at;
}

}  // namespace tansiq::surveillance::asterix
