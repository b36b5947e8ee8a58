// The table of section 6, row by row; then what stands around it.
#include "coordination/zone_control.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <utility>

#include "base/random.h"
#include "coordination/zone_control_testlib.h"

namespace tansiq::coordination {
namespace {

using ::testing::HasSubstr;
using zone_testing::at_minute;
using zone_testing::authority;
using zone_testing::kError;
using zone_testing::kNoon;
using zone_testing::Party;
using zone_testing::three_party_charter;
using zone_testing::window;
using zone_testing::Written;

const ZoneId kZone = zone_testing::zone("K1");
const AuthorityId kUs = authority("us");
const AuthorityId kFr = authority("fr");
const AuthorityId kRu = authority("ru");
const UtcMs kEnd = at_minute(60);  // T of most leases here.

class ZoneControlTest : public ::testing::Test {
 protected:
  /// us leases K1 to fr until `kEnd`; fr has not read it.
  Written lease(std::vector<AdoptedWindow> windows = {}) {
    return us.give(us.control.lease(kZone, kFr, kEnd, std::move(windows), kNoon), kNoon);
  }
  /// And fr has taken it up.
  void lease_begun(std::vector<AdoptedWindow> windows = {}) {
    lease(std::move(windows));
    fr.read_all(us);
    ASSERT_EQ(fr.tick(kNoon), 1U);
    us.read_all(fr);
    ru.read_all(us);
    ru.read_all(fr);
  }
  Party us{"us"};
  Party fr{"fr"};
  Party ru{"ru"};
};

template <class T>
std::string message(const Result<T>& result) {
  return result ? "accepted" : result.error().text();
}

// Rows
// ------------------------------------------------------------------------------------------------------------------

TEST_F(ZoneControlTest, SequencerLeases) {
  EXPECT_EQ(us.state(), ControlState::kSequencer);
  EXPECT_TRUE(us.control.may_grant(kZone, kNoon));
  EXPECT_FALSE(us.control.grants_end(kZone));
  const Written closing = lease({window("A", 5, 10)});
  EXPECT_EQ(us.state(), ControlState::kLessor);
  EXPECT_FALSE(us.control.may_grant(kZone, kNoon));
  EXPECT_FALSE(us.control.keeps(kZone));
  const auto& body = std::get<ZoneLease>(closing.body);
  EXPECT_EQ(body.epoch, 1);
  EXPECT_EQ(body.until, kEnd);
  ASSERT_EQ(body.snapshot.size(), 1U);
  EXPECT_EQ(body.snapshot[0], us.log[0].hash);
  EXPECT_EQ(us.last<ZoneSnapshot>().windows, std::vector{window("A", 5, 10)});
}

TEST_F(ZoneControlTest, SequencerLeasesOnlyToATenantOfTheCharterAndForLong) {
  EXPECT_THAT(message(us.control.lease(kZone, authority("de"), kEnd, {}, kNoon)),
              HasSubstr("de is no tenant of zone K1"));
  EXPECT_THAT(message(us.control.lease(kZone, kUs, kEnd, {}, kNoon)), HasSubstr("us is no tenant"));
  EXPECT_THAT(message(us.control.lease(kZone, kFr, kNoon + 60'000, {}, kNoon)), HasSubstr("it must last"));
  EXPECT_THAT(message(us.control.lease(kZone, kFr, kNoon - 1, {}, kNoon)), HasSubstr("lasts 0 ms"));
  EXPECT_THAT(message(us.control.lease(zone_testing::zone("K9"), kFr, kEnd, {}, kNoon)), HasSubstr("no zone \"K9\""));
  EXPECT_THAT(message(fr.control.lease(kZone, kRu, kEnd, {}, kNoon)), HasSubstr("us decides in zone K1, not fr"));
  lease();
  EXPECT_THAT(message(us.control.lease(kZone, kFr, kEnd, {}, kNoon)), HasSubstr("leased to fr and has not come back"));
}

TEST_F(ZoneControlTest, LessorReadsReturnAndResumesWithAllWindows) {
  lease_begun({window("A", 5, 70)});
  fr.give(fr.control.give_back(kZone, {window("A", 5, 70), window("B", 10, 20)}, at_minute(5)), at_minute(5));
  us.read_all(fr);
  EXPECT_EQ(us.state(), ControlState::kLessor);
  ASSERT_EQ(us.tick(at_minute(5)), 1U);
  EXPECT_EQ(us.last<ZoneResume>().epoch, 2);
  EXPECT_EQ(us.last<ZoneResume>().returned, fr.log.back().hash);
  EXPECT_EQ(us.state(), ControlState::kSequencer);
  EXPECT_EQ(us.adopted,
            (std::vector<Adoption>{{.zone = kZone, .epoch = 2, .windows = {window("A", 5, 70), window("B", 10, 20)}}}));
  EXPECT_FALSE(us.control.grants_begin(kZone));
}

TEST_F(ZoneControlTest, LessorWaitsForThePartsOfAReturn) {
  lease_begun();
  fr.give(fr.control.give_back(kZone, {window("B", 10, 20)}, at_minute(5)), at_minute(5));
  ASSERT_FALSE(us.read(fr.log.back()));  // The pair's log is late.
  EXPECT_EQ(us.tick(at_minute(5)), 0U);
  EXPECT_EQ(us.state(), ControlState::kLessor);
  us.read_all(fr);
  EXPECT_EQ(us.tick(at_minute(5)), 1U);
  EXPECT_EQ(us.adopted.size(), 1U);
}

TEST_F(ZoneControlTest, LessorResumesByTimeWhenThePartsOfAReturnNeverCome) {
  lease_begun();
  fr.give(fr.control.give_back(kZone, {window("B", 10, 20)}, at_minute(5)), at_minute(5));
  ASSERT_FALSE(us.read(fr.log.back()));
  EXPECT_EQ(us.control.next_timer(), kEnd + kError);
  EXPECT_EQ(us.tick(kEnd + kError), 1U);
  EXPECT_FALSE(us.last<ZoneResume>().returned);
  EXPECT_EQ(us.control.grants_begin(kZone), kEnd);
}

/// What cannot be booked would stop whoever takes it over.
TEST_F(ZoneControlTest, WindowsThatAreNoneAreNotTakenUp) {
  AdoptedWindow flat = window("B", 10, 20);
  flat.volumes[0].band = geo::LevelBand{.lower_cm = 1'000, .upper_cm = 1'000};
  AdoptedWindow at_sea = window("S", 10, 20);
  at_sea.domain = core::Domain::kSea;
  AdoptedWindow empty = window("E", 10, 20);
  empty.volumes.clear();
  for (const AdoptedWindow& bad : {flat, at_sea, empty}) {
    Party lessor{"us"};
    Party tenant{"fr"};
    lessor.give(lessor.control.lease(kZone, kFr, kEnd, {bad}, kNoon), kNoon);
    tenant.read_all(lessor);
    EXPECT_EQ(tenant.tick(kNoon), 1U);
    EXPECT_FALSE(tenant.last<ZoneReturn>().accepted) << bad.flight.str();
    EXPECT_TRUE(tenant.adopted.empty());
  }
  lease_begun();
  fr.give(fr.control.give_back(kZone, {flat}, at_minute(5)), at_minute(5));
  us.read_all(fr);
  EXPECT_EQ(us.tick(at_minute(5)), 0U) << "as if the parts had never come";
  EXPECT_EQ(us.tick(kEnd + kError), 1U);
  EXPECT_EQ(us.control.grants_begin(kZone), kEnd);
  EXPECT_TRUE(us.adopted.empty());
  Party again{"us"};
  const log::JcsDocument state = *log::JcsDocument::parse(us.state_text());
  ASSERT_TRUE(again.control.read_state(state.root()).has_value());
  EXPECT_EQ(again.state_text(), us.state_text());
}

/// Its author went by the bound that held for him.
TEST_F(ZoneControlTest, ResumptionByTimeIsReadUnderALaterBound) {
  lease_begun();
  us.tick(kEnd + kError);
  Party late{"ru"};
  core::Charter two = zone_testing::three_party_charter();
  two.version = 2;
  two.timing.clock_error_ms = 3 * kError;
  late.control.adopt(two);
  for (const Party* other : {&us, &fr}) {
    for (const Written& entry : other->log) EXPECT_FALSE(late.read(entry));
  }
  EXPECT_EQ(late.control.sequencer(kZone), kUs);
  EXPECT_EQ(late.control.epoch(kZone), 2);
}

TEST_F(ZoneControlTest, LessorResumesByTime) {
  lease_begun();
  EXPECT_EQ(us.control.next_timer(), kEnd + kError);
  EXPECT_EQ(us.tick(kEnd + kError - 1), 0U);
  EXPECT_EQ(us.tick(kEnd + kError), 1U);
  EXPECT_EQ(us.last<ZoneResume>().epoch, 2);
  EXPECT_EQ(us.state(), ControlState::kSequencer);
  EXPECT_EQ(us.control.grants_begin(kZone), kEnd);  // T6
  EXPECT_TRUE(us.control.may_grant(kZone, kEnd + kError));
  // Whoever comes next must not book over what the tenant granted either.
  const UtcMs later = kEnd + kError;
  us.give(us.control.lease(kZone, kRu, at_minute(120), {}, later), later);
  ru.read_all(us);
  ru.read_all(fr);
  EXPECT_EQ(ru.tick(later), 1U);
  EXPECT_EQ(ru.control.grants_begin(kZone), kEnd);
  EXPECT_EQ(ru.control.grants_end(kZone), at_minute(120));
}

TEST_F(ZoneControlTest, LessorRecallsWithoutPower) {
  EXPECT_THAT(message(us.control.recall(kZone, "")), HasSubstr("us has not leased zone K1"));
  lease_begun();
  us.write(*us.control.recall(kZone, "storm"), at_minute(1));
  EXPECT_EQ(us.state(), ControlState::kLessor);
  EXPECT_EQ(us.tick(at_minute(1)), 0U);
  fr.read_all(us);
  EXPECT_EQ(fr.tick(at_minute(1)), 0U);
  EXPECT_TRUE(fr.control.may_grant(kZone, at_minute(1)));
  EXPECT_EQ(fr.control.status(kZone)->recall, "storm");
}

TEST_F(ZoneControlTest, LessorNamesTheTenantAndItsEpochInRefusals) {
  lease();
  EXPECT_EQ(us.control.sequencer(kZone), kFr);
  EXPECT_EQ(us.control.epoch(kZone), 1);
}

TEST_F(ZoneControlTest, LessorLogsEndsOfItsWindowsWithoutANumber) {
  us.write(LegHold{.epoch = 0,
                   .number = 0,
                   .level_shift_cm = {},
                   .request = {},
                   .time_shift_ms = {},
                   .to = kFr,
                   .until = {},
                   .zone = kZone},
           kNoon);
  EXPECT_EQ(us.control.next_number(kZone), 1);
  lease();
  const std::int64_t number = us.control.next_number(kZone);
  us.write(LegClosed{.epoch = 1, .how = Closing::kEnded, .number = number, .request = {}, .to = kFr, .zone = kZone},
           kNoon);
  EXPECT_EQ(us.control.next_number(kZone), number);
}

TEST_F(ZoneControlTest, EveryOwnEntryOfAZoneCounts) {
  EXPECT_EQ(us.control.next_number(kZone), 0);
  const auto count = [&](auto body) {
    body.zone = kZone;
    body.to = kFr;
    body.number = us.control.next_number(kZone);
    us.write(body, kNoon);
    return us.control.next_number(kZone);
  };
  EXPECT_EQ(count(LegHold{}), 1);
  EXPECT_EQ(count(LegRefused{}), 2);
  EXPECT_EQ(count(LegConfirmed{}), 3);
  EXPECT_EQ(count(LegLapsed{}), 4);
  EXPECT_EQ(count(LegClosed{}), 5);
  EXPECT_EQ(count(LegRevoke{}), 6);
  // Another's do not, nor does one that is applied again.
  EXPECT_FALSE(us.read(us.log[0]));
  LegHold other;
  other.zone = kZone;
  other.number = 17;
  EXPECT_FALSE(us.read({.author = kFr, .hash = log::sha256("x"), .time = kNoon, .body = other}));
  EXPECT_EQ(us.control.next_number(kZone), 6);
  lease();
  EXPECT_EQ(us.control.next_number(kZone), 0);
}

TEST_F(ZoneControlTest, TenantAcceptsOnceThePartsAreInHandAndAdoptsThem) {
  lease({window("A", 5, 70)});
  ASSERT_FALSE(fr.read(us.log[1]));  // The lease, without its part.
  EXPECT_EQ(fr.tick(kNoon), 0U);
  EXPECT_EQ(fr.state(), ControlState::kNone);
  EXPECT_FALSE(fr.control.may_grant(kZone, kNoon));
  ASSERT_FALSE(fr.read(us.log[0]));
  EXPECT_EQ(fr.tick(kNoon), 1U);
  EXPECT_EQ(fr.last<ZoneAccept>().lease, us.log[1].hash);
  EXPECT_EQ(fr.state(), ControlState::kTenant);
  EXPECT_TRUE(fr.control.may_grant(kZone, kNoon));
  EXPECT_EQ(fr.control.grants_end(kZone), kEnd);
  EXPECT_EQ(fr.adopted, (std::vector<Adoption>{{.zone = kZone, .epoch = 1, .windows = {window("A", 5, 70)}}}));
  // Applied again it adopts nothing again.
  EXPECT_FALSE(fr.read(fr.log.back()));
  EXPECT_EQ(fr.adopted.size(), 1U);
}

TEST_F(ZoneControlTest, TenantTooLateReturnsTheSnapshotUnchanged) {
  const Written closing = lease({window("A", 5, 70)});
  fr.read_all(us);
  EXPECT_EQ(fr.tick(kEnd - kError), 1U);
  EXPECT_FALSE(fr.last<ZoneReturn>().accepted);
  EXPECT_EQ(fr.last<ZoneReturn>().snapshot, std::get<ZoneLease>(closing.body).snapshot);
  EXPECT_EQ(fr.state(), ControlState::kNone);
  us.read_all(fr);
  EXPECT_EQ(us.tick(kEnd - kError), 1U);
  EXPECT_EQ(us.state(), ControlState::kSequencer);
  EXPECT_TRUE(us.adopted.empty());  // They never left its table.
}

TEST_F(ZoneControlTest, TenantWithoutThePartsReturnsWhenItIsTooLate) {
  lease({window("A", 5, 70)});
  ASSERT_FALSE(fr.read(us.log[1]));
  EXPECT_EQ(fr.control.next_timer(), kEnd - kError);
  EXPECT_EQ(fr.tick(kEnd - kError), 1U);
  EXPECT_FALSE(fr.last<ZoneReturn>().accepted);
}

TEST_F(ZoneControlTest, TenantUnwillingReturnsTheSnapshotUnchanged) {
  lease({window("A", 5, 70)});
  EXPECT_THAT(message(fr.control.decline(kZone)), HasSubstr("no lease of zone K1 waits for fr"));
  ASSERT_FALSE(fr.read(us.log[1]));
  fr.write(*fr.control.decline(kZone), kNoon);
  EXPECT_EQ(fr.tick(kNoon), 0U);
  us.read_all(fr);
  EXPECT_EQ(us.tick(kNoon), 1U);
  EXPECT_EQ(us.state(), ControlState::kSequencer);
  // A tenant whose name has been struck from the charter is unwilling by itself.
  core::Charter struck = three_party_charter();
  struck.zones[0].tenants = {kRu};
  us.give(us.control.lease(kZone, kFr, kEnd, {}, kNoon), kNoon);
  fr.control.adopt(struck);
  fr.read_all(us);
  EXPECT_EQ(fr.tick(kNoon), 1U);
  EXPECT_FALSE(fr.last<ZoneReturn>().accepted);
}

TEST_F(ZoneControlTest, TenantRefusesASnapshotThatDoesNotFit) {
  const EntryHash part =
      us.write(ZoneSnapshot{.epoch = 0, .part = 1, .parts = 2, .to = kFr, .windows = {}, .zone = kZone}, kNoon).hash;
  us.write(ZoneLease{.epoch = 1, .snapshot = {part}, .tenant = kFr, .until = kEnd, .zone = kZone}, kNoon);
  fr.read_all(us);
  EXPECT_EQ(fr.tick(kNoon), 1U);
  EXPECT_FALSE(fr.last<ZoneReturn>().accepted);
}

TEST_F(ZoneControlTest, TenantReturns) {
  lease_begun({window("A", 5, 70)});
  const Written closing = fr.give(fr.control.give_back(kZone, {window("A", 5, 70)}, at_minute(5)), at_minute(5));
  EXPECT_TRUE(std::get<ZoneReturn>(closing.body).accepted);
  EXPECT_EQ(fr.last<ZoneSnapshot>().to, kUs);
  EXPECT_EQ(fr.state(), ControlState::kNone);
  EXPECT_FALSE(fr.control.may_grant(kZone, at_minute(5)));
  EXPECT_FALSE(fr.control.keeps(kZone));
  EXPECT_THAT(message(fr.control.give_back(kZone, {}, at_minute(6))), HasSubstr("us decides in zone K1, not fr"));
}

TEST_F(ZoneControlTest, TenantLetsTheLeaseExpire) {
  lease_begun();
  EXPECT_EQ(fr.control.next_timer(), kEnd - kError);
  EXPECT_TRUE(fr.control.may_grant(kZone, kEnd - kError - 1));
  EXPECT_FALSE(fr.control.may_grant(kZone, kEnd - kError));  // Also before it has said so (T5).
  EXPECT_THAT(message(fr.control.give_back(kZone, {}, kEnd - kError)), HasSubstr("goes back by itself"));
  EXPECT_EQ(fr.tick(kEnd - kError), 1U);
  EXPECT_EQ(fr.last<ZoneLeaseExpired>().epoch, 1);
  EXPECT_EQ(fr.state(), ControlState::kNone);
  // Not a way to resume earlier.
  us.read_all(fr);
  EXPECT_EQ(us.tick(kEnd + kError - 1), 0U);
  EXPECT_EQ(us.control.sequencer(kZone), kUs);
}

TEST_F(ZoneControlTest, TenantSubLeaseIsRefused) {
  lease_begun();
  EXPECT_THAT(message(fr.control.lease(kZone, kRu, at_minute(50), {}, kNoon)), HasSubstr("a tenant leases nothing on"));
  EXPECT_THAT(message(fr.control.hand_over(kZone, kRu, {})), HasSubstr("a tenant hands nothing over"));
  // And when it is written all the same, nobody follows.
  const Written sub{
      .author = kFr,
      .hash = log::sha256("sub"),
      .time = kNoon,
      .body = ZoneLease{.epoch = 2, .snapshot = {}, .tenant = kRu, .until = at_minute(50), .zone = kZone}};
  const auto oddity = ru.read(sub);
  ASSERT_TRUE(oddity);
  EXPECT_THAT(oddity->text, HasSubstr("zone.lease by fr for zone K1, epoch 2: a tenant leases nothing on"));
  EXPECT_EQ(ru.tick(kNoon), 0U);
  EXPECT_FALSE(ru.control.was_sequencer(kZone, 2, kRu));
}

TEST_F(ZoneControlTest, SequencerHandsOver) {
  us.give(us.control.hand_over(kZone, kFr, {window("A", 5, 70)}), kNoon);
  EXPECT_EQ(us.state(), ControlState::kNone);
  EXPECT_FALSE(us.last<ZoneLease>().until);
  fr.read_all(us);
  EXPECT_EQ(fr.tick(kNoon), 1U);
  EXPECT_EQ(fr.state(), ControlState::kTenant);
  EXPECT_TRUE(fr.control.may_grant(kZone, at_minute(10'000)));
  EXPECT_FALSE(fr.control.grants_end(kZone));
  us.read_all(fr);
  EXPECT_EQ(us.tick(at_minute(10'000)), 0U);  // Time gives nothing back.
}

TEST_F(ZoneControlTest, ReturnGivesAHandoverBack) {
  us.give(us.control.hand_over(kZone, kFr, {}), kNoon);
  fr.read_all(us);
  fr.tick(kNoon);
  fr.give(fr.control.give_back(kZone, {window("B", 5, 70)}, at_minute(5)), at_minute(5));
  us.read_all(fr);
  EXPECT_EQ(us.tick(at_minute(5)), 1U);
  EXPECT_EQ(us.state(), ControlState::kSequencer);
  EXPECT_EQ(us.adopted.size(), 1U);
}

TEST_F(ZoneControlTest, HandoverGivesAHandoverBack) {
  us.give(us.control.hand_over(kZone, kFr, {}), kNoon);
  fr.read_all(us);
  fr.tick(kNoon);
  fr.give(fr.control.hand_over(kZone, kUs, {window("B", 5, 70)}), at_minute(5));
  us.read_all(fr);
  EXPECT_EQ(us.tick(at_minute(5)), 1U);
  EXPECT_EQ(us.state(), ControlState::kSequencer);
  EXPECT_EQ(us.control.epoch(kZone), 2);
  EXPECT_THAT(message(us.control.lease(kZone, kRu, at_minute(90), {}, at_minute(6))), "accepted");
}

TEST_F(ZoneControlTest, ClosingEntryOfAnOldEpochReadAgainIsNothing) {
  lease_begun();
  fr.give(fr.control.give_back(kZone, {}, at_minute(5)), at_minute(5));
  us.read_all(fr);
  us.tick(at_minute(5));
  const std::string before = us.state_text();
  us.read_all(fr);
  us.read_all(us);
  EXPECT_EQ(us.state_text(), before);
  EXPECT_EQ(us.tick(at_minute(6)), 0U);
  fr.read_all(us);
  fr.read_all(us);
  EXPECT_EQ(fr.tick(at_minute(6)), 0U);
}

TEST_F(ZoneControlTest, ReturnThatComesAfterResumptionByTimeIsNothing) {
  lease_begun();
  fr.give(fr.control.give_back(kZone, {}, at_minute(5)), at_minute(5));
  us.tick(kEnd + kError);
  us.read_all(fr);
  EXPECT_EQ(us.state(), ControlState::kSequencer);
  EXPECT_EQ(us.tick(kEnd + kError), 0U);
  ru.read_all(us);
  ru.read_all(fr);
  EXPECT_EQ(ru.control.sequencer(kZone), kUs);
}

// Around the table
// ------------------------------------------------------------------------------------------------------------------

TEST_F(ZoneControlTest, DisputedZonesAndTheBackgroundHaveNoSequencer) {
  for (const char* id : {"D1", "W", "K9"}) {
    const ZoneId zone = zone_testing::zone(id);
    EXPECT_FALSE(us.control.may_grant(zone, kNoon)) << id;
    EXPECT_FALSE(us.control.keeps(zone)) << id;
    EXPECT_FALSE(us.control.sequencer(zone)) << id;
    EXPECT_FALSE(us.control.was_sequencer(zone, 0, kUs)) << id;
    EXPECT_EQ(us.control.epoch(zone), 0);
    EXPECT_THAT(message(us.control.lease(zone, kFr, kEnd, {}, kNoon)), HasSubstr("the charter has no zone")) << id;
    EXPECT_TRUE(
        us.read({.author = kFr, .hash = {}, .time = kNoon, .body = ZoneLeaseExpired{.epoch = 0, .zone = zone}}));
  }
}

TEST_F(ZoneControlTest, ClockFaultStopsAllGrants) {
  us.write(ClockFault{.fault = true, .text = ""}, kNoon);
  EXPECT_FALSE(us.control.may_grant(kZone, kNoon));
  EXPECT_TRUE(us.control.keeps(kZone));
  EXPECT_THAT(message(us.control.lease(kZone, kFr, kEnd, {}, kNoon)), HasSubstr("clock of this node"));
  us.write(ClockFault{.fault = false, .text = ""}, kNoon);
  EXPECT_TRUE(us.control.may_grant(kZone, kNoon));
  // Another's fault is not ours.
  us.read({.author = kFr, .hash = {}, .time = kNoon, .body = ClockFault{}});
  EXPECT_TRUE(us.control.may_grant(kZone, kNoon));
}

TEST_F(ZoneControlTest, ClockFaultBeginsNothingAndStillEnds) {
  lease();
  fr.write(ClockFault{}, kNoon);
  fr.read_all(us);
  EXPECT_EQ(fr.tick(kNoon), 0U);
  us.write(ClockFault{}, kNoon);
  EXPECT_EQ(us.tick(kEnd + kError), 0U);
  us.write(ClockFault{.fault = false, .text = ""}, kNoon);
  EXPECT_EQ(us.tick(kEnd + kError), 1U);
  fr.write(ClockFault{.fault = false, .text = ""}, kNoon);
  EXPECT_EQ(fr.tick(kNoon), 1U);
  EXPECT_EQ(fr.state(), ControlState::kTenant);
  fr.write(ClockFault{}, kNoon);
  EXPECT_EQ(fr.tick(kEnd - kError), 1U);
  EXPECT_EQ(fr.last<ZoneLeaseExpired>().epoch, 1);
}

TEST_F(ZoneControlTest, ThirdPartiesFollowTheChain) {
  lease_begun();
  EXPECT_TRUE(ru.control.was_sequencer(kZone, 0, kUs));
  EXPECT_TRUE(ru.control.was_sequencer(kZone, 1, kFr));
  EXPECT_FALSE(ru.control.was_sequencer(kZone, 1, kUs));
  EXPECT_FALSE(ru.control.was_sequencer(kZone, 2, kUs));
  EXPECT_FALSE(ru.control.was_sequencer(kZone, -1, kUs));
  fr.give(fr.control.give_back(kZone, {}, at_minute(5)), at_minute(5));
  us.read_all(fr);
  us.tick(at_minute(5));
  // The owner's RESUME alone proves nothing before T: the RETURN may not have been said.
  ru.read_all(us);
  EXPECT_FALSE(ru.control.was_sequencer(kZone, 2, kUs));
  ru.read_all(fr);
  EXPECT_TRUE(ru.control.was_sequencer(kZone, 2, kUs));
  EXPECT_TRUE(ru.control.was_sequencer(kZone, 1, kFr));
}

TEST_F(ZoneControlTest, ReadsEntriesInAnyOrder) {
  lease_begun({window("A", 5, 70)});
  fr.give(fr.control.give_back(kZone, {window("A", 5, 70)}, at_minute(5)), at_minute(5));
  us.read_all(fr);
  us.tick(at_minute(5));
  us.give(us.control.lease(kZone, kRu, at_minute(90), {window("A", 5, 70)}, at_minute(6)), at_minute(6));
  std::vector<const Written*> order;
  for (const Party* party : {&us, &fr}) {
    for (const Written& entry : party->log) order.push_back(&entry);
  }
  SeededRandom random(1);
  for (int run = 0; run < 2'000; ++run) {
    for (std::size_t i = order.size() - 1; i > 0; --i) {
      std::swap(order[i], order[static_cast<std::size_t>(random.between(0, static_cast<std::int64_t>(i)))]);
    }
    Party reader{"ru"};
    for (const Written* entry : order) ASSERT_FALSE(reader.read(*entry)) << run;
    ASSERT_EQ(reader.control.epoch(kZone), 3) << run;
    ASSERT_EQ(reader.control.sequencer(kZone), kRu) << run;
    ASSERT_EQ(reader.tick(at_minute(6)), 1U) << run;
    ASSERT_EQ(reader.adopted.size(), 1U) << run;
  }
}

TEST_F(ZoneControlTest, WaitingEntriesAreBounded) {
  const auto early = [&](std::int64_t epoch) {
    return us.read({.author = kFr,
                    .hash = log::sha256(std::to_string(epoch)),
                    .time = kNoon,
                    .body = ZoneLeaseExpired{.epoch = epoch, .zone = kZone}});
  };
  for (std::size_t i = 0; i < kWaitingMax; ++i) ASSERT_FALSE(early(static_cast<std::int64_t>(i) + 5));
  EXPECT_FALSE(early(5));
  const auto oddity = early(1'000);
  ASSERT_TRUE(oddity);
  EXPECT_THAT(oddity->text, HasSubstr("64 entries wait already"));
}

TEST_F(ZoneControlTest, ForeignEntriesDoNotFit) {
  const auto odd = [&](std::string_view author, Body body) {
    const auto oddity = ru.read(
        {.author = authority(author), .hash = log::sha256("odd"), .time = at_minute(1), .body = std::move(body)});
    return oddity ? oddity->text : "taken";
  };
  lease_begun();
  const EntryHash other = log::sha256("other");
  EXPECT_THAT(odd("de", ZoneReturn{.accepted = true, .epoch = 1, .snapshot = {}, .zone = kZone}),
              HasSubstr("names it neither as owner nor as tenant"));
  EXPECT_THAT(odd("us", ZoneLease{.epoch = 2, .snapshot = {}, .tenant = kRu, .until = kEnd, .zone = kZone}),
              HasSubstr("fr decides in epoch 1"));
  EXPECT_THAT(odd("us", ZoneReturn{.accepted = true, .epoch = 0, .snapshot = {}, .zone = kZone}),
              HasSubstr("nobody leased it"));
  EXPECT_THAT(odd("ru", ZoneAccept{.epoch = 1, .lease = us.log.back().hash, .zone = kZone}),
              HasSubstr("it was not leased to the author"));
  EXPECT_THAT(odd("fr", ZoneAccept{.epoch = 1, .lease = other, .zone = kZone}), HasSubstr("it quotes another entry"));
  EXPECT_THAT(odd("ru", ZoneResume{.epoch = 2, .returned = {}, .zone = kZone}),
              HasSubstr("the author did not lease it"));
  EXPECT_THAT(odd("fr", ZoneRecall{.epoch = 1, .text = "", .zone = kZone}), HasSubstr("the author did not lease it"));
  EXPECT_THAT(odd("us", ZoneLeaseExpired{.epoch = 1, .zone = kZone}), HasSubstr("the author has no lease"));
  EXPECT_THAT(odd("fr", ZoneReturn{.accepted = false, .epoch = 1, .snapshot = {other}, .zone = kZone}),
              HasSubstr("goes back with the snapshot it came with"));
  EXPECT_THAT(odd("fr", ZoneReturn{.accepted = true, .epoch = -1, .snapshot = {}, .zone = kZone}),
              HasSubstr("an epoch is not negative"));
  EXPECT_EQ(ru.control.epoch(kZone), 1);
}

TEST_F(ZoneControlTest, LessorAtWhoseExpenseAnEpochWentOnCannotResumeIt) {
  us.give(us.control.hand_over(kZone, kFr, {}), kNoon);
  fr.read_all(us);
  fr.tick(kNoon);
  fr.give(fr.control.hand_over(kZone, kRu, {}), kNoon);
  ru.read_all(us);
  ru.read_all(fr);
  const auto oddity = ru.read({.author = kUs,
                               .hash = log::sha256("r"),
                               .time = kEnd,
                               .body = ZoneResume{.epoch = 2, .returned = {}, .zone = kZone}});
  ASSERT_TRUE(oddity);
  EXPECT_EQ(ru.tick(kNoon), 1U);
  EXPECT_EQ(ru.state(), ControlState::kTenant);
}

TEST_F(ZoneControlTest, CloseChecksThatThePlanStillFits) {
  const auto plan = us.control.lease(kZone, kFr, kEnd, {window("A", 5, 10)}, kNoon);
  ASSERT_TRUE(plan.has_value());
  EXPECT_THAT(message(us.control.close(*plan, {})), HasSubstr("0 parts were written of 1"));
  us.give(us.control.hand_over(kZone, kFr, {}), kNoon);
  EXPECT_THAT(message(us.control.close(*plan, {log::sha256("part")})), HasSubstr("fr decides in zone K1"));
}

TEST_F(ZoneControlTest, StateIsCompleteAndCanonical) {
  EXPECT_EQ(us.state_text(), R"({"clock_fault":false,"zones":[]})");
  lease_begun({window("A", 5, 70)});
  fr.give(fr.control.give_back(kZone, {window("A", 5, 70), window("B", 9, 11)}, at_minute(5)), at_minute(5));
  // Between every two entries: the state alone leads to the same node.
  Party straight{"us"};
  auto hopping = std::make_unique<Party>("us");
  std::vector<Written> history = us.log;
  history.insert(history.end(), fr.log.begin(), fr.log.end());
  for (const Written& entry : history) {
    straight.read(entry);
    auto next = std::make_unique<Party>("us");
    const std::string text = hopping->state_text();
    const auto document = log::JcsDocument::parse(text, 1U << 20);
    ASSERT_TRUE(document.has_value());
    const Status read = next->control.read_state(document->root());
    ASSERT_TRUE(read.has_value()) << read.error().text();
    hopping = std::move(next);
    hopping->read(entry);
    ASSERT_EQ(hopping->state_text(), straight.state_text());
    ASSERT_EQ(hopping->control.next_timer(), straight.control.next_timer());
    ASSERT_EQ(hopping->control.next(kEnd + kError), straight.control.next(kEnd + kError));
  }
  EXPECT_EQ(hopping->tick(at_minute(5)), 1U);
  EXPECT_EQ(hopping->adopted.size(), 1U);
}

TEST_F(ZoneControlTest, StateThatIsNoneIsRefused) {
  const auto read = [&](std::string_view text) {
    const auto document = log::JcsDocument::parse(text);
    return document ? message(Party{"us"}.control.read_state(document->root())) : "not canonical";
  };
  EXPECT_EQ(read(R"({"clock_fault":false,"zones":[]})"), "accepted");
  EXPECT_THAT(read(R"({"clock_fault":false})"), HasSubstr("zones"));
  EXPECT_THAT(
      read(
          R"({"clock_fault":false,"zones":[{"chain":{"entitled":[],"epochs":[],"waiting":[]},"id":"K1","parts":[]}]})"),
      HasSubstr("at least one epoch"));
}

TEST_F(ZoneControlTest, NewOwnerGetsTheZoneByHandover) {
  core::Charter moved = three_party_charter();
  moved.zones[0].owner = kFr;
  moved.zones[0].tenants = {kUs};
  for (Party* party : {&us, &fr, &ru}) party->control.adopt(moved);
  EXPECT_TRUE(us.control.may_grant(kZone, kNoon));  // Until it hands over, exactly one still decides.
  EXPECT_FALSE(fr.control.may_grant(kZone, kNoon));
  EXPECT_EQ(us.state(), ControlState::kTenant);
  us.give(us.control.hand_over(kZone, kFr, {}), kNoon);
  fr.read_all(us);
  EXPECT_EQ(fr.tick(kNoon), 1U);
  EXPECT_EQ(fr.state(), ControlState::kSequencer);
  // A zone that the new charter strikes has no sequencer any more.
  moved.zones.erase(moved.zones.begin());
  fr.control.adopt(moved);
  EXPECT_FALSE(fr.control.may_grant(kZone, kNoon));
  EXPECT_TRUE(fr.control.was_sequencer(kZone, 0, kUs));
}

}  // namespace
}  // namespace tansiq::coordination
