// Turns in a contended place over HTTP (f3548/turns.h), on a clock that stands still until the test moves it.
#include <future>
#include <thread>

#include "f3548/turns.h"
#include "node/f3548_testlib.h"

namespace tansiq::node {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class F3548Turns : public F3548Suite, public ::testing::Test {
 protected:
  F3548Turns() : F3548Suite(Served::kAlone, [this](NodeConfig& config) { config.turns_clock = &turns; }) {}

  std::future<net::ClientResponse> put_later(int n, const std::string& as, const std::string& more = "") {
    return std::async(std::launch::async, [this, n, as, more] { return put(intent(n), intent_body(more), as); });
  }
  std::string metrics() { return dss.send(net::Method::kGet, "/metrics", "", "").body; }
  /// Until so many have begun to wait.
  void wait_until_waiting(int count) {
    const std::string line = fmt::format("tansiq_f3548_turns_waited_total {}\n", count);
    while (metrics().find(line) == std::string::npos) std::this_thread::yield();
  }
  static bool answered(std::future<net::ClientResponse>& reply) {
    return reply.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
  }
  static std::string key(const std::vector<std::string>& ovns) {
    std::string out;
    for (const std::string& ovn : ovns) out += fmt::format("{}\"{}\"", out.empty() ? "" : ",", ovn);
    return fmt::format(R"(,"key":[{}])", out);
  }
  static std::string ovn(const net::ClientResponse& reply) { return at(reply, "operational_intent_reference.ovn"); }

  TestClock turns;
};

TEST_F(F3548Turns, WhoWaitsIsToldOfEverythingThatWasWrittenUntilItsTurn) {
  const auto first = put(intent(1), intent_body(), alpha);
  ASSERT_EQ(first.status, 201);
  const auto told = put(intent(2), intent_body(), bravo);
  ASSERT_EQ(told.status, 409) << "nobody was told before: it is told at once";
  EXPECT_EQ(at(told, "missing_operational_intents"), "[1]");
  auto behind = put_later(3, alpha);
  wait_until_waiting(1);
  EXPECT_FALSE(answered(behind));
  // An exact copy of what waits is answered at once: a client that lost patience does not wait twice.
  EXPECT_EQ(put(intent(3), intent_body(), alpha).status, 409);
  EXPECT_FALSE(answered(behind));

  const auto second = put(intent(2), intent_body(key({ovn(first)})), bravo);
  ASSERT_EQ(second.status, 201) << second.body;
  const auto late = behind.get();
  EXPECT_EQ(late.status, 409);
  EXPECT_EQ(at(late, "missing_operational_intents"), "[2]") << "of what was written while it waited, too";
  EXPECT_EQ(put(intent(3), intent_body(key({ovn(first), ovn(second)})), alpha).status, 201);
  // Each answer is counted and logged once, however often it was decided.
  EXPECT_THAT(metrics(), HasSubstr(R"(tansiq_f3548_refusals_total{status="409"} 3)"));
  EXPECT_THAT(metrics(), HasSubstr("tansiq_f3548_turns_unused_total 0\n"));
}

TEST_F(F3548Turns, WhoWaitsSucceedsWhenWhatWasInTheWayIsGone) {
  const auto first = put(intent(1), intent_body(), alpha);
  ASSERT_EQ(put(intent(2), intent_body(), bravo).status, 409);
  auto behind = put_later(3, bravo);
  wait_until_waiting(1);
  ASSERT_EQ(erase(intent(1) + "/" + ovn(first), alpha).status, 200);
  EXPECT_FALSE(answered(behind)) << "the turn is another's";
  turns.advance(f3548::kTurnMs);
  EXPECT_EQ(behind.get().status, 201);
  EXPECT_THAT(metrics(), HasSubstr("tansiq_f3548_turns_unused_total 1\n"));
}

TEST_F(F3548Turns, NobodyWaitsForWhatIsKnownOldOrElsewhere) {
  const auto first = put(intent(1), intent_body(), alpha);
  ASSERT_EQ(put(intent(2), intent_body(), bravo).status, 409);
  // Each of these returns though the clock stands still and the turn is bravo's.
  EXPECT_EQ(put(intent(3), intent_body("", "Accepted", volume(6.9)), alpha).status, 201) << "elsewhere";
  const auto knows = put(intent(4), intent_body(key({ovn(first)})), alpha);
  EXPECT_EQ(knows.status, 201) << "with everything in its key";
  EXPECT_EQ(put(intent(5), intent_body("", "Activated"), alpha).status, 400) << "wrong whatever the key";
  dss.clock().advance(f3548::kMomentMs + 1);
  EXPECT_EQ(put(intent(6), intent_body(), alpha).status, 409) << "it lacks what everybody could know";
  EXPECT_THAT(metrics(), HasSubstr("tansiq_f3548_turns_waited_total 0\n"));
}

// Who waits is answered within a second in any case, and a stop gives what is under way longer than that.
TEST_F(F3548Turns, ANodeThatStopsAnswersThoseWhoWait) {
  ASSERT_EQ(put(intent(1), intent_body(), alpha).status, 201);
  ASSERT_EQ(put(intent(2), intent_body(), bravo).status, 409);
  auto behind = put_later(3, alpha);
  wait_until_waiting(1);
  auto stopped = std::async(std::launch::async, [this] { return dss.alone().stop(); });
  turns.advance(f3548::kWaitMaxMs);
  EXPECT_EQ(behind.get().status, 409);
  EXPECT_TRUE(stopped.get().has_value());
}

}  // namespace
}  // namespace tansiq::node
