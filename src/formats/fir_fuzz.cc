// Feeds arbitrary bytes to the reader of FIR files. Every part it yields must be one that geo accepts, and repairing a
// repaired ring must change nothing.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "formats/fir.h"
#include "formats/ring.h"
#include "geo/shape.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tansiq::formats;
  if (size > 1U << 14) return 0;
  const auto file = read_fir({reinterpret_cast<const char*>(data), size});
  for (const auto& zone : file.zones) {
    for (const auto& part : zone.parts) {
      if (!tansiq::geo::Shape::make(part)) std::abort();
      auto vertices = std::get<tansiq::geo::Polygon>(part).vertices;
      const auto again = repair_ring(vertices);
      if (again.changed() || again.closing_copy) std::abort();
    }
  }
  return 0;
}
