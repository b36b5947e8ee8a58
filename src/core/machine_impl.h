// What a `Machine` is made of. Internal to core.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/decide.h"
#include "core/machine.h"
#include "core/ovn.h"
#include "core/state.h"

namespace tansiq::core {

/// Volumes compared exactly in one query by volume.
inline constexpr std::size_t kQueryCandidatesMax = 200'000;

class Machine::Impl {
 public:
  Impl(MachineConfig the_config, ZoneTable the_zones)
      : config(std::move(the_config)),
        zones(std::move(the_zones)),
        ovn(config.ovn_secret),
        genesis(genesis_of(config)),
        state(zones, config.limits, TextHash(text_key(config.ovn_secret))) {}
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  /// Half of the secret, so that ids which collide cannot be made up.
  static TextHash::Key text_key(const OvnMaker::Secret& secret) {
    TextHash::Key key{};
    std::copy_n(secret.begin(), key.size(), key.begin());
    return key;
  }
  [[nodiscard]] static Genesis genesis_of(const MachineConfig& config);
  void must_settle();
  /// Writes and applies an entry that this machine has just decided.
  Outcome commit(Entry entry, std::string_view request, std::vector<geo::PreparedVolume>* prepared);

  MachineConfig config;  // its charter is that in force
  ZoneTable zones;
  OvnMaker ovn;
  const Genesis genesis;
  std::vector<Charter> versions{config.charter};
  State state;
  std::string scratch;  // the canonical request being executed
};

}  // namespace tansiq::core
