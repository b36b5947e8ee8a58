#include "picture/release.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <utility>

#include "log/sha256.h"

namespace tansiq::picture {
namespace {

using surveillance::Flag;
using surveillance::IdKind;
using surveillance::Report;

/// What holds where no rule names the peer: own flights, as they are.
const ReleaseRule kUsual{};

constexpr std::size_t kTrackDigitsMax = 10;

/// `tansiq:fr:`. An authority with too long a name for a uid stands there by a hash of it.
std::string prefix_of(std::string_view self) {
  std::string out = fmt::format("tansiq:{}:", self);
  if (out.size() + kTrackDigitsMax <= decltype(Report::uid)::capacity()) return out;
  return fmt::format("tansiq:{}:", log::sha256(self).hex().substr(0, 16));
}

int strength(IdKind kind) {
  switch (kind) {
    case IdKind::kIcao:
      return 3;
    case IdKind::kMmsi:
      return 2;
    case IdKind::kNonIcao:
      return 1;
    case IdKind::kUid:  // Another system's word: this authority's own stands in its place.
    case IdKind::kNone:
      break;
  }
  return 0;
}

/// Errs towards outside.
bool inside(const std::vector<geo::Shape>& area, geo::LatLng place) {
  constexpr std::int64_t kSpotCm = 1;
  const auto spot = geo::Shape::make(geo::Circle{place, kSpotCm});  // Cannot fail: a report's place exists.
  return spot && std::ranges::any_of(area, [&](const geo::Shape& shape) { return geo::covers(shape, *spot); });
}

bool allowed(const ReleasePermit& permit, core::Domain domain) {
  return domain == core::Domain::kSea ? permit.sea : permit.air;
}

/// Whoever is on the ground, or nobody knows where, is of no domain that a relation speaks of.
std::optional<core::Domain> domain_of(surveillance::Domain domain) {
  if (domain == surveillance::Domain::kAir) return core::Domain::kAir;
  if (domain == surveillance::Domain::kSea) return core::Domain::kSea;
  return std::nullopt;
}

}  // namespace

Release::Release(std::string self, std::vector<ReleaseRule> rules)
    : self_(std::move(self)), uid_prefix_(prefix_of(self_)), rules_(std::move(rules)) {
  for (const ReleaseRule& rule : rules_) delay_ms_max_ = std::max(delay_ms_max_, rule.delay_ms);
}

void Release::heard(const Report& report, const Track& track) {
  if (!report.position || report.has(Flag::kSimulated) || report.has(Flag::kTest)) return;
  // A place that the tracker did not believe is not told. One that is late only beside what others say is: a peer that
  // dates its reports ahead must not silence ours.
  if (report.time > track.last_fix || (report.time == track.last_fix && track.fix != *report.position)) return;
  Heard& of = heard_[track.id];
  if (of.newest.taken.ms != 0 && report.time <= of.newest.time) return;
  if (strength(report.id.kind) > strength(of.id.kind)) of.id = report.id;
  if (!report.call_sign.empty()) of.call_sign = report.call_sign;
  // What waited in a queue while a question was answered counts as having come after it: else it would never be told.
  const UtcMs taken = std::max(report.received, answered_ + 1);
  newest_taken_ = std::max(newest_taken_, taken);
  of.newest = {.taken = taken,
               .time = report.time,
               .place = *report.position,
               .accuracy_cm = report.accuracy_cm,
               .geometric_cm = report.geometric_cm,
               .speed_cm_s = report.has(Flag::kAirspeed) ? std::nullopt : report.speed_cm_s,
               .course_mdeg = report.course_mdeg};
  if (delay_ms_max_ > 0) keep(of, of.newest);
}

void Release::keep(Heard& of, const Sample& sample) {
  // Of those that are due under every delay, the newest is enough.
  const UtcMs due_for_all = sample.taken - delay_ms_max_;
  std::size_t past = 0;
  while (past + 1 < of.kept.size() && std::max(of.kept[past + 1].taken, of.kept[past + 1].time) <= due_for_all) ++past;
  of.kept.erase(of.kept.begin(), of.kept.begin() + static_cast<std::ptrdiff_t>(past));
  samples_ -= past;
  if (!of.kept.empty() && sample.taken - of.kept.back().taken < kSampleEveryMs) return;
  if (samples_ >= kSamplesMax) {
    ++counters_.not_kept;
    return;
  }
  of.kept.push_back(sample);
  ++samples_;
}

void Release::gone(TrackId track) {
  const auto at = heard_.find(track);
  if (at == heard_.end()) return;
  samples_ -= at->second.kept.size();
  heard_.erase(at);
}

bool Release::maybe_news(UtcMs after) const {
  // A report may be dated later than it was taken, but no later than the tracker believes.
  return !heard_.empty() && newest_taken_ + delay_ms_max_ + (delay_ms_max_ > 0 ? kFutureMsMax : 0) > after;
}

/// The first that covers the place; null: it is not told.
const ReleaseRule* Release::rule_of(const Asked& asked, core::Domain domain, bool own, geo::LatLng place) const {
  bool named = false;
  for (const ReleaseRule& rule : rules_) {
    if (rule.to != asked.to || (rule.domain && *rule.domain != domain)) continue;
    named = true;
    if (!own && !rule.all) continue;
    if (rule.area.empty()) return &rule;
    const auto area = asked.permit.areas.find(rule.area);
    if (area != asked.permit.areas.end() && inside(area->second, place)) return &rule;
  }
  return own && !named ? &kUsual : nullptr;
}

Report Release::as_told(TrackId id, const Heard& of, const Sample& sample, const ReleaseRule& rule) const {
  Report out;
  out.format = surveillance::Format::kCot;
  out.id = of.id;
  if (strength(of.id.kind) == 0) {
    out.id = {IdKind::kUid, 0};
    out.uid.assign(fmt::format("{}{}", uid_prefix_, id.value));
  }
  out.received = out.time = sample.time;
  out.stale = sample.time + rule.delay_ms + kReleaseStaleMs;
  out.call_sign = of.call_sign;
  out.position = sample.place;
  out.geometric_cm = sample.geometric_cm;
  out.accuracy_cm = sample.accuracy_cm;
  out.speed_cm_s = sample.speed_cm_s;
  out.course_mdeg = sample.course_mdeg;
  if (rule.grid_m > 0) {
    const ReleaseCell cell = release_cell(sample.place, rule.grid_m);
    out.position = cell.middle;
    // Not with the source's own accuracy added: that would differ from place to place.
    out.accuracy_cm = cell.reach_cm;
    if (rule.grid_m >= kGridHidesMotionMetres) {
      out.speed_cm_s.reset();
      out.course_mdeg.reset();
    }
  }
  return out;
}

std::optional<Release::Due> Release::told(const Asked& asked, TrackId id, const Heard& of) const {
  const Picture& picture = asked.picture;
  const Track* track = picture.tracker().find(id);
  if (track == nullptr || track->state == TrackState::kTentative) return std::nullopt;
  const Correlation* correlation = picture.attribution().of_track(id);
  const PreparedPlan* plan = correlation != nullptr ? picture.plans().find(correlation->intent) : nullptr;
  const bool own = plan != nullptr && picture.authority_of(plan->plan.intent) == self_;
  if (plan != nullptr && asked.permit.withheld.contains(plan->plan.intent)) return std::nullopt;
  const auto domain = domain_of(own ? plan->plan.domain : track->domain);
  if (!domain || !allowed(asked.permit, *domain)) return std::nullopt;

  // From the newest back to one that is due; nothing when that was told before.
  for (std::size_t i = 0; i <= of.kept.size(); ++i) {
    const Sample& sample = i == 0 ? of.newest : of.kept[of.kept.size() - i];
    // Even under the longest delay it was due when they asked before.
    if (std::max(sample.taken, sample.time) + delay_ms_max_ <= asked.after) return std::nullopt;
    const ReleaseRule* rule = rule_of(asked, *domain, own, sample.place);
    if (rule == nullptr) continue;
    const UtcMs at = rule->delay_ms == 0 ? sample.taken : std::max(sample.taken, sample.time) + rule->delay_ms;
    if (at > asked.until) continue;
    if (at <= asked.after) return std::nullopt;
    Due out{at, id, as_told(id, of, sample, *rule)};
    out.report.domain = *domain == core::Domain::kSea ? surveillance::Domain::kSea : surveillance::Domain::kAir;
    if (own && out.report.call_sign.empty()) out.report.call_sign.assign(plan->plan.call_sign);
    return out;
  }
  return std::nullopt;
}

ReleaseAnswer Release::collect(const Picture& picture, std::string_view to, const ReleasePermit& permit, UtcMs after,
                               UtcMs now, std::size_t most) {
  // The millisecond of now is not over: what still comes in it would be missed.
  const UtcMs until = std::max(now - 1, answered_);
  answered_ = until;
  if (after > until) after = UtcMs{0};
  ReleaseAnswer out;
  out.next = until;
  if (!permit.any()) return out;
  const Asked asked{picture, to, permit, after, until};
  std::vector<Due> found;
  for (const auto& [id, of] : heard_) {
    if (auto one = told(asked, id, of)) found.push_back(std::move(*one));
  }
  std::ranges::sort(found, {}, [](const Due& due) { return std::tuple(due.at, due.track); });
  if (found.size() > most) {
    out.more = true;
    std::size_t end = most;
    while (end > 0 && found[end - 1].at == found[most].at) --end;
    if (end == 0) {
      // All of one moment, which no cursor can cut.
      end = most;
      while (found.size() > end && found.back().at != found[0].at) found.pop_back();
      counters_.cut += found.size() - end;
    }
    found.resize(end);
    out.next = found.back().at;
  }
  counters_.told += found.size();
  for (Due& one : found) out.reports.push_back(std::move(one.report));
  return out;
}

}  // namespace tansiq::picture
