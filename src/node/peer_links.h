// A node's lines to its peers: what they pull from it, and what it pulls from them.
//
//   auto links = TRY(PeerLinks::start({…}, store, core, logs, problems));
//   core thread:  links->grown();                        // after each durable batch that others read
//   links->standing();                                   // for screens
//   links->stop();                                       // before the core thread stops
//
// Peers are served on a listener of their own, with mutual TLS by the keys that the charter names; nothing else is
// there. What is pulled goes to the core thread, which makes it durable together with what it leads to.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/charter.h"
#include "node/body_links.h"
#include "node/coordination_face.h"
#include "node/core_thread.h"
#include "node/f3548_relay.h"
#include "node/log_book.h"
#include "node/peer_face.h"
#include "node/puller.h"
#include "node/track_links.h"
#include "store/sqlite_store.h"

namespace tansiq::node {

class CharterNotes;

class PeerLinks {
 public:
  struct Config {
    /// Of the charter, the one in force last. Its members are spoken with; by keys of the others old checkpoints may
    /// still be signed.
    std::vector<core::Charter> versions;
    AuthorityId self;
    /// What follows outlives the links.
    const log::SignerKey* key = nullptr;       ///< With which the node signs under this version.
    const log::SignerKey* cosigner = nullptr;  ///< Type 04.
    const Clock* clock = nullptr;
    std::string certificate_file;  ///< PEM, with its key: shown to peers, as client and as server.
    std::string key_file;
    std::string listen_address;
    std::uint16_t listen_port = 0;            ///< 0 lets the system choose.
    std::map<std::string, std::string> urls;  ///< Instead of the charter's, by authority.
    bool recovering = false;                  ///< Nothing is pulled before `go_on`.
    /// Answers requests of F3548 that a peer hands on. Any thread.
    std::function<void(const std::shared_ptr<net::Exchange>&)> relayed{};
    bool suspended = false;                 ///< Nothing is served before `resume`.
    CharterNotes* charter_notes = nullptr;  ///< What others have adopted goes there; null: nothing is fetched.
    TrackExchange* tracks = nullptr;        ///< Null where there is no live picture. Outlives the links.
    /// Whether a part of the record may be missing, a freeze or a withheld flight among it: then no tracks are told.
    /// Any thread; absent: never.
    std::function<bool()> incomplete{};
  };

  /// Listens, and begins to pull. Fails with `kIo` (address, files), `kInvalid` (keys).
  /// A peer that shows that it has seen more of our log than there is stops the node, through the core thread.
  /// One version of the charter is what they live by: with another one they are started anew.
  [[nodiscard]] static Result<std::unique_ptr<PeerLinks>> start(Config config, store::SqliteStore& store,
                                                                CoreThread& core, LogBook logs, ProblemLog& problems);
  ~PeerLinks();  ///< stop()
  PeerLinks(const PeerLinks&) = delete;
  PeerLinks& operator=(const PeerLinks&) = delete;

  /// Begins to pull, after a recovery.
  [[nodiscard]] Status go_on(store::SqliteStore& store) { return pull(store); }
  /// A line of its own to a peer, with our certificate and its keys.
  [[nodiscard]] net::HttpClientOptions client_options(const core::Authority& peer) const;
  [[nodiscard]] Result<std::unique_ptr<PullTransport>> connect(const core::Authority& peer) const;
  [[nodiscard]] std::string url_of(const core::Authority& peer) const;
  [[nodiscard]] std::size_t mirrors() const { return lines_.size(); }
  /// The charter by which these links know their peers is about to change (PeerFace::suspend).
  void suspend() {
    suspended_.store(true);
    face_->suspend();
    if (config_.tracks != nullptr) config_.tracks->drop_questions();
  }
  /// Serves, where they were started suspended.
  void resume() {
    face_->resume();
    suspended_.store(false);
  }
  void grown() { face_->grown(); }
  /// Hands a request of F3548 on to whoever keeps the registry; false when that is no peer. Any thread.
  [[nodiscard]] bool relay(const AuthorityId& keeper, const std::shared_ptr<net::Exchange>& exchange);
  [[nodiscard]] std::vector<PeerStanding> standing() const;
  /// The same of other lines than its own (recovery.h).
  [[nodiscard]] std::vector<PeerStanding> standing(
      const std::vector<std::pair<AuthorityId, Puller::LinkState>>& lines) const;
  /// `https://127.0.0.1:9000`.
  [[nodiscard]] std::string address() const { return server_->url(); }
  void stop();

 private:
  struct Line {
    AuthorityId peer;
    std::unique_ptr<Puller> puller;
  };

  PeerLinks(Config config, CoreThread& core, LogBook logs)
      : config_(std::move(config)), core_(core), logs_(std::move(logs)) {}
  [[nodiscard]] const core::Charter& charter() const { return config_.versions.back(); }
  /// Keys that may sign a log, or once might.
  [[nodiscard]] std::vector<log::VerifierKey> keys_ever(const AuthorityId& author, const std::string& origin) const;
  [[nodiscard]] Status listen(store::SqliteStore& store, ProblemLog& problems);
  [[nodiscard]] Status pull(store::SqliteStore& store);
  [[nodiscard]] Status fetch_bodies();
  [[nodiscard]] Result<BodyFetcher::Config> body_line(const core::Authority& peer, std::size_t bytes_max);
  [[nodiscard]] Status fetch_tracks();
  [[nodiscard]] Status relay_to_keeper();
  /// The member that has shown its key; null: nobody that the charter names.
  [[nodiscard]] const core::Authority* asker(const net::ConnectionInfo& connection) const;
  void serve_body(const std::shared_ptr<net::Exchange>& exchange);
  void serve_tracks(const std::shared_ptr<net::Exchange>& exchange);
  void serve_relayed(const std::shared_ptr<net::Exchange>& exchange);
  [[nodiscard]] Puller::Storing take(const coordination::LogName& log, const Piece& piece);
  void note_receipt(const PeerFace::Receipt& receipt);
  [[nodiscard]] Status accuse(const AuthorityId& peer, const std::string& origin, const log::ForkEvidence& evidence);

  const Config config_;
  CoreThread& core_;
  const LogBook logs_;  ///< A copy: the core thread's goes on.
  std::unique_ptr<PeerFace> face_;
  std::unique_ptr<net::HttpServer> server_;
  std::atomic<bool> suspended_{false};
  std::shared_ptr<store::LogReader> body_reader_;       ///< For the core thread alone; what waits there keeps it.
  BodyQuestions body_questions_;                        ///< Of peers.
  std::vector<std::unique_ptr<BodyFetcher>> fetchers_;  ///< Two a peer: of shares, and of attachments.
  std::vector<std::unique_ptr<TrackFetcher>> track_fetchers_;
  AuthorityId keeper_;                     ///< Of the registry of F3548, where that is a peer.
  std::unique_ptr<F3548Relay> relay_;      ///< To it.
  std::unique_ptr<RelayDesk> relay_desk_;  ///< For what peers hand on to this node.
  mutable std::mutex mutex_;
  std::vector<Line> lines_;  ///< Guarded by mutex_ where they are added, and by other threads than that.
  std::map<AuthorityId, std::uint64_t> acknowledged_;  ///< Of the pair's log. Guarded by mutex_.
};

}  // namespace tansiq::node
