// What peers may pull from this node: `POST /peer/v1/pull` (pull_format.h), for those whom the charter names.
//
//   PeerFace face({.logs = served, .peers = peers, .on_receipt = …, .on_behind = …}, reader, problems);
//   server handler:   if (path == kPullPath) face.handle(exchange);       // any thread
//   core thread:      face.grown();                                       // after each durable batch
//
// Who asks is known by the key that his TLS connection has proved to have (net::TlsPeer); to anybody else there is
// nothing here. A peer sees the log of members and the log of its own pair; a log of another pair does not exist for
// it.
//
// Answers are built from the newest durable head, not from the published one: a peer must not wait for the publishing
// interval, and what a node signed and lost again (restored from an old backup) is found out by the very thing that
// peers send with each question, our own signed checkpoint of what they have seen. One that our log does not contain is
// proof that this database is not the newest; `on_behind` hands it to LogStore::raise_floor, and the node stops
// signing. A peer that merely claims to hold more proves nothing, and is only reported.
//
// With its cosignature on that checkpoint a peer acknowledges that it holds everything up to there: `on_receipt` keeps
// it (replication_keys.h), so that delivery can be proved afterwards.
//
// The other way round, a peer that has lost a part of its logs (recovery.h) finds them here: our mirrors of them are
// served to their author, and to nobody else, when they are whole.
//
// A question about entries that do not exist yet waits, at most kPullWaitMsMax; a peer's next question about the same
// log ends the one before. One thread does the reading, the questions stand in a bounded queue.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/ids.h"
#include "log/checkpoint.h"
#include "log/note_key.h"
#include "net/http_server.h"
#include "node/problem_log.h"
#include "node/pull_format.h"
#include "store/log_store.h"

namespace tansiq::node {

class PeerFace {
 public:
  /// A log of ours that others may read; or our mirror of a peer's log, for that peer alone, should it lose its own.
  struct ServedLog {
    std::string origin;
    store::LogId id;
    std::vector<log::VerifierKey> keys;   ///< With which its author signs it, or has signed it.
    std::optional<AuthorityId> reader{};  ///< The only one who may read it; absent: every peer.
    /// The key in use. A head that an earlier one signed, because nothing has been said since, is shown under this.
    std::shared_ptr<const log::SignerKey> signer{};
    bool mirror = false;  ///< Its author is the reader.
  };
  struct KnownPeer {
    AuthorityId id;
    std::vector<log::Hash> tls_keys;
    log::VerifierKey cosigner;  ///< Type 04.
  };
  /// A peer holds everything up to the checkpoint in `note`, which bears our signature and its cosignature.
  struct Receipt {
    AuthorityId peer;
    std::string origin;
    std::uint64_t size = 0;
    std::uint64_t seconds = 0;  ///< Of the cosignature, by the peer's clock.
    std::string note;
  };
  /// A peer has seen more of our log than there is, or another one.
  struct Behind {
    AuthorityId peer;
    store::LogId log;
    std::string origin;
    std::uint64_t size = 0;  ///< That the peer has seen.
    std::string note;        ///< The checkpoint that we had signed; empty when the peer only claims so.
    store::Floor floor{};    ///< For LogStore::raise_floor; only with a note.
  };
  /// Finds out who asks.
  using Identify = std::function<std::optional<AuthorityId>(const net::Request&)>;
  struct Config {
    std::vector<ServedLog> logs;
    std::vector<KnownPeer> peers;
    /// Both are called on the face's thread and should hand on: the store's writer is another thread. A receipt comes
    /// once for each larger tree.
    std::function<void(const Receipt&)> on_receipt;
    std::function<void(const Behind&)> on_behind;
    Identify identify{};  ///< By the TLS key when empty.
  };

  /// `problems` outlives this.
  PeerFace(Config config, std::unique_ptr<store::LogReader> reader, ProblemLog& problems);
  ~PeerFace();  ///< stop()
  PeerFace(const PeerFace&) = delete;
  PeerFace& operator=(const PeerFace&) = delete;

  /// Takes a question. Any thread; does not block.
  void handle(const std::shared_ptr<net::Exchange>& exchange);
  /// Something has become durable. Any thread; costs a lock.
  void grown();
  /// From when this returns, nothing leaves that becomes durable later: the charter by which peers are known is about
  /// to change. Any thread; does not block.
  void suspend() { suspended_.store(true); }
  /// The charter did not change after all.
  void resume() { suspended_.store(false); }
  /// Answers what waits with `kUnavailable` and ends the thread. Idempotent.
  void stop();

 private:
  using SteadyTime = std::chrono::steady_clock::time_point;
  struct Asked {
    std::shared_ptr<net::Exchange> exchange;
    PullQuestion question;
    const ServedLog* log = nullptr;
    const KnownPeer* peer = nullptr;
    SteadyTime until;
  };
  /// What a peer last sent with its questions about a log.
  struct Seen {
    std::string body;
    std::optional<log::Checkpoint> checkpoint{};
    std::uint64_t acknowledged = 0;  ///< Size of its last receipt.
    std::uint64_t reported = 0;      ///< Size of the last report that we are behind.
  };

  void run();
  [[nodiscard]] Result<Asked> read_question(const std::shared_ptr<net::Exchange>& exchange) const;
  /// Answers or lets it wait.
  void consider(Asked asked);
  void look_at_waiting();
  [[nodiscard]] Result<Seen*> examine_body(const Asked& asked, const store::Head& head);
  [[nodiscard]] Status judge_checkpoint(const Asked& asked, const store::Head& head, Seen& seen, bool fresh);
  void report_behind(const Asked& asked, Seen& seen, std::uint64_t size, std::optional<log::Hash> root);
  [[nodiscard]] Result<std::string> answer(const Asked& asked, const store::Head& head);
  void respond(const Asked& asked, const store::Head& head);
  void refuse(const std::shared_ptr<net::Exchange>& exchange, Error error);
  static void farewell(const std::shared_ptr<net::Exchange>& exchange);

  const Config config_;
  std::unique_ptr<store::LogReader> reader_;
  ProblemLog& problems_;

  std::atomic<bool> suspended_{false};
  std::mutex mutex_;  // Guards what follows, up to the blank line.
  std::condition_variable changed_;
  std::vector<std::shared_ptr<net::Exchange>> arrived_;
  bool grown_ = false;
  bool stopping_ = false;

  // The thread's own.
  std::vector<Asked> waiting_;
  std::map<std::pair<std::string, AuthorityId>, Seen> seen_;  ///< By origin and peer: bounded by the charter.
  std::thread thread_;
};

}  // namespace tansiq::node
