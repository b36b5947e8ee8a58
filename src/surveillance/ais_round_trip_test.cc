// AIS: what is encoded reads back to the same; packed bits beside a slow oracle.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "surveillance/ais_encode.h"
#include "surveillance/ais_testlib.h"
#include "surveillance/moment.h"

namespace tansiq::surveillance {
namespace {

using testing::hear;
using testing::Heard;
using testing::kNoon;

Report arbitrary_class_a() {
  Report report;
  report.format = Format::kAis;
  report.domain = Domain::kSea;
  report.id = {IdKind::kMmsi, *rc::gen::inRange<std::uint32_t>(200'000'000, 800'000'000)};
  report.time = kNoon + *rc::gen::inRange(-25, 25) * 1'000;
  report.basis = TimeBasis::kSecondOfMinute;
  if (*rc::gen::arbitrary<bool>()) report.nav_status = *rc::gen::inRange<std::uint8_t>(0, 14);
  if (*rc::gen::arbitrary<bool>()) report.rate_of_turn = *rc::gen::inRange<std::int8_t>(-127, 127);
  if (*rc::gen::arbitrary<bool>()) report.speed_cm_s = cm_s_from_tenth_knots(*rc::gen::inRange(0, 1'023));
  if (*rc::gen::arbitrary<bool>()) report.course_mdeg = *rc::gen::inRange(0, 3'600) * 100;
  if (*rc::gen::arbitrary<bool>()) report.heading_mdeg = *rc::gen::inRange(0, 360) * 1'000;
  if (*rc::gen::arbitrary<bool>()) {
    report.position =
        geo::LatLng{static_cast<std::int32_t>(scaled(*rc::gen::inRange(-54'000'000, 54'000'001), 50, 3)),
                    static_cast<std::int32_t>(scaled(*rc::gen::inRange(-108'000'000, 108'000'001), 50, 3))};
  }
  for (const Flag flag : {Flag::kAccurate, Flag::kRaim, Flag::kManoeuvre})
    report.set(flag, *rc::gen::arbitrary<bool>());
  return report;
}

RC_GTEST_PROP(AisRoundTrip, ClassAReadsBackToTheSame, ()) {
  const Report report = arbitrary_class_a();
  std::string text;
  RC_ASSERT(AisEncoder().class_a(report, text).has_value());
  const Heard heard = hear(text);
  RC_ASSERT(heard.said.reports.size() == 1U);
  RC_ASSERT(testing::same_statement(heard.said.reports[0], report));
  std::string again;
  RC_ASSERT(AisEncoder().class_a(heard.said.reports[0], again).has_value());
  RC_ASSERT(again == text);
}

RC_GTEST_PROP(AisRoundTrip, ClassBReadsBackToTheSame, ()) {
  Report report = arbitrary_class_a();
  report.nav_status.reset();
  report.rate_of_turn.reset();
  report.clear(Flag::kManoeuvre);
  std::string text;
  RC_ASSERT(AisEncoder().class_b(report, text).has_value());
  const Heard heard = hear(text);
  RC_ASSERT(heard.said.reports.size() == 1U);
  RC_ASSERT(testing::same_statement(heard.said.reports[0], report));
}

std::string arbitrary_text(std::size_t most) {
  const auto chars =
      *rc::gen::container<std::string>(rc::gen::elementOf(std::string("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-./&")));
  return chars.substr(0, most);
}

RC_GTEST_PROP(AisRoundTrip, VoyagesReadBackToTheSame, ()) {
  Identity ship;
  ship.id = {IdKind::kMmsi, *rc::gen::inRange<std::uint32_t>(200'000'000, 800'000'000)};
  ship.imo = *rc::gen::inRange<std::uint32_t>(1, 1U << 30);
  ship.call_sign.assign(arbitrary_text(7));
  ship.name.assign(arbitrary_text(20));
  ship.destination.assign(arbitrary_text(20));
  ship.ship_type = *rc::gen::inRange<std::uint8_t>(0, 100);
  ship.dimensions = Dimensions{*rc::gen::inRange<std::uint16_t>(1, 512), *rc::gen::inRange<std::uint16_t>(0, 512),
                               *rc::gen::inRange<std::uint8_t>(0, 64), *rc::gen::inRange<std::uint8_t>(0, 64)};
  ship.draught_cm = *rc::gen::inRange(1, 256) * 10;
  ship.eta = Eta{*rc::gen::inRange<std::uint8_t>(1, 13), *rc::gen::inRange<std::uint8_t>(1, 32),
                 *rc::gen::inRange<std::uint8_t>(0, 24), *rc::gen::inRange<std::uint8_t>(0, 60)};
  std::string text;
  RC_ASSERT(AisEncoder().voyage(ship, text).has_value());
  const Heard heard = hear(text);
  RC_ASSERT(heard.said.identities.size() == 1U);
  const Identity& read = heard.said.identities[0];
  RC_ASSERT(read.id == ship.id && read.imo == ship.imo && read.call_sign == ship.call_sign && read.name == ship.name);
  RC_ASSERT(read.destination == ship.destination && read.ship_type == ship.ship_type);
  RC_ASSERT(read.dimensions == ship.dimensions && read.draught_cm == ship.draught_cm && read.eta == ship.eta);
  std::string again;
  RC_ASSERT(AisEncoder().voyage(read, again).has_value());
  RC_ASSERT(again == text);
}

RC_GTEST_PROP(AisRoundTrip, StaticPartsReadBackToTheSame, ()) {
  Identity ship;
  const bool auxiliary = *rc::gen::arbitrary<bool>();
  ship.id = {IdKind::kMmsi, auxiliary ? *rc::gen::inRange<std::uint32_t>(980'000'000, 990'000'000)
                                      : *rc::gen::inRange<std::uint32_t>(200'000'000, 800'000'000)};
  ship.part = *rc::gen::inRange<std::uint8_t>(0, 2);
  if (ship.part == 0) {
    ship.name.assign(arbitrary_text(20));
  } else {
    ship.ship_type = *rc::gen::inRange<std::uint8_t>(0, 100);
    ship.vendor.assign(arbitrary_text(7));
    ship.call_sign.assign(arbitrary_text(7));
    if (auxiliary) ship.mother_ship = *rc::gen::inRange<std::uint32_t>(1, 1'000'000'000);
    if (!auxiliary) ship.dimensions = Dimensions{1, *rc::gen::inRange<std::uint16_t>(0, 512), 3, 4};
  }
  std::string text;
  RC_ASSERT(AisEncoder().static_part(ship, text).has_value());
  const Heard heard = hear(text);
  RC_ASSERT(heard.said.identities.size() == 1U);
  const Identity& read = heard.said.identities[0];
  RC_ASSERT(read.id == ship.id && read.part == ship.part && read.name == ship.name && read.vendor == ship.vendor);
  RC_ASSERT(read.call_sign == ship.call_sign && read.dimensions == ship.dimensions);
  RC_ASSERT(read.mother_ship == ship.mother_ship);
}

// A slow oracle beside the packed bits: characters to a string of zeros and ones, and numbers out of that.
RC_GTEST_PROP(AisPayloadBits, AreThoseOfTheSlowWay, ()) {
  const auto sixes = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 64));
  std::string text;
  std::string bits;
  for (const int six : sixes) {
    if (text.size() == 170) break;
    text.push_back(static_cast<char>(six < 40 ? six + 48 : six + 56));
    for (int b = 5; b >= 0; --b) bits.push_back((six >> b & 1) != 0 ? '1' : '0');
  }
  AisPayload payload;
  const auto cut = *rc::gen::inRange<std::size_t>(0, text.size() + 1);
  RC_ASSERT(payload.append(text.substr(0, cut)));
  RC_ASSERT(payload.append(text.substr(cut)));
  RC_ASSERT(payload.size() == bits.size());
  for (int i = 0; i < 20 && bits.size() >= 32; ++i) {
    const auto width = *rc::gen::inRange<unsigned>(1, 31);
    const auto offset = *rc::gen::inRange<std::size_t>(0, bits.size() - width);
    RC_ASSERT(payload.number(offset, width) == std::stoul(bits.substr(offset, width), nullptr, 2));
  }
}

TEST(Moment, APartOfAPeriodLiesNearest) {
  for (std::int64_t near = -130; near < 130; ++near) {
    for (std::int64_t part = 0; part < 60; ++part) {
      const UtcMs found = nearest({near}, part, 60);
      ASSERT_EQ(((found.ms % 60) + 60) % 60, part);
      ASSERT_LE(std::abs(found.ms - near), 30);
      if (std::abs(found.ms - near) == 30) {
        ASSERT_LT(found.ms, near);
      }
    }
  }
}

}  // namespace
}  // namespace tansiq::surveillance
