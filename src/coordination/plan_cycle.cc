#include "coordination/plan_cycle.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

namespace tansiq::coordination {
namespace {

constexpr DurationMs kDayMs = 24LL * 3'600'000;
constexpr DurationMs kNoonMs = 12LL * 3'600'000;

/// The newest version that is known of one plan.
struct Known {
  std::int64_t version = 0;
  EntryHash hash;
  bool answered = false;
};
using Key = std::tuple<UtcMs, AuthorityId, bool>;  // day, peer, not ours

UtcMs day_of(UtcMs now) {
  const DurationMs into = ((now.ms % kDayMs) + kDayMs) % kDayMs;
  return now - into;
}

/// Notes what a message says of the plans of these days.
void note(std::map<Key, Known>& known, const std::vector<UtcMs>& days, const AuthorityId& peer, bool ours,
          const TalkMessage& message, const Known& as) {
  for (const TalkPart& part : message.parts) {
    const auto* plan = std::get_if<PlanPart>(&part);
    if (plan == nullptr) continue;
    for (const UtcMs day : days) {
      const UtcMs noon = day + kNoonMs;
      if (plan->day.start > noon || plan->day.end <= noon) continue;
      Known& best = known[{day, peer, !ours}];
      // Of two with one number the smaller hash, so that it does not depend on an order.
      if (plan->version < best.version || (plan->version == best.version && as.hash > best.hash)) continue;
      best = as;
      best.version = plan->version;
    }
  }
}

}  // namespace

std::vector<PlanStanding> plans_of(const PlanCycle& cycle, const TalkDesk& desk, const AuthorityId& self, UtcMs now) {
  std::vector<PlanStanding> out;
  if (!cycle.wanted()) return out;
  const std::vector<UtcMs> days{day_of(now), day_of(now) + kDayMs};
  std::set<AuthorityId> peers(cycle.counterparts.begin(), cycle.counterparts.end());
  peers.erase(self);
  std::map<Key, Known> known;
  for (const auto& [hash, row] : desk.sent()) {
    // What was turned away is shown to nobody there.
    if (!peers.contains(row.peer()) || row.turned_away()) continue;
    note(known, days, row.peer(), true, row.message, {.hash = hash, .answered = row.answer.has_value()});
  }
  for (const auto& [hash, row] : desk.heard()) {
    if (!peers.contains(row.from) || !row.shown()) continue;
    note(known, days, row.from, false, row.message, {.hash = hash, .answered = row.answer.has_value()});
  }
  const DurationMs interval = overdue_interval(Precedence::kRoutine);
  for (const UtcMs day : days) {
    for (const AuthorityId& peer : peers) {
      for (const bool ours : {true, false}) {
        PlanStanding plan{.peer = peer,
                          .ours = ours,
                          .day = day,
                          .submit_by = day - kDayMs + cycle.submit_by_ms,
                          .answer_by = day - kDayMs + cycle.answer_by_ms,
                          .hash = {}};
        if (const auto at = known.find({day, peer, !ours}); at != known.end()) {
          plan.state = at->second.answered ? PlanState::kAnswered : PlanState::kSubmitted;
          plan.hash = at->second.hash;
          plan.version = at->second.version;
        } else if (now >= plan.submit_by) {
          plan.state = PlanState::kMissing;
          plan.overdue = true;
          plan.rounds = 1 + (now - plan.submit_by) / interval;
        }
        out.push_back(std::move(plan));
      }
    }
  }
  return out;
}

}  // namespace tansiq::coordination
