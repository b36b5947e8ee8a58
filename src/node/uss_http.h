// The supplier's requests over HTTP: connections that are kept, and a token for each audience.
//
// A token is for the host that it is sent to (its audience, without port) and for the scopes that a request needs, and
// is used until a minute before it expires. It comes from an authorisation server as GET with `grant_type`, `scope`,
// `intended_audience`, `sub` and `client_id`, or stands in a file that something else keeps fresh. That one is a JSON
// Web Token, and is shown to the hosts that its `aud` names and to nobody else: whoever gets it could be us at any
// of them.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "node/uss_host.h"

namespace tansiq::node {

struct UssTokenConfig {
  std::string manager;
  std::string url;             ///< Of the authorisation server, with its path; may have a query.
  std::filesystem::path file;  ///< Instead.
  net::TlsTrust trust;
  std::shared_ptr<net::NameLookup> names{};  ///< As of `HttpClientOptions`, for all that is asked.
};

/// Where requests may go. What the node's own configuration names may be anywhere; what others have told a registry is
/// no reason to call what stands beside this node.
struct UssReach {
  std::string dss_url;
  bool private_addresses = true;
};

/// Any thread.
class UssTokens {
 public:
  /// `clock` is real time, and outlives this.
  UssTokens(UssTokenConfig config, const Clock& clock, std::shared_ptr<net::Interrupt> interrupt);
  /// Fails with `kUnauthenticated`, saying why there is none.
  [[nodiscard]] Result<std::string> token(const std::string& audience, const std::string& scopes);
  /// Somebody did not take it.
  void forget(const std::string& audience);

 private:
  struct Held {
    std::string token;
    UtcMs until;
  };
  [[nodiscard]] Result<Held> fetch(const std::string& audience, const std::string& scopes) const;

  const UssTokenConfig config_;
  const Clock& clock_;
  const std::shared_ptr<net::Interrupt> interrupt_;
  std::mutex mutex_;
  std::map<std::pair<std::string, std::string>, Held> held_;
};

/// A base URL taken apart: `https://host:port`, and what stands before every path.
struct SplitUrl {
  std::string origin, prefix, host;
};
[[nodiscard]] Result<SplitUrl> split_url(std::string_view url);

class HttpUssWire final : public UssWire {
 public:
  [[nodiscard]] static Result<std::unique_ptr<HttpUssWire>> create(UssTokenConfig tokens, const Clock& clock,
                                                                   UssReach reach = {});
  [[nodiscard]] Result<net::ClientResponse> call(const UssCall& call) override;
  void interrupt() override { interrupt_->trigger(); }

 private:
  HttpUssWire(UssTokenConfig tokens, const Clock& clock, std::shared_ptr<net::Interrupt> interrupt, UssReach reach);
  /// A connection that was made for one is not used for another.
  struct Line {
    std::string origin;
    bool public_only = false;
    bool registry = false;  ///< One that is configured: it may answer at length.
    friend bool operator==(const Line&, const Line&) = default;
  };
  [[nodiscard]] Result<std::unique_ptr<net::HttpClient>> client(const Line& line);
  void give_back(const Line& line, std::unique_ptr<net::HttpClient> client);

  const UssReach reach_;
  const net::TlsTrust trust_;
  const std::shared_ptr<net::NameLookup> names_;
  const std::shared_ptr<net::Interrupt> interrupt_;
  UssTokens tokens_;
  std::mutex mutex_;
  std::vector<std::pair<Line, std::unique_ptr<net::HttpClient>>> idle_;
};

}  // namespace tansiq::node
