#include "cli/talk_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <tuple>

#include "cli/units_text.h"
#include "talks/harmless.h"

namespace tansiq::cli {
namespace {

using namespace coordination;

constexpr std::size_t kPartIndent = 4;
constexpr std::size_t kAnswerIndent = 8;
constexpr std::size_t kHashDigits = 64;

std::string day_text(UtcMs t) {
  const std::string text = format_utc(t);
  return fmt::format("{} {} UTC", text.substr(0, 10), text.substr(11, 8));
}

std::string upper(std::string_view word) {
  std::string out(word);
  for (char& c : out) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return out;
}

/// Routine is not said: what stands out must be what matters.
std::string precedence_words(const Terminal& terminal, Precedence precedence) {
  if (precedence == Precedence::kRoutine) return {};
  const bool red = precedence >= Precedence::kImmediate;
  return "  " + terminal.paint(red ? Colour::kRed : Colour::kYellow, upper(core::to_text(precedence)));
}

std::string_view needs_words(Needs needs) {
  switch (needs) {
    case Needs::kReceived:
      return "is to be received";
    case Needs::kRead:
      return "is to be read";
    case Needs::kAnswer:
      return "needs an answer";
  }
  return "";
}
std::string_view awaited_words(Needs needs) {
  switch (needs) {
    case Needs::kReceived:
      return "that it is received";
    case Needs::kRead:
      return "that it is read";
    case Needs::kAnswer:
      return "an answer";
  }
  return "";
}

std::string_view refusal_words(TalkRefusal why) {
  switch (why) {
    case TalkRefusal::kOfficer:
      return "REFUSED by an officer";
    case TalkRefusal::kFrozen:
      return "TURNED AWAY: the relation is frozen there; no officer has seen it";
    case TalkRefusal::kQuota:
      return "TURNED AWAY: too much of ours waits there; no officer has seen it";
  }
  return "";
}

std::string_view receipt_words(Receipt receipt) {
  switch (receipt) {
    case Receipt::kNone:
      return "nothing has come back";
    case Receipt::kReceived:
      return "received, not read";
    case Receipt::kRead:
      return "read";
    case Receipt::kStandby:
      return "standby: an answer takes longer";
    case Receipt::kAnswered:
      return "answered";
    case Receipt::kRefused:
      return "refused";
  }
  return "";
}

std::string receipts_text(const SentRow& row, UtcMs now) {
  std::vector<std::string> words;
  for (const ReceiptRow& receipt : row.receipts) {
    words.push_back(fmt::format("{} {}", core::to_text(receipt.kind), moment_text(receipt.time, now)));
  }
  return words.empty() ? std::string(receipt_words(Receipt::kNone)) : fmt::format("{}", fmt::join(words, ", "));
}

std::string answer_text(const AnswerRow& answer, const AuthorityId& author, const Reader& reader) {
  std::string out;
  for (const ShownPart& part : answer.parts) {
    out += fmt::format("{:{}}{}\n", "", kAnswerIndent, part_text(part, author, reader, kAnswerIndent));
  }
  return out;
}

/// What we have said ourselves.
std::string own_answer_words(const AnswerRow& answer) {
  if (answer.source || !answer.finding) return "we say: " + answer_words(answer, AuthorityId());
  switch (*answer.finding) {
    case Finding::kMine:
      return "we say that it IS OURS";
    case Finding::kNotMine:
      return "we say that it is NOT ours";
    case Finding::kDeclined:
      return "we decline to say";
    case Finding::kUnknown:
      return "we do not know";
  }
  return {};
}

std::string usable_words(DurationMs usable) {
  return usable == 0 ? std::string("its time had passed when it was received")
                     : fmt::format("usable warning {}", elapsed_text(usable));
}

/// How a message of ours stands at one recipient.
std::string sent_text(const Terminal& terminal, const MessageRow& message, const SentRow& row, const Reader& reader) {
  std::string out = fmt::format("    {}: {}", row.peer.str(), receipts_text(row, reader.now));
  if (row.answer) out += fmt::format(": {}", terminal.paint(Colour::kBold, answer_words(*row.answer, row.peer)));
  if (row.refusal) out += fmt::format(": {}", terminal.paint(Colour::kRed, refusal_words(*row.refusal)));
  if (row.usable) out += fmt::format("; {}", usable_words(*row.usable));
  out += "\n";
  if (row.answer) out += answer_text(*row.answer, row.peer, reader);
  const std::optional<UtcMs> due = row.due ? row.due : message.due;
  const std::string by = due ? moment_text(*due, reader.now) : std::string();
  switch (row.state) {
    case SentState::kOpen:
      out += fmt::format("        AWAITED: {}{}\n", awaited_words(message.needs),
                         due ? " by " + moment_with_span(*due, reader.now) : "");
      break;
    case SentState::kOverdue:
      out += "        " + terminal.paint(Colour::kRed, "OVERDUE") + fmt::format(": {}", awaited_words(message.needs));
      if (due) out += fmt::format(", since {}", moment_with_span(*due, reader.now));
      out += row.alarm ? fmt::format("; alarmed {}\n        tansiq message acknowledge {}\n",
                                     row.rounds == 1 ? std::string("once") : fmt::format("{} times", row.rounds),
                                     short_hash(row.hash))
                       : std::string("; acknowledged\n");
      break;
    case SentState::kDoneLate:
      out += fmt::format("        done, LATE: it was due{}\n", due ? " " + by : " before");
      break;
    case SentState::kDone:
      break;
  }
  return out;
}

/// How another's message stands here, and what comes next.
std::string here_text(const Terminal& terminal, const MessageRow& message, const HereRow& here, const Reader& reader) {
  const std::string received = here.received ? " " + moment_text(*here.received, reader.now) : "";
  std::string out = fmt::format("    here: received{}, {}", received,
                                here.state == Receipt::kReceived ? "not read" : receipt_words(here.state));
  if (here.answer) out += fmt::format(": {}", own_answer_words(*here.answer));
  if (here.usable) out += fmt::format("; {}", usable_words(*here.usable));
  out += "\n";
  if (here.answer) out += answer_text(*here.answer, message.from, reader);
  const bool over = here.state == Receipt::kAnswered || here.state == Receipt::kRefused;
  const std::string hash = short_hash(here.hash);
  std::string next;
  // Reading comes before answering, and is said.
  if (here.state == Receipt::kReceived) {
    next = fmt::format("tansiq message read {}", hash);
  } else if (message.needs == Needs::kAnswer && !over) {
    next = fmt::format("tansiq message answer {}", hash);
  }
  if (next.empty()) return out;
  const bool late = message.due && *message.due < reader.now;
  out +=
      fmt::format("        {}: {}",
                  terminal.paint(late ? Colour::kRed : Colour::kYellow, late ? "OVERDUE HERE" : "WAITS FOR YOU"), next);
  if (message.due) out += fmt::format("    due {}", moment_with_span(*message.due, reader.now));
  return out + "\n";
}

std::string moved_words(const TalkMoved& moved, std::string_view whose) {
  return fmt::format("{} lies {} from where {} put it in {}", label_text(moved.name), distance_text(moved.metres),
                     whose, short_hash(moved.earlier));
}

std::string attachment_text(const TalkAttachment& one) {
  return fmt::format("    attached: {} ({}, {} bytes), SHA-256 {}", label_text(one.name), label_text(one.media_type),
                     group_digits(static_cast<std::uint64_t>(std::max<std::int64_t>(0, one.bytes))),
                     short_hash(one.sha256));
}

std::string_view attachment_words(AttachmentState state) {
  switch (state) {
    case AttachmentState::kHere:
      return "here";
    case AttachmentState::kWanted:
      return "being fetched";
    case AttachmentState::kRefused:
      return "not taken";
    case AttachmentState::kGone:
      return "gone";
  }
  return "unknown";
}

std::string attachments_text(const Terminal& terminal, const std::vector<AttachmentRow>& attachments) {
  std::string out;
  for (const AttachmentRow& one : attachments) {
    out += attachment_text(one.file);
    if (one.state && *one.state != AttachmentState::kHere) {
      out += ": " + terminal.paint(Colour::kYellow, attachment_words(*one.state));
      if (!one.trouble.empty()) out += ", " + label_text(one.trouble);
    }
    out += "\n";
  }
  return out;
}

std::string message_text(const Terminal& terminal, const MessageRow& message, const Reader& reader) {
  const std::string who = fmt::format("{} to {}", message.from.str(), names_text(message.recipients));
  std::string out = fmt::format("{}  {}{}", moment_with_span(message.time, reader.now),
                                terminal.paint(Colour::kBold, who), precedence_words(terminal, message.precedence));
  if (message.needs != Needs::kReceived) {
    out += fmt::format("  {}{}", needs_words(message.needs),
                       message.due ? " by " + moment_text(*message.due, reader.now) : "");
  }
  out += "\n";
  for (const ShownPart& part : message.parts) {
    out += fmt::format("{:{}}{}\n", "", kPartIndent, part_text(part, message.from, reader, kPartIndent));
  }
  for (const TalkMoved& moved : message.moved) {
    out +=
        fmt::format("    {}: {}\n", terminal.paint(Colour::kYellow, "MOVED"), moved_words(moved, message.from.str()));
  }
  out += attachments_text(terminal, message.attachments);
  for (const SentRow& row : message.sent) out += sent_text(terminal, message, row, reader);
  if (message.here) out += here_text(terminal, message, *message.here, reader);
  std::string names;
  if (message.content) names = "content " + short_hash(*message.content);
  if (message.re) names += fmt::format("{}about {}", names.empty() ? "" : ", ", short_hash(*message.re));
  if (!names.empty()) out += "    " + terminal.paint(Colour::kDim, names) + "\n";
  return out;
}

std::string standing_words(const ThreadRow& row) {
  std::vector<std::string> words;
  if (row.alarms > 0)
    words.push_back(fmt::format(
        "OVERDUE: {}", count_text(static_cast<std::uint64_t>(row.alarms), "message of ours", "messages of ours")));
  if (row.unread > 0) words.push_back(fmt::format("{} not read here", row.unread));
  if (row.waiting > 0) words.push_back(fmt::format("{} awaited", row.waiting));
  return words.empty() ? std::string("nothing waits") : fmt::format("{}", fmt::join(words, "; "));
}

int attention(const ThreadRow& row) {
  constexpr std::array<std::string_view, 4> kOrder{"overdue", "unread", "waiting", "settled"};
  return static_cast<int>(std::ranges::find(kOrder, row.state) - kOrder.begin());
}

std::string watch_words(const WatchRow& watch, UtcMs now) {
  std::string out = watch.state == "attended"     ? "an officer is on watch"
                    : watch.state == "unattended" ? "NOBODY is on watch"
                                                  : "it has not said whether anybody is on watch";
  if (watch.time) out += fmt::format(", as said {}", moment_with_span(*watch.time, now));
  if (!watch.text.empty()) out += fmt::format(": {}", label_text(watch.text));
  return out;
}

std::string_view fault_words(LineFault fault) {
  switch (fault) {
    case LineFault::kLink:
      return "nothing comes from there: the LINK";
    case LineFault::kNode:
      return "its checkpoints come, and its NODE does not answer";
    case LineFault::kNoOfficer:
      return "its node answers that NO OFFICER is on watch";
  }
  return "";
}

}  // namespace

std::string thread_text(const Terminal& terminal, const ThreadPage& thread, const Reader& reader) {
  std::string out = fmt::format("thread {}, opened by {}; it is {}\n", terminal.paint(Colour::kBold, thread.name()),
                                thread.opener.str(), day_text(reader.now));
  if (thread.more) out += "older messages are not shown: --before TIME\n";
  for (const MessageRow& message : thread.messages) out += "\n" + message_text(terminal, message, reader);
  return out;
}

std::string threads_text(const Terminal& terminal, const std::vector<ThreadRow>& threads, UtcMs now, bool settled_too) {
  std::vector<const ThreadRow*> rows;
  for (const ThreadRow& row : threads) {
    if (settled_too || row.state != "settled") rows.push_back(&row);
  }
  if (rows.empty()) {
    return settled_too ? "nothing has been said in the last 7 days\n"
                       : "nothing waits; --all also lists threads in which nothing waits\n";
  }
  std::ranges::sort(rows, [](const ThreadRow* a, const ThreadRow* b) {
    const auto key = [](const ThreadRow& row) {
      return std::tuple(attention(row), -static_cast<int>(row.precedence), -row.changed.ms, row.name());
    };
    return key(*a) < key(*b);
  });
  Table table({"thread", "with", "precedence", ">messages", "last", "stands"});
  for (const ThreadRow* row : rows) {
    const std::string standing = standing_words(*row);
    const bool urgent = row->precedence >= Precedence::kImmediate && row->state != "settled";
    const std::string precedence = urgent ? terminal.paint(Colour::kRed, upper(core::to_text(row->precedence)))
                                          : std::string(core::to_text(row->precedence));
    table.row({row->name(), names_text(row->parties), precedence, std::to_string(row->messages),
               moment_with_span(row->changed, now),
               row->alarms > 0 ? terminal.paint(Colour::kRed, standing) : standing});
  }
  return table.text(terminal) + fmt::format("it is {}\n", day_text(now));
}

std::string overdue_text(const Terminal& terminal, const OverdueList& list) {
  std::string out = fmt::format("it is {}\n", day_text(list.now));
  for (const AlarmRow& row : list.alarms) {
    out += fmt::format("{}  {}{}: {} from {}, due {}\n", terminal.paint(Colour::kRed, "OVERDUE"), row.thread,
                       precedence_words(terminal, row.precedence), awaited_words(row.needs), row.peer.str(),
                       moment_with_span(row.due, list.now));
    out += fmt::format("    {}: {}", row.peer.str(),
                       row.refusal ? refusal_words(*row.refusal) : receipt_words(row.receipt));
    out += row.heard ? fmt::format("; its node was heard {}", moment_with_span(*row.heard, list.now))
                     : std::string("; its node has not been heard since ours runs");
    if (row.watch == "unattended") out += "; NOBODY is on watch there";
    if (row.watch == "unknown") out += "; it has not said whether anybody is on watch";
    out +=
        fmt::format("\n    alarmed {}; tansiq message acknowledge {}\n",
                    row.rounds == 1 ? std::string("once") : fmt::format("{} times", row.rounds), short_hash(row.hash));
  }
  if (list.alarms.empty()) out += "no receipt is overdue that we wait for\n";
  for (const OwedRow& row : list.owed) {
    const bool unread = row.state == Receipt::kReceived;
    const std::string_view to_do = row.needs == Needs::kAnswer && !unread ? "answer" : "read";
    out += fmt::format(
        "{}  {}{}: {} waits for {}{}; here {}\n    tansiq message {} {}\n",
        terminal.paint(row.overdue ? Colour::kRed : Colour::kYellow, row.overdue ? "WE ARE LATE" : "WE OWE"),
        row.thread, precedence_words(terminal, row.precedence), row.from.str(), awaited_words(row.needs),
        row.due ? ", due " + moment_with_span(*row.due, list.now) : "", receipt_words(row.state), to_do,
        short_hash(row.hash));
  }
  if (list.owed.empty()) out += "nobody waits for us\n";
  return out;
}

std::string read_back_text(const Terminal& terminal, const Letter& letter, const ReadBack& back, const Reader& reader) {
  const std::string thread = fmt::format("{}{}", letter.opener ? letter.opener->str() + "/" : "", letter.thread.str());
  std::string out =
      fmt::format("thread {}, to {}{}{}\n", thread, terminal.paint(Colour::kBold, names_text(letter.recipients)),
                  precedence_words(terminal, letter.precedence), back.floor ? "  (whatever is frozen)" : "");
  for (const ShownPart& part : back.parts) {
    out += fmt::format("{:{}}{}\n", "", kPartIndent,
                       part_text(part, AuthorityId::trusted("ourselves"), reader, kPartIndent));
  }
  for (const TalkAttachment& one : letter.attachments) out += attachment_text(one) + "\n";
  for (const TalkMoved& moved : back.moved) {
    const bool within = moved.earlier == core::EntryHash{};
    out += fmt::format(
        "    {}: {}\n", terminal.paint(Colour::kYellow, "MOVED"),
        within ? fmt::format("{} is given twice here, {} apart", label_text(moved.name), distance_text(moved.metres))
               : moved_words(moved, "we"));
  }
  if (back.usable) {
    out += *back.usable == 0 ? std::string("    its first time HAS PASSED\n")
                             : fmt::format("    first time in {}\n", elapsed_text(*back.usable));
  }
  if (letter.due) {
    out += fmt::format("    it {} by {}\n", needs_words(letter.needs), moment_with_span(*letter.due, reader.now));
  } else {
    out += fmt::format("    it {}{}\n", needs_words(letter.needs),
                       letter.precedence == Precedence::kStop ? ", as soon as can be" : "");
  }
  for (const auto& [peer, watch] : back.recipients) {
    if (watch.state == "attended") continue;
    out += fmt::format("    {}: {}\n", peer.str(), terminal.paint(Colour::kYellow, watch_words(watch, reader.now)));
  }
  if (!back.refused.empty()) {
    out += fmt::format("{}: {}\n", terminal.paint(Colour::kRed, "WOULD BE REFUSED"), label_text(back.refused));
  }
  return out;
}

std::string lines_text(const Terminal& terminal, const LineList& list) {
  std::string out =
      fmt::format("{} (here): {}; it is {}\n", list.self.str(), watch_words(list.watch, list.now), day_text(list.now));
  for (const LineRow& row : list.lines) {
    const std::string head = row.fault ? terminal.paint(Colour::kRed, "MISSED") : std::string("line");
    out += fmt::format("{}  {}: ", head, terminal.paint(Colour::kBold, row.peer.str()));
    if (row.fault) {
      out += fmt::format("{}", fault_words(*row.fault));
    } else if (row.waiting && row.checked) {
      out += fmt::format("a check is out since {}", moment_with_span(*row.checked, list.now));
    } else if (row.answered) {
      out += fmt::format("answered {}", moment_with_span(*row.answered, list.now));
    } else {
      out += row.checks == 0 ? "never checked" : "no check was answered yet";
    }
    if (row.checkpoint_age) {
      out += fmt::format("; its node was heard {} ago", elapsed_text(*row.checkpoint_age));
    } else {
      out += "; its node has not been heard since ours runs";
    }
    out += fmt::format("\n    {}\n", watch_words(row.watch, list.now));
  }
  if (list.lines.empty()) out += "there is no other authority in the charter\n";
  return out;
}

Result<core::EntryHash> hash_from(std::string_view prefix, const std::vector<core::EntryHash>& known,
                                  std::string_view see) {
  if (prefix.size() == kHashDigits) return core::EntryHash::from_hex(prefix);
  const bool hex = prefix.find_first_not_of("0123456789abcdef") == std::string_view::npos;
  if (!hex || prefix.size() < kHashDigitsMin || prefix.size() > kHashDigits) {
    return fail(ErrorCode::kInvalid, fmt::format("'{}' is not a hash, nor the first {} digits or more of one",
                                                 printable(prefix), kHashDigitsMin));
  }
  std::optional<core::EntryHash> found;
  for (const core::EntryHash& one : known) {
    if (!one.hex().starts_with(prefix) || found == one) continue;
    if (found) {
      return fail(ErrorCode::kConflict, fmt::format("several begin with {}: give more digits", prefix));
    }
    found = one;
  }
  if (!found) return fail(ErrorCode::kNotFound, fmt::format("none begins with {}; see '{}'", prefix, see));
  return *found;
}

}  // namespace tansiq::cli
