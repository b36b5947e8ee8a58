#include "talks/pattern.h"

#include <fmt/format.h>
#include <unicode/fmtable.h>
#include <unicode/locid.h>
#include <unicode/messagepattern.h>
#include <unicode/msgfmt.h>
#include <unicode/plurrule.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <memory>

#include "base/invariant.h"
#include "talks/harmless.h"

namespace tansiq::talks {
namespace {

/// Digits that both sides of a telephone line see alike, whatever the country.
icu::Locale locale_of(Language language) {
  if (language == Language::kArabic) return icu::Locale("ar@numbers=latn");
  return icu::Locale(std::string(to_text(language)).c_str());
}

icu::UnicodeString unicode(std::string_view text) {
  return icu::UnicodeString::fromUTF8(icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())));
}

std::string utf8(const icu::UnicodeString& text) {
  std::string out;
  text.toUTF8String(out);
  return out;
}

/// Walks the parts of a text.
class Checker {
 public:
  Checker(const icu::MessagePattern& pattern, std::span<const ArgumentSpec> arguments,
          std::vector<std::string> categories)
      : pattern_(pattern), arguments_(arguments), categories_(std::move(categories)), used_(arguments.size()) {}

  Status run() {
    TRY_VOID(message(0, pattern_.countParts()));
    for (std::size_t i = 0; i < arguments_.size(); ++i) {
      if (arguments_[i].needed && !used_[i]) {
        return fail(ErrorCode::kInvalid, fmt::format("the text leaves out {{{}}}", arguments_[i].name));
      }
    }
    return {};
  }

 private:
  [[nodiscard]] std::string word(std::int32_t part) const {
    return utf8(pattern_.getSubstring(pattern_.getPart(part)));
  }

  /// The arguments between two parts, and those within them.
  Status message(std::int32_t from, std::int32_t to) {
    for (std::int32_t i = from; i < to; ++i) {
      if (pattern_.getPartType(i) != UMSGPAT_PART_TYPE_ARG_START) continue;
      const std::int32_t end = pattern_.getLimitPartIndex(i);
      TRY_VOID(argument(i, end));
      i = end;
    }
    return {};
  }

  Status argument(std::int32_t start, std::int32_t end) {
    const std::string name = word(start + 1);
    const auto spec = std::ranges::find(arguments_, std::string_view(name), &ArgumentSpec::name);
    if (spec == arguments_.end()) return fail(ErrorCode::kInvalid, fmt::format("there is no argument {{{}}}", name));
    used_[static_cast<std::size_t>(spec - arguments_.begin())] = true;
    const UMessagePatternArgType type = pattern_.getPart(start).getArgType();
    switch (spec->kind) {
      case ArgumentKind::kWord:
        if (type == UMSGPAT_ARG_TYPE_NONE) return {};
        return fail(ErrorCode::kInvalid, fmt::format("{{{}}} stands alone, without a format", name));
      case ArgumentKind::kNumber:
        if (type == UMSGPAT_ARG_TYPE_PLURAL) return plural(name, start + 2, end);
        return fail(ErrorCode::kInvalid,
                    fmt::format("{{{}}} is a number: write {{{}, plural, {}}}", name, name, categories_text()));
      case ArgumentKind::kChoice:
        if (type == UMSGPAT_ARG_TYPE_SELECT) {
          TRY(choices(start + 2, end));
          return {};
        }
        return fail(ErrorCode::kInvalid, fmt::format("{{{}}} is a choice: write {{{}, select, …}}", name, name));
    }
    return fail(ErrorCode::kInternal, "an argument of no kind");
  }

  /// The words that an argument is compared with; their texts are checked.
  Result<std::vector<std::string>> choices(std::int32_t from, std::int32_t end) {
    std::vector<std::string> words;
    for (std::int32_t i = from; i < end; ++i) {
      const bool selector = pattern_.getPartType(i) == UMSGPAT_PART_TYPE_ARG_SELECTOR;
      if (!selector || pattern_.getPartType(i + 1) != UMSGPAT_PART_TYPE_MSG_START) {
        return fail(ErrorCode::kInvalid, "choices by value (=1) and offsets are not used in the catalogue");
      }
      words.push_back(word(i));
      const std::int32_t message_end = pattern_.getLimitPartIndex(i + 1);
      TRY_VOID(message(i + 2, message_end));
      i = message_end;
    }
    return words;
  }

  Status plural(const std::string& name, std::int32_t from, std::int32_t end) {
    std::vector<std::string> words = TRY(choices(from, end));
    std::ranges::sort(words);
    if (words == categories_) return {};
    return fail(ErrorCode::kInvalid, fmt::format("the plural of {{{}}} has the categories {}; the language has {}",
                                                 name, fmt::join(words, ", "), categories_text()));
  }

  [[nodiscard]] std::string categories_text() const { return fmt::format("{}", fmt::join(categories_, ", ")); }

  const icu::MessagePattern& pattern_;
  std::span<const ArgumentSpec> arguments_;
  std::vector<std::string> categories_;
  std::vector<bool> used_;
};

/// `#` stands for the number; the number stands between isolates like all else.
std::string with_isolated_numbers(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '#') {
      out += isolated("#");
    } else {
      out += c;
    }
  }
  return out;
}

icu::Formattable formattable(const Argument& argument) {
  if (const auto* word = std::get_if<Word>(&argument.value)) return icu::Formattable(unicode(isolated(word->text)));
  if (const auto* number = std::get_if<double>(&argument.value)) return icu::Formattable(*number);
  return icu::Formattable(unicode(std::get<Choice>(argument.value).word));
}

}  // namespace

std::vector<std::string> plural_categories(Language language) {
  UErrorCode code = U_ZERO_ERROR;
  const std::unique_ptr<icu::PluralRules> rules(icu::PluralRules::forLocale(locale_of(language), code));
  EXPECT_INVARIANT(U_SUCCESS(code) && rules);
  const std::unique_ptr<icu::StringEnumeration> keywords(rules->getKeywords(code));
  EXPECT_INVARIANT(U_SUCCESS(code) && keywords);
  std::vector<std::string> out;
  while (const char* keyword = keywords->next(nullptr, code)) out.emplace_back(keyword);
  std::ranges::sort(out);
  return out;
}

Status check_pattern(std::string_view text, Language language, std::span<const ArgumentSpec> arguments) {
  if (text.empty()) return fail(ErrorCode::kInvalid, "the text is empty");
  if (text.size() > kPatternBytesMax) {
    return fail(ErrorCode::kInvalid, fmt::format("the text has {} bytes; at most {}", text.size(), kPatternBytesMax));
  }
  if (text.find('\'') != std::string_view::npos) {
    return fail(ErrorCode::kInvalid, "a straight apostrophe quotes in this format: write ’ (U+2019)");
  }
  if (text.find("\u2066") != std::string_view::npos || text.find("\u2067") != std::string_view::npos ||
      text.find("\u2068") != std::string_view::npos || text.find("\u2069") != std::string_view::npos ||
      harmless(text, text.size() + kHarmlessBytesMin) != text) {
    return fail(ErrorCode::kInvalid, "the text has a character that is not shown; isolates are put in by rendering");
  }
  UErrorCode code = U_ZERO_ERROR;
  UParseError error{};
  const icu::MessagePattern pattern(unicode(text), &error, code);
  if (U_FAILURE(code)) {
    return fail(ErrorCode::kInvalid,
                fmt::format("not in the message format at character {}: {}", error.offset, u_errorName(code)));
  }
  std::int64_t numbers = 0;
  for (std::int32_t i = 0; i < pattern.countParts(); ++i) {
    if (pattern.getPartType(i) == UMSGPAT_PART_TYPE_REPLACE_NUMBER) ++numbers;
  }
  if (numbers != std::ranges::count(text, '#')) {
    return fail(ErrorCode::kInvalid, "# stands for the number of a plural, and nowhere else");
  }
  return Checker(pattern, arguments, plural_categories(language)).run();
}

std::string format_pattern(std::string_view text, Language language, std::span<const Argument> arguments) {
  UErrorCode code = U_ZERO_ERROR;
  UParseError error{};
  const icu::MessageFormat format(unicode(with_isolated_numbers(text)), locale_of(language), error, code);
  std::vector<icu::UnicodeString> names;
  std::vector<icu::Formattable> values;
  for (const Argument& argument : arguments) {
    names.push_back(unicode(argument.name));
    values.push_back(formattable(argument));
  }
  icu::UnicodeString out;
  format.format(names.data(), values.data(), static_cast<std::int32_t>(names.size()), out, code);
  EXPECT_INVARIANT(U_SUCCESS(code));
  return utf8(out);
}

}  // namespace tansiq::talks
