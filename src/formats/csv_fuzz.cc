// Feeds arbitrary bytes to the CSV reader, through a mapping chosen by the first byte. Every row must be accounted for,
// reports of a craft must ascend in time, and every flown volume must be one that geo accepts.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "formats/flown.h"
#include "geo/conflict.h"

namespace {

const tansiq::formats::ColumnMapping& mapping_of(std::uint8_t choice) {
  using tansiq::formats::parse_columns;
  static const auto kTimes = *parse_columns("time=t:utc,id=i,latitude=a,longitude=o");
  static const auto kAll = *parse_columns(
      "time=t,position_time=p:ms,id=i,label=l,latitude=a,longitude=o,baro_altitude=b:ft,geo_altitude=g,speed=s:kt,"
      "vertical_rate=v:ft/min,on_ground=z,course=c");
  static const auto kShort = *parse_columns("time=t,id=i,latitude=a,longitude=o,geo_altitude=g,speed=s");
  return choice % 3 == 0 ? kTimes : choice % 3 == 1 ? kAll : kShort;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tansiq::formats;
  if (size < 1 || size > 1U << 15) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  (void)parse_columns(text);
  auto recording = read_recording(text, mapping_of(data[0]));
  if (!recording) return 0;
  const auto bad =
      recording->findings.count_of(Severity::kMalformed) + recording->findings.count_of(Severity::kSkipped);
  if (recording->reports + bad != recording->rows) std::abort();
  for (const auto& track : recording->tracks) {
    for (std::size_t i = 1; i < track.reports.size(); ++i) {
      if (!(track.reports[i - 1].time < track.reports[i].time)) std::abort();
    }
  }
  for (const auto& flight : flown_traffic(std::move(*recording)).flights) {
    for (const auto& volume : flight.volumes) {
      if (!tansiq::geo::prepare(volume.volume)) std::abort();
    }
  }
  return 0;
}
