#include "node/talk_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <tuple>
#include <utility>
#include <vector>

#include "base/foreign_text.h"
#include "coordination/talk_place.h"
#include "core/jcs_read.h"
#include "core/record.h"
#include "log/canonical_json.h"
#include "node/talk_words.h"

namespace tansiq::node {
namespace {

using namespace coordination;
using core::field;
using log::JcsWriter;
using talks::Language;

/// Rows of the document of what is overdue, each way. There are no more alarms than messages that may wait.
constexpr std::size_t kOverdueMax = 4'096;

/// What one author has said once, to however many.
struct Uttered {
  UtcMs time;
  AuthorityId from;
  const TalkMessage* message = nullptr;
  std::vector<const TalkSent*> sent;  ///< Ours: one row a recipient.
  const TalkHeard* heard = nullptr;
};

std::vector<Uttered> uttered_in(const TalkDesk& desk, const AuthorityId& self, const ThreadAsked& asked) {
  std::vector<Uttered> out;
  std::map<std::pair<std::int64_t, UtcMs>, Uttered> ours;
  const ThreadRows rows = desk.rows_of({asked.opener, asked.thread});
  for (const TalkSent* row : rows.sent) {
    Uttered& one = ours[{row->message.number, row->time}];
    one.time = row->time;
    one.from = self;
    if (one.message == nullptr) one.message = &row->message;
    one.sent.push_back(row);
  }
  for (auto& [number, one] : ours) {
    std::ranges::sort(one.sent, {}, [](const TalkSent* row) { return row->peer(); });
    out.push_back(std::move(one));
  }
  for (const TalkHeard* row : rows.heard) {
    out.push_back({.time = row->time, .from = row->from, .message = &row->message, .sent = {}, .heard = row});
  }
  std::ranges::sort(out, {}, [](const Uttered& one) { return std::tuple(one.time, one.from, one.message->number); });
  return out;
}

void write_time(JcsWriter& out, std::string_view name, const std::optional<UtcMs>& time) {
  if (time) out.key(name).integer(time->ms);
}

std::string_view watch_name(const TalkDesk& desk, const AuthorityId& who) {
  const auto at = desk.watches().find(who);
  if (at == desk.watches().end()) return "unknown";
  return at->second.attended ? "attended" : "unattended";
}

void write_watch(JcsWriter& out, const TalkDesk& desk, const AuthorityId& who) {
  out.begin_object().key("state").string(watch_name(desk, who));
  if (const auto at = desk.watches().find(who); at != desk.watches().end()) {
    out.key("text").string(shown_line(at->second.text)).key("time_ms").integer(at->second.time.ms);
  }
  out.end_object();
}

void write_moved(JcsWriter& out, const std::vector<TalkMoved>& moved) {
  out.begin_array();
  for (const TalkMoved& one : moved) {
    out.begin_object().key("earlier").string(one.earlier.hex()).key("metres").integer(one.metres);
    out.key("name").string(one.name).key("shown").string(shown_line(one.name)).end_object();
  }
  out.end_array();
}

void write_answer(JcsWriter& out, const TalkAnswered& answer, Language language) {
  out.key("answer").begin_object();
  if (answer.agreed) out.key("agreed").string(answer.agreed->hex());
  if (answer.finding) out.key("finding").string(core::to_text(*answer.finding));
  out.key("kind").string(core::to_text(answer.kind)).key("parts");
  write_parts(out, answer.parts, language);
  if (answer.source) out.key("source").string(answer.source->str());
  out.end_object();
}

std::optional<UtcMs> time_of(const TalkSent& row, Receipt kind) {
  const auto at = std::ranges::find(row.receipts, kind, &TalkReceipt::kind);
  return at == row.receipts.end() ? std::nullopt : std::optional(at->time);
}

/// When an officer there took it, by that side's clock; nothing while none has.
std::optional<UtcMs> taken_at(const TalkSent& row) {
  if (!row.taken()) return {};
  std::optional<UtcMs> out;
  for (const TalkReceipt& receipt : row.receipts) {
    if (receipt.kind >= Receipt::kRead && (!out || receipt.time < *out)) out = receipt.time;
  }
  return out;
}

/// Never negative, whatever the other side's clock says.
DurationMs since(UtcMs from, UtcMs to) { return std::max<DurationMs>(0, to - from); }

void write_sent(JcsWriter& out, const TalkSent& row, Language language, UtcMs now) {
  const auto taken = taken_at(row);
  out.begin_object().key("alarm").boolean(row.alarm());
  write_time(out, "alarmed_ms", row.alarmed);
  if (row.answer) write_answer(out, *row.answer, language);
  out.key("due_ms").integer(row.due.ms).key("hash").string(row.hash.hex()).key("index").integer(row.message.index);
  out.key("peer").string(row.peer().str()).key("receipt").string(core::to_text(row.receipt));
  out.key("receipts").begin_array();
  for (const TalkReceipt& receipt : row.receipts) core::write_fields(out, receipt);
  out.end_array();
  if (row.refusal) out.key("refusal").string(core::to_text(*row.refusal));
  out.key("rounds").integer(row.rounds);
  write_time(out, "settled_ms", row.settled);
  out.key("state").string(core::to_text(row.state));
  if (taken) out.key("taken_ms").integer(since(row.time, *taken));
  if (const auto received = time_of(row, Receipt::kReceived)) {
    if (const auto usable = usable_warning(row.message.parts, *received)) out.key("usable_ms").integer(*usable);
  }
  if (!row.settled) out.key("waiting_ms").integer(since(row.time, now));
  out.end_object();
}

void write_here(JcsWriter& out, const TalkHeard& row, Language language, UtcMs now) {
  out.key("here").begin_object();
  if (row.answer) write_answer(out, *row.answer, language);
  out.key("hash").string(row.hash.hex()).key("index").integer(row.message.index);
  write_time(out, "received_ms", row.received);
  write_time(out, "settled_ms", row.settled);
  out.key("state").string(core::to_text(row.state));
  if (row.usable) out.key("usable_ms").integer(*row.usable);
  if (row.state == Receipt::kReceived) out.key("waiting_ms").integer(since(row.received.value_or(row.time), now));
  out.end_object();
}

/// How long it took until somebody, at any of those who were told, had a STOP in hand.
void write_stop(JcsWriter& out, const Uttered& one, UtcMs now) {
  std::optional<UtcMs> first;
  bool taken = false;
  for (const TalkSent* row : one.sent) {
    const auto at = taken_at(*row);
    if (!at) continue;
    taken = true;
    if (!first || *at < *first) first = at;
  }
  if (one.heard != nullptr && one.heard->state >= Receipt::kRead) {
    taken = true;
    first = one.heard->settled;
  }
  out.key("stop").begin_object();
  if (!taken || first) out.key("elapsed_ms").integer(since(one.time, first.value_or(now)));
  out.key("taken").boolean(taken).end_object();
}

void write_uttered(JcsWriter& out, const TalkDesk& desk, const Uttered& one, const std::vector<TalkMoved>& moved,
                   Language language, UtcMs now) {
  const TalkMessage& m = *one.message;
  std::optional<AuthorityId> from;
  if (one.heard != nullptr) from = one.from;
  out.begin_object().key("attachments").begin_array();
  for (const TalkAttachment& attachment : m.attachments) {
    out.begin_object().key("bytes").integer(attachment.bytes).key("media_type").string(attachment.media_type);
    out.key("name").string(attachment.name).key("sha256").string(attachment.sha256.hex());
    out.key("shown").string(shown_line(attachment.name));
    const AttachmentStanding standing = desk.attachments().standing(attachment, from);
    out.key("state").string(core::to_text(standing.state));
    if (!standing.trouble.empty()) out.key("trouble").string(foreign_text(standing.trouble, kShownLineBytesMax));
    out.end_object();
  }
  out.end_array().key("content").string(content_of(one.from, m).hex());
  write_time(out, "due_ms", m.due);
  out.key("echelon").string(core::to_text(m.echelon)).key("from").string(one.from.str());
  if (one.heard != nullptr) write_here(out, *one.heard, language, now);
  out.key("moved");
  write_moved(out, moved);
  out.key("needs").string(core::to_text(m.needs)).key("number").integer(m.number).key("parts");
  write_parts(out, m.parts, language);
  out.key("precedence").string(core::to_text(m.precedence));
  if (m.re) out.key("re").string(m.re->hex());
  out.key("recipients").begin_array();
  for (const AuthorityId& to : m.recipients) out.string(to.str());
  out.end_array();
  if (!one.sent.empty()) {
    out.key("sent").begin_array();
    for (const TalkSent* row : one.sent) write_sent(out, *row, language, now);
    out.end_array();
  }
  if (m.precedence == Precedence::kStop) write_stop(out, one, now);
  out.key("time_ms").integer(one.time.ms).end_object();
}

Error no_cursor() { return {ErrorCode::kInvalid, "this is no cursor that a page gave as `next`", "cursor"}; }

struct PreviewAsk {
  std::optional<std::string> language;
  Letter letter;
  static constexpr auto fields() {
    return field_list(field("language", &PreviewAsk::language), field("letter", &PreviewAsk::letter));
  }
};

}  // namespace

std::string ListPlace::text() const { return fmt::format("{},{},{}", time.ms, opener.str(), id); }

Result<ListPlace> ListPlace::parse(std::string_view text) {
  const auto malformed = [] { return std::unexpected(no_cursor()); };
  const auto first = text.find(',');
  const auto second = first == std::string_view::npos ? first : text.find(',', first + 1);
  if (second == std::string_view::npos) return malformed();
  ListPlace out;
  const auto [end, error] = std::from_chars(text.data(), text.data() + first, out.time.ms);
  if (error != std::errc{} || end != text.data() + first) return malformed();
  auto opener = AuthorityId::parse(text.substr(first + 1, second - first - 1));
  if (!opener) return malformed();
  out.opener = std::move(*opener);
  out.id = text.substr(second + 1);
  return out;
}

Result<std::string> thread_list_json(const Coalition& all, const ListPage& page, UtcMs now) {
  std::optional<ThreadPlace> after;
  if (!page.cursor.empty()) {
    ListPlace place = TRY(ListPlace::parse(page.cursor));
    auto thread = ThreadId::parse(place.id);
    if (!thread) return std::unexpected(no_cursor());
    after = ThreadPlace{place.time, {std::move(place.opener), std::move(*thread)}};
  }
  // One more than is shown tells whether there is a next page.
  const auto rows = all.talks().threads(after, page.limit + 1);
  const std::size_t shown = std::min(page.limit, rows.size());
  std::string text;
  JcsWriter out(text);
  out.begin_object();
  if (shown > 0 && shown < rows.size()) {
    const ThreadPlace& last = rows[shown - 1].first;
    out.key("next").string(ListPlace{last.changed, last.thread.first, last.thread.second.str()}.text());
  }
  out.key("now_ms").integer(now.ms).key("threads").begin_array();
  for (std::size_t i = 0; i < shown; ++i) {
    const auto& [place, row] = rows[i];
    out.begin_object().key("alarms").integer(row->alarms).key("changed_ms").integer(place.changed.ms);
    out.key("messages").integer(row->messages).key("opener").string(place.thread.first.str());
    out.key("parties").begin_array();
    for (const AuthorityId& party : row->parties) out.string(party.str());
    out.end_array().key("precedence");
    out.string(core::to_text(row->waiting > 0 ? row->waiting_precedence : row->precedence));
    out.key("state").string(row->state()).key("thread").string(place.thread.second.str());
    out.key("unread").integer(row->unread).key("waiting").integer(row->waiting).end_object();
  }
  out.end_array().end_object();
  return text;
}

Result<std::string> thread_json(const Coalition& all, const ThreadAsked& asked, UtcMs now) {
  const std::vector<Uttered> said = uttered_in(all.talks(), all.self(), asked);
  if (said.empty()) {
    return fail(ErrorCode::kNotFound,
                fmt::format("{} has opened no thread {} that is kept here", asked.opener.str(), asked.thread.str()),
                "thread");
  }
  std::size_t end = said.size();
  while (asked.before && end > 0 && said[end - 1].time >= *asked.before) --end;
  const std::size_t begin = end - std::min(end, asked.limit);
  std::string text;
  JcsWriter out(text);
  out.begin_object().key("messages").begin_array();
  std::vector<EarlierMessage> earlier;  // of ours
  for (std::size_t i = 0; i < end; ++i) {
    const Uttered& one = said[i];
    const bool ours = one.heard == nullptr;
    if (i >= begin) {
      write_uttered(out, all.talks(), one,
                    ours ? moved_since(one.message->parts, one.sent.front()->hash, earlier) : one.heard->moved,
                    asked.language, now);
    }
    if (!ours) continue;
    earlier.push_back({.hash = one.sent.front()->hash, .parts = &one.message->parts});
    if (earlier.size() > kTalkEarlierMax) earlier.erase(earlier.begin());
  }
  out.end_array().key("more").boolean(begin > 0).key("now_ms").integer(now.ms);
  out.key("opener").string(asked.opener.str()).key("thread").string(asked.thread.str()).end_object();
  return text;
}

std::string overdue_json(const Coalition& all, UtcMs now) {
  const TalkDesk& desk = all.talks();
  std::vector<const TalkSent*> alarms;
  std::vector<const TalkHeard*> owed;
  for (const auto& [hash, row] : desk.sent()) {
    if (row.alarm()) alarms.push_back(&row);
  }
  for (const auto& [hash, row] : desk.heard()) {
    if (row.shown() && !row.settled) owed.push_back(&row);
  }
  const auto pressing = [](const auto* row) {
    return std::tuple(-static_cast<int>(row->message.precedence), row->message.due.value_or(kUtcMax), row->hash);
  };
  std::ranges::sort(alarms, {}, pressing);
  std::ranges::sort(owed, {}, pressing);
  std::string text;
  JcsWriter out(text);
  out.begin_object().key("alarms").begin_array();
  for (std::size_t i = 0; i < std::min(alarms.size(), kOverdueMax); ++i) {
    const TalkSent& row = *alarms[i];
    out.begin_object();
    write_time(out, "alarmed_ms", row.alarmed);
    out.key("due_ms").integer(row.due.ms).key("elapsed_ms").integer(since(row.time, now));
    out.key("hash").string(row.hash.hex());
    write_time(out, "heard_ms", desk.last_heard(row.peer()));
    out.key("needs").string(core::to_text(row.message.needs)).key("opener").string(row.message.opener.str());
    out.key("peer").string(row.peer().str()).key("precedence").string(core::to_text(row.message.precedence));
    out.key("receipt").string(core::to_text(row.receipt));
    if (row.refusal) out.key("refusal").string(core::to_text(*row.refusal));
    out.key("rounds").integer(row.rounds).key("thread").string(row.message.thread.str());
    out.key("watch").string(watch_name(desk, row.peer())).end_object();
  }
  out.end_array().key("now_ms").integer(now.ms).key("owed").begin_array();
  for (std::size_t i = 0; i < std::min(owed.size(), kOverdueMax); ++i) {
    const TalkHeard& row = *owed[i];
    out.begin_object();
    write_time(out, "due_ms", row.message.due);
    out.key("from").string(row.from.str()).key("hash").string(row.hash.hex());
    out.key("needs").string(core::to_text(row.message.needs)).key("opener").string(row.message.opener.str());
    out.key("overdue").boolean(row.message.due && *row.message.due <= now);
    out.key("precedence").string(core::to_text(row.message.precedence));
    write_time(out, "received_ms", row.received);
    out.key("state").string(core::to_text(row.state)).key("thread").string(row.message.thread.str()).end_object();
  }
  out.end_array().end_object();
  return text;
}

std::string lines_json(const Coalition& all, UtcMs now, std::int64_t clock_rate) {
  const TalkDesk& desk = all.talks();
  std::string text;
  JcsWriter out(text);
  out.begin_object();
  if (clock_rate != 1) out.key("clock_rate").integer(clock_rate);
  out.key("lines").begin_array();
  for (const core::Authority& authority : all.machine().charter().authorities) {
    if (authority.id == all.self() || !authority.peer) continue;
    const auto at = desk.lines().find(authority.id);
    const LineStanding line = at == desk.lines().end() ? LineStanding() : at->second;
    out.begin_object();
    write_time(out, "answered_ms", line.answered);
    write_time(out, "checked_ms", line.checked);
    if (const auto heard = desk.last_heard(authority.id)) out.key("checkpoint_age_ms").integer(since(*heard, now));
    out.key("checks").integer(line.checks);
    if (line.fault) out.key("fault").string(core::to_text(*line.fault));
    out.key("missed").boolean(line.fault.has_value()).key("peer").string(authority.id.str());
    out.key("waiting").boolean(line.check.has_value()).key("watch");
    write_watch(out, desk, authority.id);
    out.end_object();
  }
  out.end_array().key("now_ms").integer(now.ms).key("self").string(all.self().str()).key("watch");
  write_watch(out, desk, all.self());
  out.end_object();
  return text;
}

Result<std::string> talk_preview_json(std::string_view body, const Coalition& all, UtcMs now) {
  const std::string canonical = TRY(log::canonical_json(body));
  const auto document = TRY(log::JcsDocument::parse(canonical, kRequestBodyBytesMax));
  const PreviewAsk ask = TRY(core::read_fields<PreviewAsk>(document.root()));
  const Language language = TRY(read_language(ask.language));
  const Letter& letter = ask.letter;
  const TalkDesk& desk = all.talks();
  Status fits = check_templates(Act(SendTalk{letter}));
  if (fits) {
    const auto sent = desk.send(letter, std::max(now, all.machine().last_time()));
    if (!sent) fits = std::unexpected(sent.error());
  }
  std::string text;
  JcsWriter out(text);
  out.begin_object().key("floor").boolean(goes_over_floor(letter.precedence, letter.parts)).key("moved");
  write_moved(out, desk.read_back(letter));
  out.key("parts");
  write_parts(out, letter.parts, language);
  out.key("recipients").begin_array();
  for (const AuthorityId& to : letter.recipients) {
    out.begin_object().key("peer").string(to.str()).key("watch");
    write_watch(out, desk, to);
    out.end_object();
  }
  out.end_array();
  if (!fits) out.key("refused").string(foreign_text(fits.error().text(), kShownLineBytesMax));
  if (const auto usable = usable_warning(letter.parts, now)) out.key("usable_ms").integer(*usable);
  out.end_object();
  return text;
}

}  // namespace tansiq::node
