// The state, when another version of the charter comes into force.
#include <fmt/core.h>

#include "core/state.h"

namespace tansiq::core {
namespace {

const geo::Volume4d& volume_at(const Intent& intent, std::size_t ordinal) {
  return ordinal < intent.volumes.size() ? intent.volumes[ordinal]
                                         : intent.off_nominal[ordinal - intent.volumes.size()];
}

}  // namespace

Status State::adopt(AdoptedVersion version) {
  // Who decides where is told anew; until then it is the owner of this version.
  sequencers_.clear();
  for (const auto& [seq, slot] : intents_.by_creation()) {
    if (intents_.row(slot).record.live()) TRY_VOID(rezone(slot));
  }
  versions_.push_back(std::move(version));
  return {};
}

/// Live intents stay, whatever the new map says; only what they are compared with follows it. One that now lies in no
/// zone at all stands in nobody's way here.
Status State::rezone(Slot slot) {
  auto& row = intents_.row(slot);
  Intent& intent = row.record;
  const geo::VolumeIndex& index = intent_index_[index_of(intent.domain)];
  for (std::size_t i = 0; i < intent.zones.size(); ++i) {
    if (i < row.handles.size()) {
      zones_->zones_of(intent.domain, index.volume(row.handles[i]), intent.zones[i]);
      continue;
    }
    const auto prepared = geo::prepare(volume_at(intent, i));
    if (!prepared) {
      return fail(ErrorCode::kCorrupt, prepared.error().text(),
                  fmt::format("intent {}, volume {}", intent.id.str(), i));
    }
    zones_->zones_of(intent.domain, *prepared, intent.zones[i]);
  }
  // By the minima of the zones as they are now; what was queued before is dropped when its time comes.
  schedule(slot);
  return {};
}

}  // namespace tansiq::core
