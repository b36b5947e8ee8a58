#include "picture/encounter_testlib.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "picture/detection_testlib.h"

namespace tansiq::picture::testing {
namespace {

constexpr double kFoot = 0.3048;
constexpr double kRadian = std::numbers::pi / 180;
constexpr UtcMs kStart{1'700'000'000'000};

/// A craft's plan: what it does from when on.
struct Leg {
  double from_s = 0;
  double turn_deg_s = 0;
  double up_m_s = 0;
};
struct Plan {
  Motion start;
  std::vector<Leg> legs;
};

const Leg& leg_at(const Plan& plan, double t) {
  const Leg* leg = &plan.legs.front();
  for (const Leg& next : plan.legs) {
    if (next.from_s <= t) leg = &next;
  }
  return *leg;
}

std::vector<Motion> flown(const Plan& plan, std::size_t steps, double step_s) {
  std::vector<Motion> path;
  Motion m = plan.start;
  for (std::size_t i = 0; i < steps; ++i) {
    const Leg& leg = leg_at(plan, static_cast<double>(i) * step_s);
    m.turn_deg_s = leg.turn_deg_s;
    m.up_m_s = leg.up_m_s;
    m.time = kStart + std::llround(static_cast<double>(i) * step_s * 1e3);
    path.push_back(m);
    // A step of the arc by its chord.
    const auto turn = [&](double degrees) {
      const double angle = degrees * kRadian;
      const double east = m.east_m_s;
      m.east_m_s = east * std::cos(angle) + m.north_m_s * std::sin(angle);
      m.north_m_s = m.north_m_s * std::cos(angle) - east * std::sin(angle);
    };
    turn(leg.turn_deg_s * step_s / 2);
    m = moved(m, step_s);
    turn(leg.turn_deg_s * step_s / 2);
  }
  return path;
}

double normal(SeededRandom& random) {
  double sum = -6;
  for (int i = 0; i < 12; ++i) sum += random.unit();
  return sum;
}

/// What a tracker makes of it: noise on place, velocity and turn, heights in steps of 25 ft, turns noticed late.
std::vector<WatchedCraft> reported(const std::vector<Motion>& path, TrackId track, bool sea, std::uint32_t formation,
                                   SeededRandom& random) {
  const double place_m = sea ? 8 : 30;
  const double speed_m_s = sea ? 0.15 : 1.5;
  const std::size_t late = sea ? 1 : 3;
  std::vector<WatchedCraft> out;
  for (std::size_t i = 0; i < path.size(); ++i) {
    WatchedCraft craft;
    craft.track = track;
    craft.formation = formation;
    craft.motion = beside(path[i], between(random, 0, 360), std::abs(normal(random)) * place_m);
    craft.motion.east_m_s += normal(random) * speed_m_s;
    craft.motion.north_m_s += normal(random) * speed_m_s;
    const double turn = path[i >= late ? i - late : 0].turn_deg_s;
    craft.motion.turn_deg_s = turn == 0 ? 0 : turn + normal(random) * std::abs(turn) / 10;
    if (path[i].pressure_m) {
      craft.motion.pressure_m = std::round(*path[i].pressure_m / (25 * kFoot)) * 25 * kFoot;
      craft.motion.up_m_s = path[i].up_m_s == 0 ? 0 : path[i].up_m_s + normal(random) * 0.3;
    }
    out.push_back(craft);
  }
  return out;
}

PairMinima minima_of(bool sea) { return sea ? sea_conflict_options().widest : air_conflict_options().widest; }

/// How long the paths are, in steps.
constexpr std::size_t kSteps = 240;

/// Draws the plans of one kind: both are laid through the place where they would meet and flown backwards to the start.
class Drawing {
 public:
  Drawing(EncounterKind kind, SeededRandom& random) : kind_(kind), random_(random) {
    sea_ = at_sea(kind);
    step_s_ = sea_ ? 10 : 1;
    meet_s_ = step_s_ * between(random, 150, 200);
    place_ = moving(std::asin(between(random, -1, 1)) / kRadian, between(random, -180, 180), 0, 0);
    if (random.one_in(3)) {
      const auto& seam = kSeams[static_cast<std::size_t>(random.between(2, std::ssize(kSeams) - 1))];
      place_ = moving(seam[0] + between(random, -0.2, 0.2), seam[1] + between(random, -0.2, 0.2), 0, 0);
    }
    place_.lat_deg = std::clamp(place_.lat_deg, -89.0, 89.0);
    course_ = between(random, 0, 360);
    side_ = random.one_in(2) ? 1 : -1;
  }

  void draw(Plan& one, Plan& two) {
    const double d = minima_of(sea_).horizontal_m;
    const double speed = sea_ ? between(random_, 5, 10) : between(random_, 160, 250);
    const double level = 1'000 * kFoot * std::round(between(random_, 10, 38));
    switch (kind_) {
      case EncounterKind::kCrossing:
        return meet(one, two, speed, between(random_, 40, 140), between(random_, 0, 0.8) * d, level, level);
      case EncounterKind::kCrossingClear:
        return meet(one, two, speed, between(random_, 40, 140), between(random_, 1.2, 2.5) * d, level, level);
      case EncounterKind::kHeadOn:
        return meet(one, two, speed, between(random_, 170, 190), between(random_, 0, 0.8) * d, level, level);
      case EncounterKind::kOvertaking:
        other_speed_ = speed * between(random_, 0.55, 0.7);
        return meet(one, two, speed, between(random_, -5, 5), between(random_, 0, 0.6) * d, level, level);
      case EncounterKind::kLevels:
        return meet(one, two, speed, between(random_, 40, 180), between(random_, 0, 0.8) * d, level,
                    level + side_ * 1'000 * kFoot);
      case EncounterKind::kClimbThrough: {
        const double rate = between(random_, 5, 12);
        meet(one, two, speed, between(random_, 40, 180), between(random_, 0, 0.6) * d, level, level - rate * meet_s_);
        two.legs = {{0, 0, rate}};
        return;
      }
      case EncounterKind::kLevelOff:
      case EncounterKind::kLevelOffKnown: {
        // Crossing half a minute after it has levelled off.
        const double rate = between(random_, 5, 12);
        const double off_s = std::round(meet_s_ - between(random_, 20, 60));
        meet(one, two, speed, between(random_, 40, 180), between(random_, 0, 0.8) * d, level,
             level - 1'000 * kFoot - rate * off_s);
        two.legs = {{0, 0, rate}, {off_s, 0, 0}};
        if (kind_ == EncounterKind::kLevelOffKnown) cleared_m_ = level - 1'000 * kFoot;
        return;
      }
      case EncounterKind::kTurnAway:
        meet(one, two, speed, 180 + between(random_, -20, 20), between(random_, 0, 0.3) * d, level, level);
        turn_s_ = meet_s_ - between(random_, 100, 130);
        two.legs = {{0, 0, 0}, {turn_s_, side_ * 3.0, 0}, {turn_s_ + 40, 0, 0}};
        return;
      case EncounterKind::kTurnInto: {
        // Side by side, then a quarter circle towards the other.
        beside_each_other(one, two, speed, between(random_, 1.5, 2.5) * d, level);
        turn_s_ = between(random_, 60, 120);
        two.legs = {{0, 0, 0}, {turn_s_, -side_ * 2.0, 0}, {turn_s_ + 45, 0, 0}};
        return;
      }
      case EncounterKind::kTurnAcross:
        // A half circle on the outer side of which another flies the other way.
        beside_each_other(one, two, speed, between(random_, 2.2, 4) * d, level);
        turn_s_ = between(random_, 60, 120);
        two.legs = {{0, 0, 0}, {turn_s_, -side_ * 3.0, 0}, {turn_s_ + 60, 0, 0}};
        return;
      case EncounterKind::kParallel:
        return beside_each_other(one, two, speed, between(random_, 1.1, 1.6) * d, level);
      case EncounterKind::kFormation:
        formation_ = 5;
        return beside_each_other(one, two, speed, between(random_, 50, 1'500), level);
      case EncounterKind::kShipsCrossing:
        return meet(one, two, speed, between(random_, 40, 140), between(random_, 0, 0.8) * d, {}, {});
      case EncounterKind::kShipsMeeting:
        return meet(one, two, speed, between(random_, 170, 190), between(random_, 1.3, 2.5) * d, {}, {});
      case EncounterKind::kShipsOvertaking:
        other_speed_ = speed * between(random_, 0.4, 0.6);
        return meet(one, two, speed, between(random_, -5, 5), between(random_, 0, 2) * d, {}, {});
    }
  }

  [[nodiscard]] bool sea() const { return sea_; }
  [[nodiscard]] double step_s() const { return step_s_; }
  [[nodiscard]] std::uint32_t formation() const { return formation_; }
  [[nodiscard]] std::optional<double> cleared_m() const { return cleared_m_; }

 private:
  [[nodiscard]] Motion at(double course, double speed, std::optional<double> level) const {
    return moving(place_.lat_deg, place_.lng_deg, course, speed, level);
  }
  /// Both level and straight, as if nothing else were planned; heights are those at the start.
  void meet(Plan& one, Plan& two, double speed, double angle, double miss_m, std::optional<double> level_one,
            std::optional<double> level_two) {
    const double other = other_speed_ > 0 ? other_speed_ : speed * between(random_, 0.9, 1.1);
    one.start = moved(at(course_, speed, level_one), -meet_s_);
    const Motion there = at(course_ + side_ * angle, other, level_two);
    // Aside of the relative course, so that the miss is the closest approach.
    const Motion here = at(course_, speed, level_one);
    const double relative = std::atan2(there.east_m_s - here.east_m_s, there.north_m_s - here.north_m_s) / kRadian;
    two.start = moved(beside(there, relative + 90, miss_m), -meet_s_);
    one.legs = two.legs = {{}};
  }
  void beside_each_other(Plan& one, Plan& two, double speed, double apart_m, double level) {
    one.start = at(course_, speed, level);
    two.start = beside(one.start, course_ + side_ * 90, apart_m);
    one.legs = two.legs = {{}};
  }

  EncounterKind kind_;
  SeededRandom& random_;
  bool sea_ = false;
  double step_s_ = 1;
  double meet_s_ = 0;
  double turn_s_ = 0;
  double course_ = 0;
  double other_speed_ = 0;
  int side_ = 1;
  std::uint32_t formation_ = 0;
  std::optional<double> cleared_m_;
  Motion place_;
};

}  // namespace

std::string_view name_of(EncounterKind kind) {
  static constexpr std::array<std::string_view, kEncounterKinds> kNames{
      "crossing",  "crossing clear",  "head-on",       "overtaking",      "levels",      "climb through",
      "level off", "level off known", "turn away",     "turn into",       "turn across", "parallel",
      "formation", "ships crossing",  "ships meeting", "ships overtaking"};
  return kNames[static_cast<std::size_t>(kind)];
}

bool at_sea(EncounterKind kind) { return kind >= EncounterKind::kShipsCrossing; }

Encounter draw_encounter(EncounterKind kind, std::uint64_t seed) {
  SeededRandom random(seed);
  Drawing drawing(kind, random);
  Plan one;
  Plan two;
  drawing.draw(one, two);
  Encounter encounter;
  encounter.kind = kind;
  encounter.step_ms = std::llround(drawing.step_s() * 1e3);
  const auto path_one = flown(one, kSteps, drawing.step_s());
  const auto path_two = flown(two, kSteps, drawing.step_s());
  encounter.one = reported(path_one, {1}, drawing.sea(), drawing.formation(), random);
  encounter.two = reported(path_two, {2}, drawing.sea(), drawing.formation(), random);

  for (WatchedCraft& craft : encounter.two) craft.cleared_pressure_m = drawing.cleared_m();
  const PairMinima minima = minima_of(drawing.sea());
  encounter.clear = true;
  for (std::size_t i = 0; i < kSteps; ++i) {
    const double metres = geodesic_m(path_one[i], path_two[i]);
    const double height = minima.vertical_m ? std::abs(*path_one[i].pressure_m - *path_two[i].pressure_m) : 0;
    const double reach = minima.vertical_m.value_or(1);
    if (metres < minima.horizontal_m && height < reach - 1e-3) encounter.clear = false;
    if (!encounter.lost && metres < 0.97 * minima.horizontal_m && height < 0.9 * reach) {
      encounter.lost = true;
      encounter.lost_at = i;
    }
  }
  if (drawing.formation() != 0) {
    // Close, and as it should be.
    encounter.lost = false;
    encounter.clear = true;
  }
  return encounter;
}

Heard heard_from_watch(const Encounter& encounter) {
  ConflictWatch watch(at_sea(encounter.kind) ? sea_conflict_options() : air_conflict_options());
  std::vector<SituationChange> changes;
  for (std::size_t i = 0; i < encounter.one.size(); ++i) {
    const UtcMs now = encounter.one[i].motion.time;
    if (!watch.update(encounter.one[i], now, changes) || !watch.update(encounter.two[i], now, changes))
      return {true, 0};
    if (!changes.empty()) return {true, i};
  }
  return {};
}

Heard heard_from_straight_lines(const Encounter& encounter) {
  const PairMinima minima = minima_of(at_sea(encounter.kind));
  for (std::size_t i = 0; i < encounter.one.size(); ++i) {
    const auto one = make_mover(encounter.one[i].motion);
    const auto two = make_mover(encounter.two[i].motion);
    if (!one || !two) return {true, 0};
    if (closest_approach(*one, *two, minima, encounter.one[i].motion.time).conflict) return {true, i};
  }
  return {};
}

}  // namespace tansiq::picture::testing
