#include "cli/levant_sky.h"

#include <fmt/format.h>
#include <pthread.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <csignal>
#include <utility>

#include "base/units.h"
#include "picture/local_frame.h"
#include "surveillance/velocity.h"

namespace tansiq::cli {
namespace {

using picture::LocalFrame;
using picture::Normal;
using picture::Planar;
using surveillance::FeedFormat;
using surveillance::IdKind;

/// As ships at sea do, every six minutes.
constexpr DurationMs kNamedEveryMs = 360'000;
/// SAC/SIC of whoever makes the tracks of CAT 062.
constexpr std::uint16_t kRadarCentre = 0x6401;
/// A class A station on a ship under way says so every six seconds.
constexpr std::uint64_t kTicksBetweenShips = 2;

FeedFormat format_of(SkyEar ear) {
  switch (ear) {
    case SkyEar::kRadar:
      return FeedFormat::kCat062;
    case SkyEar::kAdsb:
      return FeedFormat::kBeast;
    case SkyEar::kAis:
      break;
  }
  return FeedFormat::kAivdm;
}

Normal normal_of(const SkyPoint& point) { return picture::normal_of(point.lat, point.lng); }

bool same(const SkyPoint& a, const SkyPoint& b) { return a.lat == b.lat && a.lng == b.lng; }

std::size_t legs_of(const SkyCraft& craft) { return craft.way.size() - (craft.round ? 0 : 1); }

double length_m(const SkyCraft& craft, std::size_t leg) {
  const SkyPoint& to = craft.way[(leg + 1) % craft.way.size()];
  return std::sqrt(norm2(LocalFrame(normal_of(craft.way[leg])).offset_of(normal_of(to))));
}

surveillance::Report report_of(const SkyCraft& craft, const SkyState& state, UtcMs now) {
  surveillance::Report out;
  out.domain = craft.ear == SkyEar::kAis ? surveillance::Domain::kSea : surveillance::Domain::kAir;
  out.basis = surveillance::TimeBasis::kFull;
  out.received = now;
  out.time = now;
  out.id = craft.id;
  out.position = state.position;
  out.speed_cm_s = static_cast<std::int32_t>(std::lround(craft.speed_m_s * 100));
  out.course_mdeg = state.course_mdeg;
  if (craft.ear == SkyEar::kAis) {
    out.heading_mdeg = state.course_mdeg;
    out.nav_status = 0;  // Under way, using her engine.
    return out;
  }
  out.pressure_cm = static_cast<std::int32_t>(cm_from_flight_level(craft.level));
  if (craft.id.kind == IdKind::kNone) {
    out.track = surveillance::TrackNumber{kRadarCentre, craft.number};
  } else {
    out.call_sign.assign(craft.name);
    out.climb_cm_s = 0;
  }
  return out;
}

surveillance::Identity identity_of(const SkyCraft& craft, UtcMs now) {
  surveillance::Identity out;
  out.message = 5;
  out.id = craft.id;
  out.received = now;
  out.time = now;
  out.name.assign(craft.name);
  return out;
}

net::Endpoint endpoint_of(const SkyLine& line) {
  return {.kind = line.ear == SkyEar::kAdsb ? net::EndpointKind::kTcp : net::EndpointKind::kUdp,
          .host = "127.0.0.1",
          .port = line.port,
          .interface = {},
          .path = {}};
}

}  // namespace

Status check_sky_craft(const SkyCraft& craft) {
  const auto wrong = [&](std::string message) { return fail(ErrorCode::kInvalid, std::move(message), craft.name); };
  if (craft.way.size() < 2 || craft.way.size() > kSkyPointsMax) {
    return wrong(fmt::format("a way has 2 to {} turning points, not {}", kSkyPointsMax, craft.way.size()));
  }
  if (!(craft.speed_m_s > 0 && craft.speed_m_s <= 1'000)) {
    return wrong(fmt::format("a speed is above 0 and up to 1,000 m/s, not {}", craft.speed_m_s));
  }
  for (std::size_t i = 0; i < craft.way.size(); ++i) {
    const SkyPoint& at = craft.way[i];
    if (!(std::abs(at.lat) <= 89) || !(std::abs(at.lng) <= 180)) {
      return wrong(fmt::format("turning point {} is no place between 89° south and north", i + 1));
    }
    if (i < legs_of(craft) && same(at, craft.way[(i + 1) % craft.way.size()])) {
      return wrong(fmt::format("from turning point {} the way leads nowhere", i + 1));
    }
  }
  const bool fits = craft.ear == SkyEar::kAis    ? craft.id.kind == IdKind::kMmsi
                    : craft.ear == SkyEar::kAdsb ? craft.id.kind == IdKind::kIcao
                                                 : craft.id.kind == IdKind::kIcao || craft.id.kind == IdKind::kNone;
  if (!fits) return wrong("AIS tells of an MMSI, ADS-B of a 24-bit address, a radar of an address or of a number");
  return {};
}

std::optional<SkyState> state_at(const SkyCraft& craft, UtcMs moment) {
  if (moment < craft.begins) return {};
  double ahead_m = static_cast<double>(moment - craft.begins) * 1e-3 * craft.speed_m_s;
  if (craft.round) {
    double round_m = 0;
    for (std::size_t leg = 0; leg < legs_of(craft); ++leg) round_m += length_m(craft, leg);
    ahead_m = std::fmod(ahead_m, round_m);
  }
  for (std::size_t leg = 0; leg < legs_of(craft); ++leg) {
    const double leg_m = length_m(craft, leg);
    if (ahead_m >= leg_m) {
      ahead_m -= leg_m;
      continue;
    }
    const LocalFrame from(normal_of(craft.way[leg]));
    const Normal to = normal_of(craft.way[(leg + 1) % craft.way.size()]);
    const Normal here = from.at((ahead_m / leg_m) * from.offset_of(to));
    const Planar onward = LocalFrame(here).offset_of(to);
    return SkyState{picture::lat_lng_of(here), surveillance::course_of(onward.east, onward.north)};
  }
  return {};
}

// --- what a receiver says
// ----------------------------------------------------------------------------------------------

Result<SkyVoice> SkyVoice::make(SkyEar ear) {
  surveillance::FeedOptions options;
  options.as = format_of(ear);
  options.system = kRadarCentre;
  return SkyVoice(ear, TRY(surveillance::FeedEncoder::make(options)));
}

void SkyVoice::say(const std::vector<SkyCraft>& craft, UtcMs now, std::vector<std::string>& units) {
  for (const SkyCraft& one : craft) {
    if (one.ear != ear_) continue;
    const auto state = state_at(one, now);
    if (!state) continue;
    if (ear_ == SkyEar::kAis) {
      const auto [named, fresh] = named_.try_emplace(one.id.number, now);
      if (fresh || now - named->second >= kNamedEveryMs) {
        named->second = now;
        encoder_.add(identity_of(one, now), units);
      }
    }
    encoder_.add(report_of(one, *state, now), units);
  }
  encoder_.flush(units);
}

// --- the thread
// --------------------------------------------------------------------------------------------------------

Result<std::unique_ptr<LevantSky>> LevantSky::start(const std::vector<SkyLine>& lines, std::function<UtcMs()> now) {
  std::vector<Line> made;
  for (const SkyLine& line : lines) made.push_back({line, TRY(SkyVoice::make(line.ear)), nullptr});
  std::unique_ptr<LevantSky> sky(new LevantSky(std::move(made), std::move(now)));
  sky->thread_ = std::jthread([raw = sky.get()](const std::stop_token& stop) { raw->run(stop); });
  return sky;
}

LevantSky::LevantSky(std::vector<Line> lines, std::function<UtcMs()> now)
    : now_(std::move(now)), lines_(std::move(lines)) {}

LevantSky::~LevantSky() = default;

Status LevantSky::put(SkyCraft craft) {
  TRY_VOID(check_sky_craft(craft));
  const std::lock_guard lock(mutex_);
  const auto known = std::ranges::find(craft_, craft.name, &SkyCraft::name);
  if (known != craft_.end()) {
    *known = std::move(craft);
    return {};
  }
  if (craft_.size() >= kSkyCraftMax) {
    return fail(ErrorCode::kTooLarge, fmt::format("at most {} craft are in one sky", kSkyCraftMax), craft.name);
  }
  craft_.push_back(std::move(craft));
  return {};
}

std::optional<SkyState> LevantSky::where(std::string_view name) const {
  const UtcMs now = now_();
  const std::lock_guard lock(mutex_);
  const auto known = std::ranges::find(craft_, name, &SkyCraft::name);
  return known == craft_.end() ? std::nullopt : state_at(*known, now);
}

SkyFigures LevantSky::figures() const {
  const std::lock_guard lock(mutex_);
  return figures_;
}

void LevantSky::run(const std::stop_token& stop) {
  // Signals are for whoever waits for them, never for this thread.
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
  std::mutex waiting;
  std::unique_lock lock(waiting);
  auto due = std::chrono::steady_clock::now();
  for (std::uint64_t number = 0; !stop.stop_requested(); ++number) {
    tick(number);
    // After a stall the rhythm begins anew: what was not said then is not said now, all at once.
    due = std::max(due, std::chrono::steady_clock::now() - std::chrono::milliseconds(kSkyTickMs)) +
          std::chrono::milliseconds(kSkyTickMs);
    turn_.wait_until(lock, stop, due, [] { return false; });
  }
}

void LevantSky::tick(std::uint64_t number) {
  std::vector<SkyCraft> craft;
  {
    const std::lock_guard lock(mutex_);
    ++figures_.ticks;
    craft = craft_;
  }
  std::vector<std::string> units;
  for (Line& line : lines_) {
    if (line.line.ear == SkyEar::kAis && number % kTicksBetweenShips != 0) continue;
    units.clear();
    line.voice.say(craft, now_(), units);
    send(line, units);
  }
}

void LevantSky::send(Line& line, const std::vector<std::string>& units) {
  if (!line.outlet) {
    // On this machine a connection is taken or refused at once.
    auto opened = net::Outlet::open(endpoint_of(line.line), {.wait_ms_max = 1'000, .connections_max = 1});
    if (opened) line.outlet = std::move(*opened);
  }
  std::uint64_t sent = 0;
  for (const std::string& unit : units) {
    if (!line.outlet) break;
    if (line.outlet->send(as_bytes(unit))) {
      ++sent;
    } else {
      line.outlet.reset();
    }
  }
  const std::lock_guard lock(mutex_);
  figures_.units += sent;
  figures_.unsent += units.size() - sent;
}

}  // namespace tansiq::cli
