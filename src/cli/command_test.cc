#include "cli/command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>

#include "cli/commands.h"

namespace tansiq::cli {
namespace {

using ::testing::HasSubstr;

struct Toy {
  Command root{"toy", "a toy"};
  bool loud = false;
  std::string file;
  std::vector<std::string> keys;
  std::int64_t count = 3;

  Toy() {
    root.flag(loud, "--loud", "loudly");
    Command& read = root.sub("read", "read a file");
    read.argument(file, "FILE", "the file").completes(Completes::kFile);
    read.option(keys, "-k,--key", "KEY", "a key");
    read.option(count, "--count", "N", "how often", 1, 9);
    read.run([](Context&) -> Result<int> { return 0; });
    Command& group = root.sub("group", "a group");
    group.sub("inner", "inside").run([](Context&) -> Result<int> { return 0; });
  }
  Result<Parsed> parse(std::vector<std::string> words) { return parse_arguments(root, words); }
};

TEST(Parse, FillsTargets) {
  Toy toy;
  const auto parsed = toy.parse({"read", "--loud", "x.json", "-k", "a", "--key=b", "--count", "9"});
  ASSERT_TRUE(parsed) << parsed.error().text();
  EXPECT_EQ(parsed->command->path(), "toy read");
  EXPECT_FALSE(parsed->help);
  EXPECT_TRUE(toy.loud) << "options of every command may stand behind the sub-command";
  EXPECT_EQ(toy.file, "x.json");
  EXPECT_THAT(toy.keys, ::testing::ElementsAre("a", "b"));
  EXPECT_EQ(toy.count, 9);
}

TEST(Parse, ARepeatedArgumentTakesAllThatFollow) {
  Command root{"toy", "a toy"};
  std::string into;
  std::vector<std::string> others;
  std::string key;
  Command& merge = root.sub("merge", "merge files");
  merge.argument(into, "FILE", "the file")
      .argument(others, "OTHER", "others")
      .required()
      .option(key, "--key", "K", "key");
  merge.run([](Context&) -> Result<int> { return 0; });
  const auto parsed = parse_arguments(root, {"merge", "a", "b", "c", "--key", "k", "d"});
  ASSERT_TRUE(parsed) << parsed.error().text();
  EXPECT_EQ(into, "a");
  EXPECT_THAT(others, ::testing::ElementsAre("b", "c", "d"));
  EXPECT_EQ(key, "k");
  EXPECT_FALSE(parse_arguments(root, {"merge", "a"})) << "it must be given once at least";
}

TEST(Parse, AValueMayBeTheNameOfAnotherCommand) {
  Toy toy;
  const auto parsed = toy.parse({"read", "group"});
  ASSERT_TRUE(parsed) << parsed.error().text();
  EXPECT_EQ(parsed->command->path(), "toy read");
  EXPECT_EQ(toy.file, "group");
}

TEST(Parse, SaysWhatWouldBeRight) {
  Toy toy;
  const auto message = [&](std::vector<std::string> words) {
    const auto parsed = toy.parse(std::move(words));
    return parsed ? std::string("(parsed)") : parsed.error().text();
  };
  EXPECT_THAT(message({"raed"}), HasSubstr("did you mean 'read'?"));
  EXPECT_THAT(message({"group", "innr"}), HasSubstr("did you mean 'inner'?"));
  EXPECT_THAT(message({"read", "x", "--cuont", "1"}), HasSubstr("did you mean '--count'?"));
  EXPECT_THAT(message({"read"}), HasSubstr("FILE is missing: the file; see 'toy read --help'"));
  EXPECT_THAT(message({"read", "x", "--count", "10"}), HasSubstr("'10' is not a whole number from 1 to 9"));
  EXPECT_THAT(message({"read", "x", "y"}), HasSubstr("'y' is one argument too many"));
  EXPECT_THAT(message({"read", "x", "--key"}), HasSubstr("--key"));
}

TEST(Parse, HelpIsForTheDeepestCommand) {
  Toy toy;
  const auto parsed = toy.parse({"read", "--help"});
  ASSERT_TRUE(parsed);
  EXPECT_TRUE(parsed->help);
  EXPECT_EQ(parsed->command->path(), "toy read");
  EXPECT_TRUE(toy.parse({"group"})->help) << "a group alone asks for its help";
}

TEST(Nearest, FindsSlipsButDoesNotGuess) {
  EXPECT_EQ(nearest("itnent", {"intent", "zone"}), "intent");
  EXPECT_EQ(nearest("xyzzy", {"intent", "zone"}), std::nullopt);
}

void visit(const Command& command, const std::function<void(const Command&)>& what) {
  what(command);
  for (const auto& sub : command.subs()) visit(*sub, what);
}

// CLI-1: a stranger gets a sentence, an example and units wherever help is asked for.
TEST(Tree, EveryCommandExplainsItself) {
  bool json = false;
  bool no_colour = false;
  const auto root = command_tree(json, no_colour);
  visit(*root, [](const Command& command) {
    EXPECT_FALSE(command.summary().empty()) << command.path();
    EXPECT_FALSE(command.summary().ends_with('.')) << command.path();
    EXPECT_TRUE(command.handler() || !command.subs().empty()) << command.path() << " does nothing";
    if (command.handler()) {
      EXPECT_FALSE(command.examples().empty()) << command.path() << " has no example";
      EXPECT_FALSE(command.paragraphs().empty()) << command.path() << " has no description";
    }
    std::set<std::string> names;
    for (const Parameter& parameter : command.parameters()) {
      EXPECT_FALSE(parameter.help.empty()) << command.path() << " " << parameter.name;
      EXPECT_TRUE(names.insert(parameter.name).second) << command.path() << " " << parameter.name << " twice";
    }
    EXPECT_THAT(help_text(command, false), HasSubstr("Exit codes"));
  });
}

// CLI-2: examples in help texts are command lines that parse.
TEST(Tree, ExamplesParse) {
  bool json = false;
  bool no_colour = false;
  const auto root = command_tree(json, no_colour);
  visit(*root, [&](const Command& command) {
    for (const Example& example : command.examples()) {
      if (!example.line.starts_with("tansiq ")) continue;
      if (example.line.find_first_of("'\"|<>$") != std::string::npos) continue;  // needs a shell to split
      std::istringstream words(example.line.substr(7));
      const std::vector<std::string> list{std::istream_iterator<std::string>(words), {}};
      const auto parsed = parse_arguments(*root, list);
      ASSERT_TRUE(parsed) << example.line << ": " << parsed.error().text();
      EXPECT_EQ(parsed->command, command.parent() == nullptr ? parsed->command : &command) << example.line;
    }
  });
}

// CLI-3: docs/cli.md carries the reference that the tree generates.
TEST(Tree, ReferenceIsCurrent) {
  bool json = false;
  bool no_colour = false;
  const auto root = command_tree(json, no_colour);
  std::ifstream file(TANSIQ_SOURCE_DIR "/docs/cli.md");
  ASSERT_TRUE(file);
  std::stringstream text;
  text << file.rdbuf();
  EXPECT_NE(text.str().find(reference_text(*root)), std::string::npos)
      << "docs/cli.md is behind; after its line '<!-- reference -->' paste: tansiq completion reference";
}

TEST(Completion, EveryShellKnowsEveryCommand) {
  bool json = false;
  bool no_colour = false;
  const auto root = command_tree(json, no_colour);
  for (const char* shell : {"bash", "zsh", "fish"}) {
    const std::string script = completion_script(*root, shell);
    visit(*root, [&](const Command& command) { EXPECT_THAT(script, HasSubstr(command.name())) << shell; });
  }
}

}  // namespace
}  // namespace tansiq::cli
