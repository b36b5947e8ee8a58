#include "sim/check_legs.h"

#include <fmt/format.h>

#include <algorithm>

#include "sim/world.h"

namespace tansiq::sim {

using namespace coordination;

namespace {

std::string describe(const LedgerLeg& leg) {
  return fmt::format("flight {} of {} in {} from {} to {} (request {})", leg.flight.str(), leg.home.str(),
                     leg.zone.str(), format_utc(leg.window.start), format_utc(leg.window.end),
                     leg.request.hex().substr(0, 12));
}

/// A booked leg of the same zone that stands in the way of this one.
const LedgerLeg* in_the_way(World& world, const LedgerLeg& leg, bool confirmed_only) {
  for (const EntryHash& other_request : world.ledger().booked(leg.zone)) {
    const LedgerLeg& other = *world.ledger().find(other_request);
    if (other.request == leg.request) continue;
    if (confirmed_only && other.state != LedgerLeg::State::kConfirmed) continue;
    if (world.ledger().conflict(leg, other)) return &other;
  }
  return nullptr;
}

bool of_its_zone(World& world, const LedgerLeg& leg) {
  return !world.charters().astray(leg.holder) && world.charters().in_zone(leg.zone, leg.prepared, leg.window);
}

/// A confirmed leg of another zone that is in the same place at the same time: zones of one version lie apart, but what
/// one had another may have now. What its crew has handed back nobody flies, though an owner who was struck out hears
/// of that no more.
const LedgerLeg* in_the_same_space(World& world, const LedgerLeg& leg) {
  if (!of_its_zone(world, leg)) return nullptr;
  for (const auto& [zone, requests] : world.ledger().booked()) {
    if (zone == leg.zone) continue;
    for (const EntryHash& request : requests) {
      const LedgerLeg& other = *world.ledger().find(request);
      const bool stands = other.state == LedgerLeg::State::kConfirmed && !other.given_up;
      if (stands && Ledger::meet(leg, other) && of_its_zone(world, other)) return &other;
    }
  }
  return nullptr;
}

}  // namespace

void DoubleConfirmation::on_entry(const Durable& d) {
  if (!std::holds_alternative<LegConfirmed>(d.entry.body) || d.leg == nullptr) return;
  ++world_.counts().confirmed_legs;
  const LedgerLeg* other = in_the_way(world_, *d.leg, true);
  if (other == nullptr) other = in_the_same_space(world_, *d.leg);
  if (other == nullptr) return;
  found(fmt::format("{} is confirmed by {} while {} is, by {}", describe(*d.leg), d.author.str(), describe(*other),
                    other->holder.str()));
}

void UnconfirmedEntry::on_entered(const Aircraft& aircraft) {
  const LedgerLeg* leg = world_.ledger().find(aircraft.request);
  if (leg == nullptr || leg->state != LedgerLeg::State::kConfirmed) {
    return found(fmt::format("flight {} of {} has entered {} though no owner's confirmation of it stands",
                             aircraft.flight.str(), aircraft.home.str(), aircraft.zone.str()));
  }
  inside_.insert_or_assign(aircraft.request, aircraft.overstays);
}

void UnconfirmedEntry::on_left(const Aircraft& aircraft) { inside_.erase(aircraft.request); }

void UnconfirmedEntry::on_entry(const Durable& d) {
  const auto* closed = std::get_if<LegClosed>(&d.entry.body);
  if (closed == nullptr || d.leg == nullptr) return;
  const auto aircraft = inside_.find(closed->request);
  if (aircraft == inside_.end()) return;
  // Who stays beyond its window has no confirmation any more, by its own fault.
  if (aircraft->second && d.now >= d.leg->window.end) return;
  found(fmt::format("{} closes {} ({}) while its aircraft is inside", d.author.str(), describe(*d.leg),
                    to_text(closed->how)));
}

void Boundary::on_entered(const Aircraft& aircraft) {
  const LedgerLeg* leg = world_.ledger().find(aircraft.request);
  if (leg == nullptr || leg->state != LedgerLeg::State::kConfirmed) return;  // Another checker's business.
  // What lies beside its zone is nobody's space, where no zone has always been: one that has been struck out guards it
  // no more, and of what was there before it a new one knows nothing.
  const auto judged = [&](const LedgerLeg& l) {
    return of_its_zone(world_, l) ||
           (!world_.charters().astray(l.holder) && world_.charters().guarded(l.prepared, l.window));
  };
  if (!judged(*leg)) return;
  for (const EntryHash& request : inside_) {
    const LedgerLeg& other = *world_.ledger().find(request);
    if (!judged(other)) continue;
    if (other.zone == leg->zone || other.state != LedgerLeg::State::kConfirmed) continue;
    if (!world_.ledger().conflict(*leg, other)) continue;
    found(
        fmt::format("{} has been entered, too near to {} on the other side of the boundary, which is confirmed and "
                    "flown",
                    describe(*leg), describe(other)));
  }
  inside_.insert(aircraft.request);
}

void OneSequencer::on_entry(const Durable& d) {
  const auto look = [&](const ZoneId& zone, std::int64_t epoch, std::int64_t number, bool grants) {
    if (number < 0) return;
    Zone& known = zones_[zone];
    const auto [author, fresh] = known.author.try_emplace(epoch, d.author);
    if (!fresh && author->second != d.author) {
      return found(fmt::format("{} writes entries of {} in epoch {}, and so does {}", d.author.str(), zone.str(), epoch,
                               author->second.str()));
    }
    std::int64_t& last = known.number.try_emplace(epoch, -1).first->second;
    if (number <= last) {
      return found(fmt::format("{} gives number {} twice in {}, epoch {}", d.author.str(), number, zone.str(), epoch));
    }
    last = number;
    if (!grants) return;
    if (epoch < known.granting) {
      return found(fmt::format("{} grants in {} in epoch {} though epoch {} has begun", d.author.str(), zone.str(),
                               epoch, known.granting));
    }
    known.granting = epoch;
  };
  if (const auto* held = std::get_if<LegHold>(&d.entry.body)) {
    look(held->zone, held->epoch, held->number, true);
  } else if (const auto* confirmed = std::get_if<LegConfirmed>(&d.entry.body)) {
    look(confirmed->zone, confirmed->epoch, confirmed->number, true);
  } else if (const auto* lapsed = std::get_if<LegLapsed>(&d.entry.body)) {
    look(lapsed->zone, lapsed->epoch, lapsed->number, false);
  } else if (const auto* closed = std::get_if<LegClosed>(&d.entry.body)) {
    look(closed->zone, closed->epoch, closed->number, false);
  } else if (const auto* lease = std::get_if<ZoneLease>(&d.entry.body)) {
    zones_[lease->zone].leased_until = lease->until.value_or(kUtcMax);
  } else if (const auto* resumed = std::get_if<ZoneResume>(&d.entry.body)) {
    Zone& known = zones_[resumed->zone];
    // By its own clock the tenant may grant until T − ε, so until T by the true one.
    if (!resumed->returned && d.now < known.leased_until) {
      found(fmt::format("{} decides in {} again at {}, though its lease runs until {} and was not returned",
                        d.author.str(), resumed->zone.str(), format_utc(d.now), format_utc(known.leased_until)));
    }
    known.granting = std::max(known.granting, resumed->epoch);
  }
}

void Holds::on_entry(const Durable& d) {
  if (d.leg == nullptr) return;
  const LedgerLeg& leg = *d.leg;
  if (std::holds_alternative<LegConfirmed>(d.entry.body) && d.entry.time >= leg.until) {
    return found(fmt::format("{} is confirmed at {}, after its hold ended at {}", describe(leg),
                             format_utc(d.entry.time), format_utc(leg.until)));
  }
  if (!std::holds_alternative<LegHold>(d.entry.body) || leg.state != LedgerLeg::State::kHeld) return;
  if (const LedgerLeg* other = in_the_way(world_, leg, false)) {
    return found(fmt::format("{} is held though {} still is, and nothing says that it has ended", describe(leg),
                             describe(*other)));
  }
  // T3: past Th + ε, by any clock, it has lapsed, been confirmed or been given up; given that its holder lives.
  constexpr DurationMs kWriteMs = 4'000;
  const DurationMs error = world_.charter().timing.clock_error_ms;
  world_.timeline().at(leg.until + 2 * error + kWriteMs, [this, request = leg.request] { look_again(request); });
}

void Holds::look_again(const EntryHash& request) {
  const LedgerLeg& leg = *world_.ledger().find(request);
  if (leg.state != LedgerLeg::State::kHeld) return;
  Node& holder = world_.node(leg.holder);
  if (!holder.up() || holder.up_since() > leg.until) {
    // It finds out when it starts again.
    world_.timeline().in(10'000, [this, request] { look_again(request); });
    return;
  }
  found(fmt::format("{} is still held, though its hold ended at {}", describe(leg), format_utc(leg.until)));
}

/// By then what an authority decides by itself is decided.
constexpr DurationMs kAnswerMs = 12'000;

/// As far as the node has read it, by what stands in its record: a link may be cut.
bool OwnZones::adopted_by_all(Node& at) const {
  const core::Charter& charter = world_.charter();
  const CharterAdoptions& adoptions = at.coalition().adoptions();
  return std::ranges::all_of(charter.authorities, [&](const core::Authority& member) {
    return adoptions.adopted_by(member.id) >= charter.version;
  });
}

void OwnZones::watch(const Trip& trip) {
  // Not `settled`: it has just filed, and that is never durable yet.
  if (!trip.home().up()) return;
  // By its clock another version is in force, still or already, than by true time.
  if (trip.home().coalition().machine().charter() != world_.charter()) return;
  const Filed filed{.under = world_.charter().version, .all_adopted = adopted_by_all(trip.home()), .at = world_.now()};
  world_.timeline().in(kAnswerMs, [this, &trip, filed] { look(trip, filed); });
}

bool OwnZones::decides(Node& home, const ZoneId& id, const Filed& filed) const {
  // Leased, struck out, given to another, or about to be: not its to decide now.
  const core::Zone* now = world_.charter().find_zone(id);
  const core::Zone* then = world_.charters().at(filed.under).airspace.charter.find_zone(id);
  if (home.coalition().control().epoch(id) != 0 || now == nullptr || then == nullptr || now->owner != home.self()) {
    return false;
  }
  // What has come from another waits for a handover; what is about to be redrawn is granted for a while only; what has
  // been redrawn waits for whoever had its space before.
  for (std::int64_t version = 1; version <= world_.charters().newest(); ++version) {
    const core::Zone* other = world_.charters().at(version).airspace.charter.find_zone(id);
    const bool same =
        other != nullptr && other->rule == then->rule && other->outline == then->outline && other->band == then->band;
    const bool moves = other != nullptr && other->owner != home.self();
    if (moves || (!same && (version > filed.under || !filed.all_adopted))) return false;
  }
  return home.coalition().machine().charter() == world_.charter();
}

void OwnZones::look(const Trip& trip, const Filed& filed) {
  Node& home = trip.home();
  if (!home.settled() || home.up_since() > filed.at || home.unfit_since(filed.at - 60'000)) return;
  const Flight* flight = home.coalition().flights().find(trip.plan().filed.flight);
  if (flight == nullptr) return;
  if (!std::ranges::all_of(flight->plan.legs, [&](const PlannedLeg& leg) { return decides(home, leg.zone, filed); })) {
    return;
  }
  for (const HomeVersion& v : flight->versions) {
    const bool waits = v.state == HomeState::kRequested && !v.standby_until;
    const bool denied = v.state == HomeState::kRefused && v.refusal != LegRefusal::kConflict &&
                        v.refusal != LegRefusal::kLate && v.refusal != LegRefusal::kQuota &&
                        v.refusal != LegRefusal::kOther;
    if (!waits && !denied) continue;
    found(fmt::format("flight {} of {} in its own zone {} is {} after {}", v.flight.str(), home.self().str(),
                      v.zone.str(), waits ? "not answered" : to_text(*v.refusal), format_duration(kAnswerMs)));
    return;
  }
}

}  // namespace tansiq::sim
