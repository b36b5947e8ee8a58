#include "picture/filter.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "base/invariant.h"

namespace tansiq::picture {
namespace {

using surveillance::Domain;

constexpr Dynamics kAir{};
constexpr Dynamics kSea{.quiet_noise = 0.002,
                        .turning_noise = 0.3,
                        .quiet_s = 300,
                        .turning_s = 60,
                        .speed_sigma_m_s = 8,
                        .speed_max_m_s = 60,
                        .turning_speed_m_s = 1,
                        .height_noise = 0.01};
constexpr Dynamics kGround{.quiet_noise = 0.1,
                           .turning_noise = 4,
                           .quiet_s = 30,
                           .turning_s = 15,
                           .speed_sigma_m_s = 15,
                           .speed_max_m_s = 120,
                           .turning_speed_m_s = 2,
                           .height_noise = 0.05};

constexpr double kTurnLearnedWithinS = 30;
constexpr double kTurnSmoothedS = 8;
constexpr double kTurnHeldS = 20;  ///< A turn is not taken to go on for longer.
constexpr double kTurnMaxRadS = 12 * std::numbers::pi / 180;
constexpr double kTurnBelieved = 1.6;  ///< Gentle turns are in part explained by the quiet model's noise.
/// Neither model is ever given up.
constexpr double kOddsMin = 0.005;
constexpr double kRateSigmaM_S = 15;  ///< Of a height that was said once.
constexpr double kLevelOff = 60;      ///< By how much a surprising height widens the noise.

double seconds_of(DurationMs ms) { return static_cast<double>(ms) * 1e-3; }

}  // namespace

const Dynamics& dynamics_of(Domain domain) {
  switch (domain) {
    case Domain::kSea:
      return kSea;
    case Domain::kGround:
      return kGround;
    case Domain::kAir:
    case Domain::kUnknown:
      break;
  }
  return kAir;
}

Filter::Filter(const Dynamics& dynamics, const Measurement& first) : dynamics_(&dynamics), time_(first.time) {
  EXPECT_INVARIANT(first.position.has_value());
  begin(first);
  update_height(pressure_, first.pressure_m, first);
  update_height(geometric_, first.geometric_m, first);
}

void Filter::begin(const Measurement& m) {
  frame_ = LocalFrame(m.position->normal);
  const double sigma = m.velocity ? m.velocity_sigma_m_s : dynamics_->speed_sigma_m_s;
  const Model model{.position = {},
                    .velocity = m.velocity.value_or(Planar{}),
                    .pp = m.position_sigma_m * m.position_sigma_m,
                    .pv = 0,
                    .vv = sigma * sigma};
  models_ = {model, model};
  turning_ = dynamics_->turning_s / (dynamics_->quiet_s + dynamics_->turning_s);
  turn_rad_s_ = 0;
  last_velocity_ = model.velocity;
  last_fix_ = m.position->at;
  last_fix_time_ = m.time;
}

Filter::Model Filter::blended() const {
  const double quiet = 1 - turning_;
  Model out;
  out.position = quiet * models_[0].position + turning_ * models_[1].position;
  out.velocity = quiet * models_[0].velocity + turning_ * models_[1].velocity;
  // The spread of the two means counts as uncertainty, averaged over the axes.
  const Planar dp = models_[1].position - models_[0].position;
  const Planar dv = models_[1].velocity - models_[0].velocity;
  const double spread = quiet * turning_ / 2;
  out.pp = quiet * models_[0].pp + turning_ * models_[1].pp + spread * norm2(dp);
  out.pv = quiet * models_[0].pv + turning_ * models_[1].pv + spread * dot(dp, dv);
  out.vv = quiet * models_[0].vv + turning_ * models_[1].vv + spread * norm2(dv);
  return out;
}

/// Lets the odds follow the chain over `seconds`, and each model begin from what it is likely to have come from.
void Filter::mix(double seconds) {
  const double leave_quiet = 1 / dynamics_->quiet_s;
  const double leave_turning = 1 / dynamics_->turning_s;
  const double rate = leave_quiet + leave_turning;
  const double kept = std::exp(-rate * seconds);
  const double quiet_share = leave_turning / rate;
  const double to_turning = (1 - quiet_share) * (1 - kept);  // From quiet.
  const double to_quiet = quiet_share * (1 - kept);          // From turning.
  const double quiet = 1 - turning_;
  const double next_turning = quiet * to_turning + turning_ * (1 - to_quiet);
  const double next_quiet = 1 - next_turning;
  const std::array<double, 2> from_turning{turning_ * to_quiet / next_quiet, turning_ * (1 - to_quiet) / next_turning};
  std::array<Model, 2> begun;
  for (std::size_t i = 0; i < 2; ++i) {
    turning_ = from_turning[i];
    begun[i] = blended();
  }
  models_ = begun;
  turning_ = next_turning;
}

void Filter::predict(DurationMs ms) {
  if (ms <= 0) return;
  const double seconds = seconds_of(std::min(ms, kPredictMsMax));
  mix(seconds);
  for (std::size_t i = 0; i < 2; ++i) {
    Model& m = models_[i];
    const double noise = i == 0 ? dynamics_->quiet_noise : dynamics_->turning_noise;
    Planar moved = seconds * m.velocity;
    if (i == 1 && std::abs(turn_rad_s_) > 1e-4) {
      // Along the arc as long as a turn is taken to last, then along its tangent. Clockwise from north.
      const double held = std::min(seconds, kTurnHeldS);
      const double angle = turn_rad_s_ * held;
      const double c = std::cos(angle);
      const double s = std::sin(angle);
      const double along = s / turn_rad_s_;
      const double across = (1 - c) / turn_rad_s_;
      moved = {along * m.velocity.east + across * m.velocity.north,
               along * m.velocity.north - across * m.velocity.east};
      m.velocity = {c * m.velocity.east + s * m.velocity.north, c * m.velocity.north - s * m.velocity.east};
      moved = moved + (seconds - held) * m.velocity;
    }
    m.position = m.position + moved;
    const double t2 = seconds * seconds;
    m.pp += 2 * seconds * m.pv + t2 * m.vv + noise * t2 * seconds / 3;
    m.pv += seconds * m.vv + noise * t2 / 2;
    m.vv += noise * seconds;
    const double most = dynamics_->speed_sigma_m_s * dynamics_->speed_sigma_m_s;
    if (m.vv > most) {
      m.pv *= most / m.vv;
      m.vv = most;
    }
  }
  recentre();
}

/// Moves the frame to where the craft is taken to be.
void Filter::recentre() {
  const Planar here = blended().position;
  const LocalFrame next(frame_.at(here));
  const Turn turn = frame_.turn_to(next);
  for (Model& m : models_) {
    m.position = turn(m.position - here);
    m.velocity = turn(m.velocity);
  }
  last_velocity_ = turn(last_velocity_);
  frame_ = next;
}

void Filter::correct(const Measurement& m, double behind_s) {
  std::optional<Planar> place;
  std::optional<Planar> velocity = m.velocity;
  if (m.position) {
    const LocalFrame there(m.position->normal);
    place = frame_.offset_of(there.origin());
    if (velocity) velocity = there.turn_to(frame_)(*velocity);
  }
  std::array<double, 2> likelihood{};  // Logarithms.
  for (std::size_t i = 0; i < 2; ++i) {
    Model& x = models_[i];
    const double noise = (i == 0 ? dynamics_->quiet_noise : dynamics_->turning_noise) * behind_s;
    // `p` and `v`: what the measured quantity shares with position and velocity.
    const auto step = [&](Planar miss, double variance, double p, double v) {
      likelihood[i] -= norm2(miss) / (2 * variance) + std::log(variance);
      x.position = x.position + (p / variance) * miss;
      x.velocity = x.velocity + (v / variance) * miss;
      x.pp -= p / variance * p;
      x.pv -= p / variance * v;
      x.vv -= v / variance * v;
    };
    if (place) {
      const double p = x.pp - behind_s * x.pv;
      const double v = x.pv - behind_s * x.vv;
      const double variance =
          p - behind_s * v + noise * behind_s * behind_s / 3 + m.position_sigma_m * m.position_sigma_m;
      step(*place - (x.position - behind_s * x.velocity), variance, p, v);
    }
    if (velocity) {
      step(*velocity - x.velocity, x.vv + noise + m.velocity_sigma_m_s * m.velocity_sigma_m_s, x.pv, x.vv);
    }
  }
  const double quiet = 1 - turning_;
  const double ratio = std::exp(std::clamp(likelihood[0] - likelihood[1], -50.0, 50.0));
  turning_ = std::clamp(turning_ / (turning_ + quiet * ratio), kOddsMin, 1 - kOddsMin);
}

void Filter::learn_turn(double seconds) {
  const Planar before = last_velocity_;
  const Planar after = blended().velocity;
  last_velocity_ = after;
  const double slow2 = dynamics_->turning_speed_m_s * dynamics_->turning_speed_m_s;
  if (seconds <= 0.05) return;
  const double share = 1 - std::exp(-seconds / kTurnSmoothedS);
  if (seconds > kTurnLearnedWithinS || norm2(before) < slow2 || norm2(after) < slow2) {
    turn_rad_s_ *= 1 - share;
    return;
  }
  const double clockwise = std::atan2(after.east * before.north - after.north * before.east, dot(after, before));
  const double seen =
      std::clamp(clockwise / seconds, -kTurnMaxRadS, kTurnMaxRadS) * std::min(kTurnBelieved * turning_, 1.0);
  turn_rad_s_ += share * (seen - turn_rad_s_);
}

/// How far the place is from what the better fitting of the two models expects.
FilterStep Filter::judged(const Measurement& m, double behind_s) const {
  const Planar place = frame_.offset_of(m.position->normal);
  FilterStep out{.kind = FilterStep::Kind::kUsed, .distance2 = std::nullopt, .distance_m = 0};
  for (const Model& x : models_) {
    const Planar miss = place - (x.position - behind_s * x.velocity);
    const double variance =
        x.pp - 2 * behind_s * x.pv + behind_s * behind_s * x.vv + m.position_sigma_m * m.position_sigma_m;
    const double distance2 = norm2(miss) / variance;
    if (out.distance2 && *out.distance2 <= distance2) continue;
    out.distance2 = distance2;
    out.distance_m = std::sqrt(norm2(miss));
  }
  return out;
}

FilterStep Filter::compare(const Measurement& m) const {
  Filter copy = *this;
  const DurationMs ahead = m.time - time_;
  copy.predict(ahead);
  return copy.judged(m, ahead < 0 ? seconds_of(std::min(-ahead, kLateMsMax)) : 0);
}

FilterStep Filter::update(const Measurement& m) {
  FilterStep out;
  const DurationMs ahead = m.time - time_;
  if (ahead < -kLateMsMax) return {FilterStep::Kind::kRefused, std::nullopt, 0};
  if (m.position && m.position->at == last_fix_ && m.time == last_fix_time_) {
    // A relay of what was heard already: its errors are the same errors, so averaging it in would only feign accuracy.
    return {FilterStep::Kind::kRepeated, std::nullopt, 0};
  }
  const double behind = ahead < 0 ? seconds_of(-ahead) : 0;
  out.kind = ahead < 0 ? FilterStep::Kind::kLate : FilterStep::Kind::kUsed;
  if (m.position || m.velocity) {
    predict(ahead);
    if (ahead > 0) time_ = m.time;
    if (m.position) {
      const FilterStep judgement = judged(m, behind);
      out.distance2 = judgement.distance2;
      out.distance_m = judgement.distance_m;
    }
    if (ahead >= 0 && out.distance2.value_or(0) > kRestartDistance2) {
      begin(m);
      out.kind = FilterStep::Kind::kRestarted;
    } else {
      correct(m, behind);
      if (m.position && ahead >= 0) {
        last_fix_ = m.position->at;
        last_fix_time_ = m.time;
      }
      learn_turn(seconds_of(std::max<DurationMs>(ahead, 0)));
    }
  }
  update_height(pressure_, m.pressure_m, m);
  update_height(geometric_, m.geometric_m, m);
  return out;
}

Filter::Height Filter::predicted(Height x, double seconds, double noise) {
  const double t2 = seconds * seconds;
  x.height += seconds * x.rate;
  x.hh += 2 * seconds * x.hr + t2 * x.rr + noise * t2 * seconds / 3;
  x.hr += seconds * x.rr + noise * t2 / 2;
  x.rr = std::min(x.rr + noise * seconds, kRateSigmaM_S * kRateSigmaM_S);
  x.hr = std::clamp(x.hr, -std::sqrt(x.hh * x.rr), std::sqrt(x.hh * x.rr));
  return x;
}

/// `height` absent: a rate alone can still be of use. A height older than the channel is passed over: the next comes.
void Filter::update_height(Height& channel, std::optional<double> height, const Measurement& m) const {
  if (!channel.there) {
    if (!height) return;
    const double rate_sigma = m.climb_m_s ? m.climb_sigma_m_s : kRateSigmaM_S;
    channel = {true,
               m.time,
               m.time,
               *height,
               m.climb_m_s.value_or(0),
               m.height_sigma_m * m.height_sigma_m,
               0,
               rate_sigma * rate_sigma};
    return;
  }
  if (m.time < channel.time || (!height && !m.climb_m_s)) return;
  const double seconds = seconds_of(std::min(m.time - channel.time, kPredictMsMax));
  Height x = predicted(channel, seconds, dynamics_->height_noise);
  const auto surprise = [&](const Height& h) {
    double worst = 0;
    if (height) worst = (*height - h.height) * (*height - h.height) / (h.hh + m.height_sigma_m * m.height_sigma_m);
    if (m.climb_m_s) {
      const double miss = *m.climb_m_s - h.rate;
      worst = std::max(worst, miss * miss / (h.rr + m.climb_sigma_m_s * m.climb_sigma_m_s));
    }
    return worst;
  };
  if (surprise(x) > 9) x = predicted(channel, seconds, dynamics_->height_noise * kLevelOff);
  if (height) {
    x.said = m.time;
    const double variance = x.hh + m.height_sigma_m * m.height_sigma_m;
    const double kh = x.hh / variance;
    const double kr = x.hr / variance;
    const double miss = *height - x.height;
    x.height += kh * miss;
    x.rate += kr * miss;
    x.rr -= kr * x.hr;
    x.hr -= kh * x.hr;
    x.hh -= kh * x.hh;
  }
  if (m.climb_m_s) {
    const double variance = x.rr + m.climb_sigma_m_s * m.climb_sigma_m_s;
    const double kh = x.hr / variance;
    const double kr = x.rr / variance;
    const double miss = *m.climb_m_s - x.rate;
    x.height += kh * miss;
    x.rate += kr * miss;
    x.hh -= kh * x.hr;
    x.hr -= kr * x.hr;
    x.rr -= kr * x.rr;
  }
  x.time = m.time;
  channel = x;
}

Filter::Estimate Filter::estimate() const {
  const Model x = blended();
  return {std::sqrt(norm2(x.velocity)), std::sqrt(std::max(x.pp, 0.0)), std::sqrt(std::max(x.vv, 0.0))};
}

Motion Filter::at(UtcMs t) const {
  Filter copy = *this;
  copy.predict(t - time_);
  const Model x = copy.blended();
  const double behind = t < time_ ? seconds_of(std::min(time_ - t, kPredictMsMax)) : 0;
  const LocalFrame here(copy.frame_.at(x.position - behind * x.velocity));
  const Planar velocity = copy.frame_.turn_to(here)(x.velocity);
  const Degrees degrees = degrees_of(here.origin());
  Motion out;
  out.time = t;
  out.lat_deg = degrees.lat;
  out.lng_deg = degrees.lng;
  out.east_m_s = velocity.east;
  out.north_m_s = velocity.north;
  out.turn_deg_s = turn_rad_s_ * (180 / std::numbers::pi);
  out.position_sigma_m = std::sqrt(std::max(x.pp - 2 * behind * x.pv + behind * behind * x.vv, 0.0));
  out.velocity_sigma_m_s = std::sqrt(std::max(x.vv, 0.0));
  const bool by_pressure = pressure_.there && (!geometric_.there || pressure_.said >= geometric_.said);
  const Height& fresher = by_pressure ? pressure_ : geometric_;
  for (const Height* channel : {&geometric_, &pressure_}) {
    if (!channel->there || fresher.said - channel->said > kHeightHeldMs || t - channel->said > kHeightKnownMs) continue;
    const double seconds =
        std::clamp(seconds_of(t - channel->time), -seconds_of(kPredictMsMax), seconds_of(kPredictMsMax));
    const Height h = predicted(*channel, std::max(seconds, 0.0), dynamics_->height_noise);
    const double height = seconds < 0 ? h.height + seconds * h.rate : h.height;
    (channel == &pressure_ ? out.pressure_m : out.geometric_m) = height;
    if (channel != &fresher) continue;
    out.up_m_s = h.rate;
    out.height_sigma_m = std::sqrt(std::max(h.hh, 0.0));
  }
  return out;
}

}  // namespace tansiq::picture
