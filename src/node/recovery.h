// How a node that has lost a part of its record gets it back from its peers (docs/adr/0015-recovering.md).
//
//   Recovery recovery(config, witnesses, logs, origins);       // asks every mirror at once, from here on
//   every moment:  if (auto found = recovery.try_finish(acceptance, now)) core.submit(task_of(*found));
//   recovery.standing(…)                                       // what is missing, for people
//
// Each peer is a witness of two of our logs, that of members and that of the pair. What it shows is judged like a log
// of its own would be (replica.h): our own signature makes its word safe, and nothing that contradicts what is held
// here passes. Its own logs are read too, from where our mirrors of them end, because our entries answer them. All of
// that is kept in memory until it is whole, and handed over as one piece, in one order (coordination/weave.h).
//
// A log is whole when every witness has answered and none has more. `main` has no witness: it counts as whole only when
// nothing at all was lost, as far as peers and `last-checkpoint` know. For everything else two officers must answer,
// and `wait_ms` must have passed since the recovery began: what was granted and forgotten cannot be in use after that.
// Two witnesses that show two histories of one log stop it: that is for officers, and no wait cures it. A log of
// somebody else binds nobody here: where it stays behind what `last-checkpoint` says of it, its author gives the rest
// another time.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "coordination/weave.h"
#include "node/core_thread.h"
#include "node/log_book.h"
#include "node/puller.h"
#include "node/recovery_file.h"
#include "store/sqlite_store.h"

namespace tansiq::node {

/// What is known of one of our logs during a recovery.
struct RecoveringLog {
  std::uint64_t came_back = 0;
  std::uint64_t held = 0;   ///< Before.
  std::uint64_t known = 0;  ///< Entries that are known to have been signed.
  std::string origin;
  std::string text;  ///< What is missing; empty when the log is whole.
  bool whole = false;
  static constexpr auto fields() {
    return field_list(core::field("came_back", &RecoveringLog::came_back), core::field("held", &RecoveringLog::held),
                      core::field("known", &RecoveringLog::known), core::field("origin", &RecoveringLog::origin),
                      core::field("text", &RecoveringLog::text), core::field("whole", &RecoveringLog::whole));
  }
};
struct RecoveryStanding {
  std::optional<Acceptance> accepted;
  std::vector<RecoveringLog> logs;
  std::string reason;
  UtcMs since;
  std::string text;  ///< In one line: what is waited for, how long, and what can be done.
  UtcMs until;       ///< The wait, where one is needed.
  static constexpr auto fields() {
    return field_list(core::field("accepted", &RecoveryStanding::accepted),
                      core::field("logs", &RecoveryStanding::logs), core::field("reason", &RecoveryStanding::reason),
                      core::field("since_ms", &RecoveryStanding::since), core::field("text", &RecoveryStanding::text),
                      core::field("until_ms", &RecoveryStanding::until));
  }
  /// Entries of ours that are known to have been signed and are not held yet.
  [[nodiscard]] std::uint64_t missing() const;
};

class Recovery {
 public:
  struct Config {
    const core::Charter* charter = nullptr;  ///< Outlives this, as the clock does.
    AuthorityId self;
    const Clock* clock = nullptr;
    std::string reason;
    UtcMs since;
    DurationMs wait_ms = kIntentHorizonMs;
    bool main_whole = false;  ///< The operator's word that nothing newer than this copy was published.
    /// Versions of the charter by whose keys checkpoints may stand, earlier and later than `charter`, oldest first. A
    /// mirror of a log of ours in which nothing has been said for long is still signed with a former key, and one that
    /// is newer than this copy perhaps with a key that only a later version names.
    std::vector<core::Charter> versions{};
    std::vector<log::VerifierKey> own_keys{};  ///< That this node has, named by a version here or not.
  };
  /// How to reach a peer.
  using Connect = std::function<Result<std::unique_ptr<PullTransport>>(const core::Authority&)>;
  struct Found {
    RecoverTask task;
  };

  /// Begins to ask. Fails when a log or a key cannot be read.
  [[nodiscard]] static Result<std::unique_ptr<Recovery>> start(Config config, store::SqliteStore& store,
                                                               const LogBook& logs, const Connect& connect);
  ~Recovery();
  Recovery(const Recovery&) = delete;
  Recovery& operator=(const Recovery&) = delete;

  /// Any thread. Once `try_finish` has found what came back, how things stood then.
  [[nodiscard]] RecoveryStanding standing(const std::optional<Acceptance>& accepted) const;
  /// What came back, once it may be gone on with; ends the asking. Fails with `kConflict` when what came back fits no
  /// single history. One thread.
  [[nodiscard]] Result<std::optional<Found>> try_finish(const std::optional<Acceptance>& accepted, UtcMs now);
  /// How the lines stand. Any thread.
  [[nodiscard]] std::vector<std::pair<AuthorityId, Puller::LinkState>> lines() const;
  /// Any thread; no more questions are asked.
  void stop();

 private:
  /// One log from one peer, as far as it has come.
  struct Line {
    AuthorityId peer;
    coordination::LogName log;
    std::uint64_t first = 0;
    std::vector<std::string> entries;  ///< Guarded by mutex_, as the next two.
    std::string note;
    std::size_t bytes = 0;
    std::unique_ptr<Puller> puller;
    [[nodiscard]] bool own() const { return log.author != peer; }
  };
  Recovery(Config config, store::SqliteStore& store, const LogBook& logs)
      : config_(std::move(config)), store_(store), logs_(logs) {}
  [[nodiscard]] Status add_line(const core::Authority& peer, const coordination::LogName& log, const Connect& connect);
  [[nodiscard]] Status keep(Line& line, const Piece& piece);
  [[nodiscard]] static bool answered(const Line& line);
  [[nodiscard]] static bool tried(const Line& line);
  [[nodiscard]] Status find_others();
  [[nodiscard]] std::vector<log::VerifierKey> own_keys(const std::string& origin) const;
  /// With mutex_ held.
  [[nodiscard]] RecoverTask take_lines();
  [[nodiscard]] RecoveryStanding look(const std::optional<Acceptance>& accepted) const;
  [[nodiscard]] RecoveringLog look_at_left(const store::LogInfo& log) const;
  [[nodiscard]] RecoveringLog look_at(const coordination::LogName& log) const;
  [[nodiscard]] RecoveringLog look_at_main(bool something_lost) const;
  [[nodiscard]] std::optional<std::string> two_histories(const coordination::LogName& log) const;

  const Config config_;
  store::SqliteStore& store_;
  const LogBook logs_;  ///< A copy: the core thread's goes on with the versions that come back.
  mutable std::mutex mutex_;
  std::vector<std::unique_ptr<Line>> lines_;
  std::vector<store::LogInfo> left_;      ///< Ours, and of no member of the charter in force.
  std::vector<store::LogInfo> foreign_;   ///< Of others, members or not.
  std::optional<RecoveryStanding> last_;  ///< Once finished. Guarded by mutex_.
  bool finished_ = false;
  std::vector<coordination::LogTail> own_;  ///< Taken out of the lines at the end.
  std::vector<coordination::LogTail> peers_;
};

/// {"accepted","logs","reason","since_ms","text","until_ms"}
[[nodiscard]] std::string recovery_json(const RecoveryStanding& standing);

}  // namespace tansiq::node
