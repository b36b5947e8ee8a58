// Answers that a browser saves and neither shows nor guesses about: files that strangers, or the record, have made.
#pragma once

#include <fmt/format.h>

#include <string_view>

#include "net/http_types.h"

namespace tansiq::node {

/// Without a body. `file_name` has letters, digits, `-`, `_` and `.` alone.
[[nodiscard]] inline net::Response saved_response(std::string_view file_name) {
  net::Response response;
  response.headers.add("Content-Type", "application/octet-stream");
  response.headers.add("X-Content-Type-Options", "nosniff");
  response.headers.add("Content-Disposition", fmt::format("attachment; filename=\"{}\"", file_name));
  response.headers.add("Content-Security-Policy", "default-src 'none'; sandbox");
  response.headers.add("Cache-Control", "no-store");
  return response;
}

}  // namespace tansiq::node
