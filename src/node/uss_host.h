// What the parts of the supplier need of the node around them: the record, and the network. Both are interfaces, so
// that every one of those parts is tested with a ledger, a clock and other suppliers that are none, step by step.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <string_view>

#include "base/json_in.h"
#include "core/intent.h"
#include "net/http_client.h"
#include "uss/ledger.h"

namespace tansiq::node {

/// The record, on the thread that owns it. Valid during one call.
class UssDesk {
 public:
  UssDesk() = default;
  UssDesk(const UssDesk&) = delete;
  UssDesk& operator=(const UssDesk&) = delete;
  virtual ~UssDesk() = default;

  [[nodiscard]] virtual const uss::Ledger& ledger() const = 0;
  [[nodiscard]] virtual UtcMs now() const = 0;
  /// Fails as `uss::Ledger::say`; then nothing has changed.
  [[nodiscard]] virtual Status say(uss::Body body) = 0;
  /// Keeps a body under its hash.
  virtual void keep(std::string body) = 0;
  /// A body that was kept. Fails with `kNotFound`.
  [[nodiscard]] virtual Result<std::string> body(const log::Hash& sha256) = 0;
  /// The live native intents that are to stand in a registry, of those created after `after_seq`, a page of them.
  /// Returns where to go on; nothing when that was all.
  [[nodiscard]] virtual std::optional<std::uint64_t> visit_intents(
      std::uint64_t after_seq, const std::function<void(const core::Intent&)>& visit) = 0;
};

/// The node around. Any thread.
class UssHost {
 public:
  UssHost() = default;
  UssHost(const UssHost&) = delete;
  UssHost& operator=(const UssHost&) = delete;
  virtual ~UssHost() = default;

  [[nodiscard]] virtual UtcMs now() const = 0;
  /// Runs it where the record is, and returns when all that it has said and kept is durable. Fails when the node is
  /// stopping; then it may not have run.
  [[nodiscard]] virtual Status with(const std::function<void(UssDesk&)>& work) = 0;
};

/// One request to a registry, another supplier.
struct UssCall {
  net::Method method = net::Method::kGet;
  std::string base_url;  ///< With or without a path of its own.
  std::string path;      ///< From `/dss/v1` or `/uss/v1` on.
  std::string scopes;    ///< Separated by spaces.
  std::string body;
  bool configured = false;  ///< The address is, or was, of this node's configuration, and may be a private one.
};

/// The network, with tokens. Any thread.
class UssWire {
 public:
  UssWire() = default;
  UssWire(const UssWire&) = delete;
  UssWire& operator=(const UssWire&) = delete;
  virtual ~UssWire() = default;
  /// An answer with any status is a success. Fails with `kUnauthenticated` where no token is to be had (nothing was
  /// sent), otherwise as net::HttpClient does (it may have been sent).
  [[nodiscard]] virtual Result<net::ClientResponse> call(const UssCall& call) = 0;
  /// Ends calls under way, and all later ones.
  virtual void interrupt() = 0;
};

/// An answer of the registry that is configured: it may list everything that stands in one place, and everybody who
/// wants to be told. Of a subscription it has three values in some eighty bytes.
inline constexpr std::size_t kRegistryAnswerBytesMax = 64U << 20;
inline constexpr JsonLimits kRegistryJson{.bytes_max = kRegistryAnswerBytesMax, .values_max = 8'000'000};

inline constexpr std::string_view kScopeSc = "utm.strategic_coordination";
inline constexpr std::string_view kScopeScCmsa = "utm.strategic_coordination utm.conformance_monitoring_sa";

/// How the node is known as a supplier.
struct UssNames {
  AuthorityId authority;
  std::string manager;   ///< The subject of its tokens.
  std::string base_url;  ///< What others append `/uss/v1/…` to.
  std::string dss_url;
  bool allow_http = false;
};

/// `{"message":"…"}` of an answer, cut and cleaned; else its status in words.
[[nodiscard]] std::string said_by(const net::ClientResponse& answer);

}  // namespace tansiq::node
