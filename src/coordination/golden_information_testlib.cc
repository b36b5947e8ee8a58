// The story that the golden record of reports and incidents was written by: a morning of us, among three.
#include <gtest/gtest.h>

#include "base/invariant.h"
#include "coordination/golden_testlib.h"

namespace tansiq::coordination::testing {
namespace {

constexpr DurationMs kMinute = 60'000;

AuthorityId id(std::string_view text) { return AuthorityId::trusted(text); }

core::Charter charter_of_the_informed() {
  core::Charter charter = charter_of_three();
  for (const core::Authority& from : charter.authorities) {
    for (const core::Authority& to : charter.authorities) {
      if (from.id == to.id) continue;
      charter.relations.push_back(
          {{core::Capability::kReports, core::RelationDomain::kInformation, from.id, to.id}, 1});
    }
  }
  return charter;
}

InfoReport report(std::string_view name, Tlp tlp, std::vector<AuthorityId> releasable_to,
                  std::vector<AuthorityId> onward) {
  InfoReport out;
  out.onward = std::move(onward);
  out.releasable_to = std::move(releasable_to);
  out.report = ReportId::trusted(name);
  out.sections = {{.heading = "Situation", .language = "fr", .text = {"Trafic au-dessus du fleuve.\nRien d'autre."}}};
  out.title = "Crossings of the river";
  out.tlp = tlp;
  return out;
}

class Story {
 public:
  Golden tell() {
    reports();
    incidents();
    return end_of_story(world_);
  }

 private:
  void act(std::string_view who, Act what) {
    const auto done = world_.act(who, std::move(what));
    EXPECT_TRUE(done.has_value()) << done.error().text();
    world_.settle();
  }
  void pass_on(std::string_view who, std::string_view to) {
    std::vector<EntryHash> bodies;
    for (const auto& [body, row] : world_.at(who).held().held()) {
      if (row.current && !row.destroyed && !row.via) bodies.push_back(body);
    }
    ASSERT_EQ(bodies.size(), 1U);
    act(who, PassShare{bodies.front(), id(to)});
  }

  /// One that is passed on, revised and revoked; one that expires; one of fr's, passed on by us; one of nobody's.
  void reports() {
    InfoReport first = report("R1", Tlp::kAmber, {id("fr")}, {id("ru")});
    first.area = leg("K1", 200, minutes(40)).volumes;
    first.period = geo::TimeWindow{minutes(-600), minutes(-60)};
    first.refs = {{.kind = ReportRefKind::kZone, .name = "K1"}, {.kind = ReportRefKind::kIncident, .name = "I1"}};
    act("us", FileReport{first});
    pass_on("fr", "ru");
    first.version = 2;
    first.tlp = Tlp::kAmberStrict;
    first.onward.clear();
    act("us", ReviseReport{first});
    InfoReport second = report("R2", Tlp::kRed, {id("fr"), id("ru")}, {});
    second.expires = world_.now + 30 * kMinute;
    act("us", FileReport{second});
    act("us", RevokeReport{ReportId::trusted("R1"), "an error in it"});
    act("fr", FileReport{report("R1", Tlp::kGreen, {id("us")}, {id("ru")})});
    pass_on("us", "ru");
    act("us", FileReport{report("R3", Tlp::kClear, {}, {})});
    world_.advance(31 * kMinute);
    world_.settle();
    act("fr", RevokeReport{ReportId::trusted("R1"), ""});
  }

  void incidents() {
    const IncidentId river = IncidentId::trusted("I1");
    const auto words = [](std::string_view language, std::string_view text) {
      return std::vector<TalkPart>{
          TextPart{.language = std::string(language), .text = {std::string(text)}, .translates = {}}};
    };
    act("us", OpenIncident{.alert = "a-17",
                           .incident = river,
                           .message = {},
                           .parties = {id("fr"), id("ru")},
                           .place = leg("K1", 200, minutes(-10)).volumes,
                           .title = "Unknown craft over the river",
                           .window = {minutes(-10), minutes(0)}});
    act("us", StateIncident{{{.kind = HeldKind::kTracks, .sha256 = log::sha256("tracks"), .text = "the picture"}},
                            river,
                            id("us"),
                            words("en", "Two craft from the north.")});
    act("fr", StateIncident{{}, river, id("us"), words("fr", "Aucun n'est à nous.")});
    act("us", StateIncident{{}, river, id("us"), words("en", "Three craft from the north.")});
    act("fr", MoveIncident{river, id("us"), IncidentState::kDisputed, "the times do not fit"});
    act("us", MoveIncident{river, id("us"), IncidentState::kClosed, ""});
    act("ru", OpenIncident{.alert = {},
                           .incident = river,
                           .message = log::sha256("message"),
                           .parties = {id("us")},
                           .place = {},
                           .title = "A call that was not answered",
                           .window = {minutes(20), minutes(25)}});
    act("us", StateIncident{{}, river, id("ru"), words("en", "Nobody was on watch.")});
    act("us", MoveIncident{river, id("ru"), IncidentState::kAnswered, ""});
  }

  World world_{charter_of_the_informed()};
};

}  // namespace

Golden tell_golden_story_of_information() { return Story().tell(); }

/// One of fr's, revised and revoked; one of ru's for fr, passed on to us, which expires.
Golden tell_golden_story_of_held_reports() {
  World world(charter_of_the_informed());
  const auto act = [&](std::string_view who, Act what) {
    const auto done = world.act(who, std::move(what));
    EXPECT_TRUE(done.has_value()) << done.error().text();
    world.settle();
    // What has come is told with time.
    world.advance(1'000);
    world.settle();
  };
  act("us", SetWatch{true, ""});
  InfoReport first = report("R1", Tlp::kRed, {id("us")}, {});
  act("fr", FileReport{first});
  first.version = 2;
  act("fr", ReviseReport{first});
  InfoReport second = report("R2", Tlp::kGreen, {id("fr")}, {id("us")});
  second.expires = world.now + 30 * kMinute;
  act("ru", FileReport{second});
  for (const auto& [body, row] : world.at("fr").held().held()) {
    const EntryHash passed = body;
    if (!row.via && !row.destroyed) {
      act("fr", PassShare{passed, id("us")});
      break;
    }
  }
  act("us", FileReport{report("R1", Tlp::kRed, {id("ru"), id("fr")}, {})});
  act("fr", RevokeReport{ReportId::trusted("R1"), "an error in it"});
  world.advance(31 * kMinute);
  world.settle();
  return end_of_story(world);
}

}  // namespace tansiq::coordination::testing
