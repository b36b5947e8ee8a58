#include "cli/flight_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/record.h"

namespace tansiq::cli {
namespace {

using namespace coordination;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

const UtcMs kNow = parse_utc("2026-11-22T10:00:00Z").value_or(UtcMs{});
const AuthorityId kUs = AuthorityId::trusted("us");
const AuthorityId kRu = AuthorityId::trusted("ru");

core::EntryHash hash(char digit) {
  return core::EntryHash::from_hex(std::string(64, digit)).value_or(core::EntryHash{});
}

geo::Volume4d volume(DurationMs after) {
  geo::Volume4d out;
  out.outline = geo::Circle{{330'000'000, 380'000'000}, 100'000};
  out.band = {579'120, 640'080, geo::VerticalReference::kFlightLevel};
  out.window = {kNow + after, kNow + after + 25 * 60'000};
  return out;
}

HomeVersion version(std::int64_t leg, HomeState state) {
  HomeVersion v;
  v.flight = FlightId::trusted("M1");
  v.leg = leg;
  v.request = hash(leg == 0 ? 'a' : 'b');
  v.state = state;
  v.to = leg == 0 ? kUs : kRu;
  v.volumes = {volume(leg * 25 * 60'000)};
  v.zone = ZoneId::trusted(leg == 0 ? "K1" : "K4");
  return v;
}

FlightRow row(HomeState first, HomeState second) {
  FlightRow out;
  out.id = "M1";
  out.flight.plan.flight = FlightId::trusted("M1");
  out.flight.plan.call_sign = "MIRAGE1";
  out.flight.plan.legs = {{.volumes = {volume(0)}, .zone = ZoneId::trusted("K1")},
                          {.volumes = {volume(25 * 60'000)}, .zone = ZoneId::trusted("K4")}};
  out.flight.versions = {version(0, first), version(1, second)};
  out.may_clear = first == HomeState::kConfirmed && second == HomeState::kConfirmed;
  if (!out.may_clear) out.why_not = "leg 1 in zone K4 is held; every leg up to landing must be confirmed";
  return out;
}

/// As the node writes it.
std::string document(const FlightRow& of) {
  std::string text;
  log::JcsWriter out(text);
  out.begin_object().key("flights").begin_array().begin_object().key("flight");
  core::write_fields(out, of.flight);
  out.key("id").string(of.id).key("may_clear").boolean(of.may_clear).key("versions").begin_array();
  for (const HomeVersion& v : of.flight.versions) core::write_fields(out, v);
  out.end_array().key("why_not").string(of.why_not).end_object().end_array().end_object();
  return text;
}

TEST(FlightText, ReadsWhatTheNodeWrites) {
  const FlightRow of = row(HomeState::kConfirmed, HomeState::kHeld);
  const auto rows = read_flights(document(of));
  ASSERT_TRUE(rows) << rows.error().text();
  ASSERT_EQ(rows->size(), 1U);
  EXPECT_EQ(rows->front().flight, of.flight);
  EXPECT_EQ(rows->front().id, "M1");
  EXPECT_EQ(rows->front().why_not, of.why_not);
}

TEST(FlightText, UnknownWordsAreErrorsNotBlanks) {
  std::string text = document(row(HomeState::kConfirmed, HomeState::kHeld));
  text.replace(text.find("\"held\""), 6, "\"hold\"");
  const auto rows = read_flights(text);
  ASSERT_FALSE(rows);
  EXPECT_THAT(rows.error().text(), HasSubstr("\"hold\" is none of: requested, held"));
}

TEST(FlightText, ShowSaysOwnerHoldAndWhatIsMissing) {
  FlightRow of = row(HomeState::kConfirmed, HomeState::kHeld);
  of.flight.versions[1].until = kNow + 200'000;
  const std::string text = flight_text(Terminal(), of);
  EXPECT_THAT(text, HasSubstr("M1  MIRAGE1  asking"));
  EXPECT_THAT(text, HasSubstr("held, until 10:03:20"));
  EXPECT_THAT(text, HasSubstr("ru"));
  EXPECT_THAT(text, HasSubstr("FL190–FL210"));
  EXPECT_THAT(text, HasSubstr("departure    not yet: leg 1 in zone K4 is held"));
  EXPECT_THAT(text, Not(HasSubstr("next")));
}

TEST(FlightText, CounterIsSpelledOutAndWaitsForAnOfficer) {
  FlightRow of = row(HomeState::kConfirmed, HomeState::kHeld);
  of.flight.versions[1].time_shift_ms = 17 * 60'000;
  of.flight.versions[1].until = kNow + 200'000;
  EXPECT_THAT(flight_words(of), HasSubstr("a counter waits for you"));
  EXPECT_THAT(version_words(of.flight.versions[1]), StartsWith("counter: 17 min later (2026-11-22 10:42"));
  EXPECT_THAT(next_step(of), StartsWith("tansiq flight accept M1"));
  of.flight.versions[1].accepted = true;
  EXPECT_THAT(version_words(of.flight.versions[1]), StartsWith("held"));
  EXPECT_THAT(next_step(of), IsEmpty());
}

TEST(FlightText, EveryStateOfAVersionHasItsWords) {
  const auto words = [](HomeState state, auto change) {
    HomeVersion v = version(1, state);
    change(v);
    return version_words(v);
  };
  const auto as_is = [](HomeVersion&) {};
  EXPECT_EQ(words(HomeState::kRequested, as_is), "asked");
  EXPECT_EQ(words(HomeState::kRequested, [](HomeVersion& v) { v.standby_until = kNow; }),
            "asked; the owner decides at 10:00:00");
  EXPECT_EQ(words(HomeState::kCommitted, as_is), "committed, waits for the owner");
  EXPECT_EQ(words(HomeState::kConfirmed, as_is), "confirmed");
  EXPECT_EQ(words(HomeState::kConfirmed, [](HomeVersion& v) { v.entered = true; }), "confirmed, entered");
  EXPECT_EQ(words(HomeState::kEnded, [](HomeVersion& v) { v.entered = v.left = true; }), "ended, left");
  EXPECT_EQ(words(HomeState::kConfirmed, [](HomeVersion& v) { v.revoke = hash('c'); }),
            "confirmed, REVOKED by its owner");
  EXPECT_EQ(words(HomeState::kConfirmed,
                  [](HomeVersion& v) {
                    v.revoke = hash('c');
                    v.unable = true;
                  }),
            "confirmed, REVOKED by its owner: unable");
  EXPECT_EQ(words(HomeState::kRefused, [](HomeVersion& v) { v.refusal = LegRefusal::kFrozen; }),
            "refused: the relation does not allow it");
  EXPECT_EQ(words(HomeState::kLapsed, [](HomeVersion& v) { v.lapse = Lapse::kHandover; }),
            "lapsed: the zone went to another sequencer");
  EXPECT_EQ(words(HomeState::kRevoked, [](HomeVersion& v) { v.revoke = hash('c'); }), "revoked");
}

TEST(FlightText, TellsTheNextStepFromFilingToTheReadBack) {
  FlightRow of = row(HomeState::kRequested, HomeState::kRequested);
  EXPECT_THAT(next_step(of), IsEmpty()) << "the owners have the word";
  of = row(HomeState::kConfirmed, HomeState::kConfirmed);
  EXPECT_THAT(next_step(of), StartsWith("tansiq flight clear M1"));
  for (HomeVersion& v : of.flight.versions) v.crew = CrewHand::kCleared;
  EXPECT_THAT(next_step(of), StartsWith("tansiq flight read-back M1"));
  for (HomeVersion& v : of.flight.versions) v.crew = CrewHand::kReadBack;
  of.flight.cleared = true;
  EXPECT_THAT(next_step(of), IsEmpty());
  EXPECT_THAT(flight_words(of), HasSubstr("cleared"));
}

TEST(FlightText, CrewComesFirstWhenAnythingIsGivenUp) {
  FlightRow of = row(HomeState::kConfirmed, HomeState::kConfirmed);
  for (HomeVersion& v : of.flight.versions) v.crew = CrewHand::kReadBack;
  of.flight.cleared = true;
  of.flight.versions[1].revoke = hash('c');
  EXPECT_THAT(next_step(of), StartsWith("tansiq flight recall M1"));
  of.flight.airborne = true;
  EXPECT_THAT(next_step(of), IsEmpty()) << "an airborne crew keeps what it holds";
  of.flight.airborne = false;
  for (HomeVersion& v : of.flight.versions) v.crew = CrewHand::kRecalled;
  EXPECT_THAT(next_step(of), StartsWith("tansiq flight gave-up M1"));
}

TEST(FlightText, AConfirmedChangeIsPassedToTheCrew) {
  FlightRow of = row(HomeState::kConfirmed, HomeState::kConfirmed);
  for (HomeVersion& v : of.flight.versions) v.crew = CrewHand::kReadBack;
  of.flight.cleared = of.flight.airborne = true;
  of.flight.change = of.flight.plan;
  HomeVersion changed = version(1, HomeState::kHeld);
  changed.role = VersionRole::kChange;
  changed.request = hash('d');
  of.flight.versions.push_back(changed);
  EXPECT_THAT(next_step(of), IsEmpty());
  of.flight.versions.back().state = HomeState::kConfirmed;
  EXPECT_THAT(next_step(of), StartsWith("tansiq flight switch M1"));
  EXPECT_THAT(flight_text(Terminal(), of), HasSubstr("new: confirmed"));
}

TEST(FlightText, ListHidesWhatHasEnded) {
  FlightRow of = row(HomeState::kEnded, HomeState::kEnded);
  of.flight.ended = of.flight.landed = true;
  EXPECT_EQ(flights_text(Terminal(), {of}, false), "no live flights\n");
  EXPECT_THAT(flights_text(Terminal(), {of}, true), HasSubstr("landed"));
}

TEST(FlightText, ALegIsNamedByNumberOrZone) {
  FlightRow of = row(HomeState::kConfirmed, HomeState::kConfirmed);
  EXPECT_EQ(leg_number("1", of), 1);
  EXPECT_EQ(leg_number("K1", of), 0);
  EXPECT_THAT(leg_number("K9", of).error().message, HasSubstr("it has 0 K1, 1 K4"));
  of.flight.plan.legs[1].zone = ZoneId::trusted("K1");
  EXPECT_THAT(leg_number("K1", of).error().message, HasSubstr("more than once"));
}

// --- the owner's side
// ------------------------------------------------------------------------------------------------

LegVersion leg(char digit, LegState state) {
  LegVersion v;
  v.call_sign = "MIRAGE1";
  v.flight = FlightId::trusted("M1");
  v.home = AuthorityId::trusted("fr");
  v.legs = 2;
  v.request = hash(digit);
  v.state = state;
  v.volumes = {volume(0)};
  v.window = v.volumes.front().window;
  v.zone = ZoneId::trusted("K1");
  return v;
}

TEST(LegText, ReadsWhatTheNodeWrites) {
  std::string text;
  log::JcsWriter out(text);
  out.begin_object().key("legs").begin_array();
  core::write_fields(out, leg('a', LegState::kHeld));
  out.end_array().key("notices").begin_array().end_array().end_object();
  const auto rows = read_legs(text);
  ASSERT_TRUE(rows) << rows.error().text();
  ASSERT_EQ(rows->versions.size(), 1U);
  EXPECT_EQ(rows->versions.front(), leg('a', LegState::kHeld));
}

TEST(LegText, TellsWhatAnOfficerHasToKnow) {
  LegVersion v = leg('a', LegState::kHeld);
  v.until = kNow + 60'000;
  v.time_shift_ms = -5 * 60'000;
  EXPECT_EQ(leg_words(v), "held until 10:01:00, as a counter: 5 min earlier");
  v = leg('a', LegState::kConfirmed);
  v.revoking = true;
  EXPECT_EQ(leg_words(v), "confirmed, revoking: space stays booked until home answers");
  v.unable = true;
  v.text = "airborne\x1b[2J";
  EXPECT_THAT(leg_words(v), HasSubstr("UNABLE (\"airborne"));
  EXPECT_THAT(leg_words(v), Not(HasSubstr("\x1b"))) << "text of others is made harmless";
  v = leg('a', LegState::kConfirmed);
  v.entered = v.overdue = true;
  const std::string text = legs_text(Terminal(), {{v}, {}}, std::nullopt, false);
  EXPECT_THAT(text, HasSubstr("OVERDUE in the zone"));
  EXPECT_THAT(text, HasSubstr("tansiq leg free aaaaaaaaaaaa"));
}

TEST(LegText, ListIsByZoneAndLive) {
  LegVersion elsewhere = leg('b', LegState::kConfirmed);
  elsewhere.zone = ZoneId::trusted("K4");
  const LegRows rows{{leg('a', LegState::kEnded), elsewhere}, {}};
  EXPECT_THAT(legs_text(Terminal(), rows, "K1", false), HasSubstr("no legs of others"));
  EXPECT_THAT(legs_text(Terminal(), rows, "K1", true), HasSubstr("aaaaaaaaaaaa"));
  EXPECT_THAT(legs_text(Terminal(), rows, std::nullopt, false), HasSubstr("K4"));
}

TEST(LegText, ARequestIsNamedByItsFirstDigits) {
  std::vector<LegVersion> versions{leg('a', LegState::kHeld), leg('b', LegState::kHeld)};
  EXPECT_EQ(request_from("aaaaaa", versions), hash('a'));
  EXPECT_EQ(request_from("aaaaa", versions).error().code, ErrorCode::kInvalid) << "too short to be meant";
  EXPECT_EQ(request_from("M1", versions).error().code, ErrorCode::kInvalid);
  EXPECT_EQ(request_from("cccccc", versions).error().code, ErrorCode::kNotFound);
  versions.push_back(leg('a', LegState::kAsked));
  EXPECT_EQ(request_from("aaaaaa", versions).error().code, ErrorCode::kConflict);
}

// --- what waits for an officer
// --------------------------------------------------------------------------------------------

TEST(LegText, SaysThatAnOfficerAnswers) {
  LegVersion v = leg('a', LegState::kAsked);
  v.standby = v.answer_by = kNow + 60'000;
  EXPECT_EQ(leg_words(v), "asked; an officer answers until 10:01:00");
  v = leg('a', LegState::kHeld);
  v.until = v.answer_by = kNow + 60'000;
  EXPECT_EQ(leg_words(v), "held until 10:01:00, to be confirmed by an officer");
  v.commit = hash('c');
  EXPECT_EQ(leg_words(v), "held until 10:01:00, home waits for an officer to confirm");
}

TEST(AsksText, SaysWhoWaitsUntilWhenAndWhatIsInTheWay) {
  const auto document = JsonDocument::parse(
      R"({"asks":[{"answer_by_ms":1795341660000,"call_sign":"MIRAGE1","committed":false,"counter_time_ms":600000,)"
      R"("domain":"air","flight":"M1","free":false,"home":"fr","leg":1,"legs":2,)"
      R"("meets":[{"intent":"i7","manager":"us:ops"}],"remaining":1,)"
      R"("request":"aaaaaaaaaaaaaaaaaaaaaaaa","state":"asked","trouble":"","volumes":[],)"
      R"("window":{"end_ms":1795342500000,"start_ms":1795341900000},"zone":"K1"}],"more":false,)"
      R"("rules":[{"answer_ms":180000,"by_hand":true,"zone":"K1"},)"
      R"({"answer_ms":180000,"by_hand":false,"home":"ru","zone":"K1"}]})");
  ASSERT_TRUE(document);
  const std::string text = asks_text(Terminal(), document->root()).value_or("(failed)");
  EXPECT_THAT(text, HasSubstr("aaaaaaaaaaaa"));
  EXPECT_THAT(text, HasSubstr("10:01:00"));
  EXPECT_THAT(text, HasSubstr("in the way: i7 of us:ops"));
  EXPECT_THAT(text, HasSubstr("free: 10 min later"));
  EXPECT_THAT(text, HasSubstr("other legs of this flight are held meanwhile"));
  EXPECT_THAT(text, HasSubstr("K1: requests of others are answered by officers, within 3 min"));
  EXPECT_THAT(text, HasSubstr("K1: requests of ru are answered by the node"));
  const auto none = JsonDocument::parse(R"({"asks":[],"more":false,"rules":[]})");
  EXPECT_EQ(asks_text(Terminal(), none->root()).value_or("(failed)"), "nothing waits for an officer's answer\n");
}

// --- control and peers
// -----------------------------------------------------------------------------------------------

std::string control(std::string_view zone) {
  const auto document = JsonDocument::parse(R"({"zones":[)" + std::string(zone) + "]}");
  EXPECT_TRUE(document);
  return control_text(Terminal(), document->root()).value_or("(failed)");
}

TEST(ControlText, SaysWhoDecidesAndWhatToDo) {
  EXPECT_THAT(control(R"({"epoch":0,"owner":"us","sequencer":"us","state":"sequencer","zone":"K1"})"),
              HasSubstr("we decide"));
  const std::string leased =
      control(R"({"epoch":1,"lessor":"us","owner":"us","recall":"exercise over","sequencer":"fr","state":"tenant",)"
              R"("until_ms":1795341600000,"zone":"K1"})");
  EXPECT_THAT(leased, HasSubstr("leased to us"));
  EXPECT_THAT(leased, HasSubstr("2026-11-22T10:00:00Z"));
  EXPECT_THAT(leased, HasSubstr("\"exercise over\"\n  tansiq zone return K1"));
  EXPECT_THAT(
      control(R"({"awaited":["fr","ru"],"epoch":0,"owner":"us","sequencer":"us","state":"sequencer","zone":"K1"})"),
      HasSubstr("nothing is granted there until the charter is adopted by fr, ru"));
  const std::string halted = control(
      R"({"epoch":1,"owner":"us","rivals":[{"accepted":true,"author":"us","entry":"5d41","heir":"fr","kind":"lease"}],)"
      R"("state":"halted","zone":"K1"})");
  EXPECT_THAT(halted, HasSubstr("nobody"));
  EXPECT_THAT(halted, HasSubstr("tansiq zone resolve K1 5d41"));
}

TEST(PeersText, SaysHowTheLineStands) {
  const auto line = [](std::string_view members) {
    const auto document = JsonDocument::parse(R"({"peers":[{"acknowledged":4,"held":3,"id":"ru","known":5,)" +
                                              std::string(members) + R"("url":"https://ru.example"}],"self":"us"})");
    EXPECT_TRUE(document);
    return peers_text(Terminal(), document->root()).value_or("(failed)");
  };
  EXPECT_THAT(line(R"("age_ms":12400,"pinned":false,"trouble":"",)"), HasSubstr("12 s ago"));
  EXPECT_THAT(line(R"("age_ms":12400,"pinned":false,"trouble":"",)"), HasSubstr("catching up"));
  EXPECT_THAT(line(R"("pinned":false,"trouble":"",)"), HasSubstr("has not answered yet"));
  EXPECT_THAT(line(R"("pinned":false,"trouble":"no route to host",)"), HasSubstr("no route to host"));
  EXPECT_THAT(line(R"("age_ms":1,"pinned":true,"trouble":"x",)"), HasSubstr("PINNED"));
}

TEST(PeersText, SaysWhoHasWhichVersionOfTheCharter) {
  const auto document = JsonDocument::parse(
      R"({"charter":{"effective_ms":1795608000000,"in_force":1,"pending":2,"trouble":""},"peers":[{"acknowledged":4,)"
      R"("adopted":2,"held":3,"id":"ru","in_force":1,"known":5,"pinned":false,"trouble":"","url":"u"}],"self":"us"})");
  ASSERT_TRUE(document);
  const std::string text = peers_text(Terminal(), document->root()).value_or("(failed)");
  EXPECT_THAT(text, HasSubstr("1, 2 adopted"));
  EXPECT_THAT(text, HasSubstr("version 1 is in force here; version 2 is adopted, in force from"));
  const auto behind = JsonDocument::parse(
      R"({"charter":{"in_force":1,"trouble":"version 2 is in force at others"},"peers":[],"self":"us"})");
  EXPECT_THAT(peers_text(Terminal(), behind->root()).value_or(""), HasSubstr("BEHIND: version 2 is in force"));
}

}  // namespace
}  // namespace tansiq::cli
