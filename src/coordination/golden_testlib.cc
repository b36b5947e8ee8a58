// The story that the golden record of coordination was written by: an afternoon of us, among three.
//
// It is told once for each format version; what counts afterwards is the record. Peers of whom it takes a word that no
// honest node of these three would say in so short a time (two histories, a halted zone, a recovered node) are quoted
// at the end.
#include "coordination/golden_testlib.h"

#include <gtest/gtest.h>

#include <map>

#include "base/invariant.h"

namespace tansiq::coordination::testing {
namespace {

constexpr DurationMs kMinute = 60'000;

AuthorityId id(std::string_view text) { return AuthorityId::trusted(text); }
FlightId flight_id(std::string_view text) { return FlightId::trusted(text); }

class Story {
 public:
  Golden tell() {
    flights();
    counters_and_waiting();
    revocations();
    relations();
    caveats();
    disclosure();
    leases();
    charter();
    own_traffic();
    return end();
  }

 private:
  void act(std::string_view who, Act what, std::string_view second = {}) {
    const auto done = world_.act(who, std::move(what), second);
    EXPECT_TRUE(done.has_value()) << done.error().text();
    world_.settle();
  }
  void step(std::string_view who, std::string_view flight, FlightStep what, std::string text = {}) {
    act(who, StepFlight{flight_id(flight), what, std::move(text)});
  }
  void file(std::string_view who, std::string_view flight, std::vector<PlannedLeg> legs) {
    act(who, FileFlight{{.alternate = {},
                         .call_sign = std::string(flight),
                         .domain = core::Domain::kAir,
                         .flight = flight_id(flight),
                         .gate_leg = {},
                         .legs = std::move(legs),
                         .principal = {}}});
  }
  void pass(DurationMs time) {
    world_.advance(time);
    world_.settle();
  }
  [[nodiscard]] UtcMs in_minutes(int n) const { return world_.now + n * kMinute; }
  [[nodiscard]] EntryHash request_at(std::string_view owner, std::string_view flight) {
    for (const auto& [request, version] : world_.at(owner).legs().versions()) {
      if (version.flight == flight_id(flight) && version.live()) return request;
    }
    ADD_FAILURE() << owner << " has no live leg of " << flight;
    return {};
  }

  /// Across three zones, cleared, entered, left; one changed in flight; one in distress; one given up; one in a zone
  /// where nobody decides.
  void flights() {
    const UtcMs begin = world_.now;
    const auto at = [begin](int minute) { return begin + minute * kMinute; };
    file("us", "A1", {leg("K1", 200, at(10)), leg("K4", 200, at(15)), leg("F1", 200, at(20))});
    step("us", "A1", FlightStep::kClear);
    step("us", "A1", FlightStep::kReadBack);
    file("ru", "A2", {leg("K1", 220, in_minutes(10)), leg("K4", 220, in_minutes(15))});
    step("ru", "A2", FlightStep::kClear);
    step("ru", "A2", FlightStep::kReadBack);
    file("us", "A3", {leg("K4", 240, in_minutes(12))});
    file("us", "A4", {leg("K4", 260, in_minutes(40))});
    file("us", "A4", {leg("K4", 280, in_minutes(40))});  // MODIFY, on the ground
    file("us", "A5", {leg("D1", 200, in_minutes(12))});
    step("us", "A3", FlightStep::kCancel);
    pass(10 * kMinute + 10'000);
    act("us", ReportLeg{true, flight_id("A1"), 0});
    act("ru", ReportLeg{true, flight_id("A2"), 0});
    pass(4 * kMinute + 30'000);
    act("us", ReportLeg{false, flight_id("A1"), 0});
    act("us", ReportLeg{true, flight_id("A1"), 1});
    act("ru", ReportLeg{false, flight_id("A2"), 0});
    // MODIFY, airborne
    file("us", "A1", {leg("K1", 200, at(10)), leg("K4", 200, at(15)), leg("F1", 300, at(20))});
    step("us", "A1", FlightStep::kSwitch);
    pass(kMinute);
    step("us", "A1", FlightStep::kContingency, "smoke");
    step("us", "A1", FlightStep::kLand);
  }

  /// Two want the same: a counter that an officer takes, one that waits for the other's hold, one whose time is over.
  void counters_and_waiting() {
    file("ru", "B1", {leg("K4", 300, in_minutes(30))});
    file("us", "B2", {leg("K1", 300, in_minutes(25)), leg("K4", 300, in_minutes(30))});
    step("us", "B2", FlightStep::kAcceptCounter);
    file("us", "B3", {leg("K4", 300, in_minutes(30))});
    step("us", "B3", FlightStep::kDeclineCounter);
    world_.cut("fr", "ru");
    file("fr", "B4", {leg("K1", 320, in_minutes(50)), leg("K4", 320, in_minutes(55))});  // K1 holds for it
    file("ru", "B5", {leg("K1", 320, in_minutes(50))});                                  // K1 lets it wait
    pass(5 * kMinute);
    world_.heal();
    world_.settle();
    file("fr", "B6", {leg("K1", 180, in_minutes(5))});
    pass(40 * kMinute);  // never entered: its window closes
  }

  void revocations() {
    file("us", "C1", {leg("K4", 200, in_minutes(20))});
    act("ru", RevokeLeg{false, request_at("ru", "C1"), "needed"});
    file("us", "C2", {leg("K1", 200, in_minutes(5)), leg("K4", 200, in_minutes(10))});
    step("us", "C2", FlightStep::kClear);
    step("us", "C2", FlightStep::kReadBack);
    pass(5 * kMinute + 10'000);
    act("us", ReportLeg{true, flight_id("C2"), 0});
    act("ru", RevokeLeg{false, request_at("ru", "C2"), "needed"});
    act("ru", RevokeLeg{true, request_at("ru", "C2"), "danger"});
    file("fr", "C3", {leg("K1", 240, in_minutes(20))});
    act("us", RevokeLeg{false, request_at("us", "C3"), "ours again"});
    pass(30 * kMinute);  // C2 has not reported that it left: an alarm
    act("us", ReportLeg{false, flight_id("C2"), 0});
  }

  void relations() {
    const Edge air{Capability::kRequest, RelationDomain::kAir, id("us"), id("fr")};
    act("us", FreezeRelation{{{air, 0}}, id("fr"), "exercise"});
    const auto refused = world_.act("fr", FileFlight{{.alternate = {},
                                                      .call_sign = "R1",
                                                      .domain = core::Domain::kAir,
                                                      .flight = flight_id("R1"),
                                                      .gate_leg = {},
                                                      .legs = {leg("K1", 200, in_minutes(20))},
                                                      .principal = {}}});
    EXPECT_FALSE(refused.has_value());
    const auto proposed = world_.act("us", ProposeRelation{"", {{air, 1}}, id("fr"), "over"}, "us:chief");
    ASSERT_TRUE(proposed.has_value()) << proposed.error().text();
    world_.settle();
    act("fr", AcceptRelation{proposed->hash}, "fr:chief");
    // A freeze that the other has not read: asked, and refused by the owner.
    ASSERT_TRUE(world_.act("us", FreezeRelation{{{air, 0}}, id("fr"), ""}));
    ASSERT_TRUE(world_.act("fr", FileFlight{{.alternate = {},
                                             .call_sign = "R2",
                                             .domain = core::Domain::kAir,
                                             .flight = flight_id("R2"),
                                             .gate_leg = {},
                                             .legs = {leg("K1", 200, in_minutes(20))},
                                             .principal = {}}}));
    world_.pull("us", "fr");
    world_.settle();
    const auto again = world_.act("us", ProposeRelation{"", {{air, 1}}, id("fr"), ""});
    ASSERT_TRUE(again.has_value());
    world_.settle();
    act("fr", AcceptRelation{again->hash});
    act("us", DeclareClock{true, "no satellite time"});
    act("us", DeclareClock{false, "compared"});
  }

  void caveats() {
    const CaveatId line = CaveatId::trusted("red-line");
    const auto rule = [](std::string_view of) {
      return CaveatRule{.domain = core::Domain::kAir,
                        .horizontal_m = 18'520,
                        .of = core::Subject::trusted(of),
                        .time_ms = 15 * kMinute,
                        .vertical_cm = {}};
    };
    act("us", SetCaveat{line, rule("fr"), "by order"});
    act("us", DepositCaveat{line, id("ru")});
    act("ru", SetCaveat{CaveatId::trusted("ru-line"), rule("fr"), ""});
    act("ru", DepositCaveat{CaveatId::trusted("ru-line"), id("us")});
    file("us", "V1", {leg("K4", 200, in_minutes(30))});
    file("fr", "V2", {leg("K4", 240, in_minutes(31))});
    file("us", "V3", {leg("K1", 200, in_minutes(40))});
    file("ru", "V4", {leg("K1", 300, in_minutes(30))});
    file("fr", "V5", {leg("K1", 240, in_minutes(31))});
    pass(kMinute);
    const auto accepted = world_.act("us", OverrideCaveat{flight_id("V1"), {}, "agreed by voice"});
    if (!accepted) act("us", OverrideCaveat{flight_id("V3"), {}, "agreed by voice"});
    world_.settle();
    act("us", WithdrawCaveat{line, id("ru")});
    act("us", ClearCaveat{line, "over"});
    pass(60 * kMinute);
  }

  void disclosure() {
    // Who is to have it through a third must be one to whom it would be shown.
    for (const auto& [from, to] :
         {std::pair("us", "fr"), std::pair("fr", "us"), std::pair("us", "ru"), std::pair("fr", "ru")}) {
      const Edge shows{Capability::kDisclosure, RelationDomain::kAir, id(from), id(to)};
      const auto proposed = world_.act(from, ProposeRelation{"", {{shows, 3}}, id(to), ""});
      ASSERT_TRUE(proposed.has_value()) << proposed.error().text();
      world_.settle();
      act(to, AcceptRelation{proposed->hash});
    }
    act("us", SetShareRule{core::Domain::kAir, {id("ru")}, id("fr")});
    act("fr", SetShareRule{core::Domain::kAir, {id("ru")}, id("us")});
    file("us", "S1", {leg("K1", 200, in_minutes(40))});
    file("us", "S2", {leg("K1", 240, in_minutes(40))});
    file("fr", "S3", {leg("F1", 200, in_minutes(40))});
    act("us", WithholdShare{id("fr"), "flight S2", true});
    for (const std::string_view who : {"us", "fr"}) {
      std::vector<EntryHash> bodies;
      for (const auto& [body, row] : world_.at(who).held().held()) {
        if (row.current && !row.destroyed && !row.via && row.level == 3) bodies.push_back(body);
      }
      EXPECT_FALSE(bodies.empty());
      for (const EntryHash& body : bodies) act(who, PassShare{body, id("ru")});
    }
    const Edge shows{Capability::kDisclosure, RelationDomain::kAir, id("fr"), id("us")};
    act("fr", FreezeRelation{{{shows, 0}}, id("us"), ""});  // us destroys, and says so
    step("us", "S1", FlightStep::kCancel);
    pass(60 * kMinute);
  }

  void leases() {
    const ZoneId k1 = ZoneId::trusted("K1");
    file("ru", "L1", {leg("K1", 200, in_minutes(50))});
    act("us", LeaseZone{id("fr"), in_minutes(120), k1});
    act("us", RecallZone{"something has come up", k1});
    act("fr", ReturnZone{k1});
    file("ru", "L2", {leg("K1", 260, in_minutes(12))});
    act("us", LeaseZone{id("fr"), in_minutes(20), k1});
    pass(25 * kMinute);
  }

  void charter() {
    core::Charter two = world_.charter;
    two.version = 2;
    two.valid_from = in_minutes(10);
    two.zones[1].tenants = {id("us")};
    for (const std::string_view who : {"us", "ru", "fr"}) {
      act(who, AdoptCharter{NoteText{signed_by(two, {"us", "ru", "fr"})}});
    }
    pass(11 * kMinute);
    // Now us may be a tenant.
    const ZoneId k4 = ZoneId::trusted("K4");
    file("fr", "T1", {leg("K4", 200, in_minutes(50))});
    act("ru", LeaseZone{id("us"), in_minutes(90), k4});
    file("fr", "T2", {leg("K4", 240, in_minutes(50))});
    act("us", ReturnZone{k4});
    act("ru", LeaseZone{id("us"), in_minutes(20), k4});
    pass(25 * kMinute);
  }

  void own_traffic() {
    core::CreateIntent intent;
    intent.intent = IntentId::trusted("i1");
    intent.volumes = leg("K1", 200, in_minutes(20)).volumes;
    ASSERT_TRUE(world_.command("us", intent).has_value());
    core::CreateMeasure closed;
    closed.measure = MeasureId::trusted("m1");
    closed.zone = ZoneId::trusted("K1");
    closed.effect = core::Effect::kRefuse;
    closed.volumes = leg("K1", 300, in_minutes(30)).volumes;
    ASSERT_TRUE(world_.command("us", closed).has_value());
    world_.settle();
    file("ru", "O1", {leg("K1", 300, in_minutes(30))});
  }

  /// Words of peers whose like this afternoon did not bring, as us reads them.
  Golden end() {
    Golden out{.charter = world_.charter, .record = world_.record("us"), .bodies = {}, .state_hash = {}};
    for (const auto& [hash, body] : world_.bodies("us")) out.bodies.push_back(body);
    const std::unique_ptr<Coalition> us = replay(out);
    EXPECT_EQ(us->state_hash(), world_.at("us").state_hash());
    const std::vector<Body> quoted{
        Equivocation{.evidence = log::sha256("evidence"), .origin = "fr.example/members", .peer = id("fr")},
        NodeRecovered{.came_back = 3, .given_up = {}, .main_held = 5, .main_published = 5, .text = "disk"},
        ZoneResolved{.epoch = 0, .round = 0, .stands = log::sha256("entry"), .zone = ZoneId::trusted("F1")},
    };
    std::uint64_t seq = 1'000'000;
    const LogName log{id("ru"), LogName::Kind::kMembers, {}};
    std::uint64_t size = us->peer_logs().contains(log) ? us->peer_logs().at(log).size : 0;
    EXPECT_TRUE(us->begin_reading(log.author, world_.now, out.record));
    for (const Body& body : quoted) {
      const std::vector<std::string> lines{
          *write_entry({.seq = ++seq, .time = world_.now, .by = {}, .second = {}, .cmd = {}, .body = body})};
      us->read(log, lines, ++size, log::sha256(lines.front()), world_.now, out.record);
    }
    // What is none of these formats is kept as it came, and noted.
    us->read(log,
             std::vector<std::string>{"{\"body\":{},\"seq\":1000009,\"time_ms\":1,\"type\":\"leg.hold\",\"v\":1}\n"},
             ++size, log::sha256("odd"), world_.now, out.record);
    out.state_hash = us->state_hash();
    return out;
  }

  World world_;
};

}  // namespace

std::unique_ptr<Coalition> replay(const Golden& golden) {
  std::map<EntryHash, std::string> bodies;
  for (const std::string& body : golden.bodies) bodies[log::sha256(body)] = body;
  CoalitionConfig config{.machine = {.self = id("us"),
                                     .charter = golden.charter,
                                     .charter_text = {},
                                     .ovn_secret = {},
                                     .limits = {},
                                     .texts = {}},
                         .former = {},
                         .quota = {}};
  config.machine.texts = [bodies](const std::string& hash) -> Result<std::string> {
    const auto found = bodies.find(*EntryHash::from_hex(hash));
    if (found == bodies.end()) return fail(ErrorCode::kNotFound, "no body " + hash);
    return found->second;
  };
  auto out = Coalition::make(config);
  if (!out) ADD_FAILURE() << out.error().text();
  EXPECT_INVARIANT(out.has_value());
  for (const Written& written : golden.record) {
    const Status applied = (*out)->apply(written.log, written.line);
    EXPECT_TRUE(applied) << applied.error().text() << written.line;
  }
  EXPECT_TRUE((*out)->settle());
  for (const auto& [hash, body] : bodies) static_cast<void>((*out)->learn_body(body));
  return std::move(*out);
}

Golden end_of_story(World& world) {
  Golden out{.charter = world.charter, .record = world.record("us"), .bodies = {}, .state_hash = {}};
  for (const auto& [hash, body] : world.bodies("us")) out.bodies.push_back(body);
  out.state_hash = replay(out)->state_hash();
  EXPECT_EQ(out.state_hash, world.at("us").state_hash());
  return out;
}

Golden tell_golden_story() { return Story().tell(); }

}  // namespace tansiq::coordination::testing
