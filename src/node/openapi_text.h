// The OpenAPI file, byte for byte as it stands in the repository; served at /openapi.yaml.
#pragma once

#include <string_view>

namespace tansiq::node {

[[nodiscard]] std::string_view openapi_text();

}  // namespace tansiq::node
