#include "cli/acts.h"

#include <fmt/format.h>

#include "cli/context.h"
#include "cli/terminal.h"
#include "cli/wire.h"

namespace tansiq::cli {
namespace {

/// What to do about the most likely mistakes, beside what went wrong.
Error with_advice(Error error) {
  if (error.code != ErrorCode::kForbidden) return error;
  if (error.message.contains("needs a second officer") || error.message.contains("name the second")) {
    error.message += "; name that officer with --second";
  } else if (error.message.contains("officers who have signed in")) {
    error.message += "; 'tansiq officer login' signs in";
  } else if (error.message.contains("coordination.act")) {
    error.message += "; 'tansiq token mint --scope coordination.read,coordination.act' makes one that does";
  }
  return error;
}

}  // namespace

void add_act_options(Command& command, ActOptions& options) {
  add_node_options(command, options.node);
  command.option(options.command_id, "--command-id", "ID", "repeat a command under its id; else a fresh one is made")
      .option(options.second, "--second", "NAME",
              "the second officer who agrees, where your authority asks for two, as us:chief");
}

Result<int> send_act(Context& context, const ActOptions& options, coordination::Act act, const std::string& done) {
  coordination::ActCommand command;
  command.cmd = TRY(CommandId::parse(options.command_id.value_or(new_command_id())));
  if (!options.second.empty()) command.second = TRY(core::Subject::parse(options.second));
  command.act = std::move(act);
  std::string body;
  log::JcsWriter out(body);
  coordination::write_act(out, command);
  NodeClient node = TRY(NodeClient::open(options.node));
  const auto sent = node.send(net::Method::kPost, "/v1/coordination/acts", body);
  if (!sent) return std::unexpected(with_advice(sent.error()));
  const Answer& answer = *sent;
  if (context.json) {
    put(answer.text + "\n");
    return 0;
  }
  if (answer.status == 202) {
    put(fmt::format("waits for a second officer: tansiq officer confirm {}\n", text_of(answer.root(), "id")));
    return 0;
  }
  const auto repeated = answer.root().find("repeated");
  put(fmt::format("{} (entry {}{})\n", done, number_of(answer.root(), "seq"),
                  repeated && repeated->boolean().value_or(false) ? ", done before" : ""));
  const std::string hash = text_of(answer.root(), "hash");
  if (!hash.empty()) context.say(context.paint(Colour::kDim, "  others know it as " + hash));
  return 0;
}

}  // namespace tansiq::cli
