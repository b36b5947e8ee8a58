// The steps of levant-2015 in words: what each is called, and what goes on in it, in the four languages of the console.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "talks/language.h"

namespace tansiq::cli {

inline constexpr std::size_t kLevantSteps = 11;

/// By `talks::index_of`: ar, en, fr, ru.
using LevantWords = std::array<std::string_view, talks::kLanguages.size()>;

struct LevantStep {
  LevantWords title;
  LevantWords about;  ///< For somebody who sees it for the first time: two sentences or three.
};

/// `number` is 1 to kLevantSteps.
[[nodiscard]] const LevantStep& levant_step(std::size_t number);

}  // namespace tansiq::cli
