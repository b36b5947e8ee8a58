// The state of relations as a record, for snapshots and the state hash.
#include <fmt/format.h>

#include "coordination/relation.h"
#include "core/jcs_read.h"

namespace tansiq::coordination {
namespace {

struct EdgeRecord {
  Edge edge;
  std::vector<FreezeMark> freezes_from;
  std::vector<FreezeMark> freezes_to;
  std::int64_t level = 0;
  std::int64_t number = 0;
  std::int64_t quoted_from = 0;
  std::int64_t quoted_to = 0;
  static constexpr auto fields() {
    return field_list(field("edge", &EdgeRecord::edge), field("freezes_from", &EdgeRecord::freezes_from),
                      field("freezes_to", &EdgeRecord::freezes_to), field("level", &EdgeRecord::level),
                      field("number", &EdgeRecord::number), field("quoted_from", &EdgeRecord::quoted_from),
                      field("quoted_to", &EdgeRecord::quoted_to));
  }
};

struct PapersRecord {
  std::vector<EntryHash> adopted;
  AuthorityId author;
  std::vector<OpenProposal> open;
  AuthorityId peer;
  std::vector<EntryHash> waiting;
  static constexpr auto fields() {
    return field_list(field("adopted", &PapersRecord::adopted), field("author", &PapersRecord::author),
                      field("open", &PapersRecord::open), field("peer", &PapersRecord::peer),
                      field("waiting", &PapersRecord::waiting));
  }
};

Result<Freezes> read_freezes(const std::vector<FreezeMark>& marks, std::int64_t most) {
  Freezes out;
  for (const FreezeMark& mark : marks) {
    if (mark.counter < 1 || mark.cap < 0 || mark.cap > most || out.note(mark) != Freezes::Noted::kNew) {
      return fail(ErrorCode::kInvalid, fmt::format("freeze {} does not fit here", mark.counter));
    }
  }
  if (out.marks() != marks) return fail(ErrorCode::kInvalid, "freezes ascend in counter and in cap");
  return out;
}

template <class Record, class Take>
Status read_all(const log::JcsValue& list, Take&& take) {
  TRY_VOID(list.expect(log::JcsValue::Kind::kArray));
  for (std::size_t i = 0; i < list.size(); ++i) {
    Status taken = take(TRY(core::read_fields<Record>(list[i])));
    if (!taken) return list[i].fail_here(std::move(taken).error().message);
  }
  return {};
}

}  // namespace

void Relations::write_state(log::JcsWriter& out) const {
  out.begin_object().key("edges").begin_array();
  for (const auto& [edge, here] : edges_) {
    core::write_fields(out, EdgeRecord{.edge = edge,
                                       .freezes_from = here.freezes_from.marks(),
                                       .freezes_to = here.freezes_to.marks(),
                                       .level = here.agreed,
                                       .number = here.number,
                                       .quoted_from = here.quoted_from,
                                       .quoted_to = here.quoted_to});
  }
  out.end_array().key("papers").begin_array();
  for (const auto& [way, papers] : papers_) {
    core::write_fields(out, PapersRecord{.adopted = papers.adopted,
                                         .author = way.author,
                                         .open = papers.open,
                                         .peer = way.peer,
                                         .waiting = papers.waiting});
  }
  out.end_array().key("revision").integer(static_cast<std::int64_t>(revision_)).end_object();
}

Status Relations::read_state(const log::JcsValue& value) {
  TRY_VOID(value.only({"edges", "papers", "revision"}));
  std::map<Edge, EdgeStanding> edges;
  std::map<Way, Papers> all_papers;
  std::map<EntryHash, Way> way_of;
  const auto take_edge = [&](EdgeRecord&& record) -> Status {
    const Edge& edge = record.edge;
    const std::vector<EdgeLevel> items{{.edge = edge, .level = record.level}};
    if (std::string why = misfit(edge.from, edge.to, items); !why.empty()) {
      return fail(ErrorCode::kInvalid, std::move(why));
    }
    if (record.number < 0 || record.quoted_from < 0 || record.quoted_to < 0) {
      return fail(ErrorCode::kInvalid, "a counter is not negative");
    }
    const std::int64_t most = core::level_max(edge.domain, edge.capability);
    EdgeStanding here{.agreed = record.level,
                      .number = record.number,
                      .quoted_from = record.quoted_from,
                      .quoted_to = record.quoted_to,
                      .freezes_from = TRY(read_freezes(record.freezes_from, most)),
                      .freezes_to = TRY(read_freezes(record.freezes_to, most))};
    if (!edges.emplace(edge, std::move(here)).second) return fail(ErrorCode::kInvalid, "this edge stands here twice");
    return {};
  };
  const auto take_papers = [&](PapersRecord&& record) -> Status {
    const Way way{.author = record.author, .peer = record.peer};
    if (std::string why = misfit_pair(way.author, way.peer); !why.empty()) {
      return fail(ErrorCode::kInvalid, std::move(why));
    }
    for (const OpenProposal& proposal : record.open) {
      if (proposal.author != way.author || proposal.peer != way.peer) {
        return fail(ErrorCode::kInvalid, "a proposal stands under another pair");
      }
      if (!way_of.emplace(proposal.hash, way).second) return fail(ErrorCode::kInvalid, "a proposal stands here twice");
    }
    Papers papers{
        .open = std::move(record.open), .waiting = std::move(record.waiting), .adopted = std::move(record.adopted)};
    if (!all_papers.emplace(way, std::move(papers)).second) {
      return fail(ErrorCode::kInvalid, "this pair stands here twice");
    }
    return {};
  };
  TRY_VOID(core::read_at(value, "edges", [&](const log::JcsValue& v) { return read_all<EdgeRecord>(v, take_edge); }));
  TRY_VOID(
      core::read_at(value, "papers", [&](const log::JcsValue& v) { return read_all<PapersRecord>(v, take_papers); }));
  const std::int64_t revision = TRY(core::integer_at(value, "revision", 0, log::kJcsIntegerMax));
  edges_ = std::move(edges);
  papers_ = std::move(all_papers);
  way_of_ = std::move(way_of);
  revision_ = static_cast<std::uint64_t>(revision);
  return {};
}

}  // namespace tansiq::coordination
