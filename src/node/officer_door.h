// Who is asking, where officers sign in: in front of the doorkeeper of tokens, and the same to whoever asks it.
//
// A session is shown by its cookie, from a browser, or as `Authorization: Bearer tso1.<id>`, from a program. Where
// there is an Authorization header the cookie plays no part. A cookie comes by itself, whoever has made the browser
// send it: so a request that writes must also bring the session's token in `Tansiq-CSRF`, which no other site can
// read, and an Origin that is this node. The cookie's name depends on the connection (`__Host-` under TLS), and one
// that stands twice is none: another site, or another port, may have planted it.
//
// A session gives the subject `<name>@<authority>` and the scopes of its role. Some scopes belong to sessions alone
// (`officer_scope`): no token holds them, not even one with `admin`, and no token speaks under the subject of an
// account.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "base/ids.h"
#include "net/bearer.h"
#include "net/rate_limit.h"
#include "node/officer_sessions.h"

namespace tansiq::node {

inline constexpr std::string_view kSessionScope = "session";           ///< Of every session.
inline constexpr std::string_view kActsConfirmScope = "acts.confirm";  ///< May be the second officer.
inline constexpr std::string_view kWatchScope = "watch.keep";
inline constexpr std::string_view kOfficersScope = "officers.manage";
[[nodiscard]] bool officer_scope(std::string_view scope);

inline constexpr std::string_view kSessionBearerPrefix = "tso1.";
inline constexpr std::string_view kCsrfHeader = "Tansiq-CSRF";

/// What a role may do; whose password somebody else has chosen, nothing but choose another.
[[nodiscard]] std::set<std::string, std::less<>> scopes_of(OfficerRole role, bool provisional);
/// `duty@us`.
[[nodiscard]] std::string officer_subject(std::string_view name, const AuthorityId& self);
/// The name in such a subject; nothing for another.
[[nodiscard]] std::optional<std::string_view> officer_in(std::string_view subject, const AuthorityId& self);

/// The session that a request shows, whether it stands or not.
struct ShownSession {
  std::string_view id;
  bool cookie = false;
};
/// Nothing where it shows none. Fails with `kUnauthenticated` when the cookie stands twice.
[[nodiscard]] Result<std::optional<ShownSession>> shown_session(const net::Request& request);

/// The session behind a request that was let in, with the personal key. Fails with `kUnauthenticated`.
[[nodiscard]] Result<SignedIn> session_behind(const net::Request& request, OfficerSessions& sessions);

/// Whether the request comes from a page of this node, as far as its Origin says. Fails with `kForbidden`; without an
/// Origin only where `must` is.
[[nodiscard]] Status check_origin(const net::Request& request, bool must);

/// Values of Set-Cookie, for a connection under TLS or in clear text.
[[nodiscard]] std::string session_cookie(std::string_view id, bool tls, DurationMs lifetime_ms);
[[nodiscard]] std::string ended_cookie(bool tls);
/// The cookie by which a device is known (officer_device.h): sent with sign-ins, which is all it is for.
[[nodiscard]] std::string device_cookie(std::string_view device, bool tls);
/// What a request shows of it; empty where it shows none, or several.
[[nodiscard]] std::string shown_device(const net::Request& request);

class OfficerDoor final : public net::Authenticator {
 public:
  /// All outlive this. `subjects` limits each officer as `door` limits the subjects of tokens.
  OfficerDoor(const net::Authenticator& door, OfficerSessions& sessions, const OfficerBook& book,
              const net::RateLimit& subjects, AuthorityId self, const Clock& clock);

  /// Fails as `door`, and with `kForbidden` for a write by cookie that somebody else may have made.
  [[nodiscard]] Result<net::Principal> authenticate(const net::Request& request) const override;

 private:
  [[nodiscard]] Result<net::Principal> by_session(const ShownSession& shown, const net::Request& request) const;
  [[nodiscard]] std::unexpected<Error> refuse(const net::Request& request, std::string message) const;

  const net::Authenticator& door_;
  OfficerSessions& sessions_;
  const OfficerBook& book_;
  const AuthorityId self_;
  const Clock& clock_;
  mutable net::RateLimiter subjects_;
};

}  // namespace tansiq::node
