#include "cli/peer_options.h"

#include <fmt/format.h>

#include <algorithm>

#include "log/note_key.h"
#include "net/http_client.h"
#include "net/tls_identity.h"

namespace tansiq::cli {

void add_peer_options(Command& command, PeerOptions& options) {
  command.option(options.cosigner, "--cosigner", "VKEY|FILE", "the key of its receipts (type 04): cosigner.key")
      .completes(Completes::kFile)
      .option(options.certificates, "--certificate", "FILE",
              "a certificate whose key its node shows to peers: peer.crt")
      .completes(Completes::kFile)
      .option(options.tls_keys, "--tls-key", "HASH",
              "the same without the file: SHA-256 of the public key, hexadecimal")
      .option(options.url, "--url", "URL", "where peers reach its node, as https://us.example:7463");
}

Status check_peer_url(std::string_view url) {
  if (!url.starts_with("https://")) {
    return fail(ErrorCode::kInvalid, fmt::format("'{}' is not https://HOST:PORT: peers speak over TLS alone", url),
                "--url");
  }
  if (const auto parsed = net::BaseUrl::parse(url); !parsed) return std::unexpected(inside(parsed.error(), "--url"));
  return {};
}

Result<log::VerifierKey> verifier_of(const std::string& word, const std::string& option) {
  auto key = log::VerifierKey::parse(word);
  if (key) return key;
  const auto file = log::read_key_file(word);
  if (file) return file->verifier();
  if (word.find('+') != std::string::npos) return std::unexpected(inside(key.error(), option));
  return std::unexpected(file.error());
}

Result<core::Peer> peer_from(const PeerOptions& options, const std::optional<core::Peer>& was) {
  core::Peer peer = was.value_or(core::Peer{});
  if (options.cosigner) {
    const log::VerifierKey key = TRY(verifier_of(*options.cosigner, "--cosigner"));
    if (key.type() != log::KeyType::kEd25519Cosignature) {
      return fail(
          ErrorCode::kInvalid,
          fmt::format("{} signs logs; receipts need a key of their own: 'tansiq key new FILE --cosigner'", key.name()),
          "--cosigner");
    }
    peer.cosigner = key.text();
  }
  // Keys that are named replace the old ones: before a node changes its key, name both.
  if (!options.certificates.empty() || !options.tls_keys.empty()) peer.tls_keys.clear();
  for (const std::string& file : options.certificates) {
    peer.tls_keys.push_back(log::Hash{TRY(net::certificate_key_sha256(file))});
  }
  for (const std::string& text : options.tls_keys) {
    auto hash = log::Hash::from_hex(text);
    if (!hash) return std::unexpected(inside(hash.error(), "--tls-key"));
    peer.tls_keys.push_back(*hash);
  }
  if (options.url) {
    TRY_VOID(check_peer_url(*options.url));
    peer.url = *options.url;
    while (peer.url.ends_with('/')) peer.url.pop_back();
  }
  if (peer.cosigner.empty()) return fail(ErrorCode::kUnsupported, "a peer needs --cosigner: cosigner.key, or its vkey");
  if (peer.tls_keys.empty()) return fail(ErrorCode::kUnsupported, "a peer needs --certificate: its peer.crt");
  if (peer.url.empty()) return fail(ErrorCode::kUnsupported, "a peer needs --url, as https://us.example:7463");
  return peer;
}

}  // namespace tansiq::cli
