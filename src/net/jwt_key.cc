#include "net/jwt_key.h"

#include <fmt/format.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <algorithm>

#include "base/invariant.h"
#include "base/logging.h"
#include "net/jwt_key_detail.h"

namespace tansiq::net {
namespace {

using DigestPtr = std::unique_ptr<EVP_MD_CTX, Freed<EVP_MD_CTX_free>>;
using KeyContextPtr = std::unique_ptr<EVP_PKEY_CTX, Freed<EVP_PKEY_CTX_free>>;
using ParamsPtr = std::unique_ptr<OSSL_PARAM, Freed<OSSL_PARAM_free>>;
using ParamBuilderPtr = std::unique_ptr<OSSL_PARAM_BLD, Freed<OSSL_PARAM_BLD_free>>;
using SignaturePtr = std::unique_ptr<ECDSA_SIG, Freed<ECDSA_SIG_free>>;

constexpr std::string_view kP256 = "prime256v1";
constexpr std::size_t kCoordinateBytes = 32;
constexpr std::size_t kEd25519Bytes = 32;
constexpr std::size_t kKeyIdBytesMax = 256;
/// OpenSSL takes larger exponents only for small moduli; nobody uses them.
constexpr int kExponentBitsMax = 64;

constexpr std::array<std::pair<JwtAlgorithm, std::string_view>, 3> kNames{
    {{JwtAlgorithm::kRs256, "RS256"}, {JwtAlgorithm::kEs256, "ES256"}, {JwtAlgorithm::kEdDsa, "EdDSA"}}};

Bytes big_number(const EVP_PKEY* key, const char* name) {
  BIGNUM* raw = nullptr;
  if (EVP_PKEY_get_bn_param(key, name, &raw) != 1) {
    ERR_clear_error();
    return {};
  }
  const BigNumberPtr number(raw);
  Bytes out(static_cast<std::size_t>(BN_num_bytes(number.get())));
  BN_bn2bin(number.get(), out.data());
  return out;
}

/// The coordinate of a point, with its leading zeros.
Bytes coordinate(const EVP_PKEY* key, const char* name) {
  Bytes out = big_number(key, name);
  out.insert(out.begin(), kCoordinateBytes - std::min(out.size(), kCoordinateBytes), 0);
  return out;
}

Bytes raw_public(const EVP_PKEY* key) {
  Bytes out(kEd25519Bytes);
  std::size_t bytes = out.size();
  EXPECT_INVARIANT(EVP_PKEY_get_raw_public_key(key, out.data(), &bytes) == 1 && bytes == out.size());
  return out;
}

bool is_p256(const EVP_PKEY* key) {
  std::array<char, 64> name{};
  std::size_t bytes = 0;
  const bool known = EVP_PKEY_get_group_name(key, name.data(), name.size(), &bytes) == 1;
  ERR_clear_error();
  return known && std::string_view(name.data(), bytes) == kP256;
}

Result<JwtAlgorithm> algorithm_for(const EVP_PKEY* key) {
  switch (EVP_PKEY_get_base_id(key)) {
    case EVP_PKEY_RSA: {
      const int bits = EVP_PKEY_get_bits(key);
      if (bits < kRsaBitsMin || bits > kRsaBitsMax) {
        return fail(ErrorCode::kInvalid,
                    fmt::format("an RSA key of {} bits; {} to {} are taken", bits, kRsaBitsMin, kRsaBitsMax));
      }
      const Bytes exponent = big_number(key, OSSL_PKEY_PARAM_RSA_E);
      const bool odd = !exponent.empty() && (exponent.back() & 1U) != 0;
      const bool one = exponent.size() == 1 && exponent.front() == 1;
      if (!odd || one || exponent.size() * 8 > kExponentBitsMax) {
        return fail(ErrorCode::kInvalid, "an RSA key with an unusable exponent");
      }
      return JwtAlgorithm::kRs256;
    }
    case EVP_PKEY_EC:
      if (!is_p256(key)) return fail(ErrorCode::kUnsupported, "an elliptic-curve key on a curve other than P-256");
      return JwtAlgorithm::kEs256;
    case EVP_PKEY_ED25519:
      return JwtAlgorithm::kEdDsa;
    default:
      return fail(ErrorCode::kUnsupported, "a kind of key that is not taken; RSA, P-256 and Ed25519 are");
  }
}

/// A key from named numbers; null where OpenSSL finds them unfit (a point that is not on the curve).
KeyPtr build(const char* kind, const ParamBuilderPtr& builder) {
  const ParamsPtr params(OSSL_PARAM_BLD_to_param(builder.get()));
  const KeyContextPtr context(EVP_PKEY_CTX_new_from_name(nullptr, kind, nullptr));
  EVP_PKEY* raw = nullptr;
  const bool made = params && context && EVP_PKEY_fromdata_init(context.get()) == 1 &&
                    EVP_PKEY_fromdata(context.get(), &raw, EVP_PKEY_PUBLIC_KEY, params.get()) == 1;
  KeyPtr key(raw);
  const KeyContextPtr check(key ? EVP_PKEY_CTX_new(key.get(), nullptr) : nullptr);
  const bool good = made && check && EVP_PKEY_public_check(check.get()) == 1;
  ERR_clear_error();
  return good ? std::move(key) : nullptr;
}

Result<Bytes> bytes_member(const JsonValue& jwk, std::string_view name) {
  const JsonValue member = TRY(jwk.at(name));
  const std::string_view text = TRY(member.string());
  auto bytes = from_base64url(text);
  if (!bytes) return fail(ErrorCode::kMalformed, fmt::format("\"{}\" is not base64url without padding", name));
  return bytes;
}

Result<KeyPtr> rsa_key(const JsonValue& jwk) {
  const Bytes modulus = TRY(bytes_member(jwk, "n"));
  const Bytes exponent = TRY(bytes_member(jwk, "e"));
  if (modulus.size() * 8 > kRsaBitsMax + 8 || exponent.size() > kExponentBitsMax / 8) {
    return fail(ErrorCode::kInvalid, fmt::format("an RSA key of more than {} bits", kRsaBitsMax));
  }
  const BigNumberPtr n(BN_bin2bn(modulus.data(), static_cast<int>(modulus.size()), nullptr));
  const BigNumberPtr e(BN_bin2bn(exponent.data(), static_cast<int>(exponent.size()), nullptr));
  const ParamBuilderPtr builder(OSSL_PARAM_BLD_new());
  EXPECT_INVARIANT(n && e && builder && OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) == 1 &&
                   OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) == 1);
  // Before OpenSSL looks at it, which finds small keys unfit without saying why.
  if (BN_num_bits(n.get()) < kRsaBitsMin) {
    return fail(ErrorCode::kInvalid, fmt::format("an RSA key of {} bits; {} to {} are taken", BN_num_bits(n.get()),
                                                 kRsaBitsMin, kRsaBitsMax));
  }
  KeyPtr key = build("RSA", builder);
  if (!key) return fail(ErrorCode::kInvalid, "the numbers are no RSA key");
  return key;
}

Result<KeyPtr> p256_key(const JsonValue& jwk) {
  const JsonValue curve = TRY(jwk.at("crv"));
  if (TRY(curve.string()) != "P-256") {
    return fail(ErrorCode::kUnsupported, "an elliptic-curve key on a curve other than P-256");
  }
  const Bytes x = TRY(bytes_member(jwk, "x"));
  const Bytes y = TRY(bytes_member(jwk, "y"));
  if (x.size() != kCoordinateBytes || y.size() != kCoordinateBytes) {
    return fail(ErrorCode::kMalformed, "\"x\" and \"y\" have 32 bytes each");
  }
  Bytes point{4};  // uncompressed
  point.insert(point.end(), x.begin(), x.end());
  point.insert(point.end(), y.begin(), y.end());
  const ParamBuilderPtr builder(OSSL_PARAM_BLD_new());
  EXPECT_INVARIANT(
      builder && OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, kP256.data(), 0) == 1 &&
      OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()) == 1);
  KeyPtr key = build("EC", builder);
  if (!key) return fail(ErrorCode::kInvalid, "the point is not on P-256");
  return key;
}

Result<KeyPtr> ed25519_key(const JsonValue& jwk) {
  const JsonValue curve = TRY(jwk.at("crv"));
  if (TRY(curve.string()) != "Ed25519") {
    return fail(ErrorCode::kUnsupported, "an octet key pair on a curve other than Ed25519");
  }
  const Bytes x = TRY(bytes_member(jwk, "x"));
  if (x.size() != kEd25519Bytes) return fail(ErrorCode::kMalformed, "\"x\" has 32 bytes");
  KeyPtr key(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, x.data(), x.size()));
  ERR_clear_error();
  if (!key) return fail(ErrorCode::kInvalid, "the bytes are no Ed25519 key");
  return key;
}

/// What a JWK says of its purpose, where it does.
Status check_purpose(const JsonValue& jwk) {
  if (const auto use = jwk.find("use")) {
    if (TRY(use->string()) != "sig") return fail(ErrorCode::kUnsupported, "a key that is not for signatures");
  }
  if (const auto operations = jwk.find("key_ops")) {
    TRY_VOID(operations->expect(JsonValue::Kind::kArray));
    bool verifies = false;
    for (std::size_t i = 0; i < operations->size(); ++i) {
      verifies = TRY((*operations)[i].string()) == "verify" || verifies;
    }
    if (!verifies) return fail(ErrorCode::kUnsupported, "a key that is not for verifying");
  }
  if (jwk.find("d")) {
    return fail(ErrorCode::kInvalid, "a private key has been published: whoever has read it can make tokens");
  }
  return {};
}

}  // namespace

std::string_view to_text(JwtAlgorithm algorithm) { return kNames.at(static_cast<std::size_t>(algorithm)).second; }

std::optional<JwtAlgorithm> parse_jwt_algorithm(std::string_view name) {
  for (const auto& [algorithm, text] : kNames) {
    if (text == name) return algorithm;
  }
  return std::nullopt;
}

Result<JwtKey> JwtKey::adopt(std::shared_ptr<const Impl> impl, std::optional<std::string> key_id) {
  JwtKey out;
  out.algorithm_ = TRY(algorithm_for(impl->key.get()));
  out.impl_ = std::move(impl);
  out.key_id_ = std::move(key_id);
  return out;
}

Result<JwtKey> JwtKey::from_jwk(const JsonValue& jwk) {
  TRY_VOID(jwk.expect(JsonValue::Kind::kObject));
  const JsonValue kind_member = TRY(jwk.at("kty"));
  const std::string_view kind = TRY(kind_member.string());
  if (kind != "RSA" && kind != "EC" && kind != "OKP") {
    return fail(ErrorCode::kUnsupported, "a kind of key that is not taken; RSA, EC and OKP are");
  }
  TRY_VOID(check_purpose(jwk));
  std::optional<std::string> key_id;
  if (const auto member = jwk.find("kid")) {
    key_id = TRY(member->string());
    if (key_id->size() > kKeyIdBytesMax) {
      return fail(ErrorCode::kTooLarge, fmt::format("a \"kid\" of more than {} bytes", kKeyIdBytesMax));
    }
  }
  KeyPtr made = kind == "RSA" ? TRY(rsa_key(jwk)) : kind == "EC" ? TRY(p256_key(jwk)) : TRY(ed25519_key(jwk));
  JwtKey key = TRY(adopt(std::make_shared<const Impl>(Impl{std::move(made)}), std::move(key_id)));
  if (const auto stated = jwk.find("alg")) {
    const std::string_view name = TRY(stated->string());
    if (name != to_text(key.algorithm_)) {
      return fail(ErrorCode::kUnsupported, fmt::format("a key for another algorithm than {}", to_text(key.algorithm_)));
    }
  }
  return key;
}

bool JwtKey::verify(std::string_view text, ByteView signature) const {
  EVP_PKEY* const key = impl_->key.get();
  Bytes der;
  if (algorithm_ == JwtAlgorithm::kEs256) {
    if (signature.size() != 2 * kCoordinateBytes) return false;
    const SignaturePtr pair(ECDSA_SIG_new());
    BigNumberPtr r(BN_bin2bn(signature.data(), kCoordinateBytes, nullptr));
    BigNumberPtr s(BN_bin2bn(signature.data() + kCoordinateBytes, kCoordinateBytes, nullptr));
    EXPECT_INVARIANT(pair && r && s && ECDSA_SIG_set0(pair.get(), r.get(), s.get()) == 1);
    (void)r.release();
    (void)s.release();
    unsigned char* out = nullptr;
    const int bytes = i2d_ECDSA_SIG(pair.get(), &out);
    EXPECT_INVARIANT(bytes > 0);
    der.assign(out, out + bytes);
    OPENSSL_free(out);
    signature = der;
  }
  // Ed25519 signs the text itself, so it takes no digest.
  const EVP_MD* digest = algorithm_ == JwtAlgorithm::kEdDsa ? nullptr : EVP_sha256();
  const DigestPtr context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* parameters = nullptr;
  bool good = context && EVP_DigestVerifyInit(context.get(), &parameters, digest, nullptr, key) == 1;
  if (good && algorithm_ == JwtAlgorithm::kRs256) {
    good = EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PADDING) == 1;
  }
  const ByteView bytes = as_bytes(text);
  good = good && EVP_DigestVerify(context.get(), signature.data(), signature.size(), bytes.data(), bytes.size()) == 1;
  ERR_clear_error();
  return good;
}

/// In the order of their names, without white space: what RFC 7638 hashes.
std::string JwtKey::required_members() const {
  const EVP_PKEY* key = impl_->key.get();
  switch (algorithm_) {
    case JwtAlgorithm::kRs256:
      return fmt::format(R"("e":"{}","kty":"RSA","n":"{}")", to_base64url(big_number(key, OSSL_PKEY_PARAM_RSA_E)),
                         to_base64url(big_number(key, OSSL_PKEY_PARAM_RSA_N)));
    case JwtAlgorithm::kEs256:
      return fmt::format(R"("crv":"P-256","kty":"EC","x":"{}","y":"{}")",
                         to_base64url(coordinate(key, OSSL_PKEY_PARAM_EC_PUB_X)),
                         to_base64url(coordinate(key, OSSL_PKEY_PARAM_EC_PUB_Y)));
    case JwtAlgorithm::kEdDsa:
      break;
  }
  return fmt::format(R"("crv":"Ed25519","kty":"OKP","x":"{}")", to_base64url(raw_public(key)));
}

std::string JwtKey::thumbprint() const {
  const std::string text = "{" + required_members() + "}";
  std::array<std::uint8_t, 32> hash{};
  EXPECT_INVARIANT(EVP_Digest(text.data(), text.size(), hash.data(), nullptr, EVP_sha256(), nullptr) == 1);
  return to_base64url(hash);
}

std::string JwtKey::jwk_json() const {
  std::string out = fmt::format(R"({{"alg":"{}",{},"kid":)", to_text(algorithm_), required_members());
  append_json_string(out, key_id_ ? *key_id_ : thumbprint());
  return out + R"(,"use":"sig"})";
}

Result<std::vector<JwtKey>> read_pem_keys(std::string_view text, const std::string& where) {
  if (text.size() > kKeyDocumentBytesMax) {
    return fail(ErrorCode::kTooLarge, fmt::format("more than {} bytes", kKeyDocumentBytesMax), where);
  }
  ERR_clear_error();
  const BioPtr memory(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  EXPECT_INVARIANT(memory != nullptr);
  std::vector<JwtKey> out;
  for (;;) {
    char* name = nullptr;
    char* header = nullptr;
    unsigned char* data = nullptr;
    long bytes = 0;
    if (PEM_read_bio(memory.get(), &name, &header, &data, &bytes) != 1) break;
    const std::string block = name;
    const unsigned char* at = data;
    KeyPtr key;
    if (block == "PUBLIC KEY") {
      key.reset(d2i_PUBKEY(nullptr, &at, bytes));
    } else if (block == "CERTIFICATE") {
      const X509Ptr certificate(d2i_X509(nullptr, &at, bytes));
      key.reset(certificate ? X509_get_pubkey(certificate.get()) : nullptr);
    }
    OPENSSL_free(name);
    OPENSSL_free(header);
    OPENSSL_clear_free(data, static_cast<std::size_t>(bytes));
    ERR_clear_error();
    if (block.ends_with("PRIVATE KEY")) {
      return fail(ErrorCode::kInvalid, "holds a private key: only the issuer may have that; give the public one",
                  where);
    }
    if (!key)
      return fail(ErrorCode::kInvalid, fmt::format("the block \"{}\" is no public key or certificate", block), where);
    auto adopted = JwtKey::adopt(std::make_shared<const JwtKey::Impl>(JwtKey::Impl{std::move(key)}), std::nullopt);
    if (!adopted) return fail(adopted.error().code, "holds " + adopted.error().message, where);
    if (out.size() == kKeysPerIssuerMax) {
      return fail(ErrorCode::kTooLarge, fmt::format("holds more than {} keys", kKeysPerIssuerMax), where);
    }
    out.push_back(std::move(*adopted));
  }
  const bool ended = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  ERR_clear_error();
  if (!ended) return fail(ErrorCode::kMalformed, "is not PEM to its end", where);
  if (out.empty()) return fail(ErrorCode::kInvalid, "holds no public key or certificate in PEM", where);
  return out;
}

Result<KeySet> read_jwks(std::string_view text) {
  const JsonDocument document =
      TRY(JsonDocument::parse(text, {.bytes_max = kKeyDocumentBytesMax, .depth_max = 8, .values_max = 10'000}));
  const JsonValue list = TRY(document.root().at("keys"));
  TRY_VOID(list.expect(JsonValue::Kind::kArray));
  KeySet out;
  for (std::size_t i = 0; i < list.size(); ++i) {
    auto key = JwtKey::from_jwk(list[i]);
    if (!key) {
      out.left_out.push_back(fmt::format("keys[{}]: {}", i, key.error().message));
    } else if (out.keys.size() == kKeysPerIssuerMax) {
      return fail(ErrorCode::kTooLarge, fmt::format("more than {} keys", kKeysPerIssuerMax), "keys");
    } else {
      out.keys.push_back(std::move(*key));
    }
  }
  if (out.keys.empty()) {
    return fail(ErrorCode::kInvalid,
                fmt::format("no key that can be used; {}",
                            out.left_out.empty() ? std::string("the set is empty") : out.left_out.front()),
                "keys");
  }
  return out;
}

}  // namespace tansiq::net
