#include "core/state.h"

#include <fmt/core.h>

#include <algorithm>
#include <type_traits>
#include <variant>

#include "base/invariant.h"

namespace tansiq::core {
namespace {

std::unexpected<Error> corrupt(const Entry& entry, std::string message) {
  return fail(ErrorCode::kCorrupt, std::move(message), fmt::format("entry {}", entry.seq));
}

UtcMs end_of(const std::vector<geo::Volume4d>& volumes) {
  UtcMs end = kUtcMin;
  for (const geo::Volume4d& volume : volumes) end = std::max(end, volume.window.end);
  return end;
}

/// The request of an entry, which must be of the kind that its type says.
template <class T>
Result<T*> request_as(Entry& entry) {
  T* request = entry.request ? std::get_if<T>(&*entry.request) : nullptr;
  if (!request) return corrupt(entry, fmt::format("type \"{}\" does not fit the request", to_text(entry.type)));
  return request;
}

const geo::Volume4d& volume_at(const Intent& intent, std::size_t ordinal) {
  const std::size_t nominal = intent.volumes.size();
  return ordinal < nominal ? intent.volumes[ordinal] : intent.off_nominal[ordinal - nominal];
}

}  // namespace

Status State::apply(Entry& entry, std::string_view request, Prepared* prepared) {
  if (entry.seq != next_seq_) return corrupt(entry, fmt::format("expected sequence number {}", next_seq_));
  if (entry.time < last_time_) return corrupt(entry, "log time goes back");
  if ((entry.type == EntryType::kGenesis) != (next_seq_ == 0)) {
    return corrupt(entry, "a log begins with its genesis entry, and has no other");
  }
  const ShortHash key = entry.request ? command_key(entry.by, entry.cmd) : ShortHash{};
  if (entry.request) TRY_VOID(check_command(entry, request, key));
  TRY_VOID(apply_body(entry, prepared));
  if (entry.request) {
    commands_.add({.time = entry.time, .seq = entry.seq, .key = key, .content = command_content(request)});
  }
  last_time_ = entry.time;
  ++next_seq_;
  const UtcMs before = entry.time - limits_.command_memory_ms;
  commands_.forget(before, limits_.commands_max);
  intents_.forget(before, limits_.ended_max);
  measures_.forget(before, limits_.ended_max);
  return {};
}

Status State::apply_body(Entry& entry, Prepared* prepared) {
  switch (entry.type) {
    case EntryType::kGenesis:
      return apply_found(entry);
    case EntryType::kIntentAccepted:
      return apply_create(entry, prepared);
    case EntryType::kIntentUpdated:
      return apply_update(entry, prepared);
    case EntryType::kIntentActivated:
      return apply_activate(entry);
    case EntryType::kIntentNonconforming:
      return apply_report<ReportNonconforming>(entry, IntentState::kNonconforming, prepared);
    case EntryType::kIntentContingent:
      return apply_report<ReportContingent>(entry, IntentState::kContingent, prepared);
    case EntryType::kIntentEnded:
      return apply_end(entry);
    case EntryType::kIntentExpired:
      return apply_expired_intents(entry);
    case EntryType::kIntentRefused:
      if (entry.decision.accepted()) return corrupt(entry, "a refusal without a reason");
      if (!entry.acts_for.empty() && entry.acts_for != acts_for(*entry.request, entry.by)) {
        return corrupt(entry, fmt::format("\"{}\" is not the manager", entry.acts_for.str()));
      }
      return {};
    case EntryType::kMeasureCreated:
      return apply_create_measure(entry, prepared);
    case EntryType::kMeasureUpdated:
      return apply_update_measure(entry, prepared);
    case EntryType::kMeasureEnded:
      return apply_end_measure(entry);
    case EntryType::kMeasureExpired:
      return apply_expired_measures(entry);
  }
  EXPECT_INVARIANT(false);
}

Status State::check_command(const Entry& entry, std::string_view request, const ShortHash& key) const {
  if (request.empty()) return corrupt(entry, "the request is missing");
  if (entry.type != EntryType::kIntentRefused && !entry.decision.accepted()) {
    return corrupt(entry, fmt::format("type \"{}\" with a refusal", to_text(entry.type)));
  }
  if (commands_.find(key)) {
    return corrupt(entry, fmt::format("command \"{}\" of {} was executed before", entry.cmd.str(), entry.by.str()));
  }
  return {};
}

Subject State::acts_for(const Action& action, const Subject& by) const {
  return std::visit(
      [&]<class A>(const A& a) -> Subject {
        if constexpr (requires { a.intent; } && !std::is_same_v<A, CreateIntent>) {
          const auto* row = intents_.find(a.intent);
          if (row != nullptr && row->record.manager != by) return row->record.manager;
        }
        return {};
      },
      action);
}

Status State::apply_found(const Entry& entry) {
  genesis_ = entry.genesis;
  return {};
}

Result<std::vector<std::vector<ZoneNumber>>> State::zone_numbers(const Entry& entry, std::size_t volumes) const {
  const auto& lists = entry.decision.zones;
  if (lists.size() != volumes && lists.size() != 1) {
    return corrupt(entry, fmt::format("zones for {} volumes, but there are {}", lists.size(), volumes));
  }
  std::vector<std::vector<ZoneNumber>> numbers(lists.size());
  for (std::size_t i = 0; i < lists.size(); ++i) {
    numbers[i].reserve(lists[i].size());
    for (const ZoneId& id : lists[i]) {
      const auto number = zones_->find(id);
      if (!number) return corrupt(entry, fmt::format("zone \"{}\" is not in the charter", id.str()));
      if (!numbers[i].empty() && *number <= numbers[i].back()) return corrupt(entry, "zones out of order");
      numbers[i].push_back(*number);
    }
  }
  // One list stands for all volumes when they are alike.
  if (numbers.size() < volumes) numbers.resize(volumes, std::vector<ZoneNumber>(numbers.front()));
  return numbers;
}

Result<Slot> State::target(const Entry& entry, const IntentId& id, std::int64_t version, Act act) const {
  const auto slot = intents_.slot_of(id);
  if (!slot) return corrupt(entry, fmt::format("intent \"{}\" is not known", id.str()));
  const Intent& intent = intents_.row(*slot).record;
  const Subject& manager = entry.acts_for.empty() ? entry.by : entry.acts_for;
  if (intent.manager != manager) return corrupt(entry, fmt::format("\"{}\" is not the manager", manager.str()));
  if (!entry.acts_for.empty() &&
      (entry.by == manager || !in_office(entry.by, genesis_.authority) || !in_office(manager, genesis_.authority))) {
    return corrupt(entry, fmt::format("\"{}\" does not act for \"{}\"", entry.by.str(), manager.str()));
  }
  if (version != intent.version || entry.decision.version != version + 1) {
    return corrupt(entry, fmt::format("intent \"{}\" is at version {}", id.str(), intent.version));
  }
  const auto next = next_state(intent.state, intent.expired, act);
  if (!next || entry.decision.state != next) {
    return corrupt(entry, fmt::format("intent \"{}\" is {}: it cannot become what the entry says", id.str(),
                                      to_text(intent.state)));
  }
  return *slot;
}

void State::touch(Intent& intent, const Entry& entry) {
  intent.version = entry.decision.version;
  if (entry.decision.state) intent.state = *entry.decision.state;
  intent.changed = entry.time;
  intent.changed_seq = entry.seq;
}

void State::touch(Measure& measure, const Entry& entry) {
  measure.version = entry.decision.version;
  measure.changed = entry.time;
  measure.changed_seq = entry.seq;
}

Status State::apply_create(Entry& entry, Prepared* prepared) {
  CreateIntent* request = TRY(request_as<CreateIntent>(entry));
  if (intents_.find(request->intent)) {
    return corrupt(entry, fmt::format("intent \"{}\" exists already", request->intent.str()));
  }
  if (entry.decision.version != 1 || entry.decision.state != IntentState::kAccepted) {
    return corrupt(entry, "a new intent is accepted, at version 1");
  }
  Intent intent;
  intent.zones = TRY(zone_numbers(entry, request->volumes.size()));
  intent.id = request->intent;
  intent.manager = entry.by;
  intent.flight = request->flight;
  intent.craft = std::move(request->craft);
  intent.domain = request->domain;
  intent.created = entry.time;
  intent.created_seq = entry.seq;
  intent.volumes = std::move(request->volumes);
  touch(intent, entry);
  live_volumes_ += intent.volumes.size();
  const Slot slot = intents_.insert(request->intent, entry.seq, std::move(intent));
  index_intent(slot, prepared);
  schedule(slot);
  return {};
}

Status State::apply_update(Entry& entry, Prepared* prepared) {
  UpdateIntent* request = TRY(request_as<UpdateIntent>(entry));
  const Slot slot = TRY(target(entry, request->intent, request->version, Act::kUpdate));
  auto zones = TRY(zone_numbers(entry, request->volumes.size()));
  unindex_intent(slot, 0);
  Intent& intent = intents_.row(slot).record;
  live_volumes_ = live_volumes_ - intent.volumes.size() + request->volumes.size();
  intent.zones = std::move(zones);
  intent.flight = request->flight;
  intent.craft = std::move(request->craft);
  intent.volumes = std::move(request->volumes);
  touch(intent, entry);
  index_intent(slot, prepared);
  schedule(slot);
  return {};
}

Status State::apply_activate(Entry& entry) {
  ActivateIntent* request = TRY(request_as<ActivateIntent>(entry));
  const Slot slot = TRY(target(entry, request->intent, request->version, Act::kActivate));
  Intent& intent = intents_.row(slot).record;
  unindex_intent(slot, intent.volumes.size());
  live_volumes_ -= intent.off_nominal.size();
  intent.off_nominal.clear();
  intent.zones.resize(intent.volumes.size());
  touch(intent, entry);
  schedule(slot);
  return {};
}

template <class Report>
Status State::apply_report(Entry& entry, IntentState to, Prepared* prepared) {
  Report* request = TRY(request_as<Report>(entry));
  const Act act = to == IntentState::kContingent ? Act::kReportContingent : Act::kReportNonconforming;
  const Slot slot = TRY(target(entry, request->intent, request->version, act));
  std::vector<std::vector<ZoneNumber>> zones;
  if (!request->off_nominal.empty()) zones = TRY(zone_numbers(entry, request->off_nominal.size()));
  Intent& intent = intents_.row(slot).record;
  const std::size_t nominal = intent.volumes.size();
  const bool revived = !intent.live();
  unindex_intent(slot, nominal);
  if (revived) {
    intents_.note_revived();
    live_volumes_ += nominal;
  }
  live_volumes_ = live_volumes_ - intent.off_nominal.size() + request->off_nominal.size();
  intent.zones.resize(nominal);
  std::move(zones.begin(), zones.end(), std::back_inserter(intent.zones));
  intent.off_nominal = std::move(request->off_nominal);
  intent.expired = false;
  touch(intent, entry);
  // A revived intent has lost its nominal volumes too: all are prepared at the next `settle`.
  index_intent(slot, revived ? nullptr : prepared);
  return {};
}

Status State::apply_end(Entry& entry) {
  EndIntent* request = TRY(request_as<EndIntent>(entry));
  const Slot slot = TRY(target(entry, request->intent, request->version, Act::kEnd));
  touch(intents_.row(slot).record, entry);
  end_intent(slot, entry, false);
  return {};
}

Status State::apply_expired_intents(const Entry& entry) {
  std::vector<Slot> slots;
  for (const Expired& row : entry.expired) {
    const auto slot = intents_.slot_of(IntentId::trusted(row.id));
    if (!slot) return corrupt(entry, fmt::format("intent \"{}\" is not known", row.id));
    const Intent& intent = intents_.row(*slot).record;
    if (!runs_out(intent) || row.version != intent.version + 1) {
      return corrupt(entry, fmt::format("intent \"{}\" cannot run out at version {}", row.id, row.version));
    }
    if (!slots.empty() && intents_.row(slots.back()).record.created_seq >= intent.created_seq) {
      return corrupt(entry, "rows out of order of creation");
    }
    slots.push_back(*slot);
  }
  for (const Slot slot : slots) {
    Intent& intent = intents_.row(slot).record;
    ++intent.version;
    intent.changed = entry.time;
    intent.changed_seq = entry.seq;
    intent.state = IntentState::kEnded;
    end_intent(slot, entry, true);
  }
  return {};
}

void State::end_intent(Slot slot, const Entry& entry, bool expired) {
  unindex_intent(slot, 0);
  Intent& intent = intents_.row(slot).record;
  live_volumes_ -= intent.volumes.size() + intent.off_nominal.size();
  intent.off_nominal.clear();
  intent.zones.resize(intent.volumes.size());
  intent.expired = expired;
  intents_.note_ended(slot, entry.time);
}

Status State::apply_create_measure(Entry& entry, Prepared* prepared) {
  CreateMeasure* request = TRY(request_as<CreateMeasure>(entry));
  if (measures_.find(request->measure)) {
    return corrupt(entry, fmt::format("measure \"{}\" exists already", request->measure.str()));
  }
  const auto zone = zones_->find(request->zone);
  if (!zone) return corrupt(entry, fmt::format("zone \"{}\" is not in the charter", request->zone.str()));
  if (entry.decision.version != 1) return corrupt(entry, "a new measure is at version 1");
  Measure measure;
  measure.id = request->measure;
  measure.zone = request->zone;
  measure.zone_number = *zone;
  measure.effect = request->effect;
  measure.text = std::move(request->text);
  measure.by = entry.by;
  measure.created = entry.time;
  measure.created_seq = entry.seq;
  measure.volumes = std::move(request->volumes);
  touch(measure, entry);
  const Slot slot = measures_.insert(request->measure, entry.seq, std::move(measure));
  index_measure(slot, prepared);
  schedule_measure(slot);
  return {};
}

Result<Slot> State::measure_target(const Entry& entry, const MeasureId& id, std::int64_t version) const {
  const auto slot = measures_.slot_of(id);
  if (!slot) return corrupt(entry, fmt::format("measure \"{}\" is not known", id.str()));
  const Measure& measure = measures_.row(*slot).record;
  if (measure.ended || version != measure.version || entry.decision.version != version + 1) {
    return corrupt(entry, fmt::format("measure \"{}\" is at version {}{}", id.str(), measure.version,
                                      measure.ended ? ", ended" : ""));
  }
  return *slot;
}

Status State::apply_update_measure(Entry& entry, Prepared* prepared) {
  UpdateMeasure* request = TRY(request_as<UpdateMeasure>(entry));
  const Slot slot = TRY(measure_target(entry, request->measure, request->version));
  unindex_measure(slot);
  Measure& measure = measures_.row(slot).record;
  measure.effect = request->effect;
  measure.text = std::move(request->text);
  measure.volumes = std::move(request->volumes);
  touch(measure, entry);
  index_measure(slot, prepared);
  schedule_measure(slot);
  return {};
}

Status State::apply_end_measure(Entry& entry) {
  EndMeasure* request = TRY(request_as<EndMeasure>(entry));
  const Slot slot = TRY(measure_target(entry, request->measure, request->version));
  touch(measures_.row(slot).record, entry);
  end_measure(slot, entry, false);
  return {};
}

Status State::apply_expired_measures(const Entry& entry) {
  std::vector<Slot> slots;
  for (const Expired& row : entry.expired) {
    const auto slot = measures_.slot_of(MeasureId::trusted(row.id));
    if (!slot) return corrupt(entry, fmt::format("measure \"{}\" is not known", row.id));
    const Measure& measure = measures_.row(*slot).record;
    if (measure.ended || row.version != measure.version + 1) {
      return corrupt(entry, fmt::format("measure \"{}\" cannot run out at version {}", row.id, row.version));
    }
    if (!slots.empty() && measures_.row(slots.back()).record.created_seq >= measure.created_seq) {
      return corrupt(entry, "rows out of order of creation");
    }
    slots.push_back(*slot);
  }
  for (const Slot slot : slots) {
    Measure& measure = measures_.row(slot).record;
    ++measure.version;
    measure.changed = entry.time;
    measure.changed_seq = entry.seq;
    end_measure(slot, entry, true);
  }
  return {};
}

void State::end_measure(Slot slot, const Entry& entry, bool expired) {
  unindex_measure(slot);
  Measure& measure = measures_.row(slot).record;
  measure.ended = true;
  measure.expired = expired;
  measures_.note_ended(slot, entry.time);
}

// ---- Index -----------------------------------------------------------------------------------------------------

void State::index_intent(Slot slot, Prepared* prepared) {
  auto& row = intents_.row(slot);
  if (!prepared) {
    unsettled_intents_.push_back({slot, row.generation});
    return;
  }
  geo::VolumeIndex& index = intent_index_[index_of(row.record.domain)];
  EXPECT_INVARIANT(row.handles.size() + prepared->size() == row.record.zones.size());
  row.handles.reserve(row.record.zones.size());
  for (const geo::PreparedVolume& volume : *prepared) {
    const VolumeTag tag{slot, static_cast<std::uint32_t>(row.handles.size())};
    row.handles.push_back(index.insert(volume, tag.packed()));
  }
}

void State::unindex_intent(Slot slot, std::size_t from) {
  auto& row = intents_.row(slot);
  geo::VolumeIndex& index = intent_index_[index_of(row.record.domain)];
  while (row.handles.size() > from) {
    const bool was_there = index.remove(row.handles.back());
    EXPECT_INVARIANT(was_there);
    row.handles.pop_back();
  }
}

void State::index_measure(Slot slot, Prepared* prepared) {
  auto& row = measures_.row(slot);
  if (!prepared) {
    unsettled_measures_.push_back({slot, row.generation});
    return;
  }
  geo::VolumeIndex& index = measure_index_[index_of((*zones_)[row.record.zone_number].domain)];
  EXPECT_INVARIANT(row.handles.size() + prepared->size() == row.record.volumes.size());
  for (const geo::PreparedVolume& volume : *prepared) {
    const VolumeTag tag{slot, static_cast<std::uint32_t>(row.handles.size())};
    row.handles.push_back(index.insert(volume, tag.packed()));
  }
}

void State::unindex_measure(Slot slot) {
  auto& row = measures_.row(slot);
  geo::VolumeIndex& index = measure_index_[index_of((*zones_)[row.record.zone_number].domain)];
  for (const auto handle : row.handles) {
    const bool was_there = index.remove(handle);
    EXPECT_INVARIANT(was_there);
  }
  row.handles.clear();
}

Status State::settle() {
  const auto prepare = [](const geo::Volume4d& volume, const std::string& what,
                          std::size_t ordinal) -> Result<geo::PreparedVolume> {
    auto prepared = geo::prepare(volume);
    if (prepared) return prepared;
    return fail(ErrorCode::kCorrupt, prepared.error().text(), fmt::format("{}, volume {}", what, ordinal));
  };
  for (const Unsettled& u : unsettled_intents_) {
    auto& row = intents_.row(u.slot);
    if (!intents_.current(u.slot, u.generation) || !row.record.live()) continue;
    Prepared missing;
    for (std::size_t i = row.handles.size(); i < row.record.zones.size(); ++i) {
      missing.push_back(TRY(prepare(volume_at(row.record, i), "intent " + row.record.id.str(), i)));
    }
    index_intent(u.slot, &missing);
  }
  unsettled_intents_.clear();
  for (const Unsettled& u : unsettled_measures_) {
    auto& row = measures_.row(u.slot);
    if (!measures_.current(u.slot, u.generation) || row.record.ended) continue;
    Prepared missing;
    for (std::size_t i = row.handles.size(); i < row.record.volumes.size(); ++i) {
      missing.push_back(TRY(prepare(row.record.volumes[i], "measure " + row.record.id.str(), i)));
    }
    index_measure(u.slot, &missing);
  }
  unsettled_measures_.clear();
  return settle_bookings();
}

// ---- Time ------------------------------------------------------------------------------------------------------

std::optional<UtcMs> State::runs_out(const Intent& intent) const {
  if (intent.state != IntentState::kAccepted && intent.state != IntentState::kActivated) return std::nullopt;
  DurationMs minima_ms = 0;
  for (const auto& list : intent.zones) {
    for (const ZoneNumber zone : list) minima_ms = std::max(minima_ms, (*zones_)[zone].minima.time_ms);
  }
  return end_of(intent.volumes) + minima_ms;
}

std::optional<UtcMs> State::runs_out(const Measure& measure) const {
  if (measure.ended) return std::nullopt;
  return end_of(measure.volumes);
}

void State::schedule(Slot slot) {
  const auto& row = intents_.row(slot);
  if (const auto when = runs_out(row.record)) intent_expiry_.add(*when, slot, row.generation);
}

void State::schedule_measure(Slot slot) {
  const auto& row = measures_.row(slot);
  if (const auto when = runs_out(row.record)) measure_expiry_.add(*when, slot, row.generation);
}

namespace {

struct DueRecord {
  UtcMs when;
  std::uint64_t created_seq;
  Slot slot;
  friend auto operator<=>(const DueRecord&, const DueRecord&) = default;
};

template <class Table>
std::vector<Expired> collect_due(const State& state, const Table& table, ExpiryQueue& queue, UtcMs now) {
  std::vector<DueRecord> due;
  queue.visit_until(now, [&](const ExpiryQueue::Due& item, UtcMs bucket) {
    if (!table.current(item.slot, item.generation)) return false;
    const auto& record = table.row(item.slot).record;
    const auto when = state.runs_out(record);
    // A record that was changed has been queued again where it belongs now.
    if (!when || *when < bucket || *when >= bucket + ExpiryQueue::kBucketMs) return false;
    if (*when <= now) due.push_back({*when, record.created_seq, item.slot});
    return true;
  });
  std::sort(due.begin(), due.end());
  due.erase(std::unique(due.begin(), due.end()), due.end());
  if (due.size() > kExpiredPerEntryMax) due.resize(kExpiredPerEntryMax);
  std::sort(due.begin(), due.end(), [](const auto& a, const auto& b) { return a.created_seq < b.created_seq; });
  std::vector<Expired> rows;
  rows.reserve(due.size());
  for (const DueRecord& d : due) {
    const auto& record = table.row(d.slot).record;
    rows.push_back({record.id.str(), record.version + 1});
  }
  return rows;
}

}  // namespace

std::vector<Expired> State::due_intents(UtcMs now) { return collect_due(*this, intents_, intent_expiry_, now); }
std::vector<Expired> State::due_measures(UtcMs now) { return collect_due(*this, measures_, measure_expiry_, now); }

std::optional<UtcMs> State::next_expiry() const {
  const auto a = intent_expiry_.first();
  const auto b = measure_expiry_.first();
  if (!a) return b;
  if (!b) return a;
  return std::min(*a, *b);
}

}  // namespace tansiq::core
