#include "net/jwt.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>

#include "base/foreign_text.h"
#include "base/invariant.h"
#include "base/json_in.h"
#include "net/http_types.h"

namespace tansiq::net {
namespace {

struct FaultText {
  TokenFault fault;
  std::string_view label;
  std::string_view client;
};
// Nothing in the third column up to `kSignature` may depend on what the node knows.
constexpr std::string_view kNotValid = "the token is not valid here";
constexpr std::array<FaultText, kTokenFaults> kFaults{{
    {TokenFault::kMissing, "missing", "a bearer token is needed: Authorization: Bearer <token>"},
    {TokenFault::kTooLong, "too_long", "the token is too long"},
    {TokenFault::kForm, "form", kNotValid},
    {TokenFault::kAlgorithm, "algorithm", kNotValid},
    {TokenFault::kCritical, "critical", kNotValid},
    {TokenFault::kType, "type", kNotValid},
    {TokenFault::kIssuer, "issuer", kNotValid},
    {TokenFault::kKeysAbsent, "keys_absent", "the keys to check tokens with cannot be had now; try again later"},
    {TokenFault::kKey, "key", kNotValid},
    {TokenFault::kSignature, "signature", kNotValid},
    {TokenFault::kSubject, "subject", "the token names no usable subject"},
    {TokenFault::kAudience, "audience", "the token is for another audience"},
    {TokenFault::kExpired, "expired", "the token has expired; ask for a new one"},
    {TokenFault::kExpiresTooLate, "expires_too_late", "the token is valid for longer than is taken here"},
    {TokenFault::kNotYet, "not_yet", "the token is not valid yet"},
    {TokenFault::kScope, "scope", "the scope of a token is one text"},
    {TokenFault::kLocal, "local", kNotValid},
}};
static_assert(std::ranges::is_sorted(kFaults, {}, &FaultText::fault));

constexpr std::int64_t kSecondsMax = kUtcMax.ms / 1'000;
constexpr JsonLimits kPartLimits{.bytes_max = kBearerBytesMax, .depth_max = 16, .values_max = 4'096};

std::unexpected<TokenRefusal> refuse(TokenFault fault, std::string detail) {
  return std::unexpected(TokenRefusal{fault, std::move(detail)});
}
std::unexpected<TokenRefusal> bad_form(std::string_view part, const Error& error) {
  return refuse(TokenFault::kForm, fmt::format("{}: {}", part, error.text()));
}

Result<JsonDocument> read_part(std::string_view text) {
  const Bytes bytes = TRY(from_base64url(text));
  JsonDocument document = TRY(JsonDocument::parse(as_text(bytes), kPartLimits));
  TRY_VOID(document.root().expect(JsonValue::Kind::kObject));
  return document;
}

Result<std::optional<std::string>> text_member(const JsonValue& object, std::string_view name) {
  const auto member = object.find(name);
  if (!member) return std::optional<std::string>();
  return std::optional<std::string>(TRY(member->string()));
}

/// Seconds since 1970, also with a fraction (RFC 7519, NumericDate).
Result<std::optional<UtcMs>> time_member(const JsonValue& object, std::string_view name) {
  const auto member = object.find(name);
  if (!member) return std::optional<UtcMs>();
  const double seconds = TRY(member->number());
  if (seconds < 0 || seconds > static_cast<double>(kSecondsMax)) {
    return member->error(ErrorCode::kInvalid, "is not a time between 1970 and 9999");
  }
  return std::optional<UtcMs>(UtcMs{TRY(member->fixed(3))});
}

Result<std::vector<std::string>> audience_member(const JsonValue& object) {
  std::vector<std::string> out;
  const auto member = object.find("aud");
  if (!member) return out;
  if (member->kind() == JsonValue::Kind::kString) {
    out.emplace_back(TRY(member->string()));
    return out;
  }
  TRY_VOID(member->expect(JsonValue::Kind::kArray));
  for (std::size_t i = 0; i < member->size(); ++i) out.emplace_back(TRY((*member)[i].string()));
  return out;
}

std::set<std::string, std::less<>> split_scopes(std::string_view text) {
  std::set<std::string, std::less<>> out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    if (end > 0) out.emplace(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

TokenResult<void> read_header(const JsonValue& header, Jwt& jwt) {
  if (header.find("crit")) {
    return refuse(TokenFault::kCritical, "the header demands extensions (crit), and none is known here");
  }
  const auto name = text_member(header, "alg");
  if (!name) return bad_form("header", name.error());
  const auto algorithm = *name ? parse_jwt_algorithm(**name) : std::nullopt;
  if (!algorithm) {
    return refuse(TokenFault::kAlgorithm,
                  fmt::format("alg \"{}\" is none of RS256, ES256, EdDSA", (*name).value_or("").substr(0, 32)));
  }
  jwt.algorithm = *algorithm;
  const auto type = text_member(header, "typ");
  if (!type) return bad_form("header", type.error());
  if (*type) {
    constexpr std::array<std::string_view, 4> kTypes{"JWT", "at+jwt", "application/jwt", "application/at+jwt"};
    if (std::ranges::none_of(kTypes, [&](std::string_view known) { return equal_ignoring_case(**type, known); })) {
      return refuse(TokenFault::kType,
                    fmt::format("typ \"{}\" is another kind of token", foreign_text(**type, kQuotedBytesMax)));
    }
  }
  auto key_id = text_member(header, "kid");
  if (!key_id) return bad_form("header", key_id.error());
  jwt.key_id = std::move(*key_id);
  return {};
}

Status read_payload(const JsonValue& payload, JwtClaims& claims) {
  auto issuer = TRY(text_member(payload, "iss"));
  if (!issuer || issuer->empty()) return fail(ErrorCode::kInvalid, "no iss");
  claims.issuer = std::move(*issuer);
  claims.subject = TRY(text_member(payload, "sub")).value_or("");
  claims.audiences = TRY(audience_member(payload));
  const auto expires = TRY(time_member(payload, "exp"));
  if (!expires) return fail(ErrorCode::kInvalid, "no exp");
  claims.expires = *expires;
  claims.not_before = TRY(time_member(payload, "nbf"));
  claims.issued = TRY(time_member(payload, "iat"));
  claims.token_id = TRY(text_member(payload, "jti")).value_or("");
  return {};
}

std::string hash_name(std::string_view token) {
  std::array<std::uint8_t, 32> hash{};
  EXPECT_INVARIANT(EVP_Digest(token.data(), token.size(), hash.data(), nullptr, EVP_sha256(), nullptr) == 1);
  return to_hex(ByteView(hash).first(8));
}

}  // namespace

std::string_view to_text(TokenFault fault) { return kFaults.at(static_cast<std::size_t>(fault)).label; }
std::string_view client_message(TokenFault fault) { return kFaults.at(static_cast<std::size_t>(fault)).client; }

TokenResult<Jwt> parse_jwt(std::string_view token) {
  if (token.size() > kBearerBytesMax) {
    return refuse(TokenFault::kTooLong, fmt::format("{} bytes; at most {} are taken", token.size(), kBearerBytesMax));
  }
  const std::size_t first = token.find('.');
  const std::size_t second = first == std::string_view::npos ? first : token.find('.', first + 1);
  if (second == std::string_view::npos || token.find('.', second + 1) != std::string_view::npos) {
    return refuse(TokenFault::kForm, "not three parts with dots between them");
  }
  Jwt jwt;
  jwt.signed_text = token.substr(0, second);
  const auto header = read_part(token.substr(0, first));
  if (!header) return bad_form("header", header.error());
  if (auto read = read_header(header->root(), jwt); !read) return std::unexpected(std::move(read.error()));
  const auto payload = read_part(token.substr(first + 1, second - first - 1));
  if (!payload) return bad_form("payload", payload.error());
  if (const Status read = read_payload(payload->root(), jwt.claims); !read) return bad_form("payload", read.error());
  if (const auto scope = payload->root().find("scope")) {
    const auto text = scope->string();
    if (!text) return refuse(TokenFault::kScope, text.error().text());
    jwt.claims.scopes = split_scopes(*text);
  }
  auto signature = from_base64url(token.substr(second + 1));
  if (!signature) return bad_form("signature", signature.error());
  jwt.signature = std::move(*signature);
  if (jwt.claims.token_id.empty()) jwt.claims.token_id = hash_name(token);
  return jwt;
}

TokenResult<void> check_signature(const Jwt& jwt, std::span<const JwtKey> keys) {
  const auto fits = [&](const JwtKey& key) {
    return key.algorithm() == jwt.algorithm && (!jwt.key_id || !key.key_id() || *jwt.key_id == *key.key_id());
  };
  std::size_t tried = 0;
  for (const JwtKey& key : keys) {
    if (!fits(key)) continue;
    ++tried;
    if (key.verify(jwt.signed_text, jwt.signature)) return {};
  }
  const std::string kid = jwt.key_id ? jwt.key_id->substr(0, 128) : std::string("(none)");
  if (tried == 0) {
    return refuse(TokenFault::kKey, fmt::format("{} has no {} key with kid {}", jwt.claims.issuer.substr(0, 256),
                                                to_text(jwt.algorithm), kid));
  }
  return refuse(TokenFault::kSignature,
                fmt::format("not signed by {}, kid {}; {} keys tried", jwt.claims.issuer.substr(0, 256), kid, tried));
}

TokenResult<void> check_claims(const JwtClaims& claims, const JwtRules& rules, UtcMs now) {
  if (claims.subject.empty() || claims.subject.size() > kSubjectBytesMax) {
    return refuse(TokenFault::kSubject,
                  fmt::format("sub has {} bytes, not 1 to {}", claims.subject.size(), kSubjectBytesMax));
  }
  const auto ours = [&](const std::string& name) {
    return std::ranges::find(rules.audiences, name) != rules.audiences.end();
  };
  if (std::ranges::none_of(claims.audiences, ours)) {
    return refuse(TokenFault::kAudience,
                  fmt::format("aud is {}, not one of {}",
                              claims.audiences.empty() ? "absent" : claims.audiences.front().substr(0, 256),
                              fmt::join(rules.audiences, ", ")));
  }
  if (now >= claims.expires) {
    return refuse(TokenFault::kExpired, fmt::format("expired at {}", format_utc(claims.expires)));
  }
  if (claims.expires > now + rules.lifetime_ms_max + kJwtLeewayMs) {
    return refuse(TokenFault::kExpiresTooLate,
                  fmt::format("valid until {}; at most {} ahead is taken", format_utc(claims.expires),
                              format_duration(rules.lifetime_ms_max)));
  }
  if (claims.not_before && *claims.not_before > now + kJwtLeewayMs) {
    return refuse(TokenFault::kNotYet, fmt::format("nbf is {}: has not come", format_utc(*claims.not_before)));
  }
  if (claims.issued && *claims.issued > now + kJwtLeewayMs) {
    return refuse(TokenFault::kNotYet, fmt::format("iat is {}: has not come", format_utc(*claims.issued)));
  }
  return {};
}

}  // namespace tansiq::net
