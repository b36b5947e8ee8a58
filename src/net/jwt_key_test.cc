#include "net/jwt_key.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <fstream>
#include <sstream>

#include "net/jwt_sign.h"
#include "net/net_testlib.h"
#include "net/openssl_ptr.h"

namespace tansiq::net {
namespace {

using ::testing::HasSubstr;

Result<JwtKey> from_text(std::string_view jwk) {
  const auto document = JsonDocument::parse(jwk);
  if (!document) return std::unexpected(document.error());
  return JwtKey::from_jwk(document->root());
}

std::string refusal(std::string_view jwk) {
  const auto key = from_text(jwk);
  return key ? "(taken)" : key.error().message;
}

/// Whether `key` finds the last part of a compact JWS to be its signature of the others.
bool verifies(const JwtKey& key, std::string_view jws) {
  const std::size_t dot = jws.rfind('.');
  const auto signature = from_base64url(jws.substr(dot + 1));
  return signature && key.verify(jws.substr(0, dot), *signature);
}

constexpr std::string_view kRfc7515A2Key =
    R"({"kty":"RSA","n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4)"
    R"(d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQ)"
    R"(OS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkM)"
    R"(Ls91kzk2PAcDTW9gb54h4FRWyuXpoQ","e":"AQAB"})";
constexpr std::string_view kRfc7515A2 =
    "eyJhbGciOiJSUzI1NiJ9"
    ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
    ".cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7"
    "t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12"
    "jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlU"
    "PQGe77Rw";
constexpr std::string_view kRfc7515A3Key =
    R"({"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"})";
constexpr std::string_view kRfc7515A3 =
    "eyJhbGciOiJFUzI1NiJ9"
    ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
    ".DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
constexpr std::string_view kRfc8037Key =
    R"({"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})";
constexpr std::string_view kRfc8037 =
    "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc"
    ".hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";

TEST(JwtKey, VectorsOfTheStandards) {
  for (const auto& [jwk, jws, algorithm] : {std::tuple{kRfc7515A2Key, kRfc7515A2, JwtAlgorithm::kRs256},
                                            std::tuple{kRfc7515A3Key, kRfc7515A3, JwtAlgorithm::kEs256},
                                            std::tuple{kRfc8037Key, kRfc8037, JwtAlgorithm::kEdDsa}}) {
    const auto key = from_text(jwk);
    ASSERT_TRUE(key) << key.error().text();
    EXPECT_EQ(key->algorithm(), algorithm);
    EXPECT_TRUE(verifies(*key, jws)) << to_text(algorithm);
  }
}

TEST(JwtKey, ThumbprintsOfTheStandards) {
  EXPECT_EQ(from_text(kRfc8037Key)->thumbprint(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");  // RFC 8037, A.3
  // RFC 7638, 3.1
  EXPECT_EQ(
      from_text(
          R"({"kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECP)"
          R"(ebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJ)"
          R"(ZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1)"
          R"(jF44-csFCur-kEgU8awapJzKnqDKgw","e":"AQAB","alg":"RS256","kid":"2011-04-29"})")
          ->thumbprint(),
      "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
}

TEST(JwtKey, EveryFlippedBitOfASignatureIsRefused) {
  for (const JwtAlgorithm algorithm : kJwtAlgorithms) {
    const auto signer = JwtSigner::generate(algorithm);
    ASSERT_TRUE(signer);
    const std::string jws = signer->sign("{}");
    const std::size_t dot = jws.rfind('.');
    const std::string text = jws.substr(0, dot);
    Bytes signature = *from_base64url(jws.substr(dot + 1));
    EXPECT_TRUE(signer->key().verify(text, signature));
    EXPECT_FALSE(signer->key().verify(text + "x", signature));
    EXPECT_FALSE(signer->key().verify(text, ByteView(signature).first(signature.size() - 1)));
    EXPECT_FALSE(signer->key().verify(text, {}));
    for (std::size_t bit = 0; bit < signature.size() * 8; ++bit) {
      signature[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
      ASSERT_FALSE(signer->key().verify(text, signature)) << to_text(algorithm) << ", bit " << bit;
      signature[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
    }
    Bytes longer = signature;
    longer.push_back(0);
    EXPECT_FALSE(signer->key().verify(text, longer));
  }
}

TEST(JwtKey, Es256SignaturesAreRawAndNeverZero) {
  const auto signer = JwtSigner::generate(JwtAlgorithm::kEs256);
  ASSERT_TRUE(signer);
  EXPECT_FALSE(signer->key().verify("text", Bytes(64, 0)));  // r = s = 0: accepted by others once
  Bytes order = *from_hex("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
  order.insert(order.end(), order.begin(), order.end());
  EXPECT_FALSE(signer->key().verify("text", order));
}

TEST(JwtKey, AJwkComesBackAsItWasPublished) {
  for (const JwtAlgorithm algorithm : kJwtAlgorithms) {
    const auto signer = JwtSigner::generate(algorithm);
    ASSERT_TRUE(signer);
    const auto key = from_text(signer->key().jwk_json());
    ASSERT_TRUE(key) << key.error().text();
    EXPECT_EQ(key->algorithm(), algorithm);
    EXPECT_EQ(*key->key_id(), signer->key_id());
    EXPECT_EQ(key->thumbprint(), signer->key().thumbprint());
    EXPECT_TRUE(verifies(*key, signer->sign(R"({"a":1})")));
  }
}

/// A JWK with one member replaced, taken out (empty value) or added.
std::string changed(std::string_view jwk, std::string_view name, std::string_view value) {
  const auto document = JsonDocument::parse(jwk);
  std::string out;
  const JsonValue root = document->root();
  for (std::size_t i = 0; i < root.size(); ++i) {
    if (root.name(i) == name) continue;
    out += fmt::format(R"(,"{}":"{}")", root.name(i), *root[i].string());
  }
  if (!value.empty()) out += fmt::format(R"(,"{}":{})", name, value);
  return "{" + out.substr(1) + "}";
}

TEST(JwtKey, RefusesOtherKindsAndCurves) {
  EXPECT_THAT(refusal(R"({"kty":"oct","k":"AAAA","alg":"HS256"})"), HasSubstr("kind of key"));
  EXPECT_THAT(refusal(R"({"kty":"AKP","alg":"ML-DSA-44"})"), HasSubstr("kind of key"));
  EXPECT_THAT(refusal(changed(kRfc7515A3Key, "crv", R"("P-384")")), HasSubstr("curve"));
  EXPECT_THAT(refusal(changed(kRfc7515A3Key, "crv", R"("secp256k1")")), HasSubstr("curve"));
  EXPECT_THAT(refusal(changed(kRfc8037Key, "crv", R"("X25519")")), HasSubstr("curve"));
  EXPECT_THAT(refusal("[]"), HasSubstr("object"));
  EXPECT_THAT(refusal("{}"), HasSubstr("kty"));
}

TEST(JwtKey, RefusesOtherAlgorithmsAndPurposes) {
  EXPECT_EQ(refusal(changed(kRfc7515A2Key, "alg", R"("RS256")")), "(taken)");
  for (const char* alg : {R"("RS512")", R"("PS256")", R"("HS256")", R"("none")", R"("ES256")", "1"}) {
    EXPECT_NE(refusal(changed(kRfc7515A2Key, "alg", alg)), "(taken)") << alg;
  }
  EXPECT_EQ(refusal(changed(kRfc7515A2Key, "use", R"("sig")")), "(taken)");
  EXPECT_THAT(refusal(changed(kRfc7515A2Key, "use", R"("enc")")), HasSubstr("not for signatures"));
  EXPECT_EQ(refusal(changed(kRfc7515A2Key, "key_ops", R"(["verify"])")), "(taken)");
  EXPECT_THAT(refusal(changed(kRfc7515A2Key, "key_ops", R"(["encrypt"])")), HasSubstr("not for verifying"));
  EXPECT_THAT(refusal(changed(kRfc8037Key, "d", R"("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A")")),
              HasSubstr("private key"));
  EXPECT_THAT(refusal(changed(kRfc8037Key, "kid", fmt::format("\"{}\"", std::string(257, 'k')))), HasSubstr("kid"));
}

TEST(JwtKey, RefusesUnfitNumbers) {
  const auto modulus = [](std::size_t bytes) { return fmt::format("\"{}\"", to_base64url(Bytes(bytes, 0xff))); };
  EXPECT_THAT(refusal(changed(kRfc7515A2Key, "n", modulus(128))), HasSubstr("1024 bits"));
  EXPECT_THAT(refusal(changed(kRfc7515A2Key, "n", modulus(255))), HasSubstr("2040 bits"));
  EXPECT_NE(refusal(changed(kRfc7515A2Key, "n", modulus(1'026))), "(taken)");
  EXPECT_NE(refusal(changed(kRfc7515A2Key, "n", R"("")")), "(taken)");
  for (const char* e : {R"("AQ")", R"("Ag")", R"("AA")", R"("")", R"("AQAB=")", R"("AQAC")"}) {
    EXPECT_NE(refusal(changed(kRfc7515A2Key, "e", e)), "(taken)") << e;
  }
  EXPECT_THAT(refusal(changed(kRfc7515A3Key, "y", R"("x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a1")")),
              HasSubstr("base64url"));  // spare bits
  EXPECT_THAT(refusal(changed(kRfc7515A3Key, "y", R"("x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5aw")")),
              HasSubstr("not on P-256"));
  EXPECT_THAT(refusal(changed(kRfc7515A3Key, "x", R"("AAAA")")), HasSubstr("32 bytes"));
  EXPECT_THAT(refusal(changed(kRfc8037Key, "x", R"("AAAA")")), HasSubstr("32 bytes"));
  EXPECT_THAT(refusal(changed(kRfc8037Key, "x", "")), HasSubstr("x"));
}

std::string public_pem(EVP_PKEY* key) {
  const BioPtr memory(BIO_new(BIO_s_mem()));
  PEM_write_bio_PUBKEY(memory.get(), key);
  char* data = nullptr;
  const long bytes = BIO_get_mem_data(memory.get(), &data);
  return {data, static_cast<std::size_t>(bytes)};
}

/// The public half of a signer, by way of OpenSSL.
std::string public_pem(const JwtSigner& signer) {
  const std::string pem = signer.pem();
  const BioPtr memory(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  const KeyPtr key(PEM_read_bio_PrivateKey(memory.get(), nullptr, nullptr, nullptr));
  return public_pem(key.get());
}

TEST(JwtKey, ReadsPublicKeysAndCertificates) {
  const TemporaryFolder directory;
  std::string both;
  for (const JwtAlgorithm algorithm : kJwtAlgorithms) {
    const auto signer = JwtSigner::generate(algorithm);
    const std::string pem = public_pem(*signer);
    const auto keys = read_pem_keys("text before\n" + pem, "k.pem");
    ASSERT_TRUE(keys) << keys.error().text();
    ASSERT_EQ(keys->size(), 1U);
    EXPECT_FALSE(keys->front().key_id());
    EXPECT_TRUE(verifies(keys->front(), signer->sign("{}")));
    both += pem;
  }
  const test::Identity identity = test::make_identity(directory, "issuer");
  std::stringstream certificate;
  certificate << std::ifstream(identity.certificate_file).rdbuf();
  const auto all = read_pem_keys(both + certificate.str(), "k.pem");
  ASSERT_TRUE(all) << all.error().text();
  EXPECT_EQ(all->size(), 4U);
}

TEST(JwtKey, RefusesOtherPem) {
  const auto signer = JwtSigner::generate(JwtAlgorithm::kEdDsa);
  const auto error = [](std::string_view text) {
    const auto keys = read_pem_keys(text, "k.pem");
    return keys ? std::string("(taken)") : keys.error().text();
  };
  EXPECT_THAT(error(""), HasSubstr("k.pem: holds no public key"));
  EXPECT_THAT(error(signer->pem()), HasSubstr("private key"));
  EXPECT_THAT(error("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"), HasSubstr("PUBLIC KEY"));
  EXPECT_THAT(error("-----BEGIN PUBLIC KEY-----\n"), HasSubstr("to its end"));
  EXPECT_THAT(error(public_pem(KeyPtr(EVP_EC_gen("P-384")).get())), HasSubstr("P-256"));
  EXPECT_THAT(error(public_pem(KeyPtr(EVP_RSA_gen(1'024)).get())), HasSubstr("1024 bits"));
  EXPECT_THAT(error(public_pem(KeyPtr(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED448")).get())), HasSubstr("kind of key"));
  std::string many;
  for (std::size_t i = 0; i <= kKeysPerIssuerMax; ++i) many += public_pem(*signer);
  EXPECT_THAT(error(many), HasSubstr("more than 32 keys"));
  EXPECT_THAT(error(std::string(kKeyDocumentBytesMax + 1, ' ')), HasSubstr("bytes"));
}

TEST(KeySet, LeavesOutWhatItCannotUse) {
  const auto set =
      read_jwks(fmt::format(R"({{"keys":[{},{{"kty":"oct","k":"AA"}},{}],"more":1}})", kRfc7515A2Key, kRfc8037Key));
  ASSERT_TRUE(set) << set.error().text();
  EXPECT_EQ(set->keys.size(), 2U);
  ASSERT_EQ(set->left_out.size(), 1U);
  EXPECT_THAT(set->left_out[0], HasSubstr("keys[1]"));
}

TEST(KeySet, RefusesDocumentsWithoutKeys) {
  std::string many;
  for (std::size_t i = 0; i <= kKeysPerIssuerMax; ++i) many += fmt::format("{}{}", i > 0 ? "," : "", kRfc8037Key);
  for (const std::string& text :
       {std::string(), std::string("[]"), std::string("{}"), std::string(R"({"keys":{}})"),
        std::string(R"({"keys":[]})"), std::string(R"({"keys":[{"kty":"oct","k":"AA"}]})"),
        fmt::format(R"({{"keys":[{}],"keys":[]}})", kRfc8037Key), fmt::format(R"({{"keys":[{}]}})", many),
        std::string(kKeyDocumentBytesMax + 1, ' ')}) {
    EXPECT_FALSE(read_jwks(text)) << text.substr(0, 200);
  }
}

TEST(JwtSigner, ReadsBackWhatItWrites) {
  for (const JwtAlgorithm algorithm : kJwtAlgorithms) {
    const auto signer = JwtSigner::generate(algorithm);
    const auto again = JwtSigner::from_pem(signer->pem());
    ASSERT_TRUE(again) << again.error().text();
    EXPECT_EQ(again->key_id(), signer->key_id());
    EXPECT_TRUE(verifies(signer->key(), again->sign("{}")));
  }
  EXPECT_FALSE(JwtSigner::from_pem("x"));
}

}  // namespace
}  // namespace tansiq::net
