// What is said with other authorities as documents for a console (openapi.yaml: talks). Canonical JSON.
//
//   net::json_response(200, TRY(thread_json(all, {opener, thread}, page, language, now)))
//
// Everything that a stranger wrote stands twice: as it is on record, and under `shown`, harmless. Times of others are
// those of their clocks.
//
// Cost: the list of threads looks at the threads of its page (talk_desk.h), a thread at its own rows, what is overdue
// at every row of the desk once. Core thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>

#include "coordination/coalition.h"
#include "talks/language.h"

namespace tansiq::node {

/// A page of a list that begins with the newest.
struct ListPage {
  std::size_t limit = 100;
  std::string cursor;  ///< `next` of the page before; empty: from the beginning.
};

/// Fails with `kInvalid` (the cursor).
[[nodiscard]] Result<std::string> thread_list_json(const coordination::Coalition& all, const ListPage& page, UtcMs now);

struct ThreadAsked {
  AuthorityId opener;
  coordination::ThreadId thread;
  std::size_t limit = 100;
  std::optional<UtcMs> before{};
  talks::Language language = talks::Language::kEnglish;
};
/// Fails with `kNotFound`.
[[nodiscard]] Result<std::string> thread_json(const coordination::Coalition& all, const ThreadAsked& asked, UtcMs now);

[[nodiscard]] std::string overdue_json(const coordination::Coalition& all, UtcMs now);
/// `clock_rate`: how many times as fast as time `now` goes on.
[[nodiscard]] std::string lines_json(const coordination::Coalition& all, UtcMs now, std::int64_t clock_rate);

/// Reads {"language","letter"} and says what would be sent. Fails as the readers of acts.
[[nodiscard]] Result<std::string> talk_preview_json(std::string_view body, const coordination::Coalition& all,
                                                    UtcMs now);

// incident_json.cc
/// Fails with `kInvalid` (the cursor).
[[nodiscard]] Result<std::string> incident_list_json(const coordination::Coalition& all, const ListPage& page);
/// Fails with `kNotFound`.
[[nodiscard]] Result<std::string> incident_json(const coordination::Coalition& all,
                                                const coordination::IncidentKey& key, talks::Language language);
[[nodiscard]] std::string reports_json(const coordination::Coalition& all);

/// Where a row of such a list stands: newest first, then by opener and id.
struct ListPlace {
  UtcMs time;
  AuthorityId opener;
  std::string id;
  [[nodiscard]] bool before(const ListPlace& other) const {
    if (time != other.time) return time > other.time;
    return std::tie(opener, id) < std::tie(other.opener, other.id);
  }
  /// As a cursor.
  [[nodiscard]] std::string text() const;
  /// Fails with `kInvalid` at `cursor`.
  [[nodiscard]] static Result<ListPlace> parse(std::string_view text);
};

}  // namespace tansiq::node
