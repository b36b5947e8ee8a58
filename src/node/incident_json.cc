// Incidents and reports as documents for a console.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "core/record.h"
#include "node/talk_json.h"
#include "node/talk_words.h"
#include "talks/harmless.h"

namespace tansiq::node {
namespace {

using namespace coordination;
using log::JcsWriter;

/// The source of a report's shares, before its id.
constexpr std::string_view kReportSource = "report ";

void write_ids(JcsWriter& out, std::string_view name, const std::vector<AuthorityId>& ids) {
  out.key(name).begin_array();
  for (const AuthorityId& id : ids) out.string(id.str());
  out.end_array();
}

std::string title_of(const Incident& incident) { return incident.opened ? incident.opened->title : std::string(); }

void write_row(JcsWriter& out, const Incident& incident) {
  out.begin_object().key("incident").string(incident.incident.str()).key("opener").string(incident.opener.str());
  out.key("over").boolean(incident.over());
  if (incident.opened) write_ids(out, "parties", incident.opened->parties);
  out.key("shown").string(shown_line(title_of(incident))).key("sides").begin_array();
  for (const IncidentSide& side : incident.sides) {
    out.begin_object().key("party").string(side.party.str());
    if (side.since) out.key("since_ms").integer(side.since->ms);
    out.key("state").string(core::to_text(side.state));
    out.key("statements").integer(static_cast<std::int64_t>(side.statements.size())).end_object();
  }
  out.end_array().key("time_ms").integer(incident.time.ms).key("title").string(title_of(incident));
  if (incident.opened) {
    out.key("window");
    core::write_window(out, incident.opened->window);
  }
  out.end_object();
}

void write_side(JcsWriter& out, const IncidentSide& side, talks::Language language) {
  out.begin_object().key("party").string(side.party.str()).key("shown").string(shown_line(side.text));
  if (side.since) out.key("since_ms").integer(side.since->ms);
  out.key("state").string(core::to_text(side.state));
  if (side.statement) {
    out.key("statement");
    core::write_fields(out, *side.statement);
  }
  out.key("statements").begin_array();
  for (const StatementMark& mark : side.statements) core::write_fields(out, mark);
  out.end_array().key("text").string(side.text);
  if (side.statement) {
    out.key("words");
    write_parts(out, side.statement->parts, language);
  }
  out.end_object();
}

void write_words(JcsWriter& out, const InfoReport& report) {
  out.key("shown").begin_object().key("sections").begin_array();
  for (const ReportSection& section : report.sections) {
    out.begin_object().key("heading").string(shown_line(section.heading)).key("text");
    out.string(talks::harmless(section.text.text, kShownBytesMax, talks::Lines::kMany)).end_object();
  }
  out.end_array().key("title").string(shown_line(report.title)).end_object();
}

void write_share(JcsWriter& out, const ShownVersion& version) {
  out.begin_object().key("as_of_ms").integer(version.as_of.ms).key("body").string(version.body.hex());
  write_ids(out, "destroyed", version.destroyed);
  write_ids(out, "holders", version.holders);
  write_ids(out, "outstanding", version.outstanding());
  if (version.revoked) out.key("revoked_ms").integer(version.revoked->ms);
  out.key("to").string(version.to.str());
  if (version.until) out.key("until_ms").integer(version.until->ms);
  out.end_object();
}

}  // namespace

Result<std::string> incident_list_json(const Coalition& all, const ListPage& page) {
  std::optional<ListPlace> after;
  if (!page.cursor.empty()) after = TRY(ListPlace::parse(page.cursor));
  std::vector<std::pair<ListPlace, const Incident*>> rows;
  for (const auto& [key, incident] : all.incidents().incidents()) {
    ListPlace place{incident.time, key.opener, key.incident.str()};
    if (!after || after->before(place)) rows.emplace_back(std::move(place), &incident);
  }
  std::ranges::sort(rows, [](const auto& a, const auto& b) { return a.first.before(b.first); });
  const std::size_t shown = std::min(page.limit, rows.size());
  std::string text;
  JcsWriter out(text);
  out.begin_object().key("incidents").begin_array();
  for (std::size_t i = 0; i < shown; ++i) write_row(out, *rows[i].second);
  out.end_array();
  if (shown > 0 && shown < rows.size()) out.key("next").string(rows[shown - 1].first.text());
  out.end_object();
  return text;
}

Result<std::string> incident_json(const Coalition& all, const IncidentKey& key, talks::Language language) {
  const Incident* incident = all.incidents().find(key);
  if (incident == nullptr) {
    return fail(ErrorCode::kNotFound,
                fmt::format("{} has opened no incident {} that this authority is a party of", key.opener.str(),
                            key.incident.str()),
                "id");
  }
  std::string text;
  JcsWriter out(text);
  out.begin_object();
  if (incident->content) out.key("content").string(incident->content->hex());
  out.key("incident").string(incident->incident.str());
  if (incident->opened) {
    out.key("opened");
    core::write_fields(out, *incident->opened);
  }
  out.key("opener").string(incident->opener.str()).key("over").boolean(incident->over());
  out.key("shown").string(shown_line(title_of(*incident))).key("sides").begin_array();
  for (const IncidentSide& side : incident->sides) write_side(out, side, language);
  out.end_array().key("time_ms").integer(incident->time.ms).end_object();
  return text;
}

std::string reports_json(const Coalition& all) {
  std::map<std::string_view, std::vector<const ShownVersion*>> shares;
  for (const auto& [body, version] : all.shown().versions()) {
    const ShareNamed* named = all.shown().named(version.share);
    if (named == nullptr || !named->source.starts_with(kReportSource)) continue;
    shares[std::string_view(named->source).substr(kReportSource.size())].push_back(&version);
  }
  std::string text;
  JcsWriter out(text);
  out.begin_object().key("held").begin_array();
  for (const auto& [body, held] : all.held().held()) {
    const ShareContent* content = all.held().content(body);
    if (content == nullptr || !content->report) continue;
    out.begin_object().key("content");
    core::write_fields(out, *content);
    out.key("held");
    core::write_fields(out, held);
    write_words(out, *content->report);
    out.end_object();
  }
  out.end_array().key("own").begin_array();
  for (const auto& [id, own] : all.reports().reports()) {
    out.begin_object();
    if (own.ended) out.key("ended_ms").integer(own.ended->ms);
    if (own.how) out.key("how").string(core::to_text(*own.how));
    out.key("report");
    core::write_fields(out, own.report);
    out.key("shares").begin_array();
    for (const ShownVersion* version : shares[id.str()]) write_share(out, *version);
    out.end_array();
    write_words(out, own.report);
    out.key("since_ms").integer(own.since.ms).end_object();
  }
  out.end_array().end_object();
  return text;
}

}  // namespace tansiq::node
