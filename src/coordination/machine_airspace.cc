#include "coordination/machine_airspace.h"

#include <fmt/format.h>

#include "base/invariant.h"

namespace tansiq::coordination {
namespace {

/// The name of a booking: the hash of its request.
IntentId booking_id(const EntryHash& request) { return IntentId::trusted(request.hex()); }
core::Subject manager_of(const AuthorityId& home) { return core::Subject::trusted(home.str()); }

RelationDomain relation_domain(core::Domain domain) {
  return domain == core::Domain::kAir ? RelationDomain::kAir : RelationDomain::kSea;
}

}  // namespace

LegConflict MachineAirspace::told(const core::Conflict& conflict, const Ask& ask) const {
  constexpr std::int64_t kBusy = 1;
  constexpr std::int64_t kCoarse = 2;
  constexpr std::int64_t kFull = 4;
  std::int64_t level =
      relations_.level({Capability::kDisclosure, relation_domain(ask.domain), machine_.self(), ask.home});
  if (ask.own_eyes || ask.home == machine_.self() || conflict.manager == manager_of(ask.home)) level = kFull;
  LegConflict out;
  if (level >= kBusy) {
    out.band = conflict.band;
    out.window = conflict.window;
  }
  if (level >= kCoarse) {
    out.intent = conflict.intent;
    out.manager = conflict.manager;
  }
  return out;
}

Result<Airspace::Answer> MachineAirspace::judge(const Ask& ask, UtcMs now) const {
  const auto zone = machine_.zones().find(ask.zone);
  if (!zone) return fail(ErrorCode::kInvalid, fmt::format("there is no zone \"{}\"", ask.zone.str()), "zone");
  core::LegQuestion question{.zone = *zone,
                             .domain = ask.domain,
                             .asker = manager_of(ask.home),
                             .volumes = ask.volumes,
                             .exempt = {},
                             .not_before = ask.not_before,
                             .not_after = ask.not_after};
  for (const EntryHash& request : ask.exempt) question.exempt.push_back(booking_id(request));
  core::LegAnswer judged = TRY(machine_.judge_leg(question, now));
  Answer answer{.free = judged.free,
                .only_holds = judged.only_holds,
                .holds = {},
                .conflicts = {},
                .counter = judged.decision.counter};
  for (const IntentId& id : judged.holds) answer.holds.push_back(*EntryHash::from_hex(id.str()));
  for (const core::Conflict& conflict : judged.decision.conflicts) answer.conflicts.push_back(told(conflict, ask));
  return answer;
}

void MachineAirspace::book(const Booking& booking) {
  const auto zone = machine_.zones().find(booking.zone);
  EXPECT_INVARIANT(zone.has_value());
  const IntentId id = booking_id(booking.request);
  machine_.book({.id = id,
                 .manager = manager_of(booking.home),
                 .flight = booking.flight.str(),
                 .domain = booking.domain,
                 .zone = *zone,
                 .volumes = booking.volumes});
  if (booking.confirmed) machine_.confirm_booking(id);
}

void MachineAirspace::confirm(const EntryHash& request) { machine_.confirm_booking(booking_id(request)); }
void MachineAirspace::release(const EntryHash& request) { machine_.release_booking(booking_id(request)); }

}  // namespace tansiq::coordination
