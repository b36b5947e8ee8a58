// What the record allows a peer of this authority's tracks, and whether the rules that narrow it can be.
//
// Judged on the core thread, for every answer anew: nothing that was allowed a moment ago is remembered, so a freeze, a
// withheld flight or the end of a membership holds from the next answer on.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "coordination/coalition.h"
#include "picture/release_rule.h"

namespace tansiq::node {

/// Shared between the threads, and the same as long as nothing of it has changed.
using RecordedOutlines = std::shared_ptr<const std::vector<geo::Outline>>;

struct RecordedPermit {
  bool member = false;
  bool air = false;  ///< Disclosure is at `live` there, and in force.
  bool sea = false;
  std::set<std::string, std::less<>> withheld;  ///< As the picture names plans (record_notes.h).
  /// Of the areas that rules for this peer name, the outlines; those that the charter has no more are missing.
  std::vector<std::pair<std::string, RecordedOutlines>> areas;
};

/// The outlines of the areas that rules name, taken from the charter when it, or who decides in a zone, has changed: of
/// a state that grows by entries, as the core thread's does.
class RecordedAreas {
 public:
  /// Null where there is no such zone, or it has no outline. Of own-zones, those zones that have one.
  [[nodiscard]] RecordedOutlines of(const coordination::Coalition& coalition, const std::string& area);

 private:
  struct Area {
    std::vector<ZoneId> zones;
    RecordedOutlines outlines;
  };
  std::int64_t version_ = 0;
  std::map<std::string, Area, std::less<>> areas_;
};

[[nodiscard]] RecordedPermit release_permit(const coordination::Coalition& coalition, const AuthorityId& to,
                                            std::span<const picture::ReleaseRule> rules, RecordedAreas& areas);

/// Whose tracks this authority may have, by domain: what members' relations show it live now. What was heard under it
/// is kept no longer than it stands.
struct HeardPermit {
  std::set<AuthorityId> air;
  std::set<AuthorityId> sea;
  [[nodiscard]] bool allows(const AuthorityId& from, core::Domain domain) const {
    return (domain == core::Domain::kSea ? sea : air).contains(from);
  }
};
[[nodiscard]] HeardPermit heard_permit(const coordination::Coalition& coalition);

/// Fails with `kInvalid`, `where` as `release[2].to`: what `check` says; a rule for this authority itself.
[[nodiscard]] Status check_release(std::span<const picture::ReleaseRule> rules, const AuthorityId& self);
/// What stands in rules and not in the charter, for people: an authority that no version of it names, an area that is
/// no zone of the newest or has no outline. Charters change, and a node must start all the same; what a rule with such
/// an area would cover is told to nobody.
[[nodiscard]] std::vector<std::string> release_remarks(std::span<const picture::ReleaseRule> rules,
                                                       std::span<const core::Charter> versions);

}  // namespace tansiq::node
