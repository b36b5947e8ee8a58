#include "net/request_reader.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tansiq::net {
namespace {

struct Outcome {
  std::vector<Request> requests;
  int failure = 0;
  std::string message;
};

/// Feeds `input` in pieces of `piece` bytes.
Outcome read(std::string_view input, std::size_t piece, const ReaderLimits& limits = {}) {
  Outcome out;
  RequestReader reader(limits);
  while (!input.empty()) {
    std::string_view part = input.substr(0, piece);
    input.remove_prefix(part.size());
    while (!part.empty()) {
      part.remove_prefix(reader.feed(part));
      if (reader.state() == RequestReader::State::kDone) out.requests.push_back(reader.take());
      if (reader.state() == RequestReader::State::kFailed) {
        out.failure = reader.failure().status;
        out.message = reader.failure().error.message;
        return out;
      }
    }
  }
  return out;
}

/// The status of the refusal; the same however the input is divided. 0 when nothing was refused.
int refusal(std::string_view input, const ReaderLimits& limits = {}) {
  const Outcome whole = read(input, input.size(), limits);
  for (const std::size_t piece : {1U, 2U, 3U, 7U}) {
    const Outcome divided = read(input, piece, limits);
    EXPECT_EQ(divided.failure, whole.failure) << input;
    EXPECT_EQ(divided.message, whole.message) << input;
    EXPECT_EQ(divided.requests.size(), whole.requests.size()) << input;
  }
  return whole.failure;
}

int refusal_of_headers(std::string_view headers, std::string_view body = "") {
  return refusal(fmt::format("POST / HTTP/1.1\r\nHost: a\r\n{}\r\n{}", headers, body));
}

TEST(RequestReader, ReadsPipelinedRequestsHoweverDivided) {
  const std::string_view input =
      "GET /a?b=c HTTP/1.1\r\nHost: h\r\nX: y\r\n\r\n"
      "POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello"
      "PUT /y HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: Chunked\r\n\r\n3;q=\"1\"\r\nabc\r\n0B "
      "\r\n0123456789a\r\n00\r\nT: u\r\n\r\n"
      "\r\nHEAD / HTTP/1.0\r\n\r\n";
  for (std::size_t piece = 1; piece <= input.size(); ++piece) {
    const Outcome out = read(input, piece);
    ASSERT_EQ(out.requests.size(), 4U) << piece << " " << out.message;
    EXPECT_EQ(out.requests[0].query("b"), "c");
    EXPECT_EQ(out.requests[0].header("x"), "y");
    EXPECT_EQ(out.requests[1].body, "hello");
    EXPECT_EQ(out.requests[2].body, "abc0123456789a");
    EXPECT_EQ(out.requests[2].headers.size(), 2U);  // trailers are read over
    EXPECT_EQ(out.requests[3].method, Method::kHead);
  }
}

TEST(RequestReader, RefusesTwoFramings) {
  EXPECT_EQ(refusal_of_headers("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), 400);
  EXPECT_EQ(refusal_of_headers("Transfer-Encoding: chunked\r\nContent-Length: 3\r\n", "0\r\n\r\n"), 400);
  EXPECT_EQ(refusal_of_headers("Content-Length: 3\r\nContent-Length: 3\r\n", "abc"), 400);
  EXPECT_EQ(refusal_of_headers("Content-Length: 3\r\nContent-Length: 4\r\n", "abcd"), 400);
  EXPECT_EQ(refusal_of_headers("Content-Length: 3, 3\r\n", "abc"), 400);
  EXPECT_EQ(refusal_of_headers("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), 400);
  EXPECT_EQ(refusal("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), 400);
}

TEST(RequestReader, RefusesOtherCodingsAndLengths) {
  EXPECT_EQ(refusal_of_headers("Transfer-Encoding: gzip\r\n"), 501);
  EXPECT_EQ(refusal_of_headers("Transfer-Encoding: gzip, chunked\r\n"), 501);
  EXPECT_EQ(refusal_of_headers("Transfer-Encoding: xchunked\r\n"), 501);
  for (const char* length : {"-1", "+1", "1 1", "0x1", "", "1e1", "99999999999999999999"}) {
    EXPECT_EQ(refusal_of_headers(fmt::format("Content-Length: {}\r\n", length), "a"), 400) << length;
  }
}

TEST(RequestReader, RefusesMalformedHeads) {
  EXPECT_EQ(refusal("GET / HTTP/1.1\nHost: a\n\n"), 0);  // no head has ended: the time-out's business
  EXPECT_EQ(refusal("GET / HTTP/1.1\nHost: a\r\n\r\n"), 400);
  EXPECT_EQ(refusal("GET / HTTP/1.1\r\nHost: a\rX: b\r\n\r\n"), 400);
  EXPECT_EQ(refusal_of_headers("X: a\r\n b\r\n"), 400);
  EXPECT_EQ(refusal_of_headers("X : a\r\n"), 400);
  EXPECT_EQ(refusal_of_headers("X\r\n"), 400);
  EXPECT_EQ(refusal_of_headers(": a\r\n"), 400);
  EXPECT_EQ(refusal_of_headers(std::string_view("X: a\0b\r\n", 8)), 400);
  EXPECT_EQ(refusal_of_headers("X: a\x01\r\n"), 400);
  EXPECT_EQ(refusal("GET  / HTTP/1.1\r\nHost: a\r\n\r\n"), 400);
  EXPECT_EQ(refusal("GET /\r\n\r\n"), 400);
  EXPECT_EQ(refusal("\x16\x03\x01\x02\r\n\r\n"), 400);  // TLS to a plaintext port
}

TEST(RequestReader, WantsExactlyOneHost) {
  EXPECT_EQ(refusal("GET / HTTP/1.1\r\n\r\n"), 400);
  EXPECT_EQ(refusal("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"), 400);
  EXPECT_EQ(refusal("GET / HTTP/1.0\r\n\r\n"), 0);
}

TEST(RequestReader, AnswersFinerStatusesWhereHttpHasThem) {
  EXPECT_EQ(refusal("GET / HTTP/2.0\r\nHost: a\r\n\r\n"), 505);
  EXPECT_EQ(refusal("BREW / HTTP/1.1\r\nHost: a\r\n\r\n"), 501);
  EXPECT_EQ(refusal("CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n"), 501);
  EXPECT_EQ(refusal_of_headers("Expect: a-miracle\r\n"), 417);
  EXPECT_EQ(refusal("GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n"), 400);
}

TEST(RequestReader, BoundsHeads) {
  const ReaderLimits limits{.head_bytes_max = 256, .body_bytes_max = 16};
  const std::string exact = fmt::format("GET / HTTP/1.1\r\nHost: a\r\nX: {}\r\n\r\n", std::string(256 - 32, 'x'));
  ASSERT_EQ(exact.size(), 256U);
  EXPECT_EQ(refusal(exact, limits), 0);
  EXPECT_EQ(refusal(fmt::format("GET / HTTP/1.1\r\nHost: a\r\nX: {}\r\n\r\n", std::string(256 - 31, 'x')), limits),
            431);
  EXPECT_EQ(refusal(std::string(10'000, 'a'), limits), 431);
  std::string many;
  for (std::size_t i = 1; i < kHeadersMax; ++i) many += "X: y\r\n";
  EXPECT_EQ(refusal_of_headers(many), 0);
  EXPECT_EQ(refusal_of_headers(many + "X: y\r\n"), 431);
}

TEST(RequestReader, BoundsBodies) {
  const ReaderLimits limits{.head_bytes_max = 256, .body_bytes_max = 16};
  const auto post = [&](std::string_view headers, std::string_view body) {
    return refusal(fmt::format("POST / HTTP/1.1\r\nHost: a\r\n{}\r\n\r\n{}", headers, body), limits);
  };
  EXPECT_EQ(post("Content-Length: 16", std::string(16, 'x')), 0);
  EXPECT_EQ(post("Content-Length: 17", ""), 413);  // before any of it is read
  EXPECT_EQ(post("Transfer-Encoding: chunked", "8\r\n01234567\r\n8\r\n01234567\r\n0\r\n\r\n"), 0);
  EXPECT_EQ(post("Transfer-Encoding: chunked", "8\r\n01234567\r\n9\r\n"), 413);
  EXPECT_EQ(post("Transfer-Encoding: chunked", "FFFFFFFF\r\n"), 413);
  EXPECT_EQ(post("Transfer-Encoding: chunked", "FFFFFFFFF\r\n"), 413);
  EXPECT_EQ(post("Transfer-Encoding: chunked", "1;" + std::string(5'000, 'x')), 400);
  EXPECT_EQ(post("Transfer-Encoding: chunked", "0\r\nT: " + std::string(5'000, 'x')), 400);
}

TEST(RequestReader, RefusesMalformedChunks) {
  for (const char* body : {"\r\n", "x\r\n", "3\nabc\r\n", "3\r\nabcd\r\n", "3\r\nabc\n0\r\n\r\n", "3 \x01\r\n",
                           "-3\r\n", "0\r\n\rX", "3\r\nabc\r\n\r\n", "0\r\nT: a\x01\r\n\r\n", "0x3\r\nabc\r\n"}) {
    EXPECT_EQ(refusal_of_headers("Transfer-Encoding: chunked\r\n", body), 400) << body;
  }
}

TEST(RequestReader, TellsWhoWaitsForAPermission) {
  RequestReader reader({});
  const std::string_view head = "PUT / HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\nContent-Length: 1\r\n\r\n";
  EXPECT_EQ(reader.feed(head), head.size());
  EXPECT_EQ(reader.state(), RequestReader::State::kBody);
  EXPECT_TRUE(reader.expects_continue());
  EXPECT_EQ(reader.feed("xy"), 1U);
  EXPECT_EQ(reader.state(), RequestReader::State::kDone);
}

}  // namespace
}  // namespace tansiq::net
