// The logs of an authority: how they are called, who may read them, and which keys sign them.
//
//   us.example/main        its own record; nobody else reads it
//   us.example/members     what every member of the charter may read
//   us.example/with/fr     what the authority `fr` alone may read
//
// The first key that the charter lists for an authority names its main log. The other two follow from that name, and
// the same Ed25519 keys sign them, each under the log's origin as key name: a checkpoint's text begins with its origin,
// so a signature for one log says nothing about another. All names are derived here and nowhere else: two nodes that
// spelled them differently would never meet.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "coordination/log_name.h"
#include "core/charter.h"
#include "log/note_key.h"

namespace tansiq::coordination {

/// `us.example/members` for `us.example/main`. Fails with `kInvalid` when the main log's origin has no path.
[[nodiscard]] Result<std::string> members_origin(std::string_view main_origin);
/// `us.example/with/fr`. Fails with `kInvalid` too when the peer's id cannot stand in a key's name (capitals, `_`).
[[nodiscard]] Result<std::string> pair_origin(std::string_view main_origin, const AuthorityId& peer);

/// The origin of an authority's main log. Fails with `kInvalid` when it has no key.
[[nodiscard]] Result<std::string> main_origin(const core::Authority& authority);

/// The keys that may sign the checkpoints of `origin`, a log of this authority: those of its keys that bear the main
/// log's name, under the name of that log. Fails with `kInvalid`.
[[nodiscard]] Result<std::vector<log::VerifierKey>> log_keys(const core::Authority& authority, std::string_view origin);

/// Every log of a charter, by name and by origin.
class Origins {
 public:
  /// Fails with `kInvalid` when an authority that has to speak with others has no name for its logs.
  [[nodiscard]] static Result<Origins> make(const core::Charter& charter);
  /// Adds those of a later version. Logs of members that have left keep their names: what they said stays quotable.
  /// Fails as `make`, or with `kInvalid` when a log would change its name; then nothing has changed.
  [[nodiscard]] Status adopt(const core::Charter& charter);
  /// Aborts on a log that is none of the charter's.
  [[nodiscard]] const std::string& origin(const LogName& log) const;
  [[nodiscard]] std::optional<LogName> log(std::string_view origin) const;

 private:
  Status add(LogName name, Result<std::string> origin, bool needed);

  std::map<LogName, std::string> origin_;
  std::map<std::string, LogName, std::less<>> log_;
};

}  // namespace tansiq::coordination
