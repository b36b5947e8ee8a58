// The command-line library, in this one translation unit: it splits the words; names, values and messages are ours.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <map>
#include <utility>

#include "cli/command.h"

namespace tansiq::cli {
namespace {

// The library's tree, with what was given for each parameter in the order of the tree.
struct Built {
  std::map<const CLI::App*, const Command*> commands;
  struct Bound {
    const Parameter* parameter;
    const CLI::Option* option;
  };
  std::map<const Command*, std::vector<Bound>> bound;
};

void build(const Command& command, CLI::App& app, Built& built) {
  built.commands[&app] = &command;
  app.set_help_flag("-h,--help");
  app.fallthrough();  // the options of every command may stand anywhere
  // Its commands may not: once one is chosen, a word that names another (`bench live`, `group drop check`) is a value.
  if (!command.subs().empty()) app.require_subcommand(0, 1);
  for (const Parameter& parameter : command.parameters()) {
    CLI::Option* option = nullptr;
    if (!parameter.positional && parameter.value.empty()) {
      option = app.add_flag(parameter.name);
    } else {
      option = app.add_option(parameter.positional ? "value" + std::to_string(built.bound[&command].size())
                                                   : parameter.name);
      if (parameter.repeated) {
        option->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
        // Whether one is needed at all is judged afterwards, with our own message.
        // A positional takes more than its least number of words only when it may take extra ones.
        parameter.positional ? option->expected(1, -1)->allow_extra_args(true)
                             : option->expected(1)->allow_extra_args(false);
      } else {
        option->expected(1);
        option->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
      }
    }
    built.bound[&command].push_back({&parameter, option});
  }
  for (const auto& sub : command.subs()) build(*sub, *app.add_subcommand(sub->name()), built);
}

const CLI::App* deepest(const CLI::App* app) {
  while (true) {
    const auto subs = app->get_subcommands();
    if (subs.empty()) return app;
    app = subs.back();
  }
}

std::vector<std::string> option_names(const Command& command) {
  std::vector<std::string> names{"--help"};
  for (const Parameter& parameter : command.parameters()) {
    if (!parameter.positional) names.push_back(parameter.name.substr(parameter.name.find("--")));
  }
  return names;
}

std::vector<std::string> sub_names(const Command& command) {
  std::vector<std::string> names;
  for (const auto& sub : command.subs()) names.push_back(sub->name());
  return names;
}

std::string see_help(const Command& command) { return fmt::format("; see '{} --help'", command.path()); }

std::unexpected<Error> unknown_word(const Command& command, const std::string& word) {
  const bool is_option = word.size() > 1 && word[0] == '-';
  std::string message;
  if (is_option) {
    const std::string name = word.substr(0, word.find('='));
    message = fmt::format("there is no option '{}'", name);
    if (const auto meant = nearest(name, option_names(command))) message += fmt::format("; did you mean '{}'?", *meant);
  } else if (!command.subs().empty()) {
    message = fmt::format("there is no command '{} {}'", command.path(), word);
    if (const auto meant = nearest(word, sub_names(command))) message += fmt::format("; did you mean '{}'?", *meant);
  } else {
    message = fmt::format("'{}' is one argument too many", word);
  }
  return fail(ErrorCode::kUnsupported, message + see_help(command));
}

Status bind_values(const Command& command, const std::vector<Built::Bound>& bound) {
  for (const auto& [parameter, option] : bound) {
    if (option->count() == 0) {
      if (!parameter->required) continue;
      return fail(ErrorCode::kUnsupported,
                  fmt::format("{} is missing: {}{}", parameter->name, parameter->help, see_help(command)));
    }
    if (!parameter->positional && parameter->value.empty()) {
      TRY_VOID(parameter->set("true"));
      continue;
    }
    for (const std::string& value : option->results()) {
      const auto& choices = parameter->choices;
      if (!choices.empty() && std::ranges::find(choices, value) == choices.end()) {
        return fail(ErrorCode::kUnsupported,
                    fmt::format("'{}' is not one of {}{}", value, fmt::join(choices, ", "), see_help(command)),
                    parameter->name);
      }
      TRY_VOID(parameter->set(value));
    }
  }
  return {};
}

}  // namespace

Result<Parsed> parse_arguments(const Command& root, const std::vector<std::string>& arguments) {
  CLI::App app{root.summary(), root.name()};
  Built built;
  Parsed parsed;
  try {
    build(root, app, built);
    app.allow_extras(false);
    // The library takes the words in reverse order.
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::CallForHelp&) {
    return Parsed{.command = built.commands.at(deepest(&app)), .help = true};
  } catch (const CLI::ExtrasError&) {
    const CLI::App* last = deepest(&app);
    auto extras = app.remaining(true);
    return unknown_word(*built.commands.at(last), extras.empty() ? "" : extras.front());
  } catch (const CLI::ParseError& error) {
    const Command& command = *built.commands.at(deepest(&app));
    return fail(ErrorCode::kUnsupported, error.what() + see_help(command));
  } catch (const CLI::Error& error) {
    return fail(ErrorCode::kInternal, fmt::format("the command tree is wrong: {}", error.what()));
  }
  parsed.command = built.commands.at(deepest(&app));
  if (!parsed.command->handler()) {
    parsed.help = true;
    return parsed;
  }
  for (const Command* at = parsed.command; at != nullptr; at = at->parent())
    TRY_VOID(bind_values(*at, built.bound[at]));
  return parsed;
}

}  // namespace tansiq::cli
