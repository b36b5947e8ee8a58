// The other end does not keep to the rules: it sends without end, drips, says nothing, takes nothing, and comes in
// thousands. What must hold is counted: an end that comes, bytes that stay within a bound, others who are served.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/http_client.h"
#include "net/http_server.h"
#include "net/net_testlib.h"

namespace tansiq::net {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using namespace test;
using Guest = RawServer::Guest;

constexpr std::string_view kGet = "GET /a HTTP/1.1\r\nHost: h\r\n\r\n";
constexpr std::string_view kChunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
constexpr std::string_view kEvents =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
const std::string kMuch(60'000, 'x');

/// One byte at a time, without end.
void drip(Guest& guest, std::string_view begin) {
  if (!guest.send(begin)) return;
  while (guest.send("x")) {
  }
}

std::string chunk(std::string_view text) { return fmt::format("{:x}\r\n{}\r\n", text.size(), text); }

struct Attack {
  const char* name;
  RawServer::Script after_request;
  ErrorCode code;
  const char* reason;
};

// A peer whom we ask.
TEST(AdversaryAsServer, EveryAnswerWithoutEndHasOneHere) {
  const std::vector<Attack> attacks{
      {"a header without end", [](Guest& g) { g.send_forever(kMuch, "HTTP/1.1 200 OK\r\nX: "); }, ErrorCode::kTooLarge,
       "head of the answer"},
      {"headers without end", [](Guest& g) { g.send_forever("X: y\r\n", "HTTP/1.1 200 OK\r\n"); }, ErrorCode::kTooLarge,
       "head of the answer"},
      {"interim answers without end", [](Guest& g) { g.send_forever("HTTP/1.1 100 Continue\r\n\r\n"); },
       ErrorCode::kMalformed, "too many interim answers"},
      {"a length far too large",
       [](Guest& g) { g.send_forever(kMuch, "HTTP/1.1 200 OK\r\nContent-Length: 1099511627776\r\n\r\n"); },
       ErrorCode::kTooLarge, "exceeds 1000000 bytes"},
      {"chunks without end", [](Guest& g) { g.send_forever(chunk(kMuch), kChunked); }, ErrorCode::kTooLarge,
       "exceeds 1000000 bytes"},
      {"a body until the end, which never comes", [](Guest& g) { g.send_forever(kMuch, "HTTP/1.1 200 OK\r\n\r\n"); },
       ErrorCode::kTooLarge, "exceeds 1000000 bytes"},
      {"a chunk's extension without end", [](Guest& g) { g.send_forever(kMuch, std::string(kChunked) + "1;"); },
       ErrorCode::kTooLarge, "too large"},
      {"little in much: a byte in each chunk, with an extension",
       [](Guest& g) { g.send_forever("1;" + kMuch + "\r\nx\r\n", kChunked); }, ErrorCode::kTooLarge,
       "framing for the most part"},
      {"trailers without end", [](Guest& g) { g.send_forever("X: y\r\n", std::string(kChunked) + "0\r\n"); },
       ErrorCode::kTooLarge, "too large"},
  };
  for (const Attack& attack : attacks) {
    SCOPED_TRACE(attack.name);
    const RawServer server([&](Guest& guest) {
      if (guest.read_head()) attack.after_request(guest);
    });
    // Hours: what ends here is ended by a bound on bytes.
    const auto client =
        *HttpClient::create({.base_url = server.url(), .response_ms = 36'000'000, .body_bytes_max = 1'000'000});
    const auto answer = client->get("/");
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, attack.code) << answer.error().text();
    EXPECT_THAT(answer.error().message, HasSubstr(attack.reason));
  }
}

TEST(AdversaryAsServer, SilenceAndDripsEndWithTheTimeAllowed) {
  const std::vector<std::pair<const char*, RawServer::Script>> attacks{
      {"accepts and says nothing", [](Guest& g) { g.wait_for_end(); }},
      {"accepts and reads nothing", [](Guest& g) { g.read_nothing(); }},
      {"drips a head", [](Guest& g) { drip(g, "HTTP/1.1 200 OK\r\nX: "); }},
      {"drips a body", [](Guest& g) { drip(g, "HTTP/1.1 200 OK\r\nContent-Length: 999999999\r\n\r\n"); }},
  };
  for (const auto& [name, script] : attacks) {
    SCOPED_TRACE(name);
    const RawServer server(script);
    const auto client =
        *HttpClient::create({.base_url = server.url(), .response_ms = 30, .body_bytes_max = 1'000'000'000});
    for (const auto& answer : {client->get("/"), client->post_json("/", std::string(20'000'000, ' '))}) {
      ASSERT_FALSE(answer);
      // One who drips fast enough has sent a head that is too large before the time is over.
      EXPECT_THAT(answer.error().code, ::testing::AnyOf(ErrorCode::kTimeout, ErrorCode::kTooLarge));
    }
  }
}

/// A hundred thousand bytes of comments and an event behind them, all of it on this side of the line already: one who
/// always has another byte. Each call may read once, whatever it reads, and then looks at time and interrupt.
TEST(AdversaryAsServer, TimeAndInterruptsCountWhenThereIsAlwaysAnotherByte) {
  std::atomic<bool> sent{false};
  const RawServer server([&](Guest& guest) {
    if (!guest.read_head() || !guest.send(kEvents)) return;
    for (int i = 0; i < 10; ++i) guest.send(chunk(":" + std::string(10'000, 'x') + "\n"));
    guest.send(chunk("data: here\n\n"));
    sent.store(true);
    guest.wait_for_end();
  });
  for (const bool interrupting : {false, true}) {
    sent.store(false);
    const auto interrupt = *Interrupt::create();
    const auto client = *HttpClient::create({.base_url = server.url(), .interrupt = interrupt});
    const auto stream = client->events("/events");
    ASSERT_TRUE(stream);
    while (!sent.load()) std::this_thread::yield();
    if (interrupting) {
      interrupt->trigger();
      const auto interrupted = (*stream)->next(36'000'000);
      ASSERT_FALSE(interrupted);
      EXPECT_EQ(interrupted.error().code, ErrorCode::kUnavailable);
      continue;
    }
    int calls = 1;
    auto event = (*stream)->next(0);
    for (; !event && event.error().code == ErrorCode::kTimeout; ++calls) event = (*stream)->next(0);
    ASSERT_TRUE(event);
    EXPECT_EQ((*event)->data, "here");
    EXPECT_GE(calls, 5);  // of 16 KiB each
  }
}

TEST(AdversaryAsServer, EventStreamsHaveBounds) {
  const auto next = [](const std::string& sent, DurationMs wait_ms) {
    const RawServer server([&](Guest& guest) {
      if (guest.read_head() && guest.send(kEvents)) guest.send_forever(chunk(sent));
    });
    const auto client = *HttpClient::create({.base_url = server.url()});
    const auto stream = client->events("/events");
    EXPECT_TRUE(stream);
    const auto event = (*stream)->next(wait_ms);
    return event ? Error{ErrorCode::kInternal, "an event came", {}} : event.error();
  };
  EXPECT_EQ(next(": " + kMuch + "\n", 30).code, ErrorCode::kTimeout);
  EXPECT_EQ(next("id: 5\n\n", 30).code, ErrorCode::kTimeout);
  EXPECT_EQ(next("data: a line without end", 36'000'000).code, ErrorCode::kTooLarge);
  EXPECT_EQ(next("data: lines without end\n", 36'000'000).code, ErrorCode::kTooLarge);
  EXPECT_EQ(next("data\n", 36'000'000).code, ErrorCode::kTooLarge);
  // Would be copied into each of the events behind it.
  EXPECT_EQ(next("id: " + kMuch + "\ndata\n\n", 36'000'000).code, ErrorCode::kTooLarge);
}

TEST(AdversaryAsServer, WhatItSaysOfAFailureIsCutShort) {
  const auto error_of = [](const std::string& detail) {
    return error_from_response({503, {}, "{\"detail\":\"" + detail + "\",\"status\":503}"}, "the peer answers");
  };
  EXPECT_EQ(error_of("not now").message, "the peer answers: not now");
  EXPECT_LT(error_of(std::string(1'000'000, 'x')).message.size(), 600U);
  EXPECT_EQ(error_of("\\u001b[2Jgone\\n").message, "the peer answers:  [2Jgone ");
  // Cut between letters, not within one.
  std::string arabic;
  for (int i = 0; i < 300; ++i) arabic += "\xD8\xAA";
  for (const std::string& text : {arabic, "x" + arabic}) {
    const std::string cut = error_of(text).message;
    EXPECT_THAT(cut, EndsWith("\xD8\xAA..."));
  }
}

/// A client that takes nothing of `target`.
RawClient deaf(const HttpServer& server, std::string_view request) {
  RawClient client(server.port(), 4'096);
  EXPECT_TRUE(client.connected());
  client.send(request);
  return client;
}

// Clients who come to us.
TEST(AdversaryAsClient, AnswersThatNobodyTakesAreBoundedTogether) {
  constexpr std::size_t kBytesMax = 64U << 20;
  const auto large = std::make_shared<const std::string>(30'000'000, 'x');
  std::mutex mutex;
  std::vector<std::string> reasons;
  HttpServerOptions options;
  options.limits.outputs_total_bytes_max = kBytesMax;
  options.on_problem = [&](const ServerProblem& problem) {
    const std::scoped_lock lock(mutex);
    reasons.push_back(problem.problem.error.message);
  };
  const auto server = start_server(
      [&](const std::shared_ptr<Exchange>& exchange) {
        Response response = text_response(200, "small");
        if (exchange->request().path() == "/a") response.shared_body = large;
        exchange->respond(std::move(response));
      },
      options);
  std::vector<RawClient> clients;
  for (std::uint64_t i = 1; i <= 20; i += 2) {
    clients.push_back(deaf(*server, kGet));
    ASSERT_TRUE(eventually([&] { return server->counters().responses == i; }));
    EXPECT_EQ(status_of(exchange_raw(server->port(), "GET /small HTTP/1.1\r\nHost: h\r\n\r\n")), 200);
    ASSERT_TRUE(eventually([&] { return server->counters().unsent_bytes <= kBytesMax; }));
  }
  const HttpCounters counters = server->counters();
  EXPECT_GE(counters.outputs_dropped, 7U);  // two or three of ten fit
  EXPECT_LE(counters.connections_open, 3U + 1U);
  const std::scoped_lock lock(mutex);
  EXPECT_EQ(reasons.size(), counters.outputs_dropped);
  EXPECT_THAT(reasons, ::testing::Each(HasSubstr("wait to be taken; this client is the slowest")));
}

/// The sum is exact: when all is taken or gone, nothing is held.
TEST(AdversaryAsClient, WhatIsTakenOrGoneIsNotCounted) {
  const auto server = start_server([](const std::shared_ptr<Exchange>& exchange) {
    exchange->respond(text_response(200, std::string(8'000'000, 'x')));
  });
  RawClient reading(server->port());
  reading.send(std::string(kGet) + std::string(kGet) + std::string(kGet));
  auto leaving = std::make_unique<RawClient>(deaf(*server, kGet));
  ASSERT_TRUE(eventually([&] { return server->counters().unsent_bytes > 1'000'000; }));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(reading.read_response().size() / 1'000'000, 8U);
  leaving.reset();
  EXPECT_TRUE(eventually([&] { return server->counters().unsent_bytes == 0; }));
}

TEST(AdversaryAsClient, PipelinedAnswersBeyondTheRoomAllArrive) {
  // Each goes beyond the limit of unsent output alone, so each waits until the one before it has gone: at a client that
  // reads as fast as this, that is within one turn, and no event of the socket follows.
  HttpServerOptions options;
  options.limits.output_bytes_max = 1'000;
  options.io_threads = 1;
  const auto server = start_server(
      [](const std::shared_ptr<Exchange>& exchange) { exchange->respond(text_response(200, std::string(2'000, 'x'))); },
      options);
  RawClient reading(server->port());
  for (int round = 0; round < 200; ++round) {
    reading.send(std::string(kGet) + std::string(kGet) + std::string(kGet) + std::string(kGet));
    for (int i = 0; i < 4; ++i) ASSERT_THAT(reading.read_response(), EndsWith("xx")) << round << ", " << i;
  }
}

TEST(AdversaryAsClient, WhoDripsABodyGivesWayToOneWhoSends) {
  HttpServerOptions options;
  options.limits.bodies_total_bytes_max = 100'000;
  const auto server = start_server(echo, options);
  std::vector<RawClient> dripping;
  for (int i = 0; i < 9; ++i) {
    dripping.emplace_back(server->port());
    dripping.back().send("POST /d HTTP/1.1\r\nHost: h\r\nContent-Length: 90000\r\n\r\n" + std::string(10'000, 'x'));
  }
  ASSERT_TRUE(eventually([&] { return server->counters().bytes_in > 90'000; }));
  // Older is slower: they have sent what they will.
  const std::string body(80'000, 'y');
  const std::string request =
      fmt::format("POST /s HTTP/1.1\r\nHost: h\r\nContent-Length: {}\r\n\r\n{}", body.size(), body);
  EXPECT_THAT(exchange_raw(server->port(), request), EndsWith(body));
  const HttpCounters counters = server->counters();
  EXPECT_GE(counters.timeouts, 6U);
  std::size_t told = 0;
  for (RawClient& client : dripping) {
    client.finish_sending();
    told += status_of(client.read_all()) == 408 ? 1U : 0U;
  }
  EXPECT_EQ(told, counters.timeouts);
}

TEST(AdversaryAsClient, ThousandsWhoSayNothingKeepNobodyOut) {
  HttpServerOptions options;
  options.limits.connections_max = 500;
  options.io_threads = 2;
  const auto server = start_server(echo, options);
  std::vector<RawClient> silent;
  for (int i = 0; i < 2'000; ++i) {
    silent.emplace_back(server->port());
    silent.back().send(i % 2 == 0 ? "" : "GET / HT");
    if (i % 100 == 99) {
      EXPECT_EQ(status_of(exchange_raw(server->port(), kGet)), 200) << i;
    }
  }
  const HttpCounters counters = server->counters();
  EXPECT_LE(counters.connections_open, 500U + 64U);
  EXPECT_GE(counters.connections_replaced, 1'400U);
  EXPECT_EQ(counters.connections_refused, 0U);
}

TEST(AdversaryAsClient, WhoIsInTheMiddleOfARequestIsNotReplaced) {
  HttpServerOptions options;
  options.limits.connections_max = 2;
  options.io_threads = 1;
  const auto server = start_server(echo, options);
  std::vector<RawClient> sending;
  for (int i = 0; i < 2; ++i) {
    sending.emplace_back(server->port());
    sending.back().send("POST /s HTTP/1.1\r\nHost: h\r\nContent-Length: 6\r\n\r\nabc");
  }
  ASSERT_TRUE(eventually([&] { return server->counters().bytes_in > 100; }));
  EXPECT_EQ(status_of(exchange_raw(server->port(), kGet)), 503);
  for (RawClient& client : sending) {
    client.send("def");
    EXPECT_THAT(client.read_response(), EndsWith("abcdef"));
  }
}

TEST(AdversaryAsClient, ThousandsOfStreamsThatNobodyReadsAreCutOff) {
  std::mutex mutex;
  std::vector<StreamHandle> streams;
  std::atomic<std::size_t> ended{0};
  const auto server = start_server([&](const std::shared_ptr<Exchange>& exchange) {
    if (exchange->request().path() != "/a") return echo(exchange);
    StreamOptions few;
    few.queue_bytes_max = 64U << 10;
    StreamHandle stream = exchange->begin_stream({}, few);
    stream.on_close([&](StreamEnd end) { ended.fetch_add(end == StreamEnd::kSlowConsumer ? 1 : 0); });
    const std::scoped_lock lock(mutex);
    streams.push_back(stream);
  });
  std::vector<RawClient> unread;
  for (int i = 0; i < 1'000; ++i) unread.push_back(deaf(*server, kGet));
  ASSERT_TRUE(eventually([&] { return server->counters().streams_open == 1'000; }));
  const WireEvent event = format_event("1", "", kMuch);
  bool open = true;
  for (int round = 0; open && round < 1'000; ++round) {
    const std::scoped_lock lock(mutex);
    open = false;
    for (StreamHandle& stream : streams) {
      EXPECT_LE(stream.queued_bytes(), 64U << 10);
      open = stream.send(event).has_value() || stream.open() || open;
    }
    if (round % 10 == 0) {
      EXPECT_EQ(status_of(exchange_raw(server->port(), "GET /b HTTP/1.1\r\nHost: h\r\n\r\n")), 200);
    }
  }
  EXPECT_TRUE(eventually([&] { return server->counters().streams_open == 0; }));
  EXPECT_EQ(ended.load(), 1'000U);
  EXPECT_EQ(server->counters().slow_consumers, 1'000U);
  EXPECT_TRUE(eventually([&] { return server->counters().unsent_bytes == 0; }));
}

}  // namespace
}  // namespace tansiq::net
