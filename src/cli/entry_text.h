// Entries of the record on one line, for people.
#pragma once

#include <string>
#include <string_view>

#include "cli/context.h"

namespace tansiq::cli {

/// `12  2026-11-22 12:10:05  intent.accepted  MIRAGE1 by us:ops …`. `number` is an index or a sequence number. What is
/// not an entry of a known form is shown as text, made harmless.
[[nodiscard]] std::string entry_line_text(const Context& context, std::string_view number, std::string_view line);

/// The same for programs, as a JSON value: itself where it is one canonical value, else as a text. A copy of a log may
/// hold anything, and must not write lines of its own.
[[nodiscard]] std::string entry_value_json(std::string_view line);

}  // namespace tansiq::cli
