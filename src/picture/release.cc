#include "picture/release.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
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

/// Milliseconds up to the year 5188, by 36; and a number of 32 bits.
constexpr std::size_t kStartDigitsMax = 9;
constexpr std::size_t kTrackDigitsMax = 10;
constexpr std::size_t kAreasRemembered = 32;

std::string base_36(std::int64_t value) {
  std::string out;
  do {
    out.insert(out.begin(), "0123456789abcdefghijklmnopqrstuvwxyz"[value % 36]);
    value /= 36;
  } while (value > 0);
  return out;
}

/// `tansiq:fr:mjvyj2o0-`, before the number of the track. An authority with too long a name for a uid stands there by a
/// hash of it.
std::string prefix_of(std::string_view self, UtcMs started) {
  const std::string start = base_36(std::max<std::int64_t>(0, started.ms)) + "-";
  std::string out = fmt::format("tansiq:{}:", self);
  if (out.size() + kStartDigitsMax + 1 + kTrackDigitsMax <= decltype(Report::uid)::capacity()) return out + start;
  return fmt::format("tansiq:{}:{}", log::sha256(self).hex().substr(0, 16), start);
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

bool allowed(const ReleasePermit& permit, core::Domain domain) {
  return domain == core::Domain::kSea ? permit.sea : permit.air;
}

/// Whoever is on the ground, or nobody knows where, is of no domain that a relation speaks of.
std::optional<core::Domain> domain_of(surveillance::Domain domain) {
  if (domain == surveillance::Domain::kAir) return core::Domain::kAir;
  if (domain == surveillance::Domain::kSea) return core::Domain::kSea;
  return std::nullopt;
}

bool is_among(const std::set<surveillance::CraftId>& craft, const std::optional<std::uint32_t>& icao,
              const std::optional<std::uint32_t>& mmsi) {
  return (icao && craft.contains({IdKind::kIcao, *icao})) || (mmsi && craft.contains({IdKind::kMmsi, *mmsi}));
}

}  // namespace

Release::Release(std::string self, std::vector<ReleaseRule> rules, UtcMs started)
    : self_(std::move(self)), uid_prefix_(prefix_of(self_, started)), rules_(std::move(rules)) {
  std::map<std::string_view, std::uint32_t> areas;
  for (const ReleaseRule& rule : rules_) {
    std::uint32_t number = 0;
    if (!rule.area.empty()) {
      number = areas.try_emplace(rule.area, static_cast<std::uint32_t>(areas.size())).first->second;
    }
    OfPeer& peer = by_peer_[rule.to];
    for (const core::Domain domain : {core::Domain::kAir, core::Domain::kSea}) {
      if (rule.domain && *rule.domain != domain) continue;
      Rules& of = domain == core::Domain::kAir ? peer.air : peer.sea;
      DurationMs& longest = domain == core::Domain::kAir ? air_delay_ms_max_ : sea_delay_ms_max_;
      of.least_ms = of.list.empty() ? rule.delay_ms : std::min(of.least_ms, rule.delay_ms);
      of.most_ms = std::max(of.most_ms, rule.delay_ms);
      of.strangers = of.strangers || rule.all;
      of.list.push_back({rule, number});
      longest = std::max(longest, rule.delay_ms);
    }
  }
  delay_ms_max_ = std::max(air_delay_ms_max_, sea_delay_ms_max_);
}

const Release::OfPeer& Release::rules_for(std::string_view to) const {
  static const OfPeer kNone;
  const auto at = by_peer_.find(to);
  return at != by_peer_.end() ? at->second : kNone;
}

/// Of which domain a craft is may still come out, or be its plan's.
bool Release::may_delay(surveillance::Domain domain) const {
  if (domain == surveillance::Domain::kAir) return air_delay_ms_max_ > 0;
  if (domain == surveillance::Domain::kSea) return sea_delay_ms_max_ > 0;
  return delay_ms_max_ > 0;
}

void Release::heard(const Report& report, const Track& track) {
  if (!report.position || report.has(Flag::kSimulated) || report.has(Flag::kTest)) return;
  // It would be told as flying, without a height.
  if (track.on_ground) return;
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
  forget_ended(newest_taken_);
  of.newest = {.taken = taken,
               .time = report.time,
               .place = *report.position,
               .accuracy_cm = report.accuracy_cm,
               .geometric_cm = report.geometric_cm,
               .speed_cm_s = report.has(Flag::kAirspeed) ? std::nullopt : report.speed_cm_s,
               .course_mdeg = report.course_mdeg};
  if (may_delay(track.domain)) keep(of, of.newest);
}

void Release::keep(Heard& of, const Sample& sample) {
  // Of those that are due under every delay, the newest is enough. The millisecond of now is not over (collect).
  const UtcMs due_for_all = sample.taken - delay_ms_max_;
  std::size_t past = 0;
  while (past + 1 < of.kept.size() && std::max(of.kept[past + 1].taken, of.kept[past + 1].time) < due_for_all) ++past;
  of.kept.erase(of.kept.begin(), of.kept.begin() + static_cast<std::ptrdiff_t>(past));
  samples_ -= past;
  if (samples_ < kSamplesMax / 4 && spacing_ms_ > kSampleEveryMs) spacing_ms_ /= 2;
  // Beyond the longest delay one place of each is left, and nothing more to thin.
  while (samples_ >= kSamplesMax && spacing_ms_ < delay_ms_max_) widen();
  if (!of.kept.empty() && sample.taken - of.kept.back().taken < spacing_ms_) return;
  if (samples_ >= kSamplesMax) {
    ++counters_.not_kept;
    return;
  }
  of.kept.push_back(sample);
  ++samples_;
}

/// Leaves what is apart as it would have been kept. The eldest stays: it may be the only one that is due.
void Release::thin(std::vector<Sample>& kept) {
  std::size_t left = 0;
  for (std::size_t i = 0; i < kept.size(); ++i) {
    if (left > 0 && (kept[i].taken - kept[left - 1].taken < spacing_ms_ || kept[i].time <= kept[left - 1].time))
      continue;
    if (left != i) kept[left] = kept[i];
    ++left;
  }
  samples_ -= kept.size() - left;
  kept.resize(left);
}

void Release::widen() {
  spacing_ms_ *= 2;
  for (auto& [id, of] : heard_) thin(of.kept);
  for (Ended& of : ended_) thin(of.heard.kept);
}

/// Of which everything is due to everybody by `now`, and was for a while.
void Release::forget_ended(UtcMs now) {
  const auto over = [&](const Ended& of) {
    const Sample& last = of.heard.newest;
    return std::max(last.taken, last.time) + delay_ms_max_ + kReleaseEndedMs <= now;
  };
  while (!ended_.empty() && over(ended_.front())) {
    samples_ -= ended_.front().heard.kept.size();
    ended_.pop_front();
  }
}

void Release::gone(TrackId track) {
  const auto at = heard_.find(track);
  if (at == heard_.end()) return;
  if (at->second.was && !at->second.kept.empty()) {
    ended_.push_back({track, std::move(at->second)});
  } else {
    samples_ -= at->second.kept.size();
  }
  heard_.erase(at);
}

void Release::merged(TrackId gone, TrackId kept) {
  auto node = heard_.extract(gone);
  if (node.empty()) return;
  Heard& from = node.mapped();
  const auto [at, fresh] = heard_.try_emplace(kept);
  Heard& to = at->second;
  if (fresh) {
    to = std::move(from);
    return;
  }
  if (strength(from.id.kind) > strength(to.id.kind)) to.id = from.id;
  const bool later = from.newest.time > to.newest.time;
  if (!from.call_sign.empty() && (later || to.call_sign.empty())) to.call_sign = from.call_sign;
  if (later) to.newest = from.newest;
  std::vector<Sample> both;
  both.reserve(to.kept.size() + from.kept.size());
  std::ranges::merge(to.kept, from.kept, std::back_inserter(both), {}, &Sample::taken, &Sample::taken);
  to.kept = std::move(both);
  thin(to.kept);
}

bool Release::maybe_news(std::string_view to, UtcMs after) const {
  // A report may be dated later than it was taken, but no later than the tracker believes.
  const OfPeer& rules = rules_for(to);
  const DurationMs most = std::max(rules.air.most_ms, rules.sea.most_ms);
  return !(heard_.empty() && ended_.empty()) && newest_taken_ + most + (most > 0 ? kFutureMsMax : 0) > after;
}

ReleaseArea::Where Release::where(const ReleasePermit& permit, const NamedRule& of, Sample& sample, Spot& spot) {
  Inside& known = sample.areas;
  const bool remembered = permit.areas_version != 0 && of.area < kAreasRemembered;
  const std::uint32_t bit = remembered ? 1U << of.area : 0;
  if (remembered && known.version != permit.areas_version) known = {.version = permit.areas_version};
  if ((known.known & bit) != 0) {
    if ((known.unsure & bit) != 0) return ReleaseArea::Where::kUnsure;
    return (known.inside & bit) != 0 ? ReleaseArea::Where::kInside : ReleaseArea::Where::kOutside;
  }
  const auto area = permit.areas.find(of.rule.area);
  // It has gone since the rule was written: what it would cover nobody knows.
  if (area == permit.areas.end() || area->second == nullptr) return ReleaseArea::Where::kUnsure;
  const ReleaseArea::Where found = area->second->where(spot);
  known.known |= bit;
  if (found == ReleaseArea::Where::kInside) known.inside |= bit;
  if (found == ReleaseArea::Where::kUnsure) known.unsure |= bit;
  return found;
}

/// The first rule that covers the place, if it speaks of such a craft.
const ReleaseRule* Release::rule_of(const Asked& asked, const Rules& rules, bool own, Sample& sample) {
  if (rules.list.empty()) return own ? &kUsual : nullptr;
  Spot spot(sample.place);
  for (const NamedRule& named : rules.list) {
    const ReleaseArea::Where at =
        named.rule.area.empty() ? ReleaseArea::Where::kInside : where(asked.permit, named, sample, spot);
    if (at == ReleaseArea::Where::kOutside) continue;
    // Perhaps in an area of which a later rule would tell more: neither.
    return at == ReleaseArea::Where::kInside && (own || named.rule.all) ? &named.rule : nullptr;
  }
  return nullptr;
}

Report Release::as_told(TrackId id, const Heard& of, const Sample& sample, const ReleaseRule& rule,
                        core::Domain domain) const {
  const bool sea = domain == core::Domain::kSea;
  Report out;
  out.domain = sea ? surveillance::Domain::kSea : surveillance::Domain::kAir;
  out.format = surveillance::Format::kCot;
  out.id = of.id;
  if (strength(of.id.kind) == 0) {
    out.id = {IdKind::kUid, 0};
    out.uid.assign(fmt::format("{}{}", uid_prefix_, id.value));
  }
  out.received = out.time = sample.time;
  out.stale = sample.time + rule.delay_ms + (sea ? kReleaseStaleSeaMs : kReleaseStaleAirMs);
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

/// Nothing while it may not be told to anybody.
std::optional<Release::Known> Release::known(const Picture& picture, TrackId id) const {
  const Track* track = picture.tracker().find(id);
  if (track == nullptr || track->state == TrackState::kTentative || track->on_ground) return std::nullopt;
  // Confirmed since plans were compared with tracks last: it may be a flight that is withheld.
  if (!picture.attribution().has_looked_at(id)) return std::nullopt;
  const Correlation* correlation = picture.attribution().of_track(id);
  const PreparedPlan* plan = correlation != nullptr ? picture.plans().find(correlation->intent) : nullptr;
  const bool sure = plan != nullptr && correlation->contradicts.empty() && correlation->reason != Reason::kPlace;
  const bool own = sure && picture.authority_of(plan->plan.intent) == self_;
  const auto domain = domain_of(own ? plan->plan.domain : track->domain);
  if (!domain) return std::nullopt;
  return Known{.domain = *domain,
               .intent = plan != nullptr ? plan->plan.intent : std::string(),
               .own = own,
               .icao = track->icao,
               .mmsi = track->mmsi,
               .call_sign = track->call_sign,
               .mode_3a = track->mode_3a};
}

Release::Withheld Release::withheld_by(const Picture& picture, const ReleasePermit& permit, UtcMs now) {
  Withheld out;
  for (const std::string& intent : permit.withheld) {
    const PreparedPlan* prepared = picture.plans().find(intent);
    if (prepared == nullptr || prepared->plan.state == core::IntentState::kEnded) continue;
    if (std::string sign = plain_call_sign(prepared->plan.call_sign); !sign.empty()) {
      out.call_signs.insert(std::move(sign));
    }
    for (const core::Craft& craft : prepared->plan.craft) {
      if (craft.icao) out.icao.insert(craft.icao->value);
      if (craft.mmsi) out.mmsi.insert(craft.mmsi->value);
      // Codes are lent to one craft after another, and some to nobody.
      const bool lent = craft.mode_3a && discrete_code(craft.mode_3a->value) &&
                        craft.from.value_or(prepared->first) <= now && now < craft.to.value_or(prepared->last);
      if (lent) out.codes.insert(craft.mode_3a->value);
    }
  }
  return out;
}

/// Whatever speaks for a withheld flight keeps it back, though it is taken for another.
bool Release::kept_back(const Asked& asked, const Known& craft, const Heard& of) {
  if (!craft.intent.empty() && asked.permit.withheld.contains(craft.intent)) return true;
  if (!asked.permit.hidden.empty() && is_among(asked.permit.hidden, craft.icao, craft.mmsi)) return true;
  const Withheld& names = asked.withheld;
  if (craft.icao && names.icao.contains(*craft.icao)) return true;
  if (craft.mmsi && names.mmsi.contains(*craft.mmsi)) return true;
  if (craft.mode_3a && names.codes.contains(*craft.mode_3a)) return true;
  if (names.call_signs.empty()) return false;
  return names.call_signs.contains(plain_call_sign(craft.call_sign.view())) ||
         names.call_signs.contains(plain_call_sign(of.call_sign.view()));
}

std::optional<Release::Due> Release::told(const Asked& asked, TrackId id, const Known& craft, Heard& of) const {
  // Only what is sure tells it as one of ours.
  if (kept_back(asked, craft, of)) return std::nullopt;
  if (!allowed(asked.permit, craft.domain)) return std::nullopt;
  const Rules& rules = craft.domain == core::Domain::kSea ? asked.rules.sea : asked.rules.air;
  if (!craft.own && !rules.strangers) return std::nullopt;
  // Of what is kept, the latest are due to nobody yet.
  std::size_t early = 0;
  if (rules.least_ms > 0) {
    const auto due_to_some = [&](const Sample& sample) {
      return std::max(sample.taken, sample.time) + rules.least_ms <= asked.until;
    };
    early = static_cast<std::size_t>(of.kept.end() - std::ranges::partition_point(of.kept, due_to_some));
  }

  // From the newest back to one that is due; nothing when that was told before.
  for (std::size_t i = 0; i <= of.kept.size(); i = i == 0 ? early + 1 : i + 1) {
    Sample& sample = i == 0 ? of.newest : of.kept[of.kept.size() - i];
    const auto due = [&](DurationMs delay_ms) {
      return delay_ms == 0 ? sample.taken : std::max(sample.taken, sample.time) + delay_ms;
    };
    // Even under the longest delay it was due when they asked before; even under the shortest it is not yet.
    if (due(rules.most_ms) <= asked.after) return std::nullopt;
    if (due(rules.least_ms) > asked.until) continue;
    const ReleaseRule* rule = rule_of(asked, rules, craft.own, sample);
    if (rule == nullptr) continue;
    const UtcMs at = due(rule->delay_ms);
    if (at > asked.until) continue;
    if (at <= asked.after) return std::nullopt;
    return Due{at, id, as_told(id, of, sample, *rule, craft.domain)};
  }
  return std::nullopt;
}

std::vector<Release::Due> Release::due(const Picture& picture, const Asked& asked) {
  forget_ended(asked.until);
  std::vector<Due> found;
  for (auto& [id, of] : heard_) {
    auto craft = known(picture, id);
    if (!craft) continue;
    if (auto one = told(asked, id, *craft, of)) found.push_back(std::move(*one));
    if (!of.kept.empty()) of.was = std::move(craft);
  }
  for (auto& [id, of] : ended_) {
    if (auto one = told(asked, id, *of.was, of)) found.push_back(std::move(*one));
  }
  std::ranges::sort(found, {}, [](const Due& one) { return std::tuple(one.at, one.track); });
  return found;
}

ReleaseAnswer Release::preview(const Picture& picture, std::string_view to, const ReleasePermit& permit, UtcMs now,
                               std::size_t most) {
  ReleaseAnswer out;
  out.next = now - 1;
  if (!permit.any()) return out;
  std::vector<Due> found = due(picture, {rules_for(to), permit, UtcMs{0}, out.next, withheld_by(picture, permit, now)});
  out.more = found.size() > most;
  if (out.more) found.resize(most);
  for (Due& one : found) out.reports.push_back(std::move(one.report));
  return out;
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
  std::vector<Due> found = due(picture, {rules_for(to), permit, after, until, withheld_by(picture, permit, now)});
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
