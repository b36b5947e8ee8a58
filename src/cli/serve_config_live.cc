// The keys of [live]: what a node makes of its inputs.
#include "cli/serve_config_values.h"
#include "node/live_config.h"

namespace tansiq::cli {
namespace {

using namespace config;

template <class T>
ConfigKey part(std::string_view name, std::string_view meaning, std::int64_t low, std::int64_t high,
               T& (*member)(node::LiveConfig&), std::int64_t unit = 1) {
  return number_key<T>(name, meaning, low, high, [member](ServeConfig& c) -> T& { return member(c.live); }, unit);
}

/// Metres and seconds are whole here, and floating in the picture.
ConfigKey whole(std::string_view name, std::string_view meaning, std::int64_t low, std::int64_t high,
                double& (*member)(node::LiveConfig&)) {
  return part<double>(name, meaning, low, high, member);
}

}  // namespace

std::vector<ConfigKey> live_keys() {
  using node::LiveConfig;
  return {
      path_key(
          "live.record_dir",
          "everything that the inputs bring, and what the picture is told besides, is recorded in this folder; see "
          "tansiq replay",
          R"("/var/lib/tansiq/recordings")", [](ServeConfig& c) -> Path& { return c.live.record_dir; }),
      part<std::uint64_t>(
          "live.record_file_mib", "a recording of this size is ended, and another begun (256)", 1, 65'536,
          [](LiveConfig& c) -> std::uint64_t& { return c.record_bytes_max; }, 1 << 20),
      part<std::size_t>("live.record_files_max", "older recordings are removed; 0: none ever (0)", 0, 1'000'000,
                        [](LiveConfig& c) -> std::size_t& { return c.record_files_max; }),
      flag_key("live.simulated", "take reports that their source marks as simulated (false)",
               [](ServeConfig& c) -> bool& { return c.live.picture.tracker.accept_simulated; }),
      whole("live.air_horizontal_m", "aircraft nearer than this, and than the vertical distance, are warned of (9260)",
            10, 100'000, [](LiveConfig& c) -> double& { return c.picture.separation.air.horizontal_m; }),
      part<double>("live.air_vertical_cm", "the vertical distance (30480)", 100, 1'000'000,
                   [](LiveConfig& c) -> double& { return c.air_vertical_cm; }),
      whole("live.air_lookahead_seconds", "so far ahead (120)", 10, 600,
            [](LiveConfig& c) -> double& { return c.picture.separation.air.lookahead_s; }),
      whole("live.sea_horizontal_m", "ships that will pass nearer than this are warned of (926)", 10, 100'000,
            [](LiveConfig& c) -> double& { return c.picture.separation.sea.horizontal_m; }),
      whole("live.sea_lookahead_seconds", "so far ahead (1200)", 60, 3'600,
            [](LiveConfig& c) -> double& { return c.picture.separation.sea.lookahead_s; }),
      part<DurationMs>(
          "live.escalate_seconds", "a warning that nobody acknowledges for so long is an alarm (60)", 5, 3'600,
          [](LiveConfig& c) -> DurationMs& { return c.picture.alerts.escalate_ms; }, 1'000),
      part<DurationMs>(
          "live.repeat_seconds", "an alarm that nobody acknowledges sounds again (30)", 5, 3'600,
          [](LiveConfig& c) -> DurationMs& { return c.picture.alerts.repeat_ms; }, 1'000),
      part<std::size_t>("live.tracks_max", "tracks at once (50000)", 100, 1'000'000,
                        [](LiveConfig& c) -> std::size_t& { return c.picture.tracker.tracks_max; }),
  };
}

}  // namespace tansiq::cli
