#include "node/recovery_keeper.h"

#include <system_error>

#include "base/file.h"
#include "base/logging.h"
#include "node/data_dir.h"
#include "store/files.h"

namespace tansiq::node {
namespace fs = std::filesystem;
namespace {

/// `tansiq restore` leaves it.
constexpr const char* kRestoredName = "restored";
constexpr const char* kRestoredDoneName = "restored.done";

}  // namespace

Result<bool> RecoveryKeeper::before_open(bool has_peers, bool operators_word) {
  std::error_code error;
  restored_ = has_peers && fs::exists(folder_ / kRestoredName, error);
  file_ = TRY(read_recovery_file(folder_));
  needed_.store(file_.has_value());
  main_whole_ = file_ ? file_->main_whole : fs::exists(folder_ / "last-checkpoint", error);
  // Now, because the store makes the file that it does not find.
  if (restored_ && !file_) {
    TRY_VOID(note("this record was restored from a backup; what came after it is asked of the peers"));
  }
  if (operators_word) main_whole_ = true;
  // Whoever has peers asks them, and needs nobody's word for what they know.
  return operators_word || restored_;
}

Status RecoveryKeeper::after_open(store::SqliteStore& store) {
  if (file_) store.begin_recovery(file_->reason);
  const auto recovery = store.recovering();
  if (!recovery) return {};
  if (!file_) TRY_VOID(note(recovery->reason));
  log_warning("node.recovering", {{"message", file_->reason}});
  return {};
}

Status RecoveryKeeper::note(std::string reason) {
  file_ = RecoveryFile{.accepted = {}, .main_whole = main_whole_, .reason = std::move(reason), .since = clock_.now()};
  needed_.store(true);
  return write_recovery_file(folder_, *file_);
}

Status RecoveryKeeper::start(const core::Charter& charter, const AuthorityId& self, std::optional<DurationMs> wait_ms,
                             store::SqliteStore& store, const LogBook& logs, const Recovery::Connect& connect) {
  Recovery::Config config{.charter = &charter,
                          .self = self,
                          .clock = &clock_,
                          .reason = file_->reason,
                          .since = file_->since,
                          .wait_ms = wait_ms.value_or(kIntentHorizonMs),
                          .main_whole = main_whole_};
  const std::string note = TRY(read_file(folder_ / "charter.note", kNoteBytesMax));
  VersionsBeside beside = TRY(versions_beside(folder_, note));
  config.versions = std::move(beside.former);
  config.versions.push_back(TRY(core::open_charter(note)).charter);
  config.versions.insert(config.versions.end(), beside.later.begin(), beside.later.end());
  // The node has read what it needs of them; a key that stands elsewhere is named by one of the versions.
  for (const char* name : {"node.key", "node-next.key"}) {
    if (const auto key = log::read_key_file(folder_ / name)) config.own_keys.push_back(key->verifier());
  }
  recovery_ = TRY(Recovery::start(std::move(config), store, logs, connect));
  active_.store(true);
  return {};
}

void RecoveryKeeper::stop() {
  if (recovery_) recovery_->stop();
}

std::optional<Acceptance> RecoveryKeeper::accepted() const {
  const auto file = read_recovery_file(folder_);
  return file && *file ? (*file)->accepted : std::nullopt;
}

Status RecoveryKeeper::accept(const Acceptance* acceptance) const {
  if (!active()) return fail(ErrorCode::kWrongState, "this node is not recovering: there is nothing to accept");
  if (acceptance != nullptr) return accept_recovery(folder_, *acceptance);
  const auto before = accepted();
  if (!before) return {};
  return fail(ErrorCode::kConflict, before->by.str() + " and " + before->second.str() + " have accepted already");
}

RecoveryStanding RecoveryKeeper::standing() const { return recovery_->standing(accepted()); }

Result<bool> RecoveryKeeper::round(CoreThread& core) {
  std::optional<Status> done;
  {
    const std::lock_guard lock(mutex_);
    done.swap(done_);
  }
  if (done) return end(*done);
  const auto acceptance = accepted();
  auto found = TRY(recovery_->try_finish(acceptance, clock_.now()));
  if (!found) {
    std::string text = recovery_->standing(acceptance).text;
    if (text != said_) log_warning("node.recovering", {{"message", text}});
    said_ = std::move(text);
    return false;
  }
  RecoverTask& task = found->task;
  log_info("node.recovered", {{"came_back", task.what.came_back},
                              {"entries", task.entries.size()},
                              {"given_up", task.what.given_up.size()},
                              {"by", task.by.str()},
                              {"second", task.second.str()}});
  task.done = [this](const Status& status) {
    const std::lock_guard lock(mutex_);
    done_ = status;
  };
  TRY_VOID(core.submit_urgent(std::move(task)));
  return false;
}

/// What came back is durable and folded, and the marker with it.
Result<bool> RecoveryKeeper::end(const Status& done) {
  if (!done) return std::unexpected(done.error());
  std::error_code error;
  fs::rename(folder_ / kRestoredName, folder_ / kRestoredDoneName, error);
  fs::remove(folder_ / kRecoveryFileName, error);
  TRY_VOID(store::system_files().sync_folder(folder_.string()));
  file_.reset();
  needed_.store(false);  // Lines that are begun from now on pull.
  active_.store(false);
  return true;
}

}  // namespace tansiq::node
