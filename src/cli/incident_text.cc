#include "cli/incident_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/row_reader.h"
#include "cli/units_text.h"

namespace tansiq::cli {
namespace {

using namespace coordination;

constexpr std::size_t kStatementIndent = 8;

std::string raw_text(const JsonValue& object, std::string_view name) {
  const auto member = object.find(name);
  const auto text = member ? member->string() : Result<std::string_view>(std::string_view());
  return text ? std::string(*text) : std::string();
}

Result<IncidentRow> incident_row(const JsonValue& value) {
  IncidentRow row;
  TRY_VOID(read_into(value, "opener", row.opener));
  TRY_VOID(read_into(value, "incident", row.incident));
  row.title = raw_text(value, "title");
  TRY_VOID(read_into(value, "over", row.over));
  TRY_VOID(read_into(value, "time_ms", row.time));
  const JsonValue sides = TRY(value.at("sides"));
  for (std::size_t i = 0; i < sides.size(); ++i) {
    AuthorityId party;
    IncidentState state = IncidentState::kOpen;
    TRY_VOID(read_into(sides[i], "party", party));
    TRY_VOID(read_into(sides[i], "state", state));
    row.sides.emplace_back(std::move(party), state);
  }
  return row;
}

Result<IncidentSide> incident_side(const JsonValue& value) {
  IncidentSide side;
  TRY_VOID(read_into(value, "party", side.party));
  TRY_VOID(read_into(value, "since_ms", side.since));
  TRY_VOID(read_into(value, "state", side.state));
  TRY_VOID(read_into(value, "statement", side.statement));
  TRY_VOID(read_into(value, "statements", side.statements));
  side.text = raw_text(value, "text");
  return side;
}

std::string state_words(const Terminal& terminal, IncidentState state) {
  switch (state) {
    case IncidentState::kOpen:
      return "open";
    case IncidentState::kAnswered:
      return "answered";
    case IncidentState::kDisputed:
      return terminal.paint(Colour::kRed, "DISPUTED");
    case IncidentState::kClosed:
      return "closed";
  }
  return {};
}

std::string knew_words(const std::vector<IncidentKnew>& knew) {
  std::vector<std::string> words;
  for (const IncidentKnew& one : knew) {
    words.push_back(
        one.statement == 0
            ? fmt::format("the opening by {} ({})", one.author.str(), short_hash(one.content))
            : fmt::format("statement {} of {} ({})", one.statement, one.author.str(), short_hash(one.content)));
  }
  return words.empty() ? std::string("nothing of the others") : fmt::format("{}", fmt::join(words, ", "));
}

std::string side_text(const Terminal& terminal, const IncidentSide& side, const Reader& reader) {
  std::string out =
      fmt::format("{}: {}", terminal.paint(Colour::kBold, side.party.str()), state_words(terminal, side.state));
  if (side.since) out += fmt::format(" since {}", moment_with_span(*side.since, reader.now));
  if (!side.text.empty()) out += fmt::format(": {}", label_text(side.text));
  if (!side.statement) return out + "; has stated nothing\n";
  const IncidentStated& said = *side.statement;
  out += "\n";
  const auto version = static_cast<std::size_t>(said.version);
  const bool dated = version >= 1 && version <= side.statements.size();
  out += fmt::format("    statement {}{}\n", said.version,
                     dated ? " of " + moment_with_span(side.statements[version - 1].time, reader.now) : "");
  for (const TalkPart& part : said.parts) {
    out += fmt::format("{:{}}{}\n", "", kStatementIndent,
                       part_text({.part = part, .shown = {}, .trouble = {}}, side.party, reader, kStatementIndent));
  }
  for (const IncidentHeld& held : said.held) {
    out += fmt::format("        holds {} {}{}\n", core::to_text(held.kind), short_hash(held.sha256),
                       held.text.empty() ? "" : ": " + label_text(held.text));
  }
  return out + fmt::format("        had been told: {}\n", knew_words(said.knew));
}

Result<ReportShare> report_share(const JsonValue& value) {
  ReportShare share;
  TRY_VOID(read_into(value, "to", share.to));
  TRY_VOID(read_into(value, "revoked_ms", share.revoked));
  TRY_VOID(read_into(value, "holders", share.holders));
  TRY_VOID(read_into(value, "destroyed", share.destroyed));
  TRY_VOID(read_into(value, "outstanding", share.outstanding));
  return share;
}

Result<OwnReportRow> own_row(const JsonValue& value) {
  OwnReportRow row;
  TRY_VOID(read_into(value, "report", row.own.report));
  TRY_VOID(read_into(value, "since_ms", row.own.since));
  TRY_VOID(read_into(value, "ended_ms", row.own.ended));
  TRY_VOID(read_into(value, "how", row.own.how));
  TRY_VOID(read_rows(value, "shares", row.shares, report_share));
  return row;
}
Result<HeldReportRow> held_row(const JsonValue& value) {
  HeldReportRow row;
  TRY_VOID(read_into(value, "content", row.content));
  TRY_VOID(read_into(value, "held", row.held));
  return row;
}

std::string tlp_words(const Terminal& terminal, Tlp tlp) {
  std::string word = "TLP:";
  for (const char c : core::to_text(tlp)) word += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return tlp == Tlp::kRed ? terminal.paint(Colour::kRed, word) : word;
}

std::string ended_words(const OwnReport& own, UtcMs now) {
  if (!own.ended) return "stands";
  return fmt::format("{} {}", own.how ? core::to_text(*own.how) : std::string_view("ended"),
                     moment_with_span(*own.ended, now));
}

std::string nobody_or(const std::vector<AuthorityId>& names) { return names.empty() ? "nobody" : names_text(names); }

/// All from whom a version was taken back, and who have not said that it is destroyed.
std::string outstanding_words(const std::vector<ReportShare>& shares) {
  std::vector<AuthorityId> all;
  for (const ReportShare& share : shares) {
    if (!share.revoked) continue;
    for (const AuthorityId& id : share.outstanding) {
      if (std::ranges::find(all, id) == all.end()) all.push_back(id);
    }
  }
  std::ranges::sort(all);
  return all.empty() ? "-" : names_text(all);
}

std::string body_text(const InfoReport& report, const Reader& reader) {
  std::string out;
  if (report.period) out += fmt::format("    speaks of {}\n", window_text(*report.period));
  for (const geo::Volume4d& volume : report.area) {
    out += fmt::format("    {}, {}, {}\n", outline_text(volume.outline), band_text(volume.band),
                       window_text(volume.window));
  }
  for (const ReportRef& ref : report.refs) {
    out += fmt::format("    about {} {}\n", core::to_text(ref.kind), label_text(ref.name));
  }
  for (const ReportSection& section : report.sections) {
    const TextPart part{.language = section.language, .text = section.text, .translates = {}};
    if (!section.heading.empty()) out += fmt::format("    {}\n", label_text(section.heading));
    out += fmt::format("{:{}}{}\n", "", kStatementIndent,
                       part_text({.part = part, .shown = {}, .trouble = {}}, AuthorityId(), reader, kStatementIndent));
  }
  return out;
}

}  // namespace

Result<IncidentList> read_incidents(const JsonValue& document) {
  IncidentList list;
  TRY_VOID(read_rows(document, "incidents", list.incidents, incident_row));
  list.next = raw_text(document, "next");
  return list;
}

Result<Incident> read_incident(const JsonValue& document) {
  Incident incident;
  TRY_VOID(read_into(document, "content", incident.content));
  TRY_VOID(read_into(document, "incident", incident.incident));
  TRY_VOID(read_into(document, "opened", incident.opened));
  TRY_VOID(read_into(document, "opener", incident.opener));
  TRY_VOID(read_rows(document, "sides", incident.sides, incident_side));
  TRY_VOID(read_into(document, "time_ms", incident.time));
  return incident;
}

std::string incidents_text(const Terminal& terminal, const std::vector<IncidentRow>& rows, UtcMs now, bool over_too) {
  Table table({"incident", "title", "opened", "sides"});
  for (const IncidentRow& row : rows) {
    if (row.over && !over_too) continue;
    std::vector<std::string> sides;
    for (const auto& [party, state] : row.sides) {
      sides.push_back(fmt::format("{} {}", party.str(), state_words(terminal, state)));
    }
    table.row({row.name(), label_text(row.title), moment_with_span(row.time, now),
               fmt::format("{}{}", fmt::join(sides, ", "), row.over ? ": over" : "")});
  }
  if (table.empty())
    return over_too ? "there are no incidents\n" : "no incident is open; --all also lists those that are over\n";
  return table.text(terminal);
}

std::string incident_text(const Terminal& terminal, const Incident& incident, const Reader& reader) {
  const std::string name = incident.opener.str() + "/" + incident.incident.str();
  std::string out = fmt::format("incident {}", terminal.paint(Colour::kBold, name));
  if (incident.opened) {
    const IncidentOpened& opened = *incident.opened;
    out += fmt::format(": {}\n    opened by {} {}, reaches over {}\n", label_text(opened.title), incident.opener.str(),
                       moment_with_span(incident.time, reader.now), window_text(opened.window));
    if (opened.message) out += fmt::format("    about the message {}\n", short_hash(*opened.message));
    if (opened.alert) {
      out += fmt::format("    about the alert {} of {}\n", label_text(*opened.alert), incident.opener.str());
    }
    for (const geo::Volume4d& volume : opened.place) {
      out += fmt::format("    at {}, {}\n", outline_text(volume.outline), band_text(volume.band));
    }
  } else {
    out += fmt::format("\n    its opening by {} has NOT BEEN READ here: only what others say of it\n",
                       incident.opener.str());
  }
  if (incident.content) out += "    " + terminal.paint(Colour::kDim, "content " + short_hash(*incident.content)) + "\n";
  for (const IncidentSide& side : incident.sides) out += "\n" + side_text(terminal, side, reader);
  std::vector<AuthorityId> open;
  for (const IncidentSide& side : incident.sides) {
    if (side.state != IncidentState::kClosed) open.push_back(side.party);
  }
  return out + (incident.over() ? std::string("\nover: all sides have closed it\n")
                                : fmt::format("\nnot over: {} {} not closed it\n", nobody_or(open),
                                              open.size() == 1 ? "has" : "have"));
}

Result<ReportList> read_reports(const JsonValue& document) {
  ReportList list;
  TRY_VOID(read_rows(document, "own", list.own, own_row));
  TRY_VOID(read_rows(document, "held", list.held, held_row));
  return list;
}

std::string reports_text(const Terminal& terminal, const ReportList& list, UtcMs now, bool ended_too) {
  Table ours({"report", "version", "title", "marking", "for", "stands", "outstanding"});
  for (const OwnReportRow& row : list.own) {
    const std::string outstanding = outstanding_words(row.shares);
    if (row.own.ended && !ended_too && outstanding == "-") continue;
    const InfoReport& report = row.own.report;
    ours.row({report.report.str(), std::to_string(report.version), label_text(report.title),
              tlp_words(terminal, report.tlp), nobody_or(report.releasable_to), ended_words(row.own, now),
              outstanding});
  }
  std::string out = ours.empty() ? "we have filed no report that stands\n" : ours.text(terminal);
  if (!ours.empty()) out += "outstanding: it was taken back from them, and they have not said that it is destroyed\n";
  Table theirs({"report", "version", "title", "marking", "came through", "since", "may be passed on to"});
  for (const HeldReportRow& row : list.held) {
    if (!row.content.report) continue;
    const InfoReport& report = *row.content.report;
    theirs.row({row.content.from.str() + "/" + report.report.str(), std::to_string(report.version),
                label_text(report.title), tlp_words(terminal, report.tlp), row.held.via ? row.held.via->str() : "-",
                moment_with_span(row.held.since, now), nobody_or(row.content.onward)});
  }
  out += "\n";
  return out + (theirs.empty() ? "we hold no report of another\n" : theirs.text(terminal));
}

std::string own_report_text(const Terminal& terminal, const OwnReportRow& row, const Reader& reader) {
  const InfoReport& report = row.own.report;
  std::string out =
      fmt::format("report {}: {}\n    version {} of {}, {}; {}\n", terminal.paint(Colour::kBold, report.report.str()),
                  label_text(report.title), report.version, moment_with_span(row.own.since, reader.now),
                  tlp_words(terminal, report.tlp), ended_words(row.own, reader.now));
  out += fmt::format("    for {}; may be passed on to {}\n", nobody_or(report.releasable_to), nobody_or(report.onward));
  if (report.expires) out += fmt::format("    expires {}\n", moment_with_span(*report.expires, reader.now));
  out += body_text(report, reader);
  for (const ReportShare& share : row.shares) {
    out += fmt::format("    {}: held by {}", share.to.str(), nobody_or(share.holders));
    if (share.revoked) {
      out += fmt::format("; taken back {}, destroyed by {}", moment_with_span(*share.revoked, reader.now),
                         nobody_or(share.destroyed));
      if (!share.outstanding.empty()) {
        out += "; " + terminal.paint(Colour::kRed, "OUTSTANDING: " + names_text(share.outstanding));
      }
    }
    out += "\n";
  }
  return out;
}

std::string held_report_text(const Terminal& terminal, const HeldReportRow& row, const Reader& reader) {
  if (!row.content.report) return "this is no report\n";
  const InfoReport& report = *row.content.report;
  std::string out = fmt::format("report {}: {}\n    version {}, here since {}, {}\n",
                                terminal.paint(Colour::kBold, row.content.from.str() + "/" + report.report.str()),
                                label_text(report.title), report.version, moment_with_span(row.held.since, reader.now),
                                tlp_words(terminal, report.tlp));
  if (row.held.via) out += fmt::format("    came through {}\n", row.held.via->str());
  out += fmt::format("    may be passed on to {}: tansiq disclosure pass {} TO\n", nobody_or(row.content.onward),
                     short_hash(row.held.body));
  if (report.expires) out += fmt::format("    to be destroyed {}\n", moment_with_span(*report.expires, reader.now));
  return out + body_text(report, reader);
}

}  // namespace tansiq::cli
