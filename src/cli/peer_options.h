// How other members reach an authority's node, as options of `tansiq charter`.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/command.h"
#include "core/charter.h"
#include "log/note_key.h"

namespace tansiq::cli {

struct PeerOptions {
  std::optional<std::string> cosigner;
  std::vector<std::string> certificates;
  std::vector<std::string> tls_keys;
  std::optional<std::string> url;
  [[nodiscard]] bool any() const { return cosigner || url || !certificates.empty() || !tls_keys.empty(); }
};
void add_peer_options(Command& command, PeerOptions& options);

/// `was` with what the options say. Fails when a part is missing that every peer must have.
[[nodiscard]] Result<core::Peer> peer_from(const PeerOptions& options, const std::optional<core::Peer>& was);

/// A verifier key as it is written, or the file of its secret half.
[[nodiscard]] Result<log::VerifierKey> verifier_of(const std::string& word, const std::string& option);

/// `https://host:port`. Fails with `kInvalid`, saying what would be right.
[[nodiscard]] Status check_peer_url(std::string_view url);

}  // namespace tansiq::cli
