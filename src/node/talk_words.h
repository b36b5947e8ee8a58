// What officers write to each other, checked before it is signed and made fit to be read (docs/talks.md).
//
//   TRY_VOID(check_templates(command.act));                     // on the way out: what nobody could read is not sent
//   const ShownPart shown = shown_part(part, Language::kArabic); // on the way in: never fails, says what is wrong
//
// The record keeps what came; a screen shows `text`, which is harmless: it cannot reorder, hide or imitate what stands
// around it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "coordination/act.h"
#include "log/jcs.h"
#include "talks/language.h"

namespace tansiq::node {

/// Bytes of one part as it is shown; the record has the rest.
inline constexpr std::size_t kShownBytesMax = 16'000;
/// Of a name, a title, a line.
inline constexpr std::size_t kShownLineBytesMax = 2'400;

/// Whether every template in an act is in the catalogue, with its parameters. A message on the safety floor carries no
/// template that is not of the floor: an agreement in words does not pass a freeze as a STOP. Fails with `kInvalid`;
/// `where` is the part. O(parts).
[[nodiscard]] Status check_templates(const coordination::Act& act);

/// Whether no freeze stops what has these parts (TalkMessage::on_floor).
[[nodiscard]] bool goes_over_floor(coordination::Precedence precedence,
                                   const std::vector<coordination::TalkPart>& parts);

struct ShownPart {
  std::string text;     ///< In the reader's language as far as the part has a meaning in it; harmless.
  std::string title;    ///< Of a template.
  std::string trouble;  ///< Why a template cannot be shown; empty where it can.
};
[[nodiscard]] ShownPart shown_part(const coordination::TalkPart& part, talks::Language language);

/// [{"part":…,"shown":…,"title":…,"trouble":…}…]
void write_parts(log::JcsWriter& out, const std::vector<coordination::TalkPart>& parts, talks::Language language);

/// One line of a stranger's words.
[[nodiscard]] std::string shown_line(std::string_view text);

/// The language of a query; English without one. Fails with `kInvalid` at `language`.
[[nodiscard]] Result<talks::Language> read_language(const std::optional<std::string>& text);

}  // namespace tansiq::node
