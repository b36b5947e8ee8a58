// TLS 1.3 for servers and clients, on OpenSSL, which stays behind this header.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "net/http_types.h"

namespace tansiq::net {

class ByteStream;

/// Files of a serving end, PEM. The key must not be readable by others than its owner.
struct TlsConfig {
  std::string certificate_file{};  ///< Chain, leaf first.
  std::string key_file{};
  std::string
      client_ca_file{};  ///< When set, clients may show a certificate, which must then be signed by one of these.
  bool client_certificate_required = false;
  /// Clients may show any certificate, self-signed or expired: only the key counts, of which the handshake proves that
  /// they have it. Who that is, the handler decides by `TlsPeer::key_sha256`. Excludes `client_ca_file`.
  bool any_client_key = false;
};

/// What a client trusts: exactly one of authority and pinned keys is set, or none, which means the system's
/// authorities.
struct TlsTrust {
  std::string ca_file{};  ///< PEM. The certificate must also bear the host's name.
  std::optional<std::array<std::uint8_t, 32>>
      key_sha256{};  ///< Pinned SubjectPublicKeyInfo; names and dates do not matter.
  /// More of them, of which the server must have one: before a server changes its key it names both.
  std::vector<std::array<std::uint8_t, 32>> keys_sha256{};
  std::string certificate_file{}, key_file{};  ///< Shown to the server when set.
};

/// The serving side's material. TLS 1.3 only, no session tickets, no renegotiation, no compression.
class TlsServerContext {
 public:
  /// Fails with `kIo`, `kForbidden` (key readable by others) or `kInvalid` (not PEM, key does not fit), naming the
  /// file.
  [[nodiscard]] static Result<std::shared_ptr<TlsServerContext>> create(const TlsConfig& config);
  ~TlsServerContext();
  TlsServerContext(const TlsServerContext&) = delete;
  TlsServerContext& operator=(const TlsServerContext&) = delete;

  /// Wraps a connected, non-blocking socket, which the caller keeps. Fails with `kInternal`.
  [[nodiscard]] Result<std::unique_ptr<ByteStream>> accept(int socket) const;

 private:
  struct Impl;
  explicit TlsServerContext(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

class TlsClientContext {
 public:
  [[nodiscard]] static Result<std::shared_ptr<TlsClientContext>> create(const TlsTrust& trust);
  ~TlsClientContext();
  TlsClientContext(const TlsClientContext&) = delete;
  TlsClientContext& operator=(const TlsClientContext&) = delete;

  /// `host` is the name to verify and to send as SNI.
  [[nodiscard]] Result<std::unique_ptr<ByteStream>> connect(int socket, const std::string& host) const;

 private:
  struct Impl;
  explicit TlsClientContext(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace tansiq::net
