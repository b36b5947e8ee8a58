// `tansiq events`: the record as it grows, from the node's live stream.
#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <thread>

#include "cli/commands.h"
#include "cli/entry_text.h"
#include "cli/node_client.h"

namespace tansiq::cli {
namespace {

struct EventArguments {
  NodeOptions node;
  std::optional<std::string> after;
  bool follow = false;
  std::int64_t quiet_s = 1;
};

void print_event(const Context& context, const net::SseEvent& event) {
  if (context.json) {
    JsonOut json;
    json.open_object().member("seq", event.id).member("event", event.event);
    json.key("entry").raw(entry_value_json(event.data));
    put(json.close().line());
    return;
  }
  put(entry_line_text(context, event.id, event.data) + "\n");
}

// One connection. Success: the stream ended, or (without --follow) stayed quiet.
// `connected` becomes true once the node has taken it.
Status read_stream(const Context& context, NodeClient& node, const EventArguments& arguments, std::string& last,
                   bool& connected) {
  auto stream = TRY(node.http().events("/v1/events", last));
  connected = true;
  while (true) {
    const DurationMs wait_ms = arguments.follow ? 60'000 : arguments.quiet_s * 1'000;
    auto event = stream->next(wait_ms);
    last = stream->last_id();
    if (!event && event.error().code == ErrorCode::kTimeout) {
      if (arguments.follow) continue;
      return {};
    }
    if (!event) return std::unexpected(event.error());
    if (!*event) return {};
    print_event(context, **event);
  }
}

Result<int> show_events(Context& context, const EventArguments& arguments) {
  NodeClient node = TRY(NodeClient::open(arguments.node));
  std::string last = arguments.after.value_or("");
  bool connected = false;
  constexpr int kAttemptsMax = 30;
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    const std::string before = last;
    const Status read = read_stream(context, node, arguments, last, connected);
    if (read && !arguments.follow) return 0;
    // A node that restarts, or cuts off a slow reader, is asked again from where we were.
    if (!read && (!connected || read.error().code != ErrorCode::kUnavailable)) return std::unexpected(read.error());
    if (last != before) attempt = 0;
    std::this_thread::sleep_for(std::chrono::seconds(1));
  }
  return fail(ErrorCode::kUnavailable, "the node did not come back; go on with --after " + last, node.url());
}

}  // namespace

void add_events(Command& root) {
  auto a = std::make_shared<EventArguments>();
  Command& events = root.sub("events", "the record as it grows");
  events
      .about(
          "One line an entry: local sequence number, time, what happened. Without --follow it stops when the stream "
          "has been quiet for a moment. A lost connection is taken up again where it broke, without gap or repeat.")
      .flag(a->follow, "-f,--follow", "stay, and print entries as they come")
      .option(a->after, "--after", "SEQ", "start behind this sequence number; else with the next entry")
      .option(a->quiet_s, "--quiet", "SECONDS", "without --follow: how long a silence ends it", 1, 3'600);
  add_node_options(events, a->node);
  events.example("tansiq events --follow", "watch a node decide")
      .example("tansiq events --after 0 --json", "everything so far but the first entry, for programs")
      .run([a](Context& context) { return show_events(context, *a); });
}

}  // namespace tansiq::cli
