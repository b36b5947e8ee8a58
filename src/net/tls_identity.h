// A node's own TLS identity: a key, and a self-signed certificate as its envelope.
//
//   TRY_VOID(make_identity({.name = "us.example", .certificate_file = "tls.pem", .key_file = "tls.key"}));
//   const auto key = TRY(certificate_key_sha256("tls.pem"));    // what the charter names
//
// Peers recognise each other by the SHA-256 of the SubjectPublicKeyInfo alone. Name and dates of the certificate mean
// nothing to them; it bears the year 9999 so that no clock can make it void.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "base/result.h"
#include "base/time.h"

namespace tansiq::net {

enum class TlsKeyKind : std::uint8_t { kP256, kEd25519 };

struct NewIdentity {
  std::string name;  ///< Common name: 1 to 64 bytes of printable ASCII.
  std::string certificate_file;
  std::string key_file;
  TlsKeyKind kind = TlsKeyKind::kP256;
};

/// Makes both files, PEM, synced, the key with mode 0600. Never overwrites: fails with `kConflict` when one exists.
/// Fails too with `kInvalid` (name), `kIo`.
[[nodiscard]] Status make_identity(const NewIdentity& identity);

/// SHA-256 of the SubjectPublicKeyInfo of the first certificate in a PEM file. Fails with `kIo` or `kInvalid`.
[[nodiscard]] Result<std::array<std::uint8_t, 32>> certificate_key_sha256(const std::string& certificate_file);

/// Until when the first certificate in a PEM file is valid. Fails with `kIo` or `kInvalid`.
[[nodiscard]] Result<UtcMs> certificate_expiry(const std::string& certificate_file);

}  // namespace tansiq::net
