#include "net/response_reader.h"

#include <fmt/format.h>

#include <boost/beast/http/basic_parser.hpp>
#include <limits>

namespace tansiq::net {
namespace {

namespace http = boost::beast::http;
using boost::beast::error_code;
using BeastView = boost::beast::string_view;

constexpr int kInterimMax = 8;                // 1xx answers before the real one
constexpr std::uint64_t kFramingPerByte = 8;  // a chunk of one byte has five around it

}  // namespace

class ResponseReader::Parser final : public http::basic_parser<false> {
 public:
  ClientResponse response;
  std::size_t body_bytes_max = 0;
  std::uint64_t body_total = 0;  // however much of it has been taken
  bool too_large = false;
  int interim = 0;

 private:
  void on_request_impl(http::verb, BeastView, BeastView, int, error_code&) override {}
  void on_response_impl(int code, BeastView, int, error_code&) override { response.status = code; }
  void on_field_impl(http::field, BeastView name, BeastView value, error_code& ec) override {
    if (is_header_done()) return;  // a trailer
    if (response.headers.size() == kHeadersMax) {
      too_large = true;
      ec = http::error::header_limit;
      return;
    }
    for (const char c : value) {
      if ((static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f) {
        ec = http::error::bad_value;
        return;
      }
    }
    response.headers.add({name.data(), name.size()}, {value.data(), value.size()});
  }
  void on_header_impl(error_code&) override {}
  void on_body_init_impl(boost::optional<std::uint64_t> const&, error_code&) override {}
  void on_chunk_header_impl(std::uint64_t, BeastView, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, BeastView body, error_code& ec) override {
    return on_body_impl(body, ec);
  }
  std::size_t on_body_impl(BeastView body, error_code& ec) override {
    if (response.body.size() + body.size() > body_bytes_max) {
      too_large = true;
      ec = http::error::body_limit;
      return 0;
    }
    response.body.append(body.data(), body.size());
    body_total += body.size();
    return body.size();
  }
  void on_finish_impl(error_code&) override {}
};

ResponseReader::ResponseReader(bool to_head_request, std::size_t head_bytes_max, std::size_t body_bytes_max)
    : to_head_request_(to_head_request), head_bytes_max_(head_bytes_max), body_bytes_max_(body_bytes_max) {
  restart();
}

ResponseReader::~ResponseReader() = default;

void ResponseReader::restart() {
  const int interim = parser_ ? parser_->interim + 1 : 0;
  parser_ = std::make_unique<Parser>();
  parser_->interim = interim;
  parser_->body_bytes_max = body_bytes_max_;
  parser_->header_limit(static_cast<std::uint32_t>(head_bytes_max_));
  parser_->body_limit(std::numeric_limits<std::uint64_t>::max());  // counted by ourselves: streams have no end
  parser_->eager(true);
  if (to_head_request_) parser_->skip(true);
}

Status ResponseReader::feed(std::string_view bytes) {
  pending_.append(bytes);
  while (!pending_.empty() && !done()) {
    error_code ec;
    const std::size_t taken = parser_->put(boost::asio::const_buffer(pending_.data(), pending_.size()), ec);
    pending_.erase(0, taken);
    wire_bytes_ += taken;
    const std::uint64_t body = parser_->body_total;  // an interim answer before it has none
    if (wire_bytes_ - body > 2 * head_bytes_max_ + kFramingPerByte * body) {
      return fail(ErrorCode::kTooLarge, "the answer is framing for the most part, and its body does not come");
    }
    if (parser_->too_large || ec == http::error::header_limit) {
      return fail(ErrorCode::kTooLarge, parser_->is_header_done()
                                            ? fmt::format("the answer exceeds {} bytes", body_bytes_max_)
                                            : fmt::format("the head of the answer exceeds {} bytes or {} fields",
                                                          head_bytes_max_, kHeadersMax));
    }
    if (ec && ec != http::error::need_more) return fail(ErrorCode::kMalformed, "not an HTTP answer: " + ec.message());
    if (parser_->is_done() && status() / 100 == 1) {
      if (parser_->interim == kInterimMax) return fail(ErrorCode::kMalformed, "too many interim answers");
      restart();
      continue;
    }
    if (ec == http::error::need_more) {
      if (pending_.size() > head_bytes_max_) return fail(ErrorCode::kTooLarge, "a frame of the answer is too large");
      break;
    }
    if (taken == 0) break;
  }
  return {};
}

Status ResponseReader::finish() {
  error_code ec;
  if (parser_->got_some() && !done()) parser_->put_eof(ec);
  if (ec || !done()) return fail(ErrorCode::kUnavailable, "the connection ended before the answer did");
  return {};
}

bool ResponseReader::started() const { return parser_->got_some() || parser_->interim > 0; }
bool ResponseReader::head_done() const { return parser_->is_header_done() && status() / 100 != 1; }
bool ResponseReader::done() const { return parser_->is_done(); }
int ResponseReader::status() const { return parser_->response.status; }
bool ResponseReader::keep_alive() const { return done() && parser_->keep_alive() && pending_.empty(); }
std::string ResponseReader::take_body() { return std::exchange(parser_->response.body, {}); }
ClientResponse ResponseReader::take() { return std::move(parser_->response); }

}  // namespace tansiq::net
