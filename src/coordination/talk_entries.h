// What officers of two authorities say to each other, and its receipts (docs/talks.md; docs/coordination.md, section
// 8).
//
// A message to several authorities stands in the log of each pair, under an index of that pair, with the same content;
// `content_of` is what they can compare. A receipt quotes the hash of the message's entry, and counts for no other.
// Whether a machine or an officer has said something is told by the entry's `by`: a machine's is empty.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "coordination/leg_entries.h"
#include "coordination/names.h"
#include "coordination/talk_parts.h"

namespace tansiq::coordination {

inline constexpr std::size_t kTalkRecipientsMax = 64;
inline constexpr std::size_t kTalkAttachmentsMax = 16;

/// A body that stands beside the log.
struct TalkAttachment {
  std::int64_t bytes = 0;
  std::string media_type;
  std::string name;
  log::Hash sha256;
  static constexpr auto fields() {
    return field_list(field("bytes", &TalkAttachment::bytes), field("media_type", &TalkAttachment::media_type),
                      field("name", &TalkAttachment::name), field("sha256", &TalkAttachment::sha256));
  }
  friend bool operator==(const TalkAttachment&, const TalkAttachment&) = default;
};

/// One message, as it stands in the log of one pair.
struct TalkMessage {
  static constexpr std::string_view kType = "talk.message";
  std::vector<TalkAttachment> attachments;
  std::optional<UtcMs> due;  ///< By when the receipt that is needed is to be there.
  Echelon echelon = Echelon::kCentres;
  std::int64_t index = 1;  ///< Of this author's messages in this pair's log, from 1 without a gap.
  Needs needs = Needs::kReceived;
  std::int64_t number = 1;  ///< Of this author's messages in the thread, the same for all recipients.
  AuthorityId opener;       ///< At which the thread's id is unique.
  std::vector<TalkPart> parts;
  Precedence precedence = Precedence::kRoutine;
  std::optional<EntryHash> re;  ///< The content hash of the message that it speaks of.
  std::vector<AuthorityId> recipients;
  ThreadId thread;
  AuthorityId to;
  static constexpr auto fields() {
    return field_list(field("attachments", &TalkMessage::attachments), field("due_ms", &TalkMessage::due),
                      field("echelon", &TalkMessage::echelon), field("index", &TalkMessage::index),
                      field("needs", &TalkMessage::needs), field("number", &TalkMessage::number),
                      field("opener", &TalkMessage::opener), field("parts", &TalkMessage::parts),
                      field("precedence", &TalkMessage::precedence), field("re", &TalkMessage::re),
                      field("recipients", &TalkMessage::recipients), field("thread", &TalkMessage::thread),
                      field("to", &TalkMessage::to));
  }
  /// Whether no freeze may stop it: a STOP, a call for help or a warning, an attribution query.
  [[nodiscard]] bool on_floor() const;
  [[nodiscard]] Status check() const;
  friend bool operator==(const TalkMessage&, const TalkMessage&) = default;
};

/// The hash of what all recipients are told: the canonical JSON of the message without `index` and `to`, with `from`.
[[nodiscard]] EntryHash content_of(const AuthorityId& from, const TalkMessage& message);

/// How far a place lies from the one that the same sender gave before under the same name.
struct TalkMoved {
  EntryHash earlier;  ///< The message that gave it.
  std::int64_t metres = 0;
  std::string name;
  static constexpr auto fields() {
    return field_list(field("earlier", &TalkMoved::earlier), field("metres", &TalkMoved::metres),
                      field("name", &TalkMoved::name));
  }
  friend bool operator==(const TalkMoved&, const TalkMoved&) = default;
};

/// RECEIVED, by the machine: the message is verified, durable, and before the officers from here on.
struct TalkReceived {
  static constexpr std::string_view kType = "talk.received";
  std::int64_t index = 1;
  EntryHash message;
  std::vector<TalkMoved> moved;
  AuthorityId to;
  std::optional<DurationMs> usable;  ///< From now to the first moment that the message names; 0 when that has passed.
  static constexpr auto fields() {
    return field_list(field("index", &TalkReceived::index), field("message", &TalkReceived::message),
                      field("moved", &TalkReceived::moved), field("to", &TalkReceived::to),
                      field("usable_ms", &TalkReceived::usable));
  }
  friend bool operator==(const TalkReceived&, const TalkReceived&) = default;
};
/// READ, by an officer.
struct TalkRead {
  static constexpr std::string_view kType = "talk.read";
  std::int64_t index = 1;
  EntryHash message;
  AuthorityId to;
  static constexpr auto fields() {
    return field_list(field("index", &TalkRead::index), field("message", &TalkRead::message),
                      field("to", &TalkRead::to));
  }
  friend bool operator==(const TalkRead&, const TalkRead&) = default;
};
/// STANDBY, by an officer, once: an answer will take longer.
struct TalkStandby {
  static constexpr std::string_view kType = "talk.standby";
  std::int64_t index = 1;
  EntryHash message;
  std::string text;
  AuthorityId to;
  static constexpr auto fields() {
    return field_list(field("index", &TalkStandby::index), field("message", &TalkStandby::message),
                      field("text", &TalkStandby::text), field("to", &TalkStandby::to));
  }
  friend bool operator==(const TalkStandby&, const TalkStandby&) = default;
};
/// ANSWERED, by an officer.
struct TalkAnswered {
  static constexpr std::string_view kType = "talk.answered";
  std::optional<EntryHash> agreed;  ///< What is agreed to: the message's content hash, or an attachment's.
  std::optional<Finding> finding;   ///< To a query.
  std::int64_t index = 1;
  AnswerKind kind = AnswerKind::kAnswer;
  EntryHash message;
  std::vector<TalkPart> parts;
  std::optional<AuthorityId> source;  ///< Whose word the finding is, where a gateway has asked on; absent: ours.
  AuthorityId to;
  static constexpr auto fields() {
    return field_list(field("agreed", &TalkAnswered::agreed), field("finding", &TalkAnswered::finding),
                      field("index", &TalkAnswered::index), field("kind", &TalkAnswered::kind),
                      field("message", &TalkAnswered::message), field("parts", &TalkAnswered::parts),
                      field("source", &TalkAnswered::source), field("to", &TalkAnswered::to));
  }
  [[nodiscard]] Status check() const;
  friend bool operator==(const TalkAnswered&, const TalkAnswered&) = default;
};

enum class TalkRefusal : std::uint8_t {
  kOfficer,  ///< An officer will not answer.
  kFrozen,   ///< The machine: the relation does not cover it here, nobody was shown it.
  kQuota,    ///< The machine: too much of this sender waits for an officer, nobody was shown it.
};
constexpr std::array<std::string_view, 3> enum_names(TalkRefusal) { return {"officer", "frozen", "quota"}; }

/// REFUSED.
struct TalkRefused {
  static constexpr std::string_view kType = "talk.refused";
  std::int64_t index = 1;
  EntryHash message;
  TalkRefusal reason = TalkRefusal::kOfficer;
  std::string text;
  AuthorityId to;
  static constexpr auto fields() {
    return field_list(field("index", &TalkRefused::index), field("message", &TalkRefused::message),
                      field("reason", &TalkRefused::reason), field("text", &TalkRefused::text),
                      field("to", &TalkRefused::to));
  }
  friend bool operator==(const TalkRefused&, const TalkRefused&) = default;
};

/// How far a message has come at the other side.
enum class Receipt : std::uint8_t { kNone, kReceived, kRead, kStandby, kAnswered, kRefused };
constexpr std::array<std::string_view, 6> enum_names(Receipt) {
  return {"none", "received", "read", "standby", "answered", "refused"};
}

/// What is known of why a receipt is missing.
enum class OverdueCause : std::uint8_t {
  kLinkDown,    ///< No checkpoint of the peer has come for longer than the line may be silent.
  kPeerSilent,  ///< The link is there, and nobody answers.
  kUnattended,  ///< The peer has said that nobody is on watch.
  kTurnedAway,  ///< Its machine has refused the message: no officer is shown it.
  kUnknown,     ///< This node has not run for long enough to tell.
};
constexpr std::array<std::string_view, 5> enum_names(OverdueCause) {
  return {"link_down", "peer_silent", "unattended", "turned_away", "unknown"};
}

/// OVERDUE: an alarm. Repeated until an officer acknowledges it; `round` says to whom in the list of escalation.
struct TalkOverdue {
  static constexpr std::string_view kType = "talk.overdue";
  static constexpr Audience kAudience = Audience::kOwn;
  OverdueCause cause = OverdueCause::kUnknown;
  Receipt have = Receipt::kNone;
  std::optional<UtcMs> heard;  ///< When the newest checkpoint of the peer was seen.
  EntryHash message;
  AuthorityId peer;
  std::int64_t round = 1;
  static constexpr auto fields() {
    return field_list(field("cause", &TalkOverdue::cause), field("have", &TalkOverdue::have),
                      field("heard_ms", &TalkOverdue::heard), field("message", &TalkOverdue::message),
                      field("peer", &TalkOverdue::peer), field("round", &TalkOverdue::round));
  }
  friend bool operator==(const TalkOverdue&, const TalkOverdue&) = default;
};
struct TalkOverdueAcknowledged {
  static constexpr std::string_view kType = "talk.overdue_acknowledged";
  static constexpr Audience kAudience = Audience::kOwn;
  EntryHash message;
  std::string text;
  static constexpr auto fields() {
    return field_list(field("message", &TalkOverdueAcknowledged::message),
                      field("text", &TalkOverdueAcknowledged::text));
  }
  friend bool operator==(const TalkOverdueAcknowledged&, const TalkOverdueAcknowledged&) = default;
};

// Watch and line
// ---------------------------------------------------------------------------------------------------------------

/// Whether an officer is on watch here from now on.
struct WatchSet {
  static constexpr std::string_view kType = "watch.set";
  static constexpr Audience kAudience = Audience::kMembers;
  bool attended = true;
  std::string text;
  static constexpr auto fields() {
    return field_list(field("attended", &WatchSet::attended), field("text", &WatchSet::text));
  }
  friend bool operator==(const WatchSet&, const WatchSet&) = default;
};
/// Is anybody there? Answered by the machine.
struct LineCheck {
  static constexpr std::string_view kType = "line.check";
  std::int64_t number = 1;  ///< Of this author's checks of this line.
  AuthorityId to;
  static constexpr auto fields() {
    return field_list(field("number", &LineCheck::number), field("to", &LineCheck::to));
  }
  friend bool operator==(const LineCheck&, const LineCheck&) = default;
};
struct LineAnswered {
  static constexpr std::string_view kType = "line.answered";
  bool attended = false;  ///< Whether an officer is on watch.
  EntryHash check;
  AuthorityId to;
  static constexpr auto fields() {
    return field_list(field("attended", &LineAnswered::attended), field("check", &LineAnswered::check),
                      field("to", &LineAnswered::to));
  }
  friend bool operator==(const LineAnswered&, const LineAnswered&) = default;
};
/// What is known of a check that was missed.
enum class LineFault : std::uint8_t {
  kLink,       ///< Nothing has come from the peer since the check was written.
  kNode,       ///< Its checkpoints come, and its node does not answer.
  kNoOfficer,  ///< Its node answers that nobody is on watch.
};
constexpr std::array<std::string_view, 3> enum_names(LineFault) { return {"link", "node", "no_officer"}; }
struct LineMissed {
  static constexpr std::string_view kType = "line.missed";
  static constexpr Audience kAudience = Audience::kOwn;
  EntryHash check;
  LineFault fault = LineFault::kLink;
  std::optional<UtcMs> heard;
  AuthorityId peer;
  static constexpr auto fields() {
    return field_list(field("check", &LineMissed::check), field("fault", &LineMissed::fault),
                      field("heard_ms", &LineMissed::heard), field("peer", &LineMissed::peer));
  }
  friend bool operator==(const LineMissed&, const LineMissed&) = default;
};

}  // namespace tansiq::coordination
