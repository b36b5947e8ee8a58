// The rows of a talk desk: one for each message that is written, or read, and not forgotten yet; one for each line.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "coordination/talk_entries.h"

namespace tansiq::coordination {

/// A receipt as it was read.
struct TalkReceipt {
  EntryHash hash;
  Receipt kind = Receipt::kReceived;
  UtcMs time;  ///< Its author's log time.
  static constexpr auto fields() {
    return field_list(field("hash", &TalkReceipt::hash), field("kind", &TalkReceipt::kind),
                      field("time_ms", &TalkReceipt::time));
  }
  friend bool operator==(const TalkReceipt&, const TalkReceipt&) = default;
};

/// How a message stands at its sender. The table of docs/coordination.md, section 8.
enum class SentState : std::uint8_t { kOpen, kOverdue, kDone, kDoneLate };
constexpr std::array<std::string_view, 4> enum_names(SentState) { return {"open", "overdue", "done", "done_late"}; }

/// What this node has written to one authority.
struct TalkSent {
  std::optional<UtcMs> alarmed;  ///< When the newest `talk.overdue` of it was written.
  std::optional<TalkAnswered> answer;
  UtcMs due;              ///< By when the receipt is waited for; moved once by STANDBY.
  bool extended = false;  ///< It was moved.
  EntryHash hash;
  TalkMessage message;
  Receipt receipt = Receipt::kNone;   ///< The furthest.
  std::vector<TalkReceipt> receipts;  ///< One of a kind, in the order in which they were read.
  std::optional<TalkRefusal> refusal;
  std::int64_t rounds = 0;       ///< How often it has been said to be overdue.
  std::optional<UtcMs> settled;  ///< Done, or its alarm acknowledged: nobody waits any more.
  SentState state = SentState::kOpen;
  UtcMs time;
  static constexpr auto fields() {
    return field_list(
        field("alarmed_ms", &TalkSent::alarmed), field("answer", &TalkSent::answer), field("due_ms", &TalkSent::due),
        field("extended", &TalkSent::extended), field("hash", &TalkSent::hash), field("message", &TalkSent::message),
        field("receipt", &TalkSent::receipt), field("receipts", &TalkSent::receipts),
        field("refusal", &TalkSent::refusal), field("rounds", &TalkSent::rounds),
        field("settled_ms", &TalkSent::settled), field("state", &TalkSent::state), field("time_ms", &TalkSent::time));
  }
  std::size_t bytes = 0;  ///< Of the message; follows from it.
  std::size_t kept = 0;   ///< Of the whole row, once it is settled.

  [[nodiscard]] const AuthorityId& peer() const { return message.to; }
  [[nodiscard]] bool taken() const { return receipt >= Receipt::kRead && !turned_away(); }
  /// Its machine has refused it: no officer is shown it, so this is no officer's word.
  [[nodiscard]] bool turned_away() const { return refusal && *refusal != TalkRefusal::kOfficer; }
  /// An alarm stands: overdue, and nobody has acknowledged it.
  [[nodiscard]] bool alarm() const { return state == SentState::kOverdue && !settled; }
  friend bool operator==(const TalkSent&, const TalkSent&) = default;
};

/// What this node has read of one authority, and how it stands here.
struct TalkHeard {
  std::optional<TalkAnswered> answer;
  AuthorityId from;
  EntryHash hash;
  TalkMessage message;
  std::vector<TalkMoved> moved;
  std::optional<UtcMs> received;
  std::optional<UtcMs> settled;  ///< Nothing of it waits for an officer here.
  Receipt state = Receipt::kNone;
  UtcMs time;  ///< Its author's log time.
  std::optional<DurationMs> usable;
  static constexpr auto fields() {
    return field_list(field("answer", &TalkHeard::answer), field("from", &TalkHeard::from),
                      field("hash", &TalkHeard::hash), field("message", &TalkHeard::message),
                      field("moved", &TalkHeard::moved), field("received_ms", &TalkHeard::received),
                      field("settled_ms", &TalkHeard::settled), field("state", &TalkHeard::state),
                      field("time_ms", &TalkHeard::time), field("usable_ms", &TalkHeard::usable));
  }
  std::size_t bytes = 0;  ///< Of the message; follows from it.
  std::size_t kept = 0;   ///< Of the whole row, once it is settled.

  [[nodiscard]] const AuthorityId& peer() const { return from; }
  /// Whether officers see it: RECEIVED is durable, so the effect that follows from it is there, once.
  [[nodiscard]] bool shown() const { return state != Receipt::kNone; }
  friend bool operator==(const TalkHeard&, const TalkHeard&) = default;
};

/// A message that was read and is not shown: what the machine owes its sender is a refusal.
struct TalkTurned {
  AuthorityId from;
  EntryHash hash;
  std::int64_t index = 1;
  TalkRefusal reason = TalkRefusal::kFrozen;
  static constexpr auto fields() {
    return field_list(field("from", &TalkTurned::from), field("hash", &TalkTurned::hash),
                      field("index", &TalkTurned::index), field("reason", &TalkTurned::reason));
  }
  friend bool operator==(const TalkTurned&, const TalkTurned&) = default;
};

/// Whether somebody is on watch at an authority, as it said last.
struct WatchStanding {
  bool attended = false;
  AuthorityId authority;
  std::string text;
  UtcMs time;  ///< Of its log.
  static constexpr auto fields() {
    return field_list(field("attended", &WatchStanding::attended), field("authority", &WatchStanding::authority),
                      field("text", &WatchStanding::text), field("time_ms", &WatchStanding::time));
  }
  friend bool operator==(const WatchStanding&, const WatchStanding&) = default;
};

/// The line to one authority.
struct LineStanding {
  std::optional<UtcMs> answered;    ///< Log time of the newest answer, at its author.
  std::optional<EntryHash> check;   ///< Ours, which is out.
  std::optional<UtcMs> checked;     ///< When our newest check was written.
  std::int64_t checks = 0;          ///< How many of ours there were.
  std::optional<LineFault> fault;   ///< The newest check was missed.
  std::optional<EntryHash> missed;  ///< That check.
  std::optional<EntryHash> owed;    ///< The peer's newest check, not answered yet.
  AuthorityId peer;
  bool unattended = false;  ///< `check` was answered: nobody is on watch.
  static constexpr auto fields() {
    return field_list(field("answered_ms", &LineStanding::answered), field("check", &LineStanding::check),
                      field("checked_ms", &LineStanding::checked), field("checks", &LineStanding::checks),
                      field("fault", &LineStanding::fault), field("missed", &LineStanding::missed),
                      field("owed", &LineStanding::owed), field("peer", &LineStanding::peer),
                      field("unattended", &LineStanding::unattended));
  }
  friend bool operator==(const LineStanding&, const LineStanding&) = default;
};

}  // namespace tansiq::coordination
