// Raises the alarm that a daily plan is missing (coordination/plan_cycle.h): in the node's own log each time, and to
// whoever is not before a console from the second time on, as a receipt that is overdue does (talk_events.h).
//
//   watch.round(core, clock, alarm);      // as often as the node keeps house
//
// What was raised is remembered, bounded by the days and counterparts that are looked at. A restart raises what stands
// once more.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <tuple>

#include "coordination/coalition.h"
#include "coordination/plan_cycle.h"
#include "node/core_thread.h"
#include "node/talk_alarm.h"

namespace tansiq::node {

class PlanWatch {
 public:
  explicit PlanWatch(coordination::PlanCycle cycle) : cycle_(std::move(cycle)) {}

  /// Looks on the core thread when it is time to: every half minute, and after a clock that was set back. All outlive
  /// what is submitted; `alarm` may be null. One thread.
  void round(CoreThread& core, const Clock& clock, TalkAlarm* alarm);
  /// Core thread. `call` gets the alarm as JSON:
  /// {"alarm":"plan_missing","day_ms","peer","round","self","submitter","time_ms"}.
  void look(const coordination::Coalition& all, UtcMs now, const std::function<void(std::string alarm)>& call);

 private:
  using Plan = std::tuple<UtcMs, AuthorityId, bool>;
  const coordination::PlanCycle cycle_;
  UtcMs looked_ = kUtcMin;
  std::map<Plan, std::int64_t> raised_;
};

/// The document of GET /v1/talks/plans. `cycle` may be null.
[[nodiscard]] std::string plans_json(const coordination::Coalition& all, const coordination::PlanCycle* cycle,
                                     UtcMs now);

}  // namespace tansiq::node
