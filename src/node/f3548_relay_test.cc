// Requests on their way between nodes: what goes along, what a message may not be, and what clients hear when the
// keeper of the registry cannot be asked.
#include "node/f3548_relay.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

#include "base/eventually.h"
#include "net/tls_identity.h"
#include "node/f3548_testlib.h"
#include "node/registry_home.h"

namespace tansiq::node {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

RelayedRequest a_request(const std::string& target = "/dss/v1/reports?a=1") {
  return {net::Method::kPost, target, "Bearer abc", R"({"x":1})"};
}

// The wire form
// --------------------------------------------------------------------------------------------------------

TEST(RelayFormat, RequestsComeOutAsTheyWentIn) {
  const auto read = read_relay_question(relay_question({a_request(), {net::Method::kGet, "/dss/v1/x", "", ""}}, 700));
  ASSERT_TRUE(read.has_value()) << read.error().text();
  EXPECT_EQ(read->left_ms, 700U);
  ASSERT_EQ(read->requests.size(), 2U);
  EXPECT_EQ(read->requests[0].method, net::Method::kPost);
  EXPECT_EQ(read->requests[0].path(), "/dss/v1/reports");
  EXPECT_EQ(read->requests[0].query("a"), "1");
  EXPECT_EQ(read->requests[0].header("authorization"), "Bearer abc");
  EXPECT_EQ(read->requests[0].body, R"({"x":1})");
  EXPECT_EQ(read->requests[1].header("authorization"), std::nullopt);
}

TEST(RelayFormat, TheTargetIsWrittenSoThatItReadsTheSame) {
  net::Request request = net::make_request(net::Method::kPut, "/dss/v1/a%2Fb/?owner=x%26y&z=+1", "body");
  request.headers.add("Authorization", "Bearer t");
  request.headers.add("X-Other", "stays here");
  const net::Target before = request.target;
  const RelayedRequest relayed = RelayedRequest::of(request);
  EXPECT_THAT(request.body, IsEmpty());
  const auto read = read_relay_question(relay_question({relayed}, 1));
  ASSERT_TRUE(read.has_value()) << read.error().text();
  EXPECT_EQ(read->requests[0].target.segments, before.segments);
  EXPECT_EQ(read->requests[0].target.query, before.query);
  EXPECT_EQ(read->requests[0].header("X-Other"), std::nullopt);
}

TEST(RelayFormat, AnswersKeepWhatClientsRead) {
  net::Response refused = net::json_response(401, "{}");
  refused.headers.add("WWW-Authenticate", "Bearer error=\"invalid_token\"");
  refused.headers.add("Retry-After", "5");
  refused.headers.add("Problem-Id", "0123");
  refused.headers.add("Server", "not passed on");
  const auto read = read_relay_answer(relay_answer({refused, net::json_response(200, "[]")}));
  ASSERT_TRUE(read.has_value()) << read.error().text();
  EXPECT_EQ((*read)[0].status, 401);
  EXPECT_EQ((*read)[0].headers.find("WWW-Authenticate"), "Bearer error=\"invalid_token\"");
  EXPECT_EQ((*read)[0].headers.find("Retry-After"), "5");
  EXPECT_EQ((*read)[0].headers.find("Problem-Id"), "0123");
  EXPECT_EQ((*read)[0].headers.find("Server"), std::nullopt);
  EXPECT_EQ((*read)[1].body, "[]");
}

TEST(RelayFormat, AnAnswerBeyondTheLimitBecomesA413AndTheOthersGoOn) {
  const net::Response large = net::json_response(200, std::string(kRelayAnswerBytesMax / 2, 'x'));
  const auto read = read_relay_answer(relay_answer({large, large, net::json_response(200, "[]")}));
  ASSERT_TRUE(read.has_value()) << read.error().text();
  EXPECT_EQ((*read)[0].status, 200);
  EXPECT_EQ((*read)[1].status, 413);
  EXPECT_EQ((*read)[2].status, 200);
}

TEST(RelayFormat, AChangeThatWasMadeIsNeverSaidToBeRefused) {
  const std::string most(kRelayAnswerBytesMax - (1U << 20), 'x');
  const std::string much(2U << 20, 'x');
  const net::Response small = net::json_response(200, std::string(kRelaySmallBytesMax, 'x'));
  const auto read =
      read_relay_answer(relay_answer({net::json_response(200, most), net::json_response(200, much),
                                      net::json_response(200, much), net::json_response(409, much), small},
                                     {false, false, true, true, true}));
  ASSERT_TRUE(read.has_value()) << read.error().text();
  EXPECT_EQ((*read)[0].status, 200);
  EXPECT_EQ((*read)[1].status, 413) << "a question is asked again, for less";
  EXPECT_EQ((*read)[2].status, 503);
  EXPECT_THAT((*read)[2].body, HasSubstr("seen by reading the entity again"));
  EXPECT_EQ((*read)[3].status, 413) << "nothing has changed";
  EXPECT_EQ((*read)[4].body, small.body) << "what is small goes in any case";
}

TEST(RelayFormat, WhatMayChangeSomething) {
  const auto changes = [](net::Method method, std::string_view target) {
    return may_change(net::make_request(method, target, ""));
  };
  EXPECT_FALSE(changes(net::Method::kGet, "/dss/v1/subscriptions/x"));
  EXPECT_FALSE(changes(net::Method::kPost, "/dss/v1/subscriptions/query?a=1"));
  EXPECT_TRUE(changes(net::Method::kPost, "/dss/v1/reports"));
  EXPECT_TRUE(changes(net::Method::kPut, "/dss/v1/subscriptions/query"));
  EXPECT_TRUE(changes(net::Method::kDelete, "/dss/v1/subscriptions/x/1"));
}

TEST(RelayFormat, WhatIsCutOrAddedIsRefused) {
  const std::string question = relay_question({a_request()}, 1'000);
  const std::string answer = relay_answer({net::json_response(200, "{}")});
  for (std::size_t i = 0; i < question.size(); ++i) EXPECT_FALSE(read_relay_question(question.substr(0, i))) << i;
  for (std::size_t i = 0; i < answer.size(); ++i) EXPECT_FALSE(read_relay_answer(answer.substr(0, i))) << i;
  EXPECT_FALSE(read_relay_question(question + "x"));
  EXPECT_FALSE(read_relay_answer(answer + "x"));
}

TEST(RelayFormat, WhatCannotBeARequestOrAnAnswerIsRefused) {
  const auto question = [](const RelayedRequest& request) { return read_relay_question(relay_question({request}, 1)); };
  EXPECT_FALSE(question(a_request("no slash")));
  EXPECT_FALSE(question(a_request("/../x")));
  RelayedRequest token = a_request();
  token.authorization = "Bearer a\r\nX: y";
  EXPECT_THAT(question(token).error().message, HasSubstr("the token has characters that no header has"));
  // A header that would break the answer in two.
  std::string answer = relay_answer({net::json_response(200, "{}")});
  answer[answer.find("application")] = '\n';
  EXPECT_THAT(read_relay_answer(answer).error().message, HasSubstr("Content-Type has characters that no header has"));
  answer = relay_answer({net::json_response(200, "{}")});
  answer[10] = 0;
  answer[11] = 99;
  EXPECT_THAT(read_relay_answer(answer).error().message, HasSubstr("a status that is none"));
}

// The asking side
// ------------------------------------------------------------------------------------------------------

/// A request whose answer can be waited for.
struct Asked {
  std::shared_ptr<std::promise<net::Response>> promise = std::make_shared<std::promise<net::Response>>();
  std::future<net::Response> answer = promise->get_future();
  std::shared_ptr<net::Exchange> exchange =
      std::make_shared<net::Exchange>(net::make_request(net::Method::kGet, "/dss/v1/x"),
                                      [p = promise](net::Response response) { p->set_value(std::move(response)); });
};

TEST(F3548Relay, WhatComesWhileAMessageIsUnderWayGoesWithTheNext) {
  std::promise<void> go;
  std::vector<std::size_t> sizes;
  F3548Relay relay({.to = AuthorityId::trusted("us"),
                    .lines = {[&, first = true](const std::string& question) mutable -> Result<std::string> {
                      if (std::exchange(first, false)) go.get_future().wait();
                      sizes.push_back(read_relay_question(question)->requests.size());
                      return relay_answer(std::vector<net::Response>(sizes.back(), net::json_response(200, "{}")));
                    }},
                    .interrupt = [] {}});
  std::vector<Asked> asked(1 + kRelayRequestsMax + 3);
  relay.take(asked[0].exchange);
  // The line is busy from here on: nothing waits.
  while (!asked[0].exchange->request().body.empty()) std::this_thread::yield();
  for (std::size_t i = 1; i < asked.size(); ++i) relay.take(asked[i].exchange);
  go.set_value();
  for (Asked& one : asked) EXPECT_EQ(one.answer.get().status, 200);
  std::size_t all = 0;
  for (const std::size_t size : sizes) {
    EXPECT_LE(size, kRelayRequestsMax);
    all += size;
  }
  EXPECT_EQ(all, asked.size());
  EXPECT_LE(sizes.size(), 4U);
}

TEST(F3548Relay, WhoeverCannotBeAskedIsNamed) {
  F3548Relay relay({.to = AuthorityId::trusted("us"),
                    .lines = {[](const std::string&) -> Result<std::string> {
                      return fail(ErrorCode::kUnavailable, "cannot connect to us.example");
                    }},
                    .interrupt = [] {}});
  Asked asked;
  relay.take(asked.exchange);
  const net::Response answer = asked.answer.get();
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.headers.find("Retry-After"), "5");
  EXPECT_THAT(answer.body, HasSubstr("us keeps the registry, and its node cannot be asked: cannot connect"));
}

TEST(F3548Relay, AnAnswerThatIsNoneIsAFailure) {
  for (const std::string& bad : {std::string("{}"), relay_answer(std::vector<net::Response>(2))}) {
    F3548Relay relay({.to = AuthorityId::trusted("us"),
                      .lines = {[&](const std::string&) -> Result<std::string> { return bad; }},
                      .interrupt = [] {}});
    Asked asked;
    relay.take(asked.exchange);
    EXPECT_EQ(asked.answer.get().status, 503);
  }
}

TEST(F3548Relay, WhatWaitedTooLongIsNotSent) {
  bool sent = false;
  F3548Relay relay({.to = AuthorityId::trusted("us"),
                    .lines = {[&](const std::string&) -> Result<std::string> {
                      sent = true;
                      return fail(ErrorCode::kInternal, "");
                    }},
                    .interrupt = [] {},
                    .wait_ms = 0});
  Asked asked;
  relay.take(asked.exchange);
  EXPECT_THAT(asked.answer.get().body, HasSubstr("too slow"));
  relay.stop();
  EXPECT_FALSE(sent);
}

TEST(F3548Relay, AStopAnswersAll) {
  std::promise<void> gone;
  F3548Relay relay({.to = AuthorityId::trusted("us"),
                    .lines = {[&](const std::string&) -> Result<std::string> {
                      gone.get_future().wait();
                      return fail(ErrorCode::kUnavailable, "interrupted");
                    }},
                    .interrupt =
                        [&, first = true]() mutable {
                          if (std::exchange(first, false)) gone.set_value();
                        },
                    .waiting_max = 2});
  std::vector<Asked> asked(4);
  for (Asked& one : asked) relay.take(one.exchange);
  relay.stop();
  for (Asked& one : asked) EXPECT_EQ(one.answer.get().status, 503);
  Asked late;
  relay.take(late.exchange);
  EXPECT_EQ(late.answer.get().status, 503);
}

TEST(F3548Relay, WhatNobodyWaitsForIsNotBegun) {
  std::promise<net::Response> answered;
  auto outer = std::make_shared<net::Exchange>(
      net::make_request(net::Method::kPost, kRelayPath, relay_question({a_request()}, 0)),
      [&](net::Response response) { answered.set_value(std::move(response)); });
  outer->request().connection = std::make_shared<net::ConnectionInfo>();
  const auto joiner = std::make_shared<RelayJoiner>();
  serve_relayed(
      outer, [](const std::shared_ptr<net::Exchange>& request) { EXPECT_TRUE(request->abandoned()); }, joiner);
  outer.reset();
  EXPECT_EQ((*read_relay_answer(answered.get_future().get().body)).front().status, 500);
  joiner->stop();
}

TEST(F3548Relay, WhatWaitsBehindAFailureIsToldAtOnce) {
  std::promise<void> go;
  F3548Relay relay({.to = AuthorityId::trusted("us"),
                    .lines = {[&](const std::string&) -> Result<std::string> {
                      go.get_future().wait();
                      return fail(ErrorCode::kUnavailable, "cannot connect");
                    }},
                    .interrupt = [] {}});
  std::vector<Asked> asked(1 + kRelayRequestsMax + 5);
  relay.take(asked[0].exchange);
  for (std::size_t i = 1; i < asked.size(); ++i) relay.take(asked[i].exchange);
  go.set_value();
  // Asked once: the line's future cannot be taken a second time.
  for (Asked& one : asked) EXPECT_EQ(one.answer.get().status, 503);
}

/// A message of a peer with one request.
std::shared_ptr<net::Exchange> a_message(std::promise<net::Response>& answered) {
  auto out = std::make_shared<net::Exchange>(
      net::make_request(net::Method::kPost, kRelayPath, relay_question({a_request()}, 60'000)),
      [&answered](net::Response response) { answered.set_value(std::move(response)); });
  out->request().connection = std::make_shared<net::ConnectionInfo>();
  return out;
}

TEST(RelayDesk, WhoeverBringsAMessageDoesNotWaitForIt) {
  std::promise<void> entered, go;
  std::promise<net::Response> answered;
  RelayDesk desk([&](const std::shared_ptr<net::Exchange>& request) {
    entered.set_value();
    go.get_future().wait();
    request->respond(net::json_response(200, "{}"));
  });
  desk.take(a_message(answered));
  entered.get_future().wait();  // It is being handled, and this thread goes on.
  go.set_value();
  EXPECT_EQ((*read_relay_answer(answered.get_future().get().body)).front().status, 200);
}

TEST(RelayDesk, WhoeverGivesTheLastAnswerDoesNotPutThemTogether) {
  std::promise<std::shared_ptr<net::Exchange>> asked;
  std::promise<std::thread::id> joined;
  RelayDesk desk([&](const std::shared_ptr<net::Exchange>& request) { asked.set_value(request); });
  auto message = std::make_shared<net::Exchange>(
      net::make_request(net::Method::kPost, kRelayPath, relay_question({a_request()}, 60'000)),
      [&](net::Response response) {
        EXPECT_EQ((*read_relay_answer(response.body)).front().status, 200);
        joined.set_value(std::this_thread::get_id());
      });
  message->request().connection = std::make_shared<net::ConnectionInfo>();
  desk.take(message);
  asked.get_future().get()->respond(net::json_response(200, "{}"));
  EXPECT_NE(joined.get_future().get(), std::this_thread::get_id());
}

TEST(RelayDesk, LargeAnswersCostSmallOnesNothing) {
  std::vector<std::shared_ptr<net::Exchange>> asked;
  std::promise<void> all;
  std::promise<net::Response> answered;
  RelayDesk desk([&](const std::shared_ptr<net::Exchange>& request) {
    asked.push_back(request);
    if (asked.size() == 4) all.set_value();
  });
  const RelayedRequest query{net::Method::kPost, "/dss/v1/subscriptions/query", "Bearer abc", "{}"};
  const RelayedRequest write{net::Method::kPut, "/dss/v1/subscriptions/x", "Bearer abc", "{}"};
  auto message = std::make_shared<net::Exchange>(
      net::make_request(net::Method::kPost, kRelayPath, relay_question({query, query, write, write}, 60'000)),
      [&](net::Response response) { answered.set_value(std::move(response)); });
  message->request().connection = std::make_shared<net::ConnectionInfo>();
  desk.take(message);
  all.get_future().wait();
  const std::string large(kRelayAnswerBytesMax / 4 * 3, 'x');
  asked[0]->respond(net::json_response(200, large));
  asked[1]->respond(net::json_response(200, large));
  asked[2]->respond(net::json_response(201, large));
  asked[3]->respond(net::json_response(201, "{}"));
  const auto read = read_relay_answer(answered.get_future().get().body);
  ASSERT_TRUE(read.has_value()) << read.error().text();
  EXPECT_EQ((*read)[0].body.size(), large.size());
  EXPECT_EQ((*read)[1].status, 413);
  EXPECT_EQ((*read)[2].status, 503);
  EXPECT_EQ((*read)[3].status, 201);
}

TEST(RelayDesk, AnAnswerThatComesAfterTheStopIsStillGiven) {
  std::promise<std::shared_ptr<net::Exchange>> asked;
  std::promise<net::Response> answered;
  auto desk =
      std::make_unique<RelayDesk>([&](const std::shared_ptr<net::Exchange>& request) { asked.set_value(request); });
  desk->take(a_message(answered));
  const auto request = asked.get_future().get();
  desk.reset();
  request->respond(net::json_response(200, "{}"));
  EXPECT_EQ((*read_relay_answer(answered.get_future().get().body)).front().status, 200);
}

TEST(RelayDesk, ItHasABoundAndAStopAnswersWhatWaits) {
  std::promise<void> entered, go;
  auto desk = std::make_unique<RelayDesk>([&](const std::shared_ptr<net::Exchange>& request) {
    entered.set_value();
    go.get_future().wait();
    request->respond(net::json_response(200, "{}"));
  });
  std::vector<std::promise<net::Response>> answers(1 + kRelayMessagesMax + 1);
  desk->take(a_message(answers[0]));
  entered.get_future().wait();
  for (std::size_t i = 1; i < answers.size(); ++i) desk->take(a_message(answers[i]));
  EXPECT_EQ(answers.back().get_future().get().status, 503) << "one too many";
  std::thread stopping([&] { desk->stop(); });
  for (std::size_t i = 1; i + 1 < answers.size(); ++i) EXPECT_EQ(answers[i].get_future().get().status, 503);
  go.set_value();
  stopping.join();
  EXPECT_EQ(answers[0].get_future().get().status, 200);
}

// Two nodes
// --------------------------------------------------------------------------------------------------------------

class Region : public F3548Suite, public ::testing::Test {
 protected:
  Region() : F3548Suite(Served::kFromAnother) {}

  void adopt(unsigned i, const std::string& note) {
    const auto done = try_adopt(i, note);
    ASSERT_TRUE(done.has_value()) << done.error().text();
  }
  Result<coordination::ActOutcome> try_adopt(unsigned i, const std::string& note) {
    return dss.pair().act(i, {.cmd = CommandId::trusted(fmt::format("adopt{}{}", i, ++acts_)),
                              .by = core::Subject::trusted(fmt::format("officer@{}", i)),
                              .second = core::Subject::trusted(fmt::format("chief@{}", i)),
                              .act = coordination::AdoptCharter{coordination::NoteText{note}}});
  }

 private:
  int acts_ = 0;
};

TEST_F(Region, WithoutTheKeeperNothingIsAnswered) {
  ASSERT_EQ(put(intent(1), intent_body(), alpha).status, 201);
  ASSERT_TRUE(dss.pair().stop(0).has_value());
  for (const auto& reply : {get(intent(1), alpha), put(intent(2), intent_body(), alpha),
                            post(std::string(kIntents) + "query", query(), alpha)}) {
    EXPECT_EQ(reply.status, 503);
    EXPECT_THAT(at(reply, "message"), HasSubstr("a keeps the registry, and its node cannot be asked"));
  }
  EXPECT_EQ(get("/healthy", "").status, 200);
  // What this node can judge by itself it judges.
  EXPECT_EQ(get(intent(1), "").status, 401);
  EXPECT_EQ(get(intent(1), token("alpha", {kCm})).status, 403);
  ASSERT_TRUE(dss.pair().restart(0).has_value());
  EXPECT_EQ(get(intent(1), alpha).status, 200);
}

TEST_F(Region, TheKeeperVerifiesTokensByItself) {
  // One that the other node minted: its keeper knows nothing of it.
  const std::string local = *dss.pair().node(1).mint_token("alpha", {std::string(kSc)}, 3'600'000);
  const auto reply = get(intent(1), local);
  EXPECT_EQ(reply.status, 401);
  EXPECT_NE(reply.headers.find("WWW-Authenticate"), std::nullopt);
}

TEST_F(Region, WhoIsNoMemberHandsNothingOn) {
  const auto ask = [&](const net::TlsTrust& trust, std::string body) {
    auto client = net::HttpClient::create({.base_url = dss.pair().node(0).peer_address(), .trust = trust});
    return (*client)->send(net::Method::kPost, kRelayPath, {}, body);
  };
  const TemporaryFolder folder;
  const std::string certificate = (folder.path() / "x.crt").string(), key = (folder.path() / "x.key").string();
  ASSERT_TRUE(net::make_identity({.name = "x", .certificate_file = certificate, .key_file = key}).has_value());
  net::TlsTrust stranger;
  stranger.keys_sha256 = {*net::certificate_key_sha256((dss.pair().config(0).data_dir / "peer.crt").string())};
  stranger.certificate_file = certificate;
  stranger.key_file = key;
  net::TlsTrust member = stranger;
  member.certificate_file = (dss.pair().config(1).data_dir / "peer.crt").string();
  member.key_file = (dss.pair().config(1).data_dir / "peer.key").string();
  const std::string question = relay_question({a_request()}, 1'000);
  const std::string large(1U << 20, 'x');
  EXPECT_EQ(ask(stranger, question)->status, 403);
  EXPECT_EQ(ask(stranger, large)->status, 413) << "not even read";
  EXPECT_EQ(ask(member, question)->status, 200);
  EXPECT_EQ(ask(member, large)->status, 400);
}

TEST_F(Region, TheRegistryMovesOnlyWhenItIsEmpty) {
  ASSERT_EQ(put(intent(1), intent_body(), alpha).status, 201);
  core::Charter next = dss.pair().founding();
  next.version = 2;
  next.valid_from = dss.clock().now() + 2 * 86'400'000;
  TestDss::make_region(next, 1);
  const std::string note = *dss.pair().sign(next, {0, 1});
  const auto refused = try_adopt(0, note);
  ASSERT_FALSE(refused.has_value());
  EXPECT_THAT(refused.error().message, HasSubstr("b keeps the registry of F3548 under this version, and entities"));
  const std::string ovn = at(get(intent(1), alpha), "operational_intent_reference.ovn");
  ASSERT_EQ(erase(intent(1) + "/" + ovn, alpha).status, 200);
  adopt(0, note);
  const auto waiting = put(intent(2), intent_body(), alpha);
  EXPECT_EQ(waiting.status, 503);
  EXPECT_THAT(at(waiting, "message"), HasSubstr("the registry moves to b with version 2"));
  adopt(1, note);
  const std::string late = volume(6.6, 4 * 1'440);
  dss.clock().advance(2 * 86'400'000 + 60'000);
  dss.pair().node(0).tick();
  dss.pair().node(1).tick();
  // From now on it is the other way round: b decides, and a asks.
  net::ClientResponse made;
  EXPECT_TRUE(eventually([&] {
    made = put(intent(3), intent_body("", "Accepted", late), alpha);
    return made.status == 201;
  })) << made.status
      << made.body;
  auto asking = net::HttpClient::create({.base_url = dss.pair().node(0).address(), .bearer_token = alpha});
  EXPECT_TRUE(eventually([&] {
    const auto reply = (*asking)->get(intent(3));
    return reply && reply->status == 200;
  }));
}

TEST_F(Region, TheNextKeeperWaitsForTheFormerOne) {
  core::Charter next = dss.pair().founding();
  next.version = 2;
  next.valid_from = dss.clock().now() + 2 * 86'400'000;
  TestDss::make_region(next, 1);
  const std::string note = *dss.pair().sign(next, {0, 1});
  adopt(1, note);
  dss.clock().advance(2 * 86'400'000 + 60'000);
  dss.pair().node(1).tick();
  // The former keeper knows of nothing, and goes on by itself.
  auto former = net::HttpClient::create({.base_url = dss.pair().node(0).address(), .bearer_token = alpha});
  EXPECT_EQ((*former)->get(intent(1))->status, 404);
  net::ClientResponse reply;
  EXPECT_TRUE(eventually([&] {
    reply = get(intent(1), alpha);
    return reply.status == 503 && at(reply, "message").contains("a kept a registry, and has not said that");
  })) << reply.status
      << reply.body;
  // It is late, and may be, as soon as it has read that the other has adopted.
  EXPECT_TRUE(eventually([&] { return try_adopt(0, note).has_value(); }));
  dss.pair().node(0).tick();
  EXPECT_TRUE(eventually([&] {
    reply = get(intent(1), alpha);
    return reply.status == 404;
  })) << reply.status
      << reply.body;
}

}  // namespace
}  // namespace tansiq::node
