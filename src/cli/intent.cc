// `tansiq intent`: file an intent, take a counter-proposal, follow its life.
#include <fmt/format.h>

#include <algorithm>

#include "cli/commands.h"
#include "cli/craft_words.h"
#include "cli/units_text.h"
#include "cli/wire.h"
#include "core/entry.h"
#include "core/volume_json.h"
#include "net/http_types.h"

namespace tansiq::cli {
namespace {

std::string intent_path(const std::string& id, std::string_view rest = "") {
  return "/v1/intents/" + net::percent_encode(id) + std::string(rest);
}

bool refused(const Answer& answer) { return answer.root().find("reason").has_value(); }

// --- file and preview
// -------------------------------------------------------------------------------------------------

struct FileArguments {
  NodeOptions node;
  VolumeOptions volume;
  std::vector<std::string> files;
  std::string id;
  std::string flight;
  std::vector<std::string> craft;
  std::string domain = "air";
  std::optional<std::string> command_id;
  std::string prefer = "time";
  bool accept_counter = false;
};

Result<std::vector<Filing>> filings_from(const FileArguments& arguments) {
  if (arguments.volume.any() != arguments.files.empty()) {
    return fail(ErrorCode::kUnsupported, "give a FILE, or one volume by --corridor, --circle or --polygon");
  }
  std::vector<Filing> filings;
  for (const std::string& file : arguments.files) {
    auto more = TRY(read_filings(file));
    std::ranges::move(more, std::back_inserter(filings));
  }
  if (arguments.files.empty()) {
    Filing filing;
    filing.domain = TRY(core::parse_domain(arguments.domain));
    filing.volumes.push_back(TRY(volume_from(arguments.volume, SystemClock().now())));
    filings.push_back(std::move(filing));
  }
  if (!arguments.id.empty()) {
    if (filings.size() != 1) return fail(ErrorCode::kUnsupported, "--id names one intent, but there are several");
    filings.front().id = arguments.id;
  }
  if (!arguments.flight.empty()) {
    if (filings.size() != 1) return fail(ErrorCode::kUnsupported, "--flight names one intent, but there are several");
    filings.front().flight = arguments.flight;
  }
  if (!arguments.craft.empty()) {
    if (filings.size() != 1) return fail(ErrorCode::kUnsupported, "--craft is of one intent, but there are several");
    filings.front().craft = TRY(craft_from(arguments.craft, SystemClock().now()));
  }
  return filings;
}

/// Moves the volumes as the counter-proposal says; false when there is none.
bool take_counter(Filing& filing, const Counter& counter, std::string_view prefer) {
  if (counter.empty()) return false;
  const bool in_time = counter.time_ms && (prefer == "time" || !counter.level_cm);
  filing.volumes =
      core::shifted(std::move(filing.volumes), in_time ? *counter.time_ms : 0, in_time ? 0 : *counter.level_cm);
  return true;
}

Result<int> file_one(Context& context, NodeClient& node, Filing filing, const FileArguments& arguments) {
  if (filing.id.empty()) return fail(ErrorCode::kInvalid, "an intent needs an id: in the file, or --id");
  const std::string command = arguments.command_id.value_or(new_command_id());
  Answer answer = TRY(node.send(net::Method::kPut, intent_path(filing.id), filing_body(filing, command, std::nullopt)));
  const auto print = [&]() -> Status {
    put(context.json ? answer.text + "\n" : TRY(decision_text(context, filing.id, answer, filing.volumes)));
    return {};
  };
  TRY_VOID(print());
  if (!refused(answer)) return 0;
  const auto findings = answer.root().find("findings");
  const Counter counter = findings ? read_counter(*findings) : Counter{};
  if (!arguments.accept_counter) {
    if (!counter.empty()) {
      context.say(context.paint(Colour::kDim, "  file again with --accept-counter to take it"));
    }
    return 1;
  }
  if (!take_counter(filing, counter, arguments.prefer)) return 1;
  context.say(context.paint(Colour::kDim, "taking the counter-proposal"));
  // Another request needs another command id: the first one names the refusal for ever.
  answer = TRY(
      node.send(net::Method::kPut, intent_path(filing.id), filing_body(filing, command + "-counter", std::nullopt)));
  TRY_VOID(print());
  return refused(answer) ? 1 : 0;
}

Result<int> file_intents(Context& context, const FileArguments& arguments) {
  const auto filings = TRY(filings_from(arguments));
  if (arguments.command_id && filings.size() != 1) {
    return fail(ErrorCode::kUnsupported, "--command-id names one command, but there are several intents");
  }
  NodeClient node = TRY(NodeClient::open(arguments.node));
  int code = 0;
  for (const Filing& filing : filings) code = std::max(code, TRY(file_one(context, node, filing, arguments)));
  return code;
}

Result<int> preview_intents(Context& context, const FileArguments& arguments) {
  const auto filings = TRY(filings_from(arguments));
  NodeClient node = TRY(NodeClient::open(arguments.node));
  int code = 0;
  for (const Filing& filing : filings) {
    const Answer answer = TRY(node.send(net::Method::kPost, "/v1/preview", preview_body(filing)));
    const JsonValue verdict = TRY(answer.root().at("accepted"));
    const bool accepted = TRY(verdict.boolean());
    if (!accepted) code = 1;
    if (context.json) {
      put(answer.text + "\n");
      continue;
    }
    const std::string id = filing.id.empty() ? "it" : filing.id;
    put(accepted ? fmt::format("{} would be accepted now\n", context.paint(Colour::kGreen, id))
                 : fmt::format("{} would be refused now: {}\n", context.paint(Colour::kRed, id),
                               text_of(answer.root(), "reason")));
    const JsonValue findings = TRY(answer.root().at("findings"));
    put(TRY(findings_text(context, findings, filing.volumes)));
  }
  return code;
}

// --- show, list, query
// ------------------------------------------------------------------------------------------------

Result<geo::TimeWindow> whole_window(const JsonValue& intent) {
  geo::TimeWindow whole{kUtcMax, kUtcMin};
  for (const char* name : {"volumes", "extents"}) {
    const auto list = intent.find(name);
    if (!list) continue;
    for (std::size_t i = 0; i < list->size(); ++i) {
      const auto window = (*list)[i].find("window");
      if (!window) continue;
      const geo::TimeWindow part = TRY(read_window(*window));
      whole.start = std::min(whole.start, part.start);
      whole.end = std::max(whole.end, part.end);
    }
  }
  return whole;
}

Result<std::string> levels_of(const JsonValue& intent) {
  std::vector<std::string> bands;
  for (const char* name : {"volumes", "extents"}) {
    const auto list = intent.find(name);
    if (!list) continue;
    for (std::size_t i = 0; i < list->size(); ++i) {
      const auto band = (*list)[i].find("band");
      std::string text = band ? band_text(TRY(read_band(*band))) : "all levels";
      if (std::ranges::find(bands, text) == bands.end()) bands.push_back(std::move(text));
    }
  }
  if (bands.size() > 2) return fmt::format("{}, … ({} bands)", bands.front(), bands.size());
  return fmt::format("{}", fmt::join(bands, ", "));
}

std::string zones_of(const JsonValue& intent) {
  std::vector<std::string> names;
  if (const auto zones = intent.find("zones")) {
    for (std::size_t i = 0; i < zones->size(); ++i) names.push_back(printable((*zones)[i].string().value_or("")));
  }
  return fmt::format("{}", fmt::join(names, ", "));
}

Status print_list(const Context& context, const JsonValue& root) {
  Table table({"intent", "flight", "manager", "state", ">version", "zones", "levels", "window"});
  const JsonValue intents = TRY(root.at("intents"));
  for (std::size_t i = 0; i < intents.size(); ++i) {
    const JsonValue intent = intents[i];
    const geo::TimeWindow window = TRY(whole_window(intent));
    const std::string id = text_of(intent, "id");
    table.row({id.empty() ? "(not disclosed)" : id, text_of(intent, "flight"), text_of(intent, "manager"),
               text_of(intent, "state"), intent.find("version") ? std::to_string(number_of(intent, "version")) : "",
               zones_of(intent), TRY(levels_of(intent)), window.start < window.end ? window_text(window) : ""});
  }
  put(table.text(context.terminal));
  if (intents.size() == 0) put("no live intents\n");
  if (root.find("next")) put(fmt::format("… more: --after {}\n", number_of(root, "next")));
  return {};
}

struct ListArguments {
  NodeOptions node;
  std::int64_t limit = 100;
  std::optional<std::string> after;
};

Result<int> list_intents(Context& context, const ListArguments& arguments) {
  NodeClient node = TRY(NodeClient::open(arguments.node));
  std::string target = fmt::format("/v1/intents?limit={}", arguments.limit);
  if (arguments.after) target += "&after=" + net::percent_encode(*arguments.after);
  const Answer answer = TRY(node.get(target));
  if (context.json) {
    put(answer.text + "\n");
  } else {
    TRY_VOID(print_list(context, answer.root()));
  }
  return 0;
}

struct QueryArguments {
  NodeOptions node;
  VolumeOptions volume;
  std::string domain;
  std::optional<std::string> zone, manager, state;
  std::int64_t limit = 100;
  std::int64_t after = 0;
  bool ended = false;
};

Result<int> query_intents(Context& context, const QueryArguments& arguments) {
  JsonOut body;
  body.open_object().member("limit", arguments.limit);
  if (arguments.after > 0) body.member("after", arguments.after);
  if (arguments.zone) body.member("zone", *arguments.zone);
  if (arguments.manager) body.member("manager", *arguments.manager);
  if (arguments.state) body.member("state", *arguments.state);
  if (arguments.ended) body.member("ended", true);
  if (arguments.volume.any()) {
    const geo::Volume4d volume = TRY(volume_from(arguments.volume, SystemClock().now()));
    const std::string list = volumes_json({volume});
    body.key("volume").raw(list.substr(1, list.size() - 2));
  }
  if (!arguments.domain.empty() || arguments.volume.any()) {
    body.member("domain", arguments.domain.empty() ? "air" : arguments.domain);
  }
  NodeClient node = TRY(NodeClient::open(arguments.node));
  const Answer answer = TRY(node.send(net::Method::kPost, "/v1/intents/query", body.close().text()));
  if (context.json) {
    put(answer.text + "\n");
  } else {
    TRY_VOID(print_list(context, answer.root()));
  }
  return 0;
}

struct ShowArguments {
  NodeOptions node;
  std::string id;
};

Status print_volumes(const JsonValue& intent, std::string_view name, std::string_view label) {
  const auto list = intent.find(name);
  if (!list) return {};
  for (std::size_t i = 0; i < list->size(); ++i) {
    const JsonValue volume = (*list)[i];
    const auto outline = volume.find("outline");
    const auto band = volume.find("band");
    const auto window = volume.find("window");
    std::string line;
    if (outline) line = outline_text(TRY(read_outline(*outline))) + "; ";
    line += band ? band_text(TRY(read_band(*band))) : "all levels";
    if (window) line += "; " + window_text(TRY(read_window(*window)));
    put(fmt::format("  {:<12} {}\n", i == 0 ? label : "", line));
  }
  return {};
}

Result<int> show_intent(Context& context, const ShowArguments& arguments) {
  NodeClient node = TRY(NodeClient::open(arguments.node));
  const Answer answer = TRY(node.get(intent_path(arguments.id)));
  if (context.json) {
    put(answer.text + "\n");
    return 0;
  }
  const JsonValue intent = answer.root();
  put(fmt::format("{}  {}, version {}\n", context.paint(Colour::kBold, text_of(intent, "id")), text_of(intent, "state"),
                  number_of(intent, "version")));
  const auto line = [&](std::string_view label, const std::string& text) {
    if (!text.empty()) put(fmt::format("  {:<12} {}\n", label, text));
  };
  line("flight", text_of(intent, "flight"));
  if (const auto craft = intent.find("craft")) line("craft", craft_text(TRY(craft_list_from(*craft))));
  line("manager", text_of(intent, "manager"));
  line("domain", text_of(intent, "domain"));
  line("zones", zones_of(intent));
  TRY_VOID(print_volumes(intent, "volumes", "volumes"));
  TRY_VOID(print_volumes(intent, "extents", "extents"));
  TRY_VOID(print_volumes(intent, "off_nominal", "off nominal"));
  if (intent.find("changed_ms")) {
    line("changed",
         fmt::format("{}, entry {}", format_utc({number_of(intent, "changed_ms")}), number_of(intent, "changed_seq")));
  }
  line("ovn", text_of(intent, "ovn"));
  line("data", text_of(intent, "data_mode"));
  return 0;
}

// --- activate, off-nominal, end
// ---------------------------------------------------------------------------------------

struct ChangeArguments {
  NodeOptions node;
  VolumeOptions volume;
  std::string id;
  std::string state = "nonconforming";
  std::int64_t version = 0;
  std::optional<std::string> command_id;
};

// Every change quotes the current version. Without --version it is looked up: convenient for a person, who has just
// seen the intent; programs should quote the version they decided on.
Result<std::int64_t> version_of(NodeClient& node, const ChangeArguments& arguments) {
  if (arguments.version > 0) return arguments.version;
  const Answer answer = TRY(node.get(intent_path(arguments.id)));
  return number_of(answer.root(), "version");
}

Result<int> change(Context& context, const ChangeArguments& arguments, std::string_view act) {
  NodeClient node = TRY(NodeClient::open(arguments.node));
  const std::int64_t version = TRY(version_of(node, arguments));
  JsonOut body;
  body.open_object().member("command_id", arguments.command_id.value_or(new_command_id())).member("version", version);
  std::vector<geo::Volume4d> volumes;
  if (act == "off-nominal") {
    body.member("state", arguments.state);
    if (arguments.volume.any()) {
      volumes.push_back(TRY(volume_from(arguments.volume, SystemClock().now())));
      body.key("volumes").raw(volumes_json(volumes));
    }
  }
  const Answer answer =
      TRY(node.send(net::Method::kPost, intent_path(arguments.id, "/" + std::string(act)), body.close().text()));
  put(context.json ? answer.text + "\n" : TRY(decision_text(context, arguments.id, answer, volumes)));
  return refused(answer) ? 1 : 0;
}

// --- the tree
// ---------------------------------------------------------------------------------------------------------

void add_file(Command& intent) {
  auto a = std::make_shared<FileArguments>();
  Command& file = intent.sub("file", "file an intent and print the decision");
  file.about(
          "From files (GeoJSON with start, end, lower, upper as properties, or the API's own JSON), or one volume from "
          "options. Where the zone's owner refuses, the answer says with what it conflicts, as far as you may know, "
          "and what the nearest free time and level are.")
      .argument(a->files, "FILE", "intents; '-' reads standard input")
      .completes(Completes::kFile)
      .option(a->id, "--id", "ID", "the intent's id, chosen by you; else from the file")
      .option(a->flight, "--flight", "CALLSIGN", "for people")
      .option(a->craft, "--craft", "WORDS", "who flies it, as \"icao=4CA1FA code=4321\" or \"mmsi=211234560\"")
      .option(a->domain, "--domain", "DOMAIN", "air or sea (a file states its own)")
      .choices({"air", "sea"})
      .flag(a->accept_counter, "--accept-counter", "when refused with a counter-proposal, file that at once")
      .option(a->prefer, "--prefer", "WHICH", "which counter-proposal to take when there are two")
      .choices({"time", "level"})
      .option(a->command_id, "--command-id", "ID", "repeating a command under its id returns its first outcome");
  add_volume_options(file, a->volume);
  add_node_options(file, a->node);
  file.example("tansiq intent file flight.geojson --accept-counter", "file, and take the counter-proposal if refused")
      .example(
          "tansiq intent file --id MIRAGE1 --corridor '34.0,33.6 34.0,35.0' --width 4nm --band FL190-FL210 --window "
          "now+10m/+25m",
          "one volume from options")
      .example("tansiq intent file flight.geojson --craft 'icao=4CA1FA code=4321 valid=now/+2h'",
               "known by its address, and by its code for two hours")
      .exits(1, "an intent was refused")
      .run([a](Context& context) { return file_intents(context, *a); });

  auto p = std::make_shared<FileArguments>();
  Command& preview = intent.sub("preview", "ask what filing would lead to, without filing");
  preview.about("Nothing is recorded and nothing is held: the answer may be different a moment later.")
      .argument(p->files, "FILE", "intents; '-' reads standard input")
      .completes(Completes::kFile)
      .option(p->domain, "--domain", "DOMAIN", "air or sea (a file states its own)")
      .choices({"air", "sea"});
  add_volume_options(preview, p->volume);
  add_node_options(preview, p->node);
  preview.example("tansiq intent preview flight.geojson", "would it be accepted now?")
      .exits(1, "an intent would be refused")
      .run([p](Context& context) { return preview_intents(context, *p); });
}

void add_reading(Command& intent) {
  auto s = std::make_shared<ShowArguments>();
  Command& show = intent.sub("show", "show one intent");
  show.about("As far as you may know it: everything about your own, less about those of others.")
      .argument(s->id, "ID", "the intent's id")
      .example("tansiq intent show MIRAGE1", "state, version, volumes, OVN");
  add_node_options(show, s->node);
  show.run([s](Context& context) { return show_intent(context, *s); });

  auto l = std::make_shared<ListArguments>();
  Command& list = intent.sub("list", "list live intents");
  list.about("A page at a time, in order of filing.")
      .option(l->limit, "--limit", "N", "intents a page", 1, 1'000)
      .option(l->after, "--after", "NEXT", "go on behind this place, as the page before said");
  add_node_options(list, l->node);
  list.example("tansiq intent list --limit 20", "the first twenty").run([l](Context& context) {
    return list_intents(context, *l);
  });

  auto q = std::make_shared<QueryArguments>();
  Command& query = intent.sub("query", "find intents by volume, zone, manager or state");
  query.about("Conditions that are left out do not restrict.")
      .option(q->zone, "--zone", "ID", "that belong to this zone")
      .option(q->manager, "--manager", "SUBJECT", "filed by this subject")
      .option(q->state, "--state", "STATE", "in this state")
      .choices({"accepted", "activated", "nonconforming", "contingent", "ended"})
      .option(q->domain, "--domain", "DOMAIN", "in this domain; with a volume: air unless said")
      .choices({"air", "sea"})
      .flag(q->ended, "--ended", "also intents that have ended (not with a volume)")
      .option(q->limit, "--limit", "N", "intents a page", 1, 1'000)
      .option(q->after, "--after", "N", "go on behind this place, as the page before said", 0, INT64_MAX);
  add_volume_options(query, q->volume);
  add_node_options(query, q->node);
  query.example("tansiq intent query --zone K1 --state activated", "who is flying in K1")
      .example("tansiq intent query --circle 34.0,34.2 --radius 20nm --window now/+1h", "who will be near here")
      .run([q](Context& context) { return query_intents(context, *q); });
}

Command& add_change(Command& intent, std::string_view act, std::string summary, std::string about) {
  auto a = std::make_shared<ChangeArguments>();
  Command& command = intent.sub(std::string(act), std::move(summary));
  command.about(std::move(about))
      .argument(a->id, "ID", "the intent's id")
      .option(a->version, "--version", "N", "the current version that you saw; 0 looks it up", 0, INT64_MAX)
      .option(a->command_id, "--command-id", "ID", "repeating a command under its id returns its first outcome");
  if (act == "off-nominal") {
    command.option(a->state, "--state", "STATE", "nonconforming: outside its volumes; contingent: may not come back")
        .choices({"nonconforming", "contingent"});
    add_volume_options(command, a->volume);
  }
  add_node_options(command, a->node);
  command.exits(1, "another version is current, or the state does not allow it").run([a, act](Context& context) {
    return change(context, *a, act);
  });
  return command;
}

}  // namespace

void add_intent(Command& root) {
  Command& intent = root.sub("intent", "file intents and follow their life");
  intent.about(
      "An operational intent is a set of 4D volumes with a life cycle: accepted, activated, nonconforming or "
      "contingent, ended. Only who filed it changes it; what an officer has filed, every officer of the authority.");
  add_file(intent);
  add_reading(intent);
  add_change(intent, "activate", "the flight begins", "Or, for a nonconforming one: it is back inside its volumes.")
      .example("tansiq intent activate MIRAGE1", "shortly before take-off");
  add_change(
      intent, "off-nominal", "the flight is, or will be, outside its volumes",
      "Never refused for a conflict, and never too late. Prints whom it affects. Say where with a volume if known.")
      .example(
          "tansiq intent off-nominal MIRAGE1 --circle 34.0,34.2 --radius 10nm --band FL150-FL250 --window now/+20m",
          "it has left its corridor");
  add_change(intent, "end", "the flight is over, or will not take place", "Its volumes are free at once.")
      .example("tansiq intent end MIRAGE1", "landed");
}

}  // namespace tansiq::cli
