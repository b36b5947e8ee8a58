#include "picture/attribution.h"

#include <fmt/core.h>

#include <algorithm>

namespace tansiq::picture {

using core::IntentState;
using surveillance::Domain;

namespace {

constexpr int kAddressWeight = 100;
constexpr int kCallSignWeight = 85;
constexpr int kCodeWeight = 70;
constexpr int kPlaceWeight = 40;
constexpr int kFurther = 5;
constexpr int kOtherTimeMost = 30;
constexpr DurationMs kOtherTimeMs = 3'600'000;

bool domains_fit(Domain track, Domain plan) {
  return track == plan || track == Domain::kUnknown || plan == Domain::kUnknown;
}

bool same_sign(const Track& track, const Plan& plan) {
  return !plan.call_sign.empty() && plain_call_sign(track.call_sign.view()) == plain_call_sign(plan.call_sign);
}

/// What the two say differently of who it is; empty where nothing does.
std::string contradiction(const Track& track, const Plan& plan, const core::Craft& craft) {
  if (track.icao && craft.icao && *track.icao != craft.icao->value) {
    return fmt::format("its address is {:06X}, the plan's {}", *track.icao, craft.icao->str());
  }
  if (track.mmsi && craft.mmsi && *track.mmsi != craft.mmsi->value) {
    return fmt::format("its MMSI is {:09}, the plan's {}", *track.mmsi, craft.mmsi->str());
  }
  if (!track.call_sign.view().empty() && !plan.call_sign.empty() && !same_sign(track, plan)) {
    return fmt::format("its call sign is {}, the plan's {}", track.call_sign.view(), plan.call_sign);
  }
  return {};
}

bool code_holds(const Track& track, const PreparedPlan& plan, const core::Craft& craft, UtcMs now) {
  return craft.mode_3a && track.mode_3a && *track.mode_3a == craft.mode_3a->value && discrete_code(*track.mode_3a) &&
         craft.from.value_or(plan.first) <= now && now < craft.to.value_or(plan.last);
}

/// What a plan loses by not being of now.
int other_time(const PreparedPlan& plan, UtcMs now) {
  const DurationMs off = now < plan.first ? plan.first - now : now >= plan.last ? now - plan.last : 0;
  if (off == 0) return 0;
  return static_cast<int>(std::min<DurationMs>(1 + off * 10 / kOtherTimeMs, kOtherTimeMost));
}

bool in_a_leg(const PreparedPlan& plan, const std::optional<geo::PreparedVolume>& spot) {
  return spot && std::any_of(plan.legs.begin(), plan.legs.end(),
                             [&](const geo::PreparedVolume& leg) { return geo::conflict(leg, *spot, {}); });
}

/// Of two tracks of one craft the one that is heard is it: more than what stands has in its favour.
int unheard(const Track& track) {
  switch (track.state) {
    case TrackState::kCoasting:
      return 20;
    case TrackState::kStale:
      return 40;
    case TrackState::kTentative:
    case TrackState::kLive:
    case TrackState::kEnded:
      break;
  }
  return 0;
}

bool by_name(Reason reason) { return reason != Reason::kPlace && reason != Reason::kCode; }

}  // namespace

std::string_view name_of(Reason reason) {
  switch (reason) {
    case Reason::kAddress:
      return "address";
    case Reason::kMmsi:
      return "mmsi";
    case Reason::kCallSign:
      return "call_sign";
    case Reason::kCode:
      return "code";
    case Reason::kPlace:
      return "place";
  }
  return "";
}

const Correlation* Attribution::of_track(TrackId track) const {
  const auto at = by_track_.find(track);
  return at == by_track_.end() ? nullptr : &at->second;
}

bool Attribution::has_looked_at(TrackId track) const { return std::ranges::binary_search(looked_at_, track); }

const Correlation* Attribution::of_intent(std::string_view intent) const {
  const auto at = by_intent_.find(intent);
  return at == by_intent_.end() ? nullptr : of_track(at->second.begin()->second);
}

const TrackId* Attribution::holder(std::string_view intent, std::size_t seat) const {
  const auto at = by_intent_.find(intent);
  if (at == by_intent_.end()) return nullptr;
  const auto held = at->second.find(seat);
  return held == at->second.end() ? nullptr : &held->second;
}

void Attribution::leave(const Correlation& correlation) {
  const auto at = by_intent_.find(correlation.intent);
  if (at == by_intent_.end()) return;
  at->second.erase(correlation.seat);
  if (at->second.empty()) by_intent_.erase(at);
}

void Attribution::claims_of(const Track& track, const PlanBook& plans, UtcMs now, std::vector<Claim>& out) {
  std::vector<const PreparedPlan*> named;
  plans.named({track.icao, track.mmsi, track.call_sign.view(), track.mode_3a}, named, counters_.namesakes_cut);
  std::optional<geo::PreparedVolume> spot;
  for (const PreparedPlan* prepared : named) {
    const Plan& plan = prepared->plan;
    if (plan.state == IntentState::kEnded || !domains_fit(track.domain, plan.domain)) continue;
    const std::size_t first = out.size();
    bool fits = false;
    for (std::size_t seat = 0; seat < plan.seats(); ++seat) {
      const core::Craft craft = plan.in_seat(seat);
      Claim claim;
      claim.track = track.id;
      claim.plan = prepared;
      claim.seat = seat;
      claim.contradicts = contradiction(track, plan, craft);
      const bool doubtful = !claim.contradicts.empty();
      int kinds = 0;
      const auto evidence = [&](bool there, Reason reason, int weight) {
        if (!there) return;
        if (kinds++ == 0) {
          claim.reason = reason;
          claim.confidence = weight;
        }
      };
      evidence(craft.icao && track.icao == craft.icao->value, Reason::kAddress, kAddressWeight);
      evidence(craft.mmsi && track.mmsi == craft.mmsi->value, Reason::kMmsi, kAddressWeight);
      evidence(same_sign(track, plan), Reason::kCallSign, doubtful ? kCallSignWeight / 2 : kCallSignWeight);
      evidence(!doubtful && code_holds(track, *prepared, craft, now), Reason::kCode, kCodeWeight);
      if (kinds == 0) continue;
      if (!spot) spot = spot_of(track.motion(now));
      claim.confidence += kFurther * (kinds - 1) + (in_a_leg(*prepared, spot) ? kFurther : 0);
      const int off = other_time(*prepared, now);
      const int evidence_sum = claim.confidence - off;
      claim.confidence = std::clamp(evidence_sum, 0, 100);
      if (claim.confidence < options_.least) continue;
      const auto before = before_.find(track.id);
      const bool stood = before != before_.end() && before->second.intent == plan.intent && before->second.seat == seat;
      // Certainty ends at 100, what speaks for one rather than another does not. And what stood has nothing over a plan
      // of now once its own time is over.
      claim.stands = stood && off == 0;
      claim.weight = evidence_sum + (claim.stands ? options_.better_by : 0) - unheard(track);
      fits = fits || !doubtful || claim.reason != Reason::kCallSign;
      out.push_back(std::move(claim));
    }
    if (!fits) continue;
    // Whose seat it is, is known: that the others of the plan are somebody else says nothing against it.
    out.erase(std::remove_if(
                  out.begin() + static_cast<std::ptrdiff_t>(first), out.end(),
                  [](const Claim& claim) { return claim.reason == Reason::kCallSign && !claim.contradicts.empty(); }),
              out.end());
  }
}

void Attribution::correlate(const Claim& claim, UtcMs now) {
  Correlation& c = by_track_[claim.track];
  const auto before = before_.find(claim.track);
  const bool stood = before != before_.end() && before->second.intent == claim.plan->plan.intent;
  c.track = claim.track;
  c.intent = claim.plan->plan.intent;
  c.seat = claim.seat;
  c.reason = claim.reason;
  c.confidence = claim.confidence;
  c.since = stood ? before->second.since : now;
  c.supported = now;
  c.contradicts = claim.contradicts;
  by_intent_[c.intent][c.seat] = claim.track;
}

/// The weightiest claim first, each track and each craft of a plan once.
void Attribution::settle(std::vector<Claim>& claims, UtcMs now) {
  std::sort(claims.begin(), claims.end(), [](const Claim& a, const Claim& b) {
    if (a.weight != b.weight) return a.weight > b.weight;
    if (a.stands != b.stands) return a.stands;
    if (a.reason != b.reason) return a.reason < b.reason;
    if (a.track != b.track) return a.track < b.track;
    if (a.plan != b.plan) return a.plan->plan.intent < b.plan->plan.intent;
    return a.seat < b.seat;
  });
  for (const Claim& claim : claims) {
    if (by_track_.contains(claim.track) || holder(claim.plan->plan.intent, claim.seat) != nullptr) continue;
    correlate(claim, now);
  }
}

/// What stood and has no evidence now, nor anything against it.
void Attribution::keep_unsupported(const Tracker& tracker, const PlanBook& plans, UtcMs now) {
  for (const auto& [id, old] : before_) {
    if (by_track_.contains(id) || holder(old.intent, old.seat) != nullptr) continue;
    if (now - old.supported > options_.hold_ms) continue;
    const Track* track = tracker.find(id);
    const PreparedPlan* plan = plans.find(old.intent);
    if (track == nullptr || plan == nullptr || plan->plan.state == IntentState::kEnded) continue;
    if (old.seat >= plan->plan.seats()) continue;
    if (!contradiction(*track, plan->plan, plan->plan.in_seat(old.seat)).empty()) continue;
    by_track_[id] = old;
    by_intent_[old.intent][old.seat] = id;
  }
}

void Attribution::claim_by_place(const Tracker& tracker, const PlanBook& plans, UtcMs now) {
  struct Pair {
    TrackId track;
    const PreparedPlan* plan;
    std::size_t seat;
  };
  // The first that is free, or its own, and that nothing speaks against.
  const auto seat_for = [this](const Track& track, const PreparedPlan& p) -> std::optional<std::size_t> {
    for (std::size_t seat = 0; seat < p.plan.seats(); ++seat) {
      const TrackId* held = holder(p.plan.intent, seat);
      if ((held == nullptr || *held == track.id) && contradiction(track, p.plan, p.plan.in_seat(seat)).empty()) {
        return seat;
      }
    }
    return std::nullopt;
  };
  std::vector<Pair> single;
  std::map<std::string_view, int> tracks_of;
  std::vector<const PreparedPlan*> near;
  tracker.each([&](const Track& track) {
    if (track.state != TrackState::kLive && track.state != TrackState::kCoasting) return;
    const auto mine = by_track_.find(track.id);
    const bool placed = mine != by_track_.end() && mine->second.reason == Reason::kPlace;
    if (mine != by_track_.end() && !placed) return;
    const auto spot = spot_of(track.motion(now));
    if (!spot) return;
    plans.near(*spot, now, options_.place_slack, near, counters_.near_cut);
    std::erase_if(near, [&](const PreparedPlan* p) {
      return p->plan.state == IntentState::kEnded || !domains_fit(track.domain, p->plan.domain) || !seat_for(track, *p);
    });
    if (placed) {
      // Still in its leg: that is evidence anew.
      for (const PreparedPlan* p : near) {
        if (p->plan.intent == mine->second.intent) mine->second.supported = now;
      }
      return;
    }
    for (const PreparedPlan* p : near) ++tracks_of[p->plan.intent];
    if (near.size() == 1) single.push_back({track.id, near[0], seat_for(track, *near[0]).value_or(0)});
  });
  std::map<TrackId, Waiting> waiting;
  for (const Pair& pair : single) {
    const std::string& intent = pair.plan->plan.intent;
    if (tracks_of[intent] != 1) continue;
    const auto at = waiting_.find(pair.track);
    const UtcMs since = at != waiting_.end() && at->second.intent == intent ? at->second.since : now;
    if (now - since >= options_.place_ms) {
      Claim claim;
      claim.track = pair.track;
      claim.plan = pair.plan;
      claim.seat = pair.seat;
      claim.confidence = kPlaceWeight;
      correlate(claim, now);
    } else {
      waiting[pair.track] = {intent, since};
    }
  }
  waiting_ = std::move(waiting);
}

void Attribution::report_doubles(const Tracker& tracker, const std::vector<Claim>& claims, UtcMs now) {
  const auto add = [&](TrackId a, TrackId b, const std::string& object, Priority priority, std::string detail) {
    Held& held = findings_.emplace_back();
    held.situation = {AlertKind::kDoubleIdentity, a, b, object};
    held.finding.priority = priority;
    held.finding.now = true;
    if (const Track* track = tracker.find(a)) held.finding.where = track->fix;
    held.finding.detail = std::move(detail);
  };
  for (const Claim& claim : claims) {
    const std::string& intent = claim.plan->plan.intent;
    const auto mine = by_track_.find(claim.track);
    const TrackId* owner = holder(intent, claim.seat);
    const Track* claimant = tracker.find(claim.track);
    if (!by_name(claim.reason) || claimant == nullptr || claimant->state != TrackState::kLive) continue;
    const bool flies_it = mine != by_track_.end() && mine->second.intent == intent;
    if (owner != nullptr && *owner != claim.track && !flies_it) {
      // The plan went to another track that bears the name too.
      const Correlation& other = by_track_.at(*owner);
      if (by_name(other.reason) && other.supported == now) {
        add(std::min(claim.track, other.track), std::max(claim.track, other.track), intent, Priority::kWarning,
            fmt::format("two craft bear the identity of {}", intent));
      }
    } else if (mine != by_track_.end() && mine->second.intent != intent && claim.contradicts.empty() &&
               other_time(*claim.plan, now) == 0 && by_name(mine->second.reason)) {
      const std::string both = std::min(intent, mine->second.intent) + " " + std::max(intent, mine->second.intent);
      add(claim.track, {}, both, Priority::kWarning,
          fmt::format("{} and {} both claim this craft now", mine->second.intent, intent));
    }
  }
  for (const auto& [id, c] : by_track_) {
    if (c.contradicts.empty()) continue;
    // An address that is right outweighs a call sign that is not.
    const bool sure = c.reason == Reason::kAddress || c.reason == Reason::kMmsi;
    add(id, {}, c.intent, sure ? Priority::kCaution : Priority::kWarning,
        fmt::format("taken for {}, but {}", c.intent, c.contradicts));
  }
  std::sort(findings_.begin(), findings_.end(), [](const Held& a, const Held& b) { return a.situation < b.situation; });
  findings_.erase(std::unique(findings_.begin(), findings_.end(),
                              [](const Held& a, const Held& b) { return a.situation == b.situation; }),
                  findings_.end());
}

void Attribution::run(const Tracker& tracker, const PlanBook& plans, UtcMs now) {
  ++counters_.runs;
  before_ = std::move(by_track_);
  by_track_.clear();
  by_intent_.clear();
  findings_.clear();
  std::vector<Claim> claims;
  looked_at_.clear();
  tracker.each([&](const Track& track) {
    if (track.state == TrackState::kTentative) return;
    looked_at_.push_back(track.id);
    claims_of(track, plans, now, claims);
  });
  std::ranges::sort(looked_at_);
  settle(claims, now);
  keep_unsupported(tracker, plans, now);
  claim_by_place(tracker, plans, now);
  report_doubles(tracker, claims, now);
}

void Attribution::renamed(TrackId from, TrackId to) {
  if (from == to) return;
  if (auto waits = waiting_.extract(from)) {
    waits.key() = to;
    waiting_.insert(std::move(waits));
  }
  auto moved = by_track_.extract(from);
  if (!moved) return;
  leave(moved.mapped());
  const auto mine = by_track_.find(to);
  if (mine != by_track_.end()) {
    if (mine->second.confidence >= moved.mapped().confidence) return;
    leave(mine->second);
    by_track_.erase(mine);
  }
  by_intent_[moved.mapped().intent][moved.mapped().seat] = to;
  moved.mapped().track = to;
  moved.key() = to;
  by_track_.insert(std::move(moved));
}

void Attribution::findings(std::vector<Held>& out) const { out.insert(out.end(), findings_.begin(), findings_.end()); }

}  // namespace tansiq::picture
