// Help texts and the reference, rendered from the command tree.
#include <fmt/format.h>

#include <algorithm>

#include "cli/command.h"
#include "cli/terminal.h"

namespace tansiq::cli {
namespace {

constexpr std::size_t kHelpColumns = 100;

const std::vector<ExitCode>& common_exit_codes() {
  static const std::vector<ExitCode> codes{
      {0, "done"},
      {1, "the node or the check said no (conflict, wrong version, wrong state, findings)"},
      {64, "wrong usage"},
      {65, "the input is malformed or its values make no sense"},
      {66, "a file, zone, intent … that was named does not exist"},
      {69, "the node cannot be reached or cannot answer now"},
      {70, "an error inside the program"},
      {74, "reading or writing failed"},
      {75, "busy or timed out: try again"},
      {76, "stored data fails its check"},
      {77, "not allowed: no or wrong token, or a forbidden act"},
      {141, "nobody reads the output any more"},
  };
  return codes;
}

std::string left_column(const Parameter& parameter) {
  std::string text;
  if (parameter.positional) {
    text = parameter.name;
  } else {
    text = parameter.name;
    if (const auto comma = text.find(','); comma != std::string::npos) text.replace(comma, 1, ", ");
    if (!parameter.value.empty()) text += " " + parameter.value;
  }
  return text;
}

std::string right_column(const Parameter& parameter) {
  std::string text = parameter.help;
  if (!parameter.choices.empty()) text += fmt::format(" (one of {})", fmt::join(parameter.choices, ", "));
  if (parameter.required && !parameter.positional) text += " (required)";
  if (parameter.repeated) text += " (may be repeated)";
  return text;
}

std::string usage(const Command& command) {
  std::string text = command.path();
  bool optional = false;
  std::string required;
  std::string positional;
  for (const Parameter& parameter : command.parameters()) {
    if (parameter.positional) {
      std::string word = parameter.repeated ? parameter.name + "…" : parameter.name;
      positional += parameter.required ? " " + word : " [" + word + "]";
    } else if (parameter.required) {
      required += " " + left_column(parameter);
    } else {
      optional = true;
    }
  }
  if (!command.subs().empty()) text += " COMMAND";
  text += required;
  if (optional) text += " [OPTIONS]";
  return text + positional;
}

struct Row {
  std::string left;
  std::string right;
};

void rows(std::string& out, const std::vector<Row>& list) {
  constexpr std::size_t kLeftMax = 30;
  std::size_t left = 0;
  for (const Row& row : list) left = std::max(left, std::min(kLeftMax, display_width(row.left)));
  for (const Row& row : list) {
    std::string line = "  " + row.left;
    const std::size_t width = display_width(row.left);
    if (width > left) {
      out += line + "\n";
      line = std::string(left + 4, ' ');
    } else {
      line += std::string(left - width + 2, ' ');
    }
    out += line + wrap(row.right, kHelpColumns, left + 4) + "\n";
  }
}

std::vector<Row> parameter_rows(const Command& command, bool positional) {
  std::vector<Row> list;
  for (const Parameter& parameter : command.parameters()) {
    if (parameter.positional == positional) list.push_back({left_column(parameter), right_column(parameter)});
  }
  return list;
}

std::vector<ExitCode> all_exit_codes(const Command& command) {
  std::vector<ExitCode> codes = common_exit_codes();
  for (const ExitCode& own : command.exit_codes()) {
    const auto found = std::ranges::find(codes, own.code, &ExitCode::code);
    if (found == codes.end()) {
      codes.push_back(own);
    } else {
      *found = own;
    }
  }
  std::ranges::sort(codes, {}, &ExitCode::code);
  return codes;
}

}  // namespace

std::string help_text(const Command& command, bool bold) {
  const auto heading = [bold](std::string_view text) {
    return bold ? fmt::format("\n\x1b[1m{}\x1b[0m\n", text) : fmt::format("\n{}\n", text);
  };
  std::string out = fmt::format("{}: {}\n", command.path(), command.summary());
  for (const std::string& paragraph : command.paragraphs()) out += "\n" + wrap(paragraph, kHelpColumns, 0) + "\n";
  out += heading("Usage") + "  " + usage(command) + "\n";
  if (!command.subs().empty()) {
    std::vector<Row> list;
    for (const auto& sub : command.subs()) list.push_back({sub->name(), sub->summary()});
    out += heading("Commands");
    rows(out, list);
  }
  if (const auto list = parameter_rows(command, true); !list.empty()) {
    out += heading("Arguments");
    rows(out, list);
  }
  std::vector<Row> options = parameter_rows(command, false);
  for (const Command* at = command.parent(); at != nullptr; at = at->parent()) {
    for (Row& row : parameter_rows(*at, false)) options.push_back(std::move(row));
  }
  options.push_back({"-h, --help", "this text"});
  out += heading("Options");
  rows(out, options);
  if (!command.examples().empty()) {
    out += heading("Examples");
    for (const Example& example : command.examples()) out += fmt::format("  # {}\n  {}\n", example.what, example.line);
  }
  out += heading("Exit codes");
  if (command.handler()) {
    std::vector<Row> list;
    for (const ExitCode& code : all_exit_codes(command)) list.push_back({std::to_string(code.code), code.meaning});
    rows(out, list);
  } else {
    out += "  0 done, 1 the answer is no, 64 and above: an error; each command's --help lists its own.\n";
  }
  return out;
}

namespace {

void reference_of(const Command& command, std::string& out) {
  out += fmt::format("### `{}`\n\n", usage(command));
  std::string summary = command.summary();
  if (!summary.empty() && summary[0] >= 'a' && summary[0] <= 'z') summary[0] = static_cast<char>(summary[0] - 32);
  out += summary + ".\n\n";
  for (const std::string& paragraph : command.paragraphs()) out += wrap(paragraph, 120, 0) + "\n\n";
  bool any = false;
  for (const Parameter& parameter : command.parameters()) {
    if (!any) out += "| | |\n|---|---|\n";
    any = true;
    std::string left = left_column(parameter);
    std::string right = right_column(parameter);
    for (std::string* cell : {&left, &right}) {
      for (std::size_t at = cell->find('|'); at != std::string::npos; at = cell->find('|', at + 2)) {
        cell->insert(at, "\\");
      }
    }
    out += fmt::format("| `{}` | {} |\n", left, right);
  }
  if (any) out += "\n";
  if (!command.examples().empty()) {
    out += "```console\n";
    for (const Example& example : command.examples()) out += fmt::format("# {}\n$ {}\n", example.what, example.line);
    out += "```\n\n";
  }
  for (const ExitCode& code : command.exit_codes())
    out += fmt::format("Exit code {}: {}.\n\n", code.code, code.meaning);
  for (const auto& sub : command.subs()) reference_of(*sub, out);
}

}  // namespace

std::string reference_text(const Command& root) {
  std::string out = "## Exit codes\n\n| code | meaning |\n|---|---|\n";
  for (const ExitCode& code : common_exit_codes()) out += fmt::format("| {} | {} |\n", code.code, code.meaning);
  out += "\n## Commands\n\n";
  for (const auto& sub : root.subs()) reference_of(*sub, out);
  while (out.ends_with("\n\n")) out.pop_back();
  return out;
}

}  // namespace tansiq::cli
