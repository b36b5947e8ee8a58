#include "node/credentials.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/logging.h"
#include "net/tls_identity.h"

namespace tansiq::node {
namespace {

constexpr std::string_view kTestPublicKey = R"(-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA0DhfKQy0WUMFNko3aRWa
WKGolRzqGoYDiVQrgKpHJ3l9URxbM2JKzHtcrtLdg2U0fLit0b3+cdyKWyHcidrI
cXdatVH2ixWpyQ1y+qrFPRMnKat9V6roU4MzoA5LkFHVJfHocXjdvR2gewMmyCqz
+PPaed0kBBsAWaasMPMrJy/ZN16YnbSbUoDt/hu6DNCR2hcOB23BEGUuwa9D+KEo
CPwCWcjz8oV3z7ihFTVdo8zJ6ra4Pg8jfw5abx36Nz8ux/Xg5AZS7XMsiDD0vdtF
6mfxzEQz6OFBcKDFvp+MyjpjJrkDyfSrjEoyq8V5IpYidyhgGhD1BXQhqaeOSXxF
5wIDAQAB
-----END PUBLIC KEY-----
)";

Status check_scopes(const net::IssuerConfig& issuer) {
  for (const std::string& scope : issuer.scopes) {
    if (std::ranges::find(kScopes, std::string_view(scope)) == kScopes.end()) {
      return fail(ErrorCode::kInvalid,
                  fmt::format("there is no scope {} to grant; known are {}", scope, fmt::join(kScopes, ", ")),
                  fmt::format("issuer \"{}\"", issuer.name));
    }
  }
  return {};
}

Status check_limit(const net::RateLimit& limit, const char* name) {
  if (limit.per_second <= net::kPerSecondMax && limit.burst <= net::kBurstMax) return {};
  return fail(ErrorCode::kInvalid,
              fmt::format("at most {} requests a second and a burst of {}", net::kPerSecondMax, net::kBurstMax), name);
}

/// What the configuration says, with the issuer of test mode.
Result<net::IssuersConfig> issuers_of(const NodeConfig& config) {
  net::IssuersConfig out{.issuers = config.auth.issuers,
                         .audiences = config.auth.audiences,
                         .lifetime_ms_max = config.auth.token_ms_max,
                         .loopback_http = config.test_mode};
  if (config.test_mode) {
    out.issuers.push_back({.name = std::string(kTestIssuer), .key_text = std::string(test_mode_public_key())});
    out.audiences.insert(out.audiences.end(), {"localhost", "127.0.0.1"});
  }
  for (net::IssuerConfig& issuer : out.issuers) {
    if (issuer.scopes.empty()) issuer.scopes = standard_scopes();
    TRY_VOID(check_scopes(issuer));
  }
  return out;
}

}  // namespace

std::string_view test_mode_public_key() { return kTestPublicKey; }

std::set<std::string, std::less<>> standard_scopes() {
  std::set<std::string, std::less<>> out;
  for (const std::string_view scope : kScopes) {
    if (scope.starts_with("utm.") || scope.starts_with("interuss.")) out.emplace(scope);
  }
  return out;
}

Result<std::unique_ptr<net::Doorkeeper>> make_doorkeeper(const NodeConfig& config, net::TokenKey key,
                                                         core::DataMode data_mode, const Clock& clock,
                                                         ProblemLog& problems) {
  if (config.test_mode && data_mode == core::DataMode::kReal) {
    return fail(ErrorCode::kForbidden, "test mode takes tokens that anybody can make: never with data mode REAL",
                "test_mode");
  }
  TRY_VOID(check_limit(config.auth.subjects, "limits.subject"));
  TRY_VOID(check_limit(config.auth.addresses, "limits.address"));
  net::IssuersConfig issuers_config = TRY(issuers_of(config));
  auto issuers = TRY(net::Issuers::open(std::move(issuers_config), clock));
  if (config.test_mode)
    log_warning("node.test_mode", {{"message", std::string("the node is ") + std::string(kTestModeRemark)}});
  net::DoorkeeperOptions options{.subjects = config.auth.subjects, .addresses = config.auth.addresses};
  options.on_refused = [&problems](const net::TokenRefusal& why, std::string_view address) {
    problems.add_token(net::to_text(why.fault), why.detail, address);
  };
  return std::make_unique<net::Doorkeeper>(std::move(key), clock, std::move(issuers), std::move(options));
}

// --- the certificate -------------------------------------------------------------------------------------------------

CertificateKeeper::CertificateKeeper(const TlsFiles& files)
    : files_(files), watch_({files.certificate.string(), files.key.string()}) {
  if (const auto until = net::certificate_expiry(files_.certificate.string())) standing_.valid_until = *until;
}

void CertificateKeeper::look(net::HttpServer& server, std::chrono::steady_clock::time_point now) {
  const bool forced = reload_.exchange(false);
  if (files_.certificate.empty() || (now < next_ && !forced)) return;
  next_ = now + std::chrono::milliseconds(net::kFileLookMs);
  if (watch_.changed() || forced) renew(server);
}

void CertificateKeeper::renew(net::HttpServer& server) {
  const Status taken = server.reload(files_.certificate.string(), files_.key.string());
  const auto until = net::certificate_expiry(files_.certificate.string());
  const std::lock_guard lock(mutex_);
  if (!taken) {
    standing_.trouble = "the new certificate cannot be used, the old one stays";
    log_error("tls.renewal_failed", {{"message", taken.error().message}, {"where", taken.error().where}});
    return;
  }
  ++standing_.renewed;
  standing_.trouble.clear();
  if (until) standing_.valid_until = *until;
  log_info("tls.renewed", {{"certificate", files_.certificate.string()},
                           {"valid_until", until ? format_utc(*until) : std::string("unknown")}});
}

CertificateKeeper::Standing CertificateKeeper::standing() const {
  const std::lock_guard lock(mutex_);
  return standing_;
}

std::vector<std::string> credential_remarks(bool test_mode, const net::Doorkeeper& door,
                                            const CertificateKeeper& keeper) {
  std::vector<std::string> out;
  if (test_mode) out.emplace_back(kTestModeRemark);
  // /readyz is open to everybody: paths, addresses and reasons stand in the log.
  for (const net::IssuerStanding& issuer : door.issuers()->standing()) {
    if (!issuer.trouble.empty()) out.push_back(fmt::format("issuer {}: {}", issuer.name, issuer.trouble));
  }
  if (auto standing = keeper.standing(); !standing.trouble.empty()) out.push_back(std::move(standing.trouble));
  return out;
}

}  // namespace tansiq::node
