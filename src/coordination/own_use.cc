#include "coordination/own_use.h"

#include <algorithm>

#include "base/limits.h"
#include "coordination/disclosure_show.h"

namespace tansiq::coordination {
namespace {

constexpr std::string_view kIntent = "intent ";
constexpr std::string_view kFlight = "flight ";
constexpr std::string_view kReport = "report ";

void add(std::vector<geo::Volume4d>& to, const std::vector<geo::Volume4d>& volumes) {
  for (const geo::Volume4d& volume : volumes) {
    if (std::ranges::find(to, volume) == to.end()) to.push_back(volume);
  }
}

/// All that a flight may use: what is planned and not yet left, what a change under way would use, and what is booked.
std::vector<geo::Volume4d> volumes_of(const Flight& flight) {
  std::vector<geo::Volume4d> out;
  const auto left = [&](std::size_t leg) {
    return std::ranges::find(flight.left, static_cast<std::int64_t>(leg)) != flight.left.end();
  };
  for (const FlightFiled* plan : {&flight.plan, flight.change ? &*flight.change : nullptr}) {
    if (plan == nullptr) continue;
    for (std::size_t i = 0; i < plan->legs.size(); ++i) {
      if (!left(i)) add(out, plan->legs[i].volumes);
    }
  }
  for (const HomeVersion& version : flight.versions) {
    if (live(version.state) && !version.left) add(out, version.volumes);
  }
  return out;
}

std::string_view state_of(const Flight& flight) {
  if (flight.contingency) return "contingent";
  if (flight.airborne) return "airborne";
  return flight.cleared ? "cleared" : "filed";
}

}  // namespace

std::string source_of(const IntentId& intent) { return std::string(kIntent) + intent.str(); }
std::string source_of(const FlightId& flight) { return std::string(kFlight) + flight.str(); }

std::string source_of(const ReportId& report) { return std::string(kReport) + report.str(); }
bool names_report(std::string_view source) { return source.starts_with(kReport); }

const InfoReport* MachineOwnUse::report(std::string_view source) const {
  if (!names_report(source)) return nullptr;
  const OwnReport* found = reports_.find(ReportId::trusted(source.substr(kReport.size())));
  return found == nullptr || found->ended ? nullptr : &found->report;
}

const core::Intent* MachineOwnUse::intent(std::string_view source) const {
  if (!source.starts_with(kIntent)) return nullptr;
  return machine_.find_intent(IntentId::trusted(source.substr(kIntent.size())));
}

const Flight* MachineOwnUse::flight(std::string_view source) const {
  if (!source.starts_with(kFlight)) return nullptr;
  return flights_.find(FlightId::trusted(source.substr(kFlight.size())));
}

std::optional<OwnSource> MachineOwnUse::find(std::string_view source) const {
  if (const core::Intent* found = intent(source); found != nullptr && found->live()) {
    OwnSource out{.source = std::string(source),
                  .call_sign = found->flight,
                  .domain = relation_domain(found->domain),
                  .state = std::string(core::to_text(found->state)),
                  .changed = found->changed,
                  .volumes = found->volumes,
                  .craft = found->craft};
    add(out.volumes, found->off_nominal);
    return out;
  }
  if (const Flight* found = flight(source); found != nullptr && !found->ended) {
    OwnSource out{.source = std::string(source),
                  .call_sign = found->plan.call_sign,
                  .domain = relation_domain(found->plan.domain),
                  .state = std::string(state_of(*found)),
                  .changed = found->change_time,
                  .volumes = volumes_of(*found),
                  .craft = found->plan.craft};
    if (!out.volumes.empty()) return out;
  }
  if (const InfoReport* found = report(source)) {
    return OwnSource{.source = std::string(source),
                     .call_sign = {},
                     .domain = core::RelationDomain::kInformation,
                     .state = {},
                     .changed = kUtcMin,
                     .volumes = {},
                     .report = *found};
  }
  return {};
}

std::optional<UtcMs> MachineOwnUse::changed(std::string_view source) const {
  if (const core::Intent* found = intent(source)) return found->changed;
  if (const Flight* found = flight(source)) return found->change_time;
  return {};
}

void MachineOwnUse::each(const std::function<void(std::string)>& take) const {
  core::IntentFilter filter;
  filter.limit = kQueryResultsMax;
  for (;;) {
    const auto page = machine_.intents(filter);
    if (!page) return;
    for (const core::Intent* intent : *page) take(source_of(intent->id));
    if (page->size() < filter.limit) break;
    filter.after_seq = page->back()->created_seq;
  }
  for (const auto& [id, flight] : flights_.flights()) {
    if (!flight.ended) take(source_of(id));
  }
  for (const auto& [id, row] : reports_.reports()) {
    if (!row.ended) take(source_of(id));
  }
}

}  // namespace tansiq::coordination
