// What the two faces of F3548 have in common, that of the registry and that between suppliers: which status an error
// has there, who may ask, and what a refusal looks like.
#pragma once

#include <string>
#include <string_view>

#include "net/bearer.h"
#include "net/http_server.h"
#include "node/problem_log.h"

namespace tansiq::node {

/// 400 for all that is wrong with the request itself; the standard's clients know no 405.
[[nodiscard]] int f3548_status(const Error& error);

/// Who asks, if the token is good and grants one of the scopes in `scope` (`a/b`; `any`: whatever it grants). Fails
/// with `kUnauthenticated`, `kForbidden`, `kRateLimited`, `kUnavailable`.
[[nodiscard]] Result<net::Principal> f3548_authorise(const net::Authenticator& authenticator,
                                                     const net::Request& request, std::string_view scope);

/// An ErrorResponse with its Problem-Id. `body` where an answer has more than a message.
[[nodiscard]] net::Response f3548_refusal(const net::Problem& problem, std::string body = {});
/// The same, with a line in the node's log.
[[nodiscard]] net::Response f3548_refusal(ProblemLog& problems, const net::Request& request, int status,
                                          const std::string& message, std::string body = {});

}  // namespace tansiq::node
