// The languages in which officers read and write.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/result.h"

namespace tansiq::talks {

/// In the order of their codes (ISO 639-1).
enum class Language : std::uint8_t { kArabic, kEnglish, kFrench, kRussian };

inline constexpr std::array<Language, 4> kLanguages{Language::kArabic, Language::kEnglish, Language::kFrench,
                                                    Language::kRussian};

/// `ar`, `en`, `fr`, `ru`: as in records, options and screens.
[[nodiscard]] std::string_view to_text(Language language);
/// Fails with `kInvalid`, naming the four.
[[nodiscard]] Result<Language> parse_language(std::string_view text);

/// The base direction that a text of the language is shown with; whoever shows it says so, as `dir="rtl"`.
[[nodiscard]] constexpr bool right_to_left(Language language) { return language == Language::kArabic; }

[[nodiscard]] constexpr std::size_t index_of(Language language) { return static_cast<std::size_t>(language); }

}  // namespace tansiq::talks
