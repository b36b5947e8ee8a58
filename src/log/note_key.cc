#include "log/note_key.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/invariant.h"
#include "base/random.h"
#include "log/sha256.h"

namespace tansiq::log {
namespace {

constexpr std::string_view kSecretPrefix = "PRIVATE+KEY+";
constexpr std::size_t kKeyFileBytesMax = 4096;

static_assert(crypto_sign_SECRETKEYBYTES == 64 && crypto_sign_PUBLICKEYBYTES == 32 && crypto_sign_SEEDBYTES == 32);

Result<KeyType> key_type_of(std::uint8_t byte) {
  switch (byte) {
    case 0x01:
      return KeyType::kEd25519;
    case 0x04:
      return KeyType::kEd25519Cosignature;
    case 0x06:
      return KeyType::kMlDsa44Cosignature;
    default:
      return fail(ErrorCode::kUnsupported, fmt::format("key type {:02x} is unknown: 01, 04 and 06 are", byte));
  }
}

// name+id+base64 of a type byte and the rest.
struct KeyText {
  std::string_view name;
  std::string_view id;
  KeyType type;
  Bytes key;
};

Result<KeyText> split_key(std::string_view text) {
  const std::size_t first = text.find('+');
  const std::size_t second = first == std::string_view::npos ? first : text.find('+', first + 1);
  if (second == std::string_view::npos) {
    return fail(ErrorCode::kMalformed, "key is not of the form name+id+base64");
  }
  KeyText out{text.substr(0, first), text.substr(first + 1, second - first - 1), KeyType::kEd25519, {}};
  out.key = TRY(from_base64(text.substr(second + 1)));
  if (out.key.empty()) return fail(ErrorCode::kMalformed, "key has no type byte");
  out.type = TRY(key_type_of(out.key.front()));
  out.key.erase(out.key.begin());
  return out;
}

Status check_id(const VerifierKey& key, std::string_view stated) {
  if (key.id().hex() == stated) return {};
  return fail(ErrorCode::kInvalid, fmt::format("key id is {}, but the key itself gives {}", stated, key.id().hex()),
              key.name());
}

std::string type_and(KeyType type, ByteView key) {
  Bytes bytes{static_cast<std::uint8_t>(type)};
  bytes.insert(bytes.end(), key.begin(), key.end());
  std::string text = to_base64(bytes);
  sodium_memzero(bytes.data(), bytes.size());
  return text;
}

Error io_error(const char* what, const std::filesystem::path& path) {
  return {ErrorCode::kIo, fmt::format("{}: {}", what, std::strerror(errno)), path.string()};
}

// Closes the file at the end of a scope.
class File {
 public:
  explicit File(int fd) : fd_(fd) {}
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  [[nodiscard]] int fd() const { return fd_; }

 private:
  int fd_;
};

}  // namespace

std::size_t public_key_bytes(KeyType type) { return type == KeyType::kMlDsa44Cosignature ? 1312 : 32; }

std::size_t signature_bytes(KeyType type) {
  switch (type) {
    case KeyType::kEd25519:
      return 64;
    case KeyType::kEd25519Cosignature:
      return 8 + 64;
    case KeyType::kMlDsa44Cosignature:
      break;
  }
  return 8 + 2420;
}

Status check_key_name(std::string_view name) {
  if (name.empty()) return fail(ErrorCode::kInvalid, "key name is empty");
  if (name.size() > kKeyNameBytesMax) {
    return fail(ErrorCode::kInvalid, fmt::format("key name has {} bytes; at most 255 are allowed", name.size()));
  }
  for (const char c : name) {
    const bool allowed = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '/';
    if (!allowed) return fail(ErrorCode::kInvalid, "key name may hold a-z, 0-9, `.`, `-` and `/` only");
  }
  return {};
}

std::string KeyId::hex() const { return fmt::format("{:08x}", value); }

KeyId key_id_of(std::string_view name, KeyType type, ByteView public_key) {
  const auto byte = static_cast<std::uint8_t>(type);
  const Hash hash = Sha256().update(name).update("\n").update(ByteView(&byte, 1)).update(public_key).finish();
  const auto at = [&hash](std::size_t i) { return std::uint32_t{hash.bytes[i]}; };
  return {at(0) << 24 | at(1) << 16 | at(2) << 8 | at(3)};
}

Result<VerifierKey> VerifierKey::make(std::string_view name, KeyType type, ByteView public_key) {
  TRY_VOID(check_key_name(name));
  if (public_key.size() != public_key_bytes(type)) {
    return fail(ErrorCode::kInvalid,
                fmt::format("public key has {} bytes; its type has {}", public_key.size(), public_key_bytes(type)));
  }
  VerifierKey key;
  key.name_ = name;
  key.type_ = type;
  key.public_key_.assign(public_key.begin(), public_key.end());
  key.id_ = key_id_of(name, type, public_key);
  return key;
}

Result<VerifierKey> VerifierKey::parse(std::string_view vkey) {
  // A generous bound: the longest name, an ML-DSA key.
  if (vkey.size() > 4096) return fail(ErrorCode::kTooLarge, "key text has more than 4096 bytes");
  if (vkey.starts_with(kSecretPrefix)) {
    return fail(ErrorCode::kInvalid, "this is a private key; a public one is wanted here");
  }
  const KeyText parts = TRY(split_key(vkey));
  VerifierKey key = TRY(make(parts.name, parts.type, parts.key));
  TRY_VOID(check_id(key, parts.id));
  return key;
}

std::string VerifierKey::text() const {
  return fmt::format("{}+{}+{}", name_, id_.hex(), type_and(type_, public_key_));
}

bool VerifierKey::verify(ByteView message, ByteView signature) const {
  EXPECT_INVARIANT(type_ != KeyType::kMlDsa44Cosignature);
  return signature.size() == crypto_sign_BYTES &&
         crypto_sign_verify_detached(signature.data(), message.data(), message.size(), public_key_.data()) == 0;
}

bool is_published_test_key(const VerifierKey& key) {
  // RFC 8032 section 7.1: TEST 1, 2, 3, 1024 and SHA(abc); and the all-zero seed.
  static constexpr std::array<std::string_view, 6> kPublished{
      "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
      "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
      "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
      "278117fc144c72340f67d0f2316e8386ceffbf2b2428c9c51fef7c597f1d426e",
      "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
      "3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29"};
  return std::find(kPublished.begin(), kPublished.end(), to_hex(key.public_key())) != kPublished.end();
}

Result<SignerKey> SignerKey::generate(std::string_view name, KeyType type) {
  std::array<std::uint8_t, kSeedBytes> seed{};
  fill_secure_random(seed);
  auto key = from_seed(name, type, seed);
  sodium_memzero(seed.data(), seed.size());
  return key;
}

Result<SignerKey> SignerKey::from_seed(std::string_view name, KeyType type, ByteView seed) {
  if (type == KeyType::kMlDsa44Cosignature) return fail(ErrorCode::kUnsupported, "ML-DSA-44 keys cannot sign here");
  if (seed.size() != kSeedBytes) {
    return fail(ErrorCode::kInvalid, fmt::format("a private key has 32 bytes, found {}", seed.size()));
  }
  std::array<std::uint8_t, crypto_sign_PUBLICKEYBYTES> public_key{};
  std::array<std::uint8_t, crypto_sign_SECRETKEYBYTES> secret{};
  crypto_sign_seed_keypair(public_key.data(), secret.data(), seed.data());
  SignerKey key(TRY(VerifierKey::make(name, type, public_key)));
  key.secret_ = secret;
  sodium_memzero(secret.data(), secret.size());
  return key;
}

Result<SignerKey> SignerKey::parse(std::string_view skey) {
  if (!skey.starts_with(kSecretPrefix)) return fail(ErrorCode::kMalformed, "a private key begins with PRIVATE+KEY+");
  if (skey.size() > kKeyFileBytesMax) return fail(ErrorCode::kTooLarge, "key text has more than 4096 bytes");
  KeyText parts = TRY(split_key(skey.substr(kSecretPrefix.size())));
  SignerKey key = TRY(from_seed(parts.name, parts.type, parts.key));
  sodium_memzero(parts.key.data(), parts.key.size());
  TRY_VOID(check_id(key.verifier(), parts.id));
  return key;
}

SignerKey::SignerKey(SignerKey&& other) noexcept : verifier_(other.verifier_), secret_(other.secret_) {
  sodium_memzero(other.secret_.data(), other.secret_.size());
}

SignerKey& SignerKey::operator=(SignerKey&& other) noexcept {
  std::swap(verifier_, other.verifier_);
  std::swap(secret_, other.secret_);
  return *this;
}

SignerKey::~SignerKey() { sodium_memzero(secret_.data(), secret_.size()); }

Result<SignerKey> SignerKey::renamed(std::string_view name) const {
  SignerKey key(TRY(VerifierKey::make(name, verifier_.type(), verifier_.public_key())));
  key.secret_ = secret_;
  return key;
}

std::string SignerKey::secret_text() const {
  const ByteView seed = ByteView(secret_).first(kSeedBytes);
  return fmt::format("{}{}+{}+{}", kSecretPrefix, name(), verifier_.id().hex(), type_and(verifier_.type(), seed));
}

std::array<std::uint8_t, 64> SignerKey::sign(ByteView message) const {
  std::array<std::uint8_t, 64> signature{};
  crypto_sign_detached(signature.data(), nullptr, message.data(), message.size(), secret_.data());
  return signature;
}

Result<SignerKey> read_key_file(const std::filesystem::path& path, AllowTestKeys allow) {
  const File file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.fd() < 0) {
    if (errno == ENOENT) return fail(ErrorCode::kNotFound, "no such key file", path.string());
    return std::unexpected(io_error("cannot open", path));
  }
  struct stat status{};
  if (::fstat(file.fd(), &status) != 0) return std::unexpected(io_error("cannot examine", path));
  if ((status.st_mode & 077U) != 0) {
    return fail(ErrorCode::kForbidden, "others may read or write this key file; set its mode to 0600", path.string());
  }
  std::string text(kKeyFileBytesMax, '\0');
  const auto count = ::read(file.fd(), text.data(), text.size());
  if (count < 0) return std::unexpected(io_error("cannot read", path));
  std::string_view line = std::string_view(text).substr(0, static_cast<std::size_t>(count));
  if (line.ends_with('\n')) line.remove_suffix(1);
  auto key = SignerKey::parse(line);
  sodium_memzero(text.data(), text.size());
  if (!key) return std::unexpected(inside(std::move(key).error(), path.string()));
  if (allow == AllowTestKeys::kNo && is_published_test_key(key->verifier())) {
    return fail(ErrorCode::kForbidden, "this private key is printed in a standard: make one of your own",
                path.string());
  }
  return key;
}

Status write_key_file(const std::filesystem::path& path, const SignerKey& key) {
  const File file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (file.fd() < 0) {
    if (errno == EEXIST) {
      return fail(ErrorCode::kConflict, "key file exists; a key is never overwritten", path.string());
    }
    return std::unexpected(io_error("cannot create", path));
  }
  std::string text = key.secret_text() + "\n";
  const auto count = ::write(file.fd(), text.data(), text.size());
  const bool whole = count == static_cast<ssize_t>(text.size());
  sodium_memzero(text.data(), text.size());
  if (!whole || ::fsync(file.fd()) != 0) return std::unexpected(io_error("cannot write", path));
  return {};
}

}  // namespace tansiq::log
