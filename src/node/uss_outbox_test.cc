#include "node/uss_outbox.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/foreign_text.h"
#include "core/names.h"
#include "node/uss_json.h"
#include "node/uss_testlib.h"

namespace tansiq::node {
namespace {

using namespace test;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// One supplier with a registered intent, and addresses that answer as a test says.
struct Post {
  World world;
  Supplier& a = world.add("alpha");
  /// By address: the status; 0 is no answer.
  std::map<std::string, int> answers;
  std::vector<std::string> bodies;

  Post() {
    a.file("I1");
    a.run();
    world.before = [this](const std::string&, const UssCall& call) -> std::optional<Result<net::ClientResponse>> {
      if (call.base_url == "https://dss.example") return std::nullopt;
      bodies.push_back(call.body);
      const auto at = answers.find(call.base_url);
      const int status = at == answers.end() ? 204 : at->second;
      if (status == 0) return fail(ErrorCode::kTimeout, "no answer came");
      return net::ClientResponse{status, {}, status == 204 ? "" : R"({"message":"so they say"})"};
    };
  }
  std::uint64_t owe(const std::string& url, std::uint64_t subscription = 7, DurationMs for_ms = 600'000) {
    std::uint64_t id = 0;
    EXPECT_TRUE(a.host.with([&](UssDesk& desk) {
      EXPECT_TRUE(desk.say(uss::ToTell{.expires = desk.now() + for_ms,
                                       .intent = IntentId::trusted("I1"),
                                       .subscribers = {{1, uss::Uuid::version_4(0, subscription)}},
                                       .url = url}));
      id = desk.ledger().deliveries().rbegin()->first;
    }));
    return id;
  }
  /// Attempts made.
  int work() {
    int n = 0;
    EXPECT_TRUE(a.outbox->look());
    while (a.outbox->work()) ++n;
    return n;
  }
  [[nodiscard]] const uss::Delivery& delivery(std::uint64_t id) const { return a.host.ledger().deliveries().at(id); }
};

/// Longer than what is quoted, with no character of one byte.
std::string long_text() {
  std::string out;
  for (int n = 0; n < 1'000; ++n) out += "é";
  return out;
}
void expect_fit(const std::string& why) {
  const Status good = core::check_label(why, kReasonBytesMax + 3, "why");
  EXPECT_TRUE(good) << good.error().text();
}

TEST(UssOutbox, A2xxIsDelivered) {
  Post post;
  const auto id = post.owe("https://x.example");
  EXPECT_EQ(post.work(), 1);
  EXPECT_EQ(post.delivery(id).state, uss::DeliveryState::kDelivered);
  EXPECT_EQ(post.work(), 0);
  ASSERT_EQ(post.bodies.size(), 1U);
  const auto message = uss::Message::parse(post.bodies[0]);
  const auto notice = uss::read_notice(*message, uss::Kind::kIntent);
  ASSERT_TRUE(notice) << notice.error().text();
  ASSERT_TRUE(notice->full);
  EXPECT_EQ(notice->full->reference.version, 1);
  EXPECT_EQ(notice->full->reference.manager, "alpha");
  EXPECT_EQ(notice->full->details.hash, post.a.host.ledger().registrations().begin()->second.last.details);
  EXPECT_THAT(notice->subscriptions, ElementsAre(uss::Subscriber{1, uss::Uuid::version_4(0, 7)}));
}

TEST(UssOutbox, WhatMayChangeIsTriedAgainUntilItExpires) {
  for (const int status : {0, 401, 408, 409, 429, 500, 502, 503}) {
    Post post;
    post.answers["https://x.example"] = status;
    const auto id = post.owe("https://x.example");
    EXPECT_EQ(post.work(), 1) << status;
    EXPECT_EQ(post.delivery(id).state, uss::DeliveryState::kQueued);
    const auto trying = post.a.outbox->trying().at(id);
    EXPECT_EQ(trying.failures, 1U);
    EXPECT_NE(trying.why, "");
    DurationMs before = 500;
    int attempts = 1;
    while (post.delivery(id).state == uss::DeliveryState::kQueued) {
      const DurationMs wait = *post.a.outbox->next() - post.world.clock.now();
      EXPECT_GE(wait, std::min<DurationMs>(30'000, before / 2));
      EXPECT_LE(wait, 60'000);
      before = wait;
      post.world.clock.set(*post.a.outbox->next());
      EXPECT_EQ(post.work(), 1);
      ASSERT_LT(++attempts, 50);
    }
    EXPECT_EQ(post.delivery(id).state, uss::DeliveryState::kGivenUp);
    EXPECT_THAT(post.delivery(id).why, HasSubstr("too late"));
    EXPECT_GE(post.world.clock.now() - kNow, 600'000);
    EXPECT_GT(attempts, 10);
  }
}

TEST(UssOutbox, AnotherRefusalIsFinal) {
  for (const int status : {400, 403, 404, 410, 413, 301}) {
    Post post;
    post.answers["https://x.example"] = status;
    const auto id = post.owe("https://x.example");
    EXPECT_EQ(post.work(), 1);
    EXPECT_EQ(post.delivery(id).state, uss::DeliveryState::kGivenUp) << status;
    EXPECT_THAT(post.delivery(id).why, HasSubstr(fmt::format("{}", status)));
    EXPECT_EQ(post.work(), 0);
  }
}

TEST(UssOutbox, WhatHasExpiredIsTriedOnce) {
  Post post;
  const auto id = post.owe("https://x.example", 7, -1);
  post.work();
  EXPECT_EQ(post.delivery(id).state, uss::DeliveryState::kDelivered)
      << "a node that was down for an hour still says it";
  post.answers["https://y.example"] = 503;
  const auto other = post.owe("https://y.example", 7, -1);
  post.work();
  EXPECT_EQ(post.delivery(other).state, uss::DeliveryState::kGivenUp);
}

TEST(UssOutbox, OneAddressThatIsDownHoldsUpNoOther) {
  Post post;
  post.answers["https://x.example"] = 0;
  const auto down = post.owe("https://x.example");
  const auto up = post.owe("https://y.example");
  EXPECT_EQ(post.work(), 2);
  EXPECT_EQ(post.delivery(down).state, uss::DeliveryState::kQueued);
  EXPECT_EQ(post.delivery(up).state, uss::DeliveryState::kDelivered);
}

TEST(UssOutbox, OneIsUnderWayToAnAddress) {
  Post post;
  post.owe("https://x.example");
  post.a.file("I2", 7.6);
  (void)post.a.registrar->round();
  ASSERT_TRUE(post.a.host.with([&](UssDesk& desk) {
    EXPECT_TRUE(desk.say(uss::ToTell{.expires = kNow + kMinute,
                                     .intent = IntentId::trusted("I2"),
                                     .subscribers = {{1, uss::Uuid::version_4(0, 8)}},
                                     .url = "https://x.example"}));
  }));
  ASSERT_TRUE(post.a.outbox->look());
  const auto before = post.world.before;
  int nested = 0;
  post.world.before = [&](const std::string& caller, const UssCall& call) {
    // Another worker looks for something to do while this one waits for its answer.
    if (nested++ == 0) {
      EXPECT_FALSE(post.a.outbox->work());
    }
    return before(caller, call);
  };
  EXPECT_TRUE(post.a.outbox->work());
  EXPECT_TRUE(post.a.outbox->work());
  EXPECT_FALSE(post.a.outbox->work());
  EXPECT_EQ(nested, 2);
}

TEST(UssOutbox, OneHostHasAFewWorkersUnderHoweverManyUrls) {
  Post post;
  for (const char* url : {"https://x.example", "https://x.example:444/b", "https://x.example/c?d",
                          "https://x.example/e", "https://y.example"}) {
    post.owe(url);
  }
  ASSERT_TRUE(post.a.outbox->look());
  const auto before = post.world.before;
  std::vector<std::string> under_way;
  std::size_t most = 0;
  // Each waits for its answer while another worker looks for something to do.
  post.world.before = [&](const std::string& caller, const UssCall& call) {
    under_way.push_back(call.base_url);
    const auto of_x = static_cast<std::size_t>(
        std::ranges::count_if(under_way, [](const std::string& url) { return url.starts_with("https://x."); }));
    most = std::max(most, of_x);
    while (post.a.outbox->work()) {
    }
    under_way.pop_back();
    return before(caller, call);
  };
  EXPECT_TRUE(post.a.outbox->work());
  while (post.a.outbox->work()) {
  }
  EXPECT_EQ(most, 2U);
  EXPECT_EQ(post.a.outbox->counts().delivered, 5U) << "all are told in the end";
}

/// Who is under way while each waits for its answer and other workers look for something to do.
struct Workers {
  explicit Workers(Post& of) : post(of) {
    const auto before = post.world.before;
    post.world.before = [this, before](const std::string& caller, const UssCall& call) {
      under_way.push_back(call.base_url);
      most = std::max(most, under_way.size());
      if (on_call) on_call(call.base_url);
      while (post.a.outbox->work()) {
      }
      under_way.pop_back();
      return before(caller, call);
    };
  }
  Post& post;
  std::function<void(const std::string& url)> on_call;
  std::vector<std::string> under_way;
  std::size_t most = 0;
};

TEST(UssOutbox, ManyHostsThatDoNotAnswerHaveAFewWorkersTogether) {
  Post post;
  post.owe("https://prompt.example");
  EXPECT_EQ(post.work(), 1);
  for (int n = 0; n < 20; ++n) {
    const std::string url = fmt::format("https://x{}.example", n);
    post.answers[url] = 0;
    post.owe(url);
  }
  const auto good = post.owe("https://prompt.example", 8);
  ASSERT_TRUE(post.a.outbox->look());
  Workers workers(post);
  bool told_beside = false;
  workers.on_call = [&](const std::string& url) {
    if (url == "https://prompt.example") told_beside = workers.under_way.size() == 3;
  };
  while (post.a.outbox->work()) {
  }
  EXPECT_EQ(workers.most, 3U) << "two names that nobody has heard an answer from, and the one that had answered";
  EXPECT_TRUE(told_beside) << "while two others were silent";
  EXPECT_EQ(post.delivery(good).state, uss::DeliveryState::kDelivered);
}

TEST(UssOutbox, WhoAnswersSlowlyIsToProveItselfAgain) {
  Post post;
  const std::vector<std::string> urls{"https://x.example", "https://y.example", "https://z.example"};
  const auto owe_all = [&] {
    for (const std::string& url : urls) post.owe(url);
    EXPECT_TRUE(post.a.outbox->look());
  };
  const auto work = [&](DurationMs takes_ms) {
    const auto before = post.world.before;
    Workers workers(post);
    workers.on_call = [&](const std::string&) { post.world.clock.advance(takes_ms); };
    while (post.a.outbox->work()) {
    }
    post.world.before = before;
    return workers.most;
  };
  owe_all();
  EXPECT_EQ(work(0), 2U) << "nobody knows them";
  owe_all();
  EXPECT_EQ(work(2'001), 3U) << "they were prompt";
  owe_all();
  EXPECT_EQ(work(0), 2U) << "they were not";
  EXPECT_EQ(post.a.outbox->counts().delivered, 9U) << "slow or not, all are told";
}

TEST(UssOutbox, ANewerNoticeOvertakesWhatWaits) {
  Post post;
  post.answers["https://x.example"] = 503;
  const auto first = post.owe("https://x.example", 7);
  post.work();
  post.a.file("I1", 6.601);
  (void)post.a.registrar->round();
  const auto second = post.owe("https://x.example", 8);
  post.answers["https://x.example"] = 204;
  post.bodies.clear();
  EXPECT_EQ(post.work(), 1);
  EXPECT_EQ(post.delivery(first).state, uss::DeliveryState::kSuperseded);
  EXPECT_EQ(post.delivery(second).state, uss::DeliveryState::kDelivered);
  ASSERT_EQ(post.bodies.size(), 1U) << "told once";
  const auto notice = uss::read_notice(*uss::Message::parse(post.bodies[0]), uss::Kind::kIntent);
  EXPECT_EQ(notice->full->reference.version, 2);
  EXPECT_EQ(notice->subscriptions.size(), 2U) << "and both subscriptions with it";
}

TEST(UssOutbox, WhatIsOvertakenUnderWayIsToldAgainInOrder) {
  Post post;
  const auto first = post.owe("https://x.example");
  const auto before = post.world.before;
  std::uint64_t second = 0;
  post.world.before = [&](const std::string& caller, const UssCall& call) {
    if (second == 0) second = post.owe("https://x.example", 8);
    return before(caller, call);
  };
  EXPECT_EQ(post.work(), 1);
  EXPECT_EQ(post.work(), 1);
  EXPECT_EQ(post.delivery(first).state, uss::DeliveryState::kSuperseded);
  EXPECT_EQ(post.delivery(second).state, uss::DeliveryState::kDelivered);
  EXPECT_EQ(post.bodies.size(), 2U);
  EXPECT_EQ(post.work(), 0);
}

TEST(UssOutbox, AnEndIsToldWithoutTheIntent) {
  Post post;
  const auto id = post.owe("https://x.example");
  post.a.host.intents.clear();
  (void)post.a.registrar->round();
  EXPECT_EQ(post.work(), 1);
  EXPECT_EQ(post.delivery(id).state, uss::DeliveryState::kDelivered);
  const auto notice = uss::read_notice(*uss::Message::parse(post.bodies.back()), uss::Kind::kIntent);
  ASSERT_TRUE(notice);
  EXPECT_FALSE(notice->full);
}

TEST(UssOutbox, SurvivesARestart) {
  Post post;
  post.answers["https://x.example"] = 0;
  const auto id = post.owe("https://x.example");
  post.work();
  post.a.restart();
  post.answers.clear();
  EXPECT_EQ(post.work(), 1) << "at once: how often it had failed is not remembered";
  EXPECT_EQ(post.delivery(id).state, uss::DeliveryState::kDelivered);
}

TEST(UssOutbox, APersonLetsItBeTriedAgain) {
  Post post;
  post.answers["https://x.example"] = 410;
  const auto id = post.owe("https://x.example");
  post.work();
  post.answers.clear();
  ASSERT_TRUE(post.a.host.with([&](UssDesk& desk) {
    EXPECT_TRUE(desk.say(uss::Requeued{core::Subject::trusted("officer"), id, desk.now() + kMinute}));
  }));
  EXPECT_EQ(post.work(), 1);
  EXPECT_EQ(post.delivery(id).state, uss::DeliveryState::kDelivered);
}

TEST(UssOutbox, CountsWhatCameOfIt) {
  Post post;
  post.answers["https://x.example"] = 410;
  post.answers["https://y.example"] = 503;
  post.owe("https://x.example");
  post.owe("https://y.example");
  post.owe("https://z.example");
  post.work();
  const auto counts = post.a.outbox->counts();
  EXPECT_EQ(counts.delivered, 1U);
  EXPECT_EQ(counts.failed, 1U);
  EXPECT_EQ(counts.given_up, 1U);
  EXPECT_EQ(counts.waiting, 1U);
}

TEST(UssOutbox, WhatTheRecordDoesNotTakeIsSaidAgain) {
  Post post;
  const auto id = post.owe("https://x.example");
  ASSERT_TRUE(post.a.outbox->look());
  const auto before = post.world.before;
  post.world.before = [&](const std::string& caller, const UssCall& call) {
    post.a.host.stopping = true;  // The node stops while the answer is on its way.
    return before(caller, call);
  };
  EXPECT_TRUE(post.a.outbox->work());
  EXPECT_EQ(post.delivery(id).state, uss::DeliveryState::kQueued);
  post.a.host.stopping = false;
  post.world.before = before;
  post.a.restart();
  EXPECT_EQ(post.work(), 1) << "told twice rather than never";
  EXPECT_EQ(post.delivery(id).state, uss::DeliveryState::kDelivered);
}

TEST(UssOutbox, WhatOthersSayFitsIntoTheRecord) {
  // A name that no resolver takes, as long as a URL may be, quoted in the error; an answer cut within a character.
  const std::vector<std::function<Result<net::ClientResponse>()>> answers{
      [] { return fail(ErrorCode::kInvalid, "\"https://" + std::string(5'000, 'x') + "\": that is no host"); },
      [] { return net::ClientResponse{410, {}, R"({"message":"x)" + long_text() + R"("})"}; },
      [] { return fail(ErrorCode::kUnavailable, "two\nlines, \x1b[2J and \xC3"); }};
  for (const auto& answer : answers) {
    Post post;
    post.world.before = [&](const std::string&, const UssCall&) { return answer(); };
    const auto waiting = post.owe("https://x.example");
    post.work();
    const auto late = post.owe("https://y.example", 7, -1);
    post.work();
    for (const auto& [id, trying] : post.a.outbox->trying()) expect_fit(trying.why);
    EXPECT_NE(post.delivery(late).state, uss::DeliveryState::kQueued);
    expect_fit(post.delivery(late).why);
    EXPECT_NE(uss_deliveries_json(post.a.host.ledger(), post.a.outbox->trying()), "");
    post.a.restart();
    EXPECT_TRUE(post.a.host.ledger().deliveries().contains(waiting)) << "the record is read again";
  }
}

TEST(UssOutbox, PlainHttpIsForTests) {
  Post post;
  const auto id = post.owe("http://x.example");
  EXPECT_EQ(post.work(), 1);
  EXPECT_EQ(post.delivery(id).state, uss::DeliveryState::kGivenUp);
  EXPECT_TRUE(post.bodies.empty()) << "and nothing was sent";
}

}  // namespace
}  // namespace tansiq::node
