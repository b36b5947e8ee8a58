// What goes over with a zone fits in entries.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/limits.h"
#include "coordination/zone_control.h"
#include "coordination/zone_control_testlib.h"

namespace tansiq::coordination {
namespace {

using ::testing::HasSubstr;
using zone_testing::authority;
using zone_testing::window;

const ZoneId kZone = zone_testing::zone("K1");
const AuthorityId kFr = authority("fr");

TEST(SplitSnapshot, FitsEveryPartInAnEntry) {
  std::vector<AdoptedWindow> windows;
  for (int i = 0; i < 400; ++i) windows.push_back(window("F" + std::to_string(i), i, i + 1));
  geo::Polygon wide;
  for (int i = 0; i < 300; ++i) wide.vertices.push_back({.lat_e7 = 300'000'000 + i, .lng_e7 = 400'000'000 + i * i});
  for (std::size_t i = 0; i < windows.size(); i += 9) windows[i].volumes[0].outline = wide;
  const auto parts = split_snapshot(kZone, 7, kFr, windows);
  ASSERT_TRUE(parts.has_value());
  EXPECT_GT(parts->size(), 3U);
  std::vector<AdoptedWindow> together;
  for (std::size_t i = 0; i < parts->size(); ++i) {
    const ZoneSnapshot& part = (*parts)[i];
    EXPECT_EQ(part.part, static_cast<std::int64_t>(i));
    EXPECT_EQ(part.parts, static_cast<std::int64_t>(parts->size()));
    const Entry longest{.seq = static_cast<std::uint64_t>(log::kJcsIntegerMax),
                        .time = kUtcMax,
                        .by = core::Subject::trusted(std::string(core::kSubjectBytesMax, 'x')),
                        .second = core::Subject::trusted(std::string(core::kSubjectBytesMax, 'x')),
                        .cmd = CommandId::trusted(std::string(kIdBytesMax, 'c')),
                        .body = part};
    EXPECT_TRUE(write_entry(longest).has_value());
    together.insert(together.end(), part.windows.begin(), part.windows.end());
  }
  EXPECT_EQ(together, windows);
  EXPECT_TRUE(split_snapshot(kZone, 7, kFr, {})->empty());
}

TEST(SplitSnapshot, RefusesAWindowThatFitsNoEntry) {
  AdoptedWindow huge = window("HUGE", 0, 1);
  geo::Polygon wide;
  for (int i = 0; i < 4'000; ++i) wide.vertices.push_back({.lat_e7 = 300'000'000 + i, .lng_e7 = 400'000'000 + i});
  huge.volumes[0].outline = wide;
  const auto parts = split_snapshot(kZone, 7, kFr, {huge});
  ASSERT_FALSE(parts.has_value());
  EXPECT_THAT(parts.error().text(), HasSubstr("the window of flight HUGE of fr takes"));
}

}  // namespace
}  // namespace tansiq::coordination
