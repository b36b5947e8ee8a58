// The story that the golden record of talks was written by: an hour of us, among three.
#include <gtest/gtest.h>

#include "coordination/golden_testlib.h"

namespace tansiq::coordination::testing {
namespace {

constexpr DurationMs kMinute = 60'000;

AuthorityId id(std::string_view text) { return AuthorityId::trusted(text); }

core::Charter charter_of_those_who_talk() {
  core::Charter charter = charter_of_three();
  for (const core::Authority& from : charter.authorities) {
    for (const core::Authority& to : charter.authorities) {
      if (from.id == to.id) continue;
      charter.relations.push_back({{Capability::kCentres, RelationDomain::kTalks, from.id, to.id}, 1});
      charter.relations.push_back({{Capability::kChiefs, RelationDomain::kTalks, from.id, to.id}, 1});
    }
  }
  return charter;
}

class Story {
 public:
  Golden tell() {
    watch_and_line();
    messages();
    what_no_freeze_stops();
    return end_of_story(world_);
  }

 private:
  EntryHash act(std::string_view who, Act what) {
    const auto done = world_.act(who, std::move(what));
    EXPECT_TRUE(done.has_value()) << done.error().text();
    world_.settle();
    return done ? done->hash : EntryHash();
  }
  void pass(DurationMs time) {
    world_.advance(time);
    world_.settle();
  }
  [[nodiscard]] Letter letter(std::vector<AuthorityId> to, Needs needs, std::vector<TalkPart> parts) const {
    Letter out;
    out.needs = needs;
    if (needs != Needs::kReceived) out.due = world_.now + 2 * kMinute;
    out.parts = std::move(parts);
    out.recipients = std::move(to);
    out.thread = ThreadId::trusted("river-1");
    return out;
  }
  static TalkPart words(std::string_view language, std::string_view text) {
    return TextPart{.language = std::string(language), .text = {std::string(text)}, .translates = {}};
  }
  [[nodiscard]] EntryHash content(std::string_view at, const EntryHash& message) {
    const TalkHeard& row = world_.at(at).talks().heard().at(message);
    return content_of(row.from, row.message);
  }

  void watch_and_line() {
    act("us", SetWatch{true, "duty officer"});
    act("fr", SetWatch{true, ""});
    act("us", CheckLine{id("fr")});
    act("fr", CheckLine{id("us")});
    act("us", CheckLine{id("ru")});  // nobody is on watch there
    world_.cut("us", "ru");
    act("us", CheckLine{id("ru")});
    pass(kMinute);  // the link
    world_.heal();
    world_.settle();
    act("ru", SetWatch{true, ""});
  }

  void messages() {
    // Every kind of part goes once; the second position lies elsewhere.
    Letter first =
        letter({id("ru"), id("fr")}, Needs::kAnswer,
               {words("en", "Two craft over the river.\nOurs are on the ground."),
                TemplatePart{.id = "warning.strike", .values = {{.name = "where", .value = "river"}}, .version = 1},
                PositionPart{.at = world_.now, .band = {}, .lat_e7 = 353'312'000, .lng_e7 = 401'406'000, .name = "P1"},
                AreaPart{.name = "A1", .volume = leg("K1", 200, minutes(40)).volumes[0]},
                TimePart{.at = minutes(40), .name = "begin", .until = minutes(50)},
                FlightPart{.call_sign = "M1", .flight = FlightId::trusted("M1"), .home = id("us")},
                TrackPart{.name = "4711", .of = id("us")}, IncidentPart{.incident = "I1", .opener = id("us")}});
    world_.at("us").attachments().keep(log::sha256("png"),
                                       {.bytes = 3, .from = {}, .kept = log::sha256("png"), .since = world_.now});
    first.attachments = {{.bytes = 3, .media_type = "image/png", .name = "map.png", .sha256 = log::sha256("png")}};
    first.precedence = Precedence::kImmediate;
    const EntryHash to_fr = act("us", SendTalk{first});
    act("fr", ReadTalk{to_fr});
    act("fr", StandbyTalk{to_fr, "asking"});
    act("fr",
        AnswerTalk{
            to_fr,
            {.agreed = content("fr", to_fr), .finding = {}, .kind = AnswerKind::kAgree, .parts = {}, .source = {}}});
    pass(3 * kMinute);  // ru is silent
    for (const auto& [hash, row] : std::map(world_.at("us").talks().sent())) {
      if (row.alarm()) act("us", AcknowledgeOverdue{hash, "telephone"});
    }
    const EntryHash report = act(
        "fr", SendTalk{letter(
                  {id("us")}, Needs::kRead,
                  {PositionPart{.at = {}, .band = {}, .lat_e7 = 353'312'000, .lng_e7 = 401'406'000, .name = "P2"},
                   PositionPart{.at = {}, .band = {}, .lat_e7 = 353'612'000, .lng_e7 = 401'406'000, .name = "P2"}})});
    act("us", ReadTalk{report});
    act("us", RefuseTalk{report, "two places of one name"});
    const EntryHash papers = act(
        "fr",
        SendTalk{letter(
            {id("us")}, Needs::kAnswer,
            {AssessmentPart{.area = leg("K1", 200, minutes(40)).volumes[0],
                            .period = {minutes(-60), minutes(0)},
                            .sections = {{.releasable = {id("ru")}, .text = {"Calme."}, .title = "Situation"}}},
             CallPart{.agreed = {"to wait"}, .begin = minutes(-5), .end = minutes(-2), .functions = {"duty officer"}},
             PlanPart{.answer_by = minutes(600),
                      .day = {minutes(720), minutes(2'160)},
                      .flights = {{.call_sign = "M2", .change = "", .window = {minutes(730), minutes(740)}}},
                      .submit_by = minutes(300),
                      .version = 1}})});
    act("us", ReadTalk{papers});
    act("us", StandbyTalk{papers, ""});
    act("us", AnswerTalk{papers,
                         {.agreed = {},
                          .finding = {},
                          .kind = AnswerKind::kDispute,
                          .parts = {words("en", "Not so.")},
                          .source = {}}});
    act("fr", SendTalk{letter({id("us")}, Needs::kRead, {words("fr", "Bien reçu.")})});  // stays unread
  }

  void what_no_freeze_stops() {
    act("us", FreezeRelation{{{{Capability::kCentres, RelationDomain::kTalks, id("us"), id("ru")}, 0}}, id("ru"), ""});
    world_.cut("us", "fr");
    Letter halt = letter({id("ru")}, Needs::kRead, {DangerPart{.kind = Danger::kCollision, .text = "climb"}});
    halt.precedence = Precedence::kStop;
    act("us", SendTalk{halt});
    const EntryHash whose = act("ru", SendTalk{letter({id("us")}, Needs::kAnswer,
                                                      {QueryPart{.asks = id("fr"),
                                                                 .at = world_.now,
                                                                 .band = {},
                                                                 .lat_e7 = 462'000'000,
                                                                 .lng_e7 = 61'000'000,
                                                                 .text = "fast",
                                                                 .track = "9"}})});
    act("us", ReadTalk{whose});
    act("us",
        AnswerTalk{
            whose,
            {.agreed = {}, .finding = Finding::kNotMine, .kind = AnswerKind::kAnswer, .parts = {}, .source = {}}});
    pass(3 * kMinute);  // the STOP is not read
    // What crosses the freeze is turned away.
    const Edge back{Capability::kCentres, RelationDomain::kTalks, id("fr"), id("us")};
    ASSERT_TRUE(world_.act("fr", FreezeRelation{{{back, 0}}, id("us"), ""}));
    ASSERT_TRUE(world_.act("us", SendTalk{letter({id("fr")}, Needs::kReceived, {words("en", "still there?")})}));
    world_.heal();
    world_.settle();
    act("us", SetWatch{false, "closed"});
    pass(kMinute);
  }

  World world_{charter_of_those_who_talk()};
};

}  // namespace

Golden tell_golden_story_of_talks() { return Story().tell(); }

}  // namespace tansiq::coordination::testing
