// `tansiq incident`: one thing has happened, and each side says what it has to say of it.
#include <fmt/format.h>

#include <algorithm>

#include "cli/acts.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/incident_text.h"
#include "cli/talk_find.h"
#include "cli/talk_letter.h"
#include "cli/talk_words.h"
#include "cli/units_text.h"
#include "cli/wire.h"
#include "log/sha256.h"

namespace tansiq::cli {
namespace {

using namespace coordination;

constexpr std::size_t kHeldBytesMax = 1U << 30;
constexpr std::size_t kPagesMax = 1'000;
constexpr std::size_t kHashDigits = 64;

Result<IncidentKey> key_from(std::string_view words) {
  const std::size_t at = words.find('/');
  if (at == std::string_view::npos) {
    return fail(ErrorCode::kUnsupported, "an incident is OPENER/ID, as 'tansiq incident list' prints it", "INCIDENT");
  }
  return IncidentKey{TRY(AuthorityId::parse(words.substr(0, at))), TRY(IncidentId::parse(words.substr(at + 1)))};
}

std::string target_of(const IncidentKey& key, std::string_view language) {
  return fmt::format("/v1/incidents/{}/{}?language={}", net::percent_encode(key.opener.str()),
                     net::percent_encode(key.incident.str()), language);
}

// Opening
// ------------------------------------------------------------------------------------------------------------------

struct OpenArguments {
  ActOptions act;
  std::vector<std::string> parties;
  std::string id, title, window, alert, message;
  std::vector<std::string> areas;
};

Result<int> open_incident(Context& context, const OpenArguments& arguments) {
  const UtcMs now = SystemClock().now();
  OpenIncident act;
  for (const std::string& name : arguments.parties) act.parties.push_back(TRY(AuthorityId::parse(name)));
  act.incident = TRY(IncidentId::parse(arguments.id.empty() ? fresh_thread(now, new_command_id()) : arguments.id));
  act.title = arguments.title;
  act.window = TRY(read_window(arguments.window, now));
  if (!arguments.alert.empty()) act.alert = arguments.alert;
  for (const std::string& file : arguments.areas) {
    const std::vector<Filing> shapes = TRY(read_filings(file));
    for (const Filing& shape : shapes) std::ranges::copy(shape.volumes, std::back_inserter(act.place));
  }
  NodeClient node = TRY(NodeClient::open(arguments.act.node));
  if (!arguments.message.empty()) {
    const FoundMessage found = TRY(find_message(node, arguments.message, Whose::kContent));
    act.message = found.hash;
  }
  const Answer lines = TRY(node.get("/v1/lines"));
  const std::string self = text_of(lines.root(), "self");
  const std::string done = fmt::format("opened the incident {}/{}", self, act.incident.str());
  return send_act(context, arguments.act, std::move(act), done);
}

void add_open(Command& incident) {
  auto a = std::make_shared<OpenArguments>();
  Command& open = incident.sub("open", "open an incident");
  open.about("We are a party, named or not. All parties are told the same, also where everything else is frozen.")
      .argument(a->parties, "PARTY", "the authorities whom it concerns, beside us")
      .required()
      .option(a->title, "--title", "WORDS", "what has happened, in a few words")
      .required()
      .option(a->window, "--window", "START/END", "from when to when it reaches, as now-20m/now")
      .required()
      .option(a->id, "--id", "ID", "its name, chosen by you; else a new one")
      .option(a->message, "--message", "HASH",
              "the content of the message that it is about, as 'message show' prints it")
      .option(a->alert, "--alert", "ID", "our alert that it is about")
      .option(a->areas, "--area", "FILE", "where, as GeoJSON")
      .completes(Completes::kFile);
  add_act_options(open, a->act);
  open.example("tansiq incident open ru fr --title 'Drone over the dam' --window now-20m/now --id dam-1", "by hand")
      .exits(1, "there is one of that name already")
      .run([a](Context& context) { return open_incident(context, *a); });
}

// Reading
// ------------------------------------------------------------------------------------------------------------------

struct ReadArguments {
  NodeOptions node;
  bool all = false;
  std::string incident;
  std::string language = "en";
};

Result<int> list(Context& context, const ReadArguments& arguments) {
  NodeClient node = TRY(NodeClient::open(arguments.node));
  std::vector<IncidentRow> rows;
  std::string cursor;
  for (std::size_t pages = 0; pages < kPagesMax; ++pages) {
    const std::string query =
        cursor.empty() ? std::string("?limit=1000") : "?limit=1000&cursor=" + net::percent_encode(cursor);
    const Answer answer = TRY(node.get("/v1/incidents" + query));
    if (context.json) {
      put(answer.text + "\n");
      return 0;
    }
    IncidentList page = TRY(read_incidents(answer.root()));
    std::ranges::move(page.incidents, std::back_inserter(rows));
    if (page.next.empty()) break;
    cursor = page.next;
  }
  put(incidents_text(context.terminal, rows, SystemClock().now(), arguments.all));
  return 0;
}

Result<int> show(Context& context, const ReadArguments& arguments) {
  const IncidentKey key = TRY(key_from(arguments.incident));
  const talks::Language language = TRY(talks::parse_language(arguments.language));
  NodeClient node = TRY(NodeClient::open(arguments.node));
  const Answer answer = TRY(node.get(target_of(key, talks::to_text(language))));
  if (context.json) {
    put(answer.text + "\n");
    return 0;
  }
  const Incident incident = TRY(read_incident(answer.root()));
  put(incident_text(context.terminal, incident,
                    {.language = language, .now = SystemClock().now(), .columns = context.terminal.columns()}));
  return 0;
}

void add_reading(Command& incident) {
  auto l = std::make_shared<ReadArguments>();
  Command& list_command = incident.sub("list", "incidents that we are a party of");
  list_command.about("One line an incident, with how it stands with each side.")
      .flag(l->all, "--all", "also those that all sides have closed")
      .example("tansiq incident list", "what is not over");
  add_node_options(list_command, l->node);
  list_command.run([l](Context& context) { return list(context, *l); });

  auto s = std::make_shared<ReadArguments>();
  Command& show_command = incident.sub("show", "what each side says and holds, one below the other");
  show_command
      .about(
          "Of each statement also what its author had been told by then: who knew what when he said it. An incident is "
          "over when all sides have closed it, and keeps what all have said.")
      .argument(s->incident, "INCIDENT", "OPENER/ID")
      .option(s->language, "--language", "LANGUAGE", "in which numbered messages are read")
      .choices({"ar", "en", "fr", "ru"})
      .example("tansiq incident show ru/dam-1", "all sides");
  add_node_options(show_command, s->node);
  show_command.run([s](Context& context) { return show(context, *s); });
}

struct BundleArguments {
  NodeOptions node;
  std::string incident, output;
};

Result<int> bundle(Context& context, const BundleArguments& arguments) {
  const IncidentKey key = TRY(key_from(arguments.incident));
  NodeClient node = TRY(NodeClient::open(arguments.node));
  const std::string target = fmt::format("/v1/incidents/{}/{}/bundle", net::percent_encode(key.opener.str()),
                                         net::percent_encode(key.incident.str()));
  const std::uint64_t bytes = TRY(node.download(target, arguments.output));
  if (context.json) {
    JsonOut json;
    json.open_object().member("bundle", arguments.output).member("bytes", bytes);
    put(json.close().line());
    return 0;
  }
  put(fmt::format("{}: {} bytes\n", printable(arguments.output), group_digits(bytes)));
  put(context.paint(Colour::kDim, fmt::format("next: tansiq verify {}", printable(arguments.output))) + "\n");
  return 0;
}

void add_bundle(Command& incident) {
  auto b = std::make_shared<BundleArguments>();
  Command& command = incident.sub("bundle", "take all that is here about one out of the house, with its proofs");
  command
      .about(
          "The node makes a bundle of evidence: what all sides have said, the messages that it is about, receipts, "
          "bodies, "
          "and what was recorded in its window. Anybody can check it without a node. What it holds is for whoever gets "
          "it "
          "to read: look at it before it leaves the house. Others go with 'tansiq evidence make', at the data folder.")
      .argument(b->incident, "INCIDENT", "OPENER/ID")
      .option(b->output, "-o,--out", "FILE", "the bundle; an existing file is never replaced")
      .required()
      .completes(Completes::kFile);
  add_node_options(command, b->node);
  command.example("tansiq incident bundle ru/dam-1 --out dam-1.bundle", "then: tansiq verify dam-1.bundle")
      .run([b](Context& context) { return bundle(context, *b); });
}

// Our side
// ------------------------------------------------------------------------------------------------------------------

struct StateArguments {
  ActOptions act;
  PartOptions parts;
  std::string incident;
  std::vector<std::string> held;
};

/// "KIND HASH|FILE [WORDS]".
Result<IncidentHeld> held_from(const std::string& words) {
  const std::size_t first = words.find(' ');
  if (first == std::string::npos) {
    return fail(ErrorCode::kUnsupported,
                R"(right is "KIND HASH|FILE WORDS", as "recording watch.tsr radar of the dam")", "--held");
  }
  const std::size_t second = std::min(words.find(' ', first + 1), words.size());
  const std::string what = words.substr(first + 1, second - first - 1);
  IncidentHeld held;
  const auto kind = core::parse_enum<HeldKind>(words.substr(0, first));
  if (!kind) return std::unexpected(inside(kind.error(), "--held"));
  held.kind = *kind;
  const auto hash = EntryHash::from_hex(what);
  if (what.size() == kHashDigits && hash) {
    held.sha256 = *hash;
  } else {
    const std::string body = TRY(read_text(what, kHeldBytesMax));
    held.sha256 = log::sha256(body);
  }
  if (second < words.size()) held.text = words.substr(second + 1);
  return held;
}

Result<int> state(Context& context, const StateArguments& arguments) {
  const IncidentKey key = TRY(key_from(arguments.incident));
  StateIncident act;
  act.incident = key.incident;
  act.opener = key.opener;
  act.parts = TRY(parts_from(arguments.parts, SystemClock().now()));
  if (act.parts.empty()) return fail(ErrorCode::kUnsupported, "say something: --text, --position, --area, --time, …");
  for (const std::string& words : arguments.held) act.held.push_back(TRY(held_from(words)));
  return send_act(context, arguments.act, std::move(act), fmt::format("stated in {}", arguments.incident));
}

struct MoveArguments {
  ActOptions act;
  std::string incident, state, text;
};

Result<int> move(Context& context, const MoveArguments& arguments) {
  const IncidentKey key = TRY(key_from(arguments.incident));
  MoveIncident act;
  act.incident = key.incident;
  act.opener = key.opener;
  act.state = TRY(core::parse_enum<IncidentState>(arguments.state));
  act.text = arguments.text;
  return send_act(context, arguments.act, std::move(act),
                  fmt::format("{} is {} for us", arguments.incident, arguments.state));
}

void add_acts(Command& incident) {
  auto s = std::make_shared<StateArguments>();
  Command& state_command = incident.sub("state", "say what we have to say, or the next version of it");
  state_command
      .about(
          "The later version stands; all stay on record. The node writes beside it what we had been told by then. What "
          "we hold is named by its SHA-256: whoever is shown it later can tell that it is what was meant.")
      .argument(s->incident, "INCIDENT", "OPENER/ID")
      .option(
          s->held, "--held", "WORDS",
          "\"KIND HASH|FILE WORDS\"; KIND is recording, tracks, message, alert, checkpoint, entry, report or other");
  add_part_options(state_command, s->parts);
  add_act_options(state_command, s->act);
  state_command
      .example(
          "tansiq incident state ru/dam-1 --text 'Not ours: nothing of ours was airborne.' --position 'drone 35.33 "
          "40.14'",
          "our side of it")
      .exits(1, "our side has closed it: open it again first")
      .run([s](Context& context) { return state(context, *s); });

  auto m = std::make_shared<MoveArguments>();
  Command& move_command = incident.sub("move", "say how it stands with us");
  move_command
      .about(
          "It moves our side and no other. Who has stated nothing yet can neither answer, dispute nor close; it is "
          "over "
          "when all sides have closed it.")
      .argument(m->incident, "INCIDENT", "OPENER/ID")
      .argument(m->state, "STATE", "how it stands with us")
      .choices({"open", "answered", "disputed", "closed"})
      .option(m->text, "--text", "WORDS", "why");
  add_act_options(move_command, m->act);
  move_command.example("tansiq incident move ru/dam-1 closed --text 'answered by both'", "for us it is over")
      .exits(1, "it cannot move so now")
      .run([m](Context& context) { return move(context, *m); });
}

}  // namespace

void add_incident(Command& root) {
  Command& incident = root.sub("incident", "what each side says and holds of one thing that has happened");
  incident.about(
      "Each party has one statement and one state; nobody changes another's. Incidents pass every freeze, and bind "
      "nobody. 'tansiq incident bundle' takes one out of the house with its proofs.");
  add_open(incident);
  add_reading(incident);
  add_bundle(incident);
  add_acts(incident);
}

}  // namespace tansiq::cli
