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
#include "node/console_face.h"
#include "node/credentials.h"
#include "node/data_dir.h"
#include "node/evidence_desk.h"
#include "node/history_desk.h"
#include "node/live_desk.h"
#include "node/map_face.h"
#include "node/officer_desk.h"
#include "node/peer_links.h"
#include "node/recovery_keeper.h"
#include "node/self_view.h"
#include "node/snapshot_keeper.h"
#include "node/uss_service.h"

namespace tansiq::node {

/// The system's clock, set off, or faster, as configured.
[[nodiscard]] std::unique_ptr<Clock> make_clock(const NodeConfig& config);

[[nodiscard]] DurationMs milliseconds_since(std::chrono::steady_clock::time_point begin);

/// The lines to peers as far as the configuration says: what this node shows, where it listens, other ways to them.
[[nodiscard]] PeerLinks::Config peer_addresses(const NodeConfig& config);

/// Where peers are served under a version that has `self` so. `address`: where they were until now, or empty. Fails as
/// `net::BaseUrl::parse`.
[[nodiscard]] Result<std::uint16_t> peer_listen_port(const NodeConfig& config, const core::Authority& self,
                                                     const std::string& address);

/// What the record is folded by, as the data folder and the configuration say.
[[nodiscard]] coordination::CoalitionConfig coalition_config(const NodeConfig& config, const DataDir& dir);

/// How snapshots of that are made.
[[nodiscard]] SnapshotKeeper::Config snapshot_config(const NodeConfig& config, const DataDir& dir,
                                                     f3548::Switches switches);

/// The bound of this node's clock under a charter.
[[nodiscard]] std::unique_ptr<ClockBound> make_clock_bound(const NodeConfig& config, const core::Charter& charter);

/// As Node::state_mark: of a core thread that runs, which this waits for, or of a state at rest.
[[nodiscard]] Node::StateMark mark_of(CoreThread& core);
[[nodiscard]] Node::StateMark mark_of(const State& state);

/// Where and how the faces listen.
[[nodiscard]] net::HttpServerOptions server_options(const NodeConfig& config);

/// The supplier that the configuration asks for. Fails with `kInvalid`, naming what is wrong.
[[nodiscard]] Result<std::unique_ptr<UssService>> make_supplier(const NodeConfig& config, const AuthorityId& self,
                                                                CoreThread& core, const Clock& real_time);

/// Officers, and the door that lets them in beside whoever has a token.
struct Officers {
  std::unique_ptr<OfficerDesk> desk;
  std::unique_ptr<OfficerDoor> door;
};
/// Fails as OfficerBook::open. `door` and `real_time` outlive the result. `on_watch_changed`: OfficerDesk::Config.
[[nodiscard]] Result<Officers> make_officers(const NodeConfig& config, const AuthorityId& self, const Clock& real_time,
                                             const net::Authenticator& door,
                                             std::function<void(bool attended)> on_watch_changed = {});

/// Makes bundles of what the data folder holds. `clock` outlives it.
[[nodiscard]] std::unique_ptr<EvidenceDesk> make_evidence_desk(const NodeConfig& config, const Clock& clock);

/// What people who run the node should know although it is ready, each a clause. `live` may be null.
[[nodiscard]] std::vector<std::string> node_remarks(bool test_mode, const net::Doorkeeper& door,
                                                    const CertificateKeeper& certificate, const LiveDesk* live,
                                                    const OfficerDesk& officers, const SnapshotKeeper& snapshots);

/// A token of our own with scopes of `kScopes`. Fails with `kInvalid` for others.
[[nodiscard]] Result<std::string> mint_scoped_token(const net::TokenKey& key, std::string_view subject,
                                                    const std::vector<std::string>& scopes, UtcMs now,
                                                    DurationMs ttl_ms);
/// The notes of a version that was adopted, and of those that it went through, by version, as far as they are kept.
[[nodiscard]] std::map<std::int64_t, std::string> notes_of(const coordination::CharterAdopted& adopted,
                                                           store::LogReader& reader);

/// Lines of the log about a node that has opened.
void log_opened(const Node::OpenReport& report, const DataDir& dir, const NodeConfig& config);

/// What the console needs beside the API (console_face.h, map_face.h, history_desk.h), and what the node says of
/// itself.
struct ConsoleParts {
  std::unique_ptr<ConsoleFace> files;  ///< Null where none is served.
  std::unique_ptr<HistoryDesk> history;
  std::shared_ptr<const MapFace> map;  ///< Null where there is none.
  SelfFacts self;
  /// True when the request was for a file of the console, and is answered.
  [[nodiscard]] bool answer(const std::shared_ptr<net::Exchange>& exchange) const;
  void stop();
};
/// `record`: what the record is folded by. The rest outlives the result. Fails as ConsoleFace::create and
/// MapFace::open.
[[nodiscard]] Result<ConsoleParts> make_console(const NodeConfig& config, const DataDir& dir,
                                                SnapshotKeeper::Config record, const Clock& clock,
                                                store::LogStore& store, ProblemLog& problems,
                                                std::string_view program_version);

/// How F3548 is served: as configured, and in test mode by clear-text URLs too.
[[nodiscard]] f3548::Switches switches_of(const NodeConfig& config);

/// Why not ready, if so.
[[nodiscard]] Status readiness(const store::LogStore& store, const CoreThread& core, const RecoveryKeeper& recovery);

/// The text of `/`.
[[nodiscard]] std::string about(const DataDir& dir, const log::SignerKey& key);

}  // namespace tansiq::node
