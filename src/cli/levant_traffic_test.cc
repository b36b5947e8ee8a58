// Who flies in the demo: that everybody is where the story needs him, by the corridors of its charter and the minima of
// its zones, and that nobody is in another's way who should not be.
#include "cli/levant_traffic.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>

#include "base/units.h"
#include "cli/levant.h"
#include "core/charter.h"
#include "picture/local_frame.h"

namespace tansiq::cli {
namespace {

constexpr UtcMs kBegins{1'447'920'000'000};
constexpr double kHalfWidthM = 5 * 1'852.0;  ///< Of every corridor.
constexpr double kMinimumM = 5 * 1'852.0;

double metres(geo::LatLng a, geo::LatLng b) {
  return picture::distance_m(picture::normal_of(a), picture::normal_of(b));
}

/// How far a place lies from a corridor's centre line, by looking at many points of that.
double aside_m(std::string_view corridor, geo::LatLng at) {
  const core::Charter charter = levant_charter(kBegins);
  const core::Zone* zone = charter.find_zone(ZoneId::trusted(corridor));
  EXPECT_NE(zone, nullptr);
  const auto& line = std::get<geo::Corridor>(*zone->outline).line;
  double least = std::numeric_limits<double>::infinity();
  constexpr int kPoints = 2'000;
  for (std::size_t i = 1; i < line.size(); ++i) {
    const picture::LocalFrame from(picture::normal_of(line[i - 1]));
    const picture::Planar way = from.offset_of(picture::normal_of(line[i]));
    for (int k = 0; k <= kPoints; ++k) {
      const double t = static_cast<double>(k) / kPoints;
      least = std::min(least, metres(at, picture::lat_lng_of(from.at(t * way))));
    }
  }
  return least;
}

std::int64_t top_of(const core::Zone& zone) { return zone.band.upper_cm / cm_from_flight_level(1); }

void expect_apart(const std::vector<SkyCraft>& craft, UtcMs from, UtcMs to) {
  for (std::size_t i = 0; i < craft.size(); ++i) {
    for (std::size_t j = i + 1; j < craft.size(); ++j) {
      if (craft[i].ear == SkyEar::kAis || craft[j].ear == SkyEar::kAis) continue;
      if (std::abs(craft[i].level - craft[j].level) >= 10) continue;
      for (UtcMs t = from; t < to; t = t + 10'000) {
        const auto a = state_at(craft[i], t);
        const auto b = state_at(craft[j], t);
        if (!a || !b) continue;
        ASSERT_GT(metres(a->position, b->position), kMinimumM) << craft[i].name << " and " << craft[j].name;
      }
    }
  }
}

TEST(LevantTraffic, EverybodyMayBeInTheSkyUnderANameAndAnIdentityOfHisOwn) {
  std::vector<SkyCraft> all = standing_traffic(kBegins);
  all.push_back(straying_flight(kBegins));
  all.push_back(late_flight(kBegins));
  all.push_back(unknown_craft(kBegins));
  for (SkyCraft& craft : converging_flights(kBegins)) all.push_back(std::move(craft));
  for (std::uint64_t lap = 0; lap < 3; ++lap) {
    for (LapFlight& flight : lap_flights(levant_charter(kBegins), lap, kBegins)) all.push_back(std::move(flight.craft));
  }
  EXPECT_LE(all.size(), kSkyCraftMax);
  std::set<std::string> names;
  std::set<std::pair<surveillance::IdKind, std::uint32_t>> identities;
  for (const SkyCraft& craft : all) {
    const Status good = check_sky_craft(craft);
    EXPECT_TRUE(good.has_value()) << good.error().text();
    EXPECT_TRUE(names.insert(craft.name).second) << craft.name;
    if (craft.id.kind == surveillance::IdKind::kNone) continue;
    EXPECT_TRUE(identities.emplace(craft.id.kind, craft.id.number).second) << craft.name;
  }
}

TEST(LevantTraffic, NoReceiverIsEverSilentAndNobodyStandingIsInTheWay) {
  const std::vector<SkyCraft> standing = standing_traffic(kBegins);
  std::map<SkyEar, int> heard;
  for (const SkyCraft& craft : standing) {
    ++heard[craft.ear];
    // Ten hours of the story are ten minutes of a demonstration.
    for (UtcMs t = kBegins; t < kBegins + 36'000'000; t = t + 60'000) {
      ASSERT_TRUE(state_at(craft, t).has_value()) << craft.name;
    }
  }
  EXPECT_EQ(heard.size(), 3U) << "radars, ADS-B and AIS";
  for (const core::Zone& zone : levant_charter(kBegins).zones) {
    for (const SkyCraft& craft : standing) {
      if (zone.background || zone.domain != core::Domain::kAir || craft.ear == SkyEar::kAis) continue;
      EXPECT_GE(craft.level, top_of(zone) + 10) << craft.name << " over " << zone.id.str();
    }
  }
  expect_apart(standing, kBegins, kBegins + 36'000'000);
}

TEST(LevantTraffic, OneKeepsToItsCorridorForAHundredSecondsAndIsThenBesideIt) {
  const SkyCraft craft = straying_flight(kBegins);
  for (DurationMs after = 0; after <= 95'000; after += 5'000) {
    const auto at = state_at(craft, kBegins + after);
    ASSERT_TRUE(at.has_value()) << after;
    EXPECT_LT(aside_m("K2", at->position), 300) << after;
  }
  const auto out = state_at(craft, kBegins + 240'000);
  ASSERT_TRUE(out.has_value());
  EXPECT_GT(aside_m("K2", out->position), kHalfWidthM) << "miles beside it, not metres";
  // 3 NM are filed on either side: it is out of these within a minute and a half.
  const auto aside = state_at(craft, kBegins + 190'000);
  ASSERT_TRUE(aside.has_value());
  EXPECT_GT(aside_m("K2", aside->position), 3 * 1'852.0);
}

TEST(LevantTraffic, OneIsStillInItsCorridorWhenItsWindowIsOver) {
  const SkyCraft craft = late_flight(kBegins);
  for (DurationMs after = 0; after <= 1'500'000; after += 30'000) {
    const auto at = state_at(craft, kBegins + after);
    ASSERT_TRUE(at.has_value()) << after;
    EXPECT_LT(aside_m("K2", at->position), 300) << after;
  }
}

TEST(LevantTraffic, OneWithoutANameCrossesTheEdgeAtItsMoment) {
  const SkyCraft craft = unknown_craft(kBegins);
  EXPECT_EQ(craft.id.kind, surveillance::IdKind::kNone);
  const auto aside = [&](DurationMs after) {
    const auto at = state_at(craft, kBegins + after);
    EXPECT_TRUE(at.has_value()) << after;
    return at ? aside_m("K3", at->position) : 0.0;
  };
  EXPECT_NEAR(aside(0), kHalfWidthM, 500);
  EXPECT_GT(aside(-120'000), 2 * kHalfWidthM) << "two minutes before there is something to warn of";
  EXPECT_LT(aside(40'000), kHalfWidthM / 4) << "through its middle, not along its edge";
}

TEST(LevantTraffic, TwoComeTooCloseAtTheirMomentAndNotLongBefore) {
  const auto pair = converging_flights(kBegins);
  EXPECT_EQ(pair[0].level, pair[1].level);
  double least = std::numeric_limits<double>::infinity();
  UtcMs when;
  for (DurationMs t = -300'000; t <= 300'000; t += 500) {
    const auto a = state_at(pair[0], kBegins + t);
    const auto b = state_at(pair[1], kBegins + t);
    if (!a || !b) continue;
    const double m = metres(a->position, b->position);
    if (t <= -45'000) {
      ASSERT_GT(m, kMinimumM) << t;
    }
    if (m < least) {
      least = m;
      when = kBegins + t;
    }
  }
  EXPECT_GT(least, 1'000);
  EXPECT_LT(least, 2'500);
  EXPECT_LT(std::abs(when - kBegins), 15'000);
  // In nobody's corridor: what is lost is lost in the open.
  const core::Charter charter = levant_charter(kBegins);
  for (const core::Zone& zone : charter.zones) {
    if (zone.background || zone.domain != core::Domain::kAir) continue;
    EXPECT_GE(pair[0].level, top_of(zone)) << zone.id.str();
  }
}

TEST(LevantTraffic, AShipGoesRoundFromWhereSheIs) {
  const SkyState from{{339'000'000, 331'000'000}, 90'000};
  const SkyCraft craft = on_rounds("CARRIER", kCarrierMmsi, from, kBegins);
  const auto first = state_at(craft, kBegins);
  ASSERT_TRUE(first.has_value());
  EXPECT_LT(metres(first->position, from.position), 50);
  for (UtcMs t = kBegins; t < kBegins + 86'400'000; t = t + 600'000) {
    const auto at = state_at(craft, t);
    ASSERT_TRUE(at.has_value());
    ASSERT_LT(metres(at->position, from.position), 25'000);
  }
}

TEST(LevantTraffic, LapsFlyAlongTheirCorridorsWithinWhatIsFiledAndNotIntoEachOther) {
  const core::Charter charter = levant_charter(kBegins);
  std::vector<LapFlight> all;
  for (std::uint64_t lap = 0; lap < 4; ++lap) {
    const UtcMs begins = kBegins + static_cast<DurationMs>(lap) * kLapMs;
    const auto flights = lap_flights(charter, lap, begins);
    EXPECT_EQ(flights.size(), 6U);
    for (const LapFlight& flight : flights) all.push_back(flight);
  }
  std::set<std::string> intents;
  std::vector<SkyCraft> craft;
  for (const LapFlight& flight : all) {
    EXPECT_TRUE(intents.insert(flight.intent).second) << flight.intent;
    craft.push_back(flight.craft);
    EXPECT_LT(flight.volume.window.start, flight.craft.begins);
    EXPECT_LT(flight.leaves, flight.volume.window.end);
    const std::int64_t height_cm = cm_from_flight_level(flight.craft.level);
    EXPECT_LT(flight.volume.band.lower_cm, height_cm);
    EXPECT_LT(height_cm, flight.volume.band.upper_cm);
    const core::Zone* zone = nullptr;
    for (const core::Zone& one : charter.zones) {
      const auto* corridor = one.outline ? std::get_if<geo::Corridor>(&*one.outline) : nullptr;
      const auto* filed = std::get_if<geo::Corridor>(&flight.volume.outline);
      ASSERT_NE(filed, nullptr);
      if (corridor != nullptr && corridor->line == filed->line) zone = &one;
    }
    ASSERT_NE(zone, nullptr) << flight.intent;
    EXPECT_EQ(zone->owner.str(), flight.owner);
    EXPECT_GE(flight.volume.band.lower_cm, zone->band.lower_cm) << flight.intent;
    EXPECT_LE(flight.volume.band.upper_cm, zone->band.upper_cm) << flight.intent;
    for (UtcMs t = flight.craft.begins; t < flight.leaves - 1'000; t = t + 120'000) {
      const auto at = state_at(flight.craft, t);
      ASSERT_TRUE(at.has_value());
      EXPECT_LT(aside_m(zone->id.str(), at->position), 500) << flight.intent;
    }
    EXPECT_FALSE(state_at(flight.craft, flight.leaves + 5'000).has_value()) << "it ends where it is ended";
  }
  expect_apart(craft, kBegins, kBegins + 5 * kLapMs);
  // Who comes again under a name has left before.
  std::map<std::string, UtcMs> left;
  for (const LapFlight& flight : all) {
    const auto before = left.find(flight.call_sign);
    if (before != left.end()) {
      EXPECT_LT(before->second, flight.craft.begins) << flight.call_sign;
    }
    left[flight.call_sign] = flight.leaves;
  }
}

}  // namespace
}  // namespace tansiq::cli
