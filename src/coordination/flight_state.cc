// The complete state of a flight desk as canonical JSON, and back.
//
//   {"alarms":[…],"clock_fault":false,"early":[…],"flights":[…],"past":[…],"versions":[…]}
//
// Lists may be longer than a record allows for one member, so they are written one element at a time. Versions name
// their flight.
#include "coordination/flight_desk.h"
#include "coordination/state_rows.h"

namespace tansiq::coordination {

void FlightDesk::write_state(log::JcsWriter& out) const {
  out.begin_object();
  out.key("alarms").begin_array();
  for (const FlightAlarm& alarm : alarms_) core::write_fields(out, alarm);
  out.end_array();
  out.key("clock_fault").boolean(clock_fault_);
  out.key("early").begin_array();
  for (const Early& early : early_) core::write_fields(out, early);
  out.end_array();
  out.key("flights").begin_array();
  for (const auto& [id, flight] : flights_) core::write_fields(out, flight);
  out.end_array();
  out.key("past").begin_array();
  for (const auto& [request, past] : past_) core::write_fields(out, past);
  out.end_array();
  out.key("versions").begin_array();
  for (const auto& [id, flight] : flights_) {
    for (const HomeVersion& version : flight.versions) core::write_fields(out, version);
  }
  out.end_array();
  out.end_object();
}

Status FlightDesk::read_state(const log::JcsValue& value) {
  TRY_VOID(value.expect(log::JcsValue::Kind::kObject));
  TRY_VOID(value.only({"alarms", "clock_fault", "early", "flights", "past", "versions"}));
  const log::JcsValue fault_at = TRY(value.at("clock_fault"));
  const bool fault = TRY(fault_at.boolean());
  std::vector<FlightAlarm> alarms;
  std::vector<Early> early;
  std::map<FlightId, Flight> flights;
  std::map<EntryHash, Past> past;
  TRY_VOID(read_each<FlightAlarm>(value, "alarms", [&](FlightAlarm of) -> Status {
    alarms.push_back(std::move(of));
    return {};
  }));
  TRY_VOID(read_each<Early>(value, "early", [&](Early of) -> Status {
    early.push_back(std::move(of));
    return {};
  }));
  TRY_VOID(read_each<Flight>(value, "flights", [&](Flight of) -> Status {
    const FlightId id = of.plan.flight;
    if (of.change && of.change->legs.size() != of.plan.legs.size()) {
      return fail(ErrorCode::kInvalid, "a change has as many legs as its flight");
    }
    if (flights.emplace(id, std::move(of)).second) return {};
    return fail(ErrorCode::kInvalid, "a flight stands here once");
  }));
  TRY_VOID(read_each<Past>(value, "past", [&](Past of) -> Status {
    past.insert_or_assign(of.request, of);
    return {};
  }));
  TRY_VOID(read_each<HomeVersion>(value, "versions", [&](HomeVersion of) -> Status {
    const auto flight = flights.find(of.flight);
    if (flight == flights.end()) return fail(ErrorCode::kInvalid, "the flight of this version is missing");
    if (of.leg < 0 || std::cmp_greater_equal(of.leg, flight->second.plan.legs.size())) {
      return fail(ErrorCode::kInvalid, "its flight has no such leg");
    }
    if (of.volumes.empty()) return fail(ErrorCode::kInvalid, "a version has at least one volume");
    flight->second.versions.push_back(std::move(of));
    return {};
  }));
  clock_fault_ = fault;
  alarms_ = std::move(alarms);
  early_ = std::move(early);
  flights_ = std::move(flights);
  past_ = std::move(past);
  rebuild();
  return {};
}

/// Indexes and timers are not state: everything that is due comes again from a look at every flight.
void FlightDesk::rebuild() {
  by_request_.clear();
  by_hold_.clear();
  forget_flights_.clear();
  forget_past_.clear();
  due_.clear();
  timer_of_.clear();
  timers_.clear();
  alarms_owed_ = 0;
  for (const auto& [id, flight] : flights_) {
    for (std::size_t i = 0; i < flight.versions.size(); ++i) {
      const HomeVersion& v = flight.versions[i];
      by_request_.emplace(v.request, std::pair(id, i));
      if (v.hold) by_hold_.emplace(*v.hold, v.request);
    }
    if (flight.ended) forget_flights_.emplace(forget_at(flight), id);
    touch(id);
  }
  for (const auto& [request, past] : past_) forget_past_.emplace(past.keep_until, request);
  for (const FlightAlarm& alarm : alarms_) alarms_owed_ += alarm.raised ? 0 : 1;
}

}  // namespace tansiq::coordination
