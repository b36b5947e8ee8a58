// One text of the catalogue in ICU's message format, as far as the catalogue uses it: `{name}`, plurals, choices. ICU
// stays behind pattern.cc and harmless.cc.
//
//   "{persons, plural, one {# person} other {# persons}} near {position}"
//
// Whatever is put in stands between isolates, so that it neither reorders its sentence nor is reordered by it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "talks/language.h"

namespace tansiq::talks {

inline constexpr std::size_t kPatternBytesMax = 4'096;

/// How a text may use an argument.
enum class ArgumentKind : std::uint8_t {
  kWord,    ///< `{name}`: text that is ready.
  kNumber,  ///< `{name, plural, …}`, with exactly the categories that the language has.
  kChoice,  ///< `{name, select, …}`: a word that is compared, never shown.
};

struct ArgumentSpec {
  std::string_view name;
  ArgumentKind kind = ArgumentKind::kWord;
  bool needed = true;  ///< A text that does not use it is wrong.
};

/// Checks that the text can be rendered and says all that it is given. Fails with `kInvalid`: a syntax error, an
/// argument that is unknown, left out or used as another kind, a plural without a category of the language or with one
/// that it does not have, a straight apostrophe (in this format a quote that swallows text), a character that is not
/// shown.
[[nodiscard]] Status check_pattern(std::string_view text, Language language, std::span<const ArgumentSpec> arguments);

struct Word {
  std::string text;  ///< Harmless already.
};
struct Choice {
  std::string word;
};
struct Argument {
  std::string_view name;
  std::variant<Word, double, Choice> value;  ///< A number is shown with at most three digits after the point.
};

/// The text with its arguments. `text` has passed `check_pattern` for `language`. Digits are 0 to 9 in every language,
/// separators are the language's. Costs tens of microseconds: ICU reads the text again, and objects that can be kept
/// are not to be shared by threads.
[[nodiscard]] std::string format_pattern(std::string_view text, Language language, std::span<const Argument> arguments);

/// The categories of the language's cardinal plurals, as `one`, `few`; sorted.
[[nodiscard]] std::vector<std::string> plural_categories(Language language);

}  // namespace tansiq::talks
