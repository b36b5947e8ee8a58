// Talking to a node over its native API: where it is, who we are, and answers as JSON.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/json_in.h"
#include "base/result.h"
#include "cli/command.h"
#include "net/http_client.h"

namespace tansiq::cli {

/// The options of every command that talks to a node.
struct NodeOptions {
  std::string node;
  std::string token;
  std::string data;
  std::string ca;
};
void add_node_options(Command& command, NodeOptions& options);

/// Where a node listens when nobody says otherwise.
inline constexpr std::string_view kDefaultNode = "http://127.0.0.1:7463";
/// In a data folder: the token of the person who started a development node. Mode 0600.
inline constexpr std::string_view kOperatorTokenFile = "operator.token";

/// An answer that is JSON: as text, and read.
struct Answer {
  int status = 0;
  std::string text;
  JsonDocument json;
  [[nodiscard]] JsonValue root() const { return json.root(); }
};

/// One node. One thread at a time.
class NodeClient {
 public:
  /// Finds the node (`--node`, TANSIQ_NODE, else this machine's default port) and the token (`--token`, TANSIQ_TOKEN,
  /// else, for a node on this machine, the operator's token in the data folder). Does not connect yet.
  [[nodiscard]] static Result<NodeClient> open(const NodeOptions& options);

  /// Fails with the node's problem for a status other than 2xx; errors name the node.
  [[nodiscard]] Result<Answer> get(std::string_view target);
  /// Sends a command or a question. A refusal by decision (a problem with a `reason`) is an answer, not an error.
  [[nodiscard]] Result<Answer> send(net::Method method, std::string_view target, std::string_view body);
  /// Sends a file. Sending it again changes nothing.
  [[nodiscard]] Status upload(std::string_view target, std::string_view bytes);
  /// Writes the body of the answer to a new file, however long it is; nothing of it stays when that fails. Returns its
  /// bytes. Fails with `kConflict` when the file exists, before anything is asked, and with `kIo`.
  [[nodiscard]] Result<std::uint64_t> download(std::string_view target, const std::filesystem::path& file);
  /// Any media type, any 2xx.
  [[nodiscard]] Result<std::string> text(std::string_view target);

  [[nodiscard]] net::HttpClient& http() { return *http_; }
  [[nodiscard]] const std::string& url() const { return url_; }
  [[nodiscard]] const std::string& token() const { return token_; }

 private:
  NodeClient(std::string url, std::string token, std::unique_ptr<net::HttpClient> http)
      : url_(std::move(url)), token_(std::move(token)), http_(std::move(http)) {}
  [[nodiscard]] Error failed(const net::ClientResponse& response) const;

  std::string url_;
  std::string token_;
  std::unique_ptr<net::HttpClient> http_;
};

/// A fresh command id: repeating a command under the same id returns its first outcome.
[[nodiscard]] std::string new_command_id();

}  // namespace tansiq::cli
