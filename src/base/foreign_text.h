// Text that somebody else wrote, made fit to stand in a message of ours: in a log line, an answer, a signed record, on
// a terminal. Whoever quotes a stranger goes through here; a plain `substr` may end within a character, and canonical
// JSON cannot hold what is left.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tansiq {

/// What is quoted of a word that is none of those expected.
inline constexpr std::size_t kQuotedBytesMax = 64;
/// What is quoted of a sentence: a reason, a refusal.
inline constexpr std::size_t kReasonBytesMax = 500;

/// The first whole characters of `text`, at most `bytes_max` bytes of them, and then "..." where anything was left out.
/// Control characters (C0, DEL, C1) become spaces; bytes that are no UTF-8, and noncharacters, become question marks.
/// Never longer than `bytes_max` + 3 bytes.
[[nodiscard]] std::string foreign_text(std::string_view text, std::size_t bytes_max);

}  // namespace tansiq
