// AIS: vectors by type, tag blocks, fragments, and faults of every kind.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/random.h"
#include "surveillance/ais_decoder.h"
#include "surveillance/ais_testlib.h"
#include "surveillance/surveillance_testlib.h"

namespace tansiq::surveillance {
namespace {

using testing::kNoon;
using testing::Remembering;

constexpr SourceId kSource = testing::kAisSource;

using testing::hear;
using testing::Heard;
using testing::with_checksum;

/// A message of any type: its bits given as (width, value) pairs.
std::string sentence_of(std::initializer_list<std::pair<unsigned, std::int64_t>> fields) {
  AisPayload bits;
  for (const auto& [width, value] : fields) bits.put(width, value);
  unsigned fill = 0;
  const std::string text = bits.armoured(fill);
  return with_checksum(fmt::format("AIVDM,1,1,,A,{},{}", text, fill));
}

// --- Vectors by type -------------------------------------------------------------------------------------------------

// ITU-R M.1371-5, table 48: the fields of message 1 as they stand there, put down bit by bit.
TEST(AisType, OneToThreeAreClassAPositions) {
  for (const unsigned type : {1U, 2U, 3U}) {
    const Heard heard = hear(sentence_of({{6, type},
                                          {2, 0},
                                          {30, 227'006'760},
                                          {4, 5},
                                          {8, -20},
                                          {10, 123},
                                          {1, 1},
                                          {28, -1'234'567},
                                          {27, 29'400'000},
                                          {12, 2'345},
                                          {9, 233},
                                          {6, 33},
                                          {2, 0},
                                          {3, 0},
                                          {1, 0},
                                          {19, 0}}));
    ASSERT_EQ(heard.said.reports.size(), 1U);
    const Report& report = heard.said.reports[0];
    EXPECT_EQ(report.source, kSource);
    EXPECT_EQ(report.domain, Domain::kSea);
    EXPECT_EQ(report.id, (CraftId{IdKind::kMmsi, 227'006'760}));
    EXPECT_EQ(report.nav_status, 5);
    EXPECT_EQ(report.rate_of_turn, -20);
    EXPECT_EQ(report.speed_cm_s, 633);  // 12.3 kt = 632.77 cm/s
    EXPECT_TRUE(report.has(Flag::kAccurate));
    EXPECT_EQ(report.position, (geo::LatLng{490'000'000, -20'576'117}));
    EXPECT_EQ(report.course_mdeg, 234'500);
    EXPECT_EQ(report.heading_mdeg, 233'000);
    EXPECT_EQ(report.basis, TimeBasis::kSecondOfMinute);
    EXPECT_EQ(report.time, kNoon - 27'000) << "33 s lies nearest in the minute before";
  }
}

TEST(AisType, NotAvailableIsAbsent) {
  const Heard heard = hear(sentence_of({{6, 1},
                                        {2, 0},
                                        {30, 227'006'760},
                                        {4, 15},
                                        {8, -128},
                                        {10, 1'023},
                                        {1, 0},
                                        {28, 181 * 600'000},
                                        {27, 91 * 600'000},
                                        {12, 3'600},
                                        {9, 511},
                                        {6, 60},
                                        {25, 0}}));
  ASSERT_EQ(heard.said.reports.size(), 1U);
  const Report& report = heard.said.reports[0];
  EXPECT_FALSE(report.nav_status || report.rate_of_turn || report.speed_cm_s || report.position);
  EXPECT_FALSE(report.course_mdeg || report.heading_mdeg);
  EXPECT_EQ(report.basis, TimeBasis::kReceived);
  EXPECT_EQ(report.time, kNoon);
}

TEST(AisType, FourIsABaseStationWithItsDate) {
  const Heard heard = hear("!AIVDM,1,1,,A,403OviQuMGCqWrRO9>E6fE700@GO,0*4D\r\n");  // gpsd's sample
  ASSERT_EQ(heard.said.statuses.size(), 1U);
  const SensorStatus& status = heard.said.statuses[0];
  EXPECT_EQ(status.kind, StatusKind::kBaseStation);
  EXPECT_EQ(status.mmsi, 3'669'702U);
  EXPECT_EQ(format_utc(status.time), "2007-05-14T19:57:39Z");
  EXPECT_EQ(status.basis, TimeBasis::kFull);
  EXPECT_EQ(status.position, (geo::LatLng{368'837'667, -763'523'617}));
}

TEST(AisType, FiveIsTheVoyageInTwoParts) {
  const Heard heard = hear(
      "!AIVDM,2,1,1,A,55?MbV02;H;s<HtKR20EHE:0@T4@Dn2222222216L961O5Gf0NSQEp6ClRp8,0*1C\r\n"
      "!AIVDM,2,2,1,A,88888888880,2*25\r\n");  // gpsd's sample
  ASSERT_EQ(heard.said.identities.size(), 1U);
  const Identity& ship = heard.said.identities[0];
  EXPECT_EQ(ship.id.number, 351'759'000U);
  EXPECT_EQ(ship.imo, 9'134'270U);
  EXPECT_EQ(ship.call_sign.view(), "3FOF8");
  EXPECT_EQ(ship.name.view(), "EVER DIADEM");
  EXPECT_EQ(ship.ship_type, 70);
  EXPECT_EQ(ship.dimensions, (Dimensions{225, 70, 1, 31}));
  EXPECT_EQ(ship.eta, (Eta{5, 15, 14, 0}));
  EXPECT_EQ(ship.draught_cm, 1'220);
  EXPECT_EQ(ship.destination.view(), "NEW YORK");
  EXPECT_EQ(ship.terminal_ready, true);
}

TEST(AisType, NineIsASearchAndRescueAircraft) {
  const Heard heard = hear("!AIVDM,1,1,,B,91b55wi;hbOS@OdQAC062Ch2089h,0*30\r\n");  // gpsd's sample
  ASSERT_EQ(heard.said.reports.size(), 1U);
  EXPECT_EQ(heard.said.reports[0].domain, Domain::kAir);
  EXPECT_EQ(heard.said.reports[0].geometric_cm, 30'300);
  EXPECT_EQ(heard.said.reports[0].speed_cm_s, cm_s_from_tenth_knots(420));
  EXPECT_EQ(heard.said.reports[0].course_mdeg, 154'500);
}

TEST(AisType, ElevenIsATimeWithAPosition) {
  const Heard heard = hear("!AIVDM,1,1,,B,;4R33:1uUK2F`q?mOt@@GoQ00000,0*5D,s28089,d-103\r\n");  // gpsd's sample
  ASSERT_EQ(heard.said.reports.size(), 1U);
  EXPECT_EQ(format_utc(heard.said.reports[0].time), "2009-05-22T02:22:40Z");
  EXPECT_EQ(heard.said.reports[0].position, (geo::LatLng{284'091'167, -944'076'833}));
}

TEST(AisType, TwelveAndFourteenAreTexts) {
  const Heard to_one = hear("!AIVDM,1,1,,A,<5?SIj5Cp;NPD81>H0,4*4C\r\n");  // gpsd's sample, as the next
  ASSERT_EQ(to_one.said.texts.size(), 1U);
  EXPECT_EQ(to_one.said.texts[0].text.view(), "THANX");
  EXPECT_EQ(to_one.said.texts[0].to, (CraftId{IdKind::kMmsi, 351'809'000}));
  EXPECT_EQ(to_one.said.texts[0].sequence, 1);
  const Heard to_all = hear("!AIVDM,1,1,,A,>5?Per18=HB1U:1@E=B0m<L,2*51\r\n");
  ASSERT_EQ(to_all.said.texts.size(), 1U);
  EXPECT_EQ(to_all.said.texts[0].text.view(), "RCVD YR TEST MSG");
  EXPECT_FALSE(to_all.said.texts[0].to);
}

TEST(AisType, EighteenIsAClassBPosition) {
  const Heard heard = hear("!AIVDM,1,1,,A,B52K>;h00Fc>jpUlNV@ikwpUoP06,0*4C\r\n");  // gpsd's sample
  ASSERT_EQ(heard.said.reports.size(), 1U);
  EXPECT_EQ(heard.said.reports[0].position, (geo::LatLng{406'845'400, -740'721'317}));
  EXPECT_EQ(heard.said.reports[0].course_mdeg, 79'600);
  EXPECT_FALSE(heard.said.reports[0].heading_mdeg);
}

TEST(AisType, NineteenIsBoth) {
  const Heard heard = hear("!AIVDM,1,1,,B,C5N3SRgPEnJGEBT>NhWAwwo862PaLELTBJ:V00000000S0D:R220,0*0B\r\n");
  ASSERT_EQ(heard.said.reports.size(), 1U);
  ASSERT_EQ(heard.said.identities.size(), 1U);
  EXPECT_EQ(heard.said.identities[0].name.view(), "CAPT.J.RIMES");
  EXPECT_EQ(heard.said.identities[0].ship_type, 70);
}

TEST(AisType, TwentyOneIsAnAid) {
  std::string text;
  AisPayload bits;
  for (const auto& [width, value] :
       std::initializer_list<std::pair<unsigned, std::int64_t>>{{6, 21}, {2, 0}, {30, 992'509'976}, {5, 30}}) {
    bits.put(width, value);
  }
  bits.put_text(20, "NORTH CARDINAL BUOY ");  // The twentieth is a space, so what follows is not read as one name.
  bits.put(1, 0);
  bits.put(28, 6'000'000);
  bits.put(27, 30'000'000);
  bits.put(30, 0);
  bits.put(4, 7);
  bits.put(6, 12);
  bits.put(1, 1);
  bits.put(8, 0);
  bits.put(1, 0);
  bits.put(1, 1);
  bits.put(2, 0);
  unsigned fill = 0;
  const std::string payload = bits.armoured(fill);
  const Heard heard = hear(with_checksum(fmt::format("AIVDM,1,1,,A,{},{}", payload, fill)));
  ASSERT_EQ(heard.said.reports.size(), 1U);
  const Report& report = heard.said.reports[0];
  EXPECT_TRUE(report.has(Flag::kAidToNavigation));
  EXPECT_TRUE(report.has(Flag::kOffPosition));
  EXPECT_TRUE(report.has(Flag::kVirtual));
  EXPECT_EQ(report.position, (geo::LatLng{500'000'000, 100'000'000}));
  ASSERT_EQ(heard.said.identities.size(), 1U);
  EXPECT_EQ(heard.said.identities[0].name.view(), "NORTH CARDINAL BUOY");
  EXPECT_EQ(heard.said.identities[0].aid_type, 30);
}

TEST(AisType, TwentyFourComesInPartsAAndB) {
  const Heard heard = hear(
      "!AIVDM,1,1,,A,H42O55i18tMET00000000000000,2*6D\r\n"
      "!AIVDM,1,1,,A,H42O55lti4hhhilD3nink000?050,0*40\r\n");  // gpsd's sample
  ASSERT_EQ(heard.said.identities.size(), 2U);
  EXPECT_EQ(heard.said.identities[0].part, 0);
  EXPECT_EQ(heard.said.identities[0].name.view(), "PROGUY");
  EXPECT_EQ(heard.said.identities[1].part, 1);
  EXPECT_EQ(heard.said.identities[1].call_sign.view(), "TC6163");
  EXPECT_EQ(heard.said.identities[1].vendor.view(), "1D00014");
  EXPECT_EQ(heard.said.identities[1].dimensions, (Dimensions{0, 15, 0, 5}));
}

TEST(AisType, TwentySevenIsLongRange) {
  const Heard heard = hear("!AIVDM,1,1,,A,KCQ9r=hrFUnH7P00,0*41\r\n");  // gpsd's sample; the values are pyais 3.3.1's
  ASSERT_EQ(heard.said.reports.size(), 1U);
  EXPECT_EQ(heard.said.reports[0].id.number, 236'091'959U);
  ASSERT_TRUE(heard.said.reports[0].position);
  EXPECT_NEAR(heard.said.reports[0].position->lat_e7 * 1e-7, 87.065, 0.0005);
  EXPECT_NEAR(heard.said.reports[0].position->lng_e7 * 1e-7, -154.201667, 0.0005);
}

TEST(AisType, OthersAreCountedByType) {
  const Heard heard = hear("!AIVDM,1,1,,B,:5MlU41GMK6@,0*6C\r\n!AIVDM,1,1,,A,=39UOj0jFs9R,0*65\r\n");
  EXPECT_EQ(heard.by_type[10], 1U);
  EXPECT_EQ(heard.by_type[13], 1U);
  EXPECT_EQ(heard.counters.unused, 2U);
  EXPECT_TRUE(heard.said.reports.empty());
}

// --- Tag blocks, fragments, faults -----------------------------------------------------------------------------------

constexpr std::string_view kGood = "!AIVDM,1,1,,A,15RTgt0PAso;90TKcjM8h6g208CQ,0*4A";

std::string tagged(std::string_view block, std::string_view sentence = kGood) {
  return fmt::format("\\{}*{:02X}\\{}\r\n", block, nmea_checksum(block), sentence);
}

TEST(AisTagBlock, ItsTimeIsThatOfTheMessage) {
  // 2015-04-07T21:14:13Z; the message's own second is 33.
  const Heard heard = hear(tagged("s:r3669945,c:1428441253"));
  ASSERT_EQ(heard.said.reports.size(), 1U);
  EXPECT_EQ(format_utc(heard.said.reports[0].time), "2015-04-07T21:14:33Z");
}

TEST(AisTagBlock, MillisecondsAreReadToo) {
  std::string line = tagged("c:1428441253123");
  line.resize(line.size() - 2);
  EXPECT_EQ(parse_nmea(line)->time, UtcMs{1'428'441'253'123});
}

TEST(AisTagBlock, AWrongOneSpoilsItsLine) {
  EXPECT_EQ(hear(fmt::format("\\c:1428441253*00\\{}\r\n", kGood)).counters.of(Reject::kBadChecksum), 1U);
  EXPECT_EQ(hear(fmt::format("\\c:1428441253\\{}\r\n", kGood)).counters.of(Reject::kNoChecksum), 1U);
  EXPECT_EQ(hear(fmt::format("\\c:1428441253*55{}\r\n", kGood)).counters.of(Reject::kTruncated), 1U);
  EXPECT_EQ(hear(tagged("c:12x")).counters.of(Reject::kBadSyntax), 1U);
  EXPECT_EQ(hear(tagged("c")).counters.of(Reject::kBadSyntax), 1U);
}

constexpr std::string_view kFirst =
    "!AIVDM,2,1,1,A,55?MbV02;H;s<HtKR20EHE:0@T4@Dn2222222216L961O5Gf0NSQEp6ClRp8,0*1C\r\n";
constexpr std::string_view kSecond = "!AIVDM,2,2,1,A,88888888880,2*25\r\n";

TEST(AisFragments, MayComeInAnyOrder) {
  const Heard heard = hear(fmt::format("{}{}", kSecond, kFirst));
  ASSERT_EQ(heard.said.identities.size(), 1U);
  EXPECT_EQ(heard.said.identities[0].name.view(), "EVER DIADEM");
}

TEST(AisFragments, OfTwoChannelsDoNotMix) {
  const std::string other = with_checksum("AIVDM,2,2,1,B,00000000000,2");
  const Heard heard = hear(fmt::format("{}{}{}", kFirst, other, kSecond));
  ASSERT_EQ(heard.said.identities.size(), 1U);
  EXPECT_EQ(heard.said.identities[0].destination.view(), "NEW YORK");
}

TEST(AisFragments, ARepeatedOneIsADuplicate) {
  const Heard heard = hear(fmt::format("{}{}{}", kFirst, kFirst, kSecond));
  EXPECT_EQ(heard.said.identities.size(), 1U);
  EXPECT_EQ(heard.counters.of(Reject::kDuplicate), 1U);
}

TEST(AisFragments, AnotherWithTheSameNumberBeginsAnew) {
  const std::string other =
      with_checksum("AIVDM,2,1,1,A,542M92h00001@<7;?G0PD4i@R0<tqA8tj37>220o0h:2240Ht50000000000,0");
  const Heard heard = hear(fmt::format("{}{}{}{}", kFirst, other, kFirst, kSecond));
  EXPECT_EQ(heard.said.identities.size(), 1U);
  EXPECT_EQ(heard.said.identities[0].name.view(), "EVER DIADEM");
  EXPECT_EQ(heard.counters.of(Reject::kInconsistent), 2U);
}

TEST(AisFragments, FillBitsAreThoseOfTheLast) {
  // A text of no character, three bits short of one; five set bits fill it up.
  AisPayload bits;
  bits.put(6, 14);
  bits.put(2, 0);
  bits.put(30, 227'006'760);
  bits.put(2, 0);
  bits.put(8, 0b100'11111);
  unsigned fill = 0;
  const std::string text = bits.armoured(fill);
  ASSERT_EQ(fill, 0U);
  const Heard heard = hear(with_checksum(fmt::format("AIVDM,2,1,3,A,{},0", text.substr(0, 4))) +
                           with_checksum(fmt::format("AIVDM,2,2,3,A,{},5", text.substr(4))));
  ASSERT_EQ(heard.said.texts.size(), 1U);
  EXPECT_TRUE(heard.said.texts[0].text.empty());
}

TEST(AisFragments, AreForgottenAfterTheirTime) {
  AisDecoder decoder(kSource);
  Remembering said;
  decoder.feed(as_bytes(kFirst), kNoon, said);
  decoder.feed(as_bytes(kSecond), kNoon + kAisAssemblyMs + 1, said);
  EXPECT_TRUE(said.identities.empty());
  EXPECT_EQ(decoder.counters().of(Reject::kIncomplete), 1U);
  decoder.reset();
  decoder.feed(as_bytes(kFirst), kNoon, said);
  decoder.feed(as_bytes(kSecond), kNoon + kAisAssemblyMs, said);
  EXPECT_EQ(said.identities.size(), 1U);
}

struct Fault {
  const char* name;
  std::string text;
  Reject why;
};
/// Names of tests do not depend on addresses.
void PrintTo(const Fault& fault, std::ostream* out) { *out << fault.name; }

class AisFault : public ::testing::TestWithParam<Fault> {};

TEST_P(AisFault, IsCountedAndWhatFollowsIsRead) {
  const Heard heard = hear(GetParam().text + std::string(kGood) + "\r\n");
  EXPECT_EQ(heard.counters.of(GetParam().why), 1U);
  EXPECT_EQ(heard.counters.rejected_sum(), 1U);
  EXPECT_EQ(heard.said.reports.size(), 1U);
}

std::string position_message(std::int64_t type, std::int64_t mmsi, std::int64_t lng, std::int64_t lat) {
  return sentence_of({{6, type}, {2, 0}, {30, mmsi}, {23, 0}, {28, lng}, {27, lat}, {52, 0}});
}

INSTANTIATE_TEST_SUITE_P(
    Ais, AisFault,
    ::testing::Values(
        Fault{"WrongChecksum", "!AIVDM,1,1,,A,15RTgt0PAso;90TKcjM8h6g208CQ,0*4B\r\n", Reject::kBadChecksum},
        Fault{"NoChecksum", "!AIVDM,1,1,,A,15RTgt0PAso;90TKcjM8h6g208CQ,0\r\n", Reject::kNoChecksum},
        Fault{"ChecksumOfNoDigits", "!AIVDM,1,1,,A,15RTgt0PAso;90TKcjM8h6g208CQ,0*GG\r\n", Reject::kBadSyntax},
        Fault{"AnotherSentence", "$GPGGA,123519,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,*47\r\n",
              Reject::kNotForUs},
        Fault{"WithoutItsBeginning", "AIVDM,2,2,1,B,00000000000,2*26\r\n", Reject::kNotForUs},
        Fault{"PartBeyondTheTotal", with_checksum("AIVDM,1,2,,A,15RTgt0PAso;90TKcjM8h6g208CQ,0"), Reject::kBadSyntax},
        Fault{"TooManyFields", with_checksum("AIVDM,1,1,,A,15RTgt0PAso;90TKcjM8h6g208CQ,0,1"), Reject::kBadSyntax},
        Fault{"ForbiddenCharacter", with_checksum("AIVDM,1,1,,A,15RTgt0PAso;90TKcjM8h6g208C~,0"), Reject::kBadSyntax},
        Fault{"SixFillBits", with_checksum("AIVDM,1,1,,A,15RTgt0PAso;90TKcjM8h6g208CQ,6"), Reject::kBadSyntax},
        Fault{"TooShortForItsType", with_checksum("AIVDM,1,1,,A,15RTgt0PAso;90TKcjM8h,0"), Reject::kWrongLength},
        Fault{"TooLongForItsType", with_checksum("AIVDM,1,1,,A,15RTgt0PAso;90TKcjM8h6g208CQ000000,0"),
              Reject::kWrongLength},
        Fault{"NoHeader", with_checksum("AIVDM,1,1,,A,15RT,0"), Reject::kTruncated},
        Fault{"Empty", with_checksum("AIVDM,1,1,,A,,0"), Reject::kTruncated},
        Fault{"TypeZero", position_message(0, 227'006'760, 0, 0), Reject::kOutOfRange},
        Fault{"TypeBeyondTheLast", position_message(28, 227'006'760, 0, 0), Reject::kOutOfRange},
        Fault{"TenDigits", position_message(1, 1'000'000'000, 0, 0), Reject::kOutOfRange},
        Fault{"LongitudeBeyond180", position_message(1, 227'006'760, 180 * 600'000 + 1, 0), Reject::kOutOfRange},
        Fault{"LatitudeBeyond90", position_message(1, 227'006'760, 0, -90 * 600'000 - 1), Reject::kOutOfRange},
        Fault{"Endless", "!AIVDM," + std::string(100'000, '1') + "\r\n", Reject::kTooLong},
        Fault{"PayloadBeyondTheBound", with_checksum("AIVDM,1,1,,A," + std::string(85, '0') + ",0"), Reject::kTooLong}),
    [](const auto& each) { return std::string(each.param.name); });

TEST(AisStream, IsTheSameInWhateverPiecesItComes) {
  std::string stream;
  for (int i = 0; i < 3; ++i) stream += fmt::format("{}\r\n{}{}\n\n", kGood, kFirst, kSecond);
  stream += "!AIVDM," + std::string(600, '1') + "\n" + std::string(kGood) + "\n";
  Remembering whole;
  AisDecoder once(kSource);
  once.feed(as_bytes(stream), kNoon, whole);
  SeededRandom random(1);
  for (int round = 0; round < 200; ++round) {
    Remembering said;
    AisDecoder decoder(kSource);
    for (std::size_t at = 0; at < stream.size();) {
      const auto size = static_cast<std::size_t>(random.between(1, round < 100 ? 3 : 90));
      decoder.feed(as_bytes(std::string_view(stream).substr(at, size)), kNoon, said);
      at += size;
    }
    ASSERT_EQ(said.reports.size(), whole.reports.size());
    ASSERT_EQ(said.identities.size(), whole.identities.size());
    ASSERT_EQ(decoder.counters().rejected, once.counters().rejected);
    ASSERT_EQ(decoder.counters().units, once.counters().units);
  }
}

}  // namespace
}  // namespace tansiq::surveillance
