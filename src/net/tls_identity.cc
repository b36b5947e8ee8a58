#include "net/tls_identity.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <functional>
#include <memory>
#include <string_view>

#include "base/random.h"
#include "net/openssl_ptr.h"

namespace tansiq::net {
namespace {

constexpr std::size_t kNameBytesMax = 64;  // RFC 5280: ub-common-name

std::unexpected<Error> openssl_failed(std::string_view what) {
  const char* reason = ERR_reason_error_string(ERR_get_error());
  ERR_clear_error();
  return fail(ErrorCode::kInternal, fmt::format("OpenSSL cannot {}: {}", what, reason != nullptr ? reason : "unknown"));
}

Status check_name(std::string_view name) {
  const bool printable = std::ranges::all_of(name, [](char c) { return c > ' ' && c < 0x7f; });
  if (!name.empty() && name.size() <= kNameBytesMax && printable) return {};
  return fail(ErrorCode::kInvalid, fmt::format("a name has 1 to {} printable ASCII characters", kNameBytesMax), "name");
}

KeyPtr generate(TlsKeyKind kind) {
  return KeyPtr(kind == TlsKeyKind::kP256 ? EVP_EC_gen("P-256") : EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
}

bool fill(X509* certificate, EVP_PKEY* key, const std::string& name) {
  std::array<std::uint8_t, 16> serial{};
  fill_secure_random(serial);
  serial[0] &= 0x7f;
  const BigNumberPtr number(BN_bin2bn(serial.data(), static_cast<int>(serial.size()), nullptr));
  X509_NAME* subject = X509_get_subject_name(certificate);
  const auto* text = reinterpret_cast<const unsigned char*>(name.data());
  return X509_set_version(certificate, X509_VERSION_3) == 1 && number != nullptr &&
         BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr &&
         ASN1_TIME_set_string_X509(X509_getm_notBefore(certificate), "20200101000000Z") == 1 &&
         ASN1_TIME_set_string_X509(X509_getm_notAfter(certificate), "99991231235959Z") == 1 &&
         X509_set_pubkey(certificate, key) == 1 &&
         X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, text, static_cast<int>(name.size()), -1, 0) == 1 &&
         X509_set_issuer_name(certificate, subject) == 1;
}

Result<std::string> pem_of(const std::function<int(BIO*)>& write) {
  const BioPtr memory(BIO_new(BIO_s_secmem()));  // its buffer is wiped
  if (!memory || write(memory.get()) != 1) return openssl_failed("write PEM");
  char* data = nullptr;
  const long bytes = BIO_get_mem_data(memory.get(), &data);
  return std::string(data, static_cast<std::size_t>(bytes));
}

Status write_new_file(const std::string& path, std::string_view text, mode_t mode) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  if (fd < 0) {
    if (errno == EEXIST) return fail(ErrorCode::kConflict, "the file exists already and is not overwritten", path);
    return fail(ErrorCode::kIo, std::strerror(errno), path);
  }
  bool good = true;
  while (good && !text.empty()) {
    const ssize_t put = ::write(fd, text.data(), text.size());
    if (put < 0 && errno == EINTR) continue;
    good = put > 0;
    if (good) text.remove_prefix(static_cast<std::size_t>(put));
  }
  good = good && ::fsync(fd) == 0;
  const int error = errno;
  ::close(fd);
  if (good) return {};
  ::unlink(path.c_str());
  return fail(ErrorCode::kIo, std::strerror(error), path);
}

Result<X509Ptr> read_certificate(const std::string& certificate_file) {
  ERR_clear_error();
  const BioPtr file(BIO_new_file(certificate_file.c_str(), "r"));
  if (!file) {
    ERR_clear_error();
    return fail(ErrorCode::kIo, "cannot be read", certificate_file);
  }
  X509Ptr certificate(PEM_read_bio_X509(file.get(), nullptr, nullptr, nullptr));
  if (!certificate) {
    ERR_clear_error();
    return fail(ErrorCode::kInvalid, "holds no certificate in PEM", certificate_file);
  }
  return certificate;
}

}  // namespace

Status make_identity(const NewIdentity& identity) {
  TRY_VOID(check_name(identity.name));
  ERR_clear_error();
  const KeyPtr key = generate(identity.kind);
  const X509Ptr certificate(X509_new());
  if (!key || !certificate || !fill(certificate.get(), key.get(), identity.name)) {
    return openssl_failed("make a certificate");
  }
  // Ed25519 signs the text itself, so it takes no digest.
  const EVP_MD* digest = identity.kind == TlsKeyKind::kEd25519 ? nullptr : EVP_sha256();
  if (X509_sign(certificate.get(), key.get(), digest) <= 0) return openssl_failed("sign a certificate");
  const std::string key_pem = TRY(pem_of(
      [&](BIO* out) { return PEM_write_bio_PrivateKey(out, key.get(), nullptr, nullptr, 0, nullptr, nullptr); }));
  const std::string certificate_pem = TRY(pem_of([&](BIO* out) { return PEM_write_bio_X509(out, certificate.get()); }));
  TRY_VOID(write_new_file(identity.key_file, key_pem, 0600));
  const Status written = write_new_file(identity.certificate_file, certificate_pem, 0644);
  if (!written) ::unlink(identity.key_file.c_str());  // a key alone would stand in the way of the next attempt
  return written;
}

Result<std::array<std::uint8_t, 32>> certificate_key_sha256(const std::string& certificate_file) {
  const X509Ptr certificate = TRY(read_certificate(certificate_file));
  unsigned char* der = nullptr;
  const int bytes = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate.get()), &der);
  std::array<std::uint8_t, 32> hash{};
  const bool done =
      bytes > 0 && EVP_Digest(der, static_cast<std::size_t>(bytes), hash.data(), nullptr, EVP_sha256(), nullptr) == 1;
  OPENSSL_free(der);
  if (!done) return openssl_failed("hash a key");
  return hash;
}

Result<UtcMs> certificate_expiry(const std::string& certificate_file) {
  const X509Ptr certificate = TRY(read_certificate(certificate_file));
  std::tm fields{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate.get()), &fields) != 1) return openssl_failed("read a date");
  return UtcMs{static_cast<std::int64_t>(::timegm(&fields)) * 1'000};
}

}  // namespace tansiq::net
