// One stream of everything that whoever asks may read.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json_in.h"
#include "node/node_testlib.h"
#include "node_api/schemas.h"

namespace tansiq::node {
namespace {

using ::testing::HasSubstr;

net::SseEvent next(net::EventStream& stream) {
  auto event = stream.next(10'000);
  if (event && *event) return std::move(**event);
  ADD_FAILURE() << (event ? "the stream has ended" : event.error().text());
  return {};
}

void file(TestNode& t, int n) {
  const auto r = t.put(fmt::format("/v1/intents/i{}", n),
                       create_json(fmt::format("c{}", n), volume_json(10 + 20 * n, 10)), t.token("fr-ops"));
  ASSERT_EQ(r.status, 201) << r.body;
}

TEST(Stream, SaysAtOnceWhatItHasAndWhereItBegins) {
  TestNode t;
  const auto stream = t.client(t.token("watch", {"log.read"}))->events("/v1/stream");
  ASSERT_TRUE(stream.has_value()) << stream.error().text();
  const net::SseEvent begun = next(**stream);
  EXPECT_EQ(begun.event, "stream/begin");
  EXPECT_EQ(begun.data, R"({"live":"forbidden","record":"open","talks":"forbidden"})");
  file(t, 0);
  const net::SseEvent entry = next(**stream);
  EXPECT_EQ(entry.event, "record/intent.accepted");
  EXPECT_THAT(entry.data, HasSubstr(R"("intent":"i0")"));
  // Who lost the line before the first entry comes back to where it began.
  const auto again = t.client(t.token("watch", {"log.read", "picture.read"}))->events("/v1/stream", begun.id);
  ASSERT_TRUE(again.has_value()) << again.error().text();
  EXPECT_EQ(next(**again).data, R"({"live":"none","record":"open","talks":"forbidden"})");
  EXPECT_EQ(next(**again).id, entry.id);
}

TEST(Stream, GoesOnBehindTheLastIdOverARestart) {
  TestNode t;
  auto stream = t.client(t.token("watch", {"log.read", "talks.read"}))->events("/v1/stream");
  ASSERT_TRUE(stream.has_value()) << stream.error().text();
  EXPECT_EQ(next(**stream).event, "stream/begin");
  file(t, 0);
  file(t, 1);
  const std::string first = next(**stream).data;
  const std::string last = (*stream)->last_id();
  stream->reset();
  t.restart();
  file(t, 2);
  const auto resumed = t.client(t.token("watch", {"log.read", "talks.read"}))->events("/v1/stream", last);
  ASSERT_TRUE(resumed.has_value()) << resumed.error().text();
  EXPECT_EQ(next(**resumed).event, "stream/begin");
  EXPECT_THAT(first, HasSubstr(R"("intent":"i0")"));
  EXPECT_THAT(next(**resumed).data, HasSubstr(R"("intent":"i1")"));
  EXPECT_THAT(next(**resumed).data, HasSubstr(R"("intent":"i2")"));
}

TEST(Stream, RefusesWhoMayReadNothingAndPlacesThatAreNone) {
  TestNode t;
  const auto none = t.get("/v1/stream", t.token("x", {"intents.read"}));
  EXPECT_EQ(none.status, 403);
  EXPECT_THAT(none.body, HasSubstr("none of log.read, talks.read and picture.read"));
  EXPECT_EQ(t.get("/v1/stream", t.token("x", {"picture.read"})).status, 404) << "there is no picture";
  const std::string token = t.token("x", {"log.read"});
  for (const char* id : {"7", "x.y", "41.40.1", "99.99"}) {
    const auto r = t.client(token)->send(net::Method::kGet, "/v1/stream", {{"Last-Event-ID", id}});
    ASSERT_TRUE(r.has_value()) << r.error().text();
    EXPECT_EQ(r->status, 400) << id;
  }
  const auto head = t.client(token)->send(net::Method::kHead, "/v1/stream");
  ASSERT_TRUE(head.has_value()) << head.error().text();
  EXPECT_EQ(head->status, 200);
}

}  // namespace
}  // namespace tansiq::node
