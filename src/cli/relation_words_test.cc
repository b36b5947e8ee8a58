#include "cli/relation_words.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace tansiq::cli {
namespace {

using namespace coordination;
using ::testing::HasSubstr;

const AuthorityId kUs = AuthorityId::trusted("us");
const AuthorityId kRu = AuthorityId::trusted("ru");

TEST(RelationWords, ReadsKindsAndLevels) {
  const auto grant = grant_from("sea/disclosure=2");
  ASSERT_TRUE(grant) << grant.error().text();
  EXPECT_EQ(grant->kind, (RelationKind{RelationDomain::kSea, Capability::kDisclosure}));
  EXPECT_EQ(grant->level, 2);
  EXPECT_EQ(grant_from("sea/disclosure").value_or(BundleGrant{}).level, 4) << "the highest, where none is said";
}

TEST(RelationWords, SaysWhatWouldBeRight) {
  EXPECT_THAT(grant_from("request").error().message, HasSubstr("DOMAIN/CAPABILITY"));
  EXPECT_THAT(grant_from("sky/request").error().message, HasSubstr("none of: air, sea"));
  EXPECT_THAT(grant_from("talks/tracks").error().message, HasSubstr("domain talks has no capability tracks"));
  EXPECT_THAT(grant_from("air/request=2").error().message, HasSubstr("0 to 1 exist"));
  EXPECT_THAT(grant_from("air/request=").error().message, HasSubstr("0 to 1 exist"));
  EXPECT_THAT(edges_from({.bundle = "friend"}, kUs, kRu).error().message, HasSubstr("there are frozen, deconflict"));
  EXPECT_THAT(edges_from({}, kUs, kRu).error().message, HasSubstr("give --bundle NAME"));
  EXPECT_THAT(edges_from({.bundle = "ally", .items = {"air/request"}}, kUs, kRu).error().message,
              HasSubstr("give --bundle NAME"));
}

TEST(RelationWords, DirectionsAreThoseOfTheSpeaker) {
  const auto ours = edges_from({.items = {"air/request=1"}, .direction = "we_grant"}, kUs, kRu);
  ASSERT_TRUE(ours);
  ASSERT_EQ(ours->size(), 1U);
  EXPECT_EQ(ours->front().edge.from, kUs);
  const auto theirs = edges_from({.items = {"air/request=1"}, .direction = "they_grant"}, kUs, kRu);
  ASSERT_TRUE(theirs);
  EXPECT_EQ(theirs->front().edge.from, kRu);
  EXPECT_EQ(edges_from({.items = {"air/request=1"}}, kUs, kRu).value_or(std::vector<EdgeLevel>{}).size(), 2U);
}

TEST(RelationWords, ABundleLessSomethingSaysSoAtZero) {
  const auto edges = edges_from({.bundle = "ally", .domain = "sea", .less = {"sea/tracks"}}, kUs, kRu);
  ASSERT_TRUE(edges) << edges.error().text();
  const auto tracks = std::ranges::find_if(
      *edges, [](const EdgeLevel& e) { return e.edge.capability == Capability::kTracks && e.edge.from == kUs; });
  ASSERT_NE(tracks, edges->end());
  EXPECT_EQ(tracks->level, 0);
  EXPECT_TRUE(std::ranges::all_of(*edges, [](const EdgeLevel& e) { return e.edge.domain == RelationDomain::kSea; }));
}

}  // namespace
}  // namespace tansiq::cli
