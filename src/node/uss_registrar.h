// Brings a registry (a DSS of F3548) to what the zone machine says: every native intent that is to stand there stands
// there, as it is, and what has ended is gone.
//
// It compares and acts, over and over, and never works off a list of changes: whatever was lost (an answer, the
// process, a day) is found by the next comparison. For each intent:
//
//   what the ledger says        what is wanted            then
//   nothing                     version v                 create, as Accepted
//   an older version, or state  version v                 replace it
//   version v in its state      version v                 nothing; off its plan and not ended in time: extend it
//   not ended                   nothing                   delete
//
// A registry that misses proof of others (409) is given it: each of them is asked for the details of its intent, unless
// it has told us this version already; the details are held against what the registry recorded (uss/drift.h), and
// against the volumes that are about to be registered by the core's exact predicate. Who does not meet us, or has to
// give way to us, is acknowledged by its OVN; who meets us is a conflict, and details that are not what was recorded
// are an incident: both are shown to people, and nothing is registered over them.
//
// However many are there, it comes through: so many are asked in one go that the other intents have their turn, what
// they say is kept, and the next go is for those that the registry still misses.
//
// What a registry is about to be asked for is in the record before the request leaves. After an answer that was lost,
// or was none, or a restart before it came, the reference is read before anything is repeated: what is found there is
// what was tried last, so its details are what others are served from then on; and it is replaced, so that the registry
// names again whom to tell.
//
// There is one thread, and others may be slow. Who has not answered is left alone for a while, doubled each time up to
// a minute; who has answered slowly, for six times as long as it took. So whatever one supplier does, it has at most a
// seventh of the time, and an intent that needs it waits without holding up those that do not.
//
// Which registry counts is configured, and stands in the record. When it has become another one, everything is looked
// for and registered there anew; then it is deleted at the one before (uss_registrar_left.cc), if somebody answers
// there. Two addresses of one DSS are told from two registries by the OVN: who has the newest has the same reference.
//
// `round` is called by one thread and blocks while others answer; the rest is for any thread.
#pragma once

#include <atomic>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/random.h"
#include "node/uss_host.h"
#include "uss/drift.h"
#include "uss/form.h"

namespace tansiq::node {

enum class UssStage : std::uint8_t { kPending, kRegistered, kRefused, kRetrying, kEnding };
[[nodiscard]] std::string_view to_text(UssStage stage);

/// Where a reference stands at a registry: to be read or created, and to be changed.
[[nodiscard]] std::string reference_path(const uss::Uuid& id);
[[nodiscard]] std::string reference_path(const uss::Uuid& id, std::string_view ovn);

/// How one intent stands, for people.
struct UssStanding {
  IntentId intent;
  UssStage stage = UssStage::kPending;
  std::string why;  ///< Where it is refused, or tried again.
  std::optional<UtcMs> next;
  /// Of others, that it conflicts with or that drifted: id, manager, version.
  struct With {
    uss::Uuid id;
    std::string manager;
    std::int64_t version = 0;
    friend bool operator==(const With&, const With&) = default;
  };
  std::vector<With> with;
};

class UssRegistrar {
 public:
  struct Config {
    UssNames names;
    std::uint64_t seed = 0;          ///< Of the jitter.
    DurationMs notice_ms = 600'000;  ///< How long somebody is tried to be told.
    DurationMs backoff_first_ms = 1'000;
    DurationMs backoff_max_ms = 60'000;
    DurationMs asking_ms = 20'000;
    DurationMs refused_again_ms = 300'000;  ///< What is refused is looked at again after that, and when others change,
    DurationMs reconsider_ms = 1'000;       ///< but no more often than this.
  };
  /// Both outlive this.
  UssRegistrar(Config config, UssHost& host, UssWire& wire);

  /// Looks at the record, and does what is due. Returns when it has something to do again.
  [[nodiscard]] std::optional<UtcMs> round();
  /// What is refused is due: another has changed, a person has acted. Any thread.
  void reconsider();
  [[nodiscard]] std::vector<UssStanding> standing() const;
  /// Incidents found since the start, by asking.
  [[nodiscard]] std::uint64_t drifts_found() const { return drifts_found_.load(std::memory_order_relaxed); }
  /// Subscribers of registries' answers that cannot be told: see uss::Changed.
  [[nodiscard]] std::uint64_t passed_over() const { return passed_over_.load(std::memory_order_relaxed); }
  /// What may still stand at registries that count no more.
  [[nodiscard]] std::uint64_t left() const { return left_.load(std::memory_order_relaxed); }

 private:
  struct Case {
    std::int64_t version = 0;       ///< Native; 0 where it is to be ended.
    std::optional<UtcMs> extended;  ///< Beyond its own end: uss::overdue_until.
    std::optional<uss::Form> form;  ///< As it is to stand.
    std::optional<uss::Form> plan;  ///< The same as Accepted: how it begins there.
    std::set<std::string> key;      ///< OVNs of others that the volumes with the hash `compared` do not meet.
    log::Hash compared;
    std::map<uss::Uuid, unsigned> behind;  ///< How often another served another version than the registry's.
    std::optional<uss::Reference> found;   ///< Newer than what the ledger says.
    bool uncertain = false;                ///< The last answer was lost, or the process was.
    bool unread = false;                   ///< The last answer said that it was done, and no more could be read of it.
    struct Conflict {
      std::string ovn;  ///< That was sent; empty for a create.
      std::string why;
    };
    std::optional<Conflict> conflict;  ///< The last answer was a 409 that names nobody.
    bool fresh_subscription = false;   ///< The one we had is not known there.
    unsigned failures = 0;
    UtcMs due;
    UtcMs tried;
    UtcMs until;            ///< Others are asked so long in one go,
    std::size_t asked = 0;  ///< and so often.
    UssStanding standing;
  };
  /// Something at a registry that counts no more.
  struct LeftOne {
    std::string registry;
    uss::Uuid id;
    IntentId intent;
    UtcMs until;
    std::string current;  ///< Its OVN at the one that counts; empty where it does not stand there.
  };
  /// What came of looking after it: settled, refused for now, or nobody answered.
  enum class Settling : std::uint8_t { kDone, kLater, kSilent };
  /// What came of one step.
  enum class Step : std::uint8_t { kAgain, kDone };

  [[nodiscard]] Status look();
  /// Has the record say which registry counts, where it is not the one that did. Only while nothing is driven.
  void name_registry(UssDesk& desk, bool wanted);
  /// Looks after some of what is left at other registries. Returns when there is something to do again.
  [[nodiscard]] std::optional<UtcMs> clear_left();
  /// Those that may be looked after now, some of them, behind the last one, and who is to be asked later.
  [[nodiscard]] std::vector<LeftOne> left_due(UtcMs now, std::optional<UtcMs>& next);
  [[nodiscard]] Settling clear(const LeftOne& one);
  [[nodiscard]] Settling cleared(const LeftOne& one, uss::Clearance how, const std::optional<uss::Changed>& changed);
  void drive(const IntentId& intent, Case& of);
  [[nodiscard]] Step register_once(const IntentId& intent, Case& of);
  [[nodiscard]] Step end_once(const IntentId& intent, Case& of);
  [[nodiscard]] Step find_out(const IntentId& intent, Case& of);
  [[nodiscard]] Step after_conflict(Case& of, const uss::Form& form, const std::vector<uss::Reference>& missing);
  /// Whether its OVN may go into the key; otherwise the standing says why not.
  [[nodiscard]] bool acknowledge(Case& of, const uss::Form& form, uss::Reference other);
  /// Asks another supplier, unless it is to be left alone.
  [[nodiscard]] Result<net::ClientResponse> ask(const UssCall& call);
  /// What another's intent was when it was last heard of, where nothing says that this is not what stands there.
  [[nodiscard]] std::optional<uss::Full> known_details(const uss::Reference& other);
  [[nodiscard]] Result<uss::Full> served_details(const uss::Reference& other);
  [[nodiscard]] Result<uss::Reference> recorded(const uss::Uuid& id, const std::string& registry);
  [[nodiscard]] Status record_registered(const IntentId& intent, Case& of, const uss::Form& form,
                                         const uss::Changed& changed);
  /// Before a request leaves: durable when this returns. Without a form it is to be deleted.
  [[nodiscard]] Status record_trying(const IntentId& intent, const Case& of, const uss::Form* form);
  /// What was tried has come to be, although the answer was lost, and with it whom that obliges us to tell.
  [[nodiscard]] Status record_found(const uss::Trying& what, const uss::Reference& found);
  /// The same where the registry has answered, and nobody could read whom it names: it would answer no better again.
  /// Who was told before is told, and an alarm says that others may not be.
  [[nodiscard]] Status record_unread(const uss::Trying& what, const uss::Reference& found);
  [[nodiscard]] Status record_ended(const IntentId& intent, const std::optional<uss::Changed>& changed);
  /// Says `first`, and whom it obliges us to tell: durable together, as far as one batch of the record goes.
  [[nodiscard]] Status record(uss::Body first, std::string body, const IntentId& intent,
                              const std::function<std::vector<uss::Address>(UssDesk&)>& addresses, UtcMs expires);

  void note_passed_over(const IntentId& intent, const uss::Changed& changed);
  void retry(Case& of, std::string_view why);
  /// Enough was done for one go, and the next one is due at once.
  void go_on(Case& of, std::string_view why);
  void refuse(Case& of, std::string_view why);
  void settled(Case& of);
  /// At the registry that counts.
  [[nodiscard]] std::optional<uss::Registered> registered(const IntentId& intent);
  /// At one before, and not at the one that counts.
  [[nodiscard]] std::optional<uss::Registered> moved(const IntentId& intent);
  [[nodiscard]] std::optional<uss::Trying> tried(const IntentId& intent);
  void publish();

  const Config config_;
  UssHost& host_;
  UssWire& wire_;
  SeededRandom random_;
  std::map<IntentId, Case> cases_;
  /// Suppliers, by URL, that are left alone until then.
  struct LeftAlone {
    unsigned failures = 0;
    UtcMs until;
  };
  std::map<std::string, LeftAlone> left_alone_;
  /// Registries that count no more and did not do as they were asked.
  std::map<std::string, LeftAlone> resting_;
  std::optional<std::pair<std::string, uss::Uuid>> last_cleared_;  ///< Where the next look begins.
  std::atomic<std::uint64_t> drifts_found_{0};
  std::atomic<std::uint64_t> passed_over_{0};
  std::atomic<std::uint64_t> left_{0};

  mutable std::mutex mutex_;
  std::vector<UssStanding> published_;
  bool reconsider_ = false;
};

}  // namespace tansiq::node
