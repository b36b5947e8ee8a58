// The Kalman filter of one craft: where it is, how fast, how sure.
//
//   Filter filter(dynamics_of(Domain::kAir), first);   // `first` has a position
//   filter.update(measurement);                        // as they come, half a second or five minutes apart
//   Motion now = filter.at(moment);
//
// The plane. State is position and velocity, east and north, in a local frame (local_frame.h) that is moved to the
// predicted place before every measurement, so that innovations are small offsets from its origin and nothing wraps or
// degenerates. Uncertainty is kept alike for all directions: three numbers (position, velocity, and what they share)
// instead of ten. What sources state is a radius anyway, rotation leaves it as it is, it cannot lose its symmetry or
// become indefinite by rounding, and an update costs some fifty multiplications. The price is that a radar's narrow
// range error is not used.
//
// Manoeuvres. Two models run side by side (an interacting multiple model): a *quiet* one, straight with little process
// noise, and a *turning* one, along the arc of the estimated turn with much. Each report shifts the odds between them.
// The alternative, to widen the process noise after a surprising innovation, reacts one report late; that is cheap when
// reports are a second apart and useless when they are minutes apart, because the surprise has by then left the gate.
// Here the odds themselves follow elapsed time: they change as a Markov chain in continuous time, given by how long
// craft usually stay in each model, so that after a long gap nothing is taken to be still as it was, and after half a
// second nearly everything is.
//
// Turn rate. Change of the estimated course between reports, smoothed over some seconds and weighted by the odds that
// the craft manoeuvres; nothing is learnt over gaps of more than half a minute or of craft that hardly move.
//
// Heights. Pressure and geometric height are different things and never mixed: each has its own filter of height and
// rate. Their noise is small against what level-offs do, so one model is enough, whose process noise is widened and
// the step done again when an innovation lies beyond three sigma. A height that has not been said for `kHeightHeldMs`
// while the other has is left out: the one of long ago, however well it was filtered, says nothing of now; nor does the
// only one after `kHeightKnownMs`. The rate of climb is that of the height that was said last.
//
// Late reports. A report older than the state, by at most `kLateMsMax`, is used as what it is: a measurement of the
// present state carried back in time, with the process noise of the way. Older ones are refused, and counted by the
// tracker.
//
// Cost: below a microsecond an update; 352 bytes; no allocation. Pure: same reports, same numbers.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "picture/local_frame.h"
#include "picture/measurement.h"
#include "picture/motion.h"

namespace tansiq::picture {

/// How craft of a kind move. Noise is the power of white acceleration, m²/s³.
struct Dynamics {
  double quiet_noise = 0.5;
  double turning_noise = 150;
  double quiet_s = 120;  ///< Mean time between manoeuvres.
  double turning_s = 20;
  double speed_sigma_m_s = 120;   ///< Of a craft nothing is known of yet, each axis; also the most that doubt grows to.
  double speed_max_m_s = 1'100;   ///< What none exceeds: beyond it a step is an impossible jump.
  double turning_speed_m_s = 15;  ///< Below this a course says nothing.
  double height_noise = 0.3;
};
[[nodiscard]] const Dynamics& dynamics_of(surveillance::Domain domain);

inline constexpr DurationMs kLateMsMax = 30'000;
/// By how much one of the two heights may be older than the other.
inline constexpr DurationMs kHeightHeldMs = 30'000;
/// A height that nobody has said for longer is none, though it is the only one: who climbs or descends is elsewhere by
/// then. The most seldom that is usual is once a minute (Ages::usual_max_ms); one that comes late by half of that does
/// not go.
inline constexpr DurationMs kHeightKnownMs = 90'000;
/// Prediction stands still from here on: what has not been heard for so long is anywhere.
inline constexpr DurationMs kPredictMsMax = 900'000;
/// Squared distance, in sigmas, beyond which a place is not averaged in but begun again from.
inline constexpr double kRestartDistance2 = 400;

/// What became of a measurement.
struct FilterStep {
  enum class Kind : std::uint8_t {
    kUsed,
    kLate,       ///< Used, though older than the state.
    kRepeated,   ///< The same place of the same time once more: adds nothing.
    kRestarted,  ///< So far off that the filter began again from it.
    kRefused,    ///< Older than `kLateMsMax` before the state, or without anything to use.
  };
  Kind kind = Kind::kUsed;
  /// Squared distance of the measured place from the predicted one, in units of its sigma, by the model that expected
  /// it better: no more than chi-square with two degrees of freedom where all is well. Absent without a place.
  std::optional<double> distance2;
  double distance_m = 0;  ///< The same in metres.
};

class Filter {
 public:
  /// Needs a position in `first`.
  Filter(const Dynamics& dynamics, const Measurement& first);

  FilterStep update(const Measurement& measurement);

  /// Prediction, or for a moment before the state the way back, straight.
  [[nodiscard]] Motion at(UtcMs t) const;
  /// As `FilterStep::distance2` would be, without changing anything. Needs a position.
  [[nodiscard]] FilterStep compare(const Measurement& measurement) const;

  /// What `at(time())` says of speed and doubt, for a fraction of its cost.
  struct Estimate {
    double speed_m_s;
    double position_sigma_m;
    double velocity_sigma_m_s;
  };
  [[nodiscard]] Estimate estimate() const;

  [[nodiscard]] UtcMs time() const { return time_; }
  [[nodiscard]] double turning_odds() const { return turning_; }
  /// When another kind of craft turns out to be meant. The state stays.
  void set_dynamics(const Dynamics& dynamics) { dynamics_ = &dynamics; }

 private:
  /// One model: state relative to `frame_`, and the uncertainty of each axis.
  struct Model {
    Planar position;
    Planar velocity;
    double pp = 0;
    double pv = 0;
    double vv = 0;
  };
  struct Height {
    bool there = false;
    UtcMs time;
    UtcMs said;  ///< When a height was; rates alone move `time` on.
    double height = 0;
    double rate = 0;
    double hh = 0;
    double hr = 0;
    double rr = 0;
  };

  void begin(const Measurement& m);
  void predict(DurationMs ms);
  void mix(double seconds);
  void recentre();
  [[nodiscard]] Model blended() const;
  [[nodiscard]] FilterStep judged(const Measurement& m, double behind_s) const;
  void correct(const Measurement& m, double behind_s);
  void learn_turn(double seconds);
  void update_height(Height& channel, std::optional<double> height, const Measurement& m) const;
  [[nodiscard]] static Height predicted(Height channel, double seconds, double noise);

  const Dynamics* dynamics_;
  LocalFrame frame_;
  std::array<Model, 2> models_;  ///< Quiet, turning.
  double turning_ = 0.1;         ///< Odds of the second.
  double turn_rad_s_ = 0;        ///< Clockwise.
  Planar last_velocity_;         ///< As after the last step, in the axes of `frame_`.
  UtcMs time_;
  geo::LatLng last_fix_;
  UtcMs last_fix_time_;
  Height pressure_;
  Height geometric_;
};

}  // namespace tansiq::picture
