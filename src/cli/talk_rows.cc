#include "cli/talk_rows.h"

#include <array>
#include <span>

#include "cli/context.h"
#include "cli/row_reader.h"

namespace tansiq::cli {
namespace {

using namespace coordination;

constexpr std::size_t kPartsFileBytesMax = 256U << 10;
constexpr std::array<std::string_view, 3> kWatchWords{"attended", "unattended", "unknown"};
constexpr std::array<std::string_view, 4> kThreadStates{"overdue", "unread", "waiting", "settled"};

/// Any text of the document, as it came: whoever shows it makes it harmless.
std::string raw_text(const JsonValue& object, std::string_view name) {
  const auto member = object.find(name);
  const auto text = member ? member->string() : Result<std::string_view>(std::string_view());
  return text ? std::string(*text) : std::string();
}
bool truth(const JsonValue& object, std::string_view name) {
  const auto member = object.find(name);
  return member && member->boolean().value_or(false);
}

/// One of a short list, which is open for this program to know.
Status read_word(const JsonValue& object, std::string_view name, std::span<const std::string_view> known,
                 std::string& out) {
  const JsonValue value = TRY(object.at(name));
  const std::string_view word = TRY(value.string());
  for (const std::string_view one : known) {
    if (one == word) {
      out = one;
      return {};
    }
  }
  return value.error(ErrorCode::kInvalid, "a word that this program does not know: is the node newer?");
}

Result<ShownPart> shown_part(const JsonValue& value) {
  ShownPart out;
  const auto part = value.find("part");
  out.part = TRY(read_as<TalkPart>(part ? *part : value));
  if (part) {
    out.shown = raw_text(value, "shown");
    out.trouble = raw_text(value, "trouble");
  }
  return out;
}

Result<AnswerRow> answer_row(const JsonValue& value) {
  AnswerRow row;
  TRY_VOID(read_into(value, "kind", row.kind));
  TRY_VOID(read_into(value, "finding", row.finding));
  TRY_VOID(read_into(value, "source", row.source));
  TRY_VOID(read_into(value, "agreed", row.agreed));
  TRY_VOID(read_rows(value, "parts", row.parts, shown_part));
  return row;
}
Status read_answer(const JsonValue& object, std::optional<AnswerRow>& out) {
  const auto answer = object.find("answer");
  if (answer) out = TRY(answer_row(*answer));
  return {};
}

Result<TalkMoved> moved_row(const JsonValue& value) {
  TalkMoved row;
  TRY_VOID(read_into(value, "earlier", row.earlier));
  TRY_VOID(read_into(value, "metres", row.metres));
  row.name = raw_text(value, "name");
  return row;
}

Result<AttachmentRow> attachment_row(const JsonValue& value) {
  AttachmentRow row;
  TRY_VOID(read_into(value, "bytes", row.file.bytes));
  row.file.media_type = raw_text(value, "media_type");
  row.file.name = raw_text(value, "name");
  TRY_VOID(read_into(value, "sha256", row.file.sha256));
  TRY_VOID(read_into(value, "state", row.state));
  row.trouble = raw_text(value, "trouble");
  return row;
}

Result<ReceiptRow> receipt_row(const JsonValue& value) {
  ReceiptRow row;
  TRY_VOID(read_into(value, "kind", row.kind));
  TRY_VOID(read_into(value, "time_ms", row.time));
  return row;
}

Result<SentRow> sent_row(const JsonValue& value) {
  SentRow row;
  TRY_VOID(read_into(value, "peer", row.peer));
  TRY_VOID(read_into(value, "hash", row.hash));
  TRY_VOID(read_into(value, "state", row.state));
  TRY_VOID(read_into(value, "receipt", row.receipt));
  TRY_VOID(read_rows(value, "receipts", row.receipts, receipt_row));
  TRY_VOID(read_into(value, "due_ms", row.due));
  TRY_VOID(read_into(value, "usable_ms", row.usable));
  row.alarm = truth(value, "alarm");
  if (value.find("rounds")) TRY_VOID(read_into(value, "rounds", row.rounds));
  TRY_VOID(read_into(value, "refusal", row.refusal));
  TRY_VOID(read_answer(value, row.answer));
  return row;
}

Result<HereRow> here_row(const JsonValue& value) {
  HereRow row;
  TRY_VOID(read_into(value, "hash", row.hash));
  TRY_VOID(read_into(value, "state", row.state));
  TRY_VOID(read_into(value, "received_ms", row.received));
  TRY_VOID(read_into(value, "usable_ms", row.usable));
  TRY_VOID(read_answer(value, row.answer));
  return row;
}

Result<MessageRow> message_row(const JsonValue& value) {
  MessageRow row;
  TRY_VOID(read_into(value, "from", row.from));
  TRY_VOID(read_into(value, "recipients", row.recipients));
  TRY_VOID(read_into(value, "number", row.number));
  TRY_VOID(read_into(value, "time_ms", row.time));
  TRY_VOID(read_into(value, "precedence", row.precedence));
  TRY_VOID(read_into(value, "needs", row.needs));
  TRY_VOID(read_into(value, "due_ms", row.due));
  TRY_VOID(read_into(value, "content", row.content));
  TRY_VOID(read_into(value, "re", row.re));
  TRY_VOID(read_rows(value, "parts", row.parts, shown_part));
  TRY_VOID(read_rows(value, "moved", row.moved, moved_row));
  TRY_VOID(read_rows(value, "attachments", row.attachments, attachment_row));
  TRY_VOID(read_rows(value, "sent", row.sent, sent_row));
  if (const auto here = value.find("here")) row.here = TRY(here_row(*here));
  return row;
}

Result<ThreadRow> thread_row(const JsonValue& value) {
  ThreadRow row;
  TRY_VOID(read_into(value, "opener", row.opener));
  TRY_VOID(read_into(value, "thread", row.thread));
  TRY_VOID(read_into(value, "parties", row.parties));
  TRY_VOID(read_into(value, "precedence", row.precedence));
  TRY_VOID(read_word(value, "state", kThreadStates, row.state));
  TRY_VOID(read_into(value, "alarms", row.alarms));
  TRY_VOID(read_into(value, "messages", row.messages));
  TRY_VOID(read_into(value, "unread", row.unread));
  TRY_VOID(read_into(value, "waiting", row.waiting));
  TRY_VOID(read_into(value, "changed_ms", row.changed));
  return row;
}

Result<WatchRow> watch_row(const JsonValue& value) {
  WatchRow row;
  TRY_VOID(read_word(value, "state", kWatchWords, row.state));
  row.text = raw_text(value, "text");
  TRY_VOID(read_into(value, "time_ms", row.time));
  return row;
}

Result<std::string> thread_name(const JsonValue& value) {
  AuthorityId opener;
  ThreadId thread;
  TRY_VOID(read_into(value, "opener", opener));
  TRY_VOID(read_into(value, "thread", thread));
  return opener.str() + "/" + thread.str();
}

Result<AlarmRow> alarm_row(const JsonValue& value) {
  AlarmRow row;
  row.thread = TRY(thread_name(value));
  TRY_VOID(read_into(value, "needs", row.needs));
  TRY_VOID(read_into(value, "refusal", row.refusal));
  TRY_VOID(read_into(value, "hash", row.hash));
  TRY_VOID(read_into(value, "peer", row.peer));
  TRY_VOID(read_into(value, "precedence", row.precedence));
  TRY_VOID(read_into(value, "receipt", row.receipt));
  TRY_VOID(read_into(value, "due_ms", row.due));
  TRY_VOID(read_into(value, "rounds", row.rounds));
  TRY_VOID(read_into(value, "heard_ms", row.heard));
  TRY_VOID(read_word(value, "watch", kWatchWords, row.watch));
  return row;
}

Result<OwedRow> owed_row(const JsonValue& value) {
  OwedRow row;
  row.thread = TRY(thread_name(value));
  TRY_VOID(read_into(value, "precedence", row.precedence));
  TRY_VOID(read_into(value, "hash", row.hash));
  TRY_VOID(read_into(value, "from", row.from));
  TRY_VOID(read_into(value, "needs", row.needs));
  TRY_VOID(read_into(value, "state", row.state));
  TRY_VOID(read_into(value, "due_ms", row.due));
  row.overdue = truth(value, "overdue");
  return row;
}

Result<LineRow> line_row(const JsonValue& value) {
  LineRow row;
  TRY_VOID(read_into(value, "peer", row.peer));
  TRY_VOID(read_into(value, "checked_ms", row.checked));
  TRY_VOID(read_into(value, "answered_ms", row.answered));
  TRY_VOID(read_into(value, "checkpoint_age_ms", row.checkpoint_age));
  TRY_VOID(read_into(value, "fault", row.fault));
  row.waiting = truth(value, "waiting");
  TRY_VOID(read_into(value, "checks", row.checks));
  const JsonValue watch = TRY(value.at("watch"));
  row.watch = TRY(watch_row(watch));
  return row;
}

}  // namespace

Result<ThreadList> read_threads(const JsonValue& document) {
  ThreadList list;
  TRY_VOID(read_into(document, "now_ms", list.now));
  TRY_VOID(read_rows(document, "threads", list.threads, thread_row));
  list.next = raw_text(document, "next");
  return list;
}

Result<ThreadPage> read_thread(const JsonValue& document) {
  ThreadPage page;
  TRY_VOID(read_into(document, "opener", page.opener));
  TRY_VOID(read_into(document, "thread", page.thread));
  TRY_VOID(read_into(document, "now_ms", page.now));
  page.more = truth(document, "more");
  TRY_VOID(read_rows(document, "messages", page.messages, message_row));
  return page;
}

Result<OverdueList> read_overdue(const JsonValue& document) {
  OverdueList list;
  TRY_VOID(read_into(document, "now_ms", list.now));
  TRY_VOID(read_rows(document, "alarms", list.alarms, alarm_row));
  TRY_VOID(read_rows(document, "owed", list.owed, owed_row));
  return list;
}

Result<LineList> read_lines(const JsonValue& document) {
  LineList list;
  TRY_VOID(read_into(document, "now_ms", list.now));
  TRY_VOID(read_into(document, "self", list.self));
  const JsonValue watch = TRY(document.at("watch"));
  list.watch = TRY(watch_row(watch));
  TRY_VOID(read_rows(document, "lines", list.lines, line_row));
  return list;
}

Result<ReadBack> read_read_back(const JsonValue& document) {
  ReadBack out;
  out.floor = truth(document, "floor");
  TRY_VOID(read_rows(document, "moved", out.moved, moved_row));
  TRY_VOID(read_rows(document, "parts", out.parts, shown_part));
  out.refused = raw_text(document, "refused");
  TRY_VOID(read_into(document, "usable_ms", out.usable));
  const JsonValue recipients = TRY(document.at("recipients"));
  for (std::size_t i = 0; i < recipients.size(); ++i) {
    AuthorityId peer;
    TRY_VOID(read_into(recipients[i], "peer", peer));
    const JsonValue watch = TRY(recipients[i].at("watch"));
    out.recipients.emplace_back(std::move(peer), TRY(watch_row(watch)));
  }
  return out;
}

Result<std::vector<ShownPart>> read_parts(const JsonValue& object, std::string_view name) {
  std::vector<ShownPart> parts;
  TRY_VOID(read_rows(object, name, parts, shown_part));
  return parts;
}

Result<std::vector<TalkPart>> read_parts_file(const std::string& file) {
  const std::string text = TRY(read_text(file, kPartsFileBytesMax));
  const auto document = JsonDocument::parse(text);
  if (!document) return std::unexpected(in_file(document.error(), file));
  const JsonValue root = document->root();
  if (root.kind() != JsonValue::Kind::kArray) {
    return fail(ErrorCode::kInvalid, "parts are an array, as [{\"time\":{\"at_ms\":…,\"name\":\"…\"}}]", file);
  }
  std::vector<TalkPart> parts;
  for (std::size_t i = 0; i < root.size(); ++i) {
    auto part = read_as<TalkPart>(root[i]);
    if (!part) return std::unexpected(in_file(part.error(), file));
    parts.push_back(std::move(*part));
  }
  return parts;
}

}  // namespace tansiq::cli
