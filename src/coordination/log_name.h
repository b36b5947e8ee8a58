// Which log of which authority: the address of an entry, without the spelling of origins (log_origins.h).
#pragma once

#include <compare>
#include <cstdint>

#include "base/ids.h"
#include "coordination/entry.h"

namespace tansiq::coordination {

struct LogName {
  enum class Kind : std::uint8_t {
    kMain,     ///< The author's own record: nobody else reads it.
    kMembers,  ///< For every member of the charter.
    kPair,     ///< For one authority, `reader`.
  };
  AuthorityId author;
  Kind kind = Kind::kMain;
  AuthorityId reader = {};  ///< kPair only.
  friend auto operator<=>(const LogName&, const LogName&) = default;
};

/// In which of its logs `author` writes what is addressed so. What an authority says to itself stands in its own
/// record.
[[nodiscard]] inline LogName log_of(const AuthorityId& author, const Addressee& to) {
  if (to.to) {
    if (*to.to == author) return {author, LogName::Kind::kMain, {}};
    return {author, LogName::Kind::kPair, *to.to};
  }
  return {author, to.audience == Audience::kMembers ? LogName::Kind::kMembers : LogName::Kind::kMain, {}};
}

}  // namespace tansiq::coordination
