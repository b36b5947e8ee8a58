#include "node/plan_watch.h"

#include <utility>
#include <vector>

#include "base/logging.h"
#include "core/record.h"
#include "log/jcs.h"

namespace tansiq::node {
namespace {

using coordination::PlanStanding;
using log::JcsWriter;

constexpr DurationMs kLookEveryMs = 30'000;

std::string_view submitter(const PlanStanding& plan) { return plan.ours ? "us" : "peer"; }

std::string alarm_json(const PlanStanding& plan, const AuthorityId& self, UtcMs now) {
  std::string out;
  JcsWriter w(out);
  w.begin_object().key("alarm").string("plan_missing").key("day_ms").integer(plan.day.ms);
  w.key("peer").string(plan.peer.str()).key("round").integer(plan.rounds).key("self").string(self.str());
  w.key("submitter").string(submitter(plan)).key("time_ms").integer(now.ms).end_object();
  return out;
}

}  // namespace

void PlanWatch::round(CoreThread& core, const Clock& clock, TalkAlarm* alarm) {
  const UtcMs now = clock.now();
  if (looked_ != kUtcMin && now >= looked_ && now - looked_ < kLookEveryMs) return;
  looked_ = now;
  auto on_core = [this, &clock, alarm](const State& state) {
    look(state.coalition(), clock.now(), [alarm](std::string text) {
      if (alarm != nullptr) alarm->call(std::move(text));
    });
    return Departure{};
  };
  (void)core.submit_urgent(ReadTask{std::move(on_core), [](const Error&) {}});
}

void PlanWatch::look(const coordination::Coalition& all, UtcMs now,
                     const std::function<void(std::string alarm)>& call) {
  std::map<Plan, std::int64_t> standing;
  for (const PlanStanding& plan : coordination::plans_of(cycle_, all.talks(), all.self(), now)) {
    if (!plan.overdue) continue;
    const Plan key{plan.day, plan.peer, plan.ours};
    standing[key] = plan.rounds;
    const auto before = raised_.find(key);
    if (before != raised_.end() && before->second >= plan.rounds) continue;
    log_warning(
        "talks.plan_missing",
        {{"peer", plan.peer.str()}, {"submitter", submitter(plan)}, {"day_ms", plan.day.ms}, {"round", plan.rounds}});
    if (plan.rounds >= 2) call(alarm_json(plan, all.self(), now));
  }
  raised_ = std::move(standing);
}

std::string plans_json(const coordination::Coalition& all, const coordination::PlanCycle* cycle, UtcMs now) {
  std::vector<PlanStanding> plans;
  if (cycle != nullptr) plans = coordination::plans_of(*cycle, all.talks(), all.self(), now);
  std::string out;
  JcsWriter w(out);
  w.begin_object().key("now_ms").integer(now.ms).key("plans").begin_array();
  for (const PlanStanding& plan : plans) {
    w.begin_object().key("answer_by_ms").integer(plan.answer_by.ms).key("day_ms").integer(plan.day.ms);
    if (plan.hash) w.key("hash").string(plan.hash->hex());
    w.key("overdue").boolean(plan.overdue).key("peer").string(plan.peer.str()).key("rounds").integer(plan.rounds);
    w.key("state").string(core::to_text(plan.state)).key("submit_by_ms").integer(plan.submit_by.ms);
    w.key("submitter").string(submitter(plan));
    if (plan.hash) w.key("version").integer(plan.version);
    w.end_object();
  }
  w.end_array().end_object();
  return out;
}

}  // namespace tansiq::node
