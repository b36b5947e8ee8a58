// Bytes in, one response out: the client's counterpart of `RequestReader`.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "net/http_client.h"

namespace tansiq::net {

class ResponseReader {
 public:
  ResponseReader(bool to_head_request, std::size_t head_bytes_max, std::size_t body_bytes_max);
  ~ResponseReader();
  ResponseReader(const ResponseReader&) = delete;
  ResponseReader& operator=(const ResponseReader&) = delete;

  /// Fails with `kMalformed` or `kTooLarge`. Interim answers (1xx) are read over. What is not body (heads, chunk sizes
  /// and their extensions) is bounded by twice the head's limit and eight bytes for each byte of body, so that nobody
  /// can send without end by wrapping little in much.
  [[nodiscard]] Status feed(std::string_view bytes);
  /// The stream has ended. Fails with `kUnavailable` when the answer is not complete.
  [[nodiscard]] Status finish();

  [[nodiscard]] bool started() const;
  [[nodiscard]] bool head_done() const;
  [[nodiscard]] bool done() const;
  [[nodiscard]] int status() const;
  [[nodiscard]] bool keep_alive() const;
  /// What has come of the body since the last call; the size limit counts what is not taken.
  [[nodiscard]] std::string take_body();
  [[nodiscard]] ClientResponse take();

 private:
  class Parser;
  void restart();
  bool to_head_request_;
  std::size_t head_bytes_max_;
  std::size_t body_bytes_max_;
  std::uint64_t wire_bytes_ = 0;  // read
  std::string pending_;
  std::unique_ptr<Parser> parser_;
};

}  // namespace tansiq::net
