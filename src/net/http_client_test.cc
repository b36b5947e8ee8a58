#include "net/http_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "net/loadgen.h"
#include "net/net_testlib.h"
#include "net/response_reader.h"

namespace tansiq::net {
namespace {

using ::testing::HasSubstr;
using namespace test;

std::unique_ptr<HttpClient> make_client(const HttpServer& server, HttpClientOptions options = {}) {
  options.base_url = server.url();
  return std::move(*HttpClient::create(std::move(options)));
}

TEST(BaseUrl, IsParsedStrictly) {
  EXPECT_EQ(BaseUrl::parse("http://localhost")->port, 80);
  EXPECT_EQ(BaseUrl::parse("https://h.test/")->authority(), "h.test");
  EXPECT_EQ(BaseUrl::parse("http://[::1]:8080")->authority(), "[::1]:8080");
  EXPECT_EQ(BaseUrl::parse("http://[::1]:8080")->host, "::1");
  for (const char* text : {"", "localhost", "ftp://a", "http://", "http://a:0", "http://a:65536", "http://a:x",
                           "http://a/b", "http://u@a", "http://a?b", "http://[::1", "http://a:", "http://a b"}) {
    EXPECT_EQ(BaseUrl::parse(text).error().code, ErrorCode::kInvalid) << text;
  }
}

TEST(HttpClient, KeepsItsConnection) {
  const auto server = start_server(echo);
  const auto client = make_client(*server);
  EXPECT_EQ(client->get("/a")->body, "GET /a ");
  EXPECT_EQ(client->post_json("/b", "{}")->body, "POST /b {}");
  EXPECT_EQ(client->send(Method::kHead, "/c")->body, "");
  EXPECT_EQ(client->send(Method::kDelete, "/d")->body, "DELETE /d ");
  EXPECT_EQ(server->counters().connections_accepted, 1U);
}

TEST(HttpClient, SendsItsTokenAndHeaders) {
  const auto server = start_server([](const std::shared_ptr<Exchange>& exchange) {
    const Request& request = exchange->request();
    exchange->respond(text_response(200, std::string(request.header("authorization").value_or("none")) + " " +
                                             std::string(request.header("x").value_or("none"))));
  });
  const auto client = make_client(*server, {.bearer_token = "abc"});
  EXPECT_EQ(client->send(Method::kGet, "/", {{"X", "y"}})->body, "Bearer abc y");
  EXPECT_EQ(make_client(*server, {.bearer_token = "a\r\nX: y"})->get("/").error().code, ErrorCode::kInvalid);
  EXPECT_EQ(client->get("/a b").error().code, ErrorCode::kMalformed);
}

TEST(HttpClient, OpensAClosedConnectionAgainForWhatMayBeRepeated) {
  HttpServerOptions options;
  options.limits.idle_ms = 20;
  const auto server = start_server(echo, options);
  const auto client = make_client(*server);
  const auto wait_for_close = [&] { return eventually([&] { return server->counters().connections_open == 0; }); };
  ASSERT_TRUE(client->get("/a"));
  ASSERT_TRUE(eventually([&] { return server->counters().idle_closed == 1; }));
  EXPECT_TRUE(client->get("/a"));
  ASSERT_TRUE(eventually([&] { return server->counters().idle_closed == 2; }));
  EXPECT_TRUE(client->post_json("/a", "{}", true));
  ASSERT_TRUE(eventually([&] { return server->counters().idle_closed == 3; }));
  EXPECT_EQ(client->post_json("/a", "{}").error().code, ErrorCode::kUnavailable);
  std::ignore = wait_for_close;
}

TEST(HttpClient, GivesUpInTime) {
  Inbox inbox;
  const auto server = start_server(inbox.handler());
  const auto client = make_client(*server, {.response_ms = 20});
  EXPECT_EQ(client->get("/a").error().code, ErrorCode::kTimeout);
  const auto exchange = inbox.next();
  ASSERT_TRUE(exchange);
}

TEST(HttpClient, BoundsAnswers) {
  const auto server = start_server([](const std::shared_ptr<Exchange>& exchange) {
    exchange->respond(text_response(200, std::string(1'001, 'x')));
  });
  EXPECT_EQ(make_client(*server, {.body_bytes_max = 1'000})->get("/").error().code, ErrorCode::kTooLarge);
  EXPECT_TRUE(make_client(*server, {.body_bytes_max = 1'001})->get("/"));
  EXPECT_EQ(make_client(*server, {.head_bytes_max = 40})->get("/").error().code, ErrorCode::kTooLarge);
}

TEST(HttpClient, SaysThatNobodyListens) {
  std::uint16_t port = 0;
  {
    const auto server = start_server(echo);
    port = server->port();
  }
  const auto client = HttpClient::create({.base_url = "http://127.0.0.1:" + std::to_string(port)});
  const auto answer = (*client)->get("/");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::kUnavailable);
  EXPECT_THAT(answer.error().text(), HasSubstr("cannot connect"));
}

TEST(HttpClient, TurnsProblemsIntoErrors) {
  const auto server = start_server([](const std::shared_ptr<Exchange>& exchange) {
    exchange->respond({ErrorCode::kVersionMismatch, "version 3 is not current", "version"});
  });
  const auto answer = make_client(*server)->get("/");
  ASSERT_TRUE(answer);
  const Error error = error_from_response(*answer, "update");
  EXPECT_EQ(error.code, ErrorCode::kVersionMismatch);
  EXPECT_THAT(error.message, HasSubstr("update: version 3 is not current (id "));
  EXPECT_EQ(error.where, "version");
  EXPECT_EQ(error_from_response({502, {}, "<html>"}, "").message, "502 Bad Gateway");
}

TEST(HttpClient, EventsFailWithTheProblemOfTheAnswer) {
  const auto server = start_server(
      [](const std::shared_ptr<Exchange>& exchange) { exchange->respond({ErrorCode::kForbidden, "no", ""}); });
  const auto stream = make_client(*server)->events("/events");
  ASSERT_FALSE(stream);
  EXPECT_EQ(stream.error().code, ErrorCode::kForbidden);
}

TEST(EventStream, TimesOutWithoutHarm) {
  Inbox inbox;
  const auto server = start_server(inbox.handler());
  StreamHandle sending;
  std::thread answering([&] { sending = inbox.next()->begin_stream(); });
  const auto stream = make_client(*server)->events("/events");
  answering.join();
  ASSERT_TRUE(stream);
  EXPECT_EQ((*stream)->next(5).error().code, ErrorCode::kTimeout);
  EXPECT_TRUE(sending.send("1", "", "x"));
  EXPECT_EQ((*(*stream)->next(10'000))->data, "x");
}

std::string read_response(std::string_view input, std::size_t piece, bool to_head = false) {
  ResponseReader reader(to_head, 1'000, 1'000);
  for (std::size_t at = 0; at < input.size() && !reader.done(); at += piece) {
    if (const Status fed = reader.feed(input.substr(at, piece)); !fed)
      return std::string(error_info(fed.error().code).slug);
  }
  if (!reader.done()) {
    if (const Status ended = reader.finish(); !ended) return std::string(error_info(ended.error().code).slug);
  }
  const bool keep = reader.keep_alive();
  const ClientResponse response = reader.take();
  return std::to_string(response.status) + (keep ? " keep " : " close ") + response.body;
}

TEST(ResponseReader, ReadsEveryFramingHoweverDivided) {
  const std::vector<std::pair<std::string_view, std::string_view>> cases{
      {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", "200 keep hi"},
      {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "200 keep "},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\nT: u\r\n\r\n", "200 keep abc"},
      {"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nuntil the end", "200 close until the end"},
      {"HTTP/1.1 204 No Content\r\n\r\n", "204 keep "},
      {"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nhi", "unavailable"},
      {"nonsense\r\n\r\n", "malformed"},
  };
  for (const auto& [input, expected] : cases) {
    for (std::size_t piece = 1; piece <= input.size(); ++piece)
      EXPECT_EQ(read_response(input, piece), expected) << input;
  }
  EXPECT_EQ(read_response("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", 100, true), "200 keep ");
}

TEST(LoadGenerator, CountsWhatTheServerCounts) {
  const auto server = start_server([](const std::shared_ptr<Exchange>& exchange) {
    exchange->respond(text_response(exchange->request().body.size() % 10 == 0 ? 500 : 200, "x"));
  });
  std::uint64_t sent = 0;
  const auto figures = run_load({.port = server->port(),
                                 .connections = 8,
                                 .warm_up_ms = 0,
                                 .run_ms = 60'000,
                                 .requests_max = 1'000,
                                 .next = [&](const LoadTurn& turn, LoadRequest& request) {
                                   const std::uint64_t sequence = turn.sequence;
                                   sent = sequence + 1;
                                   request.method = Method::kPost;
                                   request.body = std::string(1 + sequence % 10, 'a');
                                   return true;
                                 }});
  ASSERT_TRUE(figures) << figures.error().text();
  EXPECT_EQ(figures->requests, 900U);
  EXPECT_EQ(sent, 1'000U);
  EXPECT_EQ(figures->errors, 100U);
  EXPECT_EQ(server->counters().requests, 1'000U);
  EXPECT_LE(figures->p50_ms, figures->p99_ms);
  EXPECT_LE(figures->p99_ms, figures->max_ms);
  EXPECT_EQ(run_load({.port = server->port()}).error().code, ErrorCode::kInvalid);
}

TEST(HttpClient, AnInterruptEndsALongWait) {
  Inbox inbox;
  const auto server = start_server(inbox.handler());
  const auto interrupt = *Interrupt::create();
  auto client = *HttpClient::create({.base_url = server->url(), .interrupt = interrupt});
  std::shared_ptr<Exchange> asked;  // kept, so that the question is never answered
  std::thread stopper([&] {
    asked = inbox.next();
    interrupt->trigger();
  });
  const auto answer = client->get("/x");
  stopper.join();
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::kUnavailable);
  EXPECT_FALSE(client->get("/x"));  // and every later one
}

}  // namespace
}  // namespace tansiq::net
