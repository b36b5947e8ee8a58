// Officers' acts from the command line: sent, and their outcome told.
#pragma once

#include <optional>
#include <string>

#include "cli/node_client.h"
#include "coordination/act.h"

namespace tansiq::cli {

/// The options that every act takes.
struct ActOptions {
  NodeOptions node;
  std::optional<std::string> command_id;
  std::string second;
};
void add_act_options(Command& command, ActOptions& options);

/// Sends an act and prints `done`, or the answer with --json. Exit code 0.
[[nodiscard]] Result<int> send_act(Context& context, const ActOptions& options, coordination::Act act,
                                   const std::string& done);

}  // namespace tansiq::cli
