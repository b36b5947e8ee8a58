// Bytes in, one complete request at a time out. No sockets, no clock: the server, the tests and the fuzzer feed it.
//
// The head is parsed by Beast after a scan of our own that refuses what two parsers could understand differently: bare
// CR or LF, folded lines, control characters. The body is taken apart here: by its length, or chunked, never both.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "net/http_types.h"

namespace tansiq::net {

struct ReaderLimits {
  std::size_t head_bytes_max = kRequestHeadBytesMax;
  std::size_t body_bytes_max = kRequestBodyBytesMax;
};

/// Why a request is not one. The connection cannot go on: where the next request begins is unknown.
struct RequestFailure {
  int status = 400;
  Error error;
};

class RequestReader {
 public:
  enum class State : std::uint8_t {
    kIdle,    ///< Nothing of a request has come.
    kHead,    ///< In its head.
    kBody,    ///< In its body.
    kDone,    ///< Complete: `take()`.
    kFailed,  ///< `failure()`; feeds nothing any more.
  };

  explicit RequestReader(const ReaderLimits& limits) : limits_(limits) {}

  /// Takes bytes up to the end of the request, or to the end of its head once (so that the caller sees `kBody` and may
  /// answer `Expect`). Returns how many it took; call again with the rest while it took some and the state is not
  /// `kDone` or `kFailed`. Any division of the input into pieces gives the same requests.
  [[nodiscard]] std::size_t feed(std::string_view bytes);

  [[nodiscard]] State state() const { return state_; }
  [[nodiscard]] const RequestFailure& failure() const { return *failure_; }

  /// From `kBody` on: of the request under way.
  [[nodiscard]] bool keep_alive() const { return keep_alive_; }
  [[nodiscard]] bool http_1_0() const { return http_1_0_; }
  [[nodiscard]] bool expects_continue() const { return expects_continue_; }
  [[nodiscard]] std::size_t body_bytes() const { return request_.body.size(); }
  /// Bytes on the wire since the head ended; chunk frames count.
  [[nodiscard]] std::uint64_t body_bytes_on_wire() const { return wire_bytes_; }

  /// The request; needs `kDone`. The reader is idle again.
  [[nodiscard]] Request take();
  /// Method of the request under way, from `kBody` on.
  [[nodiscard]] Method method() const { return request_.method; }
  /// Path of the request under way, or that failed; empty as long as it is not known.
  [[nodiscard]] const std::string& path() const { return request_.target.path; }

  /// How much a body may have, of requests whose head is still to come.
  void limit_body(std::size_t bytes_max) { limits_.body_bytes_max = bytes_max; }

 private:
  // Where in a body: RFC 9112, 7.1.
  enum class Part : std::uint8_t {
    kLength,
    kSize,
    kExtension,
    kSizeLf,
    kData,
    kDataCr,
    kDataLf,
    kTrailerStart,
    kTrailer,
    kTrailerLf,
    kEndLf,
  };

  std::size_t feed_head(std::string_view bytes);
  std::size_t feed_body(std::string_view bytes);
  void take_data(std::string_view& bytes);
  void take_chunk_byte(char c);
  void take_size_byte(char c);
  bool parse_head(std::string_view head);
  bool check_framing();
  bool refuse(int status, ErrorCode code, std::string message, std::string where = {});
  void reset();

  ReaderLimits limits_;
  State state_ = State::kIdle;
  Part part_ = Part::kLength;
  bool keep_alive_ = true;
  bool http_1_0_ = false;
  bool expects_continue_ = false;
  std::uint8_t size_digits_ = 0;
  std::uint32_t frame_bytes_ = 0;  // of this chunk's size line, or of the trailer
  std::uint64_t remaining_ = 0;    // of the body, or of this chunk
  std::uint64_t wire_bytes_ = 0;
  std::string head_;  // what came before its end was seen
  Request request_;
  std::unique_ptr<RequestFailure> failure_;
};

}  // namespace tansiq::net
