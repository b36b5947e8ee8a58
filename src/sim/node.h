// One authority's node: a Coalition over a disk that can fail and a clock that can be wrong, which pulls its peers'
// logs and serves its own. What it has written is shown to nobody, its own crews included, before it is durable.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "coordination/coalition.h"
#include "sim/disk.h"
#include "sim/mirror.h"
#include "sim/rng.h"

namespace tansiq::sim {

class World;

/// What one node asks another: everything for it from these sizes on.
struct Question {
  std::uint64_t id = 0;
  std::uint64_t members = 0;
  std::uint64_t pair = 0;
  std::vector<log::Hash> bodies;  ///< Of shares.
};
struct Answer {
  std::uint64_t id = 0;
  std::vector<LogAnswer> logs;
};

/// The other history of a liar, as its victim reads it: one entry differs.
struct Fork {
  AuthorityId victim;
  std::uint64_t at = 0;
  std::string line;
  log::RightEdge edge;
  std::vector<log::Hash> roots;
  bool shown = false;
};

/// A state, and after how many records it was.
struct Snapshot {
  Bytes bytes;
  std::size_t records = 0;
};

class Node {
 public:
  /// Its record begins under that version of the charter.
  Node(World& world, AuthorityId self, Rng rng, std::int64_t founding = 1);

  [[nodiscard]] const AuthorityId& self() const { return self_; }
  /// The version of the charter that its record begins under.
  [[nodiscard]] std::int64_t founding() const { return founding_; }
  /// Its record has begun.
  [[nodiscard]] bool founded() const { return founded_; }
  [[nodiscard]] bool up() const { return state_ == State::kUp; }
  /// Restored from an old backup: it says nothing new.
  [[nodiscard]] bool recovering() const { return state_ == State::kRecovering; }
  /// Up, and all that it knows is durable: what it shows can be acted on.
  [[nodiscard]] bool settled() const { return up() && !disk_.unsynced(); }
  [[nodiscard]] UtcMs up_since() const { return up_since_; }
  [[nodiscard]] UtcMs clock() const;
  [[nodiscard]] coordination::Coalition& coalition() { return *coalition_; }
  [[nodiscard]] const coordination::Coalition& coalition() const { return *coalition_; }
  [[nodiscard]] const Disk& disk() const { return disk_; }
  /// Whether it has, or finds out that it has when it starts again.
  [[nodiscard]] bool has_adopted(std::int64_t version) const;

  /// Whether its clock was declared faulty at some time since then, as far as is known in memory.
  [[nodiscard]] bool unfit_since(UtcMs time) const { return coalition_->control().clock_fault() || unfit_at_ >= time; }
  void note_unfit(UtcMs time) { unfit_at_ = time; }

  /// The first start, with an empty disk. Without effect when it has been.
  void start();
  /// An act of an officer or a crew, under a fresh command id or the given one. Only when up.
  bool act(coordination::Act act, std::string_view second = {}, std::string_view cmd = {});
  /// A command of the authority's own people, for its own zones. Only when up.
  bool command(core::Action action);
  [[nodiscard]] std::uint64_t acts() const { return acts_; }
  /// Why the last act was refused; empty where it was not.
  [[nodiscard]] const std::string& refusal() const { return refusal_; }

  void on_question(const AuthorityId& reader, const Question& question);
  void on_answer(const AuthorityId& author, const Answer& answer);
  void on_body(const AuthorityId& author, const std::string& bytes);
  /// A file that a message is to name, or that has come of a peer. Only when up.
  log::Hash keep_file(const std::string& bytes, const std::optional<AuthorityId>& from);

  // What happens to it.
  void crash();
  void restart();
  /// Crashes, and one bit of the disk is wrong when it starts again: it refuses, and is rebuilt from an intact copy.
  void crash_with_damage();
  /// Is brought back from an old backup: silent (ADR 15) until peers, and a second copy of what they do not mirror,
  /// have given back what it had said; then it goes on, in an order that it may have had (coordination/weave.h).
  void restore_old_backup();
  /// Is brought back from a backup of so many commits, and goes on at once as if nothing were missing.
  void go_on_from(std::size_t commits);
  void silence(bool silent) { silent_ = silent; }
  /// From now on `victim` is shown another members' log than everybody else.
  void fork_for(const AuthorityId& victim);
  [[nodiscard]] bool fork_shown() const { return fork_ && fork_->shown; }
  /// To whom. Only after `fork_for`.
  [[nodiscard]] const AuthorityId& fork_victim() const { return fork_->victim; }
  void take_snapshot();
  /// Leads a new Coalition through the whole record, and one from a snapshot, and tells the checkers.
  void check_replay(bool whole);

  [[nodiscard]] const std::map<LogName, Mirror>& mirrors() const { return mirrors_; }
  /// Whether it has said that the author of a log has signed two.
  [[nodiscard]] bool accuses(const LogName& log) const { return pinned_.contains(log); }

 private:
  enum class State : std::uint8_t { kDown, kUp, kRecovering };
  struct Peer {
    std::uint64_t question = 0;
  };
  void write(coordination::Batch batch);
  void sync();
  void destroy_doomed();
  void arm_tick();
  void tick();
  void ask(const AuthorityId& author);
  void answer(const AuthorityId& reader);
  [[nodiscard]] LogAnswer log_answer(const LogName& log, std::uint64_t from);
  [[nodiscard]] LogAnswer forked_answer(const DurableLog& log, std::uint64_t from);
  bool read(const LogAnswer& answer, coordination::Batch& batch);
  /// Whether the charter that it is under, as far as it knows, names that authority.
  [[nodiscard]] bool serves(const AuthorityId& reader) const;
  void follow_charter();
  [[nodiscard]] coordination::CoalitionConfig config() const;
  void check_anchors(const std::vector<std::string>& lines);
  void open_disk();
  void bring_back();
  [[nodiscard]] std::unique_ptr<coordination::Coalition> fresh() const;
  [[nodiscard]] std::unique_ptr<coordination::Coalition> replayed(bool from_snapshot) const;
  Mirror& mirror(const LogName& log);

  World& world_;
  const AuthorityId self_;
  const std::int64_t founding_;
  Rng rng_;
  Disk disk_;
  std::unique_ptr<coordination::Coalition> coalition_;
  State state_ = State::kDown;
  bool founded_ = false;
  bool suspended_ = false;    ///< A version has come into force and is not durable yet: nobody is answered (ADR 23).
  std::size_t versions_ = 0;  ///< Of the charter, whose members it has begun to ask.
  std::int64_t backup_version_ = 1;  ///< Which was in force in an old backup.
  UtcMs up_since_;
  std::uint64_t life_ = 0;  ///< Events of an earlier life are void.
  bool silent_ = false;
  UtcMs unfit_at_ = kUtcMin;
  std::optional<Fork> fork_;

  // The clock: true time plus an offset that drifts, within the bound.
  DurationMs offset_ms_ = 0;
  std::int64_t drift_ppm_ = 0;
  UtcMs set_at_;

  std::optional<UtcMs> tick_at_;
  bool sync_due_ = false;
  std::map<AuthorityId, Peer> peers_;
  std::map<AuthorityId, Question> waiting_;
  std::map<LogName, Mirror> mirrors_;
  std::set<LogName> pinned_;
  std::uint64_t acts_ = 0;
  std::string refusal_;

  std::optional<Snapshot> snapshot_;
};

}  // namespace tansiq::sim
