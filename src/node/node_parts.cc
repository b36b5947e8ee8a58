#include "node/node_parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <future>
#include <optional>

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

std::vector<std::string> node_remarks(bool test_mode, const net::Doorkeeper& door, const CertificateKeeper& certificate,
                                      const LiveDesk* live, const OfficerDesk& officers) {
  std::vector<std::string> out = credential_remarks(test_mode, door, certificate);
  if (live != nullptr && !live->trouble().empty()) out.push_back(live->trouble());
  if (std::string remark = officers.remark(); !remark.empty()) out.push_back(std::move(remark));
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

std::string about(const DataDir& dir, const log::SignerKey& key) {
  return fmt::format(
      "Tansiq node of authority {}, charter {} version {}, data mode {}.\n\n"
      "It decides about operational intents in its zones and keeps every decision in a signed log.\n\n"
      "  /openapi.yaml             the interface\n"
      "  /v1/zones, /v1/intents    what stands (needs a token: tansiq token)\n"
      "  /v1/events                the record as it grows\n"
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
