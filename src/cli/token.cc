// `tansiq token`: bearer tokens for local use. Those of outside issuers are configured (`auth`, docs/cli.md).
#include <fmt/format.h>

#include <algorithm>

#include "cli/commands.h"
#include "cli/context.h"
#include "core/names.h"
#include "net/bearer.h"
#include "node/node.h"

namespace tansiq::cli {
namespace {

using node::kScopes;

struct TokenArguments {
  std::string data;
  std::string key;
  std::string subject;
  std::vector<std::string> scopes;
  std::string ttl = "12h";
};

Result<std::set<std::string, std::less<>>> wanted_scopes(const std::vector<std::string>& words) {
  std::set<std::string, std::less<>> scopes;
  for (const std::string& word : words) {
    std::string_view rest = word;
    while (!rest.empty()) {
      const auto end = rest.find_first_of(" ,");
      const std::string_view scope = rest.substr(0, end);
      rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
      if (scope.empty()) continue;
      if (std::ranges::find(kScopes, scope) == kScopes.end()) {
        return fail(ErrorCode::kInvalid,
                    fmt::format("there is no scope '{}'; scopes: {}", scope, fmt::join(kScopes, ", ")), "--scope");
      }
      scopes.emplace(scope);
    }
  }
  if (scopes.empty()) return fail(ErrorCode::kInvalid, "a token needs at least one scope", "--scope");
  return scopes;
}

Result<int> mint(Context& context, const TokenArguments& arguments) {
  const std::filesystem::path file =
      arguments.key.empty() ? data_folder(arguments.data) / "token.key" : std::filesystem::path(arguments.key);
  const net::TokenKey key = TRY(net::TokenKey::load(file.string()));
  TRY(core::Subject::parse(arguments.subject));
  net::TokenClaims claims;
  claims.subject = arguments.subject;
  claims.scopes = TRY(wanted_scopes(arguments.scopes));
  claims.issued = SystemClock().now();
  const auto ttl = parse_duration(arguments.ttl);
  if (!ttl) return std::unexpected(inside(ttl.error(), "--ttl"));
  claims.expires = claims.issued + *ttl;
  const std::string token = TRY(net::mint_token(key, claims));
  if (context.json) {
    put(JsonOut()
            .open_object()
            .member("token", token)
            .member("subject", claims.subject)
            .member("expires", format_utc(claims.expires))
            .close()
            .line());
  } else {
    put(token + "\n");
  }
  return 0;
}

}  // namespace

void add_token(Command& root) {
  Command& token = root.sub("token", "mint bearer tokens for local use");
  token.about(
      "A node accepts tokens made with the secret in its data folder (token.key). Whoever can read that file "
      "can speak for anybody at this node.");
  auto arguments = std::make_shared<TokenArguments>();
  Command& minted = token.sub("mint", "make a token");
  minted
      .about(
          "Needs the node's data folder, not a running node. The subject is the authority, or AUTHORITY:PERSON; it is "
          "attributed in every entry that it causes. Prints the token alone, for TANSIQ_TOKEN=$(…).")
      .option(arguments->subject, "--subject", "SUBJECT", "who speaks: 'us' or 'us:duty-officer'")
      .required()
      .option(arguments->scopes, "--scope", "SCOPES", fmt::format("what it may do, of {}", fmt::join(kScopes, ", ")))
      .required()
      .option(arguments->ttl, "--ttl", "DURATION", "how long it is valid, as 90s, 30m, 12h, 7d")
      .option(arguments->data, "--data", "DIR", "the node's data folder; else TANSIQ_DATA, else ./tansiq-data")
      .completes(Completes::kDirectory)
      .option(arguments->key, "--key", "FILE", "the token key, instead of DIR/token.key")
      .completes(Completes::kFile)
      .example("tansiq token mint --subject fr:ops --scope intents.file,intents.read --ttl 12h",
               "fr files at the node of us, through a token of us")
      .run([arguments](Context& context) { return mint(context, *arguments); });
}

}  // namespace tansiq::cli
