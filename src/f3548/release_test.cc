// An officer of a zone gives free what an off-nominal intent takes there.
#include <gtest/gtest.h>

#include "f3548/registry_testlib.h"

namespace tansiq::f3548 {
namespace {

using namespace test;

const ZoneId kZone = ZoneId::trusted("K1");

geo::Volume4d box(std::int64_t from_min, std::int64_t to_min) {
  return {geo::Circle{{465'000'000, 66'000'000}, 30'000},
          {400'00, 520'00, geo::VerticalReference::kWgs84},
          {kTen + from_min * kMinute, kTen + to_min * kMinute}};
}

/// Intent 1 of alpha, nonconforming for a day, in two zones.
class Release : public ::testing::Test {
 protected:
  Release() {
    desk.plan(1, "alpha");
    PutIntent off = update_of(desk, intent(), {.to_min = 24 * 60});
    off.state = IntentState::kNonconforming;
    off.new_subscription = NewSubscription{.url = "https://a.example", .notify_constraints = false};
    std::vector<ZoneShare> shares{{{box(0, 30), box(30, 24 * 60), box(120, 180)}, kZone},
                                  {{box(0, 24 * 60)}, ZoneId::trusted("K2")}};
    const auto put = desk.keep(desk.registry.put_intent(off, caller("alpha"), desk.place(),
                                                        [&] { return Answer<std::vector<ZoneShare>>(shares); }));
    EXPECT_TRUE(put.has_value()) << put.error().message;
    desk.now = kTen + 40 * kMinute;
    static_cast<void>(desk.registry.take_exclusive_changes());
  }
  const Intent& intent() { return *desk.registry.get_intent(id(1)).value(); }
  Answer<std::string> release(ReleaseShare request) {
    auto entry = desk.registry.release_share(request, desk.place());
    if (entry) desk.append(*entry);
    return entry;
  }
  static ReleaseShare at(std::int64_t min) {
    return {.id = id(1), .zone = kZone, .from = kTen + min * kMinute, .by = "officer", .reason = "called them: landed"};
  }

  Desk desk;
};

TEST_F(Release, TakesAwayWhatIsAheadAndLeavesTheRest) {
  const std::string ovn = desk.registry.ovn(intent());
  ASSERT_TRUE(release(at(60)).has_value());
  ASSERT_EQ(intent().exclusive.size(), 2U);
  EXPECT_EQ(intent().exclusive[0].volumes, (std::vector{box(0, 30), box(30, 60)}));
  EXPECT_EQ(intent().exclusive[1].volumes, (std::vector{box(0, 24 * 60)})) << "the other zone is not this officer's";
  EXPECT_EQ(desk.registry.take_exclusive_changes(), std::vector{id(1)}) << "it is booked anew";
  EXPECT_EQ(desk.registry.ovn(intent()), ovn) << "the reference is its manager's";
  EXPECT_EQ(intent().version, 2);
}

TEST_F(Release, OfEverythingLeavesNoShare) {
  desk.now = kTen - kMinute;
  ASSERT_TRUE(release(at(0)).has_value());
  ASSERT_EQ(intent().exclusive.size(), 1U);
  EXPECT_EQ(intent().exclusive[0].zone, ZoneId::trusted("K2"));
  EXPECT_TRUE(desk.registry.exclusive().contains(id(1)));
  ReleaseShare other = at(0);
  other.zone = ZoneId::trusted("K2");
  ASSERT_TRUE(release(other).has_value());
  EXPECT_TRUE(intent().exclusive.empty());
  EXPECT_FALSE(desk.registry.exclusive().contains(id(1)));
}

TEST_F(Release, SaysWhatIsWrong) {
  const auto refused = [&](ReleaseShare request, int status, std::string_view says) {
    const std::string before = desk.state();
    expect_refused(release(request), status, says);
    EXPECT_EQ(desk.state(), before);
  };
  ReleaseShare request = at(60);
  request.reason = "";
  refused(request, 400, "reason is empty");
  request.reason = std::string(1'001, 'x');
  refused(request, 400, "reason");
  refused(at(39), 400, "is past");
  request = at(60);
  request.id = id(7);
  refused(request, 404, "no operational intent");
  request = at(60);
  request.zone = ZoneId::trusted("K3");
  refused(request, 404, "takes nothing of zone K3");
  refused(at(24 * 60), 404, "takes nothing of zone K1");
  desk.now = kTen + 40 * kMinute;
  PutIntent nominal = update_of(desk, intent(), {.to_min = 24 * 60});
  std::vector<ZoneShare> shares{{{box(30, 24 * 60)}, kZone}};
  ASSERT_TRUE(desk.keep(desk.registry.put_intent(nominal, caller("alpha"), desk.place(),
                                                 [&] { return Answer<std::vector<ZoneShare>>(shares); }))
                  .has_value());
  refused(at(60), 409, "was granted");
}

TEST_F(Release, ReplaysAndComesBackFromAState) {
  ASSERT_TRUE(release(at(60)).has_value());
  Registry replayed(Desk::kSecret);
  for (const std::string& line : desk.log) ASSERT_TRUE(replayed.apply(line)) << line;
  std::string state;
  replayed.write_state(state);
  EXPECT_EQ(state, desk.state());
  // A log that releases what was never taken, or of another version, cannot be followed.
  EXPECT_FALSE(replayed.apply(
      Entry{desk.place(),
            ShareReleased{
                .by = "o", .from = kTen, .id = id(1), .reason = "r", .version = 2, .zone = ZoneId::trusted("K3")}}));
  EXPECT_FALSE(replayed.apply(Entry{
      desk.place(), ShareReleased{.by = "o", .from = kTen, .id = id(1), .reason = "r", .version = 1, .zone = kZone}}));
}

// The line as the version that brought it wrote it.
TEST_F(Release, TheEntryIsReadAsItWasWritten) {
  const std::string line = R"({"f3548":{"by":"officer","from_ms":)" + std::to_string(kTen.ms + 60 * kMinute) +
                           R"(,"id":")" + id(1).str() +
                           R"(","reason":"called them: landed","version":2,"zone":"K1"},"seq":3,"time_ms":)" +
                           std::to_string(kTen.ms + 40 * kMinute) + R"(,"type":"f3548.share_released","v":1})" + "\n";
  ASSERT_TRUE(release(at(60)).has_value());
  EXPECT_EQ(desk.log.back(), line);
  const auto entry = read_entry(line);
  ASSERT_TRUE(entry) << entry.error().text();
  EXPECT_EQ(write_entry(*entry), line);
}

}  // namespace
}  // namespace tansiq::f3548
