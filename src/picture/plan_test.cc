#include "picture/plan.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "picture/picture_testlib.h"

namespace tansiq::picture {
namespace {

using testing::box;
using testing::kHome;
using testing::kNoon;

Plan plan(std::string intent) {
  Plan out;
  out.intent = std::move(intent);
  out.legs.push_back({box(kHome, 5'000, 5'000, 100, 200, 0, 30), true, "K1"});
  return out;
}

TEST(PlanBook, SaysWhatIsWrongAndStaysAsItWas) {
  PlanBook book;
  ASSERT_TRUE(book.put(plan("i1")));
  Plan bad = plan("i1");
  bad.legs.push_back(bad.legs[0]);
  std::swap(bad.legs[1].volume.window.start, bad.legs[1].volume.window.end);
  const Status status = book.put(bad);
  ASSERT_FALSE(status);
  EXPECT_TRUE(status.error().where.starts_with("legs[1].volume")) << status.error().text();
  EXPECT_EQ(book.find("i1")->legs.size(), 1U);
  EXPECT_EQ(book.put(Plan()).error().where, "intent");
  Plan empty = plan("i2");
  empty.legs.clear();
  EXPECT_EQ(book.put(empty).error().where, "legs");
  empty.legs.assign(257, plan("x").legs[0]);
  EXPECT_EQ(book.put(empty).error().code, ErrorCode::kTooLarge);
  EXPECT_EQ(book.size(), 1U);
}

TEST(PlanBook, FindsWhatAPlainListDoesAfterAnyHistory) {
  SeededRandom random(1);
  PlanBook book;
  std::map<std::string, Plan> list;
  std::uint64_t cut = 0;
  int found = 0;
  for (int i = 0; i < 3'000; ++i) {
    const std::string id = "i" + std::to_string(random.between(0, 30));
    if (random.one_in(3)) {
      EXPECT_EQ(book.erase(id), list.erase(id) > 0);
    } else {
      Plan p = plan(id);
      p.legs.clear();
      for (int leg = 0; leg < 3; ++leg) {
        p.legs.push_back({box(LocalFrame(kHome).at({random.unit() * 60'000, random.unit() * 60'000}), 8'000, 8'000,
                              random.between(0, 10) * 10, 150, random.between(0, 20), 40),
                          true, ""});
      }
      const auto number = [&] { return static_cast<std::uint32_t>(random.between(1, 5)); };
      for (auto n = random.between(0, 2); n > 0; --n) {
        core::Craft craft;
        if (random.one_in(2)) craft.icao = core::IcaoAddress{number()};
        if (random.one_in(2)) craft.mmsi = core::Mmsi{number()};
        if (random.one_in(2)) craft.mode_3a = core::Mode3a{static_cast<std::uint16_t>(number())};
        p.craft.push_back(craft);
        if (!core::check_craft(p.craft)) p.craft.pop_back();
      }
      if (random.one_in(2)) p.call_sign = random.one_in(2) ? "AB-1" : "ab1 ";
      ASSERT_TRUE(book.put(p));
      list[id] = p;
    }
    const auto n = static_cast<std::uint32_t>(random.between(1, 5));
    std::vector<const PreparedPlan*> out;
    std::set<std::string> wanted;
    const std::string_view sign = random.one_in(2) ? "AB1" : "";
    book.named({n, n, sign, static_cast<std::uint16_t>(n)}, out, cut);
    for (const auto& [key, p] : list) {
      const bool by_craft = std::ranges::any_of(p.craft, [n](const core::Craft& craft) {
        return (craft.icao && craft.icao->value == n) || (craft.mmsi && craft.mmsi->value == n) ||
               (craft.mode_3a && craft.mode_3a->value == n);
      });
      const bool named = by_craft || (!sign.empty() && !p.call_sign.empty());
      if (named) wanted.insert(key);
    }
    std::set<std::string> got;
    for (const auto* p : out) got.insert(p->plan.intent);
    if (cut == 0) {
      EXPECT_EQ(got, wanted);
    }
    EXPECT_EQ(got.size(), out.size());
    cut = 0;

    Motion motion;
    motion.time = kNoon + random.between(0, 50) * 60'000;
    const Degrees at = degrees_of(LocalFrame(kHome).at({random.unit() * 60'000, random.unit() * 60'000}));
    motion.lat_deg = at.lat;
    motion.lng_deg = at.lng;
    motion.pressure_m = random.unit() * 5'000;
    const auto spot = spot_of(motion);
    ASSERT_TRUE(spot);
    book.near(*spot, motion.time, {}, out, cut);
    wanted.clear();
    for (const auto& [key, p] : list) {
      for (const Leg& leg : p.legs) {
        if (geo::conflict(*geo::prepare(leg.volume), *spot, {})) wanted.insert(key);
      }
    }
    got.clear();
    for (const auto* p : out) got.insert(p->plan.intent);
    EXPECT_EQ(got, wanted);
    EXPECT_EQ(cut, 0U);
    found += static_cast<int>(got.size());
  }
  EXPECT_GT(found, 1'000);
}

TEST(PlanBook, NamesakesAreBoundedAndCounted) {
  PlanBook book;
  for (int i = 0; i < 20; ++i) {
    Plan p = plan("i" + std::to_string(i));
    p.call_sign = "SAME";
    ASSERT_TRUE(book.put(p));
  }
  std::vector<const PreparedPlan*> out;
  std::uint64_t cut = 0;
  book.named({{}, {}, "SAME", {}}, out, cut);
  EXPECT_EQ(out.size(), kNamesakesMax);
  EXPECT_EQ(cut, 1U);
}

}  // namespace
}  // namespace tansiq::picture
