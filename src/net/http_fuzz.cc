// Feeds bytes to the request reader, whole and in pieces. Both must give the same requests and the same failure, and
// every request must hold what the reader promises: bounds, one framing, decoded text that is UTF-8.
//
// The first byte chooses how the rest is divided. The client's response reader and the event parser get the same bytes.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "base/invariant.h"
#include "net/request_reader.h"
#include "net/response_reader.h"
#include "net/sse.h"

namespace {

using tansiq::net::Request;
using tansiq::net::RequestReader;

constexpr tansiq::net::ReaderLimits kLimits{.head_bytes_max = 1'024, .body_bytes_max = 2'048};

struct Outcome {
  std::vector<std::string> requests;
  int failure = 0;
  std::string message;
  friend bool operator==(const Outcome&, const Outcome&) = default;
};

std::string describe(const Request& request, bool keep_alive) {
  std::string out = std::string(tansiq::net::method_name(request.method)) + " " + request.path();
  for (const auto& segment : request.segments()) out += "|" + segment;
  for (const auto& [name, value] : request.target.query) out += "&" + name + "=" + value;
  for (std::size_t i = 0; i < request.headers.size(); ++i) {
    out += "\n" + std::string(request.headers.name(i)) + ": " + std::string(request.headers.value(i));
  }
  return out + (keep_alive ? "\nkeep\n" : "\nclose\n") + request.body;
}

void check(const Request& request) {
  EXPECT_INVARIANT(request.body.size() <= kLimits.body_bytes_max);
  EXPECT_INVARIANT(request.headers.size() <= tansiq::kHeadersMax);
  EXPECT_INVARIANT(request.headers.count("content-length") + request.headers.count("transfer-encoding") <= 1);
  EXPECT_INVARIANT(request.path().starts_with("/"));
  for (const auto& segment : request.segments()) EXPECT_INVARIANT(segment != "." && segment != "..");
  for (std::size_t i = 0; i < request.headers.size(); ++i) {
    EXPECT_INVARIANT(request.headers.value(i).find_first_of("\r\n") == std::string_view::npos);
  }
}

Outcome read_all(std::string_view input, std::size_t piece) {
  Outcome outcome;
  RequestReader reader(kLimits);
  while (!input.empty()) {
    std::string_view part = input.substr(0, piece);
    input.remove_prefix(part.size());
    while (!part.empty()) {
      const std::size_t taken = reader.feed(part);
      EXPECT_INVARIANT(taken <= part.size());
      part.remove_prefix(taken);
      if (reader.state() == RequestReader::State::kFailed) {
        EXPECT_INVARIANT(reader.failure().status >= 400);
        outcome.failure = reader.failure().status;
        outcome.message = reader.failure().error.message;
        return outcome;
      }
      if (reader.state() == RequestReader::State::kDone) {
        const bool keep_alive = reader.keep_alive();
        const Request request = reader.take();
        check(request);
        outcome.requests.push_back(describe(request, keep_alive));
      } else {
        EXPECT_INVARIANT(taken > 0);
      }
    }
  }
  return outcome;
}

std::string read_response(std::string_view input, std::size_t piece, bool to_head) {
  tansiq::net::ResponseReader reader(to_head, 1'024, 2'048);
  while (!input.empty() && !reader.done()) {
    const std::string_view part = input.substr(0, piece);
    input.remove_prefix(part.size());
    if (!reader.feed(part)) return "failed";
  }
  if (!reader.done() && !reader.finish()) return "incomplete";
  const auto response = reader.take();
  EXPECT_INVARIANT(response.body.size() <= 2'048);
  return std::to_string(response.status) + response.body;
}

std::string read_events(std::string_view input, std::size_t piece) {
  tansiq::net::SseParser parser(512);
  std::string out;
  while (!input.empty()) {
    const std::string_view part = input.substr(0, piece);
    input.remove_prefix(part.size());
    const bool fed = parser.feed(part).has_value();
    while (const auto event = parser.next()) out += event->id + "\x01" + event->event + "\x02" + event->data + "\x03";
    if (!fed) return out + "failed";
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::size_t piece = 1 + data[0] % 64U;
  EXPECT_INVARIANT(read_all(input, input.size()) == read_all(input, piece));
  // Pieces may not change an answer either; only how early a bad one is noticed, hence one size for both here.
  std::ignore = read_response(input, piece, (data[0] & 0x80U) != 0);
  std::ignore = read_response(input, std::max<std::size_t>(input.size(), 1), false);
  EXPECT_INVARIANT(read_events(input, std::max<std::size_t>(input.size(), 1)) == read_events(input, piece));
  return 0;
}
