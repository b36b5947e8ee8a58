// `tansiq init`: the first step towards a real node. Each command prints the next one.
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cctype>

#include "cli/charter_terms.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/peer_options.h"
#include "coordination/log_origins.h"
#include "core/charter.h"
#include "log/note_key.h"
#include "net/bearer.h"
#include "net/tls_identity.h"
#include "node/default_charter.h"

namespace tansiq::cli {
namespace {

struct InitArguments {
  std::string folder;
  std::string authority;
  std::string name;
  std::string origin;
  std::string mode = "TEST";
  std::optional<std::string> url;
  bool region = false;
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

// The other keys of a node stand beside its main log's: us.example/cosigner for us.example/main.
std::string beside(const std::string& origin, std::string_view name) {
  const std::size_t slash = origin.rfind('/');
  return slash == std::string::npos ? fmt::format("{}/{}", origin, name)
                                    : fmt::format("{}/{}", origin.substr(0, slash), name);
}

/// What `init` has made.
struct Made {
  std::filesystem::path folder;
  AuthorityId authority;
  std::string node_vkey;
  core::Peer peer;  ///< Without a URL: not in the draft.
  [[nodiscard]] std::string file(std::string_view name) const { return (folder / name).string(); }
};

Status check_new(const Made& made) {
  for (const char* name : {"node.key", "cosigner.key", "peer.crt", "peer.key", "token.key", "charter.json"}) {
    std::error_code ignored;
    if (!std::filesystem::exists(made.folder / name, ignored)) continue;
    return fail(ErrorCode::kConflict, "exists already and is not overwritten", made.file(name));
  }
  return {};
}

Status make_keys(Made& made, const std::string& origin) {
  const log::SignerKey key = TRY(log::SignerKey::generate(origin, log::KeyType::kEd25519));
  TRY_VOID(log::write_key_file(made.file("node.key"), key));
  made.node_vkey = key.verifier().text();
  const log::SignerKey cosigner =
      TRY(log::SignerKey::generate(beside(origin, "cosigner"), log::KeyType::kEd25519Cosignature));
  TRY_VOID(log::write_key_file(made.file("cosigner.key"), cosigner));
  made.peer.cosigner = cosigner.verifier().text();
  TRY_VOID(net::make_identity({.name = made.authority.str(),
                               .certificate_file = made.file("peer.crt"),
                               .key_file = made.file("peer.key"),
                               .kind = net::TlsKeyKind::kP256}));
  made.peer.tls_keys.push_back(log::Hash{TRY(net::certificate_key_sha256(made.file("peer.crt")))});
  return net::TokenKey::generate().save(made.file("token.key"));
}

Status make_draft(const Made& made, const InitArguments& arguments) {
  core::Charter charter;
  charter.id = arguments.authority;
  charter.name = arguments.name.empty() ? arguments.authority : arguments.name;
  charter.data_mode = TRY(core::parse_data_mode(arguments.mode));
  charter.valid_from = UtcMs{SystemClock().now().ms / 1'000 * 1'000};
  charter.catalogue = own_catalogue();
  core::Authority authority{.id = made.authority, .name = charter.name, .keys = {made.node_vkey}};
  if (!made.peer.url.empty()) authority.peer = made.peer;
  charter.authorities.push_back(std::move(authority));
  if (arguments.region) charter.zones.push_back(node::region_zone(made.authority));
  return write_text(made.folder / "charter.json", core::charter_text(charter), 0644, /*replace=*/false);
}

void print_made(const Context& context, const Made& made, bool region) {
  const std::string id = made.authority.str();
  const std::string draft = made.file("charter.json");
  if (context.json) {
    put(JsonOut()
            .open_object()
            .member("folder", made.folder.string())
            .member("key", made.file("node.key"))
            .member("vkey", made.node_vkey)
            .member("cosigner_vkey", made.peer.cosigner)
            .member("tls_key", made.peer.tls_keys.front().hex())
            .member("draft", draft)
            .close()
            .line());
    return;
  }
  const bool reachable = !made.peer.url.empty();
  put(fmt::format("{}: a node's folder for {}, closed to others\n", made.folder.string(), id));
  put("  node.key      signs the log; back it up, show it to nobody\n");
  put("  cosigner.key  signs receipts on the logs of others; the same\n");
  put("  peer.crt/.key other nodes know this one by it; the same\n");
  put("  token.key     makes bearer tokens\n");
  put(fmt::format("  charter.json  a draft with one authority and {} zone{}\n", region ? "one" : "no",
                  reachable ? ", and how peers reach its node" : ""));
  put(fmt::format("  vkey          {}\n", made.node_vkey));
  put(fmt::format("  TLS key       {}\n", made.peer.tls_keys.front().hex()));
  put("next:\n");
  if (!region) {
    put(fmt::format(
        "  tansiq charter add-zone {} --id K1 --owner {} --band FL180-FL240 --corridor '34.0,33.0 34.5,35.0'\n", draft,
        id));
  }
  put(fmt::format("  tansiq charter lint {}\n", draft));
  if (reachable) {
    put(fmt::format("  send {} to the others; one of you merges all drafts (docs/operations.md)\n", draft));
    return;
  }
  put(fmt::format("  tansiq charter sign {} --key {}\n", draft, made.file("node.key")));
  put(fmt::format("  tansiq serve --data {} --no-develop\n", made.folder.string()));
  put(fmt::format("  tansiq token mint --data {} --subject {} --scope intents.read,intents.file\n",
                  made.folder.string(), id));
}

Result<int> init(Context& context, const InitArguments& arguments) {
  Made made;
  made.folder = arguments.folder;
  made.authority = TRY(AuthorityId::parse(arguments.authority));
  // Everything that can be wrong is found before anything is made.
  const std::string origin = arguments.origin.empty() ? default_origin(arguments.authority) : arguments.origin;
  TRY_VOID(log::check_key_name(origin));
  TRY(core::parse_data_mode(arguments.mode));
  if (arguments.url) {
    TRY_VOID(check_peer_url(*arguments.url));
    TRY(coordination::members_origin(origin));
    // Its id stands in the names of others' logs with it.
    TRY(coordination::pair_origin(origin, made.authority));
    made.peer.url = *arguments.url;
    while (made.peer.url.ends_with('/')) made.peer.url.pop_back();
  }
  TRY_VOID(check_new(made));
  std::error_code error;
  std::filesystem::create_directories(made.folder, error);
  if (error) return fail(ErrorCode::kIo, "cannot be made: " + error.message(), made.folder.string());
  if (::chmod(made.folder.c_str(), 0700) != 0) {
    return fail(ErrorCode::kIo, "cannot be closed to others", made.folder.string());
  }
  TRY_VOID(make_keys(made, origin));
  TRY_VOID(make_draft(made, arguments));
  print_made(context, made, arguments.region);
  return 0;
}

}  // namespace

void add_setup(Command& root) {
  auto a = std::make_shared<InitArguments>();
  root.sub("init", "make the folder of a real node")
      .about(
          "Makes all keys of one authority's node and the draft of a charter, never over existing files, and prints "
          "the "
          "steps that remain: zones, signatures, serve, tokens.")
      .about(
          "With --url the draft also says how the nodes of others reach this one and know it: it is what goes to the "
          "operators of the others. docs/operations.md founds a coalition of three, step by step.")
      .argument(a->folder, "DIR", "the data folder; made when missing")
      .completes(Completes::kDirectory)
      .option(a->authority, "--authority", "ID", "whose node it is")
      .required()
      .option(a->name, "--name", "TEXT", "the authority's name, for people; else the id")
      .option(a->origin, "--origin", "NAME",
              "the log's origin and key name, by preference where it will be served, as us.example/main; else ID/main")
      .option(a->url, "--url", "URL", "where the nodes of others reach this one, as https://us.example:7463")
      .option(a->mode, "--mode", "MODE", "how real the data are")
      .choices({"REAL", "EXERCISE", "TEST", "SIMULATED"})
      .flag(a->region, "--region",
            "the draft has one zone, the world, with the rule aware: for a service of ASTM F3548-21")
      .example("tansiq init /var/lib/tansiq --authority us --origin us.example/main", "the first step of a single node")
      .example(
          "tansiq init /var/lib/tansiq --authority us --name Centre --origin us.example/main --url "
          "https://us.example:7463 --mode REAL",
          "the first step of a member of a coalition")
      .exits(1, "the folder holds keys or a draft already")
      .run([a](Context& context) { return init(context, *a); });
}

}  // namespace tansiq::cli
