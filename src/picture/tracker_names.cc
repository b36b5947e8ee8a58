// The names under which a track is found, and the sources that gave them.
#include <algorithm>
#include <cstring>
#include <tuple>

#include "picture/tracker.h"

namespace tansiq::picture {

using surveillance::CraftId;
using surveillance::IdKind;
using surveillance::Report;
using surveillance::TrackNumber;

namespace {

/// Of which kind a hashed name is, so that an address and a number never hash alike.
enum class NameKind : char { kIcao = 'i', kNonIcao = 'n', kMmsi = 'm', kUid = 'u', kNumber = 't', kTrack = '#' };

std::uint64_t hash_number(const core::TextHash& hash, NameKind kind, std::uint32_t number) {
  std::array<char, 5> bytes{static_cast<char>(kind)};
  std::memcpy(bytes.data() + 1, &number, sizeof(number));
  return hash({bytes.data(), bytes.size()});
}

std::optional<std::uint32_t>* address_of(Track& track, IdKind kind) {
  switch (kind) {
    case IdKind::kIcao:
      return &track.icao;
    case IdKind::kNonIcao:
      return &track.non_icao;
    case IdKind::kMmsi:
      return &track.mmsi;
    case IdKind::kNone:
    case IdKind::kUid:
      break;
  }
  return nullptr;
}

bool has_uid(const Track& track, std::string_view uid) {
  return std::any_of(track.sources().begin(), track.sources().end(),
                     [&](const HeardFrom& f) { return f.uid.view() == uid; });
}

bool has_number(const Track& track, const TrackNumber& number) {
  return std::any_of(track.sources().begin(), track.sources().end(),
                     [&](const HeardFrom& f) { return f.number == number; });
}

}  // namespace

std::uint64_t Tracker::hash_of(const CraftId& id) const {
  const NameKind kind = id.kind == IdKind::kIcao      ? NameKind::kIcao
                        : id.kind == IdKind::kNonIcao ? NameKind::kNonIcao
                                                      : NameKind::kMmsi;
  return hash_number(hash_, kind, id.number);
}

std::uint64_t Tracker::hash_of(std::string_view uid) const {
  std::array<char, 64> bytes{static_cast<char>(NameKind::kUid)};
  const std::size_t size = std::min(uid.size(), bytes.size() - 1);
  std::memcpy(bytes.data() + 1, uid.data(), size);
  return hash_({bytes.data(), size + 1});
}

std::uint64_t Tracker::hash_of(const TrackNumber& number) const {
  return hash_number(hash_, NameKind::kNumber, (static_cast<std::uint32_t>(number.system) << 16) | number.number);
}

std::uint64_t Tracker::hash_of(TrackId id) const { return hash_number(hash_, NameKind::kTrack, id.value); }

void Tracker::put(std::uint64_t hash, Slot slot) {
  names_.insert(hash, slot);
  ++name_count_;
}

void Tracker::drop(std::uint64_t hash, Slot slot) {
  names_.erase(hash, slot);
  --name_count_;
}

const Track* Tracker::find(TrackId id) const {
  if (id.value == 0) return nullptr;
  const auto slot = names_.find(hash_of(id), [&](Slot s) { return tracks_[s]->id == id; });
  return slot ? tracks_[*slot].get() : nullptr;
}

const Track* Tracker::find_icao(std::uint32_t address) const {
  const Slot slot = under_craft({IdKind::kIcao, address});
  return slot == kNone ? nullptr : tracks_[slot].get();
}

const Track* Tracker::find_mmsi(std::uint32_t mmsi) const {
  const Slot slot = under_craft({IdKind::kMmsi, mmsi});
  return slot == kNone ? nullptr : tracks_[slot].get();
}

/// All tracks under the report's name: more than one while an address is doubtful.
Tracker::Places Tracker::under_name(const Report& r) const {
  Places out;
  // In order of age, so that where a name is found in the table, which the secret key decides, changes nothing.
  const auto add = [&](Slot slot) {
    const auto elder = [&](Slot a, Slot b) { return tracks_[a]->id < tracks_[b]->id; };
    const auto end = out.slots.begin() + static_cast<std::ptrdiff_t>(out.count);
    const auto at = std::upper_bound(out.slots.begin(), end, slot, elder);
    if (at == out.slots.end()) return false;
    if (out.count < out.slots.size()) ++out.count;
    std::copy_backward(at, out.slots.begin() + static_cast<std::ptrdiff_t>(out.count) - 1,
                       out.slots.begin() + static_cast<std::ptrdiff_t>(out.count));
    *at = slot;
    return false;
  };
  if (r.id.kind == IdKind::kNone) return out;
  if (r.id.kind == IdKind::kUid) {
    const std::string_view uid = r.uid.view();
    if (uid.empty()) return out;
    (void)names_.find(hash_of(uid), [&](Slot s) { return has_uid(*tracks_[s], uid) && add(s); });
    return out;
  }
  (void)names_.find(hash_of(r.id),
                    [&](Slot s) { return *address_of(*tracks_[s], r.id.kind) == r.id.number && add(s); });
  return out;
}

/// Not for what others do under its address: who plays a craft must not be able to make that doubtful.
bool Tracker::doubtful(const Track& track) const {
  if (track.state == TrackState::kStale) return true;
  const auto seen = [&](SignKind kind) {
    const Sign& sign = track.sign(kind);
    return sign.count > 0 && now_ - sign.last <= options_.signs.hold_ms;
  };
  return seen(SignKind::kBeyondRange) || (seen(SignKind::kDoubleAddress) && track.double_of.value == 0);
}

/// Of several as `find` says.
Tracker::Slot Tracker::under_craft(const CraftId& id) const {
  if (id.kind == IdKind::kNone || id.kind == IdKind::kUid) return kNone;
  Slot best = kNone;
  (void)names_.find(hash_of(id), [&](Slot s) {
    const Track& track = *tracks_[s];
    if (*address_of(*tracks_[s], id.kind) != id.number) return false;
    const auto rank = [&](const Track& t) { return std::tuple(t.state == TrackState::kTentative, doubtful(t), t.id); };
    if (best == kNone || rank(track) < rank(*tracks_[best])) best = s;
    return false;
  });
  return best;
}

Tracker::Slot Tracker::under_number(const TrackNumber& number) const {
  return names_.find(hash_of(number), [&](Slot s) { return has_number(*tracks_[s], number); }).value_or(kNone);
}

/// Gives the track an address that it does not have yet.
void Tracker::name(Slot slot, const CraftId& id) {
  auto* address = address_of(*tracks_[slot], id.kind);
  if (address == nullptr || *address) return;
  *address = id.number;
  put(hash_of(id), slot);
}

/// The entry of the report's source, new where it is not there yet, with the names that the source uses now.
HeardFrom& Tracker::hear_from(Slot slot, const Report& r) {
  Track& track = *tracks_[slot];
  std::size_t at = 0;
  while (at < track.source_count &&
         (track.source_list[at].source != r.source || track.source_list[at].system != r.system)) {
    ++at;
  }
  if (at == track.source_count) {
    if (track.source_count == kSourcesPerTrackMax) {
      // The one that was silent for longest makes room.
      const auto eldest = std::min_element(track.sources().begin(), track.sources().end(),
                                           [](const HeardFrom& a, const HeardFrom& b) { return a.last < b.last; });
      forget_source(slot, static_cast<std::size_t>(eldest - track.sources().begin()));
    }
    at = track.source_count++;
    track.source_list[at] = {};
    track.source_list[at].source = r.source;
    track.source_list[at].system = r.system;
  }
  HeardFrom& from = track.source_list[at];
  from.format = r.format;
  if (!r.kind.view().empty()) from.kind = r.kind;
  if (r.id.kind != IdKind::kNone || r.track) from.names_craft = true;
  if (r.track && from.number != r.track) {
    if (from.number) forget_number(slot, *from.number);
    // Whoever else has it holds an old one: a number stands for one track.
    if (const Slot other = under_number(*r.track); other != kNone && other != slot) forget_number(other, *r.track);
    if (!has_number(track, *r.track)) put(hash_of(*r.track), slot);
    from.number = r.track;
  }
  const std::string_view uid = r.id.kind == IdKind::kUid ? r.uid.view() : std::string_view();
  if (!uid.empty() && from.uid.view() != uid) {
    forget_uid(slot, from);
    if (!has_uid(track, uid)) put(hash_of(uid), slot);
    from.uid = r.uid;
  }
  return from;
}

void Tracker::forget_number(Slot slot, const TrackNumber& number) {
  bool had = false;
  for (HeardFrom& from : tracks_[slot]->sources()) {
    if (from.number != number) continue;
    from.number.reset();
    had = true;
  }
  if (had) drop(hash_of(number), slot);
}

void Tracker::forget_uid(Slot slot, HeardFrom& from) {
  if (from.uid.view().empty()) return;
  const auto uid = from.uid;
  from.uid = {};
  if (!has_uid(*tracks_[slot], uid.view())) drop(hash_of(uid.view()), slot);
}

void Tracker::forget_source(Slot slot, std::size_t at) {
  Track& track = *tracks_[slot];
  HeardFrom& from = track.source_list[at];
  forget_uid(slot, from);
  if (from.number) {
    const TrackNumber number = *from.number;
    from.number.reset();
    if (!has_number(track, number)) drop(hash_of(number), slot);
  }
  for (std::size_t i = at; i + 1 < track.source_count; ++i) track.source_list[i] = track.source_list[i + 1];
  --track.source_count;
}

void Tracker::forget_names(Slot slot) {
  Track& track = *tracks_[slot];
  while (track.source_count > 0) forget_source(slot, track.source_count - 1);
  for (const IdKind kind : {IdKind::kIcao, IdKind::kNonIcao, IdKind::kMmsi}) {
    auto* address = address_of(track, kind);
    if (!*address) continue;
    drop(hash_of(CraftId{kind, **address}), slot);
    address->reset();
  }
  drop(hash_of(track.id), slot);
}

/// An entry of another track that has given up its names.
void Tracker::join_source(Slot slot, const HeardFrom& from) {
  Report r;
  r.source = from.source;
  r.system = from.system;
  r.format = from.format;
  r.kind = from.kind;
  r.track = from.number;
  if (!from.uid.view().empty()) {
    r.id.kind = IdKind::kUid;
    r.uid = from.uid;
  }
  HeardFrom& mine = hear_from(slot, r);
  mine.names_craft = mine.names_craft || from.names_craft;
  mine.last = std::max(mine.last, from.last);
  mine.last_fix = std::max(mine.last_fix, from.last_fix);
  if (mine.interval_ms == 0) mine.interval_ms = from.interval_ms;
  mine.reports += from.reports;
}

}  // namespace tansiq::picture
