// `tansiq key`: signing keys of nodes and people.
#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/context.h"
#include "log/note_key.h"

namespace tansiq::cli {
namespace {

struct KeyArguments {
  std::string file;
  std::string name;
};

int print_key(const Context& context, const KeyArguments& arguments, const log::VerifierKey& key) {
  if (context.json) {
    put(JsonOut()
            .open_object()
            .member("file", arguments.file)
            .member("name", key.name())
            .member("vkey", key.text())
            .close()
            .line());
    return 0;
  }
  put(key.text() + "\n");
  return 0;
}

Result<int> new_key(Context& context, const KeyArguments& arguments) {
  TRY_VOID(log::check_key_name(arguments.name));
  const log::SignerKey key = TRY(log::SignerKey::generate(arguments.name, log::KeyType::kEd25519));
  TRY_VOID(log::write_key_file(arguments.file, key));
  print_key(context, arguments, key.verifier());
  context.say(
      fmt::format("\n{} holds the secret half (mode 0600): back it up, and show it to nobody.", arguments.file));
  context.say("The line above is the verifier key: it goes into the charter, and to everybody who verifies.");
  context.say(
      context.paint(Colour::kDim, "next: tansiq charter add-authority charter.json --id ID --key " + arguments.file));
  return 0;
}

Result<int> show_key(Context& context, const KeyArguments& arguments) {
  const log::SignerKey key = TRY(log::read_key_file(arguments.file));
  return print_key(context, arguments, key.verifier());
}

}  // namespace

void add_key(Command& root) {
  Command& key = root.sub("key", "make and show signing keys");
  key.about(
      "A key has one role and one name. The secret half stays in a file of mode 0600; the verifier key (vkey) is "
      "public: name+id+base64.");

  auto made = std::make_shared<KeyArguments>();
  Command& create = key.sub("new", "make a new Ed25519 key");
  create.about("Writes the secret half to FILE, never over an existing one, and prints the verifier key.")
      .argument(made->file, "FILE", "where the secret half goes")
      .completes(Completes::kFile)
      .option(made->name, "--name", "NAME",
              "the key's name, which is the origin of the log it signs, as us.example/log")
      .required()
      .example("tansiq key new node.key --name us.example/log", "a key for the node of us")
      .exits(1, "FILE exists already")
      .run([made](Context& context) { return new_key(context, *made); });

  auto shown = std::make_shared<KeyArguments>();
  Command& show = key.sub("show", "print the verifier key of a key file");
  show.about("Prints the public half. Refuses a file that others may read.")
      .argument(shown->file, "FILE", "a key file")
      .completes(Completes::kFile)
      .example("tansiq key show node.key", "the line for the charter")
      .run([shown](Context& context) { return show_key(context, *shown); });
}

}  // namespace tansiq::cli
