// What a node remembers as a supplier (a USS of F3548) beside others: which of its intents a registry knows under which
// version and OVN, whom it owes word of them, what others have told it or served to it, and where that did not agree
// with what a registry had recorded.
//
// A pure fold over entries, like the registry of F3548 and the zone machine beside it: the same function applies what
// was just said and what is replayed, and replay decides nothing.
//
//   Ledger ledger;
//   for (line : log) TRY_VOID(ledger.apply(line));
//
//   const std::string entry = TRY(ledger.say(Registered{…}, place));   // has been applied; make it durable
//
// Nothing here talks to anybody. The order that makes a crash harmless is the callers': a registry's answer and whom
// that obliges us to tell become durable together, before anybody is told; that somebody was told becomes durable
// afterwards, so that after a crash somebody may be told twice, and nobody never.
//
// A delivery does not hold what is to be told, only whom: what is sent is the newest version that the registry has
// confirmed, or the end. So a later notice that goes the same way swallows an earlier one that is still owed (a
// `ToTell` takes over its subscribers), nobody is told anything older than what it knows already, and the outbox
// holds at most one delivery of an intent for each address.
//
// Which registry counts stands here too. When another one does, what is registered is `moved`: others are still served
// what the one before has, to the registry that counts it is unknown, and what was left behind stays on a list until
// somebody has deleted it there, or its time is over.
//
// Everything is bounded by `LedgerLimits`, and what is long over is forgotten by entries (`tick`). One thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "uss/entry.h"

namespace tansiq::uss {

struct LedgerLimits {
  std::size_t registrations_max = 20'000;  ///< Of those that are being tried, too.
  std::size_t deliveries_max = 100'000;    ///< That are queued.
  /// That are done. From half of it on the oldest are forgotten before their time (kOverKeptMs).
  std::size_t done_max = 100'000;
  std::size_t others_max = 100'000;
  /// Of those, by which one manager may add to them by telling; what was fetched is in a registry, and counts but is
  /// not refused for it.
  std::size_t others_of_one_max = 25'000;
  std::size_t drifts_max = 10'000;
  std::size_t left_max = 60'000;     ///< At registries that count no more; beyond, it stays there until its end.
  std::size_t senders_max = 10'000;  ///< Beyond, the others of a day are counted together.
};

/// Subscriptions in one delivery; a registry that lists more under one address gets several.
inline constexpr std::size_t kSubscribersMax = 512;
/// So long things stay to be looked at after they are over.
inline constexpr DurationMs kOverKeptMs = 86'400'000;
inline constexpr DurationMs kDriftKeptMs = 56LL * 86'400'000;
/// What others have told us of something counts as over so long after they last did, whatever end they gave it: nobody
/// has held that against a registry.
inline constexpr DurationMs kToldKeptMs = 56LL * 86'400'000;
/// So long something that was only tried at a registry may stand there.
inline constexpr DurationMs kLeftKeptMs = 56LL * 86'400'000;
/// What a sender leaves here is counted for so long from the first of it on.
inline constexpr DurationMs kSenderDayMs = 86'400'000;
/// How often `tick` looks.
inline constexpr DurationMs kForgetEveryMs = 60'000;
inline constexpr std::size_t kForgottenPerEntryMax = 256;

/// One of our intents at a registry.
struct Registration {
  Registered last;
  bool ended = false;
  UtcMs changed;
  std::uint64_t seq = 0;  ///< The entry of the last change.
  bool moved = false;     ///< It stands at a registry before the one that counts.
};

/// What may still stand at a registry that counts no more.
struct Left {
  IntentId intent;
  UtcMs until;  ///< Nobody minds it from then on.
};

/// What one sender has left here in its day: notices and reports that stand in the record.
struct Sender {
  UtcMs begun;
  std::uint64_t messages = 0;
  std::uint64_t bytes = 0;
};

enum class DeliveryState : std::uint8_t { kQueued, kDelivered, kGivenUp, kSuperseded };
constexpr std::array<std::string_view, 4> enum_names(DeliveryState) {
  return {"queued", "delivered", "given_up", "superseded"};
}
struct Delivery {
  std::uint64_t id = 0;
  IntentId intent;
  std::string url;
  std::vector<Subscriber> subscribers;
  UtcMs since;
  UtcMs expires;
  DeliveryState state = DeliveryState::kQueued;
  UtcMs changed;
  std::string why;  ///< Where it was given up.
};

/// Something of another supplier's.
struct Other {
  Learned last;
  bool gone = false;
  UtcMs changed;
};

/// An incident. Open until a person settles it, or the version is not the newest any more.
struct Drift {
  DriftFound found;
  UtcMs when;
  bool settled = false;
  std::string by;
};

/// What a notice or an answer is, beside what is known.
enum class News : std::uint8_t {
  kNew,
  kKnown,      ///< The same version with the same content.
  kOlder,      ///< A lower version than one that is known, or the same of another registration, by hearsay.
  kDifferent,  ///< The same version with other content.
  kForeign     ///< Of another manager than the one that is known.
};

class Ledger {
 public:
  explicit Ledger(LedgerLimits limits = {}) : limits_(limits) {}
  Ledger(const Ledger&) = delete;
  Ledger& operator=(const Ledger&) = delete;

  /// Says it: applies it, and returns the line. Fails with `kWrongState` when it cannot follow what came before (a
  /// delivery that is over), `kOverloaded` beyond a limit, `kTooLarge` for what no entry holds, `kInvalid` for what
  /// could not be read again (a text that is too long); then nothing has changed.
  [[nodiscard]] Result<std::string> say(Body body, Place place);
  /// The next entry that the passing of time calls for, if any.
  [[nodiscard]] std::optional<std::string> tick(Place place);

  [[nodiscard]] const std::map<IntentId, Registration>& registrations() const { return registrations_; }
  /// What registries were asked for, as far as it is not known how that came out.
  [[nodiscard]] const std::map<IntentId, Trying>& tries() const { return tries_; }
  [[nodiscard]] const std::map<std::uint64_t, Delivery>& deliveries() const { return deliveries_; }
  [[nodiscard]] const std::map<std::pair<Kind, Uuid>, Other>& others() const { return others_; }
  [[nodiscard]] const std::map<std::pair<Uuid, std::int64_t>, Drift>& drifts() const { return drifts_; }

  /// The registry that counts; empty before one was named.
  [[nodiscard]] const std::string& registry() const { return registry_; }
  /// By registry.
  [[nodiscard]] const std::map<std::pair<std::string, Uuid>, Left>& left() const { return left_; }
  /// Under no name, of those for whom there was no row. Days that are over may stand here still.
  [[nodiscard]] const std::map<std::string, Sender, std::less<>>& senders() const { return senders_; }

  /// Null where there is none.
  [[nodiscard]] const Registration* registration(const IntentId& intent) const;
  [[nodiscard]] const Registration* registration(const Uuid& id) const;
  [[nodiscard]] const Other* other(Kind kind, const Uuid& id) const;
  /// Whether a version of another's intent is under an incident that nobody has settled.
  [[nodiscard]] const Drift* open_drift(const Uuid& id, std::int64_t version) const;
  [[nodiscard]] News judge(const Learned& learned) const;
  [[nodiscard]] std::size_t queued() const { return queued_.size(); }
  [[nodiscard]] std::size_t open_drifts() const;
  [[nodiscard]] std::uint64_t reports() const { return reports_; }
  /// How often something was queued again under its old number, since the start: whoever has seen all deliveries up to
  /// a number, and this, finds what has been queued since behind that number.
  [[nodiscard]] std::uint64_t requeues() const { return requeues_; }

  /// Applies what an entry records. Fails with `kCorrupt` when it cannot follow; the ledger is then good for nothing.
  [[nodiscard]] Status apply(std::string_view line);
  [[nodiscard]] Status apply(const Entry& entry);
  /// Whether anything was ever recorded.
  [[nodiscard]] bool used() const { return used_; }
  /// The whole state as lines of canonical JSON, appended to `out`. Equal histories give equal bytes.
  void write_state(std::string& out) const;
  /// Into an empty ledger. Fails with `kCorrupt`.
  [[nodiscard]] Status read_state(std::string_view text);
  /// Whether a line of a snapshot is one of ours.
  [[nodiscard]] static bool is_state_line(std::string_view line) { return line.starts_with("{\"uss."); }

 private:
  [[nodiscard]] Status consistent(const Body& body, Place place) const;
  void fold(const Registered& body, Place place);
  void fold(const Ended& body, Place place);
  void fold(const ToTell& body, Place place);
  void fold(const Delivered& body, Place place);
  void fold(const GivenUp& body, Place place);
  void fold(const Requeued& body, Place place);
  void fold(const Learned& body, Place place);
  void fold(const Gone& body, Place place);
  void fold(const DriftFound& body, Place place);
  void fold(const DriftSettled& body, Place place);
  void fold(const Reported& body, Place place);
  void fold(const Forgotten& body, Place place);
  void fold(const Trying& body, Place place);
  void fold(const RegistryNamed& body, Place place);
  void fold(const Cleared& body, Place place);
  /// What is at the registry that counts is at it no more.
  void leave(UtcMs now);
  void count(const std::string& sender, std::optional<std::uint64_t> bytes, UtcMs now);
  [[nodiscard]] Status queued(std::uint64_t delivery) const;
  /// A row of others_ has come under a manager, or is about to leave its own.
  void add_to(const std::string& manager);
  void take_from(const std::string& manager);
  void forget_other(Kind kind, const Uuid& id);
  [[nodiscard]] Status within_limits(const Body& body) const;
  void finish(std::uint64_t delivery, DeliveryState state, Place place);
  void enqueue(Delivery delivery);

  const LedgerLimits limits_;
  std::map<IntentId, Registration> registrations_;
  std::map<IntentId, Trying> tries_;
  std::map<std::uint64_t, Delivery> deliveries_;
  std::map<std::pair<Kind, Uuid>, Other> others_;
  std::map<std::pair<Uuid, std::int64_t>, Drift> drifts_;
  std::string registry_;
  std::map<std::pair<std::string, Uuid>, Left> left_;
  std::map<std::string, Sender, std::less<>> senders_;
  std::uint64_t reports_ = 0;
  bool used_ = false;

  // Follow from the above.
  std::map<Uuid, IntentId> by_uuid_;
  std::map<std::pair<IntentId, std::string>, std::uint64_t> queued_;
  std::map<std::string, std::size_t, std::less<>> others_of_;  ///< By manager.
  std::uint64_t requeues_ = 0;
  std::optional<UtcMs> next_forget_;  ///< Not part of the state: only when to look.
};

}  // namespace tansiq::uss
