#include "node/conform_keeper.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <memory>

#include "core/machine.h"
#include "node/default_charter.h"
#include "node/record_notes.h"
#include "picture/picture_testlib.h"

namespace tansiq::node {
namespace {

using core::IntentState;
using picture::LocalFrame;
using picture::testing::box;
using picture::testing::kHome;
using picture::testing::kNoon;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

constexpr std::uint32_t kOwnSource = 1;
constexpr std::uint32_t kPeerSource = 2;
constexpr double kInsideM = 4'500;
constexpr double kAboveM = 200 * 30.48 + 300;

/// A record that decides, a picture that is told what stands there, craft, and the keeper between them.
struct Sky {
  struct Flying {
    picture::testing::Craft craft;
    std::uint32_t icao = 0;
    std::string call_sign;
    std::uint32_t source = kOwnSource;
    surveillance::Emergency emergency = surveillance::Emergency::kNone;
    std::optional<std::uint16_t> mode_3a;
  };

  explicit Sky(Declares declares = Declares::kContingent) : mode(declares), machine(make()) {
    log.push_back(machine.found(now).entry);
    restart();
  }
  static core::Machine make() {
    auto made = core::Machine::make(
        {.self = AuthorityId::trusted(kDefaultAuthority), .charter = default_charter("key", kNoon), .ovn_secret = {}});
    EXPECT_TRUE(made.has_value()) << made.error().text();
    return std::move(*made);
  }
  /// A new start of the node: the picture of the test goes on, so that it is the keeper alone that has forgotten.
  void restart() {
    keeper = std::make_unique<ConformKeeper>(
        machine.self(), mode,
        ConformKeeper::Services{
            .file =
                [this](core::Command command, std::function<void(Result<Recorded>)> done) {
                  filed.push_back(command);
                  answers.push_back([this, command, done = std::move(done)] {
                    Result<Recorded> outcome =
                        down ? Result<Recorded>(fail(ErrorCode::kOverloaded, "busy")) : execute(command);
                    const bool lose = std::exchange(lose_answer, false);
                    done(lose ? Result<Recorded>(fail(ErrorCode::kUnavailable, "no answer")) : std::move(outcome));
                  });
                },
            .find =
                [this](const IntentId& id, std::function<void(Result<std::optional<core::Intent>>)> done) {
                  ++asked;
                  answers.push_back([this, id, done = std::move(done)] {
                    if (down) return done(fail(ErrorCode::kOverloaded, "busy"));
                    const core::Intent* found = machine.find_intent(id);
                    done(found != nullptr ? std::optional(*found) : std::nullopt);
                  });
                },
            .heard_here = [](surveillance::SourceId source) { return source.value == kOwnSource; }});
  }

  Result<Recorded> execute(const core::Command& command) {
    auto outcome = machine.execute(command, now);
    if (!outcome) return std::unexpected(outcome.error());
    Recorded out;
    out.repeated = outcome->repeated;
    out.seq = outcome->seq;
    if (!outcome->repeated) log.push_back(outcome->entry);
    out.decision = core::read_entry(log.at(outcome->seq))->decision;
    return out;
  }
  /// A person does it.
  void person(core::Action action) {
    const auto done = execute(
        {CommandId::trusted(fmt::format("person-{}", ++commands)), {core::Subject::trusted("ops"), false}, action});
    ASSERT_TRUE(done.has_value()) << done.error().text();
    ASSERT_TRUE(done->decision.accepted());
  }
  /// In the leg of an intent of its own, activated, until `until_min` after noon.
  Flying& fly(int number, std::int64_t until_min = 60) {
    const std::string name = fmt::format("i{}", number);
    const std::string sign = fmt::format("MIRAGE{}", number);
    const picture::Normal place = LocalFrame(kHome).at({number * 20'000.0, 0});
    person(core::CreateIntent{.intent = IntentId::trusted(name),
                              .flight = sign,
                              .volumes = {box(place, 5'000, 5'000, 100, 200, 0, until_min)},
                              .keys = {}});
    person(core::ActivateIntent{IntentId::trusted(name), 1});
    Flying& out = craft.emplace_back();
    out.craft = {.place = place, .height_m = kInsideM, .time = now};
    out.icao = 0xA0 + static_cast<std::uint32_t>(number);
    out.call_sign = sign;
    return out;
  }
  void pass(int seconds) {
    for (int i = 0; i < seconds; ++i) {
      now = now + 1'000;
      for (Flying& one : craft) {
        one.craft.move(1'000);
        one.craft.time = now;
        surveillance::Report r =
            picture::testing::Source{.id = one.source, .sigma_m = 2, .velocity_sigma_m_s = 0.1}.hear(one.craft, random);
        r.id = {surveillance::IdKind::kIcao, one.icao};
        r.pressure_cm = static_cast<std::int32_t>(one.craft.height_m * 100);
        r.call_sign.assign(one.call_sign);
        r.emergency = one.emergency;
        r.mode_3a = one.mode_3a;
        picture.report(r);
      }
      while (auto ticked = machine.tick(now)) log.push_back(ticked->entry);
      if (told) tell();
      picture.advance(now);
      keeper->look(picture, now);
      while (!answers.empty() && !hold) {
        const auto answer = std::move(answers.front());
        answers.pop_front();
        answer();
      }
    }
  }
  /// What the record says, as the node tells it.
  void tell() {
    std::set<std::string> plans;
    for (picture::KnownPlan& plan : intent_plans(machine, 0, now).plans) {
      plans.insert(plan.plan.intent);
      ASSERT_TRUE(picture.put_plan(std::move(plan)));
    }
    for (const std::string& gone : known) {
      if (!plans.contains(gone)) picture.drop_plan(gone);
    }
    known = std::move(plans);
  }
  [[nodiscard]] const core::Intent& intent(std::string_view id = "i1") const {
    return *machine.find_intent(IntentId::trusted(id));
  }
  [[nodiscard]] IntentState state(std::string_view id = "i1") const { return intent(id).state; }
  [[nodiscard]] core::Entry last_entry() const { return *core::read_entry(log.back()); }
  [[nodiscard]] picture::AlertId doubts() const {
    return static_cast<picture::AlertId>(std::ranges::count_if(picture.alerts().alerts(), [](const auto& entry) {
      return entry.second.situation.kind == picture::AlertKind::kDoubleIdentity && !entry.second.over;
    }));
  }

  Declares mode;
  UtcMs now = kNoon;
  std::vector<std::string> log;
  core::Machine machine;
  picture::Picture picture{{}};
  std::unique_ptr<ConformKeeper> keeper;
  SeededRandom random{1};
  std::deque<Flying> craft;
  bool told = true;          ///< The picture hears of what changes in the record.
  bool down = false;         ///< The record has no time for anybody.
  bool lose_answer = false;  ///< To the next command.
  bool hold = false;         ///< Answers wait.
  std::deque<std::function<void()>> answers;
  std::vector<core::Command> filed;
  int asked = 0;
  int commands = 0;
  std::set<std::string> known;
};

TEST(ConformKeeper, NothingIsDeclaredUnlessTheAuthoritySaysSo) {
  Sky sky(Declares::kNobody);
  sky.fly(1);
  sky.pass(20);
  sky.craft[0].craft.height_m = kAboveM;
  sky.pass(200);
  EXPECT_EQ(sky.picture.conformance().of_intent("i1")->proposed, IntentState::kNonconforming);
  EXPECT_EQ(sky.state(), IntentState::kActivated);
  EXPECT_EQ(sky.asked, 0);
}

TEST(ConformKeeper, DeclaresNonconformingOnceAndInTheManagersName) {
  Sky sky(Declares::kNonconforming);
  sky.fly(1);
  sky.pass(20);
  EXPECT_EQ(sky.asked, 0);
  sky.craft[0].craft.height_m = kAboveM;
  sky.pass(5);
  EXPECT_EQ(sky.state(), IntentState::kActivated) << "no deviation begins so soon";
  sky.pass(35);
  EXPECT_EQ(sky.state(), IntentState::kNonconforming);
  EXPECT_EQ(sky.intent().version, 3);
  const core::Entry entry = sky.last_entry();
  EXPECT_EQ(entry.type, core::EntryType::kIntentNonconforming);
  EXPECT_EQ(entry.by.str(), "ops") << "nobody else may change it";
  EXPECT_THAT(entry.cmd.str(), StartsWith("conformance-")) << "and yet one sees that it was no person";
  EXPECT_THAT(entry.cmd.str(), ::testing::EndsWith("-2-nonconforming"));
  sky.pass(300);
  EXPECT_EQ(sky.state(), IntentState::kNonconforming) << "contingent is for people";
  EXPECT_EQ(sky.filed.size(), 1U);
  EXPECT_EQ(sky.keeper->counters().nonconforming, 1U);
}

TEST(ConformKeeper, DeclaresContingentWhenItLastsAndNeverTakesThatBack) {
  Sky sky;
  sky.fly(1);
  sky.pass(20);
  sky.craft[0].craft.height_m = kAboveM;
  sky.pass(40);
  EXPECT_EQ(sky.state(), IntentState::kNonconforming);
  sky.pass(120);
  EXPECT_EQ(sky.state(), IntentState::kContingent);
  sky.craft[0].craft.height_m = kInsideM;
  sky.pass(100);
  EXPECT_EQ(sky.state(), IntentState::kContingent);
  EXPECT_EQ(sky.filed.size(), 2U);
}

// Off its plan by the picture for twenty seconds yet, in which the two minutes end.
TEST(ConformKeeper, WhoIsBackInsideIsNotDeclaredContingent) {
  Sky sky;
  sky.fly(1);
  sky.pass(20);
  sky.craft[0].craft.height_m = kAboveM;
  const auto lasted = [&] {
    const auto& since = sky.picture.conformance().of_intent("i1")->off_since;
    return since ? sky.now - *since : 0;
  };
  while (lasted() < 110'000) sky.pass(1);
  sky.craft[0].craft.height_m = kInsideM;
  while (lasted() < 120'000) sky.pass(1);
  ASSERT_EQ(sky.picture.conformance().of_intent("i1")->proposed, IntentState::kContingent);
  sky.pass(60);
  EXPECT_EQ(sky.state(), IntentState::kActivated);
}

TEST(ConformKeeper, ActivatesAgainWhatItDeclaredItselfAlsoAfterARestart) {
  for (const bool restarts : {false, true}) {
    Sky sky;
    sky.fly(1);
    sky.pass(20);
    sky.craft[0].craft.height_m = kAboveM;
    sky.pass(40);
    ASSERT_EQ(sky.state(), IntentState::kNonconforming);
    if (restarts) sky.restart();
    sky.craft[0].craft.height_m = kInsideM;
    sky.pass(60);
    EXPECT_EQ(sky.state(), IntentState::kActivated);
    EXPECT_THAT(sky.last_entry().cmd.str(), ::testing::EndsWith("-3-activated"));
    sky.craft[0].craft.height_m = kAboveM;
    sky.pass(40);
    EXPECT_EQ(sky.state(), IntentState::kNonconforming) << "another deviation is another declaration";
    EXPECT_EQ(sky.intent().version, 5);
  }
}

TEST(ConformKeeper, WhatAPersonDeclaredIsLeftToPeople) {
  Sky sky;
  sky.fly(1);
  sky.pass(20);
  sky.person(core::ReportNonconforming{IntentId::trusted("i1"), 2, {}});
  sky.pass(100);
  EXPECT_EQ(sky.picture.conformance().of_intent("i1")->proposed, IntentState::kActivated);
  EXPECT_EQ(sky.state(), IntentState::kNonconforming);
  EXPECT_EQ(sky.asked, 1) << "the record is asked once whose word it is";

  // The keeper's word, and a person's after it.
  Sky both;
  both.fly(1);
  both.pass(20);
  both.craft[0].craft.height_m = kAboveM;
  both.pass(40);
  ASSERT_EQ(both.intent().version, 3);
  both.person(core::ReportNonconforming{IntentId::trusted("i1"), 3, {}});
  both.craft[0].craft.height_m = kInsideM;
  both.pass(60);
  EXPECT_EQ(both.state(), IntentState::kNonconforming);
  EXPECT_EQ(both.intent().version, 4);
}

TEST(ConformKeeper, WhatAPersonTakesBackIsNotDeclaredAgainInThisDeviation) {
  Sky sky(Declares::kNonconforming);
  sky.fly(1);
  sky.pass(20);
  sky.craft[0].craft.height_m = kAboveM;
  sky.pass(40);
  ASSERT_EQ(sky.state(), IntentState::kNonconforming);
  sky.person(core::ActivateIntent{IntentId::trusted("i1"), 3});
  sky.pass(100);
  EXPECT_EQ(sky.state(), IntentState::kActivated);
  sky.craft[0].craft.height_m = kInsideM;
  sky.pass(60);
  sky.craft[0].craft.height_m = kAboveM;
  sky.pass(40);
  EXPECT_EQ(sky.state(), IntentState::kNonconforming) << "another one";
}

TEST(ConformKeeper, ALostLinkIsForWhoeverDeclaresContingent) {
  for (const Declares mode : {Declares::kNonconforming, Declares::kContingent}) {
    Sky sky(mode);
    sky.fly(1);
    sky.pass(20);
    sky.craft[0].emergency = surveillance::Emergency::kLostLink;
    sky.pass(5);
    const bool both = mode == Declares::kContingent;
    EXPECT_EQ(sky.state(), both ? IntentState::kContingent : IntentState::kActivated);
    sky.craft[0].craft.height_m = kAboveM;
    sky.pass(40);
    EXPECT_EQ(sky.state(), both ? IntentState::kContingent : IntentState::kNonconforming)
        << "off its plan it is all the same";
  }
}

TEST(ConformKeeper, NothingIsDeclaredOfWhoMayBeSomebodyElse) {
  const auto state_of = [](const std::function<void(Sky&)>& change) {
    Sky sky;
    sky.fly(1);
    change(sky);
    sky.pass(60);
    EXPECT_NE(sky.picture.attribution().of_intent("i1"), nullptr) << "the picture takes it for the intent's";
    sky.craft[0].craft.height_m = kAboveM;
    sky.pass(40);
    EXPECT_TRUE(sky.picture.conformance().of_intent("i1")->off_plan());
    return sky.state();
  };
  EXPECT_EQ(state_of([](Sky&) {}), IntentState::kNonconforming) << "else the others would prove nothing";
  EXPECT_EQ(state_of([](Sky& sky) { sky.craft[0].call_sign.clear(); }), IntentState::kActivated)
      << "by its place alone";
  EXPECT_EQ(state_of([](Sky& sky) {
              picture::KnownPlan plan = intent_plans(sky.machine, 0, sky.now).plans.front();
              plan.plan.call_sign.clear();
              plan.plan.craft = {{.from = kNoon, .mode_3a = core::Mode3a{04321}, .to = kNoon + 3'600'000}};
              ASSERT_TRUE(sky.picture.put_plan(plan));
              sky.told = false;
              sky.craft[0].call_sign.clear();
              sky.craft[0].mode_3a = 04321;
            }),
            IntentState::kActivated)
      << "by a code, which others have had before";
  EXPECT_EQ(state_of([](Sky& sky) { sky.craft[0].source = kPeerSource; }), IntentState::kActivated)
      << "heard by a peer alone";
  EXPECT_EQ(state_of([](Sky& sky) {
              Sky::Flying& other = sky.craft.emplace_back(sky.craft[0]);
              other.icao = 0xB0;
              other.craft.place = LocalFrame(kHome).at({20'000, 0});
            }),
            IntentState::kActivated)
      << "two bear its name";
}

TEST(ConformKeeper, FlightsOfSeveralLegsAndIntentsOfOthersAreNotItsOwn) {
  for (const auto& [id, authority] :
       {std::pair{"flight:M1", "home"}, std::pair{"leg:us/M1", "us"}, std::pair{"theirs", "us"}}) {
    Sky sky;
    picture::KnownPlan plan;
    plan.authority = authority;
    plan.plan.intent = id;
    plan.plan.call_sign = "GLOBE1";
    plan.plan.state = IntentState::kActivated;
    plan.plan.legs.push_back({box(kHome, 5'000, 5'000, 100, 200, 0, 60), true, "K1"});
    ASSERT_TRUE(sky.picture.put_plan(plan));
    Sky::Flying& one = sky.craft.emplace_back();
    one.craft = {.place = kHome, .height_m = kInsideM, .time = sky.now};
    one.icao = 0xC0;
    one.call_sign = "GLOBE1";
    sky.pass(20);
    sky.craft[0].craft.height_m = kAboveM;
    sky.pass(200);
    ASSERT_NE(sky.picture.conformance().of_intent(id), nullptr);
    EXPECT_TRUE(sky.picture.conformance().of_intent(id)->proposed.has_value());
    EXPECT_EQ(sky.asked, 0) << id;
  }
}

TEST(ConformKeeper, NothingIsSaidOfAnIntentThatIsOtherThanThePictureKnows) {
  Sky sky;
  sky.fly(1);
  sky.pass(20);
  sky.told = false;
  auto wider = sky.intent().volumes;
  wider[0].band.upper_cm = 300 * 3'048;
  sky.person(core::UpdateIntent{
      .intent = IntentId::trusted("i1"), .version = 2, .flight = "MIRAGE1", .volumes = wider, .keys = {}});
  sky.craft[0].craft.height_m = kAboveM;
  sky.pass(40);
  EXPECT_GT(sky.asked, 0);
  EXPECT_LT(sky.asked, 5) << "not with every look";
  EXPECT_THAT(sky.filed, IsEmpty()) << "it may be inside";
  sky.told = true;
  sky.pass(60);
  EXPECT_EQ(sky.state(), IntentState::kActivated);
  EXPECT_EQ(sky.intent().version, 3);
}

TEST(ConformKeeper, AnOverrunIsDeclaredAlsoOfAnIntentThatHasRunOut) {
  Sky sky;
  sky.fly(1, 2);
  sky.pass(119);
  EXPECT_EQ(sky.state(), IntentState::kActivated);
  sky.told = false;
  sky.hold = true;
  sky.pass(120);
  ASSERT_EQ(sky.state(), IntentState::kEnded);
  ASSERT_TRUE(sky.intent().expired);
  sky.hold = false;
  sky.pass(1);
  EXPECT_EQ(sky.state(), IntentState::kNonconforming) << "time blocks no declaration";
  EXPECT_TRUE(sky.last_entry().decision.overrun);
}

TEST(ConformKeeper, WhoFliesOnWhenAnIntentHasRunOutIsStillSeenAndDeclared) {
  Sky sky(Declares::kNobody);
  sky.fly(1, 2);
  sky.pass(300);
  ASSERT_EQ(sky.state(), IntentState::kEnded);
  ASSERT_TRUE(sky.intent().expired);
  const picture::Kept* kept = sky.picture.conformance().of_intent("i1");
  ASSERT_NE(kept, nullptr);
  EXPECT_TRUE(kept->on(picture::DeviationKind::kOverrun));
  EXPECT_EQ(kept->proposed, IntentState::kNonconforming);
  sky.mode = Declares::kContingent;
  sky.restart();
  sky.pass(5);
  EXPECT_EQ(sky.last_entry().decision.overrun, true);
  EXPECT_NE(sky.state(), IntentState::kEnded) << "minutes after its end";
}

TEST(ConformKeeper, WhatFailsIsTriedAgainAfterTwiceAsLong) {
  Sky sky(Declares::kNonconforming);
  sky.fly(1);
  sky.pass(20);
  sky.down = true;
  sky.craft[0].craft.height_m = kAboveM;
  std::vector<UtcMs> tries;
  for (int i = 0; i < 120; ++i) {
    const int before = sky.asked;
    sky.pass(1);
    if (sky.asked > before) tries.push_back(sky.now);
  }
  ASSERT_EQ(tries.size(), 4U);
  EXPECT_EQ(tries[1] - tries[0], 10'000);
  EXPECT_EQ(tries[2] - tries[1], 20'000);
  EXPECT_EQ(tries[3] - tries[2], 40'000);
  sky.down = false;
  sky.pass(100);
  EXPECT_EQ(sky.state(), IntentState::kNonconforming);
  std::string figures;
  sky.keeper->write_figures(figures);
  EXPECT_THAT(figures, HasSubstr("tansiq_live_declared_total{state=\"nonconforming\"} 1\n"));
  EXPECT_THAT(figures, HasSubstr("tansiq_live_declare_failed_total 4\n"));
}

TEST(ConformKeeper, AnAnswerThatIsLostMakesNoSecondAct) {
  Sky sky(Declares::kNonconforming);
  sky.fly(1);
  sky.pass(20);
  sky.lose_answer = true;
  sky.told = false;
  sky.craft[0].craft.height_m = kAboveM;
  sky.pass(40);
  EXPECT_EQ(sky.state(), IntentState::kNonconforming);
  EXPECT_EQ(sky.asked, 2);
  EXPECT_EQ(sky.filed.size(), 1U) << "the record said that it stands";
  sky.restart();
  sky.pass(30);
  EXPECT_EQ(sky.filed.size(), 1U);
  EXPECT_EQ(sky.intent().version, 3);
}

TEST(ConformKeeper, DeclaresOfManyAFewAtATime) {
  Sky sky(Declares::kNonconforming);
  constexpr int kMany = 40;
  for (int i = 1; i <= kMany; ++i) sky.fly(i);
  sky.pass(20);
  for (Sky::Flying& one : sky.craft) one.craft.height_m = kAboveM;
  sky.hold = true;
  int most = 0;
  for (int i = 0; i < 60; ++i) {
    const int before = sky.asked;
    sky.pass(1);
    most = std::max(most, sky.asked - before);
  }
  EXPECT_EQ(most, static_cast<int>(kDeclaredPerLookMax));
  EXPECT_EQ(sky.asked, static_cast<int>(kDeclaringMax)) << "the others wait for answers";
  sky.hold = false;
  sky.pass(10);
  EXPECT_EQ(sky.keeper->counters().nonconforming, static_cast<std::uint64_t>(kMany));
}

TEST(ConformKeeper, CommandIdsFitHoweverLongAnIntentsIs) {
  const IntentId longest = IntentId::trusted(std::string(kIdBytesMax, 'i'));
  const CommandId id = ConformKeeper::command_of(longest, log::kJcsIntegerMax, IntentState::kNonconforming);
  EXPECT_TRUE(CommandId::parse(id.str()).has_value()) << id.str();
  EXPECT_NE(id, ConformKeeper::command_of(longest, log::kJcsIntegerMax, IntentState::kContingent));
  EXPECT_NE(id, ConformKeeper::command_of(longest, 1, IntentState::kNonconforming));
  EXPECT_NE(id, ConformKeeper::command_of(IntentId::trusted("i"), log::kJcsIntegerMax, IntentState::kNonconforming));
}

TEST(ConformKeeper, WordsComeBack) {
  for (const Declares one : {Declares::kNobody, Declares::kNonconforming, Declares::kContingent}) {
    EXPECT_EQ(parse_declares(to_text(one)).value(), one);
  }
  EXPECT_THAT(parse_declares("all").error().text(), HasSubstr("'all' is not nobody, nonconforming or contingent"));
}

}  // namespace
}  // namespace tansiq::node
