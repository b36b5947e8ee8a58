#include "net/request_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/beast/http/basic_parser.hpp>

#include "base/invariant.h"

namespace tansiq::net {
namespace {

namespace http = boost::beast::http;
using boost::beast::error_code;
using BeastView = boost::beast::string_view;

// A chunk's size line with its extensions, and all trailer fields of a body.
constexpr std::uint32_t kChunkFrameBytesMax = 4'096;
// Growth of a body follows what was received, not what was promised: a promise costs the client nothing.
constexpr std::uint64_t kBodyReserveMax = 64U << 10;

std::string_view view(BeastView text) { return {text.data(), text.size()}; }

/// What Beast reports of a head.
class HeadParser final : public http::basic_parser<true> {
 public:
  std::string_view method, target;
  int version = 11;
  Headers* headers = nullptr;
  bool too_many = false;

 private:
  void on_request_impl(http::verb, BeastView name, BeastView text, int v, error_code&) override {
    method = view(name);
    target = view(text);
    version = v;
  }
  void on_response_impl(int, BeastView, int, error_code&) override {}
  void on_field_impl(http::field, BeastView name, BeastView value, error_code& ec) override {
    if (headers->size() == kHeadersMax) {
      too_many = true;
      ec = http::error::header_limit;
      return;
    }
    headers->add(view(name), view(value));
  }
  void on_header_impl(error_code&) override {}
  void on_body_init_impl(boost::optional<std::uint64_t> const&, error_code&) override {}
  std::size_t on_body_impl(BeastView, error_code&) override { return 0; }
  void on_chunk_header_impl(std::uint64_t, BeastView, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, BeastView, error_code&) override { return 0; }
  void on_finish_impl(error_code&) override {}
};

/// The first byte that must not stand in a head, as a message; empty when all may. Lines end in CR LF and in nothing
/// else; a line that begins with white space would continue the one before (obsolete, and read differently by others).
std::string_view illegal_in_head(std::string_view head) {
  for (std::size_t i = 0; i < head.size(); ++i) {
    const auto c = static_cast<unsigned char>(head[i]);
    if (c >= 0x20 && c != 0x7f) continue;
    if (c == '\t') continue;
    if (c == '\n') return "a line ends in LF without CR";
    if (c != '\r') return "a control character stands in the head";
    if (i + 1 >= head.size() || head[i + 1] != '\n') return "CR is not followed by LF";
    ++i;
    if (i + 1 < head.size() && (head[i + 1] == ' ' || head[i + 1] == '\t')) return "a header line is folded";
  }
  return {};
}

std::optional<std::uint64_t> parse_decimal(std::string_view text) {
  if (text.empty() || text.size() > 18) return std::nullopt;
  std::uint64_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + static_cast<std::uint64_t>(c - '0');
  }
  return value;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

bool RequestReader::refuse(int status, ErrorCode code, std::string message, std::string where) {
  failure_ = std::make_unique<RequestFailure>(RequestFailure{status, {code, std::move(message), std::move(where)}});
  state_ = State::kFailed;
  keep_alive_ = false;
  head_ = {};
  return false;
}

void RequestReader::reset() {
  state_ = State::kIdle;
  keep_alive_ = true;
  http_1_0_ = expects_continue_ = false;
  remaining_ = wire_bytes_ = 0;
  frame_bytes_ = 0;
  size_digits_ = 0;
}

Request RequestReader::take() {
  EXPECT_INVARIANT(state_ == State::kDone);
  Request out = std::move(request_);
  request_ = Request{};
  reset();
  return out;
}

std::size_t RequestReader::feed(std::string_view bytes) {
  if (bytes.empty()) return 0;
  switch (state_) {
    case State::kIdle:
    case State::kHead:
      return feed_head(bytes);
    case State::kBody:
      return feed_body(bytes);
    case State::kDone:
    case State::kFailed:
      return 0;
  }
  return 0;
}

std::size_t RequestReader::feed_head(std::string_view bytes) {
  std::size_t skipped = 0;
  if (head_.empty()) {
    // RFC 9112, 2.2: empty lines before a request line are ignored. They begin the request's time all the same.
    while (skipped < bytes.size() && (bytes[skipped] == '\r' || bytes[skipped] == '\n')) ++skipped;
    state_ = State::kHead;
    if (skipped == bytes.size()) return skipped;
  }
  const std::string_view rest = bytes.substr(skipped);
  if (head_.empty()) {
    const std::size_t end = rest.substr(0, limits_.head_bytes_max).find("\r\n\r\n");
    if (end != std::string_view::npos) {
      parse_head(rest.substr(0, end + 4));
      return skipped + end + 4;
    }
  }
  // The end may lie across the border between what was kept and what came.
  const std::size_t before = head_.size();
  const std::size_t taken = std::min(rest.size(), limits_.head_bytes_max - before);
  head_.append(rest.substr(0, taken));
  const std::size_t end = head_.find("\r\n\r\n", before < 3 ? 0 : before - 3);
  if (end != std::string::npos) {
    const std::string head = std::exchange(head_, {});
    parse_head(std::string_view(head).substr(0, end + 4));
    return skipped + (end + 4 - before);
  }
  if (head_.size() >= limits_.head_bytes_max) {
    refuse(431, ErrorCode::kTooLarge, fmt::format("the head exceeds {} bytes", limits_.head_bytes_max), "head");
  }
  return skipped + taken;
}

bool RequestReader::parse_head(std::string_view head) {
  if (const std::string_view wrong = illegal_in_head(head); !wrong.empty()) {
    return refuse(400, ErrorCode::kMalformed, std::string(wrong), "head");
  }
  HeadParser parser;
  parser.header_limit(static_cast<std::uint32_t>(head.size() + 1));
  parser.skip(true);  // bodies are taken apart here
  parser.headers = &request_.headers;
  error_code ec;
  std::ignore = parser.put(boost::asio::const_buffer(head.data(), head.size()), ec);
  if (parser.too_many) {
    return refuse(431, ErrorCode::kTooLarge, fmt::format("more than {} header fields", kHeadersMax), "head");
  }
  if (ec == http::error::bad_version) {
    return refuse(505, ErrorCode::kUnsupported, "the request line does not end in HTTP/1.1 or HTTP/1.0", "head");
  }
  if (ec || !parser.is_header_done()) {
    return refuse(400, ErrorCode::kMalformed, ec ? ec.message() : "the head is not complete", "head");
  }
  const std::optional<Method> method = parse_method(parser.method);
  if (!method) {
    return refuse(501, ErrorCode::kUnsupported, fmt::format("method {} is not served", parser.method.substr(0, 32)),
                  "head");
  }
  request_.method = *method;
  http_1_0_ = parser.version == 10;
  keep_alive_ = parser.keep_alive();
  auto target = Target::parse(parser.target);
  if (!target) {
    const int status = target.error().code == ErrorCode::kTooLarge ? 414 : 400;
    return refuse(status, target.error().code, target.error().message, target.error().where);
  }
  request_.target = std::move(*target);
  return check_framing();
}

bool RequestReader::check_framing() {
  const Headers& headers = request_.headers;
  const std::size_t hosts = headers.count("host");
  if (hosts > 1 || (hosts == 0 && !http_1_0_)) {
    return refuse(400, ErrorCode::kMalformed, "exactly one Host header is needed", "host");
  }
  const std::size_t lengths = headers.count("content-length");
  const std::size_t codings = headers.count("transfer-encoding");
  if (lengths > 1) return refuse(400, ErrorCode::kMalformed, "Content-Length stands more than once", "content-length");
  if (lengths + codings > 1) {
    return refuse(400, ErrorCode::kMalformed, "Content-Length and Transfer-Encoding exclude each other",
                  "transfer-encoding");
  }
  if (codings == 1) {
    if (http_1_0_) return refuse(400, ErrorCode::kMalformed, "HTTP/1.0 has no Transfer-Encoding", "transfer-encoding");
    if (!equal_ignoring_case(*headers.find("transfer-encoding"), "chunked")) {
      return refuse(501, ErrorCode::kUnsupported, "no transfer coding but chunked is served", "transfer-encoding");
    }
    part_ = Part::kSize;
  } else {
    part_ = Part::kLength;
    const auto length = parse_decimal(headers.find("content-length").value_or("0"));
    if (!length) return refuse(400, ErrorCode::kMalformed, "Content-Length is not a decimal number", "content-length");
    if (*length > limits_.body_bytes_max) {
      return refuse(413, ErrorCode::kTooLarge,
                    fmt::format("a body of {} bytes exceeds {}", *length, limits_.body_bytes_max), "body");
    }
    remaining_ = *length;
  }
  if (const auto expect = headers.find("expect"); expect && !http_1_0_) {
    if (!equal_ignoring_case(*expect, "100-continue")) {
      return refuse(417, ErrorCode::kUnsupported, "only 100-continue can be expected", "expect");
    }
    expects_continue_ = codings == 1 || remaining_ > 0;
  }
  const bool has_body = codings == 1 || remaining_ > 0;
  state_ = has_body ? State::kBody : State::kDone;
  if (codings == 0 && has_body) request_.body.reserve(std::min(remaining_, kBodyReserveMax));
  return true;
}

std::size_t RequestReader::feed_body(std::string_view bytes) {
  const std::size_t offered = bytes.size();
  while (!bytes.empty() && state_ == State::kBody) {
    if (part_ == Part::kLength || part_ == Part::kData) {
      take_data(bytes);
    } else {
      take_chunk_byte(bytes.front());
      bytes.remove_prefix(1);
    }
  }
  const std::size_t taken = offered - bytes.size();
  wire_bytes_ += taken;
  return taken;
}

void RequestReader::take_data(std::string_view& bytes) {
  const std::size_t taken = std::min<std::uint64_t>(bytes.size(), remaining_);
  request_.body.append(bytes.substr(0, taken));
  bytes.remove_prefix(taken);
  remaining_ -= taken;
  if (remaining_ == 0) {
    if (part_ == Part::kLength) {
      state_ = State::kDone;
    } else {
      part_ = Part::kDataCr;
    }
  }
}

void RequestReader::take_size_byte(char c) {
  const int digit = hex_digit(c);
  if (digit >= 0) {
    if (++size_digits_ > 8) {
      refuse(413, ErrorCode::kTooLarge, "a chunk size has more than 8 digits", "body");
      return;
    }
    remaining_ = remaining_ * 16 + static_cast<std::uint64_t>(digit);
    return;
  }
  if (size_digits_ == 0) {
    refuse(400, ErrorCode::kMalformed, "a chunk does not begin with its size in hexadecimal digits", "body");
  } else if (c == '\r') {
    part_ = Part::kSizeLf;
  } else if (c == ';' || c == ' ' || c == '\t') {
    part_ = Part::kExtension;  // RFC 9112, 7.1.1: unknown extensions are ignored
  } else {
    refuse(400, ErrorCode::kMalformed, "a chunk size is followed by something else than CR LF", "body");
  }
}

void RequestReader::take_chunk_byte(char c) {
  const auto need = [&](char wanted, Part next) {
    if (c == wanted) {
      part_ = next;
    } else {
      refuse(400, ErrorCode::kMalformed, "a chunk does not end in CR LF", "body");
    }
  };
  const bool in_frame = part_ != Part::kDataCr && part_ != Part::kDataLf;
  if (in_frame && ++frame_bytes_ > kChunkFrameBytesMax) {
    refuse(400, ErrorCode::kTooLarge, fmt::format("chunk extensions or trailers exceed {} bytes", kChunkFrameBytesMax),
           "body");
    return;
  }
  const bool control = (static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\r') || c == 0x7f;
  switch (part_) {
    case Part::kSize:
      return take_size_byte(c);
    case Part::kExtension:
    case Part::kTrailer:
      if (control) {
        refuse(400, ErrorCode::kMalformed, "a control character stands between chunks", "body");
      } else if (c == '\r') {
        part_ = part_ == Part::kExtension ? Part::kSizeLf : Part::kTrailerLf;
      }
      return;
    case Part::kSizeLf:
      need('\n', remaining_ == 0 ? Part::kTrailerStart : Part::kData);
      if (state_ == State::kBody && request_.body.size() + remaining_ > limits_.body_bytes_max) {
        refuse(413, ErrorCode::kTooLarge, fmt::format("the body exceeds {} bytes", limits_.body_bytes_max), "body");
      }
      return;
    case Part::kDataCr:
      return need('\r', Part::kDataLf);
    case Part::kDataLf:
      need('\n', Part::kSize);
      size_digits_ = 0;
      frame_bytes_ = 0;
      return;
    case Part::kTrailerStart:  // trailer fields are read over: nothing here uses any
      if (control) {
        refuse(400, ErrorCode::kMalformed, "a control character stands in a trailer", "body");
      } else {
        part_ = c == '\r' ? Part::kEndLf : Part::kTrailer;
      }
      return;
    case Part::kTrailerLf:
      return need('\n', Part::kTrailerStart);
    case Part::kEndLf:
      if (c == '\n') {
        state_ = State::kDone;
      } else {
        refuse(400, ErrorCode::kMalformed, "a chunked body does not end in an empty line", "body");
      }
      return;
    case Part::kLength:
    case Part::kData:
      return;  // not framed by bytes
  }
}

}  // namespace tansiq::net
