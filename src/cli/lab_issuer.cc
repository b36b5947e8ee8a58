#include "cli/lab_issuer.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/bytes.h"
#include "base/logging.h"
#include "base/random.h"

namespace tansiq::cli {
namespace {

using net::Method;
using net::Response;

constexpr std::size_t kFormBytesMax = 16U << 10;
constexpr DurationMs kTtlMsMax = 24LL * 3'600'000;

Response json(int status, std::string body) {
  Response out = net::json_response(status, std::move(body));
  out.headers.add("Cache-Control", "no-store");
  return out;
}

/// RFC 6749, 5.2.
Response refused(std::string_view code, std::string_view why) {
  std::string body = fmt::format(R"({{"error":"{}","error_description":)", code);
  append_json_string(body, why);
  return json(400, body + "}");
}

/// In forms a plus sign is a space.
std::string with_spaces(std::string_view text) {
  std::string out(text);
  std::ranges::replace(out, '+', ' ');
  return out;
}

/// `a=b&c=d`. What stands twice counts once, the last time.
Result<std::map<std::string, std::string, std::less<>>> read_form(std::string_view text) {
  if (text.size() > kFormBytesMax) return fail(ErrorCode::kTooLarge, "the form is too large");
  std::map<std::string, std::string, std::less<>> out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('&'), text.size());
    const std::string_view pair = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (pair.empty()) continue;
    const std::size_t equals = std::min(pair.find('='), pair.size());
    std::string name = TRY(net::percent_decode(with_spaces(pair.substr(0, equals))));
    std::string value = TRY(net::percent_decode(with_spaces(pair.substr(std::min(equals + 1, pair.size())))));
    out[std::move(name)] = std::move(value);
  }
  return out;
}

std::string first_of(const std::map<std::string, std::string, std::less<>>& from,
                     std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) {
    if (const auto found = from.find(name); found != from.end() && !found->second.empty()) return found->second;
  }
  return {};
}

}  // namespace

LabIssuer::LabIssuer(Options options, net::JwtSigner signer, const Clock& clock)
    : options_(std::move(options)), clock_(clock) {
  signers_.push_front(std::move(signer));
}

Response LabIssuer::answer(const net::Request& request) {
  const std::string& path = request.path();
  const bool reads = request.method == Method::kGet || request.method == Method::kHead;
  const bool posts = request.method == Method::kPost;
  if (path == "/token" && (reads || posts)) return token(request);
  if (path == "/.well-known/jwks.json" && reads) return keys();
  if (path == "/rotate" && posts) return rotate(request);
  if (path == "/" && reads) {
    return net::text_response(200,
                              fmt::format("tansiq oauth-dev, issuer \"{}\": for laboratories. Anybody here gets any "
                                          "token.\n\n  /token?sub=alpha&intended_audience=localhost&scope=…\n"
                                          "  /.well-known/jwks.json\n  POST /rotate\n",
                                          options_.name));
  }
  return net::text_response(404, "there are /token, /.well-known/jwks.json and POST /rotate\n");
}

Response LabIssuer::token(const net::Request& request) {
  Parameters parameters;
  for (const auto& [name, value] : request.target.query) parameters[name] = with_spaces(value);
  if (request.method == Method::kPost && !request.body.empty()) {
    if (request.media_type() != "application/x-www-form-urlencoded") {
      return refused("invalid_request", "send a form: application/x-www-form-urlencoded");
    }
    auto form = read_form(request.body);
    if (!form) return refused("invalid_request", form.error().message);
    for (auto& [name, value] : *form) parameters[name] = std::move(value);
  }
  if (const std::string grant = first_of(parameters, {"grant_type"}); !grant.empty() && grant != "client_credentials") {
    return refused("unsupported_grant_type", "client_credentials is what there is");
  }
  std::int64_t ttl_s = options_.ttl_ms / 1'000;
  if (const std::string wanted = first_of(parameters, {"ttl"}); !wanted.empty()) {
    const auto [end, error] = std::from_chars(wanted.data(), wanted.data() + wanted.size(), ttl_s);
    if (error != std::errc{} || end != wanted.data() + wanted.size() || std::abs(ttl_s) > kTtlMsMax / 1'000) {
      return refused("invalid_request", "ttl is a number of seconds, at most a day, below zero for an expired token");
    }
  }
  const auto payload = claims(parameters, ttl_s * 1'000);
  if (!payload) return refused("invalid_request", payload.error().message);
  std::string body = R"({"access_token":)";
  {
    const std::lock_guard lock(mutex_);
    append_json_string(body, signers_.front().sign(*payload));
  }
  fmt::format_to(std::back_inserter(body), R"(,"expires_in":{},"scope":)", ttl_s);
  append_json_string(body, first_of(parameters, {"scope"}));
  return json(200, body + R"(,"token_type":"Bearer"})");
}

Result<std::string> LabIssuer::claims(const Parameters& parameters, DurationMs ttl_ms) const {
  const std::string subject = first_of(parameters, {"sub", "client_id"});
  if (subject.empty()) return fail(ErrorCode::kInvalid, "name whom the token is for: sub");
  const std::string audience = first_of(parameters, {"intended_audience", "audience", "aud"});
  if (audience.empty()) return fail(ErrorCode::kInvalid, "name where it shall be used: intended_audience");
  const std::string issuer = first_of(parameters, {"issuer"});
  std::array<std::uint8_t, 8> id{};
  fill_secure_random(id);
  const std::int64_t now_s = clock_.now().ms / 1'000;
  std::string out = R"({"aud":)";
  append_json_string(out, audience);
  // What expires before it is issued is no token at all: an expired one was issued earlier.
  fmt::format_to(std::back_inserter(out), R"(,"exp":{},"iat":{},"iss":)", now_s + ttl_ms / 1'000,
                 std::min(now_s, now_s + ttl_ms / 1'000 - 1));
  append_json_string(out, issuer.empty() ? options_.name : issuer);
  fmt::format_to(std::back_inserter(out), R"(,"jti":"{}","scope":)", to_hex(id));
  append_json_string(out, first_of(parameters, {"scope"}));
  out += R"(,"sub":)";
  append_json_string(out, subject);
  return out + "}";
}

Response LabIssuer::keys() const {
  std::string body = R"({"keys":[)";
  {
    const std::lock_guard lock(mutex_);
    for (std::size_t i = 0; i < signers_.size(); ++i) {
      if (i > 0) body += ",";
      body += signers_[i].key().jwk_json();
    }
  }
  Response out = net::json_response(200, body + "]}");
  out.headers.add("Cache-Control", "max-age=300");
  return out;
}

Response LabIssuer::rotate(const net::Request& request) {
  const bool forget = request.query("forget").value_or("") == "true";
  net::JwtAlgorithm algorithm{};
  {
    const std::lock_guard lock(mutex_);
    algorithm = signers_.front().key().algorithm();
  }
  auto fresh = net::JwtSigner::generate(algorithm);  // takes its time, and nobody waits for it
  if (!fresh) return net::problem_response(net::make_problem(std::move(fresh.error())));
  std::string body = R"({"kid":)";
  append_json_string(body, fresh->key_id());
  const std::lock_guard lock(mutex_);
  if (forget) signers_.clear();
  signers_.push_front(std::move(*fresh));
  if (signers_.size() > kSignersMax) signers_.pop_back();
  return json(200, body + "}");
}

}  // namespace tansiq::cli
