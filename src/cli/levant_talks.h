// How the officers of levant-2015 speak with each other: messages sent, waited for, read and answered through their
// sessions, each in the language of its reader.
//
//   const core::EntryHash content = TRY(say(levant, "ru", "watch", letter));
//   const auto heard = TRY(await_message(levant, "fr", "ru/whose-1", content));      // nothing: it did not come
//   TRY_VOID(read_message(levant, "fr", "watch", *heard));
//   TRY_VOID(answer_message(levant, "fr", "watch", *heard, {.finding = Finding::kNotMine}));
//   const auto answer = TRY(await_answer(levant, "ru", "ru/whose-1", content, "fr"));
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cli/levant.h"
#include "cli/talk_rows.h"
#include "coordination/talk_letter.h"
#include "talks/language.h"

namespace tansiq::cli {

/// In which the officers of an authority write and read.
[[nodiscard]] talks::Language language_of(std::string_view authority);

/// A letter in a thread of `thread` = OPENER/ID, said by `from`.
[[nodiscard]] Result<coordination::Letter> letter_in(std::string_view thread, std::string_view from,
                                                     const std::vector<std::string>& to,
                                                     std::vector<coordination::TalkPart> parts);
/// Words in the language of who says them.
[[nodiscard]] coordination::TextPart words_of(std::string_view authority, std::string_view text);

/// What was seen of a craft.
struct Sighting {
  std::string track;  ///< As the asker's picture names it.
  std::int64_t lat_e7 = 0;
  std::int64_t lng_e7 = 0;
  std::int64_t level = 0;  ///< As a flight level.
  std::int64_t course_deg = 0;
  std::int64_t speed_cm_s = 0;
  UtcMs at;
};
/// "Whose is it?": the question that machines read, and template 501, which everybody reads in his language.
[[nodiscard]] Result<coordination::Letter> whose_is_it(std::string_view thread, std::string_view from,
                                                       const std::vector<std::string>& to, const Sighting& seen,
                                                       UtcMs due);
/// "It is ours" (template 503), "it is not ours" (505).
[[nodiscard]] Result<coordination::Reply> it_is_ours(const std::string& track, const std::string& flight);
[[nodiscard]] Result<coordination::Reply> it_is_not_ours(const std::string& track);

/// Sends it, and gives the content hash, by which all who were told know it.
[[nodiscard]] Result<core::EntryHash> say(Levant& levant, const std::string& id, const std::string& officer,
                                          coordination::Letter letter);
/// Waits until a message is at a node, in the language of its officers. Nothing when it does not come.
[[nodiscard]] Result<std::optional<MessageRow>> await_message(Levant& levant, const std::string& id,
                                                              const std::string& thread,
                                                              const core::EntryHash& content);
[[nodiscard]] Status read_message(Levant& levant, const std::string& id, const std::string& officer,
                                  const MessageRow& message);
[[nodiscard]] Status answer_message(Levant& levant, const std::string& id, const std::string& officer,
                                    const MessageRow& message, coordination::Reply reply);
/// Waits until a message of ours has got so far at a peer; how it stands there. Nothing when it does not.
[[nodiscard]] Result<std::optional<SentRow>> await_receipt(Levant& levant, const std::string& id,
                                                           const std::string& thread, const core::EntryHash& content,
                                                           const std::string& peer, coordination::Receipt wanted);
/// The answer of a peer to it.
[[nodiscard]] Result<std::optional<AnswerRow>> await_answer(Levant& levant, const std::string& id,
                                                            const std::string& thread, const core::EntryHash& content,
                                                            const std::string& peer);

/// Who has said of a track, as we call it, that it is his or not.
struct TrackAnswer {
  AuthorityId by;
  coordination::Finding finding = coordination::Finding::kUnknown;
};
/// Of all threads at a node in which its officers have asked for that track.
[[nodiscard]] Result<std::vector<TrackAnswer>> answers_about(Levant& levant, const std::string& id,
                                                             std::string_view track);

/// What a reader sees of the first part that has words, without the marks that keep scripts apart: no text of the story
/// mixes directions.
[[nodiscard]] std::string first_words(const std::vector<ShownPart>& parts);

}  // namespace tansiq::cli
