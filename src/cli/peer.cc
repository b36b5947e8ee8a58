// `tansiq peer`: how the lines to other authorities' nodes stand. `tansiq clock`: the operator's word about the clock.
#include <fmt/format.h>

#include "cli/acts.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/flight_text.h"
#include "cli/terminal.h"

namespace tansiq::cli {
namespace {

using namespace coordination;

Result<int> list_peers(Context& context, const NodeOptions& options) {
  NodeClient node = TRY(NodeClient::open(options));
  const Answer answer = TRY(node.get("/v1/coordination/peers"));
  put(context.json ? answer.text + "\n" : TRY(peers_text(context.terminal, answer.root())));
  return 0;
}

struct ClockArguments {
  ActOptions act;
  std::string text;
};

void add_word(Command& clock, bool fault) {
  auto a = std::make_shared<ClockArguments>();
  Command& command =
      clock.sub(fault ? "fault" : "ok", fault ? "the clock may be wrong by more than was agreed" : "it is right again");
  command
      .about(fault
                 ? "From now on this node grants nothing and issues no clearance. What was confirmed stands, and crews "
                   "fly it on their own clocks."
                 : "After it has been set and compared. Log time never goes back: where the clock had run ahead, "
                   "entries bear their last time until it has caught up.")
      .option(a->text, "--text", "WORDS", fault ? "what is wrong" : "how it was checked");
  add_act_options(command, a->act);
  command
      .example(fault ? "tansiq clock fault --text 'no satellite time since 10:00'"
                     : "tansiq clock ok --text 'compared with two sources'",
               fault ? "stop granting" : "go on")
      .run([a, fault](Context& context) {
        return send_act(context, a->act, DeclareClock{.fault = fault, .text = a->text},
                        fault ? "clock fault: nothing is granted until 'tansiq clock ok'" : "the clock is fit again");
      });
}

}  // namespace

void add_peer(Command& root) {
  Command& peer = root.sub("peer", "the nodes of other authorities");
  peer.about(
      "Nodes pull each other's logs, verify them and receipt them. What a peer has said counts here when it is durable "
      "here.");
  auto options = std::make_shared<NodeOptions>();
  Command& list = peer.sub("list", "how the line to each peer stands");
  list.about(
          "When it was last heard, how much of its logs is held here and is still to come, how much of ours it has "
          "receipted, and what is wrong. PINNED: it has signed two different logs; the evidence is kept, and nothing "
          "more is taken from it until officers have acted.")
      .example("tansiq peer list", "is it the line, or are they silent?");
  add_node_options(list, *options);
  list.run([options](Context& context) { return list_peers(context, *options); });
}

void add_clock(Command& root) {
  Command& clock = root.sub("clock", "the operator's word about this node's clock");
  clock.about(
      "The charter states by how much a clock may be wrong. A node cannot know that by itself: whoever watches its "
      "time "
      "source says so here.");
  add_word(clock, true);
  add_word(clock, false);
}

}  // namespace tansiq::cli
