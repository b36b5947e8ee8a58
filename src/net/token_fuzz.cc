// Tokens: no text but a minted one is accepted; what the payload parser accepts is exactly what the writer writes.
#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/invariant.h"
#include "net/bearer.h"

using namespace tansiq;
using namespace tansiq::net;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const TokenKey key = TokenKey::generate();
  const std::string_view input(reinterpret_cast<const char*>(data), size);

  // A stranger's text; then the same text as payload of a token that bears no valid MAC.
  EXPECT_INVARIANT(!verify_token(key, input, UtcMs{1}));
  EXPECT_INVARIANT(!verify_token(key, "tsq1." + to_base64url(as_bytes(input)) + "." + std::string(43, 'A'), UtcMs{1}));

  // The same text as payload under a valid MAC: accepted only where the payload is canonical and the time fits.
  std::string token = "tsq1." + to_base64url(as_bytes(input));
  token += "." + to_base64url(key.mac(token));
  const auto claims = parse_token_payload(input);
  if (claims) {
    EXPECT_INVARIANT(write_token_payload(*claims) == input);
    EXPECT_INVARIANT(claims->issued < claims->expires);
    const bool fits = token.size() <= kTokenBytesMax;
    EXPECT_INVARIANT(verify_token(key, token, claims->issued).has_value() == fits);
    EXPECT_INVARIANT(!verify_token(key, token, claims->expires));
  } else {
    EXPECT_INVARIANT(!verify_token(key, token, UtcMs{1}));
  }

  // The header around it.
  if (input.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos) {
    Request request = make_request(Method::kGet, "/");
    bool control = false;
    for (const char c : input) control = control || (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
    if (!control) {
      request.headers.add("Authorization", input);
      if (const auto bearer = bearer_token(request)) EXPECT_INVARIANT(bearer->size() <= kBearerBytesMax);
    }
  }
  return 0;
}
