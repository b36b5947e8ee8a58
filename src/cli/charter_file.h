// Charters in files: drafts and signed notes, read and written; and what several authorities put together in one.
//
// A draft is the charter's text alone, one canonical line; signing makes a note of it, whose text is fixed. Operators
// who share nothing but files each write a draft with themselves and their zones; one of them merges the drafts. The
// result does not depend on the order: authorities and zones are put in the order of their ids, so that whoever merges
// the same drafts gets the same hash to compare by voice.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "core/charter.h"

namespace tansiq::cli {

struct Draft {
  core::Charter charter;
  std::string text;
  std::set<AuthorityId> signers;
  bool is_signed = false;
};

/// Reads a draft or a note, whichever the file is. `where` of errors begins with the file's name.
[[nodiscard]] Result<Draft> read_charter(const std::string& file);
/// The same; fails with `kWrongState` when it is signed.
[[nodiscard]] Result<Draft> read_draft(const std::string& file);
/// Replaces the file. Fails with what `core::parse_charter` would say of it, and then writes nothing.
[[nodiscard]] Status save_draft(const std::string& file, const core::Charter& charter);

/// Takes authorities, zones, relations, timing and terms of another draft over. The same thing said twice is said once;
/// two versions of one thing fail with `kConflict`, naming it. Id, name, version and validity stay those of `into`.
[[nodiscard]] Status merge_charter(core::Charter& into, const core::Charter& from);

/// The same charter, one version on, in force from `valid_from`.
[[nodiscard]] core::Charter next_version(core::Charter charter, UtcMs valid_from);

/// States relations between authorities from the start, in the order of their edges; level 0 takes one out.
void set_relations(core::Charter& charter, const std::vector<core::InitialRelation>& relations);

/// What `core::lint` finds, and what would keep nodes from meeting: logs whose names cannot be derived from an
/// authority's key and id (node/log_names.h).
[[nodiscard]] std::vector<core::Finding> all_findings(const core::Charter& charter,
                                                      const std::set<AuthorityId>& signers);

/// One note with the signatures of several copies. Fails with `kConflict` when their texts differ, and as
/// `log::parse_note`. `notes` is not empty.
[[nodiscard]] Result<std::string> collect_signatures(const std::vector<std::string>& notes);

}  // namespace tansiq::cli
