#include "net/tls.h"

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/bytes.h"
#include "net/byte_stream.h"
#include "net/openssl_ptr.h"

namespace tansiq::net {
namespace {

using KeyHash = std::array<std::uint8_t, 32>;

/// The oldest error of OpenSSL's queue as text; empties the queue.
std::string openssl_error() {
  const unsigned long code = ERR_get_error();
  ERR_clear_error();
  if (code == 0) return "unknown";
  const char* reason = ERR_reason_error_string(code);
  return reason != nullptr ? reason : fmt::format("error {:#x}", code);
}

// OpenSSL's own socket BIO writes with write(2), which raises SIGPIPE when the other end has gone. A library must not
// change the process's signals, so this BIO sends with MSG_NOSIGNAL. The socket number lies in the BIO's data pointer.
int socket_of(BIO* bio) { return static_cast<int>(reinterpret_cast<std::intptr_t>(BIO_get_data(bio))); }

template <class Call>
int transfer(BIO* bio, int retry_flag, Call call) {
  BIO_clear_retry_flags(bio);
  for (;;) {
    const ssize_t moved = call(socket_of(bio));
    if (moved >= 0) return static_cast<int>(moved);
    if (errno == EINTR) continue;
    if (errno == EAGAIN || errno == EWOULDBLOCK) BIO_set_flags(bio, retry_flag | BIO_FLAGS_SHOULD_RETRY);
    return -1;
  }
}

int bio_write(BIO* bio, const char* data, int bytes) {
  return transfer(bio, BIO_FLAGS_WRITE,
                  [&](int fd) { return ::send(fd, data, static_cast<std::size_t>(bytes), MSG_NOSIGNAL); });
}

int bio_read(BIO* bio, char* data, int bytes) {
  const int got =
      transfer(bio, BIO_FLAGS_READ, [&](int fd) { return ::recv(fd, data, static_cast<std::size_t>(bytes), 0); });
  if (got == 0) BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
  return got;
}

long bio_control(BIO* bio, int command, long, void*) {
  if (command == BIO_CTRL_EOF) return BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0 ? 1 : 0;
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

int bio_create(BIO* bio) {
  BIO_set_init(bio, 1);
  return 1;
}

BIO_METHOD* bio_method() {
  static BIO_METHOD* const method = [] {
    BIO_METHOD* m = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "tansiq socket");
    BIO_meth_set_write(m, bio_write);
    BIO_meth_set_read(m, bio_read);
    BIO_meth_set_ctrl(m, bio_control);
    BIO_meth_set_create(m, bio_create);
    return m;
  }();
  return method;
}

std::optional<KeyHash> key_hash(X509* certificate) {
  unsigned char* der = nullptr;
  const int bytes = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der);
  if (bytes <= 0) return std::nullopt;
  KeyHash hash{};
  unsigned length = 0;
  const int ok = EVP_Digest(der, static_cast<std::size_t>(bytes), hash.data(), &length, EVP_sha256(), nullptr);
  OPENSSL_free(der);
  if (ok != 1 || length != hash.size()) return std::nullopt;
  return hash;
}

std::string subject_of(X509* certificate) {
  BIO* memory = BIO_new(BIO_s_mem());
  if (memory == nullptr) return {};
  std::string out;
  if (X509_NAME_print_ex(memory, X509_get_subject_name(certificate), 0, XN_FLAG_RFC2253) >= 0) {
    char* data = nullptr;
    const long bytes = BIO_get_mem_data(memory, &data);
    if (bytes > 0) out.assign(data, static_cast<std::size_t>(bytes));
  }
  BIO_free(memory);
  return out;
}

class TlsStream final : public ByteStream {
 public:
  /// `pinned`: keys of which the other end must have one; empty: any.
  TlsStream(SslPtr ssl, std::vector<KeyHash> pinned) : ssl_(std::move(ssl)), pinned_(std::move(pinned)) {}

  IoResult read_some(std::span<char> into) override {
    if (const IoResult step = shake_hands(); step.state != IoState::kOk) return step;
    const int want = static_cast<int>(std::min<std::size_t>(into.size(), 1U << 30));
    ERR_clear_error();
    const int got = SSL_read(ssl_.get(), into.data(), want);
    return got > 0 ? IoResult{IoState::kOk, static_cast<std::size_t>(got)} : stopped(got);
  }

  IoResult write_some(std::string_view bytes) override {
    if (const IoResult step = shake_hands(); step.state != IoState::kOk) return step;
    const int want = static_cast<int>(std::min<std::size_t>(bytes.size(), 1U << 30));
    ERR_clear_error();
    const int put = SSL_write(ssl_.get(), bytes.data(), want);
    return put > 0 ? IoResult{IoState::kOk, static_cast<std::size_t>(put)} : stopped(put);
  }

  void finish() override {
    if (!shaken_ || broken_) return;
    ERR_clear_error();
    SSL_shutdown(ssl_.get());
    ERR_clear_error();
    ::shutdown(socket_of(SSL_get_wbio(ssl_.get())), SHUT_WR);
  }

  bool short_read_drains() const override { return false; }
  bool ready() const override { return shaken_; }
  std::string failure() const override { return failure_; }

  std::optional<TlsPeer> peer() const override {
    if (!shaken_ || SSL_get_verify_result(ssl_.get()) != X509_V_OK) return std::nullopt;
    const X509Ptr certificate(SSL_get1_peer_certificate(ssl_.get()));
    if (!certificate) return std::nullopt;
    const auto hash = key_hash(certificate.get());
    if (!hash) return std::nullopt;
    return TlsPeer{subject_of(certificate.get()), *hash};
  }

 private:
  /// kOk with no bytes once the handshake is done and the pinned key, if any, is the right one: nothing is sent before.
  IoResult shake_hands() {
    if (shaken_) return {IoState::kOk, 0};
    if (broken_) return {IoState::kFailed, 0};
    ERR_clear_error();
    const int done = SSL_do_handshake(ssl_.get());
    if (done != 1) {
      const IoResult why = stopped(done);
      return why.state == IoState::kEof ? give_up("the connection ended during the handshake") : why;
    }
    if (!pinned_.empty()) {
      const X509Ptr certificate(SSL_get1_peer_certificate(ssl_.get()));
      const auto hash = certificate ? key_hash(certificate.get()) : std::nullopt;
      const auto fits = [&](const KeyHash& pinned) { return equal_constant_time(*hash, pinned); };
      if (!hash || std::ranges::none_of(pinned_, fits)) return give_up("the server's key is not the pinned one");
    }
    shaken_ = true;
    return {IoState::kOk, 0};
  }

  IoResult give_up(std::string why) {
    broken_ = true;
    failure_ = std::move(why);
    return {IoState::kFailed, 0};
  }

  IoResult stopped(int returned) {
    switch (SSL_get_error(ssl_.get(), returned)) {
      case SSL_ERROR_WANT_READ:
        return {IoState::kWantRead, 0};
      case SSL_ERROR_WANT_WRITE:
        return {IoState::kWantWrite, 0};
      case SSL_ERROR_ZERO_RETURN:
        return {IoState::kEof, 0};
      case SSL_ERROR_SYSCALL:
        return give_up(errno != 0 ? std::strerror(errno) : "the connection broke");
      default:
        break;
    }
    const long verified = SSL_get_verify_result(ssl_.get());
    if (!shaken_ && verified != X509_V_OK) {
      ERR_clear_error();
      return give_up(fmt::format("certificate: {}", X509_verify_cert_error_string(verified)));
    }
    return give_up(openssl_error());
  }

  SslPtr ssl_;
  std::vector<KeyHash> pinned_;
  bool shaken_ = false;
  bool broken_ = false;
  std::string failure_;
};

std::unexpected<Error> file_error(ErrorCode code, const std::string& file, std::string_view what) {
  return fail(code, fmt::format("{}: {}", what, openssl_error()), file);
}

Status check_private(const std::string& file) {
  struct stat info{};
  if (::stat(file.c_str(), &info) != 0) return fail(ErrorCode::kIo, std::strerror(errno), file);
  if ((info.st_mode & 077) != 0) {
    return fail(ErrorCode::kForbidden,
                fmt::format("the key's mode is {:04o}: others can read it; use 0600", info.st_mode & 07777), file);
  }
  return {};
}

Status load_identity(SSL_CTX* ctx, const std::string& certificate_file, const std::string& key_file) {
  TRY_VOID(check_private(key_file));
  if (SSL_CTX_use_certificate_chain_file(ctx, certificate_file.c_str()) != 1) {
    return file_error(ErrorCode::kInvalid, certificate_file, "not a certificate chain in PEM");
  }
  if (SSL_CTX_use_PrivateKey_file(ctx, key_file.c_str(), SSL_FILETYPE_PEM) != 1) {
    return file_error(ErrorCode::kInvalid, key_file, "not a private key in PEM that fits the certificate");
  }
  if (SSL_CTX_check_private_key(ctx) != 1) {
    return file_error(ErrorCode::kInvalid, key_file, "the key does not fit the certificate");
  }
  return {};
}

Result<CtxPtr> make_context(const SSL_METHOD* method) {
  ERR_clear_error();
  CtxPtr ctx(SSL_CTX_new(method));
  if (!ctx || SSL_CTX_set_min_proto_version(ctx.get(), TLS1_3_VERSION) != 1) {
    return fail(ErrorCode::kInternal, "OpenSSL gives no TLS 1.3 context: " + openssl_error());
  }
  SSL_CTX_set_options(ctx.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_NO_TICKET);
  SSL_CTX_set_session_cache_mode(ctx.get(), SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(ctx.get(), 0);
  // Buffers of idle connections are given back: a thousand of them cost kilobytes each otherwise.
  SSL_CTX_set_mode(ctx.get(),
                   SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
  return ctx;
}

Result<SslPtr> make_ssl(SSL_CTX* ctx, int socket) {
  SslPtr ssl(SSL_new(ctx));
  BIO* bio = ssl ? BIO_new(bio_method()) : nullptr;
  if (bio == nullptr) return fail(ErrorCode::kInternal, "OpenSSL gives no TLS connection: " + openssl_error());
  BIO_set_data(bio, reinterpret_cast<void*>(static_cast<std::intptr_t>(socket)));
  SSL_set_bio(ssl.get(), bio, bio);
  return ssl;
}

}  // namespace

namespace {

/// The certificate is only the envelope of a key, and the handshake has the client prove that it has that key.
int accept_any_certificate(X509_STORE_CTX* context, void*) {
  X509_STORE_CTX_set_error(context, X509_V_OK);
  return 1;
}

}  // namespace

struct TlsServerContext::Impl {
  CtxPtr ctx;
};

TlsServerContext::TlsServerContext(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
TlsServerContext::~TlsServerContext() = default;

Result<std::shared_ptr<TlsServerContext>> TlsServerContext::create(const TlsConfig& config) {
  CtxPtr ctx = TRY(make_context(TLS_server_method()));
  TRY_VOID(load_identity(ctx.get(), config.certificate_file, config.key_file));
  if (config.any_client_key) {
    if (!config.client_ca_file.empty()) {
      return fail(ErrorCode::kInvalid, "take any client key or those of an authority, not both", "client_ca_file");
    }
    const int required = config.client_certificate_required ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0;
    SSL_CTX_set_verify(ctx.get(), SSL_VERIFY_PEER | required, nullptr);
    SSL_CTX_set_cert_verify_callback(ctx.get(), accept_any_certificate, nullptr);
  } else if (!config.client_ca_file.empty()) {
    const char* file = config.client_ca_file.c_str();
    STACK_OF(X509_NAME)* names = SSL_load_client_CA_file(file);
    if (names == nullptr || SSL_CTX_load_verify_locations(ctx.get(), file, nullptr) != 1) {
      sk_X509_NAME_pop_free(names, X509_NAME_free);
      return file_error(ErrorCode::kInvalid, config.client_ca_file, "not certificates in PEM");
    }
    SSL_CTX_set_client_CA_list(ctx.get(), names);
    const int required = config.client_certificate_required ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0;
    SSL_CTX_set_verify(ctx.get(), SSL_VERIFY_PEER | required, nullptr);
  } else if (config.client_certificate_required) {
    return fail(ErrorCode::kInvalid, "client certificates are required, but no authority for them is given",
                "client_ca_file");
  }
  return std::shared_ptr<TlsServerContext>(new TlsServerContext(std::make_unique<Impl>(Impl{std::move(ctx)})));
}

Result<std::unique_ptr<ByteStream>> TlsServerContext::accept(int socket) const {
  SslPtr ssl = TRY(make_ssl(impl_->ctx.get(), socket));
  SSL_set_accept_state(ssl.get());
  return std::make_unique<TlsStream>(std::move(ssl), std::vector<KeyHash>{});
}

struct TlsClientContext::Impl {
  CtxPtr ctx;
  std::vector<KeyHash> pinned;
};

TlsClientContext::TlsClientContext(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
TlsClientContext::~TlsClientContext() = default;

Result<std::shared_ptr<TlsClientContext>> TlsClientContext::create(const TlsTrust& trust) {
  CtxPtr ctx = TRY(make_context(TLS_client_method()));
  std::vector<KeyHash> pinned = trust.keys_sha256;
  if (trust.key_sha256) pinned.push_back(*trust.key_sha256);
  if (!pinned.empty()) {
    if (!trust.ca_file.empty()) return fail(ErrorCode::kInvalid, "give a CA file or a pinned key, not both", "trust");
    SSL_CTX_set_verify(ctx.get(), SSL_VERIFY_NONE, nullptr);  // the stream compares the key itself
  } else {
    SSL_CTX_set_verify(ctx.get(), SSL_VERIFY_PEER, nullptr);
    if (trust.ca_file.empty()) {
      SSL_CTX_set_default_verify_paths(ctx.get());
    } else if (SSL_CTX_load_verify_locations(ctx.get(), trust.ca_file.c_str(), nullptr) != 1) {
      return file_error(ErrorCode::kInvalid, trust.ca_file, "not certificates in PEM");
    }
  }
  if (!trust.certificate_file.empty()) TRY_VOID(load_identity(ctx.get(), trust.certificate_file, trust.key_file));
  return std::shared_ptr<TlsClientContext>(
      new TlsClientContext(std::make_unique<Impl>(Impl{std::move(ctx), std::move(pinned)})));
}

namespace {

/// SSL_set_tlsext_host_name without its C cast.
bool send_name(SSL* ssl, std::string name) {
  return SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name.data()) == 1;
}

}  // namespace

Result<std::unique_ptr<ByteStream>> TlsClientContext::connect(int socket, const std::string& host) const {
  SslPtr ssl = TRY(make_ssl(impl_->ctx.get(), socket));
  SSL_set_connect_state(ssl.get());
  X509_VERIFY_PARAM* parameters = SSL_get0_param(ssl.get());
  // An address is looked for among the certificate's addresses and is never sent as a name (RFC 6066, 3).
  if (X509_VERIFY_PARAM_set1_ip_asc(parameters, host.c_str()) != 1) {
    ERR_clear_error();
    X509_VERIFY_PARAM_set_hostflags(parameters, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    if (SSL_set1_host(ssl.get(), host.c_str()) != 1 || !send_name(ssl.get(), host)) {
      return fail(ErrorCode::kInvalid, "not a host name: " + host);
    }
  }
  return std::make_unique<TlsStream>(std::move(ssl), impl_->pinned);
}

}  // namespace tansiq::net
