// A node in a temporary folder, for tests over real sockets and the real store.
#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/temporary_folder.h"
#include "net/http_client.h"
#include "node/node.h"

namespace tansiq::node {

/// 2026-11-22T10:00:00Z: where the tests' clock begins.
inline constexpr UtcMs kTestStart{1'795'341'600'000};

/// The clock of a test node; set from the test's thread while the node reads it.
class TestClock final : public Clock {
 public:
  [[nodiscard]] UtcMs now() const override { return {now_.load()}; }
  void advance(DurationMs d) { now_.fetch_add(d); }

 private:
  std::atomic<std::int64_t> now_{kTestStart.ms};
};

/// A running node with the default charter, and clients for it.
class TestNode {
 public:
  /// `adjust` changes the configuration before the node opens. A node that does not start fails the test.
  explicit TestNode(const std::function<void(NodeConfig&)>& adjust = {});
  ~TestNode();

  /// Stops, waits, and opens again from the same folder.
  void restart();
  /// Stops and waits; what `wait` said.
  Status stop();

  [[nodiscard]] Node& node() { return *node_; }
  [[nodiscard]] TestClock& clock() { return clock_; }
  [[nodiscard]] const std::filesystem::path& folder() const { return folder_.path(); }

  /// A token of `subject`; by default with every scope but admin and measures.manage.
  [[nodiscard]] std::string token(std::string_view subject, const std::vector<std::string>& scopes = {
                                                                "intents.read", "intents.file", "log.read"}) const;
  [[nodiscard]] std::unique_ptr<net::HttpClient> client(std::string token = {}) const;

  /// One request on a connection of its own.
  net::ClientResponse get(std::string_view target, const std::string& token = {}) const;
  net::ClientResponse send(net::Method method, std::string_view target, std::string_view body,
                           const std::string& token = {}) const;
  net::ClientResponse put(std::string_view target, std::string_view body, const std::string& token) const {
    return send(net::Method::kPut, target, body, token);
  }
  net::ClientResponse post(std::string_view target, std::string_view body, const std::string& token) const {
    return send(net::Method::kPost, target, body, token);
  }

 private:
  void open();

  TemporaryFolder folder_;
  TestClock clock_;
  NodeConfig config_;
  std::unique_ptr<Node> node_;
};

/// A volume inside corridor K1 of the default charter: a circle of 1 km around a place on its centre line, FL `lower`
/// to FL `upper`, from `start` for `minutes` (after kTestStart). `east_e7` moves it along the corridor.
[[nodiscard]] std::string volume_json(std::int64_t start_min, std::int64_t minutes, std::int64_t lower_fl = 200,
                                      std::int64_t upper_fl = 210, std::int64_t east_e7 = 0);
[[nodiscard]] std::string create_json(std::string_view command, const std::string& volumes,
                                      std::string_view flight = "MIRAGE1");

}  // namespace tansiq::node
