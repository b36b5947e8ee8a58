// A node's recovery from the first look at its folder to the moment when it is a node like any other (recovery.h asks
// the peers; this decides whether to ask, keeps the file, and hands over what came back).
//
//   RecoveryKeeper keeper(folder, clock);
//   store_options.accept_missing_last_checkpoint = TRY(keeper.before_open(has_peers, operators_word));
//   TRY_VOID(keeper.after_open(store));          // from here on `needed()`
//   if (keeper.needed()) TRY_VOID(keeper.start(…));
//   every moment, on one thread:  switch (keeper.round(core)) …
//
// A record needs recovery when `last-checkpoint`, or a peer, has seen more of it than there is; when it came from a
// backup and has peers that can tell; and when a recovery that had begun was broken off.
#pragma once

#include <atomic>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "node/core_thread.h"
#include "node/recovery.h"

namespace tansiq::node {

class RecoveryKeeper {
 public:
  RecoveryKeeper(std::filesystem::path folder, const Clock& clock) : folder_(std::move(folder)), clock_(clock) {}
  RecoveryKeeper(const RecoveryKeeper&) = delete;
  RecoveryKeeper& operator=(const RecoveryKeeper&) = delete;

  /// Whether the store may open although `last-checkpoint` is missing. `operators_word`: nothing newer was published.
  [[nodiscard]] Result<bool> before_open(bool has_peers, bool operators_word);
  [[nodiscard]] Status after_open(store::SqliteStore& store);
  /// The record may not be whole. Set by `after_open`, until the end. Any thread.
  [[nodiscard]] bool needed() const { return needed_.load(); }

  /// Begins to ask. `connect` is not called without peers.
  [[nodiscard]] Status start(const core::Charter& charter, const AuthorityId& self, std::optional<DurationMs> wait_ms,
                             store::SqliteStore& store, const LogBook& logs, const Recovery::Connect& connect);
  /// Asks whether it can end, and ends it. True once, when the node may go on. Fails when it never can.
  [[nodiscard]] Result<bool> round(CoreThread& core);
  void stop();

  /// Under way. Any thread, as what follows.
  [[nodiscard]] bool active() const { return active_.load(); }
  [[nodiscard]] RecoveryStanding standing() const;
  /// Two officers answer for going on; null: only whether they could now. Fails as `accept_recovery`, and with
  /// `kWrongState` when this node is not recovering.
  [[nodiscard]] Status accept(const Acceptance* acceptance) const;
  [[nodiscard]] std::vector<std::pair<AuthorityId, Puller::LinkState>> lines() const { return recovery_->lines(); }

 private:
  [[nodiscard]] Status note(std::string reason);
  [[nodiscard]] std::optional<Acceptance> accepted() const;
  [[nodiscard]] Result<bool> end(const Status& done);

  const std::filesystem::path folder_;
  const Clock& clock_;
  std::optional<RecoveryFile> file_;
  bool main_whole_ = true;  ///< As far as this folder tells.
  bool restored_ = false;
  std::unique_ptr<Recovery> recovery_;  ///< Kept until the end: screens may be looking.
  std::atomic<bool> needed_{false};     ///< There is a `file_`.
  std::atomic<bool> active_{false};
  std::string said_;  ///< What was last logged about it.
  std::mutex mutex_;
  std::optional<Status> done_;  ///< Guarded by mutex_.
};

}  // namespace tansiq::node
