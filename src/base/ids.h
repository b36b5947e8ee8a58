// Names of things, as strong types: an `AuthorityId` cannot be passed where a `ZoneId` belongs.
//
// Authorities and zones are named by people (`us`, `K1`): ASCII letters, digits, `-`, `_`, `.`, at most 64 characters.
// Intents, measures and commands are named by clients under the same rule, so a UUID is a valid one.
#pragma once

#include <compare>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace tansiq {

inline constexpr std::size_t kIdBytesMax = 64;

/// Checks the rule above. `kind` ("zone id") begins the message. Fails with `kInvalid`.
[[nodiscard]] Status check_id(std::string_view text, std::string_view kind);

/// A name that has been checked. `Tag` only tells the kinds apart.
template <class Tag>
class Id {
 public:
  Id() = default;

  /// Fails with `kInvalid` when `text` breaks the rule.
  [[nodiscard]] static Result<Id> parse(std::string_view text) {
    TRY_VOID(check_id(text, Tag::kKind));
    return Id(text);
  }

  /// For literals in tests and for text that this program wrote itself.
  [[nodiscard]] static Id trusted(std::string_view text) { return Id(text); }

  [[nodiscard]] const std::string& str() const { return text_; }
  [[nodiscard]] bool empty() const { return text_.empty(); }
  friend auto operator<=>(const Id&, const Id&) = default;

 private:
  explicit Id(std::string_view text) : text_(text) {}
  std::string text_;
};

struct AuthorityTag {
  static constexpr std::string_view kKind = "authority id";
};
struct ZoneTag {
  static constexpr std::string_view kKind = "zone id";
};
struct IntentTag {
  static constexpr std::string_view kKind = "intent id";
};
struct MeasureTag {
  static constexpr std::string_view kKind = "measure id";
};
struct CommandTag {
  static constexpr std::string_view kKind = "command id";
};

using AuthorityId = Id<AuthorityTag>;
using ZoneId = Id<ZoneTag>;
using IntentId = Id<IntentTag>;
using MeasureId = Id<MeasureTag>;
using CommandId = Id<CommandTag>;

}  // namespace tansiq

template <class Tag>
struct std::hash<tansiq::Id<Tag>> {
  std::size_t operator()(const tansiq::Id<Tag>& id) const noexcept { return std::hash<std::string>{}(id.str()); }
};
