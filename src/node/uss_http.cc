#include "node/uss_http.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/bytes.h"
#include "base/file.h"
#include "base/foreign_text.h"
#include "base/json_in.h"

namespace tansiq::node {
namespace {

constexpr DurationMs kEarlyMs = 60'000;
constexpr std::int64_t kLifetimeSecondsMax = 86'400;
constexpr DurationMs kAnswerMs = 10'000;
constexpr std::size_t kAnswerBytesMax = 8U << 20;
constexpr std::size_t kTokenFileBytesMax = 16U << 10;
constexpr std::size_t kHeldMax = 10'000;
constexpr std::size_t kIdleMax = 64;

std::unexpected<Error> no_token(std::string why) { return fail(ErrorCode::kUnauthenticated, "no token: " + why); }

std::string trimmed(std::string text) {
  const std::size_t end = text.find_last_not_of(" \t\r\n");
  text.resize(end == std::string::npos ? 0 : end + 1);
  return text;
}

/// Whom a JSON Web Token says that it is for. Nothing is verified: it is ours, and this is about whom it is shown to.
Result<std::vector<std::string>> audiences_of(std::string_view token) {
  const std::size_t first = std::min(token.find('.'), token.size());
  const std::size_t second = std::min(token.find('.', first + 1), token.size());
  if (second == token.size()) return fail(ErrorCode::kMalformed, "it is no JSON Web Token");
  const Bytes payload = TRY(from_base64url(token.substr(first + 1, second - first - 1)));
  const JsonDocument document = TRY(JsonDocument::parse(as_text(payload)));
  std::vector<std::string> out;
  const auto named = document.root().find("aud");
  if (!named) return out;
  if (named->kind() == JsonValue::Kind::kString) {
    out.emplace_back(TRY(named->string()));
    return out;
  }
  TRY_VOID(named->expect(JsonValue::Kind::kArray));
  for (std::size_t i = 0; i < named->size(); ++i) out.emplace_back(TRY((*named)[i].string()));
  return out;
}

/// Whether it can stand in a header.
Status check_token(std::string_view token) {
  if (token.empty()) return fail(ErrorCode::kInvalid, "it is empty");
  if (!std::ranges::all_of(token, [](char c) { return c > 0x20 && c < 0x7F; })) {
    return fail(ErrorCode::kInvalid, "white space, or characters that no token has, stand in it");
  }
  return {};
}

}  // namespace

Result<SplitUrl> split_url(std::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string_view::npos)
    return fail(ErrorCode::kInvalid, fmt::format("{} is no URL", foreign_text(url, kQuotedBytesMax)));
  std::size_t path = url.find_first_of("/?", scheme + 3);
  if (path == std::string_view::npos) path = url.size();
  SplitUrl out{std::string(url.substr(0, path)), std::string(url.substr(path)), {}};
  if (out.prefix.find('?') == std::string::npos) {
    while (out.prefix.ends_with('/')) out.prefix.pop_back();
  }
  out.host = TRY(net::BaseUrl::parse(out.origin)).host;
  return out;
}

// Tokens
// ---------------------------------------------------------------------------------------------------------------------

UssTokens::UssTokens(UssTokenConfig config, const Clock& clock, std::shared_ptr<net::Interrupt> interrupt)
    : config_(std::move(config)), clock_(clock), interrupt_(std::move(interrupt)) {}

Result<std::string> UssTokens::token(const std::string& audience, const std::string& scopes) {
  if (!config_.file.empty()) {
    auto text = read_file(config_.file, kTokenFileBytesMax);
    if (!text) return no_token(text.error().text());
    std::string token = trimmed(std::move(*text));
    if (const Status good = check_token(token); !good) return no_token(good.error().text());
    const auto audiences = audiences_of(token);
    if (!audiences) return no_token("of the file it cannot be told whom it is for: " + audiences.error().text());
    if (std::ranges::find(*audiences, audience) == audiences->end()) {
      return no_token(fmt::format("the one in the file is not for {}; its aud names {}", audience,
                                  audiences->empty() ? "nobody" : fmt::format("{}", fmt::join(*audiences, ", "))));
    }
    return token;
  }
  // One at a time: an authorisation server is not asked twice for the same because two need it at once.
  const std::lock_guard lock(mutex_);
  const std::pair key(audience, scopes);
  if (const auto at = held_.find(key); at != held_.end() && clock_.now() < at->second.until) return at->second.token;
  auto fresh = fetch(audience, scopes);
  if (!fresh) return no_token(fresh.error().text());
  if (held_.size() >= kHeldMax) held_.clear();
  return (held_[key] = std::move(*fresh)).token;
}

Result<UssTokens::Held> UssTokens::fetch(const std::string& audience, const std::string& scopes) const {
  const SplitUrl url = TRY(split_url(config_.url));
  net::HttpClientOptions options;
  options.base_url = url.origin;
  options.trust = config_.trust;
  options.names = config_.names;
  options.response_ms = kAnswerMs;
  options.body_bytes_max = kTokenFileBytesMax * 2;
  options.interrupt = interrupt_;
  const auto client = TRY(net::HttpClient::create(std::move(options)));
  const std::string manager = net::percent_encode(config_.manager);
  const std::string target =
      fmt::format("{}{}grant_type=client_credentials&scope={}&intended_audience={}&sub={}&client_id={}",
                  url.prefix.empty() ? "/" : url.prefix, url.prefix.find('?') == std::string::npos ? "?" : "&",
                  net::percent_encode(scopes), net::percent_encode(audience), manager, manager);
  const UtcMs asked = clock_.now();
  const net::ClientResponse answer = TRY(client->get(target));
  if (answer.status != 200)
    return fail(ErrorCode::kUnavailable, fmt::format("the authorisation server answers {}", answer.status));
  const JsonDocument document = TRY(JsonDocument::parse(answer.body));
  const JsonValue token = TRY(document.root().at("access_token"));
  Held out{std::string(TRY(token.string())), asked};
  TRY_VOID(check_token(out.token));
  std::int64_t seconds = 3'600;
  if (const auto expires = document.root().find("expires_in"); expires && !expires->is_null()) {
    seconds = TRY(expires->integer(0, kLifetimeSecondsMax));
  }
  // A short one is used for half of its life.
  const DurationMs lifetime = seconds * 1'000;
  out.until = asked + std::max(lifetime - kEarlyMs, lifetime / 2);
  return out;
}

void UssTokens::forget(const std::string& audience) {
  const std::lock_guard lock(mutex_);
  std::erase_if(held_, [&](const auto& one) { return one.first.first == audience; });
}

// Requests
// -------------------------------------------------------------------------------------------------------------------

HttpUssWire::HttpUssWire(UssTokenConfig tokens, const Clock& clock, std::shared_ptr<net::Interrupt> interrupt,
                         UssReach reach)
    : reach_(std::move(reach)),
      trust_(tokens.trust),
      names_(tokens.names),
      interrupt_(std::move(interrupt)),
      tokens_(std::move(tokens), clock, interrupt_) {}

Result<std::unique_ptr<HttpUssWire>> HttpUssWire::create(UssTokenConfig tokens, const Clock& clock, UssReach reach) {
  auto interrupt = TRY(net::Interrupt::create());
  return std::unique_ptr<HttpUssWire>(
      new HttpUssWire(std::move(tokens), clock, std::move(interrupt), std::move(reach)));
}

Result<std::unique_ptr<net::HttpClient>> HttpUssWire::client(const Line& line) {
  {
    const std::lock_guard lock(mutex_);
    const auto at = std::ranges::find(idle_, line, [](const auto& one) { return one.first; });
    if (at != idle_.end()) {
      auto out = std::move(at->second);
      idle_.erase(at);
      return out;
    }
  }
  net::HttpClientOptions options;
  options.base_url = line.origin;
  options.public_only = line.public_only;
  options.trust = trust_;
  options.names = names_;
  options.response_ms = kAnswerMs;
  options.body_bytes_max = line.registry ? kRegistryAnswerBytesMax : kAnswerBytesMax;
  options.interrupt = interrupt_;
  return net::HttpClient::create(std::move(options));
}

void HttpUssWire::give_back(const Line& line, std::unique_ptr<net::HttpClient> client) {
  const std::lock_guard lock(mutex_);
  if (idle_.size() >= kIdleMax) idle_.erase(idle_.begin());
  idle_.emplace_back(line, std::move(client));
}

Result<net::ClientResponse> HttpUssWire::call(const UssCall& call) {
  const SplitUrl url = TRY(split_url(call.base_url));
  const std::string token = TRY(tokens_.token(url.host, call.scopes));
  const bool ours = call.configured || call.base_url == reach_.dss_url;
  const Line line{.origin = url.origin, .public_only = !reach_.private_addresses && !ours, .registry = ours};
  auto client = TRY(this->client(line));
  net::Headers headers{{"Authorization", "Bearer " + token}};
  if (!call.body.empty()) headers.add("Content-Type", "application/json");
  // A notice that came twice is the same notice: a kept connection that they had closed costs it no back-off.
  auto answer = client->send(call.method, url.prefix + call.path, headers, call.body, true);
  if (!answer) return std::unexpected(std::move(answer.error()));
  give_back(line, std::move(client));
  if (answer->status == 401) tokens_.forget(url.host);
  return answer;
}

}  // namespace tansiq::node
