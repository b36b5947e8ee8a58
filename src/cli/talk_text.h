// What a watch officer reads about talks: who said what when, what is awaited, what is overdue since when. No input or
// output here: commands fetch, these say.
//
// Times are UTC, each with what has gone by or is left. What people wrote is made harmless here, whatever a node has
// done with it before (talks/harmless.h): a screen shows words, it does not obey them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cli/talk_rows.h"
#include "cli/terminal.h"
#include "talks/language.h"

namespace tansiq::cli {

/// How many digits of a hash are shown: enough to name a message, few enough to be read out.
inline constexpr std::size_t kHashDigitsShown = 12;
inline constexpr std::size_t kHashDigitsMin = 6;

/// Who reads, and when.
struct Reader {
  talks::Language language = talks::Language::kEnglish;
  UtcMs now;
  std::size_t columns = 100;
};

// Words: talk_parts_text.cc

/// `12 s`, `3 min 20 s`, `2 h 05 min`, `3 d 4 h`. Not negative.
[[nodiscard]] std::string elapsed_text(DurationMs span);
/// `10:02:11`; with its date where that is not today's.
[[nodiscard]] std::string moment_text(UtcMs t, UtcMs now);
/// `10:02:11 (3 min 20 s ago)`; `10:12:00 (in 6 min 29 s)`.
[[nodiscard]] std::string moment_with_span(UtcMs t, UtcMs now);
[[nodiscard]] std::string short_hash(const core::EntryHash& hash);
[[nodiscard]] std::string names_text(const std::vector<AuthorityId>& names);
/// `1.2 km`, `850 m`.
[[nodiscard]] std::string distance_text(std::int64_t metres);
/// A label of somebody's, harmless, on one line.
[[nodiscard]] std::string label_text(std::string_view text);
/// Words of somebody, harmless; lines after the first stand behind `indent` spaces.
[[nodiscard]] std::string words_text(std::string_view words, const Reader& reader, std::size_t indent);
/// One part of what `author` says, as `words_text`. Templates are said by this program's own catalogue; where it has
/// not that one, as the node shows it.
[[nodiscard]] std::string part_text(const ShownPart& part, const AuthorityId& author, const Reader& reader,
                                    std::size_t indent);
/// `it is NOT ru's`, `agrees to 5d41aa90b1c2`.
[[nodiscard]] std::string answer_words(const AnswerRow& answer, const AuthorityId& author);

// Documents: talk_text.cc

/// Everything that was said in a thread, oldest first, and under each message how it stands.
[[nodiscard]] std::string thread_text(const Terminal& terminal, const ThreadPage& thread, const Reader& reader);
/// One line a thread, what needs attention first; `settled_too`: also those in which nothing waits.
[[nodiscard]] std::string threads_text(const Terminal& terminal, const std::vector<ThreadRow>& threads, UtcMs now,
                                       bool settled_too);
[[nodiscard]] std::string overdue_text(const Terminal& terminal, const OverdueList& list);
/// A letter before it is sent: all that will be said, to whom, by when it is waited for, where its places lie.
[[nodiscard]] std::string read_back_text(const Terminal& terminal, const coordination::Letter& letter,
                                         const ReadBack& back, const Reader& reader);
/// The lines to all others: who is on watch there, when the line last answered, what is wrong.
[[nodiscard]] std::string lines_text(const Terminal& terminal, const LineList& list);

/// The one of `known` that begins with `prefix`, whole. Fails with `kInvalid` (too short, or no hexadecimal),
/// `kNotFound`, `kConflict` (several); `see` is the command that prints them. A whole hash is itself, known or not.
[[nodiscard]] Result<core::EntryHash> hash_from(std::string_view prefix, const std::vector<core::EntryHash>& known,
                                                std::string_view see);

}  // namespace tansiq::cli
