// The keys of [live] and [[minima]]: what a node makes of its inputs.
#include <array>
#include <cmath>

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

/// What a table [[minima]] says is about the pair that was begun last.
picture::AgreedMinima& pair_of(ServeConfig& config) { return config.live.picture.separation.agreed.back(); }

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
      flag_key("live.peers",
               "without a [[source]] too there is a live picture, of what peers tell of their tracks (false)",
               [](ServeConfig& c) -> bool& { return c.live.peers; }),
      text_key(
          "live.declare",
          "what the node itself declares its own intents that do not keep to their plan: nonconforming, contingent "
          "(that too) or, where people declare, nobody (nobody)",
          R"("nonconforming")",
          [](const std::string& v, ServeConfig& c) -> Status {
            c.live.declare = TRY(node::parse_declares(v));
            return {};
          },
          [](ServeConfig& c) { return shown(node::to_text(c.live.declare)); }),
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
      part<DurationMs>(
          "live.history_minutes", "past places of tracks are kept for so long, for who looks back; 0: none (1440)", 0,
          10'080, [](LiveConfig& c) -> DurationMs& { return c.history.keep_ms; }, 60'000),
      part<std::size_t>(
          "live.history_mib", "in so much memory, of all tracks together; beyond it the oldest go (64)", 1, 16'384,
          [](LiveConfig& c) -> std::size_t& { return c.history.bytes_max; }, 1 << 20),
      part<std::size_t>("live.tracks_max", "tracks at once (50000)", 100, 1'000'000,
                        [](LiveConfig& c) -> std::size_t& { return c.picture.tracker.tracks_max; }),
  };
}

std::vector<ConfigKey> minima_keys() {
  return {
      {"minima.between", "strings",
       "in a table [[minima]], one for each pair and domain: the two authorities whose craft these distances are for, "
       "in "
       "place of those of zones and of [live]",
       R"(["fr", "us"])",
       [](const toml::node& node, ServeConfig& c, const Path&) -> Status {
         constexpr std::string_view kWanted = "must be a list of two authorities";
         const auto* list = node.as_array();
         if (list == nullptr || list->size() != 2) return fail(ErrorCode::kInvalid, std::string(kWanted));
         pair_of(c).first = TRY(value_of<std::string>(*list->get(0), "a list of two authorities"));
         pair_of(c).second = TRY(value_of<std::string>(*list->get(1), "a list of two authorities"));
         return {};
       },
       [](ServeConfig& c) {
         const picture::AgreedMinima& of = pair_of(c);
         return of.first.empty() ? std::string() : shown_list(std::array{of.first, of.second});
       }},
      text_key(
          "minima.domain", "air or sea (air)", R"("air")",
          [](const std::string& v, ServeConfig& c) -> Status {
            pair_of(c).domain = TRY(core::parse_domain(v));
            return {};
          },
          [](ServeConfig& c) { return shown(core::to_text(pair_of(c).domain)); }),
      {"minima.horizontal_m", "integer", "the horizontal distance; must be given", "9260",
       [](const toml::node& node, ServeConfig& c, const Path&) -> Status {
         pair_of(c).horizontal_m = static_cast<double>(TRY(integer_of(node, 10, 100'000)));
         return {};
       },
       [](ServeConfig& c) {
         const double horizontal = pair_of(c).horizontal_m;
         return horizontal > 0 ? fmt::format("{}", std::llround(horizontal)) : std::string();
       }},
      {"minima.vertical_cm", "integer", "the vertical distance, in the air; else as it is usually", "30480",
       [](const toml::node& node, ServeConfig& c, const Path&) -> Status {
         pair_of(c).vertical_m = static_cast<double>(TRY(integer_of(node, 100, 1'000'000))) / 100;
         return {};
       },
       [](ServeConfig& c) {
         const auto& vertical = pair_of(c).vertical_m;
         return vertical ? fmt::format("{}", std::llround(*vertical * 100)) : std::string();
       }},
  };
}

}  // namespace tansiq::cli
