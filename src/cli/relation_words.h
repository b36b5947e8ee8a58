// How people name relations: `air/request`, `sea/disclosure=2`, or a bundle as a whole.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "coordination/relation_bundles.h"

namespace tansiq::cli {

/// `sea/tracks`. Fails with `kUnsupported`, or with what is wrong with a word.
[[nodiscard]] Result<coordination::RelationKind> kind_from(std::string_view text);
/// Up, words without a level mean the highest that there is; down, none.
enum class Way : std::uint8_t { kUp, kDown };
/// `air/disclosure=2`, or without a level.
[[nodiscard]] Result<coordination::BundleGrant> grant_from(std::string_view text, Way way = Way::kUp);

/// What an officer names: a bundle, or items one by one, never both.
struct RelationWords {
  std::string bundle = {};
  std::optional<std::string> bundles_file = {};  ///< Instead of the standard bundles.
  std::vector<std::string> items = {};
  std::optional<std::string> domain = {};  ///< Of the bundle.
  std::vector<std::string> less = {};      ///< What the bundle grants and is held back.
  std::string direction = "both";
};
/// Every relation that the words are about, with its level, between `self` ("we") and `peer` ("they").
[[nodiscard]] Result<std::vector<coordination::EdgeLevel>> edges_from(const RelationWords& words,
                                                                      const AuthorityId& self, const AuthorityId& peer,
                                                                      Way way = Way::kUp);

}  // namespace tansiq::cli
