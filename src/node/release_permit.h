// What the record allows a peer of this authority's tracks, and whether the rules that narrow it can be.
//
// Judged on the core thread, for every answer anew: nothing that was allowed a moment ago is remembered, so a freeze, a
// withheld flight or the end of a membership holds from the next answer on.
#pragma once

#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "coordination/coalition.h"
#include "picture/release_rule.h"

namespace tansiq::node {

struct RecordedPermit {
  bool member = false;
  bool air = false;  ///< Disclosure is at `live` there, and in force.
  bool sea = false;
  std::set<std::string, std::less<>> withheld;  ///< As the picture names plans (record_notes.h).
  /// Of every area that a rule for this peer names, the outlines; a zone that is no more has none.
  std::vector<std::pair<std::string, std::vector<geo::Outline>>> areas;
};
[[nodiscard]] RecordedPermit release_permit(const coordination::Coalition& coalition, const AuthorityId& to,
                                            std::span<const picture::ReleaseRule> rules);

/// Fails with `kInvalid`, `where` as `release[2].to`: what `check` says; an authority that no version of the charter
/// names, or this one; an area that is no zone of the newest, or has no outline.
[[nodiscard]] Status check_release(std::span<const picture::ReleaseRule> rules, const AuthorityId& self,
                                   std::span<const core::Charter> versions);

}  // namespace tansiq::node
