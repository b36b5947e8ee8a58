#include "node/coordination_face.h"

#include <fmt/format.h>

#include <algorithm>

#include "coordination/relation_preview.h"
#include "core/jcs_read.h"
#include "core/record.h"
#include "log/canonical_json.h"

namespace tansiq::node {
namespace {

using namespace coordination;
using core::field;
using log::JcsWriter;

/// One edge as it stands here: what was agreed, and what is in force.
struct RelationRow {
  std::int64_t agreed = 0;
  Edge edge;
  std::int64_t level = 0;
  std::int64_t number = 0;
  std::string text;
  static constexpr auto fields() {
    return field_list(field("agreed", &RelationRow::agreed), field("edge", &RelationRow::edge),
                      field("level", &RelationRow::level), field("number", &RelationRow::number),
                      field("text", &RelationRow::text));
  }
};
struct ControlRow {
  std::vector<AuthorityId> awaited;  ///< Who has to adopt a version before anything is granted here.
  std::int64_t epoch = 0;
  std::optional<AuthorityId> lessor;
  AuthorityId owner;
  std::optional<std::string> recall;
  std::vector<ClosingEntry> rivals;  ///< Halted: between which entries officers choose.
  std::optional<AuthorityId> sequencer;
  ControlState state = ControlState::kNone;
  std::optional<UtcMs> until;
  ZoneId zone;
  static constexpr auto fields() {
    return field_list(field("awaited", &ControlRow::awaited), field("epoch", &ControlRow::epoch),
                      field("lessor", &ControlRow::lessor), field("owner", &ControlRow::owner),
                      field("recall", &ControlRow::recall), field("rivals", &ControlRow::rivals),
                      field("sequencer", &ControlRow::sequencer), field("state", &ControlRow::state),
                      field("until_ms", &ControlRow::until), field("zone", &ControlRow::zone));
  }
};
struct PeerRow {
  std::uint64_t acknowledged = 0;
  std::int64_t adopted = 0;       ///< The newest version of the charter that it has adopted; 0: it has not said.
  std::optional<DurationMs> age;  ///< Of the newest good answer.
  std::uint64_t held = 0;
  AuthorityId id;
  std::int64_t in_force = 0;  ///< The version that is in force at the peer; 0: it has not said.
  std::uint64_t known = 0;
  bool pinned = false;
  std::string trouble;
  std::string url;
  static constexpr auto fields() {
    return field_list(field("acknowledged", &PeerRow::acknowledged), field("adopted", &PeerRow::adopted),
                      field("age_ms", &PeerRow::age), field("held", &PeerRow::held), field("id", &PeerRow::id),
                      field("in_force", &PeerRow::in_force), field("known", &PeerRow::known),
                      field("pinned", &PeerRow::pinned), field("trouble", &PeerRow::trouble),
                      field("url", &PeerRow::url));
  }
};
/// The charter as this node has it.
struct CharterRow {
  std::optional<UtcMs> effective;  ///< Of what is pending.
  std::int64_t in_force = 0;
  std::optional<std::int64_t> pending;  ///< Adopted, and not in force yet.
  std::string trouble;
  static constexpr auto fields() {
    return field_list(field("effective_ms", &CharterRow::effective), field("in_force", &CharterRow::in_force),
                      field("pending", &CharterRow::pending), field("trouble", &CharterRow::trouble));
  }
};
struct PreviewRow {
  std::int64_t after = 0;
  std::int64_t before = 0;
  Edge edge;
  std::string text;
  static constexpr auto fields() {
    return field_list(field("after", &PreviewRow::after), field("before", &PreviewRow::before),
                      field("edge", &PreviewRow::edge), field("text", &PreviewRow::text));
  }
};
/// What a line of a preview means for one flight or intent of ours.
struct PreviewShareRow {
  ShareLevel after = ShareLevel::kNone;
  ShareLevel before = ShareLevel::kNone;
  std::vector<AuthorityId> holders;
  std::uint64_t revoked = 0;
  std::string source;
  std::string text;
  AuthorityId to;
  static constexpr auto fields() {
    using R = PreviewShareRow;
    return field_list(field("after", &R::after), field("before", &R::before), field("holders", &R::holders),
                      field("revoked", &R::revoked), field("source", &R::source), field("text", &R::text),
                      field("to", &R::to));
  }
};
struct PreviewRequest {
  std::optional<Change> change;
  std::vector<EdgeLevel> edges;
  std::optional<EntryHash> proposal;
  static constexpr auto fields() {
    return field_list(field("change", &PreviewRequest::change), field("edges", &PreviewRequest::edges),
                      field("proposal", &PreviewRequest::proposal));
  }
  [[nodiscard]] Status check() const {
    if (proposal && (change || !edges.empty())) {
      return fail(ErrorCode::kInvalid, "give a proposal, or a change with its edges, not both");
    }
    if (!proposal && (!change || edges.empty())) {
      return fail(ErrorCode::kInvalid, "give a proposal, or a change (\"freeze\" or \"agreement\") with its edges");
    }
    return {};
  }
};
/// One version of what we show.
struct ShownRow {
  std::vector<AuthorityId> destroyed;    ///< Who has said that it is.
  std::vector<AuthorityId> outstanding;  ///< Who was given it and has not said so.
  std::string source;
  ShownVersion version;
  static constexpr auto fields() {
    return field_list(field("destroyed", &ShownRow::destroyed), field("outstanding", &ShownRow::outstanding),
                      field("source", &ShownRow::source), field("version", &ShownRow::version));
  }
};
/// One version of what others show us.
struct HeldRow {
  std::optional<ShareContent> content;  ///< Absent: not here, not readable, or destroyed.
  HeldShare held;
  static constexpr auto fields() {
    return field_list(field("content", &HeldRow::content), field("held", &HeldRow::held));
  }
};
/// A request, or a hold, that waits for an officer.
struct AskRow {
  std::optional<UtcMs> answer_by;
  std::optional<LegAnswered> answered;  ///< What an officer has said before: it is held.
  std::string call_sign;
  bool committed = false;  ///< Home has taken the hold, and waits for the confirmation.
  std::optional<std::int64_t> counter_level_cm;
  std::optional<DurationMs> counter_time_ms;
  std::vector<core::Craft> craft = {};
  core::Domain domain = core::Domain::kAir;
  FlightId flight;
  bool free = false;
  AuthorityId home;
  std::int64_t leg = 0;
  std::int64_t legs = 1;
  std::optional<std::int64_t> level_shift_cm;
  std::vector<LegConflict> meets;
  std::optional<AuthorityId> principal;
  std::int64_t remaining = 1;
  std::optional<EntryHash> replaces;
  EntryHash request;
  LegState state = LegState::kAsked;
  std::optional<DurationMs> time_shift_ms;
  std::string trouble;
  std::optional<UtcMs> until;
  std::vector<geo::Volume4d> volumes;
  geo::TimeWindow window;
  ZoneId zone;
  static constexpr auto fields() {
    using R = AskRow;
    return field_list(
        field("answer_by_ms", &R::answer_by), field("answered", &R::answered), field("call_sign", &R::call_sign),
        field("committed", &R::committed), field("counter_level_cm", &R::counter_level_cm),
        field("counter_time_ms", &R::counter_time_ms), field("craft", &R::craft), field("domain", &R::domain),
        field("flight", &R::flight), field("free", &R::free), field("home", &R::home), field("leg", &R::leg),
        field("legs", &R::legs), field("level_shift_cm", &R::level_shift_cm), field("meets", &R::meets),
        field("principal", &R::principal), field("remaining", &R::remaining), field("replaces", &R::replaces),
        field("request", &R::request), field("state", &R::state), field("time_shift_ms", &R::time_shift_ms),
        field("trouble", &R::trouble), field("until_ms", &R::until), field("volumes", &R::volumes),
        field("window", &R::window), field("zone", &R::zone));
  }
};
struct ActAnswer {
  std::optional<EntryHash> hash;
  bool repeated = false;
  std::uint64_t seq = 0;
  static constexpr auto fields() {
    return field_list(field("hash", &ActAnswer::hash), field("repeated", &ActAnswer::repeated),
                      field("seq", &ActAnswer::seq));
  }
};

void write_relations(JcsWriter& out, const Coalition& coalition) {
  const Relations& relations = coalition.relations();
  out.key("proposals").begin_array();
  for (const OpenProposal* proposal : relations.proposals()) core::write_fields(out, *proposal);
  out.end_array().key("relations").begin_array();
  for (const auto& [edge, standing] : relations.edges()) {
    const std::int64_t level = relations.level(edge);
    core::write_fields(out,
                       RelationRow{.agreed = standing.agreed,
                                   .edge = edge,
                                   .level = level,
                                   .number = standing.number,
                                   .text = fmt::format("{}: {}", use_text(edge), grade_text(edge.capability, level))});
  }
  out.end_array();
}

void write_flights(JcsWriter& out, const Coalition& coalition) {
  out.key("flights").begin_array();
  for (const auto& [id, flight] : coalition.flights().flights()) {
    out.begin_object().key("flight");
    core::write_fields(out, flight);
    out.key("id").string(id.str()).key("may_clear");
    const Status clear = coalition.may_clear(id);
    out.boolean(clear.has_value()).key("versions").begin_array();
    for (const HomeVersion& version : flight.versions) core::write_fields(out, version);
    out.end_array().key("why_not").string(clear ? std::string() : clear.error().message).end_object();
  }
  out.end_array();
}

void write_legs(JcsWriter& out, const Coalition& coalition) {
  out.key("legs").begin_array();
  for (const auto& [hash, version] : coalition.legs().versions()) core::write_fields(out, version);
  out.end_array().key("notices").begin_array();
  for (const NotedLeg& notice : coalition.legs().notices()) core::write_fields(out, notice);
  out.end_array();
}

void write_disclosure(JcsWriter& out, const Coalition& coalition) {
  out.key("held").begin_array();
  for (const auto& [body, held] : coalition.held().held()) {
    HeldRow row{.content = {}, .held = held};
    if (const ShareContent* content = coalition.held().content(body)) row.content = *content;
    core::write_fields(out, row);
  }
  out.end_array().key("shown").begin_array();
  for (const auto& [body, version] : coalition.shown().versions()) {
    const ShareNamed* named = coalition.shown().named(version.share);
    core::write_fields(out, ShownRow{.destroyed = version.destroyed,
                                     .outstanding = version.outstanding(),
                                     .source = named == nullptr ? std::string() : named->source,
                                     .version = version});
  }
  out.end_array();
}

void write_caveats(JcsWriter& out, const Coalition& coalition) {
  out.key("caveats").begin_array();
  for (const auto& [id, standing] : coalition.caveats().caveats()) core::write_fields(out, standing);
  out.end_array().key("meetings").begin_array();
  for (const auto& [key, meeting] : coalition.caveats().meetings()) core::write_fields(out, meeting);
  out.end_array().key("unanswered").begin_array();
  for (const auto& [id, standing] : coalition.caveats().caveats()) {
    for (const CaveatDeposit& deposit : standing.deposits) {
      if (coalition.caveats().answers(deposit.to, standing.rule.domain)) continue;
      core::write_fields(out, CaveatWithdrawn{.caveat = id, .to = deposit.to});
    }
  }
  out.end_array().key("watched").begin_array();
  for (const auto& [key, watched] : coalition.watched().deposits()) core::write_fields(out, watched);
  out.end_array();
}

void write_control(JcsWriter& out, const Coalition& coalition) {
  out.key("zones").begin_array();
  for (const core::Zone& zone : coalition.machine().charter().zones) {
    const auto status = coalition.control().status(zone.id);
    ControlRow row;
    row.owner = zone.owner;
    row.zone = zone.id;
    if (status) {
      row.awaited.assign(status->awaited.begin(), status->awaited.end());
      row.epoch = status->epoch;
      row.lessor = status->lessor;
      row.recall = status->recall;
      row.rivals = status->rivals;
      row.sequencer = status->sequencer;
      row.state = status->state;
      row.until = status->until;
    }
    core::write_fields(out, row);
  }
  out.end_array();
}

}  // namespace

std::optional<std::string> coordination_json(std::string_view name, const Coalition& coalition) {
  std::string text;
  JcsWriter out(text);
  out.begin_object();
  if (name == "relations") {
    write_relations(out, coalition);
  } else if (name == "flights") {
    write_flights(out, coalition);
  } else if (name == "legs") {
    write_legs(out, coalition);
  } else if (name == "caveats") {
    write_caveats(out, coalition);
  } else if (name == "control") {
    write_control(out, coalition);
  } else if (name == "disclosure") {
    write_disclosure(out, coalition);
  } else {
    return std::nullopt;
  }
  out.end_object();
  return text;
}

std::string asks_json(const Coalition& coalition, UtcMs now) {
  // One more than is shown tells that there are more.
  const std::vector<NeededAnswer> needed = coalition.legs().needed(now, kAsksListedMax + 1);
  std::string text;
  JcsWriter out(text);
  out.begin_object().key("asks").begin_array();
  for (std::size_t i = 0; i < std::min(needed.size(), kAsksListedMax); ++i) {
    const NeededAnswer& one = needed[i];
    const LegVersion& v = *one.version;
    core::write_fields(out, AskRow{.answer_by = v.answer_by,
                                   .answered = v.answered,
                                   .call_sign = v.call_sign,
                                   .committed = v.commit.has_value(),
                                   .counter_level_cm = one.counter.level_shift_cm,
                                   .counter_time_ms = one.counter.time_shift_ms,
                                   .craft = v.craft,
                                   .domain = v.domain,
                                   .flight = v.flight,
                                   .free = one.free,
                                   .home = v.home,
                                   .leg = v.leg,
                                   .legs = v.legs,
                                   .level_shift_cm = v.level_shift_cm,
                                   .meets = one.meets,
                                   .principal = v.principal,
                                   .remaining = v.remaining,
                                   .replaces = v.replaces,
                                   .request = v.request,
                                   .state = v.state,
                                   .time_shift_ms = v.time_shift_ms,
                                   .trouble = one.trouble,
                                   .until = v.until,
                                   .volumes = v.volumes,
                                   .window = v.window,
                                   .zone = v.zone});
  }
  out.end_array().key("more").boolean(needed.size() > kAsksListedMax).key("rules").begin_array();
  for (const auto& [key, rule] : coalition.legs().rules().all()) core::write_fields(out, rule);
  out.end_array().end_object();
  return text;
}

std::string charter_trouble(const Coalition& coalition, UtcMs now) {
  const CharterAdopted* missed = coalition.adoptions().missed();
  if (missed == nullptr || missed->effective > now) return {};
  return fmt::format(
      "version {} of the charter is in force at others since {}, and not adopted here: version {} stands",
      missed->version, format_utc(missed->effective), coalition.adoptions().in_force());
}

std::string peers_json(const Coalition& coalition, const std::vector<PeerStanding>& peers, UtcMs now,
                       std::string_view recovery) {
  const CharterAdoptions& adoptions = coalition.adoptions();
  std::string text;
  JcsWriter out(text);
  CharterRow charter{.effective = {}, .in_force = adoptions.in_force(), .pending = {}, .trouble = {}};
  if (const CharterAdopted* pending = adoptions.pending()) {
    charter.pending = pending->version;
    charter.effective = pending->effective;
  }
  charter.trouble = charter_trouble(coalition, now);
  out.begin_object().key("charter");
  core::write_fields(out, charter);
  out.key("peers").begin_array();
  for (const PeerStanding& peer : peers) {
    PeerRow row{.acknowledged = peer.acknowledged,
                .adopted = 0,
                .age = {},
                .held = peer.link.held,
                .id = peer.id,
                .in_force = 0,
                .known = peer.link.known,
                .pinned = peer.link.pinned,
                .trouble = peer.link.trouble,
                .url = peer.url};
    if (const auto member = adoptions.members().find(peer.id); member != adoptions.members().end()) {
      row.in_force = member->second.in_force;
      if (member->second.adopted) row.adopted = member->second.adopted->version;
    }
    if (peer.link.last_answer) row.age = std::max<DurationMs>(0, now - *peer.link.last_answer);
    core::write_fields(out, row);
  }
  out.end_array();
  if (!recovery.empty()) out.key("recovery").raw(recovery);
  out.key("self").string(coalition.self().str()).end_object();
  return text;
}

Result<std::string> preview_json(std::string_view body, const Coalition& coalition) {
  const std::string canonical = TRY(log::canonical_json(body));
  const auto document = TRY(log::JcsDocument::parse(canonical, kRequestBodyBytesMax));
  const auto request = TRY(core::read_fields<PreviewRequest>(document.root()));
  std::vector<PreviewLine> lines;
  if (request.proposal) {
    const OpenProposal* proposal = coalition.relations().proposal(*request.proposal);
    if (proposal == nullptr) return fail(ErrorCode::kNotFound, "no such proposal is open", "proposal");
    lines = preview(coalition.relations(), *proposal);
  } else {
    lines = preview(coalition.relations(), *request.change, request.edges);
  }
  std::string text;
  JcsWriter out(text);
  out.begin_object().key("lines").begin_array();
  for (const PreviewLine& line : lines) {
    core::write_fields(out,
                       PreviewRow{.after = line.after, .before = line.before, .edge = line.edge, .text = line.text});
  }
  out.end_array().key("shares").begin_array();
  for (const PreviewLine& line : lines) {
    for (const SharePreview& share : coalition.shown().preview(line.edge, line.after)) {
      core::write_fields(out, PreviewShareRow{.after = share.after,
                                              .before = share.before,
                                              .holders = share.holders,
                                              .revoked = share.versions,
                                              .source = share.source,
                                              .text = share_text(share),
                                              .to = share.to});
    }
  }
  out.end_array().end_object();
  return text;
}

Result<ActCommand> read_act_request(std::string_view body, const core::Subject& by) {
  const std::string canonical = TRY(log::canonical_json(body));
  const auto document = TRY(log::JcsDocument::parse(canonical, kRequestBodyBytesMax));
  return read_act(document.root(), by);
}

std::string act_json(const ActOutcome& outcome) {
  std::string text;
  JcsWriter out(text);
  ActAnswer answer{.hash = {}, .repeated = outcome.repeated, .seq = outcome.seq};
  if (!outcome.repeated) answer.hash = outcome.hash;
  core::write_fields(out, answer);
  return text;
}

}  // namespace tansiq::node
