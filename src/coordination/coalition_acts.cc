// Officers' acts: each is checked by the part that it concerns, and becomes entries.
#include <fmt/format.h>

#include <algorithm>

#include "coordination/boundary_legs.h"
#include "coordination/coalition.h"
#include "coordination/plant.h"

namespace tansiq::coordination {

Result<ActOutcome> Coalition::act(const ActCommand& command, UtcMs now, Batch& batch) {
  if (command.cmd.empty()) return fail(ErrorCode::kInvalid, "a command id must not be empty", "cmd");
  if (command.by.empty()) return fail(ErrorCode::kInvalid, "an act needs an officer");
  say_due(now, batch);
  if (const auto* before = acts_.find(core::command_key(command.by, command.cmd))) {
    return ActOutcome{.repeated = true, .seq = before->seq, .hash = {}, .bodies = {}};
  }
  bodies_.clear();
  const EntryHash hash = TRY(perform(command, now, batch));
  // Of several entries of one act the first is remembered.
  const auto* done = acts_.find(core::command_key(command.by, command.cmd));
  const std::uint64_t seq = done != nullptr ? done->seq : batch.back().seq;
  say_due(now, batch);
  return ActOutcome{.repeated = false, .seq = seq, .hash = hash, .bodies = std::move(bodies_)};
}

Result<EntryHash> Coalition::perform(const ActCommand& command, UtcMs now, Batch& batch) {
  const UtcMs time = std::max(now, machine_.last_time());
  struct Visitor {
    Coalition& c;
    const ActCommand& command;
    UtcMs now;
    Batch& batch;

    /// Whether it fits, and can be read again, is found before anything is written.
    Status can_stand(const Body& body) const {
      const std::string line = TRY(write_entry({.seq = log::kJcsIntegerMax,
                                                .time = now,
                                                .by = command.by,
                                                .second = command.second,
                                                .cmd = command.cmd,
                                                .body = body}));
      if (auto again = read_entry(line); !again) return std::unexpected(std::move(again).error());
      return {};
    }
    Result<EntryHash> one(Result<Body> body) const {
      if (!body) return std::unexpected(std::move(body).error());
      TRY_VOID(can_stand(*body));
      return c.say(std::move(*body), {command.by, command.second, command.cmd}, now, batch);
    }
    Result<EntryHash> operator()(const FileFlight& a) const {
      Body body = TRY(c.flights_->file(with_boundary_legs(c.machine_.zones(), a.filed), now));
      return one(std::move(body));
    }
    Result<EntryHash> operator()(const StepFlight& a) const { return one(c.step(a)); }
    Result<EntryHash> operator()(const ReportLeg& a) const {
      return one(a.entered ? c.flights_->enter(a.flight, a.leg) : c.flights_->leave(a.flight, a.leg));
    }
    Result<EntryHash> operator()(const RevokeLeg& a) const {
      return one(c.legs_->revoke(a.request, a.emergency, a.text));
    }
    Result<EntryHash> operator()(const FreeOverdue& a) const { return one(c.legs_->free_overdue(a.request)); }
    Result<EntryHash> operator()(const SetAnswerRule& a) const {
      return one(c.legs_->set_rule(
          {.answer_ms = a.answer_ms.value_or(kAnswerMsDefault), .by_hand = a.by_hand, .home = a.home, .zone = a.zone}));
    }
    Result<EntryHash> operator()(const AnswerLeg& a) const {
      return one(c.legs_->answer_by_hand({.answer = a.answer,
                                          .level_shift_cm = a.level_shift_cm,
                                          .request = a.request,
                                          .text = a.text,
                                          .time_shift_ms = a.time_shift_ms},
                                         command.by, now));
    }
    [[nodiscard]] Status officers(OfficerAct act) const {
      return officers_suffice(act, command.by, command.second, c.officers_);
    }
    Result<EntryHash> operator()(const FreezeRelation& a) const {
      TRY_VOID(officers(OfficerAct::kFreeze));
      return one(c.relations_->freeze(a.peer, a.edges, a.text));
    }
    Result<EntryHash> operator()(const ProposeRelation& a) const {
      TRY_VOID(officers(OfficerAct::kPropose));
      return one(c.relations_->propose(a.peer, a.edges, a.bundle, a.text));
    }
    Result<EntryHash> operator()(const AcceptRelation& a) const {
      TRY_VOID(officers(OfficerAct::kAccept));
      return one(c.relations_->accept(a.proposal));
    }
    Result<EntryHash> operator()(const LeaseZone& a) const {
      return c.close_zone(a.zone, command, now, batch, [&](std::vector<AdoptedWindow> windows) {
        return a.until ? c.control_->lease(a.zone, a.tenant, *a.until, std::move(windows), now)
                       : c.control_->hand_over(a.zone, a.tenant, std::move(windows));
      });
    }
    Result<EntryHash> operator()(const ReturnZone& a) const {
      return c.close_zone(a.zone, command, now, batch, [&](std::vector<AdoptedWindow> windows) {
        return c.control_->give_back(a.zone, std::move(windows), now);
      });
    }
    Result<EntryHash> operator()(const DeclineZone& a) const { return one(c.control_->decline(a.zone)); }
    Result<EntryHash> operator()(const RecallZone& a) const { return one(c.control_->recall(a.zone, a.text)); }
    Result<EntryHash> operator()(const ResolveZone& a) const {
      if (command.second.empty()) {
        return fail(ErrorCode::kForbidden, "a halted zone is resolved by two officers: name the second", "second");
      }
      return one(c.control_->resolve(a.zone, a.stands));
    }
    Result<EntryHash> operator()(const AdoptCharter& a) const {
      TRY_VOID(officers(OfficerAct::kAdopt));
      return c.adopt_charter(a, command, now, batch);
    }
    Result<EntryHash> operator()(const SetCaveat& a) const { return one(c.caveats_->set(a.caveat, a.rule, a.text)); }
    Result<EntryHash> operator()(const ClearCaveat& a) const { return one(c.caveats_->clear(a.caveat, a.text)); }
    Result<EntryHash> operator()(const DepositCaveat& a) const { return one(c.caveats_->deposit(a.caveat, a.with)); }
    Result<EntryHash> operator()(const WithdrawCaveat& a) const { return one(c.caveats_->withdraw(a.caveat, a.with)); }
    Result<EntryHash> operator()(const OverrideCaveat& a) const {
      return one(c.caveats_->accept({.home = c.self(), .flight = a.flight, .intent = a.intent, .request = {}}, a.text));
    }
    Result<EntryHash> operator()(const DeclareClock& a) const {
      if (a.fault == c.control_->clock_fault()) {
        return fail(ErrorCode::kWrongState,
                    a.fault ? "the clock is declared faulty already" : "the clock is not faulty");
      }
      return one(Body(ClockFault{.fault = a.fault, .text = a.text}));
    }
    Result<EntryHash> operator()(const SetShareRule& a) const {
      const std::vector<AuthorityId> before = c.shown_->onward(a.recipient, a.domain);
      const bool wider = std::ranges::any_of(
          a.onward, [&](const AuthorityId& id) { return std::ranges::find(before, id) == before.end(); });
      if (wider) TRY_VOID(officers(OfficerAct::kPropose));
      return one(c.shown_->rule({.domain = a.domain, .onward = a.onward, .recipient = a.recipient}));
    }
    Result<EntryHash> operator()(const WithholdShare& a) const {
      return one(c.shown_->withhold({.recipient = a.recipient, .source = a.source, .withheld = a.withheld}));
    }
    Result<EntryHash> operator()(const PassShare& a) const { return one(c.held_->pass(a.body, a.to)); }
    /// The same to several, by one command: all of it, or nothing.
    Result<EntryHash> each(Result<std::vector<Body>> bodies) const {
      if (!bodies) return std::unexpected(std::move(bodies).error());
      for (const Body& body : *bodies) TRY_VOID(can_stand(body));
      std::optional<EntryHash> first;
      for (Body& body : *bodies) {
        const EntryHash hash = c.say(std::move(body), {command.by, command.second, command.cmd}, now, batch);
        if (!first) first = hash;
      }
      return first.value();
    }
    /// Whom others may pass it on to is what widens.
    Result<EntryHash> filed(const InfoReport& report, Result<Body> body) const {
      const OwnReport* before = c.reports_->find(report.report);
      const bool wider = std::ranges::any_of(report.onward, [&](const AuthorityId& id) {
        return before == nullptr || std::ranges::find(before->report.onward, id) == before->report.onward.end();
      });
      if (body && wider) TRY_VOID(officers(OfficerAct::kPropose));
      return one(std::move(body));
    }
    Result<EntryHash> operator()(const FileReport& a) const { return filed(a.report, c.reports_->file(a.report, now)); }
    Result<EntryHash> operator()(const ReviseReport& a) const {
      return filed(a.report, c.reports_->revise(a.report, now));
    }
    Result<EntryHash> operator()(const RevokeReport& a) const { return one(c.reports_->revoke(a.report, a.text)); }
    Result<EntryHash> operator()(const OpenIncident& a) const {
      return each(c.incidents_->open({.alert = a.alert,
                                      .incident = a.incident,
                                      .message = a.message,
                                      .parties = a.parties,
                                      .place = a.place,
                                      .title = a.title,
                                      .to = {},
                                      .window = a.window}));
    }
    Result<EntryHash> operator()(const StateIncident& a) const {
      return each(c.incidents_->state({a.opener, a.incident}, a.parts, a.held));
    }
    Result<EntryHash> operator()(const MoveIncident& a) const {
      return each(c.incidents_->move({a.opener, a.incident}, a.state, a.text));
    }
    Result<EntryHash> operator()(const SendTalk& a) const { return each(c.talks_->send(a.letter, now)); }
    Result<EntryHash> operator()(const ReadTalk& a) const { return one(c.talks_->read(a.message)); }
    Result<EntryHash> operator()(const StandbyTalk& a) const { return one(c.talks_->standby(a.message, a.text)); }
    Result<EntryHash> operator()(const AnswerTalk& a) const { return one(c.talks_->answer(a.message, a.reply)); }
    Result<EntryHash> operator()(const RefuseTalk& a) const { return one(c.talks_->refuse(a.message, a.text)); }
    Result<EntryHash> operator()(const AcknowledgeOverdue& a) const {
      return one(c.talks_->acknowledge(a.message, a.text));
    }
    Result<EntryHash> operator()(const SetWatch& a) const { return one(c.talks_->set_watch(a.attended, a.text)); }
    Result<EntryHash> operator()(const CheckLine& a) const { return one(c.talks_->check_line(a.peer)); }
  };
  return std::visit(Visitor{*this, command, time, batch}, command.act);
}

Status Coalition::may_clear(const FlightId& flight) const {
  TRY_VOID(flights_->may_clear(flight));
  return caveats_->may_go({.home = self(), .flight = flight, .intent = {}, .request = {}});
}

/// The way back into its volumes is open to whoever has left them.
Status Coalition::may_activate(const core::Action& action) const {
  const auto* activate = std::get_if<core::ActivateIntent>(&action);
  if (activate == nullptr) return {};
  const core::Intent* intent = machine_.find_intent(activate->intent);
  if (intent == nullptr || intent->state != core::IntentState::kAccepted) return {};
  return caveats_->may_go({.home = self(), .flight = {}, .intent = activate->intent, .request = {}});
}

Result<Body> Coalition::step(const StepFlight& a) const {
  const UseParty party{.home = self(), .flight = a.flight, .intent = {}, .request = {}};
  switch (a.step) {
    case FlightStep::kAcceptCounter: {
      Body accepted = TRY(flights_->accept_counter(a.flight, a.text));
      TRY_VOID(check_boundary(machine_.zones(), flights_->with_counters(*flights_->find(a.flight))));
      return accepted;
    }
    case FlightStep::kDeclineCounter:
      return flights_->decline_counter(a.flight);
    case FlightStep::kCancel:
      return flights_->cancel(a.flight, a.text);
    case FlightStep::kCancelChange:
      return flights_->cancel_change(a.flight, a.text);
    case FlightStep::kClear: {
      Body body = TRY(flights_->clear(a.flight));
      TRY_VOID(caveats_->may_go(party));
      return body;
    }
    case FlightStep::kReadBack: {
      Body body = TRY(flights_->read_back(a.flight));
      // In disputed space nothing is passed to the crew before: reading back is its departure.
      if (flights_->find(a.flight)->versions.empty()) TRY_VOID(caveats_->may_go(party));
      return body;
    }
    case FlightStep::kRecall:
      return flights_->recall(a.flight);
    case FlightStep::kGaveUp:
      return flights_->gave_up(a.flight);
    case FlightStep::kSwitch: {
      Body body = TRY(flights_->switch_to(a.flight, true));
      TRY_VOID(caveats_->may_go(party));
      return body;
    }
    case FlightStep::kLand:
      return flights_->land(a.flight);
    case FlightStep::kContingency:
      return flights_->contingency(a.flight, a.text);
  }
  EXPECT_INVARIANT(false);
}

/// The last entries of an epoch: holds lapse, windows are listed for the next sequencer, the closing entry quotes them.
Result<EntryHash> Coalition::close_zone(const ZoneId& zone, const ActCommand& command, UtcMs now, Batch& batch,
                                        const std::function<Result<ClosingPlan>(std::vector<AdoptedWindow>)>& make) {
  const ClosingPlan plan = TRY(make(legs_->windows(zone)));
  const auto* lease = std::get_if<ZoneLease>(&plan.closing);
  TRY_VOID(nothing_of_ours(zone, lease != nullptr ? lease->until : std::nullopt, now));
  for (Body& body : legs_->lapse_all(zone, Lapse::kHandover)) say(std::move(body), {}, now, batch);
  std::vector<EntryHash> parts;
  for (const ZoneSnapshot& part : plan.parts) parts.push_back(say(part, {}, now, batch));
  Body closing = TRY(control_->close(plan, std::move(parts)));
  return say(std::move(closing), {command.by, command.second, command.cmd}, now, batch);
}

void Coalition::book_outside(core::BookingRequest request) {
  const IntentId id = request.id;
  machine_.book(std::move(request));
  machine_.confirm_booking(id);
}

Result<Coalition::OwnTraffic> Coalition::own_traffic(
    const ZoneId& zone, UtcMs now, const std::function<bool(const geo::TimeWindow&)>& concerns) const {
  OwnTraffic out;
  const auto number = machine_.zones().find(zone);
  if (!number) return out;
  constexpr std::size_t kNamed = 5;
  const auto add = [&](std::string name, const geo::TimeWindow& window) {
    if (!concerns(window)) return;
    if (++out.total <= kNamed) out.names.push_back(std::move(name));
    out.last = std::max(out.last, window.end);
  };
  core::IntentFilter filter{.zone = number, .limit = kQueryResultsMax};
  while (true) {
    const auto page = TRY(machine_.intents(filter));
    for (const core::Intent* intent : page) add("intent " + intent->id.str(), span_of(intent->volumes));
    if (page.size() < filter.limit) break;
    filter.after_seq = page.back()->created_seq;
  }
  for (const core::Measure* measure : machine_.measures()) {
    const geo::TimeWindow window = span_of(measure->volumes);
    if (measure->zone_number == *number && window.end > now) add("measure " + measure->id.str(), window);
  }
  // Legs go over with a zone; what is booked for anybody else does not.
  for (const core::Intent* booked : machine_.bookings(*number)) {
    const auto request = log::Hash::from_hex(booked->id.str());
    if (request && legs_->versions().contains(*request)) continue;
    const geo::TimeWindow window = span_of(booked->volumes);
    if (window.end > now) add(fmt::format("{} of {}", booked->id.str(), booked->manager.str()), window);
  }
  if (out.total > kNamed) out.names.push_back(fmt::format("{} more", out.total - kNamed));
  return out;
}

/// Legs go over with a zone; what the authority has given itself there, or restricts, does not (ADR 29), so there must
/// be none while another decides. What begins after a lease has ended is still ours to keep.
Status Coalition::nothing_of_ours(const ZoneId& zone, std::optional<UtcMs> until, UtcMs now) const {
  if (planted(Plant::kLeaseOverOwn)) return {};
  const UtcMs back = until ? *until + machine_.charter().timing.clock_error_ms : kUtcMax;
  const OwnTraffic own =
      TRY(own_traffic(zone, now, [&](const geo::TimeWindow& window) { return window.start < back; }));
  if (own.total == 0) return {};
  return fail(ErrorCode::kConflict,
              fmt::format("{} of our own in zone {} would not go over with it: end what is listed, or wait until {}",
                          fmt::join(own.names, ", "), zone.str(), format_utc(std::max(now, own.last))),
              "zone");
}

}  // namespace tansiq::coordination
