#include "node/officer_secret.h"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>

#include "base/invariant.h"
#include "base/random.h"
#include "core/names.h"

namespace tansiq::node {
namespace {

static_assert(crypto_pwhash_SALTBYTES == 16 && crypto_secretbox_NONCEBYTES == 24 && crypto_secretbox_MACBYTES == 16 &&
              crypto_secretbox_KEYBYTES == 32 && crypto_sign_SEEDBYTES == 32 && crypto_sign_SECRETKEYBYTES == 64);
static_assert(PasswordCost{}.passes == crypto_pwhash_OPSLIMIT_MODERATE &&
              PasswordCost{}.memory_kib * 1'024 == crypto_pwhash_MEMLIMIT_MODERATE);

/// 32 bytes that are wiped.
struct Wiped {
  std::array<std::uint8_t, 32> bytes{};
  Wiped() = default;
  Wiped(const Wiped&) = delete;
  Wiped& operator=(const Wiped&) = delete;
  ~Wiped() { sodium_memzero(bytes.data(), bytes.size()); }
};

std::size_t memory_of(const PasswordCost& cost) { return static_cast<std::size_t>(cost.memory_kib) * 1'024; }

std::unexpected<Error> no_memory() {
  return fail(ErrorCode::kUnavailable, "there is no memory to work on a password; try again");
}

Status derive(Wiped& key, std::string_view password, const OfficerSecret& secret) {
  if (crypto_pwhash(key.bytes.data(), key.bytes.size(), password.data(), password.size(), secret.key_salt.data(),
                    secret.key_cost.passes, memory_of(secret.key_cost), crypto_pwhash_ALG_ARGON2ID13) != 0) {
    return no_memory();
  }
  return {};
}

Result<std::string> hashed(std::string_view password, const PasswordCost& cost) {
  std::array<char, crypto_pwhash_STRBYTES> text{};
  if (crypto_pwhash_str_alg(text.data(), password.data(), password.size(), cost.passes, memory_of(cost),
                            crypto_pwhash_ALG_ARGON2ID13) != 0) {
    return no_memory();
  }
  return std::string(text.data());
}

/// Puts the seed into the box of `secret`, under `password` and a new salt.
Status seal(OfficerSecret& secret, std::string_view password, const Wiped& seed, const PasswordCost& cost) {
  secret.key_cost = cost;
  fill_secure_random(secret.key_salt);
  Wiped key;
  TRY_VOID(derive(key, password, secret));
  const std::span<std::uint8_t> nonce = std::span(secret.key_box).first(crypto_secretbox_NONCEBYTES);
  fill_secure_random(nonce);
  (void)crypto_secretbox_easy(secret.key_box.data() + nonce.size(), seed.bytes.data(), seed.bytes.size(), nonce.data(),
                              key.bytes.data());
  return {};
}

Status unseal(Wiped& seed, const OfficerSecret& secret, std::string_view password) {
  Wiped key;
  TRY_VOID(derive(key, password, secret));
  constexpr std::size_t kNonce = crypto_secretbox_NONCEBYTES;
  if (crypto_secretbox_open_easy(seed.bytes.data(), secret.key_box.data() + kNonce, secret.key_box.size() - kNonce,
                                 secret.key_box.data(), key.bytes.data()) != 0) {
    return fail(ErrorCode::kUnauthenticated, "the password does not open the personal key");
  }
  return {};
}

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

bool repeats(std::string_view text, std::string_view part) {
  if (part.empty()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != part[i % part.size()]) return false;
  }
  return true;
}

}  // namespace

OfficerKey::OfficerKey(const std::array<std::uint8_t, 32>& seed) {
  EXPECT_INVARIANT(sodium_init() >= 0);
  // Fails for want of memory, not where the limit of locked pages is reached: then they are merely not locked.
  secret_.reset(static_cast<std::uint8_t*>(sodium_malloc(crypto_sign_SECRETKEYBYTES)));
  EXPECT_INVARIANT(secret_ != nullptr);
  (void)crypto_sign_seed_keypair(public_.data(), secret_.get(), seed.data());
  (void)sodium_mprotect_readonly(secret_.get());
}

void OfficerKey::Free::operator()(std::uint8_t* bytes) const noexcept { sodium_free(bytes); }  // Wipes.

std::array<std::uint8_t, 64> OfficerKey::sign(std::string_view message) const {
  std::array<std::uint8_t, 64> out{};
  const ByteView bytes = as_bytes(message);
  (void)crypto_sign_detached(out.data(), nullptr, bytes.data(), bytes.size(), secret_.get());
  return out;
}

bool officer_signature_fits(const std::array<std::uint8_t, 32>& public_key, std::string_view message,
                            const std::array<std::uint8_t, 64>& signature) {
  const ByteView bytes = as_bytes(message);
  return crypto_sign_verify_detached(signature.data(), bytes.data(), bytes.size(), public_key.data()) == 0;
}

Status check_password_rule(std::string_view password, std::string_view name) {
  TRY_VOID(core::check_label(password, kPasswordBytesMax, "a password"));
  if (characters(password) < kPasswordCharactersMin) {
    return fail(ErrorCode::kInvalid, fmt::format("a password has at least {} characters", kPasswordCharactersMin),
                "password");
  }
  if (repeats(password, name) || repeats(password, password.substr(0, 1))) {
    return fail(ErrorCode::kInvalid, "a password is not the name, nor one character, over and over", "password");
  }
  return {};
}

Result<OfficerSecret> make_secret(std::string_view password, const PasswordCost& cost) {
  OfficerSecret out;
  out.password_hash = TRY(hashed(password, cost));
  Wiped seed;
  fill_secure_random(seed.bytes);
  out.public_key = OfficerKey(seed.bytes).public_key();
  TRY_VOID(seal(out, password, seed, cost));
  return out;
}

Result<OfficerSecret> change_secret(const OfficerSecret& secret, std::string_view old_password,
                                    std::string_view new_password, const PasswordCost& cost) {
  Wiped seed;
  TRY_VOID(unseal(seed, secret, old_password));
  OfficerSecret out = secret;
  out.password_hash = TRY(hashed(new_password, cost));
  TRY_VOID(seal(out, new_password, seed, cost));
  return out;
}

std::string stand_in_hash(const PasswordCost& cost) {
  // A salt and a hash that were drawn once.
  return fmt::format("$argon2id$v=19$m={},t={},p=1$q0Xn8yP2m4l7C1sJ5vTzWg$9mWq1c0u2pYkqv7H3sZlE4xN8bRtGfJdUoA6iKXhVnM",
                     cost.memory_kib, cost.passes);
}

bool password_fits(const OfficerSecret* secret, std::string_view password, const PasswordCost& cost) {
  const std::string hash = secret != nullptr ? secret->password_hash : stand_in_hash(cost);
  const bool fits = crypto_pwhash_str_verify(hash.c_str(), password.data(), password.size()) == 0;
  return fits && secret != nullptr;
}

Result<OfficerKey> open_key(const OfficerSecret& secret, std::string_view password) {
  Wiped seed;
  TRY_VOID(unseal(seed, secret, password));
  OfficerKey key(seed.bytes);
  if (key.public_key() != secret.public_key) {
    return fail(ErrorCode::kCorrupt, "the personal key is another than its public half says");
  }
  return key;
}

}  // namespace tansiq::node
