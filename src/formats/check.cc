#include "formats/check.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <span>
#include <tuple>

#include "formats/earth_math.h"
#include "geo/conflict.h"
#include "geo/index.h"

namespace tansiq::formats {
namespace {

/// A volume of a flight, prepared. Numbered in the order of flights, then of their volumes.
struct Prepared {
  std::size_t flight;
  const FlightVolume* source;
  geo::PreparedVolume volume;
};

struct PreparedZonePart {
  std::size_t zone;
  geo::PreparedVolume volume;
};

/// Where a motion is at a moment, and how high.
struct Moment {
  geo::LatLng place;
  std::optional<double> cm;
};

double fraction_at(const Motion& motion, UtcMs t) {
  const DurationMs length = motion.end - motion.start;
  return length <= 0 ? 0 : std::clamp(static_cast<double>(t - motion.start) / static_cast<double>(length), 0.0, 1.0);
}

Moment moment_of(const Motion& motion, UtcMs t) {
  const double f = fraction_at(motion, t);
  Moment moment{along(motion.from, motion.to, f), {}};
  if (motion.from_cm && motion.to_cm) {
    moment.cm = static_cast<double>(*motion.from_cm) * (1 - f) + static_cast<double>(*motion.to_cm) * f;
  }
  return moment;
}

/// A point of an outline to show on a map.
geo::LatLng place_of(const geo::Outline& outline) {
  if (const auto* polygon = std::get_if<geo::Polygon>(&outline)) {
    Vec3 sum{0, 0, 0};
    for (const auto& vertex : polygon->vertices) sum = sum + normal_of(vertex);
    return point_of(sum);
  }
  if (const auto* circle = std::get_if<geo::Circle>(&outline)) return circle->centre;
  return std::get<geo::Corridor>(outline).line.front();
}

geo::LatLng place_of(const FlightVolume& volume, UtcMs t) {
  return volume.motion ? moment_of(*volume.motion, t).place : place_of(volume.volume.outline);
}

/// When two even motions are closest, in space, during the time that both cover.
std::optional<Approach> closest_approach(const FlightVolume& a, const FlightVolume& b) {
  if (!a.motion || !b.motion) return std::nullopt;
  const UtcMs begin = std::max(a.motion->start, b.motion->start);
  const UtcMs end = std::min(a.motion->end, b.motion->end);
  if (end < begin) return std::nullopt;
  const auto difference = [&](UtcMs t) {
    return on_ellipsoid(moment_of(*b.motion, t).place) - on_ellipsoid(moment_of(*a.motion, t).place);
  };
  const Vec3 at_begin = difference(begin);
  const Vec3 change = difference(end) - at_begin;
  const double speed2 = dot(change, change);
  const double fraction = speed2 == 0 ? 0 : std::clamp(-dot(at_begin, change) / speed2, 0.0, 1.0);
  Approach approach;
  approach.time = begin + static_cast<DurationMs>(std::llround(fraction * static_cast<double>(end - begin)));
  const Moment first = moment_of(*a.motion, approach.time);
  const Moment second = moment_of(*b.motion, approach.time);
  approach.place = first.place;
  approach.horizontal_m = std::llround(chord_m(first.place, second.place));
  if (first.cm && second.cm && a.volume.band.reference == b.volume.band.reference) {
    approach.vertical_cm = std::llround(std::fabs(*first.cm - *second.cm));
  }
  return approach;
}

geo::TimeWindow common_window(const geo::TimeWindow& a, const geo::TimeWindow& b) {
  const auto [start, end] = std::minmax(std::max(a.start, b.start), std::min(a.end, b.end));  // apart: the gap between
  return {start, end};
}

bool closer(const std::optional<Approach>& a, const std::optional<Approach>& b) {
  if (!a || !b) return a.has_value() && !b.has_value();
  return a->horizontal_m != b->horizontal_m ? a->horizontal_m < b->horizontal_m : a->time < b->time;
}

/// A conflict of two volumes, by their numbers.
struct Hit {
  std::uint32_t first, second;
};

class Check {
 public:
  Check(const CheckInput& input, const CheckOptions& options) : input_(input), options_(options) {
    report_.options = options;
  }

  Result<CheckReport> run() {
    TRY_VOID(prepare_flights());
    TRY_VOID(find_conflicts());
    if (input_.zones != nullptr) {
      TRY_VOID(prepare_zones());
      TRY_VOID(find_entries());
      report_.zone_findings = input_.zones->findings;
    }
    report_.traffic_findings = input_.traffic->findings;
    report_.growth = input_.traffic->growth;
    report_.records = input_.traffic->records;
    report_.volumes = volumes_.size();
    return std::move(report_);
  }

 private:
  Status prepare_flights() {
    const auto& flights = input_.traffic->flights;
    for (std::size_t i = 0; i < flights.size(); ++i) {
      report_.flights.push_back({flights[i].id, flights[i].label});
      for (const FlightVolume& volume : flights[i].volumes) {
        if (volumes_.size() >= kCheckVolumesMax)
          return fail(ErrorCode::kTooLarge, fmt::format("more than {} volumes", kCheckVolumesMax));
        auto prepared = geo::prepare(volume.volume);
        if (!prepared) return std::unexpected(inside(std::move(prepared).error(), flights[i].id));
        volumes_.push_back({i, &volume, std::move(*prepared)});
      }
    }
    return {};
  }

  /// Each volume is compared with the ones before it, so that each pair is judged once.
  Status find_conflicts() {
    geo::VolumeIndex air;
    geo::VolumeIndex sea;
    std::vector<geo::VolumeIndex::Hit> found;
    std::vector<Hit> hits;
    for (std::size_t i = 0; i < volumes_.size(); ++i) {
      geo::VolumeIndex& index = input_.traffic->flights[volumes_[i].flight].domain == Domain::kAir ? air : sea;
      found.clear();
      TRY_VOID(index.find_conflicts(volumes_[i].volume, options_.minima, options_.candidates_max, found));
      for (const auto& hit : found) {
        if (volumes_[hit.tag].flight == volumes_[i].flight) continue;
        hits.push_back({static_cast<std::uint32_t>(hit.tag), static_cast<std::uint32_t>(i)});
      }
      if (hits.size() > kCheckHitsMax)
        return fail(ErrorCode::kTooMuchWork, fmt::format("more than {} conflicting volume pairs", kCheckHitsMax));
      (void)index.insert(volumes_[i].volume, i);
    }
    add_conflicts(hits);
    return {};
  }

  void add_conflicts(std::vector<Hit>& hits) {
    const auto key = [&](const Hit& hit) {
      const auto window = common_window(volumes_[hit.first].volume.window, volumes_[hit.second].volume.window);
      return std::tuple(volumes_[hit.first].flight, volumes_[hit.second].flight, window.start, hit.first, hit.second);
    };
    std::sort(hits.begin(), hits.end(), [&](const Hit& a, const Hit& b) { return key(a) < key(b); });
    for (const Hit& hit : hits) add_hit(hit);
    std::sort(report_.conflicts.begin(), report_.conflicts.end(),
              [](const ConflictEpisode& a, const ConflictEpisode& b) {
                return std::tie(a.window.start, a.first, a.second, a.window.end) <
                       std::tie(b.window.start, b.first, b.second, b.window.end);
              });
  }

  void add_hit(const Hit& hit) {
    const Prepared& a = volumes_[hit.first];
    const Prepared& b = volumes_[hit.second];
    const auto window = common_window(a.volume.window, b.volume.window);
    auto& episodes = report_.conflicts;
    const bool continues = !episodes.empty() && episodes.back().first == a.flight &&
                           episodes.back().second == b.flight &&
                           window.start - episodes.back().window.end <= options_.episode_gap_ms;
    if (!continues) {
      episodes.push_back({a.flight, b.flight, window, 0, place_of(*a.source, window.start), {}});
    }
    ConflictEpisode& episode = episodes.back();
    ++episode.volume_pairs;
    episode.window.end = std::max(episode.window.end, window.end);
    if (auto approach = closest_approach(*a.source, *b.source); closer(approach, episode.closest))
      episode.closest = approach;
  }

  /// Zones hold at all times that the traffic covers.
  Status prepare_zones() {
    // Without traffic at any time: they are named, and looked at for what is wrong with them.
    geo::TimeWindow window{kUtcMin, kUtcMax};
    if (!volumes_.empty()) window = volumes_.front().volume.window;
    for (const Prepared& volume : volumes_) {
      window.start = std::min(window.start, volume.volume.window.start);
      window.end = std::max(window.end, volume.volume.window.end);
    }
    const auto& zones = input_.zones->zones;
    for (std::size_t i = 0; i < zones.size(); ++i) {
      report_.zones.push_back({zones[i].id, zones[i].name});
      for (const geo::Outline& part : zones[i].parts) {
        auto prepared = geo::prepare({part, zones[i].band, window});
        if (!prepared) return std::unexpected(inside(std::move(prepared).error(), zones[i].id));
        parts_.push_back({i, std::move(*prepared)});
      }
    }
    return {};
  }

  Status find_entries() {
    geo::VolumeIndex index;
    for (std::size_t i = 0; i < parts_.size(); ++i) (void)index.insert(parts_[i].volume, i);
    std::vector<geo::VolumeIndex::Hit> found;
    for (std::size_t i = 0, next = 0; i < volumes_.size(); i = next) {
      std::map<std::size_t, std::vector<std::size_t>> stays;  // zone → numbers of this flight's volumes that meet it
      for (next = i; next < volumes_.size() && volumes_[next].flight == volumes_[i].flight; ++next) {
        found.clear();
        TRY_VOID(index.find_conflicts(volumes_[next].volume, {}, options_.candidates_max, found));
        std::set<std::size_t> zones;
        for (const auto& hit : found) zones.insert(parts_[hit.tag].zone);
        for (const std::size_t zone : zones) {
          if (input_.zones->zones[zone].domain == input_.traffic->flights[volumes_[i].flight].domain)
            stays[zone].push_back(next);
        }
      }
      const std::size_t first_entry = report_.entries.size();
      for (const auto& [zone, numbers] : stays) add_stays(zone, numbers);
      std::sort(report_.entries.begin() + static_cast<std::ptrdiff_t>(first_entry), report_.entries.end(),
                [](const ZoneEntry& a, const ZoneEntry& b) {
                  return std::tie(a.window.start, a.zone, a.window.end) <
                         std::tie(b.window.start, b.zone, b.window.end);
                });
    }
    return {};
  }

  /// Cuts a flight's volumes that meet a zone into stays.
  void add_stays(std::size_t zone, std::vector<std::size_t> numbers) {
    const auto window_of = [&](std::size_t number) -> const geo::TimeWindow& { return volumes_[number].volume.window; };
    std::sort(numbers.begin(), numbers.end(), [&](std::size_t a, std::size_t b) {
      return std::pair(window_of(a).start, a) < std::pair(window_of(b).start, b);
    });
    for (std::size_t from = 0, to = 0; from < numbers.size(); from = to) {
      UtcMs end = window_of(numbers[from]).end;
      for (to = from + 1; to < numbers.size() && window_of(numbers[to]).start - end <= options_.episode_gap_ms; ++to) {
        end = std::max(end, window_of(numbers[to]).end);
      }
      add_stay(zone, std::span(numbers).subspan(from, to - from), end);
    }
  }

  void add_stay(std::size_t zone, std::span<const std::size_t> numbers, UtcMs end) {
    const Prepared& first = volumes_[numbers.front()];
    ZoneEntry entry;
    entry.flight = first.flight;
    entry.zone = zone;
    entry.window = {first.volume.window.start, end};
    entry.reference = first.volume.band.reference;
    if (first.source->motion) {
      follow_track(entry, numbers);
    } else {
      entry.place = place_of(first.source->volume.outline);
    }
    report_.entries.push_back(entry);
  }

  bool zone_meets(std::size_t zone, const geo::LevelBand& band, const geo::Shape& shape) const {
    const auto part = std::lower_bound(parts_.begin(), parts_.end(), zone,
                                       [](const PreparedZonePart& p, std::size_t z) { return p.zone < z; });
    return std::any_of(part, parts_.end(), [&](const PreparedZonePart& p) {
      return p.zone == zone && geo::levels_conflict(p.volume.band, band, 0) &&
             geo::outlines_conflict(p.volume.shape, shape, 0);
    });
  }

  /// Is the craft itself in the zone at `t`? Within about a metre and an altitude's growth.
  bool is_inside(std::size_t zone, const Prepared& volume, UtcMs t) const {
    const Moment moment = moment_of(*volume.source->motion, t);
    constexpr std::int64_t kPointCm = 10;
    geo::LevelBand band;
    if (moment.cm) {
      const auto cm = static_cast<std::int64_t>(std::llround(*moment.cm));
      band = {cm, cm + 1, volume.volume.band.reference};
    }
    const auto point = geo::prepare({geo::Circle{moment.place, kPointCm}, band, {t, t + 1}});
    return point && zone_meets(zone, point->band, point->shape);
  }

  /// Finds when the straight track of one volume crosses the border, `begin` being on the other side than `end`.
  UtcMs crossing(std::size_t zone, const Prepared& volume, bool inside_at_start) const {
    UtcMs low = volume.source->motion->start;
    UtcMs high = volume.source->motion->end;
    while (high - low > 500) {
      const UtcMs middle = low + (high - low) / 2;
      (is_inside(zone, volume, middle) == inside_at_start ? low : high) = middle;
    }
    return high;
  }

  /// Does the straight track from one moment to another of a volume meet the zone? Levels as of the whole of it.
  bool meets_between(std::size_t zone, const Prepared& volume, UtcMs from, UtcMs to) const {
    const Moment a = moment_of(*volume.source->motion, from);
    const Moment b = moment_of(*volume.source->motion, to);
    constexpr std::int64_t kHalfWidthCm = 10;
    geo::LevelBand band;
    if (a.cm && b.cm) {
      const std::int64_t first = std::llround(*a.cm);
      const std::int64_t last = std::llround(*b.cm);
      band = {std::min(first, last), std::max(first, last) + 1, volume.volume.band.reference};
    }
    const bool on_the_spot = a.place == b.place;  // it may climb all the same
    const auto track =
        geo::Shape::make(on_the_spot ? geo::Outline(geo::Circle{a.place, kHalfWidthCm})
                                     : geo::Outline(geo::Corridor{{a.place, b.place}, kHalfWidthCm, kHalfWidthCm}));
    return track && zone_meets(zone, band, *track);
  }

  /// When a volume whose ends are both outside goes through the zone, if it does: between two reports craft fly far.
  std::optional<geo::TimeWindow> passage(std::size_t zone, const Prepared& volume) const {
    const geo::TimeWindow whole{volume.source->motion->start, volume.source->motion->end};
    const auto near = narrowed(zone, volume, whole);
    if (!near) return std::nullopt;
    // First between its levels and its borders, then between those of its borders that are met at its levels.
    return narrowed(zone, volume,
                    {std::max(whole.start, near->start - kNearEnough), std::min(whole.end, near->end + kNearEnough)});
  }
  static constexpr DurationMs kNearEnough = 500;

  /// From the first moment up to which the track meets the zone, to the last from which on it does.
  std::optional<geo::TimeWindow> narrowed(std::size_t zone, const Prepared& volume,
                                          const geo::TimeWindow& within) const {
    if (!meets_between(zone, volume, within.start, within.end)) return std::nullopt;
    UtcMs before = within.start;
    UtcMs entered = within.end;
    while (entered - before > kNearEnough) {
      const UtcMs middle = before + (entered - before) / 2;
      (meets_between(zone, volume, within.start, middle) ? entered : before) = middle;
    }
    UtcMs left = within.start;
    UtcMs after = within.end;
    while (after - left > kNearEnough) {
      const UtcMs middle = left + (after - left) / 2;
      (meets_between(zone, volume, middle, within.end) ? left : after) = middle;
    }
    // Over it at one time, and at its levels at another.
    if (left + 2 * kNearEnough < entered) return std::nullopt;
    return geo::TimeWindow{std::min(entered, left), std::max(entered, left)};
  }

  void follow_track(ZoneEntry& entry, std::span<const std::size_t> numbers) const {
    bool seen = false;
    std::optional<std::pair<UtcMs, bool>> last;  // the end of one volume is mostly the start of the next
    for (const std::size_t number : numbers) {
      const Prepared& volume = volumes_[number];
      const Motion& motion = *volume.source->motion;
      const bool known = last && last->first == motion.start;
      const bool at_start = known ? last->second : is_inside(entry.zone, volume, motion.start);
      const bool at_end = is_inside(entry.zone, volume, motion.end);
      last = {motion.end, at_end};
      if (!at_start && !at_end) {
        if (const auto through = passage(entry.zone, volume)) {
          entry.window.end = through->end;
          if (!seen) {
            entry.window.start = through->start;
            set_place(entry, volume);
          }
          seen = true;
          entry.ends_inside = false;
        }
        continue;
      }
      if (!seen) {
        seen = true;
        entry.starts_inside = at_start && (number == 0 || volumes_[number - 1].flight != entry.flight);
        entry.window.start = at_start ? motion.start : crossing(entry.zone, volume, false);
        set_place(entry, volume);
      }
      if (at_end)
        entry.window.end = motion.end;
      else if (at_start)
        entry.window.end = crossing(entry.zone, volume, true);
      entry.ends_inside = at_end && (number + 1 == volumes_.size() || volumes_[number + 1].flight != entry.flight);
    }
    entry.grazes = !seen;
    if (!seen) {
      entry.window = {volumes_[numbers.front()].source->motion->start, volumes_[numbers.back()].source->motion->end};
      set_place(entry, volumes_[numbers.front()]);
    }
  }

  static void set_place(ZoneEntry& entry, const Prepared& volume) {
    const Moment moment = moment_of(*volume.source->motion, entry.window.start);
    entry.place = moment.place;
    entry.reference = volume.volume.band.reference;
    if (moment.cm) entry.level_cm = std::llround(*moment.cm);
  }

  const CheckInput& input_;
  const CheckOptions& options_;
  CheckReport report_;
  std::vector<Prepared> volumes_;
  std::vector<PreparedZonePart> parts_;  // ordered by zone
};

}  // namespace

std::vector<std::pair<std::string, std::string>> CheckReport::pairs() const {
  std::set<std::pair<std::string, std::string>> pairs;
  for (const ConflictEpisode& episode : conflicts) {
    pairs.emplace(std::minmax(flights[episode.first].id, flights[episode.second].id));
  }
  return {pairs.begin(), pairs.end()};
}

Result<CheckReport> run_check(const CheckInput& input, const CheckOptions& options) {
  return Check(input, options).run();
}

}  // namespace tansiq::formats
