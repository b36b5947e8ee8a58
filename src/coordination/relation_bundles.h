// Named sets of relations, so that an officer can say "as with an ally" and see what that means before it is said.
//
// A bundle is a complete statement about every relation of the domains it is applied to: what it lists is at the listed
// level, what it does not list is at 0. So the empty bundle is `frozen`, and a list that somebody emptied by mistake
// grants nobody anything.
//
//   const Bundles bundles = TRY(parse_bundles(text));                                   // or standard_bundles()
//   const auto items = TRY(expand(*bundles.find("ally"), us, fr, {.domain = RelationDomain::kSea,
//                                                                 .withheld = {{RelationDomain::kSea,
//                                                                 Capability::kTracks}}}));
//   const BundlePlan plan = plan_for(relations, items);                                 // what to freeze, what to
//   propose
//
// The file is JSON, to be edited by people; it replaces the standard bundles as a whole:
//
//   {"bundles": [{"name": "deconflict", "grants": [{"domain": "air", "capability": "request", "level": 1}, …]}, …]}
//
// A domain, capability, level or member that does not exist is an error, never ignored.
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "coordination/relation.h"

namespace tansiq::coordination {

inline constexpr std::size_t kBundlesMax = 64;
inline constexpr std::size_t kBundlesBytesMax = 256 * 1024;

/// One relation, whoever grants it to whom.
struct RelationKind {
  RelationDomain domain = RelationDomain::kAir;
  Capability capability = Capability::kRequest;
  friend auto operator<=>(const RelationKind&, const RelationKind&) = default;
};
/// Every kind that exists: by domain, then capability.
[[nodiscard]] std::vector<RelationKind> all_kinds(std::optional<RelationDomain> domain = {});

struct BundleGrant {
  RelationKind kind;
  std::int64_t level = 0;
  friend bool operator==(const BundleGrant&, const BundleGrant&) = default;
};

struct Bundle {
  std::string name;
  std::vector<BundleGrant> grants;
  /// 0 for what it does not list.
  [[nodiscard]] std::int64_t level(const RelationKind& kind) const;
  friend bool operator==(const Bundle&, const Bundle&) = default;
};

struct Bundles {
  std::vector<Bundle> all;
  /// Null when there is none of that name: there is no default.
  [[nodiscard]] const Bundle* find(std::string_view name) const;
  friend bool operator==(const Bundles&, const Bundles&) = default;
};

/// `frozen`, `deconflict`, `cooperate`, `ally`: each includes what the one before it grants.
[[nodiscard]] Bundles standard_bundles();
/// Fails with `kMalformed` (no JSON), `kInvalid` (what it says cannot be), `kTooLarge`; `where` is a path such as
/// `bundles[2].grants[0].domain`.
[[nodiscard]] Result<Bundles> parse_bundles(std::string_view text);
/// The file, to begin editing from. `parse_bundles(bundles_text(b)) == b`.
[[nodiscard]] std::string bundles_text(const Bundles& bundles);

enum class Direction : std::uint8_t { kBoth, kWeGrant, kTheyGrant };
constexpr std::array<std::string_view, 3> enum_names(Direction) { return {"both", "we_grant", "they_grant"}; }

struct BundleScope {
  std::optional<RelationDomain> domain = {};  ///< Absent: all.
  Direction direction = Direction::kBoth;
  std::vector<RelationKind> withheld = {};  ///< At 0, whatever the bundle says.
};
/// One item for every relation in scope, also for those at 0. Fails with `kInvalid` when something is withheld that is
/// not in scope or does not exist: nobody is to believe that it was held back.
[[nodiscard]] Result<std::vector<EdgeLevel>> expand(const Bundle& bundle, const AuthorityId& self,
                                                    const AuthorityId& peer, const BundleScope& scope = {});

/// What has to be said to get from what is in force to `items`: one key for what is narrower, two for what is wider.
/// What is there already is in neither.
struct BundlePlan {
  std::vector<EdgeLevel> freeze;
  std::vector<EdgeLevel> propose;
};
[[nodiscard]] BundlePlan plan_for(const RelationView& relations, const std::vector<EdgeLevel>& items);

}  // namespace tansiq::coordination
