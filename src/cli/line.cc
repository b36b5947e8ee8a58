// `tansiq line`: whether anybody is there.
#include <fmt/format.h>

#include "cli/acts.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/talk_text.h"

namespace tansiq::cli {

void add_line(Command& root) {
  Command& line = root.sub("line", "the lines to other authorities, and who is on watch there");
  line.about(
      "A line is checked on a schedule, both ways, and when an officer asks: the other node answers by itself, and "
      "says "
      "whether an officer is on watch. Checks pass every freeze. Our own watch: 'tansiq officer watch'.");

  auto l = std::make_shared<NodeOptions>();
  Command& list = line.sub("list", "how each line stands");
  list.about(
          "When it last answered, when its node was last heard, whether somebody is on watch, and of a check that was "
          "missed, whether it is the link, the node or the officer that is missing.")
      .example("tansiq line list", "is anybody there?");
  add_node_options(list, *l);
  list.run([l](Context& context) -> Result<int> {
    NodeClient node = TRY(NodeClient::open(*l));
    const Answer answer = TRY(node.get("/v1/lines"));
    put(context.json ? answer.text + "\n" : lines_text(context.terminal, TRY(read_lines(answer.root()))));
    return 0;
  });

  struct CheckArguments {
    ActOptions act;
    std::string peer;
  };
  auto c = std::make_shared<CheckArguments>();
  Command& check = line.sub("check", "check a line now");
  check.about("The answer comes within seconds, or the check is missed and raises an alarm: 'tansiq line list' tells.")
      .argument(c->peer, "PEER", "the other authority");
  add_act_options(check, c->act);
  check.example("tansiq line check ru", "at the beginning of a watch")
      .exits(1, "a check of that line is out already")
      .run([c](Context& context) -> Result<int> {
        return send_act(context, c->act, coordination::CheckLine{TRY(AuthorityId::parse(c->peer))},
                        fmt::format("a check is on its way to {}", printable(c->peer)));
      });
}

}  // namespace tansiq::cli
