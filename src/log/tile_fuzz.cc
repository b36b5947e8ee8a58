// Tile paths and bundles: no crash, and one spelling each.
#include <vector>

#include "base/invariant.h"
#include "log/tile.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tansiq;
  using namespace tansiq::log;
  const ByteView bytes(data, size);
  if (const auto id = TileId::parse(as_text(bytes))) {
    EXPECT_INVARIANT(id->path() == as_text(bytes) && id->width >= 1 && id->width <= kTileWidth);
  }
  unsigned count = 0;
  BundleReader reader(bytes);
  BundleEntry entry;
  Bytes again;
  while (count < kTileWidth && reader.next(entry)) {
    append_bundle_entry(again, entry.bytes);
    ++count;
  }
  const auto whole = read_bundle(bytes, count);
  EXPECT_INVARIANT(whole.has_value() == reader.done());
  if (whole) EXPECT_INVARIANT(again == Bytes(bytes.begin(), bytes.end()));
  if (count != 0) EXPECT_INVARIANT(cut_bundle(Bytes(bytes.begin(), bytes.end()), count) == again);
  EXPECT_INVARIANT(count == kTileWidth || !read_bundle(bytes, count + 1));
  return 0;
}
