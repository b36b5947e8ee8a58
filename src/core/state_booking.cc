// The state, as far as bookings and other parts' entries touch it.
#include <fmt/core.h>

#include <algorithm>

#include "base/invariant.h"
#include "core/state.h"

namespace tansiq::core {
namespace {

/// Bookings are listed after all intents, in an order that depends on nothing but their id: a node that was restored
/// from a snapshot lists them as the one that ran on does.
std::uint64_t order_of(const IntentId& id) {
  std::uint64_t order = 0;
  for (const char c : id.str().substr(0, 15)) order = order << 4 | (static_cast<unsigned char>(c) & 15U);
  return order | std::uint64_t{1} << 62;
}

}  // namespace

void State::book(BookingRequest request, Prepared* prepared) {
  release_booking(request.id);
  Intent intent;
  intent.id = std::move(request.id);
  intent.manager = std::move(request.manager);
  intent.flight = std::move(request.flight);
  intent.domain = request.domain;
  intent.created_seq = order_of(intent.id);
  intent.volumes = std::move(request.volumes);
  intent.zones.assign(intent.volumes.size(), {request.zone});
  live_volumes_ += intent.volumes.size();
  const IntentId id = intent.id;
  const Slot slot = bookings_.insert(std::move(intent));
  if (prepared != nullptr) {
    index_booking(slot, *prepared);
  } else {
    unsettled_bookings_.push_back(id);
  }
}

void State::confirm_booking(const IntentId& id) {
  if (const auto slot = bookings_.slot_of(id)) bookings_.row(*slot).confirmed = true;
}

void State::release_booking(const IntentId& id) {
  const auto slot = bookings_.slot_of(id);
  if (!slot) return;
  unindex_booking(*slot);
  live_volumes_ -= bookings_.row(*slot).intent.volumes.size();
  bookings_.erase(*slot);
}

void State::index_booking(Slot slot, const Prepared& prepared) {
  BookingTable::Row& row = bookings_.row(slot);
  EXPECT_INVARIANT(row.handles.empty() && prepared.size() == row.intent.volumes.size());
  geo::VolumeIndex& index = intent_index_[index_of(row.intent.domain)];
  for (const geo::PreparedVolume& volume : prepared) {
    const VolumeTag tag{slot, static_cast<std::uint32_t>(row.handles.size())};
    row.handles.push_back(index.insert(volume, tag.packed()));
  }
}

void State::unindex_booking(Slot slot) {
  BookingTable::Row& row = bookings_.row(slot);
  geo::VolumeIndex& index = intent_index_[index_of(row.intent.domain)];
  for (const auto handle : row.handles) {
    const bool was_there = index.remove(handle);
    EXPECT_INVARIANT(was_there);
  }
  row.handles.clear();
}

Status State::settle_bookings() {
  for (const IntentId& id : unsettled_bookings_) {
    const auto slot = bookings_.slot_of(id);
    if (!slot || !bookings_.row(*slot).handles.empty()) continue;
    const Intent& intent = bookings_.row(*slot).intent;
    Prepared prepared;
    for (std::size_t i = 0; i < intent.volumes.size(); ++i) {
      auto one = geo::prepare(intent.volumes[i]);
      if (!one) {
        return fail(ErrorCode::kCorrupt, one.error().text(), fmt::format("booking {}, volume {}", id.str(), i));
      }
      prepared.push_back(std::move(*one));
    }
    index_booking(*slot, prepared);
  }
  unsettled_bookings_.clear();
  return {};
}

void State::skip_to(std::uint64_t next_seq, UtcMs time) {
  EXPECT_INVARIANT(next_seq >= next_seq_);
  next_seq_ = next_seq;
  last_time_ = std::max(last_time_, time);
}

const AuthorityId& State::sequencer(ZoneNumber zone) const {
  const auto at = sequencers_.find(zone);
  return at == sequencers_.end() ? (*zones_)[zone].owner : at->second.authority;
}

geo::TimeWindow State::grants(ZoneNumber zone) const {
  const auto at = sequencers_.find(zone);
  return at == sequencers_.end() ? kAlways : at->second.grants;
}

void State::set_sequencer(ZoneNumber zone, const AuthorityId& authority, geo::TimeWindow grants) {
  if (authority == (*zones_)[zone].owner && grants == kAlways) {
    sequencers_.erase(zone);
  } else {
    sequencers_[zone] = {authority, grants};
  }
}

}  // namespace tansiq::core
