// Talks with other authorities: messages, receipts, watch and line checks, as a fold over what was written and read
// (docs/talks.md; docs/coordination.md, section 8).
//
//   for (Body& body : TRY(desk.send(letter, now))) say(std::move(body));           // one entry for each recipient
//   while (auto body = desk.next(now)) ...                     // RECEIVED, OVERDUE, checks and answers of the line
//   const Body read = TRY(desk.read(message));                                     // an officer's receipts
//
// Nothing is lost, because everything that waits is a row of the state and follows from the log: a message that was
// read and has no RECEIVED yet, a message that was sent and has not the receipt that it needs, an alarm that nobody has
// acknowledged. Nothing happens twice, because RECEIVED is the effect: what officers see is the rows that have one.
// Nothing is taken for consent: a receipt counts for the message whose hash it quotes, for no more than it says, and an
// officer's only if an officer's name stands on it.
//
// Alternative not taken: one numbered log a thread. A gap would then show only to those who read all of it, and a
// member of the thread would have to be trusted with the order of what others said.
//
// Rows leave the state by a rule that follows from the log, too: a thread in which nothing waits goes kTalkKeepMs after
// its last change, and of what is settled with one peer the oldest goes beyond its part (talk_limits.h). The log keeps
// it. Numbers of our messages in a thread rise, and are not given again, also when the thread has gone.
//
// Cost: O(log rows) for an entry, a receipt, a timer; a message that names places also looks at its sender's earlier
// ones in the thread. A page of the list of threads looks at the rows of those that have changed since it was last
// shown. Core thread only.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/limits.h"
#include "coordination/entry.h"
#include "coordination/relation.h"
#include "coordination/safety_floor.h"
#include "coordination/talk_attachments.h"
#include "coordination/talk_letter.h"
#include "coordination/talk_limits.h"
#include "coordination/talk_record.h"
#include "coordination/talk_threads.h"
#include "coordination/views.h"
#include "core/charter.h"

namespace tansiq::coordination {

/// A thread in which nothing waits is kept for this long.
inline constexpr DurationMs kTalkKeepMs = 7LL * 24 * 3'600'000;
/// How often an alarm is repeated that nobody acknowledges, each time for the next officer.
[[nodiscard]] constexpr DurationMs overdue_interval(Precedence precedence) {
  switch (precedence) {
    case Precedence::kStop:
      return 20'000;
    case Precedence::kImmediate:
      return 60'000;
    case Precedence::kPriority:
      return 5 * 60'000;
    case Precedence::kRoutine:
      return 15 * 60'000;
  }
  return 60'000;
}

/// What a message is a use of.
[[nodiscard]] Use use_of(const TalkMessage& message);

struct TalkOptions {
  DurationMs line_check_every_ms = 0;  ///< How often each line is checked; 0: only when an officer asks for it.
};

class TalkDesk {
 public:
  /// All must outlive this.
  TalkDesk(AuthorityId self, const core::Charter& charter, const Relations& relations, TalkOptions options = {});

  // The fold

  std::optional<Oddity> apply(const Said& said);
  /// Whether there is anything to write: a record without talks has the state that it always had.
  [[nodiscard]] bool empty() const;
  void write_state(log::JcsWriter& out) const;
  [[nodiscard]] Status read_state(const log::JcsValue& value);

  // Live

  std::optional<Body> next(UtcMs now);
  [[nodiscard]] std::optional<UtcMs> next_timer() const;
  /// A verified checkpoint of the peer was seen at `now`, whether or not it says anything new. Not state: it tells what
  /// is known when something is missing.
  void heard_from(const AuthorityId& peer, UtcMs now);

  // An officer's acts

  /// One body for each recipient, or, when any of them cannot be sent it, none. Fails with `kInvalid` (a recipient that
  /// is none, a due time too soon, what TalkMessage::check refuses), `kMismatch` (an attachment that is not here),
  /// `kForbidden` (the relation), `kTooMuchWork` (too much is open).
  [[nodiscard]] Result<std::vector<Body>> send(const Letter& letter, UtcMs now) const;
  /// For the sender to read back before it is sent: how far its places lie from where this authority has put them
  /// before in the thread, whoever that went to. `earlier` is zeros where it is the letter itself.
  [[nodiscard]] std::vector<TalkMoved> read_back(const Letter& letter) const;
  /// `message` is the hash of an entry of another's that is shown here. Fail with `kNotFound`, `kWrongState`.
  [[nodiscard]] Result<Body> read(const EntryHash& message) const;
  [[nodiscard]] Result<Body> standby(const EntryHash& message, std::string text) const;
  /// Fails also with `kInvalid`: a query is answered by a finding and nothing else is; an agreement quotes the content
  /// of the message or of one of its attachments.
  [[nodiscard]] Result<Body> answer(const EntryHash& message, const Reply& reply) const;
  [[nodiscard]] Result<Body> refuse(const EntryHash& message, std::string text) const;
  /// `message` is one of ours.
  [[nodiscard]] Result<Body> acknowledge(const EntryHash& message, std::string text) const;
  /// Fails with `kWrongState` when it has been said already.
  [[nodiscard]] Result<Body> set_watch(bool attended, std::string text) const;
  /// Fails with `kNotFound`, `kWrongState` (a check is out).
  [[nodiscard]] Result<Body> check_line(const AuthorityId& peer) const;

  // Answers

  [[nodiscard]] const std::map<EntryHash, TalkSent>& sent() const { return sent_; }
  [[nodiscard]] const std::map<EntryHash, TalkHeard>& heard() const { return heard_; }
  [[nodiscard]] const std::map<AuthorityId, WatchStanding>& watches() const { return watches_; }
  [[nodiscard]] const std::map<AuthorityId, LineStanding>& lines() const { return lines_; }
  /// When the newest checkpoint of the peer was seen, as far as this run knows.
  [[nodiscard]] std::optional<UtcMs> last_heard(const AuthorityId& peer) const;
  /// Indexes of a peer's messages that are still to come although later ones are here.
  [[nodiscard]] std::vector<std::int64_t> missing(const AuthorityId& peer, std::size_t most = 64) const;
  /// Threads that officers see, the one that changed last first, behind that place.
  [[nodiscard]] std::vector<std::pair<ThreadPlace, const ThreadSummary*>> threads(
      const std::optional<ThreadPlace>& after, std::size_t most) const;
  /// Of one thread; empty where there is none.
  [[nodiscard]] ThreadRows rows_of(const ThreadKey& thread) const;
  /// Whether a peer may have this attachment from here: a message to it that is in the state quotes it.
  [[nodiscard]] bool may_serve(const EntryHash& body, const AuthorityId& peer) const {
    return attachments_.may_serve(body, peer);
  }
  /// Files that messages carry. What is here is told by whoever runs this.
  [[nodiscard]] TalkAttachments& attachments() { return attachments_; }
  [[nodiscard]] const TalkAttachments& attachments() const { return attachments_; }

 private:
  using Maybe = std::optional<Oddity>;
  /// What waits, or is kept: rows and their bytes.
  struct Load {
    std::size_t rows = 0;
    std::size_t bytes = 0;
  };
  struct Thread {
    std::set<EntryHash> sent;
    std::map<std::pair<AuthorityId, std::int64_t>, EntryHash> heard;  // by author and index
    std::size_t waiting = 0;
    UtcMs changed = kUtcMin;                       // by the log here: when it may go
    UtcMs active = kUtcMin;                        // as the list shows it
    mutable std::optional<ThreadSummary> summary;  // absent: to be made anew
  };
  /// The last number of a thread that has left the state.
  struct Number {
    std::int64_t last = 0;
    UtcMs time;  // when it left
  };
  /// Over all peers, in one direction: bytes.
  struct Total {
    std::size_t waiting = 0;
    std::size_t waiting_floor = 0;
    std::size_t settled = 0;
  };
  /// Of one peer's messages, in either direction.
  struct Side {
    Load waiting;
    Load waiting_floor;
    std::set<std::pair<UtcMs, EntryHash>> settled;
    std::size_t settled_bytes = 0;
  };
  struct Indexes {
    std::map<std::int64_t, EntryHash> recent;
    std::int64_t forgotten = 0;  // up to here no hash is remembered
  };

  template <class T>
  Maybe hear(const Said& /*said*/, const T& /*none of its business*/) {
    return {};
  }
  // talk_sender.cc
  Maybe hear(const Said& said, const TalkOverdue& body);
  Maybe hear(const Said& said, const TalkOverdueAcknowledged& body);
  Maybe take_sent(const Said& said, const TalkMessage& body);
  Maybe take_receipt(const Said& said, Receipt kind, const EntryHash& message, std::int64_t index,
                     const TalkAnswered* answer, const TalkRefused* refused);
  [[nodiscard]] Maybe misfit(const Said& said, const TalkSent& row, const TalkAnswered& answer) const;
  [[nodiscard]] Maybe unknown_message(const Said& said, std::int64_t index) const;
  [[nodiscard]] std::optional<UtcMs> alarm_at(const TalkSent& row) const;
  [[nodiscard]] OverdueCause cause_of(const TalkSent& row, UtcMs now) const;
  [[nodiscard]] std::optional<Body> next_overdue(UtcMs now) const;
  [[nodiscard]] Status may_send(const TalkMessage& message, UtcMs now) const;
  void retime(const TalkSent& row);
  void retime_stops(const AuthorityId& peer);
  // talk_receiver.cc
  Maybe hear(const Said& said, const TalkMessage& body);
  Maybe hear(const Said& said, const TalkReceived& body);
  Maybe hear(const Said& said, const TalkRead& body);
  Maybe hear(const Said& said, const TalkStandby& body);
  Maybe hear(const Said& said, const TalkAnswered& body);
  Maybe hear(const Said& said, const TalkRefused& body);
  [[nodiscard]] Maybe take_index(const Said& said, std::int64_t index, bool& known);
  [[nodiscard]] std::optional<TalkRefusal> turned_why(const Said& said, const TalkMessage& body) const;
  [[nodiscard]] Body receipt_of(const TalkHeard& row, UtcMs now) const;
  [[nodiscard]] Result<const TalkHeard*> shown(const EntryHash& message) const;
  [[nodiscard]] Result<const TalkHeard*> answerable(const EntryHash& message, std::string_view what) const;
  void own_receipt(const Said& said, const EntryHash& message, Receipt state, const TalkAnswered* answer = nullptr);
  // talk_line.cc
  Maybe hear(const Said& said, const WatchSet& body);
  Maybe hear(const Said& said, const LineCheck& body);
  Maybe hear(const Said& said, const LineAnswered& body);
  Maybe hear(const Said& said, const LineMissed& body);
  Maybe hear(const Said& said, const CharterInForce& body);
  Maybe note_watch(const AuthorityId& of, bool attended, const std::string& text, UtcMs time);
  [[nodiscard]] std::optional<Body> next_line(UtcMs now) const;
  [[nodiscard]] std::optional<UtcMs> line_at(const AuthorityId& peer) const;
  [[nodiscard]] std::optional<UtcMs> line_timer() const;
  [[nodiscard]] DurationMs silence_ms() const;
  [[nodiscard]] bool attended(const AuthorityId& who) const;
  /// True also for who has never said anything.
  [[nodiscard]] bool perhaps_attended(const AuthorityId& who) const;
  void line_changed() { line_timer_known_ = false; }
  // talk_threads.cc
  template <class Row>
  void note_change(const Row& row);
  void note_drop(const ThreadKey& key, Thread& thread);
  void move_to(const ThreadKey& key, Thread& thread, UtcMs active);
  [[nodiscard]] ThreadSummary summarise(const Thread& thread) const;
  void remember_number(const ThreadKey& key, std::int64_t number);
  [[nodiscard]] std::int64_t next_number(const ThreadKey& thread) const;
  // talk_desk.cc: what is kept, and for how long
  template <class Row>
  void add(std::map<EntryHash, Row>& rows, Row row);
  template <class Row>
  void settle(std::map<EntryHash, Row>& rows, Row& row, UtcMs time);
  template <class Row>
  void drop(std::map<EntryHash, Row>& rows, const EntryHash& hash);
  /// What is settled counts with all that is known of it: after any change of such a row.
  template <class Row>
  void reweigh(Row& row);
  template <class Row>
  void make_room(std::map<EntryHash, Row>& rows, const EntryHash& latest, Side& side);
  void count_waiting(Side& side, Total& total, const TalkMessage& message, std::size_t bytes, bool more);
  void name_attachments(const TalkHeard& row);
  void touch(const ThreadKey& key, Thread& thread, UtcMs time);
  void sweep();
  void index_all();
  [[nodiscard]] Side& side_of(const TalkSent& row) { return sent_sides_[row.peer()]; }
  [[nodiscard]] Side& side_of(const TalkHeard& row) { return heard_sides_[row.peer()]; }
  [[nodiscard]] std::map<AuthorityId, Side>& sides_of(const TalkSent& /*ours*/) { return sent_sides_; }
  [[nodiscard]] std::map<AuthorityId, Side>& sides_of(const TalkHeard& /*theirs*/) { return heard_sides_; }
  [[nodiscard]] Total& total_of(const TalkSent& /*ours*/) { return sent_total_; }
  [[nodiscard]] Total& total_of(const TalkHeard& /*theirs*/) { return heard_total_; }
  [[nodiscard]] TalkLimits limits() const { return talk_limits(charter_.authorities.size() - 1); }
  [[nodiscard]] static ThreadKey thread_of(const TalkMessage& message) { return {message.opener, message.thread}; }

  const AuthorityId self_;
  const core::Charter& charter_;
  const Relations& relations_;
  const TalkOptions options_;

  // The state
  std::map<EntryHash, TalkSent> sent_;
  std::map<EntryHash, TalkHeard> heard_;
  std::map<std::pair<AuthorityId, std::int64_t>, TalkTurned> turned_;
  std::map<AuthorityId, std::int64_t> last_index_;  // of ours, by peer
  std::map<AuthorityId, Indexes> indexes_;          // of theirs
  std::map<AuthorityId, WatchStanding> watches_;
  std::map<AuthorityId, LineStanding> lines_;
  std::map<ThreadKey, Number> numbers_;  // of messages of ours that have left the state
  std::int64_t number_floor_ = 0;        // in threads that are not remembered no number up to here is given
  UtcMs clock_ = kUtcMin;                // log time of the newest own entry

  // What follows from it
  std::map<ThreadKey, Thread> threads_;
  std::set<std::pair<UtcMs, ThreadKey>> quiet_;  // threads in which nothing waits, by their last change
  std::set<ThreadPlace> by_activity_;
  std::set<std::pair<UtcMs, ThreadKey>> numbers_by_age_;
  TalkAttachments attachments_;  // which are here is known beside the state
  Total sent_total_;
  Total heard_total_;
  std::map<AuthorityId, Side> sent_sides_;
  std::map<AuthorityId, Side> heard_sides_;
  std::set<std::pair<UtcMs, EntryHash>> timers_;  // of sent messages that somebody waits for
  std::map<EntryHash, UtcMs> timer_of_;
  std::set<std::pair<AuthorityId, std::int64_t>> owed_;  // heard, no receipt of the machine yet
  std::map<std::pair<AuthorityId, std::int64_t>, EntryHash> heard_at_;

  // What this run knows beside it
  std::map<AuthorityId, UtcMs> last_heard_;
  std::optional<UtcMs> started_;
  mutable std::optional<UtcMs> line_timer_;
  mutable bool line_timer_known_ = false;
};

}  // namespace tansiq::coordination
