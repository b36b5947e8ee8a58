// Short ways to read members of a record. Errors bear the path of the member.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>

#include "base/result.h"
#include "log/jcs.h"

namespace tansiq::core {

/// Applies `read` to a required member.
template <class Read>
[[nodiscard]] auto read_at(const log::JcsValue& object, std::string_view name, Read&& read)
    -> decltype(read(std::declval<const log::JcsValue&>())) {
  const log::JcsValue member = TRY(object.at(name));
  return std::forward<Read>(read)(member);
}

[[nodiscard]] inline Result<std::string_view> string_at(const log::JcsValue& object, std::string_view name) {
  return read_at(object, name, [](const log::JcsValue& v) { return v.string(); });
}

[[nodiscard]] inline Result<std::int64_t> integer_at(const log::JcsValue& object, std::string_view name,
                                                     std::int64_t min, std::int64_t max) {
  return read_at(object, name, [&](const log::JcsValue& v) { return v.integer(min, max); });
}

/// A required member that is a string which `parse` (returning a `Result`) turns into a value; its message is given the
/// member's path.
template <class Parse>
[[nodiscard]] auto parsed_at(const log::JcsValue& object, std::string_view name, Parse&& parse)
    -> decltype(parse(std::string_view())) {
  const log::JcsValue member = TRY(object.at(name));
  const std::string_view text = TRY(member.string());
  auto parsed = std::forward<Parse>(parse)(text);
  if (!parsed) [[unlikely]]
    return member.fail_here(std::move(parsed).error().message);
  return parsed;
}

}  // namespace tansiq::core
