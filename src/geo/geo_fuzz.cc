// Outlines from bytes: whatever is made must compare without complaint, symmetrically, and meet itself.
//
// Input: shapes one after the other: kind, count, then points of eight bytes (taken modulo the legal range, some of
// them snapped to a coarse grid so that contacts are frequent) and, for circles and corridors, sizes of four bytes.
#include <cstdlib>
#include <cstring>
#include <vector>

#include "base/bytes.h"
#include "base/invariant.h"
#include "base/limits.h"
#include "geo/conflict.h"

namespace {

using namespace tansiq;

class Reader {
 public:
  explicit Reader(ByteView bytes) : rest_(bytes) {}
  [[nodiscard]] bool done() const { return rest_.empty(); }
  std::uint32_t number(std::size_t bytes) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < bytes && !rest_.empty(); ++i) {
      value = value << 8 | rest_.front();
      rest_ = rest_.subspan(1);
    }
    return value;
  }

 private:
  ByteView rest_;
};

geo::LatLng point(Reader& reader, bool coarse) {
  const auto place = [&](std::int64_t range, std::int64_t step) {
    const std::int64_t value = coarse ? std::int64_t{reader.number(1)} * step : std::int64_t{reader.number(4)};
    return static_cast<std::int32_t>(value % (2 * range + 1) - range);
  };
  const std::int32_t lat = place(900'000'000, 150'000'000);
  return {lat, place(1'800'000'000, 150'000'000)};
}

geo::Outline outline(Reader& reader) {
  const std::uint32_t kind = reader.number(1);
  const bool coarse = (kind & 4) != 0;
  std::vector<geo::LatLng> points(reader.number(1) % 24 + 1);
  for (geo::LatLng& p : points) p = point(reader, coarse);
  const auto size_cm = static_cast<std::int64_t>(reader.number(4));
  switch (kind % 4) {
    case 0:
      return geo::Circle{points[0], size_cm % (kRadiusCmMax + 2)};
    case 1:
      return geo::Corridor{points, size_cm % (kCorridorWidthCmMax + 2), reader.number(2)};
    default:
      return geo::Polygon{points};
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t kShapesMax = 4;
  Reader reader({data, size});
  std::vector<geo::Shape> shapes;
  while (!reader.done() && shapes.size() < kShapesMax) {
    if (auto shape = geo::Shape::make(outline(reader))) shapes.push_back(*shape);
  }
  for (const geo::Shape& a : shapes) {
    EXPECT_INVARIANT(geo::outlines_conflict(a, a, 0));
    for (const geo::Shape& b : shapes) {
      const bool plain = geo::outlines_conflict(a, b, 0);
      EXPECT_INVARIANT(plain == geo::outlines_conflict(b, a, 0));
      EXPECT_INVARIANT(!plain || geo::outlines_conflict(a, b, 1'000));
      EXPECT_INVARIANT(!geo::covers(a, b) || plain);
    }
  }
  return 0;
}
