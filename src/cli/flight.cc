// `tansiq flight`: the home's side of a flight across zones, from filing to landing.
#include <fmt/format.h>

#include "cli/acts.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/craft_words.h"
#include "cli/flight_text.h"
#include "cli/leg_words.h"
#include "cli/terminal.h"
#include "cli/wire.h"
#include "log/canonical_json.h"

namespace tansiq::cli {
namespace {

using namespace coordination;

// --- file
// ---------------------------------------------------------------------------------------------------------------

struct FileArguments {
  ActOptions act;
  std::optional<std::string> file;
  std::vector<std::string> legs;
  std::string id;
  std::string call_sign;
  std::vector<std::string> craft;
  std::optional<std::string> domain;
  std::string principal;
  std::string through;
  std::optional<std::string> alternate;
  std::int64_t gate_leg = -1;
};

Result<FlightFiled> filed_from(const FileArguments& arguments) {
  if (arguments.file.has_value() == !arguments.legs.empty()) {
    return fail(ErrorCode::kUnsupported, "give a FILE, or one --leg \"ZONE POINT… LENGTH LEVELS WINDOW\" for each leg");
  }
  FlightFiled filed;
  if (arguments.file) {
    filed = TRY(read_flight(*arguments.file));
  } else {
    const UtcMs now = SystemClock().now();
    for (const std::string& words : arguments.legs) {
      auto leg = leg_from(words, now);
      if (!leg) return std::unexpected(inside(std::move(leg).error(), fmt::format("--leg {}", filed.legs.size())));
      filed.legs.push_back(std::move(*leg));
    }
    filed.legs = joined(std::move(filed.legs));
  }
  if (!arguments.id.empty()) filed.flight = TRY(FlightId::parse(arguments.id));
  if (filed.flight.empty()) return fail(ErrorCode::kUnsupported, "a flight needs an id: in the file, or --id");
  if (!arguments.call_sign.empty()) filed.call_sign = arguments.call_sign;
  if (!arguments.craft.empty()) filed.craft = TRY(craft_from(arguments.craft, SystemClock().now()));
  if (arguments.domain) filed.domain = TRY(core::parse_domain(*arguments.domain));
  if (!arguments.principal.empty()) filed.principal = TRY(AuthorityId::parse(arguments.principal));
  if (arguments.alternate) filed.alternate = *arguments.alternate;
  if (arguments.gate_leg >= 0) filed.gate_leg = arguments.gate_leg;
  if (filed.alternate.has_value() != filed.gate_leg.has_value()) {
    return fail(ErrorCode::kUnsupported,
                "--alternate and --gate-leg belong together: where the crew lands, and after which leg");
  }
  TRY_VOID(filed.check());
  return filed;
}

/// A flight filed at the wrong node would be filed under the wrong relations: who names the gateway wants that checked.
Status check_gateway(const FileArguments& arguments, const FlightFiled& filed) {
  if (arguments.through.empty()) return {};
  if (!filed.principal) {
    return fail(ErrorCode::kUnsupported, "--through names the gateway; --principal has to name for whom it files");
  }
  NodeClient node = TRY(NodeClient::open(arguments.act.node));
  const Answer peers = TRY(node.get("/v1/coordination/peers"));
  const std::string self = text_of(peers.root(), "self");
  if (self == arguments.through) return {};
  return fail(
      ErrorCode::kUnsupported,
      fmt::format("this is the node of {}, not of the gateway {}: name its node with --node", self, arguments.through),
      node.url());
}

Result<int> file_flight(Context& context, const FileArguments& arguments) {
  FlightFiled filed = TRY(filed_from(arguments));
  TRY_VOID(check_gateway(arguments, filed));
  std::vector<std::string> zones;
  for (const PlannedLeg& leg : filed.legs) zones.push_back(leg.zone.str());
  const std::string id = filed.flight.str();
  const std::string done = fmt::format("filed {}{}: {}", id, filed.principal ? " for " + filed.principal->str() : "",
                                       fmt::join(zones, ", "));
  const int code = TRY(send_act(context, arguments.act, FileFlight{std::move(filed)}, done));
  context.say(context.paint(Colour::kDim, fmt::format("  the owners are asked now: tansiq flight show {}", id)));
  return code;
}

void add_file(Command& flight) {
  auto a = std::make_shared<FileArguments>();
  Command& file = flight.sub("file", "file a flight across zones, or change one");
  file.about(
          "From a file (GeoJSON with one feature a leg and the property 'zone', or the record's own JSON), or from one "
          "--leg for each leg, in the order in which they are flown. Owners are asked one after another; the crew can "
          "be cleared when every leg is confirmed. Filing a live flight again is a change: the legs that differ are "
          "asked for anew, and what the crew holds stays valid until it has taken the new.")
      .about(
          "A leg is \"ZONE POINT… LENGTH LEVELS WINDOW\": one point and a radius are a circle; more points and a width "
          "are a corridor (10nm unless said); with the word polygon, an outline. Legs that follow each other in one "
          "zone are volumes of one leg.")
      .about(
          "A gateway files for somebody else: at the gateway's node, --principal names for whom. It is judged under "
          "the gateway's relations, and the record names both.")
      .argument(a->file, "FILE", "the flight; '-' reads standard input")
      .completes(Completes::kFile)
      .option(a->legs, "--leg", "WORDS", "one leg, as \"K1 33.0,38.0 34.5,40.0 4nm FL190-FL210 now+10m/+25m\"")
      .option(a->id, "--id", "ID", "the flight's id, chosen by you; else from the file")
      .option(a->call_sign, "--call-sign", "TEXT", "for people")
      .option(a->craft, "--craft", "WORDS",
              "who flies it, as \"icao=4CA1FA code=4321\"; told to owners that see our flights in full")
      .option(a->domain, "--domain", "DOMAIN", "air or sea; else the file's, else air")
      .choices({"air", "sea"})
      .option(a->principal, "--principal", "AUTHORITY", "for whom this node files, as a gateway")
      .option(a->through, "--through", "AUTHORITY", "the gateway: fail unless the node is its own")
      .option(a->alternate, "--alternate", "PLACE", "where the crew lands when it may fly no further; with --gate-leg")
      .option(a->gate_leg, "--gate-leg", "N", "the last leg that must be confirmed for departure, from 0", 0, 1'023);
  add_act_options(file, a->act);
  file.example("tansiq flight file m1.geojson --call-sign MIRAGE1", "legs from a file")
      .example(
          "tansiq flight file --id M1 --leg 'K1 33.0,38.0 34.5,40.0 4nm FL190-FL210 now+10m/+25m' --leg 'K4 34.5,40.0 "
          "35.5,41.0 4nm FL190-FL210 now+25m/+25m'",
          "two corridors, one after the other")
      .example("tansiq flight file relief.geojson --principal ngo --through un", "a gateway's node files for ngo")
      .exits(1, "the flight cannot be filed now; nothing was recorded")
      .run([a](Context& context) { return file_flight(context, *a); });
}

// --- list and show
// -----------------------------------------------------------------------------------------------------

Result<FlightRow> find_flight(NodeClient& node, const std::string& id) {
  const Answer answer = TRY(node.get("/v1/coordination/flights"));
  auto rows = TRY(read_flights(answer.text));
  for (FlightRow& row : rows) {
    if (row.id == id) return std::move(row);
  }
  return fail(ErrorCode::kNotFound,
              fmt::format("there is no flight '{}' at this node; see 'tansiq flight list --all'", id), node.url());
}

struct ListArguments {
  NodeOptions node;
  bool all = false;
};

Result<int> list_flights(Context& context, const ListArguments& arguments) {
  NodeClient node = TRY(NodeClient::open(arguments.node));
  const Answer answer = TRY(node.get("/v1/coordination/flights"));
  put(context.json ? answer.text + "\n"
                   : flights_text(context.terminal, TRY(read_flights(answer.text)), arguments.all));
  return 0;
}

struct ShowArguments {
  NodeOptions node;
  std::string id;
};

Result<int> show_flight(Context& context, const ShowArguments& arguments) {
  NodeClient node = TRY(NodeClient::open(arguments.node));
  if (!context.json) {
    put(flight_text(context.terminal, TRY(find_flight(node, arguments.id))));
    return 0;
  }
  const Answer answer = TRY(node.get("/v1/coordination/flights"));
  const JsonValue flights = TRY(answer.root().at("flights"));
  for (std::size_t i = 0; i < flights.size(); ++i) {
    if (text_of(flights[i], "id") != arguments.id) continue;
    put(TRY(log::canonical_json(flights[i])) + "\n");
    return 0;
  }
  return fail(ErrorCode::kNotFound, fmt::format("there is no flight '{}' at this node", arguments.id), node.url());
}

void add_reading(Command& flight) {
  auto l = std::make_shared<ListArguments>();
  Command& list = flight.sub("list", "list the flights of this node");
  list.about("One line a flight: where it stands, how each leg stands, and below, what waits for an officer.")
      .flag(l->all, "--all", "also flights that have ended")
      .example("tansiq flight list", "what is live");
  add_node_options(list, l->node);
  list.run([l](Context& context) { return list_flights(context, *l); });

  auto s = std::make_shared<ShowArguments>();
  Command& show = flight.sub("show", "show one flight, leg by leg");
  show.about(
          "Per leg: its owner, how far asking has come, until when a hold lasts, what was offered instead; what the "
          "crew holds; what is missing for departure; and the command that comes next.")
      .argument(s->id, "ID", "the flight's id")
      .example("tansiq flight show M1", "why may it not depart?");
  add_node_options(show, s->node);
  show.run([s](Context& context) { return show_flight(context, *s); });
}

// --- steps
// -------------------------------------------------------------------------------------------------------------

struct StepArguments {
  ActOptions act;
  std::string id;
  std::string text;
  bool change = false;
};

/// A step that needs the flight's name and at most a word.
struct StepCommand {
  std::string_view name;
  FlightStep step;
  std::string_view summary;
  std::string_view about;
  std::string_view done;
  std::string_view text_option = {};  ///< Empty: it takes no word.
  std::string_view text_help = {};
};

constexpr StepCommand kSteps[] = {
    {"accept", FlightStep::kAcceptCounter, "take the counter-proposals that a flight waits with",
     "All of them, as 'tansiq flight show' prints them. Legs whose windows depend on a moved one are asked for again. "
     "A "
     "machine never does this by itself: a rule that an officer has set beforehand is named with --rule.",
     "took the counter-proposals of", "--rule", "the rule under which this was taken; else you, in person"},
    {"decline", FlightStep::kDeclineCounter, "give up what a counter-proposal was made for",
     "Cancels what was asked together with it, all in one entry. The flight can be filed again.",
     "declined the counter-proposals of"},
    {"clear", FlightStep::kClear, "the confirmed legs have been passed to the crew",
     "The clearance. Refused until every leg up to landing, or up to the gate leg before an agreed alternate, is "
     "confirmed and none is revoked. Then comes the crew's read-back.",
     "clearance recorded for"},
    {"read-back", FlightStep::kReadBack, "the crew has read the clearance back",
     "From now on the crew holds the confirmed legs.", "read-back recorded for"},
    {"recall", FlightStep::kRecall, "the crew has been told to give its clearance up",
     "Before a cancellation, or when an owner has asked for a leg back. Nothing is given up until the crew has read "
     "that back. An airborne crew can only be told not to take a new version.",
     "recall recorded for"},
    {"gave-up", FlightStep::kGaveUp, "the crew has read the recall back",
     "Only now do owners learn that the space is free: crew first.", "recorded that the crew has given up"},
    {"switch", FlightStep::kSwitch, "after a change: the new versions have been passed to the crew",
     "Say this when the aircraft's position lies in the new versions. After the read-back the old ones are released.",
     "switch recorded for"},
    {"land", FlightStep::kLand, "the flight is over",
     "Ends every leg that has not ended. Owners have their space back.", "landing recorded for"},
    {"contingency", FlightStep::kContingency, "distress, weather, lost communication: tell every owner on the way",
     "The crew acts; this records it and tells the owners. Nothing is forbidden by it, and nothing given up.",
     "contingency told for", "--text", "what has happened, for the owners"},
};

void add_step(Command& flight, const StepCommand& of) {
  auto a = std::make_shared<StepArguments>();
  Command& command = flight.sub(std::string(of.name), std::string(of.summary));
  command.about(std::string(of.about)).argument(a->id, "ID", "the flight's id");
  if (!of.text_option.empty()) {
    command.option(a->text, std::string(of.text_option), "TEXT", std::string(of.text_help));
    if (of.step == FlightStep::kContingency) command.required();
  }
  add_act_options(command, a->act);
  command
      .example(of.step == FlightStep::kContingency
                   ? std::string("tansiq flight contingency M1 --text 'engine failure, returning'")
                   : fmt::format("tansiq flight {} M1", of.name),
               std::string(of.summary))
      .exits(1, "the flight is not in a state for that; nothing was recorded")
      .run([a, step = of.step, done = of.done](Context& context) -> Result<int> {
        return send_act(context, a->act,
                        StepFlight{.flight = TRY(FlightId::parse(a->id)), .step = step, .text = a->text},
                        fmt::format("{} {}", done, a->id));
      });
}

void add_cancel(Command& flight) {
  auto a = std::make_shared<StepArguments>();
  Command& cancel = flight.sub("cancel", "give a flight up before departure, or a change of it");
  cancel
      .about(
          "Owners get their space back; where the crew holds a clearance, only after its recall and read-back. An "
          "airborne flight is not cancelled: change it, or end its legs as it leaves them.")
      .argument(a->id, "ID", "the flight's id")
      .flag(a->change, "--change", "only the change under way: the flight stays as it was")
      .option(a->text, "--text", "TEXT", "why, for the record");
  add_act_options(cancel, a->act);
  cancel.example("tansiq flight cancel M1 --text weather", "the whole flight")
      .example("tansiq flight cancel M1 --change", "keep what was confirmed before")
      .exits(1, "the flight is not in a state for that; nothing was recorded")
      .run([a](Context& context) -> Result<int> {
        const FlightStep step = a->change ? FlightStep::kCancelChange : FlightStep::kCancel;
        return send_act(context, a->act,
                        StepFlight{.flight = TRY(FlightId::parse(a->id)), .step = step, .text = a->text},
                        fmt::format("gave up {}{}", a->change ? "the change of " : "", a->id));
      });
}

// --- reports
// -----------------------------------------------------------------------------------------------------------

struct ReportArguments {
  ActOptions act;
  std::string id;
  std::string leg;
};

Result<int> report(Context& context, const ReportArguments& arguments, bool entered) {
  NodeClient node = TRY(NodeClient::open(arguments.act.node));
  const FlightRow row = TRY(find_flight(node, arguments.id));
  const std::int64_t leg = TRY(leg_number(arguments.leg, row));
  const std::string zone = row.flight.plan.legs[static_cast<std::size_t>(leg)].zone.str();
  return send_act(context, arguments.act,
                  ReportLeg{.entered = entered, .flight = TRY(FlightId::parse(arguments.id)), .leg = leg},
                  fmt::format("{} has {} leg {}, {}", arguments.id, entered ? "entered" : "left", leg, zone));
}

void add_report(Command& flight, bool entered) {
  auto a = std::make_shared<ReportArguments>();
  Command& command = flight.sub(entered ? "enter" : "leave",
                                entered ? "the aircraft has entered the zone of a leg" : "the aircraft has left it");
  command
      .about(entered ? "A report to the owner, not a request: from the first one on, the legs ahead are fixed."
                     : "Ends this leg alone, and the owner has its space back. The legs ahead are not touched.")
      .argument(a->id, "ID", "the flight's id")
      .argument(a->leg, "LEG", "its number, from 0, or its zone");
  add_act_options(command, a->act);
  command.example(fmt::format("tansiq flight {} M1 K4", entered ? "enter" : "leave"), "the leg in zone K4")
      .exits(1, "the flight is not in a state for that; nothing was recorded")
      .run([a, entered](Context& context) { return report(context, *a, entered); });
}

}  // namespace

void add_flight(Command& root) {
  Command& flight = root.sub("flight", "file flights across zones, and follow them with their crews");
  flight.about(
      "A flight across zones of several owners: each leg is asked for, held, and confirmed by whoever decides in its "
      "zone. Nobody departs before every leg is confirmed; an airborne crew is never stranded by a cut line, a freeze "
      "or a revoke. What is said to and by the crew is recorded here, step by step.");
  add_file(flight);
  add_reading(flight);
  for (const StepCommand& step : kSteps) add_step(flight, step);
  add_cancel(flight);
  add_report(flight, true);
  add_report(flight, false);
}

}  // namespace tansiq::cli
