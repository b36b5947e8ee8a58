// Small parts of a node: its clock by configuration, and what it says of itself.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "coordination/coalition.h"
#include "net/http_server.h"
#include "node/clock_bound.h"
#include "node/data_dir.h"
#include "node/peer_links.h"
#include "node/uss_service.h"

namespace tansiq::node {

/// The system's clock, set off, or faster, as configured.
[[nodiscard]] std::unique_ptr<Clock> make_clock(const NodeConfig& config);

[[nodiscard]] DurationMs milliseconds_since(std::chrono::steady_clock::time_point begin);

/// The lines to peers as far as the configuration says: what this node shows, where it listens, other ways to them.
[[nodiscard]] PeerLinks::Config peer_addresses(const NodeConfig& config);

/// Under what the coalition of this data folder is folded.
[[nodiscard]] coordination::CoalitionConfig coalition_config(const NodeConfig& config, const DataDir& dir);
/// What is known of the clock's error, observed once.
[[nodiscard]] std::unique_ptr<ClockBound> make_clock_bound(const NodeConfig& config, const core::Charter& charter);

/// Where and how the faces listen.
[[nodiscard]] net::HttpServerOptions server_options(const NodeConfig& config);

/// The supplier that the configuration asks for. Fails with `kInvalid`, naming what is wrong.
[[nodiscard]] Result<std::unique_ptr<UssService>> make_supplier(const NodeConfig& config, const AuthorityId& self,
                                                                CoreThread& core, const Clock& real_time);

/// A token of our own with scopes of `kScopes`. Fails with `kInvalid` for others.
[[nodiscard]] Result<std::string> mint_scoped_token(const net::TokenKey& key, std::string_view subject,
                                                    const std::vector<std::string>& scopes, UtcMs now,
                                                    DurationMs ttl_ms);
/// The notes of a version that was adopted, and of those that it went through, by version, as far as they are kept.
[[nodiscard]] std::map<std::int64_t, std::string> notes_of(const coordination::CharterAdopted& adopted,
                                                           store::LogReader& reader);

/// The text of `/`.
[[nodiscard]] std::string about(const DataDir& dir, const log::SignerKey& key);

}  // namespace tansiq::node
