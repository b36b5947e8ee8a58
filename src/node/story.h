// A story that is told about what goes on, for whoever looks on at a console: steps, what happens in each, what was
// expected and whether it was seen, and where to look.
//
//   stream << write_story_line(StoryLine{.kind = StoryKind::kHappens, .at = now, .who = "us", .text = "files
//   MIRAGE1"}); const std::string page = TRY(read_story(path, after, limit));            // GET /v1/story
//
// `tansiq demo` writes it, into a file that its nodes read: a line of canonical JSON each, which only grows. No entry,
// no decision and no alert comes of it. Only data mode SIMULATED may have one (`--story`).
//
// Lines, by `kind`; each has `at_ms`, by the clock of the story:
//   step     {"about":{"ar","en","fr","ru"},"at_ms","kind","step","title":{"ar","en","fr","ru"}}
//   happens  {"at_ms","kind","text","who"}       `who` does something; empty: nobody in particular
//   check    {"at_ms","instead"?,"kind","seen","text"}   `text` was expected; `instead`: what was there
//   reads    {"at_ms","kind","language","text","who"}    what `who` reads of another's words, in his language
//   note     {"at_ms","kind","text"}
//   look     {"at":[lat_e7,lng_e7]?,"at_ms","kind","name","select"?:{"id","kind","of"?}}
//   end      {"at_ms","differ","kind"}           so many were not as expected
// Texts but those of `step` and `reads` are English.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "geo/volume.h"
#include "talks/language.h"

namespace tansiq::node {

inline constexpr std::size_t kStoryBytesMax = std::size_t{1} << 20;  ///< Of the file.
inline constexpr std::size_t kStoryLineBytesMax = 16'384;
inline constexpr std::size_t kStoryTextBytesMax = 2'000;

/// The same words in the four languages, by `talks::index_of`.
using StoryWords = std::array<std::string, talks::kLanguages.size()>;

enum class StoryKind : std::uint8_t { kStep, kHappens, kCheck, kReads, kNote, kLook, kEnd };
[[nodiscard]] std::string_view to_text(StoryKind kind);

/// A thing that a console can select, as it names things: `flight`, `zone`, `track`, `thread`, `incident`, …
struct StoryThing {
  std::string kind;
  std::string id;  ///< Of a track: its call sign, or the number that it has at `of`.
  std::string of;  ///< The authority at whose node it is; empty: at any.
  friend bool operator==(const StoryThing&, const StoryThing&) = default;
};

/// Which members count depends on `kind`, as above.
struct StoryLine {
  StoryKind kind = StoryKind::kNote;
  UtcMs at = {};
  std::int64_t step = 0;  ///< From 1.
  StoryWords title = {};
  StoryWords about = {};
  std::string who = {};
  std::string text = {};  ///< Of a look: its name.
  talks::Language language = talks::Language::kEnglish;
  bool seen = false;
  std::string instead = {};  ///< Empty: nothing is known.
  std::optional<geo::LatLng> place = {};
  std::optional<StoryThing> select = {};
  std::int64_t differ = 0;
  friend bool operator==(const StoryLine&, const StoryLine&) = default;
};

/// With its line feed. Texts are cut and cleaned as `foreign_text` does; so any text may be given.
[[nodiscard]] std::string write_story_line(const StoryLine& line);
/// Without its line feed. Fails with `kMalformed`, `kInvalid`: what is no such line.
[[nodiscard]] Result<StoryLine> read_story_line(std::string_view text);

/// The document of `GET /v1/story`: `{"lines":[…],"next"?,"total"}`, lines behind the first `after`, `limit` at most. A
/// line that is still being written is left out; a file that is not there has none. Reads the disk. Fails with `kIo`,
/// `kTooLarge`, and as read_story_line, naming the line.
[[nodiscard]] Result<std::string> read_story(const std::filesystem::path& file, std::size_t after, std::size_t limit);

}  // namespace tansiq::node
