#include "node/peer_links.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <future>
#include <set>

#include "base/logging.h"
#include "base/random.h"
#include "node/charter_notes.h"
#include "node/replication_keys.h"
#include "node/stored_log.h"

namespace tansiq::node {
namespace {

using coordination::LogName;

/// A line that is back is to be used at once: windows and holds are minutes, and a question costs little.
constexpr DurationMs kBackoffMaxMs = 3'000;
/// A question is a checkpoint at most. Peers are few, ask one question at a time on a line and have a line for each
/// log; anybody at all may connect before his key is looked at.
constexpr std::size_t kQuestionBytesMax = 2 * kPullNoteBytesMax;
constexpr std::size_t kLinesMax = 2'048;
constexpr std::size_t kQuestionsALineMax = 2;
constexpr std::size_t kAnswersBytesMax = 64U << 20;
/// Beyond the time that the other side may wait.
constexpr DurationMs kTracksAnswerMs = 10'000;

std::uint64_t random_seed() {
  std::array<std::uint8_t, 8> bytes{};
  fill_secure_random(bytes);
  return std::bit_cast<std::uint64_t>(bytes);
}

std::vector<std::array<std::uint8_t, 32>> pinned(const core::Peer& peer) {
  std::vector<std::array<std::uint8_t, 32>> out;
  for (const log::Hash& key : peer.tls_keys) out.push_back(key.bytes);
  return out;
}

Error suspended() { return {ErrorCode::kUnavailable, "the charter is changing; ask again", {}}; }
Error unknown_peer() { return {ErrorCode::kForbidden, "the charter names no peer with this key", {}}; }

}  // namespace

Result<std::unique_ptr<PeerLinks>> PeerLinks::start(Config config, store::SqliteStore& store, CoreThread& core,
                                                    LogBook logs, ProblemLog& problems) {
  std::unique_ptr<PeerLinks> links(new PeerLinks(std::move(config), core, std::move(logs)));
  TRY_VOID(links->listen(store, problems));
  TRY_VOID(links->fetch_bodies());
  TRY_VOID(links->fetch_tracks());
  TRY_VOID(links->relay_to_keeper());
  if (!links->config_.recovering) TRY_VOID(links->pull(store));
  return links;
}

PeerLinks::~PeerLinks() { stop(); }

std::vector<log::VerifierKey> PeerLinks::keys_ever(const AuthorityId& author, const std::string& origin) const {
  return node::keys_ever(config_.versions, author, origin);
}

Status PeerLinks::listen(store::SqliteStore& store, ProblemLog& problems) {
  PeerFace::Config face;
  for (const LogName& name : logs_.shared()) {
    PeerFace::ServedLog served{
        .origin = logs_.origin(name),
        .id = logs_.id(name),
        .keys = keys_ever(config_.self, logs_.origin(name)),
        .reader = {},
        .signer = std::make_shared<const log::SignerKey>(TRY(config_.key->renamed(logs_.origin(name))))};
    if (name.kind == LogName::Kind::kPair) served.reader = name.reader;
    face.logs.push_back(std::move(served));
  }
  for (const LogName& name : logs_.mirrors()) {
    face.logs.push_back({.origin = logs_.origin(name),
                         .id = logs_.id(name),
                         .keys = keys_ever(name.author, logs_.origin(name)),
                         .reader = name.author,
                         .signer = nullptr,
                         .mirror = true});
  }
  for (const core::Authority& authority : charter().authorities) {
    if (authority.id == config_.self || !authority.peer) continue;
    face.peers.push_back({.id = authority.id,
                          .tls_keys = authority.peer->tls_keys,
                          .cosigner = TRY(log::VerifierKey::parse(authority.peer->cosigner))});
  }
  face.on_receipt = [this](const PeerFace::Receipt& receipt) { note_receipt(receipt); };
  face.on_behind = [this](const PeerFace::Behind& behind) {
    log_error("peer.knows_more", {{"peer", behind.peer.str()}, {"origin", behind.origin}, {"size", behind.size}});
    if (behind.note.empty()) return;  // a claim without our signature proves nothing
    (void)core_.submit_urgent(FloorTask{behind.log, behind.floor});
  };
  body_reader_ = TRY(store.open_reader());
  face_ = std::make_unique<PeerFace>(std::move(face), TRY(store.open_reader()), problems);
  if (config_.suspended) suspend();
  if (config_.relayed) relay_desk_ = std::make_unique<RelayDesk>(config_.relayed);
  net::HttpServerOptions options;
  options.address = config_.listen_address;
  options.port = config_.listen_port;
  options.tls = net::TlsConfig{.certificate_file = config_.certificate_file,
                               .key_file = config_.key_file,
                               .client_ca_file = {},
                               .client_certificate_required = true,
                               .any_client_key = true};
  options.limits.body_bytes_max = kQuestionBytesMax;
  options.body_bytes_max = [this](const net::ConnectionInfo& connection) {
    return asker(connection) != nullptr ? kRelayQuestionBytesMax : kQuestionBytesMax;
  };
  options.limits.connections_max = kLinesMax;
  options.limits.pipeline_max = kQuestionsALineMax;
  options.limits.outputs_total_bytes_max = kAnswersBytesMax;
  options.on_problem = [&problems](const net::ServerProblem& problem) {
    problems.add(problem.problem, "", "", problem.address);
  };
  server_ = TRY(net::HttpServer::start(std::move(options), [this](const std::shared_ptr<net::Exchange>& exchange) {
    if (exchange->request().path() == kPullPath) return face_->handle(exchange);
    if (exchange->request().path() == kBodyPath) return serve_body(exchange);
    if (exchange->request().path() == kTracksPath) return serve_tracks(exchange);
    if (exchange->request().path() == kRelayPath) return serve_relayed(exchange);
    exchange->respond(
        {ErrorCode::kNotFound, "peers pull logs, bodies and tracks and hand on requests here, and nothing else", {}});
  }));
  return {};
}

Status PeerLinks::pull(store::SqliteStore& store) {
  for (const LogName& name : logs_.mirrors()) {
    const core::Authority& peer = *charter().find_authority(name.author);
    const std::string& origin = logs_.origin(name);
    const std::unique_ptr<store::LogReader> reader = TRY(store.open_reader());
    Replica::Held held = TRY(read_held(*reader, logs_.id(name)));
    if (const auto kept = TRY(reader->meta(fork_meta_key(origin))))
      held.evidence = TRY(log::read_evidence(as_text(*kept)));
    Replica replica = TRY(Replica::open({.origin = origin,
                                         .keys = TRY(coordination::log_keys(peer, origin)),
                                         .former_keys = keys_ever(peer.id, origin)},
                                        std::move(held)));
    Puller::Config puller{.peer = peer.id, .cosigner = config_.cosigner, .clock = config_.clock, .seed = random_seed()};
    puller.backoff_max_ms = kBackoffMaxMs;
    puller.take = [this, name](const Piece& piece) { return take(name, piece); };
    puller.heard = [this](const AuthorityId& heard) { (void)core_.submit_urgent(HeardTask{heard}); };
    puller.accuse = [this](const AuthorityId& accused, const std::string& where, const log::ForkEvidence& evidence) {
      return accuse(accused, where, evidence);
    };
    auto started = std::make_unique<Puller>(std::move(puller), std::move(replica), TRY(connect(peer)),
                                            TRY(store.open_reader()), logs_.id(name));
    const std::lock_guard lock(mutex_);
    lines_.push_back({peer.id, std::move(started)});
  }
  return {};
}

Status PeerLinks::fetch_bodies() {
  for (const core::Authority& peer : charter().authorities) {
    if (peer.id == config_.self || !peer.peer) continue;
    BodyFetcher::Config shares = TRY(body_line(peer, coordination::kShareBytesMax));
    BodyFetcher::Config attachments = TRY(body_line(peer, kAttachmentBytesMax));
    fetchers_.push_back(std::make_unique<BodyFetcher>(std::move(shares)));
    BodyFetcher::Config files = attachment_fetcher(std::move(attachments));
    if (config_.charter_notes != nullptr) files = with_charter_notes(std::move(files), *config_.charter_notes);
    fetchers_.push_back(std::make_unique<BodyFetcher>(std::move(files)));
  }
  return {};
}

/// A line of its own, on which bodies of this size are asked for.
Result<BodyFetcher::Config> PeerLinks::body_line(const core::Authority& peer, std::size_t bytes_max) {
  const std::shared_ptr<net::Interrupt> interrupt = TRY(net::Interrupt::create());
  net::HttpClientOptions http = client_options(peer);
  http.body_bytes_max = bytes_max;
  http.interrupt = interrupt;
  std::shared_ptr<net::HttpClient> client = TRY(net::HttpClient::create(std::move(http)));
  const auto ask = [client](const coordination::WantedBody& body) -> Result<std::string> {
    net::ClientResponse answer = TRY(client->send(net::Method::kPost, body_target(body.body), {}, {}, true));
    if (answer.status != 200) return std::unexpected(net::error_from_response(answer, "the peer answers"));
    return std::move(answer.body);
  };
  return BodyFetcher::Config{
      .core = &core_, .peer = peer.id, .seed = random_seed(), .ask = ask, .interrupt = [interrupt] {
        interrupt->trigger();
      }};
}

const core::Authority* PeerLinks::asker(const net::ConnectionInfo& connection) const {
  if (!connection.peer) return nullptr;
  const log::Hash shown{connection.peer->key_sha256};
  for (const core::Authority& peer : charter().authorities) {
    if (peer.id == config_.self || !peer.peer) continue;
    if (std::ranges::find(peer.peer->tls_keys, shown) != peer.peer->tls_keys.end()) return &peer;
  }
  return nullptr;
}

void PeerLinks::serve_body(const std::shared_ptr<net::Exchange>& exchange) {
  if (suspended_.load()) return (void)exchange->respond(suspended());
  const core::Authority* peer = asker(*exchange->request().connection);
  if (peer == nullptr) return (void)exchange->respond(unknown_peer());
  node::serve_body(exchange, peer->id, core_, body_reader_, body_questions_);
}

/// Where there is a picture, of every peer that there is a source for.
Status PeerLinks::fetch_tracks() {
  if (config_.tracks == nullptr) return {};
  std::set<AuthorityId> peers;
  for (const core::Authority& peer : charter().authorities) {
    if (peer.id != config_.self && peer.peer) peers.insert(peer.id);
  }
  config_.tracks->keep_peers(peers);
  for (const core::Authority& peer : charter().authorities) {
    if (peer.id == config_.self || !peer.peer || !config_.tracks->hears(peer.id)) continue;
    const std::shared_ptr<net::Interrupt> interrupt = TRY(net::Interrupt::create());
    net::HttpClientOptions http = client_options(peer);
    http.body_bytes_max = kTracksAnswerBytesMax;
    http.response_ms = kTracksWaitMsMax + kTracksAnswerMs;
    http.interrupt = interrupt;
    std::shared_ptr<net::HttpClient> client = TRY(net::HttpClient::create(std::move(http)));
    track_fetchers_.push_back(std::make_unique<TrackFetcher>(
        TrackFetcher::Config{.peer = peer.id,
                             .to = config_.tracks,
                             .seed = random_seed(),
                             .ask = [client](const TrackQuestion& question) { return ask_tracks(*client, question); },
                             .interrupt = [interrupt] { interrupt->trigger(); }}));
  }
  return {};
}

void PeerLinks::serve_tracks(const std::shared_ptr<net::Exchange>& exchange) {
  if (suspended_.load()) return (void)exchange->respond(suspended());
  const core::Authority* peer = asker(*exchange->request().connection);
  if (peer == nullptr) return (void)exchange->respond(unknown_peer());
  if (config_.incomplete && config_.incomplete()) {
    return (void)exchange->respond(
        {ErrorCode::kUnavailable, "the node is recovering its record, which says what may be told; ask later", {}});
  }
  if (config_.tracks == nullptr) {
    return (void)exchange->respond({ErrorCode::kNotFound, "this node has no live picture", {}});
  }
  const auto question = TrackQuestion::parse(exchange->request());
  if (!question) return (void)exchange->respond(question.error());
  config_.tracks->tell(exchange, peer->id, *question);
  // It may have been suspended between the look above and now, and what waited been dropped before this came.
  if (suspended_.load()) config_.tracks->drop_questions();
}

void PeerLinks::serve_relayed(const std::shared_ptr<net::Exchange>& exchange) {
  if (suspended_.load()) return (void)exchange->respond(suspended());
  if (asker(*exchange->request().connection) == nullptr) return (void)exchange->respond(unknown_peer());
  if (!relay_desk_) return (void)exchange->respond({ErrorCode::kNotFound, "no F3548 is served here", {}});
  relay_desk_->take(exchange);
}

Status PeerLinks::relay_to_keeper() {
  const AuthorityId* keeper = registry_keeper(charter());
  if (keeper == nullptr || *keeper == config_.self) return {};
  const core::Authority& peer = *charter().find_authority(*keeper);
  if (!peer.peer) return {};
  const std::shared_ptr<net::Interrupt> interrupt = TRY(net::Interrupt::create());
  F3548Relay::Config relay{.to = *keeper, .lines = {}, .interrupt = [interrupt] { interrupt->trigger(); }};
  for (std::size_t i = 0; i < kRelayLines; ++i) {
    net::HttpClientOptions http = client_options(peer);
    http.body_bytes_max = kRelayAnswerBytesMax;
    http.response_ms = kRelayWaitMs;
    http.interrupt = interrupt;
    std::shared_ptr<net::HttpClient> client = TRY(net::HttpClient::create(std::move(http)));
    relay.lines.emplace_back([client](const std::string& question) -> Result<std::string> {
      net::ClientResponse answer = TRY(client->send(net::Method::kPost, kRelayPath, {}, question));
      if (answer.status != 200) return std::unexpected(net::error_from_response(answer, "the peer answers"));
      return std::move(answer.body);
    });
  }
  keeper_ = *keeper;
  relay_ = std::make_unique<F3548Relay>(std::move(relay));
  return {};
}

bool PeerLinks::relay(const AuthorityId& keeper, const std::shared_ptr<net::Exchange>& exchange) {
  if (!relay_ || keeper != keeper_) return false;
  relay_->take(exchange);
  return true;
}

std::string PeerLinks::url_of(const core::Authority& peer) const {
  const auto other = config_.urls.find(peer.id.str());
  return other == config_.urls.end() ? peer.peer->url : other->second;
}

net::HttpClientOptions PeerLinks::client_options(const core::Authority& peer) const {
  net::HttpClientOptions http;
  http.base_url = url_of(peer);
  http.trust.keys_sha256 = pinned(*peer.peer);
  http.trust.certificate_file = config_.certificate_file;
  http.trust.key_file = config_.key_file;
  return http;
}

Result<std::unique_ptr<PullTransport>> PeerLinks::connect(const core::Authority& peer) const {
  return HttpPullTransport::create(client_options(peer));
}

Puller::Storing PeerLinks::take(const LogName& log, const Piece& piece) {
  auto task = std::make_shared<PeerTask>(PeerTask{.log = log,
                                                  .lines = {},
                                                  .size = piece.judged.size,
                                                  .root = piece.judged.root,
                                                  .note = piece.judged.head_note,
                                                  .done = {}});
  task->lines.reserve(piece.judged.entries.size());
  for (const ByteView entry : piece.judged.entries) {
    task->lines.push_back(coordination::HeardLine::decode(std::string(as_text(entry))));
  }
  return [this, task, peer = piece.peer](const Puller::Stored& done) {
    // Verified by keys that may not count any more.
    if (suspended_.load()) return done(fail(ErrorCode::kUnavailable, "the charter is changing"));
    task->done = [this, peer, done](const Status& durable) {
      // What another passes on of what this one has committed to is found at the next look.
      if (durable) poke_of(fetchers_, peer);
      done(durable);
    };
    if (const Status taken = core_.submit_urgent(std::move(*task)); !taken) done(taken);
  };
}

void PeerLinks::note_receipt(const PeerFace::Receipt& receipt) {
  const auto name = logs_.find(receipt.origin);
  if (!name) return;
  if (name->kind == LogName::Kind::kPair) {
    const std::lock_guard lock(mutex_);
    acknowledged_[receipt.peer] = std::max(acknowledged_[receipt.peer], receipt.size);
  }
  (void)core_.submit_urgent(MetaTask{receipt_meta_key(receipt.origin, receipt.peer), receipt.note});
}

/// Waits for the core thread: the proof is lost with the puller that found it, unless it is kept.
Status PeerLinks::accuse(const AuthorityId& peer, const std::string& origin, const log::ForkEvidence& evidence) {
  log_error("peer.forked", {{"peer", peer.str()}, {"origin", origin}});
  auto promise = std::make_shared<std::promise<Status>>();
  auto future = promise->get_future();
  TRY_VOID(
      core_.submit_urgent(EvidenceTask{.peer = peer,
                                       .origin = origin,
                                       .text = TRY(log::evidence_text(evidence)),
                                       .done = [promise](const Status& durable) { promise->set_value(durable); }}));
  return future.get();
}

std::vector<PeerStanding> PeerLinks::standing() const {
  std::vector<std::pair<AuthorityId, Puller::LinkState>> lines;
  {
    const std::lock_guard lock(mutex_);
    for (const Line& line : lines_) lines.emplace_back(line.peer, line.puller->state());
  }
  return standing(lines);
}

std::vector<PeerStanding> PeerLinks::standing(
    const std::vector<std::pair<AuthorityId, Puller::LinkState>>& lines) const {
  std::map<AuthorityId, PeerStanding> by_peer;
  for (const auto& [id, state] : lines) {
    PeerStanding& peer = by_peer[id];
    const bool first = peer.id.empty();
    peer.id = id;
    peer.url = url_of(*charter().find_authority(id));
    peer.link.held += state.held;
    peer.link.known += state.known;
    peer.link.pinned = peer.link.pinned || state.pinned;
    if (peer.link.trouble.empty()) peer.link.trouble = state.trouble;
    // A line is as fresh as the older of its two logs.
    if (first) {
      peer.link.last_answer = state.last_answer;
    } else if (!state.last_answer || (peer.link.last_answer && *state.last_answer < *peer.link.last_answer)) {
      peer.link.last_answer = state.last_answer;
    }
  }
  std::vector<PeerStanding> out;
  const std::lock_guard lock(mutex_);
  for (auto& [id, peer] : by_peer) {
    if (const auto at = acknowledged_.find(id); at != acknowledged_.end()) peer.acknowledged = at->second;
    out.push_back(std::move(peer));
  }
  return out;
}

void PeerLinks::stop() {
  for (Line& line : lines_) line.puller->stop();
  for (const auto& fetcher : fetchers_) fetcher->stop();
  for (const auto& fetcher : track_fetchers_) fetcher->stop();
  if (config_.tracks != nullptr) config_.tracks->drop_questions();
  if (relay_) relay_->stop();
  if (relay_desk_) relay_desk_->stop();
  if (face_) face_->stop();
  if (server_) (void)server_->stop(1'000);
}

}  // namespace tansiq::node
