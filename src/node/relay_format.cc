#include "node/relay_format.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/invariant.h"
#include "base/wire.h"
#include "node/f3548_json.h"

namespace tansiq::node {
namespace {

constexpr std::string_view kQuestionMagic = "tsqrlay1";
constexpr std::string_view kAnswerMagic = "tsqrlya1";
constexpr std::size_t kHeaderBytesMax = 200;

/// Visible ASCII and spaces: what may stand in a header.
Status check_text(std::string_view text, std::string_view what) {
  if (std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; })) return {};
  return fail(ErrorCode::kMalformed, fmt::format("{} has characters that no header has", what));
}

Status take_magic(WireCursor& cursor, std::string_view magic) {
  const std::string_view begin = TRY(cursor.take(magic.size(), "first bytes"));
  if (begin != magic) return fail(ErrorCode::kMalformed, "this is no relayed message, or one of a newer format");
  return {};
}

Result<std::size_t> take_number(WireCursor& cursor) {
  const auto count = TRY(cursor.number<std::uint16_t>("number"));
  if (count == 0 || count > kRelayRequestsMax) {
    return fail(ErrorCode::kTooLarge, fmt::format("{} at once, from 1 to {} are allowed", count, kRelayRequestsMax));
  }
  return count;
}

Status check_end(const WireCursor& cursor) {
  if (cursor.left() != 0) return fail(ErrorCode::kMalformed, "bytes follow the message");
  return {};
}

Result<net::Request> take_request(WireCursor& cursor) {
  net::Request out;
  const std::string_view method = TRY(cursor.run<std::uint8_t>("method"));
  const auto known = net::parse_method(method);
  if (!known) return fail(ErrorCode::kMalformed, "a method that is none");
  out.method = *known;
  const std::string_view target = TRY(cursor.run<std::uint16_t>("target"));
  out.target = TRY(net::Target::parse(target));
  const std::string_view authorization = TRY(cursor.run<std::uint16_t>("token"));
  TRY_VOID(check_text(authorization, "the token"));
  if (!authorization.empty()) out.headers.add("Authorization", authorization);
  out.body = TRY(cursor.run<std::uint32_t>("body"));
  return out;
}

/// A header of an answer that is passed on, and how long its length is.
struct Passed {
  std::string_view name;
  bool wide = false;
};
constexpr std::array<Passed, 4> kPassed{
    {{"Content-Type"}, {.name = "WWW-Authenticate", .wide = true}, {"Retry-After"}, {"Problem-Id"}}};

void append_response(std::string& out, const net::Response& response) {
  append_number(out, static_cast<std::uint16_t>(response.status));
  for (const Passed& header : kPassed) {
    const std::string_view value = response.headers.find(header.name).value_or("").substr(0, kHeaderBytesMax);
    header.wide ? append_run<std::uint16_t>(out, value) : append_run<std::uint8_t>(out, value);
  }
  append_run<std::uint32_t>(out, response.body_view());
}

Result<net::Response> take_response(WireCursor& cursor) {
  net::Response out;
  out.status = TRY(cursor.number<std::uint16_t>("status"));
  if (out.status < 200 || out.status > 599) return fail(ErrorCode::kMalformed, "a status that is none");
  for (const Passed& header : kPassed) {
    const std::string_view value =
        header.wide ? TRY(cursor.run<std::uint16_t>("headers")) : TRY(cursor.run<std::uint8_t>("headers"));
    TRY_VOID(check_text(value, header.name));
    if (value.size() > kHeaderBytesMax) return fail(ErrorCode::kTooLarge, "a header is too long");
    if (!value.empty()) out.headers.add(header.name, value);
  }
  out.body = TRY(cursor.run<std::uint32_t>("body"));
  return out;
}

}  // namespace

RelayedRequest RelayedRequest::of(net::Request& request) {
  RelayedRequest out;
  out.method = request.method;
  out.target = request.target.path;
  for (bool first = true; const auto& [name, value] : request.target.query) {
    out.target += std::exchange(first, false) ? '?' : '&';
    out.target += net::percent_encode(name) + '=' + net::percent_encode(value);
  }
  out.authorization = request.header("Authorization").value_or("");
  out.body = std::move(request.body);
  return out;
}

std::string relay_question(const std::vector<RelayedRequest>& requests, std::uint32_t left_ms) {
  EXPECT_INVARIANT(!requests.empty() && requests.size() <= kRelayRequestsMax);
  std::size_t bytes = kQuestionMagic.size() + 6;
  for (const RelayedRequest& request : requests) bytes += request.bytes();
  std::string out;
  out.reserve(bytes);
  out.append(kQuestionMagic);
  append_number(out, left_ms);
  append_number(out, static_cast<std::uint16_t>(requests.size()));
  for (const RelayedRequest& request : requests) {
    append_run<std::uint8_t>(out, net::method_name(request.method));
    append_run<std::uint16_t>(out, request.target);
    append_run<std::uint16_t>(out, request.authorization);
    append_run<std::uint32_t>(out, request.body);
  }
  return out;
}

Result<RelayedQuestion> read_relay_question(std::string_view bytes) {
  WireCursor cursor(bytes, "question");
  TRY_VOID(take_magic(cursor, kQuestionMagic));
  RelayedQuestion out;
  out.left_ms = TRY(cursor.number<std::uint32_t>("time"));
  const std::size_t count = TRY(take_number(cursor));
  out.requests.reserve(count);
  for (std::size_t i = 0; i < count; ++i) out.requests.push_back(TRY(take_request(cursor)));
  TRY_VOID(check_end(cursor));
  return out;
}

bool may_change(const net::Request& request) {
  if (request.method == net::Method::kGet) return false;
  // The only POSTs of the standard that read.
  return request.method != net::Method::kPost || !request.path().ends_with("/query");
}

net::Response instead_of(const net::Response& too_large, bool may_have_changed) {
  constexpr std::string_view kWhy = "the answer is more than goes from node to node at once";
  if (!may_have_changed || too_large.status >= 300) return net::json_response(413, f3548_error_json(kWhy));
  return net::json_response(
      503, f3548_error_json(
               fmt::format("{}; the change may have been made, which is seen by reading the entity again", kWhy)));
}

std::string relay_answer(const std::vector<net::Response>& responses, const std::vector<bool>& may_change) {
  EXPECT_INVARIANT(!responses.empty() && responses.size() <= kRelayRequestsMax);
  EXPECT_INVARIANT(may_change.empty() || may_change.size() == responses.size());
  // What every answer has in any case, however little room is left for bodies.
  constexpr std::size_t kFrameBytes = kPassed.size() * kHeaderBytesMax + 256;
  std::size_t room = kRelayAnswerBytesMax - kAnswerMagic.size() - 2 - kRelayRequestsMax * kFrameBytes;
  for (const net::Response& response : responses) {
    const std::size_t bytes = response.body_view().size();
    if (bytes <= kRelaySmallBytesMax) room -= bytes;
  }
  std::string out(kAnswerMagic);
  append_number(out, static_cast<std::uint16_t>(responses.size()));
  for (std::size_t i = 0; i < responses.size(); ++i) {
    const std::size_t bytes = responses[i].body_view().size();
    if (bytes <= kRelaySmallBytesMax) {
      append_response(out, responses[i]);
    } else if (bytes <= room) {
      room -= bytes;
      append_response(out, responses[i]);
    } else {
      append_response(out, instead_of(responses[i], !may_change.empty() && may_change[i]));
    }
  }
  return out;
}

Result<std::vector<net::Response>> read_relay_answer(std::string_view bytes) {
  if (bytes.size() > kRelayAnswerBytesMax) return fail(ErrorCode::kTooLarge, "an answer beyond the limit");
  WireCursor cursor(bytes, "answer");
  TRY_VOID(take_magic(cursor, kAnswerMagic));
  const std::size_t count = TRY(take_number(cursor));
  std::vector<net::Response> out;
  out.reserve(count);
  for (std::size_t i = 0; i < count; ++i) out.push_back(TRY(take_response(cursor)));
  TRY_VOID(check_end(cursor));
  return out;
}

}  // namespace tansiq::node
