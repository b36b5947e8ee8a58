// The daily cycle of plans (docs/talks.md, ADR 56): each day a plan for the next goes to each counterpart, and comes
// from it, by a time of day, and is answered by another. That nobody has submitted one is told by nobody's log: it
// follows from what is there, the configuration and the time, and this says it.
//
//   for (const PlanStanding& plan : plans_of(cycle, desk, self, now)) if (plan.overdue) ...
//
// Times of day are UTC. The plan of a day is that whose window holds its noon: days of an authority need not begin at
// 00:00Z. Of several versions the highest counts. A plan that was submitted more than seven days before, with nothing
// left to be answered, is not known any more (kTalkKeepMs).
//
// An alarm stands from `submit_by` on the day before until the plan is submitted, or the day is over. It is raised
// again as that of a routine message is (overdue_interval), and has no state: after a restart it stands as before.
//
// Pure. Cost: O(messages of the desk).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "coordination/talk_desk.h"

namespace tansiq::coordination {

inline constexpr std::size_t kPlanCounterpartsMax = 64;

struct PlanCycle {
  std::vector<AuthorityId> counterparts{};
  DurationMs submit_by_ms = 16LL * 3'600'000;  ///< After 00:00Z, of the day before.
  DurationMs answer_by_ms = 18LL * 3'600'000;  ///< The same; later than that.
  [[nodiscard]] bool wanted() const { return !counterparts.empty(); }
  /// Fails with `kInvalid` when it is to be answered before it is to be submitted.
  [[nodiscard]] Status check() const {
    if (submit_by_ms < answer_by_ms) return {};
    return fail(ErrorCode::kInvalid, "must be later than talks.plan_submit_by", "talks.plan_answer_by");
  }
  friend bool operator==(const PlanCycle&, const PlanCycle&) = default;
};

enum class PlanState : std::uint8_t {
  kOpen,       ///< There is none, and time is left.
  kMissing,    ///< There is none, and it should be there.
  kSubmitted,  ///< It waits for an answer, where it asks for one.
  kAnswered,
};
constexpr std::array<std::string_view, 4> enum_names(PlanState) { return {"open", "missing", "submitted", "answered"}; }

struct PlanStanding {
  AuthorityId peer;
  bool ours = true;  ///< We submit it; else the peer does.
  UtcMs day;         ///< 00:00Z.
  UtcMs submit_by;
  UtcMs answer_by;
  PlanState state = PlanState::kOpen;
  std::optional<EntryHash> hash;  ///< Of the newest version.
  std::int64_t version = 0;
  bool overdue = false;
  std::int64_t rounds = 0;  ///< How often its alarm has been raised by now; 0: not.
};

/// Today's and tomorrow's, by day, then peer, ours first. `self` is no counterpart of its own.
[[nodiscard]] std::vector<PlanStanding> plans_of(const PlanCycle& cycle, const TalkDesk& desk, const AuthorityId& self,
                                                 UtcMs now);

}  // namespace tansiq::coordination
