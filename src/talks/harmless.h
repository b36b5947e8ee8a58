// Free text of strangers, made fit to be shown: it may say anything, but it cannot reorder, hide or imitate what stands
// around it. For screens and terminals; records keep the text as it came.
//
//   harmless("go\u202Eog", 400)     "go[U+202E]og"
//
// The result is text, not HTML: whoever puts it into a page puts it in as text, and `<b>` is five harmless bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace tansiq::talks {

/// Whether a line feed may stand: in a message's body, not in a value within a sentence.
enum class Lines : std::uint8_t { kOne, kMany };

/// More combining marks than this on one letter would paint over the neighbouring lines. Fully vocalised Arabic has
/// three.
inline constexpr std::size_t kMarksInARowMax = 4;
/// Isolates within isolates, for a quotation within a quotation.
inline constexpr std::size_t kIsolateDepthMax = 4;
/// The least bound that `harmless` takes: room for the dots, for what closes isolates, and for something to read.
inline constexpr std::size_t kHarmlessBytesMin = 64;

/// `text` with everything that works unseen made visible, as `[U+202E]`, and cut after whole characters where it would
/// be longer than `bytes_max` bytes, with "…" at the end then.
///
/// Made visible: control characters, line ends other than those allowed, bidirectional embeddings and overrides,
/// isolates that are not closed on their line or are nested deeper than `kIsolateDepthMax`, whatever is invisible
/// (tags, zero width, variation selectors beyond the first sixteen, fillers), private and unassigned characters, marks
/// beyond `kMarksInARowMax` in a row. Bytes that are no UTF-8 become U+FFFD. A tab becomes a space; CR LF becomes LF.
/// Left alone are joiners (U+200C, U+200D) and directional marks (U+200E, U+200F, U+061C), which honest Arabic and
/// Persian text needs and which cannot reach beyond an isolate.
///
/// So the result has balanced isolates on each of its lines, and `harmless` of it is the same text. O(bytes_max + text
/// skipped).
[[nodiscard]] std::string harmless(std::string_view text, std::size_t bytes_max, Lines lines = Lines::kOne);

/// `text` between FIRST STRONG ISOLATE and POP DIRECTIONAL ISOLATE: its direction is its own and does not leak.
[[nodiscard]] std::string isolated(std::string_view text);

}  // namespace tansiq::talks
