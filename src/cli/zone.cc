// `tansiq zone`: what a node decides about.
#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/units_text.h"
#include "cli/wire.h"
#include "net/http_types.h"

namespace tansiq::cli {
namespace {

Result<std::string> levels_of(const JsonValue& zone) {
  const auto band = zone.find("band");
  if (!band) return text_of(zone, "domain") == "sea" ? "–" : "all levels";
  return band_text(TRY(read_band(*band)));
}

std::string minima_of(const JsonValue& zone) {
  const auto minima = zone.find("minima");
  if (!minima) return {};
  return minima_text({.horizontal_m = number_of(*minima, "horizontal_m"),
                      .vertical_cm = number_of(*minima, "vertical_cm"),
                      .time_ms = number_of(*minima, "time_ms")});
}

bool truth_of(const JsonValue& object, std::string_view name) {
  const auto member = object.find(name);
  return member && member->boolean().value_or(false);
}

Result<int> list_zones(Context& context, const NodeOptions& options) {
  NodeClient node = TRY(NodeClient::open(options));
  const Answer answer = TRY(node.get("/v1/zones"));
  if (context.json) {
    put(answer.text + "\n");
    return 0;
  }
  Table table({"zone", "owner", "decides", "domain", "rule", "levels", "minima", "name"});
  const JsonValue zones = TRY(answer.root().at("zones"));
  for (std::size_t i = 0; i < zones.size(); ++i) {
    const JsonValue zone = zones[i];
    table.row({text_of(zone, "id"), text_of(zone, "owner"), truth_of(zone, "sequenced_here") ? "this node" : "–",
               text_of(zone, "domain"), text_of(zone, "rule"), TRY(levels_of(zone)), minima_of(zone),
               text_of(zone, "name")});
  }
  put(table.text(context.terminal));
  return 0;
}

Result<int> show_zone(Context& context, const NodeOptions& options, const std::string& id) {
  NodeClient node = TRY(NodeClient::open(options));
  const Answer answer = TRY(node.get("/v1/zones/" + net::percent_encode(id)));
  if (context.json) {
    put(answer.text + "\n");
    return 0;
  }
  const JsonValue zone = answer.root();
  put(fmt::format("{}  {}\n", context.paint(Colour::kBold, text_of(zone, "id")), text_of(zone, "name")));
  put(fmt::format("  owner       {}{}\n", text_of(zone, "owner"),
                  truth_of(zone, "sequenced_here") ? ", whose node this is" : ""));
  put(fmt::format("  domain      {}\n  rule        {}\n  disclosure  {}\n", text_of(zone, "domain"),
                  text_of(zone, "rule"), text_of(zone, "disclosure")));
  put(fmt::format("  levels      {}\n  minima      {}\n", TRY(levels_of(zone)), minima_of(zone)));
  if (const auto outline = zone.find("outline")) {
    put(fmt::format("  outline     {}\n", outline_text(TRY(read_outline(*outline)))));
  } else {
    put("  outline     everything that no other zone covers\n");
  }
  put(fmt::format("  data        {}\n", text_of(zone, "data_mode")));
  return 0;
}

}  // namespace

void add_zone(Command& root) {
  Command& zone = root.sub("zone", "what a node decides about");
  zone.about(
      "Zones are corridors, blocks and sea boxes; one authority's node decides in each, by one of three rules: "
      "exclusive, aware, disputed.");

  auto listed = std::make_shared<NodeOptions>();
  Command& list = zone.sub("list", "list the zones of the charter in force");
  list.about("One line a zone: who owns it, by which rule it admits intents, its levels and separation minima.")
      .example("tansiq zone list --node http://127.0.0.1:7463", "the zones of a local node");
  add_node_options(list, *listed);
  list.run([listed](Context& context) { return list_zones(context, *listed); });

  struct ShowArguments {
    NodeOptions node;
    std::string id;
  };
  auto shown = std::make_shared<ShowArguments>();
  Command& show = zone.sub("show", "show one zone");
  show.about("Outline, levels, minima and rule of one zone. With --json: exact integers, as signed.")
      .argument(shown->id, "ID", "the zone's id")
      .example("tansiq zone show K1", "a corridor of the development charter");
  add_node_options(show, shown->node);
  show.run([shown](Context& context) { return show_zone(context, shown->node, shown->id); });

  add_zone_control(zone);
}

}  // namespace tansiq::cli
