// How far apart two words are, for messages that guess what was meant.
#pragma once

#include <cstddef>
#include <string_view>

namespace tansiq {

/// Edits (insert, delete or replace a byte) that turn `a` into `b`. O(a × b): for words, not for texts.
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b);

}  // namespace tansiq
