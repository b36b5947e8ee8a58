// From words to an exit code: the tree, the parser, the handler, and one way of printing errors.
#include <fmt/format.h>

#include <algorithm>
#include <exception>

#include "cli/commands.h"
#include "cli/context.h"

#ifndef TANSIQ_VERSION
#define TANSIQ_VERSION "unknown"
#endif

namespace tansiq::cli {
namespace {

constexpr int kExitUsage = 64;

// Errors look the same everywhere: `tansiq: where: message`, or one JSON document on standard error with --json.
int report(const Error& error, bool json) {
  if (json) {
    put_error(error_json(error));
  } else {
    const bool colour = Terminal::detect(false).progress() && environment("NO_COLOR").empty();
    const std::string name = colour ? "\x1b[31mtansiq:\x1b[0m" : "tansiq:";
    put_error(fmt::format("{} {}", name, printable(error.text())));
  }
  return error_info(error.code).exit_code;
}

int run(const std::vector<std::string>& arguments) {
  CommonOptions common;
  const auto tree = command_tree(common.json, common.no_colour);
  const auto parsed = parse_arguments(*tree, arguments);
  if (!parsed) {
    // Options that stand after the mistake were not read: look for the wish for JSON in the words themselves.
    const bool json = std::ranges::find(arguments, "--json") != arguments.end();
    report(parsed.error(), json);
    return kExitUsage;
  }
  if (parsed->help) {
    const bool asked = std::ranges::any_of(arguments, [](const std::string& w) { return w == "--help" || w == "-h"; });
    const std::string text = help_text(*parsed->command, Terminal::detect(common.no_colour).colour());
    if (asked || parsed->command == tree.get()) {
      put(text);
      return 0;
    }
    put_error(text);  // A group without its sub-command is a mistake; the help is the answer to it.
    return kExitUsage;
  }
  Context context(common);
  const auto code = parsed->command->handler()(context);
  if (!code) return report(code.error(), context.json);
  return *code;
}

}  // namespace

std::unique_ptr<Command> command_tree(bool& json, bool& no_colour) {
  auto root = std::make_unique<Command>("tansiq", "keep out of each other's way, and prove who said what, when");
  root->about(
      "One authority's node decides about operational intents (4D volumes with a life cycle) in the zones it owns and "
      "keeps every decision in a signed log that anyone can verify. This program runs a node, talks to one, checks "
      "files for conflicts without one, and verifies records.");
  root->flag(json, "--json", "print JSON for programs instead of text for people; errors too, on standard error");
  root->flag(no_colour, "--no-color", "no colours (they appear on terminals only, and never with NO_COLOR set)");
  root->example("tansiq demo", "see what it does, in under a minute");
  root->example("tansiq serve", "a working node on this machine, with a development charter");
  root->example("tansiq check --zones zones.geojson --traffic traffic.csv", "find conflicts in files, without a node");
  root->about(
      "Environment: TANSIQ_NODE (the node's URL), TANSIQ_TOKEN (a bearer token), TANSIQ_DATA (a node's data folder), "
      "NO_COLOR.");
  add_demo(*root);
  add_serve(*root);
  add_check(*root);
  add_feed(*root);
  add_record(*root);
  add_replay(*root);
  add_picture(*root);
  add_zone(*root);
  add_intent(*root);
  add_measure(*root);
  add_flight(*root);
  add_leg(*root);
  add_disclosure(*root);
  add_relation(*root);
  add_caveat(*root);
  add_message(*root);
  add_line(*root);
  add_incident(*root);
  add_report(*root);
  add_peer(*root);
  add_clock(*root);
  add_uss(*root);
  add_events(*root);
  add_log(*root);
  add_evidence(*root);
  add_verify(*root);
  add_setup(*root);
  add_key(*root);
  add_charter(*root);
  add_officer(*root);
  add_token(*root);
  add_oauth_dev(*root);
  add_backup(*root);
  add_bench(*root);
  add_completion(*root);
  add_version(*root);
  return root;
}

void add_version(Command& root) {
  root.sub("version", "print the version")
      .about("The version of this program, and of the record's format that it writes.")
      .example("tansiq version --json", "for scripts")
      .run([](Context& context) -> Result<int> {
        if (context.json) {
          put(JsonOut().open_object().member("version", TANSIQ_VERSION).close().line());
        } else {
          put("tansiq " TANSIQ_VERSION "\n");
        }
        return 0;
      });
}

int run_program(const std::vector<std::string>& arguments) {
  try {
    return run(arguments);
  } catch (const OutputGone& gone) {
    if (!gone.why.empty()) put_error("tansiq: standard output cannot be written: " + gone.why);
    return gone.exit_code;
  } catch (const std::exception& error) {
    put_error(fmt::format("tansiq: internal error: {}", error.what()));
    return error_info(ErrorCode::kInternal).exit_code;
  }
}

}  // namespace tansiq::cli
