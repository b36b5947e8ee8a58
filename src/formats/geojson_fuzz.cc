// Feeds arbitrary bytes to the GeoJSON readers. What is accepted must be accepted again after it was written out, and
// its outlines must be valid.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "formats/geojson_in.h"
#include "formats/geojson_out.h"
#include "geo/conflict.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tansiq::formats;
  if (size > 1U << 14) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto file = read_geojson_zones(text)) {
    for (const auto& zone : file->zones) {
      for (const auto& part : zone.parts) {
        if (!tansiq::geo::Shape::make(part)) std::abort();
      }
    }
    if (!read_geojson_zones(write_geojson_zones(file->zones))) std::abort();
    (void)write_geojson_zones(file->zones, GeoJsonForm::kDrawn);
  }
  if (const auto traffic = read_geojson_intents(text)) {
    for (const auto& flight : traffic->flights) {
      for (const auto& volume : flight.volumes) {
        if (!tansiq::geo::prepare(volume.volume)) std::abort();
      }
    }
    if (!read_geojson_intents(write_geojson_flights(traffic->flights))) std::abort();
  }
  return 0;
}
