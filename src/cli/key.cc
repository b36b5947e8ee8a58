// `tansiq key`: signing keys of nodes and people.
#include <fmt/format.h>

#include "base/limits.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "log/note_key.h"
#include "log/sha256.h"
#include "net/tls_identity.h"

namespace tansiq::cli {
namespace {

struct KeyArguments {
  std::string file;
  std::string name;
  bool cosigner = false;
};

struct TlsArguments {
  std::string certificate;
  std::string key;
  std::string name;
};

// What a charter names of a certificate: the hash of its public key, nothing else in it.
Result<int> print_certificate(const Context& context, const std::string& file) {
  const log::Hash hash{TRY(net::certificate_key_sha256(file))};
  if (context.json) {
    put(JsonOut().open_object().member("certificate", file).member("tls_key", hash.hex()).close().line());
  } else {
    put(hash.hex() + "\n");
  }
  return 0;
}

Result<int> new_tls(Context& context, const TlsArguments& arguments) {
  TRY_VOID(net::make_identity({.name = arguments.name,
                               .certificate_file = arguments.certificate,
                               .key_file = arguments.key,
                               .kind = net::TlsKeyKind::kP256}));
  const int code = TRY(print_certificate(context, arguments.certificate));
  context.say(fmt::format("\n{} is the private half (mode 0600): back it up, and show it to nobody.", arguments.key));
  context.say("The line above is what the charter names: peers know the node by this key alone.");
  context.say(context.paint(Colour::kDim, fmt::format("next: tansiq charter set-peer charter.json --authority ID "
                                                      "--certificate {}",
                                                      arguments.certificate)));
  return code;
}

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
  const log::SignerKey key = TRY(log::SignerKey::generate(
      arguments.name, arguments.cosigner ? log::KeyType::kEd25519Cosignature : log::KeyType::kEd25519));
  TRY_VOID(log::write_key_file(arguments.file, key));
  print_key(context, arguments, key.verifier());
  context.say(
      fmt::format("\n{} holds the secret half (mode 0600): back it up, and show it to nobody.", arguments.file));
  context.say("The line above is the verifier key: it goes into the charter, and to everybody who verifies.");
  context.say(context.paint(
      Colour::kDim, (arguments.cosigner ? "next: tansiq charter set-peer charter.json --authority ID --cosigner "
                                        : "next: tansiq charter add-authority charter.json --id ID --key ") +
                        arguments.file));
  return 0;
}

Result<int> show_key(Context& context, const KeyArguments& arguments) {
  const std::string text = TRY(read_text(arguments.file, kNoteBytesMax));
  if (text.starts_with("-----BEGIN CERTIFICATE")) return print_certificate(context, arguments.file);
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
              "the key's name, which is the origin of the log it signs, as us.example/main")
      .required()
      .flag(made->cosigner, "--cosigner", "a key for receipts on others' logs (type 04) instead")
      .example("tansiq key new node.key --name us.example/main", "a key for the node of us")
      .example("tansiq key new cosigner.key --name us.example/cosigner --cosigner", "for its receipts")
      .exits(1, "FILE exists already")
      .run([made](Context& context) { return new_key(context, *made); });

  auto tls = std::make_shared<TlsArguments>();
  key.sub("tls", "make a TLS key and a self-signed certificate for speaking with peers")
      .about(
          "Peers know each other by the hash of the public key, which the charter names and this prints. Name and "
          "dates of the certificate mean nothing to them, so it needs no renewal and no authority that signs it.")
      .argument(tls->certificate, "CERTIFICATE", "where the certificate goes, as peer.crt")
      .completes(Completes::kFile)
      .argument(tls->key, "KEY", "where the private key goes, as peer.key")
      .completes(Completes::kFile)
      .option(tls->name, "--name", "NAME", "the certificate's common name, for people")
      .required()
      .example("tansiq key tls peer.crt peer.key --name us.example", "for the node of us")
      .exits(1, "one of the files exists already")
      .run([tls](Context& context) { return new_tls(context, *tls); });

  auto shown = std::make_shared<KeyArguments>();
  Command& show = key.sub("show", "print the public half of a key file, or the key hash of a certificate");
  show.about(
          "A verifier key, or for a certificate the hash that the charter names. Refuses a key file that others may "
          "read.")
      .argument(shown->file, "FILE", "a key file, or a certificate (PEM)")
      .completes(Completes::kFile)
      .example("tansiq key show node.key", "the line for the charter")
      .example("tansiq key show peer.crt", "the hash for the charter")
      .run([shown](Context& context) { return show_key(context, *shown); });
}

}  // namespace tansiq::cli
