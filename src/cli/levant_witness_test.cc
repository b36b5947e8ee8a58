// The witness of the demo: what it writes down of a stream, and what of that is compared with a replay.
#include "cli/levant_witness.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <future>

#include "base/eventually.h"
#include "cli/wire.h"
#include "net/http_server.h"

namespace tansiq::cli {
namespace {

std::string line(std::int64_t id, std::int64_t changed_ms, std::string_view event) {
  return fmt::format(R"({{"alert":{{"changed_ms":{},"id":{}}},"event":"{}"}})", changed_ms, id, event);
}

TEST(LevantWitness, LinesUntilAMomentAreThoseOfAlertsThatChangedByThen) {
  const std::vector<std::string> lines{line(1, 100, "raised"), R"({"track":{"id":7}})", "no JSON at all",
                                       line(2, 201, "raised"), line(1, 200, "changed")};
  EXPECT_EQ(alert_lines_until(lines, {200}), (std::vector{lines[0], lines[4]}))
      << "in their order, the moment included";
  EXPECT_TRUE(alert_lines_until(lines, {99}).empty());
  EXPECT_EQ(count_of_event(lines, "raised"), 2U);
  EXPECT_EQ(count_of_event(lines, "ended"), 0U);
}

/// A node that tells one listener what the test says.
class Telling {
 public:
  Telling() {
    net::HttpServerOptions options;
    auto started = net::HttpServer::start(
        options, [this](std::shared_ptr<net::Exchange> exchange) { opened_.set_value(exchange->begin_stream()); });
    EXPECT_TRUE(started.has_value());
    if (started) server_ = std::move(*started);
  }
  [[nodiscard]] Result<std::unique_ptr<LevantWitness>> witness() {
    NodeOptions options;
    options.node = fmt::format("http://127.0.0.1:{}", server_->port());
    options.token = "none";
    return LevantWitness::start(TRY(NodeClient::open(options)));
  }
  /// Once somebody listens.
  net::StreamHandle& stream() {
    if (!stream_) stream_ = opened_.get_future().get();
    return *stream_;
  }

 private:
  std::promise<net::StreamHandle> opened_;
  std::optional<net::StreamHandle> stream_;
  std::unique_ptr<net::HttpServer> server_;
};

TEST(LevantWitness, WritesDownEveryAlertAndNothingElse) {
  Telling node;
  const auto witness = node.witness();
  ASSERT_TRUE(witness.has_value()) << witness.error().text();
  const std::vector<std::string> alerts{line(1, 100, "raised"), line(1, 150, "changed"), line(1, 200, "ended")};
  EXPECT_TRUE(node.stream().send("", "alert", alerts[0]));
  EXPECT_TRUE(node.stream().send("", "tracks", R"({"tracks":[]})"));
  EXPECT_TRUE(node.stream().send("", "alert", alerts[1]));
  EXPECT_TRUE(node.stream().send("", "alert", alerts[2]));
  ASSERT_TRUE(eventually([&] { return (*witness)->lines().size() >= alerts.size(); }));
  EXPECT_EQ((*witness)->lines(), alerts);
  EXPECT_EQ((*witness)->dropped(), 0U);
}

TEST(LevantWitness, WaitsForWhatWasSeenAndForWhatIsToCome) {
  Telling node;
  const auto witness = node.witness();
  ASSERT_TRUE(witness.has_value()) << witness.error().text();
  const auto changed_at = [](std::int64_t ms) {
    return [ms](const JsonValue& alert) { return number_of(alert, "changed_ms") == ms; };
  };
  EXPECT_FALSE((*witness)->await(changed_at(100), 1).has_value()) << "nothing was said yet";
  EXPECT_TRUE(node.stream().send("", "alert", line(1, 100, "raised")));
  EXPECT_EQ((*witness)->await(changed_at(100)), line(1, 100, "raised"));
  EXPECT_EQ((*witness)->await(changed_at(100)), line(1, 100, "raised")) << "what was seen stays seen";
  auto later = std::async(std::launch::async, [&] { return (*witness)->await(changed_at(300)); });
  EXPECT_TRUE(node.stream().send("", "alert", line(1, 200, "changed")));
  EXPECT_TRUE(node.stream().send("", "alert", line(2, 300, "raised")));
  EXPECT_EQ(later.get(), line(2, 300, "raised"));
}

TEST(LevantWitness, EndsWithTheStream) {
  Telling node;
  auto witness = node.witness();
  ASSERT_TRUE(witness.has_value()) << witness.error().text();
  node.stream().close();
  witness->reset();  // Joins its thread.
}

}  // namespace
}  // namespace tansiq::cli
