// The machine, rule by rule.
#include "core/machine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/units.h"
#include "core/core_testlib.h"

namespace tansiq::core {
namespace {

using testing::create;
using testing::Desk;
using ::testing::HasSubstr;
using testing::intent_id;
using testing::measure;
using testing::measure_id;
using testing::minutes;
using testing::sea_volume;
using testing::volume;

// A box well inside K1.
constexpr testing::Box kInK1{3040, 4040, 3050, 4050, 200, 220, 10, 25};
constexpr testing::Box kInK2{3040, 4140, 3050, 4150, 200, 220, 10, 25};
constexpr testing::Box kInA1{3040, 4240, 3050, 4250, 200, 220, 10, 25};
constexpr testing::Box kInD1{3040, 4340, 3050, 4350, 200, 220, 10, 25};
constexpr testing::Box kInR1{3040, 4440, 3050, 4450, 200, 220, 10, 25};

testing::Box later(testing::Box box, int by_minutes) {
  box.from_minute += by_minutes;
  box.to_minute += by_minutes;
  return box;
}
testing::Box higher(testing::Box box, int by_levels) {
  box.level_low += by_levels;
  box.level_high += by_levels;
  return box;
}

TEST(MachineTest, AcceptsAFreeIntent) {
  Desk desk;
  const auto outcome = desk.tell("fr", create("i1", {volume(kInK1)}));
  ASSERT_TRUE(outcome) << outcome.error().text();
  EXPECT_EQ(outcome->type, EntryType::kIntentAccepted);
  EXPECT_EQ(outcome->seq, 1U);
  ASSERT_EQ(outcome->decision.zones.size(), 1U);
  EXPECT_EQ(outcome->decision.zones[0], std::vector{ZoneId::trusted("K1")});
  EXPECT_EQ(desk.intent("i1").state, IntentState::kAccepted);
  EXPECT_EQ(desk.intent("i1").version, 1);
  EXPECT_EQ(desk.machine.live_volumes(), 1U);
}

/// A name that only a reader would refuse must never be written: the node could not read its record at the next start.
TEST(MachineTest, RefusesNamesThatTheRecordCouldNotBeReadWith) {
  Desk desk;
  const std::string longest(kIdBytesMax, 'x');
  for (const std::string& wrong : {std::string(), longest + "x", std::string("a b"), std::string("a\"b")}) {
    for (const auto& refused :
         {desk.tell("fr", create(wrong, {volume(kInK1)})), desk.tell_as("fr", wrong, create("i1", {volume(kInK1)})),
          desk.tell("fr", EndIntent{IntentId::trusted(wrong), 1}),
          desk.tell("fr", measure(wrong, "K1", Effect::kWarn, {volume(kInK1)})),
          desk.tell("fr", measure("m1", wrong, Effect::kWarn, {volume(kInK1)}))}) {
      ASSERT_FALSE(refused) << "'" << wrong << "'";
      EXPECT_EQ(refused.error().code, ErrorCode::kInvalid);
    }
  }
  EXPECT_FALSE(desk.tell("", create("i1", {volume(kInK1)})));
  EXPECT_FALSE(desk.tell(std::string(kSubjectBytesMax + 1, 's'), create("i1", {volume(kInK1)})));
  EXPECT_EQ(desk.machine.next_seq(), 1U) << "nothing was written";
  CreateIntent good = create("i1", {volume(kInK1)});
  good.intent = IntentId::trusted(longest);
  EXPECT_TRUE(desk.tell_as("fr", longest, good));
  EXPECT_TRUE(desk.replayed());
}

TEST(MachineTest, RefusesAConflictAndProposesTimeAndLevel) {
  Desk desk;
  ASSERT_TRUE(desk.tell("fr", create("i1", {volume(kInK1)})));
  const auto outcome = desk.tell("uk", create("i2", {volume(kInK1)}));
  ASSERT_TRUE(outcome) << outcome.error().text();
  EXPECT_EQ(outcome->type, EntryType::kIntentRefused);
  EXPECT_EQ(outcome->decision.refusal, Refusal::kConflict);
  ASSERT_EQ(outcome->decision.conflicts.size(), 1U);
  const Conflict& conflict = outcome->decision.conflicts[0];
  EXPECT_EQ(conflict.intent, intent_id("i1"));
  EXPECT_EQ(conflict.manager.str(), "fr");
  EXPECT_EQ(conflict.told, Disclosure::kCoarse);
  // 15 minutes of window and one minute of separation later (earlier would be before now); 2,000 ft and 1,000 ft of
  // separation higher.
  EXPECT_EQ(outcome->decision.counter.time_shift_ms, 16 * 60'000);
  EXPECT_EQ(outcome->decision.counter.level_shift_cm, cm_from_feet(3'000));
  EXPECT_EQ(desk.machine.find_intent(intent_id("i2")), nullptr);

  const CreateIntent asked = create("i2", {volume(kInK1)});
  CreateIntent in_time = asked;
  in_time.volumes = shifted(asked.volumes, *outcome->decision.counter.time_shift_ms, 0);
  EXPECT_EQ(desk.tell("uk", in_time)->type, EntryType::kIntentAccepted);
  CreateIntent in_level = create("i3", shifted(asked.volumes, 0, *outcome->decision.counter.level_shift_cm));
  EXPECT_EQ(desk.tell("uk", in_level)->type, EntryType::kIntentAccepted);
}

TEST(MachineTest, ProposesEarlierWhenThatIsNearer) {
  Desk desk;
  ASSERT_TRUE(desk.tell("fr", create("i1", {volume(later(kInK1, 60))})));
  const auto outcome = desk.tell("uk", create("i2", {volume(later(kInK1, 50))}));
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->decision.counter.time_shift_ms, -6 * 60'000);
}

TEST(MachineTest, ProposesNoLevelBeyondTheZone) {
  Desk desk;
  testing::Box full = kInK1;
  full.level_low = 100;
  full.level_high = 400;
  ASSERT_TRUE(desk.tell("fr", create("i1", {volume(full)})));
  const auto outcome = desk.tell("uk", create("i2", {volume(kInK1)}));
  ASSERT_TRUE(outcome);
  EXPECT_FALSE(outcome->decision.counter.level_shift_cm);
  EXPECT_TRUE(outcome->decision.counter.time_shift_ms);
}

TEST(MachineTest, ProposesNoLevelThatLeavesItsZones) {
  Desk desk;
  testing::Box most = kInK2;
  most.level_low = 110;
  most.level_high = 390;  // leaves 1,000 ft above and below, where the asked 2,000 ft would stick out
  ASSERT_TRUE(desk.tell("fr", create("i1", {volume(most)})));
  EXPECT_FALSE(desk.tell("uk", create("i2", {volume(kInK2)}))->decision.counter.level_shift_cm);

  // Above FL250 a second zone of the same owner begins: moving up into it would be another question.
  Charter charter = testing::test_charter();
  Zone upper = testing::square_zone("U1", "us", 30, 41, Rule::kDisputed);
  upper.band.lower_cm = cm_from_flight_level(250);
  charter.zones.push_back(upper);
  Desk stacked(charter);
  testing::Box low = kInK2;
  low.level_low = 100;
  low.level_high = 240;
  ASSERT_TRUE(stacked.tell("fr", create("i1", {volume(low)})));
  EXPECT_FALSE(stacked.tell("uk", create("i2", {volume(kInK2)}))->decision.counter.level_shift_cm);
  // Without that zone the level above is free.
  ASSERT_TRUE(desk.tell("fr", EndIntent{intent_id("i1"), 1}));
  ASSERT_TRUE(desk.tell("fr", create("i3", {volume(low)})));
  EXPECT_EQ(desk.tell("uk", create("i4", {volume(kInK2)}))->decision.counter.level_shift_cm, cm_from_feet(4'000));
}

TEST(MachineTest, TouchingIsNoConflict) {
  Desk desk;
  ASSERT_TRUE(desk.tell("fr", create("i1", {volume(kInK2)})));
  testing::Box beside = kInK2;
  beside.west = kInK2.east;
  beside.east = kInK2.east + 10;
  int n = 2;
  for (const testing::Box& box : {beside, higher(kInK2, 20), later(kInK2, 15)}) {
    const auto outcome = desk.tell("uk", create("i" + std::to_string(n++), {volume(box)}));
    ASSERT_TRUE(outcome) << outcome.error().text();
    EXPECT_EQ(outcome->type, EntryType::kIntentAccepted);
  }
}

TEST(MachineTest, AirAndSeaDoNotMeet) {
  Desk desk;
  ASSERT_TRUE(desk.tell("fr", create("i1", {volume(kInK1)})));
  EXPECT_EQ(desk.tell("fr", create("s1", {sea_volume(kInK1)}, {}, Domain::kSea))->type, EntryType::kIntentAccepted);
  EXPECT_EQ(desk.tell("fr", create("s2", {sea_volume(kInK1)}, {}, Domain::kSea))->type, EntryType::kIntentRefused);
  const auto levels = desk.tell("fr", create("s3", {volume(kInK1)}, {}, Domain::kSea));
  ASSERT_FALSE(levels);
  EXPECT_EQ(levels.error().where, "volumes[0].band");
}

TEST(MachineTest, RefusesWhereAnotherAuthorityDecides) {
  Desk desk;
  const auto outcome = desk.tell("fr", create("i1", {volume(kInK1), volume(kInR1)}));
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->decision.refusal, Refusal::kNotSequencer);
  ASSERT_EQ(outcome->decision.foreign.size(), 1U);
  EXPECT_EQ(outcome->decision.foreign[0].owner.str(), "ru");
}

TEST(MachineTest, RefusesOutsideAllZones) {
  Desk desk;
  const auto outcome = desk.tell("fr", create("i1", {volume({1000, 1000, 1010, 1010, 200, 220, 10, 25})}));
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->decision.refusal, Refusal::kOutsideZones);
}

TEST(MachineTest, TheBackgroundTakesWhatNoSingleZoneCovers) {
  Charter charter = testing::test_charter();
  Zone rest;
  rest.id = ZoneId::trusted("REST");
  rest.owner = AuthorityId::trusted("us");
  rest.rule = Rule::kExclusive;
  rest.background = true;
  charter.zones.push_back(rest);
  Desk desk(charter);
  const auto zones = [&](const char* id, const testing::Box& box) {
    const auto outcome = desk.tell("fr", create(id, {volume(box)}));
    EXPECT_TRUE(outcome);
    std::string names;
    for (const ZoneId& zone : outcome->decision.zones.at(0)) names += zone.str() + " ";
    return names;
  };
  EXPECT_EQ(zones("i1", kInK1), "K1 ");
  EXPECT_EQ(zones("i2", {1000, 1000, 1010, 1010, 200, 220, 10, 25}), "REST ");
  EXPECT_EQ(zones("i3", {3060, 4090, 3070, 4110, 200, 220, 10, 25}), "K1 K2 REST ");
  EXPECT_EQ(zones("i4", {3040, 4010, 3050, 4020, 390, 410, 10, 25}), "K1 REST ");
}

TEST(MachineTest, AwareAsksForKeys) {
  Desk desk;
  ASSERT_TRUE(desk.tell("fr", create("i1", {volume(kInA1)})));
  const auto missing = desk.tell("uk", create("i2", {volume(kInA1)}));
  ASSERT_TRUE(missing);
  EXPECT_EQ(missing->decision.refusal, Refusal::kMissingKeys);
  ASSERT_EQ(missing->decision.missing.size(), 1U);
  EXPECT_EQ(missing->decision.missing[0].intent, intent_id("i1"));
  EXPECT_EQ(missing->decision.missing[0].manager.str(), "fr");
  const std::string key = desk.machine.ovn(desk.intent("i1"));
  EXPECT_EQ(key.size(), 24U);
  EXPECT_THAT(missing->entry, Not(HasSubstr(key)));
  const auto proven = desk.tell("uk", create("i2", {volume(kInA1)}, {"nonsense", key}));
  ASSERT_TRUE(proven);
  EXPECT_EQ(proven->type, EntryType::kIntentAccepted);
  ASSERT_EQ(proven->decision.known.size(), 1U);
  EXPECT_THAT(proven->entry, Not(HasSubstr(key)));
  // Touching in time and in height counts here, another cell 10 km away does not.
  EXPECT_EQ(desk.tell("uk", create("i3", {volume(later(kInA1, 15))}))->decision.missing.size(), 2U);
  EXPECT_EQ(desk.tell("uk", create("i4", {volume(higher(kInA1, 20))}))->decision.missing.size(), 2U);
  EXPECT_EQ(desk.tell("uk", create("i5", {volume({3062, 4240, 3072, 4250, 200, 220, 10, 25})}))->type,
            EntryType::kIntentAccepted);
}

TEST(MachineTest, OvnsChangeWithEveryVersionAndNeverComeBack) {
  Desk desk;
  ASSERT_TRUE(desk.tell("fr", create("i1", {volume(kInA1)})));
  // HMAC-SHA256 under 00 01 … 1f of "i1", 00, "1", 00, "1": computed with another implementation.
  EXPECT_EQ(desk.machine.ovn(desk.intent("i1")), "pqa-7iMqgPg5YlIqaZEZodGx");
  const std::string first = desk.machine.ovn(desk.intent("i1"));
  ASSERT_TRUE(desk.tell("fr", ActivateIntent{intent_id("i1"), 1}));
  EXPECT_NE(desk.machine.ovn(desk.intent("i1")), first);
}

TEST(MachineTest, DisputedAcceptsAndShowsOverlaps) {
  Desk desk;
  ASSERT_TRUE(desk.tell("fr", create("i1", {volume(kInD1)})));
  const auto outcome = desk.tell("uk", create("i2", {volume(kInD1)}));
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->type, EntryType::kIntentAccepted);
  ASSERT_EQ(outcome->decision.overlaps.size(), 1U);
  EXPECT_EQ(outcome->decision.overlaps[0].told, Disclosure::kNone);
  const Decision told = disclosed(outcome->decision);
  EXPECT_TRUE(told.overlaps[0].intent.empty());
  EXPECT_TRUE(told.overlaps[0].manager.empty());
  EXPECT_EQ(told.overlaps[0].window.end.ms, 0);
}

TEST(MachineTest, OwnIntentsAreToldInFull) {
  Desk desk;
  ASSERT_TRUE(desk.tell("fr", create("i1", {volume(kInK1)})));
  const auto outcome = desk.tell("fr", create("i2", {volume(kInK1)}));
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->decision.conflicts.at(0).told, Disclosure::kFull);
}

TEST(MachineTest, MeasuresRefuseAndWarn) {
  Desk desk;
  ASSERT_TRUE(desk.tell("fr", create("i1", {volume(kInK1)})));
  const auto declared = desk.tell("us!", measure("m1", "K1", Effect::kRefuse, {volume(later(kInK1, 10))}));
  ASSERT_TRUE(declared) << declared.error().text();
  ASSERT_EQ(declared->decision.affected.size(), 1U);
  EXPECT_EQ(declared->decision.affected[0].told, Disclosure::kFull);
  ASSERT_TRUE(desk.tell("us!", measure("m2", "K1", Effect::kWarn, {volume(higher(kInK1, 100))})));

  const auto refused = desk.tell("uk", create("i2", {volume(later(kInK1, 17))}));
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->decision.refusal, Refusal::kMeasure);
  EXPECT_EQ(refused->decision.measures.at(0).measure, measure_id("m1"));
  EXPECT_EQ(refused->decision.counter.time_shift_ms, 8 * 60'000);  // measures have no minima
  const auto warned = desk.tell("uk", create("i3", {volume(higher(kInK1, 100))}));
  ASSERT_TRUE(warned);
  EXPECT_EQ(warned->type, EntryType::kIntentAccepted);
  EXPECT_EQ(warned->decision.measures.at(0).measure, measure_id("m2"));

  // What was granted stays, but a flight that has not begun is held back.
  const auto held = desk.tell("fr", ActivateIntent{intent_id("i1"), 1});
  ASSERT_TRUE(held);
  EXPECT_EQ(held->type, EntryType::kIntentRefused);
  ASSERT_TRUE(desk.tell("us!", EndMeasure{measure_id("m1"), 1}));
  EXPECT_EQ(desk.tell("fr", ActivateIntent{intent_id("i1"), 1})->type, EntryType::kIntentActivated);
}

TEST(MachineTest, AMeasureNeverKeepsAFlightFromComingBack) {
  Desk desk;
  ASSERT_TRUE(desk.tell("fr", create("i1", {volume(kInK1)})));
  ASSERT_TRUE(desk.tell("fr", ActivateIntent{intent_id("i1"), 1}));
  ASSERT_TRUE(desk.tell("fr", ReportNonconforming{intent_id("i1"), 2, {volume(kInK2)}}));
  ASSERT_TRUE(desk.tell("us!", measure("m1", "K1", Effect::kRefuse, {volume(kInK1)})));
  EXPECT_EQ(desk.tell("fr", ActivateIntent{intent_id("i1"), 3})->type, EntryType::kIntentActivated);
}

TEST(MachineTest, OnlyTheOwnersAuthorityDeclaresMeasures) {
  Desk desk;
  EXPECT_EQ(desk.tell("us", measure("m1", "K1", Effect::kWarn, {volume(kInK1)})).error().code, ErrorCode::kForbidden);
  EXPECT_EQ(desk.tell("us!", measure("m1", "R1", Effect::kWarn, {volume(kInR1)})).error().code,
            ErrorCode::kNotSequencer);
  EXPECT_EQ(desk.tell("us!", measure("m1", "K9", Effect::kWarn, {volume(kInK1)})).error().code, ErrorCode::kNotFound);
}

TEST(MachineTest, UpdateIsDecidedAgainWithoutItself) {
  Desk desk;
  ASSERT_TRUE(desk.tell("fr", create("i1", {volume(kInK1)})));
  ASSERT_TRUE(desk.tell("uk", create("i2", {volume(later(kInK1, 30))})));
  const auto moved = desk.tell("fr", UpdateIntent{intent_id("i1"), 1, "NEW", {volume(later(kInK1, 10))}, {}});
  ASSERT_TRUE(moved);
  EXPECT_EQ(moved->type, EntryType::kIntentUpdated);
  EXPECT_EQ(desk.intent("i1").version, 2);
  EXPECT_EQ(desk.intent("i1").flight, "NEW");
  const auto refused = desk.tell("fr", UpdateIntent{intent_id("i1"), 2, "NEW", {volume(later(kInK1, 20))}, {}});
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->type, EntryType::kIntentRefused);
  EXPECT_EQ(desk.intent("i1").version, 2);
  EXPECT_EQ(desk.intent("i1").volumes[0].window.start, minutes(20));
}

TEST(MachineTest, ChangesNeedTheManagerAndTheVersion) {
  Desk desk;
  ASSERT_TRUE(desk.tell("fr", create("i1", {volume(kInK1)})));
  EXPECT_EQ(desk.tell("uk", EndIntent{intent_id("i1"), 1}).error().code, ErrorCode::kForbidden);
  EXPECT_EQ(desk.tell("fr", EndIntent{intent_id("i1"), 2}).error().code, ErrorCode::kVersionMismatch);
  EXPECT_EQ(desk.tell("fr", EndIntent{intent_id("i9"), 1}).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(desk.tell("fr", create("i1", {volume(kInK2)})).error().code, ErrorCode::kConflict);
  EXPECT_EQ(desk.log.size(), 2U);  // none of these is recorded
}

TEST(MachineTest, EveryTransition) {
  struct Row {
    IntentState from;
    bool expired;
    std::array<std::optional<IntentState>, 5> to;  // update, activate, nonconforming, contingent, end
  };
  using enum IntentState;
  constexpr std::optional<IntentState> kNo;
  const std::array<Row, 6> rows{{
      {kAccepted, false, {kAccepted, kActivated, kNonconforming, kContingent, kEnded}},
      {kActivated, false, {kActivated, kNo, kNonconforming, kContingent, kEnded}},
      {kNonconforming, false, {kNo, kActivated, kNonconforming, kContingent, kEnded}},
      {kContingent, false, {kNo, kNo, kNo, kContingent, kEnded}},
      {kEnded, false, {kNo, kNo, kNo, kNo, kNo}},
      {kEnded, true, {kNo, kNo, kNonconforming, kContingent, kNo}},
  }};
  for (const Row& row : rows) {
    for (std::size_t act = 0; act < 5; ++act) {
      SCOPED_TRACE(std::string(to_text(row.from)) + (row.expired ? " (expired) " : " ") +
                   std::string(to_text(static_cast<Act>(act))));
      Desk desk;
      const IntentId id = intent_id("i1");
      ASSERT_TRUE(desk.tell("fr", create("i1", {volume(kInK1)})));
      if (row.from == kActivated) {
        ASSERT_TRUE(desk.tell("fr", ActivateIntent{id, 1}));
      }
      if (row.from == kNonconforming) {
        ASSERT_TRUE(desk.tell("fr", ReportNonconforming{id, 1, {volume(kInK2)}}));
      }
      if (row.from == kContingent) {
        ASSERT_TRUE(desk.tell("fr", ReportContingent{id, 1, {}}));
      }
      if (row.from == kEnded && !row.expired) {
        ASSERT_TRUE(desk.tell("fr", EndIntent{id, 1}));
      }
      if (row.expired) {
        desk.now = minutes(26);
        ASSERT_EQ(desk.tick(), 1U);
      }
      const std::int64_t v = desk.intent("i1").version;
      const std::array<Action, 5> acts{UpdateIntent{id, v, "", {volume(later(kInK1, 60))}, {}}, ActivateIntent{id, v},
                                       ReportNonconforming{id, v, {volume(kInK2)}},
                                       ReportContingent{id, v, {volume(kInK2)}}, EndIntent{id, v}};
      const auto outcome = desk.tell("fr", acts[act]);
      if (!row.to[act]) {
        ASSERT_FALSE(outcome);
        EXPECT_EQ(outcome.error().code, ErrorCode::kWrongState);
        continue;
      }
      ASSERT_TRUE(outcome) << outcome.error().text();
      EXPECT_EQ(desk.intent("i1").state, *row.to[act]);
      EXPECT_EQ(desk.intent("i1").version, v + 1);
      const auto replayed = desk.replayed();
      ASSERT_TRUE(replayed) << replayed.error().text();
      EXPECT_EQ(replayed->state_hash(), desk.machine.state_hash());
    }
  }
}

TEST(MachineTest, OffNominalIsNeverRefusedAndNamesTheAffected) {
  Desk desk;
  ASSERT_TRUE(desk.tell("fr", create("i1", {volume(kInK1)})));
  ASSERT_TRUE(desk.tell("uk", create("i2", {volume(kInK2)})));
  ASSERT_TRUE(desk.tell("fr", ActivateIntent{intent_id("i1"), 1}));
  const auto outcome = desk.tell("fr", ReportNonconforming{intent_id("i1"), 2, {volume(kInK2), volume(kInR1)}});
  ASSERT_TRUE(outcome) << outcome.error().text();
  EXPECT_EQ(outcome->type, EntryType::kIntentNonconforming);
  ASSERT_EQ(outcome->decision.affected.size(), 1U);
  EXPECT_EQ(outcome->decision.affected[0].intent, intent_id("i2"));
  EXPECT_EQ(outcome->decision.foreign.at(0).zone.str(), "R1");
  // Its off-nominal volume now stands in the way of others, until it is back.
  EXPECT_EQ(desk.tell("uk", UpdateIntent{intent_id("i2"), 1, "", {volume(kInK2)}, {}})->type,
            EntryType::kIntentRefused);
  ASSERT_TRUE(desk.tell("fr", ActivateIntent{intent_id("i1"), 3}));
  EXPECT_EQ(desk.tell("uk", UpdateIntent{intent_id("i2"), 1, "", {volume(kInK2)}, {}})->type,
            EntryType::kIntentUpdated);
}

TEST(MachineTest, TimeEndsRightsByEntries) {
  Desk desk;
  ASSERT_TRUE(desk.tell("fr", create("i1", {volume(kInK1)})));
  ASSERT_TRUE(desk.tell("fr", create("i2", {volume(kInK2)})));
  ASSERT_TRUE(desk.tell("us!", measure("m1", "K2", Effect::kWarn, {volume(kInK2)})));
  desk.now = minutes(25);
  EXPECT_EQ(desk.tick(), 2U);  // i2 and m1; i1 keeps its minute of separation
  EXPECT_EQ(desk.intent("i2").state, IntentState::kEnded);
  EXPECT_TRUE(desk.intent("i2").expired);
  EXPECT_TRUE(desk.machine.find_measure(measure_id("m1"))->ended);
  EXPECT_EQ(desk.intent("i1").state, IntentState::kAccepted);
  desk.now = minutes(26);
  EXPECT_EQ(desk.tick(), 1U);
  EXPECT_EQ(desk.machine.live_volumes(), 0U);
  EXPECT_EQ(desk.machine.live_intents(), 0U);
  const auto overrun = desk.tell("fr", ReportNonconforming{intent_id("i1"), 2, {volume(later(kInK1, 20))}});
  ASSERT_TRUE(overrun) << overrun.error().text();
  EXPECT_TRUE(overrun->decision.overrun);
  EXPECT_EQ(desk.machine.live_intents(), 1U);
  // It stays until it is ended, whatever the time.
  desk.now = minutes(6'000);
  EXPECT_EQ(desk.tick(), 0U);
}

TEST(MachineTest, RepeatingACommandReturnsTheFirstOutcome) {
  Desk desk;
  const auto first = desk.tell_as("fr", "same", create("i1", {volume(kInK1)}));
  ASSERT_TRUE(first);
  const auto again = desk.tell_as("fr", "same", create("i1", {volume(kInK1)}));
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->repeated);
  EXPECT_EQ(again->seq, first->seq);
  EXPECT_EQ(desk.log.size(), 2U);
  const auto other = desk.tell_as("fr", "same", create("i1", {volume(kInK2)}));
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, ErrorCode::kConflict);
  // The id is the caller's: another caller may use it too.
  EXPECT_TRUE(desk.tell_as("uk", "same", create("i2", {volume(kInK2)})));
  // A refusal is an outcome as well, even when the way has become free since.
  const auto refused = desk.tell_as("uk", "late", create("i3", {volume(kInK1)}));
  ASSERT_TRUE(refused);
  ASSERT_TRUE(desk.tell("fr", EndIntent{intent_id("i1"), 1}));
  EXPECT_EQ(desk.tell_as("uk", "late", create("i3", {volume(kInK1)}))->seq, refused->seq);
  // The entry alone is enough to answer again.
  const auto entry = read_entry(desk.log[refused->seq]);
  ASSERT_TRUE(entry) << entry.error().text();
  EXPECT_EQ(entry->decision, refused->decision);
}

TEST(MachineTest, MemoryIsBoundedByTimeAndNumber) {
  Desk desk(testing::test_charter(), {.commands_max = 3, .command_memory_ms = 3'600'000, .ended_max = 2});
  for (int i = 0; i < 5; ++i) {
    const std::string id = "i" + std::to_string(i);
    ASSERT_TRUE(desk.tell_as("fr", "create" + id, create(id, {volume(kInK1)})));
    ASSERT_TRUE(desk.tell_as("fr", "end" + id, EndIntent{intent_id(id), 1}));
  }
  EXPECT_EQ(desk.machine.find_intent(intent_id("i2")), nullptr);
  EXPECT_NE(desk.machine.find_intent(intent_id("i3")), nullptr);
  EXPECT_TRUE(desk.tell_as("fr", "endi4", EndIntent{intent_id("i4"), 1})->repeated);
  EXPECT_EQ(desk.tell_as("fr", "endi0", EndIntent{intent_id("i0"), 1}).error().code, ErrorCode::kNotFound);
  desk.now = minutes(61);
  ASSERT_TRUE(desk.tell("fr", create("j1", {volume(later(kInK1, 100))})));
  EXPECT_EQ(desk.machine.find_intent(intent_id("i4")), nullptr);
  EXPECT_EQ(desk.replayed()->state_hash(), desk.machine.state_hash());
}

TEST(MachineTest, SaysWhatIsTooLarge) {
  Desk desk;
  geo::Polygon ring;
  for (int i = 0; i < 3'000; ++i) {
    ring.vertices.push_back({304'000'000 + (i < 1'500 ? i : 3'000 - i) * 100, 404'000'000 + (i < 1'500 ? 0 : 500'000)});
  }
  geo::Volume4d big = volume(kInK1);
  big.outline = ring;
  const auto outcome = desk.tell("fr", create("i1", {big}));
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, ErrorCode::kTooLarge);
  EXPECT_THAT(outcome.error().message, HasSubstr("48000 fit"));
}

TEST(MachineTest, RefusesThePastAndTheFarFuture) {
  Desk desk;
  EXPECT_THAT(desk.tell("fr", create("i1", {volume(later(kInK1, -60))})).error().message, HasSubstr("past"));
  EXPECT_THAT(desk.tell("fr", create("i1", {volume(later(kInK1, 57 * 1440))})).error().message, HasSubstr("horizon"));
}

TEST(MachineTest, LogTimeNeverGoesBack) {
  Desk desk;
  ASSERT_TRUE(desk.tell("fr", create("i1", {volume(kInK1)}), minutes(5)));
  const auto earlier = desk.tell("fr", create("i2", {volume(kInK2)}), minutes(1));
  ASSERT_TRUE(earlier);
  EXPECT_EQ(desk.intent("i2").created, minutes(5));
}

TEST(MachineTest, PreviewDecidesNothing) {
  Desk desk;
  ASSERT_TRUE(desk.tell("fr", create("i1", {volume(kInK1)})));
  const auto hash = desk.machine.state_hash();
  const auto preview = desk.machine.preview(testing::command("uk", "p", create("i2", {volume(kInK1)})), desk.now);
  ASSERT_TRUE(preview);
  EXPECT_EQ(preview->refusal, Refusal::kConflict);
  EXPECT_EQ(desk.machine.state_hash(), hash);
  EXPECT_EQ(desk.machine.next_seq(), 2U);
}

TEST(MachineTest, PreviewRefusesWhatNoEntryHasRoomFor) {
  Desk desk;
  auto large = volume(kInK1);
  large.outline = geo::Corridor{{}, 100'00, 100'00};
  auto& line = std::get<geo::Corridor>(large.outline).line;
  for (int i = 0; i < 1'000; ++i) line.push_back({304'000'000 + i * 100, 404'000'000 + i * 100});
  const Action action = create("i1", std::vector<geo::Volume4d>(200, large));
  const auto preview = desk.machine.preview(testing::command("uk", "p", action), desk.now);
  ASSERT_FALSE(preview);
  EXPECT_EQ(preview.error().code, ErrorCode::kTooLarge);
  EXPECT_EQ(desk.tell("uk", action).error().code, ErrorCode::kTooLarge);
}

TEST(MachineTest, QueriesByVolumeAndFilter) {
  Desk desk;
  ASSERT_TRUE(desk.tell("fr", create("i1", {volume(kInK1), volume(later(kInK1, 40))})));
  ASSERT_TRUE(desk.tell("uk", create("i2", {volume(kInK2)})));
  ASSERT_TRUE(desk.tell("uk", create("i3", {volume(higher(kInK2, 40))})));
  const auto ids = [&](IntentFilter filter) {
    std::string out;
    const auto found = desk.machine.intents(filter);
    EXPECT_TRUE(found);
    for (const Intent* i : *found) out += i->id.str() + " ";
    return out;
  };
  EXPECT_EQ(ids({}), "i1 i2 i3 ");
  EXPECT_EQ(ids({.volume = volume(kInK1), .domain = Domain::kAir}), "i1 ");
  EXPECT_EQ(ids({.volume = volume({3000, 4000, 3100, 4200, 0, 500, 0, 100}), .domain = Domain::kAir}), "i1 i2 i3 ");
  EXPECT_EQ(ids({.manager = Subject::trusted("uk")}), "i2 i3 ");
  EXPECT_EQ(ids({.zone = desk.machine.zones().find(ZoneId::trusted("K1"))}), "i1 ");
  EXPECT_EQ(ids({.limit = 2}), "i1 i2 ");
  EXPECT_EQ(ids({.after_seq = 2, .limit = 2}), "i3 ");
  EXPECT_FALSE(desk.machine.intents({.volume = volume(kInK1)}));
  EXPECT_FALSE(desk.machine.intents({.limit = 0}));
  EXPECT_EQ(desk.machine.disclosure(desk.intent("i1"), Subject::trusted("uk")), Disclosure::kCoarse);
  EXPECT_EQ(desk.machine.disclosure(desk.intent("i2"), Subject::trusted("fr")), Disclosure::kFull);
}

TEST(MachineTest, WhatHasRunOutIsFoundForAsLongAsIsAskedFor) {
  Desk desk;
  ASSERT_TRUE(desk.tell("fr", create("i1", {volume(kInK2)})));
  ASSERT_TRUE(desk.tell("fr", create("i2", {volume(higher(kInK2, 40))})));
  ASSERT_TRUE(desk.tell("fr", create("i3", {volume(later(kInK2, 40))})));
  ASSERT_TRUE(desk.tell("fr", EndIntent{intent_id("i2"), 1}));
  desk.now = minutes(25);
  ASSERT_GT(desk.tick(), 0U);
  ASSERT_TRUE(desk.intent("i1").expired);
  const UtcMs end = desk.intent("i1").volumes.front().window.end;
  const auto ids = [&](std::optional<UtcMs> run_out_after) {
    std::string out;
    const auto found = desk.machine.intents({.run_out_after = run_out_after});
    EXPECT_TRUE(found);
    for (const Intent* i : *found) out += i->id.str() + " ";
    return out;
  };
  EXPECT_EQ(ids(std::nullopt), "i3 ");
  EXPECT_EQ(ids(end + -1), "i1 i3 ") << "not what its manager has ended";
  EXPECT_EQ(ids(end), "i3 ");
}

TEST(MachineTest, SnapshotsComeBackEqual) {
  Desk desk;
  ASSERT_TRUE(desk.tell("fr", create("i1", {volume(kInK1)})));
  ASSERT_TRUE(desk.tell("fr", ReportNonconforming{intent_id("i1"), 1, {volume(kInK2)}}));
  ASSERT_TRUE(desk.tell("uk", create("s1", {sea_volume(kInK1)}, {}, Domain::kSea)));
  ASSERT_TRUE(desk.tell("us!", measure("m1", "K1", Effect::kRefuse, {volume(later(kInK1, 10))})));
  ASSERT_TRUE(desk.tell("uk", EndIntent{intent_id("s1"), 1}));
  const Bytes snapshot = desk.machine.write_snapshot();
  auto other = Machine::read_snapshot(desk.config(), snapshot);
  ASSERT_TRUE(other) << other.error().text();
  EXPECT_EQ(other->state_hash(), desk.machine.state_hash());
  EXPECT_EQ(other->live_volumes(), desk.machine.live_volumes());
  // It decides alike, and any flipped byte is found.
  const auto next = testing::command("uk", "next", create("i2", {volume(kInK2)}));
  EXPECT_EQ(other->execute(next, desk.now)->entry, desk.machine.execute(next, desk.now)->entry);
  for (std::size_t i = 0; i < snapshot.size(); i += 7) {
    Bytes bad = snapshot;
    bad[i] ^= 1;
    EXPECT_FALSE(Machine::read_snapshot(desk.config(), bad)) << "byte " << i;
  }
}

TEST(MachineTest, ReplayRefusesWhatCannotFollow) {
  Desk desk;
  ASSERT_TRUE(desk.tell("fr", create("i1", {volume(kInK1)})));
  const auto refuse = [&](std::string from, const std::string& to, std::string_view message) {
    Machine other = *Machine::make(desk.config());
    ASSERT_TRUE(other.apply(desk.log[0]));
    std::string line = desk.log[1];
    const std::size_t at = line.find(from);
    ASSERT_NE(at, std::string::npos) << from;
    line.replace(at, from.size(), to);
    const Status status = other.apply(line);
    ASSERT_FALSE(status) << line;
    EXPECT_THAT(status.error().text(), HasSubstr(message));
    EXPECT_EQ(other.next_seq(), 1U);
  };
  refuse("\"seq\":1", "\"seq\":2", "expected sequence number 1");
  refuse("\"v\":1", "\"v\":2", "of format 1");
  refuse("\"v\":1", "\"v\":3", "newer than this program");
  refuse("intent.accepted", "intent.bewitched", "unknown");
  refuse("intent.accepted", "intent.updated", "does not fit");
  refuse("\"version\":1", "\"version\":2", "version 1");
  refuse("[\"K1\"]", "[\"K7\"]", "not in the charter");
  refuse("\"by\":\"fr\"", "\"by\":\"fr\",\"bz\":1", "bz");
  refuse("\n", "", "line feed");
  Machine other = *Machine::make(desk.config());
  EXPECT_FALSE(other.apply(desk.log[1]));  // no genesis
  Charter changed = desk.charter;
  changed.version = 2;
  Machine elsewhere = *Machine::make({.self = AuthorityId::trusted("us"), .charter = changed});
  EXPECT_THAT(elsewhere.apply(desk.log[0]).error().message, HasSubstr("not the charter"));
}

}  // namespace
}  // namespace tansiq::core
