// `tansiq track`, `alert`, `source`, `group`, `live`: the live picture of a node.
#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/context.h"
#include "cli/picture_words.h"
#include "cli/terminal.h"
#include "cli/units_text.h"
#include "cli/wire.h"

namespace tansiq::cli {
namespace {

/// One line a row of a document; with --json the document as it came.
template <class Line>
Result<int> show_rows(Context& context, const NodeOptions& options, std::string_view target, std::string_view member,
                      std::string_view none, Line&& line) {
  NodeClient node = TRY(NodeClient::open(options));
  const Answer answer = TRY(node.get(target));
  if (context.json) {
    put(answer.text + "\n");
    return 0;
  }
  const JsonValue rows = TRY(answer.root().at(member));
  if (rows.size() == 0) put(fmt::format("{}\n", none));
  for (std::size_t i = 0; i < rows.size(); ++i) put(line(rows[i]) + "\n");
  return 0;
}

struct TrackArguments {
  NodeOptions node;
  std::string id;
  std::optional<std::string> south_west, north_east;
  std::int64_t limit = 100;
  std::int64_t after = 0;
};

Result<int> list_tracks(Context& context, const TrackArguments& a) {
  std::string target = fmt::format("/v1/tracks?limit={}&after={}", a.limit, a.after);
  if (a.south_west.has_value() != a.north_east.has_value()) {
    return fail(ErrorCode::kUnsupported, "--south-west and --north-east belong together");
  }
  if (a.south_west) {
    const geo::LatLng low = TRY(read_point(*a.south_west));
    const geo::LatLng high = TRY(read_point(*a.north_east));
    target +=
        fmt::format("&south_e7={}&west_e7={}&north_e7={}&east_e7={}", low.lat_e7, low.lng_e7, high.lat_e7, high.lng_e7);
  }
  return show_rows(context, a.node, target, "tracks", "no track",
                   [&](const JsonValue& row) { return track_text(context, row); });
}

Result<int> show_track(Context& context, const TrackArguments& a) {
  NodeClient node = TRY(NodeClient::open(a.node));
  const Answer answer = TRY(node.get(fmt::format("/v1/tracks/{}", net::percent_encode(a.id))));
  if (context.json) {
    put(answer.text + "\n");
    return 0;
  }
  const JsonValue track = answer.root();
  put(track_text(context, track) + "\n");
  if (const auto sources = track.find("sources")) {
    for (std::size_t i = 0; i < sources->size(); ++i) {
      const JsonValue source = (*sources)[i];
      put(fmt::format(
          "        heard by {}: {}, last at {}{}\n", printable(text_of(source, "source")),
          count_text(static_cast<std::uint64_t>(number_of(source, "reports")), "report", "reports"),
          clock_text({number_of(source, "last_ms")}),
          source.find("kind") ? fmt::format(", which calls it {}", printable(text_of(source, "kind"))) : ""));
    }
  }
  return 0;
}

struct JoinArguments {
  NodeOptions node;
  std::string first, second;
  std::string how_long = "20m";
};

Result<int> agree_join_up(Context& context, const JoinArguments& a) {
  const std::int64_t first = TRY(read_fixed(a.first, 0));
  const std::int64_t second = TRY(read_fixed(a.second, 0));
  const DurationMs how_long = TRY(parse_duration(a.how_long));
  NodeClient node = TRY(NodeClient::open(a.node));
  const std::string body = fmt::format(R"({{"for_ms":{},"tracks":[{},{}]}})", how_long, first, second);
  const Answer answer = TRY(node.send(net::Method::kPost, "/v1/joinups", body));
  put(context.json ? answer.text + "\n"
                   : fmt::format("no loss of separation is raised between {} and {} until {}\n", first, second,
                                 clock_text({number_of(answer.root(), "until_ms")})));
  return 0;
}

void add_join(Command& track) {
  auto a = std::make_shared<JoinArguments>();
  Command& join = track.sub("join", "two craft have agreed to join up");
  join.about("Until the agreed time no loss of separation is raised between the two; with everybody else it is.")
      .argument(a->first, "ID", "one track")
      .argument(a->second, "OTHER", "the other")
      .option(a->how_long, "--for", "DURATION", "as 20m, at most a day [20m]");
  add_node_options(join, a->node);
  join.example("tansiq track join 3 7 --for 30m", "a tanker and its receiver").run([a](Context& context) {
    return agree_join_up(context, *a);
  });
}

void add_track(Command& root) {
  auto a = std::make_shared<TrackArguments>();
  Command& track = root.sub("track", "craft as the node's sources hear them");
  track.about(
      "One track for each craft, whoever hears it: where it is, whose it is and why that is thought, and whether it "
      "keeps to "
      "its plan. docs/picture.md describes it. A track that is nobody's is unknown; nothing is assumed from absence.");
  Command& list = track.sub("list", "all of them, or those within a rectangle");
  list.about("In order of their numbers, a page at a time; --after goes on behind the last one.")
      .option(a->south_west, "--south-west", "LAT,LNG", "a corner; with --north-east")
      .option(a->north_east, "--north-east", "LAT,LNG", "the other corner")
      .option(a->limit, "--limit", "N", "at most so many", 1, 1'000)
      .option(a->after, "--after", "ID", "those behind this track", 0, UINT32_MAX);
  add_node_options(list, a->node);
  list.example("tansiq track list", "everybody")
      .example("tansiq track list --south-west 33,34 --north-east 37,40", "within a rectangle")
      .run([a](Context& context) { return list_tracks(context, *a); });
  Command& show = track.sub("show", "one track, and who hears it");
  show.about("Where it is, whose it is and why that is thought, and for each source when it was heard there last.")
      .argument(a->id, "ID", "its number");
  add_node_options(show, a->node);
  show.example("tansiq track show 7", "track 7").run([a](Context& context) { return show_track(context, *a); });
  add_join(track);
}

struct AlertArguments {
  NodeOptions node;
  std::string id;
};

Result<int> acknowledge(Context& context, const AlertArguments& a) {
  NodeClient node = TRY(NodeClient::open(a.node));
  const Answer answer =
      TRY(node.send(net::Method::kPost, fmt::format("/v1/alerts/{}/acknowledge", net::percent_encode(a.id)), ""));
  put(context.json ? answer.text + "\n" : alert_text(context, answer.root(), "acknowledged") + "\n");
  return 0;
}

void add_alert(Command& root) {
  auto a = std::make_shared<AlertArguments>();
  Command& alert = root.sub("alert", "what watch officers are warned of");
  alert.about(
      "One alert for each situation: two craft that lose their separation, a craft in a restricted volume or where "
      "nobody has "
      "confirmed it, off its plan, in distress; a source that is silent. A warning that nobody acknowledges becomes an "
      "alarm.");
  Command& list = alert.sub("list", "those in sight");
  list.about("In the order of raising. What is over and was never acknowledged stays in sight, as rectified.");
  add_node_options(list, a->node);
  list.example("tansiq alert list", "what is there now").run([a](Context& context) {
    return show_rows(context, a->node, "/v1/alerts", "alerts", "no alert",
                     [&](const JsonValue& row) { return alert_text(context, row, ""); });
  });
  Command& seen = alert.sub("acknowledge", "say that an officer has seen one");
  seen.about("By the subject of the token. Once more is no error; the first stands.")
      .argument(a->id, "ID", "its number");
  add_node_options(seen, a->node);
  seen.example("tansiq alert acknowledge 12", "it sounds no more").run([a](Context& context) {
    return acknowledge(context, *a);
  });
}

void add_source(Command& root) {
  auto a = std::make_shared<NodeOptions>();
  Command& source = root.sub("source", "inputs of the live picture");
  source.about(
      "Radars, receivers, ships, as the configuration or --source names them; docs/surveillance.md tells how to "
      "connect one.");
  Command& list = source.sub("list", "how they stand, and what was read and refused");
  list.about("Reports that were taken, what was refused by reason, and since when a source is silent.");
  add_node_options(list, *a);
  list.example("tansiq source list", "is everybody heard?").run([a](Context& context) {
    return show_rows(context, *a, "/v1/sources", "sources", "no source", [&](const JsonValue& row) {
      std::string out =
          fmt::format("{:<20}{:<10}{:<32}{}", printable(text_of(row, "name")), text_of(row, "format"),
                      printable(text_of(row, "transport")),
                      count_text(static_cast<std::uint64_t>(number_of(row, "reports")), "report", "reports"));
      if (row.find("silent_since_ms")) {
        out += "  " + context.paint(Colour::kRed,
                                    fmt::format("silent since {}", clock_text({number_of(row, "silent_since_ms")})));
      }
      if (const auto rejected = row.find("rejected")) {
        for (std::size_t i = 0; i < rejected->size(); ++i) {
          out += fmt::format(", {} {}", (*rejected)[i].integer(0, INT64_MAX).value_or(0), rejected->name(i));
        }
      }
      return out;
    });
  });
}

struct GroupArguments {
  NodeOptions node;
  std::string id;
  std::string file;
};

Result<int> set_group(Context& context, const GroupArguments& a) {
  const std::string text = TRY(read_text(a.file, 1U << 20));
  NodeClient node = TRY(NodeClient::open(a.node));
  const Answer answer =
      TRY(node.send(net::Method::kPut, fmt::format("/v1/groups/{}", net::percent_encode(a.id)), text));
  put(context.json ? answer.text + "\n" : "declared; its space is filed as soon as its guide is heard\n");
  return 0;
}

Result<int> drop_group(Context& context, const GroupArguments& a) {
  NodeClient node = TRY(NodeClient::open(a.node));
  const Answer answer =
      TRY(node.send(net::Method::kDelete, fmt::format("/v1/groups/{}", net::percent_encode(a.id)), ""));
  put(context.json ? answer.text + "\n" : "dropped; its intents are ended\n");
  return 0;
}

void add_group(Command& root) {
  auto a = std::make_shared<GroupArguments>();
  Command& group = root.sub("group", "space that moves with a group of ships");
  group.about(
      "A group is declared once, as boxes about its guide, by MMSI or 24-bit address; at sea always, in the air while "
      "it has "
      "flight operations. The node follows the guide's track, and files where the group will be as intents of whoever "
      "declared it, so that everybody's intents and tracks are compared with it. docs/picture.md describes the file.");
  Command& list = group.sub("list", "those that this node follows");
  list.about("Whether the guide is heard, which intents stand for the group, and why one does not.");
  add_node_options(list, a->node);
  list.example("tansiq group list", "and what is filed for them").run([a](Context& context) {
    return show_rows(context, a->node, "/v1/groups", "groups", "no group", [&](const JsonValue& row) {
      const auto heard = row.find("heard");
      std::string out = fmt::format("{:<16}{}", printable(text_of(row, "id")),
                                    heard && heard->boolean().value_or(false) ? "guide heard" : "guide not heard");
      if (const auto filed = row.find("filed")) {
        for (std::size_t i = 0; i < filed->size(); ++i) {
          const JsonValue one = (*filed)[i];
          if (one.find("intent"))
            out += fmt::format("  {} {}", text_of(one, "domain"), printable(text_of(one, "intent")));
          if (one.find("why")) out += "  " + context.paint(Colour::kRed, printable(text_of(one, "why")));
        }
      }
      return out;
    });
  });
  Command& set = group.sub("set", "declare a group, or change it");
  set.about(
         "Shapes about the guide, in metres ahead, astern, to port and to starboard; docs/picture.md has an example.")
      .argument(a->id, "ID", "letters, digits, hyphens")
      .argument(a->file, "FILE", "JSON: guide, name, shapes");
  add_node_options(set, a->node);
  set.example("tansiq group set tf-473 group.json", "from a file").run([a](Context& context) {
    return set_group(context, *a);
  });
  Command& drop = group.sub("drop", "the group is no more");
  drop.about("Whoever declared it may.").argument(a->id, "ID", "its name");
  add_node_options(drop, a->node);
  drop.example("tansiq group drop tf-473", "its intents are ended").run([a](Context& context) {
    return drop_group(context, *a);
  });
}

struct LiveArguments {
  NodeOptions node;
  bool tracks = false;
};

Result<int> follow_live(Context& context, const LiveArguments& a) {
  NodeClient node = TRY(NodeClient::open(a.node));
  auto stream = TRY(node.http().events("/v1/live", ""));
  while (true) {
    auto event = stream->next(60'000);
    if (!event && event.error().code == ErrorCode::kTimeout) continue;
    if (!event) return std::unexpected(event.error());
    if (!*event) return 0;
    if ((*event)->event == "tracks" && !a.tracks) continue;
    if (context.json) {
      put(fmt::format("{{\"event\":\"{}\",\"data\":{}}}\n", (*event)->event, (*event)->data));
      continue;
    }
    const auto document = TRY(JsonDocument::parse((*event)->data));
    if ((*event)->event == "alert") {
      const JsonValue alert = TRY(document.root().at("alert"));
      put(alert_text(context, alert, text_of(document.root(), "event")) + "\n");
    } else if ((*event)->event == "tracks") {
      const JsonValue rows = TRY(document.root().at("tracks"));
      for (std::size_t i = 0; i < rows.size(); ++i) put(track_text(context, rows[i]) + "\n");
    }
  }
}

void add_live(Command& root) {
  auto a = std::make_shared<LiveArguments>();
  Command& live = root.sub("live", "alerts, and tracks, as they come");
  live.about("Until Ctrl-C. Whoever comes back sees the whole picture anew.")
      .flag(a->tracks, "--tracks", "tracks as well, each whenever it has moved");
  add_node_options(live, a->node);
  live.example("tansiq live", "alerts as they are raised, acknowledged and over").run([a](Context& context) {
    return follow_live(context, *a);
  });
}

}  // namespace

void add_picture(Command& root) {
  add_track(root);
  add_alert(root);
  add_source(root);
  add_group(root);
  add_live(root);
}

}  // namespace tansiq::cli
