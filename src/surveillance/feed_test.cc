// What a feed says is what was given to it, and what it does not say is counted.
#include "surveillance/feed.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>

#include "base/random.h"
#include "surveillance/ais_decoder.h"
#include "surveillance/asterix_decoder.h"
#include "surveillance/decoding.h"
#include "surveillance/sbs_decoder.h"
#include "surveillance/sbs_encode.h"
#include "surveillance/surveillance_testlib.h"

namespace tansiq::surveillance {
namespace {

using ::testing::HasSubstr;
using testing::kNoon;
using testing::Remembering;

constexpr RadarPlace kRadar{0x1902, {500'000'000, 80'000'000}, 10'000};

/// A report that says everything.
Report full(std::uint32_t number = 0x4840D6) {
  Report r;
  r.id = {IdKind::kIcao, number};
  r.domain = Domain::kAir;
  r.basis = TimeBasis::kFull;
  r.time = r.received = kNoon;
  r.position = geo::LatLng{503'000'000, 83'000'000};
  r.pressure_cm = 304'800;
  r.geometric_cm = 310'000;
  r.speed_cm_s = 20'000;
  r.course_mdeg = 45'000;
  r.heading_mdeg = 46'000;
  r.climb_cm_s = 508;
  r.mode_3a = 01234;
  r.call_sign = FixedText<20>("TEST1");
  return r;
}

FeedOptions options_of(FeedFormat as) {
  FeedOptions out;
  out.as = as;
  if (as == FeedFormat::kCat048) out.radar = kRadar;
  return out;
}

std::vector<std::string> lost_of(const FeedAccount& account) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < account.lost.size(); ++i) {
    if (account.lost.at(i) != 0) out.emplace_back(name_of(static_cast<LostField>(i)));
  }
  return out;
}

std::uint64_t unsaid(const FeedAccount& account, Unsaid why) {
  return account.unsaid.at(static_cast<std::size_t>(why));
}

SourceConfig reader_of(FeedFormat as) {
  SourceConfig out;
  out.name = "reader";
  out.transport = parse_transport("udp://:1").value();
  switch (as) {
    case FeedFormat::kBeast:
      out.format = Speaks::kBeast;
      break;
    case FeedFormat::kAivdm:
      out.format = Speaks::kAivdm;
      break;
    case FeedFormat::kCot:
      out.format = Speaks::kCot;
      break;
    case FeedFormat::kSbs:
      out.format = Speaks::kSbs;
      break;
    default:
      out.format = Speaks::kAsterix;
  }
  if (as == FeedFormat::kCat048) out.radars.push_back(kRadar);
  return out;
}

/// By hand, from the formats' descriptions: what none of their encoders can say of a report that says everything.
TEST(FeedEncoder, CountsWhatEachFormatLoses) {
  const std::vector<std::pair<FeedFormat, std::vector<std::string>>> expected{
      {FeedFormat::kCat021, {"time", "heading"}},
      {FeedFormat::kCat048, {"time", "heading", "climb"}},
      {FeedFormat::kCat062, {"time", "heading"}},
      {FeedFormat::kBeast, {"time", "geometric_height", "heading"}},
      {FeedFormat::kCot, {"pressure_height", "heading", "climb", "code"}},
      {FeedFormat::kSbs, {"geometric_height", "heading"}},
  };
  for (const auto& [as, lost] : expected) {
    SCOPED_TRACE(name_of(as));
    auto feed = FeedEncoder::make(options_of(as)).value();
    std::vector<std::string> units;
    feed.add(full(), units);
    EXPECT_EQ(feed.account().said, 1U);
    EXPECT_THAT(lost_of(feed.account()), ::testing::ElementsAreArray(lost));
  }
  auto ais = FeedEncoder::make(options_of(FeedFormat::kAivdm)).value();
  std::vector<std::string> units;
  Report ship = full();
  ship.id = {IdKind::kMmsi, 227'006'760};
  ais.add(ship, units);
  EXPECT_THAT(lost_of(ais.account()),
              ::testing::ElementsAre("time", "pressure_height", "geometric_height", "climb", "code", "call_sign"));
}

TEST(FeedEncoder, SaysWhyAReportIsNotSaid) {
  const auto why = [](FeedFormat as, const Report& report) {
    auto feed = FeedEncoder::make(options_of(as)).value();
    std::vector<std::string> units;
    feed.add(report, units);
    feed.flush(units);
    EXPECT_TRUE(units.empty());
    EXPECT_EQ(feed.account().said, 0U);
    for (std::size_t i = 0; i < feed.account().unsaid.size(); ++i) {
      if (feed.account().unsaid.at(i) != 0) return std::string(name_of(static_cast<Unsaid>(i)));
    }
    return std::string("(said)");
  };
  Report ship = full();
  ship.id = {IdKind::kMmsi, 227'006'760};
  for (const FeedFormat as : {FeedFormat::kCat021, FeedFormat::kBeast, FeedFormat::kSbs}) {
    EXPECT_EQ(why(as, ship), "no_address") << name_of(as);
  }
  EXPECT_EQ(why(FeedFormat::kAivdm, full()), "no_mmsi");
  Report nobody = full();
  nobody.id = {};
  for (const FeedFormat as : {FeedFormat::kCat048, FeedFormat::kCat062, FeedFormat::kCot}) {
    EXPECT_EQ(why(as, nobody), "no_identity") << name_of(as);
  }
  Report nowhere = full();
  nowhere.position.reset();
  EXPECT_EQ(why(FeedFormat::kCot, nowhere), "no_position");
  EXPECT_EQ(why(FeedFormat::kCat048, nowhere), "no_position");
  Report far = full();
  far.position = geo::LatLng{-500'000'000, 80'000'000};
  EXPECT_EQ(why(FeedFormat::kCat048, far), "out_of_reach");
}

TEST(FeedEncoder, RefusesOptionsThatDoNotFit) {
  EXPECT_THAT(FeedEncoder::make({.as = FeedFormat::kCat048}).error().text(),
              HasSubstr("radar: CAT 048 needs the place"));
  EXPECT_THAT(FeedEncoder::make({.as = FeedFormat::kCot, .radar = kRadar}).error().text(), HasSubstr("is for CAT 048"));
  EXPECT_THAT(parse_feed_format("cat063").error().text(), HasSubstr("cat021, cat048, cat062, beast, aivdm, cot, sbs"));
}

/// Every craft that was said is heard where it was, by a source that reads the units as datagrams, or as one stream.
RC_GTEST_PROP(FeedEncoder, WhatIsSaidIsHeardInItsPlace, (std::uint64_t seed)) {
  SeededRandom random(seed);
  const auto as = static_cast<FeedFormat>(random.between(0, 6));
  auto feed = FeedEncoder::make(options_of(as)).value();
  std::vector<std::string> units;
  std::vector<geo::LatLng> places;
  const std::int64_t count = random.between(1, 60);
  for (std::int64_t i = 0; i < count; ++i) {
    Report r = full(static_cast<std::uint32_t>(0x400000 + i));
    if (as == FeedFormat::kAivdm) r.id = {IdKind::kMmsi, static_cast<std::uint32_t>(227'000'000 + i)};
    r.position = geo::LatLng{static_cast<std::int32_t>(random.between(490'000'000, 510'000'000)),
                             static_cast<std::int32_t>(random.between(70'000'000, 90'000'000))};
    places.push_back(*r.position);
    feed.add(r, units);
  }
  feed.flush(units);
  RC_ASSERT(feed.account().said == static_cast<std::uint64_t>(count));
  const bool stream = random.one_in(2);
  Remembering sink;
  const auto decoding = Decoding::make(reader_of(as), SourceId{1}, sink).value();
  for (const std::string& unit : units) {
    RC_ASSERT(unit.size() <= 1'500U);
    decoding->take({kNoon, 0, 0, stream ? ChunkKind::kStream : ChunkKind::kDatagram, as_bytes(unit)});
  }
  RC_ASSERT(decoding->counters().rejected_sum() == 0U);
  std::vector<geo::LatLng> heard;
  for (const Report& report : sink.reports) {
    if (report.position) heard.push_back(*report.position);
  }
  RC_ASSERT(heard.size() == places.size());
  // The coarsest step: CAT 048, 0.0055 degrees of azimuth at up to 180 km, beside its step of range and height.
  for (std::size_t i = 0; i < heard.size(); ++i) {
    RC_ASSERT(std::abs(heard[i].lat_e7 - places[i].lat_e7) < 3'000);
    RC_ASSERT(std::abs(heard[i].lng_e7 - places[i].lng_e7) < 5'000);
  }
}

TEST(FeedEncoder, CraftHaveTrackNumbersOfTheirOwn) {
  auto feed = FeedEncoder::make(options_of(FeedFormat::kCat062)).value();
  std::vector<std::string> units;
  for (std::uint32_t turn = 0; turn < 2; ++turn) {
    for (std::uint32_t i = 0; i < 300; ++i) feed.add(full(i + 1), units);
  }
  feed.flush(units);
  Remembering sink;
  AsterixDecoder decoder({});
  for (const std::string& unit : units) decoder.feed_datagram(as_bytes(unit), kNoon, sink);
  ASSERT_EQ(sink.reports.size(), 600U);
  std::set<std::uint16_t> numbers;
  for (std::size_t i = 0; i < 300; ++i) {
    numbers.insert(sink.reports[i].track->number);
    EXPECT_EQ(sink.reports[i].track, sink.reports[i + 300].track);
  }
  EXPECT_EQ(numbers.size(), 300U);
  EXPECT_EQ(feed.account().track_numbers_again, 0U);
}

TEST(FeedEncoder, MoreCraftThanNumbersAreCounted) {
  auto feed = FeedEncoder::make(options_of(FeedFormat::kCat062)).value();
  std::vector<std::string> units;
  for (std::uint32_t i = 0; i < kFeedTracksMax + 5; ++i) {
    feed.add(full(i + 1), units);
    units.clear();
  }
  EXPECT_EQ(feed.account().track_numbers_again, 5U);
}

TEST(FeedEncoder, ShipsKeepTheirIdentities) {
  auto feed = FeedEncoder::make(options_of(FeedFormat::kAivdm)).value();
  std::vector<std::string> units;
  Identity ship;
  ship.message = 5;
  ship.id = {IdKind::kMmsi, 227'006'760};
  ship.name = FixedText<40>("PILOT");
  feed.add(ship, units);
  ASSERT_EQ(units.size(), 1U) << "sentences of one message stay together";
  Remembering sink;
  AisDecoder decoder(SourceId{1});
  decoder.feed_datagram(as_bytes(units[0]), kNoon, sink);
  ASSERT_EQ(sink.identities.size(), 1U);
  EXPECT_EQ(sink.identities[0].name.view(), "PILOT");
  EXPECT_EQ(feed.account().identities, 1U);
  auto other = FeedEncoder::make(options_of(FeedFormat::kCot)).value();
  other.add(ship, units);
  EXPECT_EQ(unsaid(other.account(), Unsaid::kNoKind), 1U);
}

/// SBS-1 lines read back to what was written, to the step of each field.
RC_GTEST_PROP(SbsRoundTrip, ReadsBackToTheStep, (std::uint64_t seed)) {
  SeededRandom random(seed);
  Report r;
  r.id = {IdKind::kIcao, static_cast<std::uint32_t>(random.between(0, 0xFFFFFF))};
  r.basis = TimeBasis::kFull;
  r.time = kNoon + random.between(-86'400'000LL * 1'000, 86'400'000LL * 1'000);
  if (random.one_in(2)) r.call_sign = FixedText<20>("A,B 7");
  if (random.one_in(2)) {
    r.position = geo::LatLng{static_cast<std::int32_t>(random.between(-900'000'000, 900'000'000)),
                             static_cast<std::int32_t>(random.between(-1'800'000'000, 1'800'000'000))};
  }
  if (random.one_in(2)) r.pressure_cm = static_cast<std::int32_t>(random.between(-30'000, 2'000'000));
  if (random.one_in(2)) r.speed_cm_s = static_cast<std::int32_t>(random.between(0, 60'000));
  if (random.one_in(2)) r.course_mdeg = static_cast<std::int32_t>(random.between(0, 359'999));
  if (random.one_in(2)) r.climb_cm_s = static_cast<std::int32_t>(random.between(-4'000, 4'000));
  if (random.one_in(2)) r.mode_3a = static_cast<std::uint16_t>(random.between(0, 07777));
  r.set(Flag::kOnGround, random.one_in(4));
  r.set(Flag::kSpi, random.one_in(4));
  std::string text;
  if (!append_sbs_lines(r, text)) {
    RC_ASSERT(text.empty());
    RC_ASSERT(!r.position && !r.pressure_cm && !r.speed_cm_s && !r.course_mdeg && !r.climb_cm_s && !r.mode_3a &&
              r.call_sign.empty());
    return;
  }
  Remembering sink;
  SbsDecoder decoder({});
  decoder.feed(as_bytes(text), r.time, sink);
  RC_ASSERT(decoder.counters().rejected_sum() == 0U);
  Report back;
  for (const Report& each : sink.reports) {
    RC_ASSERT(each.time == r.time);
    RC_ASSERT(each.id == r.id);
    RC_ASSERT(each.flags == r.flags);
    if (each.position) back.position = each.position;
    if (each.pressure_cm) back.pressure_cm = each.pressure_cm;
    if (each.speed_cm_s) back.speed_cm_s = each.speed_cm_s;
    if (each.course_mdeg) back.course_mdeg = each.course_mdeg;
    if (each.climb_cm_s) back.climb_cm_s = each.climb_cm_s;
    if (each.mode_3a) back.mode_3a = each.mode_3a;
    if (!each.call_sign.empty()) back.call_sign = each.call_sign;
  }
  const auto near = [](const auto& a, const auto& b, int step) {
    return a.has_value() == b.has_value() && (!a || std::abs(*a - *b) <= step);
  };
  RC_ASSERT(back.position == r.position);
  RC_ASSERT(near(back.pressure_cm, r.pressure_cm, 16));
  RC_ASSERT(near(back.speed_cm_s, r.speed_cm_s, 3));
  RC_ASSERT(back.course_mdeg == r.course_mdeg);
  RC_ASSERT(near(back.climb_cm_s, r.climb_cm_s, 1));
  RC_ASSERT(back.mode_3a == r.mode_3a);
  RC_ASSERT(back.call_sign.view() == (r.call_sign.empty() ? "" : "A B 7"));
}

}  // namespace
}  // namespace tansiq::surveillance
