#include "node/officer_pending.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <type_traits>
#include <utility>

#include "base/bytes.h"
#include "base/random.h"

namespace tansiq::node {
namespace {

constexpr std::array<std::string_view, 6> kStates{"waiting", "confirmed", "done", "failed", "refused", "lapsed"};

std::string new_id() {
  std::array<std::uint8_t, 16> octets{};
  fill_secure_random(octets);
  return to_hex(octets);
}

bool lapsed(const PendingAct& act, std::int64_t now_ms) {
  return act.state == PendingState::kWaiting && now_ms - act.asked_ms >= kPendingActMs;
}

PendingAct seen(PendingAct act, std::int64_t now_ms) {
  if (lapsed(act, now_ms)) act.state = PendingState::kLapsed;
  return act;
}

}  // namespace

bool needs_two_officers(const coordination::Act& act) {
  return std::visit(
      []<class A>([[maybe_unused]] const A& a) {
        using namespace coordination;
        if constexpr (std::is_same_v<A, RevokeLeg>) return a.emergency;
        // What names nobody gives nothing away.
        if constexpr (std::is_same_v<A, FileReport> || std::is_same_v<A, ReviseReport>) {
          return !a.report.releasable_to.empty() || !a.report.onward.empty();
        }
        if constexpr (std::is_same_v<A, SetShareRule>) return !a.onward.empty();
        return std::is_same_v<A, ProposeRelation> || std::is_same_v<A, AcceptRelation> ||
               std::is_same_v<A, AdoptCharter> || std::is_same_v<A, ResolveZone> || std::is_same_v<A, PassShare>;
      },
      act);
}

std::string_view to_text(PendingState state) { return kStates.at(static_cast<std::size_t>(state)); }

PendingAct* PendingActs::of(std::string_view id) {
  for (auto& [number, act] : acts_) {
    if (act.id == id) return &act;
  }
  return nullptr;
}

Result<PendingAct*> PendingActs::waiting_act(std::string_view id) {
  PendingAct* act = of(id);
  if (act == nullptr) return fail(ErrorCode::kNotFound, "there is no such pending act, or no more", "id");
  if (act->state != PendingState::kWaiting) {
    return fail(ErrorCode::kWrongState, fmt::format("it waits no more: {}", to_text(act->state)), "id");
  }
  return act;
}

void PendingActs::forget(std::int64_t now_ms) {
  for (auto& [number, act] : acts_) {
    if (!lapsed(act, now_ms)) continue;
    act.ended_ms = act.asked_ms + kPendingActMs;
    act.state = PendingState::kLapsed;
  }
  const auto ended = [](const auto& entry) {
    return entry.second.state != PendingState::kWaiting && entry.second.state != PendingState::kConfirmed;
  };
  std::erase_if(acts_,
                [&](const auto& entry) { return ended(entry) && now_ms - entry.second.ended_ms >= kPendingActMs; });
  auto count = static_cast<std::size_t>(std::ranges::count_if(acts_, ended));
  for (auto at = acts_.begin(); at != acts_.end() && count > kSettledActsMax;) {
    if (ended(*at)) {
      at = acts_.erase(at);
      --count;
    } else {
      ++at;
    }
  }
}

Result<PendingAct> PendingActs::ask(OfficerRequest request, std::string_view asker, std::uint64_t epoch,
                                    const OfficerSignature& signature, std::int64_t now_ms) {
  const std::lock_guard lock(mutex_);
  forget(now_ms);
  std::size_t all = 0;
  std::size_t his = 0;
  for (const auto& [number, act] : acts_) {
    const bool open = act.state == PendingState::kWaiting || act.state == PendingState::kConfirmed;
    if (!open) continue;
    const bool own = act.asker == asker && act.asker_epoch == epoch;
    if (own && !request.cmd.empty() && act.request.cmd == request.cmd) {
      if (act.request.text == request.text) return act;
      return fail(ErrorCode::kConflict, "this command id stands for another act, which waits", "cmd");
    }
    ++all;
    if (act.asker == asker) ++his;
  }
  if (his >= kPendingActsOfOneMax || all >= kPendingActsMax) {
    return fail(ErrorCode::kOverloaded, "too many acts wait for a second officer; let some be confirmed or refused");
  }
  PendingAct act;
  act.id = new_id();
  act.request = std::move(request);
  act.asker = asker;
  act.asker_epoch = epoch;
  act.asker_signature = signature;
  act.asked_ms = now_ms;
  return acts_.emplace(next_++, std::move(act)).first->second;
}

Result<PendingAct> PendingActs::confirm(std::string_view id, std::string_view by, std::int64_t now_ms) {
  const std::lock_guard lock(mutex_);
  forget(now_ms);
  PendingAct* act = TRY(waiting_act(id));
  if (act->asker == by) {
    return fail(ErrorCode::kForbidden, "the second officer is somebody else than who asked");
  }
  act->state = PendingState::kConfirmed;
  act->second = by;
  return *act;
}

void PendingActs::settle(std::string_view id, bool done, std::string outcome, std::int64_t now_ms) {
  const std::lock_guard lock(mutex_);
  PendingAct* act = of(id);
  if (act == nullptr || act->state != PendingState::kConfirmed) return;
  act->state = done ? PendingState::kDone : PendingState::kFailed;
  act->outcome = std::move(outcome);
  act->ended_ms = now_ms;
}

void PendingActs::put_back(std::string_view id) {
  const std::lock_guard lock(mutex_);
  PendingAct* act = of(id);
  if (act == nullptr || act->state != PendingState::kConfirmed) return;
  act->state = PendingState::kWaiting;
  act->second.clear();
}

Status PendingActs::refuse(std::string_view id, std::string_view by, std::string_view text, std::int64_t now_ms) {
  const std::lock_guard lock(mutex_);
  forget(now_ms);
  PendingAct* act = TRY(waiting_act(id));
  act->state = PendingState::kRefused;
  act->second = by;
  act->outcome = text;
  act->ended_ms = now_ms;
  return {};
}

void PendingActs::void_it(std::string_view id, std::string why, std::int64_t now_ms) {
  const std::lock_guard lock(mutex_);
  PendingAct* act = of(id);
  if (act == nullptr || act->state != PendingState::kWaiting) return;
  act->state = PendingState::kFailed;
  act->outcome = std::move(why);
  act->ended_ms = now_ms;
}

std::optional<PendingAct> PendingActs::find(std::string_view id, std::int64_t now_ms) const {
  const std::lock_guard lock(mutex_);
  for (const auto& [number, act] : acts_) {
    if (act.id == id) return seen(act, now_ms);
  }
  return std::nullopt;
}

std::vector<PendingAct> PendingActs::list(std::int64_t now_ms) const {
  const std::lock_guard lock(mutex_);
  std::vector<PendingAct> out;
  out.reserve(acts_.size());
  for (const auto& [number, act] : acts_) out.push_back(seen(act, now_ms));
  return out;
}

std::size_t PendingActs::waiting(std::int64_t now_ms) const {
  const std::lock_guard lock(mutex_);
  return static_cast<std::size_t>(std::ranges::count_if(acts_, [&](const auto& entry) {
    return entry.second.state == PendingState::kWaiting && !lapsed(entry.second, now_ms);
  }));
}

}  // namespace tansiq::node
