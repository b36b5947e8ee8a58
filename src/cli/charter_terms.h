// What a charter says beside authorities and zones, for people: the catalogue of messages, the tolerances of
// conformance.
#pragma once

#include <optional>
#include <string>

#include "cli/terminal.h"
#include "core/charter.h"

namespace tansiq::cli {

/// The catalogue of numbered messages in this program, as a charter names it.
[[nodiscard]] core::CatalogueTerms own_catalogue();

/// Why the program that adopts this charter would read messages by other texts; nothing where it would not.
[[nodiscard]] std::optional<std::string> catalogue_warning(const core::Charter& charter);

/// Both, as `tansiq charter show` prints them.
[[nodiscard]] std::string terms_text(const core::Charter& charter, const Terminal& terminal);

}  // namespace tansiq::cli
