// Who is signed in: sessions in memory, gone with the process.
//
//   const auto opened = sessions.open(account, TRY(open_key(account.secret, password)));   // opened.id goes to him
//   const auto who = sessions.find(id);                                                           // with each request
//   sessions.attach(id, stream);                                     // ends with the session, whyever that ends
//
// An id is 256 random bits, drawn anew at every sign-in, whatever the client brought; kept is its SHA-256 alone. A
// session ends 12 hours after it began, 30 minutes after it was last used, when its account changes in any way that
// matters (`OfficerAccount::epoch`), when it is ended, and when its account opens more than a few others. The role is
// read from the book with every use, so no session has more than its account; one that a link has opened
// (officer_links.h) may have less.
//
// The personal key is open for as long as the session lasts. What streams events under a session is closed when it
// ends: at once where somebody ends it, within one sweep where time does.
//
// Times are milliseconds of a clock that only goes forward. Any thread.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/sse.h"
#include "node/officer_book.h"

namespace tansiq::node {

struct SessionLimits {
  DurationMs absolute_ms = 12LL * 3'600'000;
  DurationMs idle_ms = 30LL * 60'000;
  std::size_t per_account_max = 4;  ///< The least recently used one makes room.
};

/// Somebody who is signed in.
struct SignedIn {
  std::string name;
  OfficerRole role = OfficerRole::kObserver;
  bool provisional = false;
  std::string session;                    ///< Names the session in logs; not a secret.
  DurationMs remaining_ms = 0;            ///< Until it ends whatever is done.
  std::shared_ptr<const OfficerKey> key;  ///< Null where a link of somebody else has opened it: it only sees.
  std::int64_t begun_ms = 0;              ///< Of the sign-in with a password that stands behind it.
};

/// What a session may be less than its account.
struct SessionBounds {
  std::optional<OfficerRole> role_max{};
  std::optional<std::int64_t> begun_ms{};  ///< It ends as if it had begun then.
};

class OfficerSessions {
 public:
  /// `book` outlives this. `steady_ms` is the system's when empty.
  explicit OfficerSessions(const OfficerBook& book, const SessionLimits& limits = {},
                           std::function<std::int64_t()> steady_ms = {});

  /// A new session, and its id: 43 characters of base64url.
  [[nodiscard]] std::string open(const OfficerAccount& account, OfficerKey key);
  [[nodiscard]] std::string open(const OfficerAccount& account, std::shared_ptr<const OfficerKey> key,
                                 const SessionBounds& bounds);
  /// Whose it is; counts as a use. Nothing for an id that is unknown or over.
  [[nodiscard]] std::optional<SignedIn> find(std::string_view id);
  void end(std::string_view id);
  /// The stream ends with the session; at once when that is over already.
  void attach(std::string_view id, net::StreamHandle stream);
  /// Those that are over leave no trace, the personal key neither. Now and then.
  void sweep();
  [[nodiscard]] std::size_t size() const;

  /// What a write must bring beside the cookie: made of the id by a function that cannot be turned round.
  [[nodiscard]] static std::string csrf_token(std::string_view id);

  [[nodiscard]] const SessionLimits& limits() const { return limits_; }

 private:
  using Digest = std::array<std::uint8_t, 32>;
  struct Session {
    std::string name;
    std::uint64_t epoch = 0;
    std::int64_t begun_ms = 0;
    std::int64_t used_ms = 0;
    std::shared_ptr<const OfficerKey> key;
    std::optional<OfficerRole> role_max;
    std::vector<net::StreamHandle> streams;  ///< As many as whoever serves them lets one subject have.
  };
  using Table = std::map<Digest, Session>;
  [[nodiscard]] bool over(const Session& session, std::int64_t now_ms) const;
  /// By time, or by what has become of its account. Needs `mutex_`.
  [[nodiscard]] bool void_now(const Session& session, std::int64_t now_ms) const;
  /// Needs `mutex_`.
  Table::iterator drop(Table::iterator session);

  const OfficerBook& book_;
  const SessionLimits limits_;
  const std::function<std::int64_t()> steady_ms_;
  mutable std::mutex mutex_;
  Table sessions_;
};

}  // namespace tansiq::node
