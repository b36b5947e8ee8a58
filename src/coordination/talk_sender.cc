// The sender's side of talks: the second table of docs/coordination.md, section 8.
#include <fmt/format.h>

#include <algorithm>

#include "coordination/lists.h"
#include "coordination/plant.h"
#include "coordination/safety_floor.h"
#include "coordination/talk_desk.h"
#include "coordination/talk_place.h"

namespace tansiq::coordination {
namespace {

/// The receipt that its sender waits for. What a machine has refused no officer has seen: it is none.
bool satisfied(const TalkSent& row) {
  if (row.turned_away()) return false;
  switch (row.message.needs) {
    case Needs::kReceived:
      return row.receipt >= Receipt::kReceived;
    case Needs::kRead:
      return row.receipt >= Receipt::kRead;
    case Needs::kAnswer:
      return row.receipt >= Receipt::kAnswered;
  }
  return false;
}

}  // namespace

Use use_of(const TalkMessage& message) {
  switch (message.echelon) {
    case Echelon::kCentres:
      return Use::kCentres;
    case Echelon::kChiefs:
      return Use::kChiefs;
    case Echelon::kMinistries:
      return Use::kMinistries;
    case Echelon::kFloor:
      break;
  }
  if (message.precedence == Precedence::kStop) return Use::kStop;
  return has_part<QueryPart>(message.parts) ? Use::kAttributionQuery : Use::kDistress;
}

// The fold ------------------------------------------------------------------------------------------------------------

TalkDesk::Maybe TalkDesk::take_sent(const Said& said, const TalkMessage& body) {
  if (sent_.contains(said.hash)) return {};
  std::int64_t& last = last_index_[body.to];
  if (body.index <= last) return {};  // read again, and forgotten since
  last = body.index;
  TalkSent row;
  row.hash = said.hash;
  row.message = body;
  row.time = said.time;
  row.due = body.due.value_or(said.time + 2 * charter_.timing.delivery_ms + charter_.timing.decision_ms);
  add(sent_, std::move(row));
  return {};
}

/// A receipt for a message that is not in the state.
TalkDesk::Maybe TalkDesk::unknown_message(const Said& said, std::int64_t index) const {
  const auto last = last_index_.find(said.author);
  if (last == last_index_.end() || index > last->second) {
    return Oddity{fmt::format("a receipt of message {}, which has not been sent from here", index), true};
  }
  const bool live = std::ranges::any_of(
      sent_, [&](const auto& row) { return row.second.peer() == said.author && row.second.message.index == index; });
  // An index was used twice: after a restore from a backup, or by somebody who signs with our key.
  if (live) return Oddity{fmt::format("EQUIVOCATION: it has read another message {} than ours", index), true};
  return {};  // settled long ago
}

/// What makes an answer none.
TalkDesk::Maybe TalkDesk::misfit(const Said& said, const TalkSent& row, const TalkAnswered& answer) const {
  const bool query = has_part<QueryPart>(row.message.parts);
  if (query != answer.finding.has_value()) {
    return Oddity{fmt::format("an answer to message {} {}", row.message.index,
                              query ? "that asks whose something is, without a finding" : "with a finding"),
                  false};
  }
  if (answer.agreed && *answer.agreed != content_of(self_, row.message) &&
      std::ranges::find(row.message.attachments, *answer.agreed, &TalkAttachment::sha256) ==
          row.message.attachments.end()) {
    return Oddity{fmt::format("{} agrees to something else than message {} says", said.author.str(), row.message.index),
                  true};
  }
  return {};
}

TalkDesk::Maybe TalkDesk::take_receipt(const Said& said, Receipt kind, const EntryHash& message, std::int64_t index,
                                       const TalkAnswered* answer, const TalkRefused* refused) {
  const bool machine = kind == Receipt::kReceived || (refused != nullptr && refused->reason != TalkRefusal::kOfficer);
  if (!machine && said.by.empty()) return Oddity{"an officer's receipt bears the name of none", true};
  const auto at = sent_.find(message);
  if (at == sent_.end()) return unknown_message(said, index);
  TalkSent& row = at->second;
  if (row.peer() != said.author || row.message.index != index) {
    return Oddity{fmt::format("a receipt of message {} quotes another one", index), true};
  }
  const auto same = std::ranges::find(row.receipts, kind, &TalkReceipt::kind);
  if (same != row.receipts.end()) {
    if (same->hash == said.hash) return {};
    return Oddity{fmt::format("a second receipt \"{}\" of message {}", to_text(kind), index), false};
  }
  if (row.receipt >= Receipt::kAnswered && kind >= Receipt::kAnswered) {
    return Oddity{fmt::format("message {} is both answered and refused: the first stands", index), true};
  }
  if (answer != nullptr) {
    if (auto odd = misfit(said, row, *answer)) return odd;
    row.answer = *answer;
  }
  if (refused != nullptr) row.refusal = refused->reason;
  row.receipts.push_back({.hash = said.hash, .kind = kind, .time = said.time});
  row.receipt = std::max(row.receipt, kind);
  if (planted(Plant::kThreadReceipt)) {
    for (const EntryHash& other : threads_.at(thread_of(row.message)).sent) {
      TalkSent& one = sent_.at(other);
      if (one.peer() == said.author) one.receipt = std::max(one.receipt, kind);
    }
  }
  if (row.state == SentState::kOpen && kind == Receipt::kStandby && !row.extended) {
    row.extended = true;
    row.due = std::min(row.due + charter_.timing.standby_ms, kUtcMax);
  }
  if (satisfied(row) && (row.state == SentState::kOpen || row.state == SentState::kOverdue)) {
    row.state = row.state == SentState::kOpen ? SentState::kDone : SentState::kDoneLate;
    settle(sent_, row, std::max(clock_, row.time));
    return {};
  }
  reweigh(row);
  note_change(row);
  retime(row);
  return {};
}

TalkDesk::Maybe TalkDesk::hear(const Said& said, const TalkOverdue& body) {
  const auto at = sent_.find(body.message);
  if (said.author != self_ || at == sent_.end()) return {};
  TalkSent& row = at->second;
  if (body.round <= row.rounds || row.settled) return {};
  row.rounds = body.round;
  row.alarmed = said.time;
  row.state = SentState::kOverdue;
  note_change(row);
  retime(row);
  return {};
}

TalkDesk::Maybe TalkDesk::hear(const Said& said, const TalkOverdueAcknowledged& body) {
  const auto at = sent_.find(body.message);
  if (said.author == self_ && at != sent_.end()) settle(sent_, at->second, said.time);
  return {};
}

// Timers --------------------------------------------------------------------------------------------------------------

/// When an officer is to be told, or told again. A STOP to where nobody is on watch, and what was turned away, at once.
std::optional<UtcMs> TalkDesk::alarm_at(const TalkSent& row) const {
  if (row.settled) return {};
  if (row.rounds > 0) return *row.alarmed + overdue_interval(row.message.precedence);
  const bool stop = row.message.precedence == Precedence::kStop && !row.taken();
  if (row.turned_away() || (stop && !perhaps_attended(row.peer()))) return kUtcMin;
  return row.due;
}

void TalkDesk::retime(const TalkSent& row) {
  if (const auto timer = timer_of_.extract(row.hash)) timers_.erase({timer.mapped(), row.hash});
  if (const auto at = alarm_at(row)) {
    timers_.insert({*at, row.hash});
    timer_of_[row.hash] = *at;
  }
}

void TalkDesk::retime_stops(const AuthorityId& peer) {
  const auto side = sent_sides_.find(peer);
  if (side == sent_sides_.end() || side->second.waiting_floor.rows == 0) return;
  for (const auto& [hash, row] : sent_) {
    if (row.peer() == peer && row.message.precedence == Precedence::kStop) retime(row);
  }
}

OverdueCause TalkDesk::cause_of(const TalkSent& row, UtcMs now) const {
  if (row.turned_away()) return OverdueCause::kTurnedAway;
  // Of what has not even been received more is known of the line than of who sits at its end; a STOP asks for him.
  const bool there = row.receipt != Receipt::kNone || row.message.precedence == Precedence::kStop;
  if (there && !row.taken() && !perhaps_attended(row.peer())) return OverdueCause::kUnattended;
  const auto heard = last_heard(row.peer());
  if (heard && now - *heard <= silence_ms()) return OverdueCause::kPeerSilent;
  return !heard && now - started_.value_or(now) <= silence_ms() ? OverdueCause::kUnknown : OverdueCause::kLinkDown;
}

std::optional<Body> TalkDesk::next_overdue(UtcMs now) const {
  if (timers_.empty() || timers_.begin()->first > now) return {};
  const TalkSent& row = sent_.at(timers_.begin()->second);
  return TalkOverdue{.cause = cause_of(row, now),
                     .have = row.receipt,
                     .heard = last_heard(row.peer()),
                     .message = row.hash,
                     .peer = row.peer(),
                     .round = row.rounds + 1};
}

// Acts ----------------------------------------------------------------------------------------------------------------

/// Whether this one may go to this recipient now.
Status TalkDesk::may_send(const TalkMessage& message, UtcMs now) const {
  const AuthorityId& to = message.to;
  if (to == self_ || charter_.find_authority(to) == nullptr) {
    return fail(ErrorCode::kInvalid, fmt::format("\"{}\" is no other authority of the charter", to.str()),
                "recipients");
  }
  TRY_VOID(message.check());
  const UtcMs earliest = now + 2 * charter_.timing.delivery_ms;  // T9, with no time at all for the officer
  if (message.due && *message.due < earliest) {
    return fail(ErrorCode::kInvalid,
                fmt::format("due at {}, but a receipt takes until {} on the way alone", format_utc(*message.due),
                            format_utc(earliest)),
                "due_ms");
  }
  if (message.due && *message.due > now + kTalkDueMsMax) {
    return fail(ErrorCode::kInvalid,
                fmt::format("due at {}: at most {} ahead", format_utc(*message.due), format_duration(kTalkDueMsMax)),
                "due_ms");
  }
  TRY_VOID(may_use(relations_, use_of(message), RelationDomain::kTalks, to, self_));
  const bool floor = message.on_floor();
  const TalkLimits bounds = limits();
  const TalkRoom& part = floor ? bounds.open_floor : bounds.open;
  const std::size_t all = floor ? sent_total_.waiting_floor : sent_total_.waiting;
  const std::size_t pool = talk_pool(floor ? kTalkOpenFloorBytesMax : kTalkOpenBytesMax);
  if (all >= pool) {
    return fail(ErrorCode::kTooMuchWork,
                fmt::format("messages of {} bytes wait for all peers together, and at most {} may: wait for receipts, "
                            "or acknowledge what is overdue",
                            all, pool),
                "recipients");
  }
  const auto side = sent_sides_.find(to);
  if (side == sent_sides_.end()) return {};
  const Load& open = floor ? side->second.waiting_floor : side->second.waiting;
  if (open.rows < part.rows && open.bytes < part.bytes) return {};
  return fail(ErrorCode::kTooMuchWork,
              fmt::format("{} messages of {} bytes wait for {}, and at most {} of {} bytes may: wait for receipts, or "
                          "acknowledge what is overdue",
                          open.rows, open.bytes, to.str(), part.rows, part.bytes),
              "recipients");
}

Result<std::vector<Body>> TalkDesk::send(const Letter& letter, UtcMs now) const {
  TalkMessage message{.attachments = letter.attachments,
                      .due = letter.due,
                      .echelon = letter.echelon,
                      .index = 1,
                      .needs = letter.needs,
                      .number = 1,
                      .opener = letter.opener.value_or(self_),
                      .parts = letter.parts,
                      .precedence = letter.precedence,
                      .re = letter.re,
                      .recipients = letter.recipients,
                      .thread = letter.thread,
                      .to = {}};
  std::ranges::sort(message.recipients);
  if (message.recipients.empty()) return fail(ErrorCode::kInvalid, "a message goes to somebody", "recipients");
  if (message.thread.empty()) return fail(ErrorCode::kInvalid, "a message belongs to a thread: name it", "thread");
  if (message.on_floor()) message.echelon = Echelon::kFloor;
  // Nobody who writes STOP should have to think of a time.
  if (message.precedence == Precedence::kStop && !message.due) {
    message.due = now + 2 * charter_.timing.delivery_ms + charter_.timing.decision_ms;
  }
  if (planted(Plant::kTellThird)) {
    const auto third = std::ranges::find_if(charter_.authorities, [&](const core::Authority& of) {
      return of.id != self_ && !contains(message.recipients, of.id);
    });
    if (third != charter_.authorities.end()) insert_sorted(message.recipients, third->id);
  }
  TRY_VOID(attachments_.check_held(message.attachments));
  message.number = next_number(thread_of(message));
  std::vector<Body> out;
  for (const AuthorityId& to : message.recipients) {
    message.to = to;
    const auto last = last_index_.find(to);
    message.index = last == last_index_.end() ? 1 : last->second + 1;
    TRY_VOID(may_send(message, now));
    out.emplace_back(message);
  }
  return out;
}

std::vector<TalkMoved> TalkDesk::read_back(const Letter& letter) const {
  // Of a message to several, the entry for the first of them.
  std::map<std::int64_t, const TalkSent*> by_number;
  const auto thread = threads_.find({letter.opener.value_or(self_), letter.thread});
  if (thread != threads_.end()) {
    for (const EntryHash& hash : thread->second.sent) {
      const TalkSent& row = sent_.at(hash);
      const TalkSent*& first = by_number[row.message.number];
      if (first == nullptr || row.peer() < first->peer()) first = &row;
    }
  }
  std::vector<EarlierMessage> earlier;
  for (const auto& [number, row] : by_number) earlier.push_back({.hash = row->hash, .parts = &row->message.parts});
  return moved_since(letter.parts, {}, earlier);
}

Result<Body> TalkDesk::acknowledge(const EntryHash& message, std::string text) const {
  const auto at = sent_.find(message);
  if (at == sent_.end()) return fail(ErrorCode::kNotFound, "no message from here has this hash", "message");
  if (!at->second.alarm()) {
    return fail(ErrorCode::kWrongState,
                at->second.state == SentState::kOverdue ? "its alarm is acknowledged already" : "it has no alarm",
                "message");
  }
  return TalkOverdueAcknowledged{.message = message, .text = std::move(text)};
}

}  // namespace tansiq::coordination
