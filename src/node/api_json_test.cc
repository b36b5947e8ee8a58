// Sentences of the API.
#include "node/api_json.h"

#include <gtest/gtest.h>

namespace tansiq::node {
namespace {

core::Decision refused(std::optional<DurationMs> time_ms, std::optional<std::int64_t> level_cm) {
  core::Decision decision;
  decision.refusal = core::Refusal::kConflict;
  decision.conflicts_total = 2;
  decision.conflicts.resize(1);
  decision.conflicts[0].zone = ZoneId::trusted("K1");
  decision.counter = {time_ms, level_cm};
  return decision;
}

TEST(RefusalSentence, SaysTheProposalToTheMillisecondAndTheCentimetre) {
  const std::string conflict = "conflicts with 2 intents in K1";
  EXPECT_EQ(refusal_sentence(refused({}, {})), conflict);
  EXPECT_EQ(refusal_sentence(refused(17 * 60'000, {})), conflict + "; free 17 min later");
  EXPECT_EQ(refusal_sentence(refused(-3'600'000, {})), conflict + "; free 1 h earlier");
  EXPECT_EQ(refusal_sentence(refused(3'723'500, {})), conflict + "; free 1 h 2 min 3.5 s later");
  EXPECT_EQ(refusal_sentence(refused(277'024, {})), conflict + "; free 4 min 37.024 s later");
  EXPECT_EQ(refusal_sentence(refused(5, {})), conflict + "; free 0.005 s later");
  EXPECT_EQ(refusal_sentence(refused({}, 30'480)), conflict + "; free 1000 ft higher");
  EXPECT_EQ(refusal_sentence(refused({}, -15'240)), conflict + "; free 500 ft lower");
  EXPECT_EQ(refusal_sentence(refused({}, 12'050)), conflict + "; free 120.5 m higher");
  EXPECT_EQ(refusal_sentence(refused({}, 4'327)), conflict + "; free 43.27 m higher");
  EXPECT_EQ(refusal_sentence(refused({}, 4'305)), conflict + "; free 43.05 m higher");
  EXPECT_EQ(refusal_sentence(refused({}, 12'000)), conflict + "; free 120 m higher");
  EXPECT_EQ(refusal_sentence(refused(60'000, -60'960)), conflict + "; free 1 min later or 2000 ft lower");
}

}  // namespace
}  // namespace tansiq::node
