// One authority's node: the process that owns zones, decides, keeps the record, and answers over HTTP.
//
//   node::NodeConfig config;                       // develop defaults: everything in a fresh folder, loopback
//   config.data_dir = "data";
//   auto node = TRY(node::Node::open(config));     // store, keys, charter, snapshot + tail; nothing listens yet
//   TRY_VOID(node->start());                       // the core thread, then the faces
//   fmt::print("{}\n", node->address());           // http://127.0.0.1:7463
//   … on SIGTERM, from any thread: node->stop();
//   return node->wait();                           // success after stop(), or what stopped the node
//
// Data flow (ARCHITECTURE.md follows one request): io threads parse, authenticate and authorise; a bounded queue
// carries typed commands to the one core thread, which decides a batch, makes its entries and the signed checkpoint
// durable in one transaction, and only then hands the replies back. A reply never leaves before its entries are
// durable, and a read is answered by the core thread too, so nothing undurable is ever shown.
//
// A store that fails stops the node (crash-only): `wait()` returns the reason, `/readyz` fails at once.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/limits.h"
#include "base/result.h"
#include "base/time.h"
#include "coordination/act.h"
#include "coordination/coalition.h"
#include "coordination/plan_cycle.h"
#include "core/charter.h"
#include "core/command.h"
#include "core/entry.h"
#include "f3548/registry.h"
#include "net/issuers.h"
#include "net/rate_limit.h"
#include "node/officer_secret.h"
#include "node/sender_quota.h"

namespace tansiq::store {
class Files;
}

namespace tansiq::node {

struct LiveConfig;

/// Both files or none.
struct TlsFiles {
  std::filesystem::path certificate;  ///< PEM chain, leaf first.
  std::filesystem::path key;          ///< PEM private key, readable by its owner only.
};

/// Bounds of one node that an operator may lower or raise. Everything else is in base/limits.h.
struct NodeLimits {
  std::size_t connections_max = kConnectionsMax;
  std::size_t body_bytes_max = kRequestBodyBytesMax;
  std::size_t command_queue_max = kCommandQueueMax;
  std::size_t batch_commands_max = kBatchCommandsMax;
  std::size_t streams_max = 1'000;  ///< Open event streams.
};

/// Whose tokens are taken beside the node's own, and how often a client may ask (net/doorkeeper.h).
struct AuthConfig {
  /// An issuer without `scopes` may grant those of F3548.
  std::vector<net::IssuerConfig> issuers{};
  std::vector<std::string> audiences{};  ///< Names of this node, one of which a token of an issuer must be for.
  DurationMs token_ms_max = net::kJwtLifetimeMsMax;
  net::RateLimit subjects{};  ///< Of each subject with a valid token; no limit by default.
  net::RateLimit addresses{.per_second = 100, .burst = 1'000};  ///< Of requests without the valid token they needed.
};

/// The node as a supplier (a USS of F3548) beside others: uss_service.h.
struct UssConfig {
  std::string manager{};               ///< The subject of its tokens: who it is to registries and to other suppliers.
  std::string base_url{};              ///< What others append `/uss/v1/…` to, to reach this node.
  std::string dss_url{};               ///< Any registry: this node, another, another vendor's.
  std::string token_url{};             ///< Where its tokens come from; or
  std::filesystem::path token_file{};  ///< a file that something else keeps fresh.
  std::filesystem::path ca_file{};     ///< PEM; empty: the system's authorities.
  bool private_addresses = false;      ///< Other suppliers may have them; always in test mode.
  DurationMs notice_ms = 600'000;      ///< How long somebody is tried to be told.
  unsigned workers = 4;                ///< Notices under way at once, to as many addresses.
  SenderQuota::Limits sender{};        ///< What each other supplier may leave here in a day.
};

/// Lines to peers, and whom else an alarm calls (docs/talks.md).
struct TalksConfig {
  DurationMs line_check_every_ms = 0;  ///< How often each line is checked; 0: only when an officer asks for it.
  /// A program and its arguments, run with the alarm as JSON on its standard input; no shell. Empty: none.
  std::vector<std::string> alarm_command{};
  std::string alarm_webhook{};      ///< An address to which the same is posted. Empty: none.
  coordination::PlanCycle plans{};  ///< By when a daily plan is there, and with whom. By default with nobody.
};

/// The console that the node serves (console_face.h, map_face.h).
struct ConsoleConfig {
  bool enabled = true;
  /// Served instead of the one that is in the program: for development. `open` fails where it has no index.html.
  std::filesystem::path folder{};
  std::filesystem::path map{};  ///< A PMTiles file, served as `/map.pmtiles`. Empty: none.
  /// What is told of a demonstration (story.h), served as `/v1/story` while it grows. Needs data mode SIMULATED, else
  /// `open` fails with `kInvalid`. Empty: nothing.
  std::filesystem::path story{};
};

/// What `Node::open` needs. Everything has a default that gives a working node on loopback.
struct NodeConfig {
  /// Holds `log.db`, `last-checkpoint`, snapshots, `charter.note` and the secrets `node.key`, `token.key`, `ovn.key`
  /// (0600). Created (0700) when missing.
  std::filesystem::path data_dir = "tansiq-data";
  /// Empty: `<data_dir>/charter.note`. A path given here is read on the first start and copied into the data folder.
  std::filesystem::path charter_path;
  /// The versions before that one, for a member that joins later: copied as `charter-N.note` on the first start.
  std::vector<std::filesystem::path> former_charter_paths{};
  /// Empty: `<data_dir>/node.key`.
  std::filesystem::path key_path;
  /// With no charter in the data folder: true writes a self-made one (default_charter.h, data mode TEST) with fresh
  /// keys and says so loudly; false fails with `kNotFound` and what to do.
  bool develop = true;
  /// That charter has one zone, the world, with the rule `aware`: for a node that is to be an F3548 DSS.
  bool develop_region = false;
  /// The authority that this node speaks for, as named in the charter. Empty: the one that lists the node's key.
  std::string authority;

  std::string listen_address = "127.0.0.1";
  std::uint16_t listen_port = 7463;  ///< 0 lets the system choose: `address()` tells.
  /// Without TLS only loopback addresses are allowed, unless `allow_plain_remote`.
  TlsFiles tls;
  /// What this node shows to other nodes, as server and as client: the charter names its key, so it is self-signed.
  /// Empty: `<data_dir>/peer.crt` and `<data_dir>/peer.key`.
  TlsFiles peer_tls;
  /// The key (type 04) of its receipts on peers' logs. Empty: `<data_dir>/cosigner.key`.
  std::filesystem::path cosigner_key_path;
  bool allow_plain_remote = false;
  unsigned io_threads = 1;

  /// Added to the system's clock: a node that replays a recording runs at the recording's time. Needs data mode TEST
  /// or SIMULATED in the charter, else `open` fails with `kInvalid`.
  DurationMs clock_offset_ms = 0;
  /// A clock that runs faster, for demonstrations: `start` at the moment `real` of the system's clock, and `scale`
  /// times as fast from there on. Needs data mode SIMULATED. No effect at scale 0.
  struct SimulatedTime {
    UtcMs start;
    UtcMs real;
    std::int64_t scale = 0;
  } simulated;
  /// Replaces the system clock (tests). Must outlive the node. Not owned.
  const Clock* clock = nullptr;
  /// Likewise, of how long whoever contends for a place waits (f3548/turns.h): by default the steady clock.
  const Clock* turns_clock = nullptr;

  /// Where peers are served. Port -1: the one in the charter's URL of this node; 0 lets the system choose.
  std::string peer_listen_address = "127.0.0.1";
  std::int32_t peer_listen_port = -1;
  /// Other ways to peers than the charter's URLs (through a tunnel, a relay), by authority. Their keys stay the
  /// charter's.
  std::map<std::string, std::string> peer_urls;

  /// The secret of local tokens (net/bearer.h). Empty: `<data_dir>/token.key`, created when missing.
  std::filesystem::path token_key_path;
  AuthConfig auth;
  /// Takes tokens under a published key, http URLs of suppliers, and issuers' keys over http from this machine; says so
  /// in every answer. With data mode REAL `open` fails with `kForbidden`.
  bool test_mode = false;
  /// True: `/log/…` and `/v1/events` are served without a token. They show whole entries, so the default is deny.
  bool public_log = false;
  /// True: `/metrics` without a token on every address, not only to loopback peers.
  bool public_metrics = false;

  /// The database has entries, but the file of the last published checkpoint is gone (moved, restored): go on anyway.
  bool accept_missing_last_checkpoint = false;
  /// How long a node that has lost a part of `main` waits before it goes on (ADR 15). Only TEST and SIMULATED data
  /// modes may state it, else `open` fails with `kInvalid`; absent: the horizon of intents.
  std::optional<DurationMs> recovery_wait_ms{};
  /// By how much the clock may be wrong, instead of what the kernel says (clock_bound.h). Only TEST and SIMULATED may
  /// state it, else `open` fails with `kInvalid`; there it is 0 when absent, unless `kernel_clock`.
  std::optional<DurationMs> clock_error_ms{};
  bool kernel_clock = false;  ///< The kernel's word also in TEST and SIMULATED.
  /// The disk (store/files.h); the operating system's when null. For fault tests. Not owned.
  store::Files* files = nullptr;
  /// A snapshot is written when this many entries have been added since the last one; 0 = only at `stop()`.
  std::uint64_t snapshot_every_entries = 200'000;
  /// A state whose snapshot is larger is not serialised by the thread that decides, but folded once more beside it,
  /// which takes the memory of a second state for a while (snapshot_keeper.h). And `stop()` then leaves to the next
  /// start what a recent one does not cover. 0: all.
  std::uint64_t snapshot_background_above_bytes = 16U << 20;
  /// How often time-driven effects (expiry) are looked for; 0 = never by itself (tests call `tick()`).
  DurationMs tick_every_ms = 1'000;

  /// Where the contract of F3548 and what is deployed differ.
  f3548::Switches f3548;
  /// Absent: no supplier. `open` fails with `kInvalid` where something of it is wrong.
  std::optional<UssConfig> uss{};
  /// Inputs and what is made of them (live_config.h). Null: no live picture.
  std::shared_ptr<const LiveConfig> live{};

  TalksConfig talks;
  ConsoleConfig console;

  /// What a guess at an officer's password costs; less in tests alone.
  PasswordCost password_cost{};

  NodeLimits limits;
};

/// What a command led to, durable. A refusal is a decision too: `decision.refusal` says why.
struct Recorded {
  bool repeated = false;    ///< The command had been executed before; this is its first outcome.
  std::uint64_t seq = 0;    ///< Local sequence number of the entry that says so.
  std::uint64_t index = 0;  ///< Its place in the log `main`.
  core::EntryType type = core::EntryType::kGenesis;
  core::Decision decision;  ///< As the asker may see it.
};
using SubmitCallback = std::function<void(Result<Recorded>)>;

/// What a token may allow. `admin` allows everything.
/// Those of F3548 stand for themselves: `admin` does not hold them.
inline constexpr std::array<std::string_view, 18> kScopes{"intents.read",
                                                          "intents.file",
                                                          "measures.manage",
                                                          "coordination.read",
                                                          "coordination.act",
                                                          "picture.read",
                                                          "picture.act",
                                                          "talks.read",
                                                          "talks.write",
                                                          "log.read",
                                                          "metrics.read",
                                                          "admin",
                                                          "utm.strategic_coordination",
                                                          "utm.conformance_monitoring_sa",
                                                          "utm.constraint_processing",
                                                          "utm.constraint_management",
                                                          "utm.availability_arbitration",
                                                          "interuss.versioning.read_system_versions"};

class Node {
 public:
  /// Opens or creates everything in `config.data_dir` and rebuilds the state (snapshot + tail; checks the state hash).
  /// Nothing listens and nothing decides yet. Fails with `kInvalid` (configuration, charter), `kNotFound`, `kIo`,
  /// `kCorrupt` (the record fails its checks). A store that is behind what had been published opens in recovery
  /// (recovery.h): it is shown, and decides nothing until it is whole.
  [[nodiscard]] static Result<std::unique_ptr<Node>> open(const NodeConfig& config);
  /// Stops and waits when still running.
  ~Node();
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  /// Starts the core thread and listens. Fails with `kIo` when the address cannot be bound. Call once.
  [[nodiscard]] Status start();
  /// `http://127.0.0.1:7463`: scheme, address and bound port. Valid after `start()`.
  [[nodiscard]] std::string address() const;
  /// Where peers are served, `https://127.0.0.1:9000`; empty when the charter names no peers.
  [[nodiscard]] std::string peer_address() const;

  /// Asks for an orderly stop: no new requests, the queue is worked off, a snapshot is written where no recent one
  /// stands. Returns at once; any thread, any number of times. Not async-signal-safe: forward signals through a thread.
  void stop();
  /// Reads the certificate, issuers' key files and key addresses again (SIGHUP). Returns at once; any thread.
  void reload();
  /// Blocks until the node has stopped. Success after `stop()`; otherwise what stopped it (a store that failed).
  [[nodiscard]] Status wait();

  /// Submits a command as if it had come over a face, already authenticated: `callback` runs on the core thread after
  /// the command's entries are durable; keep it short. `kOverloaded` when the queue is full, `kUnavailable` when
  /// stopping (the callback is then called before this returns). Any thread. Used by benchmarks and the demo.
  void submit(core::Command command, SubmitCallback callback);
  /// The same for an officer's act.
  void act(coordination::ActCommand command, std::function<void(Result<coordination::ActOutcome>)> callback);

  /// Posts a tick: log time advances, what has ended expires. Any thread.
  void tick();

  /// SHA-256 of the state, hexadecimal, as of the last durable entry, and the number of entries. Waits for the core
  /// thread when running.
  struct StateMark {
    std::uint64_t entries = 0;
    std::string state_hash;
    friend bool operator==(const StateMark&, const StateMark&) = default;
  };
  [[nodiscard]] StateMark state_mark();

  /// What `open` did, for the operator and for `bench`.
  struct OpenReport {
    bool created = false;             ///< The data folder was new.
    bool develop_charter = false;     ///< The charter is the built-in one.
    std::uint64_t entries = 0;        ///< In the log after `open`.
    std::uint64_t from_snapshot = 0;  ///< Entries covered by the snapshot that was used; 0 without one.
    DurationMs took_ms = 0;
  };
  [[nodiscard]] const OpenReport& open_report() const;

  /// In force.
  [[nodiscard]] core::Charter charter() const;
  /// The node's authority, its log's origin (the name of its key) and the verifier key of the log.
  [[nodiscard]] const AuthorityId& authority() const;
  [[nodiscard]] const std::string& log_origin() const;
  [[nodiscard]] const std::string& log_vkey() const;

  /// Mints a local bearer token, valid for `ttl_ms` from the node's now. `subject` is the manager of what it files and
  /// stands in entries as `by`. Fails with `kInvalid` on an unknown scope (kScopes) or a malformed subject.
  [[nodiscard]] Result<std::string> mint_token(std::string_view subject, const std::vector<std::string>& scopes,
                                               DurationMs ttl_ms) const;

 private:
  class Impl;
  explicit Node(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace tansiq::node
