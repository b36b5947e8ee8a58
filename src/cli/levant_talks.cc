#include "cli/levant_talks.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/units.h"
#include "cli/talk_find.h"
#include "cli/talk_words.h"
#include "cli/wire.h"

namespace tansiq::cli {
namespace {

using namespace coordination;

std::string target_of(const ThreadName& name, std::string_view authority) {
  return thread_target(*name.opener, name.thread, talks::to_text(language_of(authority)));
}

const MessageRow* message_in(const ThreadPage& page, const core::EntryHash& content) {
  const auto found = std::ranges::find_if(page.messages, [&](const MessageRow& m) { return m.content == content; });
  return found == page.messages.end() ? nullptr : &*found;
}

/// Waits until a message stands in a thread at a node as `good` wants it.
template <class Good>
Result<std::optional<MessageRow>> await_row(Levant& levant, const std::string& id, const std::string& thread,
                                            const core::EntryHash& content, Good&& good) {
  const ThreadName name = TRY(thread_from(thread));
  std::optional<MessageRow> out;
  TRY(levant.await_at(id, target_of(name, id), [&](const JsonValue& d) {
    const auto page = read_thread(d);
    const MessageRow* row = page ? message_in(*page, content) : nullptr;
    if (row == nullptr || !good(*row)) return false;
    out = *row;
    return true;
  }));
  return out;
}

const SentRow* sent_to(const MessageRow& message, std::string_view peer) {
  const auto found = std::ranges::find_if(message.sent, [&](const SentRow& row) { return row.peer.str() == peer; });
  return found == message.sent.end() ? nullptr : &*found;
}

Result<TemplatePart> numbered(std::string_view number, const std::vector<std::string>& settings) {
  return template_from(number, settings, "en", UtcMs{});
}

}  // namespace

talks::Language language_of(std::string_view authority) {
  if (authority == "ru") return talks::Language::kRussian;
  if (authority == "fr" || authority == "ch") return talks::Language::kFrench;
  return talks::Language::kEnglish;
}

Result<Letter> letter_in(std::string_view thread, std::string_view from, const std::vector<std::string>& to,
                         std::vector<TalkPart> parts) {
  ThreadName name = TRY(thread_from(thread));
  Letter letter;
  if (name.opener && name.opener->str() != from) letter.opener = std::move(name.opener);
  letter.thread = std::move(name.thread);
  for (const std::string& id : to) letter.recipients.push_back(AuthorityId::trusted(id));
  letter.parts = std::move(parts);
  return letter;
}

TextPart words_of(std::string_view authority, std::string_view text) {
  return {
      .language = std::string(talks::to_text(language_of(authority))), .text = {std::string(text)}, .translates = {}};
}

Result<Letter> whose_is_it(std::string_view thread, std::string_view from, const std::vector<std::string>& to,
                           const Sighting& seen, UtcMs due) {
  const std::int64_t height_cm = cm_from_flight_level(seen.level);
  QueryPart query;
  query.at = seen.at;
  query.band = geo::LevelBand{height_cm, height_cm, geo::VerticalReference::kFlightLevel};
  query.lat_e7 = seen.lat_e7;
  query.lng_e7 = seen.lng_e7;
  query.track = seen.track;
  const std::vector<std::string> settings{fmt::format("by={}", format_utc(due)),
                                          fmt::format("level=FL{:03}", seen.level),
                                          fmt::format("position={:.4f},{:.4f}", static_cast<double>(seen.lat_e7) / 1e7,
                                                      static_cast<double>(seen.lng_e7) / 1e7),
                                          fmt::format("speed={}m/s", seen.speed_cm_s / 100),
                                          fmt::format("time={}", format_utc(seen.at)),
                                          fmt::format("track={}", seen.track),
                                          fmt::format("track_bearing={:03}", seen.course_deg % 360)};
  Letter letter = TRY(letter_in(thread, from, to, {std::move(query), TRY(numbered("501", settings))}));
  letter.precedence = Precedence::kImmediate;
  letter.needs = Needs::kAnswer;
  letter.due = due;
  return letter;
}

Result<Reply> it_is_ours(const std::string& track, const std::string& flight) {
  Reply reply;
  reply.finding = Finding::kMine;
  reply.parts.emplace_back(TRY(numbered("503", {"track=" + track, "flight=" + flight})));
  return reply;
}

Result<Reply> it_is_not_ours(const std::string& track) {
  Reply reply;
  reply.finding = Finding::kNotMine;
  reply.parts.emplace_back(TRY(numbered("505", {"track=" + track})));
  return reply;
}

Result<core::EntryHash> say(Levant& levant, const std::string& id, const std::string& officer, Letter letter) {
  const AuthorityId opener = letter.opener.value_or(AuthorityId::trusted(id));
  const ThreadId thread = letter.thread;
  const Answer sent = TRY(levant.act(id, officer, SendTalk{std::move(letter)}));
  const Answer shown = TRY(levant.get(id, thread_target(opener, thread, talks::to_text(language_of(id)))));
  const ThreadPage page = TRY(read_thread(shown.root()));
  // Nobody else writes in this node's name, so the newest of its own in the thread is the one that was sent.
  for (auto row = page.messages.rbegin(); row != page.messages.rend(); ++row) {
    if (row->from.str() == id && row->content) return *row->content;
  }
  return fail(ErrorCode::kInternal, fmt::format("entry {} is in no thread", number_of(sent.root(), "seq")), id);
}

Result<std::optional<MessageRow>> await_message(Levant& levant, const std::string& id, const std::string& thread,
                                                const core::EntryHash& content) {
  return await_row(levant, id, thread, content, [](const MessageRow& row) { return row.here.has_value(); });
}

Status read_message(Levant& levant, const std::string& id, const std::string& officer, const MessageRow& message) {
  if (!message.here) return fail(ErrorCode::kWrongState, "it is no message of another's", id);
  TRY(levant.act(id, officer, ReadTalk{message.here->hash}));
  return {};
}

Status answer_message(Levant& levant, const std::string& id, const std::string& officer, const MessageRow& message,
                      Reply reply) {
  if (!message.here) return fail(ErrorCode::kWrongState, "it is no message of another's", id);
  TRY(levant.act(id, officer, AnswerTalk{message.here->hash, std::move(reply)}));
  return {};
}

Result<std::optional<SentRow>> await_receipt(Levant& levant, const std::string& id, const std::string& thread,
                                             const core::EntryHash& content, const std::string& peer, Receipt wanted) {
  const auto there = [&](const MessageRow& row) {
    const SentRow* sent = sent_to(row, peer);
    return sent != nullptr && sent->receipt >= wanted;
  };
  const auto row = TRY(await_row(levant, id, thread, content, there));
  if (!row) return std::optional<SentRow>();
  return std::optional(*sent_to(*row, peer));
}

Result<std::optional<AnswerRow>> await_answer(Levant& levant, const std::string& id, const std::string& thread,
                                              const core::EntryHash& content, const std::string& peer) {
  const auto sent = TRY(await_receipt(levant, id, thread, content, peer, Receipt::kAnswered));
  return sent ? sent->answer : std::nullopt;
}

Result<std::vector<TrackAnswer>> answers_about(Levant& levant, const std::string& id, std::string_view track) {
  std::vector<TrackAnswer> out;
  NodeClient* const watch = TRY(levant.office(id).at("watch"));
  const ThreadList threads = TRY(all_threads(*watch));
  for (const ThreadRow& thread : threads.threads) {
    const Answer shown = TRY(watch->get(thread_target(thread.opener, thread.thread, talks::to_text(language_of(id)))));
    const ThreadPage page = TRY(read_thread(shown.root()));
    for (const MessageRow& message : page.messages) {
      const bool about = std::ranges::any_of(message.parts, [&](const ShownPart& part) {
        const auto* query = std::get_if<QueryPart>(&part.part);
        return query != nullptr && query->track == track;
      });
      if (!about || message.from.str() != id) continue;
      for (const SentRow& sent : message.sent) {
        if (sent.answer && sent.answer->finding) out.push_back({sent.peer, *sent.answer->finding});
      }
    }
  }
  return out;
}

std::string first_words(const std::vector<ShownPart>& parts) {
  for (const ShownPart& part : parts) {
    const auto* text = std::get_if<TextPart>(&part.part);
    if (text == nullptr && !std::holds_alternative<TemplatePart>(part.part)) continue;
    std::string out = part.shown.empty() && text != nullptr ? text->text.text : part.shown;
    for (const std::string_view mark : {"\u2066", "\u2067", "\u2068", "\u2069"}) {
      for (std::size_t at = out.find(mark); at != std::string::npos; at = out.find(mark)) out.erase(at, mark.size());
    }
    return out;
  }
  return {};
}

}  // namespace tansiq::cli
