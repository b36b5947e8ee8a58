#include "talks/harmless.h"

#include <fmt/format.h>
#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <limits>
#include <vector>

#include "base/invariant.h"

namespace tansiq::talks {
namespace {

constexpr UChar32 kFirstStrongIsolate = 0x2068;
constexpr UChar32 kPopIsolate = 0x2069;
constexpr UChar32 kNoCharacter = -1;  // bytes that are no UTF-8
constexpr std::string_view kPop = "\u2069";
constexpr std::string_view kDots = "\u2026";

/// One character of the text, and what becomes of it.
struct Character {
  UChar32 code = kNoCharacter;
  bool shown_as_code = false;
};

void append_utf8(std::string& out, UChar32 code) {
  std::uint8_t bytes[U8_MAX_LENGTH];
  std::int32_t size = 0;
  U8_APPEND_UNSAFE(bytes, size, static_cast<std::uint32_t>(code));
  out.append(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
}

bool opens_isolate(UChar32 code) { return code >= 0x2066 && code <= kFirstStrongIsolate; }

/// Joiners, directional marks, and the two selectors that tell text from picture.
bool invisible_but_needed(UChar32 code) {
  return code == 0x200C || code == 0x200D || code == 0x200E || code == 0x200F || code == 0x061C || code == 0xFE0E ||
         code == 0xFE0F;
}

bool works_unseen(UChar32 code) {
  if (invisible_but_needed(code)) return false;
  switch (u_charType(code)) {
    case U_CONTROL_CHAR:
    case U_FORMAT_CHAR:
    case U_SURROGATE:
    case U_PRIVATE_USE_CHAR:
    case U_UNASSIGNED:
    case U_LINE_SEPARATOR:
    case U_PARAGRAPH_SEPARATOR:
      return true;
    default:
      return u_hasBinaryProperty(code, UCHAR_DEFAULT_IGNORABLE_CODE_POINT) != 0;
  }
}

bool is_mark(UChar32 code) {
  if (code < 0) return false;
  const auto type = u_charType(code);
  return type == U_NON_SPACING_MARK || type == U_ENCLOSING_MARK;
}

/// At most `count_max` characters of `text`; what a selector or a mark adds to a character is a character of its own.
std::vector<Character> characters_of(std::string_view text, std::size_t count_max, Lines lines) {
  std::vector<Character> out;
  // ICU counts bytes in 32 bits.
  const auto size = static_cast<std::int32_t>(
      std::min<std::size_t>(text.size(), static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max())));
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  std::size_t marks = 0;
  for (std::int32_t i = 0; i < size && out.size() < count_max;) {
    UChar32 code = 0;
    U8_NEXT(bytes, i, size, code);
    if (code == '\r' && i < size && bytes[i] == '\n') continue;
    if (code == '\t') code = ' ';
    Character character{.code = code};
    if (code >= 0 && !opens_isolate(code) && code != kPopIsolate) {
      character.shown_as_code = !(code == '\n' && lines == Lines::kMany) && works_unseen(code);
    }
    // Joiners and directional marks end no row of marks: they would be a way to pile up more.
    const bool mark = is_mark(code);
    if (mark) {
      ++marks;
    } else if (code < 0 || character.shown_as_code || !invisible_but_needed(code)) {
      marks = 0;
    }
    if (mark && marks > kMarksInARowMax) character.shown_as_code = true;
    out.push_back(character);
  }
  return out;
}

/// Leaves only isolates that are closed on their own line.
void balance(std::vector<Character>& characters) {
  std::vector<std::size_t> open;
  std::size_t too_deep = 0;  // opened beyond the depth, and not closed yet
  const auto give_up = [&] {
    for (const std::size_t at : open) characters[at].shown_as_code = true;
    open.clear();
    too_deep = 0;
  };
  for (std::size_t i = 0; i < characters.size(); ++i) {
    Character& character = characters[i];
    if (character.code == '\n' && !character.shown_as_code) {
      give_up();
    } else if (opens_isolate(character.code)) {
      if (open.size() == kIsolateDepthMax) {
        character.shown_as_code = true;
        ++too_deep;
      } else {
        open.push_back(i);
      }
    } else if (character.code == kPopIsolate) {
      if (too_deep > 0) {
        character.shown_as_code = true;
        --too_deep;
      } else if (open.empty()) {
        character.shown_as_code = true;
      } else {
        open.pop_back();
      }
    }
  }
  give_up();
}

void append(std::string& out, const Character& character) {
  if (character.code < 0) {
    out += "\uFFFD";
  } else if (character.shown_as_code) {
    out += fmt::format("[U+{:04X}]", static_cast<std::uint32_t>(character.code));
  } else {
    append_utf8(out, character.code);
  }
}

}  // namespace

std::string harmless(std::string_view text, std::size_t bytes_max, Lines lines) {
  EXPECT_INVARIANT(bytes_max >= kHarmlessBytesMin);
  // No character becomes shorter than a byte, so one more than fit is enough to know that something is left out.
  std::vector<Character> characters = characters_of(text, bytes_max + 1, lines);
  balance(characters);
  std::string out;
  std::size_t open = 0;
  std::size_t cut_at = 0;    // the longest beginning that leaves room for dots and for what closes its isolates
  std::size_t cut_open = 0;  // how many those are
  for (const Character& character : characters) {
    if (out.size() + kDots.size() + open * kPop.size() <= bytes_max) {
      cut_at = out.size();
      cut_open = open;
    }
    append(out, character);
    if (!character.shown_as_code && opens_isolate(character.code)) ++open;
    if (!character.shown_as_code && character.code == kPopIsolate) --open;
    if (out.size() > bytes_max) {
      out.resize(cut_at);
      out += kDots;
      for (std::size_t i = 0; i < cut_open; ++i) out += kPop;
      return out;
    }
  }
  return out;
}

std::string isolated(std::string_view text) { return fmt::format("\u2068{}\u2069", text); }

}  // namespace tansiq::talks
