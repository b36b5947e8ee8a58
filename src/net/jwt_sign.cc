#include "net/jwt_sign.h"

#include <fmt/format.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "base/invariant.h"
#include "base/logging.h"
#include "net/jwt_key_detail.h"

namespace tansiq::net {
namespace {

using DigestPtr = std::unique_ptr<EVP_MD_CTX, Freed<EVP_MD_CTX_free>>;

/// r and s, 32 bytes each, of a signature in DER.
Bytes raw_signature(const Bytes& der) {
  const unsigned char* at = der.data();
  ECDSA_SIG* pair = d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size()));
  EXPECT_INVARIANT(pair != nullptr);
  Bytes out(64);
  EXPECT_INVARIANT(BN_bn2binpad(ECDSA_SIG_get0_r(pair), out.data(), 32) == 32 &&
                   BN_bn2binpad(ECDSA_SIG_get0_s(pair), out.data() + 32, 32) == 32);
  ECDSA_SIG_free(pair);
  return out;
}

}  // namespace

Result<JwtSigner> JwtSigner::generate(JwtAlgorithm algorithm) {
  KeyPtr made(algorithm == JwtAlgorithm::kRs256   ? EVP_RSA_gen(kRsaBitsMin)
              : algorithm == JwtAlgorithm::kEs256 ? EVP_EC_gen("P-256")
                                                  : EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  ERR_clear_error();
  if (!made) return fail(ErrorCode::kInternal, "OpenSSL makes no key");
  JwtKey key = TRY(JwtKey::adopt(std::make_shared<const JwtKey::Impl>(JwtKey::Impl{std::move(made)}), std::nullopt));
  key.key_id_ = key.thumbprint();
  return JwtSigner(std::move(key));
}

Result<JwtSigner> JwtSigner::from_pem(std::string_view pem) {
  const BioPtr memory(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  EXPECT_INVARIANT(memory != nullptr);
  // An empty pass phrase: OpenSSL would ask at the terminal otherwise.
  std::array<char, 1> no_phrase{};
  KeyPtr read(PEM_read_bio_PrivateKey(memory.get(), nullptr, nullptr, no_phrase.data()));
  ERR_clear_error();
  if (!read) return fail(ErrorCode::kInvalid, "holds no private key in PEM without pass phrase");
  JwtKey key = TRY(JwtKey::adopt(std::make_shared<const JwtKey::Impl>(JwtKey::Impl{std::move(read)}), std::nullopt));
  key.key_id_ = key.thumbprint();
  return JwtSigner(std::move(key));
}

std::string JwtSigner::pem() const {
  const BioPtr memory(BIO_new(BIO_s_secmem()));
  EXPECT_INVARIANT(memory && PEM_write_bio_PKCS8PrivateKey(memory.get(), key_.impl_->key.get(), nullptr, nullptr, 0,
                                                           nullptr, nullptr) == 1);
  char* data = nullptr;
  const long bytes = BIO_get_mem_data(memory.get(), &data);
  return {data, static_cast<std::size_t>(bytes)};
}

std::string JwtSigner::sign(std::string_view claims_json) const {
  std::string header = fmt::format(R"({{"alg":"{}","kid":)", to_text(key_.algorithm()));
  append_json_string(header, key_id());
  return sign(header + R"(,"typ":"JWT"})", claims_json);
}

std::string JwtSigner::sign(std::string_view header_json, std::string_view claims_json) const {
  const std::string text = to_base64url(as_bytes(header_json)) + "." + to_base64url(as_bytes(claims_json));
  const EVP_MD* digest = key_.algorithm() == JwtAlgorithm::kEdDsa ? nullptr : EVP_sha256();
  const DigestPtr context(EVP_MD_CTX_new());
  std::size_t bytes = 0;
  const ByteView view = as_bytes(text);
  EXPECT_INVARIANT(context && EVP_DigestSignInit(context.get(), nullptr, digest, nullptr, key_.impl_->key.get()) == 1 &&
                   EVP_DigestSign(context.get(), nullptr, &bytes, view.data(), view.size()) == 1);
  Bytes signature(bytes);
  EXPECT_INVARIANT(EVP_DigestSign(context.get(), signature.data(), &bytes, view.data(), view.size()) == 1);
  signature.resize(bytes);
  if (key_.algorithm() == JwtAlgorithm::kEs256) signature = raw_signature(signature);
  return text + "." + to_base64url(signature);
}

}  // namespace tansiq::net
