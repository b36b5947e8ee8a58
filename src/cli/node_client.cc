#include "cli/node_client.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/bytes.h"
#include "base/random.h"
#include "cli/context.h"

namespace tansiq::cli {
namespace {

constexpr std::size_t kTokenFileBytesMax = 16U << 10;
/// The node may have to make first what is downloaded.
constexpr DurationMs kDownloadSilenceMs = 600'000;

/// A file under way: gone again unless it is kept.
class NewFile {
 public:
  static Result<NewFile> create(const std::filesystem::path& path) {
    const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (fd >= 0) return NewFile(path, fd);
    if (errno == EEXIST) return fail(ErrorCode::kConflict, "the file exists, and is not overwritten", path.string());
    return fail(ErrorCode::kIo, fmt::format("cannot be made: {}", std::strerror(errno)), path.string());
  }
  NewFile(NewFile&& other) noexcept
      : path_(std::move(other.path_)), fd_(std::exchange(other.fd_, -1)), bytes_(other.bytes_) {}
  NewFile& operator=(NewFile&&) = delete;
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;
  ~NewFile() {
    if (fd_ < 0) return;
    ::close(fd_);
    ::unlink(path_.c_str());
  }

  Status write(std::string_view bytes) {
    bytes_ += bytes.size();
    while (!bytes.empty()) {
      const ::ssize_t put = ::write(fd_, bytes.data(), bytes.size());
      if (put < 0 && errno == EINTR) continue;
      if (put < 0) return failed("written");
      bytes.remove_prefix(static_cast<std::size_t>(put));
    }
    return {};
  }
  /// On the disk.
  Result<std::uint64_t> keep() {
    if (::fsync(fd_) != 0) return failed("written to the disk");
    ::close(std::exchange(fd_, -1));
    return bytes_;
  }

 private:
  NewFile(std::filesystem::path path, int fd) : path_(std::move(path)), fd_(fd) {}
  [[nodiscard]] std::unexpected<Error> failed(std::string_view what) const {
    return fail(ErrorCode::kIo, fmt::format("cannot be {}: {}", what, std::strerror(errno)), path_.string());
  }
  std::filesystem::path path_;
  int fd_;
  std::uint64_t bytes_ = 0;
};

bool on_this_machine(const net::BaseUrl& url) {
  return url.host == "localhost" || url.host == "::1" || url.host.starts_with("127.");
}

std::string operator_token(const std::string& data) {
  const auto text = read_text((data_folder(data) / kOperatorTokenFile).string(), kTokenFileBytesMax);
  if (!text) return {};
  return text->substr(0, text->find_first_of(" \r\n"));
}

Error at_url(Error error, const std::string& url) {
  if (error.where.empty() || error.where == url) {
    error.where = url;
  } else {
    error.where = url + ": " + error.where;
  }
  return error;
}

// No answer came.
Error unreachable(Error error, const std::string& url) {
  if (error.code == ErrorCode::kUnavailable) {
    error.message += "; is a node running there? 'tansiq serve' starts one, --node URL names another";
  }
  return at_url(std::move(error), url);
}

// What to do about the most likely mistake, beside what went wrong.
Error rejected(Error error, const std::string& url, bool had_token) {
  if (error.code == ErrorCode::kUnauthenticated && !had_token) {
    error.message +=
        "; give a token with --token or TANSIQ_TOKEN, or --data DIR for a node on this machine ('tansiq token mint' "
        "makes one)";
  }
  return at_url(std::move(error), url);
}

}  // namespace

void add_node_options(Command& command, NodeOptions& options) {
  command.option(options.node, "--node", "URL", fmt::format("the node; else TANSIQ_NODE, else {}", kDefaultNode));
  command.option(options.token, "--token", "TOKEN",
                 "a bearer token; else TANSIQ_TOKEN, else the operator's token of a local development node");
  command.option(options.data, "--data", "DIR", "data folder of a local node, to find its operator's token")
      .completes(Completes::kDirectory);
  command.option(options.ca, "--ca", "FILE", "PEM file of the authority to trust for https; else the system's")
      .completes(Completes::kFile);
}

Result<NodeClient> NodeClient::open(const NodeOptions& options) {
  std::string url = options.node;
  if (url.empty()) url = environment("TANSIQ_NODE");
  if (url.empty()) url = kDefaultNode;
  while (url.ends_with('/')) url.pop_back();
  const net::BaseUrl parsed = TRY(net::BaseUrl::parse(url));
  std::string token = options.token;
  if (token.empty()) token = environment("TANSIQ_TOKEN");
  if (token.empty() && on_this_machine(parsed)) token = operator_token(options.data);
  net::HttpClientOptions http;
  http.base_url = url;
  http.bearer_token = token;
  http.trust.ca_file = options.ca;
  auto client = TRY(net::HttpClient::create(std::move(http)));
  return NodeClient(std::move(url), std::move(token), std::move(client));
}

Error NodeClient::failed(const net::ClientResponse& response) const {
  return rejected(net::error_from_response(response, ""), url_, !token_.empty());
}

Result<Answer> NodeClient::get(std::string_view target) { return send(net::Method::kGet, target, {}); }

Result<Answer> NodeClient::send(net::Method method, std::string_view target, std::string_view body) {
  net::Headers headers;
  if (!body.empty()) headers.add("Content-Type", "application/json");
  // Commands carry an id that the client chose, so sending one again cannot do it twice.
  auto response = http_->send(method, target, headers, body, /*repeatable=*/true);
  if (!response) return std::unexpected(unreachable(response.error(), url_));
  const bool good = response->status >= 200 && response->status < 300;
  if (!good && response->status != 409 && response->status != 421) return std::unexpected(failed(*response));
  JsonLimits limits;
  limits.bytes_max = 64U << 20;
  limits.values_max = 10'000'000;
  auto json = JsonDocument::parse(response->body, limits);
  if (!json) {
    if (!good) return std::unexpected(failed(*response));
    return std::unexpected(inside(std::move(json).error(), url_ + std::string(target)));
  }
  if (!good && !json->root().find("reason")) return std::unexpected(failed(*response));
  return Answer{response->status, std::move(response->body), std::move(*json)};
}

Status NodeClient::upload(std::string_view target, std::string_view bytes) {
  net::Headers headers;
  headers.add("Content-Type", "application/octet-stream");
  auto response = http_->send(net::Method::kPut, target, headers, bytes, /*repeatable=*/true);
  if (!response) return std::unexpected(unreachable(response.error(), url_));
  if (response->status < 200 || response->status >= 300) return std::unexpected(failed(*response));
  return {};
}

Result<std::uint64_t> NodeClient::download(std::string_view target, const std::filesystem::path& file) {
  NewFile out = TRY(NewFile::create(file));
  const auto take = [&out](std::string_view piece) { return out.write(piece); };
  auto response = http_->download(net::Method::kGet, target, {}, {}, kDownloadSilenceMs, take);
  if (!response) return std::unexpected(unreachable(response.error(), url_));
  if (response->status != 200) return std::unexpected(failed(*response));
  return out.keep();
}

Result<std::string> NodeClient::text(std::string_view target) {
  auto response = http_->get(target);
  if (!response) return std::unexpected(unreachable(response.error(), url_));
  if (response->status < 200 || response->status >= 300) return std::unexpected(failed(*response));
  return std::move(response->body);
}

std::string new_command_id() {
  std::array<std::uint8_t, 12> random{};
  fill_secure_random(random);
  return "cli-" + to_hex(random);
}

}  // namespace tansiq::cli
