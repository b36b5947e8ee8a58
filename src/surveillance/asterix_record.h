// Records of an ASTERIX data block: which items are there, and where. Inside of the decoder and its tests.
#pragma once

#include <array>
#include <cstdint>
#include <expected>

#include "surveillance/asterix_layout.h"
#include "surveillance/counters.h"

namespace tansiq::surveillance::asterix {

/// Where the items of one record begin, by field reference number; null where absent.
struct Record {
  const Layout* layout = nullptr;
  std::array<const std::uint8_t*, Layout::kFrnMax + 1> at{};
  const std::uint8_t* end = nullptr;

  [[nodiscard]] const std::uint8_t* operator[](std::uint8_t frn) const { return at[frn]; }
  [[nodiscard]] bool has(std::uint8_t frn) const { return at[frn] != nullptr; }
  /// From an item's first octet to the end of the record.
  [[nodiscard]] ByteView from(std::uint8_t frn) const { return {at[frn], static_cast<std::size_t>(end - at[frn])}; }
  [[nodiscard]] Parts parts(std::uint8_t frn) const {
    return has(frn) ? parts_of(*layout, layout->by_frn(frn), from(frn)) : Parts{};
  }
};

/// Walks the record at the beginning of `bytes` by its layout; its octets. Nothing is read beyond what the layout says,
/// so a well-formed record is never misread, whichever items it has. Fails with `kTruncated`, or `kUnknownItem` for a
/// field reference that the edition does not have.
[[nodiscard]] std::expected<std::size_t, Reject> scan_record(const Layout& layout, ByteView bytes, Record& out);

/// Is the octet that holds bit `offset` of an extended item there?
[[nodiscard]] constexpr bool reaches(const std::uint8_t* item, std::size_t first_octets, std::size_t offset) {
  for (std::size_t at = first_octets; at <= offset / 8; ++at) {
    if ((item[at - 1] & 1) == 0) return false;
  }
  return true;
}

/// A bit or number of an extended item whose first part is one octet; 0 where it does not reach so far.
[[nodiscard]] constexpr std::int64_t extended(const std::uint8_t* item, const FieldRef& field) {
  return reaches(item, 1, field.offset) ? raw(item, field) : 0;
}

}  // namespace tansiq::surveillance::asterix
