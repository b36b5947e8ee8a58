// `tansiq peer`: how the lines to other authorities' nodes stand. `tansiq clock`: the operator's word about the clock.
#include <fmt/format.h>

#include "cli/acts.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/flight_text.h"
#include "cli/terminal.h"
#include "cli/wire.h"

namespace tansiq::cli {
namespace {

using namespace coordination;

Result<int> list_peers(Context& context, const NodeOptions& options) {
  NodeClient node = TRY(NodeClient::open(options));
  const Answer answer = TRY(node.get("/v1/coordination/peers"));
  put(context.json ? answer.text + "\n" : TRY(peers_text(context.terminal, answer.root())));
  return 0;
}

Result<int> show_clock(Context& context, const NodeOptions& options) {
  NodeClient node = TRY(NodeClient::open(options));
  const Answer answer = TRY(node.get("/v1/coordination/clock"));
  if (context.json) {
    put(answer.text + "\n");
    return 0;
  }
  const JsonValue fit = TRY(answer.root().at("fit"));
  put(fmt::format("{}: {}\n", TRY(fit.boolean()) ? "fit" : "NOT FIT", text_of(answer.root(), "text")));
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
  Command& clock = root.sub("clock", "this node's clock, and the operator's word about it");
  clock.about(
      "The charter states by how much a clock may be wrong. A node takes the kernel's bound of its error, and stops "
      "granting by itself when that is too large; whoever watches its time source can say so here as well.");
  auto options = std::make_shared<NodeOptions>();
  Command& show = clock.sub("show", "by how much the clock may be wrong");
  show.about("The bound that the node goes by, and where it comes from.").example("tansiq clock show", "is it fit?");
  add_node_options(show, *options);
  show.run([options](Context& context) { return show_clock(context, *options); });
  add_word(clock, true);
  add_word(clock, false);
}

}  // namespace tansiq::cli
