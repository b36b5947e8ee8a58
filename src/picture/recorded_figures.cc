#include "picture/recorded_figures.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "picture/picture.h"

namespace tansiq::picture {
namespace {

using surveillance::Domain;
using surveillance::Flag;
using surveillance::IdKind;
using surveillance::Report;

using Name = std::pair<IdKind, std::uint32_t>;
using Pair = std::pair<Name, Name>;

/// Who has been heard so often, and for so long since, can be warned of.
constexpr std::size_t kFamiliarReports = 3;
constexpr DurationMs kFamiliarMs = 30'000;
constexpr double kRestMS = 1;

Pair pair_of(const Name& a, const Name& b) { return a < b ? Pair(a, b) : Pair(b, a); }

struct Spoken {
  UtcMs time;
  Normal place;
  std::optional<double> height_m;
  bool ground = false;
};

/// What a recording says of one craft, and where it was in between.
struct Flown {
  std::vector<Spoken> places;
  bool sea = false;

  struct Moment {
    Normal place;
    std::optional<double> height_m;
    bool rests = false;
  };
  /// The moments of whole seconds, asked in order of time. Nothing where its reports are too far apart.
  [[nodiscard]] std::optional<Moment> at(UtcMs t, std::size_t& from) const {
    while (from + 1 < places.size() && places[from + 1].time <= t) ++from;
    const Spoken& a = places[from];
    if (t < a.time || from + 1 >= places.size()) return {};
    const Spoken& b = places[from + 1];
    if (b.time - a.time > (sea ? 200'000 : 60'000)) return {};
    const double part = static_cast<double>(t - a.time) / static_cast<double>(b.time - a.time);
    const LocalFrame frame(a.place);
    const Planar way = frame.offset_of(b.place);
    Moment out{frame.at(part * way), {}, a.ground && b.ground};
    if (a.height_m && b.height_m) out.height_m = *a.height_m + part * (*b.height_m - *a.height_m);
    if (sea) out.rests = std::sqrt(norm2(way)) * 1e3 / static_cast<double>(b.time - a.time) < kRestMS;
    return out;
  }
};

struct Truth {
  UtcMs familiar;             ///< From here on anybody could have warned.
  std::optional<UtcMs> lost;  ///< First.
};

/// Second by second, for as long as both are heard. Nothing for a pair that is never heard together, and for one that
/// is near when it is first heard, heard again, or set in motion: nobody could have warned of that.
std::optional<Truth> truth_of(const Flown& a, const Flown& b, const PairMinima& minima) {
  if (a.places.size() < kFamiliarReports || b.places.size() < kFamiliarReports) return {};
  const UtcMs begin = std::max(a.places.front().time, b.places.front().time);
  const UtcMs end = std::min(a.places.back().time, b.places.back().time);
  Truth out{std::max(a.places[kFamiliarReports - 1].time, b.places[kFamiliarReports - 1].time) + kFamiliarMs, {}};
  if (end < out.familiar) return {};
  std::size_t at_a = 0;
  std::size_t at_b = 0;
  bool apart_before = false;
  for (UtcMs t = begin; t < end && !out.lost;) {
    const auto one = a.at(t, at_a);
    const auto two = b.at(t, at_b);
    double spare_m = 0;
    if (one && two) {
      const double apart = distance_m(one->place, two->place);
      const bool still = a.sea ? one->rests && two->rests : one->rests || two->rests;
      const bool level = !minima.vertical_m || (one->height_m && two->height_m &&
                                                std::abs(*one->height_m - *two->height_m) < *minima.vertical_m);
      const bool near = apart < minima.horizontal_m && level;
      if (near && !still) {
        if (!apart_before) return {};
        out.lost = t;
      }
      apart_before = !near;
      spare_m = std::max(0.0, apart - minima.horizontal_m);
    } else {
      apart_before = false;
    }
    // Nothing closes a distance faster than two aircraft of 400 m/s.
    t = t + 1'000 * std::max<std::int64_t>(1, static_cast<std::int64_t>(spare_m / 800));
  }
  return out;
}

using Warned = std::map<Pair, UtcMs>;  ///< First.

/// As a node would, with all its filters.
class Watching final : public PictureListener {
 public:
  void play(std::span<const Report> reports) {
    UtcMs advanced = reports.front().time;
    for (Report r : reports) {
      for (; advanced + 1'000 <= r.time; advanced = advanced + 1'000) step(advanced + 1'000);
      r.received = r.time;
      now_ = r.time;
      picture_.report(r);
    }
  }
  [[nodiscard]] const Warned& warned() const { return warned_; }

 private:
  void step(UtcMs t) {
    now_ = t;
    picture_.advance(t);
  }
  void track_changed(const TrackChange& /*change*/, const Track& track) override {
    if (track.icao) names_[track.id] = {IdKind::kIcao, *track.icao};
    if (track.mmsi) names_[track.id] = {IdKind::kMmsi, *track.mmsi};
  }
  void alert_changed(const AlertChange& change) override {
    const Situation& of = change.alert.situation;
    if (of.kind != AlertKind::kConflict) return;
    warned_.try_emplace(pair_of(names_[of.first], names_[of.second]), now_);
  }

  Picture picture_{{}, this};
  std::map<TrackId, Name> names_;
  Warned warned_;
  UtcMs now_;
};

/// The baseline: straight on from the last two places, and an alert at once.
Warned straight_lines(std::span<const Report> reports, const PairMinima& minima, bool sea) {
  struct Last {
    Motion motion;
    Normal place;
    UtcMs time;
    bool moves = false;
    bool rests = false;
  };
  Warned out;
  std::map<Name, Last> all;
  for (const Report& r : reports) {
    if (!r.position) continue;
    const Name name{r.id.kind, r.id.number};
    const auto [at, fresh] = all.try_emplace(name);
    Last& mine = at->second;
    const Normal place = normal_of(*r.position);
    if (!fresh && r.time <= mine.time) continue;
    const double since_s = fresh ? 0 : static_cast<double>(r.time - mine.time) * 1e-3;
    mine.moves = !fresh && since_s < (sea ? 200 : 60);
    if (mine.moves) {
      const LocalFrame here(place);
      const Planar back = here.offset_of(mine.place);
      Motion& m = mine.motion;
      m.time = r.time;
      m.lat_deg = static_cast<double>(r.position->lat_e7) * 1e-7;
      m.lng_deg = static_cast<double>(r.position->lng_e7) * 1e-7;
      m.east_m_s = -back.east / since_s;
      m.north_m_s = -back.north / since_s;
      const auto height = r.pressure_cm ? std::optional(static_cast<double>(*r.pressure_cm) * 1e-2) : std::nullopt;
      m.up_m_s = height && m.pressure_m ? (*height - *m.pressure_m) / since_s : 0;
      m.pressure_m = height;
      mine.rests = sea ? std::hypot(m.east_m_s, m.north_m_s) < kRestMS : r.has(Flag::kOnGround);
    } else if (r.pressure_cm) {
      mine.motion.pressure_m = static_cast<double>(*r.pressure_cm) * 1e-2;
    }
    mine.place = place;
    mine.time = r.time;
    if (!mine.moves) continue;
    const auto mover = make_mover(mine.motion);
    if (!mover) continue;
    for (const auto& [other, theirs] : all) {
      if (other == name || !theirs.moves || r.time - theirs.time > (sea ? 190'000 : 15'000)) continue;
      if (sea ? mine.rests && theirs.rests : mine.rests || theirs.rests) continue;
      const Pair pair = pair_of(name, other);
      if (out.contains(pair)) continue;
      const auto second = make_mover(theirs.motion);
      if (second && closest_approach(*mover, *second, minima, r.time).conflict) out.emplace(pair, r.time);
    }
  }
  return out;
}

EncounterScore score_of(const std::map<Pair, Truth>& truths, const Warned& warned) {
  EncounterScore out;
  std::vector<double> ahead_s;
  for (const auto& [pair, truth] : truths) {
    const auto first = warned.find(pair);
    if (!truth.lost) {
      out.needless += first != warned.end() ? 1U : 0U;
    } else if (first == warned.end() || first->second > *truth.lost) {
      ++out.missed;
    } else {
      ++out.warned;
      ahead_s.push_back(static_cast<double>(*truth.lost - first->second) * 1e-3);
    }
  }
  if (ahead_s.empty()) return out;
  const auto middle = ahead_s.begin() + static_cast<std::ptrdiff_t>(ahead_s.size() / 2);
  std::ranges::nth_element(ahead_s, middle);
  out.median_s = *middle;
  return out;
}

}  // namespace

Result<RecordedFigures> measure_warnings(std::span<const Report> reports) {
  std::map<Name, Flown> craft;
  for (const Report& r : reports) {
    if (!r.position) continue;
    Flown& of = craft[{r.id.kind, r.id.number}];
    of.sea = r.domain == Domain::kSea;
    if (!of.places.empty() && r.time <= of.places.back().time) continue;
    Spoken fix{r.time, normal_of(*r.position), {}, r.has(Flag::kOnGround)};
    if (r.pressure_cm) fix.height_m = static_cast<double>(*r.pressure_cm) * 1e-2;
    of.places.push_back(fix);
  }
  if (craft.empty()) return fail(ErrorCode::kInvalid, "the recording has no craft to warn of");
  const bool sea = craft.begin()->second.sea;
  const SeparationOptions usual;
  const PairMinima& minima = sea ? usual.sea : usual.air;
  std::map<Pair, Truth> truths;
  RecordedFigures out;
  out.craft = craft.size();
  for (auto a = craft.begin(); a != craft.end(); ++a) {
    for (auto b = std::next(a); b != craft.end(); ++b) {
      const auto truth = truth_of(a->second, b->second, minima);
      if (!truth || (truth->lost && *truth->lost < truth->familiar)) continue;
      truths.emplace(Pair(a->first, b->first), *truth);
      out.lost += truth->lost ? 1U : 0U;
    }
  }
  out.pairs = truths.size();
  Watching watching;
  watching.play(reports);
  out.picture = score_of(truths, watching.warned());
  out.lines = score_of(truths, straight_lines(reports, minima, sea));
  return out;
}

}  // namespace tansiq::picture
