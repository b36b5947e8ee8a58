#include "sim/ledger.h"

#include <algorithm>

#include "base/invariant.h"
#include "core/entry.h"

namespace tansiq::sim {
namespace {

geo::TimeWindow window_of(const std::vector<geo::Volume4d>& volumes) {
  geo::TimeWindow out = volumes.front().window;
  for (const geo::Volume4d& v : volumes) {
    out.start = std::min(out.start, v.window.start);
    out.end = std::max(out.end, v.window.end);
  }
  return out;
}

bool nearer(const LedgerLeg& a, const LedgerLeg& b, const geo::Minima& minima) {
  if (a.home == b.home && a.flight == b.flight) return false;
  if (a.window.end <= b.window.start || b.window.end <= a.window.start) return false;
  return std::ranges::any_of(a.prepared, [&](const geo::PreparedVolume& one) {
    return std::ranges::any_of(b.prepared,
                               [&](const geo::PreparedVolume& two) { return geo::conflict(one, two, minima); });
  });
}

}  // namespace

LedgerLeg* Ledger::leg_of(const EntryHash& request) {
  const auto at = legs_.find(request);
  return at == legs_.end() ? nullptr : &at->second;
}

const LedgerLeg* Ledger::find(const EntryHash& request) const {
  const auto at = legs_.find(request);
  return at == legs_.end() ? nullptr : &at->second;
}

void Ledger::end(LedgerLeg& leg) {
  leg.state = LedgerLeg::State::kOver;
  booked_[leg.zone].erase(leg.request);
  leg.prepared.clear();
}

void Ledger::note(Durable& durable) {
  using namespace coordination;
  const Body& body = durable.entry.body;
  const auto about = [&](const EntryHash& request) {
    durable.leg = leg_of(request);
    if (durable.leg != nullptr) durable.was = durable.leg->state;
    return durable.leg;
  };
  if (const auto* asked = std::get_if<LegRequest>(&body)) {
    LedgerLeg leg;
    leg.request = durable.hash;
    leg.home = durable.author;
    leg.flight = asked->flight;
    leg.principal = asked->principal;
    leg.zone = asked->zone;
    leg.volumes = asked->volumes;
    leg.window = window_of(leg.volumes);
    durable.leg = &legs_.emplace(durable.hash, std::move(leg)).first->second;
  } else if (const auto* held = std::get_if<LegHold>(&body)) {
    LedgerLeg* leg = about(held->request);
    if (leg == nullptr || leg->state != LedgerLeg::State::kAsked) return;
    leg->volumes = core::shifted(leg->volumes, held->time_shift_ms.value_or(0), held->level_shift_cm.value_or(0));
    leg->window = window_of(leg->volumes);
    for (const geo::Volume4d& volume : leg->volumes) {
      auto prepared = geo::prepare(volume);
      EXPECT_INVARIANT(prepared.has_value());
      leg->prepared.push_back(std::move(*prepared));
    }
    leg->state = LedgerLeg::State::kHeld;
    leg->holder = durable.author;
    leg->until = held->until;
    leg->held_at = durable.now;
    booked_[leg->zone].insert(leg->request);
  } else if (const auto* confirmed = std::get_if<LegConfirmed>(&body)) {
    LedgerLeg* leg = about(confirmed->request);
    if (leg == nullptr) return;
    leg->state = LedgerLeg::State::kConfirmed;
    leg->holder = durable.author;
    leg->confirmed = true;
  } else if (const auto* lapsed = std::get_if<LegLapsed>(&body)) {
    if (LedgerLeg* leg = about(lapsed->request)) end(*leg);
  } else if (const auto* closed = std::get_if<LegClosed>(&body)) {
    if (LedgerLeg* leg = about(closed->request)) end(*leg);
  } else if (const auto* crew = std::get_if<CrewReport>(&body)) {
    for (const EntryHash& request : crew->requests) {
      LedgerLeg* leg = leg_of(request);
      if (leg != nullptr) leg->given_up = crew->step == CrewStep::kGaveUp;
    }
  } else if (const auto* refused = std::get_if<LegRefused>(&body)) {
    LedgerLeg* leg = about(refused->request);
    if (leg != nullptr && leg->state == LedgerLeg::State::kAsked) end(*leg);
  }
}

bool Ledger::conflict(const LedgerLeg& a, const LedgerLeg& b) const {
  return nearer(a, b, charter_.find_zone(a.zone)->minima);
}

bool Ledger::meet(const LedgerLeg& a, const LedgerLeg& b) { return nearer(a, b, {}); }

}  // namespace tansiq::sim
