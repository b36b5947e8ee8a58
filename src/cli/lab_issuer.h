// A token issuer for laboratories: whoever asks gets a token for whomever it names. For trying out and testing what
// takes such tokens; never for anything that flies.
//
//   LabIssuer issuer({.name = "lab"}, TRY(net::JwtSigner::generate(net::JwtAlgorithm::kRs256)), clock);
//   net::Response answer = issuer.answer(request);
//
// Paths: `/token` (GET with parameters, or POST with a form), `/.well-known/jwks.json`, `/rotate` (POST: a new key; the
// one before stays published unless `forget=true`), `/`.
#pragma once

#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "base/time.h"
#include "net/http_types.h"
#include "net/jwt_sign.h"

namespace tansiq::cli {

/// Any thread.
class LabIssuer {
 public:
  struct Options {
    std::string name;  ///< `iss` of the tokens.
    DurationMs ttl_ms = 3'600'000;
  };
  /// `clock` outlives this.
  LabIssuer(Options options, net::JwtSigner signer, const Clock& clock);

  [[nodiscard]] net::Response answer(const net::Request& request);

 private:
  using Parameters = std::map<std::string, std::string, std::less<>>;
  [[nodiscard]] net::Response token(const net::Request& request);
  [[nodiscard]] net::Response keys() const;
  [[nodiscard]] net::Response rotate(const net::Request& request);
  [[nodiscard]] Result<std::string> claims(const Parameters& parameters, DurationMs ttl_ms) const;

  /// Tokens of a key that is not published any more are void: as many as an hour of rotations by hand has.
  static constexpr std::size_t kSignersMax = 4;

  const Options options_;
  const Clock& clock_;
  mutable std::mutex mutex_;
  std::deque<net::JwtSigner> signers_;  // The newest first; it signs.
};

}  // namespace tansiq::cli
