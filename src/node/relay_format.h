// Requests of F3548 on their way from the node that a client spoke to, to the node that keeps the registry, and their
// answers: the wire form. Several go in one message, so that what waits while one message is under way goes with the
// next, as commits do.
//
//   question   "tsqrlay1" ‖ u32 milliseconds that are left ‖ u16 number, then each: u8 ‖ method, u16 ‖ target, u16 ‖
//   Authorization, u32 ‖ body answer     "tsqrlya1" ‖ u16 number, then each: u16 status, u8 ‖ Content-Type, u16 ‖
//   WWW-Authenticate,
//              u8 ‖ Retry-After, u8 ‖ Problem-Id, u32 ‖ body
//
// Lengths stand before what they count, big-endian; nothing may follow. The token goes along: whoever keeps the
// registry verifies it by itself, and takes nobody's word for who asks.
//
// Pure. Readers take nothing on trust, and give only what can be made into a request, or passed on as an answer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "base/result.h"
#include "net/http_types.h"

namespace tansiq::node {

inline constexpr std::string_view kRelayPath = "/peer/v1/f3548";
inline constexpr std::size_t kRelayRequestsMax = 64;
/// Of a question: one request as large as they come always fits.
inline constexpr std::size_t kRelayQuestionBytesMax = kRequestBodyBytesMax + (256U << 10);
inline constexpr std::size_t kRelayAnswerBytesMax = 32U << 20;
/// An answer so large goes whatever the others are.
inline constexpr std::size_t kRelaySmallBytesMax = 256U << 10;
static_assert(kRelayRequestsMax * kRelaySmallBytesMax <= kRelayAnswerBytesMax / 2);

/// What of a request goes on.
struct RelayedRequest {
  net::Method method = net::Method::kGet;
  std::string target;
  std::string authorization;  ///< Empty: none was sent.
  std::string body;

  [[nodiscard]] static RelayedRequest of(net::Request& request);  ///< Takes the body out.
  [[nodiscard]] std::size_t bytes() const { return target.size() + authorization.size() + body.size() + 64; }
  friend bool operator==(const RelayedRequest&, const RelayedRequest&) = default;
};

/// What is not begun within `left_ms` is not to be begun any more: nobody waits for it. `requests` are at most
/// kRelayRequestsMax, and together at most kRelayQuestionBytesMax by their `bytes`.
[[nodiscard]] std::string relay_question(const std::vector<RelayedRequest>& requests, std::uint32_t left_ms);
struct RelayedQuestion {
  std::uint32_t left_ms = 0;
  std::vector<net::Request> requests;
};
/// Fails with `kMalformed` or `kTooLarge`. Targets have been parsed, tokens have no control characters.
[[nodiscard]] Result<RelayedQuestion> read_relay_question(std::string_view bytes);

/// Whether carrying it out may change something.
[[nodiscard]] bool may_change(const net::Request& request);
/// What goes instead of an answer that is larger than there is room for: 413; 503 where it says that something was
/// changed, because that has happened and whoever asked must not take it for refused.
[[nodiscard]] net::Response instead_of(const net::Response& too_large, bool may_have_changed);

/// Answers in the order of the requests. Those up to kRelaySmallBytesMax always go; of larger ones the first, as far as
/// kRelayAnswerBytesMax has room, and `instead_of` the others. `may_change` is of each request; empty: of none.
[[nodiscard]] std::string relay_answer(const std::vector<net::Response>& responses,
                                       const std::vector<bool>& may_change = {});
/// Fails with `kMalformed` or `kTooLarge`.
[[nodiscard]] Result<std::vector<net::Response>> read_relay_answer(std::string_view bytes);

}  // namespace tansiq::node
