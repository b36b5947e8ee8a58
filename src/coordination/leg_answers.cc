// Requests that an officer answers (docs/coordination.md, section 3, Answers by hand; ADR 62).
//
// Nothing here changes what home may read: it moves the moment at which the owner decides. A request stands by; a
// COMMIT that is in hand waits, as the table lets it. So no right begins earlier, and none ends later, than by machine.
#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "coordination/leg_desk.h"
#include "coordination/plant.h"

namespace tansiq::coordination {
namespace {

ErrorCode code_of(LegRefusal reason) {
  switch (reason) {
    case LegRefusal::kConflict:
      return ErrorCode::kConflict;
    case LegRefusal::kNotSequencer:
      return ErrorCode::kNotSequencer;
    case LegRefusal::kOther:
      return ErrorCode::kInvalid;
    case LegRefusal::kLate:
    case LegRefusal::kFrozen:
    case LegRefusal::kQuota:
    case LegRefusal::kDisputed:
    case LegRefusal::kNoAnswer:
      break;
  }
  return ErrorCode::kWrongState;
}

}  // namespace

bool LegDesk::by_hand(const LegVersion& version) const {
  if (version.answer_by) return true;
  if (version.home == self_) return false;
  const AnswerRule* rule = rules_.find(version.zone, version.home);
  // Who asks for less than he has asks nobody.
  return rule != nullptr && rule->by_hand && !shrinks(version);
}

UtcMs LegDesk::last_hold_end(const LegVersion& version, geo::TimeWindow window) const {
  UtcMs last = window.start - timing_.hold_to_window_ms();
  if (const auto end = control_.grants_end(version.zone)) last = std::min(last, *end - timing_.clock_error_ms);
  return last;
}

/// T1, and the officer's time behind it where he has still to confirm, as far as the window allows.
UtcMs LegDesk::hold_until(const LegVersion& version, geo::TimeWindow window, UtcMs now) const {
  const UtcMs least = now + timing_.hold_ms(version.remaining);
  if (!by_hand(version) || version.approved()) return least;
  const AnswerRule* rule = rules_.find(version.zone, version.home);
  const DurationMs more = rule != nullptr ? rule->answer_ms : kAnswerMsDefault;
  return std::max(least, std::min(least + more, last_hold_end(version, window)));
}

/// STANDBY: until the rule's time is over, or a hold would come too late.
Body LegDesk::to_officers(const LegVersion& version, UtcMs now) const {
  const AnswerRule& rule = *rules_.find(version.zone, version.home);
  const UtcMs last = last_hold_end(version, version.window) - timing_.hold_ms(version.remaining);
  const UtcMs until = std::min({now + rule.answer_ms, last, version.expires - 1});
  if (until <= now) {
    return refused(version, {LegRefusal::kLate, "an officer answers here, and no time is left for him"});
  }
  return LegStandby{.request = version.request, .to = version.home, .until = until};
}

Body LegDesk::unanswered(const LegVersion& version) const {
  // As it was when the officer's time was over: nothing is late that this node has let wait.
  if (auto refusal = check_right(version, *version.answer_by)) return refused(version, std::move(*refusal));
  return refused(version, {LegRefusal::kNoAnswer, fmt::format("no officer of {} has answered by {}", self_.str(),
                                                              format_utc(*version.answer_by))});
}

Body LegDesk::answer_as_told(const LegVersion& version, UtcMs now) const {
  const LegAnswered& told = *version.answered;
  if (told.answer == HandAnswer::kRefuse) return refused(version, {LegRefusal::kOther, told.text});
  const DurationMs later = told.time_shift_ms.value_or(0);
  const geo::TimeWindow window{version.window.start + later, version.window.end + later};
  if (auto refusal = check_right(version, now)) return refused(version, std::move(*refusal));
  if (auto refusal = check_window(version, window, now)) return refused(version, std::move(*refusal));
  if (auto refusal = check_modify(version)) return refused(version, std::move(*refusal));
  const std::vector<geo::Volume4d> volumes = core::shifted(version.volumes, later, told.level_shift_cm.value_or(0));
  auto found = airspace_.judge(question(version, volumes, now), now);
  if (!found) return refused(version, {LegRefusal::kOther, found.error().text()});
  if (!found->free && !planted(Plant::kIgnoreConflicts)) {
    found->conflicts.resize(std::min(found->conflicts.size(), kConflictsReportedMax));
    return refused(
        version, {LegRefusal::kConflict, fmt::format("the window conflicts with others' use of {}", version.zone.str()),
                  std::move(found->conflicts)});
  }
  if (auto body = hold(version, {.time_shift_ms = told.time_shift_ms, .level_shift_cm = told.level_shift_cm}, now)) {
    return *body;
  }
  return refused(version, {LegRefusal::kFrozen, "what a freeze lets pass is a smaller window, never another one"});
}

// Officers' acts
// ------------------------------------------------------------------------------------------------------------

Result<Body> LegDesk::set_rule(AnswerRule rule) const {
  TRY_VOID(rule.check());
  const auto zone = zones_.find(rule.zone);
  if (zone == zones_.end()) {
    return fail(ErrorCode::kNotFound, fmt::format("the charter has no zone {}", rule.zone.str()), "zone");
  }
  if (zone->second->rule == core::Rule::kDisputed) {
    return fail(ErrorCode::kInvalid, fmt::format("{} is disputed: nobody answers requests there", rule.zone.str()),
                "zone");
  }
  if (!owns(rule.zone) && !control_.keeps(rule.zone)) {
    return fail(ErrorCode::kNotSequencer,
                fmt::format("{} is a zone of {}, who answers there", rule.zone.str(), zone->second->owner.str()),
                "zone");
  }
  if (rule.home && *rule.home == self_) {
    return fail(ErrorCode::kInvalid, "what this authority asks itself for is answered by its node", "home");
  }
  if (rule.home && !members_.contains(*rule.home)) {
    return fail(ErrorCode::kNotFound, fmt::format("{} is no member of the charter", rule.home->str()), "home");
  }
  if (rules_.full(rule)) {
    return fail(ErrorCode::kTooMuchWork, fmt::format("there are {} rules already: at most so many", kAnswerRulesMax));
  }
  return Body(std::move(rule));
}

Result<Body> LegDesk::answer_by_hand(AnswerGiven given, const core::Subject& by, UtcMs now) const {
  TRY_VOID(given.check());
  const LegVersion& version = *TRY(known(given.request));
  if (!version.needs_officer()) {
    const std::string before = version.answered ? fmt::format("; {} has answered {}", version.answered->by.str(),
                                                              to_text(version.answered->answer))
                                                : std::string();
    return fail(ErrorCode::kWrongState,
                fmt::format("flight {} of {} in {} is {} and waits for no officer{}", version.flight.str(),
                            version.home.str(), version.zone.str(), to_text(version.state), before),
                "request");
  }
  TRY_VOID(check_keeps(version));
  if (version.state == LegState::kHeld) {
    if (given.answer == HandAnswer::kConfirm || given.answer == HandAnswer::kRefuse) return Body(std::move(given));
    return fail(ErrorCode::kWrongState,
                fmt::format("flight {} of {} in {} is held until {} already: confirm it, or refuse it",
                            version.flight.str(), version.home.str(), version.zone.str(), format_utc(*version.until)),
                "answer");
  }
  LegVersion told = version;
  told.answered = LegAnswered{.answer = given.answer,
                              .by = by,
                              .level_shift_cm = given.level_shift_cm,
                              .text = given.text,
                              .time_shift_ms = given.time_shift_ms};
  const Body said = answer_as_told(told, now);
  const auto* no = std::get_if<LegRefused>(&said);
  if (no != nullptr && given.answer != HandAnswer::kRefuse) return fail(code_of(no->reason), no->text, "request");
  return Body(std::move(given));
}

std::vector<NeededAnswer> LegDesk::needed(UtcMs now, std::size_t most) const {
  std::vector<NeededAnswer> out;
  const auto add = [&](const EntryHash& request) {
    const LegVersion& version = *table_.find(request);
    if (version.needs_officer())
      out.push_back({.version = &version, .free = {}, .meets = {}, .counter = {}, .trouble = {}});
  };
  for (const auto& [time, request] : table_.waits()) add(request);
  for (const auto& [time, request] : table_.timers()) add(request);
  std::ranges::sort(out, {},
                    [](const NeededAnswer& a) { return std::tuple(*a.version->answer_by, a.version->request); });
  out.resize(std::min(out.size(), most));
  for (NeededAnswer& one : out) {
    const LegVersion& version = *one.version;
    one.free = version.state == LegState::kHeld;
    if (one.free) continue;
    Airspace::Ask ask = question(version, version.volumes, now);
    ask.own_eyes = true;
    if (auto refusal = check_right(version, now)) one.trouble = std::move(refusal->text);
    if (auto refusal = check_window(version, version.window, now)) one.trouble = std::move(refusal->text);
    auto found = airspace_.judge(ask, now);
    if (!found) {
      one.trouble = found.error().text();
      continue;
    }
    one.free = found->free;
    one.counter = found->counter;
    found->conflicts.resize(std::min(found->conflicts.size(), kConflictsReportedMax));
    one.meets = std::move(found->conflicts);
  }
  return out;
}

}  // namespace tansiq::coordination
