#include "cli/charter_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "cli/context.h"
#include "coordination/log_origins.h"
#include "log/note.h"

namespace tansiq::cli {

// A note has an empty line, a draft has none.
Result<Draft> read_charter(const std::string& file) {
  const std::string raw = TRY(read_text(file, kNoteBytesMax));
  Draft draft;
  if (raw.find("\n\n") == std::string::npos) {
    auto charter = core::parse_charter(raw);
    if (!charter) return std::unexpected(in_file(charter.error(), file));
    draft.charter = std::move(*charter);
    draft.text = core::charter_text(draft.charter);
    return draft;
  }
  auto opened = core::open_charter(raw);
  if (!opened) return std::unexpected(in_file(opened.error(), file));
  draft.charter = std::move(opened->charter);
  draft.text = std::move(opened->text);
  draft.signers = std::move(opened->signers);
  draft.is_signed = true;
  return draft;
}

Result<Draft> read_draft(const std::string& file) {
  Draft draft = TRY(read_charter(file));
  if (draft.is_signed) {
    return fail(ErrorCode::kWrongState, "is signed already; change the draft it was made from and sign that again",
                file);
  }
  return draft;
}

Status save_draft(const std::string& file, const core::Charter& charter) {
  const std::string text = core::charter_text(charter);
  if (const auto readable = core::parse_charter(text); !readable) {
    return std::unexpected(in_file(readable.error(), file));
  }
  return write_text(file, text, 0644, /*replace=*/true);
}

namespace {

/// Adds what is new, in the order of the ids.
template <class T>
Status merge_by_id(std::vector<T>& into, const std::vector<T>& from, std::string_view what) {
  for (const T& one : from) {
    const auto known = std::ranges::find(into, one.id, &T::id);
    if (known == into.end()) {
      into.push_back(one);
    } else if (*known != one) {
      return fail(
          ErrorCode::kConflict,
          fmt::format("{} \"{}\" is stated in two ways: whose it is has to say which is right", what, one.id.str()));
    }
  }
  std::ranges::sort(into, {}, &T::id);
  return {};
}

}  // namespace

Status merge_charter(core::Charter& into, const core::Charter& from) {
  if (into.data_mode != from.data_mode) {
    return fail(ErrorCode::kConflict,
                fmt::format("one draft is {}, the other {}: all data of a charter are of one mode",
                            core::to_text(into.data_mode), core::to_text(from.data_mode)));
  }
  core::Charter merged = into;
  TRY_VOID(merge_by_id(merged.authorities, from.authorities, "authority"));
  TRY_VOID(merge_by_id(merged.zones, from.zones, "zone"));
  for (const core::InitialRelation& relation : from.relations) {
    const auto known = std::ranges::find(merged.relations, relation.edge, &core::InitialRelation::edge);
    if (known == merged.relations.end()) {
      merged.relations.push_back(relation);
    } else if (known->level != relation.level) {
      return fail(ErrorCode::kConflict, fmt::format("{} from {} to {} is stated at level {} and at level {}",
                                                    core::to_text(relation.edge.capability), relation.edge.from.str(),
                                                    relation.edge.to.str(), known->level, relation.level));
    }
  }
  std::ranges::sort(merged.relations, {}, &core::InitialRelation::edge);
  if (merged.timing == core::Timing{}) {
    merged.timing = from.timing;
  } else if (from.timing != core::Timing{} && from.timing != merged.timing) {
    return fail(ErrorCode::kConflict, "the drafts state different timing: agree on one, with 'tansiq charter timing'");
  }
  if (merged.disclosure == core::DisclosureTerms{}) {
    merged.disclosure = from.disclosure;
  } else if (from.disclosure != core::DisclosureTerms{} && from.disclosure != merged.disclosure) {
    return fail(ErrorCode::kConflict, "the drafts state different terms of disclosure: agree on one, in the drafts");
  }
  if (!merged.catalogue) merged.catalogue = from.catalogue;
  if (from.catalogue && merged.catalogue != from.catalogue) {
    return fail(ErrorCode::kConflict,
                "the drafts name different catalogues of messages: agree on one, with 'tansiq charter catalogue'");
  }
  if (!merged.conformance) merged.conformance = from.conformance;
  if (from.conformance && merged.conformance != from.conformance) {
    return fail(
        ErrorCode::kConflict,
        "the drafts state different tolerances of conformance: agree on one, with 'tansiq charter conformance'");
  }
  into = std::move(merged);
  return {};
}

core::Charter next_version(core::Charter charter, UtcMs valid_from) {
  ++charter.version;
  charter.valid_from = UtcMs{valid_from.ms / 1'000 * 1'000};
  return charter;
}

void set_relations(core::Charter& charter, const std::vector<core::InitialRelation>& relations) {
  std::map<core::Edge, std::int64_t> all;
  for (const core::InitialRelation& relation : charter.relations) all[relation.edge] = relation.level;
  for (const core::InitialRelation& relation : relations) all[relation.edge] = relation.level;
  charter.relations.clear();
  for (const auto& [edge, level] : all) {
    if (level > 0) charter.relations.push_back({.edge = edge, .level = level});
  }
}

std::vector<core::Finding> all_findings(const core::Charter& charter, const std::set<AuthorityId>& signers) {
  std::vector<core::Finding> findings = core::lint(charter, signers);
  for (std::size_t i = 0; i < charter.authorities.size(); ++i) {
    const core::Authority& authority = charter.authorities[i];
    if (!authority.peer) continue;
    const auto main = coordination::main_origin(authority);
    if (!main) continue;  // core::lint has said so
    if (const auto members = coordination::members_origin(*main); !members) {
      findings.push_back({fmt::format("authorities[{}].keys[0]", i), members.error().message});
      continue;
    }
    for (const core::Authority& other : charter.authorities) {
      if (other.id == authority.id || !other.peer) continue;
      if (const auto pair = coordination::pair_origin(*main, other.id); !pair) {
        findings.push_back(
            {fmt::format("authorities[{}]", i),
             fmt::format("its log with {} would have no good name: {}", other.id.str(), pair.error().message)});
      }
    }
  }
  return findings;
}

Result<std::string> collect_signatures(const std::vector<std::string>& notes) {
  log::Note all = TRY(log::parse_note(notes.front()));
  for (std::size_t i = 1; i < notes.size(); ++i) {
    const log::Note note = TRY(log::parse_note(notes[i]));
    if (note.text != all.text) {
      return fail(ErrorCode::kConflict, "the texts differ: these are not signatures of one charter");
    }
    for (const log::NoteSignature& signature : note.signatures) {
      const bool known = std::ranges::any_of(all.signatures, [&](const log::NoteSignature& s) {
        return s.name == signature.name && s.key_id == signature.key_id;
      });
      if (!known) all.signatures.push_back(signature);
    }
  }
  return log::format_note(all);
}

}  // namespace tansiq::cli
