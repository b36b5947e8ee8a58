#include "node/http_source.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/invariant.h"

namespace tansiq::node {

std::string_view HttpSource::path_parameter(std::string_view name) const {
  for (const auto& [key, value] : parameters_) {
    if (key == name) return value;
  }
  invariant_failed("the operation's template has this parameter", __FILE__, __LINE__);
}

Result<std::optional<std::string_view>> HttpSource::query_parameter(std::string_view name) const {
  return request_.query_once(name);
}

Status HttpSource::only_query_parameters(std::initializer_list<std::string_view> names) const {
  for (const auto& [key, value] : request_.target.query) {
    if (std::ranges::find(names, std::string_view(key)) != names.end()) continue;
    if (names.size() == 0) return fail(ErrorCode::kInvalid, "this request takes no query parameters", key);
    return fail(ErrorCode::kInvalid,
                fmt::format("there is no such query parameter; known are {}", fmt::join(names, ", ")), key);
  }
  return {};
}

}  // namespace tansiq::node
