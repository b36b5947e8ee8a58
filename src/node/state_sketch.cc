#include "node/state_sketch.h"

#include <fmt/format.h>

#include <string_view>
#include <utility>

namespace tansiq::node {
namespace {

/// An intent or measure with one small volume: 90 bytes and more, as core/snapshot.cc writes it.
constexpr std::uint64_t kLiveBytesMin = 64;
/// A row of the registry, which is JSON.
constexpr std::uint64_t kRowBytesMin = 256;

constexpr std::pair<std::string_view, std::uint64_t StateSketch::*> kMembers[] = {
    {"next seq", &StateSketch::next_seq},
    {"log time", &StateSketch::last_time_ms},
    {"versions of the charter", &StateSketch::versions},
    {"live intents", &StateSketch::live_intents},
    {"live measures", &StateSketch::live_measures},
    {"entries of peers", &StateSketch::peer_entries},
    {"intents in the registry", &StateSketch::registry_intents},
    {"constraints in the registry", &StateSketch::registry_constraints},
    {"subscriptions", &StateSketch::registry_subscriptions},
    {"suppliers that are down", &StateSketch::uss_down},
};

}  // namespace

StateSketch sketch_of(const State& state) {
  const core::Machine& machine = state.coalition().machine();
  const f3548::Registry& registry = state.registry();
  std::uint64_t peer_entries = 0;
  for (const auto& [log, peer] : state.coalition().peer_logs()) peer_entries += peer.size;
  return {.next_seq = state.next_seq(),
          .last_time_ms = static_cast<std::uint64_t>(machine.last_time().ms),
          .versions = machine.versions().size(),
          .live_intents = machine.live_intents(),
          .live_measures = machine.live_measures(),
          .peer_entries = peer_entries,
          .registry_intents = registry.intents(),
          .registry_constraints = registry.constraints(),
          .registry_subscriptions = registry.subscriptions(),
          .uss_down = registry.uss_down()};
}

std::string difference(const StateSketch& one, const StateSketch& other) {
  std::string out;
  for (const auto& [name, member] : kMembers) {
    if (one.*member == other.*member) continue;
    if (!out.empty()) out += ", ";
    out += fmt::format("{}: {} and {}", name, one.*member, other.*member);
  }
  return out;
}

std::uint64_t snapshot_bytes_min(const StateSketch& sketch) {
  return kLiveBytesMin * (sketch.live_intents + sketch.live_measures) +
         kRowBytesMin * (sketch.registry_intents + sketch.registry_constraints + sketch.registry_subscriptions);
}

}  // namespace tansiq::node
