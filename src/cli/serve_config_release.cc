// The keys of [[release]]: what peers are told of the tracks.
#include "cli/serve_config_values.h"
#include "picture/release_rule.h"

namespace tansiq::cli {
namespace {

using namespace config;
using picture::ReleaseRule;

/// What a table says is about the rule that was begun last.
ReleaseRule& rule_of(ServeConfig& config) { return config.live.release.back(); }

}  // namespace

std::vector<ConfigKey> release_keys() {
  return {
      text_key(
          "release.to",
          "in a table [[release]], in the order in which they are tried: the authority that is told of tracks, as far "
          "as the relation allows (disclosure at live). Without a rule it is told of own flights, as they are",
          R"("us")",
          [](const std::string& v, ServeConfig& c) -> Status {
            rule_of(c).to = v;
            return {};
          },
          [](ServeConfig& c) { return shown(rule_of(c).to); }),
      text_key(
          "release.domain", "air or sea; else both", R"("air")",
          [](const std::string& v, ServeConfig& c) -> Status {
            rule_of(c).domain = TRY(core::parse_domain(v));
            return {};
          },
          [](ServeConfig& c) { return rule_of(c).domain ? shown(core::to_text(*rule_of(c).domain)) : std::string(); }),
      text_key(
          "release.area", "only what is in this zone, by its id, or in own-zones, at whatever level; else everywhere",
          R"("own-zones")",
          [](const std::string& v, ServeConfig& c) -> Status {
            rule_of(c).area = v;
            return {};
          },
          [](ServeConfig& c) { return shown(rule_of(c).area); }),
      number_key<DurationMs>(
          "release.delay_seconds", "nothing newer than this (0)", 0, picture::kReleaseDelayMsMax / 1'000,
          [](ServeConfig& c) -> auto& { return rule_of(c).delay_ms; }, 1'000),
      number_key<std::int64_t>("release.grid_m",
                               "places are middles of cells at least so wide and high, 100 to 100000; from 1000 on "
                               "without speed and course; "
                               "0: as they were heard (0)",
                               0, picture::kReleaseGridMetresMax,
                               [](ServeConfig& c) -> auto& { return rule_of(c).grid_m; }),
      flag_key("release.all", "every track that own sources hear, not only those of own flights (false)",
               [](ServeConfig& c) -> bool& { return rule_of(c).all; }),
  };
}

}  // namespace tansiq::cli
