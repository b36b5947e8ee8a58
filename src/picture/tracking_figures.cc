#include "picture/tracking_figures.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <vector>

#include "base/random.h"
#include "picture/conformance.h"
#include "surveillance/velocity.h"

namespace tansiq::picture {
namespace {

using surveillance::Domain;
using surveillance::IdKind;
using surveillance::Report;

constexpr UtcMs kBegin{1'767'355'200'000};
constexpr DurationMs kStepMs = 4'000;
constexpr int kRounds = 3;

struct Flight {
  Normal place;
  Planar velocity;
  std::int32_t height_cm = 0;
};

std::vector<Flight> fleet(std::size_t count, SeededRandom& random) {
  std::vector<Flight> out(count);
  for (Flight& flight : out) {
    flight.place = normal_of(40 + random.unit() * 20, random.unit() * 20);
    const double course = random.unit() * 6.283;
    const double speed = 80 + random.unit() * 170;
    flight.velocity = {speed * std::sin(course), speed * std::cos(course)};
    flight.height_cm = static_cast<std::int32_t>(random.between(30, 400) * 3'048);
  }
  return out;
}

/// All reports of one sweep, in order of time. Made before the clock runs.
std::vector<Report> sweep(std::vector<Flight>& flights, std::size_t number, bool named, SeededRandom& random) {
  std::vector<Report> out;
  out.reserve(flights.size());
  for (std::size_t i = 0; i < flights.size(); ++i) {
    Flight& flight = flights[i];
    flight.place = LocalFrame(flight.place).at(static_cast<double>(kStepMs) * 1e-3 * flight.velocity);
    Report r;
    r.source = {named ? 1U : 2U};
    r.format = named ? surveillance::Format::kAdsb : surveillance::Format::kAsterix;
    r.domain = Domain::kAir;
    r.basis = surveillance::TimeBasis::kFull;
    // Spread over the sweep, as an antenna turns.
    r.time = r.received = kBegin + static_cast<DurationMs>(number) * kStepMs +
                          static_cast<DurationMs>(i * static_cast<std::size_t>(kStepMs) / flights.size());
    const Planar noise{(random.unit() - 0.5) * 60, (random.unit() - 0.5) * 60};
    r.position = lat_lng_of(LocalFrame(flight.place).at(noise));
    r.pressure_cm = flight.height_cm;
    if (named) {
      r.id = {IdKind::kIcao, static_cast<std::uint32_t>(i + 1)};
      r.speed_cm_s = surveillance::speed_of(flight.velocity.east * 100, flight.velocity.north * 100);
      r.course_mdeg = surveillance::course_of(flight.velocity.east, flight.velocity.north);
      r.climb_cm_s = 0;
    }
    out.push_back(r);
  }
  return out;
}

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// Plays all sweeps; reports a second.
double play(const std::vector<std::vector<Report>>& sweeps, Tracker& tracker) {
  std::size_t count = 0;
  const auto start = std::chrono::steady_clock::now();
  for (const auto& each : sweeps) {
    for (const Report& r : each) tracker.report(r);
    count += each.size();
    tracker.advance(each.back().time);
  }
  return static_cast<double>(count) / seconds_since(start);
}

Result<PlanBook> plans_for(const std::vector<Flight>& flights) {
  PlanBook book;
  for (std::size_t i = 0; i < flights.size(); ++i) {
    Plan plan;
    plan.intent = "i" + std::to_string(i);
    if (i % 2 == 0) plan.craft.push_back({.icao = core::IcaoAddress{static_cast<std::uint32_t>(i + 1)}});
    const LocalFrame here(flights[i].place);
    plan.legs.push_back(
        {{geo::Corridor{
              {lat_lng_of(here.at(-200.0 * flights[i].velocity)), lat_lng_of(here.at(200.0 * flights[i].velocity))},
              500'000,
              500'000},
          {flights[i].height_cm - 15'000, flights[i].height_cm + 15'000, geo::VerticalReference::kFlightLevel},
          {kBegin, kBegin + 3'600'000}},
         true,
         ""});
    TRY_VOID(book.put(std::move(plan)));
  }
  return book;
}

Status measure_plans(const Tracker& tracker, const std::vector<Flight>& flights, UtcMs now, TrackingFigures& out) {
  const PlanBook plans = TRY(plans_for(flights));
  out.attribution_ms = out.conformance_ms = 1e9;
  Attribution attribution;
  Conformance conformance;
  for (int round = 0; round < kRounds; ++round) {
    auto start = std::chrono::steady_clock::now();
    attribution.run(tracker, plans, now);
    out.attribution_ms = std::min(out.attribution_ms, seconds_since(start) * 1e3);
    start = std::chrono::steady_clock::now();
    conformance.run(tracker, attribution, plans, now);
    out.conformance_ms = std::min(out.conformance_ms, seconds_since(start) * 1e3);
  }
  out.attributed = attribution.all().size();
  return {};
}

/// Compares each report with what its track expects, then gives it to the tracker.
struct Following {
  void report(const Report& said) {
    Report r = said;
    r.received = r.time;
    if (r.time - advanced >= 1'000) {
      tracker.advance(r.time);
      advanced = std::max(advanced, r.time);
    }
    const Track* track = r.id.kind == IdKind::kMmsi ? tracker.find_mmsi(r.id.number) : tracker.find_icao(r.id.number);
    if (track != nullptr && track->fixes >= 5 && r.position && r.time > track->last_fix) {
      innovations_m.push_back(track->filter.compare(measurement_of(r)).distance_m);
    }
    tracker.report(r);
  }

  Tracker tracker;
  std::vector<double> innovations_m;
  UtcMs advanced;
};

}  // namespace

Result<TrackingFigures> measure_tracking(std::size_t tracks, std::size_t rounds, std::uint64_t seed) {
  TrackingFigures out;
  TrackerOptions options;
  options.tracks_max = tracks;
  for (const bool named : {true, false}) {
    SeededRandom random(seed);
    std::vector<Flight> flights = fleet(tracks, random);
    std::vector<std::vector<Report>> sweeps;
    for (std::size_t i = 0; i < rounds; ++i) sweeps.push_back(sweep(flights, i, named, random));
    const UtcMs now = sweeps.back().back().time;
    for (int round = 0; round < kRounds; ++round) {
      Tracker tracker(options);
      double& rate = named ? out.named_per_s : out.plots_per_s;
      rate = std::max(rate, play(sweeps, tracker));
      if (!named || round + 1 < kRounds) continue;
      if (tracker.size() != tracks) return fail(ErrorCode::kInternal, "not every craft became one track");
      out.bytes_per_track = static_cast<double>(tracker.bytes()) / static_cast<double>(tracks);
      TRY_VOID(measure_plans(tracker, flights, now, out));
      const auto start = std::chrono::steady_clock::now();
      tracker.advance(now + 1);
      out.advance_ms = seconds_since(start) * 1e3;
    }
  }
  return out;
}

Result<RecordingFigures> measure_recording(std::span<const Report> reports) {
  Following following;
  for (const Report& r : reports) following.report(r);
  const TrackerCounters& c = following.tracker.counters();
  if (following.innovations_m.empty()) return fail(ErrorCode::kInvalid, "the recording has no craft to follow");
  RecordingFigures out;
  out.reports = c.reports;
  out.begun = c.begun;
  out.jumps = c.jumps;
  out.associated = static_cast<double>(c.by_name + c.by_number + c.by_place) / static_cast<double>(c.reports);
  std::sort(following.innovations_m.begin(), following.innovations_m.end());
  const std::size_t count = following.innovations_m.size() - following.innovations_m.size() / 100;
  double sum = 0;
  for (std::size_t i = 0; i < count; ++i) sum += following.innovations_m[i] * following.innovations_m[i];
  out.innovation_rms_m = std::sqrt(sum / static_cast<double>(count));
  out.innovation_median_m = following.innovations_m[following.innovations_m.size() / 2];
  return out;
}

}  // namespace tansiq::picture
