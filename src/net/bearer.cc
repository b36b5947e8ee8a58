#include "net/bearer.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/bytes.h"
#include "base/invariant.h"
#include "base/json_in.h"
#include "base/logging.h"
#include "base/random.h"

namespace tansiq::net {
namespace {

constexpr std::string_view kPrefix = "tsq1.";
constexpr std::string_view kKeyPrefix = "tansiq-token-key-1 ";
constexpr std::size_t kNameBytesMax = 64;

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= kNameBytesMax && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("._-:*").find(c) != std::string_view::npos;
  });
}

std::unexpected<Error> unauthenticated(std::string message) {
  return fail(ErrorCode::kUnauthenticated, std::move(message), "authorization");
}

Status check_claims(const TokenClaims& claims) {
  constexpr std::string_view kRule = "must be 1 to 64 of A-Z a-z 0-9 . _ - : *";
  if (!is_name(claims.subject)) return fail(ErrorCode::kInvalid, fmt::format("the subject {}", kRule), "sub");
  if (!is_name(claims.token_id)) return fail(ErrorCode::kInvalid, fmt::format("the token id {}", kRule), "jti");
  if (claims.scopes.size() > kTokenScopesMax) {
    return fail(ErrorCode::kInvalid, fmt::format("more than {} scopes", kTokenScopesMax), "scope");
  }
  for (const std::string& scope : claims.scopes) {
    if (!is_name(scope)) return fail(ErrorCode::kInvalid, fmt::format("a scope {}", kRule), "scope");
  }
  if (claims.issued < UtcMs{0} || claims.expires > kUtcMax) {
    return fail(ErrorCode::kInvalid, "the times must lie between 1970 and 9999", "exp");
  }
  if (claims.expires <= claims.issued) return fail(ErrorCode::kInvalid, "the token expires before it is issued", "exp");
  return {};
}

struct OpenFile {
  int fd = -1;
  ~OpenFile() {
    if (fd >= 0) ::close(fd);
  }
};

std::unexpected<Error> file_error(std::string_view what, const std::string& file) {
  return fail(ErrorCode::kIo, fmt::format("{}: {}", what, std::strerror(errno)), file);
}

}  // namespace

Result<Principal> authenticate(const Authenticator& authenticator, const Request& request, std::string_view scope) {
  Principal principal = TRY(authenticator.authenticate(request));
  if (!scope.empty() && !principal.has(scope)) {
    return fail(ErrorCode::kForbidden, fmt::format("{} lacks the scope {}", principal.subject, scope), "authorization");
  }
  return principal;
}

void add_challenge(Response& response, const Request& request, std::string_view scope) {
  if (response.status != 401 && response.status != 403) return;
  std::string value = R"(Bearer realm="tansiq")";
  const bool brought_token = request.headers.count("authorization") > 0;
  if (response.status == 403) {
    value += R"(, error="insufficient_scope")";
  } else if (brought_token) {
    value += R"(, error="invalid_token")";
  }
  if (!scope.empty()) value += fmt::format(R"(, scope="{}")", scope);
  response.headers.set("WWW-Authenticate", value);
}

Result<std::string_view> bearer_token(const Request& request) {
  const std::size_t headers = request.headers.count("authorization");
  if (headers == 0) return unauthenticated("a bearer token is needed: Authorization: Bearer <token>");
  if (headers > 1) return unauthenticated("Authorization stands more than once");
  const std::string_view value = *request.header("authorization");
  constexpr std::string_view kScheme = "Bearer ";
  if (!equal_ignoring_case(value.substr(0, kScheme.size()), kScheme)) {
    return unauthenticated("the scheme must be Bearer");
  }
  const std::string_view token = value.substr(kScheme.size());
  if (token.empty()) return unauthenticated("the bearer token is empty");
  if (token.size() > kBearerBytesMax) {
    return unauthenticated(fmt::format("the bearer token is longer than {} bytes", kBearerBytesMax));
  }
  return token;
}

TokenKey::~TokenKey() { sodium_memzero(secret_.data(), secret_.size()); }

TokenKey TokenKey::generate() {
  TokenKey key;
  fill_secure_random(key.secret_);
  return key;
}

Result<TokenKey> TokenKey::load(const std::string& file) {
  const OpenFile opened{::open(file.c_str(), O_RDONLY | O_CLOEXEC)};
  if (opened.fd < 0) return file_error("cannot open the token key", file);
  struct stat info{};
  if (::fstat(opened.fd, &info) != 0) return file_error("cannot look at the token key", file);
  if ((info.st_mode & 077) != 0) {
    return fail(ErrorCode::kForbidden,
                fmt::format("the key's mode is {:04o}: others can read it; use 0600", info.st_mode & 07777), file);
  }
  std::array<char, 128> buffer{};
  const ssize_t got = ::read(opened.fd, buffer.data(), buffer.size());
  if (got < 0) return file_error("cannot read the token key", file);
  std::string_view text(buffer.data(), static_cast<std::size_t>(got));
  if (text.ends_with('\n')) text.remove_suffix(1);
  auto secret =
      text.starts_with(kKeyPrefix) ? from_base64(text.substr(kKeyPrefix.size())) : fail(ErrorCode::kMalformed, "");
  const bool fits = secret && secret->size() == sizeof(TokenKey::secret_);
  TokenKey key;
  if (fits) std::ranges::copy(*secret, key.secret_.begin());
  if (secret) sodium_memzero(secret->data(), secret->size());
  sodium_memzero(buffer.data(), buffer.size());
  if (!fits) {
    return fail(ErrorCode::kMalformed, fmt::format("not one line \"{}<32 bytes in base64>\"", kKeyPrefix), file);
  }
  return key;
}

Status TokenKey::save(const std::string& file) const {
  const OpenFile opened{::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)};
  if (opened.fd < 0 && errno == EEXIST) {
    return fail(ErrorCode::kConflict, "the file exists already; a key is never overwritten", file);
  }
  if (opened.fd < 0) return file_error("cannot create the token key", file);
  std::string text = std::string(kKeyPrefix) + to_base64(secret_) + "\n";
  const ssize_t put = ::write(opened.fd, text.data(), text.size());
  const bool written = put == static_cast<ssize_t>(text.size()) && ::fsync(opened.fd) == 0;
  sodium_memzero(text.data(), text.size());
  if (!written) {
    auto error = file_error("cannot write the token key", file);
    ::unlink(file.c_str());
    return error;
  }
  return {};
}

std::array<std::uint8_t, 32> TokenKey::mac(std::string_view text) const {
  static_assert(crypto_auth_hmacsha256_BYTES == 32 && crypto_auth_hmacsha256_KEYBYTES == 32);
  std::array<std::uint8_t, 32> out{};
  const ByteView bytes = as_bytes(text);
  crypto_auth_hmacsha256(out.data(), bytes.data(), bytes.size(), secret_.data());
  return out;
}

std::string write_token_payload(const TokenClaims& claims) {
  std::string out = fmt::format(R"({{"exp":{},"iat":{},"jti":)", claims.expires.ms, claims.issued.ms);
  append_json_string(out, claims.token_id);
  out += R"(,"scope":[)";
  bool first = true;
  for (const std::string& scope : claims.scopes) {
    if (!std::exchange(first, false)) out += ",";
    append_json_string(out, scope);
  }
  out += R"(],"sub":)";
  append_json_string(out, claims.subject);
  out += "}";
  return out;
}

Result<TokenClaims> parse_token_payload(std::string_view json) {
  const JsonDocument document = TRY(JsonDocument::parse(json, {.bytes_max = kTokenBytesMax, .depth_max = 2}));
  const JsonValue root = document.root();
  TRY_VOID(root.only({"exp", "iat", "jti", "scope", "sub"}));
  TokenClaims claims;
  const JsonValue expires = TRY(root.at("exp"));
  const JsonValue issued = TRY(root.at("iat"));
  const JsonValue token_id = TRY(root.at("jti"));
  const JsonValue subject = TRY(root.at("sub"));
  claims.expires = UtcMs{TRY(expires.integer(0, kUtcMax.ms))};
  claims.issued = UtcMs{TRY(issued.integer(0, kUtcMax.ms))};
  claims.token_id = TRY(token_id.string());
  claims.subject = TRY(subject.string());
  const JsonValue scopes = TRY(root.at("scope"));
  TRY_VOID(scopes.expect(JsonValue::Kind::kArray));
  for (std::size_t i = 0; i < scopes.size(); ++i) claims.scopes.emplace(TRY(scopes[i].string()));
  TRY_VOID(check_claims(claims));
  // Order of members, spelling of numbers, repeated scopes: one token has one spelling.
  if (write_token_payload(claims) != json) return fail(ErrorCode::kMalformed, "the payload is not in canonical form");
  return claims;
}

Result<std::string> mint_token(const TokenKey& key, TokenClaims claims) {
  if (claims.token_id.empty()) {
    std::array<std::uint8_t, 8> id{};
    fill_secure_random(id);
    claims.token_id = to_hex(id);
  }
  TRY_VOID(check_claims(claims));
  std::string token = std::string(kPrefix) + to_base64url(as_bytes(write_token_payload(claims)));
  const auto mac = key.mac(token);
  token += "." + to_base64url(mac);
  if (token.size() > kTokenBytesMax) {
    return fail(
        ErrorCode::kInvalid,
        fmt::format("the token would have {} bytes, more than {}: name fewer scopes", token.size(), kTokenBytesMax),
        "scope");
  }
  return token;
}

Result<TokenClaims> verify_token(const TokenKey& key, std::string_view token, UtcMs now) {
  // One message for everything before the MAC fits: a forger learns nothing.
  constexpr const char* kVoid = "the token is not valid here";
  if (token.size() > kTokenBytesMax || !token.starts_with(kPrefix)) return unauthenticated(kVoid);
  const std::size_t dot = token.rfind('.');
  if (dot < kPrefix.size()) return unauthenticated(kVoid);
  const auto mac = from_base64url(token.substr(dot + 1));
  if (!mac || !equal_constant_time(*mac, key.mac(token.substr(0, dot)))) return unauthenticated(kVoid);
  const auto payload = from_base64url(token.substr(kPrefix.size(), dot - kPrefix.size()));
  if (!payload) return unauthenticated(kVoid);
  auto claims = parse_token_payload(as_text(*payload));
  if (!claims) return unauthenticated(kVoid);
  if (now >= claims->expires) {
    return unauthenticated(fmt::format("the token expired at {}; ask for a new one", format_utc(claims->expires)));
  }
  if (now + kTokenClockSkewMs < claims->issued) {
    return unauthenticated(
        fmt::format("the token is issued at {}, which has not come yet", format_utc(claims->issued)));
  }
  return claims;
}

}  // namespace tansiq::net
