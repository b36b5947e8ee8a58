// What a node goes by when it believes somebody, or is believed: issuers and limits put together from its
// configuration, test mode, and the certificate of its address as it is renewed.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/charter.h"
#include "net/doorkeeper.h"
#include "net/file_watch.h"
#include "net/http_server.h"
#include "node/node.h"
#include "node/problem_log.h"

namespace tansiq::node {

/// In test mode tokens of this issuer are taken, signed (RS256) with the key in examples/test-mode-key.pem, which
/// everybody has. They may grant what F3548 needs, and nothing else.
inline constexpr std::string_view kTestIssuer = "tansiq-test-mode";
[[nodiscard]] std::string_view test_mode_public_key();
/// The header of every reply in test mode.
inline constexpr std::string_view kTestModeHeader = "Tansiq-Test-Mode";
inline constexpr std::string_view kTestModeRemark =
    "in test mode: it takes tokens that anybody can make, and clear-text URLs";

/// Scopes that an issuer may grant when its configuration names none: those of F3548.
[[nodiscard]] std::set<std::string, std::less<>> standard_scopes();

/// Fails with `kInvalid` (issuers, limits), or what a key file says; with `kForbidden` for test mode under data mode
/// REAL. `clock` and `problems` outlive the result.
[[nodiscard]] Result<std::unique_ptr<net::Doorkeeper>> make_doorkeeper(const NodeConfig& config, net::TokenKey key,
                                                                       core::DataMode data_mode, const Clock& clock,
                                                                       ProblemLog& problems);

/// Renews the certificate of a server when its files change.
///
/// Files that cannot be used, or of which only one has been replaced yet, change nothing but the standing: the old
/// certificate stays, for connections of before and of now, and the next change is looked at again. Without files it
/// does nothing. `look` by one thread, the rest by any.
class CertificateKeeper {
 public:
  struct Standing {
    std::uint64_t renewed = 0;
    std::string trouble;                 ///< Why the files of now are not in use; empty when they are.
    std::optional<UtcMs> valid_until{};  ///< Of the certificate in use.
  };

  explicit CertificateKeeper(const TlsFiles& files);
  /// At most every net::kFileLookMs, and after `reload`.
  void look(net::HttpServer& server, std::chrono::steady_clock::time_point now);
  /// The next `look` takes the files of then, changed or not.
  void reload() { reload_.store(true); }
  [[nodiscard]] Standing standing() const;

 private:
  void renew(net::HttpServer& server);

  const TlsFiles files_;
  net::FileWatch watch_;
  std::chrono::steady_clock::time_point next_;
  std::atomic<bool> reload_{false};
  mutable std::mutex mutex_;
  Standing standing_;
};

/// What people who run the node should know, each a clause: test mode, issuers' keys, the certificate. In the order of
/// the parameters.
[[nodiscard]] std::vector<std::string> credential_remarks(bool test_mode, const net::Doorkeeper& door,
                                                          const CertificateKeeper& keeper);

}  // namespace tansiq::node
