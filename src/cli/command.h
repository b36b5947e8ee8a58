// The tree of commands as data: one description gives the parser, the help texts, the shell completions and the
// reference in docs/cli.md, so that they cannot disagree.
//
//   Command& verify = log.sub("verify", "check a whole log");
//   auto args = std::make_shared<VerifyArgs>();
//   verify.argument(args->source, "DIR|URL", "…").option(args->since, "--since", "FILE", "…")
//       .example("tansiq log verify ./tansiq-data", "the log of a local node")
//       .run([args](Context& context) { return verify_log(context, *args); });
//
// The command-line library stays behind parse.cc.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace tansiq::cli {

class Context;

/// What a shell should offer in the place of a value.
enum class Completes : std::uint8_t { kNothing, kFile, kDirectory };

/// One flag, option with a value, or positional argument.
struct Parameter {
  std::string name;   ///< "--node", "-n,--from", or "FILE" for a positional argument.
  std::string value;  ///< What stands for the value in help: "URL"; empty for a flag.
  std::string help;   ///< One sentence without its full stop; units stand in it.
  bool positional = false;
  bool required = false;
  bool repeated = false;
  std::vector<std::string> choices;  ///< When not empty: the only values allowed.
  Completes completes = Completes::kNothing;
  std::function<Status(std::string_view)> set;  ///< Called once a value; flags get "true".
};

/// A row of the table of exit codes of one command.
struct ExitCode {
  int code;
  std::string meaning;
};

/// A line that a person can paste.
struct Example {
  std::string line;
  std::string what;
};

/// A command, with its sub-commands. Lives as long as the program; references to it stay valid.
class Command {
 public:
  using Handler = std::function<Result<int>(Context&)>;

  Command(std::string name, std::string summary) : name_(std::move(name)), summary_(std::move(summary)) {}

  /// Adds a sub-command. `summary` is one line without a full stop.
  Command& sub(std::string name, std::string summary);
  /// A paragraph of the help text. May be called several times.
  Command& about(std::string paragraph);
  Command& example(std::string line, std::string what);
  Command& exits(int code, std::string meaning);

  Command& flag(bool& target, std::string names, std::string help);
  Command& option(std::string& target, std::string names, std::string value, std::string help);
  Command& option(std::optional<std::string>& target, std::string names, std::string value, std::string help);
  Command& option(std::vector<std::string>& target, std::string names, std::string value, std::string help);
  /// A whole number in [low, high].
  Command& option(std::int64_t& target, std::string names, std::string value, std::string help, std::int64_t low,
                  std::int64_t high);
  Command& argument(std::string& target, std::string name, std::string help);
  Command& argument(std::optional<std::string>& target, std::string name, std::string help);
  Command& argument(std::vector<std::string>& target, std::string name, std::string help);
  /// About the parameter added last: it must be given; its values; what a shell offers.
  Command& required();
  Command& choices(std::vector<std::string> values);
  Command& completes(Completes what);

  /// What the command does. Returns the exit code, or an error, which is printed and mapped to one.
  Command& run(Handler handler);

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const std::string& summary() const { return summary_; }
  [[nodiscard]] const std::vector<std::string>& paragraphs() const { return paragraphs_; }
  [[nodiscard]] const std::vector<Parameter>& parameters() const { return parameters_; }
  [[nodiscard]] const std::vector<Example>& examples() const { return examples_; }
  [[nodiscard]] const std::vector<ExitCode>& exit_codes() const { return exit_codes_; }
  [[nodiscard]] const std::vector<std::unique_ptr<Command>>& subs() const { return subs_; }
  [[nodiscard]] const Command* parent() const { return parent_; }
  [[nodiscard]] const Handler& handler() const { return handler_; }
  /// "tansiq log verify".
  [[nodiscard]] std::string path() const;

 private:
  Parameter& add(std::string name, std::string value, std::string help);

  std::string name_;
  std::string summary_;
  std::vector<std::string> paragraphs_;
  std::vector<Parameter> parameters_;
  std::vector<Example> examples_;
  std::vector<ExitCode> exit_codes_;
  std::vector<std::unique_ptr<Command>> subs_;
  Command* parent_ = nullptr;
  Handler handler_;
};

/// The help text of one command: usage, paragraphs, parameters, sub-commands, examples, exit codes. `bold` wraps
/// headings in terminal codes.
[[nodiscard]] std::string help_text(const Command& command, bool bold);
/// The whole tree as Markdown, for docs/cli.md.
[[nodiscard]] std::string reference_text(const Command& root);

/// What parsing a command line came to.
struct Parsed {
  const Command* command = nullptr;  ///< The deepest command that was named.
  bool help = false;                 ///< Help was asked for, or a group was named without its sub-command.
};

/// Parses `arguments` (without the program's name) and calls the setters of what was given. Fails with `kUnsupported`
/// (exit code 64, as for every misuse) and a message that names the nearest thing that exists.
[[nodiscard]] Result<Parsed> parse_arguments(const Command& root, const std::vector<std::string>& arguments);

/// The one of `known` that `word` was probably meant to be; nothing when none is near.
[[nodiscard]] std::optional<std::string> nearest(std::string_view word, const std::vector<std::string>& known);

}  // namespace tansiq::cli
