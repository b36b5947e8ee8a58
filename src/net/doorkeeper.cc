#include "net/doorkeeper.h"

#include "net/steady.h"

namespace tansiq::net {
namespace {

constexpr std::string_view kLocalPrefix = "tsq1.";
constexpr const char* kTooOften = "too many requests; wait a second";

}  // namespace

Doorkeeper::Doorkeeper(TokenKey key, const Clock& clock, std::unique_ptr<Issuers> issuers, DoorkeeperOptions options)
    : key_(std::move(key)),
      clock_(clock),
      issuers_(std::move(issuers)),
      options_([&] {
        if (!options.steady_ms) options.steady_ms = steady_ms;
        return std::move(options);
      }()),
      subjects_(options_.subjects),
      addresses_(options_.addresses) {}

Result<Principal> Doorkeeper::authenticate(const Request& request) const {
  auto principal = look_at(request);
  if (!principal) {
    // Whatever the reason: while an issuer's keys are absent, naming it costs nobody anything.
    if (!addresses_.take(client_network(request.connection->address), options_.steady_ms())) {
      return fail(ErrorCode::kRateLimited, kTooOften, "authorization");
    }
    return principal;
  }
  if (!subjects_.take(principal->subject, options_.steady_ms())) {
    return fail(ErrorCode::kRateLimited, kTooOften, "authorization");
  }
  return principal;
}

Result<Principal> Doorkeeper::look_at(const Request& request) const {
  auto token = bearer_token(request);
  if (!token) return refuse(TokenFault::kMissing, std::move(token.error()));
  if (issuers_ == nullptr || token->starts_with(kLocalPrefix)) {
    auto claims = verify_token(key_, *token, clock_.now());
    if (!claims) return refuse(TokenFault::kLocal, std::move(claims.error()));
    local_.fetch_add(1, std::memory_order_relaxed);
    return Principal{std::move(claims->subject), std::move(claims->scopes), claims->expires,
                     std::move(claims->token_id)};
  }
  auto principal = issuers_->verify(*token);
  if (!principal) {
    const TokenRefusal& why = principal.error();
    if (options_.on_refused) options_.on_refused(why, request.connection->address);
    const ErrorCode code = why.fault == TokenFault::kKeysAbsent ? ErrorCode::kUnavailable : ErrorCode::kUnauthenticated;
    return refuse(why.fault, Error{code, std::string(client_message(why.fault)), "authorization"});
  }
  outside_.fetch_add(1, std::memory_order_relaxed);
  return std::move(*principal);
}

std::unexpected<Error> Doorkeeper::refuse(TokenFault fault, Error error) const {
  refused_.at(static_cast<std::size_t>(fault)).fetch_add(1, std::memory_order_relaxed);
  return std::unexpected(std::move(error));
}

DoorFigures Doorkeeper::figures() const {
  DoorFigures out;
  out.local = local_.load(std::memory_order_relaxed);
  out.outside = outside_.load(std::memory_order_relaxed);
  for (std::size_t i = 0; i < kTokenFaults; ++i) out.refused.at(i) = refused_.at(i).load(std::memory_order_relaxed);
  out.limited_subjects = subjects_.refused();
  out.limited_addresses = addresses_.refused();
  return out;
}

}  // namespace tansiq::net
