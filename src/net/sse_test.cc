#include "net/sse.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>

#include "net/http_client.h"
#include "net/net_testlib.h"

namespace tansiq::net {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using namespace test;

constexpr std::string_view kGet = "GET /events HTTP/1.1\r\nHost: h\r\n\r\n";

/// Where a stream's end is noted, to be waited for.
class Ending {
 public:
  std::function<void(StreamEnd)> note() {
    return [this](StreamEnd end) {
      const std::scoped_lock lock(mutex_);
      ends_.push_back(end);
      changed_.notify_all();
    };
  }
  std::optional<StreamEnd> wait() {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, std::chrono::seconds(10), [this] { return !ends_.empty(); })) return std::nullopt;
    EXPECT_EQ(ends_.size(), 1U);
    return ends_.front();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<StreamEnd> ends_;
};

TEST(Sse, FormatsAsTheStandardSays) {
  EXPECT_EQ(*format_event("7", "intent", "{}"), "id: 7\nevent: intent\ndata: {}\n\n");
  EXPECT_EQ(*format_event("", "", "a\nb\r\nc\rd"), "data: a\ndata: b\ndata: c\ndata: d\n\n");
  EXPECT_EQ(*format_event("", "x", ""), "event: x\ndata: \n\n");
}

TEST(SseDeathTest, RefusesIdsThatWouldForgeAField) {
  EXPECT_DEATH(std::ignore = format_event("1\ndata: x", "", ""), "kForbidden");
  EXPECT_DEATH(std::ignore = format_event("1", "a\rb", ""), "kForbidden");
}

TEST(Sse, ParsesAnyLineEndHoweverDivided) {
  const std::string_view input =
      "\xEF\xBB\xBFid: 1\r\nevent: a\rdata: x\ndata:y\n\r\n: comment\r\n\r\nretry: 5\nid:2\ndata\n\nevent: lost";
  for (std::size_t piece = 1; piece <= input.size(); ++piece) {
    SseParser parser;
    for (std::size_t at = 0; at < input.size(); at += piece) ASSERT_TRUE(parser.feed(input.substr(at, piece)));
    const auto first = parser.next();
    const auto second = parser.next();
    ASSERT_TRUE(first && second) << piece;
    EXPECT_EQ(first->id + "|" + first->event + "|" + first->data, "1|a|x\ny");
    EXPECT_EQ(second->id + "|" + second->event + "|" + second->data, "2|message|");
    EXPECT_FALSE(parser.next());
  }
}

TEST(Sse, AnIdAloneIsNoEventAndSaysWhereToGoOn) {
  SseParser parser;
  ASSERT_TRUE(parser.feed(*format_position("41") + "id: 42\ndata: x\n"));
  EXPECT_FALSE(parser.next());
  EXPECT_EQ(parser.last_id(), "41") << "what 42 tells has not all come";
  ASSERT_TRUE(parser.feed("\n"));
  EXPECT_EQ(parser.next()->id, "42");
  EXPECT_EQ(parser.last_id(), "42");
}

TEST(Sse, ParserIsBounded) {
  SseParser parser(100);
  EXPECT_EQ(parser.feed("data: " + std::string(200, 'x')).error().code, ErrorCode::kTooLarge);
  SseParser lines(100);
  std::string many;
  for (int i = 0; i < 50; ++i) many += "data: abc\n";
  EXPECT_EQ(lines.feed(many).error().code, ErrorCode::kTooLarge);
}

TEST(Sse, LastEventIdIsASequenceNumber) {
  Request request = make_request(Method::kGet, "/");
  EXPECT_FALSE(last_event_id(request)->has_value());
  for (const auto& [text, value] : {std::pair{"0", 0}, {"1042", 1042}}) {
    request.headers.set("Last-Event-ID", text);
    EXPECT_EQ(*last_event_id(request), value);
  }
  for (const char* text : {"", "-1", "01", "1x", " 1", "9999999999999999999"}) {
    request.headers.set("Last-Event-ID", text);
    EXPECT_FALSE(last_event_id(request)) << text;
  }
}

TEST(Stream, SendsEventsAsChunksAndEndsInOrder) {
  Inbox inbox;
  const auto server = start_server(inbox.handler());
  RawClient client(server->port());
  client.send(kGet);
  Ending ending;
  StreamHandle stream = inbox.next()->begin_stream({{"X-Extra", "1"}});
  stream.on_close(ending.note());
  EXPECT_TRUE(stream.send("1", "a", "x"));
  EXPECT_EQ(client.read_until("data: x\n\n").substr(0, 15), "HTTP/1.1 200 OK");
  EXPECT_TRUE(stream.send("2", "", "y"));
  stream.close();
  EXPECT_EQ(client.read_all(), "\r\nf\r\nid: 2\ndata: y\n\n\r\n0\r\n\r\n");
  EXPECT_EQ(ending.wait(), StreamEnd::kClosedHere);
  EXPECT_EQ(stream.send("3", "", "z").error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(server->counters().streams_open, 0U);
}

TEST(Stream, OldClientsGetItWithoutChunks) {
  Inbox inbox;
  const auto server = start_server(inbox.handler());
  RawClient client(server->port());
  client.send("GET / HTTP/1.0\r\n\r\n");
  StreamHandle stream = inbox.next()->begin_stream();
  EXPECT_TRUE(stream.send("1", "", "x"));
  stream.close();
  EXPECT_THAT(client.read_all(), EndsWith("\r\n\r\nid: 1\ndata: x\n\n"));
}

TEST(Stream, KeepsSilentConnectionsAlive) {
  Inbox inbox;
  HttpServerOptions options;
  options.limits.head_ms = 20;  // makes the ticks short
  const auto server = start_server(inbox.handler(), options);
  RawClient client(server->port());
  client.send(kGet);
  const StreamHandle stream = inbox.next()->begin_stream({}, {.keep_alive_ms = 10});
  EXPECT_THAT(client.read_until(":\n\n\r\n3\r\n:\n\n"), HasSubstr("3\r\n:\n\n"));
  EXPECT_TRUE(stream.open());
}

TEST(Stream, NoticesThatTheClientHasGone) {
  Inbox inbox;
  const auto server = start_server(inbox.handler());
  auto client = std::make_unique<RawClient>(server->port());
  client->send(kGet);
  StreamHandle stream = inbox.next()->begin_stream();
  Ending ending;
  stream.on_close(ending.note());
  client->read_until("\r\n\r\n");
  client.reset();
  EXPECT_EQ(ending.wait(), StreamEnd::kClientGone);
  EXPECT_FALSE(stream.open());
  Ending late;
  stream.on_close(late.note());
  EXPECT_EQ(late.wait(), StreamEnd::kClientGone);
}

TEST(Stream, CutsOffASlowConsumerWhoseQueueOverflows) {
  Inbox inbox;
  const auto server = start_server(inbox.handler());
  RawClient client(server->port(), 4'096);
  client.send(kGet);
  StreamHandle stream = inbox.next()->begin_stream({}, {.queue_bytes_max = 100'000});
  Ending ending;
  stream.on_close(ending.note());
  const auto event = format_event("1", "", std::string(50'000, 'x'));
  Status sent;
  for (int i = 0; i < 1'000 && sent; ++i) {
    sent = stream.send(event);
    EXPECT_LE(stream.queued_bytes(), 100'000U);
  }
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().code, ErrorCode::kOverloaded);
  EXPECT_EQ(ending.wait(), StreamEnd::kSlowConsumer);
  EXPECT_EQ(server->counters().slow_consumers, 1U);
}

TEST(Stream, CutsOffAConsumerThatStalls) {
  Inbox inbox;
  HttpServerOptions options;
  options.limits.head_ms = 20;
  const auto server = start_server(inbox.handler(), options);
  RawClient client(server->port(), 4'096);
  client.send(kGet);
  StreamHandle stream = inbox.next()->begin_stream({}, {.queue_bytes_max = 64U << 20, .stall_ms = 30});
  Ending ending;
  stream.on_close(ending.note());
  EXPECT_TRUE(stream.send("1", "", std::string(30'000'000, 'x')));
  EXPECT_EQ(ending.wait(), StreamEnd::kSlowConsumer);
}

TEST(Stream, EndsWithTheServer) {
  Inbox inbox;
  const auto server = start_server(inbox.handler());
  RawClient client(server->port());
  client.send(kGet);
  auto exchange = inbox.next();
  StreamHandle stream = exchange->begin_stream();
  Ending ending;
  stream.on_close(ending.note());
  client.read_until("\r\n\r\n");
  EXPECT_TRUE(server->stop(10'000));
  EXPECT_EQ(client.read_all(), "0\r\n\r\n");
  EXPECT_EQ(ending.wait(), StreamEnd::kServerStop);
  EXPECT_FALSE(stream.send("1", "", ""));
}

TEST(Stream, OneEventReachesManyListenersInOrder) {
  Inbox inbox;
  HttpServerOptions options;
  options.io_threads = 2;
  const auto server = start_server(inbox.handler(), options);
  const auto client = HttpClient::create({.base_url = server->url()});
  ASSERT_TRUE(client);
  std::vector<std::unique_ptr<EventStream>> listeners;
  std::vector<StreamHandle> streams;
  for (int i = 0; i < 20; ++i) {
    std::thread answering([&] { streams.push_back(inbox.next()->begin_stream()); });
    auto listener = (*client)->events("/events", "41");
    answering.join();
    ASSERT_TRUE(listener) << listener.error().text();
    listeners.push_back(std::move(*listener));
  }
  for (int id = 42; id < 142; ++id) {
    const auto event = format_event(fmt::format("{}", id), "tick", fmt::format("line\n{}", id));
    for (StreamHandle& stream : streams) EXPECT_TRUE(stream.send(event));
  }
  for (StreamHandle& stream : streams) stream.close();
  for (const auto& listener : listeners) {
    for (int id = 42; id < 142; ++id) {
      const auto event = listener->next(10'000);
      ASSERT_TRUE(event && *event) << id;
      EXPECT_EQ((*event)->id, fmt::format("{}", id));
      EXPECT_EQ((*event)->data, fmt::format("line\n{}", id));
    }
    const auto end = listener->next(10'000);
    ASSERT_TRUE(end);
    EXPECT_FALSE(end->has_value());
    EXPECT_EQ(listener->last_id(), "141");
  }
}

}  // namespace
}  // namespace tansiq::net
