// Cursor on Target: MITRE's published example of an event, TAK messages as another implementation (takproto) writes
// them, faults and attacks, streams, and round trips.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/random.h"
#include "surveillance/cot_decoder.h"
#include "surveillance/cot_encode.h"
#include "surveillance/surveillance_testlib.h"

namespace tansiq::surveillance {
namespace {

using testing::kNoon;
using testing::Remembering;
using testing::Said;

struct Heard {
  Said said;
  DecodeCounters counters;
};

Heard hear(std::string_view datagram) {
  Remembering sink;
  CotDecoder decoder({.source = SourceId{5}});
  decoder.feed_datagram(as_bytes(datagram), kNoon, sink);
  return {sink, decoder.counters()};
}

// From MITRE's Cursor on Target message router user's guide.
constexpr std::string_view kExample =
    "<?xml version='1.0' standalone='yes'?>\n"
    "<event version=\"2.0\" uid=\"J-01334\" type=\"a-h-A-M-F-U-M\" time=\"2005-04-05T11:43:38.07Z\" "
    "start=\"2005-04-05T11:43:38.07Z\" stale=\"2005-04-05T11:45:38.07Z\">\n"
    "  <detail></detail>\n"
    "  <point lat=\"30.0090027\" lon=\"-85.9578735\" ce=\"45.3\" hae=\"-42.6\" le=\"99.5\" />\n"
    "</event>";

TEST(CotXml, ThePublishedExample) {
  const Heard heard = hear(kExample);
  ASSERT_EQ(heard.said.reports.size(), 1U);
  const Report& r = heard.said.reports[0];
  EXPECT_EQ(r.source, SourceId{5});
  EXPECT_EQ(r.uid.view(), "J-01334");
  EXPECT_EQ(r.kind.view(), "a-h-A-M-F-U-M") << "the source's word; no field here says who is whose enemy";
  EXPECT_EQ(r.domain, Domain::kAir);
  EXPECT_EQ(format_utc(r.time), "2005-04-05T11:43:38.070Z");
  EXPECT_EQ(format_utc(*r.stale), "2005-04-05T11:45:38.070Z");
  EXPECT_EQ(r.basis, TimeBasis::kFull);
  EXPECT_EQ(r.position, (geo::LatLng{300'090'027, -859'578'735}));
  EXPECT_EQ(r.geometric_cm, -4'260);
  EXPECT_EQ(r.accuracy_cm, 4'530);
}

std::string event(std::string_view type = "a-u-G", std::string_view point = R"(lat="1" lon="2" hae="0" ce="1" le="1")",
                  std::string_view detail = "") {
  return fmt::format(
      R"(<event version="2.0" uid="u1" type="{}" time="2026-01-02T12:00:00Z" )"
      R"(start="2026-01-02T12:00:00Z" stale="2026-01-02T12:01:00Z" how="m-g"><point {}/><detail>{}</detail></event>)",
      type, point, detail);
}

TEST(CotXml, DomainsFollowFromTheThirdPart) {
  const auto domain = [](std::string_view type) { return hear(event(type)).said.reports.at(0).domain; };
  for (const std::string_view side : {"f", "h", "n", "u", "p", "a", "s", "j", "k"}) {
    EXPECT_EQ(domain(fmt::format("a-{}-A-C-F", side)), Domain::kAir);
    EXPECT_EQ(domain(fmt::format("a-{}-S-X", side)), Domain::kSea);
    EXPECT_EQ(domain(fmt::format("a-{}-U", side)), Domain::kSea);
    EXPECT_EQ(domain(fmt::format("a-{}-G", side)), Domain::kGround);
  }
  EXPECT_EQ(domain("a-u"), Domain::kUnknown);
}

TEST(CotXml, TrackAndContactAreRead) {
  const Heard heard =
      hear(event("a-f-G", R"(lat="1.0E-4" lon="2" hae="9999999.0" ce="9999999.0" le="9999999.0")",
                 R"(<contact callsign="A&amp;B"/><track course="-90.5" speed="2.5"/><x><track speed="9"/></x>)"));
  const Report& r = heard.said.reports.at(0);
  EXPECT_EQ(r.call_sign.view(), "A&B");
  EXPECT_EQ(r.course_mdeg, 269'500);
  EXPECT_EQ(r.speed_cm_s, 250) << "what lies deeper is somebody else's";
  EXPECT_EQ(r.position->lat_e7, 1'000);
  EXPECT_FALSE(r.geometric_cm || r.accuracy_cm);
}

TEST(CotXml, SeveralEventsMayShareADatagram) {
  const Heard heard = hear(event("a-u-A") + "\n" + event("a-u-S") + event("t-x-c-t"));
  EXPECT_EQ(heard.said.reports.size(), 2U);
  EXPECT_EQ(heard.counters.units, 3U);
  EXPECT_EQ(heard.counters.rejected_sum(), 0U);
}

TEST(CotXml, AlarmsAreEmergencies) {
  EXPECT_EQ(hear(event("b-a-o-tbl")).said.reports.at(0).emergency, Emergency::kGeneral);
  EXPECT_FALSE(hear(event("b-a-o-tbl")).said.reports.at(0).has(Flag::kTakenBack));
  const Report taken_back = hear(event("b-a-o-can")).said.reports.at(0);
  EXPECT_EQ(taken_back.emergency, Emergency::kNone);
  EXPECT_TRUE(taken_back.has(Flag::kTakenBack));
  const Heard other = hear(event("t-x-c-t"));
  EXPECT_TRUE(other.said.reports.empty());
  EXPECT_EQ(other.counters.unused, 1U);
}

// Made by takproto 3 from an event like the one above with a call sign and a track.
constexpr std::string_view kMesh =
    "bf01bf127f0a0d612d682d412d4d2d462d552d4d2a074a2d303133333430d6f4b091b12038d6f4b091b12040969eb891b1204a036d2d675161"
    "13"
    "3e004e023e4059200da7cc4d7d55c061cdcccccccc4c45c0696666666666a64640710000000000e058407a1e120812064841574b2d313a1209"
    "00"
    "00000000f06c4011cdccccccccdc6640";

std::string octets(std::string_view hex) { return std::string(as_text(from_hex(hex).value())); }

void expect_example(const Report& r) {
  EXPECT_EQ(r.uid.view(), "J-01334");
  EXPECT_EQ(r.kind.view(), "a-h-A-M-F-U-M");
  EXPECT_EQ(r.position, (geo::LatLng{300'090'027, -859'578'735}));
  EXPECT_EQ(r.geometric_cm, -4'260);
  EXPECT_EQ(r.accuracy_cm, 4'530);
  EXPECT_EQ(r.call_sign.view(), "HAWK-1");
  EXPECT_EQ(r.speed_cm_s, 23'150);
  EXPECT_EQ(r.course_mdeg, 182'900);
}

TEST(CotTak, AMeshMessageOfAnotherImplementation) {
  const Heard heard = hear(octets(kMesh));
  ASSERT_EQ(heard.said.reports.size(), 1U);
  expect_example(heard.said.reports[0]);
  EXPECT_EQ(heard.said.reports[0].stale->ms - heard.said.reports[0].time.ms, 120'000);
}

TEST(CotTak, AStreamOfThem) {
  const std::string message = octets(kMesh).substr(3);
  std::string stream;
  for (int i = 0; i < 3; ++i) stream += std::string("\xBF\x81\x01", 3) + message;
  stream += std::string(kExample);  // A server may speak both, one after the other.
  stream += std::string("\xBF\x81\x01", 3) + message;
  Remembering said;
  CotDecoder decoder({});
  for (const char c : stream) decoder.feed(as_bytes(std::string_view(&c, 1)), kNoon, said);
  ASSERT_EQ(said.reports.size(), 5U);
  for (const std::size_t i : {0U, 1U, 2U, 4U}) expect_example(said.reports[i]);
}

TEST(CotTak, DetailLeftInXmlIsRead) {
  // An event of hand: type, uid, latitude 1, and a detail with XML alone.
  const std::string detail = R"(<track speed="3.0" course="10"/><contact callsign="C" endpoint="e"/>)";
  std::string body =
      "\x0A\x05"
      "a-f-G"
      "\x2A\x02"
      "u1";
  body += std::string("\x51\0\0\0\0\0\0\xF0\x3F", 9);
  body +=
      std::string("\x7A") + static_cast<char>(detail.size() + 2) + "\x0A" + static_cast<char>(detail.size()) + detail;
  const std::string message = "\xBF\x01\xBF\x12" + std::string(1, static_cast<char>(body.size())) + body;
  const Heard heard = hear(message);
  ASSERT_EQ(heard.said.reports.size(), 1U) << heard.counters.rejected_sum();
  EXPECT_EQ(heard.said.reports[0].position, (geo::LatLng{10'000'000, 0}));
  EXPECT_EQ(heard.said.reports[0].speed_cm_s, 300);
  EXPECT_EQ(heard.said.reports[0].call_sign.view(), "C");
}

TEST(CotTak, EveryCutIsRefused) {
  const std::string whole = octets(kMesh);
  for (std::size_t size = 1; size < whole.size(); ++size) {
    const Heard heard = hear(std::string_view(whole).substr(0, size));
    EXPECT_EQ(heard.counters.rejected_sum(), 1U) << size;
  }
}

struct Fault {
  const char* name;
  std::string text;
  Reject why;
};
/// Names of tests do not depend on addresses.
void PrintTo(const Fault& fault, std::ostream* out) { *out << fault.name; }
class CotFault : public ::testing::TestWithParam<Fault> {};

TEST_P(CotFault, IsCountedAndAStreamGoesOn) {
  const Heard heard = hear(GetParam().text);
  EXPECT_EQ(heard.counters.of(GetParam().why), 1U);
  EXPECT_EQ(heard.counters.rejected_sum(), 1U);
  EXPECT_TRUE(heard.said.reports.empty());
  if (!GetParam().text.ends_with("</event>")) return;
  Remembering said;
  CotDecoder decoder({});
  decoder.feed(as_bytes(GetParam().text + std::string(kExample)), kNoon, said);
  EXPECT_EQ(said.reports.size(), 1U);
}

std::string deep() {
  std::string text = event();
  std::string open, close;
  for (int i = 0; i < 40; ++i) open += "<d>", close = "</d>" + close;
  text.replace(text.find("<detail>") + 8, 0, open + close);
  return text;
}

INSTANTIATE_TEST_SUITE_P(
    Cot, CotFault,
    ::testing::Values(
        Fault{"NotXml", "hello", Reject::kBadSyntax}, Fault{"Empty", " \n", Reject::kTruncated},
        Fault{"AnotherRoot", "<event2/>", Reject::kNotForUs},
        Fault{"NotClosed", "<event uid='a' type='a-u-A'><point lat='1' lon='1'/>", Reject::kBadSyntax},
        Fault{"WithoutAPoint", "<event uid='a' type='a-u-A'></event>", Reject::kMissingItem},
        Fault{"WithoutAUid", "<event type='a-u-A'><point lat='1' lon='1'/></event>", Reject::kMissingItem},
        Fault{"WithoutALongitude", event("a-u-A", "lat='1'"), Reject::kMissingItem},
        Fault{"LatitudeBeyond90", event("a-u-A", "lat='90.1' lon='0'"), Reject::kOutOfRange},
        Fault{"NotANumber", event("a-u-A", "lat='nan' lon='0'"), Reject::kBadSyntax},
        Fault{"NoSuchTime", "<event uid='a' type='a-u-A' time='2026-02-30T00:00:00Z'><point lat='1' lon='1'/></event>",
              Reject::kBadSyntax},
        Fault{"UidTooLong", "<event uid='" + std::string(49, 'x') + "' type='a-u-A'><point lat='1' lon='1'/></event>",
              Reject::kTooLong},
        Fault{"TooDeep", deep(), Reject::kTooLong},
        Fault{"DocumentType", "<!DOCTYPE event [<!ENTITY a 'b'>]>" + event(), Reject::kForbidden},
        Fault{"BillionLaughs",
              "<!DOCTYPE event [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;'>]><event uid='&b;' type='a'></event>",
              Reject::kForbidden},
        Fault{"UndefinedEntity", event("a-u-A", "lat='1' lon='1'", "&x;"), Reject::kForbidden},
        Fault{"ProcessingInstruction", "<?php x?>" + event(), Reject::kForbidden},
        Fault{"SpeedOfNoCraft", event("a-u-A", "lat='1' lon='1'", "<track speed='1e9'/>"), Reject::kOutOfRange},
        Fault{"TooLong", std::string(kCotEventBytesMax + 1, ' '), Reject::kTooLong},
        Fault{"TakTextThatIsNoText",
              std::string("\xBF\x01\xBF\x12\x06\x0A\x01"
                          "a"
                          "\x2A\x01\xC0",
                          11),
              Reject::kBadSyntax},
        Fault{"TakCallSignThatIsNoText",
              std::string("\xBF\x01\xBF\x12\x0D\x0A\x01"
                          "a"
                          "\x2A\x01"
                          "u"
                          "\x7A\x05\x12\x03\x12\x01\xFF",
                          18),
              Reject::kBadSyntax},
        Fault{"AnotherVersionOfTak", std::string("\xBF\x02\xBF\x0A\x00", 5), Reject::kNotForUs},
        Fault{"TakControlAlone", std::string("\xBF\x01\xBF\x0A\x00", 5), Reject::kNotForUs}),
    [](const auto& each) { return std::string(each.param.name); });

TEST(CotStream, IsTheSameInWhateverPiecesItComes) {
  std::string stream;
  for (int i = 0; i < 4; ++i) stream += std::string(kExample) + "\n" + event("a-f-S") + " junk" + event("t-x-c-t");
  Remembering whole;
  CotDecoder once({});
  once.feed(as_bytes(stream), kNoon, whole);
  EXPECT_EQ(whole.reports.size(), 8U);
  SeededRandom random(8);
  for (int round = 0; round < 100; ++round) {
    Remembering said;
    CotDecoder decoder({});
    for (std::size_t at = 0; at < stream.size();) {
      const auto size = static_cast<std::size_t>(random.between(1, 200));
      decoder.feed(as_bytes(std::string_view(stream).substr(at, size)), kNoon, said);
      at += size;
    }
    ASSERT_EQ(said.reports.size(), whole.reports.size());
    for (std::size_t i = 0; i < said.reports.size(); ++i) {
      ASSERT_TRUE(testing::same_statement(said.reports[i], whole.reports[i]));
    }
    ASSERT_EQ(decoder.counters().of(Reject::kBadSyntax), once.counters().of(Reject::kBadSyntax));
  }
}

TEST(CotStream, AnEndlessEventIsPassedOver) {
  Remembering said;
  CotDecoder decoder({});
  decoder.feed(as_bytes("<event uid='"), kNoon, said);
  const std::string piece(10'000, 'x');
  for (int i = 0; i < 100; ++i) decoder.feed(as_bytes(piece), kNoon, said);
  EXPECT_EQ(decoder.counters().of(Reject::kTooLong), 1U);
  decoder.feed(as_bytes("</event>" + std::string(kExample)), kNoon, said);
  EXPECT_EQ(said.reports.size(), 1U);
  EXPECT_EQ(decoder.counters().rejected_sum(), 1U);
}

TEST(CotStream, LengthsThatAreNoneAreCounted) {
  Remembering said;
  CotDecoder decoder({});
  decoder.feed(as_bytes(std::string("\xBF\xFF\xFF\xFF\xFF\xFF\xFF", 7)), kNoon, said);
  EXPECT_GE(decoder.counters().of(Reject::kTooLong), 1U);
  decoder.feed(as_bytes(kExample), kNoon, said);
  EXPECT_EQ(said.reports.size(), 1U);
}

RC_GTEST_PROP(CotRoundTrip, EventsReadBackToTheSame, ()) {
  Report r;
  r.format = Format::kCot;
  r.id.kind = IdKind::kUid;
  r.uid.assign("uid-" + *rc::gen::container<std::string>(rc::gen::elementOf(std::string("abc<>&\"'19 "))));
  r.kind.assign(*rc::gen::elementOf(std::vector<std::string>{"a-f-A-C-F", "a-h-S", "a-u-G", "a-n-U"}));
  r.domain = r.kind.view()[4] == 'A' ? Domain::kAir : r.kind.view()[4] == 'G' ? Domain::kGround : Domain::kSea;
  r.basis = TimeBasis::kFull;
  r.time = UtcMs{*rc::gen::inRange<std::int64_t>(0, 4'000'000'000'000)};
  r.stale = r.time + *rc::gen::inRange<std::int64_t>(0, 100'000);
  r.position =
      geo::LatLng{*rc::gen::inRange(-900'000'000, 900'000'001), *rc::gen::inRange(-1'800'000'000, 1'800'000'001)};
  if (*rc::gen::arbitrary<bool>()) r.geometric_cm = *rc::gen::inRange(-100'000, 2'000'000);
  if (*rc::gen::arbitrary<bool>()) r.accuracy_cm = *rc::gen::inRange(0, 2'000'000);
  if (*rc::gen::arbitrary<bool>()) r.course_mdeg = *rc::gen::inRange(0, 360'000);
  if (*rc::gen::arbitrary<bool>()) r.speed_cm_s = *rc::gen::inRange(0, 1'000'000);
  if (*rc::gen::arbitrary<bool>()) r.call_sign.assign("HAWK \"1\" & <co>");
  std::string text;
  RC_ASSERT(append_cot_event(r, text).has_value());
  const Heard heard = hear(text);
  RC_ASSERT(heard.said.reports.size() == 1U);
  RC_ASSERT(testing::same_statement(heard.said.reports[0], r));
  std::string again;
  RC_ASSERT(append_cot_event(heard.said.reports[0], again).has_value());
  RC_ASSERT(again == text);
}

TEST(CotEncode, NamesCraftByTheirAddressAndNobodysSide) {
  Report r;
  std::string text;
  r.position = geo::LatLng{0, 0};
  EXPECT_FALSE(append_cot_event(r, text));
  r.id = {IdKind::kIcao, 0x4840D6};
  r.domain = Domain::kAir;
  ASSERT_TRUE(append_cot_event(r, text));
  EXPECT_NE(text.find(R"(uid="ICAO-4840D6" type="a-u-A")"), std::string::npos);
  r.position.reset();
  EXPECT_FALSE(append_cot_event(r, text));
}

TEST(CotEncode, AnAddressIsHeardAsOneAndEverythingElseAsItWas) {
  const auto heard_as = [](Report r) {
    r.position = geo::LatLng{0, 0};
    r.format = Format::kCot;
    std::string text;
    EXPECT_TRUE(append_cot_event(r, text));
    const Report again = hear(text).said.reports.at(0);
    std::string twice;
    EXPECT_TRUE(append_cot_event(again, twice));
    EXPECT_EQ(twice, text);
    return again.id;
  };
  for (const CraftId id : {CraftId{IdKind::kIcao, 0x4840D6}, CraftId{IdKind::kNonIcao, 0xABC},
                           CraftId{IdKind::kMmsi, 2'275'000}, CraftId{IdKind::kMmsi, 227'006'760}}) {
    Report r;
    r.id = id;
    EXPECT_EQ(heard_as(r), id);
  }
  for (const char* uid : {"ICAO-4840d6", "ICAO-4840D", "ICAO-4840D66", "ICAO-", "MMSI-+12345678", "icao-4840D6", "x"}) {
    Report r;
    r.id.kind = IdKind::kUid;
    r.uid.assign(uid);
    EXPECT_EQ(heard_as(r).kind, IdKind::kUid) << uid;
  }
}

}  // namespace
}  // namespace tansiq::surveillance
