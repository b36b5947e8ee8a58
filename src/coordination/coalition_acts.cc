// Officers' acts: each is checked by the part that it concerns, and becomes entries.
#include <fmt/format.h>

#include "base/limits.h"
#include "coordination/boundary_legs.h"
#include "coordination/coalition.h"

namespace tansiq::coordination {
namespace {

/// A leg's request repeats what was filed, and a little more.
constexpr std::size_t kFiledBytesMax = kEntryBytesMax - 4'096;

}  // namespace

Result<ActOutcome> Coalition::act(const ActCommand& command, UtcMs now, Batch& batch) {
  if (command.cmd.empty()) return fail(ErrorCode::kInvalid, "a command id must not be empty", "cmd");
  if (command.by.empty()) return fail(ErrorCode::kInvalid, "an act needs an officer");
  say_due(now, batch);
  if (const auto* before = acts_.find(core::command_key(command.by, command.cmd))) {
    return ActOutcome{.repeated = true, .seq = before->seq, .hash = {}, .bodies = {}};
  }
  bodies_.clear();
  const EntryHash hash = TRY(perform(command, now, batch));
  const std::uint64_t seq = batch.back().seq;
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

    Result<EntryHash> one(Result<Body> body) const {
      if (!body) return std::unexpected(std::move(body).error());
      // Whether it fits is found before anything is written.
      const auto line = write_entry(
          {.seq = 0, .time = now, .by = command.by, .second = command.second, .cmd = command.cmd, .body = *body});
      if (!line) return std::unexpected(line.error());
      return c.say(std::move(*body), {command.by, command.second, command.cmd}, now, batch);
    }
    Result<EntryHash> operator()(const FileFlight& a) const {
      Body body = TRY(c.flights_->file(with_boundary_legs(c.machine_.zones(), a.filed), now));
      const auto line = write_entry({.seq = 0, .time = now, .by = {}, .second = {}, .cmd = {}, .body = body});
      if (!line || line->size() > kFiledBytesMax) {
        return fail(ErrorCode::kTooLarge, "the flight does not fit into an entry: simplify its outlines", "legs");
      }
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
    Result<EntryHash> operator()(const DeclareClock& a) const {
      if (a.fault == c.control_->clock_fault()) {
        return fail(ErrorCode::kWrongState,
                    a.fault ? "the clock is declared faulty already" : "the clock is not faulty");
      }
      return one(Body(ClockFault{.fault = a.fault, .text = a.text}));
    }
  };
  return std::visit(Visitor{*this, command, time, batch}, command.act);
}

Result<Body> Coalition::step(const StepFlight& a) const {
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
    case FlightStep::kClear:
      return flights_->clear(a.flight);
    case FlightStep::kReadBack:
      return flights_->read_back(a.flight);
    case FlightStep::kRecall:
      return flights_->recall(a.flight);
    case FlightStep::kGaveUp:
      return flights_->gave_up(a.flight);
    case FlightStep::kSwitch:
      return flights_->switch_to(a.flight, true);
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
  for (Body& body : legs_->lapse_all(zone, Lapse::kHandover)) say(std::move(body), {}, now, batch);
  std::vector<EntryHash> parts;
  for (const ZoneSnapshot& part : plan.parts) parts.push_back(say(part, {}, now, batch));
  Body closing = TRY(control_->close(plan, std::move(parts)));
  return say(std::move(closing), {command.by, command.second, command.cmd}, now, batch);
}

}  // namespace tansiq::coordination
