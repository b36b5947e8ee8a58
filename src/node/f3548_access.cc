#include "node/f3548_access.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/names.h"
#include "net/jwt.h"
#include "node/f3548_json.h"

namespace tansiq::node {

int f3548_status(const Error& error) {
  switch (error.code) {
    case ErrorCode::kUnauthenticated:
      return 401;
    case ErrorCode::kForbidden:
      return 403;
    case ErrorCode::kNotFound:
    case ErrorCode::kMethodNotAllowed:
      return 404;
    case ErrorCode::kTooLarge:
    case ErrorCode::kTooMuchWork:
      return 413;
    case ErrorCode::kRateLimited:
      return 429;
    case ErrorCode::kOverloaded:
    case ErrorCode::kUnavailable:
      return 503;
    default:
      return 400;
  }
}

Result<net::Principal> f3548_authorise(const net::Authenticator& authenticator, const net::Request& request,
                                       std::string_view scope) {
  net::Principal principal = TRY(authenticator.authenticate(request));
  bool allowed = scope == "any";
  for (std::string_view rest = scope; !rest.empty() && !allowed;) {
    const std::size_t end = std::min(rest.find('/'), rest.size());
    allowed = principal.has(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  if (!allowed) return fail(ErrorCode::kForbidden, fmt::format("the token lacks the scope {}", scope));
  if (const Status good = core::check_label(principal.subject, net::kSubjectBytesMax, "sub"); !good) {
    return fail(ErrorCode::kUnauthenticated, good.error().message);
  }
  return principal;
}

net::Response f3548_refusal(const net::Problem& problem, std::string body) {
  net::Response out =
      net::json_response(problem.status, body.empty() ? f3548_error_json(problem.error.message) : std::move(body));
  out.headers.add("Problem-Id", problem.id);
  net::add_retry_after(out);
  return out;
}

net::Response f3548_refusal(ProblemLog& problems, const net::Request& request, int status, const std::string& message,
                            std::string body) {
  const net::Problem problem = net::make_problem({ErrorCode::kInvalid, message, {}}, status);
  problems.add(problem, net::method_name(request.method), request.path(), request.connection->address);
  return f3548_refusal(problem, std::move(body));
}

}  // namespace tansiq::node
