// JSON from outside, in whatever spelling it came, as the one spelling of the record: so that what is described for the
// record (core/record.h, volumes) can be read from a request or a file as it is read from an entry.
#pragma once

#include <string>
#include <string_view>

#include "base/json_in.h"
#include "base/result.h"

namespace tansiq::log {

/// Fails as `JsonDocument::parse`, and with `kInvalid` at what canonical JSON does not have: null, fractions, integers
/// beyond 2^53, texts with noncharacters.
[[nodiscard]] Result<std::string> canonical_json(std::string_view text);
/// The same for a value that has been parsed.
[[nodiscard]] Result<std::string> canonical_json(const JsonValue& value);

}  // namespace tansiq::log
