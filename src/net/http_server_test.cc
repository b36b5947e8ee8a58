// Over real sockets on loopback and ephemeral ports. What must happen is waited for, never slept for.
#include "net/http_server.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <thread>

#include "net/net_testlib.h"

namespace tansiq::net {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
using namespace test;

constexpr std::string_view kGet = "GET /a HTTP/1.1\r\nHost: h\r\n\r\n";

HttpServerOptions with(const std::function<void(HttpLimits&)>& change) {
  HttpServerOptions options;
  change(options.limits);
  return options;
}

TEST(HttpServer, AnswersAndKeepsTheConnection) {
  ManualClock clock(*parse_utc("2026-11-22T10:00:05Z"));
  HttpServerOptions options;
  options.clock = &clock;
  const auto server = start_server(echo, options);
  RawClient client(server->port());
  for (int i = 0; i < 3; ++i) {
    client.send("POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc");
    EXPECT_EQ(client.read_response(),
              "HTTP/1.1 200 OK\r\nDate: Sun, 22 Nov 2026 10:00:05 GMT\r\nContent-Type: text/plain; charset=utf-8\r\n"
              "Content-Length: 11\r\n\r\nPOST /a abc");
  }
  EXPECT_EQ(server->counters().requests, 3U);
  EXPECT_EQ(server->counters().connections_accepted, 1U);
}

TEST(HttpServer, EveryAnswerBearsWhatIsConfigured) {
  HttpServerOptions options;
  options.every_answer.add("Tansiq-Test-Mode", "on");
  const auto server = start_server(
      [](const std::shared_ptr<Exchange>& exchange) {
        if (exchange->request().path() == "/events") {
          (void)exchange->begin_stream();
        } else {
          echo(exchange);
        }
      },
      options);
  for (const char* request : {"GET /a HTTP/1.1\r\nHost: h\r\n\r\n", "nonsense\r\n\r\n",
                              "HEAD /a HTTP/1.1\r\nHost: h\r\n\r\n", "HEAD /events HTTP/1.1\r\nHost: h\r\n\r\n"}) {
    EXPECT_THAT(exchange_raw(server->port(), request), HasSubstr("\r\nTansiq-Test-Mode: on\r\n")) << request;
  }
}

TEST(HttpServer, FollowsTheRulesOfKeepAlive) {
  const auto server = start_server(echo);
  EXPECT_THAT(exchange_raw(server->port(), "GET / HTTP/1.0\r\n\r\n"), HasSubstr("Connection: close\r\n"));
  RawClient old(server->port());
  for (int i = 0; i < 2; ++i) {
    old.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    EXPECT_THAT(old.read_response(), HasSubstr("Connection: keep-alive\r\n"));
  }
  RawClient closing(server->port());
  closing.send("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(closing.read_all(), HasSubstr("Connection: close\r\n"));  // returns: the server has closed
}

TEST(HttpServer, HeadHasLengthButNoBody) {
  const auto server = start_server(echo);
  RawClient client(server->port());
  client.send("HEAD /a HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(client.read_response(true), HasSubstr("Content-Length: 8\r\n"));
  client.send(kGet);
  EXPECT_THAT(client.read_response(), EndsWith("GET /a "));
}

TEST(HttpServer, NoContentHasNeitherLengthNorBody) {
  const auto server = start_server(
      [](const std::shared_ptr<Exchange>& exchange) { exchange->respond(Response{204, {}, "x", nullptr}); });
  const std::string answer = exchange_raw(server->port(), kGet);
  EXPECT_THAT(answer, Not(HasSubstr("Content-Length")));
  EXPECT_THAT(answer, EndsWith("\r\n\r\n"));
}

TEST(HttpServer, AnswersLeaveInTheOrderOfRequests) {
  Inbox inbox;
  const auto server = start_server(inbox.handler());
  RawClient client(server->port());
  client.send("GET /1 HTTP/1.1\r\nHost: h\r\n\r\nGET /2 HTTP/1.1\r\nHost: h\r\n\r\nGET /3 HTTP/1.1\r\nHost: h\r\n\r\n");
  const auto first = inbox.next();
  const auto second = inbox.next();
  const auto third = inbox.next();
  ASSERT_TRUE(first && second && third);
  echo(third);
  echo(second);
  echo(first);
  EXPECT_THAT(client.read_response(), EndsWith("GET /1 "));
  EXPECT_THAT(client.read_response(), EndsWith("GET /2 "));
  EXPECT_THAT(client.read_response(), EndsWith("GET /3 "));
}

TEST(HttpServer, ReadsNoMoreThanThePipelineMayHold) {
  Inbox inbox;
  const auto server = start_server(inbox.handler(), with([](HttpLimits& l) { l.pipeline_max = 2; }));
  RawClient client(server->port());
  std::string many;
  for (int i = 0; i < 50; ++i) many += fmt::format("GET /{} HTTP/1.1\r\nHost: h\r\n\r\n", i);
  client.send(many);
  for (int i = 0; i < 50; ++i) {
    const auto exchange = inbox.next();
    ASSERT_TRUE(exchange);
    EXPECT_LE(server->counters().requests, static_cast<std::uint64_t>(i) + 2);
    echo(exchange);
    EXPECT_THAT(client.read_response(), EndsWith(fmt::format("GET /{} ", i)));
  }
}

TEST(HttpServer, AnswersFromManyThreads) {
  Inbox inbox;
  HttpServerOptions options;
  options.io_threads = 3;
  const auto server = start_server(inbox.handler(), options);
  std::vector<RawClient> clients;
  for (int i = 0; i < 12; ++i) {
    clients.emplace_back(server->port());
    clients.back().send(fmt::format("GET /{} HTTP/1.1\r\nHost: h\r\n\r\n", i));
  }
  std::vector<std::shared_ptr<Exchange>> exchanges;
  for (int i = 0; i < 12; ++i) exchanges.push_back(inbox.next());
  std::vector<std::thread> threads;
  for (const auto& exchange : exchanges) threads.emplace_back([exchange] { echo(exchange); });
  for (auto& thread : threads) thread.join();
  for (std::size_t i = 0; i < clients.size(); ++i) {
    EXPECT_THAT(clients[i].read_response(), EndsWith(fmt::format("GET /{} ", i)));
  }
}

TEST(HttpServer, ABatchWakesEachThreadOnce) {
  Inbox inbox;
  const auto server = start_server(inbox.handler());
  std::vector<RawClient> clients;
  std::vector<std::shared_ptr<Exchange>> exchanges;
  for (int i = 0; i < 64; ++i) {
    clients.emplace_back(server->port());
    clients.back().send(kGet);
    exchanges.push_back(inbox.next());
    ASSERT_TRUE(exchanges.back());
  }
  const auto before = server->counters().wakeups;
  ReplyBatch batch;
  for (const auto& exchange : exchanges) batch.add(exchange, text_response(200, "ok"));
  batch.flush();
  for (auto& client : clients) EXPECT_THAT(client.read_response(), EndsWith("ok"));
  EXPECT_EQ(server->counters().wakeups - before, 1U);
}

TEST(HttpServer, OnlyTheFirstAnswerCounts) {
  const auto server = start_server([](const std::shared_ptr<Exchange>& exchange) {
    EXPECT_TRUE(exchange->respond(text_response(200, "one")));
    EXPECT_FALSE(exchange->respond(text_response(200, "two")));
    EXPECT_FALSE(exchange->begin_stream().open());
  });
  EXPECT_THAT(exchange_raw(server->port(), kGet), EndsWith("one"));
}

TEST(HttpServer, ADroppedExchangeIsAnswered500) {
  const auto server = start_server([](const std::shared_ptr<Exchange>&) {});
  const std::string answer = exchange_raw(server->port(), kGet);
  EXPECT_EQ(status_of(answer), 500);
  EXPECT_THAT(answer, HasSubstr("application/problem+json"));
}

TEST(HttpServer, LargeAndSharedBodiesArriveWhole) {
  const auto shared = std::make_shared<const std::string>(3'000'000, 's');
  const auto server = start_server([&](const std::shared_ptr<Exchange>& exchange) {
    Response response = text_response(200, std::string(2'000'000, 'o'));
    if (exchange->request().path() == "/shared") response.shared_body = shared;
    exchange->respond(std::move(response));
  });
  RawClient client(server->port());
  client.send("GET /shared HTTP/1.1\r\nHost: h\r\n\r\nGET /own HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(client.read_response(), EndsWith("\r\n\r\n" + *shared));
  EXPECT_THAT(client.read_response(), EndsWith("\r\n\r\n" + std::string(2'000'000, 'o')));
}

TEST(HttpServer, PermitsABodyThatWaits) {
  const auto server = start_server(echo);
  RawClient client(server->port());
  client.send("PUT /a HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_EQ(client.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("hi");
  EXPECT_THAT(client.read_response(), EndsWith("PUT /a hi"));
}

TEST(HttpServer, PermitsABodyThatWaitsBehindAnotherAnswer) {
  const auto server = start_server(echo);
  RawClient client(server->port());
  client.send(
      "GET /first HTTP/1.1\r\nHost: h\r\n\r\n"
      "PUT /a HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_THAT(client.read_response(), EndsWith("GET /first "));
  EXPECT_EQ(client.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("hi");
  EXPECT_THAT(client.read_response(), EndsWith("PUT /a hi"));
}

TEST(HttpServer, RefusesABodyBeforeItIsSent) {
  const auto server = start_server(echo, with([](HttpLimits& l) { l.body_bytes_max = 10; }));
  RawClient client(server->port());
  client.send("PUT /a HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 11\r\n\r\n");
  EXPECT_EQ(status_of(client.read_all()), 413);
}

TEST(HttpServer, AnswersBadRequestsInOrderAndCloses) {
  Inbox inbox;
  const auto server = start_server(inbox.handler());
  RawClient client(server->port());
  client.send("GET /1 HTTP/1.1\r\nHost: h\r\n\r\nNONSENSE\r\n\r\nGET /2 HTTP/1.1\r\nHost: h\r\n\r\n");
  const auto first = inbox.next();
  ASSERT_TRUE(first);
  ASSERT_TRUE(eventually([&] { return server->counters().bad_requests == 1; }));
  echo(first);
  EXPECT_THAT(client.read_response(), EndsWith("GET /1 "));
  const std::string rest = client.read_all();
  EXPECT_EQ(status_of(rest), 400);
  EXPECT_THAT(rest, HasSubstr("Connection: close"));
  EXPECT_THAT(rest, HasSubstr("\"type\":\"/problems/malformed\""));
  EXPECT_EQ(server->counters().requests, 1U);
}

TEST(HttpServer, ReportsWhatItRefusesWithTheSameId) {
  std::mutex mutex;
  std::vector<ServerProblem> seen;
  HttpServerOptions options;
  options.on_problem = [&](const ServerProblem& problem) {
    const std::scoped_lock lock(mutex);
    seen.push_back(problem);
  };
  const auto server = start_server(echo, options);
  const std::string answer = exchange_raw(server->port(), "GET / HTTP/9.9\r\nHost: h\r\n\r\n");
  EXPECT_EQ(status_of(answer), 505);
  const std::scoped_lock lock(mutex);
  ASSERT_EQ(seen.size(), 1U);
  EXPECT_THAT(answer, HasSubstr(seen[0].problem.id));
  EXPECT_THAT(seen[0].address, StartsWith("127.0.0.1:"));
}

// A client that still sends when it is refused must see the answer, not a reset.
TEST(HttpServer, ARefusalReachesAClientThatGoesOnSending) {
  const auto server = start_server(echo, with([](HttpLimits& l) { l.body_bytes_max = 1'000; }));
  RawClient client(server->port());
  client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2000000\r\n\r\n");
  EXPECT_EQ(status_of(client.read_response()), 413);
  // A connection that was closed would answer the first of these with a reset, which the next one would meet.
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(client.send(std::string(100'000, 'x')));
}

TEST(HttpServer, SlowHeadsAndBodiesAreAnswered408) {
  const auto server = start_server(echo, with([](HttpLimits& l) {
                                     l.head_ms = 40;
                                     l.body_grace_ms = 40;
                                     l.bytes_per_second_min = 1'000'000;
                                   }));
  RawClient head(server->port());
  head.send("GET / HTTP/1.1\r\nHost:");
  EXPECT_EQ(status_of(head.read_all()), 408);
  RawClient body(server->port());
  body.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc");
  EXPECT_EQ(status_of(body.read_all()), 408);
  EXPECT_EQ(server->counters().timeouts, 2U);
}

// A byte now and then must not keep a head open.
TEST(HttpServer, DripFedHeadsEnd) {
  const auto server = start_server(echo, with([](HttpLimits& l) { l.head_ms = 60; }));
  RawClient client(server->port());
  client.send("GET / HTTP/1.1\r\n");
  EXPECT_TRUE(eventually([&] {
    client.send("a");
    return server->counters().timeouts == 1;
  }));
}

TEST(HttpServer, IdleConnectionsAreClosed) {
  const auto server = start_server(echo, with([](HttpLimits& l) { l.idle_ms = 30; }));
  RawClient silent(server->port());
  EXPECT_EQ(silent.read_all(), "");
  RawClient used(server->port());
  used.send(kGet);
  EXPECT_THAT(used.read_all(), EndsWith("GET /a "));
  EXPECT_EQ(server->counters().idle_closed, 2U);
}

TEST(HttpServer, ClientsThatDoNotReadAreCutOff) {
  const auto server = start_server(
      [](const std::shared_ptr<Exchange>& exchange) {
        exchange->respond(text_response(200, std::string(30'000'000, 'x')));
      },
      with([](HttpLimits& l) {
        l.write_grace_ms = 40;
        l.bytes_per_second_min = 1'000'000'000;
      }));
  RawClient client(server->port(), 4'096);
  client.send(kGet);
  EXPECT_TRUE(eventually([&] { return server->counters().timeouts == 1; }));
  EXPECT_LT(client.read_all().size(), 30'000'000U);
}

TEST(HttpServer, BodiesOfAllConnectionsAreBoundedTogether) {
  Inbox inbox;
  const auto server = start_server(inbox.handler(), with([](HttpLimits& l) { l.bodies_total_bytes_max = 10; }));
  RawClient first(server->port());
  first.send("POST /1 HTTP/1.1\r\nHost: h\r\nContent-Length: 8\r\n\r\n12345678");
  auto held = inbox.next();
  ASSERT_TRUE(held);
  const std::string second = "POST /2 HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc";
  EXPECT_EQ(status_of(exchange_raw(server->port(), second)), 503);
  echo(held);
  held.reset();
  first.read_response();
  RawClient third(server->port());
  third.send(second);
  const auto exchange = inbox.next();
  ASSERT_TRUE(exchange);
  echo(exchange);
  EXPECT_EQ(status_of(third.read_all()), 200);
}

TEST(HttpServer, ConnectionsBeyondTheLimitAreAnswered503) {
  Inbox inbox;
  const auto server = start_server(inbox.handler(), with([](HttpLimits& l) { l.connections_max = 2; }));
  auto first = std::make_unique<RawClient>(server->port());
  RawClient second(server->port());
  first->send(kGet);
  second.send(kGet);
  auto waiting = inbox.next();
  const auto other = inbox.next();
  ASSERT_TRUE(waiting && other);  // both in the middle of something
  RawClient third(server->port());
  EXPECT_EQ(status_of(third.read_all()), 503);
  EXPECT_EQ(server->counters().connections_refused, 1U);
  echo(waiting);
  echo(other);
  ASSERT_EQ(status_of(first->read_response()), 200);
  ASSERT_EQ(status_of(second.read_response()), 200);
  RawClient fourth(server->port());  // now somebody only waits
  fourth.send(kGet);
  waiting = inbox.next();
  ASSERT_TRUE(waiting);
  echo(waiting);
  EXPECT_EQ(status_of(fourth.read_response()), 200);
  EXPECT_EQ(server->counters().connections_replaced, 1U);
  EXPECT_EQ(first->read_all(), "");  // answered before the second, or in the same moment
}

TEST(HttpServer, HoldsThousandsOfIdleConnections) {
  const auto server = start_server(echo);
  std::vector<RawClient> idle;
  for (int i = 0; i < 2'000; ++i) {
    idle.emplace_back(server->port());
    ASSERT_TRUE(idle.back().connected());
  }
  ASSERT_TRUE(eventually([&] { return server->counters().connections_open == 2'000; }));
  EXPECT_THAT(exchange_raw(server->port(), kGet), EndsWith("GET /a "));
  for (auto& client : idle) client.send(kGet);
  for (auto& client : idle) EXPECT_EQ(status_of(client.read_response()), 200);
}

/// Takes every file descriptor that the process may have; gives them back at its end.
class AllDescriptors {
 public:
  AllDescriptors() {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    const rlimit few{std::min<rlim_t>(before_.rlim_cur, 512), before_.rlim_max};
    EXPECT_EQ(::setrlimit(RLIMIT_NOFILE, &few), 0);
    for (int fd = ::dup(0); fd >= 0; fd = ::dup(0)) taken_.push_back(fd);
  }
  ~AllDescriptors() {
    for (const int fd : taken_) ::close(fd);
    ::setrlimit(RLIMIT_NOFILE, &before_);
  }
  AllDescriptors(const AllDescriptors&) = delete;
  AllDescriptors& operator=(const AllDescriptors&) = delete;

 private:
  rlimit before_{};
  std::vector<int> taken_;
};

TEST(HttpServer, SurvivesRunningOutOfFileDescriptors) {
  const auto server = start_server(echo);
  RawClient before(server->port());
  before.send(kGet);
  ASSERT_EQ(status_of(before.read_response()), 200);
  std::vector<RawClient> knocking;
  for (int i = 0; i < 3; ++i) knocking.emplace_back();
  {
    const AllDescriptors all;
    for (auto& client : knocking) {
      ASSERT_TRUE(client.connect(server->port()));
      EXPECT_EQ(client.read_all(), "");  // closed at once, by means of the descriptor in reserve
    }
    EXPECT_EQ(server->counters().connections_refused, 3U);
    before.send(kGet);
    EXPECT_EQ(status_of(before.read_response()), 200);  // who is in is served
  }
  EXPECT_EQ(status_of(exchange_raw(server->port(), kGet)), 200);
}

// With not even the one in reserve, the listener rests and comes back.
TEST(HttpServer, ListensAgainWhenDescriptorsAreFreed) {
  const auto server = start_server(echo);
  RawClient client;
  rlimit before{};
  ::getrlimit(RLIMIT_NOFILE, &before);
  const rlimit none{0, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  const bool connected = client.connect(server->port());
  ::setrlimit(RLIMIT_NOFILE, &before);
  ASSERT_TRUE(connected);
  client.send(kGet);
  EXPECT_EQ(status_of(client.read_response()), 200);
}

TEST(HttpServer, RefusesPlaintextBeyondLoopback) {
  HttpServerOptions options;
  options.address = "0.0.0.0";
  const auto refused = HttpServer::start(options, echo);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kForbidden);
  EXPECT_THAT(refused.error().message, HasSubstr("not a loopback address"));
  options.allow_plaintext_remote = true;
  EXPECT_TRUE(HttpServer::start(options, echo));
  for (const char* loopback : {"127.0.0.1", "127.8.9.10", "::1"}) {
    options = {};
    options.address = loopback;
    const auto server = HttpServer::start(options, echo);
    if (!server && std::string_view(loopback) == "::1") continue;  // a machine without IPv6
    EXPECT_TRUE(server) << loopback;
  }
  options.address = "localhost";
  EXPECT_EQ(HttpServer::start(options, echo).error().code, ErrorCode::kInvalid);
}

TEST(HttpServer, SaysWhyItCannotListen) {
  const auto first = start_server(echo);
  HttpServerOptions options;
  options.port = first->port();
  const auto second = HttpServer::start(options, echo);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::kIo);
  EXPECT_EQ(second.error().where, fmt::format("127.0.0.1:{}", first->port()));
}

TEST(HttpServer, StopsInOrder) {
  Inbox inbox;
  const auto server = start_server(inbox.handler());
  RawClient idle(server->port());
  RawClient busy(server->port());
  busy.send(kGet);
  const auto exchange = inbox.next();
  ASSERT_TRUE(exchange);
  bool finished = false;
  std::thread stopping([&] { finished = server->stop(10'000); });
  EXPECT_EQ(idle.read_all(), "");  // closed at once
  echo(exchange);
  const std::string answer = busy.read_all();
  EXPECT_THAT(answer, EndsWith("GET /a "));
  EXPECT_THAT(answer, HasSubstr("Connection: close"));
  stopping.join();
  EXPECT_TRUE(finished);
  EXPECT_FALSE(RawClient(server->port()).connected());
}

TEST(HttpServer, StopsAtTheDeadlineAndLateAnswersAreHarmless) {
  Inbox inbox;
  auto server = start_server(inbox.handler());
  RawClient client(server->port());
  client.send(kGet);
  auto exchange = inbox.next();
  ASSERT_TRUE(exchange);
  EXPECT_FALSE(server->stop(10));
  EXPECT_EQ(client.read_all(), "");
  EXPECT_TRUE(exchange->abandoned());
  echo(exchange);
  server.reset();
  exchange.reset();
}

TEST(HttpServer, AnswersToClientsThatHaveGoneAreCounted) {
  Inbox inbox;
  const auto server = start_server(inbox.handler());
  auto client = std::make_unique<RawClient>(server->port());
  client->send(kGet);
  const auto exchange = inbox.next();
  ASSERT_TRUE(exchange);
  client.reset();
  // The end of its input alone does not say that the client has gone; writing to it does.
  echo(exchange);
  EXPECT_TRUE(eventually([&] { return server->counters().connections_open == 0; }));
}

}  // namespace
}  // namespace tansiq::net
