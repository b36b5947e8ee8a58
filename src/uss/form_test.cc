#include "uss/form.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "geo/conflict.h"
#include "uss/uss_testlib.h"

namespace tansiq::uss {
namespace {

using namespace test;
using ::testing::HasSubstr;

core::Intent native(std::vector<geo::Volume4d> volumes, core::IntentState state = core::IntentState::kAccepted) {
  core::Intent out;
  out.id = intent(1);
  out.state = state;
  out.volumes = std::move(volumes);
  return out;
}

geo::Volume4d volume(geo::Outline outline, geo::LevelBand band = {1'000'00, 2'000'00, geo::VerticalReference::kWgs84}) {
  return {std::move(outline), band, {kNow, kNow + 30 * kMinute}};
}
const geo::Circle kCircle{{465'000'000, 66'000'000}, 300'00};

/// The volumes that a form registers, as another supplier reads them.
Details read_back(const Form& form) {
  const auto message = Message::parse(form.details);
  EXPECT_TRUE(message);
  EXPECT_EQ(message->text(), form.details);
  auto details = read_details(message->root(), message->text(), Kind::kIntent, form.state);
  EXPECT_TRUE(details) << details.error().text() << "\n" << form.details;
  return std::move(details).value_or(Details{});
}

TEST(Form, AnIdIsKeptOrFollowsFromBothNames) {
  const auto us = AuthorityId::trusted("us");
  const IntentId own = IntentId::trusted("11111111-2222-4333-8444-555555555555");
  EXPECT_EQ(uuid_of(us, own).str(), own.str());
  const Uuid derived = uuid_of(us, IntentId::trusted("MIRAGE1"));
  EXPECT_TRUE(derived.is(4));
  EXPECT_EQ(derived, uuid_of(us, IntentId::trusted("MIRAGE1")));
  EXPECT_NE(derived, uuid_of(us, IntentId::trusted("MIRAGE2")));
  EXPECT_NE(derived, uuid_of(AuthorityId::trusted("fr"), IntentId::trusted("MIRAGE1")));
  // Another spelling is another native intent: it must not take the first one's id.
  const Uuid shouted = uuid_of(us, IntentId::trusted("AAAAAAAA-2222-4333-8444-555555555555"));
  EXPECT_NE(shouted.str(), "aaaaaaaa-2222-4333-8444-555555555555");
  EXPECT_NE(uuid_of(us, IntentId::trusted("11111111-2222-1333-8444-555555555555")).str(),
            "11111111-2222-1333-8444-555555555555")
      << "version 1 is no name in F3548";
}

TEST(Form, NothingOfWhoFliesItIsSaid) {
  const core::Intent plain = native({volume(kCircle)});
  core::Intent of = plain;
  of.flight = "MIRAGE1";
  of.manager = core::Subject::trusted("duty@us");
  of.craft = {{.icao = core::IcaoAddress{0x4CA1FA}, .mmsi = core::Mmsi{211'234'560}, .mode_3a = core::Mode3a{04321}}};
  const auto without = form_of(plain);
  const auto with = form_of(of);
  ASSERT_TRUE(without && with);
  EXPECT_EQ(with->details, without->details);
  EXPECT_EQ(with->extents, without->extents);
}

TEST(Form, StatesHaveTheVolumesThatTheyMustHave) {
  core::Intent of = native({volume(kCircle)});
  for (const auto& [state, wanted, nominal, off] :
       {std::tuple(core::IntentState::kAccepted, IntentState::kAccepted, 1U, 0U),
        std::tuple(core::IntentState::kActivated, IntentState::kActivated, 1U, 0U),
        std::tuple(core::IntentState::kNonconforming, IntentState::kNonconforming, 1U, 2U),
        std::tuple(core::IntentState::kContingent, IntentState::kContingent, 0U, 2U)}) {
    of.state = state;
    of.off_nominal = {volume(kCircle), volume(kCircle)};
    if (off == 0) of.off_nominal.clear();
    const auto form = form_of(of);
    ASSERT_TRUE(form) << form.error().text();
    EXPECT_EQ(form->state, wanted);
    const Details read = read_back(*form);
    EXPECT_EQ(read.volumes.size(), nominal);
    EXPECT_EQ(read.off_nominal.size(), off);
    EXPECT_EQ(read.hash, form->hash);
    EXPECT_EQ(JsonDocument::parse(form->extents)->root().size(), nominal + off);
  }
  of.state = core::IntentState::kContingent;
  of.off_nominal.clear();
  EXPECT_EQ(read_back(*form_of(of)).off_nominal.size(), 1U) << "where it was planned is where it may come to be";
  of.state = core::IntentState::kEnded;
  EXPECT_FALSE(form_of(of));
}

TEST(Form, WhatIsExactStaysExact) {
  const geo::Polygon square{{{465'000'001, 66'000'000}, {465'000'001, 66'100'007}, {465'100'000, 66'000'003}}};
  const auto form = form_of(native({volume(kCircle), volume(square)}));
  ASSERT_TRUE(form);
  const Details read = read_back(*form);
  ASSERT_EQ(read.volumes.size(), 2U);
  EXPECT_EQ(read.volumes[0], volume(kCircle));
  EXPECT_EQ(read.volumes[1], volume(square));
  EXPECT_EQ(form->start.text(), format_utc(kNow));
}

TEST(Form, OtherReferencesGrowByTheirMargin) {
  using geo::VerticalReference;
  for (const auto& [reference, lower, upper] :
       {std::tuple(VerticalReference::kAmsl, 1'000'00 - 110'00, 2'000'00 + 110'00),
        std::tuple(VerticalReference::kFlightLevel, 1'000'00 - 1'320'00 - 110'00, 2'000'00 + 1'070'00 + 110'00),
        std::tuple(VerticalReference::kAgl, -7'960'00, 2'000'00 + 8'960'00)}) {
    const auto form = form_of(native({volume(kCircle, {1'000'00, 2'000'00, reference})}));
    ASSERT_TRUE(form);
    const JsonDocument document = *JsonDocument::parse(form->extents);
    const JsonValue space = *document.root()[0].at("volume");
    EXPECT_EQ(*space.at("altitude_lower")->at("value")->fixed(2), lower);
    EXPECT_EQ(*space.at("altitude_upper")->at("value")->fixed(2), upper);
  }
  const auto unbounded = form_of(native({volume(kCircle, {})}));
  ASSERT_TRUE(unbounded);
  const geo::LevelBand band = read_back(*unbounded).volumes[0].band;
  EXPECT_EQ(band.lower_cm, geo::kHeightUnboundedLow);
  EXPECT_EQ(band.upper_cm, 100'000'00);
}

TEST(Form, TooManyPartsBecomeRectanglesOrAreRefused) {
  geo::Corridor winding{{}, 100'00, 100'00};
  for (int n = 0; n < 300; ++n) winding.line.push_back({465'000'000 + n * 40'000, 66'000'000 + (n % 2) * 30'000});
  const auto form = form_of(native({volume(winding)}));
  if (form) {
    const Details read = read_back(*form);
    ASSERT_EQ(read.volumes.size(), 1U);
    EXPECT_TRUE(geo::covers(*geo::Shape::make(read.volumes[0].outline), *geo::Shape::make(winding)));
  } else {
    EXPECT_EQ(form.error().code, ErrorCode::kTooLarge);
  }
  const auto many = form_of(native(std::vector<geo::Volume4d>(kExtentsMax + 1, volume(kCircle))));
  ASSERT_FALSE(many);
  EXPECT_THAT(many.error().message, HasSubstr("256"));
}

/// The slow oracle: every point that is surely in the corridor is in one of its polygons. Points are small circles, and
/// "surely in" and "surely not in" are what geo itself says.
RC_GTEST_PROP(Form, ACorridorIsHeldByItsPolygons, ()) {
  geo::Corridor corridor;
  corridor.left_cm = *rc::gen::inRange<std::int64_t>(50'00, 5'000'00);
  corridor.right_cm = *rc::gen::inRange<std::int64_t>(50'00, 5'000'00);
  const int points = *rc::gen::inRange(2, 5);
  std::int32_t lat = *rc::gen::inRange<std::int32_t>(-800'000'000, 800'000'000);
  std::int32_t lng = *rc::gen::inRange<std::int32_t>(-1'800'000'000, 1'800'000'000);
  const auto step = rc::gen::oneOf(rc::gen::inRange<std::int32_t>(100'000, 3'000'000),
                                   rc::gen::inRange<std::int32_t>(-3'000'000, -100'000));
  for (int n = 0; n < points; ++n) {
    corridor.line.push_back({lat, lng});
    lat += *step;
    lng += *step;
    if (lng > 1'800'000'000) lng = lng - 1'800'000'000 - 1'800'000'000;
    if (lng < -1'800'000'000) lng = lng + 1'800'000'000 + 1'800'000'000;
  }
  const auto shape = geo::Shape::make(corridor);
  RC_PRE(shape.has_value());
  const auto spelled = spell_outline(corridor);
  RC_ASSERT(spelled.has_value());
  std::vector<geo::Shape> held;
  for (const geo::Outline& outline : *spelled) held.push_back(geo::Shape::make(outline).value());
  const auto bounds = shape->bounds();
  for (int n = 0; n < 60; ++n) {
    const geo::LatLng at{
        *rc::gen::inRange(bounds.lat_low, bounds.lat_high + 1),
        bounds.lng_low <= bounds.lng_high ? *rc::gen::inRange(bounds.lng_low, bounds.lng_high + 1) : bounds.lng_low};
    const auto dot = geo::Shape::make(geo::Circle{at, 1});
    if (!dot || !geo::covers(*shape, *dot)) continue;
    RC_ASSERT(std::ranges::any_of(held, [&](const geo::Shape& one) { return geo::outlines_conflict(one, *dot, 0); }));
  }
}

core::Intent overdue(core::IntentState state) {
  core::Intent intent;
  intent.id = IntentId::trusted("I1");
  intent.state = state;
  intent.volumes = {{geo::Circle{{465'000'000, 66'000'000}, 300'00},
                     {400'00, 520'00, geo::VerticalReference::kWgs84},
                     {kNow, kNow + 60 * kMinute}}};
  return intent;
}

TEST(Overdue, OnlyWhatIsOffItsPlanIsExtended) {
  for (const auto state : {core::IntentState::kAccepted, core::IntentState::kActivated, core::IntentState::kEnded}) {
    EXPECT_EQ(overdue_until(overdue(state), {}, kNow + 90 * kMinute), std::nullopt);
  }
  for (const auto state : {core::IntentState::kNonconforming, core::IntentState::kContingent}) {
    const core::Intent intent = overdue(state);
    EXPECT_EQ(overdue_until(intent, {}, kNow + 57 * kMinute), std::nullopt);
    const UtcMs first = kNow + 69 * kMinute;
    EXPECT_EQ(overdue_until(intent, {}, kNow + 58 * kMinute + 1), first) << "to the minute";
    EXPECT_EQ(overdue_until(intent, first, kNow + 60 * kMinute), first);
    EXPECT_EQ(overdue_until(intent, first, first - 2 * kMinute - 1), first);
    EXPECT_EQ(overdue_until(intent, first, first - 2 * kMinute), first + 8 * kMinute);
    EXPECT_EQ(overdue_until(intent, {}, kNow + 90 * kMinute), kNow + 100 * kMinute) << "declared after its end";
    const UtcMs last = kNow + 60 * kMinute + kOverdueMaxMs;
    EXPECT_EQ(overdue_until(intent, last, last), last + kOverdueStepMs);
    EXPECT_EQ(overdue_until(intent, last, last + 1), last) << "no more";
    EXPECT_EQ(overdue_until(intent, {}, last + 1), std::nullopt);
  }
}

TEST(Overdue, ItIsWhereItWasSaidToBe) {
  core::Intent intent = overdue(core::IntentState::kNonconforming);
  const UtcMs until = kNow + 70 * kMinute;
  const auto whole = prolonged(intent, until);
  ASSERT_EQ(whole.off_nominal.size(), 1U) << "of no other place anything is known";
  EXPECT_EQ(whole.off_nominal.front().window.end, until);
  EXPECT_EQ(whole.volumes, intent.volumes);
  intent.off_nominal = {intent.volumes.front(), intent.volumes.front()};
  intent.off_nominal.back().window.end = until + kMinute;
  const auto declared = prolonged(intent, until);
  ASSERT_EQ(declared.off_nominal.size(), 2U);
  EXPECT_EQ(declared.off_nominal.front().window.end, until);
  EXPECT_EQ(declared.off_nominal.back().window.end, until + kMinute) << "never shorter";
  const auto form = form_of(whole);
  ASSERT_TRUE(form) << form.error().text();
  EXPECT_EQ(form->end.ceil(), until);
}

}  // namespace
}  // namespace tansiq::uss
