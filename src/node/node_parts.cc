#include "node/node_parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <future>
#include <optional>

#include "base/logging.h"
#include "net/http_client.h"
#include "node/live_config.h"

namespace tansiq::node {
namespace {

/// Runs `scale` times as fast as the system's clock.
class ScaledClock final : public Clock {
 public:
  explicit ScaledClock(const NodeConfig::SimulatedTime& time) : time_(time) {}
  [[nodiscard]] UtcMs now() const override { return time_.start + (SystemClock().now() - time_.real) * time_.scale; }

 private:
  const NodeConfig::SimulatedTime time_;
};

}  // namespace

std::unique_ptr<Clock> make_clock(const NodeConfig& config) {
  if (config.simulated.scale > 0) return std::make_unique<ScaledClock>(config.simulated);
  if (config.clock_offset_ms != 0) return std::make_unique<OffsetClock>(config.clock_offset_ms);
  return std::make_unique<SystemClock>();
}

PeerLinks::Config peer_addresses(const NodeConfig& config) {
  PeerLinks::Config out;
  out.certificate_file = config.peer_tls.certificate.string();
  out.key_file = config.peer_tls.key.string();
  out.listen_address = config.peer_listen_address;
  out.urls = config.peer_urls;
  if (out.certificate_file.empty()) out.certificate_file = (config.data_dir / "peer.crt").string();
  if (out.key_file.empty()) out.key_file = (config.data_dir / "peer.key").string();
  return out;
}

Result<std::uint16_t> peer_listen_port(const NodeConfig& config, const core::Authority& self,
                                       const std::string& address) {
  if (config.peer_listen_port > 0) return static_cast<std::uint16_t>(config.peer_listen_port);
  if (config.peer_listen_port < 0) return TRY(net::BaseUrl::parse(self.peer->url)).port;
  // Chosen once: whoever was told the port finds the node there under every version.
  return address.empty() ? std::uint16_t{0} : TRY(net::BaseUrl::parse(address)).port;
}

coordination::CoalitionConfig coalition_config(const NodeConfig& config, const DataDir& dir) {
  coordination::CoalitionConfig out{
      .machine = {dir.self, dir.charter.charter, dir.charter.text, dir.ovn_secret, {}, texts_beside(config.data_dir)},
      .former = dir.former,
      .quota = {},
      .talks = {.line_check_every_ms = config.talks.line_check_every_ms}};
  // Where it is for real, what widens a relation needs two officers.
  const core::DataMode mode = dir.charter.charter.data_mode;
  if (mode == core::DataMode::kReal || mode == core::DataMode::kExercise) out.officers = {};
  return out;
}

SnapshotKeeper::Config snapshot_config(const NodeConfig& config, const DataDir& dir, f3548::Switches switches) {
  return {.coalition = coalition_config(config, dir),
          .switches = switches,
          .every_entries = config.snapshot_every_entries,
          .background_above_bytes = config.snapshot_background_above_bytes};
}

std::unique_ptr<ClockBound> make_clock_bound(const NodeConfig& config, const core::Charter& charter) {
  const bool earnest = charter.data_mode == core::DataMode::kReal || charter.data_mode == core::DataMode::kExercise;
  std::optional<DurationMs> stated = config.clock_error_ms;
  if (!earnest && !config.kernel_clock && !stated) stated = 0;
  return std::make_unique<ClockBound>(charter.timing.clock_error_ms, system_time_source(), stated);
}

Node::StateMark mark_of(const State& state) { return {state.next_seq(), to_hex(state.hash())}; }

Node::StateMark mark_of(CoreThread& core) {
  auto promise = std::make_shared<std::promise<Node::StateMark>>();
  auto future = promise->get_future();
  auto read = [promise](const State& state) {
    auto tell = [promise, value = mark_of(state)](const Status& durable) {
      promise->set_value(durable ? value : Node::StateMark{});
    };
    return Departure{nullptr, {}, std::move(tell)};
  };
  auto refused = [promise](const Error&) { promise->set_value({}); };
  if (!core.submit_urgent(ReadTask{std::move(read), std::move(refused)})) return {};
  return future.get();
}

net::HttpServerOptions server_options(const NodeConfig& config) {
  net::HttpServerOptions out;
  out.address = config.listen_address;
  out.port = config.listen_port;
  out.io_threads = config.io_threads;
  out.limits.connections_max = config.limits.connections_max;
  out.limits.body_bytes_max = config.limits.body_bytes_max;
  out.allow_plaintext_remote = config.allow_plain_remote;
  if (!config.tls.certificate.empty() || !config.tls.key.empty()) {
    out.tls = net::TlsConfig{config.tls.certificate.string(), config.tls.key.string(), {}, false};
  }
  if (config.test_mode) out.every_answer.add(kTestModeHeader, "on");
  return out;
}

Result<std::unique_ptr<UssService>> make_supplier(const NodeConfig& config, const AuthorityId& self, CoreThread& core,
                                                  const Clock& real_time) {
  UssNames names{.authority = self,
                 .manager = config.uss->manager,
                 .base_url = config.uss->base_url,
                 .dss_url = config.uss->dss_url,
                 .allow_http = config.test_mode || config.f3548.allow_http};
  return UssService::create(*config.uss, std::move(names), core, real_time);
}

Result<Officers> make_officers(const NodeConfig& config, const AuthorityId& self, const Clock& real_time,
                               const net::Authenticator& door, std::function<void(bool attended)> on_watch_changed) {
  Officers out;
  out.desk = TRY(OfficerDesk::open({.data_dir = config.data_dir,
                                    .self = self,
                                    .clock = &real_time,
                                    .cost = config.password_cost,
                                    .on_watch_changed = std::move(on_watch_changed)}));
  out.door = std::make_unique<OfficerDoor>(door, out.desk->sessions(), out.desk->book(), config.auth.subjects, self,
                                           real_time);
  return out;
}

std::unique_ptr<EvidenceDesk> make_evidence_desk(const NodeConfig& config, const Clock& clock) {
  return std::make_unique<EvidenceDesk>(
      EvidenceDesk::Config{.data_dir = config.data_dir,
                           .record_dir = config.live ? config.live->record_dir : std::filesystem::path(),
                           .clock = &clock});
}

std::vector<std::string> node_remarks(bool test_mode, const net::Doorkeeper& door, const CertificateKeeper& certificate,
                                      const LiveDesk* live, const OfficerDesk& officers,
                                      const SnapshotKeeper& snapshots) {
  std::vector<std::string> out = credential_remarks(test_mode, door, certificate);
  if (live != nullptr && !live->trouble().empty()) out.push_back(live->trouble());
  if (std::string remark = officers.remark(); !remark.empty()) out.push_back(std::move(remark));
  if (std::string trouble = snapshots.trouble(); !trouble.empty()) out.push_back(std::move(trouble));
  return out;
}

Result<std::string> mint_scoped_token(const net::TokenKey& key, std::string_view subject,
                                      const std::vector<std::string>& scopes, UtcMs now, DurationMs ttl_ms) {
  net::TokenClaims claims;
  claims.subject = subject;
  for (const std::string& scope : scopes) {
    if (std::ranges::find(kScopes, std::string_view(scope)) == kScopes.end()) {
      return fail(ErrorCode::kInvalid,
                  fmt::format("there is no scope {}; known are {}", scope, fmt::join(kScopes, ", ")), "scope");
    }
    claims.scopes.insert(scope);
  }
  claims.issued = now;
  claims.expires = now + ttl_ms;
  return net::mint_token(key, std::move(claims));
}

std::map<std::int64_t, std::string> notes_of(const coordination::CharterAdopted& adopted, store::LogReader& reader) {
  std::map<std::int64_t, std::string> out;
  const auto find = [&](std::int64_t version, const log::Hash& note) {
    if (const auto body = reader.body(note); body && *body) out.emplace(version, as_text(**body));
  };
  std::int64_t version = adopted.version - static_cast<std::int64_t>(adopted.through.size());
  for (const coordination::CharterStep& step : adopted.through) find(version++, step.note_sha256);
  find(adopted.version, adopted.note_sha256);
  return out;
}

void log_opened(const Node::OpenReport& report, const DataDir& dir, const NodeConfig& config) {
  log_info("node.opened", {{"authority", dir.self.str()},
                           {"origin", dir.key.name()},
                           {"entries", report.entries},
                           {"from_snapshot", report.from_snapshot},
                           {"took_ms", report.took_ms},
                           {"data_mode", core::to_text(dir.charter.charter.data_mode)}});
  if (!dir.develop_charter) return;
  log_warning("node.develop_charter",
              {{"message", "this node runs on a charter that it made for itself; nobody else knows its key"},
               {"data_dir", config.data_dir.string()}});
}

bool ConsoleParts::answer(const std::shared_ptr<net::Exchange>& exchange) const {
  if (!files) return false;
  std::optional<net::Response> response = files->answer(exchange->request());
  if (!response) return false;
  exchange->respond(std::move(*response));
  return true;
}

void ConsoleParts::stop() {
  if (history) history->stop();
}

Result<ConsoleParts> make_console(const NodeConfig& config, const DataDir& dir, SnapshotKeeper::Config record,
                                  const Clock& clock, store::LogStore& store, ProblemLog& problems,
                                  std::string_view program_version) {
  ConsoleParts out;
  if (config.console.enabled) out.files = TRY(ConsoleFace::create(config.console.folder));
  if (!config.console.map.empty()) out.map = TRY(MapFace::open(config.console.map));
  out.history = std::make_unique<HistoryDesk>(HistoryDesk::Config{.coalition = std::move(record.coalition),
                                                                  .switches = record.switches,
                                                                  .main_origin = dir.key.name(),
                                                                  .clock = &clock},
                                              store, problems);
  out.self = {.program_version = std::string(program_version),
              .log_origin = dir.key.name(),
              .console = config.console.enabled,
              .map = !config.console.map.empty(),
              .history = true,
              .live = config.live != nullptr,
              .recording = config.live && !config.live->record_dir.empty(),
              .story = !config.console.story.empty(),
              .officers = true,
              .supplier = config.uss.has_value(),
              .test_mode = config.test_mode,
              .clock_rate = std::max<std::int64_t>(1, config.simulated.scale)};
  return out;
}

f3548::Switches switches_of(const NodeConfig& config) {
  f3548::Switches out = config.f3548;
  out.allow_http = out.allow_http || config.test_mode;
  return out;
}

Status readiness(const store::LogStore& store, const CoreThread& core, const RecoveryKeeper& recovery) {
  if (const auto poisoned = store.poisoned()) {
    return fail(ErrorCode::kUnavailable, "the store takes no entries; the log of the node says why");
  }
  if (core.failed()) return fail(ErrorCode::kUnavailable, "the node is stopping");
  if (recovery.active()) return fail(ErrorCode::kUnavailable, "recovering: " + recovery.standing().text);
  return {};
}

std::string about(const DataDir& dir, const log::SignerKey& key) {
  return fmt::format(
      "Tansiq node of authority {}, charter {} version {}, data mode {}.\n\n"
      "It decides about operational intents in its zones and keeps every decision in a signed log.\n\n"
      "  /openapi.yaml             the interface\n"
      "  /v1/zones, /v1/intents    what stands (needs a token: tansiq token)\n"
      "  /v1/events                the record as it grows\n"
      "  /v1/stream                the same, what is said and the live picture, as one\n"
      "  /log/{}/checkpoint\n"
      "                            the signed log; its key is\n"
      "                            {}\n"
      "  /healthz /readyz /metrics for those who run it\n",
      dir.self.str(), dir.charter.charter.id, dir.charter.charter.version, core::to_text(dir.charter.charter.data_mode),
      key.name(), key.verifier().text());
}

DurationMs milliseconds_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin).count();
}

}  // namespace tansiq::node
