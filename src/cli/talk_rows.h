// What the API says about talks, read: threads, messages and how they stand, lines (node/openapi.yaml, talks).
//
// Words of a closed list are read into the types of coordination/, so that one that this program does not know is an
// error and never a blank in a table. Members that it does not know are left alone.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json_in.h"
#include "base/result.h"
#include "coordination/talk_attachments.h"
#include "coordination/talk_letter.h"
#include "coordination/talk_record.h"

namespace tansiq::cli {

/// A part as it stands on record, and as the node shows it.
struct ShownPart {
  coordination::TalkPart part;
  std::string shown;    ///< In the reader's language; empty where the part says it by itself.
  std::string trouble;  ///< Why it does not fit the catalogue; empty where it does.
};

struct AnswerRow {
  coordination::AnswerKind kind = coordination::AnswerKind::kAnswer;
  std::optional<coordination::Finding> finding;
  std::optional<AuthorityId> source;
  std::optional<core::EntryHash> agreed;
  std::vector<ShownPart> parts;
};

struct ReceiptRow {
  coordination::Receipt kind = coordination::Receipt::kReceived;
  UtcMs time;
};

/// A message of ours at one of its recipients.
struct SentRow {
  AuthorityId peer;
  core::EntryHash hash;
  coordination::SentState state = coordination::SentState::kOpen;
  coordination::Receipt receipt = coordination::Receipt::kNone;
  std::vector<ReceiptRow> receipts;
  std::optional<UtcMs> due;  ///< Where a STANDBY has moved it.
  std::optional<DurationMs> usable;
  bool alarm = false;  ///< Overdue, and nobody has acknowledged it.
  std::int64_t rounds = 0;
  std::optional<coordination::TalkRefusal> refusal;
  std::optional<AnswerRow> answer;
};

/// Another's message, here.
struct HereRow {
  core::EntryHash hash;
  coordination::Receipt state = coordination::Receipt::kNone;
  std::optional<UtcMs> received;
  std::optional<DurationMs> usable;
  std::optional<AnswerRow> answer;
};

/// A file that a message names, and how it stands at the node.
struct AttachmentRow {
  coordination::TalkAttachment file;
  std::optional<coordination::AttachmentState> state;
  std::string trouble;
};

struct MessageRow {
  AuthorityId from;
  std::vector<AuthorityId> recipients;
  std::int64_t number = 1;
  UtcMs time;
  coordination::Precedence precedence = coordination::Precedence::kRoutine;
  coordination::Needs needs = coordination::Needs::kReceived;
  std::optional<UtcMs> due;
  std::optional<core::EntryHash> content;
  std::optional<core::EntryHash> re;
  std::vector<ShownPart> parts;
  std::vector<coordination::TalkMoved> moved;
  std::vector<AttachmentRow> attachments;
  std::vector<SentRow> sent;
  std::optional<HereRow> here;
};

/// A page of a thread.
struct ThreadPage {
  AuthorityId opener;
  coordination::ThreadId thread;
  UtcMs now;
  bool more = false;  ///< There are older ones.
  std::vector<MessageRow> messages;
  [[nodiscard]] std::string name() const { return opener.str() + "/" + thread.str(); }
};

/// A thread in the list.
struct ThreadRow {
  AuthorityId opener;
  coordination::ThreadId thread;
  std::vector<AuthorityId> parties;
  coordination::Precedence precedence = coordination::Precedence::kRoutine;
  std::string state;  ///< overdue, unread, waiting, settled
  std::int64_t alarms = 0, messages = 0, unread = 0, waiting = 0;
  UtcMs changed;
  [[nodiscard]] std::string name() const { return opener.str() + "/" + thread.str(); }
};
struct ThreadList {
  UtcMs now;
  std::vector<ThreadRow> threads;
  std::string next;  ///< Of the next page; empty on the last.
};

/// A message of ours whose receipt is overdue.
struct AlarmRow {
  core::EntryHash hash;
  AuthorityId peer;
  std::string thread;  ///< OPENER/THREAD
  coordination::Precedence precedence = coordination::Precedence::kRoutine;
  coordination::Needs needs = coordination::Needs::kReceived;
  coordination::Receipt receipt = coordination::Receipt::kNone;
  std::optional<coordination::TalkRefusal> refusal;
  UtcMs due;
  std::int64_t rounds = 0;
  std::optional<UtcMs> heard;  ///< When the newest checkpoint of the peer was seen.
  std::string watch;           ///< attended, unattended, unknown
};
/// What another waits for here.
struct OwedRow {
  core::EntryHash hash;
  AuthorityId from;
  std::string thread;  ///< OPENER/THREAD
  coordination::Precedence precedence = coordination::Precedence::kRoutine;
  coordination::Needs needs = coordination::Needs::kReceived;
  coordination::Receipt state = coordination::Receipt::kNone;
  std::optional<UtcMs> due;
  bool overdue = false;
};
struct OverdueList {
  UtcMs now;
  std::vector<AlarmRow> alarms;
  std::vector<OwedRow> owed;
};

struct WatchRow {
  std::string state;  ///< attended, unattended, unknown
  std::string text;
  std::optional<UtcMs> time;
};
struct LineRow {
  AuthorityId peer;
  std::optional<UtcMs> checked;
  std::optional<UtcMs> answered;
  std::optional<DurationMs> checkpoint_age;
  std::optional<coordination::LineFault> fault;
  bool waiting = false;  ///< A check is out.
  std::int64_t checks = 0;
  WatchRow watch;
};
struct LineList {
  UtcMs now;
  AuthorityId self;
  WatchRow watch;
  std::vector<LineRow> lines;
};

struct ReadBack {
  bool floor = false;
  std::vector<coordination::TalkMoved> moved;
  std::vector<ShownPart> parts;
  std::string refused;
  std::vector<std::pair<AuthorityId, WatchRow>> recipients;
  std::optional<DurationMs> usable;
};

[[nodiscard]] Result<ThreadList> read_threads(const JsonValue& document);
[[nodiscard]] Result<ThreadPage> read_thread(const JsonValue& document);
[[nodiscard]] Result<OverdueList> read_overdue(const JsonValue& document);
[[nodiscard]] Result<LineList> read_lines(const JsonValue& document);
[[nodiscard]] Result<ReadBack> read_read_back(const JsonValue& document);
/// `{"part":…,"shown":…,"trouble":…}`; a part alone is one, too.
[[nodiscard]] Result<std::vector<ShownPart>> read_parts(const JsonValue& object, std::string_view name);
/// Parts as they stand on record, from a person's file: an array, any JSON spelling.
[[nodiscard]] Result<std::vector<coordination::TalkPart>> read_parts_file(const std::string& file);

}  // namespace tansiq::cli
