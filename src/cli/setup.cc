// `tansiq init`: the first step towards a real node. Each command prints the next one.
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cctype>

#include "cli/commands.h"
#include "cli/context.h"
#include "core/charter.h"
#include "log/note_key.h"
#include "net/bearer.h"

namespace tansiq::cli {
namespace {

struct InitArguments {
  std::string folder;
  std::string authority;
  std::string name;
  std::string origin;
  std::string mode = "TEST";
};

// A log's origin is by preference the address under which it is served; without one, the authority's own name.
std::string default_origin(const std::string& authority) {
  std::string origin;
  for (const char c : authority) {
    const auto lower = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    origin += lower == '_' ? '-' : lower;
  }
  return origin + "/main";
}

Result<int> init(Context& context, const InitArguments& arguments) {
  namespace fs = std::filesystem;
  const AuthorityId authority = TRY(AuthorityId::parse(arguments.authority));
  const fs::path folder = arguments.folder;
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) return fail(ErrorCode::kIo, "cannot be made: " + error.message(), folder.string());
  if (::chmod(folder.c_str(), 0700) != 0) return fail(ErrorCode::kIo, "cannot be closed to others", folder.string());

  const std::string origin = arguments.origin.empty() ? default_origin(arguments.authority) : arguments.origin;
  TRY_VOID(log::check_key_name(origin));
  const log::SignerKey key = TRY(log::SignerKey::generate(origin, log::KeyType::kEd25519));
  const std::string key_file = (folder / "node.key").string();
  TRY_VOID(log::write_key_file(key_file, key));
  TRY_VOID(net::TokenKey::generate().save((folder / "token.key").string()));

  core::Charter charter;
  charter.id = arguments.authority;
  charter.name = arguments.name.empty() ? arguments.authority : arguments.name;
  charter.data_mode = TRY(core::parse_data_mode(arguments.mode));
  charter.valid_from = UtcMs{SystemClock().now().ms / 1'000 * 1'000};
  charter.authorities.push_back({.id = authority, .name = charter.name, .keys = {key.verifier().text()}});
  const std::string draft = (folder / "charter.json").string();
  TRY_VOID(write_text(draft, core::charter_text(charter), 0644, /*replace=*/false));

  if (context.json) {
    put(JsonOut()
            .open_object()
            .member("folder", folder.string())
            .member("key", key_file)
            .member("vkey", key.verifier().text())
            .member("draft", draft)
            .close()
            .line());
    return 0;
  }
  put(fmt::format("{}: a node's folder for {}, closed to others\n", folder.string(), authority.str()));
  put("  node.key      signs the log; back it up, show it to nobody\n");
  put("  token.key     makes bearer tokens\n");
  put("  charter.json  a draft with one authority and no zone\n");
  put(fmt::format("  vkey          {}\n", key.verifier().text()));
  put("next:\n");
  put(fmt::format(
      "  tansiq charter add-zone {} --id K1 --owner {} --band FL180-FL240 --corridor '34.0,33.0 34.5,35.0'\n", draft,
      authority.str()));
  put(fmt::format("  tansiq charter lint {}\n", draft));
  put(fmt::format("  tansiq charter sign {} --key {}\n", draft, key_file));
  put(fmt::format("  tansiq serve --data {} --no-develop\n", folder.string()));
  put(fmt::format("  tansiq token mint --data {} --subject {} --scope intents.read,intents.file\n", folder.string(),
                  authority.str()));
  return 0;
}

}  // namespace

void add_setup(Command& root) {
  auto a = std::make_shared<InitArguments>();
  root.sub("init", "make the folder of a real node")
      .about(
          "Makes keys and the draft of a charter, never over existing files, and prints the steps that remain: zones, "
          "signatures, serve, tokens.")
      .argument(a->folder, "DIR", "the data folder; made when missing")
      .completes(Completes::kDirectory)
      .option(a->authority, "--authority", "ID", "whose node it is")
      .required()
      .option(a->name, "--name", "TEXT", "the authority's name, for people; else the id")
      .option(a->origin, "--origin", "NAME",
              "the log's origin and key name, by preference where it will be served, as us.example/log; else ID/main")
      .option(a->mode, "--mode", "MODE", "how real the data are")
      .choices({"REAL", "EXERCISE", "TEST", "SIMULATED"})
      .example("tansiq init /var/lib/tansiq --authority us --origin us.example/log", "the first step")
      .exits(1, "the folder holds keys or a draft already")
      .run([a](Context& context) { return init(context, *a); });
}

}  // namespace tansiq::cli
