#include "coordination/disclosure_coarse.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "base/random.h"
#include "coordination/disclosure_content.h"
#include "geo/shape.h"

namespace tansiq::coordination {
namespace {

using geo::Volume4d;

constexpr std::int64_t kDegree = 10'000'000;

std::int64_t between(SeededRandom& random, std::int64_t low, std::int64_t high) { return random.between(low, high); }

geo::LatLng place(std::int64_t lat, std::int64_t lng) {
  if (lng >= 180 * kDegree) lng -= 360 * kDegree;
  return {static_cast<std::int32_t>(lat), static_cast<std::int32_t>(lng)};
}

/// Anywhere, also at the poles and across the 180th meridian; from very small to several degrees.
Volume4d any_volume(SeededRandom& random) {
  Volume4d out;
  const std::int64_t lat = between(random, -89 * kDegree, 89 * kDegree);
  const std::int64_t lng = between(random, -180 * kDegree, 180 * kDegree - 1);
  const std::int64_t size =
      between(random, 0, 3) == 0 ? between(random, 1'000, 50'000) : between(random, 50'000, 4 * kDegree);
  switch (between(random, 0, 2)) {
    case 0: {
      const std::int64_t top = std::min(lat + size, 90 * kDegree - 1);
      out.outline = geo::Polygon{{place(lat, lng), place(lat, lng + size), place(top, lng + size / 2)}};
      break;
    }
    case 1:
      out.outline = geo::Circle{place(lat, lng), between(random, 10'000, 500'000'00)};
      break;
    default:
      out.outline = geo::Corridor{{place(lat, lng), place(std::min(lat + size, 89 * kDegree), lng + size)},
                                  between(random, 100'00, 50'000'00),
                                  between(random, 100'00, 50'000'00)};
  }
  out.band.reference = geo::VerticalReference::kFlightLevel;
  if (between(random, 0, 4) > 0) out.band.lower_cm = between(random, -100'000, 1'000'000);
  if (between(random, 0, 4) > 0) out.band.upper_cm = between(random, 1'000'001, 3'000'000);
  out.window.start = UtcMs{1'795'608'000'000 + between(random, -10'000'000, 10'000'000)};
  out.window.end = out.window.start + between(random, 1, 20'000'000);
  return out;
}

core::Coarsening any_terms(SeededRandom& random) {
  constexpr std::array<std::int64_t, 5> kGrids{100'000, 1'000'000, 5'000'000, 10'000'000, 50'000'000};
  return {.delay_ms = 0,
          .grid_e7 = kGrids[static_cast<std::size_t>(between(random, 0, 4))],
          .level_step_cm = between(random, 1, 400'000),
          .time_step_ms = between(random, 1, 3'600'000)};
}

/// Whether a place lies in an outline, by the geometry's own predicate, which errs towards true. So it is asked of what
/// must *not* be seen: a little circle there that touches none of the cells.
bool meets(const geo::Outline& outline, const geo::Shape& other) {
  return geo::outlines_conflict(*geo::Shape::make(outline), other, 0);
}

// The exact volume lies in what is shown: where it is one polygon, by the exact predicate for two polygons or the
// bounds of the others; where it is cut into sectors, none of the parts leaves the box of cells.
TEST(DisclosureCoarse, ContainsWhatIsMeant) {
  SeededRandom random(7);
  int whole = 0;
  int cut = 0;
  for (int i = 0; i < 3'000; ++i) {
    const Volume4d exact = any_volume(random);
    const auto shape = geo::Shape::make(exact.outline);
    if (!shape) continue;
    const core::Coarsening by = any_terms(random);
    ASSERT_TRUE(by.check().has_value());
    const auto shown = coarsened({exact}, by);
    ASSERT_FALSE(shown.empty());
    for (const Volume4d& volume : shown) {
      EXPECT_LE(volume.window.start, exact.window.start);
      EXPECT_GE(volume.window.end, exact.window.end);
      EXPECT_LE(volume.band.lower_cm, exact.band.lower_cm);
      EXPECT_GE(volume.band.upper_cm, exact.band.upper_cm);
      ASSERT_TRUE(geo::Shape::make(volume.outline).has_value())
          << i << ": " << geo::Shape::make(volume.outline).error().text();
    }
    if (shown.size() == 1) {
      ++whole;
      EXPECT_TRUE(geo::covers(*geo::Shape::make(shown[0].outline), *shape)) << "volume " << i;
      continue;
    }
    ++cut;
    // A corner of the exact outline is in one of the sectors.
    if (const auto* polygon = std::get_if<geo::Polygon>(&exact.outline)) {
      for (const geo::LatLng& corner : polygon->vertices) {
        const auto spot = geo::Shape::make(geo::Circle{corner, 1'000});
        ASSERT_TRUE(spot.has_value());
        EXPECT_TRUE(std::ranges::any_of(shown, [&](const Volume4d& v) { return meets(v.outline, *spot); })) << i;
      }
    }
  }
  EXPECT_GT(whole, 1'000);
  EXPECT_GT(cut, 10);
}

// No leak: what is shown is a function of the cells. Two plans that are different inside the same cells, in their
// outlines, number of volumes and their order, give equal bytes.
TEST(DisclosureCoarse, TellsNothingButCells) {
  SeededRandom random(11);
  const core::DisclosureTerms terms;
  int compared = 0;
  for (int i = 0; i < 500; ++i) {
    for (const ShareLevel level : {ShareLevel::kBusy, ShareLevel::kCoarse}) {
      const core::Coarsening& by = *coarsening_at(level, terms);
      const std::int64_t cell_lat = between(random, -60, 60) * kDegree;
      const std::int64_t cell_lng = between(random, -170, 170) * kDegree;
      const UtcMs begin{1'795'608'000'000 / by.time_step_ms * by.time_step_ms};
      const auto inside = [&] {
        // Bigger than nothing and well within the cell, clear of what the bulge of edges adds.
        const std::int64_t south = cell_lat + between(random, 40'000, by.grid_e7 / 3);
        const std::int64_t north = cell_lat + between(random, by.grid_e7 / 2, by.grid_e7 - 40'000);
        const std::int64_t west = cell_lng + between(random, 10'000, by.grid_e7 / 3);
        const std::int64_t east = cell_lng + between(random, by.grid_e7 / 2, by.grid_e7 - 10'000);
        return Volume4d{
            .outline = geo::Polygon{{place(south, west), place(south, east), place(north, east)}},
            .band = {between(random, 1, by.level_step_cm / 2),
                     between(random, by.level_step_cm / 2 + 1, by.level_step_cm), geo::VerticalReference::kFlightLevel},
            .window = {begin + between(random, 0, by.time_step_ms / 2),
                       begin + between(random, by.time_step_ms / 2 + 1, by.time_step_ms)}};
      };
      OwnSource one{.source = "flight A",
                    .call_sign = "ALFA",
                    .domain = core::RelationDomain::kAir,
                    .state = "filed",
                    .changed = {},
                    .volumes = {inside()}};
      OwnSource other{.source = "intent B",
                      .call_sign = "",
                      .domain = core::RelationDomain::kAir,
                      .state = "airborne",
                      .changed = UtcMs{5},
                      .volumes = {inside(), inside(), inside()}};
      const ShareKey key = ShareKey::derive({});
      EXPECT_EQ(seal(content_at(one, level, terms), key).bytes, seal(content_at(other, level, terms), key).bytes);
      ++compared;
    }
  }
  EXPECT_EQ(compared, 1'000);
}

TEST(DisclosureCoarse, RoundsOutward) {
  EXPECT_EQ(coarsened(geo::TimeWindow{UtcMs{301}, UtcMs{599}}, 300), (geo::TimeWindow{UtcMs{300}, UtcMs{600}}));
  EXPECT_EQ(coarsened(geo::TimeWindow{UtcMs{300}, UtcMs{600}}, 300), (geo::TimeWindow{UtcMs{300}, UtcMs{600}}));
  EXPECT_EQ(coarsened(geo::TimeWindow{UtcMs{-1}, UtcMs{1}}, 300), (geo::TimeWindow{UtcMs{-300}, UtcMs{300}}));
  const geo::LevelBand band{-5, 31, geo::VerticalReference::kAmsl};
  EXPECT_EQ(coarsened(band, 30), (geo::LevelBand{-30, 60, geo::VerticalReference::kAmsl}));
  // A limit that is none stays none, and one that would leave the range becomes none.
  const geo::LevelBand open{geo::kHeightUnboundedLow, 9'999'999, geo::VerticalReference::kAmsl};
  EXPECT_EQ(coarsened(open, 300'000).lower_cm, geo::kHeightUnboundedLow);
  EXPECT_EQ(coarsened(open, 300'000).upper_cm, geo::kHeightUnboundedHigh);
}

TEST(DisclosureCoarse, CutsWhatIsWideAndWhatHoldsAPole) {
  const auto pole =
      coarsened(geo::Shape::Bounds{85 * 10'000'000, 900'000'000, -1'800'000'000, 1'800'000'000 - 1}, 1'000'000);
  EXPECT_EQ(pole.size(), 6U);
  for (const geo::Polygon& part : pole) EXPECT_TRUE(geo::Shape::make(part).has_value());
  // Across the 180th meridian the box goes on.
  const auto across = coarsened(geo::Shape::Bounds{0, 10'000'000, 1'795'000'000, -1'795'000'000}, 1'000'000);
  ASSERT_EQ(across.size(), 1U);
  EXPECT_TRUE(geo::Shape::make(across[0]).has_value());
}

TEST(DisclosureTerms, RefuseWhatCannotBe) {
  EXPECT_TRUE(core::DisclosureTerms{}.check().has_value());
  core::Coarsening by;
  by.grid_e7 = 7'000'001;
  EXPECT_FALSE(by.check().has_value());
  core::DisclosureTerms terms;
  terms.busy.delay_ms = terms.coarse.delay_ms - 1;
  EXPECT_FALSE(terms.check().has_value()) << "who may see less does not see it sooner";
}

}  // namespace
}  // namespace tansiq::coordination
