// The alarm of a missing plan at a node: what the interface shows as time passes.
#include "node/plan_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json_in.h"
#include "node/node_testlib.h"

namespace tansiq::node {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr DurationMs kHour = 3'600'000;

TEST(PlanWatchNode, AMissingPlanIsShownOnceItsTimeIsOver) {
  TestNode node([](NodeConfig& config) {
    config.talks.plans.counterparts = {AuthorityId::trusted("ru")};
    config.tick_every_ms = 0;
  });
  const std::string token = node.token("screen", {"talks.read"});
  const auto shown = [&] { return node.get("/v1/talks/plans", token).body; };
  EXPECT_EQ(node.get("/v1/talks/plans", node.token("other")).status, 403);
  // 10:00Z: today's is missing since yesterday, tomorrow's has time until 16:00Z.
  EXPECT_THAT(shown(), HasSubstr(R"("state":"open")"));
  EXPECT_THAT(shown(), HasSubstr(R"("state":"missing")"));
  node.clock().advance(6 * kHour);
  EXPECT_THAT(shown(), Not(HasSubstr(R"("state":"open")")));
  EXPECT_THAT(shown(), HasSubstr(R"("rounds":1,"state":"missing")"));
}

TEST(PlanWatchNode, WithoutACycleNobodyIsWaitedFor) {
  TestNode node;
  const auto shown = node.get("/v1/talks/plans", node.token("screen", {"talks.read"}));
  ASSERT_EQ(shown.status, 200) << shown.body;
  EXPECT_THAT(shown.body, HasSubstr(R"("plans":[])"));
}

}  // namespace
}  // namespace tansiq::node
