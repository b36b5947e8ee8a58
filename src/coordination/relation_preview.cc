#include "coordination/relation_preview.h"

#include <fmt/format.h>

#include <algorithm>

namespace tansiq::coordination {
namespace {

PreviewLine line(const Edge& edge, std::int64_t before, std::int64_t after) {
  std::string text = fmt::format("{}: {}", use_text(edge), grade_text(edge.capability, before));
  text += before == after ? ", as before" : fmt::format(" → {}", grade_text(edge.capability, after));
  return {.edge = edge, .before = before, .after = after, .text = std::move(text)};
}

}  // namespace

std::string use_text(const Edge& edge) {
  const std::string& from = edge.from.str();
  const std::string& to = edge.to.str();
  const std::string_view where = to_text(edge.domain);
  switch (edge.capability) {
    case Capability::kRequest:
      return fmt::format("{} may ask for legs in the {} zones of {}", to, where, from);
    case Capability::kGateway:
      return fmt::format("{} may file with others through {} ({})", to, from, where);
    case Capability::kDisclosure:
      return fmt::format("what {} shows {} of its use of the {}", from, to, where);
    case Capability::kTracks:
      return fmt::format("{} may send {} tracks ({})", to, from, where);
    case Capability::kCentres:
      return fmt::format("the centre of {} may call the centre of {}", to, from);
    case Capability::kChiefs:
      return fmt::format("the chief of staff of {} may call the chief of staff of {}", to, from);
    case Capability::kMinistries:
      return fmt::format("the ministry of {} may call the ministry of {}", to, from);
    case Capability::kReports:
      return fmt::format("{} may send {} reports and assessments", to, from);
  }
  return describe(edge);
}

std::string grade_text(Capability capability, std::int64_t level) {
  if (capability != Capability::kDisclosure) return level > 0 ? "yes" : "no";
  switch (level) {
    case 0:
      return "nothing";
    case 1:
      return "in which large cells of space and time something is meant (busy)";
    case 2:
      return "where and when, on a grid and late; in conflicts which flight it is, and whose (coarse)";
    case 3:
      return "everything that was filed (full)";
    case 4:
      return "everything that was filed, and tracks may follow (live)";
    default:
      return fmt::format("level {}", level);
  }
}

std::string share_text(const SharePreview& share) {
  const auto name = [](ShareLevel level) {
    return level == ShareLevel::kNone ? std::string_view("nothing") : core::to_text(level);
  };
  std::string text =
      fmt::format("{} to {}: {} → {}", share.source, share.to.str(), name(share.before), name(share.after));
  if (share.versions == 0) return text;
  text += fmt::format("; {} version{} revoked", share.versions, share.versions == 1 ? "" : "s");
  for (std::size_t i = 0; i < share.holders.size(); ++i) {
    text += fmt::format("{}{}", i == 0 ? ", held by " : ", ", share.holders[i].str());
  }
  if (!share.holders.empty()) text += ", who may have seen it";
  return text;
}

std::vector<PreviewLine> preview(const RelationView& relations, Change change, std::span<const EdgeLevel> items) {
  std::vector<PreviewLine> out;
  for (const EdgeLevel& item : items) {
    const std::int64_t before = relations.level(item.edge);
    const std::int64_t most = core::level_max(item.edge.domain, item.edge.capability);
    const std::int64_t stated = std::clamp<std::int64_t>(item.level, 0, most);
    out.push_back(line(item.edge, before, change == Change::kFreeze ? std::min(before, stated) : stated));
  }
  return out;
}

std::vector<PreviewLine> preview(const Relations& relations, const OpenProposal& proposal) {
  std::vector<PreviewLine> out;
  for (const ProposedEdge& of : proposal.edges) {
    EdgeStanding here = relations.standing(of.edge);
    const std::int64_t before = here.level();
    here.agreed = of.level;
    here.quoted_from = of.freezes_from;
    here.quoted_to = of.freezes_to;
    out.push_back(line(of.edge, before, here.level()));
  }
  return out;
}

}  // namespace tansiq::coordination
