// Keys for signed notes: who signs, in which role, and how the key is written down.
//
//   key id = first 4 bytes of SHA-256(name ‖ 0A ‖ type ‖ public key)
//   vkey   = name+<key id in hex>+base64(type ‖ public key)              what is published
//   skey   = PRIVATE+KEY+name+<key id in hex>+base64(type ‖ seed)        what stands in a key file, mode 0600
//
// One key has one role and one name: a signature of type 01 covers neither. Sources: C2SP signed-note,
// tlog-cosignature; the format sheet, section 3.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

namespace tansiq::log {

/// What a key signs; the first byte of its published form.
enum class KeyType : std::uint8_t {
  kEd25519 = 0x01,             ///< The text of a note.
  kEd25519Cosignature = 0x04,  ///< A checkpoint that was seen at a time.
  kMlDsa44Cosignature = 0x06,  ///< The same, post-quantum. Read and kept, not verified: OpenSSL 3.0 lacks ML-DSA.
};

/// Bytes of a public key, and of a signature behind its key id (time included in cosignatures).
[[nodiscard]] std::size_t public_key_bytes(KeyType type);
[[nodiscard]] std::size_t signature_bytes(KeyType type);

inline constexpr std::size_t kKeyNameBytesMax = 255;

/// A key's name: ASCII `a-z 0-9 . - /`, not empty, at most 255 bytes. Stricter than the standard, which allows any text
/// without spaces and `+`: names are compared by people. Fails with `kInvalid`.
[[nodiscard]] Status check_key_name(std::string_view name);

/// Four bytes that tell keys of one name apart.
struct KeyId {
  std::uint32_t value = 0;  ///< Big-endian in the published form.
  [[nodiscard]] std::string hex() const;
  friend auto operator<=>(const KeyId&, const KeyId&) = default;
};

/// The id of the key. Needs no valid name.
[[nodiscard]] KeyId key_id_of(std::string_view name, KeyType type, ByteView public_key);

/// A public key with its name and role.
class VerifierKey {
 public:
  /// Reads a vkey. Fails with `kMalformed` or `kInvalid`; an id that does not fit the key is refused.
  [[nodiscard]] static Result<VerifierKey> parse(std::string_view vkey);
  /// Fails with `kInvalid` on a bad name or a key of the wrong length.
  [[nodiscard]] static Result<VerifierKey> make(std::string_view name, KeyType type, ByteView public_key);

  [[nodiscard]] std::string text() const;  ///< The vkey.
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] KeyId id() const { return id_; }
  [[nodiscard]] KeyType type() const { return type_; }
  [[nodiscard]] ByteView public_key() const { return public_key_; }

  /// Whether `signature` (64 bytes) is this Ed25519 key's over `message`. About 50 µs. Needs an Ed25519 type.
  [[nodiscard]] bool verify(ByteView message, ByteView signature) const;

  friend bool operator==(const VerifierKey&, const VerifierKey&) = default;

 private:
  VerifierKey() = default;
  std::string name_;
  KeyId id_;
  KeyType type_ = KeyType::kEd25519;
  Bytes public_key_;
};

/// Whether the key is one of the test keys printed in RFC 8032: anybody can sign with them.
[[nodiscard]] bool is_published_test_key(const VerifierKey& key);

/// A private key with its name and role; Ed25519 types only. Moves, does not copy; the secret is wiped at the end.
class SignerKey {
 public:
  static constexpr std::size_t kSeedBytes = 32;

  /// A new key from the operating system's secure generator.
  [[nodiscard]] static Result<SignerKey> generate(std::string_view name, KeyType type);
  [[nodiscard]] static Result<SignerKey> from_seed(std::string_view name, KeyType type, ByteView seed);
  /// Reads a skey. Accepts published test keys: only `read_key_file` refuses them.
  [[nodiscard]] static Result<SignerKey> parse(std::string_view skey);

  SignerKey(SignerKey&& other) noexcept;
  SignerKey& operator=(SignerKey&& other) noexcept;
  SignerKey(const SignerKey&) = delete;
  SignerKey& operator=(const SignerKey&) = delete;
  ~SignerKey();

  [[nodiscard]] const VerifierKey& verifier() const { return verifier_; }
  [[nodiscard]] const std::string& name() const { return verifier_.name(); }
  /// The same secret under another name. For the logs of one node: a checkpoint's text begins with its origin, so that
  /// a signature for one log is none for another.
  [[nodiscard]] Result<SignerKey> renamed(std::string_view name) const;
  /// The skey: a secret. For key files.
  [[nodiscard]] std::string secret_text() const;
  /// 64 bytes of Ed25519 over `message`. About 20 µs. Any thread.
  [[nodiscard]] std::array<std::uint8_t, 64> sign(ByteView message) const;

 private:
  explicit SignerKey(VerifierKey verifier) : verifier_(std::move(verifier)) {}
  VerifierKey verifier_;
  std::array<std::uint8_t, 64> secret_{};  // libsodium's form: seed, then public key
};

/// Whether keys that everybody knows may be loaded. Only tests say `kYes`.
enum class AllowTestKeys : bool { kNo, kYes };

/// Reads a key file: one line with a skey. Fails with `kForbidden` when others than the owner may read the file, and
/// when the key is a published test key.
[[nodiscard]] Result<SignerKey> read_key_file(const std::filesystem::path& path,
                                              AllowTestKeys allow = AllowTestKeys::kNo);
/// Writes a key file with mode 0600. Never overwrites: fails with `kConflict` when the file exists. Synced when it
/// returns.
[[nodiscard]] Status write_key_file(const std::filesystem::path& path, const SignerKey& key);

}  // namespace tansiq::log
