// Completion scripts for shells, generated from the command tree: they know every command, option, choice and which
// values are files. The scripts are static text, so completing costs no process.
#include <fmt/format.h>

#include <algorithm>

#include "cli/commands.h"
#include "cli/context.h"

namespace tansiq::cli {
namespace {

/// Calls `visit` for a command and everything below it.
template <class Visit>
void walk(const Command& command, const Visit& visit) {
  visit(command);
  for (const auto& sub : command.subs()) walk(*sub, visit);
}

std::vector<std::string> names_of(const Parameter& parameter) {
  std::vector<std::string> names;
  std::string_view rest = parameter.name;
  while (!rest.empty()) {
    const auto comma = rest.find(',');
    names.emplace_back(rest.substr(0, comma));
    rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
  }
  return names;
}

/// The options of a command with those of the commands above it.
std::vector<const Parameter*> options_of(const Command& command) {
  std::vector<const Parameter*> list;
  for (const Command* at = &command; at != nullptr; at = at->parent()) {
    for (const Parameter& parameter : at->parameters()) {
      if (!parameter.positional) list.push_back(&parameter);
    }
  }
  return list;
}

std::string all_option_names(const Command& command) {
  std::string words = "--help";
  for (const Parameter* parameter : options_of(command)) {
    for (const std::string& name : names_of(*parameter)) words += " " + name;
  }
  return words;
}

const Parameter* first_positional(const Command& command) {
  const auto& list = command.parameters();
  const auto found = std::ranges::find_if(list, &Parameter::positional);
  return found == list.end() ? nullptr : &*found;
}

std::string bash_values(const Parameter& parameter) {
  if (!parameter.choices.empty()) {
    return fmt::format("mapfile -t COMPREPLY < <(compgen -W '{}' -- \"$word\")", fmt::join(parameter.choices, " "));
  }
  if (parameter.completes == Completes::kFile) return "mapfile -t COMPREPLY < <(compgen -f -- \"$word\")";
  if (parameter.completes == Completes::kDirectory) return "mapfile -t COMPREPLY < <(compgen -d -- \"$word\")";
  return "COMPREPLY=()";
}

std::string bash_script(const Command& root) {
  std::string out = R"(# bash completion for tansiq
# Use:  source <(tansiq completion bash)
_tansiq() {
  local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} path=tansiq i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$path ${COMP_WORDS[i]}" in
)";
  std::string paths;
  walk(root, [&](const Command& command) {
    if (command.parent() == nullptr) return;
    if (!paths.empty()) paths += " | ";
    paths += "'" + command.path() + "'";
  });
  out += "      " + paths + ") path=\"$path ${COMP_WORDS[i]}\" ;;\n    esac\n  done\n  case \"$path $previous\" in\n";
  walk(root, [&](const Command& command) {
    for (const Parameter* parameter : options_of(command)) {
      if (parameter->value.empty()) continue;
      std::string pattern;
      for (const std::string& name : names_of(*parameter)) {
        if (!pattern.empty()) pattern += " | ";
        pattern += "'" + command.path() + " " + name + "'";
      }
      out += fmt::format("    {}) {}; return ;;\n", pattern, bash_values(*parameter));
    }
  });
  out += "  esac\n  case \"$path\" in\n";
  walk(root, [&](const Command& command) {
    std::string words;
    for (const auto& sub : command.subs()) words += sub->name() + " ";
    const Parameter* positional = first_positional(command);
    out += fmt::format("    '{}')\n", command.path());
    out += fmt::format("      if [[ $word == -* ]]; then mapfile -t COMPREPLY < <(compgen -W '{}' -- \"$word\")\n",
                       all_option_names(command));
    if (!words.empty()) {
      out += fmt::format("      else mapfile -t COMPREPLY < <(compgen -W '{}' -- \"$word\")\n", words);
    } else if (positional != nullptr) {
      out += fmt::format("      else {}\n", bash_values(*positional));
    }
    out += "      fi ;;\n";
  });
  return out + "  esac\n}\ncomplete -o filenames -F _tansiq tansiq\n";
}

// Single-quoted for zsh and fish, without what their description syntax would interpret.
std::string described(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\'') {
      out += "’";
    } else if (c == ':' || c == '[' || c == ']') {
      out += ' ';
    } else {
      out += c;
    }
  }
  return out;
}

std::string function_name(const Command& command) {
  std::string name = "_" + command.path();
  std::ranges::replace(name, ' ', '_');
  std::ranges::replace(name, '-', '_');
  return name;
}

std::string zsh_action(const Parameter& parameter) {
  if (!parameter.choices.empty()) return fmt::format("({})", fmt::join(parameter.choices, " "));
  if (parameter.completes == Completes::kFile) return "_files";
  if (parameter.completes == Completes::kDirectory) return "_files -/";
  return " ";
}

std::string zsh_script(const Command& root) {
  std::string out = "#compdef tansiq\n# Use:  tansiq completion zsh > \"${fpath[1]}/_tansiq\"\n";
  walk(root, [&](const Command& command) {
    out += fmt::format("\n{}() {{\n", function_name(command));
    if (!command.subs().empty()) {
      out += "  local line state\n";
      out += "  local -a commands=(\n";
      for (const auto& sub : command.subs())
        out += fmt::format("    '{}:{}'\n", sub->name(), described(sub->summary()));
      out += "  )\n";
    }
    out += "  _arguments -S";
    if (!command.subs().empty()) out += " -C";
    out += " \\\n    '--help[help]'";
    for (const Parameter* parameter : options_of(command)) {
      for (const std::string& name : names_of(*parameter)) {
        const std::string value =
            parameter->value.empty() ? "" : fmt::format(":{}:{}", described(parameter->value), zsh_action(*parameter));
        out += fmt::format(" \\\n    '{}{}[{}]{}'", parameter->repeated ? "*" : "", name, described(parameter->help),
                           value);
      }
    }
    if (!command.subs().empty()) {
      out += " \\\n    '1: :->command' \\\n    '*::arg:->rest'\n";
      out += "  case $state in\n    command) _describe command commands ;;\n    rest)\n      case $line[1] in\n";
      for (const auto& sub : command.subs())
        out += fmt::format("        {}) {} ;;\n", sub->name(), function_name(*sub));
      out += "      esac ;;\n  esac\n";
    } else {
      for (const Parameter& parameter : command.parameters()) {
        if (!parameter.positional) continue;
        out += fmt::format(" \\\n    '{}:{}:{}'", parameter.repeated ? "*" : "", described(parameter.name),
                           zsh_action(parameter));
      }
      out += "\n";
    }
    out += "}\n";
  });
  return out + "\n_tansiq \"$@\"\n";
}

std::string fish_script(const Command& root) {
  std::string out =
      "# fish completion for tansiq\n# Use:  tansiq completion fish > ~/.config/fish/completions/tansiq.fish\n"
      "complete -c tansiq -f\n";
  walk(root, [&](const Command& command) {
    // A command's completions hold when its words were typed, and none of its sub-commands yet.
    std::string condition;
    for (const Command* at = &command; at->parent() != nullptr; at = at->parent()) {
      condition =
          fmt::format("__fish_seen_subcommand_from {}", at->name()) + (condition.empty() ? "" : "; and ") + condition;
    }
    std::string below;
    for (const auto& sub : command.subs()) below += " " + sub->name();
    if (!below.empty()) {
      if (!condition.empty()) condition += "; and ";
      condition += "not __fish_seen_subcommand_from" + below;
    }
    for (const auto& sub : command.subs()) {
      out +=
          fmt::format("complete -c tansiq -n '{}' -a {} -d '{}'\n", condition, sub->name(), described(sub->summary()));
    }
    for (const Parameter& parameter : command.parameters()) {
      std::string line = fmt::format("complete -c tansiq -n '{}'", condition);
      if (parameter.positional) {
        if (parameter.completes == Completes::kNothing && parameter.choices.empty()) continue;
        if (parameter.completes != Completes::kNothing) line += " -F";
      } else {
        for (const std::string& name : names_of(parameter)) {
          line += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
        }
        if (!parameter.value.empty()) line += parameter.completes != Completes::kNothing ? " -r -F" : " -x";
        line += fmt::format(" -d '{}'", described(parameter.help));
      }
      if (!parameter.choices.empty()) line += fmt::format(" -a '{}'", fmt::join(parameter.choices, " "));
      out += line + "\n";
    }
  });
  return out;
}

struct Arguments {
  std::string shell;
};

}  // namespace

std::string completion_script(const Command& root, std::string_view shell) {
  if (shell == "zsh") return zsh_script(root);
  if (shell == "fish") return fish_script(root);
  return bash_script(root);
}

void add_completion(Command& root) {
  auto arguments = std::make_shared<Arguments>();
  root.sub("completion", "print a completion script for a shell")
      .about(
          "Generated from the same description as the help texts. 'reference' prints docs/cli.md's reference instead.")
      .argument(arguments->shell, "SHELL", "bash, zsh or fish")
      .choices({"bash", "zsh", "fish", "reference"})
      .example("source <(tansiq completion bash)", "for this shell")
      .run([arguments, &root](Context&) -> Result<int> {
        put(arguments->shell == "reference" ? reference_text(root) : completion_script(root, arguments->shell));
        return 0;
      });
}

}  // namespace tansiq::cli
