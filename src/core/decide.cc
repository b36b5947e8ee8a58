#include "core/decide.h"

#include <fmt/core.h>

#include <algorithm>
#include <set>
#include <tuple>

#include "base/invariant.h"
#include "core/counter.h"
#include "core/decision_json.h"

namespace tansiq::core {
namespace {

/// The last moment of any of the volumes.
UtcMs end_of(const std::vector<geo::Volume4d>& volumes) {
  UtcMs end = kUtcMin;
  for (const geo::Volume4d& volume : volumes) end = std::max(end, volume.window.end);
  return end;
}

/// An entry has room for some hundred names of zones.
Status check_zones_fit(const Decision& decision) {
  if (zones_bytes(decision.zones) <= kDecisionZonesBytesMax) return {};
  return fail(ErrorCode::kTooLarge, "the volumes reach into too many zones for one entry: split them", "volumes");
}

}  // namespace

Disclosure disclosure_of(const ZoneTable& zones, const Intent& intent, const Subject& asker) {
  if (intent.manager == asker) return Disclosure::kFull;
  Disclosure most = Disclosure::kNone;
  for (const auto& list : intent.zones) {
    for (const ZoneNumber zone : list) most = std::max(most, zones[zone].disclosure);
  }
  return most;
}

bool may_change(const Intent& intent, const Caller& by, const AuthorityId& self) {
  return intent.manager == by.subject || (by.office && in_office(by.subject, self) && in_office(intent.manager, self));
}

Result<Plan> Decider::plan(const Command& command, UtcMs now) const {
  struct Visitor {
    const Decider& d;
    const Command& c;
    UtcMs now;
    Result<Plan> operator()(const CreateIntent& a) const { return d.plan_create(a, c, now); }
    Result<Plan> operator()(const UpdateIntent& a) const { return d.plan_update(a, c, now); }
    Result<Plan> operator()(const ActivateIntent& a) const { return d.plan_activate(a, c, now); }
    Result<Plan> operator()(const ReportNonconforming& a) const {
      return d.plan_report(a.intent, a.version, a.off_nominal, Act::kReportNonconforming, c, now);
    }
    Result<Plan> operator()(const ReportContingent& a) const {
      return d.plan_report(a.intent, a.version, a.off_nominal, Act::kReportContingent, c, now);
    }
    Result<Plan> operator()(const EndIntent& a) const { return d.plan_end(a, c); }
    Result<Plan> operator()(const CreateMeasure& a) const { return d.plan_create_measure(a, c, now); }
    Result<Plan> operator()(const UpdateMeasure& a) const { return d.plan_update_measure(a, c, now); }
    Result<Plan> operator()(const EndMeasure& a) const { return d.plan_end_measure(a, c); }
  };
  return std::visit(Visitor{*this, command, now}, command.action);
}

// ---- Intents ---------------------------------------------------------------------------------------------------

Result<Plan> Decider::plan_create(const CreateIntent& a, const Command& command, UtcMs now) const {
  if (a.intent.empty()) return fail(ErrorCode::kInvalid, "an intent id must not be empty", "intent");
  if (state_.intents().find(a.intent)) {
    return fail(ErrorCode::kConflict, fmt::format("intent \"{}\" exists already", a.intent.str()), "intent");
  }
  TRY_VOID(check_label(a.flight, kFlightBytesMax, "flight label"));
  TRY_VOID(check_windows(a.volumes, now));
  Ask asked = TRY(ask(a.domain, a.volumes, command.by.subject, now));
  Plan plan;
  plan.decision = TRY(judge(asked, a.keys));
  if (plan.decision.accepted()) {
    plan.decision.state = IntentState::kAccepted;
    plan.decision.version = 1;
  }
  plan.prepared = std::move(asked.prepared);
  return plan;
}

Result<Plan> Decider::plan_update(const UpdateIntent& a, const Command& command, UtcMs now) const {
  const Slot slot = TRY(target(a.intent, a.version, Act::kUpdate, command.by));
  TRY_VOID(check_label(a.flight, kFlightBytesMax, "flight label"));
  TRY_VOID(check_windows(a.volumes, now));
  const Intent& intent = state_.intents().row(slot).record;
  Ask asked = TRY(ask(intent.domain, a.volumes, command.by.subject, now));
  asked.exempt.push_back(slot);
  Plan plan;
  plan.decision = TRY(judge(asked, a.keys));
  if (plan.decision.accepted()) {
    plan.decision.state = next_state(intent.state, intent.expired, Act::kUpdate);
    plan.decision.version = intent.version + 1;
  }
  plan.prepared = std::move(asked.prepared);
  return plan;
}

Result<Plan> Decider::plan_activate(const ActivateIntent& a, const Command& command, UtcMs now) const {
  const Slot slot = TRY(target(a.intent, a.version, Act::kActivate, command.by));
  const Intent& intent = state_.intents().row(slot).record;
  if (end_of(intent.volumes) <= now) {
    return fail(ErrorCode::kWrongState, fmt::format("all windows of intent \"{}\" are past since {}", intent.id.str(),
                                                    format_utc(end_of(intent.volumes))));
  }
  // The space was granted and stays; but a measure declared since may refuse a flight that has not begun.
  Ask asked = TRY(ask(intent.domain, intent.volumes, command.by.subject, now));
  asked.exempt.push_back(slot);
  Plan plan;
  std::vector<Met> refusing;
  if (intent.state == IntentState::kAccepted) refusing = TRY(all_measures(asked, Effect::kRefuse));
  if (!refusing.empty()) {
    plan.decision.refusal = Refusal::kMeasure;
    list_measures(std::move(refusing), plan.decision);
    return plan;
  }
  list_measures(TRY(all_measures(asked, Effect::kWarn)), plan.decision);
  plan.decision.state = IntentState::kActivated;
  plan.decision.version = intent.version + 1;
  return plan;
}

Result<Plan> Decider::plan_report(const IntentId& id, std::int64_t version,
                                  const std::vector<geo::Volume4d>& off_nominal, Act act, const Command& command,
                                  UtcMs now) const {
  const Slot slot = TRY(target(id, version, act, command.by));
  const Intent& intent = state_.intents().row(slot).record;
  Plan plan;
  plan.decision.state = next_state(intent.state, intent.expired, act);
  plan.decision.version = intent.version + 1;
  plan.decision.overrun = end_of(intent.volumes) <= now;
  if (off_nominal.empty()) return plan;
  Ask asked = TRY(ask(intent.domain, off_nominal, command.by.subject, now));
  asked.exempt.push_back(slot);
  list_zones(asked, plan.decision);
  list_foreign(asked, plan.decision);
  TRY_VOID(check_zones_fit(plan.decision));
  std::vector<Met> touched;
  for (std::uint32_t i = 0; i < asked.prepared.size(); ++i) TRY_VOID(find_touched(asked, i, touched));
  list_conflicts(std::move(touched), asked, plan.decision.affected, plan.decision.affected_total);
  plan.prepared = std::move(asked.prepared);
  return plan;
}

Result<Plan> Decider::plan_end(const EndIntent& a, const Command& command) const {
  const Slot slot = TRY(target(a.intent, a.version, Act::kEnd, command.by));
  Plan plan;
  plan.decision.state = IntentState::kEnded;
  plan.decision.version = state_.intents().row(slot).record.version + 1;
  return plan;
}

Result<Slot> Decider::target(const IntentId& id, std::int64_t version, Act act, const Caller& by) const {
  const auto slot = state_.intents().slot_of(id);
  if (!slot) return fail(ErrorCode::kNotFound, fmt::format("there is no intent \"{}\"", id.str()), "intent");
  const Intent& intent = state_.intents().row(*slot).record;
  if (!may_change(intent, by, self_)) {
    return fail(ErrorCode::kForbidden, fmt::format("intent \"{}\" belongs to another manager", id.str()), "intent");
  }
  if (intent.version != version) {
    return fail(ErrorCode::kVersionMismatch,
                fmt::format("intent \"{}\" is at version {}, not {}", id.str(), intent.version, version), "version");
  }
  if (!next_state(intent.state, intent.expired, act)) {
    return fail(ErrorCode::kWrongState,
                fmt::format("intent \"{}\" is {}{}: it does not allow {}", id.str(), to_text(intent.state),
                            intent.expired ? " (expired)" : "", to_text(act)));
  }
  return *slot;
}

// ---- Measures --------------------------------------------------------------------------------------------------

Status Decider::check_measure_zone(ZoneNumber zone, const Caller& by) const {
  if (!by.authority) {
    return fail(ErrorCode::kForbidden, "only the authority that owns the zone declares measures there");
  }
  if (!decides_in(zone)) {
    const Zone& z = state_.zones()[zone];
    return fail(ErrorCode::kNotSequencer,
                state_.sequencer(zone).empty()
                    ? fmt::format("nobody decides in zone \"{}\" now", z.id.str())
                    : fmt::format("{} decides in zone \"{}\"", state_.sequencer(zone).str(), z.id.str()),
                "zone");
  }
  return {};
}

// Nothing belongs to a zone that has been struck out: a measure there would be in force for nobody.
Status Decider::check_in_force(ZoneNumber zone) const {
  if (!state_.zones().retired(zone)) return {};
  return fail(ErrorCode::kNotFound,
              fmt::format("the charter in force has no zone \"{}\" any more", state_.zones()[zone].id.str()), "zone");
}

Result<Slot> Decider::measure_target(const MeasureId& id, std::int64_t version, const Caller& by) const {
  const auto slot = state_.measures().slot_of(id);
  if (!slot) return fail(ErrorCode::kNotFound, fmt::format("there is no measure \"{}\"", id.str()), "measure");
  const Measure& measure = state_.measures().row(*slot).record;
  TRY_VOID(check_measure_zone(measure.zone_number, by));
  if (measure.version != version) {
    return fail(ErrorCode::kVersionMismatch,
                fmt::format("measure \"{}\" is at version {}, not {}", id.str(), measure.version, version), "version");
  }
  if (measure.ended) return fail(ErrorCode::kWrongState, fmt::format("measure \"{}\" has ended", id.str()));
  return *slot;
}

Result<Plan> Decider::plan_create_measure(const CreateMeasure& a, const Command& command, UtcMs now) const {
  if (a.measure.empty()) return fail(ErrorCode::kInvalid, "a measure id must not be empty", "measure");
  const auto zone = state_.zones().find(a.zone);
  if (!zone) return fail(ErrorCode::kNotFound, fmt::format("there is no zone \"{}\"", a.zone.str()), "zone");
  TRY_VOID(check_measure_zone(*zone, command.by));
  TRY_VOID(check_in_force(*zone));
  if (state_.measures().find(a.measure)) {
    return fail(ErrorCode::kConflict, fmt::format("measure \"{}\" exists already", a.measure.str()), "measure");
  }
  return plan_measure(*zone, 1, a.text, a.volumes, command, now);
}

Result<Plan> Decider::plan_update_measure(const UpdateMeasure& a, const Command& command, UtcMs now) const {
  const Slot slot = TRY(measure_target(a.measure, a.version, command.by));
  const Measure& measure = state_.measures().row(slot).record;
  TRY_VOID(check_in_force(measure.zone_number));
  return plan_measure(measure.zone_number, measure.version + 1, a.text, a.volumes, command, now);
}

Result<Plan> Decider::plan_measure(ZoneNumber zone, std::int64_t version, const std::string& text,
                                   const std::vector<geo::Volume4d>& volumes, const Command& command, UtcMs now) const {
  TRY_VOID(check_label(text, kMeasureTextBytesMax, "measure text"));
  TRY_VOID(check_windows(volumes, now));
  Ask asked = TRY(ask(state_.zones()[zone].domain, volumes, command.by.subject, now));
  Plan plan;
  plan.decision.version = version;
  // A measure counts in its own zone alone, so that is where it touches intents.
  asked.zones.assign(asked.prepared.size(), {zone});
  std::vector<Met> touched;
  for (std::uint32_t i = 0; i < asked.prepared.size(); ++i) TRY_VOID(find_touched(asked, i, touched));
  list_conflicts(std::move(touched), asked, plan.decision.affected, plan.decision.affected_total);
  // The authority sees everything in its own zones.
  for (Conflict& row : plan.decision.affected) row.told = Disclosure::kFull;
  plan.prepared = std::move(asked.prepared);
  return plan;
}

Result<Plan> Decider::plan_end_measure(const EndMeasure& a, const Command& command) const {
  const Slot slot = TRY(measure_target(a.measure, a.version, command.by));
  Plan plan;
  plan.decision.version = state_.measures().row(slot).record.version + 1;
  return plan;
}

// ---- Volumes asked for -----------------------------------------------------------------------------------------

Status Decider::check_windows(const std::vector<geo::Volume4d>& volumes, UtcMs now) const {
  if (volumes.empty()) return fail(ErrorCode::kInvalid, "at least one volume is needed", "volumes");
  if (end_of(volumes) <= now) {
    return fail(ErrorCode::kInvalid,
                fmt::format("all windows are past: the last ends at {}, it is {}", format_utc(end_of(volumes)),
                            format_utc(now)),
                "volumes");
  }
  for (std::size_t i = 0; i < volumes.size(); ++i) {
    if (volumes[i].window.end > now + kIntentHorizonMs) {
      return fail(ErrorCode::kInvalid,
                  fmt::format("ends at {}, beyond the horizon of {}", format_utc(volumes[i].window.end),
                              format_duration(kIntentHorizonMs)),
                  fmt::format("volumes[{}].window", i));
    }
  }
  return {};
}

Result<Decider::Ask> Decider::ask(Domain domain, const std::vector<geo::Volume4d>& volumes, const Subject& by,
                                  UtcMs now, const std::vector<geo::PreparedVolume>* ready) const {
  EXPECT_INVARIANT(ready == nullptr || ready->size() == volumes.size());
  if (volumes.size() > kVolumesPerIntentMax) {
    return fail(ErrorCode::kTooLarge,
                fmt::format("{} volumes, but at most {} are allowed", volumes.size(), kVolumesPerIntentMax), "volumes");
  }
  Ask asked;
  asked.domain = domain;
  asked.by = by;
  asked.now = now;
  asked.prepared.reserve(volumes.size());
  asked.zones.resize(volumes.size());
  for (std::size_t i = 0; i < volumes.size(); ++i) {
    if (domain == Domain::kSea && (volumes[i].band.lower_cm != geo::kHeightUnboundedLow ||
                                   volumes[i].band.upper_cm != geo::kHeightUnboundedHigh)) {
      return fail(ErrorCode::kInvalid, "volumes at sea have no levels", fmt::format("volumes[{}].band", i));
    }
    auto prepared = ready != nullptr ? Result<geo::PreparedVolume>((*ready)[i]) : geo::prepare(volumes[i]);
    if (!prepared) return std::unexpected(inside(std::move(prepared).error(), fmt::format("volumes[{}]", i)));
    asked.prepared.push_back(std::move(*prepared));
    state_.zones().zones_of(domain, asked.prepared.back(), asked.zones[i]);
    for (const ZoneNumber zone : asked.zones[i]) {
      const geo::TimeWindow grants = state_.grants(zone);
      if (grants.start > kAlways.start) asked.starts_from = std::max(asked.starts_from.value_or(kUtcMin), grants.start);
      if (grants.end < kAlways.end) asked.ends_by = std::min(asked.ends_by.value_or(kUtcMax), grants.end);
    }
  }
  return asked;
}

void Decider::list_zones(const Ask& asked, Decision& decision) const {
  decision.zones.resize(asked.zones.size());
  for (std::size_t i = 0; i < asked.zones.size(); ++i) {
    decision.zones[i].reserve(asked.zones[i].size());
    for (const ZoneNumber zone : asked.zones[i]) decision.zones[i].push_back(state_.zones()[zone].id);
  }
}

void Decider::list_foreign(const Ask& asked, Decision& decision) const {
  std::set<ZoneNumber> foreign;
  for (const auto& list : asked.zones) {
    for (const ZoneNumber zone : list) {
      if (!decides_in(zone)) foreign.insert(zone);
    }
  }
  for (const ZoneNumber zone : foreign) {
    if (decision.foreign.size() == kConflictsReportedMax) break;
    // Where nobody decides now, its owner is whom to ask.
    const AuthorityId& who = state_.sequencer(zone);
    decision.foreign.push_back({state_.zones()[zone].id, who.empty() ? state_.zones()[zone].owner : who});
  }
}

Status Decider::check_grants(const Ask& asked) const {
  for (std::size_t i = 0; i < asked.zones.size(); ++i) {
    const geo::TimeWindow window = asked.prepared[i].window;
    for (const ZoneNumber zone : asked.zones[i]) {
      const geo::TimeWindow grants = state_.grants(zone);
      if (!decides_in(zone) || (grants.start <= window.start && window.end <= grants.end)) continue;
      const bool late = window.end > grants.end;
      return fail(ErrorCode::kInvalid,
                  late ? fmt::format("zone \"{}\" is leased to us: a window there ends by {}",
                                     state_.zones()[zone].id.str(), format_utc(grants.end))
                       : fmt::format("zone \"{}\" was leased: a window there begins at {} or later",
                                     state_.zones()[zone].id.str(), format_utc(grants.start)),
                  fmt::format("volumes[{}].window", i));
    }
  }
  return {};
}

bool Decider::judge_zones(const Ask& asked, Decision& decision) const {
  list_zones(asked, decision);
  list_foreign(asked, decision);
  const bool outside = std::any_of(asked.zones.begin(), asked.zones.end(), [](const auto& z) { return z.empty(); });
  if (!decision.foreign.empty()) {
    decision.refusal = Refusal::kNotSequencer;
  } else if (outside) {
    decision.refusal = Refusal::kOutsideZones;
  }
  return decision.accepted();
}

Result<LegAnswer> Decider::judge_leg(const LegQuestion& question, UtcMs now) const {
  const Zone& zone = state_.zones()[question.zone];
  if (question.volumes->empty()) return fail(ErrorCode::kInvalid, "at least one volume is needed", "volumes");
  if (question.domain != zone.domain) {
    return fail(ErrorCode::kInvalid, fmt::format("zone \"{}\" is of domain {}", zone.id.str(), to_text(zone.domain)),
                "domain");
  }
  TRY_VOID(check_windows(*question.volumes, now));
  Ask asked = TRY(ask(question.domain, *question.volumes, question.asker, now, question.prepared));
  for (std::size_t i = 0; i < asked.prepared.size(); ++i) {
    // Near its edge counts too: a neighbour's traffic there can come too close to what this zone holds.
    if (state_.zones().near(question.zone, asked.prepared[i])) continue;
    return fail(ErrorCode::kInvalid, fmt::format("lies outside zone \"{}\"", zone.id.str()),
                fmt::format("volumes[{}]", i));
  }
  // A leg counts in the zone that it is asked for alone.
  asked.zones.assign(asked.prepared.size(), {question.zone});
  asked.zones_given = true;
  asked.starts_from = question.not_before;
  asked.ends_by = question.not_after;
  for (const IntentId& id : question.exempt) {
    if (const auto slot = state_.bookings().slot_of(id)) asked.exempt.push_back(*slot);
  }
  Found found;
  for (std::uint32_t i = 0; i < asked.prepared.size(); ++i) TRY_VOID(find_intents(asked, i, found));
  std::vector<Met> refusing = TRY(all_measures(asked, Effect::kRefuse));
  LegAnswer answer;
  if (found.conflicts.empty() && refusing.empty()) {
    answer.free = true;
    return answer;
  }
  for (const Met& m : found.conflicts) {
    if ((m.slot & kBookingBit) == 0 || state_.bookings().row(m.slot).confirmed) continue;
    answer.holds.push_back(state_.use(m.slot).id);
  }
  answer.only_holds = refusing.empty() && answer.holds.size() == found.conflicts.size();
  if (!answer.only_holds) answer.holds.clear();
  std::ranges::sort(answer.holds);
  answer.holds.erase(std::ranges::unique(answer.holds).begin(), answer.holds.end());
  answer.decision.refusal = found.conflicts.empty() ? Refusal::kMeasure : Refusal::kConflict;
  answer.decision.counter = CounterSearch(*this, asked).run(found.conflicts, refusing);
  list_conflicts(std::move(found.conflicts), asked, answer.decision.conflicts, answer.decision.conflicts_total);
  list_measures(std::move(refusing), answer.decision);
  return answer;
}

Result<Decision> Decider::judge(const Ask& asked, const std::vector<std::string>& keys) const {
  Decision decision;
  const bool ours = judge_zones(asked, decision);
  TRY_VOID(check_zones_fit(decision));
  if (!ours) return decision;
  TRY_VOID(check_grants(asked));

  Found found;
  for (std::uint32_t i = 0; i < asked.prepared.size(); ++i) TRY_VOID(find_intents(asked, i, found));
  std::vector<Met> refusing = TRY(all_measures(asked, Effect::kRefuse));
  if (!found.conflicts.empty() || !refusing.empty()) {
    decision.refusal = found.conflicts.empty() ? Refusal::kMeasure : Refusal::kConflict;
    decision.counter = CounterSearch(*this, asked).run(found.conflicts, refusing);
    list_conflicts(std::move(found.conflicts), asked, decision.conflicts, decision.conflicts_total);
    list_measures(std::move(refusing), decision);
    return decision;
  }
  judge_keys(found.relevant, keys, decision);
  list_measures(TRY(all_measures(asked, Effect::kWarn)), decision);
  if (!decision.accepted()) return decision;
  list_conflicts(std::move(found.overlaps), asked, decision.overlaps, decision.overlaps_total);
  return decision;
}

// Index order depends on history, and so do the slots of bookings: the order is completed from the records themselves,
// so that whoever replays an entry lists what it lists. Bookings whose ids begin alike have one place in the order.
void Decider::order_and_merge(std::vector<Met>& met) const {
  const auto id = [this](const Met& m) {
    return (m.slot & kBookingBit) != 0 ? std::string_view(state_.use(m.slot).id.str()) : std::string_view();
  };
  std::sort(met.begin(), met.end(), [&](const Met& a, const Met& b) {
    const auto place_a = std::tie(a.created_seq, a.zone);
    const auto place_b = std::tie(b.created_seq, b.zone);
    if (place_a != place_b) return place_a < place_b;
    if (a.slot != b.slot) return id(a) < id(b);
    return std::tie(a.volume, a.ordinal) < std::tie(b.volume, b.ordinal);
  });
  const auto same = [](const Met& a, const Met& b) { return a.slot == b.slot && a.zone == b.zone; };
  met.erase(std::unique(met.begin(), met.end(), same), met.end());
}

void Decider::judge_keys(const std::vector<Met>& relevant, const std::vector<std::string>& keys,
                         Decision& decision) const {
  std::vector<Met> met = relevant;
  for (Met& m : met) m.zone = 0;  // a key is asked for once, in however many zones
  order_and_merge(met);
  if (met.empty()) return;
  const std::set<std::string_view> proofs(keys.begin(), keys.end());
  for (const Met& m : met) {
    const Intent& intent = state_.use(m.slot);
    if (proofs.contains(ovn_(intent))) {
      decision.known.push_back({intent.id, intent.version, {}});
    } else {
      decision.missing.push_back({intent.id, intent.version, intent.manager});
    }
  }
  decision.known_total = decision.known.size();
  decision.missing_total = decision.missing.size();
  if (!decision.missing.empty()) decision.refusal = Refusal::kMissingKeys;
}

void Decider::list_conflicts(std::vector<Met> met, const Ask& asked, std::vector<Conflict>& out,
                             std::uint64_t& total) const {
  order_and_merge(met);
  total = met.size();
  if (met.size() > kConflictsReportedMax) met.resize(kConflictsReportedMax);
  out.reserve(met.size());
  for (const Met& m : met) {
    const Intent& intent = state_.use(m.slot);
    const Zone& zone = state_.zones()[m.zone];
    const geo::PreparedVolume& stored = stored_intent(asked, m);
    out.push_back({.zone = zone.id,
                   .intent = intent.id,
                   .version = intent.version,
                   .manager = intent.manager,
                   .volume = m.volume,
                   .band = stored.band,
                   .window = stored.window,
                   .told = intent.manager == asked.by ? Disclosure::kFull : zone.disclosure});
  }
}

void Decider::list_measures(std::vector<Met> met, Decision& decision) const {
  order_and_merge(met);
  decision.measures_total = met.size();
  if (met.size() > kConflictsReportedMax) met.resize(kConflictsReportedMax);
  for (const Met& m : met) {
    const Measure& measure = state_.measures().row(m.slot).record;
    decision.measures.push_back({measure.id, measure.version, measure.zone, m.volume});
  }
}

}  // namespace tansiq::core
