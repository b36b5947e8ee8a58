// `tansiq report`: what chosen others are told, revised, and taken back.
#include <fmt/format.h>

#include <algorithm>

#include "cli/acts.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/incident_text.h"
#include "cli/talk_words.h"
#include "cli/units_text.h"
#include "cli/wire.h"
#include "log/canonical_json.h"

namespace tansiq::cli {
namespace {

using namespace coordination;

constexpr std::string_view kTarget = "/v1/reports";

struct ContentArguments {
  ActOptions act;
  std::string id;
  std::optional<std::string> title, text, tlp, expires, period;
  std::string language = "en";
  std::vector<std::string> sections, to, onward, refs, areas;
  bool to_nobody = false;
};

Result<ReportSection> section_from(std::string heading, std::string text, const std::string& language) {
  if (text == "-") {
    text = TRY(read_text("-", kTalkTextBytesMax + 1));
    while (text.ends_with('\n')) text.pop_back();
  }
  if (const Status fit = check_words(text); !fit) return std::unexpected(inside(fit.error(), "--section"));
  ReportSection section{.heading = std::move(heading), .language = language, .text = {std::move(text)}};
  if (const Status fit = section.check(); !fit) return std::unexpected(inside(fit.error(), "--section"));
  return section;
}

Result<std::vector<AuthorityId>> names_from(const std::vector<std::string>& names) {
  std::vector<AuthorityId> out;
  for (const std::string& name : names) out.push_back(TRY(AuthorityId::parse(name)));
  std::ranges::sort(out);
  return out;
}

Status take_sections(const ContentArguments& arguments, InfoReport& report) {
  if (!arguments.text && arguments.sections.empty()) return {};
  report.sections.clear();
  if (arguments.text) report.sections.push_back(TRY(section_from("", *arguments.text, arguments.language)));
  for (const std::string& words : arguments.sections) {
    const std::size_t at = words.find('=');
    if (at == std::string::npos) {
      return fail(ErrorCode::kUnsupported, "a section is HEADING=WORDS", "--section");
    }
    report.sections.push_back(TRY(section_from(words.substr(0, at), words.substr(at + 1), arguments.language)));
  }
  return {};
}

Status take_lists(const ContentArguments& arguments, InfoReport& report) {
  if (!arguments.to.empty()) report.releasable_to = TRY(names_from(arguments.to));
  if (!arguments.onward.empty()) report.onward = TRY(names_from(arguments.onward));
  if (arguments.to_nobody) report.onward.clear();
  if (!arguments.refs.empty()) report.refs.clear();
  for (const std::string& words : arguments.refs) {
    const std::size_t at = words.find(':');
    const auto kind = core::parse_enum<ReportRefKind>(words.substr(0, at));
    if (at == std::string::npos || !kind) {
      return fail(ErrorCode::kUnsupported,
                  "a reference is KIND:NAME; KIND is alert, entry, flight, incident, intent, report, track or zone",
                  "--ref");
    }
    report.refs.push_back({*kind, words.substr(at + 1)});
  }
  if (!arguments.areas.empty()) report.area.clear();
  for (const std::string& file : arguments.areas) {
    const std::vector<Filing> shapes = TRY(read_filings(file));
    for (const Filing& shape : shapes) std::ranges::copy(shape.volumes, std::back_inserter(report.area));
  }
  return {};
}

/// What is given replaces what stands; what is not given stays.
Status take_content(const ContentArguments& arguments, UtcMs now, InfoReport& report) {
  if (arguments.title) report.title = *arguments.title;
  if (arguments.tlp) report.tlp = TRY(core::parse_enum<Tlp>(*arguments.tlp));
  if (arguments.expires) {
    const auto expires = due_from(*arguments.expires, now);
    if (!expires) return fail(expires.error().code, expires.error().message, "--expires");
    report.expires = *expires;
  }
  if (arguments.period) report.period = TRY(read_window(*arguments.period, now));
  TRY_VOID(take_sections(arguments, report));
  TRY_VOID(take_lists(arguments, report));
  return report.check();
}

std::string told(const InfoReport& report) {
  return report.releasable_to.empty() ? "nobody" : names_text(report.releasable_to);
}

Result<int> file_report(Context& context, const ContentArguments& arguments) {
  InfoReport report;
  report.report = TRY(ReportId::parse(arguments.id));
  if (!arguments.title) return fail(ErrorCode::kUnsupported, "a report has a title", "--title");
  TRY_VOID(take_content(arguments, SystemClock().now(), report));
  const std::string done = fmt::format("filed {}, told to {}", report.report.str(), told(report));
  return send_act(context, arguments.act, FileReport{std::move(report)}, done);
}

Result<int> revise_report(Context& context, const ContentArguments& arguments) {
  const ReportId id = TRY(ReportId::parse(arguments.id));
  NodeClient node = TRY(NodeClient::open(arguments.act.node));
  const Answer answer = TRY(node.get(kTarget));
  const ReportList list = TRY(read_reports(answer.root()));
  const auto at = std::ranges::find(list.own, id, [](const OwnReportRow& row) { return row.own.report.report; });
  if (at == list.own.end()) {
    return fail(ErrorCode::kNotFound, fmt::format("we have filed no report '{}'; see 'tansiq report list'", id.str()));
  }
  if (at->own.ended) return fail(ErrorCode::kWrongState, fmt::format("{} is over: file another one", id.str()));
  InfoReport report = at->own.report;
  ++report.version;
  TRY_VOID(take_content(arguments, SystemClock().now(), report));
  const std::string done = fmt::format("{} is version {} now, told to {}", id.str(), report.version, told(report));
  return send_act(context, arguments.act, ReviseReport{std::move(report)}, done);
}

void add_content_options(Command& command, ContentArguments& a) {
  command.argument(a.id, "ID", "the report's name, chosen by you")
      .option(a.title, "--title", "WORDS", "what it is about")
      .option(a.text, "--text", "WORDS", "a section without a heading; '-' reads standard input")
      .option(a.sections, "--section", "HEADING=WORDS", "a section")
      .option(a.language, "--language", "LANGUAGE", "of its sections: ar, en, fr, ru, …")
      .option(a.to, "--to", "AUTHORITY", "who is told")
      .option(a.tlp, "--tlp", "MARKING", "Traffic Light Protocol 2.0; red without it")
      .choices({"red", "amber+strict", "amber", "green", "clear"})
      .option(a.onward, "--onward", "AUTHORITY", "to whom those may pass it on, as far as the marking allows")
      .flag(a.to_nobody, "--onward-nobody", "from now on to nobody")
      .option(a.expires, "--expires", "TIME", "when it is destroyed by all who hold it: 24h, or a moment")
      .option(a.period, "--period", "START/END", "what time it speaks of")
      .option(a.refs, "--ref", "KIND:NAME", "what it speaks of, as incident:ru/dam-1")
      .option(a.areas, "--area", "FILE", "where, as GeoJSON")
      .completes(Completes::kFile);
  add_act_options(command, a.act);
}

void add_writing(Command& report) {
  auto f = std::make_shared<ContentArguments>();
  Command& file = report.sub("file", "file a report");
  file.about(
      "Those on the list get it as far as the relation in domain information allows it; who does not may get it when "
      "the relation is widened. Without --to it is told to nobody.");
  add_content_options(file, *f);
  file.example(
          "tansiq report file dam --title 'The dam' --text 'The spillway is open.' --to fr --tlp amber --expires 24h",
          "for fr, for a day")
      .exits(1, "there is one of that name already")
      .run([f](Context& context) { return file_report(context, *f); });

  auto r = std::make_shared<ContentArguments>();
  Command& revise = report.sub("revise", "the next version of a report");
  revise.about(
      "What you give replaces what stands, what you do not give stays. Who is no longer on the list loses it, and owes "
      "a receipt that it is destroyed.");
  add_content_options(revise, *r);
  revise.example("tansiq report revise dam --text 'The spillway is shut again.'", "the same readers")
      .exits(1, "it is over, or somebody else has revised it")
      .run([r](Context& context) { return revise_report(context, *r); });

  struct RevokeArguments {
    ActOptions act;
    std::string id, text;
  };
  auto v = std::make_shared<RevokeArguments>();
  Command& revoke = report.sub("revoke", "take a report back from all who hold it");
  revoke
      .about(
          "They destroy it and say so: 'tansiq report list' shows who has not. Nobody can make unseen what was seen.")
      .argument(v->id, "ID", "the report's name")
      .option(v->text, "--text", "WORDS", "why");
  add_act_options(revoke, v->act);
  revoke.example("tansiq report revoke dam --text 'superseded'", "in all its versions")
      .exits(1, "it is over already")
      .run([v](Context& context) -> Result<int> {
        return send_act(context, v->act, RevokeReport{TRY(ReportId::parse(v->id)), v->text},
                        fmt::format("took {} back; receipts: tansiq report list", printable(v->id)));
      });
}

struct ReadArguments {
  NodeOptions node;
  bool all = false;
  std::string id;
};

Result<int> list(Context& context, const ReadArguments& arguments) {
  NodeClient node = TRY(NodeClient::open(arguments.node));
  const Answer answer = TRY(node.get(kTarget));
  if (context.json) {
    put(answer.text + "\n");
    return 0;
  }
  const ReportList reports = TRY(read_reports(answer.root()));
  put(reports_text(context.terminal, reports, SystemClock().now(), arguments.all));
  return 0;
}

Result<int> show(Context& context, const ReadArguments& arguments) {
  NodeClient node = TRY(NodeClient::open(arguments.node));
  const Answer answer = TRY(node.get(kTarget));
  const ReportList reports = TRY(read_reports(answer.root()));
  const Reader reader{.now = SystemClock().now(), .columns = context.terminal.columns()};
  const auto none = [&] {
    return fail(ErrorCode::kNotFound,
                fmt::format("there is no report '{}' here; see 'tansiq report list --all'", printable(arguments.id)));
  };
  // Positions in the lists are those in the document.
  const std::size_t slash = arguments.id.find('/');
  const std::string_view in_list = slash == std::string::npos ? "own" : "held";
  std::size_t row = 0;
  std::string text;
  if (slash == std::string::npos) {
    while (row < reports.own.size() && reports.own[row].own.report.report.str() != arguments.id) ++row;
    if (row == reports.own.size()) return none();
    text = own_report_text(context.terminal, reports.own[row], reader);
  } else {
    const auto is_it = [&](const HeldReportRow& held) {
      return held.content.report && held.content.from.str() + "/" + held.content.report->report.str() == arguments.id &&
             held.held.current;
    };
    while (row < reports.held.size() && !is_it(reports.held[row])) ++row;
    if (row == reports.held.size()) return none();
    text = held_report_text(context.terminal, reports.held[row], reader);
  }
  if (context.json) {
    const JsonValue rows = TRY(answer.root().at(in_list));
    text = TRY(log::canonical_json(rows[row]));
    text += "\n";
  }
  put(text);
  return 0;
}

void add_reading(Command& report) {
  auto l = std::make_shared<ReadArguments>();
  Command& list_command =
      report.sub("list", "our reports, who has not destroyed what was taken back, and what we hold");
  list_command.about("What was taken back stays in the list while a receipt is outstanding.")
      .flag(l->all, "--all", "also our reports that are over")
      .example("tansiq report list", "what stands, here and from others");
  add_node_options(list_command, l->node);
  list_command.run([l](Context& context) { return list(context, *l); });

  auto s = std::make_shared<ReadArguments>();
  Command& show_command = report.sub("show", "one report, with who holds it");
  show_command.about("One of ours by its ID; one of another's, which we hold, as AUTHORITY/ID.")
      .argument(s->id, "ID", "as 'tansiq report list' prints it")
      .example("tansiq report show fr/dam", "what fr tells us");
  add_node_options(show_command, s->node);
  show_command.run([s](Context& context) { return show(context, *s); });
}

}  // namespace

void add_report(Command& root) {
  Command& report = root.sub("report", "what chosen others are told, revised, and taken back");
  report.about(
      "A report stands in our own record; whom it goes to follows its list, its marking and the relation in domain "
      "information. What was given can be taken back: holders destroy it and give a receipt. Passing on what another "
      "has filed: 'tansiq disclosure pass'.");
  add_writing(report);
  add_reading(report);
}

}  // namespace tansiq::cli
