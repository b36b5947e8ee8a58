#include "node/officer_door.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "net/steady.h"
#include "node/officer_device.h"

namespace tansiq::node {
namespace {

constexpr std::string_view kCookieTls = "__Host-tansiq-session";
constexpr std::string_view kCookieClear = "tansiq-session";
constexpr std::string_view kDeviceTls = "__Host-tansiq-device";
constexpr std::string_view kDeviceClear = "tansiq-device";
constexpr std::array kOfficerScopes{kSessionScope, kActsConfirmScope, kWatchScope, kOfficersScope};

constexpr std::array<std::string_view, 6> kObserverScopes{"intents.read", "coordination.read", "picture.read",
                                                          "talks.read",   "log.read",          "metrics.read"};
constexpr std::array<std::string_view, 7> kActingScopes{"intents.file", "coordination.act", "picture.act",
                                                        "talks.write",  "measures.manage",  kActsConfirmScope,
                                                        kWatchScope};

std::string_view cookie_name(bool tls) { return tls ? kCookieTls : kCookieClear; }

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
  while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
  return text;
}

/// What stands under a name in all Cookie headers.
std::vector<std::string_view> cookies(const net::Request& request, std::string_view name) {
  std::vector<std::string_view> out;
  for (std::size_t i = 0; i < request.headers.size(); ++i) {
    if (!net::equal_ignoring_case(request.headers.name(i), "Cookie")) continue;
    std::string_view rest = request.headers.value(i);
    while (!rest.empty()) {
      const std::size_t end = std::min(rest.find(';'), rest.size());
      const std::string_view pair = trimmed(rest.substr(0, end));
      rest.remove_prefix(std::min(end + 1, rest.size()));
      const std::size_t equals = pair.find('=');
      if (equals != std::string_view::npos && pair.substr(0, equals) == name) out.push_back(pair.substr(equals + 1));
    }
  }
  return out;
}

bool reads(net::Method method) { return method == net::Method::kGet || method == net::Method::kHead; }

}  // namespace

bool officer_scope(std::string_view scope) { return std::ranges::find(kOfficerScopes, scope) != kOfficerScopes.end(); }

std::set<std::string, std::less<>> scopes_of(OfficerRole role, bool provisional) {
  std::set<std::string, std::less<>> out{std::string(kSessionScope)};
  if (provisional) return out;
  for (const std::string_view scope : kObserverScopes) out.emplace(scope);
  if (role == OfficerRole::kObserver) return out;
  for (const std::string_view scope : kActingScopes) out.emplace(scope);
  if (role == OfficerRole::kSupervisor) out.emplace(kOfficersScope);
  return out;
}

std::string officer_subject(std::string_view name, const AuthorityId& self) {
  return fmt::format("{}@{}", name, self.str());
}

std::optional<std::string_view> officer_in(std::string_view subject, const AuthorityId& self) {
  const std::size_t at = subject.rfind('@');
  if (at == std::string_view::npos || subject.substr(at + 1) != self.str()) return std::nullopt;
  return subject.substr(0, at);
}

Result<std::optional<ShownSession>> shown_session(const net::Request& request) {
  if (request.headers.count("Authorization") > 0) {
    const auto token = net::bearer_token(request);
    if (!token || !token->starts_with(kSessionBearerPrefix)) return std::nullopt;
    return ShownSession{token->substr(kSessionBearerPrefix.size()), false};
  }
  const std::vector<std::string_view> shown = cookies(request, cookie_name(request.connection->tls));
  if (shown.size() > 1) return fail(ErrorCode::kUnauthenticated, "the session's cookie stands twice", "Cookie");
  if (shown.empty()) return std::nullopt;
  return ShownSession{shown.front(), true};
}

Result<SignedIn> session_behind(const net::Request& request, OfficerSessions& sessions) {
  const auto shown = shown_session(request);
  auto who = shown && *shown ? sessions.find((*shown)->id) : std::nullopt;
  if (!who) return fail(ErrorCode::kUnauthenticated, "the session is over; sign in again");
  return std::move(*who);
}

std::string device_cookie(std::string_view device, bool tls) {
  return fmt::format("{}={}; Path=/; Max-Age={}; HttpOnly; SameSite=Strict{}", tls ? kDeviceTls : kDeviceClear, device,
                     kDeviceCookieMs / 1'000, tls ? "; Secure" : "");
}

std::string shown_device(const net::Request& request) {
  const auto shown = cookies(request, request.connection->tls ? kDeviceTls : kDeviceClear);
  return shown.size() == 1 ? std::string(shown.front()) : std::string();
}

Status check_origin(const net::Request& request, bool must) {
  const std::size_t count = request.headers.count("Origin");
  if (count == 0 && !must) return {};
  const std::string_view origin = request.header("Origin").value_or("");
  const std::string_view host = request.header("Host").value_or("");
  // In clear text a proxy may stand before this node that the browser reaches by https.
  const bool https = origin == fmt::format("https://{}", host);
  const bool http = origin == fmt::format("http://{}", host);
  if (count == 1 && request.headers.count("Host") == 1 && !host.empty() &&
      (https || (http && !request.connection->tls)))
    return {};
  return fail(ErrorCode::kForbidden, "the request does not come from a page of this node", "Origin");
}

std::string session_cookie(std::string_view id, bool tls, DurationMs lifetime_ms) {
  return fmt::format("{}={}; Path=/; Max-Age={}; HttpOnly; SameSite=Strict{}", cookie_name(tls), id,
                     lifetime_ms / 1'000, tls ? "; Secure" : "");
}

std::string ended_cookie(bool tls) { return session_cookie("", tls, 0); }

OfficerDoor::OfficerDoor(const net::Authenticator& door, OfficerSessions& sessions, const OfficerBook& book,
                         const net::RateLimit& subjects, AuthorityId self, const Clock& clock)
    : door_(door), sessions_(sessions), book_(book), self_(std::move(self)), clock_(clock), subjects_(subjects) {}

Result<net::Principal> OfficerDoor::authenticate(const net::Request& request) const {
  const auto shown = shown_session(request);
  if (!shown) return refuse(request, shown.error().message);
  if (*shown) return by_session(**shown, request);
  net::Principal principal = TRY(door_.authenticate(request));
  std::erase_if(principal.scopes, [](const std::string& scope) { return officer_scope(scope); });
  // What stands in the record under such a name belongs to the officers' office, also when its account is gone.
  if (officer_in(principal.subject, self_) && !book_.accounts().empty()) {
    return fail(ErrorCode::kUnauthenticated, "a subject of this form is an officer's, who signs in himself",
                "Authorization");
  }
  return principal;
}

Result<net::Principal> OfficerDoor::by_session(const ShownSession& shown, const net::Request& request) const {
  const auto who = sessions_.find(shown.id);
  if (!who) return refuse(request, "the session is over; sign in again");
  if (shown.cookie && !reads(request.method)) {
    TRY_VOID(check_origin(request, true));
    const std::string expected = OfficerSessions::csrf_token(shown.id);
    const std::string_view brought = request.header(kCsrfHeader).value_or("");
    if (request.headers.count(kCsrfHeader) != 1 || !equal_constant_time(as_bytes(brought), as_bytes(expected))) {
      return fail(ErrorCode::kForbidden, "a write needs the token of the session, as GET /v1/session gives it",
                  std::string(kCsrfHeader));
    }
  }
  if (!subjects_.take(who->name, net::steady_ms())) {
    return fail(ErrorCode::kRateLimited, "too many requests; wait a second");
  }
  return net::Principal{officer_subject(who->name, self_), scopes_of(who->role, who->provisional),
                        clock_.now() + who->remaining_ms, who->session};
}

/// The address pays for what did not lead to anybody, as for a token that is none.
std::unexpected<Error> OfficerDoor::refuse(const net::Request& request, std::string message) const {
  if (const auto paid = door_.authenticate(request); !paid && paid.error().code == ErrorCode::kRateLimited) {
    return std::unexpected(paid.error());
  }
  return fail(ErrorCode::kUnauthenticated, std::move(message), "Cookie");
}

}  // namespace tansiq::node
