// A coalition from a seed: nodes, links, crews, officers, what goes wrong, and the checkers that watch.
//
//   World world(options);
//   const Report report = world.run();      // traffic and faults; then healing; then everything has to come to rest
//
// One thread, one queue of events, no clock but true time in it. All that is random comes from the seed.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "sim/airspace.h"
#include "sim/charters.h"
#include "sim/checker.h"
#include "sim/entry_cache.h"
#include "sim/hand_answers.h"
#include "sim/node.h"
#include "sim/options.h"
#include "sim/talk_ledger.h"
#include "sim/talk_traffic.h"
#include "sim/timeline.h"
#include "sim/trip.h"

namespace tansiq::sim {

/// How often things happened, so that one can see that they did.
struct Counts {
  std::uint64_t entries = 0;
  std::uint64_t filed = 0;
  std::uint64_t confirmed_legs = 0;
  std::uint64_t entered = 0;
  std::uint64_t counters_taken = 0;
  std::uint64_t modified = 0;
  std::uint64_t revoked = 0;
  std::uint64_t leases = 0;
  std::uint64_t freezes = 0;
  std::uint64_t thaws = 0;
  std::uint64_t crashes = 0;
  std::uint64_t torn_tails = 0;
  std::uint64_t damaged_disks = 0;
  std::uint64_t rollbacks = 0;
  std::uint64_t rollbacks_noticed = 0;
  std::uint64_t forks = 0;
  std::uint64_t forks_found = 0;
  std::uint64_t cuts = 0;
  std::uint64_t lost_messages = 0;
  std::uint64_t nonsense_refused = 0;
  std::uint64_t replays = 0;
  std::uint64_t shares = 0;
  std::uint64_t passed = 0;
  std::uint64_t caveats_set = 0;
  std::uint64_t caveats_deposited = 0;
  std::uint64_t caveats_met = 0;
  std::uint64_t caveats_overridden = 0;
  std::uint64_t own_intents = 0;
  std::uint64_t versions = 0;  ///< Of the charter, put forward.
  std::uint64_t adoptions = 0;
  std::uint64_t adoptions_refused = 0;
  std::uint64_t in_force = 0;
  std::uint64_t talks = 0;       ///< Letters, to however many.
  std::uint64_t talk_files = 0;  ///< Sent between nodes.
  std::uint64_t talks_answered = 0;
  std::uint64_t talks_overdue = 0;  ///< Alarms that were acknowledged.
  std::uint64_t incidents = 0;
  std::uint64_t talk_cut_points = 0;  ///< Of twelve: after each word of an exchange, its way and the way back.
  std::uint64_t reused = 0;           ///< Indexes of messages that were used again.
  std::uint64_t answer_rules = 0;     ///< By officers: who answers in a zone.
  std::uint64_t hand_answers = 0;     ///< By officers, to requests of others.
};

/// An own entry of a node, as it became durable.
struct LastEvent {
  UtcMs time;
  AuthorityId author;
  LogName log;
  std::string line;
};

struct Report {
  std::vector<Finding> findings;
  std::string trace_hash;
  Counts counts;
  std::vector<LastEvent> last_events;
  DurationMs simulated_ms = 0;
};

class World {
 public:
  explicit World(const Options& options);
  ~World();
  [[nodiscard]] Report run();

  // For the parts.
  [[nodiscard]] const Options& options() const { return options_; }
  [[nodiscard]] Timeline& timeline() { return timeline_; }
  [[nodiscard]] UtcMs now() const { return timeline_.now(); }
  [[nodiscard]] const Airspace& airspace() const { return airspace_; }
  [[nodiscard]] const core::Charter& charter() const { return airspace_.charter; }
  /// The zones and members of the version whose moment has come last, by true time.
  [[nodiscard]] Charters& charters() { return charters_; }
  [[nodiscard]] const coordination::Origins& origins() const { return origins_; }
  [[nodiscard]] std::map<AuthorityId, std::unique_ptr<Node>>& nodes() { return nodes_; }
  [[nodiscard]] Node& node(const AuthorityId& id) { return *nodes_.at(id); }
  [[nodiscard]] EntryCache& entries() { return entries_; }
  [[nodiscard]] Ledger& ledger() { return ledger_; }
  [[nodiscard]] TalkLedger& talk_ledger() { return talk_ledger_; }
  [[nodiscard]] Counts& counts() { return counts_; }
  [[nodiscard]] std::vector<std::unique_ptr<Trip>>& trips() { return trips_; }
  [[nodiscard]] std::vector<Finding>& findings() { return findings_; }
  [[nodiscard]] bool healed() const { return healed_; }
  [[nodiscard]] bool faults() const { return options_.faults && !healed_; }
  /// Who may have a call sign, the id of a caveat, or a word of a message in its records, as far as its home, holder or
  /// writer has given it.
  [[nodiscard]] std::set<AuthorityId>& may_know(const std::string& call_sign) { return may_know_[call_sign]; }
  /// Authorities that lie, and those whose record was in doubt: what others hold of them need not agree.
  [[nodiscard]] const std::set<AuthorityId>& liars() const { return liars_; }
  /// Those, and who is no member any more.
  [[nodiscard]] bool excused(const AuthorityId& id) const {
    return liars_.contains(id) || charters_.outside(id) || charters_.let_in_by_liars(id);
  }
  /// Whether somebody tells the node what becomes of a live leg: not a liar at its home, nor one to whom the zone has
  /// gone back and of whom nothing is read any more.
  [[nodiscard]] bool told_of(Node& node, const AuthorityId& home, const ZoneId& zone) const;
  /// And whom they hold up: it ends what it has begun, but what it reads and agrees to is of an earlier charter.
  [[nodiscard]] bool behind(const AuthorityId& id) const { return excused(id) || charters_.held_up_by_liar(id); }

  /// Over a link that may lose it, repeat it, or bring it late.
  void send(const AuthorityId& from, const AuthorityId& to, std::function<void()> arrive);
  /// What is sent that way from now on is lost, for so long at least.
  void cut(const AuthorityId& from, const AuthorityId& to, DurationMs lasts);
  void on_durable(Node& node);
  /// Its record is shorter than it was: what comes next is new.
  void forget_noted(const Node& node) { noted_[node.self()] = node.disk().records().size(); }
  void on_served(const AuthorityId& from, const AuthorityId& to, const log::Hash& hash, const std::string& bytes);
  void on_file(const AuthorityId& from, const AuthorityId& to, const std::string& bytes);
  void on_shown(const AuthorityId& at, const EntryHash& message);
  void on_entered(const Aircraft& aircraft);
  void on_left(const Aircraft& aircraft);
  [[nodiscard]] bool inside(const EntryHash& request) const { return inside_.contains(request); }
  void on_replayed(const AuthorityId& node, std::string_view how, const core::StateHash& live,
                   const core::StateHash& replayed);
  // For the charters.
  /// A text is known: its logs have names from now on.
  void know(const core::Charter& charter);
  void expect_newcomer(const AuthorityId& id, std::int64_t founding);
  void go_over(const Airspace& airspace) { airspace_ = airspace; }
  void on_fork_found(const LogName& log);
  void on_rollback_noticed(const AuthorityId& author);
  // For what is done after everything has come to rest.
  void pass(DurationMs time);
  /// A node is brought back from a backup of so many commits and goes on at once: from now on it is a liar.
  bool go_back(Node& node, std::size_t commits);

 private:
  void plan_traffic();
  [[nodiscard]] const Airspace& map_of(const Node& of) const;
  void file_one();
  void file_own();
  void plan_officers();
  void officer_looks(Node& node);
  void officer_duties(Node& node);
  void officer_whims(Node& node);
  void officer_shares(Node& node, const AuthorityId& peer);
  void officer_keeps_away(Node& node, const AuthorityId& peer);
  void officer_errs(Node& node, const ZoneId& zone, const AuthorityId& peer);
  void plan_faults();
  void plan_next_fault();
  void fault();
  void crash_when_busy(Node& node, DurationMs patience);
  void cut_something();
  void heal();
  [[nodiscard]] bool at_rest();
  void note_event(const AuthorityId& author, const Record& record);

  Options options_;
  Rng rng_;
  Rng link_rng_;
  Rng fault_rng_;
  Rng traffic_rng_;
  Timeline timeline_;
  Airspace airspace_;
  Charters charters_;
  coordination::Origins origins_;
  EntryCache entries_;
  Ledger ledger_;
  TalkLedger talk_ledger_;
  TalkTraffic talk_traffic_;
  HandAnswers hand_answers_;
  Counts counts_;
  std::vector<Finding> findings_;
  std::map<AuthorityId, std::unique_ptr<Node>> nodes_;
  std::vector<std::unique_ptr<Trip>> trips_;
  std::vector<std::unique_ptr<Checker>> checkers_;
  std::map<std::pair<AuthorityId, AuthorityId>, UtcMs> cut_until_;
  std::map<std::string, std::set<AuthorityId>> may_know_;
  std::set<AuthorityId> liars_;
  std::optional<AuthorityId> forgetful_;      ///< Has gone back at the very end (`go_back`).
  std::map<AuthorityId, std::size_t> noted_;  ///< Records of a node that were durable when last looked at.
  std::set<EntryHash> inside_;
  std::uint64_t own_filed_ = 0;
  bool healed_ = false;
  UtcMs traffic_end_;
  log::Sha256 trace_;
  std::deque<LastEvent> last_events_;
};

}  // namespace tansiq::sim
