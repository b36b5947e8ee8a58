// `tansiq measure`: restricted volumes that the owner of a zone puts in force.
#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/units_text.h"
#include "cli/wire.h"
#include "net/http_types.h"

namespace tansiq::cli {
namespace {

struct MeasureArguments {
  NodeOptions node;
  VolumeOptions volume;
  std::optional<std::string> file;
  std::string id;
  std::string zone;
  std::string effect = "refuse";
  std::string text;
  std::int64_t version = 0;
  std::optional<std::string> command_id;
};

std::string measure_path(const std::string& id, std::string_view rest = "") {
  return "/v1/measures/" + net::percent_encode(id) + std::string(rest);
}

Result<std::vector<geo::Volume4d>> volumes_from(const MeasureArguments& arguments) {
  if (arguments.file) {
    if (arguments.volume.any()) {
      return fail(ErrorCode::kUnsupported, "--file gives the volumes: no outline, --band or --window beside it");
    }
    const auto filings = TRY(read_filings(*arguments.file));
    std::vector<geo::Volume4d> volumes;
    for (const Filing& filing : filings) volumes.insert(volumes.end(), filing.volumes.begin(), filing.volumes.end());
    return volumes;
  }
  return std::vector{TRY(volume_from(arguments.volume, SystemClock().now()))};
}

Result<int> print_decision(const Context& context, const std::string& id, const Answer& answer,
                           const std::vector<geo::Volume4d>& volumes) {
  put(context.json ? answer.text + "\n" : TRY(decision_text(context, id, answer, volumes)));
  return answer.root().find("reason") ? 1 : 0;
}

Result<int> create(Context& context, const MeasureArguments& arguments) {
  const auto volumes = TRY(volumes_from(arguments));
  NodeClient node = TRY(NodeClient::open(arguments.node));
  JsonOut body;
  body.open_object().member("command_id", arguments.command_id.value_or(new_command_id()));
  body.member("zone", arguments.zone).member("effect", arguments.effect);
  if (!arguments.text.empty()) body.member("text", arguments.text);
  body.key("volumes").raw(volumes_json(volumes)).close();
  const Answer answer = TRY(node.send(net::Method::kPut, measure_path(arguments.id), body.text()));
  return print_decision(context, arguments.id, answer, volumes);
}

Result<int> withdraw(Context& context, const MeasureArguments& arguments) {
  NodeClient node = TRY(NodeClient::open(arguments.node));
  std::int64_t version = arguments.version;
  if (version == 0) {
    const Answer current = TRY(node.get(measure_path(arguments.id)));
    version = number_of(current.root(), "version");
  }
  JsonOut body;
  body.open_object()
      .member("command_id", arguments.command_id.value_or(new_command_id()))
      .member("version", version)
      .close();
  const Answer answer = TRY(node.send(net::Method::kPost, measure_path(arguments.id, "/withdraw"), body.text()));
  return print_decision(context, arguments.id, answer, {});
}

Result<std::string> where_of(const JsonValue& measure) {
  const auto volumes = measure.find("volumes");
  if (!volumes || volumes->size() == 0) return std::string();
  const geo::Volume4d volume = TRY(read_volumes(*volumes)).front();
  return fmt::format("{}; {}; {}", outline_text(volume.outline), band_text(volume.band), window_text(volume.window));
}

Result<int> list(Context& context, const NodeOptions& options) {
  NodeClient node = TRY(NodeClient::open(options));
  const Answer answer = TRY(node.get("/v1/measures?limit=1000"));
  if (context.json) {
    put(answer.text + "\n");
    return 0;
  }
  Table table({"measure", "zone", "effect", "by", ">version", "text", "where"});
  const JsonValue measures = TRY(answer.root().at("measures"));
  for (std::size_t i = 0; i < measures.size(); ++i) {
    const JsonValue m = measures[i];
    table.row({text_of(m, "id"), text_of(m, "zone"), text_of(m, "effect"), text_of(m, "by"),
               std::to_string(number_of(m, "version")), text_of(m, "text"), TRY(where_of(m))});
  }
  put(table.text(context.terminal));
  if (measures.size() == 0) put("no measures\n");
  return 0;
}

Result<int> show(Context& context, const MeasureArguments& arguments) {
  NodeClient node = TRY(NodeClient::open(arguments.node));
  const Answer answer = TRY(node.get(measure_path(arguments.id)));
  if (context.json) {
    put(answer.text + "\n");
    return 0;
  }
  const JsonValue m = answer.root();
  put(fmt::format("{}  {} in {}, version {}\n", context.paint(Colour::kBold, text_of(m, "id")), text_of(m, "effect"),
                  text_of(m, "zone"), number_of(m, "version")));
  if (const std::string text = text_of(m, "text"); !text.empty()) put("  " + text + "\n");
  put("  by " + text_of(m, "by") + "\n");
  const JsonValue members = TRY(m.at("volumes"));
  for (const geo::Volume4d& volume : TRY(read_volumes(members))) {
    put(fmt::format("  {}; {}; {}\n", outline_text(volume.outline), band_text(volume.band),
                    window_text(volume.window)));
  }
  return 0;
}

}  // namespace

void add_measure(Command& root) {
  Command& measure = root.sub("measure", "restricted volumes in a zone");
  measure.about(
      "A measure refuses, or warns, whoever files into its volumes. Only the zone's owner declares measures.");

  auto c = std::make_shared<MeasureArguments>();
  Command& created = measure.sub("create", "put a measure in force");
  created.about("Intents that stand already are not touched: the answer lists whom it affects.")
      .argument(c->id, "ID", "the measure's id, chosen by you")
      .option(c->zone, "--zone", "ID", "the zone it stands in")
      .required()
      .option(c->effect, "--effect", "EFFECT", "refuse: nobody may file into it; warn: who files is told")
      .choices({"refuse", "warn"})
      .option(c->text, "--text", "TEXT", "for people: why, until when, whom to call")
      .option(c->file, "--file", "FILE", "its volumes, as GeoJSON or API JSON, instead of the options below")
      .completes(Completes::kFile)
      .option(c->command_id, "--command-id", "ID", "repeating a command under its id returns its first outcome");
  add_volume_options(created, c->volume);
  add_node_options(created, c->node);
  created
      .example(
          "tansiq measure create FIRE1 --zone K1 --circle 34.0,34.2 --radius 8nm --band gnd-FL120 --window now/+2h "
          "--text 'wildfire aircraft'",
          "keep an area free for two hours")
      .run([c](Context& context) { return create(context, *c); });

  auto w = std::make_shared<MeasureArguments>();
  Command& withdrawn = measure.sub("withdraw", "take a measure out of force");
  withdrawn.about("Only who declared it, or the zone's owner.")
      .argument(w->id, "ID", "the measure's id")
      .option(w->version, "--version", "N", "the current version that you saw; 0 looks it up", 0, INT64_MAX)
      .option(w->command_id, "--command-id", "ID", "repeating a command under its id returns its first outcome");
  add_node_options(withdrawn, w->node);
  withdrawn.example("tansiq measure withdraw FIRE1", "the area is free again")
      .exits(1, "another version is current")
      .run([w](Context& context) { return withdraw(context, *w); });

  auto l = std::make_shared<NodeOptions>();
  Command& listed = measure.sub("list", "list measures in force or to come");
  listed.about("One line a measure.").example("tansiq measure list", "what is restricted");
  add_node_options(listed, *l);
  listed.run([l](Context& context) { return list(context, *l); });

  auto s = std::make_shared<MeasureArguments>();
  Command& shown = measure.sub("show", "show one measure");
  shown.about("Effect, text and volumes.")
      .argument(s->id, "ID", "the measure's id")
      .example("tansiq measure show FIRE1", "why, where, until when");
  add_node_options(shown, s->node);
  shown.run([s](Context& context) { return show(context, *s); });
}

}  // namespace tansiq::cli
