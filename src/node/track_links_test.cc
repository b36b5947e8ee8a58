#include "node/track_links.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

#include "base/eventually.h"
#include "net/http_server.h"

namespace tansiq::node {
namespace {

using surveillance::ChunkKind;
using ::testing::HasSubstr;

/// Keeps what it is told.
class Kept final : public TrackExchange {
 public:
  void tell(const std::shared_ptr<net::Exchange>&, const AuthorityId&, TrackQuestion) override {}
  void drop_questions() override {}
  [[nodiscard]] bool hears(const AuthorityId&) const override { return true; }
  void keep_peers(const std::set<AuthorityId>&) override {}
  void hear(const AuthorityId&, ChunkKind kind, ByteView bytes) override {
    const std::lock_guard lock(mutex);
    said += kind == ChunkKind::kUp ? "U" : kind == ChunkKind::kDown ? "D" : "S";
    text += as_text(bytes);
    longest = std::max(longest, bytes.size());
  }
  void hear_failed(const AuthorityId&, const Error& why) override {
    const std::lock_guard lock(mutex);
    failures.push_back(why.text());
  }
  std::mutex mutex;
  std::string said;
  std::string text;
  std::size_t longest = 0;
  std::vector<std::string> failures;
};

TEST(TrackFetcher, HandsOnWhatComesInPiecesAndBeginsAnewAfterAFailure) {
  Kept kept;
  std::string garbage(200'000, '<');
  std::atomic<int> asked{0};
  std::vector<std::int64_t> cursors;
  {
    TrackFetcher fetcher({.peer = AuthorityId::trusted("us"),
                          .to = &kept,
                          .ask = [&](const TrackQuestion& question) -> Result<TrackAnswer> {
                            const int n = asked++;
                            if (n < 5) cursors.push_back(question.after.ms);
                            if (n == 1) return fail(ErrorCode::kTooLarge, "too long");
                            if (n > 2) return TrackAnswer{"", UtcMs{99}};
                            return TrackAnswer{garbage, UtcMs{10 + n}};
                          },
                          .interrupt = [] {},
                          .pause_ms = 1,
                          .backoff_first_ms = 1,
                          .backoff_max_ms = 2});
    ASSERT_TRUE(eventually([&] { return asked.load() > 5; }));
  }
  EXPECT_EQ(kept.said, "USSSSDUSSSSD");
  EXPECT_EQ(kept.text, garbage + garbage);
  EXPECT_EQ(kept.longest, surveillance::kChunkBytesMax);
  ASSERT_EQ(kept.failures.size(), 1U);
  EXPECT_THAT(kept.failures[0], HasSubstr("too long"));
  EXPECT_EQ(cursors, (std::vector<std::int64_t>{0, 10, 10, 12, 99}));
}

TEST(AskTracks, AnAnswerWithoutEndOrWithoutACursorIsNone) {
  std::string body(kTracksAnswerBytesMax + 1, 'x');
  std::string next = "5";
  net::HttpServerOptions options;
  options.address = "127.0.0.1";
  auto server = net::HttpServer::start(std::move(options), [&](const std::shared_ptr<net::Exchange>& exchange) {
    net::Response response;
    if (!next.empty()) response.headers.add(kTracksNextHeader, next);
    response.body = body;
    exchange->respond(std::move(response));
  });
  ASSERT_TRUE(server.has_value()) << server.error().text();
  net::HttpClientOptions http;
  http.base_url = (*server)->url();
  http.body_bytes_max = kTracksAnswerBytesMax;
  const auto client = net::HttpClient::create(std::move(http)).value();
  EXPECT_EQ(ask_tracks(*client, {}).error().code, ErrorCode::kTooLarge);
  body = "<event";
  const auto taken = ask_tracks(*client, {});
  ASSERT_TRUE(taken.has_value()) << taken.error().text();
  EXPECT_EQ(taken->next, UtcMs{5});
  EXPECT_EQ(taken->events, body);
  for (const char* bad : {"", "-1", "5x", "99999999999999999999", "253402300800000"}) {
    next = bad;
    EXPECT_EQ(ask_tracks(*client, {}).error().code, ErrorCode::kMalformed) << bad;
  }
}

}  // namespace
}  // namespace tansiq::node
