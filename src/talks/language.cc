#include "talks/language.h"

#include <fmt/format.h>

#include "base/foreign_text.h"

namespace tansiq::talks {
namespace {

constexpr std::array<std::string_view, kLanguages.size()> kCodes{"ar", "en", "fr", "ru"};

}  // namespace

std::string_view to_text(Language language) { return kCodes[index_of(language)]; }

Result<Language> parse_language(std::string_view text) {
  for (const Language language : kLanguages) {
    if (to_text(language) == text) return language;
  }
  return fail(ErrorCode::kInvalid,
              fmt::format("a language is ar, en, fr or ru, not \"{}\"", foreign_text(text, kQuotedBytesMax)));
}

}  // namespace tansiq::talks
