// `tansiq oauth-dev`: a token issuer for laboratories, on this machine alone.
#include <fmt/format.h>
#include <pthread.h>

#include <csignal>

#include "cli/commands.h"
#include "cli/context.h"
#include "cli/lab_issuer.h"
#include "cli/serve_config.h"
#include "net/http_server.h"

namespace tansiq::cli {
namespace {

constexpr std::size_t kKeyBytesMax = 64U << 10;

struct OauthArguments {
  std::string listen = "127.0.0.1:8085";
  std::string name = "tansiq-oauth-dev";
  std::string algorithm = "RS256";
  std::optional<std::string> key;
};

/// The key of the file; a new one, kept there, when there is no such file; a new one, kept nowhere, without a file.
Result<net::JwtSigner> signer_of(const OauthArguments& arguments) {
  if (arguments.key && std::filesystem::exists(*arguments.key)) {
    const std::string pem = TRY(read_text(*arguments.key, kKeyBytesMax));
    auto signer = net::JwtSigner::from_pem(pem);
    if (!signer) return std::unexpected(inside(signer.error(), *arguments.key));
    return signer;
  }
  auto signer = TRY(net::JwtSigner::generate(*net::parse_jwt_algorithm(arguments.algorithm)));
  if (arguments.key) TRY_VOID(write_text(*arguments.key, signer.pem(), 0600, /*replace=*/false));
  return signer;
}

Result<int> serve_tokens(Context& context, const OauthArguments& arguments) {
  node::NodeConfig where;
  if (const Status listen = read_listen(arguments.listen, where); !listen) {
    return std::unexpected(inside(listen.error(), "--listen"));
  }
  sigset_t stopping;
  sigemptyset(&stopping);
  sigaddset(&stopping, SIGTERM);
  sigaddset(&stopping, SIGINT);
  pthread_sigmask(SIG_BLOCK, &stopping, nullptr);
  const SystemClock clock;
  LabIssuer issuer({.name = arguments.name}, TRY(signer_of(arguments)), clock);
  net::HttpServerOptions options;
  options.address = where.listen_address;
  options.port = where.listen_port;
  auto server = net::HttpServer::start(options, [&issuer](const std::shared_ptr<net::Exchange>& exchange) {
    exchange->respond(issuer.answer(exchange->request()));
  });
  if (!server && server.error().code == ErrorCode::kForbidden) {
    return fail(ErrorCode::kForbidden,
                fmt::format("{} can be reached from elsewhere: whoever reaches this issuer gets any token",
                            where.listen_address),
                "--listen");
  }
  if (!server) return std::unexpected(server.error());
  const std::string url = (*server)->url();
  if (context.json) {
    put(JsonOut().open_object().member("url", url).member("issuer", arguments.name).close().line());
  } else {
    put(fmt::format(
        "{}\n  issuer  {}\n  tokens  curl '{}/token?grant_type=client_credentials&sub=alpha&intended_audience=localhost"
        "&scope=utm.strategic_coordination'\n  keys    {}/.well-known/jwks.json\n  new key curl -X POST "
        "{}/rotate\n{}\n",
        context.paint(Colour::kYellow, "For laboratories only: whoever asks gets a token for whomever it names."),
        arguments.name, url, url, url, context.paint(Colour::kDim, "Ctrl-C stops it")));
  }
  int taken = 0;
  sigwait(&stopping, &taken);
  (*server)->stop(1'000);
  return 0;
}

}  // namespace

void add_oauth_dev(Command& root) {
  auto a = std::make_shared<OauthArguments>();
  root.sub("oauth-dev", "run a token issuer for laboratories, on this machine")
      .about(
          "Gives whoever asks a token for whomever it names: for trying out a node that takes tokens of outside "
          "issuers, "
          "and for its tests. It listens on this machine alone, and no node may trust it with data mode REAL.")
      .about(
          "GET or POST /token with sub, intended_audience (or audience), scope, grant_type=client_credentials; also "
          "issuer, "
          "and ttl in seconds, below zero for an expired token. /.well-known/jwks.json shows the keys. POST /rotate "
          "makes a new "
          "key; the one before stays published, unless forget=true.")
      .option(a->listen, "--listen", "ADDR:PORT",
              "where to listen, on loopback; port 0 lets the system choose [127.0.0.1:8085]")
      .option(a->name, "--issuer", "NAME", "what the tokens have as iss [tansiq-oauth-dev]")
      .option(a->algorithm, "--algorithm", "ALG", "of a new key [RS256]")
      .choices({"RS256", "ES256", "EdDSA"})
      .option(a->key, "--key", "FILE", "the private key in PEM, made when missing; else a new one for every run")
      .completes(Completes::kFile)
      .example("tansiq oauth-dev --issuer lab", "beside 'tansiq serve --config node.toml'")
      .example("tansiq oauth-dev --issuer tansiq-test-mode --key examples/test-mode-key.pem",
               "for nodes in test mode, with the key that everybody has")
      .run([a](Context& context) { return serve_tokens(context, *a); });
}

}  // namespace tansiq::cli
