// What a change of relations would mean, before it is said: item by item, for people.
//
//   for (const PreviewLine& line : preview(relations, Change::kFreeze, items)) show(line.text);
//   // fr may ask for legs in the air zones of us: yes → no
//   // what us shows fr of its use of the sea: in which large cells … something is meant (busy) → nothing
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "coordination/disclosure_show.h"
#include "coordination/relation.h"

namespace tansiq::coordination {

enum class Change : std::uint8_t {
  kFreeze,     ///< Levels are caps: what is below stays where it is.
  kAgreement,  ///< Once both keys have turned: levels as stated, all freezes known now covered.
};
constexpr std::array<std::string_view, 2> enum_names(Change) { return {"freeze", "agreement"}; }

struct PreviewLine {
  Edge edge;
  std::int64_t before = 0;
  std::int64_t after = 0;
  std::string text;
  friend bool operator==(const PreviewLine&, const PreviewLine&) = default;
};

/// One line an item, in the order of the items; also for what would not change. A capability that the
/// domain has not stays at 0.
[[nodiscard]] std::vector<PreviewLine> preview(const RelationView& relations, Change change,
                                               std::span<const EdgeLevel> items);
/// What accepting a proposal would change. The freezes it does not cover stay on top.
[[nodiscard]] std::vector<PreviewLine> preview(const Relations& relations, const OpenProposal& proposal);

/// What a change would mean for one flight or intent: `flight M1 to fr: full → nothing; 2 versions revoked, held by fr,
/// ru, who have seen them`.
[[nodiscard]] std::string share_text(const SharePreview& share);

/// What `to` may do under this edge: `fr may ask for legs in the air zones of us`.
[[nodiscard]] std::string use_text(const Edge& edge);
/// What it may do at this level: `yes`, `no`; for disclosure, what is shown.
[[nodiscard]] std::string grade_text(Capability capability, std::int64_t level);

}  // namespace tansiq::coordination
